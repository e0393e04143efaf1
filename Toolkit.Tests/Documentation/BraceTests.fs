/// The one rule of braces in C#: one statement on one line stands without them; in a chain of if and else all branches have them as
/// soon as one needs them. That what takes more than one line has them is an error of the build.
module Toolkit.Tests.Documentation.BraceTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Tests.Laws

let private head = Regex(@"^( *)(if \(.*\)|else if \(.*\)|else|for \(.*\)|foreach \(.*\)|while \(.*\))$")

/// Whether a line is all of what stands before a branch.
let private isHead (line: string) =
    head.IsMatch line && Seq.sumBy (fun c -> if c = '(' then 1 elif c = ')' then -1 else 0) line = 0

/// A branch of a chain of if and else, or a loop: what it begins with, whether braces stand around it, and its lines.
type private Branch = { Line: int; Braced: bool; Body: string[] }

let private chain (lines: string[]) (start: int) : Branch list =
    let indent = head.Match(lines[start]).Groups[1].Value

    let rec branches (i: int) (found: Branch list) =
        let continues = i < lines.Length && lines[i].StartsWith(indent + "else", StringComparison.Ordinal)

        if continues && not (found.IsEmpty || isHead lines[i]) then
            // A condition of several lines: braces stand around what follows, and so around all.
            List.rev ({ Line = i; Braced = found.Head.Braced; Body = [| ""; "" |] } :: found)
        elif not (found.IsEmpty || continues) || i >= lines.Length || not (isHead lines[i]) then
            List.rev found
        elif i + 1 < lines.Length && lines[i + 1] = indent + "{" then
            let close = Array.FindIndex(lines, i + 2, (fun line -> line = indent + "}"))
            branches (close + 1) ({ Line = i; Braced = true; Body = lines[i + 2 .. close - 1] } :: found)
        else
            let rec last k = if k < lines.Length && lines[k].StartsWith(indent + "    ", StringComparison.Ordinal) then last (k + 1) else k
            let until = last (i + 1)
            branches until ({ Line = i; Braced = false; Body = lines[i + 1 .. until - 1] } :: found)

    branches start []

/// Lines at which a file's text breaks the rule.
let private broken (text: string) : int list =
    let lines = text.Split '\n'
    let needless (b: Branch) = b.Braced && b.Body.Length = 1 && b.Body[0].EndsWith ';' && not (b.Body[0].Contains "//")

    [ for i in 0 .. lines.Length - 1 do
          if isHead lines[i] && not (lines[i].TrimStart().StartsWith("else", StringComparison.Ordinal)) then
              let branches = chain lines i
              let braced, bare = branches |> List.partition _.Braced

              if not (braced.IsEmpty || bare.IsEmpty) || (not braced.IsEmpty && List.forall needless braced) then
                  (List.head branches).Line + 1 ]

[<Tests>]
let tests =
    testList "Documentation.BraceTests" [
        testCase "one statement on one line stands without braces, and branches are alike" <| fun () ->
            let isBuilt (path: string) = Regex.IsMatch(path, @"[/\\](bin|obj|paket-files|out)[/\\]")

            let files =
                Directory.EnumerateFiles(SharedData.repository, "*.cs", SearchOption.AllDirectories)
                |> Seq.filter (isBuilt >> not)
                |> List.ofSeq

            Assert.True(files.Length > 100, $"{files.Length} files of C#")

            let places =
                [ for path in files do
                      for line in broken (File.ReadAllText path) do
                          $"{Path.GetRelativePath(SharedData.repository, path)}:{line}" ]

            Assert.Equal<string list>([], places)

        testCase "what breaks the rule is found" <| fun () ->
            let of' (lines: string list) = broken (String.Join("\n", lines))
            Assert.Equal<int list>([ 1 ], of' [ "if (a)"; "{"; "    b();"; "}" ])
            Assert.Equal<int list>([ 2 ], of' [ "x();"; "foreach (var a in b)"; "{"; "    c(a);"; "}" ])
            Assert.Equal<int list>([ 1 ], of' [ "if (a)"; "{"; "    b();"; "    c();"; "}"; "else"; "    d();" ])
            Assert.Equal<int list>([], of' [ "if (a)"; "{"; "    b();"; "    c();"; "}"; "else"; "{"; "    d();"; "}" ])
            Assert.Equal<int list>([], of' [ "if (a)"; "    b();"; "else"; "    d();" ])
            Assert.Equal<int list>([], of' [ "if (a)"; "{"; "    b(c,"; "        d);"; "}" ])
            Assert.Equal<int list>([], of' [ "if (a)"; "{"; "    b();"; "}"; "else if (c(d)"; "    && d)"; "{"; "    e();"; "}" ]) ]
