#!/usr/bin/env bats
# The same bits from every instruction set. One that the machine lacks stands for the next smaller.
load common

operations=('{}' '-{}' '+{}' 'abs({})' 'square({})' 'sqrt({})' '{} + 0.1' '{} - mean({})' '3 * {}'
            '{} / 7' '1 / {}' '{} == 0' '{} != 1' '{} < 0.5' '0 <= {}' '{} > {} * {}'
            '{} >= max({})' 'where({} > 0, 1, {})' 'where({} != {}, 0.5, {} * {} - {})')

setup() {
    need mpirun
    need_numpy
    cd "$BATS_TEST_TMPDIR"
    "$PYTHON" "$BATS_TEST_DIRNAME/cases.py" small .
}

@test "portable, avx2 and avx512 agree on every operation and reduction" {
    mapfile -t arguments <arguments
    for array in cube single whole spoiled both_infs limits; do
        for operation in "${operations[@]}"; do
            arguments+=("std(${operation//'{}'/$array}), argmin(${operation//'{}'/$array})")
        done
    done
    for isa in portable avx2 avx512; do
        QUADRAT_ISA=$isa timeout 60 mpirun -q -n 2 "$QUADRAT" eval -q "${arguments[@]}" \
            -o $isa.txt -o $isa.json >results
        head -n "$(wc -l <expected)" results | diff expected -
        statement $isa >$isa
    done
    cmp portable avx2
    cmp portable avx512
}

@test "portable, avx2 and avx512 agree on many blocks of every dtype" {
    arguments=(--let 'near=random((3, 7001), seed=1) * 200 - 100'
               --let 'far=near * 10.0 ** (random((3, 7001), seed=2) * 600 - 300)')
    for array in near far 'exp2(near / 40)'; do
        for dtype in bool {,u}int{8,16,32,64} float{16,32,64} complex{64,128}; do
            x="astype($array, \"$dtype\")"
            arguments+=("mean($x), std($x), norm($x), count_nonzero($x)"
                        "min($x), argmax($x), nanargmin($x), mean($x, axis=0)[3], var($x, axis=1)")
        done
    done
    for isa in portable avx2 avx512; do
        QUADRAT_ISA=$isa timeout 100 mpirun -q -n 2 "$QUADRAT" eval -q "${arguments[@]}" \
            -o $isa.txt -o $isa.json >/dev/null
        statement $isa >$isa
    done
    cmp portable avx2
    cmp portable avx512
}
