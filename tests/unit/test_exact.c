/* Exact reductions: hand-made rows, and the cases that exact_cases.py computes with fractions. */
#include <fenv.h>
#include <float.h>
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

#include "base/isa.h"
#include "exact/bins.h"
#include "exact/round.h"

#include "repeatable.h"

#define TINY 0x1p-1074
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* A kind of element: its size and what adds it. */
struct kind {
    const char *name;
    size_t size;
    void (*add)(qdr_bins *, const void *, size_t);
    void (*add_products)(qdr_product_bins *, const void *, const void *, size_t);
};

#define ADDERS(name, type)                                                                        \
    static void add_##name(qdr_bins *bins, const void *x, size_t n)                               \
    {                                                                                             \
        qdr_bins_add_##name(bins, (const type *)x, n);                                            \
    }                                                                                             \
    static void add_products_##name(qdr_product_bins *bins, const void *x, const void *y,         \
                                    size_t n)                                                     \
    {                                                                                             \
        qdr_product_bins_add_##name(bins, (const type *)x, (const type *)y, n);                   \
    }
QDR_EXACT_TYPES(ADDERS)

static const struct kind kinds[] = {
#define KIND(name, type) {#name, sizeof(type), add_##name, add_products_##name},
    QDR_EXACT_TYPES(KIND)
};

static const char *const sets[] = {"avx512", "avx2", "portable"};

/* Bins, of each instruction set, that are used again and again, so that what a flush leaves behind
 * would be noticed. */
struct working {
    qdr_bins *bins;
    qdr_product_bins *squares;
};

static int set_up(void **state)
{
    static struct working w[COUNT(sets)];
    *state = w;
    for (size_t i = 0; i < COUNT(sets); i++) {
        w[i].bins = calloc(1, sizeof *w[i].bins);
        w[i].squares = calloc(1, sizeof *w[i].squares);
        if (!w[i].bins || !w[i].squares)
            return 1;
        qdr_isa_choose(sets[i]);
        w[i].bins->kernels = w[i].squares->kernels = qdr_exact_kernels_select();
    }
    return 0;
}

static int tear_down(void **state)
{
    struct working *w = *state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        free(w[i].bins);
        free(w[i].squares);
    }
    return 0;
}

static void add(struct working *w, const struct kind *kind, const void *x, size_t n,
                qdr_exact_sum *sum, qdr_exact_product *squares)
{
    kind->add(w->bins, x, n);
    kind->add_products(w->squares, x, x, n);
    qdr_bins_flush(w->bins, sum);
    qdr_product_bins_flush(w->squares, squares);
}

static qdr_exact_sum sum_of(struct working *w, const double *x, size_t n)
{
    qdr_exact_sum sum = {0};
    qdr_bins_add_f64(w->bins, x, n);
    qdr_bins_flush(w->bins, &sum);
    return sum;
}

static void expect(const char *what, size_t row, double got, double expected)
{
    if (bits_of(got) != bits_of(expected))
        fail_msg("%s, row %zu: got %a (%016llx), expected %a (%016llx)", what, row, got,
                 (unsigned long long)bits_of(got), expected,
                 (unsigned long long)bits_of(expected));
}

static void test_sum(void **state)
{
    const double nan = NAN, inf = INFINITY;
    const struct {
        size_t n;
        double x[12];
        double sum, single; /* to double, to float */
    } rows[] = {
        {0, {0}, 0.0, 0.0},
        {1, {0.0}, 0.0, 0.0},
        {1, {-0.0}, -0.0, -0.0},
        {3, {-0.0, -0.0, -0.0}, -0.0, -0.0},
        {2, {-0.0, 0.0}, 0.0, 0.0},
        {3, {1, -1, -0.0}, 0.0, 0.0},
        {12, {1e16, 1, -1e16, 1e16, 1, -1e16, 1e16, 1, -1e16, 1e16, 1, -1e16}, 4, 4},
        {3, {1e308, 1e308, -1e308}, 1e308, inf},
        {2, {DBL_MAX, DBL_MAX}, inf, inf},
        {2, {-DBL_MAX, -DBL_MAX}, -inf, -inf},
        {2, {DBL_MAX, 0x1p970}, inf, inf}, /* a tie, to the even 2^1024 */
        {3, {DBL_MAX, 0x1p970, -TINY}, DBL_MAX, inf},
        {2, {FLT_MAX, 0x1p103}, 0x1.ffffffp+127, inf},
        {3, {FLT_MAX, 0x1p103, -TINY}, 0x1.ffffffp+127, FLT_MAX},
        {2, {TINY, TINY}, 2 * TINY, 0.0},
        {2, {-TINY, -TINY}, -2 * TINY, -0.0},
        {2, {DBL_MIN, -TINY}, DBL_MIN - TINY, 0.0},
        {1, {0x1p-150}, 0x1p-150, 0.0}, /* a tie, to 0 */
        {2, {0x1p-150, TINY}, 0x1p-150, 0x1p-149},
        {1, {0x1.8p-149}, 0x1.8p-149, 0x1p-148},
        {1, {0x1.fffffep-127}, 0x1.fffffep-127, 0x1p-126}, /* subnormal up to normal */
        {2, {1, 0x1p-53}, 1, 1},
        {3, {1, 0x1p-53, TINY}, 1 + DBL_EPSILON, 1},
        {3, {1 + DBL_EPSILON, 0x1p-53, -TINY}, 1 + DBL_EPSILON, 1},
        {2, {1 + DBL_EPSILON, 0x1p-53}, 1 + 2 * DBL_EPSILON, 1},
        {2, {-1, -0x1p-53}, -1, -1},
        {3, {1, 0x1p-24, 0x1p-80}, 1 + 0x1p-24, 1 + FLT_EPSILON}, /* through double: 1 */
        {2, {0x1.fffffffffffffp0, 0x1p-53}, 2, 2},
        {2, {inf, 1}, inf, inf},
        {2, {-inf, DBL_MAX}, -inf, -inf},
        {2, {inf, -inf}, nan, nan},
        {2, {nan, 1}, nan, nan},
        {2, {-nan, -inf}, nan, nan},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_exact_sum sum = sum_of(*state, rows[i].x, rows[i].n);
        assert_int_equal(sum.count, rows[i].n);
        expect("sum", i, qdr_exact_sum_round(&sum, QDR_TO_DOUBLE), rows[i].sum);
        expect("sum to float", i, qdr_exact_sum_round(&sum, QDR_TO_FLOAT), rows[i].single);
    }
    assert_true(bits_of(nan) == 0x7ff8000000000000); /* what the rows mean by nan */
}

static void test_moments(void **state)
{
    const double nan = NAN, inf = INFINITY;
    const struct {
        size_t n;
        double x[4];
        double mean, var, std, norm; /* ddof 0 */
    } rows[] = {
        {0, {0}, nan, nan, nan, 0},
        {1, {5}, 5, 0, 0, 5},
        {1, {-0.0}, -0.0, 0, 0, 0},
        {2, {3, 4}, 3.5, 0.25, 0.5, 5},
        {3, {1, 1, 2}, 0x1.5555555555555p+0, 0x1.c71c71c71c71cp-3, 0x1.e2b7dddfefa66p-2,
         0x1.3988e1409212ep+1},
        {2, {1e308, -1e308}, 0, inf, 1e308, 0x1.92c80954c51f5p+1023},
        {2, {DBL_MAX, DBL_MAX}, DBL_MAX, 0, 0, inf},
        {2, {TINY, -TINY}, 0, 0, TINY, TINY}, /* sqrt(2) * TINY */
        {4, {TINY, 0, 0, 0}, 0, 0, 0, TINY},  /* sqrt(3) / 4 * TINY */
        {2, {-TINY, 0}, -0.0, 0, 0, TINY},    /* -TINY / 2 and TINY / 2: ties to 0 */
        {2, {inf, 1}, inf, nan, nan, inf},
        {2, {-inf, 1}, -inf, nan, nan, inf},
        {2, {inf, -inf}, nan, nan, nan, inf},
        {2, {inf, nan}, nan, nan, nan, nan},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_exact_sum sum = {0};
        qdr_exact_product squares = {0};
        add(*state, &kinds[0], rows[i].x, rows[i].n, &sum, &squares);
        expect("mean", i, qdr_exact_mean(&sum, QDR_TO_DOUBLE), rows[i].mean);
        expect("var", i, qdr_exact_var(&sum, &squares, 0, QDR_TO_DOUBLE), rows[i].var);
        expect("std", i, qdr_exact_std(&sum, &squares, 0, QDR_TO_DOUBLE), rows[i].std);
        expect("norm", i, qdr_exact_norm(&squares, QDR_TO_DOUBLE), rows[i].norm);
        for (uint64_t ddof = rows[i].n; ddof - 1 < UINT64_MAX - 1; ddof = 2 * ddof + 1)
            expect("ddof >= n", i, qdr_exact_var(&sum, &squares, ddof, QDR_TO_DOUBLE), nan);
    }
}

/* Products are put in the limbs by hand: value * 2^(bit - 2148). */
static void test_dot(void **state)
{
    (void)state;
    const double nan = NAN, inf = INFINITY;
    const struct {
        int value;
        unsigned bit;
        uint64_t count, flags;
        double dot;
    } rows[] = {
        {0, 0, 0, 0, 0.0},
        {0, 0, 2, 0, -0.0},
        {0, 0, 2, QDR_SEEN_OTHER, 0.0},
        {-3, QDR_PRODUCT_ONE, 1, QDR_SEEN_OTHER, -3},
        {-3, QDR_PRODUCT_ONE - 1074, 1, QDR_SEEN_OTHER, -3 * TINY},
        {-3, QDR_PRODUCT_ONE - 1075, 1, QDR_SEEN_OTHER, -2 * TINY},
        {-3, 0, 1, QDR_SEEN_OTHER, -0.0},
        {1, QDR_PRODUCT_ONE + 1023, 1, QDR_SEEN_OTHER, 0x1p1023},
        {-1, QDR_PRODUCT_ONE + 1024, 1, QDR_SEEN_OTHER, -inf},
        {1, QDR_PRODUCT_ONE + 2100, 1, QDR_SEEN_OTHER, inf},
        {1, QDR_PRODUCT_ONE, 2, QDR_SEEN_OTHER | QDR_SEEN_MINUS_INF, -inf},
        {1, QDR_PRODUCT_ONE, 3, QDR_SEEN_OTHER | QDR_SEEN_MINUS_INF | QDR_SEEN_PLUS_INF, nan},
        {1, QDR_PRODUCT_ONE, 2, QDR_SEEN_OTHER | QDR_SEEN_NAN, nan},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_exact_product p = {.count = rows[i].count, .flags = rows[i].flags};
        qdr_fixed_add_scaled(p.limbs, QDR_PRODUCT_LIMBS, rows[i].value, rows[i].bit);
        expect("dot", i, qdr_exact_dot(&p, QDR_TO_DOUBLE), rows[i].dot);
    }
}

static void test_integers(void **state)
{
    struct working *w = *state;
    const char *none = "none";
    const struct {
        size_t n;
        int64_t x[4];
        const char *as_int64, *as_uint64;
    } rows[] = {
        {0, {0}, "0", "0"},
        {1, {-1}, "-1", none},
        {1, {INT64_MIN}, "-9223372036854775808", none},
        {2, {INT64_MIN, -1}, none, none},
        {3, {INT64_MIN, -1, 1}, "-9223372036854775808", none},
        {2, {INT64_MAX, 1}, none, "9223372036854775808"},
        {3, {INT64_MAX, INT64_MAX, 1}, none, "18446744073709551615"},
        {4, {INT64_MAX, INT64_MAX, 1, 1}, none, none},
        {4, {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN}, none, none}, /* -2^65: low bits all 0 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_exact_sum sum = {0};
        qdr_bins_add_i64(w->bins, rows[i].x, rows[i].n);
        qdr_bins_flush(w->bins, &sum);
        int64_t value = 0;
        uint64_t uvalue = 0;
        assert_int_equal(qdr_exact_sum_int64(&sum, &value), rows[i].as_int64 != none);
        assert_int_equal(qdr_exact_sum_uint64(&sum, &uvalue), rows[i].as_uint64 != none);
        if (rows[i].as_int64 != none)
            assert_true(value == strtoll(rows[i].as_int64, NULL, 10));
        if (rows[i].as_uint64 != none)
            assert_true(uvalue == strtoull(rows[i].as_uint64, NULL, 10));
    }
    const double unfit[] = {0.5, TINY, 0x1p63, NAN, INFINITY};
    for (size_t i = 0; i < COUNT(unfit); i++) {
        qdr_exact_sum sum = sum_of(w, &unfit[i], 1);
        int64_t value = 7;
        assert_false(qdr_exact_sum_int64(&sum, &value));
        assert_int_equal(value, 7);
    }
}

/* More products than the table has room for, each as large as can be, of y = x and y = -x / 2; what
 * is left of one row must not show in the next. */
static void test_many_products(void **state)
{
    struct working *w = *state;
    enum { ROOM = 1 << 19, MOST = ROOM + 5 };
    const struct {
        uint64_t calls;
        size_t n; /* elements a call */
    } rows[] = {{3, MOST}, {1, 3}, {1, ROOM - 1}, {1, 3}, {1, ROOM}, {1, MOST}, {2, ROOM / 2}};
    const uint64_t m = (1ull << 53) - 1;
    const __int128 square = (__int128)((unsigned __int128)m * m);
    double *x = malloc(MOST * sizeof *x), *y = malloc(MOST * sizeof *y);
    assert_true(x && y);
    for (size_t i = 0; i < MOST; i++) {
        x[i] = i % 2 ? DBL_MAX : -DBL_MAX;
        y[i] = x[i] / -2;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_exact_product squares = {0}, products = {0}, expected = {.flags = QDR_SEEN_OTHER};
        for (uint64_t call = 0; call < rows[i].calls; call++)
            qdr_product_bins_add_f64(w->squares, x, x, rows[i].n);
        qdr_product_bins_flush(w->squares, &squares);
        for (uint64_t call = 0; call < rows[i].calls; call++)
            qdr_product_bins_add_f64(w->squares, x, y, rows[i].n);
        qdr_product_bins_flush(w->squares, &products);
        expected.count = rows[i].calls * rows[i].n;
        for (unsigned bit = 0; bit < 24; bit++)
            if (expected.count >> bit & 1)
                qdr_fixed_add_scaled(expected.limbs, QDR_PRODUCT_LIMBS, square, 2 * 2045 + bit);
        assert_memory_equal(&squares, &expected, sizeof expected);
        memset(expected.limbs, 0, sizeof expected.limbs);
        for (unsigned bit = 0; bit < 24; bit++)
            if (expected.count >> bit & 1)
                qdr_fixed_add_scaled(expected.limbs, QDR_PRODUCT_LIMBS, -square,
                                     2 * 2045 - 1 + bit);
        assert_memory_equal(&products, &expected, sizeof expected);
    }
    free(x);
    free(y);
}

/* Merging with itself doubles the elements: mean, variance and deviation stay. */
static void test_many_elements(void **state)
{
    const double x[] = {1, 1, 2, -0x1p-60, 0x1.123456789abcdp+7};
    qdr_exact_sum sum = {0};
    qdr_exact_product squares = {0};
    add(*state, &kinds[0], x, COUNT(x), &sum, &squares);
    double mean = qdr_exact_mean(&sum, QDR_TO_DOUBLE);
    double var = qdr_exact_var(&sum, &squares, 0, QDR_TO_DOUBLE);
    double std = qdr_exact_std(&sum, &squares, 0, QDR_TO_DOUBLE);
    for (size_t i = 1; i <= 61; i++) {
        qdr_exact_sum_merge(&sum, &sum);
        qdr_exact_product_merge(&squares, &squares);
        assert_true(sum.count == COUNT(x) << i);
        expect("mean", i, qdr_exact_mean(&sum, QDR_TO_DOUBLE), mean);
        expect("var", i, qdr_exact_var(&sum, &squares, 0, QDR_TO_DOUBLE), var);
        expect("std", i, qdr_exact_std(&sum, &squares, 0, QDR_TO_DOUBLE), std);
    }
}

/* Results do not depend on the thread's rounding mode. */
static void test_rounding_modes(void **state)
{
    const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    const double x[] = {1, 0x1p-53, 0x1.8p-1074, 1.0 / 3};
    qdr_exact_sum sum = {0}, other = {0};
    qdr_exact_product squares = {0}, other_squares = {0};
    add(*state, &kinds[0], x, COUNT(x), &sum, &squares);
    double std = qdr_exact_std(&sum, &squares, 1, QDR_TO_DOUBLE);
    double mean = qdr_exact_mean(&sum, QDR_TO_FLOAT);
    for (size_t i = 0; i < COUNT(modes); i++) {
        memset(&other, 0, sizeof other);
        memset(&other_squares, 0, sizeof other_squares);
        fesetround(modes[i]);
        add(*state, &kinds[0], x, COUNT(x), &other, &other_squares);
        double std_here = qdr_exact_std(&other, &other_squares, 1, QDR_TO_DOUBLE);
        double mean_here = qdr_exact_mean(&other, QDR_TO_FLOAT);
        fesetround(FE_TONEAREST);
        assert_memory_equal(&sum, &other, sizeof sum);
        expect("std in another mode", i, std_here, std);
        expect("mean in another mode", i, mean_here, mean);
    }
}

/* Any bytes can be finished: what a sanitizer would find here is the test. */
static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int turn = 0; turn < 2000; turn++) {
        qdr_exact_sum sum = {.count = below(&seed, 5), .flags = below(&seed, 64)};
        qdr_exact_product product = {.count = below(&seed, 5), .flags = below(&seed, 64)};
        for (size_t i = below(&seed, QDR_SUM_LIMBS + 1); i < QDR_SUM_LIMBS; i++)
            sum.limbs[i] = below(&seed, 3) ? below(&seed, 1u << 31) << 33 : ~0ull;
        for (size_t i = below(&seed, QDR_PRODUCT_LIMBS + 1); i < QDR_PRODUCT_LIMBS; i++)
            product.limbs[i] = below(&seed, 3) ? below(&seed, 1u << 31) << 33 : ~0ull;
        int64_t value;
        uint64_t uvalue;
        qdr_exact_sum_int64(&sum, &value);
        qdr_exact_sum_uint64(&sum, &uvalue);
        for (qdr_precision to = QDR_TO_DOUBLE; to <= QDR_TO_FLOAT; to++) {
            qdr_exact_sum_round(&sum, to);
            qdr_exact_mean(&sum, to);
            qdr_exact_std(&sum, &product, 1, to);
            qdr_exact_norm(&product, to);
            qdr_exact_dot(&product, to);
        }
    }
}

/* The elements in parts of any size, in accumulators merged in any order, give the same bytes. */
static void check_parts(struct working *w, const struct kind *kind, const char *x, size_t n,
                        const qdr_exact_sum *sum, const qdr_exact_product *squares, uint64_t *seed)
{
    enum { PARTS = 4 };
    qdr_exact_sum sums[PARTS] = {0};
    qdr_exact_product products[PARTS] = {0};
    for (size_t done = 0; done < n;) {
        size_t part = 1 + below(seed, n - done), i = below(seed, PARTS);
        add(w, kind, x + done * kind->size, part, &sums[i], &products[i]);
        done += part;
    }
    for (size_t left = PARTS; left > 1; left--) {
        size_t from = below(seed, left), to = below(seed, left - 1);
        to += to >= from;
        qdr_exact_sum_merge(&sums[to], &sums[from]);
        qdr_exact_product_merge(&products[to], &products[from]);
        sums[from] = sums[left - 1];
        products[from] = products[left - 1];
    }
    assert_memory_equal(&sums[0], sum, sizeof *sum);
    assert_memory_equal(&products[0], squares, sizeof *squares);
}

/* The dot product with the elements in reverse; in two parts, in either order. */
static void check_dot(struct working *w, const struct kind *kind, const char *x, size_t n,
                      qdr_exact_product *dot, uint64_t *seed)
{
    size_t size = kind->size, cut = below(seed, n + 1);
    qdr_exact_product first = {0}, last = {0};
    char *y = malloc(n * size + 1);
    assert_non_null(y);
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * size, x + (n - 1 - i) * size, size);
    memset(dot, 0, sizeof *dot);
    kind->add_products(w->squares, x, y, n);
    qdr_product_bins_flush(w->squares, dot);
    kind->add_products(w->squares, y, x, cut);
    qdr_product_bins_flush(w->squares, &first);
    kind->add_products(w->squares, x + cut * size, y + cut * size, n - cut);
    qdr_product_bins_flush(w->squares, &last);
    qdr_exact_product_merge(&last, &first);
    assert_memory_equal(&last, dot, sizeof last);
    assert_int_equal(dot->count, n);
    free(y);
}

static const char *next_word(char **line)
{
    const char *word = strsep(line, " \n");
    if (!word || !*word)
        fail_msg("exact_cases.py: a word is missing");
    return word;
}

/* In decimal, or none. */
static void expect_int64(bool fits, const int64_t *value, const char *expected)
{
    char text[32] = "none";
    if (fits)
        snprintf(text, sizeof text, "%lld", (long long)*value);
    assert_string_equal(text, expected);
}

static void expect_uint64(bool fits, const uint64_t *value, const char *expected)
{
    char text[32] = "none";
    if (fits)
        snprintf(text, sizeof text, "%llu", (unsigned long long)*value);
    assert_string_equal(text, expected);
}

static void check_case(struct working *w, char *line, size_t row, uint64_t *seed)
{
    const struct kind *kind = kinds;
    const char *name = next_word(&line);
    while (strcmp(kind->name, name) != 0)
        assert_true(++kind < kinds + COUNT(kinds));
    size_t n = strtoull(next_word(&line), NULL, 10);
    char *x = malloc(n * kind->size + 1);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = strtoull(next_word(&line), NULL, 16);
        const uint8_t bits8 = (uint8_t)bits;
        const uint16_t bits16 = (uint16_t)bits;
        const uint32_t bits32 = (uint32_t)bits;
        const void *const by_size[] = {[1] = &bits8, [2] = &bits16, [4] = &bits32, [8] = &bits};
        memcpy(x + i * kind->size, by_size[kind->size], kind->size);
    }
    qdr_exact_sum sum = {0};
    qdr_exact_product squares = {0};
    add(w, kind, x, n, &sum, &squares);
    assert_int_equal(sum.count, n);
    assert_int_equal(squares.count, n);
    qdr_exact_product dot = {0}, same = {0};
    check_dot(w, kind, x, n, &dot, seed);
    for (size_t i = 0; i < COUNT(sets); i++) {
        check_parts(&w[i], kind, x, n, &sum, &squares, seed);
        check_dot(&w[i], kind, x, n, &same, seed);
        assert_memory_equal(&same, &dot, sizeof dot);
    }
    free(x);

    int64_t value;
    uint64_t uvalue;
    expect_int64(qdr_exact_sum_int64(&sum, &value), &value, next_word(&line));
    expect_uint64(qdr_exact_sum_uint64(&sum, &uvalue), &uvalue, next_word(&line));
    expect_int64(qdr_exact_dot_int64(&dot, &value), &value, next_word(&line));
    expect_uint64(qdr_exact_dot_uint64(&dot, &uvalue), &uvalue, next_word(&line));
    for (qdr_precision to = QDR_TO_DOUBLE; to <= QDR_TO_FLOAT; to++) {
        const struct {
            const char *name;
            double value;
        } got[] = {
            {"sum", qdr_exact_sum_round(&sum, to)},
            {"mean", qdr_exact_mean(&sum, to)},
            {"var", qdr_exact_var(&sum, &squares, 0, to)},
            {"var, ddof 1", qdr_exact_var(&sum, &squares, 1, to)},
            {"std", qdr_exact_std(&sum, &squares, 0, to)},
            {"std, ddof 1", qdr_exact_std(&sum, &squares, 1, to)},
            {"norm", qdr_exact_norm(&squares, to)},
            {"dot", qdr_exact_dot(&dot, to)},
        };
        for (size_t i = 0; i < COUNT(got); i++) {
            uint64_t bits = strtoull(next_word(&line), NULL, 16);
            double expected;
            memcpy(&expected, &bits, sizeof expected);
            expect(got[i].name, row, got[i].value, expected);
        }
    }
}

static void test_cases(void **state)
{
    if (system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null")) {
        print_message("no Python 3.9 or later: skipped\n");
        skip();
    }
    FILE *cases = popen("python3 unit/exact_cases.py", "r");
    assert_non_null(cases);
    char *line = NULL;
    size_t size = 0, row = 0;
    uint64_t seed = 1;
    while (getline(&line, &size, cases) > 0)
        check_case(*state, line, ++row, &seed);
    free(line);
    int status = pclose(cases);
    if (status || row < 1000)
        fail_msg("exact_cases.py: status 0x%x after %zu rows", status, row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_dot),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_many_products),
        cmocka_unit_test(test_many_elements),
        cmocka_unit_test(test_rounding_modes),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
