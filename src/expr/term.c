/* Terms: what builders may ask of them, and making nodes of them. */
#include "expr/checker.h"

int qdr_check_array(qdr_checker *c, const qdr_term *value, const qdr_node **node)
{
    if (value->kind == QDR_TERM_NODE) {
        *node = value->node;
        return QDR_OK;
    }
    static const char *const kinds[] = {
        [QDR_TERM_TUPLE] = "a tuple",
        [QDR_TERM_STRING] = "a text",
        [QDR_TERM_DTYPE] = "a dtype",
        [QDR_TERM_NONE] = "None",
    };
    return qdr_check_fail(c, value->syntax, "%s stands where an array or a number belongs",
                          kinds[value->kind]);
}

int qdr_check_integer(qdr_checker *c, const qdr_term *value, int64_t *integer)
{
    if (value->kind == QDR_TERM_NODE && value->node->kind == QDR_NODE_CONSTANT &&
        value->node->dtype == QDR_UINT64)
        return qdr_check_fail(c, value->syntax, "this number does not fit int64");
    if (value->kind != QDR_TERM_NODE || value->node->kind != QDR_NODE_CONSTANT ||
        value->node->dtype != QDR_INT64)
        return qdr_check_fail(c, value->syntax, "this must be a whole number");
    *integer = value->node->value.integer;
    return QDR_OK;
}

int qdr_check_shape(qdr_checker *c, const qdr_term *value, qdr_shape *shape)
{
    const qdr_term *item = value;
    shape->ndim = 1;
    if (value->kind == QDR_TERM_TUPLE) {
        item = value->tuple.item;
        shape->ndim = value->tuple.count;
    }
    if (shape->ndim > QDR_MAX_DIMS)
        return qdr_check_fail(c, value->syntax, "a shape has at most %d axes", QDR_MAX_DIMS);
    for (int i = 0; i < shape->ndim; i++) {
        int code = qdr_check_integer(c, &item[i], &shape->extent[i]);
        if (code)
            return code;
        if (shape->extent[i] < 0)
            return qdr_check_fail(c, item[i].syntax, "an extent can't be negative");
    }
    return qdr_check_extents(c, value->syntax, shape);
}

int qdr_check_extents(qdr_checker *c, const qdr_syntax *place, const qdr_shape *shape)
{
    qdr_error detail = QDR_ERROR_INIT;
    if (qdr_shape_check(shape, QDR_ELEMENT_MOST, &detail))
        return qdr_check_fail(c, place, "%s", detail.text);
    return QDR_OK;
}

int qdr_check_flag(qdr_checker *c, const qdr_term *value, bool usual, bool *flag)
{
    *flag = usual;
    if (value->kind == QDR_TERM_ABSENT)
        return QDR_OK;
    if (value->kind != QDR_TERM_NODE || value->node->kind != QDR_NODE_CONSTANT ||
        value->node->dtype != QDR_BOOL)
        return qdr_check_fail(c, value->syntax, "this is True or False");
    *flag = value->node->value.truth;
    return QDR_OK;
}

int qdr_check_axis(qdr_checker *c, const qdr_term *term, int ndim, uint32_t *axes)
{
    int64_t axis = 0;
    int code = qdr_check_integer(c, term, &axis);
    if (code)
        return code;
    if (axis < -ndim || axis >= ndim)
        return qdr_check_fail(c, term->syntax, "axis %lld does not exist: the array has %d",
                              (long long)axis, ndim);
    axis += axis < 0 ? ndim : 0;
    if (*axes >> axis & 1)
        return qdr_check_fail(c, term->syntax, "axis %lld is named twice", (long long)axis);
    *axes |= 1u << axis;
    return QDR_OK;
}

int qdr_check_axes(qdr_checker *c, const qdr_term *term, int ndim, uint32_t *axes)
{
    *axes = ndim == 32 ? UINT32_MAX : (1u << ndim) - 1;
    if (term->kind == QDR_TERM_ABSENT || term->kind == QDR_TERM_NONE)
        return QDR_OK;
    *axes = 0;
    if (term->kind != QDR_TERM_TUPLE)
        return qdr_check_axis(c, term, ndim, axes);
    int code = QDR_OK;
    for (int i = 0; i < term->tuple.count && !code; i++)
        code = qdr_check_axis(c, &term->tuple.item[i], ndim, axes);
    return code;
}

int qdr_check_dtype(qdr_checker *c, const qdr_term *value, qdr_dtype *dtype)
{
    *dtype = value->kind == QDR_TERM_DTYPE    ? value->dtype
             : value->kind == QDR_TERM_STRING ? qdr_dtype_find(value->string)
                                               : QDR_DTYPES;
    if (*dtype != QDR_DTYPES)
        return QDR_OK;
    qdr_bytes known = {0};
    for (int i = 0; i < QDR_DTYPES; i++)
        qdr_bytes_format(&known, "%s%s", i ? ", " : "", qdr_dtype_name((qdr_dtype)i));
    int code = qdr_check_fail(c, value->syntax, "this is no dtype; known are %s", known.data);
    qdr_bytes_clear(&known);
    return code;
}

int qdr_check_rank(qdr_dtype dtype)
{
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
        return QDR_RANK_BOOL;
    case 'f':
        return QDR_RANK_FLOAT;
    case 'c':
        return QDR_RANK_COMPLEX;
    default:
        return QDR_RANK_INTEGER;
    }
}

qdr_scalar qdr_check_converted(qdr_scalar value, qdr_dtype dtype)
{
    qdr_scalar converted = {.dtype = dtype, .words = {0, 0}};
    const void *operand[] = {value.words};
    qdr_kernel_cast(value.dtype, dtype)(1, converted.words, operand, 0);
    return converted;
}

bool qdr_check_fits(qdr_scalar value, qdr_dtype dtype)
{
    int to = qdr_check_rank(dtype);
    if (to >= QDR_RANK_FLOAT)
        value = qdr_check_converted(value, to == QDR_RANK_FLOAT ? QDR_FLOAT64 : QDR_COMPLEX128);
    return qdr_scalar_fits(value, dtype);
}

int qdr_check_range(qdr_checker *c, const qdr_syntax *place, qdr_scalar value, qdr_dtype dtype)
{
    if (qdr_check_fits(value, dtype))
        return QDR_OK;
    qdr_bytes text = {0};
    qdr_scalar_print(&text, value);
    int code = qdr_check_fail(c, place, "the number %s does not fit %s",
                              text.data ? text.data : "", qdr_dtype_name(dtype));
    qdr_bytes_clear(&text);
    return code;
}

int qdr_check_number(qdr_checker *c, const qdr_term *value, qdr_scalar *number)
{
    if (value->kind != QDR_TERM_NODE || value->node->kind != QDR_NODE_CONSTANT)
        return qdr_check_fail(c, value->syntax, "this must be a number");
    *number = value->node->value;
    return QDR_OK;
}

int qdr_check_convert(qdr_checker *c, const qdr_syntax *place, qdr_scalar number, qdr_dtype dtype,
                      qdr_scalar *converted)
{
    /* 0 and 1 may become bools */
    int rank = qdr_check_rank(number.dtype);
    if (rank > QDR_RANK_INTEGER && rank > qdr_check_rank(dtype))
        return qdr_check_fail(c, place, "a number of dtype %s can't become %s",
                              qdr_dtype_name(number.dtype), qdr_dtype_name(dtype));
    *converted = qdr_check_converted(number, dtype);
    return qdr_check_range(c, place, number, dtype);
}

int qdr_check_intern(qdr_checker *c, const qdr_node *node, qdr_term *value)
{
    value->kind = QDR_TERM_NODE;
    return qdr_tree_intern(c->program, node, &value->node, c->err);
}

int qdr_check_reindex(qdr_checker *c, const qdr_syntax *place, const qdr_node *node,
                      const qdr_reindex *r, qdr_term *value)
{
    value->kind = QDR_TERM_NODE;
    int code = qdr_reindex_apply(c->program, node, r, &value->node, c->err);
    return code == QDR_EUSAGE ? qdr_check_fail(c, place, "%s", c->err->text) : code;
}

int qdr_check_python(qdr_checker *c, qdr_scalar scalar, qdr_term *value)
{
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = scalar.dtype, .weak = true,
                     .value = scalar};
    return qdr_check_intern(c, &node, value);
}
