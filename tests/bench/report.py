"""Writes what was measured as JSON, as tables in Markdown and as a bar chart."""
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import bottleneck
import dask
import mpi4py
import numexpr
import numpy

PEERS = (numpy, dask, numexpr, bottleneck, mpi4py)
COLUMNS = {"quadrat": "#c0392b", "ceiling": "#95a5a6", "numpy": "#2980b9", "dask": "#e67e22",
           "numexpr": "#27ae60", "bottleneck": "#8e44ad", "mpi4py": "#7f6000"}


def version(*command):
    first_line = subprocess.run(command, capture_output=True, text=True).stdout.partition("\n")[0]
    return first_line.split()[-1]


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2 ** 30
    return {"cpu": model[1] if model else platform.machine(), "cores": os.cpu_count(),
            "memory": f"{memory:.1f} GiB", "kernel": platform.release(),
            "versions": {"quadrat": version(os.environ["QUADRAT"], "version"),
                         "Open MPI": version("mpirun", "--version"),
                         "Python": platform.python_version(),
                         **{peer.__name__: peer.__version__ for peer in PEERS}}}


def faults(table):
    """Says on stderr what failed or differs; 1 when anything does."""
    found = [f"{row['name']}: {name}: {'; '.join(result['errors']) or 'another value'}"
             for row in table for name, result in row["results"].items()
             if result["errors"] or not result["agrees"]]
    for fault in found:
        print("bench:", fault, file=sys.stderr)
    return 1 if found else 0


def cell(row, name, key):
    result = row["results"].get(name)
    if result is None:
        return ""
    if key not in result:
        return "failed"
    ratio = "" if name == "quadrat" else f" ({result[key]['ratio']:.3g})"
    return f"{result[key]['seconds']:.3g}{ratio}{'' if result['agrees'] else ' ≠'}"


def markdown_table(table, key):
    names = [name for name in COLUMNS if key == "seconds" or name != "ceiling"]
    rows = [["work", "MB", *names], ["---"] + ["--:"] * (len(names) + 1)]
    rows += [[f"`{row['name']}`", f"{row['bytes'] / 1e6:.4g}"] + [cell(row, n, key) for n in names]
             for row in table]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def markdown(host, table, repeat):
    versions = ", ".join(f"{name} {version}" for name, version in host["versions"].items())
    return f"""{host['cpu']}, {host['cores']} cores, {host['memory']}, Linux {host['kernel']}; {versions}.

Seconds, the least of {repeat} round{"s"[repeat == 1:]}; in brackets the median of the ratios to Quadrat's run of the same
round: 2 is twice as long as Quadrat took. ≠ marks another value. Computing:

{markdown_table(table, "seconds")}

Whole processes, from their start to their end:

{markdown_table(table, "whole")}
"""


def bars(row, top, scale):
    """A row of the chart: its name, and under it a bar a contender."""
    yield f'<text x="0" y="{top + 12}" font-weight="bold">{escape(row["name"])}</text>'
    for i, (name, result) in enumerate((n, r) for n, r in row["results"].items() if "seconds" in r):
        y, speed = top + 18 + 12 * i, row["bytes"] / result["seconds"]["seconds"] / 1e9
        yield f'<text x="84" y="{y + 9}" text-anchor="end">{name}</text>'
        yield f'<rect x="90" y="{y}" width="{speed * scale:.1f}" height="10" fill="{COLUMNS[name]}"/>'
        yield f'<text x="{94 + speed * scale:.1f}" y="{y + 9}">{speed:.3g}</text>'


def chart(table):
    """Bars of GB/s, longer is quicker; scaled so that the quickest of all is 600 pixels."""
    speeds = [row["bytes"] / result["seconds"]["seconds"] / 1e9
              for row in table for result in row["results"].values() if "seconds" in result]
    scale, height = 600 / max(speeds, default=1), 28 + 12 * len(COLUMNS)
    lines = [line for i, row in enumerate(table) for line in bars(row, 24 + height * i, scale)]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{24 + height * len(table)}"
 font-family="sans-serif" font-size="10">
<rect width="100%" height="100%" fill="white"/>
<text x="0" y="14" font-size="12">GB of x a second while computing; longer is quicker</text>
{chr(10).join(lines)}
</svg>
"""


def write(folder, host, table, repeat):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps({"machine": host, "rows": table}, indent=1))
    (folder / "bench.md").write_text(markdown(host, table, repeat))
    (folder / "bench.svg").write_text(chart(table))
