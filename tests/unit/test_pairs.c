/* Lines that are summed abreast, by every instruction set and whatever the caller's thread has set,
 * give the bits that integers give: what fails as well as what does not. */
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
#include "exact/round.h"
#include "reduce/abreast.h"
#include "reduce/reducers.h"

#include "environments.h"
#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { LINES = 37, LONGEST = 40 };

/* ---- lines: the k-th number of one that has n ------------------------------------------------ */

static double uniform(size_t k, size_t n)
{
    (void)k, (void)n;
    return (double)(random64() >> 11) * 0x1p-53;
}

static double normal(size_t k, size_t n)
{
    return (uniform(k, n) + uniform(k, n) + uniform(k, n) - 1.5) * 3;
}

/* Whole numbers, whose quotients by a small count are often half-way between two doubles, or two
 * floats. */
static double ties(size_t k, size_t n)
{
    (void)k, (void)n;
    static const double at[] = {0x1p52, 0x1p53, 0x1p54, 0x1p24, 0x1p25, 1};
    return at[random64() % COUNT(at)] + (double)(random64() % 64);
}

/* The mean is half-way between two doubles, and a little beside that: the first two numbers are n
 * times an odd whole number of 54 bits, the next is the little. */
static double near_ties(size_t k, size_t n)
{
    static int64_t total;
    if (k == 0)
        total = (int64_t)n * (int64_t)((1ull << 53) + random64() % 4096 * 2 + 1);
    double high = (double)total;
    const double first[] = {high, (double)(total - (int64_t)high),
                            ldexp(random64() % 2 ? 1 : -1, -(int)(random64() % 60))};
    return k < COUNT(first) ? first[k] : 0;
}

/* As far apart as two doubles hold, and farther. */
static double spread(size_t k, size_t n)
{
    (void)n;
    return ldexp(uniform(k, n) - 0.5, (int)(random64() % 110));
}

static double anywhere(size_t k, size_t n)
{
    (void)k, (void)n;
    return of_bits(random64());
}

/* Nothing is left at the end but a little. */
static double cancelling(size_t k, size_t n)
{
    static double last;
    return k + 1 == n ? 0x1p-80 : k % 2 ? -last : (last = ldexp(normal(k, n), 20));
}

static double subnormal(size_t k, size_t n)
{
    (void)k, (void)n;
    return of_bits(random64() >> (12 + random64() % 50) | random64() << 63);
}

static double large(size_t k, size_t n)
{
    (void)k, (void)n;
    return random64() % 3 ? DBL_MAX : -DBL_MAX;
}

static double small_float(size_t k, size_t n)
{
    return (double)(float)normal(k, n) * 0x1p-140;
}

static double special(size_t k, size_t n)
{
    (void)k, (void)n;
    static const double values[] = {0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, DBL_MAX, 0x1p-1074,
                                    FLT_MAX, -FLT_MAX, 0x1p-149};
    size_t some = random64() % 40; /* mostly zeros, so that some lines are nothing else */
    return some < COUNT(values) ? values[some] : values[some % 2];
}

static double negative_zero(size_t k, size_t n)
{
    (void)k, (void)n;
    return random64() % 200 ? -0.0 : 0.0;
}

/* easy: no line may fail. */
static const struct {
    const char *name;
    double (*make)(size_t k, size_t n);
    bool easy;
} datas[] = {
    {"uniform", uniform, true}, {"normal", normal, true}, {"ties", ties, true},
    {"near ties", near_ties, false}, {"spread", spread, false}, {"anywhere", anywhere, false},
    {"cancelling", cancelling, false}, {"subnormal", subnormal, false}, {"large", large, false},
    {"small floats", small_float, false}, {"special", special, false},
    {"negative zeros", negative_zero, true},
};

/* ---- the oracle: integers -------------------------------------------------------------------- */

static void add_number(qdr_exact_sum *sum, double x)
{
    sum->count++;
    sum->flags |= bits_of(x) == 1ull << 63 ? 0
                  : isnan(x)               ? QDR_SEEN_NAN
                  : isinf(x)               ? (x > 0 ? QDR_SEEN_PLUS_INF : QDR_SEEN_MINUS_INF)
                                           : QDR_SEEN_OTHER;
    qdr_exact_number number = qdr_exact_number_of(isfinite(x) ? x : 0);
    qdr_fixed_add_scaled(sum->limbs, QDR_SUM_LIMBS, number.significand,
                         (unsigned)(QDR_SUM_ONE + number.exponent));
}

/* ---- the test -------------------------------------------------------------------------------- */

/* LINES lines of `length` numbers, together or across. */
struct lines {
    qdr_dtype dtype; /* float64, or float32: the same numbers */
    const double *x;
    const float *single;
    size_t length;
    bool across;
    const char *name;
    bool easy;
};

static size_t place(const struct lines *l, size_t line, size_t k)
{
    return l->across ? k * LINES + line : line * l->length + k;
}

/* Their values, taken up in two panels and, where one fails, by the accumulator; all are finished by
 * that if `flushed`. In the environment that is set, and is as usual then. */
static void take(const struct lines *l, const qdr_reduction *r, bool flushed, void *values,
                 bool *fallen)
{
    static uint64_t states[LINES][sizeof(qdr_exact_sum) / sizeof(uint64_t)];
    const qdr_abreast *a = &qdr_sum_abreast;
    const qdr_reduce_options options = {.dtype = l->dtype, .length = (int64_t)l->length};
    void *held = malloc(a->size(LINES)), *work = calloc(1, qdr_sum_accumulator.work);
    bool failed[LINES];
    bool single = l->dtype == QDR_FLOAT32;
    size_t size = qdr_dtype_size(l->dtype);
    assert_true(held && work);
    memset(states, 0, sizeof states);
    a->clear(held, LINES, l->dtype);
    /* two panels: the rows before and after the middle, or the lines */
    size_t middle = (l->across ? l->length : LINES) / 2;
    for (int half = 0; half < 2; half++) {
        size_t first = half ? middle : 0, end = half ? (l->across ? l->length : LINES) : middle;
        size_t from = first * (l->across ? LINES : l->length);
        qdr_panel panel = {.dtype = l->dtype, .across = l->across, .stride = LINES,
                           .elements = single ? (const void *)(l->single + from) : l->x + from,
                           .lines = l->across ? LINES : end - first,
                           .length = l->across ? end - first : l->length};
        size_t line = l->across ? 0 : first;
        if (end == first || !a->add(held, line, &panel, failed))
            continue;
        for (size_t i = 0; i < panel.lines; i++)
            for (size_t k = 0; k < panel.length && failed[i]; k++) {
                size_t at = l->across ? place(l, i, first + k) : place(l, line + i, k);
                qdr_tile tile = {.dtype = QDR_FLOAT64, .elements = l->x + at, .count = 1};
                qdr_sum_accumulator.update(states[line + i], work, &tile);
                qdr_sum_accumulator.flush(states[line + i], work);
                *fallen = true;
            }
    }
    bool any = a->finish(held, LINES, r->finish, &options, values, failed);
    set_environment(FE_TONEAREST, false);
    for (size_t i = 0; i < LINES; i++) {
        bool fails = any && failed[i];
        *fallen |= fails;
        if (!fails && !flushed)
            continue;
        qdr_scalar value;
        qdr_error err = QDR_ERROR_INIT;
        a->flush(held, i, states[i]);
        assert_int_equal(r->finish(states[i], l->dtype, &options, &value, &err), QDR_OK);
        memcpy((char *)values + i * size, value.words, size);
    }
    free(held);
    free(work);
}

static void check(const struct lines *l, const char *reduction)
{
    static const char *const sets[] = {"portable", "avx2", "avx512"};
    const qdr_reduction *r = qdr_reduction_named(reduction);
    qdr_precision to = l->dtype == QDR_FLOAT32 ? QDR_TO_FLOAT : QDR_TO_DOUBLE;
    double expected[LINES];
    for (size_t i = 0; i < LINES; i++) {
        qdr_exact_sum sum = {0};
        for (size_t k = 0; k < l->length; k++)
            add_number(&sum, l->x[place(l, i, k)]);
        expected[i] = strcmp(reduction, "mean") ? qdr_exact_sum_round(&sum, to)
                                                : qdr_exact_mean(&sum, to);
    }
    for (size_t set = 0; set < COUNT(sets); set++)
        for (size_t k = 0; k < 2 * COUNT(environments); k++) {
            const struct environment *e = &environments[k / 2];
            double values[LINES];
            float floats[LINES];
            bool fallen = false;
            qdr_isa_choose(sets[set]);
            set_environment(e->rounding, e->flush);
            take(l, r, k % 2, to == QDR_TO_FLOAT ? (void *)floats : values, &fallen);
            qdr_isa_choose(NULL);
            for (size_t i = 0; i < LINES && to == QDR_TO_FLOAT; i++)
                values[i] = (double)floats[i];
            for (size_t i = 0; i < LINES; i++)
                if (bits_of(values[i]) != bits_of(expected[i]))
                    fail_msg("%s of %zu %s %s%s: %a, not %a, by %s in environment %zu", reduction,
                             l->length, l->name, to == QDR_TO_FLOAT ? "floats" : "doubles",
                             l->across ? " across" : "", values[i], expected[i], sets[set], k / 2);
            if (fallen && l->easy)
                fail_msg("%s of %zu %s: not done abreast by %s", reduction, l->length, l->name,
                         sets[set]);
        }
}

static void test_lines(void **state)
{
    (void)state;
    static double x[LINES * LONGEST];
    static float single[LINES * LONGEST];
    static const size_t lengths[] = {1, 2, 3, 5, 6, 7, 8, 10, 12, 15, 16, 17, 33, LONGEST};
    for (size_t d = 0; d < COUNT(datas); d++)
        for (size_t n = 0; n < 4 * COUNT(lengths); n++) {
            struct lines l = {.dtype = n & 2 ? QDR_FLOAT32 : QDR_FLOAT64, .x = x, .single = single,
                              .length = lengths[n / 4], .across = n & 1, .name = datas[d].name,
                              .easy = datas[d].easy};
            for (size_t i = 0; i < LINES; i++)
                for (size_t k = 0; k < l.length; k++) {
                    double value = datas[d].make(k, l.length);
                    size_t at = place(&l, i, k);
                    single[at] = (float)value;
                    x[at] = l.dtype == QDR_FLOAT32 ? (double)single[at] : value;
                }
            check(&l, "sum");
            check(&l, "mean");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
