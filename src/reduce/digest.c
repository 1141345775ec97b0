/* The digest of an input, as reduce.h defines it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/check.h"
#include "quadrat/reduce.h"

#define STEP 0x9E3779B97F4A7C15 /* 2^64 divided by the golden ratio, odd */

/* Takes n consecutive words, the first at `position`; W is an unsigned type of their size. */
#define DIGEST(W)                                                                                  \
    static void digest_##W(uint64_t state[2], const void *elements, size_t n, uint64_t position)   \
    {                                                                                              \
        const W *x = elements;                                                                     \
        uint64_t key = (position + 1) * STEP, first = 0, second = 0;                               \
        for (size_t i = 0; i < n; i++, key += STEP) {                                              \
            uint64_t a = x[i] ^ key, b = x[i] + key;                                               \
            first += (a & 0xffffffff) * (a >> 32);                                                 \
            second += (b & 0xffffffff) * (b >> 32);                                                \
        }                                                                                          \
        state[0] += first;                                                                         \
        state[1] += second;                                                                        \
    }
DIGEST(uint8_t)
DIGEST(uint16_t)
DIGEST(uint32_t)
DIGEST(uint64_t)

static void update(uint64_t *state, void *work, const qdr_tile *tile)
{
    static void (*const digest[])(uint64_t *, const void *, size_t, uint64_t) = {
        [1] = digest_uint8_t,
        [2] = digest_uint16_t,
        [4] = digest_uint32_t,
        [8] = digest_uint64_t,
    };
    (void)work;
    size_t size = qdr_dtype_size(tile->dtype), words = size > 8 ? size / 8 : 1;
    const char *at = tile->elements;
    qdr_runs runs;
    for (bool more = qdr_runs_first(&runs, tile->shape, tile->box); more;
         more = qdr_runs_next(&runs)) {
        digest[size / words](state, at, (size_t)runs.length * words,
                             (uint64_t)runs.position * words);
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
