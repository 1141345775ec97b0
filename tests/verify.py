#!/usr/bin/env python3
"""verify.py TEXT [KEY.pub] [x=FILE.npy ...]: checks a scanned result by record.h's and sign.h's
rules, without Quadrat. Exits 0 when all that could be checked holds, else 1."""
import base64, hashlib, re, sys
from fractions import Fraction
import numpy as np

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32

def check_text(data):  # 80 bits of BLAKE2b-256
    bits = int.from_bytes(hashlib.blake2b(data, digest_size=32).digest()[:10], "big")
    return "".join(DIGITS[bits >> s & 31] for s in range(75, -1, -5))

def chunks(array):  # index of the first element; elements in C order and native byte order
    for i in range(0, array.size, 1 << 18):
        yield i, np.array(array.flat[i:i + (1 << 18)], array.dtype.newbyteorder("="))

def described(array):
    return f"{array.dtype.name} {'x'.join(map(str, array.shape)) or 'scalar'}"

def digest(array):
    low, half, sums = np.uint64(0xFFFFFFFF), np.uint64(32), [0, 0]
    for i, x in chunks(array):
        if x.dtype.kind in "fc":
            parts = x.view(x.real.dtype)
            parts[parts != parts] = np.nan  # numpy's nan is the canonical one
        w = x.view(f"u{min(x.itemsize, 8)}").astype(np.uint64)  # the bits, zero-extended
        first = i * (w.size // x.size) + 1  # complex128 is two words
        k = np.arange(first, first + w.size, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for n, a in enumerate((w ^ k, w + k)):
            sums[n] = sums[n] + int(((a & low) * (a >> half)).sum()) & 0xFFFFFFFFFFFFFFFF
    return check_text(f"{described(array)} {sums[0]:016X} {sums[1]:016X}".encode())

def exact_sum(x):
    if x.dtype.kind != "f":
        return sum(x.tolist())
    m, exponent = np.frexp(x.astype(np.float64))
    return sum(Fraction(2) ** (e - 53) * sum(map(int, np.ldexp(m[exponent == e], 53)))
               for e in np.unique(exponent).tolist())

def value(name, array):
    if name in ("min", "max"):
        return getattr(np, name)(array).item()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        return float(np.sum(array, dtype=np.float64))
    total = sum((exact_sum(x) for _, x in chunks(array)), Fraction(0))
    kind = float if name == "mean" or array.dtype.kind == "f" else int
    return kind(total / array.size if name == "mean" else total)

def part(text):  # x, or x[0:100, ::2], of an array that was given
    m = re.fullmatch(r"(\w+)(?:\[([-\d:, ]+)\])?", text)
    if not m or m[1] not in arrays or not m[2]:
        return arrays.get(m and m[1])
    bounds = [[int(n) if n.strip() else None for n in i.split(":")] for i in m[2].split(",")]
    return np.asanyarray(arrays[m[1]][tuple(slice(*b) if b[1:] else b[0] for b in bounds)])

def verdict(line):  # True, False, or None when there is nothing to check it against
    if (m := re.fullmatch(r"(.+): (.+) (\w{16})", line)) and (a := part(m[1])) is not None:
        return f"{m[2]} {m[3]}" == f"{described(a)} {digest(a)}"
    m = re.fullmatch(r"(sum|mean|min|max)\((.+)\) = (\S+)", line)
    if m and (a := part(m[2])) is not None:
        return m[3] == str(value(m[1], a))

def ed25519(key, signature, message):  # whether it holds: RFC 8032, 5.1.7
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p)

    def add(a, b):
        (x, y), (u, v) = a, b
        t = d * x * u * y * v
        return (x * v + u * y) * pow(1 + t, -1, p) % p, (y * v + x * u) * pow(1 - t, -1, p) % p

    def times(n, a):
        return (0, 1) if n == 0 else add(times(n - 1, a), a) if n & 1 else times(n >> 1, add(a, a))

    def point(y, odd):
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        assert x * x % p == square, "no point of the curve"
        return (x if x & 1 == odd else p - x), y

    a, r = [(int.from_bytes(b, "little") & 2**255 - 1, b[31] >> 7) for b in (key, signature[:32])]
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % order
    base = point(4 * pow(5, -1, p) % p, 0)
    return s < order and times(s, base) == add(point(*r), times(h, point(*a)))

def string(data):  # SSH's
    return len(data).to_bytes(4, "big") + data

def signed_by(path, text, line):  # whether by that public key: OpenSSH's PROTOCOL.sshsig
    kind, blob = open(path).read().split()[:2]
    blob = base64.b64decode(blob)
    hint = base64.b32encode(hashlib.sha256(blob).digest()[:5]).decode().translate(
        str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", DIGITS))
    m = re.fullmatch(f"SIGNED {hint} ([{DIGITS}]{{103}})", line)
    if kind != "ssh-ed25519" or not m:
        return False
    bits = sum(DIGITS.index(c) << 5 * i for i, c in enumerate(reversed(m[1])))
    data = b"SSHSIG" + string(b"quadrat") + string(b"") + string(b"sha512") + string(
        hashlib.sha512(text).digest())
    return bits % 8 == 0 and ed25519(blob[-32:], (bits >> 3).to_bytes(64, "big"), data)

lines = open(sys.argv[1], "rb").read().removesuffix(b"\n").decode("latin-1").split("\n")
signature = lines.pop() if lines[-1].startswith("SIGNED ") else ""
text = "".join(s + "\n" for s in lines).encode("latin-1")
keys = [a for a in sys.argv[2:] if a.endswith(".pub")]
files = [a.split("=", 1) for a in sys.argv[2:] if a not in keys]
arrays = {n: np.load(f, mmap_mode="r") for n, f in files}
claims = [s for s in lines[:-1] if re.search(" = |: ", s) and not re.match("label: |meta: ", s)]
check = check_text("".join(s + "\n" for s in claims).encode("latin-1"))
verdicts = [("check", bool(claims and re.fullmatch(r"quadrat \d+\.\d+ " + check, lines[-1])))]
verdicts += [(s, verdict(s)) for s in claims]
verdicts += [(n, False) for n in arrays if not any(re.match(n + r"(\[.*\])?: ", s) for s in claims)]
verdicts += [(f"signature by {k}", signed_by(k, text, signature)) for k in keys]
verdicts += [("signature", None)] if signature and not keys else []
for s, holds in verdicts:
    print({True: "holds", False: "DIFFERS", None: "not checked"}[holds], ascii(s), sep="\t")
sys.exit(any(holds is False for _, holds in verdicts))
