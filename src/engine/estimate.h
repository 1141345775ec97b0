/* What a plan will take, known before anything is read.
 *
 * Local, all of it; ranks differ in their threads and in what they may keep.
 */
#ifndef QDR_ENGINE_ESTIMATE_H
#define QDR_ENGINE_ESTIMATE_H

#include "engine/load.h"

/* What one element of a space costs, found out by compiling it; what is known is that of loading. */
int qdr_estimate_space(const qdr_known *known, const qdr_space *space, qdr_cost *cost,
                       qdr_error *err);

/* One pass, likewise. */
typedef struct qdr_pass_estimate {
    double bytes;     /* read or generated, by all ranks */
    uint64_t working; /* bytes of this rank: states, and what its threads work with */
} qdr_pass_estimate;

int qdr_estimate_pass(const qdr_program *program, const qdr_known *known, const qdr_pass *pass,
                      int threads, qdr_pass_estimate *estimate, qdr_error *err);

/* All passes. */
typedef struct qdr_estimate {
    uint64_t kept;           /* bytes of the arrays that are kept */
    const qdr_node *largest; /* of them; NULL for none */
    uint64_t working;        /* as above, of the pass that needs most */
    double bytes;            /* as above, of all passes together */
    uint64_t loaded;         /* bytes of the elements that are loaded before all that */
    int threads;             /* of this rank */
} qdr_estimate;

/* `loading` is opened for the plan. */
int qdr_estimate_make(const qdr_comm *comm, const qdr_program *program, const qdr_plan *plan,
                      const qdr_loading *loading, const qdr_run_options *options,
                      qdr_estimate *estimate, qdr_error *err);

/* The bytes that this rank needs. */
uint64_t qdr_estimate_bytes(const qdr_estimate *estimate);

/* The threads of this rank, and the bytes that it may keep. */
int qdr_estimate_threads(const qdr_comm *comm, const qdr_run_options *options);
uint64_t qdr_estimate_allowed(const qdr_comm *comm, const qdr_run_options *options);

/* QDR_EREFUSED when a rank would need more than the bytes it is allowed. */
int qdr_estimate_check(const qdr_estimate *estimate, uint64_t allowed, qdr_error *err);

#endif
