namespace Toolkit.Symbolic.Statements

open System.Numerics
open System.Text.RegularExpressions
open Toolkit.Symbolic.Algebra

/// Reads sentences of the language of docs/statements.md, whole or not at all.
[<RequireQualifiedAccess>]
module Reader =

    exception private Unreadable of at: int * expected: string

    type private Token = { Text: string; Start: int; End: int }

    let private lexer =
        Regex @"[369]j(?=\()|half-integers|[A-Za-z][A-Za-z0-9_]*'*|\d+|\*\*|>=|<>|->|\S"

    /// Kinds of what is summed over, the longer names first.
    let private summed = [ "integers and half-integers"; "integers"; "angular momenta"; "sites" ]

    /// One reading of a text.
    type private Cursor(text: string) =
        let tokens =
            [| for m in lexer.Matches text -> { Text = m.Value; Start = m.Index; End = m.Index + m.Length } |]

        let mutable at = 0

        member _.IsAtEnd = at = tokens.Length
        member private _.Peek k = if at + k < tokens.Length then tokens[at + k].Text else ""
        member this.Next = this.Peek 0

        /// The text of the tokens from the k-th to the present one, as it stands.
        member _.Since(k: int) = text.Substring(tokens[k].Start, tokens[at - 1].End - tokens[k].Start)
        member _.Place = at

        member _.Fail expected : 'a =
            raise (Unreadable((if at < tokens.Length then tokens[at].Start else text.Length), expected))

        member _.Skip() = at <- at + 1

        /// Words are what follows.
        member this.Sees(words: string) =
            words.Split ' ' |> Array.indexed |> Array.forall (fun (k, w) -> this.Peek k = w)

        /// Passes over the words if they follow.
        member this.Takes(words: string) =
            let found = this.Sees words
            if found then at <- at + words.Split(' ').Length
            found

        /// What follows stands directly behind what has been read.
        member _.IsJoined = at > 0 && at < tokens.Length && tokens[at].Start = tokens[at - 1].End

        member this.Need(words: string) = if not (this.Takes words) then this.Fail $"\"{words}\""

        /// Whether something is so of what follows, which is not passed over.
        member _.Ahead(isSo: unit -> bool) =
            let start = at
            let found = try isSo () with Unreadable _ -> false
            at <- start
            found

        /// What is read by the first of these that can read what follows; if none can, the one that comes farthest says why.
        member this.Either(ways: (unit -> 'a) list) : 'a =
            let start = at

            match ways with
            | [] -> this.Fail "a formula"
            | [ last ] -> last ()
            | first :: rest ->
                try
                    first ()
                with Unreadable(place, expected) ->
                    at <- start

                    try
                        this.Either rest
                    with Unreadable(other, _) when other < place ->
                        raise (Unreadable(place, expected))

    let private isName (text: string) = Name.isValid text || text = "i" || text = "pi"

    let private name (c: Cursor) =
        let text = c.Next
        if not (Name.isValid text) then c.Fail "a name"
        c.Skip()
        text

    let rec private separated (separator: string) (c: Cursor) (one: Cursor -> 'a) : 'a list =
        let first = one c
        if c.Takes separator then first :: separated separator c one else [ first ]

    /// Names between commas; ", wherever" is no name.
    let rec private names (c: Cursor) =
        let first = name c
        if c.Sees "," && not (c.Sees ", wherever") then (c.Skip(); first :: names c) else [ first ]

    // ---- formulas

    /// What follows behind one sign or another, with true behind the other.
    let private more (c: Cursor) (sign: string) (other: string) (one: Cursor -> Expression) : (bool * Expression) list =
        let rec next found =
            if c.Takes sign then next ((false, one c) :: found)
            elif c.Takes other then next ((true, one c) :: found)
            else List.rev found

        next []

    let rec private sum (c: Cursor) : Expression =
        let first = if c.Takes "-" then Negative(product c) else product c

        match more c "+" "-" product with
        | [] -> first
        | rest -> Sum(first, rest)

    and private product (c: Cursor) : Expression =
        let first = factor c

        match more c "*" "/" factor with
        | [] -> first
        | rest -> Product(first, rest)

    and private factor (c: Cursor) : Expression =
        if c.Takes "sum over all" then
            match summed |> List.tryFind c.Takes with
            | None -> c.Fail "what is summed over"
            | Some kind ->
                let names = names c
                c.Need "of"
                Over(kind, names, product c)
        elif c.Takes "coefficient of" then
            let monomial = product c
            c.Need "in"
            Coefficient(monomial, product c)
        else
            let isNegative = c.Takes "-"
            let based = postfix c
            let power = if c.Takes "**" then Power(based, postfix c) else based
            if isNegative then Negative power else power

    and private postfix (c: Cursor) : Expression =
        let rec more x = if c.Takes "!" then more (Factorial x) else x
        more (primary c)

    and private primary (c: Cursor) : Expression =
        let text = c.Next

        if text <> "" && System.Char.IsAsciiDigit text[0] && not (text.EndsWith 'j') then
            c.Skip()
            Number(BigInteger.Parse text)
        elif c.Takes "(" then
            let inside = sum c
            c.Need ")"
            Enclosed inside
        elif c.Takes "[" then
            let inside = sum c
            c.Need "]"
            Operator inside
        elif c.Takes "<" then
            c.Either [ (fun () -> overlap c); (fun () -> bracket c) ]
        elif isName text || Set.contains text (set [ "3j"; "6j"; "sqrt"; "delta"; "conjugate"; "diff"; "couple"; "join" ]) then
            c.Skip()

            if c.IsJoined && c.Takes "( )" then
                Call(text, [])
            elif c.IsJoined && c.Takes "(" then
                let rows = separated ";" c (fun c -> separated "," c sum)
                c.Need ")"
                Call(text, rows)
            elif isName text then
                Name text
            else
                c.Fail "an argument"
        else
            c.Fail "a formula"

    and private scheme (c: Cursor) : Expression =
        if c.Takes "(" then
            let left = scheme c
            let right = scheme c
            c.Need ")"
            Coupled(left, right, label c)
        else
            Name(label c)

    and private label (c: Cursor) = if c.Takes "0" then "0" else name c

    and private overlap (c: Cursor) =
        let bra = scheme c
        c.Need "|"
        let ket = scheme c
        c.Need ">"
        Overlap(bra, ket)

    and private bracket (c: Cursor) =
        let bra = List.init 4 (fun _ -> primary c)
        c.Need "|"
        let ket = List.init 2 (fun _ -> primary c)
        c.Need ">"
        ClebschGordan(bra @ ket)

    // ---- sentences

    let rec private condition (c: Cursor) : Condition =
        let first = one c

        let rec more word found = if c.Takes word then more word (one c :: found) else List.rev found

        match more "and" [ first ], more "or" [ first ] with
        // Parentheses around all of it.
        | [ Both _ | Either _ ], [ single ] -> Both [ single ]
        | [ single ], [ _ ] -> single
        | [ _ ], either -> Either either
        | both, [ _ ] -> Both both
        | _ -> c.Fail "parentheses around what \"and\" or \"or\" joins"

    and private one (c: Cursor) : Condition =
        let compared () =
            let x = sum c

            match [ ">="; "<>"; "=" ] |> List.tryFind c.Takes with
            | Some sign -> Compared(x, sign, sum c)
            | None when x.IsCall && c.Takes "is defined" -> IsDefined(x, (if c.Takes "for some" then names c else []))
            | None ->
                let xs = if c.Takes "," then x :: separated "," c sum else [ x ]
                c.Need "are natural"
                AreNatural xs

        let triad (c: Cursor) =
            c.Need "("
            let three = separated "," c sum
            c.Need ")"
            if three.Length <> 3 then c.Fail "three numbers"
            three

        let triads () =
            let all = separated "," c triad
            c.Need "are triads"
            AreTriads all

        let enclosed () =
            c.Need "("
            let inside = condition c
            c.Need ")"

            match inside with
            | Both _
            | Either _ -> inside
            | _ -> c.Fail "\"and\" or \"or\" within parentheses"

        c.Either [ compared; triads; enclosed ]

    let private kind (c: Cursor) : Kind =
        if c.Takes "integers and half-integers" then
            let names = names c

            let rec rules found =
                if c.Takes "with" then
                    let determined = name c
                    c.Need "="
                    rules ((determined, sum c) :: found)
                else
                    List.rev found

            Halves(names, rules [])
        elif c.Takes "families" then
            let names = names c
            c.Need "of orders"
            let l = sum c
            c.Need ","
            Families(names, l, sum c)
        else
            match [ "integers"; "angular momenta"; "numbers"; "directions"; "spinors"; "functions" ] |> List.tryFind c.Takes with
            | None -> c.Fail "a kind of variables"
            | Some kind ->
                let names = names c

                if kind = "directions" && names.Length <> 3 || kind = "spinors" && names.Length <> 2 then c.Fail "another number of names"
                elif kind = "integers" && c.Takes ">= 0" then Naturals names
                elif (kind = "directions" || kind = "functions") && c.Takes "of sites" then OfSites(kind, names)
                elif kind = "functions" then c.Fail "\"of sites\""
                else Plain(kind, names)

    let private law (c: Cursor) : Law =
        let first = sum c

        if c.Takes "becomes" then
            let second = sum c
            c.Need "under"

            let change (c: Cursor) =
                let changed = name c
                c.Need "->"
                changed, sum c

            Becomes(first, second, separated "," c change)
        else
            c.Need "="
            Equal(first :: separated "=" c sum)

    let private wherever (c: Cursor) = if c.Takes ", wherever" then Some(condition c) else None

    let private sentence (c: Cursor) : Sentence =
        let laws = separated "and" c law
        let kinds = if c.Takes "for all" then separated "and all" c kind else []
        { Laws = laws; ForAll = kinds; Where = wherever c }

    let private words (c: Cursor) : Remark =
        let start = c.Place
        let mutable depth = 0

        while not c.IsAtEnd && (depth > 0 || c.Next <> ";") do
            if c.Next = "(" then depth <- depth + 1
            if c.Next = ")" then depth <- depth - 1
            c.Skip()

        if c.Place = start then c.Fail "a remark"
        let text = c.Since start
        if (text.Contains " is " || text.Contains " are ") && not (text.StartsWith "and ") then Words text else c.Fail "a remark"

    let private remark (c: Cursor) : Remark =
        let definition () =
            let call = primary c
            c.Need "="
            let value = sum c
            let where = wherever c
            if not (c.IsAtEnd || c.Sees ";") then c.Fail "the end of a definition"
            Definition(call, value, where)

        if c.Takes "a symbol outside its domain counts as 0" then
            if c.Takes ", and its coefficient vanishes by itself" then
                CountsAsZero(Some(if c.Takes "wherever" then Some(condition c) else None))
            else
                CountsAsZero None
        elif c.Takes "i ** 2 = - 1" then
            ImaginaryUnit
        elif c.Ahead(fun () -> (primary c).IsCall && c.Sees "=") then
            definition ()
        else
            words c

    let private claim (isNumbered: bool) (c: Cursor) : Claim =
        let rec sentences found =
            let found = sentence c :: found
            if c.Takes "; and" then sentences found else List.rev found

        let isNext () = isNumbered && c.Sees "; ("

        let rec remarks found =
            if c.Sees ";" && not (isNext ()) then
                c.Skip()
                remarks (remark c :: found)
            else
                List.rev found

        let sentences = sentences []
        { Sentences = sentences; Remarks = remarks [] }

    /// The statement that a text is; or where it is none.
    let read (text: string) : Result<Statement, string> =
        let c = Cursor text

        try
            let isNumbered = text.StartsWith "(1) "

            let claims =
                if isNumbered then
                    let rec all k found =
                        c.Need $"( {k} )"
                        let found = claim true c :: found
                        if c.Takes ";" then all (k + 1) found else List.rev found

                    all 1 []
                else
                    [ claim false c ]

            if c.IsAtEnd then Ok { Claims = claims } else c.Fail "the end"
        with Unreadable(at, expected) ->
            Error $"at {at}: expected {expected}, found {text.Substring(min at text.Length)}"
