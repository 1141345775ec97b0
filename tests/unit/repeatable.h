/* What tests of numbers share: random bits that are the same in every run, and the bits of doubles. */
#ifndef REPEATABLE_H
#define REPEATABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* xorshift64* (Vigna 2016); the state is not 0. */
static inline uint64_t random64_of(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}

/* The same with a state of its own. */
static inline uint64_t random64(void)
{
    static uint64_t state = 1;
    return random64_of(&state);
}

/* A number from 0 to less than n. */
static inline size_t below(uint64_t *state, size_t n)
{
    return (size_t)((random64_of(state) >> 33) % n);
}

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
