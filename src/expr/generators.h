/* Functions that make arrays: generators, and open() for files. */
#ifndef QDR_EXPR_GENERATORS_H
#define QDR_EXPR_GENERATORS_H

#include "expr/check.h"

extern const qdr_function qdr_generators[]; /* ended by a row without name */

#endif
