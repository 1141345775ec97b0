/* Blocks are dealt anew to faster ranks: on the last rank each element takes SLOW times as long as on
 * the others. It takes up fewer of them, each element is taken up once, and the sum has the bits it
 * should have; also of a run that is stopped after the new dealing, and goes on.
 *
 *     mpirun -n 3 dealing [SLOW]    prints how long it took, over what it would take if all ranks
 *                                   ended together and meeting took no time
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "array/source.h"
#include "base/clock.h"
#include "engine/comm.h"

#define BLOCK 64
#define BLOCKS 250
#define ELEMENTS (BLOCK * BLOCKS)
#define TAKES 4e-3 /* seconds, a block on a fast rank */
#define STATE "dealing.state"
#define STOP_AT 0.85 /* of the work; by then the faster two of three ranks have run dry */

/* ---- a slow source -------------------------------------------------------------------------- */

static double seconds_an_element; /* sleeping, so that ranks may share CPUs */
static atomic_llong filled;       /* elements, by this process */

static int fill(const qdr_source *source, int64_t position, int64_t count, void *elements,
                qdr_error *err)
{
    (void)source, (void)err;
    for (int64_t i = 0; i < count; i++)
        ((double *)elements)[i] = (double)((position + i) % 1000) / 8;
    atomic_fetch_add(&filled, count);
    usleep((useconds_t)(1e6 * seconds_an_element * (double)count));
    return QDR_OK;
}

static double expected_sum(void)
{
    double sum = 0; /* of eighths: exact */
    for (int i = 0; i < ELEMENTS; i++)
        sum += i % 1000 / 8.0;
    return sum;
}

static int open_slow(void *context, const char *path, qdr_io io, qdr_source **source, qdr_error *err)
{
    (void)context, (void)io;
    const qdr_shape shape = {1, {ELEMENTS}};
    int code = qdr_source_described(path, QDR_FLOAT64, &shape, source, err);
    if (!code)
        (*source)->fill = fill;
    return code;
}

/* ---- runs ----------------------------------------------------------------------------------- */

/* Wishes, by a pipe, that the run stops. */
static void wish_stop(void *pipe, const qdr_progress *progress)
{
    if ((double)progress->done > STOP_AT * (double)progress->total)
        (void)!write(((int *)pipe)[1], "", 1);
}

static int run(qdr_comm *comm, const qdr_run_options *options, double *sum, qdr_error *err)
{
    static const char *const text[] = {"sum(x)"};
    const qdr_binding file = {"x", "x"};
    const qdr_program_text texts = {.texts = text, .text_count = 1, .files = &file, .file_count = 1};
    qdr_program *program;
    qdr_run_report report;
    int code = qdr_program_compile(&texts, &(qdr_opener){.open = open_slow}, &program, err);
    if (code)
        return code;
    code = qdr_run(comm, program, options, &report, err);
    if (!code) {
        *sum = report.value[0].scalar.real;
        qdr_run_report_clear(&report);
    }
    qdr_program_destroy(program);
    return code;
}

/* Each element once, by the last rank fewer than by any other, and the sum; else an error. */
static int check(qdr_comm *comm, double sum, qdr_error *err)
{
    int64_t *by_rank = calloc((size_t)comm->size, sizeof *by_rank), all = 0, last = comm->size - 1;
    int code = by_rank ? qdr_comm_gather(comm, filled, by_rank, err)
                       : qdr_fail_memory(err, "counting");
    for (int rank = 0; rank <= last && !code; rank++) {
        all += by_rank[rank];
        if (rank != last && by_rank[rank] <= by_rank[last])
            code = qdr_fail(err, QDR_EFAIL, "rank %d took up %lld elements, the slow one %lld", rank,
                            (long long)by_rank[rank], (long long)by_rank[last]);
    }
    if (!code && (all != ELEMENTS || sum != expected_sum()))
        code = qdr_fail(err, QDR_EFAIL, "%lld of %d elements were taken up; the sum is %g, not %g",
                        (long long)all, ELEMENTS, sum, expected_sum());
    free(by_rank);
    return code;
}

static int run_through(qdr_comm *comm, double slow, qdr_error *err)
{
    double sum = 0, began = qdr_clock_seconds();
    const qdr_run_options options = {.threads = 1, .chunks = {1, {BLOCK}}};
    filled = 0;
    int code = run(comm, &options, &sum, err);
    double took = qdr_clock_seconds() - began;
    if (!code && comm->rank == 0)
        printf("%.2f\n", took / (TAKES * BLOCKS / (comm->size - 1 + 1 / slow)));
    return code ? code : check(comm, sum, err);
}

static int stop_and_go_on(qdr_comm *comm, qdr_error *err)
{
    double sum = 0;
    int ends[2];
    if (pipe(ends))
        return qdr_fail_errno(err, "pipe");
    qdr_run_options options = {.threads = 1, .chunks = {1, {BLOCK}}, .checkpoint = STATE,
                               .every = 1e9, .round = 3 * TAKES, .stop = ends[0],
                               .progress = wish_stop, .context = ends};
    filled = 0;
    int code = run(comm, &options, &sum, err);
    if (code != QDR_ESTOPPED)
        return code ? code : qdr_fail(err, QDR_EFAIL, "it was not stopped");
    *err = (qdr_error)QDR_ERROR_INIT;
    options.progress = NULL;
    options.stop = 0;
    code = run(comm, &options, &sum, err);
    close(ends[0]);
    close(ends[1]);
    return code ? code : check(comm, sum, err);
}

int main(int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_comm *comm = NULL;
    double slow = argc > 1 ? atof(argv[1]) : 3;
    int code = qdr_comm_start(&comm, &err);
    if (!code) {
        seconds_an_element = TAKES / BLOCK * (comm->rank == comm->size - 1 ? slow : 1);
        if (!run_through(comm, slow, &err))
            stop_and_go_on(comm, &err);
        code = qdr_comm_agree(comm, &err);
        if (comm->rank == 0) {
            unlink(STATE);
            unlink(STATE ".old");
        }
    }
    if (code && qdr_launch_rank() == 0)
        fprintf(stderr, "dealing: %s\n", err.text);
    qdr_comm_stop(comm, code);
    return code;
}
