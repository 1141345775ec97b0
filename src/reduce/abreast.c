/* Sums and means of lines abreast: as pairs of doubles, and how many elements they are of. */
#include "reduce/abreast.h"

#include <math.h>
#include <string.h>

#include "exact/between.h"
#include "exact/bins.h"
#include "exact/environment.h"
#include "reduce/reducers.h"

/* The arrays stand behind it, for `lines` lines each. */
typedef struct held {
    size_t lines;
    double *high, *low;
    uint64_t *count;
} held;

static size_t size(size_t lines)
{
    return sizeof(held) + lines * (2 * sizeof(double) + sizeof(uint64_t));
}

static void clear_line(held *h, size_t line)
{
    h->high[line] = h->low[line] = -0.0;
    h->count[line] = 0;
}

static void clear(void *to, size_t lines, qdr_dtype dtype)
{
    (void)dtype;
    held *h = to;
    double *arrays = (double *)(h + 1);
    *h = (held){lines, arrays, arrays + lines, (uint64_t *)(arrays + 2 * lines)};
    for (size_t i = 0; i < lines; i++)
        clear_line(h, i);
}

/* ---- elements as doubles ------------------------------------------------------------------- */

/* n elements as doubles; of 64-bit integers, `apart` behind what stands for the upper 32 bits what
 * does for the lower ones. */
typedef void widener(const void *elements, size_t n, double *to, size_t apart);

#define WIDEN(id, type)                                                                            \
    static void widen_##id(const void *elements, size_t n, double *to, size_t apart)               \
    {                                                                                              \
        const type *x = elements;                                                                  \
        (void)apart;                                                                               \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] = (double)x[i];                                                                  \
    }
#define WIDEN_HALVES(id, type, half)                                                               \
    static void widen_##id(const void *elements, size_t n, double *to, size_t apart)               \
    {                                                                                              \
        const type *x = elements;                                                                  \
        for (size_t i = 0; i < n; i++) {                                                           \
            to[i] = 0x1p32 * (double)(half)(x[i] >> 32);                                           \
            to[apart + i] = (double)(uint32_t)x[i];                                                \
        }                                                                                          \
    }
WIDEN(BOOL, uint8_t)
WIDEN(INT8, int8_t)
WIDEN(INT16, int16_t)
WIDEN(INT32, int32_t)
WIDEN_HALVES(INT64, int64_t, int32_t)
WIDEN(UINT8, uint8_t)
WIDEN(UINT16, uint16_t)
WIDEN(UINT32, uint32_t)
WIDEN_HALVES(UINT64, uint64_t, uint32_t)
WIDEN(FLOAT32, float)

/* parts: doubles for an element; 0 where the dtype is not taken. Doubles stay where they are. */
static const struct {
    int parts;
    widener *widen;
} dtypes[QDR_DTYPES] = {
    [QDR_BOOL] = {1, widen_BOOL},     [QDR_INT8] = {1, widen_INT8},
    [QDR_INT16] = {1, widen_INT16},   [QDR_INT32] = {1, widen_INT32},
    [QDR_INT64] = {2, widen_INT64},   [QDR_UINT8] = {1, widen_UINT8},
    [QDR_UINT16] = {1, widen_UINT16}, [QDR_UINT32] = {1, widen_UINT32},
    [QDR_UINT64] = {2, widen_UINT64}, [QDR_FLOAT32] = {1, widen_FLOAT32},
    [QDR_FLOAT64] = {1, NULL},
};

static bool takes(qdr_dtype dtype)
{
    return dtypes[dtype].parts;
}

/* Makes the panel one of doubles, in room for two for each element. */
static qdr_panel widened(const qdr_panel *panel, double *room)
{
    const size_t parts = (size_t)dtypes[panel->dtype].parts;
    widener *widen = dtypes[panel->dtype].widen;
    size_t runs = panel->across ? panel->length : panel->lines;
    size_t run = panel->across ? panel->lines : panel->length;
    size_t stride = panel->across ? panel->stride : run, size_of = qdr_dtype_size(panel->dtype);
    qdr_panel wide = *panel;
    if (!widen)
        return wide;
    wide.elements = room;
    wide.length *= parts;
    wide.stride = run;
    if (parts == 1 && stride == run) { /* all at once */
        run *= runs;
        runs = 1;
    }
    for (size_t i = 0; i < runs; i++)
        widen((const char *)panel->elements + i * stride * size_of, run, room + i * parts * run,
              run);
    return wide;
}

/* ---- adding and finishing ------------------------------------------------------------------ */

static bool add(void *to, size_t first, const qdr_panel *panel, bool *failed)
{
    held *h = to;
    double room[2 * QDR_PANEL];
    const qdr_pair_kernels *kernels = qdr_exact_kernels_select()->pairs;
    qdr_environment before = qdr_environment_enter();
    qdr_panel wide = widened(panel, room);
    qdr_pairs pairs = {h->high + first, h->low + first, wide.lines};
    bool any = wide.across ? kernels->add_across(pairs, wide.elements, wide.length, wide.stride, failed)
                           : kernels->add_along(pairs, wide.elements, wide.length, failed);
    qdr_environment_leave(before);
    for (size_t i = 0; i < panel->lines; i++)
        h->count[first + i] += panel->length;
    for (size_t i = 0; i < panel->lines && any; i++)
        h->count[first + i] -= failed[i] ? panel->length : 0;
    return any;
}

static void flush(void *from, size_t line, uint64_t *state)
{
    held *h = from;
    qdr_exact_sum *sum = (qdr_exact_sum *)state;
    const double part[] = {h->high[line], h->low[line]};
    uint64_t bits;
    memcpy(&bits, &part[0], sizeof bits);
    for (int i = 0; i < 2; i++) {
        qdr_exact_number x = qdr_exact_number_of(part[i]);
        if (x.significand)
            qdr_fixed_add_scaled(sum->limbs, QDR_SUM_LIMBS, x.significand,
                                 (unsigned)(QDR_SUM_ONE + x.exponent));
    }
    sum->count += h->count[line];
    sum->flags |= bits != 1ull << 63 ? QDR_SEEN_OTHER : 0; /* high is not -0.0 */
    clear_line(h, line);
}

/* Sums of integers of 64 bits. */
static bool integers(qdr_pairs pairs, int64_t *to, bool *failed)
{
    bool any = false;
    for (size_t i = 0; i < pairs.n; i++) {
        bool fits = fabs(pairs.high[i]) < 0x1p62 && fabs(pairs.low[i]) < 0x1p62;
        to[i] = fits ? (int64_t)pairs.high[i] + (int64_t)pairs.low[i] : 0;
        any |= failed[i] = !fits;
    }
    return any;
}

/* The pairs over count, as the dtype; false where there is no quicker way than by states. */
static bool divide(qdr_pairs pairs, double count, qdr_dtype dtype, void *to, bool *failed)
{
    const qdr_pair_kernels *kernels = qdr_exact_kernels_select()->pairs;
    switch (dtype) {
    case QDR_FLOAT64:
        return kernels->quotients(pairs, count, to, failed);
    case QDR_FLOAT32:
        return kernels->quotients_float(pairs, count, to, failed);
    case QDR_INT64:
    case QDR_UINT64:
        return integers(pairs, to, failed);
    default:
        memset(failed, true, pairs.n * sizeof *failed);
        return true;
    }
}

static bool finish(const void *from, size_t n, qdr_finish *reduction,
                   const qdr_reduce_options *options, void *values, bool *failed)
{
    const held *h = from;
    uint64_t length = (uint64_t)options->length;
    double count = reduction == qdr_finish_mean ? (double)length : 1;
    qdr_environment before = qdr_environment_enter();
    bool any = divide((qdr_pairs){h->high, h->low, n}, count, options->dtype, values, failed);
    qdr_environment_leave(before);
    uint64_t other = !length; /* the others are in states */
    for (size_t i = 0; i < n; i++)
        other |= h->count[i] ^ length;
    for (size_t i = 0; i < n && other; i++)
        failed[i] = (any && failed[i]) || !length || h->count[i] != length;
    return any || other;
}

const qdr_abreast qdr_sum_abreast = {
    .takes = takes,
    .size = size,
    .clear = clear,
    .add = add,
    .flush = flush,
    .finish = finish,
};
