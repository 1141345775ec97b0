"""Who is measured: Quadrat, the ceiling (ceiling.c) and the peers, each as the commands it is run by.

A contender has settings for a case, none when it cannot do it, and a command for each; all are
programs that print JSON.
"""
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from peer import first_elements
from rows import DATA, Row

CPUS = len(os.sched_getaffinity(0))
MPIRUN = ("mpirun", "-q", "-n")
TIMEOUT = 600  # seconds


def by_x(shape):
    return "x".join(map(str, shape))


@dataclass(frozen=True)
class Case:
    """A row at a size: size elements, or the nearest that its shape allows."""
    row: Row
    size: int
    folder: Path

    @property
    def shape(self):
        return self.row.shape(self.size)

    @property
    def blocks(self):
        return self.row.blocks and tuple(map(min, self.row.blocks, self.shape))

    @property
    def workers(self):
        return self.row.workers or CPUS

    @property
    def data(self):
        return DATA[self.row.data]

    @property
    def bytes(self):
        return self.shape[0] * self.shape[1] * self.data.itemsize

    @property
    def path(self):
        return self.folder / f"{self.row.data}-{by_x(self.shape)}.npy"

    @property
    def program(self):
        """What Quadrat is asked."""
        text = self.row.work.quadrat
        if self.row.where == "file":
            return text
        x = self.data.quadrat.format(shape=self.shape, chunks=repr(self.blocks or "auto"))
        return re.sub(r"\bx\b", x, text)

    def name(self):
        if self.row.where == "made":
            words = [self.program, "made"]
        else:
            place = {"file": "from a file", "memory": "in memory"}[self.row.where]
            blocks = [f"in blocks of {by_x(self.blocks)}"] if self.blocks else []
            words = [self.row.work.quadrat, "of", self.row.data, by_x(self.shape), place, *blocks]
        return " ".join([*words, *self.row.options, f"by {self.workers}"])


@dataclass(frozen=True)
class Contender:
    name: str
    settings: object    # of a case: a list of dicts
    command: object     # of a case and a setting: a list of words
    read: object        # of the JSON that was printed: the seconds of its calls, and values to compare


def quadrat_settings(case):
    if case.row.where != "file" and not case.data.quadrat:
        return []
    return [{"threads": case.workers}] + [{"ranks": case.workers}] * (case.workers > 1)


def quadrat_command(case, setting):
    command = [os.environ["QUADRAT"], "eval", "--json", "-q", *case.row.options,
               "--threads", str(setting.get("threads", 1))]
    if "ranks" in setting:
        command = [*MPIRUN, str(setting["ranks"]), *command]
    if case.row.where == "memory":
        command += ["--in-memory"]
    if case.row.where == "file":
        command += ["-i", f"x={case.path}"]
        if case.blocks:
            command += ["--chunks", by_x(case.blocks)]
    return [*command, case.program]


def quadrat_read(record):
    values = [result.get("value") for result in record["results"]]
    if None in values:  # arrays too long for a record
        return [record["run"]["seconds"]], []
    return [record["run"]["seconds"]], first_elements(values)


def ceiling_command(case, setting):
    return [os.environ["CEILING"], str(case.bytes), str(case.workers)]


def peer_read(printed):
    return printed["seconds"], printed.get("value", [])  # the ceiling has no value


def read_or_map(case):
    return [{"mode": "r"}, {"mode": None}] if case.row.where == "file" else [{}]


def dask_settings(case):
    if case.row.where == "made" and not case.data.dask:
        return []
    if case.blocks:
        return [{"chunks": case.blocks}]
    return [{"chunks": chunks, "chunk_size": size}
            for chunks in ("auto", ("auto", -1)) for size in ("128MiB", "16MiB", "2MiB")]


def peer(name, settings, file, memory="made", made="numpy", launch=lambda case: []):
    """A peer gets its array by the texts file, memory (from what NumPy made before), made (the
    field of Data)."""
    def command(case, setting):
        row = case.row
        own = getattr(case.data, made).format(shape=case.shape, chunks=case.blocks or "chunks")
        request = {
            "peer": name, "workers": case.workers, "work": row.work.text(name),
            "make": case.data.numpy if row.where == "memory" else "",
            "x": {"file": file, "memory": memory, "made": own}[row.where],
            "names": {"shape": case.shape, "path": str(case.path), **setting}}
        return [*launch(case), sys.executable, str(Path(__file__).with_name("peer.py")),
                json.dumps(request)]

    def settings_of_able(case):
        return settings(case) if case.row.work.text(name) else []
    return Contender(name, settings_of_able, command, peer_read)


QUADRAT = Contender("quadrat", quadrat_settings, quadrat_command, quadrat_read)
CONTENDERS = (
    QUADRAT,
    Contender("ceiling", lambda case: [{}], ceiling_command, peer_read),
    peer("numpy", read_or_map, "np.load(path, mmap_mode=mode)"),
    peer("dask", dask_settings,
         "da.from_array(np.load(path, mmap_mode='r'), chunks=chunks, name=False)",
         "da.from_array(made, chunks=chunks, name=False)", "dask"),
    peer("numexpr", read_or_map, "np.load(path, mmap_mode=mode)"),
    peer("bottleneck", read_or_map, "np.load(path, mmap_mode=mode)"),
    peer("mpi4py", lambda case: [{}] if case.workers > 1 else [],
         "np.load(path, mmap_mode='r')[share]", launch=lambda case: [*MPIRUN, str(case.workers)]),
)


def run(contender, case, setting):
    """One process. seconds: of its quickest call; whole: of the process with one call; or error."""
    start = time.perf_counter()
    try:
        done = subprocess.run(contender.command(case, setting), capture_output=True, text=True,
                              timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return {"error": f"took more than {TIMEOUT} s"}
    whole = time.perf_counter() - start
    if done.returncode != 0:
        return {"error": (done.stderr.strip() or f"exit code {done.returncode}")[-400:]}
    seconds, value = contender.read(json.loads(done.stdout))
    return {"seconds": min(seconds), "whole": whole - sum(seconds[1:]), "value": value}
