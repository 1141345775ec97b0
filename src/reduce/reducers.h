/* What the rows of reducers.def name: accumulators and finishing functions. */
#ifndef QDR_REDUCE_REDUCERS_H
#define QDR_REDUCE_REDUCERS_H

#include "quadrat/reduce.h"

extern const qdr_accumulator qdr_sum_accumulator, qdr_complex_sum_accumulator;
extern const qdr_accumulator qdr_moments_accumulator, qdr_complex_moments_accumulator;
extern const qdr_accumulator qdr_minimum_accumulator, qdr_maximum_accumulator;
extern const qdr_accumulator qdr_first_min_accumulator, qdr_first_max_accumulator;
extern const qdr_accumulator qdr_count_accumulator;

#define QDR_EXTREMUM_WORDS 4 /* of the minimum's and the maximum's state */

#define REDUCER(name, parameters, of_real, of_complex, result, steps, traits, help, example, value) \
    qdr_finish qdr_finish_##name;
#include "reduce/reducers.def"
#undef REDUCER

#endif
