/* Operators on operands: shapes, dtypes, and what is computed at once. */
#include "expr/checker.h"

#include <math.h>
#include <string.h>

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
    if (qdr_check_rank(weak) <= qdr_check_rank(strong))
        return strong;
    return qdr_check_rank(strong) == QDR_RANK_FLOAT ? qdr_dtype_promote(strong, QDR_COMPLEX64)
                                                    : weak;
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
    qdr_scalar cast[QDR_OPERANDS], result = {.dtype = kernel->result, .words = {0, 0}};
    const void *operand[QDR_OPERANDS];
    for (int i = 0; i < node->operands; i++) {
        cast[i] = qdr_check_converted(node->operand[i]->value, kernel->operand);
        operand[i] = cast[i].words;
    }
    kernel->run(1, result.words, operand, 0);
    return result;
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
           (qdr_check_rank(from) == QDR_RANK_INTEGER && qdr_dtype_size(from) == 8 &&
            qdr_check_rank(to) > QDR_RANK_INTEGER);
}

/* The steps of rounding up to the result of a node, whose operands are converted to `computed`. */
static int steps_of(const qdr_node *node, qdr_dtype computed)
{
    static const int column[] = {
        [QDR_RANK_INTEGER] = 0, [QDR_RANK_FLOAT] = 1, [QDR_RANK_COMPLEX] = 2};
    const qdr_operator *op = node->op;
    int most = 0, own = 0;
    if (computed != QDR_BOOL)
        own = op->steps[column[qdr_check_rank(computed)]] - '0';
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
    if (qdr_check_rank(dtype) >= QDR_RANK_FLOAT)
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
        if (node->operand[i]->weak && qdr_check_rank(dtype) == QDR_RANK_INTEGER &&
            !qdr_check_fits(node->operand[i]->value, dtype))
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
    } powers[] = {{2, "square", QDR_RANK_INTEGER},
                  {1, "positive", QDR_RANK_INTEGER},
                  {0.5, "sqrt", QDR_RANK_FLOAT},
                  {-1, "reciprocal", QDR_RANK_FLOAT}};
    const qdr_node *exponent = node->operand[1];
    if (exponent->kind != QDR_NODE_CONSTANT || qdr_check_rank(exponent->dtype) > QDR_RANK_FLOAT ||
        (node->operand[0]->weak && !known))
        return QDR_OK;
    double number = qdr_check_converted(exponent->value, QDR_FLOAT64).real;
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        if (powers[i].exponent != number || qdr_check_rank(dtype) < powers[i].least)
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
 * whose integers to negative powers are floats. */
static qdr_dtype common_dtype(const qdr_node *node, bool known)
{
    int precedence = node->op->precedence, choice = node->op->types == QDR_TYPES_CHOICE;
    qdr_dtype dtype = qdr_check_promote(node->operand + choice, node->operands - choice);
    if (precedence == QDR_PRECEDENCE_COMPARISON)
        return comparable(node, dtype);
    bool integer = qdr_check_rank(dtype) <= QDR_RANK_INTEGER;
    return known && integer && precedence == QDR_PRECEDENCE_POWER ? QDR_FLOAT64 : dtype;
}

/* That the constants among the operands are within their common dtype, or that of floats where
 * they are converted one by one, and that there is a value for the last one. */
static int check_constants(qdr_checker *c, const qdr_syntax *place, const qdr_term *operand,
                           const qdr_node *node, qdr_dtype dtype)
{
    const qdr_kernel_check *check = qdr_kernel_check_find(node->op->name, node->computed);
    const qdr_node *last = node->operand[node->operands - 1];
    if (check && last->kind == QDR_NODE_CONSTANT && qdr_shape_count(&node->shape) > 0 &&
        check->find(1, qdr_check_converted(last->value, node->computed).words) == 0)
        return qdr_check_fail(c, place, "%s", check->text);
    int code = QDR_OK;
    if (node->op->types == QDR_TYPES_FLOATING || node->op->types == QDR_TYPES_DIVIDE)
        dtype = node->computed;
    for (int i = node->op->types == QDR_TYPES_CHOICE; i < node->operands && !code; i++)
        if (node->operand[i]->weak && node->op->types != QDR_TYPES_TRUTH)
            code = qdr_check_range(c, operand[i].syntax, node->operand[i]->value, dtype);
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
    if (known && qdr_check_makes_integer(&node))
        return qdr_check_fold_integers(c, place, &node, value);
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
    return known ? qdr_check_python(c, run_once(kernel, &node), value)
                 : qdr_check_intern(c, &node, value);
}
