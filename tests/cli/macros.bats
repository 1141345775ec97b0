# Reductions made of others, against their definitions in NumPy.
load common

@test "average, rms, sem, skew and kurtosis have NumPy's values, by axes too" {
    python <<'END'
np.seterr(invalid="ignore")
rng = np.random.default_rng(11)
arrays = {"x": rng.gamma(2.0, size=(4, 5, 3)) - 1, "i": rng.integers(-50, 50, (4, 5, 3)), "b": rng.integers(0, 256, (4, 5, 3)).astype("u1"),
          "s": rng.normal(3, 2, (4, 5, 3)).astype("f4"), "t": rng.random((4, 5, 3)) < 0.4, "n": rng.random(60)}
for name, a in arrays.items():
    np.save(name + ".npy", a)
def central(a, k, axis):
    a = a.astype("f8")
    return ((a - a.mean(axis=axis, keepdims=True)) ** k).mean(axis=axis)
def count(a, axis):
    return a.size if axis is None else np.prod([a.shape[i] for i in np.atleast_1d(axis)])
w = {0: rng.random(4), 1: rng.random(5), 2: rng.integers(1, 9, 3)}
for axis, weights in w.items():
    np.save(f"w{axis}.npy", weights)
files = [f"-i{n}={n}.npy" for n in arrays] + [f"-iw{k}=w{k}.npy" for k in w]
tests = []
for name, a in arrays.items():
    f = a.astype("f8")
    for axis in [None, 0] if a.ndim == 1 else [None, 0, 1, -1, (0, 2), (0, 1, 2)]:
        tests += [(f"rms({name}, axis={axis})", np.sqrt((f * f).mean(axis=axis))),
                  (f"sem({name}, axis={axis})", f.std(axis=axis, ddof=1) / np.sqrt(count(a, axis))),
                  (f"sem({name}, {axis}, 0)", f.std(axis=axis) / np.sqrt(count(a, axis))),
                  (f"skew({name}, axis={axis})", central(a, 3, axis) / central(a, 2, axis) ** 1.5),
                  (f"kurtosis({name}, {axis})", central(a, 4, axis) / central(a, 2, axis) ** 2 - 3),
                  (f"kurtosis({name}, axis={axis}, fisher=False)", central(a, 4, axis) / central(a, 2, axis) ** 2),
                  (f"average({name}, axis={axis})", np.average(a, axis=axis)),
                  (f"average({name}, {axis}, {name} * 0.5 + 77)", np.average(f, axis, f * 0.5 + 77))]
    if a.ndim == 3:
        for axis, weights in w.items():
            tests.append((f"average({name}, axis={axis}, weights=w{axis})", np.average(a, axis, weights)))
            tests.append((f"average({name}, axis={axis - 3}, weights=w{axis}, keepdims=True)",
                          np.average(a, axis, weights, keepdims=True)))
        tests.append((f"skew({name}, axis=(0, 2), keepdims=True)", (central(a, 3, (0, 2)) / central(a, 2, (0, 2)) ** 1.5)[None, :, None]))
# the largest difference of each, NaN where all elements of a line are alike apart
for at in range(0, len(tests), 40):
    some = tests[at:at + 40]
    for i, (call, value) in enumerate(some):
        np.save(f"v{i}.npy", value)
    lines = quadrat(*files, *(f"-iv{i}=v{i}.npy" for i in range(len(some))), 
                    *(f"nanmax(abs({c} - v{i}) / (1 + abs(v{i})))" for i, (c, _) in enumerate(some)),
                    *(f"count_nonzero(isnan({c}) == isnan(v{i}))" for i, (c, _) in enumerate(some)))
    for i, (call, value) in enumerate(some):
        exact = "f4" if call[call.index("(") + 1] == "s" else "f8"
        assert float(lines[i].rpartition(" = ")[2].split(" ")[0]) < {"f4": 1e-5, "f8": 1e-14}[exact], (call, lines[i])
        assert lines[len(some) + i].endswith(f" = {np.size(value)}"), (call, lines[len(some) + i])
END
}

@test "cov and corrcoef are the numbers off the diagonal of NumPy's matrices" {
    python <<'END'
rng = np.random.default_rng(12)
a, b = rng.normal(size=(2, 1000))
arrays = {"a": a, "b": a + b, "i": rng.integers(-9, 9, 1000), "c": a + 1j * b, "f": a.astype("f4")}
for name, array in arrays.items():
    np.save(name + ".npy", array)
tests = []
for x in arrays:
    for y in arrays:
        tests += [(f"cov({x}, {y})", np.cov(arrays[x], arrays[y])[0, 1]), (f"cov({x}, {y}, ddof=3)", np.cov(arrays[x], arrays[y], ddof=3)[0, 1])]
        if "c" not in x + y:
            tests.append((f"corrcoef({x}, {y})", np.corrcoef(arrays[x], arrays[y])[0, 1]))
lines = quadrat(*(f"-i{n}={n}.npy" for n in arrays), *(call for call, _ in tests))
for (call, value), line in zip(tests, lines, strict=True):
    got = complex(line.rpartition(" = ")[2].replace(" float32", "").replace(" complex128", ""))
    assert abs(got - value) < (1e-5 if "f" in call.replace("corrcoef", "").replace("ddof", "") else 1e-14) * (1 + abs(value)), (call, got, value)
END
}
