/* Histograms: how many elements lie in each bin, exactly.
 *
 * Bin i has the elements x with edge[i] <= x < edge[i + 1], the last one also those equal to its
 * upper edge. Elements outside and NaN are left out. Bins of equal width have
 * the edges that NumPy gives them, linspace(low, high, bins + 1) in the dtype of a float array and
 * in float64 for others; the range is given, or that of the elements, or (0, 1) without elements; a
 * range of one point gets 0.5 more on both sides. Weights are float64; they are summed exactly in
 * each bin and rounded once. A density is a count divided by the bin's width and then by the total,
 * in float64.
 *
 * bincount has a bin for each of the numbers 0 to bins - 1, and an element outside is an error.
 *
 * Local, all of it. */
#ifndef QDR_REDUCE_HISTOGRAM_H
#define QDR_REDUCE_HISTOGRAM_H

#include "quadrat/reduce.h"

const qdr_accumulator *qdr_histogram_accumulator(qdr_dtype dtype,
                                                 const qdr_reduce_options *options);
const qdr_accumulator *qdr_bincount_accumulator(qdr_dtype dtype,
                                                const qdr_reduce_options *options);

#endif
