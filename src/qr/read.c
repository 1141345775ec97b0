/* Codes out of an image: libzbar finds them. It brings twenty libraries with it, for cameras and
 * windows, and half of a start's time would be theirs: so it is loaded when an image is read. */
#include <stdlib.h>
#include <string.h>

#include "quadrat/qr.h"

#ifdef QUADRAT_HAVE_ZBAR
#include <dlfcn.h>
#include <zbar.h>

#include "qr/image.h"

#define SMALL 600 /* pixels of the shorter side below which an image is not reduced */

/* What is used of libzbar, without its names' first word. */
#define FUNCTIONS(F)                                                                               \
    F(image_scanner_create)                                                                        \
    F(image_scanner_destroy)                                                                       \
    F(image_scanner_request_dbus)                                                                  \
    F(image_scanner_set_config)                                                                    \
    F(image_create)                                                                                \
    F(image_destroy)                                                                               \
    F(image_set_format)                                                                            \
    F(image_set_size)                                                                              \
    F(image_set_data)                                                                              \
    F(image_first_symbol)                                                                          \
    F(scan_image)                                                                                  \
    F(symbol_next)                                                                                 \
    F(symbol_get_type)                                                                             \
    F(symbol_get_data)                                                                             \
    F(symbol_get_data_length)

struct zbar {
#define F(name) __typeof__(zbar_##name) *name;
    FUNCTIONS(F)
#undef F
};

/* Once loaded it stays: a second time takes microseconds. */
static bool load(struct zbar *zbar)
{
    void *library = dlopen("libzbar.so.0", RTLD_NOW | RTLD_LOCAL);
    bool whole = library != NULL;
#define F(called) whole = whole && (*(void **)&zbar->called = dlsym(library, "zbar_" #called));
    FUNCTIONS(F)
#undef F
    return whole;
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
static zbar_image_scanner_t *scanner_create(const struct zbar *zbar)
{
    static const struct {
        zbar_symbol_type_t symbology;
        zbar_config_t config;
        int value;
    } settings[] = {
        {ZBAR_NONE, ZBAR_CFG_ENABLE, 0},   {ZBAR_NONE, ZBAR_CFG_POSITION, 0},
        {ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1}, {ZBAR_QRCODE, ZBAR_CFG_BINARY, 1},
    };
    zbar_image_scanner_t *scanner = zbar->image_scanner_create();
    if (!scanner)
        return NULL;
    zbar->image_scanner_request_dbus(scanner, 0);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        zbar->image_scanner_set_config(scanner, settings[i].symbology, settings[i].config,
                                      settings[i].value);
    return scanner;
}

static bool has_code(const qdr_image_codes *codes, const char *text, size_t size)
{
    for (size_t i = 0; i < codes->count; i++)
        if (codes->items[i].size == size && !memcmp(codes->items[i].text, text, size))
            return true;
    return false;
}

/* Appends the codes that are found and were not before. */
static int find_codes(const struct zbar *zbar, const qdr_grey *grey, qdr_image_codes *codes,
                      qdr_error *err)
{
    zbar_image_scanner_t *scanner = scanner_create(zbar);
    zbar_image_t *image = zbar->image_create();
    int code = QDR_OK;
    if (!scanner || !image) {
        code = qdr_fail_memory(err, "reading QR codes");
        goto done;
    }
    zbar->image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar->image_set_size(image, grey->width, grey->height);
    zbar->image_set_data(image, grey->pixels, (unsigned long)grey->width * grey->height, NULL);
    if (zbar->scan_image(scanner, image) < 0) {
        code = qdr_fail(err, QDR_ESYSTEM, "reading QR codes: libzbar failed");
        goto done;
    }
    const zbar_symbol_t *found = zbar->image_first_symbol(image);
    for (; found && !code; found = zbar->symbol_next(found)) {
        const char *text = zbar->symbol_get_data(found);
        size_t size = zbar->symbol_get_data_length(found);
        if (zbar->symbol_get_type(found) == ZBAR_QRCODE && !has_code(codes, text, size))
            code = append_code(codes, text, size, err);
    }
done:
    if (image)
        zbar->image_destroy(image);
    if (scanner)
        zbar->image_scanner_destroy(scanner);
    return code;
}

/* Makes each four pixels one, in place. */
static void halve(qdr_grey *grey)
{
    size_t width = grey->width, half = width / 2;
    unsigned char *to = grey->pixels;
    for (size_t y = 0; y + 1 < grey->height; y += 2)
        for (size_t x = 0; x < half; x++) {
            const unsigned char *from = grey->pixels + y * width + 2 * x;
            *to++ = (unsigned char)((from[0] + from[1] + from[width] + from[width + 1]) / 4);
        }
    grey->width /= 2;
    grey->height /= 2;
}

/* A photo of a code is noisy and blurred over many pixels a module; halved, both are less. */
static int find_at_all_sizes(const struct zbar *zbar, qdr_grey *grey, qdr_image_codes *codes,
                             qdr_error *err)
{
    int code = find_codes(zbar, grey, codes, err);
    while (!code && grey->width >= SMALL && grey->height >= SMALL) {
        halve(grey);
        code = find_codes(zbar, grey, codes, err);
    }
    return code;
}

bool qdr_image_can_read(void)
{
    struct zbar zbar;
    return load(&zbar);
}

int qdr_image_read(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err)
{
    qdr_grey grey = {0};
    qdr_image_codes found = {0};
    struct zbar zbar;
    if (!load(&zbar))
        return qdr_fail(err, QDR_EREFUSED, "no image is read: there is no libzbar on this machine");
    int code = qdr_image_decode(data, size, &grey, err);
    if (!code)
        code = find_at_all_sizes(&zbar, &grey, &found, err);
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
