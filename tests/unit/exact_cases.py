#!/usr/bin/env python3
"""Cases for test_exact.c, one a line: what the exact reductions of some elements are.

    kind n element... (int64 uint64) x (sum, dot)
        (sum mean var0 var1 std0 std1 norm dot) x (double, float)

kind is f64, f32, f16, or i or u and the bits of an integer. Elements are their bits in hex. int64 and uint64 are the value
in decimal, or "none" when it is no integer that fits. dot is of the elements and their reverse. The
rest are the bits of doubles; var0 is the
variance with ddof 0, and so on. Everything is computed with integers and fractions and rounded
once, here; sums are compared with math.fsum as well.
"""
import math
import random
import struct
import sys
from fractions import Fraction

NAN, INF = float("nan"), float("inf")
DOUBLE = (53, -1074, 1024)  # bits of significand, exponent of the least and of the first too large
FLOAT = (24, -149, 128)
NEGATIVE_ZERO = 1 << 63
MAX, MIN_NORMAL, MIN = sys.float_info.max, sys.float_info.min, 5e-324


def bits_of(x):
    return 0x7FF8 << 48 if math.isnan(x) else struct.unpack("<Q", struct.pack("<d", x))[0]


def double_of(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def float_of(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def half_of(bits):
    return struct.unpack("<e", struct.pack("<H", bits))[0]


def float_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def scaled(x, power):
    """x * 2^power."""
    return x * (1 << power) if power >= 0 else x / (1 << -power)


def exponent(x):
    """floor(log2(x)) of a fraction x > 0."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if scaled(x, -e) >= 1 else e - 1


def quantum(e, form):
    return max(e - form[0] + 1, form[1])


def finish(k, above_half, at_half, q, form):
    if above_half or (at_half and k % 2):
        k += 1
    return INF if scaled(Fraction(k), q) >= 2 ** form[2] else math.ldexp(k, q)


def nearest(x, form):
    if x < 0:
        return -nearest(-x, form)
    if x == 0:
        return 0.0
    q = quantum(exponent(x), form)
    steps = scaled(x, -q)
    k = steps.numerator // steps.denominator
    rest = steps - k
    return finish(k, 2 * rest > 1, 2 * rest == 1, q, form)


def nearest_root(x, form):
    if x == 0:
        return 0.0
    q = quantum(exponent(x) // 2, form)
    steps = scaled(x, -2 * q)  # the square of the result in quanta
    k = math.isqrt(steps.numerator // steps.denominator)
    half = (k + Fraction(1, 2)) ** 2
    return finish(k, steps > half, steps == half, q, form)


def is_negative_zero(x, y, integer):
    return not integer and 0 in (x, y) and math.copysign(1, x) != math.copysign(1, y)


def dot_of(values, integer):
    """As double and as float, and exactly; None when there is no finite one."""
    pairs = list(zip(values, reversed(values)))
    if not integer and not all(map(math.isfinite, values)):
        products = [x * y if math.isinf(x) or math.isinf(y) else math.nan if x != x or y != y else 0
                    for x, y in pairs]
        nan = any(math.isnan(p) for p in products) or (INF in products and -INF in products)
        value = NAN if nan else INF if INF in products else -INF
        return [value] * 2, None
    total = sum((Fraction(x) * Fraction(y) for x, y in pairs), Fraction(0))
    if pairs and all(is_negative_zero(x, y, integer) for x, y in pairs):
        return [-0.0] * 2, total
    return [nearest(total, form) for form in (DOUBLE, FLOAT)], total


def results(values, integer):
    """The finished columns, and the exact sum, which is None when there is no finite one."""
    n = len(values)
    finite = all(isinstance(x, int) or math.isfinite(x) for x in values)
    if not finite:
        plus, minus = INF in values, -INF in values
        nan = any(math.isnan(x) for x in values) or (plus and minus)
        s = NAN if nan else INF if plus else -INF
        norm = NAN if any(math.isnan(x) for x in values) else INF
        return [s, s, NAN, NAN, NAN, NAN, norm] * 2, None
    exact = [Fraction(x) for x in values]
    total = sum(exact, Fraction(0))
    squares = sum((x * x for x in exact), Fraction(0))
    deviations = squares - total * total / n if n else Fraction(0)
    if 0 < n <= 12:
        assert deviations == sum((x - total / n) ** 2 for x in exact)
    only_negative_zero = n and not integer and all(bits_of(x) == NEGATIVE_ZERO for x in values)
    row = []
    for form in DOUBLE, FLOAT:
        if only_negative_zero:
            row += [-0.0, -0.0]
        else:
            row += [nearest(total, form), nearest(total / n, form) if n else NAN]
        row += [nearest(deviations / (n - d), form) if n > d else NAN for d in (0, 1)]
        row += [nearest_root(deviations / (n - d), form) if n > d else NAN for d in (0, 1)]
        row += [nearest_root(squares, form)]
    if not integer:
        try:
            assert math.fsum(values) == row[0], values
        except OverflowError:
            pass  # fsum's own, on the way or at the end
    return row, total


def as_integer(total, low, high):
    fits = total is not None and total.denominator == 1 and low <= total <= high
    return str(total) if fits else "none"


KINDS = {  # values of an element's bits, digits of them, whether an integer
    "f64": (double_of, 16, False),
    "f32": (float_of, 8, False),
    "f16": (half_of, 4, False),
}
for width in 8, 16, 32, 64:
    KINDS[f"i{width}"] = (lambda b, w=width: b - (b >> w - 1 << w), width // 4, True)
    KINDS[f"u{width}"] = (lambda b: b, width // 4, True)


def write(kind, elements):
    value, digits, integer = KINDS[kind]
    values = [value(b) for b in elements]
    row, total = results(values, integer)
    dot, dot_total = dot_of(values, integer)
    row = row[:7] + dot[:1] + row[7:] + dot[1:]
    words = [kind, str(len(elements))] + [f"{b:0{digits}x}" for b in elements]
    for exact in total, dot_total:
        words += [as_integer(exact, -(2**63), 2**63 - 1), as_integer(exact, 0, 2**64 - 1)]
    print(" ".join(words + [f"{bits_of(x):016x}" for x in row]))


def spread(r, low, high):
    """A double of random sign, significand and exponent."""
    return math.ldexp(r.choice((-1, 1)) * r.randrange(2**52, 2**53), r.randint(low, high) - 52)


def cancelling(r, n):
    x = [spread(r, -300, 300) for _ in range(n // 2)]
    x += [-v for v in x] + [spread(r, -1000, -900) for _ in range(n % 3)]
    r.shuffle(x)
    return x


def ties(r, n):
    """Half an ulp of a double or a float beside a number, and perhaps a little more or less."""
    p, scale = r.choice(((53, 0), (24, 0), (53, -1021), (24, -120), (53, 900))), r.randint(-3, 3)
    e = p[1] + scale
    x = [math.ldexp(r.randrange(2 ** (p[0] - 1), 2 ** p[0]), e - p[0])]
    x += [math.ldexp(r.choice((-1, 1)), e - p[0] - 1), r.choice((0.0, MIN, -MIN, 1e-300))]
    return [r.choice((-1, 1)) * v for v in x]


def halves(r, n):
    """The mean of two neighbours, and variances with few bits more than a float has."""
    if r.random() < 0.5:
        x = spread(r, -1022, 1022)
        return [x, math.nextafter(x, r.choice((INF, -INF)))]
    a = float(r.randrange(2**11, 2**13))
    return [a, -a] * r.randint(1, 3)


def thirds(r, n):
    """Means that are a little above a tie, by a third of the power of two that is added."""
    e, far = r.randint(-500, 900), 64 * r.randint(3, 7)
    least = (e + 1074) // 64 * 64 - far - 1074
    return [math.ldexp(3, e), math.ldexp(3, e - 53), math.ldexp(1, least)]


def triangle(r, n):
    """A norm with few bits more than a double or a float has."""
    bits = r.choice((21, 22, 24, 25, 50, 51))
    m = r.randrange(2 ** (bits - 1), 2**bits)
    e = r.choice((0, 0, -1074, -100, 960))
    x = [math.ldexp(k * m, e) for k in r.choice(((3, 4), (5, 12), (8, 15), (20, 21), (1,)))]
    return x + r.choice(([], [MIN], [1e-300]))


def orthogonal(r, n):
    """Whose dot product with their reverse is the square of the one in the middle."""
    a, b = spread(r, -500, 500), spread(r, -500, 500)
    return [a, -a, spread(r, -600, 0), b, b]


def constant(r, n):
    return [spread(r, -1022, 1023)] * n


def repeated(choices):
    return lambda r, n: [r.choice(choices) for _ in range(n)]


def each(element):
    return lambda r, n: [element(r) for _ in range(n)]


DOUBLES = [
    each(lambda r: r.random()),
    each(lambda r: r.gauss(0, 1)),
    each(lambda r: 1e9 + r.random()),
    each(lambda r: spread(r, -1022, -1000)),
    each(lambda r: spread(r, 1015, 1023)),
    each(lambda r: spread(r, 126, 129)),
    each(lambda r: spread(r, -155, -145)),
    each(lambda r: spread(r, -50, 50)),
    each(lambda r: spread(r, 0, 0)),
    each(lambda r: double_of(r.getrandbits(52) | r.getrandbits(1) << 63)),
    each(lambda r: double_of(r.getrandbits(5) | r.getrandbits(1) << 63)),
    each(lambda r: float(r.randint(-(2**53), 2**53))),
    repeated([MAX, -MAX, MAX / 2]),
    repeated([MAX, MAX, -MAX, math.ldexp(1.0, 970), math.ldexp(1.0, 969), MIN]),
    repeated([MIN, -MIN]),
    repeated([0.0, 0.0, 0.0, MIN]),
    repeated([MIN_NORMAL, -MIN_NORMAL, MIN]),
    repeated([0.0, -0.0]),
    repeated([-0.0]),
    repeated([1.0, -0.0, INF]),
    repeated([1.0, -INF]),
    repeated([1.0, INF, -INF]),
    repeated([1.0, 2.0, 3.0, NAN]),
    repeated([1.0]),
    repeated([0.0, -1.0, -0.0]),
    constant,
    cancelling,
    orthogonal,
    ties,
    ties,
    halves,
    thirds,
    triangle,
    triangle,
]
BITS = [
    ("f64", each(lambda r: r.getrandbits(64))),
    ("f64", each(lambda r: r.getrandbits(64) & 0xBFFFFFFFFFFFFFFF)),
    ("f64", each(lambda r: r.getrandbits(64) | 0x4000000000000000)),
    ("f64", repeated([0xFFF0000000000001, 0x3FF0000000000000, 0x7FF0000000000000])),
    ("f32", each(lambda r: float_bits(r.random()))),
    ("f32", each(lambda r: r.getrandbits(32))),
    ("f32", each(lambda r: r.getrandbits(32) & 0xBF7FFFFF)),
    ("f32", each(lambda r: r.getrandbits(23) | r.getrandbits(1) << 31)),
    ("f32", each(lambda r: 0x7F7FFFFF - r.getrandbits(3))),
    ("f32", each(lambda r: 0x3F800000)),
    ("f32", repeated([0x80000000])),
    ("f32", repeated([0x80000000, 0])),
    ("f32", repeated([0x3F800000, 0x7F800000, 0xFF800000])),
    ("f32", repeated([0x3F800000, 0x40000000, 0x7FC00001])),
    ("i64", each(lambda r: r.getrandbits(64))),
    ("i64", each(lambda r: r.randint(-1000, 1000) % 2**64)),
    ("i64", repeated([2**63 - 1, 2**63, 1, 2**64 - 1, 0])),
    ("i64", repeated([2**63])),
    ("i64", repeated([0])),
    ("i64", each(lambda r: r.choice((2**31 - 1, 2**64 - 2**31)))),
    ("i64", repeated([2**31 - 1] * 700 + [2**31, 2**64 - 2**31 - 1])),
    ("u64", each(lambda r: r.choice((2**32 - 1, 1)))),
    ("u64", repeated([2**32 - 1] * 700 + [2**32])),
    ("u64", each(lambda r: r.getrandbits(64))),
    ("u64", each(lambda r: r.getrandbits(r.choice((60, 62, 63))))),
    ("u64", repeated([2**64 - 1, 1, 0])),
    ("u8", each(lambda r: r.getrandbits(1))),
    ("u8", repeated([1])),
    ("f16", each(lambda r: r.getrandbits(16))),
    ("f16", each(lambda r: r.getrandbits(16) & 0xBBFF)),
    ("f16", each(lambda r: r.getrandbits(10) | r.getrandbits(1) << 15)),
    ("f16", repeated([0x8000])),
    ("f16", repeated([0x3C00, 0xFC00, 0x7BFF, 0x0001])),
]
for width in 8, 16, 32:
    low, high = 1 << width - 1, (1 << width) - 1  # the least of signed ones, the greatest
    for kind in f"i{width}", f"u{width}":
        BITS += [
            (kind, each(lambda r, w=width: r.getrandbits(w))),
            (kind, repeated([low])),
            (kind, repeated([high])),
            (kind, repeated([low - 1, low, 0])),
        ]
SIZES = [0, 1, 2, 3, 4, 7, 12, 30]


def main():
    r = random.Random(1)
    rows = [("f64", lambda r, n, f=f: [bits_of(x) for x in f(r, n)]) for f in DOUBLES] + BITS
    for turn in range(8):
        for kind, make in rows:
            for n in SIZES:
                write(kind, make(r, n))
            if turn == 0:
                write(kind, make(r, 400))
                write(kind, make(r, 2000))


if __name__ == "__main__":
    main()
