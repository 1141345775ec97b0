/* Signing, by a key that is here or by an agent's. */
#include "quadrat/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "record/agent.h"
#include "record/keyfile.h"
#include "record/sshsig.h"

struct qdr_signer {
    qdr_keyfile file;
    char *agent; /* the socket of the one that signs; NULL: the secret is here */
    char fingerprint[QDR_FINGERPRINT_SIZE];
    char hint[QDR_HINT_SIZE];
    unsigned char data[QDR_SSHSIG_SIGNED]; /* that was signed last; zeros: nothing was */
    unsigned char signature[QDR_SIGNATURE_SIZE]; /* of that */
};

/* Finds out now whether the agent has the key, not when hours of work are to be signed. */
static int find_agent(qdr_signer *signer, const char *path, const char *agent, qdr_error *err)
{
    bool has = false, encrypted = signer->file.kind == QDR_KEYFILE_ENCRYPTED;
    char shown[512], why[QDR_ERROR_TEXT] = "the ssh-agent does not have it";
    int code = qdr_agent_has(agent, &signer->file.key, &has, err);
    if (!code && has) {
        signer->agent = strdup(agent);
        return signer->agent ? QDR_OK : qdr_fail_memory(err, "preparing to sign");
    }
    if (code && err)
        memcpy(why, err->text, sizeof why);
    return qdr_fail(err, code ? code : QDR_EREFUSED, "%s: %s key, and %s. 'ssh-add %s' adds %s.",
                    qdr_escape(shown, sizeof shown, path),
                    encrypted ? "an encrypted private" : "a public", why,
                    encrypted ? shown : "FILE", encrypted ? "it" : "the private one");
}

int qdr_signer_open(const char *key, const char *agent, qdr_signer **signer, qdr_error *err)
{
    if (sodium_init() < 0)
        return qdr_fail(err, QDR_ESYSTEM, "libsodium can't be used on this machine");
    qdr_signer *made = calloc(1, sizeof *made);
    if (!made)
        return qdr_fail_memory(err, "preparing to sign");
    int code = qdr_keyfile_load(key, &made->file, err);
    if (!code && made->file.kind != QDR_KEYFILE_PRIVATE)
        code = find_agent(made, key, agent, err);
    if (code) {
        qdr_signer_close(made);
        return code;
    }
    qdr_key_fingerprint(&made->file.key, made->fingerprint);
    qdr_key_hint(&made->file.key, made->hint);
    *signer = made;
    return QDR_OK;
}

void qdr_signer_close(qdr_signer *signer)
{
    if (!signer)
        return;
    qdr_keyfile_wipe(&signer->file);
    free(signer->agent);
    free(signer);
}

const char *qdr_signer_fingerprint(const qdr_signer *signer)
{
    return signer->fingerprint;
}

const char *qdr_signer_hint(const qdr_signer *signer)
{
    return signer->hint;
}

/* What signs the data; what an agent gives must hold, too. */
static int sign(const qdr_signer *signer, const unsigned char data[QDR_SSHSIG_SIGNED],
                unsigned char signature[QDR_SIGNATURE_SIZE], qdr_error *err)
{
    const qdr_public_key *key = &signer->file.key;
    if (!signer->agent) {
        crypto_sign_detached(signature, NULL, data, QDR_SSHSIG_SIGNED, signer->file.secret);
        return QDR_OK;
    }
    int code = qdr_agent_sign(signer->agent, key, data, QDR_SSHSIG_SIGNED, signature, err);
    if (!code && crypto_sign_verify_detached(signature, data, QDR_SSHSIG_SIGNED, key->bytes))
        code = qdr_fail(err, QDR_ESYSTEM, "ssh-agent: its signature does not hold");
    return code;
}

int qdr_signer_sign(qdr_signer *signer, const char *text, size_t size,
                    unsigned char signature[QDR_SIGNATURE_SIZE], qdr_error *err)
{
    unsigned char data[QDR_SSHSIG_SIGNED];
    qdr_sshsig_data(text, size, data);
    if (memcmp(data, signer->data, sizeof data) != 0) {
        int code = sign(signer, data, signature, err);
        if (code)
            return code;
        memcpy(signer->data, data, sizeof data);
        memcpy(signer->signature, signature, sizeof signer->signature);
    }
    memcpy(signature, signer->signature, sizeof signer->signature);
    return QDR_OK;
}

int qdr_signer_armor(qdr_signer *signer, const char *text, size_t size, char **armor,
                     qdr_error *err)
{
    unsigned char signature[QDR_SIGNATURE_SIZE];
    qdr_bytes b = {0};
    int code = qdr_signer_sign(signer, text, size, signature, err);
    if (code)
        return code;
    qdr_sshsig_armor(&b, &signer->file.key, signature);
    code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *armor = b.data;
    return code;
}
