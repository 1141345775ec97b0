/* A run while it goes on: shared by run.c and what saves it, checkpoint.c. */
#ifndef QDR_ENGINE_RUNNING_H
#define QDR_ENGINE_RUNNING_H

#include "base/intervals.h"
#include "engine/comm.h"
#include "engine/round.h"
#include "engine/save.h"
#include "reduce/summary.h"

typedef struct qdr_running {
    qdr_comm *comm;
    const qdr_program *program;
    const qdr_run_options *options;
    qdr_run_report *report;
    qdr_plan plan;
    qdr_known known;
    qdr_store *store;     /* by node id: of one whose elements are wanted as they are made */
    qdr_summary *summary; /* by node id: of an array result */
    qdr_saving *saving;
    size_t pass;          /* that is going on; the number of passes when all are over */
    uint64_t *state;      /* of that pass: what this rank has taken up and flushed */
    qdr_intervals *done;  /* by space of that pass: pieces whose elements are in some rank's state
                           * from before this run; on rank 0 */
    qdr_error *err;       /* empty until something fails */
} qdr_running;

#endif
