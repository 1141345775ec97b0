/* From a program to the values of its results. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/arrays.h"
#include "engine/checkpoint.h"
#include "engine/finish.h"
#include "engine/merge.h"
#include "engine/parts.h"
#include "engine/state.h"
#include "exact/environment.h"

/* ---- one pass ------------------------------------------------------------------------------ */

/* What this run has not to do. */
static int find_skipped(qdr_running *r, const qdr_pass *pass)
{
    int code = QDR_OK;
    for (size_t i = 0; i < pass->space_count && !code; i++)
        code = qdr_intervals_add_all(&r->skip[i], &r->done[i], r->err);
    return code ? code : qdr_parts_skip(r, r->skip, r->err);
}

/* Room for what a pass takes up, unless the run was resumed in the middle of it. */
static int make_state(qdr_running *r, const qdr_pass *pass)
{
    if (!r->state)
        r->state = calloc(pass->words + 1, sizeof *r->state);
    return r->state ? QDR_OK : qdr_fail_memory(r->err, "starting a pass");
}

static int sweep(qdr_running *r, const qdr_pass *pass, const qdr_meeting *meeting)
{
    qdr_progress progress = {.pass = r->pass + 1, .passes = r->plan.pass_count};
    qdr_sweep *sweep;
    int code = qdr_sweep_create(r->comm, pass, &r->known, r->store, r->skip, r->report->threads,
                                &sweep, r->err);
    if (code)
        return code;
    code = qdr_sweep_run(sweep, r->options, meeting, &progress, r->err);
    if (!code) {
        r->report->bytes += (int64_t)qdr_sweep_cost(sweep).bytes;
        qdr_sweep_flush(sweep, r->state);
        code = qdr_merge(r->comm, pass, r->state, r->err);
    }
    qdr_sweep_destroy(sweep);
    return code;
}

/* Brings into memory what the passes from this one on will take up. Pieces are the same then, but for
 * those that are dealt anew. */
static int load(qdr_running *r, const qdr_meeting *meeting)
{
    qdr_intervals *none = calloc(r->spaces + 1, sizeof *none);
    if (!none)
        qdr_fail_memory(r->err, "loading");
    else
        find_skipped(r, &r->plan.pass[r->pass]);
    int code = qdr_comm_agree(r->comm, r->err);
    for (size_t i = r->pass; i < r->plan.pass_count && !code; i++) {
        qdr_progress progress = {.passes = r->plan.pass_count};
        qdr_sweep *sweep;
        code = qdr_sweep_create(r->comm, &r->plan.pass[i], &r->loading.known, NULL,
                                i == r->pass ? r->skip : none, r->report->threads, &sweep, r->err);
        if (!code)
            code = qdr_sweep_run(sweep, r->options, meeting, &progress, r->err);
        qdr_sweep_destroy(sweep);
    }
    free(none);
    return code;
}

/* Takes up what there is to take up in a pass. */
static int take_up(qdr_running *r, qdr_checkpoint *checkpoint)
{
    const qdr_pass *pass = &r->plan.pass[r->pass];
    qdr_meeting meeting = qdr_checkpoint_meeting(checkpoint);
    if (!make_state(r, pass) && !find_skipped(r, pass) && !qdr_finish_contexts(r, pass))
        qdr_arrays_begin(r, pass);
    int code = qdr_comm_agree(r->comm, r->err);
    return code ? code : sweep(r, pass, r->options->checkpoint ? &meeting : NULL);
}

/* ---- all of them, or a part ---------------------------------------------------------------- */

static int run_pass(qdr_running *r, qdr_checkpoint *checkpoint)
{
    const qdr_pass *pass = &r->plan.pass[r->pass];
    int code = take_up(r, checkpoint);
    if (!code)
        code = qdr_arrays_end(r, pass, r->state);
    if (!code)
        code = qdr_finish_pass(r, pass, r->state);
    qdr_running_forget(r);
    return code;
}

/* The passes from the one on that the run has come to. */
static int run_passes(qdr_running *r, qdr_checkpoint *checkpoint)
{
    int code = QDR_OK;
    while (r->pass < r->plan.pass_count && !code) {
        code = run_pass(r, checkpoint);
        r->pass++;
        if (!code)
            qdr_checkpoint_save(checkpoint, NULL);
    }
    if (!code)
        qdr_running_report(r);
    code = code ? code : qdr_comm_agree(r->comm, r->err);
    return code ? code : qdr_finish_results(r);
}

static int run_part(qdr_running *r, qdr_checkpoint *checkpoint)
{
    int code = take_up(r, checkpoint);
    if (!code && !qdr_parts_note(r, r->done, r->err) && !qdr_running_report(r) &&
        r->comm->rank == 0)
        qdr_state_report(r);
    code = code ? code : qdr_comm_agree(r->comm, r->err);
    if (!code)
        qdr_checkpoint_save(checkpoint, r->state);
    return code;
}

/* The elements in memory, if that is wanted, before the time is taken. */
static int load_first(qdr_running *r, qdr_checkpoint *checkpoint)
{
    double began = qdr_clock_seconds();
    if (!r->options->in_memory || r->pass == r->plan.pass_count)
        return QDR_OK;
    qdr_meeting meeting = qdr_checkpoint_stopping(checkpoint);
    int code = load(r, r->options->checkpoint ? &meeting : NULL);
    r->report->load_seconds = qdr_clock_seconds() - began;
    return code;
}

static int prepare(qdr_running *r, qdr_checkpoint *checkpoint)
{
    int code = qdr_checkpoint_open(checkpoint, r, r->err);
    if (!code)
        code = qdr_running_open(r);
    if (!code && r->options->part.count)
        code = qdr_parts_check(r, r->err);
    if (!code)
        code = qdr_checkpoint_resume(checkpoint, r->err);
    if (!code)
        code = qdr_arrays_publish_again(r);
    return code ? code : load_first(r, checkpoint);
}

static int run(qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
               qdr_run_report *report, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    *report = (qdr_run_report){.threads = options->threads ? options->threads : comm->cpus,
                               .parts = 1, .saving = QDR_ERROR_INIT, .checkpoint = QDR_ERROR_INIT};
    qdr_running r = {.comm = comm, .program = program, .options = options, .report = report,
                    .err = &failed};
    qdr_checkpoint checkpoint = {.failure = QDR_ERROR_INIT};
    int code = prepare(&r, &checkpoint);
    double began = qdr_clock_seconds();
    if (!code)
        code = options->part.count ? run_part(&r, &checkpoint) : run_passes(&r, &checkpoint);
    report->seconds = qdr_clock_seconds() - began;
    /* files that can't be written leave the results; a broken communicator leaves nothing */
    if (!code && qdr_saving_commit(comm, r.saving, &report->saving) && comm->broken) {
        failed = report->saving;
        code = failed.code;
    }
    if (!code && !checkpoint.saved)
        report->checkpoint = checkpoint.failure;
    qdr_checkpoint_close(&checkpoint);
    qdr_running_close(&r);
    if (code) {
        qdr_run_report_clear(report);
        *err = failed;
    }
    return code;
}

/* The threads that it starts have its environment. */
int qdr_run(qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
            qdr_run_report *report, qdr_error *err)
{
    fenv_t before = qdr_environment_enter_all();
    int code = run(comm, program, options, report, err);
    qdr_environment_leave_all(&before);
    return code;
}

void qdr_run_report_clear(qdr_run_report *report)
{
    for (size_t i = 0; i < report->value_count && report->value; i++)
        free(report->value[i].shown);
    free(report->value);
    free(report->digest);
    free(report->state);
    *report = (qdr_run_report){0};
}
