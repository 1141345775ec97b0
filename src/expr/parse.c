#include "expr/parse.h"

#include <string.h>

#include "base/bytes.h"
#include "expr/lex.h"
#include "expr/names.h"

/* Nested brackets and operators. A tree as deep as can be prints as a text that can be read: each
 * operation is an operator and at most a pair of brackets, and below is a generator's call. */
#define DEEPEST (2 * QDR_DEPTH_MOST + 8)

struct parser {
    qdr_lexer lexer;
    qdr_token token; /* the next one */
    qdr_arena *arena;
    qdr_error *err;
    int depth;
};

static int expression(struct parser *p, int precedence, qdr_syntax **tree);

static int advance(struct parser *p)
{
    return qdr_lex(&p->lexer, &p->token, p->err);
}

static bool is(const struct parser *p, const char *symbol)
{
    return p->token.kind == QDR_TOKEN_SYMBOL && p->token.length == strlen(symbol) &&
           memcmp(p->token.text, symbol, p->token.length) == 0;
}

static int unexpected(struct parser *p, const char *reason)
{
    const qdr_token *t = &p->token;
    if (t->kind == QDR_TOKEN_END || t->kind == QDR_TOKEN_NEXT)
        return qdr_fail_at(p->err, p->lexer.text, t->text, "the expression ends here, but %s",
                           reason);
    qdr_bytes shown = {0};
    qdr_bytes_escape(&shown, t->text, (size_t)QDR_SHOWN(t->length), "");
    int code = qdr_fail_at(p->err, p->lexer.text, t->text, "'%s' is not expected here: %s",
                           shown.data ? shown.data : "", reason);
    qdr_bytes_clear(&shown);
    return code;
}

static int make(struct parser *p, qdr_syntax_kind kind, const qdr_token *token, qdr_syntax **tree)
{
    *tree = qdr_arena_take(p->arena, sizeof **tree);
    if (!*tree)
        return qdr_fail_memory(p->err, "reading the expression");
    (*tree)->kind = kind;
    (*tree)->program = p->lexer.text;
    (*tree)->text = token->text;
    (*tree)->length = token->length;
    return QDR_OK;
}

/* One argument of a call or element of a tuple; `named` allows keyword = value. */
static int element(struct parser *p, bool named, qdr_syntax **tree)
{
    qdr_token name = p->token;
    qdr_lexer ahead = p->lexer;
    qdr_token equals;
    bool keyword = named && name.kind == QDR_TOKEN_NAME && !qdr_lex(&ahead, &equals, NULL) &&
                   equals.kind == QDR_TOKEN_SYMBOL && equals.length == 1 && *equals.text == '=';
    if (keyword && (advance(p) || advance(p)))
        return p->err->code;
    int code = expression(p, QDR_PRECEDENCE_COMPARISON, tree);
    if (!code && keyword) {
        (*tree)->keyword = name.text;
        (*tree)->keyword_length = name.length;
    }
    return code;
}

/* Elements up to the closing symbol, which is taken; `open` is the token that began them. *comma
 * tells whether there was one. */
static int elements(struct parser *p, qdr_token open, const char *close, bool named,
                    qdr_syntax **last, bool *comma)
{
    *comma = false;
    while (!is(p, close)) {
        if (p->token.kind == QDR_TOKEN_END)
            return qdr_fail_at(p->err, p->lexer.text, open.text, "this '%c' is never closed",
                               *open.text);
        int code = element(p, named, last);
        if (code)
            return code;
        last = &(*last)->next;
        if (is(p, ",")) {
            *comma = true;
            code = advance(p);
            if (code)
                return code;
        } else if (!is(p, close) && p->token.kind != QDR_TOKEN_END) {
            return unexpected(p, *close == ')' ? "',' or ')' is missing" : "',' or ']' is missing");
        }
    }
    return advance(p);
}

static int call(struct parser *p, const qdr_token *name, qdr_syntax *object, qdr_syntax **tree)
{
    bool comma;
    qdr_token open = p->token;
    int code = make(p, QDR_SYNTAX_CALL, name, tree);
    if (!code)
        code = advance(p);
    if (code)
        return code;
    (*tree)->child = object;
    return elements(p, open, ")", true, object ? &object->next : &(*tree)->child, &comma);
}

/* (…) is its content, or a tuple when it is empty or has a comma; […] is always a tuple. */
static int bracket(struct parser *p, qdr_syntax **tree)
{
    bool comma;
    qdr_token open = p->token;
    bool list = *open.text == '[';
    int code = make(p, QDR_SYNTAX_TUPLE, &open, tree);
    if (!code)
        code = advance(p);
    if (!code)
        code = elements(p, open, list ? "]" : ")", false, &(*tree)->child, &comma);
    if (!code && !list && !comma && (*tree)->child)
        *tree = (*tree)->child;
    return code;
}

/* np.random.normal is normal. */
static bool is_module(const qdr_token *name)
{
    static const char *const modules[] = {"da", "np", "numpy", "random"};
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
        if (strlen(modules[i]) == name->length && memcmp(modules[i], name->text, name->length) == 0)
            return true;
    return false;
}

static int name_or_call(struct parser *p, qdr_syntax **tree)
{
    qdr_token name = p->token;
    int code = advance(p);
    while (!code && is_module(&name) && is(p, ".")) {
        code = advance(p);
        if (!code && p->token.kind != QDR_TOKEN_NAME)
            return unexpected(p, "a name is missing");
        name = p->token;
        if (!code)
            code = advance(p);
    }
    if (code)
        return code;
    return is(p, "(") ? call(p, &name, NULL, tree) : make(p, QDR_SYNTAX_NAME, &name, tree);
}

static int literal(struct parser *p, qdr_syntax_kind kind, qdr_syntax **tree)
{
    int code = make(p, kind, &p->token, tree);
    return code ? code : advance(p);
}

static int primary(struct parser *p, qdr_syntax **tree)
{
    switch (p->token.kind) {
    case QDR_TOKEN_INTEGER:
        return literal(p, QDR_SYNTAX_INTEGER, tree);
    case QDR_TOKEN_FLOAT:
        return literal(p, QDR_SYNTAX_FLOAT, tree);
    case QDR_TOKEN_STRING:
        return literal(p, QDR_SYNTAX_STRING, tree);
    case QDR_TOKEN_NAME:
        return name_or_call(p, tree);
    default:
        if (is(p, "(") || is(p, "["))
            return bracket(p, tree);
        return unexpected(p, "a value is missing");
    }
}

/* One part of a slice: an expression, or nothing before ':', ',' or ']'. */
static int bound(struct parser *p, qdr_syntax **tree)
{
    if (is(p, ":") || is(p, ",") || is(p, "]"))
        return make(p, QDR_SYNTAX_NOTHING, &p->token, tree);
    return expression(p, QDR_PRECEDENCE_COMPARISON, tree);
}

/* start:stop:step, a single expression, or '...'. */
static int item(struct parser *p, qdr_syntax **tree)
{
    if (is(p, "..."))
        return literal(p, QDR_SYNTAX_ELLIPSIS, tree);
    qdr_token begin = p->token;
    qdr_syntax *part[3];
    int code = bound(p, &part[0]);
    if (code || (!is(p, ":") && part[0]->kind != QDR_SYNTAX_NOTHING)) {
        *tree = code ? NULL : part[0];
        return code;
    }
    if (!is(p, ":"))
        return unexpected(p, "an index is missing");
    code = make(p, QDR_SYNTAX_SLICE, &begin, tree);
    for (int i = 1; i < 3 && !code; i++) {
        if (is(p, ":"))
            code = advance(p);
        if (!code)
            code = bound(p, &part[i]);
    }
    if (code)
        return code;
    (*tree)->child = part[0];
    part[0]->next = part[1];
    part[1]->next = part[2];
    return QDR_OK;
}

static int subscript(struct parser *p, qdr_syntax *object, qdr_syntax **tree)
{
    qdr_token open = p->token;
    int code = make(p, QDR_SYNTAX_INDEX, &open, tree);
    if (!code)
        code = advance(p);
    qdr_syntax *last = object;
    if (code)
        return code;
    (*tree)->child = object;
    do {
        if (p->token.kind == QDR_TOKEN_END)
            return qdr_fail_at(p->err, p->lexer.text, open.text, "this '[' is never closed");
        code = item(p, &last->next);
        if (code)
            return code;
        last = last->next;
        if (is(p, ",")) {
            code = advance(p);
            if (code)
                return code;
        } else if (!is(p, "]") && p->token.kind != QDR_TOKEN_END) {
            return unexpected(p, "',' or ']' is missing");
        }
    } while (!is(p, "]"));
    return advance(p);
}

static int member(struct parser *p, qdr_syntax *object, qdr_syntax **tree)
{
    int code = advance(p);
    qdr_token name = p->token;
    if (code)
        return code;
    if (name.kind != QDR_TOKEN_NAME)
        return unexpected(p, "the name of a method is missing");
    code = advance(p);
    if (code || is(p, "("))
        return code ? code : call(p, &name, object, tree);
    code = make(p, QDR_SYNTAX_ATTRIBUTE, &name, tree);
    if (!code)
        (*tree)->child = object;
    return code;
}

/* A primary with its methods, attributes and indices: x[0].T.mean(). */
static int postfix(struct parser *p, qdr_syntax **tree)
{
    int code = primary(p, tree);
    while (!code && (is(p, ".") || is(p, "[")))
        code = is(p, ".") ? member(p, *tree, tree) : subscript(p, *tree, tree);
    return code;
}

/* An operation whose operator is the next token, on `left` or on nothing yet; then the operand that
 * follows it, of operators that bind at least as strongly as `precedence`. */
static int operation(struct parser *p, const qdr_operator *op, qdr_syntax *left, int precedence,
                     qdr_syntax **tree)
{
    qdr_syntax *made;
    int code = make(p, QDR_SYNTAX_OPERATION, &p->token, &made);
    if (!code)
        code = advance(p);
    if (code)
        return code;
    made->op = op;
    made->child = left;
    *tree = made;
    return expression(p, precedence, left ? &left->next : &made->child);
}

/* 2**-3**2 is 2**(-(3**2)). */
static int power(struct parser *p, qdr_syntax **tree)
{
    int code = postfix(p, tree);
    const qdr_operator *op = NULL;
    if (!code && p->token.kind == QDR_TOKEN_SYMBOL)
        op = qdr_operator_find(p->token.text, p->token.length, false);
    if (code || !op || op->precedence != QDR_PRECEDENCE_POWER)
        return code;
    return operation(p, op, *tree, QDR_PRECEDENCE_UNARY, tree);
}

static int unary(struct parser *p, qdr_syntax **tree)
{
    const qdr_operator *op = NULL;
    if (p->token.kind == QDR_TOKEN_SYMBOL)
        op = qdr_operator_find(p->token.text, p->token.length, true);
    return op ? operation(p, op, NULL, op->precedence, tree) : power(p, tree);
}

/* Precedence climbing: an operand, then operators that bind at least as strongly. */
static int expression(struct parser *p, int precedence, qdr_syntax **tree)
{
    if (++p->depth > DEEPEST)
        return qdr_fail_at(p->err, p->lexer.text, p->token.text,
                           "nested more than %d deep; give parts of it names", DEEPEST);
    int code = unary(p, tree);
    bool compared = false;
    while (!code && p->token.kind == QDR_TOKEN_SYMBOL) {
        const qdr_operator *op = qdr_operator_find(p->token.text, p->token.length, false);
        if (!op || op->precedence < precedence)
            break;
        if (op->precedence == QDR_PRECEDENCE_COMPARISON && compared)
            return qdr_fail_at(p->err, p->lexer.text, p->token.text,
                               "comparisons can't be chained: write (a < b) & (b < c)");
        compared = op->precedence == QDR_PRECEDENCE_COMPARISON;
        /* operators of one precedence group from the left */
        code = operation(p, op, *tree, op->precedence + 1, tree);
    }
    p->depth--;
    return code;
}

/* `name = expression` or `expression`. */
static int statement(struct parser *p, qdr_statement *s)
{
    qdr_syntax *tree;
    int code = element(p, true, &tree);
    if (code)
        return code;
    s->name = tree->keyword;
    s->name_length = tree->keyword_length;
    tree->keyword = NULL;
    s->expression = tree;
    /* a, b without brackets are two expressions */
    if (is(p, ","))
        return s->name ? unexpected(p, "one name takes one value") : advance(p);
    if (p->token.kind != QDR_TOKEN_END && p->token.kind != QDR_TOKEN_NEXT)
        return unexpected(p, "an operator, ',' or ';' is missing");
    return QDR_OK;
}

int qdr_parse(const char *text, qdr_arena *arena, qdr_statement **first, qdr_error *err)
{
    struct parser p = {.lexer = {.text = text, .at = text}, .arena = arena, .err = err};
    *first = NULL;
    int code = advance(&p);
    while (!code && p.token.kind != QDR_TOKEN_END) {
        if (p.token.kind == QDR_TOKEN_NEXT) {
            code = advance(&p);
            continue;
        }
        *first = qdr_arena_take(arena, sizeof **first);
        if (!*first)
            return qdr_fail_memory(err, "reading the expression");
        code = statement(&p, *first);
        first = &(*first)->next;
    }
    return code;
}
