"""Reductions that are written as expressions of others, step by step as macros.def has them."""
import functools
import math

import numpy as np

from .elements import Failure, clip, kind, multiply, quotient
from .reductions import TYPED, along, norm, size


def rms(a, axis=None, *, keepdims=False):
    return norm(a, axis=axis, keepdims=keepdims) / math.sqrt(size(a, axis))


def sem(a, axis=None, ddof=1, *, keepdims=False):
    return TYPED["std"](a, axis, ddof=ddof, keepdims=keepdims) / math.sqrt(size(a, axis))


def moments(a, axis, keepdims):
    """The elements less their mean; a mean, var and std along the same axes."""
    if kind(a) == "c":
        raise Failure("not of complex numbers")
    mean, var, std = (functools.partial(TYPED[name], axis=axis, keepdims=keepdims)
                      for name in ("mean", "var", "std"))
    return a - TYPED["mean"](a, axis, keepdims=axis is not None), mean, var, std


def skew(a, axis=None, *, keepdims=False):
    d, mean, var, std = moments(a, axis, keepdims)
    return mean(d * np.square(d)) / (var(a) * std(a))


def kurtosis(a, axis=None, fisher=True, *, keepdims=False):
    d, mean, var, std = moments(a, axis, keepdims)
    return mean(np.square(np.square(d))) / np.square(var(a)) - 3 * bool(fisher)


def cov(x, y, *, ddof=1):
    mean = TYPED["mean"]
    p = multiply(x - mean(x), np.conj(y - mean(y)))
    return np.divide(TYPED["sum"](p), max(np.size(p) - ddof, 0))


def corrcoef(x, y):
    if kind(x, y) == "c":
        raise Failure("not of complex numbers")
    mean, std = TYPED["mean"], TYPED["std"]
    return clip(mean((x - mean(x)) * (y - mean(y))) / std(x) / std(y), -1, 1)


def average(a, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return TYPED["mean"](a, axis, keepdims=keepdims)
    a, weights, total = np.asarray(a), np.asarray(weights), TYPED["sum"]
    if weights.shape != a.shape:
        axes = along(a, axis, False)
        if weights.ndim != 1 or len(axes) != 1 or weights.shape[0] != a.shape[axes[0]]:
            raise Failure("weights of another shape")
        weights = weights.reshape([-1 if i == axes[0] else 1 for i in range(a.ndim)])
    a = a if a.dtype.kind in "fc" else a.astype(np.float64)
    return quotient(np.asarray(total(multiply(a, weights), axis, keepdims=keepdims)),
                    np.asarray(total(weights, axis, keepdims=keepdims)))
