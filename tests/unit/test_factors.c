/* Products: hand-made rows, and the cases that factor_cases.py computes with whole numbers. */
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

#include "exact/round.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Integers: the product in decimal, or NULL when it does not fit. */
static void test_integers(void **state)
{
    (void)state;
    const struct {
        size_t n;
        int64_t x[4];
        const char *as_int64, *as_uint64; /* of the elements as they are, and as uint64 */
    } rows[] = {
        {0, {0}, "1", "1"},
        {1, {0}, "0", "0"},
        {1, {-1}, "-1", "18446744073709551615"},
        {2, {-3, 5}, "-15", NULL},
        {3, {-3, 5, -7}, "105", NULL},
        {1, {INT64_MIN}, "-9223372036854775808", "9223372036854775808"},
        {2, {INT64_MIN, 1}, "-9223372036854775808", "9223372036854775808"},
        {2, {INT64_MIN, -1}, NULL, NULL},
        {2, {INT64_MIN, 2}, NULL, NULL},
        {3, {INT64_MIN, 2, 0}, "0", "0"},
        {4, {0, INT64_MAX, INT64_MAX, -1}, "0", "0"},
        {2, {1ll << 32, 1ll << 32}, NULL, NULL},
        {3, {1ll << 32, 1ll << 32, 0}, "0", "0"},
        {2, {1ll << 32, 1ll << 31}, NULL, "9223372036854775808"},
        {3, {1ll << 32, 1ll << 31, -1}, "-9223372036854775808", NULL},
        {2, {4294967295, 4294967297}, NULL, "18446744073709551615"},
        {2, {3037000500, 3037000500}, NULL, "9223372037000250000"},
        {2, {3037000499, 3037000499}, "9223372030926249001", "9223372030926249001"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t cut = 0; cut <= rows[i].n; cut++) {
            qdr_factors whole = {0}, first = {0}, last = {0}, naturals = {0};
            int64_t value = 7;
            uint64_t natural = 7;
            qdr_factors_add_i64(&whole, rows[i].x, rows[i].n);
            qdr_factors_add_i64(&first, rows[i].x, cut);
            qdr_factors_add_i64(&last, rows[i].x + cut, rows[i].n - cut);
            qdr_factors_merge(&last, &first);
            assert_memory_equal(&whole, &last, sizeof whole);
            assert_int_equal(qdr_factors_int64(&last, &value), rows[i].as_int64 != NULL);
            assert_true(value == (rows[i].as_int64 ? strtoll(rows[i].as_int64, NULL, 10) : 7));
            qdr_factors_add_u64(&naturals, (const uint64_t *)rows[i].x, rows[i].n);
            assert_int_equal(qdr_factors_uint64(&naturals, &natural), rows[i].as_uint64 != NULL);
            assert_true(natural == (rows[i].as_uint64 ? strtoull(rows[i].as_uint64, NULL, 10) : 7));
        }
}

/* Slack that reaches a middle, or does not: bits of 1.m and what the slack is. */
static void test_slack(void **state)
{
    (void)state;
    const uint64_t half = 1ull << 10, all = ~0ull; /* of a double's last place, in the top limb */
    const struct {
        uint64_t limbs[4], slack;
        bool told;
        double value;
    } rows[] = {
        {{0, 0, 0, 0}, 0, true, 1},
        {{0, 0, 0, 0}, 1ull << 62, true, 1},
        {{0, 0, 0, half}, 0, true, 1}, /* a tie */
        {{0, 0, 0, half}, 1, true, 1 + 0x1p-52},
        {{0, 0, 0, 3 * half}, 0, true, 1 + 0x1p-51},
        {{all, all, all, half - 1}, 0, true, 1},
        {{all, all, all, half - 1}, 1, false, 0},
        {{all - 9, all, all, half - 1}, 5, true, 1},
        {{all - 9, all, all, half - 1}, 6, false, 0},
        {{all, all, all, all >> 1}, 1, true, 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_factors f = {.slack = rows[i].slack};
        double value;
        memcpy(f.limbs, rows[i].limbs, sizeof f.limbs);
        assert_int_equal(qdr_factors_round(&f, QDR_TO_DOUBLE, &value), rows[i].told);
        if (rows[i].told)
            assert_true(value == rows[i].value);
    }
}

/* Any bytes can be finished and merged: what a sanitizer would find here is the test. */
static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int turn = 0; turn < 2000; turn++) {
        qdr_factors f, g;
        for (size_t i = 0; i < sizeof f; i++)
            ((unsigned char *)&f)[i] = (unsigned char)(below(&seed, 3) ? below(&seed, 256) : 255);
        g = f;
        int64_t integer;
        uint64_t natural;
        double value;
        qdr_factors_merge(&g, &f);
        qdr_factors_int64(&g, &integer);
        qdr_factors_uint64(&g, &natural);
        for (qdr_precision to = QDR_TO_DOUBLE; to <= QDR_TO_HALF; to++)
            qdr_factors_round(&g, to, &value);
    }
}

static const char *next_word(char **line)
{
    const char *word = strsep(line, " \n");
    if (!word || !*word)
        fail_msg("factor_cases.py: a word is missing");
    return word;
}

/* The factors in any order, in parts of any size that are merged in any order. */
static qdr_factors shuffled(double *x, size_t n, uint64_t *seed)
{
    enum { PARTS = 4 };
    qdr_factors parts[PARTS] = {0};
    for (size_t i = n; i > 1; i--) {
        size_t k = below(seed, i);
        double kept = x[i - 1];
        x[i - 1] = x[k];
        x[k] = kept;
    }
    for (size_t done = 0; done < n;) {
        size_t part = 1 + below(seed, n - done);
        qdr_factors_add_f64(&parts[below(seed, PARTS)], x + done, part);
        done += part;
    }
    for (size_t left = PARTS; left > 1; left--) {
        size_t from = below(seed, left), to = below(seed, left - 1);
        to += to >= from;
        qdr_factors_merge(&parts[to], &parts[from]);
        parts[from] = parts[left - 1];
    }
    return parts[0];
}

/* Both tell of the same product: they are as near to each other as the slack allows. */
static void check_slack(const qdr_factors *a, const qdr_factors *b)
{
    uint64_t difference[QDR_FACTORS_LIMBS];
    if (!a->slack && !b->slack)
        assert_memory_equal(a, b, sizeof *a);
    if (a->exponent != b->exponent)
        return;
    memcpy(difference, a->limbs, sizeof difference);
    qdr_fixed_negate(difference, QDR_FACTORS_LIMBS);
    qdr_fixed_add(difference, b->limbs, QDR_FACTORS_LIMBS);
    if (difference[QDR_FACTORS_LIMBS - 1] >> 63)
        qdr_fixed_negate(difference, QDR_FACTORS_LIMBS);
    assert_true(difference[0] <= 2 * (a->slack + b->slack));
    for (int i = 1; i < QDR_FACTORS_LIMBS; i++)
        assert_true(difference[i] == 0);
}

static void check_case(char *line, size_t row, uint64_t *seed)
{
    size_t n = strtoull(next_word(&line), NULL, 10);
    double *x = malloc((n + 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = strtoull(next_word(&line), NULL, 16);
        memcpy(&x[i], &bits, sizeof bits);
    }
    qdr_factors first = {0};
    qdr_factors_add_f64(&first, x, n);
    for (qdr_precision to = QDR_TO_DOUBLE; to <= QDR_TO_HALF; to++) {
        uint64_t expected = strtoull(next_word(&line), NULL, 16);
        qdr_factors f = first;
        for (int turn = 0; turn < 4; turn++, f = shuffled(x, n, seed)) {
            double got = 0;
            if (!qdr_factors_round(&f, to, &got) || bits_of(got) != expected)
                fail_msg("row %zu, to %d, turn %d: got %a, expected %016llx", row, (int)to, turn,
                         got, (unsigned long long)expected);
            check_slack(&f, &first);
        }
    }
    free(x);
}

static void test_cases(void **state)
{
    (void)state;
    if (system("${PYTHON:-python3} -c 'import sys; sys.exit(sys.version_info < (3, 9))' "
               "2>/dev/null")) {
        print_message("no Python 3.9 or later: skipped\n");
        skip();
    }
    FILE *cases = popen("${PYTHON:-python3} unit/factor_cases.py", "r");
    assert_non_null(cases);
    char *line = NULL;
    size_t size = 0, row = 0;
    uint64_t seed = 1;
    while (getline(&line, &size, cases) > 0)
        check_case(line, ++row, &seed);
    free(line);
    int status = pclose(cases);
    if (status || row < 1000)
        fail_msg("factor_cases.py: status 0x%x after %zu rows", status, row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
