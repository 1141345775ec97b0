/* min, max, argmin, argmax: the least key and the lowest position that has it.
 *
 * A key is a signed integer in the order of the elements; of floats, the bits with the others than
 * the sign inverted below zero, so that -0.0 comes right before +0.0. A maximum is the least of
 * the inverted keys. NaN has the least key of all: it wins, and the first of several is found. */
#include <math.h>
#include <string.h>

#include "reduce/reducers.h"

typedef struct extremum {
    uint64_t count; /* elements taken up; the rest means nothing when it is 0 */
    int64_t key;
    int64_t position;
} extremum;

#define NAN_KEY INT64_MIN
#define NEGATIVE_ZERO_KEY (-1) /* of the key before any inversion; +0.0 has 0 */

static int64_t key_of_double(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static double double_of_key(int64_t key)
{
    double x;
    key ^= (int64_t)((uint64_t)(key >> 63) >> 1);
    memcpy(&x, &key, sizeof x);
    return x;
}

/* The key of element x; `invert` is -1 for a maximum, 0 for a minimum; `zeros` is 1 where both
 * zeros are equal. */
static inline int64_t float_key(double x, int64_t invert, int64_t zeros)
{
    int64_t key = key_of_double(x);
    key += zeros & (key == NEGATIVE_ZERO_KEY);
    return x == x ? key ^ invert : NAN_KEY;
}

static inline int64_t integer_key(int64_t x, int64_t invert, int64_t zeros)
{
    (void)zeros;
    return x ^ invert;
}

/* The least key of n elements, and the first element that has a key. */
#define SCAN(T, key_of)                                                                            \
    static int64_t least_##T(const void *elements, size_t n, int64_t invert, int64_t zeros)        \
    {                                                                                              \
        const T *x = elements;                                                                     \
        int64_t least = INT64_MAX;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            int64_t key = key_of(x[i], invert, zeros);                                             \
            least = key < least ? key : least;                                                     \
        }                                                                                          \
        return least;                                                                              \
    }                                                                                              \
    static size_t find_##T(const void *elements, int64_t key, int64_t invert, int64_t zeros)       \
    {                                                                                              \
        const T *x = elements;                                                                     \
        size_t i = 0;                                                                              \
        while (key_of(x[i], invert, zeros) != key)                                                 \
            i++;                                                                                   \
        return i;                                                                                  \
    }
SCAN(uint8_t, integer_key)
SCAN(int64_t, integer_key)
SCAN(float, float_key)
SCAN(double, float_key)

static const struct {
    int64_t (*least)(const void *elements, size_t n, int64_t invert, int64_t zeros);
    size_t (*find)(const void *elements, int64_t key, int64_t invert, int64_t zeros);
} scans[QDR_DTYPES] = {
    [QDR_BOOL] = {least_uint8_t, find_uint8_t},
    [QDR_INT64] = {least_int64_t, find_int64_t},
    [QDR_FLOAT32] = {least_float, find_float},
    [QDR_FLOAT64] = {least_double, find_double},
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
    bool better = !to->count || from->key < to->key ||
                  (from->key == to->key && from->position < to->position);
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
    int64_t key = scans[tile->dtype].least(tile->elements, tile->count, invert, zeros);
    if (e->count && key > e->key) {
        e->count += tile->count;
        return;
    }
    size_t index = scans[tile->dtype].find(tile->elements, key, invert, zeros);
    extremum found = {tile->count, key, position_in(tile, index)};
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
        .words = sizeof(extremum) / sizeof(uint64_t),                                              \
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

static int finish_value(const uint64_t *state, qdr_dtype dtype, int64_t invert, const char *name,
                        qdr_scalar *value, qdr_error *err)
{
    const extremum *e = (const extremum *)state;
    int code = check_any(e, name, err);
    if (code)
        return code;
    int64_t key = e->key ^ invert;
    double x = e->key == NAN_KEY ? NAN : double_of_key(key);
    value->dtype = dtype;
    value->word = 0;
    switch (dtype) {
    case QDR_BOOL:
        value->truth = (uint8_t)key;
        break;
    case QDR_FLOAT32:
        value->single = (float)x;
        break;
    case QDR_FLOAT64:
        value->real = x;
        break;
    default:
        value->integer = key;
        break;
    }
    return QDR_OK;
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
    value->dtype = QDR_INT64;
    value->integer = e->position;
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
