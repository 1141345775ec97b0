/* Loops over elements that end in a key, a count, or ranks of lines abreast, built for each instruction set. Local. */
#ifndef QDR_REDUCE_SCAN_H
#define QDR_REDUCE_SCAN_H

#include <stddef.h>

#include "base/isa.h"
#include "reduce/abreast.h"
#include "reduce/key.h"

/* The least elements of lines abreast, as ranks, which have the size of an element: at the start,
 * lowered by a panel, and as elements again. */
typedef struct qdr_ranks {
    void (*start)(void *ranks, size_t n);
    void (*lower)(void *ranks, const qdr_panel *panel, qdr_order order);
    void (*elements)(void *elements, const void *ranks, size_t n, qdr_order order);
} qdr_ranks;

/* Of one instruction set. */
typedef struct qdr_scan_set {
    qdr_key (*least[QDR_DTYPES])(const void *elements, size_t n, qdr_order order); /* n > 0 */
    /* The least keys in both orders, minimum and maximum, that have such a key of NaN; n > 0. */
    void (*extent[QDR_DTYPES])(const void *elements, size_t n, int64_t nan, qdr_key keys[2]);
    qdr_ranks ranks[QDR_DTYPES]; /* NULL of complex elements */
    uint64_t (*nonzero[QDR_DTYPES])(const void *elements, size_t n); /* NaN is, -0.0 is not */
} qdr_scan_set;

/* Those that were built, by instruction set; NULL for others. */
extern const qdr_scan_set *const qdr_scan_sets[QDR_ISAS];

/* The set for this machine. */
const qdr_scan_set *qdr_scans(void);

#endif
