# Writing results: -o and its endings, the record, and that no output is ever half of one.
leaks=on
load common

@test "the ending picks what is written: .png .json .txt, several at once" {
    capture quadrat eval 'mean(arange(4))' -o r.png -o r.json -o r.txt
    [ "$status" = 0 ] && [ "$output" = 'mean(arange(4)) = 1.5' ] || fail "should print the result"
    [[ $stderr =~ ^quadrat:\ 4\ elements\ on\ 1\ rank,\ 1\ host\ in\ [0-9.e-]+\ s\ \(.*/s\)\;\ wrote\ r\.png\ \(version\ [0-9]+,\ .*read\ back.*\),\ r\.json,\ r\.txt$ ]] ||
        fail "should sum up"
    [ "$(head -c 4 r.png | tail -c 3)" = PNG ]
    [[ $(head -n 1 r.txt) == 'mean(arange(4)) = 1.5' && $(tail -n 1 r.txt) == 'quadrat '* ]]
    holds_only r.json r.png r.txt
}

@test "the record as JSON: -o FILE.json, -o - and --json are the same" {
    quadrat eval -q 'sum(arange(5))' -o r.json -o - --label a >stdout.json
    cmp r.json stdout.json
    quadrat eval -q 'sum(arange(5))' --json --label a >other.json
    # but for the time it took and took place
    cmp <(grep -v 'seconds"\|"started"' r.json) <(grep -v 'seconds"\|"started"' other.json)
}

@test "the record's members and their types" {
    python <<'END'
import json, re
np.save("survey.npy", np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 0.1]]))
np.save("floats.npy", np.array([0.1, 0.2], "f4"))
lines = quadrat("-i", "survey.npy", "-i", "t=floats.npy", "--label", "a \"label\"", "--meta", "site=Uppsala",
                "--chunks", "2x2", "--threads", "2", "-o", "r.json", "-o", "r.txt", "--", "mean(x)", "argmax(x)", "max(t)",
                "-inf", "nan", "sum(arange(9007199254740993, 9007199254740994))", "1 < 2", "std(x) / 3",
                "-sum(zeros(1))", "m = min(x)")
def unique(pairs):
    assert len(dict(pairs)) == len(pairs), "a member twice"
    return dict(pairs)
def refuse(word):
    raise ValueError(word + " is no JSON")
record = json.load(open("r.json"), object_pairs_hook=unique, parse_constant=refuse)

assert list(record) == ["format", "program", "inputs", "results", "check", "run", "label", "meta", "quadrat", "signature"]
assert record["format"] == "quadrat-result-1"
assert record["signature"] is None and record["label"] == 'a "label"' and record["meta"] == {"site": "Uppsala"}
assert re.fullmatch(r"\d+\.\d+\.\d+", record["quadrat"])
check = r"[0-9A-HJKMNP-TV-Z]{16}"
assert re.fullmatch(check, record["check"])
assert open("r.txt").read().splitlines()[-1].split() == ["quadrat", record["quadrat"].rpartition(".")[0], record["check"]]

x, t = record["inputs"]
for i in x, t:
    assert list(i) == ["name", "source", "dtype", "shape", "digest"] and re.fullmatch(check, i["digest"])
assert (x["name"], x["source"], x["dtype"], x["shape"]) == ("x", "survey.npy", "float64", [2, 3])
assert (t["name"], t["source"], t["dtype"], t["shape"]) == ("y", "floats.npy", "float32", [2])

results = record["results"]
assert record["program"] == [r["expr"] for r in results]
values = [r["value"] for r in results]
assert [r["dtype"] for r in results] == ["float64", "int64", "float32", "float64", "float64", "int64", "bool",
                                         "float64", "float64", "float64"]
assert values[1:7] == [4, 0.2, "-inf", "nan", 9007199254740993, True] and type(values[6]) is bool
assert [r["name"] for r in results[-2:]] == [None, "m"]
assert [r.get("at") for r in results[:3]] == [None, [1, 1], None]
assert all(r["shape"] == [] and type(r["exact"]) is bool for r in results)
assert results[0]["exact"] is True and results[7]["exact"] is False
for r in results:
    assert ("bits" in r) == r["dtype"].startswith("float")
    if "bits" in r and r["dtype"] == "float64":
        assert repr(float.fromhex(r["bits"])) == repr(float(r["value"])), r
    if r["dtype"] == "float32":
        assert np.float32(float.fromhex(r["bits"])) == np.float32(r["value"])
assert np.signbit(values[8])
texts = dict(line.split(" = ") for line in lines)
assert all(texts[r["expr"]].split(" ")[0] == str(r["value"]) for r in results), "stdout says the same"

run = record["run"]
assert list(run) == ["parts", "ranks", "hosts", "threads", "chunks", "blocks", "elements", "passes",
                     "load_seconds", "seconds", "started", "host", "mpi", "job"]
assert (run["ranks"], run["hosts"], run["threads"], run["chunks"]) == (1, 1, 2, [2, 2])
assert all(type(run[k]) is int for k in ("blocks", "elements", "passes"))
assert run["blocks"] >= 2 and run["elements"] >= 8 and run["passes"] == 1
assert type(run["seconds"]) is float and 0 < run["seconds"] < 60 and run["load_seconds"] == 0
assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", run["started"])
assert run["host"] == os.uname().nodename and type(run["mpi"]) is str and run["job"] is None
END
}

@test "a job's number is in the text and in the record" {
    SLURM_JOB_ID=8812 quadrat eval -q 1 -o r.txt -o r.json
    grep -q ' s, job 8812$' r.txt
    grep -q '"job": "8812"' r.json
}

@test "a new file has the permissions that the umask leaves, an old one keeps its own" {
    umask 027
    quadrat eval -q 1 -o new.txt
    touch old.txt
    chmod 604 old.txt
    quadrat eval -q 1 -o old.txt
    [ "$(stat -c %a new.txt old.txt | paste -sd' ')" = "640 604" ]
}

@test "a symbolic link is followed, also to what is not there yet" {
    mkdir elsewhere
    echo old >elsewhere/old.txt
    ln -s elsewhere/old.txt link.txt
    ln -s new.txt elsewhere/dangling.txt
    ln -s elsewhere/dangling.txt chain.txt
    quadrat eval -q 1 -o link.txt -o chain.txt
    [ "$(readlink link.txt chain.txt elsewhere/dangling.txt | paste -sd' ')" = \
        "elsewhere/old.txt elsewhere/dangling.txt new.txt" ]
    grep -qx '1 = 1' elsewhere/old.txt
    grep -qx '1 = 1' elsewhere/new.txt
}

@test "a device is written to, never replaced" {
    mknod null c 1 3 2>/dev/null && : 2>/dev/null >null || skip "needs to make a device"
    ln -s null link.png
    quadrat eval -q 1 -o null -o link.png
    [ -c null ] && [ -L link.png ]
}

@test "a FIFO is written to, and without an ending gets the text" {
    mkfifo fifo
    timeout 10 cat fifo >r.txt 3>&- &
    quadrat eval -q 1 -o fifo
    wait
    [ -p fifo ]
    [[ $(head -n 1 r.txt) == '1 = 1' && $(tail -n 1 r.txt) == 'quadrat '* ]]
}

@test "what can't be written is told before the work begins, and nothing else is written" {
    local hours='sum(random((1000000, 1000000), seed=1))'
    mkdir d.png
    ln -s loop.png loop.png
    ln -s nowhere/r.png away.png
    before_work() {   # CODE TEXT OUTPUT
        refuses "$1" "$2" timeout 10 "$QUADRAT" eval "$hours" -o r.txt -o "$3"
    }
    before_work 74 "writing nowhere/r.png: No such file or directory" nowhere/r.png
    before_work 74 "writing away.png: No such file or directory" away.png
    before_work 74 "writing d.png: it is a directory" d.png
    before_work 74 "writing loop.png: Too many levels of symbolic links" loop.png
    before_work 2 "r.gif: the ending picks what is written" r.gif
    before_work 2 "d.png/: the ending picks what is written" d.png/
    holds_only away.png d.png loop.png
}

@test "a directory or file that permissions close, likewise" {
    needs_unprivileged
    mkdir -m 755 closed
    echo old >closed/r.txt
    chmod 666 closed/r.txt
    chmod 777 .
    unprivileged bash -c 'echo old >r.txt && chmod 444 r.txt'
    refuses 74 "writing closed/r.txt: Permission denied" unprivileged "$QUADRAT" eval 1 -o closed/r.txt
    refuses 74 "writing closed/n.txt: Permission denied" unprivileged "$QUADRAT" eval 1 -o closed/n.txt
    refuses 74 "writing r.txt: Permission denied" unprivileged "$QUADRAT" eval 1 -o r.txt
    [ "$(cat r.txt closed/r.txt | paste -sd' ')" = "old old" ]
    holds_only closed r.txt
}

@test "a file system that is mounted read-only" {
    needs_mount
    # shellcheck disable=SC2016  # expanded inside
    refuses 74 "writing mnt/r.png: Read-only file system" \
        in_mount 64k 'mount -o remount,ro mnt && "$QUADRAT" eval 1 -o mnt/r.png'
}

@test "arrays: -o FILE.npy is the one array result, --save NAME=FILE.npy any that has a name" {
    python <<'END'
np.save("x.npy", np.arange(6.0).reshape(2, 3))
quadrat("-i", "x.npy", "--let", "half=x / 2", "twice = x * 2; sum(twice); x + 1", "-o", "r.npy", "--save", "half=h.npy",
        "--save", "twice=t.npy", "--save", "x=same.npy", "--save=twice=u.npy")
x = np.arange(6.0).reshape(2, 3)
for name, array in ("r", x + 1), ("h", x / 2), ("t", x * 2), ("u", x * 2), ("same", x):
    np.save("expected.npy", array)
    assert open(name + ".npy", "rb").read() == open("expected.npy", "rb").read(), name
END
    capture quadrat eval 'a = arange(4); sum(a)' --save a=a.npy -o r.txt
    [[ $stderr == *"; wrote r.txt, a.npy" ]] || fail "should name the files"
    # what is only saved is no part of the statement
    cmp <(head -n 1 r.txt) <(echo 'sum(arange(4)) = 6')
    quadrat eval -q -i x.npy -i y=r.npy 'z = sum(y, axis=0); sum(x)' --save z=z.npy -o r.txt
    [ "$(grep -c '^[xyz]: ' r.txt)" = 1 ]
}

@test "arrays that can't be saved" {
    mkfifo fifo.npy
    local hours='a = random((1000000, 1000000), seed=1); n = 3; sum(a)'
    refuses 2 "a .npy file holds one array; there are 0 among the results. --save NAME=FILE picks one, by its name or number" \
        quadrat eval "$hours" -o r.npy
    refuses 2 "there are 2 among the results" quadrat eval 'arange(3), arange(4)' -o r.npy
    refuses 2 "nothing is named 'b'" quadrat eval 'a = arange(3)' --save b=b.npy
    refuses 2 "nothing is named 'aray', which is to be saved; did you mean 'array'?" \
        quadrat eval 'array = arange(3)' --save aray=b.npy
    refuses 2 "'n' is to be saved, but is no array" quadrat eval "$hours" --save n=n.npy
    refuses 2 "--save: it is written NAME=FILE.npy" quadrat eval "$hours" --save a.npy
    refuses 2 "--save: it is written NAME=FILE.npy" quadrat eval "$hours" --save a=
    refuses 2 "--save: a.json: an array is written as .npy" quadrat eval "$hours" --save a=a.json
    refuses 2 "--save: two arrays are to be written to a.npy" quadrat eval "$hours" --save a=a.npy --save n=a.npy
    refuses 74 "writing nowhere/a.npy: No such file or directory" quadrat eval "$hours" --save a=nowhere/a.npy
    refuses 74 "writing fifo.npy: an array is written to a regular file only" \
        timeout 10 "$QUADRAT" eval 'a = arange(3)' --save a=fifo.npy
    holds_only fifo.npy
}

@test "an array takes the place of an old one: permissions, links, and a full disk" {
    mkdir elsewhere
    touch elsewhere/old.npy
    chmod 604 elsewhere/old.npy
    ln -s elsewhere/old.npy link.npy
    quadrat eval -q 'arange(1000)' -o link.npy
    [ -L link.npy ] && [ "$(stat -c '%a %s' elsewhere/old.npy)" = "604 8128" ]
    rm -r elsewhere link.npy
    needs_mount
    # known before the work
    # shellcheck disable=SC2016  # expanded inside
    refuses 74 "writing mnt/r.npy: No space left on device" in_mount 640k '
        echo old >mnt/r.npy
        timeout 10 "$QUADRAT" eval "random(100000000000, seed=1)" -o mnt/r.npy
        rc=$?
        cp -a mnt after
        exit $rc'
    cd after
    [ "$(cat r.npy)" = old ]
    holds_only r.npy
}

@test "a full disk: the old file stays as it is, and nothing is left beside it" {
    needs_mount
    # shellcheck disable=SC2016  # expanded inside
    numbers='1 = 1' refuses 74 "writing mnt/r.json: No space left on device" in_mount 64k '
        echo old >mnt/r.json
        cat /dev/zero >mnt/zeros 2>/dev/null
        "$QUADRAT" eval 1 -o mnt/r.json
        rc=$?
        rm mnt/zeros
        cp -a mnt after
        exit $rc'
    cd after
    [ "$(cat r.json)" = old ]
    holds_only r.json
}

@test "a disk that fails: the old file stays as it is, and nothing is left beside it" {
    needs_strace
    echo old >r.txt
    local fault
    for fault in fsync:error=EIO:when=1 rename:error=EIO; do
        numbers='1 = 1' refuses 74 "writing r.txt: Input/output error" injecting "$fault" '' "$QUADRAT" eval 1 -o r.txt
        [ "$(cat r.txt)" = old ]
        holds_only r.txt
    done
}

@test "a result that no symbol holds: the old file stays as it is" {
    echo old >r.png
    local many
    many=$(printf 'mean(arange(%d)), ' {1..99})
    numbers='mean(arange(1)) = 0.0'* refuses 2 "bytes of text, 997 fit. Ask for fewer results at a time, or write them with '-o result.json'" \
        quadrat eval "$many" -o r.png
    numbers='1 = 1' refuses 2 "bytes of text, 14 fit" quadrat eval 1 --version-limit 1 -o r.png
    numbers='1 = 1' refuses 2 "bytes of text, 14 fit" quadrat eval 1 --version-limit 1 --qr always
    [ "$(cat r.png)" = old ]
    quadrat eval -q "$many" -o r.json -o r.txt
    holds_only r.json r.png r.txt
}
