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

@test "all reductions, 19 arrays: 5 numbers of ranks, 5 block shapes, 1 or 3 threads, mapped or read" {
    threads=1 io=([1]=map [3]=read)
    for chunks in "" 1 4 13 2x3x5; do
        for n in 1 2 3 5 7; do
            evaluates small $n $threads --io ${io[threads]} ${chunks:+--chunks $chunks}
            threads=$((4 - threads))
        done
    done
}

@test "arrays of several pieces a block, and of thousands of blocks" {
    evaluates large 1 8
    evaluates large 2 3 --chunks 16 --io map
    evaluates large 3 1 --chunks 128x500
    evaluates large 16 2 --chunks 16 --io map
}

@test "all elements in memory first" {
    for n in 1 2 3; do
        evaluates large $n 2 --in-memory
        evaluates small $n 3 --in-memory --chunks 4
    done
}

@test "the digests and the check are those of the published rules" {
    evaluates small 3 2 --chunks 2
    "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" small/now.txt x=small/cube.npy y=small/line.npy \
              z=small/single.npy x4=small/whole.npy x5=small/ties.npy x7=small/truth.npy \
              x8=small/point.npy x10=small/spoiled.npy x12=small/both_infs.npy \
              x16=small/limits.npy >verdicts
    [ "$(grep -c '^holds' verdicts)" -ge 40 ]
}

# What other tools get wrong. A float32 sum stalls at 2^24, a float16 one at 65504; the first of equal
# maxima is lost across blocks; a sum cancels.
@test "wrong elsewhere: means of float16 and float32, ties, cancellation, variances" {
    ranks 3 eval -q --chunks 4x2 -i ties=small/ties.npy -i cancel=small/cancel.npy \
          -i offset=small/offset.npy 'mean(full(100000, 0.25, dtype="float16"))' \
          'mean(ones((1000, 1000), dtype="float16"))' 'nanmean(ones(33554432, dtype="float32"))' \
          'max(mean(full((100000, 2), 0.1, dtype="float32"), axis=0))' \
          'argmax(ties), sum(cancel), var(offset)'
    expect 0 ""
    diff - <(echo "$output") <<END
mean(full((100000,), 0.25, dtype="float16")) = 0.25 float16
mean(ones((1000, 1000), dtype="float16")) = 1.0 float16
nanmean(ones((33554432,), dtype="float32")) = 1.0 float32
max(mean(full((100000, 2), 0.1, dtype="float32"), axis=0)) = 0.1 float32
argmax(x) = 5 at [0, 5]
sum(y) = 4.0
var(z) = 1.0 float32
END
}

@test "wrong elsewhere: one sum in eight chunkings" {
    for chunks in 1 7 64 100 999 4096 50000 100000; do
        ranks 2 eval -q --chunks $chunks 'sum(where(arange(100000) % 3 == 0, 1e16, -5e15) + 1/3)'
        expect 0 ""
        echo "${output##* = }"
    done | sort | uniq >sums
    "$PYTHON" - sums <<END
import sys
from fractions import Fraction
terms = [(1e16 if i % 3 == 0 else -5e15) + 1 / 3 for i in range(100000)]
assert open(sys.argv[1]).read().split() == [str(float(sum(map(Fraction, terms))))]
END
}

@test "wrong elsewhere: percentiles, quantiles over all axes, histograms without a range" {
    "$PYTHON" - <<END
import numpy as np
x = -np.log(1 - np.random.default_rng(1).random(1_000_000))
np.save("exponential.npy", x)
q = [float(v) for v in np.percentile(x, [50, 99], method="higher")]
cube = x[:30000].reshape(30, 20, 50)
np.save("cube.npy", cube)
with open("order", "w") as f:
    print(f"quantile(x, (0.5, 0.99), method=\"higher\") = {q}", file=f)
    print(f"quantile(y, 0.9, method=\"lower\") = {float(np.quantile(cube, 0.9, method='lower'))}", file=f)
    print(f"histogram(y, 5) = {np.histogram(cube, 5)[0].tolist()}", file=f)
END
    ranks 2 eval -q --chunks 1000 -i x=exponential.npy -i y=cube.npy \
          'percentile(x, (50, 99), method="higher")' 'quantile(y, 0.9, method="lower")' \
          'histogram(y, 5)'
    expect 0 ""
    sed 's/\] float64.*/]/; s/\] int64.*/]/' <<<"$output" | diff order -
}

# 800 MB of ones, which never stand in memory together; nor do the accumulators of a million sums.
@test "wrong elsewhere: the memory of a sum along an axis" {
    "$PYTHON" - "$QUADRAT" >memory <<END
import resource, subprocess, sys
subprocess.run([sys.argv[1], "eval", "-q", "--threads", "2",
                "max(ones((100, 1000000)).sum(axis=0))"], check=True, timeout=60)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MB")
END
    grep -x 'max(sum(ones((100, 1000000)), axis=0)) = 100.0' memory
    [ "$(sed -n 's/ MB//p' memory)" -lt 400 ]
}
