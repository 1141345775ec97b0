#include "expr/intake.h"

#include <string.h>

#define PART 2048 /* elements that are looked at together */

static qdr_intake take_by(qdr_intake in)
{
    qdr_dtype dtype = in.elements->dtype;
    in.words = qdr_accumulator_words(in.accumulator, &in.options);
    in.context = qdr_accumulator_context(in.accumulator, &in.options);
    in.passes = qdr_accumulator_passes(in.accumulator, dtype);
    return in;
}

/* Elements of all axes, or of those that are reduced. */
static int64_t count_along(const qdr_shape *shape, uint32_t axes)
{
    int64_t count = 1;
    for (int i = 0; i < shape->ndim; i++)
        count *= axes >> i & 1 ? shape->extent[i] : 1;
    return count;
}

qdr_intake qdr_intake_of(const qdr_node *r)
{
    const qdr_node *elements = r->operand[0];
    unsigned traits = r->reduction->traits;
    bool pairs = (traits & QDR_REDUCTION_PAIRS) || r->options.weighted;
    const qdr_node *const *more = r->operands > 1 + pairs ? &r->operand[1 + pairs] : NULL;
    qdr_intake in = {
        .reduction = r,
        .options = r->options,
        .elements = elements,
        .second = pairs ? r->operand[1] : NULL,
        .where = more && !(traits & QDR_REDUCTION_BINS) ? *more : NULL,
        .bounds = traits & QDR_REDUCTION_BINS ? more : NULL,
        .skips = (traits & QDR_REDUCTION_SKIPS) &&
                 strchr("fc", qdr_dtype_kind(elements->dtype)),
        .by_axes = r->shape.ndim > (r->width > 0),
        .axes = r->axes,
    };
    in.options.length = count_along(&elements->shape, r->axes);
    in.options.outputs = qdr_tree_outputs(r);
    in.accumulator = r->reduction->accumulator(elements->dtype, &in.options);
    return take_by(in);
}

qdr_intake qdr_intake_digest(const qdr_node *input)
{
    return take_by((qdr_intake){.accumulator = &qdr_digest_accumulator, .elements = input});
}

qdr_intake qdr_intake_store(const qdr_node *elements)
{
    return (qdr_intake){.elements = elements};
}

bool qdr_intake_alike(const qdr_intake *a, const qdr_intake *b)
{
    return a->elements == b->elements && a->second == b->second && a->where == b->where &&
           a->skips == b->skips && a->by_axes == b->by_axes && (!a->by_axes || a->axes == b->axes) &&
           (!(a->context || b->context) || a->reduction == b->reduction);
}

int qdr_intake_nodes(const qdr_intake *intake, const qdr_node *node[QDR_INTAKE_NODES])
{
    const qdr_node *all[] = {intake->elements, intake->second, intake->where};
    int count = 0;
    for (int i = 0; i < QDR_INTAKE_NODES; i++)
        if (all[i])
            node[count++] = all[i];
    return count;
}

/* Appends those of n elements that are kept. */
#define COMPACT(size, type)                                                                        \
    static size_t compact_##size(void *to, const void *from, const uint8_t *keep, size_t n)        \
    {                                                                                              \
        type *out = to;                                                                            \
        const type *in = from;                                                                     \
        size_t count = 0;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            if (keep[i])                                                                           \
                out[count++] = in[i];                                                              \
        }                                                                                          \
        return count;                                                                              \
    }
typedef struct pair_of_words {
    uint64_t word[2];
} pair_of_words;
COMPACT(1, uint8_t)
COMPACT(2, uint16_t)
COMPACT(4, uint32_t)
COMPACT(8, uint64_t)
COMPACT(16, pair_of_words)

static size_t compact(size_t size, void *to, const void *from, const uint8_t *keep, size_t n)
{
    static size_t (*const by_size[])(void *, const void *, const uint8_t *, size_t) = {
        [1] = compact_1, [2] = compact_2, [4] = compact_4, [8] = compact_8, [16] = compact_16};
    return by_size[size](to, from, keep, n);
}

/* keep &= not NaN. */
static void drop_nan(qdr_dtype dtype, const void *elements, uint8_t *keep, size_t n)
{
    uint8_t nan[PART];
    qdr_kernel_find("isnan", dtype)->run(n, nan, &elements, 0);
    for (size_t i = 0; i < n; i++)
        keep[i] &= !nan[i];
}

/* Which of the n elements from `at` on count; returns whether all do. */
static bool find_kept(const qdr_intake *in, const qdr_tile *tile, const void *where, size_t at,
                      size_t n, uint8_t keep[PART])
{
    size_t size = qdr_dtype_size(tile->dtype);
    size_t other = in->second ? qdr_dtype_size(in->second->dtype) : 0;
    bool number = in->where && in->where->shape.ndim == 0;
    if (in->where && !number)
        memcpy(keep, (const uint8_t *)where + at, n);
    else
        memset(keep, in->where ? *(const uint8_t *)where : 1, n);
    if (in->skips)
        drop_nan(tile->dtype, (const char *)tile->elements + at * size, keep, n);
    if (in->skips && tile->second)
        drop_nan(in->second->dtype, (const char *)tile->second + at * other, keep, n);
    return !memchr(keep, 0, n);
}

size_t qdr_intake_select(const qdr_intake *in, const void *const value[QDR_INTAKE_NODES],
                         void *const room[2], qdr_tile *tile)
{
    tile->elements = value[0];
    tile->second = in->second ? value[1] : NULL;
    if (!in->where && !in->skips)
        return tile->count;
    const void *where = in->where ? value[in->second ? 2 : 1] : NULL;
    const qdr_tile all = *tile;
    size_t size = qdr_dtype_size(tile->dtype), count = 0;
    size_t other = in->second ? qdr_dtype_size(in->second->dtype) : 0;
    uint8_t keep[PART];
    for (size_t at = 0; at < all.count; at += PART) {
        size_t n = all.count - at < PART ? all.count - at : PART;
        if (find_kept(in, &all, where, at, n, keep) && count == at) {
            count += n;
            continue;
        }
        if (tile->box) { /* the first that does not count: what stands before it does */
            tile->box = NULL;
            tile->elements = room[0];
            memmove(room[0], all.elements, at * size);
            if (all.second) {
                tile->second = room[1];
                memmove(room[1], all.second, at * other);
            }
        }
        const char *from = (const char *)all.elements + at * size;
        if (all.second)
            compact(other, (char *)room[1] + count * other, (const char *)all.second + at * other,
                    keep, n);
        count += compact(size, (char *)room[0] + count * size, from, keep, n);
    }
    return tile->count = count;
}
