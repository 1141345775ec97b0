#include "engine/arrays.h"

#include <stdlib.h>
#include <string.h>

#include "engine/merge.h"

static size_t array_bytes(qdr_dtype dtype, const qdr_shape *shape)
{
    return (size_t)qdr_shape_count(shape) * qdr_dtype_size(dtype);
}

int qdr_arrays_make(qdr_dtype dtype, const qdr_shape *shape, void **array, qdr_error *err)
{
    *array = calloc(array_bytes(dtype, shape) / 8 + 1, 8);
    return *array ? QDR_OK : qdr_fail_memory(err, "keeping an array");
}

/* Makes the store of a node, which has no elements yet. */
static int open_store(qdr_running *r, const qdr_node *node)
{
    qdr_store *s = &r->store[node->id];
    s->dtype = node->dtype;
    s->shape = node->shape;
    s->shown_shape = qdr_store_shown(&node->shape, QDR_REPORTED);
    s->file = qdr_saving_files(r->saving, node);
    return qdr_tree_is_result(r->program, node)
               ? qdr_arrays_make(s->dtype, &s->shown_shape, &s->shown, r->err)
               : QDR_OK;
}

static int make_store(qdr_running *r, const qdr_feed *feed, const uint64_t *state)
{
    (void)state;
    qdr_store *s = &r->store[feed->intake.elements->id];
    int code = open_store(r, feed->intake.elements);
    if (!code && r->plan.kept[feed->intake.elements->id])
        code = qdr_arrays_make(s->dtype, &s->shape, &s->kept, r->err);
    return code;
}

/* Makes the ranks' parts of what is kept and shown one. What is kept is known from now on. */
static int join_store(qdr_running *r, const qdr_feed *feed, const uint64_t *state)
{
    const qdr_node *node = feed->intake.elements;
    qdr_store *s = &r->store[node->id];
    int code = QDR_OK;
    if (s->kept)
        code = qdr_merge_array(r->comm, s->kept, qdr_tree_bytes(node), r->err);
    if (s->shown && !code)
        code = qdr_merge_array(r->comm, s->shown, array_bytes(s->dtype, &s->shown_shape), r->err);
    if (feed->intake.accumulator)
        qdr_summary_finish(state + feed->offset, node->dtype, &node->shape,
                           &r->summary[node->id]);
    r->known.array[node->id] = s->kept;
    s->kept = NULL;
    return code;
}

/* Calls `with` for everything that the pass stores, until one fails. */
static int for_stores(qdr_running *r, const qdr_pass *pass, const uint64_t *state,
                      int (*with)(qdr_running *, const qdr_feed *, const uint64_t *))
{
    int code = QDR_OK;
    for (size_t i = 0; i < pass->space_count; i++)
        for (size_t k = 0; k < pass->space[i].feed_count && !code; k++)
            if (pass->space[i].feed[k].kind == QDR_FEED_STORE)
                code = with(r, &pass->space[i].feed[k], state);
    return code;
}

int qdr_arrays_begin(qdr_running *r, const qdr_pass *pass)
{
    return for_stores(r, pass, NULL, make_store);
}

int qdr_arrays_end(qdr_running *r, const qdr_pass *pass, const uint64_t *state)
{
    return for_stores(r, pass, state, join_store);
}

int qdr_arrays_publish(qdr_running *r, const qdr_node *node, const void *array)
{
    uint64_t state[QDR_SUMMARY_WORDS] = {0};
    qdr_box whole = qdr_box_whole(&node->shape);
    qdr_tile tile = {.dtype = node->dtype, .elements = array,
                     .count = (size_t)qdr_shape_count(&node->shape), .shape = &node->shape,
                     .box = &whole};
    const qdr_store *store = &r->store[node->id];
    int code = open_store(r, node);
    if (code || (!store->shown && !store->file))
        return code;
    if (tile.count)
        qdr_summary_accumulator.update(state, NULL, &tile);
    qdr_summary_finish(state, node->dtype, &node->shape, &r->summary[node->id]);
    qdr_store_put(store, &tile, NULL, NULL);
    return r->comm->rank == 0 ? qdr_store_write(store, &whole, array, r->err) : QDR_OK;
}

int qdr_arrays_publish_again(qdr_running *r)
{
    for (size_t i = 0; i < r->pass; i++)
        for (size_t k = 0; k < r->plan.pass[i].finishing_count && !r->err->code; k++) {
            const qdr_node *node = r->plan.pass[i].finishing[k].intake.reduction;
            if (node && r->known.array[node->id])
                qdr_arrays_publish(r, node, r->known.array[node->id]);
        }
    return qdr_comm_agree(r->comm, r->err);
}

/* Two results may be one array. */
int qdr_arrays_report(qdr_running *r, const qdr_node *node, qdr_result_value *value)
{
    const qdr_store *s = &r->store[node->id];
    const qdr_summary *summary = &r->summary[node->id];
    value->shown_shape = s->shown_shape;
    value->min = summary->min;
    value->max = summary->max;
    memcpy(value->digest, summary->digest, sizeof value->digest);
    int code = qdr_arrays_make(s->dtype, &s->shown_shape, &value->shown, r->err);
    if (!code)
        memcpy(value->shown, s->shown, array_bytes(s->dtype, &s->shown_shape));
    return code;
}
