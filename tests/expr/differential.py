#!/usr/bin/env python3
"""Random programs, evaluated by NumPy and by quadrat, and compared bit by bit.

usage: differential.py [--count N] [--seed S] [--ranks 1,3] [--program TEXT] ROWS

ROWS is the test program `rows`, run as `ROWS --print`. Programs come from a small grammar: dtypes,
shapes with 0 and 1, slices, axes. What NumPy rounds on its way (sums, means, variances) is computed
from fractions here and rounded once. The text that an answer begins with is a program too, and must
print the same line again. A failure prints the command that repeats it.
"""
import argparse
import ast
import hashlib
import math
import os
import random
import subprocess
import sys
import warnings
from fractions import Fraction

os.environ["NPY_PROMOTION_STATE"] = "weak"
try:
    import numpy as np
except ImportError:
    print("skipped: no numpy for this python")
    sys.exit(77)
np.seterr(all="ignore")
warnings.simplefilter("error", DeprecationWarning)  # 1.24 compares arrays that do not fit

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Failure(Exception):
    """What NumPy does not compute."""


class Unknown(Exception):
    """What this oracle does not know exactly."""


# ---- exact reductions, rounded once ---------------------------------------------------------

def magnitude(value):
    """log2 of a fraction, too large or too small by less than 1."""
    return abs(value).numerator.bit_length() - value.denominator.bit_length()


def round_to(value, dtype):
    """A fraction to the nearest float, ties to even."""
    if dtype == np.float64:
        try:
            return np.float64(float(value))
        except OverflowError:
            return np.float64(math.inf if value > 0 else -math.inf)
    if value == 0:
        return dtype(0.0)
    bits, least = {np.float32: (24, -149), np.float16: (11, -24)}[dtype]
    exponent = max(magnitude(value) - bits, least)
    while abs(value) >= Fraction(2) ** (exponent + bits):
        exponent += 1
    while exponent > least and abs(value) < Fraction(2) ** (exponent + bits - 1):
        exponent -= 1
    return dtype(float(round(value / Fraction(2) ** exponent) * Fraction(2) ** exponent))


def root(value, dtype):
    """The square root of a fraction, rounded once."""
    if value == 0:
        return dtype(0.0)
    shift = 2 * (300 - magnitude(value) // 2)
    scaled = value * Fraction(2) ** shift
    whole = math.isqrt(math.floor(scaled))
    sticky = whole * whole != scaled
    return round_to((Fraction(whole) * 2 + sticky) / 2 / Fraction(2) ** (shift // 2), dtype)


def total(line, dtype):
    """The sum of a line of elements: a fraction, or the float it is without being one."""
    if line.dtype.kind == "f":
        if not np.isfinite(line).all():
            return dtype(np.sum(line[~np.isfinite(line)].astype(np.float64)))
        if len(line) and all(x == 0 and np.signbit(x) for x in line):
            return dtype(-0.0)
    return sum((Fraction(x.item()) for x in line), Fraction(0))


def floating(dtype):
    return dtype.type if dtype.kind == "f" else np.float64


def sum_of(line, ddof):
    if line.dtype.kind in "biu":
        dtype = result_dtype("sum", line.dtype).type
        value, bounds = sum(int(x) for x in line), np.iinfo(dtype)
        if not bounds.min <= value <= bounds.max:
            raise OverflowError("the sum does not fit")
        return dtype(value)
    value = total(line, line.dtype.type)
    return value if isinstance(value, np.floating) else round_to(value, line.dtype.type)


def mean_of(line, ddof):
    dtype = floating(line.dtype)
    if not len(line):
        return dtype(math.nan)
    value = total(line, dtype)
    return value if isinstance(value, np.floating) else round_to(value / len(line), dtype)


def variance(line, ddof):
    values = [Fraction(x.item()) for x in line]
    n = len(values)
    middle = sum(values, Fraction(0)) / n
    return sum(((v - middle) ** 2 for v in values), Fraction(0)) / (n - ddof)


def spread(finish):
    def of(line, ddof):
        dtype = floating(line.dtype)
        if len(line) <= ddof or not np.isfinite(line).all():
            return dtype(math.nan)
        return finish(variance(line, ddof), dtype)
    return of


def extreme(better, pick):
    def of(line, ddof):
        if not len(line):
            raise ValueError("nothing")
        best = 0
        for i, x in enumerate(line):
            if x != x:
                best = i
                break
            if better(x, line[best]) or (pick and x == line[best] and
                                         better(-1 if np.signbit(x) else 1,
                                                -1 if np.signbit(line[best]) else 1)):
                best = i
        return line[best] if pick else np.int64(best)
    return of


def less(a, b):
    return a < b


def greater(a, b):
    return a > b


REDUCTIONS = {
    "sum": sum_of,
    "mean": mean_of,
    "var": spread(round_to),
    "std": spread(root),
    "min": extreme(less, True),
    "max": extreme(greater, True),
    "argmin": extreme(less, False),
    "argmax": extreme(greater, False),
    "count_nonzero": lambda line, ddof: np.int64(sum(bool(x) for x in line)),
}


def result_dtype(name, dtype):
    if name in ("min", "max"):
        return dtype
    if name in ("argmin", "argmax", "count_nonzero") or (name == "sum" and dtype.kind in "bi"):
        return np.dtype(np.int64)
    if name == "sum" and dtype.kind == "u":
        return np.dtype(np.uint64)
    return np.dtype(floating(dtype))


def reduction(name):
    of = REDUCTIONS[name]

    def call(a, axis=None, *, ddof=0, keepdims=False):
        a = np.asarray(a)
        axes = tuple(range(a.ndim)) if axis is None else np.atleast_1d(axis).tolist()
        axes = tuple(i % a.ndim for i in axes) if a.ndim else ()
        kept = [i for i in range(a.ndim) if i not in axes]
        lines = a.transpose(kept + sorted(axes)).reshape([a.shape[i] for i in kept] + [-1]) \
            if a.size else np.empty([a.shape[i] for i in kept] +
                                    [math.prod(a.shape[i] for i in axes)], a.dtype)
        out = np.empty(lines.shape[:-1], result_dtype(name, a.dtype))
        for index in np.ndindex(out.shape):
            out[index] = of(lines[index], ddof)
        if keepdims:
            out = out.reshape([1 if i in axes else a.shape[i] for i in range(a.ndim)])
        return out[()] if out.ndim == 0 else out
    return call


# ---- names of programs ----------------------------------------------------------------------

def random_array(shape, *, seed):
    return np.random.Generator(np.random.Philox(key=seed)).random(shape)


def where(condition, x, y):
    """As NumPy 2: a Python number takes the dtype of the other choice."""
    for a, b in ((x, y), (y, x)):
        if isinstance(b, (int, float)) and not isinstance(a, (int, float)):
            dtype = (np.zeros(1, np.asarray(a).dtype) + b).dtype if not isinstance(b, bool) \
                else np.result_type(np.asarray(a).dtype, bool)
            return np.where(condition, np.asarray(x, dtype), np.asarray(y, dtype))[()]
    return np.where(condition, x, y)[()]


def integral(*operands):
    return all(np.asarray(x).dtype.kind in "biu" for x in operands)


def nonzero(function):
    """Integers divided by zero are an error."""
    def of(*operands):
        result = function(*operands)
        if integral(*operands) and np.size(result) and np.any(np.asarray(operands[-1]) == 0):
            raise ZeroDivisionError("integer division by zero")
        return result
    return of


def whole(function):
    """Integers stay, as in NumPy 2.1."""
    return lambda a: a if integral(a) else function(a)


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
    return minimum(maximum(a, low), high)


def power(a, b):
    """What is exact: integers, and the powers that are computed as something else."""
    value = np.power(a, b) if integral(a, b) else None
    if value is not None and value.dtype.kind != "f":
        return value
    simple = {0.5: np.sqrt, 1: np.positive, 2: np.square, -1: np.reciprocal}
    if type(b) not in (int, float) or b not in simple:
        raise Unknown
    return simple[b](np.asarray(a).astype((np.zeros(1, np.asarray(a).dtype) + b).dtype))[()]


NAMES = {name: reduction(name) for name in REDUCTIONS}
NAMES.update(
    ones=np.ones, zeros=np.zeros, full=np.full, random=random_array, where=where,
    transpose=np.transpose, nan=math.nan, inf=math.inf, arange=np.arange,
    floor=whole(np.floor), ceil=whole(np.ceil), trunc=whole(np.trunc),
    signbit=lambda a: np.signbit(a) & ~np.isnan(a),
    copysign=lambda a, b: np.copysign(a, type(b)(math.nan) if np.ndim(b) == 0 and b != b else
                                      np.where(np.isnan(b), np.abs(b), b) if np.ndim(b) else b),
    minimum=minimum, maximum=maximum, clip=clip, round=np.round, power=power,
    fmin=zeros_ordered(np.fmin, np.logical_or), fmax=zeros_ordered(np.fmax, np.logical_and),
    fmod=nonzero(np.fmod), floor_divide=nonzero(np.floor_divide),
    remainder=nonzero(np.remainder), reciprocal=nonzero(np.reciprocal))
UNARY = """sqrt abs square fabs sign reciprocal floor ceil trunc rint degrees radians isnan isinf
    isfinite signbit logical_not positive negative invert round""".split()
BINARY = """fmod copysign minimum maximum fmin fmax logical_and logical_or logical_xor floor_divide
    remainder bitwise_and bitwise_or bitwise_xor left_shift right_shift power add subtract multiply
    divide""".split()
NAMES.update({name: getattr(np, name) for name in UNARY + BINARY if name not in NAMES})


class Operators(ast.NodeTransformer):
    """Makes calls of the operators that are not NumPy's."""
    names = {ast.FloorDiv: "floor_divide", ast.Mod: "remainder", ast.Pow: "power"}

    def visit_BinOp(self, node):
        self.generic_visit(node)
        name = self.names.get(type(node.op))
        return ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], []) if name else node


# ---- the grammar ----------------------------------------------------------------------------

DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()

class Grammar:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def shape(self):
        return tuple(self.r.choice([0, 1, 1, 2, 3, 5, 7]) if self.r.random() < 0.3
                     else self.r.randint(1, 6) for _ in range(self.r.choice([0, 1, 1, 2, 2, 2, 3])))

    def number(self):
        return self.r.choice(["0", "1", "2", "-3", "7", "0.5", "-0.0", "1e300", "1e-300", "3.7",
                              "1e16", "inf", "nan", "True"])

    def generator(self, shape):
        dtype = self.r.choice(["", f', dtype="{self.r.choice(DTYPES)}"'])
        kind = self.r.randrange(8)
        if kind == 0:
            return f"ones({shape}{dtype})"
        if kind == 1:
            return f"random({shape}, seed={self.r.randint(0, 99)})"
        if kind == 2 and len(shape) == 1:
            start = self.r.randint(-5, 5)
            return f"arange({start}, {start + shape[0]})"
        if kind == 3:
            return f"full({shape}, {self.r.choice(['3', '-2', '0.1', '1e16', 'nan', '-0.0'])})"
        if kind > 4:
            ramp = " + ".join(f"arange({n})[{', '.join([':'] + ['None'] * (len(shape) - 1 - i))}]"
                              for i, n in enumerate(shape)) or "3"
            step, start = self.r.choice([1, 3, 50, 2 ** 29, 2 ** 60]), self.r.choice([0, 3, 5])
            integers = [d for d in DTYPES if "int" in d]
            return f"(({ramp} - {start}) * {step} + full((), 1)).astype(\"{self.r.choice(integers)}\")"
        if len(shape) == 2:
            return f"(arange({shape[0]})[:, None] * {shape[1]} + arange({shape[1]}))"
        return f"random({shape}, seed={self.r.randint(0, 99)})"

    def index(self, shape):
        items = []
        for extent in shape:
            kind = self.r.randrange(6)
            if kind == 0 and extent:
                items.append(str(self.r.randint(-extent, extent - 1)))
            elif kind in (1, 2):
                bound = lambda: self.r.choice(["", str(self.r.randint(-extent - 2, extent + 2))])
                step = self.r.choice(["", ":" + str(self.r.choice([1, 2, 3, -1, -2, 9]))])
                items.append(f"{bound()}:{bound()}{step}")
            else:
                items.append(":")
        if self.r.random() < 0.2:
            items.insert(self.r.randint(0, len(items)), "None")
        if self.r.random() < 0.15:
            items[self.r.randint(0, len(items) - 1)] = "..."
        return f"[{', '.join(items)}]"

    def array(self, depth):
        """A text and the array that NumPy makes of it."""
        shape = self.shape()
        text = self.generator(shape)
        if depth > 0:
            kind = self.r.randrange(12)
            inner, value = self.array(depth - 1)
            if kind == 0 and np.ndim(value):
                text = inner + self.index(np.shape(value)) if inner[-1] in ")]T" else inner
            elif kind == 1 and np.ndim(value):
                text = f"({inner}).T"
            elif kind == 2:
                text = f"{self.r.choice(UNARY)}({inner})"
            elif kind in (3, 4, 5):
                other = self.number() if self.r.random() < 0.4 else self.partner(value, depth)
                op = self.r.choice("+ - * / < >= == != // % ** & | ^ << >>".split())
                sides = [inner, other]
                self.r.shuffle(sides)
                text = f"({sides[0]} {op} {sides[1]})"
            elif kind in (8, 9):
                other = self.number() if self.r.random() < 0.4 else self.partner(value, depth)
                sides = [inner, other]
                self.r.shuffle(sides)
                text = f"{self.r.choice(BINARY)}({', '.join(sides)})"
            elif kind == 10:
                text = self.r.choice([f"(~{inner})", f"(-{inner})", f"({inner} ** 2)",
                                      f"({inner} ** 0.5)", f"({inner} ** -1)", f"({inner} ** 3)",
                                      f"clip({inner}, {self.number()}, {self.number()})"])
            elif kind == 6:
                text = f"where({inner} > 0.3, {inner}, {self.number()})"
            elif kind == 7 and np.ndim(value):
                text = self.reduce(inner, np.ndim(value))
            else:
                text = inner
        return text, evaluate(text)

    def partner(self, value, depth):
        """Something that broadcasts with value, most of the time."""
        shape = np.shape(value)
        if self.r.random() < 0.2:
            return self.array(depth - 1)[0]
        shape = tuple(1 if self.r.random() < 0.3 else n for n in shape)[self.r.randint(0, 1):]
        return self.generator(shape)

    def reduce(self, text, ndim):
        name = self.r.choice(list(REDUCTIONS))
        axes = [None] + list(range(-ndim, ndim))
        if not name.startswith("arg") and ndim > 1:
            axes += [tuple(self.r.sample(range(ndim), self.r.randint(0, ndim)))]
        axis = self.r.choice(axes)
        options = "" if axis is None else f", axis={axis}"
        if name in ("var", "std") and self.r.random() < 0.5:
            options += f", ddof={self.r.randint(0, 3)}"
        if self.r.random() < 0.2:
            options += ", keepdims=True"
        return f"{name}({text}{options})"

    def program(self):
        while True:
            try:
                text, value = self.array(self.r.randint(1, 4))
                if self.r.random() < 0.6 and np.ndim(value):
                    text = self.reduce(text, np.ndim(value))
                if len(text) < 400:
                    return text
            except Unknown:
                pass
            except Failure:
                if self.r.random() < 0.1:
                    return text if "text" in locals() else "1 + 1"


def evaluate(text):
    tree = ast.fix_missing_locations(Operators().visit(ast.parse(text, mode="eval")))
    try:
        return eval(compile(tree, "program", "eval"), {"__builtins__": {}}, dict(NAMES))
    except Unknown:
        raise
    except Exception as error:
        raise Failure(str(error))


# ---- comparing ------------------------------------------------------------------------------

def digest(array):
    array = np.ascontiguousarray(array)
    word = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}[array.dtype.itemsize]
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), array.dtype.type(math.nan), array)
    w = array.ravel().view(word).astype(np.uint64)
    k = (np.arange(1, w.size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    sums = [int(((v & low) * (v >> half)).sum(dtype=np.uint64)) for v in (w ^ k, w + k)]
    shape = "x".join(map(str, array.shape))
    line = f"{array.dtype} {shape} {sums[0]:016X} {sums[1]:016X}"
    bits = int.from_bytes(hashlib.blake2b(line.encode(), digest_size=32).digest()[:10], "big")
    return "".join(CROCKFORD[bits >> 5 * i & 31] for i in range(15, -1, -1))


def show(x):
    return str(x) if x.dtype in (np.float16, np.float32) else repr(x.item())


def nested(array):
    return show(array) if array.ndim == 0 else "[" + ", ".join(map(nested, array)) + "]"


def expected(value):
    """What stands behind ' = '."""
    array = np.asarray(value)
    suffix = "" if array.dtype in (np.float64, np.int64, bool) else f" {array.dtype}"
    if array.ndim == 0 or 0 < array.size <= 6:
        return nested(array) + suffix
    return f"{array.dtype} {'x'.join(map(str, array.shape))} {digest(array)}"


def agree(value, answer):
    wanted = expected(value)
    got = answer.split(" = ", 1)[-1].split(" at [")[0]
    return got == wanted


def run(rows, ranks, programs):
    command = ["mpirun", "-n", str(ranks), rows, "--print"] if ranks > 1 else [rows, "--print"]
    text = "".join(p + "\n" for p in programs)
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    blocks = done.stdout.split("\n\n")
    if done.returncode or len(blocks) < len(programs):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}, {len(blocks)} answers to "
                 f"{len(programs)} programs\n{done.stderr[-2000:]}")
    return [b.strip("\n") for b in blocks[:len(programs)]]


def judge(program, answer):
    """What is expected instead of that answer; None when it is right."""
    if "does not fit float32" in answer or "does not fit float16" in answer:
        return None  # on purpose: NumPy makes it inf and warns
    try:
        value = evaluate(program)
    except Unknown:
        return None
    except Failure as error:
        return None if answer.startswith("!") else f"an error: {error}"
    return None if agree(value, answer) else expected(value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", default="1,3")
    parser.add_argument("--program")
    parser.add_argument("rows")
    o = parser.parse_args()
    grammar = Grammar(o.seed)
    programs = [o.program] if o.program else [grammar.program() for _ in range(o.count)]
    ranks = [int(n) for n in o.ranks.split(",")]
    answers = run(o.rows, ranks[0], programs)
    wanted = [judge(*pair) for pair in zip(programs, answers)]
    for n in ranks[1:]:
        for i, other in enumerate(run(o.rows, n, programs)):
            if other != answers[i]:
                wanted[i] = wanted[i] or f"what {n} ranks give: {other}"
    texts = [a.split(" = ")[0] if a[0] != "!" else "0" for a in answers]
    for i, other in enumerate(run(o.rows, ranks[0], texts)):
        if answers[i][0] != "!" and other != answers[i]:
            wanted[i] = wanted[i] or f"the same from the text: {other}"
    failed = [i for i, w in enumerate(wanted) if w]
    for i in failed:
        print(f"{programs[i]}\n  got      {answers[i]}\n  expected {wanted[i]}\n  repeat:  "
              f"{sys.argv[0]} --ranks {o.ranks} --program '{programs[i]}' {o.rows}")
    print(f"{len(programs) - len(failed)} passed, {len(failed)} failed")
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main())
