/* A plan as lines for people. */
#include <stdio.h>

#include "base/bytes.h"
#include "base/number.h"
#include "engine/comm.h"
#include "engine/estimate.h"

#define EXPRESSION 120 /* bytes of one that are shown */

struct explanation {
    const qdr_program *program;
    const qdr_plan *plan;
    const qdr_loading *loading;
    int threads;
    qdr_bytes text;
};

/* What becomes of the elements of an array: ", shown, kept whole, written to r.npy". */
static void explain_array(struct explanation *e, const qdr_node *node)
{
    const qdr_program *p = e->program;
    char shown[512];
    if (qdr_tree_is_result(p, node))
        qdr_bytes_text(&e->text, ", shown");
    if (e->plan->kept[node->id])
        qdr_bytes_text(&e->text, ", kept whole");
    for (size_t i = 0; i < p->save_count; i++)
        if (p->saves[i].node == node)
            qdr_bytes_format(&e->text, ", written to %s",
                             qdr_escape(shown, sizeof shown, p->saves[i].path));
}

static void explain_node(struct explanation *e, const char *before, const qdr_node *node)
{
    qdr_bytes_format(&e->text, "    %s", before);
    qdr_node_print(&e->text, node, EXPRESSION);
    if (node->shape.ndim && !*before)
        explain_array(e, node);
    qdr_bytes_text(&e->text, "\n");
}

/* A reduction of several passes is begun in one and ended in another. */
static void explain_reduction(struct explanation *e, const qdr_finishing *f)
{
    char step[64] = "";
    if (f->intake.passes > 1)
        snprintf(step, sizeof step, "step %d of %d of ", f->step + 1, f->intake.passes);
    explain_node(e, step, f->intake.reduction);
}

/* One array that a pass goes over, and what it makes of its elements. */
static void explain_space(struct explanation *e, const qdr_pass *pass, const qdr_space *space)
{
    char shape[QDR_SHAPE_TEXT], block[QDR_SHAPE_TEXT];
    const qdr_grid *grid = &space->grid;
    qdr_bytes_format(&e->text, "  shape %s in %lld block%s of %s\n",
                     qdr_shape_text(shape, &grid->shape), (long long)grid->count,
                     grid->count == 1 ? "" : "s", qdr_shape_text(block, &grid->block));
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        if (!qdr_shape_equal(&f->intake.elements->shape, &grid->shape))
            continue;
        if (f->intake.reduction)
            explain_reduction(e, f);
        else
            explain_node(e, "the digest of ", f->intake.elements);
    }
    for (size_t k = 0; k < space->feed_count; k++)
        if (space->feed[k].kind == QDR_FEED_STORE)
            explain_node(e, "", space->feed[k].intake.elements);
}

static int explain_pass(struct explanation *e, size_t index, qdr_error *err)
{
    char bytes[QDR_NUMBER_TEXT];
    const qdr_pass *pass = &e->plan->pass[index];
    qdr_pass_estimate estimate;
    int code = qdr_estimate_pass(e->program, &e->loading->known, pass, e->threads, &estimate,
                                 err);
    if (code)
        return code;
    qdr_bytes_format(&e->text, "pass %zu of %zu, %s\n", index + 1, e->plan->pass_count,
                     qdr_number_bytes(bytes, estimate.bytes));
    for (size_t i = 0; i < pass->space_count; i++)
        explain_space(e, pass, &pass->space[i]);
    return QDR_OK;
}

static int explain_all(struct explanation *e, const qdr_comm *comm, const qdr_run_options *options,
                       qdr_error *err)
{
    char bytes[QDR_NUMBER_TEXT], need[QDR_NUMBER_TEXT], have[QDR_NUMBER_TEXT];
    qdr_error refused = QDR_ERROR_INIT;
    qdr_estimate estimate;
    uint64_t allowed = qdr_estimate_allowed(comm, options);
    int code = qdr_estimate_make(comm, e->program, e->plan, e->loading, options, &estimate, err);
    for (size_t i = 0; i < e->plan->pass_count && !code; i++)
        code = explain_pass(e, i, err);
    if (code)
        return code;
    if (options->in_memory)
        qdr_bytes_format(&e->text, "before that, %s a rank loaded or generated in memory\n",
                         qdr_number_bytes(bytes, (double)estimate.loaded));
    qdr_bytes_format(&e->text, "in all %s read or generated; %s a rank needed, %s allowed\n",
                     qdr_number_bytes(bytes, estimate.bytes),
                     qdr_number_bytes(need, (double)qdr_estimate_bytes(&estimate)),
                     qdr_number_bytes(have, (double)allowed));
    if (qdr_estimate_check(&estimate, allowed, &refused))
        qdr_bytes_format(&e->text, "it would be refused: %s\n", refused.text);
    return qdr_bytes_check(&e->text, err);
}

int qdr_explain(const qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
                char **text, qdr_error *err)
{
    qdr_plan plan;
    const qdr_plan_options wanted = {.chunks = options->chunks, .digest = options->digest};
    int code = qdr_plan_make(program, &wanted, &plan, err);
    if (code)
        return code;
    qdr_loading loading = {0};
    struct explanation e = {.program = program, .plan = &plan, .loading = &loading,
                            .threads = qdr_estimate_threads(comm, options)};
    code = qdr_loading_open(&loading, program, &plan, options->in_memory, err);
    if (!code)
        code = explain_all(&e, comm, options, err);
    qdr_loading_close(&loading);
    qdr_plan_clear(&plan);
    if (code)
        qdr_bytes_clear(&e.text);
    else
        *text = e.text.data;
    return code;
}
