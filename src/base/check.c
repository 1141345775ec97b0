#include "base/check.h"

#include <sodium.h>

#include "base/base32.h"

_Static_assert(QDR_CHECK_TEXT == QDR_BASE32_DIGITS(10) + 1, "80 bits");

void qdr_check_text(const void *data, size_t size, char text[QDR_CHECK_TEXT])
{
    unsigned char hash[32];
    /* Hashing needs neither sodium_init's random source nor its choice of a faster BLAKE2b, and
     * cannot fail for this length. */
    crypto_generichash(hash, sizeof hash, data, size, NULL, 0);
    qdr_base32_write(hash, 10, text);
}
