#include "expr/brackets.h"

/* "a:b:c" with what Python supplies left out. */
static void print_slice(qdr_bytes *text, int64_t start, int64_t step, int64_t count,
                        int64_t extent)
{
    int64_t stop = start + (count - 1) * step + (step < 0 ? -1 : 1);
    if (count == 0) {
        qdr_bytes_text(text, "0:0");
        return;
    }
    if (start != (step < 0 ? extent - 1 : 0))
        qdr_bytes_format(text, "%lld", (long long)start);
    qdr_bytes_text(text, ":");
    bool to_the_end = step < 0 ? start + count * step < 0 : start + count * step >= extent;
    if (!to_the_end)
        qdr_bytes_format(text, "%lld", (long long)stop);
    if (step != 1)
        qdr_bytes_format(text, ":%lld", (long long)step);
}

static bool in_order(const qdr_view *view)
{
    int last = -1;
    for (int i = 0; i < view->shape.ndim; i++) {
        if (view->source[i] >= 0 && view->source[i] < last)
            return false;
        last = view->source[i] >= 0 ? view->source[i] : last;
    }
    return true;
}

/* Items in brackets, of which a run of ':' at the end is left out. */
struct brackets {
    qdr_bytes *text;
    int items, pending; /* ':' not written yet */
};

static void begin_item(struct brackets *b)
{
    for (; b->pending >= 0; b->pending--) {
        qdr_bytes_text(b->text, b->items++ ? ", " : "[");
        if (b->pending)
            qdr_bytes_text(b->text, ":");
    }
    b->pending = 0;
}

static void end_brackets(struct brackets *b)
{
    if (b->items)
        qdr_bytes_text(b->text, "]");
}

/* The items for the axes of the source in their order, and None for new axes if `new_axes`. */
static void print_items(qdr_bytes *text, const qdr_view *view, const qdr_shape *source,
                        bool new_axes)
{
    struct brackets b = {.text = text};
    int next = 0; /* axis of the view, when they are in order */
    for (int k = 0; k <= source->ndim; k++) {
        for (; new_axes && next < view->shape.ndim && view->source[next] < 0; next++) {
            begin_item(&b);
            qdr_bytes_text(text, "None");
        }
        if (k == source->ndim)
            break;
        int axis = 0;
        while (axis < view->shape.ndim && view->source[axis] != k)
            axis++;
        if (axis == view->shape.ndim) {
            begin_item(&b);
            qdr_bytes_format(text, "%lld", (long long)view->start[k]);
            continue;
        }
        next += new_axes;
        bool whole = view->start[k] == 0 && view->step[axis] == 1 &&
                     view->shape.extent[axis] == source->extent[k];
        if (whole) {
            b.pending++;
            continue;
        }
        begin_item(&b);
        print_slice(text, view->start[k], view->step[axis], view->shape.extent[axis],
                    source->extent[k]);
    }
    end_brackets(&b);
}

/* The order of the axes behind slicing, then the new axes. */
static void print_order(qdr_bytes *text, const qdr_view *view)
{
    int order[QDR_MAX_DIMS], count = 0;
    bool reversed = true, new_axes = false;
    for (int i = 0; i < view->shape.ndim; i++) {
        int rank = 0;
        for (int k = 0; k < view->shape.ndim; k++)
            rank += view->source[k] >= 0 && view->source[k] < view->source[i];
        if (view->source[i] >= 0)
            order[count++] = rank;
        new_axes |= view->source[i] < 0;
    }
    for (int i = 0; i < count; i++)
        reversed &= order[i] == count - 1 - i;
    qdr_bytes_text(text, reversed ? ".T" : ".transpose((");
    for (int i = 0; i < count && !reversed; i++)
        qdr_bytes_format(text, "%s%d", i ? ", " : "", order[i]);
    qdr_bytes_text(text, reversed ? "" : "))");
    struct brackets b = {.text = text};
    for (int i = 0; i < view->shape.ndim && new_axes; i++) {
        if (view->source[i] >= 0) {
            b.pending++;
            continue;
        }
        begin_item(&b);
        qdr_bytes_text(text, "None");
    }
    end_brackets(&b);
}

/* New axes have one element; a second index takes it from those that have none. */
static void print_empty(qdr_bytes *text, const qdr_view *view)
{
    struct brackets b = {.text = text};
    for (int i = 0; i < view->shape.ndim; i++) {
        if (view->source[i] >= 0 || view->shape.extent[i] > 0) {
            b.pending++;
            continue;
        }
        begin_item(&b);
        qdr_bytes_text(text, "0:0");
    }
    end_brackets(&b);
}

void qdr_view_print(qdr_bytes *text, const qdr_view *view, const qdr_shape *source)
{
    bool ordered = in_order(view);
    print_items(text, view, source, ordered);
    if (!ordered)
        print_order(text, view);
    print_empty(text, view);
}
