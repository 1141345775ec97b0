/* Codes out of a PNG image: libpng decodes it, libzbar finds them. */
#include <stdlib.h>

#include "quadrat/qr.h"

#ifdef QUADRAT_HAVE_ZBAR
#include <png.h>
#include <string.h>
#include <zbar.h>

#include "base/bytes.h"

#define PIXELS_MOST (64 << 20)

struct grey {
    unsigned char *pixels; /* width * height, 255 = white */
    unsigned width, height;
};

static int fail_png(const png_image *image, qdr_error *err)
{
    char reason[256];
    return qdr_fail(err, QDR_EDATA, "broken PNG image: %s",
                    qdr_escape(reason, sizeof reason, image->message));
}

static int decode(const void *data, size_t size, struct grey *grey, qdr_error *err)
{
    if (size < 8 || png_sig_cmp(data, 0, 8))
        return qdr_fail(err, QDR_EDATA, "not a PNG image");
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, data, size))
        return fail_png(&image, err);
    int code = QDR_OK;
    if ((uint64_t)image.width * image.height > PIXELS_MOST) {
        code = qdr_fail(err, QDR_EDATA, "PNG image of %u by %u pixels; at most %d are read",
                        (unsigned)image.width, (unsigned)image.height, PIXELS_MOST);
    } else if (!(grey->pixels = malloc((size_t)image.width * image.height))) {
        code = qdr_fail_memory(err, "reading a PNG image");
    } else {
        static const png_color white = {255, 255, 255};
        image.format = PNG_FORMAT_GRAY;
        image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
        grey->width = image.width;
        grey->height = image.height;
        if (!png_image_finish_read(&image, &white, grey->pixels, (png_int_32)image.width, NULL))
            code = fail_png(&image, err);
    }
    png_image_free(&image);
    return code;
}

static int append_code(qdr_image_codes *codes, const char *text, size_t size, qdr_error *err)
{
    qdr_image_code *items = realloc(codes->items, (codes->count + 1) * sizeof *items);
    if (!items)
        return qdr_fail_memory(err, "reading QR codes");
    codes->items = items;
    char *copy = malloc(size + 1);
    if (!copy)
        return qdr_fail_memory(err, "reading QR codes");
    if (size)
        memcpy(copy, text, size);
    copy[size] = '\0';
    items[codes->count++] = (qdr_image_code){copy, size};
    return QDR_OK;
}

/* Only QR codes, and their bytes as they are: by default libzbar guesses a character set, and so
 * changes even UTF-8. Found texts would else be offered to D-Bus listeners. */
static zbar_image_scanner_t *scanner_create(void)
{
    static const struct {
        zbar_symbol_type_t symbology;
        zbar_config_t config;
        int value;
    } settings[] = {
        {ZBAR_NONE, ZBAR_CFG_ENABLE, 0},   {ZBAR_NONE, ZBAR_CFG_POSITION, 0},
        {ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1}, {ZBAR_QRCODE, ZBAR_CFG_BINARY, 1},
    };
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (!scanner)
        return NULL;
    zbar_image_scanner_request_dbus(scanner, 0);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        zbar_image_scanner_set_config(scanner, settings[i].symbology, settings[i].config,
                                      settings[i].value);
    return scanner;
}

static int find_codes(const struct grey *grey, qdr_image_codes *codes, qdr_error *err)
{
    zbar_image_scanner_t *scanner = scanner_create();
    zbar_image_t *image = zbar_image_create();
    int code = QDR_OK;
    if (!scanner || !image) {
        code = qdr_fail_memory(err, "reading QR codes");
        goto done;
    }
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, grey->width, grey->height);
    zbar_image_set_data(image, grey->pixels, (unsigned long)grey->width * grey->height, NULL);
    if (zbar_scan_image(scanner, image) < 0) {
        code = qdr_fail(err, QDR_ESYSTEM, "reading QR codes: libzbar failed");
        goto done;
    }
    const zbar_symbol_t *found = zbar_image_first_symbol(image);
    for (; found && !code; found = zbar_symbol_next(found))
        if (zbar_symbol_get_type(found) == ZBAR_QRCODE)
            code = append_code(codes, zbar_symbol_get_data(found),
                               zbar_symbol_get_data_length(found), err);
done:
    if (image)
        zbar_image_destroy(image);
    if (scanner)
        zbar_image_scanner_destroy(scanner);
    return code;
}

bool qdr_image_can_read(void)
{
    return true;
}

int qdr_image_read(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err)
{
    struct grey grey = {0};
    qdr_image_codes found = {0};
    int code = decode(data, size, &grey, err);
    if (!code)
        code = find_codes(&grey, &found, err);
    free(grey.pixels);
    if (code)
        qdr_image_codes_clear(&found);
    else
        *codes = found;
    return code;
}

#else

bool qdr_image_can_read(void)
{
    return false;
}

int qdr_image_read(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err)
{
    (void)data, (void)size, (void)codes;
    return qdr_fail(err, QDR_EREFUSED,
                    "this build reads no images: it has no libzbar. Install libzbar (libzbar-dev "
                    "on Debian, zbar-devel elsewhere) and build again.");
}

#endif

void qdr_image_codes_clear(qdr_image_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++)
        free(codes->items[i].text);
    free(codes->items);
    *codes = (qdr_image_codes){0};
}
