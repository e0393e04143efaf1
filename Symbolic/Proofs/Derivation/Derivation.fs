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
        /// The largest total degree of the C_i.
        Degree: int
        /// No relation among all the shifts asked for has coefficients C_i of at most this total degree.
        NoneUpTo: int
        /// Shifts asked for that the relation does not need.
        Unused: int
    }

/// Why there is no relation.
type NoRelation =
    /// No telescoper connects the sums, whatever the degree, and no relation of any kind has coefficients of at most
    /// this total degree: `equations` sampled values of the sums leave none of the `unknowns` coefficients free modulo
    /// a prime.
    | Unrelated of degree: int * equations: int * unknowns: int
    /// None of at most this total degree, which is where the search was told to stop.
    | NoneUpTo of degree: int
    /// A relation of this degree was seen, but not proved.
    | Unproved of degree: int * reason: string
    /// The request makes no sense.
    | Invalid of reason: string

/// Finds relations. Nothing here is trusted: guesses are made modulo a prime at random points, and the kernel decides.
[<RequireQualifiedAccess>]
module Derivation =

    /// The largest degree that is searched where nobody asks for less.
    [<Literal>]
    let MostDegree = UniqueRelation.MostDegree

    /// Linear systems with more unknowns are not solved.
    [<Literal>]
    let MostUnknowns = Slices.MostUnknowns

    /// The q with T(q) = Σ C_i r_i and what the C_i have to be multiplied by for it to have integer coefficients, by
    /// interpolation.
    let private quotient (system: PointSystem) (ratioDegrees: int list) (guesses: Guess list) (parameters: int) random =
        let degree =
            List.map2 (fun (g: Guess) d -> g.Degree + d) guesses ratioDegrees |> List.max
            |> fun d -> d - system.TelescoperDegree

        let simplest = guesses |> List.indexed |> List.minBy (fun (_, g) -> g.Rest.Count) |> fst
        let prepared = guesses |> List.map (fun g -> g.Factors, Modular.evaluator g.Rest (parameters + 1)) |> Array.ofList

        let value i (point: uint64[]) =
            let factors, rest = prepared[i]
            Modular.multiply (Guess.productAt factors point) (rest (Array.append [| 0UL |] point))

        /// The C_i; where they are unique up to a factor, one of them tells the others.
        let coefficientsAt point =
            match system.Relations point with
            | [ w ] when w[simplest] <> 0UL ->
                let factor = Modular.multiply (value simplest point) (Modular.inverse w[simplest])
                w |> Array.map (Modular.multiply factor)
            | _ -> Array.init prepared.Length (fun i -> value i point)

        // Below the degree of the telescoper nothing but q = 0 is left.
        let grid = SimplexGrid(parameters, max degree 0, random)
        let values = grid.Points |> Array.map (fun point -> system.Quotient(point, coefficientsAt point))

        if Array.exists Option.isNone values then
            None
        else
            let values = Array.map Option.get values

            [ for k in 0 .. system.MostPower -> grid.Interpolate(values |> Array.map (fun v -> v[k])) ]
            |> Guess.integers
            |> Option.map (fun (scale, vectors) ->
                let q =
                    vectors
                    |> List.mapi (fun k v -> Guess.polynomial k grid.Exponents v)
                    |> List.fold (fun sum p -> sum + p) Polynomial.Zero

                scale, q)

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
        (domains: BigInteger list list)
        =
        let relation = sums.Certificate :?> TelescopingCertificate
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

        let factors = guesses |> List.map (fun (g: Guess) -> counts g.Factors)
        let norms = shifts |> List.map norm

        let forms =
            List.collect (fun (g: Guess) -> g.Factors) guesses @ (norms |> List.collect (fun n -> List.ofSeq n.Keys))
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
            List.choose (Normalisation.domainOf symbol) claim @ domains |> List.filter (fun d -> (holds [ d ]).IsOk)
        with
        | [] -> None
        | proved -> Result.toOption (holds proved)

    let private systemOf (term: Term) (shifts: BigInteger list list) =
        let basePoint = Term.commonBase term shifts
        let ratios = shifts |> List.map (Term.ratio term basePoint)

        if List.exists Option.isNone ratios then
            None
        else
            let ratios = List.map Option.get ratios
            Some(basePoint, ratios, PointSystem(term, basePoint, ratios))

    /// The guess proved; Error: why not.
    let private proveGuess (symbol: Symbol) domains random (asked: BigInteger list list) (twiceShifts: BigInteger list list) all =
        let term = symbol.Term
        let shifts = twiceShifts |> List.map (Definition.shift symbol >> Option.get)

        // A shift that the relation does not need is left out.
        let used = List.zip3 all shifts twiceShifts |> List.filter (fun (g: Guess, _, _) -> not g.Rest.IsZero)
        let guesses, shifts, twiceShifts = List.unzip3 used

        match systemOf term shifts with
        | None -> Error "two shifts are too far apart"
        | Some(basePoint, ratios, system) ->
            match quotient system (ratios |> List.map List.length) guesses (term.Variables.Length - 1) random with
            | None -> Error "the quotient by the telescoper has no polynomial with integers that one prime can tell"
            | Some(scale, q) ->
                let scaled = guesses |> List.map (fun g -> scale * (g.Rest * Term.product g.Factors))

                let content =
                    q :: scaled
                    |> List.fold (fun g c -> BigInteger.GreatestCommonDivisor(g, c.Content)) BigInteger.Zero

                let reduce (c: Polynomial) = (c.TryDivide(Polynomial.Constant content)).Value

                Telescoping.prove term (List.zip (List.map reduce scaled) shifts) basePoint (reduce q)
                |> Result.map (fun sums ->
                    let degree = guesses |> List.map _.Degree |> List.max

                    { Sums = sums
                      Symbols = normalise symbol sums guesses twiceShifts domains
                      Degree = degree
                      NoneUpTo = -1
                      Unused = asked.Length - twiceShifts.Length })

    /// A limit of the kernel's polynomials that has been passed is a reason as well.
    let private within (attempt: unit -> Result<'a, string>) : Result<'a, string> =
        try
            attempt ()
        with :? OverflowException as limit ->
            Error limit.Message

    /// Of n things, all choices of three.
    let private triples n =
        [ for i in 0 .. n - 3 do
              for k in i + 1 .. n - 2 do
                  for l in k + 1 .. n - 1 -> [ i; k; l ] ]

    let private search (domains: BigInteger list list) (symbol: Symbol) (maxDegree: int) (twiceShifts: BigInteger list list) =
        let term = symbol.Term
        let parameters = term.Variables.Length - 1
        let shifts = twiceShifts |> List.map (Definition.shift symbol >> Option.get)
        // Any seed will do: a guess is proved or discarded.
        let random = Random 61
        let size = twiceShifts |> List.concat |> List.map (fun k -> int (BigInteger.Min(BigInteger.Abs k, 16I))) |> List.max
        let known = Guess.factors symbol size
        let prove = proveGuess symbol domains random twiceShifts

        /// Three of the shifts, their system and the outline of their relation.
        let outlineOf (chosen: int list) =
            systemOf term (chosen |> List.map (fun i -> shifts[i]))
            |> Option.bind (fun (_, _, system) ->
                UniqueRelation.outline system known parameters maxDegree random
                |> Option.map (fun outline -> chosen, system, outline))

        let proveOutline (chosen: int list, system, outline: Outline) =
            match UniqueRelation.guess system outline random with
            | None -> Error(Unproved(outline.Degree, "its integers are too large to be told by one prime"))
            | Some guesses ->
                within (fun () -> prove (chosen |> List.map (fun i -> twiceShifts[i])) guesses)
                |> Result.mapError (fun why -> Unproved(outline.Degree, why))

        match systemOf term shifts with
        | None -> Error(Invalid "two shifts are too far apart")
        | Some(_, _, system) ->
            let point = Array.init parameters (fun _ -> uint64 (random.NextInt64(1L, int64 Modular.Prime)))

            match (system.Relations point).Length with
            | 0 ->
                let rec exclude d (last: NoRelation) =
                    if d > maxDegree || SimplexGrid.Monomials(parameters, d).Length * shifts.Length > Slices.MostUnknowns then
                        Error last
                    else
                        match SumValues.exclude symbol shifts d random with
                        | Some(equations, unknowns) -> exclude (d + 1) (Unrelated(d, equations, unknowns))
                        | None -> Error(Unproved(d, "no telescoper connects the sums"))

                exclude 0 (Unrelated(-1, 0, 0))
            | 1 when shifts.Length = 3 ->
                match outlineOf [ 0; 1; 2 ] with
                | None -> Error(NoneUpTo(min maxDegree MostDegree))
                // The outline's degree is the least on a random line.
                | Some found -> proveOutline found |> Result.map (fun r -> { r with NoneUpTo = r.Degree - 1 })
            | _ ->
                // Any three are related already; all together may be by coefficients of a lower degree.
                let three =
                    triples shifts.Length
                    |> List.choose outlineOf
                    |> List.sortBy (fun (_, _, outline) -> outline.Degree)
                    |> List.tryHead

                let ceiling =
                    match three with
                    | Some(_, _, outline) -> outline.Degree - 1
                    | None -> maxDegree

                let fallBack excluded =
                    match three with
                    | Some found -> proveOutline found |> Result.map (fun r -> { r with NoneUpTo = excluded })
                    | None -> Error(NoneUpTo excluded)

                let rec byDegree d =
                    if d > ceiling then
                        fallBack ceiling
                    else
                        match Slices.atDegree system parameters d random with
                        | Excluded _ -> byDegree (d + 1)
                        | Unsettled -> fallBack (d - 1)
                        | Present vectors ->
                            let exponents = SimplexGrid.Monomials(parameters, d) |> List.map Array.ofList

                            let guess (v: uint64[][]) =
                                Modular.tryIntegers (Array.concat v)
                                |> Option.map (fun integers ->
                                    integers
                                    |> Array.chunkBySize exponents.Length
                                    |> Array.map (fun c -> { Factors = []; Rest = Guess.polynomial 0 exponents c })
                                    |> List.ofArray)

                            let proved =
                                vectors
                                |> List.tryPick (guess >> Option.bind (fun g -> within (fun () -> prove twiceShifts g) |> Result.toOption))

                            match proved with
                            | Some relation -> Ok { relation with NoneUpTo = d - 1 }
                            | None -> fallBack (d - 1)

                byDegree 0

    /// The relation between the symbols at the given shifts (twice the changes of the quantum numbers): found modulo a
    /// prime, then proved. `maxDegree` bounds the total degree of the coefficients of the sums. The normalised form is
    /// proved wherever one of the symbols is defined, as far as the kernel agrees, and in those of `domains` that it
    /// accepts.
    let relationIn
        (domains: BigInteger list list)
        (symbol: Symbol)
        (maxDegree: int)
        (twiceShifts: BigInteger list list)
        : Result<DerivedRelation, NoRelation> =
        let invalid = twiceShifts |> List.tryFind (Definition.shift symbol >> Option.isNone)

        match invalid with
        | _ when twiceShifts.Length < 2 -> Error(Invalid "a relation needs at least two shifts")
        | _ when List.distinct twiceShifts <> twiceShifts -> Error(Invalid "two shifts are the same")
        | Some bad ->
            let text = List.map2 (fun name (k: BigInteger) -> name + (float k / 2.0).ToString "+0.#;-0.#;+0") symbol.Quanta bad
            let shift = String.Join(" ", text)
            Error(Invalid $"the shift {shift} breaks a sum rule or makes an integer combination half-integer")
        | None -> search domains symbol maxDegree twiceShifts

    /// `relationIn` without further domains.
    let relation (symbol: Symbol) (maxDegree: int) (twiceShifts: BigInteger list list) =
        relationIn [] symbol maxDegree twiceShifts
