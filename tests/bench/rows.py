"""What is measured: works on an array x, arrays, and the rows that join them.

Everything here is a text that a contender evaluates. To add a row, add a line to ROWS. In texts for
mpi4py, x is a rank's own share, and total, least and most are its allreduces.
"""
import math
from dataclasses import dataclass

ALL = None  # as many workers as there are CPUs


@dataclass(frozen=True)
class Work:
    """One piece of work on x. Quadrat reads the first text, NumPy and Dask too unless they have
    their own; '' is a work that a peer cannot do."""
    quadrat: str
    numpy: str = None
    dask: str = None
    numexpr: str = ""
    bottleneck: str = ""
    mpi4py: str = ""

    def text(self, contender):
        text = getattr(self, contender)
        return self.quadrat if text is None else text


MEAN = Work("x.mean()", numexpr="evaluate('sum(x)') / x.size", bottleneck="bn.nanmean(x)",
            mpi4py="total(x.sum()) / total(x.size)")
STD = Work("x.std()", bottleneck="bn.nanstd(x)",
           numexpr="deviation(evaluate('sum(x)') / x.size, x)",
           mpi4py="deviation(total(x.sum()) / total(x.size), x)")
FOUR = Work("x.min(), x.max(), x.mean(), x.std()",
            bottleneck="bn.nanmin(x), bn.nanmax(x), bn.nanmean(x), bn.nanstd(x)",
            numexpr=f"evaluate('min(x)'), evaluate('max(x)'), {MEAN.numexpr}, {STD.numexpr}",
            mpi4py=f"least(x.min()), most(x.max()), {MEAN.mpi4py}, {STD.mpi4py}")
ROOTS = Work("np.sum(np.sqrt(x * x + 1))", numexpr="evaluate('sum(sqrt(x * x + 1))')",
             mpi4py="total(np.sum(np.sqrt(x * x + 1)))")
COLUMNS = Work("x.mean(axis=0)", bottleneck="bn.nanmean(x, axis=0)",
               numexpr="evaluate('sum(x, axis=0)') / len(x)",
               mpi4py="total(x.sum(axis=0)) / total(len(x))")
LINES = Work("x.mean(axis=1)", bottleneck="bn.nanmean(x, axis=1)",
             numexpr="evaluate('sum(x, axis=1)') / x.shape[1]", mpi4py="x.mean(axis=1)")
MEDIAN = Work("np.median(x)", bottleneck="bn.median(x)", dask="da.median(x, axis=(0, 1))")
HISTOGRAM = Work("np.histogram(x, bins=100, range=(0, 1))",
                 numpy="np.histogram(x, bins=100, range=(0, 1))[0]",
                 dask="da.histogram(x, bins=100, range=(0, 1))[0]",
                 mpi4py="total(np.histogram(x, bins=100, range=(0, 1))[0])")
WORKS = (MEAN, STD, FOUR, ROOTS, COLUMNS, LINES, MEDIAN, HISTOGRAM)


@dataclass(frozen=True)
class Data:
    """Elements of x: as NumPy makes them, and as the others do where they can. rng is a generator."""
    numpy: str
    quadrat: str = ""
    dask: str = ""
    itemsize: int = 8


ONES = "da.ones({shape}, chunks={chunks})"
DATA = {
    "ones": Data("np.ones(shape)", ONES, ONES),
    "uniform": Data("rng.random(shape)", "da.random({shape}, seed=1, chunks={chunks})",
                    "da.random.random({shape}, chunks={chunks})"),
    "float32": Data("rng.random(shape, dtype='float32')", itemsize=4),
    "int32": Data("rng.integers(-1000000, 1000000, shape, dtype='int32')", itemsize=4),
    "wide": Data("np.ldexp(rng.random(shape), rng.integers(-150, 151, shape, dtype='int32'))"),
}


def square(size):
    return (math.isqrt(size), math.isqrt(size))


def tall(size):
    return (size // 10, 10)


def flat(size):
    return (10, size // 10)


@dataclass(frozen=True)
class Row:
    """where x is: in a cached 'file', in 'memory' before the time starts, or 'made' in that time."""
    work: Work
    data: str = "uniform"
    where: str = "file"
    shape: object = square
    blocks: tuple = None  # None: what each contender finds best
    workers: int = ALL
    options: tuple = ()   # of quadrat eval


ROWS = [
    Row(MEAN, "ones", "made", blocks=(1000, 1000)),  # the line at the top of README
    Row(MEAN, "ones", "made", blocks=(1000, 1000), workers=1),
    Row(MEAN, "ones", "memory"),
    *(Row(work, workers=workers) for work in WORKS for workers in (ALL, 1)),
    *(Row(work, where="memory") for work in WORKS),
    Row(MEAN, where="made"),
    Row(LINES, shape=tall),
    Row(COLUMNS, shape=flat),
    *(Row(MEAN, blocks=blocks) for blocks in ((100, 100), (1000, 1000), (10000, 10000))),
    *(Row(work, data) for data in ("float32", "int32", "wide") for work in (MEAN, STD)),
    Row(MEAN, options=("--no-digest",)),
]
