/* Order statistics of few elements: their keys are kept, in order. */
#include <stdlib.h>
#include <string.h>

#include "reduce/keys.h"
#include "reduce/reducers.h"
#include "reduce/search.h"

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
    size_t count = qdr_keys_take(tile->dtype, tile->elements, tile->count, s->key + s->count);
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
    struct qdr_search *search = (struct qdr_search *)context;
    const struct sorted *s = (const struct sorted *)state;
    (void)dtype;
    search->pass++;
    qdr_search_place(search, s->count, s->nans, options);
    for (size_t i = 0; i < search->targets && s->count; i++) {
        struct qdr_target *t = &search->target[i];
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
        if (!qdr_is_key(s->key[i], taken->dtype) || (i && s->key[i - 1] > s->key[i]))
            return false;
    return qdr_words_zero(s->key + s->count, room - s->count);
}

/* All keys are known after the one pass. */
static bool valid_sorted_search(const uint64_t *context, const qdr_taken *taken,
                                const qdr_reduce_options *options)
{
    return qdr_search_valid(context, taken, options, qdr_key_width(taken->dtype));
}

const qdr_accumulator qdr_kept_accumulator = {
    .name = "sorted",
    .size = sorted_words,
    .update = update_sorted,
    .merge = merge_sorted,
    .valid = valid_sorted,
    .context = qdr_search_words,
    .advance = advance_sorted,
    .valid_context = valid_sorted_search,
};
