/* Ed25519 public keys as SSH writes them: a blob (RFC 8709, section 4), the blob in base64 on a
 * line, a fingerprint of the blob. Local. */
#ifndef QDR_RECORD_KEY_H
#define QDR_RECORD_KEY_H

#include "quadrat/sign.h"

#define QDR_KEY_SIZE 32
#define QDR_KEY_BLOB 51

typedef struct qdr_public_key {
    unsigned char bytes[QDR_KEY_SIZE];
} qdr_public_key;

void qdr_key_blob(const qdr_public_key *key, unsigned char blob[QDR_KEY_BLOB]);

/* False when it is no blob of an Ed25519 key. */
bool qdr_key_of_blob(const void *blob, size_t size, qdr_public_key *key);

/* "ssh-ed25519 BASE64", and behind it nothing or a blank and anything. QDR_EDATA when it is not,
 * and the text says why, without a file's name. */
int qdr_key_of_line(const char *line, qdr_public_key *key, qdr_error *err);

void qdr_key_fingerprint(const qdr_public_key *key, char text[QDR_FINGERPRINT_SIZE]);
void qdr_key_hint(const qdr_public_key *key, char text[QDR_HINT_SIZE]);

#endif
