#include "exchange/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "exchange/results.h"

/* What a statement can open: the names in it, each of which stands for a file of the user's, and no
 * path. Two names are two arrays even where they stand for the same file. */
struct files {
    qdr_opener real;
    const qdr_claims *claims;
    const char *const *path;
    bool *opened;
    qdr_dtype *dtype; /* what an opened one is */
    qdr_shape *shape;
};

static int open_named(void *context, const char *name, qdr_io io, qdr_source **source,
                      qdr_error *err)
{
    struct files *f = context;
    char shown[256];
    size_t i = 0;
    while (i < f->claims->file_count && strcmp(f->claims->file[i].name, name) != 0)
        i++;
    if (i == f->claims->file_count)
        return qdr_fail(err, QDR_EUSAGE, "a result does not open files by itself: %s",
                        qdr_escape(shown, sizeof shown, name));
    int code = f->real.open(f->real.context, f->path[i], io, source, err);
    if (code)
        return code;
    f->opened[i] = true;
    f->dtype[i] = qdr_source_dtype(*source);
    f->shape[i] = *qdr_source_shape(*source);
    return QDR_OK;
}

static void cannot(qdr_verdict *verdict, const char *text)
{
    verdict->answer = QDR_CANNOT;
    snprintf(verdict->reason, sizeof verdict->reason, "%s", text);
}

/* The expressions can't be computed: the first line of the error says why, the others show where. */
static void cannot_compute(const qdr_claims *claims, const char *error, qdr_verdict *verdict)
{
    char text[QDR_ERROR_TEXT];
    snprintf(text, sizeof text, "%.*s (written by quadrat %s, this is %s)",
             (int)strcspn(error, "\n"), error, claims->version, QUADRAT_VERSION);
    cannot(verdict, text);
}

static int differs(qdr_verdict *verdict, size_t line, const char *now, qdr_error *err)
{
    verdict->answer = QDR_DIFFERS;
    verdict->state[line] = QDR_LINE_DIFFERS;
    verdict->now[line] = strdup(now);
    return verdict->now[line] ? QDR_OK : qdr_fail_memory(err, "comparing the results");
}

/* ---- before anything is computed ----------------------------------------------------------- */

/* What is missing, as a verdict; *missing tells whether something is. */
static void find_missing(const qdr_claims *claims, const char *const path[], qdr_verdict *verdict,
                         bool *missing)
{
    qdr_bytes text = {0};
    for (size_t i = 0; i < claims->input_count && !text.size; i++) {
        const qdr_claimed_input *in = &claims->input[i];
        if (!*in->digest)
            qdr_bytes_format(&text, "%s: the result was made without a digest of this array, so "
                             "nobody can tell which it was", in->line);
        else if (!path[in->file])
            qdr_bytes_format(&text, "%s: no file is known to be this array; '-i %s=FILE' names one, "
                             "'--root DIRECTORY' looks for one",
                             in->line, claims->file[in->file].name);
    }
    *missing = text.size;
    if (*missing)
        cannot(verdict, text.data);
    qdr_bytes_clear(&text);
}

static bool same_shape(const qdr_claimed_input *in, const qdr_shape *shape)
{
    return in->ndim == shape->ndim &&
           memcmp(in->shape, shape->extent, (size_t)in->ndim * sizeof *in->shape) == 0;
}

/* A whole file of another dtype or shape. The reason why the program is not the claimed one is then
 * the file, not the text. */
static int compare_files(const qdr_claims *claims, const struct files *files,
                         qdr_verdict *verdict, qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < claims->input_count && !code; i++) {
        const qdr_claimed_input *in = &claims->input[i];
        size_t file = in->file;
        if (strchr(in->name, '[') || !files->opened[file])
            continue;
        const char *dtype = qdr_dtype_name(files->dtype[file]);
        if (strcmp(in->dtype, dtype) == 0 && same_shape(in, &files->shape[file]))
            continue;
        char shape[QDR_SHAPE_TEXT], now[QDR_SHAPE_TEXT + 128];
        snprintf(now, sizeof now, "%.64s: %s of shape %s", in->name, dtype,
                 qdr_shape_text(shape, &files->shape[file]));
        code = differs(verdict, claims->result_count + i, now, err);
    }
    return code;
}

/* What in the program is not as claimed, as a text for people; NULL when nothing is. */
static const char *find_change(const qdr_claims *claims, const qdr_program *program,
                               const char **claimed)
{
    size_t results = qdr_program_result_count(program), inputs = qdr_program_input_count(program);
    for (size_t i = 0; i < results && i < claims->result_count; i++) {
        *claimed = claims->result[i].expr;
        if (strcmp(qdr_program_result_at(program, i).expression, *claimed) != 0)
            return qdr_program_result_at(program, i).expression;
    }
    for (size_t i = 0; i < inputs && i < claims->input_count; i++) {
        *claimed = claims->input[i].name;
        if (strcmp(qdr_program_input_at(program, i).name, *claimed) != 0)
            return qdr_program_input_at(program, i).name;
    }
    *claimed = "its list of results and inputs";
    return results == claims->result_count && inputs == claims->input_count ? NULL : "another one";
}

static void explain_change(const qdr_claims *claims, const char *claimed, const char *now,
                           qdr_verdict *verdict)
{
    char shown[512], other[512], text[QDR_ERROR_TEXT];
    snprintf(text, sizeof text,
             "%s is %s with these files. Are they the right ones? (written by quadrat %s, this is %s)",
             qdr_escape(shown, sizeof shown, claimed), qdr_escape(other, sizeof other, now),
             claims->version, QUADRAT_VERSION);
    cannot(verdict, text);
}

/* ---- computing and comparing --------------------------------------------------------------- */

static int state_again(const qdr_program *program, const qdr_run_report *report, char **statement,
                       qdr_error *err)
{
    qdr_results results = {0};
    qdr_record_input *inputs = NULL;
    int code = qdr_results_make(program, report, &results, err);
    if (!code)
        code = qdr_results_inputs(program, report, &inputs, err);
    qdr_record record = {.results = results.result,
                         .result_count = results.count,
                         .inputs = inputs,
                         .input_count = qdr_program_input_count(program)};
    if (!code)
        code = qdr_record_statement(&record, statement, err);
    qdr_results_clear(&results);
    free(inputs);
    return code;
}

/* The lines of both are of the same results and inputs, in the same order. */
static int compare_lines(const qdr_claims *claims, char *statement, qdr_verdict *verdict,
                         qdr_error *err)
{
    int code = QDR_OK;
    char *line = statement;
    for (size_t i = 0; i < verdict->count && !code; i++) {
        const char *claimed = i < claims->result_count
                                  ? claims->result[i].line
                                  : claims->input[i - claims->result_count].line;
        char *end = strchr(line, '\n');
        *end = '\0';
        verdict->state[i] = QDR_LINE_SAME;
        if (strcmp(line, claimed) != 0)
            code = differs(verdict, i, line, err);
        line = end + 1;
    }
    return code;
}

static int run_again(qdr_comm *comm, const qdr_claims *claims, const qdr_program *program,
                     const qdr_run_options *options, qdr_verdict *verdict, qdr_error *err)
{
    qdr_run_report report;
    qdr_run_options with_digest = *options;
    with_digest.digest = true;
    int code = qdr_run(comm, program, &with_digest, &report, err);
    if (code == QDR_EUSAGE) { /* an integer sum does not fit, or the like */
        cannot_compute(claims, err->text, verdict);
        *err = (qdr_error)QDR_ERROR_INIT;
        return QDR_OK;
    }
    if (code)
        return code;
    char *statement = NULL;
    code = state_again(program, &report, &statement, err);
    qdr_run_report_clear(&report);
    verdict->answer = QDR_MATCHES;
    if (!code)
        code = compare_lines(claims, statement, verdict, err);
    free(statement);
    return qdr_comm_agree(comm, err);
}

static int compile(qdr_comm *comm, const qdr_claims *claims, struct files *files,
                   qdr_program **program, qdr_error *err)
{
    const char **texts = calloc(claims->result_count, sizeof *texts);
    qdr_binding *bindings = calloc(claims->file_count + 1, sizeof *bindings);
    int code = texts && bindings ? QDR_OK : qdr_fail_memory(err, "reading the result");
    for (size_t i = 0; i < claims->result_count && !code; i++)
        texts[i] = claims->result[i].expr;
    for (size_t i = 0; i < claims->file_count && !code; i++)
        bindings[i] = (qdr_binding){claims->file[i].name, claims->file[i].name};
    const qdr_program_text text = {.texts = texts,
                                   .text_count = claims->result_count,
                                   .files = bindings,
                                   .file_count = claims->file_count};
    const qdr_opener opener = {open_named, files, files->real.io};
    if (!code)
        qdr_program_compile(&text, &opener, program, err);
    free(texts);
    free(bindings);
    return qdr_comm_agree(comm, err);
}

static int verify(qdr_comm *comm, const qdr_claims *claims, struct files *files,
                  const qdr_run_options *options, qdr_verdict *verdict, qdr_error *err)
{
    qdr_program *program = NULL;
    int code = compile(comm, claims, files, &program, err);
    if (code && code != QDR_EUSAGE)
        return code;
    const char *claimed, *now = code ? NULL : find_change(claims, program, &claimed);
    if (!code && !now) {
        code = run_again(comm, claims, program, options, verdict, err);
    } else {
        if (code)
            cannot_compute(claims, err->text, verdict);
        else
            explain_change(claims, claimed, now, verdict);
        *err = (qdr_error)QDR_ERROR_INIT;
        compare_files(claims, files, verdict, err);
        code = qdr_comm_agree(comm, err);
    }
    qdr_program_destroy(program);
    return code;
}

static int prepare(const qdr_claims *claims, struct files *f, qdr_verdict *verdict, qdr_error *err)
{
    size_t files = claims->file_count + 1;
    verdict->count = claims->result_count + claims->input_count;
    verdict->state = calloc(verdict->count, sizeof *verdict->state);
    verdict->now = calloc(verdict->count, sizeof *verdict->now);
    f->opened = calloc(files, sizeof *f->opened);
    f->dtype = calloc(files, sizeof *f->dtype);
    f->shape = calloc(files, sizeof *f->shape);
    if (!verdict->state || !verdict->now || !f->opened || !f->dtype || !f->shape)
        return qdr_fail_memory(err, "reading the result");
    for (size_t i = 0; i < verdict->count; i++)
        verdict->state[i] = QDR_LINE_UNKNOWN;
    return QDR_OK;
}

int qdr_verify(qdr_comm *comm, const qdr_claims *claims, const char *const path[],
               const qdr_run_options *options, qdr_verdict *verdict, qdr_error *err)
{
    struct files files = {.real = qdr_comm_opener(comm, options->io), .claims = claims, .path = path};
    bool missing = false;
    *verdict = (qdr_verdict){0};
    prepare(claims, &files, verdict, err);
    int code = qdr_comm_agree(comm, err);
    if (!code)
        find_missing(claims, path, verdict, &missing);
    if (!code && !missing)
        code = verify(comm, claims, &files, options, verdict, err);
    free(files.opened);
    free(files.dtype);
    free(files.shape);
    if (code)
        qdr_verdict_clear(verdict);
    return code;
}

void qdr_verdict_clear(qdr_verdict *verdict)
{
    for (size_t i = 0; i < verdict->count && verdict->now; i++)
        free(verdict->now[i]);
    free(verdict->now);
    free(verdict->state);
    *verdict = (qdr_verdict){0};
}
