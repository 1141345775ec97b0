#!/usr/bin/env python3
"""Every reduction of the table, cut in many ways, and the same lines each time.

usage: same_bits.py [--seed S] [--row NAME] QUADRAT ROWS

The rows come from `quadrat help functions`: a new one is met here as soon as it has its signature.
Its arguments are chosen by the names of its parameters (ARGUMENTS), its arrays are hostile (arrays),
and ROWS, the test program `rows`, evaluates all on several numbers of ranks and threads, in several
shapes of blocks (WAYS). What must be right as well as equal is told by differential.py and *.rows.
"""
import argparse
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: no numpy for this python")
    sys.exit(77)

MEMORY = "memory"  # all elements first, then the work
WAYS = [  # ranks, blocks, threads
    (1, "", 1), (1, "1x37", 3, MEMORY), (1, "7", 2), (2, "1500x1", 1, MEMORY), (3, "5", 2),
    (5, "300", 1), (7, "13x16", 2, MEMORY),
]
LARGE_WAYS = [(1, "", 1), (2, "97", 2, MEMORY), (5, "", 1)]

METHODS = ["linear", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
           "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased",
           "lower", "higher", "midpoint", "nearest"]

# What a parameter may be: texts, in which {a} is the array and {n} its shape. The first one is for
# a parameter without default.
ARGUMENTS = {
    "axis": ["0", "1", "-1", "(0, 1)", "()"],
    "b": ["{a} * 0.75", "{a}[::-1]"],
    "bins": ["7", "(-3, 0, 0.5, 0.5, 2, 1e9)"],
    "ddof": ["1", "100000"],
    "density": ["True"],
    "dtype": ['"float64"', '"float32"'],
    "fisher": ["False"],
    "keepdims": ["True"],
    "method": [f'"{m}"' for m in METHODS],
    "minlength": ["300"],
    "ord": ["0", "1", "inf", "-inf"],
    "q": ["0.123", "(0, 0.5, 0.87, 1)", "(0.99,)", "0.777"],
    "range": ["(-2, 5)", "(0, 0)"],
    "weights": ["abs({a}) % 3", "random({n}, seed=5) - 0.5"],
    "where": ["random({n}, seed=4) < 0.7", "False", "random({n}, seed=4)[:, :1] < 0.5"],
    "y": ["{a}[::-1]"],
}

# What is made of a reduction whose values are arrays.
PARTS = ["{f}[-1]", "{f}[::-2]", "{f}[None, 1:].T", "mean({f}[1:] - {f}[:-1])",
         "sum({f}.T == {f}[0, None])"]


# ---- arrays -------------------------------------------------------------------------------------

def hostile(rng, shape, dtype):
    """Numbers of any size: ties, both zeros, subnormals, and sums that cancel."""
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        return (hostile(rng, shape, part) + 1j * hostile(rng, shape, part)).astype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.3
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        near = rng.integers(0, 5, shape).astype(dtype)
        far = rng.integers(info.min, info.max, shape, dtype, endpoint=True)
        ends = np.where(rng.random(shape) < 0.5, dtype.type(info.max), dtype.type(info.min))
        return np.choose(rng.integers(0, 3, shape), [near, far, ends])
    info = np.finfo(dtype)
    most = info.maxexp - 3
    wide = np.ldexp(rng.random(shape) + 0.5, rng.integers(-most, most, shape))
    tiny = rng.integers(0, 9, shape) * np.float64(info.smallest_subnormal)
    ties = rng.integers(0, 4, shape) / 2
    x = np.choose(rng.integers(0, 4, shape), [wide, wide, tiny, ties])
    x *= rng.choice([-1.0, 1.0], shape)
    half = x.reshape(-1)[: x.size // 2]
    x.reshape(-1)[-len(half):] = np.where(rng.random(len(half)) < 0.5, -half, half)
    return x.astype(dtype)


def spoiled(rng, shape, dtype, what):
    x = hostile(rng, shape, dtype)
    x[rng.random(shape) < 0.01] = np.inf
    for value in what:
        x[rng.random(shape) < 0.02] = value
    return x


def last(x, value):
    x[-1, -1] = value
    return x


def arrays(rng):
    """Small ones, by name."""
    small, long = (23, 37), (1500, 5)
    made = {f"{dtype}": hostile(rng, small, dtype)
            for dtype in ["bool", "i1", "i8", "u8", "f2", "f4", "f8", "c16"]}
    made |= {f"long_{dtype}": hostile(rng, long, dtype) for dtype in ["u1", "i4", "f4", "f8"]}
    return made | {
        "plain": rng.standard_normal(small),
        "counts": rng.integers(0, 300, small),
        "long_counts": rng.integers(0, 300, long, "u2"),
        "late": last(rng.integers(0, 300, small), -1),
        "late_f4": last(rng.standard_normal(long).astype("f4"), np.nan),
        "big_endian": np.asfortranarray(rng.standard_normal((31, 29)).astype(">f4")),
        "spoiled_f8": spoiled(rng, small, "f8", [np.nan]),
        "spoiled_c8": spoiled(rng, small, "c8", [np.nan, complex(1, np.nan)]),
        "spoiled_f2": spoiled(rng, long, "f2", [np.nan]),
        "infinite": spoiled(rng, long, "f4", [-np.inf]),
        "nothing": np.zeros((0, 4)),
        "nan": np.full((6, 3), np.nan, "f4"),
        "minus_zeros": np.full((9, 8), -0.0),
    }


def large_arrays(rng):
    """Whose lines are long and few, long and many, and so many that a reduction is inlined."""
    return {
        "rows": (hostile(rng, (40, 600), "f8"), "1"),
        "spoiled_rows": (spoiled(rng, (60, 700), "f4", [np.nan]), "1"),
        "inlined": (hostile(rng, (3, 30000), "f8"), "0"),
        "inlined_long": (rng.integers(0, 200, (513, 8200), "u1"), "0"),
    }


# ---- programs -----------------------------------------------------------------------------------

def table(quadrat):
    """The reductions: name, and (parameter, whether it must be given) in order."""
    text = subprocess.run([quadrat, "help", "functions"], capture_output=True, text=True,
                          check=True).stdout
    found, group = [], ""
    for line in text.splitlines():
        if line[:1].strip():
            group = line
        signature = re.fullmatch(r"  (\w+)\((.*)\)", line)
        if not signature:
            continue
        parameters = [(p.split("=")[0], "=" not in p)
                      for p in re.split(r", (?![^(]*\))", signature[2]) if p != "*"]
        if group == "Reductions" or "axis" in dict(parameters):
            found.append((signature[1], parameters))
    return found


def choices(parameters):
    """Dictionaries of arguments by name: each value of each parameter, and those of two together."""
    options = [p for p, needed in parameters[1:] if not needed]
    unknown = [p for p, _ in parameters[1:] if p not in ARGUMENTS]
    if unknown:
        sys.exit(f"same_bits.py: ARGUMENTS has none for the parameter '{unknown[0]}'")
    needed = [p for p, needed in parameters[1:] if needed]
    required = [dict(zip(needed, values))
                for values in itertools.product(*(ARGUMENTS[p] for p in needed))]
    single = [{o: value} for o in options for value in ARGUMENTS[o]]
    double = [{**a, **b} for a, b in itertools.combinations(single, 2) if not a.keys() & b.keys()]
    return required, [{}] + single, double


def gives_arrays(arguments, parameters):
    return arguments.get("q", "").startswith("(") or {"bins", "minlength"} & dict(parameters).keys()


def program(name, arguments, array, path, part="{f}"):
    extents = str(array.shape)
    text = "".join(f", {value}" if key == "b" or key == "y" else f", {key}={value}"
                   for key, value in arguments.items())
    vector = "[3]" if "b" in arguments and name == "dot" else ""
    value = part.replace("{f}", f"{name}(A{text})")
    return f"A = open({path!r}); A = A{vector}; {value}".replace(
        "{a}", "A").replace("{n}", extents).replace("'", '"')


def small_programs(chooser, rows, made, folder):
    """Every array and every argument at least once, of each row."""
    for name, parameters in rows:
        required, single, double = choices(parameters)
        tried = single + chooser.sample(double, min(len(double), 12))
        tried += [{}] * (len(made) - len(tried))
        keys = list(made) + chooser.choices(list(made), k=max(len(tried) - len(made), 0))
        chooser.shuffle(keys)
        for key, choice in zip(keys, tried):
            arguments, path = {**chooser.choice(required), **choice}, f"{folder}/{key}.npy"
            yield name, program(name, arguments, made[key], path)
            if gives_arrays(arguments, parameters):
                yield name, program(name, arguments, made[key], path, chooser.choice(PARTS))


def large_programs(rows, made, folder):
    for name, parameters in rows:
        required, _, _ = choices(parameters)
        for key, (array, axis) in made.items():
            along = {"axis": axis} if "axis" in dict(parameters) else {}
            path = f"{folder}/{key}.npy"
            for arguments in required[:2]:
                yield name, program(name, {**arguments, **along}, array, path)
                if gives_arrays(arguments, parameters):
                    yield name, program(name, {**arguments, **along}, array, path, PARTS[3])


# ---- running ------------------------------------------------------------------------------------

def run(rows, way, programs):
    ranks, block, threads, *memory = way
    command = ["mpirun", "-n", str(ranks), rows, "--print", block, str(threads), *memory]
    done = subprocess.run(command, input="".join(p + "\n" for p in programs), capture_output=True,
                          text=True)
    blocks = done.stdout.split("\n\n")
    if done.returncode or len(blocks) < len(programs):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}, {len(blocks)} answers to "
                 f"{len(programs)} programs; the next is\n{programs[len(blocks) - 1]}\n"
                 f"{done.stderr[-2000:]}")
    return [b.strip("\n") for b in blocks[:len(programs)]]


def comparable(answer):
    """Of several divisions by zero, which is met first hangs on the way."""
    return re.sub(r" at \[.*\]", "", answer) if answer.startswith("!") else answer


def compare(rows, ways, programs):
    """The answers of the first way, and a message for each program that another answers otherwise."""
    texts = [text for _, text in programs]
    first, wrong = run(rows, ways[0], texts), {}
    for way in ways[1:]:
        for i, other in enumerate(run(rows, way, texts)):
            lacks_axes = other.startswith("! --chunks has 2 extents")
            if comparable(other) != comparable(first[i]) and not lacks_axes:
                wrong.setdefault(i, f"{texts[i]}\n  {first[i]}\n  {other}\n  with {way[0]} ranks, "
                                 f"blocks of {way[1] or 'any shape'}, threads: {way[2:]}")
    return first, list(wrong.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--row")
    parser.add_argument("quadrat")
    parser.add_argument("rows")
    o = parser.parse_args()
    rng, chooser = np.random.default_rng(o.seed), random.Random(o.seed)
    rows = [r for r in table(o.quadrat) if o.row in (None, r[0])]
    with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
        made, large = arrays(rng), large_arrays(rng)
        for key, array in (made | {k: a for k, (a, _) in large.items()}).items():
            np.save(f"{folder}/{key}.npy", array)
        programs = [list(small_programs(chooser, rows, made, folder)),
                    list(large_programs(rows, large, folder))]
        answers, wrong = [], []
        for ways, some in zip((WAYS, LARGE_WAYS), programs):
            first, messages = compare(o.rows, ways, some)
            answers += zip((name for name, _ in some), first)
            wrong += messages
    values = {name for name, answer in answers if not answer.startswith("!")}
    wrong += [f"{name} has given no value" for name, _ in rows if name not in values]
    print("".join(w + "\n" for w in wrong) + f"{len(rows)} reductions, {len(answers)} programs, "
          f"{sum(a.startswith('!') for _, a in answers)} of them errors; {len(wrong)} wrong")
    return len(wrong) > 0 or not rows


if __name__ == "__main__":
    sys.exit(main())
