"""What check_theorem.py needs for theorems about coupling trees and coupling schemes: the rules that compute types of trees and paths
between schemes, and those written arguments whose statements are about any tree. The rules register themselves when they are imported.
"""
from collections import Counter
from types import SimpleNamespace

from check_theorem import DEFINED, SYMBOLS, Poly, fresh, items, names_of, need, proved, put, rule, say, true_or_false, var


# ---- types of coupling trees: orders, fields (rank, axial, time-odd), and signs: (-1) to a sum of names and 1, as a set of these

def sign_of(order):
    return frozenset([order] if isinstance(order, str) else ["1"] * (order % 2))


def sign_text(sign):
    return f"(-1)**({' + '.join(sorted(sign - {'1'}) + ['1'] * ('1' in sign))})" if sign else "1"


def order_of(value):
    need(type(value) is int and 0 <= value <= 10 ** 6 or isinstance(value, str) and names_of([value]), f"no order: {value!r}")
    return value


def parts_of(tree):
    return [tree] + [y for x in tree if isinstance(x, list) for y in parts_of(x)]


def occurs(kind, tree):
    return any(x[:1] == [kind] for x in parts_of(tree))


def fields_text(p):
    """What the fields are, and words of a family's name that need explanation."""
    kind = lambda f: ("axial " if f[1] else "polar ") + ("vector" if f[0] else "scalar")
    listed = ", ".join(f"{n} a {kind(f)} field, {'odd' if f[2] else 'even'} under time reversal" for n, f in sorted(p.fields.items()))
    return listed + "".join(say(word) for word in ("MAP", "GRAD") if occurs(word.lower(), getattr(p, "tree", [])))


def typed(tree, apart, fields, given):
    """Of a family: its name, its orders, its signs under the inversion and time reversal, when the generators rotate positions and
    fields apart, or jointly. They act linearly on sums, as derivations on couplings, by the ladder of the coupling coefficients."""
    inside = lambda tree, apart=apart: typed(tree, apart, fields, given)
    kind, *parts = tree
    if kind == "leaf":
        (name, l), (rank, axial, odd) = parts, fields[parts[0]]
        need(apart or rank == 0, "a vector's two indices are not coupled")
        return f"{name}({l})", (l, rank)[:1 + apart], sign_of(l) ^ sign_of(rank) ^ sign_of(int(axial)), sign_of(int(odd))
    if kind == "any":
        need(not apart and len(parts) == 1, "a family is assumed to be equivariant under joint rotations")
        return parts[0], (given[parts[0]],), frozenset([f"p({parts[0]})"]), frozenset([f"t({parts[0]})"])
    if kind == "join":
        (inner, j), (text, _, *signs) = parts, inside(parts[0], True)
        need(not apart, "what is joined rotates jointly")
        return f"{text[:-1]}->{j})" if inner[0] == "leaf" else f"join({text}, {j})", (j,), *signs
    if kind == "couple":
        a, b, *orders = parts
        need(len(orders) == 2 and (apart or orders[1] == 0) or len(orders) == 1 and not apart, "the families rotate otherwise")
        (x, _, p, t), (y, _, q, u) = (inside(f, len(orders) == 2) for f in (a, b))
        return f"couple({x}, {y}{',;'[len(orders) - 1]} {', '.join(map(str, orders))})", tuple(orders[:1 + apart]), p ^ q, t ^ u
    if kind == "map":
        (inner,) = parts
        text, *same = inside(inner)
        return f"map({text})", *same
    if kind == "sum":
        texts, *types = zip(*map(inside, parts))
        need(all(len(set(x)) == 1 for x in types), "orders or signs differ")
        return f"({' + '.join(texts)})", *[x[0] for x in types]
    need(kind == "grad" and len(parts) in (1, 2), "there is no such family")
    inner, *by = parts
    text, orders, parity, time = inside(inner)
    need(set(orders) == {0} and (not by or ["leaf", *by] in [x[:2] for x in parts_of(inner)]), "no scalar, or no such field")
    rank, axial, odd = fields[by[0]] if by else (1, False, False)
    need(rank == 1, "a derivative is by a vector")
    return (f"grad({'; '.join([text, *by])})", ((0, 1) if apart and by else (1, 0))[:1 + apart], parity ^ sign_of(int(not axial)),
            time ^ sign_of(int(odd)))


@rule(["typing"], ...)
def typing(d, *premises):
    """A family on which the generators act by the standard matrices of its orders; some are assumed to be so, with their orders."""
    tree, apart = d["family"], true_or_false(d["apart"])
    fields = {f["name"]: (f["rank"], true_or_false(f["axial"]), true_or_false(f["timeOdd"])) for f in items(d["fields"])}
    need(all(type(f[0]) is int and f[0] in (0, 1) for f in fields.values()), "a field has rank 0 or 1")
    given, nodes = dict(x.split(" ") for x in items(d["given"])), parts_of(tree)
    leaves, assumed = ({x[1] for x in nodes if x[0] == kind} for kind in ("leaf", "any"))
    need(len(nodes) <= 1000, "a family of more than 1000 nodes")
    need(len(leaves) == len(d["fields"]) and len(assumed) == len(d["given"]), "other fields or assumed families than occur")
    places = {"leaf": 2, "join": 2, "couple": 3}
    orders = {order_of(x) for n in nodes if n[0] in places for x in n[places[n[0]]:]}
    orders = sorted(x for x in orders if isinstance(x, str))
    taken = orders + sorted(fields) + [x for pair in sorted(given.items()) for x in pair]
    names_of([*fields, *given, *{*orders, *given.values()}], 2000)
    needed = ["coefficient-extraction"] * bool(fields) + ["coupling-ladder"] * (occurs("join", tree) or occurs("couple", tree))
    need([p.kind for p in premises] == needed, f"the premises must be {needed}")
    name, action, parity, time = typed(tree, apart, fields, given)
    A = fresh(taken, "A")
    m = fresh([A] + taken, "m")
    acts = say("SEPARATELY" if apart else "JOINTLY", A=A, family=name, m=m, k=fresh([A, m] + taken, "k"), order=action[0], spin=action[-1])
    out = proved("family", "", *[DEFINED["CHAIN"]] * bool(fields), name=name, tree=tree, fields=fields, given=given, action=action,
                 parity=parity, time=time, taken=taken)
    listed = ", ".join(f"{n} of order {o}" for n, o in sorted(given.items()))
    out.text = say("FAMILY", given=f" and all equivariant families {listed}" if given else "", acts=acts, parity=sign_text(parity),
                   time=sign_text(time), fields=(", with " if fields else "") + fields_text(out))
    return out


@rule(["induction"], ...)
def induction(d, *premises):
    """Every coupling tree is a leaf, of one of some fields, or two such trees that are coupled."""
    *leaves, step = premises
    need(all(p.kind == "family" and len(p.action) == 1 for p in premises), "a premise is not about a family under joint rotations")
    fields = {}
    for p in leaves:
        inner, orders = (p.tree[1], p.tree[2:]) if p.tree[0] == "join" else (p.tree, [])
        orders = inner[2:] + orders
        need(inner[0] == "leaf" and all(isinstance(x, str) for x in orders) and len(set(orders)) == len(orders)
             and inner[1] not in fields, "a premise is not about the leaves of a field")
        fields.update(p.fields)
    couples = step.tree[0] == "couple" and step.tree[1][0] == step.tree[2][0] == "any" and isinstance(step.tree[3], str)
    need(fields and couples and len(step.given) == 2 and len({*step.given.values(), step.tree[3]}) == 3,
         "the step is not about any two families")
    return proved("every", say("EVERY", fields=fields_text(SimpleNamespace(fields=fields))), fields=fields)


@rule(["R4-invariant", "R5-sign", "R7-permutation"], ...)
def fact(d, p):
    """At order 0 nothing is left to act; signs have been multiplied; leaves are sums over sites, and a gradient is not."""
    kind = d["rule"].split("-")[1]
    if kind == "invariant" and p.kind == "every":
        return proved("every invariant", say("EVERY INVARIANT", fields=fields_text(p)), DEFINED["CONNECTED"])
    need(p.kind == "family" and not p.given, "the premise is not about a family without hypotheses")
    need(kind != "invariant" or set(p.action) == {0}, "the order is not 0")
    need(kind != "permutation" or not occurs("grad", p.tree), "the family is not made of sums over sites")
    words = {"family": p.name, "parity": sign_text(p.parity), "time": sign_text(p.time)}
    if kind == "sign":
        under_time = true_or_false(d["time"])
        words.update(sign=words["time" if under_time else "parity"], operation="time reversal" if under_time else "the inversion")
    words["group"] = "joint rotations of positions and fields" if len(p.action) == 1 else DEFINED["APART"]
    text = say("FACT", said=say(kind.upper(), **words), fields=fields_text(p))
    return proved(kind, text, *[DEFINED["CONNECTED"]] * (kind == "invariant"))


# ---- coupling schemes: a name, or two schemes and the name of what they are coupled to

def read_scheme(s):
    need(isinstance(s, str) or isinstance(s, list) and len(s) == 3 and isinstance(s[2], str), "a scheme is a name or [left, right, name]")
    return s if isinstance(s, str) else (read_scheme(s[0]), read_scheme(s[1]), s[2])


def top(s):
    return s if isinstance(s, str) else s[2]


def nodes(*schemes):
    """All parts of schemes, each before its own parts."""
    return [x for s in schemes for x in ([s] if isinstance(s, str) else [s] + nodes(s[0], s[1]))]


def labels(*schemes):
    return list(map(top, nodes(*schemes)))


def leaves(scheme):
    return [s for s in nodes(scheme) if isinstance(s, str)]


def triads(*schemes):
    return [(top(s[0]), top(s[1]), s[2]) for s in nodes(*schemes) if not isinstance(s, str)]


def relabelled(s, new):
    return s if isinstance(s, str) else (relabelled(s[0], new), relabelled(s[1], new), new.get(s[2], s[2]))


def scheme_text(s):
    return s if isinstance(s, str) else f"({scheme_text(s[0])} {scheme_text(s[1])}){s[2]}"


class Coupled:
    """A sign, roots sqrt(2*x + 1) and 6j symbols of labels, one of which may be 0, summed over labels."""

    def __init__(self, sign, roots, symbols, sums):
        self.sign, self.roots, self.symbols, self.sums = sign, list(roots), list(symbols), list(sums)

    def put(self, new):
        one = lambda x: new.get(x, x)
        sign = self.sign.put({x: 0 if y == "0" else var(y) for x, y in new.items()})
        return Coupled(sign, [one(x) for x in self.roots if one(x) != "0"], [tuple(map(one, s)) for s in self.symbols], map(one, self.sums))

    def sum_over(self, sums):
        return Coupled(self.sign, self.roots, self.symbols, sums)

    def triads(self):
        return [tuple(s[i] for i in t) for s in self.symbols for t in ((0, 1, 2), (0, 4, 5), (3, 1, 5), (3, 4, 2))]

    def show(self):
        names = sorted(x for m in self.sign for x in m)
        parts = [f"(-1)**({self.sign.show(names)})"] * bool(names)
        for x, n in Counter(self.roots).items():
            parts += [f"(2*{x} + 1)"] * (n // 2) + [f"sqrt(2*{x} + 1)"] * (n % 2)
        sums = f"sum over all angular momenta {', '.join(self.sums)} of " * bool(self.sums)
        return sums + ("*".join(parts + ["6j({}, {}, {}; {}, {}, {})".format(*s) for s in self.symbols]) or "1")


def for_momenta(law, schemes, *remarks):
    """What is said of all angular momenta with which schemes obey the triangle rules."""
    names = [x for x in dict.fromkeys(labels(*schemes)) if x != "0"]
    rules = dict.fromkeys(f"({', '.join(t)})" for t in triads(*schemes))
    law += f" for all angular momenta {', '.join(names)}" * bool(names) + f", wherever {', '.join(rules)} are triads" * bool(rules)
    return "; ".join([law, DEFINED["OUTSIDE"], *remarks])


def recoupling(start, end, left, right, pairs=()):
    """Two products are equal; or, without a second one, the first is 1 where labels are equal in pairs, and otherwise 0."""
    other = right.show() if right else "*".join(f"delta({x}, {y})" for x, y in pairs)
    text = for_momenta(f"{left.show()} = {other}", [start, end])
    return proved("recoupling" if right else "delta", text, start=start, end=end, left=left, right=right)


def path(start, end, value):
    """The states of one scheme are sums over those of another."""
    law = f"<{scheme_text(start)}|{scheme_text(end)}> = {value.show()}"
    text = for_momenta(law, [start, end], DEFINED["OVERLAP"])
    return proved("path", text, start=start, end=end, left=value, right=value)


def follow(scheme, moves):
    """The scheme at the end of a path, and what its moves bring, by the premise that a 6j symbol is the coefficient of one."""
    parts, moves = {s[2]: (top(s[0]), top(s[1])) for s in nodes(scheme) if not isinstance(s, str)}, [m.split(" ") for m in items(moves)]
    sign, roots, symbols, sums = Poly(), [], [], [m[2] for m in moves if len(m) == 3]
    need(len(labels(scheme)) <= 200 and len(moves) <= 200, "more than 200 names or moves")
    names_of(labels(scheme) + sums, 400)
    for kind, node, *new in moves:
        need(kind in ("exchange", "leftwards", "rightwards") and len(new) == (kind != "exchange"), "an unknown move")
        left, right = parts.get(node, (None, None))
        old = {"leftwards": right, "rightwards": left}.get(kind, node)  # which is taken apart
        need(old in parts, "a move does not apply")
        if kind == "exchange":
            parts[node] = right, left
            sign += var(left) + var(right) - var(node)
            continue
        (x, y), new = parts.pop(old), new[0]
        a, b, c = (left, x, y) if kind == "leftwards" else (x, y, right)
        parts[new], parts[node] = ((a, b), (new, c)) if kind == "leftwards" else ((b, c), (a, new))
        e, f = (new, old) if kind == "leftwards" else (old, new)
        sign, roots, symbols = sign + sum(map(var, (a, b, c, node))), roots + [e, f], symbols + [(a, b, e, c, node, f)]
    build = lambda x: (*map(build, parts[x]), x) if x in parts else x
    return build(top(scheme)), Coupled(sign, roots, symbols, sums)


@rule(["recoupling path", "rewriting"], "recoupling-induction")
def rewriting(d, _):
    """A path's product; or those of two paths, equal by linear independence. Labels that remain at the end are not summed over."""
    start, is_path = read_scheme(d["scheme"]), d["rule"] == "recoupling path"
    (end, left), second = follow(start, d["moves" if is_path else "first"]), [] if is_path else items(d["second"])
    fixed = lambda p: p.sum_over([x for x in p.sums if x not in labels(end)])
    if is_path:
        need(d["moves"], "there are no moves")
        result = path(start, end, fixed(left))
    elif second:
        end2, right = follow(start, second)
        need(end == end2, "the paths do not end in the same scheme")
        result = recoupling(start, end, fixed(left), fixed(right))
    else:
        pairs = [(x, y) for x, y in zip(labels(end), labels(start)) if x != y]
        need(pairs and relabelled(end, dict(pairs)) == start, "the path does not return to the scheme with labels renamed")
        result = recoupling(start, end, left.sum_over([x for x in left.sums if x not in dict(pairs)]), None, pairs)
    result.assumptions = [DEFINED["INDEPENDENCE"]]
    return result


def orders_of(p):
    """Orders of the six places that leave a 6j symbol as it is, from its symmetries."""
    symbol = SYMBOLS["6j"]
    places = [var(q) * 2 for q in symbol.quanta]
    images = [put(put(symbol.twice.values(), s.images), symbol.in_quanta) for s in p.parts
              if s.kind == "symmetry" and s.symbol is symbol and s.parity.even()]
    return [[places.index(f) for f in image] for image in images if all(f in places for f in image)]


def without(roots, gone):
    left = list(roots)
    for x in gone:
        need(x in left, "a root does not cancel")
        left.remove(x)
    return left


@rule(["relabelling"], "all", "recoupling")
def relabelling(d, symmetries, p):
    """left = right becomes left = (right in other names) where left in other names is left, by symmetries of the 6j symbol."""
    new, schemes, orders = dict(x.split(" ") for x in items(d["names"])), [p.start, p.end], orders_of(symmetries)
    need("0" not in labels(*schemes) and len(new) == len(d["names"]), "a label is 0, or a name is renamed twice")
    names_of([new.get(x, x) for x in dict.fromkeys(labels(*schemes) + p.left.sums + p.right.sums)], 400)
    common = [x for x in (Counter(p.left.roots) & Counter(p.right.roots)).elements() if x not in p.left.sums + p.right.sums]
    left, right = (Coupled(x.sign, without(x.roots, common), x.symbols, x.sums) for x in (p.left, p.right))
    other, least = left.put(new), lambda s: min(tuple(s[i] for i in order) for order in orders)
    need(orders and Counter(map(least, other.symbols)) == Counter(map(least, left.symbols)), "the symbols differ by more than symmetries")
    need(Counter(other.roots) == Counter(left.roots) and set(other.sums) == set(left.sums), "other roots or sums")
    # The exponents of the signs differ by an even multiple of sums of triads, which are integers.
    difference, rows = other.sign - left.sign, [{x for x in t if t.count(x) % 2} for t in other.triads()]
    odd = {x for (x,), n in difference.items() if n % 4}
    while rows:
        first = rows.pop()
        if first:
            pivot = min(first)
            rows, odd = [row ^ first if pivot in row else row for row in rows], odd ^ first if pivot in odd else odd
    need(difference.even() and not odd, "the signs differ")
    known = set(map(frozenset, triads(*schemes)))
    need({frozenset(new.get(x, x) for x in t) for t in known} <= known, "the renamed schemes obey other triangle rules")
    return recoupling(*schemes, left, right.put(new))


@rule(["zero entry"], ...)
def zero_entry(d, symmetries, at_zero, p):
    """Where a label is 0. A triangle rule with 0 makes its other labels equal: one of the schemes, or of a symbol, which is 0 beyond it,
    so that of a sum over one of them one term is left. {a b c; 0 c b} is (-1)**(a + b + c)/sqrt((2*b + 1)*(2*c + 1)), and 0 beyond the
    triangle rule of a, b, c, which must be one of the schemes or of a symbol that is left."""
    need(symmetries.kind == "all" and at_zero.text == DEFINED["AT ZERO"] and p.kind in ("path", "recoupling"), "other premises")
    label, stay, rules = d["label"], leaves(p.start) + ["0"], triads(p.start, p.end)
    need(label in labels(p.start) and label not in stay + p.left.sums + p.right.sums, "the label cannot be 0")
    new, lost, named = {label: "0"}, [], lambda triads: [[new.get(x, x) for x in t] for t in triads]
    while True:
        pairs = [(i, *without(t, "0")) for i, t in enumerate(named(rules + p.right.triads())) if "0" in t]
        i, x, y = next(((i, x, y) for i, x, y in pairs if x != y), (0, None, None))
        if x is None:
            break
        # Of two labels that may go the second does.
        may_go = [z for z in ([x, y] if i < len(rules) else p.right.sums) if z in (x, y) and z not in stay]
        need(may_go, "a leaf would be 0, or two leaves equal, or two labels need not be equal")
        gone, kept = (y, x) if may_go[-1] == y else (x, y)
        new = {**{a: kept if b == gone else b for a, b in new.items()}, gone: kept}
    right = p.right.sum_over([x for x in p.right.sums if x not in new]).put(new)
    for s in [s for s in right.symbols if "0" in s]:
        lost.append(next([s[i] for i in order[:3]] for order in orders_of(symmetries) if s[order[3]] == "0"))
        right.roots = without(right.roots, [x for x in lost[-1][1:] if x != "0"])
        right.sign += sum(var(x) for x in lost[-1] if x != "0")
    right.symbols, right.sign = [s for s in right.symbols if "0" not in s], Poly({x: (n + 1) % 4 - 1 for x, n in right.sign.items()})
    left = list(map(sorted, named(rules) + right.triads()))
    need(all(sorted(t) in left for t in lost), "a triangle rule is lost")
    start, end = relabelled(p.start, new), relabelled(p.end, new)
    if p.kind == "path":
        return path(start, end, right)
    # What the other product sums over is its own.
    return recoupling(start, end, p.left.put({a: b for a, b in new.items() if a not in p.right.sums}), right)


# ---- rules that are trusted

UNORDERED = {"unordered-pairs": (["EXCHANGE"], "PAIRS", "ABpqab"),
             "unordered-triples": (["EXCHANGE", "CYCLIC", "SCALAR"], "TRIPLES", "ABtuabcLk")}


@rule(UNORDERED, ...)
def unordered(d, *premises):
    *others, p = premises
    needed, which, wanted = UNORDERED[d["rule"]]
    need([q.text for q in others] == [DEFINED[x] for x in needed], "the first premises are not the symmetries and values needed")
    need(p.kind == "family" and len(p.action) == 1 and not p.given, "the last premise is not about a family")
    names = {}
    for x in wanted:
        names[x] = fresh(p.taken + list(names.values()), x)
    text = say("UNORDERED " + which, family=p.name, order=p.action[0], fields=fields_text(p), **names)
    return proved(d["rule"], text, DEFINED[which], trusted=True)


@rule(["real-basis"], ...)
def real_basis(d, real, p):
    need(real.kind == "real-ladder", "the first premise is not the real ladder")
    need(p.kind in ("family", "every", "invariant", "sign", "permutation", "unordered-pairs", "unordered-triples", "every invariant")
         and (p.kind != "family" or len(p.action) == 1 and not p.given), "the premise is not about a family under joint rotations")
    words = {"text": p.text}
    if p.kind in ("family", "every"):
        words.update(fields=fields_text(p))
        taken, order = (p.taken, p.action[0]) if p.kind == "family" else ([], "the root's order")
        A = fresh(taken, "A")
        k = fresh([A] + taken, "k")
        words.update(A=A, acts=say("REAL ACTION", A=A, k=k, n=fresh([k, A] + taken, "n"), order=order))
    if p.kind == "family":
        words.update(family=p.name, parity=sign_text(p.parity), time=sign_text(p.time))
    text = say({"family": "REAL FAMILY", "every": "REAL EVERY"}.get(p.kind, "REAL FACT"), **words)
    return proved("real-basis", text, DEFINED["REAL BASIS"], trusted=True)
