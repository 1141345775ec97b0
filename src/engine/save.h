/* Arrays written to .npy files, by all ranks.
 *
 * Rank 0 makes a temporary file beside each target, all ranks open it and write their own elements
 * at their places, and when everything is on disk rank 0 gives it its header and its name. So the
 * directory must be one that all hosts share.
 */
#ifndef QDR_ENGINE_SAVE_H
#define QDR_ENGINE_SAVE_H

#include "expr/store.h"
#include "expr/tree.h"
#include "quadrat/run.h"

typedef struct qdr_saving qdr_saving;

/* Begins the files of a program. Collective. */
int qdr_saving_begin(qdr_comm *comm, const qdr_program *program, qdr_saving **saving,
                     qdr_error *err);

/* The files that a node goes to, as a list; NULL for none. Local. */
const qdr_store_file *qdr_saving_files(const qdr_saving *saving, const qdr_node *node);

/* Puts the files in place, once every rank has written its part. Collective. */
int qdr_saving_commit(qdr_comm *comm, qdr_saving *saving, qdr_error *err);

/* Deletes what is not in place. Local. */
void qdr_saving_destroy(qdr_saving *saving);

#endif
