/// Statements of theorems at random points: exact where they are about sums and polynomials, in floating-point numbers
/// from Racah's formulas where they are about symbols, as trees of numbers where they are about families. It shares no
/// code with the rules of the kernel beyond polynomial arithmetic.
module Toolkit.Tests.Laws.Statements

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Testing
open Toolkit.Tests.Symbolic.Proofs

/// A statement is false, or has no value, at a point.
exception Refuted of string

let private refute text = raise (Refuted text)

let private factorials =
    let known = Collections.Concurrent.ConcurrentDictionary<int, BigInteger>()

    let rec value n =
        known.GetOrAdd(n, (fun n -> if n < 2 then BigInteger.One else BigInteger n * value (n - 1)))

    fun n ->
        for k in 0..100..n do
            value k |> ignore

        value n

let private big (numbers: int list) = numbers |> List.map (fun (n: int) -> BigInteger n)
let private at (point: BigInteger list) (form: Linear) = Linear.valueAt point form

let private factorial (what: string) (n: BigInteger) =
    if n.Sign < 0 then refute $"{what}: a factorial of {n}"
    factorials (int n)

/// A fraction with a positive denominator, not reduced.
[<Struct>]
type private Fraction = { Up: BigInteger; Down: BigInteger }

let private whole n = { Up = n; Down = BigInteger.One }

let private add x y =
    { Up = x.Up * y.Down + y.Up * x.Down; Down = x.Down * y.Down }

let private times x y = { Up = x.Up * y.Up; Down = x.Down * y.Down }
let private same x y = x.Up * y.Down = y.Up * x.Down

/// S(p): the term summed over the index, between the least and the greatest at which no argument of the denominator is
/// negative.
let private sum (term: Term) (letters: BigInteger list) (parameters: BigInteger list) : Fraction =
    let bare (x: Linear) = at (BigInteger.Zero :: parameters) x
    let slope (x: Linear) = int x.Coefficients[0]
    let low = term.Denominator |> List.filter (fun x -> slope x = 1) |> List.map (fun x -> -(bare x)) |> List.max
    let high = term.Denominator |> List.filter (fun x -> slope x = -1) |> List.map bare |> List.min

    if high - low > BigInteger 200 then refute "the sum is too long for a test"

    let mutable total = whole BigInteger.Zero
    let mutable s = low

    while s <= high do
        let value x = at (s :: parameters) x

        if term.Denominator |> List.forall (fun x -> (value x).Sign >= 0) then
            let up = term.Numerator |> List.fold (fun p x -> p * factorial "numerator" (value x)) BigInteger.One
            let down = term.Denominator |> List.fold (fun p x -> p * factorial "denominator" (value x)) BigInteger.One
            let sign = if term.Alternating && not s.IsEven then BigInteger.MinusOne else BigInteger.One
            let power = List.fold2 (fun p x (_, e) -> p * BigInteger.Pow(x, int (value e))) BigInteger.One letters term.Powers
            total <- add total { Up = sign * up * power; Down = down }

        s <- s + BigInteger.One

    total

let private draw (random: Random) (n: int) (low: int) (high: int) =
    big (List.init n (fun _ -> random.Next(low, high + 1)))

let private sign (n: BigInteger) = if n.IsEven then BigInteger.One else BigInteger.MinusOne

/// (−1)^n as a number.
let private signOf (n: int) = if n % 2 = 0 then 1.0 else -1.0

// ---- statements about sums: each returns whether the point was inside the domain

let private sumRelation (random: Random) (s: SumRelation) =
    let n = s.Term.Variables.Length - 1
    // Relative to the first term's shift, however far that is.
    let point = List.map2 (fun (x: BigInteger) d -> x - d) (draw random n -2 (if n > 4 then 6 else 8)) (snd s.Terms.Head)

    let letters = draw random s.Term.Powers.Length -3 3

    let isInside =
        s.Conditions |> List.forall (List.exists (fun g -> (at (BigInteger.Zero :: point) g).Sign >= 0))

    if isInside then
        let total =
            s.Terms
            |> List.map (fun (c, shift) ->
                let moved = List.map2 (fun (x: BigInteger) d -> x + d) point shift
                times (whole (c.ValueAt(BigInteger.Zero :: point @ letters))) (sum s.Term letters moved))
            |> List.reduce add

        if not total.Up.IsZero then
            refute $"""the relation between sums at {String.Join(", ", point)}"""

    isInside

let private sumIdentity (random: Random) (s: SumIdentity) =
    let point = draw random (s.Second.Variables.Length - 1) -3 8
    let full = BigInteger.Zero :: point
    let left = sum s.First [] (s.Map.Images |> List.map (at full))

    if not (same left (times (whole (sign (at full s.Parity))) (sum s.Second [] point))) then
        refute $"""the identity between sums at {String.Join(", ", point)}"""

    true

let private closedForm (random: Random) (s: ClosedForm) =
    let point = draw random (s.Term.Variables.Length - 1) 0 7
    let product = List.fold (fun p x -> p * factorial "closed form" (at (BigInteger.Zero :: point) x)) BigInteger.One

    if not (same (sum s.Term [] point) { Up = product s.Closed.Numerator; Down = product s.Closed.Denominator }) then
        refute $"""the closed form at {String.Join(", ", point)}"""

    true

// ---- statements about symbols

let private close what (expected: float) (found: float) =
    if not (abs (expected - found) <= 1e-9 * (1.0 + abs expected + abs found)) then
        refute $"{what}: {found} instead of {expected}"

let private defined (name: string) q =
    FromFactorials.isDefined name q

let private ints (numbers: BigInteger list) = numbers |> List.map int |> Array.ofList

let private symbolRelation (random: Random) (s: SymbolRelation) =
    let name = s.Symbol.Name
    let size = random.Next(2, 14)
    let domain = s.Domains[random.Next s.Domains.Length]
    // Shifts relative to the reference, which may be far away.
    let reference =
        match domain with
        | Summand r -> s.Terms[r].Shift
        | Bounds _ -> s.Terms[random.Next s.Terms.Length].Shift

    let relative (t: SymbolTerm) = List.map2 (fun (a: BigInteger) b -> a - b) t.Shift reference
    let q = FromFactorials.point name random size
    let exact = List.map2 (fun (a: int) (b: BigInteger) -> BigInteger a - b) (List.ofArray q) reference
    let parameters = s.Symbol.Parameters |> List.map (fun f -> Linear.change exact f / BigInteger 2)

    let isInside =
        match domain with
        | Summand _ -> true
        | Bounds bounds ->
            List.forall2
                (fun form least -> Linear.valueAt (BigInteger.Zero :: parameters) form >= least)
                s.Symbol.Physical
                bounds

    if isInside then
        let isVanishing = List.contains domain s.Vanishing

        let values =
            s.Terms
            |> List.map (fun t ->
                let shifted = Array.map2 (+) q (ints (relative t))

                // K and R at the quantum numbers themselves, in units that make them integers: 2^degree K and 2^n R.
                let k =
                    (0.0, t.Coefficient.Terms s.Symbol.Names.Length)
                    ||> Seq.fold (fun sum (exponents, c) ->
                        let letters = if s.Symbol.Term.Powers.IsEmpty then [] else big (List.ofArray FromFactorials.letters)
                        let power = List.fold2 (fun (p: BigInteger) x e -> p * BigInteger.Pow(x, e)) c (exact @ letters) exponents
                        sum + float power / Math.Pow(2.0, float (List.sum (List.take exact.Length exponents))))

                let r =
                    (1.0, t.Radicand)
                    ||> List.fold (fun p f ->
                        p * float (BigInteger 2 * f.Constant + Linear.change exact f) / 2.0)

                if defined name shifted then
                    let size = k * sqrt (abs r) * FromFactorials.value name shifted
                    if r < 0.0 && abs size > 1e-9 then refute $"{name}: the root of {r}"
                    size
                else
                    if isVanishing && k <> 0.0 && r <> 0.0 then refute $"{name}: a coefficient beside the domain"
                    0.0)

        let scale = values |> List.sumBy abs

        if abs (List.sum values) > 1e-9 * scale + 1e-12 then
            refute $"""{name} relation at 2q = {String.Join(", ", exact)}: {List.sum values} of {scale}"""

    isInside

let private symmetry (random: Random) (s: Symmetry) =
    let q = FromFactorials.point s.Symbol.Name random (random.Next(1, 13))
    let exact = big (List.ofArray q)
    let image = s.TwiceImages |> List.map (fun f -> f.Constant + Linear.change exact f / BigInteger 2)
    let parameters = s.Symbol.Parameters |> List.map (fun f -> Linear.change exact f / BigInteger 2)
    let factor = float (sign (at (BigInteger.Zero :: parameters) s.Parity))

    close "symmetry" (factor * FromFactorials.value s.Symbol.Name q) (FromFactorials.value s.Symbol.Name (ints image))
    true

/// A family so far from the origin that factorials there are not multiplied out.
let isFar (s: SymbolValue) = s.Images |> List.exists (fun f -> BigInteger.Abs f.Constant > BigInteger 1000)

let private symbolValue (random: Random) (s: SymbolValue) =
    let n = s.Names.Length - 1
    let low = if s.Value.IsSome then 0 else -4
    let point = draw random n low 6
    let value (x: Linear) = at (BigInteger.Zero :: point) x
    let parameters = BigInteger.Zero :: List.map value s.Images
    let isInside = s.Symbol.Physical |> List.forall (fun f -> (at parameters f).Sign >= 0)

    if isInside then
        let q = s.Symbol.TwiceQuanta |> List.map (at parameters) |> ints

        let expected =
            match s.Value with
            | None -> 0.0
            | Some v when v.Down |> List.exists (fun f -> (value f).Sign < 0) -> 0.0
            | Some v ->
                let logarithm = List.sumBy (fun f -> BigInteger.Log(factorial "value" (value f)))

                let letters = FromFactorials.letters |> List.ofArray |> List.truncate v.Powers.Length
                let power = (1.0, v.Powers, letters) |||> List.fold2 (fun p (_, e) x -> p * Math.Pow(float x, float (value e)))

                float (sign (value v.Sign))
                * power
                * exp (
                    (logarithm v.RootUp - logarithm v.RootDown) / 2.0 + logarithm v.Up - logarithm v.Down
                )

        close "value of a symbol" expected (FromFactorials.value s.Symbol.Name q)

    isInside

/// Σ_t f(q + t v) g(q' + t v).
let private alongLine (name: string) (q: int[]) (q': int[]) (direction: int[]) =
    let move (x: int[]) t = Array.map2 (fun a d -> a + t * d) x direction

    List.sum
        [ for t in -40 .. 40 ->
              let a, b = move q t, move q' t
              if defined name a && defined name b then FromFactorials.value name a * FromFactorials.value name b else 0.0 ]

let private orthogonality (random: Random) (s: Orthogonality) =
    let name = s.Symbol.Name
    let q = FromFactorials.point name random (random.Next(2, 10))
    let other = random.Next 12
    let q' = q |> Array.mapi (fun i x -> if i = s.Variable then other else x)
    let direction = ints s.Direction
    let move t = Array.map2 (fun a d -> a + t * d) q' direction
    let isInside = other <> q[s.Variable] && [ -40 .. 40 ] |> List.exists (fun t -> defined name (move t))
    if isInside then close "orthogonality" 0.0 (alongLine name q q' direction)
    isInside

let private equalNorms (random: Random) (s: EqualNorms) =
    let name = s.Symbol.Name
    let q = FromFactorials.point name random (random.Next(2, 10))
    let exact = big (List.ofArray q)
    let isInside = s.Factor |> List.forall (fun f -> not (BigInteger 2 * f.Constant + Linear.change exact f).IsZero)

    if isInside then
        let moved = Array.map2 (+) q (ints s.Step)
        let direction = ints s.Direction
        close "norms" (alongLine name q q direction) (alongLine name moved moved direction)

    isInside

let private unitNorm (random: Random) (s: UnitNorm) =
    let name = s.Symbol.Name
    let q = FromFactorials.point name random (random.Next(1, 10))
    close "norm" (1.0 / float (q[s.Variable] + 1)) (alongLine name q q (ints s.Direction))
    true

// ---- statements about products of powers, with small exponents put in

let private expand (p: PowerProduct) (exponents: BigInteger list) =
    p.Factors
    |> List.fold (fun product (f, e) -> product * Polynomial.Pow(f, int (at exponents e))) Polynomial.One

let private isZero (p: PowerProduct) (x: Polynomial) =
    match p.Unit with
    | None -> x.IsZero
    | Some i ->
        // Real and imaginary part.
        let parts = Collections.Generic.Dictionary<int list, BigInteger>()

        for exponents, c in x.Terms 10 do
            let n = exponents[i]
            let key = exponents |> List.mapi (fun k e -> if k = i then n % 2 else e)
            let value = if n % 4 < 2 then c else -c
            parts[key] <- value + (match parts.TryGetValue key with | true, v -> v | _ -> BigInteger.Zero)

        parts.Values |> Seq.forall _.IsZero

let private naturalPoint (random: Random) (p: PowerProduct) =
    let point = draw random p.Exponents.Length -1 2
    if p.Factors |> List.forall (fun (_, e) -> let n = at point e in n.Sign >= 0 && n <= BigInteger 3) then Some point else None

let private annihilation (random: Random) (s: Annihilation) =
    match naturalPoint random s.Product with
    | None -> false
    | Some point ->
        let letters = s.Product.Letters.Length

        let put (x: Polynomial) =
            List.init letters Polynomial.Variable @ (point |> List.map (fun n -> Polynomial.Constant n)) |> x.Substitute

        let apply (d: DerivationRule) (f: Polynomial) =
            d |> List.fold (fun total (v, c) -> total + put c * f.Derivative v) Polynomial.Zero

        let f = expand s.Product point

        let total =
            s.Words
            |> List.fold (fun total w -> total + put w.Coefficient * List.foldBack apply w.Derivations f) Polynomial.Zero

        if not (isZero s.Product total) then refute $"""annihilation at exponents {String.Join(", ", point)}"""
        true

let private substitution (random: Random) (s: Substitution) =
    match naturalPoint random s.Product with
    | None -> false
    | Some point ->
        let left = (expand s.Product point).Substitute s.Images
        if not (isZero s.Product (left - expand s.Result point)) then refute "substitution"
        true

let private coefficient (random: Random) (s: CoefficientIsSum) =
    let point = draw random (s.Term.Variables.Length - 1) -1 3
    let full = BigInteger.Zero :: point
    let powers = s.Powers |> List.map (at full)
    let isInside = powers |> List.forall (fun e -> e.Sign >= 0 && e <= BigInteger 5)

    if isInside then
        let product =
            List.fold2 (fun p (f, _) (e: BigInteger) -> p * Polynomial.Pow(f, int e)) Polynomial.One s.Product.Factors powers

        let target = s.Target |> List.map (at full >> int)
        let letters = draw random s.Term.Powers.Length -3 3
        // Of letters all powers count, each with its value; of other variables the target's.
        let value = List.map (fun x -> List.tryFindIndex ((=) x) s.Term.Letters |> Option.map (fun i -> letters[i])) s.Product.Variables

        let found =
            (BigInteger.Zero, product.Terms target.Length)
            ||> Seq.fold (fun total (exponents, c) ->
                if List.forall2 (fun (v: BigInteger option) (e, t) -> v.IsSome || e = t) value (List.zip exponents target) then
                    let powers = List.map2 (fun v e -> match v with Some x -> BigInteger.Pow(x, e) | None -> BigInteger.One) value exponents
                    total + List.fold (*) c powers
                else
                    total)

        let factor = powers |> List.fold (fun p e -> p * factorial "power" e) (sign (at full s.Parity))
        if not (same (whole found) (times (whole factor) (sum s.Term letters point))) then refute "binomial coefficient"

    isInside

// ---- families

let private vectors (random: Random) = Array.init 3 (fun _ -> Rotations.normal random)

let private agree what (expected: float[]) (found: float[]) =
    let scale = Array.fold (fun m x -> max m (abs x)) 1e-3 expected

    Array.iter2
        (fun (x: float) y -> if not (abs (x - y) <= 1e-9 * scale) then refute $"{what}: {y} instead of {x}")
        expected
        found

/// A family of numbers at random atoms and orders, and what it becomes under three operations.
let private family (random: Random) fields (family: Family) =
    let names = Map.toList fields |> List.map fst

    let sites: Families.Site list =
        [ for _ in 1 .. random.Next(2, 4) ->
              { Position = vectors random
                Vectors = names |> List.map (fun name -> name, vectors random) |> Map.ofList } ]

    let orders = Families.names family |> List.distinct |> List.map (fun name -> name, random.Next(0, 4)) |> Map.ofList
    let apply (m: float[]) (v: float[]) = Rotations.applyToVectors m (ReadOnlySpan v)

    let value (space: float[]) (vector: string -> float[]) =
        let turned: Families.Site list =
            sites
            |> List.map (fun s ->
                { Position = apply space s.Position
                  Vectors = s.Vectors |> Map.map (fun name v -> apply (vector name) v) })

        Families.evaluate fields orders turned family

    orders, value

let private underInversion (fields: Map<string, Toolkit.Symbolic.CouplingTrees.Field>) name =
    if fields[name].Parity = Toolkit.Symbolic.CouplingTrees.Axial then Rotations.identity else Rotations.inversion

let private underTime (fields: Map<string, Toolkit.Symbolic.CouplingTrees.Field>) name =
    if fields[name].Time = Toolkit.Symbolic.CouplingTrees.Odd then Rotations.inversion else Rotations.identity

/// Signs of scalar fields, which the numbers do not carry: an axial or odd scalar field's density is taken as it is.
let private scalarSigns fields (f: Family) underTime =
    let rec leaves f =
        match f with
        | SiteSum(name, _) -> [ name ]
        | Joined(inner, _)
        | Gradient(inner, _)
        | Image inner -> leaves inner
        // All have the signs of the first.
        | Total families -> leaves families.Head
        | Coupled(a, b, _)
        | CoupledSeparately(a, b, _, _) -> leaves a @ leaves b
        | Any _ -> []

    leaves f
    |> List.sumBy (fun name ->
        let field: Toolkit.Symbolic.CouplingTrees.Field = Map.find name fields

        if field.Rank > 0 then 0
        elif underTime then (if field.Time = Toolkit.Symbolic.CouplingTrees.Odd then 1 else 0)
        elif field.Parity = Toolkit.Symbolic.CouplingTrees.Axial then 1
        else 0)
    |> signOf

let private signs (orders, value: float[] -> (string -> float[]) -> float[][]) fields f (parity: Sign option) (time: Sign option) =
    let same = fun _ -> Rotations.identity
    let before = value Rotations.identity same |> Array.concat

    parity
    |> Option.iter (fun s ->
        let k = Families.sign orders s * scalarSigns fields f false
        agree "inversion" (before |> Array.map ((*) k)) (value Rotations.inversion (underInversion fields) |> Array.concat))

    time
    |> Option.iter (fun s ->
        let k = Families.sign orders s * scalarSigns fields f true
        agree "time reversal" (before |> Array.map ((*) k)) (value Rotations.identity (underTime fields) |> Array.concat))

let private invariant (random: Random) (s: Invariant) =
    let orders, value = family random s.Fields s.Family
    let space = Rotations.randomRotation random
    let spin = if s.Separately then Rotations.randomRotation random else space
    let before = value Rotations.identity (fun _ -> Rotations.identity) |> Array.concat
    agree "rotation" before (value space (fun _ -> spin) |> Array.concat)
    signs (orders, value) s.Fields s.Family (Some s.Parity) (Some s.Time)
    true

let private equivariant (random: Random) (s: Equivariant) =
    let orders, value = family random s.Fields s.Family
    let same = fun _ -> Rotations.identity
    let before = value Rotations.identity same

    // Contracted with harmonics of a fixed vector that turns along, a family becomes an invariant.
    let contract (rows: float[][]) (y: float[]) =
        rows |> Array.transpose |> Array.map (Array.fold2 (fun sum a b -> sum + a * b) 0.0 y)

    let rotation = Rotations.randomRotation random
    let u = vectors random
    let turned = Rotations.applyToVectors rotation (ReadOnlySpan u)

    (match s.Action with
     | Jointly k ->
         let y = Families.harmonics (Families.order orders k)
         agree "joint rotation" (contract before (y u)) (contract (value rotation (fun _ -> rotation)) (y turned))
     | Separately(k, _) ->
         let y = Families.harmonics (Families.order orders k)
         agree "rotation of positions" (contract before (y u)) (contract (value rotation same) (y turned)))

    signs (orders, value) s.Fields s.Family (Some s.Parity) (Some s.Time)
    true

/// Evaluates a statement at one random point: true if the point was inside its domain, false if not; None for
/// statements that have no data of their own, which are tested by name.
/// Raises Refuted where the statement is false.
let rec tryHold (random: Random) (statement: Statement) : bool option =
    match statement with
    | :? SumRelation as s -> Some(sumRelation random s)
    | :? SymbolRelation as s -> Some(symbolRelation random s)
    | :? SumIdentity as s -> Some(sumIdentity random s)
    | :? Symmetry as s -> Some(symmetry random s)
    | :? ClosedForm as s -> Some(closedForm random s)
    | :? SymbolValue as s -> if isFar s then None else Some(symbolValue random s)
    | :? Orthogonality as s -> Some(orthogonality random s)
    | :? EqualNorms as s -> Some(equalNorms random s)
    | :? UnitNorm as s -> Some(unitNorm random s)
    | :? Annihilation as s -> Some(annihilation random s)
    | :? Substitution as s -> Some(substitution random s)
    | :? CoefficientIsSum as s -> Some(coefficient random s)
    | :? Invariant as s -> Some(invariant random s)
    | :? Equivariant as s when s.Hypotheses.IsEmpty -> Some(equivariant random s)
    | :? SignOf as s ->
        let parity, time = if s.UnderTime then None, Some s.Sign else Some s.Sign, None
        signs (family random s.Fields s.Family) s.Fields s.Family parity time
        Some true
    | :? AllOf as s ->
        let results = s.Parts |> List.map (tryHold random) |> List.choose id
        if results.IsEmpty then None else Some(List.contains true results)
    | _ -> None

/// Evaluates a statement until `count` points inside its domain have been seen, or fifty times as many at all.
let holdsAt (count: int) (random: Random) (statement: Statement) : int option =
    let mutable inside, tries = 0, 0
    let mutable known = true

    while known && inside < count && tries < 50 * count do
        tries <- tries + 1

        match tryHold random statement with
        | Some true -> inside <- inside + 1
        | Some false -> ()
        | None -> known <- false

    if known then Some inside else None
