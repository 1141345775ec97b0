/* sum and mean: the exact sum of the elements. */
#include <string.h>

#include "exact/bins.h"
#include "exact/round.h"
#include "reduce/floating.h"
#include "reduce/reducers.h"

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)state;
    qdr_sum_take(work, tile);
}

static void flush(uint64_t *state, void *work)
{
    qdr_bins_flush(work, (qdr_exact_sum *)state);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    qdr_exact_sum_merge((qdr_exact_sum *)to, (const qdr_exact_sum *)from);
}

const qdr_accumulator qdr_sum_accumulator = {
    .name = "sum",
    .words = sizeof(qdr_exact_sum) / sizeof(uint64_t),
    .work = sizeof(qdr_bins),
    .update = update,
    .flush = flush,
    .merge = merge,
};

int qdr_finish_sum(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)options;
    const qdr_exact_sum *sum = (const qdr_exact_sum *)state;
    if (qdr_dtype_kind(dtype) == 'f') {
        *value = qdr_floating(dtype, qdr_exact_sum_round(sum, qdr_floating_precision(dtype)));
        return QDR_OK;
    }
    value->dtype = QDR_INT64;
    if (!qdr_exact_sum_int64(sum, &value->integer))
        return qdr_fail(err, QDR_EUSAGE,
                        "the sum does not fit int64. Sum as floats: multiply the array by 1.0");
    return QDR_OK;
}

int qdr_finish_mean(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                    qdr_scalar *value, qdr_error *err)
{
    (void)options, (void)err;
    *value = qdr_floating(
        dtype, qdr_exact_mean((const qdr_exact_sum *)state, qdr_floating_precision(dtype)));
    return QDR_OK;
}
