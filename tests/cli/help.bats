# What the command says about itself, and that it is true.
load common

@test "help lists the commands, and --help and -h work on each" {
    capture quadrat help
    [[ $status = 0 && $output == "usage: quadrat COMMAND"* ]] || fail "should list the commands"
    prints quadrat --help <<<"$output"
    prints quadrat -h <<<"$output"
    local commands
    commands=$(sed -n 's/^  \([a-z]\+\)  .*/\1/p' <<<"$output")
    [ "$(wc -w <<<"$commands")" -ge 4 ] || fail "should list the commands"
    local command
    for command in $commands; do
        capture quadrat help "$command"
        [[ $output == "usage: quadrat $command"* ]] || fail "should be the usage of $command"
        prints quadrat "$command" --help <<<"$output"
        prints quadrat "$command" -h <<<"$output"
    done
}

@test "options do not keep --help from working, but after '--' it is an expression" {
    capture quadrat eval -q --frobnicate 'meen(' --help
    [[ $status = 0 && $output == "usage: quadrat eval"* ]] || fail "should be the usage"
    refuses 2 "unknown name 'help'" quadrat eval -- --help
}

@test "every topic that help names is there, and nothing is wider than 100 columns" {
    local topic
    for topic in $(quadrat help | sed -n 's/^  quadrat help \([a-z-]*\) .*/\1/p') '' eval scan version help; do
        # shellcheck disable=SC2086  # none or one
        capture quadrat help $topic
        [[ $status = 0 && -n $output && -z $stderr ]] || fail "should be help on '$topic'"
        [ "$(wc -L <<<"$output")" -le 100 ] || fail "should fit a terminal"
    done
}

@test "the columns of help stand below each other" {
    python <<'END'
import re
def columns(arguments, row):
    lines = run(*arguments).stdout.decode().splitlines()
    return {m.end() for m in map(re.compile(row).match, lines) if m}
assert len(columns(["help"], r"  (?!quadrat)[a-z]+ +(\S+ {2,})?")) == 1
assert len(columns(["help"], r"  quadrat help \S+ +")) == 1
assert len(columns(["help", "eval"], r"  (-., |    )--\S+( \S+)? +")) == 1
END
}

@test "the version is that of the records" {
    local version
    version=$(quadrat version | sed -n '1s/^quadrat \([0-9]\+\.[0-9]\+\.[0-9]\+\)$/\1/p')
    [ -n "$version" ]
    quadrat --version | grep -qx "quadrat $version"
    quadrat eval -q --json 1 | grep -q "\"quadrat\": \"$version\""
}

@test "the examples that usage and messages give do what they say" {
    local example examples
    python <<<'np.save("survey.npy", np.arange(4.0))'
    readarray -t examples < <({ quadrat || :; quadrat eval || :; quadrat eval --help; } 2>&1 | grep -o "quadrat eval .*'.*")
    [ "${#examples[@]}" = 3 ]
    for example in "${examples[@]}"; do
        eval "capture $example"
        [ "$status" = 0 ] || fail "should work: $example"
    done
    [ -s result.png ]
    needs_zbar
    capture quadrat scan
    # shellcheck disable=SC2086  # words of a command
    capture ${stderr##*: }
    [[ $status = 0 && $output == *"the check holds"* ]] || fail "should read what eval wrote"
}

@test "each example of 'help functions' has the value that stands there" {
    python <<'END'
import re
np.save("survey.npy", np.arange(4.0))
lines = run("help", "functions").stdout.decode().splitlines()
names = [i for i, line in enumerate(lines) if line.startswith("  ") and line[2] != " "]
assert len(names) >= 30
examples = [lines[i + 2].strip() for i in names]
valued = [e.rpartition(" = ")[::2] for e in examples if " = " in e]
assert len(valued) >= 29
printed = quadrat("--", *(e for e, _ in valued))
assert len(printed) == len(valued)
for (example, value), line in zip(valued, printed):
    assert line.rpartition(" = ")[2].split(" at [")[0] == value, f"{example} gives: {line}"
for example in examples:
    if " = " not in example:
        assert len(quadrat(f"sum({example})")) == 1
for i in names:
    name = lines[i].strip().partition("(")[0]
    if re.fullmatch(r"\w+", lines[i + 1].strip()):
        name = lines[i + 1].strip()  # another name of that one
    assert name in ("add subtract multiply divide negative positive equal not_equal less less_equal greater "
                    "greater_equal floor_divide remainder power bitwise_and bitwise_or bitwise_xor invert "
                    "left_shift right_shift").split() or name in lines[i + 2], f"{name}: not in its example"
END
}

@test "each function can be called by its name, with its defaults written out" {
    python <<'END'
import re
lines = run("help", "functions").stdout.decode().splitlines()
group, calls = "", []
for line in lines:
    if line and line[0] != " ":
        group = line
    m = re.fullmatch(r"  (\w+)\((.*)\)", line)
    if not m or m[1] == "open":
        continue
    values = {"a": "arange(1, 5)", "b": "arange(4)", "q": "0.5", "x": "2", "x1": "2", "x2": "3", "y": "3", "condition": "True", "shape": "(2, 3)",
              "fill_value": "7", "start": "4", "stop": "9", "low": "10", "N": "3", "n": "3", "seed": "1", "dtype": "float32", "real": "1", "min": "0", "max": "2"}
    given = []
    for p in m[2].split(", "):
        name, _, default = p.partition("=")
        if name == "*" or default in ("auto", "None"):
            continue
        by_name = {"seed": "1", "minlength": "9"}
        given.append(f"{name}={default or by_name[name]}" if default or name in by_name else values[name])
    call = f"{m[1]}({', '.join(given)})"
    calls.append(call if group == "Reductions" or group == "Elementwise" else f"sum({call})")
printed = quadrat(*calls)
assert len(printed) == len(calls) >= 30, printed
END
}

@test "each dtype that 'help expressions' lists can be made, read and told" {
    python <<'END'
lines = run("help", "expressions").stdout.decode().splitlines()
dtypes = next(line for line in lines if line.startswith("dtypes: ")).split()[1:]
endings = next(line for line in lines if line.startswith("files: ")).split()[1:]
assert len(dtypes) >= 4 and ".npy" in endings
for dtype in dtypes:
    array = np.array([0, 1, 1, 0, 1], dtype)
    np.save(dtype + ".npy", array)
    for expression, value in ((f'max(open("{dtype}.npy"))', "True" if dtype == "bool" else array.max()),
                              (f'max(zeros(3, dtype="{dtype}"))', np.zeros(1, dtype)[0]),
                              (f'count_nonzero(ones(3, dtype={dtype}))', 3)):
        line, = quadrat(expression)
        suffix = "" if dtype in ("float64", "int64", "bool") or "count" in expression else " " + dtype
        assert line.endswith(f" = {value}{suffix}"), line
END
}

@test "the schema that help prints is the file's, and finds what is no record" {
    quadrat help schema | cmp - "$BATS_TEST_DIRNAME/../../src/record/quadrat-result-1.schema.json"
    quadrat eval -q 'argmax(arange(3))' 'arange(3) / 3' 'mean(arange(3)) * 1j' --label a -o r.json >/dev/null
    python "$BATS_TEST_DIRNAME/../records.py" <<'END'
try:
    import jsonschema
except ImportError:
    sys.exit(77)
import copy, json
record = json.load(open("r.json"))
def put(path, value):
    changed = copy.deepcopy(record)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if value is None and path[-1] in at:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    json.dump(changed, open("changed", "w"))
    return subprocess.run([sys.executable, sys.argv[1], "changed"], capture_output=True).returncode
assert put(["label"], "another") == 0
assert put(["new"], 1) == 0
for path, value in [(["check"], "0" * 15), (["check"], None), (["results"], []), (["label"], "a\nb"),
                    (["results", 0, "value"], 1.5), (["results", 0, "value"], "nan"), (["results", 0, "dtype"], "int"),
                    (["results", 1, "digest"], None), (["results", 2, "bits"], None), (["results", 2, "value", "re"], None),
                    (["results", 0, "at"], [-1]), (["run", "started"], "today"), (["run", "ranks"], 0)]:
    assert put(path, value) == 1, path
END
}
