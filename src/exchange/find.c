/* Finding the arrays of a result below a directory. The first rank looks at names and headers; all
 * take the digests of what is left. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "exchange/verify.h"

struct seeker {
    qdr_comm *comm;
    const qdr_claims *claims;
    const qdr_run_options *options;
    size_t file; /* that is looked for, by index */
};

/* ---- candidates, on the first rank --------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool has_array_ending(const char *name)
{
    size_t length = strlen(name);
    const char *ending;
    for (size_t i = 0; (ending = qdr_file_ending(i)); i++) {
        size_t tail = strlen(ending);
        if (length > tail && strcmp(name + length - tail, ending) == 0)
            return true;
    }
    return false;
}

/* Whether all that the claims say of the file can be true of one with this header. */
static bool could_be(const struct seeker *s, const qdr_layout *layout)
{
    for (size_t i = 0; i < s->claims->input_count; i++) {
        const qdr_claimed_input *in = &s->claims->input[i];
        if (in->file != s->file)
            continue;
        bool part = strchr(in->name, '[');
        size_t extents = (size_t)in->ndim * sizeof *in->shape;
        if (strcmp(in->dtype, qdr_dtype_name(layout->dtype)) != 0 ||
            (part ? in->ndim > layout->shape.ndim
                  : in->ndim != layout->shape.ndim ||
                        memcmp(in->shape, layout->shape.extent, extents) != 0))
            return false;
    }
    return true;
}

static bool has_name(const struct seeker *s, const char *name)
{
    const char *source = s->claims->file[s->file].source;
    qdr_bytes shown = {0};
    qdr_bytes_escape(&shown, name, strlen(name), "=:");
    bool same = source && shown.data && strcmp(source, shown.data) == 0;
    qdr_bytes_clear(&shown);
    return same;
}

/* The candidates, each with a NUL behind it: those with the name, then the others. */
struct candidates {
    qdr_bytes named, others;
};

static void consider(const struct seeker *s, const FTSENT *entry, struct candidates *found)
{
    qdr_layout layout;
    if (has_array_ending(entry->fts_name) && !qdr_file_probe(entry->fts_path, &layout, NULL) &&
        could_be(s, &layout))
        qdr_bytes_append(has_name(s, entry->fts_name) ? &found->named : &found->others,
                         entry->fts_path, entry->fts_pathlen + 1u);
}

/* What can't be read below the root is passed over, as find does: it is not needed unless it is the
 * array, and then that is missing. */
static int walk(const struct seeker *s, const char *root, struct candidates *found, qdr_error *err)
{
    char *const roots[] = {(char *)root, NULL};
    char shown[512];
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        return qdr_fail_errno(err, "looking through %s", qdr_escape(shown, sizeof shown, root));
    int code = QDR_OK;
    FTSENT *entry;
    while (!code && (errno = 0, entry = fts_read(tree))) {
        bool failed = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
                      entry->fts_info == FTS_ERR;
        if (failed && entry->fts_level == 0) {
            errno = entry->fts_errno;
            code = qdr_fail_errno(err, "%s", qdr_escape(shown, sizeof shown, root));
        } else if (entry->fts_info == FTS_F) {
            consider(s, entry, found);
        }
    }
    if (!code && errno)
        code = qdr_fail_errno(err, "looking through %s", qdr_escape(shown, sizeof shown, root));
    fts_close(tree);
    return code;
}

/* ---- digests, on all ranks ----------------------------------------------------------------- */

/* A program that reads what the claims say of the file, and little more. */
static int compile(const struct seeker *s, const char *path, qdr_program **program, qdr_error *err)
{
    qdr_bytes text = {0};
    for (size_t i = 0; i < s->claims->input_count; i++)
        if (s->claims->input[i].file == s->file)
            qdr_bytes_format(&text, "count_nonzero(%s)\n", s->claims->input[i].name);
    qdr_error local = QDR_ERROR_INIT;
    const char *texts = text.data;
    const qdr_binding binding = {s->claims->file[s->file].name, path};
    const qdr_program_text program_text = {
        .texts = &texts, .text_count = 1, .files = &binding, .file_count = 1};
    qdr_opener opener = qdr_comm_opener(s->comm, s->options->io);
    if (!qdr_bytes_check(&text, &local))
        qdr_program_compile(&program_text, &opener, program, &local);
    qdr_bytes_clear(&text);
    int code = qdr_comm_agree(s->comm, &local);
    if (code)
        *err = local;
    return code;
}

static bool has_digests(const struct seeker *s, const qdr_run_report *report, size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < s->claims->input_count; i++) {
        const qdr_claimed_input *in = &s->claims->input[i];
        if (in->file != s->file)
            continue;
        if (next == count || strcmp(report->digest[next++], in->digest) != 0)
            return false;
    }
    return true;
}

/* Whether a candidate has the digests. One that has no such part as the claims name has not. */
static int compare_digests(const struct seeker *s, const char *path, bool *same, qdr_error *err)
{
    qdr_program *program = NULL;
    qdr_run_report report;
    qdr_run_options options = *s->options;
    options.digest = true;
    *same = false;
    int code = compile(s, path, &program, err);
    if (code == QDR_EUSAGE) {
        *err = (qdr_error)QDR_ERROR_INIT;
        return QDR_OK;
    }
    if (!code)
        code = qdr_run(s->comm, program, &options, &report, err);
    if (!code) {
        *same = has_digests(s, &report, qdr_program_input_count(program));
        qdr_run_report_clear(&report);
    }
    qdr_program_destroy(program);
    return code;
}

/* ---- both ---------------------------------------------------------------------------------- */

static int find_file(const struct seeker *s, const char *root, char **path, qdr_error *err)
{
    struct candidates found = {0};
    if (qdr_comm_rank(s->comm) == 0 && !walk(s, root, &found, err) &&
        !qdr_bytes_check(&found.named, err))
        qdr_bytes_check(&found.others, err);
    bool chosen = found.named.size && !found.others.size &&
                  strlen(found.named.data) + 1 == found.named.size;
    qdr_bytes_append(&found.named, found.others.data, found.others.size);
    char *names = found.named.data;
    size_t size = found.named.size;
    int code = qdr_comm_share(s->comm, 0, &chosen, sizeof chosen, err);
    if (!code)
        code = qdr_comm_share_bytes(s->comm, &names, &size, err);
    const char *at = names, *end = at ? at + size : NULL;
    for (; !code && at && at < end && !*path; at += strlen(at) + 1) {
        bool same = chosen;
        if (!chosen)
            code = compare_digests(s, at, &same, err);
        if (!code && same && !(*path = strdup(at)))
            code = qdr_fail_memory(err, "looking for files");
    }
    free(names);
    qdr_bytes_clear(&found.others);
    return qdr_comm_agree(s->comm, err);
}

int qdr_verify_find(qdr_comm *comm, const qdr_claims *claims, const char *root,
                    const qdr_run_options *options, char *path[], qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < claims->file_count && !code; i++) {
        const struct seeker s = {comm, claims, options, i};
        if (!path[i])
            code = find_file(&s, root, &path[i], err);
    }
    return code;
}
