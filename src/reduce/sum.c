/* sum and mean: the exact sum of the elements; of complex ones, of the real and the imaginary
 * parts. */
#include <string.h>

#include "exact/bins.h"
#include "exact/round.h"
#include "reduce/abreast.h"
#include "reduce/floating.h"
#include "reduce/reducers.h"

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)state;
    qdr_sum_take(work, tile);
}

/* The parts are as many. */
static bool valid(const qdr_exact_sum *sum, int parts, const qdr_taken *taken)
{
    qdr_exact_terms terms = qdr_terms_of(taken->dtype);
    for (int i = 0; i < parts; i++)
        if (sum[i].count != sum[0].count || !qdr_exact_sum_valid(&sum[i], &terms))
            return false;
    return sum[0].count <= taken->elements;
}

#define SUM(kind, parts, lines)                                                                    \
    static void flush_##kind(uint64_t *state, void *work)                                          \
    {                                                                                              \
        for (int i = 0; i < parts; i++)                                                            \
            qdr_bins_flush((qdr_bins *)work + i, (qdr_exact_sum *)state + i);                      \
    }                                                                                              \
    static void merge_##kind(uint64_t *to, const uint64_t *from)                                   \
    {                                                                                              \
        for (int i = 0; i < parts; i++)                                                            \
            qdr_exact_sum_merge((qdr_exact_sum *)to + i, (const qdr_exact_sum *)from + i);         \
    }                                                                                              \
    static bool valid_##kind(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        (void)options;                                                                             \
        return valid((const qdr_exact_sum *)state, parts, taken);                                  \
    }                                                                                              \
    const qdr_accumulator qdr_##kind##_accumulator = {                                             \
        .name = #kind,                                                                             \
        .words = parts * sizeof(qdr_exact_sum) / sizeof(uint64_t),                                 \
        .work = parts * sizeof(qdr_bins),                                                          \
        .update = update,                                                                          \
        .flush = flush_##kind,                                                                     \
        .merge = merge_##kind,                                                                     \
        .valid = valid_##kind,                                                                     \
        .abreast = lines,                                                                          \
    };
SUM(sum, 1, &qdr_sum_abreast)
SUM(complex_sum, 2, NULL)

static int finish_integer(const qdr_exact_sum *sum, qdr_dtype dtype, qdr_scalar *value,
                          qdr_error *err)
{
    bool has_sign = qdr_dtype_kind(dtype) == 'i';
    qdr_scalar total = {.dtype = has_sign ? QDR_INT64 : QDR_UINT64, .words = {0, 0}};
    bool fits = has_sign ? qdr_exact_sum_int64(sum, &total.integer)
                         : qdr_exact_sum_uint64(sum, &total.natural);
    return qdr_integer_finish(fits, total, dtype, "sum", "dtype=\"float64\" sums as floats",
                              value, err);
}

/* `of` of every part, as the dtype, which is float or complex. */
static qdr_scalar finish_parts(double (*of)(const qdr_exact_sum *, qdr_precision),
                               const qdr_exact_sum *sum, qdr_dtype dtype)
{
    qdr_precision to = qdr_floating_precision(dtype);
    double im = qdr_dtype_kind(dtype) == 'c' ? of(&sum[1], to) : 0;
    return qdr_floating_make(of(&sum[0], to), im, dtype);
}

int qdr_finish_sum(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)dtype;
    const qdr_exact_sum *sum = (const qdr_exact_sum *)state;
    if (strchr("iu", qdr_dtype_kind(options->dtype)))
        return finish_integer(sum, options->dtype, value, err);
    *value = finish_parts(qdr_exact_sum_round, sum, options->dtype);
    return QDR_OK;
}

int qdr_finish_mean(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                    qdr_scalar *value, qdr_error *err)
{
    (void)dtype, (void)err;
    *value = finish_parts(qdr_exact_mean, (const qdr_exact_sum *)state, options->dtype);
    return QDR_OK;
}
