#include "expr/check.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "expr/lex.h"
#include "expr/names.h"
#include "kernel/kernel.h"

#define DEEPEST (QDR_DEPTH_MOST + 8) /* a generator's arguments lie below the deepest node */

struct name {
    const char *text;
    size_t length;
    qdr_term value;
    struct name *older;
};

struct qdr_checker {
    qdr_program *program;
    const qdr_opener *opener;
    struct name *names; /* newest first */
    int depth;          /* of the syntax that is being evaluated */
    qdr_error *err;
};

static int evaluate(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value);

static bool named(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static int no_memory(qdr_checker *c)
{
    return qdr_fail_memory(c->err, "checking the expression");
}

qdr_error *qdr_check_error(qdr_checker *c)
{
    return c->err;
}

int qdr_check_fail(qdr_checker *c, const qdr_syntax *place, const char *format, ...)
{
    char message[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return qdr_fail_at(c->err, place->program, place->text, "%s", message);
}

/* ---- values ------------------------------------------------------------------------------- */

int qdr_check_array(qdr_checker *c, const qdr_term *value, const qdr_node **node)
{
    if (value->kind == QDR_TERM_NODE) {
        *node = value->node;
        return QDR_OK;
    }
    static const char *const kinds[] = {
        [QDR_TERM_TUPLE] = "a tuple",
        [QDR_TERM_STRING] = "a text",
        [QDR_TERM_DTYPE] = "a dtype",
        [QDR_TERM_NONE] = "None",
    };
    return qdr_check_fail(c, value->syntax, "%s stands where an array or a number belongs",
                          kinds[value->kind]);
}

int qdr_check_integer(qdr_checker *c, const qdr_term *value, int64_t *integer)
{
    if (value->kind == QDR_TERM_NODE && value->node->kind == QDR_NODE_CONSTANT &&
        value->node->dtype == QDR_UINT64)
        return qdr_check_fail(c, value->syntax, "this number does not fit int64");
    if (value->kind != QDR_TERM_NODE || value->node->kind != QDR_NODE_CONSTANT ||
        value->node->dtype != QDR_INT64)
        return qdr_check_fail(c, value->syntax, "this must be a whole number");
    *integer = value->node->value.integer;
    return QDR_OK;
}

int qdr_check_shape(qdr_checker *c, const qdr_term *value, qdr_shape *shape)
{
    const qdr_term *item = value;
    shape->ndim = 1;
    if (value->kind == QDR_TERM_TUPLE) {
        item = value->tuple.item;
        shape->ndim = value->tuple.count;
    }
    if (shape->ndim > QDR_MAX_DIMS)
        return qdr_check_fail(c, value->syntax, "a shape has at most %d axes", QDR_MAX_DIMS);
    for (int i = 0; i < shape->ndim; i++) {
        int code = qdr_check_integer(c, &item[i], &shape->extent[i]);
        if (code)
            return code;
        if (shape->extent[i] < 0)
            return qdr_check_fail(c, item[i].syntax, "an extent can't be negative");
    }
    qdr_error detail = QDR_ERROR_INIT;
    if (qdr_shape_check(shape, QDR_ELEMENT_MOST, &detail))
        return qdr_check_fail(c, value->syntax, "%s", detail.text);
    return QDR_OK;
}

int qdr_check_dtype(qdr_checker *c, const qdr_term *value, qdr_dtype *dtype)
{
    *dtype = value->kind == QDR_TERM_DTYPE    ? value->dtype
             : value->kind == QDR_TERM_STRING ? qdr_dtype_find(value->string)
                                               : QDR_DTYPES;
    if (*dtype != QDR_DTYPES)
        return QDR_OK;
    qdr_bytes known = {0};
    for (int i = 0; i < QDR_DTYPES; i++)
        qdr_bytes_format(&known, "%s%s", i ? ", " : "", qdr_dtype_name((qdr_dtype)i));
    int code = qdr_check_fail(c, value->syntax, "this is no dtype; known are %s", known.data);
    qdr_bytes_clear(&known);
    return code;
}

/* Kinds in the order in which a number of one may become one of the next. */
enum { RANK_BOOL, RANK_INTEGER, RANK_FLOAT, RANK_COMPLEX };

static int rank(qdr_dtype dtype)
{
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
        return RANK_BOOL;
    case 'f':
        return RANK_FLOAT;
    case 'c':
        return RANK_COMPLEX;
    default:
        return RANK_INTEGER;
    }
}

/* A constant converted by a kernel. */
static qdr_scalar convert(qdr_scalar value, qdr_dtype dtype)
{
    qdr_scalar converted = {.dtype = dtype, .words = {0, 0}};
    const void *operand[] = {value.words};
    qdr_kernel_cast(value.dtype, dtype)(1, converted.words, operand, 0);
    return converted;
}

static bool fits(qdr_scalar value, qdr_dtype dtype)
{
    int to = rank(dtype);
    if (to >= RANK_FLOAT)
        value = convert(value, to == RANK_FLOAT ? QDR_FLOAT64 : QDR_COMPLEX128);
    return qdr_scalar_fits(value, dtype);
}

/* That a constant is within the range of a dtype that it may become. */
static int check_range(qdr_checker *c, const qdr_syntax *place, qdr_scalar value, qdr_dtype dtype)
{
    if (fits(value, dtype))
        return QDR_OK;
    qdr_bytes text = {0};
    qdr_scalar_print(&text, value);
    int code = qdr_check_fail(c, place, "the number %s does not fit %s",
                              text.data ? text.data : "", qdr_dtype_name(dtype));
    qdr_bytes_clear(&text);
    return code;
}

int qdr_check_number(qdr_checker *c, const qdr_term *value, qdr_scalar *number)
{
    if (value->kind != QDR_TERM_NODE || value->node->kind != QDR_NODE_CONSTANT)
        return qdr_check_fail(c, value->syntax, "this must be a number");
    *number = value->node->value;
    return QDR_OK;
}

int qdr_check_convert(qdr_checker *c, const qdr_syntax *place, qdr_scalar number, qdr_dtype dtype,
                      qdr_scalar *converted)
{
    /* 0 and 1 may become bools */
    if (rank(number.dtype) > RANK_INTEGER && rank(number.dtype) > rank(dtype))
        return qdr_check_fail(c, place, "a number of dtype %s can't become %s",
                              qdr_dtype_name(number.dtype), qdr_dtype_name(dtype));
    *converted = convert(number, dtype);
    return check_range(c, place, number, dtype);
}

int qdr_check_intern(qdr_checker *c, const qdr_node *node, qdr_term *value)
{
    value->kind = QDR_TERM_NODE;
    return qdr_tree_intern(c->program, node, &value->node, c->err);
}

int qdr_check_reindex(qdr_checker *c, const qdr_node *node, const qdr_reindex *r,
                      qdr_term *value)
{
    value->kind = QDR_TERM_NODE;
    return qdr_reindex_apply(c->program, node, r, &value->node, c->err);
}

/* A Python number. */
static int constant(qdr_checker *c, qdr_scalar scalar, qdr_term *value)
{
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = scalar.dtype, .weak = true,
                     .value = scalar};
    return qdr_check_intern(c, &node, value);
}

/* ---- leaves ------------------------------------------------------------------------------- */

static int make_leaf(qdr_checker *c, const qdr_leaf *leaf, qdr_leaf **made)
{
    *made = qdr_arena_take(&c->program->arena, sizeof **made);
    if (!*made)
        return no_memory(c);
    **made = *leaf;
    (*made)->next = c->program->leaves;
    c->program->leaves = *made;
    return QDR_OK;
}

static int leaf_node(qdr_checker *c, qdr_leaf *leaf, const qdr_term *chunks, qdr_term *value)
{
    qdr_node node = {.kind = QDR_NODE_LEAF, .leaf = leaf};
    qdr_view *whole = qdr_arena_take(&c->program->arena, sizeof *whole);
    if (!whole)
        return no_memory(c);
    node.dtype = qdr_source_dtype(leaf->source);
    node.shape = *qdr_source_shape(leaf->source);
    *whole = qdr_view_whole(&node.shape);
    node.view = whole;
    bool chosen = chunks->kind == QDR_TERM_STRING && strcmp(chunks->string, "auto") == 0;
    if (chunks->kind != QDR_TERM_ABSENT && !chosen) {
        int code = qdr_check_shape(c, chunks, &leaf->chunks);
        if (code)
            return code;
        /* one number stands for all axes */
        for (; chunks->kind == QDR_TERM_NODE && leaf->chunks.ndim < node.shape.ndim;
             leaf->chunks.ndim++)
            leaf->chunks.extent[leaf->chunks.ndim] = leaf->chunks.extent[0];
        if (leaf->chunks.ndim != node.shape.ndim)
            return qdr_check_fail(c, chunks->syntax, "chunks has %d extents, the array %d axes",
                                  leaf->chunks.ndim, node.shape.ndim);
        for (int i = 0; i < leaf->chunks.ndim; i++)
            if (leaf->chunks.extent[i] == 0)
                return qdr_check_fail(c, chunks->syntax, "a chunk has at least one element");
    }
    return qdr_check_intern(c, &node, value);
}

int qdr_check_generator(qdr_checker *c, qdr_source *source, const qdr_term *chunks,
                        const qdr_bytes *text, qdr_term *value)
{
    qdr_leaf *leaf = c->program->leaves;
    int code = qdr_bytes_check(text, c->err);
    while (leaf && !(leaf->text && !code && strcmp(leaf->text, text->data) == 0))
        leaf = leaf->next;
    if (code || leaf) {
        qdr_source_destroy(source);
    } else {
        qdr_leaf fresh = {.source = source};
        fresh.text = qdr_arena_text(&c->program->arena, text->data, text->size);
        code = fresh.text ? make_leaf(c, &fresh, &leaf) : no_memory(c);
        if (code)
            qdr_source_destroy(source);
    }
    return code ? code : leaf_node(c, leaf, chunks, value);
}

static int open_locally(void *context, const char *path, qdr_source **source, qdr_error *err)
{
    (void)context;
    qdr_layout layout;
    int code = qdr_file_probe(path, &layout, err);
    return code ? code : qdr_file_attach(path, &layout, source, err);
}

int qdr_check_file(qdr_checker *c, const char *path, const qdr_term *chunks, qdr_term *value)
{
    static const qdr_opener local = {open_locally, NULL};
    const qdr_opener *opener = c->opener ? c->opener : &local;
    qdr_leaf *leaf = c->program->leaves;
    while (leaf && !(!leaf->text && strcmp(qdr_source_path(leaf->source), path) == 0))
        leaf = leaf->next;
    if (!leaf) {
        qdr_leaf fresh = {0};
        int code = opener->open(opener->context, path, &fresh.source, c->err);
        if (code)
            return code;
        code = make_leaf(c, &fresh, &leaf);
        if (code) {
            qdr_source_destroy(fresh.source);
            return code;
        }
    }
    return leaf_node(c, leaf, chunks, value);
}

/* ---- operators ---------------------------------------------------------------------------- */

/* A weak number has only a kind: it takes the dtype that it meets, or where that is of a lower kind
 * makes an int64 or float64 of it, or the complex number of such parts. */
qdr_dtype qdr_check_promote(const qdr_node *const *operand, int count)
{
    qdr_dtype strong = QDR_DTYPES, weak = QDR_DTYPES;
    for (int i = 0; i < count; i++) {
        qdr_dtype *of = operand[i]->weak ? &weak : &strong;
        *of = *of == QDR_DTYPES ? operand[i]->dtype : qdr_dtype_promote(*of, operand[i]->dtype);
    }
    if (strong == QDR_DTYPES || weak == QDR_DTYPES)
        return strong == QDR_DTYPES ? weak : strong;
    if (rank(weak) <= rank(strong))
        return strong;
    return rank(strong) == RANK_FLOAT ? qdr_dtype_promote(strong, QDR_COMPLEX64) : weak;
}

static bool all_weak_constants(const qdr_node *node)
{
    for (int i = 0; i < node->operands; i++)
        if (node->operand[i]->kind != QDR_NODE_CONSTANT || !node->operand[i]->weak)
            return false;
    return true;
}

/* Runs a kernel on constants. */
static qdr_scalar run_once(const qdr_kernel *kernel, const qdr_node *node)
{
    qdr_scalar cast[QDR_OPERANDS_MOST], result = {.dtype = kernel->result, .words = {0, 0}};
    const void *operand[QDR_OPERANDS_MOST];
    for (int i = 0; i < node->operands; i++) {
        cast[i] = convert(node->operand[i]->value, kernel->operand);
        operand[i] = cast[i].words;
    }
    kernel->run(1, result.words, operand, 0);
    return result;
}

/* What an operation that can wrap makes of integers, as a float. */
static double estimate(const qdr_node *node)
{
    double a = convert(node->operand[0]->value, QDR_FLOAT64).real;
    double b = convert(node->operand[node->operands - 1]->value, QDR_FLOAT64).real;
    switch (node->op->precedence) {
    case QDR_PRECEDENCE_POWER:
        return pow(a, b);
    case QDR_PRECEDENCE_SHIFT:
        return ldexp(a, b < 64 ? (int)b : 64);
    case QDR_PRECEDENCE_UNARY:
        return *node->op->symbol == '~' ? -1 - a : *node->op->symbol == '-' ? -a : a;
    default:
        return run_once(qdr_kernel_find(node->op->name, QDR_FLOAT64), node).real;
    }
}

/* Arithmetic of Python numbers is done now. Kernels wrap where Python's integers would go on, so
 * the same is computed in floats: a wrapped result is off by 2^63 or more. */
static int fold(qdr_checker *c, const qdr_syntax *place, const qdr_kernel *kernel,
                const qdr_node *node, qdr_term *value)
{
    qdr_scalar result = run_once(kernel, node);
    bool unary = node->op->precedence == QDR_PRECEDENCE_UNARY;
    bool wraps = node->op->steps[0] != '0' || unary;
    if (node->op->precedence == QDR_PRECEDENCE_SHIFT &&
        convert(node->operand[1]->value, QDR_FLOAT64).real < 0)
        return qdr_check_fail(c, place, "a number is shifted by a negative count");
    if (unary && *node->op->symbol == '-' && result.dtype == QDR_UINT64)
        result.dtype = QDR_INT64; /* -9223372036854775808 is one, without its sign it is not */
    if (rank(result.dtype) == RANK_INTEGER && wraps &&
        fabs(estimate(node) - convert(result, QDR_FLOAT64).real) > 0x1p62)
        return qdr_check_fail(c, place, "this number does not fit %s",
                              qdr_dtype_name(result.dtype));
    return constant(c, result, value);
}

static int check_shapes(qdr_checker *c, const qdr_syntax *place, qdr_node *node)
{
    char a[QDR_SHAPE_TEXT], b[QDR_SHAPE_TEXT];
    for (int i = 0; i < node->operands; i++)
        if (!qdr_shape_broadcast(&node->shape, &node->operand[i]->shape))
            return qdr_check_fail(c, place, "the shapes %s and %s do not go together",
                                  qdr_shape_text(a, &node->shape),
                                  qdr_shape_text(b, &node->operand[i]->shape));
    qdr_error detail = QDR_ERROR_INIT;
    return qdr_shape_check(&node->shape, sizeof(double), &detail)
               ? qdr_check_fail(c, place, "%s", detail.text)
               : QDR_OK;
}

/* Whether a conversion can change the value: integers of 64 bits are not all floats. */
static bool can_round(qdr_dtype from, qdr_dtype to)
{
    return qdr_dtype_promote(from, to) != to ||
           (rank(from) == RANK_INTEGER && qdr_dtype_size(from) == 8 && rank(to) > RANK_INTEGER);
}

/* The steps of rounding up to the result of a node, whose operands are converted to `computed`. */
static int steps_of(const qdr_node *node, qdr_dtype computed)
{
    static const int column[] = {[RANK_INTEGER] = 0, [RANK_FLOAT] = 1, [RANK_COMPLEX] = 2};
    const qdr_operator *op = node->op;
    int most = 0, own = computed == QDR_BOOL ? 0 : op->steps[column[rank(computed)]] - '0';
    for (int i = 0; i < node->operands; i++) {
        const qdr_node *operand = node->operand[i];
        bool jumps = op->jumps || computed == QDR_BOOL || (op->types == QDR_TYPES_CHOICE && i == 0);
        int steps = operand->steps;
        steps += operand->kind != QDR_NODE_CONSTANT && computed != QDR_BOOL &&
                 can_round(operand->dtype, computed);
        steps = jumps && steps ? 2 : steps;
        most = steps > most ? steps : most;
    }
    return most + own < 2 ? most + own : 2;
}

/* The dtype that a node is computed in when its operands' promoted dtype is that. */
static qdr_dtype computed_in(const qdr_node *node, qdr_dtype dtype)
{
    if (node->op->types == QDR_TYPES_TRUTH)
        return QDR_BOOL;
    if (rank(dtype) >= RANK_FLOAT)
        return dtype;
    switch (node->op->types) {
    case QDR_TYPES_NUMBER:
        return dtype == QDR_BOOL ? QDR_INT8 : dtype;
    case QDR_TYPES_DIVIDE:
        return QDR_FLOAT64;
    case QDR_TYPES_FLOATING:
        /* as NumPy: both 8-bit integers are float16, though only int16 holds both */
        for (int i = 0; i < node->operands; i++)
            if (node->operand[i]->weak || node->operands == 1)
                return qdr_dtype_real(dtype);
        return qdr_dtype_promote(qdr_dtype_real(node->operand[0]->dtype),
                                 qdr_dtype_real(node->operand[1]->dtype));
    default:
        return dtype;
    }
}

/* Python's integers compare exactly with any other: one that the dtype does not hold is not
 * converted to it, but both to a wider one. */
static qdr_dtype comparable(const qdr_node *node, qdr_dtype dtype)
{
    for (int i = 0; i < node->operands; i++)
        if (node->operand[i]->weak && rank(dtype) == RANK_INTEGER &&
            !fits(node->operand[i]->value, dtype))
            return qdr_dtype_promote(dtype, node->operand[i]->dtype);
    return dtype;
}

int qdr_check_cast(qdr_checker *c, const qdr_node *operand, qdr_dtype dtype, const qdr_node **node)
{
    const qdr_operator *op = qdr_operator_named("astype");
    qdr_node cast = {.kind = QDR_NODE_OPERATION, .op = op, .dtype = dtype, .shape = operand->shape,
                     .computed = dtype, .operands = 1, .operand = {operand}};
    cast.steps = steps_of(&cast, dtype);
    *node = operand;
    return operand->dtype == dtype && !operand->weak
               ? QDR_OK
               : qdr_tree_intern(c->program, &cast, node, c->err);
}

/* What a power to one of these numbers is computed as: exactly, and fast. */
static int simplify_power(qdr_checker *c, bool known, qdr_dtype dtype, qdr_node *node)
{
    static const struct {
        double exponent;
        const char *name;
        int least; /* rank of the dtype */
    } powers[] = {{2, "square", RANK_INTEGER},
                  {1, "positive", RANK_INTEGER},
                  {0.5, "sqrt", RANK_FLOAT},
                  {-1, "reciprocal", RANK_FLOAT}};
    const qdr_node *exponent = node->operand[1];
    if (exponent->kind != QDR_NODE_CONSTANT || rank(exponent->dtype) > RANK_FLOAT ||
        (node->operand[0]->weak && !known))
        return QDR_OK;
    double number = convert(exponent->value, QDR_FLOAT64).real;
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        if (powers[i].exponent != number || rank(dtype) < powers[i].least)
            continue;
        node->op = qdr_operator_named(powers[i].name);
        node->operands = 1;
        node->operand[1] = NULL;
        bool as_it_is = known || computed_in(node, node->operand[0]->dtype) == dtype;
        return as_it_is ? QDR_OK : qdr_check_cast(c, node->operand[0], dtype, &node->operand[0]);
    }
    return QDR_OK;
}

/* The dtype that the operands of a node are taken as; `known` tells that they are Python's numbers,
 * whose bools are numbers too, and whose integers to negative powers are floats. */
static qdr_dtype common_dtype(const qdr_node *node, bool known)
{
    int precedence = node->op->precedence, choice = node->op->types == QDR_TYPES_CHOICE;
    bool bitwise = precedence == QDR_PRECEDENCE_OR || precedence == QDR_PRECEDENCE_XOR ||
                   precedence == QDR_PRECEDENCE_AND;
    qdr_dtype dtype = qdr_check_promote(node->operand + choice, node->operands - choice);
    if (precedence == QDR_PRECEDENCE_COMPARISON)
        return comparable(node, dtype);
    if (known && dtype == QDR_BOOL && !bitwise)
        dtype = QDR_INT64;
    if (known && precedence == QDR_PRECEDENCE_POWER && rank(dtype) == RANK_INTEGER &&
        convert(node->operand[1]->value, QDR_FLOAT64).real < 0)
        dtype = QDR_FLOAT64;
    return dtype;
}

/* That the constants among the operands are within their common dtype, or that of floats where
 * they are converted one by one, and that there is a value for the last one. */
static int check_constants(qdr_checker *c, const qdr_syntax *place, const qdr_term *operand,
                           const qdr_node *node, qdr_dtype dtype)
{
    const qdr_kernel_check *check = qdr_kernel_check_find(node->op->name, node->computed);
    const qdr_node *last = node->operand[node->operands - 1];
    if (check && last->kind == QDR_NODE_CONSTANT && qdr_shape_count(&node->shape) > 0 &&
        check->find(1, convert(last->value, node->computed).words) == 0)
        return qdr_check_fail(c, place, "%s", check->text);
    int code = QDR_OK;
    if (node->op->types == QDR_TYPES_FLOATING || node->op->types == QDR_TYPES_DIVIDE)
        dtype = node->computed;
    for (int i = node->op->types == QDR_TYPES_CHOICE; i < node->operands && !code; i++)
        if (node->operand[i]->weak && node->op->types != QDR_TYPES_TRUTH)
            code = check_range(c, operand[i].syntax, node->operand[i]->value, dtype);
    return code;
}

int qdr_check_apply(qdr_checker *c, const qdr_syntax *place, const qdr_operator *op,
                    const qdr_term *operand, qdr_term *value)
{
    qdr_node node = {.kind = QDR_NODE_OPERATION, .op = op};
    for (const char *s = op->parameters; s; s = strchr(s + 1, ','))
        node.operands++;
    for (int i = 0; i < node.operands; i++) {
        int code = qdr_check_array(c, &operand[i], &node.operand[i]);
        if (code)
            return code;
    }
    int code = check_shapes(c, place, &node);
    if (code)
        return code;
    if (op->types == QDR_TYPES_CHOICE && node.operand[0]->dtype != QDR_BOOL)
        return qdr_check_fail(c, operand[0].syntax, "a condition is bool, this is %s: compare it",
                              qdr_dtype_name(node.operand[0]->dtype));
    bool known = *op->symbol && all_weak_constants(&node);
    qdr_dtype dtype = common_dtype(&node, known);
    if (op->precedence == QDR_PRECEDENCE_POWER)
        code = simplify_power(c, known, dtype, &node);
    if (code)
        return code;
    qdr_dtype computed = computed_in(&node, dtype);
    const qdr_kernel *kernel = qdr_kernel_find(node.op->name, computed);
    const char *lacks = qdr_kernel_lacks(node.op->name, computed);
    if (lacks)
        return qdr_check_fail(c, place, "%s of %s %s", op->name, qdr_dtype_name(computed), lacks);
    if (!kernel)
        return qdr_check_fail(c, place, "%s is not defined for %s", op->name,
                              qdr_dtype_name(dtype));
    node.computed = kernel->operand;
    node.dtype = kernel->result;
    node.steps = steps_of(&node, node.computed);
    code = check_constants(c, place, operand, &node, dtype);
    if (code)
        return code;
    return known ? fold(c, place, kernel, &node, value) : qdr_check_intern(c, &node, value);
}

/* ---- calls -------------------------------------------------------------------------------- */

/* Parameters are read off the text of a signature: "a, *, ddof=0". */
struct parameter {
    const char *name;
    size_t length;
    bool optional, keyword_only;
};

static int parameters_of(const char *text, struct parameter parameter[QDR_PARAMETERS])
{
    int count = 0;
    bool keyword_only = false;
    while (*text) {
        size_t item = strcspn(text, ","), name = strcspn(text, ",=");
        if (*text == '*')
            keyword_only = true;
        else
            parameter[count++] = (struct parameter){text, name, name < item, keyword_only};
        text += item;
        text += strspn(text, ", ");
    }
    return count;
}

const qdr_term *qdr_call_argument(const qdr_call *call, const char *name)
{
    static const qdr_term absent = {.kind = QDR_TERM_ABSENT};
    struct parameter parameter[QDR_PARAMETERS];
    int count = parameters_of(call->parameters, parameter);
    for (int i = 0; i < count; i++)
        if (named(name, parameter[i].name, parameter[i].length))
            return &call->argument[i];
    return &absent;
}

static int place_argument(qdr_checker *c, const qdr_function *f, const qdr_syntax *argument,
                          int position, int *index)
{
    struct parameter parameter[QDR_PARAMETERS];
    int count = parameters_of(f->parameters, parameter);
    if (!argument->keyword) {
        if (position >= count || parameter[position].keyword_only)
            return qdr_check_fail(c, argument, "too many arguments: %s(%s)", f->name,
                                  f->parameters);
        *index = position;
        return QDR_OK;
    }
    for (*index = 0; *index < count; ++*index)
        if (parameter[*index].length == argument->keyword_length &&
            memcmp(parameter[*index].name, argument->keyword, argument->keyword_length) == 0)
            return QDR_OK;
    qdr_syntax place = *argument;
    place.text = argument->keyword;
    return qdr_check_fail(c, &place, "%s has no argument '%.*s': %s(%s)", f->name,
                          QDR_SHOWN(argument->keyword_length), argument->keyword, f->name,
                          f->parameters);
}

static int bind(qdr_checker *c, const qdr_function *f, qdr_call *call)
{
    struct parameter parameter[QDR_PARAMETERS];
    int count = parameters_of(f->parameters, parameter), position = 0;
    for (const qdr_syntax *a = call->syntax->child; a; a = a->next) {
        int index = 0, code = place_argument(c, f, a, position, &index);
        position += !a->keyword;
        if (code)
            return code;
        if (call->argument[index].kind != QDR_TERM_ABSENT)
            return qdr_check_fail(c, a, "'%.*s' is given twice", (int)parameter[index].length,
                                  parameter[index].name);
        code = evaluate(c, a, &call->argument[index]);
        if (code)
            return code;
        if (call->argument[index].kind == QDR_TERM_NONE && parameter[index].optional)
            call->argument[index].kind = QDR_TERM_ABSENT;
    }
    for (int i = 0; i < count; i++)
        if (!parameter[i].optional && call->argument[i].kind == QDR_TERM_ABSENT)
            return qdr_check_fail(c, call->syntax, "'%.*s' is missing: %s(%s)",
                                  (int)parameter[i].length, parameter[i].name, f->name,
                                  f->parameters);
    return QDR_OK;
}

/* Whether a call means the function of that name; NumPy has two names for some. */
static bool calls(const qdr_syntax *syntax, const char *name)
{
    static const char *const others[][2] = {{"conjugate", "conj"}, {"absolute", "abs"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (named(others[i][0], syntax->text, syntax->length))
            return strcmp(others[i][1], name) == 0;
    return named(name, syntax->text, syntax->length);
}

static int call_function(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_function f;
    qdr_names names;
    qdr_names_init(&names, syntax->text, syntax->length);
    for (size_t i = 0; qdr_function_row(i, &f); i++) {
        if (calls(syntax, f.name)) {
            qdr_call call = {.syntax = syntax, .name = f.name, .parameters = f.parameters,
                             .row = f.row};
            int code = bind(c, &f, &call);
            return code ? code : f.build(c, &call, value);
        }
        qdr_names_offer(&names, f.name, strlen(f.name));
    }
    char hint[QDR_NAMES_HINT];
    return qdr_check_fail(c, syntax, "unknown function '%.*s'%s", QDR_SHOWN(syntax->length),
                          syntax->text, qdr_names_hint(&names, hint));
}

/* ---- names and literals ------------------------------------------------------------------- */

static int unknown_name(qdr_checker *c, const qdr_syntax *syntax, const qdr_names *names)
{
    qdr_function f;
    char hint[QDR_NAMES_HINT];
    for (size_t i = 0; qdr_function_row(i, &f); i++)
        if (named(f.name, syntax->text, syntax->length))
            return qdr_check_fail(c, syntax, "%s is a function: %s(%s)", f.name, f.name,
                                  f.parameters);
    return qdr_check_fail(c, syntax, "unknown name '%.*s'%s", QDR_SHOWN(syntax->length),
                          syntax->text, qdr_names_hint(names, hint));
}

/* A name that nobody defined: a number's, None or a dtype's. */
static int find_standard(qdr_checker *c, const qdr_syntax *syntax, qdr_names *names,
                         qdr_term *value)
{
    static const struct {
        const char *name;
        qdr_scalar value;
    } constants[] = {
        {"True", {.dtype = QDR_BOOL, .truth = 1}},
        {"False", {.dtype = QDR_BOOL, .truth = 0}},
        {"nan", {.dtype = QDR_FLOAT64, .real = __builtin_nan("")}},
        {"inf", {.dtype = QDR_FLOAT64, .real = __builtin_inf()}},
        {"pi", {.dtype = QDR_FLOAT64, .real = 3.141592653589793}},
        {"e", {.dtype = QDR_FLOAT64, .real = 2.718281828459045}},
    };
    const char *text = qdr_arena_text(&c->program->arena, syntax->text, syntax->length);
    if (!text)
        return no_memory(c);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (strcmp(constants[i].name, text) == 0)
            return constant(c, constants[i].value, value);
        qdr_names_offer(names, constants[i].name, strlen(constants[i].name));
    }
    qdr_names_offer(names, "None", strlen("None"));
    for (int i = 0; i < QDR_DTYPES; i++) {
        const char *dtype = qdr_dtype_name((qdr_dtype)i);
        qdr_names_offer(names, dtype, strlen(dtype));
    }
    value->dtype = qdr_dtype_find(text);
    value->kind = value->dtype != QDR_DTYPES ? QDR_TERM_DTYPE : QDR_TERM_NONE;
    if (value->kind == QDR_TERM_NONE && strcmp(text, "None") != 0)
        return unknown_name(c, syntax, names);
    return QDR_OK;
}

static int find_name(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_names names;
    qdr_names_init(&names, syntax->text, syntax->length);
    for (const struct name *n = c->names; n; n = n->older) {
        if (n->length == syntax->length && memcmp(n->text, syntax->text, n->length) == 0) {
            *value = n->value;
            return QDR_OK;
        }
        qdr_names_offer(&names, n->text, n->length);
    }
    return find_standard(c, syntax, &names, value);
}

/* The characters of a number without underscores. */
static const char *plain(qdr_checker *c, const qdr_syntax *syntax)
{
    char *text = qdr_arena_text(&c->program->arena, syntax->text, syntax->length), *to = text;
    for (const char *s = text; s && *s; s++)
        if (*s != '_')
            *to++ = *s;
    if (text)
        *to = '\0';
    return text;
}

/* A whole number; with its sign, since there is -2^63 and no 2^63. */
static int signed_integer(qdr_checker *c, const qdr_syntax *syntax, bool negative, qdr_term *value)
{
    const char *text = plain(c, syntax);
    if (!text)
        return no_memory(c);
    if (text[0] == '0' && strspn(text, "0") != strlen(text))
        return qdr_check_fail(c, syntax, "a whole number does not begin with 0");
    errno = 0;
    uint64_t magnitude = strtoull(text, NULL, 10);
    bool large = magnitude > (uint64_t)INT64_MAX + negative;
    if (errno || (large && negative))
        return qdr_check_fail(c, syntax, "this number does not fit %s",
                              negative ? "int64" : "uint64");
    qdr_scalar scalar = {.dtype = large ? QDR_UINT64 : QDR_INT64,
                         .words = {negative ? -magnitude : magnitude}};
    return constant(c, scalar, value);
}

static int integer(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    return signed_integer(c, syntax, false, value);
}

/* 1.5, or 1.5j. */
static int real(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    const char *end, *text = plain(c, syntax);
    if (!text)
        return no_memory(c);
    double number = qdr_number_parse(text, &end);
    qdr_scalar scalar = {.dtype = QDR_FLOAT64, .real = number};
    if (*end)
        scalar = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {0, number}};
    return constant(c, scalar, value);
}

/* Python's escapes for single characters and bytes. */
static int string(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static const char escapes[] = "\\\\''\"\"n\nt\tr\r";
    const char *s = syntax->text + 1, *end = syntax->text + syntax->length - 1;
    char *to = qdr_arena_take(&c->program->arena, syntax->length);
    value->kind = QDR_TERM_STRING;
    value->string = to;
    if (!to)
        return no_memory(c);
    while (s < end) {
        if (*s != '\\') {
            *to++ = *s++;
            continue;
        }
        const char *known = NULL;
        for (const char *e = escapes; *e && !known; e += 2)
            known = *e == s[1] ? e : NULL;
        char digits[3] = "";
        if (s[1] == 'x' && end - s >= 4)
            memcpy(digits, s + 2, 2);
        bool hex = strspn(digits, "0123456789abcdefABCDEF") == 2;
        long byte = hex ? strtol(digits, NULL, 16) : 0;
        if (!known && !byte) /* a NUL would end the text */
            return qdr_fail_at(c->err, syntax->program, s, "this escape is not known");
        *to++ = known ? known[1] : (char)byte;
        s += known ? 2 : 4;
    }
    *to = '\0';
    return QDR_OK;
}

static int tuple(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    int count = 0;
    for (const qdr_syntax *s = syntax->child; s; s = s->next)
        count++;
    qdr_term *item = qdr_arena_take(&c->program->arena, (size_t)count * sizeof *item);
    if (!item)
        return no_memory(c);
    value->kind = QDR_TERM_TUPLE;
    value->tuple.item = item;
    value->tuple.count = count;
    for (const qdr_syntax *s = syntax->child; s; s = s->next) {
        int code = evaluate(c, s, item++);
        if (code)
            return code;
    }
    return QDR_OK;
}

static int operation(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_term operand[2] = {{0}, {0}};
    int i = 0;
    bool minus = *syntax->op->symbol == '-' && !syntax->child->next;
    if (minus && syntax->child->kind == QDR_SYNTAX_INTEGER)
        return signed_integer(c, syntax->child, true, value);
    for (const qdr_syntax *s = syntax->child; s; s = s->next) {
        int code = evaluate(c, s, &operand[i++]);
        if (code)
            return code;
    }
    return qdr_check_apply(c, syntax, syntax->op, operand, value);
}

/* ---- indexing ----------------------------------------------------------------------------- */

/* One whole number of a slice, `absent` when it is left out. */
static int slice_bound(qdr_checker *c, const qdr_syntax *syntax, int64_t absent, int64_t *bound)
{
    qdr_term term = {0};
    *bound = absent;
    if (syntax->kind == QDR_SYNTAX_NOTHING)
        return QDR_OK;
    int code = evaluate(c, syntax, &term);
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
    int code = evaluate(c, syntax, &term);
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
    return syntax->kind == QDR_SYNTAX_NAME && (named("None", syntax->text, syntax->length) ||
                                               named("newaxis", syntax->text, syntax->length));
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

static int subscript(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_term object = {0};
    qdr_reindex r = {0};
    const qdr_node *node = NULL;
    int code = evaluate(c, syntax->child, &object);
    if (!code)
        code = qdr_check_array(c, &object, &node);
    if (!code)
        code = take_items(c, syntax->child->next, &node->shape, &r);
    if (!code)
        code = qdr_check_reindex(c, node, &r, value);
    if (!code && value->node->shape.ndim != r.ndim)
        code = qdr_check_fail(c, syntax, "a number has no axes to index");
    return code;
}

/* x.T and the like: functions of one argument. */
static int attribute(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static const char *const functions[][2] = {
        {"T", "transpose"}, {"real", "real"}, {"imag", "imag"}};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (named(functions[i][0], syntax->text, syntax->length)) {
            qdr_syntax as_call = *syntax;
            as_call.text = functions[i][1];
            as_call.length = strlen(as_call.text);
            return call_function(c, &as_call, value);
        }
    return qdr_check_fail(c, syntax, "an array has no attribute '%.*s'; or the '(' of a method "
                          "call is missing", QDR_SHOWN(syntax->length), syntax->text);
}

static int misplaced(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    (void)value;
    return qdr_check_fail(c, syntax, "this belongs between the brackets of an index");
}

static int evaluate(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static int (*const by_kind[])(qdr_checker *, const qdr_syntax *, qdr_term *) = {
        [QDR_SYNTAX_INTEGER] = integer, [QDR_SYNTAX_FLOAT] = real,
        [QDR_SYNTAX_STRING] = string,   [QDR_SYNTAX_NAME] = find_name,
        [QDR_SYNTAX_TUPLE] = tuple,     [QDR_SYNTAX_CALL] = call_function,
        [QDR_SYNTAX_OPERATION] = operation,
        [QDR_SYNTAX_ATTRIBUTE] = attribute,
        [QDR_SYNTAX_INDEX] = subscript,
        [QDR_SYNTAX_SLICE] = misplaced,
        [QDR_SYNTAX_NOTHING] = misplaced,
        [QDR_SYNTAX_ELLIPSIS] = misplaced,
    };
    if (c->depth == DEEPEST)
        return qdr_check_fail(c, syntax, "this has more than %d operations on each other",
                              QDR_DEPTH_MOST);
    c->depth++;
    int code = by_kind[syntax->kind](c, syntax, value);
    c->depth--;
    value->syntax = syntax;
    return code;
}

/* ---- programs ----------------------------------------------------------------------------- */

static int define(qdr_checker *c, const char *text, size_t length, const qdr_term *value)
{
    struct name *n = qdr_arena_take(&c->program->arena, sizeof *n);
    if (!n)
        return no_memory(c);
    *n = (struct name){text, length, *value, c->names};
    c->names = n;
    return QDR_OK;
}

static int add_result(qdr_checker *c, const qdr_statement *s, const qdr_term *value)
{
    qdr_program *p = c->program;
    const qdr_node *node = NULL;
    int code = qdr_check_array(c, value, &node);
    if (code)
        return code;
    if (p->result_count == p->result_capacity) {
        size_t capacity = p->result_capacity ? 2 * p->result_capacity : 8;
        qdr_result *results = realloc(p->results, capacity * sizeof *results);
        if (!results)
            return no_memory(c);
        p->results = results;
        p->result_capacity = capacity;
    }
    qdr_result *r = &p->results[p->result_count++];
    *r = (qdr_result){.node = node};
    if (s->name) {
        r->name = qdr_arena_text(&p->arena, s->name, s->name_length);
        if (!r->name)
            return no_memory(c);
    }
    return QDR_OK;
}

/* Checks a text; `last` tells that nothing follows it. */
static int check_text(qdr_checker *c, const char *text, bool last)
{
    qdr_statement *s;
    int code = qdr_parse(text, &c->program->arena, &s, c->err);
    for (; s && !code; s = s->next) {
        qdr_term value = {0};
        code = evaluate(c, s->expression, &value);
        if (!code && s->name)
            code = define(c, s->name, s->name_length, &value);
        if (!code && (!s->name || (last && !s->next)))
            code = add_result(c, s, &value);
    }
    return code;
}

static bool is_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return length && length == strlen(text) && !(*text >= '0' && *text <= '9');
}

static int check_name(qdr_checker *c, const char *name)
{
    char shown[128];
    return is_name(name) ? QDR_OK
                         : qdr_fail(c->err, QDR_EUSAGE, "'%s' can't be a name in an expression",
                                    qdr_escape(shown, sizeof shown, name));
}

static int check_let(qdr_checker *c, const qdr_binding *let)
{
    qdr_statement *s;
    qdr_term value = {0};
    int code = check_name(c, let->name);
    if (!code)
        code = qdr_parse(let->value, &c->program->arena, &s, c->err);
    if (code)
        return code;
    if (!s || s->next || s->name)
        return qdr_fail(c->err, QDR_EUSAGE, "the name '%s' needs one expression", let->name);
    code = evaluate(c, s->expression, &value);
    return code ? code : define(c, let->name, strlen(let->name), &value);
}

static int check_program(qdr_checker *c, const qdr_program_text *text)
{
    int code = QDR_OK;
    for (size_t i = 0; i < text->file_count && !code; i++) {
        qdr_term value = {0}, no_chunks = {0};
        code = check_name(c, text->files[i].name);
        if (!code)
            code = qdr_check_file(c, text->files[i].value, &no_chunks, &value);
        if (!code)
            code = define(c, text->files[i].name, strlen(text->files[i].name), &value);
    }
    for (size_t i = 0; i < text->let_count && !code; i++)
        code = check_let(c, &text->lets[i]);
    for (size_t i = 0; i < text->text_count && !code; i++)
        code = check_text(c, text->texts[i], i + 1 == text->text_count);
    if (!code && !c->program->result_count)
        code = qdr_fail(c->err, QDR_EUSAGE, "there is no expression to evaluate");
    return code ? code : qdr_tree_print(c->program, c->err);
}

int qdr_program_compile(const qdr_program_text *text, const qdr_opener *opener,
                        qdr_program **program, qdr_error *err)
{
    *program = calloc(1, sizeof **program);
    if (!*program)
        return qdr_fail_memory(err, "checking the expression");
    qdr_checker checker = {.program = *program, .opener = opener, .err = err};
    int code = check_program(&checker, text);
    if (code) {
        qdr_program_destroy(*program);
        *program = NULL;
    }
    return code;
}

void qdr_program_destroy(qdr_program *program)
{
    if (!program)
        return;
    for (qdr_leaf *leaf = program->leaves; leaf; leaf = leaf->next)
        qdr_source_destroy(leaf->source);
    free(program->nodes);
    free(program->results);
    free(program->inputs);
    qdr_arena_clear(&program->arena);
    free(program);
}
