/* What the rows of reducers.def name: accumulators and finishing functions. */
#ifndef QDR_REDUCE_REDUCERS_H
#define QDR_REDUCE_REDUCERS_H

#include "quadrat/reduce.h"
#include "reduce/histogram.h"
#include "reduce/quantile.h"

extern const qdr_accumulator qdr_sum_accumulator, qdr_complex_sum_accumulator;
extern const qdr_accumulator qdr_moments_accumulator, qdr_complex_moments_accumulator;
extern const qdr_accumulator qdr_minimum_accumulator, qdr_maximum_accumulator;
extern const qdr_accumulator qdr_extent_accumulator;
extern const qdr_accumulator qdr_first_min_accumulator, qdr_first_max_accumulator;
extern const qdr_accumulator qdr_least_accumulator, qdr_greatest_accumulator;
extern const qdr_accumulator qdr_first_least_accumulator, qdr_first_greatest_accumulator;
extern const qdr_accumulator qdr_count_accumulator;
extern const qdr_accumulator qdr_factors_accumulator, qdr_squares_accumulator;

#define REDUCER(name, parameters, of_real, of_complex, result, finish, steps, traits, help,        \
                example, value)                                                                    \
    qdr_finish qdr_finish_##finish;
#define CHOOSER(name, parameters, choose, result, finish, steps, traits, help, example, value)     \
    qdr_finish qdr_finish_##finish;
#include "reduce/reducers.def"
#undef REDUCER
#undef CHOOSER

/* Makes the value, in the dtype, of an integer, int64 or uint64, if it fits that; else says that
 * `what` does not fit the dtype, and advice. */
int qdr_integer_finish(bool fits, qdr_scalar wide, qdr_dtype dtype, const char *what,
                       const char *advice, qdr_scalar *value, qdr_error *err);

#endif
