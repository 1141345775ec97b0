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

const qdr_accumulator qdr_factors_accumulator = {
    .name = "factors",
    .words = sizeof(qdr_factors) / sizeof(uint64_t),
    .update = update,
    .merge = merge,
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
    qdr_scalar product = {.dtype = QDR_FLOAT64, .words = {0, 0}};
    if (qdr_dtype_kind(dtype) == 'c')
        return qdr_fail(err, QDR_EUSAGE, "prod is not defined for %s", qdr_dtype_name(dtype));
    if (strchr("iu", qdr_dtype_kind(options->dtype)))
        return finish_integer(f, options->dtype, value, err);
    if (!qdr_factors_round(f, qdr_floating_precision(options->dtype), &product.real))
        return qdr_fail(err, QDR_EUSAGE,
                        "the product is so close to the middle of two numbers that it can't be "
                        "told which is the nearest");
    *value = qdr_scalar_narrow(product, options->dtype);
    return QDR_OK;
}
