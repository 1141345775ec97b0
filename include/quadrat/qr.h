/* QR codes: a text as a symbol, a symbol as a PNG image, an SVG drawing or terminal text, and codes
 * read back from images.
 *
 * A symbol is one QR code: a square of dark and light modules. Its version, 1 to 40, says its size,
 * 17 + 4 * version modules a side; its level, L, M, Q or H, how much of it may be damaged (about
 * 7, 15, 25, 30 % of the codewords); its mask, 0 to 7, the pattern laid over the data so that no
 * large areas are of one colour. The quiet zone is the light margin a reader needs around it. The
 * standard is ISO/IEC 18004.
 *
 * A symbol holds the text in segments: of digits, of capitals (digits, A to Z and " $%*+-./:"), and
 * of any bytes, which take 10/3, 11/2 and 8 bits a character and a head each. The text is cut so
 * that it takes the fewest bits.
 *
 * Phones read text: give UTF-8. Any bytes are carried exactly, NUL among them (with no ECI), and read
 * back exactly by qdr_image_read, but a phone may show nothing of what is not
 * UTF-8, or only what stands before a NUL.
 *
 *     qdr_symbol *symbol = NULL;
 *     qdr_png png = {0};
 *     if (!qdr_symbol_make_checked(text, strlen(text), NULL, NULL, &symbol, &png, err))
 *         save("result.png", png.data, png.size);
 *     qdr_png_clear(&png);
 *     qdr_symbol_destroy(symbol);
 *
 * In every options struct a zero means the default, and NULL means all defaults. A value out of its
 * range is QDR_EUSAGE, memory that could not be had QDR_ESYSTEM. On failure nothing is given out.
 * Local, all of it.
 */
#ifndef QUADRAT_QR_H
#define QUADRAT_QR_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"
#include "quadrat/visible.h"

/* --- Symbols --- */

enum {
    QDR_MODULE_DARK = 1,
    QDR_MODULE_FIXED = 2 /* of a finder, timing, alignment, format or version pattern: not masked */
};

typedef struct qdr_symbol {
    int version;            /* 1 to 40 */
    char level;             /* 'L', 'M', 'Q' or 'H' */
    int mask;               /* 0 to 7 */
    int size;               /* modules a side */
    unsigned char *modules; /* size * size, row by row from the top left; QDR_MODULE_ bits */
} qdr_symbol;

typedef struct qdr_symbol_options {
    char level;        /* the least; default 'M'. It is raised for as long as that is free: the
                          version is the smallest that holds the text at the least level, the
                          level the highest that holds it in that version. */
    int version_least; /* default 1 */
    int version_limit; /* default 25, the largest that a phone reads from a screen */
} qdr_symbol_options;

/* Makes the symbol of a text of size bytes. An empty text, and one too long for the limit, are
 * QDR_EUSAGE. Destroy it with qdr_symbol_destroy. */
int qdr_symbol_make(const char *text, size_t size, const qdr_symbol_options *options,
                    qdr_symbol **symbol, qdr_error *err);

/* NULL is allowed. */
void qdr_symbol_destroy(qdr_symbol *symbol);

/* Whether a symbol of that version, 1 to 40, and level holds the text. */
bool qdr_symbol_fits(const char *text, size_t size, int version, char level);

/* The bytes that a symbol holds whatever they are; 0 when there is no such version or level. */
size_t qdr_symbol_capacity(int version, char level);

/* Whether the module in column x and row y is dark. Outside the symbol all are light, so a quiet
 * zone needs no thought. */
bool qdr_symbol_dark(const qdr_symbol *symbol, int x, int y);

/* Lays another mask, 0 to 7, over the data: the same text in another pattern. qdr_symbol_make
 * takes the mask that the standard prefers. */
void qdr_symbol_set_mask(qdr_symbol *symbol, int mask);

/* --- PNG images --- */

/* A text carried in the image beside the code. Both are UTF-8; the keyword has 1 to 79 printable
 * characters of Latin-1 and no space at its ends or two in a row. Registered are Title, Author,
 * Description, Copyright, Creation Time, Software, Source and Comment. */
typedef struct qdr_png_text {
    const char *keyword;
    const char *text;
} qdr_png_text;

typedef struct qdr_png_options {
    int scale;                 /* pixels a module, 2 to 32; default 8 */
    int quiet_zone;            /* modules, 1 to 32; default 4, as the standard demands */
    const qdr_png_text *texts; /* borrowed */
    size_t text_count;
} qdr_png_options;

/* An image file in memory. A zeroed struct is empty. */
typedef struct qdr_png {
    void *data;
    size_t size; /* bytes */
} qdr_png;

/* Draws the symbol as a PNG image, 1-bit grey, dark on light, for print at 0.5 mm a module. Equal
 * input gives equal bytes (with the same zlib). */
int qdr_symbol_png(const qdr_symbol *symbol, const qdr_png_options *options, qdr_png *png,
                   qdr_error *err);

void qdr_png_clear(qdr_png *png);

/* Makes a symbol and its image, reads the image back, and gives both out only when exactly the text
 * was read. Readers fail on about one clean symbol in a thousand: then the other masks are tried,
 * then larger versions up to the limit; the symbol says what it became. When none reads it is
 * QDR_EFAIL. Where !qdr_image_can_read(), the first image is given out unread. */
int qdr_symbol_make_checked(const char *text, size_t size, const qdr_symbol_options *options,
                            const qdr_png_options *png_options, qdr_symbol **symbol, qdr_png *png,
                            qdr_error *err);

/* --- SVG drawings --- */

/* Draws the symbol as an SVG document, dark on light, for print at 0.5 mm a module, with a quiet
 * zone of 1 to 32 modules (0: 4). title is printable UTF-8, or NULL for none. *svg has a NUL and is
 * the caller's to free(). Equal input gives equal bytes. */
int qdr_symbol_svg(const qdr_symbol *symbol, int quiet_zone, const char *title, char **svg,
                   qdr_error *err);

/* --- Terminal text --- */

/* Without colours the light modules are drawn and the dark ones left empty, which reads on a dark
 * background; invert draws the dark ones, for a light background. With colours black on white is
 * set in each line, which reads on both; invert makes it white on black, which many readers
 * refuse. */
typedef struct qdr_terminal_options {
    bool colours;   /* with escape sequences; for a terminal, not for a file */
    bool invert;
    bool ascii;     /* two characters '#' a module instead of U+2588, U+2580, U+2584 for two */
    int quiet_zone; /* modules, 1 to 32; default 4 */
} qdr_terminal_options;

/* Draws the symbol as lines of text, each ended by a newline; *text is UTF-8 with a NUL, the
 * caller's to free(). */
int qdr_symbol_terminal(const qdr_symbol *symbol, const qdr_terminal_options *options, char **text,
                        qdr_error *err);

/* The columns and lines that the above fills. */
int qdr_symbol_terminal_size(const qdr_symbol *symbol, const qdr_terminal_options *options,
                             int *columns, int *lines, qdr_error *err);

/* Finds the last symbol that was drawn as above in a text such as a job's log; no other character
 * may stand in its lines. *symbol is NULL when there is none. Its level and mask are not known (0),
 * nor which modules are QDR_MODULE_FIXED: it is for drawing, and so for reading. Destroy it with
 * qdr_symbol_destroy. */
int qdr_symbol_find_drawn(const char *text, size_t size, qdr_symbol **symbol, qdr_error *err);

/* --- Reading --- */

/* The text of one code: its bytes as they were encoded, hostile as may be, then a NUL. */
typedef struct qdr_image_code {
    char *text;
    size_t size; /* bytes, without that NUL */
} qdr_image_code;

/* A zeroed struct is an empty list. */
typedef struct qdr_image_codes {
    qdr_image_code *items;
    size_t count;
} qdr_image_codes;

/* Whether images can be read: this build was made with libzbar, and it is on this machine. */
bool qdr_image_can_read(void);
bool qdr_image_can_read_jpeg(void); /* it has libjpeg, too */

/* Whether data begins as an image of a format that is known: PNG, JPEG, PNM. */
bool qdr_image_begins(const void *data, size_t size);

/* Finds the QR codes in an image in memory: a PNG of any bit depth, colour type and interlacing,
 * whose transparent parts are taken as white, a JPEG, or a PNM (P1 to P6). Codes with the same text
 * are one. An image without a code is a success with a count of 0. No such image, a damaged one,
 * and one of more than 64 Mpixel are QDR_EDATA; where there is no libzbar, or for a JPEG no
 * libjpeg, it is QDR_EREFUSED. Clear the codes with qdr_image_codes_clear.
 *
 * libpng, libjpeg and libzbar have had holes (CVE-2023-40889 was in libzbar's QR finder): images of
 * unknown origin are for qdr_image_read_apart. */
int qdr_image_read(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err);

/* The same in a process of its own, by a program that calls qdr_image_serve and ends: argv is its
 * path and arguments, NULL-ended. It gets the image as standard input and answers on standard
 * output; of the answer nothing is trusted. A crash, no answer after `seconds`, more memory than is
 * allowed, and an answer that is none are QDR_EDATA. */
int qdr_image_read_apart(const char *const argv[], int seconds, const void *data, size_t size,
                         qdr_image_codes *codes, qdr_error *err);

/* The other side: limits this process to QDR_SERVE_SECONDS of CPU time, 1 GiB of memory more than
 * it has, no core file and no file written; reads the image from the descriptor `in`, and writes
 * the answer to `out`. False when that could not be written. */
#define QDR_SERVE_SECONDS 30
bool qdr_image_serve(int in, int out);

void qdr_image_codes_clear(qdr_image_codes *codes);

#include "quadrat/hidden.h"
#endif
