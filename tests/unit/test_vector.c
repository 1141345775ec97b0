/* The functions of vector.def: how far from the exact value they are, by MPFR, and that every
 * instruction set and element type gives the same bits.
 *
 * QUADRAT_POINTS=10000000 in the environment takes that many operands a function instead of 4000
 * and says what the largest errors are: so the errors in vector.def were measured.
 */
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

#if defined(QUADRAT_HAVE_MPFR)
#include <mpfr.h>

#include "base/half.h"
#include "base/isa.h"
#include "kernel/kernel.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define N 1003 /* operands at once: no multiple of a vector's */

/* MPFR's functions go by SLEEF's names; what is computed is a, or a and b, to r. */
#define CALL_UNARY(f) mpfr_##f(r, a, MPFR_RNDN)
#define CALL_BINARY(f) mpfr_##f(r, a, b, MPFR_RNDN)
#define VECTOR(name, operands, f, error, refused, value)                                           \
    static void exact_##name(mpfr_t r, mpfr_t a, mpfr_t b)                                         \
    {                                                                                              \
        (void)b;                                                                                   \
        CALL_##operands(f);                                                                        \
    }
#include "kernel/vector.def"
#undef VECTOR

static const struct function {
    const char *name;
    double error;
    void (*exact)(mpfr_t r, mpfr_t a, mpfr_t b);
} functions[] = {
#define VECTOR(name, operands, f, error, refused, value) {#name, error, exact_##name},
#include "kernel/vector.def"
#undef VECTOR
};

/* Random bits, numbers of moderate and of ordinary size, and what is around the ends of domains and
 * where an algorithm may turn to another one. */
static double random_operand(void)
{
    static const double ends[] = {
        0, 1, 0.5, 2, M_PI, M_PI_2, M_PI_4, M_E, M_LN2, 1.5, 0.375, 0.7, 0.99999999, 19.06, 22, 28,
        36.7, 37.4, 355, 710.4758600739439, 709.782712893384, 709.7827111495574, 709.0895657128241,
        708.3964185322641, 745.1332191019411, 1022, 1024, 1074, 1e5, 314159.265358979, 1e15, 1e16,
        1e19, 0x1p-54, 0x1p-27, 0x1p52, 0x1p53, 0x1p500, 0x1p511, 0x1p512, 1e200, 0x1p1023, DBL_MAX,
        DBL_MIN, 5e-324, INFINITY, NAN};
    uint64_t bits = random64(), sign = bits >> 63 << 63;
    switch (random64() % 4) {
    case 0:
        return of_bits(bits);
    case 1:
        return of_bits(bits >> 12 | sign | (1023 - 40 + random64() % 80) << 52);
    case 2:
        return of_bits(bits >> 12 | sign | (1023 - 3 + random64() % 14) << 52);
    default: {
        uint64_t end = bits_of(ends[random64() % COUNT(ends)]), away = bits >> (10 + bits % 53);
        return of_bits((end + (bits & 64 ? away : -away)) ^ sign);
    }
    }
}

/* Of a power, the exponent that mostly makes a finite one. */
static double random_exponent(double a)
{
    double b = (double)((int64_t)random64() >> 40) * 0x1p-23 * 1076 / log2(fabs(a));
    uint64_t way = random64() % 4;
    return way == 0 || !isfinite(b) ? random_operand() : way == 1 ? rint(b) : b;
}

/* How far a result is from the exact one, in units in the last place of the float64 at the exact
 * one; INFINITY for what is wrong otherwise. Beyond the largest number a result may be infinite,
 * where it is not further away than the next number would be. */
static double error_of(double result, const mpfr_t exact)
{
    double nearest = mpfr_get_d(exact, MPFR_RNDN);
    if (isnan(nearest) || isnan(result))
        return isnan(nearest) && isnan(result) ? 0 : (double)INFINITY;
    if (signbit(nearest) != signbit(result) || mpfr_inf_p(exact))
        return bits_of(nearest) == bits_of(result) ? 0 : (double)INFINITY;
    mpfr_t difference;
    mpfr_init2(difference, 200);
    if (isinf(result))
        mpfr_set_si_2exp(difference, result > 0 ? 1 : -1, 1024, MPFR_RNDN);
    else
        mpfr_set_d(difference, result, MPFR_RNDN);
    mpfr_sub(difference, difference, exact, MPFR_RNDN);
    mpfr_exp_t exponent = mpfr_zero_p(exact) ? -1022 : mpfr_get_exp(exact) - 1;
    exponent = exponent < -1022 ? -1022 : exponent > 1023 ? 1023 : exponent;
    mpfr_mul_2si(difference, difference, 52 - exponent, MPFR_RNDN);
    double error = fabs(mpfr_get_d(difference, MPFR_RNDN));
    mpfr_clear(difference);
    return isinf(nearest) && isinf(result) ? 0 : error;
}

static const char *const sets[] = {"avx512", "avx2", "portable"};

static void run(const struct function *f, const char *set, qdr_dtype dtype, const void *a,
                const void *b, unsigned scalars, void *result)
{
    qdr_isa_choose(set);
    const qdr_kernel *kernel = qdr_kernel_find(f->name, dtype);
    qdr_isa_choose(NULL);
    assert_non_null(kernel);
    kernel->run(N, result, (const void *[]){a, b}, scalars);
}

static bool same(double a, double b)
{
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

/* The other instruction sets make the same of the operands. */
static void compare_sets(const struct function *f, const double *a, const double *b,
                         const double *result)
{
    static double other[N];
    for (size_t set = 1; set < COUNT(sets); set++) {
        run(f, sets[set], QDR_FLOAT64, a, b, 0, other);
        for (size_t i = 0; i < N; i++)
            if (!same(other[i], result[i]))
                fail_msg("%s(%.17g, %.17g): %.17g with %s, %.17g with %s", f->name, a[i], b[i],
                         other[i], sets[set], result[i], sets[0]);
    }
}

/* Smaller floats are those nearest to the result for the same operands. */
static void compare_types(const struct function *f)
{
    static double a[N], b[N], result[N];
    static float a4[N], b4[N], result4[N];
    static qdr_float16 a2[N], b2[N], result2[N];
    for (size_t set = 0; set < COUNT(sets); set++)
        for (unsigned scalars = 0; scalars < 3; scalars++) {
            if (scalars == 1 && strcmp(f->name, "power") && strcmp(f->name, "arctan2"))
                continue; /* an only operand is no scalar of many results */
            for (size_t i = 0; i < N; i++) {
                a2[i].bits = (uint16_t)random64();
                b2[i].bits = (uint16_t)random64();
                a[i] = a4[i] = qdr_half_value(a2[i].bits);
                b[i] = b4[i] = qdr_half_value(b2[i].bits);
            }
            run(f, sets[set], QDR_FLOAT64, a, b, scalars, result);
            run(f, sets[set], QDR_FLOAT32, a4, b4, scalars, result4);
            run(f, sets[set], QDR_FLOAT16, a2, b2, scalars, result2);
            for (size_t i = 0; i < N; i++) {
                assert_true(same((double)(float)result[i], (double)result4[i]));
                assert_true(qdr_half_of_double(result[i]) == result2[i].bits);
            }
        }
}

static void check(const struct function *f, size_t points)
{
    static double a[N], b[N], result[N];
    mpfr_t x, y, exact;
    mpfr_inits2(53, x, y, NULL);
    mpfr_init2(exact, 120);
    double worst = -1, at[2] = {0, 0};
    for (size_t done = 0; done < points; done += N) {
        for (size_t i = 0; i < N; i++) {
            a[i] = random_operand();
            b[i] = strcmp(f->name, "power") == 0 ? random_exponent(a[i]) : random_operand();
        }
        run(f, sets[0], QDR_FLOAT64, a, b, 0, result);
        compare_sets(f, a, b, result);
        for (size_t i = 0; i < N; i++) {
            mpfr_set_d(x, a[i], MPFR_RNDN);
            mpfr_set_d(y, b[i], MPFR_RNDN);
            f->exact(exact, x, y);
            double error = error_of(result[i], exact);
            if (error > worst) {
                worst = error;
                at[0] = a[i];
                at[1] = b[i];
            }
        }
    }
    if (getenv("QUADRAT_POINTS") || worst > f->error)
        print_message("%-8s %.4f units in the last place at (%.17g, %.17g)\n", f->name, worst,
                      at[0], at[1]);
    assert_true(worst <= f->error);
    mpfr_clears(x, y, exact, NULL);
}

static void errors(void **state)
{
    (void)state;
    const char *points = getenv("QUADRAT_POINTS");
    for (size_t i = 0; i < COUNT(functions); i++)
        check(&functions[i], points ? strtoull(points, NULL, 10) : 4000);
}

static void types(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(functions); i++)
        compare_types(&functions[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(errors), cmocka_unit_test(types)};
    const char *lacks = qdr_kernel_lacks("exp", QDR_FLOAT64);
    if (lacks) {
        printf("skipped: exp %s\n", lacks);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    printf("skipped: built without MPFR\n");
    return 0;
}

#endif
