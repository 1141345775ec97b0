#include "expr/plan.h"

#include <stdlib.h>
#include <string.h>

#include "reduce/summary.h"

#define BLOCK 262144            /* elements of a block when nobody asks for blocks */
#define LINES_MOST 2097152      /* words of state that a reduction by axes may have to merge */

struct planner {
    const qdr_program *program;
    const qdr_plan_options *options;
    qdr_plan *plan;
    bool *wanted;  /* by node: results depend on it */
    bool *inlined; /* by node: a reduction that is evaluated where it is wanted */
    bool *stored;  /* by node: its elements are kept in memory, on every rank */
    bool *shown;   /* by node: it is an array result */
    bool *written; /* by node: it goes to a file */
    int *pass;     /* by node: the first pass in which it can be evaluated */
    qdr_error *err;
};

static int no_memory(struct planner *p)
{
    return qdr_fail_memory(p->err, "planning");
}

/* ---- what is stored and what is inlined ---------------------------------------------------- */

static void want(struct planner *p, const qdr_node *node)
{
    if (p->wanted[node->id])
        return;
    p->wanted[node->id] = true;
    for (int i = 0; i < node->operands; i++)
        want(p, node->operand[i]);
}

static bool has_few_outputs(const qdr_node *reduction)
{
    qdr_intake intake = qdr_intake_of(reduction);
    return intake.options.outputs <= LINES_MOST / (int64_t)intake.words;
}

/* Walks what is evaluated in the space of `root` and finds the reductions that can't be inlined
 * there, since they have another shape, or only a view of them is wanted. */
static void find_stored(struct planner *p, const qdr_node *node, const qdr_shape *space,
                        bool seen[])
{
    if (seen[node->id])
        return;
    seen[node->id] = true;
    if (node->kind == QDR_NODE_REDUCTION && !qdr_shape_equal(&node->shape, space))
        p->inlined[node->id] = false;
    if (node->kind == QDR_NODE_VIEW)
        p->inlined[node->operand[0]->id] = false;
    for (int i = 0; i < node->operands && node->kind == QDR_NODE_OPERATION; i++)
        find_stored(p, node->operand[i], space, seen);
}

static int choose_inlined(struct planner *p)
{
    const qdr_program *program = p->program;
    size_t size = (size_t)program->node_count * sizeof(bool);
    bool *seen = malloc(size + 1);
    if (!seen)
        return no_memory(p);
    for (int i = 0; i < program->node_count; i++) {
        const qdr_node *node = program->nodes[i];
        p->inlined[i] = node->kind == QDR_NODE_REDUCTION && node->shape.ndim > 0 &&
                              !has_few_outputs(node);
    }
    for (int i = 0; i < program->node_count; i++)
        if (p->wanted[i] && program->nodes[i]->kind == QDR_NODE_REDUCTION) {
            const qdr_node *node = program->nodes[i];
            memset(seen, 0, size);
            for (int k = 0; k < node->operands; k++)
                find_stored(p, node->operand[k], &node->operand[0]->shape, seen);
        }
    for (size_t i = 0; i < program->result_count; i++) {
        const qdr_node *root = program->results[i].node;
        memset(seen, 0, size);
        find_stored(p, root, &root->shape, seen);
    }
    for (size_t i = 0; i < program->save_count; i++) {
        const qdr_node *root = program->saves[i].node;
        memset(seen, 0, size);
        find_stored(p, root, &root->shape, seen);
    }
    free(seen);
    return QDR_OK;
}

/* Reductions by axes that are wanted later are stored. Arrays that are only results are shown and
 * written as they are made. */
static void choose_stored(struct planner *p)
{
    for (int i = 0; i < p->program->node_count; i++) {
        const qdr_node *node = p->program->nodes[i];
        p->stored[i] = p->wanted[i] && node->kind == QDR_NODE_REDUCTION &&
                             node->shape.ndim > 0 && !p->inlined[i];
    }
    for (size_t i = 0; i < p->program->result_count; i++) {
        const qdr_node *node = p->program->results[i].node;
        p->shown[node->id] = node->shape.ndim > 0;
    }
    for (size_t i = 0; i < p->program->save_count; i++)
        p->written[p->program->saves[i].node->id] = true;
}

/* Whether each element is wanted for itself, at the time it is made. */
static bool is_made(const struct planner *p, const qdr_node *node)
{
    return p->stored[node->id] || p->shown[node->id] || p->written[node->id];
}

/* The passes after whose last the value is there; 0 where it is evaluated at once. */
static int passes_of(const struct planner *p, const qdr_node *node)
{
    bool awaited = node->kind == QDR_NODE_REDUCTION && !p->inlined[node->id];
    return awaited && has_few_outputs(node) ? qdr_intake_of(node).passes : awaited;
}

static bool is_input(const struct planner *p, const qdr_node *node)
{
    for (size_t i = 0; p->options->digest && i < p->program->input_count; i++)
        if (p->program->inputs[i].node == node)
            return true;
    return false;
}

/* Numbers the passes: operands come before what uses them. */
static size_t count_passes(struct planner *p)
{
    size_t passes = 0;
    for (int i = 0; i < p->program->node_count; i++) {
        const qdr_node *node = p->program->nodes[i];
        for (int k = 0; k < node->operands; k++) {
            const qdr_node *operand = node->operand[k];
            int ready = p->pass[operand->id] + passes_of(p, operand);
            p->pass[i] = ready > p->pass[i] ? ready : p->pass[i];
        }
        int sweeps = p->wanted[i] ? passes_of(p, node) : 0;
        if (!sweeps)
            sweeps = (p->wanted[i] && is_made(p, node)) || is_input(p, node);
        if (sweeps && (size_t)(p->pass[i] + sweeps) > passes)
            passes = (size_t)(p->pass[i] + sweeps);
    }
    return passes;
}

/* ---- feeds --------------------------------------------------------------------------------- */

/* One more element behind `count` in an array of the arena, whose capacity is the next power of
 * two; NULL when memory runs out. */
static void *grow(struct planner *p, void *array, size_t *count, size_t size)
{
    char *grown = array;
    bool full = (*count & (*count - 1)) == 0; /* 0, 1, 2, 4, … */
    if (full) {
        grown = qdr_arena_take(&p->plan->arena, (*count ? 2 * *count : 1) * size);
        if (!grown) {
            no_memory(p);
            return NULL;
        }
        if (array)
            memcpy(grown, array, *count * size);
    }
    ++*count;
    return grown;
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

/* Whether the state that one feed makes holds what another wants. */
static bool serves(const qdr_feed *made, const qdr_feed *wanted)
{
    const qdr_accumulator *has = made->intake.accumulator, *wants = wanted->intake.accumulator;
    return made->kind == wanted->kind && qdr_intake_alike(&made->intake, &wanted->intake) &&
           (has == wants || (has && has->part == wants));
}

/* Adds a feed, unless there is one that serves; one that is a part of it is replaced by it. */
static int feed(struct planner *p, qdr_pass *pass, const qdr_feed *wanted)
{
    qdr_space *space = space_for(p, pass, wanted->intake.elements);
    if (!space)
        return p->err->code;
    for (size_t i = 0; i < space->feed_count; i++) {
        if (serves(&space->feed[i], wanted))
            return QDR_OK;
        if (serves(wanted, &space->feed[i])) {
            space->feed[i] = *wanted;
            return QDR_OK;
        }
    }
    space->feed = grow(p, space->feed, &space->feed_count, sizeof *space->feed);
    if (!space->feed)
        return p->err->code;
    space->feed[space->feed_count - 1] = *wanted;
    return QDR_OK;
}

static qdr_feed feed_of(const qdr_finishing *f)
{
    return (qdr_feed){.kind = f->intake.by_axes ? QDR_FEED_LINES : QDR_FEED_WHOLE,
                      .intake = f->intake,
                      .outputs = f->outputs};
}

static int finish_later(struct planner *p, qdr_pass *pass, const qdr_finishing *finishing)
{
    qdr_feed wanted = feed_of(finishing);
    int code = feed(p, pass, &wanted);
    if (code)
        return code;
    pass->finishing =
        grow(p, pass->finishing, &pass->finishing_count, sizeof *pass->finishing);
    if (!pass->finishing)
        return p->err->code;
    pass->finishing[pass->finishing_count - 1] = *finishing;
    return QDR_OK;
}

static int plan_node(struct planner *p, const qdr_node *node)
{
    qdr_pass *pass = &p->plan->pass[p->pass[node->id]];
    if (!p->wanted[node->id])
        return QDR_OK;
    if (passes_of(p, node) && has_few_outputs(node)) {
        qdr_finishing f = {.intake = qdr_intake_of(node)};
        int code = QDR_OK;
        f.outputs = f.intake.options.outputs;
        for (; f.step < f.intake.passes && !code; f.step++)
            code = finish_later(p, &pass[f.step], &f);
        return code;
    }
    if (!is_made(p, node))
        return QDR_OK;
    bool shown = p->shown[node->id];
    return feed(p, pass, &(qdr_feed){.kind = QDR_FEED_STORE,
                                     .intake = qdr_intake_store(node, shown), .outputs = shown});
}

/* Whether evaluating the node element by element reads the leaf. */
static bool reads(const qdr_node *node, const qdr_node *leaf, bool seen[])
{
    if (node == leaf || seen[node->id])
        return node == leaf;
    seen[node->id] = true;
    bool found = false;
    for (int i = 0; i < node->operands && node->kind == QDR_NODE_OPERATION && !found; i++)
        found = reads(node->operand[i], leaf, seen);
    return found;
}

static bool takes(const qdr_intake *intake, const qdr_node *leaf, bool seen[])
{
    const qdr_node *node[QDR_INTAKE_NODES];
    bool found = false;
    for (int i = qdr_intake_nodes(intake, node) - 1; i >= 0 && !found; i--)
        found = reads(node[i], leaf, seen);
    return found;
}

/* The first pass whose tiles are read from the input anyway; without one, the first. */
static size_t pass_reading(struct planner *p, const qdr_node *input, bool seen[])
{
    for (size_t i = 0; i < p->plan->pass_count; i++)
        for (size_t k = 0; k < p->plan->pass[i].space_count; k++) {
            const qdr_space *space = &p->plan->pass[i].space[k];
            memset(seen, 0, (size_t)p->program->node_count * sizeof *seen);
            for (size_t n = 0; n < space->feed_count; n++)
                if (space->feed[n].kind != QDR_FEED_LINES &&
                    qdr_shape_equal(&space->grid.shape, &input->shape) &&
                    takes(&space->feed[n].intake, input, seen))
                    return i;
        }
    return 0;
}

static int plan_digests(struct planner *p)
{
    bool *seen = malloc((size_t)p->program->node_count * sizeof *seen + 1);
    int code = seen ? QDR_OK : no_memory(p);
    for (size_t i = 0; p->options->digest && i < p->program->input_count && !code; i++) {
        const qdr_node *input = p->program->inputs[i].node;
        code = finish_later(p, &p->plan->pass[pass_reading(p, input, seen)],
                            &(qdr_finishing){.intake = qdr_intake_digest(input), .outputs = 1});
    }
    free(seen);
    return code;
}

/* ---- grids and states ---------------------------------------------------------------------- */

/* The blocks that --chunks asks for, or the first array of that shape with chunks=, or chosen. */
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
            node->leaf->chunks.ndim == shape->ndim && qdr_shape_equal(&node->shape, shape))
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

static void place_finishing(const qdr_pass *pass, qdr_finishing *finishing)
{
    qdr_feed wanted = feed_of(finishing);
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count; k++)
            if (serves(&pass->space[i].feed[k], &wanted)) {
                finishing->offset = pass->space[i].feed[k].offset;
                finishing->stride = pass->space[i].feed[k].intake.words;
            }
}

static void place_states(qdr_pass *pass)
{
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count; k++) {
            qdr_feed *f = &pass->space[i].feed[k];
            f->offset = pass->words;
            pass->words += f->intake.words * (size_t)f->outputs;
        }
    for (size_t i = 0; i < pass->finishing_count; i++)
        place_finishing(pass, &pass->finishing[i]);
}

static int plan_passes(struct planner *p)
{
    size_t passes = count_passes(p);
    bool asked = false;
    int code = QDR_OK;
    p->plan->pass = qdr_arena_take(&p->plan->arena, passes * sizeof *p->plan->pass);
    p->plan->pass_count = passes;
    if (!p->plan->pass)
        return no_memory(p);
    p->plan->kept = p->stored;
    for (int i = 0; i < p->program->node_count && !code; i++)
        code = plan_node(p, p->program->nodes[i]);
    if (!code)
        code = plan_digests(p);
    for (size_t i = 0; i < passes && !code; i++) {
        choose_grids(p, &p->plan->pass[i], &asked);
        place_states(&p->plan->pass[i]);
    }
    if (!code && p->options->chunks.ndim > 1 && !asked)
        code = qdr_fail(p->err, QDR_EUSAGE, "--chunks has %d extents, but no array has %d axes",
                        p->options->chunks.ndim, p->options->chunks.ndim);
    return code;
}

static int plan_all(struct planner *p)
{
    for (size_t i = 0; i < p->program->result_count; i++)
        want(p, p->program->results[i].node);
    for (size_t i = 0; i < p->program->save_count; i++)
        want(p, p->program->saves[i].node);
    int code = choose_inlined(p);
    if (code)
        return code;
    choose_stored(p);
    return plan_passes(p);
}

int qdr_plan_make(const qdr_program *program, const qdr_plan_options *options, qdr_plan *plan,
                  qdr_error *err)
{
    size_t nodes = (size_t)program->node_count + 1;
    *plan = (qdr_plan){0};
    struct planner p = {.program = program, .options = options, .plan = plan, .err = err};
    p.wanted = calloc(nodes, sizeof *p.wanted);
    p.inlined = calloc(nodes, sizeof *p.inlined);
    p.stored = qdr_arena_take(&plan->arena, nodes * sizeof *p.stored);
    p.shown = calloc(nodes, sizeof *p.shown);
    p.written = calloc(nodes, sizeof *p.written);
    p.pass = calloc(nodes, sizeof *p.pass);
    bool had = p.wanted && p.inlined && p.stored && p.shown && p.written && p.pass;
    int code = had ? plan_all(&p) : no_memory(&p);
    free(p.wanted);
    free(p.inlined);
    free(p.shown);
    free(p.written);
    free(p.pass);
    if (code)
        qdr_plan_clear(plan);
    return code;
}

void qdr_plan_clear(qdr_plan *plan)
{
    qdr_arena_clear(&plan->arena);
    *plan = (qdr_plan){0};
}
