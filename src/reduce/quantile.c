#include "reduce/quantile.h"

#include <math.h>

#include "exact/between.h"
#include "reduce/floating.h"
#include "reduce/keys.h"
#include "reduce/reducers.h"
#include "reduce/search.h"

#define FEW 512         /* elements that are kept */
#define LARGEST 2097152 /* words that the counts of 16-bit digits may take */

/* ---- positions ----------------------------------------------------------------------------- */

/* Positions among n elements count from 0 and may lie between two of them. */
static double beta_index(double n, double q, double alpha, double beta)
{
    return n * q + (alpha + q * (1 - alpha - beta)) - 1;
}

static double linear(double n, double q)
{
    return (n - 1) * q;
}

static double interpolated_inverted_cdf(double n, double q)
{
    return beta_index(n, q, 0, 1);
}

static double hazen(double n, double q)
{
    return beta_index(n, q, 0.5, 0.5);
}

static double weibull(double n, double q)
{
    return beta_index(n, q, 0, 0);
}

static double median_unbiased(double n, double q)
{
    return beta_index(n, q, 1 / 3.0, 1 / 3.0);
}

static double normal_unbiased(double n, double q)
{
    return beta_index(n, q, 3 / 8.0, 3 / 8.0);
}

static double inverted_cdf(double n, double q)
{
    return ceil(n * q - 1);
}

/* Half way between two elements where the distribution function has a step. */
static double averaged_inverted_cdf(double n, double q)
{
    double index = n * q - 1;
    return floor(index) == index ? index + 0.5 : floor(index) + 1;
}

static double closest_observation(double n, double q)
{
    double index = n * q - 1 - 0.5, below = floor(index);
    return index == below && fmod(below, 2) == 0 ? below : below + 1;
}

static double lower(double n, double q)
{
    return floor(linear(n, q));
}

static double higher(double n, double q)
{
    return ceil(linear(n, q));
}

static double midpoint(double n, double q)
{
    return 0.5 * (lower(n, q) + higher(n, q));
}

static double nearest(double n, double q)
{
    return rint(linear(n, q));
}

static const struct method {
    const char *name;
    double (*index)(double n, double q);
    bool element; /* it is always the position of an element */
} methods[] = {
    {"linear", linear, false},
    {"inverted_cdf", inverted_cdf, true},
    {"averaged_inverted_cdf", averaged_inverted_cdf, false},
    {"closest_observation", closest_observation, true},
    {"interpolated_inverted_cdf", interpolated_inverted_cdf, false},
    {"hazen", hazen, false},
    {"weibull", weibull, false},
    {"median_unbiased", median_unbiased, false},
    {"normal_unbiased", normal_unbiased, false},
    {"lower", lower, true},
    {"higher", higher, true},
    {"midpoint", midpoint, false},
    {"nearest", nearest, true},
    {NULL, NULL, false},
};

const char *qdr_quantile_method(int method)
{
    return methods[method].name;
}

bool qdr_quantile_gives_element(int method)
{
    return methods[method].element;
}

/* ---- what is looked for -------------------------------------------------------------------- */

size_t qdr_search_words(const qdr_reduce_options *options)
{
    size_t bytes = sizeof(struct qdr_search) + options->count * sizeof(struct qdr_target);
    return bytes / sizeof(uint64_t);
}

void qdr_search_place(struct qdr_search *s, uint64_t count, uint64_t nans,
                      const qdr_reduce_options *options)
{
    s->count = count;
    s->nans = nans;
    s->targets = options->count;
    for (size_t i = 0; i < options->count && count; i++) {
        double index = methods[options->method].index((double)count, options->numbers[i]);
        double below = index < 0 ? 0 : floor(index);
        bool last = below >= (double)count - 1;
        s->target[i].rank = last ? count - 1 : (uint64_t)below;
        s->target[i].weight = last || index < 0 ? 0 : index - below;
    }
}

bool qdr_search_valid(const uint64_t *context, const qdr_taken *taken,
                      const qdr_reduce_options *options, int bits)
{
    const struct qdr_search *s = (const struct qdr_search *)context;
    size_t targets = options->count * sizeof(struct qdr_target) / sizeof(uint64_t);
    int known = bits * taken->pass;
    if (!taken->pass)
        return qdr_words_zero(context, qdr_search_words(options));
    if (s->pass != (uint64_t)taken->pass || s->targets != options->count ||
        s->count > taken->elements || s->nans > taken->elements - s->count)
        return false;
    if (!s->count)
        return qdr_words_zero((const uint64_t *)s->target, targets);
    for (size_t i = 0; i < s->targets; i++) {
        const struct qdr_target *t = &s->target[i];
        bool found = known == qdr_key_width(taken->dtype)
                         ? qdr_is_key(t->key, taken->dtype) && qdr_is_key(t->upper, taken->dtype) &&
                               t->key <= t->upper
                         : t->key >> known == 0 && t->upper == 0;
        if (!found || t->rank >= s->count || !(t->weight >= 0 && t->weight < 1))
            return false;
    }
    return true;
}

const qdr_accumulator *qdr_quantile_accumulator(qdr_dtype dtype,
                                                const qdr_reduce_options *options)
{
    if (qdr_dtype_kind(dtype) == 'c')
        return NULL;
    if (options->length <= FEW)
        return &qdr_kept_accumulator;
    size_t room = LARGEST / qdr_digits_16_accumulator.size(options);
    bool wide = qdr_key_width(dtype) >= 16 && (size_t)options->outputs <= room;
    return wide ? &qdr_digits_16_accumulator : &qdr_digits_8_accumulator;
}

/* ---- values -------------------------------------------------------------------------------- */

static qdr_exact_number exact_number(qdr_scalar wide)
{
    switch (wide.dtype) {
    case QDR_FLOAT64:
        return qdr_exact_number_of(wide.real);
    case QDR_INT64:
        return (qdr_exact_number){wide.integer, 0};
    case QDR_UINT64:
        return (qdr_exact_number){wide.natural, 0};
    default:
        return (qdr_exact_number){wide.truth, 0};
    }
}

static double between(qdr_scalar a, qdr_scalar b, double weight, qdr_precision to)
{
    bool finite = a.dtype != QDR_FLOAT64 || (isfinite(a.real) && isfinite(b.real));
    if (!finite)
        return weight == 0 ? a.real : a.real == b.real ? a.real : a.real + b.real;
    return qdr_exact_between(exact_number(a), exact_number(b), weight, to);
}

int qdr_finish_quantile(const uint64_t *context, qdr_dtype dtype,
                        const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)
{
    const struct qdr_search *s = (const struct qdr_search *)context;
    bool floating = qdr_dtype_kind(options->dtype) == 'f';
    bool nothing = s->nans || !s->count;
    if (nothing && !floating)
        return qdr_fail(err, QDR_EUSAGE, "there is no quantile of an array without elements");
    for (size_t i = 0; i < options->count; i++) {
        const struct qdr_target *t = &s->target[i];
        qdr_scalar low = qdr_key_element(t->key, dtype);
        if (!nothing && (t->weight == 0 || t->key == t->upper) && dtype == options->dtype) {
            value[i] = low;
            continue;
        }
        qdr_scalar number = {.dtype = QDR_FLOAT64, .real = NAN};
        if (!nothing)
            number.real = between(qdr_scalar_widen(low),
                                  qdr_scalar_widen(qdr_key_element(t->upper, dtype)), t->weight,
                                  qdr_floating_precision(options->dtype));
        value[i] = qdr_scalar_narrow(number, options->dtype);
    }
    return QDR_OK;
}
