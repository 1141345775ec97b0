#!/usr/bin/env python3
"""Cases for test_factors.c, one a line: what products of doubles are.

    n factor... double float half

Factors are their bits in hex; the rest are the bits of doubles: the product, computed with whole
numbers and rounded once, here.
"""
import math
import random
from fractions import Fraction

from exact_cases import (DOUBLE, FLOAT, INF, MAX, MIN, MIN_NORMAL, NAN, bits_of, double_of, nearest,
                         scaled, spread)

FORMS = DOUBLE, FLOAT, (11, -24, 16)


def product(values, form):
    sign = math.prod(math.copysign(1.0, x) for x in values if not math.isnan(x))
    if not all(map(math.isfinite, values)) or 0.0 in values:
        if any(map(math.isnan, values)) or (0.0 in values and any(map(math.isinf, values))):
            return NAN
        return math.copysign(0.0 if 0.0 in values else INF, sign)
    numerator, power = 1, 0
    for x in map(Fraction, values):
        numerator *= abs(x.numerator)
        power -= x.denominator.bit_length() - 1
    size = numerator.bit_length() + power
    if abs(size) > 3000:
        return math.copysign(0.0 if size < 0 else INF, sign)
    return math.copysign(nearest(scaled(Fraction(numerator), power), form), sign)


def each(element):
    return lambda r, n: [element(r) for _ in range(n)]


def repeated(choices):
    return lambda r, n: [r.choice(choices) for _ in range(n)]


def inverses(r, n):
    """Products near 1, of factors that are not."""
    x = [spread(r, -900, 900) for _ in range(n // 2)]
    return x + [1 / v for v in x]


def tie(r, n):
    """The middle of two results, from odd factors; perhaps with a factor next to 1."""
    bits, least, over = r.choice(FORMS)
    q = r.choice((0, 0, least, least - 5, over - bits))
    a = r.getrandbits(bits // 2) | 1 | 1 << bits // 2
    b = ((1 << bits) // a + r.randint(0, 1)) | 1
    x = [math.ldexp(a, 7), math.ldexp(b, -7)] + [math.ldexp(r.choice((1, -1)), r.choice((3, -3)))] * 2
    left = q - sum(math.frexp(v)[1] for v in x[2:])
    x += [math.ldexp(1.0, left // 2), math.ldexp(1.0, left - left // 2)]
    x += r.choice(([], [], [1 + 2.0**-52], [1 - 2.0**-53], [MIN, 2.0**1000, 2.0**74]))
    return x + [1.0] * (n % 5)


def overflow(r, n):
    """On both sides of where a result becomes infinite: 2^over less half of the last place."""
    bits, _, over = r.choice(FORMS)
    m = (1 << (bits + 1)) - 1
    factor = next((p for p in (3, 5, 7, 23, 31, 89, 127, 683) if m % p == 0), 1)
    x = [float(factor), math.ldexp(m // factor, over - bits - 1 - 10), 1024.0]
    return x + r.choice(([], [1 - 2.0**-53], [1 + 2.0**-52]))


def wide(r, n):
    """Exact products of up to 256 bits and a little more, one bit beside a tie."""
    k = r.choice((202, 203, 204, 250))
    return [math.ldexp(1.0, 40) + 1.0, math.ldexp(1.0, 41) + 1.0] * r.randint(1, 4) + [
        math.ldexp(1.0, -k)] * r.randint(0, 2)


CASES = [
    each(lambda r: r.random() + 0.5),
    each(lambda r: r.gauss(0, 1)),
    each(lambda r: spread(r, -20, 20)),
    each(lambda r: spread(r, 0, 0)),
    each(lambda r: 1 + r.getrandbits(3) * 2.0**-52),
    each(lambda r: float(r.randint(-3, 3)) or 1.0),
    each(lambda r: float(r.randrange(1, 100, 2))),
    each(lambda r: math.ldexp(1.0, r.randint(-1074, 1023))),
    each(lambda r: double_of(r.getrandbits(52) | 1 | r.getrandbits(1) << 63)),
    lambda r, n: [double_of(r.getrandbits(52) | 1)] + [2.0 ** r.choice((-3, 500, 1000))] * (n % 3),
    lambda r, n: [double_of(r.getrandbits(52) | 1), 2.0**1000] * (n // 2),
    repeated([MAX, MIN_NORMAL, 1 / MAX]),
    repeated([MIN, 2.0**1000, 2.0**74]),
    repeated([-0.0, 1.5, -2.0, 0.0]),
    repeated([INF, -INF, -1.0, 1e300, 1e-300]),
    repeated([INF, 1.0, 0.0, 1.0]),
    repeated([NAN, 1.0, 1.0, 1.0, -1.0]),
    inverses,
    inverses,
    tie,
    tie,
    tie,
    tie,
    overflow,
    wide,
]
SIZES = [0, 1, 2, 3, 4, 5, 8, 13, 40]


def write(values):
    row = [bits_of(product(values, form)) for form in FORMS]
    print(len(values), *(f"{b:016x}" for b in [bits_of(x) for x in values] + row))


def main():
    r = random.Random(1)
    for turn in range(8):
        for make in CASES:
            for n in SIZES:
                write(make(r, n))
            if turn == 0:
                write(make(r, 2000))


if __name__ == "__main__":
    main()
