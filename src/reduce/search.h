/* The search for order statistics: what is looked for, and the kinds of accumulators that look.
 *
 * Each quantile is a target: an element by its rank, the one after it, and how much weight that one
 * has. All kinds have the same context: each counts the elements and places the targets in its
 * first pass, and after its last knows the keys of both elements of each. Local, all of it.
 */
#ifndef QDR_REDUCE_SEARCH_H
#define QDR_REDUCE_SEARCH_H

#include "quadrat/reduce.h"

struct qdr_target {
    uint64_t key;   /* the digits of the lower element that are known, and in the end all */
    uint64_t upper; /* the key of the next element, in the end */
    uint64_t rank;  /* of the lower element among those that begin with the known digits */
    double weight;  /* of the next one in the value */
};

/* The context of all kinds, followed by the targets. */
struct qdr_search {
    uint64_t pass;        /* that comes next */
    uint64_t count, nans; /* elements, without NaN; and NaN */
    uint64_t targets;
    struct qdr_target target[];
};

/* Of the context. */
size_t qdr_search_words(const qdr_reduce_options *options);

/* Where the quantiles lie, once the elements have been counted. */
void qdr_search_place(struct qdr_search *s, uint64_t count, uint64_t nans,
                      const qdr_reduce_options *options);

/* Whether it is the context of a kind that takes `bits` bits of the keys in a pass. */
bool qdr_search_valid(const uint64_t *context, const qdr_taken *taken,
                      const qdr_reduce_options *options, int bits);

/* Count the digits of keys, of 8 or 16 bits: digits.c. */
extern const qdr_accumulator qdr_digits_8_accumulator, qdr_digits_16_accumulator;

/* Keeps the keys of all elements, in order, and has one pass: kept.c. */
extern const qdr_accumulator qdr_kept_accumulator;

#endif
