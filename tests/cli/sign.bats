# Signatures, beside OpenSSH's own programs: keys are ssh-keygen's, agents ssh-agent's.
leaks=on
load common

a_key() {   # NAME [PASSPHRASE]
    needs ssh-keygen
    ssh-keygen -q -t ed25519 -N "${2-}" -C "$1@example.org" -f "$1"
}

allow() {   # KEY [OPTIONS] : a line of allowed
    echo "$1@example.org ${2:+$2 }$(cut -d ' ' -f 1,2 "$1.pub")" >>allowed
}

signed() {   # KEY [ARGUMENT...] : r.txt r.json r.png
    quadrat eval -q 'mean(ones((10, 10)))' --label 'north field' -o r.txt -o r.json -o r.png --sign "$@" >/dev/null
}

start_agent() {   # SSH_AUTH_SOCK, and agent for teardown
    needs ssh-agent ssh-add
    export SSH_AUTH_SOCK=$PWD/agent
    ssh-agent -d -a "$SSH_AUTH_SOCK" >agent.log 2>&1 3>&- &
    agent=$!
    for _ in {1..100}; do
        [ ! -S "$SSH_AUTH_SOCK" ] || return 0
        sleep 0.05
    done
    fail "the agent does not start"
}

# fake_agent PYTHON : an agent that answers each connection with the bytes of that expression, of what
# was asked (q).
fake_agent() {
    export SSH_AUTH_SOCK=$PWD/fake
    rm -f fake
    "$PYTHON" -c '
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind("fake")
server.listen()
while True:
    connection, _ = server.accept()
    q = connection.recv(65536)
    connection.sendall(eval(sys.argv[1]))
    connection.close()
' "$1" 3>&- &
    agent=$!
    for _ in {1..100}; do
        [ ! -S fake ] || return 0
        sleep 0.05
    done
    fail "the agent does not start"
}

stop_agent() {
    [ -z "${agent-}" ] || kill "$agent"
    agent=
}

teardown() {
    stop_agent
}

own_home() {   # nobody's allowed_signers but the test's
    unset SSH_AUTH_SOCK XDG_CONFIG_HOME
    export HOME=$PWD
}

@test "ssh-keygen accepts the signature of the record, and that of the code is the same" {
    own_home
    a_key mara
    signed mara
    head -n -1 r.txt >text
    "$PYTHON" -c '
import json
s = json.load(open("r.json"))["signature"]
assert s["text"] == open("text").read() and s["namespace"] == "quadrat"
print(s["key"])
open("text.sig", "w").write(s["sshsig"])' >key
    ssh-keygen -lf mara.pub | grep -qF " $(<key) "
    allow mara 'namespaces="quadrat"'
    ssh-keygen -Y verify -f allowed -I mara@example.org -n quadrat -s text.sig <text
    # Ed25519 gives the same bytes for the same text
    ssh-keygen -Y sign -f mara -n quadrat <text 2>/dev/null | cmp - text.sig
    # the line of the text is those bytes, in Crockford's base32, and the key's hint
    "$PYTHON" -c '
import base64, hashlib, sys
def base32(data):
    digits = (8 * len(data) + 4) // 5
    bits = int.from_bytes(data, "big") << 5 * digits - 8 * len(data)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in reversed(range(digits)))
blob = base64.b64decode(open("mara.pub").read().split()[1])
sshsig = base64.b64decode("".join(open("text.sig").read().splitlines()[1:-1]))
print("SIGNED", base32(hashlib.sha256(blob).digest()[:5]), base32(sshsig[-64:]))' |
        cmp - <(tail -n 1 r.txt)
}

@test "scan says who vouches for a code" {
    own_home
    needs_zbar
    a_key mara
    allow mara
    signed mara
    local who
    who="mara@example.org (key $(ssh-keygen -lf mara.pub | cut -d ' ' -f 2))"
    prints quadrat scan --signers allowed r.png <<END
$(cat r.txt)
-- the check holds: the text is as it was written; only the data can confirm it
-- signed by $who; the signature holds
END
    # the user's own file; without one, there is nobody to compare with
    quadrat scan r.png | grep -qF -- "-- signed by the key $(tail -n 1 r.txt | cut -d ' ' -f 2); '--signers FILE' would say whose it is"
    mkdir -p .config/quadrat there/quadrat
    cp allowed .config/quadrat/allowed_signers
    quadrat scan r.png | grep -qF "signed by $who; the signature holds"
    : >there/quadrat/allowed_signers
    export XDG_CONFIG_HOME=$PWD/there
    capture quadrat scan r.png
    [[ $status = 77 && $output == *"an unknown key"* ]] || fail "nobody is allowed"
    # a text that is not signed is refused only where a signature is demanded
    quadrat eval -q 1 -o u.txt
    quadrat scan - <u.txt | tail -n 1 | grep -q 'the check holds'
    numbers='*NOT vouched for: it is not signed' refuses 77 'it is not signed' quadrat scan --signers allowed - <u.txt
}

@test "tampered, wrong namespace, expired, not valid yet, unknown: 77, and which" {
    own_home
    a_key mara
    a_key eve
    allow mara
    signed mara
    local change
    # the label, the run, the time, the signature: what no check holds
    for change in '/^label/s/north/south/' '2s/1 rank/9 ranks/' 's/^20../1999/' '$s/.\{4\}$/0000/' '1s/^/ /'; do
        sed "$change" r.txt >changed
        ! cmp -s r.txt changed || fail "changes nothing: $change"
        capture quadrat scan --signers allowed - <changed
        [[ $status = 77 && $stderr == *"not vouched for: "* ]] || fail "should refuse: $change"
    done
    # the first line: the check does not hold either
    sed '1s/1.0/2.0/' r.txt >changed
    capture quadrat scan --signers allowed - <changed
    [[ $status = 77 && $output == *"check does NOT hold"*"NOT vouched for: the signature by mara@"*"does not hold"* ]] ||
        fail "should refuse another number"
    # another's signature under this text
    signed eve
    cp r.txt eves.txt
    signed mara --meta not=eves
    { head -n -1 r.txt; tail -n 1 eves.txt; } >changed
    numbers='*' refuses 77 'signed by an unknown key' quadrat scan --signers allowed - <changed
    allow eve
    numbers='*' refuses 77 'the signature by eve@example.org' quadrat scan --signers allowed - <changed
    # a signature of the same text for something else
    head -n -1 r.txt >text
    ssh-keygen -q -Y sign -f mara -n file text
    "$PYTHON" -c '
import base64
sshsig = base64.b64decode("".join(open("text.sig").read().splitlines()[1:-1]))
bits = int.from_bytes(sshsig[-64:], "big") << 3
print("".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in reversed(range(103))))' >digits
    { cat text; echo "$(tail -n 1 r.txt | cut -d ' ' -f 1,2) $(<digits)"; } >changed
    numbers='*' refuses 77 'does not hold' quadrat scan --signers allowed - <changed
    local rows=(
        'namespaces="file,git"|may not sign in the namespace quadrat'
        'valid-before="20200101Z"|expired at 20200101Z'
        'valid-after="29990101Z"|is valid from 29990101Z on'
    )
    local row
    for row in "${rows[@]}"; do
        rm allowed
        allow mara "${row%%|*}"
        numbers='*' refuses 77 "${row#*|}" quadrat scan --signers allowed - <r.txt
    done
    # a key that may on one line and not on another may
    allow mara 'valid-after="20200101Z",valid-before="29990101Z",namespaces="q*"'
    quadrat scan --signers allowed - <r.txt | grep -q 'signature holds'
}

@test "a file of allowed signers that is wrong or not there" {
    own_home
    quadrat eval -q 1 -o r.txt
    echo 'mara namespaces=quadrat ssh-ed25519 AAAA' >allowed
    refuses 65 "allowed, line 1: an option's value stands in quotes" quadrat scan --signers allowed - <r.txt
    refuses 74 "nowhere: No such file" quadrat scan --signers nowhere - <r.txt
    refuses 2 "--signers needs FILE" quadrat scan --signers
}

@test "by an agent: a public key, or an encrypted one" {
    own_home
    a_key mara
    a_key locked secret
    allow mara
    allow locked
    refuses 77 "there is no ssh-agent" quadrat eval 1 --sign mara.pub -o r.txt
    refuses 77 "locked: an encrypted private key, and there is no ssh-agent (SSH_AUTH_SOCK is not set). 'ssh-add locked' adds it." \
        quadrat eval 1 --sign locked -o r.txt
    start_agent
    refuses 77 "the ssh-agent does not have it" quadrat eval 1 --sign mara.pub -o r.txt
    ssh-add -q mara
    signed mara.pub
    # one text, in three outputs: somebody who has to confirm is asked once (SSH_AGENTC_SIGN_REQUEST)
    [ "$(grep -c 'type 13' agent.log)" = 1 ] || fail "$(cat agent.log)"
    quadrat scan --signers allowed - <r.txt | grep -q 'signed by mara@example.org'
    refuses 77 "'ssh-add locked' adds it" quadrat eval 1 --sign locked -o r.txt
    printf '#!/bin/sh\necho secret\n' >ask
    chmod 700 ask
    SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force ssh-add -q locked
    signed locked
    quadrat scan --signers allowed - <r.txt | grep -q 'signed by locked@example.org'
    # an agent that is gone, and what is no socket
    stop_agent
    refuses 74 "agent" quadrat eval 1 --sign mara.pub -o s.txt
    SSH_AUTH_SOCK=$PWD/allowed refuses 74 "ssh-agent at" quadrat eval 1 --sign mara.pub -o s.txt
    [ ! -e s.txt ]
}

@test "an agent's answers are checked" {
    own_home
    "$PYTHON" -c pass 2>/dev/null || skip "needs Python"
    a_key mara
    local bytes
    # hangs up; an empty, a huge and a short answer; another kind; lengths that promise too much
    for bytes in 'b""' 'b"\0\0"' 'b"\0\0\0\0"' 'b"\xff\xff\xff\xff\x0c"' 'b"\0\0\0\x09\x0c"' 'b"\0\0\0\1\x0d"' 'b"\0\0\0\1\x0c"' \
        'b"\0\0\0\5\x0c\xff\xff\xff\xff"' 'b"\0\0\0\x0d\x0c\0\0\0\1\xff\xff\xff\xffmara"'; do
        fake_agent "$bytes"
        refuses 74 "ssh-agent" quadrat eval 1 --sign mara.pub -o r.txt
        stop_agent
    done
    fake_agent 'b"\0\0\0\1\5"'
    refuses 77 "ssh-agent: it refused" quadrat eval 1 --sign mara.pub -o r.txt
    stop_agent
    # has the key, and then gives no signature, or a wrong one; the number is printed all the same
    local key='__import__("base64").b64decode(open("mara.pub").read().split()[1])'
    local has="b'\\0\\0\\0\\x44\\x0c\\0\\0\\0\\1\\0\\0\\0\\x33' + $key + b'\\0\\0\\0\\4mara'"
    local wrong="b'\\0\\0\\0\\x58\\x0e\\0\\0\\0\\x53\\0\\0\\0\\x0bssh-ed25519\\0\\0\\0\\x40' + bytes(64)"
    local row
    for row in "b'\\0\\0\\0\\1\\5'|77|it refused" "$wrong|74|its signature does not hold" "b'\\0\\0\\0\\2\\x0e\\0'|74|makes no sense"; do
        fake_agent "$has if q[4] == 11 else ${row%%|*}"
        row=${row#*|}
        numbers='1 = 1' refuses "${row%%|*}" "${row#*|}" quadrat eval 1 --sign mara.pub -o r.txt
        stop_agent
    done
    [ ! -e r.txt ]
}

@test "what is no key to sign with is refused before the work" {
    own_home
    a_key mara
    ssh-keygen -q -t rsa -b 1024 -N '' -f rsa
    ssh-keygen -q -t ecdsa -N '' -m PEM -f pem
    mkfifo fifo
    head -c 300 mara >cut
    local work='mean(random((100000, 100000), seed=1))'   # far too long for a test
    refuses 65 "rsa.pub: a key of type 'ssh-rsa', not ssh-ed25519" timeout 10 "$QUADRAT" eval "$work" --sign rsa.pub -o r.txt
    refuses 65 "rsa: a private key, but not of type ssh-ed25519" timeout 10 "$QUADRAT" eval "$work" --sign rsa -o r.txt
    refuses 65 "pem: not a private key as OpenSSH writes it" timeout 10 "$QUADRAT" eval "$work" --sign pem -o r.txt
    refuses 65 "cut: a damaged OpenSSH private key" timeout 10 "$QUADRAT" eval "$work" --sign cut -o r.txt
    refuses 65 "not a regular file" timeout 10 "$QUADRAT" eval "$work" --sign fifo -o r.txt
    refuses 74 "nowhere: No such file" timeout 10 "$QUADRAT" eval "$work" --sign nowhere -o r.txt
    refuses 2 "nothing carries a signature" timeout 10 "$QUADRAT" eval "$work" --sign mara
    [ ! -e r.txt ]
}

@test "where there is no room for the signature, it is refused, and never left out" {
    own_home
    a_key mara
    numbers='1 = 1' refuses 2 "its signature included" quadrat eval 1 --sign mara --version-limit 7 -o r.png
    [ ! -e r.png ]
    # the label goes, the time stays
    quadrat eval -q 1 --sign mara --label "$(printf 'a%.0s' {1..400})" -o r.png
    needs zbarimg
    scanned r.png >text
    lacks '^label' text
    grep -q ' UTC$' text
    grep -q '^SIGNED ' text
    quadrat eval -q 1 --sign mara --json | grep -q 'BEGIN SSH SIGNATURE'
}

@test "under mpirun one rank signs, and all leave when it can't" {
    own_home
    needs mpirun
    a_key mara
    allow mara
    (. "$BATS_TEST_DIRNAME/../../scripts/mpi-env"
     mpirun -q -n 3 "$QUADRAT" eval -q 'mean(ones((10, 10)))' --sign mara -o r.txt >/dev/null
     capture timeout 20 mpirun -q -n 3 "$QUADRAT" eval 'mean(random((100000, 100000), seed=1))' --sign nowhere -o s.txt
     [[ $status = 74 && $(grep -c '^quadrat: nowhere: No such file' <<<"$stderr") = 1 ]] || fail "should be refused once")
    quadrat scan --signers allowed - <r.txt | grep -q 'signed by mara@example.org'
}

@test "verify says who vouches, from the code, the text and the record; show keeps the signature" {
    a_key mara
    a_key eve
    allow mara
    signed mara
    for file in r.png r.txt r.json; do
        [ "$file" != r.png ] || command -v ZXingReader >/dev/null || continue
        capture quadrat verify "$file" --signers allowed
        [ "$status" = 0 ] || fail "verify of $file: $stderr"
        [[ $output == *"-- signed by mara@example.org "*"MATCHES: every bit"* ]] || fail "$file: $output"
        capture quadrat show "$file" --ascii
        [ "$status" = 0 ] || fail "show of $file: $stderr"
        echo "$output" >"$file.log"
    done
    cmp r.txt.log r.json.log
    signed eve
    capture quadrat verify r.txt --signers allowed
    [ "$status" = 77 ] || fail "an unknown key should be refused"
    [[ $output != *MATCHES* ]] || fail "nothing should be computed: $output"
    quadrat eval -q 'mean(ones(3))' -o r.txt >/dev/null
    capture quadrat verify r.txt --signers allowed
    [ "$status" = 77 ] || fail "a text without a signature should be refused"
}

@test "verify.py checks the signature by itself" {
    own_home
    python <<<''
    a_key mara
    a_key eve
    signed mara
    "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" r.txt mara.pub >verdicts || fail "$(cat verdicts)"
    grep -q "^holds	'signature by mara.pub'" verdicts
    "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" r.txt >verdicts
    grep -q "^not checked	'signature'" verdicts
    capture "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" r.txt eve.pub
    [[ $status = 1 && $output == *"DIFFERS"*"signature by eve.pub"* ]] || fail "should not be eve's"
    local change
    for change in '/^label/s/north/south/' '$d' '$s/^SIGNED \(.\)/SIGNED x\1/'; do
        sed "$change" r.txt >changed
        capture "$PYTHON" "$BATS_TEST_DIRNAME/../verify.py" changed mara.pub
        [[ $status = 1 && $output == *"DIFFERS"* ]] || fail "should refuse: $change"
    done
}
