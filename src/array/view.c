/* Views, and reading through them. */
#include <stdlib.h>
#include <string.h>

#include "array/source.h"
#include "array/strided.h"

#define NEAR 8          /* a step up to this is read over, a longer one is read one index at a time */
#define SCRATCH 65536   /* bytes on the stack; more are allocated */

qdr_view qdr_view_whole(const qdr_shape *shape)
{
    qdr_view view = {.shape = *shape};
    for (int i = 0; i < shape->ndim; i++) {
        view.source[i] = i;
        view.step[i] = 1;
    }
    return view;
}

bool qdr_view_is_whole(const qdr_view *view, const qdr_shape *shape)
{
    bool whole = qdr_shape_equal(&view->shape, shape);
    for (int i = 0; i < shape->ndim && whole; i++)
        whole = view->source[i] == i && view->step[i] == 1 && view->start[i] == 0;
    return whole;
}

bool qdr_view_equal(const qdr_view *a, const qdr_view *b)
{
    bool equal = qdr_shape_equal(&a->shape, &b->shape) &&
                 memcmp(a->start, b->start, sizeof a->start) == 0;
    for (int i = 0; i < a->shape.ndim && equal; i++)
        equal = a->source[i] == b->source[i] && a->step[i] == b->step[i];
    return equal;
}

qdr_view qdr_view_broadcast(const qdr_view *view, const qdr_shape *shape)
{
    qdr_view wide = {.shape = *shape};
    memcpy(wide.start, view->start, sizeof wide.start);
    int missing = shape->ndim - view->shape.ndim;
    for (int i = 0; i < shape->ndim; i++) {
        bool repeated = i < missing || view->shape.extent[i - missing] != shape->extent[i];
        wide.source[i] = repeated ? -1 : view->source[i - missing];
        wide.step[i] = repeated ? 0 : view->step[i - missing];
    }
    return wide;
}

/* A box of a view, as what is read from the source: a dense box of it, from which elements are
 * picked with strides. Axes of long steps are left out of it, and read one index at a time. */
struct picking {
    qdr_box dense;                /* of the source */
    int64_t stride[QDR_MAX_DIMS]; /* by axis of the view, within the dense box; 0 where it repeats */
    bool far[QDR_MAX_DIMS];       /* by axis of the view: a long step */
    int64_t offset;               /* of the first element, within the dense box */
};

static struct picking plan_picking(const qdr_source *source, const qdr_view *view,
                                   const qdr_box *box)
{
    struct picking p = {.dense.ndim = source->shape.ndim};
    for (int k = 0; k < p.dense.ndim; k++) {
        p.dense.start[k] = view->start[k];
        p.dense.extent[k] = 1;
    }
    for (int i = 0; i < box->ndim; i++) {
        int k = view->source[i];
        if (k < 0)
            continue;
        int64_t step = view->step[i], span = (box->extent[i] - 1) * (step < 0 ? -step : step);
        p.far[i] = step > NEAR || step < -NEAR;
        p.dense.start[k] += box->start[i] * step - (step < 0 && !p.far[i] ? span : 0);
        p.dense.extent[k] = p.far[i] ? 1 : span + 1;
    }
    int64_t below[QDR_MAX_DIMS], count = 1; /* C-order strides of the dense box */
    for (int k = p.dense.ndim - 1; k >= 0; k--) {
        below[k] = count;
        count *= p.dense.extent[k];
    }
    for (int i = 0; i < box->ndim; i++) {
        int k = view->source[i];
        if (k < 0 || p.far[i])
            continue;
        p.stride[i] = view->step[i] * below[k];
        if (view->step[i] < 0)
            p.offset += (p.dense.extent[k] - 1) * below[k];
    }
    return p;
}

/* Moves an odometer over the axes of a box that are `turning`, last axis fastest; false at the
 * end. */
static bool turn(const qdr_box *box, const bool turning[], int64_t at[])
{
    for (int i = box->ndim - 1; i >= 0; i--) {
        if (!turning[i])
            continue;
        if (++at[i] < box->extent[i])
            return true;
        at[i] = 0;
    }
    return false;
}

/* Reads one dense box and puts its elements where they belong; `far` are the indices of the axes
 * of long steps. */
static int read_dense(const qdr_source *source, const qdr_view *view, const struct picking *p,
                      const qdr_box *box, const int64_t far[], char *scratch, char *to,
                      qdr_error *err)
{
    size_t size = qdr_dtype_size(source->dtype);
    qdr_box dense = p->dense;
    int64_t out[QDR_MAX_DIMS], at[QDR_MAX_DIMS] = {0}, first = 0, count = 1;
    bool turning[QDR_MAX_DIMS];
    for (int i = box->ndim - 1; i >= 0; i--) {
        out[i] = count;
        count *= box->extent[i];
        if (p->far[i]) {
            dense.start[view->source[i]] += far[i] * view->step[i];
            first += far[i] * out[i];
        }
        turning[i] = !p->far[i];
    }
    int code = qdr_source_read_stored(source, &dense, scratch, err);
    if (code)
        return code;
    int last = box->ndim - 1; /* its elements are copied in one go */
    bool inner = last >= 0 && !p->far[last];
    if (inner)
        turning[last] = false;
    do {
        int64_t from = p->offset, into = first;
        for (int i = 0; i < box->ndim; i++)
            if (turning[i]) {
                from += at[i] * p->stride[i];
                into += at[i] * out[i];
            }
        qdr_copy_strided(size, to + (size_t)into * size, 1, scratch + (size_t)from * size,
                         inner ? p->stride[last] : 0, inner ? box->extent[last] : 1);
    } while (turn(box, turning, at));
    return QDR_OK;
}

/* The view of an array as one of the array in the order that its elements lie. */
static qdr_view stored_view(const qdr_source *source, const qdr_view *view)
{
    qdr_view stored = *view;
    int last = source->shape.ndim - 1;
    for (int i = 0; i < view->shape.ndim; i++)
        stored.source[i] = view->source[i] < 0 ? -1 : last - view->source[i];
    for (int k = 0; k <= last; k++)
        stored.start[k] = view->start[last - k];
    return source->reversed ? stored : *view;
}

/* A view that is not the array itself. */
static int read_picked(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                       void *elements, qdr_error *err)
{
    if (!qdr_box_count(box))
        return QDR_OK;
    struct picking p = plan_picking(source, view, box);
    size_t need = (size_t)qdr_box_count(&p.dense) * qdr_dtype_size(source->dtype);
    _Alignas(16) char small[SCRATCH];
    char *scratch = need <= sizeof small ? small : malloc(need);
    if (!scratch)
        return qdr_fail_memory(err, "reading a part of an array");
    int64_t far[QDR_MAX_DIMS] = {0};
    int code;
    do
        code = read_dense(source, view, &p, box, far, scratch, elements, err);
    while (!code && turn(box, p.far, far));
    if (scratch != small)
        free(scratch);
    return code;
}

static int read_stored_view(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                            qdr_ahead *ahead, void *room, const void **elements, qdr_error *err)
{
    qdr_runs runs;
    *elements = room;
    if (!qdr_view_is_whole(view, &source->stored))
        return read_picked(source, view, box, room, err);
    int64_t count = qdr_box_count(box);
    if (ahead && ahead->room && qdr_runs_first(&runs, &source->stored, box) && runs.length == count)
        return qdr_source_read_ahead(source, runs.position, count, ahead, elements, err);
    return qdr_source_read_stored(source, box, room, err);
}

int qdr_source_elements(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                        qdr_ahead *ahead, void *room, const void **elements, qdr_error *err)
{
    if (source->memory)
        return qdr_source_pick(source, view, box, ahead, room, elements, err);
    qdr_view stored = stored_view(source, view);
    return read_stored_view(source, &stored, box, ahead, room, elements, err);
}

int qdr_source_read_view(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                         void *elements, qdr_error *err)
{
    const void *at;
    int code = qdr_source_elements(source, view, box, NULL, elements, &at, err);
    if (!code && at != elements)
        memcpy(elements, at, (size_t)qdr_box_count(box) * qdr_dtype_size(source->dtype));
    if (!code)
        qdr_dtype_canonise(source->dtype, elements, qdr_box_count(box));
    return code ? code : qdr_source_check(source, err);
}
