#include "engine/merge.h"

#include <limits.h>
#include <stdlib.h>

#include "engine/comm.h"

#define TAG 1
#define MOST_WORDS (INT_MAX / 16) /* in one message: MPI counts are int */

static int transfer(qdr_comm *comm, bool send, int partner, uint64_t *state, size_t words,
                    qdr_error *err)
{
    int code = QDR_OK;
    for (size_t at = 0; at < words && !code; at += MOST_WORDS) {
        int count = (int)(words - at < MOST_WORDS ? words - at : MOST_WORDS);
        code = send ? qdr_comm_check(comm,
                                     MPI_Send(state + at, count, MPI_UINT64_T, partner, TAG,
                                              comm->mpi),
                                     "MPI_Send", err)
                    : qdr_comm_check(comm,
                                     MPI_Recv(state + at, count, MPI_UINT64_T, partner, TAG,
                                              comm->mpi, MPI_STATUS_IGNORE),
                                     "MPI_Recv", err);
    }
    return code;
}

void qdr_merge_states(const qdr_pass *pass, uint64_t *to, const uint64_t *from)
{
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count; k++) {
            const qdr_feed *f = &pass->space[i].feed[k];
            const qdr_accumulator *a = f->intake.accumulator;
            size_t words = f->intake.words, end = f->offset;
            for (int64_t n = 0; a && n < f->outputs; n++, end += words)
                a->merge(to + end, from + end);
        }
}

/* In step s = 1, 2, 4, … a rank whose bit s is set sends to the rank without it, and is done. */
static int climb(qdr_comm *comm, const qdr_pass *pass, uint64_t *state, uint64_t *received,
                 qdr_error *err)
{
    int code = QDR_OK;
    for (int step = 1; step < comm->size && !code; step *= 2) {
        if (comm->rank & step)
            return transfer(comm, true, comm->rank - step, state, pass->words, err);
        if (comm->rank + step >= comm->size)
            continue;
        code = transfer(comm, false, comm->rank + step, received, pass->words, err);
        if (!code)
            qdr_merge_states(pass, state, received);
    }
    return code;
}

int qdr_merge_array(qdr_comm *comm, void *elements, size_t bytes, qdr_error *err)
{
    uint64_t *word = elements;
    size_t words = (bytes + 7) / 8;
    int code = QDR_OK;
    for (size_t at = 0; at < words && comm->size > 1 && !code; at += MOST_WORDS) {
        int count = (int)(words - at < MOST_WORDS ? words - at : MOST_WORDS);
        code = qdr_comm_check(comm,
                              MPI_Allreduce(MPI_IN_PLACE, word + at, count, MPI_UINT64_T, MPI_BOR,
                                            comm->mpi),
                              "MPI_Allreduce", err);
    }
    return code;
}

int qdr_merge(qdr_comm *comm, const qdr_pass *pass, uint64_t *state, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    uint64_t *received = malloc((pass->words + 1) * sizeof *received);
    if (!received)
        qdr_fail_memory(&failed, "merging the ranks' results");
    if (!qdr_comm_agree(comm, &failed) && !climb(comm, pass, state, received, &failed))
        qdr_comm_share(comm, 0, state, pass->words * sizeof *state, &failed);
    free(received);
    if (failed.code)
        *err = failed;
    return failed.code;
}
