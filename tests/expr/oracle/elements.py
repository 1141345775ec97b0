"""Elementwise functions."""
import math
import pathlib
import re

import numpy as np

from .exact import exactly, round_to

VECTORS = pathlib.Path(__file__).parents[3] / "src" / "kernel" / "vector.def"


class Failure(Exception):
    """What has no value."""


class Unknown(Exception):
    """What this oracle does not know."""


# ---- what is known within a bound -----------------------------------------------------------

class Near:
    """An array of long doubles, and how many units in the last place of a dtype are allowed."""
    def __init__(self, values, dtype, ulps):
        self.values, self.dtype, self.ulps = np.asarray(values), np.dtype(dtype), ulps
        self.shape, self.size = self.values.shape, self.values.size

    def __getitem__(self, index):
        return Near(self.values[index], self.dtype, self.ulps)

    @property
    def T(self):
        return Near(self.values.T, self.dtype, self.ulps)

    def allows(self, array):
        """Of zeros the sign counts, infinities and NaN must be the same."""
        with np.errstate(all="ignore"):
            nearest = self.values.astype(self.dtype)
            units = np.spacing(np.maximum(np.abs(nearest), np.abs(array)))
            off = np.abs(array - self.values) <= self.ulps * units.astype(np.longdouble)
        same = (array == nearest) & (np.signbit(array) == np.signbit(nearest))
        return np.all(np.where(np.isfinite(array) & (self.values != 0), off,
                               same | (np.isnan(array) & np.isnan(nearest))))


def wide(function, ulps):
    """A function of floats by long doubles, which must have more bits than a double."""
    def of(*operands):
        dtype = function(*operands).dtype
        if dtype.kind == "c" or np.finfo(np.longdouble).nmant < 63:
            raise Failure("not of complex numbers") if dtype.kind == "c" else Unknown
        exact = [np.asarray(x).astype(dtype).astype(np.longdouble) for x in operands]
        # of float16 and float32, one rounding more than the reference's
        return Near(function(*exact), dtype, ulps + 0.01 if dtype == np.float64 else 0.501)
    return of


# ---- elements -------------------------------------------------------------------------------

def kind(*operands):
    """The highest kind: "c" above "f" above the others."""
    kinds = {np.asarray(x).dtype.kind for x in operands}
    return next((k for k in "cf" if k in kinds), "i")


def is_python(x):
    return type(x) in (bool, int, float, complex)


def real_only(function):
    """NumPy orders complex numbers, and has the signs of some."""
    def of(*operands):
        if kind(*operands) == "c":
            raise Failure("not of complex numbers")
        return function(*operands)
    return of


def compared(function):
    """As NumPy 2: Python's integers are compared exactly, also those that the dtype has not."""
    def of(a, b):
        try:
            return function(a, b)
        except OverflowError:
            return np.asarray(function(np.asarray(a, object), np.asarray(b, object)), bool)[()]
    return of


def cast(a, dtype):
    """Beyond the range of integers their nearest end, and 0 of NaN: NumPy's depend on the machine.
    Integers become a float16 by one rounding, not over float32."""
    a, dtype = np.asarray(a), np.dtype(dtype)
    if a.dtype.kind == "c" and dtype.kind not in "cb":
        a = a.real
    if a.dtype.kind == "f" and dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        values = [0 if x != x else bounds.max if x > bounds.max else bounds.min if x < bounds.min
                  else int(x) for x in a.ravel().tolist()]
        return np.array(values, dtype).reshape(a.shape)[()]
    if a.dtype.kind in "iu" and dtype == np.float16:
        return np.array([round_to(exactly(int(x)), dtype) for x in a.ravel()],
                        dtype).reshape(a.shape)[()]
    return a.astype(dtype)[()]


def where(condition, x, y):
    """As NumPy 2: a Python number takes the dtype of the other choice."""
    for a, b in ((x, y), (y, x)):
        if is_python(b) and not is_python(a):
            dtype = (np.zeros(1, np.asarray(a).dtype) + b).dtype if not isinstance(b, bool) \
                else np.result_type(np.asarray(a).dtype, bool)
            return np.where(condition, np.asarray(x, dtype), np.asarray(y, dtype))[()]
    return np.where(condition, x, y)[()]


def nonzero(function):
    """Integers divided by zero are an error."""
    def of(*operands):
        result = function(*operands)
        if kind(result) == "i" and np.size(result) and np.any(np.asarray(operands[-1]) == 0):
            raise ZeroDivisionError("integer division by zero")
        return result
    return of


def whole(function):
    """Integers stay, as in NumPy 2.1."""
    return lambda a: a if kind(a) == "i" else function(a)


def zeros_ordered(function, negative_wins):
    """NumPy's takes any of two zeros; here -0.0 is the smaller one."""
    def of(a, b):
        value = np.array(function(a, b))
        if value.dtype.kind == "f":
            minus = negative_wins(np.signbit(a), np.signbit(b))
            zero = np.where(minus, value.dtype.type(-0.0), value.dtype.type(0.0))
            value = np.where((np.asarray(a) == 0) & (np.asarray(b) == 0), zero, value)
        return value[()]
    return of


minimum = zeros_ordered(np.minimum, np.logical_or)
maximum = zeros_ordered(np.maximum, np.logical_and)


def clip(a, low, high):
    a = a if low is None else maximum(a, low)
    return a if high is None else minimum(a, high)


def multiply(a, b):
    """NumPy's complex products are fused to one rounding where the machine can."""
    if kind(a, b) != "c" or (is_python(a) and is_python(b)):
        return a * b
    dtype = np.multiply(a, b).dtype
    a, b = np.asarray(a).astype(dtype), np.asarray(b).astype(dtype)
    value = np.empty(np.broadcast_shapes(a.shape, b.shape), dtype)
    value.real = a.real * b.real - a.imag * b.imag
    value.imag = a.real * b.imag + a.imag * b.real
    return value[()]


def square(a):
    return multiply(a, a) if kind(a) == "c" else np.square(a)


def copysign(a, b):
    """A NaN has no sign."""
    return np.copysign(a, math.nan if isinstance(b, float) and b != b else
                       b if is_python(b) else np.where(np.isnan(b), np.abs(b), b))


def quotient(a, b):
    value = np.divide(a, b)
    if np.any(np.asarray(b).astype(value.dtype) == 0) and value.size:
        raise ZeroDivisionError("division by zero")
    return value


def rounded(a, decimals=0):
    if decimals and (kind(a) == "c" or (kind(a) == "i" and decimals < 0)):
        raise Failure("not to such decimals")
    if decimals and np.asarray(a).dtype == bool:
        raise Unknown
    return np.round(a, decimals)


def absolute(a):
    return Near(np.hypot(a.real.astype(np.longdouble), a.imag.astype(np.longdouble)),
                a.real.dtype, 0.501) if kind(a) == "c" else np.abs(a)


def power(a, b):
    """What is exact: integers, and the powers that are computed as something else."""
    if kind(a, b) == "i":
        value = np.power(a, b)
        if value.dtype.kind != "f":
            return value
    simple = {0.5: real_only(np.sqrt), 1: np.positive, 2: square, -1: real_only(np.reciprocal)}
    if type(b) in (int, float) and b in simple:
        return simple[b](np.asarray(a).astype((np.zeros(1, np.asarray(a).dtype) + b).dtype))[()]
    if kind(a, b) == "c":
        raise Failure("not of complex numbers")
    return wide(np.power, BOUNDS["power"])(a, b)


# the bound that each claims
BOUNDS = {name: float(ulps) for name, ulps in
          re.findall(r"^VECTOR\( (\w+), +\w+, +\w+, +([\d.]+),", VECTORS.read_text(), re.M)}
APPROXIMATE = {name: wide(getattr(np, name), ulps) for name, ulps in BOUNDS.items()
               if name != "power"}
APPROXIMATE["hypot"] = wide(np.hypot, 0.501)


UNARY = {
    "sqrt": real_only(np.sqrt), "abs": absolute, "square": square, "fabs": np.fabs,
    "sign": real_only(np.sign), "reciprocal": real_only(nonzero(np.reciprocal)),
    "floor": whole(np.floor), "ceil": whole(np.ceil), "trunc": whole(np.trunc), "rint": np.rint,
    "degrees": np.degrees, "radians": np.radians, "isnan": np.isnan, "isinf": np.isinf,
    "isfinite": np.isfinite, "signbit": lambda a: np.signbit(a) & ~np.isnan(a),
    "logical_not": np.logical_not, "positive": np.positive, "negative": np.negative,
    "invert": np.invert, "round": rounded, "real": lambda a: np.asarray(a).real[()],
    "imag": lambda a: np.asarray(a).imag[()], "conj": np.conj,
}
BINARY = {
    "fmod": nonzero(np.fmod), "minimum": minimum, "maximum": maximum,
    "copysign": copysign,
    "fmin": zeros_ordered(np.fmin, np.logical_or), "fmax": zeros_ordered(np.fmax, np.logical_and),
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor,
    "floor_divide": real_only(nonzero(np.floor_divide)), "remainder": nonzero(np.remainder),
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
    "left_shift": np.left_shift, "right_shift": np.right_shift, "power": power, "add": np.add,
    "subtract": np.subtract, "multiply": multiply, "divide": np.divide, "quotient": quotient,
    "equal": compared(np.equal), "not_equal": compared(np.not_equal),
    "less": real_only(compared(np.less)), "less_equal": real_only(compared(np.less_equal)),
    "greater": real_only(compared(np.greater)),
    "greater_equal": real_only(compared(np.greater_equal)),
}
