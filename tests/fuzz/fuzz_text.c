/* Texts and records that claim to be results, whatever they hold: taking one apart gives claims or
 * an error that can be shown, and the claims are all of the statement and nothing else. Each is also
 * given a check line; that its check does not hold keeps nothing from being read here. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "record/claims.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int true_statement, const char *what, const char *text)
{
    if (true_statement)
        return;
    fprintf(stderr, "%s: %s\n", what, text);
    abort();
}

static void check_error(const qdr_error *err)
{
    demand(err->code == QDR_EDATA, "unusual error", err->text);
    for (const char *s = err->text; *s; s++)
        demand((unsigned char)*s >= ' ' && *s != 127, "control character in", err->text);
}

/* The claims' lines have the check that was computed over the text's statement. */
static void check_claims(const qdr_claims *c, const char *computed)
{
    char check[QDR_CHECK_TEXT];
    qdr_bytes b = {0};
    for (size_t i = 0; i < c->result_count; i++) {
        qdr_bytes_format(&b, "%s = %s\n", c->result[i].expr, c->result[i].value);
        demand(strlen(c->result[i].line) + 1 <= b.size, "line", c->result[i].line);
    }
    for (size_t i = 0; i < c->input_count; i++) {
        demand(c->input[i].file < c->file_count, "file of", c->input[i].line);
        qdr_bytes_format(&b, "%s\n", c->input[i].line);
    }
    qdr_check_text(b.data, b.size, check);
    demand(strcmp(check, computed) == 0, "not the statement", b.data);
    qdr_bytes_clear(&b);
}

static void check_text(const char *text, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_text_finding finding;
    qdr_claims claims;
    demand(!qdr_text_examine(text, size, &finding, &err), "examining fails", err.text);
    if (qdr_claims_read(text, size, &claims, &err)) {
        check_error(&err);
        return;
    }
    demand(finding.result, "claims of what is no result", text);
    check_claims(&claims, finding.computed);
    qdr_claims_clear(&claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_record *record;
    char *from_json = NULL;
    qdr_bytes text = {0};
    qdr_bytes_append(&text, data, size);
    check_text(text.data, text.size);
    if (qdr_record_parse(text.data, text.size, &record, &err)) {
        check_error(&err);
    } else {
        if (qdr_record_text(record, SIZE_MAX, &from_json, &err))
            check_error(&err);
        else
            check_text(from_json, strlen(from_json));
        free(from_json);
        qdr_record_destroy(record);
    }
    qdr_bytes_text(&text, "\nquadrat 0.1 0000000000000000");
    check_text(text.data, text.size);
    qdr_bytes_clear(&text);
    return 0;
}
