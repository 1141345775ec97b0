/* Calls: arguments bound to the parameters of a signature. */
#include "expr/checker.h"

#include <string.h>

#include "expr/names.h"

int qdr_check_parameters(const char *text, qdr_parameter parameter[QDR_PARAMETERS])
{
    int count = 0;
    bool keyword_only = false;
    while (*text) {
        size_t item = strcspn(text, ","), name = strcspn(text, ",=");
        bool optional = name < item;
        if (*text == '*')
            keyword_only = true;
        else if (count < QDR_PARAMETERS)
            parameter[count++] =
                (qdr_parameter){text, name, optional, keyword_only, text + name + optional,
                                item - name - optional};
        text += item;
        text += strspn(text, ", ");
    }
    return count;
}

const qdr_term *qdr_call_argument(const qdr_call *call, const char *name)
{
    static const qdr_term absent = {.kind = QDR_TERM_ABSENT};
    qdr_parameter parameter[QDR_PARAMETERS];
    int count = qdr_check_parameters(call->parameters, parameter);
    for (int i = 0; i < count; i++)
        if (qdr_check_is(name, parameter[i].name, parameter[i].length))
            return &call->argument[i];
    return &absent;
}

static int place_argument(qdr_checker *c, const qdr_function *f, const qdr_syntax *argument,
                          int position, int *index)
{
    qdr_parameter parameter[QDR_PARAMETERS];
    int count = qdr_check_parameters(f->parameters, parameter);
    if (!argument->keyword) {
        if (position >= count || parameter[position].keyword_only)
            return qdr_check_fail(c, argument, "too many arguments: %s(%s)", f->name,
                                  f->parameters);
        *index = position;
        return QDR_OK;
    }
    for (*index = 0; *index < count; ++*index)
        if (parameter[*index].length == argument->keyword_length &&
            memcmp(parameter[*index].name, argument->keyword, argument->keyword_length) == 0)
            return QDR_OK;
    qdr_syntax place = *argument;
    place.text = argument->keyword;
    return qdr_check_fail(c, &place, "%s has no argument '%.*s': %s(%s)", f->name,
                          QDR_SHOWN(argument->keyword_length), argument->keyword, f->name,
                          f->parameters);
}

static int bind(qdr_checker *c, const qdr_function *f, qdr_call *call)
{
    qdr_parameter parameter[QDR_PARAMETERS];
    int count = qdr_check_parameters(f->parameters, parameter), position = 0;
    for (const qdr_syntax *a = call->syntax->child; a; a = a->next) {
        int index = 0, code = place_argument(c, f, a, position, &index);
        position += !a->keyword;
        if (code)
            return code;
        if (call->argument[index].kind != QDR_TERM_ABSENT)
            return qdr_check_fail(c, a, "'%.*s' is given twice", (int)parameter[index].length,
                                  parameter[index].name);
        code = qdr_check_evaluate(c, a, &call->argument[index]);
        if (code)
            return code;
        if (call->argument[index].kind == QDR_TERM_NONE && parameter[index].optional)
            call->argument[index].kind = QDR_TERM_ABSENT;
    }
    for (int i = 0; i < count; i++)
        if (!parameter[i].optional && call->argument[i].kind == QDR_TERM_ABSENT)
            return qdr_check_fail(c, call->syntax, "'%.*s' is missing: %s(%s): %s",
                                  (int)parameter[i].length, parameter[i].name, f->name,
                                  f->parameters, f->help);
    return QDR_OK;
}

int qdr_check_call(qdr_checker *c, const qdr_syntax *syntax, qdr_term *value)
{
    return qdr_check_call_of(c, syntax->text, syntax->length, syntax, value);
}

int qdr_check_call_of(qdr_checker *c, const char *name, size_t length, const qdr_syntax *syntax,
                      qdr_term *value)
{
    qdr_function f;
    qdr_names names;
    qdr_names_init(&names, name, length);
    for (size_t i = 0; qdr_function_row(i, &f); i++) {
        if (qdr_check_is(f.name, name, length)) {
            qdr_call call = {.syntax = syntax, .name = f.name, .parameters = f.parameters,
                             .row = f.row};
            int code = bind(c, &f, &call);
            return code ? code : f.build(c, &call, value);
        }
        qdr_names_offer(&names, f.name, strlen(f.name));
    }
    char hint[QDR_NAMES_HINT];
    return qdr_check_fail(c, syntax, "unknown function '%.*s'%s", QDR_SHOWN(length), name,
                          qdr_names_hint(&names, hint));
}
