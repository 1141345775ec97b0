# What goes wrong is told in one message, with a code of its own, and nothing else happens.
load common

@test "bad expressions: the place, and what would be right" {
    refuses 2 "quadrat: unknown function 'meen'; did you mean 'mean'?
  meen(ones(3)) + 1
  ^" quadrat eval 'meen(ones(3)) + 1'
    refuses 2 "unknown name 'y'
  1 + y
      ^" quadrat eval '1 + y'
    refuses 2 "this '(' is never closed
  mean(ones((2, 3))
      ^" quadrat eval 'mean(ones((2, 3))'
    refuses 2 "the shapes (2, 3) and (4, 5) do not go together
  sum(ones((2, 3)) + ones((4, 5)))
                   ^" quadrat eval 'sum(ones((2, 3)) + ones((4, 5)))'
    refuses 2 "a text stands where an array or a number belongs" quadrat eval 'sum("a")'
    refuses 2 "sum has no argument 'ddof'" quadrat eval 'sum(ones(3), ddof=0)'
    refuses 2 "'seed' is missing" quadrat eval 'sum(random(3))'
    refuses 2 "this is no dtype; known are bool" quadrat eval 'sum(ones(3, dtype="float46"))'
    refuses 2 "this must be a whole number" quadrat eval 'sum(ones(2.5))'
    refuses 2 "this string has no end" quadrat eval 'sum(open("x.npy))'
    refuses 2 "comparisons can't be chained" quadrat eval '1 < 2 < 3'
    refuses 2 "'2' is not expected here" quadrat eval '1 2'
    refuses 2 "this character has no meaning here" quadrat eval '1 ? 2'
    refuses 2 "a value is missing" quadrat eval 'a = '
    refuses 2 "there is no expression to evaluate" quadrat eval ';'
    refuses 2 "nested more than" quadrat eval "$(printf '(%.0s' {1..5000})1$(printf ')%.0s' {1..5000})"
    holds_only ''
}

@test "an expression that begins with '-' needs '--' before it" {
    refuses 2 "put '--' before an expression that begins with '-'" quadrat eval '-mean(arange(5))'
    evaluates -- '-mean(arange(5))' <<<'-mean(arange(5)) = -2.0'
}

@test "the caret is below the place, whatever stands before it" {
    local lines
    refuses 2 "
  sum(open(\"ä€𝄞.npy\")) ? 1
                       ^" quadrat eval 'sum(open("ä€𝄞.npy")) ? 1'
    refuses 2 "unknown function 'meen'" \
        quadrat eval "$(printf '1 + %.0s' {1..99})meen(3)$(printf ' + 1%.0s' {1..99})"
    readarray -t lines <<<"$stderr"
    [[ ${#lines[@]} = 3 && ${#lines[1]} -le 80 ]] || fail "should fit a terminal"
    [[ ${lines[1]:${#lines[2]}-1} == "meen(3)"* ]] || fail "the caret should be below meen"
}

@test "what a message quotes can't act on a terminal" {
    refuses 2 '\x1b[31m' quadrat eval $'sum("\e[31m")'
    refuses 2 '\xff' quadrat eval $'sum(\xff)'
    refuses 2 '\x1b[31m' quadrat eval $'--\e[31m'
    refuses 2 '\x1b[31m' quadrat $'\e[31m'
    refuses 2 '\x1b[31m' quadrat help $'\e[31m'
    refuses 2 '\x1b[31m' quadrat eval -i a.npy -i b.npy -i c.npy -i $'\e[31m' 1
    refuses 2 '\x1b[31m' quadrat eval -o $'\e[31m' 1
    refuses 74 '\x1b[31m' quadrat eval -i $'\e[31m.npy' 1
    refuses 74 'a\x0aquadrat: b.png' quadrat scan $'a\nquadrat: b.png'
}

@test "blocks have at least one element" {
    refuses 2 "--chunks: '0' is no block shape" quadrat eval --chunks 0 'sum(ones(3))'
    refuses 2 "'2x0' is no block shape" quadrat eval --chunks=2x0 'sum(ones((3, 3)))'
    refuses 2 "'2x-1' is no block shape" quadrat eval --chunks=2x-1 'sum(ones((3, 3)))'
    refuses 2 "a chunk has at least one element" quadrat eval 'sum(ones(3, chunks=0))'
    refuses 2 "a chunk has at least one element" quadrat eval 'sum(ones((3, 3), chunks=(2, 0)))'
    refuses 2 "chunks has 1 extents, the array 2 axes" quadrat eval 'sum(ones((3, 3), chunks=(2,)))'
}

@test "arrays that no machine can hold, and numbers that no integer can" {
    refuses 2 "would have 2^63 bytes or more" quadrat eval 'sum(ones((4611686018427387904, 8)))'
    refuses 2 "would have 2^63 bytes or more" quadrat eval 'sum(arange(9223372036854775807))'
    refuses 2 "an extent can't be negative" quadrat eval 'sum(ones((3, -1)))'
    refuses 2 "does not fit int64" quadrat eval 'sum(ones(9223372036854775808))'
    refuses 2 "does not fit uint64" quadrat eval '18446744073709551615 + 1'
    refuses 2 "needs a step that is not 0" quadrat eval 'sum(arange(0, 1, 0))'
    refuses 2 "negative" quadrat eval 'sum(random(3, seed=-1))'
}

@test "values that do not exist" {
    refuses 2 "min of an array without elements" quadrat eval 'min(zeros(0))'
    refuses 2 "argmax of an array without elements" quadrat eval 'argmax(zeros((0, 3)))'
    refuses 2 "the sum does not fit int64" quadrat eval 'sum(full(2, 9223372036854775807))'
}

@test "more memory than is allowed is refused before the work" {
    local hours='sum(random((1000000, 1000000), seed=1))'
    within() {
        timeout 10 "$QUADRAT" eval --threads 1 "$@"
    }
    # kept to be subtracted
    refuses 77 "12 MB a rank are needed, 10 MB are allowed; 12 MB of it for sum(ones((10, 1500000)), axis=0) \
of shape (1500000,), which has to be kept whole. Use fewer ranks on a host, or --memory 13M." \
        within --memory 10M 'm = sum(ones((10, 1500000)), axis=0); sum(ones((10, 1500000)) - m)' "$hours"
    # two of which each would fit
    refuses 77 "24 MB a rank are needed, 15 MB are allowed; 12 MB of it for" within --memory 15M \
        'a = ones((10, 1500000)); b = ones((10, 1500000)) * 2; sum(a - a.sum(axis=0)) + sum(b - b.sum(axis=0))' "$hours"
    # the states of many lines
    refuses 77 "MB of it for 1 thread. Use --memory" within --memory 2M 'mean(ones((10, 5000)), axis=0)' "$hours"
    # an order statistic's state is large, but there are as many as lines
    evaluates --threads 1 --memory 50M 'sum(quantile(ones((600, 2)), 0.5, axis=0))' \
        <<<'sum(quantile(ones((600, 2)), 0.5, axis=0)) = 2.0'
    evaluates --memory 100M 'm = sum(ones((10, 1500000)), axis=0); sum(ones((10, 1500000)) - m)' <<END
sum(ones((10, 1500000)) - sum(ones((10, 1500000)), axis=0)) = -135000000.0
END
    for size in 500M 500MB 1.5GiB 1T 3g 100000kB 123456789; do
        evaluates --memory $size 1 <<<'1 = 1'
    done
}

@test "options: unknown ones, and arguments that are missing, needless or wrong" {
    refuses 2 "unknown option '--labl'; did you mean '--label'?" quadrat eval --labl a 1
    refuses 2 "unknown option '--frobnicate'; 'quadrat eval --help'" quadrat eval --frobnicate 1
    refuses 2 "unknown option '-x'" quadrat eval -x 1
    refuses 2 "--label needs TEXT" quadrat eval 1 --label
    refuses 2 "--json takes no argument" quadrat eval 1 --json=yes
    refuses 2 "--threads: '0' is no number from 1 to" quadrat eval --threads 0 1
    refuses 2 "--threads: '1e3' is no number" quadrat eval --threads 1e3 1
    local size
    for size in '' 0 -5 .5 12Q 1e9 0x10 nan 5iB 5M5; do
        refuses 2 "--memory: '$size' is no size; it is written as in 500M, 4G or 1.5GiB" \
            quadrat eval --memory "$size" 1
    done
    refuses 2 "--scale: '99999999999999999999' is no number" quadrat eval --scale 99999999999999999999 1
    refuses 2 "--level: a level is L, M, Q or H" quadrat eval --level X 1
    refuses 2 "--qr: it is auto, always or never" quadrat eval --qr maybe 1
    refuses 2 "--meta: it is written KEY=VALUE" quadrat eval --meta site 1
    refuses 2 "--let: it is written NAME=EXPRESSION" quadrat eval --let a 1
    refuses 2 "the name 'a' needs one expression" quadrat eval --let a= a
    refuses 2 "--input: it is written [NAME=]FILE" quadrat eval -i x= 1
    refuses 2 "two files are named 'x'" quadrat eval -i a.npy -i x=b.npy 1
    refuses 2 "x, y and z are taken" quadrat eval -i a.npy -i b.npy -i c.npy -i d.npy 1
    refuses 2 "'a-b' can't be a name" quadrat eval -i a-b=a.npy 1
    refuses 2 "the ending picks what is written; it can be .png .svg .json .txt" quadrat eval -o a.gif 1
    refuses 2 "a file's name is empty" quadrat eval -o '' 1
    # shellcheck disable=SC2046  # words
    refuses 2 "at most 64" quadrat eval $(printf -- '--meta a=b %.0s' {1..65}) 1
}

@test "commands: unknown ones, and operands that are missing or too many" {
    refuses 2 "unknown command 'evl'; did you mean 'eval'?" quadrat evl
    refuses 2 "unknown command 'frobnicate'; 'quadrat help' lists them" quadrat frobnicate
    refuses 2 "there is no expression; for example:" quadrat eval
    refuses 2 "there is no image; for example:" quadrat scan
    refuses 2 "there is no help on 'nonsense'" quadrat help nonsense
    refuses 2 "'more' is too much" quadrat help eval more
    refuses 2 "'1' is too much" quadrat version 1
    refuses 2 "unknown option '--all'" quadrat version --all
    refuses 2 "unknown option '--all'" quadrat scan --all
}

@test "bare quadrat says in ten lines what there is" {
    capture quadrat
    [[ $status = 2 && -z $output && $stderr == "usage: quadrat"* ]] || fail "should be usage"
    [ "$(wc -l <<<"$stderr")" -le 12 ] || fail "should be short"
}

@test "input files that can't be read" {
    mkdir directory.npy
    mkfifo fifo.npy
    ln -s loop.npy loop.npy
    echo text >x.text
    refuses 74 "missing.npy: No such file or directory" quadrat eval -i missing.npy 'sum(x)'
    refuses 74 "missing/x.npy: No such file or directory" quadrat eval 'sum(open("missing/x.npy"))'
    refuses 74 "loop.npy: Too many levels of symbolic links" quadrat eval -i loop.npy 'sum(x)'
    refuses 74 "File name too long" quadrat eval -i "$(printf 'a%.0s' {1..300}).npy" 'sum(x)'
    refuses 65 "directory.npy: not a regular file" quadrat eval -i directory.npy 'sum(x)'
    refuses 65 "fifo.npy: not a regular file" timeout 10 "$QUADRAT" eval -i fifo.npy 'sum(x)'
    refuses 2 "x.text: the ending tells no array format; known are: .npy" quadrat eval -i x.text 'sum(x)'
}

@test "an input file that permissions close" {
    needs_unprivileged
    touch x.npy
    chmod 000 x.npy
    refuses 74 "x.npy: Permission denied" unprivileged "$QUADRAT" eval -i x.npy 'sum(x)'
}

@test "an input file whose disk fails: where" {
    needs_strace
    python <<<'np.save("x.npy", np.arange(12.0))'
    echo old >r.txt
    refuses 74 "reading x.npy at byte 128: Input/output error" \
        injecting pread64:error=EIO:when=3+ x.npy "$QUADRAT" eval --io read -i x.npy 'sum(x)' -o r.txt
    [ "$(cat r.txt)" = old ]
    refuses 74 "mapping x.npy: No such device" \
        injecting mmap:error=ENODEV x.npy "$QUADRAT" eval --io map -i x.npy 'sum(x)' -o r.txt
    [ "$(cat r.txt)" = old ]
    evaluates -i x.npy --io auto 'sum(x)' <<<'sum(x) = 66.0'
    refuses 2 "--io: it is auto, map or read" quadrat eval --io maybe -i x.npy 'sum(x)'
}

@test "input files whose bytes are wrong" {
    python <<'END'
np.save("x.npy", np.arange(12.0))
whole = open("x.npy", "rb").read()
files = {
    "empty": b"",
    "short": whole[:9],
    "text": b"1 2 3 4 5 6 7 8 9 10\n",
    "version": whole[:6] + b"\4" + whole[7:],
    "header": whole[:60],
    "cut": whole[:-1],
    "long": whole[:8] + b"\xff\xff" + whole[10:],
    "huge": whole[:6] + b"\2\0\xff\xff\xff\xff" + whole[10:],
    "boundless": whole[:8] + b"\x11\x27" + whole[10:] + b" " * 20000,
    "nonsense": whole[:10] + b"\0" * 118 + whole[128:],
    "absurd": whole.replace(b"(12,), }        ", b"(1152921504606846976,), }"[:16].ljust(16)),
}
for name, content in files.items():
    open(name + ".npy", "wb").write(content)
np.save("object.npy", np.array([None, 1]), allow_pickle=True)
np.save("record.npy", np.zeros(3, "f8,i4"))
np.save("text-array.npy", np.array(["a", "b"]))
def header(shape, name):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}".encode()
    open(name, "wb").write(b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text)
header("(1152921504606846976,)", "absurd.npy")
header("(4294967296, 4294967296)", "wrapped.npy")
header("(99999999999999999999,)", "endless.npy")
END
    refuses 65 "0 bytes are too few for a .npy file" quadrat eval -i empty.npy 'sum(x)'
    refuses 65 "9 bytes are too few for a .npy file" quadrat eval -i short.npy 'sum(x)'
    refuses 65 "text.npy: not a .npy file" quadrat eval -i text.npy 'sum(x)'
    refuses 65 ".npy version 4.0 is not known" quadrat eval -i version.npy 'sum(x)'
    refuses 65 "the header is said to have 118 bytes, the file has 60" quadrat eval -i header.npy 'sum(x)'
    refuses 65 "cut.npy: header promises 96 bytes, the file has 95. A copy cut short?" quadrat eval -i cut.npy 'sum(x)'
    refuses 65 "the header is said to have 65535 bytes, the file has 224" quadrat eval -i long.npy 'sum(x)'
    refuses 65 "the header is said to have 4294967295 bytes" quadrat eval -i huge.npy 'sum(x)'
    refuses 65 "a header of 10001 bytes; at most 10000 are taken" quadrat eval -i boundless.npy 'sum(x)'
    refuses 65 "the .npy header can't be read" quadrat eval -i nonsense.npy 'sum(x)'
    refuses 65 "holds Python objects (dtype '|O'), which are never unpickled" quadrat eval -i object.npy 'sum(x)'
    refuses 65 "records with fields are not arrays of numbers" quadrat eval -i record.npy 'sum(x)'
    refuses 65 "elements of dtype '<U1' can't be read; known are bool" quadrat eval -i text-array.npy 'sum(x)'
    refuses 65 "would have 2^63 bytes or more" quadrat eval -i absurd.npy 'sum(x)'
    refuses 65 "would have 2^63 bytes or more" quadrat eval -i wrapped.npy 'sum(x)'
    refuses 65 "an extent is 2^63 or more" quadrat eval -i endless.npy 'sum(x)'
}

@test "standard output that is closed or full" {
    local many
    many=$(printf 'arange(%d).mean(),' {1..500})
    # shellcheck disable=SC2016  # expanded inside
    {
        refuses 74 "writing standard output: Bad file descriptor" bash -c '"$QUADRAT" eval 1 >&-'
        refuses 74 "writing standard output: No space left" bash -c '"$QUADRAT" eval 1 >/dev/full'
        refuses 74 "writing standard output: No space left" bash -c '"$QUADRAT" eval --json 1 >/dev/full'
        refuses 74 "writing standard output" bash -c '"$QUADRAT" eval --json "$0" >/dev/full' "$many"
        refuses 74 "writing standard output" bash -c '"$QUADRAT" eval "$0" >/dev/full' "$many"
        refuses 74 "writing standard output: Bad" bash -c '"$QUADRAT" help >&-'
        refuses 74 "writing standard output: No space" bash -c '"$QUADRAT" help functions >/dev/full'
        refuses 74 "writing standard output: No space" bash -c 'echo | "$QUADRAT" scan - >/dev/full'
    }
}

@test "standard error that is closed or full, and closed standard input, change nothing" {
    # shellcheck disable=SC2016  # expanded inside
    for redirection in '2>&-' '2>/dev/full' '<&-' '<&- 2>&-'; do
        prints bash -c '"$QUADRAT" eval 1 -o r.txt '"$redirection" <<<"1 = 1"
        grep -qx '1 = 1' r.txt
    done
}

@test "separate copies under Slurm: only the first speaks, all refuse" {
    refuses 77 "Slurm started 4 separate copies (no PMIx). Use 'srun --mpi=pmix' or 'mpirun'." \
        env SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=0 "$QUADRAT" eval 1 -o r.txt
    export SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1
    silent() {   # CODE ARGUMENT...
        capture quadrat "${@:2}"
        [[ $status = "$1" && -z $output$stderr ]] || fail "should be silent: $*"
    }
    silent 77 eval 1 -o r.txt
    silent 2 eval
    silent 2 eval --frobnicate
    silent 2 frobnicate
    silent 2
    silent 0 help
    silent 0 eval --help
    holds_only ''
}

@test "a batch shell under Slurm, and a step of one task, are no separate copies" {
    SLURM_NTASKS=4 SLURM_PROCID=0 evaluates 1 <<<'1 = 1'
    SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 evaluates 1 <<<'1 = 1'
}

@test "scan: what is no image, or has no code" {
    needs_zbar
    quadrat eval -q 1 -o r.png
    head -c 300 r.png >cut.png
    echo text >text.png
    python <<'END'
import struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def image(width, height, data):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))
open("blank.png", "wb").write(image(100, 100, (b"\0" + b"\xff" * 100) * 100))
open("vast.png", "wb").write(image(100000, 100000, b"\0" * 100))
END
    refuses 74 "missing.png: No such file or directory" quadrat scan missing.png
    refuses 74 "Is a directory" quadrat scan .
    refuses 65 "text.png: not a PNG, JPEG or PNM image" quadrat scan text.png
    refuses 65 "cut.png: " quadrat scan cut.png
    refuses 65 "blank.png: no QR code was found" quadrat scan blank.png
    refuses 65 "vast.png: " quadrat scan vast.png
}
