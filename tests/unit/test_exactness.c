/* Which results count as exact: the exact value, rounded once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "quadrat/program.h"

static void rows(void **state)
{
    (void)state;
    static const struct {
        const char *program;
        bool exact;
    } row[] = {
        /* one rounding, or none */
        {"sum(x)", true},
        {"max(x + 1)", true},
        {"x * x", true},
        {"sum(-x)", true},
        {"sum(abs(x))", true},
        {"sum(floor(x))", true},
        {"sum(where(x > 0.5, x, 0.0))", true},
        {"minimum(x + 1, x * 2)", true},
        {"count_nonzero(x > 0.5)", true},
        {"argmin(minimum(x, 1))", true},
        {"sum(i)", true},
        {"sum(i > 2)", true},
        {"max(i + 1)", true},
        {"sum(i & 3)", true},
        {"sum(~(i > 2))", true},
        {"fmod(x, 0.25)", true},
        {"sum(isnan(x))", true},
        /* rounded twice */
        {"sum(x + 1)", false},
        {"sum(sqrt(x))", false},
        {"mean(x) + 1", false},
        /* once, and then anything can happen */
        {"floor(x + 1)", false},
        {"sign(x - 0.5)", false},
        {"x + 1 > 2", false},
        {"x > mean(x)", false},
        {"where(x + 1 > 2, x, 0.0)", false},
        {"count_nonzero(x - 0.5)", false},
        {"argmax(x * 3)", false},
        {"signbit(x - 0.5)", false},
        {"copysign(x, x - 0.5)", false},
        {"isfinite(x * 1e300)", false},
        {"fmod(x * 3, 1)", false},
        {"astype(x * 3, \"int8\")", false},
        {"astype(x, \"float32\") > 0.5", false},
        /* integers can wrap */
        {"sum(-i)", false},
        {"sum(abs(i))", false},
        {"sum(i + 1)", false},
        {"i + 1 > 2", false},
        {"(i + 1) & 1", false},
        {"sum(i << 1)", false},
        {"sum(i ** 2)", false},
        /* not the exact value rounded */
        {"x // 0.1", false},
        {"hypot(x, 1)", false},
        {"degrees(x)", false},
        {"abs(z)", false},
        {"z * z", false},
        {"z / z", false},
        /* z + z rounds its parts once; a choice of parts is exact */
        {"z + z", true},
        {"sum(real(z))", true},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const qdr_binding let[] = {{"x", "random(9, seed=1)"},
                                   {"i", "arange(9)"},
                                   {"z", "ones(9, \"complex128\")"}};
        const qdr_program_text text = {.lets = let, .let_count = 3, .texts = &row[i].program,
                                       .text_count = 1};
        qdr_program *program;
        qdr_error err = QDR_ERROR_INIT;
        int code = qdr_program_compile(&text, NULL, &program, &err);
        bool exact = !code && qdr_program_result_at(program, 0).exact;
        if (code || exact != row[i].exact)
            print_error("%s: %s\n", row[i].program, code ? err.text : exact ? "exact" : "inexact");
        assert_int_equal(code, QDR_OK);
        assert_true(exact == row[i].exact);
        qdr_program_destroy(program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
