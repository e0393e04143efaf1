/// Sentences of the language as words and formulas: sums with their signs, coefficients in brackets.
module internal Toolkit.Symbolic.Export.Typesetting.SentencePieces

open Toolkit.Symbolic.Statements

/// What is summed over, as a set.
let private set (kind: string) =
    match kind with
    | "integers" -> Formula.Name("ℤ", None, None, 0)
    | "angular momenta" -> Formula.Over(Formula.Name("ℕ", None, None, 0), Formula.Number "2")
    | "integers and half-integers" -> Formula.Over(Formula.Name("ℤ", None, None, 0), Formula.Number "2")
    | other -> Formula.Name(other, None, None, 0)

let rec private formula (e: Expression) : Formula =
    match e with
    | Expression.Number n -> Formula.Number(string n)
    | Expression.Name x -> FormulaReader.name x
    | Expression.Enclosed x -> Formula.Enclosed("(", [ formula x ], ")")
    | Operator x -> Formula.Enclosed("[", [ formula x ], "]")
    | Expression.Factorial x -> Formula.Factorial(formula x)
    | Expression.Power(x, y) -> Formula.Power(formula x, formula y)
    | Negative x -> Signed("-", formula x)
    | Product(x, rest) ->
        let more left (divided, y) = if divided then Formula.Over(left, formula y) else Times(left, formula y, true)
        (formula x, rest) ||> List.fold more
    | Sum(x, rest) -> (formula x, rest) ||> List.fold (fun left (minus, y) -> Between(left, (if minus then "-" else "+"), formula y))
    | Expression.Over(kind, names, x) -> Summed(Listed(List.map FormulaReader.name names), set kind, formula x)
    | Coefficient(monomial, x) -> Times(Formula.Enclosed("[", [ formula monomial ], "]"), formula x, false)
    | Coupled(s, t, x) -> Times(Formula.Enclosed("(", [ Times(formula s, formula t, false) ], ")"), FormulaReader.name x, false)
    | Overlap(s, t) -> Bracket([ formula s ], [ formula t ])
    | ClebschGordan xs -> Bracket(List.map formula xs[..3], List.map formula xs[4..])
    | Expression.Call("sqrt", [ [ x ] ]) -> Root(formula x)
    | Expression.Call("conjugate", [ [ x ] ]) -> Conjugate(formula x)
    | Expression.Call("diff", [ [ x ] ]) -> Derivative(formula x)
    | Expression.Call("delta", rows) -> Formula.Name("delta", Some(Listed(rows |> List.concat |> List.map formula)), None, 0)
    | Expression.Call(("3j" | "6j") as kind, rows) -> Symbol(kind, rows |> List.map (List.map formula))
    | Expression.Call(name, rows) -> Formula.Call(FormulaReader.name name, rows |> List.map (List.map formula))

let private joined (word: string) (items: Piece list list) : Piece list =
    items |> List.mapi (fun i item -> if i = 0 then item else Piece.Words word :: item) |> List.concat

let private listed = joined ", "
let private all (xs: Expression list) = xs |> List.map (fun x -> [ Formula(formula x) ]) |> listed
let private names (xs: string list) = xs |> List.map (fun x -> [ Formula(FormulaReader.name x) ]) |> listed

let private law (l: Law) : Piece list =
    match l with
    | Equal sides -> [ Formula(sides |> List.map formula |> List.reduce (fun x y -> Between(x, "=", y))) ]
    | Becomes(x, y, changes) ->
        let change (name, image) = [ Formula(Between(FormulaReader.name name, "->", formula image)) ]
        [ Formula(formula x); Piece.Words " becomes "; Formula(formula y); Piece.Words " under " ] @ listed (List.map change changes)

let private kind (k: Kind) : Piece list =
    match k with
    | Plain(kind, xs) -> Piece.Words(kind + " ") :: names xs
    | Naturals xs ->
        let last = Between(FormulaReader.name (List.last xs), ">=", Formula.Number "0")
        let others = xs |> List.take (xs.Length - 1) |> List.map FormulaReader.name
        Piece.Words "integers " :: listed [ for f in others @ [ last ] -> [ Formula f ] ]
    | Halves(xs, rules) ->
        Piece.Words "integers and half-integers " :: names xs
        @ (rules |> List.collect (fun (x, e) -> [ Piece.Words " with "; Formula(Between(FormulaReader.name x, "=", formula e)) ]))
    | OfSites(kind, xs) -> Piece.Words(kind + " ") :: names xs @ [ Piece.Words " of sites" ]
    | Families(xs, l, s) -> Piece.Words "families " :: names xs @ [ Piece.Words " of orders " ] @ all [ l; s ]

let rec private condition (c: Condition) : Piece list =
    let inner c =
        match c with
        | Both _
        | Either _ -> Piece.Words "(" :: condition c @ [ Piece.Words ")" ]
        | _ -> condition c

    match c with
    | Compared(x, sign, y) -> [ Formula(Between(formula x, sign, formula y)) ]
    | AreNatural xs -> all xs @ [ Piece.Words " are natural" ]
    | AreTriads triads ->
        (triads |> List.map (fun t -> [ Formula(Formula.Enclosed("(", List.map formula t, ")")) ]) |> listed) @ [ Piece.Words " are triads" ]
    | IsDefined(x, []) -> [ Formula(formula x); Piece.Words " is defined" ]
    | IsDefined(x, some) -> [ Formula(formula x); Piece.Words " is defined for some " ] @ names some
    | Both all -> all |> List.map inner |> joined " and "
    | Either any -> any |> List.map inner |> joined " or "

let private wherever (c: Condition option) =
    match c with
    | Some c -> Piece.Words ", wherever " :: condition c
    | None -> []

let private sentence (s: Sentence) : Piece list =
    let kinds = if s.ForAll.IsEmpty then [] else Piece.Words " for all " :: (s.ForAll |> List.map kind |> joined " and all ")
    (s.Laws |> List.map law |> joined " and ") @ kinds @ wherever s.Where

let private remark (r: Remark) : Piece list =
    match r with
    | CountsAsZero vanishing ->
        let vanishing =
            match vanishing with
            | None -> []
            | Some where ->
                Piece.Words ", and its coefficient vanishes by itself"
                :: (match where with
                    | Some c -> Piece.Words " wherever " :: condition c
                    | None -> [])

        Piece.Words "a symbol outside its domain counts as 0" :: vanishing
    | Definition(call, x, where) -> Formula(Between(formula call, "=", formula x)) :: wherever where
    | ImaginaryUnit -> [ Formula(Between(Formula.Power(Formula.Name("i", None, None, 0), Formula.Number "2"), "=", Signed("-", Formula.Number "1"))) ]
    | Words text -> FormulaReader.parts text

/// A claim's words and formulas.
let claim (c: Claim) : Piece list =
    (c.Sentences |> List.map sentence |> joined "; and ") @ (c.Remarks |> List.collect (fun r -> Piece.Words "; " :: remark r))
