/* Loading: the elements of a program's arrays in memory, before they are computed with. */
#ifndef QDR_ENGINE_LOAD_H
#define QDR_ENGINE_LOAD_H

#include <stdatomic.h>

#include "expr/machine.h"
#include "expr/plan.h"
#include "quadrat/run.h"

typedef struct qdr_loading {
    atomic_llong left;  /* bytes that elements may still take on this rank */
    qdr_source **source; /* by node id: of leaves that are kept, owned; NULL for others */
    int count;           /* of nodes */
    qdr_known known;     /* for compiling only: as when all passes are over, with those sources */
} qdr_loading;

/* Makes, with `keep`, a source that keeps its elements of each leaf; they may take nothing yet. Close
 * it also after an error. Local. */
int qdr_loading_open(qdr_loading *loading, const qdr_program *program, const qdr_plan *plan,
                     bool keep, qdr_error *err);
void qdr_loading_close(qdr_loading *loading);

/* The bytes of the elements that this rank has to load, of those not counted before, where no pieces
 * are done and none are dealt anew. Local. */
int qdr_loading_count(const qdr_loading *loading, const qdr_comm *comm, const qdr_plan *plan,
                      const qdr_part *part, int64_t *bytes, qdr_error *err);

#endif
