module Toolkit.Tests.Symbolic.StatementTests

open System
open System.Text.RegularExpressions
open Expecto
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Statements
open Toolkit.Tests.Laws
open Toolkit.Tests.Symbolic.Proofs

/// Statements in words: about families, and conjunctions that contain such.
let rec private isInWords (statement: Toolkit.Symbolic.Proofs.Kernel.Statement) =
    match statement with
    | :? Equivariant
    | :? FamilyFact
    | :? EveryTree
    | :? UnorderedChannels
    | :? InRealBasis
    | :? CorrectTable -> true
    | :? AllOf as all -> all.Parts |> List.exists isInWords
    | _ -> false

/// What the steps of the default theorems prove, each once.
let private statements =
    lazy
        (Catalogue.entries
         |> List.filter _.ByDefault
         |> List.collect (TheoremTests.proved >> ProofFile.steps)
         |> List.map _.Statement
         |> List.filter (isInWords >> not)
         |> List.map _.Text
         |> List.distinct)

let private read (text: string) =
    match Reader.read text with
    | Ok statement -> statement
    | Error why -> failtest $"{why}\n{text}"

/// Conclusions of written arguments.
let private argued =
    lazy
        (Catalogue.entries
         |> List.filter _.ByDefault
         |> List.collect (TheoremTests.proved >> ProofFile.steps)
         |> List.choose (fun t -> match t.Statement with :? Argued as a -> Some(a.Name, a.Text) | _ -> None)
         |> List.distinct)

/// A text with one of its numbers, signs or names changed.
let private mutated (random: Random) (text: string) =
    let formulas = text.IndexOf " for all "
    let places = Regex.Matches(text.Substring(0, formulas), @"(?<![\w.])\d+(?!\w)| \+ | - |\bm\b|\bl\b|\bj1\b") |> List.ofSeq
    let place = places[random.Next places.Length]

    let other =
        match place.Value with
        | " + " -> " - "
        | " - " -> " + "
        | "m" -> "l"
        | "l" -> "m"
        | "j1" -> "j2"
        | n -> string (int n + 1)

    text.Remove(place.Index, place.Length).Insert(place.Index, other)

[<Tests>]
let tests =
    testList "Symbolic.StatementTests" [
        testCase "statements about numbers are read whole, and written word for word" <| fun () ->
            Assert.True(statements.Value.Length > 300, $"{statements.Value.Length}")

            for text in statements.Value do
                Assert.Equal(text, Printer.statement (read text))

        Law.test "what is read holds at points of its domain" 3 (Law.seeded (1, 1)) (fun (_, seed) ->
            let random = Random seed

            for text in statements.Value do
                let statement = read text

                // The parts of a conjunction are statements of their own.
                if statement.Claims.Length = 1 then
                    Evaluation.counterexample random 6 statement |> Option.iter (fun why -> failtest $"{text}\n{why}"))

        Law.test "conclusions of written arguments with one number, sign or name changed are found false" 1 (Law.seeded (1, 1)) (fun (_, seed) ->
            let random = Random seed
            Assert.True(argued.Value.Length >= 20, $"{argued.Value.Length} arguments")

            for name, text in argued.Value do
                if Regex.IsMatch(text.Split(" for all ")[0], @"\d|\+| - ") then
                    let refuted =
                        Seq.init 12 (fun _ -> mutated random text)
                        |> Seq.filter ((<>) text)
                        |> Seq.filter (fun changed ->
                            match Reader.read changed with
                            | Ok statement -> (Evaluation.counterexample random 8 statement).IsSome
                            | Error _ -> false)
                        |> Seq.length

                    Assert.True(refuted >= 4, $"{name}: {refuted} of 12 changes"))

        testCase "a statement without a point in its domain, or without a value, says so" <| fun () ->
            let why text = Evaluation.counterexample (Random 1) 5 (read text) |> Option.defaultValue "holds"
            Assert.Contains("no point", why "j1 = j1 for all integers j1, wherever j1 - 1, -j1 are natural")
            Assert.Contains("nothing says what F is", why "F(j1) = 0 for all integers j1")
            Assert.Contains("a has no value", why "a = 0 for all integers j1")
            Assert.Contains("factorial of a negative", why "(j1 - 10)! = 0 for all integers j1")
            Assert.Contains("division by 0", why "1/(j1 - j1) = 0 for all integers j1")
            Assert.Equal("holds", why "1/(j1 - 10)! = 0 for all integers j1")
            Assert.Contains("one side is", why "j1 = 1 for all integers j1")

        testCase "symbols outside their domain make their products 0, whatever else stands there" <| fun () ->
            let holds text = Assert.Equal(None, Evaluation.counterexample (Random 1) 5 (read text))
            holds "1/(j - j)*3j(1, 1, 3; 0, 0, 0) = 0 for all integers j"
            holds "sqrt(2)*(-7)!*6j(1, 1, 3; 1, 1, 1) = 0 for all integers j"
            holds "f(j)/0 = 0 for all integers j; f(k) = 1, wherever k >= 100"

        testCase "coefficients, derivatives and sums are what they say" <| fun () ->
            let holds text = Assert.Equal(None, Evaluation.counterexample (Random 1) 5 (read text))
            holds "coefficient of u**2*v in (u + 2*v)**3 = 6 for all integers j"
            holds "[diff(x)*x - x*diff(x)]*x**3 = x**3 for all numbers x"
            holds "[(x)*diff(x)*diff(y)]*x**2*y**3 = 6*x**2*y**2 for all numbers x, y"
            holds "sum over all angular momenta J of (2*J + 1)*delta(J, 3/2) = 4 for all integers j"
            holds "[diff(x)/2]*x**2 = x for all numbers x"
            holds "S() = 3 for all integers j; S() = sum over all integers s of delta(s, 3)*s"
            holds "2*-1 = -2 and -2**2 = -4 and 1/2*3 = 3/2 for all integers j"
            holds "x**2 + y**2 becomes 2*x**2 + 2*y**2 under x -> x + y, y -> x - y for all numbers x, y"
            holds "x**2 + y**2 + z**2 = 1 for all directions x, y, z"
            holds "p*conjugate(p) + q*conjugate(q) = 1 for all spinors p, q"
            holds "<(1/2) (1/2) (1/2) (-1/2)|1 0> = 1/sqrt(2) and <(1/2) (-1/2) (1/2) (1/2)|0 0> = -1/sqrt(2) for all integers j"
            holds "i*i = -1 for all integers j; i**2 = -1"

        testCase "what is no sentence is refused with its place" <| fun () ->
            let refused (text: string) (expected: string) =
                match Reader.read text with
                | Ok _ -> failtest $"read: {text}"
                | Error why -> Assert.Contains(expected, why)

            refused "" "at 0: expected"
            refused "j1 = " "at 5: expected a formula"
            refused "j1 = 1 for all foxes j1" "a kind of variables"
            refused "j1 = 1 for all integers sum" "a name"
            refused "sqrt = 1" "an argument"
            refused "j1 = 1 wherever j1 >= 0" "the end"
            refused "j1 = 1 for all integers j1, wherever j1 >= 0 and j1 >= 1 or j1 >= 2" "parentheses"
            refused "j1 = 1 for all integers j1; j2 = 3" "a remark"
            refused "f(j1) = 1 for all integers j1; f(k) = = 1, where it is so" "a formula"
            refused "j1 = 1 for all integers j1; and j2 = 1 for all foxes, of which there are many" "a kind of variables"
            refused "(1) j1 = 1; (3) j1 = 2" "( 2 )"
            refused "<a b|c> = 1" "a formula"
            refused "2**-1 = 1" "a formula"
            refused "sqrt (2) = 1" "an argument"
            refused "x = 1 for all directions x, y" "another number of names"
            refused "x(j) = 1 for all numbers x of sites" "the end"
            refused "j1 = 1 for all integers j1, wherever j1 is defined" "are natural" ]
