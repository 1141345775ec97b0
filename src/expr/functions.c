/* Everything that can be called: the rows of all tables, as functions. */
#include <string.h>

#include "expr/generators.h"
#include "expr/index.h"
#include "expr/macros.h"
#include "expr/reductions.h"

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

/* transpose(a), or in the order that axes says. */
static int build_transpose(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_node *node = NULL;
    const qdr_term *order = qdr_call_argument(call, "axes");
    qdr_reindex r = {0};
    uint32_t seen = 0;
    int code = qdr_check_array(checker, &call->argument[0], &node);
    if (code)
        return code;
    bool given = order->kind == QDR_TERM_TUPLE;
    if (order->kind != QDR_TERM_ABSENT && order->kind != QDR_TERM_NONE &&
        (!given || order->tuple.count != node->shape.ndim))
        return qdr_check_fail(checker, order->syntax, "the order of the axes is a tuple of all %d",
                              node->shape.ndim);
    for (int i = 0; i < node->shape.ndim; i++) {
        uint32_t before = seen;
        int axis = node->shape.ndim - 1 - i;
        if (given) {
            code = qdr_check_axis(checker, &order->tuple.item[i], node->shape.ndim, &seen);
            axis = code ? 0 : __builtin_ctz(seen ^ before);
        }
        if (code)
            return code;
        qdr_reindex_keep(&r, &node->shape, axis);
    }
    return qdr_check_reindex(checker, call->syntax, node, &r, value);
}

/* How many elements there are along axes: known now. */
static int build_size(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_node *a = NULL;
    qdr_node size = {.kind = QDR_NODE_CONSTANT, .dtype = QDR_INT64, .weak = true,
                     .value = {.dtype = QDR_INT64, .integer = 1}};
    uint32_t axes;
    int code = qdr_check_array(checker, &call->argument[0], &a);
    if (!code)
        code = qdr_check_axes(checker, &call->argument[1], a->shape.ndim, &axes);
    for (int i = 0; !code && i < a->shape.ndim; i++)
        if (axes >> i & 1)
            size.value.integer *= a->shape.extent[i];
    return code ? code : qdr_check_intern(checker, &size, value);
}

static int apply(qdr_checker *checker, const qdr_call *call, const char *name, const qdr_term *a,
                 const qdr_term *b, qdr_term *value)
{
    const qdr_term operand[] = {*a, b ? *b : (qdr_term){0}};
    value->syntax = a->syntax;
    return qdr_check_apply(checker, call->syntax, qdr_operator_named(name), operand, value);
}

/* minimum(maximum(a, min), max), of which either may be left out. */
static int build_clip(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    int code = QDR_OK;
    *value = call->argument[0];
    if (call->argument[1].kind != QDR_TERM_NONE)
        code = apply(checker, call, "maximum", value, &call->argument[1], value);
    if (!code && call->argument[2].kind != QDR_TERM_NONE)
        code = apply(checker, call, "minimum", value, &call->argument[2], value);
    return code;
}

/* Step by step as NumPy does it: the nearest whole number of a * 10**decimals, divided by that. */
static int build_round(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const qdr_term *given = qdr_call_argument(call, "decimals");
    const qdr_node *node = NULL;
    int64_t decimals = 0, most = (int64_t)(sizeof tens / sizeof tens[0]) - 1;
    int code = qdr_check_array(checker, &call->argument[0], &node);
    if (!code && given->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, given, &decimals);
    if (code)
        return code;
    char kind = qdr_dtype_kind(node->dtype);
    if (decimals < -most || decimals > most || (kind != 'f' && decimals < 0) ||
        (kind == 'c' && decimals))
        return qdr_check_fail(checker, given->syntax, "%s can't be rounded to %lld decimals",
                              qdr_dtype_name(node->dtype), (long long)decimals);
    *value = call->argument[0];
    if (kind == 'i' || kind == 'u')
        return QDR_OK;
    qdr_node ten = {.kind = QDR_NODE_CONSTANT, .dtype = QDR_FLOAT64, .weak = true,
                    .value = {.dtype = QDR_FLOAT64,
                              .real = tens[decimals < 0 ? -decimals : decimals]}};
    qdr_term power = {.syntax = given->syntax ? given->syntax : call->syntax};
    code = qdr_check_intern(checker, &ten, &power);
    if (!code && decimals)
        code = apply(checker, call, decimals > 0 ? "multiply" : "divide", value, &power, value);
    if (!code)
        code = apply(checker, call, "rint", value, NULL, value);
    if (!code && decimals)
        code = apply(checker, call, decimals > 0 ? "divide" : "multiply", value, &power, value);
    return code;
}

/* What is made of other functions. */
static const qdr_function composed[] = {
    {"Elementwise", "clip", "a, min, max", "a within the bounds, either of which may be None",
     "clip(5, 0, 3)", "3", build_clip, NULL},
    {"Elementwise", "round", "a, decimals=0", "the nearest decimal number, of two the even one",
     "round(2.675, 2)", "2.68", build_round, NULL},
    {"Reductions", "percentile",
     "a, q, axis=None, *, method=\"linear\", keepdims=False, where=True",
     "the quantile of a part in percent; q may be a tuple", "percentile(arange(5), 75)", "3.0",
     qdr_build_percentile, "quantile"},
    {"Reductions", "nanpercentile",
     "a, q, axis=None, *, method=\"linear\", keepdims=False, where=True",
     "the percentile of the elements that are not NaN", "nanpercentile(arange(5), 75)", "3.0",
     qdr_build_percentile, "nanquantile"},
    {.name = NULL},
};

static const qdr_function shaping[] = {
    {"Axes", "transpose", "a, axes=None", "the axes in reverse, or in the order given; x.T",
     "sum(transpose(arange(6)[None]))", "15", build_transpose, NULL},
    {"Axes", "size", "a, axis=None", "how many elements there are, or along axes; x.size",
     "size(ones((2, 3)), axis=1)", "3", build_size, NULL},
    {.name = NULL},
};

/* Other names of reductions and operators; programs are printed with the first. */
static const struct {
    const char *name, *other;
} aliases[] = {
    {"abs", "absolute"},    {"max", "amax"},          {"min", "amin"},
    {"round", "around"},    {"invert", "bitwise_not"}, {"conj", "conjugate"},
    {"radians", "deg2rad"}, {"remainder", "mod"},     {"power", "pow"},
    {"degrees", "rad2deg"}, {"divide", "true_divide"},
};

static bool alias_row(size_t index, qdr_function *f)
{
    if (index >= sizeof aliases / sizeof aliases[0])
        return false;
    for (size_t i = 0; qdr_function_row(i, f); i++)
        if (strcmp(f->name, aliases[index].name) == 0)
            break;
    f->group = "Other names";
    f->name = aliases[index].other;
    f->help = aliases[index].name;
    return true;
}

bool qdr_function_row(size_t index, qdr_function *f)
{
    static const qdr_function *const tables[] = {composed, shaping, qdr_macros, qdr_generators,
                                                 qdr_ranges, qdr_randoms};
    for (const qdr_reduction *r = qdr_reductions; r->name; r++)
        if (index-- == 0) {
            *f = (qdr_function){"Reductions", r->name, r->parameters, r->help,
                                r->example,   r->value, qdr_build_reduction, r};
            return true;
        }
    for (const qdr_operator *o = qdr_operators; o->name; o++)
        if (index-- == 0) {
            *f = (qdr_function){"Elementwise", o->name, o->parameters, o->help,
                                o->example,    o->value,
                                o->types == QDR_TYPES_CAST ? build_cast : build_operator, o};
            return true;
        }
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const qdr_function *g = tables[i]; g->name; g++)
            if (index-- == 0) {
                *f = *g;
                return true;
            }
    return alias_row(index, f);
}
