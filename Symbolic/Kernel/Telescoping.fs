namespace Toolkit.Symbolic.Proofs.Kernel

open System
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Σ_i C_i(p) S(p + δ_i) = 0 for all integer parameters p, where S(p) = Σ_s F(s) over all integers s.
[<Sealed>]
type SumRelation
    internal (term: Term, terms: (Polynomial * int[]) list, conditions: Linear list list) =
    inherit Statement()

    /// The summand F.
    member _.Term = term

    /// The coefficients C_i, in the term's variables and free of the index, each with its shift δ_i of the parameters.
    member _.Terms = terms

    /// Where the relation is claimed: of each inner list, one form at least is ≥ 0. Empty: at every integer point.
    member _.Conditions = conditions

    static member internal Parameters(term: Term) = term.Variables |> Array.skip 1

    override _.Text =
        let names = SumRelation.Parameters term

        let sum (shift: int[]) =
            let argument name k =
                if k = 0 then name
                elif k > 0 then $"{name} + {k}"
                else $"{name} - {-k}"

            let arguments = Array.map2 argument names shift
            $"""S({String.Join(", ", arguments)})"""

        let equation =
            terms |> List.map (fun (c, shift) -> $"({c.Print term.Variables})*{sum shift}") |> String.concat " + "

        let domain =
            match conditions with
            | [] -> ""
            | _ ->
                conditions
                |> List.map (fun gap ->
                    gap |> List.map (fun g -> Linear.print term.Variables g + " >= 0") |> String.concat " or ")
                |> String.concat " and "
                |> sprintf " with %s"

        let symbols = String.Join(", ", names)
        $"for all integers {symbols}{domain}: {equation} = 0, where S({symbols}) is the sum over all integers \
          {term.Variables[0]} of {Term.print term}"

/// Certificate of `Telescoping.prove`: the base, as displacements of the term's arguments, and q.
[<Sealed>]
type TelescopingCertificate internal (basePoint: int list, q: Polynomial) =
    inherit Certificate()

    /// Displacement of each argument of the term, the denominator's first.
    member _.Base = basePoint

    /// The polynomial q(s) of the telescoper; 0 when the relation holds term by term.
    member _.Q = q

    override _.Rule = if q.IsZero then "termwise" else "telescoping"
    override _.Size = q.Count

/// The rule behind every relation between neighbouring sums.
[<RequireQualifiedAccess>]
module Telescoping =

    /// The conditions under which no factorial of a negative number is met: `Term.gaps` at the base.
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
    let private conditions (term: Term) (basePoint: int list) (shifts: int[] list) =
        let atBase = Term.gaps (Term.at basePoint term)
        let atTerms = shifts |> List.map (fun shift -> Term.gaps (Term.at (Term.offsets term shift) term))

        let hasOwnParameter (i: int) =
            let others = term.Denominator @ List.removeAt i term.Numerator

            [ 1 .. term.Variables.Length - 1 ]
            |> List.exists (fun v ->
                term.Numerator[i].Coefficients[v] <> 0 && others |> List.forall (fun x -> x.Coefficients[v] = 0))

        [ for i in 0 .. term.Numerator.Length - 1 do
              if hasOwnParameter i then
                  yield! atTerms |> List.map (fun gaps -> gaps[i])
              else
                  atBase[i] ]
        |> List.distinct

    /// Proves Σ_i C_i S(p + δ_i) = 0.
    ///
    /// It computes the polynomials r_i with F(p + δ_i) = r_i F(base) from the term itself, and requires the polynomial
    /// identity Σ_i C_i r_i = T(q). Then Σ_i C_i F(p + δ_i) = G(s) − G(s+1) with G = Down q F(base), at every integer s
    /// and p that meets the conditions; no division has taken place; and G has finite support in s, so the sum over s
    /// is 0.
    let prove
        (term: Term)
        (terms: (Polynomial * int[]) list)
        (basePoint: int list)
        (q: Polynomial)
        : Result<Theorem, string> =
        let parameters = term.Variables.Length - 1
        let ratios = terms |> List.map (fun (_, shift) -> Term.ratio term basePoint shift)

        if not (Term.hasFiniteSupport term) then
            Error "the sum has no finite support"
        elif terms |> List.exists (fun (_, shift) -> shift.Length <> parameters) then
            Error $"a shift must have {parameters} components"
        elif basePoint.Length <> term.Arguments.Length then
            Error $"the base must have {term.Arguments.Length} components"
        elif terms |> List.map (snd >> List.ofArray) |> List.distinct |> List.length <> terms.Length then
            Error "two terms have the same shift"
        elif terms |> List.forall (fun (c, _) -> c.IsZero) then
            Error "all coefficients are zero"
        elif terms |> List.exists (fun (c, _) -> c.Degree Term.Index > 0) then
            Error "a coefficient contains the summation index"
        elif basePoint <> Term.commonBase term (terms |> List.map snd) then
            Error "the base is not the nearest one from which all terms are polynomial multiples"
        elif List.exists Option.isNone ratios then
            Error "a term is not a polynomial multiple of the base"
        else
            let atBase = Term.at basePoint term

            let left =
                List.zip terms ratios
                |> List.fold (fun acc ((c, _), ratio) -> acc + c * Term.product ratio.Value) Polynomial.Zero

            if left <> Term.telescope atBase q then
                Error "the coefficients times the terms' ratios do not add up to the telescoper of q"
            else
                let statement = SumRelation(term, terms, conditions term basePoint (List.map snd terms))
                Ok(Rule.certifies (TelescopingCertificate(basePoint, q)) statement [] [])
