/* The table of image formats. */
#include "qr/image.h"

#include <inttypes.h>
#include <stdlib.h>

#include "quadrat/qr.h"

#define PIXELS_MOST (64u << 20)

static const qdr_image_format *const formats[] = {&qdr_png_images, &qdr_jpeg_images,
                                                  &qdr_pnm_images, NULL};

static const qdr_image_format *format_of(const void *data, size_t size)
{
    size_t i = 0;
    while (formats[i] && !formats[i]->begins(data, size))
        i++;
    return formats[i];
}

bool qdr_image_begins(const void *data, size_t size)
{
    return format_of(data, size) != NULL;
}

int qdr_grey_take(qdr_grey *grey, const char *format, uint64_t width, uint64_t height,
                  qdr_error *err)
{
    if (!width || !height || width > PIXELS_MOST || height > PIXELS_MOST / width)
        return qdr_fail(err, QDR_EDATA,
                        "%s image of %" PRIu64 " by %" PRIu64 " pixels; at most %u are read",
                        format, width, height, PIXELS_MOST);
    grey->pixels = malloc((size_t)(width * height));
    if (!grey->pixels)
        return qdr_fail_memory(err, "reading an image");
    grey->width = (unsigned)width;
    grey->height = (unsigned)height;
    return QDR_OK;
}

int qdr_image_decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err)
{
    const qdr_image_format *format = format_of(data, size);
    if (!format)
        return qdr_fail(err, QDR_EDATA, "not a PNG, JPEG or PNM image");
    return format->decode(data, size, grey, err);
}
