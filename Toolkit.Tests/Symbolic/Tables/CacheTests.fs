module Toolkit.Tests.Symbolic.Tables.CacheTests

open System
open System.IO
open System.Threading.Tasks
open Xunit
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Coupling
open Toolkit.Tests.Laws

let private spec = TableSpec.Create(RealCg, 9)

[<Fact>]
let ``a table on demand is made once, found again, made anew when damaged, and whole whoever asks at the same time`` () =
    TemporaryFolder.using (fun folder ->
        let before = Environment.GetEnvironmentVariable "TOOLKIT_CACHE"
        // Below a folder that is not there yet.
        Environment.SetEnvironmentVariable("TOOLKIT_CACHE", Path.Combine(folder, "cache", "tables"))

        try
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
                Assert.Equal<byte[]>(whole, File.ReadAllBytes path)
        finally
            Environment.SetEnvironmentVariable("TOOLKIT_CACHE", before))
