/* PNM images (netpbm's pbm, pgm and ppm): P1 to P3 as decimal text, P4 to P6 as bytes. Their
 * manuals, pbm(5), pgm(5) and ppm(5), have the forms. */
#include <string.h>

#include "qr/image.h"

#define NUMBER_MOST 1000000000u /* where a number of a header or text is cut off */

struct pnm {
    const unsigned char *at, *end;
    char kind;     /* '1' to '6' */
    unsigned most; /* the value that is white, or of a bitmap 1 */
    bool broken;
};

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct pnm *p)
{
    while (p->at < p->end && (is_space(*p->at) || *p->at == '#'))
        if (*p->at++ == '#')
            while (p->at < p->end && *p->at != '\n')
                p->at++;
}

static bool is_digit(const struct pnm *p)
{
    return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

static unsigned number(struct pnm *p)
{
    unsigned value = 0;
    skip_space(p);
    p->broken |= !is_digit(p);
    for (; is_digit(p); p->at++)
        value = value < NUMBER_MOST / 10 ? value * 10 + (*p->at - '0') : NUMBER_MOST;
    return value;
}

/* A digit of a plain bitmap; they need nothing between them. */
static unsigned bit(struct pnm *p)
{
    skip_space(p);
    p->broken |= !is_digit(p) || *p->at > '1';
    return p->broken ? 0 : *p->at++ - '0';
}

static unsigned byte(struct pnm *p)
{
    p->broken |= p->at == p->end;
    return p->broken ? 0 : *p->at++;
}

/* The next sample as a grey level. */
static unsigned sample(struct pnm *p)
{
    unsigned value;
    if (p->kind == '1')
        return bit(p) ? 0 : 255;
    if (p->kind < '4')
        value = number(p);
    else
        value = p->most > 255 ? byte(p) << 8 : byte(p);
    if (p->kind >= '4' && p->most > 255)
        value |= byte(p);
    value = value < p->most ? value : p->most;
    return value * 255 / p->most;
}

static void read_bits(struct pnm *p, const qdr_grey *grey, unsigned char *row)
{
    unsigned bits = 0;
    for (unsigned x = 0; x < grey->width; x++) {
        bits = x % 8 ? bits << 1 : byte(p);
        row[x] = bits & 0x80 ? 0 : 255;
    }
}

static void read_row(struct pnm *p, const qdr_grey *grey, unsigned char *row)
{
    bool coloured = p->kind == '3' || p->kind == '6';
    if (p->kind == '4') {
        read_bits(p, grey, row);
        return;
    }
    for (unsigned x = 0; x < grey->width && !p->broken; x++) {
        unsigned red = sample(p);
        if (!coloured) {
            row[x] = (unsigned char)red;
            continue;
        }
        unsigned green = sample(p), blue = sample(p);
        row[x] = (unsigned char)((299 * red + 587 * green + 114 * blue) / 1000); /* BT.601's luma */
    }
}

/* A text that happens to begin with "P1 " is no image: the width must follow. */
static bool begins(const unsigned char *data, size_t size)
{
    if (size < 4 || data[0] != 'P' || data[1] < '1' || data[1] > '6' ||
        !(is_space(data[2]) || data[2] == '#'))
        return false;
    struct pnm p = {.at = data + 2, .end = data + size};
    number(&p);
    return !p.broken;
}

static int decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err)
{
    struct pnm p = {.at = data, .end = (const unsigned char *)data + size, .most = 1};
    p.kind = (char)p.at[1];
    p.at += 2;
    unsigned width = number(&p), height = number(&p);
    bool bitmap = p.kind == '1' || p.kind == '4';
    if (!bitmap)
        p.most = number(&p);
    if (p.kind >= '4')
        byte(&p); /* one space, then the bytes */
    if (p.broken || !p.most || p.most > 65535)
        return qdr_fail(err, QDR_EDATA, "broken PNM image: its header is wrong");
    int code = qdr_grey_take(grey, "PNM", width, height, err);
    for (unsigned y = 0; y < height && !code; y++) {
        read_row(&p, grey, grey->pixels + (size_t)y * width);
        if (p.broken)
            code = qdr_fail(err, QDR_EDATA, "broken PNM image: it ends in row %u of %u", y, height);
    }
    return code;
}

const qdr_image_format qdr_pnm_images = {"PNM", begins, decode};
