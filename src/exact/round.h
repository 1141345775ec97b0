/* Finishing: results out of canonical accumulators, each rounded once, ties to even.
 *
 * A result is the double or float nearest to the exact real number, also where that is subnormal,
 * and infinite only when that number rounds beyond the largest finite one: [1e308, 1e308, -1e308]
 * sums to 1e308. Only integer arithmetic is used, so that no rounding mode or flush-to-zero state
 * of the thread matters. Local, all of it.
 *
 * A NaN among the terms, or infinities of both signs, give the one NaN 0x7ff8000000000000; an
 * infinity otherwise gives itself. Terms that were all -0.0 give -0.0, exact cancellation 0.0.
 *
 * Accumulators need not be trustworthy: any bytes give some result.
 */
#ifndef QDR_EXACT_ROUND_H
#define QDR_EXACT_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "exact/exact.h"
#include "exact/factors.h"

/* What is rounded to. A result is a double in any case, one that holds the value exactly. */
typedef enum { QDR_TO_DOUBLE, QDR_TO_FLOAT, QDR_TO_HALF } qdr_precision;

/* The sum; 0.0 without terms. */
double qdr_exact_sum_round(const qdr_exact_sum *sum, qdr_precision to);

/* The sum as an integer; false, with *value untouched, when the sum is none that fits. */
bool qdr_exact_sum_int64(const qdr_exact_sum *sum, int64_t *value);
bool qdr_exact_sum_uint64(const qdr_exact_sum *sum, uint64_t *value);

/* sum / n for n terms; NaN without terms. */
double qdr_exact_mean(const qdr_exact_sum *sum, qdr_precision to);

/* The variance (n * squares - sum^2) / (n * (n - ddof)) of n elements, whose sum and sum of squares
 * are given, and its square root. NaN when n <= ddof and when an element is NaN or infinite. */
double qdr_exact_var(const qdr_exact_sum *sum, const qdr_exact_product *squares, uint64_t ddof,
                     qdr_precision to);
double qdr_exact_std(const qdr_exact_sum *sum, const qdr_exact_product *squares, uint64_t ddof,
                     qdr_precision to);

/* The same of complex elements: given are the sums of their real and of their imaginary parts, and
 * the sum of the squares of both. */
double qdr_exact_complex_var(const qdr_exact_sum parts[2], const qdr_exact_product *squares,
                             uint64_t ddof, qdr_precision to);
double qdr_exact_complex_std(const qdr_exact_sum parts[2], const qdr_exact_product *squares,
                             uint64_t ddof, qdr_precision to);

/* The square root of a sum of squares; 0.0 without terms. */
double qdr_exact_norm(const qdr_exact_product *squares, qdr_precision to);

/* The sum of products; 0.0 without terms. */
double qdr_exact_dot(const qdr_exact_product *products, qdr_precision to);

/* The product; false, with *value one of the two numbers that it may round to, when the factors
 * leave that open. NaN when there is one, or both a zero and an infinity. */
bool qdr_factors_round(const qdr_factors *factors, qdr_precision to, double *value);

/* The product of the integers; false, with *value untouched, when it does not fit. */
bool qdr_factors_int64(const qdr_factors *factors, int64_t *value);
bool qdr_factors_uint64(const qdr_factors *factors, uint64_t *value);

#endif
