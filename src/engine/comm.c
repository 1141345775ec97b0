/* Starting and stopping MPI, and who is where. A rank that is alone has nobody to talk to, and never
 * starts it. */
#include "engine/comm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/cpus.h"

int qdr_comm_check(qdr_comm *comm, int returned, const char *call, qdr_error *err)
{
    if (returned == MPI_SUCCESS)
        return QDR_OK;
    char reason[MPI_MAX_ERROR_STRING] = "";
    int length;
    comm->broken = true;
    MPI_Error_string(returned, reason, &length);
    qdr_fail(err, QDR_ESYSTEM, "%s: %s (rank %d, %s)", call, reason, comm->rank, comm->host);
    err->rank = comm->rank;
    return err->code;
}

/* ---- how it was launched ------------------------------------------------------------------ */

static int number_in(const char *variable)
{
    const char *text = getenv(variable);
    return text ? atoi(text) : 0;
}

/* The variable in which a launcher told this process its rank, in a way that this MPI library
 * understands; NULL for none. */
static const char *rank_variable(void)
{
    static const char *const variables[] = {
        "PMIX_RANK",
#if defined(OPEN_MPI)
        "OMPI_COMM_WORLD_RANK",
#else
        "PMI_RANK", /* Open MPI 4 finds no peers through PMI-1 and 2 */
#endif
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (getenv(variables[i]))
            return variables[i];
    return NULL;
}

/* How many copies Slurm started in this step. */
static int slurm_copies(void)
{
    return number_in("SLURM_STEP_NUM_TASKS");
}

int qdr_launch_rank(void)
{
    const char *variable = rank_variable();
    if (variable)
        return number_in(variable);
    return slurm_copies() > 1 ? number_in("SLURM_PROCID") : 0;
}

void qdr_launch_leave(void)
{
    if (rank_variable() && MPI_Init(NULL, NULL) == MPI_SUCCESS) {
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Finalize();
    }
}

static int check_launch(qdr_error *err)
{
    int copies = slurm_copies();
    if (copies <= 1 || rank_variable())
        return QDR_OK;
    return qdr_fail(err, QDR_EREFUSED,
                    "Slurm started %d separate copies (no PMIx). Use 'srun --mpi=pmix' or "
                    "'mpirun'.",
                    copies);
}

/* ---- who is where ------------------------------------------------------------------------- */

/* The memory that the ranks of this host share: the host's, or their cgroup's if that is less. */
static uint64_t host_memory(const qdr_cgroup *limits)
{
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    return limits->memory < memory ? limits->memory : memory;
}

/* This rank's part of what a host has, given the CPUs that each of its ranks may run on. */
static void take_share(qdr_comm *comm, const cpu_set_t *allowed, int ranks, int mine)
{
    qdr_cgroup limits = qdr_cgroup_read(QDR_CGROUP_SELF, QDR_CGROUP_MOUNT);
    comm->cpus = qdr_cpus_share(allowed, ranks, mine, limits.cpus);
    comm->bound = CPU_COUNT(&allowed[mine]) == 1;
    comm->memory = host_memory(&limits) / 5 * 4 / (uint64_t)ranks;
}

/* Makes allowed[i] the CPUs that the i-th of the host's ranks may run on. */
static int tell_cpus(qdr_comm *comm, MPI_Comm host, cpu_set_t *allowed, qdr_error *err)
{
    cpu_set_t own;
    int size = (int)sizeof own;
    qdr_cpus_allowed(&own);
    return qdr_comm_check(
        comm, MPI_Allgather(&own, size, MPI_BYTE, allowed, size, MPI_BYTE, host), "MPI_Allgather",
        err);
}

/* Counts hosts, and shares this one's CPUs and memory among its ranks. */
static int find_neighbours(qdr_comm *comm, qdr_error *err)
{
    MPI_Comm host = MPI_COMM_NULL;
    int rank, ranks;
    int code = qdr_comm_check(
        comm, MPI_Comm_split_type(comm->mpi, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host),
        "MPI_Comm_split_type", err);
    if (code)
        return code;
    MPI_Comm_rank(host, &rank);
    MPI_Comm_size(host, &ranks);
    int first = rank == 0;
    code = qdr_comm_check(
        comm, MPI_Allreduce(&first, &comm->hosts, 1, MPI_INT, MPI_SUM, comm->mpi),
        "MPI_Allreduce", err);
    cpu_set_t *allowed = malloc((size_t)ranks * sizeof *allowed);
    qdr_error failed = QDR_ERROR_INIT;
    if (!allowed)
        qdr_fail_memory(&failed, "starting");
    if (!code && qdr_comm_agree(comm, &failed)) {
        *err = failed;
        code = failed.code;
    }
    if (!code)
        code = tell_cpus(comm, host, allowed, err);
    if (!code)
        take_share(comm, allowed, ranks, rank);
    free(allowed);
    MPI_Comm_free(&host);
    return code;
}

/* "Open MPI v4.1.4, package: …" to "Open MPI 4.1.4". */
static void name_library(qdr_comm *comm)
{
    int length;
    char *text = comm->library;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    char *v = strstr(text, " v");
    if (v && v[2] >= '0' && v[2] <= '9')
        memmove(v + 1, v + 2, strlen(v + 2) + 1);
}

static int start_alone(qdr_comm *c)
{
    cpu_set_t allowed;
    gethostname(c->host, sizeof c->host - 1);
    c->size = c->hosts = 1;
    qdr_cpus_allowed(&allowed);
    take_share(c, &allowed, 1, 0);
    return QDR_OK;
}

static int start_mpi(qdr_comm *c, qdr_error *err)
{
    int provided, length;
    int code = qdr_comm_check(c, MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided),
                              "MPI_Init_thread", err);
    if (code)
        return code;
    c->started = true;
    MPI_Get_processor_name(c->host, &length);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &c->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &c->size);
    code = qdr_comm_check(c, MPI_Comm_dup(MPI_COMM_WORLD, &c->mpi), "MPI_Comm_dup", err);
    if (!code)
        code = find_neighbours(c, err);
    if (!code && provided < MPI_THREAD_FUNNELED)
        code = qdr_fail(err, QDR_ESYSTEM, "%s has no support for threads", c->library);
    return code;
}

int qdr_comm_alone(qdr_comm **comm, qdr_error *err)
{
    qdr_comm *c = *comm = calloc(1, sizeof *c);
    if (!c)
        return qdr_fail_memory(err, "starting");
    c->mpi = MPI_COMM_NULL;
    name_library(c);
    return start_alone(c);
}

int qdr_comm_start(qdr_comm **comm, qdr_error *err)
{
    int code = check_launch(err);
    if (code)
        return code;
    code = qdr_comm_alone(comm, err);
    if (code)
        err->rank = qdr_launch_rank();
    if (code || !rank_variable())
        return code;
    code = start_mpi(*comm, err);
    if (code && !(*comm)->started) {
        free(*comm);
        *comm = NULL;
    }
    return code;
}

void qdr_comm_stop(qdr_comm *comm, int code)
{
    if (!comm)
        return;
    if (comm->broken)
        MPI_Abort(MPI_COMM_WORLD, code);
    if (comm->mpi != MPI_COMM_NULL)
        MPI_Comm_free(&comm->mpi);
    if (comm->started)
        MPI_Finalize();
    free(comm);
}

/* ---- what ranks tell each other ------------------------------------------------------------ */

int qdr_comm_sum(qdr_comm *comm, const int64_t *mine, int64_t *all, int count, qdr_error *err)
{
    memcpy(all, mine, (size_t)count * sizeof *all);
    if (comm->size == 1)
        return QDR_OK;
    return qdr_comm_check(
        comm, MPI_Allreduce(MPI_IN_PLACE, all, count, MPI_INT64_T, MPI_SUM, comm->mpi),
        "MPI_Allreduce", err);
}

int qdr_comm_gather(qdr_comm *comm, int64_t mine, int64_t *all, qdr_error *err)
{
    all[0] = mine;
    if (comm->size == 1)
        return QDR_OK;
    return qdr_comm_check(comm,
                          MPI_Allgather(&mine, 1, MPI_INT64_T, all, 1, MPI_INT64_T, comm->mpi),
                          "MPI_Allgather", err);
}

int qdr_comm_rank(const qdr_comm *comm)
{
    return comm->rank;
}

int qdr_comm_size(const qdr_comm *comm)
{
    return comm->size;
}

int qdr_comm_hosts(const qdr_comm *comm)
{
    return comm->hosts;
}

uint64_t qdr_comm_memory(const qdr_comm *comm)
{
    return comm->memory;
}

int qdr_comm_cpus(const qdr_comm *comm)
{
    return comm->cpus;
}

int qdr_comm_bound_of(const qdr_comm *comm)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return comm->started && comm->size == 1 && comm->bound && online > 1 ? (int)online : 0;
}

const char *qdr_comm_host(const qdr_comm *comm)
{
    return comm->host;
}

const char *qdr_comm_library(const qdr_comm *comm)
{
    return comm->library;
}
