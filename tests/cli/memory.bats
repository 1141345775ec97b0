#!/usr/bin/env bats
# --in-memory: all elements first, then the work; the same lines, and two times.
load common

arrays() {
    python <<'END'
rng = np.random.default_rng(1)
np.save("x.npy", rng.random((700, 900)))
np.save("turned.npy", np.asfortranarray(rng.random((900, 700)).astype(">f4")))
np.save("truth.npy", rng.random((700, 900)) < 0.5)
END
}

work='mean(x), std(x, ddof=1), max(y.T * x, axis=0)[3:7], sum(where(z, x[::-1], y.T[:, ::-1])), median(x - mean(y)),
      sum(x[5] * random(900, seed=3)), mean(random((300, 2000), seed=1) - 1/2), quantile(x[::50, 7], (0.1, 0.7))'

@test "the same lines, by any threads, blocks and memory" {
    arrays
    inputs=(-i x.npy -i y=turned.npy -i z=truth.npy)
    quadrat eval -q "${inputs[@]}" "$work" -o plain.txt >lines
    for options in "--threads 1" "--threads 3 --chunks 64" "--io read --no-digest" "--chunks 1x50 --memory 150M"; do
        # shellcheck disable=SC2086
        evaluates --in-memory $options "${inputs[@]}" "$work" -o now.txt -o now.json <lines
        [[ $options == *no-digest* ]] || diff <(grep -v ' rank\|UTC' now.txt) <(grep -v ' rank\|UTC' plain.txt)
    done
    evaluates --in-memory '1 + 1, mean(ones(0)), sum(ones((3, 0)))' <<<$'2 = 2\nmean(ones((0,))) = nan\nsum(ones((3, 0))) = 0.0'
}

@test "the times are told apart" {
    capture quadrat eval --in-memory 'mean(random(3000000, seed=1))' -o r.json -o r.txt
    pattern='^quadrat: 3e6 elements on 1 rank, 1 host loaded in [0-9.e-]+ s, then computed in [0-9.e-]+ s \('
    [[ $status = 0 && $stderr =~ $pattern ]] || fail "should tell both times"
    grep -qE '^1 rank, 1 host, [0-9.]+ s after loading in [0-9.]+ s$' r.txt
    python <<<'import json; run = json.load(open("r.json"))["run"]; assert run["load_seconds"] > 0 < run["seconds"]'
}

@test "memory: what is needed is told, refused in advance, and shared by the ranks" {
    ask=(eval --threads 1 --in-memory 'x = random((1000, 3000), seed=1); mean(x), std(x[:, 1:] - x[:, :-1])')
    capture quadrat "${ask[@]}" --explain --memory 1G
    [[ $status = 0 && $output == *$'\nbefore that, 24 MB a rank loaded or generated in memory\nin all '* ]] ||
        fail "should tell the memory"
    [[ $output =~ \;\ 2[4-6][.0-9]*\ MB\ a\ rank\ needed ]] || fail "should count it"
    refuses 77 "24 MB of it to have all elements in memory. Use more ranks on more hosts, leave --in-memory out, or \
use --memory 2" quadrat "${ask[@]}" --memory 20M
    # a part has its share
    capture quadrat eval --threads 1 --in-memory --memory 15M --part 1/2 'sum(random(3000000, seed=1))' -o p.qpart
    [ "$status" = 0 ] || fail "half should fit"
    # whatever it would take
    capture timeout 10 "$QUADRAT" eval --explain --in-memory 'sum(random((1000000, 1000000), seed=1))'
    [[ $status = 0 && $output == *"before that, 8 TB"*"it would be refused: 8 TB"* ]] || fail "should compute nothing"
}

@test "memory: only what is near the elements is loaded" {
    python <<<'np.lib.format.open_memmap("wide.npy", "w+", "f8", (8, 3000000))' # 192 MB, empty
    evaluates --in-memory --threads 1 --memory 60M -i x=wide.npy 'mean(x[:, 0]), sum(x[::3, ::2999999])' <<END
mean(x[:, 0]) = 0.0
sum(x[::3, ::2999999]) = 0.0
END
}

@test "a checkpoint is no array's file" {
    refuses 2 "r.npy is to be the checkpoint and the result; they need two names" \
        quadrat eval 'r = sum(ones((3, 3)), axis=0); max(r)' --checkpoint r.npy --save r=r.npy
}
