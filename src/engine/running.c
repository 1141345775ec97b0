#include "engine/running.h"

#include <stdlib.h>

#include "engine/estimate.h"

/* Refuses what a rank must not begin. What is left is for elements in memory. */
static void check_memory(qdr_running *r)
{
    qdr_estimate estimate;
    uint64_t allowed = qdr_estimate_allowed(r->comm, r->options);
    if (qdr_loading_open(&r->loading, r->program, &r->plan, r->options->in_memory, r->err) ||
        qdr_estimate_make(r->comm, r->program, &r->plan, &r->loading, r->options, &estimate,
                          r->err) ||
        qdr_estimate_check(&estimate, allowed, r->err))
        return;
    atomic_store(&r->loading.left,
                 (int64_t)(allowed - qdr_estimate_bytes(&estimate) + estimate.loaded));
    r->known.source = r->loading.known.source;
}

static int make_plan(qdr_running *r)
{
    qdr_plan_options options = {.chunks = r->options->chunks, .digest = r->options->digest};
    if (qdr_plan_make(r->program, &options, &r->plan, r->err))
        return r->err->code;
    for (size_t i = 0; i < r->plan.pass_count; i++)
        if (r->plan.pass[i].space_count > r->spaces)
            r->spaces = r->plan.pass[i].space_count;
    r->done = calloc(r->spaces + 1, sizeof *r->done);
    r->skip = calloc(r->spaces + 1, sizeof *r->skip);
    if (!r->done || !r->skip)
        return qdr_fail_memory(r->err, "starting the run");
    check_memory(r);
    return r->err->code;
}

static int allocate(qdr_running *r)
{
    const qdr_program *p = r->program;
    size_t nodes = (size_t)p->node_count + 1;
    r->known.value = calloc(nodes, sizeof *r->known.value);
    r->known.array = calloc(nodes, sizeof *r->known.array);
    r->known.context = calloc(nodes, sizeof *r->known.context);
    r->store = calloc(nodes, sizeof *r->store);
    r->summary = calloc(nodes, sizeof *r->summary);
    r->report->value = calloc(p->result_count + 1, sizeof *r->report->value);
    r->report->digest = calloc(p->input_count + 1, sizeof *r->report->digest);
    r->report->value_count = p->result_count;
    if (!r->known.value || !r->known.array || !r->known.context || !r->store || !r->summary ||
        !r->report->value || !r->report->digest)
        qdr_fail_memory(r->err, "starting the run");
    return qdr_comm_agree(r->comm, r->err);
}

int qdr_running_open(qdr_running *r)
{
    int code = allocate(r);
    if (code)
        return code;
    make_plan(r);
    code = qdr_comm_agree(r->comm, r->err);
    return code ? code : qdr_saving_begin(r->comm, r->program, &r->saving, r->err);
}

/* The grid of the largest array stands for all in the report. */
static void report_grids(qdr_running *r)
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

/* Adds what was taken up of a space, of whose pieces these are done; NULL stands for all. */
static int report_space(qdr_running *r, const qdr_space *space, const qdr_intervals *done)
{
    qdr_cost element;
    bool all = !done || qdr_intervals_size(done) == qdr_space_pieces(space);
    int64_t count = all ? qdr_shape_count(&space->grid.shape) : qdr_space_elements(space, done);
    int code = qdr_estimate_space(&r->loading.known, space, &element, r->err);
    if (!code)
        r->report->elements += (int64_t)((double)count * element.elements);
    return code;
}

int qdr_running_report(qdr_running *r)
{
    int code = QDR_OK;
    report_grids(r);
    for (size_t i = 0; i <= r->pass && i < r->plan.pass_count; i++)
        for (size_t k = 0; k < r->plan.pass[i].space_count && !code; k++)
            code = report_space(r, &r->plan.pass[i].space[k], i < r->pass ? NULL : &r->done[k]);
    return code;
}

bool qdr_running_stores(const qdr_running *r)
{
    for (size_t i = 0; i < r->plan.pass_count; i++)
        for (size_t k = 0; k < r->plan.pass[i].space_count; k++)
            for (size_t n = 0; n < r->plan.pass[i].space[k].feed_count; n++)
                if (r->plan.pass[i].space[k].feed[n].kind == QDR_FEED_STORE)
                    return true;
    return false;
}

void qdr_running_forget(qdr_running *r)
{
    for (size_t i = 0; i < r->spaces && r->done; i++)
        qdr_intervals_clear(&r->done[i]);
    for (size_t i = 0; i < r->spaces && r->skip; i++)
        qdr_intervals_clear(&r->skip[i]);
    free(r->state);
    r->state = NULL;
}

void qdr_running_close(qdr_running *r)
{
    for (int i = 0; i < r->program->node_count; i++) {
        if (r->known.array)
            free(r->known.array[i]);
        if (r->known.context)
            free(r->known.context[i]);
        if (r->store) {
            free(r->store[i].kept);
            free(r->store[i].shown);
        }
    }
    qdr_running_forget(r);
    free(r->done);
    free(r->skip);
    free(r->known.value);
    free(r->known.array);
    free(r->known.context);
    free(r->store);
    free(r->summary);
    qdr_loading_close(&r->loading);
    qdr_saving_destroy(r->saving);
    qdr_plan_clear(&r->plan);
}
