/* Reading SSH's strings: a length in 32 bits, most significant byte first, and so many bytes
 * (RFC 4251, section 5). A length that promises more than there is marks the reader as failed,
 * which is asked once, at the end; what is taken from then on is empty. Local. */
#ifndef QDR_RECORD_WIRE_H
#define QDR_RECORD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct qdr_wire {
    const unsigned char *data; /* borrowed */
    size_t size;               /* bytes not read yet */
    bool failed;
} qdr_wire;

uint32_t qdr_wire_number(qdr_wire *wire); /* 0 after a failure */
qdr_wire qdr_wire_string(qdr_wire *wire);

bool qdr_wire_is(const qdr_wire *wire, const char *text);

/* Writes a number. */
void qdr_wire_put(unsigned char to[4], uint32_t number);

#endif
