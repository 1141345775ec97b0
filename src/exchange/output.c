#include "exchange/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/replace.h"
#include "exchange/states.h"
#include "qr/option.h"

#define COMFORTABLE 15 /* the version that a phone still reads from a distance */
#define LARGEST 40     /* there are no more */

/* Sets *text to the longest that fits the version; false when none does. The next line that may go
 * goes from a text that does not fit. */
static bool text_within(const qdr_record *record, int version, char level, char **text)
{
    char *longest;
    for (size_t most = SIZE_MAX; !qdr_record_text(record, most, &longest, NULL); free(longest)) {
        size_t size = strlen(longest);
        if (qdr_symbol_fits(longest, size, version, level)) {
            *text = longest;
            return true;
        }
        most = size - 1;
    }
    return false;
}

static int code_text(const qdr_record *record, const qdr_symbol_options *options, char **text,
                     qdr_error *err)
{
    int limit = options->version_limit ? options->version_limit : QDR_VERSION_LIMIT_PRESET;
    char level = options->level ? options->level : 'M';
    int soft = limit < COMFORTABLE ? limit : COMFORTABLE;
    if (text_within(record, soft, level, text) || text_within(record, limit, level, text))
        return QDR_OK;
    /* tells what is wrong with the record, or that its text is too long */
    return qdr_record_text(record, qdr_symbol_capacity(limit, level), text, err);
}

static int make_text(const qdr_record *record, const qdr_output_options *options, void **data,
                     size_t *size, char **note, qdr_error *err)
{
    (void)options, (void)note;
    char *text;
    int code = qdr_record_text(record, SIZE_MAX, &text, err);
    if (code)
        return code;
    qdr_bytes content = {0};
    qdr_bytes_format(&content, "%s\n", text);
    free(text);
    code = qdr_bytes_check(&content, err);
    *data = content.data;
    *size = content.size;
    return code;
}

static int make_json(const qdr_record *record, const qdr_output_options *options, void **data,
                     size_t *size, char **note, qdr_error *err)
{
    (void)options, (void)note;
    char *json;
    int code = qdr_record_json(record, &json, err);
    if (code)
        return code;
    *data = json;
    *size = strlen(json);
    return QDR_OK;
}

static int describe(const qdr_symbol *symbol, char **note, qdr_error *err)
{
    if (asprintf(note, "version %d, %s", symbol->version,
                 qdr_image_can_read() ? "read back" : "not read back: no libzbar") < 0) {
        *note = NULL;
        return qdr_fail_memory(err, "describing the code");
    }
    return QDR_OK;
}

/* What is drawn: a text, as a symbol that reads back from its image. */
struct drawing {
    char *title; /* the first result, or what the state is of */
    char *text;
    char *comment; /* carried in the image; NULL: the text */
    char software[64];
    const char *time; /* NULL for none */
    qdr_symbol *symbol;
    qdr_png png;
};

static void drawing_clear(struct drawing *d)
{
    qdr_png_clear(&d->png);
    qdr_symbol_destroy(d->symbol);
    free(d->title);
    free(d->text);
    free(d->comment);
}

static int draw(struct drawing *d, const qdr_output_options *options, char **note, qdr_error *err)
{
    qdr_png_text texts[4] = {{"Title", d->title}, {"Software", d->software}};
    size_t count = 2;
    if (d->time)
        texts[count++] = (qdr_png_text){"Creation Time", d->time};
    texts[count++] = (qdr_png_text){"Comment", d->comment ? d->comment : d->text};
    qdr_png_options png_options = {.scale = options->scale, .quiet_zone = options->quiet_zone,
                                   .texts = texts, .text_count = count};
    int code = qdr_symbol_make_checked(d->text, strlen(d->text), &options->symbol, &png_options,
                                       &d->symbol, &d->png, err);
    return code ? code : describe(d->symbol, note, err);
}

static int draw_record(struct drawing *d, const qdr_record *record,
                       const qdr_output_options *options, char **note, qdr_error *err)
{
    snprintf(d->software, sizeof d->software, "quadrat %s", record->version);
    d->time = record->run.started;
    int code = qdr_record_line(record, 0, &d->title, err);
    if (!code)
        code = code_text(record, &options->symbol, &d->text, err);
    if (!code && options->full_metadata)
        code = qdr_record_json(record, &d->comment, err);
    return code ? code : draw(d, options, note, err);
}

/* The text of a state as a string. */
static int state_string(const qdr_state *state, char **text, qdr_error *err)
{
    qdr_bytes bytes = {0};
    int code = qdr_state_text(state, &bytes, err);
    if (code)
        qdr_bytes_clear(&bytes);
    *text = bytes.data;
    return code;
}

static int check_fits(const char *text, const qdr_symbol_options *options, qdr_error *err)
{
    int limit = options->version_limit ? options->version_limit : QDR_VERSION_LIMIT_PRESET;
    char level = options->level ? options->level : 'M';
    size_t size = strlen(text);
    if (qdr_symbol_fits(text, size, limit, level))
        return QDR_OK;
    return qdr_fail(err, QDR_EUSAGE,
                    "this state needs %zu characters, more than a code of version %d holds; write it "
                    "with '-o part.qpart'%s",
                    size, limit,
                    qdr_symbol_fits(text, size, LARGEST, level)
                        ? ", or allow larger codes with --version-limit"
                        : "");
}

static int draw_state(struct drawing *d, const qdr_state *state, const qdr_output_options *options,
                      char **note, qdr_error *err)
{
    snprintf(d->software, sizeof d->software, "quadrat %s", QUADRAT_VERSION);
    int code = qdr_state_describe(state, &d->title, err);
    if (code)
        return code;
    d->title[strcspn(d->title, "\n")] = '\0';
    code = state_string(state, &d->text, err);
    if (!code)
        code = check_fits(d->text, &options->symbol, err);
    return code ? code : draw(d, options, note, err);
}

int qdr_output_symbol(const qdr_record *record, const qdr_state *state,
                      const qdr_output_options *options, qdr_symbol **symbol, qdr_error *err)
{
    struct drawing d = {0};
    char *note = NULL;
    int code = record ? draw_record(&d, record, options, &note, err)
                      : draw_state(&d, state, options, &note, err);
    if (!code) {
        *symbol = d.symbol;
        d.symbol = NULL;
    }
    free(note);
    drawing_clear(&d);
    return code;
}

/* What is made of a drawing, which is cleared: an image. */
static int take_png(struct drawing *d, const qdr_output_options *options, int code, void **data,
                    size_t *size, qdr_error *err)
{
    (void)options, (void)err;
    if (!code) {
        *data = d->png.data;
        *size = d->png.size;
        d->png = (qdr_png){0};
    }
    drawing_clear(d);
    return code;
}

static int take_svg(struct drawing *d, const qdr_output_options *options, int code, void **data,
                    size_t *size, qdr_error *err)
{
    char *svg = NULL;
    if (!code)
        code = qdr_symbol_svg(d->symbol, options->quiet_zone, d->title, &svg, err);
    if (!code) {
        *data = svg;
        *size = strlen(svg);
    }
    drawing_clear(d);
    return code;
}

/* The two things that are drawn, in the two forms. */
#define MAKE(function, thing, type, take)                                                          \
    static int function(const type *what, const qdr_output_options *options, void **data,          \
                        size_t *size, char **note, qdr_error *err)                                 \
    {                                                                                              \
        struct drawing d = {0};                                                                    \
        int code = draw_##thing(&d, what, options, note, err);                                     \
        return take(&d, options, code, data, size, err);                                           \
    }
MAKE(make_png, record, qdr_record, take_png)
MAKE(make_svg, record, qdr_record, take_svg)
MAKE(make_state_png, state, qdr_state, take_png)
MAKE(make_state_svg, state, qdr_state, take_svg)

static int make_state_text(const qdr_state *state, const qdr_output_options *options, void **data,
                           size_t *size, char **note, qdr_error *err)
{
    (void)options, (void)note;
    qdr_bytes text = {0};
    int code = qdr_state_text(state, &text, err);
    qdr_bytes_text(&text, "\n");
    if (!code)
        code = qdr_bytes_check(&text, err);
    *data = text.data;
    *size = text.size;
    return code;
}

static int make_state_bytes(const qdr_state *state, const qdr_output_options *options, void **data,
                            size_t *size, char **note, qdr_error *err)
{
    (void)options, (void)note;
    *data = malloc(state->size);
    if (!*data)
        return qdr_fail_memory(err, "writing a state");
    memcpy(*data, state->data, state->size);
    *size = state->size;
    return QDR_OK;
}

const qdr_output qdr_outputs[] = {
    {".png", "the result, or a part's state, as a QR code", make_png, make_state_png, true},
    {".svg", "the same as a drawing, for print", make_svg, make_state_svg, true},
    {".json", "the whole record", make_json, NULL, false},
    {".txt", "the text of the QR code, nothing left out", make_text, make_state_text, false},
    {".npy", "the result that is an array", NULL, NULL, false},
    {".qpart", "the state of a part, to be merged", NULL, make_state_bytes, false},
    {.ending = NULL},
};

static const qdr_output *by_ending(const char *path)
{
    size_t length = strlen(path);
    const qdr_output *o = qdr_outputs;
    for (; o->ending; o++) {
        size_t tail = strlen(o->ending);
        if (length > tail && strcmp(path + length - tail, o->ending) == 0)
            return o;
    }
    return o;
}

bool qdr_output_is_array(const char *path)
{
    const qdr_output *o = by_ending(path);
    return o->ending && !o->make && !o->make_state;
}

static int unknown_ending(const char *path, qdr_error *err)
{
    char shown[512];
    qdr_bytes known = {0};
    for (const qdr_output *o = qdr_outputs; o->ending; o++)
        qdr_bytes_format(&known, " %s", o->ending);
    qdr_fail(err, QDR_EUSAGE, "%s: the ending picks what is written; it can be%s",
             qdr_escape(shown, sizeof shown, path), known.data ? known.data : "");
    qdr_bytes_clear(&known);
    return QDR_EUSAGE;
}

int qdr_output_find(const char *path, const qdr_output **output, qdr_error *err)
{
    struct stat status;
    *output = by_ending(path);
    if (!(*output)->ending && stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
        !S_ISDIR(status.st_mode))
        *output = by_ending("text.txt");
    return (*output)->ending ? qdr_file_check_target(path, err) : unknown_ending(path, err);
}

int qdr_output_write(const char *path, const qdr_record *record, const qdr_state *state,
                     const qdr_output_options *options, char **note, qdr_error *err)
{
    const qdr_output *output;
    void *data = NULL;
    size_t size = 0;
    *note = NULL;
    int code = qdr_output_find(path, &output, err);
    if (!code)
        code = record ? output->make(record, options, &data, &size, note, err)
                      : output->make_state(state, options, &data, &size, note, err);
    if (!code)
        code = qdr_file_replace(path, data, size, err);
    free(data);
    if (code) {
        free(*note);
        *note = NULL;
    }
    return code;
}
