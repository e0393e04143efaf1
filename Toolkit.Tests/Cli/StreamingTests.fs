module Toolkit.Tests.Cli.StreamingTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Coupling
open Toolkit.Tests.Laws

/// `toolkit tables` in the middle of writing the file `t` in the folder.
let private writing (folder: string) (format: string) : Process =
    let run = CommandLine.start [ "tables"; "--kind"; "3j"; "--lmax"; "40"; "--format"; format; "--out"; Path.Combine(folder, "t") ]
    let watch = Stopwatch.StartNew()

    let written () =
        // A file may get its final name in between.
        Directory.GetFiles folder |> Array.sumBy (fun f -> try (FileInfo f).Length with :? FileNotFoundException -> 0L)

    while written () < 1_000_000L && not run.HasExited && watch.Elapsed.TotalSeconds < 60. do
        Thread.Sleep 5

    Assert.False run.HasExited
    run

[<Tests>]
let tests =
    testList "Cli.StreamingTests" [
        testCase "a table with lmax 50 is written with less than 300 MB of memory" <| fun () ->
            if not (OperatingSystem.IsLinux()) then
                SharedData.skipped "no /proc to read a process's memory from"
            elif DriveInfo(Path.GetTempPath()).AvailableFreeSpace < 4_000_000_000L then
                SharedData.skipped "no room for the file"
            else
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "t")
                    use run = CommandLine.start [ "tables"; "--kind"; "3j"; "--lmax"; "50"; "--precision"; "float32"; "--format"; "table"; "--out"; path ]
                    let most = CommandLine.peakUntilEnd run
                    Assert.Equal(0, run.ExitCode)
                    // 156 million entries of seven bytes.
                    Assert.InRange((FileInfo path).Length, 1_000_000_000L, 1_200_000_000L)
                    Assert.InRange(most, 1, 300))

        testCase "a process that is interrupted while it writes leaves nothing behind" <| fun () ->
            if OperatingSystem.IsWindows() then
                SharedData.skipped "no kill to interrupt with"
            else
                TemporaryFolder.using (fun folder ->
                    use run = writing folder "table"
                    Assert.True((Tool.run "sh" [ "-c"; $"kill -TERM {run.Id}" ] "").IsSome)
                    run.WaitForExit()
                    Assert.NotEqual(0, run.ExitCode)
                    Assert.Empty(Directory.GetFiles folder))

        testCase "a process killed while it writes leaves no table, and another one then makes it" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")

                for format in [ "table"; "npz"; "tsv" ] do
                    use run = writing folder format
                    run.Kill()
                    run.WaitForExit()
                    Assert.False(File.Exists path)

                    // What is left behind is hidden and named as temporary.
                    for file in Directory.GetFiles folder do
                        Assert.Matches(@"^\.t\..*\.tmp$", Path.GetFileName file)
                        File.Delete file

                use again = CommandLine.start [ "tables"; "--kind"; "3j"; "--lmax"; "4"; "--format"; "table"; "--out"; path ]
                again.WaitForExit()
                use table = CouplingTable.Load path
                Assert.Equal(4, table.LMax))

        testCase "two processes that write the same file at once leave a whole one" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                let one () = CommandLine.start [ "tables"; "--kind"; "cg"; "--lmax"; "14"; "--format"; "table"; "--force"; "--out"; path ]
                use a = one ()
                use b = one ()
                a.WaitForExit()
                b.WaitForExit()
                Assert.Equal((0, 0), (a.ExitCode, b.ExitCode))
                Assert.Equal<string[]>([| path |], Directory.GetFiles folder)

                Assert.Equal<byte[]>(TableFile.toBytes (TableSpec.Create(Cg, 14)), File.ReadAllBytes path))
    ]
