/// The one length of lines, in C#, F#, Python and shell scripts: 140 characters, texts between quotation marks not counted.
module Toolkit.Tests.Documentation.LineLengthTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Tests.Laws

let private longest = 140

let private text = Regex("\"\"\".*?\"\"\"|\"(\\\\.|[^\"\\\\])*\"?")

/// The lines that are longer; what stands in texts of several lines is not code.
let private tooLong (lines: string seq) : int list =
    let mutable isText = false

    [ for number, line in Seq.indexed lines do
          let opens = Regex.Matches(line, "\"\"\"").Count % 2 = 1
          let own = if isText || opens then "" else text.Replace(line, "")
          if own.Length > longest then number + 1
          if opens then isText <- not isText ]

[<Tests>]
let tests =
    testList "Documentation.LineLengthTests" [
        testCase "no line is longer than 140 characters" <| fun () ->
            let isOurs (path: string) = not (Regex.IsMatch(path, @"[/\\](bin|obj|paket-files|out|\.git)[/\\]"))

            let files =
                [ for kind in [ "*.cs"; "*.fs"; "*.fsx"; "*.py"; "*.sh" ] do
                      yield! Directory.EnumerateFiles(SharedData.repository, kind, SearchOption.AllDirectories) |> Seq.filter isOurs ]

            Assert.True(files.Length > 500, $"{files.Length} files")

            let places =
                [ for path in files do
                      for number in tooLong (File.ReadLines path) do
                          $"{Path.GetRelativePath(SharedData.repository, path)}:{number}" ]

            Assert.Equal<string list>([], places)

        testCase "a line that is too long is found, one that is so by its text is not" <| fun () ->
            let long = String('x', longest)
            Assert.Equal<int list>([ 2 ], tooLong [ long; long + "x"; $"f \"{long}\""; $"f \"\"\"{long}"; long + "x"; "\"\"\"" ])
            Assert.Equal<int list>([ 1 ], tooLong [ $"    f \"a\" + {long}" ]) ]
