module Toolkit.Tests.Symbolic.Tables.AtomicFileTests

open System
open System.IO
open System.Text
open Expecto
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

/// Both libraries write files in this way.
let private writers: (string -> string -> unit) list = [
    fun path text -> AtomicFile.write path (fun stream -> stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes text)))
    fun path text -> Toolkit.Numerics.Files.AtomicFile.Write(path, (fun stream -> stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes text))))
]

[<Tests>]
let tests =
    testList "Symbolic.Tables.AtomicFileTests" [
        testCase "a writer that fails leaves the old file as it was and no other" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t.table")
                File.WriteAllText(path, "old")

                Assert.Throws<InvalidOperationException>(fun () ->
                    AtomicFile.write path (fun stream ->
                        stream.WriteByte 1uy
                        invalidOp "killed"))
                |> ignore

                Assert.Equal("old", File.ReadAllText path)
                Assert.Equal(1, Directory.GetFiles(folder).Length))

        testCase "a limit on the size of files is told with the file's name" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t.table")
                // As the runtime tells of it.
                let tooLarge (_: FileStream) = raise (ArgumentOutOfRangeException "value")
                let error = Assert.Throws<IOException>(fun () -> AtomicFile.write path tooLarge)
                Assert.Equal(path + ": found a file larger than the limit on the size of files, expected a file that can be written", error.Message)
                Assert.Empty(Directory.GetFiles folder))

        testCase "a link stays a link, to the new file" <| fun () ->
            for write in writers do
                TemporaryFolder.using (fun folder ->
                    let link, file = Path.Combine(folder, "link"), Path.Combine(folder, "file")
                    File.CreateSymbolicLink(link, "file") |> ignore

                    // The file is not there at first.
                    for text in [ "one"; "two" ] do
                        write link text
                        Assert.Equal(text, File.ReadAllText file)
                        Assert.Equal("file", FileInfo(link).LinkTarget)

                    Assert.Equal(2, Directory.GetFiles(folder).Length))

        testCase "what can be no file is refused with one line that names it, before anything is written"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                Directory.CreateDirectory(inside "there") |> ignore
                File.WriteAllText(inside "file", "")

                let refused (path: string) (fact: string) =
                    for format in [ "tsv"; "npz"; "table" ] do
                        let code, out, err = CommandLine.run [ "tables"; "--kind"; "3j"; "--lmax"; "1"; "--format"; format; "--out"; path ]
                        Assert.Equal((1, ""), (code, out))
                        let name = if path = "" then "--out" else path
                        Assert.StartsWith($"toolkit: {name}: found {fact}", err)
                        Assert.Equal(1, err.Trim().Split('\n').Length)

                refused "" "no name"
                refused (inside "there") "a folder"
                refused (inside "absent/t") "no such folder"
                refused (inside "file/t") "no such folder"

                if not (OperatingSystem.IsWindows()) then
                    // A name that nothing has, so that nothing is lost if it is written to.
                    refused "/dev/toolkit-no-device" "a device"
                    File.CreateSymbolicLink(inside "link", "/dev/toolkit-no-device") |> ignore
                    refused (inside "link") "a device"

                    Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () -> writers[1] (inside "link") "") |> ignore

                Assert.Equal<string[]>(
                    [| inside "file"; inside "link"; inside "there" |],
                    Directory.GetFileSystemEntries folder |> Array.sort
                ))
    ]
