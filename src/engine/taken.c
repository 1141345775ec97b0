#include "engine/taken.h"

#include <stdlib.h>

/* ---- how many elements an output can have -------------------------------------------------- */

/* At most, as if all pieces were full. */
static uint64_t most_elements(const qdr_space *space, const qdr_intervals *done)
{
    qdr_grid grid = qdr_space_piece_grid(space);
    __int128 most = (__int128)qdr_intervals_size(done) * qdr_shape_count(&grid.block);
    int64_t all = qdr_shape_count(&space->grid.shape);
    return (uint64_t)(most < all ? most : all);
}

/* Adds what a box gives each of the outputs, which go along the axes that are kept. */
static void count_box(const qdr_feed *feed, const qdr_shape *shape, const qdr_box *box,
                      uint64_t *count)
{
    qdr_shape outputs = {0};
    qdr_box part = {0};
    uint64_t each = 1;
    for (int i = 0; i < shape->ndim; i++) {
        if (!feed->intake.by_axes || feed->intake.axes >> i & 1) {
            each *= (uint64_t)box->extent[i];
            continue;
        }
        outputs.extent[outputs.ndim++] = shape->extent[i];
        part.start[part.ndim] = box->start[i];
        part.extent[part.ndim++] = box->extent[i];
    }
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, &outputs, &part); more; more = qdr_runs_next(&runs))
        for (int64_t i = 0; i < runs.length; i++)
            count[runs.position + i] += each;
}

static void count_pieces(const qdr_space *space, const qdr_feed *feed, const qdr_intervals *done,
                         uint64_t *count)
{
    qdr_grid pieces = qdr_space_piece_grid(space);
    qdr_box box;
    for (size_t i = 0; i < done->count; i++)
        for (int64_t piece = done->at[i].start; piece < done->at[i].end; piece++)
            if (qdr_space_piece(space, &pieces, piece, &box))
                count_box(feed, &space->grid.shape, &box, count);
}

/* A state that has a place for each of its elements must not get more. There are few of them. */
static bool has_places(const qdr_feed *feed)
{
    int64_t length = feed->intake.options.length;
    return length > 0 && feed->intake.words >= (uint64_t)length;
}

/* ---- states and contexts ------------------------------------------------------------------- */

/* Which of its passes it is, of a reduction with several. */
static int step_of(const qdr_pass *pass, const qdr_feed *feed)
{
    for (size_t i = 0; i < pass->finishing_count; i++)
        if (pass->finishing[i].offset == feed->offset)
            return pass->finishing[i].step;
    return 0;
}

static int check_feed(const qdr_pass *pass, const qdr_space *space, const qdr_feed *feed,
                      const uint64_t *words, const qdr_intervals *done, bool *valid, qdr_error *err)
{
    const qdr_intake *in = &feed->intake;
    uint64_t most = most_elements(space, done), length = (uint64_t)in->options.length, *count = NULL;
    qdr_taken taken = {.dtype = in->elements->dtype,
                       .elements = in->by_axes && length < most ? length : most,
                       .pass = step_of(pass, feed)};
    if (has_places(feed)) {
        count = calloc((size_t)feed->outputs + 1, sizeof *count);
        if (!count)
            return qdr_fail_memory(err, "reading a state");
        count_pieces(space, feed, done, count);
    }
    for (int64_t i = 0; i < feed->outputs && *valid; i++) {
        taken.elements = count ? count[i] : taken.elements;
        *valid = qdr_accumulator_valid(in->accumulator,
                                       words + feed->offset + (size_t)i * in->words, &taken,
                                       &in->options);
    }
    free(count);
    return QDR_OK;
}

int qdr_taken_check(const qdr_pass *pass, const uint64_t *words, const qdr_intervals *done,
                    bool *valid, qdr_error *err)
{
    int code = QDR_OK;
    *valid = true;
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count && !code; k++)
            if (pass->space[i].feed[k].intake.accumulator)
                code = check_feed(pass, &pass->space[i], &pass->space[i].feed[k], words, &done[i],
                                  valid, err);
    return code;
}

bool qdr_taken_check_contexts(const qdr_finishing *f, const uint64_t *words)
{
    const qdr_intake *in = &f->intake;
    const qdr_taken taken = {.dtype = in->elements->dtype,
                             .elements = (uint64_t)in->options.length, .pass = f->step};
    bool valid = true;
    for (int64_t i = 0; i < f->outputs && valid; i++)
        valid = qdr_accumulator_valid_context(in->accumulator, words + (size_t)i * in->context,
                                              &taken, &in->options);
    return valid;
}
