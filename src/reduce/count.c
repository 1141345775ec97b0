/* count_nonzero, any, all: how many elements are not zero. NaN is not zero, -0.0 is. */
#include "reduce/reducers.h"
#include "reduce/scan.h"

typedef struct counts {
    uint64_t nonzero, all;
} counts;

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)work;
    counts *c = (counts *)state;
    c->nonzero += qdr_scans()->nonzero[tile->dtype](tile->elements, tile->count);
    c->all += tile->count;
}

static void merge(uint64_t *to, const uint64_t *from)
{
    to[0] += from[0];
    to[1] += from[1];
}

static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options)
{
    const counts *c = (const counts *)state;
    (void)options;
    return c->nonzero <= c->all && c->all <= taken->elements;
}

const qdr_accumulator qdr_count_accumulator = {
    .name = "count",
    .words = sizeof(counts) / sizeof(uint64_t),
    .update = update,
    .merge = merge,
    .valid = valid,
};

#define FINISH(name, of_count)                                                                     \
    int qdr_finish_##name(const uint64_t *state, qdr_dtype dtype,                                  \
                          const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)    \
    {                                                                                              \
        const counts *c = (const counts *)state;                                                   \
        (void)dtype, (void)options, (void)err;                                                     \
        *value = (qdr_scalar)of_count;                                                             \
        return QDR_OK;                                                                             \
    }
#define INTEGER(x) {.dtype = QDR_INT64, .integer = (int64_t)(x)}
#define TRUTH(x) {.dtype = QDR_BOOL, .words = {x}}
FINISH(count_nonzero, INTEGER(c->nonzero))
FINISH(any, TRUTH(c->nonzero > 0))
FINISH(all, TRUTH(c->nonzero == c->all))
