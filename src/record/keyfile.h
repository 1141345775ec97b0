/* Key files: OpenSSH's private keys (PROTOCOL.key, "openssh-key-v1") and its public ones, a line.
 * Local. */
#ifndef QDR_RECORD_KEYFILE_H
#define QDR_RECORD_KEYFILE_H

#include "record/key.h"

#define QDR_SECRET_SIZE 64 /* the seed and the public key, as libsodium takes them */

typedef enum qdr_keyfile_kind {
    QDR_KEYFILE_PUBLIC,
    QDR_KEYFILE_ENCRYPTED, /* a private key with a passphrase: only its public half is known */
    QDR_KEYFILE_PRIVATE
} qdr_keyfile_kind;

typedef struct qdr_keyfile {
    qdr_keyfile_kind kind;
    qdr_public_key key;
    unsigned char secret[QDR_SECRET_SIZE]; /* of a private one; to be wiped by qdr_keyfile_wipe */
} qdr_keyfile;

/* Reads a file. What else holds its content on the way is wiped. QDR_EDATA when it is no Ed25519
 * key, or damaged. */
int qdr_keyfile_load(const char *path, qdr_keyfile *file, qdr_error *err);

/* The same of what the file holds; the text has a NUL behind its size bytes. On failure *file is
 * wiped. */
int qdr_keyfile_parse(const char *path, const char *text, size_t size, qdr_keyfile *file,
                      qdr_error *err);

void qdr_keyfile_wipe(qdr_keyfile *file);

#endif
