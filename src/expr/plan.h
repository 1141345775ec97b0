/* Passes: which reductions are done in which sweep over the data.
 *
 * A reduction whose operand depends on the value of another is done in a later pass. In a pass,
 * reductions over operands of one shape share a space: one grid of blocks, whose elements are
 * computed once for all of them. A space's state is the states of its accumulators, one behind the
 * other; a pass's state is its spaces'.
 */
#ifndef QDR_EXPR_PLAN_H
#define QDR_EXPR_PLAN_H

#include "expr/tree.h"

/* An accumulator fed with the elements of a node. */
typedef struct qdr_feed {
    const qdr_node *operand;
    const qdr_accumulator *accumulator;
    size_t offset; /* of its state in the pass's, words */
} qdr_feed;

typedef struct qdr_space {
    qdr_grid grid;
    qdr_feed *feed;
    size_t feed_count;
} qdr_space;

/* What is made of a state when the pass is over. */
typedef struct qdr_finishing {
    const qdr_node *operand;
    const qdr_accumulator *accumulator;
    const qdr_node *reduction; /* NULL: the state is the digest of the operand, a file */
    size_t offset;             /* of the state in the pass's, words */
} qdr_finishing;

typedef struct qdr_pass {
    qdr_space *space;
    size_t space_count;
    qdr_finishing *finishing;
    size_t finishing_count;
    size_t words; /* of its state */
} qdr_pass;

typedef struct qdr_plan {
    qdr_arena arena;
    qdr_pass *pass;
    size_t pass_count;
} qdr_plan;

typedef struct qdr_plan_options {
    /* Blocks for arrays of that many axes, one extent for all axes of any; with ndim 0 a generator's
     * chunks= counts, or blocks are chosen. */
    qdr_shape chunks;
    bool digest;      /* take the digests of inputs */
} qdr_plan_options;

/* Makes the plan of a program. Local; the same on every rank. */
int qdr_plan_make(const qdr_program *program, const qdr_plan_options *options, qdr_plan *plan,
                  qdr_error *err);
void qdr_plan_clear(qdr_plan *plan);

#endif
