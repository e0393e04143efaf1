/// Formulas and words in LaTeX, for amsmath.
module internal Toolkit.Symbolic.Export.Typesetting.Latex

open System
open System.Text

let private operator (sign: string) =
    match sign with
    | "<=" -> @"\le "
    | ">=" -> @"\ge "
    | "<>" -> @"\ne "
    | "+-" -> @"\pm "
    | "-+" -> @"\mp "
    | "->" -> @"\to "
    | ".." -> @"\ldots "
    | "." -> @"\cdot "
    | s -> s

let private letters (text: string) =
    match text with
    | "±" -> @"\pm "
    | "ℤ" -> @"\mathbb{Z}"
    | "ℕ" -> @"\mathbb{N}"
    | "alpha" | "beta" | "gamma" | "delta" | "lambda" | "pi" | "sigma" | "nu" -> $"\\{text} "
    | _ when text.Length = 1 -> text
    | _ -> $@"\mathrm{{{text}}}"

/// Without the parentheses that a fraction, a root or an exponent makes needless.
let private bare (formula: Formula) =
    match formula with
    | Enclosed("(", [ inside ], ")") -> inside
    | other -> other

let rec formula (f: Formula) : string =
    match f with
    | Number n -> n
    | Name(text, below, above, primes) ->
        let script (mark: string) (x: Formula option) =
            match x with
            | Some x -> mark + "{" + formula x + "}"
            | None -> ""

        letters text + script "_" below + script "^" above + String('\'', primes)
    | Signed(sign, x) -> operator sign + formula x
    | Between(x, sign, y) -> formula x + operator sign + formula y
    | Times(x, y, _) -> formula x + @"\," + formula y
    | Over(Number a, Number b) -> $@"\tfrac{{{a}}}{{{b}}}"
    | Over(x, y) -> $@"\frac{{{formula (bare x)}}}{{{formula (bare y)}}}"
    | Power(x, y) -> "{" + formula x + "}^{" + formula (bare y) + "}"
    | Factorial x -> formula x + "!"
    | Root x -> $@"\sqrt{{{formula x}}}"
    | Conjugate x -> $@"\overline{{{formula x}}}"
    | Derivative x -> $@"\partial_{{{formula x}}}"
    | Enclosed(opening, members, closing) ->
        let wide (s: string) = if s = "|" then @"\vert " else s
        $@"\left{wide opening} {list members}\right{wide closing} "
    | Call(f, rows) ->
        let rows = rows |> List.map list
        formula f + "(" + String.Join("; ", rows) + ")"
    | Symbol(kind, rows) ->
        let kind = if kind <> "3j" then "Bmatrix" else "pmatrix"
        let row (members: Formula list) = String.Join(" & ", members |> List.map formula)
        let body = String.Join(@" \\ ", rows |> List.map row)
        $@"\begin{{{kind}}} {body} \end{{{kind}}}"
    | Bracket(left, right) ->
        let side (members: Formula list) = String.Join(@"\,", members |> List.map formula)
        $@"\langle {side left}\vert {side right}\rangle "
    | Summed(names, set, x) -> $@"\sum_{{{formula names} \in {formula set}}} {formula x}"
    | Listed members -> list members

and private list (members: Formula list) : string = String.Join(",", members |> List.map formula)

/// Characters that LaTeX's own font encoding lacks.
let private symbols =
    dict
        [ '\u2212', "\\ensuremath{-}" // minus
          '\u2192', "\\ensuremath{\\to}" // arrow
          '\u00B1', "\\ensuremath{\\pm}" // plus or minus
          '\u221A', "\\ensuremath{\\surd}" // root
          '\u03A3', "\\ensuremath{\\Sigma}" // sum
          '\u2013', "--" // dash
          '\u2032', "'" ] // prime

/// A text of words and formulas as LaTeX's running text.
let words (text: string) : string =
    let escaped = StringBuilder()

    for c in text do
        match c with
        | '\\' -> escaped.Append @"\textbackslash{}"
        | '~' -> escaped.Append @"\textasciitilde{}"
        | '^' -> escaped.Append @"\textasciicircum{}"
        | '*' -> escaped.Append @"*\allowbreak{}"
        | '<' -> escaped.Append @"\textless{}"
        | '>' -> escaped.Append @"\textgreater{}"
        | c when "&%$#_{}".Contains c -> escaped.Append('\\').Append c
        | c when symbols.ContainsKey c -> escaped.Append symbols[c]
        | c -> escaped.Append c
        |> ignore

    escaped.ToString()

/// Words and formulas as running text.
let pieces (found: Piece list) : string =
    found
    |> List.map (function
        | Words text -> words text
        | Formula f -> @"\(" + formula f + @"\)")
    |> String.concat ""
