namespace Toolkit.Symbolic.Hypergeometric

open Toolkit.Symbolic.Algebra

/// A hypergeometric term F(s) = (±1)^s Π Numerator! / Π Denominator! as data. Every argument is an integer-linear form
/// in the summation index (variable 0) and integer parameters (variables 1…), in which the index has the coefficient 1,
/// −1 or 0. By definition F is 0 wherever an argument of the denominator is negative.
type Term =
    {
        /// Names of the summation index and of the parameters.
        Variables: string[]
        /// True when the sign is (−1)^s.
        Alternating: bool
        /// Arguments of the numerator's factorials.
        Numerator: Linear list
        /// Arguments of the denominator's factorials.
        Denominator: Linear list
    }

    /// All arguments, the denominator's first: the order of a base.
    member this.Arguments = this.Denominator @ this.Numerator

/// What is done with a term: neighbours as polynomials times a base, and the telescoper.
[<RequireQualifiedAccess>]
module Term =

    /// Position of the summation index among the variables.
    [<Literal>]
    let Index = 0

    let private slope (form: Linear) = form.Coefficients[Index]

    /// (x+1)(x+2)…(x+n) as a list of factors.
    let private rising (form: Linear) (n: int) = [ for k in 1..n -> Linear.plus k form ]

    /// How much each argument changes when the parameters (without the index) change by `shift`.
    let offsets (term: Term) (shift: int[]) : int list =
        term.Arguments |> List.map (Linear.change (Array.append [| 0 |] shift))

    /// The base from which every one of the shifted terms is a polynomial multiple: for each argument, in the order of
    /// `Arguments`, the greatest change in the denominator and the least in the numerator.
    let commonBase (term: Term) (shifts: int[] list) : int list =
        let below = term.Denominator.Length

        shifts
        |> List.map (offsets term)
        |> List.transpose
        |> List.mapi (fun i changes -> if i < below then List.max changes else List.min changes)

    /// The term's arguments displaced to a base.
    let at (basePoint: int list) (term: Term) =
        let below = term.Denominator.Length
        let moved = List.map2 Linear.plus basePoint term.Arguments
        { term with Denominator = List.take below moved; Numerator = List.skip below moved }

    /// F(parameters + shift) / F(base) as a product of linear factors; None where it is not a polynomial.
    ///
    /// For arguments x ≤ y of the denominator, 1/x! = (x+1)…y / y! holds at all integers when 1/n! = 0 for n < 0. For
    /// the numerator, y! = x! (x+1)…y holds when x ≥ 0, which `gaps` ensures wherever the term is not 0.
    let ratio (term: Term) (basePoint: int list) (shift: int[]) : Linear list option =
        let below = term.Denominator.Length

        let factors =
            List.zip3 term.Arguments (offsets term shift) basePoint
            |> List.mapi (fun i (argument, change, origin) ->
                let low, high = if i < below then change, origin else origin, change
                if low > high then None else Some(rising (Linear.plus low argument) (high - low)))

        if List.forall Option.isSome factors then
            Some(List.collect Option.get factors)
        else
            None

    /// The telescoper T(q) = Down(s) q(s) − ε Up(s) q(s+1), ε the sign of F(s+1)/F(s), with which
    /// T(q) F = G(s) − G(s+1) for G = Down q F: Up and Down as lists of linear factors, and −ε.
    ///
    /// F(s+1) Down(s+1) = ε Up(s) F(s): an argument of the denominator that grows with s contributes x to Down
    /// (x/x! = 1/(x−1)!), one that falls contributes x to Up; in the numerator a growing one contributes x+1 to Up, a
    /// falling one x+1 to Down. For the 3j this is T(q) = (a−s)(b−s)(c−s) q(s+1) + s (d+s)(e+s) q(s).
    let telescoper (term: Term) =
        let down =
            [ for x in term.Denominator do
                  if slope x = 1 then x
              for x in term.Numerator do
                  if slope x = -1 then Linear.plus 1 x ]

        let up =
            [ for x in term.Denominator do
                  if slope x = -1 then x
              for x in term.Numerator do
                  if slope x = 1 then Linear.plus 1 x ]

        down, up, (if term.Alternating then 1 else -1)

    /// A product of linear forms as a polynomial.
    let product (factors: Linear list) : Polynomial =
        factors |> List.fold (fun p x -> p * Polynomial.OfLinear x) Polynomial.One

    /// T(q) expanded.
    let telescope (term: Term) (q: Polynomial) : Polynomial =
        let down, up, sign = telescoper term
        product down * q + System.Numerics.BigInteger(sign: int) * (product up * q.Shift(Index, 1))

    /// True when the sum over all s is finite at every integer point: one argument of the denominator grows with s and
    /// another falls.
    let hasFiniteSupport (term: Term) =
        List.exists (fun x -> slope x = 1) term.Denominator
        && List.exists (fun x -> slope x = -1) term.Denominator
        && List.forall (fun x -> abs (slope x) <= 1) term.Arguments

    /// Conditions under which no factorial of a negative number is ever met: for each argument L of the numerator, the
    /// forms L − D that are free of s, D an argument of the denominator. One of them must be ≥ 0: then L ≥ 0 wherever
    /// D ≥ 0, and elsewhere the term is 0. The outer list is a conjunction, each inner list a disjunction.
    let gaps (term: Term) : Linear list list =
        term.Numerator
        |> List.map (fun l ->
            term.Denominator
            |> List.map (Linear.subtract l)
            |> List.filter (fun gap -> slope gap = 0)
            |> List.distinct)

    /// "(-1)**s*(s + 1)!/(s!*(a - s)!)", for people.
    let print (term: Term) =
        let factorial (x: Linear) =
            let body = Linear.print term.Variables x
            if body.Contains ' ' then $"({body})!" else body + "!"

        let join (xs: Linear list) = System.String.Join("*", List.map factorial xs)
        let index = term.Variables[Index]

        let head =
            match term.Alternating, term.Numerator with
            | true, [] -> $"(-1)**{index}"
            | true, xs -> $"(-1)**{index}*{join xs}"
            | false, [] -> "1"
            | false, xs -> join xs

        $"{head}/({join term.Denominator})"
