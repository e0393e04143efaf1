namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A coefficient of a product of powers of two-term polynomials M ± N is a hypergeometric sum; variables that are letters of its
/// term belong to the coefficient.
[<Sealed>]
type CoefficientIsSum
    internal (product: PowerProduct, term: Term, powers: Linear list, target: Linear list, parity: Linear) =
    inherit Statement(box (product, term, powers, target, parity))

    /// The product; its exponents are the term's parameters.
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
        let join (parts: string seq) = String.concat "*" parts
        let isLetter v = List.contains v term.Letters

        let monomial =
            List.zip product.Variables target
            |> List.filter (fst >> isLetter >> not)
            |> List.map (fun (v, e) -> $"{v}**({print e})")
            |> join
        let power (p: Polynomial, _) e = $"({p.Print product.Letters})**({print e})"
        let body = List.map2 power product.Factors powers |> join
        let factorials = powers |> List.map (fun e -> $"({print e})!") |> join
        let parameters = String.concat ", " (Term.parameters term)
        let total = Name.fresh (term.Variables @ product.Variables) "S"

        { Laws = $"coefficient of {monomial} in {body} = (-1)**({print parity})*{factorials}*{total}({parameters})"
          ForAll = Sentence.Kind("integers", Term.parameters term) @ Sentence.Kind("numbers", term.Letters)
          Where = powers |> List.map (fun e -> print e + " >= 0")
          Remarks = [ $"{total}({parameters}) = {Term.printSum term}" ] }
            .Text

/// Certificate of `BinomialCoefficient.prove`: the index k_i of each factor's binomial expansion, as a form in the term's variables.
[<RequireQualifiedAccess>]
type BinomialCertificate = { Choices: Linear list }

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
    /// is free of s, or the letter's, that these are all solutions, that the factorials are the term's, and the sign.
    let prove (product: PowerProduct) (term: Term) (choices: Linear list) (parity: Linear) : Result<Theorem, string> =
        Rule.within (fun () ->
            let arity = product.Variables.Length
            let powers = product.Factors |> List.map (fun (_, e) -> { e with Coefficients = BigInteger.Zero :: e.Coefficients })
            let slope (x: Linear) = x.Coefficients[Term.Index]
            let letter v = term.Powers |> List.tryFind (fun (x, _) -> x = product.Variables[v]) |> Option.map snd
            let isLetter x = List.contains x term.Letters
            need (PowerProducts.isWellFormed product && Term.isWellFormed term) "the product or the term is not well formed"
            need (not product.Imaginary) "the imaginary unit occurs"
            need (Name.areDistinct (product.Variables @ term.Variables)) "the product and the term share a name"
            need (term.Letters |> List.forall (fun x -> List.contains x product.Variables)) "a letter is none of the product's variables"
            need (not (List.forall isLetter product.Variables)) "all variables are letters, so that no coefficient is left to speak of"
            let pairs = product.Factors |> List.map (fst >> pair arity >> Rule.found "a factor is not M + N or M - N for monomials")
            need (product.Exponents = Term.parameters term) "the exponents are not in the term's parameters"
            need (choices.Length = pairs.Length) "one index is needed for each factor"
            let isForm f = Linear.arity f = term.Variables.Length
            need (List.forall isForm (parity :: choices) && (slope parity).IsZero) "a form does not fit, or the sign contains the index"
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
                      | [ i, x; k, y ] when abs x = 1 && abs y = 1 && (letter v).IsNone -> set [ i; k ]
                      | _ -> () ]

            let rec reach (seen: Set<int>) =
                let more = ties |> List.filter (Set.intersect seen >> Set.isEmpty >> not) |> Set.unionMany |> Set.union seen
                if more = seen then seen else reach more

            let target = List.init arity exponent
            let isTarget (v, f) = match letter v with Some e -> e = f | None -> (slope f).IsZero
            need (target |> List.indexed |> List.forall isTarget) "an exponent contains the summation index, or is not the letter's"
            let runs = (reach (set [ 0 ])).Count = pairs.Length && (BigInteger.Abs(slope choices.Head)).IsOne
            need runs "the summation index does not run through all solutions"
            let factorials = choices @ List.map2 Linear.subtract powers choices
            need (term.Numerator.IsEmpty && List.sort factorials = List.sort term.Denominator) "the factorials are not the term's"
            let sign = (zero, pairs, choices) |||> List.fold2 (fun sum (_, _, sign) k -> if sign < 0 then Linear.add sum k else sum)
            let expected = if term.Alternating then Linear.add (Linear.variable term.Variables.Length Term.Index) parity else parity
            need (Linear.isEvenDifference sign expected) "the sign is wrong"
            let statement = CoefficientIsSum(product, term, powers, target, parity)
            Rule.certifies "binomial-coefficient" { BinomialCertificate.Choices = choices } statement [] [])
