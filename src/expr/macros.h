/* Macros: functions whose value is that of a text, evaluated with the arguments as names. */
#ifndef QDR_EXPR_MACROS_H
#define QDR_EXPR_MACROS_H

#include "expr/check.h"

extern const qdr_function qdr_macros[]; /* ended by a row without name */

#endif
