#include "expr/store.h"

#include <string.h>

#include "base/replace.h"

#define EDGE 3 /* indices that are shown at each end of an axis */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

qdr_shape qdr_store_shown(const qdr_shape *shape, int64_t most)
{
    qdr_shape shown = *shape;
    if (qdr_shape_count(shape) <= most)
        return shown;
    for (int64_t edge = EDGE; edge >= 0; edge--) {
        int64_t count = 1;
        for (int i = 0; i < shape->ndim; i++) {
            shown.extent[i] = least(shape->extent[i], 2 * edge);
            count = least(count * shown.extent[i], most + 1);
        }
        if (count <= most)
            break;
    }
    return shown;
}

/* Copies the elements of a box to where they lie in an array. */
static void place(void *array, const qdr_shape *shape, const qdr_box *box, const qdr_tile *tile)
{
    size_t size = qdr_dtype_size(tile->dtype);
    const char *from = tile->elements;
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, shape, box); more; more = qdr_runs_next(&runs)) {
        memcpy((char *)array + (size_t)runs.position * size, from, (size_t)runs.length * size);
        from += (size_t)runs.length * size;
    }
}

/* Whether some index of the box along the axis is shown. */
static bool reaches(const qdr_store *s, const qdr_box *box, int axis)
{
    int64_t whole = s->shape.extent[axis], half = s->shown_shape.extent[axis] / 2;
    return s->shown_shape.extent[axis] == whole || box->start[axis] < half ||
           box->start[axis] + box->extent[axis] > whole - half;
}

/* The position among the elements that are shown of the element at some coordinates; -1 for none. */
static int64_t shown_position(const qdr_store *s, const int64_t at[])
{
    int64_t position = 0;
    for (int i = 0; i < s->shape.ndim; i++) {
        int64_t whole = s->shape.extent[i], extent = s->shown_shape.extent[i], index = at[i];
        bool left_out = extent < whole && index >= extent / 2 && index < whole - extent / 2;
        if (left_out)
            return -1;
        position = position * extent + (extent < whole && index >= extent / 2
                                            ? index - (whole - extent)
                                            : index);
    }
    return position;
}

static void show(const qdr_store *s, const qdr_tile *tile)
{
    const qdr_box *box = tile->box;
    qdr_shape shape = qdr_box_shape(box);
    size_t size = qdr_dtype_size(s->dtype);
    for (int i = 0; i < box->ndim; i++)
        if (!reaches(s, box, i))
            return;
    for (size_t k = 0; k < tile->count; k++) {
        int64_t at[QDR_MAX_DIMS];
        qdr_shape_unravel(&shape, (int64_t)k, at);
        for (int i = 0; i < box->ndim; i++)
            at[i] += box->start[i];
        int64_t position = shown_position(s, at);
        if (position >= 0)
            memcpy((char *)s->shown + (size_t)position * size,
                   (const char *)tile->elements + k * size, size);
    }
}

void qdr_store_put(const qdr_store *s, const qdr_tile *tile, const qdr_box *piece, void *buffer)
{
    if (s->kept)
        place(s->kept, &s->shape, tile->box, tile);
    if (s->shown)
        show(s, tile);
    if (!buffer)
        return;
    qdr_shape shape = qdr_box_shape(piece);
    qdr_box within = *tile->box;
    for (int i = 0; i < within.ndim; i++)
        within.start[i] -= piece->start[i];
    place(buffer, &shape, &within, tile);
}

int qdr_store_write(const qdr_store *s, const qdr_box *piece, const void *buffer, qdr_error *err)
{
    size_t size = qdr_dtype_size(s->dtype);
    for (const qdr_store_file *f = s->file; f; f = f->next) {
        const char *from = buffer;
        qdr_runs runs;
        for (bool more = qdr_runs_first(&runs, &s->shape, piece); more;
             more = qdr_runs_next(&runs)) {
            size_t bytes = (size_t)runs.length * size;
            int code = qdr_file_write(f->fd, f->path, from, bytes,
                                      f->offset + (uint64_t)runs.position * size, err);
            if (code)
                return code;
            from += bytes;
        }
    }
    return QDR_OK;
}
