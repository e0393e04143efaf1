/// `toolkit fit`, `evaluate` and `predict` as a user calls them.
module Toolkit.Tests.Cli.FitTests

open System
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Tensors
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

let private spec =
    """{ // small
    "cutoff": {"radius": 3.5, "smoothing": 1}, "density": {"sigma": 0.4}, "radial": {"nmax": 3}, "lmax": 2, "representation": {"kind": "power-spectrum"}}"""

/// A folder with methane to train on and to test with.
let private withFiles = MethaneFiles.using spec 60 20

let private fit (path: string -> string) (options: string list) =
    ok (fitOn path "train.xyz" "model" options)

[<Tests>]
let tests =
    testList "Cli.FitTests" [
        testCase "a fit makes a folder whose report says what evaluate says, and predict agrees with the library"
        <| fun () ->
            withFiles (fun path ->
                let out = fit path [ "--test"; path "test.xyz"; "--threads"; "2" ]
                let lines (text: string) = text.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
                Assert.StartsWith(path "model" + ": 60 structures", out)

                Assert.Equal<string>(
                    [ "model.json"; "report.html"; "report.json"; "weights.npz" ],
                    Directory.GetFiles(path "model") |> Array.map (Path.GetFileName >> nonNull) |> Array.sort
                )

                Assert.Equal<string>(
                    [ "model"; "spec.json"; "test.xyz"; "train.xyz" ],
                    Directory.GetFileSystemEntries(path "") |> Array.map (Path.GetFileName >> nonNull) |> Array.sort
                )

                // The lines of the test set, whatever the set is called.
                let values name (text: string) =
                    lines text |> List.filter (fun l -> l.StartsWith(name + "\t")) |> List.map (fun l -> l.Substring(l.IndexOf '\t'))

                let evaluated = ok [ "evaluate"; path "model"; path "test.xyz"; "--out"; path "errors.json" ]
                Assert.Equal<string list>(values "test" out, values (path "test.xyz") evaluated)
                Assert.Equal(4, (values "test" out).Length)

                let model = ModelFolder.Read(path "model")
                let stated = model.About.Errors["test"] |> Seq.head
                Assert.Contains(stated.RootMeanSquare.ToString("G4", Globalization.CultureInfo.InvariantCulture), out)
                use json = JsonDocument.Parse(File.ReadAllText(path "errors.json"))
                let first = json.RootElement.GetProperty("errors").GetProperty(path "test.xyz")[0]
                Assert.Equal(stated.RootMeanSquare, first.GetProperty("rmse").GetDouble())
                // A model of 60 structures is no longer guessing.
                Assert.InRange(first.GetProperty("percent").GetDouble(), 0.1, 60.)
                let html = File.ReadAllText(path "model/report.html")

                for part in [ "<svg"; "forces"; "&quot;cutoff&quot;" ] do
                    Assert.Contains(part, html)

                // The page asks no other place for anything, and holds structures and a map of their features.
                for other in [ "http:"; "https:"; "src="; "href="; "import" ] do
                    Assert.DoesNotContain(other, html)

                let start = html.IndexOf('>', html.IndexOf "structures-data\"") + 1
                use shown = JsonDocument.Parse(html.Substring(start, html.IndexOf("</script>", start) - start))
                let shown = shown.RootElement.GetProperty("structures").EnumerateArray() |> List.ofSeq
                let frames = List.ofSeq (Seq.append (ExtendedXyzReader.Read(path "train.xyz")) (ExtendedXyzReader.Read(path "test.xyz")))
                Assert.Equal(frames.Length, shown.Length)

                let mean (s: Structure) =
                    (let f = model.Features.Compute s in
                     Array.init model.FeatureCount (fun k -> Seq.averageBy (fun i -> f[i * model.FeatureCount + k]) [ 0 .. s.Count - 1 ]))

                let places =
                    Toolkit.Numerics.LinearAlgebra.PrincipalComponents.Project([| for s in frames -> mean s |], model.FeatureCount, 2)

                for k, (s, drawn) in List.indexed (List.zip frames shown) do
                    let numbers (name: string) = [| for x in drawn.GetProperty(name).EnumerateArray() -> x.GetDouble() |]
                    Assert.Equal((if k < 60 then $"train {k + 1}" else $"test {k - 59}"), drawn.GetProperty("name").GetString())
                    Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 6e-4)) (s.Positions.ToArray()) (numbers "positions")
                    Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1e-5 * (1. + abs x))) places[2 * k .. 2 * k + 1] (numbers "place")
                    Assert.Equal(3 * s.Count, drawn.GetProperty("arrows").GetProperty("forces").GetArrayLength())

                ok [ "predict"; path "model"; path "test.xyz"; "--out"; path "out.xyz"; "--prefix"; "ml_" ] |> ignore

                for s, found in Seq.zip (ExtendedXyzReader.Read(path "test.xyz")) (ExtendedXyzReader.Read(path "out.xyz")) do
                    let expected = model.Predict s
                    Assert.Equal(expected.Energy, found.Properties["ml_energy"].Reals[0])
                    Assert.Equal<float[]>(expected.Forces, found.AtomProperties["ml_forces"].Reals.ToArray())

                    Assert.Equal(
                        expected.Energy,
                        Seq.sum (found.AtomProperties["ml_energies"].Reals.ToArray()),
                        tolerance = 1e-9 * abs expected.Energy
                    )

                    Assert.Equal(s.Properties["energy"], found.Properties["energy"]))

        testCase "the command line replaces keys of the specification"
        <| fun () ->
            withFiles (fun path ->
                fit path [
                    "--set"
                    "radial.nmax=2"
                    "--set"
                    "model.kind=gp"
                    "--set"
                    "model.points=12"
                    "--set"
                    "species=[\"H\", \"C\"]"
                ]
                |> ignore

                let model = ModelFolder.Read(path "model")
                Assert.Equal(Nullable 2, model.Spec.Radial.NMax)
                Assert.True model.HasVariance
                ok [ "predict"; path "model"; path "test.xyz"; "--out"; path "out.xyz" ] |> ignore

                for s in ExtendedXyzReader.Read(path "out.xyz") do
                    Assert.True(s.Properties["energy_std"].Reals[0] > 0.)
                    Assert.Equal(s.Count, s.AtomProperties["energies_std"].Count)

                let fails code part setting =
                    fails code part (fitOn path "train.xyz" "other" [ "--set"; setting ])

                fails 2 "--set: found 'nmax', expected key=value" "nmax"
                fails 2 "there is no 'x' to go through" "lmax.x=1"
                fails 2 "the unknown key 'nmix', expected 'nmax' perhaps" "radial.nmix=1"
                fails 2 "$.lmax: found '\"many\"', expected a whole number" "lmax=many")

        testCase "predictions come as csv with units, for chemiscope and for metatensor"
        <| fun () ->
            withFiles (fun path ->
                fit path [ "--set"; "model.kind=ridge"; "--set"; "model.extrapolation=true" ] |> ignore
                let model = ModelFolder.Read(path "model")
                let frames = ExtendedXyzReader.Read(path "test.xyz") |> Array.ofSeq
                let predict out options = ok ([ "predict"; path "model"; path "test.xyz"; "--out"; path out ] @ options) |> ignore
                let rows name = File.ReadAllLines(path name) |> Array.map (fun l -> l.Split ',')
                predict "a.csv" []
                let table = rows "a.csv"
                Assert.Equal<string[]>([| "structure"; "atoms"; "energy [eV]"; "extrapolation_max" |], table[0][..3])
                Assert.Equal("stress_xy [eV/Å³]", table[0].[5])
                // Molecules and crystals in one file: what a molecule lacks is empty.
                let boxed = frames[1].WithCell(Cell.Cubic 20., Periodicity.All)
                ExtendedXyzWriter.Write(path "mixed.xyz", [ frames[0]; boxed ])
                ok [ "predict"; path "model"; path "mixed.xyz"; "--out"; path "mixed.csv" ] |> ignore
                let mixed = rows "mixed.csv"
                Assert.Equal<string[]>(Array.create 9 "", mixed[1][4..])
                Assert.Equal<float[]>(nonNull (model.Predict boxed).Stress, mixed[2][4..] |> Array.map float)
                Assert.Equal(frames.Length + 1, table.Length)
                frames |> Array.iteri (fun k s -> Assert.Equal((model.Predict s).Energy, float table[k + 1].[2]))
                predict "b.csv" [ "--per-atom"; "--prefix"; "ml_" ]
                let table = rows "b.csv"

                Assert.Equal<string[]>(
                    [|
                        "structure"
                        "atom"
                        "element"
                        "x [Å]"
                        "y [Å]"
                        "z [Å]"
                        "ml_energies [eV]"
                        "ml_forces_x [eV/Å]"
                        "ml_forces_y [eV/Å]"
                        "ml_forces_z [eV/Å]"
                        "ml_extrapolation"
                    |],
                    table[0]
                )

                Assert.Equal(1 + (frames |> Array.sumBy _.Count), table.Length)
                Assert.Equal<float[]>((model.Predict frames[0]).Forces[3..5], table[2].[7..9] |> Array.map float)

                predict "c.json" []
                use json = JsonDocument.Parse(File.ReadAllText(path "c.json"))
                let root = json.RootElement
                let property (name: string) = root.GetProperty("properties").GetProperty(name)
                Assert.Equal(frames.Length, (property "energy").GetProperty("values").GetArrayLength())
                Assert.Equal("atom", (property "extrapolation").GetProperty("target").GetString())

                Assert.Equal(
                    frames |> Array.sumBy _.Count,
                    root.GetProperty("shapes").GetProperty("forces").GetProperty("parameters").GetProperty("atom").GetArrayLength()
                )

                Assert.Equal(frames |> Array.sumBy _.Count, root.GetProperty("environments").GetArrayLength())

                predict "d.mts" []
                let arrays = Toolkit.Numerics.Files.NpyData.ReadAll(path "d.mts")
                Assert.Equal<float[]>(frames |> Array.map (fun s -> (model.Predict s).Energy), arrays["blocks/0/values"].ToReals())

                Assert.Equal<float[]>(
                    frames |> Array.collect (fun s -> (model.Predict s).Forces |> Array.map (fun f -> 0. - f)),
                    arrays["blocks/0/gradients/positions/values"].ToReals()
                )

                Assert.Equal<int[]>([| frames.Length; 3; 3; 1 |], Array.ofSeq arrays["blocks/0/gradients/strain/values"].Shape)

                fails 2 "expected a name that ends with .xyz, .csv, .json or .mts" [
                    "predict"
                    path "model"
                    path "test.xyz"
                    "--out"
                    path "x.txt"
                ]

                fails 2 "--per-atom: found with" [ "predict"; path "model"; path "test.xyz"; "--out"; path "x.xyz"; "--per-atom" ])

        testCase "atoms that are closer than any of the training set are told, unless a core keeps them apart" <| fun () ->
            withFiles (fun path ->
                fit path [] |> ignore
                let predict model = run [ "predict"; path model; path "close.xyz"; "--out"; path "out.xyz"; "--force" ]
                let frames = ExtendedXyzReader.Read(path "test.xyz") |> Array.ofSeq
                let squeezed = frames[1].Transform(ReadOnlySpan [| 0.4; 0.; 0.; 0.; 0.4; 0.; 0.; 0.; 0.4 |])
                ExtendedXyzWriter.Write(path "close.xyz", [ frames[0]; squeezed ])
                let code, _, error = predict "model"
                Assert.Equal(0, code)
                Assert.Contains("toolkit: warning: 1 of 2 structures have atoms closer than any of the training set: structure 2, atoms ", error)
                let closest = nonNull (ModelFolder.Read(path "model")).About.Closest
                let known = [ for s in ExtendedXyzReader.Read(path "train.xyz") do
                                for i in 1..4 do
                                    let d k = s.Positions[3 * i + k] - s.Positions[k]
                                    sqrt (d 0 * d 0 + d 1 * d 1 + d 2 * d 2) ] |> List.min
                Assert.Equal(known, closest.Distances[struct (1, 6)], 1e-12)
                ok (fitOn path "train.xyz" "core" [ "--set"; "model.kind=ridge"; "--set"; "model.repulsion.outer=0.6" ]) |> ignore
                let _, _, error = predict "core"
                Assert.Equal("", error))

        testCase "a model that sees less far than closest atoms are looked for says so of cells too small for more" <| fun () ->
            withFiles (fun path ->
                fit path [ "--set"; "cutoff.radius=1.6" ] |> ignore
                let cell = Cell.Cubic 0.035
                let s = Structure.Create(ReadOnlySpan [| 1 |], ReadOnlySpan [| 0.; 0.; 0. |], cell, Periodicity.All)
                ExtendedXyzWriter.Write(path "tiny.xyz", [ s ])
                let code, out, error = run [ "predict"; path "model"; path "tiny.xyz"; "--out"; path "out.xyz" ]
                Assert.Equal((0, path "out.xyz" + ": 1 structures"), (code, out.TrimEnd()))
                Assert.Contains("structure 1, atoms 1 and 1 (H, H) at 0.03 Å", error.Replace("0.04", "0.03")))

        testCase "a prediction does not replace what another process has made under its name meanwhile" <| fun () ->
            withFiles (fun path ->
                fit path [] |> ignore
                // A pipe: the command has seen that the name is free when it reads, and waits for the end of the structures.
                match Tool.run "mkfifo" [ path "pipe.xyz" ] "" with
                | Some(0, _, _) ->
                    let predicts = [ "predict"; path "model"; path "pipe.xyz"; "--out"; path "out.xyz" ]
                    let found = Tasks.Task.Run(fun () -> run predicts)
                    use pipe = new FileStream(path "pipe.xyz", FileMode.Open, FileAccess.Write, FileShare.ReadWrite)
                    File.WriteAllText(path "out.xyz", "another's")
                    pipe.Write(ReadOnlySpan(File.ReadAllBytes(path "test.xyz")))
                    pipe.Dispose()
                    let code, _, error = found.Result
                    Assert.Equal(1, code)
                    Assert.Contains($"""{path "out.xyz"}: found a file that is there, expected another name, or --force to replace it""", error)
                    Assert.Equal("another's", File.ReadAllText(path "out.xyz"))
                    Assert.Empty(Directory.GetFiles(path "", "out.xyz.*.tmp"))
                | _ -> SharedData.skipped "no mkfifo")

        testCase "a learning curve and a sweep are fits of their own, and tell which is best"
        <| fun () ->
            withFiles (fun path ->
                let out = fit path [ "--test"; path "test.xyz"; "--learning-curve"; "10,30"; "--set"; "radial.nmax=2" ]

                let curve =
                    out.Split('\n')
                    |> Array.filter (fun l -> l.Split('\t').Length = 5)
                    |> Array.skip 1
                    |> Array.map (fun l -> l.Split '\t')

                Assert.Equal<string list>([ "10"; "10"; "30"; "30"; "60"; "60" ], [ for row in curve -> row[0] ])
                // The last point is the model itself, and thirty structures teach more than ten.
                let rmse (k: int) label = let own = curve |> Array.filter (fun r -> r[1] = label) in float own[k].[2]
                Assert.True(rmse 1 "forces" < rmse 0 "forces", out)
                let whole = (ModelFolder.Read(path "model")).About.Errors["test"] |> Seq.find (fun e -> e.Label = "energy")
                Assert.Equal(whole.RootMeanSquare, rmse 2 "energy", 1e-3 * whole.RootMeanSquare)
                use json = JsonDocument.Parse(File.ReadAllText(path "model/report.json"))
                Assert.Equal(3, json.RootElement.GetProperty("learning_curve").GetArrayLength())
                Assert.Contains("Learning curve: energy", File.ReadAllText(path "model/report.html"))

                let sweep =
                    [ "--test"; path "test.xyz"; "--sweep"; "radial.nmax=1,2"; "--sweep"; "species=[\"H\", \"C\"]" ]
                    |> fitOn path "train.xyz" "sweep"
                    |> ok

                Assert.Equal<string[]>(
                    [| path "sweep/radial.nmax=1,species=__H_,__C__"; path "sweep/radial.nmax=2,species=__H_,__C__" |],
                    Directory.GetDirectories(path "sweep") |> Array.sort
                )

                Assert.Equal(Nullable 1, (ModelFolder.Read(path "sweep/radial.nmax=1,species=__H_,__C__")).Spec.Radial.NMax)

                let rows =
                    sweep.Split('\n')
                    |> Array.filter (fun l -> l.Contains "\ttest\t" && l.StartsWith "radial")
                    |> Array.map (fun l -> l.Split '\t')

                Assert.Equal(4, rows.Length)

                for label in [ "energy"; "forces" ] do
                    let own = rows |> Array.filter (fun r -> r[2] = label)
                    Assert.Equal("*", (own |> Array.minBy (fun r -> float r[3]))[5])
                    Assert.Equal(1, own |> Array.filter (fun r -> r[5] = "*") |> Array.length)

                let fails part options =
                    fails 2 part (fitOn path "train.xyz" "other" options)

                fails "--sweep: found 'lmax', expected key=value,value" [ "--sweep"; "lmax" ]
                fails "--sweep: found lmax twice" [ "--sweep"; "lmax=1"; "--sweep"; "lmax=2" ]
                fails "--learning-curve: found no --test" [ "--learning-curve"; "10" ]

                fails "--learning-curve: found 61, expected at most 60, the number of structures of the training set" [
                    "--learning-curve"
                    "10,61,70"
                    "--test"
                    path "test.xyz"
                ]

                Assert.False(Directory.Exists(path "other"))

                fails "--learning-curve: found '20,10', expected numbers of structures that increase" [
                    "--learning-curve"
                    "20,10"
                    "--test"
                    path "test.xyz"
                ])

        testCase "dipoles are fitted, evaluated and predicted with their Born charges"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let rename (s: Structure) = s.WithProperty("mu", s.Properties["REF_dipole"]).WithoutProperty "REF_dipole"

                ExtendedXyzWriter.Write(
                    path "train.xyz",
                    Toolkit.Tests.Numerics.Models.TensorTests.polar Periodicity.None 1 80 |> List.map rename
                )

                ExtendedXyzWriter.Write(
                    path "test.xyz",
                    Toolkit.Tests.Numerics.Models.TensorTests.polar Periodicity.None 500 10 |> List.map rename
                )

                ok [ "spec"; "--example"; "dipole" ] |> fun text -> File.WriteAllText(path "spec.json", text)

                let out =
                    fit path [
                        "--test"
                        path "test.xyz"
                        "--dipole-key"
                        "mu"
                        "--set"
                        "cutoff.radius=3"
                        "--set"
                        "radial.nmax=2"
                        "--set"
                        "lmax=1"
                    ]

                Assert.Contains("test\tmu\tall\t30\t", out)
                Assert.Contains("e·Å", out)
                let tested = (out.Split('\n') |> Array.find (fun l -> l.StartsWith "test\t")).Substring 5
                Assert.Contains(tested, ok [ "evaluate"; path "model"; path "test.xyz" ])
                ok [ "predict"; path "model"; path "test.xyz"; "--out"; path "out.xyz"; "--prefix"; "ml_"; "--derivatives" ] |> ignore
                let model = TensorFolder.Read(path "model")

                for s, found in Seq.zip (ExtendedXyzReader.Read(path "test.xyz")) (ExtendedXyzReader.Read(path "out.xyz")) do
                    let expected = model.Predict(s, 1, true)
                    Assert.Equal<float[]>(expected.Values, found.Properties["ml_mu"].Reals.ToArray())
                    Assert.Equal<float[]>(expected.Atoms, found.AtomProperties["ml_atomic_mu"].Reals.ToArray())
                    Assert.Equal<float[]>(nonNull expected.Derivatives, found.AtomProperties["ml_born_charges"].Reals.ToArray())

                fails 1 "model.json: spec.model.target: found dipole, expected a model of energies" [
                    "serve"
                    path "model"
                    "--address"
                    "unix:none"
                    "--structure"
                    path "test.xyz"
                ]

                fails 2 "--energy-key: found with a model of the target dipole" [
                    "evaluate"
                    path "model"
                    path "test.xyz"
                    "--energy-key"
                    "e"
                ])

        testCase "what cannot be done is said before any work, and nothing is left"
        <| fun () ->
            withFiles (fun path ->
                let fit options = fitOn path "train.xyz" "model" options
                fails 1 "found no forces; there are forces, expected the key F" (fit [ "--forces-key"; "F" ])
                fails 2 "--field-key: found 1, expected one for each of the specification's 0 vector fields" (fit [ "--field-key"; "m" ])
                fails 2 "--threads: found '0'" (fit [ "--threads"; "0" ])

                File.WriteAllText(
                    path "other.json",
                    """{"cutoff": {"radius": 3}, "lmax": 1, "representation": {"kind": "equivariants", "order": 1}}"""
                )

                fails 1 "found equivariants, expected invariants" [
                    "fit"
                    "--spec"
                    path "other.json"
                    "--train"
                    path "train.xyz"
                    "--out"
                    path "model"
                ]

                fails 1 "whose equations take" (fit [ "--set"; "radial.nmax=30"; "--set"; "lmax=12" ])
                Assert.False(Directory.Exists(path "model"))
                fails 1 "/: found a folder " (fitOn path "train.xyz" "/" [])
                ok (fit []) |> ignore
                fails 1 "a model that is there" (fit [])
                ok (fit [ "--force" ]) |> ignore
                fails 1 "found no such folder, expected a model's folder" [ "evaluate"; path "none"; path "test.xyz" ]
                fails 1 "found a folder without model.json" [ "predict"; path ""; path "test.xyz"; "--out"; path "out.xyz" ]
                fails 2 "--out: found 'out.txt'" [ "predict"; path "model"; path "test.xyz"; "--out"; "out.txt" ]
                let helium = Structure.Create(ReadOnlySpan [| 2 |], ReadOnlySpan [| 0.; 0.; 0. |])
                ExtendedXyzWriter.Write(path "he.xyz", [ helium ])

                fails 1 "he.xyz: frame 1: found He as atom 1, expected species that the model knows: H, C" [
                    "predict"
                    path "model"
                    path "he.xyz"
                    "--out"
                    path "out.xyz"
                ]

                fails 1 "he.xyz: frame 1: found He as atom 1" [ "evaluate"; path "model"; path "he.xyz" ]

                let bare =
                    ExtendedXyzReader.Read(path "test.xyz") |> Seq.map (fun s -> s.WithoutProperty("energy").WithoutAtomProperty("forces"))

                ExtendedXyzWriter.Write(path "bare.xyz", List.ofSeq bare)
                fails 1 "found no labels" [ "evaluate"; path "model"; path "bare.xyz" ]
                Assert.False(File.Exists(path "out.xyz")))

        testCase "a fit that is killed goes on with the identical result" <| fun () ->
            withFiles (fun path ->
                let settings = [ "--set"; "radial.nmax=5"; "--set"; "lmax=5"; "--threads"; "1" ]
                fit path settings |> ignore
                let whole = File.ReadAllBytes(path "model/weights.npz")
                let again = fitOn path "train.xyz" "again" settings
                use run = CommandLine.start again
                while not (run.HasExited || File.Exists(path "again.checkpoint.npz")) do
                    Thread.Sleep 5
                run.Kill()
                run.WaitForExit()
                let wasStopped = File.Exists(path "again.checkpoint.npz")
                let code, _, err = CommandLine.run (again @ [ "--force" ])
                Assert.Equal(0, code)
                if wasStopped then Assert.Contains("going on where an earlier fit was stopped", err)
                Assert.Equal<byte[]>(whole, File.ReadAllBytes(path "again/weights.npz"))
                Assert.False(File.Exists(path "again.checkpoint.npz")))

        testCase "a fit that goes on says so when what it goes on with is its own, and not before" <| fun () ->
            withFiles (fun path ->
                // What a fit that is stopped leaves is what a process of one part is done with, but for the part's name.
                let own = [ "--shard"; "1/2" ]
                ok (fitOn path "train.xyz" "model" own) |> ignore
                File.Move(path "model.shard-1-of-2.npz", path "model.checkpoint.npz")
                let code, _, err = run (fitOn path "train.xyz" "model" [])
                Assert.Equal(1, code)
                Assert.Contains("found the state of a fit of other data, keys or settings", err)
                Assert.DoesNotContain("going on", err)
                File.WriteAllText(path "model.checkpoint.npz", "damaged")
                let code, _, err = run (fitOn path "train.xyz" "model" [])
                Assert.Equal(1, code)
                Assert.DoesNotContain("going on", err))

        testCase "kind nice is fitted, kept and read with its contraction" <| fun () ->
            withFiles (fun path ->
                File.WriteAllText(
                    path "spec.json",
                    """{"cutoff": {"radius": 3}, "density": {"sigma": 0.4}, "radial": {"nmax": 2}, "lmax": 2,
                    "representation": {"kind": "nice", "order": 3, "contraction": {"components": {"covariants": 6, "invariants": 12}},
                    "expand": {"covariants": 30, "invariants": 40}, "purify": {"covariants": 3, "invariants": 5}, "environments": 40}}""")
                fit path [ "--test"; path "test.xyz" ] |> ignore
                Assert.True(File.Exists(path "model/nice.npz"))
                Assert.Empty(Directory.GetFiles(path "", "*.checkpoint*"))
                ok [ "evaluate"; path "model"; path "test.xyz" ] |> ignore)
    ]
