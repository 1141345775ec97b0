"""Checks what the kernels and reductions make of every dtype, with NumPy and with fractions.

Standard input is a list of cases. Each is a line, and behind it the bytes that the line tells of:

    promote A B RESULT                     dtypes
    program RESULT EXPRESSION              the dtype of its value, or none
    kernel NAME RESULT N A:COUNT …         the operands of those dtypes, then the result; an operand
                                           of 1 element stands for N
    cast RESULT N A                        the elements, then the result
    reduce NAME RESULT N A DDOF            the elements, of dot and vdot those of two arrays, then
                                           the value; no value when RESULT is none
    number A                               the elements, one for each line that follows: its text
"""
import math
import sys
import warnings
from fractions import Fraction

import numpy as np

from exact_cases import DOUBLE, FLOAT, INF, NAN, nearest, nearest_root, scaled

HALF = (11, -24, 16)
FORMS = {2: HALF, 4: FLOAT, 8: DOUBLE}
np.seterr(all="ignore")
warnings.simplefilter("ignore")


def pair(re, im, like):
    z = np.empty(np.broadcast(re, im).shape, like.dtype)
    z.real, z.imag = re, im
    return z


def multiply(a, b):
    if a.dtype.kind != "c":
        return np.multiply(a, b)
    return pair(a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real, a)


def divide(a, b):
    if a.dtype.kind != "c":
        return np.true_divide(a, b)
    a, b = np.broadcast_arrays(a, b)
    wide, zero = abs(b.real) >= abs(b.imag), (b.real == 0) & (b.imag == 0)
    one = a.real.dtype.type(1)
    ratio = np.where(wide, b.imag / b.real, b.real / b.imag)
    scale = np.where(wide, one / (b.real + b.imag * ratio), one / (b.imag + b.real * ratio))
    re = np.where(wide, a.real + a.imag * ratio, a.real * ratio + a.imag) * scale
    im = np.where(wide, a.imag - a.real * ratio, a.imag * ratio - a.real) * scale
    return pair(np.where(zero, a.real / abs(b.real), re), np.where(zero, a.imag / abs(b.real), im), a)


def absolute(a):
    if a.dtype.kind != "c":
        return np.abs(a)
    return np.hypot(a.real.astype("g"), a.imag.astype("g")).astype(a.real.dtype)


# Python's numbers are weak: NPY_PROMOTION_STATE=weak makes NumPy 1.24 follow NEP 50.
NAMES = {name: getattr(np, name) for name in
         "ones max sum mean var min count_nonzero argmax abs sqrt square real imag conj where".split()}

def wide(function):
    """Computed in long double."""
    return lambda *operands: function(*(x.astype("g") for x in operands)).astype(operands[0].dtype)


def power(a, b):
    """Of integers, as Python computes it, wrapped; of a negative power anything will do."""
    if a.dtype.kind == "f":
        return wide(np.power)(a, b)
    a, b = np.broadcast_arrays(a, b)
    bits = 8 * a.itemsize
    values = [pow(int(x), int(y), 2 ** bits) if y >= 0 else pow(int(x), int(y) % 2 ** 64, 2 ** bits)
              for x, y in zip(a, b)]
    return np.array(values, "u8").astype(f"u{a.itemsize}").view(a.dtype)


def shape_kept(function):
    """Integers stay, as in NumPy 2.1."""
    return lambda a: function(a) if a.dtype.kind == "f" else a


def extreme(function, better):
    """NumPy's, but that -0.0 is the smaller zero."""
    def of(a, b):
        r = np.array(function(a, b))
        if r.dtype.kind == "f":
            signs = better(np.signbit(a), np.signbit(b))
            r = np.where((a == 0) & (b == 0), np.where(signs, -0.0, 0.0).astype(r.dtype), r)
        return r
    return of


def reciprocal(a):
    return np.where(a == 1, 1, np.where(a == -1, -1, 0)).astype(a.dtype) if a.dtype.kind in "iu" \
        else np.reciprocal(a)


def copysign(a, b):
    return np.copysign(a, np.where(np.isnan(b), b.dtype.type(1), b))


FUNCTIONS = {"multiply": multiply, "divide": divide, "quotient": divide, "abs": absolute,
             "square": lambda a: multiply(a, a), "power": power, "reciprocal": reciprocal,
             "floor": shape_kept(np.floor), "ceil": shape_kept(np.ceil),
             "trunc": shape_kept(np.trunc), "copysign": copysign,
             "signbit": lambda a: np.signbit(a) & ~np.isnan(a),
             "minimum": extreme(np.minimum, np.logical_or), "fmin": extreme(np.fmin, np.logical_or),
             "maximum": extreme(np.maximum, np.logical_and),
             "fmax": extreme(np.fmax, np.logical_and)}
# How far results may be from what is computed in long double, units in the last place.
ULPS = dict.fromkeys("""hypot cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan
    arctan2 sinh cosh tanh arcsinh arccosh arctanh""".split(), 1)
FUNCTIONS.update({name: wide(getattr(np, name)) for name in ULPS})
ULPS["power"] = 1


def saturate(a, dtype):
    """Python's int of each float; the nearest end for what is beyond, 0 for NaN."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    values = [0 if x != x else low if x < low else high if x > high else int(x)
              for x in a.astype("f8").tolist()]
    return np.array(values, dtype)


def cast(a, dtype):
    if dtype.kind == "b":
        return a != 0
    if a.dtype.kind == "c" and dtype.kind != "c":
        a = a.real
    return saturate(a, dtype) if a.dtype.kind == "f" and dtype.kind in "iu" else a.astype(dtype)


def parts(a):
    return a.view(a.real.dtype) if a.dtype.kind == "c" else a


def differences(got, expected, ulps=0):
    """The indices of numbers that are not the same, bit by bit but for NaN."""
    got, expected = parts(np.ascontiguousarray(got)), parts(np.ascontiguousarray(expected))
    same = (got == expected) | ((got != got) & (expected != expected))
    if got.dtype.kind == "f":
        same &= (got != got) | (np.signbit(got) == np.signbit(expected))
        if ulps:
            same |= abs(got - expected) <= ulps * np.spacing(abs(expected))
    return np.flatnonzero(~same)


def sum_of(x, divisor, form):
    """The sum over the divisor of float or integer numbers, rounded once."""
    if x.dtype.kind == "f":
        with np.errstate(all="ignore"):
            x = x.astype("f8")
        if not np.isfinite(x).all():
            return float(np.sum(x[~np.isfinite(x)]))
        if len(x) and (x == 0).all() and np.signbit(x).all():
            return -0.0
    return nearest(sum(map(Fraction, x.tolist())) / divisor, form)


def moments(a, ddof):
    """The exact variance; None for NaN."""
    numbers = [a.real, a.imag] if a.dtype.kind == "c" else [a]
    if len(a) <= ddof or any(x.dtype.kind == "f" and not np.isfinite(x).all() for x in numbers):
        return None
    total = Fraction(0)
    for x in numbers:
        values = list(map(Fraction, x.tolist()))
        total += sum(v * v for v in values) - sum(values) ** 2 / len(values)
    return total / (len(a) - ddof)


def real_dtype(dtype):
    return {"f": dtype, "c": np.empty(0, dtype).real.dtype}.get(dtype.kind, np.dtype("f8"))


def extremum(name, a):
    """The value and position, by NumPy's rules but for zeros: -0.0 is below 0.0 as a value."""
    position = int(getattr(np, "arg" + name)(a))
    value = a[position]
    if a.dtype.kind == "f" and value == 0:
        zeros = a[a == 0]
        value = min(zeros, key=lambda z: not np.signbit(z)) if name == "min" else max(
            zeros, key=lambda z: not np.signbit(z))
    if a.dtype.kind == "c":
        value = value + a.dtype.type(0) if value == value else a.dtype.type(complex(NAN, NAN))
    return value, position


def subtract(a, b, form):
    """Exactly, rounded once; by NumPy what is not finite."""
    return nearest(Fraction(a) - Fraction(b), form) if np.isfinite([a, b]).all() else float(a - b)


def ptp(a, form):
    high, low = extremum("max", a)[0], extremum("min", a)[0]
    if a.dtype.kind == "c":
        return complex(*(subtract(x, y, form) for x, y in ((high.real.item(), low.real.item()),
                                                           (high.imag.item(), low.imag.item()))))
    if a.dtype.kind == "f":
        return subtract(high.item(), low.item(), form)
    width = int(high) - int(low)
    return width if a.dtype.kind != "b" and width <= np.iinfo(a.dtype).max else None


def prod(a, form):
    """The exact product, rounded once; a zero where the factors have one, whatever the others."""
    sign = -1.0 if (np.signbit(a) & (a == a)).sum() % 2 else 1.0
    if not np.isfinite(a).all() or (a == 0).any():
        nan = np.isnan(a).any() or ((a == 0).any() and np.isinf(a).any())
        return NAN if nan else math.copysign(0.0 if (a == 0).any() else INF, sign)
    numerator, power = 1, 0
    for x in map(Fraction, a.tolist()):
        numerator *= x.numerator
        power -= x.denominator.bit_length() - 1
    size = numerator.bit_length() + power
    if abs(size) > 3000:
        return math.copysign(0.0 if size < 0 else INF, sign)
    return math.copysign(nearest(scaled(Fraction(abs(numerator)), power), form), sign)


def norm(a, form):
    """The root of the exact sum of squares; an infinity of the elements unless there is a NaN."""
    numbers = parts(a)
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        return NAN if np.isnan(numbers).any() else INF
    return nearest_root(sum(v * v for v in map(Fraction, numbers.tolist())), form)


def sum_of_products(a, b, form):
    """Of two lists of doubles, exactly, rounded once."""
    pairs = list(zip(a, b))
    infinite = {math.copysign(1, x) * math.copysign(1, y) for x, y in pairs
                if math.isinf(x) or math.isinf(y)}
    if any(math.isnan(x) or math.isnan(y) or (math.isinf(x) and y == 0) or (x == 0 and math.isinf(y))
           for x, y in pairs) or len(infinite) == 2:
        return NAN
    if infinite:
        return INF * infinite.pop()
    if pairs and all(0 in (x, y) and math.copysign(1, x) != math.copysign(1, y) for x, y in pairs):
        return -0.0
    return nearest(sum((Fraction(x) * Fraction(y) for x, y in pairs), Fraction(0)), form)


def dot(name, a, b, form):
    """(dtype, value)"""
    if a.dtype.kind in "biu":
        dtype = np.dtype("u8" if a.dtype.kind == "u" else "i8")
        total = sum(int(x) * int(y) for x, y in zip(a.tolist(), b.tolist()))
        return dtype, total if np.iinfo(dtype).min <= total <= np.iinfo(dtype).max else None
    if a.dtype.kind == "f":
        return a.dtype, sum_of_products(a.tolist(), b.tolist(), form)
    imag = -a.imag if name == "vdot" else a.imag
    return a.dtype, complex(
        sum_of_products([*a.real.tolist(), *(-imag).tolist()], [*b.real.tolist(), *b.imag.tolist()],
                        form),
        sum_of_products([*a.real.tolist(), *imag.tolist()], [*b.imag.tolist(), *b.real.tolist()],
                        form))


def integer_prod(a, dtype):
    total = 0 if (a == 0).any() else 1
    for x in a.tolist() if total else []:
        total *= int(x)
        if abs(total) > 2 ** 64:
            return None
    return total if np.iinfo(dtype).min <= total <= np.iinfo(dtype).max else None


def not_nan(name, a, ddof):
    """Of the elements that are not NaN, as the function without "nan" is of all."""
    left = np.flatnonzero(~np.isnan(a))
    if "arg" in name:
        dtype, at = reduce(name, a[left], ddof)
        return dtype, None if at is None else left[at]
    if name in ("min", "max") and len(a) and not len(left):
        return a.dtype, NAN if a.dtype.kind == "f" else complex(NAN, NAN)
    return reduce(name, a[left], ddof)


def quantile(a, q):
    """The q-th quantile of elements without NaN, on the line between the two nearest."""
    real = real_dtype(a.dtype)
    a = sorted(a.tolist(), key=lambda x: (x, math.copysign(1, x)))
    position = (len(a) - 1) * q
    below = math.floor(position)
    low, high, weight = a[below], a[min(below + 1, len(a) - 1)], position - below
    if weight == 0 or (low == high and math.copysign(1, low) == math.copysign(1, high)):
        return nearest(Fraction(low), FORMS[real.itemsize]) if low and math.isfinite(low) else low
    if not (math.isfinite(low) and math.isfinite(high)):
        return low + high
    weight = Fraction(weight)
    return nearest(Fraction(low) * (1 - weight) + Fraction(high) * weight, FORMS[real.itemsize])


def reduce(name, a, ddof):
    """(dtype, value); the value is None when there is an error."""
    kind, real = a.dtype.kind, real_dtype(a.dtype)
    form = FORMS[real.itemsize]
    if name.startswith("nan"):
        return not_nan(name[3:], a, ddof)
    if len(a) == 0 and name in ("min", "max", "ptp", "argmin", "argmax"):
        return None, None
    if len(a) == 0 and name == "mean":
        return real if kind != "c" else a.dtype, NAN if kind != "c" else complex(NAN, NAN)
    if name in ("median", "quantile"):
        q = (0.5, 0.1, 0.9)[ddof]
        return real, NAN if len(a) == 0 or (kind == "f" and np.isnan(a).any()) else quantile(a, q)
    if name in ("any", "all"):
        return np.dtype("?"), getattr(np, name)(a)
    if name == "ptp":
        return a.dtype, ptp(a, form)
    if name in ("min", "max"):
        return a.dtype, extremum(name, a)[0]
    if name in ("argmin", "argmax"):
        return np.dtype("i8"), extremum(name[3:], a)[1]
    if name == "count_nonzero":
        return np.dtype("i8"), int(np.count_nonzero(a))
    if name == "sum" and kind in "biu":
        dtype = np.dtype("u8" if kind == "u" else "i8")
        total = sum(map(int, a.tolist()))
        return dtype, total if np.iinfo(dtype).min <= total <= np.iinfo(dtype).max else None
    if name == "norm":
        return real, norm(a, form)
    if name == "prod" and kind in "biu":
        dtype = np.dtype("u8" if kind == "u" else "i8")
        return dtype, integer_prod(a, dtype)
    if name == "prod":
        return a.dtype, None if kind == "c" else prod(a.astype("f8"), form)
    if name in ("sum", "mean"):
        divisor = 1 if name == "sum" else len(a)
        if kind == "c":
            return a.dtype, complex(sum_of(a.real, divisor, form), sum_of(a.imag, divisor, form))
        return a.dtype if kind == "f" else real, sum_of(a, divisor, form)
    variance = moments(a, ddof)
    if variance is None:
        return real, NAN
    return real, nearest(variance, form) if name == "var" else nearest_root(variance, form)


def read(dtype, count):
    data = sys.stdin.buffer.read(count * dtype.itemsize)
    return np.frombuffer(data, dtype, count)


def check(words):
    """Reads the rest of a case; what is wrong with it, or None."""
    what, *words = words
    if what == "promote":
        a, b, result = words
        expected = np.promote_types(a, b).name
        return None if result == expected else f"expected {expected}"
    if what == "program":
        try:
            expected = np.asarray(eval(" ".join(words[1:]), NAMES)).dtype.name
        except TypeError:
            expected = "none"
        return None if words[0] == expected else f"expected {expected}"
    if what == "kernel":
        name, result, n, *operands = words
        arrays = []
        for operand in operands:
            dtype, count = operand.split(":")
            arrays.append(read(np.dtype(dtype), int(count)))
        got = read(np.dtype(result), int(n))
        expected = FUNCTIONS.get(name, getattr(np, name, None))(*arrays)
        expected = np.broadcast_to(expected, got.shape)
        kind = arrays[0].dtype.kind
        ulps = ULPS.get(name, 0) if kind == "f" else int(kind == "c" and name == "abs")
        shown = arrays
    elif what == "cast":
        result, n, dtype = words
        shown = [read(np.dtype(dtype), int(n))]
        got = read(np.dtype(result), int(n))
        expected, ulps = cast(shown[0], got.dtype), 0
    elif what == "number":
        shown = [read(np.dtype(words[0]), int(words[1]))]
        texts = [sys.stdin.buffer.readline().decode().strip() for _ in shown[0]]
        for x, text in zip(shown[0], texts):
            if text != str(x):
                return f"{text}: expected {x}"
        return None
    else:
        name, result, n, dtype, ddof = words
        shown = [read(np.dtype(dtype), int(n))]
        if name in ("dot", "vdot"):
            shown.append(read(np.dtype(dtype), int(n)))
            form = FORMS[real_dtype(shown[0].dtype).itemsize]
            expected_dtype, value = dot(name, *shown, form)
        else:
            expected_dtype, value = reduce(name, shown[0], int(ddof))
        if result == "none" or value is None:
            return None if (result == "none") == (value is None) else f"expected {value}"
        got = read(np.dtype(result), 1)
        if got.dtype != expected_dtype:
            return f"expected {expected_dtype}"
        expected, ulps = np.array([value], expected_dtype), 0
    if got.dtype != expected.dtype:
        return f"expected {expected.dtype}"
    wrong = differences(got, expected, ulps)
    if len(wrong) == 0:
        return None
    i = wrong[0] // (2 if got.dtype.kind == "c" else 1)
    at = [x[i] if len(x) == len(got) > 1 else x[:4] for x in shown]
    return f"{len(wrong)} wrong; at {i}, of {at}: {got[i]!r}, expected {expected[i]!r}"


count = failed = 0
while line := sys.stdin.buffer.readline():
    words = line.decode().split()
    why = check(words)
    count += 1
    if why:
        failed += 1
        print(f"{' '.join(words)}: {why}", file=sys.stderr)
print(f"{count} cases, {failed} wrong")
sys.exit(failed > 0 or count == 0)
