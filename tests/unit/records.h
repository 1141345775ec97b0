/* What the tests of records share: the example of record.h. */
#ifndef RECORDS_H
#define RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quadrat/record.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const int64_t square[] = {10000, 10000}, chunk[] = {1000, 1000}, place[] = {5073, 1842};

static const qdr_record_input survey = {
    .name = "x", .source = "survey.npy", .dtype = "float64", .ndim = 2, .shape = square,
    .digest = "5C1E90D7QK2M4R8T"};
static const qdr_record_result mean = {
    .expr = "mean(x)", .value = {"float64", QDR_VALUE_FLOAT64, {.real = 0.4999912043990271}},
    .exact = true};
static const qdr_record_run run = {
    .parts = 1, .ranks = 4, .hosts = 1, .threads = 1, .ndim = 2, .chunks = chunk, .blocks = 100,
    .elements = 100000000, .passes = 1, .seconds = 0.031, .started = "2026-11-24T05:40:12Z",
    .host = "node17", .mpi = "Open MPI 4.1.4", .job = "8812"};
static const char *const program[] = {"mean(x)"};

/* The example of record.h. */
static inline qdr_record example(void)
{
    return (qdr_record){.results = &mean, .result_count = 1, .inputs = &survey, .input_count = 1,
                        .program = program, .program_count = 1, .run = run, .version = "0.1.0"};
}

#endif
