/* Accumulators of products: more bits than any result has, and a bound for what is left out.
 *
 * The product of finite floats that are not zero is kept as a lower bound of its magnitude,
 *
 *     low = (2^255 + limbs) * 2^(exponent - 255),
 *
 * and low <= |product| < low * (1 + slack * 2^-255); it is low when slack is 0, and above low when
 * not. Nothing is lost where 256 bits are enough, whatever the order: the odd part of a product is
 * the product of the odd parts, so no product of some of the factors needs more bits. So every
 * number that a result can be, and every middle between two of them, is exact. For other products
 * the last bits and the slack hang on the order, the rounded result does not; but with a chance of
 * some n * 2^-200 it can't be told which that is.
 *
 * That can't be otherwise with products that are cut off: cutting off is not associative, and what
 * it left out is not known any more. Sums of logarithms in fixed point would not hang on the order,
 * but are not exact where 256 bits are enough, and cost a logarithm of so many bits an element.
 *
 * The product of integers is exact, or known not to fit 64 bits; it is canonical. NaN, infinities
 * and zeros leave flags. All zero is the product of nothing, 1. There is room for 2^52 elements.
 * Local, all of it.
 */
#ifndef QDR_EXACT_FACTORS_H
#define QDR_EXACT_FACTORS_H

#include <stddef.h>
#include <stdint.h>

enum {
    QDR_FACTORS_NEGATIVE = 1, /* an odd number of negative factors, -0.0 and -inf among them */
    QDR_FACTORS_ZERO = 2,
    QDR_FACTORS_INF = 4,
    QDR_FACTORS_NAN = 8,
    QDR_FACTORS_OVER = 16 /* the product of the integers that are not 0 does not fit 64 bits */
};

enum { QDR_FACTORS_LIMBS = 4 };

typedef struct qdr_factors {
    uint64_t limbs[QDR_FACTORS_LIMBS]; /* the lowest first; the top bit is 0 */
    int64_t exponent;
    uint64_t slack;
    uint64_t integers; /* the magnitude of the product of those that are not 0, less 1; 0 when OVER */
    uint64_t flags;    /* QDR_FACTORS_... */
} qdr_factors;

void qdr_factors_add_f64(qdr_factors *factors, const double *x, size_t n);
void qdr_factors_add_i64(qdr_factors *factors, const int64_t *x, size_t n);
void qdr_factors_add_u64(qdr_factors *factors, const uint64_t *x, size_t n);

/* Multiplies `to` by all that is in from. */
void qdr_factors_merge(qdr_factors *to, const qdr_factors *from);

#endif
