/// Coefficients of relations with their factors in front.
module Toolkit.Tests.Symbolic.Proofs.FactoredTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private relation symbol (shifts: int[] list) =
    match
        Derivation.relation symbol 20 (Array.zeroCreate 6 :: shifts |> List.map (Array.map (fun (k: int) -> BigInteger k) >> List.ofArray))
    with
    | Ok { Symbols = Some theorem } -> theorem.Statement :?> Equation
    | other -> failwith $"{other}"

let private factored (relation: Equation) = Factored.tryRelation relation |> Option.get

/// The value of an expression in + − * ** and parentheses, with the square root and the symbol of each summand standing
/// for numbers of their own.
type private Reader(text: string, value: string -> BigInteger) =
    let mutable at = 0
    let skip () = while at < text.Length && text[at] = ' ' do at <- at + 1

    let looking (s: string) =
        skip ()
        String.CompareOrdinal(text, at, s, 0, s.Length) = 0

    let taken (s: string) =
        let found = looking s
        if found then at <- at + s.Length
        found

    member this.Sum() : BigInteger =
        let mutable sum = if taken "-" then -this.Product() else this.Product()
        let mutable more = true

        while more do
            if taken "+" then sum <- sum + this.Product()
            elif taken "-" then sum <- sum - this.Product()
            else more <- false

        sum

    member private this.Product() : BigInteger =
        let mutable product = this.Power()

        while looking "*" && not (looking "**") do
            taken "*" |> ignore
            product <- product * this.Power()

        product

    member private this.Power() : BigInteger =
        let b = this.Atom()
        if taken "**" then BigInteger.Pow(b, int (this.Atom())) else b

    member private this.Atom() : BigInteger =
        if taken "(" then
            let inside = this.Sum()
            if not (taken ")") then failwith $"no closing parenthesis at {at} of {text}"
            inside
        else
            skip ()
            let start = at
            while at < text.Length && Char.IsAsciiLetterOrDigit text[at] do at <- at + 1
            let name = text[start .. at - 1]

            if name = "" then failwith $"nothing at {at} of {text}"
            elif Seq.forall Char.IsAsciiDigit name then BigInteger.Parse name
            elif looking "(" then
                // A root or a symbol: its text is its name.
                let opening = at
                let mutable depth = 0

                while at = opening || depth > 0 do
                    if text[at] = '(' then depth <- depth + 1
                    elif text[at] = ')' then depth <- depth - 1
                    at <- at + 1

                value text[start .. at - 1]
            else
                value name

    member this.Value() =
        let sum = this.Sum()
        skip ()
        if at <> text.Length then failwith $"unread: {text.Substring at}"
        sum

let private valueOf (text: string) (quanta: (string * BigInteger) list) =
    let numbers = dict quanta

    Reader(text, fun name ->
        match numbers.TryGetValue name with
        | true, x -> x
        | _ -> BigInteger((name.GetHashCode StringComparison.Ordinal) % 1000003 + 2000003))
        .Value()

let private cases =
    [ Symbol.ThreeJ, [ [| 0; -1; -1; 0; -1; 1 |]; [| 0; -1; -1; 0; 1; -1 |] ]
      Symbol.ThreeJ, [ [| 0; 0; 0; 0; 2; -2 |]; [| 0; 0; 0; 0; -2; 2 |] ]
      Symbol.ThreeJ, [ [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] ]
      Symbol.ThreeJ, [ [| 1; 0; 1; 1; 0; -1 |]; [| 0; -1; 1; 0; 1; -1 |] ]
      Symbol.ThreeJ, [ [| 0; 0; 0; 4; -4; 0 |]; [| 0; 0; 0; -4; 4; 0 |] ]
      Symbol.SixJ, [ [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] ]
      Symbol.SixJ, [ [| 1; 1; 0; 0; 0; 1 |]; [| 1; 1; 0; 0; 0; -1 |] ] ]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.FactoredTests" [
        testCase "the factored form is the expanded form, at random points" <| fun () ->
            let random = Random 5

            for symbol, shifts in cases do
                let found = relation symbol shifts
                let expanded = found.Text.Substring(0, found.Text.IndexOf " = 0 for all")

                for _ in 1..20 do
                    let j = Array.init 6 (fun _ -> BigInteger(random.Next(-30, 31)))
                    if symbol = Symbol.ThreeJ then j[5] <- -j[3] - j[4]
                    let point = List.zip symbol.Quanta (List.ofArray j)
                    Assert.Equal(valueOf expanded point, valueOf (factored found) point)

        testCase "the factored form is the expanded form where there are letters, at random points" <| fun () ->
            let random = Random 6

            let rec relations (statement: Statement) =
                match statement with
                | :? AllOf as all -> all.Parts |> List.collect relations
                | :? Equation as e -> [ e ]
                | _ -> []

            for name in [ "d.recursion-j"; "d.recursion-m"; "d.recursion-n"; "d.half-steps" ] do
                let entry = Theorems.MatrixElements.entries |> List.find (fun e -> e.Name = name)
                let theorem = match entry.Proof.Force() with Ok theorem -> theorem | Error why -> failwith why

                for found in relations theorem.Statement do
                    let expanded = found.Text.Substring(0, found.Text.IndexOf " = 0 for all")

                    for _ in 1..20 do
                        let point = found.Free @ found.Letters |> List.map (fun x -> x, BigInteger(random.Next(-30, 31)))
                        Assert.Equal(valueOf expanded point, valueOf (factored found) point)

        testCase "Schulten and Gordon's recursions are recognisable" <| fun () ->
            let text = factored (relation Symbol.ThreeJ (snd cases[2]))
            Assert.Contains("(2*j1 + 1)*(j1*(j1 + 1)*(m2 - m3) + j2*(j2 + 1)*m1 - j3*(j3 + 1)*m1)*3j(j1, j2, j3;", text)
            let text = factored (relation Symbol.ThreeJ (snd cases[1]))
            Assert.Contains("(j1*(j1 + 1) - j2*(j2 + 1) - j3*(j3 + 1) - 2*m2*m3)*3j(j1, j2, j3;", text)
    ]
