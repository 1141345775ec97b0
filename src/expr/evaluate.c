/* Syntax to terms: names, literals, tuples and operations. */
#include "expr/checker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "expr/lex.h"
#include "expr/names.h"

#define DEEPEST (QDR_DEPTH_MOST + 8) /* a generator's arguments lie below the deepest node */

int qdr_check_define(qdr_checker *c, const char *text, size_t length, const qdr_term *value)
{
    qdr_name *n = qdr_arena_take(&c->program->arena, sizeof *n);
    if (!n)
        return qdr_check_no_memory(c);
    *n = (qdr_name){text, length, *value, c->names};
    c->names = n;
    return QDR_OK;
}

static int unknown_name(qdr_checker *c, const qdr_syntax *syntax, const qdr_names *names)
{
    qdr_function f;
    char hint[QDR_NAMES_HINT];
    for (size_t i = 0; qdr_function_row(i, &f); i++)
        if (qdr_check_is(f.name, syntax->text, syntax->length))
            return qdr_check_fail(c, syntax, "%s is a function: %s(%s)", f.name, f.name,
                                  f.parameters);
    return qdr_check_fail(c, syntax, "unknown name '%.*s'%s", QDR_SHOWN(syntax->length),
                          syntax->text, qdr_names_hint(names, hint));
}

/* A name that nobody defined: a number's, None or a dtype's. */
static int find_standard(qdr_checker *c, const qdr_syntax *syntax, qdr_names *names,
                         qdr_term *value)
{
    static const struct {
        const char *name;
        qdr_scalar value;
    } constants[] = {
        {"True", {.dtype = QDR_BOOL, .truth = 1}},
        {"False", {.dtype = QDR_BOOL, .truth = 0}},
        {"nan", {.dtype = QDR_FLOAT64, .real = __builtin_nan("")}},
        {"inf", {.dtype = QDR_FLOAT64, .real = __builtin_inf()}},
        {"pi", {.dtype = QDR_FLOAT64, .real = 3.141592653589793}},
        {"e", {.dtype = QDR_FLOAT64, .real = 2.718281828459045}},
    };
    const char *text = qdr_arena_text(&c->program->arena, syntax->text, syntax->length);
    if (!text)
        return qdr_check_no_memory(c);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (strcmp(constants[i].name, text) == 0)
            return qdr_check_python(c, constants[i].value, value);
        qdr_names_offer(names, constants[i].name, strlen(constants[i].name));
    }
    qdr_names_offer(names, "None", strlen("None"));
    for (int i = 0; i < QDR_DTYPES; i++) {
        const char *dtype = qdr_dtype_name((qdr_dtype)i);
        qdr_names_offer(names, dtype, strlen(dtype));
    }
    value->dtype = qdr_dtype_find(text);
    value->kind = value->dtype != QDR_DTYPES ? QDR_TERM_DTYPE : QDR_TERM_NONE;
    if (value->kind == QDR_TERM_NONE && strcmp(text, "None") != 0)
        return unknown_name(c, syntax, names);
    return QDR_OK;
}

static int find_name(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_names names;
    qdr_names_init(&names, syntax->text, syntax->length);
    for (const qdr_name *n = c->names; n; n = n->older) {
        if (n->length == syntax->length && memcmp(n->text, syntax->text, n->length) == 0) {
            *value = n->value;
            return QDR_OK;
        }
        qdr_names_offer(&names, n->text, n->length);
    }
    return find_standard(c, syntax, &names, value);
}

/* The characters of a number without underscores. */
static const char *plain(qdr_checker *c, const qdr_syntax *syntax)
{
    char *text = qdr_arena_text(&c->program->arena, syntax->text, syntax->length), *to = text;
    for (const char *s = text; s && *s; s++)
        if (*s != '_')
            *to++ = *s;
    if (text)
        *to = '\0';
    return text;
}

/* A whole number; above int64 one of uint64. */
static int integer(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    const char *text = plain(c, syntax);
    if (!text)
        return qdr_check_no_memory(c);
    if (text[0] == '0' && strspn(text, "0") != strlen(text))
        return qdr_check_fail(c, syntax, "a whole number does not begin with 0");
    errno = 0;
    uint64_t magnitude = strtoull(text, NULL, 10);
    if (errno)
        return qdr_check_fail(c, syntax, "this number does not fit uint64");
    qdr_scalar scalar = {.dtype = magnitude > INT64_MAX ? QDR_UINT64 : QDR_INT64,
                         .words = {magnitude}};
    return qdr_check_python(c, scalar, value);
}

/* 1.5, or 1.5j. */
static int real(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    const char *end, *text = plain(c, syntax);
    if (!text)
        return qdr_check_no_memory(c);
    double number = qdr_number_parse(text, &end);
    qdr_scalar scalar = {.dtype = QDR_FLOAT64, .real = number};
    if (*end)
        scalar = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {0, number}};
    return qdr_check_python(c, scalar, value);
}

/* Python's escapes for single characters and bytes. */
static int string(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static const char escapes[] = "\\\\''\"\"n\nt\tr\r";
    const char *s = syntax->text + 1, *end = syntax->text + syntax->length - 1;
    char *to = qdr_arena_take(&c->program->arena, syntax->length);
    value->kind = QDR_TERM_STRING;
    value->string = to;
    if (!to)
        return qdr_check_no_memory(c);
    while (s < end) {
        if (*s != '\\') {
            *to++ = *s++;
            continue;
        }
        const char *known = NULL;
        for (const char *e = escapes; *e && !known; e += 2)
            known = *e == s[1] ? e : NULL;
        char digits[3] = "";
        if (s[1] == 'x' && end - s >= 4)
            memcpy(digits, s + 2, 2);
        bool hex = strspn(digits, "0123456789abcdefABCDEF") == 2;
        long byte = hex ? strtol(digits, NULL, 16) : 0;
        if (!known && !byte) /* a NUL would end the text */
            return qdr_fail_at(c->err, syntax->program, s, "this escape is not known");
        *to++ = known ? known[1] : (char)byte;
        s += known ? 2 : 4;
    }
    *to = '\0';
    return QDR_OK;
}

static int tuple(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    int count = 0;
    for (const qdr_syntax *s = syntax->child; s; s = s->next)
        count++;
    qdr_term *item = qdr_arena_take(&c->program->arena, (size_t)count * sizeof *item);
    if (!item)
        return qdr_check_no_memory(c);
    value->kind = QDR_TERM_TUPLE;
    value->tuple.item = item;
    value->tuple.count = count;
    for (const qdr_syntax *s = syntax->child; s; s = s->next) {
        int code = qdr_check_evaluate(c, s, item++);
        if (code)
            return code;
    }
    return QDR_OK;
}

static int operation(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    qdr_term operand[2] = {{0}, {0}};
    int i = 0;
    for (const qdr_syntax *s = syntax->child; s; s = s->next) {
        int code = qdr_check_evaluate(c, s, &operand[i++]);
        if (code)
            return code;
    }
    return qdr_check_apply(c, syntax, syntax->op, operand, value);
}

/* x.T and the like: functions of one argument. */
static int attribute(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static const char *const functions[][2] = {
        {"T", "transpose"}, {"real", "real"}, {"imag", "imag"}, {"size", "size"}};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (qdr_check_is(functions[i][0], syntax->text, syntax->length))
            return qdr_check_call_of(c, functions[i][1], strlen(functions[i][1]), syntax, value);
    return qdr_check_fail(c, syntax, "an array has no attribute '%.*s'; or the '(' of a method "
                          "call is missing", QDR_SHOWN(syntax->length), syntax->text);
}

static int misplaced(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    (void)value;
    return qdr_check_fail(c, syntax, "this belongs between the brackets of an index");
}

int qdr_check_evaluate(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    static int (*const by_kind[])(qdr_checker *, const qdr_syntax *, qdr_term *) = {
        [QDR_SYNTAX_INTEGER] = integer, [QDR_SYNTAX_FLOAT] = real,
        [QDR_SYNTAX_STRING] = string,   [QDR_SYNTAX_NAME] = find_name,
        [QDR_SYNTAX_TUPLE] = tuple,     [QDR_SYNTAX_CALL] = qdr_check_call,
        [QDR_SYNTAX_OPERATION] = operation,
        [QDR_SYNTAX_ATTRIBUTE] = attribute,
        [QDR_SYNTAX_INDEX] = qdr_check_subscript,
        [QDR_SYNTAX_SLICE] = misplaced,
        [QDR_SYNTAX_NOTHING] = misplaced,
        [QDR_SYNTAX_ELLIPSIS] = misplaced,
    };
    if (c->depth == DEEPEST)
        return qdr_check_fail(c, syntax, "this has more than %d operations on each other",
                              QDR_DEPTH_MOST);
    c->depth++;
    int code = by_kind[syntax->kind](c, syntax, value);
    c->depth--;
    value->syntax = syntax;
    return code;
}
