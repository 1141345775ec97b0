/* Reading a QR text back, from anywhere: record.h has the rule. */
#include "quadrat/record.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "record/signed.h"
#include "record/statement.h"

#define LINES_MOST 1000 /* of a text that is looked for */
#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* The number of bytes at the beginning of text that are in set. */
static size_t span(const char *text, size_t size, const char *set)
{
    size_t count = 0;
    while (count < size && memchr(set, text[count], strlen(set)))
        count++;
    return count;
}

/* Reads "quadrat MAJOR.MINOR CHECK". Lower case is read, so that a check that was typed or changed
 * is told as one that does not hold. */
static bool read_check_line(const char *line, size_t size, qdr_text_finding *finding)
{
    static const char word[] = "quadrat ";
    const size_t before = sizeof word - 1, behind = sizeof finding->claimed; /* " CHECK" */
    if (size <= before + behind || size >= before + sizeof finding->version + behind)
        return false;
    const char *version = line + before, *check = line + size - (behind - 1);
    size_t length = size - before - behind;
    size_t major = span(version, length, DIGITS);
    size_t point = major < length && version[major] == '.';
    size_t minor = span(version + major + point, length - major - point, DIGITS);
    if (memcmp(line, word, before) || check[-1] != ' ' || !major || !point || !minor ||
        major + point + minor != length || span(check, behind - 1, DIGITS LETTERS) != behind - 1)
        return false;
    memcpy(finding->version, version, length);
    memcpy(finding->claimed, check, behind - 1);
    return true;
}

/* Takes the time of "2026-11-24 05:40 UTC", if the line is of that form. */
static void read_time_line(const char *line, size_t size, char time[17])
{
    static const char form[] = "0000-00-00 00:00 UTC";
    if (size != sizeof form - 1)
        return;
    for (size_t i = 0; i < size; i++)
        if (form[i] == '0' ? span(line + i, 1, DIGITS) == 0 : line[i] != form[i])
            return;
    memcpy(time, line, 16);
}

int qdr_text_examine(const char *text, size_t size, qdr_text_finding *finding, qdr_error *err)
{
    *finding = (qdr_text_finding){0};
    if (size && text[size - 1] == '\n')
        size--;
    qdr_signed_read(text, size, &finding->signature);
    if (finding->signature.size)
        size = finding->signature.size - 1;
    const char *last = size ? memrchr(text, '\n', size) : NULL; /* the newline before that line */
    qdr_text_finding found = {.signature = finding->signature};
    if (!last || !read_check_line(last + 1, (size_t)(text + size - last - 1), &found))
        return QDR_OK;
    qdr_bytes statement = {0};
    for (const char *line = text; line <= last;) {
        const char *end = memchr(line, '\n', (size_t)(last - line) + 1);
        if (end == last)
            read_time_line(line, (size_t)(end - line), found.signature.time);
        if (qdr_statement_owns(line, (size_t)(end - line)))
            qdr_bytes_append(&statement, line, (size_t)(end - line) + 1);
        line = end + 1;
    }
    int code = qdr_bytes_check(&statement, err);
    if (!code && statement.size) {
        qdr_check_text(statement.data, statement.size, found.computed);
        found.result = true;
        found.holds = strcmp(found.claimed, found.computed) == 0;
        *finding = found;
    }
    qdr_bytes_clear(&statement);
    return code;
}

/* The beginning of the line that ends before text + end, where another line or the end is. */
static size_t line_begin(const char *text, size_t end)
{
    const char *before = end ? memrchr(text, '\n', end) : NULL;
    return before ? (size_t)(before + 1 - text) : 0;
}

/* Behind the signature line, if one follows the check line that ends before text + end. */
static size_t signed_end(const char *text, size_t size, size_t end)
{
    static const char mark[] = "SIGNED ";
    if (size - end <= sizeof mark || memcmp(text + end + 1, mark, sizeof mark - 1) != 0)
        return end;
    const char *newline = memchr(text + end + 1, '\n', size - end - 1);
    return newline ? (size_t)(newline - text) : size;
}

/* From the last check line up, and from each of them up line by line until the check holds. */
int qdr_text_find(const char *text, size_t size, size_t *begin, size_t *length, qdr_error *err)
{
    *begin = *length = 0;
    for (size_t end = size, last;; end = last - 1) {
        qdr_text_finding f = {0};
        last = line_begin(text, end);
        size_t from = last;
        if (read_check_line(text + last, end - last, &f))
            for (int i = 0; from && i < LINES_MOST && !f.holds; i++) {
                from = line_begin(text, from - 1);
                int code = qdr_text_examine(text + from, end - from, &f, err);
                if (code)
                    return code;
            }
        if (f.holds) {
            *begin = from;
            *length = signed_end(text, size, end) - from;
        }
        if (f.holds || !last)
            return QDR_OK;
    }
}
