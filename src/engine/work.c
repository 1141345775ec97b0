#include "engine/work.h"

#include <stdlib.h>
#include <string.h>

#define NO_DIGEST " no digest"
#define MOST_LINES 4096 /* of a state that is read */

/* ---- writing ------------------------------------------------------------------------------- */

static void append_shape(qdr_bytes *to, const qdr_shape *shape)
{
    for (int i = 0; i < shape->ndim; i++)
        qdr_bytes_format(to, "%s%lld", i ? "x" : "", (long long)shape->extent[i]);
    if (!shape->ndim)
        qdr_bytes_text(to, "scalar");
}

/* Whether an input before that one is of the same file. */
static bool has_file_before(const qdr_program *program, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (program->inputs[i].node->leaf == program->inputs[index].node->leaf)
            return true;
    return false;
}

/* Where a file has it, a name would hide that from the expressions that follow. */
static bool is_file(const qdr_program *program, const char *name)
{
    for (size_t i = 0; i < program->input_count; i++)
        if (strcmp(program->inputs[i].node->leaf->name, name) == 0)
            return true;
    return false;
}

static void write_result(const qdr_program *program, const qdr_result *result, qdr_bytes *to)
{
    if (result->name && !is_file(program, result->name))
        qdr_bytes_format(to, "%s = ", result->name);
    qdr_bytes_format(to, "%s\n", result->expression);
}

int qdr_work_write(const qdr_program *program, bool digest, qdr_bytes *to, qdr_error *err)
{
    for (size_t i = 0; i < program->result_count; i++)
        write_result(program, &program->results[i], to);
    for (size_t i = 0; i < program->input_count; i++) {
        const qdr_leaf *leaf = program->inputs[i].node->leaf;
        if (has_file_before(program, i))
            continue;
        qdr_bytes_format(to, "%s: %s ", leaf->name, qdr_dtype_name(qdr_source_dtype(leaf->source)));
        append_shape(to, qdr_source_shape(leaf->source));
        qdr_bytes_text(to, digest ? "\n" : NO_DIGEST "\n");
    }
    return qdr_bytes_check(to, err);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct file {
    char *name;
    qdr_dtype dtype;
    qdr_shape shape;
};

struct work {
    const char **text; /* expressions */
    size_t text_count;
    struct file *file;
    qdr_binding *binding; /* of each file's name to itself */
    size_t file_count;
    bool digest;
};

static int not_work(qdr_error *err)
{
    return qdr_fail(err, QDR_EDATA, "the state tells no work that this version of quadrat knows");
}

static bool read_shape(char *text, qdr_shape *shape)
{
    *shape = (qdr_shape){0};
    if (strcmp(text, "scalar") == 0)
        return true;
    char *rest, *extent = strtok_r(text, "x", &rest);
    for (; extent && shape->ndim < QDR_MAX_DIMS; extent = strtok_r(NULL, "x", &rest)) {
        char *end;
        shape->extent[shape->ndim++] = strtoll(extent, &end, 10);
        if (*end)
            return false;
    }
    return shape->ndim && !extent;
}

/* "x: float64 10000x10000", at whose first colon `colon` is. */
static int read_file(char *line, char *colon, struct work *work, qdr_error *err)
{
    struct file *f = &work->file[work->file_count];
    char *digest = strstr(colon, NO_DIGEST), *dtype = colon + 2, *shape;
    work->digest = !digest;
    if (digest)
        *digest = '\0';
    *colon = '\0';
    f->name = line;
    shape = strchr(dtype, ' ');
    if (!shape)
        return not_work(err);
    *shape++ = '\0';
    f->dtype = qdr_dtype_find(dtype);
    if (f->dtype == QDR_DTYPES || !read_shape(shape, &f->shape) ||
        qdr_shape_check(&f->shape, qdr_dtype_size(f->dtype), err))
        return not_work(err);
    work->binding[work->file_count++] = (qdr_binding){f->name, f->name};
    return QDR_OK;
}

static int read_lines(char *lines, struct work *work, qdr_error *err)
{
    char *rest, *line = strtok_r(lines, "\n", &rest);
    int code = QDR_OK;
    for (size_t i = 0; line && !code; line = strtok_r(NULL, "\n", &rest), i++) {
        char *colon = strstr(line, ": ");
        if (i == MOST_LINES)
            code = not_work(err);
        else if (colon)
            code = read_file(line, colon, work, err);
        else
            work->text[work->text_count++] = line;
    }
    return code;
}

static int open_file(void *context, const char *name, qdr_io io, qdr_source **source,
                     qdr_error *err)
{
    (void)io;
    const struct work *work = context;
    for (size_t i = 0; i < work->file_count; i++)
        if (strcmp(work->file[i].name, name) == 0)
            return qdr_source_described(name, work->file[i].dtype, &work->file[i].shape, source,
                                        err);
    return not_work(err);
}

static bool is_result(const qdr_program *program, const qdr_node *node)
{
    for (size_t i = 0; i < program->result_count; i++)
        if (program->results[i].node == node)
            return true;
    return false;
}

/* Nothing but results is there to be saved. */
static int check_saves(const qdr_program *program, const qdr_binding *saves, qdr_error *err)
{
    char shown[128];
    for (size_t i = 0; i < program->save_count; i++)
        if (!is_result(program, program->saves[i].node))
            return qdr_fail(err, QDR_EUSAGE, "'%s' is to be saved, but is no result",
                            qdr_escape(shown, sizeof shown, saves[i].name));
    return QDR_OK;
}

static int compile(struct work *work, const qdr_binding *saves, size_t save_count,
                   qdr_program **program, qdr_error *err)
{
    qdr_program_text text = {.texts = work->text, .text_count = work->text_count,
                             .files = work->binding, .file_count = work->file_count};
    const qdr_opener opener = {.open = open_file, .context = work};
    if (qdr_program_compile(&text, &opener, program, err))
        return not_work(err);
    if (!save_count)
        return QDR_OK;
    qdr_program_destroy(*program);
    *program = NULL;
    text.saves = saves;
    text.save_count = save_count;
    int code = qdr_program_compile(&text, &opener, program, err);
    return code ? code : check_saves(*program, saves, err);
}

/* The lines of what was made are those that it was made from. */
static int compare(const char *lines, size_t size, const qdr_program *program, bool digest,
                   qdr_error *err)
{
    qdr_bytes again = {0};
    int code = qdr_work_write(program, digest, &again, err);
    if (!code && (again.size != size || memcmp(again.data, lines, size) != 0))
        code = not_work(err);
    qdr_bytes_clear(&again);
    return code;
}

int qdr_work_compile(const char *lines, size_t size, const qdr_binding *saves, size_t save_count,
                     qdr_program **program, bool *digest, qdr_error *err)
{
    struct work work = {.digest = true};
    char *copy = strndup(lines, size);
    work.text = calloc(MOST_LINES, sizeof *work.text);
    work.file = calloc(MOST_LINES, sizeof *work.file);
    work.binding = calloc(MOST_LINES, sizeof *work.binding);
    int code = copy && work.text && work.file && work.binding
                   ? read_lines(copy, &work, err)
                   : qdr_fail_memory(err, "reading a state");
    *program = NULL;
    if (!code)
        code = compile(&work, saves, save_count, program, err);
    if (!code)
        code = compare(lines, size, *program, work.digest, err);
    *digest = work.digest;
    if (code) {
        qdr_program_destroy(*program);
        *program = NULL;
    }
    free(copy);
    free(work.text);
    free(work.file);
    free(work.binding);
    return code;
}
