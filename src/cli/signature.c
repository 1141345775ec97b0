#include "cli/signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

/* The user's own file; no data when no variable says where it would be. */
static int own_file(qdr_bytes *path, qdr_error *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config)
        qdr_bytes_format(path, "%s/", config);
    else if (home && *home)
        qdr_bytes_format(path, "%s/.config/", home);
    else
        return QDR_OK;
    qdr_bytes_text(path, "quadrat/allowed_signers");
    return qdr_bytes_check(path, err);
}

int qdr_trust_load(qdr_trust *trust, qdr_error *err)
{
    qdr_bytes own = {0};
    if (trust->path)
        return qdr_signers_load(trust->path, &trust->signers, err);
    int code = own_file(&own, err);
    if (!code && own.data && access(own.data, F_OK) == 0)
        code = qdr_signers_load(own.data, &trust->signers, err);
    qdr_bytes_clear(&own);
    return code;
}

void qdr_trust_clear(qdr_trust *trust)
{
    qdr_signers_destroy(trust->signers);
    *trust = (qdr_trust){0};
}

int qdr_trust_tell(const qdr_trust *trust, const char *text, const qdr_signature *signature,
                   qdr_error *err)
{
    char *by;
    qdr_error why = QDR_ERROR_INIT;
    if (!signature->is_signed && !trust->path)
        return QDR_OK;
    if (!trust->signers) {
        printf("-- signed by the key %s; '--signers FILE' would say whose it is\n",
               *signature->hint ? signature->hint : "(its line is damaged)");
        return QDR_OK;
    }
    int code = qdr_signers_judge(trust->signers, text, signature, &by, &why);
    if (!code) {
        printf("-- signed by %s; the signature holds\n", by);
        free(by);
        return QDR_OK;
    }
    printf("-- NOT vouched for: %s\n", why.text);
    return qdr_fail(err, code, "not vouched for: %s", why.text);
}
