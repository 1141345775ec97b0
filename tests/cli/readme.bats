# What README shows is what the program does now.

load common

@test "README's picture is what its line gives" {
    local root=$BATS_TEST_DIRNAME/../.. expression
    expression=$(sed -n "s/^mpirun -n 4 quadrat eval '\(.*\)' -o result.png$/\1/p" "$root/README.md")
    [ -n "$expression" ]
    "$QUADRAT" eval "$expression" -q -o "$BATS_TEST_TMPDIR/now.txt"
    "$QUADRAT" scan "$root/tests/data/readme.png" >"$BATS_TEST_TMPDIR/then.txt"
    # the statement and the check; how it was run differs
    diff <(grep -E ' = |: |^quadrat ' "$BATS_TEST_TMPDIR/now.txt") \
         <(grep -E ' = |: |^quadrat ' "$BATS_TEST_TMPDIR/then.txt" | grep -v '^-- ')
}

@test "every file that README names is there" {
    cd "$BATS_TEST_DIRNAME/../.."
    local file missing=
    for file in $(grep -oE '\]\([^)#:]+\)' README.md | tr -d '])(' | sort -u); do
        [ -e "$file" ] || missing+=" $file"
    done
    [ -z "$missing" ] || { echo "missing:$missing"; false; }
}
