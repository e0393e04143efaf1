namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// (−1)^Sign √(Π RootUp!/Π RootDown!) Π Up!/Π Down!, in forms; 1/n! is 0 for n < 0.
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

    /// Factorials whose quotient is the square of the value, equal ones and those of 0 and 1 left out; sorted. None: 0.
    member _.SquareFactorials: (Linear list * Linear list) option =
        let isOne (x: Linear) = Linear.isConstant x && (x.Constant.IsZero || x.Constant.IsOne)

        let remove (xs: Linear list) (ys: Linear list) =
            (xs, ys)
            ||> List.fold (fun left y ->
                match List.tryFindIndex ((=) y) left with
                | Some i -> List.removeAt i left
                | None -> left)
            |> List.filter (isOne >> not)
            |> List.sort

        value
        |> Option.map (fun v ->
            let up, down = v.RootUp @ v.Up @ v.Up, v.RootDown @ v.Down @ v.Down
            remove up down, remove down up)

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

        let half (i: int) = String.Join(", ", quanta[3 * i .. 3 * i + 2])

        let product (xs: Linear list) =
            if xs.IsEmpty then "1" else xs |> List.map (fun x -> $"({print x})!") |> String.concat "*"

        let right =
            match value with
            | None -> "0 for all integers " + String.Join(", ", List.tail names) + " at which the symbol is defined"
            | Some v ->
                $"(-1)**({print v.Sign})*sqrt({product v.RootUp}/({product v.RootDown}))*"
                + $"{product v.Up}/({product v.Down})"
                + $""" for all integers {String.Join(", ", List.tail names)} >= 0 at which the symbol is defined"""

        $"{symbol.Name}({half 0}; {half 1}) = {right}"

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

        Name.areDistinct names
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
                      Down = closedForm.Closed.Denominator }

                let certificate = EvaluationCertificate("evaluation", names, images)
                Ok(Rule.certifies certificate (SymbolValue(symbol, names, images, Some value)) [ identity; closed ] [])
        | _ -> Error "the premises must be an identity between sums and a closed form"

    /// The value of the symbol at images(p) where its sum has one term there, at the index `index`, a form in p.
    ///
    /// Checked: with the images put in, index − s and s − index are both arguments of the denominator, so that every
    /// other term is 0. The term itself is 0 like the symbol's right-hand side where another argument of the
    /// denominator is negative; factorials of the numerator are of natural numbers.
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
            elif not (symbol.Term.Numerator |> List.map at |> List.forall Linear.isNatural) then
                Error "a factorial of the numerator may be of a negative number"
            else
                let value =
                    { Sign = if symbol.Term.Alternating then Linear.add (at symbol.Phase) index else at symbol.Phase
                      RootUp = symbol.NormNumerator |> List.map at
                      RootDown = symbol.NormDenominator |> List.map at
                      Up = symbol.Term.Numerator |> List.map at
                      Down = symbol.Term.Denominator |> List.map at }

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

/// Values that other rules ask for.
[<RequireQualifiedAccess>]
module internal SymbolValues =

    /// A value in two variables, given by doubled quantum numbers, sign and the factorials of its square.
    let private matches (quanta: Linear list) (sign: Linear) (square: Linear list * Linear list) (theorem: Theorem) =
        match theorem.Statement with
        | :? SymbolValue as s when s.Symbol = Symbol.ThreeJ && s.Names.Length = 3 && s.Value.IsSome ->
            s.TwiceQuanta = quanta
            && Linear.isEvenDifference s.Value.Value.Sign sign
            && s.SquareFactorials = Some square
        | _ -> false

    let private form constant x y = Linear.ofIntegers constant [ 0; x; y ]
    let private next = Linear.plus BigInteger.One

    /// 3j(j, j, 0; m, −m, 0) = (−1)^k / √(n + 1), in n = 2j and k = j − m.
    let isScalarCoupling (theorem: Theorem) =
        let n, m, zero = form 0 1 0, form 0 1 -2, form 0 0 0
        matches [ n; n; zero; m; Linear.negate m; zero ] (form 0 0 1) ([ n ], [ form 1 1 0 ]) theorem

    /// 3j(1/2, p, p + 1/2; σ, ν, −σ−ν) in k = p + ν and l = p − ν: (−1)^(1−l) √((k+1)/((k+l+1)(k+l+2))) for σ = 1/2,
    /// (−1)^l √((l+1)/((k+l+1)(k+l+2))) for σ = −1/2; twice σ is given.
    let isHalfSpin (sigma: int) (theorem: Theorem) =
        let k, l = form 0 1 0, form 0 0 1
        let twoP, twoNu = form 0 1 1, form 0 1 -1
        let larger = if sigma = 1 then k else l
        let opposite = Linear.negate (Linear.plus (BigInteger sigma) twoNu)

        matches
            [ form 1 0 0; twoP; next twoP; form sigma 0 0; twoNu; opposite ]
            (if sigma = 1 then next (Linear.negate l) else l)
            (List.sort [ twoP; next larger ], List.sort [ next (next twoP); larger ])
            theorem
