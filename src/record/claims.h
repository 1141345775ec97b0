/* A QR text taken apart: what is to be computed again, and what it is said to give. Local. */
#ifndef QDR_RECORD_CLAIMS_H
#define QDR_RECORD_CLAIMS_H

#include <stdint.h>

#include "base/arena.h"
#include "quadrat/error.h"
#include "quadrat/record.h"

#define QDR_CLAIMS_DIMS 32          /* axes of an input */
#define QDR_CLAIMS_MOST (1u << 20)  /* bytes of a text */

/* All texts live in the claims' arena; the lines are printable. */
typedef struct qdr_claimed_result {
    const char *line;
    const char *expr;
    const char *value; /* what stands behind " = " */
} qdr_claimed_result;

typedef struct qdr_claimed_input {
    const char *line;
    const char *name; /* x, or x[0:100] */
    size_t file;      /* index of the file that it is, or is a part of */
    const char *dtype;
    int ndim;
    int64_t shape[QDR_CLAIMS_DIMS];
    const char *digest; /* "" when it was made without one */
} qdr_claimed_input;

typedef struct qdr_claimed_file {
    const char *name;   /* x */
    const char *source; /* the file's name, escaped as the run line has it; NULL when that is gone */
} qdr_claimed_file;

typedef struct qdr_claims {
    char version[16]; /* of the quadrat that wrote it: MAJOR.MINOR */
    qdr_claimed_result *result;
    size_t result_count; /* at least 1 */
    qdr_claimed_input *input;
    size_t input_count;
    qdr_claimed_file *file;
    size_t file_count;
    qdr_arena arena;
} qdr_claims;

/* Takes a text apart that qdr_text_examine finds to be a result. QDR_EDATA when a line of its
 * statement has no form that record.h tells. */
int qdr_claims_read(const char *text, size_t size, qdr_claims *claims, qdr_error *err);

/* Of any claims, zeroed ones too. */
void qdr_claims_clear(qdr_claims *claims);

#endif
