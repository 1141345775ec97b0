#include "record/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "quadrat/record.h"

bool qdr_statement_owns(const char *line, size_t size)
{
    static const char *const carried[] = {"label: ", "meta: "};
    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++) {
        size_t length = strlen(carried[i]);
        if (size >= length && memcmp(line, carried[i], length) == 0)
            return false;
    }
    return memmem(line, size, " = ", 3) || memmem(line, size, ": ", 2);
}

int qdr_statement_allow(const char *text, size_t size, qdr_error *err)
{
    qdr_bytes escaped = {0};
    qdr_bytes_escape(&escaped, text, size, "");
    int code = qdr_bytes_check(&escaped, err);
    size_t printed = size; /* what escaping makes of a printable text: backslashes doubled */
    for (size_t i = 0; i < size; i++)
        printed += text[i] == '\\';
    if (!code && escaped.size != printed)
        code = qdr_fail(err, QDR_EDATA, "%s: not printable, so it cannot stand in a result",
                        escaped.data);
    qdr_bytes_clear(&escaped);
    return code;
}

/* Checks the line that begins at `begin` and reaches to the end of b. */
static int check_line(const qdr_bytes *b, size_t begin, qdr_error *err)
{
    int code = qdr_bytes_check(b, err);
    if (code)
        return code;
    const char *line = b->data + begin;
    code = qdr_statement_allow(line, b->size - begin, err);
    if (!code && !qdr_statement_owns(line, b->size - begin))
        code = qdr_fail(err, QDR_EDATA, "%s: would not be read as a part of the statement", line);
    return code;
}

/* Appends the extents with `between` between them. */
static void append_extents(qdr_bytes *b, const int64_t *extents, int count, const char *between)
{
    for (int i = 0; i < count; i++)
        qdr_bytes_format(b, "%s%" PRId64, i ? between : "", extents[i]);
}

bool qdr_statement_implies(const char *dtype)
{
    static const char *const dtypes[] = {"float64", "int64", "bool"};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtype, dtypes[i]) == 0)
            return true;
    return false;
}

/* "10000x10000", or "scalar". */
static void append_shape(qdr_bytes *b, const int64_t *shape, int ndim)
{
    if (ndim)
        append_extents(b, shape, ndim, "x");
    else
        qdr_bytes_text(b, "scalar");
}

size_t qdr_record_array_count(const qdr_record_array *array)
{
    size_t count = 1;
    for (int i = 0; i < array->ndim; i++)
        count *= (size_t)array->shape[i];
    return count;
}

/* The elements from *value on as nested lists; moves *value past them. */
static void append_list(qdr_bytes *b, const int64_t *shape, int ndim, const qdr_value **value)
{
    char text[QDR_VALUE_SIZE];
    if (!ndim) {
        qdr_bytes_text(b, qdr_value_text(text, (*value)++));
        return;
    }
    qdr_bytes_text(b, "[");
    for (int64_t i = 0; i < *shape; i++) {
        qdr_bytes_text(b, i ? ", " : "");
        append_list(b, shape + 1, ndim - 1, value);
    }
    qdr_bytes_text(b, "]");
}

static void append_array(qdr_bytes *b, const qdr_record_result *result)
{
    const qdr_record_array *array = result->array;
    const qdr_value *value = array->values;
    size_t count = qdr_record_array_count(array);
    if (count && count <= QDR_STATEMENT_LISTED) {
        append_list(b, array->shape, array->ndim, &value);
        if (!qdr_statement_implies(result->value.dtype))
            qdr_bytes_format(b, " %s", result->value.dtype);
        return;
    }
    qdr_bytes_format(b, "%s ", result->value.dtype);
    append_shape(b, array->shape, array->ndim);
    qdr_bytes_format(b, " %s", array->digest);
}

static int append_result(qdr_bytes *b, const qdr_record_result *result, qdr_error *err)
{
    char text[QDR_VALUE_SIZE];
    size_t begin = b->size;
    const char *dtype = result->value.dtype;
    qdr_bytes_format(b, "%s = ", result->expr);
    if (result->array) {
        append_array(b, result);
        return check_line(b, begin, err);
    }
    qdr_bytes_text(b, qdr_value_text(text, &result->value));
    if (!qdr_statement_implies(dtype))
        qdr_bytes_format(b, " %s", dtype);
    if (result->at_count) {
        qdr_bytes_text(b, " at [");
        append_extents(b, result->at, result->at_count, ", ");
        qdr_bytes_text(b, "]");
    }
    return check_line(b, begin, err);
}

static int append_input(qdr_bytes *b, const qdr_record_input *input, qdr_error *err)
{
    size_t begin = b->size;
    qdr_bytes_format(b, "%s: %s ", input->name, input->dtype);
    append_shape(b, input->shape, input->ndim);
    qdr_bytes_format(b, " %s", *input->digest ? input->digest : "no digest");
    return check_line(b, begin, err);
}

static int append_statement(qdr_bytes *b, const qdr_record *record, qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; !code && i < record->result_count; i++) {
        code = append_result(b, &record->results[i], err);
        qdr_bytes_text(b, "\n");
    }
    for (size_t i = 0; !code && i < record->input_count; i++) {
        code = append_input(b, &record->inputs[i], err);
        qdr_bytes_text(b, "\n");
    }
    if (!code && !b->size)
        code = qdr_fail(err, QDR_EDATA, "a record without results and inputs states nothing");
    return code ? code : qdr_bytes_check(b, err);
}

/* Hands over what b holds when nothing failed, else frees it. */
static int hand_over(qdr_bytes *b, int code, char **text)
{
    if (code)
        qdr_bytes_clear(b);
    else
        *text = b->data;
    return code;
}

int qdr_record_line(const qdr_record *record, size_t result, char **line, qdr_error *err)
{
    qdr_bytes b = {0};
    return hand_over(&b, append_result(&b, &record->results[result], err), line);
}

int qdr_record_statement(const qdr_record *record, char **text, qdr_error *err)
{
    qdr_bytes b = {0};
    return hand_over(&b, append_statement(&b, record, err), text);
}

int qdr_record_check(const qdr_record *record, char check[QDR_CHECK_SIZE], qdr_error *err)
{
    char *statement;
    int code = qdr_record_statement(record, &statement, err);
    if (code)
        return code;
    qdr_check_text(statement, strlen(statement), check);
    free(statement);
    return QDR_OK;
}
