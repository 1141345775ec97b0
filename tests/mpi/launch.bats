#!/usr/bin/env bats
# What is printed under mpirun is printed once, by rank 0, whichever rank is the first to end.
load common

setup() {
    need mpirun
    cd "$BATS_TEST_TMPDIR"
}

# slow_ranks N ARGUMENT...: quadrat on N ranks, rank 0 half a second behind the others.
slow_ranks() {
    mpi -n "$1" "$BATS_TEST_DIRNAME/rank" 0 bash -c 'sleep 0.5; exec "$0" "$@"' -- \
        "$QUADRAT" "${@:2}"
}

@test "results come in the order of the expressions, once" {
    ranks 5 eval -q --chunks 3 'argmax(arange(10)), sum(arange(10)); b = max(arange(10))' \
          'min(arange(10))'
    expect 0 ""
    diff - <(echo "$output") <<END
argmax(arange(10)) = 9 at [9]
sum(arange(10)) = 45
min(arange(10)) = 0
END
}

@test "-o - is the record as JSON, once" {
    need "$PYTHON"
    ASAN_OPTIONS=$leaks ranks 3 eval -o - 'sum(arange(10)), mean(random(1000, seed=1))'
    expect 0 "quadrat: 1010 elements on 3 ranks, 1 host in *"
    "$PYTHON" -c 'import json, sys; r = json.load(sys.stdin)
assert r["run"]["ranks"] == 3 and [v["value"] for v in r["results"]][0] == 45' <<<"$output"
}

@test "more ranks and threads than elements, and nothing to sweep" {
    ranks 7 eval -q --threads 8 --chunks 1 'sum(ones(3)), argmin(zeros((2, 2)))' \
          'sum(zeros((0, 5))), 1 + 1'
    expect 0 ""
    diff - <(echo "$output") <<END
sum(ones((3,))) = 3.0
argmin(zeros((2, 2))) = 0 at [0, 0]
sum(zeros((0, 5))) = 0.0
2 = 2
END
}

@test "a lone rank that the launcher bound to one CPU says so" {
    [ "$(nproc)" -gt 1 ] || skip "needs more than one CPU"
    OMPI_MCA_hwloc_base_binding_policy=core ranks 1 eval 'sum(ones(3))'
    expect 0 "quadrat: the launcher bound the only rank to 1 of $(nproc --all) CPUs; 'mpirun --bind-to none', or no launcher, lets it use all
quadrat: 3 elements *"
    OMPI_MCA_hwloc_base_binding_policy=core ranks 1 eval -q 'sum(ones(3))'
    expect 0 ""
    ranks 1 eval 'sum(ones(3))'
    expect 0 "quadrat: 3 elements *"
}

@test "a wrong expression, also one that shows only in the data, is told once" {
    slow_ranks 3 eval 'meen(arange(3))'
    expect 2 "quadrat: unknown function 'meen'; did you mean 'mean'?"$'\n'"*"
    [ "$(grep -c meen <<<"$stderr")" = 2 ]
    slow_ranks 3 eval 'min(arange(0))'
    expect 2 "quadrat: min of an array without elements is nothing"
    slow_ranks 3 eval 'sum(full(3, 9223372036854775807))'
    expect 2 "quadrat: the sum does not fit int64*"
}

@test "a wrong option is told once" {
    slow_ranks 3 eval --nope 'sum(ones(3))'
    expect 2 "quadrat: unknown option '--nope'; *"
    [ "$(wc -l <<<"$stderr")" = 1 ]
}

@test "a wrong command, and none, is told once" {
    slow_ranks 3 evil
    expect 2 "quadrat: unknown command 'evil'*"
    [ "$(wc -l <<<"$stderr")" = 1 ]
    slow_ranks 3
    expect 2 "usage: *"
    [ "$(grep -c usage: <<<"$stderr")" = 1 ]
}

@test "help, version and a file that is no image are told once" {
    slow_ranks 3 eval --help
    expect 0 ""
    [ "$(grep -c '^usage:' <<<"$output")" = 1 ]
    slow_ranks 2 version
    expect 0 ""
    [ "$(grep -c '^quadrat ' <<<"$output")" = 1 ]
    slow_ranks 2 scan none.png
    expect 74 "quadrat: none.png: No such file or directory"
}
