/* arange and linspace. */
#include <math.h>

#include "expr/generators.h"

/* ---- arange ------------------------------------------------------------------------------- */

/* arange's numbers, all of one dtype. */
enum { START, STOP, STEP, BOUNDS };

/* ceil((stop - start) / step), at least 0; 1 where the quotient of a float underflows. */
static int range_length(qdr_checker *checker, const qdr_call *call,
                        const qdr_scalar bound[BOUNDS], int64_t *length)
{
    if (bound[START].dtype == QDR_INT64) {
        __int128 step = bound[STEP].integer;
        __int128 span = (__int128)bound[STOP].integer - bound[START].integer;
        __int128 n = step ? span / step + (span % step != 0 && (span < 0) == (step < 0)) : 0;
        if (!step)
            return qdr_check_fail(checker, call->syntax, "arange needs a step that is not 0");
        *length = n < 0 ? 0 : n > INT64_MAX ? INT64_MAX : (int64_t)n;
        return QDR_OK;
    }
    double span = bound[STOP].real - bound[START].real, quotient = span / bound[STEP].real;
    bool underflows = quotient == 0 && span != 0 && !signbit(quotient);
    double n = underflows ? 1 : ceil(quotient);
    if (!isfinite(n))
        return qdr_check_fail(checker, call->syntax, "arange from %g to %g by %g has no length",
                              bound[START].real, bound[STOP].real, bound[STEP].real);
    *length = n < 0 ? 0 : n >= 0x1p63 ? INT64_MAX : (int64_t)n;
    return QDR_OK;
}

static bool is_integer(qdr_dtype dtype)
{
    return qdr_dtype_kind(dtype) == 'i' || qdr_dtype_kind(dtype) == 'u';
}

/* That a range of integers stays in its dtype. */
static int check_ends(qdr_checker *checker, const qdr_call *call, const qdr_scalar bound[BOUNDS],
                      int64_t length, qdr_dtype dtype)
{
    qdr_scalar last = bound[START];
    last.words[0] += (uint64_t)(length - 1) * bound[STEP].words[0];
    if (!length || !is_integer(dtype) || !is_integer(last.dtype) ||
        (qdr_scalar_fits(bound[START], dtype) && qdr_scalar_fits(last, dtype)))
        return QDR_OK;
    return qdr_check_fail(checker, call->syntax, "the elements %lld to %lld do not all fit %s",
                          (long long)bound[START].integer, (long long)last.integer,
                          qdr_dtype_name(dtype));
}

/* arange(stop), arange(start, stop), arange(start, stop, step): *dtype becomes that of the bounds,
 * int64 or float64. */
static int range_bounds(qdr_checker *checker, const qdr_call *call, qdr_scalar bound[BOUNDS],
                        qdr_dtype *dtype)
{
    qdr_term given[BOUNDS] = {call->argument[0], call->argument[1], call->argument[2]};
    int code = QDR_OK;
    if (given[STOP].kind == QDR_TERM_ABSENT) {
        given[STOP] = given[START];
        given[START].kind = QDR_TERM_ABSENT;
    }
    bound[START] = (qdr_scalar){.dtype = QDR_INT64, .integer = 0};
    bound[STEP] = (qdr_scalar){.dtype = QDR_INT64, .integer = 1};
    *dtype = QDR_INT64;
    for (int i = 0; i < BOUNDS && !code; i++)
        if (given[i].kind != QDR_TERM_ABSENT) {
            code = qdr_check_number(checker, &given[i], &bound[i]);
            if (!code && !is_integer(bound[i].dtype) && bound[i].dtype != QDR_BOOL)
                *dtype = QDR_FLOAT64;
        }
    for (int i = 0; i < BOUNDS && !code; i++)
        code = qdr_check_convert(checker, call->syntax, bound[i], *dtype, &bound[i]);
    return code;
}

/* The second element of a range, in the dtype of its bounds. */
static qdr_scalar second_of(const qdr_scalar bound[BOUNDS])
{
    qdr_scalar second = bound[START];
    if (second.dtype == QDR_INT64)
        second.words[0] += bound[STEP].words[0]; /* wraps only where there is no second element */
    else
        second.real += bound[STEP].real;
    return second;
}

/* One of the first two elements. Integers wrap: the second need not exist, and fit. */
static int range_element(qdr_checker *checker, const qdr_call *call, qdr_scalar number,
                         qdr_dtype dtype, qdr_scalar *element)
{
    if (!is_integer(number.dtype) || !is_integer(dtype))
        return qdr_check_convert(checker, call->syntax, number, dtype, element);
    *element = qdr_scalar_narrow(number, dtype);
    return QDR_OK;
}

/* arange(5), arange(1, 5) or arange(1, 5, 2): what can be left out is. */
static void print_range(qdr_bytes *text, const char *name, const qdr_scalar bound[BOUNDS])
{
    bool by_one = bound[STEP].dtype == QDR_INT64 ? bound[STEP].integer == 1 : bound[STEP].real == 1;
    bool from_zero = bound[START].words[0] == 0; /* not so for -0.0 */
    qdr_bytes_format(text, "%s(", name);
    if (!by_one || !from_zero) {
        qdr_scalar_print(text, bound[START]);
        qdr_bytes_text(text, ", ");
    }
    qdr_scalar_print(text, bound[STOP]);
    if (!by_one) {
        qdr_bytes_text(text, ", ");
        qdr_scalar_print(text, bound[STEP]);
    }
}

static int build_arange(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *wanted = &call->argument[3];
    qdr_scalar bound[BOUNDS], first, second;
    qdr_dtype usual, dtype;
    qdr_shape shape = {.ndim = 1};
    qdr_source *source;
    int code = range_bounds(checker, call, bound, &usual);
    if (!code)
        code = qdr_generator_dtype(checker, wanted, usual, &dtype);
    if (!code && dtype == QDR_BOOL)
        code = qdr_check_fail(checker, wanted->syntax, "arange makes no bool");
    if (!code)
        code = range_length(checker, call, bound, &shape.extent[0]);
    if (!code)
        code = check_ends(checker, call, bound, shape.extent[0], dtype);
    if (!code)
        code = range_element(checker, call, bound[START], dtype, &first);
    if (!code)
        code = range_element(checker, call, second_of(bound), dtype, &second);
    if (!code)
        code = qdr_check_extents(checker, call->syntax, &shape);
    if (code)
        return code;
    code = qdr_source_arange(shape.extent[0], first, second, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    print_range(&text, call->name, bound);
    qdr_generator_end(&text, dtype, usual);
    code = qdr_check_generator(checker, source, &call->argument[4], &text, value);
    qdr_bytes_clear(&text);
    return code;
}

/* ---- linspace ----------------------------------------------------------------------------- */

static int real_number(qdr_checker *checker, const qdr_term *given, double *real)
{
    qdr_scalar number;
    int code = qdr_check_number(checker, given, &number);
    if (!code)
        code = qdr_check_convert(checker, given->syntax, number, QDR_FLOAT64, &number);
    if (!code)
        *real = number.real;
    return code;
}

/* Whether a float is one of a dtype, rounded down to one of integers. */
static bool line_fits(qdr_scalar element, qdr_dtype dtype)
{
    if (!is_integer(dtype))
        return dtype == QDR_BOOL || qdr_scalar_fits(element, dtype);
    bool has_sign = qdr_dtype_kind(dtype) == 'i';
    double beyond = ldexp(1, 8 * (int)qdr_dtype_size(dtype) - has_sign);
    return floor(element.real) < beyond && floor(element.real) >= (has_sign ? -beyond : 0);
}

/* That the first and the last element, and so all of them, fit a dtype. */
static int check_line(qdr_checker *checker, const qdr_call *call, const qdr_source *source,
                      int64_t count, qdr_dtype dtype)
{
    const qdr_box ends[] = {{.ndim = 1, .start = {0}, .extent = {1}},
                            {.ndim = 1, .start = {count - 1}, .extent = {1}}};
    for (int i = 0; i < 2 && count; i++) {
        qdr_scalar element = {.dtype = QDR_FLOAT64, .words = {0, 0}};
        int code = qdr_source_read(source, &ends[i], element.words, qdr_check_error(checker));
        if (code)
            return code;
        if (!line_fits(element, dtype))
            return qdr_check_fail(checker, call->syntax, "the element %g does not fit %s",
                                  element.real, qdr_dtype_name(dtype));
    }
    return QDR_OK;
}

/* The elements are computed in float64, as NumPy does, and converted. */
static int convert_line(qdr_checker *checker, const qdr_call *call, qdr_dtype dtype,
                        qdr_term *value)
{
    int code = QDR_OK;
    value->syntax = call->syntax;
    if (is_integer(dtype))
        code = qdr_check_apply(checker, call->syntax, qdr_operator_named("floor"), value, value);
    return code ? code : qdr_check_cast(checker, value->node, dtype, &value->node);
}

static int line_source(qdr_checker *checker, const qdr_call *call, qdr_dtype dtype,
                       qdr_bytes *text, qdr_source **source)
{
    const qdr_term *given = call->argument;
    qdr_scalar start = {.dtype = QDR_FLOAT64}, stop = start;
    qdr_shape shape = {.ndim = 1, .extent = {50}};
    bool endpoint = true;
    int code = real_number(checker, &given[0], &start.real);
    if (!code)
        code = real_number(checker, &given[1], &stop.real);
    if (!code && given[2].kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, &given[2], &shape.extent[0]);
    if (!code)
        code = qdr_check_flag(checker, &given[3], true, &endpoint);
    if (!code)
        code = qdr_check_extents(checker, call->syntax, &shape);
    if (!code && !isfinite(stop.real - start.real))
        code = qdr_check_fail(checker, call->syntax, "linspace from %g to %g has no step",
                              start.real, stop.real);
    if (code)
        return code;
    code = qdr_source_linspace(shape.extent[0], start.real, stop.real, endpoint, source,
                               qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes_format(text, "%s(", call->name);
    qdr_scalar_print(text, start);
    qdr_bytes_text(text, ", ");
    qdr_scalar_print(text, stop);
    qdr_bytes_format(text, ", %lld%s)", (long long)shape.extent[0],
                     endpoint ? "" : ", endpoint=False");
    code = check_line(checker, call, *source, shape.extent[0], dtype);
    if (code)
        qdr_source_destroy(*source);
    return code;
}

static int build_linspace(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    qdr_dtype dtype;
    qdr_source *source;
    qdr_bytes text = {0};
    int code = qdr_generator_dtype(checker, &call->argument[4], QDR_FLOAT64, &dtype);
    if (!code)
        code = line_source(checker, call, dtype, &text, &source);
    if (!code)
        code = qdr_check_generator(checker, source, &call->argument[5], &text, value);
    qdr_bytes_clear(&text);
    return code ? code : convert_line(checker, call, dtype, value);
}

const qdr_function qdr_ranges[] = {
    {QDR_GENERATORS, "arange", "start, stop=None, step=1, dtype=None, chunks=\"auto\"",
     "start, start + step, … below stop; arange(n) is 0, 1, … n - 1", "sum(arange(2, 10, 3))",
     "15", build_arange, NULL},
    {QDR_GENERATORS, "linspace",
     "start, stop, num=50, endpoint=True, *, dtype=None, chunks=\"auto\"",
     "num numbers at equal distances from start to stop, which is the last one with endpoint",
     "sum(linspace(0, 1, 5))", "2.5", build_linspace, NULL},
    {.name = NULL},
};
