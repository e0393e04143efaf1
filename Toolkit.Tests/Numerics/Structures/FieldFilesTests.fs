/// Files as programs and people write them: what they say is read, and no key beside cell and columns makes a file unreadable.
module Toolkit.Tests.Numerics.Structures.FieldFilesTests

open System.IO
open System.IO.Compression
open System.Text
open FsCheck.FSharp
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private read (text: string) = List.ofSeq (ExtendedXyzReader.Read(new StringReader(text), "in.xyz"))
let private one text = List.exactlyOne (read text)
let private withKeys (keys: string) = one $"1\nProperties=species:S:1:pos:R:3 {keys}\nH 0 0 0\n"
let private value (keys: string) name = (withKeys keys).Properties[name]
let private vectors (s: Structure) = match s.Cell with null -> [||] | cell -> cell.Vectors.ToArray()
let private texts (v: PropertyValue) = v.Texts.ToArray() |> List.ofArray
let private refused text = (Assert.Throws<InputException>(fun () -> read text |> ignore)).Message

let private anyKeys =
    [ "a"; "key"; "="; "="; " "; " "; "\""; "'"; "{"; "}"; "["; "]"; ","; "\\"; "1"; "-2.5"; "T"; "_JSON "; "null"; ":"; "é"; "\t" ]
    |> Gen.elements
    |> Gen.listOf
    |> Gen.map (String.concat "")

[<Tests>]
let tests =
    testList "Numerics.Structures.FieldFilesTests" [
        testCase "a Lattice is nine numbers, three rows, or the edges of a box" <| fun () ->
            let rows = [| 5.; 0.; 0.; 1.; 6.; 0.; 0.; 0.; 7. |]
            Assert.Equal<float[]>(rows, vectors (withKeys "Lattice=[[5,0,0],[1,6,0],[0,0,7]]"))
            Assert.Equal<float[]>(rows, vectors (withKeys "Lattice=\"_JSON [[5, 0, 0], [1, 6, 0], [0, 0, 7]]\""))
            Assert.Equal<float[]>(rows, vectors (withKeys "Lattice={_JSON [[5, 0, 0], [1, 6, 0], [0, 0, 7]]}"))
            Assert.Equal<float[]>(rows, vectors (withKeys "Lattice=\"5 0 0 1 6 0 0 0 7\""))
            Assert.Equal<float[]>([| 5.; 0.; 0.; 0.; 6.; 0.; 0.; 0.; 7. |], vectors (withKeys "Lattice=\"5 6 7\""))
            Assert.Equal(Periodicity.All, (withKeys "Lattice=[5.0, 6.0, 7.0]").Periodic)
            Assert.Equal(Periodicity(true, true, false), (withKeys "Lattice=\"5 6 7\" pbc=\"t TRUE f\"").Periodic)

        testCase "a Lattice of zeros is none, with or without pbc" <| fun () ->
            for keys in [ "Lattice=\"0 0 0 0 0 0 0 0 0\""; "Lattice=\"0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0\" pbc=\"F F F\"" ] do
                let s = withKeys keys
                Assert.Null s.Cell
                Assert.Equal(Periodicity.None, s.Periodic)

        testCase "lines VEC1, VEC2, VEC3 after the atoms are lattice vectors" <| fun () ->
            let frames = read "2\n\nH 0 0 0\nH 0 0 1\nVEC1 5 0 0\nVEC2 0 6 0\nVEC3 0 1 7\n1\nslab\nH 0 0 0\nVEC1 4 0 0\n"
            Assert.Equal<float[]>([| 5.; 0.; 0.; 0.; 6.; 0.; 0.; 1.; 7. |], vectors frames[0])
            Assert.Equal(Periodicity.All, frames[0].Periodic)
            Assert.Equal(Periodicity(true, false, false), frames[1].Periodic)
            let slab = one "1\nenergy=1 pbc=\"T T F\"\nH 0 0 0\nVEC1 5 0 0\nVEC2 0 6 0\nVEC3 0 1 7\n"
            Assert.Equal(Periodicity(true, true, false), slab.Periodic)
            Assert.Contains("in.xyz:2: Lattice: found a Lattice and lines VEC1", refused "1\nLattice=\"5 6 7\"\nH 0 0 0\nVEC1 5 0 0\n")
            Assert.Contains("in.xyz:5: VEC1: found the vector twice", refused "1\n\nH 0 0 0\nVEC1 5 0 0\nVEC1 5 0 0\n")

        testCase "lists of mixed words are texts, and what is no value stays text" <| fun () ->
            let e = value "a=[T F S]" "a"
            Assert.Equal<string list>([ "T"; "F"; "S" ], texts e)
            Assert.Equal<string list>([ "1"; "2"; "abc"; "d" ], texts (value "a=[1, 2, abc, d]" "a"))
            let mixed = value "a=[[1,2],[x,y]]" "a"
            Assert.Equal<int[]>([| 2; 2 |], mixed.Shape.ToArray())
            Assert.Equal<string list>([ "1"; "2"; "x"; "y" ], texts mixed)

            for keys, expected in
                [ "a=[[1],[2,3]]", "[[1],[2,3]]"
                  "a=[1,,2]", "[1,,2]"
                  "a=[]", "[]"
                  "a=\"_JSON {1\"", "_JSON {1"
                  "a=\"x y\"z", "\"x y\"z"
                  "a=5'", "5'" ] do
                Assert.Equal<string list>([ expected ], texts (value keys "a"))

            // Quotes and brackets that are never closed are words; the keys after them count.
            Assert.Equal<string list>([ "\"1" ], texts (value "a=\"1 Lattice=\"5 6 7\"" "a"))

            for keys in [ "a=\"1 Lattice=\"5 6 7\""; "a={1 Lattice=\"5 6 7\""; "a=[1 Lattice=\"5 6 7\""; "=3 a=1 Lattice=\"5 6 7\""; "a=1 a=1 Lattice=\"5 6 7\"" ] do
                let s = withKeys keys
                Assert.True(s.Properties.ContainsKey "a")
                Assert.NotNull s.Cell

        testCase "apostrophes in words, nested braces and escapes are what they are by themselves" <| fun () ->
            Assert.Equal<string list>([ "O5'"; "C5'" ], texts (value "names=[O5', C5']" "names"))
            Assert.Equal<string list>([ "don't"; "b" ], texts (value "a=[don't, b]" "a"))
            Assert.Equal<string list>([ "it's"; "b" ], texts (value "a=[\"it's\", 'b']" "a"))
            Assert.Equal("""{"a":1}""", (value """f_dict={_JSON {"a" : 1}}""" "f_dict").Texts[0])
            Assert.Equal("\"x}y\"", (value "a={\"x}y\"}" "a").Texts[0])
            Assert.Equal("b {c} d", (value "a={b {c} d}" "a").Texts[0])
            Assert.Equal((value "a=\"a\\b\"" "a").Texts[0], (value "a=[\"a\\b\"]" "a").Texts[0])
            Assert.Equal((value "a=\"a\\nb\"" "a").Texts[0], (value "a=[\"a\\nb\"]" "a").Texts[0])

        testCase "logical columns are T and F in any letter case" <| fun () ->
            let s = one "4\nProperties=species:S:1:pos:R:3:move:L:1\nH 0 0 0 t\nH 0 0 1 f\nH 0 0 2 tRUE\nH 0 0 3 False\n"
            Assert.Equal<bool list>([ true; false; true; false ], List.ofArray (s.AtomProperties["move"].Logicals.ToArray()))

        testCase "without Properties further columns are skipped, whatever keys there are" <| fun () ->
            let s = one "1\nLattice=\"5 6 7\" energy=-1.5\nH 0 0 1 9 x\n"
            Assert.Equal<float[]>([| 0.; 0.; 1. |], s.Positions.ToArray())
            Assert.Equal(-1.5, s.Properties["energy"].Reals[0])

        testCase "a line of nothing but key=value is keys; any other without Properties is a comment" <| fun () ->
            let s = one "1\nenergy=-1.5 pbc=\"F F F\" name=\"two words\"\nH 0 0 0\n"
            Assert.Equal(-1.5, s.Properties["energy"].Reals[0])
            Assert.Equal("two words", s.Properties["name"].Texts[0])
            Assert.Equal(3., (one "1\n\"two words\"=3 b=2\nH 0 0 0\n").Properties["two words"].ToReals()[0])

            for comment in [ "water"; "energy = -1.5"; "energy=-1.5 eV"; "i = 5, E =  3"; "E= 4"; "a=" ] do
                Assert.Equal(comment, (one $"1\n{comment}\nH 0 0 0\n").Properties["comment"].Texts[0])

        testCase "a crystal whose lattice vectors are lost is refused by name, and what pbc=F says is a cluster is one" <| fun () ->
            Assert.Equal(
                "in.xyz:2: Lattice: found none, expected a lattice vector a, since pbc=\"T T T\" says that the structure is periodic along it; or pbc=F there",
                refused "1\nenergy=-1.5 pbc=\"T T T\"\nH 0 0 0\n")

            for keys in [ "energy=-1.5 pbc=\"F F F\""; "energy=-1.5 pbc=F"; "energy=-1.5" ] do
                let s = one $"1\n{keys}\nH 0 0 0\n"
                Assert.Equal(-1.5, s.Properties["energy"].Reals[0])
                Assert.Equal(Periodicity.None, s.Periodic)

        Law.test "no line with its columns first is refused, whatever other keys it has, but for a key of two values" 500 (Law.from anyKeys)
            (fun (keys: string) ->
                try
                    let s = one $"1\nProperties=species:S:1:pos:R:3 Lattice=\"5 6 7\" {keys}\nH 0 0 1\n"
                    Assert.Equal(1, s.Count)
                    Assert.Equal(Periodicity.All, s.Periodic)
                with :? InputException as e when e.Error.Found.StartsWith "two values" ->
                    Assert.NotNull e.Error.Field)

        testCase "a key counts with its value, however often it stands there with that or without" <| fun () ->
            for keys in [ "a=2"; "a a=2"; "a=2 a"; "a=2 a=2"; "a a=2 a a=2" ] do
                let s = one $"1\nProperties=species:S:1:pos:R:3 {keys}\nH 0 0 1\n"
                Assert.Equal<int64[]>([| 2L |], s.Properties["a"].Integers.ToArray())

        testCase "elements may stand under other names, and beside species these are what they are" <| fun () ->
            for columns, atom in
                [ "numbers:I:1:pos:R:3", "1 0 0 0"
                  "Z:I:1:pos:R:3", "1 0 0 0"
                  "atomic_numbers:I:1:pos:R:3", "1 0 0 0"
                  "type:I:1:Z:I:1:pos:R:3", "2 1 0 0 0"
                  "type:I:1:numbers:I:1:pos:R:3", "2 1 0 0 0"
                  "species:S:1:pos:R:3:Z:I:1", "1 0 0 0 1"
                  "symbols:S:1:pos:R:3", "H 0 0 0"
                  "element:S:1:pos:R:3:type:I:1", "H 0 0 0 1"
                  "type:S:1:pos:R:3", "H 0 0 0" ] do
                Assert.Equal<int[]>([| 1 |], (one $"1\nProperties={columns}\n{atom}\n").Species.ToArray())

            let s = one "1\nProperties=species:S:1:pos:R:3:type:I:1\nFe 0 0 0 2\n"
            Assert.Equal<int[]>([| 26 |], s.Species.ToArray())
            Assert.Equal(2L, s.AtomProperties["type"].Integers[0])
            Assert.Equal("in.xyz:2: Properties: found 'kind:I:1:pos:R:3', expected elements as species:S:1 or Z:I:1", refused "1\nProperties=kind:I:1:pos:R:3\n1 0 0 0\n")

        testCase "numbers whose column does not say what they are are elements, but never where they may be a program's own types" <| fun () ->
            let frame (columns: string option) (numbers: int list) =
                let head = columns |> Option.map (fun c -> $"Properties={c}:pos:R:3") |> Option.defaultValue "Atoms. Timestep: 0"
                let atoms = [ for z in numbers -> $"{z} 0 0 {z}" ]
                String.concat "\n" ([ string numbers.Length; head ] @ atoms @ [ "" ])

            for columns in [ None; Some "type:I:1"; Some "type:S:1"; Some "types:I:1"; Some "atom_types:I:1"; Some "species:I:1"; Some "species:S:1"; Some "element:I:1" ] do
                for numbers in [ [ 8; 1; 1 ]; [ 6; 1 ]; [ 14 ]; [ 26; 28 ]; [ 11; 17 ]; [ 5; 7 ] ] do
                    Assert.Equal<int list>(numbers, List.ofArray ((one (frame columns numbers)).Species.ToArray()))

                for numbers in [ [ 1 ]; [ 1; 1; 1 ]; [ 2; 1 ]; [ 3; 1; 2; 2 ]; [ 1; 3 ]; [ 1; 2; 3; 5 ]; [ 2; 3 ] ] do
                    let message = refused (frame columns numbers)
                    Assert.StartsWith("in.xyz:2: species: found the numbers ", message)

            Assert.Equal(
                "in.xyz:2: species: found the numbers 1, 2, which may be types of a program's own, "
                + "expected symbols; or, if H, He are meant, atomic numbers in a column Z:I:1",
                refused (frame (Some "type:I:1") [ 2; 1; 1 ]))

        testCase "files compressed by gzip are read, and damaged ones get one line"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "frames.xyz.gz")
                let text = String.replicate 500 "2\nProperties=species:S:1:pos:R:3 energy=-1.5\nO 0 0 0\nH 0 0 1\n"

                let bytes =
                    use memory = new MemoryStream()

                    (use gzip = new GZipStream(memory, CompressionLevel.Fastest)
                     gzip.Write(System.ReadOnlySpan(Encoding.UTF8.GetBytes text)))

                    memory.ToArray()

                File.WriteAllBytes(path, bytes)
                Assert.Equal(500, Seq.length (ExtendedXyzReader.Read path))
                // The content says it, not the name.
                let other = Path.Combine(folder, "frames.xyz")
                File.WriteAllBytes(other, bytes)
                Assert.Equal(500, Seq.length (ExtendedXyzReader.Read other))
                File.WriteAllBytes(path, bytes[.. bytes.Length / 2])

                Assert.StartsWith(
                    path + ":",
                    (Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read path) |> ignore)).Message
                )

                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0xffuy
                bytes[20] <- bytes[20] ^^^ 0xffuy
                File.WriteAllBytes(path, bytes)
                let message = (Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read path) |> ignore)).Message
                Assert.DoesNotContain("\n", message))

        testCase "files that are no text are named" <| fun () ->
            TemporaryFolder.using (fun folder ->
                for start, what in
                    [ "BZh91AY", "a file compressed by bzip2"
                      "\u00fd7zXZ\u0000", "a file compressed by xz"
                      "PK\u0003\u0004", "an archive (zip, npz)"
                      "- of UlmASE-Trajectory", "a trajectory of ASE; ase convert makes frames.xyz of it" ] do
                    let path = Path.Combine(folder, "frames.xyz")
                    File.WriteAllBytes(path, Encoding.Latin1.GetBytes start)
                    let message = (Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read path) |> ignore)).Message
                    Assert.Equal($"{path}: found {what}, expected an extended-XYZ file, plain or compressed by gzip", message))

        testCase "files whose name is not that of an xyz file get a hint how to convert them" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let message (name: string) =
                    let path = Path.Combine(folder, name)
                    File.WriteAllText(path, "Si crystal\n1.0\n")
                    (Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read path) |> ignore)).Message

                for name in [ "POSCAR"; "x.cif"; "water.data"; "water.lammps-data"; "run.traj"; "conf.gro"; "CONTCAR.gz" ] do
                    Assert.EndsWith($"; if {name} is of another format, convert it, e.g. ase convert {name} frames.xyz", message name)

                for name in [ "x.xyz"; "x.extxyz"; "x.XYZ" ] do
                    Assert.EndsWith("expected a whole number alone on the line", message name))

        testCase "moments under magmom are spins" <| fun () ->
            let s = one "1\nProperties=species:S:1:pos:R:3:magmom:R:3\nFe 0 0 0 0 1 2\n"
            Assert.Equal<float[]>([| 0.; 1.; 2. |], (Labels.Spins([| s |], "in.xyz"))[0])
            let bare = one "1\nProperties=species:S:1:pos:R:3\nFe 0 0 0\n"
            let message = (Assert.Throws<InputException>(fun () -> Labels.Spins([| bare |], "in.xyz") |> ignore)).Message
            Assert.EndsWith("the key REF_magmom or REF_magmoms or magmoms or magmom or spins, or another that --spin-key names", message)
    ]
