/* prod: the product of the elements. */
#include <string.h>

#include "exact/round.h"
#include "reduce/floating.h"
#include "reduce/reducers.h"

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    (void)work;
    qdr_factors_take((qdr_factors *)state, tile);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    qdr_factors_merge((qdr_factors *)to, (const qdr_factors *)from);
}

/* n factors are at least 2^(n least), and below 2^(n most). Of the n there are n - 1 products at
 * most, each of which may add 2 to the slack. */
static bool valid_floats(const qdr_factors *f, const qdr_exact_terms *terms, uint64_t elements)
{
    const uint64_t known = QDR_FACTORS_NEGATIVE | QDR_FACTORS_ZERO | QDR_FACTORS_INF |
                           QDR_FACTORS_NAN;
    __int128 n = (__int128)elements;
    return !(f->limbs[QDR_FACTORS_LIMBS - 1] >> 63) && f->exponent >= n * terms->least &&
           f->exponent < n * terms->most && f->slack % 2 == 0 && f->slack / 2 < elements &&
           !f->integers && !(f->flags & ~known);
}

/* Of integers, the product of n is 2^(n most) at most. */
static bool valid_integers(const qdr_factors *f, const qdr_exact_terms *terms, uint64_t elements)
{
    bool large = (__int128)elements * terms->most >= 64;
    uint64_t known = QDR_FACTORS_ZERO | (terms->negative ? QDR_FACTORS_NEGATIVE : 0) |
                     (large ? QDR_FACTORS_OVER : 0);
    bool fits = large ? f->integers < UINT64_MAX
                      : f->integers >> elements * (uint64_t)terms->most == 0;
    return qdr_words_zero(f->limbs, QDR_FACTORS_LIMBS) && !f->exponent && !f->slack && fits &&
           !(f->flags & ~known) && !(f->flags & QDR_FACTORS_OVER && f->integers);
}

static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options)
{
    const qdr_factors *f = (const qdr_factors *)state;
    qdr_exact_terms terms = qdr_terms_of(taken->dtype);
    (void)options;
    return terms.floating ? valid_floats(f, &terms, taken->elements)
                          : valid_integers(f, &terms, taken->elements);
}

const qdr_accumulator qdr_factors_accumulator = {
    .name = "factors",
    .words = sizeof(qdr_factors) / sizeof(uint64_t),
    .update = update,
    .merge = merge,
    .valid = valid,
};

static int finish_integer(const qdr_factors *f, qdr_dtype dtype, qdr_scalar *value, qdr_error *err)
{
    bool has_sign = qdr_dtype_kind(dtype) == 'i';
    qdr_scalar product = {.dtype = has_sign ? QDR_INT64 : QDR_UINT64, .words = {0, 0}};
    bool fits = has_sign ? qdr_factors_int64(f, &product.integer)
                         : qdr_factors_uint64(f, &product.natural);
    return qdr_integer_finish(fits, product, dtype, "product",
                              "dtype=\"float64\" multiplies floats", value, err);
}

int qdr_finish_prod(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                    qdr_scalar *value, qdr_error *err)
{
    const qdr_factors *f = (const qdr_factors *)state;
    double product;
    if (qdr_dtype_kind(dtype) == 'c')
        return qdr_fail(err, QDR_EUSAGE, "prod is not defined for %s", qdr_dtype_name(dtype));
    if (strchr("iu", qdr_dtype_kind(options->dtype)))
        return finish_integer(f, options->dtype, value, err);
    if (!qdr_factors_round(f, qdr_floating_precision(options->dtype), &product))
        return qdr_fail(err, QDR_EUSAGE,
                        "the product is so close to the middle of two numbers that it can't be "
                        "told which is the nearest");
    *value = qdr_floating_make(product, 0, options->dtype);
    return QDR_OK;
}
