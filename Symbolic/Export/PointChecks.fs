/// Statements at random points as lines of a Python script, through SymPy's own symbols: what a theorem's script ends with.
module internal Toolkit.Symbolic.Export.PointChecks

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

/// SymPy's symbols, 0 outside their domain, and sums of products of them.
let private header =
    """from sympy import Rational, S, factorial, sqrt
from sympy.physics.wigner import wigner_3j, wigner_6j
def triad(a, b, c): return (a + b + c).is_integer and abs(a - b) <= c <= a + b
def threej(*q):
    fits = all(j >= 0 and (j - m).is_integer and abs(m) <= j for j, m in zip(q[:3], q[3:])) and sum(q[3:]) == 0
    return wigner_3j(*q) if fits and triad(*q[:3]) else S(0)
def sixj(a, b, c, d, e, f):
    fits = min(a, b, c, d, e, f) >= 0 and triad(a, b, c) and triad(a, e, f) and triad(d, b, f) and triad(d, e, c)
    return wigner_6j(a, b, c, d, e, f) if fits else S(0)
def element(a, b, c, d, j, n, m):
    if abs(n) > j or abs(m) > j or not ((j - n).is_integer and (j - m).is_integer): return S(0)
    row = [S(1)]
    for x, y in [(a, c)]*int(j + m) + [(b, d)]*int(j - m): row = [x*p + y*q for p, q in zip(row + [0], [0] + row)]
    return row[int(j - n)]*sqrt(factorial(j + n)*factorial(j - n)/factorial(j + m)/factorial(j - m))
def product(sums, phase, roots, symbols, at):
    value = S(1)
    for s in symbols:
        if all(x in at for x in s): value = value and value * sixj(*[at[x] for x in s])
    if value == 0: return value
    if sums:
        rest = [s for s in symbols if not all(x in at for x in s)]
        return value * sum((product(sums[1:], phase, roots, rest, {**at, sums[0]: Rational(k, 2)}) for k in range(13)), S(0))
    for x in roots: value *= sqrt(2*at[x] + 1)
    return value * (-1)**sum(n*at[x] for x, n in phase)
def differ(x, y, size=0): return 1 if abs(S(x - y).evalf(30)) > 1e-18*(abs(S(x).evalf(30)) + abs(S(y).evalf(30)) + size) else 0
def vanish(*terms):
    values = [S(v*c()) for v, c in terms if v != 0]
    return differ(sum(values, S(0)), S(0), sum(abs(v.evalf(30)) for v in values))"""

/// Doubled quantum numbers at which a symbol is defined, small so that boundaries are frequent.
let rec private point (random: Random) (symbol: Symbol) : BigInteger list =
    let j = List.init 3 (fun _ -> random.Next 7)

    let twice =
        if symbol = Symbol.MatrixElement then
            j.Head :: List.init 2 (fun _ -> j.Head - 2 * random.Next(j.Head + 1))
        elif symbol = Symbol.ThreeJ then
            let m = j[..1] |> List.map (fun x -> x - 2 * random.Next(x + 1))
            j @ m @ [ -(List.sum m) ]
        else
            j @ List.init 3 (fun _ -> random.Next 7)
        |> List.map (fun (k: int) -> BigInteger k)

    let doubled = symbol.Parameters |> List.map (Linear.change twice)
    let parameters = BigInteger.Zero :: (doubled |> List.map (fun x -> x / BigInteger 2))
    let isDefined = symbol.Physical |> List.forall (fun f -> (Linear.valueAt parameters f).Sign >= 0)

    if doubled |> List.forall _.IsEven && isDefined && List.map (Linear.valueAt parameters) symbol.TwiceQuanta = twice then
        twice
    else
        point random symbol

/// A symbol with its arguments, as a text in the names of its quantum numbers.
type private Call = Symbol * string list

/// Symbols' values, multiplied and perhaps summed over t, with what stands before them: a coefficient and a root.
type private Summand = { Calls: Call list; Along: bool; Coefficient: string; Root: string }

/// What must hold at one point; numbers are doubled.
type private Check =
    /// Σ coefficient √root symbols = 0. Where a symbol is 0 its coefficient may have no value.
    | Vanishes of names: string list * at: BigInteger list * letters: (string * int) list * Summand list
    /// Two sums of products of 6j symbols are equal; or the first is 1 or 0 as pairs of labels are equal or not, or 0 anyway.
    | Balances of at: (string * int) list * RecouplingProduct * RecouplingProduct * delta: (string * string) list
    /// A sum of products of 6j symbols is the scalar product of two schemes' states.
    | Overlaps of at: (string * int) list * RecouplingCoefficient

/// An equation between values of symbols, without sums of other kinds and factorials, at one symbol's arguments in one summand.
let private equation (random: Random) (count: int) (e: Equation) =
    // A prime is no part of a name elsewhere.
    let free = e.Free |> List.map (fun x -> x.Replace("'", "_"))
    let names = e.Bound @ free
    let zeros xs = xs |> List.map (fun _ -> BigInteger.Zero)

    let summand sign (p: Product) =
        // Halved as a whole: half an integer by itself is no fraction in Python.
        let call (v: Value) =
            match v.Function with
            | Function.Symbol symbol -> Some(symbol, e.Letters @ (v.Twice |> List.map (fun f -> $"({Linear.print names f})/2")))
            | Function.Sum _ -> None

        let calls = List.choose call p.Values

        if calls.Length < p.Values.Length || not (p.RootUp @ p.RootDown @ p.Up @ p.Down).IsEmpty then
            None
        else
            let isAlong (v: Value) = v.Twice |> List.exists (fun f -> not f.Coefficients.Head.IsZero)

            Some
                { Calls = calls
                  Along = not e.Bound.IsEmpty && List.exists isAlong p.Values
                  Coefficient = $"{sign}*(-1)**({Linear.print names p.Sign})*({p.Coefficient.Print(names @ e.Letters)})"
                  Root = "1" :: (p.Roots |> List.map (fun f -> $"({Linear.print names f})")) |> String.concat "*" }

    let summands = List.map (summand "1") e.Left @ List.map (summand "(-1)") e.Right

    match e.Variables with
    | QuantumNumbers symbol when List.forall Option.isSome summands ->
        let references, differ =
            match e.Where with
            | OneOf domains -> domains |> List.choose (function Defined v -> Some(v.Twice |> List.map _.Constant) | _ -> None), []
            | All conditions -> [ zeros symbol.Quanta ], conditions |> List.collect (function NotZero forms -> forms | _ -> [])
            | _ -> [ zeros symbol.Quanta ], []

        [ if not references.IsEmpty then
              for _ in 1..count do
                  let reference = references[random.Next references.Length]
                  let others = [ for _ in symbol.Quanta.Length + 1 .. free.Length -> BigInteger(random.Next 7) ]
                  let at = List.map2 (fun (a: BigInteger) b -> a - b) (point random symbol) reference @ others
                  let letters = e.Letters |> List.map (fun x -> x, random.Next(1, 8) * (1 - 2 * random.Next 2))
                  let isZero (f: Linear) = (BigInteger 2 * f.Constant + Linear.change (zeros e.Bound @ at) f).IsZero

                  if not (List.exists isZero differ) then
                      Vanishes(free, at, letters, List.map Option.get summands) ]
    | _ -> []

let private recoupling (random: Random) (count: int) (s: RecouplingIdentity) =
    let rec labels scheme =
        match scheme with
        | Single x -> [ x ]
        | Couple(l, r, x) -> x :: labels l @ labels r

    let top scheme =
        match scheme with
        | Single x
        | Couple(_, _, x) -> x

    let rec fits (at: Map<string, int>) scheme =
        match scheme with
        | Single _ -> true
        | Couple(l, r, x) ->
            let a, b, c = at[top l], at[top r], at[x]
            (a + b + c) % 2 = 0 && c <= a + b && c >= abs (a - b) && fits at l && fits at r

    let sums = s.Left.Sums @ s.Right.Sums

    let free =
        labels s.Start @ List.concat (s.Left.Symbols @ s.Right.Symbols)
        |> List.distinct
        |> List.filter (fun x -> not (List.contains x sums))

    // Labels that are bound on the other side, or beyond the start, are drawn until the start's triangles are kept.
    let rec draw tries =
        let at = free |> List.map (fun x -> x, (if x = "0" then 0 else random.Next 4)) |> Map.ofList
        let known = labels s.Start |> List.forall at.ContainsKey

        if known && fits at s.Start then Some at
        elif tries = 0 || not known then None
        else draw (tries - 1)

    [ for _ in 1..count do
          match draw 5000 with
          | None -> ()
          | Some at -> Balances(Map.toList at, s.Left, s.Right, s.Delta) ]

/// SymPy's own Clebsch–Gordan coefficients, coupled as the schemes say.
let private overlap =
    """from sympy.physics.quantum.cg import CG
def top(s): return s if isinstance(s, str) else s[2]
def state(s, m, at):
    if isinstance(s, str): return {((s, m),): S(1)}
    found, (a, b) = {}, (at[top(s[0])], at[top(s[1])])
    for k in range(int(2*a) + 1):
        m1, m2 = k - a, m - (k - a)
        if abs(m2) > b: continue
        c = CG(a, m1, b, m2, at[s[2]], m).doit()
        for x, u in state(s[0], m1, at).items() if c != 0 else []:
            for y, v in state(s[1], m2, at).items():
                key = tuple(sorted(x + y))
                found[key] = found.get(key, 0) + c*u*v
    return found
def overlap(s, t, at):
    x, y = state(s, at[top(s)], at), state(t, at[top(t)], at)
    return sum((u*y[k] for k, u in x.items() if k in y), S(0))"""

let private coefficient (random: Random) (count: int) (s: RecouplingCoefficient) =
    Seq.initInfinite (fun _ -> RecouplingEvaluation.draw random 2 s)
    |> Seq.truncate 5000
    |> Seq.filter (fun at -> RecouplingEvaluation.obeys at s.Start && RecouplingEvaluation.obeys at s.Final)
    |> Seq.truncate count
    |> Seq.map (fun at -> Overlaps(Map.toList at, s))
    |> List.ofSeq

let rec private checks (random: Random) (count: int) (statement: Statement) : Check list =
    match statement with
    | :? Equation as e -> equation random count e
    | :? RecouplingIdentity as s -> recoupling random count s
    | :? RecouplingCoefficient as s -> coefficient random count s
    // One point for each of many.
    | :? AllOf as s -> s.Parts |> List.collect (checks random (if s.Parts.Length > count then 1 else count))
    | _ -> []

let private listed (items: string list) = "[" + String.Join(", ", items) + "]"
let private quoted (xs: string list) = xs |> List.map (fun x -> "\"" + x + "\"") |> listed

let private call (symbol: Symbol, arguments: string list) =
    let name = if symbol = Symbol.ThreeJ then "threej" elif symbol = Symbol.SixJ then "sixj" else "element"
    $"""{name}({String.Join(", ", arguments)})"""

let private inPython (check: Check) : string list =
    let assign (names: string list) (twice: BigInteger list) =
        let values = twice |> List.map (fun k -> $"Rational({k}, 2)")
        $"""{String.Join(", ", names)} = {String.Join(", ", values)}"""

    let place (at: (string * int) list) =
        "at = {" + String.Join(", ", at |> List.map (fun (x, k) -> "\"" + x + $"\": Rational({k}, 2)")) + "}"

    let product (p: RecouplingProduct) =
        let phase = p.Phase |> List.map (fun (x, n) -> $"(\"" + x + $"\", {n})") |> listed
        $"product({quoted p.Sums}, {phase}, {quoted p.Roots}, {p.Symbols |> List.map quoted |> listed}, at)"

    match check with
    | Vanishes(names, at, letters, terms) ->
        let names, at = names @ List.map fst letters, at @ [ for _, x in letters -> BigInteger x ]

        let one (s: Summand) =
            let values = "S(1)" :: List.map call s.Calls |> String.concat "*"
            let sum = if s.Along then $"sum(({values} for t in range(-8, 9)), S(0))" else values
            $"({sum}, lambda: ({s.Coefficient})*sqrt({s.Root}))"

        let terms = terms |> List.map one |> String.concat ", "
        [ assign names at; $"failures += vanish({terms})" ]
    | Balances(at, left, right, []) -> [ place at; $"failures += differ({product left}, {product right}, 1)" ]
    | Balances(at, left, _, pairs) ->
        let equal = pairs |> List.map (fun (x, y) -> $"at[\"{x}\"] == at[\"{y}\"]") |> String.concat " and "

        // Where the final scheme's triangles are not kept both sides are 0 by the symbols, not by the delta.
        [ place at
          $"left = {product left}"
          $"failures += left != 0 and differ(left, S(int({equal})), 1)" ]
    | Overlaps(at, s) ->
        let rec write scheme =
            match scheme with
            | Single x -> $"\"{x}\""
            | Couple(l, r, x) -> $"({write l}, {write r}, \"{x}\")"

        [ place at; $"failures += differ({product s.Value}, overlap({write s.Start}, {write s.Final}, at), 1)" ]

/// The same symbols and products for Maxima, by its package of Clebsch–Gordan coefficients.
let private maximaHeader =
    """load("clebsch_gordan")$
triad(a, b, c) := is(integerp(a + b + c) and abs(a - b) <= c and c <= a + b)$
bounded(j, m) := is(j >= 0 and integerp(j - m) and abs(m) <= j)$
threej(a, b, c, x, y, z) := if bounded(a, x) and bounded(b, y) and bounded(c, z) and x + y + z = 0 and triad(a, b, c)
    then wigner_3j(a, b, c, x, y, z) else 0$
sixj(a, b, c, d, e, f) := if min(a, b, c, d, e, f) >= 0 and triad(a, b, c) and triad(a, e, f) and triad(d, b, f) and triad(d, e, c)
    then wigner_6j(a, b, c, d, e, f) else 0$
element(a, b, c, d, j, n, m) := if not (bounded(j, n) and bounded(j, m)) then 0
    else coeff(expand((a + c*V)^(j + m)*(b + d*V)^(j - m)), V, j - n)*sqrt((j + n)!*(j - n)!/((j + m)!*(j - m)!))$
ready(s, at) := every(lambda([x], assoc(x, at) # false), s)$
product_of(sums, phase, roots, symbols, at) := block([v : 1],
    for s in symbols do if ready(s, at) and v # 0 then v : v*apply(sixj, makelist(assoc(x, at), x, s)),
    if v = 0 then return(0),
    if sums # [] then return(v*lsum(product_of(rest(sums), phase, roots, sublist(symbols, lambda([s], not ready(s, at))),
        cons(first(sums) = k/2, at)), k, makelist(i, i, 0, 12))),
    for x in roots do v : v*sqrt(2*assoc(x, at) + 1),
    v*(-1)**lsum(p[2]*assoc(p[1], at), p, phase))$
fpprec : 40$
differ(x, y, size) := if is(abs(bfloat(x - y)) > 1b-18*bfloat(abs(x) + abs(y) + size)) then 1 else 0$
vanish(terms) := differ(lsum(v, v, terms), 0, lsum(abs(v), v, terms))$"""

let private inMaxima (check: Check) : string list =
    let assign (names: string list) (twice: BigInteger list) =
        List.map2 (fun name (k: BigInteger) -> $"{name} : ({k})/2$") names twice |> String.concat " "

    let place (at: (string * int) list) = "at : " + listed [ for x, k in at -> $"\"{x}\" = {k}/2" ] + "$"

    let product (p: RecouplingProduct) =
        let phase = p.Phase |> List.map (fun (x, n) -> $"[\"" + x + $"\", {n}]") |> listed
        $"product_of({quoted p.Sums}, {phase}, {quoted p.Roots}, {p.Symbols |> List.map quoted |> listed}, at)"

    match check with
    | Vanishes(names, at, letters, terms) ->
        let names, at = names @ List.map fst letters, at @ [ for _, x in letters -> BigInteger x ]

        let terms =
            terms
            |> List.map (fun s ->
                let values = "1" :: List.map call s.Calls |> String.concat "*"
                let sum = if s.Along then $"lsum({values}, t, makelist(i, i, -8, 8))" else values
                $"block([v : {sum}], if v = 0 then 0 else v*({s.Coefficient})*sqrt({s.Root}))")
            |> listed

        [ assign names at; $"failures : failures + vanish({terms})$" ]
    | Balances(at, left, right, []) -> [ place at; $"failures : failures + differ({product left}, {product right}, 1)$" ]
    | Balances(at, left, _, pairs) ->
        let equal = pairs |> List.map (fun (x, y) -> $"assoc(\"{x}\", at) = assoc(\"{y}\", at)") |> String.concat " and "

        [ place at
          $"left : {product left}$"
          $"if left # 0 then failures : failures + differ(left, if {equal} then 1 else 0, 1)$" ]
    // Scalar products of schemes are SymPy's part.
    | Overlaps _ -> []

let private points statement = checks (Random 17) 5 statement

/// Lines that add to `failures`; none for statements that are not about symbols or harmonics.
let python (statement: Statement) : string list =
    match points statement with
    | [] ->
        match statement with
        | :? Argued as s -> HarmonicPoints.python s.Name
        | _ -> []
    | all ->
        let isOverlap =
            all
            |> List.exists (function
                | Overlaps _ -> true
                | _ -> false)

        "# the statement at random points, by SymPy's own symbols" :: header :: (if isOverlap then [ overlap ] else [])
        @ List.collect inPython all

/// The same for Maxima.
let maxima (statement: Statement) : string list =
    match points statement |> List.collect inMaxima with
    | [] ->
        match statement with
        | :? Argued as s -> HarmonicPoints.maxima s.Name
        | _ -> []
    | lines -> "/* the statement at random points, by Maxima's own symbols */" :: maximaHeader :: lines
