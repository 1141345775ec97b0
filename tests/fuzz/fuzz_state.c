/* States of runs, spoilt but with the right digest: describing and joining them gives an error that
 * can be shown, or a result, and never harm. The input's first byte picks a good state, the second
 * and third how many bytes of it are left, and then follow changes: a position in two bytes, and a
 * byte that goes there; all behind the last whole change is appended. */
#include <sodium.h>
#include <string.h>

#include "fuzz.h"
#include "quadrat/run.h"

#define DIGEST 16

static const char *const programs[] = {
    "mean(random(40, seed=1)), std(random(40, seed=1))",
    "argmin(random((6, 5), seed=1), axis=0), max(random((6, 5), seed=1).astype(\"float16\"))",
    "median(random((4, 5), seed=1), axis=1)",
    "prod(random(9, seed=1)), dot(random(9, seed=2), random(9, seed=1)), any(random(9, seed=1) > 2)",
    "histogram(random(9, seed=1), 4, range=(0, 1)), bincount(arange(9) % 3, minlength=4)",
    "sum(arange(9) * 1j), var(arange(30)), nanmax(random(9, seed=1))",
};
#define PROGRAMS (sizeof programs / sizeof programs[0])

static qdr_state good_state(qdr_comm *comm, const char *text)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_program *program = NULL;
    qdr_run_report report;
    const qdr_run_options options = {.threads = 1, .chunks = {.ndim = 1, .extent = {2}},
                                     .part = {1, 2}};
    demand(!qdr_program_compile(&(qdr_program_text){.texts = &text, .text_count = 1}, NULL,
                                &program, &err), err.text, text);
    demand(!qdr_run(comm, program, &options, &report, &err), err.text, text);
    qdr_state state = {"part", report.state, report.state_size};
    report.state = NULL;
    qdr_run_report_clear(&report);
    qdr_program_destroy(program);
    return state;
}

/* The state with its changes and the digest of what it is now; the caller's to free(). */
static qdr_state spoil(const qdr_state *good, const uint8_t *data, size_t size)
{
    size_t left = size >= 2 ? (size_t)data[0] << 8 | data[1] : 0xffff;
    left = left < good->size - DIGEST ? left : good->size - DIGEST;
    size_t begin = size >= 2 ? 2 : size, rest = size - begin;
    unsigned char *bytes = malloc(left + rest + DIGEST + 1), whole[32];
    demand(bytes != NULL, "no memory", "");
    memcpy(bytes, good->data, left);
    for (; rest >= 3 && left; begin += 3, rest -= 3)
        bytes[((size_t)data[begin] << 8 | data[begin + 1]) % left] = data[begin + 2];
    memcpy(bytes + left, data + begin, rest);
    crypto_generichash(whole, sizeof whole, bytes, left + rest, NULL, 0);
    memcpy(bytes + left + rest, whole, DIGEST);
    return (qdr_state){"part", (char *)bytes, left + rest + DIGEST};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static qdr_comm *comm;
    static qdr_state good[PROGRAMS];
    qdr_error err = QDR_ERROR_INIT;
    char *text = NULL;
    qdr_joint joint;
    if (!comm)
        demand(!qdr_comm_alone(&comm, &err), err.text, "");
    if (!size)
        return 0;
    size_t pick = *data % PROGRAMS;
    if (!good[pick].data)
        good[pick] = good_state(comm, programs[pick]);
    const qdr_state state = spoil(&good[pick], data + 1, size - 1);
    const qdr_join_options options = {.memory = 100 << 20};
    if (qdr_state_describe(&state, &text, &err))
        demand_shown(&err);
    free(text);
    err = (qdr_error)QDR_ERROR_INIT;
    if (qdr_join(comm, &state, 1, &options, &joint, &err))
        demand_shown(&err);
    else
        qdr_joint_clear(&joint);
    const qdr_state both[2] = {good[pick], state};
    err = (qdr_error)QDR_ERROR_INIT;
    if (qdr_join(comm, both, 2, &options, &joint, &err))
        demand_shown(&err);
    else
        qdr_joint_clear(&joint);
    free((void *)state.data);
    return 0;
}
