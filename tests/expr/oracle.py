"""What a program is worth: its names as Python functions, and evaluate(text).

What NumPy rounds on its way is computed from fractions (exact.py); what is exact, or IEEE's
arithmetic step by step, is NumPy's. Where quadrat means something else a comment says so. The
functions that are right to some units in the last place give a Near, which only a program as a
whole may be.
"""
import ast
import functools
import itertools
import math
import operator
import pathlib
import re
from fractions import Fraction

import numpy as np

from exact import addition, exactly, fitting, product, root, round_to

VECTORS = pathlib.Path(__file__).parents[2] / "src" / "kernel" / "vector.def"


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
        if kind(*operands) == "i" and np.size(result) and np.any(np.asarray(operands[-1]) == 0):
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
    return np.copysign(a, math.nan if is_python(b) and b != b else
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


# ---- reductions of a line of elements -------------------------------------------------------

def parts(line):
    return (line.real, line.imag) if line.dtype.kind == "c" else (line,)


def joined(values, dtype):
    return dtype.type(complex(*values)) if dtype.kind == "c" else values[0]


def terms(line):
    return [exactly(x) for x in line.tolist()]


def part_dtype(dtype):
    return np.zeros(1, dtype).real.dtype


def is_nan(line):
    return np.isnan(line) if line.dtype.kind in "fc" else np.zeros(line.shape, bool)


def sum_of(line, o):
    if o.dtype.kind in "iu":
        return fitting(sum(int(x) for x in line), o.dtype)
    return joined([round_to(addition(terms(p)), part_dtype(o.dtype)) for p in parts(line)], o.dtype)


def prod_of(line, o):
    if o.dtype.kind in "iu":
        return fitting(math.prod(int(x) for x in line), o.dtype)
    if o.dtype.kind == "c":
        raise Failure("not of complex numbers")
    return round_to(functools.reduce(product, terms(line), exactly(1)), o.dtype)


def mean_of(line, o):
    n = len(line)
    if not n:
        return o.dtype.type(complex(math.nan, math.nan) if o.dtype.kind == "c" else math.nan)
    return joined([round_to(addition(terms(p)) / n, part_dtype(o.dtype)) for p in parts(line)],
                  o.dtype)


def spread(finish):
    def of(line, o):
        n = len(line)
        if n <= o.ddof or not np.isfinite(line).all():
            return o.dtype.type(math.nan)
        squares = Fraction(0)
        for part in parts(line):
            values = [Fraction(x) for x in part.tolist()]
            middle = sum(values) / n
            squares += sum((x - middle) ** 2 for x in values)
        return finish(exactly(squares / (n - o.ddof)), o.dtype)
    return of


def norm_of(line, o):
    return root(addition(product(x, x) for p in parts(line) for x in terms(p)), o.dtype)


def ordered(x):
    """Of both zeros -0.0 comes first; of complex numbers they are one, +0.0."""
    return (x.real + 0.0, x.imag + 0.0) if isinstance(x, complex) else (x, math.copysign(1, x))


def extreme(pick, skips=False):
    def of(line, o):
        if not len(line):
            raise ValueError("nothing")
        lost = is_nan(line)
        if lost.all() if skips else lost.any():
            return o.dtype.type(complex(math.nan, math.nan) if o.dtype.kind == "c" else math.nan)
        best = pick(line[~lost].tolist(), key=ordered)
        return o.dtype.type(best + 0.0 if isinstance(best, complex) else best)
    return of


def position(pick, skips=False):
    def of(line, o):
        lost = is_nan(line)
        if not len(line) or (skips and lost.all()):
            raise ValueError("nothing")
        if lost.any() and not skips:
            return int(np.argmax(lost))
        values = (line + 0 if line.dtype.kind in "fc" else line).tolist()  # no -0.0
        return pick((i for i in range(len(line)) if not lost[i]), key=lambda i: ordered(values[i]))
    return of


def ptp_of(line, o):
    if o.dtype.kind == "b":
        raise Failure("not of bool")
    high, low = (extreme(pick)(line, o) for pick in (max, min))
    return high - low if o.dtype.kind in "fc" else fitting(int(high) - int(low), o.dtype)


def dot_of(line, o):
    """Of a line of pairs."""
    a, b = line
    if o.dtype.kind in "iu":
        return fitting(sum(int(x) * int(y) for x, y in zip(a, b)), o.dtype)
    dtype = part_dtype(o.dtype)
    if o.dtype.kind == "f":
        return round_to(addition(map(product, terms(a), terms(b))), dtype)
    (a, b), (c, d) = ([terms(p) for p in parts(x)] for x in line)
    minus = [product(x, exactly(-1)) for x in b]
    re = addition(itertools.chain(map(product, a, c), map(product, minus, d)))
    im = addition(itertools.chain(map(product, a, d), map(product, b, c)))
    return o.dtype.type(complex(round_to(re, dtype), round_to(im, dtype)))


# ---- quantiles ------------------------------------------------------------------------------

def between(alpha, beta):
    return lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1


def closest_observation(n, q):
    index = n * q - 1 - 0.5
    even = index == math.floor(index) and math.floor(index) % 2 == 0
    return math.floor(index) if even else math.floor(index) + 1


def averaged_inverted_cdf(n, q):
    index = n * q - 1
    return index + 0.5 if index == math.floor(index) else math.floor(index) + 1


# NumPy's positions, in float64; those of the methods in ELEMENTS are such of elements
METHODS = {
    "linear": lambda n, q: (n - 1) * q,
    "inverted_cdf": lambda n, q: math.ceil(n * q - 1),
    "averaged_inverted_cdf": averaged_inverted_cdf,
    "closest_observation": closest_observation,
    "interpolated_inverted_cdf": between(0, 1),
    "hazen": between(0.5, 0.5),
    "weibull": between(0, 0),
    "median_unbiased": between(1 / 3, 1 / 3),
    "normal_unbiased": between(3 / 8, 3 / 8),
    "lower": lambda n, q: math.floor((n - 1) * q),
    "higher": lambda n, q: math.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (math.floor((n - 1) * q) + math.ceil((n - 1) * q)),
    "nearest": lambda n, q: round((n - 1) * q),
}
ELEMENTS = ("inverted_cdf", "closest_observation", "lower", "higher", "nearest")


def point(low, high, weight, dtype):
    """The exact point between two elements, rounded once."""
    if weight == 0 or ordered(low) == ordered(high):
        return dtype.type(low) if dtype.kind != "f" else round_to(exactly(low), dtype)
    if not math.isfinite(low + 0.0) or not math.isfinite(high + 0.0):
        return dtype.type(low + high)
    low, high = Fraction(low), Fraction(high)
    return round_to(exactly(low + Fraction(weight) * (high - low)), dtype)


def quantiles_of(line, o):
    if o.dtype.kind == "f" and (is_nan(line).any() or not len(line)):
        return [math.nan] * len(o.q)
    values, last = sorted(line.tolist(), key=ordered), len(line) - 1
    result = []
    for q in o.q:
        index = min(max(METHODS[o.method](float(len(line)), q), 0.0), float(last))
        low = math.floor(index)
        result.append(point(values[low], values[min(low + 1, last)], index - low, o.dtype))
    return result


# ---- reductions of arrays -------------------------------------------------------------------

def summed(dtype):
    return np.dtype(np.int64 if dtype.kind in "bi" else np.uint64 if dtype.kind == "u" else dtype)


def floating(dtype):
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def real(dtype):
    return part_dtype(floating(dtype))


def same(dtype):
    return dtype


def counting(dtype):
    return np.dtype(np.int64)


def truth(dtype):
    return np.dtype(bool)


class Options:
    """What a line is reduced with; dtype is that of the value."""

    def __init__(self, dtype, **more):
        self.dtype = dtype
        self.__dict__.update(more)


def along(a, axis, one):
    """The axes as a tuple; `one`: of a position."""
    if axis is None:
        return tuple(range(a.ndim))
    if one and isinstance(axis, tuple):
        raise Failure("a position goes along one axis")
    axes = tuple(operator.index(i) for i in (axis if isinstance(axis, tuple) else (axis,)))
    if any(not -a.ndim <= i < a.ndim for i in axes) or len({i % a.ndim for i in axes}) < len(axes):
        raise Failure("no such axes")
    return tuple(sorted(i % a.ndim for i in axes))


def reduce(of, a, axes, o, keepdims=False, where=True, width=None, skips=False):
    """of(line, o) for each line along the axes: one value, or several in front."""
    kept = [i for i in range(a.ndim) if i not in axes]
    outer = tuple(a.shape[i] for i in kept)
    shape = outer + (math.prod(a.shape[i] for i in axes),)
    mask = np.broadcast_to(where, a.shape)
    if mask.dtype != bool:
        raise Failure("where= is bool")
    lines = a.transpose(kept + list(axes)).reshape(shape)
    masks = mask.transpose(kept + list(axes)).reshape(shape)
    out = np.empty(outer + (() if width is None else (width,)), o.dtype)
    for index in np.ndindex(outer):
        line = lines[index][masks[index]]
        out[index] = of(line[~is_nan(line)] if skips else line, o)
    if keepdims:
        out = out.reshape(tuple(1 if i in axes else a.shape[i] for i in range(a.ndim)) +
                          out.shape[len(outer):])
    return out[()] if width is None else np.moveaxis(out, -1, 0)


def reduction(of, result, skips=False, one=False):
    def call(a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True):
        a = np.asarray(a)
        if ddof < 0:
            raise Failure("a negative ddof")
        if dtype is not None:
            dtype = np.dtype(dtype)
            a = np.asarray(cast(a, dtype))
            if result(dtype).kind != dtype.kind and dtype.kind != "c":
                raise Failure("gives no such dtype")
        to = dtype if dtype is not None and dtype.kind != "c" else result(a.dtype)
        return reduce(of, a, along(a, axis, one), Options(to, ddof=ddof), keepdims, where,
                      skips=skips)
    return call


def quantile(scale, skips):
    def call(a, q=0.5 * scale, axis=None, *, method="linear", keepdims=False, where=True):
        a, several = np.asarray(a), isinstance(q, tuple)
        to = a.dtype if method in ELEMENTS else floating(a.dtype)
        o = Options(to, method=method, q=[x / scale for x in (q if several else (q,))])
        if a.dtype.kind == "c" or not all(0 <= x <= 1 for x in o.q):
            raise Failure("no quantile")
        value = reduce(quantiles_of, a, along(a, axis, False), o, keepdims, where, len(o.q), skips)
        return value if several else value[0]
    return call


def norm(a, ord=None, axis=None, *, keepdims=False):
    if ord is None:
        return reduction(norm_of, real)(a, axis, keepdims=keepdims)
    a = np.asarray(a)
    if axis is None and a.ndim > 1:
        raise Failure("of matrices")
    if ord == 0:  # a count: NumPy makes a float of it
        return NAMES["count_nonzero"](a, axis, keepdims=keepdims)
    if ord == 2:
        return norm(a, axis=axis, keepdims=keepdims)
    if kind(a) == "c":
        raise Unknown
    a = np.abs(a if kind(a) == "f" else a.astype(np.float64))
    return NAMES[{1: "sum", math.inf: "max", -math.inf: "min"}[ord]](a, axis, keepdims=keepdims)


def pairs(vectors):
    def call(a, b):
        dtype = np.result_type(a if is_python(a) else np.asarray(a).dtype,
                               b if is_python(b) else np.asarray(b).dtype)
        a, b = np.asarray(cast(a, dtype)), np.asarray(cast(b, dtype))
        if a.shape != b.shape or (vectors and a.ndim > 1):
            raise Failure("no pairs")
        if not vectors:
            a = a.conj() if dtype.kind == "c" else a
        return dot_of((a.ravel(), b.ravel()), Options(summed(dtype)))
    return call


# ---- histograms -----------------------------------------------------------------------------

def edges_of(a, bins, range):
    if isinstance(bins, tuple):
        return np.array(bins, np.float64)
    values = a.astype(np.float64)
    low, high = range or ((values.min(), values.max()) if a.size else (0.0, 1.0))
    if not np.isfinite(low) or not np.isfinite(high):
        raise Failure("no range")
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(np.float64(low), np.float64(high), bins + 1)
    return cast(edges, floating(a.dtype)).astype(np.float64)


def histogram(a, bins=10, range=None, weights=None, density=False):
    a = np.asarray(a)
    if a.dtype.kind == "c" or (weights is not None and np.shape(weights) != a.shape):
        raise Failure("no histogram")
    edges = edges_of(a, bins, range)
    values = a.astype(np.float64).ravel()
    inside = (values >= edges[0]) & (values <= edges[-1])
    bin_of = np.searchsorted(edges[1:-1], values, side="right")
    heights = binned(bin_of, inside, weights, len(edges) - 1)
    if not density:
        return heights
    total = functools.reduce(operator.add, heights.astype(np.float64), np.float64(0))
    return heights / (edges[1:] - edges[:-1]) / total


def binned(bin_of, inside, weights, bins):
    """The counts; weights are summed exactly."""
    if weights is None:
        return np.bincount(bin_of[inside], minlength=bins)
    if kind(weights) == "c":
        raise Failure("weights are real")
    weights = np.asarray(weights).astype(np.float64).ravel()
    return np.array([round_to(addition(terms(weights[inside & (bin_of == i)])), np.float64)
                     for i in range(bins)])


def histogram_bin_edges(a, bins=10, range=None):
    a = np.asarray(a)
    if a.dtype.kind == "c":
        raise Failure("no histogram")
    return edges_of(a, bins, range).astype(floating(a.dtype))


def bincount(a, weights=None, *, minlength):
    """minlength bins, no more: an element that is in none is an error."""
    a = np.asarray(a)
    if a.dtype.kind not in "biu" or (weights is not None and np.shape(weights) != a.shape):
        raise Failure("no counts")
    flat = a.ravel()
    if flat.size and (flat.min() < 0 or flat.max() >= minlength):
        raise Failure("outside of the bins")
    return binned(flat.astype(np.int64), np.ones(flat.shape, bool), weights, minlength)


# ---- reductions made of others --------------------------------------------------------------

def size(a, axis=None):
    a = np.asarray(a)
    return math.prod(a.shape[i] for i in along(a, axis, False))


def rms(a, axis=None, *, keepdims=False):
    return norm(a, axis=axis, keepdims=keepdims) / math.sqrt(size(a, axis))


def sem(a, axis=None, ddof=1, *, keepdims=False):
    return NAMES["std"](a, axis, ddof=ddof, keepdims=keepdims) / math.sqrt(size(a, axis))


def moments(a, axis, keepdims):
    """The elements less their mean; a mean, var and std along the same axes."""
    if kind(a) == "c":
        raise Failure("not of complex numbers")
    mean, var, std = (functools.partial(NAMES[name], axis=axis, keepdims=keepdims)
                      for name in ("mean", "var", "std"))
    return a - NAMES["mean"](a, axis, keepdims=axis is not None), mean, var, std


def skew(a, axis=None, *, keepdims=False):
    d, mean, var, std = moments(a, axis, keepdims)
    return mean(d * np.square(d)) / (var(a) * std(a))


def kurtosis(a, axis=None, fisher=True, *, keepdims=False):
    d, mean, var, std = moments(a, axis, keepdims)
    return mean(np.square(np.square(d))) / np.square(var(a)) - 3 * bool(fisher)


def cov(x, y, *, ddof=1):
    mean = NAMES["mean"]
    p = multiply(x - mean(x), np.conj(y - mean(y)))
    return np.divide(NAMES["sum"](p), max(np.size(p) - ddof, 0))


def corrcoef(x, y):
    if kind(x, y) == "c":
        raise Failure("not of complex numbers")
    mean, std = NAMES["mean"], NAMES["std"]
    return clip(mean((x - mean(x)) * (y - mean(y))) / std(x) / std(y), -1, 1)


def average(a, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return NAMES["mean"](a, axis, keepdims=keepdims)
    a, weights, total = np.asarray(a), np.asarray(weights), NAMES["sum"]
    if weights.shape != a.shape:
        axes = along(a, axis, False)
        if weights.ndim != 1 or len(axes) != 1 or weights.shape[0] != a.shape[axes[0]]:
            raise Failure("weights of another shape")
        weights = weights.reshape([-1 if i == axes[0] else 1 for i in range(a.ndim)])
    a = a if a.dtype.kind in "fc" else a.astype(np.float64)
    return NAMES["quotient"](total(multiply(a, weights), axis, keepdims=keepdims),
                             total(weights, axis, keepdims=keepdims))


# ---- generators -----------------------------------------------------------------------------

def words(shape, seed, kind):
    """Those that random arrays are made of; array.h has the formulas."""
    return np.random.Philox(key=seed + (kind << 64)).random_raw(math.prod(shape)).tolist()


def as_shape(size):
    return () if size is None else tuple(size) if isinstance(size, tuple) else (size,)


def random_array(size=None, *, seed):
    return np.random.Generator(np.random.Philox(key=seed)).random(as_shape(size))[()]


def integers(low, high=None, size=None, dtype="int64", *, seed):
    low, high = (0, low) if high is None else (low, high)
    shape = as_shape(size)
    values = [low + (w * (high - low) >> 64) for w in words(shape, seed, 2)]
    return np.array(values, dtype).reshape(shape)[()]


def logarithm(x):
    f, k = math.frexp(x)
    if f < math.sqrt(0.5):
        f, k = 2 * f, k - 1
    s = (f - 1) / (f + 1)
    t = 1 / 21
    for j in range(19, 0, -2):
        t = t * (s * s) + 1 / j
    return k * math.log(2) + 2 * s * t


# the coefficients of Algorithm AS 241, of the lowest power first, as published: a and b, c and d,
# e and f
PPND16 = [
    [(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3),
     (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3)],
    [(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4),
     (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9)],
    [(6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7),
     (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15)],
]


def deviate(w):
    """A standard normal number."""
    m = w if w < 1 << 63 else (1 << 64) - 1 - w
    q, p = ((float(k) + 0.5) / 2.0 ** 64 for k in (m, (1 << 63) - 1 - m))
    tail = 0 if q <= 0.425 else math.sqrt(-logarithm(p))
    row, r = (0, 0.180625 - q * q) if not tail else (1, tail - 1.6) if tail <= 5 else (2, tail - 5)
    above, below = (functools.reduce(lambda x, c: x * r + c, reversed(of)) for of in PPND16[row])
    return math.copysign(above / below * (1 if tail else q), 1 if w < 1 << 63 else -1)


def normal(loc=0.0, scale=1.0, size=None, *, seed):
    shape = as_shape(size)
    return np.array([loc + scale * deviate(w) for w in words(shape, seed, 1)]).reshape(shape)[()]


def indices(shape, dtype="int64"):
    return np.indices(shape).astype(dtype)


def full(shape, fill_value, dtype=None):
    return np.full(shape, fill_value, dtype)[()]


# ---- names of programs ----------------------------------------------------------------------

def guarded(function):
    """What is only near goes into nothing else. NumPy 1.24 takes its own numbers, but not arrays of
    one, for Python's at times."""
    def settled(x):
        return np.asarray(x) if isinstance(x, np.generic) else x

    def of(*operands, **options):
        if any(isinstance(x, Near) for x in (*operands, *options.values())):
            raise Unknown
        return function(*map(settled, operands), **options)
    return of


TYPED = {  # with dtype=
    "sum": reduction(sum_of, summed),
    "prod": reduction(prod_of, summed),
    "mean": reduction(mean_of, floating),
    "var": reduction(spread(round_to), real),
    "std": reduction(spread(root), real),
    "nansum": reduction(sum_of, summed, True),
    "nanprod": reduction(prod_of, summed, True),
    "nanmean": reduction(mean_of, floating, True),
    "nanvar": reduction(spread(round_to), real, True),
    "nanstd": reduction(spread(root), real, True),
}
MASKED = {  # with where= too
    "min": reduction(extreme(min), same),
    "max": reduction(extreme(max), same),
    "nanmin": reduction(extreme(min, True), same),
    "nanmax": reduction(extreme(max, True), same),
    "any": reduction(lambda line, o: bool(np.any(line != 0)), truth),
    "all": reduction(lambda line, o: bool(np.all(line != 0)), truth),
    "median": quantile(1, False),
    "nanmedian": quantile(1, True),
}
PLAIN = {
    "ptp": reduction(ptp_of, same),
    "count_nonzero": reduction(lambda line, o: int(np.sum(line != 0)), counting),
    "norm": norm,
}
POSITIONS = {
    "argmin": reduction(position(min), counting, one=True),
    "argmax": reduction(position(max), counting, one=True),
    "nanargmin": reduction(position(min, True), counting, one=True),
    "nanargmax": reduction(position(max, True), counting, one=True),
}
QUANTILES = {
    "quantile": quantile(1, False), "nanquantile": quantile(1, True),
    "percentile": quantile(100, False), "nanpercentile": quantile(100, True),
}
MACROS = {"rms": rms, "sem": sem, "skew": skew, "kurtosis": kurtosis, "average": average}
PAIRS = {"dot": pairs(True), "vdot": pairs(False), "cov": cov, "corrcoef": corrcoef}
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
FUNCTIONS = {
    **TYPED, **MASKED, **PLAIN, **POSITIONS, **QUANTILES, **MACROS, **PAIRS, **UNARY, **BINARY,
    **APPROXIMATE,
    "histogram": histogram, "histogram_bin_edges": histogram_bin_edges, "bincount": bincount,
    "ones": np.ones, "zeros": np.zeros, "full": full, "arange": np.arange, "eye": np.eye,
    "identity": np.identity, "linspace": np.linspace, "ones_like": np.ones_like,
    "zeros_like": np.zeros_like, "full_like": np.full_like, "random": random_array,
    "integers": integers, "normal": normal, "indices": indices,
    "complex": lambda re, im=0: complex(re, im), "astype": cast, "where": where, "clip": clip,
    "transpose": np.transpose, "size": size,
}
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: multiply, ast.Div: operator.truediv,
    ast.FloorDiv: BINARY["floor_divide"], ast.Mod: BINARY["remainder"], ast.Pow: power,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.Eq: BINARY["equal"],
    ast.NotEq: BINARY["not_equal"], ast.Lt: BINARY["less"], ast.LtE: BINARY["less_equal"],
    ast.Gt: BINARY["greater"], ast.GtE: BINARY["greater_equal"], ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Invert: operator.invert,
}
NAMES = {name: guarded(function) for name, function in FUNCTIONS.items()}
NAMES.update({of.__name__: guarded(function) for of, function in OPERATORS.items()})
NAMES.update(nan=math.nan, inf=math.inf, pi=math.pi, e=math.e)


class Calls(ast.NodeTransformer):
    """Makes calls of methods and operators."""

    def called(self, op, *operands):
        return ast.Call(ast.Name(type(op).__name__, ast.Load()), [*operands], [])

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return self.called(node.op, node.operand)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return self.called(node.op, node.left, node.right)

    def visit_Compare(self, node):
        self.generic_visit(node)
        return self.called(node.ops[0], node.left, node.comparators[0])

    def visit_Call(self, node):
        self.generic_visit(node)
        node.keywords = [k for k in node.keywords if k.arg != "chunks"]
        if isinstance(node.func, ast.Attribute):
            name = ast.Name(node.func.attr, ast.Load())
            return ast.Call(name, [node.func.value, *node.args], node.keywords)
        return node


@functools.lru_cache(maxsize=10000)
def outcome(text):
    """The value, or the exception that says why there is none."""
    try:
        tree = ast.fix_missing_locations(Calls().visit(ast.parse(text, mode="eval")))
        return eval(compile(tree, "program", "eval"), {"__builtins__": {}}, dict(NAMES))
    except Unknown as none:
        return none
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


def evaluate(text):
    value = outcome(text)
    if isinstance(value, Exception):
        raise value
    return value
