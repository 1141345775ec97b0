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
