# shellcheck shell=bash
# What the tests here share. QUADRAT and PYTHON (with NumPy) come from ctest.
bats_require_minimum_version 1.5.0
. "$BATS_TEST_DIRNAME/../../scripts/mpi-env"

# Of a build with AddressSanitizer: finding leaks takes a rank 5 s and does not work under strace;
# only the tests that ask for it by ASAN_OPTIONS=$leaks look for them.
leaks=${ASAN_OPTIONS-}
export ASAN_OPTIONS=${leaks:+$leaks:}detect_leaks=0:fast_unwind_on_malloc=1

# Every record that a test left is one by the schema.
teardown() {
    find "$BATS_TEST_TMPDIR" -name '*.json' -type f -size +100c \
        -exec "${PYTHON:-python3}" "$BATS_TEST_DIRNAME/../records.py" {} +
}

need() {   # PROGRAM...
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

need_numpy() {
    "${PYTHON:-python3}" -c 'import numpy' 2>/dev/null || skip "NumPy not found"
}

# mpi ARGUMENT...: mpirun, as `run` leaves it: $status, $output, $stderr. -q leaves its banner out.
mpi() {
    run --separate-stderr timeout --kill-after=2 "${LIMIT:-60}" mpirun -q "$@"
}

# ranks N ARGUMENT...: quadrat on N ranks.
ranks() {
    mpi -n "$1" "$QUADRAT" "${@:2}"
}

# expect CODE [MESSAGE]: how the last run ended; MESSAGE is all that stands on standard error, a
# pattern.
expect() {
    # shellcheck disable=SC2154,SC2053  # run's variables; the message is a pattern
    if [ "$status" != "$1" ] || [[ $stderr != ${2-*} ]]; then
        printf '%s\n' "status: $status, expected $1" "stdout: $output" "stderr: $stderr" \
               "expected: ${2-}" >&2
        return 1
    fi
}

# statement NAME: what NAME.txt and NAME.json claim, which must not depend on how it was run.
statement() {
    sed '/"run": {/,/}/d' "$1.json"
    head -n -3 "$1.txt"
    tail -n 1 "$1.txt"
}

# stop SIGNAL N: each of N quadrats that have $tag in their command line gets the signal once all wait
# for it: they block SIGUSR1 then.
stop() {
    (
        for _ in {1..1000}; do
            sleep 0.02
            mapfile -t pids < <(pgrep -f "^$QUADRAT.*$tag")
            [ ${#pids[@]} = "$2" ] && wait_for_signals "${pids[@]}" && break
        done
        kill "-$1" "${pids[@]}"
    ) &
}

wait_for_signals() {   # PID...
    local pid blocked
    for pid; do
        blocked=$(sed -n 's/^SigBlk:[[:space:]]*//p' "/proc/$pid/status")
        ((0x${blocked:-0} & 1 << 9)) || return 1
    done
}

# Whether the build has a sanitizer: work takes ten times as long then. Sizes of work that is to last
# for seconds end in "$zero", which is empty then.
sanitized() {
    ldd "$QUADRAT" | grep -q 'lib[at]san'
}

# build_faults: $faults, to be preloaded into a rank; see faults.c.
build_faults() {
    need mpicc
    ! sanitized || skip "does not go with the sanitizers"
    faults=$BATS_TEST_TMPDIR/faults.so
    mpicc -shared -fPIC -O1 -o "$faults" "$BATS_TEST_DIRNAME/faults.c" || skip "needs glibc"
}
