/* Sums by windows, of every instruction set and whatever the caller's thread has set, give the
 * bytes that integers give. */
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
#include "exact/between.h"
#include "exact/bins.h"

#include "environments.h"
#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { BLOCK = QDR_WINDOW_BLOCK, MOST = 2 * BLOCK + 100 };

/* ---- what is added: element i of some data, at an exponent e where one is asked for ---------- */

static double sign(void)
{
    return random64() & 1 ? -1 : 1;
}

static double uniform(size_t i, int e)
{
    (void)i;
    return ldexp((double)(random64() >> 11), e - 53);
}

/* 1 to less than 2, of random sign, times 2^e. */
static double one_exponent(size_t i, int e)
{
    (void)i;
    return sign() * ldexp(1 + (double)(random64() >> 12) * 0x1p-52, e);
}

static double constant(size_t i, int e)
{
    (void)i;
    return ldexp(1, e);
}

/* The largest of an exponent, of one sign: as far from the middle of a level as can be. */
static double largest(size_t i, int e)
{
    (void)i;
    return ldexp(2 - DBL_EPSILON, e);
}

static double most_negative(size_t i, int e)
{
    return -largest(i, e);
}

/* Halves of the first level's unit, to be rounded to even and cancelled by the next. */
static double ties(size_t i, int e)
{
    return i % 16 ? ldexp((double)(int)(random64() % 64 - 32) + 0.5, e - 45) : ldexp(1, e);
}

/* One number in a block that is far above or below the others. */
static double above(size_t i, int e)
{
    return i % BLOCK == 777 ? ldexp(1.9, e + (int)(i / BLOCK + 1) * 100) : one_exponent(i, e);
}

static double below_others(size_t i, int e)
{
    return i % BLOCK == 1999 ? ldexp(1.9, e - (int)(i / BLOCK + 1) * 50) : one_exponent(i, e);
}

/* Steps at the edges of blocks and runs. */
static double steps(size_t i, int e)
{
    return one_exponent(i, e + (int)(i / BLOCK) * 17 - (int)(i % BLOCK / 256) * 3);
}

/* As many exponents as one, two, three ... levels hold, and one more. */
static double spread(int e, int exponents)
{
    return one_exponent(0, e - (int)(random64() % (unsigned)exponents));
}
#define SPREAD(n)                                                                                  \
    static double spread_##n(size_t i, int e)                                                      \
    {                                                                                              \
        return i % 64 ? spread(e, n) : one_exponent(i, i % 128 ? e : e - n);                       \
    }
SPREAD(22) SPREAD(36) SPREAD(37) SPREAD(38) SPREAD(82) SPREAD(83) SPREAD(127) SPREAD(128)
SPREAD(300) SPREAD(307) SPREAD(308) SPREAD(400)

static double cancelling(size_t i, int e)
{
    static double last;
    last = i % 2 ? -last : spread(e, 60);
    return last;
}

static double zeros_between(size_t i, int e)
{
    return i % 3 ? one_exponent(i, e) : sign() * 0.0;
}

static double zeros(size_t i, int e)
{
    (void)e;
    return i % 2 ? 0.0 : -0.0;
}

static double negative_zeros(size_t i, int e)
{
    (void)i, (void)e;
    return -0.0;
}

static double last_zero(size_t i, int e)
{
    (void)e;
    return i == 100 ? 0.0 : -0.0;
}

static double subnormal(size_t i, int e)
{
    (void)i, (void)e;
    return of_bits(random64() & 0x800fffffffffffff);
}

static double least(size_t i, int e)
{
    (void)e;
    return i % 7 ? 0x1p-1074 : sign() * DBL_MIN;
}

static double any_finite(size_t i, int e)
{
    (void)i, (void)e;
    uint64_t bits = random64();
    return of_bits((bits >> 52 & 0x7ff) == 0x7ff ? bits ^ 1ull << 60 : bits);
}

static double any_bits(size_t i, int e)
{
    (void)i, (void)e;
    return of_bits(random64());
}

static double one_infinity(size_t i, int e)
{
    return i == 70 ? -(double)INFINITY : one_exponent(i, e);
}

static double both_infinities(size_t i, int e)
{
    return i == 5 ? (double)INFINITY : one_infinity(i, e);
}

static double one_nan(size_t i, int e)
{
    return i == 2100 ? (double)NAN : zeros_between(i, e);
}

static const struct data {
    const char *name;
    double (*make)(size_t i, int e);
    bool scaled;
} datas[] = {
#define DATA(make) {#make, make, false}
#define SCALED(make) {#make, make, true}
    SCALED(uniform), SCALED(one_exponent), SCALED(constant), SCALED(largest),
    SCALED(most_negative), SCALED(ties), SCALED(above), SCALED(below_others), SCALED(steps),
    SCALED(spread_22), SCALED(spread_36), SCALED(spread_37), SCALED(spread_38), SCALED(spread_82),
    SCALED(spread_83), SCALED(spread_127), SCALED(spread_128), SCALED(spread_300),
    SCALED(spread_307), SCALED(spread_308), SCALED(spread_400), SCALED(cancelling),
    SCALED(zeros_between), DATA(zeros), DATA(negative_zeros), DATA(last_zero), DATA(subnormal),
    DATA(least), DATA(any_finite), DATA(any_bits), SCALED(one_infinity), SCALED(both_infinities),
    SCALED(one_nan),
};

/* Of the elements, and of the others that they are multiplied by: near 1, near the largest and the
 * least, and where products, or their errors, begin to be lost. */
static const struct {
    int x, y;
} exponents[] = {
    {0, 0},       {1023, -1023}, {1023, 0},    {1014, -1014}, {1012, 3},     {996, -996},
    {995, -995},  {512, 503},    {508, 508},   {507, 508},    {-500, -470},  {-484, -485},
    {-485, -485}, {-485, -486},  {-486, -486}, {-511, -512},  {-960, -100},  {-1022, 1000},
    {-1074, 52},
};

/* ---- the same by integers -------------------------------------------------------------------- */

static uint64_t flag_of(double x)
{
    return isnan(x)                  ? QDR_SEEN_NAN
           : isinf(x)                ? x > 0 ? QDR_SEEN_PLUS_INF : QDR_SEEN_MINUS_INF
           : bits_of(x) >> 63 && !(bits_of(x) << 1) ? 0
                                     : QDR_SEEN_OTHER;
}

static void expect_sum(const double *x, size_t n, qdr_exact_sum *sum)
{
    memset(sum, 0, sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        sum->flags |= flag_of(x[i]) | (bits_of(x[i]) != 1ull << 63 ? QDR_SEEN_OTHER : 0);
        if (isfinite(x[i])) {
            qdr_exact_number a = qdr_exact_number_of(x[i]);
            qdr_fixed_add_scaled(sum->limbs, QDR_SUM_LIMBS, a.significand,
                                 (unsigned)(QDR_SUM_ONE + a.exponent));
        }
    }
    sum->count = n;
}

static void expect_products(const double *x, const double *y, size_t n, qdr_exact_product *sum)
{
    memset(sum, 0, sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) {
            double product = x[i] * y[i];
            sum->flags |= flag_of(product) | (isnan(product) ? 0 : QDR_SEEN_OTHER);
            continue;
        }
        bool zero = x[i] == 0 || y[i] == 0, negative = (bits_of(x[i]) ^ bits_of(y[i])) >> 63;
        sum->flags |= zero && negative ? 0 : QDR_SEEN_OTHER;
        qdr_exact_number a = qdr_exact_number_of(x[i]), b = qdr_exact_number_of(y[i]);
        qdr_fixed_add_scaled(sum->limbs, QDR_PRODUCT_LIMBS, a.significand * b.significand,
                             (unsigned)(QDR_PRODUCT_ONE + a.exponent + b.exponent));
    }
    sum->count = n;
}

/* ---- the test -------------------------------------------------------------------------------- */

static const char *const sets[] = {"portable", "avx2", "avx512"};

/* Elements, which are the same as doubles and as floats if `single`. */
struct elements {
    const double *x, *y;
    const float *single_x, *single_y;
    size_t n;
    bool single;
};

struct results {
    qdr_exact_sum sum;
    qdr_exact_product squares, products;
    qdr_exact_sum joint_sum; /* added with its squares */
    qdr_exact_product joint_squares;
};

static void add_all(const struct elements *e, struct results *r)
{
    qdr_bins *bins = calloc(1, sizeof *bins);
    qdr_product_bins *products = calloc(1, sizeof *products);
    qdr_bins *joint = calloc(1, sizeof *joint);
    qdr_product_bins *joint_squares = calloc(1, sizeof *joint_squares);
    assert_true(bins && products && joint && joint_squares);
    memset(r, 0, sizeof *r);
    if (e->single) {
        qdr_bins_add_f32(bins, e->single_x, e->n);
        qdr_product_bins_add_f32(products, e->single_x, e->single_x, e->n);
        qdr_product_bins_flush(products, &r->squares);
        qdr_product_bins_add_f32(products, e->single_x, e->single_y, e->n);
        qdr_moments_add_f32(joint, joint_squares, e->single_x, e->n);
    } else {
        qdr_bins_add_f64(bins, e->x, e->n);
        qdr_product_bins_add_f64(products, e->x, e->x, e->n);
        qdr_product_bins_flush(products, &r->squares);
        qdr_product_bins_add_f64(products, e->x, e->y, e->n);
        qdr_moments_add_f64(joint, joint_squares, e->x, e->n);
    }
    qdr_bins_flush(bins, &r->sum);
    qdr_product_bins_flush(products, &r->products);
    qdr_bins_flush(joint, &r->joint_sum);
    qdr_product_bins_flush(joint_squares, &r->joint_squares);
    free(bins);
    free(products);
    free(joint);
    free(joint_squares);
}

static void check(const struct elements *e, const char *name, int exponent)
{
    struct results expected;
    expect_sum(e->x, e->n, &expected.sum);
    expect_products(e->x, e->x, e->n, &expected.squares);
    expect_products(e->x, e->y, e->n, &expected.products);
    for (size_t set = 0; set < COUNT(sets); set++)
        for (size_t k = 0; k < COUNT(environments); k++) {
            struct results r;
            qdr_isa_choose(sets[set]);
            set_environment(environments[k].rounding, environments[k].flush);
            add_all(e, &r);
            int rounding = fegetround();
            set_environment(FE_TONEAREST, false);
            qdr_isa_choose(NULL);
            assert_int_equal(rounding, environments[k].rounding);
            const bool same[] = {!memcmp(&r.sum, &expected.sum, sizeof r.sum),
                                 !memcmp(&r.squares, &expected.squares, sizeof r.squares),
                                 !memcmp(&r.products, &expected.products, sizeof r.products),
                                 !memcmp(&r.joint_sum, &expected.sum, sizeof r.sum),
                                 !memcmp(&r.joint_squares, &expected.squares, sizeof r.squares)};
            static const char *const what[] = {"sum", "squares", "products", "sum of moments",
                                               "squares of moments"};
            for (size_t i = 0; i < COUNT(same); i++)
                if (!same[i])
                    fail_msg("%s of %zu %s, %s at 2^%d, by %s in environment %zu", what[i], e->n,
                             e->single ? "floats" : "doubles", name, exponent, sets[set], k);
        }
}

/* Some of the elements, and as many of the others, from anywhere on. */
static void check_part(const struct elements *all, const char *name, int exponent)
{
    static const size_t sizes[] = {0,    1,         3,     16,         31,       64,
                                   127,  1023, BLOCK - 1, BLOCK, BLOCK + 17, MOST - 1};
    size_t n = sizes[random64() % COUNT(sizes)], from = random64() % (all->n - n + 1);
    size_t with = random64() % (all->n - n + 1);
    struct elements e = {all->x + from, all->y + with, NULL, NULL, n, all->single};
    if (e.single) {
        e.single_x = all->single_x + from;
        e.single_y = all->single_y + with;
    }
    check(&e, name, exponent);
}

static void test_doubles(void **state)
{
    (void)state;
    static double x[MOST], y[MOST];
    for (size_t d = 0; d < COUNT(datas); d++)
        for (size_t k = 0; k < (datas[d].scaled ? COUNT(exponents) : 4); k++) {
            for (size_t i = 0; i < MOST; i++) {
                x[i] = datas[d].make(i, exponents[k].x);
                y[i] = datas[d].make(i, exponents[k].y);
            }
            check(&(struct elements){x, y, NULL, NULL, MOST, false}, datas[d].name, exponents[k].x);
            check_part(&(struct elements){x, y, NULL, NULL, MOST, false}, datas[d].name,
                       exponents[k].x);
        }
}

static void test_floats(void **state)
{
    (void)state;
    static const int of_floats[] = {0, 127, -60, -126, -149};
    static double x[MOST];
    static float single[MOST];
    for (size_t d = 0; d < COUNT(datas); d++)
        for (size_t k = 0; k < COUNT(of_floats); k++) {
            for (size_t i = 0; i < MOST; i++) {
                single[i] = (float)datas[d].make(i, of_floats[k]);
                x[i] = (double)single[i];
            }
            struct elements e = {x, x + 1, single, single + 1, MOST - 1, true};
            check(&e, datas[d].name, of_floats[k]);
            check_part(&e, datas[d].name, of_floats[k]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
