/* Files of allowed signers, whatever they hold, and a text judged by them: a name or an error,
 * either of which can be shown. */
#include <string.h>

#include "fuzz.h"
#include "quadrat/record.h"

/* Signed by the key of RFC 8032, section 7.1, TEST 1, as in test_sign.c. */
static const char text[] =
    "mean(x) = 0.5\nx: float64 100 5C1E90D7QK2M4R8T\nlabel: a\n2026-11-24 05:40 UTC\n"
    "quadrat 0.1 5WJ4MPJFMKVVE1RX\n"
    "SIGNED DPTYKE51 "
    "VGQ4STA01QWC0C6EP965RA0MVZNRR4ASJGYKA0FAJ0HHVP3NBT03NN4SB4G3K68ZYWK4NT9ASKX3SYS8D983KH0C3CKED"
    "PCDXMH4010";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_signers *signers = NULL;
    qdr_text_finding finding;
    char *by = NULL;
    int code = qdr_signers_parse("allowed", (const char *)data, size, &signers, &err);
    demand(!code || code == QDR_EDATA, "unusual error", err.text);
    if (!code && !qdr_text_examine(text, strlen(text), &finding, &err))
        code = qdr_signers_judge(signers, text, &finding.signature, &by, &err);
    demand_shown(&err);
    for (const char *s = by ? by : ""; *s; s++)
        demand((unsigned char)*s >= ' ', "control character in", by);
    demand(by ? !code : code, "neither a name nor an error", err.text);
    free(by);
    qdr_signers_destroy(signers);
    return 0;
}
