/* Every dtype through every kernel of every instruction set, every conversion and every reduction;
 * dtype_oracle.py says whether the results are right. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/half.h"
#include "base/isa.h"
#include "base/number.h"
#include "expr/operators.h"
#include "kernel/kernel.h"
#include "quadrat/program.h"
#include "quadrat/reduce.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define N 1003 /* elements: no multiple of a vector's */
#define MOST (3 * 65536)

static const char *const sets[] = {"portable", "avx2", "avx512"};

static FILE *oracle;

/* One number of a float type, special now and then, or of moderate size, or any bits. */
static double random_real(qdr_dtype dtype)
{
    static const double special[] = {0.0, -0.0, 1, -1, 0.5, 2, 1e-7, 65504, 65520, -65536, 1e-45,
                                     3.4028234663852886e38, 1.7976931348623157e308, 5e-324,
                                     2147483648.0, -2147483649.0, 9223372036854775808.0,
                                     18446744073709551616.0, INFINITY, -INFINITY, NAN};
    uint64_t bits = random64();
    qdr_scalar any = {.dtype = dtype, .words = {bits, 0}};
    if (bits % 8 == 0)
        return special[bits / 8 % COUNT(special)];
    if (bits % 8 < 4)
        return (double)(int64_t)random64() * 0x1p-57; /* up to 64 */
    if (qdr_dtype_size(dtype) < 8)
        any.words[0] &= (1ull << 8 * qdr_dtype_size(dtype)) - 1;
    return qdr_scalar_widen(any).real;
}

static int64_t random_integer(void)
{
    static const int64_t special[] = {0, 1, -1, 127, -128, 255, 32767, -32768, 65535, INT32_MAX,
                                      INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN};
    uint64_t bits = random64();
    return bits % 8 ? (int64_t)random64() >> bits / 8 % 64 : special[bits / 8 % COUNT(special)];
}

static qdr_scalar random_element(qdr_dtype dtype)
{
    qdr_dtype real = qdr_dtype_real(dtype);
    qdr_scalar wide = {.dtype = QDR_INT64, .integer = random_integer()};
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
        wide = (qdr_scalar){.dtype = QDR_BOOL, .truth = random64() & 1};
        break;
    case 'f':
        wide = (qdr_scalar){.dtype = QDR_FLOAT64, .real = random_real(real)};
        break;
    case 'c':
        wide = (qdr_scalar){.dtype = QDR_COMPLEX128,
                            .pair = {random_real(real), random_real(real)}};
        break;
    }
    return qdr_scalar_narrow(wide, dtype);
}

static void fill(void *elements, qdr_dtype dtype, size_t n)
{
    size_t size = qdr_dtype_size(dtype);
    for (size_t i = 0; i < n; i++) {
        qdr_scalar x = random_element(dtype);
        memcpy((char *)elements + i * size, x.words, size);
    }
}

static void tell(const void *elements, qdr_dtype dtype, size_t n)
{
    fwrite(elements, qdr_dtype_size(dtype), n, oracle);
}

static void promotion(void **state)
{
    (void)state;
    for (int a = 0; a < QDR_DTYPES; a++)
        for (int b = 0; b < QDR_DTYPES; b++)
            fprintf(oracle, "promote %s %s %s\n", qdr_dtype_name((qdr_dtype)a),
                    qdr_dtype_name((qdr_dtype)b),
                    qdr_dtype_name(qdr_dtype_promote((qdr_dtype)a, (qdr_dtype)b)));
}

/* The dtype of an expression's value. */
static void tell_program(const char *format, const char *a, const char *b)
{
    char text[256];
    snprintf(text, sizeof text, format, a, b);
    const char *texts[] = {text};
    const qdr_program_text program_text = {.texts = texts, .text_count = 1};
    qdr_program *program;
    qdr_error err = QDR_ERROR_INIT;
    int code = qdr_program_compile(&program_text, NULL, &program, &err);
    fprintf(oracle, "program %s %s\n",
            code ? "none" : qdr_dtype_name(qdr_program_result_at(program, 0).dtype), text);
    qdr_program_destroy(program);
}

static void programs(void **state)
{
    (void)state;
    static const char *const binary[] = {
        "max(ones(1, \"%s\") + ones(1, \"%s\"))", "max(ones(1, \"%s\") - ones(1, \"%s\"))",
        "max(ones(1, \"%s\") * ones(1, \"%s\"))", "max(ones(1, \"%s\") / ones(1, \"%s\"))",
        "max(ones(1, \"%s\") != ones(1, \"%s\"))",
        "max(where(ones(1, \"bool\"), ones(1, \"%s\"), ones(1, \"%s\")))",
    };
    static const char *const weak[] = {
        "max(ones(1, \"%s\") + %s)", "max(%2$s * ones(1, \"%1$s\"))",
        "max(%2$s - ones(1, \"%1$s\"))", "max(ones(1, \"%s\") / %s)",
        "max(ones(1, \"%s\") == %s)", "max(ones(1, \"%s\") + (%s + 1))",
    };
    static const char *const numbers[] = {"2", "0.5", "1e4", "2j", "1 + 2j", "True", "1.0 / 3",
                                          "True + True"};
    static const char *const unary[] = {"max(abs(%s))",  "max(sqrt(%s))", "max(real(%s))",
                                        "max(imag(%s))", "max(-%s)",      "sum(%s)",
                                        "mean(%s)",      "var(%s)",       "min(%s)",
                                        "argmax(%s)",    "count_nonzero(%s)",
                                        "(%s).sum()",    "(%s).astype(\"int8\").max()"};
    for (int a = 0; a < QDR_DTYPES; a++) {
        const char *name = qdr_dtype_name((qdr_dtype)a);
        for (size_t i = 0; i < COUNT(binary); i++)
            for (int b = 0; b < QDR_DTYPES; b++)
                tell_program(binary[i], name, qdr_dtype_name((qdr_dtype)b));
        for (size_t i = 0; i < COUNT(weak); i++)
            for (size_t k = 0; k < COUNT(numbers); k++)
                tell_program(weak[i], name, numbers[k]);
        for (size_t i = 0; i < COUNT(unary); i++) {
            char operand[64];
            snprintf(operand, sizeof operand, "ones(1, \"%s\")", name);
            if (qdr_dtype_kind((qdr_dtype)a) != 'c' || !strstr(unary[i], "sqrt"))
                tell_program(unary[i], operand, "");
        }
        for (int b = 0; b < QDR_DTYPES; b++)
            if (qdr_dtype_kind((qdr_dtype)b) != 'b')
                tell_program("sum(ones(1, \"%s\"), dtype=\"%s\")", name,
                             qdr_dtype_name((qdr_dtype)b));
    }
}

/* The first result's canonical expression, which the caller frees; NULL when there is an error. */
static char *canonical(const char *text)
{
    const qdr_program_text program_text = {.texts = &text, .text_count = 1};
    qdr_program *program;
    qdr_error err = QDR_ERROR_INIT;
    if (qdr_program_compile(&program_text, NULL, &program, &err))
        return NULL;
    char *expression = strdup(qdr_program_result_at(program, 0).expression);
    qdr_program_destroy(program);
    return expression;
}

/* Numbers that fit and that don't; every canonical expression is its own. */
static void literals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expression; /* NULL: an error */
    } rows[] = {
        {"sum(ones(1, uint8) + 255)", "sum(ones((1,), dtype=\"uint8\") + 255)"},
        {"sum(ones(1, uint8) + 256)", NULL},
        {"sum(ones(1, uint8) - -1)", NULL},
        {"sum(ones(1, uint8) / 256)", "sum(ones((1,), dtype=\"uint8\") / 256)"},
        {"sum(ones(1, uint8) < 256)", "sum(ones((1,), dtype=\"uint8\") < 256)"},
        {"sum(ones(1, int8) + -128)", "sum(ones((1,), dtype=\"int8\") + -128)"},
        {"sum(ones(1, int8) + -129)", NULL},
        {"sum(ones(1, float16) * 65504)", "sum(ones((1,), dtype=\"float16\") * 65504)"},
        {"sum(ones(1, float16) * 65520)", NULL},
        {"sum(ones(1, float32) * 1e39)", NULL},
        {"sum(ones(1, float32) * inf)", "sum(ones((1,), dtype=\"float32\") * inf)"},
        {"sum(ones(1, complex64) * 1e39j)", NULL},
        {"max(full(2, 18446744073709551615))", "max(full((2,), 18446744073709551615))"},
        {"max(full(2, 18446744073709551616))", NULL},
        {"max(full(2, -9223372036854775808))", "max(full((2,), -9223372036854775808))"},
        {"max(full(2, -9223372036854775809))", NULL},
        {"max(full(2, 256, dtype=uint8))", NULL},
        {"max(full(2, 1, dtype=bool))", "max(full((2,), True))"},
        {"max(full(2, 2, dtype=bool))", NULL},
        {"max(full(2, 0.1, dtype=float16))", "max(full((2,), 0.1, dtype=\"float16\"))"},
        {"max(full(2, 1.5, dtype=int8))", NULL},
        {"max(full(2, 1j, dtype=float64))", NULL},
        {"max(full(2, 1, dtype=complex64))", "max(full((2,), (1+0j), dtype=\"complex64\"))"},
        {"sum(arange(256, dtype=uint8))", "sum(arange(256, dtype=\"uint8\"))"},
        {"sum(arange(257, dtype=uint8))", NULL},
        {"sum(arange(5, 0, -1, dtype=uint8))", "sum(arange(5, 0, -1, dtype=\"uint8\"))"},
        {"sum(arange(5, -2, -1, dtype=uint8))", NULL},
        {"sum(arange(1j))", NULL},
        {"1j", "1j"},
        {"-1j", "complex(-0.0, -1.0)"},
        {"2 + 3j", "(2+3j)"},
        {"2 - 3j", "(2-3j)"},
        {"-2.5e-300 + 1e300j", "(-2.5e-300+1e+300j)"},
        {"complex(1, -0.0)", "complex(1.0, -0.0)"},
        {"complex(0, -1)", "complex(0.0, -1.0)"},
        {"complex(nan, inf)", "complex(nan, inf)"},
        {"1.5j * 2", "3j"},
        {"1jj", NULL},
        {"sum(conjugate(ones(2) * 1j))", "sum(conj(ones((2,)) * 1j))"},
        {"sum(ones(3).astype(float32))", "sum(astype(ones((3,)), \"float32\"))"},
        {"sum(ones(3), dtype=\"float32\")", "sum(astype(ones((3,)), \"float32\"))"},
        {"sum(ones(3), dtype=float64)", "sum(ones((3,)))"},
        {"sum(ones(3), dtype=None)", "sum(ones((3,)))"},
        {"sum(ones(3), dtype=int8)", "sum(astype(ones((3,)), \"int8\"), dtype=\"int8\")"},
        {"sum(ones(3), dtype=bool)", NULL},
        {"mean(ones(3), dtype=int32)", NULL},
        {"var(ones(3), dtype=complex64, ddof=1)",
         "var(astype(ones((3,)), \"complex64\"), ddof=1)"},
        {"max(ones(2), dtype=float32)", NULL},
        {"astype(300, uint8)", "astype(300, \"uint8\")"},
        {"max(ones(2, complex64) < 1)", NULL},
        {"max(-ones(2, bool))", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *expression = canonical(rows[i].text);
        if (!expression != !rows[i].expression)
            fail_msg("%s: %s", rows[i].text, expression ? expression : "an error");
        if (!expression)
            continue;
        char *again = canonical(expression);
        assert_string_equal(expression, rows[i].expression);
        assert_non_null(again);
        assert_string_equal(again, expression);
        free(again);
        free(expression);
    }
}

/* With arrays for the operands whose bit is not set in `scalars`, and once more over the first. */
static void run_kernel(const qdr_kernel *kernel, unsigned scalars)
{
    static char elements[QDR_OPERANDS][N * 16], result[N * 16], again[N * 16];
    const void *operand[QDR_OPERANDS];
    size_t n = scalars + 1 == 1u << kernel->operands ? 1 : N;
    fprintf(oracle, "kernel %s %s %zu", kernel->name, qdr_dtype_name(kernel->result), n);
    for (int i = 0; i < kernel->operands; i++) {
        qdr_dtype dtype = i ? kernel->operand : kernel->first;
        fill(elements[i], dtype, N);
        operand[i] = elements[i];
        fprintf(oracle, " %s:%zu", qdr_dtype_name(dtype), scalars >> i & 1 ? 1 : n);
    }
    fputc('\n', oracle);
    for (int i = 0; i < kernel->operands; i++)
        tell(elements[i], i ? kernel->operand : kernel->first, scalars >> i & 1 ? 1 : n);
    kernel->run(n, result, operand, scalars);
    tell(result, kernel->result, n);
    if (qdr_dtype_size(kernel->first) == qdr_dtype_size(kernel->result) && !(scalars & 1)) {
        memcpy(again, elements[0], sizeof again);
        operand[0] = again;
        kernel->run(n, again, operand, scalars);
        assert_memory_equal(again, result, n * qdr_dtype_size(kernel->result));
    }
}

static void kernels(void **state)
{
    (void)state;
    size_t found = 0;
    for (size_t set = 0; set < COUNT(sets); set++) {
        qdr_isa_choose(sets[set]);
        for (const qdr_operator *op = qdr_operators; op->name; op++)
            for (int dtype = 0; dtype < QDR_DTYPES; dtype++) {
                const qdr_kernel *kernel = qdr_kernel_find(op->name, (qdr_dtype)dtype);
                found += kernel != NULL;
                for (unsigned scalars = 0; kernel && scalars < 1u << kernel->operands; scalars++)
                    run_kernel(kernel, scalars);
            }
        qdr_isa_choose(NULL);
    }
    assert_true(found >= 3 * 200);
}

/* All halves; the middles of two, and what comes before and after them, as floats and doubles. */
static size_t around_halves(qdr_dtype dtype, void *elements)
{
    qdr_float16 *halves = elements;
    float *singles = elements;
    double *doubles = elements;
    for (uint32_t i = 0; i < 65536; i++) {
        double value = (double)qdr_half_value((uint16_t)i);
        double next = (double)qdr_half_value((uint16_t)(i + 1));
        double middle = (i & 0x7fff) == 0x7bff ? copysign(65520, value) : (value + next) / 2;
        switch (dtype) {
        case QDR_FLOAT16:
            halves[i] = (qdr_float16){(uint16_t)i};
            break;
        case QDR_FLOAT32:
            singles[3 * i] = (float)middle;
            singles[3 * i + 1] = nextafterf((float)middle, -INFINITY);
            singles[3 * i + 2] = nextafterf((float)middle, INFINITY);
            break;
        default:
            doubles[3 * i] = middle;
            doubles[3 * i + 1] = nextafter(middle, -INFINITY);
            doubles[3 * i + 2] = nextafter(middle, INFINITY);
            break;
        }
    }
    return dtype == QDR_FLOAT16 ? 65536 : MOST;
}

static void run_cast(qdr_dtype from, qdr_dtype to, const void *elements, size_t n, void *result)
{
    const void *operand[] = {elements};
    qdr_kernel_cast(from, to)(n, result, operand, 0);
    fprintf(oracle, "cast %s %zu %s\n", qdr_dtype_name(to), n, qdr_dtype_name(from));
    tell(elements, from, n);
    tell(result, to, n);
}

static void conversions(void **state)
{
    (void)state;
    char *elements = malloc(MOST * 16), *result = malloc(MOST * 16);
    assert_true(elements && result);
    for (size_t set = 0; set < COUNT(sets); set++) {
        qdr_isa_choose(sets[set]);
        for (int from = 0; from < QDR_DTYPES; from++) {
            fill(elements, (qdr_dtype)from, N);
            for (int to = 0; to < QDR_DTYPES; to++)
                if (from != to)
                    run_cast((qdr_dtype)from, (qdr_dtype)to, elements, N, result);
        }
        for (int dtype = QDR_FLOAT16; dtype <= QDR_FLOAT64; dtype++) {
            size_t n = around_halves((qdr_dtype)dtype, elements);
            for (int to = QDR_FLOAT16; to <= QDR_FLOAT64; to++)
                if (to != dtype)
                    run_cast((qdr_dtype)dtype, (qdr_dtype)to, elements, n, result);
        }
        qdr_isa_choose(NULL);
    }
    free(elements);
    free(result);
}

/* Elements of one dtype; of a pair, those of both arrays. */
struct elements {
    qdr_dtype dtype;
    size_t count;
    char first[N * 16], second[N * 16];
};

static bool is_nan(const struct elements *e, const char *elements, size_t i)
{
    qdr_scalar x = {.dtype = e->dtype, .words = {0, 0}};
    size_t size = qdr_dtype_size(e->dtype);
    memcpy(x.words, elements + i * size, size);
    x = qdr_scalar_widen(x);
    return (x.dtype == QDR_FLOAT64 && isnan(x.real)) ||
           (x.dtype == QDR_COMPLEX128 && (isnan(x.pair.re) || isnan(x.pair.im)));
}

/* Takes the elements up in two states that are merged, from two boxes of one array. */
static void reduce_parts(const qdr_reduction *r, const qdr_accumulator *a, size_t words,
                         const struct elements *e, size_t cut, const uint64_t *context,
                         uint64_t *state)
{
    uint64_t *other = calloc(words, sizeof *other);
    void *work = a->work ? calloc(1, a->work) : NULL;
    assert_true(other && (work || !a->work));
    qdr_shape shape = {.ndim = 1, .extent = {(int64_t)e->count}};
    for (size_t at = 0, part = cut; at < e->count; at += part, part = e->count - at) {
        size_t offset = at * qdr_dtype_size(e->dtype);
        qdr_box box = {.ndim = 1, .start = {(int64_t)at}, .extent = {(int64_t)part}};
        qdr_tile tile = {.dtype = e->dtype, .elements = e->first + offset, .count = part,
                         .shape = &shape, .context = context};
        if (r->traits & QDR_REDUCTION_POSITION)
            tile.box = &box;
        if (r->traits & QDR_REDUCTION_PAIRS)
            tile.second = e->second + offset;
        memset(other, 0, words * sizeof *other);
        a->update(other, work, &tile);
        if (a->flush)
            a->flush(other, work);
        a->merge(state, other);
    }
    free(other);
    free(work);
}

static int value_of(const qdr_reduction *r, const struct elements *e, size_t cut, int64_t ddof,
                    qdr_scalar *value)
{
    static const double quantiles[] = {0.5, 0.1, 0.9};
    qdr_reduce_options options = {.dtype = r->result(e->dtype), .ddof = ddof, .outputs = 1,
                                  .length = (int64_t)e->count, .numbers = &quantiles[ddof],
                                  .count = 1};
    const qdr_accumulator *a = r->accumulator(e->dtype, &options);
    size_t words = qdr_accumulator_words(a, &options);
    qdr_error err = QDR_ERROR_INIT;
    uint64_t *state = calloc(words, sizeof *state);
    uint64_t *context = calloc(qdr_accumulator_context(a, &options) + 1, sizeof *context);
    assert_true(state && context);
    for (int pass = 0; pass < qdr_accumulator_passes(a, e->dtype); pass++) {
        memset(state, 0, words * sizeof *state);
        reduce_parts(r, a, words, e, cut, context, state);
        if (a->advance)
            a->advance(context, state, e->dtype, &options);
    }
    int code = r->finish(a->advance ? context : state, e->dtype, &options, value, &err);
    assert_true(code || value->dtype == options.dtype);
    assert_true(!code == !err.code);
    free(state);
    free(context);
    return code;
}

static void swap(char *elements, size_t size, size_t i, size_t k)
{
    char kept[16];
    memcpy(kept, elements + i * size, size);
    memcpy(elements + i * size, elements + k * size, size);
    memcpy(elements + k * size, kept, size);
}

/* The elements that are reduced: without NaN, where that is skipped. */
static struct elements *taken(const qdr_reduction *r, const struct elements *all)
{
    static struct elements e;
    size_t size = qdr_dtype_size(all->dtype);
    e = *all;
    if (!(r->traits & QDR_REDUCTION_SKIPS))
        return &e;
    e.count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!is_nan(all, all->first, i))
            memcpy(e.first + e.count++ * size, all->first + i * size, size);
    return &e;
}

/* The oracle is told the value; in another order and otherwise cut, it must be the same. */
static void reduce(const qdr_reduction *r, const struct elements *all, int64_t ddof)
{
    qdr_scalar value = {.dtype = QDR_BOOL, .words = {0, 0}}, again = value;
    struct elements *e = taken(r, all);
    size_t size = qdr_dtype_size(e->dtype);
    int code = value_of(r, e, e->count / 3 + 1, ddof, &value);
    fprintf(oracle, "reduce %s %s %zu %s %lld\n", r->name,
            code ? "none" : qdr_dtype_name(value.dtype), all->count, qdr_dtype_name(all->dtype),
            (long long)ddof);
    tell(all->first, all->dtype, all->count);
    if (r->traits & QDR_REDUCTION_PAIRS)
        tell(all->second, all->dtype, all->count);
    if (!code)
        tell(value.words, value.dtype, 1);
    for (size_t i = e->count; i > 1 && !(r->traits & QDR_REDUCTION_POSITION); i--) {
        size_t k = random64() % i;
        swap(e->first, size, i - 1, k);
        swap(e->second, size, i - 1, k);
    }
    assert_int_equal(value_of(r, e, e->count - e->count / 4, ddof, &again), code);
    if (!code)
        assert_memory_equal(again.words, value.words, sizeof value.words);
}

/* Without NaN and infinities, in every second row; ordinary integers and few values in some. */
static void tame(char *elements, qdr_dtype dtype, size_t n, int64_t range)
{
    for (size_t i = 0; i < n; i++) {
        int64_t small = (int64_t)(random64() >> 40) % range - range / 2;
        qdr_scalar x = {.dtype = QDR_INT64, .integer = small};
        if (qdr_dtype_kind(dtype) == 'b')
            x = (qdr_scalar){.dtype = QDR_BOOL, .truth = small & 1};
        if (qdr_dtype_kind(dtype) == 'f')
            x = (qdr_scalar){.dtype = QDR_FLOAT64, .real = (double)small / 7};
        if (qdr_dtype_kind(dtype) == 'c')
            x = (qdr_scalar){.dtype = QDR_COMPLEX128,
                             .pair = {(double)(small % 3), (double)(small / 3) / 7}};
        x = qdr_scalar_narrow(x, dtype);
        memcpy(elements + i * qdr_dtype_size(dtype), x.words, qdr_dtype_size(dtype));
    }
}

/* How many values of ddof are tried, or of q. */
static int64_t variants(const qdr_reduction *r)
{
    return strstr(r->parameters, "ddof") || strstr(r->parameters, " q,") ? 3 : 1;
}

static void reductions(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 17, 600, N};
    static struct elements e;
    for (const qdr_reduction *r = qdr_reductions; r->name; r++)
        for (e.dtype = 0; e.dtype < QDR_DTYPES; e.dtype++)
            for (size_t i = 0; i < COUNT(counts); i++)
                for (int64_t ddof = 0; ddof < variants(r); ddof++) {
                    if (r->traits & QDR_REDUCTION_BINS ||
                        (r->traits & QDR_REDUCTION_ORDER && qdr_dtype_kind(e.dtype) == 'c'))
                        continue;
                    e.count = counts[i];
                    fill(e.first, e.dtype, e.count);
                    fill(e.second, e.dtype, e.count);
                    reduce(r, &e, ddof);
                    tame(e.first, e.dtype, e.count, 1000000);
                    tame(e.second, e.dtype, e.count, 1000000);
                    reduce(r, &e, ddof);
                    tame(e.first, e.dtype, e.count, 10);
                    tame(e.second, e.dtype, e.count, 10);
                    reduce(r, &e, ddof);
                }
}

/* Every half, and complex numbers of every sort, as text. */
static void numbers(void **state)
{
    (void)state;
    char text[QDR_NUMBER_COMPLEX];
    fprintf(oracle, "number float16 65536\n");
    for (uint32_t i = 0; i < 65536; i++)
        fwrite(&(uint16_t){(uint16_t)i}, 2, 1, oracle);
    for (uint32_t i = 0; i < 65536; i++)
        fprintf(oracle, "%s\n",
                qdr_number_sized(text, (double)qdr_half_value((uint16_t)i), 2));
    for (qdr_dtype dtype = QDR_COMPLEX64; dtype <= QDR_COMPLEX128; dtype++) {
        static char elements[N * 16];
        size_t size = qdr_dtype_size(dtype);
        fill(elements, dtype, N);
        fprintf(oracle, "number %s %d\n", qdr_dtype_name(dtype), N);
        tell(elements, dtype, N);
        for (size_t i = 0; i < N; i++) {
            qdr_scalar x = {.dtype = dtype, .words = {0, 0}};
            memcpy(x.words, elements + i * size, size);
            x = qdr_scalar_widen(x);
            fprintf(oracle, "%s\n", qdr_number_complex(text, x.pair.re, x.pair.im, size / 2));
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    if (system("${PYTHON:-python3} -c 'import numpy' 2>/dev/null")) {
        print_message("skipped: no python3 with numpy\n");
        exit(0);
    }
    oracle = popen("NPY_PROMOTION_STATE=weak ${PYTHON:-python3} unit/dtype_oracle.py", "w");
    return !oracle;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promotion), cmocka_unit_test(programs),    cmocka_unit_test(literals),
        cmocka_unit_test(kernels),   cmocka_unit_test(conversions), cmocka_unit_test(reductions),
        cmocka_unit_test(numbers),
    };
    int failed = cmocka_run_group_tests(tests, set_up, NULL);
    /* the oracle's verdict on all cases; cmocka does not count what fails behind the tests */
    return failed || !oracle || pclose(oracle);
}
