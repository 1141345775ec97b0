/* Checkpoints: a run's state in a file, from which it is resumed on any number of ranks.
 *
 * It is written between rounds, when it is time and when a signal asks to stop; FILE.old is the one
 * before it, and is taken when FILE is damaged. What can't be saved is told, and the run goes on; only
 * without memory it ends. A file that another run has put there meanwhile is left alone.
 */
#ifndef QDR_ENGINE_CHECKPOINT_H
#define QDR_ENGINE_CHECKPOINT_H

#include "engine/running.h"

typedef struct qdr_checkpoint {
    qdr_running *run;
    double next;       /* when it is time, seconds on the clock */
    char *loaded;      /* the bytes of an earlier state; NULL for none */
    size_t size;
    bool saved;        /* at least once */
    bool earlier;      /* there is a good state, of this run or of one before it */
    uint64_t inode;    /* of the file as this run knows it: the inode and the time of change, ns; */
    uint64_t changed;  /* both 0 of none */
    bool damaged;      /* the file is, or was lost, and the one before it alone is good */
    qdr_error failure; /* why the last try failed */
} qdr_checkpoint;

/* Reads the state if there is one. Collective. */
int qdr_checkpoint_open(qdr_checkpoint *checkpoint, qdr_running *run, qdr_error *err);

/* Makes the run, which has a plan, go on where the state was. Collective. */
int qdr_checkpoint_resume(qdr_checkpoint *checkpoint, qdr_error *err);

/* What a sweep asks between rounds. It ends with QDR_ESTOPPED when it was asked to stop. */
qdr_meeting qdr_checkpoint_meeting(qdr_checkpoint *checkpoint);

/* The same of a sweep that only loads: there is nothing to save. */
qdr_meeting qdr_checkpoint_stopping(qdr_checkpoint *checkpoint);

/* Saves what is known, between two passes; or when a part of one is done, whose state is given then,
 * else NULL. Local: rank 0 knows all of it. */
void qdr_checkpoint_save(qdr_checkpoint *checkpoint, const uint64_t *state);

void qdr_checkpoint_close(qdr_checkpoint *checkpoint);

#endif
