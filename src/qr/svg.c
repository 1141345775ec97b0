/* A symbol as an SVG drawing. */
#include <string.h>

#include "quadrat/qr.h"

#include "base/bytes.h"
#include "qr/option.h"

/* In print 0.5 mm a module, as in the PNG image; a half each, so that no decimals are computed. */
static void append_millimetres(qdr_bytes *b, int modules)
{
    qdr_bytes_format(b, "%d%smm", modules / 2, modules % 2 ? ".5" : "");
}

/* Text between tags: what is markup there is named instead. */
static void append_escaped(qdr_bytes *b, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (*s == '&')
            qdr_bytes_text(b, "&amp;");
        else if (*s == '<')
            qdr_bytes_text(b, "&lt;");
        else if (*s == '>')
            qdr_bytes_text(b, "&gt;");
        else
            qdr_bytes_append(b, s, 1);
    }
}

/* A line along the middle of each run of dark modules; the stroke is a module wide. A move is
 * relative to where the line before ended, at (*x, *y). */
static void append_row(qdr_bytes *b, const qdr_symbol *symbol, int row, int *x, int *y)
{
    for (int begin = 0, end; begin < symbol->size; begin = end) {
        end = begin + 1;
        if (!qdr_symbol_dark(symbol, begin, row))
            continue;
        while (qdr_symbol_dark(symbol, end, row))
            end++;
        qdr_bytes_format(b, "m%d %dh%d", begin - *x, row - *y, end - begin);
        *x = end;
        *y = row;
    }
}

int qdr_symbol_svg(const qdr_symbol *symbol, int quiet_zone, const char *title, char **svg,
                   qdr_error *err)
{
    int margin, x = 0, y = 0;
    int code = qdr_option_choose("quiet zone", quiet_zone, QDR_QUIET_ZONE_PRESET, 1,
                                 QDR_QUIET_ZONE_MOST, &margin, err);
    if (code)
        return code;
    int side = symbol->size + 2 * margin;
    qdr_bytes b = {0};
    qdr_bytes_text(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
    append_millimetres(&b, side);
    qdr_bytes_text(&b, "\" height=\"");
    append_millimetres(&b, side);
    qdr_bytes_format(&b, "\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">\n", side, side);
    if (title) {
        qdr_bytes_text(&b, "<title>");
        append_escaped(&b, title);
        qdr_bytes_text(&b, "</title>\n");
    }
    qdr_bytes_format(&b,
                     "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>\n<path stroke=\"#000\" d=\"M%d %d.5",
                     side, side, margin, margin);
    for (int row = 0; row < symbol->size; row++)
        append_row(&b, symbol, row, &x, &y);
    qdr_bytes_text(&b, "\"/>\n</svg>\n");
    code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *svg = b.data;
    return code;
}
