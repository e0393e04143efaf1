#!/usr/bin/env python3
"""Makes tables of coupling coefficients anew, every number from Racah's formula, without any code of the program that wrote them.

    python3 check_table.py FILE ...

Compares each file (format toolkit-table/1) byte by byte with what it should be and prints "valid", the file and its checksum, or
"invalid: reason". check_theorem.py uses it for theorems about tables. Needs nothing but Python's standard library.
"""
import hashlib
import json
import math
import struct
import sys
from fractions import Fraction


def halves(k):
    return str(k // 2) if k % 2 == 0 else f"{k}/2"


def racah(l1, l2, l3, m1, m2, m3):
    """The 3j symbol as (sign, p, q) for sign sqrt(p/q); arguments doubled."""
    f = math.factorial
    a, b, c = (l1 + l2 - l3) // 2, (l1 - m1) // 2, (l2 + m2) // 2
    d, e = (l3 - l2 + m1) // 2, (l3 - l1 - m2) // 2
    s = sum(Fraction((-1) ** k, f(k) * f(a - k) * f(b - k) * f(c - k) * f(d + k) * f(e + k))
            for k in range(max(0, -d, -e), min(a, b, c) + 1))
    up = (f(a) * f(d + b) * f(e + c) * f(b) * f((l1 + m1) // 2) * f(c) * f((l2 - m2) // 2) * f((l3 - m3) // 2) * f((l3 + m3) // 2))
    square = s * s * Fraction(up, f((l1 + l2 + l3) // 2 + 1))
    return (0 if s == 0 else (1 if s > 0 else -1) * (-1) ** (d - e)), square.numerator, square.denominator


def real_entry(l1, l2, l3, n1, n2, n3):
    """The same in the real basis by the unitary image, times sqrt(2 l3 + 1) and over i where l1 + l2 + l3 is odd."""
    def rows(l, n):  # U(n, m) as (m, k) for i^k, over sqrt(2) unless n = 0
        parity = 2 * (abs(n) // 2 % 2)
        return [(0, 0)] if n == 0 else [(n, parity), (-n, 0)] if n > 0 else [(-n, parity + 3), (n, 1)]
    total, first = [0, 0], None  # real and imaginary part
    for m1, k1 in rows(l1, n1):
        for m2, k2 in rows(l2, n2):
            for m3, k3 in rows(l3, n3):
                if m3 == m1 + m2 and abs(m3) <= l3:
                    sign, p, q = racah(l1, l2, l3, m1, m2, -m3)
                    k = (-k1 - k2 + k3 - (l1 + l2 + l3) // 2 % 2 + (l1 - l2 + m3)) % 4
                    if sign == 0:
                        continue
                    # All terms have one size: a symbol and its image under m -> -m.
                    assert first in (None, (p, q)), "terms of a real coefficient do not fit"
                    first = (p, q)
                    total[k % 2] += sign * (1 if k < 2 else -1)
    assert total[1] == 0, "a real coefficient is not real"
    total = total[0]
    if total == 0:
        return 0, 0, 1
    square = Fraction(total) ** 2 * Fraction(*first) * (l3 + 1) / 2 ** sum(n != 0 for n in (n1, n2, n3))
    return (1 if total > 0 else -1), square.numerator, square.denominator


def four_pi(bits):
    def arctan(x):
        power, total, k = (1 << bits) // x, 0, 0
        while power:
            total, power, k = total + (-1) ** k * (power // (2 * k + 1)), power // (x * x), k + 1
        return total
    return 4 * (16 * arctan(5) - 4 * arctan(239))


def nearest(sign, p, q, single, gaunt):
    """The bytes of the floating-point number nearest to sign sqrt(p/q), over sqrt(4 pi) for Gaunt's coefficients."""
    digits, bits = (24 if single else 53), 600
    if gaunt:
        p, q = p << bits, q * four_pi(bits)
    shift = (2 * digits + 40 - (p.bit_length() - q.bit_length())) // 2
    scaled = (p << 2 * shift) // q if shift >= 0 else p // (q << -2 * shift)
    root = math.isqrt(scaled)
    exact = root * root == scaled and scaled * q == (p << 2 * shift if shift >= 0 else p >> -2 * shift)
    extra = root.bit_length() - digits
    n, rest = root >> extra, root & ((1 << extra) - 1)
    half = 1 << (extra - 1)
    n += rest > half or rest == half and (not exact or n % 2 == 1)
    return struct.pack("<f" if single else "<d", sign * math.ldexp(n, extra - shift))


def make(what, most, half, single):
    """The bytes of the table's file, and its checksum."""
    body, index, entries = [], [], 0
    position = 1024

    def block(l1, l2, l3):
        nonlocal position, entries
        found = []
        zero = racah(l1, l2, l3, 0, 0, 0) if what == "gaunt" else None
        for m3 in range(-l3, l3 + 1, 2):
            for m1 in range(-l1, l1 + 1, 2):
                if what == "real-cg":
                    seconds = sorted({s for x in (abs(m1) + abs(m3), abs(abs(m1) - abs(m3))) for s in (x, -x)})
                else:
                    seconds = [m3 - m1 if what == "cg" else -m3 - m1]
                for m2 in seconds:
                    if abs(m2) > l2:
                        continue
                    if what == "real-cg":
                        sign, p, q = real_entry(l1, l2, l3, m1, m2, m3)
                    else:
                        sign, p, q = racah(l1, l2, l3, m1, m2, -m3 if what == "cg" else m3)
                    if what == "cg":
                        sign, p = sign * (-1) ** ((l1 - l2 + m3) // 2 % 2), p * (l3 + 1)
                    if what == "gaunt":
                        sign, p, q = sign * zero[0], p * zero[1] * (l1 + 1) * (l2 + 1) * (l3 + 1), q * zero[2]
                    if sign:
                        found.append((nearest(sign, p, q, single, what == "gaunt"), (m1 + l1) // 2, (m2 + l2) // 2, (m3 + l3) // 2))
        if found:
            data = b"".join(x[0] for x in found) + b"".join(bytes(x[k] for x in found) for k in (1, 2, 3))
            data += bytes(-len(data) % 8)
            index.append((l1, l2, l3, len(found), position))
            body.append(data)
            position, entries = position + len(data), entries + len(found)

    # The order of the blocks in the file: by classes of permuted (l1, l2, l3).
    for big in range(most + 1):
        if what == "gaunt" and big % 2:
            continue
        for middle in range(min(big, most - big) + 1):
            if not half and (big + middle) % 2:
                continue
            for small in range(0 if half else big % 2, middle + 1, 1 if half else 2):
                if not half and small % 2 != big % 2:
                    continue
                ls = small + big, small + middle, big + middle
                seen = []
                for x, y, z in ((0, 1, 2), (2, 1, 0), (2, 0, 1)):
                    if ls[z] not in seen:
                        seen.append(ls[z])
                        block(ls[x], ls[y], ls[z])
                        if ls[x] != ls[y]:
                            block(ls[y], ls[x], ls[z])
    tail = b"".join(struct.pack("<iiiiq", *record) for record in sorted(index))
    lmax = halves(most)
    precision, option = (',"precision":"float32"', " --precision float32") if single else ("", "")
    head = (f'{{"format":"toolkit-table/1","what":"{what}","basis":"{"real" if what == "real-cg" else "complex"}","convention":"toolkit",'
            f'"lmax":"{lmax}","half":{"true" if half else "false"}{precision},"generator":"toolkit tables --kind {what} --lmax {lmax}'
            f'{" --half" if half else ""}{option} --format table","blocks":{len(index)},"entries":{entries},"index":{position},'
            f'"length":{position + len(tail)},"checksum":"{"0" * 64}"}}').ljust(1023) + "\n"
    checksum = hashlib.sha256(b"".join(body) + tail + head.encode()).hexdigest()
    return head.replace("0" * 64, checksum).encode() + b"".join(body) + tail, checksum


def exists(what, most, half, single):
    return (what in ("3j", "cg", "real-cg", "gaunt") and type(most) is int and 0 <= most <= 80 and type(half) is bool
            and type(single) is bool and (half and what in ("3j", "cg") or not half and most % 2 == 0))


def statement(what, most, half, single, claimed):
    """What a theorem about the table with this checksum says, or None and why there is none."""
    if not exists(what, most, half, single):
        return None, "there is no such table"
    checksum, lmax = make(what, most, half, single)[1], halves(most)
    if checksum != claimed:
        return None, f"the table has the checksum {checksum}"
    coupling = ("the Clebsch-Gordan coefficient of Condon and Shortley, that is the solution of the ladder relations of J1 + J2 with "
                "unit norm and <l1 l1 l2 L-l1|L L> > 0")
    value = {"3j": "3j(l1, l2, l3; m1, m2, m3)", "cg": f"<l1 m1 l2 m2|l3 m3>, {coupling}",
             "real-cg": "C(n1, n2, n3) at (l1, l2, l3; n1, n2, n3), where i**k*C(n1, n2, n3), k = 0 if l1 + l2 + l3 is even and 1 if "
                        "it is odd, is the sum over m1, m2, m3 of conjugate(U(n1, m1)*U(n2, m2))*U(n3, m3)*<l1 m1 l2 m2|l3 m3>, with "
                        "R_n = the sum over m of U(n, m)*Y_m, R_m = ((-1)**m*Y_m + Y_-m)/sqrt(2) and R_-m = ((-1)**m*Y_m - "
                        f"Y_-m)/(sqrt(2)*i) for m > 0, R_0 = Y_0, and <l1 m1 l2 m2|l3 m3> {coupling}",
             "gaunt": "sqrt((2*l1 + 1)*(2*l2 + 1)*(2*l3 + 1)/(4*pi))*3j(l1, l2, l3; 0, 0, 0)*3j(l1, l2, l3; m1, m2, m3)"}[what]
    kinds = "integers and half-integers" if half else "integers"
    return (f"the file of format toolkit-table/1 with checksum {checksum} holds, for all {kinds} l1, l2, l3 from 0 to {lmax}, at every "
            f"point where it is not 0, the {'float32' if single else 'float64'} nearest to {value}; and nothing else", None)


def check(path):
    with open(path, "rb") as f:
        found = f.read()
    head = json.loads(found[:1024])
    top, _, bottom = head["lmax"].partition("/")
    table = head["what"], int(top) * (1 if bottom == "2" else 2), head["half"], head.get("precision") == "float32"
    if not exists(*table):
        return "invalid: no table of this kind in this program's own convention is known"
    expected, checksum = make(*table)
    if found != expected:
        at = next((i for i, (x, y) in enumerate(zip(found, expected)) if x != y), min(len(found), len(expected)))
        return f"invalid: byte {at} is not what it should be, of a table of {len(expected)} bytes with the checksum {checksum}"
    return f"valid\t{path}\t{checksum}"


def main(files):
    answers = []
    for path in files:
        try:
            answers.append(check(path))
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as e:
            answers.append(f"invalid: malformed: {type(e).__name__} {e}")
        print(answers[-1])
    return int(any(a.startswith("invalid") for a in answers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
