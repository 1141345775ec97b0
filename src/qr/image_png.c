/* PNG images, of any bit depth, colour type and interlacing, by libpng. */
#include <png.h>
#include <string.h>

#include "base/bytes.h"
#include "qr/image.h"

static bool begins(const unsigned char *data, size_t size)
{
    return size >= 8 && png_sig_cmp(data, 0, 8) == 0;
}

static int fail(const png_image *image, qdr_error *err)
{
    char reason[256];
    return qdr_fail(err, QDR_EDATA, "broken PNG image: %s",
                    qdr_escape(reason, sizeof reason, image->message));
}

static int decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err)
{
    static const png_color white = {255, 255, 255};
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, data, size))
        return fail(&image, err);
    int code = qdr_grey_take(grey, "PNG", image.width, image.height, err);
    image.format = PNG_FORMAT_GRAY;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    if (!code &&
        !png_image_finish_read(&image, &white, grey->pixels, (png_int_32)image.width, NULL))
        code = fail(&image, err);
    png_image_free(&image);
    return code;
}

const qdr_image_format qdr_png_images = {"PNG", begins, decode};
