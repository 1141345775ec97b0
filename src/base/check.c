#include "base/check.h"

#include <sodium.h>

void qdr_check_text(const void *data, size_t size, char text[QDR_CHECK_TEXT])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char hash[32];
    /* Hashing needs neither sodium_init's random source nor its choice of a faster BLAKE2b, and
     * cannot fail for this length. */
    crypto_generichash(hash, sizeof hash, data, size, NULL, 0);
    const unsigned char *next = hash;
    unsigned bits = 0;
    int held = 0; /* bits of `bits` not yet written */
    for (char *end = text + QDR_CHECK_TEXT - 1; text < end; text++) {
        if (held < 5) {
            bits = (bits & 0x1f) << 8 | *next++;
            held += 8;
        }
        held -= 5;
        *text = digits[bits >> held & 0x1f];
    }
    *text = '\0';
}
