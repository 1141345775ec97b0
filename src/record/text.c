/* The QR text; record.h has its form. */
#include "quadrat/record.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "record/signed.h"

/* What in the run line could make it pass for a line of the statement. */
#define STATEMENT_MARKS "=:"

static void append_count(qdr_bytes *b, int count, const char *noun)
{
    qdr_bytes_format(b, "%d %s%s, ", count, noun, count == 1 ? "" : "s");
}

/* About three significant digits without an exponent: 0.000123 s, 0.031 s, 1.25 s, 3600 s. By
 * integers, because printf's radix character depends on the locale. */
static void append_seconds(qdr_bytes *b, double seconds)
{
    static const struct {
        double below;
        int decimals;
        int64_t unit; /* 10^decimals */
    } forms[] = {{1e-3, 6, 1000000}, {1, 3, 1000}, {10, 2, 100}, {100, 1, 10}, {1e15, 0, 1}};
    size_t i = 0;
    while (i < sizeof forms / sizeof forms[0] && !(seconds < forms[i].below))
        i++;
    if (i == sizeof forms / sizeof forms[0] || seconds < 0) {
        qdr_bytes_text(b, "? s"); /* NaN and the like: no clock says so */
        return;
    }
    int64_t units = llround(seconds * (double)forms[i].unit);
    qdr_bytes_format(b, "%" PRId64, units / forms[i].unit);
    if (forms[i].decimals)
        qdr_bytes_format(b, ".%0*" PRId64, forms[i].decimals, units % forms[i].unit);
    qdr_bytes_text(b, " s");
}

/* A file without its directories, and without the path inside it that ":/" begins. */
static void append_file(qdr_bytes *b, const char *source)
{
    const char *inside = strstr(source, ":/");
    size_t size = inside ? (size_t)(inside - source) : strlen(source);
    const char *slash = memrchr(source, '/', size);
    const char *name = slash ? slash + 1 : source;
    qdr_bytes_escape(b, name, (size_t)(source + size - name), STATEMENT_MARKS);
    qdr_bytes_text(b, ", ");
}

/* Two parts of one file are two inputs: the file is named once. */
static bool named_before(const qdr_record *record, size_t input)
{
    for (size_t i = 0; i < input; i++) {
        const char *source = record->inputs[i].source;
        if (source && strcmp(source, record->inputs[input].source) == 0)
            return true;
    }
    return false;
}

static void append_run(qdr_bytes *b, const qdr_record *record)
{
    for (size_t i = 0; i < record->input_count; i++)
        if (record->inputs[i].source && !named_before(record, i))
            append_file(b, record->inputs[i].source);
    if (record->run.parts > 1) {
        qdr_bytes_format(b, "%d parts", record->run.parts);
    } else {
        append_count(b, record->run.ranks, "rank");
        append_count(b, record->run.hosts, "host");
        append_seconds(b, record->run.seconds);
        if (record->run.load_seconds > 0) {
            qdr_bytes_text(b, " after loading in ");
            append_seconds(b, record->run.load_seconds);
        }
    }
    if (record->run.job) {
        qdr_bytes_text(b, ", job ");
        qdr_bytes_escape(b, record->run.job, strlen(record->run.job), STATEMENT_MARKS);
    }
    qdr_bytes_text(b, "\n");
}

static void append_label(qdr_bytes *b, const char *label)
{
    qdr_bytes_text(b, "label: ");
    qdr_bytes_escape(b, label, strlen(label), "");
    qdr_bytes_text(b, "\n");
}

static void append_meta(qdr_bytes *b, const qdr_record_meta *meta)
{
    qdr_bytes_text(b, "meta: ");
    qdr_bytes_escape(b, meta->key, strlen(meta->key), "=");
    qdr_bytes_text(b, "=");
    qdr_bytes_escape(b, meta->value, strlen(meta->value), "");
    qdr_bytes_text(b, "\n");
}

/* 2026-11-24T05:40:12Z as 2026-11-24 05:40 UTC; nothing of what has another form. */
static void append_time(qdr_bytes *b, const char *started)
{
    static const char form[] = "0000-00-00T00:00";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool digit = started[i] >= '0' && started[i] <= '9';
        if (form[i] == '0' ? !digit : started[i] != form[i])
            return;
    }
    qdr_bytes_format(b, "%.10s %.5s UTC\n", started, started + 11);
}

static void append_check(qdr_bytes *b, const char *version, const char *check)
{
    size_t size = strcspn(version, ".");
    if (version[size])
        size += 1 + strcspn(version + size + 1, ".");
    qdr_bytes_format(b, "quadrat %.*s %s", (int)size, version, check);
}

/* The text with the first `kept` of its optional lines, the least dispensable first: time, run,
 * label, metadata. */
static void append_text(qdr_bytes *b, const qdr_record *record, const char *statement,
                        const char *check, size_t kept)
{
    qdr_bytes_text(b, statement);
    if (kept > 1)
        append_run(b, record);
    if (kept > 2 && record->label)
        append_label(b, record->label);
    for (size_t i = 0; i < record->meta_count && kept > 3 + i; i++)
        append_meta(b, &record->meta[i]);
    if (kept > 0)
        append_time(b, record->run.started);
    append_check(b, record->version, check);
}

/* Signs what b holds, in one more line. */
static int append_signature(qdr_bytes *b, qdr_signer *signer, qdr_error *err)
{
    unsigned char signature[QDR_SIGNATURE_SIZE];
    qdr_bytes_text(b, "\n");
    int code = qdr_bytes_check(b, err);
    if (!code)
        code = qdr_signer_sign(signer, b->data, b->size, signature, err);
    if (!code)
        qdr_signed_line(b, qdr_signer_hint(signer), signature);
    return code;
}

static int signed_before(const qdr_record *record, size_t most, char **text, qdr_error *err)
{
    size_t size = strlen(record->signed_text);
    if (size > most)
        return qdr_fail(err, QDR_EUSAGE, "the signed text has %zu bytes, %zu fit", size, most);
    *text = strdup(record->signed_text);
    return *text ? QDR_OK : qdr_fail_memory(err, "writing a text");
}

int qdr_record_text(const qdr_record *record, size_t most, char **text, qdr_error *err)
{
    if (record->signed_text)
        return signed_before(record, most, text, err);
    char check[QDR_CHECK_SIZE], *statement;
    int code = qdr_record_check(record, check, err);
    if (!code)
        code = qdr_record_statement(record, &statement, err);
    if (code)
        return code;
    qdr_bytes b = {0};
    size_t kept = 3 + record->meta_count, least = record->signer ? 1 : 0;
    size_t added = record->signer ? 1 + QDR_SIGNED_LINE : 0;
    append_text(&b, record, statement, check, kept);
    while (kept > least && b.size + added > most) {
        b.size = 0;
        append_text(&b, record, statement, check, --kept);
    }
    free(statement);
    code = qdr_bytes_check(&b, err);
    if (!code && b.size + added > most)
        code = qdr_fail(err, QDR_EUSAGE,
                        "the result needs %zu bytes of text%s, %zu fit. Ask for fewer results at a "
                        "time, or write them with '-o result.json'.",
                        b.size + added, added ? ", its signature included" : "", most);
    if (!code && record->signer)
        code = append_signature(&b, record->signer, err);
    if (!code)
        code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *text = b.data;
    return code;
}
