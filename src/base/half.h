/* IEEE 754 binary16, the element type float16: its bits to a float and back.
 *
 * Nothing here branches, so loops over these functions become vector code on any instruction set.
 * Rounding is to nearest, ties to even, as the thread does by default. A NaN becomes the canonical
 * quiet one. Local.
 */
#ifndef QDR_BASE_HALF_H
#define QDR_BASE_HALF_H

#include <stdint.h>
#include <string.h>

static inline float qdr_half_float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t qdr_half_bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The value of a half, exactly. A float's exponent is biased by 112 more than a half's, and by 112
 * once again for infinity and NaN. A subnormal half is m * 2^-24: 2^-14 (1 + m / 1024) - 2^-14. */
static inline float qdr_half_value(uint16_t half)
{
    const uint32_t bias = 112u << 23, special = 31u << 23, least = 113u << 23;
    uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13, sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t normal = magnitude + bias + (magnitude >= special ? bias : 0);
    float subnormal = qdr_half_float_of(magnitude + least) - qdr_half_float_of(least);
    return qdr_half_float_of(sign | (magnitude < 1u << 23 ? qdr_half_bits_of(subnormal) : normal));
}

/* The half nearest to a float. Adding half of the last place, less one when the result would be
 * even, carries into the exponent where it must. Below 2^-14 the sum with 0.5, whose last place is
 * worth 2^-24 like a subnormal half's, does the rounding. */
static inline uint16_t qdr_half_of_float(float value)
{
    const uint32_t bias = 112u << 23, least = 113u << 23, over = 143u << 23, infinity = 0xffu << 23;
    uint32_t bits = qdr_half_bits_of(value), sign = bits & 0x80000000, magnitude = bits ^ sign;
    uint32_t normal = (magnitude - bias + 0xfff + (magnitude >> 13 & 1)) >> 13;
    uint32_t subnormal = qdr_half_bits_of(qdr_half_float_of(magnitude) + 0.5f) -
                         qdr_half_bits_of(0.5f);
    uint32_t finite = magnitude < least ? subnormal : normal;
    uint32_t half = magnitude >= over ? 0x7c00 : finite;
    return (uint16_t)(magnitude > infinity ? 0x7e00 : half | sign >> 16);
}

/* A float that rounds to the half that the double does: the float below in magnitude, its last bit
 * set when that is not exact. "Rounding to odd": Boldo & Melquiond, IEEE Trans. Comput. 57, 2008. */
static inline float qdr_half_prepare(double value)
{
    float near = (float)value;
    uint32_t bits = qdr_half_bits_of(near);
    double magnitude = value < 0 ? -value : value, taken = near < 0 ? -(double)near : (double)near;
    uint32_t odd = (bits - (taken > magnitude)) | 1;
    return qdr_half_float_of(taken == magnitude ? bits : odd);
}

/* The half nearest to a double. */
static inline uint16_t qdr_half_of_double(double value)
{
    return qdr_half_of_float(qdr_half_prepare(value));
}

#endif
