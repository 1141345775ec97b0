#include "record/wire.h"

#include <string.h>

/* The next size bytes. */
static qdr_wire take(qdr_wire *wire, size_t size)
{
    qdr_wire part = {wire->data, size, false};
    if (wire->failed || size > wire->size) {
        wire->failed = true;
        part.size = 0;
    }
    wire->data += part.size;
    wire->size -= part.size;
    return part;
}

uint32_t qdr_wire_number(qdr_wire *wire)
{
    qdr_wire part = take(wire, 4);
    const unsigned char *d = part.data;
    return part.size ? (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3] : 0;
}

qdr_wire qdr_wire_string(qdr_wire *wire)
{
    return take(wire, qdr_wire_number(wire));
}

bool qdr_wire_is(const qdr_wire *wire, const char *text)
{
    return wire->size == strlen(text) && memcmp(wire->data, text, wire->size) == 0;
}

void qdr_wire_put(unsigned char to[4], uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(number >> (24 - 8 * i));
}
