/* Indexing: items between brackets to a reindexing. */
#include "expr/checker.h"

/* One whole number of a slice, `absent` when it is left out. */
static int slice_bound(qdr_checker *c, const qdr_syntax *syntax, int64_t absent, int64_t *bound)
{
    qdr_term term = {0};
    *bound = absent;
    if (syntax->kind == QDR_SYNTAX_NOTHING)
        return QDR_OK;
    int code = qdr_check_evaluate(c, syntax, &term);
    if (code || term.kind == QDR_TERM_NONE)
        return code;
    return qdr_check_integer(c, &term, bound);
}

/* Python's rule: a negative bound counts from the end, and bounds beyond an end are taken to it. */
static int64_t clamp(int64_t bound, int64_t extent, int64_t least, int64_t most)
{
    bound += bound < 0 ? extent : 0;
    return bound < least ? least : bound > most ? most : bound;
}

static int take_slice(qdr_checker *c, const qdr_syntax *syntax, int64_t extent, qdr_reindex *r)
{
    const qdr_syntax *start_of = syntax->child, *stop_of = start_of->next, *step_of = stop_of->next;
    int64_t start, stop, step, axis = r->ndim - 1;
    int code = slice_bound(c, step_of, 1, &step);
    if (!code && step == 0)
        code = qdr_check_fail(c, step_of, "a step is not 0");
    bool down = !code && step < 0;
    int64_t least = down ? -1 : 0, most = down ? extent - 1 : extent;
    if (!code)
        code = slice_bound(c, start_of, down ? most : least, &start);
    if (!code)
        start = start_of->kind == QDR_SYNTAX_NOTHING ? start : clamp(start, extent, least, most);
    if (!code)
        code = slice_bound(c, stop_of, down ? -extent - 1 : most, &stop);
    if (code)
        return code;
    stop = clamp(stop, extent, least, most);
    __int128 span = (__int128)stop - start, count = span / step + (span % step != 0);
    r->start[axis] = start;
    r->step[axis] = step;
    r->extent[axis] = span == 0 || (span < 0) != (step < 0) ? 0 : (int64_t)count;
    if (r->extent[axis] <= 1) /* no step is taken */
        r->step[axis] = 1;
    if (r->extent[axis] == 0)
        r->start[axis] = 0;
    return QDR_OK;
}

static int take_index(qdr_checker *c, const qdr_syntax *syntax, int axis, int64_t extent,
                      qdr_reindex *r)
{
    qdr_term term = {0};
    int64_t index = 0;
    int code = qdr_check_evaluate(c, syntax, &term);
    if (!code)
        code = qdr_check_integer(c, &term, &index);
    if (code)
        return code;
    if (index < -extent || index >= extent)
        return qdr_check_fail(c, syntax, "index %lld is out of range: axis %d has %lld",
                              (long long)index, axis, (long long)extent);
    r->index[axis] = index < 0 ? index + extent : index;
    return QDR_OK;
}

static bool is_new_axis(const qdr_syntax *syntax)
{
    return syntax->kind == QDR_SYNTAX_NAME && (qdr_check_is("None", syntax->text, syntax->length) ||
                                               qdr_check_is("newaxis", syntax->text, syntax->length));
}

/* Items from the left take the axes one by one; an ellipsis takes what is left over. */
static int take_items(qdr_checker *c, const qdr_syntax *items, const qdr_shape *shape,
                      qdr_reindex *r)
{
    int taken = 0, made = shape->ndim, axis = 0, ellipses = 0;
    for (const qdr_syntax *s = items; s; s = s->next) {
        bool ellipsis = s->kind == QDR_SYNTAX_ELLIPSIS, fresh = is_new_axis(s);
        ellipses += ellipsis;
        taken += !ellipsis && !fresh;
        made += fresh - (!ellipsis && !fresh && s->kind != QDR_SYNTAX_SLICE);
        if (ellipses > 1)
            return qdr_check_fail(c, s, "one '...' is enough");
        if (taken > shape->ndim)
            return qdr_check_fail(c, s, "too many indices: the array has %d axes", shape->ndim);
    }
    if (made > QDR_MAX_DIMS)
        return qdr_check_fail(c, items, "an array has at most %d axes", QDR_MAX_DIMS);
    for (const qdr_syntax *s = items; s; s = s->next) {
        int code = QDR_OK;
        if (is_new_axis(s)) {
            qdr_reindex_keep(r, shape, -1);
        } else if (s->kind == QDR_SYNTAX_ELLIPSIS) {
            for (int left = shape->ndim - taken; left > 0; left--)
                qdr_reindex_keep(r, shape, axis++);
        } else if (s->kind == QDR_SYNTAX_SLICE) {
            qdr_reindex_keep(r, shape, axis);
            code = take_slice(c, s, shape->extent[axis++], r);
        } else {
            code = take_index(c, s, axis, shape->extent[axis], r);
            axis++;
        }
        if (code)
            return code;
    }
    while (axis < shape->ndim)
        qdr_reindex_keep(r, shape, axis++);
    return QDR_OK;
}

int qdr_check_subscript(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_term object = {0};
    qdr_reindex r = {0};
    const qdr_node *node = NULL;
    int code = qdr_check_evaluate(c, syntax->child, &object);
    if (!code)
        code = qdr_check_array(c, &object, &node);
    if (!code)
        code = take_items(c, syntax->child->next, &node->shape, &r);
    if (!code)
        code = qdr_check_reindex(c, syntax, node, &r, value);
    if (!code && value->node->shape.ndim != r.ndim)
        code = qdr_check_fail(c, syntax, "a number has no axes to index");
    return code;
}
