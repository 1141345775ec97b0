# --explain says what would be done, and -v what is done.
load common

# explains ARGUMENT... : as prints; what threads need depends on accumulators: it is NEED here.
explains() {
    prints needing "$@"
}

needing() {
    quadrat eval --threads 1 --memory 1G --explain "$@" | sed 's/; [0-9.]* [kM]B a rank/; NEED a rank/'
}

work='a = random((300, 10000), seed=1); b = a - a.mean(axis=0); std(b), b'

@test "passes, in each the arrays, what is made of them, and bytes; nothing is computed or written" {
    explains "$work" -o r.npy -o r.txt <<'END'
pass 1 of 2, 24 MB
  shape (300, 10000) in 12 blocks of (25, 10000)
    mean(random((300, 10000), seed=1), axis=0), kept whole
pass 2 of 2, 48 MB
  shape (300, 10000) in 12 blocks of (25, 10000)
    std(random((300, 10000), seed=1) - mean(random((300, 10000), seed=1), axis=0))
    random((300, 10000), seed=1) - mean(random((300, 10000), seed=1), axis=0), shown, written to r.npy
in all 72 MB read or generated; NEED a rank needed, 1 GB allowed
END
    [ -z "$stderr" ] || fail "should be quiet"
    [ -z "$(ls -A)" ]
    # whatever it would take
    capture timeout 10 "$QUADRAT" eval --explain 'sum(random((1000000, 1000000), seed=1))'
    [[ $status = 0 && $output == "pass 1 of 1, 8 TB"* ]] || fail "should compute nothing"
}

@test "files: their digests, once, in the pass that reads them; blocks as they were asked for" {
    python <<<'np.save("x.npy", np.arange(12.0).reshape(3, 4))'
    explains -i x.npy --chunks 2 'std(x - mean(x))' <<'END'
pass 1 of 2, 96 bytes
  shape (3, 4) in 4 blocks of (2, 2)
    mean(x)
    the digest of x
pass 2 of 2, 96 bytes
  shape (3, 4) in 4 blocks of (2, 2)
    std(x - mean(x))
in all 192 bytes read or generated; NEED a rank needed, 1 GB allowed
END
    prints quadrat eval --memory 1G --explain '1 + 1' <<<'in all 0 bytes read or generated; 0 bytes a rank needed, 1 GB allowed'
}

@test "what would be refused is explained all the same, and its errors are errors" {
    capture quadrat eval --threads 1 --memory 1M --explain "$work"
    [[ $status = 0 && $output == *"it would be refused: "*" MB a rank are needed, 1 MB are allowed; "* ]] ||
        fail "should say what would be refused"
    refuses 2 "unknown function 'meen'" quadrat eval --explain 'meen(ones(3))'
    refuses 74 "writing nowhere/r.txt: No such file" quadrat eval --explain 1 -o nowhere/r.txt
}

@test "-v says it on standard error, and does it" {
    capture quadrat eval -v -q 'max(arange(3000))'
    [ "$status" = 0 ] && [ "$output" = 'max(arange(3000)) = 2999' ] || fail "should print the result"
    [[ $stderr == "quadrat: pass 1 of 1, 24 kB
quadrat:   shape (3000,) in 1 block of (3000,)
quadrat:     max(arange(3000))
quadrat: in all 24 kB read or generated; "*" allowed" ]] || fail "should say what is done"
}

@test "what is needed is what is taken" {
    ! ldd "$QUADRAT" | grep -q 'lib[at]san' || skip "the sanitizers take more"
    # the memory that --explain tells is enough, but for that of the libraries
    local arguments=(--threads 1 'a = ones((20, 4000000)); sum(a - a.sum(axis=0)), std(ones((100, 20000)), axis=0)')
    local least most
    least=$(peak 'sum(ones(3))')
    most=$(peak "${arguments[@]}")
    capture quadrat eval --memory 1G --explain "${arguments[@]}"
    local told=${output#*generated; }
    told=${told%% MB*}
    ((told >= 32 && most - least > told * 800 && most - least < told * 1100)) ||
        fail "took $((most - least)) kB more than nothing, told $told MB"
}

# peak ARGUMENT... : the most memory of a quiet eval, kB.
peak() {
    "$PYTHON" -c 'import os, resource, subprocess, sys
subprocess.run([os.environ["QUADRAT"], "eval", "-q", *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
