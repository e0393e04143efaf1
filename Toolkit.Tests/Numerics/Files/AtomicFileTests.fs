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

        testCase "what another has made under the name meanwhile stays where it may not be replaced, and nothing is left" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "out")
                let others () = File.WriteAllText(path, "another's")
                let text (stream: Stream) = stream.Write(ReadOnlySpan "ours"B)

                let refused (write: unit -> unit) =
                    let e = Assert.Throws<InputException>(fun () -> write ())
                    Assert.Equal((path, "a file that is there"), (e.Error.Source, e.Error.Found))
                    Assert.Equal("another's", File.ReadAllText path)
                    Assert.Equal<string[]>([| path |], Directory.GetFiles folder)

                refused (fun () -> AtomicFile.Write(path, (fun stream -> others (); text stream), false))
                AtomicFile.Write(path, text)
                Assert.Equal("ours", File.ReadAllText path)
                refused (fun () -> AtomicFile.WriteBy(path, (fun name -> others (); File.WriteAllText(name, "ours")), false))
                AtomicFile.WriteBy(path, (fun name -> File.WriteAllText(name, "by")), true)
                Assert.Equal("by", File.ReadAllText path)
                // Its errors name the file that is wanted.
                let e = Assert.Throws<IOException>(fun () -> AtomicFile.WriteBy(path + "2", (fun name -> raise (IOException(name + ": no"))), false))
                Assert.Equal(path + "2: no", e.Message)
                File.Delete path
                AtomicFile.Write(path, text, false)
                Assert.Equal<string[]>([| path |], Directory.GetFiles folder)
                Assert.Equal("ours", File.ReadAllText path))

        testCase "a name that is not UTF-8 is refused: the file would have another" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "o\uFFFD.npz")
                let found (write: unit -> unit) = (Assert.Throws<InputException>(fun () -> write ())).Error.Found
                Assert.Equal("a name that is not UTF-8", found (fun () -> AtomicFile.Write(path, ignore)))
                Assert.Equal("a name that is not UTF-8", found (fun () -> AtomicFolder.Write(path, ignore)))
                Assert.Empty(Directory.GetFileSystemEntries folder))

        testCase "a folder that another has made meanwhile stays where it may not be replaced, and is replaced where it may" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "model")

                let fill (text: string) (inside: string) =
                    Directory.CreateDirectory path |> ignore
                    File.WriteAllText(Path.Combine(path, "a"), "another's")
                    File.WriteAllText(Path.Combine(inside, "a"), text)

                let e = Assert.Throws<InputException>(fun () -> AtomicFolder.Write(path, fill "ours", false))
                Assert.Equal((path, "a folder that is there"), (e.Error.Source, e.Error.Found))
                Assert.Equal("another's", File.ReadAllText(Path.Combine(path, "a")))
                AtomicFolder.Write(path, fill "ours")
                Assert.Equal("ours", File.ReadAllText(Path.Combine(path, "a")))
                Directory.Delete(path, true)
                Directory.CreateDirectory path |> ignore
                AtomicFolder.Write(path, (fun inside -> File.WriteAllText(Path.Combine(inside, "a"), "first")), false)
                Assert.Equal("first", File.ReadAllText(Path.Combine(path, "a")))
                Assert.Equal<string[]>([| path |], Directory.GetFileSystemEntries folder))

        testCase "a file that is removed takes along what a process that was killed just now has left of it" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                let others = [ $"out.npz.123-{Guid.NewGuid():N}.tmp"; $"other.npz.123-{Guid.NewGuid():N}.tmp" ]

                for name in "out.npz" :: $"out.npz.7-{Guid.NewGuid():N}.tmp" :: others do
                    File.WriteAllText(inside name, "half")

                // Another writes it at this moment.
                use _ = File.OpenHandle(inside others[0], FileMode.Open, FileAccess.Write, FileShare.None)
                AtomicFile.Remove(inside "out.npz")
                AtomicFile.Remove(inside "out.npz")
                let there = Directory.GetFiles folder |> Array.map (Path.GetFileName >> nonNull) |> Array.sort
                Assert.Equal<string[]>(Array.sort (Array.ofList others), there))

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

