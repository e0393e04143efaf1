#!/usr/bin/env python3
"""Checks theorem files (format toolkit-proof/1) without any code of the program that wrote them.

    python3 check_theorem.py FILE ...

Needs nothing but Python's standard library. A file is a list of steps. Rules that compute are computed again: ratios of
neighbouring terms are multiplied out from their factorials, polynomial identities expanded, domains, boundaries, roots and
signs checked. Rules that rest on a written argument are trusted: written-arguments.txt, which must lie beside this program, says
which premises each of them needs and the one statement that it yields; premises are steps, and checked like all. Every
statement is written anew and compared with the file's.

Three files may lie beside this program: check_couplings.py, which has the rules about coupling trees and coupling schemes,
check_table.py, which makes tables of coefficients again, and check_points.py, which tries every statement at random points.
What needs one of the first two is refused without it. Prints

    valid <TAB> file <TAB> name <TAB> rules checked again <TAB> rules trusted <TAB> assumptions <TAB> statement

or "invalid: reason".
"""
import json
import os
import re
import sys
import threading
from collections import Counter
from fractions import Fraction
from importlib import import_module
from itertools import combinations_with_replacement, product as cartesian
from math import factorial, inf, prod
from types import SimpleNamespace

try:
    from check_points import counterexample
except ImportError:
    counterexample = lambda proved: None


SECONDS = 60  # for a file
HALF = Fraction(1, 2)


class Refused(Exception):
    """Why a file proves nothing."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def companion(name, purpose):
    """Another file of this checker, where there is one. It may import this program as check_theorem, which is the one that runs."""
    sys.modules.setdefault("check_theorem", sys.modules[__name__])
    try:
        return import_module(name)
    except ImportError:
        raise Refused(f"{name}.py, which {purpose}, is not beside this program") from None


# ---- polynomials: {monomial: coefficient}; a monomial is a sorted tuple of names, x*x*y is (x, x, y), and i*i is -1, i being no name of
# anything else. Linear forms, such as the argument of a factorial, are polynomials of degree 1.

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
        if not isinstance(other, Poly):
            return Poly({m: c * other for m, c in self.items()})
        out = {}
        for m, c in self.items():
            for k, d in other.items():
                e, sign = tuple(sorted(m + k)), 1
                if "i" in m and "i" in k:
                    e, sign = tuple(v for v in e if v != "i"), -1
                out[e] = out.get(e, 0) + c * d * sign
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

    def size(self):
        """Without the variables."""
        return self.get((), 0)

    def at(self, point):
        """The value, variables without one being 0."""
        return sum(c * prod(point.get(v, 0) for v in m) for m, c in self.items())

    def change(self, step):
        """Of a linear form, when the variables change by a step."""
        return self.at(step) - self.size()

    def put(self, images):
        """With polynomials in place of some of the variables."""
        return poly(sum(c * prod(images.get(v) if v in images else var(v) for v in m) for m, c in self.items()))

    def diff(self, name):
        return Poly({m[:m.index(name)] + m[m.index(name) + 1:]: c * m.count(name) for m, c in self.items() if name in m})

    def whole(self):
        return all(c == int(c) for c in self.values())

    def even(self):
        return (self * HALF).whole()

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


def put(forms, images):
    return [x.put(images) for x in forms]


def balance(above, below):
    """Factors or factorials over others as powers, without those that cancel."""
    powers = Counter(above)
    powers.subtract(below)
    return {x: k for x, k in powers.items() if k}


# ---- what files contain: polynomials without parentheses, names, integers

def parse(text, names, degree=inf):
    need(isinstance(text, str), f"expected a polynomial, found {text!r}")
    plain, out = text.replace(" ", "").replace("**", "^"), Poly()
    need(re.fullmatch(r"[+-]?[^+-]+([+-][^+-]+)*", plain), f"not a polynomial: {text!r}")
    for sign, term in re.findall(r"([+-]?)([^+-]+)", plain):
        c = poly(-1 if sign == "-" else 1)
        for factor in term.split("*"):
            number, power = re.fullmatch(r"[0-9]{1,1000}", factor), re.fullmatch(r"([^^]+)(?:\^([0-9]{1,2}))?", factor)
            need(number or power and power[1] in names, f"not a polynomial in {', '.join(names)}: {text!r}")
            c *= int(factor) if number else prod([var(power[1])] * int(power[2] or 1))
        out += c
    need(out.degree() <= degree, f"not a linear form: {text!r}")
    return out


def items(value):
    need(isinstance(value, list), f"expected a list, found {value!r}")
    return value


def forms(texts, names, degree=1):
    return [parse(x, names, degree) for x in items(texts)]


RESERVED = set("""i sqrt diff sum over of for all and or not if is are in at where with under otherwise becomes natural integers
couple join map grad every coefficient delta conjugate angular momenta numbers directions spinors functions families sites orders
triads defined some wherever pi""".split())


def names_of(value, most=10):
    need(len(items(value)) <= most, f"expected at most {most} names, found {value!r}")
    for name in value:
        need(isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*'*", name) and len(name) <= 40
             and name.rstrip("'") not in RESERVED, f"not a name: {name!r}")
    need(len(set(value)) == len(value), f"a name stands twice: {value}")
    return value


def integers(value, count):
    need(len(items(value)) == count and all(type(x) is int for x in value), f"no {count} integers: {value!r}")
    return value


def true_or_false(value):
    need(type(value) is bool, f"expected true or false, found {value!r}")
    return value


# ---- rules, statements, and what is taken on trust

RULES = {}
IN_COUPLINGS = ["typing", "induction", "R4-invariant", "R5-sign", "R7-permutation", "recoupling path", "rewriting", "relabelling",
                "zero entry", "unordered-pairs", "unordered-triples", "real-basis"]


def rule(names, *kinds):
    """What a rule does under each of its names, from premises of these kinds (...: of any, and any number)."""
    def register(function):
        RULES.update({name: (kinds, function) for name in names})
        return function
    return register


def proved(kind, text, *assumptions, trusted=False, **data):
    """A statement that a rule has proved: its kind, its text, what the rule assumes, and its data."""
    return SimpleNamespace(kind=kind, text=text, assumptions=assumptions, trusted=trusted, **data)


def fill(text, words):
    return re.sub(r"{([^}]*)}", lambda m: str(words.get(m[1], m[0])), text)


def read_arguments():
    """Definitions and templates; and of each argument premises, assumptions and statement, word for word."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "written-arguments.txt"), encoding="utf-8") as f:
        lines = [line for line in re.sub(r"\n {4,}", " ", f.read()).split("\n") if line and line[0] != "#"]
    defined, arguments = {}, {}
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word in ("let", "template"):
            name, _, text = rest.partition(" = ")
            defined[name] = fill(text, defined)
        elif word == "argument":
            arguments[rest] = current = ([], [], [])
        elif word != "because":
            text = arguments[rest[9:]][2][0] if rest.startswith("argument ") else fill(rest, defined)
            current[["from", "by", "so"].index(word)].append(text)
    return defined, arguments


DEFINED, ARGUMENTS = read_arguments()


def say(template, **words):
    return fill(DEFINED[template], words)


def fresh(taken, wanted):
    return next(x for x in [wanted] + [f"{wanted}{k}" for k in range(1, 1000)] if x not in taken)


def can_be_met(names, forms, holds):
    """A claim about no point is refused: one must lie near the origin, or near multiples of the constants of the claim's forms."""
    for scale in list(dict.fromkeys([1, 4] + [4 * (abs(x.size()) + 1) for x in forms]))[:10]:
        for point in cartesian([0, 1, -1, 2, -2] if len(names) <= 6 else [0, 1, -1], repeat=len(names)):
            if holds({name: scale * x for name, x in zip(names, point)}):
                return True
    return False


# ---- hypergeometric terms

class Term:
    """(±1)^s Π x^e Π up! / Π down!, 1/n! = 0 for n < 0; s is the first of the names, the others are parameters; the letters x are
    any numbers, and each e is among `down`."""

    def __init__(self, names, alternating, up, down, powers):
        self.names, self.alternating, self.up, self.down, self.powers = names, alternating, up, down, powers
        self.index, self.parameters, self.arguments = names[0], names[1:], down + up + list(powers.values())
        self.all = names + list(powers)
        self.slopes = [x.change({names[0]: 1}) for x in self.arguments]

    @staticmethod
    def read(d):
        names, letters = names_of(d["variables"]), names_of(d["letters"])
        exponents, down = forms(d["exponents"], names), forms(d["denominator"], names)
        need(names and len(letters) == len(exponents) and all(e in down for e in exponents), "a letter's exponent may be negative")
        names_of(names + letters)
        return Term(names, true_or_false(d["alternating"]), forms(d["numerator"], names), down, dict(zip(letters, exponents)))

    def __eq__(self, other):
        return vars(self) == vars(other)

    def __hash__(self):
        return hash(self.show())

    def finite(self):
        below = self.slopes[:len(self.down)]
        return 1 in below and -1 in below and all(abs(k) <= 1 for k in self.slopes)

    def put(self, images, names):
        powers = {x: e.put(images) for x, e in self.powers.items()}
        return Term(names, self.alternating, put(self.up, images), put(self.down, images), powers)

    def offsets(self, shift):
        return [x.change(dict(zip(self.parameters, shift))) for x in self.arguments]

    def ratio(self, base, offsets):
        """F with displaced arguments over F(base) as a polynomial, factorial by factorial: (x+a)!/(x+b)! = (x+b+1)...(x+a)."""
        out, letters = poly(1), [None] * len(self.down + self.up) + list(self.powers)
        for i, (x, a, b, letter) in enumerate(zip(self.arguments, offsets, base, letters)):
            low, high = (a, b) if i < len(self.down) else (b, a)
            need(low <= high <= low + 1000, "a term is no polynomial multiple of the base")
            out *= prod(var(letter) if letter else x + k for k in range(low + 1, high + 1))
        return out

    def telescope(self, base, q):
        """G(s) - G(s+1) over F(base), with G = q H: H is F, its arguments displaced so that H(s) and H(s+1) are polynomial multiples."""
        here = [b - (k == 1) if i < len(self.down) else b + (k == -1) for i, (b, k) in enumerate(zip(base, self.slopes))]
        there = [b + k for b, k in zip(here, self.slopes)]
        later = q.put({self.index: var(self.index) + 1}) * self.ratio(base, there)
        return q * self.ratio(base, here) + (later if self.alternating else -later)

    def gaps(self, i, base):
        """The forms of which one must be >= 0, lest the i-th factorial above be of a negative number at a base."""
        n = len(self.down)
        gaps = [self.up[i] + base[n + i] - x - b for x, b in zip(self.down, base)]
        return list(dict.fromkeys(g for g in gaps if not g.has(self.index)))

    def show(self):
        one = lambda x: x.show(self.names) + "!" if x.show(self.names).isalnum() else f"({x.show(self.names)})!"
        head = [f"(-1)**{self.index}"] * self.alternating + [f"{x}**({e.show(self.names)})" for x, e in self.powers.items()]
        return f"{'*'.join(head + list(map(one, self.up))) or '1'}/({'*'.join(map(one, self.down))})"

    def show_sum(self):
        return f"sum over all integers {self.index} of {self.show()}"


# ---- the symbols, in integer parameters: sign sqrt(up!/down!) times the sum of the term; 3j and 6j in Racah's forms, and the
# element D(j, n, m) of the matrix by which (u, v) -> (a*u + c*v, b*u + d*v) acts on u**(j + m)*v**(j - m)/sqrt((j + m)!*(j - m)!)

class Symbol:
    def __init__(self, name, term, above, below, phase, up, down, physical, quanta, twice, parameters, letters=""):
        read = lambda text, names: [parse(x, names) for x in text.split(",") if x]
        self.name, self.names, self.quanta, letters = name, term.split(), quanta.split(), letters.split()
        below = read(below, self.names)
        self.term = Term(self.names, not letters, read(above, self.names), below, dict(zip(letters, below)))
        self.all = self.quanta + letters
        self.phase, (self.up, self.down, self.physical) = parse(phase, self.names), (read(x, self.names) for x in (up, down, physical))
        self.twice = dict(zip(self.quanta, read(twice, self.names)))
        self.halves = {q: t * HALF for q, t in self.twice.items()}  # the quantum numbers in the parameters
        self.in_quanta = dict(zip(self.names[1:], read(parameters, self.quanta)))  # and these in those
        # Which sums of up to three of the forms that are >= 0 in the domain make which form.
        self.sums = {}
        for size in (1, 2, 3):
            for chosen in combinations_with_replacement(range(len(self.physical)), size):
                self.sums.setdefault(poly(sum(self.physical[i] for i in chosen)), []).append(chosen)

    def at_least(self, k, bounds, f):
        """f >= k wherever the physical forms are at least these bounds."""
        bare = f - f.size()
        least = [sum(bounds[i] for i in chosen) for chosen in self.sums.get(bare, [])] + [0] * (not bare)
        return bool(least) and max(least) + f.size() >= k

    def step(self, twice):
        """The parameters' change for a change of the quantum numbers, given doubled."""
        step = {p: f.change(dict(zip(self.quanta, twice))) * HALF for p, f in self.in_quanta.items()}
        need([t.change(step) for t in self.twice.values()] == list(twice) and Poly(step).whole(), "a shift breaks the symbol's sum rules")
        return {p: int(k) for p, k in step.items()}

    def factor(self, f):
        """A factor under a root, in the parameters."""
        out = f.put(self.halves)
        need(out.whole(), "a factor under a root is not an integer")
        return out

    def call(self, arguments):
        return f"{self.name}({'; '.join(', '.join(arguments[i:i + 3]) for i in range(0, len(arguments), 3))})"


TRIADS = "".join(f"{q}-A{i}," for q in ("B1", "B2", "A1+A2+A3+A4-B1-B2") for i in (1, 2, 3, 4))
NINE = "c+e, b+d, a, b, a+e, c+d, a+d, c, b+e"
SYMBOLS = {
    "3j": Symbol("3j", "s a b c d e", "", "s, -s+a, -s+b, -s+c, s+d, s+e", "d - e", NINE, "a+b+c+d+e+1", NINE, "j1 j2 j3 m1 m2 m3",
                 "a+b+d, a+c+e, b+c+d+e, a-b+d, c-a-e, b+e-c-d", "j1+j2-j3, j1-m1, j2+m2, j3-j2+m1, j3-j1-m2"),
    "6j": Symbol("6j", "s A1 A2 A3 A4 B1 B2", "s+1", "s-A1, s-A2, s-A3, s-A4, B1-s, B2-s, A1+A2+A3+A4-B1-B2-s", "0", TRIADS,
                 "A1+1, A2+1, A3+1, A4+1", TRIADS, "j1 j2 j3 l1 l2 l3",
                 "A1+A2-B2, B1+B2-A2-A4, A1+A4-B1, A3+A4-B2, B1+B2-A1-A3, A2+A3-B1",
                 "j1+j2+j3, j1+l2+l3, j2+l1+l3, j3+l1+l2, j1+j2+l1+l2, j2+j3+l2+l3"),
    "D": Symbol("D", "k p q r", "", "p-k, r+k, k, q-k", "0", "p, q+r, p+r, q", "", "p, q+r, p+r, q", "j n m", "p+q+r, p-q+r, p-q-r",
                "j+m, j-n, n-m", "a b c d")}


# ---- equations: sums of products on both sides, on a domain; a value is a function and its arguments, doubled

def half_text(twice, names):
    rest, size = twice - twice.size(), twice.size()
    if twice.even() or not rest.even():
        return (twice * HALF).show(names) if twice.even() else f"({twice.show(names)})/2"
    return f"{(rest * HALF).show(names)}{' - ' if size < 0 else ' + '}{abs(size)}/2" if rest else "-" * (size < 0) + f"{abs(size)}/2"


def product(*values, sign=0, coefficient=1, roots=(), root_up=(), root_down=(), powers=None, up=(), down=()):
    return SimpleNamespace(values=values, sign=poly(sign), coefficient=poly(coefficient), roots=roots, powers=powers or {},
                           root_up=root_up, root_down=root_down, up=up, down=down)


def value_at(f, shift=None, line=None):
    """A function at its own arguments moved by halves of a shift, and of t times a line's direction."""
    names = f.quanta if isinstance(f, Symbol) else f.parameters
    none = [0] * len(names)
    return f, [var(x) * 2 + k + var("t") * d for x, k, d in zip(names, shift or none, line or none)]


NOWHERE, EVERYWHERE = ("one of", []), ("all", [])


def equation(kind, free, variables, left, right, where=EVERYWHERE, vanishing=NOWHERE, bound=(), assumptions=(), **data):
    """`variables`: "integers", "naturals" or the symbol whose quantum numbers they are; a condition is ">= 0" with a form, "natural" or
    "<> 0" with forms, "defined" or "somewhere" (for some t) with a value, "all" or "one of" with conditions."""
    names, functions = [*bound, *free], list(dict.fromkeys(f for p in left + right for f, _ in p.values))
    terms, sums = [f.term if isinstance(f, Symbol) else f for f in functions], [f for f in functions if isinstance(f, Term)]
    letters, taken = list(dict.fromkeys(x for t in terms for x in t.powers)), names + [x for t in terms for x in t.all]
    own = [fresh(taken, "S" if len(sums) == 1 else f"S{i + 1}") for i in range(len(sums))]
    starred = lambda xs, after="": "*".join(f"({x.show(names)}){after}" for x in xs) or "1"
    quotient = lambda up, down: starred(up, "!") + (f"/({starred(down, '!')})" if down else "")
    call = lambda f, arguments: f.call(arguments) if isinstance(f, Symbol) else f"{own[sums.index(f)]}({', '.join(arguments)})"
    value = lambda v: call(v[0], [half_text(x, names) for x in v[1]])

    def one(p):
        parts = [f"(-1)**({p.sign.show(names)})"] * bool(p.sign) + [f"({p.coefficient.show(names + letters)})"] * (p.coefficient != poly(1))
        parts += [f"sqrt({starred(p.roots)})"] * bool(p.roots)
        parts += [f"sqrt({quotient(p.root_up, p.root_down)})"] * bool(p.root_up or p.root_down)
        parts += [f"{x}**({e.show(names)})" for x, e in p.powers.items()] + [quotient(p.up, p.down)] * bool(p.up or p.down)
        parts += [v if k == 1 else f"{v}**{k}" for v, k in Counter(map(value, p.values)).items()]
        over = [t for t in bound if any(x.has(t) for _, xs in p.values for x in xs)]
        return "".join(f"sum over all integers {t} of " for t in over) + ("*".join(parts) or "1")

    def condition(c, inside=False):
        kind, of = c
        if kind in ("all", "one of"):
            text = (" and " if kind == "all" else " or ").join(condition(x, True) for x in of)
            return f"({text})" if inside and len(of) > 1 else text
        return {">= 0": lambda: f"{of.show(names)} >= 0", "<> 0": lambda: f"{starred(of)} <> 0",
                "natural": lambda: f"{', '.join(x.show(names) for x in of)} are natural", "defined": lambda: f"{value(of)} is defined",
                "somewhere": lambda: f"{value(of)} is defined for some {', '.join(bound)}"}[kind]()

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
    for f, term in zip(functions, terms):
        if f is term:
            text += f"; {call(f, f.parameters)} = {f.show_sum()}"
        elif term.powers:
            norm, natural = ([x.show(f.quanta) for x in put(xs, f.in_quanta)] for xs in (f.up, f.physical))
            text += f"; {f.call(f.quanta)} = sqrt({'*'.join(f'({x})!' for x in norm)})*"
            text += f"{term.put(f.in_quanta, [term.index] + f.quanta).show_sum()}, wherever {', '.join(natural)} are natural"
    return proved(kind, text, *assumptions, **data)


# ---- relations between neighbours: of sums, and from these of symbols

@rule(["telescoping", "termwise"])
def telescoping(d):
    term, limit, conditions = Term.read(d["term"]), False, []
    terms = [(parse(t["coefficient"], term.all), tuple(integers(t["shift"], len(term.parameters)))) for t in items(d["terms"])]
    base, q, shifts = integers(d["base"], len(term.arguments)), parse(d["q"], term.all), [s for _, s in terms]
    need(term.finite(), "the sum has no finite support")
    need(len(set(shifts)) == len(shifts) and any(c for c, _ in terms), "a shift stands twice, or all coefficients are zero")
    need(not any(c.has(term.index) for c, _ in terms), "a coefficient contains the index")
    offsets = [term.offsets(s) for s in shifts]
    need(base == [(max if i < len(term.down) else min)(c) for i, c in enumerate(zip(*offsets))], "the base is not the nearest one")
    left = poly(sum(c * term.ratio(base, o) for (c, _), o in zip(terms, offsets)))
    need(left == term.telescope(base, q), "the coefficients times the ratios are not the telescoper of q")
    for i, x in enumerate(term.up):
        others = term.down + term.up[:i] + term.up[i + 1:]
        own = any(abs(x.change({v: 1})) == 1 and not any(o.has(v) for o in others) for v in term.parameters)
        limit |= own
        conditions += [term.gaps(i, b) for b in (offsets if own else [base])]
    # What is always true is no condition, and what is never true no alternative.
    varying = [[g for g in gap if g.degree() > 0] for gap in conditions if not any(g.degree() <= 0 and g.natural() for g in gap)]
    conditions = [gap for i, gap in enumerate(varying) if gap not in varying[:i]]
    need(can_be_met(term.parameters, sum(conditions, []), lambda p: all(any(g.at(p) >= 0 for g in gap) for gap in conditions)),
         "the conditions cannot be met")
    left = [product(value_at(term, [2 * k for k in s]), coefficient=c) for c, s in terms]
    where = "all", [("one of", [(">= 0", g) for g in gap]) for gap in conditions]
    return equation("sums", term.parameters, "integers", left, [], where, assumptions=[DEFINED["LIMIT"]] * limit, term=term, terms=terms,
                    conditions=conditions, rule="telescoping" if q else "termwise")


@rule(["normalisation"], "sums")
def normalisation(d, sums):
    """From C_i S_i to K_i sqrt(R_i) symbol_i = lambda C_i S_i, K_i sign_i X_i = scale C_i Y_i: lambda must be the same for all i."""
    symbol, every = SYMBOLS[d["symbol"]], range(len(items(d["terms"])))
    quanta, physical, least = symbol.quanta, symbol.physical, symbol.at_least
    claim = [(parse(t["coefficient"], symbol.all), forms(t["radicand"], quanta), tuple(integers(t["twice-shift"], len(quanta))))
             for t in d["terms"]]
    x, y = ([forms(t[k], symbol.term.parameters) for t in d["terms"]] for k in "xy")
    steps, roots = [symbol.step(s) for _, _, s in claim], [[symbol.factor(f) for f in r] for _, r, _ in claim]
    need(sums.term == symbol.term and [tuple(s.values()) for s in steps] == [s for _, s in sums.terms], "these are not the sums' shifts")
    up, down = (int(x) for x in items(d["scale"]) if re.fullmatch("[0-9]{1,1000}", x))
    need(up > 0 and down > 0, "the scale must be positive")
    inside = [[-f.change(s) for f in physical] for s in steps]  # where the symbol of a summand is defined
    domains = [integers(bounds, len(physical)) for bounds in items(d["domains"])]
    need(domains, "no domain")
    coefficients = [c.put(symbol.halves) * 2 ** max(0, *[c.degree() for c, _, _ in claim]) for c, _, _ in claim]
    for i in every:
        sign = (-1) ** (symbol.phase.change(steps[i]) % 2)
        need(coefficients[i] * prod(x[i]) * (down * sign) == sums.terms[i][0] * prod(y[i]) * up, "a coefficient is not the sum's")

    def square(i):
        """R N Y^2/X^2 as powers of linear forms, N the factorials under the root over those with the first shift."""
        above, below = roots[i] + y[i] * 2, x[i] * 2
        for f, over in [(f, True) for f in symbol.up] + [(f, False) for f in symbol.down]:
            start, end = f.change(steps[0]), f.change(steps[i])
            need(abs(end - start) <= 1000, "two shifts are more than 1000 steps apart")
            (above if (end > start) == over else below).extend(f + j for j in range(min(start, end) + 1, max(start, end) + 1))
        return balance(above, below)

    def vanishes(i, bounds):
        """On every plane between the bounds and where the symbol is defined the root or the coefficient is 0."""
        for f, low, high in zip(physical, bounds, inside[i]):
            name, = next(m for m, c in f.items() if abs(c) == 1)
            if high - low > 1000:
                return False
            for plane in (f - k for k in range(low, high)):
                under_root = plane in roots[i] or -plane in roots[i]
                if not under_root and coefficients[i].put({name: var(name) - plane * f[(name,)]}):
                    return False
        return True

    need(all(square(i) == square(0) for i in every), "the roots do not match the norms")
    for bounds in domains:
        for i in every:
            alone = list(map(max, bounds, inside[i]))
            for r in range(i):
                both = list(map(max, alone, inside[r]))
                need(all(least(1, both, f) for f in x[i] + y[i] + x[r] + y[r]) and all(least(0, both, f) for f in roots[i] + roots[r]),
                     "a factor may be negative")
            need(all(least(1, alone, f) or f in roots[i] or -f in roots[i] for f in x[i]) and all(least(0, alone, f) for f in roots[i]),
                 "a factor may vanish where one symbol is defined")
        need(all(any(least(0, bounds, g) for g in gap) for gap in sums.conditions), "the sums need not be related")

    bounded = lambda b: ("natural", [f.put(symbol.in_quanta) - k for f, k in zip(physical, b)])
    defined = lambda b: ("defined", value_at(symbol, claim[inside.index(b)][2])) if b in inside else bounded(b)
    where, vanishing = (("one of", list(map(defined, x))) for x in (domains, [b for b in domains if all(vanishes(i, b) for i in every)]))
    left = [product(value_at(symbol, s), coefficient=c, roots=r) for c, r, s in claim]
    return equation("symbols", quanta, symbol, left, [], where, vanishing, symbol=symbol, claim=claim, domains=domains)


@rule(["conjunction"], ...)
def conjunction(d, *premises):
    parts = [part for p in premises for part in (p.parts if p.kind == "all" else [p])]
    need(0 < len(parts) <= 1000, "a conjunction of nothing, or of too much")
    return proved("all", "; ".join(f"({i + 1}) {p.text}" for i, p in enumerate(parts)), parts=parts)


# ---- symmetries, closed forms, values

@rule(["reindexing", "symmetry"])
def reindexing(d):
    """The summand in other variables is a sign times a summand; for a symbol its root is, too, and its domain stays."""
    symbol = SYMBOLS[d["symbol"]] if d["rule"] == "symmetry" else None
    first, second = (symbol.term, symbol.term) if symbol else (Term.read(d["first"]), Term.read(d["second"]))
    images = forms(d["images"], second.parameters)
    offset, parity = (parse(d[k], second.parameters, 1) for k in ("offset", "parity"))
    need(type(d["direction"]) is int and d["direction"] in (1, -1) and len(images) == len(first.parameters), "no change of variables")
    images = dict(zip(first.parameters, images))
    whole = {**images, first.index: var(second.index) * d["direction"] + offset}
    same = lambda xs, ys, by: Counter(put(xs, by)) == Counter(ys)
    need(same(first.up, second.up, whole) and same(first.down, second.down, whole), "other factorials")
    need(first.alternating == second.alternating and not first.powers and not second.powers, "another sign, or letters")
    sign = offset * first.alternating - parity
    if not symbol:
        need(second.finite() and not second.up and sign.even(), "no finite support, or factorials above, or another sign")
        return equation("identity", second.parameters, "integers", [product((first, [x * 2 for x in images.values()]))],
                        [product(value_at(second), sign=parity)], first=first, second=second, images=images, parity=parity)
    need(all(same(xs, xs, images) for xs in (symbol.physical, symbol.up, symbol.down)), "the norm is not invariant")
    need((sign + symbol.phase.put(images) - symbol.phase).even(), "the sign is wrong")
    left = product((symbol, put(put(symbol.twice.values(), images), symbol.in_quanta)))
    return equation("symmetry", symbol.quanta, symbol, [left], [product(value_at(symbol), sign=parity.put(symbol.in_quanta))],
                    symbol=symbol, images=images, parity=parity)


@rule(["first-order recursion"], "sums")
def closed_form(d, sums):
    """S(p) = Π up!/Π down! by induction over a parameter v: the same first-order recursion, the same value at v = 0."""
    term, start, position = sums.term, d["start"], d["variable"]
    need(type(position) is int and 1 <= position < len(term.names) and type(start) is int and not term.powers, "no parameter, or letters")
    v, found = term.names[position], {s: c for c, s in sums.terms}
    up, down = forms(d["numerator"], term.parameters), forms(d["denominator"], term.parameters)
    later, here = (found.get(tuple(k * (p == v) for p in term.parameters)) for k in (1, 0))
    need(len(found) == 2 and None not in (later, here), "the premise is not between S(p) and S(p + 1)")
    need(all(x.natural() and x.change({v: 1}) <= 1000 for x in up + down), "a factorial may be of a negative number")
    steps = lambda xs: prod(x + k for x in xs for k in range(1, x.change({v: 1}) + 1))
    need(not later * steps(up) + here * steps(down), "the closed form does not satisfy the relation")
    need(later.size() > 0 and later.natural(), "the leading coefficient may vanish")
    need(all(any(g.natural() for g in gap) for gap in sums.conditions), "the relation may not hold")
    zero, index = {v: 0}, var(term.index) - start
    bounds, first_up, first_down = put(term.down, zero), *(put(xs, {v: 0, term.index: start}) for xs in (term.up, term.down))
    need(index in bounds and -index in bounds, "the initial sum has more than one term")
    need(not term.alternating or start % 2 == 0, "the initial term is negative")
    need(all(x.natural() for x in first_up + first_down), "the initial term may be negative")
    left = balance(first_up + put(down, zero), first_down + put(up, zero))
    need(all(x.degree() <= 0 and x.size() <= 1000 for x in left) and sum(map(abs, left.values())) <= 1000, "another initial value")
    need(prod(Fraction(factorial(x.size())) ** k for x, k in left.items()) == 1, "another initial value")
    return equation("closed", term.parameters, "naturals", [product(value_at(term))], [product(up=up, down=down)], term=term, up=up,
                    down=down)


def symbol_value(symbol, names, images, right=None):
    """Of a symbol where its parameters are these images, for natural values of the names; None is 0, for all integers."""
    twice, domain = put(symbol.twice.values(), images), put(symbol.physical, images)
    need(can_be_met(names, images.values(), lambda p: (not right or all(x >= 0 for x in p.values())) and all(f.at(p) >= 0 for f in domain)),
         "the symbol is nowhere defined")
    left = product((symbol, twice))
    return equation("value", names, "naturals" if right else "integers", [left], [right] if right else [], ("defined", (symbol, twice)))


@rule(["evaluation"], "identity", "closed")
def evaluation(d, identity, closed):
    symbol, images = SYMBOLS[d["symbol"]], identity.images
    need(identity.first == symbol.term and identity.second == closed.term, "the premises are about other sums")
    right = product(sign=symbol.phase.put(images) + identity.parity, root_up=put(symbol.up, images), root_down=put(symbol.down, images),
                    up=closed.up, down=closed.down)
    return symbol_value(symbol, identity.second.parameters, images, right)


def family_of_points(d, symbol):
    names = names_of(["s"] + items(d["names"]))[1:]
    names_of(names + ([symbol.name, symbol.term.index] + symbol.all if symbol.term.powers else []), 20)
    images = forms(d["images"], names)
    need(len(images) == len(symbol.term.parameters), "the family does not fit")
    return names, dict(zip(symbol.term.parameters, images))


@rule(["single term"])
def single_term(d):
    symbol = SYMBOLS[d["symbol"]]
    names, images = family_of_points(d, symbol)
    # The index is called s, as no name of the family is.
    term, index, bounds = symbol.term, parse(d["index"], names, 1), put(symbol.term.down, {**images, symbol.term.index: var("s")})
    need(var("s") - index in bounds and index - var("s") in bounds, "the sum may have several terms")
    at = {**images, term.index: index}
    powers = {x: e.put(at) for x, e in term.powers.items()}
    need(all(x.natural() for x in put(term.up, at) + list(powers.values())), "a factorial or a power may be of a negative number")
    right = product(sign=symbol.phase.put(at) + index * term.alternating, root_up=put(symbol.up, at), root_down=put(symbol.down, at),
                    up=put(term.up, at), down=put(term.down, at), powers=powers)
    return symbol_value(symbol, names, images, right)


@rule(["antisymmetry"], "symmetry")
def antisymmetry(d, s):
    names, images = family_of_points(d, s.symbol)
    need(all(f.put(images) == images[p] for p, f in s.images.items()), "the symmetry does not map the points to themselves")
    need((s.parity.put(images) + 1).even(), "the sign is not always -1")
    return symbol_value(s.symbol, names, images)


# ---- sums of products of two symbols along a line q + t v

def coefficient_at(symbol, displacement, term):
    """A coefficient at a displaced point, in the symbol's parameters: comparable however it is written."""
    symbol.step(displacement)
    there = {q: (t + k) * HALF for (q, t), k in zip(symbol.twice.items(), displacement)}
    return term[0].put(there), Counter(symbol.factor(f).put({p: var(p) + k for p, k in symbol.step(displacement).items()}) for f in term[1])


def three_terms(p, shifts):
    """The coefficients of a relation between these neighbours, and no others, that holds wherever the symbol is defined."""
    terms = {s: (c, r) for c, r, s in p.claim}
    need(not p.symbol.term.powers, "a symbol with letters")
    need(len(p.claim) == 3 and set(terms) == {tuple(s) for s in shifts}, "the premise relates other symbols")
    need([0] * len(p.symbol.physical) in p.domains, "the premise need not hold where the symbol is defined")
    return [terms[tuple(s)] for s in shifts]


def bounded(symbol, v):
    changes = [f.change(symbol.step(v)) for f in symbol.physical]
    need(min(changes) < 0 < max(changes), "the sum is not finite")


@rule(["orthogonality"], "symbols")
def orthogonality(d, p):
    """K f(q) + α(q) f(q+v) + α(q-v) f(q-v) = 0, α without u and K = c (u^2 + u) + terms without u, is an eigenvalue problem."""
    symbol, (number, *v) = p.symbol, integers(d["numbers"], 7)
    none, minus = [0] * 6, [-k for k in v]
    middle, up, down = three_terms(p, [none, v, minus])
    need(0 <= number < (3 if symbol.name == "3j" else 6) and v[number] == 0, "the families must differ in an angular momentum")
    u = symbol.quanta[number]
    c = middle[0].get((u, u), 0)
    need(c and not middle[1] and not (middle[0] - (var(u) * var(u) + var(u)) * c).has(u), "the middle coefficient is not an eigenvalue's")
    need(not any(f.has(u) for f in [up[0]] + up[1]), "a side coefficient contains the quantum number")
    need(coefficient_at(symbol, none, down) == coefficient_at(symbol, minus, up), "the relation is not symmetric")
    need(not any(f.put(symbol.in_quanta).has(u) and f.change(symbol.step(v)) for f in symbol.physical), "the families differ in domain")
    bounded(symbol, v)
    (f, own), name = value_at(symbol, None, v), u + "'"
    other = f, [var(name) * 2 if q == u else x for q, x in zip(symbol.quanta, own)]
    where = "all", [("<> 0", [var(u) - var(name)]), ("somewhere", (f, own)), ("somewhere", other)]
    return equation("orthogonality", symbol.quanta + [name], symbol, [product((f, own), other)], [], where, bound=["t"])


def squared(symbol, start, v, coefficient=1):
    return product(*[value_at(symbol, start, v)] * 2, coefficient=coefficient)


@rule(["adjoint ladders"], "symbols", "symbols")
def adjoint_ladders(d, raising, lowering):
    """A f(q) + B f(q+w) + C f(q+w') = 0 and its adjoint with -w, -w': sums of squares along v = w - w' do not change from q to q + w."""
    symbol, numbers, none = raising.symbol, integers(d["numbers"], 12), [0] * 6
    w, w_ = numbers[:6], numbers[6:]
    v = [a - b for a, b in zip(w, w_)]
    first, second = three_terms(raising, [none, w, w_]), three_terms(lowering, [[-k for k in s] for s in (none, w, w_)])
    need(symbol is lowering.symbol and all(coefficient_at(symbol, move, y) == coefficient_at(symbol, none, x)
                                           for x, y, move in zip(first, second, [w, w, w_])), "the relations are not adjoint")
    a = first[0]
    need(coefficient_at(symbol, v, a) == coefficient_at(symbol, none, a) and a[0].degree() == 0, "the first coefficient is no root")
    bounded(symbol, v)
    factor = sorted(a[1], key=lambda f: [f.get(m, 0) for m in [()] + [(q,) for q in symbol.quanta]])
    where = "all", [("defined", value_at(symbol)), ("<> 0", factor)]
    return equation("equal norms", symbol.quanta, symbol, [squared(symbol, None, v)], [squared(symbol, w, v)], where, bound=["t"], step=w,
                    line=v, factor=Counter(a[1]), symbol=symbol)


@rule(["norm"], "equal norms", "closed")
def norm(d, equal, closed):
    """At m1 = j1, that is b = 0, c = s, e = n - s, the square of the 3j symbol is the closed form's term times (2 j1)!/(2 j1 + 1)!."""
    symbol, term = SYMBOLS["3j"], closed.term
    need(equal.symbol is symbol and equal.line == [0, 0, 0, 0, 2, -2] and equal.step == [0, 0, 0, -2, 2, 0], "another line")
    need(equal.factor == Counter(forms(["j1 + m1", "j1 - m1 + 1"], symbol.quanta)) and d["numbers"] == [], "another factor, or numbers")
    need(not term.alternating and len(term.names) == 4 and not set(term.up) & set(term.down), "another sum")
    s, a, d_, n = map(var, term.names)
    images = {"s": poly(0), "a": a, "b": poly(0), "c": s, "d": d_, "e": n - s}
    at = lambda xs: [x for x in put(xs, images) if x]
    square, twice_j = at(symbol.down) + at(symbol.term.down) * 2, symbol.twice["j1"].put(images)
    need(balance(at(symbol.up) + term.down + closed.up, square + term.up + closed.down) == {twice_j: 1, twice_j + 1: -1},
         "the sum at m1 = j1 is not 1/(2 j1 + 1)")
    need(symbol.step(equal.line) == {p: f.change({term.index: 1}) for p, f in images.items() if p != "s"}, "a step is no step of s")
    basis, domain = [s, n - s, a, d_], at(symbol.physical)
    need(all(f in domain for f in basis) and all(f in basis + [x + y for x in basis for y in basis] for f in domain), "another domain")
    return equation("norm", symbol.quanta, symbol, [squared(symbol, None, equal.line, var("j1") * 2 + 1)], [product()],
                    ("defined", value_at(symbol)), bound=["t"])


# ---- products of powers of polynomials

def for_all(**kinds):
    listed = [f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names]
    return " for all " * bool(listed) + " and all ".join(listed)


class Powers:
    """Π factor^power: polynomials in the variables, and perhaps i, to forms in the exponents that are natural numbers."""

    def __init__(self, d):
        self.variables, self.exponents, self.imaginary = names_of(d["variables"]), names_of(d["exponents"]), true_or_false(d["imaginary"])
        self.letters = self.variables + ["i"] * self.imaginary
        self.symbols = self.letters + self.exponents
        names_of(self.variables + self.exponents, 20)
        self.factors, self.powers = forms(d["factors"], self.letters, inf), forms(d["powers"], self.exponents)
        need(len(self.letters) <= 10 and len(self.factors) == len(self.powers) > 0, "too many variables, or a factor without a power")
        need(all(self.factors), "a factor is 0")
        need(can_be_met(self.exponents, self.powers, lambda p: all(e.at(p) >= 0 for e in self.powers)), "no exponents are natural")
        where = " and ".join(dict.fromkeys(e.show(self.exponents) + " >= 0" for e in self.powers if e.degree() > 0))
        self.quantifier = for_all(integers=self.exponents, numbers=self.variables) + f", wherever {where}" * bool(where)

    def show(self, pairs):
        return "*".join(f"({f.show(self.letters)})**({e.show(self.exponents)})" for f, e in pairs)


@rule(["power-derivation"])
def power_derivation(d):
    """With Q = Π P_i, Q D(F) = E F for F = Π P_i^e_i, hence Q^(k+1) D(a Q^-k F) = (Q D(a) - k a D(Q) + a E) F."""
    f, words, results = Powers(d), [], []
    for w in items(d["words"]):
        along = [(items(one["along"]), forms(one["by"], f.symbols, inf)) for one in items(w["derivations"])]
        need(all(len(vs) == len(ps) > 0 and set(vs) <= set(f.variables) for vs, ps in along), "that is no derivation")
        words.append((parse(w["coefficient"], f.symbols), [list(zip(*one)) for one in along]))
    need(any(c for c, _ in words), "all coefficients are zero")
    q, most = prod(f.factors), max(len(derivations) for _, derivations in words)
    along = lambda derivation, p: sum((c * p.diff(v) for v, c in derivation), Poly())
    for c, derivations in words:
        a = poly(1)
        for k, one in enumerate(reversed(derivations)):
            e = sum(f.powers[i] * along(one, p) * prod(f.factors[:i] + f.factors[i + 1:]) for i, p in enumerate(f.factors))
            a = q * along(one, a) - a * along(one, q) * k + a * e
        results.append(c * a * prod([q] * (most - len(derivations))))
    need(not sum(results), "the operator does not annihilate")
    derive = lambda one: "(" + " + ".join(f"({p.show(f.symbols)})*diff({v})" for v, p in one) + ")"
    operator = " + ".join("*".join([f"({c.show(f.symbols)})"] + list(map(derive, ds))) for c, ds in words)
    return proved("annihilation", f"[{operator}]*{f.show(zip(f.factors, f.powers))} = 0{f.quantifier}; {DEFINED['DERIVATIVE']}"
                  + "; i**2 = -1" * f.imaginary)


@rule(["power-substitution"])
def power_substitution(d):
    f = Powers(d)
    images, split = forms(d["images"], f.letters, inf), [forms(qs, f.letters, inf) for qs in items(d["split"])]
    need(len(images) == len(f.letters) and len(split) == len(f.factors) and all(split), "images or factors are missing")
    changed = {v: p for v, p in zip(f.letters, images) if p != var(v)}
    need(changed and not (f.imaginary and "i" in changed), "the substitution changes nothing, or the imaginary unit")
    need(all(p.put(changed) == prod(qs) and all(qs) for p, qs in zip(f.factors, split)), "a factor's image is another, or zero")
    result = f.show((x, e) for qs, e in zip(split, f.powers) for x in qs)
    return proved("substitution", f"{f.show(zip(f.factors, f.powers))} becomes {result} under "
                  + ", ".join(f"{v} -> {p.show(f.letters)}" for v, p in changed.items()) + f.quantifier + "; i**2 = -1" * f.imaginary)


@rule(["binomial-coefficient"])
def binomial_coefficient(d):
    """(M_i ± N_i)^e_i is the sum over k_i of e_i!/(k_i! (e_i-k_i)!) (±1)^k_i M_i^(e_i-k_i) N_i^k_i; the k_i as forms in one index."""
    f, term = Powers(d["product"]), Term.read(d["term"])
    choices, parity, powers = forms(d["choices"], term.names), parse(d["parity"], term.parameters, 1), f.powers
    names_of(f.variables + term.names, 20)
    bare = [v for v in f.variables if v not in term.powers]
    need(not f.imaginary and f.exponents == term.parameters, "the exponents are not in the term's parameters")
    need(all(sorted(p.values()) in ([-1, 1], [1, 1]) for p in f.factors), "a factor is not a sum or a difference of two monomials")
    need(bare and len(choices) == len(f.factors) and set(term.powers) <= set(f.variables), "an index is missing, or other letters")
    pairs = [sorted(p, key=lambda k: (-p[k], [-k.count(v) for v in f.variables])) for p in f.factors]  # M before N
    goals = {v: poly(sum((e - k) * m.count(v) + k * n.count(v) for (m, n), e, k in zip(pairs, powers, choices))) for v in f.variables}
    need(all(goals[x] == e for x, e in term.powers.items()) and not any(goals[v].has(term.index) for v in bare),
         "an exponent contains the index, or is not the letter's")
    # The index runs through all solutions, if the other k_i follow from the first by exponents that tie two of them.
    changes = [[n.count(v) - m.count(v) for m, n in pairs] for v in bare]
    ties, reached = [{i for i, k in enumerate(c) if k} for c in changes if all(abs(k) <= 1 for k in c)], {0}
    for tie in [tie for tie in ties if len(tie) == 2] * len(pairs):
        reached |= tie if reached & tie else set()
    need(len(reached) == len(pairs) and abs(choices[0].change({term.index: 1})) == 1, "the index does not run through all solutions")
    need(not term.up and Counter(choices + [e - k for e, k in zip(powers, choices)]) == Counter(term.down), "the factorials differ")
    signed = sum((k for p, (_, n), k in zip(f.factors, pairs, choices) if p[n] < 0), Poly())
    need((signed - var(term.index) * term.alternating - parity).even(), "the sign is wrong")
    show = lambda x: x.show(term.names)
    total = f"{fresh(term.names + f.variables, 'S')}({', '.join(term.parameters)})"
    return proved("coefficient", "coefficient of " + "*".join(f"{v}**({show(goals[v])})" for v in bare) + " in "
                  + "*".join(f"({p.show(f.letters)})**({show(e)})" for p, e in zip(f.factors, powers))
                  + f" = (-1)**({show(parity)})*{'*'.join(f'({show(e)})!' for e in powers)}*{total}"
                  + for_all(integers=term.parameters, numbers=list(term.powers))
                  + f", wherever {' and '.join(show(e) + ' >= 0' for e in powers)}; {total} = {term.show_sum()}")


# ---- rules that are trusted, and tables

@rule(sorted({name.split(" / ")[0] for name in ARGUMENTS}), ...)
def argument(d, *premises):
    name = " / ".join(d[k] for k in ("rule", "law") if k in d)
    needed, assumptions, (text,) = ARGUMENTS[name]
    need([p.text for p in premises] == needed, "the premises are not those of the argument")
    return proved(name, text, *assumptions, trusted=True)


@rule(["table"], ...)
def table(d, *premises):
    need([p.kind for p in premises] == ["ladder, norm and sign"] + ["real-ladder"] * (d["what"] == "real-cg"), "other premises")
    text, why = companion("check_table", "makes tables anew").statement(d["what"], d["twice-lmax"], d["half"], d["single"], d["checksum"])
    need(text, why)
    return proved("table", text, DEFINED["REPRESENTATION"])


# ---- files

class Members(dict):
    """A JSON object: no key stands twice, and none that nobody asks for."""

    def __init__(self, pairs):
        super().__init__(pairs)
        need(len(self) == len(pairs), f"a key stands twice: {[k for k, _ in pairs]}")
        self.unasked = set(self)

    def __getitem__(self, key):
        self.unasked.discard(key)
        return super().__getitem__(key)


def apply(step, premises):
    """What a step proves, if it is what the file says."""
    if step["rule"] in IN_COUPLINGS:
        companion("check_couplings", "has the rules about coupling trees and schemes")
    kinds, function = RULES.get(step["rule"], (None, None))
    need(function, "there is no such rule")
    need(kinds == (...,) or tuple(p.kind for p in premises) == kinds, f"the premises must be {kinds}")
    result = function(step, *premises)
    result.assumptions = sorted({*result.assumptions, *[x for p in premises for x in p.assumptions]})
    need(getattr(result, "rule", step["rule"]) == step["rule"], "the rule's name is another")
    need(result.text == step["statement"], f"the statement is not what has been proved, which is: {result.text}")
    why = counterexample(result)
    need(not why, f"the statement is {why}")
    return result


def check(path):
    objects, results, rules = [], [], {False: {}, True: {}}
    with open(path, encoding="utf-8") as f:
        d = json.load(f, object_pairs_hook=lambda pairs: objects.append(Members(pairs)) or objects[-1])
    need(d["format"] == "toolkit-proof/1" and items(d["steps"]), "another format, or no steps")
    # Nothing in it can pass for a line of this program's answers.
    need(re.fullmatch(r"[A-Za-z0-9._'-]{1,200}", d["name"]) and isinstance(d["argument"], str), "no theorem's name, or no argument")
    for i, step in enumerate(d["steps"]):
        try:
            need(all(type(p) is int and 0 <= p < i for p in items(step["premises"])), "a premise is not an earlier step")
            results.append(apply(step, [results[p] for p in step["premises"]]))
        except Refused as why:
            raise Refused(f"step {i} ({step['rule']}): {why}") from None
        rules[results[-1].trusted][step["rule"]] = True
    last = results[-1]
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
