/* The tile machine: evaluates nodes in a space, tile by tile.
 *
 * A machine is compiled once for a space and is const then. Each thread has an evaluator with
 * registers of one tile each. Nothing larger than a tile is ever stored: a tile goes through all
 * instructions before the next one is read, so that chains of operations stay in cache. Numbers
 * (0-d nodes) are computed once, when an evaluator is made. A node that is smaller than the space is
 * repeated along it, as NumPy broadcasts.
 *
 * Local, all of it.
 */
#ifndef QDR_EXPR_MACHINE_H
#define QDR_EXPR_MACHINE_H

#include "expr/tree.h"

#define QDR_TILE 2048 /* elements, the most in a tile */

/* What is known of reductions, by node id; and of leaves. */
typedef struct qdr_known {
    qdr_scalar *value; /* of those that make a number, once their pass is over */
    void **array;      /* elements of those that were stored; NULL as long as they were not */
    uint64_t **context; /* of those that have one, of each output in turn, while their passes last */
    const qdr_source *const *source; /* where the elements of leaves are kept, by node id; NULL, or
                                      * NULL for one, where they are not */
} qdr_known;

typedef struct qdr_machine qdr_machine;
typedef struct qdr_evaluator qdr_evaluator;

/* Compiles the evaluation of nodes in a space of that shape, to which the shapes of all of them
 * broadcast. A reduction whose elements are not known is inlined; it has the shape of the space
 * then. known must outlive the machine. */
int qdr_machine_compile(const qdr_known *known, const qdr_shape *space,
                        const qdr_node *const *nodes, size_t count, qdr_machine **machine,
                        qdr_error *err);
void qdr_machine_destroy(qdr_machine *machine);

/* A good shape for tiles of a box. */
qdr_shape qdr_machine_tile(const qdr_machine *machine, const qdr_box *box);

/* What one element of the space costs: elements taken up and bytes read or generated, those of
 * inlined reductions included. */
typedef struct qdr_cost {
    double elements, bytes;
} qdr_cost;

qdr_cost qdr_machine_cost(const qdr_machine *machine);

/* The bytes that an evaluator takes, nearly. */
size_t qdr_machine_memory(const qdr_machine *machine);

/* Brings the elements of leaves that a box of the space is made of into memory, where they are kept;
 * or counts them: see qdr_source_load. */
int qdr_machine_load(const qdr_machine *machine, const qdr_box *box, int64_t *wanted,
                     qdr_error *err);

int qdr_evaluator_create(const qdr_machine *machine, qdr_evaluator **evaluator, qdr_error *err);
void qdr_evaluator_destroy(qdr_evaluator *evaluator);

/* Evaluates a tile, of at most QDR_TILE elements. */
int qdr_evaluator_run(qdr_evaluator *evaluator, const qdr_box *tile, qdr_error *err);

/* The elements of the index-th node in the tile, in C order; one element for a number. They stand
 * until the next run, perhaps in a mapped file. */
const void *qdr_evaluator_elements(const qdr_evaluator *evaluator, size_t index);

/* Whether what was read for all tiles so far was the files': to be asked before it is kept. */
int qdr_machine_check(const qdr_machine *machine, qdr_error *err);

/* The value of a 0-d node, once all that it depends on is known. */
int qdr_machine_evaluate(const qdr_node *node, const qdr_known *known, qdr_scalar *value,
                         qdr_error *err);

#endif
