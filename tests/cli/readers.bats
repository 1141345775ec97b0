# What others read from a result: ZBar, ZXing and verify.py, none of which is ours.
load common

verify() {
    "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" "$@"
}

a_result() {   # r.png r.txt r.json of survey/x.npy
    mkdir survey
    python <<<'np.save("survey/x.npy", np.random.default_rng(1).normal(size=(30, 40)))'
    quadrat eval -q -i survey/x.npy 'mean(x)' 'argmax(x)' --label 'Zürich — "5 °C"' --meta site=Uppsala \
        -o r.png -o r.txt -o r.json "$@" >stdout
}

@test "ZBar and ZXing read from the image what the .txt says, byte for byte" {
    needs zbarimg ZXingReader
    a_result
    head -c -1 r.txt >text
    scanned r.png | cmp - text
    ZXingReader -bytes -format QRCode r.png | cmp - text
    head -n 2 text | cmp - stdout
    sed -n 5p text | grep -qx 'label: Zürich — "5 °C"'
}

@test "levels, scales and quiet zones, and all lengths of text, can be read" {
    needs ZXingReader
    local options
    for options in '--level L' '--level Q' '--level H' '--scale 2' '--scale 3 --quiet-zone 2' '--scale 16' \
        '--version-limit 40' "--label $(printf 'a%.0s' {1..100})" "--label $(printf 'ö%.0s' {1..150})"; do
        # shellcheck disable=SC2086  # several options
        evaluates 1 $options -o r.png -o r.txt <<<'1 = 1'
        ZXingReader -bytes -format QRCode r.png | cmp - <(head -c -1 r.txt)
    done
    # a symbol of version v at scale s with a quiet zone of q has s * (17 + 4 * v + 2 * q) pixels a side
    capture quadrat eval 1 --scale 3 --quiet-zone 5 -o r.png
    local version
    version=$(sed -n 's/.*(version \([0-9]*\), .*/\1/p' <<<"$stderr")
    [ "$(od -An -tu4 --endian=big -j16 -N8 r.png | xargs)" = \
        "$((3 * (17 + 4 * version + 10))) $((3 * (17 + 4 * version + 10)))" ]
}

@test "when the text is long, lines go that are not part of the statement; the rest stays as it is" {
    needs zbarimg
    a_result --label "$(printf 'a%.0s' {1..400})"
    scanned r.png >text
    echo >>text
    lacks '^label: ' text
    grep -v '^meta: \|^label: ' r.txt | cmp - text
    verify text x=survey/x.npy >/dev/null
    head -n 2 text | cmp - stdout
}

@test "the image carries the text once more, and no host name or path unless it is asked to" {
    a_result
    quadrat eval -q -i survey/x.npy 'mean(x)' -o full.png --full-metadata
    python <<'END'
import json, struct
def texts(path):
    data, at, found = open(path, "rb").read(), 8, {}
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        if kind == b"iTXt":
            keyword, _, rest = body.partition(b"\0")
            assert rest[0] == 0, "compressed"
            found[keyword.decode("latin-1")] = rest[2:].split(b"\0", 2)[2].decode()
        elif kind == b"tEXt":
            keyword, _, rest = body.partition(b"\0")
            found[keyword.decode("latin-1")] = rest.decode("latin-1")
        else:
            assert kind in (b"IHDR", b"pHYs", b"IDAT", b"IEND"), kind
        at += 12 + size
    return found
plain, full = texts("r.png"), texts("full.png")
assert list(plain) == list(full) == ["Title", "Software", "Creation Time", "Comment"]
assert plain["Comment"] + "\n" == open("r.txt").read()
assert plain["Title"] == open("stdout").readline().strip()
assert plain["Software"].startswith("quadrat ")
host = os.uname().nodename
everything = "\n".join(plain.values())
assert "survey/" not in everything and os.getcwd() not in everything
assert host not in everything.split()
record = json.loads(full["Comment"])
assert record["run"]["host"] == host and record["inputs"][0]["source"] == "survey/x.npy"
END
}

@test "the .svg is the same code: drawn by others, ZBar and ZXing read the text of the .png" {
    needs zbarimg ZXingReader rsvg-convert
    a_result -o r.svg -o again.svg
    cmp r.svg again.svg
    scanned r.png >text
    rsvg-convert --zoom 2 r.svg -o drawn.png
    scanned drawn.png | cmp - text
    ZXingReader -bytes -format QRCode drawn.png | cmp - text
    # as on paper, at 300 dots an inch
    rsvg-convert --dpi-x 300 --dpi-y 300 r.svg -o print.png
    scanned print.png | cmp - text
}

@test "the .svg is XML, half a millimetre a module, with the result as its title; all runs are the modules" {
    quadrat eval -q 'any((arange(3) < 2) & (arange(3) > 0))' --quiet-zone 5 -o r.svg -o r.png >/dev/null
    python <<'END'
import re, xml.etree.ElementTree as tree
svg = tree.parse("r.svg").getroot()
name = "{http://www.w3.org/2000/svg}"
side = int(svg.get("viewBox").split()[2])
assert svg.get("viewBox") == f"0 0 {side} {side}" and svg.get("width") == svg.get("height") == f"{side / 2}mm"
assert [child.tag for child in svg] == [name + "title", name + "path", name + "path"]
assert svg[0].text == "any((arange(3) < 2) & (arange(3) > 0)) = True", svg[0].text
assert svg[1].get("d") == f"M0 0h{side}v{side}H0z" and svg[1].get("fill") == "#fff"
first, rest = re.fullmatch(r"M(5 5)\.5((?:m-?\d+ -?\d+h\d+)+)", svg[2].get("d")).groups()
dark, x, y = np.zeros((side, side), bool), 5, 5
for dx, dy, run in re.findall(r"m(-?\d+) (-?\d+)h(\d+)", rest):
    x, y = x + int(dx), y + int(dy)
    assert not dark[y, x:x + int(run)].any()
    dark[y, x:x + int(run)] = True
    x += int(run)
import struct, zlib
data = open("r.png", "rb").read()
pixels, at = struct.unpack(">II", data[16:24]), 8
idat = b""
while at < len(data):
    size, kind = struct.unpack_from(">I4s", data, at)
    idat += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
    at += 12 + size
rows = np.frombuffer(zlib.decompress(idat), "u1").reshape(pixels[1], -1)[:, 1:]
white = np.unpackbits(rows, axis=1)[:, :pixels[0]]
assert (white[::8, ::8] == ~dark).all()
END
}

@test "quadrat scan reads it too, and says that the check holds" {
    needs_zbar
    a_result
    { cat r.txt; echo '-- the check holds: the text is as it was written; only the data can confirm it'; } >expected
    prints quadrat scan r.png <expected
    quadrat scan - <r.txt | cmp - expected
    quadrat eval -q 2 -o s.png
    quadrat scan r.png s.png >both
    [ "$(grep -c 'the check holds' both)" = 2 ]
    grep -qx r.png both
    grep -qx s.png both
}

@test "scan: a text that is no result is told as such, escaped" {
    printf 'https://example.org\n\e[31m\xff' >text
    quadrat scan - <text | cmp - <(printf '%s\n' https://example.org '\x1b[31m\xff' '-- not a result of quadrat')
    : >text
    quadrat scan - <text | cmp - <(echo '-- not a result of quadrat')
}

@test "verify.py confirms digests, values and check for every dtype, order and shape" {
    python <<'END'
rng = np.random.default_rng(7)
special = np.array([0.5, -0.0, 0.0, 5e-324, -1.5e308, 1e308, 3.0])
nan = np.array([1.0, np.nan, -np.nan, 2.0])
nan.view("u8")[3] = 0x7ff4000000000001  # a signalling NaN with a payload
arrays = {
    "float64": rng.normal(size=(50, 60)) * 10.0 ** rng.integers(-30, 30, (50, 60)),
    "big-endian": rng.normal(size=(7, 1, 9)).astype(">f8"),
    "float32": rng.normal(size=1001).astype("f4"),
    "big-float32": rng.normal(size=(3, 3)).astype(">f4"),
    "int64": rng.integers(-2**40, 2**40, (11, 13)),
    "big-int64": rng.integers(-2**40, 2**40, 99).astype(">i8"),
    "bool": rng.integers(0, 2, (5, 6, 7)).astype(bool),
    "0-d": np.array(-2.5),
    "0-d int": np.array(7),
    "empty": np.zeros((0, 5)),
    "special": special,
    "infinite": np.array([1.0, -np.inf, 2.0]),
    "nan": nan,
    "large": rng.random(300_000),
    "many axes": rng.random((2,) * 12),
}
files, sums, more, claims = [], [], [], []
for i, (name, array) in enumerate(arrays.items()):
    np.save(name + ".npy", array)
    files += ["-i", f"a{i}={name}.npy"]
    sums.append(f"sum(a{i})")
    if array.size:
        more += [f"mean(a{i})", f"min(a{i})", f"max(a{i})"]
    claims.append(f"{'xyz'[i] if i < 3 else f'x{i + 1}'}={name}.npy")
quadrat(*files, *sums, *more, "-o", "r.txt")
open("claims", "w").write("\n".join(claims))
END
    local claims
    readarray -t claims <claims
    verify r.txt "${claims[@]}" >verdicts || fail "$(grep DIFFERS verdicts)"
    # check, 15 sums and digests, 14 means, and minima and maxima but those of float32, whose lines
    # end in the dtype
    [ "$(grep -c '^holds' verdicts)" -ge $((1 + 2 * 15 + 3 * 14 - 2 * 4)) ] || fail "$(cat verdicts)"
    # the other way round
    cp big-endian.npy copy.npy
    printf '\001' | dd of=copy.npy bs=1 seek=200 conv=notrunc status=none
    claims[1]=y=copy.npy
    capture verify r.txt "${claims[@]}"
    [[ $status = 1 && $output == *"DIFFERS"*"'y: float64 7x1x9 "* ]] || fail "should find the changed byte"
}

@test "verify.py confirms slices: each has a digest of its own" {
    python <<'END'
np.save("a.npy", np.random.default_rng(3).normal(size=(40, 7, 5)))
END
    quadrat eval -q -i a.npy 'sum(x[3:30:4, :, 1]), mean(x[::-2]), max(x[-1].T), min(x[5, 2])' -o r.txt >/dev/null
    grep -q '^x\[3:28:4, :, 1\]: float64 7x7 ' r.txt
    verify r.txt x=a.npy >verdicts || fail "$(cat verdicts)"
    [ "$(grep -c '^holds' verdicts)" = 8 ] || fail "$(cat verdicts)"
}

@test "a text that was changed is refused by scan and by verify.py" {
    a_result
    local change changes=0
    # shellcheck disable=SC2016  # sed's
    for change in '1s/= ./= 9/' '1s/mean/max/' '1s/$/ /' '1s/ = / =  /' '1d' '2d' '3d' '1{h;d};2G' '1p' \
        '1isum(x) = 1.0' '3s/30x40/40x30/' '3s/float64/float32/' '3s/.$/!/' '3s/^x/y/' '2s/at \[/at [1/' \
        '1s/^/label: /' '$s/.$/U/' '$s/[A-Z0-9]*$/0000000000000000/' '$s/[A-Z]/\L&/g'; do
        sed "$change" r.txt >"changed-$changes"
        ! cmp -s r.txt "changed-$changes" || fail "changes nothing: $change"
        capture quadrat scan - <"changed-$changes"
        [[ $status = 65 && $output == *"-- the check does NOT hold"* ]] ||
            fail "scan should refuse: $change"
        changes=$((changes + 1))
    done
    # all in one process: starting NumPy is what takes time
    python "$BATS_TEST_DIRNAME/../verify.py" $changes <<'END'
import runpy
verify, changes = sys.argv[1], int(sys.argv[2])
for i in range(changes):
    sys.argv = [verify, f"changed-{i}", "x=survey/x.npy"]
    try:
        runpy.run_path(verify, run_name="__main__")
        assert False
    except SystemExit as end:
        assert end.code == 1, f"verify.py should refuse: {open(f'changed-{i}').read()}"
END
    # lines that are no claims may change or go, and the text still holds
    sed '4s/1 rank/9 ranks/;/^label/d;/^meta/s/Uppsala/elsewhere/' r.txt >changed
    quadrat scan - <changed | grep -q 'the check holds'
    verify changed x=survey/x.npy
}

@test "a forger's text, its check computed anew, passes scan but not the data" {
    a_result
    sed '1s/ = .*/ = 0.5/' r.txt >forged
    local check
    check=$(quadrat scan - <forged 2>/dev/null | sed -n 's/.*the text gives \([A-Z0-9]*\),.*/\1/p')
    sed -i "\$s/[A-Z0-9]*\$/$check/" forged
    quadrat scan - <forged | grep -q 'only the data can confirm it'
    capture verify forged x=survey/x.npy
    [[ $status = 1 && $output == *"DIFFERS"*"'mean(x) = 0.5'"* ]] || fail "the data should differ"
}

@test "random records: both readers, scan and verify read the same text, byte for byte" {
    needs zbarimg ZXingReader
    needs_zbar
    python "${QUADRAT_LONG:+1000}" <<'END'
import random
r = random.Random(1)
letters = "abcXYZ0189 äöüßéλЖ漢=:,;\\'\"\n\t\u2028\u202e%$*+-./"

def word():
    return "".join(r.choice(letters) for _ in range(r.randint(1, 30)))

def program():
    kind = r.choice("bool int8 uint64 float16 float32 float64 complex64".split())
    shape = tuple(r.randint(1, 4) for _ in range(r.randint(1, 3)))
    names = ["sum", "mean", "std"] + ["prod", "norm", "median"] * (kind != "complex64")
    return f'{r.choice(names)}((random({shape}, seed={r.randint(0, 10 ** 6)}) * 100).astype("{kind}"))'

def output(*command):
    return subprocess.run(command, capture_output=True).stdout

for i in range(int(sys.argv[1] or 20)):
    given = [program() for _ in range(r.randint(1, 3))]
    if r.random() < 0.5:
        given += ["--label", word()]
    for n in range(r.choice([0, 0, 1, 2])):
        given += ["--meta", f"key{n}={word()}"]
    done = run("eval", "-q", *given, "-o", "r.png")
    if b"does not fit" in done.stderr:
        continue
    assert done.returncode == 0, done
    text = output("zbarimg", "--nodbus", "--raw", "-q", "-Sbinary", "-Sdisable",
                  "-Sqrcode.enable", "r.png")
    assert text == output("ZXingReader", "-bytes", "-format", "QRCode", "r.png"), given
    scan, verify = run("scan", "r.png"), run("verify", "r.png")
    assert scan.returncode == 0 and scan.stdout.startswith(text + b"\n-- the check holds"), given
    assert verify.returncode == 0, (given, verify)
END
}
