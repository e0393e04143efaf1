namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// (−1)^Sign √(Π RootUp!/Π RootDown!) Π x^e Π Up!/Π Down!, in forms; 1/n! is 0 for n < 0.
type FactorialValue =
    {
        /// The sign's exponent.
        Sign: Linear
        /// Factorials under the root, above.
        RootUp: Linear list
        /// Factorials under the root, below.
        RootDown: Linear list
        /// Factorials above.
        Up: Linear list
        /// Factorials below.
        Down: Linear list
        /// The symbol's letters, with natural exponents.
        Powers: (string * Linear) list
    }

/// A symbol on a family of points: its value is a product of factorials, or 0.
[<Sealed>]
type SymbolValue
    internal (symbol: Symbol, names: string list, images: Linear list, value: FactorialValue option) =
    inherit Statement(box (symbol, names, images, value))

    /// Which symbol.
    member _.Symbol = symbol

    /// Names of the variables of all forms here; the first is an index that does not occur.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    /// The value; None: 0.
    member _.Value = value

    /// The doubled quantum numbers as forms in the family's variables.
    member _.TwiceQuanta =
        symbol.TwiceQuanta |> List.map (Linear.substitute (Linear.zero names.Length :: images))

    override this.Text =
        let print = Linear.print names

        let quanta =
            this.TwiceQuanta
            |> List.map (fun image ->
                match Linear.tryHalve image with
                | Some half -> print half
                | None -> $"({print image})/2")

        let product (xs: Linear list) =
            if xs.IsEmpty then "1" else xs |> List.map (fun x -> $"({print x})!") |> String.concat "*"

        let quantifier natural =
            let integers =
                match List.tail names with
                | [] -> []
                | parameters -> [ $"""integers {String.Join(", ", parameters)}{if natural then " >= 0" else ""}""" ]

            let letters =
                match symbol.Term.Letters with
                | [] -> []
                | letters -> [ $"""numbers {String.Join(", ", letters)}""" ]

            match integers @ letters with
            | [] -> ", where the symbol is defined"
            | all -> $""" for all {String.Join(" and all ", all)} at which the symbol is defined"""

        let right =
            match value with
            | None -> $"0{quantifier false}"
            | Some v ->
                let powers = v.Powers |> List.map (fun (x, e) -> $"{x}**({print e})*") |> String.concat ""

                $"(-1)**({print v.Sign})*sqrt({product v.RootUp}/({product v.RootDown}))*{powers}{product v.Up}/({product v.Down})"
                + quantifier true

        let meaning = match Definition.meaning symbol with "" -> "" | meaning -> "; " + meaning
        $"{symbol.Call quanta} = {right}{meaning}"

/// Certificate of `Evaluation.fromSum` (nothing but the premises) and `Evaluation.zero`.
[<Sealed>]
type EvaluationCertificate internal (rule: string, names: string list, images: Linear list) =
    inherit Certificate()

    /// Names of the family's variables.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    override _.Rule = rule
    override _.Size = images.Length

/// Certificate of `Evaluation.single`.
[<Sealed>]
type SingleTermCertificate internal (names: string list, images: Linear list, index: Linear) =
    inherit Certificate()

    /// Names of the family's variables.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    /// Where the one term stands.
    member _.Index = index

    override _.Rule = "single term"
    override _.Size = images.Length + 1

/// Values of symbols on families of points.
[<RequireQualifiedAccess>]
module Evaluation =

    /// Names of an index and parameters, images in the parameters alone, and a point at which the symbol is defined.
    let private isFamily (symbol: Symbol) (natural: bool) (names: string list) (images: Linear list) =
        let arity = names.Length
        let at = Linear.substitute (Linear.zero arity :: images)

        Name.areDistinct (names @ symbol.Term.Letters)
        && images.Length = symbol.Parameters.Length
        && images |> List.forall (fun x -> Linear.arity x = arity && x.Coefficients[0].IsZero)
        && (let physical = symbol.Physical |> List.map at
            let sizes = images |> List.map _.Constant |> List.distinct

            let isDefined point =
                (not natural || point |> List.forall (fun (x: BigInteger) -> x.Sign >= 0))
                && physical |> List.forall (fun f -> (Linear.valueAt (BigInteger.Zero :: point) f).Sign >= 0)

            (Points.tryFind (arity - 1) sizes isDefined).IsSome)

    let private misfit: Result<Theorem, string> =
        Error "the family does not fit the symbol, or the symbol is not defined on it anywhere near the origin"

    /// From S(images(p)) = (−1)^parity S₂(p) and the closed form of S₂, the value of the symbol at images(p): the
    /// definition's sign and root, with the images put in, times the sum.
    let fromSum (symbol: Symbol) (identity: Theorem) (closed: Theorem) : Result<Theorem, string> =
        match identity.Statement, closed.Statement with
        | (:? SumIdentity as identityOf), (:? ClosedForm as closedForm) ->
            let names = identityOf.Second.Variables
            let images = identityOf.Map.Images

            if not (Definition.isSound symbol) || identityOf.First <> symbol.Term then
                Error "the first premise is not about the symbol's sum"
            elif identityOf.Second <> closedForm.Term then
                Error "the premises are about different sums"
            elif not (isFamily symbol true names images) then
                misfit
            else
                let at = Linear.substitute (Linear.zero names.Length :: images)

                let value =
                    { Sign = Linear.add (at symbol.Phase) identityOf.Parity
                      RootUp = symbol.NormNumerator |> List.map at
                      RootDown = symbol.NormDenominator |> List.map at
                      Up = closedForm.Closed.Numerator
                      Down = closedForm.Closed.Denominator
                      Powers = [] }

                let certificate = EvaluationCertificate("evaluation", names, images)
                Ok(Rule.certifies certificate (SymbolValue(symbol, names, images, Some value)) [ identity; closed ] [])
        | _ -> Error "the premises must be an identity between sums and a closed form"

    /// The value of the symbol at images(p) where its sum has one term there, at the index `index`, a form in p.
    ///
    /// Checked: with the images put in, index − s and s − index are both arguments of the denominator, so that every
    /// other term is 0. The term itself is 0 like the symbol's right-hand side where another argument of the
    /// denominator is negative; factorials of the numerator are of natural numbers, and exponents natural.
    let single (symbol: Symbol) (names: string list) (images: Linear list) (index: Linear) : Result<Theorem, string> =
        let arity = names.Length

        if
            not (Definition.isSound symbol)
            || not (isFamily symbol true names images)
            || Linear.arity index <> arity
            || not index.Coefficients[0].IsZero
        then
            misfit
        else
            let moved =
                symbol.Term.Denominator |> List.map (Linear.substitute (Linear.variable arity 0 :: images))

            let gap = Linear.subtract (Linear.variable arity 0) index
            let at = Linear.substitute (index :: images)

            if not (List.contains gap moved && List.contains (Linear.negate gap) moved) then
                Error "the sum may have several terms"
            elif not (symbol.Term.Numerator @ List.map snd symbol.Term.Powers |> List.map at |> List.forall Linear.isNatural) then
                Error "a factorial of the numerator may be of a negative number, or an exponent negative"
            else
                let value =
                    { Sign = if symbol.Term.Alternating then Linear.add (at symbol.Phase) index else at symbol.Phase
                      RootUp = symbol.NormNumerator |> List.map at
                      RootDown = symbol.NormDenominator |> List.map at
                      Up = symbol.Term.Numerator |> List.map at
                      Down = symbol.Term.Denominator |> List.map at
                      Powers = symbol.Term.Powers |> List.map (fun (x, e) -> x, at e) }

                let certificate = SingleTermCertificate(names, images, index)
                Ok(Rule.certifies certificate (SymbolValue(symbol, names, images, Some value)) [] [])

    /// From a symmetry that maps a family of points to itself with sign −1, that the symbol is 0 there.
    let zero (symmetry: Theorem) (names: string list) (images: Linear list) : Result<Theorem, string> =
        match symmetry.Statement with
        | :? Symmetry as s ->
            if not (isFamily s.Symbol false names images) then
                misfit
            else
                let at = Linear.substitute (Linear.zero names.Length :: images)
                let isOdd (form: Linear) = (Linear.tryHalve (Linear.plus BigInteger.One form)).IsSome

                if List.map at s.Map.Images <> images then
                    Error "the symmetry does not map the points to themselves"
                elif not (isOdd (at s.Parity)) then
                    Error "the sign is not always −1"
                else
                    let certificate = EvaluationCertificate("antisymmetry", names, images)
                    Ok(Rule.certifies certificate (SymbolValue(s.Symbol, names, images, None)) [ symmetry ] [])
        | _ -> Error "the premise must be a symmetry"
