/* Random arrays: each element is made of one word of Philox's, the one at its position. */
#include "array/normal.h"
#include "array/source.h"

/* Philox4x64-10, constants and rounds of the paper. */
static void philox(uint64_t counter, const uint64_t key[2], uint64_t out[4])
{
    uint64_t x0 = counter, x1 = 0, x2 = 0, x3 = 0, k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        unsigned __int128 p0 = (unsigned __int128)0xD2E7470EE14C6C93 * x0;
        unsigned __int128 p1 = (unsigned __int128)0xCA5A826395121157 * x2;
        x0 = (uint64_t)(p1 >> 64) ^ x1 ^ k0;
        x2 = (uint64_t)(p0 >> 64) ^ x3 ^ k1;
        x1 = (uint64_t)p1;
        x3 = (uint64_t)p0;
        k0 += 0x9E3779B97F4A7C15;
        k1 += 0xBB67AE8584CAA73B;
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

/* The upper half of the key: arrays of one seed and different kinds have nothing in common. */
enum { UNIFORM, NORMAL, INTEGERS };

/* The words at `count` positions. NumPy counts before it draws: the first four come from counter
 * 1. */
static void draw(const qdr_source *source, uint64_t kind, int64_t position, int64_t count,
                 uint64_t words[])
{
    const uint64_t key[2] = {source->random.seed, kind};
    for (int64_t i = 0; i < count;) {
        uint64_t four[4], at = (uint64_t)(position + i);
        philox(at / 4 + 1, key, four);
        for (uint64_t k = at % 4; k < 4 && i < count; k++)
            words[i++] = four[k];
    }
}

static int create(qdr_dtype dtype, const qdr_shape *shape, uint64_t seed,
                  int (*fill)(const qdr_source *, int64_t, int64_t, void *, qdr_error *),
                  qdr_source **source, qdr_error *err)
{
    int code = qdr_source_new(dtype, shape, source, err);
    if (code)
        return code;
    (*source)->random.seed = seed;
    (*source)->fill = fill;
    return QDR_OK;
}

#define PART 512 /* words drawn at a time */

/* A fill that makes each element of its word w. */
#define FILL(name, kind, type, value)                                                              \
    static int fill_##name(const qdr_source *source, int64_t position, int64_t count,              \
                           void *elements, qdr_error *err)                                         \
    {                                                                                              \
        (void)err;                                                                                 \
        type *x = elements;                                                                        \
        uint64_t words[PART];                                                                      \
        for (int64_t at = 0; at < count; at += PART) {                                             \
            int64_t part = count - at < PART ? count - at : PART;                                  \
            draw(source, kind, position + at, part, words);                                        \
            for (int64_t i = 0; i < part; i++) {                                                   \
                uint64_t w = words[i];                                                             \
                x[at + i] = value;                                                                 \
            }                                                                                      \
        }                                                                                          \
        return QDR_OK;                                                                             \
    }

/* ---- uniform ------------------------------------------------------------------------------ */

FILL(random, UNIFORM, double, (double)(w >> 11) * 0x1p-53)

int qdr_source_random(const qdr_shape *shape, uint64_t seed, qdr_source **source, qdr_error *err)
{
    return create(QDR_FLOAT64, shape, seed, fill_random, source, err);
}

/* ---- normal ------------------------------------------------------------------------------- */

static double normal(uint64_t w)
{
    int64_t m = (int64_t)(w >> 63 ? ~w : w);
    double q = ((double)m + 0.5) * 0x1p-64, p = ((double)(INT64_MAX - m) + 0.5) * 0x1p-64;
    double z = qdr_normal_quantile(p, q);
    return w >> 63 ? -z : z;
}

FILL(normal, NORMAL, double, source->random.loc + source->random.scale * normal(w))

int qdr_source_normal(const qdr_shape *shape, double loc, double scale, uint64_t seed,
                      qdr_source **source, qdr_error *err)
{
    int code = create(QDR_FLOAT64, shape, seed, fill_normal, source, err);
    if (code)
        return code;
    (*source)->random.loc = loc;
    (*source)->random.scale = scale;
    return QDR_OK;
}

/* ---- integers ----------------------------------------------------------------------------- */

FILL(integers, INTEGERS, uint64_t,
     source->random.low +
         (uint64_t)((unsigned __int128)w * ((unsigned __int128)source->random.span + 1) >> 64))

int qdr_source_integers(const qdr_shape *shape, qdr_scalar low, qdr_scalar last, uint64_t seed,
                        qdr_source **source, qdr_error *err)
{
    int code = create(low.dtype, shape, seed, fill_integers, source, err);
    if (code)
        return code;
    (*source)->random.low = low.words[0];
    (*source)->random.span = last.words[0] - low.words[0];
    return QDR_OK;
}
