/* Sets of whole numbers from 0 on, as intervals. Local. A zeroed struct is an empty set. */
#ifndef QDR_BASE_INTERVALS_H
#define QDR_BASE_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"

typedef struct qdr_interval {
    int64_t start, end; /* start <= i < end */
} qdr_interval;

/* Of the numbers before `end`, in shares of nearly equal length, the index-th; index from 0. */
qdr_interval qdr_interval_share(int64_t end, int64_t index, int64_t shares);

typedef struct qdr_intervals {
    qdr_interval *at; /* in order, not empty, with gaps between them */
    size_t count, capacity;
} qdr_intervals;

/* Adds the numbers from start on, before end. */
int qdr_intervals_add(qdr_intervals *set, int64_t start, int64_t end, qdr_error *err);

/* Adds all of another set. */
int qdr_intervals_add_all(qdr_intervals *set, const qdr_intervals *others, qdr_error *err);

/* Makes `common`, an empty set, the numbers that are in both. */
int qdr_intervals_common(const qdr_intervals *a, const qdr_intervals *b, qdr_intervals *common,
                         qdr_error *err);

/* How many numbers there are. */
int64_t qdr_intervals_size(const qdr_intervals *set);

/* The n-th number, for n from 0 to less than the size. */
int64_t qdr_intervals_nth(const qdr_intervals *set, int64_t n);

/* A place between the numbers of a set; zeroed, the one before the first. */
typedef struct qdr_intervals_place {
    size_t interval;
    int64_t offset;
} qdr_intervals_place;

/* Goes past the next count numbers, which the set has, and adds them to `passed` unless it is NULL. */
int qdr_intervals_pass(const qdr_intervals *set, qdr_intervals_place *place, int64_t count,
                       qdr_intervals *passed, qdr_error *err);

/* Makes `missing`, an empty set, the numbers before end that are not in set. */
int qdr_intervals_missing(const qdr_intervals *set, int64_t end, qdr_intervals *missing,
                          qdr_error *err);

void qdr_intervals_clear(qdr_intervals *set);

#endif
