/* What a reduction takes up: which elements, along which axes, and by what accumulator. */
#ifndef QDR_EXPR_INTAKE_H
#define QDR_EXPR_INTAKE_H

#include "expr/tree.h"

#define QDR_INTAKE_NODES 3

typedef struct qdr_intake {
    const qdr_node *reduction; /* NULL for a digest, and where elements are stored */
    const qdr_accumulator *accumulator; /* NULL: the elements are stored, not taken up */
    qdr_reduce_options options;         /* of the reduction, with its length and outputs */
    size_t words, context;              /* of an output's state, and of its context */
    int passes;
    const qdr_node *elements;
    const qdr_node *second; /* of pairs, or weights: of the shape of elements; else NULL */
    const qdr_node *where;  /* which count: bools, repeated to the shape of elements; or NULL */
    const qdr_node *const *bounds; /* two numbers that are known before the pass; or NULL */
    bool skips;             /* NaN does not count */
    bool by_axes;           /* there is an output for each line along the axes, or just one */
    uint32_t axes;          /* bit i: axis i of elements is reduced */
} qdr_intake;

qdr_intake qdr_intake_of(const qdr_node *reduction);
qdr_intake qdr_intake_digest(const qdr_node *input);
qdr_intake qdr_intake_store(const qdr_node *elements);

/* Whether both take up the same elements along the same axes; with a context, for the same
 * reduction. */
bool qdr_intake_alike(const qdr_intake *a, const qdr_intake *b);

/* The nodes that are to be evaluated for it: elements, then second and where if there are. */
int qdr_intake_nodes(const qdr_intake *intake, const qdr_node *node[QDR_INTAKE_NODES]);

/* Leaves in a tile only what counts; value holds the elements of the nodes in the tile. Where not
 * all counts, what does is copied to `room`, with as many elements in each part as the tile has;
 * room[i] may be value[i]. Returns the number of elements left. */
size_t qdr_intake_select(const qdr_intake *intake, const void *const value[QDR_INTAKE_NODES],
                         void *const room[2], qdr_tile *tile);

#endif
