/* A run while it goes on, which starts anew (run.c), or from a state (checkpoint.c, join.c). */
#ifndef QDR_ENGINE_RUNNING_H
#define QDR_ENGINE_RUNNING_H

#include "base/intervals.h"
#include "engine/comm.h"
#include "engine/load.h"
#include "engine/round.h"
#include "engine/save.h"
#include "reduce/summary.h"

typedef struct qdr_running {
    qdr_comm *comm;
    const qdr_program *program;
    const qdr_run_options *options;
    qdr_run_report *report;
    qdr_plan plan;
    qdr_loading loading;
    qdr_known known;
    qdr_store *store;     /* by node id: of one whose elements are wanted as they are made */
    qdr_summary *summary; /* by node id: of an array result */
    qdr_saving *saving;
    size_t pass;          /* that is going on; the number of passes when all are over */
    uint64_t *state;      /* of that pass: what this rank has taken up and flushed */
    qdr_intervals *done;  /* by space of that pass: pieces whose elements are in some rank's state
                           * from before this run */
    qdr_intervals *skip;  /* by space of that pass: pieces that are not to be done: those, and the
                           * ones of other parts */
    size_t spaces;        /* of the pass that has most */
    qdr_error *err;       /* empty until something fails */
} qdr_running;

/* Plans a run whose communicator, program, options, report (empty) and err are set, and makes room
 * for what it will know; refuses what needs too much memory. Close it also after an error.
 * Collective. */
int qdr_running_open(qdr_running *run);
void qdr_running_close(qdr_running *run);

/* Forgets what the pass has taken up. Local. */
void qdr_running_forget(qdr_running *run);

/* Tells in the report what was done: all of the passes that are over, and what is done of the one that
 * is going on, in this run or before it was resumed. Local. */
int qdr_running_report(qdr_running *run);

/* Whether a pass stores elements while they are made: then there is more than its state. Local. */
bool qdr_running_stores(const qdr_running *run);

#endif
