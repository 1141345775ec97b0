/* One error for all ranks. */
#include "engine/comm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qdr_comm_agree(qdr_comm *comm, qdr_error *err)
{
    bool agreed = err->code && err->rank >= 0;
    if (comm->broken || agreed)
        return err->code;
    if (comm->size == 1) {
        err->rank = err->code ? 0 : err->rank;
        return err->code;
    }
    /* the lowest rank that failed, and the lowest that did not: INT_MAX for none */
    int mine[2] = {err->code ? comm->rank : INT_MAX, err->code ? INT_MAX : comm->rank}, lowest[2];
    qdr_error failed;
    int code = qdr_comm_check(comm, MPI_Allreduce(mine, lowest, 2, MPI_INT, MPI_MIN, comm->mpi),
                              "MPI_Allreduce", &failed);
    if (!code && lowest[0] == INT_MAX)
        return QDR_OK;
    bool some_did_not = lowest[1] != INT_MAX;
    if (!code && comm->rank == lowest[0]) {
        failed = *err;
        failed.rank = comm->rank;
        size_t used = strlen(failed.text);
        /* an expression is wrong on whatever rank the wrong element lies */
        if (some_did_not && failed.code != QDR_EUSAGE)
            snprintf(failed.text + used, sizeof failed.text - used, " (rank %d, %s)", comm->rank,
                     comm->host);
    }
    if (!code)
        code = qdr_comm_check(
            comm, MPI_Bcast(&failed, (int)sizeof failed, MPI_BYTE, lowest[0], comm->mpi),
            "MPI_Bcast", &failed);
    *err = failed;
    return err->code;
}

int qdr_comm_share(qdr_comm *comm, int root, void *data, size_t size, qdr_error *err)
{
    if (comm->size == 1)
        return err->code;
    int code = qdr_comm_check(comm, MPI_Bcast(err, (int)sizeof *err, MPI_BYTE, root, comm->mpi),
                              "MPI_Bcast", err);
    if (code || err->code)
        return err->code;
    for (size_t sent = 0; sent < size && !code; sent += INT_MAX) {
        size_t part = size - sent < INT_MAX ? size - sent : INT_MAX;
        code = qdr_comm_check(
            comm, MPI_Bcast((char *)data + sent, (int)part, MPI_BYTE, root, comm->mpi),
            "MPI_Bcast", err);
    }
    return code;
}

int qdr_comm_share_bytes(qdr_comm *comm, char **data, size_t *size, qdr_error *err)
{
    bool first = comm->rank == 0;
    if (!first)
        *data = NULL;
    int code = qdr_comm_share(comm, 0, size, sizeof *size, err);
    if (code || !*size)
        return code;
    if (!first) {
        *data = calloc(1, *size + 1);
        if (!*data)
            qdr_fail_memory(err, "taking what rank 0 has");
    }
    code = qdr_comm_agree(comm, err);
    if (!code)
        code = qdr_comm_share(comm, 0, *data, *size, err);
    if (code && !first) {
        free(*data);
        *data = NULL;
    }
    return code;
}

/* Rank 0 reads the header; then every rank opens the file, so that each meets its own trouble. They
 * agree before, because a rank that failed alone in checking the program has nowhere else to say so
 * than in its next agreement. */
static int open_together(qdr_comm *comm, const char *path, qdr_io io, qdr_source **source,
                         qdr_error *err)
{
    qdr_layout layout;
    if (qdr_comm_agree(comm, err))
        return err->code;
    if (comm->rank == 0)
        qdr_file_probe(path, &layout, err);
    if (qdr_comm_share(comm, 0, &layout, sizeof layout, err))
        return err->code;
    *source = NULL;
    qdr_file_attach(path, &layout, io, source, err);
    if (qdr_comm_agree(comm, err))
        qdr_source_destroy(*source);
    return err->code;
}

static int open_everywhere(void *comm, const char *path, qdr_io io, qdr_source **source,
                           qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    if (open_together(comm, path, io, source, &failed))
        *err = failed;
    return failed.code;
}

qdr_opener qdr_comm_opener(qdr_comm *comm, qdr_io io)
{
    return (qdr_opener){open_everywhere, comm, io};
}
