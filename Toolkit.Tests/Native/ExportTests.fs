/// `toolkit export`: what it writes, that it checks itself, and what it refuses.
module Toolkit.Tests.Native.ExportTests

open System
open System.IO
open System.IO.Compression
open System.Security.Cryptography
open Expecto
open Toolkit.Tests.Cli.CommandLine
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Native.ExportTests" [
        for kind in [ "linear"; "process"; "repulsion" ] do
            testCase $"a model for KIM says what the model says: {kind}"
            <| fun () ->
                NativeModel.requireLibrary ()

                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)
                    NativeModel.write (path "model") kind
                    let told = ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim"; "--verify" ]
                    Assert.Contains("kim init Toolkit_Test metal", told)
                    Assert.Contains("differs by energies", told)
                    Assert.True(File.Exists(path "kim/Toolkit_Test/libkim-api-portable-model.so"))
                    Assert.True(File.Exists(path "kim/Toolkit_Test/model/model.json"))
                    fails 1 "an export that is there" [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ]
                    ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim"; "--force" ] |> ignore
                    Assert.Equal<string[]>([| path "kim/Toolkit_Test" |], Directory.GetFileSystemEntries(path "kim")))

        for kind in [ "linear"; "spins"; "charges"; "electrostatics" ] do
            testCase $"a wheel has every file that its record says, and its library says what the model says: {kind}"
            <| fun () ->
                NativeModel.requireLibrary ()

                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)
                    NativeModel.write (path "model") kind
                    Assert.Contains("differs by energies", ok [ "export"; path "model"; "--python"; "--out"; path "out"; "--verify" ])
                    let wheel = Directory.GetFiles(path "out", "toolkit_atomistic-*-py3-none-manylinux_2_*_x86_64.whl") |> Array.exactlyOne
                    use zip = ZipFile.OpenRead wheel

                    let content (entry: ZipArchiveEntry) =
                        use stream = entry.Open()
                        use copy = new MemoryStream()
                        stream.CopyTo copy
                        copy.ToArray()

                    let record = zip.Entries |> Seq.find (fun e -> e.FullName.EndsWith "RECORD")
                    let lines = (Text.Encoding.UTF8.GetString(content record)).Split('\n', StringSplitOptions.RemoveEmptyEntries)

                    Assert.Equal<string list>(
                        [
                            for entry in zip.Entries do
                                if entry = record then
                                    $"{entry.FullName},,"
                                else
                                    let hash =
                                        Convert
                                            .ToBase64String(SHA256.HashData(content entry))
                                            .TrimEnd('=')
                                            .Replace('+', '-')
                                            .Replace('/', '_')

                                    $"{entry.FullName},sha256={hash},{entry.Length}"
                        ],
                        List.ofArray lines
                    ))

        testCase "grades for KIM are checked as well, and a model without grades or a package of Python is refused"
        <| fun () ->
            NativeModel.requireLibrary ()

            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "graded") "graded"
                NativeModel.write (path "linear") "linear"
                let told = ok [ "export"; path "graded"; "--kim"; "Toolkit_Grade"; "--grade"; "--out"; path "kim"; "--verify" ]
                Assert.Contains("whose energies of atoms are grades of extrapolation", told)
                Assert.Contains(", grades ", told)
                Assert.True(File.Exists(path "kim/Toolkit_Grade/grade/model.json"))
                Assert.False(Directory.Exists(path "kim/Toolkit_Grade/model"))

                fails
                    1
                    "the model has no grades of extrapolation: found --grade, expected a model fitted with --set model.extrapolation=true"
                    [ "export"; path "linear"; "--kim"; "Toolkit_None"; "--grade"; "--out"; path "kim" ]

                Assert.Equal<string[]>([| path "kim/Toolkit_Grade" |], Directory.GetFileSystemEntries(path "kim"))

                fails 2 "--grade: found with --python, expected it with --kim" [
                    "export"
                    path "graded"
                    "--python"
                    "--grade"
                    "--out"
                    path "py"
                ])

        for kind, part in [ "spins", "reads spins of atoms"; "charges", "is long-ranged"; "electrostatics", "is long-ranged" ] do
            testCase $"KIM is refused with the reason: {kind}"
            <| fun () ->
                NativeModel.requireLibrary ()

                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)
                    NativeModel.write (path "model") kind
                    fails 1 part [ "export"; path "model"; "--kim"; "T"; "--out"; path "kim" ]
                    fails 1 "toolkit serve" [ "export"; path "model"; "--kim"; "T"; "--out"; path "kim" ]
                    Assert.Empty(Directory.GetFileSystemEntries(path "kim")))

        testCase "a damaged model, names and options that there are not are told" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let export options = [ "export"; path "model"; "--out"; path "out" ] @ options
                fails 2 "neither --kim nor --python" (export [])
                fails 2 "--kim and --python" (export [ "--kim"; "T"; "--python" ])
                fails 2 "--kim: found '2T'" (export [ "--kim"; "2T" ])
                fails 2 "--kim: found 'a-b'" (export [ "--kim"; "a-b" ])
                NativeModel.requireLibrary ()
                NativeModel.write (path "model") "linear"
                File.AppendAllText(path "model/weights.npz", "x")
                fails 1 "a file that is whole" (export [ "--kim"; "T" ])) ]
