/* A symbol as text, in half blocks or ASCII. */
#include "base/bytes.h"
#include "qr/option.h"
#include "quadrat/qr.h"

/* Black and white of the 6x6x6 colour cube, which no theme changes, unlike 30 and 47. */
#define COLOURS_ON "\x1b[38;5;16;48;5;231m"
#define COLOURS_OFF "\x1b[0m"

/* A character shows `across` characters for one module's column and `down` modules' rows; the
 * glyph's index has bit 0 for the upper and bit 1 for the lower module drawn. */
struct form {
    int across, down;
    const char *glyphs[4];
};

static const struct form half_blocks = {1, 2, {" ", "\u2580", "\u2584", "\u2588"}};
static const struct form ascii = {2, 1, {"  ", "##"}};

struct drawing {
    const struct form *form;
    int quiet_zone;
    bool colours;
    bool draw_dark; /* else the light modules are what is drawn */
};

static int drawing_of(const qdr_terminal_options *options, struct drawing *d, qdr_error *err)
{
    static const qdr_terminal_options defaults = {0};
    const qdr_terminal_options *o = options ? options : &defaults;
    d->form = o->ascii ? &ascii : &half_blocks;
    d->colours = o->colours;
    d->draw_dark = o->colours != o->invert;
    return qdr_option_choose("quiet zone", o->quiet_zone, QDR_QUIET_ZONE_PRESET, 1,
                             QDR_QUIET_ZONE_MOST, &d->quiet_zone, err);
}

int qdr_symbol_terminal(const qdr_symbol *symbol, const qdr_terminal_options *options, char **text,
                        qdr_error *err)
{
    struct drawing d;
    int code = drawing_of(options, &d, err);
    if (code)
        return code;
    qdr_bytes b = {0};
    int end = symbol->size + d.quiet_zone;
    for (int y = -d.quiet_zone; y < end; y += d.form->down) {
        if (d.colours)
            qdr_bytes_text(&b, COLOURS_ON);
        for (int x = -d.quiet_zone; x < end; x++) {
            int glyph = 0;
            for (int i = 0; i < d.form->down; i++)
                if (qdr_symbol_dark(symbol, x, y + i) == d.draw_dark)
                    glyph |= 1 << i;
            qdr_bytes_text(&b, d.form->glyphs[glyph]);
        }
        qdr_bytes_text(&b, d.colours ? COLOURS_OFF "\n" : "\n");
    }
    code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *text = b.data;
    return code;
}

int qdr_symbol_terminal_size(const qdr_symbol *symbol, const qdr_terminal_options *options,
                             int *columns, int *lines, qdr_error *err)
{
    struct drawing d;
    int code = drawing_of(options, &d, err);
    if (code)
        return code;
    int side = symbol->size + 2 * d.quiet_zone;
    *columns = side * d.form->across;
    *lines = (side + d.form->down - 1) / d.form->down;
    return QDR_OK;
}
