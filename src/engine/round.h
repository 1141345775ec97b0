/* Sweeping over the blocks of a pass in rounds. */
#ifndef QDR_ENGINE_ROUND_H
#define QDR_ENGINE_ROUND_H

#include "base/intervals.h"
#include "expr/sweep.h"
#include "quadrat/run.h"

#define QDR_PIECE 262144 /* elements: small enough for threads to end together */

/* What a rank does in a pass: a part of every space, in pieces that threads take one by one. How large
 * it is depends on how fast the rank is (deal.h). The pieces of a space have numbers, those of its
 * first block first, as if all blocks were full. */
typedef struct qdr_sweep qdr_sweep;

/* How many piece numbers a space has. Local. */
int64_t qdr_space_pieces(const qdr_space *space);

/* The grid of the pieces of a full block; a block at an edge may have fewer. Local. */
qdr_grid qdr_space_piece_grid(const qdr_space *space);

/* The box of a piece of that number, given that grid; false when its block has not so many. Local. */
bool qdr_space_piece(const qdr_space *space, const qdr_grid *pieces, int64_t index, qdr_box *box);

/* How many elements the pieces of a set have. Local. */
int64_t qdr_space_elements(const qdr_space *space, const qdr_intervals *set);

/* What is asked for between rounds, by any rank, and granted by all together. Neither function is
 * called when all is done, and granting ends the sweep when it fails. */
typedef struct qdr_meeting {
    int64_t (*wish)(void *context); /* 0 for nothing; local */
    int (*grant)(void *context, qdr_sweep *sweep, int64_t wishes, qdr_error *err); /* their sum */
    void *context;
} qdr_meeting;

/* Compiles the pass and starts its workers; or, without stores, only brings what is kept of the
 * elements of leaves into memory. By space of the pass, `done` are the pieces that are
 * left out, the same on every rank. Collective. */
int qdr_sweep_create(qdr_comm *comm, const qdr_pass *pass, const qdr_known *known,
                     const qdr_store *stores, const qdr_intervals *done, int threads,
                     qdr_sweep **sweep, qdr_error *err);

/* What all ranks have to do. */
qdr_cost qdr_sweep_cost(const qdr_sweep *sweep);

/* Takes up all pieces, of all ranks. progress->pass and passes are the caller's; meeting may be
 * NULL. Collective. */
int qdr_sweep_run(qdr_sweep *sweep, const qdr_run_options *options, const qdr_meeting *meeting,
                  qdr_progress *progress, qdr_error *err);

/* Adds on rank 0 to done, by space, the pieces that all ranks have taken up. Collective. */
int qdr_sweep_note(qdr_sweep *sweep, qdr_intervals *done, qdr_error *err);

/* Merges what this rank's threads took up into state. Local. */
void qdr_sweep_flush(qdr_sweep *sweep, uint64_t *state);

void qdr_sweep_destroy(qdr_sweep *sweep);

#endif
