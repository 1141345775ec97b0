/* var and std: the exact sums of the elements and of their squares; of complex elements, the sums
 * of the parts and of the squares of both. */
#include "reduce/floating.h"
#include "reduce/reducers.h"

/* The sums come first, as a sum's state alone. */
#define MOMENTS(kind, parts, sum_kind)                                                             \
    typedef struct kind {                                                                          \
        qdr_exact_sum sum[parts];                                                                  \
        qdr_exact_product squares;                                                                 \
    } kind;                                                                                        \
    typedef struct kind##_work {                                                                   \
        qdr_bins sum[parts];                                                                       \
        qdr_product_bins squares;                                                                   \
    } kind##_work;                                                                                 \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        kind##_work *w = work;                                                                     \
        (void)state;                                                                               \
        qdr_moments_take(w->sum, &w->squares, tile);                                               \
    }                                                                                              \
    static void flush_##kind(uint64_t *state, void *work)                                          \
    {                                                                                              \
        kind *m = (kind *)state;                                                                   \
        kind##_work *w = work;                                                                     \
        sum_kind.flush(state, w->sum);                                                             \
        qdr_product_bins_flush(&w->squares, &m->squares);                                           \
    }                                                                                              \
    static void merge_##kind(uint64_t *to, const uint64_t *from)                                   \
    {                                                                                              \
        sum_kind.merge(to, from);                                                                  \
        qdr_exact_product_merge(&((kind *)to)->squares, &((const kind *)from)->squares);           \
    }                                                                                              \
    static bool valid_##kind(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        const kind *m = (const kind *)state;                                                       \
        return sum_kind.valid(state, taken, options) && qdr_squares_valid(&m->squares, taken) &&   \
               m->squares.count == parts * m->sum[0].count;                                        \
    }                                                                                              \
    const qdr_accumulator qdr_##kind##_accumulator = {                                             \
        .name = #kind,                                                                             \
        .words = sizeof(kind) / sizeof(uint64_t),                                                  \
        .work = sizeof(kind##_work),                                                               \
        .update = update_##kind,                                                                   \
        .flush = flush_##kind,                                                                     \
        .merge = merge_##kind,                                                                     \
        .valid = valid_##kind,                                                                     \
        .part = &sum_kind,                                                                         \
    };
MOMENTS(moments, 1, qdr_sum_accumulator)
MOMENTS(complex_moments, 2, qdr_complex_sum_accumulator)

typedef double finisher(const qdr_exact_sum *, const qdr_exact_product *, uint64_t ddof,
                        qdr_precision);

static int finish(finisher *of, finisher *of_complex, const uint64_t *state, qdr_dtype dtype,
                  const qdr_reduce_options *options, qdr_scalar *value)
{
    const moments *m = (const moments *)state;
    const complex_moments *c = (const complex_moments *)state;
    qdr_precision to = qdr_floating_precision(options->dtype);
    uint64_t ddof = (uint64_t)options->ddof;
    double result = qdr_dtype_kind(dtype) == 'c' ? of_complex(c->sum, &c->squares, ddof, to)
                                                 : of(m->sum, &m->squares, ddof, to);
    *value = qdr_floating_make(result, 0, options->dtype);
    return QDR_OK;
}

int qdr_finish_var(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)err;
    return finish(qdr_exact_var, qdr_exact_complex_var, state, dtype, options, value);
}

int qdr_finish_std(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)err;
    return finish(qdr_exact_std, qdr_exact_complex_std, state, dtype, options, value);
}
