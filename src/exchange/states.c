#include "exchange/states.h"

#include <ctype.h>
#include <string.h>

#include "base/base45.h"

#define BEGIN "QUADRAT-STATE-"
#define END '/'

int qdr_state_text(const qdr_state *state, qdr_bytes *to, qdr_error *err)
{
    const char *newline = memchr(state->data, '\n', state->size);
    size_t line = newline ? (size_t)(newline - state->data) : 0;
    for (size_t i = 0; i < line; i++) {
        char capital = (char)toupper((unsigned char)state->data[i]);
        qdr_bytes_append(to, &capital, 1);
    }
    qdr_bytes_text(to, " ");
    qdr_base45_encode(to, state->data + line + 1, state->size - line - 1);
    qdr_bytes_append(to, (const char[]){END}, 1);
    return qdr_bytes_check(to, err);
}

bool qdr_state_text_begins(const char *text, size_t size)
{
    return size >= sizeof BEGIN && memcmp(text, BEGIN, sizeof BEGIN - 1) == 0;
}

size_t qdr_state_text_size(const char *text, size_t size)
{
    const char *next = memmem(text, size, "\n" BEGIN, sizeof BEGIN);
    return next ? (size_t)(next + 1 - text) : size;
}

/* Appends the text without newlines; returns what of it stands before the end mark. */
static size_t join_lines(const char *text, size_t size, qdr_bytes *to)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] != '\n' && text[i] != '\r')
            qdr_bytes_append(to, &text[i], 1);
    while (to->size && to->data[to->size - 1] == ' ')
        to->size--;
    return to->size && to->data[to->size - 1] == END ? to->size - 1 : 0;
}

int qdr_state_of_text(const char *text, size_t size, qdr_bytes *to, qdr_error *err)
{
    qdr_bytes line = {0};
    size_t end = join_lines(text, size, &line);
    int code = qdr_bytes_check(&line, err);
    const char *space = end ? memchr(line.data, ' ', end) : NULL;
    bool read = false;
    if (!code && space) {
        for (const char *c = line.data; c < space; c++) {
            char small = (char)tolower((unsigned char)*c);
            qdr_bytes_append(to, &small, 1);
        }
        qdr_bytes_text(to, "\n");
        read = qdr_base45_decode(to, space + 1, (size_t)(line.data + end - space - 1));
    }
    if (!code && !read)
        code = qdr_fail(err, QDR_EDATA, "the text of this state is damaged or not whole");
    qdr_bytes_clear(&line);
    return code ? code : qdr_bytes_check(to, err);
}

bool qdr_state_either_begins(const char *data, size_t size)
{
    return qdr_state_begins(data, size) || qdr_state_text_begins(data, size);
}

int qdr_state_of_either(const char *data, size_t size, qdr_bytes *to, qdr_error *err)
{
    if (!qdr_state_begins(data, size))
        return qdr_state_of_text(data, size, to, err);
    qdr_bytes_append(to, data, size);
    return qdr_bytes_check(to, err);
}
