/* Merging states: of all ranks, or any two. */
#ifndef QDR_ENGINE_MERGE_H
#define QDR_ENGINE_MERGE_H

#include "expr/plan.h"
#include "quadrat/run.h"

/* Merges one state of a pass into another. Local. */
void qdr_merge_states(const qdr_pass *pass, uint64_t *to, const uint64_t *from);

/* Merges the states of a pass up a binomial tree, and hands the whole to every rank. Merging is
 * exact and commutative, so the tree's shape can't be seen in it. Collective. */
int qdr_merge(qdr_comm *comm, const qdr_pass *pass, uint64_t *state, qdr_error *err);

/* Joins an array of which every rank has its own elements, and zeros in place of the others'; it has
 * room for whole 8-byte words. Collective. */
int qdr_merge_array(qdr_comm *comm, void *elements, size_t bytes, qdr_error *err);

#endif
