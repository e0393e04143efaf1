/// Coefficients of relations as people write them: linear factors in front, j(j + 1) where only that occurs, and m3 where
/// it is shorter than −m1 − m2. For reading; what was proved is the expanded form.
module Toolkit.Symbolic.Export.Factored

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

/// The forms that are tried as factors: what the symbol's factorials contain, and sums of two of them, plus a constant.
let private candidates (symbol: Symbol) (size: int) : Linear list =
    let inQuanta = Linear.substitute symbol.InQuanta
    let physical = symbol.Physical
    let sums = List.allPairs physical physical |> List.map (fun (x, y) -> Linear.add x y)

    let primitive (x: Linear) =
        let content =
            x.Constant :: x.Coefficients |> List.fold (fun g c -> BigInteger.GreatestCommonDivisor(g, c)) BigInteger.Zero

        { Constant = x.Constant / content; Coefficients = x.Coefficients |> List.map (fun c -> c / content) }

    // Twice a quantum number first, so that a factor is as short as it can be.
    let single =
        [ for i in 0 .. symbol.Quanta.Length - 1 ->
              // m3, which the coefficients do not contain, is −m1 − m2.
              if symbol = Symbol.ThreeJ && i = 5 then Linear.ofIntegers 0 [ 0; 0; 0; 2; 2; 0 ]
              else Linear.scale 2I (Linear.variable symbol.Quanta.Length i) ]

    single @ List.map inQuanta (physical @ symbol.NormDenominator @ sums)
    |> List.map (fun x -> { x with Constant = BigInteger.Zero })
    |> List.filter (Linear.isConstant >> not)
    |> List.distinct
    |> List.collect (fun x -> [ for k in -5 - 2 * size .. 7 + 2 * size -> primitive (Linear.plus (BigInteger k) x) ])
    |> List.distinct

/// A polynomial as linear factors (each as often as it divides) and a rest.
let factors (symbol: Symbol) (size: int) (polynomial: Polynomial) : Linear list * Polynomial =
    let arity = symbol.Names.Length
    let random = Random 17

    /// Whether the polynomial vanishes at a random zero of the form, modulo a prime: nearly all candidates end here.
    let mayDivide (form: Linear) (valueAt: uint64[] -> uint64) =
        let point = Array.init arity (fun _ -> uint64 (random.NextInt64(1L, int64 Modular.Prime)))
        let i = form.Coefficients |> List.findIndex (fun c -> not c.IsZero)
        let coefficients = form.Coefficients |> List.map Modular.ofBigInteger |> Array.ofList
        point[i] <- 0UL
        let mutable rest = Modular.ofBigInteger form.Constant

        for k in 0 .. coefficients.Length - 1 do
            rest <- Modular.add rest (Modular.multiply coefficients[k] point[k])

        point[i] <- Modular.multiply (Modular.subtract 0UL rest) (Modular.inverse coefficients[i])
        valueAt point = 0UL

    let rec divide (found: Linear list) (rest: Polynomial) (forms: Linear list) valueAt =
        match forms with
        | _ when rest.TotalDegree <= 0 -> List.rev found, rest
        | [] -> List.rev found, rest
        | form :: others when mayDivide form valueAt ->
            match rest.TryDivide(Polynomial.OfLinear form) with
            | Some quotient -> divide (form :: found) quotient forms (Modular.evaluator quotient arity)
            | None -> divide found rest others valueAt
        | _ :: others -> divide found rest others valueAt

    if polynomial.TotalDegree <= 0 then
        [], polynomial
    else
        divide [] polynomial (candidates symbol size) (Modular.evaluator polynomial arity)

/// The polynomial with x in place of j(j + 1), if it contains nothing else of j.
let private inSquare (variable: int) (polynomial: Polynomial) : Polynomial option =
    let j = Polynomial.Variable variable
    let square = j * (j + Polynomial.One)

    let rec collect (rest: Polynomial) (power: int) (found: Polynomial) =
        if rest.IsZero then
            Some found
        else
            // What is left modulo j(j + 1) must be free of j.
            let top = max (rest.Degree variable) 0

            let remainder =
                (rest, [ top .. -1 .. 2 ])
                ||> List.fold (fun r n ->
                    let lead = r.Coefficient(variable, n)
                    r - lead * Polynomial.Pow(j, n - 2) * square)

            if remainder.Degree variable > 0 then
                None
            else
                (rest - remainder).TryDivide square
                |> Option.bind (fun quotient ->
                    collect quotient (power + 1) (found + remainder * Polynomial.Pow(j, power)))

    collect polynomial 0 Polynomial.Zero

/// A form in m1, m2 with m3 = −m1 − m2 where that makes it shorter.
let private shortest (symbol: Symbol) (form: Linear) : Linear =
    if symbol <> Symbol.ThreeJ then
        form
    else
        let c = form.Coefficients

        [ for k in [ 0I; c[3]; c[4] ] ->
              { form with Coefficients = [ c[0]; c[1]; c[2]; c[3] - k; c[4] - k; c[5] - k ] } ]
        |> List.minBy (fun x ->
            x.Coefficients |> List.filter (fun c -> not c.IsZero) |> List.length,
            x.Coefficients |> List.sumBy BigInteger.Abs)

let private linear (symbol: Symbol) (form: Linear) = Linear.print symbol.Quanta (shortest symbol form)

/// A polynomial of degree 1 as a form.
let private asForm (arity: int) (polynomial: Polynomial) : Linear option =
    if polynomial.TotalDegree > 1 then
        None
    else
        (Linear.zero arity, polynomial.Terms arity)
        ||> Seq.fold (fun form (exponents, c) ->
            match List.tryFindIndex ((=) 1) exponents with
            | Some i -> Linear.add form (Linear.scale c (Linear.variable arity i))
            | None -> Linear.plus c form)
        |> Some

/// A sum of products of j(j + 1), each with what stands before it; of products of letters, where there are any.
let rec private sum (symbol: Symbol) (polynomial: Polynomial) : string =
    if polynomial.Arity > symbol.Quanta.Length then byLetters symbol polynomial else bySquares symbol polynomial

and private byLetters symbol polynomial =
    let quanta = symbol.Quanta.Length

    let part (powers: int list, terms: seq<int list * BigInteger>) =
        let before = (Polynomial.Zero, terms) ||> Seq.fold (fun p (e, c) -> p + c * Polynomial.Monomial(List.take quanta e))
        let letters = (Polynomial.Monomial(List.replicate quanta 0 @ powers)).Print symbol.Names
        let negative = before.Leading.Sign < 0
        let before = if negative then -before else before

        let text =
            if before = Polynomial.One then letters
            elif before.Count = 1 then $"{before.Print symbol.Names}*{letters}"
            else $"({sum symbol before})*{letters}"

        (if negative then " - " else " + ") + text

    let text =
        polynomial.Terms symbol.Names.Length |> Seq.groupBy (fst >> List.skip quanta) |> Seq.map part |> String.concat ""

    if text.StartsWith " - " then "-" + text.Substring 3 else text.Substring 3

and private bySquares symbol polynomial =
    let arity = symbol.Quanta.Length
    let orders = if symbol = Symbol.ThreeJ then 3 elif symbol = Symbol.SixJ then 6 else 1

    let squares, rest =
        (([], polynomial), [ 0 .. orders - 1 ])
        ||> List.fold (fun (squares, p: Polynomial) i ->
            match (if p.Degree i < 2 then None else inSquare i p) with
            | Some q -> i :: squares, q
            | None -> squares, p)

    match asForm arity rest with
    | Some form when squares.IsEmpty -> linear symbol form
    | _ when squares.IsEmpty -> rest.Print symbol.Quanta
    | _ ->
        let groups =
            rest.Terms arity
            |> Seq.groupBy (fun (e, _) -> e |> List.mapi (fun i n -> if List.contains i squares then n else 0))
            |> List.ofSeq

        let square (i: int) (n: int) =
            let name = symbol.Quanta[i]
            let body = $"{name}*({name} + 1)"
            if n = 1 then body else $"({body})**{n}"

        let piece (powers: int list, terms: (int list * BigInteger) seq) =
            let before =
                (Polynomial.Zero, terms)
                ||> Seq.fold (fun p (e, c) -> p + c * Polynomial.Monomial(List.map2 (-) e powers))

            let body = powers |> List.indexed |> List.filter (fun (_, n) -> n > 0) |> List.map (fun (i, n) -> square i n)

            match asForm arity before with
            | Some form when Linear.isConstant form ->
                let size = BigInteger.Abs form.Constant
                form.Constant.Sign < 0, (if size.IsOne && not body.IsEmpty then body else string size :: body)
            | Some form ->
                let short = shortest symbol form
                let negative = (short.Coefficients |> List.find (fun c -> not c.IsZero)).Sign < 0
                let short = if negative then Linear.negate short else short
                let text = Linear.print symbol.Quanta short
                negative, body @ [ (if Seq.forall Char.IsAsciiLetterOrDigit text then text else $"({text})") ]
            | None ->
                match factors symbol 0 before with
                | forms, rest when rest.TotalDegree = 0 ->
                    let short = forms |> List.map (shortest symbol)
                    let isNegative (x: Linear) = (x.Coefficients |> List.find (fun c -> not c.IsZero)).Sign < 0
                    let flips = short |> List.filter isNegative |> List.length
                    let short = short |> List.map (fun x -> if isNegative x then Linear.negate x else x)
                    let size = BigInteger.Abs rest.Leading

                    let texts =
                        short
                        |> List.map (Linear.print symbol.Quanta)
                        |> List.map (fun s -> if Seq.forall Char.IsAsciiLetterOrDigit s then s else $"({s})")

                    (rest.Leading.Sign < 0) <> (flips % 2 = 1), body @ (if size.IsOne then texts else string size :: texts)
                | _ -> false, body @ [ $"({before.Print symbol.Quanta})" ]

        groups
        |> List.mapi (fun i group ->
            let negative, parts = piece group
            let sign = if negative then (if i = 0 then "-" else " - ") elif i = 0 then "" else " + "
            sign + String.Join("*", parts))
        |> String.concat ""

/// A coefficient's sign and its factors: none for 1.
let private product (symbol: Symbol) (size: int) (polynomial: Polynomial) : bool * string list =
    let content = if polynomial.Leading.Sign < 0 then -polynomial.Content else polynomial.Content
    let forms, rest = factors symbol size (polynomial.TryDivide(Polynomial.Constant content)).Value
    let negative = (content.Sign < 0) <> (rest = -Polynomial.One)
    let number = if (BigInteger.Abs content).IsOne then [] else [ string (BigInteger.Abs content) ]

    let single (form: Linear) =
        let text = linear symbol form
        if Seq.forall Char.IsAsciiLetterOrDigit text then text else $"({text})"

    let repeated =
        forms
        |> List.countBy id
        |> List.map (fun (form, n) -> if n = 1 then single form else $"{single form}**{n}")

    let last = if rest.TotalDegree <= 0 then [] else [ $"({sum symbol rest})" ]
    negative, number @ repeated @ last

/// "3j(j1, j2 - 1/2, j3; m1, m2, m3)".
let private neighbour (symbol: Symbol) (shift: BigInteger list) : string =
    let halves (k: BigInteger) = if k.IsEven then string (k / 2I) else $"{k}/2"

    let argument name (k: BigInteger) =
        if k.IsZero then name
        elif k.Sign > 0 then $"{name} + {halves k}"
        else $"{name} - {halves -k}"

    symbol.Call(List.map2 argument symbol.Quanta shift)

let private leftHandSide (symbol: Symbol) (terms: SymbolTerm list) : string =
    let size =
        terms |> List.collect _.Shift |> List.map (fun k -> int (BigInteger.Min(BigInteger.Abs k, 16I))) |> List.max

    terms
    |> List.mapi (fun i term ->
        let negative, parts = product symbol size term.Coefficient

        let root =
            match term.Radicand with
            | [] -> []
            | forms ->
                let body = forms |> List.map (fun f -> $"({Linear.print symbol.Quanta f})")
                [ $"""sqrt({String.Join("*", body)})""" ]

        let sign = if negative then (if i = 0 then "-" else " - ") elif i = 0 then "" else " + "
        sign + String.Join("*", parts @ root @ [ neighbour symbol term.Shift ]))
    |> String.concat ""

/// The left-hand side of a relation between symbols, its coefficients factored; None for other statements.
let tryRelation (statement: Statement) : string option =
    match statement with
    | :? Equation as e ->
        match e.Neighbours with
        | Some(Function.Symbol symbol, terms) -> Some(leftHandSide symbol terms)
        | _ -> None
    | _ -> None

/// A statement, the coefficients of a relation between symbols factored.
let statement (statement: Statement) : string =
    let text = statement.Text

    match tryRelation statement with
    | Some left -> left + text.Substring(text.IndexOf(" = 0 for all", StringComparison.Ordinal))
    | None -> text
