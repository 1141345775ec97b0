/* min, max and ptp, which are made of both ends; argmin and argmax, of the least key and the lowest
 * position that has it; and those of what is not NaN. */
#include <math.h>
#include <string.h>

#include "reduce/abreast.h"
#include "reduce/reducers.h"
#include "reduce/scan.h"

typedef struct extremum {
    uint64_t count; /* elements taken up; the rest means nothing when it is 0 */
    qdr_key key;
    int64_t position; /* 0 where only the value is wanted */
} extremum;

_Static_assert(sizeof(extremum) == QDR_EXTREMUM_WORDS * sizeof(uint64_t), "whole words");

/* Of each kind, by what order each of its extremums is the least. */
static const qdr_order orders_extent[] = {{0, 0, QDR_NAN_WINS}, {-1, 0, QDR_NAN_WINS}};
static const qdr_order orders_extent_of_numbers[] = {{0, 0, QDR_NAN_LOSES}, {-1, 0, QDR_NAN_LOSES}};
static const qdr_order orders_first_min[] = {{0, 1, QDR_NAN_WINS}};
static const qdr_order orders_first_max[] = {{-1, 1, QDR_NAN_WINS}};
static const qdr_order orders_first_least[] = {{0, 1, QDR_NAN_LOSES}};
static const qdr_order orders_first_greatest[] = {{-1, 1, QDR_NAN_LOSES}};

static double double_of_key(int64_t k, int64_t invert)
{
    double x;
    int64_t bits = qdr_key_swap(k ^ invert);
    memcpy(&x, &bits, sizeof x);
    return x == x ? x : NAN;
}

/* The first element that has a key, which one of them has. */
#define DTYPE(id, name, class, type, npy)                                                          \
    static size_t find_##id(const void *elements, qdr_key wanted, qdr_order o)                     \
    {                                                                                              \
        const type *x = elements;                                                                  \
        size_t i = 0;                                                                              \
        while (!qdr_key_equal(QDR_KEY_##class(x[i], o), wanted))                                   \
            i++;                                                                                   \
        return i;                                                                                  \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

static size_t (*const find[QDR_DTYPES])(const void *elements, qdr_key wanted, qdr_order o) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = find_##id,
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
    bool better = !to->count || qdr_key_less(from->key, to->key) ||
                  (qdr_key_equal(from->key, to->key) && from->position < to->position);
    if (!from->count)
        return;
    if (better) {
        to->key = from->key;
        to->position = from->position;
    }
    to->count += from->count;
}

/* The two ends. */
static void update_ends(extremum *e, const qdr_tile *tile, const qdr_order *o)
{
    qdr_key keys[2];
    qdr_scans()->extent[tile->dtype](tile->elements, tile->count, o->nan, keys);
    for (int i = 0; i < 2; i++)
        merge_extremum(&e[i], &(extremum){.count = tile->count, .key = keys[i]});
}

static void update_first(extremum *e, const qdr_tile *tile, const qdr_order *o)
{
    extremum found = {.count = tile->count,
                      .key = qdr_scans()->least[tile->dtype](tile->elements, tile->count, *o)};
    if (!(e->count && qdr_key_less(e->key, found.key)))
        found.position = position_in(tile, find[tile->dtype](tile->elements, found.key, *o));
    merge_extremum(e, &found);
}

/* The element that a key was made of, in the widest dtype of its kind. */
static qdr_scalar element_of(qdr_key k, char kind, int64_t invert)
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
static bool is_key(qdr_key k, qdr_dtype dtype, qdr_order o)
{
    qdr_scalar wide = element_of(k, qdr_dtype_kind(dtype), o.invert);
    qdr_scalar element = qdr_scalar_narrow(wide, dtype);
    return qdr_key_equal(qdr_scans()->least[dtype](element.words, 1, o), k);
}

/* Whether words are extremums of the same elements, whose positions are below length. */
static bool valid(const uint64_t *words, int extrema, const qdr_order orders[],
                  const qdr_taken *taken, int64_t length)
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

/* ---- lines abreast: the ranks of both ends, and how many elements those are of ---------------- */

typedef struct held {
    size_t lines;
    qdr_dtype dtype;
    uint64_t *count; /* these arrays stand behind it */
    char *ranks[2];
} held;

static bool takes(qdr_dtype dtype)
{
    return qdr_scans()->ranks[dtype].lower;
}

static size_t size(size_t lines)
{
    return sizeof(held) + 3 * lines * sizeof(uint64_t);
}

static void clear(void *to, size_t lines, qdr_dtype dtype)
{
    held *h = to;
    uint64_t *arrays = (uint64_t *)(h + 1);
    *h = (held){lines, dtype, arrays, {(char *)(arrays + lines), (char *)(arrays + 2 * lines)}};
    memset(h->count, 0, lines * sizeof *h->count);
    for (int end = 0; end < 2; end++)
        qdr_scans()->ranks[dtype].start(h->ranks[end], lines);
}

static bool add(void *to, size_t first, const qdr_panel *panel, const qdr_order orders[2])
{
    held *h = to;
    const qdr_ranks *ranks = &qdr_scans()->ranks[h->dtype];
    for (int end = 0; end < 2; end++)
        ranks->lower(h->ranks[end] + first * qdr_dtype_size(h->dtype), panel, orders[end]);
    for (size_t i = 0; i < panel->lines; i++)
        h->count[first + i] += panel->length;
    return false;
}

static void flush(void *from, size_t line, uint64_t *state, const qdr_order orders[2])
{
    held *h = from;
    const qdr_scan_set *scans = qdr_scans();
    for (int end = 0; end < 2; end++) {
        char *rank = h->ranks[end] + line * qdr_dtype_size(h->dtype);
        uint64_t element;
        scans->ranks[h->dtype].elements(&element, rank, 1, orders[end]);
        merge_extremum((extremum *)state + end,
                       &(extremum){.count = h->count[line],
                                   .key = scans->least[h->dtype](&element, 1, orders[end])});
        scans->ranks[h->dtype].start(rank, 1);
    }
    h->count[line] = 0;
}

/* Of one end; what is made of both is left to the states. */
static bool finish(const void *from, size_t n, int end, const qdr_reduce_options *options,
                   void *values, bool *failed, const qdr_order orders[2])
{
    const held *h = from;
    memset(failed, true, n * sizeof *failed);
    if (end < 0 || !options->length) /* of no elements there is none */
        return true;
    qdr_scans()->ranks[h->dtype].elements(values, h->ranks[end], n, orders[end]);
    qdr_dtype_canonise(h->dtype, values, (int64_t)n);
    return false;
}

#define ABREAST(kind, minimum, maximum)                                                            \
    static bool add_##kind(void *to, size_t first, const qdr_panel *panel, bool *failed)           \
    {                                                                                              \
        (void)failed;                                                                              \
        return add(to, first, panel, orders_##kind);                                               \
    }                                                                                              \
    static void flush_##kind(void *from, size_t line, uint64_t *state)                             \
    {                                                                                              \
        flush(from, line, state, orders_##kind);                                                   \
    }                                                                                              \
    static bool finish_##kind(const void *from, size_t n, qdr_finish *reduction,                   \
                              const qdr_reduce_options *options, void *values, bool *failed)       \
    {                                                                                              \
        int end = reduction == qdr_finish_##minimum ? 0 : reduction == qdr_finish_##maximum ? 1    \
                                                                                            : -1;  \
        return finish(from, n, end, options, values, failed, orders_##kind);                       \
    }                                                                                              \
    static const qdr_abreast kind##_abreast = {                                                    \
        takes, size, clear, add_##kind, flush_##kind, finish_##kind,                               \
    };
ABREAST(extent, min, max)
ABREAST(extent_of_numbers, nanmin, nanmax)

/* What has one or two extremums for its state. */
#define EXTREMA(kind, extrema, take, lines)                                                        \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)work;                                                                                \
        take((extremum *)state, tile, orders_##kind);                                              \
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
        .abreast = lines,                                                                          \
    };
EXTREMA(extent, 2, update_ends, &extent_abreast)
EXTREMA(extent_of_numbers, 2, update_ends, &extent_of_numbers_abreast)
EXTREMA(first_min, 1, update_first, NULL)
EXTREMA(first_max, 1, update_first, NULL)
EXTREMA(first_least, 1, update_first, NULL)
EXTREMA(first_greatest, 1, update_first, NULL)

static int check_any(const extremum *e, const char *name, qdr_error *err)
{
    return e->count ? QDR_OK
                    : qdr_fail(err, QDR_EUSAGE, "%s of an array without elements is nothing", name);
}

/* The minimum is the first of the two ends, the maximum the second. */
static int finish_value(const extremum *e, int end, qdr_dtype dtype, const char *name,
                        qdr_scalar *value, qdr_error *err)
{
    qdr_scalar wide = element_of(e[end].key, qdr_dtype_kind(dtype), -end);
    *value = qdr_scalar_narrow(wide, dtype);
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
    if (e->key.first == QDR_NAN_LOSES && strchr("fc", qdr_dtype_kind(dtype)))
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
FINISH(min, finish_value((const extremum *)state, 0, dtype, "min", value, err))
FINISH(max, finish_value((const extremum *)state, 1, dtype, "max", value, err))
FINISH(argmin, finish_position((const extremum *)state, "argmin", value, err))
FINISH(argmax, finish_position((const extremum *)state, "argmax", value, err))
FINISH(nanmin, finish_value((const extremum *)state, 0, dtype, "nanmin", value, err))
FINISH(nanmax, finish_value((const extremum *)state, 1, dtype, "nanmax", value, err))
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
