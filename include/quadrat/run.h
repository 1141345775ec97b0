/* Running programs under MPI.
 *
 * A communicator stands for the ranks that run together: those that mpirun or srun started, or one
 * alone, which needs no MPI. A run sweeps over the arrays' blocks, cut in pieces: each rank has some,
 * which its threads take from a shared counter. About every quarter of a second all ranks meet in a
 * small allreduce, which carries errors, progress and the wish to stop; so a failing rank ends all of
 * them, and none waits for one that left. When a rank is to have nothing left, all deal what is left
 * anew, as fast as each of them is. When a pass is over, the ranks' states are merged up a binomial
 * tree.
 *
 * What is computed does not hang on the processor's rounding mode, or on flushing subnormal numbers,
 * that the caller may have set.
 *
 * Collective functions are called by every rank with the same arguments, and fail on all ranks or
 * on none, with the same error: that of the lowest rank that failed. A function that communicates
 * may return QDR_ESYSTEM when MPI itself fails; the communicator is broken then, and stopping it
 * ends all ranks by MPI_Abort.
 */
#ifndef QUADRAT_RUN_H
#define QUADRAT_RUN_H

#include "quadrat/program.h"
#include "quadrat/reduce.h"
#include "quadrat/visible.h"

typedef struct qdr_comm qdr_comm;

/* The rank that the launcher gave this process, by its environment; 0 without a launcher. It tells
 * who prints a message before MPI has started. Local. */
int qdr_launch_rank(void);

/* For a process that ends before it has started MPI, with an error: waits for the other ranks. A
 * launcher kills all ranks when the first one exits so, and the message of rank 0 must be out by
 * then. Without a launcher it does nothing. Collective. */
void qdr_launch_leave(void);

/* A communicator of this process alone, whoever started it, without MPI. Local. */
int qdr_comm_alone(qdr_comm **comm, qdr_error *err);

/* Starts MPI; without a launcher it makes a communicator of one rank, without MPI. Copies that Slurm
 * started without connecting them are QDR_EREFUSED. When it fails, *comm is NULL or to be stopped,
 * after the error was told: stopping may end all ranks. Collective. */
int qdr_comm_start(qdr_comm **comm, qdr_error *err);

/* Ends MPI; with code not QDR_OK on a broken communicator, by MPI_Abort(code). Collective. */
void qdr_comm_stop(qdr_comm *comm, int code);

int qdr_comm_rank(const qdr_comm *comm);
int qdr_comm_size(const qdr_comm *comm);
int qdr_comm_hosts(const qdr_comm *comm);         /* that have ranks */
const char *qdr_comm_host(const qdr_comm *comm);  /* the name of this rank's */
const char *qdr_comm_library(const qdr_comm *comm); /* "Open MPI 4.1.4" */

/* The CPUs that this rank may use: those of its affinity, each shared with the host's other ranks that
 * may run on it, within its part of the quota of their cgroup; at least 1. */
int qdr_comm_cpus(const qdr_comm *comm);

/* The host's CPUs, where a launcher bound the only rank to one of several; else 0. */
int qdr_comm_bound_of(const qdr_comm *comm);

/* The bytes that this rank may keep: 80 % of what its host and cgroup have, shared among the host's
 * ranks. */
uint64_t qdr_comm_memory(const qdr_comm *comm);

/* Agrees on an error: when err holds one on any rank, it holds on every rank the error of the
 * lowest rank that has one, whose number is err->rank then, and its code is returned. A text of
 * fewer than all ranks gets that rank and its host appended. An error that was agreed on before is
 * returned at once. Collective. */
int qdr_comm_agree(qdr_comm *comm, qdr_error *err);

/* Makes root's err, and the data if it is none, those of all ranks. Collective. */
int qdr_comm_share(qdr_comm *comm, int root, void *data, size_t size, qdr_error *err);

/* The same for rank 0's bytes, whose number the others do not know: their *data becomes the caller's
 * to free(), with a NUL behind it. NULL when there are none. Collective. */
int qdr_comm_share_bytes(qdr_comm *comm, char **data, size_t *size, qdr_error *err);

/* An opener for programs: rank 0 reads the headers, every rank opens the file. Such a program is
 * destroyed before the communicator is stopped. Collective. */
qdr_opener qdr_comm_opener(qdr_comm *comm, qdr_io io);

typedef struct qdr_progress {
    size_t pass, passes; /* pass counts from 1; it is 0 while elements are brought into memory */
    int64_t done, total; /* bytes of the pass */
    double seconds;      /* since the pass began */
} qdr_progress;

/* Share number `index` of `count` that are nearly equal, index from 1; all zero: the whole. */
typedef struct qdr_part {
    int64_t index, count;
} qdr_part;

typedef struct qdr_run_options {
    int threads;      /* of this rank; 0: as many as qdr_comm_cpus says */
    qdr_shape chunks; /* of the blocks; ndim 0: as the program says, or chosen */
    bool digest;      /* take the digests of inputs */
    bool in_memory;   /* bring all elements into memory, before the time is taken */
    qdr_io io;        /* of inputs that are opened for the run, by qdr_verify */
    uint64_t memory;  /* bytes that a rank may keep; 0: qdr_comm_memory */
    /* Called on rank 0 after every round; NULL for nobody. */
    void (*progress)(void *context, const qdr_progress *progress);
    /* Called on rank 0 with what people should know while the run goes on; NULL for nobody. */
    void (*notice)(void *context, const char *text);
    void *context;
    /* A file for the state of the run, see engine/state.h: written every so many seconds, and read
     * at the start if it is there. NULL for none. */
    const char *checkpoint;
    double every;
    double round; /* most seconds between two meetings of the ranks; 0: a quarter of one */
    qdr_part part; /* of the work, that is to be done; the report then has a state, and no values */
    int stop; /* with a checkpoint: a descriptor that can be read when the run shall stop, as
               * QDR_ESTOPPED; 0 for none */
} qdr_run_options;

#define QDR_REPORTED 1000 /* elements: an array result of so many is reported whole */

/* A result: a number, or what is told of an array, which is nowhere whole in memory. */
typedef struct qdr_result_value {
    qdr_scalar scalar;            /* of an array, only its dtype */
    void *shown;                  /* some elements of an array, in C order; NULL for a number */
    qdr_shape shown_shape;        /* of those: the array's, or along an axis that is longer only
                                   * the first and the last indices, three of each or fewer */
    qdr_scalar min, max;          /* of an array that has elements */
    char digest[QDR_DIGEST_TEXT]; /* of an array */
} qdr_result_value;

typedef struct qdr_run_report {
    qdr_result_value *value;         /* by result of the program */
    size_t value_count;
    char (*digest)[QDR_DIGEST_TEXT]; /* by input; "" without digests */
    int threads;                     /* of rank 0 */
    qdr_shape chunks;                /* block of the largest array */
    int64_t blocks;                  /* of all arrays */
    int64_t elements;                /* of all arrays, each counted once a pass */
    int64_t bytes;                   /* read or generated; this and the seconds are of this run, not
                                      * of the one that it was resumed from */
    int passes;
    double seconds;   /* from the first block to the merged result */
    double load_seconds; /* of bringing the elements into memory, before that; 0 of other runs */
    int parts;        /* that were joined; 1 of a run */
    char *state;      /* on rank 0, of a part and of what was joined: see below; else NULL */
    size_t state_size;
    qdr_error saving; /* why arrays could not be put in place, when all was computed */
    qdr_error checkpoint; /* on rank 0: why no state at all could be saved */
} qdr_run_report;

/* Computes the results, or a part of them, and writes the arrays that the program saves. What would
 * take more memory than a rank may keep is QDR_EREFUSED before anything is read. The report is the
 * same on every rank; clear it with qdr_run_report_clear. Collective. */
int qdr_run(qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
            qdr_run_report *report, qdr_error *err);
void qdr_run_report_clear(qdr_run_report *report);

/* A state is what was taken up of some of the blocks, see engine/state.h: what a run has that does a
 * part of the work. name is that of the file that it is from. */
typedef struct qdr_state {
    const char *name;
    const char *data; /* that may be anybody's */
    size_t size;
} qdr_state;

/* Whether bytes begin as a state does. Local. */
bool qdr_state_begins(const void *data, size_t size);

/* What comes of states that were joined. */
typedef struct qdr_joint {
    qdr_program *program;  /* the work of all of them */
    qdr_run_report report; /* the state of all; where nothing is missing also the values that one run
                            * would have given */
    char *missing;         /* which blocks are, for people; NULL for none */
} qdr_joint;

typedef struct qdr_join_options {
    uint64_t memory;          /* as of a run */
    const qdr_binding *saves; /* as of a program, of results; paths must outlive the joint */
    size_t save_count;
} qdr_join_options;

/* Joins the states of parts of one work, in any order, where the arrays need not be. What is no
 * state, or damaged, is QDR_EDATA; parts of different work or blocks, and those that have blocks in
 * common, are QDR_EREFUSED, as is what needs more memory than is allowed. Clear the joint with
 * qdr_joint_clear. Collective. */
int qdr_join(qdr_comm *comm, const qdr_state *states, size_t count,
             const qdr_join_options *options, qdr_joint *joint, qdr_error *err);
void qdr_joint_clear(qdr_joint *joint);

/* What a state is of, for people: the lines of the work, and which blocks it has. *text is the
 * caller's to free(). Local. */
int qdr_state_describe(const qdr_state *state, char **text, qdr_error *err);

/* What qdr_run would do with the same arguments, for people: the passes, in each the arrays that it
 * goes over and what it makes of them, what is read, and what this rank needs. *text are lines, the
 * caller's to free(). That it would be refused for its memory is one of them, no error. Local. */
int qdr_explain(const qdr_comm *comm, const qdr_program *program, const qdr_run_options *options,
                char **text, qdr_error *err);

#include "quadrat/hidden.h"
#endif
