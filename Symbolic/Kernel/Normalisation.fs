namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// How the coefficient K of a symbol comes from the coefficient C of its sum: K σ ΠX = κ C ΠY, σ the symbol's sign, X
/// and Y forms in the integer parameters that are positive where the symbol is defined, κ the same for every term.
type Witness = { X: Linear list; Y: Linear list }

/// Certificate of `Normalisation.prove`: the claim, the sets of points at each of which it is made (where the i-th of the forms that
/// define the symbol's domain is ≥ the i-th of some bounds), a witness for each summand, and κ as numerator and denominator.
[<RequireQualifiedAccess>]
type NormalisationCertificate =
    { Symbol: Symbol
      Terms: SymbolTerm list
      Domains: BigInteger list list
      Witnesses: Witness list
      Scale: struct (BigInteger * BigInteger) }

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

        Option.map2 (fun up down -> up, down) (Term.collect up) (Term.collect down)

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

    /// Lower bounds of the forms that define the symbol's domain where a summand's symbol is defined; None if its shift breaks the rules.
    let domainOf (symbol: Symbol) (term: SymbolTerm) : BigInteger list option =
        Definition.shift symbol term.Shift
        |> Option.map (fun shift -> symbol.Physical |> List.map (fun form -> -(Linear.change (BigInteger.Zero :: shift) form)))

    /// More hyperplanes than this between a domain and a shift are not gone through.
    let private mostPlanes = BigInteger 1000

    /// Proves Σ_i K_i √R_i · symbol(q + δ_i) = 0 from the relation Σ_i C_i S(p + δ_i) = 0 between the sums (same order,
    /// same shifts), at all points of the given domains.
    ///
    /// The symbol is σ √N S. With K_i σ_i X_i = κ C_i Y_i, the coefficient K_i √R_i is λ_i C_i σ_i / √N_i for
    /// λ_i = κ (Y_i/X_i) √(R_i N_i). Checked: that identity between polynomials; that λ_i² is the same for all i, by
    /// comparing R_i, Y_i², X_i² and N_i/N_0 factor by factor; that all X, Y are positive and all R_i ≥ 0 where both
    /// symbols are defined, so that λ_i = λ_r follows from the equality of squares for any two defined symbols. Where a
    /// symbol is not defined its sum S is 0, so the relation holds without it. Whether its coefficient vanishes there
    /// is decided on every hyperplane that the domain and the shift leave between them, and becomes part of the
    /// statement.
    let prove (symbol: Symbol) (relation: Theorem) (claim: SymbolTerm list) (domains: BigInteger list list) (witnesses: Witness list)
        (struct (scaleUp, scaleDown): struct (BigInteger * BigInteger))
        : Result<Theorem, string> =
        Rule.within (fun () ->
            match Equations.neighbours relation with
            | Some(Function.Sum term, sums, where) when term = symbol.Term ->
                let arity, physical = term.Variables.Length, symbol.Physical
                let all = [ 0 .. claim.Length - 1 ]

                let isInQuanta (t: SymbolTerm) =
                    t.Coefficient.Arity <= symbol.Names.Length
                    && t.Radicand |> List.forall (fun x -> Linear.arity x = symbol.Quanta.Length)

                let isInParameters (w: Witness) =
                    w.X @ w.Y |> List.forall (fun x -> Linear.arity x = arity && x.Coefficients[Term.Index].IsZero)

                need (Definition.isSound symbol) "the symbol's definition does not have the properties that the rule needs"
                need (claim.Length = sums.Length && witnesses.Length = claim.Length) "another number of terms than between sums"
                need (List.forall isInQuanta claim) "a coefficient or a factor contains other variables than the quantum numbers"
                need (List.forall isInParameters witnesses) "a witness contains other variables than the integer parameters"
                let steps = claim |> List.map (fun t -> Definition.shift symbol t.Shift)
                let ofSums = sums |> List.map (fun t -> t.Shift |> List.map (fun k -> k / BigInteger 2))
                need (steps = List.map Some ofSums) "the claim's shifts are not those of the relation between sums"
                need (not domains.IsEmpty && domains |> List.forall (fun bounds -> bounds.Length = physical.Length)) "no valid domain"
                need (scaleUp.Sign > 0 && scaleDown.Sign > 0) "the scale must be positive"

                let radicand (t: SymbolTerm) =
                    t.Radicand |> List.map (Definition.formInParameters symbol >> Rule.found "a factor under a root is not an integer")

                let radicands, shifts = List.map radicand claim, List.map Option.get steps
                let ratio shift = normRatio symbol shifts.Head shift |> Rule.found "a shift is more than 1000 steps from the first"
                let ratios = List.map ratio shifts
                let degree = claim |> List.map _.Coefficient.TotalDegree |> List.max |> max 0
                let coefficients = claim |> List.map (fun t -> Definition.polynomialInParameters symbol degree t.Coefficient)
                let change (i: int) (form: Linear) = Linear.change (BigInteger.Zero :: shifts[i]) form

                /// Where the symbols of the summands are defined.
                let inside = claim |> List.map (fun t -> (domainOf symbol t).Value)

                /// Where, moreover, the symbols of the given terms are defined.
                let within domain (defined: int list) =
                    (domain, defined)
                    ||> List.fold (fun bounds i -> List.map2 (fun (a: BigInteger) b -> BigInteger.Max(a, b)) bounds inside[i])

                let atLeast (n: int) bounds form = symbol.AtLeast(bounds, form) |> Option.exists (fun k -> k >= BigInteger n)

                let isScaled i =
                    let sign = if (change i symbol.Phase).IsEven then BigInteger.One else BigInteger.MinusOne
                    let left = (scaleDown * sign) * (coefficients[i] * Term.product witnesses[i].X)
                    left = scaleUp * (sums[i].Coefficient * Term.product witnesses[i].Y)

                /// R N Y²/X² as powers of forms, N over that of the first term.
                let square i =
                    let (up, down), w = ratios[i], witnesses[i]
                    Term.balance (radicands[i] @ up @ w.Y @ w.Y) (down @ w.X @ w.X)

                let isPositive domain r i =
                    let bounds, forms = within domain [ r; i ], List.collect (fun i -> witnesses[i].X @ witnesses[i].Y) [ r; i ]
                    List.forall (atLeast 1 bounds) forms && List.forall (atLeast 0 bounds) (radicands[i] @ radicands[r])

                /// Where a symbol is the only one defined, its sum's coefficient is 0; the claim's is then, too,
                /// unless X is 0 there and the root is not.
                let isAlone domain i =
                    let bounds = within domain [ i ]
                    let isUnderRoot x = radicands[i] |> List.exists (fun r -> r = x || r = Linear.negate x)

                    witnesses[i].X |> List.forall (fun x -> atLeast 1 bounds x || isUnderRoot x)
                    && List.forall (atLeast 0 bounds) radicands[i]

                let vanishes domain i =
                    List.zip3 physical domain inside[i]
                    |> List.forall (fun (form, lowest, highest) ->
                        let count = BigInteger.Max(BigInteger.Zero, highest - lowest)

                        count <= mostPlanes
                        && [ for k in 0 .. int count - 1 -> lowest + BigInteger k ]
                           |> List.forall (fun value ->
                               let plane = Linear.plus -value form

                               radicands[i] |> List.exists (fun x -> x = plane || x = Linear.negate plane)
                               || vanishesOn symbol.Term.Names.Length form value coefficients[i]))

                let isInside domain =
                    all |> List.forall (fun i -> isAlone domain i && List.forall (fun r -> isPositive domain r i) [ 0 .. i - 1 ])

                need (List.forall isScaled all) "a coefficient does not come from that of the sum"
                need (all |> List.forall (fun i -> square i = square 0)) "the factors under the roots do not match the ratio of the norms"
                need (List.forall isInside domains) "a factor may be negative where the symbols are defined"

                need
                    (domains |> List.forall (fun d -> where.FollowsFrom(atLeast 0 d)))
                    "the relation between the sums is not known to hold everywhere in the domain"

                let certificate: NormalisationCertificate =
                    { Symbol = symbol; Terms = claim; Domains = domains; Witnesses = witnesses; Scale = struct (scaleUp, scaleDown) }

                let f = Function.Symbol symbol

                let product (t: SymbolTerm) =
                    { Product.Of(symbol.Quanta.Length, [ Equations.at 0 f t.Shift ]) with
                        Coefficient = t.Coefficient
                        Roots = t.Radicand }

                let condition domain =
                    match List.tryFindIndex ((=) domain) inside with
                    | Some r -> Defined(Equations.at 0 f claim[r].Shift)
                    | None -> Natural(List.map2 (fun form k -> Linear.plus -k (Linear.substitute symbol.InQuanta form)) physical domain)

                let oneOf domains = OneOf(List.map condition domains)
                let vanishing = domains |> List.filter (fun d -> List.forall (vanishes d) all)
                let left = List.map product claim
                let statement = Equation([], symbol.Quanta, QuantumNumbers symbol, oneOf domains, oneOf vanishing, left, [])
                Rule.certifies "normalisation" certificate statement [ relation ] []
            | _ -> raise (Refused $"the premise is not a relation between sums of the {symbol.Name} symbol"))
