namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of the rules for values on families of points.
[<Sealed>]
type EvaluationCertificate
    internal (rule: string, symbol: Symbol, names: string list, images: Linear list, index: Linear option) =
    inherit Certificate(rule, images.Length)

    /// Which symbol.
    member _.Symbol = symbol

    /// Names of the family's variables.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    /// Where the one term of `Evaluation.single` stands.
    member _.Index = index

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
            let sizes = images |> List.map _.Constant

            let isDefined point =
                (not natural || point |> List.forall (fun (x: BigInteger) -> x.Sign >= 0))
                && physical |> List.forall (fun f -> (Linear.valueAt (BigInteger.Zero :: point) f).Sign >= 0)

            (Points.tryFind (arity - 1) sizes isDefined).IsSome)

    /// The symbol's value at the family's points: in all integers where it is 0, otherwise in naturals.
    let private statement (symbol: Symbol) (names: string list) (images: Linear list) (value: Product list) =
        let twice = symbol.TwiceQuanta |> List.map (Linear.substitute (Linear.zero names.Length :: images))
        let symbol = { Function = Function.Symbol symbol; Twice = twice }
        let variables = if value.IsEmpty then Integers else Naturals
        let left = Product.Of(names.Length, [ symbol ])
        Equation([ names.Head ], names.Tail, variables, Defined symbol, OneOf [], [ left ], value)

    let private misfit: Result<Theorem, string> =
        Error "the family does not fit the symbol, or the symbol is not defined on it anywhere near the origin"

    /// From S(images(p)) = (−1)^parity S₂(p) and the closed form of S₂, the value of the symbol at images(p): the
    /// definition's sign and root, with the images put in, times the sum.
    let fromSum (symbol: Symbol) (identity: Theorem) (closed: Theorem) : Result<Theorem, string> =
        match identity.Statement, ClosedForms.tryRead closed with
        | (:? Equation as e), Some(sum, closedForm) when e.Variables = Integers && e.Where = All [] ->
            match e.Left, e.Right with
            | Equations.Single({ Function = Function.Sum first } as left), Equations.Signed(parity, second) ->
                let names = second.Function.Term.Variables
                let images = left.Twice |> List.choose Linear.tryHalve

                if not (Definition.isSound symbol) || first <> symbol.Term then
                    Error "the first premise is not about the symbol's sum"
                elif second <> Equations.sum sum then
                    Error "the premises are about different sums"
                elif not (isFamily symbol true names images) then
                    misfit
                else
                    let at = Linear.substitute (Linear.zero names.Length :: images)

                    let value =
                        { closedForm with
                            Sign = Linear.add (at symbol.Phase) parity
                            RootUp = symbol.NormNumerator |> List.map at
                            RootDown = symbol.NormDenominator |> List.map at }

                    let certificate = EvaluationCertificate("evaluation", symbol, names, images, None)
                    Ok(Rule.certifies certificate (statement symbol names images [ value ]) [ identity; closed ] [])
            | _ -> Error "the first premise is not an identity between two sums"
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
                    { Product.Of(arity, []) with
                        Sign = if symbol.Term.Alternating then Linear.add (at symbol.Phase) index else at symbol.Phase
                        RootUp = symbol.NormNumerator |> List.map at
                        RootDown = symbol.NormDenominator |> List.map at
                        Up = symbol.Term.Numerator |> List.map at
                        Down = symbol.Term.Denominator |> List.map at
                        Powers = symbol.Term.Powers |> List.map (fun (x, e) -> x, at e) }

                let certificate = EvaluationCertificate("single term", symbol, names, images, Some index)
                Ok(Rule.certifies certificate (statement symbol names images [ value ]) [] [])

    /// From a symmetry that maps a family of points to itself with sign −1, that the symbol is 0 there.
    let zero (symmetry: Theorem) (names: string list) (images: Linear list) : Result<Theorem, string> =
        match Reindexing.trySymmetry symmetry.Statement with
        | Some(symbol, _, _) when not (isFamily symbol false names images) -> misfit
        | Some(symbol, moved, parity) ->
            let at = Linear.substitute (Linear.zero names.Length :: images)
            let isOdd (form: Linear) = (Linear.tryHalve (Linear.plus BigInteger.One form)).IsSome

            if List.map at moved <> images then
                Error "the symmetry does not map the points to themselves"
            elif not (isOdd (at parity)) then
                Error "the sign is not always −1"
            else
                let certificate = EvaluationCertificate("antisymmetry", symbol, names, images, None)
                Ok(Rule.certifies certificate (statement symbol names images []) [ symmetry ] [])
        | None -> Error "the premise must be a symmetry"
