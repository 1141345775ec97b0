/* A symbol as the smallest PNG image of it that libpng writes. */
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "quadrat/qr.h"

#include "base/bytes.h"
#include "qr/option.h"

#define SCALE_PRESET 8 /* with 4 modules of quiet zone a row is always whole bytes */
#define SCALE_MOST 32
#define MODULES_PER_METRE 2000 /* in print: 0.5 mm a module, twice what a phone needs */
#define KEYWORD_MOST 79        /* characters */

/* Everything libpng's calls change lives here, in memory and not in registers, so that nothing is
 * lost when an error jumps out of them. */
struct writer {
    png_structp png;
    png_infop info;
    qdr_bytes out;
    char error[256];
};

static void on_error(png_structp png, png_const_charp message)
{
    struct writer *w = png_get_error_ptr(png);
    snprintf(w->error, sizeof w->error, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static void on_write(png_structp png, png_bytep data, size_t size)
{
    struct writer *w = png_get_io_ptr(png);
    qdr_bytes_append(&w->out, data, size);
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* Appends UTF-8 as Latin-1; false when a character is beyond it. */
static bool append_latin1(qdr_bytes *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    for (; *s; s++) {
        unsigned char c = *s;
        if (c >= 0x80) {
            if ((c != 0xc2 && c != 0xc3) || (s[1] & 0xc0) != 0x80)
                return false;
            c = (unsigned char)((c & 3) << 6 | (*++s & 0x3f));
        }
        qdr_bytes_append(b, &c, 1);
    }
    return true;
}

/* As PNG demands, 11.3.4.2. keyword is Latin-1. */
static bool keyword_allowed(const qdr_bytes *keyword)
{
    if (!keyword->size || keyword->size > KEYWORD_MOST)
        return false;
    bool space = true; /* before the current character; none may begin the keyword */
    for (size_t i = 0; i < keyword->size; i++) {
        unsigned char c = (unsigned char)keyword->data[i];
        if (c < 0x20 || (c > 0x7e && c < 0xa1) || (c == ' ' && space))
            return false;
        space = c == ' ';
    }
    return !space;
}

/* The texts in libpng's form; row i's Latin-1 is in keywords[i] and, for a tEXt, latin1[i]. */
struct texts {
    png_text *rows;
    qdr_bytes *keywords;
    qdr_bytes *latin1;
    size_t count;
};

static void texts_clear(struct texts *t)
{
    for (size_t i = 0; i < t->count; i++) {
        qdr_bytes_clear(&t->keywords[i]);
        qdr_bytes_clear(&t->latin1[i]);
    }
    free(t->rows);
    free(t->keywords);
    free(t->latin1);
}

static int text_convert(struct texts *t, size_t i, const qdr_png_text *from, qdr_error *err)
{
    qdr_bytes *keyword = &t->keywords[i];
    if (!append_latin1(keyword, from->keyword) || !keyword_allowed(keyword)) {
        char shown[256];
        return qdr_fail(err, QDR_EUSAGE, "PNG: '%s' cannot be a keyword",
                        qdr_escape(shown, sizeof shown, from->keyword));
    }
    bool plain = append_latin1(&t->latin1[i], from->text);
    qdr_bytes_text(&t->latin1[i], ""); /* so that an empty text has its NUL */
    t->rows[i] = (png_text){
        .compression = plain ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
        .key = keyword->data,
        .text = plain ? t->latin1[i].data : (char *)from->text,
    };
    int code = qdr_bytes_check(keyword, err);
    return code ? code : qdr_bytes_check(&t->latin1[i], err);
}

static int texts_convert(struct texts *t, const qdr_png_options *options, qdr_error *err)
{
    size_t count = options->text_count;
    if (!count)
        return QDR_OK;
    if (count > INT32_MAX)
        return qdr_fail(err, QDR_EUSAGE, "PNG: too many texts");
    t->rows = calloc(count, sizeof *t->rows);
    t->keywords = calloc(count, sizeof *t->keywords);
    t->latin1 = calloc(count, sizeof *t->latin1);
    if (!t->rows || !t->keywords || !t->latin1)
        return qdr_fail_memory(err, "making a PNG image");
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        int code = text_convert(t, i, &options->texts[i], err);
        if (code)
            return code;
    }
    return QDR_OK;
}

/* One row of pixels, a bit each, 1 = white. */
static void draw_row(unsigned char *row, size_t row_size, const qdr_symbol *symbol, int y,
                     int quiet_zone, int scale)
{
    memset(row, 0xff, row_size);
    for (int x = 0; x < symbol->size; x++)
        if (qdr_symbol_dark(symbol, x, y))
            for (int i = (x + quiet_zone) * scale; i < (x + quiet_zone + 1) * scale; i++)
                row[i / 8] &= (unsigned char)~(0x80 >> i % 8);
}

/* The smallest window of zlib that still reaches back to the row above; deflate keeps 262 bytes of
 * it for itself. Images are 2 to 8 % smaller than with the largest window, which finds farther
 * matches that cost more bits. */
static int window_bits(size_t row_size)
{
    int bits = 9;
    while (((size_t)1 << bits) - 262 < row_size)
        bits++;
    return bits;
}

/* An error of libpng jumps back into this function, and only this one: false then. Nothing local is
 * used after the jump, so nothing need be volatile. */
static bool write_image(struct writer *w, const qdr_symbol *symbol, int quiet_zone, int scale,
                        const struct texts *texts, unsigned char *row, size_t row_size)
{
    if (setjmp(png_jmpbuf(w->png)))
        return false;
    png_uint_32 side = (png_uint_32)(symbol->size + 2 * quiet_zone) * (png_uint_32)scale;
    png_uint_32 density = (png_uint_32)scale * MODULES_PER_METRE;
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(w->png, 9);
    png_set_compression_strategy(w->png, Z_FILTERED);
    png_set_compression_window_bits(w->png, window_bits(row_size + 1));
    png_set_IHDR(w->png, w->info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(w->png, w->info, density, density, PNG_RESOLUTION_METER);
    if (texts->count)
        png_set_text(w->png, w->info, texts->rows, (int)texts->count);
    png_write_info(w->png, w->info);
    for (int y = -quiet_zone; y < symbol->size + quiet_zone; y++) {
        draw_row(row, row_size, symbol, y, quiet_zone, scale);
        for (int i = 0; i < scale; i++)
            png_write_row(w->png, row);
    }
    png_write_end(w->png, NULL);
    return true;
}

int qdr_symbol_png(const qdr_symbol *symbol, const qdr_png_options *options, qdr_png *png,
                   qdr_error *err)
{
    static const qdr_png_options defaults = {0};
    const qdr_png_options *o = options ? options : &defaults;
    int scale, quiet_zone;
    if (qdr_option_choose("scale", o->scale, SCALE_PRESET, 2, SCALE_MOST, &scale, err) ||
        qdr_option_choose("quiet zone", o->quiet_zone, QDR_QUIET_ZONE_PRESET, 1,
                          QDR_QUIET_ZONE_MOST, &quiet_zone, err))
        return QDR_EUSAGE;

    struct texts texts = {0};
    struct writer w = {0};
    size_t row_size = (size_t)((symbol->size + 2 * quiet_zone) * scale + 7) / 8;
    unsigned char *row = malloc(row_size);
    int code = texts_convert(&texts, o, err);
    if (code)
        goto done;
    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
    if (w.png)
        w.info = png_create_info_struct(w.png);
    if (!row || !w.info) {
        code = qdr_fail_memory(err, "making a PNG image");
        goto done;
    }
    if (!write_image(&w, symbol, quiet_zone, scale, &texts, row, row_size))
        code = qdr_fail(err, QDR_ESYSTEM, "making a PNG image: %s", w.error);
    else
        code = qdr_bytes_check(&w.out, err);
done:
    png_destroy_write_struct(&w.png, &w.info);
    texts_clear(&texts);
    free(row);
    if (code)
        qdr_bytes_clear(&w.out);
    else
        *png = (qdr_png){w.out.data, w.out.size};
    return code;
}

void qdr_png_clear(qdr_png *png)
{
    free(png->data);
    *png = (qdr_png){0};
}
