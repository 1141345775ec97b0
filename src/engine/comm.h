/* What the engine's files share of the communicator. Only this folder includes mpi.h. */
#ifndef QDR_ENGINE_COMM_H
#define QDR_ENGINE_COMM_H

#include <mpi.h>

#include "quadrat/run.h"

struct qdr_comm {
    MPI_Comm mpi; /* a duplicate of MPI_COMM_WORLD that returns errors */
    int rank, size, hosts, cpus;
    uint64_t memory;
    bool broken; /* an MPI call failed: nothing can be agreed on any more */
    char host[MPI_MAX_PROCESSOR_NAME];
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
};

/* Every MPI call's return value goes through here: QDR_OK, or QDR_ESYSTEM naming the call, and the
 * communicator is broken. */
int qdr_comm_check(qdr_comm *comm, int returned, const char *call, qdr_error *err);

#endif
