"""Checks number texts against Python's and NumPy's. Each line of standard input is

    d|f  BITS  TEXT  HEX

the bits of a double or float in hexadecimal, its shortest text and its hex float."""
import struct
import sys

try:
    import numpy
except ImportError:
    numpy = None
    print("skipped: float32, for want of numpy")

wrong = 0
for line in sys.stdin:
    kind, bits, text, hexadecimal = line.split()
    raw = bytes.fromhex(bits)
    value, = struct.unpack(">" + kind, raw)
    if kind == "d":
        expected = repr(value)
    else:
        expected = str(numpy.frombuffer(raw, ">f4")[0]) if numpy else text
    same = text == expected
    if value == value:
        same = same and struct.pack(">" + kind, float.fromhex(hexadecimal)) == raw
    if not same:
        wrong += 1
        print(f"{line.strip()}: expected {expected}", file=sys.stderr)
sys.exit(wrong > 0)
