module Toolkit.Tests.Cli.ProofTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Representations
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli

let private isValid (file: string) =
    let code, out, err = CommandLine.run [ "check"; file ]
    Assert.Equal((0, ""), (code, err))
    Assert.StartsWith($"valid\t{file}\t", out)

let private lines (text: string) = text.TrimEnd().Split '\n'

/// Runs prove --spec on a file NAME.json with the given text.
let private proveSpec (name: string) (text: string) (test: string -> int * string * string -> unit) =
    TemporaryFolder.using (fun folder ->
        let file = Path.Combine(folder, name + ".json")
        File.WriteAllText(file, text)
        test folder (CommandLine.run [ "prove"; "--spec"; file; "--out"; folder ]))

[<Tests>]
let tests =
    testList "Cli.ProofTests" [
        testCase "prove prints name, method, parameters, seconds and proved, separated by tabs" <| fun () ->
            let code, out, err = CommandLine.run [ "prove"; "--only"; "3j.lowering"; "3j.regge" ]
            Assert.Equal(0, code)
            Assert.Equal("", err)
            let rows = lines out |> Array.map _.Split('\t')
            Assert.Equal<string[]>([| "3j.lowering"; "3j.regge" |], rows |> Array.map Array.head)

            for row in rows do
                Assert.Equal(5, row.Length)
                Assert.Equal("proved", row[4])
                Assert.True(Double.Parse row[3] >= 0.0)

        testCase "prove writes certificates that check accepts, scripts and a report" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let code, _, _ = CommandLine.run [ "prove"; "--only"; "3j.recursion-*"; "--out"; folder ]
                Assert.Equal(0, code)

                for name in [ "3j.recursion-m"; "3j.recursion-j" ] do
                    for extension in [ ".json"; ".sympy.py"; ".mac" ] do
                        Assert.True(File.Exists(Path.Combine(folder, name + extension)))

                    let file = Path.Combine(folder, name + ".json")
                    let code, out, err = CommandLine.run [ "check"; file ]
                    Assert.Equal((0, ""), (code, err))
                    let fields = out.TrimEnd().Split '\t'
                    Assert.Equal<string[]>([| "valid"; file; name; "-" |], fields[0..3])
                    Assert.Equal(5, fields.Length)
                    Assert.Contains("3j(j1, j2, j3; m1, m2, m3)", fields[4])

                for report in [ "theorems.tex"; "theorems.md" ] do
                    Assert.Contains("3j.recursion-j", File.ReadAllText(Path.Combine(folder, report)))

                Assert.Empty(Directory.GetFiles(folder, "*.tmp"))
                let file = Path.Combine(folder, "3j.recursion-j.json")
                File.WriteAllText(file, File.ReadAllText(file).Replace("\"q\": \"", "\"q\": \"1 + "))
                let code, out, _ = CommandLine.run [ "check"; file ]
                Assert.Equal(1, code)
                Assert.StartsWith("invalid: ", out))

        testCase "derive prints a relation, or a certificate that check accepts" <| fun () ->
            let shifts = "j2-1/2,j3-1/2,m2-1/2,m3+1/2; j2-1/2,j3-1/2,m2+1/2,m3-1/2"
            let code, out, _ = CommandLine.run [ "derive"; "--symbol"; "3j"; "--shifts"; shifts ]
            Assert.Equal(0, code)
            Assert.Contains("sqrt((-j1 + j2 + j3)*(j1 + j2 + j3 + 1))*3j(j1, j2, j3; m1, m2, m3)", out)

            TemporaryFolder.using (fun folder ->
                let code, json, _ = CommandLine.run [ "derive"; "--symbol"; "6j"; "--shifts"; "j1+1; j1-1"; "--json" ]
                Assert.Equal(0, code)
                let file = Path.Combine(folder, "six.json")
                File.WriteAllText(file, json)
                isValid file)

        testCase "derive says up to which degree there is no relation" <| fun () ->
            let code, out, _ =
                CommandLine.run [ "derive"; "--symbol"; "3j"; "--degree"; "2"; "--shifts"; "j2-1/2,j3-1/2,m2-1/2,m3+1/2" ]

            Assert.Equal((0, "none up to degree 2; by telescoping none of any degree\n"), (code, out))

        testCase "derive finds the neighbours at two steps of m, whose coefficients have degree 6, and writes LaTeX" <| fun () ->
            let shifts = "m1+2,m2-2; m1-2,m2+2"
            let code, out, _ = CommandLine.run [ "derive"; "--symbol"; "3j"; "--shifts"; shifts ]
            Assert.Equal(0, code)
            Assert.Contains("3j(j1, j2, j3; m1 + 2, m2 - 2, m3)", out)
            let code, out, _ = CommandLine.run [ "derive"; "--symbol"; "3j"; "--shifts"; "j1+1; j1-1"; "--latex" ]
            Assert.Equal(0, code)
            Assert.Contains(@"\begin{pmatrix}", out)

        testCase "derive says what it searched, and what the relation does not need" <| fun () ->
            let code, out, err = CommandLine.run [ "derive"; "--symbol"; "3j"; "--shifts"; "m1+1,m2-1" ]
            Assert.Equal(0, code)
            Assert.Matches(@"^none up to degree \d+; by telescoping none of any degree\n$", out)
            Assert.Contains("coefficients free", err)
            let code, out, err = CommandLine.run [ "derive"; "--symbol"; "6j"; "--shifts"; "l1-1; l1+1; j1+1" ]
            Assert.Equal(0, code)
            Assert.Contains("6j(j1, j2, j3; l1 + 1, l2, l3)", out)
            Assert.Contains("degree 5; none up to degree 4; 1 of the neighbours not needed", err)
            let code, out, _ = CommandLine.run [ "derive"; "--symbol"; "3j"; "--degree"; "4"; "--shifts"; "j1+1; j1-1" ]
            Assert.Equal((0, "none up to degree 4\n"), (code, out))

        testCase "recouple connects two trees, in words, in LaTeX and as a certificate" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let file name tree =
                    let path = Path.Combine(folder, name)
                    File.WriteAllText(path, "{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":" + tree + "}")
                    path

                let leaf l = "{\"leaf\":\"rho\",\"l\":\"" + l + "\"}"
                let couple l r x = "{\"couple\":[" + l + "," + r + "],\"L\":\"" + x + "\"}"
                let first = file "1.json" (couple (couple (leaf "a") (leaf "b") "e") (leaf "c") "J")
                let second = file "2.json" (couple (leaf "a") (couple (leaf "b") (leaf "c") "f") "J")
                let code, out, err = CommandLine.run [ "recouple"; first; second ]
                Assert.Equal(0, code)
                Assert.Contains("6j(a, b, e; c, J, f)", out)
                Assert.Contains("50 random points", err)
                let code, out, _ = CommandLine.run [ "recouple"; first; second; "--latex" ]
                Assert.Equal(0, code)
                Assert.Contains(@"\begin{Bmatrix} a & b & e \\ c & J & f \end{Bmatrix}", out)
                let code, json, _ = CommandLine.run [ "recouple"; first; second; "--json" ]
                Assert.Equal(0, code)
                let certificate = Path.Combine(folder, "recoupling.json")
                File.WriteAllText(certificate, json)
                isValid certificate
                let code, out, err = CommandLine.run [ "recouple"; first; first ]
                Assert.Equal((1, ""), (code, out))
                Assert.Contains("nothing to recouple", err))

        testCase "independent counts and writes a basis, which check certifies; what it cannot do it says" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let file = Path.Combine(folder, "basis.json")
                let code, out, _ = CommandLine.run [ "independent"; "--order"; "3"; "--lmax"; "4"; "--nmax"; "7"; "--out"; file ]
                Assert.Equal((0, "29 patterns, 29 independent couplings of 29; 2702 features of 7 channels\n"), (code, out))
                let code, out, _ = CommandLine.run [ "check"; file ]
                Assert.Equal((0, $"valid\t{file}\tindependent-couplings\t-\t29 couplings of 3 factors, l ≤ 4, are a basis for λ = 0, σ = 1\n"), (code, out))
                File.WriteAllText(file, (File.ReadAllText file).Replace("\"multiplicity\": 1", "\"multiplicity\": 2"))
                let code, out, _ = CommandLine.run [ "check"; file ]
                Assert.Equal(1, code)
                Assert.StartsWith($"invalid: {file}: ", out)

                for arguments, exit, expected in
                    [ [ "--order"; "9"; "--lmax"; "1" ], 2, "--order: found 9, expected 1 … 8"
                      [ "--order"; "2"; "--lmax"; "1"; "--sigma"; "0" ], 2, "--sigma: found 0, expected 1 or -1"
                      [ "--order"; "2"; "--lmax"; "1"; "--out"; file ], 1, "--force" ] do
                    let code, out, err = CommandLine.run ("independent" :: arguments)
                    Assert.Equal((exit, ""), (code, out))
                    Assert.Contains(expected, err))

        testCase "prove --table proves a table's file, and check accepts the certificate" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let file = Path.Combine(folder, "t.table")
                let code, _, _ = CommandLine.run [ "tables"; "--kind"; "gaunt"; "--lmax"; "4"; "--format"; "table"; "--out"; file ]
                Assert.Equal(0, code)
                let code, out, err = CommandLine.run [ "prove"; "--table"; file; "--out"; folder ]
                Assert.Equal((0, ""), (code, err))
                Assert.StartsWith("table.gaunt-4\t", out)
                Assert.EndsWith("\tproved\n", out)
                isValid (Path.Combine(folder, "table.gaunt-4.json"))
                // The last bit of the first number.
                let bytes = File.ReadAllBytes file
                bytes[1024] <- bytes[1024] ^^^ 1uy
                File.WriteAllBytes(file, bytes)
                let code, out, err = CommandLine.run [ "prove"; "--table"; file ]
                Assert.Equal((1, ""), (code, out))
                Assert.Contains("checksum", err))

        testCases
            "a wrong request is one line on stderr and exit code 2"
            [ ("3j", "m1+1", "breaks a sum rule")
              ("3j", "j4+1", "'j4+1'")
              ("3j", "j1+x", "'j1+x'")
              ("3j", "", "no shifts")
              ("9j", "j1+1", "'9j'") ]
        <| fun (symbol, shifts, fact) ->
            let code, out, err = CommandLine.run [ "derive"; "--symbol"; symbol; "--shifts"; shifts ]
            Assert.Equal((2, ""), (code, out))
            Assert.Contains(fact, err)
            Assert.Single(lines err) |> ignore

        testCase "an unknown theorem is a usage error, a missing file a failure" <| fun () ->
            let code, _, err = CommandLine.run [ "prove"; "--only"; "3j.nothing" ]
            Assert.Equal(2, code)
            Assert.Contains("3j.nothing", err)
            let code, _, err = CommandLine.run [ "check"; "/nonexistent/proof.json" ]
            Assert.Equal(1, code)
            Assert.Contains("proof.json", err)

        testCase "prove --spec proves what every kind of specification computes, under the file's name" <| fun () ->
            for example in SpecText.Examples do
                proveSpec $"my {example}" (nonNull (SpecText.Example example)) (fun folder (code, out, err) ->
                    Assert.Equal((0, ""), (code, err))
                    let names = lines out |> Array.map (fun row -> (row.Split '\t')[0])
                    Assert.All(lines out, (fun row -> Assert.EndsWith("\tproved", row)))

                    for name in names do
                        Assert.Contains($".my-{example}", name)
                        isValid (Path.Combine(folder, name + ".json"))

                    // What there is for each tree, then all of it as one theorem.
                    let rec isComplete kinds =
                        match kinds with
                        | "invariance" :: "parity" :: "time-reversal" :: "permutation" :: "pairs" :: "gradients" :: rest
                        | "invariance" :: "parity" :: "time-reversal" :: "permutation" :: "triples" :: "gradients" :: rest
                        | "invariance" :: "parity" :: "time-reversal" :: "permutation" :: "gradients" :: rest
                        | "covariance" :: "parity" :: "time-reversal" :: "permutation" :: rest -> isComplete rest
                        | kinds -> kinds = [ "specification" ]

                    Assert.True(isComplete [ for name in names -> name.Substring(0, name.IndexOf '.') ], String.concat ", " names)
                    if example = "bispectrum" then Assert.Contains("triples.my-bispectrum", names))

        testCase "prove --spec proves a coupling tree that is given as such, covariant ones too" <| fun () ->
            let tree = """{"format":"coupling-tree/1","fields":{"spin":{"rank":1,"parity":"axial","time":"odd"}},
      "tree":{"couple":[{"leaf":"spin","l":"l1","J":"J1"},{"leaf":"spin","l":"l2","J":"J2"}],"L":"k"}}"""

            proveSpec "pair" tree (fun folder (code, out, _) ->
                Assert.Equal(0, code)
                Assert.Equal<string[]>(
                    [| "covariance.pair"; "parity.pair"; "time-reversal.pair"; "permutation.pair"; "specification.pair" |],
                    lines out |> Array.map (fun row -> (row.Split '\t')[0]))
                Assert.Contains("(-1)**(l1 + l2)", File.ReadAllText(Path.Combine(folder, "parity.pair.json"))))

        testCases
            "a file that is neither a specification nor a coupling tree is refused on one line"
            [ ("""{"format":"coupling-tree/1","fields":{},"tree":{"leaf":"rho","l":0}}""", "'rho'")
              ("""{"format":"coupling-tree/2"}""", "'coupling-tree/2'")
              ("""{"lmax": 3}""", "cutoff")
              ("""not JSON""", "my.json") ]
        <| fun (text: string, fact: string) ->
            proveSpec "my" text (fun _ (code, out, err) ->
                Assert.Equal((1, ""), (code, out))
                Assert.Contains(fact, err)
                Assert.Single(lines err) |> ignore)
    ]
