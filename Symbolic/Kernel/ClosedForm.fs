namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// S(p) = (−1)^Sign Π Numerator! / Π Denominator! for all natural parameters p, where S(p) = Σ_s F(s).
[<Sealed>]
type ClosedForm internal (term: Term, closed: Term) =
    inherit Statement(box (term, closed))

    /// The summand F.
    member _.Term = term

    /// The right-hand side, as a term that does not contain the index.
    member _.Closed = closed

    override _.Text =
        let names = term.Variables.Tail
        let factorial (x: Linear) = $"({Linear.print term.Variables x})!"
        let product (xs: Linear list) = if xs.IsEmpty then "1" else String.Join("*", List.map factorial xs)

        $"""for all integers {String.Join(", ", names)} >= 0: the sum over all integers {term.Variables[0]} of """
        + $"{Term.print term} is {product closed.Numerator}/({product closed.Denominator})"

/// Certificate of `ClosedForms.prove`.
[<Sealed>]
type ClosedFormCertificate internal (variable: int, closed: Term, start: BigInteger) =
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

    /// The largest number whose factorial is multiplied out.
    let private largest = BigInteger 1000

    /// H(p + e_n)/H(p) as up/down, two products of factors; None where there are too many.
    let ratio (closed: Term) (variable: int) =
        let step (form: Linear) = form.Coefficients[variable]
        let rising = List.map (fun x -> Term.factors BigInteger.Zero (step x) x)
        let falling = List.map (fun x -> Term.factors (step x) BigInteger.Zero x)

        let up, down =
            rising closed.Numerator @ falling closed.Denominator, falling closed.Numerator @ rising closed.Denominator

        if List.forall Option.isSome (up @ down) then
            Some(List.collect Option.get up, List.collect Option.get down)
        else
            None

    /// Factorials as two multisets of forms, those of constants multiplied out.
    let private value (numerator: Linear list) (denominator: Linear list) =
        let split (xs: Linear list) =
            let constants, forms = xs |> List.partition Linear.isConstant

            let number =
                (BigInteger.One, constants)
                ||> List.fold (fun product x ->
                    if x.Constant > largest then
                        raise (OverflowException $"a factorial of more than {largest} is not multiplied out")

                    Seq.fold (fun (p: BigInteger) (k: int) -> p * BigInteger k) product (seq { 1 .. int x.Constant }))

            List.sort forms, number

        split numerator, split denominator

    let private sameValue first second =
        let (a1, x1), (b1, y1) = first
        let (a2, x2), (b2, y2) = second
        List.sort (a1 @ b2) = List.sort (a2 @ b1) && (x1: BigInteger) * y2 = x2 * y1

    /// Proves S(p) = Π numerator! / Π denominator! for p ≥ 0 from a relation c₁ S(p + e_n) + c₀ S(p) = 0.
    ///
    /// Checked: the right-hand side H satisfies the same relation, c₁ H(p + e_n) + c₀ H(p) = 0, as a polynomial
    /// identity after division by common factorials; all arguments of its factorials are natural for p ≥ 0; c₁ has
    /// positive coefficients only and a positive constant term, hence is never 0 for p ≥ 0; at n = 0 the sum has one
    /// term only, s = start, because one argument of the denominator is s − start and another start − s there; and that
    /// term's factorials are H's at n = 0.
    let prove (relation: Theorem) (variable: int) (closed: Term) (start: BigInteger) : Result<Theorem, string> =
        Rule.within (fun () ->
            match relation.Statement with
            | :? SumRelation as sums when variable < 1 || variable >= sums.Term.Variables.Length ->
                Error "the induction must run over a parameter"
            | :? SumRelation as sums when
                closed.Variables <> sums.Term.Variables
                || not (Term.isWellFormed closed && (closed.Powers @ sums.Term.Powers).IsEmpty)
                ->
                Error "the closed form has other variables than the sum, or letters"
            | :? SumRelation as sums when sums.Terms.Length = 2 ->
                let term = sums.Term
                let arity = term.Variables.Length
                let unit' = List.init (arity - 1) (fun i -> if i = variable - 1 then BigInteger.One else BigInteger.Zero)
                let none = List.replicate (arity - 1) BigInteger.Zero
                let find shift = sums.Terms |> List.tryFind (fun (_, s) -> s = shift) |> Option.map fst

                match find unit', find none, ratio closed variable with
                | Some next, Some here, Some(up, down) ->
                    let identity = next * Term.product up + here * Term.product down
                    let atZero (form: Linear) = Linear.without variable form

                    let atStart (form: Linear) =
                        Linear.plus (start * form.Coefficients[Term.Index]) form |> Linear.without Term.Index

                    let index = Linear.plus -start (Linear.variable arity Term.Index)
                    let initial = term.Denominator |> List.map atZero
                    let firstDown = initial |> List.map atStart
                    let firstUp = term.Numerator |> List.map (atZero >> atStart)

                    if sums.Conditions |> List.exists (List.exists Linear.isNatural >> not) then
                        Error "the relation is not known to hold for all natural parameters"
                    elif
                        closed.Alternating
                        || closed.Arguments |> List.exists (fun x -> not x.Coefficients[Term.Index].IsZero)
                    then
                        Error "the closed form must not contain the index"
                    elif not (List.forall Linear.isNatural closed.Arguments) then
                        Error "a factorial of the closed form may have a negative argument"
                    elif
                        next.ValueAt(List.replicate arity BigInteger.Zero).Sign <= 0
                        || next.Coefficients |> Array.exists (fun c -> c.Sign < 0)
                    then
                        Error "the leading coefficient may vanish"
                    elif not identity.IsZero then
                        Error "the closed form does not satisfy the relation"
                    elif not (List.contains index initial && List.contains (Linear.negate index) initial) then
                        Error "the initial sum has more than one term"
                    elif term.Alternating && not start.IsEven then
                        Error "the initial term is negative"
                    elif not (List.forall Linear.isNatural (firstDown @ firstUp)) then
                        Error "the initial term is not always positive"
                    elif
                        not (
                            sameValue
                                (value firstUp firstDown)
                                (value (List.map atZero closed.Numerator) (List.map atZero closed.Denominator))
                        )
                    then
                        Error "the closed form has another initial value"
                    else
                        let certificate = ClosedFormCertificate(variable, closed, start)
                        Ok(Rule.certifies certificate (ClosedForm(term, closed)) [ relation ] [])
                | _ -> Error "the relation must be between S(p) and S(p + 1) in the given parameter"
            | _ -> Error "the premise must be a relation between two sums")
