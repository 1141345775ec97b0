/* Array files, mapped and read: the same elements through every view; and a mapped file that is cut
 * while it is used, which must be told and must not end the process. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "quadrat/array.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define PATH "test_files.npy"

static char directory[] = "/tmp/test_files.XXXXXX";

static int enter(void **state)
{
    (void)state;
    return !mkdtemp(directory) || chdir(directory);
}

static int leave(void **state)
{
    (void)state;
    return unlink(PATH) || chdir("/") || rmdir(directory);
}

/* A file of random bytes, in the other byte order or in that of Fortran. */
static void write_file(qdr_dtype dtype, const qdr_shape *shape, bool swapped, bool fortran)
{
    char header[QDR_NPY_HEADER], *at;
    size_t size = qdr_npy_header(dtype, shape, header);
    if (swapped && (at = memchr(header, '<', size)))
        *at = '>';
    if (fortran && (at = memmem(header, size, "False", 5)))
        memcpy(at, "True ", 5);
    FILE *file = fopen(PATH, "w");
    assert_non_null(file);
    fwrite(header, 1, size, file);
    size_t bytes = (size_t)qdr_shape_count(shape) * qdr_dtype_size(dtype);
    for (size_t i = 0; i < bytes; i++)
        putc((int)(random64() >> 56), file);
    assert_int_equal(fclose(file), 0);
}

static qdr_source *attach(qdr_io io)
{
    qdr_layout layout;
    qdr_source *source;
    assert_int_equal(qdr_file_probe(PATH, &layout, NULL), QDR_OK);
    assert_int_equal(qdr_file_attach(PATH, &layout, io, &source, NULL), QDR_OK);
    return source;
}

/* A view of an array of two axes: any slices, perhaps transposed. */
static qdr_view random_view(const qdr_shape *shape)
{
    static const int64_t steps[] = {1, 1, 1, -1, 2, -3, 11};
    static uint64_t state = 7;
    bool turned = random64_of(&state) >> 63;
    qdr_view view = {.shape = {.ndim = 2}};
    for (int i = 0; i < 2; i++) {
        int axis = turned ? 1 - i : i;
        int64_t step = steps[below(&state, COUNT(steps))], extent = shape->extent[axis];
        int64_t most = (extent + llabs(step) - 1) / llabs(step);
        view.source[i] = axis;
        view.step[i] = step;
        view.shape.extent[i] = 1 + (int64_t)below(&state, (size_t)most);
        view.start[axis] = step > 0 ? 0 : extent - 1;
    }
    return view;
}

static void same_elements(void **unused)
{
    static const qdr_shape shape = {2, {37, 53}};
    static char read[16 * 37 * 53], mapped[16 * 37 * 53];
    (void)unused;
    for (int dtype = 0; dtype < QDR_DTYPES; dtype++)
        for (int order = 0; order < 4; order++) {
            write_file((qdr_dtype)dtype, &shape, order & 1, order & 2);
            qdr_source *reader = attach(QDR_IO_READ), *map = attach(QDR_IO_MAP);
            for (int i = 0; i < 40; i++) {
                qdr_view view = i ? random_view(&shape) : qdr_view_whole(&shape);
                qdr_box box = qdr_box_whole(&view.shape);
                size_t size = (size_t)qdr_box_count(&box) * qdr_dtype_size((qdr_dtype)dtype);
                assert_int_equal(qdr_source_read_view(reader, &view, &box, read, NULL), QDR_OK);
                assert_int_equal(qdr_source_read_view(map, &view, &box, mapped, NULL), QDR_OK);
                assert_memory_equal(read, mapped, size);
            }
            assert_int_equal(qdr_source_check(map, NULL), QDR_OK);
            qdr_source_destroy(reader);
            qdr_source_destroy(map);
        }
}

/* What is used where it is: only what needs no change. */
static void no_copy(void **unused)
{
    static const qdr_shape shape = {2, {8, 100}};
    static char room[16 * 800];
    (void)unused;
    const struct {
        qdr_dtype dtype;
        bool swapped, fortran, copied;
    } rows[] = {{QDR_FLOAT64, false, false, false}, {QDR_FLOAT64, true, false, true},
                {QDR_FLOAT64, false, true, true},   {QDR_BOOL, false, false, true},
                {QDR_INT8, true, false, false},     {QDR_COMPLEX128, false, false, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const void *elements;
        write_file(rows[i].dtype, &shape, rows[i].swapped, rows[i].fortran);
        qdr_source *map = attach(QDR_IO_MAP);
        qdr_view view = qdr_view_whole(&shape);
        qdr_box box = qdr_box_whole(&shape);
        assert_int_equal(qdr_source_elements(map, &view, &box, NULL, room, &elements, NULL), QDR_OK);
        assert_int_equal(elements == room, rows[i].copied);
        qdr_source_destroy(map);
    }
}

/* A file of 8 MiB and a header of 128 bytes is cut: before any of it was brought in, and after; at a
 * page's end, and within a page, of which the rest turns to zeros without a signal. */
static void cut_file(void **unused)
{
    static const qdr_shape shape = {1, {1 << 20}};
    static const int64_t at = (1 << 20) - 2048; /* of the elements that are used */
    static double room[2048];
    (void)unused;
    const struct {
        off_t size;
        bool before;
        const char *message;
    } rows[] = {
        {4096, false, "ended before byte 8372224, with 4096 more"},
        {4096, true, "ended before byte 8372352, with 4096 more"},
        {8388608 + 128 - 24, false, "ended before byte 8388712, with 24 more"},
        {8388608 + 128 - 24, true, "ended before byte 8388712, with 24 more"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_error err = QDR_ERROR_INIT;
        const void *elements;
        write_file(QDR_FLOAT64, &shape, false, false);
        qdr_source *map = attach(QDR_IO_MAP);
        qdr_view view = qdr_view_whole(&shape);
        qdr_box box = {1, {at}, {2048}};
        if (rows[i].before)
            assert_int_equal(truncate(PATH, rows[i].size), 0);
        int code = qdr_source_elements(map, &view, &box, NULL, room, &elements, &err);
        if (!rows[i].before)
            assert_int_equal(truncate(PATH, rows[i].size), 0);
        volatile double sum = 0;
        for (int k = 0; k < 2048 && !code; k++)
            sum += ((const double *)elements)[k];
        (void)sum;
        if (!code)
            code = qdr_source_check(map, &err);
        assert_int_equal(code, QDR_EDATA);
        assert_non_null(strstr(err.text, rows[i].message));
        qdr_source_destroy(map);
    }
}

/* Without a map the signal is what it was; and one that another process sends is not a guard's. */
static void other_signals(void **unused)
{
    static const qdr_shape shape = {1, {1000}};
    int status;
    (void)unused;
    write_file(QDR_FLOAT64, &shape, false, false);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGBUS, SIG_DFL);
        attach(QDR_IO_MAP);
        raise(SIGBUS);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    struct sigaction now;
    qdr_source_destroy(attach(QDR_IO_MAP));
    sigaction(SIGBUS, NULL, &now);
    assert_false(now.sa_flags & SA_SIGINFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_elements),
        cmocka_unit_test(no_copy),
        cmocka_unit_test(cut_file),
        cmocka_unit_test(other_signals),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
