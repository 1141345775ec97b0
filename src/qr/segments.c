#include "qr/segments.h"

#include <limits.h>
#include <string.h>

#include "quadrat/qr.h"

#define BITS 6 /* costs are in sixths of a bit: a digit takes 10/3 bits, a letter 11/2 */
#define NEVER (INT_MAX / 2)

/* ISO/IEC 18004:2015, 7.4.3 to 7.4.5 and table 3. A segment begins with 4 bits of mode and its
 * length, whose bits are more in versions from 10 and again from 27. */
static const struct {
    int cost;
    int length_bits[3];
} modes_table[QDR_MODES] = {
    [QDR_NUMERIC] = {20, {10, 12, 14}},
    [QDR_ALPHANUMERIC] = {33, {9, 11, 13}},
    [QDR_BYTE] = {48, {8, 16, 16}},
};

static bool holds(qdr_mode mode, char c)
{
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    return mode == QDR_BYTE || memchr(characters, c, mode == QDR_NUMERIC ? 10 : 45);
}

/* The end of a segment takes whole bits: 4 for a last digit, 7 for two. */
static int closed(int cost)
{
    return (cost + BITS - 1) / BITS * BITS;
}

static qdr_mode cheapest(const int cost[QDR_MODES])
{
    qdr_mode best = QDR_BYTE;
    for (int m = 0; m < QDR_MODES; m++)
        if (closed(cost[m]) < closed(cost[best]))
            best = (qdr_mode)m;
    return best;
}

/* cost[m] is the least of the text so far when its last segment is of mode m and still open. Of two
 * costs of one mode the lower stays the lower or equal however the segment goes on and is closed, so
 * the others can be forgotten. Two bits for each m in modes[i] say which mode byte i - 1 is in. */
size_t qdr_segments_find(const char *text, size_t size, int version, unsigned char *modes)
{
    int class = version < 10 ? 0 : version < 27 ? 1 : 2;
    int cost[QDR_MODES] = {NEVER, NEVER, 0}; /* before the text nothing is open: no cost to close */
    for (size_t i = 0; i < size; i++) {
        int next[QDR_MODES];
        qdr_mode best = cheapest(cost);
        modes[i] = 0;
        for (int m = 0; m < QDR_MODES; m++) {
            int begun = closed(cost[best]) + (4 + modes_table[m].length_bits[class]) * BITS;
            bool stays = i && cost[m] <= begun;
            modes[i] |= (unsigned char)((stays ? m : (int)best) << 2 * m);
            next[m] = holds((qdr_mode)m, text[i]) ? (stays ? cost[m] : begun) + modes_table[m].cost
                                                  : NEVER;
        }
        memcpy(cost, next, sizeof cost);
    }
    qdr_mode mode = cheapest(cost);
    size_t bits = (size_t)(closed(cost[mode]) / BITS);
    for (size_t i = size; i--;) {
        unsigned before = modes[i] >> 2 * mode & 3;
        modes[i] = (unsigned char)mode;
        mode = (qdr_mode)before;
    }
    return bits;
}

bool qdr_symbol_fits(const char *text, size_t size, int version, char level)
{
    unsigned char modes[QDR_SEGMENTS_MOST];
    return size && size <= QDR_SEGMENTS_MOST &&
           qdr_segments_find(text, size, version, modes) <= qdr_symbol_bits(version, level);
}
