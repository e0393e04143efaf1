/// Formulas in MathML and words in XHTML.
module internal Toolkit.Symbolic.Export.Typesetting.MathMl

open System.Security

let private escape (text: string) = nonNull (SecurityElement.Escape text)

let private operator (sign: string) =
    let shown =
        match sign with
        | "<=" -> "≤"
        | ">=" -> "≥"
        | "<>" -> "≠"
        | "+-" -> "±"
        | "-+" -> "∓"
        | "->" -> "→"
        | "-" -> "−"
        | ".." -> "…"
        | "." -> "·"
        | s -> s

    $"<mo>{escape shown}</mo>"

let private letters (text: string) =
    match text with
    | "±" -> "<mo>±</mo>"
    | "alpha" -> "<mi>α</mi>"
    | "beta" -> "<mi>β</mi>"
    | "gamma" -> "<mi>γ</mi>"
    | "delta" -> "<mi>δ</mi>"
    | "lambda" -> "<mi>λ</mi>"
    | "pi" -> "<mi>π</mi>"
    | "sigma" -> "<mi>σ</mi>"
    | "nu" -> "<mi>ν</mi>"
    | other -> $"<mi>{escape other}</mi>"

let private row (content: string) = $"<mrow>{content}</mrow>"

let private bare (formula: Formula) =
    match formula with
    | Enclosed("(", [ inside ], ")") -> inside
    | other -> other

let rec formula (f: Formula) : string =
    match f with
    | Number n -> $"<mn>{n}</mn>"
    | Name(text, below, above, primes) ->
        let marks = if primes = 0 then "" else "<mo>" + System.String('′', primes) + "</mo>"

        let above =
            match above, marks with
            | None, "" -> None
            | None, marks -> Some marks
            | Some x, marks -> Some(row (formula x + marks))

        match below, above with
        | None, None -> letters text
        | Some b, None -> $"<msub>{letters text}{row (formula b)}</msub>"
        | None, Some a -> $"<msup>{letters text}{a}</msup>"
        | Some b, Some a -> $"<msubsup>{letters text}{row (formula b)}{a}</msubsup>"
    | Signed(sign, x) -> operator sign + formula x
    | Between(x, sign, y) -> formula x + operator sign + formula y
    | Times(x, y, _) -> formula x + "<mo>\u2062</mo>" + formula y
    | Over(x, y) -> $"<mfrac>{row (formula (bare x))}{row (formula (bare y))}</mfrac>"
    | Power(x, y) -> $"<msup>{row (formula x)}{row (formula (bare y))}</msup>"
    | Factorial x -> formula x + "<mo>!</mo>"
    | Root x -> $"<msqrt>{row (formula x)}</msqrt>"
    | Conjugate x -> $"<mover>{row (formula x)}<mo>¯</mo></mover>"
    | Derivative x -> $"<msub><mo>∂</mo>{row (formula x)}</msub>"
    | Enclosed(opening, members, closing) -> row ($"<mo>{opening}</mo>" + list members + $"<mo>{closing}</mo>")
    | Call(f, rows) -> formula f + row ("<mo>(</mo>" + (rows |> List.map list |> String.concat "<mo>;</mo>") + "<mo>)</mo>")
    | Symbol(kind, rows) ->
        let opening, closing = if kind <> "3j" then "{", "}" else "(", ")"
        let cells (members: Formula list) = members |> List.map (fun x -> $"<mtd>{formula x}</mtd>") |> String.concat ""
        let body = rows |> List.map (fun r -> $"<mtr>{cells r}</mtr>") |> String.concat ""
        row $"<mo>{opening}</mo><mtable>{body}</mtable><mo>{closing}</mo>"
    | Bracket(left, right) ->
        let side (members: Formula list) = members |> List.map formula |> String.concat "<mo>\u2063</mo>"
        row $"<mo>⟨</mo>{side left}<mo>|</mo>{side right}<mo>⟩</mo>"
    | Summed(names, set, x) ->
        let below = row (formula names + operator "∈" + formula set)
        $"<munder><mo>∑</mo>{below}</munder>{formula x}"
    | Listed members -> list members

and private list (members: Formula list) = members |> List.map formula |> String.concat "<mo>,</mo>"

/// Words and formulas as running text.
let pieces (found: Piece list) : string =
    found
    |> List.map (function
        | Words text -> escape text
        | Formula f -> $"<math xmlns=\"http://www.w3.org/1998/Math/MathML\">{row (formula f)}</math>")
    |> String.concat ""
