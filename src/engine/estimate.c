#include "engine/estimate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "engine/round.h"

#define SHOWN 60 /* bytes of an expression in a message */

static void clear_known(qdr_known *known)
{
    free(known->value);
    free(known->array);
    free(known->context);
}

/* What is known when all passes are over: arrays that are never read, for compiling only. */
static int make_known(const qdr_program *program, const qdr_plan *plan, qdr_known *known,
                      qdr_error *err)
{
    static char nothing[QDR_ELEMENT_MOST];
    size_t nodes = (size_t)program->node_count + 1;
    known->value = calloc(nodes, sizeof *known->value);
    known->array = calloc(nodes, sizeof *known->array);
    known->context = calloc(nodes, sizeof *known->context);
    if (!known->value || !known->array || !known->context)
        return qdr_fail_memory(err, "estimating");
    for (int i = 0; i < program->node_count; i++)
        known->array[i] = plan->kept[i] ? nothing : NULL;
    return QDR_OK;
}

int qdr_estimate_space(const qdr_program *program, const qdr_plan *plan, const qdr_space *space,
                       qdr_cost *cost, qdr_error *err)
{
    qdr_known known = {0};
    qdr_space_code *code = NULL;
    int failed = make_known(program, plan, &known, err);
    if (!failed)
        failed = qdr_space_compile(&known, space, NULL, &code, err);
    if (!failed)
        *cost = qdr_space_cost(code);
    qdr_space_destroy(code);
    clear_known(&known);
    return failed;
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

int qdr_estimate_pass(const qdr_program *program, const qdr_plan *plan, size_t pass, int threads,
                      qdr_pass_estimate *estimate, qdr_error *err)
{
    const qdr_pass *p = &plan->pass[pass];
    qdr_known known = {0};
    /* a pass's state, and the one that is received to be merged with it */
    *estimate = (qdr_pass_estimate){.working = 2 * p->words * sizeof(uint64_t)};
    int code = make_known(program, plan, &known, err);
    for (size_t i = 0; i < p->space_count && !code; i++)
        code = add_space(program, &known, &p->space[i], threads, estimate, err);
    clear_known(&known);
    return code;
}

int qdr_estimate_make(const qdr_program *program, const qdr_plan *plan, int threads,
                      qdr_estimate *estimate, qdr_error *err)
{
    *estimate = (qdr_estimate){0};
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
        int code = qdr_estimate_pass(program, plan, i, threads, &pass, err);
        if (code)
            return code;
        estimate->bytes += pass.bytes;
        if (pass.working > estimate->working)
            estimate->working = pass.working;
    }
    return QDR_OK;
}

/* "10G": at least so many bytes, as --memory takes them. */
static void size_text(char text[QDR_NUMBER_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    size_t unit = 0;
    for (; bytes >= 1000; unit++)
        bytes = bytes / 1000 + (bytes % 1000 != 0);
    snprintf(text, QDR_NUMBER_TEXT, "%" PRIu64 "%s", bytes, units[unit]);
}

/* What most of it is for, and what would make it less. */
static void describe(const qdr_estimate *e, int threads, qdr_bytes *text)
{
    char most[QDR_NUMBER_TEXT], shape[QDR_SHAPE_TEXT];
    if (e->working > e->kept) {
        qdr_bytes_format(text, "%s of it for %d thread%s. Use %s",
                         qdr_number_bytes(most, (double)e->working), threads,
                         threads == 1 ? "" : "s", threads == 1 ? "" : "fewer, or ");
        return;
    }
    qdr_bytes_format(text, "%s of it for ",
                     qdr_number_bytes(most, (double)qdr_tree_bytes(e->largest)));
    qdr_node_print(text, e->largest, SHOWN);
    qdr_bytes_format(text, " of shape %s, which has to be kept whole. Use fewer ranks on a host, or ",
                     qdr_shape_text(shape, &e->largest->shape));
}

int qdr_estimate_check(const qdr_estimate *e, int threads, uint64_t allowed, qdr_error *err)
{
    char need[QDR_NUMBER_TEXT], have[QDR_NUMBER_TEXT], size[QDR_NUMBER_TEXT];
    uint64_t bytes = e->kept + e->working;
    if (bytes <= allowed)
        return QDR_OK;
    qdr_bytes text = {0};
    describe(e, threads, &text);
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
