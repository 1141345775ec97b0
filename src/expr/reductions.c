#include "expr/reductions.h"

#include <math.h>
#include <string.h>

#include "expr/checker.h"
#include "expr/index.h"
#include "reduce/quantile.h"

/* Words of a histogram's state: few enough for the planner to sweep for it, see plan.c. */
#define BINS_MOST 1000000

/* The axes; those of a position in all elements may be a tuple that leaves out just axes of one
 * element, as the canonical text of argmax(x)[None] does. */
static int take_axes(qdr_checker *checker, const qdr_call *call, const qdr_shape *shape,
                     bool position, uint32_t *axes)
{
    const qdr_term *term = qdr_call_argument(call, "axis");
    int code = qdr_check_axes(checker, term, shape->ndim, axes);
    if (code || term->kind != QDR_TERM_TUPLE)
        return code;
    bool all = true, single = true;
    for (int i = 0; i < shape->ndim; i++) {
        bool left = !(*axes >> i & 1);
        all &= !left;
        single &= !left || shape->extent[i] <= 1;
    }
    return position && (all || !single) ? qdr_check_fail(checker, term->syntax,
                                                         "%s goes along one axis, or all",
                                                         call->name)
                                        : QDR_OK;
}

static int reduced_shape(qdr_checker *checker, const qdr_call *call, qdr_node *node)
{
    const qdr_shape *shape = &node->operand[0]->shape;
    node->shape.ndim = 0;
    if (node->width && shape->ndim == QDR_MAX_DIMS)
        return qdr_check_fail(checker, call->syntax, "an array has at most %d axes", QDR_MAX_DIMS);
    if (node->width)
        node->shape.extent[node->shape.ndim++] = node->width;
    for (int i = 0; i < shape->ndim; i++)
        if (!(node->axes >> i & 1) || node->keepdims)
            node->shape.extent[node->shape.ndim++] = node->axes >> i & 1 ? 1 : shape->extent[i];
    return QDR_OK;
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

/* Another array, whose elements go with those of the first. */
static int add_second(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    char a[QDR_SHAPE_TEXT], b[QDR_SHAPE_TEXT];
    int code = qdr_check_array(checker, term, &node->operand[1]);
    if (code)
        return code;
    if (!qdr_shape_equal(&node->operand[0]->shape, &node->operand[1]->shape))
        return qdr_check_fail(checker, term->syntax,
                              "%s takes arrays of one shape, these have %s and %s",
                              node->reduction->name,
                              qdr_shape_text(a, &node->operand[0]->shape),
                              qdr_shape_text(b, &node->operand[1]->shape));
    node->operands = 2;
    return QDR_OK;
}

/* The other array of pairs: both become arrays of one dtype. */
static int build_pairs(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    int code = add_second(checker, term, node);
    if (!code && node->operand[0]->shape.ndim > 1 &&
        (node->reduction->traits & QDR_REDUCTION_VECTORS))
        return qdr_check_fail(checker, term->syntax,
                              "%s of more than one axis would be a product of matrices; v%s sums all "
                              "products", node->reduction->name, node->reduction->name);
    qdr_dtype dtype = code ? QDR_BOOL : qdr_check_promote(node->operand, 2);
    for (int i = 0; i < 2 && !code; i++)
        code = qdr_check_cast(checker, node->operand[i], dtype, &node->operand[i]);
    return code;
}

/* where=: bools that say which elements count; True is the same as nothing. */
static int build_where(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    char a[QDR_SHAPE_TEXT], b[QDR_SHAPE_TEXT];
    const qdr_node *where = NULL;
    int code = qdr_check_array(checker, term, &where);
    if (code)
        return code;
    qdr_shape wide = node->operand[0]->shape;
    if (where->dtype != QDR_BOOL)
        return qdr_check_fail(checker, term->syntax, "where= is bool, this is %s: compare it",
                              qdr_dtype_name(where->dtype));
    if (!qdr_shape_broadcast(&wide, &where->shape) ||
        !qdr_shape_equal(&wide, &node->operand[0]->shape))
        return qdr_check_fail(checker, term->syntax,
                              "where= of shape %s does not go with an array of shape %s",
                              qdr_shape_text(a, &where->shape),
                              qdr_shape_text(b, &node->operand[0]->shape));
    if (where->kind != QDR_NODE_CONSTANT || !where->value.truth)
        node->operand[node->operands++] = where;
    return QDR_OK;
}

/* The numbers of an argument: one, or a tuple of at least one. */
static int take_numbers(qdr_checker *checker, const qdr_term *term, double **numbers,
                        size_t *count)
{
    bool tuple = term->kind == QDR_TERM_TUPLE;
    const qdr_term *item = tuple ? term->tuple.item : term;
    *count = tuple ? (size_t)term->tuple.count : 1;
    if (!*count)
        return qdr_check_fail(checker, term->syntax, "this needs at least one number");
    *numbers = qdr_check_take(checker, *count * sizeof **numbers);
    int code = *numbers ? QDR_OK : qdr_check_error(checker)->code;
    for (size_t i = 0; i < *count && !code; i++) {
        qdr_scalar number = {0};
        code = qdr_check_number(checker, &item[i], &number);
        if (!code)
            code = qdr_check_convert(checker, item[i].syntax, number, QDR_FLOAT64, &number);
        (*numbers)[i] = number.real + 0.0; /* -0.0 is 0.0 */
    }
    return code;
}

/* q: which quantiles, in percent where `scale` is 100. A tuple makes the value an array. */
static int take_quantiles(qdr_checker *checker, const qdr_term *q, double scale, qdr_node *node)
{
    double *number = NULL;
    size_t count = 0;
    int code = take_numbers(checker, q, &number, &count);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++) {
        number[i] /= scale;
        if (!(number[i] >= 0 && number[i] <= 1))
            return qdr_check_fail(checker, q->syntax, "%s is between 0 and %g",
                                  scale == 1 ? "a quantile" : "a percentile", scale);
    }
    node->options.numbers = number;
    node->options.count = count;
    node->width = q->kind == QDR_TERM_TUPLE ? (int)count : 0;
    return QDR_OK;
}

static int take_method(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    if (term->kind == QDR_TERM_ABSENT)
        return QDR_OK;
    if (term->kind != QDR_TERM_STRING)
        return qdr_check_fail(checker, term->syntax, "the name of a method belongs here");
    qdr_bytes known = {0};
    for (int i = 0; qdr_quantile_method(i); i++) {
        if (strcmp(qdr_quantile_method(i), term->string) == 0) {
            qdr_bytes_clear(&known);
            node->options.method = i;
            return QDR_OK;
        }
        qdr_bytes_format(&known, "%s%s", i ? ", " : "", qdr_quantile_method(i));
    }
    int code = qdr_check_fail(checker, term->syntax, "there is no such method; known are %s",
                              known.data ? known.data : "");
    qdr_bytes_clear(&known);
    return code;
}

/* Which quantiles, and by what method; in percent where `scale` is 100. */
static int build_order(qdr_checker *checker, const qdr_call *call, double scale, qdr_node *node)
{
    static const double half = 0.5;
    const qdr_term *q = qdr_call_argument(call, "q"), *method = qdr_call_argument(call, "method");
    node->options.numbers = &half;
    node->options.count = 1;
    if (qdr_dtype_kind(node->operand[0]->dtype) == 'c')
        return qdr_check_fail(checker, call->syntax, "%s is not defined for %s", call->name,
                              qdr_dtype_name(node->operand[0]->dtype));
    int code = q->kind == QDR_TERM_ABSENT ? QDR_OK : take_quantiles(checker, q, scale, node);
    if (!code)
        code = take_method(checker, method, node);
    if (!code && qdr_quantile_gives_element(node->options.method))
        node->dtype = node->operand[0]->dtype;
    return code;
}

/* The least and the greatest element, as nodes of their own. */
static int add_bounds(qdr_checker *checker, qdr_node *node)
{
    static const char *const names[] = {"min", "max"};
    for (int i = 0; i < 2; i++) {
        qdr_term value = {0};
        qdr_node bound = {.kind = QDR_NODE_REDUCTION, .operands = 1, .axes = node->axes,
                          .reduction = qdr_reduction_named(names[i]),
                          .dtype = node->operand[0]->dtype, .operand = {node->operand[0]},
                          .steps = node->operand[0]->steps};
        bound.options.dtype = bound.dtype;
        int code = qdr_check_intern(checker, &bound, &value);
        if (code)
            return code;
        node->operand[node->operands++] = value.node;
    }
    return QDR_OK;
}

/* bins= and range=: how many of equal width between which numbers, or all edges. */
static int take_bins(qdr_checker *checker, const qdr_call *call, qdr_node *node)
{
    const qdr_term *bins = qdr_call_argument(call, "bins"), *range = qdr_call_argument(call, "range");
    double *number = NULL;
    int code = QDR_OK;
    node->options.edges = bins->kind == QDR_TERM_TUPLE;
    node->options.bins = 10;
    if (!node->options.edges && bins->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, bins, &node->options.bins);
    if (!code && !node->options.edges && node->options.bins < 1)
        code = qdr_check_fail(checker, bins->syntax, "there is at least one bin");
    const qdr_term *numbers = node->options.edges ? bins : range;
    if (code || numbers->kind == QDR_TERM_ABSENT)
        return code;
    code = take_numbers(checker, numbers, &number, &node->options.count);
    if (code)
        return code;
    node->options.numbers = number;
    if (node->options.edges)
        node->options.bins = (int64_t)node->options.count - 1;
    if (node->options.count < 2 || (!node->options.edges && node->options.count != 2))
        return qdr_check_fail(checker, numbers->syntax, "%s is a tuple of %s numbers",
                              node->options.edges ? "bins" : "range",
                              node->options.edges ? "at least two" : "two");
    for (size_t i = 0; i < node->options.count; i++)
        if ((node->options.edges ? isnan(number[i]) : !isfinite(number[i])) ||
            (i && number[i - 1] > number[i]))
            return qdr_check_fail(checker, numbers->syntax, "the numbers %sdo not decrease",
                                  node->options.edges ? "" : "are finite and ");
    return QDR_OK;
}

static int take_weights(qdr_checker *checker, const qdr_term *term, qdr_node *node)
{
    if (term->kind == QDR_TERM_ABSENT)
        return QDR_OK;
    int code = add_second(checker, term, node);
    if (!code && qdr_dtype_kind(node->operand[1]->dtype) == 'c')
        code = qdr_check_fail(checker, term->syntax, "weights are real");
    if (!code)
        code = qdr_check_cast(checker, node->operand[1], QDR_FLOAT64, &node->operand[1]);
    node->options.weighted = true;
    return code;
}

/* minlength=: bincount needs to know how many bins there are. */
static int take_length(qdr_checker *checker, const qdr_call *call, qdr_node *node)
{
    const qdr_term *length = qdr_call_argument(call, "minlength");
    if (!strchr("biu", qdr_dtype_kind(node->operand[0]->dtype)))
        return qdr_check_fail(checker, call->syntax, "bincount counts integers, these are %s",
                              qdr_dtype_name(node->operand[0]->dtype));
    int code = qdr_check_integer(checker, length, &node->options.bins);
    return !code && node->options.bins < 1
               ? qdr_check_fail(checker, length->syntax, "there is at least one bin")
               : code;
}

static size_t state_words(const qdr_node *node)
{
    return qdr_accumulator_words(
        node->reduction->accumulator(node->operand[0]->dtype, &node->options), &node->options);
}

static int build_bins(qdr_checker *checker, const qdr_call *call, qdr_node *node)
{
    const qdr_term *density = qdr_call_argument(call, "density");
    bool whole = node->reduction->traits & QDR_REDUCTION_WHOLE;
    if (qdr_dtype_kind(node->operand[0]->dtype) == 'c')
        return qdr_check_fail(checker, call->syntax, "%s is not defined for %s", call->name,
                              qdr_dtype_name(node->operand[0]->dtype));
    int code = whole ? take_length(checker, call, node) : take_bins(checker, call, node);
    if (!code)
        code = qdr_check_flag(checker, density, false, &node->options.density);
    if (!code)
        code = take_weights(checker, qdr_call_argument(call, "weights"), node);
    if (!code && !whole && !node->options.count && qdr_shape_count(&node->operand[0]->shape))
        code = add_bounds(checker, node);
    if (code)
        return code;
    if (node->options.bins > BINS_MOST || state_words(node) > BINS_MOST)
        return qdr_check_fail(checker, call->syntax, "this many bins do not fit into memory");
    if (node->options.weighted || node->options.density)
        node->dtype = QDR_FLOAT64;
    node->width = (int)node->options.bins + !!(node->reduction->traits & QDR_REDUCTION_EDGES);
    return QDR_OK;
}

/* What a reduction takes up. */
static int build_operands(qdr_checker *checker, const qdr_call *call, qdr_node *node)
{
    const qdr_term *dtype = qdr_call_argument(call, "dtype");
    const qdr_term *where = qdr_call_argument(call, "where");
    int code = qdr_check_array(checker, &call->argument[0], &node->operand[0]);
    if (!code && (node->reduction->traits & QDR_REDUCTION_PAIRS))
        code = build_pairs(checker, &call->argument[1], node);
    if (!code)
        node->dtype = node->reduction->result(node->operand[0]->dtype);
    if (!code && dtype->kind != QDR_TERM_ABSENT)
        code = build_typed(checker, dtype, node);
    if (!code && where->kind != QDR_TERM_ABSENT)
        code = build_where(checker, where, node);
    return code;
}

/* The steps of rounding up to the value of a reduction. */
static int reduction_steps(const qdr_node *node)
{
    int most = 0;
    for (int i = 0; i < node->operands; i++) {
        bool jumps = (node->reduction->traits & QDR_REDUCTION_JUMPS) ||
                     node->operand[i]->dtype == QDR_BOOL;
        int steps = jumps && node->operand[i]->steps ? 2 : node->operand[i]->steps;
        most = steps > most ? steps : most;
    }
    most += node->reduction->steps;
    return most < 2 ? most : 2;
}

static int build_scaled(qdr_checker *checker, const qdr_call *call, double scale, qdr_term *value)
{
    const qdr_term *ddof = qdr_call_argument(call, "ddof");
    qdr_node node = {.kind = QDR_NODE_REDUCTION, .operands = 1, .reduction = call->row};
    int code = build_operands(checker, call, &node);
    if (!code)
        code = take_axes(checker, call, &node.operand[0]->shape,
                         node.reduction->traits & QDR_REDUCTION_POSITION, &node.axes);
    if (!code)
        code = qdr_check_flag(checker, qdr_call_argument(call, "keepdims"), false,
                              &node.keepdims);
    if (!code && ddof->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, ddof, &node.options.ddof);
    if (!code && node.options.ddof < 0)
        code = qdr_check_fail(checker, ddof->syntax, "ddof can't be negative");
    if (code)
        return code;
    if (node.reduction->traits & QDR_REDUCTION_ORDER)
        code = build_order(checker, call, scale, &node);
    if (node.reduction->traits & QDR_REDUCTION_BINS)
        code = build_bins(checker, call, &node);
    if (code)
        return code;
    node.options.dtype = node.dtype;
    code = reduced_shape(checker, call, &node);
    if (code)
        return code;
    node.keepdims &= node.shape.ndim > 0;
    node.steps = node.options.density ? 2 : reduction_steps(&node);
    return qdr_check_intern(checker, &node, value);
}

/* The numbers that another norm than the Euclidean is made of: floats, as in NumPy. */
static int take_magnitudes(qdr_checker *checker, const qdr_call *call, qdr_term *a)
{
    const qdr_node *node = a->node;
    int code = strchr("fc", qdr_dtype_kind(node->dtype))
                   ? QDR_OK
                   : qdr_check_cast(checker, node, QDR_FLOAT64, &a->node);
    return code ? code
                : qdr_check_apply(checker, call->syntax, qdr_operator_named("abs"), a, a);
}

/* norm(a, ord), which for one axis is another reduction. NumPy's norms of matrices, which are what
 * ord means for more axes, are none of the elements. */
static int build_norm(qdr_checker *checker, const qdr_call *call, const qdr_term *ord,
                      qdr_term *value)
{
    static const struct {
        double ord;
        const char *reduction, *text;
        bool magnitudes;
    } norms[] = {
        {0, "count_nonzero", "count_nonzero(a)", false}, {1, "sum", "sum(abs(a))", true},
        {2, "norm", "norm(a)", false},                   {INFINITY, "max", "max(abs(a))", true},
        {-INFINITY, "min", "min(abs(a))", true},
    };
    const qdr_term *axis = qdr_call_argument(call, "axis");
    qdr_scalar number = {.dtype = QDR_BOOL, .words = {0, 0}};
    qdr_call other = *call;
    size_t i = 0, count = sizeof norms / sizeof norms[0];
    qdr_term *a = &other.argument[0];
    int code = qdr_check_number(checker, ord, &number);
    if (!code)
        code = qdr_check_array(checker, a, &a->node);
    if (code)
        return code;
    double wanted = qdr_check_converted(number, QDR_FLOAT64).real;
    while (i < count && norms[i].ord != wanted)
        i++;
    if (i == count || qdr_dtype_kind(number.dtype) == 'c')
        return qdr_check_fail(checker, ord->syntax, "ord is 0, 1, 2, inf or -inf");
    if (axis->kind == QDR_TERM_TUPLE ? axis->tuple.count != 1
                                     : axis->kind == QDR_TERM_ABSENT && a->node->shape.ndim > 1)
        return qdr_check_fail(checker, ord->syntax,
                              "with ord the norm goes along one axis; of all elements it is %s",
                              norms[i].text);
    other.row = qdr_reduction_named(norms[i].reduction);
    other.argument[ord - call->argument].kind = QDR_TERM_ABSENT;
    a->kind = QDR_TERM_NODE;
    if (norms[i].magnitudes)
        code = take_magnitudes(checker, call, a);
    return code ? code : qdr_build_reduction(checker, &other, value);
}

int qdr_build_reduction(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *ord = qdr_call_argument(call, "ord");
    return ord->kind == QDR_TERM_ABSENT ? build_scaled(checker, call, 1, value)
                                        : build_norm(checker, call, ord, value);
}

int qdr_build_percentile(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    qdr_call quantile = *call;
    quantile.row = qdr_reduction_named(call->row);
    return build_scaled(checker, &quantile, 100, value);
}
