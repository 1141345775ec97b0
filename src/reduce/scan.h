/* Loops over elements that end in a key or a count, built for each instruction set. Local. */
#ifndef QDR_REDUCE_SCAN_H
#define QDR_REDUCE_SCAN_H

#include <stddef.h>

#include "base/isa.h"
#include "reduce/key.h"

/* Of one instruction set; n > 0. */
typedef struct qdr_scan_set {
    qdr_key (*least[QDR_DTYPES])(const void *elements, size_t n, qdr_order order);
    /* The least keys in both orders, minimum and maximum, that have such a key of NaN. */
    void (*extent[QDR_DTYPES])(const void *elements, size_t n, int64_t nan, qdr_key keys[2]);
    uint64_t (*nonzero[QDR_DTYPES])(const void *elements, size_t n); /* NaN is, -0.0 is not */
} qdr_scan_set;

/* Those that were built, by instruction set; NULL for others. */
extern const qdr_scan_set *const qdr_scan_sets[QDR_ISAS];

/* The set for this machine. */
const qdr_scan_set *qdr_scans(void);

#endif
