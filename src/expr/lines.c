#include "expr/lines.h"

#include <stdlib.h>
#include <string.h>

#include "array/strided.h"

#define BUFFER 65536 /* elements, of several lines */
#define WIDE 512     /* lines that are gathered together when they are not contiguous themselves */

struct qdr_lines {
    const qdr_known *known;
    const qdr_node *operand;
    const qdr_accumulator *accumulator;
    qdr_machine *machine;
    int kept[QDR_MAX_DIMS], kept_count; /* axes of the operand, in order */
    int reduced[QDR_MAX_DIMS], reduced_count;
    qdr_shape line; /* extents of the reduced axes */
};

struct qdr_line_worker {
    const qdr_lines *lines;
    qdr_evaluator *evaluator;
    char *buffer;
    void *work;       /* of the accumulator; NULL where it needs none */
    uint64_t *states; /* of one tile's lines, for finishing */
};

int qdr_lines_compile(const qdr_known *known, const qdr_node *operand,
                      const qdr_accumulator *accumulator, uint32_t axes, qdr_lines **lines,
                      qdr_error *err)
{
    qdr_lines *l = *lines = calloc(1, sizeof *l);
    if (!l)
        return qdr_fail_memory(err, "compiling the expression");
    l->known = known;
    l->operand = operand;
    l->accumulator = accumulator;
    for (int i = 0; i < operand->shape.ndim; i++) {
        if (axes >> i & 1) {
            l->line.extent[l->line.ndim++] = operand->shape.extent[i];
            l->reduced[l->reduced_count++] = i;
        } else {
            l->kept[l->kept_count++] = i;
        }
    }
    int code = qdr_machine_compile(known, &operand->shape, &operand, 1, &l->machine, err);
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

size_t qdr_lines_memory(const qdr_lines *l)
{
    return BUFFER * qdr_dtype_size(l->operand->dtype) + l->accumulator->work +
           QDR_TILE * l->accumulator->words * sizeof(uint64_t) + qdr_machine_memory(l->machine);
}

int qdr_line_worker_create(const qdr_lines *lines, qdr_line_worker **worker, qdr_error *err)
{
    qdr_line_worker *w = *worker = calloc(1, sizeof *w);
    if (!w)
        return qdr_fail_memory(err, "starting a thread");
    w->lines = lines;
    w->buffer = malloc(BUFFER * qdr_dtype_size(lines->operand->dtype));
    w->work = lines->accumulator->work ? calloc(1, lines->accumulator->work) : NULL;
    w->states = malloc(QDR_TILE * lines->accumulator->words * sizeof *w->states);
    int code = w->buffer && w->states && (w->work || !lines->accumulator->work)
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
    free(w->buffer);
    free(w->work);
    free(w->states);
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

/* Puts the elements of a tile of the group into the buffer; stride is by axis of the operand. */
static void put_tile(qdr_line_worker *w, const qdr_box *group, const qdr_box *tile,
                     const int64_t stride[])
{
    size_t size = qdr_dtype_size(w->lines->operand->dtype);
    const char *from = qdr_evaluator_elements(w->evaluator, 0);
    int last = tile->ndim - 1;
    int64_t at[QDR_MAX_DIMS] = {0}, n = tile->extent[last];
    for (bool more = true; more;) {
        int64_t to = 0;
        for (int i = 0; i <= last; i++)
            to += (tile->start[i] - group->start[i] + at[i]) * stride[i];
        qdr_copy_strided(size, w->buffer + (size_t)to * size, stride[last], from, 1, n);
        from += (size_t)n * size;
        more = false;
        for (int i = last - 1; i >= 0 && !more; i--) {
            more = ++at[i] < tile->extent[i];
            at[i] = more ? at[i] : 0;
        }
    }
}

/* Fills the buffer with the lines of a group, each a run of `length` elements. */
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
        put_tile(w, group, &part, stride);
    }
    return QDR_OK;
}

/* Updates the states of the gathered lines. */
static void take_up(qdr_line_worker *w, const qdr_box *kept, const qdr_box *along,
                    const qdr_box *outputs, uint64_t *states)
{
    const qdr_lines *l = w->lines;
    const qdr_accumulator *a = l->accumulator;
    qdr_tile tile = {.dtype = l->operand->dtype, .count = (size_t)qdr_box_count(along),
                     .shape = &l->line, .box = along};
    size_t bytes = tile.count * qdr_dtype_size(tile.dtype);
    const char *line = w->buffer;
    qdr_shape shape = qdr_box_shape(outputs);
    qdr_box within = *kept;
    for (int i = 0; i < within.ndim; i++)
        within.start[i] -= outputs->start[i];
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, &shape, &within); more; more = qdr_runs_next(&runs))
        for (int64_t i = 0; i < runs.length; i++, line += bytes) {
            uint64_t *state = states + (size_t)(runs.position + i) * a->words;
            tile.elements = line;
            a->update(state, w->work, &tile);
            if (a->flush)
                a->flush(state, w->work);
        }
}

int qdr_lines_run(qdr_line_worker *w, const qdr_box *box, const qdr_box *outputs,
                  uint64_t *states, qdr_error *err)
{
    const qdr_lines *l = w->lines;
    qdr_box kept = take_axes(box, l->kept, l->kept_count);
    qdr_box along = take_axes(box, l->reduced, l->reduced_count);
    bool contiguous = l->reduced_count && l->reduced[l->reduced_count - 1] == box->ndim - 1;
    int64_t wide = contiguous ? 1 : WIDE, lines = qdr_box_count(&kept), length;
    if (!lines || !qdr_box_count(&along))
        return QDR_OK;
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
            take_up(w, &some, &part, outputs, states);
        }
    return QDR_OK;
}

/* ---- finishing ----------------------------------------------------------------------------- */

qdr_box qdr_lines_outputs(const qdr_node *reduction, const qdr_box *box)
{
    int kept[QDR_MAX_DIMS], count = qdr_tree_kept_axes(reduction, kept);
    qdr_box outputs = *box;
    if (!reduction->keepdims)
        return outputs;
    outputs.ndim = count;
    for (int i = 0; i < count; i++) {
        outputs.start[i] = box->start[kept[i]];
        outputs.extent[i] = box->extent[kept[i]];
    }
    return outputs;
}

int qdr_lines_finish(qdr_line_worker *w, const qdr_node *reduction, const qdr_box *tile,
                     void *elements, qdr_error *err)
{
    const qdr_lines *l = w->lines;
    size_t words = l->accumulator->words, count = (size_t)qdr_box_count(tile);
    size_t size = qdr_dtype_size(reduction->dtype);
    qdr_box outputs = qdr_lines_outputs(reduction, tile);
    qdr_box box = qdr_box_whole(&l->operand->shape);
    put_axes(&box, l->kept, &outputs);
    memset(w->states, 0, count * words * sizeof *w->states);
    int code = qdr_lines_run(w, &box, &outputs, w->states, err);
    for (size_t i = 0; i < count && !code; i++) {
        qdr_scalar value;
        code = reduction->reduction->finish(w->states + i * words, l->operand->dtype,
                                            &reduction->options, &value, err);
        if (!code)
            memcpy((char *)elements + i * size, value.words, size);
    }
    return code;
}
