/// Polynomials read from text, as `Polynomial.Print` writes them.
[<RequireQualifiedAccess>]
module Toolkit.Symbolic.Algebra.PolynomialText

open System
open System.Numerics

/// Numbers with more digits than this are not read.
[<Literal>]
let private MostDigits = 1000

/// Added pairwise, so that a long sum takes n log n steps.
let rec private total (terms: Polynomial list) : Polynomial =
    match terms with
    | [] -> Polynomial.Zero
    | [ single ] -> single
    | _ ->
        let first, second = List.splitAt (terms.Length / 2) terms
        total first + total second

/// Reads sums of products of integers and powers of named variables (at most as many as a polynomial has); None for
/// anything else.
let tryParse (names: string list) (text: string) : Polynomial option =
    let text = text.Replace(" ", "").Replace("**", "^")

    let factor (f: string) : Polynomial option =
        let parts = f.Split '^'
        let power i n = Polynomial.Monomial(List.init (i + 1) (fun k -> if k = i then n else 0))

        match List.tryFindIndex ((=) parts[0]) names with
        | Some i when parts.Length = 1 -> Some(power i 1)
        | Some i when parts.Length = 2 ->
            match Int32.TryParse parts[1] with
            | true, n when n >= 0 && n <= 31 -> Some(power i n)
            | _ -> None
        | None when parts.Length = 1 && f <> "" && f.Length <= MostDigits && Seq.forall Char.IsAsciiDigit f ->
            Some(Polynomial.Constant(BigInteger.Parse f))
        | _ -> None

    let term (negative: bool) (t: string) =
        let parts = t.Split '*' |> Array.map factor

        if Array.forall Option.isSome parts then
            let product = parts |> Array.map Option.get |> Array.reduce (fun x y -> x * y)
            Some(if negative then -product else product)
        else
            None

    /// The terms, or None.
    let rec scan (start: int) (found: Polynomial list) =
        if start >= text.Length then
            if start > 0 then Some found else None
        else
            let negative = text[start] = '-'
            let from = if negative || text[start] = '+' then start + 1 else start
            let next = text.IndexOfAny([| '+'; '-' |], from)
            let stop = if next < 0 then text.Length else next

            if start = 0 || from > start then
                match term negative (text.Substring(from, stop - from)) with
                | Some t -> scan stop (t :: found)
                | None -> None
            else
                None

    scan 0 [] |> Option.map total
