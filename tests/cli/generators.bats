# Generated arrays, element by element against NumPy's.
load common

@test "random is the stream of numpy.random.Generator(Philox(key=seed)).random" {
    python <<'END'
from fractions import Fraction
expressions, expected, files = [], [], []
for seed in 0, 1, 42, 2**31, 2**32 + 5, 2**63 - 1:
    for shape in (), (1,), (2,), (3,), (4,), (5,), (1023,), (10, 101), (3, 1, 7):
        a = np.random.Generator(np.random.Philox(key=seed)).random(shape)
        a = np.asarray(a)
        total = sum(map(Fraction, a.ravel().tolist()))
        at = np.unravel_index(a.argmax(), shape)
        for reduction, value in (("sum", float(total)), ("mean", float(total / a.size)), ("min", a.min()), ("max", a.max())):
            expressions.append(f"{reduction}(random({shape}, seed={seed}))")
            expected.append(str(value))
        expressions.append(f"argmax(random({shape}, seed={seed}))")
        expected.append(f"{a.argmax()}" + (f" at {[int(i) for i in at]}" if shape else ""))
printed = [line.rpartition(" = ")[2] for line in quadrat("; ".join(expressions))]
assert printed == expected, [p for p in zip(expressions, printed, expected) if p[1] != p[2]]

# every element, whatever the blocks
a = np.random.Generator(np.random.Philox(key=9)).random((300, 1001))
np.save("a.npy", a)
for chunks in "300x1001", "7x13", "1x1001", "299x2":
    assert quadrat("-i", "a.npy", "--chunks", chunks, "count_nonzero(x == random((300, 1001), seed=9))") == [
        f"count_nonzero(x == random((300, 1001), seed=9)) = {a.size}"], chunks
END
}

@test "arange has the elements of numpy.arange, and as many" {
    python <<'END'
arguments = ["5", "0", "-3", "1, 5", "5, 1", "2, 10, 3", "10, 2, -3", "-7, 7, 2", "9223372036854775800, 9223372036854775807, 3",
             "-9223372036854775808, 9223372036854775807, 4611686018427387904",
             "1, 1.3, 0.1", "0, 1, 0.1", "0.0, 1.0, 0.3", "5.5", "-0.5", "1.0, 0.0, -0.25", "1e16, 1e16 + 64, 3", "0.1, 50, 0.1",
             "0, 1e-310, 1e-312", "1, 2, 1e9", "3, 3, 0.5", "0.5, 3.5", "1e300, 3e300, 1e299", "7, dtype='float64'",
             "0, 10, 3, dtype='float64'", "100, dtype='float32'", "0.5, 20, 0.1, dtype='float32'", "0, 2000, 7"]
files, expressions, expected = [], [], []
for i, text in enumerate(arguments):
    a = eval(f"np.arange({text})")
    if text == "-9223372036854775808, 9223372036854775807, 4611686018427387904":
        a = np.array([-2**63 + k * 2**62 for k in range(4)])  # NumPy's length wraps
    call = f"arange({text})".replace("'", '"').replace("-9223372036854775808", "-9223372036854775807 - 1")
    np.save(f"a{i}.npy", a)
    files += ["-i", f"a{i}=a{i}.npy"]
    # equal in length: twice the array and its elements do not fit each other otherwise
    expressions += [f"count_nonzero({call} == a{i})", f"count_nonzero({call} == {call})"]
    expected += [a.size] * 2
    if a.size:
        expressions += [f"argmax({call})", f"max({call})"]
        expected += [f"{a.argmax()} at [{a.argmax()}]", str(a.max()) + (" float32" if a.dtype == "f4" else "")]
printed = [line.rpartition(" = ")[2] for line in quadrat(*files, "; ".join(expressions))]
assert printed == list(map(str, expected)), [p for p in zip(expressions, printed, expected) if p[1] != str(p[2])]
END
}

@test "ones, zeros and full have NumPy's dtypes and values" {
    python <<'END'
calls = ["ones(3)", "ones((2, 3))", "ones(())", "ones(0)", "zeros((4, 1))", "zeros(3, dtype='int64')", "ones(2, dtype='float32')",
         "full(3, 7)", "full((2, 2), 0.1)", "full(2, 0.1, dtype='float32')", "full(2, 7, dtype='float64')", "full(2, True)",
         "full((), -9223372036854775807)", "full(2, np.inf)", "full(2, np.nan)", "ones([2, 3])"]
printed = quadrat(*(f"sum({c})".replace("'", '"') for c in calls))
for call, line in zip(calls, printed, strict=True):
    value = eval(f"np.{call}").sum()
    text = str(value) + (" float32" if value.dtype == "f4" else "")
    assert line.rpartition(" = ")[2] == text, (call, line, text)
END
}

@test "linspace has the bits of numpy.linspace, eye and indices its elements" {
    python <<'END'
rng = np.random.default_rng(5)
calls = ["linspace(0, 1, 0)", "linspace(0, 1, 0, endpoint=False)", "linspace(3, 9, 1)", "linspace(3, 9, 1, endpoint=False)",
         "linspace(2.5, 7)", "linspace(-0.0, 5, 1)", "linspace(-0.0, -5, 1)", "linspace(-0.0, -0.0, 4)", "linspace(5, 5, 3)",
         "linspace(0, 5e-324, 7)", "linspace(0, 5e-323, 7, endpoint=False)", "linspace(1e-320, 3e-320, 50)", "linspace(-8e307, 8e307, 9)",
         "linspace(0, 255, 256, dtype='uint8')", "linspace(0, 256, 256, False, dtype='uint8')", "linspace(-3.7, 3.7, 12, dtype='int8')",
         "linspace(-1, 1, 5, dtype='bool')", "linspace(0, 1, 7, dtype='float32')", "linspace(0, 1, 7, dtype='float16')",
         "linspace(0, 1, 7, dtype='complex64')", "linspace(0, 2**62, 9, dtype='int64')", "linspace(True, 4, 3)",
         "eye(4)", "eye(0)", "eye(3, 0)", "eye(0, 3)", "eye(1, 5, 2)", "eye(5, 3, -2)", "eye(4, k=4)", "eye(4, k=-4)", "eye(4, k=3)", "eye(4, k=-3)",
         "eye(4, k=1000000)", "eye(4, k=-1000000)", "eye(3, 7, 5, dtype='int16')", "eye(70, 41, -3, dtype='complex64')", "eye(3, dtype='bool')",
         "eye(3, dtype='float16')", "identity(5)", "identity(2, 'uint32')",
         "indices((4,))", "indices((2, 3))", "indices((3, 1, 4, 2))", "indices((2, 0))", "indices(())", "indices((5, 7), dtype='float32')",
         "indices((2,) * 9)", "indices((1,) * 31)"]
for k in range(300):
    a, b = (rng.normal(size=2) * 10.0 ** rng.integers(-12, 12, 2)).tolist()
    calls.append(f"linspace({a!r}, {b!r}, {rng.integers(1, 90)}, endpoint={bool(k % 2)})")
for at in range(0, len(calls), 50):
    files, expressions, arrays = [], [], []
    for i, call in enumerate(calls[at:at + 50]):
        a = eval(f"np.{call}")
        np.save(f"a{i}.npy", a)
        files.append(f"-ia{i}=a{i}.npy")
        made = call.replace("'", '"').replace("2**62", str(2**62))
        made = made.replace("(2,) * 9", str((2,) * 9)).replace("(1,) * 31", str((1,) * 31))
        signs = f" & (signbit({made}) == signbit(a{i}))" if a.dtype.kind == "f" else ""
        expressions += [f"count_nonzero(({made} == a{i}){signs})", made]
        arrays += [a, a]
    lines = quadrat(*files, "; ".join(expressions))
    for a, count, made in zip(arrays[::2], lines[::2], lines[1::2], strict=True):
        assert count.endswith(f" = {a.size}"), (count, a)
        assert f"] {a.dtype}, shape {a.shape}" in made, (made, a.dtype, a.shape)
END
}

@test "normal and integers are made of Philox's words as array.h says, any part of them alone" {
    python "$(realpath "$BATS_TEST_DIRNAME/../expr")" <<'END'
import math
sys.path.insert(0, sys.argv[1])  # the model of the random programs
from oracle.generators import deviate, words

n = 20000
expected = {"normal(size=20000, seed=3)": [deviate(w) for w in words((n,), 3, 1)],
            "normal(-2.5, 0.1, (20000,), seed=9223372036854775807)": [-2.5 + 0.1 * deviate(w) for w in words((n,), 2**63 - 1, 1)],
            "normal(1, 0, 20000, seed=4)": [1.0] * n}
for low, high, dtype in ((0, 10, "int64"), (-3, 4, "int64"), (-2**63, 2**63 - 1, "int64"), (5, 6, "int64"), (0, 2**64 - 1, "uint64"),
                         (2**63 + 5, 2**63 + 9, "uint64"), (-128, 128, "int8"), (0, 65536, "uint16")):
    expected[f"integers({low}, {high}, 20000, dtype='{dtype}', seed=6)".replace("'", '"')] = np.array(
        [low + (w * (high - low) >> 64) for w in words((n,), 6, 2)], dtype)
expected["integers(6, size=20000, seed=2)"] = [w * 6 >> 64 for w in words((n,), 2, 2)]
for call, values in expected.items():
    np.save("a.npy", values)
    counts = [line.rpartition(" = ")[2] for chunks in ("20000", "777") for line in quadrat(
        "-i", "a.npy", "--chunks", chunks, f"count_nonzero({call} == x)",
        f"count_nonzero({call}[1234:19999:3] == x[1234:19999:3])", f"count_nonzero({call}[17] == x[17])")]
    assert counts == 2 * ["20000", "6255", "1"], (call, counts)

# the quantile itself, by another implementation
from statistics import NormalDist
for w, z in zip(words((n,), 3, 1), expected["normal(size=20000, seed=3)"]):
    p = (w + 0.5) / 2**64 + (0.5 if w < 2**63 else -0.5)
    if 1e-3 < p < 1 - 1e-3 and abs(p - 0.5) > 1e-3:
        assert math.isclose(NormalDist().inv_cdf(p), z, rel_tol=1e-12), (w, z)
END
}

@test "a million normal and integer numbers are distributed as they should be" {
    local a='normal(size=(1000, 1000), seed=1)' b='integers(-5, 6, (1000, 1000), seed=1)'
    quadrat eval -q "mean($a), mean($a * $a), mean($a * $a * $a), mean(square($a * $a)), count_nonzero($a > 1.96) / 1e6"         "mean($a * normal(size=(1000, 1000), seed=2)), mean($a[:, 1:] * $a[:, :-1]), mean($a * (random((1000, 1000), seed=1) - 0.5))"         "max($a), min($a)" "mean($b), mean($b * $b), count_nonzero($b == -5) / 1e6, count_nonzero($b == 5) / 1e6" >moments
    # each within four standard errors
    python moments <<'END'
wanted = [(0, 1), (1, 2 ** 0.5), (0, 15 ** 0.5), (3, 96 ** 0.5), (0.0249979, 0.157), (0, 1), (0, 1), (0, 0.29), (4.9, 300), (-4.9, 300),
          (0, 10 ** 0.5), (10, 78 ** 0.5), (1 / 11, 0.288), (1 / 11, 0.288)]
for line, (value, deviation) in zip(open(sys.argv[1]), wanted, strict=True):
    assert abs(float(line.rpartition(" = ")[2]) - value) < 4 * deviation / 1000, line
END
}
