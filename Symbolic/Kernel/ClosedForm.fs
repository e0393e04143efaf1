namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// S(p) = (−1)^Sign Π Numerator! / Π Denominator! for all natural parameters p, where S(p) = Σ_s F(s).
[<Sealed>]
type ClosedForm internal (term: Term, closed: Term) =
    inherit Statement()

    /// The summand F.
    member _.Term = term

    /// The right-hand side, as a term that does not contain the index.
    member _.Closed = closed

    override _.Text =
        let names = Array.skip 1 term.Variables
        let factorial (x: Linear) = $"({Linear.print term.Variables x})!"
        let product (xs: Linear list) = if xs.IsEmpty then "1" else String.Join("*", List.map factorial xs)

        $"""for all integers {String.Join(", ", names)} >= 0: the sum over all integers {term.Variables[0]} of """
        + $"{Term.print term} is {product closed.Numerator}/({product closed.Denominator})"

/// Certificate of `ClosedForms.prove`.
[<Sealed>]
type ClosedFormCertificate internal (variable: int, closed: Term, start: int) =
    inherit Certificate()

    /// The parameter over which the induction runs, as a position among the term's variables.
    member _.Variable = variable

    /// The claimed value.
    member _.Closed = closed

    /// The only index at which the summand is not 0 when that parameter is 0.
    member _.Start = start

    override _.Rule = "first-order recursion"
    override _.Size = closed.Arguments.Length

/// Sums in closed form, by induction over one parameter (a first-order WZ proof).
[<RequireQualifiedAccess>]
module ClosedForms =

    let private isNonNegative (form: Linear) =
        form.Constant >= 0 && Array.forall (fun c -> c >= 0) form.Coefficients

    /// H(p + e_n)/H(p) as up/down, two products of factors.
    let ratio (closed: Term) (variable: int) =
        let step (form: Linear) = form.Coefficients[variable]
        let factors low high form = [ for k in low + 1 .. high -> Linear.plus k form ]
        let rising = List.collect (fun x -> factors 0 (step x) x)
        let falling = List.collect (fun x -> factors (step x) 0 x)
        rising closed.Numerator @ falling closed.Denominator, falling closed.Numerator @ rising closed.Denominator

    /// Proves S(p) = Π numerator! / Π denominator! for p ≥ 0 from a relation c₁ S(p + e_n) + c₀ S(p) = 0.
    ///
    /// Checked: the right-hand side H satisfies the same relation, c₁ H(p + e_n) + c₀ H(p) = 0, as a polynomial
    /// identity after division by common factorials; all arguments of its factorials are natural for p ≥ 0; c₁ has
    /// positive coefficients only and a positive constant term, hence is never 0 for p ≥ 0; at n = 0 the sum has one
    /// term only, s = start, because one argument of the denominator is s − start and another start − s there; and that
    /// term's factorials are H's at n = 0.
    let prove (relation: Theorem) (variable: int) (closed: Term) (start: int) : Result<Theorem, string> =
        match relation.Statement with
        | :? SumRelation as sums when variable < 1 || variable >= sums.Term.Variables.Length ->
            Error "the induction must run over a parameter"
        | :? SumRelation as sums when closed.Variables <> sums.Term.Variables ->
            Error "the closed form has other variables than the sum"
        | :? SumRelation as sums when sums.Terms.Length = 2 ->
            let term = sums.Term
            let arity = term.Variables.Length
            let unit' = Array.init (arity - 1) (fun i -> if i = variable - 1 then 1 else 0)
            let find shift = sums.Terms |> List.tryFind (fun (_, s) -> s = shift) |> Option.map fst

            match find unit', find (Array.zeroCreate (arity - 1)) with
            | Some next, Some here ->
                let up, down = ratio closed variable
                let identity = next * Term.product up + here * Term.product down

                let atZero (form: Linear) =
                    { form with Coefficients = Array.mapi (fun i c -> if i = variable then 0 else c) form.Coefficients }

                let atStart (form: Linear) =
                    let moved = Linear.plus (start * form.Coefficients[Term.Index]) form

                    { moved with
                        Coefficients = Array.mapi (fun i c -> if i = Term.Index then 0 else c) moved.Coefficients }

                let index = Linear.plus -start (Linear.variable arity Term.Index)
                let initial = term.Denominator |> List.map atZero

                /// Factorials as a multiset, those of constants multiplied out.
                let value (numerator: Linear list) (denominator: Linear list) =
                    let constants, forms = denominator |> List.partition Linear.isConstant
                    let constants', forms' = numerator |> List.partition Linear.isConstant

                    let number (xs: Linear list) =
                        xs
                        |> List.fold
                            (fun p x ->
                                Seq.fold (fun (p: BigInteger) k -> p * BigInteger(k: int)) p [ 1 .. x.Constant ])
                            BigInteger.One

                    List.sort forms', List.sort forms, number constants', number constants

                let sameValue (n1, d1) (n2, d2) =
                    let a1, b1, x1, y1 = value n1 d1
                    let a2, b2, x2, y2 = value n2 d2
                    List.sort (a1 @ b2) = List.sort (a2 @ b1) && x1 * y2 = x2 * y1

                let first = initial |> List.map atStart

                if not sums.Conditions.IsEmpty && sums.Conditions |> List.exists (List.exists isNonNegative >> not) then
                    Error "the relation is not known to hold for all natural parameters"
                elif
                    closed.Alternating || closed.Arguments |> List.exists (fun x -> x.Coefficients[Term.Index] <> 0)
                then
                    Error "the closed form must not contain the index"
                elif not (List.forall isNonNegative closed.Arguments) then
                    Error "a factorial of the closed form may have a negative argument"
                elif
                    next.ValueAt(Array.create arity BigInteger.Zero).Sign <= 0
                    || next.Coefficients |> Array.exists (fun c -> c.Sign < 0)
                then
                    Error "the leading coefficient may vanish"
                elif not identity.IsZero then
                    Error "the closed form does not satisfy the relation"
                elif not (List.contains index initial && List.contains (Linear.scale -1 index) initial) then
                    Error "the initial sum has more than one term"
                elif term.Alternating && start % 2 <> 0 then
                    Error "the initial term is negative"
                elif not (List.forall isNonNegative (first @ (term.Numerator |> List.map (atZero >> atStart)))) then
                    Error "the initial term is not always positive"
                elif
                    not (
                        sameValue
                            (term.Numerator |> List.map (atZero >> atStart), first)
                            (closed.Numerator |> List.map atZero, closed.Denominator |> List.map atZero)
                    )
                then
                    Error "the closed form has another initial value"
                else
                    Ok(
                        Rule.certifies
                            (ClosedFormCertificate(variable, closed, start))
                            (ClosedForm(term, closed))
                            [ relation ]
                            []
                    )
            | _ -> Error "the relation must be between S(p) and S(p + 1) in the given parameter"
        | _ -> Error "the premise must be a relation between two sums"
