namespace Toolkit.Symbolic.Proofs.Kernel

open System
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A symbol on a family of points: its value is (−1)^Sign √(Π A!/Π B!) Π C!/Π D!, or 0.
[<Sealed>]
type SymbolValue
    internal (symbol: Symbol, names: string[], images: Linear[], value: {| Sign: Linear; RootUp: Linear list; RootDown: Linear list; Up: Linear list; Down: Linear list |} option) =
    inherit Statement()

    /// Which symbol.
    member _.Symbol = symbol

    /// Names of the variables of all forms here; the first is an index that does not occur.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    /// The value; None: 0.
    member _.Value = value

    override _.Text =
        let print = Linear.print names

        let quanta =
            symbol.TwiceQuanta
            |> Array.map (fun twice ->
                let image = Linear.substitute (Array.append [| Linear.constant names.Length 0 |] images) twice

                match Linear.tryHalve image with
                | Some half -> print half
                | None -> $"({print image})/2")

        let half (i: int) = String.Join(", ", quanta[3 * i .. 3 * i + 2])
        let product (xs: Linear list) = if xs.IsEmpty then "1" else xs |> List.map (fun x -> $"({print x})!") |> String.concat "*"

        let right =
            match value with
            | None -> "0 for all integers " + String.Join(", ", Array.skip 1 names)
            | Some v ->
                $"(-1)**({print v.Sign})*sqrt({product v.RootUp}/({product v.RootDown}))*{product v.Up}/({product v.Down})"
                + $""" for all integers {String.Join(", ", Array.skip 1 names)} >= 0 at which the symbol is defined"""

        $"{symbol.Name}({half 0}; {half 1}) = {right}"

/// Certificate of `Evaluation.fromSum` (nothing but the premises) and `Evaluation.zero`.
[<Sealed>]
type EvaluationCertificate internal (rule: string, names: string[], images: Linear[]) =
    inherit Certificate()

    /// Names of the family's variables.
    member _.Names = names

    /// The symbol's integer parameters as forms in the family's.
    member _.Images = images

    override _.Rule = rule
    override _.Size = images.Length

/// Certificate of `Evaluation.single`.
[<Sealed>]
type SingleTermCertificate internal (names: string[], images: Linear[], index: Linear) =
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

    /// From S(images(p)) = (−1)^parity S₂(p) and the closed form of S₂, the value of the symbol at images(p): the definition's
    /// sign and root, with the images put in, times the sum.
    let fromSum (symbol: Symbol) (identity: Theorem) (closed: Theorem) : Result<Theorem, string> =
        match identity.Statement, closed.Statement with
        | (:? SumIdentity as identityOf), (:? ClosedForm as closedForm) ->
            if not (Definition.isSound symbol) || identityOf.First <> symbol.Term then
                Error "the first premise is not about the symbol's sum"
            elif identityOf.Second <> closedForm.Term then
                Error "the premises are about different sums"
            else
                let names = identityOf.Second.Variables
                let images = identityOf.Map.Images
                let at = Linear.substitute (Array.append [| Linear.constant names.Length 0 |] images)

                Ok
                    { statement =
                        SymbolValue(
                            symbol,
                            names,
                            images,
                            Some
                                {| Sign = Linear.add (at symbol.Phase) identityOf.Parity
                                   RootUp = symbol.NormNumerator |> List.map at
                                   RootDown = symbol.NormDenominator |> List.map at
                                   Up = closedForm.Closed.Numerator
                                   Down = closedForm.Closed.Denominator |}
                        )
                      certificate = EvaluationCertificate("evaluation", names, images)
                      premises = [ identity; closed ]
                      assumptions = []
                      obligations = lazy [] }
        | _ -> Error "the premises must be an identity between sums and a closed form"

    /// The value of the symbol at images(p) where its sum has one term there, at the index `index`, a form in p.
    ///
    /// Checked: with the images put in, index − s and s − index are both arguments of the denominator, so that every other term
    /// is 0. The term itself is 0 like the symbol's right-hand side where another argument of the denominator is negative;
    /// no factorial may stand in the numerator.
    let single (symbol: Symbol) (names: string[]) (images: Linear[]) (index: Linear) : Result<Theorem, string> =
        let arity = names.Length

        if
            not (Definition.isSound symbol)
            || images.Length <> symbol.Parameters.Length
            || Array.exists (fun (x: Linear) -> x.Coefficients.Length <> arity || x.Coefficients[0] <> 0) (Array.append images [| index |])
        then
            Error "the family does not fit the symbol"
        else
            let moved = List.map (Linear.substitute (Array.append [| Linear.variable arity 0 |] images)) symbol.Term.Denominator
            let gap = Linear.subtract (Linear.variable arity 0) index

            if not (List.contains gap moved && List.contains (Linear.scale -1 gap) moved) then
                Error "the sum may have several terms"
            elif not symbol.Term.Numerator.IsEmpty then
                Error "the term's numerator has factorials"
            else
                let at = Linear.substitute (Array.append [| index |] images)

                Ok
                    { statement =
                        SymbolValue(
                            symbol,
                            names,
                            images,
                            Some
                                {| Sign = if symbol.Term.Alternating then Linear.add (at symbol.Phase) index else at symbol.Phase
                                   RootUp = symbol.NormNumerator |> List.map at
                                   RootDown = symbol.NormDenominator |> List.map at
                                   Up = []
                                   Down = symbol.Term.Denominator |> List.map at |}
                        )
                      certificate = SingleTermCertificate(names, images, index)
                      premises = []
                      assumptions = []
                      obligations =
                        lazy
                            [ { Purpose = "two arguments of the denominator, whose sum is 0, bound the index"
                                Expression =
                                  $"({Linear.print names gap}) + ({Linear.print names (Linear.scale -1 gap)})" } ] }

    /// From a symmetry that maps a family of points to itself with sign −1, that the symbol is 0 there.
    let zero (symmetry: Theorem) (names: string[]) (images: Linear[]) : Result<Theorem, string> =
        match symmetry.Statement with
        | :? Symmetry as s ->
            let arity = names.Length
            let at = Linear.substitute (Array.append [| Linear.constant arity 0 |] images)
            let isOdd (form: Linear) = (Linear.tryHalve (Linear.plus 1 form)).IsSome

            if
                images.Length <> s.Symbol.Parameters.Length
                || images |> Array.exists (fun x -> x.Coefficients.Length <> arity || x.Coefficients[0] <> 0)
            then
                Error "the family does not fit the symbol"
            elif Array.map at s.Map.Images <> images then
                Error "the symmetry does not map the points to themselves"
            elif not (isOdd (at s.Parity)) then
                Error "the sign is not always −1"
            else
                Ok
                    { statement = SymbolValue(s.Symbol, names, images, None)
                      certificate = EvaluationCertificate("antisymmetry", names, images)
                      premises = [ symmetry ]
                      assumptions = []
                      obligations =
                        lazy
                            [ let text = Array.append [| "0" |] (images |> Array.map (fun x -> $"({Linear.print names x})"))

                              for moved, image in Array.zip s.Map.Images images do
                                  { Purpose = "the symmetry maps the points to themselves"
                                    Expression = $"({(Polynomial.OfLinear moved).Print text}) - ({Linear.print names image})" }

                              let half = (Linear.tryHalve (Linear.plus -1 (at s.Parity))).Value

                              { Purpose = "the sign's exponent is odd"
                                Expression =
                                  $"({(Polynomial.OfLinear s.Parity).Print text}) - 2*({Linear.print names half}) - 1" } ] }
        | _ -> Error "the premise must be a symmetry"
