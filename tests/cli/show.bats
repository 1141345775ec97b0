# quadrat show: a result's code again, from everything that it was written to.
leaks=on
load common

a_result() {
    python <<<'np.save("x.npy", np.random.default_rng(1).normal(size=(30, 40)))'
    quadrat eval -q -i x.npy 'mean(x)' 'argmax(x)' 'max(x.astype("float16"))' 'mean(x * 1j)' --qr always \
        --label 'a\b Zürich "1"' --meta 'site=a = b' -o r.png -o r.json -o r.txt "$@" >log
}

@test "from .png, .json, .txt and a log with the drawn code: the code and the results as eval showed them" {
    needs_zbar
    a_result
    local file
    for file in r.png r.json r.txt log; do
        prints quadrat show $file <log
        [ -z "$stderr" ] || fail "should be quiet"
    done
    quadrat show - <r.txt | cmp - log
    { echo 'starting'; cat log; echo 'quadrat: 1200 elements on 1 rank'; } >slurm.out
    prints quadrat show slurm.out <log
    # the lines of a text among others, the last one of two
    { quadrat eval -q 1 -o old.txt; cat old.txt; echo 'node17: done'; cat r.txt; echo 'label: no'; } >slurm.out
    prints quadrat show slurm.out <log
}

@test "from a drawing in any form, and in the form that is asked for" {
    needs_zbar
    needs script
    a_result
    local form
    for form in --ascii --invert '--ascii --invert' '--quiet-zone 1' '--quiet-zone 7 --invert'; do
        # shellcheck disable=SC2086  # several options
        quadrat show $form r.png >drawn
        ! cmp -s drawn log || fail "should differ: $form"
        # shellcheck disable=SC2086
        quadrat eval -q -i x.npy 'mean(x)' --qr always $form >other
        [ "$(wc -L <drawn)" -ge 60 ]
        prints quadrat show drawn <log
    done
    script -qec "stty cols 200 rows 80; $QUADRAT show r.json" shown </dev/null >/dev/null
    grep -q $'\e\\[38;5;16;48;5;231m' shown
    prints quadrat show shown <log
    script -qec "stty cols 30 rows 80; $QUADRAT show r.json" shown </dev/null >printed || [ $? = 1 ]
    grep -q 'quadrat: r.json: the code needs [0-9]* columns, the terminal has 30; make it larger' printed
    lacks '[▀▄█]' printed
}

@test "arrays and every dtype come back from the record" {
    quadrat eval -q -o r.json -o r.png -o r.txt -- 'arange(2000)' 'arange(5) / 3' 'arange(4) < 2' \
        'arange(3).astype("complex64") * 1j' 'arange(3) / nan' 'zeros(0)' 'max(arange(3, dtype="uint64"))' '-0.0' \
        'ones((2, 2), dtype="float16") / 3' 'ones(3, dtype="float32") / 3' inf 'sum(1j * ones(3))' >/dev/null
    needs_zbar
    quadrat show r.png | cmp - <(quadrat show r.json)
    cmp <(quadrat show r.json | grep ' = ') <(grep ' = ' r.txt)
}

@test "what is not shown, and why" {
    needs_zbar
    a_result
    sed '1s/ = ./ = 9/' r.txt >changed.txt
    refuses 1 "changed.txt: the check does not hold; was the text changed?" quadrat show changed.txt
    sed 's/"mean(x)",$/"mean(y)",/' r.json >changed.json
    refuses 1 "changed.json: the check does not hold; was the record changed?" quadrat show changed.json
    head -c 100 r.json >short
    refuses 65 "short: broken JSON at byte 100" quadrat show short
    echo '{"format": "quadrat-result-2"}' >other.json
    refuses 65 "other.json: the record's members: 'format' is not quadrat-result-1" quadrat show other.json
    echo '{}' >empty.json
    refuses 65 "empty.json: the record's members: 'format' is missing" quadrat show empty.json
    echo 'nothing here' >log
    refuses 65 "log: no result was found; it can be a PNG image" quadrat show log
    : >empty
    refuses 65 "empty: no result was found" quadrat show empty
    refuses 74 "none.png: No such file or directory" quadrat show none.png
    refuses 2 "it takes one file; for example: quadrat show result.png" quadrat show
    refuses 2 "it takes one file" quadrat show r.png r.json
    refuses 2 "unknown option '--scale'" quadrat show --scale 3 r.png
    refuses 2 "r.txt: QR code: the text is" quadrat show --version-limit 2 r.txt
}

@test "show never starts MPI, and only the first rank shows" {
    needs_strace
    a_result
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=execve -o calls "$QUADRAT" show r.json >/dev/null
    [ "$(grep -c execve calls)" = 1 ]
    lacks 'openmpi' calls
    OMPI_COMM_WORLD_RANK=1 prints quadrat show r.json <<<''
}
