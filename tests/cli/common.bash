# shellcheck shell=bash
# What the tests of the command share. QUADRAT is the command's path; PYTHON a Python, with NumPy
# for what is compared with it. A test runs in a directory of its own, and alone: no launcher.
: "${QUADRAT:?must be the path of the command}" "${PYTHON:=python3}"
export QUADRAT
status='' output='' stderr=''

# Of a build with AddressSanitizer: finding leaks takes a second a run; the files that say leaks=on
# look for them.
[ "${leaks-}" = on ] || export ASAN_OPTIONS=detect_leaks=0:fast_unwind_on_malloc=1

setup() {
    mkdir "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here" || return
    unset "${!SLURM_@}" "${!PMI@}" "${!OMPI_COMM_@}" "${!PBS_@}" "${!LSB_@}" NO_COLOR
    export LC_ALL=C.UTF-8
}

# Every record that a test left is one by the schema.
teardown() {
    local records
    records=$(find . -name '*.json' -type f -size +100c)
    # shellcheck disable=SC2086  # names of the tests' own
    [ -z "$records" ] || "$PYTHON" "$BATS_TEST_DIRNAME/../records.py" $records
}

quadrat() {
    "$QUADRAT" "$@"
}

# capture COMMAND... : runs it and sets status, output and stderr. (As run --separate-stderr, which
# takes longer than the command.)
capture() {
    status=0
    "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
    output=$(<"$BATS_TEST_TMPDIR/stdout")
    stderr=$(<"$BATS_TEST_TMPDIR/stderr")
}

fail() {   # TEXT; shows what was captured last
    printf '%s\n' "$1" "exit code: ${status-}" "stdout: ${output-}" "stderr: ${stderr-}"
    return 1
}

# prints COMMAND... : it succeeds, and its standard output is this function's standard input.
prints() {
    local expected
    expected=$(cat)
    capture "$@"
    [ "$status" = 0 ] || fail "failed: $*"
    [ "$output" = "$expected" ] || fail "should print: $expected"
}

# evaluates ARGUMENT... : as prints, of a quiet `quadrat eval`.
evaluates() {
    prints quadrat eval -q "$@"
    [ -z "$stderr" ] || fail "should be quiet"
}

# refuses CODE TEXT COMMAND... : it exits with the code, prints nothing but one message on standard
# error, and TEXT is in that. With numbers=PATTERN before it, the results are printed all the same.
refuses() {
    local code=$1 text=$2
    shift 2
    capture "$@"
    [ "$status" = "$code" ] || fail "should exit with $code: $*"
    # shellcheck disable=SC2053  # a pattern
    [[ $output == ${numbers-} ]] || fail "should print '${numbers-}': $*"
    [[ $stderr == "quadrat: "* && $stderr != *$'\nquadrat: '* ]] || fail "should give one message: $*"
    [[ $stderr == *"$text"* ]] || fail "should say '$text': $*"
}

# holds_only FILE... : that is what the test's directory has.
holds_only() {
    [ "$(ls -A)" = "$(printf '%s\n' "$@")" ] || fail "the directory has: $(ls -A)"
}

# lacks PATTERN FILE
lacks() {
    if grep -q -e "$1" "$2"; then
        fail "$2 should not have: $1"
    fi
}

# scanned IMAGE : the text of its QR code, byte for byte, as ZBar reads it.
scanned() {
    zbarimg --raw -q -Sbinary -Sdisable -Sqrcode.enable --nodbus "$1"
}

# needs PROGRAM...
needs() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
}

needs_zbar() {
    quadrat version | grep -q '^libzbar: yes' || skip "needs a quadrat with libzbar"
}

# python [ARGUMENT...] : runs the program on standard input, which has np and quadrat(ARGUMENT...),
# the lines that a quiet eval of the arguments prints.
python() {
    local rc=0
    "$PYTHON" -c 'if True:
        import os, subprocess, sys
        try:
            import numpy as np
        except ImportError:
            sys.exit(77)
        def run(*arguments):
            return subprocess.run([os.environ["QUADRAT"], *arguments], capture_output=True)
        def quadrat(*arguments):
            done = run("eval", "-q", *arguments)
            assert done.returncode == 0, done
            return done.stdout.decode().splitlines()
        exec(compile(sys.stdin.read(), "<test>", "exec"))
        ' "$@" || rc=$?
    [ $rc != 77 ] || skip "needs Python with NumPy"
    return $rc
}

# unprivileged COMMAND... : runs it as a user whom permissions bind.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
    else
        "$@"
    fi
}

needs_unprivileged() {
    needs setpriv
    chmod 755 .
    unprivileged test -x "$QUADRAT" || skip "needs a command that others can run"
}

# injecting FAULT PATH COMMAND... : a system call on that file fails, as in "pread64:error=EIO"; on
# any file when PATH is empty.
injecting() {
    local fault=$1 path=$2
    shift 2
    # LeakSanitizer does not work under ptrace
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
        strace -qq -f -o /dev/null ${path:+-P "$PWD/$path"} -e trace="${fault%%:*}" -e inject="$fault" -- "$@"
}

needs_strace() {
    needs strace
    strace -qq -o /dev/null true 2>/dev/null || skip "needs strace to be allowed"
}

# in_mount SIZE SCRIPT : runs the script with an own file system of that size on mnt.
in_mount() {
    local flags=-rm
    [ "$(id -u)" != 0 ] || flags=-m
    mkdir -p mnt
    # shellcheck disable=SC2016  # expanded inside
    unshare $flags bash -c 'mount -t tmpfs -o "size=$1" tmpfs mnt && eval "$2"' in_mount "$@"
}

needs_mount() {
    needs unshare
    in_mount 4k : 2>/dev/null || skip "needs namespaces"
}
