/* Texts taken apart for verifying, and what is no record in JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "record/claims.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define X "x: float64 2x3 0123456789ABCDEF\n"

/* The lines, and a check line over those that are the statement: all here but a `rest`. */
static char *text_of(const char *statement, const char *rest)
{
    char check[QDR_CHECK_TEXT];
    qdr_bytes b = {0};
    qdr_check_text(statement, strlen(statement), check);
    qdr_bytes_format(&b, "%s%squadrat 0.1 %s", statement, rest, check);
    return b.data;
}

static void test_taken_apart(void **state)
{
    (void)state;
    qdr_error err = QDR_ERROR_INIT;
    qdr_claims c;
    char *text = text_of("mean(x) = 0.5\n"
                         "max(y[0:4, ::2]) = 3.5 float32\n"
                         "argmax(x) = 5 at [1, 2]\n"
                         "sum(x, axis=0) = float64 3 ZZZZ456789ABCDEF\n" X
                         "y[:4, ::2]: float32 4x50x0 no digest\n"
                         "y: float32 scalar 0000000000000000\n",
                         "survey.npy, Z\xc3\xbcrich\\x3d.npy, 4 ranks, 1 host, 0.03 s, job 7\nlabel: a = b: c\n");
    assert_int_equal(qdr_claims_read(text, strlen(text), &c, &err), QDR_OK);
    assert_string_equal(c.version, "0.1");
    assert_int_equal(c.result_count, 4);
    assert_string_equal(c.result[1].expr, "max(y[0:4, ::2])");
    assert_string_equal(c.result[1].value, "3.5 float32");
    assert_string_equal(c.result[3].line, "sum(x, axis=0) = float64 3 ZZZZ456789ABCDEF");
    assert_int_equal(c.input_count, 3);
    assert_string_equal(c.input[0].name, "x");
    assert_string_equal(c.input[0].dtype, "float64");
    assert_int_equal(c.input[0].ndim, 2);
    assert_int_equal(c.input[0].shape[1], 3);
    assert_string_equal(c.input[0].digest, "0123456789ABCDEF");
    assert_string_equal(c.input[1].name, "y[:4, ::2]");
    assert_string_equal(c.input[1].line, "y[:4, ::2]: float32 4x50x0 no digest");
    assert_int_equal(c.input[1].ndim, 3);
    assert_int_equal(c.input[1].shape[2], 0);
    assert_string_equal(c.input[1].digest, "");
    assert_int_equal(c.input[2].ndim, 0);
    assert_int_equal(c.input[2].file, 1);
    assert_int_equal(c.file_count, 2);
    assert_string_equal(c.file[0].source, "survey.npy");
    assert_string_equal(c.file[1].name, "y");
    assert_string_equal(c.file[1].source, "Z\xc3\xbcrich\\x3d.npy");
    qdr_claims_clear(&c);
    free(text);
}

/* What stands between the statement and the check, and the name of the file that it gives. */
static void test_names(void **state)
{
    static const struct {
        const char *rest, *source;
    } rows[] = {
        {"", NULL},
        {"a.npy, 1 rank, 1 host, 0.1 s\n", "a.npy"},
        {"2026-11-24 05:40 UTC\na.npy, 12 ranks, 3 hosts, 1 s\n", "a.npy"},
        {"1 rank, 1 host, 0.1 s\n", NULL},
        {"a.npy, b.npy, 1 rank, 1 host, 0.1 s\n", NULL},
        {"a.npy, 1 rank, 0.1 s\n", NULL},
        {"label: a.npy, 1 rank, 1 host\n", NULL},
        {", 1 rank, 1 host\n", ""},
        {"a.npy, 1 rank, 1 rank, 1 host\n", NULL},
        {"1 rank, 1 rank, 1 host\n", "1 rank"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_claims c;
        char *text = text_of("mean(x) = 0.5\n" X, rows[i].rest);
        assert_int_equal(qdr_claims_read(text, strlen(text), &c, &err), QDR_OK);
        const char *source = c.file[0].source;
        if (!source != !rows[i].source || (source && strcmp(source, rows[i].source)))
            fail_msg("%s gives %s", rows[i].rest, source ? source : "no name");
        qdr_claims_clear(&c);
        free(text);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {
        X,
        X "mean(x) = 0.5\n",
        " = 0.5\n",
        "mean(x) = \n",
        "mean(x) = 0.5\n\x1b[31mx = 2\n",
        "mean(x) = 0.5\nx\xff = 2\n",
        "mean(x) = 0.5\nx: float64\n",
        "mean(x) = 0.5\nx: float64 2x3\n",
        "mean(x) = 0.5\nx: float64 2x3 \n",
        "mean(x) = 0.5\nx: float64 2x3 0123456789ABCDE\n",
        "mean(x) = 0.5\nx: float64 2x3 0123456789ABCDEFG\n",
        "mean(x) = 0.5\nx: float64 2x3 0123456789ABCDEI\n",
        "mean(x) = 0.5\nx: float64 2x3 0123456789abcdef\n",
        "mean(x) = 0.5\nx: float64 2x-3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx: float64 2x 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx: float64 x2 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx: float64 2x9223372036854775808 0123456789ABCDEF\n",
        ("mean(x) = 0.5\nx: float64 1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1 "
         "0123456789ABCDEF\n"),
        "mean(x) = 0.5\nx: float(64) 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\n: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\n9x: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx.y: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx[: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx[0]y: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx[open(1)]: float64 2x3 0123456789ABCDEF\n",
        "mean(x) = 0.5\nx[0]]: float64 2x3 0123456789ABCDEF\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_claims c;
        char *text = text_of(rows[i], "");
        if (qdr_claims_read(text, strlen(text), &c, &err) != QDR_EDATA)
            fail_msg("should be refused: %s", rows[i]);
        assert_null(strchr(err.text, 27));
        free(text);
    }
    qdr_error err = QDR_ERROR_INIT;
    qdr_claims c;
    assert_int_equal(qdr_claims_read("hello", 5, &c, &err), QDR_EDATA);
    assert_int_equal(qdr_claims_read("", 0, &c, &err), QDR_EDATA);
    char *long_text = calloc(1, QDR_CLAIMS_MOST + 1);
    assert_int_equal(qdr_claims_read(long_text, QDR_CLAIMS_MOST + 1, &c, &err), QDR_EDATA);
    free(long_text);
}

static void test_many(void **state)
{
    (void)state;
    qdr_error err = QDR_ERROR_INIT;
    qdr_claims c;
    qdr_bytes b = {0};
    for (int i = 0; i < 1000; i++)
        qdr_bytes_format(&b, "f(x%d) = %d\n", i, i);
    for (int i = 0; i < 1000; i++)
        qdr_bytes_format(&b, "x%d: int64 %d 0123456789ABCDEF\n", i, i);
    char *text = text_of(b.data, "");
    assert_int_equal(qdr_claims_read(text, strlen(text), &c, &err), QDR_OK);
    assert_int_equal(c.result_count, 1000);
    assert_int_equal(c.file_count, 1000);
    assert_string_equal(c.result[999].value, "999");
    assert_string_equal(c.file[513].name, "x513");
    assert_int_equal(c.input[777].shape[0], 777);
    qdr_claims_clear(&c);
    qdr_bytes_clear(&b);
    free(text);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void test_no_json(void **state)
{
    static const char *const rows[] = {
        "", "{", "{}", "[]", "null", "{\"format\": 1}", "{\"format\": \"quadrat-result-2\"}",
        "{\"format\": \"quadrat-result-1\", \"inputs\": [{\"name\": \"x\\ny\"}]}",
        "{\"format\": \"quadrat-result-1\", \"inputs\": [{\"name\": \"label\"}]}",
        "{\"format\": \"quadrat-result-1\", \"results\": [{\"expr\": \"\\u001b\", \"value\": 1}]}",
        "{\"format\": \"quadrat-result-1\", \"results\": [{\"expr\": \"a\", \"dtype\": \"\\n\", \"value\": 1}]}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_error err = QDR_ERROR_INIT;
        qdr_record *record;
        if (qdr_record_parse(rows[i], strlen(rows[i]), &record, &err) != QDR_EDATA)
            fail_msg("should be refused: %s", rows[i]);
    }
}

/* Anything of the wrong kind is no record. */
static void test_odd_json(void **state)
{
    static const char *const values[] = {"null", "1", "\"x\"", "[]", "{}", "[[1], {\"a\": 2}]", "true",
                                         "[{\"expr\": \"f\", \"value\": {\"re\": []}, \"shape\": 3, \"at\": {}}]",
                                         "[null, 3, [], {\"shape\": [-5, 1e99, \"x\", null]}]"};
    static const char *const keys[] = {"results", "inputs", "check", "quadrat"};
    (void)state;
    for (size_t k = 0; k < COUNT(keys); k++)
        for (size_t i = 0; i < COUNT(values); i++) {
            qdr_error err = QDR_ERROR_INIT;
            qdr_bytes b = {0};
            qdr_record *record;
            qdr_bytes_format(&b, "{\"format\": \"quadrat-result-1\", \"%s\": %s}", keys[k], values[i]);
            assert_int_equal(qdr_record_parse(b.data, b.size, &record, &err), QDR_EDATA);
            qdr_bytes_clear(&b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken_apart), cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_json),     cmocka_unit_test(test_odd_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
