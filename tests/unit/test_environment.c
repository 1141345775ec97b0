/* What a caller has set of how floats are rounded, or of subnormal numbers, changes no result: all of
 * them are what the usual environment gives, and some are written out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "environments.h"
#include "quadrat/run.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static qdr_comm *comm;

static const struct {
    const char *text;
    double value; /* of the result, in any dtype */
} rows[] = {
    {"sum(full(300, 1e-45, dtype=\"float32\"))", 300 * 0x1p-149},
    {"max(full(300, 1e-45, dtype=\"float32\"))", 0x1p-149},
    {"max(sum(full((99, 7), 1e-45, dtype=\"float32\"), axis=1))", 7 * 0x1p-149},
    {"argmin(where(arange(9) == 5, -1e-40, 0).astype(\"float32\"))", 5},
    {"count_nonzero(full(7, 5e-324))", 7},
    {"median(full(7, 1e-45, dtype=\"float32\"))", 0x1p-149},
    {"sum(full(5, 1e-45, dtype=\"float32\"), dtype=\"float64\")", 5 * 0x1p-149},
    {"prod(full(1, 1e-45, dtype=\"float32\"))", 0x1p-149},
    {"quantile(arange(11), 0.1)", 1},
    {"mean(arange(3) / 3)", 1.0 / 3},
    {"ptp(arange(4) / 3)", 1},
    {"min(zeros(3, dtype=\"float16\"))", 0},
};

static double run(const char *text)
{
    qdr_program *program;
    qdr_run_report report;
    qdr_error err = QDR_ERROR_INIT;
    const qdr_program_text texts = {.texts = &text, .text_count = 1};
    const qdr_run_options options = {.threads = 2, .chunks = {.ndim = 1, .extent = {2}}};
    if (qdr_program_compile(&texts, NULL, &program, &err) ||
        qdr_run(comm, program, &options, &report, &err))
        fail_msg("%s: %s", text, err.text);
    qdr_scalar value = report.value[0].scalar;
    qdr_run_report_clear(&report);
    qdr_program_destroy(program);
    set_environment(FE_TONEAREST, false);
    value = qdr_scalar_widen(value);
    return qdr_dtype_kind(value.dtype) == 'i' ? (double)value.integer : value.real;
}

static void test_environments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < COUNT(environments); k++) {
            set_environment(environments[k].rounding, environments[k].flush);
            double value = run(rows[i].text);
            if (memcmp(&value, &rows[i].value, sizeof value) != 0)
                fail_msg("%s is %a, not %a, in environment %zu", rows[i].text, value,
                         rows[i].value, k);
        }
}

int main(void)
{
    qdr_error err = QDR_ERROR_INIT;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_environments)};
    if (qdr_comm_alone(&comm, &err))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    qdr_comm_stop(comm, failed);
    return failed;
}
