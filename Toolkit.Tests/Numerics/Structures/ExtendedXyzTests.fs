module Toolkit.Tests.Numerics.Structures.ExtendedXyzTests

open System
open System.Globalization
open System.IO
open FsCheck
open FsCheck.FSharp
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private parse (text: string) : Structure[] =
    use reader = new StringReader(text)
    ExtendedXyzReader.Read(reader, "in.xyz") |> Array.ofSeq

let private write (frames: Structure seq) : string =
    use writer = new StringWriter()
    for frame in frames do
        ExtendedXyzWriter.Write(writer, frame)
    writer.ToString()

/// One hydrogen atom at the origin with the given second line.
let private hydrogen (comment: string) = (parse $"1\n{comment}\nH 0 0 0\n")[0]

/// The value that `key` gets from this text after "key=".
let private valueOf (text: string) =
    (hydrogen $"Properties=species:S:1:pos:R:3 key={text}").Properties["key"]

let private real (values: float list) (shape: int list) =
    PropertyValue.Real(ReadOnlySpan(Array.ofList values), ReadOnlySpan(Array.ofList shape))

let private integer (values: int64 list) (shape: int list) =
    PropertyValue.Integer(ReadOnlySpan(Array.ofList values), ReadOnlySpan(Array.ofList shape))

let private logical (values: bool list) (shape: int list) =
    PropertyValue.Logical(ReadOnlySpan(Array.ofList values), ReadOnlySpan(Array.ofList shape))

let private text (values: string list) (shape: int list) =
    PropertyValue.Text(ReadOnlySpan(Array.ofList values), ReadOnlySpan(Array.ofList shape))

// Every malformed file: its text, and the one line that it gets.
let malformed: (string * string) list =
    let ext = "Properties=species:S:1:pos:R:3"

    [ "", "in.xyz: found no frame, expected the number of atoms on the first line"
      "\n\n", "in.xyz: found no frame, expected the number of atoms on the first line"
      "two\n\nH 0 0 0\n", "in.xyz:1: number of atoms: found 'two', expected a whole number alone on the line"
      "-1\n\n", "in.xyz:1: number of atoms: found '-1', expected a whole number alone on the line"
      "1.0\n\n", "in.xyz:1: number of atoms: found '1.0', expected a whole number alone on the line"
      "99999999999\n\n", "in.xyz:1: number of atoms: found '99999999999', expected at most 2147483647 atoms"
      "1 atom\n\n", "in.xyz:1: number of atoms: found '1 atom', expected a whole number alone on the line"
      "1", "in.xyz:2: comment line: found the end of the file, expected the line of key=value pairs"
      "2\n\nH 0 0 0\n", "in.xyz:4: found the end of the frame after 1 atoms, expected 2 atoms, as line 1 says"
      "2000000000\n\nH 0 0 0\n",
      "in.xyz:4: found the end of the frame after 1 atoms, expected 2000000000 atoms, as line 1 says"
      "2\n\nH 0 0 0\n\nH 0 0 1\n", "in.xyz:4: found the end of the frame after 1 atoms, expected 2 atoms, as line 1 says"
      "1\n\nH 0 0 0\nH 0 0 1\n", "in.xyz:4: number of atoms: found 'H 0 0 1', expected a whole number alone on the line"
      "1\n\nH 0 0\n", "in.xyz:3: atom 1: found 3 values, expected 4, an element and three coordinates"
      $"1\n{ext}\nH 0 0 0 1 2\n", "in.xyz:3: atom 1: found 6 values, expected 4, as Properties says"
      "1\n\nQq 0 0 0\n", "in.xyz:3: species: found 'Qq', expected an element's symbol"
      "1\n\n119 0 0 0\n", "in.xyz:3: species: found '119', expected an element's symbol"
      "1\n\nH 0 zero 0\n", "in.xyz:3: pos y: found 'zero', expected a real number"
      "1\n\nH 0 0 nan\n", "in.xyz:3: pos z: found 'nan', expected a finite number"
      "1\n\nH 0 0 1e999\n", "in.xyz:3: pos z: found '1e999', expected a finite number"
      "1\n\nH 0 0 1,5\n", "in.xyz:3: pos z: found '1,5', expected a real number"
      "1\n\nH 0 0 ∞\n", "in.xyz:3: pos z: found '∞', expected a real number"
      $"1\n{ext}:f:R:2\nH 0 0 0 1 1.2.3\n", "in.xyz:3: f 2 of 2: found '1.2.3', expected a real number"
      $"1\n{ext}:n:I:1\nH 0 0 0 1.5\n", "in.xyz:3: n: found '1.5', expected an integer"
      $"1\n{ext}:b:L:1\nH 0 0 0 yes\n", "in.xyz:3: b: found 'yes', expected T or F"
      "1\nProperties=pos:R:3:Z:I:1\n0 0 0 H\n", "in.xyz:3: Z: found 'H', expected an atomic number 0…118"
      "1\nProperties=species:S:1:pos:R:3:Z:I:1\nH 0 0 0 2\n",
      "in.xyz:3: Z: found '2', expected H, the element that stands before it"
      "1\nProperties=species:S:1:pos:R\nH 0 0 0\n",
      "in.xyz:2: Properties: found 'species:S:1:pos:R', expected name:kind:width triples, kind one of R I S L, as in species:S:1:pos:R:3"
      "1\nProperties=species:S:1:pos:Q:3\nH 0 0 0\n",
      "in.xyz:2: Properties: found 'pos:Q:3', expected name:kind:width triples, kind one of R I S L, as in species:S:1:pos:R:3"
      "1\nProperties=species:S:1:pos:R:3:f:R:0\nH 0 0 0\n",
      "in.xyz:2: Properties: found 'f:R:0', expected name:kind:width triples, kind one of R I S L, as in species:S:1:pos:R:3"
      "1\nProperties=species:S:1:pos:R:2\nH 0 0\n",
      "in.xyz:2: Properties: found 'species:S:1:pos:R:2', expected positions as pos:R:3"
      "1\nProperties=pos:R:3\n0 0 0\n",
      "in.xyz:2: Properties: found 'pos:R:3', expected elements as species:S:1 or Z:I:1"
      $"1\n{ext}:pos:R:3\nH 0 0 0 0 0 0\n", "in.xyz:2: Properties: found 'pos' twice, expected each name once"
      $"1\n{ext}:id:I:1\nH 0 0 0 99999999999999999999\n",
      "in.xyz:3: id: found '99999999999999999999', expected an integer of at most 64 bits"
      $"1\n{ext} energy=1 energy=2\nH 0 0 0\n", "in.xyz:2: energy: found two values, '1' and '2', expected each key once"
      $"1\n{ext} Lattice=\"1 0 0 0 1 0\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found '1 0 0 0 1 0', expected nine numbers \"ax ay az bx by bz cx cy cz\", three rows [[ax, ay, az], [bx, by, bz], [cx, cy, cz]], or the three edges of a box"
      $"1\n{ext} Lattice=\"1 0 0 0 1 0 0 0 nan\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found '1 0 0 0 1 0 0 0 nan', expected nine numbers \"ax ay az bx by bz cx cy cz\", three rows [[ax, ay, az], [bx, by, bz], [cx, cy, cz]], or the three edges of a box"
      "1\nProperties=\"species:S:1:pos:R:3:my name:R:1\"\nH 0 0 0 1\n",
      "in.xyz:2: Properties: found 'my name:R:1', expected name:kind:width triples, kind one of R I S L, as in species:S:1:pos:R:3"
      $"1\n{ext} Lattice=\"1 0 0 0 1 0 0 0 x\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found '1 0 0 0 1 0 0 0 x', expected nine numbers \"ax ay az bx by bz cx cy cz\", three rows [[ax, ay, az], [bx, by, bz], [cx, cy, cz]], or the three edges of a box"
      $"1\nLattice=\"1 0 0 0 1 0 0 0 1 {ext}\nH 0 0 0\n",
      "in.xyz:2: Lattice: found '\"1 0 0 0 1 0 0 0 1 Properties=species:S:1:pos:R:3', expected a closing quote \", then white space"
      $"1\n{ext} Lattice=\"1 0 0 0 1 0 1 1 0\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found dependent vectors [1 0 0; 0 1 0; 1 1 0], expected linearly independent lattice vectors"
      $"1\n{ext} Lattice=\"1 0 0 0 1 0 0 0 0\" pbc=\"T T T\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found no vector c, expected a lattice vector c, since pbc=\"T T T\" says that the structure is periodic along it; or pbc=F there"
      $"1\n{ext} pbc=\"T F F\"\nH 0 0 0\n",
      "in.xyz:2: Lattice: found none, expected a lattice vector a, since pbc=\"T F F\" says that the structure is periodic along it; or pbc=F there"
      $"1\n{ext} pbc=\"T F\"\nH 0 0 0\n", "in.xyz:2: pbc: found 'T F', expected three truth values \"T T F\""
      $"1\n{ext} pbc=TTT\nH 0 0 0\n", "in.xyz:2: pbc: found 'TTT', expected three truth values \"T T F\""
      $"1\n{ext} pbc=\"1 2 0\"\nH 0 0 0\n", "in.xyz:2: pbc: found '1 2 0', expected three truth values \"T T F\""
      "1\n\nH 0 0 0\nVEC1 3 0\n", "in.xyz:4: VEC1: found 'VEC1 3 0', expected three numbers, as in VEC1 5.0 0.0 0.0"
      "PK\u0003\u0004\n", "in.xyz:1: number of atoms: found 'PK\\u0003\\u0004', expected a whole number alone on the line" ]

// ---- Round trips -------------------------------------------------------------------------------------------------

let private anyReal =
    Gen.oneof
        [ ArbMap.defaults |> ArbMap.generate<float>
          Gen.elements [ 0.; -0.; 1.; 1e300; 5e-324; nan; infinity; -infinity ]
          Gen.map float (Gen.choose (-5, 5)) ]

let private anyInteger = Gen.oneof [ ArbMap.defaults |> ArbMap.generate<int64>; Gen.choose (-9, 9) |> Gen.map int64 ]
let private anyLogical = Gen.elements [ true; false ]

let private anyText =
    let awkward =
        [ ""; " "; "5"; "1.5"; "T"; "T F"; "1,2"; "_JSON {"; "_JSON 5"; "[1, 2]"; "{a}"; "a=b"; "\"q\" 'r'"; "\\n"; "C:\\x"
          "line\nbreak\ttab"; "é ü 中 😀"; "nan"; "a b "; "=" ; "\u2028\u0085\u0007"; "\\"; "\\\"" ]

    let chars = Gen.elements (List.ofSeq " \"'{}[]=,\\:abT1.\n\t_é")
    Gen.oneof [ Gen.elements awkward; Gen.listOf chars |> Gen.map (fun c -> String(Array.ofList c)) ]

let private anyWord =
    Gen.elements [ "a"; "T"; "5"; "\"q\""; "[1]"; "a=b"; "\\"; "é"; "😀"; "{}" ]

let private anyShape = Gen.elements [ []; []; [ 1 ]; [ 2 ]; [ 3 ]; [ 9 ]; [ 3; 3 ]; [ 1; 2 ]; [ 2; 1; 3 ] ]

let private fill (entry: Gen<'a>) shape (make: 'a[] -> int[] -> PropertyValue) =
    Gen.arrayOfLength (List.fold (*) 1 shape) entry |> Gen.map (fun values -> make values (Array.ofList shape))

let private anyValue =
    gen {
        let! shape = anyShape
        return!
            Gen.oneof
                [ fill anyReal shape (fun v s -> PropertyValue.Real(ReadOnlySpan v, ReadOnlySpan s))
                  fill anyInteger shape (fun v s -> PropertyValue.Integer(ReadOnlySpan v, ReadOnlySpan s))
                  fill anyLogical shape (fun v s -> PropertyValue.Logical(ReadOnlySpan v, ReadOnlySpan s))
                  fill anyText shape (fun v s -> PropertyValue.Text(ReadOnlySpan v, ReadOnlySpan s))
                  Gen.elements [ PropertyValue.Json "{\"a\": [1, \"\\n\"]}"; PropertyValue.Json "[[1], 2]"; PropertyValue.Json "null" ] ]
    }

let private anyColumn count =
    gen {
        let! width = Gen.choose (1, 4)
        let column entry make = Gen.arrayOfLength (count * width) entry |> Gen.map make
        return!
            Gen.oneof
                [ column anyReal (fun v -> PropertyArray.Real(ReadOnlySpan v, width))
                  column anyInteger (fun v -> PropertyArray.Integer(ReadOnlySpan v, width))
                  column anyLogical (fun v -> PropertyArray.Logical(ReadOnlySpan v, width))
                  column anyWord (fun v -> PropertyArray.Text(ReadOnlySpan v, width)) ]
    }

let private anyKey =
    Gen.elements [ "energy"; "stress"; "virial"; "comment"; "two words"; "a=b"; "_x-1.y"; "é"; "\"q\""; "back\\slash"; "5"; "[k]" ]

let private anyStructure =
    gen {
        let! recipe = (RandomStructure.recipes (0, 4)).Generator
        let s = RandomStructure.build recipe
        let! names = Gen.subListOf [ "forces"; "tag"; "é-1"; "numbers" ]
        let! columns = Gen.collectToList (fun _ -> anyColumn s.Count) names
        let! keys = Gen.listOf anyKey |> Gen.map List.distinct
        let! values = Gen.collectToList (fun _ -> anyValue) keys
        let withColumns = (s, List.zip names columns) ||> List.fold (fun s (n, c) -> s.WithAtomProperty(n, c))
        return (withColumns, List.zip keys values) ||> List.fold (fun s (k, v) -> s.WithProperty(k, v))
    }

/// Words of real numbers: as programs write them, near the middle between two numbers, with more digits than are needed, and of any size.
let private words (random: Random) : string list =
    let culture = CultureInfo.InvariantCulture
    let any () = BitConverter.Int64BitsToDouble(random.NextInt64())
    let middle (x: float) = (bigint (abs x) + bigint (Math.BitIncrement(abs x))) / 2I
    [ for _ in 1..4000 do
          let x = 20. * random.NextDouble() - 10.
          x.ToString("F8", culture)
          x.ToString($"F{random.Next 20}", culture)
          x.ToString("R", culture)
          x.ToString("E16", culture)
          (x * 1e-3).ToString("G17", culture)
          (any ()).ToString("R", culture)
          $"{random.NextInt64()}e{random.Next(-70, 70)}"
          $"{random.NextInt64()}{random.Next 100}.{random.Next()}"
          $"{random.Next 1000}.{random.Next 10}E+0{random.Next 30}"
          (middle (1e16 * (1. + random.NextDouble()))).ToString() + ".0"
          $"{random.NextInt64(1L <<< 53, 1L <<< 54)}"
          $"{(random.NextInt64(1L <<< 52, 1L <<< 53) <<< 1) + 1L}.5" ]
    @ [ "0"; "-0.0"; "0.000"; ".5"; "5."; "+1"; "-1e-5"; "00012.50"; "9007199254740993"; "9007199254740992.5"; "1e22"; "1e23"; "1e-400"; "1e400"; "18446744073709551615"; "9999999999999999999"; "5e-324"; "2.2250738585072011e-308"; "8.5e-22" ]

[<Tests>]
let tests =
    testList "Numerics.Structures.ExtendedXyzTests" [
        testCase "real numbers are the nearest of float64, however they are written" <| fun () ->
            let words = words (Random 7)
            // In a line, at its end, far from it, and behind a key.
            let values (properties: string) (rest: string) =
                let frame = $"{words.Length}\n{properties}\n" + String.concat "" [ for word in words -> $"H 0 0 0 {word}  {word}{rest}\n" ]
                (ExtendedXyzReader.Read(new StringReader(frame), "words") |> Seq.exactlyOne).AtomProperties["x"].Reals.ToArray()

            let properties = "Properties=species:S:1:pos:R:3:x:R:2"
            let near, far = values properties "", values $"{properties}:name:S:1" " a_long_word_behind_all_numbers"

            for k, word in Seq.indexed words do
                for x in [ near[2 * k]; near[2 * k + 1]; far[2 * k]; far[2 * k + 1]; (valueOf word).ToReals()[0]; (valueOf $"\"1.0 {word} 2.0\"").Reals[1] ] do
                    if not ((Double.Parse(word, CultureInfo.InvariantCulture)).Equals x) then failtest $"{word} was read as {x:R}"

            Assert.True(Double.IsNegative (valueOf "-0.0").Reals[0])

        testCase "a text ends where it ends, whatever memory held before, and frames of any size keep every column" <| fun () ->
            let random = Random 3
            let frame (atoms: int) =
                let rows = [ for i in 1..atoms -> $"{i} {random.NextDouble()} 2.5 -0.0625 Si w{i} {(if i % 3 = 0 then 'T' else 'F')} {random.NextDouble()}" ]
                $"{atoms}\nProperties=n:I:1:pos:R:3:species:S:1:w:S:1:b:L:1:x:R:1\n" + String.concat "\n" rows

            for sizes in [ [ 300; 1 ]; [ 200; 7; 1 ]; [ 30_000; 2 ] ] do
                let whole = sizes |> List.map frame |> String.concat "\n"
                let frames = parse whole
                Assert.Equal<Structure[]>(parse (whole + "\n"), frames)
                let last = frames[0].Count
                let words = (whole.Split '\n').[last + 1].Split ' '
                Assert.Equal<int64>(int64 last, frames[0].AtomProperties["n"].Integers[last - 1])
                Assert.Equal(words[5], frames[0].AtomProperties["w"].Texts[last - 1])
                Assert.Equal<bool>(last % 3 = 0, frames[0].AtomProperties["b"].Logicals[last - 1])
                Assert.Equal<float>(Double.Parse(words[7], CultureInfo.InvariantCulture), frames[0].AtomProperties["x"].Reals[last - 1])
                Assert.Equal<float>(Double.Parse(words[1], CultureInfo.InvariantCulture), frames[0].Positions[3 * last - 3])

        testCase "values are tried as integer, real, truth value, then text" <| fun () ->
            let cases: (string * PropertyValue) list =
                [ "3", PropertyValue.Integer 3L
                  "-3", PropertyValue.Integer -3L
                  "9223372036854775808", PropertyValue.Real 9223372036854775808.
                  "3.", PropertyValue.Real 3.
                  ".5", PropertyValue.Real 0.5
                  "1e3", PropertyValue.Real 1000.
                  "1.5d-3", PropertyValue.Real 1.5e-3
                  "-1.5D+3", PropertyValue.Real -1500.
                  "nan", PropertyValue.Real nan
                  "-inf", PropertyValue.Real -infinity
                  "T", PropertyValue.Logical true
                  "False", PropertyValue.Logical false
                  "t", PropertyValue.Text "t"
                  "1.5x", PropertyValue.Text "1.5x"
                  "d5", PropertyValue.Text "d5"
                  "1,2,3", integer [ 1L; 2L; 3L ] [ 3 ]
                  "a,b", PropertyValue.Text "a,b"
                  "a=b", PropertyValue.Text "a=b" ]

            for given, expected in cases do
                Assert.Equal(expected, valueOf given)

        testCase "quotes of every kind hold arrays and text" <| fun () ->
            let cases: (string * PropertyValue) list =
                [ "\"1 2 3\"", integer [ 1L; 2L; 3L ] [ 3 ]
                  "'1 2.0 3'", real [ 1.; 2.; 3. ] [ 3 ]
                  "{1d0 2e1}", real [ 1.; 20. ] [ 2 ]
                  "\"  5.6e+00    8.6  \"", real [ 5.6; 8.6 ] [ 2 ]
                  "\"T F\"", logical [ true; false ] [ 2 ]
                  "\"5\"", PropertyValue.Integer 5L
                  "\"two words\"", PropertyValue.Text "two words"
                  "'it is \"so\"'", PropertyValue.Text "it is \"so\""
                  "\"a \\\"b\\\" c\\\\\"", PropertyValue.Text "a \"b\" c\\"
                  "\"a\\nb\"", PropertyValue.Text "a\nb"
                  "\"\"", PropertyValue.Text ""
                  "\"1 2 x\"", PropertyValue.Text "1 2 x"
                  "{a 'b'}", PropertyValue.Text "a 'b'" ]

            for given, expected in cases do
                Assert.Equal(expected, valueOf given)

        testCase "nested lists keep their shape" <| fun () ->
            let cases: (string * PropertyValue) list =
                [ "[1, 2]", integer [ 1L; 2L ] [ 2 ]
                  "[1]", integer [ 1L ] [ 1 ]
                  "[[1, 2.5], [3, 4], [5, 6]]", real [ 1.; 2.5; 3.; 4.; 5.; 6. ] [ 3; 2 ]
                  "[[1 2] [3 4]]", integer [ 1L; 2L; 3L; 4L ] [ 2; 2 ]
                  "[T, F, T]", logical [ true; false; true ] [ 3 ]
                  "[\"a b\", c]", text [ "a b"; "c" ] [ 2 ]
                  "[\"1\", \"2\"]", text [ "1"; "2" ] [ 2 ]
                  "\"_JSON [[1, 2], [3, 4]]\"", integer [ 1L; 2L; 3L; 4L ] [ 2; 2 ]
                  "\"_JSON [[1.0, NaN], [-Infinity, 4]]\"", real [ 1.; nan; -infinity; 4. ] [ 2; 2 ]
                  "\"_JSON [true, false]\"", logical [ true; false ] [ 2 ]
                  "\"_JSON [\\\"a\\\", \\\"b\\\"]\"", text [ "a"; "b" ] [ 2 ]
                  "\"_JSON \\\"5\\\"\"", PropertyValue.Text "5"
                  "\"_JSON {\\\"a\\\": [1, 2]}\"", PropertyValue.Json "{\"a\":[1,2]}"
                  "\"_JSON [[1], [2, 3]]\"", PropertyValue.Json "[[1],[2,3]]"
                  "\"_JSON [1, \\\"a\\\"]\"", PropertyValue.Json "[1,\"a\"]"
                  "\"_JSON [{\\\"a\\\": 1}]\"", PropertyValue.Json "[{\"a\":1}]"
                  "\"_JSON []\"", PropertyValue.Json "[]"
                  "\"_JSON null\"", PropertyValue.Json "null" ]

            for given, expected in cases do
                Assert.Equal(expected, valueOf given)

        testCase "keys may stand alone, be quoted, and have spaces around the sign" <| fun () ->
            let p = (hydrogen "done Properties=species:S:1:pos:R:3 a = 1 \"two words\"=2 empty= b=3 {c}=4 last").Properties
            Assert.Equal(PropertyValue.Logical true, p["done"])
            Assert.Equal(PropertyValue.Integer 1L, p["a"])
            Assert.Equal(PropertyValue.Integer 2L, p["two words"])
            Assert.Equal(PropertyValue.Text "", p["empty"])
            Assert.Equal(PropertyValue.Integer 3L, p["b"])
            Assert.Equal(PropertyValue.Integer 4L, p["c"])
            Assert.Equal(PropertyValue.Logical true, p["last"])

        testCase "nine numbers are a matrix by columns under stress and virial, a vector under other keys" <| fun () ->
            let nine = "\"1 2 3 4 5 6 7 8 9\""
            let p = (hydrogen $"Properties=species:S:1:pos:R:3 stress={nine} virial={nine} alpha={nine}").Properties
            let byColumns = real [ 1.; 4.; 7.; 2.; 5.; 8.; 3.; 6.; 9. ] [ 3; 3 ]
            Assert.Equal(byColumns, p["stress"])
            Assert.Equal(byColumns, p["virial"])
            Assert.Equal(integer [ 1L .. 9L ] [ 9 ], p["alpha"])
            let byRows = (hydrogen "Properties=species:S:1:pos:R:3 virial=[[1,2,3],[4,5,6],[7,8,9]]").Properties
            Assert.Equal(integer [ 1L .. 9L ] [ 3; 3 ], byRows["virial"])

        testCase "a structure is periodic along its lattice vectors unless pbc says otherwise, and without them nowhere" <| fun () ->
            let properties = "Properties=species:S:1:pos:R:3"
            let cube = "Lattice=\"3 0 0 0 3 0 0 0 3\""
            let periodic comment = (hydrogen comment).Periodic
            Assert.Equal(Periodicity.All, periodic $"{cube} {properties}")
            Assert.Equal(Periodicity.All, periodic cube)
            Assert.Equal(Periodicity.None, periodic properties)
            Assert.Equal(Periodicity(true, true, false), periodic $"{cube} {properties} pbc=\"T T F\"")
            Assert.Equal(Periodicity(true, false, true), periodic $"{cube} {properties} pbc=[T, F, T]")
            Assert.Equal(Periodicity(false, true, true), periodic $"{cube} {properties} PBC=\"0 1 1\"")
            Assert.Equal(Periodicity.None, periodic $"{cube} {properties} pbc=F")
            let slab = hydrogen $"Lattice=\"3 0 0 0 3 0 0 0 0\" {properties} pbc=\"T T F\""
            Assert.False((nonNull slab.Cell).Has 2)
            Assert.Equal(Periodicity(true, true, false), periodic $"Lattice=\"3 0 0 0 3 0 0 0 0\" {properties}")
            Assert.Null (hydrogen $"Lattice=\"0 0 0 0 0 0 0 0 0\" {properties} pbc=\"F F F\"").Cell
            let molecule = hydrogen $"{cube} {properties} pbc=\"F F F\""
            Assert.NotNull molecule.Cell
            let rows = hydrogen $"Lattice=\"1 2 3 0 4 5 0 0 6\" {properties}"
            Assert.Equal<float>([| 1.; 2.; 3. |], (nonNull rows.Cell).Vector(0).ToArray())

        testCase "plain xyz keeps its second line as a comment" <| fun () ->
            let frames = parse "2\n  water, \"half = \n8 0 0 0.5\nh 1.0 0 0 0.3 extra\n\n1\n\nX 1d1 0 0\n"
            Assert.Equal(2, frames.Length)
            Assert.Equal(PropertyValue.Text "water, \"half =", frames[0].Properties["comment"])
            Assert.Equal<int>([| 8; 1 |], frames[0].Species.ToArray())
            Assert.Equal(Periodicity.None, frames[0].Periodic)
            Assert.Empty frames[1].Properties
            Assert.Equal(10., frames[1].Positions[0])

        testCase "columns of every kind are read in the order of Properties" <| fun () ->
            let s =
                (parse
                    "2\r\nProperties=id:I:1:pos:R:3:Z:I:1:forces:R:3:fixed:L:2:name:S:1 pbc=\"F F F\"\r\n7 0 1 2 26 .1 .2 .3 T False Fe_a\r\n-8 3 4 5 0 1D-1 nan -inf F T X\r\n")[0]

            Assert.Equal<int>([| 26; 0 |], s.Species.ToArray())
            Assert.Equal<float>([| 0. .. 5. |], s.Positions.ToArray())
            Assert.Equal<int64>([| 7L; -8L |], s.AtomProperties["id"].Integers.ToArray())
            Assert.Equal<float>([| 0.1; 0.2; 0.3; 0.1; nan; -infinity |], s.AtomProperties["forces"].Reals.ToArray())
            Assert.Equal<bool>([| true; false; false; true |], s.AtomProperties["fixed"].Logicals.ToArray())
            Assert.Equal<string>([| "Fe_a"; "X" |], s.AtomProperties["name"].Texts.ToArray())
            Assert.False(s.AtomProperties.ContainsKey "Z")

        testCase "frames are read as they are asked for" <| fun () ->
            use reader = new StringReader "1\n\nH 0 0 0\n1\n\nnonsense\n"
            let frames = ExtendedXyzReader.Read(reader, "in.xyz").GetEnumerator()
            Assert.True(frames.MoveNext())
            Assert.Throws<InputException>(fun () -> frames.MoveNext() |> ignore) |> ignore

        testCase "every malformed file gets one line: where, what was found, what was expected" <| fun () ->
            for given, expected in malformed do
                let e = Assert.Throws<InputException>(fun () -> parse given |> ignore)
                Assert.Equal(expected, e.Message)

        testCase "cutting a file anywhere gives whole frames and at most one error, never another exception" <| fun () ->
            let text =
                write [ hydrogen "Lattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3 e=\"_JSON {\\\"a\\\": [1]}\" s=\"a b\"" ]

            for length in 0 .. text.Length do
                try
                    parse (text.Substring(0, length)) |> ignore
                with :? InputException as e ->
                    Assert.DoesNotContain("\n", e.Message)

        // Random damage: a character of a good file replaced by another.
        testCase "damaging a character never gives an exception without place" <| fun () ->
            let text =
                write [ hydrogen "Lattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3 a=[[1,2],[3,4]] e=\"_JSON {\\\"a\\\": [1]}\" s=\"a b\"" ]

            let cases = Gen.zip (Gen.choose (0, text.Length - 1)) (Gen.elements (List.ofSeq "\"'{}[]=:,\\ \n\t0T.é\000")) |> Arb.fromGen

            Law.holdsFor 2000 cases (fun (at, c) ->
                try
                    parse (text.Remove(at, 1).Insert(at, string c)) |> ignore
                with :? InputException as e ->
                    Assert.DoesNotContain("\n", e.Message))

        testCase "files that cannot be read get one line" <| fun () ->
            let e = Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read "no/such.xyz") |> ignore)
            Assert.Equal("no/such.xyz: found no such file, expected an extended-XYZ file, plain or compressed by gzip", e.Message)
            let folder = Path.GetTempPath()
            let e = Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read folder) |> ignore)
            Assert.Contains("a folder", e.Message)
            let path = Path.GetTempFileName()

            try
                File.WriteAllBytes(path, [| 49uy; 10uy; 10uy; 72uy; 255uy; 254uy |])
                let e = Assert.Throws<InputException>(fun () -> Seq.length (ExtendedXyzReader.Read path) |> ignore)
                Assert.Contains("no UTF-8", e.Message)
            finally
                File.Delete path

        Law.test "what is written reads back as the same structures" 300 (Arb.fromGen (Gen.listOfLength 2 anyStructure)) (fun frames ->
            let back = parse (write frames)
            Assert.Equal<Structure>(Array.ofList frames, back)
            Assert.Equal(write frames, write back))

        testCase "a file appears complete or not at all" <| fun () ->
            let folder = Directory.CreateTempSubdirectory "toolkit"
            let path = Path.Combine(folder.FullName, "out.xyz")

            try
                ExtendedXyzWriter.Write(path, [ hydrogen "first" ])
                let interrupted = seq {
                    hydrogen "second"
                    failwith "interrupted"
                }
                Assert.ThrowsAny<Exception>(fun () -> ExtendedXyzWriter.Write(path, interrupted)) |> ignore
                Assert.Equal(PropertyValue.Text "first", (Seq.exactlyOne (ExtendedXyzReader.Read path)).Properties["comment"])
                Assert.Equal<string>([| path |], Directory.GetFiles folder.FullName)
                let e = Assert.Throws<InputException>(fun () -> ExtendedXyzWriter.Write("no/such/out.xyz", []))
                Assert.Equal("no/such/out.xyz: found no such folder, expected a file that can be written", e.Message)
                Assert.Throws<InputException>(fun () -> ExtendedXyzWriter.Write(folder.FullName, [])) |> ignore
            finally
                folder.Delete true
    ]
