#include "exact/fixed.h"

#include <stdbool.h>

/* *to += value + carry; returns the carry out. */
static inline bool add_limb(uint64_t *to, uint64_t value, bool carry)
{
    uint64_t partial;
    bool over = __builtin_add_overflow(*to, value, &partial);
    return __builtin_add_overflow(partial, (uint64_t)carry, to) | over;
}

void qdr_fixed_add(uint64_t *to, const uint64_t *from, size_t limbs)
{
    bool carry = false;
    for (size_t i = 0; i < limbs; i++)
        carry = add_limb(&to[i], from[i], carry);
}

void qdr_fixed_add_scaled(uint64_t *to, size_t limbs, __int128 value, unsigned bit)
{
    unsigned shift = bit % 64, rest = 63 - shift; /* v >> 1 >> rest: what v << shift loses */
    uint64_t low = (uint64_t)value, high = (uint64_t)(value >> 64), sign = value < 0 ? ~0ull : 0;
    const uint64_t shifted[3] = {low << shift, high << shift | low >> 1 >> rest,
                                 sign << shift | high >> 1 >> rest};
    bool carry = false;
    size_t i = bit / 64;
    for (size_t k = 0; k < 3 && i < limbs; k++, i++)
        carry = add_limb(&to[i], shifted[k], carry);
    /* above the value stands its sign, 0 or -1, which a carry may cancel */
    for (; i < limbs && sign + carry; i++)
        carry = add_limb(&to[i], sign, carry);
}

void qdr_fixed_negate(uint64_t *to, size_t limbs)
{
    bool carry = true;
    for (size_t i = 0; i < limbs; i++) {
        to[i] = ~to[i];
        carry = add_limb(&to[i], 0, carry);
    }
}

void qdr_fixed_add_product(uint64_t *to, size_t limbs, const uint64_t *from, size_t count,
                           uint64_t by)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < count; i++) {
        /* (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1: no overflow */
        unsigned __int128 total = (unsigned __int128)from[i] * by + to[i] + carry;
        to[i] = (uint64_t)total;
        carry = (uint64_t)(total >> 64);
    }
    for (size_t i = count; i < limbs && carry; i++)
        carry = add_limb(&to[i], carry, false);
}

uint64_t qdr_fixed_divide(uint64_t *to, size_t limbs, uint64_t by)
{
    uint64_t remainder = 0;
    for (size_t i = limbs; i-- > 0;) {
        unsigned __int128 rest = (unsigned __int128)remainder << 64 | to[i];
        to[i] = (uint64_t)(rest / by);
        remainder = (uint64_t)(rest % by);
    }
    return remainder;
}
