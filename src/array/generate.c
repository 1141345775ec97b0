/* Generators: arrays that are in memory or computed. Any element can be computed alone, from its position. */
#include <stdlib.h>
#include <string.h>

#include "array/source.h"
#include "base/half.h"

static int fill_memory(const qdr_source *source, int64_t position, int64_t count, void *elements,
                       qdr_error *err)
{
    (void)err;
    size_t size = qdr_dtype_size(source->dtype);
    memcpy(elements, source->memory + (size_t)position * size, (size_t)count * size);
    return QDR_OK;
}

int qdr_source_memory(qdr_dtype dtype, const qdr_shape *shape, const void *elements,
                      qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(dtype, shape, source, err);
    if (code)
        return code;
    (*source)->memory = elements;
    (*source)->fill = fill_memory;
    return QDR_OK;
}

static int fill_constant(const qdr_source *source, int64_t position, int64_t count,
                         void *elements, qdr_error *err)
{
    (void)position, (void)err;
    char *to = elements;
    size_t done = qdr_dtype_size(source->dtype), size = (size_t)count * done;
    memcpy(to, source->constant.words, done);
    for (size_t part = done; done < size; done += part) {
        part = done < size - done ? done : size - done;
        memcpy(to + done, to, part);
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

/* The arithmetic of a range in the type of its elements, which numpy.arange does too: the first two
 * elements are as given, their difference makes the others. The formula rounds, and has no use for
 * -0.0 and inf. */
#define DELTA_i(type, first, second) (uint64_t)second - (uint64_t)first
#define DELTA_u(type, first, second) DELTA_i(type, first, second)
#define DELTA_f(type, first, second) second - first
#define DELTA_h(type, first, second)                                                               \
    qdr_half_value(qdr_half_of_float(VALUE_h(second) - VALUE_h(first)))
#define VALUE_h(half) qdr_half_value(half.bits)
#define AT_i(type, i) (type)((uint64_t)given[0] + (uint64_t)i * (uint64_t)delta)
#define AT_u(type, i) AT_i(type, i)
#define AT_f(type, i) given[0] + (type)i * delta
#define AT_h(type, i) (qdr_float16){qdr_half_of_float(VALUE_h(given[0]) + (float)i * delta)}

#define RANGE(id, class, type)                                                                     \
    static int fill_range_##id(const qdr_source *source, int64_t position, int64_t count,          \
                               void *elements, qdr_error *err)                                     \
    {                                                                                              \
        (void)err;                                                                                 \
        type *x = elements, given[2];                                                              \
        memcpy(&given[0], source->range.first.words, sizeof given[0]);                             \
        memcpy(&given[1], source->range.second.words, sizeof given[1]);                            \
        const __typeof__(DELTA_##class(type, given[0], given[1])) delta =                          \
            DELTA_##class(type, given[0], given[1]);                                               \
        for (int64_t i = 0; i < count; i++)                                                        \
            x[i] = AT_##class(type, (position + i));                                               \
        for (int64_t i = position; i < 2 && i < position + count; i++)                             \
            x[i - position] = given[i];                                                            \
        return QDR_OK;                                                                             \
    }
#define RANGE_b(id, type)
#define RANGE_i(id, type) RANGE(id, i, type)
#define RANGE_u(id, type) RANGE(id, u, type)
#define RANGE_h(id, type) RANGE(id, h, type)
#define RANGE_f(id, type) RANGE(id, f, type)
#define RANGE_c(id, type)
#define DTYPE(id, name, class, type, npy) RANGE_##class(id, type)
#include "quadrat/dtypes.def"
#undef DTYPE

int qdr_source_arange(int64_t count, qdr_scalar first, qdr_scalar second, qdr_source **source,
                      qdr_error *err)
{
#define ROW_b(id)
#define ROW_i(id) [QDR_##id] = fill_range_##id,
#define ROW_u(id) ROW_i(id)
#define ROW_h(id) ROW_i(id)
#define ROW_f(id) ROW_i(id)
#define ROW_c(id)
    static int (*const fills[QDR_DTYPES])(const qdr_source *, int64_t, int64_t, void *,
                                          qdr_error *) = {
#define DTYPE(id, name, class, type, npy) ROW_##class(id)
#include "quadrat/dtypes.def"
#undef DTYPE
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
