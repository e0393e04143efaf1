namespace Toolkit.Symbolic.Statements

open System.Numerics

/// A formula of the language of docs/statements.md. Parentheses are kept, so that what has been read is written as it was.
type Expression =
    | Number of BigInteger
    | Name of string
    /// f(x, y; z): rows of arguments.
    | Call of name: string * rows: Expression list list
    /// (x).
    | Enclosed of Expression
    /// [x], which acts on all that follows it in a product.
    | Operator of Expression
    /// x!.
    | Factorial of Expression
    /// x**y.
    | Power of Expression * Expression
    /// −x.
    | Negative of Expression
    /// x*y/z: the first factor, and others with what stands before them.
    | Product of Expression * (bool * Expression) list
    /// x + y − z: the first summand, and others, those that are subtracted with true.
    | Sum of Expression * (bool * Expression) list
    /// "sum over all integers s, t of x".
    | Over of kind: string * names: string list * Expression
    /// "coefficient of u**2*v in x".
    | Coefficient of monomial: Expression * Expression
    /// (S T)x, schemes that are coupled to a label.
    | Coupled of Expression * Expression * string
    /// ⟨S|T⟩, the scalar product of the states of two schemes.
    | Overlap of Expression * Expression
    /// ⟨j1 m1 j2 m2|J M⟩, the coefficients of Condon and Shortley.
    | ClebschGordan of Expression list

    /// What it is made of.
    member this.Parts: Expression list =
        match this with
        | Number _
        | Name _ -> []
        | Call(_, rows) -> List.concat rows
        | Enclosed x
        | Operator x
        | Factorial x
        | Negative x
        | Over(_, _, x) -> [ x ]
        | Power(x, y)
        | Overlap(x, y)
        | Coupled(x, y, _)
        | Coefficient(x, y) -> [ x; y ]
        | Product(x, rest)
        | Sum(x, rest) -> x :: List.map snd rest
        | ClebschGordan xs -> xs

    /// It and all that it is made of.
    member this.Nodes: Expression list = this :: (this.Parts |> List.collect (fun (x: Expression) -> x.Nodes))

    /// What is added up in it, what is subtracted with a minus.
    member this.Summands: Expression list =
        match this with
        | Sum(x, rest) -> x :: (rest |> List.map (fun (minus, y) -> if minus then Negative(Enclosed y) else y))
        | x -> [ x ]

    /// Names of what it differentiates by, each once.
    member this.Differentiated: string list =
        this.Nodes |> List.choose (function Call("diff", [ [ Name x ] ]) -> Some x | _ -> None) |> List.distinct

    /// Names and labels in it that nothing in it is summed over.
    member this.Free: Set<string> =
        let inner = this.Parts |> List.map (fun (x: Expression) -> x.Free) |> Set.unionMany

        match this with
        | Name x
        | Coupled(_, _, x) -> inner.Add x
        | Over(_, names, _) -> inner - set names
        | _ -> inner

/// What two sides are.
type Law =
    /// All of these are equal.
    | Equal of Expression list
    /// The first becomes the second where names become what is given.
    | Becomes of Expression * Expression * (string * Expression) list

/// Which numbers, or arrays of numbers, some names stand for.
type Kind =
    /// "integers", "angular momenta", "numbers", "directions", "spinors" and the like.
    | Plain of kind: string * names: string list
    /// "integers a, b >= 0".
    | Naturals of names: string list
    /// "integers and half-integers j1, …, m3 with m3 = -m1 - m2".
    | Halves of names: string list * determined: (string * Expression) list
    /// "functions f, g of sites", "directions x, y, z of sites".
    | OfSites of kind: string * names: string list
    /// "families A, B of orders l, s".
    | Families of names: string list * Expression * Expression

/// Where something holds.
type Condition =
    /// x >= y, x = y or x <> y.
    | Compared of Expression * sign: string * Expression
    | AreNatural of Expression list
    | AreTriads of Expression list list
    /// "3j(…) is defined", perhaps "for some t".
    | IsDefined of Expression * forSome: string list
    /// c and d.
    | Both of Condition list
    /// c or d.
    | Either of Condition list

/// Laws for all values of some names that meet a condition.
type Sentence = { Laws: Law list; ForAll: Kind list; Where: Condition option }

/// What stands behind the sentences.
type Remark =
    /// "a symbol outside its domain counts as 0", and perhaps its coefficient vanishes by itself, everywhere or somewhere.
    | CountsAsZero of vanishes: Condition option option
    /// f(x, y) = …, perhaps on a domain.
    | Definition of Expression * Expression * Condition option
    /// i**2 = -1.
    | ImaginaryUnit
    /// In words.
    | Words of string

/// Sentences that hold, and what their words mean.
type Claim =
    { Sentences: Sentence list
      Remarks: Remark list }

    /// Functions that remarks define: a name, its arguments, what it is, and where. One name may have several, each on its domain.
    member this.Definitions: (string * string list * Expression * Condition option) list =
        this.Remarks
        |> List.choose (function
            | Definition(Call(name, rows), body, where) ->
                Some(name, List.concat rows |> List.choose (function Name x -> Some x | _ -> None), body, where)
            | _ -> None)

/// What a theorem about numbers says: claims, which are numbered if there are several.
type Statement = { Claims: Claim list }

/// Writes sentences of the language.
[<RequireQualifiedAccess>]
module Printer =

    let private listed = String.concat ", "

    /// A formula's text.
    let rec expression (e: Expression) : string =
        match e with
        | Number n -> string n
        | Name x -> x
        | Call(name, rows) -> name + "(" + (rows |> List.map (List.map expression >> listed) |> String.concat "; ") + ")"
        | Enclosed x -> $"({expression x})"
        | Operator x -> $"[{expression x}]"
        | Factorial x -> expression x + "!"
        | Power(x, y) -> $"{expression x}**{expression y}"
        | Negative x -> "-" + expression x
        | Product(x, rest) ->
            expression x + (rest |> List.map (fun (divided, y) -> (if divided then "/" else "*") + expression y) |> String.concat "")
        | Sum(x, rest) ->
            expression x + (rest |> List.map (fun (minus, y) -> (if minus then " - " else " + ") + expression y) |> String.concat "")
        | Over(kind, names, x) -> $"sum over all {kind} {listed names} of {expression x}"
        | Coefficient(monomial, x) -> $"coefficient of {expression monomial} in {expression x}"
        | Coupled(s, t, x) -> $"({expression s} {expression t}){x}"
        | Overlap(s, t) -> $"<{expression s}|{expression t}>"
        | ClebschGordan xs ->
            let texts = List.map expression xs
            let bra, ket = String.concat " " texts[..3], String.concat " " texts[4..]
            $"<{bra}|{ket}>"

    let private law (l: Law) =
        match l with
        | Equal sides -> sides |> List.map expression |> String.concat " = "
        | Becomes(x, y, changes) ->
            let changes = changes |> List.map (fun (name, image) -> $"{name} -> {expression image}") |> listed
            $"{expression x} becomes {expression y} under {changes}"

    let private kind (k: Kind) =
        match k with
        | Plain(kind, names) -> $"{kind} {listed names}"
        | Naturals names -> $"integers {listed names} >= 0"
        | Halves(names, rules) ->
            let rules = rules |> List.map (fun (name, x) -> $" with {name} = {expression x}") |> String.concat ""
            $"integers and half-integers {listed names}{rules}"
        | OfSites(kind, names) -> $"{kind} {listed names} of sites"
        | Families(names, l, s) -> $"families {listed names} of orders {expression l}, {expression s}"

    let rec private condition (c: Condition) =
        let inner c =
            match c with
            | Both _
            | Either _ -> $"({condition c})"
            | _ -> condition c

        match c with
        | Compared(x, sign, y) -> $"{expression x} {sign} {expression y}"
        | AreNatural xs -> $"{xs |> List.map expression |> listed} are natural"
        | AreTriads triads -> (triads |> List.map (List.map expression >> listed >> sprintf "(%s)") |> listed) + " are triads"
        | IsDefined(x, []) -> $"{expression x} is defined"
        | IsDefined(x, names) -> $"{expression x} is defined for some {listed names}"
        | Both all -> all |> List.map inner |> String.concat " and "
        | Either all -> all |> List.map inner |> String.concat " or "

    let private wherever (c: Condition option) = c |> Option.map (fun c -> ", wherever " + condition c) |> Option.defaultValue ""

    let private sentence (s: Sentence) =
        let forAll = if s.ForAll.IsEmpty then "" else " for all " + (s.ForAll |> List.map kind |> String.concat " and all ")
        (s.Laws |> List.map law |> String.concat " and ") + forAll + wherever s.Where

    let private remark (r: Remark) =
        match r with
        | CountsAsZero None -> "a symbol outside its domain counts as 0"
        | CountsAsZero(Some where) ->
            let where = where |> Option.map (fun c -> " wherever " + condition c) |> Option.defaultValue ""
            "a symbol outside its domain counts as 0, and its coefficient vanishes by itself" + where
        | Definition(call, x, where) -> $"{expression call} = {expression x}{wherever where}"
        | ImaginaryUnit -> "i**2 = -1"
        | Words text -> text

    let private claim (c: Claim) =
        (c.Sentences |> List.map sentence |> String.concat "; and ") + (c.Remarks |> List.map (fun r -> "; " + remark r) |> String.concat "")

    /// A statement's text.
    let statement (s: Statement) : string =
        match s.Claims with
        | [ single ] -> claim single
        | claims -> claims |> List.mapi (fun i c -> $"({i + 1}) {claim c}") |> String.concat "; "
