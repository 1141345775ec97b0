/* A record out of its JSON; record.h and the schema have the form. */
#include "quadrat/record.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/half.h"

#define DIMS_MOST 64

/* The record comes first: it is what callers hold. */
struct parsed {
    qdr_record record;
    void **blocks; /* everything that the record points to */
    size_t count;
};

/* Reading goes on after a fault, with neutral values, and the first fault is what is told. */
struct reader {
    struct parsed *parsed;
    const char *where; /* what is being read: "results" */
    int code;
    qdr_error *err;
};

static void fault(struct reader *r, const char *key, const char *what)
{
    char shown[64];
    if (!r->code)
        r->code = qdr_fail(r->err, QDR_EDATA, "the record's %s: '%s' %s", r->where,
                           qdr_escape(shown, sizeof shown, key), what);
}

/* Zeroed memory of the record; NULL after a fault. */
static void *take(struct reader *r, size_t count, size_t size)
{
    struct parsed *p = r->parsed;
    if (r->code)
        return NULL;
    void **blocks = realloc(p->blocks, (p->count + 1) * sizeof *blocks);
    if (blocks)
        p->blocks = blocks;
    void *block = blocks ? calloc(count ? count : 1, size) : NULL;
    if (block)
        p->blocks[p->count++] = block;
    else
        r->code = qdr_fail_memory(r->err, "reading a record");
    return block;
}

/* A member of the type; NULL when it is null and may be, or after a fault. */
static json_object *get(struct reader *r, json_object *from, const char *key, json_type type,
                        bool may_lack)
{
    json_object *value = NULL;
    bool there = json_object_is_type(from, json_type_object) &&
                 json_object_object_get_ex(from, key, &value);
    if (value && json_object_is_type(value, type))
        return value;
    if (!(may_lack && there && !value))
        fault(r, key, there ? "is not of the right type" : "is missing");
    return NULL;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Undoes qdr_bytes_escape, in place. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        int high = from[0] == '\\' && from[1] == 'x' ? hex(from[2]) : -1;
        int low = high < 0 ? -1 : hex(from[3]);
        if (low >= 0 && high + low) { /* a NUL would end the text */
            *to++ = (char)(high << 4 | low);
            from += 3;
        } else {
            from += from[0] == '\\' && from[1] == '\\';
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* A text as it stands, or NULL. */
static char *raw_text(struct reader *r, json_object *value, const char *key)
{
    size_t size = value ? (size_t)json_object_get_string_len(value) : 0;
    if (!value)
        return NULL;
    if (memchr(json_object_get_string(value), '\0', size))
        fault(r, key, "has a NUL");
    char *copy = take(r, size + 1, 1);
    return copy ? memcpy(copy, json_object_get_string(value), size) : NULL;
}

/* A text that was escaped. */
static const char *text(struct reader *r, json_object *from, const char *key, bool may_lack)
{
    char *copy = raw_text(r, get(r, from, key, json_type_string, may_lack), key);
    if (copy)
        unescape(copy);
    return copy;
}

static int64_t integer(struct reader *r, json_object *value, const char *key, int64_t most)
{
    int64_t i = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
    if (i < 0 || i > most)
        fault(r, key, "is no count");
    return r->code ? 0 : i;
}

static int64_t count(struct reader *r, json_object *from, const char *key, int64_t most)
{
    return integer(r, get(r, from, key, json_type_int, false), key, most);
}

/* A list of whole numbers, and how many. */
static const int64_t *integers(struct reader *r, json_object *from, const char *key, int *size)
{
    json_object *list = get(r, from, key, json_type_array, false);
    size_t length = list ? json_object_array_length(list) : 0;
    if (length > DIMS_MOST)
        fault(r, key, "is too long");
    int64_t *to = take(r, length, sizeof *to);
    for (size_t i = 0; to && i < length; i++)
        to[i] = integer(r, json_object_array_get_idx(list, i), key, INT64_MAX);
    *size = r->code ? 0 : (int)length;
    return to;
}

static void digest(struct reader *r, json_object *from, char to[QDR_CHECK_SIZE])
{
    const char *found = text(r, from, "digest", true);
    if (found && strlen(found) != QDR_CHECK_SIZE - 1)
        fault(r, "digest", "is not 16 characters");
    else if (found)
        memcpy(to, found, QDR_CHECK_SIZE);
}

/* ---- values -------------------------------------------------------------------------------- */

static const struct dtype {
    const char *name;
    qdr_value_kind kind;
} dtypes[] = {
    {"bool", QDR_VALUE_BOOL},          {"int8", QDR_VALUE_INT},
    {"int16", QDR_VALUE_INT},          {"int32", QDR_VALUE_INT},
    {"int64", QDR_VALUE_INT},          {"uint8", QDR_VALUE_UINT},
    {"uint16", QDR_VALUE_UINT},        {"uint32", QDR_VALUE_UINT},
    {"uint64", QDR_VALUE_UINT},        {"float16", QDR_VALUE_FLOAT16},
    {"float32", QDR_VALUE_FLOAT32},    {"float64", QDR_VALUE_FLOAT64},
    {"complex64", QDR_VALUE_COMPLEX64}, {"complex128", QDR_VALUE_COMPLEX128},
};

static const struct dtype *find_dtype(struct reader *r, const char *name)
{
    for (size_t i = 0; name && i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    fault(r, "dtype", "is unknown");
    return &dtypes[0];
}

/* The value of the kind of float whose shortest text was read as a double. */
static double rounded(double value, qdr_value_kind kind)
{
    if (kind == QDR_VALUE_FLOAT16)
        return isfinite(value) ? qdr_half_value(qdr_half_of_float(qdr_half_prepare(value))) : value;
    return kind == QDR_VALUE_FLOAT32 ? (float)value : value;
}

static double real(struct reader *r, json_object *value, qdr_value_kind kind)
{
    static const struct {
        const char *text;
        double value;
    } words[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};
    if (json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int))
        return rounded(json_object_get_double(value), kind);
    for (size_t i = 0; i < 3; i++)
        if (json_object_is_type(value, json_type_string) &&
            strcmp(json_object_get_string(value), words[i].text) == 0)
            return words[i].value;
    fault(r, "value", "is no number");
    return 0;
}

static qdr_value value_of(struct reader *r, json_object *from, const struct dtype *dtype)
{
    qdr_value value = {.dtype = dtype->name, .kind = dtype->kind};
    qdr_value_kind part = dtype->kind == QDR_VALUE_COMPLEX64 ? QDR_VALUE_FLOAT32
                                                             : QDR_VALUE_FLOAT64;
    json_type type = dtype->kind == QDR_VALUE_BOOL ? json_type_boolean : json_type_int;
    if (dtype->kind < QDR_VALUE_FLOAT16 && !json_object_is_type(from, type))
        fault(r, "value", "is not of its dtype");
    if (r->code)
        return value;
    switch (dtype->kind) {
    case QDR_VALUE_BOOL:
        value.boolean = json_object_get_boolean(from);
        break;
    case QDR_VALUE_INT:
        value.integer = json_object_get_int64(from);
        break;
    case QDR_VALUE_UINT:
        value.natural = json_object_get_uint64(from);
        break;
    case QDR_VALUE_COMPLEX64:
    case QDR_VALUE_COMPLEX128:
        value.pair.re = real(r, json_object_object_get(from, "re"), part);
        value.pair.im = real(r, json_object_object_get(from, "im"), part);
        break;
    default:
        value.real = real(r, from, dtype->kind);
    }
    return value;
}

/* The elements of nested lists, in C order, from *to on; moves *to behind them. */
static void elements(struct reader *r, json_object *from, const struct dtype *dtype,
                     const int64_t *shape, int ndim, qdr_value **to)
{
    if (!ndim) {
        *(*to)++ = value_of(r, from, dtype);
        return;
    }
    if (!json_object_is_type(from, json_type_array) ||
        json_object_array_length(from) != (size_t)*shape)
        fault(r, "value", "is not of its shape");
    for (int64_t i = 0; i < *shape && !r->code; i++)
        elements(r, json_object_array_get_idx(from, (size_t)i), dtype, shape + 1, ndim - 1, to);
}

static const qdr_record_array *array(struct reader *r, json_object *from, const struct dtype *dtype,
                                     const int64_t *shape, int ndim)
{
    qdr_record_array *made = take(r, 1, sizeof *made);
    int64_t size = 1;
    for (int i = 0; i < ndim; i++)
        if (__builtin_mul_overflow(size, shape[i], &size))
            fault(r, "shape", "is too large");
    if (!made || r->code)
        return NULL;
    made->ndim = ndim;
    made->shape = shape;
    digest(r, from, made->digest);
    if (size > QDR_RECORD_VALUES)
        return made;
    qdr_value *values = take(r, (size_t)size, sizeof *values), *next = values;
    json_object *list = get(r, from, "value", json_type_array, false);
    if (values)
        elements(r, list, dtype, shape, ndim, &next);
    made->values = values;
    return made;
}

/* ---- the record ---------------------------------------------------------------------------- */

static void read_result(struct reader *r, json_object *from, qdr_record_result *to)
{
    int ndim;
    const struct dtype *dtype = find_dtype(r, text(r, from, "dtype", false));
    const int64_t *shape = integers(r, from, "shape", &ndim);
    json_object *value = NULL;
    to->expr = raw_text(r, get(r, from, "expr", json_type_string, false), "expr");
    to->name = text(r, from, "name", true);
    to->exact = json_object_get_boolean(get(r, from, "exact", json_type_boolean, false));
    to->value = (qdr_value){.dtype = dtype->name, .kind = dtype->kind};
    if (json_object_object_get_ex(from, "at", &value))
        to->at = integers(r, from, "at", &to->at_count);
    if (json_object_object_get_ex(from, "digest", &value))
        to->array = array(r, from, dtype, shape, ndim);
    else
        to->value = value_of(r, json_object_object_get(from, "value"), dtype);
}

static void read_input(struct reader *r, json_object *from, qdr_record_input *to)
{
    to->name = text(r, from, "name", false);
    to->source = text(r, from, "source", true);
    to->dtype = find_dtype(r, text(r, from, "dtype", false))->name;
    to->shape = integers(r, from, "shape", &to->ndim);
    digest(r, from, to->digest);
}

static void read_run(struct reader *r, json_object *from, qdr_record_run *run)
{
    run->parts = (int)count(r, from, "parts", INT_MAX);
    run->ranks = (int)count(r, from, "ranks", INT_MAX);
    run->hosts = (int)count(r, from, "hosts", INT_MAX);
    run->threads = (int)count(r, from, "threads", INT_MAX);
    run->chunks = integers(r, from, "chunks", &run->ndim);
    run->blocks = count(r, from, "blocks", INT64_MAX);
    run->elements = count(r, from, "elements", INT64_MAX);
    run->passes = (int)count(r, from, "passes", INT_MAX);
    run->load_seconds =
        json_object_get_double(get(r, from, "load_seconds", json_type_double, false));
    run->seconds = json_object_get_double(get(r, from, "seconds", json_type_double, false));
    run->started = text(r, from, "started", false);
    run->host = text(r, from, "host", false);
    run->mpi = text(r, from, "mpi", false);
    run->job = text(r, from, "job", true);
}

static void read_meta(struct reader *r, json_object *from, qdr_record *record)
{
    qdr_record_meta *meta = take(r, from ? (size_t)json_object_object_length(from) : 0, sizeof *meta);
    if (!meta || !from)
        return;
    record->meta = meta;
    json_object_object_foreach(from, key, value)
    {
        char *copy = take(r, strlen(key) + 1, 1);
        if (!copy)
            return;
        strcpy(copy, key);
        unescape(copy);
        *meta++ = (qdr_record_meta){copy, text(r, from, key, false)};
        record->meta_count++;
        (void)value;
    }
}

/* The list's length, and zeroed rows of that many. */
static json_object *list(struct reader *r, json_object *root, const char *key, size_t row,
                         void *rows, size_t *size)
{
    json_object *found = get(r, root, key, json_type_array, false);
    size_t length = found ? json_object_array_length(found) : 0;
    void *made = take(r, length, row);
    r->where = key;
    *size = r->code ? 0 : length;
    memcpy(rows, &made, sizeof made);
    return found;
}

static void read_record(struct reader *r, json_object *root, qdr_record *record)
{
    qdr_record_result *results;
    qdr_record_input *inputs;
    const char **program;
    json_object *from = list(r, root, "program", sizeof *program, &program, &record->program_count);
    for (size_t i = 0; i < record->program_count && !r->code; i++) {
        json_object *line = json_object_array_get_idx(from, i);
        if (!json_object_is_type(line, json_type_string))
            fault(r, "program", "is not of texts");
        else
            program[i] = raw_text(r, line, "program");
    }
    from = list(r, root, "inputs", sizeof *inputs, &inputs, &record->input_count);
    for (size_t i = 0; i < record->input_count && !r->code; i++)
        read_input(r, json_object_array_get_idx(from, i), &inputs[i]);
    from = list(r, root, "results", sizeof *results, &results, &record->result_count);
    for (size_t i = 0; i < record->result_count && !r->code; i++)
        read_result(r, json_object_array_get_idx(from, i), &results[i]);
    if (!record->result_count)
        fault(r, "results", "is empty");
    record->program = program;
    record->inputs = inputs;
    record->results = results;
    r->where = "run";
    read_run(r, get(r, root, "run", json_type_object, false), &record->run);
    r->where = "members";
    record->label = text(r, root, "label", true);
    record->version = text(r, root, "quadrat", false);
    read_meta(r, get(r, root, "meta", json_type_object, false), record);
}

/* The text that was signed, which must be one of this record. */
static void read_signature(struct reader *r, json_object *from, const char *check,
                           qdr_record *record)
{
    char *whole;
    const char *sshsig = text(r, from, "sshsig", false);
    const char *signed_text = raw_text(r, get(r, from, "text", json_type_string, false), "text");
    if (r->code)
        return;
    if (!strstr(signed_text, check)) {
        fault(r, "text", "is of another record");
        return;
    }
    r->code = qdr_signed_text(signed_text, sshsig, &whole, r->err);
    if (r->code)
        return;
    char *copy = take(r, strlen(whole) + 1, 1);
    record->signed_text = copy ? strcpy(copy, whole) : NULL;
    free(whole);
}

/* QDR_EFAIL when the record's check is not that of its statement. */
static int check(struct reader *r, json_object *root)
{
    char computed[QDR_CHECK_SIZE];
    const char *claimed = text(r, root, "check", false);
    json_object *signature = json_object_object_get(root, "signature");
    r->where = "signature";
    if (!r->code && signature)
        read_signature(r, get(r, root, "signature", json_type_object, false), claimed,
                       &r->parsed->record);
    if (!r->code)
        r->code = qdr_record_check(&r->parsed->record, computed, r->err);
    if (!r->code && strcmp(claimed, computed) != 0)
        r->code = qdr_fail(r->err, QDR_EFAIL, "the check does not hold; was the record changed?");
    return r->code;
}

int qdr_record_parse(const char *json, size_t size, qdr_record **record, qdr_error *err)
{
    struct parsed *parsed = calloc(1, sizeof *parsed);
    json_tokener *tokener = size <= INT_MAX ? json_tokener_new() : NULL;
    json_object *root = NULL;
    struct reader r = {.parsed = parsed, .where = "members", .err = err};
    if (!parsed || !tokener) {
        r.code = qdr_fail_memory(err, "reading a record");
    } else {
        root = json_tokener_parse_ex(tokener, json, (int)size);
        const char *format = root ? text(&r, root, "format", false) : NULL;
        if (!root)
            r.code = qdr_fail(err, QDR_EDATA, "broken JSON at byte %zu",
                              json_tokener_get_parse_end(tokener));
        else if (format && strcmp(format, "quadrat-result-1") != 0)
            fault(&r, "format", "is not quadrat-result-1");
        else
            read_record(&r, root, &parsed->record);
        if (!r.code)
            check(&r, root);
    }
    json_object_put(root);
    if (tokener)
        json_tokener_free(tokener);
    if (r.code)
        qdr_record_destroy(parsed ? &parsed->record : NULL);
    else
        *record = &parsed->record;
    return r.code;
}

void qdr_record_destroy(qdr_record *record)
{
    struct parsed *parsed = (struct parsed *)record;
    for (size_t i = 0; parsed && i < parsed->count; i++)
        free(parsed->blocks[i]);
    if (parsed)
        free(parsed->blocks);
    free(parsed);
}
