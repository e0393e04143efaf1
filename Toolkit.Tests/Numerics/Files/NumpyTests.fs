module Toolkit.Tests.Numerics.Files.NumpyTests

open System
open System.IO
open System.IO.Compression
open System.Text
open FsCheck.FSharp
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Testing
open Toolkit.Tests.Laws

let private bytes (array: NpyArray) =
    use stream = new MemoryStream()
    array.Write stream
    stream.ToArray()

let private read (content: byte[]) =
    use stream = new MemoryStream(content)
    NpyData.Read(stream, "a.npy")

[<Tests>]
let tests =
    testList "Numerics.Files.NumpyTests" [
        testCase "a header is version 1.0, padded to 64 bytes, and ends with a line feed" <| fun () ->
            for shape, size in [ [||], 1; [| 3L |], 3; [| 2L; 5L |], 10; [| 1L; 2L; 3L; 4L |], 24; [| 0L; 7L |], 0 ] do
                let content = bytes (NpyArray.Reals(Array.zeroCreate<float> size, shape))
                let header = content.Length - 8 * size
                Assert.Equal<byte>([| 0x93uy; 78uy; 85uy; 77uy; 80uy; 89uy; 1uy; 0uy |], content[..7])
                Assert.Equal(0, header % 64)
                Assert.Equal(header - 10, int content[8] + 256 * int content[9])
                Assert.Equal(10uy, content[header - 1])

            let text = Encoding.ASCII.GetString(bytes (NpyArray.Reals([| 1.; 2. |], 2L)))
            Assert.Contains("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", text)
            let labels = Encoding.ASCII.GetString(bytes (NpyArray.Records([ "n"; "l" ], [ [| 1; 2; 3; 4 |] ])))
            Assert.Contains("{'descr': [('n', '<i4'), ('l', '<i4')], 'fortran_order': False, 'shape': (2,), }", labels)

        testCase "arrays read back as they were written" <| fun () ->
            let cases = Gen.zip (Gen.listOfLength 3 (Gen.choose (0, 4))) (Gen.choose (0, 1000000)) |> Law.from

            Law.holds cases (fun (shape, seed) ->
                let random = Random seed
                let size = List.fold (*) 1 shape
                let values = Array.init size (fun _ -> BitConverter.Int64BitsToDouble(random.NextInt64()))
                let back = read (bytes (NpyArray.Reals(values, shape |> List.map int64 |> Array.ofList)))
                Assert.Equal<int>(shape, back.Shape)
                Assert.Equal<float>(values, back.ToReals())
                let labels = Array.init (2 * size) (fun _ -> random.Next() - (1 <<< 30))
                let back = read (bytes (NpyArray.Records([ "a"; "b" ], [ labels[.. size - 1]; labels[size..] ])))
                Assert.Equal<string>([ "a"; "b" ], back.Fields)
                Assert.Equal<int64>(Array.map int64 labels, back.ToIntegers()))

            Assert.Equal<string>([| "é 中 😀\n" |], (read (bytes (NpyArray.Text "é 中 😀\n"))).ToTexts())

        testCase "NumPy reads what is written here" <| fun () ->
            Tool.withPython "numpy" (fun python ->
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "a.npz")

                    NpzWriter.Write(
                        path,
                        [ struct ("x", NpyArray.Reals([ [| 1.; 2.5; -3. |]; [| nan; 1e-300; 6. |] ], 2L, 3L))
                          struct ("folder/labels", NpyArray.Records([ "n"; "l" ], [ [| 1; -2; 3; 4 |] ]))
                          struct ("spec", NpyArray.Text "{\"é\": \"😀\"}")
                          struct ("empty", NpyArray.Reals(Array.empty<float>, 0L, 4L)) ]
                    )

                    let script =
                        """
import sys, zipfile, numpy as np
d = np.load(sys.argv[1])
print(sorted(d.files), all(i.compress_type == 0 for i in zipfile.ZipFile(sys.argv[1]).infolist()))
print(d['x'].dtype.str, d['x'].flags['C_CONTIGUOUS'], d['x'].tolist())
print(d['folder/labels'].dtype.descr, d['folder/labels'].tolist())
print(ascii(str(d['spec'])), d['spec'].shape, d['empty'].shape)
"""

                    let lines = (python script [ path ]).Trim().Split('\n')
                    Assert.Equal("['empty', 'folder/labels', 'spec', 'x'] True", lines[0])
                    Assert.Equal("<f8 True [[1.0, 2.5, -3.0], [nan, 1e-300, 6.0]]", lines[1])
                    Assert.Equal("[('n', '<i4'), ('l', '<i4')] [(1, -2), (3, 4)]", lines[2])
                    Assert.Equal("'{\"\\xe9\": \"\\U0001f600\"}' () (0, 4)", lines[3])))

        testCase "what NumPy writes is read here, Fortran order included" <| fun () ->
            Tool.withPython "numpy" (fun python ->
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "a.npz")

                    let script =
                        """
import sys, numpy as np
x = np.arange(24.0).reshape(2, 3, 4)
np.savez(sys.argv[1], c=x, f=np.asfortranarray(x), s=x.astype('f4'), i=np.arange(3), j=np.arange(3, dtype='i2') - 1,
         b=np.array([True, False]), u=np.array(['a', 'bcd']), zero=np.float64(2.5), v2=x)
"""

                    python script [ path ] |> ignore
                    let all = NpyData.ReadAll path

                    for name in [ "c"; "f"; "s"; "v2" ] do
                        Assert.Equal<int>([ 2; 3; 4 ], all[name].Shape)
                        Assert.Equal<float>([| 0. .. 23. |], all[name].ToReals())

                    Assert.Equal<int64>([| 0L; 1L; 2L |], all["i"].ToIntegers())
                    Assert.Equal<float>([| -1.; 0.; 1. |], all["j"].ToReals())
                    Assert.Equal<int64>([| 1L; 0L |], all["b"].ToIntegers())
                    Assert.Equal<string>([| "a"; "bcd" |], all["u"].ToTexts())
                    Assert.Equal<float>([| 2.5 |], all["zero"].ToReals())
                    Assert.Empty all["zero"].Shape))

        testCase "public NumPy data sets are read" <| fun () ->
            SharedData.using "nio-spin/data_0" (fun folder ->
                let spins = NpyData.Read(Path.Combine(folder, "set.000", "spin.npy"))
                Assert.Equal(2, spins.Shape.Count)
                Assert.Equal(96, spins.Shape[1])
                Assert.All(spins.ToReals(), fun x -> Assert.True(abs x < 1.3)))

        testCase "a damaged NumPy file gets one line" <| fun () ->
            let good = bytes (NpyArray.Reals([| 1.; 2.; 3. |], 3L))

            let fails (part: string) (content: byte[]) =
                let e = Assert.Throws<InputException>(fun () -> (read content).ToReals() |> ignore)
                Assert.StartsWith("a.npy: found ", e.Message)
                Assert.Contains(part, e.Message)
                Assert.DoesNotContain("\n", e.Message)

            let edit (from: string) (into: string) =
                Encoding.Latin1.GetBytes((Encoding.Latin1.GetString good).Replace(from, into))

            for length in 0 .. good.Length - 1 do
                fails "the end of the file after" good[.. length - 1]

            fails "does not start with" (edit "NUMPY" "NUMPI")
            fails "format version 7" (Array.mapi (fun i b -> if i = 6 then 7uy else b) good)
            fails "header" (edit "'descr'" "'dascr'")
            fails "element type '<c8'" (edit "'<f8'" "'<c8'")
            fails "element type '|O'" (edit "'<f8'" "'|O' ")
            fails "the shape" (edit "(3,)" "(3,99999,99999,99999)")
            fails "the end of the file" (edit "(3,), }" "(90000000,), }" |> Array.truncate good.Length)
            let e = Assert.Throws<InputException>(fun () -> (read (bytes (NpyArray.Text "a"))).ToReals() |> ignore)
            Assert.Contains("expected integers", e.Message)

            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "a.npz")
                File.WriteAllText(path, "no zip")
                Assert.Throws<InputException>(fun () -> NpyData.ReadAll path |> ignore) |> ignore
                Assert.Throws<InputException>(fun () -> NpyData.ReadAll(path + "x") |> ignore) |> ignore)

        testCase "entries of a ZIP file grow side by side, and large sizes and places are written as ZIP64" <| fun () ->
            let random = Random 3
            let contents =
                [| for length in [ 0; 1; 70_000; 200_000; 65_536 ] -> let b = Array.zeroCreate<byte> length in random.NextBytes b; b |]

            for from64 in [ int64 UInt32.MaxValue; 66_000L; 1L ] do
                let zip = StoredZip(contents |> Array.mapi (fun k c -> struct ($"folder/{k}", c.LongLength)), from64)
                use file = new MemoryStream()
                zip.Begin(file, "a.zip")
                let taken = Array.zeroCreate contents.Length

                // A random piece of a random entry, until all are whole.
                while Array.exists2 (fun t (c: byte[]) -> t < c.Length) taken contents do
                    let k = random.Next contents.Length
                    let piece = min (contents[k].Length - taken[k]) (random.Next 100_000)
                    zip.Append(k, ReadOnlySpan(contents[k], taken[k], piece))
                    taken[k] <- taken[k] + piece

                Assert.Throws<InvalidOperationException>(fun () -> zip.Append(1, ReadOnlySpan [| 0uy |])) |> ignore
                zip.Finish()
                Assert.Equal(zip.Length, file.Length)
                use read = new ZipArchive(file, ZipArchiveMode.Read)
                Assert.Equal<string>([ for k in 0 .. contents.Length - 1 -> $"folder/{k}" ], read.Entries |> Seq.map (fun e -> e.FullName))

                for k in 0 .. contents.Length - 1 do
                    use stream = read.Entries[k].Open()
                    use copy = new MemoryStream()
                    stream.CopyTo copy
                    Assert.Equal<byte>(contents[k], copy.ToArray())
                    Assert.Equal(Crc32.Append(0u, ReadOnlySpan contents[k]), read.Entries[k].Crc32)

            let short = StoredZip([ struct ("a", 2L) ])
            use file = new MemoryStream()
            short.Begin(file, "a.zip")
            short.Append(0, ReadOnlySpan [| 1uy |])
            Assert.Throws<InvalidOperationException>(fun () -> short.Finish()) |> ignore

        testCase "other programs find the ZIP files whole" <| fun () ->
            Tool.withPython "zipfile" (fun python ->
                TemporaryFolder.using (fun folder ->
                    for from64 in [ int64 UInt32.MaxValue; 1L ] do
                        let path = Path.Combine(folder, "a.zip")
                        let zip = StoredZip([ struct ("a", 3L); struct ("b/c", 5L) ], from64)
                        (use file = File.Create path in
                         zip.Begin(file, "a.zip")
                         zip.Append(1, ReadOnlySpan "12345"B)
                         zip.Append(0, ReadOnlySpan "abc"B)
                         zip.Finish())
                        let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), z.namelist(), z.read('a'), z.read('b/c'))"
                        Assert.Equal("None ['a', 'b/c'] b'abc' b'12345'", (python script [ path ]).Trim())))

        testCase "the same arrays give the same bytes" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let write (name: string) =
                    let path = Path.Combine(folder, name)
                    NpzWriter.Write(path, [ struct ("x", NpyArray.Reals([| 1. |], 1L)) ])
                    File.ReadAllBytes path

                Assert.Equal<byte>(write "a.npz", write "b.npz")
                use zip = ZipFile.OpenRead(Path.Combine(folder, "a.npz"))
                Assert.Equal("x.npy", (Seq.exactlyOne zip.Entries).FullName))
    ]
