/* One value as text. */
#include "quadrat/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/number.h"

_Static_assert(QDR_VALUE_SIZE >= QDR_NUMBER_COMPLEX, "a value's text holds any number's");
_Static_assert(QDR_CHECK_SIZE == QDR_CHECK_TEXT, "the public and the internal size agree");

const char *qdr_value_text(char text[QDR_VALUE_SIZE], const qdr_value *value)
{
    switch (value->kind) {
    case QDR_VALUE_BOOL:
        return strcpy(text, value->boolean ? "True" : "False");
    case QDR_VALUE_INT:
        snprintf(text, QDR_VALUE_SIZE, "%" PRId64, value->integer);
        return text;
    case QDR_VALUE_UINT:
        snprintf(text, QDR_VALUE_SIZE, "%" PRIu64, value->natural);
        return text;
    case QDR_VALUE_FLOAT16:
        return qdr_number_sized(text, value->real, 2);
    case QDR_VALUE_FLOAT32:
        return qdr_number_sized(text, value->real, 4);
    case QDR_VALUE_FLOAT64:
        return qdr_number_sized(text, value->real, 8);
    case QDR_VALUE_COMPLEX64:
        return qdr_number_complex(text, value->pair.re, value->pair.im, 4);
    case QDR_VALUE_COMPLEX128:
        break;
    }
    return qdr_number_complex(text, value->pair.re, value->pair.im, 8);
}
