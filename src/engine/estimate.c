#include "engine/estimate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "engine/comm.h"
#include "engine/round.h"

#define SHOWN 60 /* bytes of an expression in a message */

int qdr_estimate_space(const qdr_known *known, const qdr_space *space, qdr_cost *cost,
                       qdr_error *err)
{
    qdr_space_code *code;
    int failed = qdr_space_compile(known, space, NULL, &code, err);
    if (failed)
        return failed;
    *cost = qdr_space_cost(code);
    qdr_space_destroy(code);
    return QDR_OK;
}

/* A thread's room for the elements that it writes to files. */
static uint64_t piece_bytes(const qdr_program *program, const qdr_space *space)
{
    uint64_t bytes = 0;
    int64_t block = qdr_shape_count(&space->grid.block);
    for (size_t k = 0; k < space->feed_count; k++)
        for (size_t i = 0; i < program->save_count; i++)
            if (space->feed[k].kind == QDR_FEED_STORE &&
                space->feed[k].intake.elements == program->saves[i].node) {
                bytes += (uint64_t)(block < QDR_PIECE ? block : QDR_PIECE) *
                         qdr_dtype_size(space->feed[k].intake.elements->dtype);
                break;
            }
    return bytes;
}

static int add_space(const qdr_program *program, const qdr_known *known, const qdr_space *space,
                     int threads, qdr_pass_estimate *estimate, qdr_error *err)
{
    qdr_space_code *code;
    int failed = qdr_space_compile(known, space, NULL, &code, err);
    if (failed)
        return failed;
    double count = (double)qdr_shape_count(&space->grid.shape);
    estimate->bytes += count * qdr_space_cost(code).bytes;
    estimate->working += (uint64_t)threads * (qdr_space_memory(code) + piece_bytes(program, space));
    qdr_space_destroy(code);
    return QDR_OK;
}

int qdr_estimate_pass(const qdr_program *program, const qdr_known *known, const qdr_pass *pass,
                      int threads, qdr_pass_estimate *estimate, qdr_error *err)
{
    int code = QDR_OK;
    /* a pass's state, and the one that is received to be merged with it */
    *estimate = (qdr_pass_estimate){.working = 2 * pass->words * sizeof(uint64_t)};
    for (size_t i = 0; i < pass->space_count && !code; i++)
        code = add_space(program, known, &pass->space[i], threads, estimate, err);
    return code;
}

int qdr_estimate_threads(const qdr_comm *comm, const qdr_run_options *options)
{
    return options->threads ? options->threads : comm->cpus;
}

uint64_t qdr_estimate_allowed(const qdr_comm *comm, const qdr_run_options *options)
{
    return options->memory ? options->memory : comm->memory;
}

uint64_t qdr_estimate_bytes(const qdr_estimate *e)
{
    return e->kept + e->working + e->loaded;
}

static int count_loaded(const qdr_comm *comm, const qdr_plan *plan, const qdr_loading *loading,
                        const qdr_run_options *options, uint64_t *loaded, qdr_error *err)
{
    int64_t bytes = 0;
    int code = options->in_memory
                   ? qdr_loading_count(loading, comm, plan, &options->part, &bytes, err)
                   : QDR_OK;
    *loaded = (uint64_t)bytes;
    return code;
}

int qdr_estimate_make(const qdr_comm *comm, const qdr_program *program, const qdr_plan *plan,
                      const qdr_loading *loading, const qdr_run_options *options,
                      qdr_estimate *estimate, qdr_error *err)
{
    *estimate = (qdr_estimate){.threads = qdr_estimate_threads(comm, options)};
    for (int i = 0; i < program->node_count; i++) {
        const qdr_node *node = program->nodes[i];
        if (!plan->kept[i])
            continue;
        estimate->kept += qdr_tree_bytes(node);
        if (!estimate->largest || qdr_tree_bytes(node) > qdr_tree_bytes(estimate->largest))
            estimate->largest = node;
    }
    for (size_t i = 0; i < plan->pass_count; i++) {
        qdr_pass_estimate pass;
        int code = qdr_estimate_pass(program, &loading->known, &plan->pass[i], estimate->threads,
                                     &pass, err);
        if (code)
            return code;
        estimate->bytes += pass.bytes;
        if (pass.working > estimate->working)
            estimate->working = pass.working;
    }
    return count_loaded(comm, plan, loading, options, &estimate->loaded, err);
}

/* "10G": at least so many bytes, as --memory takes them. */
static void size_text(char text[QDR_NUMBER_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        bytes = bytes / 1000 + (bytes % 1000 != 0);
    snprintf(text, QDR_NUMBER_TEXT, "%" PRIu64 "%s", bytes, units[unit]);
}

/* What most of it is for, and what would make it less. */
static void describe(const qdr_estimate *e, qdr_bytes *text)
{
    char most[QDR_NUMBER_TEXT], shape[QDR_SHAPE_TEXT];
    if (e->loaded > e->kept && e->loaded > e->working) {
        qdr_bytes_format(text, "%s of it to have all elements in memory. Use more ranks on more "
                               "hosts, leave --in-memory out, or use ",
                         qdr_number_bytes(most, (double)e->loaded));
        return;
    }
    if (e->working > e->kept) {
        qdr_bytes_format(text, "%s of it for %d thread%s. Use %s",
                         qdr_number_bytes(most, (double)e->working), e->threads,
                         e->threads == 1 ? "" : "s", e->threads == 1 ? "" : "fewer, or ");
        return;
    }
    qdr_bytes_format(text, "%s of it for ",
                     qdr_number_bytes(most, (double)qdr_tree_bytes(e->largest)));
    qdr_node_print(text, e->largest, SHOWN);
    qdr_bytes_format(text, " of shape %s, which has to be kept whole. Use fewer ranks on a host, or ",
                     qdr_shape_text(shape, &e->largest->shape));
}

int qdr_estimate_check(const qdr_estimate *e, uint64_t allowed, qdr_error *err)
{
    char need[QDR_NUMBER_TEXT], have[QDR_NUMBER_TEXT], size[QDR_NUMBER_TEXT];
    uint64_t bytes = qdr_estimate_bytes(e);
    if (bytes <= allowed)
        return QDR_OK;
    qdr_bytes text = {0};
    describe(e, &text);
    size_text(size, bytes);
    int code = qdr_bytes_check(&text, err);
    if (!code)
        code = qdr_fail(err, QDR_EREFUSED,
                        "%s a rank are needed, %s are allowed; %s--memory %s.",
                        qdr_number_bytes(need, (double)bytes),
                        qdr_number_bytes(have, (double)allowed), text.data, size);
    qdr_bytes_clear(&text);
    return code;
}
