/* Cutting arrays into blocks, and boxes into runs. */
#include "quadrat/array.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void qdr_grid_init(qdr_grid *grid, const qdr_shape *shape, const qdr_shape *block)
{
    grid->shape = *shape;
    grid->block.ndim = grid->blocks.ndim = shape->ndim;
    for (int i = 0; i < shape->ndim; i++) {
        int64_t extent = shape->extent[i], size = least(block->extent[i], extent ? extent : 1);
        grid->block.extent[i] = size;
        grid->blocks.extent[i] = extent / size + (extent % size != 0);
    }
    grid->count = qdr_shape_count(&grid->blocks);
}

qdr_shape qdr_grid_contiguous(const qdr_shape *shape, int64_t most)
{
    qdr_shape block = *shape;
    for (int i = shape->ndim - 1; i >= 0; i--) {
        int64_t extent = shape->extent[i] ? shape->extent[i] : 1;
        int64_t parts = extent / most + (extent % most != 0);
        block.extent[i] = extent / parts + (extent % parts != 0);
        most = parts > 1 ? 1 : most / extent;
    }
    return block;
}

void qdr_grid_box(const qdr_grid *grid, const qdr_box *within, int64_t index, qdr_box *box)
{
    int64_t at[QDR_MAX_DIMS];
    qdr_shape_unravel(&grid->blocks, index, at);
    box->ndim = grid->shape.ndim;
    for (int i = 0; i < box->ndim; i++) {
        int64_t offset = at[i] * grid->block.extent[i];
        box->start[i] = within->start[i] + offset;
        box->extent[i] = least(grid->block.extent[i], grid->shape.extent[i] - offset);
    }
}

bool qdr_runs_first(qdr_runs *runs, const qdr_shape *shape, const qdr_box *box)
{
    int64_t stride = 1;
    int axis = shape->ndim - 1;
    runs->position = 0;
    runs->length = 1;
    /* trailing axes that the box covers whole, and the one before them, make up a run */
    for (bool whole = true; axis >= 0 && whole; axis--) {
        whole = box->extent[axis] == shape->extent[axis];
        runs->length *= box->extent[axis];
        runs->position += box->start[axis] * stride;
        stride *= shape->extent[axis];
    }
    runs->outer = axis + 1;
    for (; axis >= 0; axis--) {
        runs->at[axis] = 0;
        runs->extent[axis] = box->extent[axis];
        runs->stride[axis] = stride;
        runs->position += box->start[axis] * stride;
        stride *= shape->extent[axis];
    }
    return qdr_box_count(box) > 0;
}

bool qdr_runs_next(qdr_runs *runs)
{
    for (int axis = runs->outer - 1; axis >= 0; axis--) {
        runs->position += runs->stride[axis];
        if (++runs->at[axis] < runs->extent[axis])
            return true;
        runs->position -= runs->extent[axis] * runs->stride[axis];
        runs->at[axis] = 0;
    }
    return false;
}
