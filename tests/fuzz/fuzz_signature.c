/* Texts, whatever they hold: what is read of a signature line is within the text, and writes that
 * line again. */
#include <string.h>

#include "base/base32.h"
#include "fuzz.h"
#include "quadrat/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    qdr_text_finding f;
    qdr_error err = QDR_ERROR_INIT;
    char digits[QDR_BASE32_DIGITS(QDR_SIGNATURE_SIZE) + 1], line[160];
    demand(!qdr_text_examine(text, size, &f, &err), "failed", err.text);
    const qdr_signature *s = &f.signature;
    demand(!s->is_signed || s->size < size, "more is signed than there is", "");
    demand(s->is_signed || (!s->size && !*s->hint), "a signature of what is not signed", s->hint);
    if (!*s->hint)
        return 0;
    qdr_base32_write(s->bytes, sizeof s->bytes, digits);
    snprintf(line, sizeof line, "SIGNED %s %s", s->hint, digits);
    bool within = s->size + strlen(line) <= size;
    demand(within && !memcmp(text + s->size, line, strlen(line)), "not", line);
    return 0;
}
