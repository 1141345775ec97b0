/* QR codes as readers see them that are not ours: ZBar's and ZXing's commands. */
#include <unistd.h>

#include "qr_images.h"

/* What a command prints about the image at path; false when it is not installed. */
static bool output_of(const char *tool, const char *arguments, const char *path, qdr_bytes *out)
{
    qdr_bytes line = {0};
    qdr_bytes_format(&line, "command -v %s >/dev/null", tool);
    bool found = !system(line.data);
    qdr_bytes_clear(&line);
    if (!found)
        return false;
    qdr_bytes_format(&line, "%s %s %s 2>/dev/null", tool, arguments, path);
    FILE *pipe = popen(line.data, "r");
    assert_non_null(pipe);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, pipe));)
        qdr_bytes_append(out, part, n);
    assert_int_equal(pclose(pipe), 0);
    qdr_bytes_clear(&line);
    return true;
}

static void test_other_readers(void **state)
{
    static const struct {
        const char *tool, *arguments, *before, *after; /* what stands around the text */
    } tools[] = {
        {"zbarimg", "--raw -q -Sbinary -Sdisable -Sqrcode.enable --nodbus", "", ""},
        {"ZXingReader", "-format QRCode", "Text:       \"", "\"\n"},
    };
    (void)state;
    int read = 0;
    for (int version = 0; version <= 25; version += 5) {
        char *text = version ? text_of(qdr_symbol_capacity(version, 'M')) : strdup(sample);
        size_t size = strlen(text);
        qdr_symbol *symbol = symbol_of(text, size, NULL);
        qdr_png png = png_of(symbol, NULL);
        char path[] = "/tmp/test_qr_XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, png.data, png.size), png.size);
        close(fd);
        for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
            qdr_bytes out = {0}, want = {0};
            qdr_bytes_format(&want, "%s%s%s", tools[i].before, text, tools[i].after);
            if (output_of(tools[i].tool, tools[i].arguments, path, &out)) {
                assert_true(out.size >= want.size);
                assert_memory_equal(out.data, want.data, want.size);
                read++;
            }
            qdr_bytes_clear(&out);
            qdr_bytes_clear(&want);
        }
        unlink(path);
        qdr_png_clear(&png);
        qdr_symbol_destroy(symbol);
        free(text);
    }
    if (!read)
        skip();
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Random texts come back byte for byte from ZBar, here in the process, and from ZXing, by one
 * process for all. QDR_TEXTS says how many, 60 unless told. */
static void test_random_texts(void **state)
{
    (void)state;
    need_reader();
    int count = getenv("QDR_TEXTS") ? atoi(getenv("QDR_TEXTS")) : 60;
    char folder[] = "/tmp/test_qr_XXXXXX", path[64];
    qdr_bytes all = {0}, read = {0}, arguments = {0};
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < count; i++) {
        char text[501];
        qdr_error err = QDR_ERROR_INIT;
        qdr_symbol *symbol = NULL;
        qdr_png png = {0};
        size_t size = random_text(text, i % 2 ? 500 : 60);
        assert_int_equal(
            qdr_symbol_make_checked(text, size, NULL, NULL, &symbol, &png, &err), QDR_OK);
        assert_reads(png.data, png.size, text, size);
        snprintf(path, sizeof path, "%s/%d.png", folder, i);
        write_file(path, png.data, png.size);
        qdr_bytes_format(&arguments, " %s", path);
        qdr_bytes_append(&all, text, size);
        qdr_png_clear(&png);
        qdr_symbol_destroy(symbol);
    }
    bool found = output_of("ZXingReader", "-bytes -format QRCode", arguments.data, &read);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%d.png", folder, i);
        unlink(path);
    }
    rmdir(folder);
    if (found) {
        assert_int_equal(read.size, all.size);
        assert_memory_equal(read.data, all.data, all.size);
    }
    qdr_bytes_clear(&all);
    qdr_bytes_clear(&read);
    qdr_bytes_clear(&arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_readers),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
