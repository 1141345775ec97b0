#include "expr/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "expr/lines.h"

struct qdr_space_code {
    const qdr_space *space;
    qdr_machine *machine; /* for the operands of feeds that are no lines */
    size_t *first;        /* by feed: the index in the machine of the first of its nodes */
    qdr_lines **lines;    /* by feed; NULL for other feeds */
    const qdr_store **store; /* by feed; NULL for other feeds */
    bool tiles;              /* whether any feed is no lines */
    const qdr_known *known;
};

static int compile(qdr_space_code *c, const qdr_known *known, const qdr_store *stores,
                   qdr_error *err)
{
    const qdr_space *space = c->space;
    const qdr_node **nodes = malloc((QDR_INTAKE_NODES * space->feed_count + 1) * sizeof *nodes);
    size_t count = 0;
    int code = nodes ? QDR_OK : qdr_fail_memory(err, "compiling the expression");
    for (size_t i = 0; i < space->feed_count && !code; i++) {
        const qdr_feed *f = &space->feed[i];
        if (f->kind == QDR_FEED_LINES) {
            code = qdr_lines_compile(known, &f->intake, &c->lines[i], err);
            continue;
        }
        c->store[i] =
            f->kind == QDR_FEED_STORE && stores ? &stores[f->intake.elements->id] : NULL;
        c->first[i] = count;
        count += (size_t)qdr_intake_nodes(&f->intake, nodes + count);
        c->tiles = true;
    }
    if (!code)
        code = qdr_machine_compile(known, &space->grid.shape, nodes, count, &c->machine, err);
    free(nodes);
    return code;
}

int qdr_space_compile(const qdr_known *known, const qdr_space *space, const qdr_store *stores,
                      qdr_space_code **code, qdr_error *err)
{
    qdr_space_code *c = *code = calloc(1, sizeof *c);
    if (!c)
        return qdr_fail_memory(err, "compiling the expression");
    c->space = space;
    c->known = known;
    c->first = calloc(space->feed_count + 1, sizeof *c->first);
    c->lines = calloc(space->feed_count + 1, sizeof *c->lines);
    c->store = calloc(space->feed_count + 1, sizeof *c->store);
    int failed = c->first && c->lines && c->store
                     ? compile(c, known, stores, err)
                     : qdr_fail_memory(err, "compiling the expression");
    if (failed) {
        qdr_space_destroy(c);
        *code = NULL;
    }
    return failed;
}

void qdr_space_destroy(qdr_space_code *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->space->feed_count && c->lines; i++)
        qdr_lines_destroy(c->lines[i]);
    qdr_machine_destroy(c->machine);
    free(c->first);
    free(c->lines);
    free(c->store);
    free(c);
}

qdr_cost qdr_space_cost(const qdr_space_code *c)
{
    qdr_cost cost = qdr_machine_cost(c->machine);
    double count = (double)qdr_shape_count(&c->space->grid.shape);
    for (size_t i = 0; i < c->space->feed_count; i++)
        if (c->lines[i] && count > 0) {
            qdr_cost line = qdr_lines_cost(c->lines[i]);
            cost.bytes += line.bytes * (double)c->space->feed[i].outputs / count;
        }
    return cost;
}

size_t qdr_space_memory(const qdr_space_code *c)
{
    size_t bytes = qdr_machine_memory(c->machine);
    for (size_t i = 0; i < c->space->feed_count; i++) {
        const qdr_feed *f = &c->space->feed[i];
        if (f->intake.accumulator)
            bytes += f->intake.words * (size_t)f->outputs * sizeof(uint64_t) +
                     f->intake.accumulator->work;
        if (c->lines[i])
            bytes += qdr_lines_memory(c->lines[i], (size_t)f->outputs);
    }
    return bytes;
}

int qdr_space_load(const qdr_space_code *c, const qdr_box *box, int64_t *wanted, qdr_error *err)
{
    int code = c->tiles ? qdr_machine_load(c->machine, box, wanted, err) : QDR_OK;
    for (size_t i = 0; i < c->space->feed_count && !code; i++)
        if (c->lines[i])
            code = qdr_lines_load(c->lines[i], NULL, box, wanted, err);
    return code;
}

/* ---- workers ------------------------------------------------------------------------------- */

struct qdr_worker {
    const qdr_space_code *code;
    qdr_evaluator *evaluator;
    uint64_t **state;       /* by feed; NULL without an accumulator */
    void **work;            /* by feed; NULL where none is needed */
    qdr_line_worker **line; /* by feed; NULL for what is no lines */
    void *room[2];          /* for what of a tile counts, and for canonical elements */
    char **piece;           /* by feed: room for the elements of a box, when they go to a file */
    int64_t *piece_count;   /* by feed: for how many elements there is room */
};

static int start(qdr_worker *w, qdr_error *err)
{
    const qdr_space *space = w->code->space;
    w->state = calloc(space->feed_count + 1, sizeof *w->state);
    w->work = calloc(space->feed_count + 1, sizeof *w->work);
    w->line = calloc(space->feed_count + 1, sizeof *w->line);
    for (int i = 0; i < 2; i++)
        w->room[i] = malloc(QDR_TILE * QDR_ELEMENT_MOST);
    w->piece = calloc(space->feed_count + 1, sizeof *w->piece);
    w->piece_count = calloc(space->feed_count + 1, sizeof *w->piece_count);
    if (!w->state || !w->work || !w->line || !w->room[0] || !w->room[1] || !w->piece ||
        !w->piece_count)
        return qdr_fail_memory(err, "starting a thread");
    for (size_t i = 0; i < space->feed_count; i++) {
        const qdr_feed *f = &space->feed[i];
        if (!f->intake.accumulator)
            continue;
        w->state[i] = calloc(f->intake.words * (size_t)f->outputs + 1, sizeof(uint64_t));
        if (f->kind == QDR_FEED_WHOLE && f->intake.accumulator->work)
            w->work[i] = calloc(1, f->intake.accumulator->work);
        if (!w->state[i] ||
            (f->kind == QDR_FEED_WHOLE && f->intake.accumulator->work && !w->work[i]))
            return qdr_fail_memory(err, "starting a thread");
        if (f->kind == QDR_FEED_LINES &&
            qdr_line_worker_create(w->code->lines[i], (size_t)f->outputs, &w->line[i], err))
            return err->code;
    }
    return qdr_evaluator_create(w->code->machine, &w->evaluator, err);
}

int qdr_worker_create(const qdr_space_code *code, qdr_worker **worker, qdr_error *err)
{
    *worker = calloc(1, sizeof **worker);
    if (!*worker)
        return qdr_fail_memory(err, "starting a thread");
    (*worker)->code = code;
    int failed = start(*worker, err);
    if (failed) {
        qdr_worker_destroy(*worker);
        *worker = NULL;
    }
    return failed;
}

void qdr_worker_destroy(qdr_worker *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->code->space->feed_count; i++) {
        if (w->state)
            free(w->state[i]);
        if (w->work)
            free(w->work[i]);
        if (w->line)
            qdr_line_worker_destroy(w->line[i]);
        if (w->piece)
            free(w->piece[i]);
    }
    qdr_evaluator_destroy(w->evaluator);
    free(w->state);
    free(w->work);
    free(w->line);
    for (int i = 0; i < 2; i++)
        free(w->room[i]);
    free(w->piece);
    free(w->piece_count);
    free(w);
}

static const uint64_t *context_of(const qdr_space_code *c, const qdr_feed *f)
{
    return f->intake.context ? c->known->context[f->intake.reduction->id] : NULL;
}

/* Makes room for a piece of each store that is written to files. */
static int make_room(qdr_worker *w, const qdr_box *piece, qdr_error *err)
{
    int64_t count = qdr_box_count(piece);
    for (size_t i = 0; i < w->code->space->feed_count; i++) {
        const qdr_store *store = w->code->store[i];
        if (!store || !store->file || count <= w->piece_count[i])
            continue;
        free(w->piece[i]);
        w->piece[i] = malloc((size_t)count * qdr_dtype_size(store->dtype));
        w->piece_count[i] = w->piece[i] ? count : 0;
        if (!w->piece[i])
            return qdr_fail_memory(err, "writing an array");
    }
    return QDR_OK;
}

static int write_piece(qdr_worker *w, const qdr_box *piece, qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < w->code->space->feed_count && !code; i++)
        if (w->piece[i])
            code = qdr_store_write(w->code->store[i], piece, w->piece[i], err);
    return code;
}

/* Makes the tile one of canonical elements, which are the worker's. */
static void canonise(qdr_worker *w, qdr_tile *tile)
{
    memcpy(w->room[0], tile->elements, tile->count * qdr_dtype_size(tile->dtype));
    qdr_dtype_canonise(tile->dtype, w->room[0], (int64_t)tile->count);
    tile->elements = w->room[0];
}

static int run_tile(qdr_worker *w, const qdr_box *piece, const qdr_box *box, qdr_error *err)
{
    const qdr_space_code *c = w->code;
    int code = qdr_evaluator_run(w->evaluator, box, err);
    for (size_t i = 0; i < c->space->feed_count && !code; i++) {
        const qdr_feed *f = &c->space->feed[i];
        if (f->kind == QDR_FEED_LINES)
            continue;
        const void *value[QDR_INTAKE_NODES];
        const qdr_node *node[QDR_INTAKE_NODES];
        for (int k = qdr_intake_nodes(&f->intake, node) - 1; k >= 0; k--)
            value[k] = qdr_evaluator_elements(w->evaluator, c->first[i] + (size_t)k);
        qdr_tile tile = {.dtype = node[0]->dtype, .count = (size_t)qdr_box_count(box),
                         .shape = &c->space->grid.shape, .box = box,
                         .context = context_of(c, f)};
        size_t count = qdr_intake_select(&f->intake, value, w->room, &tile);
        if (f->kind == QDR_FEED_STORE) {
            canonise(w, &tile);
            qdr_store_put(c->store[i], &tile, piece, w->piece[i]);
        }
        if (f->intake.accumulator && count)
            f->intake.accumulator->update(w->state[i], w->work[i], &tile);
    }
    return code;
}

static int run_tiles(qdr_worker *w, const qdr_box *box, qdr_error *err)
{
    qdr_grid tiles;
    qdr_shape shape = qdr_box_shape(box), tile = qdr_machine_tile(w->code->machine, box);
    qdr_grid_init(&tiles, &shape, &tile);
    int code = make_room(w, box, err);
    for (int64_t i = 0; i < tiles.count && !code; i++) {
        qdr_box part;
        qdr_grid_box(&tiles, box, i, &part);
        code = run_tile(w, box, &part, err);
    }
    return code ? code : write_piece(w, box, err);
}

/* All the lines of a feed. */
static qdr_box all_outputs(const qdr_feed *f)
{
    qdr_box box = {.ndim = 0};
    const qdr_shape *shape = &f->intake.elements->shape;
    for (int i = 0; i < shape->ndim; i++)
        if (!(f->intake.axes >> i & 1))
            box.extent[box.ndim++] = shape->extent[i];
    return box;
}

/* Whether the piece was all read from files as they are. */
static int check(const qdr_space_code *c, qdr_error *err)
{
    int code = qdr_machine_check(c->machine, err);
    for (size_t i = 0; i < c->space->feed_count && !code; i++)
        if (c->lines[i])
            code = qdr_lines_check(c->lines[i], err);
    return code;
}

int qdr_worker_run(qdr_worker *w, const qdr_box *box, qdr_error *err)
{
    const qdr_space *space = w->code->space;
    int code = w->code->tiles ? run_tiles(w, box, err) : QDR_OK;
    for (size_t i = 0; i < space->feed_count && !code; i++)
        if (w->line[i]) {
            qdr_box outputs = all_outputs(&space->feed[i]);
            code = qdr_lines_run(w->line[i], box, &outputs, w->state[i],
                                 context_of(w->code, &space->feed[i]), err);
        }
    return code ? code : check(w->code, err);
}

void qdr_worker_flush(qdr_worker *w, uint64_t *state)
{
    for (size_t i = 0; i < w->code->space->feed_count; i++) {
        const qdr_feed *f = &w->code->space->feed[i];
        if (!f->intake.accumulator)
            continue;
        const qdr_accumulator *a = f->intake.accumulator;
        size_t words = f->intake.words;
        if (w->work[i])
            a->flush(w->state[i], w->work[i]);
        if (w->line[i])
            qdr_lines_flush(w->line[i], (size_t)f->outputs, w->state[i]);
        for (size_t k = 0; k < (size_t)f->outputs; k++)
            a->merge(state + f->offset + k * words, w->state[i] + k * words);
        memset(w->state[i], 0, words * (size_t)f->outputs * sizeof(uint64_t));
    }
}
