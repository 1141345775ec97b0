#include "expr/index.h"

#include <stdlib.h>
#include <string.h>

void qdr_reindex_keep(qdr_reindex *r, const qdr_shape *shape, int from)
{
    r->from[r->ndim] = from;
    r->start[r->ndim] = 0;
    r->step[r->ndim] = 1;
    r->extent[r->ndim++] = from < 0 ? 1 : shape->extent[from];
}

bool qdr_shape_broadcast(qdr_shape *to, const qdr_shape *with)
{
    qdr_shape wide = to->ndim >= with->ndim ? *to : *with;
    const qdr_shape *narrow = to->ndim >= with->ndim ? with : to;
    int missing = wide.ndim - narrow->ndim;
    for (int i = 0; i < narrow->ndim; i++) {
        int64_t *extent = &wide.extent[i + missing], other = narrow->extent[i];
        if (*extent != other && *extent != 1 && other != 1)
            return false;
        *extent = *extent == 1 ? other : *extent;
    }
    *to = wide;
    return true;
}

/* ---- pushing down -------------------------------------------------------------------------- */

/* A node that was pushed through before; shared ones would be met again and again. */
struct pushed {
    const qdr_node *node, *made;
    qdr_reindex by;
    struct pushed *older;
};

#define BUCKETS 256

struct pusher {
    qdr_program *program;
    struct pushed *bucket[BUCKETS]; /* by id of the node */
    qdr_error *err;
};

static int push(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                const qdr_node **made);

static void set_shape(qdr_shape *shape, const qdr_reindex *r)
{
    shape->ndim = r->ndim;
    memcpy(shape->extent, r->extent, (size_t)r->ndim * sizeof *shape->extent);
}

/* A view of an array, reindexed; NULL when memory runs out. */
static const qdr_view *reindex_view(struct pusher *p, const qdr_view *old, const qdr_reindex *r)
{
    qdr_view *view = qdr_arena_take(&p->program->arena, sizeof *view);
    bool taken[QDR_MAX_DIMS] = {false};
    if (!view) {
        qdr_fail_memory(p->err, "slicing an array");
        return NULL;
    }
    memcpy(view->start, old->start, sizeof view->start);
    set_shape(&view->shape, r);
    for (int i = 0; i < r->ndim; i++) {
        int from = r->from[i], source = from < 0 ? -1 : old->source[from];
        view->source[i] = source;
        view->step[i] = source < 0 ? 0 : r->extent[i] > 1 ? old->step[from] * r->step[i] : 1;
        if (source >= 0)
            view->start[source] += r->start[i] * old->step[from];
        if (source >= 0 && r->extent[i] == 0)
            view->start[source] = 0;
        if (from >= 0)
            taken[from] = true;
    }
    for (int i = 0; i < old->shape.ndim; i++)
        if (!taken[i] && old->source[i] >= 0)
            view->start[old->source[i]] += r->index[i] * old->step[i];
    return view;
}

/* The view as a reindexing of the array itself. */
static qdr_reindex reindex_of(const qdr_view *view)
{
    qdr_reindex r = {.ndim = view->shape.ndim};
    memcpy(r.index, view->start, sizeof r.index);
    for (int i = 0; i < r.ndim; i++) {
        int source = r.from[i] = view->source[i];
        r.start[i] = source < 0 ? 0 : view->start[source];
        r.step[i] = source < 0 ? 1 : view->step[i];
        r.extent[i] = view->shape.extent[i];
        if (source >= 0)
            r.index[source] = 0;
    }
    return r;
}

static int push_leaf(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                     const qdr_node **made)
{
    qdr_node moved = *node;
    moved.view = reindex_view(p, node->view, r);
    if (!moved.view)
        return p->err->code;
    moved.shape = moved.view->shape;
    return qdr_tree_intern(p->program, &moved, made, p->err);
}

/* What reindexing an operation means for one of its operands, which may lack axes and repeat
 * elements along others. */
static qdr_reindex for_operand(const qdr_reindex *r, const qdr_shape *shape,
                               const qdr_shape *operand)
{
    qdr_reindex o = {0};
    int missing = shape->ndim - operand->ndim;
    for (int i = 0; i < r->ndim; i++) {
        int from = r->from[i] < missing ? -1 : r->from[i] - missing;
        bool repeats = from >= 0 && operand->extent[from] != shape->extent[r->from[i]];
        if (from < 0 && missing && o.ndim == 0)
            continue; /* a leading axis that another operand has: this is aligned without */
        qdr_reindex_keep(&o, operand, from);
        if (from >= 0 && !repeats) {
            o.start[o.ndim - 1] = r->start[i];
            o.step[o.ndim - 1] = r->step[i];
        }
        if (r->from[i] < 0 || (from >= 0 && !repeats))
            o.extent[o.ndim - 1] = r->extent[i];
    }
    for (int i = 0; i < operand->ndim; i++)
        o.index[i] = operand->extent[i] == shape->extent[i + missing] ? r->index[i + missing] : 0;
    return o;
}

static int push_operation(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                          const qdr_node **made)
{
    qdr_node moved = *node;
    moved.shape.ndim = 0;
    for (int i = 0; i < node->operands; i++) {
        const qdr_node *operand = node->operand[i];
        qdr_reindex o = for_operand(r, &node->shape, &operand->shape);
        int code = push(p, operand, &o, &moved.operand[i]);
        if (code)
            return code;
        qdr_shape_broadcast(&moved.shape, &moved.operand[i]->shape);
    }
    return qdr_tree_intern(p->program, &moved, made, p->err);
}

/* Reindexes what a reduction makes of each of its lines. The reduced axes stay whole in the
 * operand, each before the first axis that came after it. *moved becomes *node itself when it is
 * made of constants. */
static int move_reduction(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                          qdr_node *moved)
{
    const qdr_shape *shape = &node->operand[0]->shape;
    int kept[QDR_MAX_DIMS];
    qdr_reindex o = {0};
    uint32_t waiting = node->axes;
    if (r->ndim + __builtin_popcount(node->axes) > QDR_MAX_DIMS)
        return qdr_fail(p->err, QDR_EUSAGE, "an array has at most %d axes", QDR_MAX_DIMS);
    qdr_tree_kept_axes(node, kept);
    *moved = *node;
    moved->axes = 0;
    moved->keepdims = false;
    for (int i = 0; i <= r->ndim; i++) {
        /* with keepdims a result's axis is the operand's, and a reduced one has become new */
        int from = i == r->ndim ? shape->ndim
                   : r->from[i] < 0 ? -1
                   : node->keepdims ? r->from[i]
                                    : kept[r->from[i]];
        bool reduced = from >= 0 && from < shape->ndim && node->axes >> from & 1;
        for (int axis = 0; axis < from && !reduced; axis++)
            if (waiting >> axis & 1) {
                waiting &= ~(1u << axis);
                moved->axes |= 1u << o.ndim;
                qdr_reindex_keep(&o, shape, axis);
            }
        if (i == r->ndim)
            break;
        qdr_reindex_keep(&o, shape, reduced ? -1 : from);
        if (from >= 0 && !reduced) {
            o.start[o.ndim - 1] = r->start[i];
            o.step[o.ndim - 1] = r->step[i];
        }
        o.extent[o.ndim - 1] = r->extent[i];
    }
    for (int i = 0, k = 0; i < shape->ndim; i++)
        if (!(node->axes >> i & 1)) {
            o.index[i] = r->index[node->keepdims ? i : k];
            k++;
        }
    set_shape(&moved->shape, r);
    int code = QDR_OK;
    for (int i = 0; i < node->operands && !code; i++) {
        qdr_reindex its = for_operand(&o, shape, &node->operand[i]->shape);
        code = push(p, node->operand[i], &its, &moved->operand[i]);
    }
    if (!code && moved->operand[0]->shape.ndim != o.ndim)
        *moved = *node;
    return code;
}

/* Whether nothing changes, as in x[:, ...]. */
static bool is_whole(const qdr_reindex *r, const qdr_shape *shape)
{
    bool whole = r->ndim == shape->ndim;
    for (int i = 0; i < shape->ndim && whole; i++)
        whole = r->from[i] == i && r->start[i] == 0 && r->step[i] == 1 &&
                r->extent[i] == shape->extent[i];
    return whole;
}

/* Takes out of r, which reindexes a reduction whose values are arrays, what it leaves of each axis
 * of the lines: that of the values is the first, before them. */
static qdr_reindex take_lines(qdr_reindex *r, const qdr_shape *shape)
{
    qdr_reindex lines = {0};
    for (int axis = 1; axis < shape->ndim; axis++) {
        int i = 0;
        while (i < r->ndim && r->from[i] != axis)
            i++;
        if (i == r->ndim) {
            lines.index[axis - 1] = r->index[axis];
            r->index[axis] = 0;
            continue;
        }
        lines.from[lines.ndim] = axis - 1;
        lines.start[lines.ndim] = r->start[i];
        lines.step[lines.ndim] = r->step[i];
        lines.extent[lines.ndim++] = r->extent[i];
        r->from[i] = lines.ndim;
        r->start[i] = 0;
        r->step[i] = 1;
    }
    return lines;
}

/* A reduction whose values are arrays: its lines are cut as those of any other, and the rest of r
 * is a view of what it gives. */
static int push_arrays(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                       const qdr_node **made)
{
    qdr_reindex rest = *r, lines = take_lines(&rest, &node->shape);
    qdr_shape each = {.ndim = node->shape.ndim - 1}; /* of one value of all lines */
    memcpy(each.extent, node->shape.extent + 1, (size_t)each.ndim * sizeof *each.extent);
    if (!is_whole(&lines, &each)) {
        qdr_node moved;
        int code = move_reduction(p, node, &lines, &moved);
        if (code)
            return code;
        memcpy(moved.shape.extent + 1, lines.extent, (size_t)lines.ndim * sizeof *lines.extent);
        moved.shape.extent[0] = node->width;
        moved.shape.ndim++;
        code = qdr_tree_intern(p->program, &moved, &node, p->err);
        if (code)
            return code;
    }
    qdr_view whole = qdr_view_whole(&node->shape);
    qdr_node part = {.kind = QDR_NODE_VIEW, .operands = 1, .operand = {node},
                     .dtype = node->dtype, .steps = node->steps};
    *made = node;
    if (is_whole(&rest, &node->shape))
        return QDR_OK;
    part.view = reindex_view(p, &whole, &rest);
    if (!part.view)
        return p->err->code;
    part.shape = part.view->shape;
    return qdr_tree_intern(p->program, &part, made, p->err);
}

static int push_reduction(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                          const qdr_node **made)
{
    qdr_node moved;
    if (node->width)
        return push_arrays(p, node, r, made);
    int code = move_reduction(p, node, r, &moved);
    return code ? code : qdr_tree_intern(p->program, &moved, made, p->err);
}

/* A view is one of its whole reduction, so that what has the same elements is one node. */
static int push_view(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                     const qdr_node **made)
{
    const qdr_view *view = reindex_view(p, node->view, r);
    if (!view)
        return p->err->code;
    qdr_reindex of_whole = reindex_of(view);
    return push_arrays(p, node->operand[0], &of_whole, made);
}

static int push(struct pusher *p, const qdr_node *node, const qdr_reindex *r,
                const qdr_node **made)
{
    if (node->kind == QDR_NODE_CONSTANT || is_whole(r, &node->shape)) {
        *made = node;
        return QDR_OK;
    }
    if (node->kind == QDR_NODE_LEAF)
        return push_leaf(p, node, r, made);
    struct pushed **bucket = &p->bucket[node->id % BUCKETS], *known = *bucket;
    while (known && !(known->node == node && memcmp(&known->by, r, sizeof *r) == 0))
        known = known->older;
    if (known) {
        *made = known->made;
        return QDR_OK;
    }
    int code = node->kind == QDR_NODE_OPERATION ? push_operation(p, node, r, made)
               : node->kind == QDR_NODE_VIEW    ? push_view(p, node, r, made)
                                                : push_reduction(p, node, r, made);
    if (code)
        return code;
    known = malloc(sizeof *known);
    if (!known)
        return qdr_fail_memory(p->err, "slicing an array");
    *known = (struct pushed){node, *made, *r, *bucket};
    *bucket = known;
    return QDR_OK;
}

static void forget(struct pusher *p)
{
    for (int i = 0; i < BUCKETS; i++)
        for (struct pushed *k = p->bucket[i], *older; k; k = older) {
            older = k->older;
            free(k);
        }
}

int qdr_reindex_apply(qdr_program *program, const qdr_node *node, const qdr_reindex *r,
                      const qdr_node **made, qdr_error *err)
{
    struct pusher p = {.program = program, .err = err};
    int code = push(&p, node, r, made);
    forget(&p);
    return code;
}

int qdr_leaf_slice(qdr_program *program, const qdr_node *leaf, const qdr_node **slice,
                   qdr_error *err)
{
    const qdr_view *old = leaf->view;
    int axis[QDR_MAX_DIMS]; /* by axis of the source: of the view, -1 for none */
    qdr_view *view = qdr_arena_take(&program->arena, sizeof *view);
    if (!view)
        return qdr_fail_memory(err, "slicing an array");
    memset(axis, -1, sizeof axis);
    memcpy(view->start, old->start, sizeof view->start);
    for (int i = 0; i < old->shape.ndim; i++)
        if (old->source[i] >= 0)
            axis[old->source[i]] = i;
    for (int k = 0; k < qdr_source_shape(leaf->leaf->source)->ndim; k++) {
        if (axis[k] < 0)
            continue;
        int64_t step = old->step[axis[k]], extent = old->shape.extent[axis[k]];
        int i = view->shape.ndim++;
        view->source[i] = k;
        view->shape.extent[i] = extent;
        view->step[i] = step < 0 ? -step : step;
        view->start[k] += step < 0 && extent ? (extent - 1) * step : 0;
    }
    qdr_node node = *leaf;
    node.view = view;
    node.shape = view->shape;
    return qdr_tree_intern(program, &node, slice, err);
}
