/* Symbols, made by libqrencode. */
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "quadrat/qr.h"

#include "qr/option.h"
#include "qr/segments.h"

#define VERSION_MOST 40

/* Lowest first. format: the bits that say the level in a symbol (ISO/IEC 18004:2015, table 12). */
static const struct level {
    char letter;
    QRecLevel level;
    unsigned format;
} levels[] = {
    {'L', QR_ECLEVEL_L, 1},
    {'M', QR_ECLEVEL_M, 0},
    {'Q', QR_ECLEVEL_Q, 3},
    {'H', QR_ECLEVEL_H, 2},
};

#define LEVELS (sizeof levels / sizeof levels[0])

static const struct level *level_of(char letter)
{
    for (size_t i = 0; i < LEVELS; i++)
        if (levels[i].letter == letter)
            return &levels[i];
    return NULL;
}

/* The version and level that hold the text, as qr.h promises. */
static int choose(const char *text, size_t size, const qdr_symbol_options *options, int *version,
                  const struct level **level, qdr_error *err)
{
    static const qdr_symbol_options defaults = {0};
    const qdr_symbol_options *o = options ? options : &defaults;
    int limit;
    if (qdr_option_choose("version limit", o->version_limit, QDR_VERSION_LIMIT_PRESET, 1,
                          VERSION_MOST, &limit, err) ||
        qdr_option_choose("least version", o->version_least, 1, 1, limit, version, err))
        return QDR_EUSAGE;
    const struct level *chosen = level_of(o->level ? o->level : 'M');
    if (!chosen)
        return qdr_fail(err, QDR_EUSAGE, "QR code: no such level; there are L, M, Q and H");
    if (!size)
        return qdr_fail(err, QDR_EUSAGE, "QR code: the text is empty");
    if (!qdr_symbol_fits(text, size, limit, chosen->letter))
        return qdr_fail(err, QDR_EUSAGE,
                        "QR code: the text is %zu bytes; version %d at level %c holds %zu, more only "
                        "of digits and capitals. Ask for fewer results, or write them with "
                        "'-o result.json'.",
                        size, limit, chosen->letter, qdr_symbol_capacity(limit, chosen->letter));
    while (!qdr_symbol_fits(text, size, *version, chosen->letter))
        ++*version;
    while (chosen + 1 < levels + LEVELS &&
           qdr_symbol_fits(text, size, *version, (chosen + 1)->letter))
        chosen++;
    *level = chosen;
    return QDR_OK;
}

/* The 15 bits of format information lie twice around the finders (ISO/IEC 18004:2015, 7.9 and
 * figure 25). Bit i, the least significant first: */
static size_t format_place(const qdr_symbol *s, int copy, int i)
{
    static const signed char first[15][2] = {
        /* column, row */
        {8, 0}, {8, 1}, {8, 2}, {8, 3}, {8, 4}, {8, 5}, {8, 7}, {8, 8},
        {7, 8}, {5, 8}, {4, 8}, {3, 8}, {2, 8}, {1, 8}, {0, 8},
    };
    int x = first[i][0], y = first[i][1];
    if (copy) {
        x = i < 8 ? s->size - 1 - i : 8;
        y = i < 8 ? 8 : s->size - 15 + i;
    }
    return (size_t)y * (size_t)s->size + (size_t)x;
}

#define FORMAT_MASK 0x5412u

static int format_mask(const qdr_symbol *s)
{
    unsigned format = 0;
    for (int i = 0; i < 15; i++)
        format |= (unsigned)(s->modules[format_place(s, 0, i)] & QDR_MODULE_DARK) << i;
    return (int)((format ^ FORMAT_MASK) >> 10 & 7);
}

/* Level and mask, 10 bits of a BCH code with generator 0x537, the whole masked. */
static void set_format(qdr_symbol *s)
{
    unsigned data = level_of(s->level)->format << 3 | (unsigned)s->mask;
    unsigned rest = data;
    for (int i = 0; i < 10; i++)
        rest = rest << 1 ^ (rest >> 9) * 0x537;
    unsigned format = (data << 10 | rest) ^ FORMAT_MASK;
    for (int copy = 0; copy < 2; copy++)
        for (int i = 0; i < 15; i++)
            s->modules[format_place(s, copy, i)] = QDR_MODULE_FIXED | (format >> i & 1);
}

/* Whether the mask inverts the module in column x and row y (ISO/IEC 18004:2015, table 10). */
static bool inverts(int mask, int x, int y)
{
    switch (mask) {
    case 0:
        return (y + x) % 2 == 0;
    case 1:
        return y % 2 == 0;
    case 2:
        return x % 3 == 0;
    case 3:
        return (y + x) % 3 == 0;
    case 4:
        return (y / 2 + x / 3) % 2 == 0;
    case 5:
        return y * x % 2 + y * x % 3 == 0;
    case 6:
        return (y * x % 2 + y * x % 3) % 2 == 0;
    default:
        return ((y + x) % 2 + y * x % 3) % 2 == 0;
    }
}

void qdr_symbol_set_mask(qdr_symbol *symbol, int mask)
{
    unsigned char *module = symbol->modules;
    for (int y = 0; y < symbol->size; y++)
        for (int x = 0; x < symbol->size; x++, module++)
            if (!(*module & QDR_MODULE_FIXED) &&
                inverts(symbol->mask, x, y) != inverts(mask, x, y))
                *module ^= QDR_MODULE_DARK;
    symbol->mask = mask;
    set_format(symbol);
}

/* In libqrencode's modules bit 0 is dark, and bit 7 what is not data. */
static qdr_symbol *symbol_of(const QRcode *code, char level)
{
    qdr_symbol *s = malloc(sizeof *s);
    size_t modules = (size_t)code->width * (size_t)code->width;
    unsigned char *copy = malloc(modules);
    if (!s || !copy) {
        free(copy);
        free(s);
        return NULL;
    }
    for (size_t i = 0; i < modules; i++)
        copy[i] = (code->data[i] & 1 ? QDR_MODULE_DARK : 0) |
                  (code->data[i] & 0x80 ? QDR_MODULE_FIXED : 0);
    *s = (qdr_symbol){
        .version = code->version, .level = level, .size = code->width, .modules = copy};
    s->mask = format_mask(s);
    return s;
}

/* Gives libqrencode the segments of a text, which it would find by less than the best rule. */
static bool append_segments(QRinput *input, const char *text, size_t size, int version)
{
    static const QRencodeMode names[QDR_MODES] = {
        [QDR_NUMERIC] = QR_MODE_NUM, [QDR_ALPHANUMERIC] = QR_MODE_AN, [QDR_BYTE] = QR_MODE_8};
    unsigned char modes[QDR_SEGMENTS_MOST];
    qdr_segments_find(text, size, version, modes);
    for (size_t begin = 0, end; begin < size; begin = end) {
        end = begin;
        while (end < size && modes[end] == modes[begin])
            end++;
        if (QRinput_append(input, names[modes[begin]], (int)(end - begin),
                           (const unsigned char *)text + begin) < 0)
            return false;
    }
    return true;
}

static QRcode *encode(const char *text, size_t size, int version, QRecLevel level)
{
    QRinput *input = QRinput_new2(version, level);
    QRcode *made = NULL;
    if (input && append_segments(input, text, size, version))
        made = QRcode_encodeInput(input);
    QRinput_free(input);
    return made;
}

int qdr_symbol_make(const char *text, size_t size, const qdr_symbol_options *options,
                    qdr_symbol **symbol, qdr_error *err)
{
    int version;
    const struct level *level = NULL;
    int code = choose(text, size, options, &version, &level, err);
    if (code)
        return code;
    QRcode *made = encode(text, size, version, level->level);
    if (!made)
        return qdr_fail_errno(err, "making a QR code of version %d", version);
    /* libqrencode takes the version as the least one: check that it kept it. */
    if (made->version != version)
        code = qdr_fail(err, QDR_ESYSTEM, "QR code: libqrencode made version %d instead of %d",
                        made->version, version);
    else if (!(*symbol = symbol_of(made, level->letter)))
        code = qdr_fail_memory(err, "making a QR code");
    QRcode_free(made);
    return code;
}

void qdr_symbol_destroy(qdr_symbol *symbol)
{
    if (symbol)
        free(symbol->modules);
    free(symbol);
}

bool qdr_symbol_dark(const qdr_symbol *symbol, int x, int y)
{
    if (x < 0 || y < 0 || x >= symbol->size || y >= symbol->size)
        return false;
    return symbol->modules[y * symbol->size + x] & QDR_MODULE_DARK;
}
