/* Computing a result again, from a text that may be anybody's.
 *
 * The expressions are compiled with the claimed names bound to files of the user's; they can open
 * nothing else. What then is computed gives a statement of its own, whose lines are compared with
 * the claimed ones: a value has one text only, so equal lines are equal bits. Collective.
 */
#ifndef QDR_EXCHANGE_VERIFY_H
#define QDR_EXCHANGE_VERIFY_H

#include "quadrat/run.h"
#include "record/claims.h"

typedef enum {
    QDR_MATCHES, /* every line */
    QDR_DIFFERS, /* some line */
    QDR_CANNOT   /* it could not be computed again */
} qdr_answer;

typedef enum { QDR_LINE_SAME, QDR_LINE_DIFFERS, QDR_LINE_UNKNOWN } qdr_line_state;

typedef struct qdr_verdict {
    qdr_answer answer;
    qdr_line_state *state; /* by line of the statement: results, then inputs */
    char **now;            /* what a line that differs is now */
    size_t count;
    char reason[QDR_ERROR_TEXT]; /* why it can't be computed, or did not need to be */
} qdr_verdict;

/* path, by file of the claims, is NULL where none is known. A file that can't be read is an error,
 * and so is memory that is not allowed: the verdict is about the data. On success clear it with
 * qdr_verdict_clear. */
int qdr_verify(qdr_comm *comm, const qdr_claims *claims, const char *const path[],
               const qdr_run_options *options, qdr_verdict *verdict, qdr_error *err);
void qdr_verdict_clear(qdr_verdict *verdict);

/* Sets path[i] for each file of the claims that has none, where a file below the directory root is
 * it: by digest among those of the right dtype and shape, those that have its name first. One that
 * is the only candidate and has the name is taken without reading it. Paths are the caller's to
 * free(). */
int qdr_verify_find(qdr_comm *comm, const qdr_claims *claims, const char *root,
                    const qdr_run_options *options, char *path[], qdr_error *err);

#endif
