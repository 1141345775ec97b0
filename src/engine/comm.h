/* What the engine's files share of the communicator. Only this folder includes mpi.h. */
#ifndef QDR_ENGINE_COMM_H
#define QDR_ENGINE_COMM_H

#include <mpi.h>

#include "quadrat/run.h"

struct qdr_comm {
    MPI_Comm mpi; /* a duplicate of MPI_COMM_WORLD that returns errors; of one rank alone none */
    int rank, size, hosts, cpus;
    uint64_t memory;
    bool bound;   /* to one CPU, whatever a quota allows of more */
    bool started; /* MPI, which is ended with it */
    bool broken; /* an MPI call failed: nothing can be agreed on any more */
    char host[MPI_MAX_PROCESSOR_NAME];
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
};

/* Every MPI call's return value goes through here: QDR_OK, or QDR_ESYSTEM naming the call, and the
 * communicator is broken. */
int qdr_comm_check(qdr_comm *comm, int returned, const char *call, qdr_error *err);

/* Makes all[i] the sum of every rank's mine[i]. Collective. */
int qdr_comm_sum(qdr_comm *comm, const int64_t *mine, int64_t *all, int count, qdr_error *err);

/* Makes all[i] on every rank what rank i has. Collective. */
int qdr_comm_gather(qdr_comm *comm, int64_t mine, int64_t *all, qdr_error *err);

#endif
