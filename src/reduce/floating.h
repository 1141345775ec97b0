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
void qdr_squares_take(qdr_square_bins *bins, const qdr_tile *tile);

/* Complex elements are left out. */
void qdr_factors_take(qdr_factors *factors, const qdr_tile *tile);

/* What a dtype, or its parts, are rounded to. */
qdr_precision qdr_floating_precision(qdr_dtype dtype);

#endif
