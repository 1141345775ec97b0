/* Errors: a code, a rank and a text.
 *
 * Every function of the library that can fail returns an int, QDR_OK (0) or one of the codes
 * below, and takes a `qdr_error *` as its last argument, which it fills when it fails. The library
 * never prints, exits or aborts. A text says what failed, where, why, and what to do next; it has
 * no newline at its end and needs no escaping: what came from files or users is escaped in it.
 *
 *     if (qdr_source_open(path, &source, err))
 *         return err->code;
 *
 * Local, all of it: agreeing on an error over ranks is the engine's work (run.h).
 */
#ifndef QUADRAT_ERROR_H
#define QUADRAT_ERROR_H

#include "quadrat/visible.h"

/* The values are the exit codes of the command. */
enum {
    QDR_OK = 0,
    QDR_EFAIL = 1,     /* it ran, and the answer is no: differs, does not hold */
    QDR_EUSAGE = 2,    /* what was typed is wrong, expressions included */
    QDR_EDATA = 65,    /* the bytes are wrong: a truncated file, an image without a code */
    QDR_ESYSTEM = 74,  /* a system call failed, a missing file included */
    QDR_ESTOPPED = 75, /* stopped with a checkpoint; run again to resume */
    QDR_EREFUSED = 77  /* could run, must not: memory, signature, launch */
};

#define QDR_ERROR_TEXT 2048 /* bytes, with the final NUL; longer texts are cut */

typedef struct qdr_error {
    int code;                  /* QDR_OK when nothing failed */
    int rank;                  /* the rank it happened on; -1 when that does not matter */
    char text[QDR_ERROR_TEXT]; /* UTF-8 */
} qdr_error;

/* No error yet. */
#define QDR_ERROR_INIT {0, -1, ""}

/* Fills err (which may be NULL) and returns code, so that failing is one statement:
 * `return qdr_fail(err, QDR_EDATA, "%s: not a .npy file", name);` */
int qdr_fail(qdr_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As qdr_fail with QDR_ESYSTEM, and ": " and the text of errno's value at the call appended. */
int qdr_fail_errno(qdr_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As qdr_fail_errno for memory that could not be had. */
int qdr_fail_memory(qdr_error *err, const char *what);

#include "quadrat/hidden.h"
#endif
