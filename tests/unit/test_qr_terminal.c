/* Symbols as terminal text: drawn by a small terminal and read from its picture. */
#include "qr_images.h"

static const char on[] = "\x1b[38;5;16;48;5;231m", off[] = "\x1b[0m";

static bool take(const char **text, const char *prefix)
{
    size_t size = strlen(prefix);
    if (strncmp(*text, prefix, size))
        return false;
    *text += size;
    return true;
}

/* Takes one character; bit 0 of the result is whether its upper half is drawn, bit 1 the lower. */
static int take_glyph(const char **text)
{
    static const char *const glyphs[] = {" ", "\u2580", "\u2584", "\u2588", "#"};
    for (int i = 0; i < 5; i++)
        if (take(text, glyphs[i]))
            return i < 4 ? i : 3;
    fail_msg("not a glyph: %.4s", *text);
    return 0;
}

/* A terminal that knows what the drawing needs, with characters of 4 by 8 pixels and a margin of 8
 * pixels of its background. light: its own colours are black on white. */
static qdr_png screenshot(const char *text, int columns, int lines, bool light)
{
    size_t width = (size_t)columns * 4 + 16, height = (size_t)lines * 8 + 16;
    unsigned char *pixels = malloc(width * height), *row = pixels + 8 * width + 8;
    unsigned char own = light ? 0 : 255, ink = own;
    memset(pixels, 255 - ink, width * height);
    for (int line = 0; line < lines; line++, row += 8 * width) {
        if (take(&text, on))
            ink = 0;
        for (int column = 0; column < columns; column++) {
            int glyph = take_glyph(&text);
            for (size_t y = 0; y < 8; y++)
                memset(row + y * width + 4 * column, glyph >> y / 4 & 1 ? ink : 255 - ink, 4);
        }
        if (take(&text, off))
            ink = own;
        assert_true(take(&text, "\n"));
    }
    assert_int_equal(*text, 0);
    qdr_bytes raw = {0};
    for (size_t y = 0; y < height; y++) {
        qdr_bytes_append(&raw, "", 1);
        qdr_bytes_append(&raw, pixels + y * width, width);
    }
    free(pixels);
    return png_around(&(struct kind){"", GREY, 8, 0}, width, height, &raw);
}

static void test_terminal(void **state)
{
    static const struct {
        qdr_terminal_options options;
        int version, columns, lines;
        int dark, light; /* whether it reads on a dark and a light terminal */
    } rows[] = {
        {{.colours = true}, 5, 45, 23, 1, 1},
        {{.colours = true}, 10, 65, 33, 1, 1},
        {{.colours = true}, 15, 85, 43, 1, 1},
        {{.colours = true, .quiet_zone = 2}, 5, 41, 21, 1, 1},
        {{.colours = true, .invert = true}, 5, 45, 23, 0, 0},
        {{.colours = false}, 5, 45, 23, 1, 0},
        {{.colours = false}, 10, 65, 33, 1, 0},
        {{.quiet_zone = 1}, 5, 39, 20, 1, 0},
        {{.invert = true}, 5, 45, 23, 0, 1},
        {{.ascii = true}, 5, 90, 45, 1, 0},
        {{.ascii = true, .invert = true}, 5, 90, 45, 0, 1},
        {{.ascii = true, .colours = true}, 5, 90, 45, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_error err = QDR_ERROR_INIT;
        int columns, lines;
        char *drawn = NULL;
        size_t size = qdr_symbol_capacity(rows[i].version, 'M');
        char *text = text_of(size);
        qdr_symbol *symbol = symbol_of(text, size, NULL);
        assert_int_equal(qdr_symbol_terminal(symbol, &rows[i].options, &drawn, &err), QDR_OK);
        assert_int_equal(
            qdr_symbol_terminal_size(symbol, &rows[i].options, &columns, &lines, &err), QDR_OK);
        assert_int_equal(columns, rows[i].columns);
        assert_int_equal(lines, rows[i].lines);
        for (int light = 0; light < 2; light++) {
            qdr_png png = screenshot(drawn, columns, lines, light);
            size_t count;
            if (light ? rows[i].light : rows[i].dark) {
                if (qdr_image_can_read())
                    assert_reads(png.data, png.size, text, size);
            } else if (qdr_image_can_read()) {
                assert_int_equal(read_only(png.data, png.size, &count), QDR_OK);
                assert_int_equal(count, 0);
            }
            qdr_png_clear(&png);
        }
        free(drawn);
        qdr_symbol_destroy(symbol);
        free(text);
    }
}

/* A colour never leaks into what is printed after a line. */
static void test_terminal_lines(void **state)
{
    (void)state;
    qdr_error err = QDR_ERROR_INIT;
    qdr_symbol *symbol = symbol_of("1", 1, NULL);
    char *text = NULL;
    qdr_terminal_options options = {.colours = true};
    assert_int_equal(qdr_symbol_terminal(symbol, &options, &text, &err), QDR_OK);
    int lines = 0;
    for (char *line = text, *end; *line; line = end + 1, lines++) {
        end = strchr(line, '\n');
        assert_non_null(end);
        assert_memory_equal(line, on, sizeof on - 1);
        assert_memory_equal(end - (sizeof off - 1), off, sizeof off - 1);
    }
    assert_int_equal(lines, 15);
    free(text);
    options = (qdr_terminal_options){.quiet_zone = 33};
    assert_int_equal(qdr_symbol_terminal(symbol, &options, &text, &err), QDR_EUSAGE);
    assert_int_equal(qdr_symbol_terminal_size(symbol, &options, &lines, &lines, &err), QDR_EUSAGE);
    qdr_symbol_destroy(symbol);
}

/* The modules that were drawn are found again among other lines, also when blanks at the ends of
 * lines were cut off, and the last symbol when there are two. */
static void test_find_drawn(void **state)
{
    (void)state;
    for (int form = 0; form < 64; form++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_terminal_options options = {.colours = form & 1, .invert = form & 2, .ascii = form & 4,
                                        .quiet_zone = 1 + form / 8 % 4};
        qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL), *found = NULL;
        qdr_symbol *other = symbol_of("1", 1, NULL);
        char *drawn, *before;
        qdr_bytes log = {0};
        assert_int_equal(qdr_symbol_terminal(symbol, &options, &drawn, &err), QDR_OK);
        assert_int_equal(qdr_symbol_terminal(other, NULL, &before, &err), QDR_OK);
        if (form & 32)
            qdr_bytes_format(&log, "%sa = 1\n", before);
        for (char *line = strtok(drawn, "\n"); line; line = strtok(NULL, "\n")) {
            size_t length = strlen(line);
            while (length && line[length - 1] == ' ' && options.invert && !options.colours)
                length--;
            qdr_bytes_append(&log, line, length);
            qdr_bytes_text(&log, form & 1 ? "\r\n" : "\n");
        }
        if (form & 8)
            qdr_bytes_text(&log, "sum(x) = 1.0\n\n## a heading\n#\n");
        assert_int_equal(qdr_symbol_find_drawn(log.data, log.size, &found, &err), QDR_OK);
        assert_non_null(found);
        assert_int_equal(found->version, symbol->version);
        assert_int_equal(found->size, symbol->size);
        for (int i = 0; i < symbol->size * symbol->size; i++)
            assert_int_equal(found->modules[i], symbol->modules[i] & QDR_MODULE_DARK);
        qdr_symbol_destroy(found);
        qdr_symbol_destroy(other);
        qdr_symbol_destroy(symbol);
        qdr_bytes_clear(&log);
        free(before);
        free(drawn);
    }
}

/* What is no drawing, whatever it holds; the texts end where their memory ends. */
static void test_nothing_drawn(void **state)
{
    static const char *const parts[] = {
        " ", "#", "\u2580", "\u2584", "\u2588", "\n", "\r", "\x1b[", "\x1b[0m", "\x1b[1;2",
        "m", "a", "\xe2", "\xe2\x96", "        ", "##########"};
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_symbol *found = NULL;
        qdr_bytes text = {0};
        for (int i = 0; i < 60; i++) {
            seed = seed * 1664525 + 1013904223;
            qdr_bytes_text(&text, parts[(seed >> 16) % 16]);
        }
        char *copy = malloc(text.size);
        memcpy(copy, text.data, text.size);
        assert_int_equal(qdr_symbol_find_drawn(copy, text.size, &found, &err), QDR_OK);
        qdr_symbol_destroy(found);
        free(copy);
        qdr_bytes_clear(&text);
    }
    qdr_bytes large = {0}; /* wider and higher than a drawing can be */
    for (int y = 0; y < 300; y++) {
        for (int x = 0; x < 600; x++)
            qdr_bytes_text(&large, y % 7 ? "#" : " ");
        qdr_bytes_text(&large, y % 2 ? "\n" : "\n#\n");
    }
    qdr_symbol *found = NULL;
    assert_int_equal(qdr_symbol_find_drawn(large.data, large.size, &found, NULL), QDR_OK);
    assert_null(found);
    qdr_bytes_clear(&large);
    assert_int_equal(qdr_symbol_find_drawn("", 0, &found, NULL), QDR_OK);
    assert_null(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_terminal_lines),
        cmocka_unit_test(test_find_drawn),
        cmocka_unit_test(test_nothing_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
