#include "exact/factors.h"

#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define TOP (1ull << 63)
#define ONE (1ull << 52) /* the implicit bit of a double's significand */

enum { LIMBS = QDR_FACTORS_LIMBS, GROUP = 4 /* significands of 53 bits that fit the limbs */ };

/* Multiplies by (2^255 + limbs) * 2^(exponent - 255), with its slack. */
INLINE void multiply(qdr_factors *to, const uint64_t limbs[LIMBS], int64_t exponent,
                     uint64_t slack)
{
    uint64_t a[LIMBS], b[LIMBS], product[2 * LIMBS] = {0};
    memcpy(a, to->limbs, sizeof a);
    memcpy(b, limbs, sizeof b);
    a[LIMBS - 1] |= TOP;
    b[LIMBS - 1] |= TOP;
    for (int i = 0; i < LIMBS; i++) {
        uint64_t carry = 0;
        for (int k = 0; k < LIMBS; k++) {
            unsigned __int128 total = (unsigned __int128)a[k] * b[i] + product[i + k] + carry;
            product[i + k] = (uint64_t)total;
            carry = (uint64_t)(total >> 64);
        }
        product[i + LIMBS] = carry;
    }
    /* it has 511 bits or 512; the top 256 are kept */
    unsigned shift = product[2 * LIMBS - 1] & TOP ? 0 : 1;
    uint64_t dropped = product[LIMBS - 1] << shift;
    for (int i = 0; i < LIMBS - 1; i++)
        dropped |= product[i];
    for (int i = 0; i < LIMBS; i++)
        to->limbs[i] = product[i + LIMBS] << shift | (product[i + LIMBS - 1] >> 63 & shift);
    to->limbs[LIMBS - 1] &= ~TOP;
    to->exponent = (int64_t)((uint64_t)to->exponent + (uint64_t)exponent + !shift);
    /* (1 + r u)(1 + s u)(1 + u) < 1 + (r + s + 2) u, for u = 2^-255 and r, s below 2^62 */
    to->slack += slack + (dropped || (to->slack && slack) ? 2 : 0);
}

/* The significand of a double, of 53 bits, the exponent of whose lowest is added to *exponent; of
 * what has none, 1. */
INLINE uint64_t take_apart(uint64_t bits, int64_t *exponent, uint64_t *flags)
{
    uint64_t field = bits >> 52 & 0x7ff, fraction = bits & (ONE - 1);
    if (__builtin_expect(field - 1 < 0x7fe, 1)) {
        *flags ^= bits >> 63;
        *exponent += (int64_t)field - 1075;
        return fraction | ONE;
    }
    if (field && fraction) {
        *flags |= QDR_FACTORS_NAN;
    } else {
        *flags ^= bits >> 63;
        *flags |= field ? QDR_FACTORS_INF : fraction ? 0 : QDR_FACTORS_ZERO;
    }
    if (field || !fraction) {
        *exponent -= 52;
        return ONE;
    }
    int shift = __builtin_clzll(fraction) - 11;
    *exponent -= 1074 + shift;
    return fraction << shift;
}

/* The limbs of a * b, normalised; at *exponent is that of the lowest bit, and becomes that of the
 * highest. There are 209 bits or more. */
INLINE void multiply_pairs(unsigned __int128 a, unsigned __int128 b, uint64_t limbs[LIMBS],
                           int64_t *exponent)
{
    const unsigned __int128 low = ~0ull;
    unsigned __int128 first = (a & low) * (b & low), last = (a >> 64) * (b >> 64);
    unsigned __int128 middle = (a >> 64) * (b & low), other = (a & low) * (b >> 64);
    unsigned __int128 carry = (first >> 64) + (middle & low) + (other & low);
    last += (middle >> 64) + (other >> 64) + (carry >> 64);
    int shift = __builtin_clzll((uint64_t)(last >> 64)), rest = 64 - shift; /* 44 to 47 */
    limbs[0] = (uint64_t)first << shift;
    limbs[1] = (uint64_t)carry << shift | (uint64_t)first >> rest;
    limbs[2] = (uint64_t)last << shift | (uint64_t)carry >> rest;
    limbs[3] = ((uint64_t)(last >> 64) << shift | (uint64_t)last >> rest) & ~TOP;
    *exponent += 255 - shift;
}

INLINE void add_group(qdr_factors *f, const double x[GROUP])
{
    uint64_t m[GROUP], limbs[LIMBS];
    int64_t exponent = 0;
    for (int i = 0; i < GROUP; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        m[i] = take_apart(bits, &exponent, &f->flags);
    }
    multiply_pairs((unsigned __int128)m[0] * m[1], (unsigned __int128)m[2] * m[3], limbs,
                   &exponent);
    multiply(f, limbs, exponent, 0);
}

void qdr_factors_add_f64(qdr_factors *factors, const double *x, size_t n)
{
    qdr_factors f = *factors;
    size_t i = 0;
    for (; i + GROUP <= n; i += GROUP)
        add_group(&f, x + i);
    if (i < n) {
        double last[GROUP] = {1, 1, 1, 1};
        memcpy(last, x + i, (n - i) * sizeof *x);
        add_group(&f, last);
    }
    *factors = f;
}

static void multiply_integers(qdr_factors *to, uint64_t magnitude, uint64_t flags)
{
    bool over = __builtin_mul_overflow(to->integers + 1, magnitude, &magnitude);
    to->flags = ((to->flags | flags) & ~(uint64_t)QDR_FACTORS_NEGATIVE) |
                ((to->flags ^ flags) & QDR_FACTORS_NEGATIVE) | (over ? QDR_FACTORS_OVER : 0);
    to->integers = to->flags & QDR_FACTORS_OVER ? 0 : magnitude - 1;
}

INLINE void add_integers(qdr_factors *factors, const void *x, size_t n, bool has_sign)
{
    uint64_t product = 1, negative = 0;
    bool over = false, zero = false;
    for (size_t i = 0; i < n; i++) {
        uint64_t magnitude;
        memcpy(&magnitude, (const char *)x + i * sizeof magnitude, sizeof magnitude);
        uint64_t sign = has_sign ? magnitude >> 63 : 0;
        magnitude = (magnitude ^ -sign) + sign;
        negative ^= sign;
        zero |= !magnitude;
        magnitude += !magnitude;
        over |= __builtin_mul_overflow(product, magnitude, &product);
    }
    multiply_integers(factors, over ? 1 : product,
                      negative * QDR_FACTORS_NEGATIVE | (zero ? QDR_FACTORS_ZERO : 0) |
                          (over ? QDR_FACTORS_OVER : 0));
}

void qdr_factors_add_i64(qdr_factors *factors, const int64_t *x, size_t n)
{
    add_integers(factors, x, n, true);
}

void qdr_factors_add_u64(qdr_factors *factors, const uint64_t *x, size_t n)
{
    add_integers(factors, x, n, false);
}

void qdr_factors_merge(qdr_factors *to, const qdr_factors *from)
{
    multiply(to, from->limbs, from->exponent, from->slack);
    multiply_integers(to, from->integers + 1, from->flags);
}
