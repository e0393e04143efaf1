/// Features of every kind and every key of the specification, compared with files that were written before.
module Toolkit.Tests.Numerics.Representations.GoldenTests

open System
open System.IO
open Expecto
open System.Text.Json
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Representations
open Toolkit.Tests.Laws
open Toolkit.Tests.Golden

let private path (name: string) = Path.Combine(GoldenFile.folder, name + ".golden")

/// TOOLKIT_REGENERATE=golden writes the files that are not there; one that is there is never written over.
let private isGenerating = Environment.GetEnvironmentVariable "TOOLKIT_REGENERATE" = "golden"

let private compare (kind: string) =
    let cases = GoldenSpecs.all |> List.filter (fun (name, _) -> name.StartsWith(kind + ".", StringComparison.Ordinal))
    Assert.NotEmpty cases

    let wrong =
        cases
        |> List.choose (fun (name, spec) ->
            let found =
                try
                    GoldenFile.compute spec
                with e ->
                    raise (Exception($"{name}: {e.Message}", e))

            if isGenerating && not (File.Exists(path name)) then
                File.WriteAllText(path name, GoldenFile.write found)

            match GoldenFile.differences (GoldenFile.read (path name)) found with
            | [] -> None
            | differences -> Some(name + ":\n  " + String.concat "\n  " (List.truncate 12 differences)))

    if not wrong.IsEmpty then
        Assert.Fail(String.concat "\n" ($"{wrong.Length} of {cases.Length} specifications" :: wrong))

/// The keys of docs/spec.md with the words that each takes.
let private documented =
    let rows =
        File.ReadLines(Path.Combine(SharedData.repository, "docs", "spec.md"))
        |> Seq.filter (fun l -> l.StartsWith "| `" || l.StartsWith "| | `")
        |> Seq.map (fun l -> l.Split('|'))

    (("", []), rows)
    ||> Seq.fold (fun (key, found) cells ->
        if cells[1].Trim() <> "" then
            let key = cells[1].Trim().Trim '`'
            key, (key, "") :: found
        else
            key, (key, cells[2].Trim().Trim '`') :: found)
    |> snd

[<Tests>]
let tests =
    testList "Numerics.Representations.GoldenTests" [
        testCase "power spectra are those of the golden files" <| fun () ->
            compare "power-spectrum"

        testCase "radial spectra are those of the golden files" <| fun () ->
            compare "radial-spectrum"

        testCase "bispectra are those of the golden files" <| fun () ->
            compare "bispectrum"

        testCase "equivariants are those of the golden files" <| fun () ->
            compare "equivariants"

        testCase "spin power spectra are those of the golden files" <| fun () ->
            compare "spin-power-spectrum"

        testCase "spin bispectra are those of the golden files" <| fun () ->
            compare "spin-bispectrum"

        testCase "users' own trees are those of the golden files" <| fun () ->
            compare "tree"

        testCase "every golden file has its specification, and each specification its kind's test" <| fun () ->
            let names = GoldenSpecs.all |> List.map fst
            Assert.Equal(names.Length, (List.distinct names).Length)
            let files =
                Directory.GetFiles(GoldenFile.folder, "*.golden")
                |> Array.map (fun f -> nonNull (Path.GetFileNameWithoutExtension f))
                |> Array.sort
            Assert.Equal<string>(names |> List.sort |> Array.ofList, files)

            let kinds =
                [ "power-spectrum"; "radial-spectrum"; "bispectrum"; "equivariants"; "spin-power-spectrum"; "spin-bispectrum"; "tree" ]
            Assert.Equal<string list>(List.sort kinds, names |> List.map (fun n -> n.Split('.')[0]) |> List.distinct |> List.sort)

        testCase "a wrong value, two that changed places, and a wrong label are seen" <| fun () ->
            let name, spec = GoldenSpecs.all |> List.find (fun (name, _) -> name = "power-spectrum.small")
            let content = GoldenFile.read (path name)
            Assert.Equal(spec, content.Spec)
            let change key k factor =
                { content with
                    Lines =
                        content.Lines
                        |> List.map (fun l ->
                            if l.Key = key then
                                { l with Numbers = l.Numbers |> Array.mapi (fun i x -> if i = k then x + factor * l.Scale else x) }
                            else
                                l) }

            Assert.Empty(GoldenFile.differences content (change "slab forces" 4 0.9e-12))
            Assert.NotEmpty(GoldenFile.differences content (change "slab forces" 4 1.1e-12))
            Assert.NotEmpty(GoldenFile.differences content (change "cluster values by atom and run" 7 nan))
            Assert.NotEmpty(GoldenFile.differences content { content with Labels = content.Labels |> List.map (fun l -> l.Replace("n_1,species_2", "species_2,n_1")) })
            Assert.NotEmpty(GoldenFile.differences content { content with Lines = content.Lines.Tail })
            // Weights of neighbours differ by much more than the tolerance: exchanged numbers change a sum.
            for k in 0..999 do
                Assert.True(abs (GoldenFile.weight 1 k - GoldenFile.weight 1 (k + 1)) > 1e-9)
                Assert.InRange(abs (GoldenFile.weight 1 k), 0.5, 1.5)

        testCase "no pair of the golden structures stands at a cutoff" <| fun () ->
            for radius in GoldenSpecs.all |> List.map (fun (name, spec) -> (Spec.Parse(spec, path name)).Cutoff.Radius) |> List.distinct do
                for name, s in GoldenFile.structures.Force() do
                    use pairs = NeighborList.Build(s, radius + 0.1)

                    for d in pairs.Distances.ToArray() do
                        Assert.True(abs (d - radius) > 1e-4, $"{name}: {d} Å with the cutoff {radius} Å")

        testCase "every run of features is large enough in some structure for a wrong value to be seen" <| fun () ->
            for name, _ in GoldenSpecs.all do
                (GoldenFile.read (path name)).Lines
                |> List.filter (fun l -> l.Key.EndsWith("norms", StringComparison.Ordinal))
                // "cluster gradients norms" belongs to "gradients norms".
                |> List.groupBy (fun l -> l.Key[l.Key.IndexOf ' ' ..])
                |> List.iter (fun (what, lines) ->
                    for run in 0 .. lines.Head.Numbers.Length - 1 do
                        // Zero in all of them: zero by symmetry, or what depends on no vector.
                        let largest = lines |> List.map (fun l -> if l.Numbers[run] = 0. then 0. else l.Numbers[run] / l.Scale) |> List.max
                        Assert.True(largest = 0. || largest > 1e-7, $"{name},{what} {run}: {largest:E1} of the largest"))

        testCase "every key of the specification, and every word that a key takes, is in a golden file"
        <| fun () ->
            let rec keys (at: string) (e: JsonElement) : (string * string) list =
                match e.ValueKind with
                | JsonValueKind.Object -> [
                    for p in e.EnumerateObject() do
                        let path = if at = "" then p.Name else at + "." + p.Name
                        path, ""
                        yield! keys path p.Value
                  ]
                | JsonValueKind.Array -> [
                    for item in e.EnumerateArray() do
                        yield! keys (at + "[]") item
                  ]
                | JsonValueKind.String -> [ at, nonNull (e.GetString()) ]
                | _ -> []

            let given = GoldenSpecs.all |> List.collect (fun (_, spec) -> keys "" (JsonDocument.Parse(spec)).RootElement) |> Set.ofList
            Assert.True(documented.Length > 60, $"{documented.Length} rows in docs/spec.md")

            let missing =
                documented
                |> List.filter (fun (key, word) ->
                    // A model changes no feature.
                    not (key.StartsWith "model")
                    // A fit follows the last bits of its sample: Cli.NiceTests compares its features with the library's.
                    && not (
                        List.exists (fun (name: string) -> key.StartsWith $"representation.{name}") [
                            "contraction"
                            "expand"
                            "purify"
                            "environments"
                            "time"
                            "scaling"
                            "centres"
                            "standard"
                            "select"
                            "branch"
                            "precision"
                        ]
                    )
                    && (key, word) <> ("representation.kind", "nice")
                    // Long-ranged sums hold to a tolerance: PotentialFactorTests compares them with definitions. Trees: TreeTests.
                    && not (
                        List.exists (fun (name: string) -> key = $"fields[].{name}") [
                            "exponent"
                            "smearing"
                            "charges"
                            "evaluator"
                            "tolerance"
                            "exterior"
                            "autocorrelation"
                            "split"
                            "meshSize"
                            "splineOrder"
                        ]
                    )
                    && not (List.contains key [ "representation.factors"; "representation.file"; "representation.tree" ])
                    && not (List.contains (key, word) [ "fields[].kind", "potential"; "representation.kind", "tree" ])
                    && not (given.Contains(key, word))
                    // Words that are the default when the key is absent.
                    && not (List.contains (key, word) [ "cutoff.kind", "shifted-cosine"; "radial.kind", "gto" ]))

            Assert.Empty missing
    ]
