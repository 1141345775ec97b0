#include "engine/state.h"

#include <endian.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/base32.h"
#include "base/packed.h"
#include "engine/taken.h"
#include "engine/work.h"

#define MAGIC "quadrat-state-"
#define VERSION "2\n"
#define HEADER (sizeof MAGIC VERSION - 1)
#define MOST_PIECES (1ull << 32) /* of a space: a run has gone over all of them one by one */
#define DIGEST 16 /* bytes, at the end */

static void digest(const void *data, size_t size, unsigned char to[DIGEST])
{
    unsigned char whole[32];
    crypto_generichash(whole, sizeof whole, data, size, NULL, 0);
    memcpy(to, whole, DIGEST);
}

/* ---- what a run has -------------------------------------------------------------------------- */

/* The pass that is going on; NULL when all are over. */
static qdr_pass *pass_of(const qdr_running *run)
{
    return run->pass < run->plan.pass_count ? &run->plan.pass[run->pass] : NULL;
}

/* The next file that the inputs are of, at or behind *index, which moves past it; NULL for none. */
static const qdr_source *next_file(const qdr_program *program, size_t *index)
{
    while (*index < program->input_count) {
        const qdr_source *source = program->inputs[(*index)++].node->leaf->source;
        size_t before = 0;
        while (program->inputs[before].node->leaf->source != source)
            before++;
        if (before + 1 == *index)
            return source;
    }
    return NULL;
}

/* Where work is made again out of its lines, files are described only, and have no stamps. */
static bool is_there(const qdr_source *source)
{
    uint64_t stamp[2];
    qdr_source_stamp(source, stamp);
    return stamp[0] || stamp[1];
}

static void put_files(const qdr_program *program, qdr_bytes *to)
{
    const qdr_source *source;
    uint64_t files = 0, stamp[2];
    for (size_t i = 0; next_file(program, &i);)
        files++;
    qdr_pack_number(to, files);
    for (size_t i = 0; (source = next_file(program, &i));) {
        qdr_source_stamp(source, stamp);
        qdr_pack_number(to, stamp[0]);
        qdr_pack_number(to, stamp[1]);
    }
}

/* A file that is there and is not what it was; NULL for none. *told: whether that can be known of all
 * files. */
static const qdr_source *changed_file(const qdr_program *program, qdr_packed *from, bool *told)
{
    const qdr_source *changed = NULL, *source;
    uint64_t files = qdr_unpack_number(from), stamp[2];
    size_t first = 0;
    *told = files || !(source = next_file(program, &first)) || !is_there(source);
    for (size_t i = 0; files && !from->failed; files--) {
        source = next_file(program, &i);
        from->failed |= !source;
        if (from->failed)
            return NULL;
        qdr_source_stamp(source, stamp);
        bool same = qdr_unpack_number(from) == stamp[0];
        same = qdr_unpack_number(from) == stamp[1] && same;
        changed = is_there(source) && !same ? source : changed;
        if (files == 1)
            from->failed |= next_file(program, &i) != NULL;
    }
    return from->failed ? NULL : changed;
}

static void put_digests(const qdr_running *run, qdr_bytes *to)
{
    for (size_t i = 0; i < run->program->input_count; i++) {
        bool known = *run->report->digest[i];
        qdr_pack_number(to, known);
        if (known)
            qdr_bytes_append(to, run->report->digest[i], QDR_DIGEST_TEXT - 1);
    }
}

static void take_digests(qdr_running *run, qdr_packed *from)
{
    for (size_t i = 0; i < run->program->input_count && !from->failed; i++) {
        uint64_t known = qdr_unpack_number(from), text[2];
        from->failed |= known > 1;
        if (!known)
            continue;
        qdr_unpack_words(from, text, 2);
        text[0] = htole64(text[0]);
        text[1] = htole64(text[1]);
        memcpy(run->report->digest[i], text, sizeof text);
        run->report->digest[i][QDR_DIGEST_TEXT - 1] = '\0';
        unsigned char bits[(QDR_DIGEST_TEXT - 1) * 5 / 8];
        from->failed |= !qdr_base32_read(run->report->digest[i], QDR_DIGEST_TEXT - 1, bits,
                                         sizeof bits);
    }
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
            qdr_pack_words(to, run->known.array[node->id], array_words(node));
        else if (node)
            qdr_pack_words(to, run->known.value[node->id].words, 2);
    }
}

/* The elements may be anybody's: canonical ones are all there can be. */
static int take_values(qdr_running *run, const qdr_pass *pass, qdr_packed *from, qdr_error *err)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_node *node = finished(pass, i);
        if (!node)
            continue;
        run->known.value[node->id].dtype = node->dtype;
        if (!node->shape.ndim) {
            qdr_unpack_words(from, run->known.value[node->id].words, 2);
            qdr_dtype_canonise(node->dtype, run->known.value[node->id].words, 1);
            continue;
        }
        uint64_t *array = calloc(array_words(node) + 1, sizeof *array);
        run->known.array[node->id] = array;
        if (!array)
            return qdr_fail_memory(err, "resuming");
        qdr_unpack_words(from, array, array_words(node));
        qdr_dtype_canonise(node->dtype, array, qdr_shape_count(&node->shape));
    }
    return QDR_OK;
}

/* Words of the contexts that a finishing of the pass has from earlier ones; 0 for none. */
static size_t context_words(const qdr_finishing *f)
{
    return f->step ? f->intake.context * (size_t)f->outputs : 0;
}

static void put_contexts(const qdr_running *run, const qdr_pass *pass, qdr_bytes *to)
{
    for (size_t i = 0; i < pass->finishing_count; i++)
        if (context_words(&pass->finishing[i]))
            qdr_pack_runs(to, run->known.context[pass->finishing[i].intake.reduction->id],
                          context_words(&pass->finishing[i]));
}

static int take_contexts(qdr_running *run, const qdr_pass *pass, qdr_packed *from, qdr_error *err)
{
    for (size_t i = 0; i < pass->finishing_count && !from->failed; i++) {
        size_t words = context_words(&pass->finishing[i]);
        if (!words)
            continue;
        uint64_t **context = &run->known.context[pass->finishing[i].intake.reduction->id];
        *context = calloc(words, sizeof **context);
        if (!*context)
            return qdr_fail_memory(err, "resuming");
        qdr_unpack_runs(from, *context, words);
        from->failed = from->failed || !qdr_taken_check_contexts(&pass->finishing[i], *context);
    }
    return QDR_OK;
}

/* ---- what of a pass is finished -------------------------------------------------------------- */

static void put_blocks(const qdr_plan *plan, qdr_bytes *to)
{
    for (size_t i = 0; i < plan->pass_count; i++)
        for (size_t k = 0; k < plan->pass[i].space_count; k++) {
            const qdr_shape *block = &plan->pass[i].space[k].grid.block;
            for (int axis = 0; axis < block->ndim; axis++)
                qdr_pack_number(to, (uint64_t)block->extent[axis]);
        }
}

/* Cuts a space as the state has it. */
static void take_block(qdr_space *space, qdr_packed *from, bool *other)
{
    qdr_shape shape = space->grid.shape, block = {.ndim = shape.ndim};
    for (int axis = 0; axis < block.ndim; axis++) {
        int64_t most = shape.extent[axis] > 1 ? shape.extent[axis] : 1;
        uint64_t extent = qdr_unpack_number(from);
        from->failed |= extent < 1 || extent > (uint64_t)most;
        block.extent[axis] = from->failed ? 1 : (int64_t)extent;
    }
    *other |= !qdr_shape_equal(&block, &space->grid.block);
    if (!from->failed)
        qdr_grid_init(&space->grid, &shape, &block);
}

static void take_blocks(qdr_plan *plan, qdr_packed *from, bool *other)
{
    for (size_t i = 0; i < plan->pass_count; i++)
        for (size_t k = 0; k < plan->pass[i].space_count; k++)
            take_block(&plan->pass[i].space[k], from, other);
}

static void put_done(const qdr_pass *pass, const qdr_intervals *done, qdr_bytes *to)
{
    for (size_t i = 0; i < pass->space_count; i++) {
        int64_t last = 0;
        qdr_pack_number(to, done[i].count);
        for (size_t k = 0; k < done[i].count; k++) {
            const qdr_interval *at = &done[i].at[k];
            qdr_pack_number(to, (uint64_t)(at->start - last));
            qdr_pack_number(to, (uint64_t)(at->end - at->start));
            last = at->end;
        }
    }
}

static int take_done(const qdr_pass *pass, qdr_packed *from, qdr_intervals *done, qdr_error *err)
{
    for (size_t i = 0; i < pass->space_count; i++) {
        uint64_t left = (uint64_t)qdr_space_pieces(&pass->space[i]);
        int64_t last = 0;
        bool first = true;
        from->failed |= left > MOST_PIECES;
        for (uint64_t count = qdr_unpack_number(from); count && !from->failed; count--) {
            uint64_t gap = qdr_unpack_number(from), size = qdr_unpack_number(from);
            from->failed |= gap > left || size > left - gap || !size || (!gap && !first);
            if (from->failed)
                break;
            left -= gap + size;
            if (qdr_intervals_add(&done[i], last + (int64_t)gap, last + (int64_t)(gap + size), err))
                return err->code;
            last += (int64_t)(gap + size);
            first = false;
        }
    }
    return QDR_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

int qdr_state_write(const qdr_running *run, bool stamps, const uint64_t *state,
                    const qdr_intervals *done, qdr_bytes *to, qdr_error *err)
{
    unsigned char sum[DIGEST];
    const qdr_pass *pass = pass_of(run);
    qdr_bytes_text(to, MAGIC VERSION);
    int code = qdr_work_write(run->program, run->options->digest, to, err);
    if (code)
        return code;
    qdr_bytes_text(to, "\n");
    qdr_pack_number(to, run->pass);
    put_blocks(&run->plan, to);
    if (stamps)
        put_files(run->program, to);
    else
        qdr_pack_number(to, 0);
    put_digests(run, to);
    for (size_t i = 0; i < run->pass; i++)
        put_values(run, &run->plan.pass[i], to);
    if (pass) {
        put_contexts(run, pass, to);
        put_done(pass, done, to);
        qdr_pack_runs(to, state, pass->words);
    }
    code = qdr_bytes_check(to, err);
    if (code)
        return code;
    digest(to->data, to->size, sum);
    qdr_bytes_append(to, sum, sizeof sum);
    return qdr_bytes_check(to, err);
}

int qdr_state_report(qdr_running *run)
{
    qdr_bytes bytes = {0};
    int code = qdr_state_write(run, false, run->state, run->done, &bytes, run->err);
    if (code) {
        qdr_bytes_clear(&bytes);
        return code;
    }
    run->report->state = bytes.data;
    run->report->state_size = bytes.size;
    return QDR_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int damaged(const qdr_state *file, qdr_error *err)
{
    char shown[512];
    return qdr_fail(err, QDR_EDATA, "%s is damaged, or no state of quadrat",
                    qdr_escape(shown, sizeof shown, file->name));
}

/* Where the lines of the work end, at the empty one; NULL when they do not. */
static const char *work_end(const qdr_state *file)
{
    const char *end = memmem(file->data, file->size - DIGEST, "\n\n", 2);
    return end ? end + 1 : NULL;
}

bool qdr_state_begins(const void *data, size_t size)
{
    return size >= sizeof MAGIC - 1 && memcmp(data, MAGIC, sizeof MAGIC - 1) == 0;
}

int qdr_state_check(const qdr_state *file, qdr_error *err)
{
    unsigned char sum[DIGEST];
    char shown[512];
    if (file->size < HEADER + DIGEST || !qdr_state_begins(file->data, file->size))
        return damaged(file, err);
    if (memcmp(file->data, MAGIC VERSION, HEADER) != 0)
        return qdr_fail(err, QDR_EDATA,
                        "%s is a state of another version of quadrat; this is quadrat %s",
                        qdr_escape(shown, sizeof shown, file->name), QUADRAT_VERSION);
    digest(file->data, file->size - DIGEST, sum);
    bool whole = memcmp(sum, file->data + file->size - DIGEST, DIGEST) == 0 && work_end(file);
    return whole ? QDR_OK : damaged(file, err);
}

const char *qdr_state_work(const qdr_state *file, size_t *size)
{
    const char *lines = file->data + HEADER, *end = work_end(file);
    *size = end > lines ? (size_t)(end - lines) : 0;
    return lines;
}

bool qdr_state_is_work(const qdr_running *run, const qdr_state *file)
{
    size_t size;
    qdr_bytes own = {0};
    const char *lines = qdr_state_work(file, &size);
    bool same = !qdr_work_write(run->program, run->options->digest, &own, NULL) &&
                own.size == size && memcmp(own.data, lines, size) == 0;
    qdr_bytes_clear(&own);
    return same;
}

static qdr_packed numbers_of(const qdr_state *file)
{
    return (qdr_packed){work_end(file) + 1, file->data + file->size - DIGEST, false};
}

int qdr_state_cut(qdr_running *run, const qdr_state *file, bool *other, qdr_error *err)
{
    qdr_packed from = numbers_of(file);
    *other = false;
    qdr_unpack_number(&from); /* the pass */
    take_blocks(&run->plan, &from, other);
    return from.failed ? damaged(file, err) : QDR_OK;
}

static int take_pass(qdr_running *run, qdr_packed *from, qdr_intervals *done, uint64_t **state,
                     qdr_error *err)
{
    const qdr_pass *pass = pass_of(run);
    if (!pass)
        return QDR_OK;
    int code = take_contexts(run, pass, from, err);
    if (!code)
        code = take_done(pass, from, done, err);
    if (code)
        return code;
    *state = calloc(pass->words + 1, sizeof **state);
    if (!*state)
        return qdr_fail_memory(err, "reading a state");
    qdr_unpack_runs(from, *state, pass->words);
    bool valid = false;
    if (!from->failed)
        code = qdr_taken_check(pass, *state, done, &valid, err);
    from->failed |= !valid;
    return code;
}

int qdr_state_read(qdr_running *run, const qdr_state *file, qdr_intervals *done,
                   uint64_t **state, qdr_error *err)
{
    char shown[512];
    bool other = false;
    qdr_packed from = numbers_of(file);
    run->pass = qdr_unpack_number(&from);
    if (run->pass > run->plan.pass_count)
        return damaged(file, err);
    take_blocks(&run->plan, &from, &other);
    bool told;
    const qdr_source *changed = changed_file(run->program, &from, &told);
    if (!told && !from.failed)
        return qdr_fail(err, QDR_EREFUSED,
                        "%s is a part, and does not tell whether the files are still those that it is "
                        "of. 'quadrat merge' takes it; for a checkpoint take another name",
                        qdr_escape(shown, sizeof shown, file->name));
    if (changed)
        return qdr_fail(err, QDR_EREFUSED,
                        "%s has changed since the state was saved; delete the state to begin anew",
                        qdr_escape(shown, sizeof shown, qdr_source_path(changed)));
    take_digests(run, &from);
    int code = QDR_OK;
    for (size_t i = 0; i < run->pass && !code && !from.failed; i++)
        code = take_values(run, &run->plan.pass[i], &from, err);
    if (!code && !from.failed)
        code = take_pass(run, &from, done, state, err);
    if (!code && !from.failed && other)
        return qdr_fail(err, QDR_EREFUSED,
                        "%s: its arrays are cut in other blocks than those of the part before it; "
                        "parts are made with the same --chunks and chunks=",
                        qdr_escape(shown, sizeof shown, file->name));
    return code ? code : from.failed || from.at != from.end ? damaged(file, err) : QDR_OK;
}
