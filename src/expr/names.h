/* «Did you mean»: the known name nearest to one that is not known. */
#ifndef QDR_EXPR_NAMES_H
#define QDR_EXPR_NAMES_H

#include <stddef.h>

#define QDR_NAMES_HINT 80
/* For "%.*s": the bytes of a name that a message shows. */
#define QDR_SHOWN(length) ((int)((length) < 40 ? (length) : 40))

typedef struct qdr_names {
    const char *wanted;
    size_t wanted_length;
    const char *nearest; /* NULL when none is near */
    size_t nearest_length;
    size_t distance;
} qdr_names;

void qdr_names_init(qdr_names *names, const char *wanted, size_t length);
void qdr_names_offer(qdr_names *names, const char *name, size_t length);

/* "; did you mean 'mean'?", or "". Returns text. */
const char *qdr_names_hint(const qdr_names *names, char text[QDR_NAMES_HINT]);

#endif
