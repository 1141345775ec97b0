/* Shapes and boxes. */
#include "base/number.h"
#include "quadrat/array.h"

#include <stdio.h>

int qdr_shape_check(const qdr_shape *shape, size_t element_size, qdr_error *err)
{
    char text[QDR_SHAPE_TEXT];
    int64_t bytes = (int64_t)element_size;
    bool empty = false, large = false;
    for (int i = 0; i < shape->ndim; i++) {
        if (shape->extent[i] < 0)
            return qdr_fail(err, QDR_EUSAGE, "the shape %s has a negative extent",
                            qdr_shape_text(text, shape));
        empty |= shape->extent[i] == 0;
        /* an array without elements may have any extents that are sizes by themselves */
        large |= __builtin_mul_overflow(bytes, shape->extent[i] ? shape->extent[i] : 1, &bytes);
    }
    if (large && !empty)
        return qdr_fail(err, QDR_EUSAGE, "an array of shape %s would have 2^63 bytes or more",
                        qdr_shape_text(text, shape));
    return QDR_OK;
}

int64_t qdr_shape_count(const qdr_shape *shape)
{
    for (int i = 0; i < shape->ndim; i++)
        if (shape->extent[i] == 0)
            return 0;
    int64_t count = 1;
    for (int i = 0; i < shape->ndim; i++)
        count *= shape->extent[i];
    return count;
}

bool qdr_shape_equal(const qdr_shape *a, const qdr_shape *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->extent[i] != b->extent[i])
            return false;
    return true;
}

const char *qdr_shape_text(char text[QDR_SHAPE_TEXT], const qdr_shape *shape)
{
    char *s = text;
    *s++ = '(';
    for (int i = 0; i < shape->ndim; i++)
        s += sprintf(s, "%s%lld", i ? ", " : "", (long long)shape->extent[i]);
    sprintf(s, shape->ndim == 1 ? ",)" : ")");
    return text;
}

void qdr_shape_unravel(const qdr_shape *shape, int64_t position, int64_t coordinates[])
{
    for (int i = shape->ndim - 1; i >= 0; i--) {
        coordinates[i] = position % shape->extent[i];
        position /= shape->extent[i];
    }
}

int64_t qdr_box_count(const qdr_box *box)
{
    int64_t count = 1;
    for (int i = 0; i < box->ndim; i++)
        count *= box->extent[i];
    return count;
}

qdr_shape qdr_box_shape(const qdr_box *box)
{
    qdr_shape shape = {.ndim = box->ndim};
    for (int i = 0; i < box->ndim; i++)
        shape.extent[i] = box->extent[i];
    return shape;
}

qdr_box qdr_box_whole(const qdr_shape *shape)
{
    qdr_box box = {.ndim = shape->ndim};
    for (int i = 0; i < shape->ndim; i++)
        box.extent[i] = shape->extent[i];
    return box;
}
