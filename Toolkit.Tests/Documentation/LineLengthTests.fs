/// The one length of lines, in C#, F#, Python and shell scripts: 140 characters, and what a text between quotation marks takes beyond.
module Toolkit.Tests.Documentation.LineLengthTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Tests.Laws

let private longest = 140

/// Whether the line ends within the length, or would but for a text that begins before its end.
let private fits (line: string) =
    let quotes (part: string) = Regex.Matches(part, @"(?<!\\)""").Count
    line.Length <= longest || quotes line[.. longest - 1] % 2 = 1 || (quotes line > 0 && Regex.IsMatch(line, @"^\s*[^""]{0,60}""[^""]*""[^""]{0,20}$"))

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
                      for number, line in File.ReadLines path |> Seq.indexed do
                          if not (fits line) then $"{Path.GetRelativePath(SharedData.repository, path)}:{number + 1}" ]

            Assert.Equal<string list>([], places)

        testCase "a line that is too long is found, one that is so by its text is not" <| fun () ->
            let long = String('x', longest)
            Assert.True(fits long)
            Assert.False(fits (long + "x"))
            Assert.True(fits $"    Error \"{long}\"")
            Assert.False(fits $"    f \"a\" + {long}") ]
