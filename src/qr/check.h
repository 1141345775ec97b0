/* What qdr_symbol_make_checked does, with any reader: its seam for tests. Local. */
#ifndef QDR_QR_CHECK_H
#define QDR_QR_CHECK_H

#include "quadrat/qr.h"

/* As qdr_image_read. */
typedef int qdr_image_reader(const void *data, size_t size, qdr_image_codes *codes, qdr_error *err);

/* As qdr_symbol_make_checked; without a reader nothing is read back. */
int qdr_symbol_make_read(const char *text, size_t size, const qdr_symbol_options *options,
                         const qdr_png_options *png_options, qdr_image_reader *read,
                         qdr_symbol **symbol, qdr_png *png, qdr_error *err);

#endif
