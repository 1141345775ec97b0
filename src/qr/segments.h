/* Segments: a text cut into runs of one mode each, so that it takes the fewest bits. Local. */
#ifndef QDR_QR_SEGMENTS_H
#define QDR_QR_SEGMENTS_H

#include <stddef.h>

#define QDR_SEGMENTS_MOST 7089 /* bytes of the longest text that a symbol holds: digits in 40-L */

typedef enum qdr_mode { QDR_NUMERIC, QDR_ALPHANUMERIC, QDR_BYTE, QDR_MODES } qdr_mode;

/* The fewest bits of segments, their heads included, that hold a text of 1 to QDR_SEGMENTS_MOST
 * bytes in a symbol of that version. modes[i] becomes the qdr_mode of byte i: a run of equal modes
 * is a segment. */
size_t qdr_segments_find(const char *text, size_t size, int version, unsigned char *modes);

/* The bits of data that a symbol holds; 0 when there is no such version or level. */
size_t qdr_symbol_bits(int version, char level);

#endif
