/* What is told of an array that is nowhere whole: its digest, its smallest and its largest element.
 * Local. */
#ifndef QDR_REDUCE_SUMMARY_H
#define QDR_REDUCE_SUMMARY_H

#include "quadrat/reduce.h"

#define QDR_SUMMARY_WORDS 10

/* Takes up elements whose NaNs are canonical: see qdr_dtype_canonise. */
extern const qdr_accumulator qdr_summary_accumulator;

typedef struct qdr_summary {
    char digest[QDR_DIGEST_TEXT];
    qdr_scalar min, max; /* nothing of an array without elements */
} qdr_summary;

void qdr_summary_finish(const uint64_t *state, qdr_dtype dtype, const qdr_shape *shape,
                        qdr_summary *summary);

#endif
