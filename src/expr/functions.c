/* Everything that can be called: the rows of three tables, as functions. */
#include "expr/generators.h"

static int build_operator(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    return qdr_check_apply(checker, call->syntax, call->row, call->argument, value);
}

static int build_cast(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    qdr_dtype dtype;
    int code = qdr_check_array(checker, &call->argument[0], &value->node);
    if (!code)
        code = qdr_check_dtype(checker, &call->argument[1], &dtype);
    value->kind = QDR_TERM_NODE;
    return code ? code : qdr_check_cast(checker, value->node, dtype, &value->node);
}

/* dtype=: the elements are converted first. A sum has that dtype too; but the mean of integers is a
 * float, and the variance of complex numbers is real. */
static int build_typed(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    qdr_dtype dtype;
    int code = qdr_check_dtype(checker, term, &dtype);
    if (!code)
        code = qdr_check_cast(checker, node->operand[0], dtype, &node->operand[0]);
    if (code)
        return code;
    qdr_dtype result = node->reduction->result(dtype);
    bool same = qdr_dtype_kind(result) == qdr_dtype_kind(dtype);
    if (!same && qdr_dtype_kind(dtype) != 'c')
        return qdr_check_fail(checker, term->syntax, "%s gives no %s", node->reduction->name,
                              qdr_dtype_name(dtype));
    node->dtype = same ? dtype : result;
    return QDR_OK;
}

/* Reductions without dtype or ddof have nothing in these places. */
static int build_reduction(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *dtype = &call->argument[1], *ddof = &call->argument[2];
    qdr_node node = {.kind = QDR_NODE_REDUCTION, .operands = 1, .reduction = call->row};
    int code = qdr_check_array(checker, &call->argument[0], &node.operand[0]);
    if (!code)
        node.dtype = node.reduction->result(node.operand[0]->dtype);
    if (!code && dtype->kind != QDR_TERM_ABSENT && dtype->kind != QDR_TERM_NONE)
        code = build_typed(checker, dtype, &node);
    if (!code && ddof->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, ddof, &node.options.ddof);
    if (!code && node.options.ddof < 0)
        code = qdr_check_fail(checker, ddof->syntax, "ddof is not negative");
    if (code)
        return code;
    int steps = node.operand[0]->steps + node.reduction->steps;
    node.options.dtype = node.dtype;
    node.steps = steps < 2 ? steps : 2;
    return qdr_check_intern(checker, &node, value);
}

bool qdr_function_row(size_t index, qdr_function *f)
{
    const qdr_reduction *r = qdr_reductions;
    for (; r->name; r++)
        if (index-- == 0) {
            *f = (qdr_function){"Reductions", r->name, r->parameters, r->help,
                                r->example,   r->value, build_reduction, r};
            return true;
        }
    for (const qdr_operator *o = qdr_operators; o->name; o++)
        if (index-- == 0) {
            *f = (qdr_function){"Elementwise", o->name, o->parameters, o->help,
                                o->example,    o->value,
                                o->types == QDR_TYPES_CAST ? build_cast : build_operator, o};
            return true;
        }
    for (const qdr_function *g = qdr_generators; g->name; g++)
        if (index-- == 0) {
            *f = *g;
            return true;
        }
    return false;
}
