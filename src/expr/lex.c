#include "expr/lex.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define WIDTH 72 /* columns of a program line that an error shows */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Moves past digits, with single underscores between them as in Python. */
static const char *digits(const char *s)
{
    while (is_digit(*s) || (*s == '_' && is_digit(s[-1]) && is_digit(s[1])))
        s++;
    return s;
}

static const char *number(const char *s, qdr_token_kind *kind)
{
    *kind = QDR_TOKEN_INTEGER;
    if (is_digit(*s))
        s = digits(s + 1);
    if (*s == '.') {
        *kind = QDR_TOKEN_FLOAT;
        s++;
        if (is_digit(*s))
            s = digits(s + 1);
    }
    if (*s == 'e' || *s == 'E') {
        const char *e = s + 1 + (s[1] == '+' || s[1] == '-');
        if (is_digit(*e)) {
            *kind = QDR_TOKEN_FLOAT;
            s = digits(e + 1);
        }
    }
    if (*s == 'j' || *s == 'J') {
        *kind = QDR_TOKEN_FLOAT;
        s++;
    }
    return s;
}

/* The longest symbol at s, 0 for none. */
static size_t symbol_length(const char *s)
{
    static const char *const symbols[] = {"**", "//", "<<", ">>", "<=", ">=", "==", "!="};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (strncmp(s, symbols[i], 2) == 0)
            return 2;
    if (strncmp(s, "...", 3) == 0)
        return 3;
    return *s && strchr("+-*/%&|^~<>=()[],.:", *s) ? 1 : 0;
}

static int string(qdr_lexer *lexer, qdr_token *token, qdr_error *err)
{
    const char *s = token->text + 1;
    while (*s && *s != *token->text && *s != '\n')
        s += *s == '\\' && s[1] ? 2 : 1;
    if (*s != *token->text)
        return qdr_fail_at(err, lexer->text, token->text, "this string has no end");
    token->kind = QDR_TOKEN_STRING;
    token->length = (size_t)(s + 1 - token->text);
    return QDR_OK;
}

static int read_token(qdr_lexer *lexer, qdr_token *token, qdr_error *err)
{
    const char *s = token->text, *end = s;
    if (!*s) {
        token->kind = QDR_TOKEN_END;
    } else if (*s == ';' || *s == '\n') {
        token->kind = QDR_TOKEN_NEXT;
        end++;
    } else if (is_letter(*s)) {
        token->kind = QDR_TOKEN_NAME;
        while (is_letter(*end) || is_digit(*end))
            end++;
    } else if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
        end = number(s, &token->kind);
        if (is_letter(*end) || is_digit(*end))
            return qdr_fail_at(err, lexer->text, end, "a number goes on with '%c'", *end);
    } else if (*s == '"' || *s == '\'') {
        return string(lexer, token, err);
    } else {
        token->kind = QDR_TOKEN_SYMBOL;
        end += symbol_length(s);
        if (end == s)
            return qdr_fail_at(err, lexer->text, s, "this character has no meaning here");
    }
    token->length = (size_t)(end - s);
    return QDR_OK;
}

int qdr_lex(qdr_lexer *lexer, qdr_token *token, qdr_error *err)
{
    while (*lexer->at == ' ' || *lexer->at == '\t' || *lexer->at == '\r' ||
           (*lexer->at == '\n' && lexer->brackets > 0))
        lexer->at++;
    token->text = lexer->at;
    int code = read_token(lexer, token, err);
    if (code)
        return code;
    lexer->at += token->length;
    if (token->kind == QDR_TOKEN_SYMBOL) {
        lexer->brackets += *token->text == '(' || *token->text == '[';
        lexer->brackets -= *token->text == ')' || *token->text == ']';
    }
    return QDR_OK;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; /* a byte inside a UTF-8 character */
}

/* The part of the line around the place that fits in WIDTH bytes. */
static void window(const char *text, const char *place, const char **first, const char **last)
{
    *first = *last = place;
    while (*first > text && (*first)[-1] != '\n' && place - *first < WIDTH / 2)
        --*first;
    while (**last && **last != '\n' && *last - *first < WIDTH)
        ++*last;
    while (*first < place && continues(**first))
        ++*first;
    while (*last > place && continues(**last))
        --*last;
}

int qdr_fail_at(qdr_error *err, const char *text, const char *place, const char *format, ...)
{
    char message[1024];
    const char *first, *last;
    qdr_bytes line = {0}, indent = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    window(text, place, &first, &last);
    qdr_bytes_escape(&indent, first, (size_t)(place - first), "");
    qdr_bytes_escape(&line, first, (size_t)(last - first), "");
    int columns = 0;
    for (size_t i = 0; i < indent.size; i++)
        columns += !continues(indent.data[i]);
    qdr_fail(err, QDR_EUSAGE, "%s\n  %s\n  %*s^", message, line.data ? line.data : "", columns, "");
    qdr_bytes_clear(&line);
    qdr_bytes_clear(&indent);
    return QDR_EUSAGE;
}
