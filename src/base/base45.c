#include "base/base45.h"

#include <stdint.h>
#include <string.h>

static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

void qdr_base45_encode(qdr_bytes *to, const void *data, size_t size)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < size; i += 2) {
        bool pair = i + 1 < size;
        unsigned n = pair ? byte[i] * 256u + byte[i + 1] : byte[i];
        const char text[3] = {characters[n % 45], characters[n / 45 % 45], characters[n / 2025]};
        qdr_bytes_append(to, text, pair ? 3 : 2);
    }
}

/* The number of up to three characters, the first the lowest; UINT32_MAX when there is none. */
static unsigned number_of(const char *text, size_t size)
{
    unsigned n = 0;
    for (size_t i = size; i > 0; i--) {
        const char *found = text[i - 1] ? strchr(characters, text[i - 1]) : NULL;
        if (!found)
            return UINT32_MAX;
        n = n * 45 + (unsigned)(found - characters);
    }
    return n;
}

bool qdr_base45_decode(qdr_bytes *to, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t length = size - i < 3 ? size - i : 3;
        unsigned n = number_of(text + i, length);
        if (length == 1 || n >= (length == 3 ? 65536u : 256u))
            return false;
        const unsigned char byte[2] = {(unsigned char)(n >> 8), (unsigned char)n};
        qdr_bytes_append(to, byte + (length == 2), length - 1);
    }
    return true;
}
