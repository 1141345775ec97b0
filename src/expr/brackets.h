/* Views as text. Local. */
#ifndef QDR_EXPR_BRACKETS_H
#define QDR_EXPR_BRACKETS_H

#include "base/bytes.h"
#include "quadrat/array.h"

/* Appends how the view is written behind the name of its array: "[0:10, None].T". */
void qdr_view_print(qdr_bytes *text, const qdr_view *view, const qdr_shape *source);

#endif
