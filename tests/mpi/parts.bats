#!/usr/bin/env bats
# Parts of one work, made apart and joined without the arrays, are the one run, to the last byte.
load common

# Several results, axes, slices, masks, integers; a state of some kB.
several='sum(x), mean(x[::2, 10:-10]), std(x, ddof=1), argmax(x), sum(x * y, axis=1), max(y, axis=0),
         prod(y[0, :5]), sum(y), mean(x, where=y > 0), histogram(x, 8, range=(-3, 3)), any(y == 9),
         vdot(x, y), mean(x) / max(x), sum(random((50, 1000), seed=1)), norm(x.T[3:]), nanmin(h)'
# What a QR code carries.
short='mean(x), max(y[::3], axis=None), sum(x, where=y > 2)'

setup_file() {
    export tag="parts-$$-$RANDOM"
    "$PYTHON" - "$BATS_FILE_TMPDIR" <<'END' || return 0 # setup skips
import sys, numpy as np
rng = np.random.default_rng(1)
np.save(sys.argv[1] + "/x.npy", rng.normal(size=(120, 150)))
np.save(sys.argv[1] + "/y.npy", rng.integers(-9, 10, (120, 150), dtype="i4"))
np.save(sys.argv[1] + "/h.npy", np.asfortranarray(rng.normal(size=(40, 30)).astype("f2")))
END
    cd "$BATS_FILE_TMPDIR" || return
    for i in 1 2 3; do
        "$QUADRAT" eval -q --chunks 30 -i x.npy -i y.npy --part $i/3 "$short" -o $i.qpart -o $i.png \
            -o $i.svg -o $i.txt >$i.lines
    done
    "$QUADRAT" eval -q --chunks 30 -i x.npy -i y.npy "$short" -o one.txt -o one.json >one.lines
}

setup() {
    need mpirun
    need_numpy
    mkdir "$BATS_TEST_TMPDIR/here"   # bats has files of its own beside it
    cd "$BATS_TEST_TMPDIR/here" || return
    made=$BATS_FILE_TMPDIR
    files=(-i x="$made/x.npy" -i y="$made/y.npy" -i h="$made/h.npy")
}

quadrat() {
    run --separate-stderr timeout 60 "$QUADRAT" "$@"
}

# merges PART...: they give now.txt and now.json, which say what one.txt and one.json do.
merges() {
    quadrat merge "$@" -o now.txt -o now.json
    expect 0
    [ "$output" = "$(cat one.lines)" ]
    diff <(claims one) <(claims now)
}

# claims NAME: its statement; where the arrays are, no part says.
claims() {
    statement "$1" | sed 's/"source": .*/"source": null,/'
}

# claims_of FILE.json: the same of a record alone.
claims_of() {
    sed -e '/"run": {/,/}/d' -e 's/"source": .*/"source": null,/' "$1"
}

# refuses CODE MESSAGE ARGUMENT...: so ends quadrat, and it wrote nothing.
refuses() {
    local before after
    before=$(ls -A)
    quadrat "${@:3}"
    expect "$1" "quadrat: $2"
    [ "$output" = "" ]
    after=$(ls -A)
    [ "$before" = "$after" ]
}

needs_images() {
    "$QUADRAT" version | grep -q '^libzbar: yes' || skip "needs a quadrat with libzbar"
}

# forge FROM TO SCRIPT: the state, whose bytes the Python changes, with a digest that holds.
forge() {
    "$PYTHON" - "$@" <<'END'
import hashlib, sys
s = open(sys.argv[1], "rb").read()[:-16]
exec(sys.argv[3])
open(sys.argv[2], "wb").write(s + hashlib.blake2b(s, digest_size=32).digest()[:16])
END
}

# ---- the same bits ------------------------------------------------------------------------------

@test "parts from 1, 2, 3 and 5 ranks, with 1 to 3 threads, in any order, are the one run" {
    local options
    for options in '--chunks 30' '--chunks 7x150 --no-digest' ''; do
        # shellcheck disable=SC2086  # several options
        {
            ranks 1 eval -q $options "${files[@]}" "$several" -o one.txt -o one.json
            expect 0 ""
            echo "$output" >one.lines
            local part=0
            for n in 5 1 3 2; do
                part=$((part + 1))
                ranks $n eval -q $options --threads $((part % 3 + 1)) "${files[@]}" --part $part/4 \
                    "$several" -o $part.qpart
                expect 0 ""
            done
        }
        merges 3.qpart 1.qpart 4.qpart 2.qpart
        merges 4.qpart 3.qpart 2.qpart 1.qpart
    done
}

@test "a state is the same however it was joined, and one of parts of other sizes" {
    local i
    for i in 1/1 1/3 2/3 3/3 2/2 1/4 2/4; do
        quadrat eval -q --chunks 30 "${files[@]}" --part $i "$several" -o ${i/\//of}.qpart
        expect 0 ""
    done
    quadrat merge -q 3of3.qpart 1of3.qpart -o some.qpart
    expect 0 ""
    tail -n 7 <<<"$output" | diff - <(cat <<END
blocks 0 to 5, 13 to 19 of the 20 of (120, 150)
blocks 0 to 2, 6 to 9 of the 10 of (60, 130)
block 0 of the 1 of (5,)
blocks 0 to 21, 45 to 67 of the 68 of (50, 1000)
blocks 0 to 5, 13 to 19 of the 20 of (147, 120)
block 1 of the 2 of (40, 30)
blocks 0 to 5, 13 to 19 of the 20 of (120, 147)
END
    )
    quadrat merge -q 2of3.qpart some.qpart -o all.qpart
    expect 0 ""
    cmp all.qpart 1of1.qpart
    quadrat merge -q 2of2.qpart 1of4.qpart 2of4.qpart -o all.qpart
    expect 0 ""
    cmp all.qpart 1of1.qpart
    quadrat merge -q 1of1.qpart -o again.qpart
    expect 0 ""
    cmp again.qpart 1of1.qpart
}

@test "an array that was reduced by parts is the .npy of the one run" {
    local i work='sum(x * y[:, ::-1], axis=(0,))'
    ranks 2 eval -q --chunks 16 "${files[@]}" "$work" -o one.npy
    expect 0 ""
    for i in 1 2; do
        ranks $((i + 1)) eval -q --chunks 16 "${files[@]}" --part $i/2 "$work" -o $i.qpart
        expect 0 ""
    done
    quadrat merge -q 2.qpart 1.qpart -o now.npy
    expect 0 ""
    cmp one.npy now.npy
}

@test "arrays are saved by their numbers, and the name of a result is that of the one run" {
    local i work='sum(x, axis=1), sum(x, axis=0), level = mean(x)'
    ranks 2 eval -q --chunks 16 "${files[@]}" "$work" --save 1=one.npy --save 2=two.npy -o one.json
    for i in 1 2; do
        quadrat eval -q --chunks 16 "${files[@]}" --part $i/2 "$work" -o $i.qpart
        expect 0 ""
    done
    quadrat merge -q 1.qpart 2.qpart --save 1=now1.npy --save 2=now2.npy -o now.json
    expect 0 ""
    cmp one.npy now1.npy
    cmp two.npy now2.npy
    diff <(claims_of one.json) <(claims_of now.json)
    grep -q '"name": "level"' now.json
    refuses 2 "a .npy file holds one array; there are 2 *picks one, by its name or number" \
        merge 1.qpart 2.qpart -o a.npy
    for i in 0 3 4 99999999999999999999; do
        refuses 2 "result $i is to be saved, but is no array" merge 1.qpart 2.qpart --save $i=a.npy
    done
    refuses 2 "'x' is to be saved, but is no result" merge 1.qpart 2.qpart --save x=a.npy
    quadrat merge 1.qpart -o some.qpart
    expect 0 "quadrat: 1 part of * elements joined *"
}

@test "a part without blocks says so, and a part is no result to verify" {
    quadrat eval --part 1/2 'mean(arange(9))' -o a.qpart
    expect 0 "quadrat: this part is empty: *"
    refuses 65 "a.qpart: this is a part, not a result; *" verify a.qpart
}

@test "more parts than blocks, and an array without elements" {
    local i
    quadrat eval -q 'sum(arange(9)), min(x), sum(zeros(0))' -i x="$made/x.npy" -o one.txt -o one.json
    echo "$output" >one.lines
    for i in 1 2 3 4; do
        quadrat eval -q 'sum(arange(9)), min(x), sum(zeros(0))' -i x="$made/x.npy" --part $i/4 -o $i.qpart
        expect 0 ""
    done
    merges 2.qpart 1.qpart 4.qpart 3.qpart
}

# ---- forms --------------------------------------------------------------------------------------

@test "a part is merged from .qpart, .png, a drawn .svg, .txt, and standard input" {
    needs_images
    need rsvg-convert
    cp "$made"/one.* .
    rsvg-convert --zoom 2 "$made/3.svg" -o drawn.png
    merges "$made/2.png" drawn.png "$made/1.qpart"
    merges - "$made/2.png" "$made/1.qpart" <"$made/3.txt"
    cat "$made"/[321].txt >several.txt
    merges several.txt
    fold -w 70 "$made/3.txt" >folded
    merges folded "$made/2.txt" "$made/1.txt"
    merges - "$made/2.txt" "$made/1.qpart" <drawn.png
}

@test "scan says of every form what the part has, as eval did" {
    needs_images
    local f
    diff "$made/2.lines" - <<END
mean(x)
max(y[::3])
sum(x, where=y > 2)
x: float64 120x150
y: int32 120x150
blocks 6 to 12 of the 20 of (120, 150)
blocks 3 to 5 of the 10 of (40, 150)
END
    { cat "$made/2.lines"; echo "-- the state of a part: 'quadrat merge' joins it with the others"; } >said
    for f in 2.qpart 2.png 2.txt; do
        quadrat scan "$made/$f"
        expect 0 ""
        diff said - <<<"$output"
    done
    quadrat scan - <"$made/2.txt"
    diff said - <<<"$output"
    for f in 2.qpart 2.png 2.txt; do
        "$QUADRAT" show --ascii "$made/$f" >$f.drawn
        quadrat show --ascii $f.drawn
        expect 0 ""
        diff $f.drawn - <<<"$output"
    done
}

@test "one JPEG with the codes of two parts, tilted, and a foreign code between them" {
    needs_images
    "$PYTHON" -c 'import cv2' 2>/dev/null || skip "needs OpenCV"
    "$QUADRAT" version | grep -q '^libjpeg: yes' || skip "needs a quadrat with libjpeg"
    cp "$made"/one.* .
    "$QUADRAT" eval -q 'sum(arange(9))' -o other.png >other
    "$PYTHON" - "$made/1.png" other.png "$made/3.png" <<'END'
import sys, cv2, numpy as np
codes = [np.pad(cv2.imread(f, 0), 60, constant_values=235) for f in sys.argv[1:]]
page = np.full((max(map(len, codes)), sum(c.shape[1] for c in codes)), 235, "u1")
x = 0
for c in codes:
    page[:len(c), x:x + c.shape[1]] = c
    x += c.shape[1]
h, w = page.shape
page = cv2.warpAffine(page, cv2.getRotationMatrix2D((w / 2, h / 2), 4, 0.9), (w, h), borderValue=180)
page = cv2.GaussianBlur(page, (0, 0), 1.2) + np.random.default_rng(1).normal(0, 6, page.shape)
cv2.imwrite("photo.jpg", np.clip(page, 0, 255), [cv2.IMWRITE_JPEG_QUALITY, 80])
END
    merges photo.jpg "$made/2.qpart"
}

# What README shows: two clusters that share nothing but a screen and a camera.
@test "photos: each part's code by a camera, as JPEG, is merged" {
    needs_images
    local camera=${QUADRAT_CAMERA:-$BATS_TEST_DIRNAME/../../../shared/tools/phone_battery.py}
    [ -e "$camera" ] || skip "no camera: set QUADRAT_CAMERA"
    "$PYTHON" -c 'import cv2' 2>/dev/null || skip "needs OpenCV"
    "$QUADRAT" version | grep -q '^libjpeg: yes' || skip "needs a quadrat with libjpeg"
    quadrat eval -q "${files[@]:0:2}" --chunks 40 'mean(x), std(x, ddof=1)' -o one.txt -o one.json
    echo "$output" >one.lines
    ranks 2 eval -q "${files[@]:0:2}" --chunks 40 --part 1/2 'mean(x), std(x, ddof=1)' -o north.png
    ranks 3 eval -q "${files[@]:0:2}" --chunks 40 --part 2/2 'mean(x), std(x, ddof=1)' -o south.png
    for part in north south; do
        for seed in 1 2 3 4 5; do   # who takes a blurred photo takes another one
            "$PYTHON" - "$camera" $part $seed <<'END'
import sys, cv2, numpy as np
tool = {"__name__": "camera"}
source = open(sys.argv[1]).read()
exec(compile(source.removesuffix("\n").removesuffix("\nmain()"), sys.argv[1], "exec"), tool)
shot = tool["camera"](cv2.imread(sys.argv[2] + ".png", 0), 5, np.random.default_rng(int(sys.argv[3])))
cv2.imwrite(sys.argv[2] + ".jpg", shot, [cv2.IMWRITE_JPEG_QUALITY, 80])
END
            quadrat scan $part.jpg
            [ "$status" != 0 ] || break
        done
    done
    merges south.jpg north.jpg
}

# ---- refusals -----------------------------------------------------------------------------------

@test "refused by name: what is missing, there twice, of other work, cut in other blocks" {
    cd "$made"
    local of='of the 20 of (120, 150)' i
    refuses 1 "not all is there; missing: blocks 6 to 12 $of; blocks 3 to 5 *. Add *'-o more.qpart' keeps *" \
        merge 1.qpart 3.txt
    refuses 1 "not all is there; missing: *" merge 1.qpart 3.txt -o now.txt -o now.qpart
    refuses 1 "not all is there; missing: *" merge 1.qpart --json
    refuses 77 "1.txt has blocks 0 to 5 $of in common with 1.qpart" merge 2.qpart 1.qpart 1.txt -o now.txt
    refuses 77 "1.qpart has blocks 0 to 5 $of in common with 1.qpart" merge 1.qpart 1.qpart -o now.qpart
    cd "$BATS_TEST_TMPDIR/here" || return
    "$QUADRAT" eval -q --chunks 30 "${files[@]:0:4}" --part 1/2 "$short" -o half.qpart >half
    refuses 77 "half.qpart has blocks 6 to 9 of the 20 of (120, 150) in common with $made/2.qpart" \
        merge "$made/2.qpart" half.qpart
    "$QUADRAT" eval -q --chunks 30 "${files[@]:0:4}" --part 1/3 'mean(x)' -o mean.qpart >mean
    "$QUADRAT" eval -q --chunks 30 "${files[@]:0:4}" --part 1/3 --no-digest "$short" -o bare.qpart >bare
    for i in mean bare; do
        refuses 77 "$i.qpart is a part of other work than $made/2.txt" merge "$made/2.txt" $i.qpart
    done
    "$QUADRAT" eval -q --chunks 20 "${files[@]:0:4}" --part 1/3 "$short" -o cut.qpart >lines
    refuses 77 "cut.qpart: its arrays are cut in other blocks *--chunks*" merge "$made/2.qpart" cut.qpart
    "$QUADRAT" eval -q --checkpoint finished 'mean(ones(9))' >mean
    "$QUADRAT" eval -q --part 1/1 'mean(ones(9))' -o all.qpart >mean
    refuses 77 "finished is complete; nothing can be joined to it" merge all.qpart finished
}

@test "refused as damaged: cut, changed, empty, no state, another version" {
    needs_images
    local whole=$made/1.qpart size at
    size=$(stat -c %s "$whole")
    for at in 0 17 30 $((size / 2)) $((size - 1)); do
        "$PYTHON" - "$whole" $at <<'END'
import sys
s, at = bytearray(open(sys.argv[1], "rb").read()), int(sys.argv[2])
s[at] ^= 1
open("bad.qpart", "wb").write(s)
END
        refuses 65 "bad.qpart*" merge bad.qpart "$made/2.qpart" "$made/3.qpart" -o now.txt
    done
    for at in 1 15 16 40 $((size - 1)); do
        head -c $at "$whole" >bad.qpart
        refuses 65 "bad.qpart*" merge bad.qpart "$made/2.qpart" "$made/3.qpart" -o now.txt
    done
    { cat "$whole"; echo; } >bad.qpart
    refuses 65 "bad.qpart is damaged, or no state of quadrat" merge bad.qpart
    : >empty
    refuses 65 "empty*" merge empty "$made/1.qpart"
    sed 's/^QUADRAT-STATE-2 .\{40\}/&0/' "$made/1.txt" >bad.txt
    refuses 65 "bad.txt*" merge bad.txt
    sed 's,/$,,' "$made/1.txt" >bad.txt
    refuses 65 "bad.txt: the text of this state is damaged or not whole" merge bad.txt
    forge "$whole" new.qpart 's = s.replace(b"state-2", b"state-3", 1)'
    refuses 65 "new.qpart is a state of another version of quadrat; this is quadrat *" merge new.qpart
    sed s/STATE-2/STATE-3/ "$made/1.txt" >new.txt
    refuses 65 "new.txt is a state of another version of quadrat; *" merge "$made/2.qpart" new.txt
    "$QUADRAT" eval -q 'mean(ones(3))' -o result.png -o result.txt >result
    refuses 65 "result.png: no code in it has the state of a part; 'quadrat scan' says what they have" \
        merge result.png "$made/1.qpart"
    refuses 65 "result.txt: this is neither the state of a part nor a PNG, JPEG or PNM image of one" merge result.txt
    refuses 65 "$made/1.svg: this is neither *" merge "$made/1.svg"
    refuses 65 "$made/x.npy: this is neither *" merge "$made/x.npy"
    refuses 74 "none.qpart: No such file or directory" merge none.qpart
    refuses 2 "there is no part; for example: *" merge -o result.png
}

@test "forged states: numbers that no run has, hostile lines; nothing of them reaches the terminal" {
    local whole=$made/1.qpart line
    for line in 'mean(ones(3))\n\n' 'mean(\x1b[31mx)\n\n' '\x1b]0;hey\x07\n\n' 'mean(x)\nx\x1b[1m: float64 9\n\n' \
        'sum(open("/etc/passwd"))\n\n' 'mean(x)\n\xff\xfe\n\n' 'ones((4000000000, 4000000000))\n\n' '\n' ''; do
        forge "$whole" bad.qpart "at = s.index(b'\n\n') + 2; s = b'quadrat-state-2\n' + b'$line' + s[at:]"
        refuses 65 "*" scan bad.qpart
        # shellcheck disable=SC2154  # run's
        [[ $stderr != *[$'\e\x07\xff']* ]]
        refuses 65 "*" merge bad.qpart -o now.txt
        [[ $stderr != *[$'\e\x07\xff']* ]]
    done
    for line in 's += b"x"' 's = s[:-1]' 'at = s.index(b"\n\n") + 2; s = s[:at] + b"\xff" * 20' \
        'at = s.index(b"\n\n") + 2; s = s[:at] + b"\7" + s[at + 1:]'; do
        forge "$whole" bad.qpart "$line"
        refuses 65 "bad.qpart is damaged, or no state of quadrat" merge bad.qpart -o now.txt
    done
    # a code may have any text behind the form's name
    printf 'QUADRAT-STATE-\e[31m 00/' >bad.txt
    refuses 65 "*" merge bad.txt
    [[ $stderr != *$'\e'* ]]
}

@test "what has no parts is refused before the work, and it is said why" {
    local no='there are no parts of this program:'
    refuses 2 "$no max(sum(x, axis=0)) needs the value of another reduction before it can begin. *" \
        eval "${files[@]:0:4}" --part 1/2 'max(sum(x, axis=0))' -o a.qpart
    refuses 2 "$no std(y - mean(y)) needs the value of another reduction *--checkpoint*" \
        eval "${files[@]:0:4}" --part 1/2 'mean(y), std(x - mean(x))' -o a.qpart
    refuses 2 "$no median(random((1000000,), seed=1)) goes over its array several times*--checkpoint*" \
        eval --part 1/2 'median(random(1000000, seed=1))' -o a.qpart
    refuses 2 "$no histogram(x, 8) needs *" eval "${files[@]:0:4}" --part 1/2 'histogram(x, 8)' -o a.qpart
    refuses 2 "$no a part is of reductions, and has no room for an array's elements" \
        eval "${files[@]:0:4}" --part 1/2 'mean(x), x + 1' -o a.qpart
    refuses 2 "$no it reduces no array" eval --part 1/2 '1 + 1' -o a.qpart
    ranks 3 eval "${files[@]:0:4}" --part 1/2 'x + 1' -o a.qpart
    expect 2 "quadrat: $no *"
}

@test "what of the options does not go with parts is refused" {
    local option text
    for option in --json '-o -' '--sign key' '--label a' '--meta a=b' --full-metadata; do
        # shellcheck disable=SC2086  # an option and its value
        refuses 2 "a part is no result yet: --json, --sign, --label, --meta, --full-metadata and .npy are for merge, *" \
            eval --part 1/2 'mean(ones(9))' -o a.qpart $option
    done
    refuses 2 "a.json: a part is a state, which is written as .qpart, .png, .svg or .txt" \
        eval --part 1/2 'mean(ones(9))' -o a.json
    refuses 2 "a.qpart: a state is of a part; --part 1/1 is all of it" eval 'mean(ones(9))' -o a.qpart
    refuses 2 "a part has to go somewhere: add -o part.qpart or part.png" eval --part 1/2 'mean(ones(9))'
    for text in '' / 1 1/ /2 0/2 3/2 -1/2 1/2/3 1.5/3 a/b 1/9999999 1x2 99999999999999999999/3; do
        refuses 2 "--part: '$text' is no part; the second of three is 2/3" \
            eval --part "$text" 'mean(ones(9))' -o a.qpart
    done
    refuses 2 "unknown option '--part'*" merge --part 1/2 "$made/1.qpart"
}

@test "a state that is too long for a code is refused, with the way out" {
    local work='sum(x, axis=0), sum(x, axis=1)'
    files+=(--chunks 30)
    refuses 2 "this state needs * characters, more than a code of version 25 holds; write it with '-o part.qpart'" \
        eval "${files[@]}" --part 1/2 "$work" -o a.png
    refuses 2 "this state needs *version 40 holds; write it with '-o part.qpart'" \
        eval "${files[@]}" --part 1/2 "$work" -o a.svg --version-limit 40
    refuses 2 "this state needs *version 3 holds; write it with '-o part.qpart', or allow larger codes *" \
        eval "${files[@]}" --part 1/2 'mean(x)' -o a.svg --version-limit 3
}

# ---- outputs, and stopping ----------------------------------------------------------------------

@test "when merging fails, what was there stays" {
    local f i
    for f in now.txt now.json now.npy now.qpart; do
        echo old >$f
    done
    for i in 1 2 3; do
        "$QUADRAT" eval -q "${files[@]:0:2}" --chunks 30 --part $i/3 'sum(x, axis=0)' -o $i.qpart >$i
    done
    head -c -1 3.qpart >bad.qpart
    local to=(-o now.txt -o now.json -o now.npy -o now.qpart)
    refuses 1 '*' merge 1.qpart 2.qpart "${to[@]}"
    refuses 77 '*' merge 1.qpart 3.qpart 2.qpart 1.qpart "${to[@]}"
    refuses 65 '*' merge 1.qpart 2.qpart bad.qpart "${to[@]}"
    refuses 74 '*none*' merge 1.qpart 2.qpart 3.qpart -o now.txt -o now.npy -o none/now.json
    cat now.* | sort | uniq -c | grep -qx ' *4 old'
}

@test "a part with a checkpoint is stopped by SIGUSR1 and goes on, on other ranks" {
    need pgrep
    local zero=0
    ! sanitized || zero=
    local work="x = random((200$zero, 1000000), seed=1); mean(x), std(x), max(x)"
    quadrat eval -q --part 2/3 "$work" -o whole.qpart
    stop USR1 2
    ranks 2 eval -q --checkpoint state --part 2/3 "$work" -o "$tag.qpart"
    wait
    expect 75 "*quadrat: stopped; what was done is saved in state. *"
    [ ! -e "$tag.qpart" ]
    ranks 3 eval --checkpoint state --part 2/3 "$work" -o "$tag.qpart"
    expect 0 "quadrat: resumed from the saved state*"
    cmp whole.qpart "$tag.qpart"
}
