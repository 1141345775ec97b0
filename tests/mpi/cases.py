#!/usr/bin/env python3
"""cases.py small|large DIR: arrays to reduce, and what must come out.

Writes the arrays as DIR/*.npy; in DIR/arguments what `quadrat eval` is to be given, one argument a
line; in DIR/expected the result lines. The values come from integers of any length, rounded once:
nothing here computes a reduction in floating point."""
import math, operator, os, sys
from fractions import Fraction
import numpy as np

BASE = 1127  # every element is a multiple of 2^-BASE
FORMATS = {"float64": (53, -1074, 1024), "float32": (24, -149, 128)}  # digits, least bit, overflow


# ---- exact reductions ---------------------------------------------------------------------------

def nearest(scaled, bits, dtype):
    """The number of dtype nearest to v > 0, ties to even: scaled(u) is floor(v / 2^u), and whether
    that is all; v >= 2^(bits - 1)."""
    digits, least, overflow = FORMATS[dtype]
    unit = max(bits - digits, least)
    while (half_units := scaled(unit - 1))[0].bit_length() > digits + 1:
        unit += 1
    m, half, whole = half_units[0] >> 1, half_units[0] & 1, half_units[1]
    m += half and (not whole or m & 1)
    return math.inf if m.bit_length() + unit > overflow else math.ldexp(m, unit)


def shifted(q, bits):
    return q * Fraction(2) ** bits


def rounded(q, dtype):
    if not q:
        return 0.0
    size, bits = abs(q), abs(q.numerator).bit_length() - q.denominator.bit_length()
    value = nearest(lambda u: (math.floor(s := shifted(size, -u)), s.denominator == 1), bits, dtype)
    return -value if q < 0 else value


def root(q, dtype):
    def scaled(u):
        s = shifted(q, -2 * u)
        return (m := math.isqrt(math.floor(s))), m * m == s
    bits = q.numerator.bit_length() - q.denominator.bit_length()
    return nearest(scaled, (bits - 1) // 2 + 1, dtype) if q else 0.0


def moments(a):
    """The sum of the elements times 2^BASE, and that of their squares times 4^BASE."""
    if a.dtype.kind != "f":
        exact = a.astype(object).ravel() + 0
        return int(sum(exact)) << BASE, int(sum(exact * exact)) << 2 * BASE
    fraction, exponent = np.frexp(a.astype(np.float64).ravel())
    mantissa, total, squares = np.ldexp(fraction, 53).astype(np.int64), 0, 0
    for e in np.unique(exponent).tolist():
        part = mantissa[exponent == e].tolist()
        total += sum(part) << e - 53 + BASE
        squares += sum(map(operator.mul, part, part)) << 2 * (e - 53 + BASE)
    return total, squares


class Reductions:
    """The reductions of an array, each (value, dtype)."""

    def __init__(self, a):
        self.a = a
        self.floating = a.dtype.name if a.dtype.kind == "f" else "float64"
        self.finite = bool(np.isfinite(a).all())
        if self.finite:
            self.total, self.squares = moments(a)

    def spoiled(self):
        infinities = set(self.a[np.isinf(self.a)].tolist())
        only = infinities.pop() if len(infinities) == 1 else math.nan
        return math.nan if np.isnan(self.a).any() else only

    def average(self, n):
        if not self.finite:
            return self.spoiled(), self.floating
        if self.a.size and self.a.dtype.kind == "f" and ((self.a == 0) & np.signbit(self.a)).all():
            return -0.0, self.floating
        return rounded(Fraction(self.total, n << BASE), self.floating), self.floating

    def sum(self):
        return self.average(1) if self.a.dtype.kind == "f" else (self.total >> BASE, "int64")

    def mean(self):
        return self.average(self.a.size) if self.a.size else (math.nan, self.floating)

    def spread(self, finish, ddof):
        n = self.a.size
        if not self.finite or n <= ddof:
            return math.nan, self.floating
        numerator = n * self.squares - self.total ** 2
        return finish(Fraction(numerator, n * (n - ddof) << 2 * BASE), self.floating), self.floating

    def var(self, ddof=0):
        return self.spread(rounded, ddof)

    def std(self, ddof=0):
        return self.spread(root, ddof)

    def extremum(self, value, negative_zero):
        if self.a.dtype.kind == "f" and value == 0:  # -0.0 comes before +0.0
            zeros = np.signbit(self.a[self.a == 0])
            value = -0.0 if negative_zero(zeros) else 0.0
        return value, self.a.dtype.name

    def min(self):
        return self.extremum(self.a.min().item(), np.any)

    def max(self):
        return self.extremum(self.a.max().item(), np.all)

    def argmin(self):
        return self.a.argmin(), "int64"

    def argmax(self):
        return self.a.argmax(), "int64"

    def count_nonzero(self):
        return np.count_nonzero(self.a), "int64"


def line(expression, value, dtype, at):
    text = str(np.float32(value)) if dtype == "float32" else str(value)
    suffix = "" if dtype in ("float64", "int64", "bool") else f" {dtype}"
    return f"{expression} = {text}{suffix}" + (f" at [{', '.join(map(str, at))}]" if at else "")


# ---- the arrays ---------------------------------------------------------------------------------

def wide(rng, shape, dtype, most):
    """Numbers of any sign and exponent within 2^±most, some of them subnormal, some zero."""
    x = np.ldexp(rng.random(shape) + 0.5, rng.integers(-most, most, shape))
    least = np.finfo(dtype).smallest_subnormal
    kind = rng.integers(0, 20, shape)
    x = np.where(kind == 0, rng.integers(1, 1000, shape) * np.float64(least), x)
    return (np.where(kind == 1, 0.0, x) * rng.choice([-1.0, 1.0], shape)).astype(dtype)


def small(rng):
    whole = rng.integers(-2 ** 40, 2 ** 40, (6, 5, 4))
    cube, spoiled = wide(rng, (3, 7, 11), "f8", 300), wide(rng, (7, 9), "f8", 300)
    ties = np.zeros((4, 6))
    ties.flat[[5, 18]] = 1  # Dask finds the one at 18 when columns are chunked
    spoiled.view("u8")[2, 3] = 0xFFF8DEAD00000001  # a NaN with sign and payload
    spoiled[4, 4] = -math.inf
    spoiled[5, 0] = math.nan
    one_inf = wide(rng, (17,), "f8", 300)
    one_inf[13] = math.inf
    both_infs = wide(rng, (3, 5), "f4", 30)
    both_infs[0, 4], both_infs[2, 1] = math.inf, -math.inf
    return {
        "cube": cube,
        "line": wide(rng, (331,), ">f8", 300),
        "single": wide(rng, (9, 13), "f4", 40),
        "whole": whole,
        "ties": ties,
        "levels": rng.choice([-2.0, -1.0, -0.0, 0.0, 1.0, 2.0], (12, 25)),
        "truth": rng.random((5, 6)) < 0.5,
        "point": np.float64(-0.1),
        "lone": np.full((1, 1, 1), 7),
        "spoiled": spoiled,
        "one_inf": one_inf,
        "both_infs": both_infs,
        "minus_zeros": np.full(11, -0.0),
        "huge": np.array([1e308, 1e308, -1e308]),
        "cancel": np.array([1e16, 1, -1e16] * 4),
        "limits": np.array([2 ** 63 - 1, -2 ** 63, 5, -9]),
        "offset": np.array([2 ** 24, 2 ** 24 + 2] * 20, "f4"),
        "none": np.zeros((0,)),
        "flat": np.zeros((3, 0, 2), "f4"),
    }


def large(rng):
    """Of several pieces a block, for threads to share."""
    return {
        "wide": wide(rng, (601, 1201), "f8", 300),
        "narrow": rng.random(700_001, "f4"),
    }


OPERANDS = {  # as quadrat writes them, and as NumPy computes them
    "{0}": lambda x: x,
    "sqrt({0} * {0} + 1)": lambda x: np.sqrt(x * x + 1),
    "where({0} > 0, {0}, -{0})": lambda x: np.where(x > 0, x, -x),
    "{0} - mean({0})": lambda x: x - np.dtype(x.dtype if x.dtype.kind == "f" else "f8").type(
        Reductions(x).mean()[0]),
}
REDUCTIONS = [("sum", {}), ("mean", {}), ("var", {}), ("var", {"ddof": 1}), ("std", {}),
              ("std", {"ddof": 1}), ("count_nonzero", {})]
EXTREMA = [(name, {}) for name in ("min", "max", "argmin", "argmax")]  # of at least one element


def rows(name, a):
    """Of every reduction: its expression and its line, with `name` for the array."""
    for operand, compute in OPERANDS.items():
        if a.dtype.kind == "b" and operand != "{0}":
            continue  # NumPy has no -x of booleans
        x = np.asarray(compute(a))
        r = Reductions(x)
        for reduction, options in REDUCTIONS + (EXTREMA if x.size else []):
            ddof = f", ddof={options['ddof']}" if options else ""
            value, dtype = getattr(r, reduction)(**options)
            at = np.unravel_index(value, x.shape) if reduction.startswith("arg") else ()
            yield f"{reduction}({operand.format(name)}{ddof})", value, dtype, at


def main(make, directory):
    arguments, expected = [], []
    with np.errstate(all="ignore"):
        for i, (name, a) in enumerate(make(np.random.default_rng(2026)).items()):
            path = os.path.join(directory, name + ".npy")
            np.save(path, a)
            a = a.astype(a.dtype.newbyteorder("="))
            arguments += ["-i", f"{name}={path}"]
            arguments += [expression for expression, *_ in rows(name, a)]
            canonical = "xyz"[i] if i < 3 else f"x{i + 1}"  # in order of first use
            expected += [line(*row) for row in rows(canonical, a)]
    for file, lines in (("arguments", arguments), ("expected", expected)):
        with open(os.path.join(directory, file), "w") as f:
            f.write("".join(l + "\n" for l in lines))


main({"small": small, "large": large}[sys.argv[1]], sys.argv[2])
