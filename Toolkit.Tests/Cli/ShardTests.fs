/// Features, predictions and fits that several processes share.
module Toolkit.Tests.Cli.ShardTests

open System
open System.Diagnostics
open System.IO
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

let private spec =
    """{"cutoff": {"radius": 3.5, "smoothing": 1}, "density": {"sigma": 0.4}, "radial": {"nmax": 3}, "lmax": 2, "species": ["H", "C"],
        "representation": {"kind": "power-spectrum"}}"""

let private withFiles = MethaneFiles.using spec 40 20

/// Three ranks of `toolkit args… --shard auto`; skips where there is no mpirun.
let private mpirun (args: string list) =
    let program, all = command (args @ [ "--shard"; "auto" ])

    let start =
        ProcessStartInfo(
            "mpirun",
            [ "--oversubscribe"; "-n"; "3"; program ] @ all,
            RedirectStandardError = true,
            RedirectStandardOutput = true
        )

    for name in [ "OMPI_ALLOW_RUN_AS_ROOT"; "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM" ] do
        start.Environment[name] <- "1"

    try
        use run = nonNull (Process.Start start)
        let error = run.StandardError.ReadToEndAsync()
        let out = run.StandardOutput.ReadToEnd()
        run.WaitForExit()
        Assert.True((run.ExitCode = 0), out + error.Result)
    with :? ComponentModel.Win32Exception ->
        SharedData.skipped "no mpirun"

[<Tests>]
let tests =
    testList "Cli.ShardTests" [
        testCase "more parts than structures leave some empty, and are the whole together" <| fun () ->
            withFiles (fun path ->
                let frames = ExtendedXyzReader.Read(path "test.xyz") |> Seq.truncate 2
                ExtendedXyzWriter.Write(path "two.xyz", List.ofSeq frames)

                for extension, options in [ "npz", []; "mts", [ "--gradients" ]; "npz", [ "--average"; "--force" ] ] do
                    ok (featuresOf path [ "two.xyz" ] ("one." + extension) options) |> ignore

                    for k in 1..3 do
                        let out = $"a.shard-{k}-of-3.{extension}"
                        ok (featuresOf path [ "two.xyz" ] out ([ "--shard"; $"{k}/3" ] @ options)) |> ignore

                    ok [ "merge"; path $"a.shard-*-of-3.{extension}"; "--out"; path ("all." + extension); "--force" ] |> ignore
                    Assert.Equal<byte[]>(File.ReadAllBytes(path ("one." + extension)), File.ReadAllBytes(path ("all." + extension))))

        testCase "three ranks under mpirun make the features of one run, to the byte, as npz and as mts, gradients too"
        <| fun () ->
            withFiles (fun path ->
                for name, options in
                    [
                        "a.npz", []
                        "b.npz", [ "--gradients"; "--precision"; "float32" ]
                        "c.mts", [ "--gradients" ]
                        "d.npz", [ "--average" ]
                    ] do
                    let features out = featuresOf path [ "test.xyz" ] out options
                    ok (features ("one-" + name)) |> ignore
                    mpirun (features name)
                    let stem, extension = name.Split('.')[0], name.Split('.')[1]
                    // In whatever order they are named.
                    let parts = [ for k in [ 3; 1; 2 ] -> path $"{stem}.shard-{k}-of-3.{extension}" ]
                    ok ([ "merge" ] @ parts @ [ "--out"; path name ]) |> ignore
                    Assert.Equal<byte[]>(File.ReadAllBytes(path ("one-" + name)), File.ReadAllBytes(path name))

                let part k = path $"a.shard-{k}-of-3.npz"

                fails 1 "found 2 of 3 parts, expected all of them; part 2 is missing: run it again" [
                    "merge"
                    part 1
                    part 3
                    "--out"
                    path "no.npz"
                ]

                fails 1 "found part 1 a second time" [ "merge"; part 1; part 2; part 3; part 1; "--out"; path "no.npz" ]
                File.Copy(part 1, path "a.shard-2-of-3.npz", true)
                fails 1 "expected parts whose structures follow each other" [ "merge"; path "a.shard-*-of-3.npz"; "--out"; path "no.npz" ]
                File.Copy(path "d.shard-2-of-3.npz", path "a.shard-2-of-3.npz", true)
                fails 1 "a.shard-2-of-3.npz" [ "merge"; path "a.shard-*-of-3.npz"; "--out"; path "no.npz" ]
                File.WriteAllText(part 2, "torn")
                fails 1 "a file that is damaged or no feature file" [ "merge"; path "a.shard-*-of-3.npz"; "--out"; path "no.npz" ]
                fails 1 "a name without .shard-i-of-n" [ "merge"; path "one-a.npz"; "--out"; path "no.npz" ]
                fails 2 "expected parts that end with .mts" [ "merge"; path "a.shard-*-of-3.npz"; "--out"; path "no.mts" ]

                featuresOf path [ "test.xyz" ] "no.npz" [ "--shard"; "auto" ]
                |> fails 2 "--shard: found auto and none of OMPI_COMM_WORLD_RANK"

                Assert.False(File.Exists(path "no.npz")))

        testCase "three ranks under mpirun make the fit and the predictions of one run; lost and foreign parts are told" <| fun () ->
            withFiles (fun path ->
                let fit out options = fitOn path "train.xyz" out options
                ok (fit "one" []) |> ignore
                mpirun (fit "model" [])
                ok (fit "model" [ "--merge" ]) |> ignore
                let one, model = ModelFolder.Read(path "one"), ModelFolder.Read(path "model")
                Assert.Equal(one.About.Rows, model.About.Rows)
                Assert.Equal(one.About.Regularizer, model.About.Regularizer)

                for s in ExtendedXyzReader.Read(path "test.xyz") do
                    let a, b = one.Predict s, model.Predict s
                    Assert.Equal(a.Energy, b.Energy)
                    Assert.Equal<float[]>(a.Forces, b.Forces)

                // What the parts were is gone, nothing else is left.
                Assert.Empty(Directory.GetFiles(path "", "*.shard-*"))
                Assert.Empty(Directory.GetFiles(path "", "*.checkpoint.npz"))
                Assert.Equal(0, run [ "predict"; path "model"; path "test.xyz"; "--out"; path "whole.xyz" ] |> fun (code, _, _) -> code)
                mpirun [ "predict"; path "model"; path "test.xyz"; "--out"; path "p.xyz" ]
                ok [ "merge"; path "p.shard-*-of-3.xyz"; "--out"; path "p.xyz" ] |> ignore
                Assert.Equal<byte[]>(File.ReadAllBytes(path "whole.xyz"), File.ReadAllBytes(path "p.xyz"))

                fails 1 "found no such files, expected the equations of all parts" (fit "again" [ "--merge" ])
                for k in 1..2 do ok (fit "again" [ "--shard"; $"{k}/3" ]) |> ignore
                fails 1 "found 2 of 3 parts" (fit "again" [ "--merge" ])
                let part k = path $"again.shard-{k}-of-3.npz"
                File.Copy(part 1, part 3)
                fails 1 "again.shard-3-of-3.npz: found the state of a fit of other data, keys or settings" (fit "again" [ "--merge" ])
                File.Delete(part 3)
                ok (fit "again" [ "--shard"; "3/3" ]) |> ignore
                fails 1 "other data, keys or settings" (fit "again" [ "--merge"; "--set"; "density.sigma=0.5" ])
                ok (fit "again" [ "--merge" ]) |> ignore
                Assert.Equal(model.About.Regularizer, (ModelFolder.Read(path "again")).About.Regularizer)
                fails 2 "--shard: found '4/3', expected i/n with i from 1 to n, or auto" (fit "other" [ "--shard"; "4/3" ])
                fails 2 "--merge: found with --sweep" (fit "other" [ "--merge"; "--sweep"; "lmax=1,2" ]))

        testCase "models of dipoles are fitted in parts, too, and are those of one process to the bit"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                ExtendedXyzWriter.Write(path "train.xyz", Toolkit.Tests.Numerics.Models.TensorTests.polar Periodicity.None 1 30)
                ExtendedXyzWriter.Write(path "test.xyz", Toolkit.Tests.Numerics.Models.TensorTests.polar Periodicity.None 500 5)
                ok [ "spec"; "--example"; "dipole" ] |> fun text -> File.WriteAllText(path "spec.json", text)

                let fit out options =
                    fitOn path "train.xyz" out ([ "--set"; "cutoff.radius=3"; "--set"; "radial.nmax=2"; "--set"; "lmax=1" ] @ options)

                ok (fit "one" []) |> ignore

                for k in 1..3 do
                    ok (fit "model" [ "--shard"; $"{k}/3" ]) |> ignore

                ok (fit "model" [ "--merge" ]) |> ignore
                let one, model = Tensors.TensorFolder.Read(path "one"), Tensors.TensorFolder.Read(path "model")
                Assert.Equal(one.About.Rows, model.About.Rows)

                for s in ExtendedXyzReader.Read(path "test.xyz") do
                    Assert.Equal<float[]>((one.Predict s).Values, (model.Predict s).Values)

                Assert.Empty(Directory.GetFiles(path "", "*.shard-*")))
    ]
