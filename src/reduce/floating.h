/* What the exact reductions share: taking tiles of any dtype into bins, and values of the dtype
 * that a mean has: floats keep theirs, everything else becomes float64. */
#ifndef QDR_REDUCE_FLOATING_H
#define QDR_REDUCE_FLOATING_H

#include "exact/bins.h"
#include "exact/round.h"
#include "quadrat/reduce.h"

void qdr_sum_take(qdr_bins *bins, const qdr_tile *tile);
void qdr_squares_take(qdr_square_bins *bins, const qdr_tile *tile);

qdr_precision qdr_floating_precision(qdr_dtype dtype);
qdr_scalar qdr_floating(qdr_dtype dtype, double value);

#endif
