module Toolkit.Tests.Numerics.Files.AtomicFileTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Numerics.Files.AtomicFileTests" [
        testCase "what the disk does not take is told with the file's own name, and nothing is left" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "out.xyz")

                // As the runtime tells of a full disk, and of a limit on the size of files.
                for error, found in
                    [ IOException("full", 28) :> exn, "no space left on the disk"
                      ArgumentOutOfRangeException "value", "a file larger than the limit on the size of files" ] do
                    try
                        AtomicFile.Write(path, fun stream -> stream.WriteByte 1uy; raise error)
                        failtest "it was written"
                    with :? InputException as e when not (OperatingSystem.IsWindows()) ->
                        Assert.Equal((path, found), (e.Error.Source, e.Error.Found))

                    Assert.Empty(Directory.GetFiles folder))

        testCase "what a killed process has left of a file is removed by the next one that writes it, and nothing else" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                let left = inside $"out.xyz.123-{Guid.NewGuid():N}.tmp"
                let others = [ $"out.xyz.123-{Guid.NewGuid():N}.tmp"; $"other.xyz.123-{Guid.NewGuid():N}.tmp"; "out.xyz.1-2.tmp" ]

                for path in left :: List.map inside others do
                    File.WriteAllText(path, "half")
                    File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes -1.)

                // One is written at this moment.
                use _ = File.OpenHandle(inside others[0], FileMode.Open, FileAccess.Write, FileShare.None)
                AtomicFile.Write(inside "out.xyz", fun stream -> stream.WriteByte 1uy)
                let there = Directory.GetFiles folder |> Array.map (Path.GetFileName >> nonNull) |> Array.sort
                Assert.Equal<string[]>(Array.sort [| yield! others; "out.xyz" |], there))

        testCase "a folder is replaced when the new one is whole, and stays where it does not become so" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "model")
                let write (text: string) = AtomicFolder.Write(path, fun inside -> File.WriteAllText(Path.Combine(inside, "a"), text))
                write "one"
                write "two"

                let full inside =
                    File.WriteAllText(Path.Combine(inside, "a"), "three")
                    raise (IOException("full", 28))

                if not (OperatingSystem.IsWindows()) then
                    let e = Assert.Throws<InputException>(fun () -> AtomicFolder.Write(path, full))
                    Assert.Equal((path, "no space left on the disk"), (e.Error.Source, e.Error.Found))

                Assert.Equal<string[]>([| path |], Directory.GetFileSystemEntries folder)
                Assert.Equal("two", File.ReadAllText(Path.Combine(path, "a"))))
    ]

