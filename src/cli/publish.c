#include "cli/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "cli/terminal.h"
#include "exchange/results.h"

/* A record with the arrays it points to. */
struct draft {
    qdr_record record;
    qdr_results results;
    qdr_record_input *inputs;
    const char **program;
};

/* The scheduler's job that this runs in, or NULL. */
static const char *job(void)
{
    static const char *const variables[] = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (getenv(variables[i]))
            return getenv(variables[i]);
    return NULL;
}

static int draft_record(const qdr_comm *comm, const qdr_program *program,
                        const qdr_settings *settings, const qdr_run_report *report,
                        const char *started, struct draft *d, qdr_error *err)
{
    size_t results = qdr_program_result_count(program), inputs = qdr_program_input_count(program);
    d->program = calloc(results, sizeof *d->program);
    if (!d->program)
        return qdr_fail_memory(err, "making the record");
    int code = qdr_results_inputs(program, report, &d->inputs, err);
    if (!code)
        code = qdr_results_make(program, report, &d->results, err);
    if (code)
        return code;
    d->record = (qdr_record){
        .results = d->results.result,
        .result_count = results,
        .inputs = d->inputs,
        .input_count = inputs,
        .program = d->program,
        .program_count = results,
        .run = {.parts = report->parts,
                .ranks = qdr_comm_size(comm),
                .hosts = qdr_comm_hosts(comm),
                .threads = report->threads,
                .ndim = report->chunks.ndim,
                .chunks = report->chunks.extent,
                .blocks = report->blocks,
                .elements = report->elements,
                .passes = report->passes,
                .load_seconds = report->load_seconds,
                .seconds = report->seconds,
                .started = started,
                .host = qdr_comm_host(comm),
                .mpi = qdr_comm_library(comm),
                .job = job()},
        .label = settings->label,
        .meta = settings->meta,
        .meta_count = settings->meta_count,
        .version = QUADRAT_VERSION,
        .signer = settings->signer,
    };
    for (size_t i = 0; i < results; i++)
        d->program[i] = d->results.result[i].expr;
    return QDR_OK;
}

static void clear_draft(struct draft *d)
{
    qdr_results_clear(&d->results);
    free(d->program);
    free(d->inputs);
}

/* ---- the code on the terminal -------------------------------------------------------------- */

/* The first file that a code was asked for in, or NULL. */
static const char *drawn_file(const qdr_settings *settings)
{
    const qdr_output *output;
    for (size_t i = 0; i < settings->output_count; i++)
        if (!qdr_output_find(settings->output[i], &output, NULL) && output->drawn)
            return settings->output[i];
    return NULL;
}

/* The lines that follow the code on a terminal: results, summary, prompt. */
static int lines_below(const qdr_record *record, const qdr_settings *settings)
{
    return (int)record->result_count + !settings->quiet + 1;
}

static bool wants_code(const qdr_settings *settings)
{
    int columns, lines;
    return !settings->json &&
           (settings->qr == QDR_ALWAYS || (settings->qr == QDR_AUTO && drawn_file(settings) &&
                                           qdr_terminal_find(1, &columns, &lines)));
}

/* Draws the code where it fits, with so many lines below; where it does not, a line says how to get
 * it. */
static int show_code(const qdr_symbol *symbol, const qdr_settings *settings, int below,
                     qdr_error *err)
{
    char shown[512];
    const char *file = drawn_file(settings);
    qdr_error why = QDR_ERROR_INIT;
    int code = qdr_terminal_draw(symbol, &settings->terminal, settings->no_colour,
                                 settings->qr == QDR_AUTO ? below : -1, &why);
    if (code == QDR_EFAIL) {
        qdr_say("%s; make it larger, or %s %s", why.text, file ? "open" : "write the code with -o",
                file ? qdr_escape(shown, sizeof shown, file) : "result.png");
        return QDR_OK;
    }
    if (code)
        *err = why;
    return code;
}

/* Of the record or, where that is NULL, the state. */
static int show_code_of(const qdr_record *record, const qdr_state *state,
                        const qdr_settings *settings, int below, qdr_error *err)
{
    qdr_symbol *symbol;
    if (!wants_code(settings))
        return QDR_OK;
    int code = qdr_output_symbol(record, state, &settings->form, &symbol, err);
    if (code)
        return code;
    code = show_code(symbol, settings, below, err);
    qdr_symbol_destroy(symbol);
    return code;
}

/* ---- lines --------------------------------------------------------------------------------- */

static int print_results(const struct draft *draft, const qdr_settings *settings, qdr_error *err)
{
    const qdr_record *record = &draft->record;
    char *text;
    int code = QDR_OK;
    if (settings->json) {
        code = qdr_record_json(record, &text, err);
        if (!code) {
            fputs(text, stdout);
            free(text);
        }
        return code;
    }
    for (size_t i = 0; i < record->result_count && !code; i++) {
        code = qdr_results_line(&draft->results, record, i, &text, err);
        if (!code) {
            puts(text);
            free(text);
        }
    }
    return code;
}

/* Notes for the summary that a file was written. */
static void name_written(const char *path, char *note, qdr_bytes *written)
{
    char shown[512];
    qdr_bytes_format(written, "%s%s", written->size ? ", " : "; wrote ",
                     qdr_escape(shown, sizeof shown, path));
    if (note)
        qdr_bytes_format(written, " (%s)", note);
    free(note);
}

static bool is_state_only(const char *path)
{
    const qdr_output *output;
    return !qdr_output_find(path, &output, NULL) && !output->make;
}

/* Without a record all files get the state; else those get it that can have nothing else. */
static int write_files(const qdr_record *record, const qdr_state *state,
                       const qdr_settings *settings, qdr_bytes *written, qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < settings->output_count && !code; i++) {
        char *note;
        const char *path = settings->output[i];
        code = qdr_output_write(path, is_state_only(path) ? NULL : record, state, &settings->form,
                                &note, err);
        if (!code)
            name_written(path, note, written);
    }
    return code;
}

static void name_signer(const qdr_signer *signer, qdr_bytes *written)
{
    if (signer)
        qdr_bytes_format(written, ", signed by %s (%s)", qdr_signer_fingerprint(signer),
                         qdr_signer_hint(signer));
}

static void name_saved(const qdr_settings *settings, qdr_bytes *written)
{
    for (size_t i = 0; i < settings->save_count; i++)
        name_written(settings->save[i].value, NULL, written);
}

/* 1e8, 12345, 2.5e7. */
static const char *count_text(char text[QDR_NUMBER_TEXT], int64_t count)
{
    if (count < 1000000) {
        snprintf(text, QDR_NUMBER_TEXT, "%lld", (long long)count);
        return text;
    }
    int exponent = 0;
    double lead = (double)count;
    for (; lead >= 9.995; exponent++)
        lead /= 10;
    snprintf(text, QDR_NUMBER_TEXT, "%.3ge%d", lead, exponent);
    return text;
}

static void summarise_join(const qdr_run_report *report, const qdr_bytes *written)
{
    char count[QDR_NUMBER_TEXT];
    qdr_say("%d part%s of %s element%s joined in %.3g s%s", report->parts,
            report->parts == 1 ? "" : "s", count_text(count, report->elements),
            report->elements == 1 ? "" : "s", report->seconds, written->data ? written->data : "");
}

static void summarise(const qdr_comm *comm, const qdr_run_report *report, const qdr_bytes *written)
{
    char count[QDR_NUMBER_TEXT], speed[QDR_NUMBER_TEXT], loaded[64] = "";
    int ranks = qdr_comm_size(comm), hosts = qdr_comm_hosts(comm);
    double seconds = report->seconds > 1e-9 ? report->seconds : 1e-9;
    if (report->load_seconds > 0)
        snprintf(loaded, sizeof loaded, "loaded in %.3g s, then computed ", report->load_seconds);
    qdr_say("%s element%s on %d rank%s, %d host%s %sin %.3g s (%s/s)%s",
            count_text(count, report->elements), report->elements == 1 ? "" : "s", ranks,
            ranks == 1 ? "" : "s", hosts, hosts == 1 ? "" : "s", loaded, report->seconds,
            qdr_number_bytes(speed, (double)report->bytes / seconds),
            written->data ? written->data : "");
}

/* The numbers are printed even when a file could not be written: they may have taken hours. */
static int publish(const qdr_comm *comm, const struct draft *draft, const qdr_settings *settings,
                   const qdr_run_report *report, qdr_error *err)
{
    const qdr_record *record = &draft->record;
    const qdr_state state = {"the state", report->state, report->state_size};
    qdr_bytes written = {0};
    int code = write_files(record, &state, settings, &written, err);
    name_signer(record->signer, &written);
    name_saved(settings, &written);
    if (!code)
        code = show_code_of(record, NULL, settings, lines_below(record, settings), err);
    qdr_error second = QDR_ERROR_INIT;
    if (!print_results(draft, settings, &second))
        qdr_flush_output(&second);
    if (!second.code)
        second = report->saving;
    if (!second.code)
        second = report->checkpoint;
    if (!code && second.code) {
        *err = second;
        code = second.code;
    }
    if (!code && !settings->quiet && report->state)
        summarise_join(report, &written);
    else if (!code && !settings->quiet)
        summarise(comm, report, &written);
    qdr_bytes_clear(&written);
    return code;
}

int qdr_publish(const qdr_comm *comm, const qdr_program *program, const qdr_settings *settings,
                const qdr_run_report *report, const char *started, qdr_error *err)
{
    struct draft draft = {0};
    int code = draft_record(comm, program, settings, report, started, &draft, err);
    if (!code)
        code = publish(comm, &draft, settings, report, err);
    clear_draft(&draft);
    return code;
}

/* ---- a part -------------------------------------------------------------------------------- */

#define PART_LINES 4 /* below its code: an expression, its array and blocks, and the prompt */

int qdr_publish_part(const qdr_comm *comm, const qdr_settings *settings,
                     const qdr_run_report *report, qdr_error *err)
{
    const qdr_state state = {"the state", report->state, report->state_size};
    qdr_bytes written = {0};
    char *text = NULL;
    int code = write_files(NULL, &state, settings, &written, err);
    if (!code)
        code = show_code_of(NULL, &state, settings, PART_LINES, err);
    if (!code)
        code = qdr_state_describe(&state, &text, err);
    if (!code) {
        fputs(text, stdout);
        code = qdr_flush_output(err);
    }
    if (!code && report->checkpoint.code) {
        *err = report->checkpoint;
        code = err->code;
    }
    if (!code && !settings->quiet && settings->run.part.count > 1 && !report->elements)
        qdr_say("this part is empty: there are fewer blocks than parts. Smaller --chunks, the same for "
                "all parts, make more");
    if (!code && !settings->quiet && settings->run.part.count)
        summarise(comm, report, &written);
    else if (!code && !settings->quiet)
        summarise_join(report, &written);
    free(text);
    qdr_bytes_clear(&written);
    return code;
}
