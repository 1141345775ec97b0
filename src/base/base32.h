/* Bytes as Crockford's base32 (0-9A-HJKMNP-TV-Z), most significant bits first; bits that are
 * missing in the last digit are 0. Every digit is one of a QR code's alphanumeric mode. Local. */
#ifndef QDR_BASE_BASE32_H
#define QDR_BASE_BASE32_H

#include <stdbool.h>
#include <stddef.h>

#define QDR_BASE32_DIGITS(size) ((8 * (size) + 4) / 5) /* of so many bytes */

/* Writes the digits of size bytes, and a NUL. */
void qdr_base32_write(const void *data, size_t size, char *text);

/* Reads size bytes from the length digits of text. False when it is not exactly what writing them
 * gives: another length, another letter, a bit too many. */
bool qdr_base32_read(const char *text, size_t length, void *data, size_t size);

#endif
