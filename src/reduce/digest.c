/* The digest of an input, as reduce.h defines it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/check.h"
#include "quadrat/reduce.h"
#include "reduce/digest_words.h"

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
#define ROW(isa) qdr_digest_##isa
    static qdr_digest_function *const *const sets[QDR_ISAS] = {QDR_ISA_ROWS(ROW)};
    (void)work;
    qdr_digest_function *digest = sets[qdr_isa_chosen()][tile->dtype];
    size_t size = qdr_dtype_size(tile->dtype), words = size > 8 ? size / 8 : 1;
    const char *at = tile->elements;
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, tile->shape, tile->box); more;
         more = qdr_runs_next(&runs)) {
        digest(state, at, (size_t)runs.length * words, (uint64_t)runs.position * words);
        at += (size_t)runs.length * size;
    }
}

static void merge(uint64_t *to, const uint64_t *from)
{
    to[0] += from[0];
    to[1] += from[1];
}

/* Any words are a state: sums modulo 2^64 that are only ever added to and told. */
const qdr_accumulator qdr_digest_accumulator = {
    .name = "digest",
    .words = 2,
    .update = update,
    .merge = merge,
};

void qdr_digest_text(const uint64_t *state, qdr_dtype dtype, const qdr_shape *shape,
                     char text[QDR_DIGEST_TEXT])
{
    char line[64 + 20 * QDR_MAX_DIMS];
    int used = sprintf(line, "%s ", qdr_dtype_name(dtype));
    for (int i = 0; i < shape->ndim; i++)
        used += sprintf(line + used, "%s%" PRId64, i ? "x" : "", shape->extent[i]);
    if (!shape->ndim)
        used += sprintf(line + used, "scalar");
    used += sprintf(line + used, " %016" PRIX64 " %016" PRIX64, state[0], state[1]);
    qdr_check_text(line, (size_t)used, text);
}
