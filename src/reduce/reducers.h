/* What the rows of reducers.def name: accumulators and finishing functions. */
#ifndef QDR_REDUCE_REDUCERS_H
#define QDR_REDUCE_REDUCERS_H

#include "quadrat/reduce.h"
#include "reduce/histogram.h"
#include "reduce/quantile.h"

extern const qdr_accumulator qdr_sum_accumulator, qdr_complex_sum_accumulator;
extern const qdr_accumulator qdr_moments_accumulator, qdr_complex_moments_accumulator;
extern const qdr_accumulator qdr_extent_accumulator, qdr_extent_of_numbers_accumulator;
extern const qdr_accumulator qdr_first_min_accumulator, qdr_first_max_accumulator;
extern const qdr_accumulator qdr_first_least_accumulator, qdr_first_greatest_accumulator;
extern const qdr_accumulator qdr_count_accumulator;
extern const qdr_accumulator qdr_products_accumulator, qdr_complex_products_accumulator;
extern const qdr_accumulator qdr_conjugate_products_accumulator;
extern const qdr_accumulator qdr_factors_accumulator, qdr_squares_accumulator;

/* Whether all words are 0. */
bool qdr_words_zero(const uint64_t *words, size_t n);

/* The total of n words, each `stride` behind the one before; UINT64_MAX when it is larger. */
uint64_t qdr_words_total(const uint64_t *words, size_t n, size_t stride);

#define QDR_EXTREMUM_WORDS 4 /* of each end in an extent's state */

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
