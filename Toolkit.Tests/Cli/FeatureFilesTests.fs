module Toolkit.Tests.Cli.FeatureFilesTests

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.IO.Compression
open System.Threading
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

let private invariants = """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "power-spectrum"}}"""

let private equivariants =
    """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "equivariants", "lambda": 2}}"""

let private spins =
    """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1,
    "fields": [{"name": "spin", "key": "spin", "axial": true, "timeOdd": true}], "representation": {"kind": "spin-power-spectrum"}}"""

/// Structures with a mask and a vector of every atom.
let private structures =
    [ for seed, atoms in List.indexed [ 5; 3; 1; 7; 4 ] do
          let recipe: RandomStructure.Recipe =
              { Seed = seed
                Atoms = atoms
                Species = [ 1; 6; 8 ]
                Periodic = if seed % 2 = 0 then Periodicity.None else Periodicity.All
                HasCell = seed % 2 = 1
                Spacing = 0.9 }

          let s = RandomStructure.build recipe |> RandomStructure.withVectors "spin" seed
          s.WithAtomProperty("chosen", PropertyArray.Logical(ReadOnlySpan(Array.init atoms (fun i -> i % 2 = 0)))) ]

/// A folder with the structures in `all.xyz` and each alone in `s0.xyz`, `s1.xyz`, …, and the specification in `spec.json`.
let private withFiles (spec: string) (test: (string -> string) -> unit) =
    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)
        ExtendedXyzWriter.Write(path "all.xyz", structures)
        structures |> List.iteri (fun k s -> ExtendedXyzWriter.Write(path $"s{k}.xyz", [ s ]))
        File.WriteAllText(path "spec.json", spec)
        test path)

let private run (path: string -> string) (out: string) (files: string list) (options: string list) =
    ok (featuresOf path files out options) |> ignore

let private arrays (path: string -> string) (out: string) = NpyData.ReadAll(path out)

let private reals (all: IReadOnlyDictionary<string, NpyData>) (name: string) = all[name].ToReals()

let private integers (all: IReadOnlyDictionary<string, NpyData>) (name: string) = all[name].ToIntegers()

/// The rows of an array of real numbers.
let private rows (all: IReadOnlyDictionary<string, NpyData>) (name: string) =
    let length = Seq.fold (*) 1 (Seq.tail all[name].Shape)
    reals all name |> Array.chunkBySize length

/// The entries of a zip, but not what it says of the files that it was made from.
let private entries (path: string) =
    use zip = ZipFile.OpenRead path

    [ for entry in zip.Entries do
          if entry.Name <> "about.npy" then
              use stream = entry.Open()
              use bytes = new MemoryStream()
              stream.CopyTo bytes
              entry.FullName, bytes.ToArray() ]

let private same (path: string -> string) (a: string) (b: string) =
    let a, b = entries (path a), entries (path b)
    Assert.Equal<string list>(List.map fst a, List.map fst b)

    for (_, expected), (_, found) in List.zip a b do
        Assert.Equal<byte>(expected, found)

[<Tests>]
let tests =
    testList "Cli.FeatureFilesTests" [
        testCase "several files, and a pattern of files, are one file after the other" <| fun () ->
            for spec in [ invariants; equivariants; spins ] do
                withFiles spec (fun path ->
                    for ending in [ "npz"; "mts" ] do
                        run path $"all.{ending}" [ "all.xyz" ] [ "--gradients" ]
                        run path $"several.{ending}" [ for k in 0..4 -> $"s{k}.xyz" ] [ "--gradients" ]
                        run path $"pattern.{ending}" [ "s?.xyz" ] [ "--gradients" ]
                        same path $"all.{ending}" $"several.{ending}"
                        same path $"all.{ending}" $"pattern.{ending}"

                    fails 1 "t*.xyz: found no such files" (featuresOf path [ "t*.xyz" ] "no.npz" []))

        testCase "a file says which files its structures come from, and is replaced only by --force"
        <| fun () ->
            withFiles invariants (fun path ->
                run path "two.npz" [ "s1.xyz"; "s0.xyz" ] []
                use about = Text.Json.JsonDocument.Parse((arrays path "two.npz").["about"].ToTexts()[0])

                Assert.Equal<string>(
                    [ path "s1.xyz"; path "s0.xyz" ],
                    [ for s in about.RootElement.GetProperty("source").EnumerateArray() -> nonNull (s.GetString()) ]
                )

                fails 1 "two.npz: found a file that is there" (featuresOf path [ "s1.xyz" ] "two.npz" [])

                ok (featuresOf path [ "s1.xyz" ] "two.npz" [ "--force" ]) |> ignore
                // An option with a slip in it is none of the files.
                featuresOf path [ "s0.xyz" ] "no.npz" [ "--gradient" ]
                |> fails 2 "no option of features '--gradient' (did you mean --gradients?)")

        testCase "an error names the file and the frame within it" <| fun () ->
            withFiles invariants (fun path ->
                File.WriteAllText(path "t.xyz", "1\n\nH 0 0 0\n2\n\nH 1 2 3\nC 1 2 3\n")
                fails 1 "t.xyz: frame 2, atoms 1 and 2: found the same place" (featuresOf path [ "all.xyz"; "t.xyz" ] "no.npz" [])
                Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path "x") |> nonNull, "no*")))

        testCase "the file is that of a table in memory, to the byte"
        <| fun () ->
            for spec in [ invariants; equivariants; spins ] do
                withFiles spec (fun path ->
                    let request = FeatureRequest(HasGradients = true)

                    let table =
                        Features.Compute(
                            Spec.Parse(spec, "spec"),
                            StructureSource.Of(ResizeArray structures, "structures"),
                            "spec",
                            request
                        )

                    FeatureNpz.Write(path "table.npz", table)
                    Metatensor.Write(path "table.mts", table)
                    run path "run.npz" [ "all.xyz" ] [ "--gradients" ]
                    run path "run.mts" [ "all.xyz" ] [ "--gradients" ]
                    same path "table.npz" "run.npz"
                    same path "table.mts" "run.mts")

        testCase "standard input is read like a file, compressed or not, and is not left behind" <| fun () ->
            withFiles invariants (fun path ->
                run path "all.npz" [ "all.xyz" ] []
                let text = File.ReadAllBytes(path "all.xyz")

                let zipped =
                    use bytes = new MemoryStream()
                    (use zip = new GZipStream(bytes, CompressionLevel.Optimal, true) in zip.Write(ReadOnlySpan text))
                    bytes.ToArray()

                for name, content in [ "plain", text; "zipped", zipped ] do
                    let spool = path (name + ".tmp")
                    Directory.CreateDirectory spool |> ignore
                    let program, arguments =
                        CommandLine.command [ "features"; "-"; "--spec"; path "spec.json"; "--out"; path $"{name}.npz" ]
                    let info = ProcessStartInfo(program, arguments, RedirectStandardInput = true)
                    info.Environment["TMPDIR"] <- spool
                    use started = nonNull (Process.Start info)
                    started.StandardInput.BaseStream.Write(ReadOnlySpan content)
                    started.StandardInput.Close()
                    started.WaitForExit()
                    Assert.Equal(0, started.ExitCode)
                    same path "all.npz" $"{name}.npz"
                    Assert.Empty(Directory.GetFiles(spool, "*.tmp"))

                fails 2 "found - twice" [ "features"; "-"; "-"; "--spec"; path "spec.json"; "--out"; path "no.npz" ])

        testCase "a pipe, which can be read once, is read like a file" <| fun () ->
            withFiles invariants (fun path ->
                match Tool.run "mkfifo" [ path "pipe.xyz" ] "" with
                | Some(0, _, _) ->
                    run path "all.npz" [ "all.xyz" ] []
                    let made = Tasks.Task.Run(fun () -> ok (featuresOf path [ "pipe.xyz" ] "piped.npz" []))
                    using (new FileStream(path "pipe.xyz", FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) (fun pipe ->
                        pipe.Write(ReadOnlySpan(File.ReadAllBytes(path "all.xyz"))))
                    Assert.Contains("5 structures", made.Result)
                    same path "all.npz" "piped.npz"
                | _ -> SharedData.skipped "no mkfifo")

        testCase "--average gives the mean of every structure's rows and gradients" <| fun () ->
            for spec, keys in [ invariants, [ "" ]; equivariants, [ "_0_1"; "_1_1"; "_1_-1" ]; spins, [ ""; "_spin" ] ] do
                withFiles spec (fun path ->
                    run path "atoms.npz" [ "all.xyz" ] [ "--gradients"; "--centres"; "H,C" ]
                    run path "means.npz" [ "all.xyz" ] [ "--gradients"; "--centres"; "H,C"; "--average" ]
                    run path "means.mts" [ "all.xyz" ] [ "--gradients"; "--centres"; "H,C"; "--average" ]
                    let atoms, means = arrays path "atoms.npz", arrays path "means.npz"
                    let samples = integers atoms "samples" |> Array.chunkBySize 3
                    let gradientSamples = integers atoms "gradient_samples" |> Array.chunkBySize 3
                    let meanGradientSamples = integers means "gradient_samples" |> Array.chunkBySize 3
                    let structures = samples |> Array.map (fun s -> s[0]) |> Array.distinct
                    Assert.Equal<string>([ "structure" ], means["samples"].Fields)
                    Assert.Equal<int64>(structures, integers means "samples")
                    Assert.Equal<string>([ "system" ], (let metatensor = arrays path "means.mts" in metatensor["blocks/0/samples"].Fields))

                    for key in keys do
                        if means.ContainsKey("values" + key) then
                            let all, mean = rows atoms ("values" + key), rows means ("values" + key)

                            for s, structure in Array.indexed structures do
                                let own =
                                    Array.indexed samples
                                    |> Array.filter (fun (_, x) -> x[0] = structure)
                                    |> Array.map (fun (k, _) -> all[k])
                                for f in 0 .. mean[s].Length - 1 do
                                    let expected = (own |> Array.sumBy (fun r -> r[f])) / float own.Length
                                    Assert.InRange(mean[s][f], expected - 1e-12, expected + 1e-12)

                        // Every atom that moves a mean has one row: the sum of those of the structure's atoms over their number.
                        let all, mean = rows atoms ("gradients" + key), rows means ("gradients" + key)
                        Assert.Equal(meanGradientSamples.Length, (Array.distinct meanGradientSamples).Length)

                        let pairs = gradientSamples |> Array.map (fun g -> g[1], g[2]) |> Array.distinct |> Array.sort
                        Assert.Equal<int64 * int64>(pairs, meanGradientSamples |> Array.map (fun g -> g[1], g[2]))

                        for row, g in Array.indexed meanGradientSamples do
                            Assert.Equal(structures[int g[0]], g[1])
                            let own =
                                Array.indexed gradientSamples
                                |> Array.filter (fun (_, x) -> x[1] = g[1] && x[2] = g[2])
                                |> Array.map (fun (k, _) -> all[k])
                            let count = samples |> Array.filter (fun x -> x[0] = g[1]) |> Array.length

                            for f in 0 .. mean[row].Length - 1 do
                                let expected = (own |> Array.sumBy (fun r -> r[f])) / float count
                                Assert.InRange(mean[row][f], expected - 1e-12, expected + 1e-12))

        testCase "chosen centres get the rows that they have among all" <| fun () ->
            withFiles spins (fun path ->
                run path "all.npz" [ "all.xyz" ] [ "--gradients" ]
                let all = arrays path "all.npz"
                let isChosen (structure: int64) (atom: int64) = structures[int structure].AtomProperties["chosen"].Logicals[int atom]

                for name, options, chosen in
                    [ "species", [ "--centres"; "C,O" ], (fun (s: int64[]) -> s[2] = 6L || s[2] = 8L)
                      "mask", [ "--mask"; "chosen" ], (fun s -> isChosen s[0] s[1])
                      "both", [ "--centers"; "H"; "--mask"; "chosen" ], (fun s -> s[2] = 1L && isChosen s[0] s[1]) ] do
                    run path $"{name}.npz" [ "all.xyz" ] ([ "--gradients" ] @ options)
                    let some = arrays path $"{name}.npz"
                    let kept = integers all "samples" |> Array.chunkBySize 3 |> Array.indexed |> Array.filter (fun (_, s) -> chosen s)
                    Assert.NotEmpty kept
                    Assert.Equal<int64>(Array.collect snd kept, integers some "samples")
                    Assert.Equal<float[]>(kept |> Array.map (fun (k, _) -> (rows all "values")[k]), rows some "values")
                    let place = dict (Array.mapi (fun place (k, _) -> int64 k, int64 place) kept)

                    let gradients =
                        integers all "gradient_samples"
                        |> Array.chunkBySize 3
                        |> Array.indexed
                        |> Array.filter (fun (_, g) -> place.ContainsKey g[0])

                    Assert.Equal<int64>(gradients |> Array.collect (fun (_, g) -> [| place[g[0]]; g[1]; g[2] |]), integers some "gradient_samples")

                    for key in [ "gradients"; "gradients_spin" ] do
                        Assert.Equal<float[]>(gradients |> Array.map (fun (k, _) -> (rows all key)[k]), rows some key)

                let features options = featuresOf path [ "all.xyz" ] "no.npz" options
                fails 2 "--centres: found 'Qq'" (features [ "--centres"; "C,Qq" ])
                fails 1 "no atom whose features are wanted" (features [ "--centres"; "Fe" ])
                fails 1 "frame 1: found no atom property other; it has spin, chosen" (features [ "--mask"; "other" ])
                fails 1 "frame 1, spin: found Real[5, 3], expected T or F, or 1 or 0" (features [ "--mask"; "spin" ])
                fails 2 "--chemiscope: found with --average" (features [ "--mask"; "chosen"; "--chemiscope"; path "no.json" ]))

        testCase "a mask of numbers is one of noughts and ones"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                File.WriteAllText(path "spec.json", invariants)

                let write (name: string) (mask: string list) =
                    let atoms = mask |> List.mapi (fun k m -> $"H {k} 0 0 {m}\n") |> String.concat ""
                    File.WriteAllText(path name, $"{mask.Length}\nProperties=species:S:1:pos:R:3:use:I:1\n{atoms}")

                write "good.xyz" [ "0"; "1"; "1" ]
                write "bad.xyz" [ "0"; "2" ]
                run path "good.npz" [ "good.xyz" ] [ "--mask"; "use" ]
                Assert.Equal<int64>([| 0L; 1L; 1L; 0L; 2L; 1L |], integers (arrays path "good.npz") "samples")

                featuresOf path [ "bad.xyz" ] "no.npz" [ "--mask"; "use" ]
                |> fails 1 "bad.xyz: frame 1, atom 2, use: found 2, expected 0 or 1")

        testCase "chosen blocks are those among all" <| fun () ->
            withFiles equivariants (fun path ->
                run path "all.npz" [ "all.xyz" ] [ "--gradients" ]
                run path "some.npz" [ "all.xyz" ] [ "--gradients"; "--blocks"; "1_-1,0_1" ]
                run path "some.mts" [ "all.xyz" ] [ "--blocks"; "1_-1" ]
                let all, some, metatensor = arrays path "all.npz", arrays path "some.npz", arrays path "some.mts"
                let names = [ for key in [ "_0_1"; "_1_-1" ] do for name in [ "values"; "features"; "gradients" ] -> name + key ]
                Assert.Equal<string>(List.sort (names @ [ "about"; "samples"; "spec"; "gradient_samples" ]), Seq.sort some.Keys)

                for name in names do
                    if name.StartsWith "features" then Assert.Equal<int64>(integers all name, integers some name)
                    else Assert.Equal<float>(reals all name, reals some name)

                Assert.Equal<int64>([| 1L; -1L |], integers metatensor "keys")
                Assert.Equal<float>(reals all "values_1_-1", reals metatensor "blocks/0/values")
                let features options = featuresOf path [ "all.xyz" ] "no.npz" options
                fails 2 "--blocks: found '1_2'" (features [ "--blocks"; "0_1,1_2" ])
                fails 2 "--blocks: found a block twice in '0_1,0_1'" (features [ "--blocks"; "0_1,0_1" ])
                fails 1 "expected blocks (3, 1)" (features [ "--blocks"; "3_1" ])
                File.WriteAllText(path "spec.json", invariants)
                fails 1 "found invariants, expected blocks (0, 1)" (features [ "--blocks"; "0_1" ]))

        testCase "--precision float32 rounds the numbers of a file with gradients" <| fun () ->
            for spec, values, gradients in [ invariants, "values", "gradients"; equivariants, "values_1_1", "gradients_1_-1"; spins, "values", "gradients_spin" ] do
                withFiles spec (fun path ->
                    run path "double.npz" [ "all.xyz" ] [ "--gradients"; "--precision"; "float64" ]
                    run path "single.npz" [ "all.xyz" ] [ "--gradients"; "--precision"; "float32" ]
                    let double, single = arrays path "double.npz", arrays path "single.npz"

                    for name in [ values; gradients ] do
                        Assert.Equal("'<f4'", single[name].Descr)
                        Assert.Equal<int>(double[name].Shape, single[name].Shape)
                        Assert.Equal<float>(reals double name |> Array.map (float32 >> float), reals single name)

                    fails 2 "--precision: found 'half'" (featuresOf path [ "all.xyz" ] "no.npz" [ "--precision"; "half" ]))

        testCase "--precision float32 makes features in float32, of atoms and, rounded, of structures" <| fun () ->
            for spec, values in [ invariants, "values"; equivariants, "values_1_1"; spins, "values" ] do
                for more in [ []; [ "--average" ] ] do
                    withFiles spec (fun path ->
                        run path "double.npz" [ "all.xyz" ] more
                        run path "single.npz" [ "all.xyz" ] (more @ [ "--precision"; "float32" ])
                        let double, single = reals (arrays path "double.npz") values, reals (arrays path "single.npz") values
                        let allowed = 1e-5 * (double |> Array.map abs |> Array.max)
                        Assert.Equal(double.Length, single.Length)
                        Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., allowed)) double single
                        Assert.NotEqual<float[]>(double |> Array.map (float32 >> float), single))

        testCase "shards, one after the other, are the whole"
        <| fun () ->
            withFiles equivariants (fun path ->
                run path "all.npz" [ "all.xyz" ] [ "--gradients" ]

                let shards = [
                    for k in 1..3 ->
                        run path $"{k}.npz" [ "all.xyz" ] [ "--gradients"; "--shard"; $"{k}/3" ]
                        arrays path $"{k}.npz"
                ]

                let all = arrays path "all.npz"

                for name in [ "values_0_1"; "values_1_-1"; "gradients_1_1" ] do
                    Assert.Equal<float>(reals all name, shards |> List.map (fun s -> reals s name) |> Array.concat)

                Assert.Equal<int64>(integers all "samples", shards |> List.map (fun s -> integers s "samples") |> Array.concat)
                Assert.Equal<int64>(integers all "features_0_1", integers shards[0] "features_0_1")

                fails 2 "--shard: found '4/3'" (featuresOf path [ "all.xyz" ] "no.npz" [ "--shard"; "4/3" ]))

        testCase "the specification is taken from a file of features, with all that data gave it" <| fun () ->
            let contracted = """{"cutoff": {"radius": 3}, "radial": {"nmax": 4, "contraction": {"channels": 2}}, "lmax": 1, "representation": {"kind": "power-spectrum"}}"""

            withFiles contracted (fun path ->
                run path "all.npz" [ "all.xyz" ] []
                ok [ "features"; path "s1.xyz"; "--spec"; path "all.npz"; "--out"; path "one.npz" ] |> ignore
                let all, one = arrays path "all.npz", arrays path "one.npz"
                Assert.Equal<string>(all["spec"].ToTexts(), one["spec"].ToTexts())
                Assert.Equal<float[]>((rows all "values")[5..7], rows one "values")
                NpzWriter.Write(path "other.npz", [ struct ("x", NpyArray.Reals([| 1. |], 1L)) ])
                fails 1 "other.npz: spec: found no such array" [ "features"; path "s1.xyz"; "--spec"; path "other.npz"; "--out"; path "no.npz" ])

        testCase "a large structure is computed in parts that do not show"
        <| fun () ->
            // 3696 features: 567 atoms fill a batch of values, 756 rows one of gradients.
            let spec =
                """{"cutoff": {"radius": 3}, "radial": {"nmax": 16}, "lmax": 6, "species": ["H", "C"], "representation": {"kind": "power-spectrum"}}"""

            let recipe: RandomStructure.Recipe = {
                Seed = 5
                Atoms = 600
                Species = [ 1; 6 ]
                Periodic = Periodicity.None
                HasCell = false
                Spacing = 1.2
            }

            let s = RandomStructure.build recipe
            let source = StructureSource.Of([| s |], "large")
            let spec = Spec.Parse(spec, "spec")
            let representation = spec.CreateInvariants([], "spec")
            let table = Features.Compute(spec, source, "spec")
            Assert.True(table.Values.Count > 1)
            Assert.Equal<float>(representation.Compute s, Array.concat table.Values)
            let chosen = FeatureRequest(HasGradients = true, CentreMask = "few")
            let few = [| for i in 0 .. s.Count - 1 -> i % 6 <> 0 |]
            let source = StructureSource.Of([| s.WithAtomProperty("few", PropertyArray.Logical(ReadOnlySpan few)) |], "large")
            let parts = Features.Compute(spec, source, "spec", chosen)
            Assert.True(parts.Values.Count > 1)
            let whole = representation.ComputeWithGradients s
            let rows = Array.concat parts.GradientSamples |> Array.chunkBySize 3
            let samples = Array.concat parts.Samples |> Array.chunkBySize 3
            let size = 3 * representation.FeatureCount
            let mutable row = 0

            for sample, centre in
                Array.indexed [|
                    for i in 0 .. s.Count - 1 do
                        if few[i] then
                            i
                |] do
                Assert.Equal(centre, samples[sample][1])

                for r in whole.Offsets[centre] .. whole.Offsets[centre + 1] - 1 do
                    Assert.Equal<int>([| sample; 0; whole.Atoms[r] |], rows[row])
                    row <- row + 1

            Assert.Equal(row, rows.Length)
            let gradients = Seq.concat parts.Gradients |> Seq.chunkBySize size |> Array.ofSeq
            let mutable row = 0

            for centre in 0 .. s.Count - 1 do
                if few[centre] then
                    for r in whole.Offsets[centre] .. whole.Offsets[centre + 1] - 1 do
                        Assert.True(whole.Gradients.Slice(r * size, size).SequenceEqual(ReadOnlySpan gradients[row]))
                        row <- row + 1

        testCase "memory does not grow with the file that is written"
        <| fun () ->
            if not (OperatingSystem.IsLinux()) then
                SharedData.skipped "no /proc to read a process's memory from"
            elif DriveInfo(Path.GetTempPath()).AvailableFreeSpace < 2_000_000_000L then
                SharedData.skipped "no room for the file"
            else
                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)

                    File.WriteAllText(
                        path "spec.json",
                        """{"cutoff": {"radius": 3}, "radial": {"nmax": 16}, "lmax": 6, "representation": {"kind": "power-spectrum"}}"""
                    )

                    use text = new StreamWriter(path "in.xyz")

                    for seed in 0..299 do
                        let recipe: RandomStructure.Recipe = {
                            Seed = seed
                            Atoms = 20
                            Species = [ 1; 6; 8 ]
                            Periodic = Periodicity.None
                            HasCell = false
                            Spacing = 1.2
                        }

                        ExtendedXyzWriter.Write(text, RandomStructure.build recipe)

                    text.Close()
                    use run = CommandLine.start (featuresOf path [ "in.xyz" ] "out.npz" [])
                    let most = CommandLine.peakUntilEnd run
                    Assert.Equal(0, run.ExitCode)
                    // 6000 atoms with 8232 features.
                    Assert.InRange((FileInfo(path "out.npz")).Length, 390_000_000L, 400_000_000L)
                    Assert.InRange(most, 1, 250))

        testCase "a run that is killed or interrupted, or whose disk is full, leaves no file of features"
        <| fun () ->
            if OperatingSystem.IsWindows() then
                SharedData.skipped "no kill to interrupt with"
            else
                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)

                    File.WriteAllText(
                        path "spec.json",
                        """{"cutoff": {"radius": 3}, "radial": {"nmax": 16}, "lmax": 6, "representation": {"kind": "power-spectrum"}}"""
                    )

                    let recipe: RandomStructure.Recipe = {
                        Seed = 1
                        Atoms = 3000
                        Species = [ 1; 6 ]
                        Periodic = Periodicity.None
                        HasCell = false
                        Spacing = 1.2
                    }

                    ExtendedXyzWriter.Write(path "in.xyz", [ RandomStructure.build recipe ])
                    let arguments = featuresOf path [ "in.xyz" ] "out.npz" []
                    // A file that tries whether the folder can be written is there for a moment only.
                    let size (file: string) =
                        try
                            (FileInfo file).Length
                        with :? FileNotFoundException ->
                            0L

                    let written () = Directory.GetFiles(folder, "*out.npz*") |> Array.sumBy size

                    let inTheMiddle () =
                        let run = CommandLine.start arguments
                        let watch = Stopwatch.StartNew()

                        while written () < 1_000_000L && not run.HasExited && watch.Elapsed.TotalSeconds < 60. do
                            Thread.Sleep 5

                        Assert.False run.HasExited
                        run

                    use interrupted = inTheMiddle ()
                    Assert.True((Tool.run "sh" [ "-c"; $"kill -TERM {interrupted.Id}" ] "").IsSome)
                    interrupted.WaitForExit()
                    Assert.NotEqual(0, interrupted.ExitCode)
                    Assert.Empty(Directory.GetFiles(folder, "*out.npz*"))

                    use killed = inTheMiddle ()
                    killed.Kill()
                    killed.WaitForExit()
                    Assert.False(File.Exists(path "out.npz"))

                    for file in Directory.GetFiles(folder, "*out.npz*") do
                        Assert.EndsWith(".tmp", file)
                        File.Delete file

                    // A limit on the size of files stands for the end of the disk.
                    let program, all = CommandLine.command arguments
                    let line = String.concat " " [ for word in program :: all -> $"'{word}'" ]

                    match Tool.run "sh" [ "-c"; $"trap '' XFSZ; ulimit -f 2000; DOTNET_EnableWriteXorExecute=0 exec {line}" ] "" with
                    | Some(code, out, err) ->
                        Assert.Equal((1, ""), (code, out))
                        Assert.StartsWith("toolkit: " + path "out.npz" + ": found ", err)
                        Assert.Contains("expected room for 88", err)
                        Assert.Empty(Directory.GetFiles(folder, "*out.npz*"))
                    | None -> Assert.Fail "no sh")
    ]
