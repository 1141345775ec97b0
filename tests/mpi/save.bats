#!/usr/bin/env bats
# Arrays that all ranks write: the bytes are those of numpy.save, for any number of ranks; whatever
# fails on one rank leaves the old file as it was, and nothing beside it.
load common

setup() {
    need mpirun
    need_numpy
    mkdir "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    host=$(uname -n)
}

# holds_only FILE...
holds_only() {
    [ "$(ls -A)" = "$(printf "%s\n" "$@" | sort)" ] || { ls -lA >&2; return 1; }
}

@test "the bytes are those of numpy.save: 1, 2, 3, 5, 7 ranks, several blocks and threads" {
    "$PYTHON" - <<'END'
import numpy as np
x = np.random.default_rng(1).normal(size=(60, 7, 50))
x[3, 2, 10] = np.nan
np.save("x.npy", x)
i = np.arange(300000)
expected = {
    "whole": x, "elementwise": x * 2 + 1, "small": x.astype("float32"), "truth": x < 0,
    "turned": x.T, "part": x[::-2, 3], "one": x[0, 0, :1], "none": x[:0],
    "few": x.max(axis=(0, 2)), "lines": x.max(axis=1, keepdims=True),
    "many": np.minimum(i, 5) + np.ones((3, 1), "int64").sum(axis=0), "complex": i[:5000] * (1 + 2j),
    "kept": i * 3, "again": i * 3,
}
for name, array in expected.items():
    np.save(name + ".expected", np.ascontiguousarray(array))
END
    local program='whole = x; elementwise = x * 2 + 1; small = x.astype("float32"); truth = x < 0; turned = x.T;
        part = x[::-2, 3]; one = x[0, 0, :1]; none = x[:0]; few = x.max(axis=(0, 2)); lines = x.max(axis=1, keepdims=True);
        many = sum(ones((3, 300000), dtype="int64"), axis=0) + minimum(arange(300000), 5); complex = arange(5000) * (1 + 2j);
        kept = arange(300000) * 3; again = kept; sum(many)'
    local name n threads=1 saves=()
    for name in *.expected.npy; do
        name=${name%.expected.npy}
        saves+=(--save "$name=$name.npy")
    done
    [ ${#saves[@]} = 28 ]
    local numbers='1 2 3 5 7'
    ! sanitized || numbers='1 3'
    for n in $numbers; do
        for chunks in "" 5 1000; do
            ranks $n eval -q -i x=x.npy --threads $threads ${chunks:+--chunks $chunks} "$program" "${saves[@]}" -o r.txt
            expect 0 ""
            threads=$((4 - threads))
            for name in *.expected.npy; do
                cmp "$name" "${name/.expected/}"
                rm "${name/.expected/}"
            done
        done
    done
}

@test "the one array result, by -o; its digest and what is printed do not depend on the ranks" {
    local program='a = random((700, 901), seed=3); a - a.mean(axis=0), max(a)'
    ranks 1 eval -q "$program" -o first.npy -o first.txt -o first.json
    expect 0 ""
    local printed=$output
    statement first >first
    for n in 2 3 7; do
        ranks $n eval -q --chunks $((n * 30)) "$program" -o now.npy -o now.txt -o now.json
        expect 0 ""
        [ "$output" = "$printed" ]
        cmp first.npy now.npy
        cmp first <(statement now)
    done
    "$PYTHON" - <<'END'
import numpy as np
a = np.random.Generator(np.random.Philox(key=3)).random((700, 901))
b, line = np.load("first.npy"), open("first.txt").readline().split()
assert np.allclose(b, a - a.mean(axis=0)) and line[-2] == "700x901"
# the digest, as reduce.h defines it
import hashlib
with np.errstate(over="ignore"):
    w = b.ravel().view("u8")
    k = (np.arange(w.size, dtype="u8") + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    halves = lambda v: (v & np.uint64(0xffffffff)) * (v >> np.uint64(32))
    first, second = int(halves(w ^ k).sum(dtype="u8")), int(halves(w + k).sum(dtype="u8"))
digest = hashlib.blake2b(f"float64 700x901 {first:016X} {second:016X}".encode(), digest_size=32).digest()[:10]
bits = int.from_bytes(digest, "big")
assert line[-1] == "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 75 - 5 * i & 31] for i in range(16)), line
END
}

@test "an array that is saved or shown is not kept: it may be larger than the memory allowed" {
    ranks 2 eval -q --threads 1 --memory 15M 'sum(ones((2, 2500000)), axis=0)' -o x.npy
    expect 0 ""
    [ "$output" = "sum(ones((2, 2500000)), axis=0) = [2.0, 2.0, 2.0, …, 2.0, 2.0, 2.0] float64, shape (2500000,), min 2.0, max 2.0" ]
    [ "$(stat -c %s x.npy)" = 20000128 ]
}

@test "one rank explains; nothing is made" {
    ranks 3 eval --explain 'random(3000000, seed=1)' -o x.npy
    expect 0 ""
    [ "$(grep -c '^pass 1 of 1, 24 MB$' <<<"$output")" = 1 ]
    [ "$(grep -c 'random((3000000,), seed=1), shown, written to x.npy$' <<<"$output")" = 1 ]
    [ "$(wc -l <<<"$output")" = 4 ]
    holds_only
}

@test "a directory that the ranks do not share" {
    mkdir near far
    mpi -n 1 -wdir near "$QUADRAT" eval 'ones(9)' -o r.npy : -n 1 -wdir far "$QUADRAT" eval 'ones(9)' -o r.npy
    expect 74 "quadrat: writing r.npy: the file that rank 0 made is not there. All ranks write an array: use a directory \
that all hosts share, or one host (rank 1, $host)"
    [ "$output" = "" ]
    [ -z "$(ls -A near)$(ls -A far)" ]
}

# inject RANKS CALL FAULT ARGUMENT...: as in strace -e inject=, on 3 ranks.
inject() {
    need strace
    strace -qq -o /dev/null true || skip "strace may not trace here"
    mpi -n 3 "$BATS_TEST_DIRNAME/rank" "$1" strace -f -qq -o /dev/null -e trace="$2" -e inject="$2:$3" -- \
        "$QUADRAT" eval "${@:4}"
}

@test "the disk is full, or fails: on the rank that makes the file, or on any that writes" {
    echo old >r.npy
    local work='a = random((300, 10000), seed=1); a - a.mean()' fault
    for fault in '0 fallocate error=ENOSPC No space left on device' '0 fallocate error=EFBIG File too large' \
                 '1 pwrite64 error=ENOSPC No space left on device' '2 pwrite64 error=EIO:when=2+ Input/output error' \
                 '0 pwrite64 error=EDQUOT:when=3 Disk quota exceeded' '[12] pwrite64 error=EIO Input/output error'; do
        read -r rank call injected reason <<<"$fault"
        inject "$rank" "$call" "$injected" "$work" -o r.npy -o r.txt
        expect 74 "quadrat: writing r.npy: $reason?( (rank *, $host))"
        [ "$output" = "" ]
        [ "$(cat r.npy)" = old ]
        holds_only r.npy
    done
}

@test "the disk fails at the end: the numbers are printed all the same" {
    echo old >r.npy
    local fault
    for fault in '1 fsync error=EIO Input/output error (rank 1, '"$host)" '0 fsync error=EIO Input/output error (rank 0, '"$host)" \
                 '0 rename error=EACCES Permission denied'; do
        read -r rank call injected reason <<<"$fault"
        inject "$rank" "$call" "$injected" 'a = arange(3000); max(a), a' -o r.npy
        expect 74 "quadrat: writing r.npy: $reason"
        [[ $output == "max(arange(3000)) = 2999"* ]]
        [ "$(cat r.npy)" = old ]
        holds_only r.npy
    done
}

@test "a file system that reserves nothing" {
    inject 0 fallocate error=EOPNOTSUPP 'arange(100000)' -q -o r.npy
    expect 0 ""
    "$PYTHON" -c 'import numpy; assert (numpy.load("r.npy") == numpy.arange(100000)).all()'
}

@test "an expression that fails while an array is written" {
    echo old >r.npy
    ranks 3 eval '1 // (arange(2000000) - 1999999)' -o r.npy
    expect 2 "quadrat: *"
    [ "$(cat r.npy)" = old ]
    holds_only r.npy
}

@test "memory runs out or MPI fails, anywhere, on one rank" {
    build_faults
    for kind in memory mpi; do
        for ((n = 1; ; n = n * 3 / 2 + 1)); do
            echo old >r.npy
            mpi -n 3 "$BATS_TEST_DIRNAME/rank" 1 env LD_PRELOAD="$faults" FAULT=$kind:$n -- \
                "$QUADRAT" eval -q --threads 2 --chunks 10000 'a = arange(50000); a - a.mean(), a.max()' -o r.npy
            [ "$status" != 0 ] || break   # it has been everywhere
            expect 74 "quadrat: *: @(Cannot allocate memory|MPI_ERR_OTHER: *)*"
            [ "$(cat r.npy)" = old ]
            [ $kind = mpi ] || holds_only r.npy   # MPI_Abort leaves rank 0 no time
            rm -f .quadrat-*
        done
        [ "$n" -gt 10 ]
    done
}
