/// The folders of Numerics stand one above the other: what a folder uses does not use it, by whatever way.
module Toolkit.Tests.Numerics.FolderTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Tests.Laws

/// Files that use what stands above them.
let private exceptions =
    Set [ "Files/Chemiscope.cs", "Structures" ]

let private root = Path.Combine(SharedData.repository, "Numerics")

/// (file, its folder, a folder that it uses), by namespaces.
let private uses: Lazy<(string * string * string) list> =
    lazy
        [ for path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories) do
              let file = Path.GetRelativePath(root, path).Replace('\\', '/')
              let text = File.ReadAllText path
              let own = Regex.Match(text, @"^namespace Toolkit\.Numerics\.(\w+)", RegexOptions.Multiline)

              if own.Success && not (file.StartsWith "obj/" || file.StartsWith "bin/") then
                  for used in Regex.Matches(text, @"^using (?:static )?Toolkit\.Numerics\.(\w+)", RegexOptions.Multiline) do
                      if used.Groups[1].Value <> own.Groups[1].Value then
                          file, own.Groups[1].Value, used.Groups[1].Value ]
        |> List.distinct

/// A way from a folder back to itself.
let private cycle (edges: (string * string) list) : string list option =
    let next = edges |> List.groupBy fst |> List.map (fun (a, all) -> a, List.map snd all) |> Map.ofList

    let rec walk (way: string list) (at: string) : string list option =
        match List.tryFindIndex ((=) at) way with
        | Some k -> Some(List.rev (at :: List.take (k + 1) way))
        | None -> Map.tryFind at next |> Option.defaultValue [] |> List.tryPick (walk (at :: way))

    next |> Map.toList |> List.tryPick (fst >> walk [])

[<Tests>]
let tests =
    testList "Numerics.FolderTests" [
        testCase "no folder of Numerics uses one that uses it" <| fun () ->
            let edges = [ for file, own, used in uses.Value do if not (exceptions.Contains(file, used)) then own, used ] |> List.distinct
            Assert.True(edges.Length > 30, $"{edges.Length} uses found")
            Assert.Equal<string list option>(None, cycle edges)

        testCase "every exception is one: without it there is a cycle" <| fun () ->
            for exception' in exceptions do
                let edges =
                    [ for file, own, used in uses.Value do
                          if (file, used) = exception' || not (exceptions.Contains(file, used)) then own, used ]

                Assert.True((cycle (List.distinct edges)).IsSome, $"{exception'}")

        testCase "a cycle is found" <| fun () ->
            Assert.Equal<string list option>(Some [ "b"; "c"; "d"; "b" ], cycle [ "a", "b"; "b", "c"; "c", "d"; "d", "b" ])
            Assert.Equal<string list option>(None, cycle [ "a", "b"; "a", "c"; "b", "c" ]) ]
