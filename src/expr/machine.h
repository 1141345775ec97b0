/* The tile machine: evaluates the operands of a space's reductions tile by tile.
 *
 * A machine is compiled once for a space and is const then. Each thread
 * has a worker: registers of one tile each, and the accumulators. Nothing larger than a tile is
 * ever stored: a tile goes through all instructions before the next one is read, so that chains of
 * operations stay in cache. Scalars (0-d nodes) are computed once, when a worker is made.
 *
 * Local, all of it.
 */
#ifndef QDR_EXPR_MACHINE_H
#define QDR_EXPR_MACHINE_H

#include "expr/plan.h"

#define QDR_TILE 2048 /* elements */

/* The values of the reductions of earlier passes, by node id. */
typedef struct qdr_known {
    qdr_scalar *value;
} qdr_known;

typedef struct qdr_machine qdr_machine;
typedef struct qdr_worker qdr_worker;

/* Compiles what a space's feeds need. The space must outlive the machine. */
int qdr_machine_compile(const qdr_space *space, qdr_machine **machine, qdr_error *err);
void qdr_machine_destroy(qdr_machine *machine);

/* The bytes that are read or generated for one element of the space. */
size_t qdr_machine_bytes(const qdr_machine *machine);

/* Makes a worker with empty accumulators, and computes the scalars. */
int qdr_worker_create(const qdr_machine *machine, const qdr_known *known, qdr_worker **worker,
                      qdr_error *err);
void qdr_worker_destroy(qdr_worker *worker);

/* Takes up the elements of a box of the space. */
int qdr_worker_run(qdr_worker *worker, const qdr_box *box, qdr_error *err);

/* Merges the worker's states into a pass's state, and empties them. */
void qdr_worker_flush(qdr_worker *worker, uint64_t *state);

/* The value of a 0-d node, once the values of all passes before it are known. */
int qdr_machine_evaluate(const qdr_node *node, const qdr_known *known, qdr_scalar *value,
                         qdr_error *err);

#endif
