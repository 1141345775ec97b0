/* A symbol out of the text that it was drawn as. */
#include <stdlib.h>
#include <string.h>

#include "quadrat/qr.h"

#define LINES_MOST 256   /* more than any drawing has, */
#define COLUMNS_MOST 512 /* characters of a line likewise */

/* Lines that can be one drawing. A glyph's bit 0 is its upper and bit 1 its lower half. */
struct block {
    int lines, columns;
    bool ascii;
    int length[LINES_MOST];
    unsigned char glyphs[LINES_MOST][COLUMNS_MOST];
};

/* The size of the escape sequence that sets colours which begins the text; 0 for none. */
static size_t colour_size(const char *text, size_t size)
{
    size_t i = 2;
    if (size < 3 || text[0] != '\x1b' || text[1] != '[')
        return 0;
    while (i < size && strchr("0123456789;", text[i]) && text[i])
        i++;
    return i < size && text[i] == 'm' ? i + 1 : 0;
}

/* The size of the glyph that begins the text; 0 for none. */
static size_t glyph_size(const char *text, size_t size, unsigned char *glyph)
{
    static const struct {
        const char *text;
        unsigned char glyph;
    } glyphs[] = {{" ", 0}, {"#", 3}, {"\u2580", 1}, {"\u2584", 2}, {"\u2588", 3}};
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        size_t length = strlen(glyphs[i].text);
        if (size >= length && memcmp(text, glyphs[i].text, length) == 0) {
            *glyph = glyphs[i].glyph;
            return length;
        }
    }
    return 0;
}

/* Puts a line behind the block's; false when it has anything but glyphs, or nothing but spaces. */
static bool take_line(struct block *b, const char *line, size_t size)
{
    bool drawn = false;
    int count = 0;
    while (size && line[size - 1] == '\r')
        size--;
    for (size_t i = 0, step; i < size; i += step) {
        unsigned char glyph;
        step = colour_size(line + i, size - i);
        if (step)
            continue;
        step = glyph_size(line + i, size - i, &glyph);
        if (!step || b->lines == LINES_MOST || count == COLUMNS_MOST)
            return false;
        b->ascii |= line[i] == '#';
        b->glyphs[b->lines][count++] = glyph;
        drawn |= glyph != 0;
    }
    if (!drawn)
        return false;
    b->length[b->lines++] = count;
    b->columns = count > b->columns ? count : b->columns;
    return true;
}

/* Whether the module in column x and row y is drawn, counted from the block's first. */
static bool drawn_at(const struct block *b, int x, int y)
{
    int line = b->ascii ? y : y / 2, column = b->ascii ? 2 * x : x;
    if (column >= b->length[line])
        return false;
    return b->glyphs[line][column] >> (b->ascii ? 0 : y % 2) & 1;
}

struct square {
    int left, top, size;
};

/* The dark modules of a block reach as far as its symbol's corners; the first module is of the quiet
 * zone, and so says what a light one looks like. False when it is no symbol. */
static bool find_square(const struct block *b, bool light, struct square *square)
{
    int width = b->ascii ? b->columns / 2 : b->columns, height = b->ascii ? b->lines : 2 * b->lines;
    int left = width, right = -1, top = height, bottom = -1;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            if (drawn_at(b, x, y) != light) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y;
            }
    int size = right - left + 1;
    *square = (struct square){left, top, size};
    return bottom - top + 1 == size && size >= 21 && size <= 177 && size % 4 == 1;
}

/* Ends a block: when it is a symbol it takes the place of the one before. */
static int end_block(struct block *b, qdr_symbol **last, qdr_error *err)
{
    struct square at;
    bool light = b->lines && drawn_at(b, 0, 0);
    if (b->lines && find_square(b, light, &at)) {
        qdr_symbol *symbol = malloc(sizeof *symbol);
        unsigned char *module = malloc((size_t)at.size * (size_t)at.size);
        if (!symbol || !module) {
            free(symbol);
            free(module);
            return qdr_fail_memory(err, "looking for a code");
        }
        *symbol = (qdr_symbol){.version = (at.size - 17) / 4, .size = at.size, .modules = module};
        for (int y = 0; y < at.size; y++)
            for (int x = 0; x < at.size; x++)
                *module++ = drawn_at(b, at.left + x, at.top + y) != light ? QDR_MODULE_DARK : 0;
        qdr_symbol_destroy(*last);
        *last = symbol;
    }
    b->lines = b->columns = 0;
    b->ascii = false;
    return QDR_OK;
}

int qdr_symbol_find_drawn(const char *text, size_t size, qdr_symbol **symbol, qdr_error *err)
{
    struct block *b = calloc(1, sizeof *b);
    qdr_symbol *last = NULL;
    int code = b ? QDR_OK : qdr_fail_memory(err, "looking for a code");
    for (size_t i = 0; i <= size && !code;) { /* the end of the text is a last, empty line */
        const char *end = i < size ? memchr(text + i, '\n', size - i) : NULL;
        size_t length = end ? (size_t)(end - text) - i : size - i;
        bool taken = take_line(b, text + i, length);
        i += length + 1;
        if (!taken || i > size)
            code = end_block(b, &last, err);
    }
    free(b);
    if (code)
        qdr_symbol_destroy(last);
    else
        *symbol = last;
    return code;
}
