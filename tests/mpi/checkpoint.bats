#!/usr/bin/env bats
# A run that is stopped, killed or can't save goes on from its checkpoint, to the same bits.
load common

# Two arrays, means that a later pass needs, quantiles in four passes, many outputs; 2 s of it.
zero=0
! sanitized || zero=
work="x = random((60$zero, 1000000), seed=1); mean(x), median(random(1500000$zero, seed=2)), std(x - mean(x)),
      argmax(x), max(sum(x, axis=1)), sum(histogram(x[0], 7)), sum(f)"

setup_file() {
    export tag="checkpoint-$$-$RANDOM" # in the command line of every process
    command -v mpirun >/dev/null && "$PYTHON" -c 'import numpy' 2>/dev/null || return 0 # skipped
    cd "$BATS_FILE_TMPDIR"
    "$PYTHON" -c 'import numpy; numpy.save("f.npy", numpy.arange(1e6))'
    "$QUADRAT" eval -q --label "$tag" -i f="$PWD/f.npy" "$work" -o undisturbed.txt -o undisturbed.json
}

setup() {
    need mpirun pgrep
    need_numpy
    cd "$BATS_TEST_TMPDIR"
    file=$BATS_FILE_TMPDIR/f.npy
}

teardown() {
    pgrep -f "$tag" | xargs --no-run-if-empty kill -9
}

# saving N ARGUMENT...: the work on N ranks, with a checkpoint in s.
saving() {
    ranks "$1" eval --label "$tag" -i f="$file" --checkpoint s --every 1 "${@:2}" "$work" -o now.txt -o now.json
}

# undisturbed: what was written is what the run without any checkpoint wrote.
undisturbed() {
    diff <(claims now) <(claims "$BATS_FILE_TMPDIR/undisturbed")
}

# claims NAME: all of NAME.txt and NAME.json that does not say how it was run.
claims() {
    sed -e '/"run": {/,/}/d' -e '/ ranks*, [0-9]* host/d' -e '/ UTC$/d' "$1.txt" "$1.json"
}

# strike SIGNAL WHOM SECONDS: after that time WHOM, a pattern of a command line, gets the signal.
strike() {
    (sleep "$3"; pkill "-$1" -f "$2.*$tag") &
}

@test "killed at random moments, a rank or mpirun, resumed on other numbers of ranks" {
    local wanted=${QUADRAT_LONG:+50} kills=0
    ! sanitized || wanted=2
    while ((kills < ${wanted:-5})); do
        rm -f s s.old now.*
        for n in 2 5 1 3 2; do
            whom="^$QUADRAT"
            ((n > 1 && RANDOM % 2)) && whom='^mpirun'
            strike KILL "$whom" "$(awk -v r=$RANDOM 'BEGIN {print 0.3 + 2 * r / 32768}')"
            saving $n
            wait
            pgrep -f "$tag" | xargs --no-run-if-empty kill -9
            [ "$status" != 0 ] || break
            kills=$((kills + 1))
        done
        [ "$status" = 0 ] || saving 3
        expect 0
        undisturbed
    done
    echo "# $kills kills" >&3
}

@test "SIGUSR1 stops within a second of work, with 75; the next run goes on" {
    for n in 1 3; do
        rm -f s s.old
        stop USR1 $n
        saving $n
        wait
        expect 75 "*quadrat: stopped; what was done is saved in s. The same command goes on from there"
        [ "$output" = "" ]
        [ ! -e now.txt ]
        saving $((n + 1)) --chunks 100000
        expect 0 "quadrat: the saved state has blocks of its own; --chunks is ignored
quadrat: resumed from the saved state*"
        undisturbed
        rm now.*
    done
}

@test "--in-memory: stopped while loading, and later; what is left is loaded then" {
    stop USR1 2
    saving 2 --in-memory
    wait
    expect 75 "*quadrat: stopped while loading; the same command begins again there"
    [ ! -e s ]
    stop USR1 2
    saving 2
    wait
    expect 75
    saving 3 --in-memory
    expect 0 "quadrat: resumed from the saved state*loaded in *"
    undisturbed
}

@test "SIGTERM and SIGINT stop a run without mpirun alike" {
    for signal in TERM INT; do
        rm -f s s.old
        stop $signal 1
        run --separate-stderr "$QUADRAT" eval --label "$tag" -q -i f="$file" --checkpoint s "$work"
        wait
        expect 75
    done
}

@test "a run that is done answers at once, on any number of ranks and with any blocks" {
    saving 2 -q
    expect 0 ""
    rm now.*
    for n in 1 3; do
        saving $n --chunks 100
        expect 0 "quadrat: the saved state is that of a run that is done
*"
        undisturbed
    done
}

@test "a torn or changed state: the one before it is taken, and it is said" {
    saving 2 -q
    expect 0
    cp s good
    truncate -s -7 s
    saving 1
    expect 0 "quadrat: s is damaged, or no state of quadrat. Going on from the state before it, s.old
quadrat: resumed from the saved state*"
    undisturbed
    cp good s
    cp good s.old
    for f in s s.old; do
        printf '\xff' | dd of=$f bs=1 seek=77 conv=notrunc status=none
    done
    saving 2
    expect 65 "quadrat: s is damaged, or no state of quadrat; and s.old is damaged, or no state of quadrat"
    rm s
    cp good s.old
    saving 2
    expect 0 "quadrat: the state was lost. Going on from the state before it, s.old
*"
}

@test "saving that fails leaves the good state, be it the one before" {
    saving 1 -q
    expect 0
    cp s.old good
    truncate -s -7 s
    run --separate-stderr bash -c 'ulimit -f 0; exec "$@"' -- "$QUADRAT" eval -q --label "$tag" -i f="$file" \
        --checkpoint s "$work"
    [ "$status" = 74 ] # its messages go to a file, and are too large as well
    cmp good s.old
    saving 2
    expect 0 "quadrat: s is damaged, or no state of quadrat. Going on from the state before it, s.old
*"
    undisturbed
}

@test "a checkpoint by a symbolic link has two generations, beside the file" {
    mkdir far
    ln -s far/s s
    saving 1 -q
    expect 0
    [ -L s ]
    [ -f far/s ]
    [ -f far/s.old ]
    [ ! -e s.old ]
    truncate -s -7 far/s
    saving 2
    expect 0 "quadrat: s is damaged, *"
    undisturbed
}

@test "a resumed run tells the blocks and elements of the whole" {
    local work='x = random((200, 1000000), seed=1); mean(x), std(x - mean(x))'
    "$QUADRAT" eval -q --chunks 10x10000 "$work" -o whole.json
    grep -q '"elements": 400000000,' whole.json # in both passes
    stop USR1 1
    run --separate-stderr "$QUADRAT" eval --label "$tag" -q --chunks 10x10000 --checkpoint s "$work"
    wait
    expect 75
    ranks 2 eval -q --chunks 20x20000 --checkpoint s "$work" -o now.json
    expect 0
    for field in elements blocks passes; do
        diff <(grep "\"$field\"" whole.json) <(grep "\"$field\"" now.json)
    done
}

@test "a stop that can't be saved says what is lost" {
    need strace
    strace -qq -o /dev/null true || skip "strace may not trace here"
    for lost in "What was done is lost" "s has an earlier state; what was done since is lost"; do
        stop USR1 1
        run --separate-stderr timeout 60 strace -f -qq -o calls -e trace=fsync \
            -e inject=fsync:error=ENOSPC -- \
            "$QUADRAT" eval -q --label "$tag" -i f="$file" --checkpoint s "$work"
        wait
        expect 74 "*quadrat: stopped, but not saved: writing s: No space left on device. $lost"
        stop USR1 1
        run "$QUADRAT" eval -q --label "$tag" -i f="$file" --checkpoint s "$work"
        wait
        [ "$status" = 75 ]
    done
}

@test "two runs on one checkpoint: the later to save leaves the other's alone" {
    local work='x = random((20000, 1000000), seed=1); mean(x)' one two
    "$QUADRAT" eval -q --label "$tag" --checkpoint s "$work" 2>said &
    one=$!
    "$QUADRAT" eval -q --label "$tag" --checkpoint s "$work" &
    two=$!
    until wait_for_signals $one && wait_for_signals $two; do
        sleep 0.1
    done
    sleep 0.5 # both have looked for a state by then
    kill -USR1 $two
    wait $two || true
    cp s its
    kill -USR1 $one
    wait $one || true
    cmp s its
    grep -q "stopped, but not saved: writing s: it is not what this run left there; *another run" said
}

@test "what is no state is never replaced by one" {
    echo mine >s.old
    ranks 2 eval -q --checkpoint s 'mean(arange(9))'
    expect 2 "quadrat: s.old is no state, and would be replaced *"
    [ "$(cat s.old)" = mine ]
    [ ! -e s ]
    ranks 1 eval -q --checkpoint s.txt 'mean(arange(9))'
    expect 0 ""
    ranks 1 eval -q --checkpoint s.txt 'mean(arange(9))' -o ./s.txt
    expect 2 "quadrat: s.txt is to be the checkpoint and the result; they need two names"
}

@test "a checkpoint of another part, and standard input as one, are refused" {
    ranks 1 eval -q --chunks 10 --checkpoint p --part 1/2 'sum(arange(100))' -o 1.qpart
    expect 0 ""
    ranks 2 eval -q --chunks 10 --checkpoint p --part 2/2 'sum(arange(100))' -o 2.qpart
    expect 77 "*quadrat: the checkpoint has blocks of another part*"
    ranks 2 eval --chunks 10 --checkpoint p --part 1/2 'sum(arange(100))' -o again.qpart
    expect 0 "quadrat: the saved state is that of a part that is done
quadrat: 50 elements *"
    cmp 1.qpart again.qpart
    ranks 1 eval -q -i f="$file" --part 1/2 'sum(f)' -o f.qpart
    ranks 2 eval -i f="$file" --checkpoint f.qpart --part 1/2 'sum(f)' -o f.qpart
    expect 2 "quadrat: f.qpart is to be the checkpoint and the result; *"
    ranks 2 eval -i f="$file" --checkpoint f.qpart --part 1/2 'sum(f)' -o g.qpart
    expect 77 "quadrat: f.qpart is a part, and does not tell whether *"
    ranks 1 eval -q --checkpoint - 'sum(arange(100))'
    expect 2 "quadrat: - is no file; a checkpoint is one"
}

@test "another program, other arrays, a changed file are refused" {
    cp "$file" f.npy
    ranks 1 eval -q --checkpoint s -i f=f.npy 'mean(f)'
    expect 0 ""
    ranks 2 eval --checkpoint s -i f=f.npy 'mean(f) + 1'
    expect 77 "quadrat: s is the state of other work: *"
    ranks 1 eval --no-digest --checkpoint s -i f=f.npy 'mean(f)'
    expect 77 "quadrat: s is the state of other work: *"
    touch f.npy
    ranks 3 eval --checkpoint s -i f=f.npy 'mean(f)'
    expect 77 "quadrat: f.npy has changed since the state was saved; *"
    ranks 2 eval --checkpoint t 'ones(3)'
    expect 2 "quadrat: there is no checkpoint of an array *"
    ranks 2 eval --checkpoint /dev/full 'mean(ones(3))'
    expect 2 "quadrat: /dev/full is no file; a checkpoint is one"
    ranks 2 eval --checkpoint none/s 'mean(ones(3))'
    expect 74 "quadrat: *none/s: No such file or directory"
}

@test "what can't be saved is said, the run goes on, and ends with 74 when nothing was saved" {
    need strace
    strace -qq -o /dev/null true || skip "strace may not trace here"
    # a state is saved after each pass: the first of them, or both, can't be written
    local when two_passes='x = random(1000000, seed=1); std(x - mean(x))' whole
    whole=$("$QUADRAT" eval -q "$two_passes")
    while IFS=, read -r -u 5 fault says; do
        for when in "" :when=1; do
            rm -f s s.old
            mpi -n 2 "$BATS_TEST_DIRNAME/rank" 0 strace -f -qq -o calls -e trace="${fault%:*}" \
                -e inject="$fault$when" -- \
                "$QUADRAT" eval -q --label "$tag" --checkpoint s "$two_passes"
            if [ "$when" ]; then
                expect 0 "quadrat: writing s: $says. The run goes on; the last good state is kept"
                [ -e s ]
            else
                expect 74 "quadrat: writing s: $says. The run goes on; *quadrat: writing s: $says"
                [ ! -e s ]
            fi
            [ "$output" = "$whole" ]
            [ -z "$(compgen -G '.quadrat*')" ]
        done
    done 5<<END
fsync:error=ENOSPC,No space left on device
fsync:error=EIO,Input/output error
rename:error=EROFS,Read-only file system
END
}
