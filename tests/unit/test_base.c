/* src/base: growing text and escaping, number texts, files, errors, the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/number.h"
#include "base/replace.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void errors(void **state)
{
    (void)state;
    qdr_error err = QDR_ERROR_INIT;
    assert_int_equal(qdr_fail(NULL, QDR_EDATA, "%d", 1), QDR_EDATA);
    assert_int_equal(qdr_fail(&err, QDR_EUSAGE, "%s is %d", "x", 1), QDR_EUSAGE);
    assert_int_equal(err.code, QDR_EUSAGE);
    assert_string_equal(err.text, "x is 1");
    errno = ENOENT;
    assert_int_equal(qdr_fail_errno(&err, "%s", "f"), QDR_ESYSTEM);
    assert_string_equal(err.text, "f: No such file or directory");
    errno = ENOENT;
    qdr_fail_errno(&err, "%*s", 2 * QDR_ERROR_TEXT, "");
    assert_int_equal(strlen(err.text), QDR_ERROR_TEXT - 1);
    assert_int_equal(qdr_fail_memory(&err, "f"), QDR_ESYSTEM);
    assert_string_equal(err.text, "f: Cannot allocate memory");
}

static void escaping(void **state)
{
    (void)state;
    static const struct {
        const char *text, *also, *escaped;
    } rows[] = {
        {"", "", ""},
        {"plain text 1~", "", "plain text 1~"},
        {"a\\b", "", "a\\\\b"},
        {"\n\t\x01\x7f\x1b[0m", "", "\\x0a\\x09\\x01\\x7f\\x1b[0m"},
        {"a=b:c", "=:", "a\\x3db\\x3ac"},
        {"a\\b", "\\", "a\\\\b"},
        {"\xc2\x80\xc2\x9f\xc2\xa0", "", "\\xc2\\x80\\xc2\\x9f\xc2\xa0"},      /* U+80 9F A0 */
        {"Z\xc3\xbcrich \xe2\x82\xac", "", "Z\xc3\xbcrich \xe2\x82\xac"},
        {"\xf0\x9f\x98\x80", "", "\xf0\x9f\x98\x80"},
        {"\xc3", "", "\\xc3"},                                                  /* cut short */
        {"\xe2\x82", "", "\\xe2\\x82"},
        {"\xc3\xc3\xbc", "", "\\xc3\xc3\xbc"},
        {"\x80\xbf", "", "\\x80\\xbf"},                                         /* no lead byte */
        {"\xc0\xaf\xc1\xbf", "", "\\xc0\\xaf\\xc1\\xbf"},                       /* overlong */
        {"\xe0\x9f\xbf\xf0\x8f\xbf\xbf", "", "\\xe0\\x9f\\xbf\\xf0\\x8f\\xbf\\xbf"},
        {"\xed\xa0\x80\xed\xbf\xbf", "", "\\xed\\xa0\\x80\\xed\\xbf\\xbf"},     /* surrogates */
        {"\xf4\x8f\xbf\xbf\xf4\x90\x80\x80", "", "\xf4\x8f\xbf\xbf\\xf4\\x90\\x80\\x80"},
        {"\xf8\x88\x80\x80\x80\xfe\xff", "", "\\xf8\\x88\\x80\\x80\\x80\\xfe\\xff"},
        {"\xe2\x80\x8b\xe2\x80\xae", "", "\\xe2\\x80\\x8b\\xe2\\x80\\xae"},     /* U+200B 202E */
        {"\xe2\x80\xa8\xe2\x81\xa6", "", "\\xe2\\x80\\xa8\\xe2\\x81\\xa6"},     /* U+2028 2066 */
        {"\xef\xbb\xbf\xd8\x9c\xc2\xad", "", "\\xef\\xbb\\xbf\\xd8\\x9c\\xc2\\xad"},
        {"\xf3\xa0\x81\x81", "", "\\xf3\\xa0\\x81\\x81"},                       /* tag U+E0041 */
        {"\xe2\x80\x90\xe2\x80\xa7", "", "\xe2\x80\x90\xe2\x80\xa7"},           /* U+2010 2027 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_bytes b = {0};
        qdr_bytes_escape(&b, rows[i].text, strlen(rows[i].text), rows[i].also);
        assert_int_equal(qdr_bytes_check(&b, NULL), QDR_OK);
        assert_string_equal(b.data ? b.data : "", rows[i].escaped);
        qdr_bytes_clear(&b);
    }
    qdr_bytes b = {0};
    qdr_bytes_escape(&b, "a\0b", 3, "");
    assert_string_equal(b.data, "a\\x00b");
    qdr_bytes_clear(&b);
}

static void escaping_cut(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *text, *shown;
    } rows[] = {{1, "abc", ""},  {3, "abc", "ab"},          {4, "abc", "abc"},
                {3, "a\n", "a\\"}, {3, "a\xc3\xbc", "a"},     {4, "a\xc3\xbc", "a\xc3\xbc"},
                {2, "\xc3\xbc", ""}, {4, "\xe2\x82\xac!", "\xe2\x82\xac"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char buffer[8];
        assert_ptr_equal(qdr_escape(buffer, rows[i].size, rows[i].text), buffer);
        assert_string_equal(buffer, rows[i].shown);
    }
}

static void growing(void **state)
{
    (void)state;
    qdr_bytes b = {0};
    for (int i = 0; i < 10000; i++)
        qdr_bytes_format(&b, "%04d", i);
    assert_int_equal(b.size, 40000);
    assert_memory_equal(b.data + 4 * 1234, "12341235", 8);
    assert_int_equal(b.data[b.size], 0);
    qdr_bytes_append(&b, "", SIZE_MAX - 1); /* refused before a byte is read */
    qdr_bytes_text(&b, "more");
    qdr_error err = QDR_ERROR_INIT;
    assert_int_equal(qdr_bytes_check(&b, &err), QDR_ESYSTEM);
    assert_int_equal(b.size, 40000);
    qdr_bytes_clear(&b);
    assert_null(b.data);
    assert_int_equal(qdr_bytes_check(&b, &err), QDR_OK);
}

static const struct {
    double value;
    const char *text, *hex;
} known[] = {
    {0.0, "0.0", "0x0.0000000000000p+0"},
    {-0.0, "-0.0", "-0x0.0000000000000p+0"},
    {1.0, "1.0", "0x1.0000000000000p+0"},
    {-1.5, "-1.5", "-0x1.8000000000000p+0"},
    {0.1, "0.1", "0x1.999999999999ap-4"},
    {1e-4, "0.0001", "0x1.a36e2eb1c432dp-14"},
    {1e-5, "1e-05", "0x1.4f8b588e368f1p-17"},
    {123456789012345678.0, "1.2345678901234568e+17", "0x1.b69b4ba630f35p+56"},
    {9999999999999998.0, "9999999999999998.0", "0x1.1c37937e07fffp+53"},
    {1e16, "1e+16", "0x1.1c37937e08000p+53"},
    {1e300, "1e+300", "0x1.7e43c8800759cp+996"},
    {5e-324, "5e-324", "0x0.0000000000001p-1022"},
    {0x1p-1022, "2.2250738585072014e-308", "0x1.0000000000000p-1022"},
    {0x1.fffffffffffffp+1023, "1.7976931348623157e+308", "0x1.fffffffffffffp+1023"},
    {0x1p-44, "5.684341886080802e-14", "0x1.0000000000000p-44"},
    {(double)INFINITY, "inf", "inf"},
    {(double)-INFINITY, "-inf", "-inf"},
};

static void known_numbers(void)
{
    char text[QDR_NUMBER_TEXT];
    const char *end;
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_string_equal(qdr_number_double(text, known[i].value), known[i].text);
        double back = qdr_number_parse(text, &end);
        assert_memory_equal(&back, &known[i].value, sizeof back);
        assert_int_equal(*end, 0);
        assert_string_equal(qdr_number_hex(text, known[i].value, 13), known[i].hex);
    }
    assert_string_equal(qdr_number_double(text, -(double)NAN), "nan");
    assert_string_equal(qdr_number_float(text, 314.90765f), "314.90765");
    assert_string_equal(qdr_number_hex(text, (double)0.1f, 6), "0x1.99999ap-4");
}

static void numbers(void **state)
{
    (void)state;
    known_numbers();
}

/* Sets a locale whose radix character is a comma: an installed one, else one compiled here. */
static bool set_comma(const char *directory)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "sv_SE.UTF-8"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (setlocale(LC_ALL, names[i]))
            return true;
    char command[PATH_MAX + 128];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
             directory);
    if (system(command))
        return false;
    setenv("LOCPATH", directory, 1);
    bool set = setlocale(LC_ALL, "de_DE.UTF-8");
    unsetenv("LOCPATH");
    return set;
}

static void numbers_in_locale(void **state)
{
    if (!set_comma(*state)) {
        print_message("skipped: no locale with a comma\n");
        skip();
    }
    char comma[8];
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    assert_string_equal(comma, "0,5");
    known_numbers();
    char text[QDR_NUMBER_TEXT];
    assert_string_equal(qdr_number_bytes(text, 1.5e6), "1.5 MB");
    setlocale(LC_ALL, "C");
}

static void parsing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        size_t used;
    } rows[] = {{"0.5,", 0.5, 3},   {"1e400", HUGE_VAL, 5}, {"x", 0, 0},
                {"", 0, 0},         {"-3]", -3, 2},         {"1e", 1, 1},
                {"0x1.8p1", 3, 7},  {"2,5", 2, 1}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *end;
        double value = qdr_number_parse(rows[i].text, &end);
        assert_true(value == rows[i].value);
        assert_int_equal(end - rows[i].text, rows[i].used);
    }
}

static void bytes_of_numbers(void **state)
{
    (void)state;
    static const struct {
        double bytes;
        const char *text;
    } rows[] = {{0, "0 bytes"},       {312, "312 bytes"}, {999.4, "999 bytes"}, {999.6, "1 kB"},
                {1500, "1.5 kB"},     {1e6, "1 MB"},      {9.94e6, "9.9 MB"},   {9.96e6, "10 MB"},
                {999499, "999 kB"},   {999500, "1 MB"},   {26e9, "26 GB"},      {8e14, "800 TB"},
                {1e18, "1 EB"},       {1e21, "1000 EB"},  {INFINITY, "inf EB"}};
    char text[QDR_NUMBER_TEXT];
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(qdr_number_bytes(text, rows[i].bytes), rows[i].text);
    assert_true(strlen(qdr_number_bytes(text, 1e300)) < QDR_NUMBER_TEXT);
}

static uint64_t random64(void)
{
    static uint64_t seed = 20261124; /* splitmix64, Steele, Lea & Flood 2014 */
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void tell_double(FILE *oracle, double value)
{
    char text[QDR_NUMBER_TEXT], hex[QDR_NUMBER_TEXT];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    fprintf(oracle, "d %016llx %s %s\n", (unsigned long long)bits, qdr_number_double(text, value),
            qdr_number_hex(hex, value, 13));
}

static void tell_float(FILE *oracle, float value)
{
    char text[QDR_NUMBER_TEXT], hex[QDR_NUMBER_TEXT];
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    fprintf(oracle, "f %08x %s %s\n", bits, qdr_number_float(text, value),
            qdr_number_hex(hex, (double)value, 6));
}

/* Python's repr and NumPy's float32 are the oracle: all powers of two and their neighbours, where
 * the gaps are uneven, random bits, and decimals of few digits. */
static void numbers_against_python(void **state)
{
    (void)state;
    if (system("${PYTHON:-python3} -c pass 2>/dev/null")) {
        print_message("skipped: no python3\n");
        skip();
    }
    FILE *oracle = popen("${PYTHON:-python3} unit/number_oracle.py", "w");
    assert_non_null(oracle);
    for (int e = -1074; e <= 1023; e++) {
        double power = ldexp(1, e);
        tell_double(oracle, power);
        tell_double(oracle, -nextafter(power, 0));
        tell_double(oracle, nextafter(power, INFINITY));
    }
    for (int e = -149; e <= 127; e++) {
        float power = ldexpf(1, e);
        tell_float(oracle, power);
        tell_float(oracle, -nextafterf(power, 0));
        tell_float(oracle, nextafterf(power, INFINITY));
    }
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random64();
        uint32_t half = (uint32_t)(bits >> 32);
        double wide, few = (double)(half % 100000) / 1000;
        float narrow;
        memcpy(&wide, &bits, sizeof wide);
        memcpy(&narrow, &half, sizeof narrow);
        tell_double(oracle, wide);
        tell_float(oracle, narrow);
        tell_double(oracle, few);
        tell_float(oracle, (float)few);
        tell_double(oracle, (double)(bits >> 8 & 0xffffffffffffff)); /* to 2^56: about 1e16 */
    }
    assert_int_equal(pclose(oracle), 0);
}

/* directory/name, good until the fourth call after this one. */
static const char *in(void **state, const char *name)
{
    static char paths[4][PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", (const char *)*state, name);
    return path;
}

static void assert_content(const char *path, const char *content)
{
    char *data;
    size_t size;
    assert_int_equal(qdr_file_load(path, 1000, &data, &size, NULL), QDR_OK);
    assert_int_equal(size, strlen(content));
    assert_string_equal(data, content);
    free(data);
}

static void put(const char *path, const char *content)
{
    qdr_error err = QDR_ERROR_INIT;
    if (qdr_file_replace(path, content, strlen(content), &err))
        fail_msg("%s", err.text);
}

static int refused(const char *path)
{
    qdr_error err = QDR_ERROR_INIT;
    int code = qdr_file_replace(path, "new", 3, &err);
    assert_int_equal(code, err.code);
    assert_memory_equal(err.text, code ? "writing " : "", code ? 8 : 0);
    return code;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

static void no_temporary_left(void **state)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "! find '%s' -name '*.quadrat-*' | grep -q .",
             (const char *)*state);
    assert_int_equal(system(command), 0);
}

static void file_replaced(void **state)
{
    mode_t mask = umask(027);
    put(in(state, "a"), "one");
    umask(mask);
    assert_content(in(state, "a"), "one");
    assert_int_equal(mode_of(in(state, "a")), S_IFREG | 0640);
    assert_int_equal(chmod(in(state, "a"), 04604), 0);
    put(in(state, "a"), "");
    assert_content(in(state, "a"), "");
    assert_int_equal(mode_of(in(state, "a")), S_IFREG | 0604); /* set-user-ID is not carried on */

    assert_int_equal(chdir(*state), 0); /* a bare name, its directory being "." */
    put("bare", "bare");
    assert_content(in(state, "bare"), "bare");
    assert_int_equal(refused(in(state, "no/file")), QDR_ESYSTEM);
    assert_int_equal(refused(in(state, "a/file")), QDR_ESYSTEM);
    assert_int_equal(refused(*state), QDR_ESYSTEM);
    assert_int_equal(refused(""), QDR_ESYSTEM);
    no_temporary_left(state);
}

static void links_followed(void **state)
{
    assert_int_equal(mkdir(in(state, "sub"), 0755), 0);
    put(in(state, "sub/target"), "old");
    assert_int_equal(symlink("sub/target", in(state, "link")), 0);
    assert_int_equal(symlink(in(state, "link"), in(state, "sub/absolute")), 0);
    put(in(state, "sub/absolute"), "new");
    assert_content(in(state, "sub/target"), "new");
    assert_true(S_ISREG(mode_of(in(state, "sub/target"))));
    assert_true(S_ISLNK(mode_of(in(state, "link"))));
    assert_true(S_ISLNK(mode_of(in(state, "sub/absolute"))));

    assert_int_equal(symlink("sub/missing", in(state, "dangling")), 0);
    put(in(state, "dangling"), "made");
    assert_content(in(state, "sub/missing"), "made");
    assert_true(S_ISLNK(mode_of(in(state, "dangling"))));
    assert_int_equal(symlink("no/missing", in(state, "hopeless")), 0);
    assert_int_equal(refused(in(state, "hopeless")), QDR_ESYSTEM);
    assert_int_equal(symlink("loop", in(state, "loop")), 0);
    assert_int_equal(refused(in(state, "loop")), QDR_ESYSTEM);
    assert_true(S_ISLNK(mode_of(in(state, "loop"))));
    no_temporary_left(state);
}

/* A file that may not grow stands for a full disk. */
static void old_file_kept(void **state)
{
    static char large[8192];
    put(in(state, "kept"), "old");
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    qdr_error err = QDR_ERROR_INIT;
    int code = qdr_file_replace(in(state, "kept"), large, sizeof large, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(code, QDR_ESYSTEM);
    assert_non_null(strstr(err.text, "File too large"));
    assert_content(in(state, "kept"), "old");
    no_temporary_left(state);
}

static void devices_written(void **state)
{
    put("/dev/null", "gone");
    assert_true(S_ISCHR(mode_of("/dev/null")));
    assert_int_equal(symlink("/dev/null", in(state, "null")), 0);
    put(in(state, "null"), "gone");
    assert_true(S_ISLNK(mode_of(in(state, "null"))));
    assert_true(S_ISCHR(mode_of("/dev/null")));
    assert_int_equal(refused("/dev/full"), QDR_ESYSTEM);
    assert_true(S_ISCHR(mode_of("/dev/full")));

    char got[8] = "";
    assert_int_equal(mkfifo(in(state, "fifo"), 0600), 0);
    int fd = open(in(state, "fifo"), O_RDONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    put(in(state, "fifo"), "through");
    assert_int_equal(read(fd, got, sizeof got), 7);
    assert_string_equal(got, "through");
    close(fd);
    assert_true(S_ISFIFO(mode_of(in(state, "fifo"))));
}

/* The code of replacing path without root's rights, -1 when they cannot be given up. */
static int refused_as_user(const char *path)
{
    pid_t child = fork();
    if (child == 0)
        _exit(geteuid() == 0 && setuid(65534) ? 127 : qdr_file_replace(path, "new", 3, NULL));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

static void read_only(void **state)
{
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(mkdir(in(state, "closed"), 0755), 0);
    assert_int_equal(mkdir(in(state, "open"), 0755), 0);
    put(in(state, "closed/file"), "old");
    put(in(state, "open/file"), "old");
    assert_int_equal(chmod(in(state, "closed/file"), 0666), 0);
    assert_int_equal(chmod(in(state, "closed"), 0555), 0);
    assert_int_equal(chmod(in(state, "open/file"), 0444), 0);
    assert_int_equal(chmod(in(state, "open"), 0777), 0);
    int code = refused_as_user(in(state, "closed/file"));
    if (code < 0) {
        print_message("skipped: root cannot become another user here\n");
        skip();
    }
    assert_int_equal(code, QDR_ESYSTEM);
    assert_int_equal(refused_as_user(in(state, "closed/new")), QDR_ESYSTEM);
    assert_int_equal(refused_as_user(in(state, "open/file")), QDR_ESYSTEM);
    assert_content(in(state, "closed/file"), "old");
    assert_content(in(state, "open/file"), "old");
    assert_int_equal(chmod(in(state, "open"), 0333), 0); /* cannot be opened to be synced */
    assert_int_equal(refused_as_user(in(state, "open/new")), QDR_OK);
    assert_content(in(state, "open/new"), "new");
    assert_int_equal(chmod(in(state, "closed"), 0755), 0);
    assert_int_equal(chmod(in(state, "open"), 0755), 0);
}

static void file_read(void **state)
{
    static const struct {
        size_t size;
        uint64_t offset;
        const char *got; /* NULL: too short */
    } rows[] = {{10, 0, "0123456789"}, {3, 7, "789"}, {0, 0, ""},       {0, 99, ""},
                {1, 10, NULL},         {8, 5, NULL},  {1, 1 << 20, NULL}};
    int fd;
    uint64_t size;
    qdr_error err = QDR_ERROR_INIT;
    put(in(state, "ten"), "0123456789");
    assert_int_equal(qdr_file_open(in(state, "ten"), &fd, &size, &err), QDR_OK);
    assert_int_equal(size, 10);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char data[16] = "";
        int code = qdr_file_read(fd, "t\ten", data, rows[i].size, rows[i].offset, &err);
        assert_int_equal(code, rows[i].got ? QDR_OK : QDR_EDATA);
        if (rows[i].got)
            assert_string_equal(data, rows[i].got);
        else
            assert_memory_equal(err.text, "t\\x09en: ended before byte", 26);
    }
    close(fd);
    assert_int_equal(qdr_file_read(-1, "x", &size, 1, 0, &err), QDR_ESYSTEM);
    assert_string_equal(err.text, "reading x at byte 0: Bad file descriptor");

    assert_int_equal(mkfifo(in(state, "quiet"), 0600), 0); /* opening it must not wait */
    assert_int_equal(qdr_file_open(in(state, "quiet"), &fd, &size, &err), QDR_EDATA);
    assert_int_equal(qdr_file_open(*state, &fd, &size, &err), QDR_EDATA);
    assert_int_equal(qdr_file_open("/dev/null", &fd, &size, &err), QDR_EDATA);
    assert_int_equal(qdr_file_open("no\x1b[2J", &fd, &size, &err), QDR_ESYSTEM);
    assert_int_equal(fd, -1);
    assert_string_equal(err.text, "no\\x1b[2J: No such file or directory");
}

static void file_load(void **state)
{
    char *data = NULL;
    size_t size = 0;
    qdr_error err = QDR_ERROR_INIT;
    put(in(state, "five"), "12345");
    put(in(state, "none"), "");
    assert_int_equal(qdr_file_load(in(state, "five"), 5, &data, &size, &err), QDR_OK);
    assert_string_equal(data, "12345");
    free(data);
    assert_int_equal(qdr_file_load(in(state, "none"), 0, &data, &size, &err), QDR_OK);
    assert_string_equal(data, "");
    assert_int_equal(size, 0);
    free(data);
    assert_int_equal(qdr_file_load(in(state, "five"), 4, &data, &size, &err), QDR_EDATA);
    assert_int_equal(qdr_file_load("/dev/zero", 1000000, &data, &size, &err), QDR_EDATA);
    assert_int_equal(qdr_file_load(*state, 4, &data, &size, &err), QDR_ESYSTEM);
    assert_int_equal(qdr_file_load(in(state, "missing"), 4, &data, &size, &err), QDR_ESYSTEM);
}

static void clock_told(void **state)
{
    (void)state;
    char text[QDR_CLOCK_TEXT];
    int year, month, day, hour, minute, second, end = 0;
    sscanf(qdr_clock_now(text), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
           &second, &end);
    assert_int_equal(end, 20);
    assert_int_equal(strlen(text), 20);
    double before = qdr_clock_seconds();
    usleep(2000);
    double passed = qdr_clock_seconds() - before;
    assert_true(passed >= 0.002 && passed < 10);
}

static int make_directory(void **state)
{
    static char directory[] = "/tmp/quadrat-base-XXXXXX";
    strcpy(directory + strlen(directory) - 6, "XXXXXX");
    *state = mkdtemp(directory);
    return *state ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static int remove_directory(void **state)
{
    return nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors),
        cmocka_unit_test(escaping),
        cmocka_unit_test(escaping_cut),
        cmocka_unit_test(growing),
        cmocka_unit_test(numbers),
        cmocka_unit_test(parsing),
        cmocka_unit_test(bytes_of_numbers),
        cmocka_unit_test(numbers_against_python),
        cmocka_unit_test_setup_teardown(numbers_in_locale, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(links_followed, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(old_file_kept, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(devices_written, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(read_only, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(file_read, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(file_load, make_directory, remove_directory),
        cmocka_unit_test(clock_told),
        cmocka_unit_test_setup_teardown(file_replaced, make_directory, remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
