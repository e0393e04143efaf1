namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of the rules for values on families of points: names of the family's variables, the symbol's integer parameters as forms in
/// them, and where the one term of `Evaluation.single` stands.
[<RequireQualifiedAccess>]
type EvaluationCertificate = { Symbol: Symbol; Names: string list; Images: Linear list; Index: Linear option }

/// Values of symbols on families of points.
[<RequireQualifiedAccess>]
module Evaluation =

    /// Names of an index and parameters, none with a meaning in the text that defines the symbol, images in the parameters alone, and
    /// a point at which the symbol is defined.
    let private isFamily (symbol: Symbol) (natural: bool) (names: string list) (images: Linear list) =
        let arity = names.Length
        let at = Linear.substitute (Linear.zero arity :: images)
        let spoken = if symbol.Term.Powers.IsEmpty then [] else symbol.Name :: symbol.Term.Variables.Head :: symbol.Names

        Name.areDistinct (names @ spoken)
        && images.Length = symbol.Parameters.Length
        && images |> List.forall (fun x -> Linear.arity x = arity && x.Coefficients[0].IsZero)
        && (let physical = symbol.Physical |> List.map at
            let isDefined point =
                (not natural || point |> List.forall (fun (x: BigInteger) -> x.Sign >= 0))
                && physical |> List.forall (fun f -> (Linear.valueAt (BigInteger.Zero :: point) f).Sign >= 0)

            (Points.tryFind (arity - 1) (images |> List.map _.Constant) isDefined).IsSome)

    /// The symbol's value at the family's points: in all integers where it is 0, otherwise in naturals.
    let private conclude rule (symbol: Symbol) (names: string list) images index (value: Product list) premises =
        let certificate: EvaluationCertificate = { Symbol = symbol; Names = names; Images = images; Index = index }
        let twice = symbol.TwiceQuanta |> List.map (Linear.substitute (Linear.zero names.Length :: images))
        let own = { Function = Function.Symbol symbol; Twice = twice }
        let variables = if value.IsEmpty then Integers else Naturals
        let left = Product.Of(names.Length, [ own ])
        let statement = Equation([ names.Head ], names.Tail, variables, Defined own, OneOf [], [ left ], value)
        Rule.certifies rule certificate statement premises []

    let private needSoundness (symbol: Symbol) =
        need (Definition.isSound symbol) "the symbol's definition does not have the properties that the rule needs"

    let private needFamily symbol natural names images =
        need (isFamily symbol natural names images) "the family does not fit the symbol, or the symbol is not defined on it near the origin"

    /// The definition's sign and root, with the images put in, and a further sign before a product.
    let private normed (symbol: Symbol) (at: Linear -> Linear) (sign: Linear) (product: Product) =
        let up, down = symbol.NormNumerator |> List.map at, symbol.NormDenominator |> List.map at
        { product with Sign = Linear.add (at symbol.Phase) sign; RootUp = up; RootDown = down }

    /// From S(images(p)) = (−1)^parity S₂(p) and the closed form of S₂, the value of the symbol at images(p): the
    /// definition's sign and root, with the images put in, times the sum.
    let fromSum (symbol: Symbol) (identity: Theorem) (closed: Theorem) : Result<Theorem, string> =
        Rule.within (fun () ->
            match identity.Statement, ClosedForms.tryRead closed with
            | (:? Equation as e), Some(sum, closedForm) when e.Variables = Integers && e.Where = All [] ->
                match e.Left, e.Right with
                | Equations.Single({ Function = Function.Sum first } as left), Equations.Signed(parity, second) ->
                    let names, images = second.Function.Term.Variables, left.Twice |> List.choose Linear.tryHalve
                    needSoundness symbol
                    need (first = symbol.Term) "the first premise is not about the symbol's sum"
                    need (second = Equations.sum sum) "the premises are about different sums"
                    needFamily symbol true names images
                    let at = Linear.substitute (Linear.zero names.Length :: images)
                    conclude "evaluation" symbol names images None [ normed symbol at parity closedForm ] [ identity; closed ]
                | _ -> raise (Refused "the first premise is not an identity between two sums")
            | _ -> raise (Refused "the premises must be an identity between sums and a closed form"))

    /// The value of the symbol at images(p) where its sum has one term there, at the index `index`, a form in p.
    ///
    /// Checked: with the images put in, index − s and s − index are both arguments of the denominator, so that every
    /// other term is 0. The term itself is 0 like the symbol's right-hand side where another argument of the
    /// denominator is negative; factorials of the numerator are of natural numbers, and exponents natural.
    let single (symbol: Symbol) (names: string list) (images: Linear list) (index: Linear) : Result<Theorem, string> =
        Rule.within (fun () ->
            let arity, term = names.Length, symbol.Term
            needSoundness symbol
            needFamily symbol true names images
            need (Linear.arity index = arity && index.Coefficients[0].IsZero) "the index is no form in the family's variables"
            let moved = term.Denominator |> List.map (Linear.substitute (Linear.variable arity 0 :: images))
            let gap = Linear.subtract (Linear.variable arity 0) index
            let at = Linear.substitute (index :: images)
            need (List.contains gap moved && List.contains (Linear.negate gap) moved) "the sum may have several terms"

            need
                (term.Numerator @ List.map snd term.Powers |> List.forall (at >> Linear.isNatural))
                "a factorial of the numerator may be of a negative number, or an exponent negative"

            let up, down, powers = term.Numerator |> List.map at, term.Denominator |> List.map at, [ for x, e in term.Powers -> x, at e ]
            let sign = if term.Alternating then index else Linear.zero arity
            let value = normed symbol at sign { Product.Of(arity, []) with Up = up; Down = down; Powers = powers }
            conclude "single term" symbol names images (Some index) [ value ] [])

    /// From a symmetry that maps a family of points to itself with sign −1, that the symbol is 0 there.
    let zero (symmetry: Theorem) (names: string list) (images: Linear list) : Result<Theorem, string> =
        Rule.within (fun () ->
            let symbol, moved, parity = Reindexing.trySymmetry symmetry.Statement |> Rule.found "the premise must be a symmetry"
            needFamily symbol false names images
            let at = Linear.substitute (Linear.zero names.Length :: images)
            need (List.map at moved = images) "the symmetry does not map the points to themselves"
            need (Linear.tryHalve (Linear.plus BigInteger.One (at parity))).IsSome "the sign is not always −1"
            conclude "antisymmetry" symbol names images None [] [ symmetry ])
