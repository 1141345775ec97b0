# The .npy reader, compared with NumPy's.
load common

@test "what numpy.save writes is read as numpy reads it: dtypes, byte orders, shapes" {
    python <<'END'
from fractions import Fraction
rng = np.random.default_rng(3)
arrays = {}
for dtype in "?", "b1", "<i8", ">i8", "<f4", ">f4", "<f8", ">f8":
    for shape in (), (1,), (7,), (3, 5), (2, 1, 4), (0,), (3, 0), (1,) * 32:
        kind = np.dtype(dtype).kind
        values = rng.normal(size=shape) if kind == "f" else rng.integers(0, 2 if dtype in "?b1" else 2**50, shape)
        arrays[f"{len(arrays)}"] = np.asarray(values).astype(dtype)
arrays["f"] = np.asfortranarray(rng.normal(size=9))  # one axis: both orders are the same
names = list(arrays)
for i in range(0, len(names), 40):
    some, files, expressions, expected = names[i:i + 40], [], [], []
    for n in some:
        np.save(n + ".npy", arrays[n])
        a = np.load(n + ".npy")
        files += ["-i", f"a{n}={n}.npy"]
        expressions.append(f"sum(a{n})")
        # exactly, in whole numbers of 2^-1074
        total = sum(Fraction(v) for v in a.ravel().tolist())
        expected.append(np.dtype(a.dtype.newbyteorder("=")).type(float(total)) if a.dtype.kind == "f" else int(total))
        if a.size:
            expressions += [f"max(a{n})", f"argmin(a{n})"]
            expected += [a.max(), a.argmin()]
    for line, value in zip(quadrat(*files, *expressions), expected, strict=True):
        text = line.rpartition(" = ")[2].removesuffix(" float32").split(" at ")[0]
        assert text == str(value), (line, value)
END
}

@test "Fortran order and the other byte order: elements, digests and slices of every dtype" {
    python <<'END'
rng = np.random.default_rng(8)
shapes = (), (1,), (7,), (0,), (3, 5), (5, 3), (1, 6), (6, 1), (3, 0), (2, 3, 4), (4, 1, 3, 2), (70, 90), (1,) * 32, (2,) * 12
for shape in shapes:
    files, expressions, expected = [], [], []
    for dtype in "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16":
        bytes = rng.integers(0, 256, np.dtype(dtype).itemsize * int(np.prod(shape)), "u1")
        a = (bytes & 1 if dtype == "b1" else bytes).view(dtype).reshape(shape)
        if a.dtype.kind in "fc":
            a = np.asarray(np.where(np.isfinite(a), a, 1).astype(dtype))
        np.save(f"c{dtype}.npy", a)
        other = np.asarray(a, a.dtype.newbyteorder(), order="F")
        np.save(f"f{dtype}.npy", other)
        header = open(f"f{dtype}.npy", "rb").read(128)
        assert (b"'fortran_order': True" in header) == (a.ndim > 1 and not a.flags.f_contiguous), (header, shape)
        files += [f"-ic{dtype}=c{dtype}.npy", f"-if{dtype}=f{dtype}.npy"]
        parts = ["", ".T"]
        if a.ndim and a.ndim < 5 and a.size:
            parts += ["[::-1]", "[..., ::2]", "[0]", "[..., -1:]", "[-1:, None]"]
        if a.ndim == 2 and a.size:
            parts += ["[1:, :-1]", "[:, 0]", "[::-2, ::-1].T", "[::9, ::10]", "[:, None, ::-1]"]
        for part in parts:
            expressions.append(f"count_nonzero(f{dtype}{part} == c{dtype}{part})")
            expected.append(eval(f"a{part}").size)
        if a.size and dtype[0] not in "bc":
            for axis in range(min(a.ndim, 4)):
                expressions.append(f"sum(max(f{dtype}, axis={axis}) == max(c{dtype}, axis={axis}))")
                expected.append(a.size // a.shape[axis])
    for chunks in ("1000", "3") if 0 < len(shape) < 5 else ("",):
        lines = quadrat(*files, *(["--chunks", chunks] if chunks else []), *expressions, "-o", "r.txt")
        for e, line, value in zip(expressions, lines, expected, strict=True):
            got = line.rpartition(" = ")[2].split(" ")[0]
            assert got == str(value), (shape, e, line, value)
    # the digest of the whole array is that of the C-order file
    digests = dict(line.split(": ") for line in open("r.txt").read().splitlines() if line.count(": ") == 1)
    whole = [v for k, v in digests.items() if "[" not in k and k[0] in "xyz"]
    assert len(whole) == 2 * 14, (shape, digests)
    assert all(whole[i] == whole[i + 1] for i in range(0, len(whole), 2)), (shape, whole)
END
}

@test "bytes behind the last element are ignored, and told once" {
    python <<'END'
np.save("a.npy", np.arange(6.0).reshape(2, 3))
open("a.npy", "ab").write(b"trailing")
END
    capture quadrat eval -q -i a.npy -i b=a.npy 'sum(x), max(x[1]), max(b)'
    [ "$status" = 0 ] || fail "should work"
    [ "${lines[*]-}" = '' ] && [ "$output" = $'sum(x) = 15.0\nmax(x[1]) = 5.0\nmax(x) = 5.0' ] || fail "should ignore them"
    [ "$stderr" = "quadrat: a.npy: 8 bytes behind its last element are ignored. Is its header right?" ] ||
        fail "should tell it once"
}

@test "every byte pattern of a bool, and every NaN, is what NumPy takes it for" {
    python <<'END'
np.save("b.npy", np.arange(256, dtype="u1").view("?"))
np.save("n.npy", np.array([0x7ff8000000000000, 0xfff8000000000001, 0x7ff0000000000001], "u8").view("f8"))
assert quadrat("-i", "b=b.npy", "-i", "n=n.npy", "sum(b)", "count_nonzero(b)", "argmax(b)", "max(n)", "sum(n)", "argmin(n)") == [
    "sum(x) = 255", "count_nonzero(x) = 255", "argmax(x) = 1 at [1]", "max(y) = nan", "sum(y) = nan", "argmin(y) = 0 at [0]"]
END
}

@test "headers: what NumPy's reader accepts is accepted, what it refuses is refused" {
    python <<'END'
import io, warnings
from concurrent.futures import ThreadPoolExecutor
warnings.simplefilter("ignore")
data = np.arange(6.0)
usual = "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }"
def descr(text):
    return usual.replace("'<f8'", text)
def shape(text):
    return usual.replace("(6,)", text)
def order(text):
    return usual.replace("False", text)
headers = [
    usual, usual[:-3] + "}", usual.replace(", }", ",}"), usual.replace("'", '"'), usual.replace(" ", ""),
    usual.replace(" ", "   "), usual.replace(", ", " ,\t"), "  " + usual, usual + "\n", usual + " " * 5000, usual + " \n\n ",
    "{'shape': (6,), 'descr': '<f8', 'fortran_order': False}", "{'fortran_order': False, 'shape': (6,), 'descr': '<f8'}",
    usual[:-1], usual[1:], usual + "}", usual + "x", usual.replace(":", " "), usual.replace("',", "'"), "{}", "", "[]", "None",
    "{'descr': '<f8', 'shape': (6,)}", usual.replace("}", "'extra': 1}"), usual.replace("descr", "dtype"),
    usual.replace("'descr'", "descr"), usual.replace("'descr'", "b'descr'"), usual.replace("'descr'", "'descr"),
    usual + "#", "#\n" + usual, usual.replace("}", "\0}"), usual + "\0",
    descr("'f8'"), descr("'=f8'"), descr("'|f8'"), descr("'>f8'"), descr("'<d'"), descr("'float64'"), descr("'<i8'"), descr("'|b1'"),
    descr("'<q'"), descr("'?'"), descr("'<f8 '"), descr("' <f8'"), descr("'<F8'"), descr("'<f9'"), descr("'<f08'"),
    descr("'|O'"), descr("'O'"), descr("'<O8'"), descr("''"), descr("None"), descr("8"), descr("['<f8']"), descr("('<f8',)"),
    descr("('<f8', (2,))"), descr("[('a', '<f8')]"), descr("'<f8,<f8'"), descr("'<M8[s]'"), descr("'<U2'"), descr("'<V8'"),
    shape("(6)"), shape("6"), shape("[6]"), shape("(6,)"), shape("( 6 , )"), shape("(2, 3)"), shape("(2,3,)"), shape("(2 ,3 )"),
    shape("()"), shape("(,)"), shape("(6,,)"), shape("(0,)"), shape("(0, 5)"), shape("(6L,)"), shape("(2L, 3L)"), shape("(7,)"),
    shape("(5,)"), shape("(-6,)"), shape("(-2, -3)"), shape("(6.0,)"), shape("(6e0,)"), shape("('6',)"), shape("(True,)"), shape("(None,)"),
    shape("(+6,)"), shape("(06,)"), shape("(6 6,)"), shape("(3 + 3,)"), shape("{6}"), shape("((6,))"), shape("((6,),)"),
    shape("(6"), shape("6,)"), shape("(99999999999999999999,)"), shape("(1,) * 6"),
    shape(f"({'1, ' * 31}6)"), shape(f"({'1, ' * 32}6)"), shape("(4611686018427387904, 4)"), shape("(0, 99999999999999999999)"),
    order("True"), order("1"), order("0"), order("None"), order("'False'"), order("false"), order("not True"), order("Falsehood"),
]
# Refused here although NumPy takes them: what is ambiguous, and spellings that numpy.save never uses.
stricter = [
    "{'descr': '<i8', 'descr': '<f8', 'fortran_order': False, 'shape': (6,)}", shape("(0x6,)"), shape("(0_6,)"), shape("(0_0,)"),
    shape("(0b110,)"), shape("(+6,)"), shape("((6,))"), descr("'<d'"), descr("'float64'"), descr("'<q'"), descr("'?'"),
    descr("'<f08'"), usual.replace("'descr'", "u'descr'"), usual + "#", "#\n" + usual,
]

def file(header, version):
    text = header.encode()
    size = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes((version, 0)) + size + text + data.tobytes()

accepted, refused = [], []
for version in 1, 2, 3:
    for header in headers + stricter if version == 1 else headers[::4]:
        content = file(header, version)
        try:
            array = np.load(io.BytesIO(content), allow_pickle=False)
            good = array.dtype.newbyteorder("=") in ("?", "i8", "f4", "f8") and header not in stricter
        except Exception:
            good = False
        name = f"{len(accepted)}.npy" if good else f"r{len(refused)}.npy"
        open(name, "wb").write(content)
        if good:
            accepted.append((header, array))
        elif version == 1:
            refused.append((header, name))

assert len(accepted) >= 35 and len(refused) >= 80, (len(accepted), len(refused))
inputs = [f"-ia{i}={i}.npy" for i in range(len(accepted))]
counts = [f"count_nonzero(a{i})" for i in range(len(accepted))]
printed = quadrat(*inputs, *counts, "-o", "r.txt")
claims = open("r.txt").read().splitlines()[len(accepted):]
for (header, array), count, claim in zip(accepted, printed, claims):
    assert count.endswith(f" = {np.count_nonzero(array)}"), (header, count)
    extents = "x".join(map(str, array.shape)) or "scalar"
    assert f": {array.dtype.newbyteorder('=').name} {extents} " in claim, (header, claim)

with ThreadPoolExecutor(os.cpu_count()) as pool:
    done = pool.map(lambda r: run("eval", "-i", r[1], "count_nonzero(x)"), refused)
for (header, name), d in zip(refused, done):
    assert d.returncode == 65 and not d.stdout and d.stderr.startswith(b"quadrat: " + name.encode()), (header, d)
END
}
