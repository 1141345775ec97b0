#include "record/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "record/wire.h"

#define MOST 65536 /* bytes of a key file */
#define BLOCK 8    /* bytes that a private section without a cipher is a multiple of */

static const char begins[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char ends[] = "-----END OPENSSH PRIVATE KEY-----";

_Static_assert(QDR_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "libsodium's Ed25519");

static int damaged(qdr_error *err)
{
    return qdr_fail(err, QDR_EDATA, "a damaged OpenSSH private key");
}

/* The private section: twice the same number, the key, a comment, padding of 1, 2, 3, ... */
static int read_private(qdr_wire wire, qdr_keyfile *file, qdr_error *err)
{
    unsigned char derived[QDR_KEY_SIZE];
    bool whole = wire.size % BLOCK == 0;
    uint32_t first = qdr_wire_number(&wire), second = qdr_wire_number(&wire);
    qdr_wire type = qdr_wire_string(&wire);
    qdr_wire key = qdr_wire_string(&wire);
    qdr_wire secret = qdr_wire_string(&wire);
    qdr_wire_string(&wire); /* the comment */
    whole &= first == second && !wire.failed && wire.size < BLOCK &&
             qdr_wire_is(&type, "ssh-ed25519") && key.size == QDR_KEY_SIZE &&
             secret.size == QDR_SECRET_SIZE;
    for (size_t i = 0; whole && i < wire.size; i++)
        whole = wire.data[i] == i + 1;
    if (!whole)
        return damaged(err);
    /* a secret that belongs to another public key would be given away by what it signs */
    crypto_sign_seed_keypair(derived, file->secret, secret.data);
    if (memcmp(derived, file->key.bytes, QDR_KEY_SIZE) || memcmp(derived, key.data, QDR_KEY_SIZE) ||
        sodium_memcmp(secret.data, file->secret, QDR_SECRET_SIZE))
        return damaged(err);
    file->kind = QDR_KEYFILE_PRIVATE;
    return QDR_OK;
}

/* What stood between the lines that begin and end the file, decoded. */
static int read_binary(const unsigned char *data, size_t size, qdr_keyfile *file, qdr_error *err)
{
    static const char magic[] = "openssh-key-v1";
    if (size < sizeof magic || memcmp(data, magic, sizeof magic))
        return damaged(err);
    qdr_wire wire = {data + sizeof magic, size - sizeof magic, false};
    qdr_wire cipher = qdr_wire_string(&wire);
    qdr_wire_string(&wire); /* how a passphrase becomes a key */
    qdr_wire_string(&wire); /* its parameters */
    uint32_t count = qdr_wire_number(&wire);
    qdr_wire key = qdr_wire_string(&wire);
    qdr_wire section = qdr_wire_string(&wire);
    bool encrypted = !qdr_wire_is(&cipher, "none");
    if (wire.failed || count != 1 || (wire.size && !encrypted)) /* a cipher may add its tag */
        return damaged(err);
    if (!qdr_key_of_blob(key.data, key.size, &file->key))
        return qdr_fail(err, QDR_EDATA, "a private key, but not of type ssh-ed25519");
    file->kind = QDR_KEYFILE_ENCRYPTED;
    return encrypted ? QDR_OK : read_private(section, file, err);
}

static int read_armored(const char *text, size_t size, qdr_keyfile *file, qdr_error *err)
{
    const char *base64 = text + sizeof begins - 1, *end;
    size_t left = size - (sizeof begins - 1), got;
    unsigned char *binary = malloc(size);
    if (!binary)
        return qdr_fail_memory(err, "reading a key");
    int code = sodium_base642bin(binary, size, base64, left, " \t\r\n", &got, &end,
                                 sodium_base64_VARIANT_ORIGINAL);
    if (code || (size_t)(text + size - end) < sizeof ends - 1 || memcmp(end, ends, sizeof ends - 1))
        code = damaged(err);
    else
        code = read_binary(binary, got, file, err);
    sodium_memzero(binary, size);
    free(binary);
    return code;
}

static int read_public(const char *text, qdr_keyfile *file, qdr_error *err)
{
    file->kind = QDR_KEYFILE_PUBLIC;
    return qdr_key_of_line(text + strspn(text, " \t\r\n"), &file->key, err);
}

/* Puts the file's name before a failure's text. */
static int name_file(const char *path, int code, qdr_error *err)
{
    char shown[512], detail[QDR_ERROR_TEXT];
    snprintf(detail, sizeof detail, "%s", err ? err->text : "");
    return qdr_fail(err, code, "%s: %s", qdr_escape(shown, sizeof shown, path), detail);
}

int qdr_keyfile_parse(const char *path, const char *text, size_t size, qdr_keyfile *file,
                      qdr_error *err)
{
    int code;
    *file = (qdr_keyfile){0};
    if (size >= sizeof begins - 1 && memcmp(text, begins, sizeof begins - 1) == 0)
        code = read_armored(text, size, file, err);
    else if (strncmp(text, "-----BEGIN ", 11) == 0)
        code = qdr_fail(err, QDR_EDATA, "not a private key as OpenSSH writes it; "
                                        "'ssh-keygen -t ed25519' makes one");
    else
        code = read_public(text, file, err);
    if (!code)
        return QDR_OK;
    qdr_keyfile_wipe(file);
    return name_file(path, code, err);
}

int qdr_keyfile_load(const char *path, qdr_keyfile *file, qdr_error *err)
{
    char text[MOST + 1], shown[512];
    uint64_t size;
    int fd, code = qdr_file_open(path, &fd, &size, err);
    if (code)
        return code;
    if (size > MOST)
        code = qdr_fail(err, QDR_EDATA, "%s: too large for a key",
                        qdr_escape(shown, sizeof shown, path));
    if (!code)
        code = qdr_file_read(fd, path, text, size, 0, err);
    close(fd);
    if (!code) {
        text[size] = '\0';
        code = qdr_keyfile_parse(path, text, size, file, err);
    }
    sodium_memzero(text, sizeof text);
    return code;
}

void qdr_keyfile_wipe(qdr_keyfile *file)
{
    sodium_memzero(file, sizeof *file);
}
