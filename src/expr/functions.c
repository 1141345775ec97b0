/* Everything that can be called: the rows of three tables, as functions. */
#include "expr/generators.h"

static int build_operator(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    return qdr_check_apply(checker, call->syntax, call->row, call->argument, value);
}

static int build_reduction(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *ddof = &call->argument[1];
    qdr_node node = {.kind = QDR_NODE_REDUCTION, .operands = 1, .reduction = call->row};
    int code = qdr_check_array(checker, &call->argument[0], &node.operand[0]);
    if (!code && ddof->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, ddof, &node.options.ddof);
    if (!code && node.options.ddof < 0)
        code = qdr_check_fail(checker, ddof->syntax, "ddof can't be negative");
    if (code)
        return code;
    int steps = node.operand[0]->steps + node.reduction->steps;
    node.dtype = node.reduction->result(node.operand[0]->dtype);
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
                                o->example,    o->value, build_operator, o};
            return true;
        }
    for (const qdr_function *g = qdr_generators; g->name; g++)
        if (index-- == 0) {
            *f = *g;
            return true;
        }
    return false;
}
