/* A record in JSON back to the text that its check is of; record.h has the form of both.
 *
 * Nothing is computed: numbers keep the digits that they have in the JSON, which are those of the
 * text. A member that is missing or of another kind gives a line that can't be the one that the
 * check was taken of, and most often one that is refused.
 */
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "quadrat/record.h"
#include "record/statement.h"

#define DEPTH 64 /* of nested values: an array of 32 axes and what is around it */

static json_object *member(const json_object *object, const char *key)
{
    json_object *value = NULL;
    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

/* "" when it is no text. */
static const char *text_of(const json_object *object, const char *key)
{
    json_object *value = member(object, key);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static size_t length_of(json_object *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static json_object *item(json_object *array, size_t index)
{
    return json_object_array_get_idx(array, index);
}

/* ---- values -------------------------------------------------------------------------------- */

/* Without the ".0" of a whole number, as Python prints the parts of a complex one. */
static void append_part(qdr_bytes *b, const char *number)
{
    size_t length = strlen(number);
    bool whole = length > 2 && strcmp(number + length - 2, ".0") == 0;
    qdr_bytes_append(b, number, length - 2 * whole);
}

static void append_complex(qdr_bytes *b, json_object *value)
{
    json_object *first = member(value, "re"), *second = member(value, "im");
    const char *re = first ? json_object_get_string(first) : "";
    const char *im = second ? json_object_get_string(second) : "";
    bool imaginary = strcmp(re, "0.0") == 0;
    if (!imaginary) {
        qdr_bytes_text(b, "(");
        append_part(b, re);
        qdr_bytes_text(b, *im == '-' ? "" : "+");
    }
    append_part(b, im);
    qdr_bytes_text(b, imaginary ? "j" : "j)");
}

static void append_value(qdr_bytes *b, json_object *value)
{
    size_t count = length_of(value);
    if (json_object_is_type(value, json_type_array)) {
        qdr_bytes_text(b, "[");
        for (size_t i = 0; i < count; i++) {
            qdr_bytes_text(b, i ? ", " : "");
            append_value(b, item(value, i));
        }
        qdr_bytes_text(b, "]");
    } else if (json_object_is_type(value, json_type_object)) {
        append_complex(b, value);
    } else if (json_object_is_type(value, json_type_boolean)) {
        qdr_bytes_text(b, json_object_get_boolean(value) ? "True" : "False");
    } else if (value) {
        qdr_bytes_text(b, json_object_get_string(value));
    }
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Appends whole numbers with `between` between them; returns their product, which stops at a
 * million. */
static int64_t append_integers(qdr_bytes *b, json_object *array, const char *between)
{
    int64_t product = 1;
    for (size_t i = 0; i < length_of(array); i++) {
        int64_t value = json_object_get_int64(item(array, i));
        qdr_bytes_format(b, "%s%lld", i ? between : "", (long long)value);
        product = value > 1000000 || value < 0 ? 1000000 : product * value;
        product = product > 1000000 ? 1000000 : product;
    }
    return product;
}

/* DTYPE SHAPE DIGEST; returns the elements. */
static int64_t append_array(qdr_bytes *b, const json_object *from)
{
    json_object *shape = member(from, "shape"), *digest = member(from, "digest");
    qdr_bytes_format(b, "%s ", text_of(from, "dtype"));
    int64_t count = append_integers(b, shape, "x");
    qdr_bytes_text(b, length_of(shape) ? " " : "scalar ");
    qdr_bytes_text(b, digest ? text_of(from, "digest") : "no digest");
    return count;
}

static void append_result(qdr_bytes *b, const json_object *from)
{
    json_object *value = member(from, "value"), *at = member(from, "at");
    const char *dtype = text_of(from, "dtype");
    qdr_bytes array = {0};
    int64_t count = append_array(&array, from);
    bool listed = count > 0 && count <= QDR_STATEMENT_LISTED;
    qdr_bytes_format(b, "%s = ", text_of(from, "expr"));
    if (length_of(member(from, "shape")) && !listed) {
        qdr_bytes_append(b, array.data, array.size);
    } else {
        append_value(b, value);
        if (!qdr_statement_implies(dtype))
            qdr_bytes_format(b, " %s", dtype);
        if (at) {
            qdr_bytes_text(b, " at [");
            append_integers(b, at, ", ");
            qdr_bytes_text(b, "]");
        }
    }
    qdr_bytes_text(b, "\n");
    qdr_bytes_clear(&array);
}

/* A file without its directories, which is escaped already but for what a run line may not have. */
static void append_source(qdr_bytes *b, const char *source)
{
    const char *inside = strstr(source, ":/");
    size_t size = inside ? (size_t)(inside - source) : strlen(source);
    const char *slash = memrchr(source, '/', size);
    for (const char *s = slash ? slash + 1 : source; s < source + size; s++)
        if (strchr("=:\n", *s))
            qdr_bytes_format(b, "\\x%02x", (unsigned)*s);
        else
            qdr_bytes_append(b, s, 1);
    qdr_bytes_text(b, ", ");
}

static void append_sources(qdr_bytes *b, json_object *inputs)
{
    for (size_t i = 0; i < length_of(inputs); i++) {
        const char *source = text_of(item(inputs, i), "source");
        size_t before = 0;
        while (before < i && strcmp(text_of(item(inputs, before), "source"), source))
            before++;
        if (before == i && *source)
            append_source(b, source);
    }
}

/* A line for each, so that none can bring another with it. */
static int append_lines(qdr_bytes *b, json_object *array, const char *what,
                        void (*append)(qdr_bytes *b, const json_object *from), qdr_error *err)
{
    for (size_t i = 0; i < length_of(array); i++) {
        size_t begin = b->size;
        append(b, item(array, i));
        int code = qdr_bytes_check(b, err);
        if (code)
            return code;
        size_t size = b->size - begin - 1;
        code = qdr_statement_allow(b->data + begin, size, err);
        if (!code && !qdr_statement_owns(b->data + begin, size))
            code = qdr_fail(err, QDR_EDATA, "%s %zu of the record is not understood", what, i + 1);
        if (code)
            return code;
    }
    return QDR_OK;
}

static void append_input(qdr_bytes *b, const json_object *from)
{
    qdr_bytes_format(b, "%s: ", text_of(from, "name"));
    append_array(b, from);
    qdr_bytes_text(b, "\n");
}

static int append_record(qdr_bytes *b, json_object *root, qdr_error *err)
{
    json_object *inputs = member(root, "inputs");
    const char *version = text_of(root, "quadrat");
    if (strcmp(text_of(root, "format"), "quadrat-result-1") != 0)
        return qdr_fail(err, QDR_EDATA, "JSON, but no quadrat-result-1");
    int code = append_lines(b, member(root, "results"), "result", append_result, err);
    if (!code)
        code = append_lines(b, inputs, "input", append_input, err);
    if (code)
        return code;
    append_sources(b, inputs);
    qdr_bytes_text(b, "1 rank, 1 host\n");
    size_t size = strcspn(version, ".");
    size += version[size] ? 1 + strcspn(version + size + 1, ".") : 0;
    qdr_bytes_format(b, "quadrat %.*s %s", size < 16 ? (int)size : 0, version,
                     text_of(root, "check"));
    return qdr_bytes_check(b, err);
}

int qdr_record_json_text(const char *json, size_t size, char **text, qdr_error *err)
{
    if (size > INT_MAX)
        return qdr_fail(err, QDR_EDATA, "a record of more than %d bytes", INT_MAX);
    json_tokener *tokener = json_tokener_new_ex(DEPTH);
    if (!tokener)
        return qdr_fail_memory(err, "reading a record");
    json_object *root = json_tokener_parse_ex(tokener, json, (int)size);
    qdr_bytes b = {0};
    int code = root ? append_record(&b, root, err)
                    : qdr_fail(err, QDR_EDATA, "no JSON: %s",
                               json_tokener_error_desc(json_tokener_get_error(tokener)));
    json_object_put(root);
    json_tokener_free(tokener);
    if (code)
        qdr_bytes_clear(&b);
    else
        *text = b.data;
    return code;
}
