#include "expr/names.h"

#include <stdio.h>

#define LONGEST 40 /* longer names are not compared */

void qdr_names_init(qdr_names *names, const char *wanted, size_t length)
{
    /* a wrong, missing, extra or swapped letter in three, of fewer one; a single letter resembles
     * nothing */
    *names = (qdr_names){.wanted = wanted, .wanted_length = length};
    names->distance = length > 4 ? (length + 1) / 3 : length > 1;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Optimal string alignment, whatever the case: Levenshtein's distance with swaps of neighbours. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= m; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= n; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) {
            char last = lower(a[i - 1]), other = lower(b[j - 1]);
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + (last != other));
            if (i > 1 && j > 1 && last == lower(b[j - 2]) && lower(a[i - 2]) == other)
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
