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
    """from sympy import Rational, S, sqrt
from sympy.physics.wigner import wigner_3j, wigner_6j
def triad(a, b, c): return (a + b + c).is_integer and abs(a - b) <= c <= a + b
def threej(*q):
    fits = all(j >= 0 and (j - m).is_integer and abs(m) <= j for j, m in zip(q[:3], q[3:])) and sum(q[3:]) == 0
    return wigner_3j(*q) if fits and triad(*q[:3]) else S(0)
def sixj(a, b, c, d, e, f):
    fits = min(a, b, c, d, e, f) >= 0 and triad(a, b, c) and triad(a, e, f) and triad(d, b, f) and triad(d, e, c)
    return wigner_6j(a, b, c, d, e, f) if fits else S(0)
def product(sums, phase, roots, symbols, at):
    if sums: return sum((product(sums[1:], phase, roots, symbols, {**at, sums[0]: Rational(k, 2)}) for k in range(13)), S(0))
    value = S(1)
    for s in symbols: value = value and value * sixj(*[at[x] for x in s])
    if value == 0: return value
    for x in roots: value *= sqrt(2*at[x] + 1)
    return value * (-1)**sum(n*at[x] for x, n in phase)
def differ(x, y): return 1 if abs(S(x - y).evalf(30)) > 1e-18 else 0"""

let private half (k: BigInteger) =
    if k.IsEven then string (k / BigInteger 2) else $"Rational({k}, 2)"

let private call (symbol: Symbol) (arguments: string list) =
    let name = if symbol = Symbol.ThreeJ then "threej" else "sixj"
    $"""{name}({String.Join(", ", arguments)})"""

/// Doubled quantum numbers at which a symbol is defined, small so that boundaries are frequent.
let rec private point (random: Random) (symbol: Symbol) : BigInteger list =
    let j = List.init 3 (fun _ -> random.Next 7)

    let twice =
        if symbol = Symbol.ThreeJ then
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

let private assign (names: string list) (twice: BigInteger list) =
    let values = twice |> List.map (fun k -> $"Rational({k}, 2)")
    $"""{String.Join(", ", names)} = {String.Join(", ", values)}"""

let private relation (random: Random) (count: int) (s: SymbolRelation) =
    let names = s.Symbol.Quanta

    let term (t: SymbolTerm) =
        let arguments =
            List.map2 (fun name (k: BigInteger) -> if k.IsZero then name else $"{name} + {half k}") names t.Shift

        let root = "1" :: (t.Radicand |> List.map (fun f -> $"({Linear.print names f})")) |> String.concat "*"
        $"({call s.Symbol arguments}, lambda: ({t.Coefficient.Print names})*sqrt({root}))"

    let terms = s.Terms |> List.map term |> String.concat ", "

    [ for _ in 1..count do
          let reference = s.Terms[random.Next s.Terms.Length].Shift
          let isClaimed = s.Domains |> List.exists (function Summand r -> s.Terms[r].Shift = reference | Bounds _ -> false)

          if isClaimed then
              assign names (List.map2 (fun (a: BigInteger) b -> a - b) (point random s.Symbol) reference)
              $"failures += differ(sum((v*c() for v, c in [{terms}] if v != 0), S(0)), S(0))" ]

let private symmetry (random: Random) (s: Symmetry) =
    let names = s.Symbol.Quanta
    let images = s.TwiceImages |> List.map (fun f -> $"({Linear.print names f})/2")
    let parity = Linear.substitute s.Symbol.InQuanta s.Parity |> Linear.print names

    [ assign names (point random s.Symbol)
      $"failures += differ({call s.Symbol images}, (-1)**({parity})*{call s.Symbol names})" ]

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

    let list (items: string list) = "[" + String.Join(", ", items) + "]"
    let quoted (xs: string list) = xs |> List.map (fun x -> "\"" + x + "\"") |> list

    let side (p: RecouplingProduct) =
        let phase = p.Phase |> List.map (fun (x, n) -> $"(\"" + x + $"\", {n})") |> list
        $"product({quoted p.Sums}, {phase}, {quoted p.Roots}, {p.Symbols |> List.map quoted |> list}, at)"

    // Labels that are bound on the other side, or beyond the start, are drawn until the start's triangles are kept.
    let rec draw tries =
        let at = free |> List.map (fun x -> x, random.Next 4) |> Map.ofList
        let known = labels s.Start |> List.forall at.ContainsKey

        if known && fits at s.Start then Some at
        elif tries = 0 || not known then None
        else draw (tries - 1)

    [ for _ in 1..count do
          match draw 5000 with
          | None -> ()
          | Some at ->
              let values = at |> Map.toList |> List.map (fun (x, k) -> "\"" + x + $"\": Rational({k}, 2)")
              "at = {" + String.Join(", ", values) + "}"

              match s.Delta with
              | None -> $"failures += differ({side s.Left}, {side s.Right})"
              | Some(x, y) ->
                  // Where the final scheme's triangles are not kept both sides are 0 by the symbols, not by the delta.
                  $"left = {side s.Left}"
                  $"failures += left != 0 and differ(left, S(int(at[\"{x}\"] == at[\"{y}\"])))" ]

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
    let rec write scheme =
        match scheme with
        | Single x -> $"\"{x}\""
        | Couple(l, r, x) -> $"({write l}, {write r}, \"{x}\")"

    let points =
        Seq.initInfinite (fun _ -> RecouplingEvaluation.draw random 2 s)
        |> Seq.truncate 5000
        |> Seq.filter (fun at -> RecouplingEvaluation.obeys at s.Start && RecouplingEvaluation.obeys at s.Final)
        |> Seq.truncate count
        |> List.ofSeq

    let list (items: string list) = "[" + String.Join(", ", items) + "]"
    let quoted (xs: string list) = xs |> List.map (fun x -> "\"" + x + "\"") |> list
    let phase = s.Value.Phase |> List.map (fun (x, n) -> $"(\"{x}\", {n})") |> list
    let value = $"product({quoted s.Value.Sums}, {phase}, {quoted s.Value.Roots}, {s.Value.Symbols |> List.map quoted |> list}, at)"

    overlap
    :: [ for at in points do
             let values = at |> Map.toList |> List.map (fun (x, k) -> "\"" + x + $"\": Rational({k}, 2)")
             "at = {" + String.Join(", ", values) + "}"
             $"failures += differ({value}, overlap({write s.Start}, {write s.Final}, at))" ]

let rec private lines (random: Random) (count: int) (statement: Statement) : string list =
    match statement with
    | :? SymbolRelation as s -> relation random count s
    | :? Symmetry as s -> symmetry random s
    | :? RecouplingIdentity as s -> recoupling random count s
    | :? RecouplingCoefficient as s -> coefficient random count s
    | :? AllOf as s -> s.Parts |> List.collect (lines random count)
    | _ -> []

/// Lines that add to `failures`; none for statements that are not about 3j and 6j symbols.
let python (statement: Statement) : string list =
    match lines (Random 17) 5 statement with
    | [] -> []
    | checks -> "# the statement at random points, by SymPy's own symbols" :: header :: checks
