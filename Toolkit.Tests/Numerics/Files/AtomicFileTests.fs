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
    ]
