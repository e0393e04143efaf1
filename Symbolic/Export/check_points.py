"""What check_theorem.py asks besides a proof: is the statement true at random points?

Symbols are computed from their definitions in quantum numbers (Racah's formulas, powers multiplied out), not from the forms that
the proofs use; sums are summed, powers of polynomials multiplied out, harmonics made from powers of N. Quantum numbers are doubled.
Points at which numbers are too large to be computed with are passed over.
"""
import math
import random
from fractions import Fraction

RANDOM = random.Random(1)
LETTERS = (2, -3, 1, 4)
POINTS, TRIES, MOST = 6, 4000, 2000


def whole(*numbers):
    return all(n >= 0 and n % 2 == 0 for n in numbers)


def bounded(*numbers):
    if max(map(abs, numbers), default=0) > MOST:
        raise OverflowError("too large to be computed with")
    return numbers


def factorial(n):
    return math.factorial(*bounded(n))


def f(twice):
    return factorial(twice // 2)


def triad(a, b, c):
    return whole(a + b - c, a - b + c, b + c - a)


def threej(j1, j2, j3, m1, m2, m3):
    if m1 + m2 + m3 or not triad(j1, j2, j3) or not whole(j1 + m1, j1 - m1, j2 + m2, j2 - m2, j3 + m3, j3 - m3):
        return 0.0
    total = Fraction(0)
    for s in range(0, j1 + j2 - j3 + 1, 2):
        below = [s, j1 + j2 - j3 - s, j1 - m1 - s, j2 + m2 - s, j3 - j2 + m1 + s, j3 - j1 - m2 + s]
        if min(below) >= 0:
            total += Fraction((-1) ** (s // 2), math.prod(map(f, below)))
    square = Fraction(math.prod(map(f, (j1 + j2 - j3, j1 - j2 + j3, j2 + j3 - j1, j1 + m1, j1 - m1, j2 + m2, j2 - m2, j3 + m3, j3 - m3))),
                      f(j1 + j2 + j3 + 2))
    return (-1) ** ((j1 - j2 - m3) // 2) * math.sqrt(square) * total


def sixj(a, b, c, d, e, g):
    triads = [(a, b, c), (a, e, g), (d, b, g), (d, e, c)]
    if not all(triad(*t) for t in triads):
        return 0.0
    low, high = [sum(t) for t in triads], [a + b + d + e, b + c + e + g, c + a + g + d]
    total = sum((Fraction((-1) ** (s // 2) * f(s + 2), math.prod(f(s - x) for x in low) * math.prod(f(x - s) for x in high))
                 for s in range(max(low), min(high) + 1, 2)), Fraction(0))
    square = math.prod((Fraction(f(x + y - z) * f(x - y + z) * f(y + z - x), f(x + y + z + 2)) for x, y, z in triads), start=Fraction(1))
    return math.sqrt(square) * total


def element(j, n, m):
    """The coefficient of u^(j+n) v^(j-n) in (a u + c v)^(j+m) (b u + d v)^(j-m), times the roots of the factorials."""
    if not whole(j + n, j - n, j + m, j - m):
        return 0.0
    a, b, c, d = LETTERS
    row = [1]
    for x, y in [(a, c)] * ((j + m) // 2) + [(b, d)] * ((j - m) // 2):
        row = [x * p + y * q for p, q in zip(row + [0], [0] + row)]
    return row[(j - n) // 2] * math.sqrt(Fraction(f(j + n) * f(j - n), f(j + m) * f(j - m)))


VALUES = {"3j": threej, "6j": sixj, "D": element}


def defined(name, q):
    if name == "3j":
        return triad(*q[:3]) and sum(q[3:]) == 0 and all(whole(j + m, j - m) for j, m in zip(q[:3], q[3:]))
    if name == "D":
        return whole(q[0] + q[1], q[0] - q[1], q[0] + q[2], q[0] - q[2])
    a, b, c, d, e, g = q
    return triad(a, b, c) and triad(a, e, g) and triad(d, b, g) and triad(d, e, c)


def quanta(name):
    while True:
        j = [RANDOM.randrange(8) for _ in range(6)]
        m = [RANDOM.randrange(-x, x + 1, 2) if x else 0 for x in j]
        n = RANDOM.randrange(-j[0], j[0] + 1, 2) if j[0] else 0
        q = j if name == "6j" else [j[0], m[0], n] if name == "D" else j[:3] + m[:2] + [-m[0] - m[1]]
        if defined(name, q):
            return q


def total(term, point):
    """The term summed over its index."""
    bare = [(x.at({**point, term.index: 0}), x.change({term.index: 1})) for x in term.down]
    low, high = max(-b for b, k in bare if k == 1), min(b for b, k in bare if k == -1)
    bounded(high - low)
    out = Fraction(0)
    for s in range(low, high + 1):
        here = {**point, term.index: s}
        below = [x.at(here) for x in term.down]
        if min(below) >= 0:
            under = math.prod(map(factorial, below))
            power = math.prod(point[x] ** e.at(here) for x, e in term.powers.items())
            sign = (-1) ** (s % 2) if term.alternating else 1
            out += Fraction(sign * power * math.prod(factorial(x.at(here)) for x in term.up), under)
    return out


def draw(names, low, high):
    return {x: RANDOM.randint(low, high) for x in names}


# ---- what each kind of statement says at a point: both sides (and how large the first one's summands are), or None outside the domain

def is_symbol(f):
    return hasattr(f, "quanta")


def numbers(v, point):
    return bounded(*[int(x.at(point)) for x in v[1]])


def line(p, point):
    return [{**point, "t": t} for t in range(-20, 21)] if p.bound else [point]


def holds(p, c, point):
    kind, of = c
    if kind in ("all", "one of"):
        return (all if kind == "all" else any)(holds(p, x, point) for x in of)
    if kind in ("defined", "somewhere"):
        return any(defined(of[0].name, numbers(of, at)) for at in (line(p, point) if kind == "somewhere" else [point]))
    if kind == "natural":
        return all(x.at(point) >= 0 and x.at(point) == int(x.at(point)) for x in of)
    return of.at(point) >= 0 if kind == ">= 0" else all(x.at(point) for x in of)


def value(v, point):
    f, twice = v
    if is_symbol(f):
        return VALUES[f.name](*numbers(v, point))
    return total(f, {**{x: k.at(point) // 2 for x, k in zip(f.parameters, twice)}, **{x: point[x] for x in f.powers}})


def summands(p, products, point):
    """A product of symbols is 0 where one is not defined, whatever stands before it."""
    out = []
    for one in products:
        for at in line(p, point) if any(x.has("t") for _, xs in one.values for x in xs) else [point]:
            values = math.prod(value(v, at) for v in one.values)
            if values and all(x.at(at) >= 0 for x in one.down):
                up, down, root_up, root_down = (math.prod(factorial(x.at(at)) for x in xs)
                                                for xs in (one.up, one.down, one.root_up, one.root_down))
                values *= one.coefficient.at(at) * (-1) ** (int(one.sign.at(at)) % 2) * Fraction(up, down)
                values *= math.prod(at[x] ** e.at(at) for x, e in one.powers.items())
                square = math.prod(x.at(at) for x in one.roots) * Fraction(root_up, root_down)
                out.append(values if square == 1 else values * math.sqrt(square))
    return out


def equation(p):
    symbols = any(is_symbol(f) for one in p.left + p.right for f, _ in one.values)
    shift = RANDOM.choice(p.shifts) if hasattr(p, "shifts") else [0] * len(p.free)
    if is_symbol(p.variables):
        q = quanta(p.variables.name)
        point = {x: Fraction(a - b, 2) for x, a, b in zip(p.free, q + [RANDOM.randrange(8)], list(shift) + [0])}
    else:
        low, high = (0, 6) if p.variables == "naturals" else (-4, 5)
        point = {x: RANDOM.randint(low, high) - k // 2 for x, k in zip(p.free, shift)}
    point.update(zip(p.letters, LETTERS) if symbols else draw(p.letters, -3, 3))
    if not holds(p, p.where, point):
        return None
    left, right = summands(p, p.left, point), summands(p, p.right, point)
    return sum(left), sum(right), sum(map(abs, left + right)) if symbols else 0


def coefficient(p):
    point = {**draw(p.term.parameters, -1, 3), **draw(p.term.powers, -3, 3)}
    exponents = [e.at(point) for e in p.powers]
    if not all(0 <= e <= 4 for e in exponents):
        return None
    product = None
    for factor, e in zip(p.factors, exponents):
        for _ in range(e):
            product = factor if product is None else product * factor
    goal = {v: e.at(point) for v, e in p.goals.items() if v not in p.term.powers}
    left = sum(c * math.prod(point.get(v, 1) for v in m) for m, c in (product or {(): 1}).items()
               if all(m.count(v) == e for v, e in goal.items()))
    return left, (-1) ** (p.parity.at(point) % 2) * math.prod(map(factorial, exponents)) * total(p.term, point)


def power(p, at):
    out = None
    for factor, e in zip(p.factors, p.powers):
        for _ in range(e.at(at)):
            out = factor if out is None else out * factor
    return out


def annihilation(p):
    at = draw(p.exponents, 0, 2)
    start = power(p, at) if all(0 <= e.at(at) <= 3 for e in p.powers) else None
    if start is None:
        return None
    # Exact in the letters, i apart; the exponents are numbers.
    numbers = {x: start * 0 + n for x, n in at.items()}
    out = start * 0
    for c, derivations in p.words:
        image = start
        for one in reversed(derivations):
            image = sum((d.put(numbers) * image.diff(v) for v, d in one), start * 0)
        out = out + c.put(numbers) * image
    point = {**draw(p.variables, -3, 3), "i": 1j}
    return out.at(point), 0


def substitution(p):
    at = draw(p.exponents, 0, 2)
    if not all(0 <= e.at(at) <= 20 for e in p.powers):
        return None
    point = {**draw(p.variables, -3, 3), "i": 1j}
    moved = {**point, **{v: x.at(point) for v, x in p.changed.items()}}
    return (math.prod(x.at(moved) ** e.at(at) for x, e in zip(p.factors, p.powers)),
            math.prod(x.at(point) ** e.at(at) for qs, e in zip(p.split, p.powers) for x in qs))


def top(s):
    return s if isinstance(s, str) else s[2]


def labels(s):
    return [s] if isinstance(s, str) else [s[2]] + labels(s[0]) + labels(s[1])


def obeys(s, at):
    return isinstance(s, str) or triad(at[top(s[0])], at[top(s[1])], at[s[2]]) and obeys(s[0], at) and obeys(s[1], at)


def product(at, p, six=None, sums=None):
    six, sums = p.symbols if six is None else six, p.sums if sums is None else sums
    known = [s for s in six if all(x in at for x in s)]
    out = math.prod(sixj(*[at[x] for x in s]) for s in known)
    if out and sums:
        rest = [s for s in six if s not in known]
        return out * sum(product({**at, sums[0]: k}, p, rest, sums[1:]) for k in range(13))
    return out and out * (-1) ** (p.sign.at(at) // 2) * math.prod(math.sqrt(at[x] + 1) for x in p.roots)


def momenta(p, sides, scheme):
    """Angular momenta with which a scheme obeys the triangle rules, and any others that the sides need."""
    free = dict.fromkeys(labels(scheme) + labels(p.end) + [x for s in sides for t in s.symbols for x in t])
    at = {x: RANDOM.randrange(4) for x in free if x != "0" and not any(x in s.sums for s in sides)} | {"0": 0}
    return at if all(x in at for x in labels(scheme)) and obeys(scheme, at) else None


def recoupling(p):
    at = momenta(p, [p.left, p.right], p.start)
    return at and (product(at, p.left), product(at, p.right))


def delta(p):
    at = momenta(p, [p.left], p.start)
    left = at and product(at, p.left)
    return None if not left else (left, float(all(at[x] == at[y] for x, y in p.pairs)))


def state(s, m, at):
    if isinstance(s, str):
        return {((s, m),): 1.0}
    out, (a, b, c) = {}, (at[top(s[0])], at[top(s[1])], at[s[2]])
    for m1 in range(-a, a + 1, 2):
        w = (-1) ** ((a - b + m) // 2) * math.sqrt(c + 1) * threej(a, b, c, m1, m - m1, -m)
        for x, u in state(s[0], m1, at).items() if w else ():
            for y, v in state(s[1], m - m1, at).items():
                out[tuple(sorted(x + y))] = out.get(tuple(sorted(x + y)), 0) + w * u * v
    return out


def path(p):
    at = momenta(p, [p.left], p.start)
    if not at or not obeys(p.end, at):
        return None
    one, other = state(p.start, at[top(p.start)], at), state(p.end, at[top(p.end)], at)
    return product(at, p.left), sum(u * other.get(k, 0) for k, u in one.items())


# ---- harmonics: r^l Y_lm, the polynomial's value or its derivative (differences that are exact to degree 4)

def solid(l, m, x, y, z):
    if abs(m) > l:
        return 0
    row = [1]
    for _ in range(l):
        row = [(x + 1j * y) * a + 2 * z * b - (x - 1j * y) * c for a, b, c in zip(row + [0, 0], [0] + row + [0], [0, 0] + row)]
    size = math.sqrt((2 * l + 1) / (4 * math.pi) * math.factorial(l - m) * math.factorial(l + m)) / (2 ** l * math.factorial(l))
    return (-1) ** (m % 2) * size * row[l - m]


def slope(function, r, axis):
    at = lambda k: function(*[x + k * (i == axis) for i, x in enumerate(r)])
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12


def degree():
    l = RANDOM.randint(1, 4)
    return l, RANDOM.randint(-l, l), [RANDOM.uniform(-1, 1) for _ in range(3)]


def recursions(_):
    l, m, (x, y, z) = degree()
    s = lambda l, m: solid(l, m, x, y, z)
    kind, root = RANDOM.randrange(3), math.sqrt
    if kind == 0 and l > 1:
        b = root(max(0, (l + m - 1) * (l - m - 1)) / (2 * l - 3))
        return (root((l + m) * (l - m) / (2 * l + 1)) * s(l, m),
                root(2 * l - 1) * z * s(l - 1, m) - b * (x * x + y * y + z * z) * s(l - 2, m))
    if kind == 1:
        return 2 * m * z * s(l, m), -(root((l + m) * (l - m + 1)) * (x + 1j * y) * s(l, m - 1)
                                      + root((l - m) * (l + m + 1)) * (x - 1j * y) * s(l, m + 1))
    sign = RANDOM.choice((1, -1))
    return s(l, sign * l), -sign * root((2 * l + 1) / (2 * l)) * (x + sign * 1j * y) * s(l - 1, sign * (l - 1))


def gradients(_):
    l, m, r = degree()
    d = [slope(lambda *at: solid(l, m, *at), r, i) for i in range(3)]
    g = (2 * l + 1) / (2 * l - 1)
    return RANDOM.choice([(d[2], math.sqrt(g * (l - m) * (l + m)) * solid(l - 1, m, *r)),
                          (d[0] + 1j * d[1], math.sqrt(g * (l - m) * (l - m - 1)) * solid(l - 1, m + 1, *r)),
                          (d[0] - 1j * d[1], -math.sqrt(g * (l + m) * (l + m - 1)) * solid(l - 1, m - 1, *r))])


def real_recursions(_):
    l, m, r = degree()
    k, sign = abs(m), 1 if m >= 0 else -1

    def real(l, m, *r):
        if abs(m) > l:
            return 0
        s = (-1) ** (m % 2) * solid(l, abs(m), *r)
        return s.real * (math.sqrt(2) if m else 1) if m >= 0 else s.imag * math.sqrt(2)
    below = lambda s, n: 0 if n < 0 or n == 0 and s < 0 else real(l - 1, s * n, *r)
    g = (2 * l + 1) / (2 * l - 1)
    alpha = math.sqrt(g * (l - k) * (l - k - 1)) / 2 * (math.sqrt(2) if k == 0 else 1)
    beta = (math.sqrt(g * (l + k) * (l + k - 1)) / 2 * (math.sqrt(2) if k == 1 else 1)) if k else 0
    d = [slope(lambda *at: real(l, m, *at), r, i) for i in range(3)]
    found = [(d[2], math.sqrt(g * (l - k) * (l + k)) * below(sign, k)), (d[0], -alpha * below(sign, k + 1) + beta * below(sign, k - 1)),
             (d[1], -sign * (alpha * below(-sign, k + 1) + beta * below(-sign, k - 1)))]
    s = math.sqrt((2 * l + 1) / (2 * l)) if l > 1 else math.sqrt(3)
    found += [(real(l, l, *r), s * (r[0] * below(1, l - 1) - r[1] * below(-1, l - 1))),
              (real(l, -l, *r), s * (r[0] * below(-1, l - 1) + r[1] * below(1, l - 1)))]
    if k < l and l > 1:
        b = math.sqrt((2 * l + 1) * max(0, (l - 1 - k) * (l - 1 + k)) / ((2 * l - 3) * (l - k) * (l + k)))
        found.append((real(l, m, *r), math.sqrt((2 * l + 1) * (2 * l - 1) / ((l - k) * (l + k))) * r[2] * below(sign, k)
                      - b * sum(x * x for x in r) * real(l - 2, m, *r)))
    return RANDOM.choice(found)


def gaunt(_):
    l1, l2, L = (RANDOM.randrange(4) for _ in range(3))
    m1, m2 = RANDOM.randint(-l1, l1), RANDOM.randint(-l2, l2)
    M = m1 + m2
    if abs(M) > L:
        return None

    def g(l1, l2, L):
        if min(l1, l2, L) < 0:
            return 0
        j = (2 * l1, 2 * l2, 2 * L)
        return math.sqrt((2 * l1 + 1) * (2 * l2 + 1) * (2 * L + 1)) * threej(*j, 0, 0, 0) * threej(*j, 2 * m1, 2 * m2, -2 * M)
    a = lambda l, m: math.sqrt((l + m) * (l - m) / ((2 * l - 1) * (2 * l + 1)))
    sides = [a(l1 + 1, m1) * g(l1 + 1, l2, L) + a(l1, m1) * g(l1 - 1, l2, L),
             a(l2 + 1, m2) * g(l1, l2 + 1, L) + a(l2, m2) * g(l1, l2 - 1, L),
             a(L + 1, M) * g(l1, l2, L + 1) + a(L, M) * g(l1, l2, L - 1)]
    return sides[0], RANDOM.choice(sides[1:])


KINDS = {"coefficient": coefficient, "annihilation": annihilation, "substitution": substitution, "recoupling": recoupling,
         "delta": delta, "path": path, "coefficient-extraction / recursions": recursions,
         "coefficient-extraction / gradients": gradients, "coefficient-extraction / real": real_recursions, "direction / gaunt": gaunt}
SEEN = set()


def differ(x, y, size=0):
    """Fractions are compared as they are, other numbers up to what rounding does to the largest."""
    if isinstance(x, (int, Fraction)) and isinstance(y, (int, Fraction)):
        return x != y
    x, y = complex(x), complex(y)
    return abs(x - y) > 1e-8 * (1 + abs(x) + abs(y) + size)


def counterexample(p):
    """Both sides of a proved statement where they differ; None where they do not, or where there is nothing to compare."""
    sides = equation if hasattr(p, "equation") else KINDS.get(p.kind)
    if not sides or p.text in SEEN:
        return None
    SEEN.add(p.text)
    points = 0
    for _ in range(TRIES):
        try:
            found = sides(p)
            if found and differ(*found):
                return found
        except OverflowError:
            found = None
        points += bool(found)
        if points == POINTS:
            break
    return None
