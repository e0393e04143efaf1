namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A coefficient of a product of powers of two-term polynomials M ± N is a hypergeometric sum; variables that are letters of its
/// term belong to the coefficient.
[<Sealed>]
type CoefficientIsSum
    internal (product: PowerProduct, term: Term, powers: Linear list, target: Linear list, parity: Linear) =
    inherit Statement(box (product, term, powers, target, parity))

    /// The product; its exponents are read as `Powers`.
    member _.Product = product

    /// The summand.
    member _.Term = term

    /// The exponents e_i as forms in the term's variables.
    member _.Powers = powers

    /// The exponent of each of the product's variables in the monomial, as forms in the term's variables.
    member _.Target = target

    /// The sign's exponent.
    member _.Parity = parity

    override _.Text =
        let print = Linear.print term.Variables
        let join (parts: string seq) = String.Join("*", parts)
        let isLetter v = List.contains v term.Letters

        let monomial =
            List.zip product.Variables target
            |> List.filter (fst >> isLetter >> not)
            |> List.map (fun (v, e) -> $"{v}**({print e})")
            |> join
        let power (p: Polynomial, _) e = $"({p.Print product.Letters})**({print e})"
        let body = List.map2 power product.Factors powers |> join
        let factorials = powers |> List.map (fun e -> $"({print e})!") |> join
        let parameters = String.Join(", ", Term.parameters term)
        let total = Name.fresh (term.Variables @ product.Variables) "S"
        let letters = if term.Powers.IsEmpty then "" else $""" and all numbers {String.Join(", ", term.Letters)}"""
        let natural = powers |> List.map print |> String.concat ", "

        $"for all integers {parameters}{letters} with {natural} >= 0: the coefficient of {monomial} in {body} is \
          (-1)**({print parity})*{factorials}*{total}({parameters}), {total} the sum over all integers \
          {term.Variables[0]} of {Term.print term}"

/// Certificate of `BinomialCoefficient.prove`.
[<Sealed>]
type BinomialCertificate internal (choices: Linear list) =
    inherit Certificate("binomial-coefficient", choices.Length)

    /// The index k_i of each factor's binomial expansion, as a form in the term's variables.
    member _.Choices = choices

/// From generating functions to sums.
[<RequireQualifiedAccess>]
module BinomialCoefficient =

    /// M, N and ±1 of M ± N; of M + N, M is the first in the polynomial's order.
    let pair (arity: int) (p: Polynomial) =
        match List.ofSeq (p.Terms arity) with
        | [ m, x; n, y ] when x.IsOne && (BigInteger.Abs y).IsOne -> Some(m, n, y.Sign)
        | [ n, x; m, y ] when y.IsOne && x = BigInteger.MinusOne -> Some(m, n, -1)
        | _ -> None

    /// Each (M_i ± N_i)^{e_i} is Σ_{k_i} e_i!/(k_i!(e_i−k_i)!) (±1)^{k_i} M_i^{e_i−k_i} N_i^{k_i} over all integers
    /// k_i. Given the k_i as forms in the summation index s and the parameters, checks that every variable's exponent
    /// is the target's, or the letter's, that these are all solutions, that the factorials are the term's, and the sign.
    let prove
        (product: PowerProduct)
        (term: Term)
        (powers: Linear list)
        (choices: Linear list)
        (target: Linear list)
        (parity: Linear)
        : Result<Theorem, string> =
        let arity, exponents = product.Variables.Length, product.Exponents.Length
        let slope (x: Linear) = x.Coefficients[Term.Index]

        let pairs = product.Factors |> List.map (fst >> pair arity)
        let letter v = term.Powers |> List.tryFind (fun (x, _) -> x = product.Variables[v]) |> Option.map snd

        let forms = parity :: powers @ choices @ target

        if
            product.Imaginary
            || not (PowerProducts.isWellFormed product && Term.isWellFormed term)
            || not (Name.areDistinct (product.Variables @ term.Variables))
            || term.Letters |> List.exists (fun x -> not (List.contains x product.Variables))
        then
            Error "the product or the term is not well formed, or they share a name"
        elif product.Variables |> List.forall (fun x -> List.contains x term.Letters) then
            Error "all variables are letters, so that no coefficient is left to speak of"
        elif List.exists Option.isNone pairs then
            Error "a factor is not a sum or a difference of two monomials"
        elif List.map snd product.Factors <> List.init exponents (Linear.variable exponents) then
            Error "the exponents must be independent"
        elif powers.Length <> pairs.Length || choices.Length <> pairs.Length || target.Length <> arity then
            Error "one exponent and one index are needed for each factor, one target for each variable"
        elif forms |> List.exists (fun f -> f.Coefficients.Length <> term.Variables.Length) then
            Error "a form does not fit the term's variables"
        elif
            parity :: powers |> List.exists (fun f -> not (slope f).IsZero)
            || target |> List.indexed |> List.exists (fun (v, f) -> if (letter v).IsSome then letter v <> Some f else not (slope f).IsZero)
        then
            Error "an exponent contains the summation index, or is not the letter's"
        elif
            (Points.tryFind (term.Variables.Length - 1) (powers |> List.map _.Constant) (fun point ->
                powers |> List.forall (fun e -> (Linear.valueAt (BigInteger.Zero :: point) e).Sign >= 0)))
                .IsNone
        then
            Error "the exponents are not natural anywhere near the origin"
        else
            let pairs = pairs |> List.map Option.get
            let zero = Linear.zero term.Variables.Length

            let exponent v =
                List.zip3 pairs powers choices
                |> List.fold
                    (fun sum ((m: int list, n: int list, _), e, k) ->
                        let first = Linear.scale (BigInteger m[v]) (Linear.subtract e k)
                        Linear.add sum (Linear.add first (Linear.scale (BigInteger n[v]) k)))
                    zero

            /// Indices that a variable's exponent ties to each other: two with coefficients ±1 and no other.
            let ties =
                [ for v in 0 .. arity - 1 do
                      let changes = pairs |> List.map (fun (m, n, _) -> n[v] - m[v]) |> List.indexed

                      match changes |> List.filter (fun (_, d) -> d <> 0) with
                      | [ i, x; k, y ] when abs x = 1 && abs y = 1 && (letter v).IsNone -> i, k
                      | _ -> () ]

            let rec reach (seen: Set<int>) =
                let tied = ties |> List.filter (fun (i, k) -> seen.Contains i || seen.Contains k)
                let more = (seen, tied) ||> List.fold (fun set (i, k) -> set.Add(i).Add(k))
                if more = seen then seen else reach more

            let factorials = choices @ List.map2 Linear.subtract powers choices
            let sign = (zero, pairs, choices) |||> List.fold2 (fun sum (_, _, sign) k -> if sign < 0 then Linear.add sum k else sum)
            let index = Linear.variable term.Variables.Length Term.Index
            let expected = if term.Alternating then Linear.add index parity else parity

            if not (Seq.forall (fun v -> exponent v = target[v]) [ 0 .. arity - 1 ]) then
                Error "a variable's exponent is not the target's"
            elif (reach (Set.singleton 0)).Count <> pairs.Length || not (BigInteger.Abs(slope choices.Head)).IsOne then
                Error "the summation index does not run through all solutions"
            elif not term.Numerator.IsEmpty || List.sort factorials <> List.sort term.Denominator then
                Error "the factorials are not the term's"
            elif not (Linear.isEvenDifference sign expected) then
                Error "the sign is wrong"
            else
                let statement = CoefficientIsSum(product, term, powers, target, parity)
                Ok(Rule.certifies (BinomialCertificate choices) statement [] [])
