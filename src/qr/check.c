#include "qr/check.h"

#include <string.h>

#include "qr/option.h"

/* Sets *same when the image holds one code and it is exactly the text. */
static int read_back(qdr_image_reader *read, const qdr_png *png, const char *text, size_t size,
                     bool *same, qdr_error *err)
{
    qdr_image_codes codes = {0};
    int code = read(png->data, png->size, &codes, err);
    *same = !code && codes.count == 1 && codes.items[0].size == size &&
            !memcmp(codes.items[0].text, text, size);
    qdr_image_codes_clear(&codes);
    return code;
}

/* Draws the symbol with the first mask, beginning with its own, whose image reads back. *png stays
 * empty when none does. */
static int draw_readable(qdr_symbol *symbol, const char *text, size_t size,
                         const qdr_png_options *options, qdr_image_reader *read, qdr_png *png,
                         qdr_error *err)
{
    int own = symbol->mask;
    for (int i = 0; i < 8; i++) {
        qdr_symbol_set_mask(symbol, (own + i) % 8);
        int code = qdr_symbol_png(symbol, options, png, err);
        if (code)
            return code;
        bool same = true;
        if (read)
            code = read_back(read, png, text, size, &same, err);
        if (!code && same)
            return QDR_OK;
        qdr_png_clear(png);
        if (code)
            return code;
    }
    return QDR_OK;
}

int qdr_symbol_make_read(const char *text, size_t size, const qdr_symbol_options *options,
                         const qdr_png_options *png_options, qdr_image_reader *read,
                         qdr_symbol **symbol, qdr_png *png, qdr_error *err)
{
    qdr_symbol_options o = options ? *options : (qdr_symbol_options){0};
    int limit = o.version_limit ? o.version_limit : QDR_VERSION_LIMIT_PRESET;
    qdr_symbol *made = NULL;
    qdr_png drawn = {0};
    int code = qdr_symbol_make(text, size, &o, &made, err);
    while (!code) {
        code = draw_readable(made, text, size, png_options, read, &drawn, err);
        if (code || drawn.data)
            break;
        if (made->version == limit) {
            code = qdr_fail(err, QDR_EFAIL,
                            "QR code: no symbol of this text up to version %d reads back from its "
                            "image. Try a larger scale or version limit, or another text.",
                            limit);
            break;
        }
        o.version_least = made->version + 1;
        qdr_symbol_destroy(made);
        made = NULL;
        code = qdr_symbol_make(text, size, &o, &made, err);
    }
    if (code) {
        qdr_symbol_destroy(made);
        return code;
    }
    *symbol = made;
    *png = drawn;
    return QDR_OK;
}

int qdr_symbol_make_checked(const char *text, size_t size, const qdr_symbol_options *options,
                            const qdr_png_options *png_options, qdr_symbol **symbol, qdr_png *png,
                            qdr_error *err)
{
    qdr_image_reader *read = qdr_image_can_read() ? qdr_image_read : NULL;
    return qdr_symbol_make_read(text, size, options, png_options, read, symbol, png, err);
}
