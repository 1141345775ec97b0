/* What the tests of QR codes share: texts, symbols, and images written by hand, uncompressed, so
 * that reading is tested with images that our writer does not make. */
#ifndef QR_IMAGES_H
#define QR_IMAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "quadrat/qr.h"

static const char *const sample = "mean(x) = 0.4999912043990271\n"
                                  "std(x, ddof=1) = 0.2886781300149232\n"
                                  "x: float64 10000x10000 5C1E90D7QK2M4R8T\n"
                                  "Z\u00fcrich.npy, 4 ranks, 1 host, 0.031 s, job 8812\n"
                                  "2026-11-24 05:40 UTC\n"
                                  "quadrat 0.1 K7F39Q2MTV4C8D1P";

/* size printable bytes without any order to them, none of which another mode than byte holds. */
static inline char *text_of(size_t size)
{
    char *text = malloc(size + 1);
    uint32_t state = (uint32_t)size + 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = (char)('a' + (state >> 16) % 30);
    }
    text[size] = '\0';
    return text;
}

static inline qdr_symbol *symbol_of(const char *text, size_t size,
                                    const qdr_symbol_options *options)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_symbol *symbol = NULL;
    if (qdr_symbol_make(text, size, options, &symbol, &err))
        fail_msg("%s", err.text);
    return symbol;
}

static inline qdr_png png_of(const qdr_symbol *symbol, const qdr_png_options *options)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_png png = {0};
    if (qdr_symbol_png(symbol, options, &png, &err))
        fail_msg("%s", err.text);
    return png;
}

static inline void need_reader(void)
{
    if (!qdr_image_can_read())
        skip();
}

/* The image holds exactly this one text. */
static inline void assert_reads(const void *data, size_t data_size, const char *text, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_image_codes codes = {0};
    if (qdr_image_read(data, data_size, &codes, &err))
        fail_msg("%s", err.text);
    assert_int_equal(codes.count, 1);
    assert_int_equal(codes.items[0].size, size);
    assert_memory_equal(codes.items[0].text, text, size);
    assert_int_equal(codes.items[0].text[size], 0);
    qdr_image_codes_clear(&codes);
}

/* Reads and forgets: the code and the count of what was found. */
static inline int read_only(const char *data, size_t size, size_t *count)
{
    qdr_image_codes codes = {0};
    qdr_error err = QDR_ERROR_INIT;
    int code = qdr_image_read(data, size, &codes, &err);
    *count = codes.count;
    assert_int_equal(code != 0, err.text[0] != 0);
    qdr_image_codes_clear(&codes);
    return code;
}

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

static inline uint32_t crc_of(const char *data, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)data[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static inline uint32_t number_at(const char *data)
{
    const unsigned char *d = (const unsigned char *)data;
    return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
}

static inline void put_number(qdr_bytes *b, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        qdr_bytes_append(b, &(char){(char)(value >> shift)}, 1);
}

/* The nth chunk of a type, its CRC checked; NULL when there is none. */
static inline const char *chunk_find(const qdr_png *png, const char *type, int n, size_t *size)
{
    const char *data = png->data;
    assert_memory_equal(data, PNG_SIGNATURE, 8);
    for (size_t at = 8; at < png->size; at += 12 + number_at(data + at)) {
        *size = number_at(data + at);
        assert_true(at + 12 + *size <= png->size);
        assert_int_equal(number_at(data + at + 8 + *size), crc_of(data + at + 4, 4 + *size));
        if (!memcmp(data + at + 4, type, 4) && n-- == 0)
            return data + at + 8;
    }
    return NULL;
}

static inline void put_chunk(qdr_bytes *b, const char *type, const char *data, size_t size)
{
    put_number(b, (uint32_t)size);
    size_t start = b->size;
    qdr_bytes_append(b, type, 4);
    qdr_bytes_append(b, data, size);
    put_number(b, crc_of(b->data + start, b->size - start));
}

/* A zlib stream of stored blocks. */
static inline void put_zlib(qdr_bytes *b, const qdr_bytes *raw)
{
    qdr_bytes_append(b, "\x78\x01", 2);
    uint32_t s1 = 1, s2 = 0;
    for (size_t i = 0; i < raw->size; i++) {
        s1 = (s1 + (unsigned char)raw->data[i]) % 65521;
        s2 = (s2 + s1) % 65521;
    }
    for (size_t at = 0; at < raw->size;) {
        size_t n = raw->size - at < 65535 ? raw->size - at : 65535;
        char head[5] = {at + n == raw->size, (char)n, (char)(n >> 8), (char)~n, (char)(~n >> 8)};
        qdr_bytes_append(b, head, sizeof head);
        qdr_bytes_append(b, raw->data + at, n);
        at += n;
    }
    put_number(b, s2 << 16 | s1);
}

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

struct kind {
    const char *name;
    int colour, depth, interlaced;
};

/* The whole file around the rows of pixels, each of which begins with a 0 for no filter. A palette
 * has black and transparent black. raw is cleared. */
static inline qdr_png png_around(const struct kind *kind, size_t width, size_t height,
                                 qdr_bytes *raw)
{
    qdr_bytes idat = {0}, ihdr = {0}, out = {0};
    put_number(&ihdr, (uint32_t)width);
    put_number(&ihdr, (uint32_t)height);
    char rest[5] = {(char)kind->depth, (char)kind->colour, 0, 0, (char)kind->interlaced};
    qdr_bytes_append(&ihdr, rest, sizeof rest);
    put_zlib(&idat, raw);
    qdr_bytes_append(&out, PNG_SIGNATURE, 8);
    put_chunk(&out, "IHDR", ihdr.data, ihdr.size);
    if (kind->colour == PALETTE) {
        put_chunk(&out, "PLTE", "\0\0\0\0\0\0", 6);
        put_chunk(&out, "tRNS", "\xff\0", 2);
    }
    put_chunk(&out, "IDAT", idat.data, idat.size);
    put_chunk(&out, "IEND", "", 0);
    qdr_bytes_clear(raw);
    qdr_bytes_clear(&idat);
    qdr_bytes_clear(&ihdr);
    return (qdr_png){out.data, out.size};
}

/* What alphanumeric mode holds; the digits come first. */
static const char capitals[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

static inline uint32_t random_below(uint32_t n)
{
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
}

/* Runs of digits, capitals and anything, up to 60 each; returns the length, 1 to most. */
static inline size_t random_text(char *text, size_t most)
{
    size_t size = 1 + random_below((uint32_t)most), run = 0;
    uint32_t kind = 0;
    for (size_t i = 0; i < size; i++, run--) {
        if (!run) {
            run = 1 + random_below(random_below(2) ? 60 : 8);
            kind = random_below(3);
        }
        text[i] = kind < 2 ? capitals[random_below(kind ? 45 : 10)]
                           : (char)(' ' + random_below(95));
    }
    text[size] = '\0';
    return size;
}

#endif
