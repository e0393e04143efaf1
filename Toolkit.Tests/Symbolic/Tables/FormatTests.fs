module Toolkit.Tests.Symbolic.Tables.FormatTests

open System
open System.IO
open System.IO.Compression
open System.Text
open System.Text.Json
open Expecto
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Coupling
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private spec = Specs.ofKind

let private specs =
    [ for precision in [ Precision.Double; Precision.Single ] do
          spec ThreeJ 5 true precision
          spec Cg 4 false precision
          spec RealCg 6 false precision
          spec Gaunt 8 false precision
          spec SixJ 4 true precision ]

/// Doubled quantum numbers and value of every entry, in increasing order.
let private expected (spec: TableSpec) =
    [| for struct (l1, l2, l3) in spec.Blocks do
           for struct (i, v) in Coefficients.exactBlock spec l1 l2 l3 do
               struct (i.TwiceL1, i.TwiceL2, i.TwiceL3, i.TwiceM1, i.TwiceM2, i.TwiceM3), spec.Round v |]
    |> Array.sort

/// The shape, the type and the data of an array in a NumPy file.
let private array (archive: ZipArchive) (name: string) : string * byte[] =
    use stream = (nonNull (archive.GetEntry(name + ".npy"))).Open()
    use copy = new MemoryStream()
    stream.CopyTo copy
    let bytes = copy.ToArray()
    let length = 10 + int (BitConverter.ToUInt16(bytes, 8))
    Assert.Equal(0, length % 64)
    Encoding.ASCII.GetString(bytes, 10, length - 10), bytes[length..]

let private readNpz (path: string) =
    use archive = ZipFile.OpenRead path
    let valuesHeader, values = array archive "values"
    let _, m = array archive "m"
    let _, blocks = array archive "blocks"
    let _, header = array archive "header"
    let single = valuesHeader.Contains "<f4"
    let value i = if single then float (BitConverter.ToSingle(values, 4 * i)) else BitConverter.ToDouble(values, 8 * i)
    let block b k = int (BitConverter.ToInt64(blocks, 40 * b + 8 * k))

    let entries =
        [| for b in 0 .. blocks.Length / 40 - 1 do
               for i in block b 3 .. block b 3 + block b 4 - 1 do
                   (block b 0, block b 1, block b 2), (int m[3 * i], int m[3 * i + 1], int m[3 * i + 2]), value i |]

    entries, Encoding.UTF32.GetString header

/// The doubled m of a stored index.
let private number (kind: TableKind) (twiceL: int) (index: int) = if kind = SixJ then index else 2 * index - twiceL

let private writers: (string * (TableSpec -> string -> unit)) list =
    [ "tsv", TableText.writeTsv
      "json", TableText.writeJson
      "c", TableText.writeC
      "npz", TableNpz.write
      "table", TableFile.write ]

[<Tests>]
let tests =
    testList "Symbolic.Tables.FormatTests" [
        testCase "all five formats of every kind hold the same entries, each correctly rounded, in float64 and in float32"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)

                for spec in specs do
                    let expected = expected spec
                    let kind = spec.Kind

                    TableText.writeTsv spec (path "tsv")
                    let lines = File.ReadAllLines(path "tsv")

                    let twice (text: string) =
                        match HalfInteger.TryParse text with
                        | Some h -> h.Twice
                        | None -> failwith text

                    let tsv = [|
                        for line in lines[5..] do
                            let c = line.Split '\t'
                            struct (twice c[0], twice c[1], twice c[2], twice c[3], twice c[4], twice c[5]), float c[9]
                    |]

                    let rounded (value: float) = if spec.Precision = Precision.Single then float (float32 value) else value
                    Assert.Equal<_[]>(expected, tsv |> Array.map (fun (i, v) -> i, rounded v))

                    TableText.writeJson spec (path "json")
                    use json = JsonDocument.Parse(File.ReadAllText(path "json"))

                    let fromJson = [|
                        for e in json.RootElement.GetProperty("entries").EnumerateArray() do
                            let n (i: int) = int (2. * e[i].GetDouble())
                            struct (n 0, n 1, n 2, n 3, n 4, n 5), rounded (e[9].GetDouble())
                    |]

                    Assert.Equal<_[]>(expected, fromJson)

                    TableText.writeC spec (path "c")

                    let fromC = [|
                        for line in File.ReadAllLines(path "c") do
                            if line.StartsWith "{" then
                                let c = line.Trim('{', '}', ',').Split ','
                                struct (int c[0], int c[1], int c[2], int c[3], int c[4], int c[5]), rounded (float (c[6].TrimEnd 'f'))
                    |]

                    Assert.Equal<_[]>(expected, fromC)

                    TableNpz.write spec (path "npz")
                    let entries, header = readNpz (path "npz")

                    let fromNpz = [|
                        for (l1, l2, l3), (m1, m2, m3), v in entries do
                            struct (l1, l2, l3, number kind l1 m1, number kind l2 m2, number kind l3 m3), v
                    |]

                    Assert.Equal<_[]>(expected, Array.sort fromNpz)

                    TableFile.write spec (path "table")
                    use table = CouplingTable.Load(path "table")
                    Assert.Equal((spec.Precision = Precision.Single), table.Header.Single)

                    let fromTable = [|
                        for struct (l1, l2, l3) in spec.Blocks do
                            let b = table.BlockOfTwice(l1, l2, l3)

                            for i in 0 .. b.Count - 1 do
                                let v = if table.Header.Single then float b.SingleValue[i] else b.Value[i]

                                struct (l1,
                                        l2,
                                        l3,
                                        number kind l1 (int b.M1[i]),
                                        number kind l2 (int b.M2[i]),
                                        number kind l3 (int b.M3[i])),
                                v
                    |]

                    Assert.Equal<_[]>(expected, Array.sort fromTable)

                    // Every header names the generator with its arguments, the parameters, the convention and a checksum.
                    for text in
                        [
                            String.concat "\n" lines[..3]
                            File.ReadAllText(path "json")
                            File.ReadAllText(path "c")
                            header
                            table.Header.ToString()
                        ] do
                        for fact in [ "toolkit tables --kind " + kind.Name; spec.Convention.Name; kind.Basis.Name ] do
                            Assert.Contains(fact, text)

                        Assert.Matches("[0-9a-f]{64}", text))

        testCase "NumPy reads the arrays" <| fun () ->
            Tool.withPython "numpy" (fun python ->
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "t.npz")
                    let code, out, err = CommandLine.run [ "tables"; "--kind"; "real-cg"; "--lmax"; "4"; "--format"; "npz"; "--out"; path ]
                    Assert.Equal((0, "", ""), (code, out, err))

                    let script =
                        "import numpy as np, sys, json, hashlib\n"
                        + "t = np.load(sys.argv[1])\n"
                        + "h = json.loads(str(t['header']))\n"
                        + "d = hashlib.sha256(t['values'].tobytes() + t['m'].tobytes() + t['blocks'].tobytes()).hexdigest()\n"
                        + "assert h['checksum'] == 'sha256:' + d, h\n"
                        + "s = 0\n"
                        + "for a, b, c, at, n in t['blocks']:\n"
                        + "    C = np.zeros((a + 1, b + 1, c + 1))\n"
                        + "    C[tuple(t['m'][at:at + n].T)] = t['values'][at:at + n]\n"
                        + "    assert abs(np.einsum('ijk,ijl->kl', C, C) - np.eye(c + 1)).max() < 1e-14\n"
                        + "    s += 1\n"
                        + "print(s)\n"

                    Assert.Equal("65", (python script [ path ]).Trim())))

        testCase "a C compiler takes several tables at once, each as often as it likes, and reads their numbers"
        <| fun () ->
            match Tool.run "cc" [ "--version" ] "" with
            | None -> SharedData.skipped "no C compiler"
            | Some _ ->
                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)
                    let snap = Conventions.find "snap" Basis.Complex
                    let half = HalfInteger.FromTwice 5

                    let tables = [
                        spec RealCg 6 false Precision.Double, "toolkit_real_cg_3"
                        TableSpec.Create(Cg, half, true, snap, Precision.Single), "toolkit_cg_5h_half_snap_float32"
                        spec SixJ 2 true Precision.Double, "toolkit_6j_1_half"
                    ]

                    let program = StringBuilder "#include <stdio.h>\n"

                    for spec, name in tables do
                        TableText.writeC spec (path (name + ".h"))
                        program.Append($"#include \"{name}.h\"\n#include \"{name}.h\"\n") |> ignore

                    program.Append "int main(void) {\n" |> ignore

                    for _, name in tables do
                        program.Append(
                            $"for (unsigned i = 0; i < sizeof {name} / sizeof *{name}; i++) printf(\"%%d %%d %%d %%d %%d %%d %%a\\n\", "
                            + String.concat ", " [ for field in [ "l1"; "l2"; "l3"; "m1"; "m2"; "m3"; "value" ] -> $"{name}[i].{field}" ]
                            + ");\n"
                        )
                        |> ignore

                    File.WriteAllText(path "p.c", program.Append("return 0; }\n").ToString())

                    Assert.Equal(
                        Some(0, "", ""),
                        Tool.run "cc" [ "-std=c99"; "-Wall"; "-Wextra"; "-Werror"; "-o"; path "p"; path "p.c" ] ""
                    )

                    let hexadecimal (text: string) =
                        let sign, text = (if text.StartsWith '-' then -1., text.Substring 1 else 1., text)
                        let parts = text.Substring(2).Split 'p'
                        let digits = parts[0].Replace(".", "")
                        sign * Math.ScaleB(float (Convert.ToInt64(digits, 16)), int parts[1] - 4 * (digits.Length - 1))

                    match Tool.run (path "p") [] "" with
                    | Some(0, out, _) ->
                        let found = [|
                            for line in out.Trim().Split '\n' do
                                let c = line.Split ' '
                                struct (int c[0], int c[1], int c[2], int c[3], int c[4], int c[5]), hexadecimal c[6]
                        |]

                        Assert.Equal<_[]>(Array.concat [ for spec, _ in tables -> expected spec ], found)
                    | other -> Assert.Fail $"{other}")

        testCase "a whole file of any format says what it is a table of" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                let mace = TableSpec.Create(RealCg, 2, false, Conventions.find "mace" Basis.Real, Precision.Double)

                for spec in mace :: specs do
                    for format, write in writers do
                        write spec path
                        Assert.Equal(Some format, TableCheck.tryFormat path)
                        Assert.Equal(Ok spec, TableCheck.tryVerify path)
                        let line = $"valid\t{path}\t{spec.Kind.Name}\t{spec.LMaxText}\t{spec.Convention.Name}\n"
                        Assert.Equal((0, line, ""), CommandLine.run [ "check"; path ]))

        testCases
            "a file of any format with any one byte changed, or cut short anywhere, is refused with one line"
            [ "tsv"
              "json"
              "c"
              "npz"
              "table" ]
        <| fun (format: string) ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                let spec = spec Cg 2 true Precision.Double
                (List.find (fun (name, _) -> name = format) writers |> snd) spec path
                let bytes = File.ReadAllBytes path
                let entries = if format = "npz" then fst (readNpz path) else [||]

                let refused (at: int) (damaged: byte[]) =
                    File.WriteAllBytes(path, damaged)

                    match TableCheck.tryVerify path with
                    | Error e ->
                        Assert.StartsWith(path, e)
                        Assert.DoesNotContain("\n", e)
                    // A ZIP archive also has fields that nobody reads, such as times.
                    | Ok found when format = "npz" && found = spec -> Assert.Equal<_[]>(entries, fst (readNpz path))
                    | Ok found -> Assert.Fail $"byte {at}: {found}"

                for at in 0 .. bytes.Length - 1 do
                    let damaged = Array.copy bytes
                    damaged[at] <- damaged[at] ^^^ byte (1 + at * 37 % 255)
                    refused at damaged

                    if at % 11 = 0 then
                        refused at bytes[.. at - 1]

                refused bytes.Length (Array.append bytes [| 10uy |])
                File.WriteAllBytes(path, bytes[.. bytes.Length / 2])
                let code, out, err = CommandLine.run [ "check"; path ]
                Assert.Equal((1, ""), (code, err))
                Assert.StartsWith("invalid: ", out))

        testCase "a float32 that lies midway between two is rounded from the exact value" <| fun () ->
            // 3j(0 0 0; 0 0 0) = 1 and roots of squares are floats exactly; none may be off by the rounding to float64 in between.
            let one = spec Cg 40 false Precision.Single

            Generator(one).ForEachBlock(fun l1 l2 l3 block ->
                if (l1 + 3 * l2 + 5 * l3) % 97 = 0 then
                    for i in 0 .. block.Count - 1 do
                        let m1, m2, m3 = 2 * int block.M1[i] - l1, 2 * int block.M2[i] - l2, 2 * int block.M3[i] - l3
                        let exact = ClebschGordan.ofTwice l1 m1 l2 m2 l3 m3
                        Assert.Equal(float (exact.ToSingle()), block.Values[i]))

        testCase "a float32 table takes part in products, and a float64 view of it is refused" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                TableFile.write (spec RealCg 4 false Precision.Single) path
                use table = CouplingTable.Load path
                let product = CouplingProduct<float32>(table, 1, 1, 2)
                Assert.Equal(CouplingProduct<float32>(CouplingTable.Default, 1, 1, 2).Count, product.Count)
                let e = Assert.Throws<InvalidOperationException>(fun () -> (table.Block(1, 1, 2)).Value.Length |> ignore)
                Assert.Contains("float32", e.Message))
    ]
