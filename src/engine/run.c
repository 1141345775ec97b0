/* From a program to the values of its results. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/comm.h"
#include "engine/merge.h"
#include "engine/round.h"

struct run {
    qdr_comm *comm;
    const qdr_program *program;
    const qdr_run_options *options;
    qdr_run_report *report;
    qdr_plan plan;
    qdr_known known;
    qdr_error *err;
};

static void finish_digest(struct run *r, const qdr_leaf *leaf, const uint64_t *state)
{
    for (size_t i = 0; i < r->program->input_count; i++)
        if (r->program->inputs[i] == leaf)
            qdr_digest_text(state, qdr_source_dtype(leaf->source),
                            qdr_source_shape(leaf->source), r->report->digest[i]);
}

/* Every rank finishes for itself, from the same state. */
static int finish(struct run *r, const qdr_pass *pass, const uint64_t *state)
{
    int code = QDR_OK;
    for (size_t i = 0; i < pass->finishing_count && !code; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        if (f->reduction)
            code = f->reduction->reduction->finish(state + f->offset, f->operand->dtype,
                                                   &f->reduction->options,
                                                   &r->known.value[f->reduction->id], r->err);
        else
            finish_digest(r, f->operand->leaf, state + f->offset);
    }
    return code;
}

static int run_pass(struct run *r, size_t index, uint64_t *state)
{
    const qdr_pass *pass = &r->plan.pass[index];
    qdr_sweep *sweep;
    qdr_progress progress = {.pass = index + 1, .passes = r->plan.pass_count};
    int code = qdr_sweep_create(r->comm, pass, &r->known, r->report->threads, &sweep, r->err);
    if (code)
        return code;
    code = qdr_sweep_run(sweep, r->options, &progress, r->err);
    if (!code) {
        qdr_sweep_totals size = qdr_sweep_size(sweep);
        r->report->elements += size.elements;
        r->report->bytes += size.bytes;
        qdr_sweep_flush(sweep, state);
        code = qdr_merge(r->comm, pass, state, r->err);
    }
    qdr_sweep_destroy(sweep);
    return code ? code : finish(r, pass, state);
}

static int run_passes(struct run *r)
{
    int code = QDR_OK;
    for (size_t i = 0; i < r->plan.pass_count && !code; i++) {
        qdr_error failed = QDR_ERROR_INIT;
        uint64_t *state = calloc(r->plan.pass[i].words + 1, sizeof *state);
        if (!state)
            qdr_fail_memory(&failed, "starting a pass");
        code = qdr_comm_agree(r->comm, &failed);
        if (code)
            *r->err = failed;
        else
            code = run_pass(r, i, state);
        free(state);
    }
    return code;
}

static int evaluate_results(struct run *r)
{
    qdr_error failed = QDR_ERROR_INIT;
    int code = QDR_OK;
    for (size_t i = 0; i < r->program->result_count && !code; i++)
        code = qdr_machine_evaluate(r->program->results[i].node, &r->known, &r->report->value[i],
                                    &failed);
    code = qdr_comm_agree(r->comm, &failed);
    if (code)
        *r->err = failed;
    return code;
}

/* The grid of the largest array stands for all in the report. */
static void report_plan(struct run *r)
{
    int64_t largest = -1;
    r->report->passes = (int)r->plan.pass_count;
    for (size_t i = 0; i < r->plan.pass_count; i++)
        for (size_t k = 0; k < r->plan.pass[i].space_count; k++) {
            const qdr_grid *grid = &r->plan.pass[i].space[k].grid;
            int64_t count = qdr_shape_count(&grid->shape);
            if (count > largest) {
                largest = count;
                r->report->chunks = grid->block;
                r->report->blocks = grid->count;
            }
        }
}

static int allocate(struct run *r)
{
    const qdr_program *p = r->program;
    qdr_error failed = QDR_ERROR_INIT;
    r->known.value = calloc((size_t)p->node_count + 1, sizeof *r->known.value);
    r->report->value = calloc(p->result_count + 1, sizeof *r->report->value);
    r->report->digest = calloc(p->input_count + 1, sizeof *r->report->digest);
    if (!r->known.value || !r->report->value || !r->report->digest)
        qdr_fail_memory(&failed, "starting the run");
    if (!failed.code) {
        qdr_plan_options options = {.chunks = r->options->chunks, .digest = r->options->digest};
        qdr_plan_make(p, &options, &r->plan, &failed);
    }
    if (qdr_comm_agree(r->comm, &failed))
        *r->err = failed;
    return failed.code;
}

int qdr_run(qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
            qdr_run_report *report, qdr_error *err)
{
    *report = (qdr_run_report){.threads = options->threads ? options->threads : comm->cpus};
    struct run r = {.comm = comm, .program = program, .options = options, .report = report,
                    .err = err};
    int code = allocate(&r);
    double began = qdr_clock_seconds();
    if (!code) {
        report_plan(&r);
        code = run_passes(&r);
    }
    if (!code)
        code = evaluate_results(&r);
    report->seconds = qdr_clock_seconds() - began;
    qdr_plan_clear(&r.plan);
    free(r.known.value);
    if (code)
        qdr_run_report_clear(report);
    return code;
}

void qdr_run_report_clear(qdr_run_report *report)
{
    free(report->value);
    free(report->digest);
    *report = (qdr_run_report){0};
}
