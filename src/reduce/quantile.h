/* Order statistics: median and quantile, exact, of any array.
 *
 * Elements are looked at as unsigned integers, their keys (keys.h). Their digits of 16 bits are
 * counted (digits.c): so four passes find an element among any number of float64. Digits have 8
 * bits where there are many outputs; few elements are kept and sorted (kept.c).
 *
 * A quantile q of n elements lies at a position among them in order, by one of NumPy's methods; all
 * but the last four are those of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The
 * American Statistician 50 (1996). The position is computed in float64 as NumPy does it; between
 * two elements the value is the exact number on the line between them, rounded once. Equal
 * infinities have that value between them, opposite ones NaN.
 *
 * The quantiles of nothing, and of elements with a NaN, are NaN. Local, all of it.
 */
#ifndef QDR_REDUCE_QUANTILE_H
#define QDR_REDUCE_QUANTILE_H

#include "quadrat/reduce.h"

/* The kind for elements of that dtype: by how many elements and outputs there are. NULL for complex
 * numbers, which have no quantiles. */
const qdr_accumulator *qdr_quantile_accumulator(qdr_dtype dtype,
                                                const qdr_reduce_options *options);

/* The methods: "linear" is 0; NULL behind the last. */
const char *qdr_quantile_method(int method);

/* Whether a method gives an element, of the dtype of the array. */
bool qdr_quantile_gives_element(int method);

#endif
