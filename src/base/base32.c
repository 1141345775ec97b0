#include "base/base32.h"

#include <string.h>

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void qdr_base32_write(const void *data, size_t size, char *text)
{
    const unsigned char *next = data, *end = next + size;
    unsigned bits = 0;
    int held = 0; /* bits of `bits` not yet written */
    for (size_t i = 0; i < QDR_BASE32_DIGITS(size); i++) {
        if (held < 5) {
            bits = (bits & 0x1f) << 8 | (next < end ? *next++ : 0u);
            held += 8;
        }
        held -= 5;
        *text++ = digits[bits >> held & 0x1f];
    }
    *text = '\0';
}

bool qdr_base32_read(const char *text, size_t length, void *data, size_t size)
{
    unsigned char *next = data, *end = next + size;
    unsigned bits = 0;
    int held = 0; /* bits of `bits` not yet stored */
    if (length != QDR_BASE32_DIGITS(size))
        return false;
    for (size_t i = 0; i < length; i++) {
        const char *digit = memchr(digits, text[i], sizeof digits - 1);
        if (!digit)
            return false;
        bits = (bits & 0x7f) << 5 | (unsigned)(digit - digits);
        held += 5;
        if (held >= 8 && next < end) {
            held -= 8;
            *next++ = (unsigned char)(bits >> held);
        }
    }
    return !(bits & ((1u << held) - 1));
}
