/* Slicing, indexing and transposing nodes.
 *
 * None of it moves elements: it is pushed down to the leaves, since elementwise functions and
 * reductions commute with it. (x + y)[0] is x[0] + y[0], and sum(x, axis=0)[2:] is
 * sum(x[:, 2:], axis=0). Where the values of a reduction are arrays, as those of a histogram, it
 * ends there: histogram(x)[2:] is a view of all counts.
 */
#ifndef QDR_EXPR_INDEX_H
#define QDR_EXPR_INDEX_H

#include "expr/tree.h"

/* How the axes of a result come from those of an operand. */
typedef struct qdr_reindex {
    int ndim;                      /* axes of the result */
    int from[QDR_MAX_DIMS];        /* by axis of the result: the operand's; -1 for a new one */
    int64_t start[QDR_MAX_DIMS];   /* by axis of the result */
    int64_t step[QDR_MAX_DIMS];
    int64_t extent[QDR_MAX_DIMS];
    int64_t index[QDR_MAX_DIMS];   /* by axis of the operand that the result has no axis for */
} qdr_reindex;

/* Takes over axis `from` of a shape whole, as the next axis of the result. */
void qdr_reindex_keep(qdr_reindex *r, const qdr_shape *shape, int from);

/* The node reindexed. r fits its shape. What is made of constants alone stays as it is, without the
 * axes that r adds. */
int qdr_reindex_apply(qdr_program *program, const qdr_node *node, const qdr_reindex *r,
                      const qdr_node **made, qdr_error *err);

/* The shape that two broadcast to, by NumPy's rule; false when they do not go together. */
bool qdr_shape_broadcast(qdr_shape *to, const qdr_shape *with);

/* Of a leaf of a file: the leaf that has the same elements but only slices, without transposing,
 * new axes and reversing. It is what a digest is taken of. */
int qdr_leaf_slice(qdr_program *program, const qdr_node *leaf, const qdr_node **slice,
                   qdr_error *err);

#endif
