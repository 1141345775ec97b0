/* Signatures: who vouches for a text. Whether the text is true only the data tell.
 *
 * A key is an SSH key of type ssh-ed25519. It signs the QR text (record.h): all of it as it stands
 * there, every byte before the signature line, also the label, the metadata, the time and the
 * check. That line is the last one, in capitals and digits so that it takes little room in a code:
 *
 *   SIGNED 7Q1ZKD0M 3V9…                  SIGNED HINT SIGNATURE
 *
 *   HINT       the first 40 bits of the key's SHA-256 fingerprint, 8 digits of Crockford's base32:
 *              it finds the key among those that are allowed, and proves nothing
 *   SIGNATURE  64 bytes, Ed25519 (RFC 8032), 103 digits of the same; the last 3 bits are 0
 *
 * The signature is one of OpenSSH's SSHSIG, made over this, not over the text itself:
 *
 *   "SSHSIG"  string "quadrat"  string ""  string "sha512"  string SHA-512(text)
 *
 * where "quadrat" is the namespace, which keeps a signature made for something else from counting
 * here, and a string is its length in 32 bits, most significant byte first, and its bytes. So the
 * same 64 bytes are in the armored SSHSIG of the JSON, which `ssh-keygen -Y verify -n quadrat`
 * accepts for the text without its signature line.
 *
 * Who may sign is said by a file in OpenSSH's format, allowed_signers: on each line principals,
 * options, a key. Keys of other types and lines of certificate authorities do not count. The time
 * at which a key must be valid is the one that the text says, in UTC and to the minute; it is
 * signed too, but it is the signer's own word.
 *
 * Sources, all of OpenSSH 9: PROTOCOL.sshsig; PROTOCOL.key for key files; draft-miller-ssh-agent;
 * ssh-keygen(1), ALLOWED SIGNERS; RFC 8709 for the key type and RFC 4251, section 5, for strings.
 *
 * Everything that is read is checked and nothing of it trusted. Secret keys are wiped from memory
 * when they have served. Local, all of it.
 */
#ifndef QUADRAT_SIGN_H
#define QUADRAT_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"
#include "quadrat/visible.h"

#define QDR_SIGNATURE_SIZE 64   /* bytes */
#define QDR_HINT_SIZE 9         /* bytes of a key's hint, with its NUL */
#define QDR_FINGERPRINT_SIZE 51 /* of "SHA256:" and 43 characters, as `ssh-keygen -l` shows it */

/* --- Signing --- */

typedef struct qdr_signer qdr_signer;

/* Finds the key of the file `key`: an OpenSSH private key without a passphrase, which signs by
 * itself; or a public key, or a private one with a passphrase, for which the agent signs that
 * listens on the socket `agent` (NULL: there is none) and must hold the key now. QDR_EDATA when the
 * file holds no such key, QDR_EREFUSED when nobody can sign by it. Close it with
 * qdr_signer_close. */
int qdr_signer_open(const char *key, const char *agent, qdr_signer **signer, qdr_error *err);

/* Wipes its secret. NULL is allowed. */
void qdr_signer_close(qdr_signer *signer);

const char *qdr_signer_fingerprint(const qdr_signer *signer);
const char *qdr_signer_hint(const qdr_signer *signer);

/* Signs the first size bytes of text in the namespace quadrat. The same text gives the same bytes,
 * and is signed once however often it is asked for in a row: a person may have to confirm it.
 * QDR_EREFUSED when the agent does not sign, QDR_ESYSTEM when it can't be reached. */
int qdr_signer_sign(qdr_signer *signer, const char *text, size_t size,
                    unsigned char signature[QDR_SIGNATURE_SIZE], qdr_error *err);

/* The same as an armored SSHSIG, in lines. *armor is the caller's to free(). */
int qdr_signer_armor(qdr_signer *signer, const char *text, size_t size, char **armor,
                     qdr_error *err);

/* --- Whose signatures count --- */

typedef struct qdr_signers qdr_signers;

/* Reads a file of allowed signers; a line that is wrong is QDR_EDATA and named. */
int qdr_signers_load(const char *path, qdr_signers **signers, qdr_error *err);

/* As qdr_signers_load of what the file holds; `path` names it in errors. */
int qdr_signers_parse(const char *path, const char *data, size_t size, qdr_signers **signers,
                      qdr_error *err);

/* NULL is allowed. */
void qdr_signers_destroy(qdr_signers *signers);

/* The QR text, its signature line included, of a text and its armored SSHSIG, as the JSON has them.
 * Whether the signature holds is not asked. *whole is the caller's to free(). QDR_EDATA when it is
 * no SSHSIG by an Ed25519 key, or in another namespace. */
int qdr_signed_text(const char *text, const char *sshsig, char **whole, qdr_error *err);

/* What a text says of its signature; `time` and `hint` as they stand there. */
typedef struct qdr_signature {
    bool is_signed;   /* its last line is a signature line; if not, the rest but time is empty */
    size_t size;      /* bytes, from the beginning of the text, that are signed */
    char time[17];    /* 2026-11-24 05:40; "" when the text has no time line */
    char hint[QDR_HINT_SIZE]; /* "" when the line is not well-formed */
    unsigned char bytes[QDR_SIGNATURE_SIZE];
} qdr_signature;

/* Whether somebody who may vouches for the text: QDR_OK, and *by says who, as in "mara@example.org
 * (key SHA256:…)", escaped and the caller's to free(). QDR_EREFUSED when not, and the error says
 * which: not signed, the signature does not hold, an unknown key, a key for other namespaces, not
 * valid yet or any more at the text's time. */
int qdr_signers_judge(const qdr_signers *signers, const char *text, const qdr_signature *signature,
                      char **by, qdr_error *err);

#include "quadrat/hidden.h"
#endif
