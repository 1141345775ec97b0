/* Reading images and texts; and read-image, the command that is the image's reader. */
#include "cli/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "cli/command.h"

/* The reader waits for a CPU, too. */
#define SECONDS (2 * QDR_SERVE_SECONDS)

int qdr_reader_name(const char *path, qdr_error *err)
{
    char shown[512], detail[QDR_ERROR_TEXT];
    snprintf(detail, sizeof detail, "%s", err->text);
    return qdr_fail(err, err->code, "%s: %s",
                    strcmp(path, "-") == 0 ? "standard input"
                                           : qdr_escape(shown, sizeof shown, path),
                    detail);
}

static int keep_text(const char *data, size_t size, qdr_image_codes *texts, qdr_error *err)
{
    char *copy = malloc(size + 1);
    qdr_image_code *item = malloc(sizeof *item);
    if (!copy || !item) {
        free(copy);
        free(item);
        return qdr_fail_memory(err, "reading a text");
    }
    memcpy(copy, data, size + 1); /* a loaded file has a NUL behind it */
    *item = (qdr_image_code){copy, size};
    *texts = (qdr_image_codes){item, 1};
    return QDR_OK;
}

static int read_image(const char *path, const char *data, size_t size, qdr_image_codes *texts,
                      qdr_error *err)
{
    static const char *const reader[] = {"/proc/self/exe", "read-image", NULL};
    int code = qdr_image_read_apart(reader, SECONDS, data, size, texts, err);
    if (!code && !texts->count)
        code = qdr_fail(err, QDR_EDATA, "no QR code was found");
    if (!code)
        return QDR_OK;
    qdr_image_codes_clear(texts);
    return qdr_reader_name(path, err);
}

int qdr_reader_load(const char *path, size_t most, qdr_image_codes *texts, bool *image,
                    qdr_error *err)
{
    char *data;
    size_t size;
    int code = qdr_file_load(path, most, &data, &size, err);
    if (code)
        return code;
    *image = qdr_image_begins(data, size);
    code = *image ? read_image(path, data, size, texts, err) : keep_text(data, size, texts, err);
    free(data);
    return code;
}

static int run(const qdr_command *command, int argc, char **argv)
{
    (void)command, (void)argc, (void)argv;
    return qdr_image_serve(STDIN_FILENO, STDOUT_FILENO) ? QDR_OK : QDR_ESYSTEM;
}

const qdr_command qdr_read_image_command = {.name = "read-image", .run = run};
