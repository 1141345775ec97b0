/* count_nonzero. NaN is not zero, -0.0 is. */
#include "reduce/reducers.h"

#define COUNT(T)                                                                                   \
    static uint64_t count_##T(const void *elements, size_t n)                                      \
    {                                                                                              \
        const T *x = elements;                                                                     \
        uint64_t count = 0;                                                                        \
        for (size_t i = 0; i < n; i++)                                                             \
            count += x[i] != 0;                                                                    \
        return count;                                                                              \
    }
COUNT(uint8_t)
COUNT(int64_t)
COUNT(float)
COUNT(double)

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    static uint64_t (*const counts[QDR_DTYPES])(const void *, size_t) = {
        [QDR_BOOL] = count_uint8_t,
        [QDR_INT64] = count_int64_t,
        [QDR_FLOAT32] = count_float,
        [QDR_FLOAT64] = count_double,
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
