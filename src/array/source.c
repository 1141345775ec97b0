/* Sources: the table of file formats, and reading boxes from any source. */
#include "array/source.h"

#include <byteswap.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"

static const qdr_file_format *const formats[] = {&qdr_npy_format, NULL};

const char *qdr_file_ending(size_t index)
{
    return formats[index] ? formats[index]->ending : NULL;
}

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

int qdr_file_probe(const char *path, qdr_layout *layout, qdr_error *err)
{
    int index = 0;
    while (formats[index] && !ends_in(path, formats[index]->ending))
        index++;
    if (!formats[index]) {
        char shown[512];
        qdr_bytes known = {0};
        for (int i = 0; formats[i]; i++)
            qdr_bytes_format(&known, " %s", formats[i]->ending);
        qdr_fail(err, QDR_EUSAGE, "%s: the ending tells no array format; known are:%s",
                 qdr_escape(shown, sizeof shown, path), known.data);
        qdr_bytes_clear(&known);
        return QDR_EUSAGE;
    }
    int fd;
    uint64_t size;
    int code = qdr_file_open(path, &fd, &size, err);
    if (code)
        return code;
    *layout = (qdr_layout){.format = index, .size = size};
    code = formats[index]->probe(fd, path, size, layout, err);
    close(fd);
    return code;
}

static int wrong_size(const char *path, uint64_t here, uint64_t there, qdr_error *err)
{
    char shown[512];
    return qdr_fail(err, QDR_EDATA,
                    "%s: has %llu bytes here, but %llu where its header was read. Is it another "
                    "file of that name?",
                    qdr_escape(shown, sizeof shown, path), (unsigned long long)here,
                    (unsigned long long)there);
}

/* Maps the file up to the end of its elements. */
static int map_file(qdr_source *s, qdr_io io, qdr_error *err)
{
    uint64_t end = s->file.offset + (uint64_t)qdr_shape_count(&s->shape) * qdr_dtype_size(s->dtype);
    int code = io == QDR_IO_READ ? QDR_OK
                                 : qdr_map_open(s->file.fd, s->path, end, io == QDR_IO_MAP,
                                                &s->file.map, err);
    if (!code && s->file.map)
        s->memory = qdr_map_start(s->file.map) + s->file.offset;
    s->file.ahead = !s->memory || (io == QDR_IO_AUTO && !qdr_map_is_faster(s->file.map));
    return code;
}

int qdr_file_attach(const char *path, const qdr_layout *layout, qdr_io io, qdr_source **source,
                    qdr_error *err)
{
    uint64_t size;
    int code = qdr_source_new(layout->dtype, &layout->shape, source, err);
    if (code)
        return code;
    qdr_source *s = *source;
    s->fill = formats[layout->format]->fill;
    s->file.offset = layout->offset;
    s->file.swapped = layout->swapped;
    s->file.fd = -1;
    s->file.trailing = layout->size - layout->offset -
                       (uint64_t)qdr_shape_count(&s->shape) * qdr_dtype_size(s->dtype);
    s->reversed = layout->reversed;
    for (int i = 0; i < s->shape.ndim && s->reversed; i++)
        s->stored.extent[i] = s->shape.extent[s->shape.ndim - 1 - i];
    s->path = strdup(path);
    code = s->path ? qdr_file_open(path, &s->file.fd, &size, err) : qdr_fail_memory(err, path);
    if (!code && size != layout->size)
        code = wrong_size(path, size, layout->size, err);
    if (!code)
        code = map_file(s, io, err);
    if (code) {
        qdr_source_destroy(s);
        *source = NULL;
    }
    return code;
}

static int fill_nothing(const qdr_source *source, int64_t position, int64_t count, void *elements,
                        qdr_error *err)
{
    (void)position, (void)count, (void)elements;
    char shown[512];
    return qdr_fail(err, QDR_EREFUSED, "%s: its elements are not here",
                    qdr_escape(shown, sizeof shown, source->path));
}

int qdr_source_described(const char *name, qdr_dtype dtype, const qdr_shape *shape,
                         qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(dtype, shape, source, err);
    if (code)
        return code;
    (*source)->fill = fill_nothing;
    (*source)->file.fd = -1;
    (*source)->path = strdup(name);
    if ((*source)->path)
        return QDR_OK;
    qdr_source_destroy(*source);
    *source = NULL;
    return qdr_fail_memory(err, name);
}

int qdr_source_new(qdr_dtype dtype, const qdr_shape *shape, qdr_source **source, qdr_error *err)
{
    *source = calloc(1, sizeof **source);
    if (!*source)
        return qdr_fail_memory(err, "making an array");
    (*source)->dtype = dtype;
    (*source)->shape = (*source)->stored = *shape;
    return QDR_OK;
}

void qdr_source_destroy(qdr_source *source)
{
    if (!source)
        return;
    if (source->path) {
        qdr_map_close(source->file.map);
        if (source->file.fd >= 0)
            close(source->file.fd);
    }
    qdr_windows_destroy(source->windows);
    free(source->path);
    free(source);
}

qdr_dtype qdr_source_dtype(const qdr_source *source)
{
    return source->dtype;
}

const qdr_shape *qdr_source_shape(const qdr_source *source)
{
    return &source->shape;
}

const char *qdr_source_path(const qdr_source *source)
{
    return source->path;
}

int qdr_source_fastest(const qdr_source *source)
{
    return source->reversed ? 0 : source->shape.ndim - 1;
}

uint64_t qdr_source_trailing(const qdr_source *source)
{
    return source->path ? source->file.trailing : 0;
}

void qdr_source_stamp(const qdr_source *source, uint64_t stamp[2])
{
    struct stat st;
    stamp[0] = stamp[1] = 0;
    if (!source->path || fstat(source->file.fd, &st))
        return;
    stamp[0] = (uint64_t)st.st_size;
    stamp[1] = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
}

int qdr_source_check(const qdr_source *source, qdr_error *err)
{
    const qdr_source *s = source->windows ? qdr_windows_from(source->windows) : source;
    return s->path && s->file.map ? qdr_map_check(s->file.map, err) : QDR_OK;
}

int qdr_source_read(const qdr_source *source, const qdr_box *box, void *elements, qdr_error *err)
{
    qdr_view whole = qdr_view_whole(&source->shape);
    return qdr_source_read_view(source, &whole, box, elements, err);
}

int qdr_source_read_stored(const qdr_source *source, const qdr_box *box, void *elements,
                           qdr_error *err)
{
    char *to = elements;
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, &source->stored, box); more; more = qdr_runs_next(&runs)) {
        int code = source->fill(source, runs.position, runs.length, to, err);
        if (code)
            return code;
        to += (size_t)runs.length * qdr_dtype_size(source->dtype);
    }
    return QDR_OK;
}

static void swap(void *numbers, int64_t count, size_t size)
{
    uint16_t *shorts = numbers;
    uint32_t *words = numbers;
    uint64_t *longs = numbers;
    if (size == 2)
        for (int64_t i = 0; i < count; i++)
            shorts[i] = bswap_16(shorts[i]);
    if (size == 4)
        for (int64_t i = 0; i < count; i++)
            words[i] = bswap_32(words[i]);
    if (size == 8)
        for (int64_t i = 0; i < count; i++)
            longs[i] = bswap_64(longs[i]);
}

/* NumPy takes any byte but 0 as True. A NaN's sign and payload carry nothing that a result may
 * depend on. Integers have one representation a value. */
#define CANONICAL_b(x) x != 0
#define CANONICAL_i(x) x
#define CANONICAL_u(x) x
#define CANONICAL_h(x) (qdr_float16){(x.bits & 0x7fff) > 0x7c00 ? 0x7e00 : x.bits}
#define CANONICAL_f(x) x == x ? x : (__typeof__(x))NAN
#define CANONICAL_c(x) (__typeof__(x)){CANONICAL_f(x.re), CANONICAL_f(x.im)}

#define DTYPE(id, name, class, type, npy)                                                          \
    static void canonise_##id(void *elements, int64_t count)                                       \
    {                                                                                              \
        type *x = elements;                                                                        \
        for (int64_t i = 0; i < count; i++)                                                        \
            x[i] = CANONICAL_##class(x[i]);                                                        \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

static void (*const canonise[QDR_DTYPES])(void *elements, int64_t count) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = canonise_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
};

void qdr_dtype_canonise(qdr_dtype dtype, void *elements, int64_t count)
{
    canonise[dtype](elements, count);
}

void qdr_source_finish(const qdr_source *source, void *elements, int64_t count)
{
    int parts = qdr_dtype_parts(source->dtype);
    if (source->path && source->file.swapped)
        swap(elements, count * parts, qdr_dtype_size(source->dtype) / (size_t)parts);
    if (source->dtype == QDR_BOOL)
        qdr_dtype_canonise(source->dtype, elements, count);
}

int qdr_source_fill_plain(const qdr_source *source, int64_t position, int64_t count,
                          void *elements, qdr_error *err)
{
    size_t size = qdr_dtype_size(source->dtype);
    int code = qdr_file_read(source->file.fd, source->path, elements, (size_t)count * size,
                             source->file.offset + (uint64_t)position * size, err);
    if (!code)
        qdr_source_finish(source, elements, count);
    return code;
}
