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

// ---- equations between sums of products

/// A family so far from the origin that factorials there are not multiplied out.
let isFar (e: Equation) =
    e.Neighbours.IsNone
    && e.Left @ e.Right
       |> List.collect _.Values
       |> List.exists (fun v -> v.Twice |> List.exists (fun f -> BigInteger.Abs f.Constant > BigInteger 1000))

/// One of an equation's points: its variables, doubled, and its letters.
type private Place = { Twice: BigInteger list; Letters: Map<string, BigInteger> }

/// The doubled value of a form.
let private twice (place: Place) (form: Linear) = BigInteger 2 * form.Constant + Linear.change place.Twice form

let private valueOf (place: Place) (form: Linear) =
    let n = twice place form
    if not n.IsEven then refute $"half an integer: {n}/2"
    n / BigInteger 2

/// Doubled arguments. Beyond what fits there is nothing.
let private arguments place (v: Value) = v.Twice |> List.map (valueOf place)

let private isDefined place (v: Value) =
    match v.Function with
    | Function.Symbol symbol ->
        v.Twice |> List.forall (fun f -> (twice place f).IsEven)
        && FromFactorials.isDefined symbol.Name (arguments place v |> List.map int |> Array.ofList)
    | Function.Sum _ -> true

/// The places at which what is summed over has one of many values.
let private along (e: Equation) (place: Place) =
    match e.Bound with
    | [] -> [ place ]
    | _ -> [ for t in -40 .. 40 -> { place with Twice = BigInteger(2 * t) :: place.Twice.Tail } ]

let rec private holds e place condition =
    match condition with
    | NotNegative form -> (twice place form).Sign >= 0
    | Natural forms -> forms |> List.forall (fun form -> let n = twice place form in n.Sign >= 0 && n.IsEven)
    | NotZero forms -> forms |> List.forall (fun f -> not (twice place f).IsZero)
    | Defined v -> isDefined place v
    | SomewhereDefined v -> along e place |> List.exists (fun p -> isDefined p v)
    | Condition.All conditions -> conditions |> List.forall (holds e place)
    | OneOf conditions -> conditions |> List.exists (holds e place)

/// A polynomial's value, exact but for the last division.
let private polynomial (place: Place) (letters: string list) (p: Polynomial) : Fraction =
    let variables = place.Twice.Length
    let values = place.Twice @ [ for x in letters -> place.Letters[x] ]
    let degree = p.Terms values.Length |> Seq.fold (fun d (e, _) -> max d (List.sum (List.take variables e))) 0

    let up =
        (BigInteger.Zero, p.Terms values.Length)
        ||> Seq.fold (fun sum (exponents, c) ->
            let power = List.fold2 (fun (x: BigInteger) v e -> x * BigInteger.Pow(v, e)) c values exponents
            sum + power * BigInteger.Pow(BigInteger 2, degree - List.sum (List.take variables exponents)))

    { Up = up; Down = BigInteger.Pow(BigInteger 2, degree) }

let private toFloat (x: Fraction) =
    if x.Up.IsZero then
        0.0
    else
        float x.Up.Sign * exp (BigInteger.Log(BigInteger.Abs x.Up) - BigInteger.Log x.Down)

/// What stands before a product's values: all but the roots, exact, and the square of the roots.
let private before (e: Equation) (place: Place) (p: Product) : Fraction * float =
    if p.Down |> List.exists (fun f -> (valueOf place f).Sign < 0) then
        whole BigInteger.Zero, 1.0
    else
        let factorials = List.fold (fun p f -> p * factorial "a product" (valueOf place f)) BigInteger.One
        let power (x: BigInteger) (letter, e) = x * BigInteger.Pow(place.Letters[letter], int (valueOf place e))
        let powers = p.Powers |> List.fold power BigInteger.One
        let outside = { Up = sign (valueOf place p.Sign) * powers * factorials p.Up; Down = factorials p.Down }
        let roots = p.Roots |> List.fold (fun r f -> r * float (twice place f) / 2.0) 1.0
        times outside (polynomial place e.Letters p.Coefficient), roots * toFloat { Up = factorials p.RootUp; Down = factorials p.RootDown }

/// A product of symbols' values: where one is not defined it is 0, and what stands before it need not have a value.
let private inNumbers (e: Equation) (place: Place) (p: Product) : float =
    let isBound = p.Values |> List.exists (fun v -> v.Twice |> List.exists (fun f -> not e.Bound.IsEmpty && not f.Coefficients[0].IsZero))

    List.sum
        [ for place in (if isBound then along e place else [ place ]) do
              if p.Values |> List.forall (isDefined place) then
                  let values =
                      p.Values |> List.map (fun v ->
                          match v.Function with
                          | Function.Symbol symbol -> FromFactorials.value symbol.Name (arguments place v |> List.map int |> Array.ofList)
                          | Function.Sum term -> refute $"a sum among symbols: {Term.print term}")

                  let outside, square = before e place p
                  let size = List.fold (*) (toFloat outside) values * sqrt (abs square)
                  if square < 0.0 && abs size > 1e-9 then refute $"the root of {square}"
                  size
              elif holds e place e.Vanishing then
                  let outside, square = before e place p
                  if not outside.Up.IsZero && square <> 0.0 then refute "a coefficient beside the domain" ]

let private exactly (e: Equation) (place: Place) (p: Product) : Fraction =
    (fst (before e place p), p.Values)
    ||> List.fold (fun product v ->
        let term = v.Function.Term
        let letters = term.Letters |> List.map (fun x -> place.Letters[x])
        times product (sum term letters (arguments place v |> List.map (fun n -> n / BigInteger 2))))

/// One of the quantum numbers half a step away, so that sums that should be integers need not be: statements speak of such
/// numbers, too.
let private misfit (random: Random) (symbol: Symbol) (q: int[]) : int[] =
    let i, step = random.Next(if symbol = Symbol.ThreeJ then 5 else q.Length), 2 * random.Next 2 - 1
    // m3 is -m1 - m2.
    let change k = if k = i then step elif symbol = Symbol.ThreeJ && i > 2 && k = 5 then -step else 0
    q |> Array.mapi (fun k x -> x + change k)

let private equation (random: Random) (e: Equation) : bool =
    let symbols = e.Left @ e.Right |> List.collect _.Values |> List.exists _.Function.IsSymbol
    let free = e.Free.Length

    // Relative to one of the neighbours, however far that is.
    let shift =
        match e.Neighbours with
        | Some(_, terms) -> terms[random.Next terms.Length].Shift
        | None -> List.replicate free BigInteger.Zero

    let point =
        match e.Variables with
        | QuantumNumbers symbol ->
            let q = FromFactorials.point symbol.Name random (random.Next(1, 14))
            let q = (if random.Next 4 = 0 then misfit random symbol q else q) |> List.ofArray
            big (q @ List.init (free - q.Length) (fun _ -> random.Next 12))
        | Integers -> draw random free (if symbols then -4 else -3) (if symbols || free > 4 then 6 else 8) |> List.map ((*) (BigInteger 2))
        | Naturals -> draw random free 0 6 |> List.map ((*) (BigInteger 2))

    let letters =
        if symbols then big (List.ofArray FromFactorials.letters |> List.truncate e.Letters.Length) else draw random e.Letters.Length -3 3

    let place =
        { Twice = (e.Bound |> List.map (fun _ -> BigInteger.Zero)) @ List.map2 (fun (a: BigInteger) b -> a - b) point shift
          Letters = List.zip e.Letters letters |> Map.ofList }

    let isInside = holds e place e.Where

    if isInside then
        if symbols then
            let values = (e.Left |> List.map (inNumbers e place)) @ (e.Right |> List.map (inNumbers e place >> (~-)))
            let scale = values |> List.sumBy abs

            if not (abs (List.sum values) <= 1e-9 * scale + 1e-12) then
                refute $"""at 2q = {String.Join(", ", place.Twice)}: {List.sum values} of {scale}"""
        else
            let side (products: Product list) = products |> List.map (exactly e place) |> List.fold add (whole BigInteger.Zero)
            if not (same (side e.Left) (side e.Right)) then refute $"""at {String.Join(", ", place.Twice)} (doubled)"""

    isInside

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

let private invariant (random: Random) (s: FamilyFact) separately parity time =
    let orders, value = family random s.Fields s.Family
    let space = Rotations.randomRotation random
    let spin = if separately then Rotations.randomRotation random else space
    let before = value Rotations.identity (fun _ -> Rotations.identity) |> Array.concat
    agree "rotation" before (value space (fun _ -> spin) |> Array.concat)
    signs (orders, value) s.Fields s.Family (Some parity) (Some time)
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
    | :? Equation as e -> if isFar e then None else Some(equation random e)
    | :? Annihilation as s -> Some(annihilation random s)
    | :? Substitution as s -> Some(substitution random s)
    | :? CoefficientIsSum as s -> Some(coefficient random s)
    | :? FamilyFact as s ->
        match s.Claim with
        | Unchanged(separately, parity, time) -> Some(invariant random s separately parity time)
        | Multiplied(underTime, sign) ->
            let parity, time = if underTime then None, Some sign else Some sign, None
            signs (family random s.Fields s.Family) s.Fields s.Family parity time
            Some true
        | Renumbered -> None
    | :? Equivariant as s when s.Hypotheses.IsEmpty -> Some(equivariant random s)
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
