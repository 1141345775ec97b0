/* What tests of states share: every kind of state there is, as reductions make them. */
#ifndef SUBJECTS_H
#define SUBJECTS_H

#include <stdlib.h>
#include <string.h>

#include "quadrat/reduce.h"
#include "reduce/quantile.h"
#include "reduce/summary.h"

/* A reduction of elements of a dtype; or, without one, a digest or a summary of them. */
typedef struct subject {
    const qdr_reduction *reduction;
    const qdr_accumulator *kind;
    qdr_dtype dtype;
    qdr_reduce_options options;
    size_t words, context, values;
    int passes;
} subject;

enum { SUBJECT_CHOICES = 4, SUBJECT_BINS = 7 };

/* The options of one of several choices; false where there is no such. */
static inline bool subject_options(subject *s, int choice)
{
    static const double quantiles[] = {0.5, 0.1, 1};
    static const double range[] = {-50, 60};
    static const double edges[SUBJECT_BINS + 1] = {-50, -3, 0, 0, 1, 2, 40, 100};
    unsigned traits = s->reduction ? s->reduction->traits : 0;
    bool first = choice & 1, second = choice & 2;
    qdr_reduce_options *o = &s->options;
    s->values = 1;
    if (!(traits & (QDR_REDUCTION_ORDER | QDR_REDUCTION_BINS)))
        return choice == 0;
    if (qdr_dtype_kind(s->dtype) == 'c')
        return false;
    if (traits & QDR_REDUCTION_ORDER) {
        o->outputs = first ? 1 << 20 : 1;
        o->numbers = quantiles;
        s->values = o->count = second ? 3 : 1;
        o->method = 3 * choice;
        if (qdr_quantile_gives_element(o->method))
            o->dtype = s->dtype;
        return true;
    }
    bool whole = traits & QDR_REDUCTION_WHOLE;
    o->bins = SUBJECT_BINS;
    s->values = SUBJECT_BINS + 1;
    o->weighted = first;
    o->density = second && !whole;
    o->edges = second;
    o->numbers = o->edges ? edges : range;
    o->count = o->edges ? SUBJECT_BINS + 1 : 2;
    return !whole || (!second && strchr("biu", qdr_dtype_kind(s->dtype)));
}

/* The row-th of all, counting those that there are not, which are false; `length` elements. */
static inline bool subject_make(subject *s, size_t row, qdr_dtype dtype, int choice, int64_t length)
{
    static const qdr_accumulator *const others[] = {&qdr_digest_accumulator,
                                                    &qdr_summary_accumulator};
    size_t count = sizeof others / sizeof *others;
    *s = (subject){.dtype = dtype, .options = {.dtype = dtype, .length = length, .outputs = 1}};
    if (row >= count) {
        s->reduction = &qdr_reductions[row - count];
        s->options.dtype = s->reduction->result(dtype);
    }
    if (!subject_options(s, choice))
        return false;
    s->kind = row < count ? others[row] : s->reduction->accumulator(dtype, &s->options);
    s->words = qdr_accumulator_words(s->kind, &s->options);
    s->context = qdr_accumulator_context(s->kind, &s->options);
    s->passes = qdr_accumulator_passes(s->kind, dtype);
    return true;
}

static inline size_t subject_rows(void)
{
    size_t rows = 2;
    for (const qdr_reduction *r = qdr_reductions; r->name; r++)
        rows++;
    return rows;
}

/* Words of their own, so that a sanitizer sees what goes beyond them. */
static inline uint64_t *subject_copy(const uint64_t *words, size_t n)
{
    uint64_t *copy = malloc(n * sizeof *copy + !n);
    if (copy && n)
        memcpy(copy, words, n * sizeof *copy);
    return copy;
}

static inline uint64_t *subject_empty(size_t n)
{
    uint64_t *words = malloc(n * sizeof *words + !n);
    if (words && n)
        memset(words, 0, n * sizeof *words);
    return words;
}

/* What a context has before the first pass. */
static inline uint64_t *subject_begin(const subject *s)
{
    uint64_t *context = subject_empty(s->context);
    if (context && s->kind->begin)
        s->kind->begin(context, s->dtype, &s->options, NULL, NULL);
    return context;
}

static inline bool subject_valid(const subject *s, const uint64_t *state, size_t elements, int pass)
{
    qdr_taken taken = {.dtype = s->dtype, .elements = elements, .pass = pass};
    return qdr_accumulator_valid(s->kind, state, &taken, &s->options);
}

static inline bool subject_valid_context(const subject *s, const uint64_t *context, int pass)
{
    qdr_taken taken = {.dtype = s->dtype, .elements = (uint64_t)s->options.length, .pass = pass};
    return qdr_accumulator_valid_context(s->kind, context, &taken, &s->options);
}

/* Elements of one axis, and what they are paired with. */
typedef struct subject_elements {
    const char *first, *second;
    size_t count; /* of the array */
} subject_elements;

/* Takes up elements start to end, and flushes. */
static inline void subject_take(const subject *s, uint64_t *state, void *work,
                                const uint64_t *context, const subject_elements *e, size_t start,
                                size_t end)
{
    size_t size = qdr_dtype_size(s->dtype);
    size_t other = s->options.weighted ? sizeof(double) : size;
    qdr_shape shape = {.ndim = 1, .extent = {(int64_t)e->count}};
    qdr_box box = {.ndim = 1, .start = {(int64_t)start}, .extent = {(int64_t)(end - start)}};
    qdr_tile tile = {.dtype = s->dtype, .elements = e->first + start * size,
                     .second = e->second + start * other, .count = end - start, .shape = &shape,
                     .box = &box, .context = context};
    if (start == end)
        return;
    s->kind->update(state, work, &tile);
    if (s->kind->flush)
        s->kind->flush(state, work);
}

/* Finishes a state, or a context after all passes; returns the code. */
static inline int subject_finish(const subject *s, const uint64_t *words)
{
    qdr_shape shape = {.ndim = 1, .extent = {s->options.length}};
    qdr_error err = QDR_ERROR_INIT;
    qdr_summary summary;
    qdr_scalar *value = calloc(s->values, sizeof *value);
    int code = QDR_OK;
    if (s->reduction)
        code = s->reduction->finish(words, s->dtype, &s->options, value, &err);
    else if (s->kind == &qdr_digest_accumulator)
        qdr_digest_text(words, s->dtype, &shape, summary.digest);
    else
        qdr_summary_finish(words, s->dtype, &shape, &summary);
    free(value);
    return code;
}

#endif
