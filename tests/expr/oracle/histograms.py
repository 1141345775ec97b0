"""Histograms: counts of bins, and their edges."""
import functools
import operator

import numpy as np

from .elements import Failure, cast, kind
from .exact import addition, round_to
from .reductions import floating, terms


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
