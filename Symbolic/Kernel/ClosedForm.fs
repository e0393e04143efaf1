namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of `ClosedForms.prove`: the parameter over which the induction runs, as a position among the term's variables, the claimed
/// value, and the only index at which the summand is not 0 when that parameter is 0.
[<RequireQualifiedAccess>]
type ClosedFormCertificate = { Variable: int; Closed: Term; Start: BigInteger }

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

        Option.map2 (fun up down -> up, down) (Term.collect up) (Term.collect down)

    /// A product of factorials to powers is 1: those of constants are multiplied out, others must have cancelled.
    let private isOne (powers: (Linear * int) list) =
        let areFew = powers |> List.forall (fun (x, _) -> x.Constant <= largest) && List.sumBy (snd >> abs) powers <= int largest
        let factorial (n: BigInteger) = (BigInteger.One, seq { 1 .. int n }) ||> Seq.fold (fun p k -> p * BigInteger k)
        let product sign = [ for x, n in powers do if n * sign > 0 then BigInteger.Pow(factorial x.Constant, abs n) ] |> List.fold (*) 1I
        need areFew $"a limit is passed: factorials of more than {largest}, or more of them, are not multiplied out"
        powers |> List.forall (fst >> Linear.isConstant) && product 1 = product -1

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
            | Some(Function.Sum term, ([ _; _ ] as terms), where) ->
                let arity = term.Variables.Length
                need (variable >= 1 && variable < arity) "the induction must run over a parameter"
                need (closed.Variables = term.Variables && Term.isWellFormed closed) "the closed form has other variables than the sum"
                need (closed.Powers @ term.Powers).IsEmpty "there are letters"
                let unit' = List.init (arity - 1) (fun i -> if i = variable - 1 then BigInteger 2 else BigInteger.Zero)
                let none = List.replicate (arity - 1) BigInteger.Zero

                let coefficient shift =
                    let term = terms |> List.tryFind (fun t -> t.Shift = shift)
                    (term |> Rule.found "the relation must be between S(p) and S(p + 1) in the given parameter").Coefficient

                let next, here = coefficient unit', coefficient none
                let up, down = ratio closed variable |> Rule.found "a step of the closed form has more than 1000 factors"
                need (where.FollowsFrom Linear.isNatural) "the relation is not known to hold for all natural parameters"
                let isFree (x: Linear) = x.Coefficients[Term.Index].IsZero
                need (not closed.Alternating && List.forall isFree closed.Arguments) "the closed form must not contain the index"
                need (List.forall Linear.isNatural closed.Arguments) "a factorial of the closed form may have a negative argument"
                let isPositive = (next.ValueAt(List.replicate arity BigInteger.Zero)).Sign > 0
                need (isPositive && next.Terms arity |> Seq.forall (fun (_, c) -> c.Sign > 0)) "the leading coefficient may vanish"
                let identity = next * Term.product up + here * Term.product down
                need identity.IsZero "the closed form does not satisfy the relation"

                let atZero (form: Linear) = Linear.without variable form
                let atStart (form: Linear) = Linear.plus (start * form.Coefficients[Term.Index]) form |> Linear.without Term.Index
                let index = Linear.plus -start (Linear.variable arity Term.Index)
                let initial = term.Denominator |> List.map atZero
                let firstDown, firstUp = List.map atStart initial, List.map (atZero >> atStart) term.Numerator
                let hasOne = List.contains index initial && List.contains (Linear.negate index) initial
                need hasOne "the initial sum has more than one term"
                need (not term.Alternating || start.IsEven) "the initial term is negative"
                need (List.forall Linear.isNatural (firstDown @ firstUp)) "the initial term is not always positive"
                let above, below = firstUp @ List.map atZero closed.Denominator, firstDown @ List.map atZero closed.Numerator
                need (isOne (Term.balance above below)) "the closed form has another initial value"
                let certificate: ClosedFormCertificate = { Variable = variable; Closed = closed; Start = start }
                let right = { Product.Of(arity, []) with Up = closed.Numerator; Down = closed.Denominator }
                let left = Product.Of(arity, [ Equations.sum term ])
                let index, parameters = term.Variables.Head, Term.parameters term
                let statement = Equation([ index ], parameters, Naturals, All [], OneOf [], [ left ], [ right ])
                Rule.certifies "first-order recursion" certificate statement [ relation ] []
            | _ -> raise (Refused "the premise must be a relation between two sums"))
