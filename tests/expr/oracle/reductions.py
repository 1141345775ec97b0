"""Reductions: a function of a line of elements each, and how lines are taken from arrays."""
import functools
import itertools
import math
import operator
from fractions import Fraction

import numpy as np

from .elements import Failure, Unknown, cast, is_python, kind
from .exact import addition, exactly, fitting, product, root, round_to

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


def size(a, axis=None):
    a = np.asarray(a)
    return math.prod(a.shape[i] for i in along(a, axis, False))


def norm(a, ord=None, axis=None, *, keepdims=False):
    if ord is None:
        return reduction(norm_of, real)(a, axis, keepdims=keepdims)
    a = np.asarray(a)
    if axis is None and a.ndim > 1:
        raise Failure("of matrices")
    if ord == 0:  # a count: NumPy makes a float of it
        return PLAIN["count_nonzero"](a, axis, keepdims=keepdims)
    if ord == 2:
        return norm(a, axis=axis, keepdims=keepdims)
    if kind(a) == "c":
        raise Unknown
    a = np.abs(a if kind(a) == "f" else a.astype(np.float64))
    of = {1: TYPED["sum"], math.inf: MASKED["max"], -math.inf: MASKED["min"]}[ord]
    return of(a, axis, keepdims=keepdims)


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
