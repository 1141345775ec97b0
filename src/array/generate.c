/* Generators: arrays that are computed. Any element can be computed alone, from its position. */
#include <stdlib.h>
#include <string.h>

#include "array/source.h"

static int fill_constant(const qdr_source *source, int64_t position, int64_t count,
                         void *elements, qdr_error *err)
{
    (void)position, (void)err;
    uint8_t *bytes = elements;
    uint32_t *words = elements;
    uint64_t *longs = elements;
    switch (qdr_dtype_size(source->dtype)) {
    case 1:
        memset(bytes, source->constant.truth, (size_t)count);
        break;
    case 4:
        for (int64_t i = 0; i < count; i++)
            words[i] = (uint32_t)source->constant.word;
        break;
    case 8:
        for (int64_t i = 0; i < count; i++)
            longs[i] = source->constant.word;
        break;
    }
    return QDR_OK;
}

int qdr_source_constant(const qdr_shape *shape, qdr_scalar value, qdr_source **source,
                        qdr_error *err)
{
    int code = qdr_source_new(value.dtype, shape, source, err);
    if (code)
        return code;
    (*source)->constant = value;
    (*source)->fill = fill_constant;
    return QDR_OK;
}

static int fill_range_integer(const qdr_source *source, int64_t position, int64_t count,
                              void *elements, qdr_error *err)
{
    (void)err;
    int64_t *x = elements;
    uint64_t first = source->range.first.word, step = source->range.second.word - first;
    for (int64_t i = 0; i < count; i++)
        x[i] = (int64_t)(first + (uint64_t)(position + i) * step);
    return QDR_OK;
}

/* The first two elements are as given; the formula rounds, and has no use for -0.0 and inf. */
#define FILL_RANGE(name, T, member)                                                                \
    static int name(const qdr_source *source, int64_t position, int64_t count, void *elements,     \
                    qdr_error *err)                                                                \
    {                                                                                              \
        (void)err;                                                                                 \
        const T given[] = {source->range.first.member, source->range.second.member};               \
        T *x = elements, first = given[0], step = given[1] - first;                                \
        for (int64_t i = 0; i < count; i++)                                                        \
            x[i] = first + (T)(position + i) * step;                                               \
        for (int64_t i = position; i < 2 && i < position + count; i++)                             \
            x[i - position] = given[i];                                                            \
        return QDR_OK;                                                                             \
    }
FILL_RANGE(fill_range_f32, float, single)
FILL_RANGE(fill_range_f64, double, real)

int qdr_source_arange(int64_t count, qdr_scalar first, qdr_scalar second, qdr_source **source,
                      qdr_error *err)
{
    static int (*const fills[QDR_DTYPES])(const qdr_source *, int64_t, int64_t, void *,
                                          qdr_error *) = {
        [QDR_INT64] = fill_range_integer,
        [QDR_FLOAT32] = fill_range_f32,
        [QDR_FLOAT64] = fill_range_f64,
    };
    qdr_shape shape = {.ndim = 1, .extent = {count}};
    if (!fills[first.dtype])
        return qdr_fail(err, QDR_EUSAGE, "arange makes no %s", qdr_dtype_name(first.dtype));
    int code = qdr_source_new(first.dtype, &shape, source, err);
    if (code)
        return code;
    (*source)->range.first = first;
    (*source)->range.second = second;
    (*source)->fill = fills[first.dtype];
    return QDR_OK;
}

/* Philox4x64-10, constants and rounds of the paper. */
static void philox(uint64_t counter, uint64_t key, uint64_t out[4])
{
    uint64_t x0 = counter, x1 = 0, x2 = 0, x3 = 0, k0 = key, k1 = 0;
    for (int round = 0; round < 10; round++) {
        unsigned __int128 p0 = (unsigned __int128)0xD2E7470EE14C6C93 * x0;
        unsigned __int128 p1 = (unsigned __int128)0xCA5A826395121157 * x2;
        x0 = (uint64_t)(p1 >> 64) ^ x1 ^ k0;
        x2 = (uint64_t)(p0 >> 64) ^ x3 ^ k1;
        x1 = (uint64_t)p1;
        x3 = (uint64_t)p0;
        k0 += 0x9E3779B97F4A7C15;
        k1 += 0xBB67AE8584CAA73B;
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

/* NumPy counts before it draws: the first four numbers come from counter 1. */
static int fill_random(const qdr_source *source, int64_t position, int64_t count, void *elements,
                       qdr_error *err)
{
    (void)err;
    double *x = elements;
    for (int64_t i = 0; i < count;) {
        uint64_t word[4], at = (uint64_t)(position + i);
        philox(at / 4 + 1, source->seed, word);
        for (uint64_t k = at % 4; k < 4 && i < count; k++)
            x[i++] = (double)(word[k] >> 11) * 0x1p-53;
    }
    return QDR_OK;
}

int qdr_source_random(const qdr_shape *shape, uint64_t seed, qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(QDR_FLOAT64, shape, source, err);
    if (code)
        return code;
    (*source)->seed = seed;
    (*source)->fill = fill_random;
    return QDR_OK;
}
