#include "record/key.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/base32.h"
#include "base/bytes.h"

#define HINT_BYTES 5

static const char blob_head[] = "\0\0\0\13ssh-ed25519\0\0\0\40"; /* 32 bytes follow */

_Static_assert(sizeof blob_head - 1 + QDR_KEY_SIZE == QDR_KEY_BLOB, "the parts of a blob");
_Static_assert(QDR_BASE32_DIGITS(HINT_BYTES) + 1 == QDR_HINT_SIZE, "the digits of a hint");

void qdr_key_blob(const qdr_public_key *key, unsigned char blob[QDR_KEY_BLOB])
{
    memcpy(blob, blob_head, sizeof blob_head - 1);
    memcpy(blob + sizeof blob_head - 1, key->bytes, sizeof key->bytes);
}

bool qdr_key_of_blob(const void *blob, size_t size, qdr_public_key *key)
{
    if (size != QDR_KEY_BLOB || memcmp(blob, blob_head, sizeof blob_head - 1))
        return false;
    memcpy(key->bytes, (const char *)blob + sizeof blob_head - 1, sizeof key->bytes);
    return true;
}

int qdr_key_of_line(const char *line, qdr_public_key *key, qdr_error *err)
{
    static const char type[] = "ssh-ed25519";
    unsigned char blob[QDR_KEY_BLOB];
    char word[32], shown[128];
    size_t length = strcspn(line, " \t"), size;
    if (length != sizeof type - 1 || memcmp(line, type, length)) {
        snprintf(word, sizeof word, "%.*s", (int)length, line);
        return qdr_fail(err, QDR_EDATA, "a key of type '%s', not ssh-ed25519",
                        qdr_escape(shown, sizeof shown, word));
    }
    const char *base64 = line + length + strspn(line + length, " \t");
    if (sodium_base642bin(blob, sizeof blob, base64, strcspn(base64, " \t\r\n"), NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) ||
        !qdr_key_of_blob(blob, size, key))
        return qdr_fail(err, QDR_EDATA, "a damaged ssh-ed25519 key");
    return QDR_OK;
}

static void hash(const qdr_public_key *key, unsigned char digest[crypto_hash_sha256_BYTES])
{
    unsigned char blob[QDR_KEY_BLOB];
    qdr_key_blob(key, blob);
    crypto_hash_sha256(digest, blob, sizeof blob);
}

void qdr_key_fingerprint(const qdr_public_key *key, char text[QDR_FINGERPRINT_SIZE])
{
    static const char head[] = "SHA256:";
    unsigned char digest[crypto_hash_sha256_BYTES];
    hash(key, digest);
    memcpy(text, head, sizeof head);
    sodium_bin2base64(text + sizeof head - 1, QDR_FINGERPRINT_SIZE - sizeof head + 1, digest,
                      sizeof digest, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

void qdr_key_hint(const qdr_public_key *key, char text[QDR_HINT_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    hash(key, digest);
    qdr_base32_write(digest, HINT_BYTES, text);
}
