/* Reading codes from PNG images of every kind, from damaged ones, and from what is none. */
#include "qr_images.h"

/* Alpha images are black all over, the light parts transparent; RGB ones dark blue on white. */
static int samples_of(const struct kind *kind, bool dark, unsigned samples[4])
{
    unsigned most = (1u << kind->depth) - 1;
    unsigned value = dark ? 0 : most, alpha = most - value;
    switch (kind->colour) {
    case PALETTE:
        samples[0] = dark ? 0 : 1;
        return 1;
    case RGB:
        samples[0] = samples[1] = value;
        samples[2] = dark ? most / 2 : most;
        return 3;
    case GREY_ALPHA:
        samples[0] = 0;
        samples[1] = alpha;
        return 2;
    case RGB_ALPHA:
        samples[0] = samples[1] = samples[2] = 0;
        samples[3] = alpha;
        return 4;
    default:
        samples[0] = value;
        return 1;
    }
}

/* The pixels x0, x0 + dx, ... of row y. */
static void put_row(qdr_bytes *raw, const struct kind *kind, const qdr_symbol *symbol, int side,
                    int x0, int dx, int y)
{
    unsigned bits = 0, count = 0;
    qdr_bytes_append(raw, "", 1); /* no filter */
    for (int x = x0; x < side; x += dx) {
        unsigned samples[4];
        int n = samples_of(kind, qdr_symbol_dark(symbol, x / 4 - 4, y / 4 - 4), samples);
        for (int i = 0; i < n; i++) {
            bits = bits << kind->depth | samples[i];
            for (count += (unsigned)kind->depth; count >= 8; count -= 8)
                qdr_bytes_append(raw, &(char){(char)(bits >> (count - 8))}, 1);
        }
    }
    if (count)
        qdr_bytes_append(raw, &(char){(char)(bits << (8 - count))}, 1);
}

static qdr_png draw(const struct kind *kind, const qdr_symbol *symbol)
{
    static const int whole[4] = {0, 1, 0, 1};
    static const int adam7[7][4] = {{0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4},
                                    {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}};
    int side = (symbol->size + 8) * 4;
    qdr_bytes raw = {0};
    for (int pass = 0; pass < (kind->interlaced ? 7 : 1); pass++) {
        const int *p = kind->interlaced ? adam7[pass] : whole;
        for (int y = p[2]; y < side; y += p[3])
            put_row(&raw, kind, symbol, side, p[0], p[1], y);
    }
    return png_around(kind, (size_t)side, (size_t)side, &raw);
}

static void test_kinds_of_png(void **state)
{
    static const struct kind rows[] = {
        {"grey 1", GREY, 1, 0},          {"grey 2", GREY, 2, 0},
        {"grey 4", GREY, 4, 0},          {"grey 8", GREY, 8, 0},
        {"grey 16", GREY, 16, 0},        {"rgb 8", RGB, 8, 0},
        {"rgb 16", RGB, 16, 0},          {"palette 1", PALETTE, 1, 0},
        {"palette 2", PALETTE, 2, 0},    {"palette 4", PALETTE, 4, 0},
        {"palette 8", PALETTE, 8, 0},    {"grey alpha 8", GREY_ALPHA, 8, 0},
        {"rgba 8", RGB_ALPHA, 8, 0},     {"grey alpha 16", GREY_ALPHA, 16, 0},
        {"rgba 16", RGB_ALPHA, 16, 0},   {"grey 1 interlaced", GREY, 1, 1},
        {"rgb 16 interlaced", RGB, 16, 1}, {"palette 4 interlaced", PALETTE, 4, 1},
        {"rgba 8 interlaced", RGB_ALPHA, 8, 1},
    };
    (void)state;
    need_reader();
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_png png = draw(&rows[i], symbol);
        qdr_image_codes codes = {0};
        qdr_error err = QDR_ERROR_INIT;
        if (qdr_image_read(png.data, png.size, &codes, &err))
            fail_msg("%s: %s", rows[i].name, err.text);
        if (codes.count != 1)
            fail_msg("%s: %zu codes", rows[i].name, codes.count);
        qdr_image_codes_clear(&codes);
        assert_reads(png.data, png.size, sample, strlen(sample));
        qdr_png_clear(&png);
    }
    qdr_symbol_destroy(symbol);
}

static void test_not_a_png(void **state)
{
    static const struct {
        const char *data;
        size_t size;
    } rows[] = {{"", 0},
                {"GIF89a\1\0\1\0\0\0\0", 13},
                {"\x89PNG", 4},
                {"\x89PNG\r\n\x1a\n", 8},
                {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16},
                {"mean(x) = 0.5\nquadrat 0.1 K7F39Q2MTV4C8D1P", 42}};
    (void)state;
    need_reader();
    size_t count;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(read_only(rows[i].data, rows[i].size, &count), QDR_EDATA);
}

/* Sizes that no memory is taken for. libpng refuses the most absurd itself; then no reason is
 * looked for. */
static void test_huge_png(void **state)
{
    static const struct {
        uint32_t width, height;
        const char *reason;
    } rows[] = {
        {8192, 8193, "8192 by 8193 pixels"},
        {1000000, 68, "1000000 by 68 pixels"},
        {68, 1000000, "68 by 1000000 pixels"},
        {65536, 65536, "65536 by 65536 pixels"},
        {1000000, 1000000, "1000000 by 1000000 pixels"},
        {0, 100, ""},
        {100, 0, ""},
        {0x7fffffff, 0x7fffffff, ""},
        {0xffffffff, 0xffffffff, ""},
    };
    (void)state;
    need_reader();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        qdr_bytes raw = {0};
        qdr_error err = QDR_ERROR_INIT;
        qdr_image_codes codes = {0};
        qdr_png png = png_around(&(struct kind){"", GREY, 1, 0}, rows[i].width, rows[i].height,
                                 &raw);
        assert_int_equal(qdr_image_read(png.data, png.size, &codes, &err), QDR_EDATA);
        assert_non_null(strstr(err.text, rows[i].reason));
        qdr_png_clear(&png);
    }
}

static void test_damaged_png(void **state)
{
    (void)state;
    need_reader();
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    qdr_png png = png_of(symbol, NULL);
    char *data = png.data;
    size_t count, idat_size = 0;
    const char *idat = chunk_find(&png, "IDAT", 0, &idat_size);
    assert_non_null(idat);
    size_t pixels_end = (size_t)(idat - data) + idat_size; /* their CRC and IEND follow */
    for (size_t size = 0; size < pixels_end - 4; size++)
        assert_int_equal(read_only(data, size, &count), QDR_EDATA);
    for (size_t i = 0; i < png.size; i++) {
        data[i] ^= 0x55;
        int code = read_only(data, png.size, &count);
        assert_true(code == QDR_OK || code == QDR_EDATA);
        if (i < 33 || (i >= pixels_end - idat_size && i < pixels_end - 4))
            assert_int_equal(code, QDR_EDATA);
        data[i] ^= 0x55;
    }
    assert_reads(png.data, png.size, sample, strlen(sample));
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
}

static void test_no_code(void **state)
{
    (void)state;
    need_reader();
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    memset(symbol->modules, 0, (size_t)symbol->size * (size_t)symbol->size);
    qdr_png png = png_of(symbol, NULL);
    size_t count = 1;
    assert_int_equal(read_only(png.data, png.size, &count), QDR_OK);
    assert_int_equal(count, 0);
    qdr_png_clear(&png);
    qdr_symbol_destroy(symbol);
}

static void test_no_reader(void **state)
{
    (void)state;
    if (qdr_image_can_read())
        skip();
    size_t count;
    assert_int_equal(read_only("\x89PNG\r\n\x1a\n", 8, &count), QDR_EREFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_png),
        cmocka_unit_test(test_not_a_png),
        cmocka_unit_test(test_huge_png),
        cmocka_unit_test(test_damaged_png),
        cmocka_unit_test(test_no_code),
        cmocka_unit_test(test_no_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
