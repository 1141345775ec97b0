/* States of runs, for every reduction of the table: stopped after each piece and resumed, and joined
 * from parts, a run gives what it gives undisturbed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "quadrat/run.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define STATE "state"
#define PARTS 3

static qdr_comm *comm;
static int always; /* a descriptor that can be read: the wish to stop */

/* What the reductions are of: of one axis, and along an axis. */
static const char *const vectors[] = {
    "((arange(41) - 17) ** 3 / 7.0)",                               /* cancels, not by halves */
    "where(arange(41) % 9 == 4, nan, arange(41) * 1e-310)",         /* NaN, subnormal */
    "where(arange(41) == 30, -inf, (arange(41) - 20.0) * 1e307)",   /* overflows on the way */
    "(arange(41) % 7)",
    "(arange(41) * 5 % 41 - 9).astype(\"int16\")",
    "random(41, seed=5).astype(\"float32\")",
    "(arange(41) % 3 == 1)",
    "(arange(41) - 20.0) * (1 + 2j)",
};
static const char *const planes[] = {"random((9, 7), seed=3)", "(indices((9, 7))[0] % 4)"};

/* A call of the reduction by what its parameters ask for. */
static void write_call(char *text, size_t size, const qdr_reduction *r, const char *x,
                       const char *axis)
{
    const char *more = "";
    if (r->traits & QDR_REDUCTION_PAIRS)
        more = x;
    else if (strstr(r->parameters, "minlength"))
        more = "minlength=50";
    else if (strstr(r->parameters, " q,"))
        more = "(0.25, 0.7)";
    snprintf(text, size, "%s(%s%s%s%s)", r->name, x, *more ? ", " : "", more, axis);
}

static qdr_program *compile(const char *text)
{
    qdr_program *program;
    qdr_error err = QDR_ERROR_INIT;
    const qdr_program_text texts = {.texts = &text, .text_count = 1};
    return qdr_program_compile(&texts, NULL, &program, &err) ? NULL : program;
}

/* Pieces of two elements or so, one at a time. */
static qdr_run_options options(void)
{
    return (qdr_run_options){.threads = 1, .digest = true, .round = 1e-9,
                             .chunks = {.ndim = 1, .extent = {2}}, .every = 1e9};
}

/* Fails the test where a run fails with what the undisturbed one did not. */
static void run(const qdr_program *program, const qdr_run_options *o, qdr_run_report *report)
{
    qdr_error err = QDR_ERROR_INIT;
    if (qdr_run(comm, program, o, report, &err))
        fail_msg("%s", err.text);
}

/* Bit for bit. */
static void same(const char *text, const qdr_run_report *a, const qdr_run_report *b)
{
    assert_int_equal(a->value_count, b->value_count);
    for (size_t i = 0; i < a->value_count; i++) {
        const qdr_result_value *x = &a->value[i], *y = &b->value[i];
        size_t size = qdr_dtype_size(x->scalar.dtype);
        bool equal = !x->shown == !y->shown && strcmp(x->digest, y->digest) == 0;
        if (equal && x->shown)
            equal = memcmp(x->shown, y->shown, size * (size_t)qdr_shape_count(&x->shown_shape)) == 0;
        else if (equal)
            equal = memcmp(x->scalar.words, y->scalar.words, size) == 0;
        if (!equal)
            fail_msg("%s: the values differ", text);
    }
}

/* ---- resuming ------------------------------------------------------------------------------ */

/* Returns how often it was stopped. */
static int resume(const char *text, const qdr_program *program, const qdr_run_report *whole)
{
    qdr_run_options o = options();
    qdr_run_report report;
    qdr_error err = QDR_ERROR_INIT;
    int stops = 0;
    o.checkpoint = STATE;
    o.stop = always;
    while (qdr_run(comm, program, &o, &report, &err) == QDR_ESTOPPED) {
        err = (qdr_error)QDR_ERROR_INIT;
        if (stops++ == 1) /* the state's blocks count, and no others */
            o.chunks = (qdr_shape){.ndim = 1, .extent = {5}};
        if (stops > 2000)
            fail_msg("%s does not end", text);
    }
    if (err.code)
        fail_msg("%s: %s", text, err.text);
    same(text, whole, &report);
    qdr_run_report_clear(&report);
    unlink(STATE);
    unlink(STATE ".old");
    return stops;
}

/* ---- parts --------------------------------------------------------------------------------- */

static char *part(const qdr_program *program, int64_t index, int64_t count, size_t *size)
{
    qdr_run_options o = options();
    qdr_run_report report;
    o.part = (qdr_part){index, count};
    run(program, &o, &report);
    char *state = report.state;
    *size = report.state_size;
    report.state = NULL;
    qdr_run_report_clear(&report);
    return state;
}

static bool has_parts(const qdr_program *program)
{
    qdr_run_options o = options();
    qdr_run_report report;
    qdr_error err = QDR_ERROR_INIT;
    o.part = (qdr_part){1, 1};
    int code = qdr_run(comm, program, &o, &report, &err);
    if (code && !strstr(err.text, "there are no parts of this program"))
        fail_msg("%s", err.text);
    if (!code)
        qdr_run_report_clear(&report);
    return !code;
}

/* Joins the parts in that order. */
static void join(const char *text, const qdr_program *program, const int order[PARTS],
                 const qdr_run_report *whole)
{
    qdr_state state[PARTS];
    qdr_joint joint;
    qdr_error err = QDR_ERROR_INIT;
    size_t size;
    for (int i = 0; i < PARTS; i++) {
        state[i].name = "part";
        state[i].data = part(program, order[i], PARTS, &state[i].size);
    }
    if (qdr_join(comm, state, PARTS, &(qdr_join_options){0}, &joint, &err))
        fail_msg("%s: %s", text, err.text);
    assert_null(joint.missing);
    same(text, whole, &joint.report);
    /* a long product of floats is cut off in the end (exact/factors.h), its value is not */
    bool cut = strstr(text, "prod(");
    char *all = part(program, 1, 1, &size);
    if (!cut && (size != joint.report.state_size || memcmp(all, joint.report.state, size) != 0))
        fail_msg("%s: the state that was joined has other bytes than that of all", text);
    free(all);
    for (int i = 0; i < PARTS; i++)
        free((void *)state[i].data);
    qdr_joint_clear(&joint);
}

/* ---- the tests ----------------------------------------------------------------------------- */

struct tally {
    int programs, stops, parts;
};

static void check(const char *text, struct tally *tally)
{
    static const int orders[][PARTS] = {{1, 2, 3}, {3, 1, 2}};
    qdr_program *program = compile(text);
    qdr_run_options o = options();
    qdr_run_report whole;
    qdr_error err = QDR_ERROR_INIT;
    if (!program)
        return; /* it does not take such elements */
    if (!qdr_run(comm, program, &o, &whole, &err)) {
        tally->programs++;
        tally->stops += resume(text, program, &whole);
        bool parts = has_parts(program);
        tally->parts += parts;
        for (size_t i = 0; i < COUNT(orders) && parts; i++)
            join(text, program, orders[i], &whole);
        qdr_run_report_clear(&whole);
    }
    qdr_program_destroy(program);
}

static void every_reduction(void **state)
{
    (void)state;
    for (const qdr_reduction *r = qdr_reductions; r->name; r++) {
        char text[512];
        struct tally tally = {0};
        for (size_t i = 0; i < COUNT(vectors); i++) {
            write_call(text, sizeof text, r, vectors[i], "");
            check(text, &tally);
        }
        for (size_t i = 0; i < COUNT(planes) && strstr(r->parameters, "axis"); i++) {
            write_call(text, sizeof text, r, planes[i], ", axis=0");
            check(text, &tally);
            write_call(text, sizeof text, r, planes[i], ", axis=1");
            check(text, &tally);
        }
        print_message("%s: %d programs, %d stops, %d in parts\n", r->name, tally.programs,
                      tally.stops, tally.parts);
        assert_true(tally.programs >= 2 && tally.stops >= 10 * tally.programs);
        /* of one pass are all but those that look for an order, or for the bounds of bins */
        bool several = r->traits & (QDR_REDUCTION_ORDER | QDR_REDUCTION_BINS);
        assert_true(several || tally.parts >= 2);
    }
}

/* Reductions in each other, and several that share passes. */
static void programs(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x = random(50, seed=1); std(x - mean(x)), median(x), max(x)",
        "x = random((9, 7), seed=1); sum(x - mean(x, axis=0)), mean(x, axis=1)",
        "histogram(random(60, seed=2), 5, range=(0, 1)), mean(random(90, seed=3), where=random(90, seed=4) > 0.5)",
        "sum(arange(30)), sum(arange(20.0)), argmax(random(40, seed=3))",
        "cov(random(30, seed=1), random(30, seed=2)), skew(random(30, seed=1))",
    };
    struct tally tally = {0};
    for (size_t i = 0; i < COUNT(texts); i++)
        check(texts[i], &tally);
    assert_int_equal(tally.programs, COUNT(texts));
    assert_int_equal(tally.parts, 2);
}

/* Parts fit together however the same work was written. */
static void equal_work(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x = random(40, seed=1); y = sum(x, axis=0); m = max(x); m, std(x), min(x * 2), y",
        "a = min(random(40, seed=1) * 2); z = random(40, seed=1); z.max(); z.std(); a; sum(z)"};
    qdr_state parts[2];
    qdr_joint joint;
    qdr_error err = QDR_ERROR_INIT;
    qdr_run_report whole;
    const qdr_run_options o = options();
    for (int i = 0; i < 2; i++) {
        qdr_program *program = compile(texts[i]);
        parts[i].name = "part";
        parts[i].data = part(program, i + 1, 2, &parts[i].size);
        if (i)
            run(program, &o, &whole);
        qdr_program_destroy(program);
    }
    if (qdr_join(comm, parts, 2, &(qdr_join_options){0}, &joint, &err))
        fail_msg("%s", err.text);
    same("equal work", &whole, &joint.report);
    qdr_joint_clear(&joint);
    qdr_run_report_clear(&whole);
    for (int i = 0; i < 2; i++)
        free((void *)parts[i].data);
}

/* A state with any byte changed, cut short or longer is none. */
static void every_byte(void **state)
{
    (void)state;
    qdr_program *program = compile("mean(random(40, seed=1)), std(random(40, seed=1))");
    size_t size;
    char *bytes = part(program, 1, 2, &size), *text;
    qdr_error err = QDR_ERROR_INIT;
    assert_int_equal(qdr_state_describe(&(qdr_state){"part", bytes, size}, &text, &err), QDR_OK);
    assert_string_equal(text, "mean(random((40,), seed=1))\nstd(random((40,), seed=1))\n"
                              "blocks 0 to 9 of the 20 of (40,)\n");
    free(text);
    for (size_t i = 0; i < size; i++)
        for (int times = 0; times < 255; times++) {
            bytes[i] = (char)(bytes[i] + 1);
            if (qdr_state_describe(&(qdr_state){"part", bytes, size}, &text, &err) != QDR_EDATA)
                fail_msg("byte %zu may be changed", i);
            if (times == 254)
                bytes[i] = (char)(bytes[i] + 1);
        }
    for (size_t i = 0; i < size; i++)
        assert_int_equal(qdr_state_describe(&(qdr_state){"part", bytes, i}, &text, &err), QDR_EDATA);
    free(bytes);
    qdr_program_destroy(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reduction),
        cmocka_unit_test(programs),
        cmocka_unit_test(equal_work),
        cmocka_unit_test(every_byte),
    };
    qdr_error err = QDR_ERROR_INIT;
    char folder[] = "/tmp/run-states-XXXXXX";
    always = open("/dev/zero", O_RDONLY);
    if (always < 0 || !mkdtemp(folder) || chdir(folder) || qdr_comm_alone(&comm, &err))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    qdr_comm_stop(comm, QDR_OK);
    return failed;
}
