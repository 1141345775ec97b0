/* Records as JSON, written and read back. */
#include "records.h"

static void json(void **state)
{
    (void)state;
    static const int64_t at[] = {1, 2};
    const qdr_record_result results[] = {
        mean,
        {"max(x)", "m", {"float32", QDR_VALUE_FLOAT32, {.real = 0x1.99999ap-4}}, NULL, 0, true, NULL},
        {"argmin(x)", NULL, {"int64", QDR_VALUE_INT, {.integer = 10002}}, at, 2, true, NULL},
        {"sum(x)", NULL, {"uint64", QDR_VALUE_UINT, {.natural = UINT64_MAX}}, NULL, 0, true, NULL},
        {"any(x)", NULL, {"bool", QDR_VALUE_BOOL, {.boolean = true}}, NULL, 0, true, NULL},
        {"f(x)", NULL, {"float64", QDR_VALUE_FLOAT64, {.real = -INFINITY}}, NULL, 0, false, NULL}};
    const char *const lines_of_program[] = {"mean(x)", "f(x, '\\d')"};
    const qdr_record_meta meta[] = {{"site", "a\"b"}, {"\xff", "\n"}};
    qdr_record record = example();
    record.results = results;
    record.result_count = COUNT(results);
    qdr_record_input inputs[] = {survey, {.name = "y", .source = "d/\xff\\", .dtype = "bool"}};
    record.inputs = inputs;
    record.input_count = 2;
    record.program = lines_of_program;
    record.program_count = 2;
    record.meta = meta;
    record.meta_count = 2;
    record.run.job = NULL;
    record.run.load_seconds = 0.5;
    record.run.seconds = 1e-7;
    char *text, expected[8192], check[QDR_CHECK_SIZE];
    assert_int_equal(qdr_record_check(&record, check, NULL), QDR_OK);
    snprintf(expected, sizeof expected,
             "{\"format\":\"quadrat-result-1\",\"program\":[\"mean(x)\",\"f(x,'\\\\d')\"],"
             "\"inputs\":[{\"name\":\"x\",\"source\":\"survey.npy\",\"dtype\":\"float64\","
             "\"shape\":[10000,10000],\"digest\":\"5C1E90D7QK2M4R8T\"},"
             "{\"name\":\"y\",\"source\":\"d/\\\\xff\\\\\\\\\",\"dtype\":\"bool\",\"shape\":[],"
             "\"digest\":null}],"
             "\"results\":[{\"expr\":\"mean(x)\",\"name\":null,\"dtype\":\"float64\",\"shape\":[],"
             "\"value\":0.4999912043990271,\"bits\":\"0x1.fffdb1bcb9d40p-2\",\"exact\":true},"
             "{\"expr\":\"max(x)\",\"name\":\"m\",\"dtype\":\"float32\",\"shape\":[],"
             "\"value\":0.1,\"bits\":\"0x1.99999ap-4\",\"exact\":true},"
             "{\"expr\":\"argmin(x)\",\"name\":null,\"dtype\":\"int64\",\"shape\":[],"
             "\"value\":10002,\"at\":[1,2],\"exact\":true},"
             "{\"expr\":\"sum(x)\",\"name\":null,\"dtype\":\"uint64\",\"shape\":[],"
             "\"value\":18446744073709551615,\"exact\":true},"
             "{\"expr\":\"any(x)\",\"name\":null,\"dtype\":\"bool\",\"shape\":[],"
             "\"value\":true,\"exact\":true},"
             "{\"expr\":\"f(x)\",\"name\":null,\"dtype\":\"float64\",\"shape\":[],"
             "\"value\":\"-inf\",\"bits\":\"-inf\",\"exact\":false}],"
             "\"check\":\"%s\",\"run\":{\"parts\":1,\"ranks\":4,\"hosts\":1,\"threads\":1,"
             "\"chunks\":[1000,1000],\"blocks\":100,\"elements\":100000000,\"passes\":1,"
             "\"load_seconds\":0.5,\"seconds\":1e-07,\"started\":\"2026-11-24T05:40:12Z\",\"host\":\"node17\","
             "\"mpi\":\"OpenMPI4.1.4\",\"job\":null},\"label\":null,"
             "\"meta\":{\"site\":\"a\\\"b\",\"\\\\xff\":\"\\\\x0a\"},\"quadrat\":\"0.1.0\","
             "\"signature\":null}",
             check);
    assert_int_equal(qdr_record_json(&record, &text, NULL), QDR_OK);
    assert_int_equal(text[strlen(text) - 1], '\n');
    if (system("${PYTHON:-python3} -c pass 2>/dev/null") == 0) {
        FILE *python = popen("${PYTHON:-python3} -c 'import json, sys; json.load(sys.stdin)'", "w");
        assert_non_null(python);
        fputs(text, python);
        assert_int_equal(pclose(python), 0);
    } else {
        print_message("skipped: no python3 to read the JSON\n");
    }
    char *to = text; /* white space is not compared, for it is json-c's */
    for (const char *from = text; *from; from++)
        if (*from != ' ' && *from != '\n')
            *to++ = *from;
    *to = '\0';
    assert_string_equal(text, expected);
    free(text);

    const char *const hostile[] = {"mean(x)\n"};
    record.program = hostile;
    record.program_count = 1;
    assert_int_equal(qdr_record_json(&record, &text, NULL), QDR_EDATA);
}

/* Every kind of value in a record. */
static void values_parsed(void **state)
{
    (void)state;
    static const int64_t at[] = {1, 2}, two[] = {1, 2}, none[] = {0, 3}, many[] = {1001};
    const double half = 0x1.554p-2, third = (double)(1.0f / 3);
    const qdr_value floats[] = {{"float32", QDR_VALUE_FLOAT32, {.real = third}},
                                {"float32", QDR_VALUE_FLOAT32, {.real = -INFINITY}}};
    const qdr_value pairs[] = {{"complex64", QDR_VALUE_COMPLEX64, {.pair = {third, -0.0}}},
                               {"complex64", QDR_VALUE_COMPLEX64, {.pair = {(double)NAN, 1}}}};
    const qdr_record_array arrays[] = {{2, two, floats, "0123456789ABCDEF"},
                                       {2, two, pairs, "0123456789ABCDEF"},
                                       {2, none, floats, "0123456789ABCDEF"},
                                       {1, many, NULL, "0123456789ABCDEF"}};
#define ROW(dtype, kind, ...) {"f", NULL, {dtype, kind, {__VA_ARGS__}}, NULL, 0, true, NULL}
    const qdr_record_result results[] = {
        mean,
        ROW("float64", QDR_VALUE_FLOAT64, .real = 5e-324),
        ROW("float64", QDR_VALUE_FLOAT64, .real = -0.0),
        ROW("float64", QDR_VALUE_FLOAT64, .real = (double)NAN),
        ROW("float32", QDR_VALUE_FLOAT32, .real = third),
        ROW("float16", QDR_VALUE_FLOAT16, .real = half),
        ROW("float16", QDR_VALUE_FLOAT16, .real = 0x1p-24),
        ROW("int64", QDR_VALUE_INT, .integer = INT64_MIN),
        ROW("int8", QDR_VALUE_INT, .integer = -7),
        ROW("uint64", QDR_VALUE_UINT, .natural = UINT64_MAX),
        ROW("bool", QDR_VALUE_BOOL, .boolean = true),
        ROW("complex128", QDR_VALUE_COMPLEX128, .pair = {-0.0, -INFINITY}),
        {"argmin(x)", "m", {"int64", QDR_VALUE_INT, {.integer = 9}}, at, 2, false, NULL},
        {"a", NULL, {.dtype = "float32", .kind = QDR_VALUE_FLOAT32}, NULL, 0, true, &arrays[0]},
        {"b", NULL, {.dtype = "complex64", .kind = QDR_VALUE_COMPLEX64}, NULL, 0, 1, &arrays[1]},
        {"c", NULL, {.dtype = "float32", .kind = QDR_VALUE_FLOAT32}, NULL, 0, true, &arrays[2]},
        {"d", NULL, {.dtype = "bool", .kind = QDR_VALUE_BOOL}, NULL, 0, true, &arrays[3]}};
    qdr_record_input inputs[] = {survey, survey};
    inputs[1].source = NULL;
    *inputs[1].digest = '\0';
    qdr_record record = example(), *parsed;
    qdr_error err = QDR_ERROR_INIT;
    char *json, *again;
    record.results = results;
    record.result_count = COUNT(results);
    record.inputs = inputs;
    record.input_count = 2;
    record.run.job = NULL;
    assert_int_equal(qdr_record_json(&record, &json, &err), QDR_OK);
    if (qdr_record_parse(json, strlen(json), &parsed, &err))
        fail_msg("%s", err.text);
    assert_int_equal(qdr_record_json(parsed, &again, NULL), QDR_OK);
    assert_string_equal(json, again);
    qdr_record_destroy(parsed);
    free(again);

    /* cut short, and with one byte changed: refused, or a record that can be written */
    size_t size = strlen(json), end = size - 1;
    assert_int_equal(json[end - 1], '}');
    uint32_t seed = 1;
    for (size_t i = 0; i < end; i += 5) {
        char *copy = malloc(i + 1);
        memcpy(copy, json, i);
        assert_int_equal(qdr_record_parse(copy, i, &parsed, &err), QDR_EDATA);
        free(copy);
        char kept = json[i];
        for (int k = 0; k < 5; k++) {
            seed = seed * 1664525u + 1013904223u;
            json[i] = k < 4 ? "0]\"-"[k] : (char)(seed >> 24);
            int code = qdr_record_parse(json, size, &parsed, &err);
            assert_true(code == QDR_OK || code == QDR_EDATA || code == QDR_EFAIL);
            if (code)
                continue;
            assert_int_equal(qdr_record_text(parsed, SIZE_MAX, &again, NULL), QDR_OK);
            free(again);
            qdr_record_destroy(parsed);
        }
        json[i] = kept;
    }
    free(json);
}

static void records_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to; /* what is changed in the example's JSON */
        const char *says;
        int code;
    } rows[] = {
        {"\"result", "\"resolt", "'results' is missing", QDR_EDATA},
        {"quadrat-result-1", "quadrat-result-9", "'format' is not quadrat-result-1", QDR_EDATA},
        {"\"float64\"", "\"float99\"", "the record's inputs: 'dtype' is unknown", QDR_EDATA},
        {"10000,", "-1000,", "'shape' is no count", QDR_EDATA},
        {"\"ranks\": 4", "\"ranks\": {", "broken JSON at byte", QDR_EDATA},
        {"\"ranks\": 4", "\"ranks\":\"\"", "the record's run: 'ranks' is not of the right type", QDR_EDATA},
        {"\"label\": null", "\"label\": true", "'label' is not of the right type", QDR_EDATA},
        {"5C1E90D7QK2M4R8T", "5C1E90D7QK2M4R8U", "the check does not hold", QDR_EFAIL},
        {"0.4999912043990271", "0.4999912043990272", "the check does not hold", QDR_EFAIL},
        {"0.4999912043990271", "\"0.49999120439901\"", "the record's results: 'value' is no number", QDR_EDATA},
        {"5C1E90D7QK2M4R8T", "5C1E90D7QK2M4\\n8", "'digest' is not 16 characters", QDR_EDATA},
    };
    qdr_record record = example();
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *json, *at;
        qdr_error err = QDR_ERROR_INIT;
        qdr_record *parsed = NULL;
        assert_int_equal(qdr_record_json(&record, &json, &err), QDR_OK);
        at = strstr(json, rows[i].from);
        if (!at)
            fail_msg("no %s in %s", rows[i].from, json);
        memcpy(at, rows[i].to, strlen(rows[i].to));
        int code = qdr_record_parse(json, strlen(json), &parsed, &err);
        if (code != rows[i].code || !strstr(err.text, rows[i].says))
            fail_msg("%s: %d %s", rows[i].to, code, err.text);
        assert_null(parsed);
        free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(json), cmocka_unit_test(values_parsed),
                                       cmocka_unit_test(records_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
