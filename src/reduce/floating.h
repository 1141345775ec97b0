/* What the exact reductions share: taking up tiles of any dtype, and values of the dtype
 * that a mean has: floats and complex numbers keep theirs, everything else becomes float64. */
#ifndef QDR_REDUCE_FLOATING_H
#define QDR_REDUCE_FLOATING_H

#include "exact/bins.h"
#include "exact/factors.h"
#include "exact/round.h"
#include "quadrat/reduce.h"

/* Of complex elements, the real parts are taken up by bins[0], the imaginary ones by bins[1]. */
void qdr_sum_take(qdr_bins *bins, const qdr_tile *tile);

/* Of complex elements, the squares of both parts. */
void qdr_squares_take(qdr_product_bins *bins, const qdr_tile *tile);

/* Both at once, which is quicker. */
void qdr_moments_take(qdr_bins *bins, qdr_product_bins *squares, const qdr_tile *tile);

/* Complex elements are left out. */
void qdr_factors_take(qdr_factors *factors, const qdr_tile *tile);

/* What an element can be, or its parts. */
qdr_exact_terms qdr_terms_of(qdr_dtype dtype);

/* The same of products of two. */
qdr_exact_terms qdr_products_of(qdr_dtype dtype);

/* Whether that can be the squares of the elements, or of both their parts. */
bool qdr_squares_valid(const qdr_exact_product *squares, const qdr_taken *taken);

/* What a dtype, or its parts, are rounded to. */
qdr_precision qdr_floating_precision(qdr_dtype dtype);

/* A value of a float or complex dtype; im is left out of a float. */
qdr_scalar qdr_floating_make(double re, double im, qdr_dtype dtype);

#endif
