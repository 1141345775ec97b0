/* What the harnesses share: libFuzzer calls LLVMFuzzerTestOneInput with one input after another. */
#ifndef QDR_TESTS_FUZZ_H
#define QDR_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "quadrat/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void demand(int true_statement, const char *what, const char *text)
{
    if (true_statement)
        return;
    fprintf(stderr, "%s: %s\n", what, text);
    abort();
}

/* An error's text can be shown: lines without control characters. */
static inline void demand_shown(const qdr_error *err)
{
    for (const char *s = err->text; *s; s++)
        demand(*s == '\n' || (unsigned char)*s >= ' ', "control character in", err->text);
}

#endif
