#include "exchange/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/replace.h"
#include "qr/option.h"

#define COMFORTABLE 15 /* the version that a phone still reads from a distance */

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
                 qdr_image_can_read() ? "read back" : "not read back: built without libzbar") < 0) {
        *note = NULL;
        return qdr_fail_memory(err, "describing the code");
    }
    return QDR_OK;
}

/* A result as a symbol that reads back from its image. */
struct drawn {
    char *title; /* the first result */
    qdr_symbol *symbol;
    qdr_png png;
};

static void drawn_clear(struct drawn *d)
{
    qdr_png_clear(&d->png);
    qdr_symbol_destroy(d->symbol);
    free(d->title);
}

/* comment is carried in the image, beside what names the record. */
static int draw_text(struct drawn *d, const qdr_record *record, const char *text,
                     const char *comment, const qdr_output_options *options, qdr_error *err)
{
    char software[64];
    snprintf(software, sizeof software, "quadrat %s", record->version);
    const qdr_png_text texts[] = {{"Title", d->title},
                                  {"Software", software},
                                  {"Creation Time", record->run.started},
                                  {"Comment", comment}};
    qdr_png_options png_options = {.scale = options->scale, .quiet_zone = options->quiet_zone,
                                   .texts = texts, .text_count = sizeof texts / sizeof texts[0]};
    return qdr_symbol_make_checked(text, strlen(text), &options->symbol, &png_options, &d->symbol,
                                   &d->png, err);
}

static int draw(struct drawn *d, const qdr_record *record, const qdr_output_options *options,
                char **note, qdr_error *err)
{
    char *text = NULL, *json = NULL;
    int code = qdr_record_line(record, 0, &d->title, err);
    if (!code)
        code = code_text(record, &options->symbol, &text, err);
    if (!code && options->full_metadata)
        code = qdr_record_json(record, &json, err);
    if (!code)
        code = draw_text(d, record, text, json ? json : text, options, err);
    if (!code)
        code = describe(d->symbol, note, err);
    free(text);
    free(json);
    return code;
}

int qdr_output_symbol(const qdr_record *record, const qdr_output_options *options,
                      qdr_symbol **symbol, qdr_error *err)
{
    struct drawn d = {0};
    char *note = NULL;
    int code = draw(&d, record, options, &note, err);
    if (!code) {
        *symbol = d.symbol;
        d.symbol = NULL;
    }
    free(note);
    drawn_clear(&d);
    return code;
}

static int make_png(const qdr_record *record, const qdr_output_options *options, void **data,
                    size_t *size, char **note, qdr_error *err)
{
    struct drawn d = {0};
    int code = draw(&d, record, options, note, err);
    if (!code) {
        *data = d.png.data;
        *size = d.png.size;
        d.png = (qdr_png){0};
    }
    drawn_clear(&d);
    return code;
}

static int make_svg(const qdr_record *record, const qdr_output_options *options, void **data,
                    size_t *size, char **note, qdr_error *err)
{
    struct drawn d = {0};
    char *svg = NULL;
    int code = draw(&d, record, options, note, err);
    if (!code)
        code = qdr_symbol_svg(d.symbol, options->quiet_zone, d.title, &svg, err);
    if (!code) {
        *data = svg;
        *size = strlen(svg);
    }
    drawn_clear(&d);
    return code;
}

const qdr_output qdr_outputs[] = {
    {".png", "the result as a QR code", make_png, true},
    {".svg", "the same as a drawing, for print", make_svg, true},
    {".json", "the whole record", make_json, false},
    {".txt", "the text of the QR code, nothing left out", make_text, false},
    {".npy", "the result that is an array", NULL, false},
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
    return o->ending && !o->make;
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

int qdr_output_write(const char *path, const qdr_record *record,
                     const qdr_output_options *options, char **note, qdr_error *err)
{
    const qdr_output *output;
    void *data = NULL;
    size_t size = 0;
    *note = NULL;
    int code = qdr_output_find(path, &output, err);
    if (!code)
        code = output->make(record, options, &data, &size, note, err);
    if (!code)
        code = qdr_file_replace(path, data, size, err);
    free(data);
    if (code) {
        free(*note);
        *note = NULL;
    }
    return code;
}
