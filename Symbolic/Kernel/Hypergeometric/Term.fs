namespace Toolkit.Symbolic.Hypergeometric

open System.Numerics
open Toolkit.Symbolic.Algebra

/// A hypergeometric term F(s) = (±1)^s Π x^e Π Numerator! / Π Denominator! as data. Every argument is an integer-linear form
/// in the summation index (variable 0) and integer parameters (variables 1…), in which the index has the coefficient 1,
/// −1 or 0. By definition F is 0 wherever an argument of the denominator is negative. The x are letters, any numbers; their
/// exponents are arguments of the denominator, so that they are natural wherever F is not 0.
type Term =
    {
        /// Names of the summation index and of the parameters.
        Variables: string list
        /// True when the sign is (−1)^s.
        Alternating: bool
        /// Arguments of the numerator's factorials.
        Numerator: Linear list
        /// Arguments of the denominator's factorials.
        Denominator: Linear list
        /// Letters with their exponents.
        Powers: (string * Linear) list
    }

    /// Arguments of factorials, the denominator's first, and exponents: the order of a base.
    member this.Arguments = this.Denominator @ this.Numerator @ List.map snd this.Powers

    /// The letters.
    member this.Letters = List.map fst this.Powers

    /// How the variables of polynomials that go with the term are written: its variables, then its letters.
    member this.Names = this.Variables @ this.Letters

/// What is done with a term: neighbours as polynomials times a base, and the telescoper.
[<RequireQualifiedAccess>]
module Term =

    /// Position of the summation index among the variables.
    [<Literal>]
    let Index = 0

    /// The largest number of linear factors that the ratio of two factorials may have; more are refused.
    let private mostFactors = BigInteger 1000

    let private slope (form: Linear) = form.Coefficients[Index]

    /// Valid names, each once, an index and at most nine parameters and letters; every argument is a form in the former.
    let isWellFormed (term: Term) =
        Name.areDistinct term.Names
        && term.Variables.Length >= 1
        && term.Names.Length <= Polynomial.MostVariables
        && term.Powers |> List.forall (fun (_, e) -> List.contains e term.Denominator)
        && term.Arguments |> List.forall (fun x -> Linear.arity x = term.Variables.Length)

    /// Names of the parameters.
    let parameters (term: Term) = term.Variables.Tail

    /// (x+low+1)(x+low+2)…(x+high) as a list of factors; None where there are too many.
    let factors (low: BigInteger) (high: BigInteger) (form: Linear) : Linear list option =
        if high - low > mostFactors then
            None
        else
            Some [ for k in 1 .. int (BigInteger.Max(high - low, BigInteger.Zero)) -> Linear.plus (low + BigInteger k) form ]

    /// The factors of all parts, if none has too many.
    let collect (parts: Linear list option list) : Linear list option =
        if List.forall Option.isSome parts then Some(List.collect Option.get parts) else None

    /// Factorials above and below as powers, each argument once, without those that cancel.
    let balance (above: Linear list) (below: Linear list) : (Linear * int) list =
        List.map (fun x -> x, 1) above @ List.map (fun x -> x, -1) below
        |> List.groupBy fst
        |> List.map (fun (x, powers) -> x, List.sumBy snd powers)
        |> List.filter (fun (_, power) -> power <> 0)
        |> List.sort

    /// How much each argument changes when the parameters (without the index) change by `shift`.
    let offsets (term: Term) (shift: BigInteger list) : BigInteger list =
        term.Arguments |> List.map (Linear.change (BigInteger.Zero :: shift))

    /// The base from which every one of the shifted terms is a polynomial multiple: for each argument, in the order of
    /// `Arguments`, the greatest change in the denominator and the least in the numerator and in exponents.
    let commonBase (term: Term) (shifts: BigInteger list list) : BigInteger list =
        let below = term.Denominator.Length

        shifts
        |> List.map (offsets term)
        |> List.transpose
        |> List.mapi (fun i changes -> if i < below then List.max changes else List.min changes)

    /// The term's arguments displaced to a base.
    let at (basePoint: BigInteger list) (term: Term) =
        let below, above = term.Denominator.Length, term.Numerator.Length
        let moved = List.map2 Linear.plus basePoint term.Arguments

        { term with
            Denominator = List.take below moved
            Numerator = moved |> List.skip below |> List.take above
            Powers = List.zip term.Letters (List.skip (below + above) moved) }

    /// F(parameters + shift) / F(base), without the letters, as a product of linear factors; None where it is not a polynomial
    /// of at most 1000 factors for each argument.
    ///
    /// For arguments x ≤ y of the denominator, 1/x! = (x+1)…y / y! holds at all integers when 1/n! = 0 for n < 0. For
    /// the numerator, y! = x! (x+1)…y holds when x ≥ 0, which `gaps` ensures wherever the term is not 0.
    let ratio (term: Term) (basePoint: BigInteger list) (shift: BigInteger list) : Linear list option =
        let below, above = term.Denominator.Length, term.Numerator.Length

        List.zip3 term.Arguments (offsets term shift) basePoint
        |> List.take (below + above)
        |> List.mapi (fun i (argument, change, origin) ->
            let low, high = if i < below then change, origin else origin, change
            if low > high then None else factors low high argument)
        |> collect

    /// The product of letters to natural powers.
    let private letters (term: Term) (powers: BigInteger list) =
        Polynomial.Monomial(List.replicate term.Variables.Length 0 @ List.map int powers)

    /// The letters' part of F(parameters + shift) / F(base).
    let monomial (term: Term) (basePoint: BigInteger list) (shift: BigInteger list) : Polynomial =
        List.map2 (fun (x: BigInteger) y -> x - y) (offsets term shift) basePoint
        |> List.skip (term.Denominator.Length + term.Numerator.Length)
        |> letters term

    /// The letters' parts of Down and Up: F(s+1)/F(s) has each letter to the power of its exponent's slope.
    let turns (term: Term) : Polynomial * Polynomial =
        let slopes = term.Powers |> List.map (snd >> slope)
        let part sign = slopes |> List.map (fun k -> BigInteger.Max(sign * k, BigInteger.Zero)) |> letters term
        part BigInteger.MinusOne, part BigInteger.One

    /// The telescoper T(q) = Down(s) q(s) − ε Up(s) q(s+1), ε the sign of F(s+1)/F(s), with which
    /// T(q) F = G(s) − G(s+1) for G = Down q F: Up and Down as lists of linear factors, without the letters, and −ε.
    ///
    /// F(s+1) Down(s+1) = ε Up(s) F(s): an argument of the denominator that grows with s contributes x to Down
    /// (x/x! = 1/(x−1)!), one that falls contributes x to Up; in the numerator a growing one contributes x+1 to Up, a
    /// falling one x+1 to Down. For the 3j this is T(q) = (a−s)(b−s)(c−s) q(s+1) + s (d+s)(e+s) q(s).
    let telescoper (term: Term) =
        let grows x = (slope x).IsOne
        let falls x = slope x = BigInteger.MinusOne
        let next = Linear.plus BigInteger.One
        let down = List.filter grows term.Denominator @ (List.filter falls term.Numerator |> List.map next)
        let up = List.filter falls term.Denominator @ (List.filter grows term.Numerator |> List.map next)
        down, up, (if term.Alternating then BigInteger.One else BigInteger.MinusOne)

    /// A product of linear forms as a polynomial.
    let product (factors: Linear list) : Polynomial =
        factors |> List.fold (fun p x -> p * Polynomial.OfLinear x) Polynomial.One

    /// T(q) expanded.
    let telescope (term: Term) (q: Polynomial) : Polynomial =
        let down, up, sign = telescoper term
        let downTurn, upTurn = turns term
        downTurn * product down * q + sign * (upTurn * product up * q.Shift(Index, BigInteger.One))

    /// True when the sum over all s is finite at every integer point: one argument of the denominator grows with s and
    /// another falls.
    let hasFiniteSupport (term: Term) =
        List.exists (fun x -> (slope x).IsOne) term.Denominator
        && List.exists (fun x -> slope x = BigInteger.MinusOne) term.Denominator
        && List.forall (fun x -> BigInteger.Abs(slope x) <= BigInteger.One) term.Arguments

    /// Conditions under which no factorial of a negative number is ever met: for each argument L of the numerator, the
    /// forms L − D that are free of s, D an argument of the denominator. One of them must be ≥ 0: then L ≥ 0 wherever
    /// D ≥ 0, and elsewhere the term is 0. The outer list is a conjunction, each inner list a disjunction; an empty
    /// inner list cannot be met.
    let gaps (term: Term) : Linear list list =
        term.Numerator
        |> List.map (fun l ->
            term.Denominator
            |> List.map (Linear.subtract l)
            |> List.filter (fun gap -> (slope gap).IsZero)
            |> List.distinct)

    /// "(-1)**s*(s + 1)!/(s!*(a - s)!)", for people.
    let print (term: Term) =
        let factorial (x: Linear) =
            let body = Linear.print term.Variables x
            if Seq.forall System.Char.IsAsciiLetterOrDigit body then body + "!" else $"({body})!"

        let power (x, e) = $"{x}**({Linear.print term.Variables e})"
        let join (parts: string list) = System.String.Join("*", parts)
        let sign = if term.Alternating then [ $"(-1)**{term.Variables[Index]}" ] else []
        let above = sign @ List.map power term.Powers @ List.map factorial term.Numerator
        let above = if above.IsEmpty then "1" else join above
        $"{above}/({join (List.map factorial term.Denominator)})"

    /// "sum over all integers s of …".
    let printSum (term: Term) = $"sum over all integers {term.Variables[0]} of {print term}"
