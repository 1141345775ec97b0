#include "engine/state.h"

#include <endian.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "quadrat-state-1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define DIGEST 32 /* bytes, at the end */
#define HEADER (MAGIC_SIZE + QDR_STATE_IDENTITY)

static void digest(const void *data, size_t size, unsigned char to[DIGEST])
{
    crypto_generichash(to, DIGEST, data, size, NULL, 0);
}

int qdr_state_identity(const qdr_program *program, bool digests,
                       unsigned char identity[QDR_STATE_IDENTITY], qdr_error *err)
{
    char shape[QDR_SHAPE_TEXT];
    qdr_bytes text = {0};
    qdr_bytes_text(&text, digests ? MAGIC : MAGIC "no digest\n");
    for (size_t i = 0; i < qdr_program_result_count(program); i++)
        qdr_bytes_format(&text, "%s\n", qdr_program_result_at(program, i).expression);
    for (size_t i = 0; i < qdr_program_input_count(program); i++) {
        qdr_program_input input = qdr_program_input_at(program, i);
        qdr_bytes_format(&text, "%s: %s %s\n", input.name,
                         qdr_dtype_name(qdr_source_dtype(input.source)),
                         qdr_shape_text(shape, qdr_source_shape(input.source)));
    }
    int code = qdr_bytes_check(&text, err);
    if (!code)
        digest(text.data, text.size, identity);
    qdr_bytes_clear(&text);
    return code;
}

/* ---- words ---------------------------------------------------------------------------------- */

static void put(qdr_bytes *to, uint64_t word)
{
    word = htole64(word);
    qdr_bytes_append(to, &word, sizeof word);
}

static void put_words(qdr_bytes *to, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(to, words[i]);
}

#define RUN UINT32_MAX /* the most zeros, or words, of one run */

/* NULL stands for zeros. */
static void put_runs(qdr_bytes *to, const uint64_t *words, size_t count)
{
    for (size_t at = 0; at < count;) {
        size_t zeros = 0, told = 0;
        while (at + zeros < count && zeros < RUN && !(words && words[at + zeros]))
            zeros++;
        at += zeros;
        while (at + told < count && told < RUN && words[at + told])
            told++;
        put(to, (uint64_t)zeros << 32 | told);
        put_words(to, words + at, told);
        at += told;
    }
}

/* Reads words; what is not there, or is not as it must be, fails once and for all. */
struct reader {
    const char *at, *end;
    bool failed;
};

static uint64_t take(struct reader *r)
{
    uint64_t word = 0;
    if (r->failed || (size_t)(r->end - r->at) < sizeof word) {
        r->failed = true;
        return 0;
    }
    memcpy(&word, r->at, sizeof word);
    r->at += sizeof word;
    return le64toh(word);
}

static void take_words(struct reader *r, uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count && !r->failed; i++)
        words[i] = take(r);
}

/* The words are zeros before. With NULL they are only passed over. */
static void take_runs(struct reader *r, uint64_t *words, size_t count)
{
    for (size_t at = 0; at < count && !r->failed;) {
        uint64_t run = take(r), zeros = run >> 32, told = run & UINT32_MAX;
        r->failed |= zeros > count - at || told > count - at - zeros || !run;
        at += zeros;
        for (uint64_t i = 0; i < told && !r->failed; i++, at++) {
            uint64_t word = take(r);
            r->failed |= !word;
            if (words)
                words[at] = word;
        }
    }
}

/* ---- what a run has -------------------------------------------------------------------------- */

/* Calls `with` for each file that the program reads. */
static void put_files(const qdr_program *program, qdr_bytes *to)
{
    for (const qdr_leaf *leaf = program->leaves; leaf; leaf = leaf->next)
        if (qdr_source_path(leaf->source)) {
            uint64_t stamp[2] = {0, 0};
            qdr_source_stamp(leaf->source, stamp);
            put_words(to, stamp, 2);
        }
}

static const qdr_leaf *changed_file(const qdr_program *program, struct reader *r)
{
    const qdr_leaf *changed = NULL;
    for (const qdr_leaf *leaf = program->leaves; leaf; leaf = leaf->next)
        if (qdr_source_path(leaf->source)) {
            uint64_t stamp[2] = {0, 0}, then[2] = {0, 0};
            qdr_source_stamp(leaf->source, stamp);
            take_words(r, then, 2);
            if (!r->failed && memcmp(stamp, then, sizeof then) != 0)
                changed = leaf;
        }
    return changed;
}

/* The i-th thing that the pass finishes, if it is a reduction whose values are there then. */
static const qdr_node *finished(const qdr_pass *pass, size_t i)
{
    const qdr_finishing *f = &pass->finishing[i];
    return f->step + 1 == f->intake.passes ? f->intake.reduction : NULL;
}

static size_t array_words(const qdr_node *node)
{
    return (qdr_tree_bytes(node) + 7) / 8;
}

static void put_values(const qdr_running *run, const qdr_pass *pass, qdr_bytes *to)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_node *node = finished(pass, i);
        if (node && node->shape.ndim)
            put_words(to, run->known.array[node->id], array_words(node));
        else if (node)
            put_words(to, run->known.value[node->id].words, 2);
    }
}

static int take_values(qdr_running *run, const qdr_pass *pass, struct reader *r, qdr_error *err)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_node *node = finished(pass, i);
        if (!node)
            continue;
        run->known.value[node->id].dtype = node->dtype;
        if (!node->shape.ndim) {
            take_words(r, run->known.value[node->id].words, 2);
            continue;
        }
        uint64_t *array = calloc(array_words(node) + 1, sizeof *array);
        run->known.array[node->id] = array;
        if (!array)
            return qdr_fail_memory(err, "resuming");
        take_words(r, array, array_words(node));
    }
    return QDR_OK;
}

/* Words of the contexts that a finishing of the pass has from earlier ones; 0 for none. */
static size_t context_words(const qdr_finishing *f)
{
    return f->step ? f->intake.context * (size_t)f->outputs : 0;
}

int qdr_state_write(const qdr_running *run, const qdr_shape *chunks, const uint64_t *state,
                    const qdr_intervals *done, qdr_bytes *to, qdr_error *err)
{
    unsigned char sum[DIGEST], identity[QDR_STATE_IDENTITY];
    int code = qdr_state_identity(run->program, run->options->digest, identity, err);
    if (code)
        return code;
    qdr_bytes_text(to, MAGIC);
    qdr_bytes_append(to, identity, sizeof identity);
    put(to, (uint64_t)chunks->ndim);
    put_words(to, (const uint64_t *)chunks->extent, (size_t)chunks->ndim);
    put_files(run->program, to);
    put(to, run->pass);
    for (size_t i = 0; i < run->program->input_count; i++) {
        bool known = *run->report->digest[i];
        put(to, known);
        if (known)
            qdr_bytes_append(to, run->report->digest[i], QDR_DIGEST_TEXT - 1);
    }
    for (size_t i = 0; i < run->pass; i++)
        put_values(run, &run->plan.pass[i], to);
    const qdr_pass *pass = run->pass < run->plan.pass_count ? &run->plan.pass[run->pass] : NULL;
    for (size_t i = 0; pass && i < pass->finishing_count; i++)
        if (context_words(&pass->finishing[i]))
            put_runs(to, run->known.context[pass->finishing[i].intake.reduction->id],
                     context_words(&pass->finishing[i]));
    for (size_t i = 0; pass && i < pass->space_count; i++) {
        put(to, done[i].count);
        put_words(to, (const uint64_t *)done[i].at, 2 * done[i].count);
    }
    if (pass)
        put_runs(to, state, pass->words);
    code = qdr_bytes_check(to, err);
    if (code)
        return code;
    digest(to->data, to->size, sum);
    qdr_bytes_append(to, sum, sizeof sum);
    return qdr_bytes_check(to, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int damaged(const char *name, qdr_error *err)
{
    char shown[512];
    return qdr_fail(err, QDR_EDATA, "%s: this is no undamaged state of quadrat",
                    qdr_escape(shown, sizeof shown, name));
}

int qdr_state_check(const char *data, size_t size, const char *name, qdr_error *err)
{
    unsigned char sum[DIGEST];
    if (size < HEADER + DIGEST || memcmp(data, MAGIC, MAGIC_SIZE) != 0)
        return damaged(name, err);
    digest(data, size - DIGEST, sum);
    return memcmp(sum, data + size - DIGEST, DIGEST) == 0 ? QDR_OK : damaged(name, err);
}

static struct reader reader_of(const char *data, size_t size)
{
    return (struct reader){data + HEADER, data + size - DIGEST, false};
}

static void take_chunks(struct reader *r, qdr_shape *chunks)
{
    uint64_t ndim = take(r);
    r->failed |= ndim > QDR_MAX_DIMS;
    *chunks = (qdr_shape){.ndim = r->failed ? 0 : (int)ndim};
    for (int i = 0; i < chunks->ndim; i++) {
        chunks->extent[i] = (int64_t)take(r);
        r->failed |= chunks->extent[i] < 1;
    }
}

int qdr_state_chunks(const qdr_running *run, const char *data, size_t size, const char *name,
                     qdr_shape *chunks, qdr_error *err)
{
    char shown[512];
    unsigned char identity[QDR_STATE_IDENTITY];
    struct reader r = reader_of(data, size);
    int code = qdr_state_identity(run->program, run->options->digest, identity, err);
    if (code)
        return code;
    if (memcmp(identity, data + MAGIC_SIZE, sizeof identity) != 0)
        return qdr_fail(err, QDR_EREFUSED,
                        "%s is the state of other work: of another program, or of arrays of another "
                        "dtype or shape. Take another name, or delete it to begin anew",
                        qdr_escape(shown, sizeof shown, name));
    take_chunks(&r, chunks);
    return r.failed ? damaged(name, err) : QDR_OK;
}

static int take_done(qdr_running *run, const qdr_pass *pass, struct reader *r, qdr_error *err)
{
    for (size_t i = 0; i < pass->space_count && !r->failed; i++) {
        int64_t last = -1, pieces = qdr_space_pieces(&pass->space[i]);
        for (uint64_t count = take(r); count && !r->failed; count--) {
            int64_t start = (int64_t)take(r), end = (int64_t)take(r);
            r->failed |= start <= last || end <= start || end > pieces;
            last = end;
            if (!r->failed && qdr_intervals_add(&run->done[i], start, end, err))
                return err->code;
        }
    }
    return QDR_OK;
}

static int take_contexts(qdr_running *run, const qdr_pass *pass, struct reader *r, qdr_error *err)
{
    for (size_t i = 0; i < pass->finishing_count && !r->failed; i++) {
        size_t words = context_words(&pass->finishing[i]);
        if (!words)
            continue;
        uint64_t **context = &run->known.context[pass->finishing[i].intake.reduction->id];
        *context = calloc(words, sizeof **context);
        if (!*context)
            return qdr_fail_memory(err, "resuming");
        take_runs(r, *context, words);
    }
    return QDR_OK;
}

int qdr_state_read(qdr_running *run, const char *data, size_t size, const char *name,
                   qdr_error *err)
{
    char shown[512];
    qdr_shape chunks;
    struct reader r = reader_of(data, size);
    take_chunks(&r, &chunks);
    const qdr_leaf *changed = changed_file(run->program, &r);
    if (changed)
        return qdr_fail(err, QDR_EREFUSED,
                        "%s has changed since the state was saved; delete the state to begin anew",
                        qdr_escape(shown, sizeof shown, qdr_source_path(changed->source)));
    uint64_t passes = take(&r);
    r.failed |= passes > run->plan.pass_count;
    for (size_t i = 0; i < run->program->input_count && !r.failed; i++)
        if (take(&r)) {
            uint64_t text[2];
            take_words(&r, text, 2);
            text[0] = htole64(text[0]);
            text[1] = htole64(text[1]);
            memcpy(run->report->digest[i], text, sizeof text);
            run->report->digest[i][QDR_DIGEST_TEXT - 1] = '\0';
        }
    run->pass = r.failed ? 0 : (size_t)passes;
    int code = QDR_OK;
    for (size_t i = 0; i < run->pass && !code && !r.failed; i++)
        code = take_values(run, &run->plan.pass[i], &r, err);
    const qdr_pass *pass = run->pass < run->plan.pass_count ? &run->plan.pass[run->pass] : NULL;
    if (pass && !code)
        code = take_contexts(run, pass, &r, err);
    if (pass && !code)
        code = take_done(run, pass, &r, err);
    if (pass && !code) {
        run->state = calloc(pass->words + 1, sizeof *run->state);
        code = run->state ? QDR_OK : qdr_fail_memory(err, "resuming");
    }
    if (pass && !code)
        take_runs(&r, run->comm->rank == 0 ? run->state : NULL, pass->words);
    return code ? code : r.failed || r.at != r.end ? damaged(name, err) : QDR_OK;
}
