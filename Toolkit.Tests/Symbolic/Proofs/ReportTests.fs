/// The LaTeX document and the table of theorems.
module Toolkit.Tests.Symbolic.Proofs.ReportTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private lines =
    lazy
        (Catalogue.entries
         |> List.filter _.ByDefault
         |> List.map (fun e ->
             let line: Report.Line =
                 { Name = e.Name; Argument = e.Argument; Theorem = TheoremTests.proved e; Seconds = 0.0 }

             line))

[<Tests>]
let tests =
    testList "Symbolic.Proofs.ReportTests" [
        testCase "the LaTeX document has balanced braces and environments, and nothing but ASCII" <| fun () ->
            let text = Report.latex (lines.Force())
            text |> Seq.iter (fun c -> Assert.True(Char.IsAscii c, $"the character {c} (U+{int c:X4})"))
            let mutable depth = 0
            let mutable environments = []
            let mutable mathematics = false
            let mutable at = 0

            while at < text.Length do
                match text[at] with
                | '\\' ->
                    let command = Regex.Match(text.Substring(at, min 60 (text.Length - at)), @"^\\(begin|end)\{([a-z*]+)\}")

                    if command.Success then
                        let name = command.Groups[2].Value

                        if command.Groups[1].Value = "begin" then
                            environments <- (name, depth) :: environments
                        else
                            Assert.Equal(Some(name, depth), List.tryHead environments)
                            environments <- List.tail environments

                        at <- at + command.Length - 1
                    else
                        // A formula within the text, an escaped character, or a command, whose letters do no harm.
                        if text[at + 1] = '(' then environments <- ("formula", depth) :: environments
                        elif text[at + 1] = ')' then
                            Assert.Equal(Some("formula", depth), List.tryHead environments)
                            environments <- List.tail environments

                        at <- at + 1
                | '{' -> depth <- depth + 1
                | '}' ->
                    depth <- depth - 1
                    Assert.True(depth >= 0, "a closing brace without an opening one")
                | '^'
                | '_'
                | '&' ->
                    mathematics <-
                        environments |> List.exists (fun (name, _) -> List.contains name [ "formula"; "pmatrix"; "Bmatrix" ])

                    Assert.True(mathematics, $"{text[at]} outside mathematics: {text.Substring(max 0 (at - 40), 60)}")
                | '#'
                | '$'
                | '~' -> Assert.Fail $"{text[at]} in the text"
                | _ -> ()

                at <- at + 1

            Assert.Equal(0, depth)
            Assert.Empty environments

        testCase "LaTeX compiles the document, where it is installed" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "theorems.tex")
                File.WriteAllText(path, Report.latex (lines.Force()))

                match
                    Tool.run
                        "pdflatex"
                        [ "-interaction=nonstopmode"; "-halt-on-error"; $"-output-directory={folder}"; path ]
                        ""
                with
                | Some(code, out, _) ->
                    Assert.True((code = 0), out)
                    Assert.True(File.Exists(Path.Combine(folder, "theorems.pdf")))
                | None -> SharedData.skipped "no pdflatex")

        testCase "every theorem's line names its parameters" <| fun () ->
            for line in lines.Force() do
                Assert.NotEmpty(Report.parametersOf line.Theorem.Statement)
                let columns = (Report.row line).Split '\t'
                Assert.Equal(5, columns.Length)
                Assert.All(columns, (fun c -> Assert.NotEqual<string>("", c)))

        testCase "the Markdown page has one row and one section for each theorem" <| fun () ->
            let page = Report.markdown (lines.Force())

            for line in lines.Force() do
                Assert.Contains($"\n| {line.Name} | ", page)
                Assert.Contains($"\n## {line.Name}\n", page)

        testCase "the page on proofs names every theorem, or its family, and counts the assumptions" <| fun () ->
            let page = File.ReadAllText(Path.Combine(SharedData.repository, "docs", "proofs.md"))

            for line in lines.Force() do
                let family = line.Name.Substring(0, line.Name.IndexOf '.') + ".*"
                let isContiguous = line.Name.StartsWith "3j.contiguous." && page.Contains "`3j.contiguous.*`"
                Assert.True(page.Contains $"`{line.Name}`" || page.Contains $"`{family}`" || isContiguous, line.Name)

            let assumptions = lines.Force() |> List.collect _.Theorem.Assumptions |> List.distinct
            Assert.Equal(17, assumptions.Length)
            Assert.Contains("There are seventeen.", page)

            for assumption in assumptions |> List.filter (fun a -> a.StartsWith "written argument") do
                Assert.Contains($"| {assumption.Split('\'')[1]} |", page)
    ]
