"""bench.py [--small] [--size N] [--repeat N] [--rows WORD...] [--list] [--output FOLDER]

Measures the rows of rows.py: first each contender's settings once, then, with the quickest of them,
all contenders one after the other, again and again. Writes bench.md, bench.json and bench.svg.
The exit code is 1 when a contender failed or found another value.
"""
import argparse
import json
import os
import re
import signal
import statistics
import sys
import tempfile
from pathlib import Path

try:
    import report  # with all peers
except ImportError as error:
    print(f"bench: skipped: {error}; see scripts/setup --bench")
    sys.exit(77)
import numpy as np

from contenders import CONTENDERS, QUADRAT, Case, run
from rows import ROWS

SMALL, LARGEST = 10 ** 5, 10 ** 8  # elements
ROOM = 64  # bytes of memory for each element: the files stay cached, peers make temporary arrays


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", allow_abbrev=False,
                                     description="Compares quadrat with what else reduces arrays.")
    parser.add_argument("--small", action="store_true",
                        help=f"{SMALL} elements, once, each kind of row: only shows that all works")
    parser.add_argument("--size", type=int, metavar="N",
                        help=f"elements; default {LARGEST}, or a power of ten that memory has room for")
    parser.add_argument("--repeat", type=int, default=7, metavar="N", help="paired runs; default 7")
    parser.add_argument("--rows", nargs="+", default=[], metavar="WORD",
                        help="only the rows whose names contain all of these")
    parser.add_argument("--list", action="store_true", help="only print the names of the rows")
    parser.add_argument("--output", type=Path, default=Path("bench"), metavar="FOLDER",
                        help="where bench.md, .json and .svg go; default bench")
    return parser.parse_args()


def default_size():
    available = re.search(r"MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text())
    free = int(available[1]) * 1024
    size = LARGEST
    while size > SMALL and size * ROOM > free:
        size //= 10
    return size


def kinds(rows):
    """The first row of each work, array, shape, and so on."""
    seen = set()
    for row in rows:
        kind = {row.work, row.data, row.where, row.shape, row.blocks, row.options}
        if not kind <= seen:
            yield row
        seen |= kind


def make_file(case):
    if case.row.where == "file" and not case.path.exists():
        rng = np.random.Generator(np.random.Philox(key=1))
        np.save(case.path, eval(case.data.numpy, {"np": np, "rng": rng, "shape": case.shape}))
        os.sync()


def quickest(contender, case, settings):
    """The best setting; a single one is tried too, so that nobody's first run counts."""
    runs = [(run(contender, case, setting), setting) for setting in settings]
    return min(runs, key=lambda r: r[0].get("seconds", float("inf")))[1]


def agree(value, expected):
    """To 1 %: the same work was done. What has no value agrees."""
    if not value or not expected:
        return True
    return len(value) == len(expected) and np.allclose(value, expected, rtol=1e-2, atol=1e-2)


def summary(runs, ours):
    """Least times, and median ratios to Quadrat's in the same round."""
    done = [(r, o) for r, o in zip(runs, ours) if "error" not in r and "error" not in o]
    return {key: {"seconds": min(r[key] for r, _ in done),
                  "ratio": statistics.median(r[key] / o[key] for r, o in done)}
            for key in ("seconds", "whole") if done}


def measure(case, repeat, try_settings):
    make_file(case)
    able = {c: c.settings(case) for c in CONTENDERS if c.settings(case)}
    chosen = {c: quickest(c, case, s) if try_settings else s[0] for c, s in able.items()}
    rounds = [{c: run(c, case, setting) for c, setting in chosen.items()} for _ in range(repeat)]
    expected = rounds[0][QUADRAT].get("value")
    results = {}
    for c in chosen:
        runs = [r[c] for r in rounds]
        results[c.name] = {"setting": chosen[c], **summary(runs, [r[QUADRAT] for r in rounds]),
                           "errors": sorted({r["error"] for r in runs if "error" in r}),
                           "agrees": agree(runs[0].get("value"), expected), "runs": runs}
    return {"name": case.name(), "bytes": case.bytes, "workers": case.workers, "results": results}


def main():
    args = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the arrays are removed then, too
    size = args.size or (SMALL if args.small else default_size())
    rows, repeat = (kinds(ROWS), 1) if args.small else (ROWS, args.repeat)
    machine = report.machine()
    with tempfile.TemporaryDirectory(prefix="quadrat-bench-") as folder:
        cases = [Case(row, size, Path(folder)) for row in rows]
        cases = [c for c in cases if all(word in c.name() for word in args.rows)]
        if not cases:
            print("bench: no row's name has all these words; --list tells the names", file=sys.stderr)
            return 2
        if args.list:
            print(*(case.name() for case in cases), sep="\n")
            return 0
        table = []
        for case in cases:
            print(case.name(), file=sys.stderr)
            table.append(measure(case, repeat, not args.small))
            report.write(args.output, machine, table, repeat)
    return report.faults(table)


sys.exit(main())
