namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of `Telescoping.prove`: Σ_i C_i(p) S(p + δ_i) = 0 for S(p) = Σ_s F(s). The summand F; the coefficients C_i, in the term's
/// variables and free of the index, each with its shift δ_i of the parameters; the base, as displacements of the term's arguments, the
/// denominator's first; and the polynomial q(s) of the telescoper, 0 when the relation holds term by term.
[<RequireQualifiedAccess>]
type TelescopingCertificate = { Term: Term; Terms: (Polynomial * BigInteger list) list; Base: BigInteger list; Q: Polynomial }

/// Sets of integer points, and whether they are empty: a claim about no point is refused.
[<RequireQualifiedAccess>]
module Points =

    let rec private box (values: BigInteger list) (n: int) : BigInteger list seq =
        if n = 0 then Seq.singleton []
        else seq { for x in values do for rest in box values (n - 1) -> x :: rest }

    /// A point of n coordinates that satisfies a condition, with coordinates 0, ±1 (and ±2 for n ≤ 6) times 1, 4 or four
    /// times the size of one of the first of the condition's own constants; None where no such point does, though others may.
    let tryFind (n: int) (sizes: BigInteger list) (holds: BigInteger list -> bool) : BigInteger list option =
        let scales =
            BigInteger.One :: BigInteger 4 :: (sizes |> List.map (fun k -> BigInteger 4 * (BigInteger.Abs k + BigInteger.One)))
            |> List.distinct
            |> List.truncate 10

        let values =
            if n <= 6 then [ 0; 1; -1; 2; -2 ] else [ 0; 1; -1 ]
            |> List.map (fun k -> BigInteger(k: int))

        if n > Polynomial.MostVariables then
            None
        else
            scales
            |> Seq.collect (fun scale -> box (values |> List.map (fun x -> scale * x)) n)
            |> Seq.tryFind holds

/// The rule behind every relation between neighbouring sums.
[<RequireQualifiedAccess>]
module Telescoping =

    /// The name of the argument under `conditions`, for the list of assumptions.
    let private limitArgument = WrittenArguments.definition "LIMIT"

    /// The conditions under which no factorial of a negative number is met: `Term.gaps` at the base. Second: whether a point
    /// near the origin meets them; third: whether the following argument has been used.
    ///
    /// If an argument L of the numerator has a parameter v to itself, the gaps of the shifted terms will do in place of
    /// the base's. Replace v by v + ε, 0 < ε < 1/2 (for every such L its own v), and L! by Γ(L + 1). Then
    /// (i) no Γ has a pole, since L is no integer, and Γ(x + 1) = x Γ(x) gives the ratios and the telescoper without
    /// any condition on L; the other arguments are the integers that they were, v not occurring in them, so what is
    /// said about them stands, their own gaps included;
    /// (ii) the polynomial identity holds at v + ε as at any other values of its variables, so Σ_i C_i(v + ε) S_ε(p +
    /// δ_i) = 0, where S_ε is the sum over the same finitely many s, those at which no argument of the denominator is
    /// negative;
    /// (iii) let ε → 0. Each C_i is continuous, and each of the finitely many terms of S_ε(p + δ_i) is too: its
    /// denominator does not change, and its L is ≥ 0 at ε = 0 if a gap L − D of that very term is, D ≥ 0 being an
    /// argument of the denominator. So S_ε → S, and the relation holds for S.
    let private conditions (term: Term) (basePoint: BigInteger list) (shifts: BigInteger list list) =
        let atBase = Term.gaps (Term.at basePoint term)
        let atTerms = shifts |> List.map (fun shift -> Term.gaps (Term.at (Term.offsets term shift) term))

        let hasOwnParameter (i: int) =
            let others = term.Denominator @ List.removeAt i term.Numerator

            [ 1 .. term.Variables.Length - 1 ]
            |> List.exists (fun v ->
                // An odd coefficient times ε < 1/2 would do as well; 1 and −1 are what is needed.
                (BigInteger.Abs term.Numerator[i].Coefficients[v]).IsOne
                && others |> List.forall (fun x -> x.Coefficients[v].IsZero))

        let own = [ 0 .. term.Numerator.Length - 1 ] |> List.map hasOwnParameter

        let all =
            own
            |> List.mapi (fun i isOwn -> if isOwn then atTerms |> List.map (fun gaps -> gaps[i]) else [ atBase[i] ])
            |> List.concat
            // What is always true is no condition, and what is never true no alternative.
            |> List.filter (List.exists (fun g -> Linear.isConstant g && g.Constant.Sign >= 0) >> not)
            |> List.map (List.filter (Linear.isConstant >> not))
            |> List.distinct

        let sizes = all |> List.concat |> List.map _.Constant
        let domain = All [ for gap in all -> OneOf(List.map NotNegative gap) ]
        let holds point = domain.FollowsFrom(fun g -> (Linear.valueAt (BigInteger.Zero :: point) g).Sign >= 0)
        let canBeMet = all.IsEmpty || (Points.tryFind (term.Variables.Length - 1) sizes holds).IsSome
        domain, canBeMet, List.contains true own

    /// Proves Σ_i C_i S(p + δ_i) = 0.
    ///
    /// It computes the polynomials r_i with F(p + δ_i) = r_i F(base) from the term itself, and requires the polynomial
    /// identity Σ_i C_i r_i = T(q). Then Σ_i C_i F(p + δ_i) = G(s) − G(s+1) with G = Down q F(base), at every integer s
    /// and p that meets the conditions; no division has taken place; and G has finite support in s, so the sum over s
    /// is 0. Letters are different from 0 in this; but both sides are polynomials in them, since exponents are natural where F
    /// is not 0, and so equal everywhere.
    let prove (term: Term) (terms: (Polynomial * BigInteger list) list) (basePoint: BigInteger list) (q: Polynomial) =
        Rule.within (fun () ->
            let arity, shifts = term.Variables.Length, List.map snd terms
            need (Term.isWellFormed term) "the names are not distinct, or an argument is no form in them, or an exponent none below"
            need (Term.hasFiniteSupport term) "the sum has no finite support"
            need (shifts |> List.forall (fun shift -> shift.Length = arity - 1)) $"a shift must have {arity - 1} components"
            need (basePoint.Length = term.Arguments.Length) $"the base must have {term.Arguments.Length} components"
            need (List.distinct shifts = shifts) "two terms have the same shift"
            need (terms |> List.exists (fun (c, _) -> not c.IsZero)) "all coefficients are zero"
            let isInNames (p: Polynomial) = p.Arity <= term.Names.Length
            need (q :: List.map fst terms |> List.forall isInNames) "a polynomial contains other variables than the term"
            need (terms |> List.forall (fun (c, _) -> c.Degree Term.Index <= 0)) "a coefficient contains the summation index"

            need
                (basePoint = Term.commonBase term shifts)
                "the base is not the nearest one from which all terms are polynomial multiples"

            let ofBase (c: Polynomial, shift) =
                let ratio = Term.ratio term basePoint shift
                let factors = ratio |> Rule.found "a term is not a polynomial multiple of the base with at most 1000 factors"
                c * Term.monomial term basePoint shift * Term.product factors

            need
                (List.sumBy ofBase terms = Term.telescope (Term.at basePoint term) q)
                "the coefficients times the terms' ratios do not add up to the telescoper of q"

            let domain, canBeMet, byLimit = conditions term basePoint shifts
            need canBeMet "the conditions under which the relation holds are not met anywhere near the origin"

            let product (c: Polynomial, shift: BigInteger list) =
                let value = Equations.at 1 (Function.Sum term) (shift |> List.map ((*) (BigInteger 2)))
                { Product.Of(arity, [ value ]) with Coefficient = c }

            let left = List.map product terms
            let statement = Equation([ term.Variables.Head ], Term.parameters term, Integers, domain, OneOf [], left, [])
            let certificate: TelescopingCertificate = { Term = term; Terms = terms; Base = basePoint; Q = q }
            let rule = if q.IsZero then "termwise" else "telescoping"
            Rule.certifies rule certificate statement [] [ if byLimit then limitArgument ])
