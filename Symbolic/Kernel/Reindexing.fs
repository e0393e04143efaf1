namespace Toolkit.Symbolic.Proofs.Kernel

open System
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

/// S₁(images(p)) = (−1)^Parity S₂(p) for all integer parameters p of the second term.
[<Sealed>]
type SumIdentity internal (first: Term, second: Term, map: Reindexing, parity: Linear) =
    inherit Statement(box (first, second, map, parity))

    /// The term on the left.
    member _.First = first

    /// The term on the right.
    member _.Second = second

    /// The change of variables.
    member _.Map = map

    /// The sign's exponent, a form in the second term's parameters.
    member _.Parity = parity

    override _.Text =
        let names = second.Variables
        let parameters = String.Join(", ", names.Tail)
        let taken = first.Variables @ names
        let left = Name.fresh taken "S1"
        let right = Name.fresh (left :: taken) "S2"
        let arguments = String.Join(", ", map.Images |> List.map (Linear.print names))
        let firsts = String.Join(", ", Term.parameters first)

        $"for all integers {parameters}: {left}({arguments}) = (-1)**({Linear.print names parity})*\
          {right}({parameters}), where {left}({firsts}) is the sum over all integers \
          {first.Variables[0]} of {Term.print first}, and {right}({parameters}) that over {second.Variables[0]} of \
          {Term.print second}"

/// symbol(images(p)) = (−1)^Parity symbol(p), wherever either is defined.
[<Sealed>]
type Symmetry internal (symbol: Symbol, map: Reindexing, parity: Linear) =
    inherit Statement(box (symbol, map, parity))

    /// Which symbol.
    member _.Symbol = symbol

    /// The change of variables, in the symbol's integer parameters.
    member _.Map = map

    /// The sign's exponent, a form in the parameters; only its parity counts.
    member _.Parity = parity

    /// Twice the image of each quantum number, as a form in the quantum numbers.
    member _.TwiceImages =
        let images = Linear.zero symbol.Term.Variables.Length :: map.Images
        symbol.TwiceQuanta |> List.map (Linear.substitute images >> Linear.substitute symbol.InQuanta)

    override this.Text =
        let print (twice: Linear) =
            match Linear.tryHalve twice with
            | Some form -> Linear.print symbol.Quanta form
            | None -> $"({Linear.print symbol.Quanta twice})/2"

        let images = this.TwiceImages |> List.map print
        let sign = Linear.substitute symbol.InQuanta parity |> Linear.print symbol.Quanta

        $"{symbol.Call images} = (-1)**({sign})*{symbol.Call symbol.Quanta} for all integers and half-integers, a symbol outside its \
          domain counting as 0"

/// Certificate of the two reindexing rules.
[<Sealed>]
type ReindexingCertificate internal (rule: string, map: Reindexing, parity: Linear) =
    inherit Certificate()

    /// The change of variables.
    member _.Map = map

    /// The claimed sign.
    member _.Parity = parity

    override _.Rule = rule
    override _.Size = map.Images.Length + 1

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

    /// Proves S₁(images(p)) = (−1)^parity S₂(p): the substitution is a bijection of the integers s for every p, and
    /// turns every factorial of the first term into one of the second.
    let sums (first: Term) (second: Term) (map: Reindexing) (parity: Linear) : Result<Theorem, string> =
        if not (isWellFormed first second map parity) then
            Error "the change of variables is not one of the index and the parameters"
        elif not (Term.hasFiniteSupport second) then
            Error "the sum has no finite support"
        elif not (List.isEmpty second.Numerator) then
            Error "a factorial of the numerator may be of a negative number"
        elif not (matches first second map) then
            Error "the factorials do not become those of the other term"
        elif sign first second map |> Option.forall (fun s -> not (Linear.isEvenDifference s parity)) then
            Error "the sign is wrong"
        else
            let certificate = ReindexingCertificate("reindexing", map, parity)
            Ok(Rule.certifies certificate (SumIdentity(first, second, map, parity)) [] [])

    /// Proves symbol(images(p)) = (−1)^parity symbol(p): besides the sum, the domain and the factorials under the root
    /// are permuted, and the claimed sign is the sum's times the change of the symbol's own.
    let symmetry (symbol: Symbol) (map: Reindexing) (parity: Linear) : Result<Theorem, string> =
        let term = symbol.Term

        if not (Definition.isSound symbol) then
            Error "the symbol's definition does not have the properties that the rule needs"
        elif not (isWellFormed term term map parity) then
            Error "the change of variables is not one of the index and the parameters"
        elif not (matches term term map) then
            Error "the factorials do not become those of the other term"
        else
            let images = Linear.variable term.Variables.Length Term.Index :: map.Images

            let isPermuted (forms: Linear list) =
                List.sort (List.map (Linear.substitute images) forms) = List.sort forms

            let phase = Linear.subtract (Linear.substitute images symbol.Phase) symbol.Phase

            if not (List.forall isPermuted [ symbol.Physical; symbol.NormNumerator; symbol.NormDenominator ]) then
                Error "the norm is not invariant"
            elif
                sign term term map
                |> Option.forall (fun s -> not (Linear.isEvenDifference (Linear.add s phase) parity))
            then
                Error "the sign is wrong"
            else
                let certificate = ReindexingCertificate("symmetry", map, parity)
                Ok(Rule.certifies certificate (Symmetry(symbol, map, parity)) [] [])
