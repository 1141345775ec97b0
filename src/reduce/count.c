/* count_nonzero, any, all: how many elements are not zero. NaN is not zero, -0.0 is. */
#include "reduce/reducers.h"

typedef struct counts {
    uint64_t nonzero, all;
} counts;

#define NONZERO_b(x) x != 0
#define NONZERO_i(x) x != 0
#define NONZERO_u(x) x != 0
#define NONZERO_h(x) (x.bits & 0x7fff) != 0
#define NONZERO_f(x) x != 0
#define NONZERO_c(x) ((x.re != 0) | (x.im != 0))

#define DTYPE(id, name, class, type, npy)                                                          \
    static uint64_t count_##id(const void *elements, size_t n)                                     \
    {                                                                                              \
        const type *x = elements;                                                                  \
        uint64_t count = 0;                                                                        \
        for (size_t i = 0; i < n; i++)                                                             \
            count += NONZERO_##class(x[i]);                                                        \
        return count;                                                                              \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    static uint64_t (*const count[QDR_DTYPES])(const void *, size_t) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = count_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    };
    (void)work;
    counts *c = (counts *)state;
    c->nonzero += count[tile->dtype](tile->elements, tile->count);
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
