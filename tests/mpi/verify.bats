#!/usr/bin/env bats
# verify on several ranks: one answer, from the first; all exit alike.
load common

setup() {
    need mpirun
    need_numpy
    cd "$BATS_TEST_TMPDIR"
    "$PYTHON" -c 'if True:
        import numpy as np
        x = np.random.default_rng(1).normal(size=(300, 40))
        np.save("x.npy", x)
        x.view("u8")[299, 39] ^= np.uint64(1)
        np.save("bit.npy", x)'
    "$QUADRAT" eval -q -i x.npy 'mean(x), std(x[:100]), argmax(x), x.sum(axis=1), median(x)' -o r.png -o r.txt >first
}

@test "1 and 3 ranks answer alike, whatever carries the result" {
    carriers="r.txt"
    ! "$QUADRAT" version | grep -q '^libzbar: yes' || carriers="r.txt r.png"
    for n in 1 3; do
        for file in $carriers; do
            ranks $n verify $file -i x.npy --chunks 7x3
            expect 0 ""
            [ "$(tail -n 1 <<<"$output")" = "MATCHES: every bit is what the data give" ]
            [ "$(grep -c '^matches' <<<"$output")" = 7 ]
            ranks $n verify $file -i bit.npy
            expect 1 ""
            [[ $output == *"DIFFERS: x is not the array that the result was made from (bit.npy)" ]]
            ranks $n verify $file
            expect 65 ""
            [ "$(grep -c '^CANNOT: ' <<<"$output")" = 1 ]
        done
    done
}

@test "the arrays are looked for by all ranks" {
    mkdir -p data/a data/b
    cp x.npy data/b/moved.npy
    cp bit.npy data/a/x.npy
    for n in 1 3; do
        ranks $n verify r.txt --root data
        expect 0 ""
        ranks $n verify r.txt --root data/a
        expect 1 ""
        ranks $n verify r.txt --root none
        expect 74 "quadrat: none: No such file or directory"
    done
}

@test "what is wrong with the text, the files or the call is told once" {
    sed '1s/= ./= 9/' r.txt >changed.txt
    ranks 3 verify changed.txt -i x.npy
    expect 65 "quadrat: changed.txt: the check does not hold: *"
    ranks 3 verify none.txt -i x.npy
    expect 74 "quadrat: none.txt: No such file or directory"
    ranks 3 verify r.txt -i x=none.npy
    expect 74 "quadrat: none.npy: No such file or directory"
    ranks 3 verify r.txt -i y=x.npy
    expect 2 "quadrat: the result has no input 'y'; its inputs are x"
    ranks 3 verify --frobnicate
    expect 2 "quadrat: unknown option '--frobnicate'*"
    ranks 3 verify r.txt -i x.npy --memory 1K
    expect 77 "quadrat: *"
}

@test "standard input, which mpirun gives the first rank, is a text" {
    run --separate-stderr timeout 60 mpirun -q -n 3 "$QUADRAT" verify - -i x.npy <r.txt
    expect 0 ""
    [[ $output == *"MATCHES: every bit is what the data give" ]]
}
