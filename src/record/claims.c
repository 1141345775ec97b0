#include "record/claims.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "record/statement.h"

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define BASE32 "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

static int no_memory(qdr_error *err)
{
    return qdr_fail_memory(err, "reading a result");
}

static int unknown_form(const char *line, qdr_error *err)
{
    char shown[256];
    return qdr_fail(err, QDR_EDATA, "this line of the result has no form that is known: %s",
                    qdr_escape(shown, sizeof shown, line));
}

/* A copy that can be cut where the caller likes. */
static char *copy(qdr_claims *c, const char *text, size_t size)
{
    return qdr_arena_text(&c->arena, text, size);
}

/* An array with room for one more than count. It doubles when count is 0 or a power of two; what it
 * was before is left to the arena. */
static void *grown(qdr_claims *c, void *items, size_t count, size_t size)
{
    if (count & (count - 1))
        return items;
    void *larger = qdr_arena_take(&c->arena, (count ? 2 * count : 1) * size);
    if (larger && count)
        memcpy(larger, items, count * size);
    return larger;
}

/* ---- results and inputs -------------------------------------------------------------------- */

static int read_result(qdr_claims *c, const char *line, size_t size, const char *mark,
                       qdr_error *err)
{
    if (c->input_count || mark == line || mark + 3 == line + size)
        return unknown_form(line, err);
    c->result = grown(c, c->result, c->result_count, sizeof *c->result);
    if (!c->result)
        return no_memory(err);
    qdr_claimed_result r = {.line = line, .expr = copy(c, line, (size_t)(mark - line)),
                            .value = mark + 3};
    if (!r.expr)
        return no_memory(err);
    c->result[c->result_count++] = r;
    return QDR_OK;
}

/* The length of the identifier that a name begins with, 0 when it is none, or is not followed by
 * nothing or by a slice. */
static size_t base_length(const char *name)
{
    size_t length = strspn(name, LETTERS DIGITS), all = strlen(name);
    bool identifier = length && !strchr(DIGITS, *name);
    bool slice = name[length] == '[' && name[all - 1] == ']' &&
                 length + 1 + strspn(name + length + 1, DIGITS ":,- ") == all - 1;
    return identifier && (!name[length] || slice) ? length : 0;
}

/* "10000x10000" or "scalar". */
static bool read_shape(const char *text, qdr_claimed_input *input)
{
    if (strcmp(text, "scalar") == 0)
        return true;
    for (;; text++) {
        int64_t extent = 0;
        if (input->ndim == QDR_CLAIMS_DIMS || !strspn(text, DIGITS))
            return false;
        for (; *text >= '0' && *text <= '9'; text++)
            if (__builtin_mul_overflow(extent, 10, &extent) ||
                __builtin_add_overflow(extent, *text - '0', &extent))
                return false;
        input->shape[input->ndim++] = extent;
        if (*text != 'x')
            return !*text;
    }
}

static int add_file(qdr_claims *c, const char *name, size_t length, size_t *file, qdr_error *err)
{
    for (*file = 0; *file < c->file_count; ++*file)
        if (strlen(c->file[*file].name) == length && !memcmp(c->file[*file].name, name, length))
            return QDR_OK;
    c->file = grown(c, c->file, c->file_count, sizeof *c->file);
    const char *own = copy(c, name, length);
    if (!c->file || !own)
        return no_memory(err);
    c->file[c->file_count++] = (qdr_claimed_file){own, NULL};
    return QDR_OK;
}

/* NAME: DTYPE SHAPE DIGEST */
static int read_input(qdr_claims *c, const char *line, size_t size, const char *mark,
                      qdr_error *err)
{
    char *own = copy(c, line, size);
    if (!own)
        return no_memory(err);
    char *rest = own + (mark - line);
    *rest = '\0';
    qdr_claimed_input input = {.line = line, .name = own, .dtype = rest + 2};
    char *shape = strchr(input.dtype, ' '), *digest = shape ? strchr(shape + 1, ' ') : NULL;
    size_t length = base_length(own);
    if (!length || !digest)
        return unknown_form(line, err);
    *shape++ = *digest++ = '\0';
    bool none = strcmp(digest, "no digest") == 0;
    input.digest = none ? "" : digest;
    if (!read_shape(shape, &input) || strspn(input.dtype, LETTERS DIGITS) != strlen(input.dtype) ||
        (!none && (strlen(digest) != QDR_CHECK_SIZE - 1 || strspn(digest, BASE32) != strlen(digest))))
        return unknown_form(line, err);
    c->input = grown(c, c->input, c->input_count, sizeof *c->input);
    if (!c->input)
        return no_memory(err);
    c->input[c->input_count] = input;
    int code = add_file(c, own, length, &c->input[c->input_count].file, err);
    c->input_count += !code;
    return code;
}

static int read_line(qdr_claims *c, const char *line, size_t size, qdr_error *err)
{
    int code = qdr_statement_allow(line, size, err);
    const char *own = code ? NULL : copy(c, line, size);
    if (code || !own)
        return code ? code : no_memory(err);
    const char *result = strstr(own, " = "), *input = strstr(own, ": ");
    return result ? read_result(c, own, size, result, err) : read_input(c, own, size, input, err);
}

/* ---- the names of files -------------------------------------------------------------------- */

/* Whether text begins with a whole number and the word, as in "4 ranks". */
static bool counts(const char *text, const char *word)
{
    size_t digits = strspn(text, DIGITS);
    return digits && strncmp(text + digits, word, strlen(word)) == 0;
}

/* Where the names end in a run line: at "4 ranks, 1 host"; NULL when it is none. */
static char *names_end(char *line)
{
    for (char *at = line; at; at = strstr(at, ", "), at = at ? at + 2 : NULL) {
        const char *hosts = counts(at, " rank") ? strstr(at, ", ") : NULL;
        if (hosts && counts(hosts + 2, " host"))
            return at;
    }
    return NULL;
}

/* "survey.npy, 4 ranks, 1 host, 0.031 s": the names are those of the files, in order, unless one
 * of them has a comma. They are a hint where to look, no more. */
static int read_names(qdr_claims *c, const char *line, size_t size, qdr_error *err)
{
    char *own = copy(c, line, size), *end = own ? names_end(own) : NULL;
    size_t count = 0;
    if (!own)
        return no_memory(err);
    if (!end || strpbrk(own, "=:"))
        return QDR_OK;
    for (const char *at = own; at < end; at = strstr(at, ", ") + 2)
        count++;
    for (size_t i = 0; i < count && count == c->file_count; i++) {
        char *comma = strstr(own, ", ");
        c->file[i].source = own;
        *comma = '\0';
        own = comma + 2;
    }
    return QDR_OK;
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* Goes through the lines before the last one: those of the statement, or the others. */
static int read_lines(qdr_claims *c, const char *text, const char *last, bool statement,
                      qdr_error *err)
{
    int code = QDR_OK;
    for (const char *line = text; line <= last && !code;) {
        const char *end = memchr(line, '\n', (size_t)(last - line) + 1);
        size_t size = (size_t)(end - line);
        if (statement && qdr_statement_owns(line, size))
            code = read_line(c, line, size, err);
        else if (!statement && !qdr_statement_owns(line, size))
            code = read_names(c, line, size, err);
        line = end + 1;
    }
    return code;
}

int qdr_claims_read(const char *text, size_t size, qdr_claims *claims, qdr_error *err)
{
    qdr_text_finding finding;
    qdr_claims c = {0};
    if (size > QDR_CLAIMS_MOST)
        return qdr_fail(err, QDR_EDATA, "a result of more than %u bytes", QDR_CLAIMS_MOST);
    int code = qdr_text_examine(text, size, &finding, err);
    if (!code && !finding.result)
        code = qdr_fail(err, QDR_EDATA, "it is no result of quadrat");
    if (code)
        return code;
    size -= text[size - 1] == '\n';
    const char *last = memrchr(text, '\n', size);
    memcpy(c.version, finding.version, sizeof c.version);
    code = read_lines(&c, text, last, true, err);
    if (!code && !c.result_count)
        code = qdr_fail(err, QDR_EDATA, "it states inputs, but no result");
    if (!code)
        code = read_lines(&c, text, last, false, err);
    if (code)
        qdr_claims_clear(&c);
    else
        *claims = c;
    return code;
}

void qdr_claims_clear(qdr_claims *claims)
{
    qdr_arena_clear(&claims->arena);
    *claims = (qdr_claims){0};
}
