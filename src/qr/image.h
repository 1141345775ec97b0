/* Images as grey pixels: a row for each file format that is read. Local. */
#ifndef QDR_QR_IMAGE_H
#define QDR_QR_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"

/* pixels is NULL until a decoder took them; the caller frees them, after a failure too. */
typedef struct qdr_grey {
    unsigned char *pixels; /* width * height, row by row, 255 = white */
    unsigned width, height;
} qdr_grey;

typedef struct qdr_image_format {
    const char *name; /* "PNG" */
    bool (*begins)(const unsigned char *data, size_t size);
    /* Of data that begins so. A damaged image is QDR_EDATA. */
    int (*decode)(const void *data, size_t size, qdr_grey *grey, qdr_error *err);
} qdr_image_format;

extern const qdr_image_format qdr_png_images, qdr_jpeg_images, qdr_pnm_images;

/* Takes the pixels of an image; more than 64 Mpixel is QDR_EDATA, before memory is taken. */
int qdr_grey_take(qdr_grey *grey, const char *format, uint64_t width, uint64_t height,
                  qdr_error *err);

/* Decodes an image of any of the formats; QDR_EDATA when it is of none. */
int qdr_image_decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err);

#endif
