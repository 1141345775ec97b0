/* record.h: lines, statement, check, QR text, and reading a text back.
 *
 * Expected texts are written by hand after record.h; expected checks were computed by Python's
 * hashlib.blake2b(statement, digest_size=32), not by the code under test.
 */
#include "records.h"

#include "base/check.h"
#include "record/statement.h"

static const char example_text[] = "mean(x) = 0.4999912043990271\n"
                                   "x: float64 10000x10000 5C1E90D7QK2M4R8T\n"
                                   "survey.npy, 4 ranks, 1 host, 0.031 s, job 8812\n"
                                   "2026-11-24 05:40 UTC\n"
                                   "quadrat 0.1 Z1Z5KKBQSAPY7FDS";

static void check_texts(void **state)
{
    (void)state;
    char thousand[1000];
    memset(thousand, 'a', sizeof thousand);
    const struct {
        const void *data;
        size_t size;
        const char *check;
    } rows[] = {{"", 0, "1SBN3G16WN1V5T5B"},
                {"abc", 3, "QQER2F3388WQ4CBH"},
                {"", 1, "0CBGMBKNJYVVFRYR"},
                {thousand, 1000, "W05GVPZHWB6TYQ49"},
                {"Z\xc3\xbcrich\n", 8, "G23Q26A85W34BVKN"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char check[QDR_CHECK_TEXT];
        qdr_check_text(rows[i].data, rows[i].size, check);
        assert_string_equal(check, rows[i].check);
    }
}

static void lines(void **state)
{
    (void)state;
    static const int64_t deep[] = {1, 2, 3};
    const struct {
        qdr_record_result result;
        const char *line; /* NULL: refused */
    } rows[] = {
        {mean, "mean(x) = 0.4999912043990271"},
        {{"sum(x)", "s", {"float64", QDR_VALUE_FLOAT64, {.real = 1e300}}, NULL, 0, true, NULL},
         "sum(x) = 1e+300"},
        {{"min(x)", NULL, {"float64", QDR_VALUE_FLOAT64, {.real = -0.0}}, NULL, 0, true, NULL},
         "min(x) = -0.0"},
        {{"max(x)", NULL, {"float64", QDR_VALUE_FLOAT64, {.real = (double)NAN}}, NULL, 0, true, NULL},
         "max(x) = nan"},
        {{"max(x)", NULL, {"float64", QDR_VALUE_FLOAT64, {.real = -INFINITY}}, NULL, 0, true, NULL},
         "max(x) = -inf"},
        {{"max(t)", NULL, {"float32", QDR_VALUE_FLOAT32, {.real = 314.90765380859375}}, NULL, 0, 1, NULL},
         "max(t) = 314.90765 float32"},
        {{"max(x)", NULL, {"float32", QDR_VALUE_FLOAT32, {.real = 0x1.99999ap-4}}, NULL, 0, true, NULL},
         "max(x) = 0.1 float32"},
        {{"max(x)", NULL, {"float16", QDR_VALUE_FLOAT16, {.real = 0x1.998p-4}}, NULL, 0, true, NULL},
         "max(x) = 0.1 float16"},
        {{"sum(z)", NULL, {"complex64", QDR_VALUE_COMPLEX64, {.pair = {0.1, 2}}}, NULL, 0, true, NULL},
         "sum(z) = (0.1+2j) complex64"},
        {{"sum(z)", NULL, {"complex128", QDR_VALUE_COMPLEX128, {.pair = {-0.0, -1}}}, NULL, 0, 1, NULL},
         "sum(z) = (-0-1j) complex128"},
        {{"min(z)", NULL, {"complex128", QDR_VALUE_COMPLEX128, {.pair = {0, -1e-300}}}, NULL, 0, 1, NULL},
         "min(z) = -1e-300j complex128"},
        {{"sum(x)", NULL, {"int64", QDR_VALUE_INT, {.integer = INT64_MIN}}, NULL, 0, true, NULL},
         "sum(x) = -9223372036854775808"},
        {{"max(x)", NULL, {"int8", QDR_VALUE_INT, {.integer = -7}}, NULL, 0, true, NULL},
         "max(x) = -7 int8"},
        {{"sum(x)", NULL, {"uint64", QDR_VALUE_UINT, {.natural = UINT64_MAX}}, NULL, 0, true, NULL},
         "sum(x) = 18446744073709551615 uint64"},
        {{"all(x)", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL},
         "all(x) = True"},
        {{"any(x)", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = false}}, NULL, 0, true, NULL},
         "any(x) = False"},
        {{"argmax(x)", NULL, {"int64", QDR_VALUE_INT, {.integer = 50731842}}, place, 2, true, NULL},
         "argmax(x) = 50731842 at [5073, 1842]"},
        {{"argmin(x)", NULL, {"int64", QDR_VALUE_INT, {.integer = 9}}, deep, 1, true, NULL},
         "argmin(x) = 9 at [1]"},
        {{"f(x, '\\n\xc3\xbc')", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = 1}}, NULL, 0, true, NULL},
         "f(x, '\\n\xc3\xbc') = True"},
        {{"a\nb", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL}, NULL},
        {{"a\x1b[2J", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL}, NULL},
        {{"a\xff", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL}, NULL},
        {{"a\xe2\x80\xae", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL}, NULL},
        {{"label: a", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL}, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_record record = {.results = &rows[i].result, .result_count = 1};
        qdr_error err = QDR_ERROR_INIT;
        char *line = NULL;
        if (!rows[i].line) {
            assert_int_equal(qdr_record_line(&record, 0, &line, &err), QDR_EDATA);
            assert_null(line);
            assert_null(strpbrk(err.text, "\n\x1b\xff"));
            continue;
        }
        assert_int_equal(qdr_record_line(&record, 0, &line, &err), QDR_OK);
        assert_string_equal(line, rows[i].line);
        free(line);
    }
}

static void statement(void **state)
{
    (void)state;
    const qdr_record_result results[] = {
        mean,
        {"max(y)", NULL, {"float32", QDR_VALUE_FLOAT32, {.real = 314.90765380859375}}, NULL, 0, 1, NULL},
        {"argmax(x)", "i", {"int64", QDR_VALUE_INT, {.integer = 50731842}}, place, 2, true, NULL}};
    static const int64_t none[] = {0, 5};
    const qdr_record_input inputs[] = {
        survey, {.name = "y", .source = "y", .dtype = "float32"},
        {.name = "z", .dtype = "bool", .ndim = 2, .shape = none, .digest = "0123456789ABCDEF"}};
    qdr_record record = {.results = results, .result_count = 3, .inputs = inputs, .input_count = 3};
    char *text, check[QDR_CHECK_SIZE];
    assert_int_equal(qdr_record_statement(&record, &text, NULL), QDR_OK);
    assert_string_equal(text, "mean(x) = 0.4999912043990271\n"
                              "max(y) = 314.90765 float32\n"
                              "argmax(x) = 50731842 at [5073, 1842]\n"
                              "x: float64 10000x10000 5C1E90D7QK2M4R8T\n"
                              "y: float32 scalar no digest\n"
                              "z: bool 0x5 0123456789ABCDEF\n");
    free(text);
    record = example();
    assert_int_equal(qdr_record_check(&record, check, NULL), QDR_OK);
    assert_string_equal(check, "Z1Z5KKBQSAPY7FDS");

    qdr_record_input label = survey;
    label.name = "label";
    record.inputs = &label;
    assert_int_equal(qdr_record_check(&record, check, NULL), QDR_EDATA);
    record.result_count = record.input_count = 0;
    assert_int_equal(qdr_record_check(&record, check, NULL), QDR_EDATA);
}

/* The optional lines of one record, everything in it hostile or odd. */
static void text_lines(void **state)
{
    (void)state;
    const struct {
        const char *source, *job, *label;
        qdr_record_meta meta;
        int ranks, hosts;
        double seconds, load_seconds;
        const char *between; /* the statement and the time line */
    } rows[] = {
        {"survey.npy", NULL, NULL, {NULL, NULL}, 1, 1, 12.345, 0,
         "survey.npy, 1 rank, 1 host, 12.3 s\n"},
        {"/home/me/a b.npy", "8812_3", "", {"k", ""}, 1000, 12, 0, 0,
         "a b.npy, 1000 ranks, 12 hosts, 0.000000 s, job 8812_3\nlabel: \nmeta: k=\n"},
        {"/data/a.h5:/group/x", NULL, NULL, {NULL, NULL}, 2, 2, 0.000123, 0,
         "a.h5, 2 ranks, 2 hosts, 0.000123 s\n"},
        {"d: e = f/mean(x) = 1", "1: 2 = 3", "x = 1", {"y: ", "sum(x) = 2"}, 1, 1, 9.999, 0,
         "mean(x) \\x3d 1, 1 rank, 1 host, 10.00 s, job 1\\x3a 2 \\x3d 3\n"
         "label: x = 1\nmeta: y: =sum(x) = 2\n"},
        {"a\nsum(x) = 3\n", "\r\n", "a\nsum(x) = 3", {"a=b\n", "c\x1b]0;\x07\\"}, 1, 1, 3600, 0,
         "a\\x0asum(x) \\x3d 3\\x0a, 1 rank, 1 host, 3600 s, job \\x0d\\x0a\n"
         "label: a\\x0asum(x) = 3\nmeta: a\\x3db\\x0a=c\\x1b]0;\\x07\\\\\n"},
        {"label: x", NULL, "\xe2\x80\xae\xc3\xbc\xff", {NULL, NULL}, 1, 1, (double)NAN, 0,
         "label\\x3a x, 1 rank, 1 host, ? s\nlabel: \\xe2\\x80\\xae\xc3\xbc\\xff\n"},
        {"dir/", NULL, NULL, {NULL, NULL}, 1, 1, 1e300, 0, ", 1 rank, 1 host, ? s\n"},
        {NULL, NULL, NULL, {NULL, NULL}, 1, 1, 1.25, 0, "1 rank, 1 host, 1.25 s\n"},
        {NULL, "8812", NULL, {NULL, NULL}, 4, 1, 0.031, 2.5,
         "4 ranks, 1 host, 0.031 s after loading in 2.50 s, job 8812\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_record_input inputs[] = {survey, survey};
        inputs[0].source = inputs[1].source = rows[i].source;
        qdr_record record = example();
        record.inputs = inputs;
        record.input_count = 2; /* of one file, named once */
        record.run.job = rows[i].job;
        record.run.ranks = rows[i].ranks;
        record.run.hosts = rows[i].hosts;
        record.run.seconds = rows[i].seconds;
        record.run.load_seconds = rows[i].load_seconds;
        record.label = rows[i].label;
        record.meta = &rows[i].meta;
        record.meta_count = rows[i].meta.key != NULL;
        char expected[1024], check[QDR_CHECK_SIZE], *text, *claim;
        assert_int_equal(qdr_record_statement(&record, &claim, NULL), QDR_OK);
        qdr_check_text(claim, strlen(claim), check);
        snprintf(expected, sizeof expected, "%s%s2026-11-24 05:40 UTC\nquadrat 0.1 %s", claim,
                 rows[i].between, check);
        assert_int_equal(qdr_record_text(&record, SIZE_MAX, &text, NULL), QDR_OK);
        assert_string_equal(text, expected);
        qdr_text_finding finding;
        assert_int_equal(qdr_text_examine(text, strlen(text), &finding, NULL), QDR_OK);
        assert_true(finding.result && finding.holds);
        assert_string_equal(finding.computed, check);
        free(claim);
        free(text);
    }
}

static void text_shrinks(void **state)
{
    (void)state;
    static const char *const optional[] = {/* in the order in which they go */
                                           "meta: b=2\n", "meta: a=1\n", "label: l\n",
                                           "survey.npy, 4 ranks, 1 host, 0.031 s, job 8812\n",
                                           "2026-11-24 05:40 UTC\n"};
    static const char *const order[] = {/* as they stand in the text */
                                        "survey.npy, 4 ranks, 1 host, 0.031 s, job 8812\n",
                                        "label: l\n", "meta: a=1\n", "meta: b=2\n",
                                        "2026-11-24 05:40 UTC\n"};
    const qdr_record_meta meta[] = {{"a", "1"}, {"b", "2"}};
    qdr_record record = example();
    char *text;
    assert_int_equal(qdr_record_text(&record, strlen(example_text), &text, NULL), QDR_OK);
    assert_string_equal(text, example_text);
    free(text);
    record.label = "l";
    record.meta = meta;
    record.meta_count = 2;
    for (size_t gone = 0; gone <= COUNT(optional); gone++) {
        char expected[512] = "mean(x) = 0.4999912043990271\n"
                             "x: float64 10000x10000 5C1E90D7QK2M4R8T\n";
        for (size_t i = 0; i < COUNT(order); i++) {
            bool stays = true;
            for (size_t k = 0; k < gone; k++)
                stays &= strcmp(order[i], optional[k]) != 0;
            if (stays)
                strcat(expected, order[i]);
        }
        strcat(expected, "quadrat 0.1 Z1Z5KKBQSAPY7FDS");
        assert_int_equal(qdr_record_text(&record, strlen(expected), &text, NULL), QDR_OK);
        assert_string_equal(text, expected);
        free(text);
        qdr_error err = QDR_ERROR_INIT;
        int code = qdr_record_text(&record, strlen(expected) - 1, &text, &err);
        assert_int_equal(code, gone < COUNT(optional) ? QDR_OK : QDR_EUSAGE);
        if (code)
            assert_non_null(strstr(err.text, "-o result.json"));
        else
            free(text);
    }
}

/* A text of up to 12 hostile parts, which lives as long as the row. */
static const char *hostile(char row[512], uint32_t *seed)
{
    static const char *const parts[] = {
        "\n",           "\r",         "\r\n",        "\v",           "\f",
        "\x1c",         "\x1e",       "\xc2\x85",    "\xe2\x80\xa8", "\xe2\x80\xa9",
        "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xff",
        "\xc2",         "\\",        "\\x0a",      "\\n",         "\x1b[2K",
        " = ",          "= ",        " =",         ": ",          ":",
        " ",            "label: ",   "meta: ",     "sum(x) = 2.0", "x: float64 3 0123456789ABCDEF",
        "quadrat 0.1 Z1Z5KKBQSAPY7FDS", "/", ":/", ", ", "a", "\xc3\xbc", "\xf0\x9f\x98\x80"};
    *row = '\0';
    *seed = *seed * 1664525u + 1013904223u;
    for (uint32_t i = *seed >> 28; i < 12; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        strcat(row, parts[(*seed >> 16) % COUNT(parts)]);
    }
    return row;
}

/* The lines of a text as the most generous reader splits it: at each of Unicode's line ends. */
static size_t generous_lines(const char *text, const char *lines[], size_t sizes[], size_t most)
{
    static const char *const ends[] = {"\n",   "\r",   "\v",       "\f",           "\x1c",
                                       "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    size_t count = 0;
    const char *begin = text;
    for (const char *s = text;; s++) {
        size_t end = *s ? 0 : 1;
        for (size_t i = 0; *s && i < COUNT(ends); i++)
            if (strncmp(s, ends[i], strlen(ends[i])) == 0)
                end = strlen(ends[i]);
        if (!end)
            continue;
        assert_true(count < most);
        lines[count] = begin;
        sizes[count++] = (size_t)(s - begin);
        begin = s + end;
        if (!*s)
            return count;
        s = begin - 1;
    }
}

/* Whatever labels, names and metadata hold, the lines of the statement in the text are those of the
 * record, at every length; and the record comes back from its JSON as it was. */
static void nothing_is_forged(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 600; round++) {
        char rows[12][512];
        char keys[2][600];
        qdr_record_input inputs[] = {survey, survey};
        inputs[0].source = hostile(rows[0], &seed);
        inputs[1].source = hostile(rows[1], &seed);
        qdr_record_meta meta[2];
        for (int i = 0; i < 2; i++) {
            snprintf(keys[i], sizeof keys[i], "%d%s", i, hostile(rows[2 + i], &seed));
            meta[i] = (qdr_record_meta){keys[i], hostile(rows[4 + i], &seed)};
        }
        qdr_record_result results[] = {mean, mean};
        results[1].name = hostile(rows[6], &seed);
        qdr_record record = example();
        record.results = results;
        record.result_count = 2;
        record.inputs = inputs;
        record.input_count = 2;
        record.label = hostile(rows[7], &seed);
        record.meta = meta;
        record.meta_count = 2;
        record.run.job = hostile(rows[8], &seed);
        record.run.host = hostile(rows[9], &seed);
        record.run.mpi = hostile(rows[10], &seed);
        if (round % 2)
            record.run.started = hostile(rows[11], &seed);
        char *claim, *text, *json, *again;
        assert_int_equal(qdr_record_statement(&record, &claim, NULL), QDR_OK);
        for (size_t most = SIZE_MAX; !qdr_record_text(&record, most, &text, NULL); free(text)) {
            const char *lines[64];
            size_t sizes[64], count = generous_lines(text, lines, sizes, COUNT(lines));
            char read[2048] = "";
            for (size_t i = 0; i + 1 < count; i++)
                if (qdr_statement_owns(lines[i], sizes[i])) {
                    strncat(read, lines[i], sizes[i]);
                    strcat(read, "\n");
                }
            assert_string_equal(read, claim);
            qdr_text_finding finding;
            assert_int_equal(qdr_text_examine(text, strlen(text), &finding, NULL), QDR_OK);
            assert_true(finding.result && finding.holds);
            most = strlen(text) - 1;
        }
        qdr_record *parsed;
        qdr_error err = QDR_ERROR_INIT;
        assert_int_equal(qdr_record_json(&record, &json, &err), QDR_OK);
        if (qdr_record_parse(json, strlen(json), &parsed, &err))
            fail_msg("%s", err.text);
        assert_int_equal(qdr_record_json(parsed, &again, NULL), QDR_OK);
        assert_string_equal(again, json);
        free(again);
        assert_int_equal(qdr_record_text(parsed, SIZE_MAX, &again, NULL), QDR_OK);
        assert_int_equal(qdr_record_text(&record, SIZE_MAX, &text, NULL), QDR_OK);
        assert_string_equal(again, text);
        free(again);
        free(text);
        qdr_record_destroy(parsed);
        free(json);
        free(claim);
    }
}

/* Examines a copy whose end is the end of its memory, so that reading past it is seen. */
static qdr_text_finding examine(const char *text, size_t size)
{
    qdr_text_finding finding;
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    assert_int_equal(qdr_text_examine(copy, size, &finding, NULL), QDR_OK);
    free(copy);
    assert_true(finding.result || (!*finding.version && !*finding.claimed && !*finding.computed));
    assert_true(finding.result || !finding.holds);
    return finding;
}

static void examples_examined(void **state)
{
    (void)state;
#define SUM "sum(x) = 1.0\n" /* its check is RV9MG3SPEGEEWT6Z */
    static const struct {
        const char *text;
        bool result, holds;
    } rows[] = {
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z", true, true},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z\n", true, true},
        {SUM "quadrat 123.4567 RV9MG3SPEGEEWT6Z", true, true},
        {SUM "label: sum(x) = 2.0\nmeta: a: b = c\n\nany 1=2 10:30\nquadrat 0.1 RV9MG3SPEGEEWT6Z",
         true, true},
        {SUM "quadrat 0.1 rv9mg3spegeewt6z", true, false},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT60", true, false},
        {SUM SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z", true, false},
        {SUM "x: a\nquadrat 0.1 RV9MG3SPEGEEWT6Z", true, false},
        {SUM " label: a\nquadrat 0.1 RV9MG3SPEGEEWT6Z", true, false},
        {"sum(x) = 1.0\r\nquadrat 0.1 RV9MG3SPEGEEWT6Z", true, false},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z\n\n", false, false},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z\r\n", false, false},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6Z ", false, false},
        {SUM "quadrat 0.1 RV9MG3SPEGEEWT6", false, false},
        {SUM "quadrat 0.1  RV9MG3SPEGEEWT6Z", false, false},
        {SUM "quadrat 0.1.0 RV9MG3SPEGEEWT6Z", false, false},
        {SUM "quadrat 01 RV9MG3SPEGEEWT6Z", false, false},
        {SUM "quadrat .1 RV9MG3SPEGEEWT6Z", false, false},
        {SUM "quadrat 1. RV9MG3SPEGEEWT6Z", false, false},
        {SUM "quadrat 0.12345678901234 RV9MG3SPEGEEWT6Z", false, false},
        {SUM "Quadrat 0.1 RV9MG3SPEGEEWT6Z", false, false},
        {"quadrat 0.1 RV9MG3SPEGEEWT6Z", false, false},
        {"\nquadrat 0.1 1SBN3G16WN1V5T5B", false, false}, /* an empty statement's own check */
        {"quadrat 0.1 RV9MG3SPEGEEWT6Z\n" SUM, false, false},
        {"https://example.org/", false, false},
        {"\n", false, false},
        {"", false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_text_finding finding = examine(rows[i].text, strlen(rows[i].text));
        if (finding.result != rows[i].result || finding.holds != rows[i].holds)
            fail_msg("row %zu: %s", i, rows[i].text);
        if (finding.result)
            assert_int_equal(strncmp(strrchr(rows[i].text, 'q') + 8, finding.version,
                                     strlen(finding.version)), 0);
    }
    qdr_text_finding finding = examine(example_text, strlen(example_text));
    assert_true(finding.holds);
    assert_string_equal(finding.version, "0.1");
    assert_string_equal(finding.claimed, "Z1Z5KKBQSAPY7FDS");
    assert_string_equal(finding.computed, "Z1Z5KKBQSAPY7FDS");
}

/* A text one byte of which was changed, taken out or put in holds only where the byte is in none of
 * the lines that are checked. */
static void one_byte_altered(void **state)
{
    (void)state;
    const size_t size = strlen(example_text);
    const size_t carried = (size_t)(strstr(example_text, "survey") - example_text);
    const size_t last = (size_t)(strstr(example_text, "quadrat") - example_text);
    const size_t claimed = size - 16;
    char text[sizeof example_text + 1];
    for (size_t i = 0; i < size; i++) {
        bool covered = i < carried || i >= claimed;
        for (int c = 0; c < 256; c++) {
            memcpy(text, example_text, size);
            text[i] = (char)c;
            if (examine(text, size).holds && covered && text[i] != example_text[i])
                fail_msg("byte %zu as %02x still holds", i, c);
            memmove(text + i + 1, example_text + i, size - i);
            text[i] = (char)c;
            bool empty_line = c == '\n' && (!i || example_text[i - 1] == c || example_text[i] == c);
            if (examine(text, size + 1).holds && covered && !empty_line)
                fail_msg("%02x put in at byte %zu still holds", c, i);
        }
        memcpy(text, example_text, i);
        memcpy(text + i, example_text + i + 1, size - i - 1);
        if (examine(text, size - 1).holds && (covered || (i >= last && i < last + 8)))
            fail_msg("without byte %zu still holds", i);
        examine(example_text, i);
    }
    assert_true(examine(example_text, size).holds);
}

static void noise_examined(void **state)
{
    (void)state;
    static const char *const words[] = {
        "quadrat ", "0.1 ", "RV9MG3SPEGEEWT6Z", "\n", "sum(x) = 1.0", "label: ",
        "x: ",      " = ",  "\xff",             ".",  " ",            "9999999999"};
    uint32_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        char text[256];
        size_t size = 0;
        for (int i = 0; i < 10; i++) {
            seed = seed * 1664525u + 1013904223u;
            const char *word = words[(seed >> 16) % COUNT(words)];
            memcpy(text + size, word, strlen(word));
            size += strlen(word);
        }
        text[(seed >> 8) % size] = (char)(seed >> 24);
        examine(text, size);
    }
    examine("a = b\0\nquadrat 0.1 RV9MG3SPEGEEWT6Z", 36);
}

/* The last text that holds among other lines. */
static void texts_found(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        bool found;
    } rows[] = {{"", "", true},
                {"", "\n", true},
                {"a log\nb = 2\n", "\nthe end\n", true},
                {"", "\nsum(x) = 1.0\nquadrat 0.1 RV9MG3SPEGEEWT60\n\n\n", true},
                {"sum(x) = 1.0\nquadrat 0.1 RV9MG3SPEGEEWT6Z\n", "\nquadrat 0.1 \n", true},
                {"node17: ", "\n", false},
                {"", " \n", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[1024];
        size_t begin, length;
        snprintf(text, sizeof text, "%s%s%s", rows[i].before, example_text, rows[i].after);
        assert_int_equal(qdr_text_find(text, strlen(text), &begin, &length, NULL), QDR_OK);
        assert_int_equal(length, rows[i].found ? strlen(example_text) : 0);
        if (rows[i].found)
            assert_int_equal(begin, strlen(rows[i].before));
    }
    size_t begin, length;
    assert_int_equal(qdr_text_find("", 0, &begin, &length, NULL), QDR_OK);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_texts),       cmocka_unit_test(lines),
        cmocka_unit_test(statement),         cmocka_unit_test(text_lines),
        cmocka_unit_test(text_shrinks),      cmocka_unit_test(examples_examined),
        cmocka_unit_test(one_byte_altered),  cmocka_unit_test(noise_examined),
        cmocka_unit_test(nothing_is_forged), cmocka_unit_test(texts_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
