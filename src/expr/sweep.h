/* Feeding the accumulators and stores of a space with its elements.
 *
 * A space is compiled once a pass, and is const then; each thread has a worker.
 * Local, all of it.
 */
#ifndef QDR_EXPR_SWEEP_H
#define QDR_EXPR_SWEEP_H

#include "expr/machine.h"
#include "expr/plan.h"
#include "expr/store.h"

typedef struct qdr_space_code qdr_space_code;
typedef struct qdr_worker qdr_worker;

/* stores: by node id, where the elements of a node that the space stores go; NULL when it will not
 * run. Space and stores must outlive the code. */
int qdr_space_compile(const qdr_known *known, const qdr_space *space, const qdr_store *stores,
                      qdr_space_code **code, qdr_error *err);
void qdr_space_destroy(qdr_space_code *code);

/* What one element of the space costs. */
qdr_cost qdr_space_cost(const qdr_space_code *code);

/* The bytes that a worker takes, nearly. */
size_t qdr_space_memory(const qdr_space_code *code);

/* As qdr_machine_load: of all that a box of the space feeds. */
int qdr_space_load(const qdr_space_code *code, const qdr_box *box, int64_t *wanted, qdr_error *err);

/* Makes a worker with empty accumulators. */
int qdr_worker_create(const qdr_space_code *code, qdr_worker **worker, qdr_error *err);
void qdr_worker_destroy(qdr_worker *worker);

/* Takes up the elements of a box of the space. */
int qdr_worker_run(qdr_worker *worker, const qdr_box *box, qdr_error *err);

/* Merges the worker's states into a pass's state, and empties them. */
void qdr_worker_flush(qdr_worker *worker, uint64_t *state);

#endif
