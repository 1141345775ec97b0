/* The digest by every instruction set, against the definition in reduce.h word by word: elements of
 * every dtype, any bits and many NaNs; whole arrays, and boxes taken up one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/isa.h"
#include "quadrat/reduce.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define MOST 4096 /* elements */

/* Random bytes, in which every third part of an element has the exponent of NaN and infinity. */
static void fill(unsigned char *elements, qdr_dtype dtype)
{
    size_t part = qdr_dtype_size(dtype) / (size_t)qdr_dtype_parts(dtype);
    size_t size = MOST * qdr_dtype_size(dtype);
    for (size_t i = 0; i < size; i++)
        elements[i] = (uint8_t)(random64() >> (qdr_dtype_kind(dtype) == 'b' ? 63 : 56));
    for (size_t i = part; i <= size && part > 1; i += 3 * part) {
        elements[i - 1] |= 0x7f;
        elements[i - 2] |= part == 2 ? 0x7c : part == 4 ? 0x80 : 0xf0;
        if (i % 2) /* infinity */
            memset(elements + i - part, 0, part - 2);
    }
}

/* The definition, of elements whose NaN are canonical. */
static void define(uint64_t state[2], const unsigned char *elements, qdr_dtype dtype, size_t n)
{
    size_t size = qdr_dtype_size(dtype), word = size > 8 ? 8 : size;
    for (size_t i = 0; i < n * size / word; i++) {
        uint64_t w = 0, k = (i + 1) * 0x9E3779B97F4A7C15;
        memcpy(&w, elements + i * word, word);
        state[0] += ((w ^ k) & 0xffffffff) * ((w ^ k) >> 32);
        state[1] += ((w + k) & 0xffffffff) * ((w + k) >> 32);
    }
}

static void same_words(void **unused)
{
    static const char *const sets[] = {"portable", "avx2", "avx512"};
    static const qdr_shape shapes[] = {{1, {MOST}}, {1, {1}}, {1, {7}}, {1, {1021}}, {0, {0}},
                                       {2, {13, 29}}, {3, {5, 6, 17}}};
    static _Alignas(16) unsigned char elements[16 * MOST + 16], canonical[16 * MOST];
    (void)unused;
    for (int dtype = 0; dtype < QDR_DTYPES; dtype++)
        for (size_t i = 0; i < COUNT(shapes); i++) {
            size_t count = (size_t)qdr_shape_count(&shapes[i]), size = qdr_dtype_size(dtype);
            uint64_t expected[2] = {0};
            /* at an address that is a multiple of no more than a part */
            unsigned char *at = elements + size / (size_t)qdr_dtype_parts(dtype);
            fill(at, dtype);
            memcpy(canonical, at, count * size);
            qdr_dtype_canonise(dtype, canonical, (int64_t)count);
            define(expected, canonical, dtype, count);
            for (size_t set = 0; set < COUNT(sets); set++) {
                qdr_box box = qdr_box_whole(&shapes[i]);
                qdr_tile tile = {.dtype = dtype, .elements = at, .count = count,
                                 .shape = &shapes[i], .box = &box};
                uint64_t state[2] = {0};
                qdr_isa_choose(sets[set]);
                qdr_digest_accumulator.update(state, NULL, &tile);
                assert_memory_equal(state, expected, sizeof state);
            }
        }
    qdr_isa_choose(NULL);
}

/* The two halves of an array along each axis, each a box with rows of its own. */
static void same_boxes(void **unused)
{
    const qdr_shape shape = {3, {8, 10, 14}};
    static int32_t whole[8 * 10 * 14], part[8 * 10 * 14];
    (void)unused;
    for (size_t i = 0; i < COUNT(whole); i++)
        whole[i] = (int32_t)random64();
    uint64_t expected[2] = {0};
    define(expected, (const unsigned char *)whole, QDR_INT32, COUNT(whole));
    for (int axis = 0; axis < 3; axis++) {
        uint64_t state[2] = {0};
        for (int half = 0; half < 2; half++) {
            qdr_box box = qdr_box_whole(&shape);
            qdr_source *source;
            box.extent[axis] /= 2;
            box.start[axis] = half * box.extent[axis];
            assert_int_equal(qdr_source_memory(QDR_INT32, &shape, whole, &source, NULL), QDR_OK);
            assert_int_equal(qdr_source_read(source, &box, part, NULL), QDR_OK);
            qdr_source_destroy(source);
            qdr_tile tile = {.dtype = QDR_INT32, .elements = part,
                             .count = (size_t)qdr_box_count(&box), .shape = &shape, .box = &box};
            qdr_digest_accumulator.update(state, NULL, &tile);
        }
        assert_memory_equal(state, expected, sizeof state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_words), cmocka_unit_test(same_boxes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
