/* What people are told of a text's signature. Local. */
#ifndef QDR_CLI_SIGNATURE_H
#define QDR_CLI_SIGNATURE_H

#include "quadrat/sign.h"

/* Whose signatures count, and whether one is demanded. A zeroed struct knows nobody. */
typedef struct qdr_trust {
    const char *path;     /* the file that was asked for; NULL: the user's own, if there is one */
    qdr_signers *signers; /* owned; NULL: nobody is known */
} qdr_trust;

/* Reads the file at trust->path or, without one, quadrat/allowed_signers in $XDG_CONFIG_HOME or in
 * ~/.config, where that exists. */
int qdr_trust_load(qdr_trust *trust, qdr_error *err);
void qdr_trust_clear(qdr_trust *trust);

/* Prints a line about the signature, if the text has one or one is demanded: by a file that was
 * asked for. QDR_EREFUSED when it is not to be trusted. */
int qdr_trust_tell(const qdr_trust *trust, const char *text, const qdr_signature *signature,
                   qdr_error *err);

#endif
