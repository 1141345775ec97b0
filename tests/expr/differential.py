#!/usr/bin/env python3
"""Random programs, evaluated by NumPy and by quadrat, and compared bit by bit.

usage: differential.py [--count N] [--seed S] [--ranks 1,3] [--program TEXT] ROWS

ROWS is the test program `rows`, run as `ROWS --print WAY`. Programs come from a small grammar
(grammar.py); what they are worth says oracle.py. The text that an answer begins with is a program
too, and must print the same line again. A failure prints the command that repeats it.
"""
import argparse
import hashlib
import math
import os
import re
import subprocess
import sys
import warnings

sys.dont_write_bytecode = True
os.environ["NPY_PROMOTION_STATE"] = "weak"
try:
    import numpy as np
except ImportError:
    print("skipped: no numpy for this python")
    sys.exit(77)
np.seterr(all="ignore")
warnings.simplefilter("error", DeprecationWarning)  # 1.24 compares arrays that do not fit

from grammar import Grammar
from oracle import Failure, Near, Unknown, evaluate

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


# ---- comparing ------------------------------------------------------------------------------

def canonical(array):
    """With one NaN."""
    if array.dtype.kind == "c":
        value = np.empty_like(array)
        value.real, value.imag = canonical(array.real), canonical(array.imag)
        return value
    nan = array.dtype.type(math.nan) if array.dtype.kind == "f" else None
    return array if nan is None else np.where(np.isnan(array), nan, array)


def digest(array):
    word = {1: np.uint8, 2: np.uint16, 4: np.uint32}.get(array.dtype.itemsize, np.uint64)
    w = np.ascontiguousarray(array).ravel().view(word).astype(np.uint64)
    k = (np.arange(1, w.size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    sums = [int(((v & low) * (v >> half)).sum(dtype=np.uint64)) for v in (w ^ k, w + k)]
    shape = "x".join(map(str, array.shape))
    line = f"{array.dtype} {shape} {sums[0]:016X} {sums[1]:016X}"
    bits = int.from_bytes(hashlib.blake2b(line.encode(), digest_size=32).digest()[:10], "big")
    return "".join(CROCKFORD[bits >> 5 * i & 31] for i in range(15, -1, -1))


def show(x):
    return str(x) if x.dtype in (np.float16, np.float32, np.complex64) else repr(x.item())


def nested(array):
    return show(array) if array.ndim == 0 else "[" + ", ".join(map(nested, array)) + "]"


def expected(value):
    """What stands behind ' = '."""
    if isinstance(value, Near):
        return f"within {value.ulps} units in the last place: {expected(value.values)}"
    array = canonical(np.asarray(value))
    suffix = "" if array.dtype in (np.float64, np.int64, bool) else f" {array.dtype}"
    if array.ndim == 0 or 0 < array.size <= 6:
        return nested(array) + suffix
    return f"{array.dtype} {'x'.join(map(str, array.shape))} {digest(array)}"


def close(near, got):
    """Whether an answer that shows its elements is close enough."""
    shown = re.fullmatch(r"(\[.*\]|\S+)(?: (float\d\d))?", got)
    if not shown:
        return got.startswith(f"{near.dtype} {'x'.join(map(str, near.shape))} ")
    values = eval(shown[1], {"__builtins__": {}, "nan": math.nan, "inf": math.inf})
    return (shown[2] or "float64") == near.dtype and np.shape(values) == near.shape and \
        near.allows(np.array(values, near.dtype))


def agree(value, answer):
    got = answer.split(" = ", 1)[-1].split(" at [")[0]
    return close(value, got) if isinstance(value, Near) else got == expected(value)


WAYS = [], ["1", "1"], ["3", "3"]  # blocks and threads, as rows takes them


def run(rows, ranks, way, programs):
    """The answers, computed in one of the ways: with other blocks and threads."""
    command = [rows, "--print", *WAYS[way % len(WAYS)]]
    command = ["mpirun", "-n", str(ranks), *command] if ranks > 1 else command
    text = "".join(p + "\n" for p in programs)
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    blocks = done.stdout.split("\n\n")
    if done.returncode or len(blocks) < len(programs):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}, {len(blocks)} answers to "
                 f"{len(programs)} programs\n{done.stderr[-2000:]}")
    return [b.strip("\n") for b in blocks[:len(programs)]]


def judge(program, answer):
    """What is expected instead of that answer; None when it is right."""
    if re.search("does not fit (float|complex)", answer):
        return None  # on purpose: NumPy makes it inf and warns
    if "needs the library SLEEF" in answer:
        return None
    try:
        value = evaluate(program)
    except Unknown:
        return None
    except Failure as error:
        return None if answer.startswith("!") else f"an error: {error}"
    return None if agree(value, answer) else expected(value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int,
                        default=20000 if os.environ.get("QUADRAT_LONG") else 2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", default="1,3")
    parser.add_argument("--program")
    parser.add_argument("rows")
    o = parser.parse_args()
    grammar = Grammar(o.seed)
    programs = [o.program] if o.program else [grammar.program() for _ in range(o.count)]
    ranks = [int(n) for n in o.ranks.split(",")]
    answers = run(o.rows, ranks[0], 0, programs)
    wanted = [judge(*pair) for pair in zip(programs, answers)]
    for n in ranks[1:]:
        for i, other in enumerate(run(o.rows, n, 2, programs)):
            if other != answers[i]:
                wanted[i] = wanted[i] or f"what {n} ranks give: {other}"
    texts = [a.split(" = ")[0] if a[0] != "!" else "0" for a in answers]
    for i, other in enumerate(run(o.rows, ranks[0], 1, texts)):
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
