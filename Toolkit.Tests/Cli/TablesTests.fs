module Toolkit.Tests.Cli.TablesTests

open System
open System.IO
open System.Numerics
open System.Security.Cryptography
open System.Text
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Numerics.Coupling
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private tables (args: string list) = CommandLine.run ("tables" :: args)

let private half (text: string) =
    match HalfInteger.TryParse text with
    | Some h -> h
    | None -> failwith $"'{text}' is no half-integer"

[<Tests>]
let tests =
    testList "Cli.TablesTests" [
        testCase "the text table is sorted, exact, complete and carries the checksum of its lines" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let file = Path.Combine(folder, "cg.tsv")
                let code, out, err = tables [ "--kind"; "cg"; "--lmax"; "2"; "--half"; "--format"; "tsv"; "--out"; file ]
                Assert.Equal((0, "", ""), (code, out, err))
                let text = File.ReadAllText file
                let lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                Assert.Equal("# generator: toolkit tables --kind cg --lmax 2 --half --format tsv", lines[0])
                Assert.Equal("l1\tl2\tl3\tm1\tm2\tm3\tsign\tp\tq\tvalue", lines[4])
                let body = text.Substring(text.IndexOf "l1\tl2")
                let sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes body))
                Assert.Equal("# checksum: sha256:" + sum, lines[3])

                let rows = lines[5..] |> Array.map (fun line -> line.Split '\t')
                let keys = rows |> Array.map (fun r -> r[..5] |> Array.map (fun t -> (half t).Twice) |> Array.toList)
                Assert.Equal<int list[]>(Array.sort keys, keys)

                // Every non-zero coefficient is there: count them by brute force.
                let mutable expected = 0

                for a in 0..4 do
                    for b in 0..4 do
                        for c in 0..4 do
                            for m1 in -a .. 2 .. a do
                                for m2 in -b .. 2 .. b do
                                    for m in -c .. 2 .. c do
                                        let h = HalfInteger.FromTwice
                                        if not (ClebschGordan.exact (h a, h m1, h b, h m2, h c, h m)).IsZero then expected <- expected + 1

                Assert.Equal(expected, rows.Length)

                for r in rows do
                    let value = Surd.Create(int r[6], BigInteger.Parse r[7], BigInteger.Parse r[8])
                    Assert.Equal(r[7], string value.Numerator)
                    Assert.Equal(value, ClebschGordan.exact (half r[0], half r[3], half r[1], half r[4], half r[2], half r[5]))
                    Assert.Equal(value.ToDouble(), float r[9]))

        testCase "kind cg in the real basis is the kind real-cg, and Numerics reads the binary table" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let a, b = Path.Combine(folder, "a.table"), Path.Combine(folder, "b.table")
                let run args = let code, _, err = tables args in Assert.Equal((0, ""), (code, err))
                run [ "--kind"; "cg"; "--basis"; "real"; "--lmax"; "2"; "--format"; "table"; "--out"; a ]
                run [ "--kind"; "real-cg"; "--lmax"; "2"; "--format"; "table"; "--out"; b ]
                Assert.Equal<byte[]>(File.ReadAllBytes a, File.ReadAllBytes b)
                use table = CouplingTable.Load a
                Assert.Equal(2, table.LMax)
                Assert.Equal("real-cg", table.Header.What)
                Assert.Equal<string[]>([| a; b |], Directory.GetFiles folder |> Array.sort))

        testCases
            "an invalid argument exits with 2, names itself and leaves no file"
            [ ("--kind 9k --lmax 2 --format tsv", "'9k'")
              ("--kind cg --lmax -1 --format tsv", "lmax = -1")
              ("--kind cg --lmax 3/2 --format tsv", "--half")
              ("--kind real-cg --lmax 2 --half --format tsv", "integer l")
              ("--kind 3j --basis real --lmax 2 --format tsv", "--basis")
              ("--kind cg --lmax 2 --format xml", "'xml'") ]
        <| fun (line: string, fact: string) ->
            TemporaryFolder.using (fun folder ->
                let code, out, err = tables (List.ofArray (line.Split ' ') @ [ "--out"; Path.Combine(folder, "t") ])
                Assert.Equal((2, ""), (code, out))
                Assert.Contains(fact, err)
                Assert.Equal(1, err.Trim().Split('\n').Length)
                Assert.Empty(Directory.GetFiles folder))

        testCase "a folder that is not there is a failure with exit code 1" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "absent", "t.tsv")
                let code, _, err = tables [ "--kind"; "cg"; "--lmax"; "1"; "--format"; "tsv"; "--out"; path ]
                Assert.Equal(1, code)
                Assert.Contains("absent", err))
    ]
