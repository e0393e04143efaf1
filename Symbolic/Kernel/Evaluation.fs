namespace Toolkit.Symbolic.Proofs.Kernel

open System
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A symbol on a family of points: its value is (−1)^Sign √(Π A!/Π B!) Π C!/Π D!, or 0.
[<Sealed>]
type SymbolValue
    internal
    (
        symbol: Symbol,
        names: string[],
        images: Linear[],
        value: {| Sign: Linear; RootUp: Linear list; RootDown: Linear list; Up: Linear list; Down: Linear list |} option
    ) =
    inherit Statement()

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
        let isOne (x: Linear) = Linear.isConstant x && (x.Constant = 0 || x.Constant = 1)

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
        symbol.TwiceQuanta |> Array.map (Linear.substitute (Array.append [| Linear.constant names.Length 0 |] images))

    override this.Text =
        let print = Linear.print names

        let quanta =
            this.TwiceQuanta
            |> Array.map (fun image ->
                match Linear.tryHalve image with
                | Some half -> print half
                | None -> $"({print image})/2")

        let half (i: int) = String.Join(", ", quanta[3 * i .. 3 * i + 2])

        let product (xs: Linear list) =
            if xs.IsEmpty then "1" else xs |> List.map (fun x -> $"({print x})!") |> String.concat "*"

        let right =
            match value with
            | None -> "0 for all integers " + String.Join(", ", Array.skip 1 names)
            | Some v ->
                $"(-1)**({print v.Sign})*sqrt({product v.RootUp}/({product v.RootDown}))*"
                + $"{product v.Up}/({product v.Down})"
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

    /// From S(images(p)) = (−1)^parity S₂(p) and the closed form of S₂, the value of the symbol at images(p): the
    /// definition's sign and root, with the images put in, times the sum.
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

                let value =
                    {| Sign = Linear.add (at symbol.Phase) identityOf.Parity
                       RootUp = symbol.NormNumerator |> List.map at
                       RootDown = symbol.NormDenominator |> List.map at
                       Up = closedForm.Closed.Numerator
                       Down = closedForm.Closed.Denominator |}

                let certificate = EvaluationCertificate("evaluation", names, images)
                Ok(Rule.certifies certificate (SymbolValue(symbol, names, images, Some value)) [ identity; closed ] [])
        | _ -> Error "the premises must be an identity between sums and a closed form"

    /// The value of the symbol at images(p) where its sum has one term there, at the index `index`, a form in p.
    ///
    /// Checked: with the images put in, index − s and s − index are both arguments of the denominator, so that every
    /// other term is 0. The term itself is 0 like the symbol's right-hand side where another argument of the
    /// denominator is negative; factorials of the numerator are of natural numbers.
    let single (symbol: Symbol) (names: string[]) (images: Linear[]) (index: Linear) : Result<Theorem, string> =
        let arity = names.Length

        if
            not (Definition.isSound symbol)
            || images.Length <> symbol.Parameters.Length
            || Array.exists
                (fun (x: Linear) -> x.Coefficients.Length <> arity || x.Coefficients[0] <> 0)
                (Array.append images [| index |])
        then
            Error "the family does not fit the symbol"
        else
            let moved =
                List.map (Linear.substitute (Array.append [| Linear.variable arity 0 |] images)) symbol.Term.Denominator

            let gap = Linear.subtract (Linear.variable arity 0) index
            let at = Linear.substitute (Array.append [| index |] images)
            let isNatural (x: Linear) = x.Constant >= 0 && Array.forall (fun c -> c >= 0) x.Coefficients

            if not (List.contains gap moved && List.contains (Linear.scale -1 gap) moved) then
                Error "the sum may have several terms"
            elif not (symbol.Term.Numerator |> List.map at |> List.forall isNatural) then
                Error "a factorial of the numerator may be of a negative number"
            else

                let value =
                    {| Sign = if symbol.Term.Alternating then Linear.add (at symbol.Phase) index else at symbol.Phase
                       RootUp = symbol.NormNumerator |> List.map at
                       RootDown = symbol.NormDenominator |> List.map at
                       Up = symbol.Term.Numerator |> List.map at
                       Down = symbol.Term.Denominator |> List.map at |}

                let certificate = SingleTermCertificate(names, images, index)
                Ok(Rule.certifies certificate (SymbolValue(symbol, names, images, Some value)) [] [])

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
                let certificate = EvaluationCertificate("antisymmetry", names, images)
                Ok(Rule.certifies certificate (SymbolValue(s.Symbol, names, images, None)) [ symmetry ] [])
        | _ -> Error "the premise must be a symmetry"

/// Values that other rules ask for.
[<RequireQualifiedAccess>]
module internal SymbolValues =

    /// A value in two variables, given by doubled quantum numbers, sign and the factorials of its square.
    let private matches (quanta: Linear list) (sign: Linear) (square: Linear list * Linear list) (theorem: Theorem) =
        match theorem.Statement with
        | :? SymbolValue as s when s.Symbol = Symbol.threeJ && s.Names.Length = 3 && s.Value.IsSome ->
            List.ofArray s.TwiceQuanta = quanta
            && (Linear.tryHalve (Linear.subtract s.Value.Value.Sign sign)).IsSome
            && s.SquareFactorials = Some square
        | _ -> false

    let private form constant x y = { Constant = constant; Coefficients = [| 0; x; y |] }
    let private minus = Linear.scale -1

    /// 3j(j, j, 0; m, −m, 0) = (−1)^k / √(n + 1), in n = 2j and k = j − m.
    let isScalarCoupling (theorem: Theorem) =
        let n, m, zero = form 0 1 0, form 0 1 -2, form 0 0 0
        matches [ n; n; zero; m; minus m; zero ] (form 0 0 1) ([ n ], [ form 1 1 0 ]) theorem

    /// 3j(1/2, p, p + 1/2; σ, ν, −σ−ν) in k = p + ν and l = p − ν: (−1)^(1−l) √((k+1)/((k+l+1)(k+l+2))) for σ = 1/2,
    /// (−1)^l √((l+1)/((k+l+1)(k+l+2))) for σ = −1/2; twice σ is given.
    let isHalfSpin (sigma: int) (theorem: Theorem) =
        let k, l = form 0 1 0, form 0 0 1
        let twoP, twoNu = form 0 1 1, form 0 1 -1
        let larger = if sigma = 1 then k else l

        matches
            [ form 1 0 0; twoP; Linear.plus 1 twoP; form sigma 0 0; twoNu; minus (Linear.plus sigma twoNu) ]
            (if sigma = 1 then Linear.plus 1 (minus l) else l)
            (List.sort [ twoP; Linear.plus 1 larger ], List.sort [ Linear.plus 2 twoP; larger ])
            theorem
