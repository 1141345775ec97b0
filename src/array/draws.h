/* Random numbers as array.h defines them, made for each instruction set. Local. */
#ifndef QDR_ARRAY_DRAWS_H
#define QDR_ARRAY_DRAWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/isa.h"

#define QDR_DRAWS 512 /* numbers made at a time, at most */

/* Of one instruction set. */
typedef struct qdr_draw_set {
    /* The words of n counters from one on, four of each. */
    void (*philox)(const uint64_t key[2], uint64_t counter, size_t n, uint64_t words[]);
    /* Of n words, up to QDR_DRAWS: numbers in [0, 1); and the standard normal ones. */
    void (*uniform)(const uint64_t words[], size_t n, double to[]);
    void (*normal)(const uint64_t words[], size_t n, double to[]);
} qdr_draw_set;

extern const qdr_draw_set *const qdr_draw_sets[QDR_ISAS]; /* by qdr_isa */

#endif
