#include "base/intervals.h"

#include <stdlib.h>
#include <string.h>

qdr_interval qdr_interval_share(int64_t end, int64_t index, int64_t shares)
{
    return (qdr_interval){(int64_t)((__int128)end * index / shares),
                          (int64_t)((__int128)end * (index + 1) / shares)};
}

int qdr_intervals_add(qdr_intervals *set, int64_t start, int64_t end, qdr_error *err)
{
    if (start >= end)
        return QDR_OK;
    size_t first = set->count, last;
    while (first > 0 && set->at[first - 1].end >= start)
        first--;
    for (last = first; last < set->count && set->at[last].start <= end; last++) {
        start = set->at[last].start < start ? set->at[last].start : start;
        end = set->at[last].end > end ? set->at[last].end : end;
    }
    if (set->count == set->capacity && first == last) {
        size_t capacity = set->capacity ? 2 * set->capacity : 4;
        qdr_interval *at = realloc(set->at, capacity * sizeof *at);
        if (!at)
            return qdr_fail_memory(err, "noting what is done");
        set->at = at;
        set->capacity = capacity;
    }
    memmove(set->at + first + 1, set->at + last, (set->count - last) * sizeof *set->at);
    set->count -= last - first;
    set->count++;
    set->at[first] = (qdr_interval){start, end};
    return QDR_OK;
}

int qdr_intervals_add_all(qdr_intervals *set, const qdr_intervals *others, qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < others->count && !code; i++)
        code = qdr_intervals_add(set, others->at[i].start, others->at[i].end, err);
    return code;
}

int qdr_intervals_common(const qdr_intervals *a, const qdr_intervals *b, qdr_intervals *common,
                         qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0, k = 0; i < a->count && k < b->count && !code;) {
        qdr_interval x = a->at[i], y = b->at[k];
        code = qdr_intervals_add(common, x.start > y.start ? x.start : y.start,
                                 x.end < y.end ? x.end : y.end, err);
        if (x.end < y.end)
            i++;
        else
            k++;
    }
    return code;
}

int64_t qdr_intervals_size(const qdr_intervals *set)
{
    int64_t size = 0;
    for (size_t i = 0; i < set->count; i++)
        size += set->at[i].end - set->at[i].start;
    return size;
}

int64_t qdr_intervals_nth(const qdr_intervals *set, int64_t n)
{
    const qdr_interval *i = set->at;
    for (; n >= i->end - i->start; i++)
        n -= i->end - i->start;
    return i->start + n;
}

int qdr_intervals_pass(const qdr_intervals *set, qdr_intervals_place *place, int64_t count,
                       qdr_intervals *passed, qdr_error *err)
{
    int code = QDR_OK;
    while (count > 0 && !code) {
        const qdr_interval *i = &set->at[place->interval];
        int64_t start = i->start + place->offset;
        int64_t end = i->end - start > count ? start + count : i->end;
        if (passed)
            code = qdr_intervals_add(passed, start, end, err);
        count -= end - start;
        place->offset += end - start;
        if (end == i->end)
            *place = (qdr_intervals_place){place->interval + 1, 0};
    }
    return code;
}

int qdr_intervals_missing(const qdr_intervals *set, int64_t end, qdr_intervals *missing,
                          qdr_error *err)
{
    int64_t next = 0;
    int code = QDR_OK;
    for (size_t i = 0; i < set->count && !code; i++) {
        code = qdr_intervals_add(missing, next, set->at[i].start < end ? set->at[i].start : end,
                                 err);
        next = set->at[i].end;
    }
    return code ? code : qdr_intervals_add(missing, next, end, err);
}

void qdr_intervals_clear(qdr_intervals *set)
{
    free(set->at);
    *set = (qdr_intervals){0};
}
