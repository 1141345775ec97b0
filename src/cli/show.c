/* show: a result's code again, in this terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "cli/reader.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "exchange/states.h"
#include "record/statement.h"

/* A text that a code is to carry. */
struct found {
    char *text;
    size_t size; /* 0: nothing was found */
};

/* ---- finding the text ---------------------------------------------------------------------- */

/* Takes the one code of an image. */
static int take_code(qdr_image_codes *codes, struct found *found, qdr_error *err)
{
    if (codes->count > 1)
        return qdr_fail(err, QDR_EDATA, "it has %zu codes; 'quadrat scan' tells what they say",
                        codes->count);
    if (codes->count) {
        *found = (struct found){codes->items[0].text, codes->items[0].size};
        codes->items[0].text = NULL;
    }
    return QDR_OK;
}

/* A drawn code is read from an image of it, as any other. */
static int find_drawn(const char *data, size_t size, struct found *found, qdr_error *err)
{
    qdr_symbol *symbol;
    qdr_png png = {0};
    int code = qdr_symbol_find_drawn(data, size, &symbol, err);
    if (code || !symbol)
        return code;
    qdr_image_codes codes = {0};
    code = qdr_symbol_png(symbol, NULL, &png, err);
    if (!code)
        code = qdr_image_read(png.data, png.size, &codes, err);
    if (!code)
        code = take_code(&codes, found, err);
    qdr_image_codes_clear(&codes);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
    return code;
}

/* A text that stands there, or else one that was drawn. */
static int find_in_lines(const char *data, size_t size, struct found *found, qdr_error *err)
{
    size_t begin, length;
    qdr_text_finding whole;
    int code = qdr_text_find(data, size, &begin, &length, err);
    if (!code && length) {
        *found = (struct found){strndup(data + begin, length), length};
        return found->text ? QDR_OK : qdr_fail_memory(err, "reading a text");
    }
    if (!code)
        code = find_drawn(data, size, found, err);
    if (!code && !found->size)
        code = qdr_text_examine(data, size, &whole, err);
    if (!code && !found->size && whole.result)
        code = qdr_fail(err, QDR_EFAIL, "the check does not hold; was the text changed?");
    return code;
}

static int find_state(const char *data, size_t size, struct found *found, qdr_error *err)
{
    qdr_bytes bytes = {0}, text = {0};
    char *lines = NULL;
    int code = qdr_state_of_either(data, size, &bytes, err);
    const qdr_state state = {"the state", bytes.data, bytes.size};
    if (!code)
        code = qdr_state_describe(&state, &lines, err);
    if (!code)
        code = qdr_state_text(&state, &text, err);
    free(lines);
    qdr_bytes_clear(&bytes);
    *found = (struct found){text.data, text.size};
    return code;
}

/* ---- showing it ---------------------------------------------------------------------------- */

static void print_results(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        const char *line = text + i, *end = memchr(line, '\n', size - i);
        size_t length = end ? (size_t)(end - line) : size - i;
        if (memmem(line, length, " = ", 3) && qdr_statement_owns(line, length) &&
            !qdr_statement_allow(line, length, NULL))
            printf("%.*s\n", (int)length, line);
        i += length + 1;
    }
}

static int draw(const qdr_symbol *symbol, const qdr_settings *settings, qdr_error *err)
{
    char detail[QDR_ERROR_TEXT];
    int code = qdr_terminal_draw(symbol, &settings->terminal, settings->no_colour, -1, err);
    if (code != QDR_EFAIL)
        return code;
    snprintf(detail, sizeof detail, "%s", err->text);
    return qdr_fail(err, code, "%s; make it larger", detail);
}

static int show_text(const struct found *found, const qdr_settings *settings, qdr_error *err)
{
    qdr_symbol *symbol;
    qdr_png png = {0};
    int code = qdr_symbol_make_checked(found->text, found->size, &settings->form.symbol, NULL,
                                       &symbol, &png, err);
    if (code)
        return code;
    code = draw(symbol, settings, err);
    if (!code)
        print_results(found->text, found->size);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
    return code;
}

static int show_record(const char *json, size_t size, const qdr_settings *settings, qdr_error *err)
{
    qdr_record *record;
    qdr_symbol *symbol = NULL;
    int code = qdr_record_parse(json, size, &record, err);
    if (code)
        return code;
    code = qdr_output_symbol(record, NULL, &settings->form, &symbol, err);
    if (!code)
        code = draw(symbol, settings, err);
    for (size_t i = 0; i < record->result_count && !code; i++) {
        char *line;
        code = qdr_record_line(record, i, &line, err);
        if (!code) {
            puts(line);
            free(line);
        }
    }
    qdr_symbol_destroy(symbol);
    qdr_record_destroy(record);
    return code;
}

static int show(qdr_image_codes *texts, bool image, const qdr_settings *settings, qdr_error *err)
{
    struct found found = {0};
    const char *data = texts->items[0].text;
    size_t size = texts->items[0].size;
    if (!image && data[strspn(data, " \t\r\n")] == '{')
        return show_record(data, size, settings, err);
    int code = image                                  ? take_code(texts, &found, err)
               : qdr_state_either_begins(data, size) ? find_state(data, size, &found, err)
                                                     : find_in_lines(data, size, &found, err);
    if (!code && !found.size)
        code = qdr_fail(err, QDR_EDATA,
                        "no result was found; it can be a PNG image, a record as JSON, or a text or "
                        "log with the lines of a result or its drawn code");
    if (!code)
        code = show_text(&found, settings, err);
    free(found.text);
    return code;
}

static int show_file(const char *path, const qdr_settings *settings, qdr_error *err)
{
    qdr_image_codes texts = {0};
    bool image;
    int code = qdr_reader_load(path, QDR_READER_MOST, &texts, &image, err);
    if (code)
        return code;
    if (show(&texts, image, settings, err))
        qdr_reader_name(path, err);
    qdr_image_codes_clear(&texts);
    return err->code;
}

static int run(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_settings settings = {0};
    int count;
    if (!qdr_options_parse(command, &settings, argc, argv, &count, &err) && count != 1)
        qdr_fail(&err, QDR_EUSAGE, "it takes one file; for example: quadrat show result.png");
    if (!err.code && !show_file(argv[0], &settings, &err))
        qdr_flush_output(&err);
    qdr_settings_clear(&settings);
    return err.code ? qdr_complain(&err) : QDR_OK;
}

const qdr_command qdr_show_command = {
    .name = "show",
    .arguments = "FILE",
    .help = "draw a result's QR code again in this terminal",
    .details = "FILE is what -o wrote (.png, .json, .txt, .qpart), or a job's log that has the lines of a result,\n"
               "its check line with them, or a code that was drawn by --qr; the last one counts. - is\n"
               "standard input. On a terminal the code is black on white, whatever the terminal's own\n"
               "colours are; without colours it is for a dark background, with --invert for a light one.\n",
    .options = qdr_settings_code_options,
    .run = run,
};
