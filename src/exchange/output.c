#include "exchange/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/replace.h"

#define COMFORTABLE 15 /* the version that a phone still reads from a distance */
#define LIMIT 25       /* the default of qdr_symbol_options */

/* Whether the text leaves out no more than it must to fit the version. A text that does not fit is
 * made shorter by the next line that may go. */
static bool text_within(const qdr_record *record, int version, char level, char **text)
{
    for (size_t most = SIZE_MAX; !qdr_record_text(record, most, text, NULL); free(*text)) {
        most = strlen(*text);
        if (qdr_symbol_fits(*text, most, version, level))
            return true;
        most--;
    }
    return false;
}

int qdr_output_text(const qdr_record *record, const qdr_symbol_options *options, char **text,
                    qdr_error *err)
{
    int limit = options->version_limit ? options->version_limit : LIMIT;
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

/* The image of a text, with the metadata of the record. */
static int draw(const qdr_record *record, const char *text, const char *comment,
                const qdr_output_options *options, qdr_png *png, char **note, qdr_error *err)
{
    char *title, software[64];
    qdr_symbol *symbol;
    int code = qdr_record_line(record, 0, &title, err);
    if (code)
        return code;
    snprintf(software, sizeof software, "quadrat %s", record->version);
    const qdr_png_text texts[] = {{"Title", title},
                                  {"Software", software},
                                  {"Creation Time", record->run.started},
                                  {"Comment", comment}};
    qdr_png_options png_options = {.scale = options->scale, .quiet_zone = options->quiet_zone,
                                   .texts = texts, .text_count = sizeof texts / sizeof texts[0]};
    code = qdr_symbol_make_checked(text, strlen(text), &options->symbol, &png_options, &symbol,
                                   png, err);
    free(title);
    if (code)
        return code;
    code = describe(symbol, note, err);
    qdr_symbol_destroy(symbol);
    if (code)
        qdr_png_clear(png);
    return code;
}

static int make_png(const qdr_record *record, const qdr_output_options *options, void **data,
                    size_t *size, char **note, qdr_error *err)
{
    char *text, *json = NULL;
    qdr_png png = {0};
    int code = qdr_output_text(record, &options->symbol, &text, err);
    if (code)
        return code;
    if (options->full_metadata)
        code = qdr_record_json(record, &json, err);
    if (!code)
        code = draw(record, text, json ? json : text, options, &png, note, err);
    free(text);
    free(json);
    *data = png.data;
    *size = png.size;
    return code;
}

const qdr_output qdr_outputs[] = {
    {".png", "the result as a QR code", make_png},
    {".json", "the whole record", make_json},
    {".txt", "the text of the QR code, nothing left out", make_text},
    {".npy", "the result that is an array", NULL},
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
