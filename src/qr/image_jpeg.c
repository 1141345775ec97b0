/* JPEG images, by libjpeg. A phone's photo that was cut short is read as far as it goes: a code
 * that is found in it corrects and checks itself. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "qr/image.h"
#include "quadrat/qr.h"

static bool begins(const unsigned char *data, size_t size)
{
    return size >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
}

#ifdef QUADRAT_HAVE_JPEG
#include <jpeglib.h>
#include <setjmp.h>

/* libjpeg's errors do not return. */
struct failing {
    struct jpeg_error_mgr manager; /* first, so that libjpeg's pointer to it is one to this */
    jmp_buf back;
    char reason[JMSG_LENGTH_MAX];
};

static void leave(j_common_ptr jpeg)
{
    struct failing *f = (struct failing *)jpeg->err;
    f->manager.format_message(jpeg, f->reason);
    longjmp(f->back, 1);
}

static void keep_quiet(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* Nothing here that setjmp could leave in doubt: the state is all in what the pointers point to. */
static int read_rows(struct jpeg_decompress_struct *jpeg, struct failing *f, const void *data,
                     size_t size, qdr_grey *grey, qdr_error *err)
{
    char shown[256];
    if (setjmp(f->back))
        return qdr_fail(err, QDR_EDATA, "broken JPEG image: %s",
                        qdr_escape(shown, sizeof shown, f->reason));
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, data, (unsigned long)size);
    jpeg_read_header(jpeg, TRUE);
    int code = qdr_grey_take(grey, "JPEG", jpeg->image_width, jpeg->image_height, err);
    if (code)
        return code;
    jpeg->out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = grey->pixels + (size_t)jpeg->output_scanline * grey->width;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    return QDR_OK;
}

static int decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err)
{
    struct jpeg_decompress_struct jpeg = {0};
    struct failing f;
    jpeg.err = jpeg_std_error(&f.manager);
    f.manager.error_exit = leave;
    f.manager.output_message = keep_quiet;
    int code = read_rows(&jpeg, &f, data, size, grey, err);
    jpeg_destroy_decompress(&jpeg);
    return code;
}

bool qdr_image_can_read_jpeg(void)
{
    return qdr_image_can_read();
}

#else

bool qdr_image_can_read_jpeg(void)
{
    return false;
}

static int decode(const void *data, size_t size, qdr_grey *grey, qdr_error *err)
{
    (void)data, (void)size, (void)grey;
    return qdr_fail(err, QDR_EREFUSED,
                    "this build reads no JPEG images: it has no libjpeg. Make a PNG of it, or "
                    "install libjpeg (libjpeg62-turbo-dev on Debian) and build again.");
}

#endif

const qdr_image_format qdr_jpeg_images = {"JPEG", begins, decode};
