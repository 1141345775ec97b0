/* var and std: the exact sums of the elements and of their squares. */
#include "reduce/floating.h"
#include "reduce/reducers.h"

typedef struct moments {
    qdr_exact_sum sum;
    qdr_exact_product squares;
} moments;

typedef struct moments_work {
    qdr_bins sum;
    qdr_square_bins squares;
} moments_work;

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)state;
    moments_work *w = work;
    qdr_sum_take(&w->sum, tile);
    qdr_squares_take(&w->squares, tile);
}

static void flush(uint64_t *state, void *work)
{
    moments *m = (moments *)state;
    moments_work *w = work;
    qdr_bins_flush(&w->sum, &m->sum);
    qdr_square_bins_flush(&w->squares, &m->squares);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    moments *into = (moments *)to;
    const moments *other = (const moments *)from;
    qdr_exact_sum_merge(&into->sum, &other->sum);
    qdr_exact_product_merge(&into->squares, &other->squares);
}

const qdr_accumulator qdr_moments_accumulator = {
    .name = "moments",
    .words = sizeof(moments) / sizeof(uint64_t),
    .work = sizeof(moments_work),
    .update = update,
    .flush = flush,
    .merge = merge,
    .part = &qdr_sum_accumulator,
};

typedef double finisher(const qdr_exact_sum *, const qdr_exact_product *, uint64_t ddof,
                        qdr_precision);

static int finish(finisher *of, const uint64_t *state, qdr_dtype dtype,
                  const qdr_reduce_options *options, qdr_scalar *value)
{
    const moments *m = (const moments *)state;
    *value = qdr_floating(dtype, of(&m->sum, &m->squares, (uint64_t)options->ddof,
                                    qdr_floating_precision(dtype)));
    return QDR_OK;
}

int qdr_finish_var(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)err;
    return finish(qdr_exact_var, state, dtype, options, value);
}

int qdr_finish_std(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)err;
    return finish(qdr_exact_std, state, dtype, options, value);
}
