"""Numbers as fractions, and the one rounding at the end.

What is exact is a Fraction that is not 0, or the float that has no fraction: a zero with its sign,
an infinity, NaN.
"""
import math
from fractions import Fraction

import numpy as np


def exactly(x):
    return Fraction(x) if x and x - x == 0 else float(x)


def side(x):
    """A float of the same sign, which is finite and not 0 when x is."""
    return x if isinstance(x, float) else 1.0 if x > 0 else -1.0


def product(a, b):
    return a * b if isinstance(a, Fraction) and isinstance(b, Fraction) else side(a) * side(b)


def addition(terms):
    """A sum of zeros is -0.0 only when all of them are."""
    terms = list(terms)
    beyond = [t for t in terms if isinstance(t, float) and t]
    if beyond:
        return sum(beyond)
    if terms and all(isinstance(t, float) and math.copysign(1, t) < 0 for t in terms):
        return -0.0
    return sum((t for t in terms if t), Fraction(0)) or 0.0



def magnitude(value):
    """log2 of a fraction, too large or too small by less than 1."""
    return abs(value).numerator.bit_length() - value.denominator.bit_length()


def round_to(value, dtype):
    """To the nearest float of a dtype, ties to even."""
    dtype = np.dtype(dtype).type
    if isinstance(value, float):
        return dtype(value)
    bits, least = {np.float64: (53, -1074), np.float32: (24, -149), np.float16: (11, -24)}[dtype]
    exponent = max(magnitude(value) - bits, least)
    while abs(value) >= Fraction(2) ** (exponent + bits):
        exponent += 1
    while exponent > least and abs(value) < Fraction(2) ** (exponent + bits - 1):
        exponent -= 1
    try:
        rounded = math.ldexp(round(abs(value) / Fraction(2) ** exponent), exponent)
    except OverflowError:
        rounded = math.inf
    return dtype(math.copysign(rounded, side(value)))


def root(value, dtype):
    """The square root, rounded once."""
    if isinstance(value, float):
        return np.dtype(dtype).type(math.sqrt(value))
    shift = 2 * (300 - magnitude(value) // 2)
    scaled = value * Fraction(2) ** shift
    whole = math.isqrt(math.floor(scaled))
    sticky = whole * whole != scaled
    return round_to((Fraction(whole) * 2 + sticky) / 2 / Fraction(2) ** (shift // 2), dtype)


def fitting(value, dtype):
    """An integer that overflows is an error."""
    bounds = np.iinfo(dtype)
    if not bounds.min <= value <= bounds.max:
        raise OverflowError("the integer does not fit")
    return np.dtype(dtype).type(value)
