/* Programs as text: the canonical form, equal for equal work. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "expr/brackets.h"
#include "expr/index.h"
#include "expr/intake.h"
#include "expr/tree.h"
#include "reduce/quantile.h"

#define LONGEST 1000000 /* bytes of an expression that is printed */

/* As Python's repr where the language reads that back: 2j, (1+2j). */
static void print_complex(qdr_bytes *text, qdr_complex128 z, size_t size)
{
    char first[QDR_NUMBER_COMPLEX], second[QDR_NUMBER_COMPLEX];
    bool zero = z.re == 0, plain = isfinite(z.re) && isfinite(z.im) && !(z.im == 0 && signbit(z.im));
    if (plain && !(zero && (signbit(z.re) || z.im < 0)))
        qdr_bytes_text(text, qdr_number_complex(first, z.re, z.im, size));
    else
        qdr_bytes_format(text, "complex(%s, %s)", qdr_number_sized(first, z.re, size),
                         qdr_number_sized(second, z.im, size));
}

void qdr_scalar_print(qdr_bytes *text, qdr_scalar value)
{
    char number[QDR_NUMBER_TEXT];
    qdr_scalar wide = qdr_scalar_widen(value);
    size_t size = qdr_dtype_size(qdr_dtype_real(value.dtype));
    switch (qdr_dtype_kind(value.dtype)) {
    case 'b':
        qdr_bytes_text(text, wide.truth ? "True" : "False");
        break;
    case 'i':
        qdr_bytes_format(text, "%" PRId64, wide.integer);
        break;
    case 'u':
        qdr_bytes_format(text, "%" PRIu64, wide.natural);
        break;
    case 'f':
        qdr_bytes_text(text, qdr_number_sized(number, wide.real, size));
        break;
    case 'c':
        print_complex(text, wide.pair, size);
        break;
    }
}

struct printer {
    qdr_program *program; /* NULL once its files have names */
    bool inputs;          /* the files that are met become its inputs */
    qdr_bytes text;
    int names; /* of files that were given one */
    qdr_error *err;
    int code; /* of what failed first */
};

static const char *name_leaf(struct printer *p, qdr_leaf *leaf)
{
    static const char *const first[] = {"x", "y", "z"};
    if (!leaf->name) {
        char name[16];
        int length = p->names < 3 ? snprintf(name, sizeof name, "%s", first[p->names])
                                  : snprintf(name, sizeof name, "x%d", p->names + 1);
        p->names++;
        leaf->name = qdr_arena_text(&p->program->arena, name, (size_t)length);
        if (!leaf->name)
            p->code = qdr_fail_memory(p->err, "naming the inputs");
    }
    return leaf->name ? leaf->name : "";
}

/* Adds the slice of a file that the leaf is, when it is new, to the program's inputs. */
static int add_input(struct printer *p, const qdr_node *leaf)
{
    qdr_program *program = p->program;
    const qdr_node *slice;
    int code = qdr_leaf_slice(program, leaf, &slice, p->err);
    for (size_t i = 0; i < program->input_count && !code; i++)
        if (program->inputs[i].node == slice)
            return QDR_OK;
    if (code)
        return code;
    qdr_input *inputs =
        realloc(program->inputs, (program->input_count + 1) * sizeof *program->inputs);
    if (!inputs)
        return qdr_fail_memory(p->err, "naming the inputs");
    program->inputs = inputs;
    qdr_bytes name = {0};
    qdr_bytes_text(&name, name_leaf(p, leaf->leaf));
    qdr_view_print(&name, slice->view, qdr_source_shape(leaf->leaf->source));
    code = qdr_bytes_check(&name, p->err);
    qdr_input *input = &inputs[program->input_count++];
    *input = (qdr_input){slice, qdr_arena_text(&program->arena, name.data, name.size)};
    qdr_bytes_clear(&name);
    return code || input->name ? code : qdr_fail_memory(p->err, "naming the inputs");
}

static void print_leaf(struct printer *p, const qdr_node *node)
{
    qdr_leaf *leaf = node->leaf;
    qdr_bytes_text(&p->text, leaf->text ? leaf->text : name_leaf(p, leaf));
    qdr_view_print(&p->text, node->view, qdr_source_shape(leaf->source));
    if (!leaf->text && p->inputs && !p->code)
        p->code = add_input(p, node);
}

/* How strongly the text of a node binds. */
static int precedence(const qdr_node *node)
{
    if (node->kind == QDR_NODE_OPERATION)
        return node->op->precedence;
    qdr_scalar wide = qdr_scalar_widen(node->value);
    bool signed_text = node->kind == QDR_NODE_CONSTANT &&
                       (wide.dtype == QDR_INT64 ? wide.integer < 0
                                                : wide.dtype == QDR_FLOAT64 && signbit(wide.real));
    return signed_text ? QDR_PRECEDENCE_UNARY : QDR_PRECEDENCE_CALL;
}

static void print(struct printer *p, const qdr_node *node, int least);

static void print_arguments(struct printer *p, const qdr_node *node, int count)
{
    for (int i = 0; i < count; i++) {
        qdr_bytes_text(&p->text, i ? ", " : "");
        print(p, node->operand[i], QDR_PRECEDENCE_NONE);
    }
}

static void print_operation(struct printer *p, const qdr_node *node)
{
    const qdr_operator *op = node->op;
    if (!*op->symbol) {
        qdr_bytes_format(&p->text, "%s(", op->name);
        print_arguments(p, node, node->operands);
        if (op->types == QDR_TYPES_CAST)
            qdr_bytes_format(&p->text, ", \"%s\"", qdr_dtype_name(node->dtype));
        qdr_bytes_text(&p->text, ")");
    } else if (node->operands == 1) {
        qdr_bytes_text(&p->text, op->symbol);
        print(p, node->operand[0], op->precedence);
    } else {
        /* comparisons do not chain, so both sides of one bind more strongly */
        bool power = op->precedence == QDR_PRECEDENCE_POWER;
        bool comparison = op->precedence == QDR_PRECEDENCE_COMPARISON;
        print(p, node->operand[0], op->precedence + (comparison || power));
        qdr_bytes_format(&p->text, " %s ", op->symbol);
        print(p, node->operand[1], power ? QDR_PRECEDENCE_UNARY : op->precedence + 1);
    }
}

static void print_axes(qdr_bytes *text, const qdr_node *node)
{
    int ndim = node->operand[0]->shape.ndim, count = __builtin_popcount(node->axes), shown = 0;
    bool tuple = count < ndim && count != 1;
    qdr_bytes_text(text, count < ndim ? ", axis=" : "");
    qdr_bytes_text(text, tuple ? "(" : "");
    for (int i = 0; i < ndim && count < ndim; i++)
        if (node->axes >> i & 1)
            qdr_bytes_format(text, "%s%d", shown++ ? ", " : "", i);
    qdr_bytes_text(text, tuple ? ")" : "");
    qdr_bytes_text(text, node->keepdims ? ", keepdims=True" : "");
}

/* Which quantiles, where the name does not say so. */
static void print_numbers(qdr_bytes *text, const qdr_node *node)
{
    bool shown = strstr(node->reduction->parameters, " q,");
    qdr_bytes_text(text, !shown ? "" : node->width ? ", (" : ", ");
    for (size_t i = 0; i < node->options.count && shown; i++) {
        qdr_bytes_text(text, i ? ", " : "");
        qdr_scalar_print(text, (qdr_scalar){.dtype = QDR_FLOAT64,
                                            .real = node->options.numbers[i]});
    }
    qdr_bytes_text(text, !shown || !node->width ? "" : node->width == 1 ? ",)" : ")");
    if (node->options.method)
        qdr_bytes_format(text, ", method=\"%s\"", qdr_quantile_method(node->options.method));
}

/* The bins of a histogram and the weights, as arguments. */
static void print_bins(struct printer *p, const qdr_node *node, const qdr_intake *intake)
{
    const qdr_reduce_options *o = &node->options;
    bool whole = node->reduction->traits & QDR_REDUCTION_WHOLE;
    if (!o->edges)
        qdr_bytes_format(&p->text, ", %s%lld", whole ? "minlength=" : "", (long long)o->bins);
    for (size_t i = 0; i < o->count; i++) {
        qdr_bytes_text(&p->text, i ? ", " : o->edges ? ", (" : ", range=(");
        qdr_scalar_print(&p->text, (qdr_scalar){.dtype = QDR_FLOAT64, .real = o->numbers[i]});
    }
    qdr_bytes_text(&p->text, o->count ? ")" : "");
    if (intake->second) {
        qdr_bytes_text(&p->text, ", weights=");
        print(p, intake->second, QDR_PRECEDENCE_NONE);
    }
    qdr_bytes_text(&p->text, o->density ? ", density=True" : "");
}

static void print_reduction(struct printer *p, const qdr_node *node)
{
    qdr_intake intake = qdr_intake_of(node);
    qdr_bytes_format(&p->text, "%s(", node->reduction->name);
    bool bins = node->reduction->traits & QDR_REDUCTION_BINS;
    print_arguments(p, node, intake.second && !bins ? 2 : 1);
    if (bins)
        print_bins(p, node, &intake);
    else
        print_numbers(&p->text, node);
    print_axes(&p->text, node);
    bool own = bins || (node->reduction->traits & QDR_REDUCTION_ORDER &&
                        qdr_quantile_gives_element(node->options.method));
    if (!own && node->dtype != node->reduction->result(node->operand[0]->dtype))
        qdr_bytes_format(&p->text, ", dtype=\"%s\"", qdr_dtype_name(node->dtype));
    if (node->options.ddof)
        qdr_bytes_format(&p->text, ", ddof=%lld", (long long)node->options.ddof);
    if (intake.where) {
        qdr_bytes_text(&p->text, ", where=");
        print(p, intake.where, QDR_PRECEDENCE_NONE);
    }
    qdr_bytes_text(&p->text, ")");
}

/* Puts brackets around what binds less than `least`. */
static void print(struct printer *p, const qdr_node *node, int least)
{
    if (p->text.size > LONGEST || p->code)
        return;
    bool brackets = precedence(node) < least;
    qdr_bytes_text(&p->text, brackets ? "(" : "");
    switch (node->kind) {
    case QDR_NODE_CONSTANT:
        qdr_scalar_print(&p->text, node->value);
        break;
    case QDR_NODE_LEAF:
        print_leaf(p, node);
        break;
    case QDR_NODE_OPERATION:
        print_operation(p, node);
        break;
    case QDR_NODE_REDUCTION:
        print_reduction(p, node);
        break;
    case QDR_NODE_VIEW:
        print_reduction(p, node->operand[0]);
        qdr_view_print(&p->text, node->view, &node->operand[0]->shape);
        break;
    }
    qdr_bytes_text(&p->text, brackets ? ")" : "");
}

void qdr_node_print(qdr_bytes *text, const qdr_node *node, size_t most)
{
    struct printer p = {0};
    print(&p, node, QDR_PRECEDENCE_NONE);
    bool whole = p.text.size <= most;
    qdr_bytes_append(text, p.text.data, whole ? p.text.size : most);
    qdr_bytes_text(text, whole ? "" : "…");
    text->failed |= p.text.failed;
    qdr_bytes_clear(&p.text);
}

int qdr_tree_print(qdr_program *program, qdr_error *err)
{
    struct printer p = {.program = program, .inputs = true, .err = err};
    for (size_t i = 0; i < program->result_count && !p.code; i++) {
        p.text.size = 0;
        print(&p, program->results[i].node, QDR_PRECEDENCE_NONE);
        if (!p.code)
            p.code = qdr_bytes_check(&p.text, err);
        if (!p.code && p.text.size > LONGEST)
            p.code = qdr_fail(err, QDR_EUSAGE,
                              "an expression with its names written out has more than %d "
                              "characters",
                              LONGEST);
        if (p.code)
            break;
        program->results[i].expression =
            qdr_arena_text(&program->arena, p.text.data, p.text.size);
        if (!program->results[i].expression)
            p.code = qdr_fail_memory(err, "printing the expression");
    }
    /* what is only saved is no part of the statement; its files get the next names */
    p.inputs = false;
    for (size_t i = 0; i < program->save_count && !p.code; i++) {
        p.text.size = 0;
        print(&p, program->saves[i].node, QDR_PRECEDENCE_NONE);
    }
    qdr_bytes_clear(&p.text);
    return p.code;
}
