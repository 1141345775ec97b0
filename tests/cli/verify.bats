# verify: a result computed again from the data, from whatever carries it.
load common

needs_opencv() {
    "$PYTHON" -c 'import cv2' 2>/dev/null || skip "needs Python with OpenCV"
}

a_result() {   # r.png r.txt r.json of x.npy, and the same array as other files
    python <<'END'
x = np.random.default_rng(1).normal(size=(30, 40))
np.save("x.npy", x)
np.save("big-endian.npy", x.astype(">f8"))
np.save("fortran.npy", np.asfortranarray(x))
x.view("u8")[29, 39] ^= np.uint64(1)
np.save("bit.npy", x)
np.save("short.npy", x[:20])
np.save("single.npy", x.astype("f4"))
END
    quadrat eval -q -i x.npy 'mean(x)' 'argmax(x)' 'x.sum(axis=1)' 'std(x[3:20:4])' -o r.png -o r.txt \
        -o r.json >/dev/null
}

# answers CODE TEXT COMMAND... : it exits with the code, says nothing on standard error, and the last
# line of its output begins so.
answers() {
    local code=$1 text=$2
    shift 2
    capture "$@"
    [ "$status" = "$code" ] || fail "should exit with $code: $*"
    [ -z "$stderr" ] || fail "should be quiet: $*"
    [[ ${output##*$'\n'} == "$text"* ]] || fail "should end in '$text': $*"
}

# forged LINE... : f.txt has these lines, with the check that they have.
forged() {
    local check
    printf '%s\n' "$@" 'quadrat 0.1 0000000000000000' >f.txt
    check=$(quadrat scan - <f.txt 2>/dev/null | sed -n 's/.*the text gives \([A-Z0-9]*\),.*/\1/p')
    sed -i "\$s/0000000000000000/$check/" f.txt
}

@test "the image, the text and the record match the data, of any byte order and layout" {
    a_result
    local file array
    for file in r.txt r.json; do
        for array in x.npy big-endian.npy fortran.npy; do
            answers 0 "MATCHES: " quadrat verify $file -i x=$array
        done
        answers 0 "MATCHES: " quadrat verify - -i x.npy <$file
    done
    needs_zbar
    answers 0 "MATCHES: " quadrat verify - -i x.npy <r.png
    prints quadrat verify r.png -i x.npy \
        < <(head -n 6 r.txt | sed 's/^/matches\t/'; echo "MATCHES: every bit is what the data give")
}

@test "an input with one bit changed differs, and so does one of another dtype or shape" {
    a_result
    answers 1 "DIFFERS: x is not the array that the result was made from (bit.npy)" \
        quadrat verify r.txt -i bit.npy
    [ "$(grep -c '^DIFFERS'$'\t''x: float64 30x40 ' <<<"$output")" = 1 ]
    [ "$(grep -c '^now'$'\t''x: float64 30x40 ' <<<"$output")" = 1 ]
    grep -q '^matches'$'\t''x\[3:20:4\]: ' <<<"$output"
    answers 1 "DIFFERS: x is not the array" quadrat verify r.txt -i short.npy
    answers 1 "DIFFERS: x is not the array" quadrat verify r.txt -i single.npy
    grep -q '^now'$'\t''x: float32 30x40 ' <<<"$output"
    # the expression would be another one, so nothing is computed
    forged 'max(astype(x, "float32")) = 3.5 float32' "$(grep '^x: ' r.txt)"
    answers 1 "DIFFERS: x is not the array" quadrat verify f.txt -i single.npy
    grep -qx 'now'$'\t''x: float32 of shape (30, 40)' <<<"$output"
}

@test "a forged value differs, and both values are told" {
    a_result
    local x
    x=$(grep '^x: ' r.txt)
    forged 'mean(x) = 0.5' "$x"
    answers 1 "DIFFERS: 1 of 1 results are not what the data give" quadrat verify f.txt -i x.npy
    grep -qx 'DIFFERS'$'\t''mean(x) = 0.5' <<<"$output"
    grep -qx 'now'$'\t'"$(grep '^mean' r.txt)" <<<"$output"
    grep -qx 'matches'$'\t'"$x" <<<"$output"
    forged "sum(x, axis=1) = float64 30 0123456789ABCDEF" "$x"
    answers 1 "DIFFERS: 1 of 1" quadrat verify f.txt -i x.npy
    forged 'mean(arange(6)) = 2.50'
    answers 1 "DIFFERS: 1 of 1" quadrat verify f.txt
    forged 'mean(arange(6)) = 2.5'
    answers 0 "MATCHES: " quadrat verify f.txt
}

@test "inputs are found below a directory: by name, by digest, whatever else is there" {
    a_result
    mkdir -p data/a data/b data/c
    mv x.npy data/b
    answers 0 "MATCHES: " quadrat verify r.txt --root data
    cp bit.npy data/a/x.npy
    answers 0 "MATCHES: " quadrat verify r.txt --root data
    mv data/b/x.npy data/c/renamed.npy
    answers 0 "MATCHES: " quadrat verify r.txt --root data
    sed -i '/ rank, /d' r.txt
    answers 0 "MATCHES: " quadrat verify r.txt --root data
    echo no array >data/b/x.npy
    ln -s ../../data data/c/loop
    mkdir data/b/y.npy
    answers 0 "MATCHES: " quadrat verify r.txt --root data
    answers 0 "MATCHES: " quadrat verify r.json --root data
    rm data/c/renamed.npy
    answers 65 "CANNOT: x: float64 30x40 " quadrat verify r.txt --root data
    [[ $output == *"'-i x=FILE' names one"* ]]
    refuses 74 "none: No such file or directory" quadrat verify r.txt --root none
}

@test "arrays that are equal, and one that stands for two, are told apart" {
    a_result
    mkdir data
    cp x.npy data/a.npy
    cp x.npy data/b.npy
    cp bit.npy data/c.npy
    quadrat eval -q -i a=data/a.npy -i b=data/b.npy -i c=data/c.npy 'sum(b - c), sum(a * b)' -o t.txt >/dev/null
    answers 0 "MATCHES: " quadrat verify t.txt --root data
    answers 0 "MATCHES: " quadrat verify t.txt -i x=x.npy -i y=bit.npy -i z=x.npy
    answers 0 "MATCHES: " quadrat verify t.txt -i y=bit.npy --root data
    answers 1 "DIFFERS: y is not" quadrat verify t.txt -i x=x.npy -i y=x.npy -i z=x.npy
}

@test "what can't be computed again is told, not guessed" {
    a_result
    local x
    x=$(grep '^x: ' r.txt)
    answers 65 "CANNOT: x: float64 30x40" quadrat verify r.txt
    grep -qx "not computed"$'\t'"$x" <<<"$output"
    quadrat eval -q -i x.npy --no-digest 'mean(x)' -o n.txt >/dev/null
    answers 65 "CANNOT: x: float64 30x40 no digest: the result was made without a digest" \
        quadrat verify n.txt -i x.npy
    forged 'frobnicate(x) = 0.5' "$x"
    answers 65 "CANNOT: unknown function 'frobnicate' (written by quadrat 0.1, this is 0." \
        quadrat verify f.txt -i x.npy
    forged 'mean( x ) = 0.5' "$x"
    answers 65 "CANNOT: mean( x ) is mean(x) with these files" quadrat verify f.txt -i x.npy
    forged 'mean(x) = 0.5' "$x" "${x/#x/y}"
    answers 65 "CANNOT: its list of results and inputs" quadrat verify f.txt -i x.npy -i y=x.npy
    refuses 2 "the result has no input 'q'; its inputs are x" quadrat verify r.txt -i q=x.npy
    refuses 74 "none.npy: No such file or directory" quadrat verify r.txt -i x=none.npy
}

@test "a hostile text opens no file, and takes no more memory than is allowed" {
    a_result
    local x path
    x=$(grep '^x: ' r.txt)
    for path in /etc/passwd.npy bit.npy x.npy x; do
        forged "sum(open(\"$path\")) + sum(x) = 0.5" "$x"
        answers 65 "CANNOT: " quadrat verify f.txt -i x.npy
    done
    forged 'sum(open("bit.npy")) = 0.5'
    answers 65 "CANNOT: a result does not open files by itself: bit.npy" quadrat verify f.txt
    forged "$(printf '(%.0s' {1..50000})1 = 1"
    answers 65 "CANNOT: nested" quadrat verify f.txt
    forged '1; 2 = 2'
    answers 65 "CANNOT: " quadrat verify f.txt
    forged 'sum(square(ones((10, 100000000)) - sum(ones((10, 100000000)), axis=0))) = 1.0'
    refuses 77 "200 MB are allowed" quadrat verify f.txt --memory 200M
    forged 'ones((4000000000, 4000000000)) = float64 4000000000x4000000000 0000000000000000'
    answers 65 "CANNOT: " quadrat verify f.txt
    printf 'mean(x) = 0.5\e[31m\n%s\nquadrat 0.1 0000000000000000' "$x" >f.txt
    refuses 65 "the check does not hold" quadrat verify f.txt -i x.npy
    [[ $stderr != *$'\e'* ]]
}

@test "a check that does not hold is told before anything is opened" {
    a_result
    sed '1s/= ./= 9/' r.txt >changed.txt
    refuses 65 "changed.txt: the check does not hold: the text gives " quadrat verify changed.txt -i none.npy
    sed 's/"exact"/&/;0,/"value": -\?[0-9]*\./s//"value": 9./' r.json >changed.json
    refuses 65 "changed.json: the check does not hold; was the record changed?" quadrat verify changed.json -i none.npy
    head -c 500 r.json >cut
    refuses 65 "cut: broken JSON at byte " quadrat verify cut
    echo hello >hello.txt
    refuses 65 "hello.txt: there is no result of quadrat in it" quadrat verify hello.txt
    refuses 74 "none.png: No such file" quadrat verify none.png
    refuses 2 "verify takes one image or text" quadrat verify
    refuses 2 "verify takes one image or text" quadrat verify r.txt r.txt
}

@test "every example of 'help functions' can be verified, from the text and the record" {
    python <<'END'
lines = run("help", "functions").stdout.decode().splitlines()
np.save("survey.npy", np.arange(4.0))
rows = [i for i, line in enumerate(lines) if line.startswith("  ") and line[2] != " "]
examples = [lines[i + 2].strip() for i in rows]
examples = [e.rpartition(" = ")[0] or e for e in examples]
assert len(examples) >= 100
for first in range(0, len(examples), 40):
    quadrat("-o", "e.txt", "-o", "e.json", "--", *examples[first:first + 40])
    for file in "e.txt", "e.json":
        done = run("verify", file, "--root", ".")
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
END
}

@test "photos: JPEG and PNM, tilted, two codes in one image, which scan tells both" {
    needs_zbar
    needs_opencv
    quadrat version | grep -q '^libjpeg: yes' || skip "needs a quadrat with libjpeg"
    a_result
    quadrat eval -q 'sum(arange(10))' -o s.png >/dev/null
    "$PYTHON" <<'END'
import cv2, numpy as np
r, s = cv2.imread("r.png", 0), cv2.imread("s.png", 0)
def photo(page, degrees):
    big = cv2.resize(page, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    h, w = big.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 0.8)
    big = cv2.warpAffine(big, turn, (w, h), borderValue=200)
    here = np.float32([[0, 0], [w, 0], [0, h], [w, h]])
    there = here + np.float32([[60, 40], [-90, 10], [10, -60], [-30, -20]])
    big = cv2.warpPerspective(big, cv2.getPerspectiveTransform(here, there), (w, h), borderValue=200)
    noise = np.random.default_rng(1).normal(0, 8, big.shape)
    return np.clip(cv2.GaussianBlur(big, (0, 0), 2) + noise, 0, 255).astype("u1")
both = np.full((max(len(r), len(s)) + 200, r.shape[1] + s.shape[1] + 300), 230, "u1")
both[100:100 + len(r), 100:100 + r.shape[1]] = r
both[100:100 + len(s), 200 + r.shape[1]:200 + r.shape[1] + s.shape[1]] = s
cv2.imwrite("r.jpg", r)
cv2.imwrite("tilted.jpg", photo(np.pad(r, 100, constant_values=230), 12), [cv2.IMWRITE_JPEG_QUALITY, 80])
cv2.imwrite("both.jpg", photo(both, 5), [cv2.IMWRITE_JPEG_QUALITY, 85])
for ending in "pgm", "pbm":
    cv2.imwrite("r." + ending, r)
cv2.imwrite("r.ppm", cv2.cvtColor(r, cv2.COLOR_GRAY2BGR))
END
    local image
    for image in r.jpg tilted.jpg r.pgm r.pbm r.ppm; do
        answers 0 "MATCHES: " quadrat verify $image -i x.npy
    done
    quadrat scan both.jpg >codes
    [ "$(grep -c 'the check holds' codes)" = 2 ]
    grep -qx 'code 1 of 2' codes
    grep -qx 'sum(arange(10)) = 45' codes
    refuses 65 "both.jpg: there are 2 results in it" quadrat verify both.jpg -i x.npy
    head -c 1000 r.jpg >cut.jpg
    refuses 65 "cut.jpg: " quadrat scan cut.jpg
    printf 'P5\n100000 100000\n255\n' >vast.pgm
    refuses 65 "vast.pgm: PNM image of 100000 by 100000 pixels" quadrat scan vast.pgm
}

@test "a foreign code beside the result is passed over by verify, and shown by scan, escaped" {
    needs_zbar
    needs_opencv
    a_result
    "$PYTHON" -c 'if True:
        import cv2, numpy as np
        r, s = cv2.imread("r.png", 0), cv2.QRCodeEncoder_create().encode("https://example.org/\x1b[31m")
        s = np.kron(np.pad(s, 4, constant_values=255), np.ones((8, 8), "u1"))
        page = np.full((len(r) + len(s), max(r.shape[1], s.shape[1])), 255, "u1")
        page[:len(r), :r.shape[1]] = r
        page[len(r):, :s.shape[1]] = s
        cv2.imwrite("both.png", page)'
    answers 0 "MATCHES: " quadrat verify both.png -i x.npy
    quadrat scan both.png >codes
    grep -qxF 'https://example.org/\x1b[31m' codes
    grep -qx -e '-- not a result of quadrat' codes
}

@test "an image is read by a process of its own, which is limited and starts no MPI" {
    needs_zbar
    needs_strace
    a_result
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
        strace -f -qq -o calls -e trace=execve,prlimit64,socket "$QUADRAT" scan r.png >scanned
    grep -q 'the check holds' scanned
    grep -qF 'execve("/proc/self/exe", ["/proc/self/exe", "read-image"]' calls
    grep -q 'RLIMIT_AS, {rlim_cur=' calls
    lacks 'socket(' calls
}
