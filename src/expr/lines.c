#include "expr/lines.h"

#include <stdlib.h>
#include <string.h>

#include "array/strided.h"
#include "reduce/abreast.h"

#define BUFFER 65536 /* elements, of several lines */
#define WIDE 512     /* lines that are gathered together when they are not contiguous themselves */
#define SHORT 256    /* elements of a line that is better taken up abreast than on its own */
#define BESIDE 64    /* lines that are, whatever their length, when they lie side by side */

_Static_assert(QDR_TILE <= QDR_PANEL, "a tile is a panel");

struct qdr_lines {
    qdr_intake intake;
    const qdr_node *node[QDR_INTAKE_NODES]; /* of the intake */
    int node_count;
    qdr_machine *machine;
    int kept[QDR_MAX_DIMS], kept_count; /* axes of the operand, in order */
    int reduced[QDR_MAX_DIMS], reduced_count;
    qdr_shape line; /* extents of the reduced axes */
    const qdr_abreast *abreast; /* the way that lines are taken up abreast; NULL when they are not */
};

struct qdr_line_worker {
    const qdr_lines *lines;
    qdr_evaluator *evaluator;
    char *buffer[QDR_INTAKE_NODES]; /* lines of the intake's nodes */
    void *work;       /* of the accumulator; NULL where it needs none */
    uint64_t *states, *contexts; /* of one tile's lines, for finishing */
    qdr_scalar *values;          /* of one line */
    void *held; /* what is held abreast; NULL where nothing is; then a tile's states are empty
                   whenever it is not finished */
    bool failed[QDR_PANEL]; /* of a panel's lines */
};

/* How many kept axes there are behind the last of the reduced ones: those of lines side by side. */
static int axes_beside(const qdr_lines *l)
{
    int last = l->reduced_count ? l->reduced[l->reduced_count - 1] : -1;
    return l->reduced_count + l->kept_count - 1 - last;
}

/* Whether lines are to be taken up abreast: all elements count, and those of a panel follow each
 * other in its tile. */
static bool goes_abreast(const qdr_lines *l)
{
    const qdr_intake *in = &l->intake;
    const qdr_abreast *a = in->accumulator->abreast;
    if (!a || !a->takes(in->elements->dtype) || l->node_count > 1 || in->skips || !l->reduced_count)
        return false;
    int64_t beside = 1;
    for (int i = l->kept_count - axes_beside(l); i < l->kept_count; i++)
        beside *= in->elements->shape.extent[l->kept[i]];
    int between = l->reduced[l->reduced_count - 1] - l->reduced[0] + 1 - l->reduced_count;
    return !between && (qdr_shape_count(&l->line) <= SHORT || beside >= BESIDE);
}

int qdr_lines_compile(const qdr_known *known, const qdr_intake *intake, qdr_lines **lines,
                      qdr_error *err)
{
    const qdr_shape *shape = &intake->elements->shape;
    qdr_lines *l = *lines = calloc(1, sizeof *l);
    if (!l)
        return qdr_fail_memory(err, "compiling the expression");
    l->intake = *intake;
    l->node_count = qdr_intake_nodes(intake, l->node);
    for (int i = 0; i < shape->ndim; i++) {
        if (intake->axes >> i & 1) {
            l->line.extent[l->line.ndim++] = shape->extent[i];
            l->reduced[l->reduced_count++] = i;
        } else {
            l->kept[l->kept_count++] = i;
        }
    }
    l->abreast = goes_abreast(l) ? intake->accumulator->abreast : NULL;
    int code = qdr_machine_compile(known, shape, l->node, (size_t)l->node_count, &l->machine, err);
    if (code) {
        qdr_lines_destroy(l);
        *lines = NULL;
    }
    return code;
}

void qdr_lines_destroy(qdr_lines *l)
{
    if (!l)
        return;
    qdr_machine_destroy(l->machine);
    free(l);
}

qdr_cost qdr_lines_cost(const qdr_lines *l)
{
    double length = (double)qdr_shape_count(&l->line);
    qdr_cost element = qdr_machine_cost(l->machine);
    return (qdr_cost){length * element.elements, length * element.bytes};
}

int qdr_lines_check(const qdr_lines *l, qdr_error *err)
{
    return qdr_machine_check(l->machine, err);
}

/* Lines that are finished together: those of a tile. */
static size_t tile_lines(const qdr_lines *l)
{
    int64_t outputs = l->intake.options.outputs;
    return outputs < QDR_TILE ? (size_t)outputs : QDR_TILE;
}

size_t qdr_lines_memory(const qdr_lines *l, size_t outputs)
{
    size_t bytes = l->abreast ? l->abreast->size(outputs) : 0;
    for (int i = 0; i < l->node_count; i++)
        bytes += BUFFER * qdr_dtype_size(l->node[i]->dtype);
    return bytes + l->intake.accumulator->work + qdr_machine_memory(l->machine) +
           tile_lines(l) * (l->intake.words + l->intake.context) * sizeof(uint64_t);
}

/* Values of one line. */
static int width_of(const qdr_lines *l)
{
    const qdr_node *r = l->intake.reduction;
    return r && r->width ? r->width : 1;
}

int qdr_line_worker_create(const qdr_lines *lines, size_t outputs, qdr_line_worker **worker,
                           qdr_error *err)
{
    qdr_line_worker *w = *worker = calloc(1, sizeof *w);
    if (!w)
        return qdr_fail_memory(err, "starting a thread");
    w->lines = lines;
    const qdr_accumulator *a = lines->intake.accumulator;
    bool had = true;
    for (int i = 0; i < lines->node_count; i++) {
        w->buffer[i] = malloc(BUFFER * qdr_dtype_size(lines->node[i]->dtype));
        had &= w->buffer[i] != NULL;
    }
    w->work = a->work ? calloc(1, a->work) : NULL;
    w->states = calloc(tile_lines(lines) * lines->intake.words + 1, sizeof *w->states);
    w->contexts = malloc(tile_lines(lines) * lines->intake.context * sizeof *w->contexts + 1);
    w->values = malloc((size_t)width_of(lines) * sizeof *w->values);
    w->held = lines->abreast ? malloc(lines->abreast->size(outputs)) : NULL;
    had &= w->states && w->contexts && w->values && (w->held || !lines->abreast);
    if (w->held)
        lines->abreast->clear(w->held, outputs, lines->intake.elements->dtype);
    int code = had && (w->work || !a->work)
                   ? qdr_evaluator_create(lines->machine, &w->evaluator, err)
                   : qdr_fail_memory(err, "starting a thread");
    if (code) {
        qdr_line_worker_destroy(w);
        *worker = NULL;
    }
    return code;
}

void qdr_line_worker_destroy(qdr_line_worker *w)
{
    if (!w)
        return;
    qdr_evaluator_destroy(w->evaluator);
    for (int i = 0; i < QDR_INTAKE_NODES; i++)
        free(w->buffer[i]);
    free(w->work);
    free(w->states);
    free(w->contexts);
    free(w->values);
    free(w->held);
    free(w);
}

/* ---- gathering ----------------------------------------------------------------------------- */

/* Some axes of a box as a box of their own, and back. */
static qdr_box take_axes(const qdr_box *box, const int axis[], int count)
{
    qdr_box some = {.ndim = count};
    for (int i = 0; i < count; i++) {
        some.start[i] = box->start[axis[i]];
        some.extent[i] = box->extent[axis[i]];
    }
    return some;
}

static void put_axes(qdr_box *box, const int axis[], const qdr_box *some)
{
    for (int i = 0; i < some->ndim; i++) {
        box->start[axis[i]] = some->start[i];
        box->extent[axis[i]] = some->extent[i];
    }
}

static void grid_over(qdr_grid *grid, const qdr_box *box, int64_t most)
{
    qdr_shape shape = qdr_box_shape(box), block = qdr_grid_contiguous(&shape, most);
    qdr_grid_init(grid, &shape, &block);
}

/* Puts the elements of a node in a tile of the group into its buffer; stride is by axis. */
static void put_tile(qdr_line_worker *w, int node, const qdr_box *group, const qdr_box *tile,
                     const int64_t stride[])
{
    size_t size = qdr_dtype_size(w->lines->node[node]->dtype);
    const char *from = qdr_evaluator_elements(w->evaluator, (size_t)node);
    int last = tile->ndim - 1;
    int64_t at[QDR_MAX_DIMS] = {0}, n = tile->extent[last];
    for (bool more = true; more;) {
        int64_t to = 0;
        for (int i = 0; i <= last; i++)
            to += (tile->start[i] - group->start[i] + at[i]) * stride[i];
        qdr_copy_strided(size, w->buffer[node] + (size_t)to * size, stride[last], from, 1, n);
        from += (size_t)n * size;
        more = false;
        for (int i = last - 1; i >= 0 && !more; i--) {
            more = ++at[i] < tile->extent[i];
            at[i] = more ? at[i] : 0;
        }
    }
}

/* Fills the buffers with the lines of a group, each a run of `length` elements; a number has one
 * element. */
static int gather(qdr_line_worker *w, const qdr_box *group, int64_t length, qdr_error *err)
{
    const qdr_lines *l = w->lines;
    int64_t stride[QDR_MAX_DIMS], along = 1, across = length;
    for (int i = l->reduced_count - 1; i >= 0; i--) {
        stride[l->reduced[i]] = along;
        along *= group->extent[l->reduced[i]];
    }
    for (int i = l->kept_count - 1; i >= 0; i--) {
        stride[l->kept[i]] = across;
        across *= group->extent[l->kept[i]];
    }
    qdr_grid tiles;
    qdr_shape shape = qdr_box_shape(group), tile = qdr_machine_tile(l->machine, group);
    qdr_grid_init(&tiles, &shape, &tile);
    for (int64_t i = 0; i < tiles.count; i++) {
        qdr_box part;
        qdr_grid_box(&tiles, group, i, &part);
        int code = qdr_evaluator_run(w->evaluator, &part, err);
        if (code)
            return code;
        for (int k = 0; k < l->node_count; k++) {
            if (l->node[k]->shape.ndim)
                put_tile(w, k, group, &part, stride);
            else
                memcpy(w->buffer[k], qdr_evaluator_elements(w->evaluator, (size_t)k),
                       qdr_dtype_size(l->node[k]->dtype));
        }
    }
    return QDR_OK;
}

/* Updates the states of the gathered lines. */
static void take_up(qdr_line_worker *w, const qdr_box *kept, const qdr_box *along,
                    const qdr_box *outputs, uint64_t *states, const uint64_t *contexts)
{
    const qdr_lines *l = w->lines;
    const qdr_accumulator *a = l->intake.accumulator;
    size_t length = (size_t)qdr_box_count(along), line = 0;
    qdr_shape shape = qdr_box_shape(outputs);
    qdr_box within = *kept;
    for (int i = 0; i < within.ndim; i++)
        within.start[i] -= outputs->start[i];
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, &shape, &within); more; more = qdr_runs_next(&runs))
        for (int64_t i = 0; i < runs.length; i++, line++) {
            size_t output = (size_t)(runs.position + i);
            uint64_t *state = states + output * l->intake.words;
            qdr_tile tile = {.dtype = l->intake.elements->dtype, .count = length,
                             .shape = &l->line, .box = along};
            if (contexts)
                tile.context = contexts + output * l->intake.context;
            void *at[QDR_INTAKE_NODES] = {NULL};
            for (int k = 0; k < l->node_count; k++)
                at[k] = l->node[k]->shape.ndim
                            ? w->buffer[k] + line * length * qdr_dtype_size(l->node[k]->dtype)
                            : w->buffer[k];
            if (!qdr_intake_select(&l->intake, (const void *const *)at, at, &tile))
                continue;
            a->update(state, w->work, &tile);
            if (a->flush)
                a->flush(state, w->work);
        }
}

/* Moves a line of the panel that failed, the i-th, to its state: what is held of it, and its part
 * in the panel. */
static void take_apart(qdr_line_worker *w, size_t line, const qdr_panel *panel, size_t i,
                       uint64_t *state)
{
    const qdr_accumulator *a = w->lines->intake.accumulator;
    size_t size = qdr_dtype_size(panel->dtype);
    const char *from = panel->elements;
    qdr_copy_strided(size, w->buffer[0], 1, from + (panel->across ? i : i * panel->length) * size,
                     panel->across ? (int64_t)panel->stride : 1, (int64_t)panel->length);
    w->lines->abreast->flush(w->held, line, state);
    a->update(state, w->work, &(qdr_tile){.dtype = panel->dtype, .elements = w->buffer[0],
                                          .count = panel->length, .shape = &w->lines->line});
    if (a->flush)
        a->flush(state, w->work);
}

/* Takes up the tile that was evaluated last: panels of lines whose outputs follow each other. */
static void take_up_abreast(qdr_line_worker *w, const qdr_box *tile, const qdr_box *outputs,
                            uint64_t *states)
{
    const qdr_lines *l = w->lines;
    qdr_box within = take_axes(tile, l->kept, l->kept_count);
    qdr_box along = take_axes(tile, l->reduced, l->reduced_count);
    qdr_shape shape = qdr_box_shape(outputs);
    size_t length = (size_t)qdr_box_count(&along), line = 0, beside = 1;
    size_t size = qdr_dtype_size(l->intake.elements->dtype);
    for (int i = within.ndim - axes_beside(l); i < within.ndim; i++)
        beside *= (size_t)within.extent[i];
    bool across = beside > 1;
    for (int i = 0; i < within.ndim; i++)
        within.start[i] -= outputs->start[i];
    const char *elements = qdr_evaluator_elements(w->evaluator, 0);
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, &shape, &within); more; more = qdr_runs_next(&runs))
        for (size_t at = 0, count, all = (size_t)runs.length; at < all; at += count, line += count) {
            size_t left = across ? beside - line % beside : all;
            size_t first = (size_t)runs.position + at;
            count = left < all - at ? left : all - at;
            size_t from = across ? line / beside * beside * length + line % beside : line * length;
            qdr_panel panel = {.dtype = l->intake.elements->dtype, .elements = elements + from * size,
                               .lines = count, .length = length, .across = across,
                               .stride = beside};
            bool any = l->abreast->add(w->held, first, &panel, w->failed);
            for (size_t i = 0; i < count && any; i++)
                if (w->failed[i])
                    take_apart(w, first + i, &panel, i, states + (first + i) * l->intake.words);
        }
}

static int run_abreast(qdr_line_worker *w, const qdr_box *box, const qdr_box *outputs,
                       uint64_t *states, qdr_error *err)
{
    qdr_grid tiles;
    qdr_shape shape = qdr_box_shape(box), tile = qdr_machine_tile(w->lines->machine, box);
    int code = QDR_OK;
    qdr_grid_init(&tiles, &shape, &tile);
    for (int64_t i = 0; i < tiles.count && !code; i++) {
        qdr_box part;
        qdr_grid_box(&tiles, box, i, &part);
        code = qdr_evaluator_run(w->evaluator, &part, err);
        if (!code)
            take_up_abreast(w, &part, outputs, states);
    }
    return code;
}

void qdr_lines_flush(qdr_line_worker *w, size_t outputs, uint64_t *states)
{
    for (size_t i = 0; i < outputs && w->held; i++)
        w->lines->abreast->flush(w->held, i, states + i * w->lines->intake.words);
}

int qdr_lines_run(qdr_line_worker *w, const qdr_box *box, const qdr_box *outputs,
                  uint64_t *states, const uint64_t *contexts, qdr_error *err)
{
    const qdr_lines *l = w->lines;
    qdr_box kept = take_axes(box, l->kept, l->kept_count);
    qdr_box along = take_axes(box, l->reduced, l->reduced_count);
    bool contiguous = l->reduced_count && l->reduced[l->reduced_count - 1] == box->ndim - 1;
    int64_t wide = contiguous ? 1 : WIDE, lines = qdr_box_count(&kept), length;
    if (!lines || !qdr_box_count(&along))
        return QDR_OK;
    if (l->abreast)
        return run_abreast(w, box, outputs, states, err);
    wide = wide < lines ? wide : lines;
    length = BUFFER / wide < qdr_box_count(&along) ? BUFFER / wide : qdr_box_count(&along);
    wide = BUFFER / length < lines ? BUFFER / length : lines;
    qdr_grid across_grid, along_grid;
    grid_over(&across_grid, &kept, wide);
    grid_over(&along_grid, &along, length);
    for (int64_t i = 0; i < across_grid.count; i++)
        for (int64_t k = 0; k < along_grid.count; k++) {
            qdr_box group = *box, some, part;
            qdr_grid_box(&across_grid, &kept, i, &some);
            qdr_grid_box(&along_grid, &along, k, &part);
            put_axes(&group, l->kept, &some);
            put_axes(&group, l->reduced, &part);
            int code = gather(w, &group, qdr_box_count(&part), err);
            if (code)
                return code;
            take_up(w, &some, &part, outputs, states, contexts);
        }
    return QDR_OK;
}

/* ---- finishing ----------------------------------------------------------------------------- */

qdr_box qdr_lines_outputs(const qdr_node *reduction, const qdr_box *box)
{
    int kept[QDR_MAX_DIMS], count = qdr_tree_kept_axes(reduction, kept);
    int first = reduction->width > 0; /* behind the axis of an output's values */
    qdr_box outputs = {.ndim = count};
    for (int i = 0; i < count; i++) {
        int axis = first + (reduction->keepdims ? kept[i] : i);
        outputs.start[i] = box->start[axis];
        outputs.extent[i] = box->extent[axis];
    }
    return outputs;
}

/* The box of the operand that whole lines make up. */
static qdr_box whole_lines(const qdr_lines *l, const qdr_box *outputs)
{
    qdr_box box = qdr_box_whole(&l->intake.elements->shape);
    put_axes(&box, l->kept, outputs);
    return box;
}

int qdr_lines_load(const qdr_lines *l, const qdr_node *reduction, const qdr_box *box,
                   int64_t *wanted, qdr_error *err)
{
    qdr_box operand = *box;
    if (reduction) {
        qdr_box outputs = qdr_lines_outputs(reduction, box);
        operand = whole_lines(l, &outputs);
    }
    return qdr_machine_load(l->machine, &operand, wanted, err);
}

/* The values of the i-th of `count` outputs, each at its place in the tile, of which an array's may
 * be a part. */
static int put_values(qdr_line_worker *w, const qdr_node *reduction, const qdr_box *tile,
                      const uint64_t *state, size_t i, size_t count, char *elements,
                      qdr_error *err)
{
    size_t size = qdr_dtype_size(reduction->dtype);
    size_t start = reduction->width ? (size_t)tile->start[0] : 0;
    size_t width = reduction->width ? (size_t)tile->extent[0] : 1;
    int code = reduction->reduction->finish(state, w->lines->intake.elements->dtype,
                                            &w->lines->intake.options, w->values, err);
    for (size_t k = 0; k < width && !code; k++)
        memcpy(elements + (k * count + i) * size, w->values[start + k].words, size);
    return code;
}

/* The same of what was taken up abreast, where there are no arrays. */
static int put_abreast(qdr_line_worker *w, const qdr_node *reduction, const qdr_box *tile,
                       size_t count, char *elements, qdr_error *err)
{
    const qdr_lines *l = w->lines;
    int code = QDR_OK;
    bool any = l->abreast->finish(w->held, count, reduction->reduction->finish,
                                  &l->intake.options, elements, w->failed);
    for (size_t i = 0; i < count && any; i++) {
        uint64_t *state = w->states + i * l->intake.words;
        if (!w->failed[i])
            continue;
        l->abreast->flush(w->held, i, state);
        if (!code)
            code = put_values(w, reduction, tile, state, i, count, elements, err);
        memset(state, 0, l->intake.words * sizeof *state);
    }
    return code;
}

int qdr_lines_finish(qdr_line_worker *w, const qdr_node *reduction, const qdr_box *tile,
                     void *elements, qdr_error *err)
{
    const qdr_intake *in = &w->lines->intake;
    qdr_box outputs = qdr_lines_outputs(reduction, tile);
    size_t count = (size_t)qdr_box_count(&outputs);
    qdr_box box = whole_lines(w->lines, &outputs);
    if (w->held) {
        w->lines->abreast->clear(w->held, count, in->elements->dtype);
        int code = qdr_lines_run(w, &box, &outputs, w->states, NULL, err);
        return code ? code : put_abreast(w, reduction, tile, count, elements, err);
    }
    memset(w->contexts, 0, count * in->context * sizeof *w->contexts);
    for (int pass = 0; pass < in->passes; pass++) {
        memset(w->states, 0, count * in->words * sizeof *w->states);
        int code = qdr_lines_run(w, &box, &outputs, w->states, in->context ? w->contexts : NULL,
                                 err);
        if (code)
            return code;
        for (size_t i = 0; i < count && in->context; i++)
            in->accumulator->advance(w->contexts + i * in->context, w->states + i * in->words,
                                     in->elements->dtype, &in->options);
    }
    const uint64_t *made = in->context ? w->contexts : w->states;
    size_t words = in->context ? in->context : in->words;
    int code = QDR_OK;
    for (size_t i = 0; i < count && !code; i++)
        code = put_values(w, reduction, tile, made + i * words, i, count, elements, err);
    return code;
}
