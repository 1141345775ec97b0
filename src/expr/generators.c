#include "expr/generators.h"

#include <math.h>
#include <string.h>

#define GROUP "Generators and files"

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
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = number->dtype, .value = *number};
    qdr_term fill = {.kind = QDR_TERM_NODE, .syntax = call->syntax, .node = &node};
    qdr_dtype dtype;
    qdr_scalar scalar;
    int code = dtype_or(checker, &call->argument[1], QDR_FLOAT64, &dtype);
    if (!code)
        code = qdr_check_constant(checker, &fill, dtype, &scalar);
    return code ? code
                : filled(checker, call, scalar, false, QDR_FLOAT64, &call->argument[2], value);
}

/* The dtype of a number as it is printed. */
static qdr_dtype literal_dtype(qdr_scalar number)
{
    qdr_scalar wide = qdr_scalar_widen(number);
    return wide.dtype == QDR_UINT64 && wide.natural <= INT64_MAX ? QDR_INT64 : wide.dtype;
}

static int build_full(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_node *node = NULL;
    qdr_dtype dtype;
    qdr_scalar scalar;
    int code = qdr_check_array(checker, &call->argument[1], &node);
    if (!code)
        code = dtype_or(checker, &call->argument[2], node->dtype, &dtype);
    if (!code)
        code = qdr_check_constant(checker, &call->argument[1], dtype, &scalar);
    return code ? code
                : filled(checker, call, scalar, true, literal_dtype(scalar), &call->argument[3],
                         value);
}

/* ceil((stop - start) / step), at least 0. */
static int range_length(qdr_checker *checker, const qdr_call *call, const qdr_scalar bound[3],
                        int64_t *length)
{
    if (bound[0].dtype == QDR_INT64) {
        __int128 span = (__int128)bound[1].integer - bound[0].integer, step = bound[2].integer;
        __int128 n = step ? span / step + (span % step != 0 && (span < 0) == (step < 0)) : 0;
        if (!step)
            return qdr_check_fail(checker, call->syntax, "arange needs a step that is not 0");
        *length = n < 0 ? 0 : n > INT64_MAX ? INT64_MAX : (int64_t)n;
        return QDR_OK;
    }
    double n = ceil((bound[1].real - bound[0].real) / bound[2].real);
    if (!isfinite(n))
        return qdr_check_fail(checker, call->syntax, "arange from %g to %g by %g has no length",
                              bound[0].real, bound[1].real, bound[2].real);
    *length = n < 0 ? 0 : n >= 0x1p63 ? INT64_MAX : (int64_t)n;
    return QDR_OK;
}

static bool is_integer(qdr_dtype dtype)
{
    return qdr_dtype_kind(dtype) == 'i' || qdr_dtype_kind(dtype) == 'u';
}

/* That a range of integers stays in its dtype. */
static int check_ends(qdr_checker *checker, const qdr_call *call, const qdr_scalar bound[3],
                      int64_t length, qdr_dtype dtype)
{
    qdr_scalar last = bound[0];
    last.words[0] += (uint64_t)(length - 1) * bound[2].words[0];
    if (!length || !is_integer(dtype) ||
        (qdr_scalar_fits(bound[0], dtype) && qdr_scalar_fits(last, dtype)))
        return QDR_OK;
    return qdr_check_fail(checker, call->syntax, "the elements %lld to %lld do not all fit %s",
                          (long long)bound[0].integer, (long long)last.integer,
                          qdr_dtype_name(dtype));
}

/* arange(stop), arange(start, stop), arange(start, stop, step). */
static int build_arange(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *argument = call->argument;
    bool stop_only = argument[1].kind == QDR_TERM_ABSENT;
    const qdr_term *given[3] = {stop_only ? NULL : &argument[0],
                                 stop_only ? &argument[0] : &argument[1],
                                 argument[2].kind == QDR_TERM_ABSENT ? NULL : &argument[2]};
    qdr_scalar bound[3], element[3];
    qdr_dtype usual = QDR_INT64, dtype;
    for (int i = 0; i < 3; i++) {
        const qdr_node *node = NULL;
        if (given[i] && qdr_check_array(checker, given[i], &node))
            return qdr_check_error(checker)->code;
        if (node && strchr("fc", qdr_dtype_kind(node->dtype)))
            usual = QDR_FLOAT64;
    }
    int code = dtype_or(checker, &argument[3], usual, &dtype);
    qdr_node standard[3] = {0}; /* start 0 and step 1 where they are not given */
    for (int i = 0; i < 3 && !code; i++) {
        standard[i].kind = QDR_NODE_CONSTANT;
        standard[i].dtype = QDR_INT64;
        standard[i].value = (qdr_scalar){.dtype = QDR_INT64, .integer = i == 2};
        qdr_term missing = {.kind = QDR_TERM_NODE, .syntax = call->syntax, .node = &standard[i]};
        const qdr_term *number = given[i] ? given[i] : &missing;
        code = qdr_check_constant(checker, number, usual, &bound[i]);
        if (!code && is_integer(usual) && is_integer(dtype))
            element[i] = qdr_scalar_narrow(bound[i], dtype); /* a step of -1 is one of uint8, too */
        else if (!code)
            code = qdr_check_constant(checker, number, dtype, &element[i]);
    }
    qdr_shape shape = {.ndim = 1};
    if (!code)
        code = range_length(checker, call, bound, &shape.extent[0]);
    if (!code)
        code = check_ends(checker, call, bound, shape.extent[0], dtype);
    if (code)
        return code;
    qdr_error detail = QDR_ERROR_INIT;
    if (qdr_shape_check(&shape, QDR_ELEMENT_MOST, &detail))
        return qdr_check_fail(checker, call->syntax, "%s", detail.text);
    qdr_source *source;
    code = qdr_source_arange(shape.extent[0], element[0], element[2], &source,
                             qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "%s(", call->name);
    if (!stop_only) {
        qdr_scalar_print(&text, bound[0]);
        qdr_bytes_text(&text, ", ");
    }
    qdr_scalar_print(&text, bound[1]);
    if (given[2]) {
        qdr_bytes_text(&text, stop_only ? ", step=" : ", ");
        qdr_scalar_print(&text, bound[2]);
    }
    end_text(&text, dtype, usual);
    code = qdr_check_generator(checker, source, &argument[4], &text, value);
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
        code = qdr_check_fail(checker, call->argument[1].syntax, "a seed is not negative");
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
    qdr_scalar re, im = {.dtype = QDR_FLOAT64, .words = {0, 0}};
    int code = qdr_check_constant(checker, &call->argument[0], QDR_FLOAT64, &re);
    if (!code && call->argument[1].kind != QDR_TERM_ABSENT)
        code = qdr_check_constant(checker, &call->argument[1], QDR_FLOAT64, &im);
    if (code)
        return code;
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = QDR_COMPLEX128, .weak = true};
    node.value = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {re.real, im.real}};
    return qdr_check_intern(checker, &node, value);
}

static const qdr_scalar one = {.dtype = QDR_INT64, .integer = 1};
static const qdr_scalar zero = {.dtype = QDR_INT64, .integer = 0};

const qdr_function qdr_generators[] = {
    {GROUP, "ones", "shape, dtype=float64, chunks=auto", "an array of ones",
     "sum(ones((2, 3)))", "6.0", build_number, &one},
    {GROUP, "zeros", "shape, dtype=float64, chunks=auto", "an array of zeros",
     "sum(zeros(4, dtype=int64))", "0", build_number, &zero},
    {GROUP, "full", "shape, fill_value, dtype=None, chunks=auto",
     "an array of one number; its dtype is the number's", "mean(full((2, 2), 7))", "7.0",
     build_full, NULL},
    {GROUP, "arange", "start, stop=None, step=1, dtype=None, chunks=auto",
     "start, start + step, … below stop; arange(n) is 0, 1, … n - 1", "sum(arange(2, 10, 3))",
     "15", build_arange, NULL},
    {GROUP, "random", "shape, *, seed, chunks=auto",
     "uniform in [0, 1): the numbers of numpy.random.Generator(Philox(key=seed)).random(shape)",
     "random((), seed=1)", "0.2961716082704446", build_random, NULL},
    {GROUP, "complex", "real, imag=0", "the number real + imag * 1j", "complex(1, -0.0)",
     "(1-0j)", build_complex, NULL},
    {GROUP, "open", "path, chunks=auto", "the array in a file", "open(\"survey.npy\")", NULL,
     build_open, NULL},
    {.name = NULL},
};
