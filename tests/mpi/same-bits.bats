#!/usr/bin/env bats
# The same bits for any number of ranks, threads and blocks, and the right ones.
load common

setup_file() {
    if ! command -v mpirun >/dev/null || ! "$PYTHON" -c 'import numpy'; then
        return 0   # setup skips
    fi
    for size in small large; do
        mkdir "$BATS_FILE_TMPDIR/$size"
        "$PYTHON" "$BATS_TEST_DIRNAME/cases.py" $size "$BATS_FILE_TMPDIR/$size"
    done
}

setup() {
    need mpirun
    need_numpy
    cd "$BATS_FILE_TMPDIR"
}

# evaluates SIZE RANKS THREADS [OPTION...]: the results are the expected ones, and the statement is
# that of the first run.
evaluates() {
    local size=$1 arguments
    mapfile -t arguments <"$size/arguments"
    timeout 60 mpirun -q -n "$2" "$QUADRAT" eval -q --threads "$3" "${@:4}" "${arguments[@]}" \
            -o "$size/now.txt" -o "$size/now.json" >"$size/results"
    diff "$size/expected" "$size/results"
    statement "$size/now" >"$size/now"
    [ -e "$size/first" ] || cp "$size/now" "$size/first"
    cmp "$size/first" "$size/now"
}

@test "all reductions, 19 arrays: 5 numbers of ranks, 5 block shapes, 1 or 3 threads" {
    threads=1
    for chunks in "" 1 4 13 2x3x5; do
        for n in 1 2 3 5 7; do
            evaluates small $n $threads ${chunks:+--chunks $chunks}
            threads=$((4 - threads))
        done
    done
}

@test "arrays of several pieces a block, and of thousands of blocks" {
    evaluates large 1 8
    evaluates large 2 3 --chunks 16
    evaluates large 3 1 --chunks 128x500
    evaluates large 16 2 --chunks 16
}

@test "the digests and the check are those of the published rules" {
    evaluates small 3 2 --chunks 2
    "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" small/now.txt x=small/cube.npy y=small/line.npy \
              z=small/single.npy x4=small/whole.npy x5=small/ties.npy x7=small/truth.npy \
              x8=small/point.npy x10=small/spoiled.npy x12=small/both_infs.npy \
              x16=small/limits.npy >verdicts
    [ "$(grep -c '^holds' verdicts)" -ge 40 ]
}

@test "what other tools get wrong" {
    # a float32 sum that stalls at 2^24; the first of equal maxima across blocks; a sum that cancels
    ranks 3 eval -q --chunks 4x2 -i ties=small/ties.npy -i cancel=small/cancel.npy \
          -i offset=small/offset.npy 'mean(ones(33554432, dtype="float32"))' \
          'argmax(ties), sum(cancel), var(offset)'
    expect 0 ""
    diff - <(echo "$output") <<END
mean(ones((33554432,), dtype="float32")) = 1.0 float32
argmax(x) = 5 at [0, 5]
sum(y) = 4.0
var(z) = 1.0 float32
END
}
