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
        Shift: BigInteger list
    }

/// What follows from the definition of a symbol alone, and is checked for each definition before use.
[<RequireQualifiedAccess>]
module Definition =

    let private two = BigInteger 2

    /// What the symbol is, for the statements about one that is no common name: "" for the 3j and the 6j.
    let meaning (symbol: Symbol) =
        let term, print = symbol.Term, Linear.print symbol.Quanta

        if term.Powers.IsEmpty then
            ""
        else
            let norm = symbol.NormNumerator |> List.map (fun f -> $"({print (Linear.substitute symbol.InQuanta f)})!")
            let parameters = List.map2 (fun name f -> $"{name} = {print f}") (Term.parameters term) symbol.Parameters

            $"""{symbol.Call symbol.Quanta} is sqrt({String.Join("*", norm)}) times the sum over all integers """
            + $"""{term.Variables[0]} of {Term.print term} with {String.Join(", ", parameters)}"""

    /// The parameters' integer change for a change of the quantum numbers (given doubled); None if it is not integer.
    let shift (symbol: Symbol) (twice: BigInteger list) : BigInteger list option =
        if twice.Length <> symbol.Quanta.Length then
            None
        else
            let changes = symbol.Parameters |> List.map (Linear.change twice)
            let halved = changes |> List.map (fun c -> c / two)
            let back = symbol.TwiceQuanta |> List.map (Linear.change (BigInteger.Zero :: halved))
            if changes |> List.forall _.IsEven && back = twice then Some halved else None

    /// A form in the quantum numbers as a form in the parameters; None if its coefficients are not integers there.
    let formInParameters (symbol: Symbol) (form: Linear) : Linear option =
        Linear.substitute symbol.TwiceQuanta { form with Constant = BigInteger.Zero }
        |> Linear.plus (two * form.Constant)
        |> Linear.tryHalve

    /// 2^degree times a polynomial in the quantum numbers and the letters, as a polynomial in the parameters and the letters;
    /// the degree is at least the polynomial's, which must contain no other variables.
    let polynomialInParameters (symbol: Symbol) (degree: int) (polynomial: Polynomial) : Polynomial =
        let arity, quanta = symbol.Names.Length, symbol.Quanta.Length

        if polynomial.Arity > arity then
            invalidArg (nameof polynomial) "the polynomial contains other variables than the quantum numbers and the letters"

        let letters = symbol.Term.Letters |> List.mapi (fun i _ -> Polynomial.Variable(symbol.Term.Variables.Length + i))
        let images = (symbol.TwiceQuanta |> List.map (fun q -> Polynomial.OfLinear q)) @ letters
        let mutable sum = Polynomial.Zero

        for exponents, coefficient in polynomial.Terms arity do
            let power = BigInteger.Pow(two, degree - List.sum (List.take quanta exponents))
            sum <- sum + (coefficient * power) * (Polynomial.Monomial exponents).Substitute images

        sum

    /// The sum vanishes wherever the symbol is undefined: every physical form is the sum of one argument of the
    /// denominator that grows with s and one that falls, so where it is negative one of the two always is.
    let private vanishesOutside (symbol: Symbol) =
        let denominator = symbol.Term.Denominator
        let slope (x: Linear) = x.Coefficients[Term.Index]

        symbol.Physical
        |> List.forall (fun r ->
            List.allPairs denominator denominator
            |> List.exists (fun (x, y) ->
                (slope x).IsOne && slope y = BigInteger.MinusOne && Linear.add x y = r))

    /// Inside, every factorial under the root is of a natural number.
    let private rootIsDefined (symbol: Symbol) =
        let bounds = symbol.Physical |> List.map (fun _ -> BigInteger.Zero)

        symbol.NormNumerator @ symbol.NormDenominator
        |> List.forall (fun x -> symbol.AtLeast(bounds, x) |> Option.exists (fun least -> least.Sign >= 0))

    /// Quantum numbers and parameters determine each other.
    let private isCoordinateChange (symbol: Symbol) =
        // A parameter's form in the doubled quantum numbers, which are forms in the parameters, is 2·(itself).
        let arity = symbol.Term.Variables.Length

        let doubled = List.init (arity - 1) (fun i -> Linear.scale two (Linear.variable arity (i + 1)))
        List.map (Linear.substitute symbol.TwiceQuanta) symbol.Parameters = doubled

    /// The properties of a symbol's definition that the rules need.
    let isSound (symbol: Symbol) =
        vanishesOutside symbol && rootIsDefined symbol && isCoordinateChange symbol

/// How the coefficient K of a symbol comes from the coefficient C of its sum: K σ ΠX = κ C ΠY, σ the symbol's sign, X
/// and Y forms in the integer parameters that are positive where the symbol is defined, κ the same for every term.
type Witness = { X: Linear list; Y: Linear list }

/// A set of points at which a relation between symbols is claimed.
type Domain =
    /// Where the symbol of the summand with this number (from 0) is defined.
    | Summand of int
    /// Where the i-th of the forms that define the symbol's domain is ≥ the i-th of these.
    | Bounds of BigInteger list

/// Σ_i K_i √R_i · symbol(q + δ_i) = 0.
[<Sealed>]
type SymbolRelation internal (symbol: Symbol, terms: SymbolTerm list, domains: Domain list, vanishing: Domain list) =
    inherit Statement(box (symbol, terms, domains, vanishing))

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
        let halves (k: BigInteger) = if k.IsEven then string (k / BigInteger 2) else $"{k}/2"

        let argument name (k: BigInteger) =
            if k.IsZero then name
            elif k.Sign > 0 then $"{name} + {halves k}"
            else $"{name} - {halves -k}"

        let root =
            match term.Radicand with
            | [] -> ""
            | forms ->
                let body = forms |> List.map (fun f -> $"({Linear.print symbol.Quanta f})")
                $"""*sqrt({String.Join("*", body)})"""

        $"({term.Coefficient.Print symbol.Names}){root}*{symbol.Call(List.map2 argument symbol.Quanta term.Shift)}"

    override _.Text =
        let sum = terms |> List.map (fun t -> SymbolRelation.Print(symbol, t)) |> String.concat " + "

        let inQuanta = Linear.substitute symbol.InQuanta

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

        let letters = match symbol.Term.Letters with [] -> "" | letters -> $""" and all numbers {String.Join(", ", letters)}"""
        let meaning = match Definition.meaning symbol with "" -> "" | meaning -> "; " + meaning
        $"{sum} = 0 for all integers and half-integers{letters}, wherever {where domains}; {boundary}{meaning}"

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

/// From a relation between sums to the relation between normalised symbols, square roots and all.
[<RequireQualifiedAccess>]
module Normalisation =

    /// Π numerator! / Π denominator! at one shift over the same at another, as two products of factors, all positive
    /// where both symbols are defined; None where there are too many.
    let normRatio (symbol: Symbol) (fromShift: BigInteger list) (toShift: BigInteger list) =
        let part x =
            let a = Linear.change (BigInteger.Zero :: fromShift) x
            let b = Linear.change (BigInteger.Zero :: toShift) x
            Term.factors a b x, Term.factors b a x

        let above = symbol.NormNumerator |> List.map part
        let below = symbol.NormDenominator |> List.map part
        let up, down = List.map fst above @ List.map snd below, List.map snd above @ List.map fst below

        if List.forall Option.isSome (up @ down) then
            Some(List.collect Option.get up, List.collect Option.get down)
        else
            None

    /// The polynomial vanishes where form = value: substitute for a variable whose coefficient is ±1.
    let private vanishesOn (count: int) (form: Linear) (value: BigInteger) (polynomial: Polynomial) =
        match form.Coefficients |> List.tryFindIndex (fun c -> (BigInteger.Abs c).IsOne) with
        | None -> false
        | Some i ->
            let sign = form.Coefficients[i]
            // x_i = sign·(value − rest)
            let rest = Linear.without i form
            let solved = Linear.scale sign (Linear.subtract (Linear.constant (Linear.arity form) value) rest)
            let images = List.init count (fun k -> if k = i then Polynomial.OfLinear solved else Polynomial.Variable k)
            (polynomial.Substitute images).IsZero

    /// More hyperplanes than this between a domain and a shift are not gone through.
    let private mostPlanes = BigInteger 1000

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
        Rule.within (fun () ->
            let arity = symbol.Term.Variables.Length
            let shifts = claim |> List.map (fun t -> Definition.shift symbol t.Shift)
            let physical = symbol.Physical

            let isInQuanta (t: SymbolTerm) =
                t.Coefficient.Arity <= symbol.Names.Length
                && t.Radicand |> List.forall (fun x -> Linear.arity x = symbol.Quanta.Length)

            let isInParameters (w: Witness) =
                w.X @ w.Y |> List.forall (fun x -> Linear.arity x = arity && x.Coefficients[Term.Index].IsZero)

            match relation.Statement with
            | :? SumRelation as sums when sums.Term = symbol.Term ->
                if not (Definition.isSound symbol) then
                    Error "the symbol's definition does not have the properties that the rule needs"
                elif claim.Length <> sums.Terms.Length || witnesses.Length <> claim.Length then
                    Error "the claim has another number of terms than the relation between sums"
                elif not (List.forall isInQuanta claim) then
                    Error "a coefficient or a factor contains other variables than the quantum numbers"
                elif not (List.forall isInParameters witnesses) then
                    Error "a witness contains other variables than the integer parameters"
                elif List.exists Option.isNone shifts || List.map Option.get shifts <> List.map snd sums.Terms then
                    Error "the claim's shifts are not those of the relation between sums"
                elif
                    domains.IsEmpty
                    || domains
                       |> List.exists (function
                           | Summand r -> r < 0 || r >= claim.Length
                           | Bounds bounds -> bounds.Length <> physical.Length)
                then
                    Error "no valid domain"
                elif scaleUp.Sign <= 0 || scaleDown.Sign <= 0 then
                    Error "the scale must be positive"
                else
                    let radicands =
                        claim |> List.map (fun t -> t.Radicand |> List.map (Definition.formInParameters symbol))

                    let shifts = List.map Option.get shifts
                    let degree = claim |> List.map _.Coefficient.TotalDegree |> List.max |> max 0
                    let all = [ 0 .. claim.Length - 1 ]
                    let pairs = List.allPairs all all |> List.filter (fun (r, i) -> r < i)
                    let ratios = pairs |> List.map (fun (r, i) -> normRatio symbol shifts[r] shifts[i])

                    if radicands |> List.exists (List.exists Option.isNone) then
                        Error "a factor under a root is not an integer"
                    elif List.exists Option.isNone ratios then
                        Error "two shifts are more than 1000 steps apart"
                    else
                        let radicands = radicands |> List.map (List.map Option.get)
                        let change (i: int) (form: Linear) = Linear.change (BigInteger.Zero :: shifts[i]) form

                        /// Lower bounds of the physical forms in a domain.
                        let boundsOf domain =
                            match domain with
                            | Summand r -> physical |> List.map (fun form -> -(change r form))
                            | Bounds bounds -> bounds

                        /// And where, moreover, the symbols of the given terms are defined.
                        let within domain (defined: int list) =
                            (boundsOf domain, defined)
                            ||> List.fold (fun bounds i ->
                                List.map2 (fun (a: BigInteger) b -> BigInteger.Max(a, b)) bounds (boundsOf (Summand i)))

                        let atLeast (n: int) bounds form =
                            symbol.AtLeast(bounds, form) |> Option.exists (fun k -> k >= BigInteger n)

                        let coefficients =
                            claim |> List.map (fun t -> Definition.polynomialInParameters symbol degree t.Coefficient)

                        let sign i = if (change i symbol.Phase).IsEven then BigInteger.One else BigInteger.MinusOne

                        let scaled i =
                            let left = (scaleDown * sign i) * (coefficients[i] * Term.product witnesses[i].X)
                            let right = scaleUp * (fst sums.Terms[i] * Term.product witnesses[i].Y)
                            left = right

                        let squares ((r, i), ratio: (Linear list * Linear list) option) =
                            let up, down = ratio.Value
                            let twice xs = xs @ xs
                            let x k = twice witnesses[k].X
                            let y k = twice witnesses[k].Y
                            List.sort (radicands[i] @ up @ y i @ x r) = List.sort (radicands[r] @ down @ y r @ x i)

                        let positive (domain, (r, i)) =
                            let bounds = within domain [ r; i ]

                            witnesses[i].X @ witnesses[i].Y @ witnesses[r].X @ witnesses[r].Y
                            |> List.forall (atLeast 1 bounds)
                            && List.forall (atLeast 0 bounds) (radicands[i] @ radicands[r])

                        /// Where a symbol is the only one defined, its sum's coefficient is 0; the claim's is then, too,
                        /// unless X is 0 there and the root is not.
                        let alone (domain, i) =
                            let bounds = within domain [ i ]
                            let isUnderRoot x = radicands[i] |> List.exists (fun r -> r = x || r = Linear.negate x)

                            witnesses[i].X |> List.forall (fun x -> atLeast 1 bounds x || isUnderRoot x)
                            && List.forall (atLeast 0 bounds) radicands[i]

                        let vanishes domain i =
                            List.zip physical (boundsOf domain)
                            |> List.forall (fun (form, lowest) ->
                                let count = -(change i form) - lowest

                                count <= mostPlanes
                                && [ for k in 0 .. int (BigInteger.Max(count, BigInteger.Zero)) - 1 ->
                                         lowest + BigInteger k ]
                                   |> List.forall (fun value ->
                                       let plane = Linear.plus -value form

                                       radicands[i] |> List.exists (fun x -> x = plane || x = Linear.negate plane)
                                       || vanishesOn symbol.Term.Names.Length form value coefficients[i]))

                        let conditions domain =
                            sums.Conditions |> List.forall (List.exists (atLeast 0 (boundsOf domain)))

                        if not (List.forall scaled all) then
                            Error "a coefficient does not come from that of the sum"
                        elif not (List.zip pairs ratios |> List.forall squares) then
                            Error "the factors under the roots do not match the ratio of the norms"
                        elif
                            not (
                                List.allPairs domains pairs |> List.forall positive
                                && List.allPairs domains all |> List.forall alone
                            )
                        then
                            Error "a factor may be negative where the symbols are defined"
                        elif not (List.forall conditions domains) then
                            Error "the relation between the sums is not known to hold everywhere in the domain"
                        else
                            let vanishing = domains |> List.filter (fun d -> List.forall (vanishes d) all)
                            let scale = struct (scaleUp, scaleDown)
                            let certificate = NormalisationCertificate(symbol, claim, domains, witnesses, scale)
                            let statement = SymbolRelation(symbol, claim, domains, vanishing)
                            Ok(Rule.certifies certificate statement [ relation ] [])
            | _ -> Error $"the premise is not a relation between sums of the {symbol.Name} symbol")
