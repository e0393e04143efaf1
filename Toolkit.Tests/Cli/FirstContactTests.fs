/// What a newcomer meets: names mistyped, results in the way, folders and disks that take nothing, files of another kind.
module Toolkit.Tests.Cli.FirstContactTests

open System
open System.IO
open System.IO.Compression
open System.Text.Json
open Expecto
open Toolkit.Cli
open Toolkit.Numerics.Files
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private ok (args: string list) =
    let code, out, err = CommandLine.run args
    Assert.Equal((0, ""), (code, err))
    out

let private fails code (part: string) (args: string list) =
    let actual, out, err = CommandLine.run args
    Assert.Contains(part, err)
    Assert.Equal((code, ""), (actual, out))
    Assert.Equal(1, err.Trim().Split('\n').Length)

let private tables (format: string) (path: string) = [ "tables"; "--kind"; "cg"; "--lmax"; "1"; "--format"; format; "--out"; path ]

let private lines (text: string) = text.TrimEnd().Split '\n'

[<Tests>]
let tests =
    testList "Cli.FirstContactTests" [
        testCases
            "a name that is nearly one gets the one that may be meant"
            [ ([ "featurs" ], "no verb 'featurs' (did you mean features?): expected coefficient, tables")
              ([ "coefficent"; "--kind"; "3j" ], "no verb 'coefficent' (did you mean coefficient?)")
              ([ "porve" ], "no verb 'porve' (did you mean prove?)")
              ([ "sepc" ], "no verb 'sepc' (did you mean spec?)")
              ([ "nonsense" ], "no verb 'nonsense': expected")
              ([ "tables"; "--kindd"; "cg" ], "no option of tables '--kindd' (did you mean --kind?): expected --kind, --lmax")
              ([ "features"; "x.xyz"; "--gradient" ], "no option of features '--gradient' (did you mean --gradients?)") ]
        <| fun (args, part) -> fails 2 part args

        testCases
            "quantum numbers stand with commas or spaces between, and half-integers as fractions or decimals"
            [ ("3j", "2 3 4", "1 -2 1", "sqrt(7/180)")
              ("3j", "2, 3, 4", "1,-2, 1", "sqrt(7/180)")
              ("cg", "0.5 1/2 1.0", "0.5,-0.5,0", "sqrt(1/2)")
              ("3j", "1.5,1.5,0", "1.5,-1.50,0", "sqrt(1/4)") ]
        <| fun (kind, j, m, expected) ->
            Assert.StartsWith(expected + " ", ok [ "coefficient"; "--kind"; kind; "--j"; j; "--m"; m ])

        testCase "a number that is neither whole nor half is refused" <| fun () ->
            for j in [ "0.25,1,1"; "1.,1,1"; "1,5,1,1"; ".,1,1" ] do
                fails 2 "--j: found" [ "coefficient"; "--kind"; "3j"; "--j"; j; "--m"; "0,0,0" ]

        testCase "a result that is there stays, unless --force replaces it" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                let table = inside "t.tsv"
                ok (tables "tsv" table) |> ignore
                File.WriteAllText(inside "there", "old")

                for args in
                    [ tables "tsv" (inside "there")
                      tables "npz" (inside "there")
                      [ "convert"; "--from"; "toolkit"; "--to"; "scipy"; table; "--out"; inside "there" ] ] do
                    fails 1 "there: found a file that is there, expected another name, or --force to replace it" args
                    Assert.Equal("old", File.ReadAllText(inside "there"))
                    ok (args @ [ "--force" ]) |> ignore
                    Assert.NotEqual<string>("old", File.ReadAllText(inside "there"))
                    File.WriteAllText(inside "there", "old"))

        testCase "a folder that takes no file is refused before the work, with the reason" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                File.WriteAllText(inside "file", "")
                // A table that would take hours.
                let large (path: string) = [ "tables"; "--kind"; "6j"; "--lmax"; "60"; "--half"; "--format"; "tsv"; "--out"; path ]
                fails 1 "found no such folder, expected a file that can be written" (large (inside "absent/t"))
                fails 1 "found no such folder, expected a file that can be written" (large (inside "file/t"))
                fails 1 "found a name that is too long, expected a file that can be written" (large (inside (String('x', 300))))
                fails 1 "found a file, expected a folder for the results" [ "prove"; "--out"; inside "file" ]

                if OperatingSystem.IsLinux() then
                    let _, _, err = CommandLine.run (large "/sys/t")
                    Assert.Matches("^toolkit: /sys/t: found a (folder that may not be written to|disk that is only for reading), expected a file that can be written", err)

                Assert.Equal<string[]>([| inside "file" |], Directory.GetFileSystemEntries folder))

        testCase "a result that is larger than the disk is refused before the work, with both numbers" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t")

                if DriveInfo(folder).AvailableFreeSpace > 500_000_000_000L then
                    SharedData.skipped "a disk with more than 500 GB free"
                else
                    let args = [ "tables"; "--kind"; "3j"; "--lmax"; "127"; "--half"; "--format"; "tsv"; "--out"; path ]
                    let code, out, err = CommandLine.run args
                    Assert.Equal((1, ""), (code, out))
                    Assert.Matches(@"t: found \d+\.\d\d GB free on the disk, expected 612\.48 GB, which the result takes at least", err))

        testCase "the least size of a table is below its size" <| fun () ->
            TemporaryFolder.using (fun folder ->
                for kind in [ "3j"; "cg"; "real-cg"; "gaunt"; "6j" ] do
                    for format in [ "tsv"; "npz"; "table"; "json"; "c" ] do
                        let path = Path.Combine(folder, $"{kind}.{format}")
                        ok [ "tables"; "--kind"; kind; "--lmax"; "6"; "--format"; format; "--out"; path ] |> ignore

                        let spec =
                            match Toolkit.Symbolic.Tables.TableKind.TryParse kind with
                            | Some kind -> Toolkit.Symbolic.Tables.TableSpec.Create(kind, 6)
                            | None -> failwith kind

                        let least, size = spec.LeastBytes format, (FileInfo path).Length
                        Assert.InRange(least, (if kind = "6j" then 0L else size / 20L), size))

        testCase "check names files that are absent, compressed, of features or of nothing it knows, and goes on" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                let table, features, text, packed, absent =
                    inside "t.tsv", inside "f.npz", inside "text", inside "t.tsv.gz", inside "absent"
                ok (tables "tsv" table) |> ignore
                NpzWriter.Write(features, [ struct ("samples", NpyArray.Reals([| 1. |], 1L)) ])
                File.WriteAllText(text, "Once upon a time")

                using (File.Create packed) (fun file ->
                    use gzip = new GZipStream(file, CompressionLevel.Fastest)
                    gzip.Write(ReadOnlySpan(File.ReadAllBytes table)))

                let code, out, err = CommandLine.run [ "check"; absent; features; text; packed; folder; table ]
                Assert.Equal(1, code)
                Assert.Equal(2, (lines out).Length)
                Assert.StartsWith($"invalid: {text}: not JSON", (lines out)[0])
                Assert.StartsWith($"valid\t{table}\tcg\t1", (lines out)[1])
                let expected = "expected a certificate written by prove, derive or independent, or a table of coefficients"

                Assert.Equal<string[]>(
                    [| $"toolkit: {absent}: found no such file, {expected}"
                       $"toolkit: {features}: found features of atoms, which nobody checks, {expected}"
                       $"toolkit: {packed}: found a file compressed by gzip, {expected}"
                       $"toolkit: {folder}: found a folder, {expected}" |],
                    lines err))

        testCase "convert says what is wrong with its file"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                fails 1 "absent.tsv: found no such file, expected a table made with --format tsv" [
                    "convert"
                    "--from"
                    "toolkit"
                    "--to"
                    "scipy"
                    Path.Combine(folder, "absent.tsv")
                    "--out"
                    Path.Combine(folder, "t")
                ])

        testCase "a folder of proofs lists what was proved there before, in the order of the catalogue" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)
                let prove (more: string list) = ok ([ "prove"; "--out"; inside "proofs" ] @ more) |> ignore
                prove [ "--only"; "3j.regge" ]
                let seconds = (File.ReadAllLines(inside "proofs/theorems.md") |> Array.find _.StartsWith("| 3j.regge |")).Split('|')[4]
                File.WriteAllText(inside "mine.json", nonNull (Toolkit.Numerics.Representations.SpecText.Example "power-spectrum"))
                prove [ "--spec"; inside "mine.json" ]
                prove [ "--only"; "3j.lowering" ]

                let listed () =
                    [ for line in File.ReadAllLines(inside "proofs/theorems.md") do
                          if line.StartsWith "## " then line[3..] ]

                let all = listed ()
                Assert.Equal<string list>(all |> List.distinct, all)
                Assert.Equal<string list>([ "3j.lowering"; "3j.regge" ], all |> List.truncate 2)
                Assert.True(all.Length > 2 && all |> List.skip 2 |> List.forall _.Contains(".mine"))
                let tex = File.ReadAllText(inside "proofs/theorems.tex")
                for name in all do Assert.Contains($"[{name}]", tex)
                Assert.Contains($"| {seconds.Trim()} |", File.ReadAllLines(inside "proofs/theorems.md") |> Array.find _.StartsWith("| 3j.regge |"))

                // A certificate that proves nothing any more is no theorem of the index.
                File.WriteAllText(inside "proofs/3j.regge.json", (File.ReadAllText(inside "proofs/3j.regge.json")).Replace("symmetry", "symmetrie"))
                let code, _, err = CommandLine.run [ "prove"; "--out"; inside "proofs"; "--only"; "3j.lowering" ]
                Assert.Equal(0, code)
                Assert.Contains("3j.regge.json: left out of the index: ", err)
                Assert.Equal<string list>(all |> List.except [ "3j.regge" ], listed ()))

        testCase "npz files say version, units and source, and what their indices are"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let inside name = Path.Combine(folder, name)

                let text (path: string) (name: string) =
                    let all = NpyData.ReadAll path
                    (JsonDocument.Parse(all[name].ToTexts()[0])).RootElement

                let field (json: JsonElement) (name: string) = json.GetProperty(name).GetString()
                ok (tables "npz" (inside "t.npz")) |> ignore
                let header = text (inside "t.npz") "header"
                Assert.Equal("[entry, 3]: the indices m1 + l1, m2 + l2, m3 + l3, counted from 0", field header "m")
                Assert.Equal("none: coefficients are numbers", field header "units")
                Assert.Equal("toolkit tables --kind cg --lmax 1 --format npz", field header "generator")
                let version = (ok [ "--version" ]).Trim()
                Assert.Equal(version, field header "version")
                ok [ "tables"; "--kind"; "6j"; "--lmax"; "1"; "--format"; "npz"; "--out"; inside "six.npz" ] |> ignore
                Assert.Equal("[entry, 3]: twice the three numbers of the lower row", field (text (inside "six.npz") "header") "m")
                ok [ "check"; inside "t.npz"; inside "six.npz" ] |> ignore

                File.WriteAllText(inside "in.xyz", "2\nProperties=species:S:1:pos:R:3:magmoms:R:3\nH 0 0 0 1 0 0\nH 0 0 1 0 1 0\n")
                File.WriteAllText(inside "spec.json", nonNull (Toolkit.Numerics.Representations.SpecText.Example "spin-power-spectrum"))
                ok [ "features"; inside "in.xyz"; "--spec"; inside "spec.json"; "--out"; inside "f.npz"; "--gradients" ] |> ignore
                let about = text (inside "f.npz") "about"
                Assert.Equal(version, field about "version")

                Assert.Equal<string list>(
                    [ inside "in.xyz" ],
                    [ for s in about.GetProperty("source").EnumerateArray() -> string (s.GetString()) ]
                )

                let units = about.GetProperty "units"
                Assert.Equal("Å", field units "length")
                Assert.Equal("those of values per Å", field units "gradients")
                Assert.Equal("those of values per unit of the vector", field units "gradients_spin"))

        testCases
            "the time that is left follows from the share that is done"
            [ (0.5, 0.1, "")
              (2., 0., "")
              (10., 0.5, ", 0:10 left")
              (65., 0.5, ", 1:05 left")
              (3600., 0.25, ", 3:00:00 left")
              (10., 1., ", 0:00 left") ]
        <| fun (elapsed: float, share, expected) ->
            Assert.Equal(expected, Progress.Remaining(TimeSpan.FromSeconds elapsed, share))
    ]
