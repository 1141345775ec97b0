/* Arrays in memory, and files that are mapped there: reading boxes of views of them, by strides. */
#include <stdlib.h>
#include <string.h>

#include "array/keep.h"
#include "array/source.h"
#include "array/strided.h"

#define NEAR 8 /* of so many bytes one is read at least, or windows are not brought in */

int qdr_source_memory(qdr_dtype dtype, const qdr_shape *shape, const void *elements,
                      qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(dtype, shape, source, err);
    if (!code)
        (*source)->memory = elements;
    return code;
}

/* Where a box of a view lies: counted in elements. */
struct place {
    int64_t first;                /* of the box */
    int64_t low, high;            /* of all that it has */
    int64_t stride[QDR_MAX_DIMS]; /* by axis of the box */
};

static struct place find_place(const qdr_source *source, const qdr_view *view, const qdr_box *box)
{
    struct place p = {.first = 0};
    int64_t below[QDR_MAX_DIMS], count = 1; /* strides of the source's axes */
    int ndim = source->shape.ndim;
    for (int i = ndim - 1; i >= 0; i--) {
        int axis = source->reversed ? ndim - 1 - i : i;
        below[axis] = count;
        count *= source->shape.extent[axis];
        p.first += view->start[axis] * below[axis];
    }
    for (int i = 0; i < box->ndim; i++) {
        p.stride[i] = view->source[i] < 0 ? 0 : view->step[i] * below[view->source[i]];
        p.first += box->start[i] * p.stride[i];
    }
    p.low = p.high = p.first;
    for (int i = 0; i < box->ndim; i++)
        *(p.stride[i] < 0 ? &p.low : &p.high) += (box->extent[i] - 1) * p.stride[i];
    return p;
}

/* Whether the elements lie one after the other. */
static bool is_run(const struct place *p, const qdr_box *box)
{
    int64_t count = 1;
    for (int i = box->ndim - 1; i >= 0; i--) {
        if (box->extent[i] != 1 && p->stride[i] != count)
            return false;
        count *= box->extent[i];
    }
    return true;
}

/* Whether elements can be used where they are. Bools must be 0 or 1, a file's may be any byte. */
static bool is_usable(const qdr_source *source)
{
    size_t part = qdr_dtype_size(source->dtype) / (size_t)qdr_dtype_parts(source->dtype);
    return !source->path || (!source->file.swapped && source->dtype != QDR_BOOL &&
                             (uintptr_t)source->memory % part == 0);
}

/* The axis to go along in one go: that on which elements are nearest to each other. */
static int nearest_axis(const struct place *p, const qdr_box *box)
{
    int nearest = box->ndim - 1;
    for (int i = nearest - 1; i >= 0; i--)
        if (box->extent[i] > 1 && p->stride[i] &&
            (box->extent[nearest] == 1 || llabs(p->stride[i]) < llabs(p->stride[nearest])))
            nearest = i;
    return nearest;
}

/* Moves an odometer over the lines of a box along an axis, or with -1 over its elements; false at the
 * end. */
static bool next_line(const qdr_box *box, int along, int64_t at[])
{
    for (int i = box->ndim - 1; i >= 0; i--) {
        if (i != along && ++at[i] < box->extent[i])
            return true;
        at[i] = 0;
    }
    return false;
}

/* Whether elements lie so near to each other that what is between them is brought in too. */
static bool is_dense(const struct place *p, int64_t count)
{
    return (p->high - p->low) / NEAR < count;
}

/* Of kept elements, brings in the windows that a box has elements in, or counts them: by lines, where
 * the windows between the elements of one have others of it, or by elements. */
static int bring_windows(const qdr_windows *w, const struct place *p, const qdr_box *box,
                         int64_t *wanted, bool *there, qdr_error *err)
{
    bool dense = is_dense(p, qdr_box_count(box));
    int along = nearest_axis(p, box);
    bool lines = llabs(p->stride[along]) < qdr_windows_each(w);
    int64_t at[QDR_MAX_DIMS] = {0};
    do {
        int64_t low = p->low, high = p->high;
        if (!dense) {
            int64_t from = p->first, span = lines ? (box->extent[along] - 1) * p->stride[along] : 0;
            for (int i = 0; i < box->ndim; i++)
                from += at[i] * p->stride[i];
            low = span < 0 ? from + span : from;
            high = span < 0 ? from : from + span;
        }
        if (wanted)
            *wanted += qdr_windows_count(w, low, high);
        else if (qdr_windows_bring(w, low, high, there, err))
            return err->code;
    } while (!dense && next_line(box, lines ? along : -1, at));
    return QDR_OK;
}

/* Of a mapped file, brings in what is about to be read; where that lies far apart, the pages come
 * as they are touched. Of kept elements, all that are wanted, unless they can't be *there. */
static int bring(const qdr_source *source, const struct place *p, const qdr_box *box, bool *there,
                 qdr_error *err)
{
    uint64_t size = qdr_dtype_size(source->dtype);
    *there = true;
    if (source->windows)
        return bring_windows(source->windows, p, box, NULL, there, err);
    if (!source->path || !is_dense(p, qdr_box_count(box)))
        return QDR_OK;
    return qdr_map_bring(source->file.map, source->file.offset + (uint64_t)p->low * size,
                         source->file.offset + (uint64_t)(p->high + 1) * size, err);
}

int qdr_source_load(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                    int64_t *wanted, qdr_error *err)
{
    bool there = true;
    if (!source->windows || !qdr_box_count(box))
        return QDR_OK;
    struct place p = find_place(source, view, box);
    return bring_windows(source->windows, &p, box, wanted, &there, err);
}

/* Copies a box that is no run. */
static void copy(const qdr_source *source, const struct place *p, const qdr_box *box, char *to)
{
    size_t size = qdr_dtype_size(source->dtype);
    int along = nearest_axis(p, box);
    int64_t into[QDR_MAX_DIMS], at[QDR_MAX_DIMS] = {0}, count = 1;
    for (int i = box->ndim - 1; i >= 0; i--) {
        into[i] = count;
        count *= box->extent[i];
    }
    do {
        int64_t from = p->first, out = 0;
        for (int i = 0; i < box->ndim; i++) {
            from += at[i] * p->stride[i];
            out += at[i] * into[i];
        }
        qdr_copy_strided(size, to + (size_t)out * size, into[along],
                         source->memory + from * (int64_t)size, p->stride[along],
                         box->extent[along]);
    } while (next_line(box, along, at));
}

int qdr_source_pick(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                    qdr_ahead *ahead, void *room, const void **elements, qdr_error *err)
{
    struct place p = find_place(source, view, box);
    int64_t count = qdr_box_count(box);
    bool run = is_run(&p, box);
    size_t size = qdr_dtype_size(source->dtype);
    const char *first = source->memory + p.first * (int64_t)size;
    if (run && count && ahead && ahead->room)
        return qdr_source_read_ahead(source, p.first, count, ahead, elements, err);
    bool there = true;
    int code = count ? bring(source, &p, box, &there, err) : QDR_OK;
    if (!code && !there)
        return qdr_source_elements(qdr_windows_from(source->windows), view, box, ahead, room,
                                   elements, err);
    *elements = run && is_usable(source) ? first : room;
    if (code || !count || *elements == first)
        return code;
    if (run)
        memcpy(room, first, (size_t)count * size);
    else
        copy(source, &p, box, room);
    qdr_source_finish(source, room, count);
    return QDR_OK;
}
