/* States and contexts of every reduction over every dtype: those that data make are valid and, of
 * equal elements, equal; those of anybody's words are refused, or do no harm. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact/factors.h"
#include "exact/fixed.h"

#include "repeatable.h"
#include "subjects.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { MOST = 600 }; /* elements: more than are kept and sorted */

static uint64_t chance = 7;

/* ---- elements ------------------------------------------------------------------------------ */

enum style { ORDINARY, SPECIAL, ANY_BITS, FEW, MINUS_ZERO, ALL_NAN, STYLES };

static double real_of(enum style style)
{
    static const double special[] = {0.0,   -0.0,   1,        -1,        5e-324,  -5e-324, 1e-310,
                                     6e-8,  1e-45,  INFINITY, -INFINITY, NAN,     65504,   3.4e38,
                                     DBL_MAX, -DBL_MAX};
    switch (style) {
    case SPECIAL:
        return special[below(&chance, COUNT(special))];
    case FEW:
        return (double)below(&chance, 3) - 1;
    case MINUS_ZERO:
        return -0.0;
    case ALL_NAN:
        return NAN;
    default:
        return ((double)(random64_of(&chance) >> 11) * 0x1p-53 - 0.5) * 128;
    }
}

static int64_t integer_of(enum style style)
{
    static const int64_t special[] = {0, 1, -1, 127, -128, 32767, INT32_MIN, INT64_MAX, INT64_MIN};
    switch (style) {
    case ORDINARY:
        return (int64_t)below(&chance, 9) - 1;
    case SPECIAL:
        return special[below(&chance, COUNT(special))];
    case ANY_BITS:
        return (int64_t)random64_of(&chance);
    default:
        return 1 + (int64_t)below(&chance, 2);
    }
}

static void fill(char *elements, qdr_dtype dtype, size_t n, enum style style)
{
    size_t size = qdr_dtype_size(dtype);
    char kind = qdr_dtype_kind(dtype);
    for (size_t i = 0; i < n; i++) {
        qdr_scalar x = {.dtype = QDR_INT64, .integer = integer_of(style)};
        if (kind == 'b')
            x = (qdr_scalar){.dtype = QDR_BOOL, .words = {random64_of(&chance) >> 63, 0}};
        if (kind == 'f')
            x = (qdr_scalar){.dtype = QDR_FLOAT64, .real = real_of(style)};
        if (kind == 'c')
            x = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {real_of(style), real_of(style)}};
        x = qdr_scalar_narrow(x, dtype);
        if (style == ANY_BITS && kind != 'b')
            x = (qdr_scalar){.words = {random64_of(&chance), random64_of(&chance)}};
        memcpy(elements + i * size, x.words, size);
    }
    qdr_dtype_canonise(dtype, elements, (int64_t)n);
}

struct data {
    size_t count;
    char first[MOST * 16], second[MOST * 16];
};

static void fill_data(struct data *d, const subject *s, enum style style)
{
    d->count = (size_t)s->options.length;
    fill(d->first, s->dtype, d->count, style);
    fill(d->second, s->options.weighted ? QDR_FLOAT64 : s->dtype, d->count, style);
}

static subject_elements elements_of(const struct data *d)
{
    return (subject_elements){d->first, d->second, d->count};
}

static void swap(char *elements, size_t size, size_t i, size_t k)
{
    char kept[16];
    memcpy(kept, elements + i * size, size);
    memcpy(elements + i * size, elements + k * size, size);
    memcpy(elements + k * size, kept, size);
}

/* Into any order, where that makes no difference. */
static void shuffle(struct data *d, const subject *s)
{
    size_t size = qdr_dtype_size(s->dtype), other = s->options.weighted ? 8 : size;
    if (!s->reduction || s->reduction->traits & QDR_REDUCTION_POSITION)
        return;
    for (size_t i = d->count; i > 1; i--) {
        size_t k = below(&chance, i);
        swap(d->first, size, i - 1, k);
        swap(d->second, other, i - 1, k);
    }
}

/* ---- subjects ------------------------------------------------------------------------------ */

static const char *told(const subject *s)
{
    static char text[128];
    snprintf(text, sizeof text, "%s (%s) of %d x %s",
             s->reduction ? s->reduction->name : "intake", s->kind->name, (int)s->options.length,
             qdr_dtype_name(s->dtype));
    return text;
}

/* Whether an earlier row takes up and finishes in the same way, as sum does and nansum. */
static bool is_known(const subject *s)
{
    const qdr_reduction *r = qdr_reductions;
    while (s->reduction && r < s->reduction &&
           (r->finish != s->reduction->finish || r->accumulator(s->dtype, &s->options) != s->kind))
        r++;
    return s->reduction && r < s->reduction;
}

static void for_subjects(void (*with)(const subject *s, const struct data *d))
{
    static const int64_t lengths[] = {1, 40, MOST};
    static struct data d;
    subject s;
    for (size_t row = 0; row < subject_rows(); row++)
        for (qdr_dtype dtype = 0; dtype < QDR_DTYPES; dtype++)
            for (int choice = 0; choice < SUBJECT_CHOICES; choice++)
                for (size_t i = 0; i < COUNT(lengths); i++)
                    for (enum style style = 0; style < STYLES; style++)
                        if (subject_make(&s, row, dtype, choice, lengths[i]) && !is_known(&s)) {
                            fill_data(&d, &s, style);
                            with(&s, &d);
                        }
}

/* ---- good states --------------------------------------------------------------------------- */

enum { STATES = 4 }; /* that share the elements */

struct part {
    uint64_t *state;
    size_t taken;
};

static void check_valid(const subject *s, const struct part *part, int pass, const char *when)
{
    if (!subject_valid(s, part->state, part->taken, pass))
        fail_msg("%s: refused %s, pass %d, %zu taken up", told(s), when, pass, part->taken);
}

/* Takes the elements up in pieces of any size, each in any of the states, last pieces first now and
 * then; and merges the states in any order. */
static uint64_t *take_in_parts(const subject *s, const struct data *d, const uint64_t *context,
                               int pass)
{
    struct part part[STATES];
    void *work = calloc(1, s->kind->work + 1);
    subject_elements e = elements_of(d);
    for (int i = 0; i < STATES; i++)
        part[i] = (struct part){subject_empty(s->words), 0};
    for (size_t start = 0, end = d->count; start < end;) {
        size_t n = 1 + below(&chance, end - start), i = below(&chance, STATES);
        bool last = below(&chance, 2);
        subject_take(s, part[i].state, work, context, &e, last ? end - n : start,
                     last ? end : start + n);
        end -= last ? n : 0;
        start += last ? 0 : n;
        part[i].taken += n;
        check_valid(s, &part[i], pass, "when updated");
    }
    free(work);
    for (size_t left = STATES; left > 1; left--) {
        struct part kept, from = part[left - 1];
        size_t i = below(&chance, left - 1);
        kept = part[i];
        s->kind->merge(kept.state, from.state);
        kept.taken += from.taken;
        check_valid(s, &kept, pass, "when merged");
        part[i] = kept;
        free(from.state);
    }
    return part[0].state;
}

static uint64_t *take_whole(const subject *s, const struct data *d, const uint64_t *context)
{
    uint64_t *state = subject_empty(s->words);
    void *work = calloc(1, s->kind->work + 1);
    subject_elements e = elements_of(d);
    subject_take(s, state, work, context, &e, 0, d->count);
    free(work);
    return state;
}

/* A product of floats that needs more bits than there are is known by its bounds, which hang on the
 * order; whether it does need more does not. */
static bool alike(const subject *s, const uint64_t *a, const uint64_t *b)
{
    const qdr_factors *f = (const qdr_factors *)a, *g = (const qdr_factors *)b;
    if (strcmp(s->kind->name, "factors") == 0 && f->slack && g->slack)
        return f->flags == g->flags && f->integers == g->integers;
    return memcmp(a, b, s->words * sizeof *a) == 0;
}

static void check_good(const subject *s, const struct data *d)
{
    static struct data other;
    other = *d;
    uint64_t *context = subject_begin(s);
    if (!subject_valid_context(s, context, 0))
        fail_msg("%s: what a context begins with is refused", told(s));
    for (int pass = 0; pass < s->passes; pass++) {
        uint64_t *state = take_whole(s, d, context);
        check_valid(s, &(struct part){state, d->count}, pass, "whole");
        shuffle(&other, s);
        uint64_t *same = take_in_parts(s, &other, context, pass);
        if (!alike(s, state, same))
            fail_msg("%s: other words in another order, pass %d", told(s), pass);
        if (s->kind->advance)
            s->kind->advance(context, state, s->dtype, &s->options);
        if (!subject_valid_context(s, context, pass + 1))
            fail_msg("%s: the context is refused after pass %d", told(s), pass);
        if (!s->kind->advance)
            subject_finish(s, state);
        free(state);
        free(same);
    }
    if (s->kind->advance)
        subject_finish(s, context);
    free(context);
}

static void good_states(void **state)
{
    (void)state;
    for_subjects(check_good);
}

/* ---- anybody's words ----------------------------------------------------------------------- */

static uint64_t any_word(uint64_t word)
{
    switch (below(&chance, 6)) {
    case 0:
        return word ^ 1ull << below(&chance, 64);
    case 1:
        return word + 1;
    case 2:
        return word - 1;
    case 3:
        return below(&chance, 70);
    case 4:
        return ~0ull << below(&chance, 64);
    default:
        return random64_of(&chance) >> below(&chance, 64);
    }
}

/* Changes one word, most of them among the first; or some; or all. */
static void spoil(uint64_t *words, size_t n)
{
    size_t near = below(&chance, 2) && n > 16 ? 16 : n, changes = 1;
    if (below(&chance, 4) == 0)
        changes = 1 + below(&chance, 4);
    if (below(&chance, 16) == 0)
        changes = n, near = n;
    for (size_t i = 0; i < changes && n; i++) {
        uint64_t *word = changes == n ? &words[i] : &words[below(&chance, near)];
        *word = any_word(*word);
    }
}

/* From a pass and its state, if any, to the end. */
static void go_on(const subject *s, const struct data *d, uint64_t *context, uint64_t *state,
                  int pass)
{
    for (; pass < s->passes; pass++) {
        if (!state)
            state = take_whole(s, d, context);
        if (s->kind->advance)
            s->kind->advance(context, state, s->dtype, &s->options);
        else
            subject_finish(s, state);
        free(state);
        state = NULL;
    }
    if (s->kind->advance)
        subject_finish(s, context);
    free(context);
}

static size_t refused, accepted;

/* Takes up some elements, spoils that state, merges it with that of the others both ways and takes
 * them up in it: all of that, and the end, do no harm. */
static void spoil_state(const subject *s, const struct data *d, const uint64_t *context, int pass)
{
    size_t cut = 1 + below(&chance, d->count);
    subject_elements e = elements_of(d);
    void *work = calloc(1, s->kind->work + 1);
    uint64_t *bad = subject_empty(s->words), *rest = subject_empty(s->words);
    subject_take(s, bad, work, context, &e, 0, cut);
    subject_take(s, rest, work, context, &e, cut, d->count);
    spoil(bad, s->words);
    bool fine = subject_valid(s, bad, cut, pass);
    *(fine ? &accepted : &refused) += 1;
    if (fine) {
        uint64_t *merged = subject_copy(bad, s->words), *updated = subject_copy(bad, s->words);
        s->kind->merge(merged, rest);
        s->kind->merge(rest, bad);
        subject_take(s, updated, work, context, &e, cut, d->count);
        check_valid(s, &(struct part){merged, d->count}, pass, "when merged with a spoilt one");
        check_valid(s, &(struct part){updated, d->count}, pass, "when a spoilt one is updated");
        assert_true(alike(s, merged, rest));
        go_on(s, d, subject_copy(context, s->context), merged, pass);
        go_on(s, d, subject_copy(context, s->context), updated, pass);
    }
    free(work);
    free(bad);
    free(rest);
}

static void spoil_context(const subject *s, const struct data *d, const uint64_t *context, int pass)
{
    uint64_t *bad = subject_copy(context, s->context);
    spoil(bad, s->context);
    if (subject_valid_context(s, bad, pass))
        go_on(s, d, bad, NULL, pass);
    else
        free(bad);
}

static void check_spoilt(const subject *s, const struct data *d)
{
    int tries = s->words > 1000 ? 1 : 20;
    uint64_t *context = subject_begin(s);
    for (int pass = 0; pass <= s->passes; pass++) {
        for (int i = 0; i < tries; i++) {
            if (pass < s->passes)
                spoil_state(s, d, context, pass);
            if (s->context)
                spoil_context(s, d, context, pass);
        }
        if (pass < s->passes && s->kind->advance) {
            uint64_t *state = take_whole(s, d, context);
            s->kind->advance(context, state, s->dtype, &s->options);
            free(state);
        }
    }
    free(context);
}

static void spoilt_states(void **state)
{
    (void)state;
    for_subjects(check_spoilt);
    assert_true(refused > 10000 && accepted > 10000);
}

/* ---- what can't be ------------------------------------------------------------------------- */

enum { LENGTH = 40, MANY = MOST };

/* One word of what ordinary elements make. */
struct change {
    const char *name; /* of the reduction */
    qdr_dtype dtype;
    int choice;
    int64_t length;
    int pass;
    size_t word;
    uint64_t value;
};

static void find_subject(subject *s, const char *name, qdr_dtype dtype, int choice, int64_t length)
{
    size_t row = 0;
    while (!subject_make(s, row, dtype, choice, length) ||
           s->reduction != qdr_reduction_named(name))
        row++;
}

/* Of its state, or its context. */
static void check_refused(const struct change *change, bool of_context)
{
    static struct data d;
    subject s;
    find_subject(&s, change->name, change->dtype, change->choice, change->length);
    fill_data(&d, &s, ORDINARY);
    uint64_t *context = subject_begin(&s), *state = take_whole(&s, &d, context);
    for (int pass = 0; pass < change->pass; pass++) {
        s.kind->advance(context, state, s.dtype, &s.options);
        free(state);
        state = pass + 1 < s.passes ? take_whole(&s, &d, context) : subject_empty(s.words);
    }
    assert_true(subject_valid(&s, state, d.count, change->pass));
    assert_true(subject_valid_context(&s, context, change->pass));
    assert_true(change->word < (of_context ? s.context : s.words));
    (of_context ? context : state)[change->word] = change->value;
    if (of_context ? subject_valid_context(&s, context, change->pass)
                   : subject_valid(&s, state, d.count, change->pass))
        fail_msg("%s, pass %d: valid with word %zu = %llx", told(&s), change->pass, change->word,
                 (unsigned long long)change->value);
    free(state);
    free(context);
}

static void impossible_states(void **state)
{
    (void)state;
    static const struct change rows[] = {
        {"sum", QDR_FLOAT64, 0, LENGTH, 0, 35, 16},            /* a flag that is none */
        {"sum", QDR_FLOAT64, 0, LENGTH, 0, 34, LENGTH + 1},    /* more terms than elements */
        {"sum", QDR_FLOAT64, 0, LENGTH, 0, 34, 0},             /* a sum of nothing */
        {"sum", QDR_FLOAT64, 0, LENGTH, 0, 35, 0},             /* of -0.0 alone that is not -0.0 */
        {"sum", QDR_FLOAT64, 0, LENGTH, 0, 33, 1ull << 60},    /* larger than 40 doubles */
        {"sum", QDR_FLOAT32, 0, LENGTH, 0, 0, 1},              /* smaller than any float32 */
        {"sum", QDR_INT8, 0, LENGTH, 0, 0, 1},                 /* no integer */
        {"sum", QDR_INT8, 0, LENGTH, 0, 17, 1},                /* larger than 40 int8 */
        {"sum", QDR_UINT8, 0, LENGTH, 0, 33, ~0ull},           /* below zero */
        {"sum", QDR_INT8, 0, LENGTH, 0, 35, 9},                /* an integer that is NaN */
        {"mean", QDR_COMPLEX64, 0, LENGTH, 0, 34, 3},          /* fewer real parts than imaginary */
        {"var", QDR_FLOAT64, 0, LENGTH, 0, 36 + 67, 3},        /* more elements than squares */
        {"var", QDR_FLOAT64, 0, LENGTH, 0, 36 + 66, ~0ull},    /* squares below zero */
        {"norm", QDR_COMPLEX128, 0, LENGTH, 0, 67, 3},         /* half a pair */
        {"norm", QDR_FLOAT64, 0, LENGTH, 0, 68, 12},           /* a square of -inf */
        {"prod", QDR_FLOAT64, 0, LENGTH, 0, 3, ~0ull},         /* the implicit bit */
        {"prod", QDR_FLOAT64, 0, LENGTH, 0, 4, 1ull << 40},    /* more than 40 doubles */
        {"prod", QDR_FLOAT64, 0, LENGTH, 0, 5, 1},             /* odd slack */
        {"prod", QDR_FLOAT64, 0, LENGTH, 0, 5, 2 * LENGTH},    /* slack of more products */
        {"prod", QDR_FLOAT64, 0, LENGTH, 0, 6, 1},             /* an integer among floats */
        {"prod", QDR_INT8, 0, LENGTH, 0, 4, 1},                /* a float among integers */
        {"prod", QDR_INT8, 0, LENGTH, 0, 7, 16},               /* too large, and yet known */
        {"prod", QDR_BOOL, 0, LENGTH, 0, 6, 1},                /* 2, of ones */
        {"prod", QDR_UINT8, 0, LENGTH, 0, 7, 1},               /* negative */
        {"min", QDR_FLOAT32, 0, LENGTH, 0, 1, 0x3fb999999999999a}, /* 0.1 as float64 */
        {"min", QDR_INT8, 0, LENGTH, 0, 1, 128},               /* no int8 */
        {"min", QDR_BOOL, 0, LENGTH, 0, 1, 2},                 /* no bool */
        {"max", QDR_UINT16, 0, LENGTH, 0, 1, 0},               /* no uint16 */
        {"min", QDR_INT8, 0, LENGTH, 0, 2, 1},                 /* an imaginary part */
        {"min", QDR_FLOAT64, 0, LENGTH, 0, 3, 1},              /* the position of a value */
        {"min", QDR_FLOAT64, 0, LENGTH, 0, 0, 0},              /* a value of nothing */
        {"nanmin", QDR_FLOAT64, 0, LENGTH, 0, 1, 1ull << 63},  /* another NaN's key */
        {"min", QDR_COMPLEX64, 0, LENGTH, 0, 1, 1ull << 63},   /* half a NaN */
        {"argmin", QDR_FLOAT64, 0, LENGTH, 0, 1, ~0ull},       /* the key of -0.0 */
        {"argmin", QDR_FLOAT64, 0, LENGTH, 0, 3, LENGTH},      /* a position behind the last */
        {"argmin", QDR_FLOAT64, 0, LENGTH, 0, 3, ~0ull},       /* and before the first */
        {"ptp", QDR_INT8, 0, LENGTH, 0, 4, LENGTH - 1},        /* a maximum of fewer elements */
        {"count_nonzero", QDR_INT8, 0, LENGTH, 0, 0, LENGTH + 1},
        {"all", QDR_INT8, 0, LENGTH, 0, 1, LENGTH + 1},
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 0, LENGTH + 1},  /* more keys than elements */
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 0, LENGTH - 1},  /* a key behind the last */
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 1, 1},           /* one NaN more than elements */
        {"median", QDR_INT8, 0, LENGTH, 0, 2, 255},            /* 127 before what is less */
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 2 + LENGTH - 1, ~0ull}, /* the key of a NaN */
        {"median", QDR_INT8, 0, LENGTH, 0, 2 + LENGTH - 1, 256}, /* no int8 */
        {"median", QDR_BOOL, 0, LENGTH, 0, 2 + LENGTH - 1, 2}, /* no bool */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 0, SUBJECT_BINS + 1},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 0, 0},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 1, SUBJECT_BINS}, /* whole numbers outside */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 3, LENGTH + 1},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 4, ~0ull},
        {"histogram", QDR_FLOAT64, 1, LENGTH, 0, 3 + 35, 16},  /* a flag of a weight */
        {"histogram", QDR_FLOAT64, 3, LENGTH, 0, 3 + 2 * 36 + 35, 8}, /* of a bin of no width */
        {"bincount", QDR_UINT8, 0, LENGTH, 0, 2, 1},           /* below zero */
        {"bincount", QDR_INT8, 0, LENGTH, 0, 1, SUBJECT_BINS - 1}, /* outside, and not */
        {"median", QDR_FLOAT64, 0, MANY, 0, 0, MANY + 1},
        {"median", QDR_FLOAT64, 0, MANY, 0, 0, MANY - 1},
        {"median", QDR_FLOAT64, 0, MANY, 0, 1, 1},
        {"median", QDR_FLOAT64, 0, MANY, 0, 2, 2},             /* targets nobody asked for */
        {"median", QDR_FLOAT64, 0, MANY, 0, 2, 0},             /* counts without any */
        {"median", QDR_FLOAT64, 0, MANY, 0, 3 + 65536, 1},     /* a next key, too early */
        {"median", QDR_FLOAT64, 2, MANY, 0, 4 + 65536, 1},     /* counts of the next target too */
        {"median", QDR_FLOAT64, 0, MANY, 1, 0, 1},             /* counted again */
        {"median", QDR_FLOAT64, 0, MANY, 1, 1, 1},
        {"median", QDR_FLOAT64, 0, MANY, 1, 3, MANY + 1},
        {"median", QDR_FLOAT64, 0, MANY, 1, 3, ~0ull},
        {"median", QDR_FLOAT64, 0, MANY, 3, 3 + 65536, 1},     /* the key of a NaN */
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_refused(&rows[i], false);
}

/* What takes more than one word. */
static void impossible_together(void **state)
{
    (void)state;
    enum { FIRST = 3 }; /* of the counts of digits */
    static struct data d;
    subject s;
    find_subject(&s, "median", QDR_BOOL, 0, MANY);
    fill_data(&d, &s, ORDINARY);
    uint64_t *context = subject_begin(&s), *words = take_whole(&s, &d, context);
    assert_true(words[FIRST + 1] && subject_valid(&s, words, MANY, 0));
    words[FIRST + 2] = words[FIRST + 1]; /* as many bools, but some of them 2 */
    words[FIRST + 1] = 0;
    assert_false(subject_valid(&s, words, MANY, 0));
    free(words);
    free(context);

    find_subject(&s, "norm", QDR_FLOAT64, 0, LENGTH);
    fill_data(&d, &s, ORDINARY);
    words = take_whole(&s, &d, NULL);
    assert_true(subject_valid(&s, words, LENGTH, 0));
    qdr_fixed_negate(words, QDR_PRODUCT_LIMBS); /* squares below zero */
    assert_false(subject_valid(&s, words, LENGTH, 0));
    free(words);

    subject_make(&s, 1, QDR_FLOAT64, 0, LENGTH);
    assert_ptr_equal(s.kind, &qdr_summary_accumulator);
    words = subject_empty(s.words);
    assert_true(subject_valid(&s, words, LENGTH, 0));
    words[0] = 1; /* the digest of something, and the extremes of nothing */
    assert_false(subject_valid(&s, words, LENGTH, 0));
    free(words);
}

static void impossible_contexts(void **state)
{
    (void)state;
    const uint64_t nan = bits_of(NAN), one = bits_of(1);
    const struct change rows[] = {
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 0, 1},           /* a pass that has not been */
        {"median", QDR_FLOAT64, 0, LENGTH, 0, 4, 1},           /* a key that is not known yet */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 0, 0},
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 0, 2},
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 1, LENGTH + 1},
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 1, 0},           /* a median of nothing */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 2, 1},           /* one NaN more than elements */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 3, 2},           /* targets nobody asked for */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 4, ~0ull},       /* above the next one, and a NaN */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 5, ~0ull},       /* a NaN */
        {"median", QDR_INT8, 0, LENGTH, 1, 5, 256},            /* no int8 */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 6, LENGTH},      /* a rank behind the last */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 7, one},         /* a weight of 1 */
        {"median", QDR_FLOAT64, 0, LENGTH, 1, 7, nan},
        {"median", QDR_FLOAT64, 0, MANY, 2, 4, 1ull << 32},    /* more digits than are known */
        {"median", QDR_FLOAT64, 0, MANY, 2, 5, 1},             /* a next key, too early */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 0, SUBJECT_BINS + 1},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 1, bits_of(INFINITY)},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 2, bits_of(-1)},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 2, nan},
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 3, 1},        /* found before anything was */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 5, nan},      /* an edge */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 5, bits_of(1e300)}, /* above the next */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 0, 13, 1},       /* counted before anything was */
        {"histogram", QDR_FLOAT64, 0, LENGTH, 1, 13, LENGTH + 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_refused(&rows[i], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_states),
        cmocka_unit_test(spoilt_states),
        cmocka_unit_test(impossible_states),
        cmocka_unit_test(impossible_together),
        cmocka_unit_test(impossible_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
