#include "expr/names.h"

#include <stdio.h>

#define LONGEST 40 /* longer names are not compared */

void qdr_names_init(qdr_names *names, const char *wanted, size_t length)
{
    /* one wrong, missing, extra or swapped letter in three; a single one resembles nothing */
    *names = (qdr_names){.wanted = wanted, .wanted_length = length};
    names->distance = length > 1 ? length / 3 + 1 : 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's distance with swaps of neighbours. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= m; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= n; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) {
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[m][n];
}

void qdr_names_offer(qdr_names *names, const char *name, size_t length)
{
    if (names->wanted_length > LONGEST || length > LONGEST)
        return;
    size_t d = distance(names->wanted, names->wanted_length, name, length);
    if (d < names->distance || (d == names->distance && !names->nearest)) {
        names->nearest = name;
        names->nearest_length = length;
        names->distance = d;
    }
}

const char *qdr_names_hint(const qdr_names *names, char text[QDR_NAMES_HINT])
{
    text[0] = '\0';
    if (names->nearest)
        snprintf(text, QDR_NAMES_HINT, "; did you mean '%.*s'?", (int)names->nearest_length,
                 names->nearest);
    return text;
}
