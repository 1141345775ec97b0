#include "record/signed.h"

#include <string.h>

#include "record/sshsig.h"

void qdr_signed_line(qdr_bytes *b, const char *hint,
                     const unsigned char signature[QDR_SIGNATURE_SIZE])
{
    char digits[QDR_SIGNED_DIGITS + 1];
    qdr_base32_write(signature, QDR_SIGNATURE_SIZE, digits);
    qdr_bytes_format(b, QDR_SIGNED_WORD "%s %s", hint, digits);
}

int qdr_signed_text(const char *text, const char *sshsig, char **whole, qdr_error *err)
{
    unsigned char signature[QDR_SIGNATURE_SIZE];
    qdr_public_key key;
    char hint[QDR_HINT_SIZE];
    qdr_bytes b = {0};
    if (!qdr_sshsig_of_armor(sshsig, &key, signature))
        return qdr_fail(err, QDR_EDATA, "not an SSHSIG by an Ed25519 key in the namespace quadrat");
    qdr_key_hint(&key, hint);
    qdr_bytes_text(&b, text);
    qdr_signed_line(&b, hint, signature);
    int code = qdr_bytes_check(&b, err);
    if (code)
        qdr_bytes_clear(&b);
    else
        *whole = b.data;
    return code;
}

static bool is_hint(const char *text)
{
    unsigned char bits[5];
    return qdr_base32_read(text, QDR_HINT_SIZE - 1, bits, sizeof bits);
}

void qdr_signed_read(const char *text, size_t size, qdr_signature *signature)
{
    const size_t word = sizeof QDR_SIGNED_WORD - 1;
    const char *newline = size ? memrchr(text, '\n', size) : NULL;
    size_t before = newline ? (size_t)(newline + 1 - text) : 0, length = size - before;
    if (length < word || memcmp(text + before, QDR_SIGNED_WORD, word))
        return;
    signature->is_signed = true;
    signature->size = before;
    if (length != QDR_SIGNED_LINE)
        return;
    const char *hint = text + before + word, *digits = hint + QDR_HINT_SIZE;
    if (!is_hint(hint) || digits[-1] != ' ' ||
        !qdr_base32_read(digits, QDR_SIGNED_DIGITS, signature->bytes, sizeof signature->bytes))
        return;
    memcpy(signature->hint, hint, QDR_HINT_SIZE - 1);
}
