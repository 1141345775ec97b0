#include "expr/plan.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 1048576 /* elements of a block when nobody asks for blocks */

struct planner {
    const qdr_program *program;
    const qdr_plan_options *options;
    qdr_plan *plan;
    bool *wanted; /* by node: results depend on it */
    qdr_error *err;
};

static void want(struct planner *p, const qdr_node *node)
{
    if (p->wanted[node->id])
        return;
    p->wanted[node->id] = true;
    for (int i = 0; i < node->operands; i++)
        want(p, node->operand[i]);
}

/* One more element behind `count` in an array of the arena, whose capacity is the next power of
 * two; NULL when memory runs out. */
static void *grow(struct planner *p, void *array, size_t *count, size_t size)
{
    char *old = array;
    bool full = (*count & (*count - 1)) == 0; /* 0, 1, 2, 4, … */
    if (full) {
        char *larger = qdr_arena_take(&p->plan->arena, (*count ? 2 * *count : 1) * size);
        if (!larger) {
            qdr_fail_memory(p->err, "planning");
            return NULL;
        }
        if (old)
            memcpy(larger, old, *count * size);
        old = larger;
    }
    ++*count;
    return old;
}

static qdr_space *space_for(struct planner *p, qdr_pass *pass, const qdr_node *operand)
{
    for (size_t i = 0; i < pass->space_count; i++)
        if (qdr_shape_equal(&pass->space[i].grid.shape, &operand->shape))
            return &pass->space[i];
    pass->space = grow(p, pass->space, &pass->space_count, sizeof *pass->space);
    if (!pass->space)
        return NULL;
    qdr_space *space = &pass->space[pass->space_count - 1];
    *space = (qdr_space){.grid.shape = operand->shape};
    return space;
}

/* Feeds an accumulator, or one that holds it, and tells where its state will be. */
static int feed(struct planner *p, qdr_pass *pass, const qdr_node *operand,
                const qdr_accumulator *accumulator)
{
    qdr_space *space = space_for(p, pass, operand);
    if (!space)
        return p->err->code;
    for (size_t i = 0; i < space->feed_count; i++) {
        qdr_feed *f = &space->feed[i];
        if (f->operand != operand)
            continue;
        if (f->accumulator == accumulator || f->accumulator->part == accumulator)
            return QDR_OK;
        if (accumulator->part == f->accumulator) {
            f->accumulator = accumulator;
            return QDR_OK;
        }
    }
    space->feed = grow(p, space->feed, &space->feed_count, sizeof *space->feed);
    if (!space->feed)
        return p->err->code;
    space->feed[space->feed_count - 1] = (qdr_feed){operand, accumulator, 0};
    return QDR_OK;
}

static int finish_later(struct planner *p, qdr_pass *pass, const qdr_finishing *finishing)
{
    int code = feed(p, pass, finishing->operand, finishing->accumulator);
    if (code)
        return code;
    pass->finishing =
        grow(p, pass->finishing, &pass->finishing_count, sizeof *pass->finishing);
    if (!pass->finishing)
        return p->err->code;
    pass->finishing[pass->finishing_count - 1] = *finishing;
    return QDR_OK;
}

/* An input's digest is taken in the first pass: where it is read anyway, or by itself. */
static bool is_input(const struct planner *p, const qdr_node *node)
{
    return p->options->digest && node->kind == QDR_NODE_LEAF && !node->leaf->text;
}

static int plan_node(struct planner *p, const qdr_node *node)
{
    if (!p->wanted[node->id])
        return QDR_OK;
    if (node->kind == QDR_NODE_REDUCTION)
        return finish_later(p, &p->plan->pass[node->pass],
                            &(qdr_finishing){.operand = node->operand[0],
                                             .accumulator = node->reduction->accumulator,
                                             .reduction = node});
    if (is_input(p, node))
        return finish_later(
            p, &p->plan->pass[0],
            &(qdr_finishing){.operand = node, .accumulator = &qdr_digest_accumulator});
    return QDR_OK;
}

/* The blocks that --chunks asks for, or the first array of that shape with chunks=; else *chosen. */
static qdr_shape blocks_for(struct planner *p, const qdr_shape *shape, bool *asked)
{
    qdr_shape chunks = p->options->chunks;
    if (chunks.ndim == 1)
        for (; chunks.ndim < shape->ndim; chunks.ndim++)
            chunks.extent[chunks.ndim] = chunks.extent[0];
    if (chunks.ndim && chunks.ndim == shape->ndim) {
        *asked = true;
        return chunks;
    }
    for (int i = 0; i < p->program->node_count; i++) {
        const qdr_node *node = p->program->nodes[i];
        if (p->wanted[i] && node->kind == QDR_NODE_LEAF && node->leaf->chunks.ndim &&
            qdr_shape_equal(&node->shape, shape))
            return node->leaf->chunks;
    }
    return qdr_grid_contiguous(shape, BLOCK);
}

static void choose_grids(struct planner *p, qdr_pass *pass, bool *asked)
{
    for (size_t i = 0; i < pass->space_count; i++) {
        qdr_shape shape = pass->space[i].grid.shape, blocks = blocks_for(p, &shape, asked);
        qdr_grid_init(&pass->space[i].grid, &shape, &blocks);
    }
}

static size_t offset_of(const qdr_pass *pass, const qdr_finishing *finishing)
{
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count; k++) {
            const qdr_feed *f = &pass->space[i].feed[k];
            if (f->operand == finishing->operand &&
                (f->accumulator == finishing->accumulator ||
                 f->accumulator->part == finishing->accumulator))
                return f->offset;
        }
    return pass->words; /* not reached: every finishing has been fed */
}

static void place_states(qdr_pass *pass)
{
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count; k++) {
            qdr_feed *f = &pass->space[i].feed[k];
            f->offset = pass->words;
            pass->words += f->accumulator->words;
        }
    for (size_t i = 0; i < pass->finishing_count; i++)
        pass->finishing[i].offset = offset_of(pass, &pass->finishing[i]);
}

static int plan_all(struct planner *p)
{
    const qdr_program *program = p->program;
    size_t passes = 0;
    bool asked = false;
    int code = QDR_OK;
    for (size_t i = 0; i < program->result_count; i++)
        want(p, program->results[i].node);
    for (int i = 0; i < program->node_count; i++) {
        const qdr_node *node = program->nodes[i];
        bool sweeps = p->wanted[i] && (node->kind == QDR_NODE_REDUCTION || is_input(p, node));
        if (sweeps && (size_t)node->pass >= passes)
            passes = (size_t)node->pass + 1;
    }
    p->plan->pass = qdr_arena_take(&p->plan->arena, passes * sizeof *p->plan->pass);
    p->plan->pass_count = passes;
    if (!p->plan->pass)
        return qdr_fail_memory(p->err, "planning");
    for (int i = 0; i < program->node_count && !code; i++)
        code = plan_node(p, program->nodes[i]);
    for (size_t i = 0; i < passes && !code; i++) {
        choose_grids(p, &p->plan->pass[i], &asked);
        place_states(&p->plan->pass[i]);
    }
    if (!code && p->options->chunks.ndim > 1 && !asked)
        code = qdr_fail(p->err, QDR_EUSAGE, "--chunks has %d extents, but no array has %d axes",
                        p->options->chunks.ndim, p->options->chunks.ndim);
    return code;
}

int qdr_plan_make(const qdr_program *program, const qdr_plan_options *options, qdr_plan *plan,
                  qdr_error *err)
{
    *plan = (qdr_plan){0};
    struct planner p = {.program = program, .options = options, .plan = plan, .err = err};
    p.wanted = calloc((size_t)program->node_count + 1, sizeof *p.wanted);
    int code = p.wanted ? plan_all(&p) : qdr_fail_memory(err, "planning");
    free(p.wanted);
    if (code)
        qdr_plan_clear(plan);
    return code;
}

void qdr_plan_clear(qdr_plan *plan)
{
    qdr_arena_clear(&plan->arena);
    *plan = (qdr_plan){0};
}
