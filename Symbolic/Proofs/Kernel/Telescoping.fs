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

    let private obligation (term: Term) (terms: (Polynomial * Linear list) list) (atBase: Term) (q: Polynomial) =
        let names = term.Variables
        let brackets (x: Linear) = $"({Linear.print names x})"

        let product sign (factors: Linear list) (body: string) =
            sign + String.Join("*", List.map brackets factors @ [ body ])

        let next = Array.mapi (fun i name -> if i = Term.Index then $"({name} + 1)" else name) names
        let down, up, sign = Term.telescoper atBase
        let left = terms |> List.map (fun (c, factors) -> product "" factors $"({c.Print names})")

        let right =
            [ product "- " down $"({q.Print names})"
              product (if sign = 1 then "- " else "+ ") up $"({q.Print next})" ]

        { Purpose = "sum of coefficient times term over base, minus the telescoper of q"
          Expression = String.concat " + " left + " " + String.concat " " right }

    /// The conditions under which no factorial of a negative number is met: `Term.gaps` at the base. If an argument of the
    /// numerator has a parameter to itself, the gaps of the shifted terms will do: with that parameter a little greater than an
    /// integer (and Γ for the factorial) nothing is singular and the relation holds, and the limit is that of the finitely many
    /// terms of the sums, which are regular if their own gaps are ≥ 0.
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
    /// and p that meets the conditions; no division has taken place; and G has finite support in s, so the sum over s is 0.
    let prove (term: Term) (terms: (Polynomial * int[]) list) (basePoint: int list) (q: Polynomial) : Result<Theorem, string> =
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
            let factored = List.map2 (fun (c, _) ratio -> c, Option.get ratio) terms ratios

            let left =
                factored |> List.fold (fun acc (c, ratio) -> acc + c * Term.product ratio) Polynomial.Zero

            if left <> Term.telescope atBase q then
                Error "the coefficients times the terms' ratios do not add up to the telescoper of q"
            else
                Ok
                    { statement = SumRelation(term, terms, conditions term basePoint (List.map snd terms))
                      certificate = TelescopingCertificate(basePoint, q)
                      premises = []
                      assumptions = []
                      obligations = lazy [ obligation term factored atBase q ] }
