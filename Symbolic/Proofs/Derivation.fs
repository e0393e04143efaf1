namespace Toolkit.Symbolic.Proofs

open System
open System.Collections.Generic
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

/// A relation between neighbouring symbols that has been found and then proved.
type DerivedRelation =
    {
        /// Σ C_i S(p + δ_i) = 0.
        Sums: Theorem
        /// Σ K_i √R_i symbol(q + δ_i) = 0; None where the kernel does not see that the factors keep their signs.
        Symbols: Theorem option
    }

/// Why there is no relation.
type NoRelation =
    /// No relation whose coefficients have at most this total degree: `equations` sampled values of the sums leave none
    /// of the `unknowns` coefficients free modulo a prime, which excludes every such relation.
    | NoneUpTo of degree: int * equations: int * unknowns: int
    /// The request makes no sense.
    | Invalid of reason: string

/// Finds relations. Nothing here is trusted: guesses are made modulo a prime at random points, and the kernel decides.
[<RequireQualifiedAccess>]
module Derivation =

    /// More unknown coefficients than this are not searched for by increasing degree.
    [<Literal>]
    let MostUnknowns = 1000

    // ---- univariate polynomials modulo p, ascending coefficients

    let private trim (f: uint64[]) =
        let n = 1 + Array.FindLastIndex(f, fun c -> c <> 0UL)
        Array.truncate n f

    let private valueAt (f: uint64[]) (x: uint64) =
        Array.foldBack (fun c acc -> Modular.add c (Modular.multiply acc x)) f 0UL

    /// f·(c0 + c1 x).
    let private timesLinear (c0: uint64) (c1: uint64) (f: uint64[]) =
        Array.init (f.Length + 1) (fun i ->
            let low = if i < f.Length then Modular.multiply c0 f[i] else 0UL
            let high = if i > 0 then Modular.multiply c1 f[i - 1] else 0UL
            Modular.add low high)

    /// f / (x − root), whose remainder is known to be 0.
    let private deflate (root: uint64) (f: uint64[]) =
        let quotient = Array.zeroCreate (f.Length - 1)
        let mutable carry = 0UL

        for i in f.Length - 1 .. -1 .. 1 do
            carry <- Modular.add f[i] (Modular.multiply carry root)
            quotient[i - 1] <- carry

        quotient

    let private linearAt (form: Linear) (point: uint64[]) =
        let mutable sum = Modular.ofBigInteger form.Constant

        form.Coefficients.Tail
        |> List.iteri (fun i c ->
            if not c.IsZero then
                sum <- Modular.add sum (Modular.multiply (Modular.ofBigInteger c) point[i]))

        sum

    let private productAt (factors: Linear list) (point: uint64[]) =
        factors
        |> List.fold (fun f x -> timesLinear (linearAt x point) (Modular.ofBigInteger x.Coefficients[Term.Index]) f) [| 1UL |]

    /// The relations at one point of parameter space: vectors (C_i) such that Σ C_i r_i(s) is a T(q) with numbers in
    /// it.
    let private relationsAt
        (term: Term)
        (basePoint: BigInteger list)
        (ratios: Linear list list)
        (point: uint64[])
        : uint64[] list =
        let n = ratios.Length
        let polynomials = ratios |> List.map (fun r -> productAt r point)
        let down, up, sign = Term.telescoper (Term.at basePoint term)
        let downAt, upAt = productAt down point, productAt up point

        let telescope (k: int) =
            // s^k and (s+1)^k
            let mutable left, right = downAt, upAt

            for _ in 1..k do
                left <- timesLinear 0UL 1UL left
                right <- timesLinear 1UL 1UL right

            Array.init (max left.Length right.Length) (fun i ->
                let l = if i < left.Length then left[i] else 0UL
                let r = if i < right.Length then right[i] else 0UL
                if sign = BigInteger.One then Modular.add l r else Modular.subtract l r)
            |> trim

        // The leading coefficient of T(s^k) can vanish for one k (it does for the 6j), hence a few more columns.
        let top = polynomials |> List.map (fun f -> f.Length - 1) |> List.max
        let first = telescope 0

        let columns =
            polynomials @ [ for k in 0 .. max 0 (top - (first.Length - 1)) + 3 -> telescope k ] |> Array.ofList

        let height = columns |> Array.map _.Length |> Array.max

        let rows =
            [ for i in 0 .. height - 1 -> columns |> Array.map (fun f -> if i < f.Length then f[i] else 0UL) ]

        Modular.nullSpace columns.Length rows
        |> List.map (Array.truncate n)
        |> List.filter (Array.exists ((<>) 0UL))

    /// Monomials of total degree at most d in n variables.
    let rec private monomials (n: int) (d: int) : int list list =
        if n = 0 then
            [ [] ]
        else
            [ for e in 0..d do
                  for rest in monomials (n - 1) (d - e) -> e :: rest ]

    let private monomialAt (exponents: int list) (point: uint64[]) =
        List.fold2
            (fun acc e x -> if e = 0 then acc else Modular.multiply acc (Modular.power x (uint64 e)))
            1UL
            exponents
            (List.ofArray point)

    let private polynomialOf (exponents: int list list) (coefficients: BigInteger list) =
        List.fold2
            (fun sum e (c: BigInteger) ->
                if c.IsZero then sum else sum + c * Polynomial.Monomial(0 :: e))
            Polynomial.Zero
            exponents
            coefficients

    let private randomPoint (random: Random) n =
        Array.init n (fun _ -> uint64 (random.NextInt64(1L, int64 Modular.Prime)))

    // ---- guessing

    /// Coefficients as known linear factors times an unknown rest.
    type private Guess = { Factors: Linear list; Rest: Polynomial }

    /// Linear forms that coefficients of such relations tend to contain: arguments of the factorials under the root,
    /// sums of two of them (twice a quantum number), each plus a small constant.
    let private candidates (symbol: Symbol) =
        let physical = symbol.Physical
        let pairs = List.allPairs physical physical |> List.map (fun (x, y) -> Linear.add x y)

        let bare =
            physical @ symbol.NormDenominator @ symbol.TwiceQuanta @ pairs
            |> List.map (fun x -> { x with Constant = BigInteger.Zero })
            |> List.filter (Linear.isConstant >> not)
            |> List.distinct

        [ for x in bare do
              for k in -4 .. 6 -> Linear.plus (BigInteger k) x ]

    /// The one relation up to a factor, by its behaviour along a line and then everywhere.
    let private guessUnique
        (symbol: Symbol)
        (basePoint: BigInteger list)
        (ratios: Linear list list)
        (maxDegree: int)
        (random: Random)
        =
        let term = symbol.Term
        let n = ratios.Length
        let parameters = term.Variables.Length - 1
        let origin, direction = randomPoint random parameters, randomPoint random parameters
        let along (t: uint64) = Array.map2 (fun a b -> Modular.add a (Modular.multiply t b)) origin direction

        let relation point =
            match relationsAt term basePoint ratios point with
            | [ c ] -> c
            | _ -> failwith "the point is exceptional"

        let samples = List<uint64 * uint64[]>()

        let sample i =
            while samples.Count <= i do
                let t = uint64 (samples.Count + 1)
                samples.Add((t, relation (along t)))

            samples[i]

        /// Equations that C(x) is proportional to w, for unknown coefficients of monomials.
        let proportional (w: uint64[]) (values: uint64[][]) =
            let pivot = Array.findIndex ((<>) 0UL) w
            let widths = values |> Array.map _.Length
            let starts = Array.scan (+) 0 widths

            [ for i in 0 .. n - 1 do
                  if i <> pivot then
                      let row = Array.zeroCreate starts[n]
                      values[i] |> Array.iteri (fun k v -> row[starts[i] + k] <- Modular.multiply w[pivot] v)

                      values[pivot]
                      |> Array.iteri (fun k v ->
                          row[starts[pivot] + k] <- Modular.subtract 0UL (Modular.multiply w[i] v))

                      row ]

        let rec line d =
            if d > maxDegree then
                None
            else
                let rows =
                    [ for i in 0 .. n * (d + 1) / (n - 1) + 2 do
                          let t, w = sample i
                          let powers = Array.init (d + 1) (fun k -> Modular.power t (uint64 k))
                          yield! proportional w (Array.create n powers) ]

                match Modular.nullSpace (n * (d + 1)) rows with
                | [ v ] -> Some(v |> Array.chunkBySize (d + 1) |> Array.map trim)
                | _ -> line (d + 1)

        line 0
        |> Option.bind (fun polynomials ->
            let known = candidates symbol

            let split (f: uint64[]) =
                let mutable rest = f
                let factors = List<Linear>()

                for form in known do
                    let slope =
                        Modular.subtract (linearAt form direction) (Modular.ofBigInteger form.Constant)

                    let root =
                        Modular.multiply (Modular.subtract 0UL (linearAt form origin)) (Modular.inverse slope)

                    while rest.Length > 1 && valueAt rest root = 0UL do
                        factors.Add form
                        rest <- deflate root rest

                List.ofSeq factors, rest.Length - 1

            let parts =
                polynomials |> Array.map (fun f -> if f.Length = 0 then [], -1 else split f)

            let supports =
                parts |> Array.map (fun (_, d) -> if d < 0 then [] else monomials parameters d)

            let unknowns = supports |> Array.sumBy _.Length

            let rows =
                [ for _ in 0 .. (supports |> Array.map _.Length |> Array.max |> max (unknowns / (n - 1))) + 4 do
                      let point = randomPoint random parameters

                      let values =
                          Array.map2
                              (fun (factors, _) support ->
                                  let known =
                                      factors |> List.fold (fun acc f -> Modular.multiply acc (linearAt f point)) 1UL

                                  support
                                  |> List.map (fun e -> Modular.multiply known (monomialAt e point))
                                  |> Array.ofList)
                              parts
                              supports

                      yield! proportional (relation point) values ]

            match Modular.nullSpace unknowns rows with
            | [ v ] ->
                Modular.tryIntegers v
                |> Option.map (fun integers ->
                    let starts = Array.scan (+) 0 (supports |> Array.map _.Length)

                    [ for i in 0 .. n - 1 ->
                          { Factors = fst parts[i]
                            Rest = polynomialOf supports[i] (List.ofArray integers[starts[i] .. starts[i + 1] - 1]) } ])
            | _ -> None)

    /// S at a point with natural arguments, modulo p.
    let private sumAt (term: Term) : BigInteger list -> uint64 =
        let factorials = List<uint64>([ 1UL ])

        let factorial n =
            while factorials.Count <= n do
                factorials.Add(Modular.multiply factorials[factorials.Count - 1] (uint64 factorials.Count))

            factorials[n]

        fun point ->
            let at (s: int) (x: Linear) = int (Linear.valueAt (BigInteger s :: point) x)
            let grows, falls = term.Denominator |> List.partition (fun x -> x.Coefficients[Term.Index].IsOne)
            let low = grows |> List.map (fun x -> -(at 0 x)) |> List.max

            let high =
                falls |> List.filter (fun x -> x.Coefficients[Term.Index] = BigInteger.MinusOne) |> List.map (at 0) |> List.min

            let mutable sum = 0UL

            for s in low..high do
                let above = term.Numerator |> List.fold (fun acc x -> Modular.multiply acc (factorial (at s x))) 1UL
                let below = term.Denominator |> List.fold (fun acc x -> Modular.multiply acc (factorial (at s x))) 1UL
                let value = Modular.multiply above (Modular.inverse below)

                sum <-
                    if term.Alternating && s % 2 <> 0 then Modular.subtract sum value else Modular.add sum value

            sum

    /// All relations whose coefficients have total degree ≤ d, from values of the sums at points where all are defined.
    let private guessByDegree (symbol: Symbol) (shifts: BigInteger list list) (d: int) (random: Random) =
        let term = symbol.Term
        let parameters = term.Variables.Length - 1
        let support = monomials parameters d
        let unknowns = support.Length * shifts.Length
        let sum = sumAt term

        let physicalPoint () =
            let rec draw () =
                let twice =
                    List.init symbol.Quanta.Length (fun i ->
                        if i < 3 || symbol = Symbol.SixJ then random.Next(4, 60) else random.Next(-50, 51))

                let twice =
                    if symbol = Symbol.ThreeJ then twice[..4] @ [ -twice[3] - twice[4] ] else twice
                    |> List.map (fun (k: int) -> BigInteger k)

                let doubled = symbol.Parameters |> List.map (Linear.change twice)
                let point = doubled |> List.map (fun x -> x / BigInteger 2)

                let defined (shift: BigInteger list) =
                    let full = BigInteger.Zero :: List.map2 (fun (a: BigInteger) b -> a + b) point shift
                    symbol.Physical |> List.forall (fun r -> (Linear.valueAt full r).Sign >= 0)

                if List.forall (fun (x: BigInteger) -> x.IsEven) doubled && List.forall defined shifts then
                    point
                else
                    draw ()

            draw ()

        let rows =
            [ for _ in 1 .. unknowns + 10 do
                  let point = physicalPoint ()
                  let field = point |> List.map Modular.ofBigInteger |> Array.ofList
                  let values = support |> List.map (fun e -> monomialAt e field)

                  [| for shift in shifts do
                         let s = sum (List.map2 (fun (a: BigInteger) b -> a + b) point shift)
                         for v in values -> Modular.multiply s v |] ]

        let vectors = Modular.nullSpace unknowns rows

        let relation (v: uint64[]) =
            Modular.tryIntegers v
            |> Option.map (fun integers ->
                integers
                |> Array.chunkBySize support.Length
                |> Array.map (fun c -> { Factors = []; Rest = polynomialOf support (List.ofArray c) })
                |> List.ofArray)

        List.tryPick relation vectors, rows.Length, unknowns

    // ---- proving the guess

    /// The q with T(q) = P, if it exists. Where a factor of Down or Up vanishes, T(q) has one term only, which gives
    /// q at a form in the parameters by an exact division; q is interpolated from such values.
    let private divide (term: Term) (basePoint: BigInteger list) (target: Polynomial) : Polynomial option =
        let atBase = Term.at basePoint term
        let down, up, sign = Term.telescoper atBase
        let arity = term.Variables.Length

        /// s as the root of a factor.
        let root (factor: Linear) =
            Linear.scale -factor.Coefficients[Term.Index] (Linear.without Term.Index factor)

        let at (form: Linear) (p: Polynomial) =
            p.Substitute(
                List.init arity (fun i -> if i = Term.Index then Polynomial.OfLinear form else Polynomial.Variable i)
            )

        let value (numerator: Polynomial) (factors: Linear list) where =
            (at where numerator).TryDivide(at where (Term.product factors))

        let nodes =
            [ for f in down -> Linear.plus BigInteger.One (root f), (fun () -> value (sign * target) up (root f))
              for f in up -> root f, (fun () -> value target down (root f)) ]
            |> List.distinctBy fst

        let rec interpolate
            (known: (Polynomial * Polynomial) list)
            (q: Polynomial)
            (rest: (Linear * (unit -> Polynomial option)) list)
            =
            // `known` holds the earlier nodes with their Newton coefficients, the first one first.
            if not known.IsEmpty && Term.telescope atBase q = target then
                Some q
            else
                match rest with
                | [] -> None
                | (node, compute) :: rest ->
                    compute ()
                    |> Option.bind (fun y ->
                        let x = Polynomial.OfLinear node

                        (Some y, known)
                        ||> List.fold (fun y (x', c) -> y |> Option.bind (fun y -> (y - c).TryDivide(x - x'))))
                    |> Option.bind (fun c ->
                        let s = Polynomial.Variable Term.Index
                        let basis = known |> List.fold (fun b (x', _) -> b * (s - x')) Polynomial.One
                        interpolate (known @ [ Polynomial.OfLinear node, c ]) (q + c * basis) rest)

        if target.IsZero then Some Polynomial.Zero else interpolate [] Polynomial.Zero nodes

    let private counts (forms: Linear list) = List.countBy id forms |> dict

    let private count (table: IDictionary<Linear, int>) form =
        match table.TryGetValue form with
        | true, n -> n
        | _ -> 0

    /// j3 − m3 rather than j3 + m1 + m2.
    let private readable (symbol: Symbol) (form: Linear) =
        let c = form.Coefficients

        if symbol = Symbol.ThreeJ && c[3] = c[4] && not c[3].IsZero then
            { form with Coefficients = [ c[0]; c[1]; c[2]; BigInteger.Zero; BigInteger.Zero; c[5] - c[3] ] }
        else
            form

    /// Moves squares out of the roots and common factors out of the relation, and asks the kernel for the normalised
    /// form.
    let private normalise
        (symbol: Symbol)
        (sums: Theorem)
        (guesses: Guess list)
        (twiceShifts: BigInteger list list)
        (domains: Domain list)
        =
        let relation = sums.Statement :?> SumRelation
        let shifts = relation.Terms |> List.map snd
        let change shift x = Linear.change (BigInteger.Zero :: shift) x

        /// Powers of linear forms in N(first)/N(this), under the root.
        let norm (shift: BigInteger list) =
            let powers = Dictionary<Linear, int>()

            let add x n =
                powers[x] <- n + (match powers.TryGetValue x with | true, m -> m | _ -> 0)

            let ratio sign (x: Linear) =
                let from, into = change shifts.Head x, change shift x
                for k in from + BigInteger.One .. into do add (Linear.plus k x) -sign
                for k in into + BigInteger.One .. from do add (Linear.plus k x) sign

            symbol.NormNumerator |> List.iter (ratio 1)
            symbol.NormDenominator |> List.iter (ratio -1)
            powers

        let factors = guesses |> List.map (fun g -> counts g.Factors)
        let norms = shifts |> List.map norm

        let forms =
            List.collect (fun g -> g.Factors) guesses @ (norms |> List.collect (fun n -> List.ofSeq n.Keys))
            |> List.distinct

        let squared =
            List.map2
                (fun f (n: Dictionary<Linear, int>) ->
                    forms |> List.map (fun x -> 2 * count f x + (match n.TryGetValue x with | true, m -> m | _ -> 0)))
                factors
                norms

        let least = List.transpose squared |> List.map List.min
        let powers = squared |> List.map (fun v -> List.map2 (-) v least)
        let inQuanta = symbol.InQuanta
        let polynomialInQuanta (p: Polynomial) = p.Substitute(inQuanta |> List.map (fun x -> Polynomial.OfLinear x))

        let parts =
            [ for i in 0 .. guesses.Length - 1 do
                  let outside = List.map2 (fun x v -> List.replicate (v / 2) x) forms powers[i] |> List.concat
                  let inside = List.map2 (fun x v -> if v % 2 = 1 then [ x ] else []) forms powers[i] |> List.concat
                  let sign = if (change shifts[i] symbol.Phase).IsEven then BigInteger.One else BigInteger.MinusOne
                  let k = sign * (guesses[i].Rest * Term.product outside)
                  let moved = List.map2 (fun x v -> x, v / 2 - count factors[i] x) forms powers[i]

                  { Coefficient = polynomialInQuanta k
                    Radicand = inside |> List.map (Linear.substitute inQuanta >> readable symbol)
                    Shift = twiceShifts[i] },
                  { Y = moved |> List.collect (fun (x, n) -> List.replicate (max n 0) x)
                    X = moved |> List.collect (fun (x, n) -> List.replicate (max -n 0) x) } ]

        let claim, witnesses = List.unzip parts
        let degree = claim |> List.map _.Coefficient.TotalDegree |> List.max |> max 0
        // The relation between sums may have been multiplied by an integer when it was divided by the telescoper.
        let i = guesses |> List.findIndex (fun g -> not g.Rest.IsZero)
        let original = guesses[i].Rest * Term.product guesses[i].Factors
        let multiple = (fst relation.Terms[i]).Leading / original.Leading

        let content =
            claim |> List.fold (fun g t -> BigInteger.GreatestCommonDivisor(g, t.Coefficient.Content)) BigInteger.Zero

        let claim =
            claim
            |> List.map (fun t ->
                { t with Coefficient = (t.Coefficient.TryDivide(Polynomial.Constant content)).Value })

        let up, down = BigInteger.Pow(BigInteger 2, degree), content * multiple
        let common = BigInteger.GreatestCommonDivisor(up, down)
        let scale = struct (up / common, down / common)

        let holds domains = Normalisation.prove symbol sums claim domains witnesses scale

        match
            ([ 0 .. claim.Length - 1 ] |> List.map Summand) @ domains |> List.filter (fun d -> (holds [ d ]).IsOk)
        with
        | [] -> None
        | proved -> Result.toOption (holds proved)

    /// The relation between the symbols at the given shifts (twice the changes of the quantum numbers): found modulo a
    /// prime, then proved. `maxDegree` bounds the total degree of the coefficients of the sums. The normalised form is
    /// proved wherever one of the symbols is defined, as far as the kernel agrees, and in those of `domains` that it
    /// accepts.
    let relationIn
        (domains: Domain list)
        (symbol: Symbol)
        (maxDegree: int)
        (twiceShifts: BigInteger list list)
        : Result<DerivedRelation, NoRelation> =
        let shifts = twiceShifts |> List.map (Definition.shift symbol)

        if twiceShifts.Length < 2 then
            Error(Invalid "a relation needs at least two shifts")
        elif twiceShifts |> List.distinct |> List.length <> twiceShifts.Length then
            Error(Invalid "two shifts are the same")
        elif shifts |> List.exists Option.isNone then
            let bad = twiceShifts[List.findIndex Option.isNone shifts]
            let text = List.map2 (fun name (k: BigInteger) -> name + (float k / 2.0).ToString "+0.#;-0.#;+0") symbol.Quanta bad

            let shift = String.Join(" ", text)
            Error(Invalid $"the shift {shift} breaks a sum rule or makes an integer combination half-integer")
        else
            let shifts = List.map Option.get shifts
            let term = symbol.Term
            let basePoint = Term.commonBase term shifts
            let ratios = shifts |> List.map (Term.ratio term basePoint >> Option.get)
            // Any seed will do: a guess is proved or discarded.
            let random = Random 61
            let generic = relationsAt term basePoint ratios (randomPoint random (term.Variables.Length - 1))

            let finish (all: Guess list) =
                // A shift that the relation does not need is left out.
                let used = List.zip3 all shifts twiceShifts |> List.filter (fun (g, _, _) -> not g.Rest.IsZero)
                let guesses, shifts, twiceShifts = List.unzip3 used
                let basePoint = Term.commonBase term shifts
                let ratios = shifts |> List.map (Term.ratio term basePoint >> Option.get)
                let coefficients = guesses |> List.map (fun g -> g.Rest * Term.product g.Factors)

                let target =
                    List.fold2 (fun acc c r -> acc + c * Term.product r) Polynomial.Zero coefficients ratios

                // q may have denominators; then the relation is multiplied by their product.
                [ 1; 27720 ]
                |> List.tryPick (fun scale ->
                    let scale = BigInteger scale
                    divide term basePoint (scale * target) |> Option.map (fun q -> scale, q))
                |> Option.bind (fun (scale, q) ->
                    let scaled = coefficients |> List.map (fun c -> scale * c)

                    let content =
                        q :: scaled
                        |> List.fold (fun g c -> BigInteger.GreatestCommonDivisor(g, c.Content)) BigInteger.Zero

                    let reduce (c: Polynomial) = (c.TryDivide(Polynomial.Constant content)).Value

                    match Telescoping.prove term (List.zip (List.map reduce scaled) shifts) basePoint (reduce q) with
                    | Ok sums -> Some { Sums = sums; Symbols = normalise symbol sums guesses twiceShifts domains }
                    | Error _ -> None)

            let unique =
                match generic with
                | [ _ ] -> guessUnique symbol basePoint ratios maxDegree random |> Option.bind finish
                | _ -> None

            match unique with
            | Some relation -> Ok relation
            | None ->
                // Several relations, or none: by increasing degree, as far as the linear algebra stays small.
                let size d = (monomials (term.Variables.Length - 1) d).Length * shifts.Length

                let rec search d (last: NoRelation) =
                    if d > maxDegree || (d > 0 && size d > MostUnknowns) then
                        Error last
                    else
                        match guessByDegree symbol shifts d random with
                        | None, equations, unknowns -> search (d + 1) (NoneUpTo(d, equations, unknowns))
                        | Some guesses, _, _ ->
                            match finish guesses with
                            | Some relation -> Ok relation
                            | None -> search (d + 1) last

                search 0 (NoneUpTo(-1, 0, 0))

    /// `relationIn` without further domains.
    let relation (symbol: Symbol) (maxDegree: int) (twiceShifts: BigInteger list list) =
        relationIn [] symbol maxDegree twiceShifts
