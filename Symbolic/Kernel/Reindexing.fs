namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A change of parameters and of the summation index under which one term becomes another.
type Reindexing =
    {
        /// The first term's parameters as forms in the second term's variables (free of the index).
        Images: Linear list
        /// The first index is Direction·(second index) + Offset; Direction is 1 or −1.
        Direction: BigInteger
        /// A form in the second term's variables, free of the index.
        Offset: Linear
    }

/// Certificate of the two reindexing rules: what the sides are values of, the change of variables and the claimed sign.
[<RequireQualifiedAccess>]
type ReindexingCertificate = { First: Function; Second: Function; Map: Reindexing; Parity: Linear }

/// Proofs by renaming the summation index.
[<RequireQualifiedAccess>]
module Reindexing =

    let private isFree (form: Linear) = form.Coefficients[Term.Index].IsZero

    /// The first term's factorials, after the substitution, are the second term's.
    let private matches (first: Term) (second: Term) (map: Reindexing) =
        let arity = second.Variables.Length
        let index = Linear.add (Linear.scale map.Direction (Linear.variable arity Term.Index)) map.Offset
        let moved (forms: Linear list) = forms |> List.map (Linear.substitute (index :: map.Images)) |> List.sort
        moved first.Numerator = List.sort second.Numerator && moved first.Denominator = List.sort second.Denominator

    let private isWellFormed (first: Term) (second: Term) (map: Reindexing) (parity: Linear) =
        Term.isWellFormed first
        && Term.isWellFormed second
        && (first.Powers @ second.Powers).IsEmpty
        && (BigInteger.Abs map.Direction).IsOne
        && map.Images.Length = first.Variables.Length - 1
        && parity :: map.Offset :: map.Images
           |> List.forall (fun f -> Linear.arity f = second.Variables.Length && isFree f)

    /// The exponent of (−1)^(first index) is that of (−1)^(second index) plus the offset.
    let sign (first: Term) (second: Term) (map: Reindexing) : Linear option =
        match first.Alternating, second.Alternating with
        | true, true -> Some map.Offset
        | false, false -> Some(Linear.zero second.Variables.Length)
        | _ -> None

    /// Proves S₁(images(p)) = (−1)^parity S₂(p) for all integer parameters p of the second term: the
    /// substitution is a bijection of the integers s for every p, and turns every factorial of the first term into one of the second.
    let sums (first: Term) (second: Term) (map: Reindexing) (parity: Linear) : Result<Theorem, string> =
        Rule.within (fun () ->
            need (isWellFormed first second map parity) "the change of variables is not one of the index and the parameters"
            need (Term.hasFiniteSupport second) "the sum has no finite support"
            need second.Numerator.IsEmpty "a factorial of the numerator may be of a negative number"
            need (matches first second map) "the factorials do not become those of the other term"
            need (sign first second map |> Option.exists (Linear.isEvenDifference parity)) "the sign is wrong"
            let f, g = Function.Sum first, Function.Sum second
            let left = { Function = f; Twice = map.Images |> List.map (Linear.scale (BigInteger 2)) }
            let index, parameters = second.Variables.Head, Term.parameters second
            let statement = Equations.alike ([ index ], parameters, Integers) left parity (Equations.sum second)
            let certificate: ReindexingCertificate = { First = f; Second = g; Map = map; Parity = parity }
            Rule.certifies "reindexing" certificate statement [] [])

    /// Proves symbol(images(p)) = (−1)^parity symbol(p), wherever either is defined: besides the sum, the domain
    /// and the factorials under the root are permuted, and the claimed sign is the sum's times the change of the symbol's own.
    let symmetry (symbol: Symbol) (map: Reindexing) (parity: Linear) : Result<Theorem, string> =
        Rule.within (fun () ->
            let term = symbol.Term
            need (Definition.isSound symbol) "the symbol's definition does not have the properties that the rule needs"
            need (isWellFormed term term map parity) "the change of variables is not one of the index and the parameters"
            need (matches term term map) "the factorials do not become those of the other term"
            let images = Linear.variable term.Variables.Length Term.Index :: map.Images
            let isPermuted (forms: Linear list) = List.sort (List.map (Linear.substitute images) forms) = List.sort forms
            need (List.forall isPermuted [ symbol.Physical; symbol.NormNumerator; symbol.NormDenominator ]) "the norm is not invariant"
            let phase = Linear.subtract (Linear.substitute images symbol.Phase) symbol.Phase
            need (sign term term map |> Option.exists (Linear.add phase >> Linear.isEvenDifference parity)) "the sign is wrong"
            let f, quanta = Function.Symbol symbol, symbol.Quanta
            let inQuanta = Linear.substitute symbol.InQuanta
            let left = { Function = f; Twice = symbol.TwiceQuanta |> List.map (Linear.substitute images >> inQuanta) }
            let statement = Equations.alike ([], quanta, QuantumNumbers symbol) left (inQuanta parity) (Equations.own 0 f)
            let certificate: ReindexingCertificate = { First = f; Second = f; Map = map; Parity = parity }
            Rule.certifies "symmetry" certificate statement [] [])

    /// A symbol's symmetry: the parameters' images and the sign's exponent as forms in the parameters.
    let internal trySymmetry (statement: Statement) : (Symbol * Linear list * Linear) option =
        match statement with
        | :? Equation as e ->
            match e.Left, e.Right with
            | Equations.Single({ Function = Function.Symbol symbol } as left), Equations.Signed(sign, right) when
                e.Variables = QuantumNumbers symbol && right = Equations.own 0 left.Function && e.Where = All []
                ->
                // A form in the quantum numbers at half of these doubled forms is one in the parameters.
                let parameters form = Definition.formInParameters symbol form
                let images = symbol.Parameters |> List.map (Linear.substitute left.Twice >> parameters)
                let halved = images |> List.map (Option.bind Linear.tryHalve)

                match parameters sign with
                | Some parity when List.forall Option.isSome halved -> Some(symbol, List.map Option.get halved, parity)
                | _ -> None
            | _ -> None
        | _ -> None
