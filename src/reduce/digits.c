/* Order statistics of any number of elements, in memory that does not depend on it: a pass counts
 * how many keys begin with each digit of 16 bits, or 8; then the digit that the wanted key begins
 * with is known, and the next pass counts the digits that follow it. */
#include "reduce/keys.h"
#include "reduce/reducers.h"
#include "reduce/search.h"

enum { PART = 512 }; /* elements that are looked at together */

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
    const struct qdr_search *s = (const struct qdr_search *)tile->context;
    int width = qdr_key_width(tile->dtype), shift = width - bits * (int)(s->pass + 1);
    size_t size = qdr_dtype_size(tile->dtype), each = EACH(bits);
    uint64_t keys[PART];
    c->targets = s->pass ? s->targets : 1;
    for (size_t at = 0; at < tile->count; at += PART) {
        size_t n = tile->count - at < PART ? tile->count - at : PART;
        const char *elements = (const char *)tile->elements + at * size;
        size_t count = qdr_keys_take(tile->dtype, elements, n, keys);
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
    int width = qdr_key_width(taken->dtype);
    bool last = taken->pass > 0 && (taken->pass + 1) * bits == width;
    for (uint64_t i = 0; i < digits && bits == width; i++)
        if (counts[i] && !qdr_is_key(i, taken->dtype))
            return false;
    return qdr_words_total(counts, digits, 1) <= taken->elements &&
           (!next || (last && qdr_is_key(~next, taken->dtype)));
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
static void narrow(struct qdr_target *t, const uint64_t *counts, int bits, bool last)
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
    struct qdr_search *s = (struct qdr_search *)context;
    const struct counts *c = (const struct counts *)state;
    bool first = s->pass == 0, last = (int)++s->pass * bits == qdr_key_width(dtype);
    if (first)
        qdr_search_place(s, c->count, c->nans, options);
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
        return qdr_key_width(dtype) / bits;                                                        \
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
        return qdr_search_valid(context, taken, options, bits);                                    \
    }                                                                                              \
    const qdr_accumulator qdr_digits_##bits##_accumulator = {                                      \
        .name = "digits of " #bits " bits",                                                        \
        .size = size_##bits,                                                                       \
        .update = update_##bits,                                                                   \
        .merge = merge_##bits,                                                                     \
        .valid = valid_##bits,                                                                     \
        .context = qdr_search_words,                                                               \
        .passes = passes_##bits,                                                                   \
        .advance = advance_##bits,                                                                 \
        .valid_context = valid_search_##bits,                                                      \
    };
DIGITS(8)
DIGITS(16)
