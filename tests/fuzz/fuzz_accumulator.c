/* Words that are said to be a state and a context of a reduction, whatever they hold: those that
 * are valid are merged, advanced and finished without harm. */
#include <string.h>

#include "../unit/subjects.h"
#include "fuzz.h"

enum { MOST = 600 };

/* What is left of the input; behind its end there are zeros. */
typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint64_t take(input *in, size_t bytes)
{
    uint64_t value = 0;
    size_t n = bytes < in->size ? bytes : in->size;
    memcpy(&value, in->data, n);
    in->data += n;
    in->size -= n;
    return value;
}

/* Elements that are real ones, from the first bytes over and over. */
static void take_elements(input *in, qdr_dtype dtype, char *elements, size_t n)
{
    char some[64];
    for (size_t i = 0; i < sizeof some; i++)
        some[i] = (char)take(in, 1);
    for (size_t i = 0; i < n * qdr_dtype_size(dtype); i++)
        elements[i] = some[i % sizeof some];
    if (dtype == QDR_BOOL)
        for (size_t i = 0; i < n; i++)
            elements[i] &= 1;
    qdr_dtype_canonise(dtype, elements, (int64_t)n);
}

/* A change is a place, near the first word in half of all, and the word that comes there. */
static void change(input *in, uint64_t *words, size_t n)
{
    uint64_t place = take(in, 4);
    if (n)
        words[(place & 1 ? place >> 1 : place >> 1 & 63) % n] = take(in, 8);
}

/* The passes from one on; the first has a state. Frees that and the context. */
static void finish(const subject *s, const subject_elements *e, void *work, uint64_t *context,
                   uint64_t *state, int pass)
{
    for (; pass < s->passes; pass++) {
        if (s->kind->advance)
            s->kind->advance(context, state, s->dtype, &s->options);
        else
            subject_finish(s, state);
        memset(state, 0, s->words * sizeof *state);
        if (pass + 1 < s->passes)
            subject_take(s, state, work, context, e, 0, e->count);
    }
    if (s->kind->advance)
        subject_finish(s, context);
    free(context);
    free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[MOST * QDR_ELEMENT_MOST], second[MOST * QDR_ELEMENT_MOST];
    static const int64_t lengths[] = {1, 2, 7, MOST};
    input in = {data, size};
    subject s;
    size_t row = take(&in, 1) % subject_rows();
    qdr_dtype dtype = (qdr_dtype)(take(&in, 1) % QDR_DTYPES);
    uint64_t shape = take(&in, 1);
    if (!subject_make(&s, row, dtype, shape & 3, lengths[shape >> 2 & 3]))
        return 0;
    int pass = (int)((shape >> 4) % (uint64_t)(s.passes + 1)), at = 0;
    subject_elements e = {first, second, (size_t)s.options.length};
    size_t cut = 1 + take(&in, 2) % e.count;
    take_elements(&in, dtype, first, e.count);
    take_elements(&in, s.options.weighted ? QDR_FLOAT64 : dtype, second, e.count);
    void *work = calloc(1, s.kind->work + 1);
    uint64_t *context = subject_begin(&s), *state = subject_empty(s.words);
    for (; at < pass && s.kind->advance; at++) {
        subject_take(&s, state, work, context, &e, 0, e.count);
        s.kind->advance(context, state, dtype, &s.options);
        memset(state, 0, s.words * sizeof *state);
    }
    if (at < s.passes)
        subject_take(&s, state, work, context, &e, 0, cut);
    while (in.size > 12) {
        bool of_context = take(&in, 1) & 1;
        change(&in, of_context ? context : state, of_context ? s.context : s.words);
    }
    bool holds = subject_valid_context(&s, context, at);
    if (holds && at < s.passes && subject_valid(&s, state, cut, at)) {
        uint64_t *rest = subject_empty(s.words);
        subject_take(&s, rest, work, context, &e, cut, e.count);
        s.kind->merge(rest, state);
        demand(subject_valid(&s, rest, e.count, at), "merged, not valid", s.kind->name);
        subject_take(&s, state, work, context, &e, cut, e.count);
        demand(subject_valid(&s, state, e.count, at), "updated, not valid", s.kind->name);
        finish(&s, &e, work, subject_copy(context, s.context), rest, at);
        finish(&s, &e, work, context, state, at);
    } else if (holds && at == s.passes) {
        finish(&s, &e, work, context, state, at);
    } else {
        free(context);
        free(state);
    }
    free(work);
    return 0;
}
