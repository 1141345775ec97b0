/* min, max, argmin, argmax: the least key and the lowest position that has it.
 *
 * A key is a signed integer in the order of the elements; of floats, the bits with the others than
 * the sign inverted below zero, so that -0.0 comes right before +0.0. A maximum is the least of
 * the inverted keys. NaN has the least key of all: it wins, and the first of several is found.
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
    int64_t position;
} extremum;

_Static_assert(sizeof(extremum) == QDR_EXTREMUM_WORDS * sizeof(uint64_t), "whole words");

#define NAN_KEY INT64_MIN
#define NEGATIVE_ZERO_KEY (-1) /* of the key before any inversion; +0.0 has 0 */

static bool key_less(key a, key b)
{
    return a.first < b.first || (a.first == b.first && a.second < b.second);
}

static bool key_equal(key a, key b)
{
    return a.first == b.first && a.second == b.second;
}

static int64_t key_of_double(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static double double_of_key(int64_t bits, int64_t invert)
{
    double x;
    int64_t order = bits ^ invert;
    order ^= (int64_t)((uint64_t)(order >> 63) >> 1);
    memcpy(&x, &order, sizeof x);
    return bits == NAN_KEY ? NAN : x;
}

/* The key of x; `invert` is -1 for a maximum, 0 for a minimum; `zeros` is 1 where both zeros are
 * equal. */
static inline int64_t float_key(double x, int64_t invert, int64_t zeros)
{
    int64_t order = key_of_double(x);
    order += zeros & (order == NEGATIVE_ZERO_KEY);
    return x == x ? order ^ invert : NAN_KEY;
}

static inline key complex_key(double re, double im, int64_t invert)
{
    key k = {float_key(re, invert, 1), float_key(im, invert, 1)};
    return k.first == NAN_KEY || k.second == NAN_KEY ? (key){NAN_KEY, NAN_KEY} : k;
}

#define KEY_b(x) x ^ invert
#define KEY_i(x) x ^ invert
#define KEY_u(x) (int64_t)(x ^ 1ull << 63) ^ invert
#define KEY_h(x) float_key((double)qdr_half_value(x.bits), invert, zeros)
#define KEY_f(x) float_key((double)x, invert, zeros)
#define KEY_c(x) complex_key((double)x.re, (double)x.im, invert)

/* The least key of n elements, and the first element that has a key. */
#define SCAN(id, type, K, KEY, MAKE, LESS)                                                         \
    static key least_##id(const void *elements, size_t n, int64_t invert, int64_t zeros)           \
    {                                                                                              \
        const type *x = elements;                                                                  \
        (void)zeros;                                                                               \
        K least = KEY(x[0]);                                                                       \
        for (size_t i = 1; i < n; i++) {                                                           \
            K other = KEY(x[i]);                                                                   \
            least = LESS(other, least) ? other : least;                                            \
        }                                                                                          \
        return MAKE(least);                                                                        \
    }                                                                                              \
    static size_t find_##id(const void *elements, key wanted, int64_t invert, int64_t zeros)       \
    {                                                                                              \
        const type *x = elements;                                                                  \
        size_t i = 0;                                                                              \
        (void)zeros;                                                                               \
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
    key (*least)(const void *elements, size_t n, int64_t invert, int64_t zeros);
    size_t (*find)(const void *elements, key wanted, int64_t invert, int64_t zeros);
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

static void update(uint64_t *state, const qdr_tile *tile, int64_t invert, int64_t zeros)
{
    extremum *e = (extremum *)state;
    key least = scans[tile->dtype].least(tile->elements, tile->count, invert, zeros);
    if (e->count && key_less(e->key, least)) {
        e->count += tile->count;
        return;
    }
    size_t index = scans[tile->dtype].find(tile->elements, least, invert, zeros);
    extremum found = {tile->count, least, position_in(tile, index)};
    merge_extremum(e, &found);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    merge_extremum((extremum *)to, (const extremum *)from);
}

#define EXTREMUM(kind, invert, zeros)                                                              \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)work;                                                                                \
        update(state, tile, invert, zeros);                                                        \
    }                                                                                              \
    const qdr_accumulator qdr_##kind##_accumulator = {                                             \
        .name = #kind,                                                                             \
        .words = QDR_EXTREMUM_WORDS,                                              \
        .update = update_##kind,                                                                   \
        .merge = merge,                                                                            \
    };
EXTREMUM(minimum, 0, 0)
EXTREMUM(maximum, -1, 0)
EXTREMUM(first_min, 0, 1)
EXTREMUM(first_max, -1, 1)

static int check_any(const extremum *e, const char *name, qdr_error *err)
{
    return e->count ? QDR_OK
                    : qdr_fail(err, QDR_EUSAGE, "%s of an array without elements is nothing", name);
}

/* The element that a key was made of, in the widest dtype of its kind. */
static qdr_scalar element_of(key k, char kind, int64_t invert)
{
    switch (kind) {
    case 'b':
        return (qdr_scalar){.dtype = QDR_BOOL, .truth = (uint8_t)(k.first ^ invert)};
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

static int finish_value(const uint64_t *state, qdr_dtype dtype, int64_t invert, const char *name,
                        qdr_scalar *value, qdr_error *err)
{
    const extremum *e = (const extremum *)state;
    *value = qdr_scalar_narrow(element_of(e->key, qdr_dtype_kind(dtype), invert), dtype);
    return check_any(e, name, err);
}

int qdr_finish_min(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)options;
    return finish_value(state, dtype, 0, "min", value, err);
}

int qdr_finish_max(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    (void)options;
    return finish_value(state, dtype, -1, "max", value, err);
}

static int finish_position(const uint64_t *state, const char *name, qdr_scalar *value,
                           qdr_error *err)
{
    const extremum *e = (const extremum *)state;
    *value = (qdr_scalar){.dtype = QDR_INT64, .integer = e->position};
    return check_any(e, name, err);
}

int qdr_finish_argmin(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                      qdr_scalar *value, qdr_error *err)
{
    (void)dtype, (void)options;
    return finish_position(state, "argmin", value, err);
}

int qdr_finish_argmax(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                      qdr_scalar *value, qdr_error *err)
{
    (void)dtype, (void)options;
    return finish_position(state, "argmax", value, err);
}
