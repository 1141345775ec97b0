/* A growing run of bytes, for texts and encodings whose size is not known in advance.
 *
 * Appending never fails at the call: when memory runs out the run is marked and stays as it is, and
 * qdr_bytes_check tells at the end, so that building a text reads as a list of what is in it.
 * Local. A zeroed struct is an empty run.
 */
#ifndef QDR_BASE_BYTES_H
#define QDR_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"

typedef struct qdr_bytes {
    char *data;      /* size bytes, then always a NUL, so that a text is a string; NULL at first */
    size_t size;     /* bytes */
    size_t capacity; /* bytes */
    bool failed;     /* an append did not get its memory */
} qdr_bytes;

void qdr_bytes_append(qdr_bytes *b, const void *data, size_t size);
void qdr_bytes_text(qdr_bytes *b, const char *text);
void qdr_bytes_format(qdr_bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends what the first size bytes of text show on a terminal without acting on it: UTF-8 that is
 * printable stays, every other byte and every character of `also` becomes \xNN, a backslash
 * becomes two. Not printable are controls, invalid UTF-8 and what reorders or hides text. */
void qdr_bytes_escape(qdr_bytes *b, const char *text, size_t size, const char *also);

/* QDR_OK, or QDR_ESYSTEM when an append failed. */
int qdr_bytes_check(const qdr_bytes *b, qdr_error *err);

/* Frees the data and makes the run empty. */
void qdr_bytes_clear(qdr_bytes *b);

/* text escaped as above into a buffer of `size` > 0 bytes, cut between characters to fit and
 * NUL-ended; returns buffer.
 * For error texts that quote a name. */
const char *qdr_escape(char *buffer, size_t size, const char *text);

#endif
