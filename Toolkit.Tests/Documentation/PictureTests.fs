/// Pictures of the pages are drawn from the numbers beside them, tables quote those numbers, and links lead somewhere.
module Toolkit.Tests.Documentation.PictureTests

open System
open System.Globalization
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Reproductions.Pages
open Toolkit.Tests.Laws

let private path (parts: string) = Path.Combine(SharedData.repository, parts)

/// The rows of a page's tables of settings: under which heading, and the cells.
let private settings: Lazy<(string * string list) list> =
    lazy
        ((("", []), File.ReadAllLines(path "docs/settings.md"))
         ||> Array.fold (fun (heading, found) line ->
             if line.StartsWith "## " then line, found
             elif Regex.IsMatch(line, @"^\| [\d.]+ \|") then heading, (heading, [ for cell in line.Split '|' -> cell.Trim() ]) :: found
             else heading, found)
         |> snd
         |> List.rev)

[<Tests>]
let tests =
    testList "Documentation.PictureTests" [
        testCase "the pictures are those that the program draws from the numbers beside them" <| fun () ->
            let drawn = Pages.all SharedData.repository
            for name, text in drawn do
                let there, here = File.ReadAllLines(path $"docs/pictures/{name}"), text.TrimEnd('\n').Split '\n'

                for k in 0 .. min there.Length here.Length - 1 do
                    Assert.Equal($"{name}:{k + 1}: {there[k]}", $"{name}:{k + 1}: {here[k]}")

                Assert.Equal(there.Length, here.Length)

            let files =
                Directory.GetFiles(path "docs/pictures", "*.svg") |> Array.map (fun file -> nonNull (Path.GetFileName file)) |> Array.sort
            Assert.Equal<string>(drawn |> List.map fst |> List.sort |> Array.ofList, files)

        testCase "the tables of settings have the numbers that the pictures are drawn from, rounded" <| fun () ->
            let sweeps = [ for name in [ "acetylacetone"; "silicon"; "methane" ] -> SettingsPage.read name (path $"docs/pictures/settings-{name}.tsv") ]
            let mutable rows = 0

            for heading, setting in [ "## nmax", "radial.nmax"; "## lmax", "lmax"; "## σ", "density.sigma"; "## Cutoff", "cutoff.radius"; "## Smoothing", "cutoff.smoothing" ] do
                let quoted = settings.Value |> List.filter (fun (h, _) -> h.StartsWith heading) |> List.map snd
                Assert.Equal(sweeps.Head.Errors[setting].Length, quoted.Length)

                for k, cells in List.indexed quoted do
                    rows <- rows + 1

                    for decimals, sweep in List.indexed (List.rev sweeps) do
                        let x, error = sweep.Errors[setting][k]
                        Assert.Equal(x, Double.Parse(cells[1], CultureInfo.InvariantCulture))
                        Assert.Equal(error.ToString($"F{decimals}", CultureInfo.InvariantCulture), cells[5 - decimals])

            Assert.Equal(26, rows)

        testCase "links and images of the pages lead to files that are there" <| fun () ->
            let pages =
                [ yield! Directory.GetFiles(SharedData.repository, "*.md")
                  yield! Directory.GetFiles(path "docs", "*.md")
                  for folder in [ "examples"; "benchmarks" ] -> path $"{folder}/README.md"
                  yield! Directory.GetFiles(path "paper-reproductions", "README.md", SearchOption.AllDirectories) ]

            let mutable links = 0

            for page in pages do
                for found in Regex.Matches(File.ReadAllText page, @"\]\(([^)#\s]+)(?:#[^)]*)?\)") do
                    let target = found.Groups[1].Value

                    if not (target.Contains "://") then
                        links <- links + 1
                        let file = Path.Combine(nonNull (Path.GetDirectoryName page), target)
                        Assert.True(File.Exists file || Directory.Exists file, $"{page}: {target}")

            Assert.True(links > 30, $"{links} links")
    ]
