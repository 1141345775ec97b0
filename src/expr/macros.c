#include "expr/macros.h"

#include <string.h>

#include "expr/checker.h"

#define GROUP "Reductions made of others"

/* The default of a parameter. */
static int default_value(qdr_checker *c, const qdr_parameter *p, qdr_term *value)
{
    qdr_statement *s;
    const char *text = qdr_arena_text(&c->program->arena, p->value, p->value_length);
    if (!text)
        return qdr_check_no_memory(c);
    int code = qdr_parse(text, &c->program->arena, &s, c->err);
    return code ? code : qdr_check_evaluate(c, s->expression, value);
}

/* Gives the parameters, and `kept`, their values as names. */
static int define_parameters(qdr_checker *c, const qdr_call *call)
{
    qdr_parameter parameter[QDR_PARAMETERS];
    int count = qdr_check_parameters(call->parameters, parameter), code = QDR_OK;
    for (int i = 0; i < count && !code; i++) {
        qdr_term value = call->argument[i];
        if (value.kind == QDR_TERM_ABSENT)
            code = default_value(c, &parameter[i], &value);
        if (!code)
            code = qdr_check_define(c, parameter[i].name, parameter[i].length, &value);
    }
    qdr_term kept = {0};
    const qdr_scalar truth = {.dtype = QDR_BOOL,
                              .truth = qdr_call_argument(call, "axis")->kind != QDR_TERM_ABSENT};
    if (!code)
        code = qdr_check_python(c, truth, &kept);
    return code ? code : qdr_check_define(c, "kept", strlen("kept"), &kept);
}

static int evaluate(qdr_checker *c, const char *text, qdr_term *value)
{
    qdr_statement *s;
    int code = qdr_parse(text, &c->program->arena, &s, c->err);
    for (; s && !code; s = s->next) {
        code = qdr_check_evaluate(c, s->expression, value);
        if (!code && s->name)
            code = qdr_check_define(c, s->name, s->name_length, value);
    }
    return code;
}

/* The value of a text with the arguments of a call as names. Errors are those of the call in the
 * user's text, of the outermost one where a macro calls another. */
static int expand(qdr_checker *c, const qdr_call *call, const char *text, qdr_term *value)
{
    qdr_name *names = c->names;
    const qdr_call *within = c->within;
    c->names = NULL;
    c->within = within ? within : call;
    int code = define_parameters(c, call);
    if (!code)
        code = evaluate(c, text, value);
    c->names = names;
    c->within = within;
    return code;
}

/* The row is the text. */
static int build_ANY(qdr_checker *c, const qdr_call *call, qdr_term *value)
{
    return expand(c, call, call->row, value);
}

static int build_REAL(qdr_checker *c, const qdr_call *call, qdr_term *value)
{
    for (int i = 0; i < QDR_PARAMETERS; i++) {
        const qdr_term *given = &call->argument[i];
        if (given->kind == QDR_TERM_NODE && qdr_dtype_kind(given->node->dtype) == 'c')
            return qdr_check_fail(c, given->syntax, "%s is not defined for %s", call->name,
                                  qdr_dtype_name(given->node->dtype));
    }
    return build_ANY(c, call, value);
}

/* Weights that go along one axis, as an array that broadcasts with a. */
static int align_weights(qdr_checker *c, const qdr_call *call, const qdr_node *a,
                         qdr_term *weights)
{
    const qdr_term *axis = qdr_call_argument(call, "axis");
    const qdr_shape *shape = &weights->node->shape;
    char one[QDR_SHAPE_TEXT], other[QDR_SHAPE_TEXT];
    uint32_t axes = 0;
    if (qdr_shape_equal(shape, &a->shape))
        return QDR_OK;
    int code = axis->kind == QDR_TERM_NODE ? qdr_check_axis(c, axis, a->shape.ndim, &axes) : QDR_OK;
    if (code)
        return code;
    qdr_reindex r = {0};
    for (int i = 0; i < a->shape.ndim && axes; i++)
        qdr_reindex_keep(&r, shape, axes >> i & 1 ? 0 : -1);
    if (!axes || shape->ndim != 1 || shape->extent[0] != a->shape.extent[__builtin_ctz(axes)])
        return qdr_check_fail(c, weights->syntax,
                              "weights of shape %s do not go with the array's %s: they have its "
                              "shape, or one axis, which axis=… tells",
                              qdr_shape_text(one, shape), qdr_shape_text(other, &a->shape));
    return qdr_check_reindex(c, weights->syntax, weights->node, &r, weights);
}

/* numpy.average: the mean, or sum(a * weights) / sum(weights), in floats. */
static int build_average(qdr_checker *c, const qdr_call *call, qdr_term *value)
{
    qdr_call floating = *call;
    qdr_term *a = &floating.argument[0], *weights = &floating.argument[2];
    if (weights->kind == QDR_TERM_ABSENT)
        return expand(c, call, "mean(a, axis=axis, keepdims=keepdims)", value);
    int code = qdr_check_array(c, a, &a->node);
    if (!code)
        code = qdr_check_array(c, weights, &weights->node);
    if (!code)
        code = align_weights(c, call, a->node, weights);
    if (!code && qdr_check_rank(a->node->dtype) < QDR_RANK_FLOAT)
        code = qdr_check_cast(c, a->node, QDR_FLOAT64, &a->node);
    return code ? code
                : expand(c, &floating,
                         "quotient(sum(a * weights, axis=axis, keepdims=keepdims),"
                         "sum(weights, axis=axis, keepdims=keepdims))",
                         value);
}

const qdr_function qdr_macros[] = {
#define MACRO(name, elements, parameters, expression, help, example, value)                        \
    {GROUP, #name, parameters, help, example, value, build_##elements, expression},
#include "expr/macros.def"
#undef MACRO
    {GROUP, "average", "a, axis=None, weights=None, *, keepdims=False",
     "the mean, or sum(a * weights) / sum(weights), which must not be 0",
     "average(arange(3), weights=arange(3))", "1.6666666666666667", build_average, NULL},
    {.name = NULL},
};
