#include "record/sshsig.h"

#include <sodium.h>
#include <string.h>

#define MAGIC "SSHSIG"
#define SCOPE "\0\0\0\7quadrat" "\0\0\0\0" "\0\0\0\6sha512" /* namespace, reserved, hash */
#define ARMOR_COLUMNS 70                                    /* as ssh-keygen does */

static const char data_head[] = MAGIC SCOPE "\0\0\0\100"; /* a hash of 64 bytes follows */
static const char signature_head[] = "\0\0\0\13ssh-ed25519\0\0\0\100"; /* and here a signature */

_Static_assert(sizeof data_head - 1 + crypto_hash_sha512_BYTES == QDR_SSHSIG_SIGNED, "the parts");
_Static_assert(sizeof signature_head - 1 + QDR_SIGNATURE_SIZE == QDR_SIGNATURE_BLOB, "the parts");
_Static_assert(QDR_SIGNATURE_SIZE == crypto_sign_BYTES, "libsodium's Ed25519");
_Static_assert(QDR_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "libsodium's Ed25519");

void qdr_sshsig_data(const void *text, size_t size, unsigned char data[QDR_SSHSIG_SIGNED])
{
    memcpy(data, data_head, sizeof data_head - 1);
    crypto_hash_sha512(data + sizeof data_head - 1, text, size);
}

bool qdr_sshsig_holds(const qdr_public_key *key, const void *text, size_t size,
                      const unsigned char signature[QDR_SIGNATURE_SIZE])
{
    unsigned char data[QDR_SSHSIG_SIGNED];
    qdr_sshsig_data(text, size, data);
    return crypto_sign_verify_detached(signature, data, sizeof data, key->bytes) == 0;
}

/* The whole SSHSIG. Its parts have fixed lengths, so it is a struct of bytes. */
struct sshsig {
    char head[sizeof MAGIC - 1 + 4 + 4];
    unsigned char key[QDR_KEY_BLOB];
    char scope[sizeof SCOPE - 1 + 4];
    char signature_head[sizeof signature_head - 1];
    unsigned char signature[QDR_SIGNATURE_SIZE];
};

static const char begins[] = "-----BEGIN SSH SIGNATURE-----\n";
static const char ends[] = "-----END SSH SIGNATURE-----\n";

static void fill(struct sshsig *s, const qdr_public_key *key,
                 const unsigned char signature[QDR_SIGNATURE_SIZE])
{
    memcpy(s->head, MAGIC "\0\0\0\1" "\0\0\0\63", sizeof s->head); /* version 1; 51 bytes */
    qdr_key_blob(key, s->key);
    memcpy(s->scope, SCOPE "\0\0\0\123", sizeof s->scope); /* 83 bytes */
    memcpy(s->signature_head, signature_head, sizeof s->signature_head);
    memcpy(s->signature, signature, sizeof s->signature);
}

void qdr_sshsig_armor(qdr_bytes *b, const qdr_public_key *key,
                      const unsigned char signature[QDR_SIGNATURE_SIZE])
{
    struct sshsig sshsig;
    char text[sodium_base64_ENCODED_LEN(sizeof sshsig, sodium_base64_VARIANT_ORIGINAL)];
    fill(&sshsig, key, signature);
    sodium_bin2base64(text, sizeof text, (const unsigned char *)&sshsig, sizeof sshsig,
                      sodium_base64_VARIANT_ORIGINAL);
    qdr_bytes_text(b, begins);
    for (const char *line = text; *line; line += strnlen(line, ARMOR_COLUMNS))
        qdr_bytes_format(b, "%.*s\n", ARMOR_COLUMNS, line);
    qdr_bytes_text(b, ends);
}

bool qdr_sshsig_of_armor(const char *armor, qdr_public_key *key,
                         unsigned char signature[QDR_SIGNATURE_SIZE])
{
    struct sshsig read, made;
    const char *end;
    size_t size;
    if (strncmp(armor, begins, sizeof begins - 1) != 0)
        return false;
    armor += sizeof begins - 1;
    if (sodium_base642bin((unsigned char *)&read, sizeof read, armor, strlen(armor), "\n", &size,
                          &end, sodium_base64_VARIANT_ORIGINAL) ||
        size != sizeof read || strcmp(end, ends) != 0 ||
        !qdr_key_of_blob(read.key, sizeof read.key, key))
        return false;
    memcpy(signature, read.signature, sizeof read.signature);
    fill(&made, key, signature);
    return memcmp(&made, &read, sizeof read) == 0; /* all that is around them is as it must be */
}

bool qdr_sshsig_of_blob(const void *blob, size_t size, unsigned char signature[QDR_SIGNATURE_SIZE])
{
    if (size != QDR_SIGNATURE_BLOB || memcmp(blob, signature_head, sizeof signature_head - 1))
        return false;
    memcpy(signature, (const char *)blob + sizeof signature_head - 1, QDR_SIGNATURE_SIZE);
    return true;
}
