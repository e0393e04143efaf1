"""What check_theorem.py asks besides a proof: is the statement true at random points?

Knows nothing of a statement but its text, a sentence of the language that docs/statements.md defines: reads it, draws points in its
domain and computes both sides from definitions, those of the text, Racah's formulas, polynomials multiplied out, states of coupled
angular momenta made by ladder operators. Points at which numbers are too large to be computed with are passed over.
"""
import cmath
import math
import random
import re
from fractions import Fraction
from functools import lru_cache
from itertools import count, product as cartesian

TELLING, POINTS, TRIES = 20, 60, 50  # points at which there is something to compare, points in the domain, and attempts to find them
MOST, STEPS, SITES = 2000, 100_000, 2  # the largest number and how much to compute with, and how many sites there are
HALF = Fraction(1, 2)

# Kinds of statements that are in words, and conjunctions, whose parts have been tried.
IN_WORDS = {"all", "family", "every", "every invariant", "invariant", "sign", "permutation", "unordered-pairs", "unordered-triples",
            "real-basis", "table"}
ARGUMENTS = {"3j": 6, "6j": 6, "sqrt": 1, "delta": 2, "conjugate": 1, "diff": 1, "join": 2}
RESERVED = set("""sqrt diff sum over of for all and or not if is are in at where with under otherwise becomes natural integers couple
join map grad every coefficient delta conjugate angular momenta numbers directions spinors functions families sites orders triads
defined some wherever""".split())


class Unreadable(Exception):
    """Why a text is no statement of the language."""


class Outside(Exception):
    """A function is outside its domain, or n negative in 1/n!: every product with it is 0."""


class NoValue(Exception):
    """Why there is no number."""


class Infinite(NoValue):
    """It is the factorial of a negative number."""


# ---- reading

class Node:
    """A part of a statement: its kind and parts, the names in it that are not bound in it, whether a derivative acts in it."""

    def __init__(self, kind, *parts, bound=(), names=()):
        self.kind, self.parts = kind, parts
        self.free = frozenset(names).union(*(x.free for x in children(parts))) - frozenset(bound)
        self.acts = kind == "operator" or parts[0] == "diff" or any(x.acts for x in children(parts))


def children(parts):
    for x in parts:
        if isinstance(x, Node):
            yield x
        elif isinstance(x, (list, tuple)):
            yield from children(x)


def inside(n):
    yield n
    for x in children(n.parts):
        yield from inside(x)


def listed(kind, n):
    """The terms of a sum, or the factors of a product, of which there may be one."""
    return n.parts[0] if n.kind == kind else [(1 if kind == "sum" else "*", n)]


class Reader:
    """Reads from left to right; where there can be one of several things, tries each."""

    def __init__(self, text):
        self.text, self.at, self.farthest, self.definitions, self.vanishing = text, 0, (0, ""), {}, None

    def check(self, condition, why):
        if not condition:
            self.farthest = max(self.farthest, (self.at, why))
            raise Unreadable("expected {1} before {2!r}".format(*self.farthest, self.text[self.farthest[0]:][:40]))

    def match(self, pattern):
        found = re.compile(pattern).match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found and found[0]

    def all_of(self, *parts):
        """Words, and the results of what is read between them."""
        found = []
        for part in parts:
            if isinstance(part, str):
                self.check(self.match(re.escape(part)), repr(part))
            else:
                found.append(part())
        return found

    def one_of(self, *ways):
        start = self.at
        for way in ways[:-1]:
            try:
                return way()
            except Unreadable:
                self.at = start
        return ways[-1]()

    def many(self, one, between=", "):
        """One or more, until what stands behind a separator is another thing."""
        found, start = [one()], self.at
        while self.match(between):
            try:
                found.append(one())
            except Unreadable:
                break
            start = self.at
        self.at = start
        return found

    def name(self):
        found = self.match(r"[A-Za-z][A-Za-z0-9_]*'*")
        self.check(found and found.rstrip("'") not in RESERVED, "a name")
        return found

    def sum(self):
        terms, op = [(-1 if self.match("-") else 1, self.product())], self.match(" [+-] ")
        while op:
            terms.append((1 if op == " + " else -1, self.product()))
            op = self.match(" [+-] ")
        return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else Node("sum", terms)

    def product(self):
        factors, op = [("*", self.factor())], self.match("[*/]")
        while op:
            factors.append((op, self.factor()))
            op = self.match("[*/]")
        for k, (_, f) in enumerate(factors):
            if f.kind == "operator":
                return Node("applied", factors[:k], f.parts[0], factors[k + 1:])
        if not any(f.acts for _, f in factors):
            # What may be 0, or outside its domain, comes first.
            factors.sort(key=lambda x: (x[1].kind == "over", x[1].kind not in ("call", "coupling", "overlap"), x[0] == "*"))
        return factors[0][1] if len(factors) == 1 else Node("product", factors)

    def factor(self):
        if self.match("sum over all "):
            kind = self.match("integers and half-integers|integers|angular momenta|sites")
            names, inner = self.all_of(" ", lambda: self.many(self.name), " of ", self.product)
            # In the first stage what contains none of the names, in each that follows what contains one more.
            stages = [[] for _ in range(len(names) + 1)]
            for op, f in listed("product", inner):
                stages[max([i + 1 for i, x in enumerate(names) if x in f.free], default=0)].append((op, f))
            return Node("over", kind, names, stages, inner, bound=names)
        if self.match("coefficient of "):
            monomial, inner = self.all_of(self.product, " in ", self.product)
            letters = [(*(f.parts if f.kind == "power" else (f, Node("number", 1))), op) for op, f in listed("product", monomial)]
            self.check(all(x.kind == "name" and op == "*" for x, _, op in letters), "of a monomial a polynomial")
            letters = {x.parts[0]: e for x, e, _ in letters}
            return Node("coefficient", letters, list(letters.values()), inner, bound=letters)
        minus, base = self.match("-"), self.base()
        base = Node("power", base, self.base()) if self.match(r"\*\*") else base
        return Node("sum", [(-1, base)]) if minus else base

    def base(self):
        number = self.match(r"[0-9]+(?!j\()")
        out = Node("number", int(number)) if number else self.one_of(
            self.call, self.variable, self.overlap, self.coupling, lambda: self.all_of("(", self.sum, ")")[0],
            lambda: Node("operator", *self.all_of("[", self.sum, "]")))
        while self.match("!"):
            out = Node("factorial", out)
        return out

    def variable(self):
        name = self.name()
        return Node("name", name, names=[name])

    def call(self):
        name = self.match(r"([36]j|[A-Za-z][A-Za-z0-9_]*'*)(?=\()")
        self.check(name, "a call")
        arguments = [] if self.match(r"\(\)") else self.all_of("(", lambda: self.many(self.sum, "[,;] "), ")")[0]
        self.check(len(arguments) == ARGUMENTS.get(name, len(arguments)), f"other arguments of {name}")
        self.check(name != "diff" or arguments[0].kind == "name", "a variable")
        return Node("call", name, arguments)

    def scheme(self):
        if not self.match(r"\("):
            return self.match("[0-9]+") or self.name()
        return *self.all_of(self.scheme, " ", self.scheme, ")"), self.match("[0-9]+") or self.name()

    def overlap(self):
        one, other = self.all_of("<", self.scheme, "|", self.scheme, ">")
        return Node("overlap", one, other, names=[x for x in labels(one) + labels(other) if not x.isdigit()])

    def coupling(self):
        b = self.base
        return Node("coupling", self.all_of("<", b, " ", b, " ", b, " ", b, "|", b, " ", b, ">"))

    def law(self):
        sides = self.many(self.sum, " = ")
        if len(sides) == 1:
            after, changes = self.all_of(" becomes ", self.sum, " under ",
                                         lambda: self.many(lambda: self.all_of(self.name, " -> ", self.sum)))
            return Node("becomes", sides[0], after, changes)
        return Node("law", sides)

    def variables(self):
        """A kind, its names, and what is said of them: equations, orders, whether there are some for each site, or none is negative."""
        kind = self.match("integers and half-integers|integers|angular momenta|numbers|directions|spinors|functions|families")
        (names,), extra = self.all_of(" ", lambda: self.many(self.name)), None
        if kind == "integers and half-integers":
            extra = {}
            while self.match(" with "):
                name, extra[name] = self.all_of(self.name, " = ", self.sum)
        elif kind == "families":
            extra = self.all_of(" of orders ", self.sum, ", ", self.sum)
        elif kind != "numbers":
            extra = self.match(" >= 0" if kind == "integers" else " of sites")
        self.check(len(names) % {"directions": 3, "spinors": 2}.get(kind, 1) == 0 and (extra or kind != "functions"), "other variables")
        return kind, names, extra

    def condition(self):
        first = self.one()
        word = self.match(" and | or ")
        return Node(word.strip(), [first, *self.many(self.one, word)]) if word else first

    def one(self):
        triad = lambda: self.all_of("(", self.sum, ", ", self.sum, ", ", self.sum, ")")
        return self.one_of(lambda: Node("triads", *self.all_of(lambda: self.many(triad), " are triads")),
                           lambda: self.all_of("(", self.condition, ")")[0],
                           lambda: Node("natural", *self.all_of(lambda: self.many(self.sum), " are natural")), self.relation)

    def relation(self):
        first, sign = self.sum(), self.match(" (>=|=|<>) ")
        if sign:
            return Node("compared", sign.strip(), first, self.sum())
        self.check(first.kind == "call" and self.match(" is defined"), "a condition")
        names = self.many(self.name) if self.match(" for some ") else []
        return Node("defined", names, first, bound=names)

    def sentence(self):
        laws = self.many(self.law, " and ")
        kinds = self.many(self.variables, " and all ") if self.match(" for all ") else []
        return laws, kinds, self.condition() if self.match(", wherever ") else None

    def remark(self):
        start = self.at
        if self.match("a symbol outside its domain counts as 0"):
            if self.match(", and its coefficient vanishes by itself"):
                self.vanishing = self.condition() if self.match(" wherever ") else True
        elif re.match(r"[A-Za-z][A-Za-z0-9_]*'*\([^()]*\) = ", self.text[self.at:]):
            call, body = self.all_of(self.call, " = ", self.sum)
            name, parameters = call.parts
            self.check(name not in RESERVED and all(x.kind == "name" for x in parameters), "a definition")
            where = self.condition() if self.match(", wherever ") else None
            self.definitions.setdefault(name, []).append(([x.parts[0] for x in parameters], body, where))
        elif not self.match(r"i\*\*2 = -1"):
            self.match(r"([^;()]|;(?! )|\((?:[^()]|\([^()]*\))*\))+")
            self.check(re.match("(?!and ).* (is|are) ", self.text[start:self.at]), "a remark")

    def statement(self):
        """Sentences, each with its laws, variables and condition, then remarks on all of them."""
        sentences = self.many(self.sentence, "; and ")
        while self.match("; "):
            self.remark()
        self.check(self.at == len(self.text), "the end")
        return sentences


# ---- numbers: exact as long as they are rational; and polynomials {monomial: coefficient}, a monomial being ((letter, power), ...)

class Poly(dict):
    def __hash__(self):
        return hash(frozenset(self.items()))

    def __add__(self, other):
        out = dict(self)
        for m, c in terms_of(other):
            out[m] = out.get(m, 0) + c
        return simple(out)

    def __mul__(self, other):
        out = {}
        bounded(len(self) * len(terms_of(other)) // 20)
        for m, c in self.items():
            for k, d in terms_of(other):
                powers = dict(m)
                for x, n in k:
                    powers[x] = powers.get(x, 0) + n
                both = tuple(sorted(powers.items()))
                out[both] = out.get(both, 0) + c * d
        return simple(out)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def put(self, values):
        """With values in place of some letters."""
        return sum(c * math.prod(values[x] ** n if x in values else Poly({((x, n),): 1}) for x, n in m) for m, c in self.items())

    def diff(self, name):
        return simple({tuple((x, k - (x == name)) for x, k in m if (x, k) != (name, 1)): c * dict(m)[name]
                       for m, c in self.items() if name in dict(m)})


def terms_of(x):
    return x.items() if isinstance(x, Poly) else [((), x)]


def simple(terms):
    terms = {m: c for m, c in terms.items() if c != 0}
    return Poly(terms) if terms.keys() - {()} else terms.get((), 0)


def letter(name):
    return Poly({((name, 1),): 1})


class Letters(dict):
    """Values of names, a name without one being a letter."""

    def __missing__(self, name):
        return letter(name)


def exact(x):
    return isinstance(x, (int, Fraction))


def natural(*numbers):
    return all(exact(x) and x >= 0 and x.denominator == 1 for x in numbers)


def bounded(x):
    if abs(x) > MOST:
        raise OverflowError("too large to be computed with")
    return int(x)


def factorial(x):
    if not exact(x) or x.denominator != 1:
        raise NoValue(f"the factorial of {x}")
    if x < 0:
        raise Infinite(f"the factorial of {x}")
    return math.factorial(bounded(x))


def root(x):
    if isinstance(x, Poly):
        raise NoValue("the root of a polynomial")
    if not exact(x) or x < 0:
        return 1j * root(-x) if exact(x) else cmath.sqrt(x)
    up, down = (math.isqrt(k) for k in (x.numerator, x.denominator))
    return Fraction(up, down) if up * up == x.numerator and down * down == x.denominator else math.sqrt(x)


def power(x, e):
    if not exact(e) or e.denominator != 1 or e < 0 and isinstance(x, Poly):
        raise NoValue(f"{x} to the power {e}")
    if x in (1, -1):
        return x ** int(e % 2)
    return math.prod([x] * bounded(e)) if e >= 0 else quotient(1, power(x, -e))


def quotient(x, y):
    if isinstance(y, Poly) or y == 0:
        raise NoValue(f"a quotient by {y}")
    return x * (Fraction(1) / y)


# ---- symbols and states

def triangle(a, b, c):
    return [a + b - c, a - b + c, b + c - a]


def triad(a, b, c):
    return natural(*triangle(a, b, c))


def distances(*pairs):
    """Of projections from the largest and the smallest one."""
    return [j + sign * m for j, m in pairs for sign in (1, -1)]


@lru_cache(None)
def threej(j1, j2, j3, m1, m2, m3):
    if m1 + m2 + m3 != 0 or not triad(j1, j2, j3) or not natural(*distances((j1, m1), (j2, m2), (j3, m3))):
        raise Outside
    f, total = factorial, Fraction(0)
    for s in range(bounded(j1 + j2 - j3) + 1):
        below = [j1 + j2 - j3 - s, j1 - m1 - s, j2 + m2 - s, j3 - j2 + m1 + s, j3 - j1 - m2 + s]
        if min(below) >= 0:
            total += Fraction((-1) ** s, f(s) * math.prod(map(f, below)))
    up = [j1 + j2 - j3, j1 - j2 + j3, j2 + j3 - j1, j1 + m1, j1 - m1, j2 + m2, j2 - m2, j3 + m3, j3 - m3]
    return power(-1, j1 - j2 - m3) * root(Fraction(math.prod(map(f, up)), f(j1 + j2 + j3 + 1))) * total


@lru_cache(None)
def sixj(a, b, c, d, e, g):
    triads = [(a, b, c), (a, e, g), (d, b, g), (d, e, c)]
    if not all(triad(*t) for t in triads):
        raise Outside
    f, low, high = factorial, [sum(t) for t in triads], [a + b + d + e, b + c + e + g, c + a + g + d]
    total = sum((Fraction((-1) ** s * f(s + 1), math.prod(f(s - x) for x in low) * math.prod(f(x - s) for x in high))
                 for s in range(bounded(max(low)), bounded(min(high)) + 1)), Fraction(0))
    square = math.prod((Fraction(f(x + y - z) * f(x - y + z) * f(y + z - x), f(x + y + z + 1)) for x, y, z in triads), start=Fraction(1))
    return root(square) * total


def component(j1, m1, j2, m2, J, M):
    """What couples two states, by the 3j symbol."""
    try:
        return power(-1, j1 - j2 + M) * root(2 * J + 1) * threej(j1, j2, J, m1, m2, -M)
    except Outside:
        return 0


@lru_cache(None)
def ladder_state(j1, j2, J, M):
    """{m1: component} of the state |J M> of two angular momenta: the highest one is what J+ annihilates, J- makes the others."""
    lower, out = lambda j, m: math.sqrt((j + m) * (j - m + 1)), {}
    if M < J:
        for m1, x in ladder_state(j1, j2, J, M + 1).items():
            for m, y in ((m1 - 1, lower(j1, m1)), (m1, lower(j2, M + 1 - m1))):
                if y:
                    out[m] = out.get(m, 0) + x * y / lower(J, M + 1)
        return out
    m1, out[j1] = j1, 1.0
    while m1 > -j1 and J - m1 < j2:
        out[m1 - 1] = -out[m1] * lower(j2, J - m1 + 1) / lower(j1, m1)
        m1 -= 1
    size = math.sqrt(sum(x * x for x in out.values()))
    return {m: x / size for m, x in out.items()}


def top(scheme):
    return scheme if isinstance(scheme, str) else scheme[2]


def labels(scheme):
    return [scheme] if isinstance(scheme, str) else [scheme[2]] + labels(scheme[0]) + labels(scheme[1])


def triads_of(scheme):
    return [] if isinstance(scheme, str) else [(top(scheme[0]), top(scheme[1]), scheme[2])] + triads_of(scheme[0]) + triads_of(scheme[1])


def state(scheme, m, at):
    """{((leaf, m), ...): component} of the state that a scheme couples."""
    if isinstance(scheme, str):
        return {((scheme, m),): 1}
    out, (a, b, c) = {}, [at[top(x)] for x in (*scheme[:2], scheme)]
    for k in magnetic(a):
        w = component(a, k, b, m - k, c, m)
        for x, u in state(scheme[0], k, at).items() if w else ():
            for y, v in state(scheme[1], m - k, at).items():
                key = tuple(sorted(x + y))
                out[key] = out.get(key, 0) + w * u * v
    return out


def magnetic(j):
    return [j - k for k in range(int(2 * j) + 1)]


# ---- linear forms {name, or "" of the constant: coefficient} that must be natural lest a product be 0 or a condition not be met

class Needs:
    """What the parts of one statement need. A name that is summed over is made a new one, with @."""

    def __init__(self, definitions):
        self.definitions, self.count, self.known = definitions, count(), {}

    def by_names(self, n):
        if n not in self.known:
            self.known[n] = linear(self.of(n, Letters()))
        return self.known[n]

    def forms(self, nodes, env):
        """Their values, letters standing for names; what is no polynomial is a letter of its own."""
        def form(n):
            try:
                return At(self, env).term(n, env) if all(x.kind in ("number", "name", "sum", "product") for x in inside(n)) else letter("?")
            except NoValue:
                return letter("?")
        return list(map(form, nodes))

    def of(self, n, env):
        kind, parts = n.kind, n.parts
        if kind == "product":
            return [x for op, f in parts[0] for x in (self.of(f, env) if op == "*" else self.below(f, env))]
        if kind == "and":
            return [x for c in parts[0] for x in self.of(c, env)]
        if kind == "power":
            return self.of(parts[0], env) if parts[1].kind == "number" else []
        if kind == "over":
            return self.of(parts[3], Letters({**env, **{x: letter(f"{x}@{next(self.count)}") for x in parts[1] if parts[0] == "integers"}}))
        if kind == "natural":
            return self.forms(parts[0], env)
        if kind == "triads":
            return [x for t in parts[0] for x in triangle(*self.forms(t, env))]
        if kind == "compared":
            x, y = self.forms(parts[1:], env)
            return {">=": [x - y], "=": [x - y, y - x], "<>": []}[parts[0]]
        if kind == "defined":
            return self.of(parts[1], Letters({**env, **{x: letter(f"{x}@{next(self.count)}") for x in parts[0]}}))
        if kind == "overlap":
            return [x for s in parts for t in triads_of(s) for x in triangle(*[int(x) if x.isdigit() else env[x] for x in t])]
        if kind == "coupling":
            j1, m1, j2, m2, J, M = self.forms(parts[0], env)
            return triangle(j1, j2, J) + distances((j1, m1), (j2, m2), (J, M))
        return self.of_call(*parts, env) if kind == "call" else []

    def of_call(self, name, arguments, env):
        if name == "conjugate":
            return self.of(arguments[0], env)
        xs = self.forms(arguments, env)
        if name == "3j":
            j, m, total = xs[:3], xs[3:], xs[3] + xs[4] + xs[5]
            return triangle(*j) + distances(*zip(j, m)) + [total, -total]
        if name == "6j":
            return [x for t in ((0, 1, 2), (0, 4, 5), (3, 1, 5), (3, 4, 2)) for x in triangle(*[xs[i] for i in t])]
        if name == "delta":
            return [xs[0] - xs[1], xs[1] - xs[0]]
        if len(self.definitions.get(name, [])) != 1:
            return []
        parameters, body, where = self.definitions[name][0]
        return self.of(where or body, Letters(zip(parameters, xs)))

    def below(self, n, env):
        """A factorial in a denominator is of a natural number, or the product is 0."""
        if n.kind == "factorial":
            return self.forms(n.parts, env)
        return [x for op, f in n.parts[0] if op == "*" for x in self.below(f, env)] if n.kind == "product" else []

    def ways(self, n, env):
        """Lists of forms: a condition needs those of one of them."""
        if n.kind == "or":
            return [way for x in n.parts[0] for way in self.ways(x, env)]
        if n.kind == "and":
            found = [[]]
            for x in n.parts[0]:
                found = [a + b for a in found for b in self.ways(x, env)][:100]
            return found
        return [linear(self.of(n, env))]


def linear(forms):
    return [{m[0][0] if m else "": c for m, c in terms_of(f)} for f in forms
            if all(exact(c) and sum(k for _, k in m) <= 1 and ("?", 1) not in m for m, c in terms_of(f))]


def limits(name, forms, env):
    """Between which numbers a name can be by those forms in which it is the only unknown; None where there is no bound."""
    low = high = None
    for form in forms:
        c = form.get(name, 0)
        if c and all(x == name or exact(env.get(x)) for x in form):
            at = -Fraction(sum(k * env[x] for x, k in form.items() if x != name)) / c
            if c > 0:
                low = at if low is None else max(low, at)
            else:
                high = at if high is None else min(high, at)
    return low, high


# ---- the value of everything in the language at a point

class At:
    def __init__(self, needs, point, chance=None):
        self.needs, self.point, self.chance = needs, point, chance
        self.memo, self.size, self.steps, self.depth = {}, 0, STEPS, 0

    def term(self, n, env):
        """Of what stands alone: what is outside its domain is 0."""
        try:
            return self.value(n, env)
        except Outside:
            return 0

    def count(self):
        self.steps -= 1
        if self.steps < 0:
            raise OverflowError("too many steps")

    def value(self, n, env):
        self.count()
        return getattr(self, n.kind)(n, env, *n.parts)

    def number(self, n, env, x):
        return x

    def name(self, n, env, x):
        if x not in env and not isinstance(env, Letters):
            raise Unreadable(f"nobody says what {x} is")
        if isinstance(env[x], (list, tuple)):
            raise NoValue(f"{x} is no number")
        return env[x]

    def sum(self, n, env, terms):
        if len(terms) == 1:
            return self.value(terms[0][1], env) * terms[0][0]
        return sum(self.term(x, env) * sign for sign, x in terms)

    def operator(self, n, env, x):
        raise NoValue("an operator acts on nothing")

    def product(self, n, env, factors):
        out, failure = self.multiplied(factors, env, 1, None)
        if failure:
            raise failure
        return out

    def multiplied(self, factors, env, value, failure):
        """A product that goes on with these factors, or why it has no value. What is outside makes it 0 whatever the others are."""
        for op, f in factors:
            if value == 0 and not failure and op == "*" and f.kind in ("call", "over"):
                continue  # They can take long.
            try:
                x = self.value(f, env) if op == "*" else self.term(f, env)
                value = value * x if op == "*" else quotient(value, x)
            except NoValue as why:
                if op == "/" and isinstance(why, Infinite):
                    raise Outside from None
                failure = failure or why
        return value, failure

    def power(self, n, env, base, exponent):
        return power(self.value(base, env), self.term(exponent, env))

    def factorial(self, n, env, x):
        return factorial(self.term(x, env))

    def call(self, n, env, name, arguments):
        if name in ("couple", "join"):
            orders, components = self.family(n, env)
            if any(orders):
                raise NoValue("a family is no number")
            return components[(0,) * len(orders)]
        xs = [self.term(x, env) for x in arguments]
        known = {"3j": threej, "6j": sixj, "sqrt": root, "conjugate": lambda x: x.conjugate(), "delta": lambda x, y: int(x == y)}
        if name in known:
            return known[name](*xs)
        found = self.point.get(name)
        if isinstance(found, list) and len(xs) == 1 and xs[0] in range(SITES):
            return found[xs[0]]
        key = (name, *xs)
        if key not in self.memo:
            self.depth += 1
            try:
                self.memo[key] = self.defined_value(name, xs)
            except (Outside, NoValue) as why:
                self.memo[key] = why
            self.depth -= 1
        if isinstance(self.memo[key], Exception):
            raise self.memo[key]
        return self.memo[key]

    def defined_value(self, name, xs):
        for parameters, body, where in self.needs.definitions.get(name, []):
            env = {**self.point, **dict(zip(parameters, xs))}
            if len(xs) != len(parameters):
                break
            if where is None or self.holds(where, env):
                return self.term(body, env)
        else:
            if name in self.needs.definitions:
                raise Outside
        raise Unreadable(f"there is no {name} of {len(xs)} arguments")

    def over(self, n, env, kind, names, stages, inner):
        forms, env = self.needs.by_names(inner), {x: v for x, v in env.items() if x not in names}

        def total(k, env, value, failure):
            self.count()
            try:
                value, failure = self.multiplied(stages[k], env, value, failure)
            except Outside:
                return 0
            if k < len(names) and (value != 0 or failure):
                return sum(total(k + 1, {**env, names[k]: x}, value, failure) for x in self.span(kind, names[k], forms, env))
            if failure:
                raise failure
            # The size of what is added counts where it is no part of a function.
            self.size += 0 if self.depth or isinstance(value, Poly) else abs(value)
            return value
        return total(0, env, 1, None)

    def span(self, kind, name, forms, env):
        """The values of a name that is summed over, without those that are known to add nothing."""
        if kind == "sites":
            return range(SITES)
        step = 1 if kind == "integers" else HALF
        low, high = limits(name, forms, {**env, "": 1})
        if kind == "angular momenta":
            low, high = max(low or 0, 0), 7 if high is None else high
        low = (-20 * step if high is None else min(-20 * step, high - 40 * step)) if low is None else low
        high = max(20 * step, low + 40 * step) if high is None else high
        bounded(max(0, high - low) / step)
        return [k if step == 1 else k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def coefficient(self, n, env, letters, _, inner):
        own = {x: (f"{x} {self.depth}", self.term(e, env)) for x, e in letters.items()}
        wanted, out = dict(own.values()), {}
        for m, c in terms_of(self.term(inner, {**env, **{x: letter(y) for x, (y, _) in own.items()}})):
            if all(dict(m).get(x, 0) == e for x, e in wanted.items()):
                rest = tuple((x, k) for x, k in m if x not in wanted)
                out[rest] = out.get(rest, 0) + c
        return simple(out)

    def applied(self, n, env, factors, operator, rest):
        """An operator acts on what stands to its right, as a polynomial in the variables of its derivatives."""
        letters = {v: letter(v) for x in inside(operator) if x.kind == "call" and x.parts[0] == "diff" for v in x.free}
        inner, moved = At(self.needs, {**self.point, **letters}, self.chance), {**env, **letters}
        value, failure = inner.multiplied(rest, moved, 1, None)
        left, other = self.multiplied(factors, env, 1, None)
        if failure or other:
            raise failure or other
        out = inner.image(operator, value, moved)
        return left * (out.put(env) if isinstance(out, Poly) else out)

    def image(self, n, x, env):
        """Of x under an operator: products are applied from the right."""
        if not n.acts:
            return self.term(n, env) * x
        if n.kind == "sum":
            return sum(self.image(part, x, env) * sign for sign, part in n.parts[0])
        if n.kind == "call":
            return x.diff(n.parts[1][0].parts[0]) if isinstance(x, Poly) else 0
        for op, f in reversed(listed("product", n)):
            if n.kind != "product" or op == "/" and f.acts:
                raise NoValue("no operator")
            x = self.image(f, x, env) if op == "*" else quotient(x, self.term(f, env))
        return x

    def coupling(self, n, env, arguments):
        j1, m1, j2, m2, J, M = (self.term(x, env) for x in arguments)
        if not triad(j1, j2, J) or not natural(*distances((j1, m1), (j2, m2), (J, M))):
            raise Outside
        return ladder_state(j1, j2, J, M).get(m1, 0) if m1 + m2 == M else 0

    def overlap(self, n, env, one, other):
        at = {x: int(x) if x.isdigit() else env[x] for x in labels(one) + labels(other)}
        if not all(triad(*[at[x] for x in t]) for t in triads_of(one) + triads_of(other)):
            raise Outside
        m = self.chance.choice(magnetic(at[top(one)]))
        second = state(other, m, at) if at[top(other)] == at[top(one)] else {}
        return sum(u * second.get(k, 0) for k, u in state(one, m, at).items()) if second else 0

    def family(self, n, env):
        """The orders and the components {indices: number} of a family."""
        if n.kind == "name" and isinstance(self.point.get(n.parts[0]), tuple):
            return self.point[n.parts[0]]
        name, arguments = n.parts if n.kind == "call" else ("", [])
        if name not in ("couple", "join"):
            raise NoValue("no family")
        number = 1 if name == "join" else 2
        families, new = [self.family(x, env) for x in arguments[:number]], [self.term(x, env) for x in arguments[number:]]
        # Which two orders, and which two indices, are coupled to a new one: those of one family, or one of each.
        pairs = (lambda xs: xs) if name == "join" else (lambda xs: list(zip(*xs)))
        orders, parts = pairs([x for x, _ in families]), [list(x.items()) for _, x in families]
        if len(orders) != len(new) or any(len(x) != 2 for x in orders):
            raise NoValue("other orders")
        if not all(triad(*pair, J) for pair, J in zip(orders, new)):
            raise Outside
        out = {(0,) * len(new): 0}
        for chosen in cartesian(*parts):
            indices = pairs([k for k, _ in chosen])
            c = math.prod(component(a, m, b, q, J, m + q) for (a, b), (m, q), J in zip(orders, indices, new))
            sums = tuple(map(sum, indices))
            out[sums] = out.get(sums, 0) + c * math.prod(x for _, x in chosen)
        return new, out

    def holds(self, n, env):
        if n.kind in ("and", "or"):
            return (all if n.kind == "and" else any)(self.holds(x, env) for x in n.parts[0])
        if n.kind == "defined":
            names, call = n.parts
            envs = [env]
            for x in names:
                envs = [{**e, x: v} for e in envs for v in self.span("integers", x, self.needs.by_names(call), e)]
            return any(self.defined(call, e) for e in envs)
        if n.kind == "natural":
            return natural(*[self.term(x, env) for x in n.parts[0]])
        if n.kind == "triads":
            return all(triad(*[self.term(x, env) for x in t]) for t in n.parts[0])
        sign, x, y = n.parts[0], *(self.term(x, env) for x in n.parts[1:])
        return x == y if sign == "=" else x != y if sign == "<>" else x >= y

    def defined(self, call, env):
        try:
            self.value(call, env)
        except Outside:
            return False
        except NoValue:
            pass
        return True

    # Laws.

    def side(self, n):
        out = 0
        for sign, x in listed("sum", n):
            value = self.term(x, self.point)
            self.size += abs(value)
            out += sign * value
        return out

    def differs(self, law):
        """What differs in a law, or None."""
        if law.kind == "becomes":
            moved = {**self.point, **{x: self.term(y, self.point) for x, y in law.parts[2]}}
            values = [At(self.needs, moved, self.chance).side(law.parts[0]), self.side(law.parts[1])]
        else:
            values = [self.side(x) for x in law.parts[0]]
        return next((f"{values[0]} and {x}" for x in values[1:] if differ(values[0], x, self.size)), None)

    def remains(self, law):
        """A coefficient of a symbol outside its domain that is not 0, or None."""
        for _, x in (x for side in law.parts[0] for x in listed("sum", side)):
            symbols = [f for _, f in listed("product", x) if f.kind == "call" and (f.parts[0] not in ARGUMENTS or f.parts[0][1:] == "j")]
            if len(symbols) == 1 and not self.defined(symbols[0], self.point):
                c, failure = self.multiplied([(op, f) for op, f in listed("product", x) if f is not symbols[0]], self.point, 1, None)
                if failure or differ(c, 0):
                    return f"the coefficient {failure or c} does not vanish"
        return None


def differ(x, y, size=0):
    """Rational numbers are compared as they are, others up to what rounding does to the largest."""
    if exact(x) and exact(y):
        return x != y
    x, y = complex(x), complex(y)
    return abs(x - y) > 1e-8 * (1 + abs(x) + abs(y) + size)


# ---- points

class Draw:
    """Points of a sentence's variables at random, mostly where its condition is met and a function that occurs in it is defined."""

    RANGES = {"summed": (0, 6), "integers": (-3, 4), "integers and half-integers": (-2, 3), "angular momenta": (0, 3)}

    def __init__(self, needs, sentence, chance):
        self.needs, self.chance, (laws, self.kinds, where) = needs, chance, sentence
        self.kind = {x: kind for kind, names, _ in self.kinds for x in names if kind in self.RANGES}
        self.natural = {x for kind, names, extra in self.kinds for x in names if kind == "angular momenta" or extra == " >= 0"}
        self.fixed = {x: y for _, _, extra in self.kinds if isinstance(extra, dict) for x, y in extra.items()}
        env = Letters()
        env.update(zip(self.fixed, needs.forms(self.fixed.values(), env)))
        self.ways = needs.ways(where, env) if where else [[]]
        # Forms that are natural where a function is defined, and numbers that are far away in its arguments.
        self.hints = [([], {})]
        for n in (n for law in laws for n in inside(law) if n.kind in ("call", "coupling", "overlap", "over")):
            forms = linear(needs.of(n, env))
            arguments = linear(needs.forms(n.parts[1], env)) if n.kind == "call" else []
            singles = [(f, *(f.keys() - {""})) for f in arguments if len(f.keys() - {""}) == 1]
            self.hints.append((forms, {x: -Fraction(f.get("", 0)) / f[x] for f, x in singles if abs(f.get("", 0)) > 20}))

    def point(self):
        """A point, or None if always what is drawn first leaves no value for another variable."""
        (hint, centers), way = self.chance.choice(self.hints), self.chance.choice(self.ways)
        names = sorted({x for f in hint + way for x in f if "@" in x}) + [x for x in self.kind if x not in self.fixed]
        forms = [f for f in hint + way if f.keys() <= {*names, ""}]
        for _ in range(TRIES):
            env = {"": 1}
            if all(self.draw(x, [f for f in forms if f.get(x)], env, centers.get(x, 0), len(names)) for x in names):
                break
        else:
            return None
        env = {"i": 1j, "pi": math.pi, **{x: v for x, v in env.items() if x in self.kind}}
        env.update({x: At(self.needs, env).term(y, env) for x, y in self.fixed.items()})
        for kind, names, extra in self.kinds:
            self.others(kind, names, extra, env)
        return env

    def draw(self, name, forms, env, center, number):
        kind = self.kind.get(name, "summed")
        step = 1 if kind in ("integers", "summed") else HALF
        low, high = bounds = limits(name, forms, env)
        if low is None and high is None:
            low, high = (center + x if number <= 6 or step == 1 else center + x * HALF for x in self.RANGES[kind])
        low, high = high - 4 if low is None else low, low + 4 if high is None else high
        first, last = math.ceil(max(low, 0) / step if name in self.natural else low / step), math.floor(high / step)
        ready = [f for f in forms if all(x == name or x in env for x in f)]
        for _ in range(6 if first <= last else 0):
            # Mostly near a bound, if there is one.
            near = [self.chance.randint(first, last) for _ in range(2)]
            env[name] = (near[0] if (bounds[0] is None) == (bounds[1] is None) else max(near) if bounds[0] is None else min(near)) * step
            if natural(*[sum(c * env[x] for x, c in f.items()) for f in ready]):
                return True
        return False

    def number(self):
        return Fraction(self.chance.randint(-6, 6), self.chance.choice((1, 2)))

    def direction(self):
        u, v = self.number(), self.number()
        out = [x / (1 + u * u + v * v) for x in (2 * u, 2 * v, 1 - u * u - v * v)]
        self.chance.shuffle(out)
        return out

    def others(self, kind, names, extra, env):
        if kind in ("numbers", "functions"):
            env.update({x: [self.number() for _ in range(SITES)] if extra else self.number() for x in names})
        for x, y, z in zip(*[iter(names)] * 3) if kind == "directions" else ():
            found = [self.direction() for _ in range(SITES)]
            env.update(zip((x, y, z), map(list, zip(*found)) if extra else found[0]))
        for p, q in zip(*[iter(names)] * 2) if kind == "spinors" else ():
            a, b = (complex(self.chance.uniform(-1, 1), self.chance.uniform(-1, 1)) for _ in "pq")
            env[p], env[q] = a / math.hypot(abs(a), abs(b)), b / math.hypot(abs(a), abs(b))
        if kind == "families":
            at = At(self.needs, env)
            orders = [at.term(x, env) for x in extra]
            indices = [(m, q) for m in magnetic(orders[0]) for q in magnetic(orders[1])]
            for x in names:
                known = x in self.needs.definitions
                env[x] = orders, {k: at.defined_value(x, k) if known else self.number() for k in indices}


def tried(needs, sentence, vanishing, chance):
    """Why a sentence is false or cannot be tried, or None."""
    (laws, _, where), draw, points, telling, large = sentence, Draw(needs, sentence, chance), 0, 0, 0
    for _ in range(TRIES * POINTS):
        if points >= POINTS or large >= TELLING or telling >= TELLING * len(laws):
            break
        point = draw.point()
        if point is None:
            continue
        at, why = At(needs, point, chance), None
        try:
            if where and not at.holds(where, point):
                continue
            for law in laws:
                at.size = 0
                why = why or at.differs(law)
                telling += at.size > 0
                if vanishing and law.kind == "law" and (vanishing is True or at.holds(vanishing, point)):
                    why = why or at.remains(law)
            points += 1
        except NoValue as failure:
            why = failure
        except (OverflowError, RecursionError):
            large += 1
        if why:
            return f"false at a point, {', '.join(f'{x} = {v}' for x, v in point.items() if x not in ('i', 'pi'))}: {why}"[:1000]
    return None if points or large else "one for which no point has been found"


SEEN = {}


def counterexample(p):
    """Why a proved statement is false, or cannot be tried; None if it holds at the points tried, or is in words."""
    if p.kind not in IN_WORDS and p.text not in SEEN:
        reader, chance = Reader(p.text), random.Random(p.text)
        try:
            sentences = reader.statement()
            needs = Needs(reader.definitions)
            SEEN[p.text] = next(filter(None, (tried(needs, s, reader.vanishing, chance) for s in sentences)), None)
        except Unreadable as why:
            SEEN[p.text] = f"not one that can be read: {why}"
    return SEEN.get(p.text)
