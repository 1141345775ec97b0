"""What a program is worth: its names as Python functions, and evaluate(text).

What NumPy rounds on its way is computed from fractions (exact.py); what is exact, or IEEE's
arithmetic step by step, is NumPy's. Where quadrat means something else a comment says so. The
functions that are right to some units in the last place give a Near, which only a program as a
whole may be.
"""
import ast
import functools
import math
import operator

import numpy as np

from .elements import (APPROXIMATE, BINARY, UNARY, Failure, Near, Unknown, cast, clip, multiply,
                       power, where)
from .generators import full, indices, integers, normal, random_array
from .histograms import bincount, histogram, histogram_bin_edges
from .macros import average, corrcoef, cov, kurtosis, rms, sem, skew
from .reductions import MASKED, PLAIN, POSITIONS, QUANTILES, TYPED, pairs, size

MACROS = {"rms": rms, "sem": sem, "skew": skew, "kurtosis": kurtosis, "average": average}
PAIRS = {"dot": pairs(True), "vdot": pairs(False), "cov": cov, "corrcoef": corrcoef}
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
