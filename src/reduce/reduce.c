/* The table of reductions. */
#include <string.h>

#include "reduce/reducers.h"

/* Bools and signed integers are summed in int64, others in uint64. */
static qdr_dtype result_SUMMED(qdr_dtype dtype)
{
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
    case 'i':
        return QDR_INT64;
    case 'u':
        return QDR_UINT64;
    default:
        return dtype;
    }
}

static qdr_dtype result_FLOATING(qdr_dtype dtype)
{
    return strchr("fc", qdr_dtype_kind(dtype)) ? dtype : QDR_FLOAT64;
}

/* Of complex elements, the type of their parts. */
static qdr_dtype result_REAL(qdr_dtype dtype)
{
    return qdr_dtype_real(result_FLOATING(dtype));
}

static qdr_dtype result_SAME(qdr_dtype dtype)
{
    return dtype;
}

static qdr_dtype result_POSITION(qdr_dtype dtype)
{
    (void)dtype;
    return QDR_INT64;
}

static qdr_dtype result_TRUTH(qdr_dtype dtype)
{
    (void)dtype;
    return QDR_BOOL;
}

/* The kind for elements of a dtype: of two, that of real or of complex ones. */
#define REDUCER(name, parameters, of_real, of_complex, result, finish, steps, traits, help,        \
                example, value)                                                                    \
    static const qdr_accumulator *kind_##name(qdr_dtype dtype, const qdr_reduce_options *options)  \
    {                                                                                              \
        (void)options;                                                                             \
        return qdr_dtype_kind(dtype) == 'c' ? &qdr_##of_complex##_accumulator                      \
                                            : &qdr_##of_real##_accumulator;                        \
    }
#define CHOOSER(name, parameters, choose, result, finish, steps, traits, help, example, value)
#include "reduce/reducers.def"
#undef REDUCER
#undef CHOOSER

enum {
    POSITION = QDR_REDUCTION_POSITION,
    JUMPS = QDR_REDUCTION_JUMPS,
    PAIRS = QDR_REDUCTION_PAIRS,
    SKIPS = QDR_REDUCTION_SKIPS,
    ORDER = QDR_REDUCTION_ORDER,
    BINS = QDR_REDUCTION_BINS,
    WHOLE = QDR_REDUCTION_WHOLE,
    EDGES = QDR_REDUCTION_EDGES,
    VECTORS = QDR_REDUCTION_VECTORS
};

const qdr_reduction qdr_reductions[] = {
#define REDUCER(name, parameters, of_real, of_complex, result, finish, steps, traits, help,        \
                example, value)                                                                    \
    {#name,         parameters, help, example, value,                                              \
     kind_##name,                                                                                  \
     result_##result, steps, traits, qdr_finish_##finish},
#define CHOOSER(name, parameters, choose, result, finish, steps, traits, help, example, value)             \
    {#name, parameters,      help,  example, value,                                                \
     choose, result_##result, steps, traits,  qdr_finish_##finish},
#include "reduce/reducers.def"
#undef REDUCER
#undef CHOOSER
    {.name = NULL},
};

const qdr_reduction *qdr_reduction_named(const char *name)
{
    const qdr_reduction *r = qdr_reductions;
    while (strcmp(r->name, name) != 0)
        r++;
    return r;
}

size_t qdr_accumulator_words(const qdr_accumulator *accumulator, const qdr_reduce_options *options)
{
    return accumulator->size ? accumulator->size(options) : accumulator->words;
}

size_t qdr_accumulator_context(const qdr_accumulator *accumulator,
                               const qdr_reduce_options *options)
{
    return accumulator->context ? accumulator->context(options) : 0;
}

int qdr_accumulator_passes(const qdr_accumulator *accumulator, qdr_dtype dtype)
{
    return accumulator->passes ? accumulator->passes(dtype) : 1;
}

bool qdr_words_zero(const uint64_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (words[i])
            return false;
    return true;
}

uint64_t qdr_words_total(const uint64_t *words, size_t n, size_t stride)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        if (__builtin_add_overflow(total, words[i * stride], &total))
            return UINT64_MAX;
    return total;
}

bool qdr_accumulator_valid(const qdr_accumulator *accumulator, const uint64_t *state,
                           const qdr_taken *taken, const qdr_reduce_options *options)
{
    if (!taken->elements)
        return qdr_words_zero(state, qdr_accumulator_words(accumulator, options));
    return !accumulator->valid || accumulator->valid(state, taken, options);
}

bool qdr_accumulator_valid_context(const qdr_accumulator *accumulator, const uint64_t *context,
                                   const qdr_taken *taken, const qdr_reduce_options *options)
{
    return !accumulator->valid_context || accumulator->valid_context(context, taken, options);
}
