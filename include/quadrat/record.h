/* Records: what was computed, from what, and how; and the texts that carry it away.
 *
 * A record is a plain struct of values that its maker fills and nobody changes: every pointer in it
 * is borrowed, every text NUL-ended. It has four forms:
 *
 *   result line   mean(x) = 0.4999912043990271              what stdout shows
 *   statement     the result lines, then the input lines    what the check value is computed over
 *   QR text       the statement, how it was run, the check  what a phone reads
 *   JSON          all of it, quadrat-result-1               what a program reads
 *
 * THE STATEMENT is what a result claims, equal for the same work on any machine, at any number of
 * ranks, block shape, path and time. Each of its lines ends in one newline.
 *
 *   mean(x) = 0.4999912043990271                 EXPR = VALUE
 *   max(t) = 314.90765 float32                   ... DTYPE unless float64, int64 or bool
 *   argmax(x) = 50731842 at [5073, 1842]         ... with the coordinates, of argmin and argmax
 *   mean(x, axis=0) = [0.5, 0.25]                an array of up to 6 elements
 *   mean(x, axis=0) = float64 10000 0R2C…        any other: DTYPE SHAPE DIGEST, as of an input
 *   x: float64 10000x10000 5C1E90D7QK2M4R8T      NAME: DTYPE SHAPE DIGEST
 *   s: float64 scalar no digest                  without dimensions; made without a digest
 *
 * THE CHECK is the first 80 bits of BLAKE2b-256 (RFC 7693, no key) over the statement's bytes in
 * Crockford's base32, 16 characters, upper case. It shows an accident, not malice: whoever changes
 * a text can compute its check anew. Only verifying against the data tells.
 *
 * THE QR TEXT is UTF-8, its lines separated by one newline, without one at the end:
 *
 *   mean(x) = 0.4999912043990271                 the statement
 *   x: float64 10000x10000 5C1E90D7QK2M4R8T
 *   survey.npy, 4 ranks, 1 host, 0.031 s, job 8812
 *   label: second survey
 *   meta: site=Uppsala
 *   2026-11-24 05:40 UTC
 *   quadrat 0.1 Z1Z5KKBQSAPY7FDS                 quadrat MAJOR.MINOR CHECK
 *   SIGNED 7Q1ZKD0M 3V9…                         when it is signed: sign.h
 *
 * It reads in one way only. A last line that begins with "SIGNED " is the signature line; a text
 * without one is not signed. The last of the others is the check line, and the one before that is
 * the time line when it has its form. Of the others a line belongs to the statement exactly when it
 * contains " = " or ": " and begins with neither "label: " nor "meta: ".
 * So what comes from outside is escaped as \xNN (a backslash as \\): in every optional line
 * controls, newlines, invalid UTF-8 and characters that reorder or hide text; in the run line '='
 * and ':' too; in a metadata key '='. The run line names files without their directories, and
 * without what follows ":/" (a path inside an HDF5 file).
 *
 * What is built is NUL-ended, handed over in a pointer that is set only on success, and the
 * caller's to free(). Local, all of it. Errors: QDR_ESYSTEM when memory runs out, QDR_EDATA when
 * the statement could not be read back (a control character or a name such as `label` in it), and
 * those named below.
 */
#ifndef QUADRAT_RECORD_H
#define QUADRAT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/sign.h"
#include "quadrat/visible.h"

#define QDR_CHECK_SIZE 17 /* bytes of a check or digest, with its NUL */
#define QDR_VALUE_SIZE 64 /* bytes that hold a value's text, with its NUL */

typedef enum qdr_value_kind {
    QDR_VALUE_BOOL,
    QDR_VALUE_INT,
    QDR_VALUE_UINT,
    QDR_VALUE_FLOAT16,
    QDR_VALUE_FLOAT32,
    QDR_VALUE_FLOAT64,
    QDR_VALUE_COMPLEX64,
    QDR_VALUE_COMPLEX128
} qdr_value_kind;

/* One number with its dtype; the kind says which member of the union holds it. */
typedef struct qdr_value {
    const char *dtype; /* "float64", "uint8", ... */
    qdr_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural; /* QDR_VALUE_UINT */
        double real;      /* QDR_VALUE_FLOAT64, and the value of a smaller float */
        struct {
            double re, im;
        } pair; /* QDR_VALUE_COMPLEX128, and the values of smaller parts */
    };
} qdr_value;

typedef struct qdr_record_input {
    const char *name;   /* canonical: x, y, z, ...; not "label" or "meta" */
    const char *source; /* the file as the user gave it, any bytes; NULL when there is none */
    const char *dtype;
    int ndim;
    const int64_t *shape;        /* ndim extents */
    char digest[QDR_CHECK_SIZE]; /* "" when the run made none */
} qdr_record_input;

/* A result that is an array. */
typedef struct qdr_record_array {
    int ndim;
    const int64_t *shape;
    const qdr_value *values;     /* all elements in C order; NULL when they are more than 1000 */
    char digest[QDR_CHECK_SIZE]; /* as of an input with these elements */
} qdr_record_array;

#define QDR_RECORD_VALUES 1000 /* elements, up to which an array result has values */

typedef struct qdr_record_result {
    const char *expr; /* canonical */
    const char *name; /* left-hand name, or NULL */
    qdr_value value;  /* of an array, only the dtype */
    const int64_t *at; /* at_count coordinates of an argmin or argmax */
    int at_count;      /* 0 for everything else */
    bool exact;        /* the exact value rounded once */
    const qdr_record_array *array; /* NULL for a number */
} qdr_record_result;

typedef struct qdr_record_run {
    int parts; /* that were joined, where the rest was not known any more; 1 of a run */
    int ranks, hosts;
    int threads; /* of each rank */
    int ndim;
    const int64_t *chunks; /* the block shape, ndim extents */
    int64_t blocks, elements;
    int passes;
    double load_seconds; /* of bringing all elements into memory, before that; 0: they were not */
    double seconds;      /* from the first block to the merged result */
    const char *started; /* UTC, 2026-11-24T05:40:12Z */
    const char *host;    /* of rank 0 */
    const char *mpi;     /* library and version */
    const char *job;     /* the scheduler's job, or NULL */
} qdr_record_run;

typedef struct qdr_record_meta {
    const char *key, *value;
} qdr_record_meta;

typedef struct qdr_record {
    const qdr_record_result *results;
    size_t result_count;
    const qdr_record_input *inputs;
    size_t input_count;
    const char *const *program; /* canonical expressions */
    size_t program_count;
    qdr_record_run run;
    const char *label; /* or NULL */
    const qdr_record_meta *meta;
    size_t meta_count;
    const char *version; /* of quadrat: "0.1.0" */
    qdr_signer *signer;  /* signs the text; NULL for nobody */
    const char *signed_text; /* of a record that was read: the text that was signed, with its
                              * signature line, which is its text then; else NULL */
} qdr_record;

/* The shortest text that reads back to the same bits in the value's dtype: True, 42, 0.1, 1e+300,
 * nan, -inf; of a complex number, as Python's repr: (1+2j), 2j, (nan+infj). Returns text. */
const char *qdr_value_text(char text[QDR_VALUE_SIZE], const qdr_value *value);

/* The number of elements of an array result. */
size_t qdr_record_array_count(const qdr_record_array *array);

/* The line of result number `result` (from 0), without a newline. */
int qdr_record_line(const qdr_record *record, size_t result, char **line, qdr_error *err);

int qdr_record_statement(const qdr_record *record, char **text, qdr_error *err);

int qdr_record_check(const qdr_record *record, char check[QDR_CHECK_SIZE], qdr_error *err);

/* The QR text in at most `most` bytes, the NUL not counted. While it is longer its optional lines
 * go: first the metadata from the last to the first, then the label, the run line, the time. The
 * statement and the check line never go, nor in a signed text the time and the signature: when they
 * alone are too long it is QDR_EUSAGE. */
int qdr_record_text(const qdr_record *record, size_t most, char **text, qdr_error *err);

/* The record as JSON, pretty, its members always in the same order, with a newline at its end.
 * nan, inf and -inf are strings, and so is a float's "bits", the C hex float; a complex number and
 * its bits are objects of two such, {"re": 1.0, "im": 2.0}; a missing name, digest, source, label,
 * job and signature are null. Expressions are given as they are, every other text escaped as in the
 * QR text, so that it is valid UTF-8 and safe to show. A signature is what ssh-keygen verifies,
 * {"key": "SHA256:…", "namespace": "quadrat", "text": …, "sshsig": …}: the text is the QR text with
 * nothing left out, without the signature line, each of its lines ended by a newline. */
int qdr_record_json(const qdr_record *record, char **json, qdr_error *err);

/* The JSON Schema (2020-12) of that JSON: what quadrat-result-1.schema.json has, which is installed in
 * share/quadrat. */
const char *qdr_record_schema(void);

/* Reads the JSON of a record. It is QDR_EDATA when that is not whole or has another form, and
 * QDR_EFAIL when its check does not hold; members that are not known are passed over. The record and
 * all that it points to are the caller's, to be given to qdr_record_destroy. */
int qdr_record_parse(const char *json, size_t size, qdr_record **record, qdr_error *err);

/* Only for a record that qdr_record_parse made. NULL is allowed. */
void qdr_record_destroy(qdr_record *record);

/* What a text claims to be. */
typedef struct qdr_text_finding {
    bool result;                   /* its last line is a check line and it has a statement; if not,
                                      the rest but the signature is empty */
    bool holds;                    /* claimed equals computed */
    char version[16];              /* MAJOR.MINOR */
    char claimed[QDR_CHECK_SIZE];  /* 16 letters and digits, as they stand there */
    char computed[QDR_CHECK_SIZE]; /* over the statement in the text */
    qdr_signature signature;       /* also of a text that is no result */
} qdr_text_finding;

/* Examines the first size bytes of text, which may hold anything. One newline at its end, as an
 * editor leaves it, is ignored; nothing else is: not a space, not a carriage return. A text that is
 * no result or does not hold is a finding, not an error. */
int qdr_text_examine(const char *text, size_t size, qdr_text_finding *finding, qdr_error *err);

/* Finds the last text of a result whose check holds among other lines, as in a job's log: it is
 * *length bytes from text + *begin, without the newline at its end. *length is 0 when there is none.
 * A result of more than 1000 lines is not found. */
int qdr_text_find(const char *text, size_t size, size_t *begin, size_t *length, qdr_error *err);

#include "quadrat/hidden.h"
#endif
