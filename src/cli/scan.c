/* scan: what the codes in images say, and whether their checks hold. Nothing that was scanned is
 * ever acted on, and nothing of it reaches the terminal unescaped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "cli/reader.h"
#include "cli/signature.h"
#include "exchange/states.h"
#include "quadrat/record.h"

/* A line of the text, escaped. A backslash stands for itself: a result's text is escaped already,
 * and is shown as the code has it. */
static void show_line(qdr_bytes *shown, const char *line, size_t size)
{
    while (size) {
        const char *backslash = memchr(line, '\\', size);
        size_t length = backslash ? (size_t)(backslash - line) : size;
        qdr_bytes_escape(shown, line, length, "");
        qdr_bytes_text(shown, backslash ? "\\" : "");
        length += backslash != NULL;
        line += length;
        size -= length;
    }
}

static void print_text(const char *text, size_t size)
{
    qdr_bytes shown = {0};
    while (size) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) : size;
        show_line(&shown, text, length);
        qdr_bytes_text(&shown, "\n");
        length += newline != NULL;
        text += length;
        size -= length;
    }
    fputs(shown.data ? shown.data : "", stdout);
    qdr_bytes_clear(&shown);
}

/* QDR_EDATA when it is a result whose check does not hold. */
static int tell_check(const qdr_text_finding *f, qdr_error *err)
{
    if (!f->result) {
        puts("-- not a result of quadrat");
        return QDR_OK;
    }
    if (!f->holds) {
        printf("-- the check does NOT hold: the text gives %s, not %s\n", f->computed, f->claimed);
        return qdr_fail(err, QDR_EDATA, "the check does not hold; was the text changed?");
    }
    puts("-- the check holds: the text is as it was written; only the data can confirm it");
    return QDR_OK;
}

/* A signature that is not to be trusted goes before a check that does not hold. */
static int show_result(const char *text, size_t size, const qdr_trust *trust, qdr_error *err)
{
    qdr_text_finding f;
    int code = qdr_text_examine(text, size, &f, err);
    if (code)
        return code;
    print_text(text, size);
    code = tell_check(&f, err);
    int distrusted = qdr_trust_tell(trust, text, &f.signature, err);
    return distrusted ? distrusted : code;
}

/* What a state is of, instead of its bytes. */
static int show_state(const char *text, size_t size, qdr_error *err)
{
    qdr_bytes bytes = {0};
    char *lines = NULL;
    int code = qdr_state_of_either(text, size, &bytes, err);
    if (!code)
        code = qdr_state_describe(&(qdr_state){"the state", bytes.data, bytes.size}, &lines, err);
    if (!code) {
        print_text(lines, strlen(lines));
        puts("-- the state of a part: 'quadrat merge' joins it with the others");
    }
    free(lines);
    qdr_bytes_clear(&bytes);
    return code;
}

static int show_text(const char *text, size_t size, const qdr_trust *trust, qdr_error *err)
{
    return qdr_state_either_begins(text, size) ? show_state(text, size, err)
                                               : show_result(text, size, trust, err);
}

static int scan_image(const char *path, const qdr_image_codes *codes, const qdr_trust *trust,
                      qdr_error *err)
{
    int worst = QDR_OK;
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->count > 1)
            printf("%scode %zu of %zu\n", i ? "\n" : "", i + 1, codes->count);
        qdr_error one = QDR_ERROR_INIT;
        if (show_text(codes->items[i].text, codes->items[i].size, trust, &one) && !worst) {
            *err = one;
            worst = qdr_reader_name(path, err);
        }
    }
    return worst;
}

static int scan_file(const char *path, const qdr_trust *trust, qdr_error *err)
{
    bool image;
    qdr_image_codes texts = {0};
    int code = qdr_reader_load(path, QDR_READER_MOST, &texts, &image, err);
    if (code)
        return code;
    if (image) {
        code = scan_image(path, &texts, trust, err);
    } else if (strcmp(path, "-") == 0 ||
               qdr_state_either_begins(texts.items->text, texts.items->size)) {
        code = show_text(texts.items->text, texts.items->size, trust, err);
    } else {
        qdr_fail(err, QDR_EDATA,
                 "not a PNG, JPEG or PNM image; a text is read from standard input: -");
        code = qdr_reader_name(path, err);
    }
    qdr_image_codes_clear(&texts);
    return code;
}

static int take_signers(void *settings, const char *argument, qdr_error *err)
{
    (void)err;
    ((qdr_trust *)settings)->path = argument;
    return QDR_OK;
}

static const qdr_option options[] = {
    {"signers", 0, "FILE", "demand a signature by one of these: ssh-keygen's allowed_signers",
     take_signers},
    {.name = NULL},
};

static int run(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_trust trust = {0};
    int count, worst = QDR_OK;
    if (qdr_options_parse(command, &trust, argc, argv, &count, &err))
        return qdr_complain(&err);
    if (!count) {
        qdr_fail(&err, QDR_EUSAGE, "there is no image; for example: quadrat scan result.png");
        return qdr_complain(&err);
    }
    if (qdr_trust_load(&trust, &err))
        return qdr_complain(&err);
    for (int i = 0; i < count; i++) {
        if (count > 1) {
            char shown[512];
            printf("%s%s\n", i ? "\n" : "", qdr_escape(shown, sizeof shown, argv[i]));
        }
        err = (qdr_error)QDR_ERROR_INIT;
        int code = scan_file(argv[i], &trust, &err);
        if (code)
            qdr_complain(&err);
        worst = worst ? worst : code;
    }
    qdr_trust_clear(&trust);
    err = (qdr_error)QDR_ERROR_INIT;
    return qdr_flush_output(&err) ? qdr_complain(&err) : worst;
}

const qdr_command qdr_scan_command = {
    .name = "scan",
    .arguments = "IMAGE...",
    .help = "read QR codes from images and photos, or a text (-)",
    .details = "Reads PNG, JPEG and PNM files, and parts; '-' is any of these, or a text. Prints what\n"
               "each code says, and whether the check value of a result holds. That shows accidents; it\n"
               "proves nothing about the data: verify does. A signature tells who vouches for the text;\n"
               "who may is in ~/.config/quadrat/allowed_signers, or in --signers FILE, which also\n"
               "refuses what is not signed. Exit code 65 when a check does not hold and when there is\n"
               "no code, 77 when a signature does not hold or is not one of theirs.\n",
    .options = options,
    .run = run,
};
