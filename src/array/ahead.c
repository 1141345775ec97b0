/* Reading ahead: a system call for each tile would take longer than to copy it. */
#include "array/source.h"

#define MOST (512 << 10) /* bytes, which fit in the cache */

size_t qdr_source_ahead(const qdr_source *source)
{
    return source->path && source->file.ahead ? MOST : 0;
}

/* As much as is wanted at first, then twice as much each time: so what is read in vain, when it does
 * not go on, is less than what was of use. */
static int64_t choose_count(const qdr_source *source, int64_t position, int64_t count,
                            const qdr_ahead *ahead)
{
    int64_t most = MOST / (int64_t)qdr_dtype_size(source->dtype);
    int64_t left = qdr_shape_count(&source->shape) - position, chosen = count;
    if (position == ahead->first + ahead->count)
        chosen = 2 * ahead->count < most ? 2 * ahead->count : most;
    chosen = chosen < left ? chosen : left;
    return chosen < count ? count : chosen;
}

int qdr_source_read_ahead(const qdr_source *source, int64_t position, int64_t count,
                          qdr_ahead *ahead, const void **elements, qdr_error *err)
{
    int code = QDR_OK;
    if (position < ahead->first || position + count > ahead->first + ahead->count) {
        int64_t chosen = choose_count(source, position, count, ahead);
        code = source->fill(source, position, chosen, ahead->room, err);
        ahead->first = position;
        ahead->count = code ? 0 : chosen;
    }
    *elements = (const char *)ahead->room +
                (size_t)(position - ahead->first) * qdr_dtype_size(source->dtype);
    return code;
}
