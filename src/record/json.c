/* The record as JSON, quadrat-result-1. */
#include "quadrat/record.h"

#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "record/statement.h"

/* A tree that grows until memory runs out, which is told once, at the end. */
struct tree {
    bool failed;
};

/* Makes value the member `key` of the object `to`, or the next element of the array `to` when key
 * is NULL. value is consumed; NULL is JSON's null. */
static void attach(struct tree *t, json_object *to, const char *key, json_object *value)
{
    bool added = to && (key ? json_object_object_add(to, key, value) == 0
                            : json_object_array_add(to, value) == 0);
    if (!added) {
        t->failed = true;
        json_object_put(value);
    }
}

/* As attach for a value just made: NULL means that it could not be. */
static void put(struct tree *t, json_object *to, const char *key, json_object *value)
{
    t->failed |= !value;
    attach(t, to, key, value);
}

static json_object *put_object(struct tree *t, json_object *to, const char *key)
{
    json_object *object = json_object_new_object();
    put(t, to, key, object);
    return t->failed ? NULL : object;
}

static json_object *put_array(struct tree *t, json_object *to, const char *key)
{
    json_object *array = json_object_new_array();
    put(t, to, key, array);
    return t->failed ? NULL : array;
}

/* A text from outside, escaped; NULL is null. */
static void put_text(struct tree *t, json_object *to, const char *key, const char *text)
{
    if (!text) {
        attach(t, to, key, NULL);
        return;
    }
    qdr_bytes b = {0};
    qdr_bytes_escape(&b, text, strlen(text), "");
    t->failed |= b.failed;
    put(t, to, key, json_object_new_string(b.data ? b.data : ""));
    qdr_bytes_clear(&b);
}

static void put_integer(struct tree *t, json_object *to, const char *key, int64_t integer)
{
    put(t, to, key, json_object_new_int64(integer));
}

static void put_integers(struct tree *t, json_object *to, const char *key, const int64_t *integers,
                         int count)
{
    json_object *array = put_array(t, to, key);
    for (int i = 0; i < count; i++)
        put_integer(t, array, NULL, integers[i]);
}

/* The kind of a complex number's parts; QDR_VALUE_BOOL of any other value. */
static qdr_value_kind part_of(const qdr_value *value)
{
    return value->kind == QDR_VALUE_COMPLEX64    ? QDR_VALUE_FLOAT32
           : value->kind == QDR_VALUE_COMPLEX128 ? QDR_VALUE_FLOAT64
                                                 : QDR_VALUE_BOOL;
}

typedef void putter(struct tree *t, json_object *to, const char *key, const qdr_value *value);

/* Both parts of a complex number, by a putter of floats. */
static void put_parts(struct tree *t, json_object *to, const char *key, const qdr_value *value,
                      putter *put_part)
{
    json_object *pair = put_object(t, to, key);
    qdr_value re = {value->dtype, part_of(value), {.real = value->pair.re}};
    qdr_value im = {value->dtype, part_of(value), {.real = value->pair.im}};
    put_part(t, pair, "re", &re);
    put_part(t, pair, "im", &im);
}

static void put_value(struct tree *t, json_object *to, const char *key, const qdr_value *value)
{
    char text[QDR_VALUE_SIZE];
    json_object *made;
    if (part_of(value)) {
        put_parts(t, to, key, value, put_value);
        return;
    }
    if (value->kind == QDR_VALUE_BOOL)
        made = json_object_new_boolean(value->boolean);
    else if (value->kind == QDR_VALUE_INT)
        made = json_object_new_int64(value->integer);
    else if (value->kind == QDR_VALUE_UINT)
        made = json_object_new_uint64(value->natural);
    else if (isfinite(value->real))
        made = json_object_new_double_s(value->real, qdr_value_text(text, value));
    else
        made = json_object_new_string(qdr_value_text(text, value));
    put(t, to, key, made);
}

/* Of floats and complex numbers. */
static void put_bits(struct tree *t, json_object *to, const char *key, const qdr_value *value)
{
    static const int digits[] = {
        [QDR_VALUE_FLOAT16] = 3, [QDR_VALUE_FLOAT32] = 6, [QDR_VALUE_FLOAT64] = 13};
    char text[QDR_NUMBER_TEXT];
    if (part_of(value))
        put_parts(t, to, key, value, put_bits);
    else if (value->kind >= QDR_VALUE_FLOAT16)
        put(t, to, key,
            json_object_new_string(qdr_number_hex(text, value->real, digits[value->kind])));
}

static void put_input(struct tree *t, json_object *inputs, const qdr_record_input *input)
{
    json_object *to = put_object(t, inputs, NULL);
    put_text(t, to, "name", input->name);
    put_text(t, to, "source", input->source);
    put_text(t, to, "dtype", input->dtype);
    put_integers(t, to, "shape", input->shape, input->ndim);
    put_text(t, to, "digest", *input->digest ? input->digest : NULL);
}

/* The elements from *value on as nested lists; moves *value past them. */
static void put_list(struct tree *t, json_object *to, const char *key, const int64_t *shape,
                     int ndim, const qdr_value **value)
{
    if (!ndim) {
        put_value(t, to, key, (*value)++);
        return;
    }
    json_object *list = put_array(t, to, key);
    for (int64_t i = 0; i < *shape; i++)
        put_list(t, list, NULL, shape + 1, ndim - 1, value);
}

/* An array's elements where there are not too many, and always its digest. */
static void put_array_result(struct tree *t, json_object *to, const qdr_record_array *array)
{
    const qdr_value *value = array->values;
    put_integers(t, to, "shape", array->shape, array->ndim);
    if (value)
        put_list(t, to, "value", array->shape, array->ndim, &value);
    else
        attach(t, to, "value", NULL);
    put_text(t, to, "digest", array->digest);
}

static void put_number(struct tree *t, json_object *to, const qdr_record_result *result)
{
    put_array(t, to, "shape");
    put_value(t, to, "value", &result->value);
    if (result->at_count)
        put_integers(t, to, "at", result->at, result->at_count);
    put_bits(t, to, "bits", &result->value);
}

static void put_result(struct tree *t, json_object *results, const qdr_record_result *result)
{
    json_object *to = put_object(t, results, NULL);
    put(t, to, "expr", json_object_new_string(result->expr));
    put_text(t, to, "name", result->name);
    put_text(t, to, "dtype", result->value.dtype);
    if (result->array)
        put_array_result(t, to, result->array);
    else
        put_number(t, to, result);
    put(t, to, "exact", json_object_new_boolean(result->exact));
}

static void put_run(struct tree *t, json_object *root, const qdr_record_run *run)
{
    json_object *to = put_object(t, root, "run");
    qdr_value loading = {"float64", QDR_VALUE_FLOAT64, {.real = run->load_seconds}};
    qdr_value seconds = {"float64", QDR_VALUE_FLOAT64, {.real = run->seconds}};
    put_integer(t, to, "parts", run->parts);
    put_integer(t, to, "ranks", run->ranks);
    put_integer(t, to, "hosts", run->hosts);
    put_integer(t, to, "threads", run->threads);
    put_integers(t, to, "chunks", run->chunks, run->ndim);
    put_integer(t, to, "blocks", run->blocks);
    put_integer(t, to, "elements", run->elements);
    put_integer(t, to, "passes", run->passes);
    put_value(t, to, "load_seconds", &loading);
    put_value(t, to, "seconds", &seconds);
    put_text(t, to, "started", run->started);
    put_text(t, to, "host", run->host);
    put_text(t, to, "mpi", run->mpi);
    put_text(t, to, "job", run->job);
}

static void put_meta(struct tree *t, json_object *to, const qdr_record_meta *meta)
{
    qdr_bytes key = {0};
    qdr_bytes_escape(&key, meta->key, strlen(meta->key), "");
    t->failed |= key.failed;
    put_text(t, to, key.data ? key.data : "", meta->value);
    qdr_bytes_clear(&key);
}

/* The text that was signed, and its armored SSHSIG; NULL when nothing was. */
struct signing {
    char *text, *armor;
};

static int sign(const qdr_record *record, struct signing *signing, qdr_error *err)
{
    qdr_record unsigned_record = *record;
    qdr_bytes text = {0};
    char *line;
    *signing = (struct signing){NULL, NULL};
    if (!record->signer)
        return QDR_OK;
    unsigned_record.signer = NULL;
    int code = qdr_record_text(&unsigned_record, SIZE_MAX, &line, err);
    if (code)
        return code;
    qdr_bytes_format(&text, "%s\n", line);
    free(line);
    code = qdr_bytes_check(&text, err);
    if (!code)
        code = qdr_signer_armor(record->signer, text.data, text.size, &signing->armor, err);
    if (code)
        qdr_bytes_clear(&text);
    signing->text = text.data;
    return code;
}

static void clear_signing(struct signing *signing)
{
    free(signing->text);
    free(signing->armor);
}

static void put_signature(struct tree *t, json_object *root, const qdr_signer *signer,
                          const struct signing *signing)
{
    if (!signer) {
        attach(t, root, "signature", NULL);
        return;
    }
    json_object *to = put_object(t, root, "signature");
    put_text(t, to, "key", qdr_signer_fingerprint(signer));
    put_text(t, to, "namespace", "quadrat");
    put(t, to, "text", json_object_new_string(signing->text)); /* escaped already */
    put(t, to, "sshsig", json_object_new_string(signing->armor));
}

static void put_record(struct tree *t, json_object *root, const qdr_record *record,
                       const char *check, const struct signing *signing)
{
    put_text(t, root, "format", "quadrat-result-1");
    json_object *program = put_array(t, root, "program");
    for (size_t i = 0; i < record->program_count; i++)
        put(t, program, NULL, json_object_new_string(record->program[i]));
    json_object *inputs = put_array(t, root, "inputs");
    for (size_t i = 0; i < record->input_count; i++)
        put_input(t, inputs, &record->inputs[i]);
    json_object *results = put_array(t, root, "results");
    for (size_t i = 0; i < record->result_count; i++)
        put_result(t, results, &record->results[i]);
    put_text(t, root, "check", check);
    put_run(t, root, &record->run);
    put_text(t, root, "label", record->label);
    json_object *meta = put_object(t, root, "meta");
    for (size_t i = 0; i < record->meta_count; i++)
        put_meta(t, meta, &record->meta[i]);
    put_text(t, root, "quadrat", record->version);
    put_signature(t, root, record->signer, signing);
}

int qdr_record_json(const qdr_record *record, char **json, qdr_error *err)
{
    char check[QDR_CHECK_SIZE];
    int code = qdr_record_check(record, check, err); /* finds the results' expressions printable */
    for (size_t i = 0; !code && i < record->program_count; i++)
        code = qdr_statement_allow(record->program[i], strlen(record->program[i]), err);
    struct signing signing;
    if (!code)
        code = sign(record, &signing, err);
    if (code)
        return code;
    struct tree t = {false};
    json_object *root = json_object_new_object();
    put_record(&t, root, record, check, &signing);
    clear_signing(&signing);
    const int form = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                     JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *text = t.failed ? NULL : json_object_to_json_string_ext(root, form);
    qdr_bytes b = {.failed = !text};
    if (text)
        qdr_bytes_format(&b, "%s\n", text);
    json_object_put(root);
    code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *json = b.data;
    return code;
}
