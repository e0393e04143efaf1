module Toolkit.Tests.Symbolic.Tables.ConventionTests

open System
open System.Collections.Generic
open System.IO
open System.Numerics
open System.Text
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Harmonics
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private spec kind l convention =
    match TableSpec.TryCreate(kind, HalfInteger.FromInteger l, false, convention, Precision.Double) with
    | Ok spec -> spec
    | Error e -> failwith e

/// Every entry of the convention's table must be one of the program's numbers, and the other way round.
let private sameArrays (file: string) (convention: Convention) (lmax: int) =
    let theirs = Dictionary<struct (int * int * int * int * int * int), float>()

    for c in OtherPrograms.rows file do
        theirs.Add(struct (int c[0], int c[1], int c[2], int c[3], int c[4], int c[5]), float c[6])

    let ours = spec RealCg lmax convention
    let mutable count = 0

    for struct (l1, l2, l3) in ours.Blocks do
        for struct (i, v) in Coefficients.exactBlock ours l1 l2 l3 do
            let key =
                struct (l1 / 2, l2 / 2, l3 / 2, (i.TwiceM1 + l1) / 2, (i.TwiceM2 + l2) / 2, (i.TwiceM3 + l3) / 2)

            Assert.InRange(v.ToDouble() - theirs[key], -1e-14, 1e-14)
            count <- count + 1

    Assert.Equal(theirs.Count, count)

/// Our complex harmonics of degree l at a point, from the real kernels: Y_m = (−1)^m (S_m + i S_{−m})/√2 for m > 0.
let private complexHarmonics (l: int) (v: float[]) : Complex[] =
    let h = SphericalHarmonics<float> l
    let values = Array.zeroCreate h.Count
    h.Compute(ReadOnlySpan [| v[0] |], ReadOnlySpan [| v[1] |], ReadOnlySpan [| v[2] |], Span values)
    let s m = values[l * l + l + m]

    Array.init (2 * l + 1) (fun i ->
        let m = i - l
        let root = sqrt 0.5
        let sign = if m % 2 = 0 then 1. else -1.

        if m = 0 then Complex(s 0, 0.)
        elif m > 0 then Complex(sign * root * s m, sign * root * s -m)
        else Complex(root * s -m, -root * s m))

/// The harmonics of a convention at a point, by the exact matrix from ours.
let private harmonicsOf (c: Convention) (l: int) (v: float[]) : Complex[] =
    let matrix = Conversion.harmonics Conventions.toolkitComplex c l
    let ours = complexHarmonics l v
    let scale = Conversion.scale Conventions.toolkitComplex c l

    Array.init (2 * l + 1) (fun i ->
        Complex(scale, 0.) * Seq.fold (fun sum k -> sum + matrix[i, k].ToComplex() * ours[k]) Complex.Zero [ 0 .. 2 * l ])

/// Two points or more, with every function of every degree to 4.
let private sameHarmonics (rows: seq<float[] * int * int * Complex>) (convention: Convention) =
    let points = rows |> Seq.toList |> List.groupBy (fun (point, _, _, _) -> point)
    Assert.True(points.Length >= 2)

    for point, values in points do
        // Y_0 is the same everywhere: only that no row is missing tells that its point is right.
        Assert.Equal<(int * int) list>(
            [ for l in 0..4 do for index in 0 .. 2 * l -> l, index ],
            values |> List.map (fun (_, l, index, _) -> l, index) |> List.sort
        )

        for _, l, index, theirs in values do
            let ours = (harmonicsOf convention l point)[index]
            Assert.True((ours - theirs).Magnitude < 1e-14, $"{convention.Name}, l = {l}, index {index}: {ours}, theirs {theirs}")

/// Every named convention, and made-up ones that use what no named one does.
let private conventions =
    Conventions.all
    @ [
        {
            Conventions.toolkit with
                Name = "reversed"
                Descending = true
                CondonShortley = true
                Axes = "y -x z"
                QuarterTurns = 1
        }
        {
            Conventions.toolkit with
                Name = "mirrored"
                Axes = "-x z y"
                Dimensions = struct (1, -1, 0)
                IndexOrder = "2 3 1"
        }
        {
            Conventions.toolkitComplex with
                Name = "no-condon-shortley"
                CondonShortley = false
                Descending = true
                Dimensions = struct (0, 0, 0)
        }
    ]

let private specOf (c: Convention) lmax = spec (if c.Basis = Basis.Real then RealCg else Cg) lmax c

let private label (i: TableIndex) = struct (i.TwiceL1, i.TwiceL2, i.TwiceL3, i.TwiceM1, i.TwiceM2, i.TwiceM3)

/// `toolkit convert` of a table of ours with these bytes is refused with one line, which is returned.
let private refusedText (folder: string) (bytes: byte[]) : string =
    let path name = Path.Combine(folder, name)
    File.WriteAllBytes(path "d", bytes)
    let code, _, err = CommandLine.run [ "convert"; "--from"; "toolkit"; "--to"; "scipy"; path "d"; "--out"; path "o" ]
    Assert.Equal(1, code)
    Assert.Equal(1, err.Trim().Split('\n').Length)
    Assert.False(File.Exists(path "o"))
    err

[<Tests>]
let tests =
    testList "Symbolic.Tables.ConventionTests" [
        testCase "the table of CONVENTIONS.md is what the code says" <| fun () ->
            let path = Path.Combine(SharedData.repository, "CONVENTIONS.md")
            let text = File.ReadAllText path
            let start, stop = "<!-- generated: conventions -->\n", "<!-- /generated -->"
            let at = text.IndexOf(start, StringComparison.Ordinal) + start.Length
            let table = text.Substring(at, text.IndexOf(stop, StringComparison.Ordinal) - at)

            // TOOLKIT_REGENERATE=1 writes the file instead of comparing.
            if Environment.GetEnvironmentVariable "TOOLKIT_REGENERATE" = "1" then
                File.WriteAllText(path, text.Replace(table, Conventions.markdown ()))
            else
                Assert.Equal(Conventions.markdown (), table)

        testCase "e3nn's wigner_3j is reproduced with its signs, order and norm" <| fun () ->
            sameArrays "e3nn_wigner_3j.txt" (OtherPrograms.convention "e3nn" Basis.Real) 3

        testCase "MACE's coupling is reproduced with the product's index first" <| fun () ->
            sameArrays "mace_wigner_nj.txt" (OtherPrograms.convention "mace" Basis.Real) 2

        testCase "featomic's real coefficients are ours" <| fun () ->
            sameArrays "featomic_coupling.txt" (OtherPrograms.convention "featomic" Basis.Real) 2

        testCase "SciPy's, e3nn's, featomic's, librascal's and sphericart's harmonics are reproduced by exact matrices"
        <| fun () ->
            sameHarmonics
                (seq {
                    for c in OtherPrograms.rows "scipy_sph_harm.txt" ->
                        [| float c[0]; float c[1]; float c[2] |], int c[3], int c[4] + int c[3], Complex(float c[5], float c[6])
                })
                (OtherPrograms.convention "scipy" Basis.Complex)

            for program in [ "e3nn"; "featomic"; "librascal" ] do
                sameHarmonics
                    (seq {
                        for c in OtherPrograms.rows (program + "_spherical_harmonics.txt") ->
                            [| float c[0]; float c[1]; float c[2] |], int c[3], int c[4], Complex(float c[5], 0.)
                    })
                    (OtherPrograms.convention program Basis.Real)

            SharedData.using "reference/sphericart_l10_50pts.txt" (fun path ->
                let lines = File.ReadAllLines path |> Array.map (fun line -> line.Split(' ', StringSplitOptions.RemoveEmptyEntries))

                let points =
                    dict [
                        for c in lines do
                            if c[0] = "P" then
                                int c[1], [| float c[2]; float c[3]; float c[4] |]
                    ]

                sameHarmonics
                    (seq {
                        for c in lines do
                            // Every value to l = 4 of five points.
                            if c[0] = "Y" && int c[1] < 5 && int c[2] <= 4 then
                                points[int c[1]], int c[2], int c[3] + int c[2], Complex(float c[4], 0.)
                    })
                    (OtherPrograms.convention "sphericart" Basis.Real))

        testCase "Racah's harmonics are cos θ at l = 1, m = 0 and 1 on the pole for every l" <| fun () ->
            let racah = OtherPrograms.convention "racah" Basis.Complex

            for l in 0..6 do
                Assert.InRange((harmonicsOf racah l [| 0.; 0.; 2. |]).[l].Real, 1. - 1e-14, 1. + 1e-14)

            Assert.InRange((harmonicsOf racah 1 [| 0.6; 0.; 0.8 |]).[1].Real, 0.8 - 1e-15, 0.8 + 1e-15)

        testCase "conversions of harmonics are unitary, invert each other and compose"
        <| fun () ->
            let product (a: PhasedSurd[,]) (b: PhasedSurd[,]) =
                let n = a.GetLength 0

                Array2D.init n n (fun i k ->
                    Seq.fold (fun sum j -> sum + a[i, j].ToComplex() * b[j, k].ToComplex()) Complex.Zero [ 0 .. n - 1 ])

            for a in conventions do
                for b in conventions do
                    for l in 0..3 do
                        let there, back = Conversion.harmonics a b l, Conversion.harmonics b a l

                        Assert.True(
                            product there back
                            |> Seq.cast<Complex>
                            |> Seq.indexed
                            |> Seq.forall (fun (at, z) ->
                                let i, k = at / (2 * l + 1), at % (2 * l + 1)
                                (z - (if i = k then Complex.One else Complex.Zero)).Magnitude < 1e-14)
                        )

                        // The inverse is the conjugate transpose, exactly.
                        there |> Array2D.iteri (fun i k z -> Assert.Equal(z.Conjugate, back[k, i]))

            let c = conventions[2]

            for a in conventions do
                let direct = Conversion.harmonics a conventions[0] 2
                let through = product (Conversion.harmonics c conventions[0] 2) (Conversion.harmonics a c 2)
                direct |> Array2D.iteri (fun i k z -> Assert.InRange((z.ToComplex() - through[i, k]).Magnitude, 0., 1e-14))

        testCase "a converted block is the other convention's own, for every pair of conventions, and converting back restores it" <| fun () ->
            for a in conventions do
                let from = specOf a 3

                for b in conventions do
                    let into = specOf b 3
                    let expected = Dictionary<struct (int * int * int * int * int * int), Surd>()

                    for struct (l1, l2, l3) in into.Blocks do
                        for struct (i, v) in Coefficients.exactBlock into l1 l2 l3 do
                            expected.Add(label i, v)

                    let mutable count = 0

                    for struct (l1, l2, l3) in from.Blocks do
                        let block = Coefficients.exactBlock from l1 l2 l3
                        let there = Conversion.block a b block

                        for struct (i, v) in there do
                            Assert.True(expected[label i].Equals v, $"{a.Name} to {b.Name}: {i}")
                            count <- count + 1

                        let sorted x = Array.sortBy (fun (struct (i, _)) -> label i) x
                        Assert.Equal<struct (TableIndex * Surd)[]>(sorted block, sorted (Conversion.block b a there))

                    Assert.Equal(expected.Count, count)

        testCase "coupling in a convention's own harmonics gives its own harmonic of the product, so invariants are kept" <| fun () ->
            // couple(Y_l1(r), Y_l2(r), L) ∝ Y_L(r) with the same constant in every convention, up to its norm and stripped factor: only
            // coefficients, harmonics, order and axes that belong together do that.
            let point = [| 0.3; -0.7; 0.5 |]

            for c in conventions do
                let one = specOf c 3
                let struct (p1, p2, p3) = c.Positions

                for struct (x1, x2, x3) in one.Blocks do
                    let l = [| x1 / 2; x2 / 2; x3 / 2 |]

                    // Coefficients are formed with the phases i^{kl}; an odd sum couples equal directions to nothing.
                    if (l[0] + l[1] + l[2]) % 2 = 0 then
                        let phase k : Complex = Complex.Pow(Complex.ImaginaryOne, float (((k * c.QuarterTurns) % 4 + 4) % 4))
                        let y k : Complex[] =
                            harmonicsOf c k point
                            |> Array.map (fun z -> z * phase k / Complex(Conversion.scale Conventions.toolkitComplex c k, 0.))
                        let first, second, product = y l[p1], y l[p2], y l[p3]
                        let result = Array.create product.Length Complex.Zero

                        for struct (i, v) in Coefficients.exactBlock one x1 x2 x3 do
                            let at = [| (i.TwiceM1 + x1) / 2; (i.TwiceM2 + x2) / 2; (i.TwiceM3 + x3) / 2 |]
                            // m as the table's rows number it; the index of that function in the convention's order.
                            let index p = if c.Descending then 2 * l[p] - at[p] else at[p]
                            result[index p3] <- result[index p3] + Complex(v.ToDouble(), 0.) * first[index p1] * second[index p2]

                        // ⟨l1 0 l2 0|L 0⟩ √((2l1+1)(2l2+1)/(4π(2L+1))) of the Gaunt integral, times the convention's norm of the array.
                        let zero = ClebschGordan.ofTwice (2 * l[p1]) 0 (2 * l[p2]) 0 (2 * l[p3]) 0
                        let gaunt =
                            zero.ToDouble() * sqrt (float ((2 * l[p1] + 1) * (2 * l[p2] + 1)) / (4. * Math.PI * float (2 * l[p3] + 1)))
                        let norm = (c.Scale(x1, x2, x3)).ToDouble() / sqrt (float (2 * l[p3] + 1))

                        for i in 0 .. product.Length - 1 do
                            // The array's sign is the convention's own.
                            let expected = Complex(gaunt * norm, 0.) * product[i]
                            Assert.True(min (result[i] - expected).Magnitude (result[i] + expected).Magnitude < 1e-13, $"{c.Name}: {l[0]} {l[1]} {l[2]}, {i}: {result[i]}, expected {expected}")

        testCase "every block has the norm that its convention states" <| fun () ->
            for c in conventions do
                let one = specOf c 4
                let struct (d1, d2, d3) = c.Dimensions

                for struct (l1, l2, l3) in one.Blocks do
                    let squares =
                        Coefficients.exactBlock one l1 l2 l3
                        |> Seq.fold (fun total (struct (_, v)) -> Surd.TryAdd(total, v * v) |> Option.get) Surd.Zero

                    let power (l: int) d =
                        Surd.OfRational(BigInteger.Pow(BigInteger(l + 1), max d 0), BigInteger.Pow(BigInteger(l + 1), max -d 0))

                    Assert.Equal(power l1 d1 * power l2 d2 * power l3 d3, squares)

        testCase "a converted table is the one made directly, real or complex, and converting back restores the file"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let run args = let code, out, err = CommandLine.run args in Assert.Equal((0, "", ""), (code, out, err))

                let tables kind convention file =
                    run [
                        "tables"
                        "--kind"
                        kind
                        "--lmax"
                        "3"
                        "--convention"
                        convention
                        "--format"
                        "tsv"
                        "--force"
                        "--out"
                        path file
                    ]

                let convert from into input output =
                    run [ "convert"; "--from"; from; "--to"; into; path input; "--force"; "--out"; path output ]

                tables "real-cg" "toolkit" "ours"

                for kind, convention in [ "real-cg", "e3nn"; "real-cg", "mace"; "cg", "scipy"; "cg", "toolkit" ] do
                    tables kind convention "theirs"
                    let into = if kind = "cg" && convention = "toolkit" then "toolkit-complex" else convention
                    convert "toolkit" into "ours" "converted"
                    Assert.Equal(File.ReadAllText(path "theirs"), File.ReadAllText(path "converted"))
                    convert into "toolkit-real" "converted" "back"
                    Assert.Equal(File.ReadAllText(path "ours"), File.ReadAllText(path "back"))

                // What cannot be converted is refused with one line and leaves no file.
                let refused (fact: string) args =
                    let code, _, err = CommandLine.run (args @ [ "--out"; path "no" ])
                    Assert.NotEqual(0, code)
                    Assert.Contains(fact, err)
                    Assert.Equal(1, err.Trim().Split('\n').Length)
                    Assert.False(File.Exists(path "no"))

                refused "not e3nn" [ "convert"; "--from"; "e3nn"; "--to"; "toolkit"; path "ours" ]
                refused "'nobody'" [ "convert"; "--from"; "toolkit"; "--to"; "nobody"; path "ours" ]
                run [ "tables"; "--kind"; "cg"; "--half"; "--lmax"; "1"; "--format"; "tsv"; "--out"; path "half" ]
                refused "integer l" [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "half" ]
                run [ "tables"; "--kind"; "3j"; "--lmax"; "1"; "--format"; "tsv"; "--out"; path "3j" ]
                refused "3j" [ "convert"; "--from"; "toolkit"; "--to"; "scipy"; path "3j" ]
                let text = File.ReadAllText(path "ours")
                File.WriteAllText(path "ours", text.Remove(text.Length - 20))
                refused "checksum" [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "ours" ]
                File.WriteAllText(path "ours", "hello")
                refused "'hello'" [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "ours" ])

        testCase "a text table with any one byte changed, or cut short anywhere, is refused with one line" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                TableText.writeTsv (spec Cg 1 Conventions.toolkitComplex) path
                let bytes = File.ReadAllBytes path

                for at in 0 .. bytes.Length - 1 do
                    let damaged = Array.copy bytes
                    damaged[at] <- damaged[at] ^^^ byte (1 + at * 37 % 255)
                    refusedText folder damaged |> ignore

                    if at % 7 = 0 then
                        refusedText folder bytes[.. at - 1] |> ignore

                // Both lines that state lmax have to agree.
                let text = File.ReadAllText path
                Assert.Contains("d:1: ", refusedText folder (Encoding.ASCII.GetBytes(text.Replace("lmax=1", "lmax=2")))))

        testCases
            "rows that are no coefficients are refused by their line even where the checksum is right"
            [ ("1\t1\t1\t0\t1\t1", "1\t1\t1\t0\t5\t1", "quantum numbers of a cg table to 1")
              ("1\t1\t1\t0\t1\t1", "1\t1\t1\t0\t1/2\t1/2", "quantum numbers of a cg table to 1")
              ("1\t1\t1\t0\t1\t1", "1\t1\t7\t0\t1\t1", "quantum numbers of a cg table to 1")
              ("1\t1\t1\t0\t1\t1", "1\t1\t1\t0\tx\t1", "the columns l1")
              ("1\t1\t1\t0\t1\t1", "1\t1", "the columns l1")
              ("1\t1\t1\t0\t1\t1\t-1", "1\t1\t1\t0\t1\t1\t0", "the columns l1") ]
        <| fun (row: string, instead: string, fact: string) ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")
                TableText.writeTsv (spec Cg 1 Conventions.toolkitComplex) path
                let text = File.ReadAllText path
                Assert.Contains(row, text)
                let body = text.Substring(text.IndexOf "l1\t").Replace(row, instead)
                let sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes body))
                let at = text.IndexOf "sha256:" + 7
                let line = 1 + (text.Substring(0, text.IndexOf row) |> Seq.filter ((=) '\n') |> Seq.length)
                let error = refusedText folder (Encoding.ASCII.GetBytes(text.Substring(0, at) + sum + "\n" + body))
                Assert.Contains($"d:{line}: ", error)
                Assert.Contains(fact, error))

        testCase "a convention of one's own makes tables like any other, unless it makes no sense or has another one's name" <| fun () ->
            let mine = { Conventions.toolkit with Name = "mine"; Axes = "z x y" }

            let refused (fact: string) (c: Convention) =
                match TableSpec.TryCreate(RealCg, 2, false, c, Precision.Double) with
                | Ok _ -> Assert.Fail $"{c} was taken"
                | Error e ->
                    Assert.Contains(fact, e)
                    Assert.Throws<ArgumentException>(fun () -> TableSpec.Create(RealCg, 2, false, c, Precision.Double) |> ignore) |> ignore

            refused "that of another" { mine with Name = "e3nn" }
            refused "that of another" { mine with Name = "toolkit-complex" }
            refused "letters" { mine with Name = "a \"b\"" }
            refused "'x y y'" { mine with Axes = "x y y" }
            refused "'1 2'" { mine with IndexOrder = "1 2" }
            refused "1 2 0" { mine with Dimensions = struct (1, 2, 0) }

            // Y(z, x, y) couples as Y(x, y, z) does.
            let ofMine, ofOurs = TableSpec.Create(RealCg, 2, false, mine, Precision.Double), TableSpec.Create(RealCg, 2)
            let values spec = (TableFile.toBytes spec)[1024..]
            Assert.Equal<byte[]>(values ofOurs, values ofMine)
            Assert.Equal(mine, (TableSpec.Create(RealCg, 2, false, mine, Precision.Single)).Convention)

            // Two of the same name that say something else are two tables.
            let other = { mine with Dimensions = struct (0, 0, 0) }
            let labels =
                [ for c in [ Conventions.toolkit; mine; other ] -> (TableSpec.Create(RealCg, 2, false, c, Precision.Double)).Label ]
            Assert.Equal(3, (List.distinct labels).Length)
            Assert.Equal("real-cg-2", labels[0])
            Assert.Throws<ArgumentException>(fun () -> Conventions.find "nobody" Basis.Real |> ignore) |> ignore

        testCase "exact coefficients take plain integers" <| fun () ->
            Assert.Equal("sqrt(2/3)", string (ClebschGordan.exact (1, 0, 1, 0, 2, 0)))
            Assert.Equal("-sqrt(1/10)", string (Wigner3j.exact (2, 1, 1, -1, 0, 1)))
            Assert.Equal("sqrt(1/36)", string (Wigner6j.exact (1, 1, 1, 1, 1, 1)))
            Assert.Equal("sqrt(1/2)", string (RealCoupling.exact (1, -1, 1, 0, 1, 1)))
            Assert.Equal("sqrt(1/(5*pi))", string (Gaunt.exact (1, 1, 2, 0, 0, 0)))
    ]
