/* Key files, whatever they hold: a key or an error that can be shown. A private key that is taken
 * signs what its public half verifies. */
#include <sodium.h>
#include <string.h>

#include "fuzz.h"
#include "record/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_keyfile file;
    unsigned char signature[crypto_sign_BYTES];
    char *text = calloc(1, size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    if (qdr_keyfile_parse("key", text, size, &file, &err)) {
        demand(err.code == QDR_EDATA, "unusual error", err.text);
        demand_shown(&err);
    } else if (file.kind == QDR_KEYFILE_PRIVATE) {
        crypto_sign_detached(signature, NULL, data, size, file.secret);
        demand(!crypto_sign_verify_detached(signature, data, size, file.key.bytes), "key", text);
    }
    free(text);
    return 0;
}
