/* Sweeping over the blocks of a pass in rounds. */
#ifndef QDR_ENGINE_ROUND_H
#define QDR_ENGINE_ROUND_H

#include "expr/sweep.h"
#include "quadrat/run.h"

#define QDR_PIECE 262144 /* elements: small enough for threads to end together */

/* What a rank does in a pass: its blocks of every space, cut in pieces that threads take one by
 * one. */
typedef struct qdr_sweep qdr_sweep;

/* Compiles the pass and starts its workers. Collective. */
int qdr_sweep_create(qdr_comm *comm, const qdr_pass *pass, const qdr_known *known,
                     const qdr_store *stores, int threads, qdr_sweep **sweep, qdr_error *err);

/* What all ranks have to do. */
qdr_cost qdr_sweep_cost(const qdr_sweep *sweep);

/* Takes up all blocks, of all ranks. progress->pass and passes are the caller's. Collective. */
int qdr_sweep_run(qdr_sweep *sweep, const qdr_run_options *options, qdr_progress *progress,
                  qdr_error *err);

/* Merges what this rank's threads took up into state. Local. */
void qdr_sweep_flush(qdr_sweep *sweep, uint64_t *state);

void qdr_sweep_destroy(qdr_sweep *sweep);

#endif
