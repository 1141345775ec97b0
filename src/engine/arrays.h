/* Arrays of a run: those that a pass makes element by element, and those that reductions give. */
#ifndef QDR_ENGINE_ARRAYS_H
#define QDR_ENGINE_ARRAYS_H

#include "engine/running.h"

/* An array of zeros, in whole words; the caller's to free(). */
int qdr_arrays_make(qdr_dtype dtype, const qdr_shape *shape, void **array, qdr_error *err);

/* Makes room for what the pass stores. */
int qdr_arrays_begin(qdr_running *run, const qdr_pass *pass);

/* Makes one of the ranks' parts of that, given the pass's state. Collective. */
int qdr_arrays_end(qdr_running *run, const qdr_pass *pass, const uint64_t *state);

/* Shows and writes the array of a node, which every rank has. */
int qdr_arrays_publish(qdr_running *run, const qdr_node *node, const void *array);

/* The same for all that the passes gave which were over before this run. Collective. */
int qdr_arrays_publish_again(qdr_running *run);

/* What is shown of an array result, and what is told of it. */
int qdr_arrays_report(qdr_running *run, const qdr_node *node, qdr_result_value *value);

#endif
