/* What kernels of integers and floats compute beyond one expression. Local. */
#ifndef QDR_KERNEL_REAL_H
#define QDR_KERNEL_REAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* ---- integers: those of every size are computed in 64 bits and wrap when they are stored ---- */

/* Rounded towards minus infinity, as Python does; 0 for what qdr_kernel_check refuses. Division by
 * -1 is none, since that of the least integer traps. */
static inline int64_t floor_quotient_signed(int64_t a, int64_t b)
{
    return b == -1 ? -a : b == 0 ? 0 : a / b - ((a % b != 0) & ((a < 0) != (b < 0)));
}

static inline int64_t remainder_signed(int64_t a, int64_t b)
{
    return b == -1 || b == 0 ? 0 : a % b;
}

/* With the sign of b. */
static inline int64_t floor_remainder_signed(int64_t a, int64_t b)
{
    int64_t remainder = remainder_signed(a, b);
    return remainder + (remainder && (a < 0) != (b < 0) ? b : 0);
}

static inline uint64_t power_integer(uint64_t a, uint64_t exponent)
{
    uint64_t power = 1;
    for (; exponent; exponent >>= 1, a *= a)
        power *= exponent & 1 ? a : 1;
    return power;
}

/* A count below 0 or beyond the bits shifts everything out. */
static inline uint64_t shift_left(uint64_t a, uint64_t count)
{
    return count < 64 ? a << count : 0;
}

static inline int64_t shift_right_signed(int64_t a, uint64_t count)
{
    return a >> (count < 64 ? count : 63);
}

static inline uint64_t shift_right(uint64_t a, uint64_t count)
{
    return count < 64 ? a >> count : 0;
}

/* ---- floats ------------------------------------------------------------------------------- */

/* floor_divide and remainder step by step as NumPy's npy_divmod; fmod is exact.
 *
 * lesser and greater: a NaN wins; of zeros the negative is the lesser one, whichever comes first.
 * Equal numbers differ in the sign bit alone, and then they are zeros. */
#define OF_FLOATS(type, word, fmod, floor, copysign)                                               \
    static inline type floor_remainder_##type(type a, type b)                                      \
    {                                                                                              \
        type remainder = fmod(a, b);                                                               \
        if (b == 0)                                                                                \
            return remainder;                                                                      \
        if (remainder == 0)                                                                        \
            return copysign(0, b);                                                                 \
        return (b < 0) != (remainder < 0) ? remainder + b : remainder;                             \
    }                                                                                              \
    static inline type floor_quotient_##type(type a, type b)                                       \
    {                                                                                              \
        type remainder = fmod(a, b), quotient = (a - remainder) / b;                               \
        if (b == 0)                                                                                \
            return a / b;                                                                          \
        if (remainder != 0 && (b < 0) != (remainder < 0))                                          \
            quotient -= 1;                                                                         \
        if (quotient == 0)                                                                         \
            return copysign(0, a / b);                                                             \
        type whole = floor(quotient);                                                              \
        return quotient - whole > (type)0.5 ? whole + 1 : whole;                                   \
    }                                                                                              \
    static inline type joint_sign_##type(type a, type b, int both)                                 \
    {                                                                                              \
        word x, y;                                                                                 \
        memcpy(&x, &a, sizeof x);                                                                  \
        memcpy(&y, &b, sizeof y);                                                                  \
        x = both ? x & y : x | y;                                                                  \
        memcpy(&a, &x, sizeof a);                                                                  \
        return a;                                                                                  \
    }                                                                                              \
    static inline type lesser_##type(type a, type b)                                               \
    {                                                                                              \
        type one = a < b ? a : b;                                                                  \
        one = a == b ? joint_sign_##type(a, b, 0) : one;                                           \
        return a != a ? a : one;                                                                   \
    }                                                                                              \
    static inline type greater_##type(type a, type b)                                              \
    {                                                                                              \
        type one = a > b ? a : b;                                                                  \
        one = a == b ? joint_sign_##type(a, b, 1) : one;                                           \
        return a != a ? a : one;                                                                   \
    }
OF_FLOATS(float, uint32_t, fmodf, floorf, copysignf)
OF_FLOATS(double, uint64_t, fmod, floor, copysign)
#undef OF_FLOATS

#define OF_FLOAT(name, a, b) _Generic(a, float: name##_float, double: name##_double)(a, b)
#define floor_remainder(a, b) OF_FLOAT(floor_remainder, a, b)
#define floor_quotient(a, b) OF_FLOAT(floor_quotient, a, b)
#define lesser(a, b) OF_FLOAT(lesser, a, b)
#define greater(a, b) OF_FLOAT(greater, a, b)

#endif
