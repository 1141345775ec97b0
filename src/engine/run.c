/* From a program to the values of its results. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/checkpoint.h"
#include "engine/estimate.h"
#include "engine/merge.h"

static void finish_digest(qdr_running *r, const qdr_node *input, const uint64_t *state)
{
    for (size_t i = 0; i < r->program->input_count; i++)
        if (r->program->inputs[i].node == input)
            qdr_digest_text(state, input->dtype, &input->shape, r->report->digest[i]);
}

static size_t array_bytes(qdr_dtype dtype, const qdr_shape *shape)
{
    return (size_t)qdr_shape_count(shape) * qdr_dtype_size(dtype);
}

/* An array of zeros and whole words. */
static int make_array(qdr_dtype dtype, const qdr_shape *shape, void **array, qdr_error *err)
{
    *array = calloc(array_bytes(dtype, shape) / 8 + 1, 8);
    return *array ? QDR_OK : qdr_fail_memory(err, "keeping an array");
}

/* ---- arrays that are made in a pass -------------------------------------------------------- */

/* Makes the store of a node, which has no elements yet. */
static int open_store(qdr_running *r, const qdr_node *node)
{
    qdr_store *s = &r->store[node->id];
    s->dtype = node->dtype;
    s->shape = node->shape;
    s->shown_shape = qdr_store_shown(&node->shape, QDR_REPORTED);
    s->file = qdr_saving_files(r->saving, node);
    return qdr_tree_is_result(r->program, node)
               ? make_array(s->dtype, &s->shown_shape, &s->shown, r->err)
               : QDR_OK;
}

static int make_store(qdr_running *r, const qdr_feed *feed, const uint64_t *state)
{
    (void)state;
    qdr_store *s = &r->store[feed->intake.elements->id];
    int code = open_store(r, feed->intake.elements);
    if (!code && r->plan.kept[feed->intake.elements->id])
        code = make_array(s->dtype, &s->shape, &s->kept, r->err);
    return code;
}

/* Makes the ranks' parts of what is kept and shown one. What is kept is known from now on. */
static int join_store(qdr_running *r, const qdr_feed *feed, const uint64_t *state)
{
    const qdr_node *node = feed->intake.elements;
    qdr_store *s = &r->store[node->id];
    int code = QDR_OK;
    if (s->kept)
        code = qdr_merge_array(r->comm, s->kept, qdr_tree_bytes(node), r->err);
    if (s->shown && !code)
        code = qdr_merge_array(r->comm, s->shown, array_bytes(s->dtype, &s->shown_shape), r->err);
    if (feed->intake.accumulator)
        qdr_summary_finish(state + feed->offset, node->dtype, &node->shape,
                           &r->summary[node->id]);
    r->known.array[node->id] = s->kept;
    s->kept = NULL;
    return code;
}

/* Calls `with` for everything that the pass stores, until one fails. */
static int for_stores(qdr_running *r, const qdr_pass *pass, const uint64_t *state,
                      int (*with)(qdr_running *, const qdr_feed *, const uint64_t *))
{
    int code = QDR_OK;
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count && !code; k++)
            if (pass->space[i].feed[k].kind == QDR_FEED_STORE)
                code = with(r, &pass->space[i].feed[k], state);
    return code;
}

/* ---- reductions that a pass has finished --------------------------------------------------- */

/* Shows and writes an array that every rank has. */
static int publish(qdr_running *r, const qdr_node *node, const void *array)
{
    uint64_t state[QDR_SUMMARY_WORDS] = {0};
    qdr_box whole = qdr_box_whole(&node->shape);
    qdr_tile tile = {.dtype = node->dtype, .elements = array,
                     .count = (size_t)qdr_shape_count(&node->shape), .shape = &node->shape,
                     .box = &whole};
    const qdr_store *store = &r->store[node->id];
    int code = open_store(r, node);
    if (code || (!store->shown && !store->file))
        return code;
    if (tile.count)
        qdr_summary_accumulator.update(state, NULL, &tile);
    qdr_summary_finish(state, node->dtype, &node->shape, &r->summary[node->id]);
    qdr_store_put(store, &tile, NULL, NULL);
    return r->comm->rank == 0 ? qdr_store_write(store, &whole, array, r->err) : QDR_OK;
}

/* The values of a reduction, one after the other: of its outputs, and where those are arrays, first
 * the first of each. */
static int put_values(qdr_running *r, const qdr_finishing *f, const uint64_t *states, size_t stride)
{
    const qdr_node *node = f->intake.reduction;
    size_t size = qdr_dtype_size(node->dtype), width = node->width ? (size_t)node->width : 1;
    qdr_scalar *value = calloc(width, sizeof *value);
    char *array = NULL;
    int code = value ? QDR_OK : qdr_fail_memory(r->err, "finishing a reduction");
    if (node->shape.ndim && !code)
        code = make_array(node->dtype, &node->shape, (void **)&array, r->err);
    for (size_t i = 0; i < (size_t)f->outputs && !code; i++) {
        code = node->reduction->finish(states + i * stride, f->intake.elements->dtype,
                                       &f->intake.options, value, r->err);
        for (size_t k = 0; k < width && array && !code; k++)
            memcpy(array + (k * (size_t)f->outputs + i) * size, value[k].words, size);
    }
    if (!code)
        r->known.value[node->id] = value[0];
    r->known.array[node->id] = array;
    free(value);
    return array && !code ? publish(r, node, array) : code;
}

static int finish_reduction(qdr_running *r, const qdr_finishing *f, const uint64_t *states)
{
    const qdr_intake *in = &f->intake;
    uint64_t *context = r->known.context[in->reduction->id];
    if (!in->context)
        return put_values(r, f, states, f->stride);
    for (size_t i = 0; i < (size_t)f->outputs; i++)
        in->accumulator->advance(context + i * in->context, states + i * f->stride,
                                 in->elements->dtype, &in->options);
    return f->step + 1 < in->passes ? QDR_OK : put_values(r, f, context, in->context);
}

/* Every rank finishes for itself, from the same state; memory and files alone can make a
 * difference. */
static int finish(qdr_running *r, const qdr_pass *pass, const uint64_t *state)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        if (!f->intake.reduction)
            finish_digest(r, f->intake.elements, state + f->offset);
        else if (finish_reduction(r, f, state + f->offset))
            break;
    }
    return qdr_comm_agree(r->comm, r->err);
}

/* What a context starts with; the bounds of the elements are known by now. */
static int begin_context(qdr_running *r, const qdr_intake *in, uint64_t *context)
{
    qdr_scalar bounds[2];
    for (int i = 0; i < 2 && in->bounds; i++)
        if (qdr_machine_evaluate(in->bounds[i], &r->known, &bounds[i], r->err))
            return r->err->code;
    return in->accumulator->begin(context, in->elements->dtype, &in->options,
                                  in->bounds ? bounds : NULL, r->err);
}

static int make_contexts(qdr_running *r, const qdr_pass *pass)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        size_t words = f->intake.context * (size_t)f->outputs;
        if (f->step || !words)
            continue;
        uint64_t **context = &r->known.context[f->intake.reduction->id];
        *context = calloc(words, sizeof **context);
        if (!*context)
            return qdr_fail_memory(r->err, "starting a pass");
        for (int64_t k = 0; k < f->outputs && f->intake.accumulator->begin; k++)
            if (begin_context(r, &f->intake, *context + (size_t)k * f->intake.context))
                return r->err->code;
    }
    return QDR_OK;
}

/* ---- passes -------------------------------------------------------------------------------- */

static int sweep_over(qdr_running *r, const qdr_pass *pass, const qdr_meeting *meeting,
                      qdr_progress *progress)
{
    qdr_sweep *sweep;
    int code = qdr_sweep_create(r->comm, pass, &r->known, r->store, r->done, r->report->threads,
                                &sweep, r->err);
    if (code)
        return code;
    code = qdr_sweep_run(sweep, r->options, meeting, progress, r->err);
    if (!code) {
        qdr_cost cost = qdr_sweep_cost(sweep);
        r->report->elements += (int64_t)cost.elements;
        r->report->bytes += (int64_t)cost.bytes;
        qdr_sweep_flush(sweep, r->state);
        code = qdr_merge(r->comm, pass, r->state, r->err);
    }
    qdr_sweep_destroy(sweep);
    return code;
}

/* Room for what a pass takes up, unless the run was resumed in the middle of it. */
static int make_state(qdr_running *r, const qdr_pass *pass)
{
    if (!r->state)
        r->state = calloc(pass->words + 1, sizeof *r->state);
    return r->state ? QDR_OK : qdr_fail_memory(r->err, "starting a pass");
}

static void forget_pass(qdr_running *r)
{
    for (size_t i = 0; r->done && r->pass < r->plan.pass_count &&
                       i < r->plan.pass[r->pass].space_count; i++)
        qdr_intervals_clear(&r->done[i]);
    free(r->state);
    r->state = NULL;
}

static int run_pass(qdr_running *r, const qdr_meeting *meeting)
{
    const qdr_pass *pass = &r->plan.pass[r->pass];
    qdr_progress progress = {.pass = r->pass + 1, .passes = r->plan.pass_count};
    if (!make_state(r, pass) && !make_contexts(r, pass))
        for_stores(r, pass, r->state, make_store);
    int code = qdr_comm_agree(r->comm, r->err);
    if (!code)
        code = sweep_over(r, pass, meeting, &progress);
    if (!code)
        code = for_stores(r, pass, r->state, join_store);
    if (!code)
        code = finish(r, pass, r->state);
    forget_pass(r);
    return code;
}

/* The passes from the one on that the run has come to. */
static int run_passes(qdr_running *r, qdr_checkpoint *checkpoint)
{
    qdr_meeting meeting = qdr_checkpoint_meeting(checkpoint);
    int code = QDR_OK;
    while (r->pass < r->plan.pass_count && !code) {
        code = run_pass(r, r->options->checkpoint ? &meeting : NULL);
        r->pass++;
        if (!code)
            qdr_checkpoint_save(checkpoint);
    }
    return code;
}

/* What is shown of an array, and what is told of it. Two results may be one array. */
static int report_array(qdr_running *r, const qdr_node *node, qdr_result_value *value)
{
    const qdr_store *s = &r->store[node->id];
    const qdr_summary *summary = &r->summary[node->id];
    value->shown_shape = s->shown_shape;
    value->min = summary->min;
    value->max = summary->max;
    memcpy(value->digest, summary->digest, sizeof value->digest);
    int code = make_array(s->dtype, &s->shown_shape, &value->shown, r->err);
    if (!code)
        memcpy(value->shown, s->shown, array_bytes(s->dtype, &s->shown_shape));
    return code;
}

/* Numbers are evaluated from what is known. */
static int evaluate_results(qdr_running *r)
{
    for (size_t i = 0; i < r->program->result_count && !r->err->code; i++) {
        const qdr_node *node = r->program->results[i].node;
        qdr_result_value *value = &r->report->value[i];
        value->scalar.dtype = node->dtype;
        if (node->shape.ndim == 0)
            qdr_machine_evaluate(node, &r->known, &value->scalar, r->err);
        else
            report_array(r, node, value);
    }
    return qdr_comm_agree(r->comm, r->err);
}

/* The grid of the largest array stands for all in the report. */
static void report_plan(qdr_running *r)
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

/* Refuses what a rank must not begin. */
static void check_memory(qdr_running *r)
{
    qdr_estimate estimate;
    uint64_t allowed = r->options->memory ? r->options->memory : qdr_comm_memory(r->comm);
    int threads = r->report->threads;
    if (!qdr_estimate_make(r->program, &r->plan, threads, &estimate, r->err))
        qdr_estimate_check(&estimate, threads, allowed, r->err);
}

/* A run that stores elements while they are made has more than its state to lose. */
static int check_checkpoint(qdr_running *r)
{
    for (size_t i = 0; i < r->plan.pass_count && r->options->checkpoint; i++)
        for (size_t k = 0; k < r->plan.pass[i].space_count; k++)
            for (size_t n = 0; n < r->plan.pass[i].space[k].feed_count; n++)
                if (r->plan.pass[i].space[k].feed[n].kind == QDR_FEED_STORE)
                    return qdr_fail(r->err, QDR_EUSAGE,
                                    "there is no checkpoint of an array that is a result, saved or "
                                    "broadcast back; reduce it, or leave --checkpoint out");
    return QDR_OK;
}

static int make_plan(qdr_running *r, const qdr_shape *chunks)
{
    size_t most = 0;
    qdr_plan_options options = {.chunks = *chunks, .digest = r->options->digest};
    if (qdr_plan_make(r->program, &options, &r->plan, r->err))
        return r->err->code;
    for (size_t i = 0; i < r->plan.pass_count; i++)
        most = r->plan.pass[i].space_count > most ? r->plan.pass[i].space_count : most;
    r->done = calloc(most + 1, sizeof *r->done);
    if (!r->done)
        return qdr_fail_memory(r->err, "starting the run");
    check_memory(r);
    return r->err->code ? r->err->code : check_checkpoint(r);
}

/* Array results that a pass before has finished are shown again. */
static int publish_again(qdr_running *r)
{
    for (size_t i = 0; i < r->pass; i++)
        for (size_t k = 0; k < r->plan.pass[i].finishing_count && !r->err->code; k++) {
            const qdr_node *node = r->plan.pass[i].finishing[k].intake.reduction;
            if (node && r->known.array[node->id])
                publish(r, node, r->known.array[node->id]);
        }
    return qdr_comm_agree(r->comm, r->err);
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

static int prepare(qdr_running *r, qdr_checkpoint *checkpoint)
{
    int code = allocate(r);
    if (!code)
        code = qdr_checkpoint_open(checkpoint, r, r->err);
    if (code)
        return code;
    make_plan(r, &checkpoint->chunks);
    code = qdr_comm_agree(r->comm, r->err);
    if (!code)
        code = qdr_saving_begin(r->comm, r->program, &r->saving, r->err);
    if (!code)
        code = qdr_checkpoint_resume(checkpoint, r->err);
    return code ? code : publish_again(r);
}

static void clear(qdr_running *r)
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
    forget_pass(r);
    free(r->done);
    free(r->known.value);
    free(r->known.array);
    free(r->known.context);
    free(r->store);
    free(r->summary);
    qdr_saving_destroy(r->saving);
    qdr_plan_clear(&r->plan);
}

int qdr_run(qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
            qdr_run_report *report, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    *report = (qdr_run_report){.threads = options->threads ? options->threads : comm->cpus,
                               .saving = QDR_ERROR_INIT, .checkpoint = QDR_ERROR_INIT};
    qdr_running r = {.comm = comm, .program = program, .options = options, .report = report,
                    .err = &failed};
    qdr_checkpoint checkpoint = {.failure = QDR_ERROR_INIT};
    int code = prepare(&r, &checkpoint);
    double began = qdr_clock_seconds();
    if (!code)
        report_plan(&r);
    if (!code)
        code = run_passes(&r, &checkpoint);
    if (!code)
        code = evaluate_results(&r);
    report->seconds = qdr_clock_seconds() - began;
    /* files that can't be written leave the results; a broken communicator leaves nothing */
    if (!code && qdr_saving_commit(comm, r.saving, &report->saving) && comm->broken) {
        failed = report->saving;
        code = failed.code;
    }
    if (!code && !checkpoint.saved)
        report->checkpoint = checkpoint.failure;
    qdr_checkpoint_close(&checkpoint);
    clear(&r);
    if (code) {
        qdr_run_report_clear(report);
        *err = failed;
    }
    return code;
}

void qdr_run_report_clear(qdr_run_report *report)
{
    for (size_t i = 0; i < report->value_count && report->value; i++)
        free(report->value[i].shown);
    free(report->value);
    free(report->digest);
    *report = (qdr_run_report){0};
}
