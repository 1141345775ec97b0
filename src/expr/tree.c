#include "expr/tree.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NODES 10000 /* in a program */

static bool same_view(const qdr_view *a, const qdr_view *b)
{
    return a == b || (a && b && qdr_view_equal(a, b));
}

static bool same_options(const qdr_reduce_options *a, const qdr_reduce_options *b)
{
    return a->ddof == b->ddof && a->method == b->method && a->count == b->count &&
           a->bins == b->bins && a->edges == b->edges && a->weighted == b->weighted &&
           a->density == b->density &&
           (!a->count || memcmp(a->numbers, b->numbers, a->count * sizeof *a->numbers) == 0);
}

static bool same(const qdr_node *a, const qdr_node *b)
{
    return a->kind == b->kind && a->dtype == b->dtype && a->weak == b->weak && a->op == b->op &&
           a->leaf == b->leaf && a->reduction == b->reduction && a->operands == b->operands &&
           memcmp(a->operand, b->operand, sizeof a->operand) == 0 &&
           memcmp(a->value.words, b->value.words, sizeof a->value.words) == 0 &&
           same_options(&a->options, &b->options) && a->width == b->width && a->axes == b->axes &&
           a->keepdims == b->keepdims && same_view(a->view, b->view);
}

int qdr_tree_intern(qdr_program *program, const qdr_node *node, const qdr_node **interned,
                    qdr_error *err)
{
    for (int i = program->node_count - 1; i >= 0; i--)
        if (same(program->nodes[i], node)) {
            *interned = program->nodes[i];
            return QDR_OK;
        }
    if (program->node_count == MOST_NODES)
        return qdr_fail(err, QDR_EUSAGE, "the program has more than %d steps", MOST_NODES);
    if (program->node_count == program->node_capacity) {
        int capacity = program->node_capacity ? 2 * program->node_capacity : 64;
        qdr_node **nodes = realloc(program->nodes, (size_t)capacity * sizeof *nodes);
        if (!nodes)
            return qdr_fail_memory(err, "checking the expression");
        program->nodes = nodes;
        program->node_capacity = capacity;
    }
    qdr_node *made = qdr_arena_take(&program->arena, sizeof *made);
    if (!made)
        return qdr_fail_memory(err, "checking the expression");
    *made = *node;
    made->id = program->node_count;
    made->depth = 0;
    for (int i = 0; i < node->operands; i++)
        if (node->operand[i]->depth >= made->depth)
            made->depth = node->operand[i]->depth + 1;
    if (made->depth > QDR_DEPTH_MOST)
        return qdr_fail(err, QDR_EUSAGE, "the program has more than %d operations on each other",
                        QDR_DEPTH_MOST);
    program->nodes[program->node_count++] = made;
    *interned = made;
    return QDR_OK;
}

/* Nodes in their new order; `rest` are those that have no place in it yet, by their old number. */
struct numbering {
    qdr_node **node, **rest;
    int count;
};

static void place(struct numbering *n, const qdr_node *node)
{
    if (!n->rest[node->id])
        return;
    for (int i = 0; i < node->operands; i++)
        place(n, node->operand[i]);
    n->node[n->count++] = n->rest[node->id];
    n->rest[node->id] = NULL;
}

int qdr_tree_number(qdr_program *program, qdr_error *err)
{
    struct numbering n = {malloc((size_t)program->node_capacity * sizeof *n.node), program->nodes, 0};
    if (!n.node)
        return qdr_fail_memory(err, "checking the expression");
    for (size_t i = 0; i < program->result_count; i++)
        place(&n, program->results[i].node);
    for (size_t i = 0; i < program->input_count; i++)
        place(&n, program->inputs[i].node);
    for (size_t i = 0; i < program->save_count; i++)
        place(&n, program->saves[i].node);
    for (int i = 0; i < n.count; i++)
        n.node[i]->id = i;
    program->nodes = n.node;
    program->node_count = n.count;
    free(n.rest);
    return QDR_OK;
}

int qdr_tree_kept_axes(const qdr_node *reduction, int axis[QDR_MAX_DIMS])
{
    int kept = 0;
    for (int i = 0; i < reduction->operand[0]->shape.ndim; i++)
        if (!(reduction->axes >> i & 1))
            axis[kept++] = i;
    return kept;
}

int64_t qdr_tree_outputs(const qdr_node *reduction)
{
    int kept[QDR_MAX_DIMS];
    int64_t outputs = 1;
    for (int i = qdr_tree_kept_axes(reduction, kept) - 1; i >= 0; i--)
        outputs *= reduction->operand[0]->shape.extent[kept[i]];
    return outputs;
}

size_t qdr_tree_bytes(const qdr_node *node)
{
    return (size_t)qdr_shape_count(&node->shape) * qdr_dtype_size(node->dtype);
}

bool qdr_tree_is_result(const qdr_program *program, const qdr_node *node)
{
    for (size_t i = 0; i < program->result_count; i++)
        if (program->results[i].node == node)
            return true;
    return false;
}
