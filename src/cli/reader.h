/* Texts out of what a user names: the codes of an image, or a text. */
#ifndef QDR_CLI_READER_H
#define QDR_CLI_READER_H

#include "quadrat/qr.h"

/* Reads the file, or standard input for "-", of at most `most` bytes. An image is read by a process of
 * its own, and *image says that it was one; its codes are one or more. Anything else is one text, as
 * it is. Clear texts with qdr_image_codes_clear. Errors name the file. */
int qdr_reader_load(const char *path, size_t most, qdr_image_codes *texts, bool *image,
                    qdr_error *err);

#define QDR_READER_MOST ((size_t)64 << 20) /* bytes that images and texts for people stay below */

/* Puts the file's name before an error's text. */
int qdr_reader_name(const char *path, qdr_error *err);

#endif
