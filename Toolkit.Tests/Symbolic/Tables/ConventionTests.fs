module Toolkit.Tests.Symbolic.Tables.ConventionTests

open System
open System.IO
open Xunit
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private spec kind l convention =
    match TableSpec.TryCreate(kind, HalfInteger.FromInteger l, false, convention) with
    | Ok spec -> spec
    | Error e -> failwith e

let private named name =
    match Conventions.tryFind name with
    | Some c -> c
    | None -> failwith name

[<Fact>]
let ``the table of CONVENTIONS.md is what the code says`` () =
    let text = File.ReadAllText(Path.Combine(SharedData.repository, "CONVENTIONS.md"))
    let start, stop = "<!-- generated: conventions -->\n", "<!-- /generated -->"
    let at = text.IndexOf(start, StringComparison.Ordinal) + start.Length
    Assert.Equal(Conventions.markdown (), text.Substring(at, text.IndexOf(stop, StringComparison.Ordinal) - at))

[<Fact>]
let ``e3nn's wigner_3j is reproduced with its signs, order and norm`` () =
    let rows =
        File.ReadAllLines(Path.Combine(SharedData.repository, "Toolkit.Tests/Data/e3nn_wigner_3j.txt"))
        |> Array.filter (fun line -> not (line.StartsWith '#'))
        |> Array.map (fun line -> line.Split ' ')
        |> Array.map (fun c -> (int c[0], int c[1], int c[2], int c[3], int c[4], int c[5]), float c[6])

    let theirs = dict rows
    let ours = spec RealCg 3 (named "e3nn")
    let mutable count = 0

    for (struct (l1, l2, l3)) in ours.Blocks do
        for (struct (i, v)) in Coefficients.exactBlock ours l1 l2 l3 do
            let key = l1 / 2, l2 / 2, l3 / 2, (i.TwiceM1 + l1) / 2, (i.TwiceM2 + l2) / 2, (i.TwiceM3 + l3) / 2
            Assert.InRange(v.ToDouble() - theirs[key], -1e-14, 1e-14)
            count <- count + 1

    Assert.Equal(rows.Length, count)

[<Fact>]
let ``conversion is invertible and keeps every block's norm`` () =
    let real = Conventions.all |> List.filter (fun c -> c.Basis = "real")

    for a in real do
        for b in real do
            for (struct (l1, l2, l3)) in (spec RealCg 5 a).Blocks do
                let there, back = b.Factor(l1, l2, l3) / a.Factor(l1, l2, l3), a.Factor(l1, l2, l3) / b.Factor(l1, l2, l3)
                Assert.Equal(Surd.One, there * back)

        let one = spec RealCg 4 a

        for (struct (l1, l2, l3)) in one.Blocks do
            let squares =
                Coefficients.exactBlock one l1 l2 l3
                |> Seq.fold (fun total (struct (_, v)) -> match Surd.TryAdd(total, v * v) with Some s -> s | None -> failwith "not rational") Surd.Zero

            Assert.Equal((if a.UnitNorm then Surd.One else Surd.OfInteger(l3 + 1)), squares)

[<Fact>]
let ``a converted table is the one made directly, and converting back restores the file`` () =
    let folder = (Directory.CreateTempSubdirectory "toolkit-convert-").FullName
    let path name = Path.Combine(folder, name)

    try
        let run args = let code, out, err = CommandLine.run args in Assert.Equal((0, "", ""), (code, out, err))
        let tables convention file = run [ "tables"; "--kind"; "real-cg"; "--lmax"; "3"; "--convention"; convention; "--format"; "tsv"; "--out"; path file ]
        tables "toolkit" "ours"
        tables "e3nn" "theirs"
        run [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "ours"; "--out"; path "converted" ]
        Assert.Equal(File.ReadAllText(path "theirs"), File.ReadAllText(path "converted"))
        run [ "convert"; "--from"; "e3nn"; "--to"; "toolkit"; path "converted"; "--out"; path "back" ]
        Assert.Equal(File.ReadAllText(path "ours"), File.ReadAllText(path "back"))

        // What cannot be converted is refused with one line and leaves no file.
        let refused fact args =
            let code, _, err = CommandLine.run args
            Assert.NotEqual(0, code)
            Assert.Contains((fact: string), err)
            Assert.Equal(1, err.Trim().Split('\n').Length)
            Assert.False(File.Exists(path "no"))

        refused "not e3nn" [ "convert"; "--from"; "e3nn"; "--to"; "toolkit"; path "ours"; "--out"; path "no" ]
        refused "complex" [ "convert"; "--from"; "toolkit"; "--to"; "scipy"; path "ours"; "--out"; path "no" ]
        let text = File.ReadAllText(path "ours")
        File.WriteAllText(path "ours", text.Remove(text.Length - 20))
        refused "checksum" [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "ours"; "--out"; path "no" ]
        File.WriteAllText(path "ours", "hello")
        refused "line 2" [ "convert"; "--from"; "toolkit"; "--to"; "e3nn"; path "ours"; "--out"; path "no" ]
    finally
        Directory.Delete(folder, true)

[<Fact>]
let ``JSON and C tables hold the same entries as the text table`` () =
    let folder = (Directory.CreateTempSubdirectory "toolkit-formats-").FullName
    let path name = Path.Combine(folder, name)

    try
        let one =
            match TableSpec.TryCreate(Cg, HalfInteger.FromTwice 3, true) with
            | Ok spec -> spec
            | Error e -> failwith e

        TableText.writeTsv one (path "tsv")
        TableText.writeJson one (path "json")
        TableText.writeC one (path "c")
        let values =
            File.ReadAllLines(path "tsv")
            |> Array.skip 5
            |> Array.map (fun line -> float (line.Split('\t')[9]))
            |> Array.sort

        use json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path "json"))
        let entries = [| for e in json.RootElement.GetProperty("entries").EnumerateArray() -> e[9].GetDouble() |]
        Assert.Equal<float[]>(values, Array.sort entries)

        let c =
            File.ReadAllLines(path "c")
            |> Array.filter (fun line -> line.StartsWith "{")
            |> Array.map (fun line -> float (line.Trim('{', '}', ',').Split(',')[6]))

        Assert.Equal<float[]>(values, Array.sort c)
    finally
        Directory.Delete(folder, true)
