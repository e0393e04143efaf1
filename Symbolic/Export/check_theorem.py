#!/usr/bin/env python3
"""Checks theorem files (format toolkit-proof/1) without any code of the program that wrote them.

    python3 check_theorem.py FILE ...

Needs nothing but Python's standard library. A file is a list of steps. Rules that compute are computed again: ratios of
neighbouring terms are multiplied out from their factorials, polynomial identities expanded, domains, boundaries, roots and
signs checked. Rules that rest on a written argument are trusted: written-arguments.txt, which must lie beside this program, says
which premises each of them needs and the one statement that it yields; premises are steps, and checked like all. Every
statement is written anew and compared with the file's, and tried at random points by check_points.py, if that lies beside this
program. Tables of coefficients are made again by check_table.py, likewise. Prints

    valid <TAB> file <TAB> name <TAB> rules checked again <TAB> rules trusted <TAB> assumptions <TAB> statement

or "invalid: reason".
"""
import json
import math
import os
import re
import sys
import threading
from collections import Counter
from fractions import Fraction
from itertools import combinations_with_replacement, product as cartesian
from types import SimpleNamespace

try:
    from check_points import counterexample
except ImportError:
    counterexample = lambda proved: None


SECONDS = 60  # for a file


class Refused(Exception):
    """Why a file proves nothing."""


def need(condition, why):
    if not condition:
        raise Refused(why)


# ---- polynomials over the integers: {monomial: coefficient}; a monomial is a sorted tuple of names, x*x*y is (x, x, y).
# Linear forms, such as the argument of a factorial, are polynomials of degree 1.

class Poly(dict):
    def __init__(self, terms=()):
        super().__init__((m, c) for m, c in dict(terms).items() if c)

    def __hash__(self):
        return hash(frozenset(self.items()))

    def __add__(self, other):
        out = dict(self)
        for m, c in poly(other).items():
            out[m] = out.get(m, 0) + c
        return Poly(out)

    def __mul__(self, other):
        out = {}
        for m, c in self.items():
            for k, d in poly(other).items():
                e = tuple(sorted(m + k))
                out[e] = out.get(e, 0) + c * d
        return Poly(out)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -poly(other)

    __radd__, __rmul__ = __add__, __mul__

    def has(self, name):
        return any(name in m for m in self)

    def degree(self):
        return max(map(len, self), default=-1)

    def change(self, step):
        """Of a linear form, when the variables change by a step."""
        return sum(c * step.get(v, 0) for m, c in self.items() for v in m)

    def at(self, point):
        return sum(c * math.prod(point.get(v, 0) for v in m) for m, c in self.items())

    def put(self, images):
        return sum((prod(images.get(v, var(v)) for v in m) * c for m, c in self.items()), Poly())

    def diff(self, name):
        return Poly({m[:m.index(name)] + m[m.index(name) + 1:]: c * m.count(name) for m, c in self.items() if name in m})

    def half(self):
        return Poly({m: c // 2 for m, c in self.items()}) if all(c % 2 == 0 for c in self.values()) else None

    def natural(self):
        """A linear form that is not negative for natural values of its variables."""
        return all(c >= 0 for c in self.values())

    def show(self, names):
        text = ""
        for m in sorted(self, key=lambda m: [-m.count(v) for v in names]):
            c, counts = self[m], [(v, m.count(v)) for v in names]
            parts = [v if k == 1 else f"{v}**{k}" for v, k in counts if k]
            parts = parts if abs(c) == 1 and parts else [str(abs(c))] + parts
            text += ("-" if c < 0 and not text else " - " if c < 0 else " + " if text else "") + "*".join(parts)
        return text or "0"


def poly(x):
    return x if isinstance(x, Poly) else Poly({(): x})


def var(name):
    return Poly({(name,): 1})


def prod(polys):
    out = poly(1)
    for p in polys:
        out = out * p
    return out


def parse(text, names):
    need(isinstance(text, str), f"expected a polynomial, found {text!r}")
    out, found = Poly(), re.findall(r"([+-]?)([^+-]+)", text.replace(" ", "").replace("**", "^"))
    need(found and "".join(map("".join, found)) == text.replace(" ", "").replace("**", "^"), f"not a polynomial: {text!r}")
    for sign, term in found:
        c, monomial = -1 if sign == "-" else 1, []
        for factor in term.split("*"):
            name, _, power = factor.partition("^")
            if re.fullmatch(r"[0-9]{1,1000}", factor):
                c *= int(factor)
            else:
                need(name in names and re.fullmatch(r"[0-9]{0,2}", power), f"not a polynomial in {', '.join(names)}: {text!r}")
                monomial += [name] * int(power or 1)
        out = out + Poly({tuple(sorted(monomial)): c})
    return out


def linear(text, names):
    p = parse(text, names)
    need(p.degree() <= 1, f"not a linear form: {text!r}")
    return p


def forms(texts, names):
    need(isinstance(texts, list), f"expected linear forms, found {texts!r}")
    return [linear(x, names) for x in texts]


def even(f):
    return f.half() is not None


def constant(f):
    return f.degree() <= 0


RESERVED = set("""i sqrt diff sum over of for all and or not if is are in at where with under otherwise becomes natural integers
couple join map grad every""".split())


def names_of(value, most=10):
    need(isinstance(value, list) and len(value) <= most, f"expected at most {most} names, found {value!r}")
    for name in value:
        need(isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*'*", name) and len(name) <= 40
             and name.rstrip("'") not in RESERVED, f"not a name: {name!r}")
    need(len(set(value)) == len(value), f"a name stands twice: {value}")
    return value


def integers(value, count):
    need(isinstance(value, list) and len(value) == count and all(type(x) is int for x in value), f"no {count} integers: {value!r}")
    return value


def fresh(taken, wanted):
    return next(x for x in [wanted] + [f"{wanted}{k}" for k in range(1, 1000)] if x not in taken)


def product_text(xs, names):
    return "*".join(f"({x.show(names)})!" for x in xs) or "1"


def can_be_met(names, sizes, holds):
    """A claim about no point is refused: one must lie near the origin, or near multiples of the claim's constants."""
    for scale in list(dict.fromkeys([1, 4] + [4 * (abs(k) + 1) for k in sizes]))[:10]:
        for point in cartesian([0, 1, -1, 2, -2] if len(names) <= 6 else [0, 1, -1], repeat=len(names)):
            if holds({name: scale * x for name, x in zip(names, point)}):
                return True
    return False


def read_arguments():
    """What is taken on trust: definitions, and of each argument premises, assumptions and statement, word for word."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "written-arguments.txt"), encoding="utf-8") as f:
        lines = [line for line in re.sub(r"\n {4,}", " ", f.read()).split("\n") if line and line[0] != "#"]
    defined, arguments = {}, {}
    expand = lambda text: re.sub(r"{([^}]*)}", lambda m: defined[m[1]], text)
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word == "let":
            name, _, text = rest.partition(" = ")
            defined[name] = expand(text)
        elif word == "argument":
            arguments[rest] = current = ([], [], [])
        elif word != "because":
            text = arguments[rest[9:]][2][0] if rest.startswith("argument ") else expand(rest)
            current[["from", "by", "so"].index(word)].append(text)
    return defined, arguments


DEFINED, ARGUMENTS = read_arguments()


class Proved:
    """A proved statement: its kind, its text, what it assumes, and its data."""

    def __init__(self, kind, text, premises=(), assumptions=(), **data):
        self.kind, self.text, self.trusted = kind, text, False
        self.assumptions = sorted(set(assumptions).union(*[p.assumptions for p in premises]))
        self.__dict__.update(data)


# ---- hypergeometric terms

class Term:
    """(±1)^s Π x^e Π up! / Π down!, 1/n! = 0 for n < 0; s is the first of the names, the others are parameters; the letters x are
    any numbers, and each e is among `down`."""

    def __init__(self, names, alternating, up, down, powers=None):
        need(names and type(alternating) is bool, "a term needs an index and a sign")
        self.names, self.alternating, self.up, self.down, self.powers = names, alternating, up, down, powers or {}
        self.index, self.parameters, self.arguments = names[0], names[1:], down + up + list(self.powers.values())
        self.all = names + list(self.powers)
        self.slopes = [x.change({names[0]: 1}) for x in self.arguments]

    @staticmethod
    def read(d):
        names = names_of(d["variables"])
        up, down = forms(d["numerator"], names), forms(d["denominator"], names)
        letters, exponents = names_of(d.get("letters", [])), forms(d.get("exponents", []), names)
        need(len(letters) == len(exponents) and all(e in down for e in exponents), "a letter's exponent may be negative")
        names_of(names + letters)
        return Term(names, d["alternating"], up, down, dict(zip(letters, exponents)))

    def __eq__(self, other):
        return vars(self) == vars(other)

    def finite(self):
        below = self.slopes[:len(self.down)]
        return 1 in below and -1 in below and all(abs(k) <= 1 for k in self.slopes)

    def offsets(self, shift):
        return [x.change(dict(zip(self.parameters, shift))) for x in self.arguments]

    def moved(self, base):
        both, n = [x + b for x, b in zip(self.arguments, base)], len(self.down)
        powers = dict(zip(self.powers, both[n + len(self.up):]))
        return Term(self.names, self.alternating, both[n:n + len(self.up)], both[:n], powers)

    def ratio(self, base, shift):
        """F(p + shift)/F(base) as a polynomial, factorial by factorial: (x+a)!/(x+b)! = (x+b+1)...(x+a)."""
        out, letters = poly(1), [None] * len(self.down + self.up) + list(self.powers)
        for i, (x, a, b, letter) in enumerate(zip(self.arguments, self.offsets(shift), base, letters)):
            low, high = (a, b) if i < len(self.down) else (b, a)
            need(low <= high <= low + 1000, "a term is no polynomial multiple of the base")
            out = out * prod(var(letter) if letter else x + k for k in range(low + 1, high + 1))
        return out

    def telescope(self, q):
        """G(s) - G(s+1) over F, with G = Down q F: F(s+1)/F(s) is (+-1) Up(s)/Down(s+1), factorial by factorial."""
        up, down = poly(1), poly(1)
        factors = self.down + [x + 1 for x in self.up] + list(map(var, self.powers))
        for i, (x, slope) in enumerate(zip(factors, self.slopes)):
            if (slope == 1) == (i < len(self.down)) and slope:
                down = down * x
            elif slope:
                up = up * x
        return down * q + up * q.put({self.index: var(self.index) + 1}) * (1 if self.alternating else -1)

    def gaps(self):
        """For each factorial above the forms of which one must be >= 0, lest it be of a negative number."""
        return [list(dict.fromkeys(x - d for d in self.down if not (x - d).has(self.index))) for x in self.up]

    def show(self):
        one = lambda x: x.show(self.names) + "!" if x.show(self.names).isalnum() else f"({x.show(self.names)})!"
        head = ([f"(-1)**{self.index}"] if self.alternating else []) + [f"{x}**({e.show(self.names)})" for x, e in self.powers.items()]
        head += [one(x) for x in self.up]
        return f"{'*'.join(head) or '1'}/({'*'.join(one(x) for x in self.down)})"


# ---- the symbols, in integer parameters: sign sqrt(up!/down!) times the sum of the term; 3j and 6j in Racah's forms, and the
# element D(j, n, m) of the matrix by which (u, v) -> (a*u + c*v, b*u + d*v) acts on u**(j + m)*v**(j - m)/sqrt((j + m)!*(j - m)!)

class Symbol:
    def __init__(self, name, term, above, below, phase, up, down, physical, quanta, twice, parameters, letters=""):
        read = lambda text, names: [parse(x, names) for x in text.split(",") if x]
        self.names = term.split()
        below = read(below, self.names)
        self.term = Term(self.names, not letters, read(above, self.names), below, dict(zip(letters.split(), below)))
        self.name, self.phase, self.quanta = name, parse(phase, self.names), quanta.split()
        self.all = self.quanta + letters.split()
        self.up, self.down, self.physical = (read(x, self.names) for x in (up, down, physical))
        self.twice = dict(zip(self.quanta, read(twice, self.names)))
        self.in_quanta = dict(zip(self.names[1:], read(parameters, self.quanta)))
        # Which sums of up to three of the forms that are >= 0 in the domain make which form.
        self.sums = {}
        for size in (1, 2, 3):
            for chosen in combinations_with_replacement(range(len(self.physical)), size):
                self.sums.setdefault(sum((self.physical[i] for i in chosen), Poly()), []).append(chosen)

    def at_least(self, k, bounds, f):
        """f >= k wherever the physical forms are at least these bounds."""
        c = f.get((), 0)
        least = [sum(bounds[i] for i in chosen) for chosen in self.sums.get(f - c, [])] + [0] * constant(f)
        return bool(least) and max(least) + c >= k

    def step(self, twice):
        """The parameters' change for a change of the quantum numbers, given doubled."""
        point = dict(zip(self.quanta, twice))
        step = {p: f.change(point) for p, f in self.in_quanta.items()}
        need(all(c % 2 == 0 for c in step.values()), "a shift makes an integer combination half-integer")
        step = {p: c // 2 for p, c in step.items()}
        need([t.change(step) for t in self.twice.values()] == twice, "a shift breaks a sum rule")
        return step

    def scaled(self, p, degree):
        """2**degree times a polynomial in the quantum numbers and the letters, in the parameters and the letters."""
        return sum((prod(self.twice.get(v, var(v)) for v in m) * (c * 2 ** (degree - sum(v in self.twice for v in m)))
                    for m, c in p.items()), Poly())

    def factor(self, f):
        """A factor under a root, in the parameters."""
        out = self.scaled(f, 1).half()
        need(out is not None, "a factor under a root is not an integer")
        return out

    def in_their_quanta(self):
        """The summand with the quantum numbers in place of the parameters, for people."""
        put, t = lambda xs: [x.put(self.in_quanta) for x in xs], self.term
        return Term([t.index] + self.quanta, t.alternating, put(t.up), put(t.down), dict(zip(t.powers, put(t.powers.values()))))

    def call(self, arguments):
        return f"{self.name}({'; '.join(', '.join(arguments[i:i + 3]) for i in range(0, len(arguments), 3))})"


SYMBOLS = {
    "3j": Symbol("3j", "s a b c d e", "", "s, -s+a, -s+b, -s+c, s+d, s+e", "d - e", "c+e, b+d, a, b, a+e, c+d, a+d, c, b+e",
                 "a+b+c+d+e+1", "c+e, b+d, a, b, a+e, c+d, a+d, c, b+e", "j1 j2 j3 m1 m2 m3",
                 "a+b+d, a+c+e, b+c+d+e, a-b+d, c-a-e, b+e-c-d", "j1+j2-j3, j1-m1, j2+m2, j3-j2+m1, j3-j1-m2"),
    "6j": Symbol("6j", "s A1 A2 A3 A4 B1 B2", "s+1", "s-A1, s-A2, s-A3, s-A4, B1-s, B2-s, A1+A2+A3+A4-B1-B2-s", "0",
                 *["".join(f"{q}-A{i}," for q in ("B1", "B2", "A1+A2+A3+A4-B1-B2") for i in (1, 2, 3, 4)),
                   "A1+1, A2+1, A3+1, A4+1"],
                 "".join(f"{q}-A{i}," for q in ("B1", "B2", "A1+A2+A3+A4-B1-B2") for i in (1, 2, 3, 4)), "j1 j2 j3 l1 l2 l3",
                 "A1+A2-B2, B1+B2-A2-A4, A1+A4-B1, A3+A4-B2, B1+B2-A1-A3, A2+A3-B1",
                 "j1+j2+j3, j1+l2+l3, j2+l1+l3, j3+l1+l2, j1+j2+l1+l2, j2+j3+l2+l3"),
    "D": Symbol("D", "k p q r", "", "p-k, r+k, k, q-k", "0", "p, q+r, p+r, q", "", "p, q+r, p+r, q", "j n m", "p+q+r, p-q+r, p-q-r",
                "j+m, j-n, n-m", "a b c d")}


# ---- equations: sums of products on both sides, on a domain; a value is a function and its arguments, doubled

def half_text(twice, names):
    k, rest = twice.get((), 0), Poly({m: c for m, c in twice.items() if m})
    if even(twice) or not even(rest):
        return twice.half().show(names) if even(twice) else f"({twice.show(names)})/2"
    size = f"{abs(k)}/2"
    return rest.half().show(names) + (" - " if k < 0 else " + ") + size if rest else "-" * (k < 0) + size


def product(*values, sign=0, coefficient=1, roots=(), root_up=(), root_down=(), powers=None, up=(), down=()):
    return SimpleNamespace(values=list(values), sign=poly(sign), coefficient=poly(coefficient), roots=list(roots), powers=powers or {},
                           root_up=list(root_up), root_down=list(root_down), up=list(up), down=list(down))


def value_at(f, shift=None, v=None):
    """A function at its own arguments moved by halves of a shift, and of t times v."""
    names = f.quanta if isinstance(f, Symbol) else f.parameters
    shift, v = shift or [0] * len(names), v or [0] * len(names)
    return f, [var(x) * 2 + k + var("t") * d for x, k, d in zip(names, shift, v)]


NOWHERE, EVERYWHERE = ("one of", []), ("all", [])


def equation(kind, free, variables, left, right, premises=(), where=EVERYWHERE, vanishing=NOWHERE, bound=(), assumptions=(), **data):
    """`variables`: "integers", "naturals" or the symbol whose quantum numbers they are; a condition is ">= 0" with a form, "natural" or
    "<> 0" with forms, "defined" or "somewhere" (for some t) with a value, "all" or "one of" with conditions."""
    names, functions = list(bound) + free, []
    for f in [f for p in left + right for f, _ in p.values]:
        functions += [f] * (f not in functions)
    terms = [f.term if isinstance(f, Symbol) else f for f in functions]
    letters, sums = list(dict.fromkeys(x for t in terms for x in t.powers)), [f for f in functions if isinstance(f, Term)]
    taken = names + [x for t in terms for x in t.all]
    own = [fresh(taken, "S" if len(sums) == 1 else f"S{i + 1}") for i in range(len(sums))]
    starred = lambda xs: "*".join(f"({x.show(names)})" for x in xs)
    quotient = lambda up, down: product_text(up, names) + (f"/({product_text(down, names)})" if down else "")
    call = lambda f, arguments: f.call(arguments) if isinstance(f, Symbol) else f"{own[sums.index(f)]}({', '.join(arguments)})"
    value = lambda v: call(v[0], [half_text(x, names) for x in v[1]])

    def one(p):
        parts = [f"(-1)**({p.sign.show(names)})"] * bool(p.sign) + [f"({p.coefficient.show(names + letters)})"] * (p.coefficient != poly(1))
        parts += [f"sqrt({starred(p.roots)})"] * bool(p.roots)
        parts += [f"sqrt({quotient(p.root_up, p.root_down)})"] * bool(p.root_up + p.root_down)
        parts += [f"{x}**({e.show(names)})" for x, e in p.powers.items()] + [quotient(p.up, p.down)] * bool(p.up + p.down)
        parts += [v if k == 1 else f"{v}**{k}" for v, k in Counter(map(value, p.values)).items()]
        over = [t for t in bound if any(x.has(t) for _, xs in p.values for x in xs)]
        return "".join(f"sum over all integers {t} of " for t in over) + ("*".join(parts) or "1")

    def condition(c):
        inner = lambda c: f"({condition(c)})" if c[0] in ("all", "one of") and len(c[1]) > 1 else condition(c)
        return (f"{c[1].show(names)} >= 0" if c[0] == ">= 0" else f"{starred(c[1])} <> 0" if c[0] == "<> 0"
                else f"{', '.join(x.show(names) for x in c[1])} are natural" if c[0] == "natural"
                else f"{value(c[1])} is defined{' for some ' + ', '.join(bound) if c[0] == 'somewhere' else ''}"
                if c[0] in ("defined", "somewhere") else (" and " if c[0] == "all" else " or ").join(map(inner, c[1])))
    side = lambda products: " + ".join(map(one, products)) or "0"
    kinds, listed = [], ", ".join(free)
    if free and isinstance(variables, Symbol):
        # What is determined by the others, as m3 is.
        others = [(q, half_text(t.put(variables.in_quanta), variables.quanta)) for q, t in variables.twice.items()]
        kinds.append(f"integers and half-integers {listed}" + "".join(f" with {q} = {text}" for q, text in others if q != text))
    elif free:
        kinds.append(f"integers {listed}{' >= 0' * (variables == 'naturals')}")
    kinds += [f"numbers {', '.join(letters)}"] * bool(letters)
    text = f"{side(left)} = {side(right)}" + (f" for all {' and all '.join(kinds)}" if kinds else "")
    text += f", wherever {condition(where)}" if where != EVERYWHERE else ""
    if len(sums) < len(functions):
        text += "; a symbol outside its domain counts as 0"
        text += (", and its coefficient vanishes by itself" + (f" wherever {condition(vanishing)}" if vanishing != where else "")
                 if vanishing != NOWHERE else "")
    for f in functions:
        if isinstance(f, Term):
            text += f"; {call(f, f.parameters)} is the sum over all integers {f.index} of {f.show()}"
        elif f.term.powers:
            text += (f"; {f.call(f.quanta)} is sqrt({product_text([x.put(f.in_quanta) for x in f.up], f.quanta)}) times the sum over all "
                     f"integers {f.term.index} of {f.in_their_quanta().show()}")
    return Proved(kind, text, premises, assumptions, free=free, variables=variables, letters=letters, left=left, right=right, where=where,
                  bound=bound, equation=True, **data)


# ---- rules for sums

def telescoping(d, premises):
    need(not premises, "expected no premises")
    term, base, limit = Term.read(d["term"]), d["base"], False
    names, parameters = term.names, term.parameters
    terms = [(parse(t["coefficient"], term.all), tuple(integers(t["shift"], len(parameters)))) for t in d["terms"]]
    q, shifts = parse(d["q"], term.all), [s for _, s in terms]
    need(term.finite(), "the sum has no finite support")
    need(len(set(shifts)) == len(shifts) and any(c for c, _ in terms), "a shift stands twice, or all coefficients are zero")
    need(not any(c.has(term.index) for c, _ in terms), "a coefficient contains the index")
    changes = enumerate(zip(*[term.offsets(s) for s in shifts]))
    need(base == [max(c) if i < len(term.down) else min(c) for i, c in changes], "the base is not the nearest one")
    left = sum((c * term.ratio(base, s) for c, s in terms), Poly())
    need(left == term.moved(base).telescope(q), "the coefficients times the ratios are not the telescoper of q")
    conditions = []
    for i, x in enumerate(term.up):
        others = term.down + term.up[:i] + term.up[i + 1:]
        own = any(abs(x.change({v: 1})) == 1 and not any(o.has(v) for o in others) for v in parameters)
        limit |= own
        bases = [term.offsets(s) for s in shifts] if own else [base]
        conditions += [term.moved(b).gaps()[i] for b in bases]
    # What is always true is no condition, and what is never true no alternative.
    conditions = [[g for g in gap if not constant(g)] for gap in conditions if not any(constant(g) and g.natural() for g in gap)]
    conditions = [gap for i, gap in enumerate(conditions) if gap not in conditions[:i]]
    need(can_be_met(parameters, [g.get((), 0) for gap in conditions for g in gap],
                    lambda p: all(any(g.at(p) >= 0 for g in gap) for gap in conditions)), "the conditions cannot be met")
    left = [product(value_at(term, [2 * k for k in s]), coefficient=c) for c, s in terms]
    where = "all", [("one of", [(">= 0", g) for g in gap]) for gap in conditions]
    return equation("sums", parameters, "integers", left, [], where=where, assumptions=[DEFINED["LIMIT"]] * limit, term=term, terms=terms,
                    conditions=conditions, rule="telescoping" if q else "termwise", shifts=[[2 * k for k in s] for s in shifts])


def normalisation(d, premises):
    """From C_i S_i to K_i sqrt(R_i) symbol_i = lambda C_i S_i, K_i sign_i X_i = scale C_i Y_i: lambda must be the same for all i."""
    need(len(premises) == 1 and premises[0].kind == "sums", "the premise is not a relation between sums")
    symbol, sums = SYMBOLS[d["symbol"]], premises[0]
    need(sums.term == symbol.term, "the premise is about another sum")
    quanta, physical, every = symbol.quanta, symbol.physical, range(len(d["terms"]))
    claim = [(parse(t["coefficient"], symbol.all), forms(t["radicand"], quanta), tuple(integers(t["twice-shift"], len(quanta))))
             for t in d["terms"]]
    x, y = ([forms(t[k], symbol.names[1:]) for t in d["terms"]] for k in "xy")
    steps = [symbol.step(list(s)) for _, _, s in claim]
    need([tuple(s.values()) for s in steps] == [s for _, s in sums.terms], "the shifts are not those of the sums")
    roots = [[symbol.factor(f) for f in r] for _, r, _ in claim]
    up, down = [int(k) for k in d["scale"]]
    need(up > 0 and down > 0, "the scale must be positive")
    degree = max([0] + [c.degree() for c, _, _ in claim])
    inside = [[-f.change(s) for f in physical] for s in steps]  # where the symbol of a summand is defined
    coefficients = [symbol.scaled(c, degree) for c, _, _ in claim]
    domains = []
    for domain in d["domains"]:
        r = domain.get("summand")
        need(r is None or type(r) is int and r in every, "no domain")
        domains.append((r, tuple(integers(domain["bounds"], len(physical)) if r is None else inside[r])))
    need(domains, "no domain")
    for i in every:
        sign = (-1) ** (symbol.phase.change(steps[i]) % 2)
        need(coefficients[i] * prod(x[i]) * (down * sign) == sums.terms[i][0] * prod(y[i]) * up, "a coefficient is not the sum's")

    def square(i):
        """R N Y^2/X^2 as powers of linear forms, N the factorials under the root over those with the first shift."""
        powers = Counter(roots[i])
        for forms_, power in ((symbol.up, 1), (symbol.down, -1)):
            for f in forms_:
                start, end = f.change(steps[0]), f.change(steps[i])
                need(abs(end - start) <= 1000, "two shifts are more than 1000 steps apart")
                for j in range(min(start, end) + 1, max(start, end) + 1):
                    powers[f + j] += power if end > start else -power
        for f in y[i]:
            powers[f] += 2
        for f in x[i]:
            powers[f] -= 2
        return {f: k for f, k in powers.items() if k}
    need(all(square(i) == square(0) for i in every), "the roots do not match the norms")
    least, vanishing = symbol.at_least, []
    for domain in domains:
        within = lambda *at: [max(b) for b in zip(domain[1], *[inside[i] for i in at])]
        for i in every:
            for r in range(i):
                need(all(least(1, within(i, r), f) for f in x[i] + y[i] + x[r] + y[r])
                     and all(least(0, within(i, r), f) for f in roots[i] + roots[r]), "a factor may be negative")
            need(all(least(1, within(i), f) or f in roots[i] or -f in roots[i] for f in x[i])
                 and all(least(0, within(i), f) for f in roots[i]), "a factor may vanish where one symbol is defined")
        need(all(any(least(0, domain[1], g) for g in gap) for gap in sums.conditions), "the sums need not be related")

        def vanishes(i):
            """On every plane between the domain and where the symbol is defined the root or the coefficient is 0."""
            for f, low, high in zip(physical, domain[1], inside[i]):
                if high - low > 1000:
                    return False
                name, = next(m for m, c in f.items() if abs(c) == 1)
                for value in range(low, high):
                    plane = f - value
                    solved = (poly(value) - f) * f[(name,)] + var(name)
                    if plane not in roots[i] and -plane not in roots[i] and coefficients[i].put({name: solved}):
                        return False
            return True
        if all(vanishes(i) for i in every):
            vanishing.append(domain)

    def where(sets):
        bounded = lambda b: ("natural", [f.put(symbol.in_quanta) - k for f, k in zip(physical, b)])
        return "one of", [bounded(b) if r is None else ("defined", value_at(symbol, claim[r][2])) for r, b in sets]
    left = [product(value_at(symbol, s), coefficient=c, roots=r) for c, r, s in claim]
    return equation("symbols", quanta, symbol, left, [], premises, where(domains), where(vanishing), symbol=symbol, claim=claim,
                    domains=domains, shifts=[s for _, _, s in claim])


# ---- symmetries, closed forms, values

def read_map(d, first, names):
    images, offset, parity = forms(d["images"], names[1:]), linear(d["offset"], names[1:]), linear(d["parity"], names[1:])
    need(d["direction"] in (1, -1) and type(d["direction"]) is int and len(images) == len(first.parameters), "no change of variables")
    return dict(zip(first.parameters, images)), {first.index: var(names[0]) * d["direction"] + offset}, offset, parity


def permuted(first, second, images):
    return Counter(x.put(images) for x in first) == Counter(second)


def reindexing(d, premises):
    need(not premises, "expected no premises")
    first, second = Term.read(d["first"]), Term.read(d["second"])
    images, index, offset, parity = read_map(d, first, second.names)
    need(second.finite() and not second.up, "the sum has no finite support, or factorials above")
    need(not first.powers and not second.powers, "a term with letters")
    need(all(permuted(x, y, {**images, **index}) for x, y in ((first.up, second.up), (first.down, second.down))), "other factorials")
    need(first.alternating == second.alternating and even(offset * first.alternating - parity), "the sign is wrong")
    return equation("identity", second.parameters, "integers", [product((first, [x * 2 for x in images.values()]))],
                    [product(value_at(second), sign=parity)], first=first, second=second, images=images, parity=parity)


def symmetry(d, premises):
    need(not premises, "expected no premises")
    symbol = SYMBOLS[d["symbol"]]
    need(not symbol.term.powers, "a symbol with letters")
    images, index, offset, parity = read_map(d, symbol.term, symbol.names)
    need(all(permuted(x, x, {**images, **index}) for x in (symbol.term.up, symbol.term.down)), "the factorials differ")
    need(all(permuted(x, x, images) for x in (symbol.physical, symbol.up, symbol.down)), "the norm is not invariant")
    need(even(offset + symbol.phase.put(images) - symbol.phase - parity), "the sign is wrong")
    twice = [t.put(images).put(symbol.in_quanta) for t in symbol.twice.values()]
    return equation("symmetry", symbol.quanta, symbol, [product((symbol, twice))],
                    [product(value_at(symbol), sign=parity.put(symbol.in_quanta))], symbol=symbol, images=images, parity=parity)


def conjunction(d, premises):
    parts = [part for p in premises for part in (p.parts if p.kind == "all" else [p])]
    need(0 < len(parts) <= 1000, "a conjunction of nothing, or of too much")
    return Proved("all", "; ".join(f"({i + 1}) {p.text}" for i, p in enumerate(parts)), premises, parts=parts)


def closed_form(d, premises):
    """S(p) = Π up!/Π down! by induction over a parameter v: the same first-order recursion, the same value at v = 0."""
    need(len(premises) == 1 and premises[0].kind == "sums" and len(premises[0].terms) == 2, "the premise does not fit")
    need(not premises[0].term.powers, "a term with letters")
    sums, term, start = premises[0], premises[0].term, d["start"]
    need(type(d["variable"]) is int and 1 <= d["variable"] < len(term.names) and type(start) is int, "no parameter")
    v, names = term.names[d["variable"]], term.names
    up, down = forms(d["numerator"], term.parameters), forms(d["denominator"], term.parameters)
    found = dict((s, c) for c, s in sums.terms)
    later, here = (found.get(tuple(k * (p == v) for p in term.parameters)) for k in (1, 0))
    need(later is not None and here is not None, "the premise is not between S(p) and S(p + 1)")
    need(all(x.natural() and x.change({v: 1}) <= 1000 for x in up + down), "a factorial may be of a negative number")
    steps = lambda xs: prod(x + k for x in xs for k in range(1, x.change({v: 1}) + 1))
    need(not later * steps(up) + here * steps(down), "the closed form does not satisfy the relation")
    need(later.get((), 0) > 0 and later.natural(), "the leading coefficient may vanish")
    need(all(any(g.natural() for g in gap) for gap in sums.conditions), "the relation may not hold")
    zero, at_start = {v: poly(0)}, {v: poly(0), term.index: poly(start)}
    bounds, index = [x.put(zero) for x in term.down], var(term.index) - start
    need(index in bounds and -index in bounds, "the initial sum has more than one term")
    need(not term.alternating or start % 2 == 0, "the initial term is negative")
    first_up, first_down = [x.put(at_start) for x in term.up], [x.put(at_start) for x in term.down]
    need(all(x.natural() for x in first_up + first_down), "the initial term may be negative")
    balance, ratio = Counter(first_up + [x.put(zero) for x in down]), Fraction(1)
    balance.subtract(first_down + [x.put(zero) for x in up])
    need(sum(map(abs, balance.values())) <= 1000, "more than 1000 factorials are not multiplied out")
    for x, k in balance.items():
        need(constant(x) and x.get((), 0) <= 1000 or k == 0, "another initial value")
        ratio *= Fraction(math.factorial(x.get((), 0)) if constant(x) else 1) ** k
    need(ratio == 1, "another initial value")
    return equation("closed", term.parameters, "naturals", [product(value_at(term))], [product(up=up, down=down)], premises, term=term,
                    up=up, down=down)


def symbol_value(symbol, names, images, value, premises):
    """value: (sign, under the root above and below, above, below, powers), or None for 0; images of the symbol's parameters."""
    twice, domain = [t.put(images) for t in symbol.twice.values()], [f.put(images) for f in symbol.physical]
    need(can_be_met(names, [f.get((), 0) for f in images.values()], lambda p: (value is None or all(x >= 0 for x in p.values()))
                    and all(f.at(p) >= 0 for f in domain)), "the symbol is nowhere defined")
    own, right = (symbol, twice), []
    if value is not None:
        right = [product(sign=value[0], root_up=value[1], root_down=value[2], up=value[3], down=value[4], powers=value[5])]
    return equation("value", names, "naturals" if right else "integers", [product(own)], right, premises, ("defined", own))


def evaluation(d, premises):
    need([p.kind for p in premises] == ["identity", "closed"], "the premises do not fit")
    (identity, closed), symbol = premises, SYMBOLS[d["symbol"]]
    need(identity.first == symbol.term and identity.second == closed.term, "the premises are about other sums")
    at = lambda xs: [x.put(identity.images) for x in xs]
    value = at([symbol.phase])[0] + identity.parity, at(symbol.up), at(symbol.down), closed.up, closed.down, {}
    return symbol_value(symbol, identity.second.parameters, identity.images, value, premises)


def family_of_points(d, symbol):
    names = names_of(["s"] + d["names"])[1:]
    names_of(names + ([symbol.name, symbol.term.index] + symbol.all if symbol.term.powers else []), 20)
    images = dict(zip(symbol.names[1:], forms(d["images"], names)))
    need(len(d["images"]) == len(images) == len(symbol.names) - 1, "the family does not fit")
    return names, images


def single_term(d, premises):
    need(not premises, "expected no premises")
    symbol = SYMBOLS[d["symbol"]]
    names, images = family_of_points(d, symbol)
    # The index is called s, as no name of the family is.
    index, gap = linear(d["index"], names), var("s") - linear(d["index"], names)
    put = lambda xs, index: [x.put({**images, symbol.term.index: index}) for x in xs]
    bounds, at = put(symbol.term.down, var("s")), lambda xs: put(xs, index)
    powers = dict(zip(symbol.term.powers, at(symbol.term.powers.values())))
    need(gap in bounds and -gap in bounds, "the sum may have several terms")
    need(all(x.natural() for x in at(symbol.term.up) + list(powers.values())), "a factorial or a power may be of a negative number")
    sign = at([symbol.phase])[0] + index * symbol.term.alternating
    value = sign, at(symbol.up), at(symbol.down), at(symbol.term.up), at(symbol.term.down), powers
    return symbol_value(symbol, names, images, value, premises)


def antisymmetry(d, premises):
    need(len(premises) == 1 and premises[0].kind == "symmetry", "the premise must be a symmetry")
    s = premises[0]
    names, images = family_of_points(d, s.symbol)
    need(all(f.put(images) == images[p] for p, f in s.images.items()), "the symmetry does not map the points to themselves")
    need(even(s.parity.put(images) + 1), "the sign is not always -1")
    return symbol_value(s.symbol, names, images, None, premises)


# ---- sums of products of two symbols along a line q + t v

def coefficient_at(symbol, displacement, term):
    """A coefficient at a displaced point, in the symbol's parameters: comparable however it is written."""
    moved = {p: var(p) + k for p, k in symbol.step(list(displacement)).items()}
    k = max(0, term[0].degree())
    return k, symbol.scaled(term[0], k).put(moved), Counter(symbol.factor(f).put(moved) for f in term[1])


def three_terms(p, shifts):
    need(p.kind == "symbols" and len(p.claim) == 3, "the premise is not a relation between three symbols")
    terms = {s: (c, r) for c, r, s in p.claim}
    need(len(terms) == 3 and set(terms) == {tuple(s) for s in shifts}, "the premise relates other symbols")
    need(any(p.claim[r][2] == (0,) * 6 for r, _ in p.domains if r is not None), "the premise need not hold where the symbol is defined")
    return [terms[tuple(s)] for s in shifts]


def bounded(symbol, v):
    changes = [f.change(symbol.step(list(v))) for f in symbol.physical]
    need(min(changes) < 0 < max(changes), "the sum is not finite")


def orthogonality(d, premises):
    """K f(q) + α(q) f(q+v) + α(q-v) f(q-v) = 0, α without u and K = c (u^2 + u) + terms without u, is an eigenvalue problem."""
    need(len(premises) == 1 and premises[0].kind == "symbols", "the premise is not a relation between symbols")
    (p,), (number, *v) = premises, integers(d["numbers"], 7)
    need(not p.symbol.term.powers, "a symbol with letters")
    symbol, minus = p.symbol, [-k for k in v]
    middle, up, down = three_terms(p, [[0] * 6, v, minus])
    need(0 <= number < (3 if symbol.name == "3j" else 6) and v[number] == 0, "the families must differ in an angular momentum")
    u = symbol.quanta[number]
    c = middle[0].get((u, u), 0)
    need(c and not middle[1] and not (middle[0] - (var(u) * var(u) + var(u)) * c).has(u), "the middle coefficient is not an eigenvalue's")
    need(not any(f.has(u) for f in [up[0]] + up[1]), "a side coefficient contains the quantum number")
    need(coefficient_at(symbol, [0] * 6, down) == coefficient_at(symbol, minus, up), "the relation is not symmetric")
    need(not any(f.put(symbol.in_quanta).has(u) and f.change(symbol.step(v)) for f in symbol.physical), "the families differ in domain")
    bounded(symbol, v)
    (f, own), name = value_at(symbol, None, v), u + "'"
    other = f, [var(name) * 2 if q == u else x for q, x in zip(symbol.quanta, own)]
    where = "all", [("<> 0", [var(u) - var(name)]), ("somewhere", (f, own)), ("somewhere", other)]
    return equation("orthogonality", symbol.quanta + [name], symbol, [product((f, own), other)], [], premises, where, bound=["t"])


def square(symbol, start, v, coefficient=1):
    return product(*[value_at(symbol, start, v)] * 2, coefficient=coefficient)


def adjoint_ladders(d, premises):
    """A f(q) + B f(q+w) + C f(q+w') = 0 and its adjoint with -w, -w': sums of squares along v = w - w' do not change from q to q + w."""
    need([p.kind for p in premises] == ["symbols"] * 2 and premises[0].symbol is premises[1].symbol, "the premises do not fit")
    need(not premises[0].symbol.term.powers, "a symbol with letters")
    symbol, numbers = premises[0].symbol, integers(d["numbers"], 12)
    w, w_ = numbers[:6], numbers[6:]
    v, shifts = [a - b for a, b in zip(w, w_)], [[0] * 6, w, w_]
    first, second = three_terms(premises[0], shifts), three_terms(premises[1], [[-k for k in s] for s in shifts])
    need(all(coefficient_at(symbol, move, y) == coefficient_at(symbol, [0] * 6, x) for x, y, move in zip(first, second, [w, w, w_])),
         "the second relation is not the adjoint of the first")
    a = first[0]
    need(coefficient_at(symbol, v, a) == coefficient_at(symbol, [0] * 6, a) and a[0].degree() == 0, "the first coefficient is no root")
    bounded(symbol, v)
    factor = sorted(a[1], key=lambda f: [f.get(m, 0) for m in [()] + [(q,) for q in symbol.quanta]])
    where = "all", [("defined", value_at(symbol)), ("<> 0", factor)]
    return equation("equal norms", symbol.quanta, symbol, [square(symbol, None, v)], [square(symbol, w, v)], premises, where, bound=["t"],
                    step=w, line=v, factor=Counter(a[1]), symbol=symbol)


def norm(d, premises):
    """At m1 = j1, that is b = 0, c = s, e = n - s, the square of the 3j symbol is the closed form's term times (2 j1)!/(2 j1 + 1)!."""
    need([p.kind for p in premises] == ["equal norms", "closed"] and d["numbers"] == [], "the premises do not fit")
    (equal, closed), symbol = premises, SYMBOLS["3j"]
    need(equal.symbol is symbol and equal.line == [0, 0, 0, 0, 2, -2] and equal.step == [0, 0, 0, -2, 2, 0], "another line")
    need(equal.factor == Counter(forms(["j1 + m1", "j1 - m1 + 1"], symbol.quanta)), "another factor")
    need(not closed.term.alternating and len(closed.term.names) == 4 and not set(closed.term.up) & set(closed.term.down), "another sum")
    s, a, d_, n = map(var, closed.term.names)
    images = {"s": poly(0), "a": a, "b": poly(0), "c": s, "d": d_, "e": n - s}
    at = lambda xs: [x.put(images) for x in xs if x.put(images)]
    balance = Counter(at(symbol.up) + closed.term.down + closed.up)
    balance.subtract(at(symbol.down) + at(symbol.term.down) * 2 + closed.term.up + closed.down)
    twice_j = symbol.twice["j1"].put(images)
    need({f: k for f, k in balance.items() if k} == {twice_j: 1, twice_j + 1: -1}, "the sum at m1 = j1 is not 1/(2 j1 + 1)")
    need(symbol.step(equal.line) == {p: f.change({closed.term.index: 1}) for p, f in images.items() if p != "s"}, "a step is no step of s")
    basis, domain = [s, n - s, a, d_], at(symbol.physical)
    need(all(f in domain for f in basis) and all(f in basis + [x + y for x in basis for y in basis] for f in domain), "another domain")
    return equation("norm", symbol.quanta, symbol, [square(symbol, None, equal.line, var("j1") * 2 + 1)], [product()], premises,
                    ("defined", value_at(symbol)), bound=["t"])


# ---- products of powers of polynomials

class Powers:
    def __init__(self, d):
        self.variables, self.exponents, self.imaginary = names_of(d["variables"]), names_of(d["exponents"]), d["imaginary"]
        need(type(self.imaginary) is bool and not set(self.variables) & set(self.exponents), "a name for two things")
        self.letters = self.variables + ["i"] * self.imaginary
        self.symbols = self.letters + self.exponents
        need(len(self.letters) <= 10 and len(d["factors"]) == len(d["powers"]) > 0, "too many variables, or a factor without a power")
        self.factors, self.powers = [parse(f, self.letters) for f in d["factors"]], forms(d["powers"], self.exponents)
        need(all(map(self.reduce, self.factors)), "a factor is 0")
        need(can_be_met(self.exponents, [e.get((), 0) for e in self.powers], lambda p: all(e.at(p) >= 0 for e in self.powers)),
             "no exponents are natural")
        natural = ", ".join(dict.fromkeys(e.show(self.exponents) + " >= 0" for e in self.powers if not constant(e)))
        self.quantifier = (f"for all integers {', '.join(self.exponents)}{' with ' + natural if natural else ''}" if self.exponents
                           else "it is true that")

    def reduce(self, p):
        """i^2 = -1."""
        out = Poly()
        for m, c in p.items():
            k = m.count("i") if self.imaginary else 0
            out = out + Poly({tuple(v for v in m if v != "i" or not self.imaginary) + ("i",) * (k % 2): c if k % 4 < 2 else -c})
        return Poly({tuple(sorted(m)): c for m, c in out.items()})

    def data(self):
        return {"factors": self.factors, "powers": self.powers, "exponents": self.exponents, "letters": self.variables}

    def show(self, pairs):
        return "*".join(f"({f.show(self.letters)})**({e.show(self.exponents)})" for f, e in pairs)


def power_derivation(d, premises):
    """With Q = Π P_i, Q D(F) = E F for F = Π P_i^e_i, hence Q^(k+1) D(a Q^-k F) = (Q D(a) - k a D(Q) + a E) F."""
    need(not premises, "expected no premises")
    f, words = Powers(d), []
    for w in d["words"]:
        need(all(len(one["along"]) == len(one["by"]) > 0 and set(one["along"]) <= set(f.variables) for one in w["derivations"]),
             "that is no derivation")
        words.append((parse(w["coefficient"], f.symbols),
                      [[(x, parse(p, f.symbols)) for x, p in zip(one["along"], one["by"])] for one in w["derivations"]]))
    need(any(f.reduce(c) for c, _ in words), "all coefficients are zero")
    q, results = f.reduce(prod(f.factors)), []
    along = lambda derivation, p: sum((c * p.diff(v) for v, c in derivation), Poly())
    for c, derivations in words:
        a, k = poly(1), 0
        for one in reversed(derivations):
            e = sum((f.powers[i] * along(one, p) * prod(f.factors[:i] + f.factors[i + 1:]) for i, p in enumerate(f.factors)), Poly())
            a, k = f.reduce(q * along(one, a) - a * along(one, q) * k + a * e), k + 1
        results.append((c, a, k))
    most = max(k for _, _, k in results)
    need(not f.reduce(sum((c * a * prod([q] * (most - k)) for c, a, k in results), Poly())), "the operator does not annihilate")
    derive = lambda one: "(" + " + ".join(f"({p.show(f.symbols)})*diff({v})" for v, p in one) + ")"
    operator = " + ".join(" ".join([f"({c.show(f.symbols)})"] + list(map(derive, ds))) for c, ds in words)
    return Proved("annihilation", f"{f.quantifier}: [{operator}] {f.show(zip(f.factors, f.powers))} = 0, where diff(x) is the derivative "
                  f"by x{', i**2 = -1' * f.imaginary}", **f.data(), words=words)


def power_substitution(d, premises):
    need(not premises, "expected no premises")
    f = Powers(d)
    images, split = [parse(x, f.letters) for x in d["images"]], [[parse(x, f.letters) for x in qs] for qs in d["split"]]
    need(len(images) == len(f.letters) and len(split) == len(f.factors) and all(split), "images or factors are missing")
    changed = {v: p for v, p in zip(f.letters, images) if p != var(v)}
    need(changed and not (f.imaginary and "i" in changed), "the substitution changes nothing, or the imaginary unit")
    for p, qs in zip(f.factors, split):
        need(not f.reduce(p.put(changed) - prod(qs)) and all(map(f.reduce, qs)), "a factor's image is another, or zero")
    result = f.show((x, e) for qs, e in zip(split, f.powers) for x in qs)
    return Proved("substitution", f"{f.quantifier}: {f.show(zip(f.factors, f.powers))} becomes {result} under "
                  + ", ".join(f"{v} -> {p.show(f.letters)}" for v, p in changed.items()) + ", i**2 = -1" * f.imaginary,
                  **f.data(), changed=changed, split=split)


def binomial_coefficient(d, premises):
    """(M_i ± N_i)^e_i is the sum over k_i of e_i!/(k_i! (e_i-k_i)!) (±1)^k_i M_i^(e_i-k_i) N_i^k_i; the k_i as forms in one index."""
    need(not premises, "expected no premises")
    f, term = Powers(d["product"]), Term.read(d["term"])
    powers, choices, target, (parity,) = (forms(d[k], term.names) for k in ("powers", "choices", "target", "parity"))
    names_of(f.variables + term.names, 20)
    need(not f.imaginary and f.powers == [var(e) for e in f.exponents], "the exponents must be independent")
    need(all(sorted(p.values()) in ([-1, 1], [1, 1]) for p in f.factors), "a factor is not a sum or a difference of two monomials")
    need(len(powers) == len(choices) == len(f.factors) and len(target) == len(f.variables), "an exponent or an index is missing")
    need(any(v not in term.powers for v in f.variables), "all variables are letters")
    goals = dict(zip(f.variables, target))
    need(not any(x.has(term.index) for x in [parity] + powers + [g for v, g in goals.items() if v not in term.powers])
         and all(goals.get(x) == e for x, e in term.powers.items()), "an exponent contains the index, or is not the letter's")
    need(can_be_met(term.parameters, [e.get((), 0) for e in powers], lambda p: all(e.at(p) >= 0 for e in powers)), "no natural exponents")
    order = lambda p: sorted(p, key=lambda k: (-p[k], [-k.count(v) for v in f.variables]))  # M before N
    m, n = ([order(p)[i] for p in f.factors] for i in (0, 1))
    reached = {0}
    for v, goal in zip(f.variables, target):
        found = sum(((e - k) * a.count(v) + k * b.count(v) for a, b, e, k in zip(m, n, powers, choices)), Poly())
        need(found == goal, "a variable's exponent is not the target's")
    ties = [[i for i in range(len(m)) if m[i].count(v) != n[i].count(v)] for v in f.variables if v not in term.powers
            and all(abs(m[i].count(v) - n[i].count(v)) <= 1 for i in range(len(m)))]
    for _ in m:
        for tie in ties:
            reached |= set(tie) if len(tie) == 2 and reached & set(tie) else set()
    need(len(reached) == len(m) and abs(choices[0].change({term.index: 1})) == 1, "the index does not run through all solutions")
    need(not term.up and Counter(choices + [e - k for e, k in zip(powers, choices)]) == Counter(term.down), "the factorials differ")
    signed = sum((k for p, x, k in zip(f.factors, n, choices) if p[x] < 0), Poly())
    need(even(signed - (var(term.index) * term.alternating + parity)), "the sign is wrong")
    show, listed, total = lambda x: x.show(term.names), ", ".join(term.parameters), fresh(term.names + f.variables, "S")
    letters = f" and all numbers {', '.join(term.powers)}" if term.powers else ""
    return Proved("coefficient", f"for all integers {listed}{letters} with {', '.join(map(show, powers))} >= 0: the "
                  "coefficient of "
                  + "*".join(f"{v}**({show(e)})" for v, e in goals.items() if v not in term.powers) + " in "
                  + "*".join(f"({p.show(f.letters)})**({show(e)})" for p, e in zip(f.factors, powers))
                  + f" is (-1)**({show(parity)})*{product_text(powers, term.names)}*{total}({listed}), {total} the sum over all integers "
                  f"{term.index} of {term.show()}", term=term, factors=f.factors, powers=powers, goals=goals, parity=parity)


# ---- types of coupling trees: orders, fields (rank, axial, time-odd), and signs: (-1) to a sum of names and 1, as a set of these

def sign_of(order):
    return frozenset([order] if isinstance(order, str) else ["1"] * (order % 2))


def sign_text(sign):
    return f"(-1)**({' + '.join(sorted(sign - {'1'}) + ['1'] * ('1' in sign))})" if sign else "1"


def order_of(value):
    need(type(value) is int and value >= 0 or isinstance(value, str) and names_of([value]), f"no order: {value!r}")
    return value


def explain(text):
    return ("; map(X) is any linear map on the channels of X" if "map(" in text else "") + (
        "; grad(X) is the derivative of X by the position of one site and grad(X; v) that by its vector v, as spherical components, where "
        "X has one" if "grad(" in text else "")


def describe(fields):
    kind = lambda f: ("axial " if f[1] else "polar ") + ("vector" if f[0] else "scalar")
    return ", ".join(f"{n} a {kind(f)} field, {'odd' if f[2] else 'even'} under time reversal" for n, f in sorted(fields.items()))


def merged(parts, what):
    out = {}
    for part in parts:
        need(all(out.get(n, x) == x for n, x in getattr(part, what).items()), "one name stands for two things")
        out.update(getattr(part, what))
    return out


def family(premises, text, action, parity, time, orders=(), fields=None, given=None, assumptions=(), sums=True, shape=None):
    """Something with components on which the generators act by the standard matrices of the orders in `action`: of positions and
    fields jointly, or of positions and of fields. `sums`: made of sums over sites; `shape`: what the rule of induction asks for."""
    parts = [p for p in premises if p.kind == "family"]
    fields, given = fields or merged(parts, "fields"), given or merged(parts, "given")
    orders = {x for x in orders if isinstance(x, str)}.union(*[p.orders for p in parts])
    taken = sorted(orders) + sorted(fields) + [x for pair in given.items() for x in pair]
    need(not (orders | set(given.values())) & set(fields) and not set(given) & (orders | set(given.values()) | set(fields)),
         "one name stands for two things")
    a = fresh(taken, "A")
    m = fresh([a] + taken, "m")
    k = fresh([a, m] + taken, "k")
    acts = (f"{a} = {text} satisfies J_z {a}_{m} = {m} {a}_{m}, J+- {a}_{m} = sqrt(({k} -+ {m})*({k} +- {m} + 1)) {a}_({m}+-1) with {k} = "
            f"{action[0]}, J the generators of joint rotations of positions and fields" if len(action) == 1 else
            f"{a} = {text} satisfies the ladder relations of order {action[0]} in its first index under L, rotations of the positions "
            f"alone, and those of order {action[-1]} in its second under S, rotations of the fields alone")
    listed = ", ".join(f"{n} of order {o}" for n, o in sorted(given.items()))
    return Proved("family", f"for all natural values of the names in it{' and all equivariant families ' + listed if given else ''}: "
                  f"{acts}; its sign is {sign_text(parity)} under the inversion and {sign_text(time)} under time reversal"
                  + (f", with {describe(fields)}" if fields else "") + explain(text), premises, assumptions, name=text, fields=fields,
                  given=given, action=action, parity=parity, time=time, orders=orders, shape=shape,
                  sums=sums and all(p.sums for p in parts))




def typing(d, premises):
    rule, kinds, p = d["rule"], [p.kind for p in premises], premises[-1] if premises else None
    if rule == "R1-site-sum":
        need(kinds == ["coefficient-extraction"], "the premise is not the ladder of the harmonics")
        (name,), l, field = names_of([d["field"]]), order_of(d["l"]), (d["rank"], d["axial"], d["timeOdd"])
        need(field[0] in (0, 1) and type(field[0]) is int and all(type(x) is bool for x in field[1:]), "no field")
        return family(premises, f"{name}({l})", (l, field[0]), sign_of(l) ^ sign_of(field[0]) ^ sign_of(int(field[1])),
                      sign_of(int(field[2])), [l], {name: field}, assumptions=[DEFINED["CHAIN"]], shape=("leaf", name, l))
    if rule == "hypothesis":
        name, order = names_of([d["name"], d["order"]])
        return family([], name, (order,), frozenset([f"p({name})"]), frozenset([f"t({name})"]), given={name: order}, sums=False,
                      shape=("any", name))
    if rule == "R4-invariant" and kinds == ["every"]:
        return Proved("every invariant", "for every finite coupling tree with root order 0 whose leaves are expansion coefficients of "
                      f"{describe(p.fields)}, and for all natural values of its orders: its value is unchanged by joint rotations",
                      premises, [DEFINED["CONNECTED"]], fields=p.fields)
    ladder = rule in ("R3-join", "R3-couple", "R3-couple-separately")
    need(kinds[:ladder] == ["coupling-ladder"] * ladder and set(kinds[ladder:]) == {"family"}, "the premises do not fit")
    parts = premises[ladder:]
    need(len(parts) == (2 if "couple" in rule else 1) or rule in ("R1-sum", "induction"), "another number of premises")
    same = p.action, p.parity, p.time
    if rule == "R1-joint":
        need(p.action[1:] == (0,), "the field's order is not 0")
        return family(premises, p.name, p.action[:1], p.parity, p.time, shape=p.shape)
    if rule == "R1-map":
        return family(premises, f"map({p.name})", *same)
    if rule == "R1-sum":
        need(all((q.action, q.parity, q.time) == same for q in parts), "orders or signs differ")
        return family(premises, f"({' + '.join(q.name for q in parts)})", *same)
    if rule == "R3-join":
        j, leaf = order_of(d["J"]), p.shape and p.shape[0] == "leaf"
        need(len(p.action) == 2, "the family rotates otherwise")
        return family(premises, f"{p.shape[1]}({p.shape[2]}->{j})" if leaf else f"join({p.name}, {j})", (j,), p.parity, p.time, [j],
                      shape=("joined", *p.shape[1:], j) if leaf else None)
    if rule in ("R3-couple", "R3-couple-separately"):
        (a, b), both = parts, (order_of(d["L"]),) + ((order_of(d["S"]),) if rule != "R3-couple" else ())
        need(len(a.action) == len(b.action) == len(both), "the families rotate otherwise")
        step = a.shape and b.shape and a.shape[0] == b.shape[0] == "any"
        return family(premises, f"couple({a.name}, {b.name}{', ' if len(both) == 1 else '; '}{', '.join(map(str, both))})", both,
                      a.parity ^ b.parity, a.time ^ b.time, both, shape=("step", a.shape[1], b.shape[1], both[0]) if step else None)
    if rule == "R6-gradient":
        by = d["by"]
        need(set(p.action) == {0} and (by is None or by in p.fields and p.fields[by][0] == 1), "no scalar, or no such vector field")
        axial, odd = (False, False) if by is None else p.fields[by][1:]
        return family(premises, f"grad({p.name}{'' if by is None else '; ' + by})", (1,) if len(p.action) == 1 else (1, 0) if by is None
                      else (0, 1), p.parity ^ sign_of(int(not axial)), p.time ^ sign_of(int(odd)), sums=False)
    if rule == "induction":
        fields = {}
        for leaf in parts[:-1]:
            shape = leaf.shape
            need(shape and shape[0] in ("leaf", "joined") and all(isinstance(x, str) for x in shape) and leaf.action == shape[-1:]
                 and len(set(shape[2:])) == len(shape[2:]) and shape[1] not in fields, "a premise is not about the leaves of a field")
            fields.update(leaf.fields)
        need(fields and p.shape and p.shape[0] == "step" and not p.fields and len(p.given) == 2
             and len(set(p.given.values()) | {p.shape[3]}) == 3 and isinstance(p.shape[3], str), "the step is not about any two families")
        return Proved("every", f"for every finite coupling tree whose leaves are expansion coefficients of {describe(fields)}, and for "
                      "all natural values of its orders: the family at its root satisfies the ladder relations of the root's order under "
                      "joint rotations; its sign under the inversion is (-1)**(sum of the leaves' l, plus 1 for each polar vector leaf "
                      "and for each axial scalar leaf), its sign under time reversal (-1)**(number of time-odd leaves)", premises,
                      fields=fields)
    need(not p.given, "the premise is about a hypothetical family")
    about = f"with {describe(p.fields)}{explain(p.name)}"
    if rule == "R7-permutation":
        need(p.sums, "the family is not made of sums over sites")
        return Proved("unordered", f"for all natural values of the names in it: every component of {p.name} is unchanged when the sites "
                      f"are numbered otherwise, each keeping its position, what it carries and its radial functions, {about}", premises)
    if rule == "R5-sign":
        need(type(d["time"]) is bool, "time is true or false")
        operation, sign = ("time reversal", p.time) if d["time"] else ("the inversion", p.parity)
        return Proved("sign", f"for all natural values of the names in it: every component of {p.name} is multiplied by {sign_text(sign)} "
                      f"under {operation}, {about}", premises)
    need(set(p.action) == {0}, "the order is not 0")
    group = "rotations of the positions alone and of the fields alone" if len(p.action) == 2 else "joint rotations of positions and fields"
    return Proved("invariant", f"for all natural values of the names in it: {p.name} is unchanged by {group}; its sign is "
                  f"{sign_text(p.parity)} under the inversion and {sign_text(p.time)} under time reversal, {about}", premises,
                  [DEFINED["CONNECTED"]])


# ---- coupling schemes: moves, with the 6j symbol that each of them brings (a premise says that it is the coefficient)

def read_scheme(s):
    need(isinstance(s, str) or isinstance(s, list) and len(s) == 3 and isinstance(s[2], str), "a scheme is a name or [left, right, name]")
    return s if isinstance(s, str) else (read_scheme(s[0]), read_scheme(s[1]), s[2])


def scheme_names(s):
    return [s] if isinstance(s, str) else [s[2]] + scheme_names(s[0]) + scheme_names(s[1])


def scheme_text(s):
    return s if isinstance(s, str) else f"({scheme_text(s[0])} {scheme_text(s[1])}){s[2]}"


def follow(start, moves):
    """The scheme at the end of a path, and what it brings: phase, roots, symbols, sums."""
    moves = [m.split(" ") for m in moves]
    need(all(m[0] in ("exchange", "leftwards", "rightwards") and len(m) == 2 + (m[0] != "exchange") for m in moves), "unknown moves")
    names_of(scheme_names(start) + [m[2] for m in moves if len(m) == 3], 400)
    phase, roots, symbols, top = Counter(), [], [], lambda s: s if isinstance(s, str) else s[2]

    def apply(s, m):
        if isinstance(s, str):
            return None
        if s[2] != m[1]:
            left, right = apply(s[0], m), apply(s[1], m)
            return (left, s[1], s[2]) if left else (s[0], right, s[2]) if right else None
        if m[0] == "exchange":
            phase.update([top(s[0]), top(s[1])])
            phase.subtract([s[2]])
            return s[1], s[0], s[2]
        side = int(m[0] == "leftwards")  # which part is taken apart
        need(not isinstance(s[side], str), "a move does not apply")
        (b, c, old), new, J = s[side], m[2], s[2]
        a, b, c = (s[0], b, c) if side else (b, c, s[1])
        e, f = (new, old) if side else (old, new)
        phase.update([top(a), top(b), top(c), J])
        roots.extend([e, f])
        symbols.append((top(a), top(b), e, top(c), J, f))
        return ((a, b, new), c, J) if side else (a, (b, c, new), J)

    scheme, sums = start, [m[2] for m in moves if len(m) == 3]
    for m in moves:
        scheme = apply(scheme, m)
        need(scheme, "a move does not apply")

    return scheme, ({x: n for x, n in phase.items() if n}, roots, symbols, sums)


def coefficient_text(product):
    phase, roots, symbols, sums = product
    one = lambda x, n: x if n == 1 else "-" + x if n == -1 else f"{n}*{x}"
    signs = " + ".join(one(x, n) for x, n in phase.items() if n).replace("+ -", "- ")
    return " ".join([f"sum over {x} of" for x in sums] + [f"(-1)**({signs})"] * bool(signs)
                    + [f"(2*{x} + 1)" if n == 2 else f"sqrt(2*{x} + 1)" for x, n in Counter(roots).items()]
                    + ["6j({}, {}, {}; {}, {}, {})".format(*s) for s in symbols]) or "1"


def renamed(s, t):
    """The labels in which two schemes differ, nodes before what they couple; nothing but labels may."""
    if isinstance(s, str) or isinstance(t, str):
        need(s == t, "the schemes differ in more than labels")
        return []
    return [(s[2], t[2])] * (s[2] != t[2]) + renamed(s[0], t[0]) + renamed(s[1], t[1])


RULES_OF_TRIANGLES = "the triangle rules; sums run over all values that the triangle rules allow"


def rewriting(d, premises):
    need([p.kind for p in premises] == ["recoupling-induction"], "the premise must be that the 6j symbol is the recoupling coefficient")
    start, path = read_scheme(d["scheme"]), d["rule"] == "recoupling path"
    end, left = follow(start, d["moves" if path else "first"])
    if path:
        need(d["moves"], "there are no moves")
        return coefficient(start, end, without_final(left, end), [x for x in left[3] if x in scheme_names(end)], premises,
                           [DEFINED["INDEPENDENCE"]])
    end2, right = follow(start, d["second"])
    if d["second"]:
        need(end == end2, "the paths do not end in the same scheme")
        return recoupling(start, end, without_final(left, end), without_final(right, end), premises, [DEFINED["INDEPENDENCE"]])
    pairs = renamed(end, end2)
    need(pairs, "the path does not return to the scheme with labels renamed")
    delta = f"(1 if {' and '.join(f'{x} = {y}' for x, y in pairs)}, otherwise 0)"
    left = left[:3] + ([x for x in left[3] if x not in dict(pairs)],)
    return Proved("delta", recoupling_text(start, end, coefficient_text(left), delta), premises, [DEFINED["INDEPENDENCE"]], start=start,
                  end=end, left=left, pairs=pairs)


def without_final(product, end):
    return product[:3] + ([x for x in product[3] if x not in scheme_names(end)],)


def coefficient(start, end, value, labels, premises, assumptions=()):
    return Proved("path", f"every coupled state of the scheme {scheme_text(start)} is "
                  f"{'the sum over ' + ', '.join(labels) + ' of ' if labels else ''}the state of the scheme {scheme_text(end)} times "
                  f"{coefficient_text(value)}, for all angular momenta with which the first scheme obeys {RULES_OF_TRIANGLES}", premises,
                  assumptions, start=start, end=end, value=value)


def recoupling_text(start, end, left, right):
    return (f"{left} = {right} for all angular momenta with which the schemes {scheme_text(start)} and {scheme_text(end)} obey "
            f"{RULES_OF_TRIANGLES}")


def recoupling(start, end, left, right, premises, assumptions=()):
    text = recoupling_text(start, end, coefficient_text(left), coefficient_text(right))
    return Proved("recoupling", text, premises, assumptions, start=start, end=end, left=left, right=right)


def triads(s):
    top = lambda x: x if isinstance(x, str) else x[2]
    return [] if isinstance(s, str) else [(top(s[0]), top(s[1]), s[2])] + triads(s[0]) + triads(s[1])


def in_names(new, product):
    one = lambda x: new.get(x, x)
    phase = Counter()
    for x, n in product[0].items():
        phase[one(x)] += n
    return (phase, list(map(one, product[1])), [tuple(map(one, s)) for s in product[2]],
            list(map(one, product[3])))


def orders_of(p):
    """Orders of the six places that leave a 6j symbol as it is, from its symmetries."""
    need(p.kind == "all", "the first premise must be symmetries")
    places = [parse(f"2*{q}", SYMBOLS["6j"].quanta) for q in SYMBOLS["6j"].quanta]
    images = [[t.put(s.images).put(s.symbol.in_quanta) for t in s.symbol.twice.values()] for s in p.parts
              if s.kind == "symmetry" and s.symbol.name == "6j" and even(s.parity)]
    return [[places.index(f) for f in image] for image in images if all(f in places for f in image)]


def minus(xs, ys):
    """A list without the members of another, each as often as it stands there; None where it does not have them."""
    out = list(xs)
    for y in ys:
        if y not in out:
            return None
        out.remove(y)
    return out


def triads_of(s):
    return [[s[i] for i in t] for t in ((0, 1, 2), (0, 4, 5), (3, 1, 5), (3, 4, 2))]


def relabelling(d, premises):
    """left = right becomes left = (right in other names) where left in other names is left, by symmetries of the 6j symbol."""
    need([p.kind for p in premises] == ["all", "recoupling"], "the premises must be symmetries and an identity")
    need("0" not in scheme_names(premises[1].start) + scheme_names(premises[1].end), "a label is 0")
    pairs, identity = [tuple(x.split(" ")) for x in d["names"]], premises[1]
    new, (left, right) = dict(pairs), (identity.left, identity.right)
    names = dict.fromkeys(scheme_names(identity.start) + scheme_names(identity.end) + left[3] + right[3])
    names_of([new.get(x, x) for x in names], 400)
    need(len(new) == len(pairs), "a name is renamed twice")
    orders = orders_of(premises[0])
    common = [x for x in (Counter(left[1]) & Counter(right[1])).elements() if x not in left[3] + right[3]]
    left, right = ((phase, minus(roots, common), symbols, sums) for phase, roots, symbols, sums in (left, right))
    other = in_names(new, left)
    least = lambda s: min(tuple(s[i] for i in order) for order in orders)
    need(orders and Counter(map(least, other[2])) == Counter(map(least, left[2])), "the symbols differ by more than symmetries")
    need(Counter(other[1]) == Counter(left[1]) and set(other[3]) == set(left[3]), "other roots or sums")
    # The exponents of the signs differ by an even multiple of sums of triads, which are integers.
    difference = {x: other[0].get(x, 0) - left[0].get(x, 0) for x in {*other[0], *left[0]}}
    need(all(n % 2 == 0 for n in difference.values()), "the signs differ")
    odd, rows = {x for x, n in difference.items() if n % 4}, []
    for s in other[2]:
        rows += [{x for x, n in Counter(t).items() if n % 2} for t in triads_of(s)]
    while rows:
        first = rows.pop()
        if first:
            pivot = min(first)
            rows = [row ^ first if pivot in row else row for row in rows]
            odd = odd ^ first if pivot in odd else odd
    need(not odd, "the signs differ")
    known = {frozenset(t) for t in triads(identity.start) + triads(identity.end)}
    need({frozenset(new.get(x, x) for x in t) for t in known} <= known, "the renamed schemes obey other triangle rules")
    return recoupling(identity.start, identity.end, left, in_names(new, right), premises)


def zero_entry(d, premises):
    """Where a label is 0: {a b c; 0 c b} is (-1)**(a + b + c)/sqrt((2*b + 1)*(2*c + 1)), and 0 with others in the places of b and c,
    or beyond the triangle rule of a, b, c, which must be one of the schemes or of a symbol that is left."""
    need(len(premises) == 3 and premises[1].text == DEFINED["AT ZERO"] and premises[2].kind in ("path", "recoupling"), "other premises")
    p, label, orders = premises[2], d["label"], orders_of(premises[0])
    leaves = lambda s: [s] if isinstance(s, str) else leaves(s[0]) + leaves(s[1])
    sides = [p.value] if p.kind == "path" else [p.left, p.right]
    stay, new = leaves(p.start) + ["0"], {label: "0"}
    need(label in scheme_names(p.start) and label not in stay and not any(label in s[3] for s in sides), "the label cannot be 0")
    while True:
        rules = [minus([new.get(x, x) for x in t], ["0"]) for t in triads(p.start) + triads(p.end)]
        x, y = next((t for t in rules if t and t[0] != t[1]), (None, None))
        if x is None:
            break
        gone, kept = (x, y) if y in stay else (y, x)
        need(gone not in stay, "a leaf would be 0, or two leaves equal")
        new = {**{a: kept if b == gone else b for a, b in new.items()}, gone: kept}

    def put(product):
        phase, roots, symbols, sums = in_names(new, product)
        return {x: n for x, n in phase.items() if x != "0"}, [x for x in roots if x != "0"], symbols, sums
    (phase, roots, symbols, sums), without = put(sides[-1]), []
    while any("0" in s for s in symbols):
        i = next(i for i, s in enumerate(symbols) if "0" in s)
        a, b, c, _, c_, b_ = next([symbols[i][k] for k in order] for order in orders if symbols[i][order[3]] == "0")
        differ = next((pair for pair in ((b, b_), (c, c_)) if pair[0] != pair[1]), None)
        if differ:
            gone, kept = differ if differ[0] in sums else differ[::-1]
            need(gone in sums, "two entries need not be equal")
            phase, roots, symbols, sums = in_names({gone: kept}, (phase, roots, symbols, [x for x in sums if x != gone]))
            without = [[kept if x == gone else x for x in t] for t in without]
            continue
        without.append([a, b, c])
        roots, symbols = minus(roots, [x for x in (b, c) if x != "0"]), symbols[:i] + symbols[i + 1:]
        need(roots is not None, "a root does not cancel")
        phase = Counter(phase)
        for x in (a, b, c):
            phase[x] += x != "0"
    rules = [[new.get(x, x) for x in t] for t in triads(p.start) + triads(p.end)] + [t for s in symbols for t in triads_of(s)]
    need(all(sorted(t) in list(map(sorted, rules)) for t in without), "a triangle rule is lost")
    found = {x: (n + 1) % 4 - 1 for x, n in phase.items()}, roots, symbols, sums  # (-1)**(4*x) is 1
    scheme = lambda s: s if isinstance(s, str) else (scheme(s[0]), scheme(s[1]), new.get(s[2], s[2]))
    start, end = scheme(p.start), scheme(p.end)
    if p.kind == "recoupling":
        return recoupling(start, end, put(p.left), found, premises)
    return coefficient(start, end, found, [x for x in dict.fromkeys(scheme_names(end)) if x not in ["0"] + scheme_names(start)], premises)


def argument(d, premises):
    name = " / ".join(d[k] for k in ("rule", "law") if k in d)
    needed, assumptions, (text,) = ARGUMENTS[name]
    need([p.text for p in premises] == needed, "the premises are not those of the argument")
    return Proved(name, text, premises, assumptions, trusted=True)


def channels(premises, needed, wanted):
    """The family of the last premise, and names for its channels and what is made of them."""
    *others, p = premises
    need([q.text for q in others] == [DEFINED[x] for x in needed], "the first premises are not the symmetries and values needed")
    need(p.kind == "family" and len(p.action) == 1 and not p.given, "the last premise is not about a family")
    names = []
    for name in wanted:
        names.append(fresh(sorted(p.orders) + sorted(p.fields) + names, name))
    return p, names


def unordered_pairs(d, premises):
    p, (A, B, x, y, a, b) = channels(premises, ["EXCHANGE"], "ABpqab")
    return Proved("unordered pairs", f"for all natural values of the names in it: with {A}_{a} the channels of {p.name} around one atom "
                  f"and {B}_{a} those around another, {x}_{a}{b} = couple({A}_{a}, {A}_{b}, 0) and {y}_{a}{b} = couple({B}_{a}, {B}_{b}, "
                  f"0), {x}_{a}{b} is {x}_{b}{a}, and the sum over all {a}, {b} of {x}_{a}{b}*{y}_{a}{b} is the sum over {a} <= {b} of "
                  f"sqrt(2)*{x}_{a}{b}*sqrt(2)*{y}_{a}{b}, without the roots where {a} = {b}, with {describe(p.fields)}{explain(p.name)}",
                  premises, [DEFINED["PAIRS"]], trusted=True)


def unordered_triples(d, premises):
    p, (A, B, t, u, a, b, c, L, k) = channels(premises, ["EXCHANGE", "CYCLIC", "SCALAR"], "ABtuabcLk")
    A_, L_, T, U = (lambda x: f"{A}_{x}"), (lambda x: f"{L}_{x}"), f"{t}_{a}{b}{c}", f"{u}_{a}{b}{c}"
    return Proved("unordered triples", f"with {A_(a)} the channels of {p.name} around one atom, for finitely many natural values of the "
                  f"names in it, {B}_{a} those around another, {L_(a)} their order {p.action[0]}, and {T} = couple({A_(a)}, "
                  f"couple({A_(b)}, {A_(c)}, {L_(a)}), 0), {U} the same of {B}, {t}_{b}{a}{c} and {t}_{a}{c}{b} are (-1)**({L_(a)} + "
                  f"{L_(b)} + {L_(c)})*{T}, and the sum over all {a}, {b}, {c} of {T}*{U} is the sum over {a} <= {b} <= {c} of "
                  f"{k}*{T}*{U}, {k} = 6, 3 or 1 the number of different orders of {a}, {b}, {c}, with "
                  f"{describe(p.fields)}{explain(p.name)}", premises, [DEFINED["TRIPLES"]], trusted=True)


def real_basis(d, premises):
    need(len(premises) == 2 and premises[0].kind == "real-ladder", "the first premise is not the real ladder")
    p, computed = premises[1], DEFINED["COMPUTED"]

    def acts(taken, a, order):
        k = fresh([a] + taken, "k")
        n = fresh([k, a] + taken, "n")
        return (f"i*J_a {a}_{n} = sum over {n}' of K_a({k})({n}', {n})*{a}_{n}' for each generator J_a, a = x, y, z, of joint rotations "
                f"of positions and fields, with {k} = {order}")
    if p.kind == "family":
        need(len(p.action) == 1 and not p.given, "the premise is not about a family under joint rotations")
        taken = sorted(p.orders) + sorted(p.fields)
        a = fresh(taken, "A")
        text = (f"for all natural values of the names in it: {a} = {p.name}, {computed}, satisfies {acts(taken, a, p.action[0])}; its "
                f"sign is {sign_text(p.parity)} under the inversion and {sign_text(p.time)} under time reversal, with {describe(p.fields)}"
                f"{explain(p.name)}")
    elif p.kind == "every":
        order = "the root's order"
        text = (f"for every finite coupling tree whose leaves are expansion coefficients of {describe(p.fields)}, {computed}, and for all "
                f"natural values of its orders: the family A at its root satisfies {acts([], 'A', order)}")
    else:
        need(p.kind in ("invariant", "sign", "unordered", "unordered pairs", "unordered triples", "every invariant"),
             "the premise is not about a family")
        text = f"{computed}: {p.text}"
    return Proved("real-basis", f"{text}. R and K, in names of their own: {DEFINED['BASIS']}, and i*L_a R_n = sum over n' of K_a(l)(n', "
                  f"n)*R_n' for the generators L_a, a = x, y, z, of rotations and every order l. {DEFINED['MATRICES']}", premises,
                  [DEFINED["REAL BASIS"]], trusted=True)


def table(d, premises):
    need([p.kind for p in premises] == ["ladder, norm and sign"] + ["real-ladder"] * (d["what"] == "real-cg"), "other premises")
    try:
        from check_table import statement
    except ImportError:
        raise Refused("check_table.py, which makes tables anew, is not beside this program") from None
    text, why = statement(d["what"], d["twice-lmax"], d["half"], d["single"], d["checksum"])
    need(text, why)
    return Proved("table", text, premises, [DEFINED["REPRESENTATION"]])


RULES = {"telescoping": telescoping, "termwise": telescoping, "normalisation": normalisation, "reindexing": reindexing,
         "symmetry": symmetry, "conjunction": conjunction, "first-order recursion": closed_form, "evaluation": evaluation,
         "single term": single_term, "antisymmetry": antisymmetry, "orthogonality": orthogonality, "adjoint ladders": adjoint_ladders,
         "norm": norm, "power-derivation": power_derivation, "power-substitution": power_substitution,
         "binomial-coefficient": binomial_coefficient, "recoupling path": rewriting, "rewriting": rewriting, "relabelling": relabelling,
         "zero entry": zero_entry,
         "table": table, "real-basis": real_basis, "unordered-pairs": unordered_pairs,
         "unordered-triples": unordered_triples,
         **{rule: typing for rule in ("R1-site-sum", "R1-joint", "R1-map", "R1-sum", "R3-join", "R3-couple", "R3-couple-separately",
                                      "R4-invariant", "R5-sign", "R6-gradient", "R7-permutation", "hypothesis", "induction")},
         **{name.split(" / ")[0]: argument for name in ARGUMENTS}}


class Members(dict):
    """A JSON object: no key stands twice, and none that nobody asks for."""

    def __init__(self, pairs):
        super().__init__(pairs)
        need(len(self) == len(pairs), f"a key stands twice: {[k for k, _ in pairs]}")
        self.unasked = set(self)

    def __getitem__(self, key):
        self.unasked.discard(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        return self[key] if key in self else default


def check(path):
    objects = []
    with open(path, encoding="utf-8") as f:
        d = json.load(f, object_pairs_hook=lambda pairs: objects.append(Members(pairs)) or objects[-1])
    need(d["format"] == "toolkit-proof/1" and d["steps"], "another format, or no steps")
    # Nothing in it can pass for a line of this program's answers.
    need(re.fullmatch(r"[A-Za-z0-9._'-]{1,200}", d["name"]) and isinstance(d["argument"], str), "no theorem's name, or no argument")
    proved, rules = [], {False: {}, True: {}}
    for i, step in enumerate(d["steps"]):
        rule = step["rule"]
        try:
            need(rule in RULES, "there is no such rule")
            need(all(type(p) is int and 0 <= p < i for p in step["premises"]), "a premise is not an earlier step")
            result = RULES[rule](step, [proved[p] for p in step["premises"]])
            need(getattr(result, "rule", rule) == rule, "the rule's name is another")
            need(result.text == step["statement"], f"the statement is not what has been proved, which is: {result.text}")
            need(not counterexample(result), "the statement is false at a point")
        except Refused as why:
            raise Refused(f"step {i} ({rule}): {why}") from None
        rules[result.trusted][rule] = True
        proved.append(result)
    last = proved[-1]
    need(d["statement"] == last.text and d["method"] == d["steps"][-1]["rule"], "the statement is not that of the last step")
    need(d["assumptions"] == last.assumptions, f"the assumptions are {last.assumptions}")
    need(not any(o.unasked for o in objects), f"nobody asks for {', '.join(k for o in objects for k in sorted(o.unasked))}")
    return "\t".join([d["name"], *[",".join(rules[k]) or "-" for k in (False, True)], "; ".join(last.assumptions) or "-", last.text])


def answer(path):
    try:
        return f"valid\t{path}\t{check(path)}"
    except Refused as why:
        return f"invalid: {why}"
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, StopIteration, OSError) as e:
        return f"invalid: malformed: {type(e).__name__} {e}"


def main(files):
    status = 0
    for path in files:
        # A file can be made to need any number of large products; nobody has to wait for them.
        found = [f"invalid: a limit is passed: there is no answer after {SECONDS} s"]
        thread = threading.Thread(target=lambda: found.append(answer(path)), daemon=True)
        thread.start()
        thread.join(SECONDS)
        print(found[-1], flush=True)
        status |= found[-1].startswith("invalid")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
