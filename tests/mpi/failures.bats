#!/usr/bin/env bats
# One rank fails: all end soon, with its code and one message; outputs are as before; nobody stays.
# Each run has minutes of work to do: one that would wait for the end of it goes past LIMIT.
load common

LIMIT=15   # seconds, for mpirun's start and end too; on an idle machine all of it takes 1 to 2
work='sum(random((20000, 1000000), seed=1))'
outputs=(-o old.txt -o new.txt -o new.json)
tag="failures-$$-$RANDOM"   # in the command line of every process

setup() {
    need mpirun pgrep
    need_numpy
    cd "$BATS_TEST_TMPDIR"
    "$PYTHON" -c 'import numpy; numpy.save("x.npy", numpy.ones((100, 10000)))'
    file=$PWD/x.npy
    host=$(uname -n)
    echo old >old.txt
}

teardown() {
    pgrep -f "$tag" | xargs --no-run-if-empty kill -9
}

# inject RANKS CALL FAULT FILE ARGUMENT...: quadrat on 3 ranks; in those that match the pattern
# RANKS a system CALL that has to do with FILE, any for '', meets a FAULT, as in strace -e inject=.
inject() {
    need strace
    strace -qq -o /dev/null true || skip "strace may not trace here"
    mpi -n 3 "$BATS_TEST_DIRNAME/rank" "$1" strace -f -qq -o calls.log -e trace="$2" \
        -e inject="$2:$3" ${4:+-P "$4"} -- "$QUADRAT" eval --label "$tag" "${@:5}" "${outputs[@]}"
}

# ends CODE MESSAGE: the message is all there is (and results that match numbers=), the old output is what it was, no new one is
# there, and nobody is left.
ends() {
    expect "$1" "$2"
    [[ $output == ${numbers-} ]]
    [ "$(cat old.txt)" = old ]
    [ ! -e new.txt ] && [ ! -e new.json ]
    [ -z "$(compgen -G '.quadrat*')" ]
    for _ in {1..20}; do
        pgrep -f "$tag" >/dev/null || return 0
        sleep 0.1
    done
    pgrep -af "$tag" >&2
    return 1
}

@test "no rank can open the file" {
    ranks 3 eval --label "$tag" -i x=none.npy "sum(x), $work" "${outputs[@]}"
    ends 74 "quadrat: none.npy: No such file or directory"
}

@test "one or two ranks can't open the file: the lowest is named" {
    inject 2 openat error=EACCES "$file" -i x="$file" "sum(x), $work"
    ends 74 "quadrat: $file: Permission denied (rank 2, $host)"
    inject '[12]' openat error=EMFILE "$file" -i x="$file" "sum(x), $work"
    ends 74 "quadrat: $file: Too many open files (rank 1, $host)"
    inject 0 openat error=EIO:when=2 "$file" -i x="$file" "sum(x), $work"
    ends 74 "quadrat: $file: Input/output error (rank 0, $host)"
}

@test "a name means another file on another rank" {
    need_numpy
    mkdir near far
    "$PYTHON" -c 'import numpy; numpy.save("near/a.npy", numpy.ones(4)); numpy.save("far/a.npy", numpy.ones(5))'
    mpi -n 1 -wdir near "$QUADRAT" eval -i a.npy "sum(x)" : -n 1 -wdir far "$QUADRAT" eval -i a.npy "sum(x)"
    expect 65 "quadrat: a.npy: has 168 bytes here, but 160 where its header was read. Is it another file of that name? (rank 1, $host)"
    [ "$output" = "" ]
}

@test "more memory than a rank is allowed" {
    ranks 3 eval --label "$tag" --memory 100M 'a = ones((10, 20000000)); sum(a - a.sum(axis=0))' "$work" "${outputs[@]}"
    ends 77 "quadrat: 160 MB a rank are needed, 100 MB are allowed; *"
}

@test "reading fails in mid-run" {
    inject 1 pread64 error=EIO:when=30+ "$file" -i x="$file" --io read --chunks 10x1000 "sum(x), $work"
    ends 74 "quadrat: reading $file at byte +([0-9]): Input/output error (rank 1, $host)"
}

@test "a mapped file can't be brought in, in mid-run" {
    build_faults
    mpi -n 3 "$BATS_TEST_DIRNAME/rank" 1 env LD_PRELOAD="$faults" FAULT=disk:2 -- "$QUADRAT" eval \
        --label "$tag" --io map --threads 1 -i x="$file" "sum(x), $work" "${outputs[@]}"
    ends 74 "quadrat: reading $file at byte +([0-9]): Input/output error (rank 1, $host)"
}

# cut_in_run CALL HOW: the file is cut while the ranks read it in that way; they sleep before each CALL,
# so that some are left when there were ten.
cut_in_run() {
    (
        for _ in {1..200}; do
            sleep 0.05
            [ ! -e calls.log ] || (($(stat -c %s calls.log) < 1000)) || break
        done
        truncate --size=5000000 "$file"
    ) &
    inject '*' "$1" delay_enter=20000 "$file" -i x="$file" --io "$2" --chunks 10x1000 "sum(x), $work"
    wait
    ends 65 "quadrat: $file: ended before byte +([0-9]), * Was it cut short?*"
}

@test "a file is cut in mid-run" {
    cut_in_run pread64 read
}

@test "a mapped file is cut in mid-run" {
    cut_in_run fstat,newfstatat map   # how a piece is checked
}

@test "an output can't be written, which is known before the work" {
    ranks 3 eval --label "$tag" "$work" "${outputs[@]}" -o none/new.txt
    ends 74 "quadrat: writing none/new.txt: No such file or directory"
}

@test "an output can't be written after the work" {
    for call in fsync rename; do
        inject 0 $call error=ENOSPC '' -i x="$file" 'sum(x)'
        numbers='sum(x) = '* ends 74 "quadrat: writing old.txt: No space left on device"
    done
}

@test "memory runs out or MPI fails, anywhere, on one rank" {
    build_faults
    for kind in memory mpi; do
        for ((n = 1; ; n *= 2)); do
            mpi -n 3 "$BATS_TEST_DIRNAME/rank" 1 env LD_PRELOAD="$faults" FAULT=$kind:$n -- \
                "$QUADRAT" eval -q --label "$tag" --threads 2 --chunks 10000 -i x="$file" \
                'std(x - mean(x))' -o new.txt
            [ "$status" != 0 ] || break   # it has been everywhere
            ends 74 "quadrat: *: @(Cannot allocate memory|MPI_ERR_OTHER: *)*"
        done
        [ "$n" -gt 16 ]
        rm new.txt
    done
}

@test "a rank is killed" {
    (
        until pid=$(pgrep -f "^$QUADRAT.*$tag" | tail -n 1) && [ "$pid" ]; do sleep 0.05; done
        sleep 0.5
        kill -9 "$pid"
    ) &
    ranks 3 eval --label "$tag" "$work" "${outputs[@]}"
    wait
    ends 137 ""
}
