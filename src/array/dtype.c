/* The table of element types. */
#include <string.h>

#include "quadrat/array.h"

static const struct {
    const char *name;
    char kind;
    size_t size;
} dtypes[] = {
#define DTYPE(id, name, kind, type, npy) {name, kind, sizeof(type)},
#include "quadrat/dtypes.def"
#undef DTYPE
};

const char *qdr_dtype_name(qdr_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t qdr_dtype_size(qdr_dtype dtype)
{
    return dtypes[dtype].size;
}

char qdr_dtype_kind(qdr_dtype dtype)
{
    return dtypes[dtype].kind;
}

qdr_dtype qdr_dtype_find(const char *name)
{
    if (strcmp(name, "int") == 0)
        return QDR_INT64;
    if (strcmp(name, "float") == 0)
        return QDR_FLOAT64;
    for (int i = 0; i < QDR_DTYPES; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return (qdr_dtype)i;
    return QDR_DTYPES;
}

/* An integer next to a float needs a float whose significand holds the integer type; only float64
 * is offered for integers of 8 bytes. Otherwise the kinds and the sizes are ordered. */
qdr_dtype qdr_dtype_promote(qdr_dtype a, qdr_dtype b)
{
    if (a > b)
        return qdr_dtype_promote(b, a);
    if (dtypes[a].kind == 'i' && dtypes[b].kind == 'f')
        return QDR_FLOAT64;
    return b;
}
