/* Passes: what is done in which sweep over the data.
 *
 * A space is an array's shape with a grid of blocks; every node that is evaluated is evaluated in
 * one, tile by tile. In a pass, everything over one shape shares a space. What the tiles feed is
 *
 *   whole   one accumulator, of all elements: mean(x)
 *   lines   an accumulator for each line along the reduced axes: mean(x, axis=0)
 *   store   the elements themselves: kept for later passes, shown, or written to files
 *
 * A reduction by axes with few outputs is fed by lines: ranks sweep over its operand, and merge.
 * One with many is inlined: it is evaluated where its value is wanted, as if it were elementwise,
 * by going along the reduced axes for a tile of outputs at a time, so that neither its operand nor
 * its accumulators are ever held for more than a tile. That needs a space of just its shape; where
 * it is broadcast into a larger one, or a view of it is wanted, it is stored in a pass before.
 *
 * A pass's state is the states of its accumulators, one behind the other.
 */
#ifndef QDR_EXPR_PLAN_H
#define QDR_EXPR_PLAN_H

#include "expr/intake.h"

typedef enum { QDR_FEED_WHOLE, QDR_FEED_LINES, QDR_FEED_STORE } qdr_feed_kind;

typedef struct qdr_feed {
    qdr_feed_kind kind;
    qdr_intake intake; /* of a store: with the summary of a result, or without an accumulator */
    int64_t outputs;   /* accumulators: 1, or the number of lines; 0 for none */
    size_t offset;     /* of the first's state in the pass's, words */
} qdr_feed;

typedef struct qdr_space {
    qdr_grid grid;
    qdr_feed *feed;
    size_t feed_count;
} qdr_space;

/* What is made of states when the pass is over: the digest of an input, or the values of a
 * reduction; in all but the last of its passes, their contexts advance. */
typedef struct qdr_finishing {
    qdr_intake intake;
    int step; /* of the reduction's passes, from 0 */
    int64_t outputs;
    size_t offset, stride; /* of the first state in the pass's, and from one to the next, words */
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
    bool *kept; /* by node: from the end of its pass on every rank has all its elements */
} qdr_plan;

typedef struct qdr_plan_options {
    /* Blocks for arrays of that many axes, one extent for all axes of any; with ndim 0 a generator's
     * chunks= counts, or blocks are chosen. */
    qdr_shape chunks;
    bool digest; /* take the digests of inputs */
} qdr_plan_options;

/* Makes the plan of a program. Local; the same on every rank. */
int qdr_plan_make(const qdr_program *program, const qdr_plan_options *options, qdr_plan *plan,
                  qdr_error *err);
void qdr_plan_clear(qdr_plan *plan);

#endif
