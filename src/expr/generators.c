#include "expr/generators.h"

#define GROUP QDR_GENERATORS

static const qdr_scalar one = {.dtype = QDR_INT64, .integer = 1};
static const qdr_scalar zero = {.dtype = QDR_INT64, .integer = 0};

int qdr_generator_dtype(qdr_checker *checker, const qdr_term *value, qdr_dtype usual,
                        qdr_dtype *dtype)
{
    *dtype = usual;
    return value->kind == QDR_TERM_ABSENT ? QDR_OK : qdr_check_dtype(checker, value, dtype);
}

void qdr_generator_end(qdr_bytes *text, qdr_dtype dtype, qdr_dtype usual)
{
    if (dtype != usual)
        qdr_bytes_format(text, ", dtype=\"%s\"", qdr_dtype_name(dtype));
    qdr_bytes_text(text, ")");
}

/* What ones, zeros, full and their like have in common. */
typedef struct filling {
    const char *name;
    const qdr_scalar *number; /* NULL: the argument behind the shape or array is it */
    bool like;                /* the shape, and the usual dtype, are those of an array */
} filling;

static const filling ones = {"ones", &one, false}, ones_like = {"ones", &one, true};
static const filling zeros = {"zeros", &zero, false}, zeros_like = {"zeros", &zero, true};
static const filling full = {"full", NULL, false}, full_like = {"full", NULL, true};

/* The dtype of a number as it is printed. */
static qdr_dtype literal_dtype(qdr_scalar number)
{
    qdr_scalar wide = qdr_scalar_widen(number);
    return wide.dtype == QDR_UINT64 && wide.natural <= INT64_MAX ? QDR_INT64 : wide.dtype;
}

/* The shape, and the dtype that an array has when none is asked for. */
static int take_form(qdr_checker *checker, const qdr_call *call, const filling *f, qdr_shape *shape,
                     qdr_dtype *usual)
{
    const qdr_node *node = NULL;
    if (!f->like)
        return qdr_check_shape(checker, &call->argument[0], shape);
    int code = qdr_check_array(checker, &call->argument[0], &node);
    if (!code) {
        *shape = node->shape;
        *usual = node->dtype;
    }
    return code;
}

static int build_filled(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const filling *f = call->row;
    const qdr_term *number = f->number ? call->argument : &call->argument[1];
    char tuple[QDR_SHAPE_TEXT];
    qdr_scalar fill = f->number ? *f->number : zero;
    qdr_dtype dtype;
    qdr_shape shape;
    qdr_source *source;
    int code = f->number ? QDR_OK : qdr_check_number(checker, number, &fill);
    qdr_dtype usual = f->number ? QDR_FLOAT64 : fill.dtype;
    if (!code)
        code = take_form(checker, call, f, &shape, &usual);
    if (!code)
        code = qdr_generator_dtype(checker, qdr_call_argument(call, "dtype"), usual, &dtype);
    if (!code)
        code = qdr_check_convert(checker, number->syntax, fill, dtype, &fill);
    if (!code)
        code = qdr_source_constant(&shape, fill, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "%s(%s", f->name, qdr_shape_text(tuple, &shape));
    if (!f->number) {
        qdr_bytes_text(&text, ", ");
        qdr_scalar_print(&text, fill);
    }
    qdr_generator_end(&text, dtype, f->number ? QDR_FLOAT64 : literal_dtype(fill));
    code = qdr_check_generator(checker, source, qdr_call_argument(call, "chunks"), &text, value);
    qdr_bytes_clear(&text);
    return code;
}

static int build_eye(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *columns = qdr_call_argument(call, "M");
    const qdr_term *diagonal = qdr_call_argument(call, "k");
    qdr_shape shape = {.ndim = 2};
    qdr_dtype dtype;
    qdr_scalar filler;
    qdr_source *source;
    int64_t k = 0;
    int code = qdr_check_integer(checker, &call->argument[0], &shape.extent[0]);
    shape.extent[1] = shape.extent[0];
    if (!code && columns->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, columns, &shape.extent[1]);
    if (!code && diagonal->kind != QDR_TERM_ABSENT)
        code = qdr_check_integer(checker, diagonal, &k);
    if (!code)
        code = qdr_generator_dtype(checker, qdr_call_argument(call, "dtype"), QDR_FLOAT64, &dtype);
    if (!code)
        code = qdr_check_convert(checker, call->syntax, one, dtype, &filler);
    if (!code)
        code = qdr_check_extents(checker, call->syntax, &shape);
    if (code)
        return code;
    code = qdr_source_eye(shape.extent[0], shape.extent[1], k, filler, &source,
                          qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "eye(%lld", (long long)shape.extent[0]);
    if (shape.extent[1] != shape.extent[0])
        qdr_bytes_format(&text, ", %lld", (long long)shape.extent[1]);
    if (k)
        qdr_bytes_format(&text, ", k=%lld", (long long)k);
    qdr_generator_end(&text, dtype, QDR_FLOAT64);
    code = qdr_check_generator(checker, source, qdr_call_argument(call, "chunks"), &text, value);
    qdr_bytes_clear(&text);
    return code;
}

static int build_indices(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    char tuple[QDR_SHAPE_TEXT];
    qdr_shape of, shape = {0};
    qdr_source *source;
    qdr_dtype dtype;
    int code = qdr_check_shape(checker, &call->argument[0], &of);
    if (!code)
        code = qdr_generator_dtype(checker, &call->argument[1], QDR_INT64, &dtype);
    if (!code && of.ndim == QDR_MAX_DIMS)
        code = qdr_check_fail(checker, call->syntax, "an array has at most %d axes", QDR_MAX_DIMS);
    if (code)
        return code;
    shape.extent[shape.ndim++] = of.ndim;
    for (int i = 0; i < of.ndim; i++)
        shape.extent[shape.ndim++] = of.extent[i];
    code = qdr_check_extents(checker, call->syntax, &shape);
    if (!code)
        code = qdr_source_indices(&shape, &source, qdr_check_error(checker));
    if (code)
        return code;
    qdr_bytes text = {0};
    qdr_bytes_format(&text, "%s(%s)", call->name, qdr_shape_text(tuple, &of));
    code = qdr_check_generator(checker, source, &call->argument[2], &text, value);
    qdr_bytes_clear(&text);
    return code ? code : qdr_check_cast(checker, value->node, dtype, &value->node);
}

static int build_open(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *path = &call->argument[0];
    if (path->kind != QDR_TERM_STRING)
        return qdr_check_fail(checker, path->syntax, "open takes the name of a file: \"a.npy\"");
    return qdr_check_file(checker, path->string, &call->argument[1], value);
}

/* Python's complex of two reals: also what no sum of a real and an imaginary literal gives. */
static int build_complex(qdr_checker *checker, const qdr_call *call, qdr_term *value)
{
    const qdr_term *given = call->argument;
    qdr_scalar re, im = zero;
    int code = qdr_check_number(checker, &given[0], &re);
    if (!code && given[1].kind != QDR_TERM_ABSENT)
        code = qdr_check_number(checker, &given[1], &im);
    if (!code)
        code = qdr_check_convert(checker, given[0].syntax, re, QDR_FLOAT64, &re);
    if (!code)
        code = qdr_check_convert(checker, given[1].syntax, im, QDR_FLOAT64, &im);
    if (code)
        return code;
    qdr_node node = {.kind = QDR_NODE_CONSTANT, .dtype = QDR_COMPLEX128, .weak = true};
    node.value = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {re.real, im.real}};
    return qdr_check_intern(checker, &node, value);
}

const qdr_function qdr_generators[] = {
    {GROUP, "ones", "shape, dtype=float64, chunks=\"auto\"", "an array of ones",
     "sum(ones((2, 3)))", "6.0", build_filled, &ones},
    {GROUP, "zeros", "shape, dtype=float64, chunks=\"auto\"", "an array of zeros",
     "sum(zeros(4, dtype=int64))", "0", build_filled, &zeros},
    {GROUP, "full", "shape, fill_value, dtype=None, chunks=\"auto\"",
     "an array of one number; its dtype is the number's", "mean(full((2, 2), 7))", "7.0",
     build_filled, &full},
    {GROUP, "ones_like", "a, dtype=None, chunks=\"auto\"",
     "ones of the shape and dtype of an array", "sum(ones_like(arange(4)))", "4", build_filled,
     &ones_like},
    {GROUP, "zeros_like", "a, dtype=None, chunks=\"auto\"",
     "zeros of the shape and dtype of an array", "sum(zeros_like(arange(4)))", "0", build_filled,
     &zeros_like},
    {GROUP, "full_like", "a, fill_value, dtype=None, chunks=\"auto\"",
     "an array of one number, which must fit, of the shape and dtype of an array",
     "sum(full_like(arange(4), 7))", "28", build_filled, &full_like},
    {GROUP, "eye", "N, M=None, k=0, dtype=float64, chunks=\"auto\"",
     "N rows of M (or N) zeros, but ones k to the right of the diagonal", "sum(eye(3, 4, k=2))",
     "2.0", build_eye, NULL},
    {GROUP, "identity", "n, dtype=float64, chunks=\"auto\"", "eye(n)", "sum(identity(3))", "3.0",
     build_eye, NULL},
    {GROUP, "indices", "shape, dtype=int64, chunks=\"auto\"",
     "of each element its indices: indices(shape)[0] along the first axis, …",
     "sum(indices((2, 3))[1])", "6", build_indices, NULL},
    {GROUP, "complex", "real, imag=0", "the number real + imag * 1j", "complex(1, -0.0)",
     "(1-0j) complex128", build_complex, NULL},
    {GROUP, "open", "path, chunks=\"auto\"", "the array in a file", "open(\"survey.npy\")", NULL,
     build_open, NULL},
    {.name = NULL},
};
