/* What a plan will take, known before anything is read.
 *
 * Local, all of it; ranks differ in their threads and in what they may keep.
 */
#ifndef QDR_ENGINE_ESTIMATE_H
#define QDR_ENGINE_ESTIMATE_H

#include "expr/plan.h"
#include "expr/machine.h"

/* What one element of a space costs, found out by compiling it. */
int qdr_estimate_space(const qdr_program *program, const qdr_plan *plan, const qdr_space *space,
                       qdr_cost *cost, qdr_error *err);

/* One pass, likewise. */
typedef struct qdr_pass_estimate {
    double bytes;     /* read or generated, by all ranks */
    uint64_t working; /* bytes of this rank: states, and what its threads work with */
} qdr_pass_estimate;

int qdr_estimate_pass(const qdr_program *program, const qdr_plan *plan, size_t pass, int threads,
                      qdr_pass_estimate *estimate, qdr_error *err);

/* All passes. */
typedef struct qdr_estimate {
    uint64_t kept;           /* bytes of the arrays that are kept */
    const qdr_node *largest; /* of them; NULL for none */
    uint64_t working;        /* as above, of the pass that needs most */
    double bytes;            /* as above, of all passes together */
} qdr_estimate;

int qdr_estimate_make(const qdr_program *program, const qdr_plan *plan, int threads,
                      qdr_estimate *estimate, qdr_error *err);

/* QDR_EREFUSED when a rank would need more than the bytes it is allowed. */
int qdr_estimate_check(const qdr_estimate *estimate, int threads, uint64_t allowed,
                       qdr_error *err);

#endif
