/* What comes back from outside, whatever it holds: a record as JSON, a result's text, a log with a
 * drawn code. A record that is read can be written again, and its text holds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quadrat/qr.h"
#include "quadrat/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int true_statement, const char *what)
{
    if (true_statement)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void try_record(const char *data, size_t size)
{
    qdr_record *record;
    qdr_text_finding finding;
    char *text;
    if (qdr_record_parse(data, size, &record, NULL))
        return;
    demand(!qdr_record_json(record, &text, NULL), "a record that is read can be written");
    free(text);
    demand(!qdr_record_text(record, SIZE_MAX, &text, NULL), "a record that is read has a text");
    qdr_text_examine(text, strlen(text), &finding, NULL);
    demand(finding.result && finding.holds, "the text of a record holds");
    free(text);
    qdr_record_destroy(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t begin, length;
    qdr_symbol *symbol;
    qdr_text_finding finding;
    try_record(text, size);
    demand(!qdr_text_examine(text, size, &finding, NULL), "any text can be examined");
    if (!qdr_text_find(text, size, &begin, &length, NULL))
        demand(begin + length <= size, "what is found is in the text");
    if (!qdr_symbol_find_drawn(text, size, &symbol, NULL))
        qdr_symbol_destroy(symbol);
    return 0;
}
