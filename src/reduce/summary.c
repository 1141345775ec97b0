#include "reduce/summary.h"

#include "reduce/reducers.h"

/* The states, one behind the other. */
#define DIGEST 0
#define EXTENT 2

_Static_assert(EXTENT + 2 * QDR_EXTREMUM_WORDS == QDR_SUMMARY_WORDS, "the states fill the words");

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    qdr_digest_accumulator.update(state + DIGEST, work, tile);
    qdr_extent_accumulator.update(state + EXTENT, work, tile);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    qdr_digest_accumulator.merge(to + DIGEST, from + DIGEST);
    qdr_extent_accumulator.merge(to + EXTENT, from + EXTENT);
}

/* Any words are a digest, but of nothing. */
static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options)
{
    bool any = !qdr_words_zero(state + EXTENT, 2 * QDR_EXTREMUM_WORDS);
    return qdr_extent_accumulator.valid(state + EXTENT, taken, options) &&
           (any || qdr_words_zero(state + DIGEST, EXTENT - DIGEST));
}

const qdr_accumulator qdr_summary_accumulator = {
    .name = "summary",
    .words = QDR_SUMMARY_WORDS,
    .update = update,
    .merge = merge,
    .valid = valid,
};

void qdr_summary_finish(const uint64_t *state, qdr_dtype dtype, const qdr_shape *shape,
                        qdr_summary *summary)
{
    const qdr_reduce_options options = {.dtype = dtype};
    qdr_digest_text(state + DIGEST, dtype, shape, summary->digest);
    qdr_finish_min(state + EXTENT, dtype, &options, &summary->min, NULL);
    qdr_finish_max(state + EXTENT, dtype, &options, &summary->max, NULL);
}
