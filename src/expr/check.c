/* Checking program texts. */
#include "expr/checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact/environment.h"
#include "expr/lex.h"
#include "expr/names.h"

void *qdr_check_take(qdr_checker *c, size_t size)
{
    void *taken = qdr_arena_take(&c->program->arena, size);
    if (!taken)
        qdr_check_no_memory(c);
    return taken;
}

qdr_error *qdr_check_error(qdr_checker *c)
{
    return c->err;
}

int qdr_check_fail(qdr_checker *c, const qdr_syntax *place, const char *format, ...)
{
    char message[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (c->within) { /* the text of a macro is not the user's */
        place = c->within->syntax;
        return qdr_fail_at(c->err, place->program, place->text, "%s: %s", c->within->name, message);
    }
    return qdr_fail_at(c->err, place->program, place->text, "%s", message);
}

int qdr_check_no_memory(qdr_checker *c)
{
    return qdr_fail_memory(c->err, "checking the expression");
}

static int add_result(qdr_checker *c, const qdr_statement *s, const qdr_term *value)
{
    qdr_program *p = c->program;
    const qdr_node *node = NULL;
    int code = qdr_check_array(c, value, &node);
    if (code)
        return code;
    if (p->result_count == p->result_capacity) {
        size_t capacity = p->result_capacity ? 2 * p->result_capacity : 8;
        qdr_result *results = realloc(p->results, capacity * sizeof *results);
        if (!results)
            return qdr_check_no_memory(c);
        p->results = results;
        p->result_capacity = capacity;
    }
    qdr_result *r = &p->results[p->result_count++];
    *r = (qdr_result){.node = node};
    if (s->name) {
        r->name = qdr_arena_text(&p->arena, s->name, s->name_length);
        if (!r->name)
            return qdr_check_no_memory(c);
    }
    return QDR_OK;
}

/* Checks a text; `last` tells that nothing follows it. */
static int check_text(qdr_checker *c, const char *text, bool last)
{
    qdr_statement *s;
    int code = qdr_parse(text, &c->program->arena, &s, c->err);
    for (; s && !code; s = s->next) {
        qdr_term value = {0};
        code = qdr_check_evaluate(c, s->expression, &value);
        if (!code && s->name)
            code = qdr_check_define(c, s->name, s->name_length, &value);
        if (!code && (!s->name || (last && !s->next)))
            code = add_result(c, s, &value);
    }
    return code;
}

static bool is_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return length && length == strlen(text) && !(*text >= '0' && *text <= '9');
}

static int check_name(qdr_checker *c, const char *name)
{
    char shown[128];
    return is_name(name) ? QDR_OK
                         : qdr_fail(c->err, QDR_EUSAGE, "'%s' can't be a name in an expression",
                                    qdr_escape(shown, sizeof shown, name));
}

static int check_let(qdr_checker *c, const qdr_binding *let)
{
    qdr_statement *s;
    qdr_term value = {0};
    int code = check_name(c, let->name);
    if (!code)
        code = qdr_parse(let->value, &c->program->arena, &s, c->err);
    if (code)
        return code;
    if (!s || s->next || s->name)
        return qdr_fail(c->err, QDR_EUSAGE, "the name '%s' needs one expression", let->name);
    code = qdr_check_evaluate(c, s->expression, &value);
    return code ? code : qdr_check_define(c, let->name, strlen(let->name), &value);
}

/* The one array among the results. */
static int find_array(qdr_checker *c, const qdr_node **node)
{
    size_t arrays = 0;
    for (size_t i = 0; i < c->program->result_count; i++)
        if (c->program->results[i].node->shape.ndim) {
            *node = c->program->results[i].node;
            arrays++;
        }
    return arrays == 1 ? QDR_OK
                       : qdr_fail(c->err, QDR_EUSAGE,
                                  "a .npy file holds one array; there are %zu among the results. "
                                  "--save NAME=FILE picks one, by its name or number",
                                  arrays);
}

static int find_named(qdr_checker *c, const char *name, const qdr_node **node)
{
    char shown[128], hint[QDR_NAMES_HINT];
    qdr_names names;
    const qdr_name *n = c->names;
    qdr_names_init(&names, name, strlen(name));
    for (; n && !qdr_check_is(name, n->text, n->length); n = n->older)
        qdr_names_offer(&names, n->text, n->length);
    qdr_escape(shown, sizeof shown, name);
    if (!n)
        return qdr_fail(c->err, QDR_EUSAGE, "nothing is named '%s', which is to be saved%s", shown,
                        qdr_names_hint(&names, hint));
    if (n->value.kind != QDR_TERM_NODE || !n->value.node->shape.ndim)
        return qdr_fail(c->err, QDR_EUSAGE, "'%s' is to be saved, but is no array", shown);
    *node = n->value.node;
    return QDR_OK;
}

/* By its number, from 1. */
static int find_numbered(qdr_checker *c, const char *number, const qdr_node **node)
{
    char shown[128];
    const qdr_program *p = c->program;
    unsigned long long n = strtoull(number, NULL, 10);
    if (n < 1 || n > p->result_count || !p->results[n - 1].node->shape.ndim)
        return qdr_fail(c->err, QDR_EUSAGE, "result %s is to be saved, but is no array",
                        qdr_escape(shown, sizeof shown, number));
    *node = p->results[n - 1].node;
    return QDR_OK;
}

static int find_saved(qdr_checker *c, const char *name, const qdr_node **node)
{
    if (!name)
        return find_array(c, node);
    return strspn(name, "0123456789") == strlen(name) ? find_numbered(c, name, node)
                                                      : find_named(c, name, node);
}

static int check_saves(qdr_checker *c, const qdr_binding *saves, size_t count)
{
    qdr_program *p = c->program;
    p->saves = qdr_arena_take(&p->arena, count * sizeof *p->saves);
    if (!p->saves)
        return qdr_check_no_memory(c);
    for (; p->save_count < count; p->save_count++) {
        const qdr_binding *save = &saves[p->save_count];
        qdr_save *to = &p->saves[p->save_count];
        int code = find_saved(c, save->name, &to->node);
        if (code)
            return code;
        to->path = save->value;
    }
    return QDR_OK;
}

static int check_program(qdr_checker *c, const qdr_program_text *text)
{
    int code = QDR_OK;
    for (size_t i = 0; i < text->file_count && !code; i++) {
        qdr_term value = {0}, no_chunks = {0};
        code = check_name(c, text->files[i].name);
        if (!code)
            code = qdr_check_file(c, text->files[i].value, &no_chunks, &value);
        if (!code)
            code = qdr_check_define(c, text->files[i].name, strlen(text->files[i].name), &value);
    }
    for (size_t i = 0; i < text->let_count && !code; i++)
        code = check_let(c, &text->lets[i]);
    for (size_t i = 0; i < text->text_count && !code; i++)
        code = check_text(c, text->texts[i], i + 1 == text->text_count);
    if (!code && !c->program->result_count)
        code = qdr_fail(c->err, QDR_EUSAGE, "there is no expression to evaluate");
    if (!code)
        code = check_saves(c, text->saves, text->save_count);
    if (!code)
        code = qdr_tree_print(c->program, c->err);
    return code ? code : qdr_tree_number(c->program, c->err);
}

int qdr_program_compile(const qdr_program_text *text, const qdr_opener *opener,
                        qdr_program **program, qdr_error *err)
{
    *program = calloc(1, sizeof **program);
    if (!*program)
        return qdr_fail_memory(err, "checking the expression");
    qdr_checker checker = {.program = *program, .opener = opener, .err = err};
    fenv_t before = qdr_environment_enter_all();
    int code = check_program(&checker, text);
    qdr_environment_leave_all(&before);
    if (code) {
        qdr_program_destroy(*program);
        *program = NULL;
    }
    return code;
}

void qdr_program_destroy(qdr_program *program)
{
    if (!program)
        return;
    for (qdr_leaf *leaf = program->leaves; leaf; leaf = leaf->next)
        qdr_source_destroy(leaf->source);
    free(program->nodes);
    free(program->results);
    free(program->inputs);
    qdr_arena_clear(&program->arena);
    free(program);
}
