/* The .npy format, versions 1.0, 2.0 and 3.0: numpy.lib.format (NEP 1). A header is a Python dict
 * literal; this reader takes what NumPy's takes, and refuses duplicate keys, 1_0 and 0x10 too. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array/source.h"
#include "base/bytes.h"
#include "base/file.h"

#define HEADER_MOST 10000 /* NumPy's limit for files it does not trust */

/* A header being read. Every function below moves at past what it took and returns whether it was
 * there; the first failure stays in why. */
struct reader {
    const char *at, *end;
    const char *why;
    const char *descr; /* within the header, between its quotes */
    size_t descr_length;
    bool fortran;
    qdr_shape shape;
};

static bool refuse(struct reader *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return false;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\n\r\f", *r->at) && *r->at)
        r->at++;
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t length = strlen(word);
    skip_space(r);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return false;
    if ((size_t)(r->end - r->at) > length && (isalnum((unsigned char)r->at[length])))
        return false;
    r->at += length;
    return true;
}

static bool take_string(struct reader *r, const char **text, size_t *length)
{
    skip_space(r);
    if (r->at == r->end || (*r->at != '\'' && *r->at != '"'))
        return refuse(r, "a string is missing");
    char quote = *r->at++;
    *text = r->at;
    while (r->at < r->end && *r->at != quote && *r->at != '\\' && *r->at != '\n')
        r->at++;
    if (r->at == r->end || *r->at != quote)
        return refuse(r, "a string has no end");
    *length = (size_t)(r->at++ - *text);
    return true;
}

static bool take_descr(struct reader *r)
{
    skip_space(r);
    if (r->at < r->end && *r->at == '[')
        return refuse(r, "records with fields are not arrays of numbers");
    return take_string(r, &r->descr, &r->descr_length);
}

static bool take_order(struct reader *r)
{
    r->fortran = take_word(r, "True");
    return r->fortran || take_word(r, "False") || refuse(r, "'fortran_order' is not True or False");
}

static bool take_extent(struct reader *r, int64_t *extent)
{
    skip_space(r);
    const char *first = r->at;
    *extent = 0;
    for (; r->at < r->end && isdigit((unsigned char)*r->at); r->at++)
        if (__builtin_mul_overflow(*extent, 10, extent) ||
            __builtin_add_overflow(*extent, *r->at - '0', extent))
            return refuse(r, "an extent is 2^63 or more");
    if (r->at == first || (*first == '0' && r->at - first > 1))
        return refuse(r, "'shape' is not a tuple of whole numbers");
    if (r->at < r->end && *r->at == 'L') /* Python 2 wrote 2L */
        r->at++;
    return true;
}

static bool take_shape(struct reader *r)
{
    if (!take(r, '('))
        return refuse(r, "'shape' is not a tuple");
    r->shape.ndim = 0;
    while (!take(r, ')')) {
        if (r->shape.ndim == QDR_MAX_DIMS)
            return refuse(r, "'shape' has more than 32 axes");
        if (!take_extent(r, &r->shape.extent[r->shape.ndim++]))
            return false;
        if (take(r, ','))
            continue;
        if (r->shape.ndim == 1 || !take(r, ')')) /* (3) is a number, not a tuple */
            return refuse(r, "'shape' is not a tuple of whole numbers");
        break;
    }
    return true;
}

static bool take_dict(struct reader *r)
{
    static const struct {
        const char *key;
        bool (*take)(struct reader *);
    } keys[] = {{"descr", take_descr}, {"fortran_order", take_order}, {"shape", take_shape}};
    bool seen[3] = {false};
    if (!take(r, '{'))
        return refuse(r, "it does not begin with '{'");
    while (!take(r, '}')) {
        const char *key;
        size_t length, k = 0;
        if (!take_string(r, &key, &length))
            return false;
        while (k < 3 && (strlen(keys[k].key) != length || memcmp(keys[k].key, key, length) != 0))
            k++;
        if (k == 3)
            return refuse(r, "it has a key that is none of descr, fortran_order, shape");
        if (seen[k])
            return refuse(r, "it has a key twice");
        seen[k] = true;
        if (!take(r, ':'))
            return refuse(r, "a ':' is missing");
        if (!keys[k].take(r))
            return false;
        if (!take(r, ',') && (skip_space(r), r->at == r->end || *r->at != '}'))
            return refuse(r, "a ',' or '}' is missing");
    }
    skip_space(r);
    if (r->at != r->end)
        return refuse(r, "something follows its '}'");
    return (seen[0] && seen[1] && seen[2]) || refuse(r, "descr, fortran_order or shape is missing");
}

static const char *const codes[QDR_DTYPES] = {
#define DTYPE(id, name, class, type, npy) npy,
#include "quadrat/dtypes.def"
#undef DTYPE
};

/* This machine's byte order, as descr writes it. */
static char native_order(void)
{
    const uint16_t one = 1;
    return *(const char *)&one ? '<' : '>';
}

/* "<f8": byte order and code. One-byte types have no order; '|' and '=' mean this machine's. */
static bool find_dtype(const char *descr, size_t length, qdr_layout *layout)
{
    char native = native_order(), order = native;
    if (length && strchr("<>=|", *descr)) {
        order = *descr == '<' || *descr == '>' ? *descr : native;
        descr++;
        length--;
    }
    for (int i = 0; i < QDR_DTYPES; i++)
        if (strlen(codes[i]) == length && memcmp(codes[i], descr, length) == 0) {
            layout->dtype = (qdr_dtype)i;
            layout->swapped = order != native && qdr_dtype_size(layout->dtype) > 1;
            return true;
        }
    return false;
}

static int unknown_dtype(const char *shown, const struct reader *r, qdr_error *err)
{
    qdr_bytes text = {0};
    qdr_bytes_escape(&text, r->descr, r->descr_length < 40 ? r->descr_length : 40, "");
    if (memchr(r->descr, 'O', r->descr_length))
        qdr_fail(err, QDR_EDATA,
                 "%s: holds Python objects (dtype '%s'), which are never unpickled. Save it with a "
                 "numeric dtype.",
                 shown, text.data);
    else {
        qdr_bytes known = {0};
        for (int i = 0; i < QDR_DTYPES; i++)
            qdr_bytes_format(&known, "%s%s", i ? ", " : "", qdr_dtype_name((qdr_dtype)i));
        qdr_fail(err, QDR_EDATA, "%s: elements of dtype '%s' can't be read; known are %s", shown,
                 text.data ? text.data : "", known.data);
        qdr_bytes_clear(&known);
    }
    qdr_bytes_clear(&text);
    return QDR_EDATA;
}

/* Finds the dict: *length bytes at *offset. */
static int find_header(int fd, const char *path, const char *shown, uint64_t size,
                       uint64_t *offset, uint64_t *length, qdr_error *err)
{
    unsigned char start[12];
    if (size < sizeof start)
        return qdr_fail(err, QDR_EDATA, "%s: %" PRIu64 " bytes are too few for a .npy file", shown,
                        size);
    int code = qdr_file_read(fd, path, start, sizeof start, 0, err);
    if (code)
        return code;
    if (memcmp(start, "\x93NUMPY", 6) != 0)
        return qdr_fail(err, QDR_EDATA, "%s: not a .npy file: it begins otherwise", shown);
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return qdr_fail(err, QDR_EDATA,
                        "%s: .npy version %d.%d is not known; 1.0, 2.0 and 3.0 are", shown,
                        start[6], start[7]);
    *offset = start[6] == 1 ? 10 : 12;
    *length = start[8] | (uint64_t)start[9] << 8;
    if (start[6] > 1)
        *length |= (uint64_t)start[10] << 16 | (uint64_t)start[11] << 24;
    if (*length > size - *offset)
        return qdr_fail(err, QDR_EDATA,
                        "%s: the header is said to have %" PRIu64 " bytes, the file has %" PRIu64
                        ". A copy cut short?",
                        shown, *length, size);
    if (*length > HEADER_MOST)
        return qdr_fail(err, QDR_EDATA,
                        "%s: a header of %" PRIu64 " bytes; at most %d are taken", shown, *length,
                        HEADER_MOST);
    return QDR_OK;
}

static int probe(int fd, const char *path, uint64_t size, qdr_layout *layout, qdr_error *err)
{
    char shown[512], header[HEADER_MOST];
    uint64_t offset = 0, length = 0;
    qdr_escape(shown, sizeof shown, path);
    int code = find_header(fd, path, shown, size, &offset, &length, err);
    if (!code)
        code = qdr_file_read(fd, path, header, length, offset, err);
    if (code)
        return code;
    struct reader r = {.at = header, .end = header + length};
    if (!take_dict(&r))
        return qdr_fail(err, QDR_EDATA, "%s: the .npy header can't be read: %s", shown, r.why);
    if (!find_dtype(r.descr, r.descr_length, layout))
        return unknown_dtype(shown, &r, err);
    qdr_error detail = QDR_ERROR_INIT;
    if (qdr_shape_check(&r.shape, qdr_dtype_size(layout->dtype), &detail))
        return qdr_fail(err, QDR_EDATA, "%s: %s", shown, detail.text);
    layout->shape = r.shape;
    layout->reversed = r.fortran && r.shape.ndim > 1;
    layout->offset = offset + length;
    uint64_t need = (uint64_t)qdr_shape_count(&r.shape) * qdr_dtype_size(layout->dtype);
    uint64_t have = size - layout->offset;
    if (have < need)
        return qdr_fail(err, QDR_EDATA,
                        "%s: header promises %" PRIu64 " bytes, the file has %" PRIu64
                        ". A copy cut short?",
                        shown, need, have);
    return QDR_OK;
}

size_t qdr_npy_header(qdr_dtype dtype, const qdr_shape *shape, char header[QDR_NPY_HEADER])
{
    char tuple[QDR_SHAPE_TEXT];
    int used = snprintf(header, QDR_NPY_HEADER,
                        "\x93NUMPY%c%c__{'descr': '%c%s', 'fortran_order': False, 'shape': %s, }", 1,
                        0, qdr_dtype_size(dtype) > 1 ? native_order() : '|', codes[dtype],
                        qdr_shape_text(tuple, shape));
    size_t size = ((size_t)used + 1 + 63) / 64 * 64; /* elements begin at a multiple of 64 */
    memset(header + used, ' ', size - (size_t)used);
    header[size - 1] = '\n';
    header[8] = (char)((size - 10) & 0xff);
    header[9] = (char)((size - 10) >> 8);
    return size;
}

const qdr_file_format qdr_npy_format = {
    .ending = ".npy",
    .probe = probe,
    .fill = qdr_source_fill_plain,
};
