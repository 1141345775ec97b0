/* random, normal and integers: random arrays. */
#include <math.h>

#include "expr/generators.h"

/* size=None is one number; a seed is required, so that the result can be had again. */
static int size_and_seed(qdr_checker *checker, const qdr_call *call, qdr_shape *shape,
                         uint64_t *seed)
{
    const qdr_term *size = qdr_call_argument(call, "size");
    const qdr_term *given = qdr_call_argument(call, "seed");
    int64_t number;
    *shape = (qdr_shape){.ndim = 0};
    int code = size->kind == QDR_TERM_ABSENT ? QDR_OK : qdr_check_shape(checker, size, shape);
    if (!code)
        code = qdr_check_integer(checker, given, &number);
    if (!code && number < 0)
        code = qdr_check_fail(checker, given->syntax, "a seed can't be negative");
    *seed = code ? 0 : (uint64_t)number;
    return code;
}

/* Ends the text of a call from its size on, and makes the leaf. */
static int finish(qdr_checker *checker, const qdr_call *call, qdr_source *source, uint64_t seed,
                  const char *end, qdr_bytes *text, qdr_term *value)
{
    char tuple[QDR_SHAPE_TEXT];
    qdr_bytes_format(text, "%s, seed=%llu%s)", qdr_shape_text(tuple, qdr_source_shape(source)),
                     (unsigned long long)seed, end);
    int code = qdr_check_generator(checker, source, qdr_call_argument(call, "chunks"), text, value);
    qdr_bytes_clear(text);
    return code;
}

static int build_random(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    qdr_shape shape;
    qdr_source *source;
    uint64_t seed;
    int code = size_and_seed(checker, call, &shape, &seed);
    if (!code)
        code = qdr_source_random(&shape, seed, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_text(&text, "random(");
    return finish(checker, call, source, seed, "", &text, value);
}

/* A finite number, or `usual`. */
static int parameter(qdr_checker *checker, const qdr_term *given, double usual, qdr_scalar *number)
{
    *number = (qdr_scalar){.dtype = QDR_FLOAT64, .real = usual};
    if (given->kind == QDR_TERM_ABSENT)
        return QDR_OK;
    int code = qdr_check_number(checker, given, number);
    if (!code)
        code = qdr_check_convert(checker, given->syntax, *number, QDR_FLOAT64, number);
    if (!code && !isfinite(number->real))
        code = qdr_check_fail(checker, given->syntax, "this must be finite");
    return code;
}

static int build_normal(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *given = call->argument;
    qdr_scalar loc, scale;
    qdr_shape shape;
    qdr_source *source;
    uint64_t seed;
    int code = parameter(checker, &given[0], 0, &loc);
    if (!code)
        code = parameter(checker, &given[1], 1, &scale);
    if (!code && scale.real < 0)
        code = qdr_check_fail(checker, given[1].syntax, "a scale can't be negative");
    if (!code)
        code = size_and_seed(checker, call, &shape, &seed);
    if (!code)
        code = qdr_source_normal(&shape, loc.real, scale.real, seed, &source,
                                 qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    if (loc.real == 0 && scale.real == 1) {
        qdr_bytes_text(&text, "normal(size=");
    } else {
        qdr_bytes_text(&text, "normal(");
        qdr_scalar_print(&text, loc);
        qdr_bytes_text(&text, ", ");
        qdr_scalar_print(&text, scale);
        qdr_bytes_text(&text, ", ");
    }
    return finish(checker, call, source, seed, "", &text, value);
}

/* A whole number, of int64 or uint64. */
static int whole(qdr_checker *checker, const qdr_term *given, __int128 *number)
{
    qdr_scalar scalar;
    int code = qdr_check_number(checker, given, &scalar);
    if (!code && scalar.dtype != QDR_INT64 && scalar.dtype != QDR_UINT64)
        code = qdr_check_fail(checker, given->syntax, "this must be a whole number");
    if (!code)
        *number = scalar.dtype == QDR_INT64 ? scalar.integer : (__int128)scalar.natural;
    return code;
}

/* integers(high), or integers(low, high): the first and the last that there are. */
static int integer_bounds(qdr_checker *checker, const qdr_call *call, qdr_dtype dtype,
                          qdr_scalar *low, qdr_scalar *last)
{
    const qdr_term *given = call->argument;
    bool one = given[1].kind == QDR_TERM_ABSENT;
    char kind = qdr_dtype_kind(dtype);
    __int128 from = 0, to = 0;
    int code = one ? QDR_OK : whole(checker, &given[0], &from);
    if (!code)
        code = whole(checker, &given[one ? 0 : 1], &to);
    if (!code && from >= to)
        code = qdr_check_fail(checker, call->syntax,
                              "there are no integers from low to below high");
    if (!code && kind != 'i' && kind != 'u')
        code = qdr_check_fail(checker, qdr_call_argument(call, "dtype")->syntax,
                              "integers makes no %s", qdr_dtype_name(dtype));
    if (code)
        return code;
    *low = (qdr_scalar){.dtype = from < 0 ? QDR_INT64 : QDR_UINT64, .words = {(uint64_t)from}};
    *last = (qdr_scalar){.dtype = to < 1 ? QDR_INT64 : QDR_UINT64, .words = {(uint64_t)(to - 1)}};
    if (!qdr_scalar_fits(*low, dtype) || !qdr_scalar_fits(*last, dtype))
        return qdr_check_fail(checker, call->syntax, "not all of these integers fit %s",
                              qdr_dtype_name(dtype));
    low->dtype = last->dtype = dtype == QDR_UINT64 ? QDR_UINT64 : QDR_INT64;
    return QDR_OK;
}

static int build_integers(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    qdr_scalar low, last;
    qdr_dtype dtype;
    qdr_shape shape;
    qdr_source *source;
    uint64_t seed;
    int code = qdr_generator_dtype(checker, qdr_call_argument(call, "dtype"), QDR_INT64, &dtype);
    if (!code)
        code = integer_bounds(checker, call, dtype, &low, &last);
    if (!code)
        code = size_and_seed(checker, call, &shape, &seed);
    if (!code)
        code = qdr_source_integers(&shape, low, last, seed, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    __int128 high = (low.dtype == QDR_INT64 ? (__int128)last.integer : last.natural) + 1;
    qdr_bytes_text(&text, "integers(");
    if (low.words[0]) {
        qdr_scalar_print(&text, low);
        qdr_bytes_text(&text, ", ");
    }
    qdr_scalar_print(&text, (qdr_scalar){.dtype = high < 0 ? QDR_INT64 : QDR_UINT64,
                                         .words = {(uint64_t)high}});
    qdr_bytes_text(&text, low.words[0] ? ", " : ", size=");
    code = finish(checker, call, source, seed,
                  low.dtype == QDR_UINT64 ? ", dtype=\"uint64\"" : "", &text, value);
    return code ? code : qdr_check_cast(checker, value->node, dtype, &value->node);
}

const qdr_function qdr_randoms[] = {
    {QDR_GENERATORS, "random", "size=None, *, seed, chunks=\"auto\"",
     "uniform in [0, 1): the numbers of numpy.random.Generator(Philox(key=seed)).random(size)",
     "random(seed=1)", "0.3035680343067586", build_random, NULL},
    {QDR_GENERATORS, "normal", "loc=0.0, scale=1.0, size=None, *, seed, chunks=\"auto\"",
     "normally distributed around loc; other numbers than NumPy's: array.h says which",
     "mean(normal(5, 2, (100, 100), seed=1))", "5.011539121765989", build_normal, NULL},
    {QDR_GENERATORS, "integers",
     "low, high=None, size=None, dtype=int64, *, seed, chunks=\"auto\"",
     "from low to below high, or from 0 to below low, all equally likely; not NumPy's either",
     "mean(integers(1, 7, 10000, seed=1))", "3.5185", build_integers, NULL},
    {.name = NULL},
};
