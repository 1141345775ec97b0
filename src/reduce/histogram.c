#include "reduce/histogram.h"

#include <math.h>
#include <string.h>

#include "base/half.h"
#include "exact/between.h"
#include "reduce/floating.h"
#include "reduce/reducers.h"

enum { PART = 512 }; /* elements that are looked at together */

/* ---- states and contexts ------------------------------------------------------------------- */

/* A context, followed by the edges, one more than bins, and in the end by the values of the bins. */
struct bins {
    uint64_t count;
    double low, scale; /* of bins of equal width: the bin of x is about (x - low) * scale */
    uint64_t largest, smallest; /* of bincount, outside the bins: see counts */
    double edge[];
};

static size_t context_words(const qdr_reduce_options *options)
{
    return sizeof(struct bins) / sizeof(uint64_t) + 2 * (size_t)options->bins + 1;
}

static const void *values_of(const struct bins *b)
{
    return b->edge + b->count + 1;
}

/* A state, followed by a count for each bin, or an exact sum of weights. */
struct counts {
    uint64_t bins;     /* 0 when nothing was taken up */
    uint64_t largest;  /* of bincount: of the elements beyond the bins; 0 without */
    uint64_t smallest; /* the magnitude of the least one below 0; 0 without */
    uint64_t of[];
};

static size_t count_words(const qdr_reduce_options *options)
{
    return sizeof(struct counts) / sizeof(uint64_t) + (size_t)options->bins;
}

static size_t weight_words(const qdr_reduce_options *options)
{
    return sizeof(struct counts) / sizeof(uint64_t) +
           (size_t)options->bins * (sizeof(qdr_exact_sum) / sizeof(uint64_t));
}

static void merge_outside(struct counts *c, const struct counts *f)
{
    c->bins = f->bins ? f->bins : c->bins;
    c->largest = f->largest > c->largest ? f->largest : c->largest;
    c->smallest = f->smallest > c->smallest ? f->smallest : c->smallest;
}

static void merge_counts(uint64_t *to, const uint64_t *from)
{
    struct counts *c = (struct counts *)to;
    const struct counts *f = (const struct counts *)from;
    merge_outside(c, f);
    for (size_t i = 0; i < f->bins; i++)
        c->of[i] += f->of[i];
}

static void merge_weights(uint64_t *to, const uint64_t *from)
{
    struct counts *c = (struct counts *)to;
    const struct counts *f = (const struct counts *)from;
    merge_outside(c, f);
    for (size_t i = 0; i < f->bins; i++)
        qdr_exact_sum_merge((qdr_exact_sum *)c->of + i, (const qdr_exact_sum *)f->of + i);
}

/* That there was something to take up, and what bincount found outside. */
static bool valid_outside(const struct counts *c, const qdr_taken *taken,
                          const qdr_reduce_options *options, bool whole)
{
    uint64_t bins = (uint64_t)options->bins;
    bool below = qdr_dtype_kind(taken->dtype) == 'i';
    return c->bins == bins && (!c->largest || (whole && c->largest >= bins)) &&
           (!c->smallest || (whole && below));
}

static bool valid_counts(const uint64_t *state, const qdr_taken *taken,
                         const qdr_reduce_options *options, bool whole)
{
    const struct counts *c = (const struct counts *)state;
    if (!c->bins)
        return qdr_words_zero(state, count_words(options));
    return valid_outside(c, taken, options, whole) &&
           qdr_words_total(c->of, c->bins, 1) <= taken->elements;
}

static bool valid_weights(const uint64_t *state, const qdr_taken *taken,
                          const qdr_reduce_options *options, bool whole)
{
    const struct counts *c = (const struct counts *)state;
    const qdr_exact_sum *sum = (const qdr_exact_sum *)c->of;
    qdr_exact_terms terms = qdr_terms_of(QDR_FLOAT64);
    if (!c->bins)
        return qdr_words_zero(state, weight_words(options));
    if (!valid_outside(c, taken, options, whole))
        return false;
    for (size_t i = 0; i < c->bins; i++)
        if (!qdr_exact_sum_valid(&sum[i], &terms))
            return false;
    return qdr_words_total(&sum->count, c->bins, sizeof *sum / sizeof(uint64_t)) <=
           taken->elements;
}

/* One more term of a sum. */
static void add_weight(qdr_exact_sum *sum, double x)
{
    sum->count++;
    if (x != x || isinf(x)) {
        sum->flags |= QDR_SEEN_OTHER | (x != x  ? QDR_SEEN_NAN
                                        : x > 0 ? QDR_SEEN_PLUS_INF
                                                : QDR_SEEN_MINUS_INF);
        return;
    }
    qdr_exact_number number = qdr_exact_number_of(x);
    sum->flags |= x == 0 && signbit(x) ? 0 : QDR_SEEN_OTHER;
    qdr_fixed_add_scaled(sum->limbs, QDR_SUM_LIMBS, number.significand,
                         (unsigned)(QDR_SUM_ONE + number.exponent));
}

/* ---- elements ------------------------------------------------------------------------------ */

#define VALUE_b(x) x
#define VALUE_i(x) (double)x
#define VALUE_u(x) (double)x
#define VALUE_h(x) (double)qdr_half_value(x.bits)
#define VALUE_f(x) (double)x
#define VALUE_c(x) (double)x.re

#define DTYPE(id, name, class, type, npy)                                                          \
    static void values_##id(const void *elements, size_t n, double *values)                        \
    {                                                                                              \
        const type *x = elements;                                                                  \
        for (size_t i = 0; i < n; i++)                                                             \
            values[i] = VALUE_##class(x[i]);                                                       \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

static void (*const values[QDR_DTYPES])(const void *, size_t, double *) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = values_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
};

/* The bin of x, which is between the first and the last edge. */
static size_t bin_of(const struct bins *b, double x)
{
    size_t last = b->count - 1, bin;
    if (b->scale > 0) {
        double near = (x - b->low) * b->scale;
        bin = near > 0 ? near < (double)last ? (size_t)near : last : 0;
        while (bin > 0 && x < b->edge[bin])
            bin--;
        while (bin < last && x >= b->edge[bin + 1])
            bin++;
        return bin;
    }
    size_t low = 0, high = last; /* the bin is one of low to high */
    while (low < high) {
        bin = low + (high - low + 1) / 2;
        if (x >= b->edge[bin])
            low = bin;
        else
            high = bin - 1;
    }
    return low;
}

/* Finds the bin of x; false when it has none, which a histogram leaves out. */
static inline bool find_bin(const struct bins *b, struct counts *c, double x, size_t *bin)
{
    (void)c;
    if (!(x >= b->edge[0] && x <= b->edge[b->count]))
        return false;
    *bin = bin_of(b, x);
    return true;
}

/* The same of a whole number, which bincount wants to have one. */
static inline bool find_whole(const struct bins *b, struct counts *c, double x, size_t *bin)
{
    if (x < 0) {
        c->smallest = -x > (double)c->smallest ? (uint64_t)-x : c->smallest;
        return false;
    }
    if (x >= (double)b->count) {
        uint64_t large = x < 0x1p64 ? (uint64_t)x : UINT64_MAX;
        c->largest = large > c->largest ? large : c->largest;
        return false;
    }
    *bin = (size_t)x;
    return true;
}

typedef bool finder(const struct bins *b, struct counts *c, double x, size_t *bin);

__attribute__((always_inline)) static inline void take_up(uint64_t *state, const qdr_tile *tile,
                                                          bool weighted, finder *find)
{
    const struct bins *b = (const struct bins *)tile->context;
    struct counts *c = (struct counts *)state;
    const double *weight = tile->second;
    size_t size = qdr_dtype_size(tile->dtype), bin = 0;
    double x[PART];
    c->bins = b->count;
    for (size_t at = 0; at < tile->count; at += PART) {
        size_t n = tile->count - at < PART ? tile->count - at : PART;
        values[tile->dtype]((const char *)tile->elements + at * size, n, x);
        for (size_t i = 0; i < n; i++) {
            if (!find(b, c, x[i], &bin))
                continue;
            if (weighted)
                add_weight((qdr_exact_sum *)c->of + bin, weight[at + i]);
            else
                c->of[bin]++;
        }
    }
}

/* ---- edges --------------------------------------------------------------------------------- */

/* To the dtype of the edges of elements. */
static double rounded(double x, qdr_dtype dtype)
{
    qdr_dtype to = qdr_dtype_kind(dtype) == 'f' ? dtype : QDR_FLOAT64;
    return qdr_scalar_widen(qdr_scalar_narrow((qdr_scalar){.dtype = QDR_FLOAT64, .real = x}, to))
        .real;
}

/* linspace(low, high, bins + 1) as NumPy computes it; by halves where the width is beyond float64.
 * Only a step that is rounded to a subnormal can lead beyond high. */
static void set_equal(struct bins *b, double low, double high, qdr_dtype dtype)
{
    double unit = isfinite(high - low) ? 1 : 2;
    double n = (double)b->count, width = high / unit - low / unit, step = width / n;
    for (size_t i = 0; i <= b->count; i++) {
        double along = step == 0 ? (double)i / n * width : (double)i * step;
        double edge = (along + low / unit) * unit;
        b->edge[i] = rounded(i == b->count || edge > high ? high : edge, dtype);
    }
    b->low = low;
    b->scale = unit == 1 ? n / width : 0;
    b->scale = isfinite(b->scale) ? b->scale : 0;
}

static int begin(uint64_t *context, qdr_dtype dtype, const qdr_reduce_options *options,
                 const qdr_scalar *bounds, qdr_error *err)
{
    struct bins *b = (struct bins *)context;
    b->count = (uint64_t)options->bins;
    if (options->edges) {
        memcpy(b->edge, options->numbers, (b->count + 1) * sizeof *b->edge);
        return QDR_OK;
    }
    double low = 0, high = 1;
    if (options->count) {
        low = options->numbers[0];
        high = options->numbers[1];
    } else if (bounds) {
        values[bounds[0].dtype](bounds[0].words, 1, &low);
        values[bounds[1].dtype](bounds[1].words, 1, &high);
    }
    if (!isfinite(low) || !isfinite(high))
        return qdr_fail(err, QDR_EUSAGE,
                        "the elements range from %g to %g, which makes no bins; say range=(a, b)",
                        low, high);
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    set_equal(b, low, high, dtype);
    return QDR_OK;
}

static int begin_integers(uint64_t *context, qdr_dtype dtype, const qdr_reduce_options *options,
                          const qdr_scalar *bounds, qdr_error *err)
{
    (void)dtype, (void)bounds, (void)err;
    ((struct bins *)context)->count = (uint64_t)options->bins;
    return QDR_OK;
}

/* ---- values -------------------------------------------------------------------------------- */

static void note_outside(struct bins *b, const struct counts *c)
{
    b->largest = c->largest;
    b->smallest = c->smallest;
}

static void advance_counts(uint64_t *context, const uint64_t *state, qdr_dtype dtype,
                           const qdr_reduce_options *options)
{
    struct bins *b = (struct bins *)context;
    const struct counts *c = (const struct counts *)state;
    (void)dtype, (void)options;
    note_outside(b, c);
    memcpy(b->edge + b->count + 1, c->of, b->count * sizeof *c->of);
}

static void advance_weights(uint64_t *context, const uint64_t *state, qdr_dtype dtype,
                            const qdr_reduce_options *options)
{
    struct bins *b = (struct bins *)context;
    const struct counts *c = (const struct counts *)state;
    double *value = b->edge + b->count + 1;
    (void)dtype, (void)options;
    note_outside(b, c);
    for (size_t i = 0; i < b->count; i++)
        value[i] = qdr_exact_sum_round((const qdr_exact_sum *)c->of + i, QDR_TO_DOUBLE);
}

/* Edges that do not decrease, and numbers that find a bin among them; in the end, counts. */
static bool valid_context(const uint64_t *context, const qdr_taken *taken,
                          const qdr_reduce_options *options)
{
    const struct bins *b = (const struct bins *)context;
    bool begun = b->count == (uint64_t)options->bins && isfinite(b->low) && isfinite(b->scale) &&
                 b->scale >= 0;
    for (size_t i = 0; i < b->count && begun; i++)
        begun = b->edge[i] <= b->edge[i + 1];
    if (!begun)
        return false;
    const uint64_t *counts = values_of(b);
    if (!taken->pass)
        return !b->largest && !b->smallest && qdr_words_zero(counts, b->count);
    return options->weighted || qdr_words_total(counts, b->count, 1) <= taken->elements;
}

#define KIND(kind, what, find, weighted, whole, words, merger, validator, beginner)                \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)work;                                                                                \
        take_up(state, tile, weighted, find);                                                      \
    }                                                                                              \
    static bool valid_##kind(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        return validator(state, taken, options, whole);                                            \
    }                                                                                              \
    static const qdr_accumulator kind = {                                                          \
        .name = what,                                                                              \
        .size = words,                                                                             \
        .update = update_##kind,                                                                   \
        .merge = merger,                                                                           \
        .valid = valid_##kind,                                                                     \
        .context = context_words,                                                                  \
        .begin = beginner,                                                                         \
        .advance = weighted ? advance_weights : advance_counts,                                    \
        .valid_context = valid_context,                                                            \
    };
KIND(histogram, "histogram", find_bin, false, false, count_words, merge_counts, valid_counts,
     begin)
KIND(weighted_histogram, "weighted histogram", find_bin, true, false, weight_words, merge_weights,
     valid_weights, begin)
KIND(bincount, "bincount", find_whole, false, true, count_words, merge_counts, valid_counts,
     begin_integers)
KIND(weighted_bincount, "weighted bincount", find_whole, true, true, weight_words, merge_weights,
     valid_weights, begin_integers)

const qdr_accumulator *qdr_histogram_accumulator(qdr_dtype dtype,
                                                 const qdr_reduce_options *options)
{
    (void)dtype;
    return options->weighted ? &weighted_histogram : &histogram;
}

const qdr_accumulator *qdr_bincount_accumulator(qdr_dtype dtype,
                                                const qdr_reduce_options *options)
{
    (void)dtype;
    return options->weighted ? &weighted_bincount : &bincount;
}

static void put_values(const struct bins *b, const qdr_reduce_options *options, qdr_scalar *value)
{
    const double *weight = values_of(b);
    const int64_t *count = values_of(b);
    for (size_t i = 0; i < b->count; i++)
        value[i] = options->weighted
                       ? (qdr_scalar){.dtype = QDR_FLOAT64, .real = weight[i]}
                       : (qdr_scalar){.dtype = QDR_INT64, .integer = count[i]};
}

int qdr_finish_histogram(const uint64_t *context, qdr_dtype dtype,
                         const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)
{
    const struct bins *b = (const struct bins *)context;
    double total = 0;
    (void)dtype, (void)err;
    put_values(b, options, value);
    for (size_t i = 0; i < b->count && options->density; i++)
        total += options->weighted ? value[i].real : (double)value[i].integer;
    for (size_t i = 0; i < b->count && options->density; i++) {
        double part = options->weighted ? value[i].real : (double)value[i].integer;
        double height = part / (b->edge[i + 1] - b->edge[i]) / total;
        value[i] = (qdr_scalar){.dtype = QDR_FLOAT64, .real = height == height ? height : NAN};
    }
    return QDR_OK;
}

int qdr_finish_bin_edges(const uint64_t *context, qdr_dtype dtype,
                         const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)
{
    const struct bins *b = (const struct bins *)context;
    (void)dtype, (void)err;
    for (size_t i = 0; i <= b->count; i++)
        value[i] = qdr_scalar_narrow((qdr_scalar){.dtype = QDR_FLOAT64, .real = b->edge[i]},
                                     options->dtype);
    return QDR_OK;
}

int qdr_finish_bincount(const uint64_t *context, qdr_dtype dtype,
                        const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)
{
    const struct bins *b = (const struct bins *)context;
    (void)dtype;
    put_values(b, options, value);
    if (b->smallest)
        return qdr_fail(err, QDR_EUSAGE, "bincount counts numbers from 0 on, and some are negative");
    return b->largest ? qdr_fail(err, QDR_EUSAGE,
                                 "bincount found %llu, and minlength=%lld counts those below",
                                 (unsigned long long)b->largest, (long long)options->bins)
                      : QDR_OK;
}
