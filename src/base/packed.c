#include "base/packed.h"

#include <endian.h>
#include <string.h>

void qdr_pack_number(qdr_bytes *to, uint64_t number)
{
    for (; number >= 0x80; number >>= 7) {
        unsigned char more = (unsigned char)(number | 0x80);
        qdr_bytes_append(to, &more, 1);
    }
    unsigned char last = (unsigned char)number;
    qdr_bytes_append(to, &last, 1);
}

void qdr_pack_words(qdr_bytes *to, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t word = htole64(words[i]);
        qdr_bytes_append(to, &word, sizeof word);
    }
}

/* How many of the words, from the first on, are `word`. */
static size_t repeated(const uint64_t *words, size_t count, uint64_t word)
{
    size_t n = 0;
    while (n < count && words[n] == word)
        n++;
    return n;
}

static bool is_plain(uint64_t word)
{
    return word == 0 || word == UINT64_MAX;
}

static void pack_run(qdr_bytes *to, size_t zeros, size_t ones, size_t others)
{
    qdr_pack_number(to, zeros);
    qdr_pack_number(to, ones);
    qdr_pack_number(to, others);
}

void qdr_pack_runs(qdr_bytes *to, const uint64_t *words, size_t count)
{
    if (!words && count)
        pack_run(to, count, 0, 0);
    for (size_t at = 0; at < count && words;) {
        size_t zeros = repeated(words + at, count - at, 0), others = 0;
        at += zeros;
        size_t ones = repeated(words + at, count - at, UINT64_MAX);
        at += ones;
        while (at + others < count && !is_plain(words[at + others]))
            others++;
        pack_run(to, zeros, ones, others);
        qdr_pack_words(to, words + at, others);
        at += others;
    }
}

uint64_t qdr_unpack_number(qdr_packed *from)
{
    uint64_t number = 0;
    for (int shift = 0; !from->failed && from->at < from->end; shift += 7) {
        uint64_t byte = (unsigned char)*from->at++, bits = byte & 0x7f;
        if (shift > 63 || bits << shift >> shift != bits || (shift && !byte))
            break; /* beyond 64 bits, or longer than it need be */
        number |= bits << shift;
        if (byte < 0x80)
            return number;
    }
    from->failed = true;
    return 0;
}

void qdr_unpack_words(qdr_packed *from, uint64_t *words, size_t count)
{
    if (from->failed || (size_t)(from->end - from->at) / 8 < count) {
        from->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++, from->at += 8) {
        memcpy(&words[i], from->at, 8);
        words[i] = le64toh(words[i]);
    }
}

/* Whether a run of that length can be among words of which `left` are not told yet. */
static bool fits(qdr_packed *from, uint64_t length, size_t left)
{
    from->failed |= length > left;
    return !from->failed;
}

/* A run ends where it has to: others before a zero or ones, ones before others or a zero. */
void qdr_unpack_runs(qdr_packed *from, uint64_t *words, size_t count)
{
    uint64_t others = 0;
    for (size_t at = 0; at < count && !from->failed;) {
        uint64_t zeros = qdr_unpack_number(from), ones = qdr_unpack_number(from);
        from->failed |= at && !zeros && !(others && ones);
        others = qdr_unpack_number(from);
        if (!fits(from, zeros, count - at))
            return;
        at += zeros;
        if (!fits(from, ones, count - at))
            return;
        memset(words + at, 0xff, ones * sizeof *words);
        at += ones;
        if (!fits(from, others, count - at))
            return;
        qdr_unpack_words(from, words + at, others);
        for (uint64_t i = 0; i < others; i++)
            from->failed |= is_plain(words[at + i]);
        at += others;
        from->failed |= at < count && !ones && !others;
    }
}
