/* Rows of programs and what they print.
 *
 *     rows FILE…        checks the rows of files; says what failed, and how many passed and failed
 *     rows --print [BLOCK [THREADS [memory]]]
 *                       evaluates the programs of standard input, one a line; after the lines of
 *                       each comes an empty one. BLOCK is as with --chunks, "13" or "2x300"; memory
 *                       is --in-memory
 *     rows --examples   evaluates the examples of the help on functions
 *
 * A row is a block of lines; empty lines and lines beginning with '#' stand between blocks:
 *
 *     file x=../data/plane.npy      a name for a file, by its path from the row file's folder
 *     let shape=(2, 3)              a name for an expression
 *     a = ones(shape)               the program
 *     |a.sum()                      a further line of it ('|' counts as a space)
 *     & mean(x)                     a further program text
 *     sum(ones((2, 3))) = 6.0       what it prints, in full,
 *     ! unknown name 'q'            or the lines of the error
 *
 * Every row is run with several shapes of blocks and numbers of threads, and must print the same
 * each time. All ranks do the same, and each compares for itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "exchange/results.h"

#define MOST 8 /* bindings and texts of a row */

struct row {
    const char *file;
    int line; /* of its program, from 1 */
    qdr_binding files[MOST], lets[MOST];
    const char *texts[MOST];
    qdr_program_text program; /* of the arrays above */
    qdr_bytes expected;
};

static const qdr_run_options ways[] = {
    {.threads = 1},
    {.threads = 1, .chunks = {1, {1}}, .digest = true},
    {.threads = 3, .chunks = {1, {3}}},
    {.threads = 2, .chunks = {1, {7}}, .in_memory = true, .digest = true},
};

/* ---- evaluating --------------------------------------------------------------------------- */

static void append_error(qdr_bytes *out, const char *text)
{
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        qdr_bytes_format(out, "! %.*s\n", (int)length, text);
    }
}

static int append_results(const qdr_program *program, const qdr_run_report *report, qdr_bytes *out,
                          qdr_error *err)
{
    qdr_results results;
    int code = qdr_results_make(program, report, &results, err);
    for (size_t i = 0; i < results.count && !code; i++) {
        const qdr_record record = {.results = results.result, .result_count = results.count};
        char *line;
        code = qdr_record_line(&record, i, &line, err);
        if (!code) {
            qdr_bytes_format(out, "%s\n", line);
            free(line);
        }
    }
    qdr_results_clear(&results);
    return code;
}

/* Appends the lines that a program prints, whether results or an error. */
static void evaluate(qdr_comm *comm, const qdr_program_text *text, const qdr_run_options *options,
                     qdr_bytes *out)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_opener opener = qdr_comm_opener(comm, QDR_IO_AUTO);
    qdr_program *program = NULL;
    qdr_run_report report = {0};
    int code = qdr_program_compile(text, &opener, &program, &err);
    if (!code)
        code = qdr_run(comm, program, options, &report, &err);
    if (!code)
        code = append_results(program, &report, out, &err);
    if (code)
        append_error(out, err.text);
    qdr_run_report_clear(&report);
    qdr_program_destroy(program);
}

/* ---- rows --------------------------------------------------------------------------------- */

static const char *text_of(const qdr_bytes *b)
{
    return b->data ? b->data : "";
}

/* Whether the row prints what it should; failures are said by rank 0. */
static bool check_row(qdr_comm *comm, const struct row *row)
{
    qdr_error failed = QDR_ERROR_INIT;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        qdr_bytes got = {0};
        evaluate(comm, &row->program, &ways[i], &got);
        if (!failed.code && strcmp(text_of(&got), text_of(&row->expected)) != 0)
            qdr_fail(&failed, QDR_EFAIL, "%s:%d: expected\n%sgot\n%swith threads %d, blocks of %d",
                     row->file, row->line, text_of(&row->expected), text_of(&got),
                     ways[i].threads, (int)ways[i].chunks.extent[0]);
        qdr_bytes_clear(&got);
    }
    if (qdr_comm_agree(comm, &failed) && qdr_comm_rank(comm) == 0)
        printf("%s\n", failed.text);
    return !failed.code;
}

/* Cuts "NAME=VALUE" into a binding. */
static void bind(char *text, qdr_binding *binding, size_t *count)
{
    char *equals = strchr(text, '=');
    if (!equals || *count == MOST)
        return;
    *equals = '\0';
    binding[(*count)++] = (qdr_binding){text, equals + 1};
}

static void bind_file(struct row *row, char *text)
{
    const char *slash = strrchr(row->file, '/');
    size_t count = row->program.file_count;
    bind(text, row->files, &row->program.file_count);
    if (row->program.file_count == count)
        return;
    qdr_bytes path = {0};
    qdr_bytes_append(&path, row->file, slash ? (size_t)(slash + 1 - row->file) : 0);
    qdr_bytes_text(&path, row->files[count].value);
    row->files[count].value = path.data; /* freed with the row */
}

/* Takes a line of a block, whose end is a NUL. */
static void take_line(struct row *row, char *line, int number)
{
    qdr_program_text *program = &row->program;
    if (!program->text_count && strncmp(line, "let ", 4) == 0) {
        bind(line + 4, row->lets, &program->let_count);
    } else if (!program->text_count && strncmp(line, "file ", 5) == 0) {
        bind_file(row, line + 5);
    } else if (!program->text_count) {
        row->line = number;
        row->texts[program->text_count++] = line;
    } else if (*line == '|') {
        line[-1] = '\n'; /* joins it to the line before */
        line[0] = ' ';
    } else if (strncmp(line, "& ", 2) == 0 && program->text_count < MOST) {
        row->texts[program->text_count++] = line + 2;
    } else {
        qdr_bytes_format(&row->expected, "%s\n", line);
    }
}

static void start_row(struct row *row, const char *file)
{
    for (size_t i = 0; i < row->program.file_count; i++)
        free((char *)row->files[i].value);
    qdr_bytes_clear(&row->expected);
    *row = (struct row){.file = file};
    row->program.texts = row->texts;
    row->program.files = row->files;
    row->program.lets = row->lets;
}

static void check_rows(qdr_comm *comm, const char *file, char *text, int count[2])
{
    struct row row = {0};
    int number = 0;
    start_row(&row, file);
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        number++;
        if (*line && *line != '#')
            take_line(&row, line, number);
        if ((!*line || !next) && row.program.text_count) {
            count[check_row(comm, &row)]++;
            start_row(&row, file);
        }
    }
    start_row(&row, file);
}

static int read_file(const char *name, qdr_bytes *text, qdr_error *err)
{
    char buffer[4096];
    FILE *file = fopen(name, "r");
    if (!file)
        return qdr_fail_errno(err, "%s", name);
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;)
        qdr_bytes_append(text, buffer, got);
    int code = ferror(file) ? qdr_fail_errno(err, "%s", name) : qdr_bytes_check(text, err);
    fclose(file);
    return code;
}

static int check_files(qdr_comm *comm, char **files, int file_count, qdr_error *err)
{
    int count[2] = {0, 0}; /* failed, passed */
    for (int i = 0; i < file_count; i++) {
        qdr_bytes text = {0};
        read_file(files[i], &text, err);
        if (!qdr_comm_agree(comm, err) && text.data)
            check_rows(comm, files[i], text.data, count);
        qdr_bytes_clear(&text);
        if (err->code)
            return err->code;
    }
    if (qdr_comm_rank(comm) == 0)
        printf("%d passed, %d failed\n", count[true], count[false]);
    return count[false] ? QDR_EFAIL : QDR_OK;
}

/* ---- examples ----------------------------------------------------------------------------- */

/* Whether a line, "program = value" perhaps with a dtype behind it, tells that value. */
static bool tells(const char *line, const char *value)
{
    const char *equals = strstr(line, " = ");
    size_t length = strlen(value);
    return equals && strncmp(equals + 3, value, length) == 0 &&
           (equals[3 + length] == '\n' || equals[3 + length] == ' ');
}

static int check_examples(qdr_comm *comm)
{
    int count[2] = {0, 0}, skipped = 0; /* failed, passed */
    qdr_function_help f;
    for (size_t i = 0; qdr_function_at(i, &f); i++) {
        const char *const text[] = {f.example};
        qdr_bytes out = {0};
        if (!f.value)
            continue;
        evaluate(comm, &(qdr_program_text){.texts = text, .text_count = 1}, &ways[0], &out);
        bool right = tells(text_of(&out), f.value);
        bool lacking = strstr(text_of(&out), " needs the library SLEEF, ") != NULL;
        if (!right && !lacking && qdr_comm_rank(comm) == 0)
            printf("%s: %s = %s expected, got\n%s", f.name, f.example, f.value, text_of(&out));
        count[right] += !lacking;
        skipped += lacking;
        qdr_bytes_clear(&out);
    }
    if (qdr_comm_rank(comm) == 0)
        printf("%d passed, %d failed, %d skipped\n", count[true], count[false], skipped);
    return count[false] || !count[true] ? QDR_EFAIL : QDR_OK;
}

/* ---- standard input ----------------------------------------------------------------------- */

/* The next line, which only rank 0 can read, for all ranks; NULL in *line at the end. */
static int share_line(qdr_comm *comm, char **line, qdr_error *err)
{
    size_t size = 0, capacity = 0; /* with the NUL */
    *line = NULL;
    if (qdr_comm_rank(comm) == 0) {
        size = (size_t)(getline(line, &capacity, stdin) + 1);
        if (size > 1 && (*line)[size - 2] == '\n')
            (*line)[--size - 1] = '\0';
    }
    int code = qdr_comm_share_bytes(comm, line, &size, err);
    if (code || !size) {
        free(*line);
        *line = NULL;
    }
    return code;
}

/* The shape of blocks that "2x300" says. */
static qdr_shape block_of(const char *text)
{
    qdr_shape block = {0};
    for (char *end; *text && block.ndim < QDR_MAX_DIMS; text = *end ? end + 1 : end)
        block.extent[block.ndim++] = strtoll(text, &end, 10);
    return block;
}

/* Evaluates them in the way that the arguments say. */
static int print_programs(qdr_comm *comm, char **argument, int arguments, qdr_error *err)
{
    qdr_run_options way = {.threads = arguments > 1 ? atoi(argument[1]) : 1};
    if (arguments > 0)
        way.chunks = block_of(argument[0]);
    way.in_memory = arguments > 2;
    char *line = NULL;
    int code;
    while (!(code = share_line(comm, &line, err)) && line) {
        const char *const text[] = {line};
        qdr_bytes out = {0};
        evaluate(comm, &(qdr_program_text){.texts = text, .text_count = 1}, &way, &out);
        if (qdr_comm_rank(comm) == 0) {
            printf("%s\n", text_of(&out));
            fflush(stdout);
        }
        qdr_bytes_clear(&out);
        free(line);
    }
    return code;
}

int main(int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_comm *comm = NULL;
    const char *mode = argc > 1 ? argv[1] : "";
    int code = qdr_comm_start(&comm, &err);
    if (!code)
        code = strcmp(mode, "--print") == 0      ? print_programs(comm, argv + 2, argc - 2, &err)
               : strcmp(mode, "--examples") == 0 ? check_examples(comm)
                                                 : check_files(comm, argv + 1, argc - 1, &err);
    fflush(stdout);
    if (err.code && qdr_launch_rank() == 0)
        fprintf(stderr, "rows: %s\n", err.text);
    qdr_comm_stop(comm, code);
    return code;
}
