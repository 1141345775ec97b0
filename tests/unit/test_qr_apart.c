/* PNM and JPEG images, and images that are read by a process of its own, which may do anything. */
#include "qr_images.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* The symbol as a PNM of a kind, 1 to 6, of 4 pixels a module. */
static qdr_bytes pnm_of(const qdr_symbol *symbol, int kind, unsigned most)
{
    qdr_bytes b = {0};
    int side = (symbol->size + 8) * 4;
    bool bitmap = kind % 3 == 1, plain = kind <= 3;
    qdr_bytes_format(&b, "P%d # a comment\n%d\t%d\n", kind, side, side);
    if (!bitmap)
        qdr_bytes_format(&b, "#\n%u\n", most);
    for (int y = 0; y < side; y++) {
        unsigned bits = 0;
        for (int x = 0; x < side; x++) {
            bool dark = qdr_symbol_dark(symbol, x / 4 - 4, y / 4 - 4);
            unsigned level = bitmap ? dark : dark ? 0 : most;
            bits = bits << 1 | dark;
            if (kind == 4 && (x % 8 == 7 || x == side - 1)) /* rows begin on a byte */
                qdr_bytes_append(&b, &(char){(char)(bits << (7 - x % 8))}, 1);
            for (int i = 0; i < (kind % 3 ? 1 : 3) && kind != 4; i++) {
                if (plain)
                    qdr_bytes_format(&b, kind == 1 ? "%u" : " %u", level);
                else if (most > 255)
                    qdr_bytes_append(&b, (char[]){(char)(level >> 8), (char)level}, 2);
                else
                    qdr_bytes_append(&b, &(char){(char)level}, 1);
            }
        }
    }
    return b;
}

static void test_pnm(void **state)
{
    static const struct {
        int kind;
        unsigned most;
    } rows[] = {{1, 1},   {2, 255}, {2, 9},     {3, 255}, {4, 1},
                {5, 255}, {5, 1},   {5, 65535}, {6, 255}, {6, 4095}};
    (void)state;
    need_reader();
    qdr_symbol *symbol = symbol_of(sample, strlen(sample), NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_bytes image = pnm_of(symbol, rows[i].kind, rows[i].most);
        size_t count;
        assert_true(qdr_image_begins(image.data, image.size));
        assert_reads(image.data, image.size, sample, strlen(sample));
        if (rows[i].kind > 3) /* a number may be cut to another */
            assert_int_equal(read_only(image.data, image.size - 1, &count), QDR_EDATA);
        assert_int_equal(read_only(image.data, image.size / 2, &count), QDR_EDATA);
        qdr_bytes_clear(&image);
    }
    qdr_symbol_destroy(symbol);
}

static void test_no_pnm(void **state)
{
    static const char *const rows[] = {
        "P1 ", "P5 = 1\n", "P5\n1", "P5\n1 1\n0\n\1", "P5\n1 1\n65536\n\1\1", "P6 1 1 255\nab", "P2 1 1 9 x",
        "P1 2 1 12", "P5 0 1 255\n", "P5 4000000000 4000000000 255\n", "P4 8193 8192\n", "P5 1 -1 255\n ",
        "P5 #"};
    (void)state;
    need_reader();
    size_t count;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(read_only(rows[i], strlen(rows[i]), &count), QDR_EDATA);
    assert_false(qdr_image_begins("", 0));
    assert_false(qdr_image_begins("P1 = 2", 6));
    assert_false(qdr_image_begins("P7\n1 1", 6));
}

static void test_no_jpeg(void **state)
{
    static const struct {
        const char *data;
        size_t size;
    } rows[] = {
        {"\xff\xd8\xff", 3},
        {"\xff\xd8\xff\xe0\0\20JFIF\0", 11},
        /* a frame of 65500 by 65500 pixels */
        {"\xff\xd8\xff\xc0\0\13\10\xff\xdc\xff\xdc\1\1\21\0\xff\xda\0\10\1\1\0\0\77\0\0\0\xff\xd9", 31},
        {"\xff\xd8\xff\xda\0\10\1\1\0\0\77\0\0\0\xff\xd9", 16},
    };
    (void)state;
    need_reader();
    if (!qdr_image_can_read_jpeg())
        skip();
    size_t count;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(read_only(rows[i].data, rows[i].size, &count), QDR_EDATA);
}

/* What a reader that is this shell script does to the one who asks. */
static void test_readers(void **state)
{
    static const struct {
        const char *script;
        int code;
        const char *says;
        size_t count;
    } rows[] = {
        {"printf C", QDR_OK, "", 0},
        {"cat >&2; printf 'C\\002\\0\\0\\0hi'", QDR_OK, "", 1},
        {"printf 'C\\0\\0\\0\\0\\001\\0\\0\\0\\0'", QDR_OK, "", 2},
        {"printf 'C\\003\\0\\0\\0hi'", QDR_EDATA, "understood", 0},
        {"printf 'C\\003\\0'", QDR_EDATA, "understood", 0},
        {"printf 'C\\377\\377\\377\\377hi'", QDR_EDATA, "understood", 0},
        {"printf 'Chello world'", QDR_EDATA, "understood", 0},
        {"printf hello", QDR_EDATA, "understood", 0},
        {"printf 'E\\004\\0\\0\\0\\101\\0\\0\\0\\004\\0\\0\\0bad\\033'", QDR_EDATA, "bad\\x1b", 0},
        {"printf 'E\\004\\0\\0\\0\\0\\0\\0\\0\\001\\0\\0\\0x'", QDR_EDATA, "x", 0},
        {"printf 'E\\004\\0\\0\\0\\115\\0\\0\\0\\001\\0\\0\\0x'", QDR_EREFUSED, "x", 0},
        {"printf 'E\\004\\0\\0\\0\\101\\0\\0\\0'", QDR_EDATA, "understood", 0},
        {"", QDR_EDATA, "understood", 0},
        {"exit 3", QDR_EDATA, "exit code 3", 0},
        {"printf C; kill -SEGV $$", QDR_EDATA, "signal 11", 0},
        {"kill -XCPU $$", QDR_EDATA, "longer than 30 s", 0},
        {"exec sleep 100", QDR_EDATA, "longer than 1 s", 0},
        {"printf C; while :; do :; done", QDR_EDATA, "longer than 1 s", 0},
        {"exec cat /dev/zero", QDR_EDATA, "answers more than", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_image_codes codes = {0};
        const char *const reader[] = {"/bin/sh", "-c", rows[i].script, NULL};
        int code = qdr_image_read_apart(reader, i + 1 < COUNT(rows) ? 1 : 60, "image", 5, &codes, &err);
        if (code != rows[i].code || codes.count != rows[i].count || !strstr(err.text, rows[i].says))
            fail_msg("%s: %d, %zu codes: %s", rows[i].script, code, codes.count, err.text);
        qdr_image_codes_clear(&codes);
    }
    qdr_error err = QDR_ERROR_INIT;
    qdr_image_codes codes = {0};
    const char *const none[] = {"/none", NULL};
    assert_int_equal(qdr_image_read_apart(none, 1, "", 0, &codes, &err), QDR_ESYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pnm),
        cmocka_unit_test(test_no_pnm),
        cmocka_unit_test(test_no_jpeg),
        cmocka_unit_test(test_readers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
