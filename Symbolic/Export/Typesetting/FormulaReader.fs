/// Statements read as words and formulas. The notation is the kernel's own: infix, ** for powers, names with
/// underscores; whatever is no formula stays words.
module internal Toolkit.Symbolic.Export.Typesetting.FormulaReader

open System
open System.Text.RegularExpressions

type private Token =
    | Numeral of string
    | Identifier of string
    | Word of string
    /// ⟨…|…⟩, its content.
    | Angle of string
    | Sign of string

/// A token, whether blanks stand before it, and whether they stand behind it.
type private Lexeme = { Token: Token; Before: bool; After: bool; Start: int; Length: int }

let private greek = set [ "alpha"; "beta"; "gamma"; "lambda"; "pi"; "sigma"; "nu" ]

/// Names that are longer than one letter and are not followed by a parenthesis.
let private isName (text: string) =
    greek.Contains text
    || Regex.IsMatch(text, @"^([A-Za-z](\d+)?'*)$")
    || text.Contains '_'
    || text.Contains '^'

let private subscript = @"(?:(?:\+-|-)?(?:[A-Za-z0-9]+'*)+|(?:\+-|-)?\([^()]*\))(?:(?:\+-|\+|-)\d+)?"

let private lexer =
    Regex(
        String.concat
            "|"
            [ // A checksum.
              @"(?<word>\b[0-9a-f]{16,}\b)"
              @"(?<angle><[^<>|]*\|[^<>|]*>)"
              @"(?<symbol>[36]j(?=\())"
              @"(?<word>[A-Za-z]{2,}'s\b)"
              // A hyphen within words.
              @"(?<word>[A-Za-z]{2,}(?:-[A-Za-z]{2,})+|[36]j(?![A-Za-z(]))"
              @"(?<name>[A-Za-z]+(?:\^[A-Za-z]\d*)_(?:[A-Za-z]\d*'*)+)"
              @"(?<name>[A-Za-z][A-Za-z0-9]*_" + subscript + "(?:,(?:" + subscript + "))*)"
              // J+-
              @"(?<name>[A-Z]\+-(?=\s))"
              @"(?<name>[A-Za-z]+\d*'*)"
              @"(?<number>\d+)"
              @"(?<sign>->|\*\*|\.\.|<=|>=|<>|\+-|-\+|[-+*/=<>!^|(){}\[\],;:.])"
              @"(?<other>\S)" ]
    )

let private lex (text: string) : Lexeme[] =
    [| for m in lexer.Matches text do
           let group (name: string) = m.Groups[name].Success
           let isBlank i = i < 0 || i >= text.Length || text[i] = ' '
           let next = if m.Index + m.Length < text.Length then text[m.Index + m.Length] else ' '

           { Token =
               if group "angle" then Angle(m.Value.Substring(1, m.Length - 2))
               elif group "symbol" then Identifier m.Value
               elif group "word" then Word m.Value
               elif group "number" then Numeral m.Value
               elif group "sign" then Sign m.Value
               elif group "name" && (isName m.Value || m.Value.EndsWith "+-" || next = '(') then Identifier m.Value
               else Word m.Value
             Before = isBlank (m.Index - 1)
             After = isBlank (m.Index + m.Length)
             Start = m.Index
             Length = m.Length } |]

exception private NoFormula

/// The place of the next token.
type private Cursor() =
    member val At = 0 with get, set

/// A name's text as a formula: letters, digits below, what follows an underscore.
let rec name (text: string) : Formula =
    let parse (part: string) : Formula =
        match parts part with
        | [ Formula f ] -> f
        | _ -> Name(part, None, None, 0)

    /// Indices that stand side by side: "lm", "m'm", "m1'm1", "2j".
    let sub (part: string) : Formula =
        let pieces = Regex.Matches(part, @"[A-Za-z]\d*'*|\d+") |> Seq.map _.Value |> List.ofSeq

        if String.Concat pieces = part && pieces.Length > 1 && not (greek.Contains part) then
            pieces |> List.map parse |> List.reduce (fun x y -> Times(x, y, false))
        else
            parse part

    let below (part: string) =
        match part.Split ',' |> List.ofArray |> List.map sub with
        | [ single ] -> single
        | several -> Listed several

    if text.EndsWith "+-" then
        Name(text.Substring(0, text.Length - 2), Some(Name("±", None, None, 0)), None, 0)
    else
        match text.IndexOf '_' with
        | -1 ->
            let m = Regex.Match(text, @"^([A-Za-z]+)(\d*)('*)$")
            let digits = m.Groups[2].Value
            Name(m.Groups[1].Value, (if digits = "" then None else Some(Number digits)), None, m.Groups[3].Length)
        | at ->
            let head, tail = text.Substring(0, at), text.Substring(at + 1)

            match head.IndexOf '^' with
            | -1 -> Name(head, Some(below tail), None, 0)
            | up -> Name(head.Substring(0, up), Some(below tail), Some(parse (head.Substring(up + 1))), 0)

/// The text as words and formulas.
and parts (text: string) : Piece list =
    let tokens = lex text
    let cursor = Cursor()
    let token i = if i < tokens.Length then Some tokens[i] else None

    /// An article, not the variable a.
    let isArticle i =
        match token i, token (i + 1) with
        | Some { Token = Identifier "a"; After = true }, Some { Token = Word _ } -> true
        | _ -> false

    let looking (sign: string) =
        match token cursor.At with
        | Some { Token = Sign s } -> s = sign
        | _ -> false

    let take (sign: string) =
        if not (looking sign) then raise NoFormula
        cursor.At <- cursor.At + 1

    let startsPrimary () =
        match token cursor.At with
        | Some { Token = Numeral _ }
        | Some { Token = Angle _ } -> true
        | Some { Token = Identifier _ } -> not (isArticle cursor.At)
        | Some { Token = Sign s } -> s = "(" || s = "["
        | _ -> false

    let rec relation () : Formula =
        let mutable left = range ()
        let mutable more = true

        while more do
            match token cursor.At with
            | Some { Token = Sign("=" | "<" | ">" | "<=" | ">=" | "<>" | "->" as s) } ->
                let back = cursor.At
                cursor.At <- cursor.At + 1

                // "x = y" needs a right-hand side; otherwise the sign stays words.
                match (try Some(range ()) with NoFormula -> None) with
                | Some right -> left <- Between(left, s, right)
                | None ->
                    cursor.At <- back
                    more <- false
            | _ -> more <- false

        left

    and range () : Formula =
        let left = sum ()

        if looking ".." then
            take ".."
            Between(left, "..", sum ())
        else
            left

    and sum () : Formula =
        let mutable left =
            match token cursor.At with
            | Some { Token = Sign("-" | "+" | "+-" as s) } ->
                cursor.At <- cursor.At + 1
                Signed(s, product ())
            | _ -> product ()

        let mutable more = true

        while more do
            match token cursor.At with
            | Some { Token = Sign("+" | "-" | "+-" | "-+" as s) } ->
                cursor.At <- cursor.At + 1
                left <- Between(left, s, product ())
            | _ -> more <- false

        left

    and product () : Formula =
        let mutable left = power ()
        let mutable more = true

        while more do
            match token cursor.At with
            | Some { Token = Sign "*" } ->
                cursor.At <- cursor.At + 1
                left <- Times(left, power (), true)
            | Some { Token = Sign "/" } ->
                cursor.At <- cursor.At + 1
                left <- Over(left, power ())
            | Some { Token = Sign "."; Before = true; After = true } ->
                cursor.At <- cursor.At + 1
                left <- Between(left, ".", power ())
            | Some { Token = Sign "|" } -> more <- false
            | _ when startsPrimary () -> left <- Times(left, power (), false)
            | _ -> more <- false

        left

    and power () : Formula =
        let mutable b = postfix ()

        if looking "**" || looking "^" then
            cursor.At <- cursor.At + 1

            let exponent =
                match token cursor.At with
                | Some { Token = Sign("-" as s) } ->
                    cursor.At <- cursor.At + 1
                    Signed(s, postfix ())
                | _ -> postfix ()

            b <- Power(b, exponent)

        b

    and postfix () : Formula =
        let mutable x = primary ()

        while looking "!" do
            take "!"
            x <- Factorial x

        x

    and rows (stop: string) : Formula list list =
        let mutable found = [ [ relation () ] ]

        while not (looking stop) do
            if looking "," then
                take ","
                found <- (found.Head @ [ relation () ]) :: found.Tail
            else
                take ";"
                found <- [ relation () ] :: found

        take stop
        List.rev found

    and primary () : Formula =
        match token cursor.At with
        | Some { Token = Numeral n } ->
            cursor.At <- cursor.At + 1
            Number n
        | Some { Token = Angle content } ->
            cursor.At <- cursor.At + 1

            let side (text: string) =
                text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                |> List.ofArray
                |> List.map (fun part ->
                    match parts part with
                    | [ Formula f ] -> f
                    | _ -> raise NoFormula)

            let halves = content.Split '|'
            Bracket(side halves[0], side halves[1])
        | Some { Token = Identifier text; After = blank } when not (isArticle cursor.At) ->
            cursor.At <- cursor.At + 1

            if not blank && looking "(" then
                take "("
                let arguments = rows ")"

                match text, arguments with
                | "sqrt", [ [ x ] ] -> Root x
                | "conjugate", [ [ x ] ] -> Conjugate x
                | "diff", [ [ x ] ] -> Derivative x
                | ("3j" | "6j"), [ [ _; _; _ ]; [ _; _; _ ] ] -> Symbol(text, arguments)
                | "9j", [ [ _; _; _ ]; [ _; _; _ ]; [ _; _; _ ] ] -> Symbol(text, arguments)
                | ("3j" | "6j" | "9j"), _ -> Call(Name(text, None, None, 0), arguments)
                | _ -> Call(name text, arguments)
            else
                name text
        | Some { Token = Sign "(" } ->
            take "("
            let members = rows ")"
            if members.Length <> 1 then raise NoFormula
            Enclosed("(", members.Head, ")")
        | Some { Token = Sign "[" } ->
            take "["
            let inside = relation ()
            take "]"
            Enclosed("[", [ inside ], "]")
        | Some { Token = Sign "|" } ->
            take "|"
            let inside = sum ()
            take "|"
            Enclosed("|", [ inside ], "|")
        | _ -> raise NoFormula

    let pieces = Collections.Generic.List<Piece>()
    let words = Text.StringBuilder()

    let flush () =
        if words.Length > 0 then
            pieces.Add(Words(words.ToString()))
            words.Clear() |> ignore

    // Where the text of the last token ended: what stands between tokens is blanks.
    let mutable ended = 0

    while cursor.At < tokens.Length do
        let start = cursor.At
        let from = tokens[start].Start
        words.Append(text, ended, from - ended) |> ignore

        let formula =
            match tokens[start].Token with
            | Word _ -> None
            | Sign s when s <> "(" && s <> "[" && s <> "|" && s <> "-" -> None
            | _ when isArticle start -> None
            | _ ->
                try
                    Some(relation ())
                with NoFormula ->
                    None

        match formula with
        | Some f ->
            flush ()
            pieces.Add(Formula f)
        | None ->
            cursor.At <- start + 1
            words.Append(text, from, tokens[start].Length) |> ignore

        ended <- tokens[cursor.At - 1].Start + tokens[cursor.At - 1].Length

    words.Append(text, ended, text.Length - ended) |> ignore
    flush ()
    List.ofSeq pieces
