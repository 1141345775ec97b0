#include "expr/generators.h"

#include <math.h>
#include <string.h>

#define GROUP "Generators and files"

static const qdr_scalar one = {.dtype = QDR_INT64, .integer = 1};
static const qdr_scalar zero = {.dtype = QDR_INT64, .integer = 0};

/* The dtype that an argument asks for, or `usual` when it is absent. */
static int dtype_or(qdr_checker *checker, const qdr_term *value, qdr_dtype usual,
                    qdr_dtype *dtype)
{
    *dtype = usual;
    return value->kind == QDR_TERM_ABSENT ? QDR_OK : qdr_check_dtype(checker, value, dtype);
}

/* Ends a canonical call. */
static void end_text(qdr_bytes *text, qdr_dtype dtype, qdr_dtype usual)
{
    if (dtype != usual)
        qdr_bytes_format(text, ", dtype=\"%s\"", qdr_dtype_name(dtype));
    qdr_bytes_text(text, ")");
}

/* An array of one element `fill` again and again; shown when the call says which. */
static int filled(qdr_checker *checker, const qdr_call *call, qdr_scalar fill, bool shown,
                  qdr_dtype usual, const qdr_term *chunks, qdr_term *value)
{
    char tuple[QDR_SHAPE_TEXT];
    qdr_shape shape;
    qdr_source *source;
    int code = qdr_check_shape(checker, &call->argument[0], &shape);
    if (!code)
        code = qdr_source_constant(&shape, fill, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "%s(%s", call->name, qdr_shape_text(tuple, &shape));
    if (shown) {
        qdr_bytes_text(&text, ", ");
        qdr_scalar_print(&text, fill);
    }
    end_text(&text, fill.dtype, usual);
    code = qdr_check_generator(checker, source, chunks, &text, value);
    qdr_bytes_clear(&text);
    return code;
}

/* ones and zeros: the row is the number. */
static int build_number(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_scalar *number = call->row;
    qdr_dtype dtype;
    qdr_scalar fill;
    int code = dtype_or(checker, &call->argument[1], QDR_FLOAT64, &dtype);
    if (!code)
        code = qdr_check_convert(checker, call->syntax, *number, dtype, &fill);
    return code ? code
                : filled(checker, call, fill, false, QDR_FLOAT64, &call->argument[2], value);
}

/* The dtype of a number as it is printed. */
static qdr_dtype literal_dtype(qdr_scalar number)
{
    qdr_scalar wide = qdr_scalar_widen(number);
    return wide.dtype == QDR_UINT64 && wide.natural <= INT64_MAX ? QDR_INT64 : wide.dtype;
}

static int build_full(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *number = &call->argument[1];
    qdr_dtype dtype;
    qdr_scalar fill;
    int code = qdr_check_number(checker, number, &fill);
    if (!code)
        code = dtype_or(checker, &call->argument[2], fill.dtype, &dtype);
    if (!code)
        code = qdr_check_convert(checker, number->syntax, fill, dtype, &fill);
    return code ? code
                : filled(checker, call, fill, true, literal_dtype(fill), &call->argument[3], value);
}

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
    bound[START] = zero;
    bound[STEP] = one;
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
        code = dtype_or(checker, wanted, usual, &dtype);
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
    if (code)
        return code;
    qdr_error detail = QDR_ERROR_INIT;
    if (qdr_shape_check(&shape, QDR_ELEMENT_MOST, &detail))
        return qdr_check_fail(checker, call->syntax, "%s", detail.text);
    code = qdr_source_arange(shape.extent[0], first, second, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    print_range(&text, call->name, bound);
    end_text(&text, dtype, usual);
    code = qdr_check_generator(checker, source, &call->argument[4], &text, value);
    qdr_bytes_clear(&text);
    return code;
}

static int build_random(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    char tuple[QDR_SHAPE_TEXT];
    qdr_shape shape;
    qdr_source *source;
    int64_t seed;
    int code = qdr_check_shape(checker, &call->argument[0], &shape);
    if (!code)
        code = qdr_check_integer(checker, &call->argument[1], &seed);
    if (!code && seed < 0)
        code = qdr_check_fail(checker, call->argument[1].syntax, "a seed can't be negative");
    if (!code)
        code = qdr_source_random(&shape, (uint64_t)seed, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "%s(%s, seed=%lld)", call->name, qdr_shape_text(tuple, &shape),
                     (long long)seed);
    code = qdr_check_generator(checker, source, &call->argument[2], &text, value);
    qdr_bytes_clear(&text);
    return code;
}

static int build_open(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *path = &call->argument[0];
    if (path->kind != QDR_TERM_STRING)
        return qdr_check_fail(checker, path->syntax, "open takes the name of a file: \"a.npy\"");
    return qdr_check_file(checker, path->string, &call->argument[1], value);
}

/* Python's complex of two reals: also what no sum of a real and an imaginary literal gives. */
static int build_complex(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *given = call->argument;
    qdr_scalar re, im = zero;
    int code = qdr_check_number(checker, &given[0], &re);
    if (!code && given[1].kind != QDR_TERM_ABSENT)
        code = qdr_check_number(checker, &given[1], &im);
    if (!code)
        code = qdr_check_convert(checker, given[0].syntax, re, QDR_FLOAT64, &re);
    if (!code)
        code = qdr_check_convert(checker, given[1].syntax, im, QDR_FLOAT64, &im);
    if (code)
        return code;
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = QDR_COMPLEX128, .weak = true};
    node.value = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {re.real, im.real}};
    return qdr_check_intern(checker, &node, value);
}

const qdr_function qdr_generators[] = {
    {GROUP, "ones", "shape, dtype=float64, chunks=\"auto\"", "an array of ones",
     "sum(ones((2, 3)))", "6.0", build_number, &one},
    {GROUP, "zeros", "shape, dtype=float64, chunks=\"auto\"", "an array of zeros",
     "sum(zeros(4, dtype=int64))", "0", build_number, &zero},
    {GROUP, "full", "shape, fill_value, dtype=None, chunks=\"auto\"",
     "an array of one number; its dtype is the number's", "mean(full((2, 2), 7))", "7.0",
     build_full, NULL},
    {GROUP, "arange", "start, stop=None, step=1, dtype=None, chunks=\"auto\"",
     "start, start + step, … below stop; arange(n) is 0, 1, … n - 1", "sum(arange(2, 10, 3))",
     "15", build_arange, NULL},
    {GROUP, "random", "shape, *, seed, chunks=\"auto\"",
     "uniform in [0, 1): the numbers of numpy.random.Generator(Philox(key=seed)).random(shape)",
     "random((), seed=1)", "0.3035680343067586", build_random, NULL},
    {GROUP, "complex", "real, imag=0", "the number real + imag * 1j", "complex(1, -0.0)",
     "(1-0j) complex128", build_complex, NULL},
    {GROUP, "open", "path, chunks=\"auto\"", "the array in a file", "open(\"survey.npy\")", NULL,
     build_open, NULL},
    {.name = NULL},
};
