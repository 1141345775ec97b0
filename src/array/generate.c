/* Generators: arrays that are computed. Any element can be computed alone, from its position. */
#include <stdlib.h>
#include <string.h>

#include "array/source.h"
#include "base/half.h"

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
#define DELTA_h(type, first, second) VALUE_h(second) - VALUE_h(first)
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

/* As numpy.linspace computes it, step by step. A step that underflows to 0 is not used. */
static int fill_line(const qdr_source *source, int64_t position, int64_t count, void *elements,
                     qdr_error *err)
{
    (void)err;
    double *x = elements, start = source->line.start, divisor = (double)source->line.divisor;
    double delta = source->line.stop - start, step = delta / divisor;
    for (int64_t i = 0; i < count; i++) {
        double at = (double)(position + i);
        x[i] = (step == 0 ? at / divisor * delta : at * step) + start;
    }
    int64_t last = source->line.last - position;
    if (last >= 0 && last < count)
        x[last] = source->line.stop;
    return QDR_OK;
}

int qdr_source_linspace(int64_t count, double start, double stop, bool endpoint,
                        qdr_source **source, qdr_error *err)
{
    qdr_shape shape = {.ndim = 1, .extent = {count}};
    int code = qdr_source_new(QDR_FLOAT64, &shape, source, err);
    if (code)
        return code;
    int64_t divisor = count - endpoint;
    (*source)->line.start = start;
    (*source)->line.stop = stop;
    (*source)->line.divisor = divisor > 0 ? divisor : 1;
    (*source)->line.last = endpoint && count > 1 ? count - 1 : -1;
    (*source)->fill = fill_line;
    return QDR_OK;
}

static int fill_diagonal(const qdr_source *source, int64_t position, int64_t count, void *elements,
                         qdr_error *err)
{
    (void)err;
    char *to = elements;
    size_t size = qdr_dtype_size(source->dtype);
    int64_t columns = source->shape.extent[1], last = position + count - 1;
    memset(to, 0, (size_t)count * size);
    for (int64_t row = position / columns; row <= last / columns; row++) {
        int64_t column = row + source->diagonal.offset, at = row * columns + column - position;
        if (column >= 0 && column < columns && at >= 0 && at < count)
            memcpy(to + (size_t)at * size, source->diagonal.one.words, size);
    }
    return QDR_OK;
}

int qdr_source_eye(int64_t rows, int64_t columns, int64_t k, qdr_scalar one, qdr_source **source,
                   qdr_error *err)
{
    qdr_shape shape = {.ndim = 2, .extent = {rows, columns}};
    int code = qdr_source_new(one.dtype, &shape, source, err);
    if (code)
        return code;
    /* beyond the corners all are alike */
    (*source)->diagonal.offset = k < -rows ? -rows : k > columns ? columns : k;
    (*source)->diagonal.one = one;
    (*source)->fill = fill_diagonal;
    return QDR_OK;
}

/* The index along an axis stays for as many positions as one index of that axis has elements. */
static int fill_indices(const qdr_source *source, int64_t position, int64_t count, void *elements,
                        qdr_error *err)
{
    (void)err;
    const qdr_shape *shape = &source->shape;
    int64_t *x = elements, each = qdr_shape_count(shape) / shape->extent[0];
    while (count > 0) {
        int64_t axis = position / each, below = 1;
        for (int k = shape->ndim - 1; k > axis + 1; k--)
            below *= shape->extent[k];
        int64_t extent = shape->extent[axis + 1], index = position % each / below % extent;
        int64_t same = below - position % below; /* positions left of this index */
        int64_t n = each - position % each;
        n = n < count ? n : count;
        position += n;
        count -= n;
        for (; n > 0; n -= same, same = below) {
            same = same < n ? same : n;
            for (int64_t i = 0; i < same; i++)
                *x++ = index;
            index = index + 1 == extent ? 0 : index + 1;
        }
    }
    return QDR_OK;
}

int qdr_source_indices(const qdr_shape *shape, qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(QDR_INT64, shape, source, err);
    if (code)
        return code;
    (*source)->fill = fill_indices;
    return QDR_OK;
}
