#include "expr/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

#define MOST_NODES 10000 /* in a program */
#define LONGEST 1000000  /* bytes of an expression that is printed */

static bool same(const qdr_node *a, const qdr_node *b)
{
    return a->kind == b->kind && a->dtype == b->dtype && a->weak == b->weak && a->op == b->op &&
           a->leaf == b->leaf && a->reduction == b->reduction && a->operands == b->operands &&
           memcmp(a->operand, b->operand, sizeof a->operand) == 0 &&
           a->value.word == b->value.word && a->options.ddof == b->options.ddof;
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
        const qdr_node **nodes = realloc(program->nodes, (size_t)capacity * sizeof *nodes);
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
    made->pass = made->depth = 0;
    for (int i = 0; i < node->operands; i++) {
        const qdr_node *below = node->operand[i];
        int ready = below->pass + (below->kind == QDR_NODE_REDUCTION);
        made->pass = ready > made->pass ? ready : made->pass;
        made->depth = below->depth + 1 > made->depth ? below->depth + 1 : made->depth;
    }
    if (made->depth > QDR_DEPTH_MOST)
        return qdr_fail(err, QDR_EUSAGE, "the program has more than %d operations on each other",
                        QDR_DEPTH_MOST);
    program->nodes[program->node_count++] = made;
    *interned = made;
    return QDR_OK;
}

void qdr_scalar_print(qdr_bytes *text, qdr_scalar value)
{
    char number[QDR_NUMBER_TEXT];
    switch (value.dtype) {
    case QDR_BOOL:
        qdr_bytes_text(text, value.truth ? "True" : "False");
        break;
    case QDR_FLOAT32:
        qdr_bytes_text(text, qdr_number_float(number, value.single));
        break;
    case QDR_FLOAT64:
        qdr_bytes_text(text, qdr_number_double(number, value.real));
        break;
    default:
        qdr_bytes_format(text, "%lld", (long long)value.integer);
        break;
    }
}

/* ---- printing ----------------------------------------------------------------------------- */

struct printer {
    qdr_program *program;
    qdr_bytes text;
    bool memory; /* ran out */
};

static const char *name_input(struct printer *p, qdr_leaf *leaf)
{
    static const char *const first[] = {"x", "y", "z"};
    qdr_program *program = p->program;
    if (leaf->name)
        return leaf->name;
    size_t n = program->input_count;
    qdr_leaf **inputs = realloc(program->inputs, (n + 1) * sizeof *inputs);
    char name[16];
    int length = n < 3 ? snprintf(name, sizeof name, "%s", first[n])
                       : snprintf(name, sizeof name, "x%zu", n + 1);
    leaf->name = qdr_arena_text(&program->arena, name, (size_t)length);
    p->memory |= !inputs || !leaf->name;
    if (inputs) {
        program->inputs = inputs;
        inputs[program->input_count++] = leaf;
    }
    return leaf->name ? leaf->name : "";
}

/* How strongly the text of a node binds. */
static int precedence(const qdr_node *node)
{
    if (node->kind == QDR_NODE_OPERATION)
        return node->op->precedence;
    bool signed_text = node->kind == QDR_NODE_CONSTANT &&
                       (node->dtype == QDR_INT64 ? node->value.integer < 0
                                                 : node->dtype == QDR_FLOAT64 &&
                                                       __builtin_signbit(node->value.real));
    return signed_text ? QDR_PRECEDENCE_UNARY : QDR_PRECEDENCE_CALL;
}

static void print(struct printer *p, const qdr_node *node, int least);

static void print_arguments(struct printer *p, const qdr_node *node)
{
    for (int i = 0; i < node->operands; i++) {
        qdr_bytes_text(&p->text, i ? ", " : "");
        print(p, node->operand[i], QDR_PRECEDENCE_NONE);
    }
}

static void print_operation(struct printer *p, const qdr_node *node)
{
    const qdr_operator *op = node->op;
    if (!*op->symbol) {
        qdr_bytes_format(&p->text, "%s(", op->name);
        print_arguments(p, node);
        qdr_bytes_text(&p->text, ")");
    } else if (node->operands == 1) {
        qdr_bytes_text(&p->text, op->symbol);
        print(p, node->operand[0], op->precedence);
    } else {
        /* comparisons do not chain, so both sides of one bind more strongly */
        bool comparison = op->precedence == QDR_PRECEDENCE_COMPARISON;
        print(p, node->operand[0], op->precedence + comparison);
        qdr_bytes_format(&p->text, " %s ", op->symbol);
        print(p, node->operand[1], op->precedence + 1);
    }
}

static void print_reduction(struct printer *p, const qdr_node *node)
{
    qdr_bytes_format(&p->text, "%s(", node->reduction->name);
    print_arguments(p, node);
    if (node->options.ddof)
        qdr_bytes_format(&p->text, ", ddof=%lld", (long long)node->options.ddof);
    qdr_bytes_text(&p->text, ")");
}

/* Puts brackets around what binds less than `least`. */
static void print(struct printer *p, const qdr_node *node, int least)
{
    if (p->text.size > LONGEST)
        return;
    bool brackets = precedence(node) < least;
    qdr_bytes_text(&p->text, brackets ? "(" : "");
    switch (node->kind) {
    case QDR_NODE_CONSTANT:
        qdr_scalar_print(&p->text, node->value);
        break;
    case QDR_NODE_LEAF:
        qdr_bytes_text(&p->text, node->leaf->text ? node->leaf->text : name_input(p, node->leaf));
        break;
    case QDR_NODE_OPERATION:
        print_operation(p, node);
        break;
    case QDR_NODE_REDUCTION:
        print_reduction(p, node);
        break;
    }
    qdr_bytes_text(&p->text, brackets ? ")" : "");
}

int qdr_tree_print(qdr_program *program, qdr_error *err)
{
    struct printer p = {.program = program};
    int code = QDR_OK;
    for (size_t i = 0; i < program->result_count && !code; i++) {
        p.text.size = 0;
        print(&p, program->results[i].node, QDR_PRECEDENCE_NONE);
        code = qdr_bytes_check(&p.text, err);
        if (!code && p.text.size > LONGEST)
            code = qdr_fail(err, QDR_EUSAGE,
                            "an expression with its names written out has more than %d characters",
                            LONGEST);
        if (code)
            break;
        program->results[i].expression =
            qdr_arena_text(&program->arena, p.text.data, p.text.size);
        if (!program->results[i].expression || p.memory)
            code = qdr_fail_memory(err, "printing the expression");
    }
    qdr_bytes_clear(&p.text);
    return code;
}
