/* norm: the square root of the exact sum of the squares of the elements, or of both their parts. */
#include "reduce/floating.h"
#include "reduce/reducers.h"

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)state;
    qdr_squares_take(work, tile);
}

static void flush(uint64_t *state, void *work)
{
    qdr_product_bins_flush(work, (qdr_exact_product *)state);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    qdr_exact_product_merge((qdr_exact_product *)to, (const qdr_exact_product *)from);
}

static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options)
{
    (void)options;
    return qdr_squares_valid((const qdr_exact_product *)state, taken);
}

const qdr_accumulator qdr_squares_accumulator = {
    .name = "squares",
    .words = sizeof(qdr_exact_product) / sizeof(uint64_t),
    .work = sizeof(qdr_product_bins),
    .update = update,
    .flush = flush,
    .merge = merge,
    .valid = valid,
};

int qdr_finish_norm(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                    qdr_scalar *value, qdr_error *err)
{
    (void)dtype, (void)err;
    double norm = qdr_exact_norm((const qdr_exact_product *)state,
                                 qdr_floating_precision(options->dtype));
    *value = qdr_floating_make(norm, 0, options->dtype);
    return QDR_OK;
}
