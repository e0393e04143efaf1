#!/usr/bin/env python3
"""Checks theorem files (format toolkit-proof/1) without any code of the program that wrote them.

    python3 check_theorem.py FILE ...

Needs nothing but Python's standard library. For each file it rebuilds every ratio of neighbouring terms from their
factorials, expands every polynomial identity, and checks shifts, domains, boundaries, roots, signs, premises and the
printed statements. Then it evaluates the last statement at random points from the definitions. It prints

    valid <TAB> file <TAB> name <TAB> rules checked again <TAB> rules trusted <TAB> assumptions <TAB> statement

or "invalid: reason". A trusted rule rests on a written argument: its premises must be there and its statement must be
the one that the argument is about, but the argument itself is for people to read.
"""
import hashlib
import json
import math
import random
import re
import struct
import sys
from collections import Counter
from fractions import Fraction
from itertools import product as cartesian


class Refused(Exception):
    """Why a file proves nothing."""


def need(condition, why):
    if not condition:
        raise Refused(why)


# ---- polynomials over the integers: {exponents: coefficient}, one exponent for each variable

class Poly(dict):
    """A polynomial in the variables of some list of names; two are equal when their terms are."""

    def __add__(self, other):
        out = Poly(self)
        for e, c in other.items():
            out[e] = out.get(e, 0) + c
        return Poly({e: c for e, c in out.items() if c})

    def __mul__(self, other):
        if isinstance(other, int):
            return Poly({e: c * other for e, c in self.items() if c * other})
        out = {}
        for e, c in self.items():
            for f, d in other.items():
                g = tuple(map(int.__add__, e, f))
                out[g] = out.get(g, 0) + c * d
        return Poly({e: c for e, c in out.items() if c})

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def degree(self, v):
        return max((e[v] for e in self), default=-1)

    def total(self):
        return max((sum(e) for e in self), default=-1)

    def diff(self, v):
        return Poly({e[:v] + (e[v] - 1,) + e[v + 1:]: c * e[v] for e, c in self.items() if e[v]})

    def substitute(self, images, n):
        """Each variable replaced by a polynomial in n variables."""
        out = Poly()
        for e, c in self.items():
            term = const(c, n)
            for v, k in enumerate(e):
                for _ in range(k):
                    term = term * images[v]
            out = out + term
        return out

    def at(self, point):
        return sum(c * math.prod(x ** k for x, k in zip(point, e)) for e, c in self.items())


def const(k, n):
    return Poly({(0,) * n: k} if k else {})


def var(v, n):
    return Poly({tuple(int(i == v) for i in range(n)): 1})


def prod(polys, n):
    out = const(1, n)
    for p in polys:
        out = out * p
    return out


def parse(text, names):
    need(isinstance(text, str), f"expected a polynomial, found {text!r}")
    n, out = len(names), Poly()
    body = text.replace(" ", "").replace("**", "^")
    for sign, term in re.findall(r"([+-]?)([^+-]+)", body):
        p = const(-1 if sign == "-" else 1, n)
        for factor in term.split("*"):
            name, _, power = factor.partition("^")
            if re.fullmatch(r"\d{1,1000}", factor):
                p = p * int(factor)
            else:
                need(name in names and re.fullmatch(r"\d{0,2}", power), f"not a polynomial in {names}: {text!r}")
                for _ in range(int(power or 1)):
                    p = p * var(names.index(name), n)
        out = out + p
    need("".join(s + t for s, t in re.findall(r"([+-]?)([^+-]+)", body)) == body and body, f"not a polynomial: {text!r}")
    return out


def show(p, names):
    """As the file's printer writes it: terms in descending lexicographic order."""
    text = ""
    for e in sorted(p, reverse=True):
        c = p[e]
        parts = [v if k == 1 else f"{v}**{k}" for v, k in zip(names, e) if k]
        if abs(c) != 1 or not parts:
            parts = [str(abs(c))] + parts
        text += ("-" if c < 0 and not text else " - " if c < 0 else " + " if text else "") + "*".join(parts)
    return text or "0"


# ---- linear forms: (constant, coefficients)

class Form(tuple):
    def __add__(self, other):
        if isinstance(other, int):
            return Form((self[0] + other, self[1]))
        return Form((self[0] + other[0], tuple(map(int.__add__, self[1], other[1]))))

    def __rmul__(self, k):
        return Form((k * self[0], tuple(k * c for c in self[1])))

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -other

    def at(self, point):
        return self[0] + self.change(point)

    def change(self, step):
        return sum(c * x for c, x in zip(self[1], step))

    def put(self, images):
        out = Form((self[0], (0,) * len(images[0][1])))
        for c, image in zip(self[1], images):
            out = out + c * image
        return out

    def half(self):
        ok = self[0] % 2 == 0 and all(c % 2 == 0 for c in self[1])
        return Form((self[0] // 2, tuple(c // 2 for c in self[1]))) if ok else None

    def natural(self):
        return self[0] >= 0 and all(c >= 0 for c in self[1])

    def poly(self):
        n = len(self[1])
        return sum((var(i, n) * c for i, c in enumerate(self[1])), const(self[0], n))

    def show(self, names):
        text = ""
        for c, name in list(zip(self[1], names)) + [(self[0], None)]:
            if c:
                part = str(abs(c)) if name is None else name if abs(c) == 1 else f"{abs(c)}*{name}"
                text += ("-" if c < 0 and not text else " - " if c < 0 else " + " if text else "") + part
        return text or "0"


def form(k, *coefficients):
    return Form((k, tuple(coefficients)))


def unit(i, n):
    return Form((0, tuple(int(k == i) for k in range(n))))


def zero(n):
    return Form((0, (0,) * n))


def linear(text, names):
    p = parse(text, names)
    need(p.total() <= 1, f"not a linear form: {text!r}")
    n = len(names)
    return Form((p.get((0,) * n, 0), tuple(p.get(tuple(int(k == i) for k in range(n)), 0) for i in range(n))))


def even(f):
    return f.half() is not None


RESERVED = set("""i sqrt diff sum over of for all and or not if is are in at where with under otherwise becomes natural
integers couple join map grad every""".split())


def names_of(value, most=10):
    need(isinstance(value, list) and len(value) <= most, f"expected at most {most} names, found {value!r}")
    for name in value:
        need(isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*'*", name) and len(name) <= 40
             and name.rstrip("'") not in RESERVED, f"not a name: {name!r}")
    need(len(set(value)) == len(value), f"a name stands twice: {value}")
    return value


def integers(value):
    need(isinstance(value, list) and all(type(x) is int for x in value), f"expected integers, found {value!r}")
    return value


def fresh(taken, wanted):
    return next(x for x in [wanted] + [f"{wanted}{k}" for k in range(1, 100)] if x not in taken)


# ---- hypergeometric terms

class Term:
    """(±1)^s Π numerator! / Π denominator!, 1/n! = 0 for n < 0."""

    def __init__(self, names, alternating, numerator, denominator):
        self.names, self.alternating, self.up, self.down = names, alternating, numerator, denominator

    @staticmethod
    def read(d):
        names = names_of(d["variables"])
        need(type(d["alternating"]) is bool and names, "a term needs an index and a sign")
        return Term(names, d["alternating"], [linear(x, names) for x in d["numerator"]],
                    [linear(x, names) for x in d["denominator"]])

    def __eq__(self, other):
        return vars(self) == vars(other)

    def arguments(self):
        return self.down + self.up

    def finite(self):
        slopes = [x[1][0] for x in self.down]
        return 1 in slopes and -1 in slopes and all(abs(x[1][0]) <= 1 for x in self.arguments())

    def offsets(self, shift):
        return [x.change([0] + shift) for x in self.arguments()]

    def moved(self, base):
        both = [x + b for x, b in zip(self.arguments(), base)]
        return Term(self.names, self.alternating, both[len(self.down):], both[:len(self.down)])

    def ratio(self, base, shift):
        """F(p + shift)/F(base) as a polynomial, factorial by factorial: 1/(x+a)! over 1/(x+b)! and (x+a)! over (x+b)!."""
        n, out = len(self.names), const(1, len(self.names))
        for i, (x, a, b) in enumerate(zip(self.arguments(), self.offsets(shift), base)):
            low, high = (a, b) if i < len(self.down) else (b, a)
            need(low <= high <= low + 1000, "a term is no polynomial multiple of the base")
            for k in range(low + 1, high + 1):
                out = out * (x + k).poly()
        return out

    def telescope(self, q):
        """G(s) − G(s+1) over F, with G = Down q F: from F(s+1)/F(s) = ε Up(s)/Down(s+1)."""
        n = len(self.names)
        s = form(0, *([1] + [0] * (n - 1)))
        down = [x.poly() for x in self.down if x[1][0] == 1] + [(x + 1).poly() for x in self.up if x[1][0] == -1]
        up = [x.poly() for x in self.down if x[1][0] == -1] + [(x + 1).poly() for x in self.up if x[1][0] == 1]
        shifted = q.substitute([(s + 1).poly()] + [var(i, n) for i in range(1, n)], n)
        return prod(down, n) * q + prod(up, n) * shifted * (1 if self.alternating else -1)

    def gaps(self):
        out = []
        for x in self.up:
            seen = []
            for d in self.down:
                if (x - d)[1][0] == 0 and x - d not in seen:
                    seen.append(x - d)
            out.append(seen)
        return out

    def show(self):
        def one(x):
            body = x.show(self.names)
            return body + "!" if body.isalnum() else f"({body})!"
        head = [f"(-1)**{self.names[0]}"] if self.alternating else []
        head = "*".join(head + [one(x) for x in self.up]) or "1"
        return f"{head}/({'*'.join(one(x) for x in self.down)})"

    def sum(self, point):
        total = Fraction(0)
        grows = [x for x in self.down if x[1][0] == 1]
        falls = [x for x in self.down if x[1][0] == -1]
        low, high = max(-x.at([0] + point) for x in grows), min(x.at([0] + point) for x in falls)
        for s in range(low, high + 1):
            at = [s] + point
            if all(x.at(at) >= 0 for x in self.down):
                need(all(x.at(at) >= 0 for x in self.up), "a factorial of a negative number")
                sign = -1 if self.alternating and s % 2 else 1
                total += Fraction(sign * math.prod(math.factorial(x.at(at)) for x in self.up),
                                  math.prod(math.factorial(x.at(at)) for x in self.down))
        return total


# ---- the two symbols, in their integer parameters

class Symbol:
    def __init__(self, name, term, phase, up, down, physical, quanta, twice, parameters):
        self.name, self.term, self.phase, self.up, self.down = name, term, phase, up, down
        self.physical, self.quanta, self.twice, self.parameters = physical, quanta, twice, parameters
        self.in_quanta = [zero(6)] + parameters
        self.combinations = {}
        for size in (1, 2, 3):
            for chosen in cartesian(range(len(physical)), repeat=size):
                if list(chosen) == sorted(chosen):
                    total = zero(len(term.names))
                    for i in chosen:
                        total = total + physical[i]
                    self.combinations.setdefault(total[1], []).append((total[0], chosen))

    def at_least(self, bounds, f):
        if not any(f[1]):
            return f[0]
        found = self.combinations.get(f[1])
        return max(f[0] - k + sum(bounds[i] for i in chosen) for k, chosen in found) if found else None

    def shift(self, twice):
        need(len(twice) == 6, "a shift has six components")
        change = [p.change(twice) for p in self.parameters]
        need(all(c % 2 == 0 for c in change), "a shift makes an integer combination half-integer")
        change = [c // 2 for c in change]
        need([t.change([0] + change) for t in self.twice] == twice, "a shift breaks a sum rule")
        return change

    def to_parameters(self, f):
        """A form in the quantum numbers as one in the parameters."""
        out = (Form((0, f[1])).put(self.twice) + 2 * f[0]).half()
        need(out is not None, "a factor under a root is not an integer")
        return out

    def poly_to_parameters(self, p, degree):
        n = len(self.term.names)
        images = [t.poly() for t in self.twice]
        return sum((Poly({e: c}).substitute(images, n) * 2 ** (degree - sum(e)) for e, c in p.items()), Poly())

    def value(self, twice):
        """sign √N S from the definition, as a float; 0 outside the domain. Arguments are doubled."""
        doubled = [p.change(twice) for p in self.parameters]
        if any(d % 2 for d in doubled):
            return None
        point = [d // 2 for d in doubled]
        if [t.at([0] + point) for t in self.twice] != list(twice):
            return None
        if any(f.at([0] + point) < 0 for f in self.physical):
            return 0.0
        up = math.prod(math.factorial(f.at([0] + point)) for f in self.up)
        down = math.prod(math.factorial(f.at([0] + point)) for f in self.down)
        s = self.term.sum(point)
        square = s * s * Fraction(up, down)
        size = math.sqrt(square.numerator) / math.sqrt(square.denominator) if square else 0.0
        return size * (1 if s > 0 else -1) * (-1) ** (self.phase.at([0] + point) % 2)


def three_j():
    e = lambda *c: form(0, 0, *c)
    square = [e(0, 0, 1, 0, 1), e(0, 1, 0, 1, 0), e(1, 0, 0, 0, 0), e(0, 1, 0, 0, 0), e(1, 0, 0, 0, 1),
              e(0, 0, 1, 1, 0), e(1, 0, 0, 1, 0), e(0, 0, 1, 0, 0), e(0, 1, 0, 0, 1)]
    down = [form(0, 1, 0, 0, 0, 0, 0), form(0, -1, 1, 0, 0, 0, 0), form(0, -1, 0, 1, 0, 0, 0),
            form(0, -1, 0, 0, 1, 0, 0), form(0, 1, 0, 0, 0, 1, 0), form(0, 1, 0, 0, 0, 0, 1)]
    return Symbol("3j", Term(list("sabcde"), True, [], down), e(0, 0, 0, 1, -1), square, [form(1, 0, 1, 1, 1, 1, 1)],
                  square, ["j1", "j2", "j3", "m1", "m2", "m3"],
                  [e(1, 1, 0, 1, 0), e(1, 0, 1, 0, 1), e(0, 1, 1, 1, 1), e(1, -1, 0, 1, 0), e(-1, 0, 1, 0, -1),
                   e(0, 1, -1, -1, 1)],
                  [form(0, 1, 1, -1, 0, 0, 0), form(0, 1, 0, 0, -1, 0, 0), form(0, 0, 1, 0, 0, 1, 0),
                   form(0, 0, -1, 1, 1, 0, 0), form(0, -1, 0, 1, 0, -1, 0)])


def six_j():
    a = lambda i: unit(i, 7)
    b3 = a(1) + a(2) + a(3) + a(4) - a(5) - a(6)
    quads, s = [a(5), a(6), b3], a(0)
    differences = [q - a(i) for q in quads for i in range(1, 5)]
    twice = lambda i, k, q: a(i) + a(k) - q
    return Symbol("6j", Term(["s", "A1", "A2", "A3", "A4", "B1", "B2"], True, [s + 1],
                             [s - a(i) for i in range(1, 5)] + [q - s for q in quads]),
                  zero(7), differences, [a(i) + 1 for i in range(1, 5)], differences,
                  ["j1", "j2", "j3", "l1", "l2", "l3"],
                  [twice(1, 2, a(6)), twice(1, 3, b3), twice(1, 4, a(5)), twice(3, 4, a(6)), twice(2, 4, b3),
                   twice(2, 3, a(5))],
                  [form(0, 1, 1, 1, 0, 0, 0), form(0, 1, 0, 0, 0, 1, 1), form(0, 0, 1, 0, 1, 0, 1),
                   form(0, 0, 0, 1, 1, 1, 0), form(0, 1, 1, 0, 1, 1, 0), form(0, 0, 1, 1, 0, 1, 1)])


SYMBOLS = {"3j": three_j(), "6j": six_j()}


# ---- proved statements: a kind, its data, its text

class Proved:
    def __init__(self, kind, text, premises=(), assumptions=(), holds=None, **data):
        self.kind, self.text, self.holds, self.rule = kind, text, holds, None
        self.assumptions = sorted(set(assumptions).union(*[p.assumptions for p in premises]))
        self.__dict__.update(data)


LIMIT = ("written argument 'limit in a parameter': where an argument of the numerator has a parameter of its own, the "
         "relation at non-integer values of that parameter goes over to the integers by continuity")


def halves(k):
    return str(k // 2) if k % 2 == 0 else f"{k}/2"


def moved_name(name, k, text=str):
    return name if k == 0 else f"{name} + {text(k)}" if k > 0 else f"{name} - {text(-k)}"


def can_be_met(n, sizes, holds):
    for scale in [1, 4] + [4 * (abs(k) + 1) for k in sizes]:
        for point in cartesian([0, 1, -1, 2, -2] if n <= 6 else [0, 1, -1], repeat=n):
            if holds([scale * x for x in point]):
                return True
    return False


def telescoping(d, premises):
    need(not premises, "expected no premises")
    term = Term.read(d["term"])
    names, n = term.names, len(term.names)
    terms = [(parse(t["coefficient"], names), integers(t["shift"])) for t in d["terms"]]
    base, q = integers(d["base"]), parse(d["q"], names)
    shifts = [s for _, s in terms]
    need(term.finite(), "the sum has no finite support")
    need(terms and all(len(s) == n - 1 for s in shifts) and len(set(map(tuple, shifts))) == len(shifts), "bad shifts")
    need(any(c for c, _ in terms) and all(c.degree(0) <= 0 for c, _ in terms), "bad coefficients")
    columns = list(zip(*[term.offsets(s) for s in shifts]))
    nearest = [max(c) if i < len(term.down) else min(c) for i, c in enumerate(columns)]
    need(base == nearest, "the base is not the nearest one")
    left = sum((c * term.ratio(base, s) for c, s in terms), Poly())
    need(left == term.moved(base).telescope(q), "the coefficients times the ratios are not the telescoper of q")
    # Conditions under which no factorial of a negative number occurs.
    at_base = term.moved(base).gaps()
    at_terms = [term.moved(term.offsets(s)).gaps() for s in shifts]
    conditions, limit = [], False
    for i, x in enumerate(term.up):
        others = term.down + term.up[:i] + term.up[i + 1:]
        own = any(abs(x[1][v]) == 1 and all(o[1][v] == 0 for o in others) for v in range(1, n))
        limit |= own
        conditions += [g[i] for g in at_terms] if own else [at_base[i]]
    kept = []
    for gap in conditions:
        if not any(not any(g[1]) and g[0] >= 0 for g in gap):
            gap = [g for g in gap if any(g[1])]
            if gap not in kept:
                kept.append(gap)
    need(can_be_met(n - 1, [g[0] for gap in kept for g in gap][:8],
                    lambda p: all(any(g.at([0] + p) >= 0 for g in gap) for gap in kept)), "conditions cannot be met")
    total = fresh(names, "S")
    call = lambda s: f"{total}({', '.join(moved_name(v, k) for v, k in zip(names[1:], s))})"
    either = lambda gap: " or ".join(g.show(names) + " >= 0" for g in gap)
    domain = " and ".join(f"({either(g)})" if len(g) > 1 else either(g) for g in kept)
    text = (f"for all integers {', '.join(names[1:])}{' with ' + domain if kept else ''}: "
            + " + ".join(f"({show(c, names)})*{call(s)}" for c, s in terms)
            + f" = 0, where {total}({', '.join(names[1:])}) is the sum over all integers {names[0]} of {term.show()}")

    def holds(rng):
        p = [rng.randint(-2, 6) - k for k in shifts[0]]
        if not all(any(g.at([0] + p) >= 0 for g in gap) for gap in kept):
            return False
        need(sum(c.at([0] + p) * term.sum([x + k for x, k in zip(p, s)]) for c, s in terms) == 0, f"false at {p}")
        return True
    return Proved("sums", text, assumptions=[LIMIT] if limit else [], holds=holds, term=term, terms=terms,
                  conditions=kept, rule_name="telescoping" if q else "termwise")


def normalisation(d, premises):
    need(len(premises) == 1 and premises[0].kind == "sums", "the premise is not a relation between sums")
    symbol, sums = SYMBOLS[d["symbol"]], premises[0]
    need(sums.term == symbol.term, "the premise is about another sum")
    quanta, names, n = symbol.quanta, symbol.term.names, len(symbol.term.names)
    claim = [(parse(t["coefficient"], quanta), [linear(x, quanta) for x in t["radicand"]], integers(t["twice-shift"]))
             for t in d["terms"]]
    x = [[linear(w, names) for w in t["x"]] for t in d["terms"]]
    y = [[linear(w, names) for w in t["y"]] for t in d["terms"]]
    need(all(f[1][0] == 0 for w in x + y for f in w), "a witness contains the index")
    shifts = [symbol.shift(t[2]) for t in claim]
    need(shifts == [s for _, s in sums.terms], "the shifts are not those of the sums")
    radicands = [[symbol.to_parameters(f) for f in r] for _, r, _ in claim]
    up, down = [int(k) for k in d["scale"]]
    need(up > 0 and down > 0, "the scale must be positive")
    degree = max([0] + [c.total() for c, _, _ in claim])
    change = lambda i, f: f.change([0] + shifts[i])
    domains = []
    for domain in d["domains"]:
        if "summand" in domain:
            r = domain["summand"]
            need(type(r) is int and 0 <= r < len(claim) and len(domain) == 1, "no such summand")
            domains.append((r, [-change(r, f) for f in symbol.physical]))
        else:
            bounds = integers(domain["bounds"])
            need(len(bounds) == len(symbol.physical) and len(domain) == 1, "bad bounds")
            domains.append((None, bounds))
    need(domains, "no domain")
    for i, (c, _, _) in enumerate(claim):
        sign = -1 if change(i, symbol.phase) % 2 else 1
        left = symbol.poly_to_parameters(c, degree) * prod([f.poly() for f in x[i]], n) * (down * sign)
        need(left == sums.terms[i][0] * prod([f.poly() for f in y[i]], n) * up, "a coefficient is not that of the sum")

    def norm(i):
        """The squared norm at a shift over that at shift 0, as powers of linear forms."""
        powers = Counter()
        for forms, sign in ((symbol.up, 1), (symbol.down, -1)):
            for f in forms:
                k = change(i, f)
                need(abs(k) <= 1000, "a shift of more than 1000 steps")
                for step in range(1, k + 1):
                    powers[f + step] += sign
                for step in range(k + 1, 1):
                    powers[f + step] -= sign
        return powers

    def square(i):
        """R_i N_i Y_i²/X_i² as powers of forms; the same for all i, so that λ_i² is."""
        powers = norm(i)
        for f in radicands[i]:
            powers[f] += 1
        for f in y[i]:
            powers[f] += 2
        for f in x[i]:
            powers[f] -= 2
        return {f: k for f, k in powers.items() if k}
    # Shifts are relative to a common point, which a far-away relation has in its first term.
    need(all(square(i) == square(0) for i in range(len(claim))), "the roots do not match the norms")
    atleast = lambda k, bounds, f: (lambda v: v is not None and v >= k)(symbol.at_least(bounds, f))
    vanishing = []
    for domain in domains:
        within = lambda defined: [max([b] + [-change(i, f) for i in defined]) for b, f in zip(domain[1], symbol.physical)]
        for i in range(len(claim)):
            for r in range(i):
                bounds = within([i, r])
                need(all(atleast(1, bounds, f) for f in x[i] + y[i] + x[r] + y[r])
                     and all(atleast(0, bounds, f) for f in radicands[i] + radicands[r]), "a factor may be negative")
            alone = within([i])
            need(all(atleast(1, alone, f) or f in radicands[i] or -f in radicands[i] for f in x[i])
                 and all(atleast(0, alone, f) for f in radicands[i]), "a factor may vanish where one symbol is defined")
        need(all(any(atleast(0, domain[1], g) for g in gap) for gap in sums.conditions), "the sums need not be related")

        def vanishes(i):
            p = symbol.poly_to_parameters(claim[i][0], degree)
            for f, low in zip(symbol.physical, domain[1]):
                if -change(i, f) - low > 1000:
                    return False
                for value in range(low, -change(i, f)):
                    plane = f + -value
                    v = next(k for k, c in enumerate(f[1]) if abs(c) == 1)
                    rest = Form((f[0], tuple(0 if k == v else c for k, c in enumerate(f[1]))))
                    solved = f[1][v] * (Form((value, (0,) * n)) - rest)
                    images = [solved.poly() if k == v else var(k, n) for k in range(n)]
                    if plane not in radicands[i] and -plane not in radicands[i] and p.substitute(images, n):
                        return False
            return True
        if all(vanishes(i) for i in range(len(claim))):
            vanishing.append(domain)

    def one(c, radicand, shift):
        args = [moved_name(q, k, halves) for q, k in zip(quanta, shift)]
        root = "*sqrt(" + "*".join(f"({f.show(quanta)})" for f in radicand) + ")" if radicand else ""
        return f"({show(c, quanta)}){root}*{symbol.name}({', '.join(args[:3])}; {', '.join(args[3:])})"

    def where(sets):
        return ", or ".join(
            f"the symbol of summand {r + 1} is defined" if r is not None else
            ", ".join(f"{f.put(symbol.in_quanta).show(quanta)} >= {k}" for f, k in zip(symbol.physical, bounds))
            for r, bounds in sets)
    if vanishing == domains:
        boundary = "the coefficient of a symbol outside its domain vanishes"
    elif not vanishing:
        boundary = "a symbol outside its domain counts as 0"
    else:
        boundary = ("a symbol outside its domain counts as 0, and its coefficient vanishes by itself wherever "
                    + where(vanishing))
    text = (" + ".join(one(*t) for t in claim)
            + f" = 0 for all integers and half-integers, wherever {where(domains)}; {boundary}")

    def holds(rng):
        domain = rng.choice(domains)
        reference = claim[domain[0] if domain[0] is not None else 0][2]
        twice = [a - b for a, b in zip(physical_point(symbol, rng), reference)]
        parameters = [p.change(twice) // 2 for p in symbol.parameters]
        if any(f.at([0] + parameters) < b for f, b in zip(symbol.physical, domain[1])):
            return False
        total, size = 0.0, 0.0
        for c, radicand, shift in claim:
            v = symbol.value([a + b for a, b in zip(twice, shift)])
            if v:
                root = math.prod(f[0] + Fraction(f.change(twice), 2) for f in radicand)
                k = c.at([Fraction(t, 2) for t in twice])
                total += float(k) * math.sqrt(root) * v
                size += abs(float(k) * math.sqrt(root) * v)
        need(abs(total) <= 1e-9 * size + 1e-12, f"false at 2q = {twice}: {total}")
        return True
    return Proved("symbols", text, premises, holds=holds, symbol=symbol, claim=claim,
                  domains=[(r, tuple(b)) for r, b in domains], vanishing=[(r, tuple(b)) for r, b in vanishing])


def physical_point(symbol, rng):
    while True:
        j = [rng.randint(0, 9) for _ in range(3)]
        if symbol.name == "3j":
            m = [x - 2 * rng.randint(0, x) for x in j[:2]]
            twice = j + m + [-sum(m)]
        else:
            twice = j + [rng.randint(0, 9) for _ in range(3)]
        v = symbol.value(twice)
        if v is not None and all(f.at([0] + [p.change(twice) // 2 for p in symbol.parameters]) >= 0
                                 for f in symbol.physical):
            return twice


def read_map(d, names, count):
    images = [linear(x, names) for x in d["images"]]
    direction, offset, parity = d["direction"], linear(d["offset"], names), linear(d["parity"], names)
    need(direction in (1, -1) and type(direction) is int and len(images) == count, "no change of variables")
    need(all(f[1][0] == 0 for f in images + [offset, parity]), "an image contains the index")
    return images, direction, offset, parity


def permuted(first, second, images):
    return Counter(x.put(images) for x in first) == Counter(second)


def reindexing(d, premises):
    need(not premises, "expected no premises")
    first, second = Term.read(d["first"]), Term.read(d["second"])
    names, n = second.names, len(second.names)
    images, direction, offset, parity = read_map(d, names, len(first.names) - 1)
    moved = [direction * unit(0, n) + offset] + images
    need(second.finite() and not second.up, "the sum has no finite support, or factorials above")
    need(permuted(first.up, second.up, moved) and permuted(first.down, second.down, moved), "the factorials differ")
    need(first.alternating == second.alternating, "the signs differ")
    need(even((offset if first.alternating else zero(n)) - parity), "the sign is wrong")
    left = fresh(first.names + names, "S1")
    right = fresh([left] + first.names + names, "S2")
    p = ", ".join(names[1:])
    text = (f"for all integers {p}: {left}({', '.join(x.show(names) for x in images)}) = (-1)**({parity.show(names)})*"
            f"{right}({p}), where {left}({', '.join(first.names[1:])}) is the sum over all integers {first.names[0]} of "
            f"{first.show()}, and {right}({p}) that over {names[0]} of {second.show()}")

    def holds(rng):
        point = [rng.randint(-3, 7) for _ in names[1:]]
        value = first.sum([x.at([0] + point) for x in images])
        need(value == (-1) ** (parity.at([0] + point) % 2) * second.sum(point), f"false at {point}")
        return True
    return Proved("identity", text, holds=holds, first=first, second=second, images=images, parity=parity)


def symmetry(d, premises):
    need(not premises, "expected no premises")
    symbol = SYMBOLS[d["symbol"]]
    term, names, n = symbol.term, symbol.term.names, len(symbol.term.names)
    images, direction, offset, parity = read_map(d, names, n - 1)
    moved = [direction * unit(0, n) + offset] + images
    need(permuted(term.up, term.up, moved) and permuted(term.down, term.down, moved), "the factorials differ")
    still = [unit(0, n)] + images
    need(all(permuted(f, f, still) for f in (symbol.physical, symbol.up, symbol.down)), "the norm is not invariant")
    need(even(offset + symbol.phase.put(still) - symbol.phase - parity), "the sign is wrong")
    twice = [t.put([zero(n)] + images).put(symbol.in_quanta) for t in symbol.twice]
    args = [(t.half().show(symbol.quanta) if t.half() is not None else f"({t.show(symbol.quanta)})/2") for t in twice]
    text = (f"{symbol.name}({', '.join(args[:3])}; {', '.join(args[3:])}) = (-1)**"
            f"({parity.put(symbol.in_quanta).show(symbol.quanta)})*{symbol.name}({', '.join(symbol.quanta[:3])}; "
            f"{', '.join(symbol.quanta[3:])}) for all integers and half-integers, a symbol outside its domain counting as 0")

    def holds(rng):
        q = physical_point(symbol, rng)
        p = [f.change(q) // 2 for f in symbol.parameters]
        left = symbol.value([t[0] + t.change(q) // 2 for t in twice])
        need(abs(left - (-1) ** (parity.at([0] + p) % 2) * symbol.value(q)) < 1e-11, f"false at 2q = {q}")
        return True
    return Proved("symmetry", text, holds=holds, symbol=symbol, images=images, parity=parity, twice=twice)


def conjunction(d, premises):
    need(premises, "a conjunction of nothing")
    parts = [part for p in premises for part in (p.parts if p.kind == "all" else [p])]
    need(len(parts) <= 1000, "too many parts")
    known = [p.holds for p in parts if p.holds]
    return Proved("all", "; ".join(f"({i + 1}) {p.text}" for i, p in enumerate(parts)), premises, parts=parts,
                  holds=(lambda rng: any([h(rng) for h in known])) if known else None)


def closed_form(d, premises):
    need(len(premises) == 1 and premises[0].kind == "sums" and len(premises[0].terms) == 2, "the premise does not fit")
    sums = premises[0]
    term, names, n = sums.term, sums.term.names, len(sums.term.names)
    v, start = d["variable"], d["start"]
    need(type(v) is int and 1 <= v < n and type(start) is int, "the induction must run over a parameter")
    up, down = [linear(x, names) for x in d["numerator"]], [linear(x, names) for x in d["denominator"]]
    terms = {tuple(s): c for c, s in sums.terms}
    later, here = terms.get(tuple(int(i == v - 1) for i in range(n - 1))), terms.get((0,) * (n - 1))
    need(later is not None and here is not None, "the premise is not between S(p) and S(p + 1)")
    steps = lambda forms: prod([(x + k).poly() for x in forms for k in range(1, x[1][v] + 1)], n)
    need(all(x.natural() and x[1][0] == 0 for x in up + down), "a factorial may be of a negative number")
    need(not (later * steps(up) + here * steps(down)), "the closed form does not satisfy the relation")
    need(later.at([0] * n) > 0 and all(c > 0 for c in later.values()), "the leading coefficient may vanish")
    need(all(any(g.natural() for g in gap) for gap in sums.conditions), "the relation may not hold")
    without = lambda x, i: Form((x[0], tuple(0 if k == i else c for k, c in enumerate(x[1]))))
    initial = [without(x, v) for x in term.down]
    index = unit(0, n) + -start
    need(index in initial and -index in initial, "the initial sum has more than one term")
    need(not term.alternating or start % 2 == 0, "the initial term is negative")
    put = lambda x: without(x + start * x[1][0], 0)
    first_up, first_down = [put(without(x, v)) for x in term.up], [put(x) for x in initial]
    need(all(x.natural() for x in first_up + first_down), "the initial term may be negative")
    balance = Counter()
    for forms, sign in ((first_up, 1), (first_down, -1), ([without(x, v) for x in up], -1), ([without(x, v) for x in down], 1)):
        for x in forms:
            balance[x] += sign
    ratio = Fraction(1)
    for x, k in balance.items():
        if any(x[1]):
            need(k == 0, "another initial value")
        else:
            need(x[0] <= 1000, "a large factorial")
            ratio *= Fraction(math.factorial(x[0])) ** k
    need(ratio == 1, "another initial value")
    fact = lambda xs: "*".join(f"({x.show(names)})!" for x in xs) or "1"
    text = (f"for all integers {', '.join(names[1:])} >= 0: the sum over all integers {names[0]} of {term.show()} is "
            f"{fact(up)}/({fact(down)})")

    def holds(rng):
        p = [rng.randint(0, 6) for _ in names[1:]]
        value = lambda xs: math.prod(math.factorial(x.at([0] + p)) for x in xs)
        need(term.sum(p) == Fraction(value(up), value(down)), f"false at {p}")
        return True
    return Proved("closed", text, premises, holds=holds, term=term, up=up, down=down)


def symbol_value(symbol, names, images, value, premises):
    """value: (sign, under the root above and below, above, below), or None for 0."""
    n = len(names)
    need(len(images) == len(symbol.parameters) and all(f[1][0] == 0 for f in images), "the family does not fit")
    at = lambda f: f.put([zero(n)] + images)
    low = -4 if value is None else 0
    need(can_be_met(n - 1, [f[0] for f in images], lambda p: (value is None or min(p) >= 0)
                    and all(at(f).at([0] + p) >= 0 for f in symbol.physical)), "the symbol is nowhere defined")
    twice = [at(t) for t in symbol.twice]
    args = [t.half().show(names) if t.half() is not None else f"({t.show(names)})/2" for t in twice]
    fact = lambda xs: "*".join(f"({x.show(names)})!" for x in xs) or "1"
    left = f"{symbol.name}({', '.join(args[:3])}; {', '.join(args[3:])}) = "
    if value is None:
        text = left + f"0 for all integers {', '.join(names[1:])} at which the symbol is defined"
    else:
        sign, rup, rdown, up, down = value
        text = left + (f"(-1)**({sign.show(names)})*sqrt({fact(rup)}/({fact(rdown)}))*{fact(up)}/({fact(down)}) for all "
                       f"integers {', '.join(names[1:])} >= 0 at which the symbol is defined")

    def holds(rng):
        p = [0] + [rng.randint(low, 5) for _ in names[1:]]
        if any(at(f).at(p) < 0 for f in symbol.physical):
            return False
        found, expected = symbol.value([t.at(p) for t in twice]), 0.0
        if value is not None and all(x.at(p) >= 0 for x in value[4]):
            f = lambda xs: math.prod(math.factorial(x.at(p)) for x in xs)
            square = Fraction(f(value[1]), f(value[2])) * Fraction(f(value[3]), f(value[4])) ** 2
            expected = (-1) ** (value[0].at(p) % 2) * math.sqrt(square)
        need(found is not None and abs(found - expected) < 1e-11, f"false at {p[1:]}")
        return True
    return Proved("value", text, premises, holds=holds, symbol=symbol, twice=twice, value=value)


def evaluation(d, premises):
    need([p.kind for p in premises] == ["identity", "closed"], "the premises do not fit")
    identity, closed = premises
    symbol, names = SYMBOLS[d["symbol"]], identity.second.names
    need(identity.first == symbol.term and identity.second == closed.term, "the premises are about other sums")
    at = lambda f: f.put([zero(len(names))] + identity.images)
    value = (at(symbol.phase) + identity.parity, [at(f) for f in symbol.up], [at(f) for f in symbol.down], closed.up,
             closed.down)
    return symbol_value(symbol, names, identity.images, value, premises)


def single_term(d, premises):
    need(not premises, "expected no premises")
    symbol, names = SYMBOLS[d["symbol"]], names_of(["s"] + d["names"])
    n, images, index = len(names), [linear(x, names) for x in d["images"]], linear(d["index"], names)
    need(index[1][0] == 0 and len(images) == len(symbol.parameters), "the family does not fit")
    moved = [x.put([unit(0, n)] + images) for x in symbol.term.down]
    gap = unit(0, n) - index
    at = lambda f: f.put([index] + images)
    need(gap in moved and -gap in moved, "the sum may have several terms")
    need(all(at(x).natural() for x in symbol.term.up), "a factorial may be of a negative number")
    value = (at(symbol.phase) + index if symbol.term.alternating else at(symbol.phase), [at(f) for f in symbol.up],
             [at(f) for f in symbol.down], [at(f) for f in symbol.term.up], [at(f) for f in symbol.term.down])
    return symbol_value(symbol, names, images, value, premises)


def antisymmetry(d, premises):
    need(len(premises) == 1 and premises[0].kind == "symmetry", "the premise must be a symmetry")
    s, names = premises[0], names_of(["s"] + d["names"])
    images = [linear(x, names) for x in d["images"]]
    need(len(images) == len(s.images), "the family does not fit")
    at = lambda f: f.put([zero(len(names))] + images)
    need([at(f) for f in s.images] == images, "the symmetry does not map the points to themselves")
    need(even(at(s.parity) + 1), "the sign is not always -1")
    return symbol_value(s.symbol, names, images, None, premises)


# ---- products of powers

class Powers:
    def __init__(self, d):
        self.variables, self.exponents, self.imaginary = names_of(d["variables"]), names_of(d["exponents"]), d["imaginary"]
        need(type(self.imaginary) is bool, "imaginary is true or false")
        names_of(self.variables) and need(not set(self.variables) & set(self.exponents), "a name for two things")
        self.letters = self.variables + (["i"] if self.imaginary else [])
        self.symbols = self.letters + self.exponents
        need(len(d["factors"]) == len(d["powers"]) > 0, "every factor needs a power")
        self.factors = [parse(f, self.letters) for f in d["factors"]]
        self.powers = [linear(e, self.exponents) for e in d["powers"]]
        need(all(self.reduce(f, len(self.letters)) for f in self.factors), "a factor is 0")
        need(can_be_met(len(self.exponents), [e[0] for e in self.powers],
                        lambda p: all(e.at(p) >= 0 for e in self.powers)), "no exponents are natural")

    def reduce(self, p, n):
        """i² = −1."""
        if not self.imaginary:
            return p
        k, out = len(self.variables), Poly()
        for e, c in p.items():
            out = out + Poly({e[:k] + (e[k] % 2,) + e[k + 1:]: c if e[k] % 4 < 2 else -c})
        return out

    def show(self, factors=None, powers=None):
        return "*".join(f"({show(f, self.letters)})**({e.show(self.exponents)})"
                        for f, e in zip(factors or self.factors, powers or self.powers))

    def quantifier(self):
        natural = []
        for e in self.powers:
            if any(e[1]) and e.show(self.exponents) + " >= 0" not in natural:
                natural.append(e.show(self.exponents) + " >= 0")
        if not self.exponents:
            return "it is true that"
        return f"for all integers {', '.join(self.exponents)}" + (f" with {', '.join(natural)}" if natural else "")


def power_derivation(d, premises):
    need(not premises, "expected no premises")
    f = Powers(d)
    n, wide = len(f.symbols), lambda p: Poly({e + (0,) * len(f.exponents): c for e, c in p.items()})
    need(n <= 10, "too many variables")
    factors = [wide(p) for p in f.factors]
    powers = [sum((var(len(f.letters) + i, n) * c for i, c in enumerate(e[1])), const(e[0], n)) for e in f.powers]
    words = []
    for w in d["words"]:
        derivations = []
        for one in w["derivations"]:
            need(len(one["along"]) == len(one["by"]) > 0 and all(x in f.variables for x in one["along"]), "bad derivation")
            derivations.append([(f.variables.index(x), parse(p, f.symbols)) for x, p in zip(one["along"], one["by"])])
        words.append((parse(w["coefficient"], f.symbols), derivations))
    red = lambda p: f.reduce(p, n)
    need(any(red(c) for c, _ in words), "all coefficients are zero")
    q = red(prod(factors, n))
    along = lambda dv, p: sum((c * p.diff(v) for v, c in dv), Poly())
    results = []
    for c, derivations in words:
        a, k = const(1, n), 0
        for dv in reversed(derivations):
            # q D(F) = E F with E = Σ e_i D(P_i) Π_{k≠i} P_k, hence q^{k+1} D(a q^-k F) = (q D(a) − k a D(q) + a E) F.
            e = sum((powers[i] * along(dv, p) * prod(factors[:i] + factors[i + 1:], n) for i, p in enumerate(factors)), Poly())
            a, k = red(q * along(dv, a) - a * along(dv, q) * k + a * e), k + 1
        results.append((c, a, k))
    most = max(k for _, _, k in results)
    need(not red(sum((c * a * prod([q] * (most - k), n) for c, a, k in results), Poly())), "the operator does not annihilate")
    derive = lambda dv: "(" + " + ".join(f"({show(p, f.symbols)})*diff({f.symbols[v]})" for v, p in dv) + ")"
    text = (f"{f.quantifier()}: [" + " + ".join(" ".join([f"({show(c, f.symbols)})"] + [derive(dv) for dv in ds]) for c, ds in words)
            + f"] {f.show()} = 0, where diff(x) is the derivative by x" + (", i**2 = -1" if f.imaginary else ""))
    return Proved("annihilation", text)


def power_substitution(d, premises):
    need(not premises, "expected no premises")
    f = Powers(d)
    n = len(f.letters)
    images = [parse(x, f.letters) for x in d["images"]]
    split = [[parse(x, f.letters) for x in qs] for qs in d["split"]]
    need(len(images) == n and len(split) == len(f.factors) and all(split), "images or factors are missing")
    need(not f.imaginary or images[-1] == var(n - 1, n), "the imaginary unit stays")
    need(images != [var(i, n) for i in range(n)], "the substitution changes nothing")
    for p, qs in zip(f.factors, split):
        need(not f.reduce(p.substitute(images, n) - prod(qs, n), n), "a factor's image is another")
        need(all(f.reduce(x, n) for x in qs), "a factor's image is zero")
    changed = [f"{v} -> {show(p, f.letters)}" for i, (v, p) in enumerate(zip(f.letters, images)) if p != var(i, n)]
    result = [(x, e) for qs, e in zip(split, f.powers) for x in qs]
    text = (f"{f.quantifier()}: {f.show()} becomes {f.show([x for x, _ in result], [e for _, e in result])} under "
            + ", ".join(changed) + (", i**2 = -1" if f.imaginary else ""))
    return Proved("substitution", text)


# ---- typing of coupling trees: orders and signs; a field is (rank, axial, time-odd)

def sign_text(sign):
    names, negative = sign
    parts = sorted(names) + (["1"] if negative else [])
    return f"(-1)**({' + '.join(parts)})" if parts else "1"


def sign_of(order):
    return (frozenset([order]), False) if isinstance(order, str) else (frozenset(), order % 2 == 1)


def times(*signs):
    names, negative = frozenset(), False
    for n, k in signs:
        names, negative = names ^ n, negative ^ k
    return names, negative


def order_of(value):
    need(type(value) is int and value >= 0 or isinstance(value, str) and names_of([value]), f"no order: {value!r}")
    return value


def family_text(f):
    kind, parts = f[0], f[1:]
    if kind == "site":
        return f"{parts[0]}({parts[1]})"
    if kind == "any":
        return parts[0]
    if kind == "map":
        return f"map({family_text(parts[0])})"
    if kind == "grad":
        return f"grad({family_text(parts[0])}{'; ' + parts[1] if parts[1] else ''})"
    if kind == "sum":
        return f"({' + '.join(family_text(p) for p in parts)})"
    if kind == "join":
        return f"{parts[0][1]}({parts[0][2]}->{parts[1]})" if parts[0][0] == "site" else f"join({family_text(parts[0])}, {parts[1]})"
    orders = f", {parts[2]}" if kind == "couple" else f"; {parts[2]}, {parts[3]}"
    return f"couple({family_text(parts[0])}, {family_text(parts[1])}{orders})"


def orders_in(f):
    if f[0] == "grad":
        return orders_in(f[1])
    return {p for p in f[2:] if isinstance(p, str)}.union(*[orders_in(p) for p in f[1:] if isinstance(p, tuple)])


def of_sums(f):
    return f[0] == "site" or f[0] not in ("grad", "any") and all(of_sums(p) for p in f[1:] if isinstance(p, tuple))


def explain(f):
    text = family_text(f)
    return ("; map(X) is any linear map on the channels of X" if "map(" in text else "") + (
        "; grad(X) is the derivative of X by the position of one site and grad(X; v) that by its vector v, as spherical "
        "components, where X has one" if "grad(" in text else "")


def describe(fields):
    kind = lambda f: ("axial " if f[1] else "polar ") + ("vector" if f[0] else "scalar")
    return ", ".join(f"{n} a {kind(f)} field, {'odd' if f[2] else 'even'} under time reversal" for n, f in sorted(fields.items()))


def family(premises, fields, f, action, parity, time, hypotheses=None, assumptions=()):
    given = hypotheses or {}
    orders = orders_in(f) | set(given.values())
    need(not orders & set(fields) and not set(given) & (orders | set(fields)), "one name stands for two things")
    taken = sorted(orders) + sorted(fields) + [x for pair in given.items() for x in pair]
    a = fresh(taken, "A")
    m = fresh([a] + taken, "m")
    k = fresh([a, m] + taken, "k")
    if len(action) == 1:
        acts = (f"{a} = {family_text(f)} satisfies J_z {a}_{m} = {m} {a}_{m}, J+- {a}_{m} = sqrt(({k} -+ {m})*({k} +- {m} + "
                f"1)) {a}_({m}+-1) with {k} = {action[0]}, J the generators of joint rotations of positions and fields")
    else:
        acts = (f"{a} = {family_text(f)} satisfies the ladder relations of order {action[0]} in its first index under L, "
                f"rotations of the positions alone, and those of order {action[1]} in its second under S, rotations of the "
                f"fields alone")
    listed = ", ".join(f"{n} of order {o}" for n, o in sorted(given.items()))
    text = (f"for all natural values of the names in it{' and all equivariant families ' + listed if given else ''}: {acts}; "
            f"its sign is {sign_text(parity)} under the inversion and {sign_text(time)} under time reversal"
            + (f", with {describe(fields)}" if fields else "") + explain(f))
    return Proved("family", text, premises, assumptions, fields=fields, family=f, action=action, parity=parity, time=time,
                  hypotheses=given)


COMPUTED = ("with the components of every leaf in the basis R and every coupling by the coefficients of this basis (those of the "
            "complex one carried to it, divided by i where the three orders add up to an odd number)")
MATRICES = ("R and K, in names of their own: R_m = ((-1)**m*Y_m + Y_-m)/sqrt(2), R_-m = ((-1)**m*Y_m - Y_-m)/(sqrt(2)*i) for m > 0 "
            "and R_0 = Y_0, and i*L_a R_n = sum over n' of K_a(l)(n', n)*R_n' for the generators L_a, a = x, y, z, of rotations "
            "and every order l. With k(0) = sqrt(2*l*(l + 1)) and k(m) = sqrt((l - m)*(l + m + 1)) these real matrices are: i*L_z "
            "R_n = -n*R_-n for all n; i*L_x R_0 = k(0)*R_-1/2 and i*L_y R_0 = -k(0)*R_1/2; for m > 0, R_-0 counting as 0: i*L_x "
            "R_m = (k(m)*R_-(m+1) + k(m-1)*R_-(m-1))/2, i*L_x R_-m = -(k(m)*R_m+1 + k(m-1)*R_m-1)/2, i*L_y R_m = (k(m-1)*R_m-1 - "
            "k(m)*R_m+1)/2, i*L_y R_-m = (k(m-1)*R_-(m-1) - k(m)*R_-(m+1))/2")


ROOT = "the root's order"


def real_basis(d, premises):
    need([p.kind for p in premises[:1]] == ["real-ladder"] and len(premises) == 2, "the premises do not fit")
    p = premises[1]
    need(p.kind in ("invariant", "sign", "unordered", "every", "every invariant")
         or p.kind == "family" and len(p.action) == 1 and not p.hypotheses, "the premise is not about a family")

    def acts(taken, a, order):
        k = fresh([a] + taken, "k")
        n = fresh([k, a] + taken, "n")
        return (f"i*J_a {a}_{n} = sum over {n}' of K_a({k})({n}', {n})*{a}_{n}' for each generator J_a, a = x, y, z, of joint "
                f"rotations of positions and fields, with {k} = {order}")
    if p.kind == "family":
        taken = sorted(orders_in(p.family)) + sorted(p.fields)
        a = fresh(taken, "A")
        text = (f"for all natural values of the names in it: {a} = {family_text(p.family)}, {COMPUTED}, satisfies "
                f"{acts(taken, a, p.action[0])}; its sign is {sign_text(p.parity)} under the inversion and {sign_text(p.time)} "
                f"under time reversal, with {describe(p.fields)}{explain(p.family)}")
    elif p.kind == "every":
        text = (f"for every finite coupling tree whose leaves are expansion coefficients of {describe(p.fields)}, {COMPUTED}, and "
                f"for all natural values of its orders: the family A at its root satisfies {acts([], 'A', ROOT)}")
    else:
        text = f"{COMPUTED}: {p.text}"
    return Proved("real-basis", f"{text}. {MATRICES}", premises, [REAL_BASIS])


CHAIN = "calculus: a derivation that annihilates r^2 annihilates every differentiable function of r^2"
CONNECTED = ("Lie: what the generators of rotations annihilate is constant along rotations, since the rotation group is "
             "connected")


def typing(d, premises):
    rule, kinds = d["rule"], [p.kind for p in premises]
    p = premises[-1] if premises else None
    if rule == "R1-site-sum":
        need(kinds == ["coefficient-extraction"], "the premise is not the ladder of the harmonics")
        name, l, field = names_of([d["field"]])[0], order_of(d["l"]), (d["rank"], d["axial"], d["timeOdd"])
        need(field[0] in (0, 1) and type(field[0]) is int and all(type(x) is bool for x in field[1:]), "no field")
        parity = times(sign_of(l), sign_of(field[0]), sign_of(int(field[1])))
        return family(premises, {name: field}, ("site", name, l), (l, field[0]), parity, sign_of(int(field[2])),
                      assumptions=[CHAIN])
    if rule == "hypothesis":
        name, order = names_of([d["name"], d["order"]])
        return family([], {}, ("any", name), (order,), (frozenset([f"p({name})"]), False), (frozenset([f"t({name})"]), False),
                      {name: order})
    if rule == "R1-joint":
        need(kinds == ["family"] and p.action[1:] == (0,), "the field's order is not 0")
        return family(premises, p.fields, p.family, p.action[:1], p.parity, p.time, p.hypotheses)
    if rule == "R1-map":
        need(kinds == ["family"], "the premise is not about a family")
        return family(premises, p.fields, ("map", p.family), p.action, p.parity, p.time, p.hypotheses)
    if rule == "R1-sum":
        need(set(kinds) == {"family"}, "a premise is not about a family")
        need(all((q.action, q.parity, q.time) == (p.action, p.parity, p.time) for q in premises), "orders or signs differ")
        fields, hypotheses = {}, {}
        for q in premises:
            need(all(fields.get(n, f) == f for n, f in q.fields.items())
                 and all(hypotheses.get(n, o) == o for n, o in q.hypotheses.items()), "one name stands for two things")
            fields.update(q.fields)
            hypotheses.update(q.hypotheses)
        return family(premises, fields, ("sum",) + tuple(q.family for q in premises), p.action, p.parity, p.time, hypotheses)
    if rule == "R3-join":
        need(kinds == ["coupling-ladder", "family"] and len(p.action) == 2, "the premises do not fit")
        j = order_of(d["J"])
        return family(premises, p.fields, ("join", p.family, j), (j,), p.parity, p.time, p.hypotheses)
    if rule in ("R3-couple", "R3-couple-separately"):
        need(kinds == ["coupling-ladder", "family", "family"], "the premises do not fit")
        a, b, separately = premises[1], premises[2], rule != "R3-couple"
        need(len(a.action) == len(b.action) == 1 + separately, "the families rotate otherwise")
        need(all(a.fields.get(n, f) == f for n, f in b.fields.items())
             and all(a.hypotheses.get(n, o) == o for n, o in b.hypotheses.items()), "one name stands for two things")
        orders = (order_of(d["L"]),) + ((order_of(d["S"]),) if separately else ())
        f = ("separately" if separately else "couple", a.family, b.family) + orders
        return family(premises, {**a.fields, **b.fields}, f, orders, times(a.parity, b.parity), times(a.time, b.time),
                      {**a.hypotheses, **b.hypotheses})
    if rule == "R6-gradient":
        need(kinds == ["family"] and set(p.action) == {0}, "the premise is not about a scalar")
        by = d["by"]
        need(by is None or by in p.fields and p.fields[by][0] == 1, "there is no such vector field")
        action = (1,) if len(p.action) == 1 else (1, 0) if by is None else (0, 1)
        axial, odd = (False, False) if by is None else p.fields[by][1:]
        return family(premises, p.fields, ("grad", p.family, by), action, times(p.parity, sign_of(int(not axial))),
                      times(p.time, sign_of(int(odd))), p.hypotheses)
    if rule == "R4-invariant" and kinds == ["every"]:
        return Proved("every invariant", "for every finite coupling tree with root order 0 whose leaves are expansion "
                      f"coefficients of {describe(p.fields)}, and for all natural values of its orders: its value is "
                      "unchanged by joint rotations", premises, [CONNECTED])
    if rule == "induction":
        leaves, step = premises[:-1], p
        need(leaves and set(kinds) == {"family"}, "the premises do not fit")
        fields = {}
        for leaf in leaves:
            f, site = leaf.family, leaf.family[1] if leaf.family[0] == "join" else leaf.family
            need(site[0] == "site" and len(leaf.action) == 1 and isinstance(site[2], str) and isinstance(f[2], str)
                 and leaf.action == f[2:] and not leaf.hypotheses and site[1] not in fields
                 and (f is site or f[2] != site[2]), "a premise is not about the leaves of a field")
            fields.update(leaf.fields)
        f = step.family
        need(f[0] == "couple" and f[1][0] == f[2][0] == "any" and isinstance(f[3], str) and f[1] != f[2]
             and not step.fields and set(step.hypotheses) == {f[1][1], f[2][1]}
             and len(set(step.hypotheses.values()) | {f[3]}) == 3, "the step is not about any two families")
        return Proved("every", f"for every finite coupling tree whose leaves are expansion coefficients of {describe(fields)}, "
                      "and for all natural values of its orders: the family at its root satisfies the ladder relations of the "
                      "root's order under joint rotations; its sign under the inversion is (-1)**(sum of the leaves' l, plus 1 "
                      "for each polar vector leaf and for each axial scalar leaf), its sign under time reversal (-1)**(number "
                      "of time-odd leaves)", premises, fields=fields)
    need(kinds == ["family"] and not p.hypotheses, "the premise is not about a family")
    if rule == "R7-permutation":
        need(of_sums(p.family), "the family is not made of sums over sites")
        return Proved("unordered", f"for all natural values of the names in it: every component of {family_text(p.family)} is "
                      "unchanged when the sites are numbered otherwise, each keeping its position, what it carries and its radial "
                      f"functions, with {describe(p.fields)}{explain(p.family)}", premises)
    if rule == "R5-sign":
        need(type(d["time"]) is bool, "time is true or false")
        operation, sign = ("time reversal", p.time) if d["time"] else ("the inversion", p.parity)
        return Proved("sign", f"for all natural values of the names in it: every component of {family_text(p.family)} is "
                      f"multiplied by {sign_text(sign)} under {operation}, with {describe(p.fields)}{explain(p.family)}", premises)
    need(p.action in ((0,), (0, 0)), "the order is not 0")
    group = ("rotations of the positions alone and of the fields alone" if len(p.action) == 2
             else "joint rotations of positions and fields")
    return Proved("invariant", f"for all natural values of the names in it: {family_text(p.family)} is unchanged by {group}; "
                  f"its sign is {sign_text(p.parity)} under the inversion and {sign_text(p.time)} under time reversal, with "
                  f"{describe(p.fields)}{explain(p.family)}", premises, [CONNECTED])


# ---- rules that are trusted: written arguments from premises to a statement

# SHA-256 of rule, premises' statements and statement, of the cases whose argument is written down. Everything else that
# claims to be one is refused; the premises are checked like all steps.
ARGUED = set("""
1021597b791d39785bf42a6edcbd3bd7 1b8b9705704d449cd77ec972835b9401 20856badf7b1350ceea55a3932691320
2c6d39101dfe0ca6042072cdc300132c 4d938f1d7bfa6c2fb256e73253d42539 59d334ae36996111fd973f9ba90643f0
7a55e0e496eb62ed72ba24b022486132 7b898b034b05d4c0e01fe377b54359ac 7fad7d4be9ab614d9832c37d4b67bd37
90564f00b7eb5e3a107a6d9afe510b62 91be498a2d5a1d3a567d782a98c06e35 a5a55ac21c8eff598956f45bf16ee410
b499678b62eddf762d7a259b94b4fadf d1feadd43a0a14a7696e49a342892902 d3af401d08a61feb2c4a734501d5e671
e430291bde62ac69be97637ed93bea2f efb65745e315d549192cc9f7a1ca26fb f180b3129300fd4a37fa3321ebd83bf5
f20493bab7d6f3e38e97afe7ab624a97 f94f97eaa4b115cf3e8ea3a1c9308a9c fd3a72fc548abdf337190454d814d8ef
""".split())

COMPARISON_OF_COEFFICIEN = (
     "written argument 'comparison of coefficients': an identity between binary forms for all exponents is one "
     "between the matrices of the substitutions")
DIRECTIONS = (
     "written argument 'directions': families that are standard under rotations are determined by their values "
     "on the z axis, and sums over J are resolved by the orthonormality of the coupling coefficients")
ROTATIONS = (
     "rotations: every direction is the image of the z axis under a rotation, and what the generators do to a "
     "family (as on a standard one) determines what rotations do to it, since the rotation group is connected")
COEFFICIENT_EXTRACTION = (
     "written argument 'coefficient extraction': the coefficients of the powers of t on both sides of an "
     "identity between differential operators on N**l are equal")
LINEAR_INDEPENDENCE = (
     "written argument 'linear independence': the coupled states of a scheme are linearly independent, and node"
     " by node a recoupling coefficient of three momenta is one of any scheme")
COUPLING_LADDER = (
     "written argument 'coupling ladder': the ladder relations of the 3j symbol, read with n3 = -M and the "
     "factor (-1)**(j1 - j2 + M)*sqrt(2*J + 1), are those of the coupling coefficients")
REAL_BASIS = (
     "written argument 'real basis': a tree computed in the real basis is, at each node, the change of basis of "
     "the tree in the complex one, times a power of i that is common to a node's components, so that the "
     "matrices of the real ladder act on it")
REAL_LADDER = (
     "written argument 'real ladder': a change of basis carries the ladder relations to the real harmonics, and"
     " the matrices at |m| = 2 and 3 stand for all larger |m|")
RECOUPLING_INDUCTION = (
     "written argument 'recoupling induction': the pentagon with a spin 1/2 gives the recoupling coefficients "
     "of SU(2) the recursion that Racah's sum satisfies")
A_REAL_SQUARE_MATRIX = (
     "a real square matrix with orthonormal rows has orthonormal columns")
A_REPRESENTATION = (
     "a representation occurs at most once in the product of two irreducible ones of SU(2), so that the ladder "
     "relations determine the coupling coefficients up to a factor for each j3")

OWN = {  # what the argument itself is called in the list of assumptions
    ('substitution-matrix', 'composition'): [COMPARISON_OF_COEFFICIEN],
    ('substitution-matrix', 'transposition'): [COMPARISON_OF_COEFFICIEN],
    ('substitution-matrix', 'conjugation'): [COMPARISON_OF_COEFFICIEN],
    ('substitution-matrix', 'unitarity'): [COMPARISON_OF_COEFFICIEN],
    ('substitution-matrix', 'invariance'): [COMPARISON_OF_COEFFICIEN],
    ('substitution-matrix', 'series'): [COMPARISON_OF_COEFFICIEN],
    ('direction', 'axisvalue'): [DIRECTIONS],
    ('direction', 'sumoverj'): [DIRECTIONS],
    ('direction', 'vectorsum'): [DIRECTIONS],
    ('direction', 'product'): [DIRECTIONS, ROTATIONS],
    ('direction', 'addition'): [DIRECTIONS, ROTATIONS],
    ('coefficient-extraction', None): [COEFFICIENT_EXTRACTION],
    ('coupling-ladder', None): [COUPLING_LADDER],
    ('real-ladder', None): [REAL_LADDER],
    ('recoupling-induction', None): [RECOUPLING_INDUCTION],
    ('square matrix', None): [A_REAL_SQUARE_MATRIX],
    ('ladder, norm and sign', None): [A_REPRESENTATION],
}


def digest(rule, premises, statement):
    return hashlib.sha256("\n".join([rule] + [p.text for p in premises] + [statement]).encode()).hexdigest()[:32]


# ---- coupling schemes: moves, with the 6j symbol that each of them brings (a premise says that it is the coefficient)

def scheme_names(s):
    return [s] if isinstance(s, str) else [s[2]] + scheme_names(s[0]) + scheme_names(s[1])


def scheme_text(s):
    return s if isinstance(s, str) else f"({scheme_text(s[0])} {scheme_text(s[1])}){s[2]}"


def scheme_top(s):
    return s if isinstance(s, str) else s[2]


def read_scheme(s):
    if isinstance(s, str):
        return s
    need(isinstance(s, list) and len(s) == 3 and isinstance(s[2], str), "a scheme is [left, right, name]")
    return read_scheme(s[0]), read_scheme(s[1]), s[2]


def follow(start, moves):
    """The scheme at the end of a path, and the phase, roots, symbols and sums on the way."""
    moves = [m.split(" ") for m in moves]
    need(all(m[0] in ("exchange", "leftwards", "rightwards") and len(m) == 2 + (m[0] != "exchange") for m in moves), "unknown moves")
    names_of(scheme_names(start) + [m[2] for m in moves if len(m) == 3], 400)
    phase, roots, symbols, sums = Counter(), [], [], []

    def apply(s, m):
        if isinstance(s, str):
            return None
        if s[2] != m[1]:
            left = apply(s[0], m)
            if left is not None:
                return left, s[1], s[2]
            right = apply(s[1], m)
            return None if right is None else (s[0], right, s[2])
        if m[0] == "exchange":
            phase.update([scheme_top(s[0]), scheme_top(s[1])])
            phase.subtract([s[2]])
            return s[1], s[0], s[2]
        if m[0] == "leftwards":
            need(not isinstance(s[1], str), "a move does not apply")
            a, b, c, old, new, after = s[0], s[1][0], s[1][1], s[1][2], m[2], ((s[0], s[1][0], m[2]), s[1][1], s[2])
        else:
            need(not isinstance(s[0], str), "a move does not apply")
            a, b, c, old, new, after = s[0][0], s[0][1], s[1], s[0][2], m[2], (s[0][0], (s[0][1], s[1], m[2]), s[2])
        e, f = (new, old) if m[0] == "leftwards" else (old, new)
        a, b, c = scheme_top(a), scheme_top(b), scheme_top(c)
        phase.update([a, b, c, s[2]])
        roots.extend([e, f])
        symbols.append((a, b, e, c, s[2], f))
        sums.append(m[2])
        return after

    scheme = start
    for m in moves:
        scheme = apply(scheme, m)
        need(scheme is not None, "a move does not apply")
    return scheme, {x: n for x, n in phase.items() if n}, roots, symbols, sums


def recoupling_text(phase, roots, symbols, sums):
    signs = " + ".join(x if n == 1 else "-" + x if n == -1 else f"{n}*{x}" for x, n in phase.items()).replace("+ -", "- ")
    counted = Counter(roots)
    parts = ([f"sum over {x} of" for x in sums] + ([f"(-1)**({signs})"] if phase else [])
             + [f"(2*{x} + 1)" if n == 2 else f"sqrt(2*{x} + 1)" for x, n in counted.items()]
             + ["6j({}, {}, {}; {}, {}, {})".format(*s) for s in symbols])
    return " ".join(parts) or "1"


def is_recoupling(premises):
    need([p.rule for p in premises] == ["recoupling-induction"], "the premise must be that the 6j symbol is the recoupling coefficient")


def recoupling_path(d, premises):
    is_recoupling(premises)
    start, moves = read_scheme(d["scheme"]), d["moves"]
    need(moves, "there are no moves")
    final, phase, roots, symbols, sums = follow(start, moves)
    stay = scheme_names(final)
    labels = [x for x in sums if x in stay]
    over = f"the sum over {', '.join(labels)} of " if labels else ""
    value = recoupling_text(phase, roots, symbols, [x for x in sums if x not in stay])
    return Proved("recoupling", f"every coupled state of the scheme {scheme_text(start)} is {over}the state of the scheme "
                  f"{scheme_text(final)} times {value}, for all angular momenta with which the first scheme obeys the triangle "
                  "rules; sums run over all values that the triangle rules allow", premises, [LINEAR_INDEPENDENCE])


def rewriting(d, premises):
    is_recoupling(premises)
    start = read_scheme(d["scheme"])
    end1, phase1, roots1, symbols1, sums1 = follow(start, d["first"])
    end2, phase2, roots2, symbols2, sums2 = follow(start, d["second"])
    if d["second"]:
        need(end1 == end2, "the paths do not end in the same scheme")
        stay = scheme_names(end2)
        right = recoupling_text(phase2, roots2, symbols2, [x for x in sums2 if x not in stay])
    else:
        other = [(x, y) for x, y in zip(scheme_names(end1), scheme_names(end2)) if x != y]
        need(len(other) == 1 and scheme_text(end1).replace(other[0][0], other[0][1]) == scheme_text(end2).replace(other[0][0], other[0][1]),
             "the path does not return to the scheme with one label renamed")
        stay, right = [other[0][0]], f"(1 if {other[0][0]} = {other[0][1]}, otherwise 0)"
    left = recoupling_text(phase1, roots1, symbols1, [x for x in sums1 if x not in stay])
    return Proved("recoupling", f"{left} = {right} for all angular momenta with which the schemes {scheme_text(start)} and "
                  f"{scheme_text(end1)} obey the triangle rules; sums run over all values that the triangle rules allow", premises,
                  [LINEAR_INDEPENDENCE])


# ---- tables: every coefficient anew from Racah's formula, rounded, in the file's order, and the file's checksum

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
                    need(first in (None, (p, q)), "terms of a real coefficient do not fit")
                    first = (p, q)
                    total[k % 2] += sign * (1 if k < 2 else -1)
    need(total[1] == 0, "a real coefficient is not real")
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


def table(d, premises):
    what, most, half, single = d["what"], d["twice-lmax"], d["half"], d["single"]
    need(what in ("3j", "cg", "real-cg", "gaunt") and type(most) is int and 0 <= most <= 80, "no such table")
    need(type(half) is bool and type(single) is bool and (half or most % 2 == 0), "no such table")
    need(not half or what in ("3j", "cg"), "no such table")
    need([p.rule for p in premises] == ["ladder, norm and sign"] + ["real-ladder"] * (what == "real-cg"), "other premises")
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
    need(checksum == d["checksum"], f"the table has the checksum {checksum}")
    coupling = ("the Clebsch-Gordan coefficient of Condon and Shortley, that is the solution of the ladder relations of J1 + J2 with "
                "unit norm and <l1 l1 l2 L-l1|L L> > 0")
    value = {"3j": "3j(l1, l2, l3; m1, m2, m3)", "cg": f"<l1 m1 l2 m2|l3 m3>, {coupling}",
             "real-cg": "C(n1, n2, n3) at (l1, l2, l3; n1, n2, n3), where i**k*C(n1, n2, n3), k = 0 if l1 + l2 + l3 is even and 1 if "
                        "it is odd, is the sum over m1, m2, m3 of conjugate(U(n1, m1)*U(n2, m2))*U(n3, m3)*<l1 m1 l2 m2|l3 m3>, with "
                        "R_n = the sum over m of U(n, m)*Y_m, R_m = ((-1)**m*Y_m + Y_-m)/sqrt(2) and R_-m = ((-1)**m*Y_m - "
                        f"Y_-m)/(sqrt(2)*i) for m > 0, R_0 = Y_0, and <l1 m1 l2 m2|l3 m3> {coupling}",
             "gaunt": "sqrt((2*l1 + 1)*(2*l2 + 1)*(2*l3 + 1)/(4*pi))*3j(l1, l2, l3; 0, 0, 0)*3j(l1, l2, l3; m1, m2, m3)"}[what]
    return Proved("table", f"the file of format toolkit-table/1 with checksum {checksum} holds, for all "
                  f"{'integers and half-integers' if half else 'integers'} l1, l2, l3 from 0 to {lmax}, at every point where it is not 0, "
                  f"the {'float32' if single else 'float64'} nearest to {value}; and nothing else", premises, [A_REPRESENTATION])


RULES = {"telescoping": telescoping, "termwise": telescoping, "normalisation": normalisation, "reindexing": reindexing,
         "symmetry": symmetry, "conjunction": conjunction, "first-order recursion": closed_form,
         "evaluation": evaluation, "single term": single_term, "antisymmetry": antisymmetry,
         "power-derivation": power_derivation, "power-substitution": power_substitution, "table": table,
         "recoupling path": recoupling_path, "rewriting": rewriting, "real-basis": real_basis}
# Rules whose statement is made anew here, and whose argument is trusted.
WRITTEN = {"real-basis"}
RULES.update({rule: typing for rule in ("R1-site-sum", "R1-joint", "R1-map", "R1-sum", "R3-join", "R3-couple", "R3-couple-separately",
                                        "R4-invariant", "R5-sign", "R6-gradient", "R7-permutation", "hypothesis", "induction")})


def unique(pairs):
    keys = [k for k, _ in pairs]
    need(len(set(keys)) == len(keys), f"a key stands twice: {keys}")
    return dict(pairs)


def check(path, points=20):
    with open(path, encoding="utf-8") as f:
        d = json.load(f, object_pairs_hook=unique)
    need(d["format"] == "toolkit-proof/1", "another format")
    need(set(d) == {"format", "name", "statement", "method", "argument", "assumptions", "steps"}, "unknown or missing keys")
    proved, checked, trusted = [], [], []
    for i, step in enumerate(d["steps"]):
        rule = step["rule"]
        need(all(type(p) is int and 0 <= p < i for p in step["premises"]), f"step {i}: a premise is not an earlier step")
        premises = [proved[p] for p in step["premises"]]
        try:
            if rule in RULES:
                result = RULES[rule](step, premises)
                need(getattr(result, "rule_name", rule) == rule, "the rule's name is another")
                need(result.text == step["statement"], f"the statement is not what has been proved, which is: {result.text}")
                (trusted if rule in WRITTEN else checked).append(rule)
            else:
                need(digest(rule, premises, step["statement"]) in ARGUED, "no written argument is known for this step")
                result = Proved(rule, step["statement"], premises, OWN.get((rule, step.get("law")), []))
                trusted.append(rule)
        except Refused as why:
            raise Refused(f"step {i} ({rule}): {why}") from None
        result.rule = rule
        proved.append(result)
    need(proved, "there are no steps")
    last = proved[-1]
    need(d["statement"] == last.text and d["method"] == d["steps"][-1]["rule"], "the statement is not that of the last step")
    need(d["assumptions"] == last.assumptions, f"the assumptions are {last.assumptions}")
    if last.holds:
        rng, inside = random.Random(7), 0
        for _ in range(40 * points):
            inside += bool(last.holds(rng))
            if inside == points:
                break
        need(inside, "no point of the statement's domain was found")
    listed = lambda rules: ",".join(dict.fromkeys(rules)) or "-"
    return "\t".join([d["name"], listed(checked), listed(trusted), "; ".join(last.assumptions) or "-", last.text])


def main(files):
    if files[0] == "--digests":
        # For whoever writes an argument down: the digests of all steps that are not checked again.
        for path in files[1:]:
            with open(path, encoding="utf-8") as f:
                steps = json.load(f)["steps"]
            for step in steps:
                if step["rule"] not in RULES:
                    premises = [Proved(None, steps[p]["statement"]) for p in step["premises"]]
                    print(digest(step["rule"], premises, step["statement"]))
        return 0
    status = 0
    for path in files:
        try:
            print(f"valid\t{path}\t{check(path)}")
        except Refused as why:
            print(f"invalid: {why}")
            status = 1
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, StopIteration, OSError) as e:
            print(f"invalid: malformed: {type(e).__name__} {e}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
