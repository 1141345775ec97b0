#include "reduce/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exact/between.h"
#include "reduce/floating.h"
#include "reduce/reducers.h"

#define FEW 512           /* elements that are kept and sorted */
#define LARGEST 2097152   /* words that the counts of 16-bit digits may take */

/* ---- keys ---------------------------------------------------------------------------------- */

enum { PART = 512 }; /* elements that are looked at together */

#define TOP(bits) (1ull << ((bits) - 1))

/* The bits of a float of that width: all inverted below zero, else with the sign set. */
static inline uint64_t float_key(uint64_t bits, int width)
{
    uint64_t negative = -(bits >> (width - 1));
    return bits ^ (negative >> (64 - width)) ^ (~negative & TOP(width));
}

static inline uint64_t float_bits(uint64_t key, int width)
{
    uint64_t negative = -(uint64_t)(key >> (width - 1) == 0);
    return key ^ (negative >> (64 - width)) ^ (~negative & TOP(width));
}

#define BITS(type) (8 * (int)sizeof(type))
#define KEY_b(type, x) x
#define KEY_u(type, x) x
#define KEY_i(type, x) (((uint64_t)x ^ TOP(BITS(type))) & ~0ull >> (64 - BITS(type)))
#define KEY_f(type, x) float_key(bits_of_##type(x), BITS(type))
#define KEY_h(type, x) float_key(x.bits, 16)
#define IS_NAN_b(x) false
#define IS_NAN_u(x) false
#define IS_NAN_i(x) false
#define IS_NAN_f(x) (x != x)
#define IS_NAN_h(x) ((x.bits & 0x7fff) > 0x7c00)

#define BITS_OF(type, word)                                                                        \
    static inline uint64_t bits_of_##type(type x)                                                  \
    {                                                                                              \
        word bits;                                                                                 \
        memcpy(&bits, &x, sizeof bits);                                                            \
        return bits;                                                                               \
    }
BITS_OF(float, uint32_t)
BITS_OF(double, uint64_t)

/* The keys of those of n elements that are not NaN; returns their number. */
#define TAKE(id, class, type)                                                                      \
    static size_t take_##id(const void *elements, size_t n, uint64_t *keys)                        \
    {                                                                                              \
        const type *x = elements;                                                                  \
        size_t count = 0;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            keys[count] = KEY_##class(type, x[i]);                                                 \
            count += !(IS_NAN_##class(x[i]));                                                      \
        }                                                                                          \
        return count;                                                                              \
    }
#define TAKE_b(id, type) TAKE(id, b, type)
#define TAKE_i(id, type) TAKE(id, i, type)
#define TAKE_u(id, type) TAKE(id, u, type)
#define TAKE_f(id, type) TAKE(id, f, type)
#define TAKE_h(id, type) TAKE(id, h, type)
#define TAKE_c(id, type)
#define DTYPE(id, name, class, type, npy) TAKE_##class(id, type)
#include "quadrat/dtypes.def"
#undef DTYPE

static size_t (*const takers[QDR_DTYPES])(const void *, size_t, uint64_t *) = {
#define TAKER_b(id) [QDR_##id] = take_##id,
#define TAKER_i(id) [QDR_##id] = take_##id,
#define TAKER_u(id) [QDR_##id] = take_##id,
#define TAKER_f(id) [QDR_##id] = take_##id,
#define TAKER_h(id) [QDR_##id] = take_##id,
#define TAKER_c(id)
#define DTYPE(id, name, class, type, npy) TAKER_##class(id)
#include "quadrat/dtypes.def"
#undef DTYPE
};

static int width_of(qdr_dtype dtype)
{
    return 8 * (int)qdr_dtype_size(dtype);
}

/* The element that has a key. */
static qdr_scalar element_of(uint64_t key, qdr_dtype dtype)
{
    qdr_scalar element = {.dtype = dtype, .words = {key, 0}};
    int width = width_of(dtype);
    if (qdr_dtype_kind(dtype) == 'i')
        element.words[0] ^= TOP(width);
    if (qdr_dtype_kind(dtype) == 'f')
        element.words[0] = float_bits(key, width);
    return element;
}

/* Whether a key is the one of the element that it is the key of. */
static bool is_key(uint64_t key, qdr_dtype dtype)
{
    qdr_scalar element = element_of(key, dtype);
    uint64_t again;
    return qdr_scalar_fits(element, dtype) && takers[dtype](element.words, 1, &again) &&
           again == key;
}

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

struct target {
    uint64_t key;   /* the digits of the lower element that are known, and in the end all */
    uint64_t upper; /* the key of the next element, in the end */
    uint64_t rank;  /* of the lower element among those that begin with the known digits */
    double weight;  /* of the next one in the value */
};

/* The context of all kinds, followed by the targets. */
struct search {
    uint64_t pass;        /* that comes next */
    uint64_t count, nans; /* elements, without NaN; and NaN */
    uint64_t targets;
    struct target target[];
};

static size_t search_words(const qdr_reduce_options *options)
{
    return (sizeof(struct search) + options->count * sizeof(struct target)) / sizeof(uint64_t);
}

/* Where the quantiles lie, once the elements have been counted. */
static void place_targets(struct search *s, uint64_t count, uint64_t nans,
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

/* Of a kind that takes `bits` bits of the keys in a pass. */
static bool valid_search(const uint64_t *context, const qdr_taken *taken,
                         const qdr_reduce_options *options, int bits)
{
    const struct search *s = (const struct search *)context;
    size_t targets = options->count * sizeof(struct target) / sizeof(uint64_t);
    int known = bits * taken->pass;
    if (!taken->pass)
        return qdr_words_zero(context, search_words(options));
    if (s->pass != (uint64_t)taken->pass || s->targets != options->count ||
        s->count > taken->elements || s->nans > taken->elements - s->count)
        return false;
    if (!s->count)
        return qdr_words_zero((const uint64_t *)s->target, targets);
    for (size_t i = 0; i < s->targets; i++) {
        const struct target *t = &s->target[i];
        bool found = known == width_of(taken->dtype)
                         ? is_key(t->key, taken->dtype) && is_key(t->upper, taken->dtype) &&
                               t->key <= t->upper
                         : t->key >> known == 0 && t->upper == 0;
        if (!found || t->rank >= s->count || !(t->weight >= 0 && t->weight < 1))
            return false;
    }
    return true;
}

/* ---- counting digits ----------------------------------------------------------------------- */

/* A state, followed by the counts of each target in turn; in the first pass all have the same. */
struct counts {
    uint64_t count, nans; /* elements taken up in the first pass */
    uint64_t targets;     /* that there are counts of; 0 when nothing was taken up */
    uint64_t count_of[];
};

/* Of each target: a count for each digit, and the least key above all that begin with the known
 * digits, inverted, so that 0 is none. */
#define EACH(bits) ((1u << (bits)) + 1)

static void count_first(uint64_t *counts, const uint64_t *keys, size_t n, int shift)
{
    for (size_t i = 0; i < n; i++)
        counts[keys[i] >> shift]++;
}

static void count_next(uint64_t *counts, const uint64_t *keys, size_t n, int shift, int bits,
                       uint64_t known)
{
    uint64_t mask = (1ull << bits) - 1;
    for (size_t i = 0; i < n; i++)
        if (keys[i] >> shift >> bits == known)
            counts[keys[i] >> shift & mask]++;
}

static uint64_t least_above(uint64_t found, const uint64_t *keys, size_t n, int bits,
                            uint64_t known)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i] >> bits > known && ~keys[i] > found)
            found = ~keys[i];
    return found;
}

static void update(uint64_t *state, const qdr_tile *tile, int bits)
{
    struct counts *c = (struct counts *)state;
    const struct search *s = (const struct search *)tile->context;
    int width = width_of(tile->dtype), shift = width - bits * (int)(s->pass + 1);
    size_t size = qdr_dtype_size(tile->dtype), each = EACH(bits);
    uint64_t keys[PART];
    c->targets = s->pass ? s->targets : 1;
    for (size_t at = 0; at < tile->count; at += PART) {
        size_t n = tile->count - at < PART ? tile->count - at : PART;
        size_t count = takers[tile->dtype]((const char *)tile->elements + at * size, n, keys);
        if (s->pass == 0) {
            c->count += count;
            c->nans += n - count;
            count_first(c->count_of, keys, count, shift);
            continue;
        }
        for (size_t t = 0; t < s->targets; t++) {
            uint64_t *counts = c->count_of + t * each, known = s->target[t].key;
            count_next(counts, keys, count, shift, bits, known);
            if (shift == 0)
                counts[each - 1] = least_above(counts[each - 1], keys, count, bits, known);
        }
    }
}

static void merge(uint64_t *to, const uint64_t *from, int bits)
{
    struct counts *c = (struct counts *)to;
    const struct counts *f = (const struct counts *)from;
    size_t each = EACH(bits);
    if (!f->targets)
        return;
    c->count += f->count;
    c->nans += f->nans;
    c->targets = f->targets;
    for (size_t t = 0; t < f->targets; t++) {
        uint64_t *counts = c->count_of + t * each;
        const uint64_t *other = f->count_of + t * each;
        for (size_t i = 0; i + 1 < each; i++)
            counts[i] += other[i];
        if (other[each - 1] > counts[each - 1])
            counts[each - 1] = other[each - 1];
    }
}

/* Whether those are counts of a target for some of the elements. */
static bool valid_target(const uint64_t *counts, const qdr_taken *taken, int bits)
{
    uint64_t digits = 1ull << bits, next = counts[digits];
    int width = width_of(taken->dtype);
    bool last = taken->pass > 0 && (taken->pass + 1) * bits == width;
    for (uint64_t i = 0; i < digits && bits == width; i++)
        if (counts[i] && !is_key(i, taken->dtype))
            return false;
    return qdr_words_total(counts, digits, 1) <= taken->elements &&
           (!next || (last && is_key(~next, taken->dtype)));
}

static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options,
                  int bits)
{
    const struct counts *c = (const struct counts *)state;
    bool first = taken->pass == 0;
    size_t each = EACH(bits), room = options->count * each;
    size_t targets = first ? 1 : options->count;
    if (!c->targets)
        return qdr_words_zero(state, sizeof *c / sizeof(uint64_t) + room);
    if (c->targets != targets || c->count > taken->elements ||
        c->nans > taken->elements - c->count ||
        c->count != (first ? qdr_words_total(c->count_of, each - 1, 1) : 0))
        return false;
    for (size_t t = 0; t < targets; t++)
        if (!valid_target(c->count_of + t * each, taken, bits))
            return false;
    return qdr_words_zero(c->count_of + targets * each, room - targets * each) &&
           (first || !c->nans);
}

/* One more digit of a target. */
static void narrow(struct target *t, const uint64_t *counts, int bits, bool last)
{
    uint64_t digit = 0, digits = 1ull << bits;
    while (digit + 1 < digits && t->rank >= counts[digit])
        t->rank -= counts[digit++];
    bool alone = t->rank + 1 >= counts[digit];
    t->key = t->key << bits | digit;
    if (!last)
        return;
    t->upper = t->key;
    uint64_t next = digit + 1;
    while (alone && next < digits && !counts[next])
        next++;
    if (alone && next < digits)
        t->upper += next - digit;
    else if (alone && counts[digits])
        t->upper = ~counts[digits];
}

static void advance(uint64_t *context, const uint64_t *state, qdr_dtype dtype,
                    const qdr_reduce_options *options, int bits)
{
    struct search *s = (struct search *)context;
    const struct counts *c = (const struct counts *)state;
    bool first = s->pass == 0, last = (int)++s->pass * bits == width_of(dtype);
    if (first)
        place_targets(s, c->count, c->nans, options);
    for (size_t t = 0; t < s->targets && s->count; t++)
        narrow(&s->target[t], c->count_of + (first ? 0 : t * EACH(bits)), bits, last);
}

#define DIGITS(bits)                                                                               \
    static size_t size_##bits(const qdr_reduce_options *options)                                   \
    {                                                                                              \
        return sizeof(struct counts) / sizeof(uint64_t) + options->count * EACH(bits);             \
    }                                                                                              \
    static int passes_##bits(qdr_dtype dtype)                                                      \
    {                                                                                              \
        return width_of(dtype) / bits;                                                             \
    }                                                                                              \
    static void update_##bits(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)work;                                                                                \
        update(state, tile, bits);                                                                 \
    }                                                                                              \
    static void merge_##bits(uint64_t *to, const uint64_t *from)                                   \
    {                                                                                              \
        merge(to, from, bits);                                                                     \
    }                                                                                              \
    static void advance_##bits(uint64_t *context, const uint64_t *state, qdr_dtype dtype,          \
                               const qdr_reduce_options *options)                                  \
    {                                                                                              \
        advance(context, state, dtype, options, bits);                                             \
    }                                                                                              \
    static bool valid_##bits(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        return valid(state, taken, options, bits);                                                 \
    }                                                                                              \
    static bool valid_search_##bits(const uint64_t *context, const qdr_taken *taken,               \
                                    const qdr_reduce_options *options)                             \
    {                                                                                              \
        return valid_search(context, taken, options, bits);                                        \
    }                                                                                              \
    static const qdr_accumulator digits_##bits = {                                                 \
        .name = "digits of " #bits " bits",                                                        \
        .size = size_##bits,                                                                       \
        .update = update_##bits,                                                                   \
        .merge = merge_##bits,                                                                     \
        .valid = valid_##bits,                                                                     \
        .context = search_words,                                                                   \
        .passes = passes_##bits,                                                                   \
        .advance = advance_##bits,                                                                 \
        .valid_context = valid_search_##bits,                                                      \
    };
DIGITS(8)
DIGITS(16)

/* ---- few elements -------------------------------------------------------------------------- */

/* A state, followed by the keys in order. */
struct sorted {
    uint64_t count, nans;
    uint64_t key[];
};

static size_t sorted_words(const qdr_reduce_options *options)
{
    return sizeof(struct sorted) / sizeof(uint64_t) + (size_t)options->length;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Insertion is quick for very few. */
static void sort(uint64_t *keys, size_t n)
{
    if (n > 32) {
        qsort(keys, n, sizeof *keys, by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t k = i;
        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

static void update_sorted(uint64_t *state, void *work, const qdr_tile *tile)
{
    struct sorted *s = (struct sorted *)state;
    (void)work;
    size_t count = takers[tile->dtype](tile->elements, tile->count, s->key + s->count);
    s->count += count;
    s->nans += tile->count - count;
    /* the taker may have left keys of NaN there */
    memset(s->key + s->count, 0, (tile->count - count) * sizeof *s->key);
    sort(s->key, s->count);
}

static void merge_sorted(uint64_t *to, const uint64_t *from)
{
    struct sorted *s = (struct sorted *)to;
    const struct sorted *f = (const struct sorted *)from;
    memcpy(s->key + s->count, f->key, f->count * sizeof *f->key);
    s->count += f->count;
    s->nans += f->nans;
    sort(s->key, s->count);
}

static void advance_sorted(uint64_t *context, const uint64_t *state, qdr_dtype dtype,
                           const qdr_reduce_options *options)
{
    struct search *search = (struct search *)context;
    const struct sorted *s = (const struct sorted *)state;
    (void)dtype;
    search->pass++;
    place_targets(search, s->count, s->nans, options);
    for (size_t i = 0; i < search->targets && s->count; i++) {
        struct target *t = &search->target[i];
        t->key = s->key[t->rank];
        t->upper = t->rank + 1 < s->count ? s->key[t->rank + 1] : t->key;
    }
}

static bool valid_sorted(const uint64_t *state, const qdr_taken *taken,
                         const qdr_reduce_options *options)
{
    const struct sorted *s = (const struct sorted *)state;
    uint64_t room = (uint64_t)options->length;
    if (s->count > taken->elements || s->nans > taken->elements - s->count || s->count > room)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (!is_key(s->key[i], taken->dtype) || (i && s->key[i - 1] > s->key[i]))
            return false;
    return qdr_words_zero(s->key + s->count, room - s->count);
}

/* All keys are known after the one pass. */
static bool valid_sorted_search(const uint64_t *context, const qdr_taken *taken,
                                const qdr_reduce_options *options)
{
    return valid_search(context, taken, options, width_of(taken->dtype));
}

static const qdr_accumulator sorted = {
    .name = "sorted",
    .size = sorted_words,
    .update = update_sorted,
    .merge = merge_sorted,
    .valid = valid_sorted,
    .context = search_words,
    .advance = advance_sorted,
    .valid_context = valid_sorted_search,
};

const qdr_accumulator *qdr_quantile_accumulator(qdr_dtype dtype,
                                                const qdr_reduce_options *options)
{
    if (qdr_dtype_kind(dtype) == 'c')
        return NULL;
    if (options->length <= FEW)
        return &sorted;
    size_t room = LARGEST / size_16(options);
    bool wide = width_of(dtype) >= 16 && (size_t)options->outputs <= room;
    return wide ? &digits_16 : &digits_8;
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
    const struct search *s = (const struct search *)context;
    bool floating = qdr_dtype_kind(options->dtype) == 'f';
    bool nothing = s->nans || !s->count;
    if (nothing && !floating)
        return qdr_fail(err, QDR_EUSAGE, "there is no quantile of an array without elements");
    for (size_t i = 0; i < options->count; i++) {
        const struct target *t = &s->target[i];
        qdr_scalar low = element_of(t->key, dtype);
        if (!nothing && (t->weight == 0 || t->key == t->upper) && dtype == options->dtype) {
            value[i] = low;
            continue;
        }
        qdr_scalar number = {.dtype = QDR_FLOAT64, .real = NAN};
        if (!nothing)
            number.real = between(qdr_scalar_widen(low),
                                  qdr_scalar_widen(element_of(t->upper, dtype)), t->weight,
                                  qdr_floating_precision(options->dtype));
        value[i] = qdr_scalar_narrow(number, options->dtype);
    }
    return QDR_OK;
}
