module Toolkit.Tests.Cli.NiceTests

open System
open System.IO
open System.Threading
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

let private ok (args: string list) =
    let code, out, err = CommandLine.run args
    // A new fit tells what it keeps and drops.
    Assert.Equal<string list>([], err.Split '\n' |> List.ofArray |> List.filter (fun line -> line <> "" && not (line.StartsWith "toolkit: fit: order ")))
    Assert.Equal(0, code)
    out

let private small =
    """{"cutoff": {"radius": 3}, "density": {"sigma": 0.4}, "radial": {"nmax": 2}, "lmax": 2,
    "representation": {"kind": "nice", "order": 3, "parity": "both", "contraction": {"components": {"covariants": 6, "invariants": 12}},
    "expand": {"covariants": 30, "invariants": 40}, "purify": {"covariants": 3, "invariants": 5}, "environments": 40}}"""

let private structures species first =
    [ for seed in first .. first + 11 ->
          RandomStructure.build { Seed = seed; Atoms = 5; Species = species; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 } ]

/// A folder with twelve structures of H and O in `in.xyz`, twelve more in `other.xyz`, and the specification in `spec.json`.
let private withFiles (spec: string) (test: (string -> string) -> unit) =
    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)
        ExtendedXyzWriter.Write(path "in.xyz", structures [ 1; 8 ] 1)
        ExtendedXyzWriter.Write(path "other.xyz", structures [ 1; 8 ] 100)
        File.WriteAllText(path "spec.json", spec)
        test path)

let private run (path: string -> string) (input: string) (out: string) (options: string list) =
    ok (featuresOf path [ input ] out ("--force" :: options)) |> ignore

let private fitOf (path: string) = NiceFile.Read path

let private settings =
    NiceSettings(
        Order = 3,
        Parities = Parities.Both,
        Covariants = NiceBranch(Expand = Nullable 30, Components = Nullable 6, Purify = 3),
        Invariants = NiceBranch(Expand = Nullable 40, Components = Nullable 12, Purify = 5)
    )

let private expansion () = (Spec.Parse(small, "spec.json")).CreateExpansion([ 1; 8 ], "spec.json")

[<Tests>]
let tests =
    testList "Cli.NiceTests" [
        testCase "features of kind nice are those of the library, fitted on the same file"
        <| fun () ->
            withFiles small (fun path ->
                let frames = ExtendedXyzReader.Read(path "in.xyz") |> List.ofSeq
                let expected = NiceFeatures(expansion (), NiceFit.Fit(expansion (), settings, frames, environments = 40))
                run path "in.xyz" "out.npz" [ "--gradients" ]
                let all = NpyData.ReadAll(path "out.npz")
                Assert.Equal<int64>(expected.Labels.Values.ToArray() |> Array.map int64, all["features"].ToIntegers())
                Assert.Equal<string>([ "nu"; "sigma"; "component" ], all["features"].Fields)
                Assert.Equal<float>(frames |> Seq.collect (fun s -> expected.Compute s) |> Array.ofSeq, all["values"].ToReals())

                Assert.Equal<float>(
                    frames |> Seq.collect (fun s -> (expected.ComputeWithGradients s).Gradients.ToArray()) |> Array.ofSeq,
                    all["gradients"].ToReals()
                )

                let found = fitOf (path "out.npz")
                let about = all["about"].ToTexts()[0]

                for line in NiceReport.Lines found do
                    Assert.Contains(line, about)

                Assert.Equal(settings, found.Settings)
                Assert.Equal(40, found.Environments))

        testCase "the precision of a specification is that of its features unless it is said otherwise, and no model has it" <| fun () ->
            withFiles (small.Replace("\"environments\": 40", "\"environments\": 40, \"precision\": \"float32\"")) (fun path ->
                run path "in.xyz" "own.npz" []
                run path "in.xyz" "single.npz" [ "--precision"; "float32" ]
                run path "in.xyz" "double.npz" [ "--precision"; "float64" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "single.npz"), File.ReadAllBytes(path "own.npz"))
                Assert.True(FileInfo(path "own.npz").Length < FileInfo(path "double.npz").Length)
                let code, _, err = CommandLine.run (fitOn path "in.xyz" "model" [])
                Assert.Equal(1, code)
                Assert.Contains("$.representation.precision: found float32, expected float64", err))

        testCase "the fit travels with the features, and makes the same features of other structures" <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" []
                run path "in.xyz" "again.npz" [ "--fitted"; path "out.npz" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "again.npz"))

                let frames = ExtendedXyzReader.Read(path "other.xyz") |> List.ofSeq
                let expected = NiceFeatures(expansion (), fitOf (path "out.npz"))
                let values = frames |> Seq.collect (fun s -> expected.Compute s) |> Array.ofSeq
                run path "other.xyz" "other.npz" [ "--fitted"; path "out.npz" ]
                ok [ "features"; path "other.xyz"; "--spec"; path "out.npz"; "--out"; path "third.npz" ] |> ignore
                run path "other.xyz" "other.mts" [ "--fitted"; path "other.npz" ]
                Assert.Equal<float>(values, (let all = NpyData.ReadAll(path "other.npz") in all["values"].ToReals()))
                Assert.Equal<byte>(File.ReadAllBytes(path "other.npz"), File.ReadAllBytes(path "third.npz"))
                Assert.Equal<float>(values, (let all = NpyData.ReadAll(path "other.mts") in all["blocks/0/values"].ToReals())))

        testCase "what features of kind nice compute is proved from the specification or from the file of features" <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" []

                for spec in [ "spec.json"; "out.npz" ] do
                    let lines = (ok [ "prove"; "--spec"; path spec ]).Trim().Split '\n'
                    // Invariance, inversion and time reversal of each order.
                    Assert.True(lines.Length >= 3)
                    Assert.All(lines, fun line -> Assert.EndsWith("proved", line.Trim())))

        testCase "density and spins are factors together by name, and what is computed is proved for each choice of them" <| fun () ->
            let spins =
                small.Replace("\"lmax\": 2,", "\"lmax\": 1, \"fields\": [{\"name\": \"spin\", \"key\": \"spins\", \"axial\": true, \"timeOdd\": true}],")
                    .Replace("\"order\": 3,", "\"order\": 3, \"factors\": [\"rho\", \"spin\"],")

            withFiles spins (fun path ->
                let frames = structures [ 1; 8 ] 1 |> List.map (RandomStructure.withVectors "spins" 3)
                ExtendedXyzWriter.Write(path "in.xyz", frames)
                run path "in.xyz" "out.npz" []
                let found = fitOf (path "out.npz")
                Assert.Equal<string list>([ "rho"; "spin" ], [ for f in found.Factors -> f.Field.Name ])
                Assert.Equal(NiceScaling.Fields, found.Settings.Scaling)
                let e = (Spec.Parse(spins, "spec.json")).CreateExpansion([ 1; 8 ], "spec.json")
                let expected = NiceFeatures(e, found)
                let frames = ExtendedXyzReader.Read(path "in.xyz") |> List.ofSeq
                let found = (NpyData.ReadAll(path "out.npz")).["values"].ToReals()
                Assert.Equal<float>(frames |> Seq.collect (fun s -> expected.Compute s) |> Array.ofSeq, found)
                run path "in.xyz" "again.npz" [ "--fitted"; path "out.npz" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "again.npz"))
                let lines = (ok [ "prove"; "--spec"; path "spec.json" ]).Trim().Split '\n'
                Assert.True(lines.Length >= 6)
                Assert.All(lines, fun line -> Assert.EndsWith("proved", line.Trim())))

        testCase "a fit of chosen centres is one of their environments" <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" [ "--centres"; "O" ]
                let frames = ExtendedXyzReader.Read(path "in.xyz") |> List.ofSeq
                let oxygens = frames |> List.sumBy (fun s -> s.Species.ToArray() |> Array.filter ((=) 8) |> Array.length)
                Assert.Equal(min 40 oxygens, (fitOf (path "out.npz")).Environments))

        testCase "--fit keeps the fit and goes on with what is there, to the same bytes" <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" []
                run path "in.xyz" "kept.npz" [ "--fit"; path "fit.npz" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "kept.npz"))
                let whole = fitOf (path "fit.npz")
                Assert.True whole.IsComplete

                for steps in 0 .. whole.Steps.Count do
                    NiceFile.Write(path "part.npz", whole.First steps)

                    if steps < whole.Steps.Count then
                        featuresOf path [ "in.xyz" ] "no.npz" [ "--fitted"; path "part.npz" ]
                        |> fails 1 $"steps: found {steps} of an interrupted fit"

                    run path "in.xyz" "resumed.npz" [ "--fit"; path "part.npz"; "--force" ]
                    Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "resumed.npz"))
                    Assert.Equal<byte>(File.ReadAllBytes(path "fit.npz"), File.ReadAllBytes(path "part.npz"))

                // Another sample or specification is not mistaken for the same.
                featuresOf path [ "other.xyz" ] "no.npz" [ "--fit"; path "fit.npz" ]
                |> fails 1 "fit.npz: found a fit of another specification or other structures"
                File.WriteAllText(path "spec.json", small.Replace("0.4", "0.5"))
                featuresOf path [ "in.xyz" ] "no.npz" [ "--fit"; path "fit.npz" ]
                |> fails 1 "fit.npz: found a fit of another specification or other structures")

        testCase "a fit that is killed goes on from the last order that was kept"
        <| fun () ->
            let larger = small.Replace("\"order\": 3", "\"order\": 5").Replace("\"environments\": 40", "\"environments\": 2000")

            withFiles larger (fun path ->
                ExtendedXyzWriter.Write(path "in.xyz", List.concat [ for k in 0..39 -> structures [ 1; 8 ] (12 * k) ])
                run path "in.xyz" "out.npz" []

                use killed =
                    CommandLine.start (featuresOf path [ "in.xyz" ] "never.npz" [ "--fit"; path "fit.npz" ])

                while not (File.Exists(path "fit.npz")) && not killed.HasExited do
                    Thread.Sleep 1

                killed.Kill()
                killed.WaitForExit()
                Assert.InRange((fitOf (path "fit.npz")).Steps.Count, 1, 7)
                run path "in.xyz" "resumed.npz" [ "--fit"; path "fit.npz" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "resumed.npz")))

        testCase "a fit of another specification, of other species, of no such format or damaged is refused by name" <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" []
                let features spec input =
                    [ "features"; path input; "--spec"; path spec; "--out"; path "no.npz"; "--fitted"; path "out.npz" ]

                let refused (change: string -> string) (part: string) =
                    File.WriteAllText(path "changed.json", change small)
                    fails 1 part (features "changed.json" "in.xyz")

                refused (fun s -> s.Replace("0.4", "0.5")) "changed.json: $.density: found '{\"kind\":\"gaussian\",\"sigma\":0.5,\"center\":\"include\"}', expected '{\"kind\":\"gaussian\",\"sigma\":0.4"
                refused (fun s -> s.Replace("\"radius\": 3", "\"radius\": 4")) "$.cutoff: found"
                refused (fun s -> s.Replace("\"nmax\": 2", "\"nmax\": 3")) "$.radial: found"
                refused (fun s -> s.Replace("\"lmax\": 2", "\"lmax\": 1")) "$.lmax: found '1', expected '2'"
                refused (fun s -> s.Replace("\"order\": 3", "\"order\": 4")) "$.representation: found"
                refused (fun s -> s.Replace("\"lmax\": 2", "\"lmax\": 2, \"species\": [\"H\"]")) "$.species: found '[\"H\"]', expected '[\"H\",\"O\"]'"
                File.WriteAllText(path "plain.json", """{"cutoff": {"radius": 3}, "representation": {"kind": "power-spectrum"}}""")
                fails 2 "--fitted: found with features that are not fitted" (features "plain.json" "in.xyz"))

        testCase "what is no fit is refused by name"
        <| fun () ->
            withFiles small (fun path ->
                run path "in.xyz" "out.npz" []

                let features fitted = featuresOf path [ "in.xyz" ] "no.npz" [ "--fitted"; path fitted ]

                ExtendedXyzWriter.Write(path "iron.xyz", structures [ 1; 26 ] 1)

                fails 1 "iron.xyz: frame 1, atom" (featuresOf path [ "iron.xyz" ] "no.npz" [ "--fitted"; path "out.npz" ])

                featuresOf path [ "iron.xyz" ] "no.npz" [ "--fitted"; path "out.npz" ]
                |> fails 1 "found the element Fe, expected one of the specification's species H, O"

                fails 1 "none.npz: found no such file" (features "none.npz")

                File.WriteAllText(
                    path "plain.json",
                    """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "power-spectrum"}}"""
                )

                ok [ "features"; path "in.xyz"; "--spec"; path "plain.json"; "--out"; path "plain.npz" ] |> ignore
                fails 1 "plain.npz: header: found none, expected a header of format nice-fit/2" (features "plain.npz")
                // Something else in the middle of the fit, which stands at the end of the file.
                let bytes = File.ReadAllBytes(path "out.npz")
                let at = bytes.Length - 6000
                bytes[at] <- bytes[at] ^^^ 0x10uy
                File.WriteAllBytes(path "damaged.npz", bytes)
                fails 1 "damaged.npz" (features "damaged.npz")
                fails 2 "which has no place for the fit" (featuresOf path [ "in.xyz" ] "no.mts" [])
                fails 2 "--fit: found with --fitted" (features "out.npz" @ [ "--fit"; path "x.npz" ])
                Assert.Empty(Directory.GetFiles(nonNull (Path.GetDirectoryName(path "x")), "no.*")))

        testCase "a contraction of the radial functions comes with the fit"
        <| fun () ->
            let contracted = small.Replace("\"nmax\": 2", "\"nmax\": 4, \"contraction\": {\"channels\": 2}")

            withFiles contracted (fun path ->
                run path "in.xyz" "out.npz" []
                run path "in.xyz" "again.npz" [ "--fitted"; path "out.npz" ]
                Assert.Equal<byte>(File.ReadAllBytes(path "out.npz"), File.ReadAllBytes(path "again.npz"))
                File.WriteAllText(path "spec.json", contracted.Replace("\"channels\": 2", "\"channels\": 3"))

                fails 1 "$.radial: found" (featuresOf path [ "in.xyz" ] "no.npz" [ "--fitted"; path "out.npz" ]))

        testCase "all products of a small basis are the features without contraction"
        <| fun () ->
            let uncontracted =
                """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "nice", "order": 2, "contraction": "none"}}"""

            withFiles uncontracted (fun path ->
                run path "in.xyz" "out.npz" []
                let found = fitOf (path "out.npz")
                Assert.Equal(NiceSettings.Uncontracted(2, Nullable(), Parities.Proper), found.Settings)
                // Kernels of ν = 2 are those of the power spectrum, up to the square of the first's coupling, (2l + 1)⁻¹ in both.
                File.WriteAllText(
                    path "power.json",
                    """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "power-spectrum"}}"""
                )

                ok [ "features"; path "in.xyz"; "--spec"; path "power.json"; "--out"; path "power.npz" ] |> ignore
                let nice, power = NpyData.ReadAll(path "out.npz"), NpyData.ReadAll(path "power.npz")
                let labels = nice["features"].ToIntegers() |> Array.chunkBySize 3

                let rows (all: Collections.Generic.IReadOnlyDictionary<string, NpyData>) =
                    let values = all["values"]
                    Array.chunkBySize values.Shape[1] (values.ToReals())

                let second =
                    rows nice |> Array.map (fun r -> Array.zip labels r |> Array.filter (fun (l, _) -> l[0] = 2L) |> Array.map snd)

                let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
                let p = rows power

                for i in 0..9 do
                    for j in 0..9 do
                        let expected = dot p[i] p[j]
                        Assert.InRange(dot second[i] second[j], expected - 1e-10 * abs expected, expected + 1e-10 * abs expected))

        testCase "couplings that independent certifies are chosen, from files beside the specification"
        <| fun () ->
            let spec =
                """{"cutoff": {"radius": 3}, "radial": {"nmax": 1}, "lmax": 3, "representation": {"kind": "nice", "order": 4, "lambda": 6, "contraction": "none",
                "select": {"by": "couplings", "couplings": ["nu3.json", "nu4.json"]}}}"""

            withFiles spec (fun path ->
                for order in 3..4 do
                    ok [ "independent"; "--order"; string order; "--lmax"; "3"; "--out"; path $"nu{order}.json" ] |> ignore

                run path "in.xyz" "out.npz" []
                let fit = fitOf (path "out.npz")
                // H and O: two channels.
                for order, count in [ 1, 2L; 2, 12L; 3, NiceCounts.Independent(2, 3, 3); 4, NiceCounts.Independent(2, 3, 4) ] do
                    let found = NiceFeatures((Spec.Parse(spec, "spec")).CreateExpansion([ 1; 8 ], "spec"), fit).Labels
                    Assert.Equal(count, int64 (Seq.length (Seq.filter (fun f -> found[f][0] = order) (seq { 0 .. found.Count - 1 }))))

                // The fit has what was chosen: other structures need no files.
                for order in 3..4 do
                    File.Delete(path $"nu{order}.json")

                run path "other.xyz" "other.npz" [ "--fitted"; path "out.npz" ])
    ]
