/* Random arrays: each element is made of one word of Philox's, the one at its position. */
#include "array/draws.h"
#include "array/source.h"

extern const qdr_draw_set qdr_draws_portable, qdr_draws_avx2, qdr_draws_avx512;

#define ROW(isa) &qdr_draws_##isa
const qdr_draw_set *const qdr_draw_sets[QDR_ISAS] = {QDR_ISA_ROWS(ROW)};

static const qdr_draw_set *draws(void)
{
    return qdr_draw_sets[qdr_isa_chosen()];
}

/* The upper half of the key: arrays of one seed and different kinds have nothing in common. */
enum { UNIFORM, NORMAL, INTEGERS };

/* The words at `count` positions, up to QDR_DRAWS, somewhere in the room. NumPy counts before it
 * draws: the first four come from counter 1. */
#define ROOM (QDR_DRAWS + 4)
static const uint64_t *draw(const qdr_source *source, uint64_t kind, int64_t position,
                            int64_t count, uint64_t room[ROOM])
{
    const uint64_t key[2] = {source->random.seed, kind};
    uint64_t before = (uint64_t)position % 4, counters = (before + (uint64_t)count + 3) / 4;
    draws()->philox(key, (uint64_t)position / 4 + 1, counters, room);
    return room + before;
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

/* A fill that makes n elements `to` of their words w. */
#define FILL(name, kind, type, make)                                                               \
    static int fill_##name(const qdr_source *source, int64_t position, int64_t count,              \
                           void *elements, qdr_error *err)                                         \
    {                                                                                              \
        (void)err;                                                                                 \
        uint64_t room[ROOM];                                                                       \
        type *to = elements;                                                                       \
        for (int64_t n; count > 0; to += n, position += n, count -= n) {                           \
            n = count < QDR_DRAWS ? count : QDR_DRAWS;                                             \
            const uint64_t *w = draw(source, kind, position, n, room);                             \
            make;                                                                                  \
        }                                                                                          \
        return QDR_OK;                                                                             \
    }

/* ---- uniform ------------------------------------------------------------------------------ */

FILL(random, UNIFORM, double, draws()->uniform(w, (size_t)n, to))

int qdr_source_random(const qdr_shape *shape, uint64_t seed, qdr_source **source, qdr_error *err)
{
    return create(QDR_FLOAT64, shape, seed, fill_random, source, err);
}

/* ---- normal ------------------------------------------------------------------------------- */

static void normal(const qdr_source *source, const uint64_t *w, size_t n, double *to)
{
    draws()->normal(w, n, to);
    for (size_t i = 0; i < n; i++)
        to[i] = source->random.loc + source->random.scale * to[i];
}

FILL(normal, NORMAL, double, normal(source, w, (size_t)n, to))

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

static void integers(const qdr_source *source, const uint64_t *w, size_t n, uint64_t *to)
{
    unsigned __int128 span = (unsigned __int128)source->random.span + 1;
    for (size_t i = 0; i < n; i++)
        to[i] = source->random.low + (uint64_t)(w[i] * span >> 64);
}

FILL(integers, INTEGERS, uint64_t, integers(source, w, (size_t)n, to))

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
