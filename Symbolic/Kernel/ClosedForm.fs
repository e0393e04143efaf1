namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of `ClosedForms.prove`.
[<Sealed>]
type ClosedFormCertificate internal (variable: int, closed: Term, start: BigInteger) =
    inherit Certificate("first-order recursion", closed.Arguments.Length)

    /// The parameter over which the induction runs, as a position among the term's variables.
    member _.Variable = variable

    /// The claimed value.
    member _.Closed = closed

    /// The only index at which the summand is not 0 when that parameter is 0.
    member _.Start = start

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

    /// A product of factorials to powers is 1: those of constants are multiplied out, others must have cancelled.
    let private isOne (powers: (Linear * int) list) =
        let factorial (n: BigInteger) =
            Seq.fold (fun (p: BigInteger) (k: int) -> p * BigInteger k) BigInteger.One (seq { 1 .. int n })

        let product sign =
            (BigInteger.One, powers)
            ||> List.fold (fun p (x, n) -> if n * sign > 0 then p * BigInteger.Pow(factorial x.Constant, abs n) else p)

        if not (List.forall (fst >> Linear.isConstant) powers) then
            false
        elif List.exists (fun (x, _) -> x.Constant > largest) powers || List.sumBy (snd >> abs) powers > int largest then
            raise (OverflowException $"factorials of more than {largest}, or more of them, are not multiplied out")
        else
            product 1 = product -1

    /// The term and the value of a theorem that says Σ_s F(s) = Π Up!/Π Down! for natural parameters.
    let internal tryRead (theorem: Theorem) : (Term * Product) option =
        match theorem.Statement with
        | :? Equation as e when e.Variables = Naturals && e.Where = All [] ->
            match e.Left, e.Right with
            | Equations.Single { Function = Function.Sum term }, [ value ] when
                e.Left.Head.Values = [ Equations.sum term ]
                && value = { Product.Of(term.Variables.Length, []) with Up = value.Up; Down = value.Down }
                ->
                Some(term, value)
            | _ -> None
        | _ -> None

    /// Proves S(p) = Π numerator! / Π denominator! for p ≥ 0 from a relation c₁ S(p + e_n) + c₀ S(p) = 0.
    ///
    /// Checked: the right-hand side H satisfies the same relation, c₁ H(p + e_n) + c₀ H(p) = 0, as a polynomial
    /// identity after division by common factorials; all arguments of its factorials are natural for p ≥ 0; c₁ has
    /// positive coefficients only and a positive constant term, hence is never 0 for p ≥ 0; at n = 0 the sum has one
    /// term only, s = start, because one argument of the denominator is s − start and another start − s there; and that
    /// term's factorials are H's at n = 0.
    let prove (relation: Theorem) (variable: int) (closed: Term) (start: BigInteger) : Result<Theorem, string> =
        Rule.within (fun () ->
            match Equations.neighbours relation with
            | Some(Function.Sum term, _, _) when variable < 1 || variable >= term.Variables.Length ->
                Error "the induction must run over a parameter"
            | Some(Function.Sum term, _, _) when
                closed.Variables <> term.Variables
                || not (Term.isWellFormed closed && (closed.Powers @ term.Powers).IsEmpty)
                ->
                Error "the closed form has other variables than the sum, or letters"
            | Some(Function.Sum term, ([ _; _ ] as terms), where) ->
                let arity = term.Variables.Length
                let unit' = List.init (arity - 1) (fun i -> if i = variable - 1 then BigInteger 2 else BigInteger.Zero)
                let none = List.replicate (arity - 1) BigInteger.Zero
                let find shift = terms |> List.tryFind (fun t -> t.Shift = shift) |> Option.map _.Coefficient

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

                    if not (where.FollowsFrom Linear.isNatural) then
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
                            Term.balance
                                (firstUp @ List.map atZero closed.Denominator)
                                (firstDown @ List.map atZero closed.Numerator)
                            |> isOne
                        )
                    then
                        Error "the closed form has another initial value"
                    else
                        let certificate = ClosedFormCertificate(variable, closed, start)
                        let right = { Product.Of(arity, []) with Up = closed.Numerator; Down = closed.Denominator }
                        let left = Product.Of(arity, [ Equations.sum term ])
                        let index, parameters = term.Variables.Head, Term.parameters term
                        let statement = Equation([ index ], parameters, Naturals, All [], OneOf [], [ left ], [ right ])
                        Ok(Rule.certifies certificate statement [ relation ] [])
                | _ -> Error "the relation must be between S(p) and S(p + 1) in the given parameter"
            | _ -> Error "the premise must be a relation between two sums")
