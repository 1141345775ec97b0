"""Random programs: dtypes, shapes with 0 and 1, slices, axes, and the functions of oracle.py."""
import random

import numpy as np

import oracle
from oracle import Failure, Unknown, evaluate
from oracle.reductions import METHODS

INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
FLOATS = "float16 float32 float64".split()
DTYPES = ["bool", *INTEGERS, *FLOATS, "complex64", "complex128"]

NARROW = ["float16", "float32", "complex64", "complex128", "bool"]

SPECIAL = ["nan", "inf", "-inf", "-0.0", "1e308", "-1e308", "5e-324", "6e4", "complex(nan, 1)",
           "complex(0, -inf)"]
SCALES = ["1e-310", "1e-160", "1e155", "1e308", "6e4", "6e-8", "1e-38"]
CALLS = ["clip({0}, {1}, None)", "clip({0}, {1}, {2})", "ones_like({0})", "full_like({0}, 1)",
         "round({0}, 2)", "round({0}, -1)", "({0} ** 2)", "({0} ** 0.5)", "({0} ** -1)",
         "({0} ** 3)", "(~{0})", "(-{0})", "quotient({0}, {1})", "({0} + {1} * 1j)"]

PLAIN = [*oracle.TYPED, *oracle.MASKED, *oracle.PLAIN]
UNARY, BINARY = list(oracle.UNARY), [name for name in oracle.BINARY if name != "quotient"]
SPREADS = "var std nanvar nanstd".split()
QUANTILES = ["0", "1", "0.5", "0.25", "0.1", "0.999", "0.3333333333333333", "0.7", "-0.0"]
PERCENTILES = ["0", "100", "50", "75", "99.9", "33.3", "2.5", "1e-300"]


def checked(text):
    """A program and its value; a Failure knows its program."""
    try:
        return text, evaluate(text)
    except Failure as failure:
        failure.program = text
        raise


class Grammar:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def maybe(self, chance):
        return self.r.random() < chance

    def shape(self):
        """Seldom one whose medians are found by digits, and one of many of them."""
        if self.maybe(0.03):
            return self.r.choice([(700,), (600, 2), (3, 520), (5, 11, 13), (530, 40)])
        return tuple(self.r.choice([0, 1, 1, 2, 3, 5, 7]) if self.maybe(0.3)
                     else self.r.randint(1, 6) for _ in range(self.r.choice([0, 1, 1, 2, 2, 2, 3])))

    def number(self):
        if self.maybe(0.06):
            return self.r.choice(["1j", "(2-3j)", "(-0.5+0j)", "complex(nan, 1)"])
        return self.r.choice(["0", "1", "2", "-3", "7", "0.5", "-0.0", "1e300", "1e-300", "3.7",
                              "1e16", "inf", "nan", "True"])

    # ---- generators

    def dtype(self, *choices):
        return self.r.choice(["", f', dtype="{self.r.choice(choices or DTYPES)}"'])

    def seed(self):
        return f"seed={self.r.randint(0, 99)}"

    def ramp(self, shape):
        text = " + ".join(f"arange({n})[{', '.join([':'] + ['None'] * (len(shape) - 1 - i))}]"
                          for i, n in enumerate(shape)) or "3"
        step, start = self.r.choice([1, 3, 50, 2 ** 29, 2 ** 60]), self.r.choice([0, 3, 5])
        return f"(({text} - {start}) * {step} + full((), 1)).astype(\"{self.r.choice(INTEGERS)}\")"

    def line(self, n):
        """One axis of n elements."""
        start = self.r.randint(-5, 5)
        kind = self.r.randrange(4)
        if kind == 0:
            step = self.r.choice([0.1, 0.5, 3.7, -0.25])
            return f"arange({start}, {start + step * (n - 0.5)}, {step}{self.dtype(*FLOATS)})"
        if kind < 3:
            ends = [str(start), self.r.choice(["1", "0.1", "-7", "1e-300", "1e16", "3.7"])]
            self.r.shuffle(ends)
            endpoint = self.r.choice(["", ", endpoint=False"])
            return f"linspace({', '.join(ends)}, {n}{endpoint}{self.dtype(*FLOATS)})"
        return f"arange({start}, {start + n})"

    def chunks(self, shape):
        if self.maybe(0.7) or not shape:
            return ""
        return f", chunks={self.r.choice([1, 2, 3, tuple(self.r.randint(1, 4) for _ in shape)])}"

    def generator(self, shape):
        text = self.plain(shape)
        if self.maybe(0.15):
            text = f"{text}.astype(\"{self.r.choice(NARROW)}\")"
        if self.maybe(0.1):
            text = f"where(random({shape}, {self.seed()}) > 0.3, {text}, {self.r.choice(SPECIAL)})"
        return f"({text} * {self.r.choice(SCALES)})" if self.maybe(0.05) else text

    def plain(self, shape):
        kind = self.r.randrange(16)
        if kind == 0:
            return f"{self.r.choice(['ones', 'zeros'])}({shape}{self.dtype()}{self.chunks(shape)})"
        if kind == 1 and len(shape) == 1:
            return self.line(shape[0])
        if kind == 2 and len(shape) == 2:
            name = f"identity({shape[0]}" if shape[0] == shape[1] and self.maybe(0.5) \
                else f"eye({shape[0]}, {shape[1]}, k={self.r.randint(-2, 2)}"
            return f"{name}{self.dtype()}{self.chunks(shape)})"
        if kind == 3:
            fill = self.r.choice(["3", "-2", "0.1", "1e16", "nan", "-0.0", "2j"])
            return f"full({shape}, {fill}{self.chunks(shape)})"
        if kind == 4 and shape:
            return f"indices({shape}{self.dtype()})[{self.r.randrange(len(shape))}]"
        if kind == 5:
            low, high = sorted(self.r.sample([-7, -1, 0, 1, 5, 100], 2))
            bounds = self.r.choice([f"{low}, {high}", f"{abs(low) + 1}", f"0, {2 ** 62}"])
            dtype = self.dtype(*INTEGERS[:4]) if len(bounds) < 9 else ""
            return f"integers({bounds}, size={shape}, {self.seed()}{dtype}{self.chunks(shape)})"
        if kind in (6, 7):
            where = self.r.choice(["", "5, 2, ", "-1e3, 1e-3, ", "0.1, "])
            return f"normal({where}size={shape}, {self.seed()}{self.chunks(shape)})"
        if kind == 8:
            parts = [self.generator(shape) for _ in "ab"]
            text = f"({parts[0]} + {parts[1]} * 1j)"
            return f"{text}.astype(\"complex64\")" if self.maybe(0.4) else text
        if kind == 9:
            return f"{self.generator(shape)}.astype(\"{self.r.choice(DTYPES)}\")"
        if kind > 11:
            return self.ramp(shape)
        return f"random({shape}, {self.seed()}{self.chunks(shape)})"

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
        if self.maybe(0.2):
            items.insert(self.r.randint(0, len(items)), "None")
        if self.maybe(0.15):
            items[self.r.randint(0, len(items) - 1)] = "..."
        return f"[{', '.join(items)}]"

    # ---- arrays made of others

    def array(self, depth):
        """A text, and the array that it makes."""
        if depth <= 0:
            return checked(self.generator(self.shape()))
        return checked(self.made_of(*self.array(depth - 1), depth))

    def made_of(self, inner, value, depth):
        kind = self.r.randrange(15)
        if kind < 2 and np.ndim(value):
            return inner + self.index(np.shape(value)) if inner[-1] in ")]T" else inner
        if kind == 2:
            order = self.r.sample(range(np.ndim(value)), np.ndim(value))
            return f"({inner}).T" if self.maybe(0.5) else f"transpose({inner}, {tuple(order)})"
        if kind == 3:
            return f"{self.r.choice(UNARY)}({inner})"
        if kind in (4, 5, 6):
            op = self.r.choice("+ - * / < >= == != // % ** & | ^ << >>".split())
            return f"({f' {op} '.join(self.sides(inner, value, depth))})"
        if kind in (7, 8):
            return f"{self.r.choice(BINARY)}({', '.join(self.sides(inner, value, depth))})"
        if kind == 9:
            return self.r.choice(CALLS).format(inner, self.number(), self.number())
        if kind == 10:
            return f"where({self.mask(np.shape(value))}, {inner}, {self.number()})"
        if kind in (11, 12) and np.ndim(value):
            return self.part(self.reduce(inner, value))
        if kind == 13:
            return f"({inner}).astype(\"{self.r.choice(DTYPES)}\")"
        return inner

    def sides(self, inner, value, depth):
        other = self.number() if self.maybe(0.4) else self.partner(value, depth)
        sides = [inner, other]
        self.r.shuffle(sides)
        return sides

    def partner(self, value, depth):
        """Something that broadcasts with value, most of the time."""
        if self.maybe(0.2):
            return self.array(depth - 1)[0]
        return self.generator(self.smaller(np.shape(value)))

    def smaller(self, shape):
        return tuple(1 if self.maybe(0.3) else n for n in shape)[self.r.randint(0, 1):]

    def mask(self, shape):
        threshold = self.r.choice(["0.3", "0", "2"])
        return f"({self.generator(self.smaller(shape))} {self.r.choice(['>', '!='])} {threshold})"

    # ---- reductions

    def axis(self, ndim, several=True):
        axes = [None] + list(range(-ndim, ndim))
        if several and ndim > 1:
            axes += [tuple(self.r.sample(range(ndim), self.r.randint(0, ndim)))] * 2
        axis = self.r.choice(axes)
        return "" if axis is None else f", axis={axis}"

    def part(self, text):
        """Of what a reduction gives, at times; several quantiles and counts are an axis of their own."""
        shape = np.shape(checked(text)[1])
        if not shape or self.maybe(0.6):
            return text
        turned = self.option(0.3, ".T")
        return text + turned + self.index(shape[::-1] if turned else shape)

    def option(self, chance, text):
        return text if self.maybe(chance) else ""

    def reduce(self, text, value):
        kind, ndim = self.r.randrange(20), np.ndim(value)
        if np.size(value) > 500 and self.maybe(0.5):
            return self.quantile(text, value)
        if kind < 10:
            name, more = self.r.choice(PLAIN), self.axis(ndim)
            if name in SPREADS:
                more += self.option(0.5, f", ddof={self.r.randint(0, 3)}")
            if name in oracle.TYPED:
                more += self.option(0.15, f', dtype="{self.r.choice(DTYPES)}"')
            if name not in oracle.PLAIN:
                more += self.option(0.2, f", where={self.mask(np.shape(value))}")
            if name == "norm" and (ndim == 1 or self.maybe(0.5)):
                more = f", ord={self.r.choice(['0', '1', '2', 'inf', '-inf'])}" + \
                    (f", axis={self.r.randrange(ndim)}" if ndim and self.maybe(0.8) else "")
        elif kind < 12:
            name, more = self.r.choice(list(oracle.POSITIONS)), self.axis(ndim, False)
        elif kind < 16:
            return self.quantile(text, value)
        elif kind == 16:
            return self.bins(text, value)
        elif kind == 17:
            return self.paired(text, value)
        else:
            name, more = self.r.choice(list(oracle.MACROS)), self.axis(ndim)
            if name == "sem":
                more += self.option(0.5, f", ddof={self.r.randint(0, 3)}")
            if name == "kurtosis":
                more += self.option(0.3, ", fisher=False")
            if name == "average" and self.maybe(0.7):
                more = self.weighted(value)
        more += self.option(0.2, ", keepdims=True")
        return f"({text}).{name}({more[2:]})" if self.maybe(0.2) else f"{name}({text}{more})"

    def quantile(self, text, value):
        name = self.r.choice(list(oracle.QUANTILES))
        choices = QUANTILES if "quantile" in name else PERCENTILES
        q = self.r.choice(choices) if self.maybe(0.7) \
            else f"({', '.join(self.r.choices(choices, k=self.r.randint(1, 3)))},)"
        method = self.option(0.6, f', method="{self.r.choice(list(METHODS))}"')
        mask = self.option(0.15, f", where={self.mask(np.shape(value))}")
        keep = self.option(0.2, ", keepdims=True")
        return f"{name}({text}, {q}{self.axis(np.ndim(value))}{method}{mask}{keep})"

    def weighted(self, value):
        shape = np.shape(value)
        if len(shape) == 1 or self.maybe(0.5):
            return f"{self.axis(len(shape))}, weights={self.generator(shape)}"
        axis = self.r.randrange(len(shape)) if shape else 0
        return f", axis={axis}, weights={self.generator(shape[axis:axis + 1])}"

    def bins(self, text, value):
        if self.maybe(0.2):
            return f"bincount(abs({text}) % 5, minlength={self.r.randint(4, 6)}" + \
                self.option(0.4, f", weights={self.generator(np.shape(value))}") + ")"
        name = self.r.choice(["histogram", "histogram", "histogram_bin_edges"])
        bins = self.r.choice(["", ", 1", ", 3", ", 7", ", bins=(0, 1, 2.5)",
                              ", bins=(-1, 0, 0, 9)"])
        limits = self.option(0.4, f", range={self.r.choice(['(0, 1)', '(-3, 3)', '(2, 2)'])}") \
            if "(" not in bins else ""
        more = ""
        if name == "histogram":
            more += self.option(0.3, f", weights={self.generator(np.shape(value))}")
            more += self.option(0.3, ", density=True")
        return f"{name}({text}{bins}{limits}{more})"

    def paired(self, text, value):
        name = self.r.choice(list(oracle.PAIRS))
        other = self.generator(np.shape(value))
        more = self.option(0.3, f", ddof={self.r.randint(0, 3)}") if name == "cov" else ""
        return f"{name}({text}, {other}{more})"

    # ---- programs

    def near(self, text, value):
        """A function that is right to some units in the last place, of few elements."""
        few = "[" + ", ".join(f":{m}" for m in (6, 1, 1)[:np.ndim(value)]) + "]" \
            if np.size(value) > 6 else ""
        name = self.r.choice(list(oracle.APPROXIMATE) + ["power"])
        if name not in ("arctan2", "hypot", "power"):
            scale = self.r.choice(["", "", " * 1e-9", " * 7", " * 300", " * 1e5"])
            return f"{name}({text}{scale}){few}"
        other = self.r.choice([self.number(), self.generator(self.smaller(np.shape(value)))])
        return f"{name}({text}, {other}){few}"

    def program(self):
        while True:
            try:
                text, value = self.array(self.r.randint(0, 3))
                kind = self.r.random()
                if kind < 0.1:
                    text = self.near(text, value)
                elif kind < 0.7 and np.ndim(value):
                    text = self.part(self.reduce(text, value))
                checked(text)
                if len(text) < 400:
                    return text
            except Unknown:
                pass
            except Failure as failure:
                if self.maybe(0.1):
                    return failure.program
