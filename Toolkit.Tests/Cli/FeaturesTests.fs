module Toolkit.Tests.Cli.FeaturesTests

open System
open System.IO
open System.Text.Json
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

/// Two structures of different kinds, a specification, and their names.
let private withFiles (test: string -> string -> string -> unit) =
    let folder = Directory.CreateTempSubdirectory "toolkit"

    try
        let path name = Path.Combine(folder.FullName, name)

        let structures =
            [ Toolkit.Numerics.Structures.Periodicity.None, 5; Periodicity.All, 3 ]
            |> List.mapi (fun seed (periodic, atoms) ->
                let recipe: RandomStructure.Recipe =
                    { Seed = seed
                      Atoms = atoms
                      Species = [ 1; 6 ]
                      Periodic = periodic
                      HasCell = periodic.Any
                      Spacing = 0.9 }

                (RandomStructure.build recipe |> RandomStructure.withVectors "spin" seed)
                    .WithProperty("energy", PropertyValue.Real -1.5)
                    .WithProperty("name", PropertyValue.Text $"frame {seed}"))

        ExtendedXyzWriter.Write(path "in.xyz", structures)

        File.WriteAllText(
            path "spec.json",
            """{ // small
                "cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "power-spectrum"} }"""
        )

        test (path "in.xyz") (path "spec.json") folder.FullName
    finally
        folder.Delete true

let private fails code (part: string) (args: string list) =
    let actual, out, err = CommandLine.run args
    Assert.Contains(part, err)
    Assert.Equal(code, actual)
    Assert.Equal("", out)
    Assert.Equal(1, err.Trim().Split('\n').Length)

let private spinSpec = """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1,
    "fields": [{"name": "spin", "axial": true, "timeOdd": true, "species": ["C"]}], "representation": {"kind": "spin-power-spectrum"}}"""

/// The structures of withFiles with their vectors under another name, or changed, and a specification of spins.
let private withSpins (change: int -> Structure -> Structure) (test: string -> string -> string -> unit) =
    withFiles (fun xyz specPath folder ->
        let frames = ExtendedXyzReader.Read xyz |> List.ofSeq |> List.mapi change
        ExtendedXyzWriter.Write(xyz, frames)
        File.WriteAllText(specPath, spinSpec)
        test xyz specPath folder)

let private rename (key: string) (s: Structure) =
    s.WithoutAtomProperty("spin").WithAtomProperty(key, s.AtomProperties["spin"])

[<Tests>]
let tests =
    testList "Cli.FeaturesTests" [
        testCase "the npz holds values, samples, features and the whole specification"
        <| fun () ->
            withFiles (fun xyz specPath folder ->
                let out = Path.Combine(folder, "out.npz")

                Assert.Equal(
                    $"{out}: 2 structures, 8 samples, 20 features\n",
                    (ok [ "features"; xyz; "--spec"; specPath; "--out"; out ]).ReplaceLineEndings "\n"
                )

                let all = NpyData.ReadAll out
                Assert.Equal<string>([ "about"; "features"; "samples"; "spec"; "values" ], Seq.sort all.Keys)
                Assert.Equal<int>([ 8; 20 ], all["values"].Shape)
                Assert.Equal<string>([ "structure"; "atom"; "species" ], all["samples"].Fields)
                Assert.Equal<string>([ "species_1"; "n_1"; "species_2"; "n_2"; "l" ], all["features"].Fields)
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq

                let samples = [|
                    for f in 0..1 do
                        for i in 0 .. frames[f].Count - 1 do
                            yield! [ int64 f; int64 i; int64 frames[f].Species[i] ]
                |]

                Assert.Equal<int64>(samples, all["samples"].ToIntegers())
                let spec = Spec.Parse((all["spec"].ToTexts())[0], "npz")
                Assert.Equal<int>([ 1; 6 ], nonNull spec.Species)
                let representation = spec.CreateInvariants([], "npz")
                Assert.Equal<int64>(representation.Labels.Values.ToArray() |> Array.map int64, all["features"].ToIntegers())
                let expected = frames |> Array.collect (fun s -> representation.Compute s)
                Assert.Equal<float>(expected, all["values"].ToReals()))

        testCase "gradients in the file are those of the values, by finite differences" <| fun () ->
            withFiles (fun xyz specPath folder ->
                let out = Path.Combine(folder, "out.npz")
                ok [ "features"; xyz; "--spec"; specPath; "--out"; out; "--gradients"; "--threads"; "1" ] |> ignore
                let all = NpyData.ReadAll out
                Assert.Equal<string>([ "sample"; "structure"; "atom" ], all["gradient_samples"].Fields)
                let rows = all["gradient_samples"].ToIntegers()
                let gradients = all["gradients"].ToReals()
                Assert.Equal<int>([ rows.Length / 3; 3; 20 ], all["gradients"].Shape)
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq
                let representation = (Spec.Parse((all["spec"].ToTexts())[0], "npz")).CreateInvariants([], "npz")
                let first = [| 0; frames[0].Count |]
                let h = 1e-4

                for s in 0..1 do
                    for atom in 0 .. frames[s].Count - 1 do
                        for k in 0..2 do
                            let moved d =
                                let p = frames[s].Positions.ToArray()
                                p[3 * atom + k] <- p[3 * atom + k] + d
                                representation.Compute(frames[s].WithPositions(ReadOnlySpan p))

                            let difference = Array.map2 (fun a b -> (a - b) / (2. * h)) (moved h) (moved -h)

                            for centre in 0 .. frames[s].Count - 1 do
                                let row =
                                    Seq.tryFind
                                        (fun r -> rows[3 * r] = int64 (first[s] + centre) && rows[3 * r + 2] = int64 atom)
                                        (seq { 0 .. rows.Length / 3 - 1 })

                                for f in 0..19 do
                                    let stated =
                                        match row with
                                        | Some r ->
                                            Assert.Equal(int64 s, rows[3 * r + 1])
                                            gradients[(r * 3 + k) * 20 + f]
                                        | None -> 0.

                                    Assert.InRange(stated, difference[centre * 20 + f] - 1e-5, difference[centre * 20 + f] + 1e-5))

        testCase "the mts file holds one block with samples, properties and gradients" <| fun () ->
            withFiles (fun xyz specPath folder ->
                let npz, mts = Path.Combine(folder, "out.npz"), Path.Combine(folder, "out.mts")
                ok [ "features"; xyz; "--spec"; specPath; "--out"; npz; "--gradients" ] |> ignore
                ok [ "features"; xyz; "--spec"; specPath; "--out"; mts; "--gradients" ] |> ignore
                let a, b = NpyData.ReadAll npz, NpyData.ReadAll mts
                Assert.Equal<string>([ "_" ], b["keys"].Fields)
                let gradient = "blocks/0/gradients/positions/"

                for there, here in
                    [ "values", "blocks/0/values"
                      "samples", "blocks/0/samples"
                      "features", "blocks/0/properties"
                      "gradients", gradient + "values"
                      "gradient_samples", gradient + "samples" ] do
                    Assert.Equal<int>(a[there].Shape, b[here].Shape)

                    if a[there].Fields.Count = 0 then
                        Assert.Equal<float>(a[there].ToReals(), b[here].ToReals())
                    else
                        Assert.Equal<int64>(a[there].ToIntegers(), b[here].ToIntegers())

                Assert.Equal<string>([ "system"; "atom"; "center_type" ], b["blocks/0/samples"].Fields)
                Assert.Equal<string>([ "sample"; "system"; "atom" ], b[gradient + "samples"].Fields)
                Assert.Equal<string>([ "xyz" ], b[gradient + "components/0"].Fields)
                Assert.Equal<int64>([| 0L; 1L; 2L |], b[gradient + "components/0"].ToIntegers())
                Assert.Equal(7, b.Count))

        testCase "equivariants are one array, or one metatensor block, for each λ and σ, with their gradients"
        <| fun () ->
            withFiles (fun xyz _ folder ->
                let path = Path.Combine(folder, "equivariants.json")

                File.WriteAllText(
                    path,
                    """{"cutoff": {"radius": 3.5}, "radial": {"nmax": 2}, "lmax": 2, "representation": {"kind": "equivariants", "lambda": 2}}"""
                )

                let npz, mts = Path.Combine(folder, "out.npz"), Path.Combine(folder, "out.mts")
                Assert.Contains("5 blocks", (ok [ "features"; xyz; "--spec"; path; "--out"; npz; "--gradients" ]))
                ok [ "features"; xyz; "--spec"; path; "--out"; mts; "--gradients" ] |> ignore
                let a, b = NpyData.ReadAll npz, NpyData.ReadAll mts
                Assert.Equal<string>([ "o3_lambda"; "o3_sigma" ], b["keys"].Fields)
                Assert.Equal<int64>([| 0L; 1L; 1L; 1L; 1L; -1L; 2L; 1L; 2L; -1L |], b["keys"].ToIntegers())
                let spec = Spec.Read path
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq
                let species = frames |> Seq.collect (fun s -> s.Species.ToArray()) |> Seq.distinct
                let r = spec.CreateRepresentation(species, path) :?> EquivariantRepresentation
                let samples = frames |> Array.sumBy (fun s -> s.Count)

                for k, place in Seq.indexed r.Layout do
                    let key = $"_{place.Key.Lambda}_{place.Key.Sigma}"
                    let block = $"blocks/{k}/"
                    let gradient = block + "gradients/positions/"
                    Assert.Equal<int>([ samples; place.Components; place.Channels ], a["values" + key].Shape)
                    let values (s: Structure) = let block = (r.Compute s)[place.Key] in block.Values.ToArray()
                    let expected = frames |> Array.collect values
                    Assert.Equal<float>(expected, a["values" + key].ToReals())
                    Assert.Equal<int64>(place.Labels.Values.ToArray() |> Array.map int64, a["features" + key].ToIntegers())
                    let rows = a["gradient_samples"].Shape[0]
                    Assert.Equal<int>([ rows; 3; place.Components; place.Channels ], a["gradients" + key].Shape)

                    let gradients =
                        frames
                        |> Array.collect (fun s ->
                            let all = (r.ComputeWithGradients s).Gradients.ToArray() |> Array.chunkBySize r.FeatureCount
                            all |> Array.collect (fun row -> row[place.First .. place.First + place.Length - 1]))

                    Assert.Equal<float>(gradients, a["gradients" + key].ToReals())

                    for there, here in [ "values" + key, block + "values"; "gradients" + key, gradient + "values" ] do
                        Assert.Equal<int>(a[there].Shape, b[here].Shape)
                        Assert.Equal<float>(a[there].ToReals(), b[here].ToReals())

                    for there, here in
                        [ "features" + key, block + "properties"; "samples", block + "samples"; "gradient_samples", gradient + "samples" ] do
                        Assert.Equal<int64>(a[there].ToIntegers(), b[here].ToIntegers())

                    for components in [ block + "components/0"; gradient + "components/1" ] do
                        Assert.Equal<string>([ "o3_mu" ], b[components].Fields)
                        Assert.Equal<int64>([| for mu in -place.Key.Lambda .. place.Key.Lambda -> int64 mu |], b[components].ToIntegers())

                    Assert.Equal<string>([ "xyz" ], b[gradient + "components/0"].Fields)

                Assert.Equal(1 + 8 * Seq.length r.Layout, b.Count)

                fails 1 "found equivariants, expected invariants" [
                    "features"
                    xyz
                    "--spec"
                    path
                    "--out"
                    npz
                    "--chemiscope"
                    npz + ".json"
                ])

        testCase "the chemiscope file keeps the rules of its format, with spins as arrows" <| fun () ->
            withFiles (fun xyz specPath folder ->
                let out, map = Path.Combine(folder, "out.npz"), Path.Combine(folder, "map.json")
                ok [ "features"; xyz; "--spec"; specPath; "--out"; out; "--chemiscope"; map; "--spin-key"; "spin" ] |> ignore
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq
                let atoms = frames |> Array.sumBy (fun s -> s.Count)
                use document = JsonDocument.Parse(File.ReadAllText map)
                let root = document.RootElement
                let names (e: JsonElement) = e.EnumerateObject() |> Seq.map (fun p -> p.Name) |> List.ofSeq
                Assert.Equal<string>([ "meta"; "structures"; "properties"; "environments"; "shapes" ], names root)
                Assert.Equal("in", root.GetProperty("meta").GetProperty("name").GetString())
                let structures = root.GetProperty("structures").EnumerateArray() |> Array.ofSeq
                Assert.Equal(2, structures.Length)

                for s, frame in Array.zip structures frames do
                    Assert.Equal(frame.Count, s.GetProperty("size").GetInt32())

                    for axis in [ "names"; "x"; "y"; "z" ] do
                        Assert.Equal(frame.Count, s.GetProperty(axis).GetArrayLength())

                    Assert.Equal(frame.Positions[1], s.GetProperty("y").[0].GetDouble())

                Assert.False(fst (structures[0].TryGetProperty "cell"))
                Assert.Equal(9, structures[1].GetProperty("cell").GetArrayLength())
                Assert.Equal(atoms, root.GetProperty("environments").GetArrayLength())
                let properties = root.GetProperty "properties"

                for property in properties.EnumerateObject() do
                    let expected =
                        match property.Value.GetProperty("target").GetString() with
                        | "atom" -> atoms
                        | target ->
                            Assert.Equal("structure", target)
                            2

                    Assert.Equal(expected, property.Value.GetProperty("values").GetArrayLength())

                Assert.Equal<string>(
                    [ "principal component 1"; "principal component 2"; "principal component 3"; "energy"; "name" ],
                    names properties
                )

                let arrows = root.GetProperty("shapes").GetProperty("spin")
                Assert.Equal("arrow", arrows.GetProperty("kind").GetString())
                let vectors = arrows.GetProperty("parameters").GetProperty("atom")
                Assert.Equal(atoms, vectors.GetArrayLength())
                Assert.Equal(frames[0].AtomProperties["spin"].Reals[4], vectors[1].GetProperty("vector").[1].GetDouble()))

        testCase "spins are read under each of the usual names, under the specification's key and under --spin-key" <| fun () ->
            let values (key: string) (specText: string) (options: string list) =
                let mutable found = [||]

                withSpins (fun _ s -> rename key s) (fun xyz specPath folder ->
                    File.WriteAllText(specPath, specText)
                    let out = Path.Combine(folder, "out.npz")
                    ok ([ "features"; xyz; "--spec"; specPath; "--out"; out ] @ options) |> ignore
                    let all = NpyData.ReadAll out
                    let spec = Spec.Parse((all["spec"].ToTexts())[0], "npz")
                    Assert.Equal(key, spec.Fields[0].Key)
                    found <- all["values"].ToReals())

                found

            let first = values "REF_magmom" spinSpec []

            for key in [ "REF_magmoms"; "magmoms"; "magmom"; "spins" ] do
                Assert.Equal<float>(first, values key spinSpec [])

            Assert.Equal<float>(first, values "moments" spinSpec [ "--spin-key"; "moments" ])
            Assert.Equal<float>(first, values "moments" (spinSpec.Replace("\"axial\"", "\"key\": \"moments\", \"axial\"")) [])

        testCase "gradients by spins stand beside those by positions, in both formats, and are those of the representation" <| fun () ->
            withSpins (fun _ s -> rename "spins" s) (fun xyz specPath folder ->
                let npz, mts = Path.Combine(folder, "out.npz"), Path.Combine(folder, "out.mts")
                ok [ "features"; xyz; "--spec"; specPath; "--out"; npz; "--gradients" ] |> ignore
                ok [ "features"; xyz; "--spec"; specPath; "--out"; mts; "--gradients" ] |> ignore
                let a, b = NpyData.ReadAll npz, NpyData.ReadAll mts
                let spec = Spec.Parse((a["spec"].ToTexts())[0], "npz")
                let representation = spec.CreateInvariants([], "npz")
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq
                let expected = frames |> Array.collect (fun s -> (representation.ComputeWithGradients s).VectorGradients.ToArray())
                Assert.Equal<float>(expected, a["gradients_spin"].ToReals())
                Assert.Equal<int>(a["gradients"].Shape, a["gradients_spin"].Shape)
                Assert.Equal<float>(expected, b["blocks/0/gradients/spin/values"].ToReals())
                Assert.Equal<int64>(a["gradient_samples"].ToIntegers(), b["blocks/0/gradients/spin/samples"].ToIntegers()))

        testCase "the map shows the spins of the specification as arrows, none where the species carries none" <| fun () ->
            withSpins (fun _ s -> rename "magmoms" s) (fun xyz specPath folder ->
                let out, map = Path.Combine(folder, "out.npz"), Path.Combine(folder, "map.json")
                ok [ "features"; xyz; "--spec"; specPath; "--out"; out; "--chemiscope"; map ] |> ignore
                use document = JsonDocument.Parse(File.ReadAllText map)
                let shapes = document.RootElement.GetProperty "shapes"
                Assert.Equal("magmoms", (Assert.Single(shapes.EnumerateObject())).Name)
                let arrows = shapes.GetProperty("magmoms").GetProperty("parameters").GetProperty("atom")
                let frames = ExtendedXyzReader.Read xyz |> Array.ofSeq
                let mutable at = 0

                for s in frames do
                    for i in 0 .. s.Count - 1 do
                        let vector = [ for x in arrows[at].GetProperty("vector").EnumerateArray() -> x.GetDouble() ]
                        let scale = match arrows[at].TryGetProperty "scale" with | true, x -> x.GetDouble() | _ -> 1.

                        if s.Species[i] = 6 then
                            Assert.Equal<float>(List.ofArray (s.AtomProperties["magmoms"].Reals.Slice(3 * i, 3).ToArray()), vector)
                            Assert.Equal(1., scale)
                        else
                            // The viewer divides by the length.
                            Assert.NotEqual<float>([ 0.; 0.; 0. ], vector)
                            Assert.All(vector, (fun x -> Assert.InRange(abs x, 0., 1e-8)))
                            Assert.InRange(scale, 1e-12, 1e-8)

                        at <- at + 1

                Assert.Equal(at, arrows.GetArrayLength()))

        testCase "wrong spins get one line that names the frame and the key"
        <| fun () ->
            let refused (expected: string) (change: int -> Structure -> Structure) (options: string list) =
                withSpins change (fun xyz specPath folder ->
                    let out = Path.Combine(folder, "out.npz")
                    fails 1 expected ([ "features"; xyz; "--spec"; specPath; "--out"; out ] @ options)
                    Assert.Empty(Directory.GetFiles(folder, "out*")))

            let real (values: float[]) components = PropertyArray.Real(ReadOnlySpan values, components)
            let second change i (s: Structure) = if i = 1 then change s else rename "spins" s

            refused
                "in.xyz: frame 1: found no spins (spin); it has spin, expected the key REF_magmom or REF_magmoms or magmoms or magmom or spins, or another that --spin-key names"
                (fun _ s -> s)
                []

            refused "in.xyz: frame 1: found no spins (spin); it has spin, expected the key moment" (fun _ s -> s) [ "--spin-key"; "moment" ]
            // The first frame's key is that of all.
            refused "in.xyz: frame 2: found no spins (spin); it has magmoms, expected the key spins" (second (rename "magmoms")) []

            refused
                "in.xyz: frame 2, spins: found Real[3, 2], expected three numbers per atom, or one"
                (second (fun s -> s.WithAtomProperty("spins", real (Array.zeroCreate (2 * s.Count)) 2)))
                []

            refused
                "frame 2, spins: found Real[3, 1], expected as many numbers per atom as in frame 1, which has Real[5, 3]"
                (second (fun s -> s.WithAtomProperty("spins", real (Array.zeroCreate s.Count) 1)))
                []

            let holed (s: Structure) =
                let v = s.AtomProperties["spin"].Reals.ToArray()
                let carrier = Array.IndexOf(s.Species.ToArray(), 6)
                v[3 * carrier + 1] <- nan
                (rename "spins" s).WithAtomProperty("spins", real v 3)

            refused "frame 1, spins: found NaN as number" (fun i s -> if i = 0 then holed s else rename "spins" s) []
            let both (s: Structure) = (rename "spins" s).WithAtomProperty("magmoms", real (Array.replicate (3 * s.Count) 1.) 3)

            refused
                "frame 1: found magmoms and spins, which differ, expected one of them, or the key that is meant (--spin-key)"
                (fun _ s -> both s)
                []

            withSpins (fun _ s -> both s) (fun xyz specPath folder ->
                ok [ "features"; xyz; "--spec"; specPath; "--out"; Path.Combine(folder, "out.npz"); "--spin-key"; "spins" ] |> ignore)

        testCase "a specification with a model gives the same features and one line that says whom the model is for" <| fun () ->
            withFiles (fun xyz specPath folder ->
                let modelPath, a, b = Path.Combine(folder, "model.json"), Path.Combine(folder, "a.npz"), Path.Combine(folder, "b.npz")
                File.WriteAllText(modelPath, (File.ReadAllText specPath).Replace("\"lmax\"", "\"model\": {\"kind\": \"ridge\"}, \"lmax\""))
                ok [ "features"; xyz; "--spec"; specPath; "--out"; a ] |> ignore
                let code, _, err = CommandLine.run [ "features"; xyz; "--spec"; modelPath; "--out"; b ]
                Assert.Equal(0, code)
                Assert.Equal($"toolkit: {modelPath}: $.model is for fit; features do not depend on it\n", err.ReplaceLineEndings "\n")
                Assert.Equal<float>(((NpyData.ReadAll a)["values"]).ToReals(), ((NpyData.ReadAll b)["values"]).ToReals()))

        testCase "moments without an axis are refused where vectors turn with the structure, and taken where they turn alone" <| fun () ->
            let collinear (s: Structure) =
                let along = [| for i in 0 .. s.Count - 1 -> s.AtomProperties["spin"].Reals[3 * i] |]
                s.WithoutAtomProperty("spin").WithAtomProperty("magmoms", PropertyArray.Real(ReadOnlySpan along, 1))

            withSpins (fun _ s -> collinear s) (fun xyz specPath folder ->
                let run (coupling: string) (out: string) =
                    File.WriteAllText(specPath, spinSpec.Replace("\"spin-power-spectrum\"", $"\"spin-power-spectrum\", \"coupling\": \"{coupling}\""))
                    [ "features"; xyz; "--spec"; specPath; "--out"; Path.Combine(folder, out) ]

                for coupling in [ "resolved"; "both" ] do
                    fails 1 "in.xyz: magmoms: found one number per atom, a moment whose axis is not said, expected \"coupling\": \"summed\" in the specification, \"axis\": [x, y, z] in its field, or a key (--spin-key) with three numbers" (run coupling "out.npz")

                Assert.Empty(Directory.GetFiles(folder, "out*"))
                ok (run "summed" "along.npz") |> ignore
                let axis = run "resolved" "axis.npz"
                File.WriteAllText(specPath, (File.ReadAllText specPath).Replace("\"axial\"", "\"axis\": [2, 0, 0], \"axial\""))
                ok axis |> ignore

                // The same moments along another axis.
                let onX (s: Structure) =
                    let m = s.AtomProperties["magmoms"].ToReals()
                    let vectors = [| for i in 0 .. s.Count - 1 do yield! [ m[i]; 0.; 0. ] |]
                    s.WithAtomProperty("magmoms", PropertyArray.Real(ReadOnlySpan vectors, 3))

                ExtendedXyzWriter.Write(xyz, ExtendedXyzReader.Read xyz |> List.ofSeq |> List.map onX)
                ok (run "summed" "x.npz") |> ignore
                ok (run "resolved" "vectors.npz") |> ignore

                let values (name: string) =
                    let all = NpyData.ReadAll(Path.Combine(folder, name))
                    all["values"].ToReals()

                Assert.Equal<float>(values "along.npz", values "x.npz")
                Assert.Equal<float>(values "vectors.npz", values "axis.npz"))

        testCase "features are the same for any number of threads" <| fun () ->
            withFiles (fun xyz specPath folder ->
                let run threads =
                    let out = Path.Combine(folder, $"{threads}.npz")
                    ok [ "features"; xyz; "--spec"; specPath; "--out"; out; "--gradients"; "--threads"; string<int> threads ] |> ignore
                    File.ReadAllBytes out

                Assert.Equal<byte>(run 1, run 4))

        testCase "wrong input gets one line and the right exit code, and leaves no file"
        <| fun () ->
            withFiles (fun xyz specPath folder ->
                let out = Path.Combine(folder, "out.npz")
                let features (more: string list) = [ "features"; xyz; "--spec"; specPath ] @ more

                let write (name: string) (text: string) =
                    let path = Path.Combine(folder, name)
                    File.WriteAllText(path, text)
                    path

                fails 2 "--out" [ "features"; xyz; "--spec"; specPath ]
                fails 2 ".npz or .mts" (features [ "--out"; "out.txt" ])
                fails 2 "only with --chemiscope" (features [ "--out"; out; "--spin-key"; "spin" ])
                fails 2 "--threads" (features [ "--out"; out; "--threads"; "0" ])
                fails 1 "no such folder" (features [ "--out"; Path.Combine(folder, "no", "out.npz") ])
                fails 1 "no spins" (features [ "--out"; out; "--chemiscope"; out + ".json"; "--spin-key"; "moment" ])
                fails 1 "no such file" [ "features"; xyz + "x"; "--spec"; specPath; "--out"; out ]
                fails 1 "no such file" [ "features"; xyz; "--spec"; specPath + "x"; "--out"; out ]
                let same = write "same.xyz" "2\n\nH 1 2 3\nC 1 2 3\n"
                fails 1 "same.xyz: frame 1, atoms 1 and 2: found the same place" [ "features"; same; "--spec"; specPath; "--out"; out ]
                let far = write "far.xyz" "1\nLattice=\"5 0 0 0 5 0 0 0 5\"\nH 1 1e20 3\n"

                fails 1 "far.xyz: frame 1, atom 1: found a position 2E+19 lattice vectors away from the cell" [
                    "features"
                    far
                    "--spec"
                    specPath
                    "--out"
                    out
                ]

                let bad = write "bad.xyz" "1\n\nH 0 0\n"
                fails 1 "bad.xyz:3: atom 1: found 3 values" [ "features"; bad; "--spec"; specPath; "--out"; out ]

                let iron =
                    write
                        "iron.json"
                        """{"cutoff": {"radius": 3}, "species": ["C", "Fe"], "representation": {"kind": "radial-spectrum"}}"""

                fails 1 "found the element H, expected one of the specification's species C, Fe" [
                    "features"
                    xyz
                    "--spec"
                    iron
                    "--out"
                    out
                ]

                let unknown = write "unknown.json" """{"cutof": {}}"""
                fails 1 "unknown key 'cutof'" [ "features"; xyz; "--spec"; unknown; "--out"; out ]
                Assert.Empty(Directory.GetFiles(folder, "out*")))

        testCase "an example of a specification is printed by name" <| fun () ->
            for name in SpecText.Examples do
                Spec.Parse(ok [ "spec"; "--example"; name ], name) |> ignore

            fails 2 "expected one of power-spectrum" [ "spec"; "--example"; "x" ]
    ]
