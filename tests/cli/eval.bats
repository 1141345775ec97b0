# eval: expressions, names and options, and what is printed for them.
leaks=on
load common

@test "results are printed in the order they were asked for, one a line, the expression spelt out" {
    evaluates 'sum(arange(5)), ones((2, 3)).mean()' 'np.max(da.arange(3)); min(arange(4))' $'1\n2' <<'END'
sum(arange(5)) = 10
mean(ones((2, 3))) = 1.0
max(arange(3)) = 2
min(arange(4)) = 0
1 = 1
2 = 2
END
}

@test "named parts are no results, but for the last" {
    evaluates 'a = arange(5); b = a + 1; sum(b)' <<<'sum(arange(5) + 1) = 15'
    evaluates 'a = arange(5); b = sum(a)' <<<'sum(arange(5)) = 10'
    evaluates --let 'a=arange(5)' --let 'b=a * a' 'sum(b)' 'max(a)' <<'END'
sum(arange(5) * arange(5)) = 30
max(arange(5)) = 4
END
}

@test "numbers print as Python's and NumPy's do, and a dtype that they don't tell is added" {
    evaluates -- 1e22 1e16 123456789012345680.0 0.1+0.2 5e-324 -0.0 inf -inf nan \
        'max(full(1, 0.1, dtype="float32"))' 'sum(ones(2, dtype="float32"))' 'max(arange(2) < 1)' \
        '9223372036854775807' 'mean(arange(1, 3) > 1)' <<'END'
1e+22 = 1e+22
1e+16 = 1e+16
1.2345678901234568e+17 = 1.2345678901234568e+17
0.30000000000000004 = 0.30000000000000004
5e-324 = 5e-324
-0.0 = -0.0
inf = inf
-inf = -inf
nan = nan
max(full((1,), 0.1, dtype="float32")) = 0.1 float32
sum(ones((2,), dtype="float32")) = 2.0 float32
max(arange(2) < 1) = True
9223372036854775807 = 9223372036854775807
mean(arange(1, 3) > 1) = 0.5
END
}

@test "a position adds its coordinates" {
    evaluates 'argmax(arange(12))' 'argmin(ones((3, 4)))' 'argmax(full((), 3))' <<'END'
argmax(arange(12)) = 11 at [11]
argmin(ones((3, 4))) = 0 at [0, 0]
argmax(full((), 3)) = 0
END
}

@test "input files: without a name they are x, y, z, whichever of these is free" {
    python <<'END'
for name, value in ("one", 1.0), ("two", 2.0), ("three", 3.0):
    np.save(name + ".npy", np.full(2, value))
END
    evaluates -i one.npy --input two.npy -ithree.npy 'sum(x)' 'sum(y)' 'sum(z)' <<'END'
sum(x) = 2.0
sum(y) = 4.0
sum(z) = 6.0
END
    # canonical: x, y, z in the order of first use, whatever the names
    evaluates -i y=one.npy -i two.npy --input=three.npy 'sum(x)' 'sum(y)' 'sum(z)' <<'END'
sum(x) = 4.0
sum(y) = 2.0
sum(z) = 6.0
END
    evaluates -i temperature=three.npy -i mean=two.npy 'temperature.mean() + mean(mean)' <<<'mean(x) + mean(y) = 5.0'
    evaluates 'sum(open("three.npy"))' <<<'sum(x) = 6.0'
    evaluates -i a=one.npy -i b=one.npy 'sum(a) + sum(b)' <<<'sum(x) + sum(x) = 4.0'
    mkdir 'run=7'
    cp two.npy 'run=7/a=b.npy'
    evaluates -i './run=7/a=b.npy' 'sum(x)' <<<'sum(x) = 4.0'
    evaluates -i "$PWD/run=7/a=b.npy" 'sum(x)' <<<'sum(x) = 4.0'
    evaluates -i 't=run=7/a=b.npy' 'sum(t)' <<<'sum(x) = 4.0'
}

@test "what names a file or result can't pass for a result" {
    local forged='sum(x) = 42'
    python <<<'np.save("sum(x) = 42.npy", np.arange(4.0)); np.save("x: float64 4 A\nsum(x) = 42.npy", np.arange(4.0))'
    quadrat eval -q -i "./$forged.npy" -i "$(printf 'w=x: float64 4 A\n%s.npy' "$forged")" 'sum(x)' 'sum(w)' \
        --label "$(printf 'a\n%s' "$forged")" --meta "$(printf 'k\n%s=1\n%s' "$forged" "$forged")" \
        --meta "sum(y)=$forged" -o r.txt >stdout
    # the statement, as record.h defines it
    [ "$(head -n -1 r.txt | grep -e ' = ' -e ': ' | grep -v -e '^label: ' -e '^meta: ' | grep ' = ')" = "$(cat stdout)" ]
    prints sed '1,4d;/ UTC$/d;/^quadrat/d;s/1 rank.*/1 rank/' r.txt <<'END'
sum(x) \x3d 42.npy, x\x3a float64 4 A\x0asum(x) \x3d 42.npy, 1 rank
label: a\x0asum(x) = 42
meta: k\x0asum(x) = 42=1\x0asum(x) = 42
meta: sum(y)=sum(x) = 42
END
    quadrat scan - <r.txt | tail -n 1 | grep -q 'the check holds'
}

@test "--no-digest: the input's line says that it can't be verified" {
    python <<<'np.save("x.npy", np.arange(4.0))'
    quadrat eval -q --no-digest -i x.npy 'sum(x)' -o r.txt -o r.json
    grep -qx 'x: float64 4 no digest' r.txt
    grep -q '"digest": null' r.json
    quadrat scan - <r.txt | grep -q 'the check holds'
}

@test "the statement does not depend on blocks, threads, names and places" {
    python <<<'np.save("a.npy", np.random.default_rng(1).normal(size=(60, 70))); np.save("b.npy", np.load("a.npy").astype(">f8"))'
    statement() {
        quadrat eval -q "$@" -o r.txt >/dev/null
        grep -v -e ' UTC$' -e ' host, ' r.txt
    }
    statement -i a.npy 'sum(x), mean(x * 3), std(x), argmax(x)' >first
    statement -i a.npy --threads 1 --chunks 7x11 'sum(x), mean(x * 3), std(x), argmax(x)' | cmp first -
    statement -i t=b.npy --threads 9 --chunks=60,1 't.sum()' 'y = 3; mean(t * y), np.std(t), t.argmax()' | cmp first -
    statement 'sum(open("./a.npy", chunks=(1, 70)))' 'x = open("a.npy"); mean(x * 3), std(x), argmax(x)' >twice
    cmp <(head -n 1 first) <(head -n 1 twice)
}

@test "the locale changes nothing" {
    needs localedef
    localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 2>/dev/null || skip "needs the sources of locales"
    german() {
        LOCPATH=$PWD LC_ALL=de_DE.UTF-8 "$@"
    }
    [ "$(german locale decimal_point)" = , ] || skip "needs a locale with a decimal comma"
    prints german "$QUADRAT" eval -q 'mean(arange(2) * 1.5)' '1e300' -o r.png -o r.json <<'END'
mean(arange(2) * 1.5) = 0.75
1e+300 = 1e+300
END
    grep -q '"value": 0.75' r.json
    python <<<'import json; assert json.load(open("r.json"))["run"]["seconds"] > 0'
    LC_ALL=C evaluates 'mean(arange(2) * 1.5)' --label 'Zürich' -o r.txt <<<'mean(arange(2) * 1.5) = 0.75'
    grep -qx 'label: Zürich' r.txt
}

@test "standard error has a line that sums up, and nothing when quiet" {
    capture quadrat eval 'sum(ones((1000, 1000)))' 'sum(ones(3))'
    [[ $stderr =~ ^quadrat:\ 1e6\ elements\ on\ 1\ rank,\ 1\ host\ in\ .*\ s\ \(.*/s\)$ ]] || fail "should sum up"
    evaluates --quiet 1 <<<'1 = 1'
}

@test "commands that run at the same time do not disturb each other" {
    # shellcheck disable=SC2016  # expanded inside
    seq 32 | xargs -P 16 -I{} bash -c '"$QUADRAT" eval -q "{}" -o {}.txt || echo "{} failed"' >lines 2>errors
    cmp <(sort -n lines) <(seq 32 | sed 's/.*/& = &/') || fail "$(head -n 9 errors)"
}

# ---- the code in the terminal ----------------------------------------------------------------

# on_terminal COLUMNS LINES ARGUMENT... : quadrat on a terminal of that size; prints what arrives.
on_terminal() {
    local command
    command=$(printf '%q ' "$QUADRAT" "${@:3}")
    script -qec "stty cols $1 rows $2; $command" /dev/null </dev/null | tr -d '\r'
}

@test "--qr auto: on a terminal that it fits, with a .png, in colours; the result stays last" {
    needs script
    on_terminal 120 50 eval -q 1 -o r.png >shown
    [ "$(tail -n 1 shown)" = '1 = 1' ]
    [ "$(grep -c $'\e\\[38;5;16;48;5;231m.*\e\\[0m$' shown)" -ge 17 ]
    on_terminal 120 50 eval -q 1 -o r.txt >shown
    [ "$(cat shown)" = '1 = 1' ]
    on_terminal 120 50 eval -q 1 -o r.png --qr never >shown
    [ "$(cat shown)" = '1 = 1' ]
    on_terminal 30 50 eval -q 1 -o r.png >shown
    [[ $(cat shown) == 'quadrat: the code needs '*' columns, the terminal has 30; make it larger, or open r.png'$'\n1 = 1' ]]
    evaluates 1 -o r.png <<<'1 = 1'
    on_terminal 120 50 eval -q 1 -o r.svg >shown
    [ "$(grep -c $'\e\\[38;5;16;48;5;231m.*\e\\[0m$' shown)" -ge 17 ]
}

@test "--qr auto: a code that would scroll off the terminal is not drawn, --qr always draws it" {
    needs script
    on_terminal 120 100 eval -q 1 -o r.png >shown
    local lines
    lines=$(wc -l <shown) # of the code and the result; the prompt takes one more
    on_terminal 120 $((lines + 1)) eval -q 1 -o r.png >shown
    [ "$(wc -l <shown)" = "$lines" ]
    on_terminal 120 $((lines + 2)) eval 1 -o r.png >shown
    [ "$(wc -l <shown)" = $((lines + 1)) ]
    on_terminal 120 "$lines" eval -q 1 -o r.png >shown
    [[ $(cat shown) == "quadrat: the code and what stands below it need $((lines + 1)) lines, the terminal has $lines; "*$'\n1 = 1' ]]
    on_terminal 120 5 eval -q 1 --qr always >shown
    [ "$(wc -l <shown)" = "$lines" ]
    on_terminal 30 5 eval -q 1 --qr always >shown
    [[ $(cat shown) == *"; make it larger, or write the code with -o result.png"$'\n1 = 1' ]]
}

# read_off SCHEME FILE : draws what a terminal with its own colours, dark or light, shows of FILE as shown.pgm.
read_off() {
    python "$@" <<'END'
import re
scheme, path = sys.argv[1:]
ink, paper = (255, 0) if scheme == "dark" else (0, 255)
colours = {"16": 0, "231": 255}
halves = {" ": (0, 0), "█": (1, 1), "▀": (1, 0), "▄": (0, 1), "#": (1, 1)}
rows = []
for line in open(path, encoding="utf-8", newline="\n").read().split("\n"):
    front, back, pixels = ink, paper, []
    for escape, character in re.findall("\x1b\\[([0-9;]*)m|(.)", line):
        if character:
            pixels.append([front if half else back for half in halves.get(character, (0, 1))])
        elif escape in ("0", ""):
            front, back = ink, paper
        else:
            for place, colour in re.findall("([34])8;5;([0-9]+)", escape):
                front, back = (colours[colour], back) if place == "3" else (front, colours[colour])
    rows += [[pixel[half] for pixel in pixels] for half in (0, 1)]
width = max(map(len, rows))
screen = np.array([row + [paper] * (width - len(row)) for row in rows], "u1")
screen = np.pad(screen, 8, constant_values=paper).repeat(4, 0).repeat(4, 1)
open("shown.pgm", "wb").write(b"P5 %d %d 255\n" % screen.shape[::-1] + screen.tobytes())
END
}

@test "the code on a dark and on a light terminal reads, as half blocks and in ASCII" {
    needs script zbarimg
    local form scheme
    for form in '' --ascii '--quiet-zone 2'; do
        # shellcheck disable=SC2086  # several options
        on_terminal 200 100 eval -q 'sum(arange(5))' -o r.png $form >shown
        for scheme in dark light; do
            read_off $scheme shown
            cmp <(scanned shown.pgm) <(scanned r.png) || fail "should read: $form, $scheme"
        done
    done
    # without colours, on a dark terminal; --invert on a light one
    NO_COLOR=1 on_terminal 200 100 eval -q 1 -o r.png >shown
    read_off dark shown
    cmp <(scanned shown.pgm) <(scanned r.png)
    on_terminal 200 100 eval -q 1 -o r.png --no-color --invert >shown
    read_off light shown
    cmp <(scanned shown.pgm) <(scanned r.png)
    TERM=dumb on_terminal 200 100 eval -q 1 -o r.png >shown
    lacks $'\e' shown
}

@test "--qr always and JSON on standard output exclude each other" {
    local order
    for order in '--json --qr always' '--qr always --json' '-o - --qr=always'; do
        # shellcheck disable=SC2086  # several options
        refuses 2 "standard output cannot be JSON and show the code" quadrat eval 1 $order
    done
    quadrat eval -q 1 --json --qr auto -o r.png >r.json
    [ "$(head -c 1 r.json)" = '{' ]
}

@test "--no-color and NO_COLOR: the code without escape sequences" {
    needs script
    on_terminal 120 50 eval -q 1 -o r.png --no-color >option
    NO_COLOR=1 on_terminal 120 50 eval -q 1 -o r.png >variable
    NO_COLOR='' on_terminal 120 50 eval -q 1 -o r.png >empty
    [ "$(grep -c '[▀▄█]' option)" -ge 17 ]
    [ "$(grep -c '[▀▄█]' variable)" -ge 17 ]
    lacks $'\e' option
    lacks $'\e' variable
    grep -q $'\e' empty
}

@test "--qr always: the code that is drawn is the one in the .png, also inverted and in ASCII" {
    needs zbarimg
    local form
    for form in '' --invert --ascii '--ascii --invert' '--quiet-zone 2'; do
        # shellcheck disable=SC2086  # several options
        quadrat eval -q 'sum(arange(5))' --qr always $form -o r.png >shown
        [ "$(tail -n 1 shown)" = 'sum(arange(5)) = 10' ]
        # shellcheck disable=SC2086
        python $form <<'END'
drawn = {" ": (0, 0), "█": (1, 1), "▀": (1, 0), "▄": (0, 1)}
lines = open("shown", encoding="utf-8").read().splitlines()[:-1]
if "--ascii" in sys.argv:
    assert all(set(line[::2]) <= set(" #") and line[::2] == line[1::2] for line in lines)
    ink = np.array([[c == "#" for c in line[::2]] for line in lines])
else:
    ink = np.array([[drawn[c][half] for c in line] for line in lines for half in (0, 1)], bool)
light = ~ink if "--invert" in sys.argv else ink
pixels = np.pad(light, 4, constant_values=True).repeat(6, 0).repeat(6, 1)
height, width = pixels.shape
open("shown.pgm", "wb").write(b"P5 %d %d 255\n" % (width, height) + (pixels * np.uint8(255)).tobytes())
END
        cmp <(scanned shown.pgm) <(scanned r.png)
        scanned r.png | grep -qx 'sum(arange(5)) = 10'
    done
}
