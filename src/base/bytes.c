#include "base/bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(qdr_bytes *b, size_t more)
{
    if (b->failed || more > SIZE_MAX / 2 - b->size - 1) {
        b->failed = true;
        return false;
    }
    size_t need = b->size + more + 1;
    if (need > b->capacity) {
        size_t capacity = need < 2 * b->capacity ? 2 * b->capacity : need;
        char *data = realloc(b->data, capacity);
        if (!data) {
            b->failed = true;
            return false;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return true;
}

void qdr_bytes_append(qdr_bytes *b, const void *data, size_t size)
{
    if (!reserve(b, size))
        return;
    if (size)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void qdr_bytes_text(qdr_bytes *b, const char *text)
{
    qdr_bytes_append(b, text, strlen(text));
}

void qdr_bytes_format(qdr_bytes *b, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    if (size < 0)
        b->failed = true;
    else if (reserve(b, (size_t)size)) {
        vsnprintf(b->data + b->size, (size_t)size + 1, format, again);
        b->size += (size_t)size;
    }
    va_end(again);
    va_end(arguments);
}

/* Characters that are no text of their own, or reorder or hide the text around them. */
static bool deceptive(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},         /* controls: C0, DEL, C1 */
        {0xad, 0xad},     {0x61c, 0x61c},       /* soft hyphen, Arabic letter mark */
        {0x180e, 0x180e}, {0x200b, 0x200f},     /* zero width, direction marks */
        {0x2028, 0x202e}, {0x2060, 0x206f},     /* line ends, direction embeddings and isolates */
        {0xd800, 0xdfff}, {0xfeff, 0xfeff},     /* surrogates, byte order mark */
        {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},   /* interlinear annotation, tags */
        {0xfffe, 0xffff},                       /* no characters; XML has no place for them */
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* The length in bytes of the printable UTF-8 character at text, 0 when there is none. */
static size_t printable(const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return !deceptive(s[0]);
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t i = 0; i < 3; i++) {
        if ((s[0] & forms[i].mask) != forms[i].lead)
            continue;
        size_t length = i + 2;
        if (size < length)
            return 0;
        uint32_t c = s[0] & (unsigned char)~forms[i].mask;
        for (size_t k = 1; k < length; k++) {
            if ((s[k] & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (s[k] & 0x3f);
        }
        /* below `least` is an overlong form */
        return c >= forms[i].least && c <= 0x10ffff && !deceptive(c) ? length : 0;
    }
    return 0;
}

void qdr_bytes_escape(qdr_bytes *b, const char *text, size_t size, const char *also)
{
    for (size_t i = 0; i < size;) {
        size_t length = printable(text + i, size - i);
        if (text[i] == '\\') {
            qdr_bytes_text(b, "\\\\");
            i++;
        } else if (!length || (length == 1 && strchr(also, text[i]))) {
            qdr_bytes_format(b, "\\x%02x", (unsigned char)text[i]);
            i++;
        } else {
            qdr_bytes_append(b, text + i, length);
            i += length;
        }
    }
}

int qdr_bytes_check(const qdr_bytes *b, qdr_error *err)
{
    return b->failed ? qdr_fail_memory(err, "building a text") : QDR_OK;
}

void qdr_bytes_clear(qdr_bytes *b)
{
    free(b->data);
    *b = (qdr_bytes){0};
}

const char *qdr_escape(char *buffer, size_t size, const char *text)
{
    qdr_bytes b = {0};
    qdr_bytes_escape(&b, text, strlen(text), "");
    size_t shown = b.size < size ? b.size : size - 1;
    while (shown < b.size && shown && (b.data[shown] & 0xc0) == 0x80)
        shown--; /* never cut inside a character */
    snprintf(buffer, size, "%.*s", (int)shown, b.data ? b.data : "");
    qdr_bytes_clear(&b);
    return buffer;
}
