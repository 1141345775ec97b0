/* count_nonzero. NaN is not zero, -0.0 is. */
#include "reduce/reducers.h"

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
    static uint64_t (*const counts[QDR_DTYPES])(const void *, size_t) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = count_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    };
    (void)work;
    state[0] += counts[tile->dtype](tile->elements, tile->count);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    to[0] += from[0];
}

const qdr_accumulator qdr_count_accumulator = {
    .name = "count",
    .words = 1,
    .update = update,
    .merge = merge,
};

int qdr_finish_count_nonzero(const uint64_t *state, qdr_dtype dtype,
                             const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)
{
    (void)dtype, (void)options, (void)err;
    *value = (qdr_scalar){.dtype = QDR_INT64, .integer = (int64_t)state[0]};
    return QDR_OK;
}
