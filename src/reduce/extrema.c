/* min, max, ptp, argmin, argmax, and those of what is not NaN: the least key, and for a position
 * the lowest that has it.
 *
 * A key is a signed integer in the order of the elements; of floats, the bits with the others than
 * the sign inverted below zero, so that -0.0 comes right before +0.0. A maximum is the least of
 * the inverted keys. NaN has the least key of all: it wins, and the first of several is found. Where it
 * should not count it has the greatest key instead.
 *
 * Complex numbers are ordered by their real, then by their imaginary parts. Both zeros of a real
 * part are one key there, as they are equal in this order; so a zero of the value is +0.0. */
#include <math.h>
#include <string.h>

#include "base/half.h"
#include "reduce/reducers.h"

/* Of an imaginary part, after that of the real one; 0 for real elements. */
typedef struct key {
    int64_t first, second;
} key;

typedef struct extremum {
    uint64_t count; /* elements taken up; the rest means nothing when it is 0 */
    key key;
    int64_t position; /* 0 where only the value is wanted */
} extremum;

/* Which element is wanted. */
typedef struct order {
    int64_t invert; /* -1 for a maximum, 0 for a minimum */
    int64_t first;  /* 1 for the position of the first of equals, as both zeros are; else 0 */
    int64_t nan;    /* the key of NaN */
} order;

_Static_assert(sizeof(extremum) == QDR_EXTREMUM_WORDS * sizeof(uint64_t), "whole words");

#define NAN_WINS INT64_MIN
#define NAN_LOSES INT64_MAX
#define NEGATIVE_ZERO_KEY (-1) /* of the key before any inversion; +0.0 has 0 */

static bool key_less(key a, key b)
{
    return a.first < b.first || (a.first == b.first && a.second < b.second);
}

static bool key_equal(key a, key b)
{
    return a.first == b.first && a.second == b.second;
}

/* Both ways: the keys of NaN become NaNs too. */
static int64_t swap_order(int64_t bits)
{
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static double double_of_key(int64_t k, int64_t invert)
{
    double x;
    int64_t bits = swap_order(k ^ invert);
    memcpy(&x, &bits, sizeof x);
    return x == x ? x : NAN;
}

static inline int64_t float_key(double x, order o)
{
    int64_t k;
    memcpy(&k, &x, sizeof k);
    k = swap_order(k);
    k += o.first & (k == NEGATIVE_ZERO_KEY);
    return x == x ? k ^ o.invert : o.nan;
}

static inline key complex_key(double re, double im, order o)
{
    o.first = 1;
    key k = {float_key(re, o), float_key(im, o)};
    return re == re && im == im ? k : (key){o.nan, o.nan};
}

#define KEY_b(x) x ^ o.invert
#define KEY_i(x) x ^ o.invert
#define KEY_u(x) (int64_t)(x ^ 1ull << 63) ^ o.invert
#define KEY_h(x) float_key((double)qdr_half_value(x.bits), o)
#define KEY_f(x) float_key((double)x, o)
#define KEY_c(x) complex_key((double)x.re, (double)x.im, o)

/* The least key of n elements, and the first element that has a key. */
#define SCAN(id, type, K, KEY, MAKE, LESS)                                                         \
    static key least_##id(const void *elements, size_t n, order o)                                 \
    {                                                                                              \
        const type *x = elements;                                                                  \
        K least = KEY(x[0]);                                                                       \
        for (size_t i = 1; i < n; i++) {                                                           \
            K other = KEY(x[i]);                                                                   \
            least = LESS(other, least) ? other : least;                                            \
        }                                                                                          \
        return MAKE(least);                                                                        \
    }                                                                                              \
    static size_t find_##id(const void *elements, key wanted, order o)                             \
    {                                                                                              \
        const type *x = elements;                                                                  \
        size_t i = 0;                                                                              \
        while (!key_equal(MAKE(KEY(x[i])), wanted))                                                \
            i++;                                                                                   \
        return i;                                                                                  \
    }
#define LESS(a, b) ((a) < (b))
#define REAL_KEY(k) ((key){k, 0})
#define ITSELF(k) (k)
#define SCAN_b(id, type) SCAN(id, type, int64_t, KEY_b, REAL_KEY, LESS)
#define SCAN_i(id, type) SCAN(id, type, int64_t, KEY_i, REAL_KEY, LESS)
#define SCAN_u(id, type) SCAN(id, type, int64_t, KEY_u, REAL_KEY, LESS)
#define SCAN_h(id, type) SCAN(id, type, int64_t, KEY_h, REAL_KEY, LESS)
#define SCAN_f(id, type) SCAN(id, type, int64_t, KEY_f, REAL_KEY, LESS)
#define SCAN_c(id, type) SCAN(id, type, key, KEY_c, ITSELF, key_less)
#define DTYPE(id, name, class, type, npy) SCAN_##class(id, type)
#include "quadrat/dtypes.def"
#undef DTYPE

static const struct {
    key (*least)(const void *elements, size_t n, order o);
    size_t (*find)(const void *elements, key wanted, order o);
} scans[QDR_DTYPES] = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = {least_##id, find_##id},
#include "quadrat/dtypes.def"
#undef DTYPE
};

/* The position in the array of the index-th element of a tile. */
static int64_t position_in(const qdr_tile *tile, size_t index)
{
    qdr_runs runs;
    bool more = qdr_runs_first(&runs, tile->shape, tile->box);
    for (; more && index >= (size_t)runs.length; more = qdr_runs_next(&runs))
        index -= (size_t)runs.length;
    return runs.position + (int64_t)index;
}

static void merge_extremum(extremum *to, const extremum *from)
{
    bool better = !to->count || key_less(from->key, to->key) ||
                  (key_equal(from->key, to->key) && from->position < to->position);
    if (!from->count)
        return;
    if (better) {
        to->key = from->key;
        to->position = from->position;
    }
    to->count += from->count;
}

static void update(extremum *e, const qdr_tile *tile, order o)
{
    extremum found = {.count = tile->count,
                      .key = scans[tile->dtype].least(tile->elements, tile->count, o)};
    if (o.first && !(e->count && key_less(e->key, found.key)))
        found.position =
            position_in(tile, scans[tile->dtype].find(tile->elements, found.key, o));
    merge_extremum(e, &found);
}

/* The element that a key was made of, in the widest dtype of its kind. */
static qdr_scalar element_of(key k, char kind, int64_t invert)
{
    switch (kind) {
    case 'b':
        return (qdr_scalar){.dtype = QDR_BOOL, .truth = k.first != invert};
    case 'i':
        return (qdr_scalar){.dtype = QDR_INT64, .integer = k.first ^ invert};
    case 'u':
        return (qdr_scalar){.dtype = QDR_UINT64,
                            .natural = (uint64_t)(k.first ^ invert) ^ 1ull << 63};
    case 'f':
        return (qdr_scalar){.dtype = QDR_FLOAT64, .real = double_of_key(k.first, invert)};
    default:
        return (qdr_scalar){
            .dtype = QDR_COMPLEX128,
            .pair = {double_of_key(k.first, invert), double_of_key(k.second, invert)}};
    }
}

/* Whether a key is the one of the element that it is the key of. */
static bool is_key(key k, qdr_dtype dtype, order o)
{
    qdr_scalar wide = element_of(k, qdr_dtype_kind(dtype), o.invert);
    qdr_scalar element = qdr_scalar_narrow(wide, dtype);
    return key_equal(scans[dtype].least(element.words, 1, o), k);
}

/* Whether words are extremums of the same elements, whose positions are below length. */
static bool valid(const uint64_t *words, int extrema, const order orders[], const qdr_taken *taken,
                  int64_t length)
{
    const extremum *e = (const extremum *)words;
    if (!e->count)
        return qdr_words_zero(words, (size_t)extrema * QDR_EXTREMUM_WORDS);
    for (int i = 0; i < extrema; i++) {
        int64_t positions = orders[i].first ? length : 1;
        if (e[i].count != e->count || !is_key(e[i].key, taken->dtype, orders[i]) ||
            e[i].position < 0 || e[i].position >= positions)
            return false;
    }
    return e->count <= taken->elements;
}

/* What has one or more extremums for its state: an order tells of each. */
#define EXTREMA(kind, extrema, first_part, ...)                                                    \
    static const order orders_##kind[] = {__VA_ARGS__};                                            \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)work;                                                                                \
        for (int i = 0; i < extrema; i++)                                                          \
            update((extremum *)state + i, tile, orders_##kind[i]);                                 \
    }                                                                                              \
    static void merge_##kind(uint64_t *to, const uint64_t *from)                                   \
    {                                                                                              \
        for (int i = 0; i < extrema; i++)                                                          \
            merge_extremum((extremum *)to + i, (const extremum *)from + i);                        \
    }                                                                                              \
    static bool valid_##kind(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        return valid(state, extrema, orders_##kind, taken, options->length);                       \
    }                                                                                              \
    const qdr_accumulator qdr_##kind##_accumulator = {                                             \
        .name = #kind,                                                                             \
        .words = extrema * QDR_EXTREMUM_WORDS,                                                     \
        .update = update_##kind,                                                                   \
        .merge = merge_##kind,                                                                     \
        .valid = valid_##kind,                                                                     \
        .part = first_part,                                                                        \
    };
EXTREMA(minimum, 1, NULL, {0, 0, NAN_WINS})
EXTREMA(maximum, 1, NULL, {-1, 0, NAN_WINS})
EXTREMA(extent, 2, &qdr_minimum_accumulator, {0, 0, NAN_WINS}, {-1, 0, NAN_WINS})
EXTREMA(first_min, 1, NULL, {0, 1, NAN_WINS})
EXTREMA(first_max, 1, NULL, {-1, 1, NAN_WINS})
EXTREMA(least, 1, NULL, {0, 0, NAN_LOSES})
EXTREMA(greatest, 1, NULL, {-1, 0, NAN_LOSES})
EXTREMA(first_least, 1, NULL, {0, 1, NAN_LOSES})
EXTREMA(first_greatest, 1, NULL, {-1, 1, NAN_LOSES})

static int check_any(const extremum *e, const char *name, qdr_error *err)
{
    return e->count ? QDR_OK
                    : qdr_fail(err, QDR_EUSAGE, "%s of an array without elements is nothing", name);
}

static int finish_value(const extremum *e, qdr_dtype dtype, int64_t invert, const char *name,
                        qdr_scalar *value, qdr_error *err)
{
    *value = qdr_scalar_narrow(element_of(e->key, qdr_dtype_kind(dtype), invert), dtype);
    return check_any(e, name, err);
}

static int finish_position(const extremum *e, const char *name, qdr_scalar *value, qdr_error *err)
{
    *value = (qdr_scalar){.dtype = QDR_INT64, .integer = e->position};
    return check_any(e, name, err);
}

/* That of an element that is not NaN. */
static int finish_number(const extremum *e, qdr_dtype dtype, const char *name, qdr_scalar *value,
                         qdr_error *err)
{
    if (e->key.first == NAN_LOSES && strchr("fc", qdr_dtype_kind(dtype)))
        return qdr_fail(err, QDR_EUSAGE, "%s: all elements are NaN", name);
    return finish_position(e, name, value, err);
}

#define FINISH(name, call)                                                                         \
    int qdr_finish_##name(const uint64_t *state, qdr_dtype dtype,                                  \
                          const qdr_reduce_options *options, qdr_scalar *value, qdr_error *err)    \
    {                                                                                              \
        (void)dtype, (void)options;                                                                \
        return call;                                                                               \
    }
FINISH(min, finish_value((const extremum *)state, dtype, 0, "min", value, err))
FINISH(max, finish_value((const extremum *)state, dtype, -1, "max", value, err))
FINISH(argmin, finish_position((const extremum *)state, "argmin", value, err))
FINISH(argmax, finish_position((const extremum *)state, "argmax", value, err))
FINISH(nanmin, finish_value((const extremum *)state, dtype, 0, "nanmin", value, err))
FINISH(nanmax, finish_value((const extremum *)state, dtype, -1, "nanmax", value, err))
FINISH(nanargmin, finish_number((const extremum *)state, dtype, "nanargmin", value, err))
FINISH(nanargmax, finish_number((const extremum *)state, dtype, "nanargmax", value, err))

/* Rounded to a narrower dtype this is the nearest to a - b all the same: a double has more than
 * twice the bits of a float (Figueroa, "When is double rounding innocuous?", 1995). */
static double difference(double a, double b)
{
    double rounded = a - b;
    return rounded == rounded ? rounded : NAN;
}

int qdr_finish_ptp(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    const extremum *e = (const extremum *)state;
    char kind = qdr_dtype_kind(dtype);
    qdr_scalar low = element_of(e[0].key, kind, 0), high = element_of(e[1].key, kind, -1);
    (void)options;
    if (kind == 'b')
        return qdr_fail(err, QDR_EUSAGE, "ptp is not defined for bool");
    if (kind == 'f')
        high.real = difference(high.real, low.real);
    else if (kind == 'c')
        high.pair = (qdr_complex128){difference(high.pair.re, low.pair.re),
                                     difference(high.pair.im, low.pair.im)};
    else /* below 2^64, if not always within the dtype */
        high = (qdr_scalar){.dtype = QDR_UINT64, .words = {high.natural - low.natural}};
    if (strchr("iu", kind) && e->count && !qdr_scalar_fits(high, dtype))
        return qdr_fail(err, QDR_EUSAGE, "the ptp does not fit %s; astype(a, \"%s\") has room",
                        qdr_dtype_name(dtype), qdr_dtype_size(dtype) < 8 ? "int64" : "float64");
    *value = qdr_scalar_narrow(high, dtype);
    return check_any(e, "ptp", err);
}
