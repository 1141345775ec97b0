/* A short digest a person can compare by eye: the first 80 bits of BLAKE2b-256 (RFC 7693, no key)
 * as 16 characters of Crockford's base32 (0-9A-HJKMNP-TV-Z), most significant bits first.
 *
 *     Python: hashlib.blake2b(data, digest_size=32).digest()[:10]
 *
 * The check value of a statement and the digest of an input are both made by it. It guards against
 * accident; 80 bits are too few against somebody who may choose both of two texts. Local.
 */
#ifndef QDR_BASE_CHECK_H
#define QDR_BASE_CHECK_H

#include <stddef.h>

#define QDR_CHECK_TEXT 17 /* bytes of a digest with its NUL */

/* The digest of the first size bytes of data, NUL-ended, into text. */
void qdr_check_text(const void *data, size_t size, char text[QDR_CHECK_TEXT]);

#endif
