/* QR codes: sizes, levels and segments against the standard, and images read back. */
#include <qrencode.h>
#include <unistd.h>

#include "qr/check.h"
#include "qr/segments.h"
#include "qr_images.h"

static const char *const levels = "LMQH";

/* --- Symbols --- */

/* ISO/IEC 18004, table 7, the columns for byte mode. */
static void test_capacity(void **state)
{
    static const struct {
        int version;
        size_t bytes[4];
    } rows[] = {
        {1, {17, 14, 11, 7}},          {2, {32, 26, 20, 14}},         {3, {53, 42, 32, 24}},
        {4, {78, 62, 46, 34}},         {5, {106, 84, 60, 44}},        {6, {134, 106, 74, 58}},
        {7, {154, 122, 86, 64}},       {8, {192, 152, 108, 84}},      {9, {230, 180, 130, 98}},
        {10, {271, 213, 151, 119}},    {11, {321, 251, 177, 137}},    {13, {425, 331, 241, 177}},
        {15, {520, 412, 292, 220}},    {20, {858, 666, 482, 382}},    {25, {1273, 997, 715, 535}},
        {26, {1367, 1059, 751, 593}},  {27, {1465, 1125, 805, 625}},  {30, {1732, 1370, 982, 742}},
        {35, {2303, 1809, 1283, 983}}, {40, {2953, 2331, 1663, 1273}}, {0, {0, 0, 0, 0}},
        {41, {0, 0, 0, 0}},            {-1, {0, 0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int k = 0; k < 4; k++)
            assert_int_equal(qdr_symbol_capacity(rows[i].version, levels[k]), rows[i].bytes[k]);
    assert_int_equal(qdr_symbol_capacity(1, 'X'), 0);
    assert_int_equal(qdr_symbol_capacity(1, '\0'), 0);
}

/* libqrencode, which takes larger versions silently, agrees on what fits. */
static void test_full_symbols(void **state)
{
    (void)state;
    for (int version = 1; version <= 40; version++) {
        for (int k = 0; k < 4; k++) {
            size_t size = qdr_symbol_capacity(version, levels[k]);
            qdr_symbol_options options = {.level = levels[k], .version_limit = 40};
            char *text = text_of(size + 1);
            qdr_symbol *full = symbol_of(text, size, &options);
            assert_int_equal(full->version, version);
            assert_int_equal(full->size, 17 + 4 * version);
            assert_int_equal(full->level, levels[k]);
            qdr_symbol_destroy(full);
            if (version < 40) {
                qdr_symbol *over = symbol_of(text, size + 1, &options);
                assert_int_equal(over->version, version + 1);
                qdr_symbol_destroy(over);
            }
            free(text);
        }
    }
    qdr_symbol_destroy(NULL);
}

static void test_choice(void **state)
{
    static const struct {
        size_t size;
        qdr_symbol_options options;
        int version; /* 0 = must fail */
        char level;
    } rows[] = {
        {213, {0}, 10, 'M'},
        {214, {0}, 11, 'M'},
        {181, {0}, 10, 'M'},
        {85, {0}, 6, 'M'},
        {74, {0}, 5, 'M'},
        {60, {0}, 4, 'M'},
        {46, {0}, 4, 'Q'},
        {7, {0}, 1, 'H'},
        {8, {0}, 1, 'Q'},
        {12, {0}, 1, 'M'},
        {12, {.level = 'L'}, 1, 'M'},
        {15, {.level = 'L'}, 1, 'L'},
        {7, {.level = 'H'}, 1, 'H'},
        {8, {.level = 'H'}, 2, 'H'},
        {12, {.version_least = 3}, 3, 'H'},
        {997, {0}, 25, 'M'},
        {998, {0}, 0, 0},
        {998, {.version_limit = 26}, 26, 'M'},
        {998, {.level = 'L'}, 22, 'L'},
        {213, {.version_limit = 10}, 10, 'M'},
        {214, {.version_limit = 10}, 0, 0},
        {2331, {.version_limit = 40}, 40, 'M'},
        {2332, {.version_limit = 40}, 0, 0},
        {0, {0}, 0, 0},
        {1, {.level = 'X'}, 0, 0},
        {1, {.level = 'm'}, 0, 0},
        {1, {.version_limit = 41}, 0, 0},
        {1, {.version_limit = -1}, 0, 0},
        {1, {.version_least = 11, .version_limit = 10}, 0, 0},
        {1, {.version_least = 26}, 0, 0},
        {SIZE_MAX, {0}, 0, 0},
    };
    (void)state;
    char *text = text_of(4000);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_symbol *symbol = NULL;
        int code = qdr_symbol_make(text, rows[i].size, &rows[i].options, &symbol, &err);
        assert_int_equal(code, rows[i].version ? QDR_OK : QDR_EUSAGE);
        assert_int_equal(!symbol, !rows[i].version);
        if (symbol) {
            assert_int_equal(symbol->version, rows[i].version);
            assert_int_equal(symbol->level, rows[i].level);
        }
        qdr_symbol_destroy(symbol);
    }
    free(text);
}

/* --- Segments --- */

/* The bits of one segment by ISO/IEC 18004, 7.4, in whole numbers; 0 when the mode cannot hold it. */
static size_t segment_bits(int mode, const char *text, size_t size, int version)
{
    static const size_t heads[3][3] = {{14, 13, 12}, {16, 15, 20}, {18, 17, 20}};
    size_t head = heads[version < 10 ? 0 : version < 27 ? 1 : 2][mode];
    for (size_t i = 0; i < size && mode < 2; i++)
        if (!memchr(capitals, text[i], mode ? 45 : 10))
            return 0;
    if (mode == 0)
        return head + size / 3 * 10 + (size % 3 == 2 ? 7 : size % 3 * 4);
    return head + (mode == 1 ? size / 2 * 11 + size % 2 * 6 : size * 8);
}

/* The fewest bits over all cuts and modes, by trying each last segment. */
static size_t fewest_bits(const char *text, size_t size, int version)
{
    size_t best[201] = {0};
    assert_true(size <= 200);
    for (size_t end = 1; end <= size; end++) {
        best[end] = SIZE_MAX;
        for (size_t begin = 0; begin < end; begin++)
            for (int mode = 0; mode < 3; mode++) {
                size_t bits = segment_bits(mode, text + begin, end - begin, version);
                if (bits && best[begin] + bits < best[end])
                    best[end] = best[begin] + bits;
            }
    }
    return best[size];
}

static size_t room(int version, char level)
{
    return 8 * (qdr_symbol_capacity(version, level) + (version < 10 ? 2 : 3));
}

static void test_segments(void **state)
{
    static const int versions[] = {1, 9, 10, 26, 27, 40};
    (void)state;
    for (int round = 0; round < 400; round++) {
        char text[201];
        unsigned char modes[QDR_SEGMENTS_MOST];
        size_t size = random_text(text, round < 100 ? 12 : 200);
        for (size_t i = 0; i < 6; i++) {
            size_t bits = qdr_segments_find(text, size, versions[i], modes), sum = 0;
            assert_int_equal(bits, fewest_bits(text, size, versions[i]));
            for (size_t begin = 0, end; begin < size; begin = end) {
                for (end = begin; end < size && modes[end] == modes[begin]; end++)
                    ;
                size_t part = segment_bits(modes[begin], text + begin, end - begin, versions[i]);
                assert_true(part);
                sum += part;
            }
            assert_int_equal(sum, bits); /* what it tells is what it counts */
        }
        qdr_symbol *symbol = symbol_of(text, size, NULL);
        int version = 1;
        while (fewest_bits(text, size, version) > room(version, 'M'))
            version++;
        assert_int_equal(symbol->version, version);
        size_t bits = fewest_bits(text, size, version);
        char level = bits <= room(version, 'H') ? 'H' : bits <= room(version, 'Q') ? 'Q' : 'M';
        assert_int_equal(symbol->level, level);
        QRcode *greedy = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
        assert_true(symbol->version <= greedy->version); /* by libqrencode's own splitting */
        QRcode_free(greedy);
        qdr_symbol_destroy(symbol);
    }
}

/* Every full symbol of one mode, whose lengths the standard lists in table 7. */
static void test_modes_are_full(void **state)
{
    static const struct {
        int version;
        char level;
        size_t digits, capitals;
    } rows[] = {{1, 'M', 34, 20},     {1, 'H', 17, 10},     {9, 'M', 432, 262},  {10, 'M', 513, 311},
                {26, 'L', 3283, 1990}, {27, 'Q', 1933, 1172}, {40, 'L', 7089, 4296}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int k = 0; k < 2; k++) {
            char text[7100];
            size_t size = k ? rows[i].capitals : rows[i].digits;
            memset(text, k ? 'A' : '7', sizeof text);
            assert_true(qdr_symbol_fits(text, size, rows[i].version, rows[i].level));
            assert_false(qdr_symbol_fits(text, size + 1, rows[i].version, rows[i].level));
            qdr_symbol_options options = {.level = rows[i].level, .version_limit = 40};
            qdr_symbol *symbol = symbol_of(text, size, &options);
            assert_int_equal(symbol->version, rows[i].version);
            qdr_symbol_destroy(symbol);
        }
    assert_false(qdr_symbol_fits("", 0, 40, 'L'));
    assert_false(qdr_symbol_fits("a", 1, 41, 'L'));
}

static void test_too_long_says_so(void **state)
{
    (void)state;
    char *text = text_of(1100);
    qdr_error err = QDR_ERROR_INIT;
    qdr_symbol *symbol = NULL;
    assert_int_equal(qdr_symbol_make(text, 1100, NULL, &symbol, &err), QDR_EUSAGE);
    static const char *const parts[] = {"1100", "997", "25", "fewer", "-o result.json"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_non_null(strstr(err.text, parts[i]));
    free(text);
}

/* --- Images --- */

static void assert_chunk(const qdr_png *png, const char *type, int n, const void *data, size_t size)
{
    size_t found_size;
    const char *found = chunk_find(png, type, n, &found_size);
    assert_non_null(found);
    assert_int_equal(found_size, size);
    assert_memory_equal(found, data, size);
}

static void test_png_is_small(void **state)
{
    (void)state;
    char *text = text_of(213);
    qdr_symbol *symbol = symbol_of(text, 213, NULL);
    assert_int_equal(symbol->version, 10);
    assert_int_equal(symbol->level, 'M');
    qdr_png png = png_of(symbol, NULL);
    /* 520 by 520, 1 bit, grey, not interlaced */
    assert_chunk(&png, "IHDR", 0, "\0\0\2\10\0\0\2\10\1\0\0\0\0", 13);
    assert_chunk(&png, "pHYs", 0, "\0\0\x3e\x80\0\0\x3e\x80\1", 9); /* 16000 a metre: 0.5 mm */
    assert_true(png.size <= 914);
    qdr_png again = png_of(symbol, &(qdr_png_options){.scale = 8, .quiet_zone = 4});
    assert_int_equal(png.size, again.size);
    assert_memory_equal(png.data, again.data, png.size);
    qdr_png_clear(&again);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
    free(text);
}

static void test_png_texts(void **state)
{
    static const qdr_png_text texts[] = {
        {"Title", "mean(x)"},
        {"Comment", "Z\u00fcrich\nand more"},
        {"Author", "\u0141ukasz"},
        {"Source", ""},
        {"Warning", "cut short \xc3"},
        {"R\u00e9sum\u00e9", "a long text, not compressed"},
    };
    (void)state;
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    qdr_png png = png_of(symbol, &(qdr_png_options){.texts = texts, .text_count = 6});
    size_t size;
#define ASSERT_CHUNK(type, n, data) assert_chunk(&png, type, n, data, sizeof(data) - 1)
    ASSERT_CHUNK("tEXt", 0, "Title\0mean(x)");
    ASSERT_CHUNK("tEXt", 1, "Comment\0Z\xfcrich\nand more");
    ASSERT_CHUNK("tEXt", 2, "Source\0");
    ASSERT_CHUNK("tEXt", 3, "R\xe9sum\xe9\0a long text, not compressed");
    ASSERT_CHUNK("iTXt", 0, "Author\0\0\0\0\0\xc5\x81ukasz");
    ASSERT_CHUNK("iTXt", 1, "Warning\0\0\0\0\0cut short \xc3");
    assert_null(chunk_find(&png, "tEXt", 4, &size));
    assert_null(chunk_find(&png, "iTXt", 2, &size));
    if (qdr_image_can_read())
        assert_reads(png.data, png.size, sample, strlen(sample));
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
}

static void test_png_refuses(void **state)
{
#define KEYWORD(k) {.texts = &(const qdr_png_text){k, "text"}, .text_count = 1}
    char long_keyword[81];
    memset(long_keyword, 'k', 80);
    long_keyword[80] = '\0';
    const qdr_png_options rows[] = {
        {.scale = 1},       {.scale = 33},        {.scale = -8},           {.quiet_zone = -1},
        {.quiet_zone = 33}, KEYWORD(""),          KEYWORD(" Title"),       KEYWORD("Title "),
        KEYWORD("a  b"),    KEYWORD("a\nb"),      KEYWORD("\u0141"),       KEYWORD("a\u00a0b"),
        KEYWORD("\xff"),    KEYWORD(long_keyword),
    };
    (void)state;
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_png png = {0};
        assert_int_equal(qdr_symbol_png(symbol, &rows[i], &png, &err), QDR_EUSAGE);
        assert_null(png.data);
    }
    qdr_symbol_destroy(symbol);
}

static void test_round_trip(void **state)
{
    (void)state;
    need_reader();
    for (int version = 1; version <= 25; version++) {
        size_t size = qdr_symbol_capacity(version, 'M');
        char *text = text_of(size);
        qdr_symbol *symbol = symbol_of(text, size, NULL);
        assert_int_equal(symbol->version, version);
        qdr_png png = png_of(symbol, NULL);
        assert_reads(png.data, png.size, text, size);
        qdr_png_clear(&png);
        qdr_symbol_destroy(symbol);
        free(text);
    }
}

static void test_all_bytes(void **state)
{
    (void)state;
    need_reader();
    char text[256];
    for (int i = 0; i < 256; i++)
        text[i] = (char)i;
    qdr_symbol *symbol = symbol_of(text, sizeof text, NULL);
    qdr_png png = png_of(symbol, &(qdr_png_options){.scale = 2});
    assert_reads(png.data, png.size, text, sizeof text);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
}

/* A reader takes the mask from the format information and undoes it: each is right only when both
 * are. */
static void test_masks(void **state)
{
    (void)state;
    need_reader();
    for (const char *level = levels; *level; level++) {
        qdr_symbol *symbol = symbol_of(sample, strlen(sample), &(qdr_symbol_options){*level, 0, 0});
        size_t modules = (size_t)symbol->size * (size_t)symbol->size;
        unsigned char *own = malloc(modules);
        int own_mask = symbol->mask;
        memcpy(own, symbol->modules, modules);
        for (int mask = 0; mask < 8; mask++) {
            qdr_symbol_set_mask(symbol, mask);
            assert_int_equal(symbol->mask, mask);
            assert_int_equal(!memcmp(own, symbol->modules, modules), mask == own_mask);
            qdr_png png = png_of(symbol, NULL);
            assert_reads(png.data, png.size, sample, strlen(sample));
            qdr_png_clear(&png);
        }
        qdr_symbol_set_mask(symbol, own_mask);
        assert_memory_equal(own, symbol->modules, modules);
        free(own);
        qdr_symbol_destroy(symbol);
    }
}

/* --- Checked symbols --- */

static int wrong_readings; /* how many more times the reader below reads wrong */

/* Reads the sample, but first some times something else: nothing, a part, or two codes. */
static int faulty_reader(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err)
{
    (void)data, (void)size, (void)err;
    int wrong = wrong_readings > 0 ? wrong_readings-- : 0;
    codes->count = !wrong ? 1 : (size_t)wrong % 3;
    codes->items = calloc(2, sizeof *codes->items);
    for (size_t i = 0; i < codes->count; i++)
        codes->items[i] = (qdr_image_code){strdup(sample), strlen(sample) - (wrong % 3 == 1)};
    return QDR_OK;
}

static int broken_reader(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err)
{
    (void)data, (void)size, (void)codes;
    return qdr_fail(err, QDR_ESYSTEM, "no memory");
}

static void test_checked(void **state)
{
    static const struct {
        int wrong, limit;
        int more_versions; /* than without a fault; -1 = must fail */
    } rows[] = {{0, 0, 0},  {1, 0, 0},   {7, 0, 0},     {8, 0, 1},    {15, 0, 1},
                {16, 0, 2}, {8, 9, -1},  {7, 9, 0},     {135, 0, 16}, {136, 0, -1}};
    (void)state;
    qdr_symbol *plain = symbol_of(sample, strlen(sample), NULL);
    assert_int_equal(plain->version, 9);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_symbol *symbol = NULL;
        qdr_png png = {0};
        qdr_symbol_options options = {.version_limit = rows[i].limit};
        wrong_readings = rows[i].wrong;
        int code = qdr_symbol_make_read(sample, strlen(sample), &options, NULL, faulty_reader,
                                        &symbol, &png, &err);
        if (rows[i].more_versions < 0) {
            assert_int_equal(code, QDR_EFAIL);
            assert_null(symbol);
            assert_null(png.data);
            continue;
        }
        assert_int_equal(code, QDR_OK);
        assert_int_equal(symbol->version, plain->version + rows[i].more_versions);
        if (!rows[i].more_versions)
            assert_int_equal(symbol->mask, (plain->mask + rows[i].wrong) % 8);
        if (qdr_image_can_read())
            assert_reads(png.data, png.size, sample, strlen(sample));
        qdr_png_clear(&png);
        qdr_symbol_destroy(symbol);
    }
    qdr_symbol_destroy(plain);
}

static void test_checked_fails(void **state)
{
    (void)state;
    qdr_error err = QDR_ERROR_INIT;
    qdr_symbol *symbol = NULL;
    qdr_png png = {0};
    char *text = text_of(1000);
    assert_int_equal(qdr_symbol_make_read(sample, strlen(sample), NULL, NULL, broken_reader,
                                          &symbol, &png, &err),
                     QDR_ESYSTEM);
    assert_int_equal(qdr_symbol_make_checked(text, 1000, NULL, NULL, &symbol, &png, &err),
                     QDR_EUSAGE);
    assert_int_equal(qdr_symbol_make_checked(text, 10, NULL, &(qdr_png_options){.scale = 99},
                                             &symbol, &png, &err),
                     QDR_EUSAGE);
    assert_null(symbol);
    assert_null(png.data);
    assert_int_equal(qdr_symbol_make_checked(text, 997, NULL, NULL, &symbol, &png, &err), QDR_OK);
    assert_int_equal(symbol->version, 25);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
    free(text);
}

/* --- Readers that are not ours --- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_full_symbols),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_modes_are_full),
        cmocka_unit_test(test_too_long_says_so),
        cmocka_unit_test(test_png_is_small),
        cmocka_unit_test(test_png_texts),
        cmocka_unit_test(test_png_refuses),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_checked),
        cmocka_unit_test(test_checked_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
