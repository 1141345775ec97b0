/* Bytes as text of the 45 characters that QR codes pack best (RFC 9285): two bytes are three
 * characters, a last single one two. Local. */
#ifndef QDR_BASE_BASE45_H
#define QDR_BASE_BASE45_H

#include <stdbool.h>

#include "base/bytes.h"

void qdr_base45_encode(qdr_bytes *to, const void *data, size_t size);

/* Appends the bytes of a text; false, with some of them appended, when it is the text of none. */
bool qdr_base45_decode(qdr_bytes *to, const char *text, size_t size);

#endif
