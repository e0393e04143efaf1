namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// K √(Π Radicand) · symbol(quantum numbers + Shift/2): one summand of a relation between normalised symbols.
type SymbolTerm =
    {
        /// K, a polynomial in the quantum numbers.
        Coefficient: Polynomial
        /// Factors under the root: integer-linear forms in the quantum numbers.
        Radicand: Linear list
        /// Twice the change of each quantum number.
        Shift: int[]
    }

/// How the coefficient K of a symbol comes from the coefficient C of its sum: K σ ΠX = κ C ΠY, σ the symbol's sign, X
/// and Y forms in the integer parameters that are positive where the symbol is defined, κ the same for every term.
type Witness = { X: Linear list; Y: Linear list }

/// A set of points at which a relation between symbols is claimed.
type Domain =
    /// Where the symbol of the summand with this number (from 0) is defined.
    | Summand of int
    /// Where the i-th of the forms that define the symbol's domain is ≥ the i-th of these.
    | Bounds of int list

/// Σ_i K_i √R_i · symbol(q + δ_i) = 0.
[<Sealed>]
type SymbolRelation internal (symbol: Symbol, terms: SymbolTerm list, domains: Domain list, vanishing: Domain list) =
    inherit Statement()

    /// Which symbol.
    member _.Symbol = symbol

    /// The summands.
    member _.Terms = terms

    /// The relation holds at every point of each of these, if a symbol outside its domain counts as 0.
    member _.Domains = domains

    /// Those of `Domains` in which the coefficient of a symbol outside its domain vanishes by itself.
    member _.Vanishing = vanishing

    /// "sqrt((j2 + m2)*(j3 - m3))*3j(j1, j2 - 1/2, …)".
    static member internal Print(symbol: Symbol, term: SymbolTerm) =
        let halves (k: int) = if k % 2 = 0 then string (k / 2) else $"{k}/2"

        let argument name k =
            if k = 0 then name
            elif k > 0 then $"{name} + {halves k}"
            else $"{name} - {halves -k}"

        let quanta = Array.map2 argument symbol.Quanta term.Shift
        let half (i: int) = String.Join(", ", quanta[3 * i .. 3 * i + 2])

        let root =
            match term.Radicand with
            | [] -> ""
            | forms ->
                let body = forms |> List.map (fun f -> $"({Linear.print symbol.Quanta f})")
                $"""*sqrt({String.Join("*", body)})"""

        $"({term.Coefficient.Print symbol.Quanta}){root}*{symbol.Name}({half 0}; {half 1})"

    override _.Text =
        let sum = terms |> List.map (fun t -> SymbolRelation.Print(symbol, t)) |> String.concat " + "

        let inQuanta =
            Linear.substitute (Array.append [| Linear.constant symbol.Quanta.Length 0 |] symbol.Parameters)

        let where (sets: Domain list) =
            sets
            |> List.map (function
                | Summand r -> $"the symbol of summand {r + 1} is defined"
                | Bounds bounds ->
                    List.map2
                        (fun form k -> $"{Linear.print symbol.Quanta (inQuanta form)} >= {k}")
                        symbol.Physical
                        bounds
                    |> String.concat ", ")
            |> String.concat ", or "

        let boundary =
            if vanishing = domains then "the coefficient of a symbol outside its domain vanishes"
            elif vanishing.IsEmpty then "a symbol outside its domain counts as 0"
            else
                "a symbol outside its domain counts as 0, and its coefficient vanishes by itself wherever "
                + where vanishing

        $"{sum} = 0 for all integers and half-integers, wherever {where domains}; {boundary}"

/// Certificate of `Normalisation.prove`.
[<Sealed>]
type NormalisationCertificate
    internal
    (
        symbol: Symbol,
        terms: SymbolTerm list,
        domains: Domain list,
        witnesses: Witness list,
        scale: struct (BigInteger * BigInteger)
    ) =
    inherit Certificate()

    /// Which symbol.
    member _.Symbol = symbol

    /// The claim.
    member _.Terms = terms

    /// See `SymbolRelation.Domains`.
    member _.Domains = domains

    /// One for each summand.
    member _.Witnesses = witnesses

    /// κ as numerator and denominator.
    member _.Scale = scale

    override _.Rule = "normalisation"
    override _.Size = terms |> List.sumBy _.Coefficient.Count

/// What follows from the definition of a symbol alone, and is checked for each definition before use.
[<RequireQualifiedAccess>]
module Definition =

    /// Sums of at most three of the forms whose non-negativity defines the symbol's domain, by coefficients.
    let private combinations (symbol: Symbol) =
        let physical = Array.ofList symbol.Physical
        let n = physical.Length
        let arity = symbol.Term.Variables.Length

        [ for i in 0 .. n - 1 do
              [ i ]
              for k in i .. n - 1 do
                  [ i; k ]
                  for l in k .. n - 1 do
                      [ i; k; l ] ]
        |> List.map (fun chosen ->
            chosen |> List.fold (fun sum i -> Linear.add sum physical[i]) (Linear.constant arity 0), chosen)
        |> List.groupBy (fun (sum, _) -> List.ofArray sum.Coefficients)
        |> dict

    let private cache = System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<_>>()

    /// A number that `form` (in the parameters) cannot fall below where the i-th physical form is ≥ bounds[i] for all
    /// i: the best that sums of up to three of them give. None if there is no such sum.
    let atLeast (symbol: Symbol) (bounds: int[]) (form: Linear) : int option =
        if Linear.isConstant form then
            Some form.Constant
        else
            let table = cache.GetOrAdd(symbol.Name, fun _ -> lazy (combinations symbol)).Force()

            match table.TryGetValue(List.ofArray form.Coefficients) with
            | true, sums ->
                sums
                |> List.map (fun (sum, chosen) -> form.Constant - sum.Constant + List.sumBy (fun i -> bounds[i]) chosen)
                |> List.max
                |> Some
            | _ -> None

    /// The parameters' integer change for a change of the quantum numbers (given doubled); None if it is not integer.
    let shift (symbol: Symbol) (twice: int[]) : int[] option =
        let changes = symbol.Parameters |> Array.map (Linear.change twice)

        let back =
            symbol.TwiceQuanta
            |> Array.map (Linear.change (Array.append [| 0 |] (changes |> Array.map (fun c -> c / 2))))

        if Array.forall (fun c -> c % 2 = 0) changes && back = twice then
            Some(changes |> Array.map (fun c -> c / 2))
        else
            None

    /// A form in the quantum numbers as a form in the parameters; None if its coefficients are not integers there.
    let formInParameters (symbol: Symbol) (form: Linear) : Linear option =
        Linear.substitute symbol.TwiceQuanta { form with Constant = 0 }
        |> Linear.plus (2 * form.Constant)
        |> Linear.tryHalve

    /// 2^degree times a polynomial in the quantum numbers, as a polynomial in the parameters.
    let polynomialInParameters (symbol: Symbol) (degree: int) (polynomial: Polynomial) : Polynomial =
        let arity = symbol.Quanta.Length
        let images = symbol.TwiceQuanta |> Array.map (fun q -> Polynomial.OfLinear q)
        let mutable sum = Polynomial.Zero

        for exponents, coefficient in polynomial.Terms arity do
            let power = BigInteger.Pow(BigInteger 2, degree - Array.sum exponents)
            sum <- sum + (coefficient * power) * (Polynomial.Monomial exponents).Substitute images

        sum

    /// The sum vanishes wherever the symbol is undefined: every physical form is the sum of one argument of the
    /// denominator that grows with s and one that falls, so where it is negative one of the two always is.
    let private vanishesOutside (symbol: Symbol) =
        let denominator = symbol.Term.Denominator

        symbol.Physical
        |> List.forall (fun r ->
            List.allPairs denominator denominator
            |> List.exists (fun (x, y) -> x.Coefficients[0] = 1 && y.Coefficients[0] = -1 && Linear.add x y = r))

    /// Inside, every factorial under the root is of a natural number.
    let private rootIsDefined (symbol: Symbol) =
        let bounds = Array.zeroCreate symbol.Physical.Length

        symbol.NormNumerator @ symbol.NormDenominator
        |> List.forall (fun x -> atLeast symbol bounds x |> Option.exists (fun least -> least >= 0))

    /// Quantum numbers and parameters determine each other.
    let private isCoordinateChange (symbol: Symbol) =
        // A parameter's form in the doubled quantum numbers, which are forms in the parameters, is 2·(itself).
        let doubled = symbol.Parameters |> Array.map (Linear.substitute symbol.TwiceQuanta)
        let arity = symbol.Term.Variables.Length
        doubled = Array.init doubled.Length (fun i -> Linear.scale 2 (Linear.variable arity (i + 1)))

    /// One of the two definitions that a reader has to trust, and all of the above.
    let isSound (symbol: Symbol) =
        (symbol = Symbol.threeJ || symbol = Symbol.sixJ)
        && vanishesOutside symbol
        && rootIsDefined symbol
        && isCoordinateChange symbol

/// From a relation between sums to the relation between normalised symbols, square roots and all.
[<RequireQualifiedAccess>]
module Normalisation =

    let private sorted (factors: Linear list) = List.sort factors

    /// (x+low+1)…(x+high) above, or its inverse.
    let private factorialRatio (x: Linear) (fromShift: int) (toShift: int) =
        let factors low high = [ for k in low + 1 .. high -> Linear.plus k x ]
        factors fromShift toShift, factors toShift fromShift

    /// Π numerator! / Π denominator! at one shift over the same at another, as two products of factors, all positive
    /// where both symbols are defined.
    let normRatio (symbol: Symbol) (fromShift: int[]) (toShift: int[]) =
        let change (shift: int[]) x = Linear.change (Array.append [| 0 |] shift) x
        let part x = factorialRatio x (change fromShift x) (change toShift x)
        let above = symbol.NormNumerator |> List.map part
        let below = symbol.NormDenominator |> List.map part
        List.collect fst above @ List.collect snd below, List.collect snd above @ List.collect fst below

    /// The polynomial vanishes where form = value: substitute for a variable whose coefficient is ±1.
    let private vanishesOn (arity: int) (form: Linear) (value: int) (polynomial: Polynomial) =
        match Array.tryFindIndex (fun c -> abs c = 1) form.Coefficients with
        | None -> false
        | Some i ->
            let sign = form.Coefficients[i]
            // x_i = sign·(value − rest)
            let rest = { form with Coefficients = Array.mapi (fun k c -> if k = i then 0 else c) form.Coefficients }
            let solved = Linear.scale sign (Linear.subtract (Linear.constant arity value) rest)
            let images = Array.init arity (fun k -> if k = i then Polynomial.OfLinear solved else Polynomial.Variable k)
            (polynomial.Substitute images).IsZero

    /// Proves Σ_i K_i √R_i · symbol(q + δ_i) = 0 from the relation Σ_i C_i S(p + δ_i) = 0 between the sums (same order,
    /// same shifts), at all points of the given domains.
    ///
    /// The symbol is σ √N S. With K_i σ_i X_i = κ C_i Y_i, the coefficient K_i √R_i is λ_i C_i σ_i / √N_i for
    /// λ_i = κ (Y_i/X_i) √(R_i N_i). Checked: that identity between polynomials; that λ_i² is the same for all i, by
    /// comparing R_i, Y_i², X_i² and N_i/N_r factor by factor; that all X, Y are positive and all R_i ≥ 0 where both
    /// symbols are defined, so that λ_i = λ_r follows from the equality of squares for any two defined symbols. Where a
    /// symbol is not defined its sum S is 0, so the relation holds without it. Whether its coefficient vanishes there
    /// is decided on every hyperplane that the domain and the shift leave between them, and becomes part of the
    /// statement.
    let prove
        (symbol: Symbol)
        (relation: Theorem)
        (claim: SymbolTerm list)
        (domains: Domain list)
        (witnesses: Witness list)
        (struct (scaleUp, scaleDown): struct (BigInteger * BigInteger))
        : Result<Theorem, string> =
        let arity = symbol.Term.Variables.Length
        let shifts = claim |> List.map (fun t -> Definition.shift symbol t.Shift)

        match relation.Statement with
        | :? SumRelation as sums when sums.Term = symbol.Term ->
            let radicands =
                claim |> List.map (fun t -> t.Radicand |> List.map (Definition.formInParameters symbol))

            if not (Definition.isSound symbol) then
                Error "the symbol's definition does not have the properties that the rule needs"
            elif claim.Length <> sums.Terms.Length || witnesses.Length <> claim.Length then
                Error "the claim has another number of terms than the relation between sums"
            elif List.exists Option.isNone shifts || List.map Option.get shifts <> List.map snd sums.Terms then
                Error "the claim's shifts are not those of the relation between sums"
            elif radicands |> List.exists (List.exists Option.isNone) then
                Error "a factor under a root is not an integer"
            elif
                domains.IsEmpty
                || domains
                   |> List.exists (function
                       | Summand r -> r < 0 || r >= claim.Length
                       | Bounds bounds -> bounds.Length <> symbol.Physical.Length)
            then
                Error "no valid domain"
            elif scaleUp.Sign <= 0 || scaleDown.Sign <= 0 then
                Error "the scale must be positive"
            else
                let shifts = Array.ofList (List.map Option.get shifts)
                let radicands = radicands |> List.map (List.map Option.get) |> Array.ofList
                let witnesses' = Array.ofList witnesses
                let degree = claim |> List.map _.Coefficient.TotalDegree |> List.max |> max 0
                let physical = Array.ofList symbol.Physical

                let change (i: int) (form: Linear) = Linear.change (Array.append [| 0 |] shifts[i]) form

                /// Lower bounds of the physical forms in a domain.
                let boundsOf domain =
                    match domain with
                    | Summand r -> physical |> Array.map (fun form -> -(change r form))
                    | Bounds bounds -> Array.ofList bounds

                /// And where, moreover, the symbols of the given terms are defined.
                let within domain (defined: int list) =
                    defined
                    |> List.fold (fun bounds i -> Array.map2 max bounds (boundsOf (Summand i))) (boundsOf domain)

                let atLeast n bounds form =
                    Definition.atLeast symbol bounds form |> Option.exists (fun k -> k >= n)

                let coefficients =
                    claim
                    |> List.map (fun t -> Definition.polynomialInParameters symbol degree t.Coefficient)
                    |> Array.ofList

                let sign i = if change i symbol.Phase % 2 = 0 then BigInteger.One else BigInteger.MinusOne

                let sumCoefficients = sums.Terms |> List.map fst |> Array.ofList

                let scaled i =
                    let left = (scaleDown * sign i) * (coefficients[i] * Term.product witnesses'[i].X)
                    let right = scaleUp * (sumCoefficients[i] * Term.product witnesses'[i].Y)
                    left = right

                let squares r i =
                    let up, down = normRatio symbol shifts[r] shifts[i]
                    let twice xs = xs @ xs
                    let x k = twice witnesses'[k].X
                    let y k = twice witnesses'[k].Y
                    sorted (radicands[i] @ up @ y i @ x r) = sorted (radicands[r] @ down @ y r @ x i)

                let positive domain (r, i) =
                    let bounds = within domain [ r; i ]

                    witnesses'[i].X @ witnesses'[i].Y @ witnesses'[r].X @ witnesses'[r].Y
                    |> List.forall (atLeast 1 bounds)
                    && List.forall (atLeast 0 bounds) (radicands[i] @ radicands[r])

                let vanishes domain i =
                    Array.zip physical (boundsOf domain)
                    |> Array.forall (fun (form, lowest) ->
                        [ lowest .. -(change i form) - 1 ]
                        |> List.forall (fun value ->
                            let plane = Linear.plus -value form

                            radicands[i] |> List.exists (fun x -> x = plane || x = Linear.scale -1 plane)
                            || vanishesOn arity form value coefficients[i]))

                let conditions domain =
                    sums.Conditions |> List.forall (List.exists (atLeast 0 (boundsOf domain)))

                let all = [ 0 .. claim.Length - 1 ]
                let pairs = List.allPairs all all |> List.filter (fun (r, i) -> r < i)

                if not (List.forall scaled all) then
                    Error "a coefficient does not come from that of the sum"
                elif not (pairs |> List.forall (fun (r, i) -> squares r i)) then
                    Error "the factors under the roots do not match the ratio of the norms"
                elif not (List.allPairs domains pairs |> List.forall (fun (domain, pair) -> positive domain pair)) then
                    Error "a factor may be negative where the symbols are defined"
                elif not (List.forall conditions domains) then
                    Error "the relation between the sums is not known to hold everywhere in the domain"
                else
                    let vanishing = domains |> List.filter (fun d -> List.forall (vanishes d) all)

                    let certificate =
                        NormalisationCertificate(symbol, claim, domains, witnesses, struct (scaleUp, scaleDown))

                    Ok(Rule.certifies certificate (SymbolRelation(symbol, claim, domains, vanishing)) [ relation ] [])
        | _ -> Error $"the premise is not a relation between sums of the {symbol.Name} symbol"
