/// What the pages quote is what is compiled and run.
module Toolkit.Tests.Documentation.ExampleTests

open System
open System.IO
open Expecto
open Toolkit.Tests.Laws

let private path (parts: string) = Path.Combine(SharedData.repository, parts)

/// The quoted lines of an example: those between the marks, each region moved to the left, an empty line between regions.
let private quoted (file: string) : string =
    let regions =
        (([], false, true), File.ReadAllLines file)
        ||> Array.fold (fun (regions, isIn, isShown) line ->
            match line.Trim(), regions with
            | "// <readme>", _ -> [] :: regions, true, true
            | "// </readme>", _ -> regions, false, true
            | "// <not shown>", _ -> regions, isIn, false
            | "// </not shown>", _ -> regions, isIn, true
            | _, region :: others when isIn && isShown -> (line :: region) :: others, isIn, isShown
            | _ -> regions, isIn, isShown)
        |> fun (regions, _, _) -> regions |> List.rev |> List.map List.rev

    let indent (line: string) = line.Length - line.TrimStart().Length

    regions
    |> List.map (fun lines ->
        let left = lines |> List.filter (fun l -> l.Trim() <> "") |> List.map indent |> List.min
        lines |> List.map (fun l -> if l.Trim() = "" then "" else l.Substring left) |> String.concat "\n")
    |> String.concat "\n\n"

/// The C# and F# blocks of a page.
let private blocks (page: string) : string list =
    (([], None), File.ReadAllLines page)
    ||> Array.fold (fun (found, block) line ->
        match block with
        | None when line = "```csharp" || line = "```fsharp" -> found, Some []
        | Some lines when line = "```" -> (lines |> List.rev |> String.concat "\n") :: found, None
        | Some lines -> found, Some(line :: lines)
        | None -> found, None)
    |> fst
    |> List.rev

let private pages =
    [ "README.md", [ "examples/FeaturesOfMethane.cs"; "examples/Coefficients.cs"; "examples/fsharp/ExactCoefficients.fs"; "examples/SpinModel.cs"; "examples/NiceOfMethane.cs" ]
      "docs/fitting.md", [ "examples/FitMethane.cs" ]
      "docs/testing.md", [ "examples/TestingYourOwn.cs" ] ]

[<Tests>]
let tests =
    testList "Documentation.ExampleTests" [
        testCase "the pages quote the examples" <| fun () ->
            for page, files in pages do
                Assert.Equal<string list>(files |> List.map (path >> quoted), blocks (path page))

            // Every example with quoted lines is quoted.
            let marked =
                Directory.GetFiles(path "examples", "*.?s", SearchOption.AllDirectories)
                |> Array.filter (fun f -> not (f.Contains "/obj/") && File.ReadAllText(f).Contains "// <readme>")
                |> Array.map (fun f -> Path.GetRelativePath(SharedData.repository, f).Replace('\\', '/'))

            Assert.Equal<string>(pages |> List.collect snd |> List.sort |> Array.ofList, Array.sort marked)

        // Alone: an example works in a folder of its own, which is then that of everything else in the program.
        testSequenced (testCase "every example runs, and prints what is expected" <| fun () ->
            use output = new StringWriter(NewLine = "\n")
            Toolkit.Examples.Program.Run output
            Assert.Equal(File.ReadAllText(path "examples/expected.txt"), output.ToString()))
    ]
