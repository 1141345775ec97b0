#include "expr/operators.h"

#include <string.h>

const qdr_operator qdr_operators[] = {
#define OPERATOR(name, parameters, symbol, precedence, types, steps, jumps, help, example, value)  \
    {#name, parameters, symbol, QDR_PRECEDENCE_##precedence, QDR_TYPES_##types, #steps, jumps,     \
     help,  example,    value},
#include "expr/operators.def"
#undef OPERATOR
    {.name = NULL},
};

const qdr_operator *qdr_operator_find(const char *symbol, size_t length, bool unary)
{
    for (const qdr_operator *o = qdr_operators; o->name; o++)
        if (*o->symbol && strlen(o->symbol) == length && memcmp(o->symbol, symbol, length) == 0 &&
            (o->precedence == QDR_PRECEDENCE_UNARY) == unary)
            return o;
    return NULL;
}

const qdr_operator *qdr_operator_named(const char *name)
{
    const qdr_operator *o = qdr_operators;
    while (o->name && strcmp(o->name, name) != 0)
        o++;
    return o;
}
