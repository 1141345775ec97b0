/* The signature line: sign.h has its form. Local. */
#ifndef QDR_RECORD_SIGNED_H
#define QDR_RECORD_SIGNED_H

#include "base/base32.h"
#include "base/bytes.h"
#include "quadrat/sign.h"

#define QDR_SIGNED_WORD "SIGNED "
#define QDR_SIGNED_DIGITS QDR_BASE32_DIGITS(QDR_SIGNATURE_SIZE)
/* Its bytes: the word, the hint, a space, the digits. */
#define QDR_SIGNED_LINE (sizeof QDR_SIGNED_WORD - 1 + QDR_HINT_SIZE + QDR_SIGNED_DIGITS)

/* Appends the line, without a newline. */
void qdr_signed_line(qdr_bytes *b, const char *hint,
                     const unsigned char signature[QDR_SIGNATURE_SIZE]);

/* Reads the signature line of size bytes of text, which do not end in a newline, if they have one.
 * Sets all but the time. */
void qdr_signed_read(const char *text, size_t size, qdr_signature *signature);

#endif
