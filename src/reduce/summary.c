#include "reduce/summary.h"

#include "reduce/reducers.h"

/* The states, one behind the other. */
#define DIGEST 0
#define MINIMUM 2
#define MAXIMUM (MINIMUM + QDR_EXTREMUM_WORDS)

_Static_assert(MAXIMUM + QDR_EXTREMUM_WORDS == QDR_SUMMARY_WORDS, "the states fill the words");

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    qdr_digest_accumulator.update(state + DIGEST, work, tile);
    qdr_minimum_accumulator.update(state + MINIMUM, work, tile);
    qdr_maximum_accumulator.update(state + MAXIMUM, work, tile);
}

static void merge(uint64_t *to, const uint64_t *from)
{
    qdr_digest_accumulator.merge(to + DIGEST, from + DIGEST);
    qdr_minimum_accumulator.merge(to + MINIMUM, from + MINIMUM);
    qdr_maximum_accumulator.merge(to + MAXIMUM, from + MAXIMUM);
}

/* Any words are a digest, but of nothing. */
static bool valid(const uint64_t *state, const qdr_taken *taken, const qdr_reduce_options *options)
{
    bool any = !qdr_words_zero(state + MINIMUM, QDR_EXTREMUM_WORDS);
    return qdr_extent_accumulator.valid(state + MINIMUM, taken, options) &&
           (any || qdr_words_zero(state + DIGEST, MINIMUM - DIGEST));
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
    qdr_finish_min(state + MINIMUM, dtype, &options, &summary->min, NULL);
    qdr_finish_max(state + MAXIMUM, dtype, &options, &summary->max, NULL);
}
