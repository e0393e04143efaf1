/// Statements at random points as lines of a script for another program: what a theorem's script ends with. They are written from the
/// statement's own text, formula by formula, for SymPy and for Maxima, with these programs' own symbols.
module internal Toolkit.Symbolic.Export.PointChecks

open System
open System.Numerics
open System.Runtime.CompilerServices
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Statements

/// What two languages write differently.
type private Dialect =
    {
        Number: BigInteger -> string
        /// The imaginary unit and π.
        Constants: string * string
        /// A function of some names.
        Function: string list -> string -> string
        /// Several things in order.
        List: string list -> string
        /// "if condition then value else other".
        Choice: string -> string -> string -> string
        Equal: string
        /// Schemes of coupled momenta, families: what Maxima's scripts leave to SymPy.
        Knows: Expression -> bool
    }

let private variable (name: string) = "v_" + name.Replace("'", "_p")
let private functionName (name: string) = "f_" + name.Replace("'", "_p")
let private listed (parts: string list) = String.Join(", ", parts)
let private text (s: string) = "\"" + s + "\""

/// A polynomial, which has a value everywhere.
let rec private isPlain (e: Expression) =
    match e with
    | Number _
    | Name _ -> true
    | Enclosed x
    | Negative x
    | Power(x, Number _) -> isPlain x
    | Sum(x, rest) -> isPlain x && rest |> List.forall (snd >> isPlain)
    | Product(x, rest) -> isPlain x && rest |> List.forall (fun (divided, y) -> not divided && isPlain y)
    | _ -> false

/// Factors, those of a product that stands under a fraction's bar one by one.
let rec private factors (divided: bool) (e: Expression) : (bool * Expression) list =
    match e with
    | Product(x, rest) -> (false, x) :: rest |> List.collect (fun (d, y) -> factors (d <> divided) y)
    | Enclosed(Product _ as x) when divided -> factors true x
    | x -> [ divided, x ]

/// Symbols and functions come first: where one is 0 nothing else is asked for, which need not have a value there.
let private first (divided, e: Expression) =
    match e with
    | Call(("sqrt" | "delta" | "conjugate" | "diff"), _) -> 1
    | Call _
    | Power(Call _, _)
    | Overlap _
    | ClebschGordan _ -> 0
    | Factorial _ when divided -> 0
    | _ -> 1

let private range (kind: string) = kind.Replace(" ", "_").Replace("-", "_")

/// A formula.
let rec private formula (d: Dialect) (e: Expression) : string =
    match e with
    | Number n -> d.Number n
    | Name "i" -> fst d.Constants
    | Name "pi" -> snd d.Constants
    | Name x -> variable x
    | Enclosed x -> $"({formula d x})"
    | Negative x -> $"(-{formula d x})"
    | Factorial x -> $"fact({formula d x})"
    | Power(x, Number n) when isPlain x && n.Sign > 0 -> $"{formula d x}**{n}"
    | Power(x, y) -> $"power({formula d x}, {formula d y})"
    | Sum(x, rest) ->
        let rest = rest |> List.map (fun (minus, y) -> (if minus then " - " else " + ") + formula d y) |> String.concat ""
        $"({formula d x}{rest})"
    | Product(x, rest) when isPlain e -> x :: List.map snd rest |> List.map (formula d) |> String.concat "*"
    | Product _ ->
        let all = factors false e

        match all |> List.tryFindIndex (fun (_, x) -> x.IsOperator) with
        | Some at -> applied d all at
        | None -> product d all
    | Over(kind, bound, body) -> over d kind bound (factors false body) []
    | Coefficient(monomial, body) ->
        let powers =
            factors false monomial
            |> List.map (fun (_, x) ->
                match x with
                | Name letter -> letter, d.Number BigInteger.One
                | Power(Name letter, n) -> letter, formula d n
                | other -> Printer.expression other, "")

        $"coefficient({d.List(List.map snd powers)}, {d.Function (List.map fst powers) (formula d body)})"
    | Operator x -> formula d x
    | Coupled(s, t, x) -> d.List [ formula d s; formula d t; variable x ]
    | Overlap(s, t) -> $"overlap({scheme d s}, {scheme d t})"
    | ClebschGordan xs -> $"cg({xs |> List.map (formula d) |> listed})"
    | Call(name, rows) ->
        let function' =
            match name with
            | "3j" -> "threej"
            | "6j" -> "sixj"
            | "sqrt"
            | "delta"
            | "conjugate"
            | "couple"
            | "join" -> name
            | other -> functionName other

        $"{function'}({rows |> List.concat |> List.map (formula d) |> listed})"

/// A scheme with the names of what is coupled, and their values.
and private scheme d (s: Expression) =
    match s with
    | Name x -> d.List [ text x; (if x = "0" then d.Number BigInteger.Zero else variable x) ]
    | Coupled(a, b, x) -> d.List [ scheme d a; scheme d b; (if x = "0" then d.Number BigInteger.Zero else variable x) ]
    | other -> formula d other

and private factor d (divided, e: Expression) =
    match e with
    | Factorial x when divided -> $"over_fact({formula d x})"
    | x when divided -> $"1/{formula d (Enclosed x)}"
    | x -> formula d x

and private product d (all: (bool * Expression) list) =
    match List.sortBy first all with
    | [] -> d.Number BigInteger.One
    | [ single ] -> factor d single
    | sorted -> $"times({sorted |> List.map (factor d >> d.Function []) |> d.List})"

/// What stands behind an operator, with the operator's letters free, and what the operator makes of it.
and private applied d (all: (bool * Expression) list) (at: int) =
    let before, operator, operand = List.take at all, snd all[at], List.skip (at + 1) all
    let letters = operator.Differentiated

    let rec apply e (f: string) =
        match e with
        | Operator x
        | Enclosed x -> apply x f
        | Negative x -> $"(-{apply x f})"
        | Sum(x, rest) ->
            let rest = rest |> List.map (fun (minus, y) -> (if minus then " - " else " + ") + apply y f) |> String.concat ""
            $"({apply x f}{rest})"
        | Product(x, rest) ->
            let step (divided, y) f = if divided then $"1/{formula d (Enclosed y)}*{f}" else apply y f
            ((false, x) :: rest, f) ||> List.foldBack step
        | Call("diff", [ [ Name x ] ]) -> $"diff({f}, {variable x})"
        | other -> $"{formula d other}*{f}"

    let body = d.Function letters (product d operand)
    let result = d.Function ("F" :: letters) (apply operator (variable "F"))
    let value = $"applied({body}, {result}, {letters |> List.map variable |> d.List})"
    if before.IsEmpty then value else $"times({d.List [ d.Function [] (product d before); d.Function [] value ]})"

/// A sum, name by name; factors whose names are known come before the sum over the next.
and private over d kind (bound: string list) (pending: (bool * Expression) list) (known: (bool * Expression) list) =
    match bound with
    | [] -> product d (known @ pending)
    | name :: rest ->
        let ready, later = pending |> List.partition (fun (_, x: Expression) -> Set.isEmpty (Set.intersect x.Free (set rest)))

        let body =
            if rest.IsEmpty then product d (known @ pending)
            elif (known @ ready).IsEmpty then over d kind rest later []
            else $"times({d.List [ d.Function [] (product d (known @ ready)); d.Function [] (over d kind rest later []) ]})"

        $"total({range kind}, {d.Function [ name ] body})"

/// Whether a definition's condition is met.
let rec private condition (d: Dialect) (c: Condition) =
    match c with
    | Compared(x, "=", y) -> $"({formula d x} {d.Equal} {formula d y})"
    | Compared(x, sign, y) -> $"({formula d x} {sign} {formula d y})"
    | AreNatural xs -> $"natural({xs |> List.map (formula d) |> d.List})"
    | Both all -> "(" + (all |> List.map (condition d) |> String.concat " and ") + ")"
    | other -> invalidOp $"no condition of a definition: {other}"

/// Functions that remarks define: each with its arguments and a value by cases.
let private definitions (d: Dialect) (claim: Claim) : (string * string list * string) list =
    claim.Definitions
    |> List.groupBy (fun (name, _, _, _) -> name)
    |> List.map (fun (name, clauses) ->
        let _, arguments, _, _ = clauses.Head

        let value =
            (clauses, d.Number BigInteger.Zero)
            ||> List.foldBack (fun (_, _, x, where) other ->
                match where with
                | None -> formula d x
                | Some c -> d.Choice (condition d c) (formula d x) other)

        functionName name, List.map variable arguments, value)

// ---- points: exact numbers

let private quotient (d: Dialect) (n: BigInteger) (m: BigInteger) = if m.IsOne then d.Number n else $"({d.Number n}/{d.Number m})"

/// A binary fraction.
let private exact d (x: float) =
    let scale = 1 <<< 20
    let n = BigInteger(x * float scale)
    let g = BigInteger.GreatestCommonDivisor(n, BigInteger scale)
    quotient d (n / g) (BigInteger scale / g)

/// Rational numbers with squares that add up to 1, near some such numbers: those of the square of a quaternion.
let private unit d (v: float list) =
    let whole = v |> List.map (fun x -> BigInteger(round (6.0 * x)))
    let whole = if whole |> List.forall _.IsZero then BigInteger.One :: List.replicate (v.Length - 1) BigInteger.Zero else whole
    let a, rest = whole.Head, whole.Tail
    let others = rest |> List.sumBy (fun x -> x * x)
    let norm = a * a + others
    quotient d (a * a - others) norm :: (rest |> List.map (fun x -> quotient d (BigInteger 2 * a * x) norm))

let private assignments (d: Dialect) (defined: string list) (s: Sentence) (p: Evaluation.Point) : (string * string) list =
    let number x = Value.tryNumber p.Values[x] |> Option.get
    let at (x: string) (k: int) = let v: Value = p.Sites[x][k] in (Value.tryNumber v |> Option.get).Real
    let j = variable "j"
    let function' x values = functionName x, d.Function [ "j" ] $"element({d.List values}, {j})"

    s.ForAll
    |> List.collect (fun kind ->
        match kind with
        | Plain("directions", names) -> List.zip (List.map variable names) (unit d [ for x in names -> (number x).Real ])
        | Plain("spinors", names) ->
            let parts = unit d [ for x in names do yield! [ (number x).Real; (number x).Imaginary ] ] |> List.chunkBySize 2
            List.map2 (fun x (part: string list) -> variable x, $"({part[0]} + {part[1]}*{fst d.Constants})") names parts
        | Plain(_, names)
        | Naturals names -> names |> List.map (fun x -> variable x, exact d (number x).Real)
        | Halves(names, rules) -> List.distinct (names @ List.map fst rules) |> List.map (fun x -> variable x, exact d (number x).Real)
        | OfSites("directions", names) ->
            let values = [ for k in 0 .. Evaluation.SiteCount - 1 -> unit d [ for x in names -> at x k ] ]
            names |> List.mapi (fun i x -> function' x [ for v in values -> v[i] ])
        | OfSites(_, names) ->
            let eighths x = round (8.0 * x) / 8.0
            names |> List.map (fun x -> function' x [ for k in 0 .. Evaluation.SiteCount - 1 -> exact d (eighths (at x k)) ])
        | Families(names, l, s) ->
            names
            |> List.map (fun x ->
                let _, _, given = p.Families[x]

                let components =
                    [ for KeyValue((m, q), v) in given do
                          let m, q = exact d (float m / 2.0), exact d (float q / 2.0)
                          let value = exact d (round (8.0 * (Value.tryNumber v |> Option.get).Real) / 8.0)
                          d.List [ m; q; (if List.contains (functionName x) defined then $"{functionName x}({m}, {q})" else value) ] ]

                variable x, $"family({formula d l}, {formula d s}, {d.List components})"))

let private header =
    """from functools import lru_cache
from sympy import Dummy, I, Rational, S, conjugate, diff, expand, factorial, pi, sqrt
from sympy.physics.wigner import wigner_3j, wigner_6j
from sympy.physics.quantum.cg import CG
integers, sites = [S(k) for k in range(-20, 21)], [S(0), S(1)]
angular_momenta, integers_and_half_integers = [Rational(k, 2) for k in range(17)], [Rational(k, 2) for k in range(-12, 13)]
def natural(xs): return all(S(x).is_integer and x >= 0 for x in xs)
def fits(j, m): return natural([2*j, j - m, j + m])
def triad(a, b, c): return natural([a + b - c, a - b + c, b + c - a])
def threej(*q): return wigner_3j(*q) if all(map(fits, q[:3], q[3:])) and sum(q[3:]) == 0 and triad(*q[:3]) else S(0)
def sixj(a, b, c, d, e, f):
    defined = natural([2*x for x in (a, b, c, d, e, f)]) and triad(a, b, c) and triad(a, e, f) and triad(d, b, f) and triad(d, e, c)
    return wigner_6j(a, b, c, d, e, f) if defined else S(0)
def cg(a, x, b, y, c, z): return CG(a, x, b, y, c, z).doit() if fits(a, x) and fits(b, y) and fits(c, z) and triad(a, b, c) else S(0)
def delta(x, y): return S(1) if x == y else S(0)
def fact(n): return factorial(n)
def over_fact(n): return S(0) if n < 0 else 1/factorial(n)
def power(x, n): return x**n
def element(xs, j): return xs[int(j)]
def times(factors):
    value = S(1)
    for f in factors:
        value = value*f()
        if value == 0: return S(0)
    return value
def total(values, f): return sum((f(x) for x in values), S(0))
def coefficient(powers, f):
    letters = [Dummy() for _ in powers]
    found = expand(f(*letters))
    for x, n in zip(letters, powers): found = found.coeff(x, n)
    return found
def applied(operand, operator, point):
    letters = [Dummy() for _ in point]
    return expand(operator(operand(*letters), *letters)).subs(dict(zip(letters, point)))
def top(s): return s[-1]
def obeys(s): return len(s) == 2 or triad(top(s[0]), top(s[1]), top(s)) and obeys(s[0]) and obeys(s[1])
def state(s, m):
    if len(s) == 2: return {((s[0], m),): S(1)}
    found, (a, b) = {}, (top(s[0]), top(s[1]))
    for k in range(int(2*a) + 1):
        c = cg(a, k - a, b, m - (k - a), top(s), m)
        for x, u in state(s[0], k - a).items() if c != 0 else []:
            for y, v in state(s[1], m - (k - a)).items():
                key = tuple(sorted(x + y))
                found[key] = found.get(key, 0) + c*u*v
    return found
def overlap(s, t):
    if not (obeys(s) and obeys(t) and top(s) == top(t)): return S(0)
    x, y = state(s, top(s)), state(t, top(t))
    return sum((u*y[k] for k, u in x.items() if k in y), S(0))
def family(l, s, components): return l, s, {(m, q): x for m, q, x in components}
def join(a, j):
    l, s, found = a[0], a[1], {}
    for (m, q), x in a[2].items(): found[m + q, S(0)] = found.get((m + q, S(0)), 0) + cg(l, m, s, q, j, m + q)*x
    return j, S(0), found
def couple(a, b, l, s=S(0)):
    return sum((cg(a[0], m, b[0], n, l, 0)*cg(a[1], q, b[1], r, s, 0)*x*y for (m, q), x in a[2].items() for (n, r), y in b[2].items()
                if m + n == 0 and q + r == 0), S(0))
def number(x): return S(x).evalf(30)
def differ(*sides):
    sums, size = [number(sum(side)) for side in sides], sum(abs(number(x)) for side in sides for x in side)
    return int(any(abs(x - y) > 1e-18*(size + 1) for x, y in zip(sums, sums[1:])))"""

let private maximaHeader =
    """load("clebsch_gordan")$
fpprec : 40$
integers : makelist(k, k, -20, 20)$
sites : [0, 1]$
element(xs, j) := xs[j + 1]$
angular_momenta : makelist(k/2, k, 0, 16)$
integers_and_half_integers : makelist(k/2, k, -12, 12)$
natural(xs) := every(lambda([x], integerp(x) and is(x >= 0)), xs)$
fits(j, m) := natural([2*j, j - m, j + m])$
triad(a, b, c) := natural([a + b - c, a - b + c, b + c - a])$
threej(a, b, c, x, y, z) := if fits(a, x) and fits(b, y) and fits(c, z) and is(x + y + z = 0) and triad(a, b, c)
    then wigner_3j(a, b, c, x, y, z) else 0$
sixj(a, b, c, d, e, f) := if natural([2*a, 2*b, 2*c, 2*d, 2*e, 2*f]) and triad(a, b, c) and triad(a, e, f) and triad(d, b, f)
    and triad(d, e, c) then wigner_6j(a, b, c, d, e, f) else 0$
cg(a, x, b, y, c, z) := if fits(a, x) and fits(b, y) and fits(c, z) and triad(a, b, c) then clebsch_gordan(a, b, x, y, c, z) else 0$
delta(x, y) := if is(x = y) then 1 else 0$
fact(n) := n!$
over_fact(n) := if is(n < 0) then 0 else 1/n!$
power(x, n) := if is(n = 0) then 1 else x^n$
times(factors) := block([value : 1], for f in factors do (value : value*f(), if value = 0 then return(0)), value)$
total(xs, f) := lsum(f(x), x, xs)$
coefficient(powers, f) := block([letters : makelist(gensym(), k, length(powers)), found],
    found : expand(apply(f, letters)),
    for k thru length(powers) do found : coeff(found, letters[k], powers[k]),
    found)$
applied(operand, operator, point) := block([letters : makelist(gensym(), k, length(point))],
    subst(map("=", letters, point), expand(apply(operator, cons(apply(operand, letters), letters)))))$
number(x) := bfloat(rectform(expand(x)))$
differ(sides) := block([sums : map(lambda([side], number(apply("+", side))), sides), size],
    size : lsum(cabs(number(x)), x, apply(append, sides)),
    if some(lambda([k], is(cabs(sums[k] - sums[k + 1]) > 1b-18*(size + 1))), makelist(k, k, length(sums) - 1)) then 1 else 0)$
tried(found) := if found = [] then 1 else first(found)$"""

let private inPython =
    { Number = fun n -> $"S({n})"
      Constants = "I", "pi"
      Function = fun names body -> $"""(lambda {names |> List.map variable |> listed}: {body})"""
      List = fun items -> "[" + listed items + "]"
      Choice = fun condition x other -> $"({x} if {condition} else {other})"
      Equal = "=="
      Knows = fun _ -> true }

let private inMaxima =
    { Number = fun n -> if n.Sign < 0 then $"({n})" else string n
      Constants = "%i", "%pi"
      Function = fun names body -> $"""lambda([{names |> List.map variable |> listed}], {body})"""
      List = fun items -> "[" + listed items + "]"
      Choice = fun condition x other -> $"(if {condition} then {x} else {other})"
      Equal = "="
      Knows =
        fun e ->
            e.Nodes |> List.forall (function
                | Overlap _
                | Call(("couple" | "join"), _) -> false
                | _ -> true) }

/// What is to be done for claims: definitions, laws as lists of sides that are lists of summands, and at each point values of names.
let private checks (d: Dialect) (claims: (Claim * (Sentence * Evaluation.Point list) list) list) =
    let sides (law: Law) =
        match law with
        | Equal sides -> sides |> List.map (_.Summands >> List.map (formula d))
        | Becomes(x, y, changes) ->
            let names, images = List.unzip changes
            [ [ $"{d.Function names (formula d x)}({images |> List.map (formula d) |> listed})" ]; [ formula d y ] ]

    let isKnown (law: Law) =
        match law with
        | Equal sides -> List.forall d.Knows sides
        | Becomes(x, y, _) -> d.Knows x && d.Knows y

    [ for claim, sentences in claims do
          let definitions = definitions d claim
          let defined = definitions |> List.map (fun (name, _, _) -> name)

          definitions,
          [ for sentence, points in sentences do
                match sentence.Laws |> List.filter isKnown with
                | [] -> ()
                | laws -> laws |> List.map (sides >> List.map d.List), points |> List.map (assignments d defined sentence) ] ]

/// What a statement says about numbers, of a conjunction those parts that do; with points, one each where there are many claims.
let private claims (statement: Kernel.Statement) : (Claim * (Sentence * Evaluation.Point list) list) list =
    let claims =
        match statement with
        | :? Kernel.AllOf as all -> all.Parts
        | single -> [ single ]
        |> List.collect (fun part ->
            match Reader.read part.Text with
            | Ok read -> read.Claims
            | Error _ -> [])

    let random, count = Random 17, (if claims.Length > 5 then 1 else 5)

    [ for claim in claims ->
          claim, [ for sentence in claim.Sentences -> sentence, Evaluation.points random count 20000 claim sentence ] ]

/// The same, for both languages at once.
let private drawn = ConditionalWeakTable<Kernel.Statement, (Claim * (Sentence * Evaluation.Point list) list) list>()

/// Lines that add to `failures`; none for statements in words.
let private lines (d: Dialect) header define assign law check (statement: Kernel.Statement) : string list =
    match drawn.GetValue(statement, claims) with
    | [] -> []
    | claims ->
        [ yield! header
          for definitions, sentences in checks d claims do
              for definition in definitions do
                  yield! define definition

              for laws, points in sentences do
                  yield law (List.map d.List laws)

                  for assigned in points do
                      for name, value in assigned do
                          yield assign name value

                      yield check definitions ]

/// For SymPy.
let python (statement: Kernel.Statement) : string list =
    let define (name, arguments, value) = [ "@lru_cache(None)"; $"def {name}({listed arguments}): return {value}" ]

    // Functions of sites have new values at each point.
    let check definitions =
        let clear = definitions |> List.map (fun (name, _, _) -> $"{name}.cache_clear(); ") |> String.concat ""
        $"{clear}failures += sum(differ(*sides) for sides in laws())"

    lines
        inPython
        [ "# the statement at random points, by SymPy's own symbols"; header ]
        define
        (fun name value -> $"{name} = {value}")
        (fun laws -> $"laws = lambda: [{listed laws}]")
        check
        statement

/// For Maxima.
let maxima (statement: Kernel.Statement) : string list =
    lines
        inMaxima
        [ "/* the statement at random points, by Maxima's own symbols */"; maximaHeader ]
        (fun (name, arguments, value) -> [ $"{name}({listed arguments}) := {value}$" ])
        (fun name value -> $"{name} : {value}$")
        (fun laws -> $"laws() := [{listed laws}]$")
        (fun _ -> "failures : failures + tried(errcatch(lsum(differ(sides), sides, laws())))$")
        statement
