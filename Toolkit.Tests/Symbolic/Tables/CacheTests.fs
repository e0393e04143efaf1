module Toolkit.Tests.Symbolic.Tables.CacheTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private spec = TableSpec.Create(RealCg, 9)

/// A cache folder that is not there yet.
let private withCache (test: string -> unit) =
    TemporaryFolder.using (fun folder ->
        let before = Environment.GetEnvironmentVariable "TOOLKIT_CACHE"
        Environment.SetEnvironmentVariable("TOOLKIT_CACHE", Path.Combine(folder, "cache", "tables"))

        try
            test folder
        finally
            Environment.SetEnvironmentVariable("TOOLKIT_CACHE", before))

[<Tests>]
let tests =
    testSequenced
    <| testList "Symbolic.Tables.CacheTests" [
        testCase "features beyond the table of the library are made with one that is made on demand"
        <| fun () ->
            withCache (fun folder ->
                let path name = Path.Combine(folder, name)

                let recipe: RandomStructure.Recipe = {
                    Seed = 4
                    Atoms = 4
                    Species = [ 8 ]
                    Periodic = Periodicity.None
                    HasCell = false
                    Spacing = 0.9
                }

                let s = RandomStructure.build recipe
                ExtendedXyzWriter.Write(path "in.xyz", [ s; Rotations.apply [] (Rotations.randomRotation (Random 5)) s ])

                for kind in [ "\"kind\": \"bispectrum\""; "\"kind\": \"equivariants\", \"lambda\": 0" ] do
                    File.WriteAllText(
                        path "spec.json",
                        $"""{{"cutoff": {{"radius": 4}}, "radial": {{"nmax": 1}}, "lmax": 9, "representation": {{{kind}}}}}"""
                    )

                    let code, _, err =
                        Toolkit.Tests.Cli.CommandLine.run [
                            "features"
                            "--force"
                            path "in.xyz"
                            "--spec"
                            path "spec.json"
                            "--out"
                            path "out.npz"
                        ]

                    Assert.Equal((0, ""), (code, err))
                    let all = NpyData.ReadAll(path "out.npz")
                    let name = all.Keys |> Seq.find (fun k -> k.StartsWith "values")
                    let values = all[name].ToReals()
                    let half = values.Length / 2
                    Toolkit.Tests.Laws.Representations.close name 1e-9 values[.. half - 1] values[half..]

                Assert.True(File.Exists(TableCache.getOrCreate spec)))

        testCase "a table on demand is made once, found again, made anew when damaged, and whole whoever asks at the same time" <| fun () ->
            withCache (fun _ ->
                let load () =
                    use table = CouplingTable.Load(TableCache.getOrCreate spec)
                    Assert.Equal(9, table.LMax)

                Parallel.For(0, 16, fun _ -> load ()) |> ignore
                let path = TableCache.getOrCreate spec
                Assert.Equal<string[]>([| path |], Directory.GetFiles(nonNull (Path.GetDirectoryName path)))
                let made = File.GetLastWriteTimeUtc path
                load ()
                Assert.Equal(made, File.GetLastWriteTimeUtc path)
                let whole = File.ReadAllBytes path

                let changed = Array.copy whole
                changed[changed.Length / 2] <- changed[changed.Length / 2] ^^^ 1uy

                // Cut short, cut short in the header, changed, and another table under this name.
                for damaged in
                    [ whole[.. whole.Length - 9]
                      whole[..99]
                      changed
                      TableFile.toBytes (TableSpec.Create(RealCg, 2)) ] do
                    File.WriteAllBytes(path, damaged)
                    load ()
                    Assert.Equal<byte[]>(whole, File.ReadAllBytes path))
    ]
