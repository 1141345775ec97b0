/* Arrays: element types, shapes, boxes, grids, and sources, where elements come from.
 *
 * An array has a dtype and a shape of up to QDR_MAX_DIMS extents; an extent may be 0, and a shape
 * without axes is one element (0-d). Its elements have positions 0, 1, 2, … in C order: the last
 * axis varies fastest. A box is a rectangular part of an array. A grid cuts an array into blocks,
 * numbered in C order too; blocks at the far edges may be smaller. All extents, positions and
 * counts are int64_t; a shape that passed qdr_shape_check has a size in bytes below 2^63.
 *
 * Everything here is local: no function communicates.
 */
#ifndef QUADRAT_ARRAY_H
#define QUADRAT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"
#include "quadrat/visible.h"

/* ---- element types ------------------------------------------------------------------------ */

/* IEEE 754 binary16. Elements are stored so and computed as floats, each result rounded again. */
typedef struct qdr_float16 {
    uint16_t bits;
} qdr_float16;

typedef struct qdr_complex64 {
    float re, im;
} qdr_complex64;

typedef struct qdr_complex128 {
    double re, im;
} qdr_complex128;

typedef enum qdr_dtype {
#define DTYPE(id, name, class, type, npy) QDR_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    QDR_DTYPES /* how many there are */
} qdr_dtype;

#define QDR_ELEMENT_MOST sizeof(qdr_complex128) /* bytes of the largest element */

const char *qdr_dtype_name(qdr_dtype dtype); /* "float64" */
size_t qdr_dtype_size(qdr_dtype dtype);      /* bytes an element */

/* As NumPy's: 'b' bool, 'i' signed and 'u' unsigned integer, 'f' float, 'c' complex. */
char qdr_dtype_kind(qdr_dtype dtype);

/* The numbers an element consists of: 2 for complex ones, else 1. */
int qdr_dtype_parts(qdr_dtype dtype);

/* The dtype with that name, which may be Python's int or float; QDR_DTYPES for none. */
qdr_dtype qdr_dtype_find(const char *name);

/* The dtype of a kind and size; QDR_DTYPES when there is none. */
qdr_dtype qdr_dtype_of(char kind, size_t size);

/* Makes each NaN among the elements the canonical quiet one, and each true bool 1: a NaN's sign and
 * payload carry nothing that a result may depend on, and machines differ in them. */
void qdr_dtype_canonise(qdr_dtype dtype, void *elements, int64_t count);

/* The smallest dtype that NumPy's rules let both be converted to (NEP 50, without the weak Python
 * scalars, which are the business of expressions). */
qdr_dtype qdr_dtype_promote(qdr_dtype a, qdr_dtype b);

/* The smallest float dtype that NumPy's functions of reals compute a dtype in: float16 for bool
 * and integers of 8 bits, float32 for those of 16, float64 for larger ones; of a float, and of the
 * parts of a complex number, their own. */
qdr_dtype qdr_dtype_real(qdr_dtype dtype);

/* One element. Its bytes in memory are the first qdr_dtype_size bytes of the union; the others are
 * 0. The members are those of the widest dtypes, which qdr_scalar_widen makes of the others. */
typedef struct qdr_scalar {
    qdr_dtype dtype;
    union {
        uint8_t truth;       /* bool */
        int64_t integer;     /* int64 */
        uint64_t natural;    /* uint64 */
        double real;         /* float64 */
        qdr_complex128 pair; /* complex128 */
        uint64_t words[2];
    };
} qdr_scalar;

/* The same value as bool, int64, uint64, float64 or complex128. */
qdr_scalar qdr_scalar_widen(qdr_scalar value);

/* The value in a dtype of its kind, where the two of integers are one: floats are rounded once,
 * integers wrap. */
qdr_scalar qdr_scalar_narrow(qdr_scalar value, qdr_dtype dtype);

/* Whether a dtype holds a value of its kind, where bool and all integers are one kind; of a float
 * only the range counts. */
bool qdr_scalar_fits(qdr_scalar value, qdr_dtype dtype);

/* ---- shapes, boxes, grids ----------------------------------------------------------------- */

#define QDR_MAX_DIMS 32

typedef struct qdr_shape {
    int ndim;
    int64_t extent[QDR_MAX_DIMS];
} qdr_shape;

typedef struct qdr_box {
    int ndim;
    int64_t start[QDR_MAX_DIMS];
    int64_t extent[QDR_MAX_DIMS];
} qdr_box;

/* QDR_EUSAGE when an extent is negative or the array would have 2^63 bytes or more. */
int qdr_shape_check(const qdr_shape *shape, size_t element_size, qdr_error *err);

int64_t qdr_shape_count(const qdr_shape *shape); /* elements; 1 for 0-d */
bool qdr_shape_equal(const qdr_shape *a, const qdr_shape *b);

#define QDR_SHAPE_TEXT 736 /* bytes that hold any text made of a shape or coordinates */

/* As Python writes a tuple: (), (3,), (2, 3). Returns text. */
const char *qdr_shape_text(char text[QDR_SHAPE_TEXT], const qdr_shape *shape);

/* The coordinates of a position. */
void qdr_shape_unravel(const qdr_shape *shape, int64_t position, int64_t coordinates[]);

int64_t qdr_box_count(const qdr_box *box); /* elements */

/* The whole array as a box, and the extents of a box. */
qdr_box qdr_box_whole(const qdr_shape *shape);
qdr_shape qdr_box_shape(const qdr_box *box);

typedef struct qdr_grid {
    qdr_shape shape;  /* of the array */
    qdr_shape block;  /* of a full block; each extent ≥ 1 */
    qdr_shape blocks; /* how many along each axis */
    int64_t count;    /* of all blocks; 0 for an array without elements */
} qdr_grid;

/* Cuts an array in blocks. An extent of block beyond the array's is taken as the array's. */
void qdr_grid_init(qdr_grid *grid, const qdr_shape *shape, const qdr_shape *block);

/* A block of at most `most` elements, most ≥ 1, that is a run of consecutive positions where possible:
 * trailing axes whole, one axis cut in nearly equal parts, leading axes 1. */
qdr_shape qdr_grid_contiguous(const qdr_shape *shape, int64_t most);

/* The box of the index-th block, inside `within`, of whose extent grid->shape is. */
void qdr_grid_box(const qdr_grid *grid, const qdr_box *within, int64_t index, qdr_box *box);

/* Goes through the elements of a box in C order as runs of consecutive positions of the array:
 *
 *     qdr_runs runs;
 *     for (bool more = qdr_runs_first(&runs, &shape, &box); more; more = qdr_runs_next(&runs))
 *         use(runs.position, runs.length);
 *
 * All runs of a box are equally long. */
typedef struct qdr_runs {
    int64_t position; /* of the run's first element */
    int64_t length;   /* elements */
    int outer;        /* axes that count runs */
    int64_t at[QDR_MAX_DIMS], extent[QDR_MAX_DIMS], stride[QDR_MAX_DIMS];
} qdr_runs;

bool qdr_runs_first(qdr_runs *runs, const qdr_shape *shape, const qdr_box *box);
bool qdr_runs_next(qdr_runs *runs);

/* ---- views -------------------------------------------------------------------------------- */

/* An array made of another by slicing, indexing, transposing and repeating, without moving an
 * element: along axis i of the view the index of axis source[i] of the other array goes up by
 * step[i], or no index changes where source[i] is -1. */
typedef struct qdr_view {
    qdr_shape shape; /* of the view */
    int source[QDR_MAX_DIMS];
    int64_t step[QDR_MAX_DIMS];
    int64_t start[QDR_MAX_DIMS]; /* by axis of the other array: the index where all begins */
} qdr_view;

/* The array itself. */
qdr_view qdr_view_whole(const qdr_shape *shape);

/* Whether the view is the array itself, of that shape. */
bool qdr_view_is_whole(const qdr_view *view, const qdr_shape *shape);

bool qdr_view_equal(const qdr_view *a, const qdr_view *b);

/* The view as part of an array of a larger shape, by NumPy's rule: axes are aligned at the last
 * one, and where the view lacks one or has extent 1 its elements are repeated. */
qdr_view qdr_view_broadcast(const qdr_view *view, const qdr_shape *shape);

/* ---- sources ------------------------------------------------------------------------------ */

/* Where the elements of an array come from: a file or a generator. Immutable once made; any number
 * of threads may read it at once. */
typedef struct qdr_source qdr_source;

qdr_dtype qdr_source_dtype(const qdr_source *source);
const qdr_shape *qdr_source_shape(const qdr_source *source);

/* The path it was opened with, or NULL for a generator. */
const char *qdr_source_path(const qdr_source *source);

/* The axis along which neighbours lie next to each other: the last one, or of a file in Fortran
 * order the first; -1 for 0-d. */
int qdr_source_fastest(const qdr_source *source);

/* Bytes of the file behind the last element, which are ignored: a sign that it is not what its
 * header says. 0 for a generator. */
uint64_t qdr_source_trailing(const qdr_source *source);

/* Tells the file that is read from another or a changed one: its bytes and the time of its last
 * change in ns; zeros for a generator, and where the system does not tell. */
void qdr_source_stamp(const qdr_source *source, uint64_t stamp[2]);

/* Reads the elements of a box of the source, in C order and the machine's byte order, into
 * elements, which has room for them. A NaN is always the canonical quiet one, whatever NaN the file
 * has. */
int qdr_source_read(const qdr_source *source, const qdr_box *box, void *elements, qdr_error *err);

/* The same for a box of a view of the source. */
int qdr_source_read_view(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                         void *elements, qdr_error *err);

/* What a thread has read of a source ahead of what it asked for, while it goes along it. */
typedef struct qdr_ahead {
    void *room;            /* of qdr_source_ahead bytes; NULL for 0 */
    int64_t first, count;  /* positions whose elements are in it; 0 at first */
} qdr_ahead;

/* The bytes that reading a source ahead takes; 0 when there is no use in it. */
size_t qdr_source_ahead(const qdr_source *source);

/* The same without a copy where the elements are in memory as they are wanted: *elements is where
 * they are, in the source, until it is destroyed, or in what was read ahead; else `room`, which has
 * room for them. A NaN may be any that the file has. */
int qdr_source_elements(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                        qdr_ahead *ahead, void *room, const void **elements, qdr_error *err);

/* Whether everything that was read so far was the file's. Elements that are used where they are are
 * zeros when their part of the file could not be read, and this tells so: what was made of them must
 * not be kept before. */
int qdr_source_check(const qdr_source *source, qdr_error *err);

void qdr_source_destroy(qdr_source *source);

/* What a file's header says, as plain data that can be sent to other ranks: probing reads it, on
 * one rank; attaching opens the file on each, and refuses one of another size, since on another
 * host the name may mean another file. */
typedef struct qdr_layout {
    int format;       /* index in the table of file formats */
    qdr_dtype dtype;
    qdr_shape shape;
    uint64_t offset;  /* bytes before the first element */
    bool swapped;     /* other byte order than this machine's */
    bool reversed;    /* Fortran order: the first axis varies fastest */
    uint64_t size;    /* of the file, bytes */
} qdr_layout;

/* The format is picked by the name's ending. QDR_ESYSTEM when the file can't be read, QDR_EUSAGE
 * for an unknown ending, QDR_EDATA when its header is wrong or promises more than the file has. */
int qdr_file_probe(const char *path, qdr_layout *layout, qdr_error *err);

/* How an attached file is read: mapped into memory or by system calls. A cached file comes faster
 * from a map on most machines, which is tried, and elements that are apart do on all; but one of a
 * network's file system is read, since a map's faults can't be interrupted and fetch little at a
 * time. Mapping one that can't be mapped is QDR_ESYSTEM. */
typedef enum qdr_io { QDR_IO_AUTO, QDR_IO_MAP, QDR_IO_READ } qdr_io;

int qdr_file_attach(const char *path, const qdr_layout *layout, qdr_io io, qdr_source **source,
                    qdr_error *err);

/* A file of that name, of which no more is known here: reading an element is QDR_EREFUSED. The caller
 * has checked shape. */
int qdr_source_described(const char *name, qdr_dtype dtype, const qdr_shape *shape,
                         qdr_source **source, qdr_error *err);

#define QDR_NPY_HEADER 1024 /* bytes that hold any header */

/* The header of a .npy file, version 1.0, whose elements follow in C order and this machine's byte
 * order. Returns its size. */
size_t qdr_npy_header(qdr_dtype dtype, const qdr_shape *shape, char header[QDR_NPY_HEADER]);

/* The endings of the file formats, for help: ".npy". NULL behind the last. */
const char *qdr_file_ending(size_t index);

/* An array in memory; elements are borrowed and must outlive the source. */
int qdr_source_memory(qdr_dtype dtype, const qdr_shape *shape, const void *elements,
                      qdr_source **source, qdr_error *err);

/* Generators. The caller has checked shape. */
int qdr_source_constant(const qdr_shape *shape, qdr_scalar value, qdr_source **source,
                        qdr_error *err);

/* The first two elements are given, in the dtype of the array; element i > 1 is
 * first + i * (second - first), each step rounded, as numpy.arange computes it: a float16's steps
 * are those of a float. */
int qdr_source_arange(int64_t count, qdr_scalar first, qdr_scalar second, qdr_source **source,
                      qdr_error *err);

/* count numbers from start to stop, which is the last one only with endpoint: element i is
 * start + i * step with step = (stop - start) / (count - endpoint), as numpy.linspace computes it;
 * where step underflows to 0 it is start + i / (count - endpoint) * (stop - start). */
int qdr_source_linspace(int64_t count, double start, double stop, bool endpoint,
                        qdr_source **source, qdr_error *err);

/* Zeros, but for element [i, i + k], which is one. */
int qdr_source_eye(int64_t rows, int64_t columns, int64_t k, qdr_scalar one, qdr_source **source,
                   qdr_error *err);

/* int64: element [a, i0, i1, …] is the a-th of i0, i1, …; so the first extent is how many others
 * there are. */
int qdr_source_indices(const qdr_shape *shape, qdr_source **source, qdr_error *err);

/* Random arrays are counter-based: each element is computed from one 64-bit word w of Philox4x64-10
 * (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Element i
 * of an array of a kind takes the i-th word of numpy.random.Philox(key=seed + kind * 2**64)
 * .random_raw(); kind is 0, 1, 2 for random, normal, integers. So arrays of different seeds or
 * kinds are independent of each other, and those of one seed and kind have the same beginning. */

/* Uniform in [0, 1): (w >> 11) / 2^53, which makes the numbers of numpy.random.Generator(
 * Philox(key=seed)).random(). */
int qdr_source_random(const qdr_shape *shape, uint64_t seed, qdr_source **source, qdr_error *err);

/* Normal: loc + scale * z, where z is the quantile of the standard normal distribution for the
 * probability 1/2 + (w + 1/2) / 2^64, w taken as a two's complement number. It comes from
 * Algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988), in doubles and in its order, of
 *
 *     m = w < 2^63 ? w : 2^64 - 1 - w        the sign of z is + in the first case
 *     q = (m + 1/2) / 2^64                   |probability - 1/2|
 *     p = (2^63 - 1 - m + 1/2) / 2^64        1/2 - q
 *
 * with its logarithm of p = 2^k f, sqrt(1/2) <= f < sqrt(2), as k * log(2) + 2 * s * t, where
 * s = (f - 1) / (f + 1) and t = 1 + s^2/3 + s^4/5 + … + s^20/21, by Horner's rule in s * s. Only
 * + - * / sqrt are used, which IEEE 754 defines: the bits are the same on every machine. z is
 * within 1e-15 of the quantile, relatively; |z| is at most 9.2. */
int qdr_source_normal(const qdr_shape *shape, double loc, double scale, uint64_t seed,
                      qdr_source **source, qdr_error *err);

/* Integers from low to last, both of int64 or of uint64: low + floor(w * n / 2^64), where n is how
 * many there are. The probability of each differs from 1/n by less than 2^-64. */
int qdr_source_integers(const qdr_shape *shape, qdr_scalar low, qdr_scalar last, uint64_t seed,
                        qdr_source **source, qdr_error *err);

#include "quadrat/hidden.h"
#endif
