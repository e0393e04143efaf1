/// Statements set in type: nothing is lost, and what is written is well-formed.
module Toolkit.Tests.Symbolic.Proofs.TypesetTests

open System
open System.IO
open System.Text.RegularExpressions
open System.Xml
open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Export.Typesetting
open Toolkit.Tests.Laws

let private statements =
    lazy
        (Catalogue.entries
         |> List.filter _.ByDefault
         |> List.collect (fun e -> Typeset.parts (TheoremTests.proved e).Statement |> List.map (fun s -> e.Name, s)))

/// Names that are signs in type, and letters that are Greek.
let private named =
    [ "alpha", "α"; "beta", "β"; "gamma", "γ"; "delta", "δ"; "lambda", "λ"; "pi", "π"; "sigma", "σ"; "nu", "ν" ]

let private xml (text: string) =
    let document = XmlDocument()
    document.LoadXml text
    document

[<Tests>]
let tests =
    testList "Symbolic.Proofs.TypesetTests" [
        testCase "MathML is well-formed, and every number and name of the statement stands in it as often as in the text" <| fun () ->
            for name, statement in statements.Force() do
                let markup = Typeset.mathMl statement
                let document = xml markup
                // Leaves, with blanks between them.
                let leaves = document.SelectNodes("//text()") |> nonNull |> Seq.cast<XmlNode> |> Seq.map _.InnerText
                let shown = String.Join(" ", leaves)
                // What is set as a sign or as an array, not by its name.
                let source = Typeset.source statement
                let source = Regex.Replace(source, @"\b(sqrt|conjugate|diff)\(", "(")
                // Sums and coefficients of monomials.
                let sets = [ "integers and half-integers", "ℤ2"; "integers", "ℤ"; "angular momenta", "ℕ2" ]
                let source = (source, sets) ||> List.fold (fun s (kind, set) -> s.Replace($"sum over all {kind} ", $"∑∈{set} "))
                let source = Regex.Replace(source, @"sum over all sites ([^ ]+(?:, [^ ]+)*) of ", "sites $1 ")
                let source = Regex.Replace(source, @"(∑∈\S+ [^ ]+(?:, [^ ]+)*) of ", "$1 ")
                let source = Regex.Replace(source, @"coefficient of (.*?) in ", "$1 ")
                // A symbol with two rows of three.
                let source = Regex.Replace(source, @"\b[36]j\((?=[^;)]*(\([^)]*\)[^;)]*)*;)", "(")

                let source =
                    (source, named) ||> List.fold (fun s (word, letter) -> Regex.Replace(s, $@"\b{word}\b", letter))

                // A juxtaposed index is two names: Y_lm.
                let letters (text: string) = text |> Seq.filter Char.IsLetterOrDigit |> Seq.countBy id |> Seq.sort |> List.ofSeq
                if letters source <> letters shown then failtest $"{name}:\n{source}\n{shown}"

        testCase "symbols are arrays, roots are roots and half-integers are fractions" <| fun () ->
            let lowering = statements.Force() |> List.find (fun (name, _) -> name = "3j.lowering") |> snd
            let document = xml (Typeset.mathMl lowering)
            let count (element: string) = (document.GetElementsByTagName element).Count
            // Three in the equation, three where they are defined, two where coefficients vanish.
            Assert.Equal(8, count "mtable")
            Assert.Equal(48, count "mtd")
            Assert.Equal(3, count "msqrt")
            Assert.Equal(24, count "mfrac")
            let latex = Typeset.latex lowering
            Assert.Equal(8, Regex.Matches(latex, @"\\begin\{pmatrix\}").Count)
            Assert.Equal(24, Regex.Matches(latex, @"\\tfrac\{1\}\{2\}").Count)
            let six = statements.Force() |> List.find (fun (name, _) -> name = "6j.recursion") |> snd
            Assert.Equal(7, Regex.Matches(Typeset.latex six, @"\\begin\{Bmatrix\}").Count)

        testCase "nearly everything in the statements' notation is set as a formula" <| fun () ->
            // What is left among the words: no operator, no parenthesis with a formula inside.
            for name, statement in statements.Force() do
                for node in (xml (Typeset.mathMl statement)).SelectNodes("//text()") |> nonNull |> Seq.cast<XmlNode> do
                    let inFormula =
                        match node.ParentNode with
                        | null -> false
                        | parent -> List.contains parent.Name [ "mn"; "mi"; "mo" ]

                    // Two exponents are said in words: those of trees with leaves of any l.
                    let isSaid = Regex.IsMatch(node.InnerText, @"\*\*\((sum|number) of")

                    if not inFormula && not isSaid && Regex.IsMatch(node.InnerText, @"\*|sqrt|\d *[-+] *\d|\^") then
                        failtest $"{name}: {node.InnerText}"

        testCase "72 symmetries are one line that unfolds" <| fun () ->
            let regge = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "3j.regge"))
            let document = xml (Typeset.mathMl regge.Statement)
            Assert.Equal("details", (nonNull document.DocumentElement).Name)
            Assert.Equal(72, (document.GetElementsByTagName "li").Count)
            let summary = nonNull ((document.GetElementsByTagName "summary").Item 0)
            Assert.StartsWith("72 statements, such as: ", summary.InnerText)
            Assert.True(summary.InnerText.Length < 300, summary.InnerText)
            Assert.True((Typeset.latex regge.Statement).Length < 800)

        testCase "the page of theorems is well-formed XML with one heading for each" <| fun () ->
            let lines: Report.Line list =
                Catalogue.entries
                |> List.filter _.ByDefault
                |> List.map (fun e ->
                    { Name = e.Name; Argument = e.Argument; Theorem = TheoremTests.proved e; Seconds = 0.0 })

            let document = XmlDocument()
            document.XmlResolver <- null
            document.LoadXml((Report.html lines).Replace("<!DOCTYPE html>\n", ""))
            Assert.Equal(lines.Length, (document.GetElementsByTagName "h2").Count)
    ]
