module Toolkit.Tests.PaperReproductions.ReportTests

open System
open System.Globalization
open System.IO
open FsCheck.FSharp
open Toolkit.Reproductions
open Toolkit.Reproductions.Report
open Toolkit.Testing
open Toolkit.Tests.Laws
open Expecto

/// RFC 4180, written independently of the writer: records of fields; lines that begin with # are comments.
let private parse (text: string) : string list list =
    let records, record, field = ResizeArray<string list>(), ResizeArray<string>(), Text.StringBuilder()
    let mutable i = 0

    let endField () =
        record.Add(field.ToString())
        field.Clear() |> ignore

    let mutable atStart = true

    while i < text.Length do
        if atStart && text[i] = '#' then
            i <- text.IndexOf('\n', i) + 1
        else
            atStart <- false

            match text[i] with
            | '"' ->
                i <- i + 1

                while not (text[i] = '"' && (i + 1 = text.Length || text[i + 1] <> '"')) do
                    if text[i] = '"' then i <- i + 1
                    field.Append text[i] |> ignore
                    i <- i + 1
            | ',' -> endField ()
            | '\n' ->
                endField ()
                records.Add(List.ofSeq record)
                record.Clear()
                atStart <- true
            | c -> field.Append c |> ignore

            i <- i + 1

    List.ofSeq records

let private figure (rows: Cell list list) : Figure =
    let table = Table.Create([ "x"; "y"; "what" ], rows)

    let points = Series.points "points" Blue Circle
    let panel = Panel.of' "" (Axis.logarithmic "x / Å" (1., 100.)) (Axis.linear "y" (0., 1.)) [ Curve(points, [ 2., 0.1; 50., 1. / 3. ]) ]

    { Id = "tiny"
      Title = "a < b & \"c\""
      Caption = "<script>alert('x')</script>"
      Conclusion = "1 > 0"
      Table = table
      Picture = { Key = []; Width = 100.; Rows = [ 80., [ panel ] ] } }

let private tiny = figure [ [ Whole 2; Number 0.1; Text "<i>" ]; [ Whole 50; Number(1. / 3.); Text "b" ] ]

let private inFolder (test: string -> unit) =
    let folder = Path.Combine(Path.GetTempPath(), $"reproductions-{Guid.NewGuid():N}")

    try
        Directory.CreateDirectory folder |> ignore
        test folder
    finally
        Directory.Delete(folder, recursive = true)

let private report (picture: string) : Html.Run = {
    Command = "command <x>"
    Settings = [ "a<b", "c&d" ]
    Versions = []
    Proved = [
        {
            Name = "t"
            Statement = "<p><math><mi>l</mi></math></p>"
            Assumed = [ "for all l < 3" ]
            Method = "m"
            Size = 3
            Seconds = 0.1
            Failure = None
        }
    ]
    Checks = [ { Law = "x < y"; Found = "<none>"; Passed = false; Seconds = 0.001 } ]
    Chapters = [
        {
            Folder = "paper"
            Title = "P"
            Source = "A & B"
            Introduction = "<p>"
            Settings = []
            Figures = [ tiny ]
            Checks = []
            Seconds = 1.
        }
    ]
    Picture = fun _ _ -> picture
    Seconds = 2.
}

let private run (arguments: string list) =
    use output = new StringWriter()
    use error = new StringWriter()
    let code = Application.run (Array.ofList arguments) output error
    code, output.ToString(), error.ToString()

[<Tests>]
let tests =
    testList "PaperReproductions.ReportTests" [
        testCase "a table written as CSV is read back as it was, numbers bit for bit" <| fun () ->
            let text = Gen.elements [ ""; "a"; ","; "\""; "\n"; "#"; "ν"; " "; "\r" ] |> Gen.listOf |> Gen.map (String.concat "")

            let number =
                ArbMap.defaults |> ArbMap.generate<float> |> Gen.map (fun x -> if Double.IsFinite x then x else 0.1)

            let cases = Gen.listOf (Gen.zip number text)

            Law.holds (Law.from cases) (fun rows ->
                let table = Table.Create([ "number"; "te,xt" ], [ for x, s in rows -> [ Number x; Text s ] ])
                let read = parse (Csv.text [ "made by a test"; "two\nlines" ] table)
                Assert.Equal<string list>([ "number"; "te,xt" ], List.head read)

                let back = [ for r in List.tail read -> Double.Parse(r[0], CultureInfo.InvariantCulture), r[1] ]
                Assert.Equal<(int64 * string) list>(
                    [ for x, s in rows -> BitConverter.DoubleToInt64Bits x, s ],
                    [ for x, s in back -> BitConverter.DoubleToInt64Bits x, s ]
                ))

        testCase "a table refuses rows of another length and numbers that are not finite" <| fun () ->
            for row in [ [ Whole 1 ]; [ Whole 1; Number nan ]; [ Whole 1; Number infinity ] ] do
                Assert.Throws<ArgumentException>(fun () -> Table.Create([ "a"; "b" ], [ row ]) |> ignore) |> ignore

        testCase "statements of theorems are set in type, what they assume is folded" <| fun () ->
            let html = Html.text (report "<svg></svg>")
            Assert.Contains("<code>t</code><p><math><mi>l</mi></math></p><details><summary>assumed, not checked: 1</summary><ul><li>for all l &lt; 3</li></ul></details>", html)

        testCase "the report escapes every text that it shows and refers to nothing outside" <| fun () ->
            let html = Html.text (report "<!-- of the file --><svg><desc>d</desc></svg>")

            for raw in [ "<script"; "<none>"; "a<b"; "x < y"; "l < 3"; "A & B"; "command <x>"; "of the file" ] do
                Assert.DoesNotContain(raw, html)

            Assert.Contains("&lt;script&gt;", html)
            Assert.Contains("<svg><desc>d</desc></svg>", html)
            Assert.DoesNotContain("src=", html)
            Assert.DoesNotContain("href=\"http", html)

        testCase "the report shows a check that failed as failed" <| fun () ->
            let html = Html.text (report "<svg></svg>")
            Assert.Contains("✗ FAILED", html)
            Assert.Contains("1 FAILED", html)

        testCase "a figure becomes its named files, and none of an earlier run is left" <| fun () ->
            inFolder (fun folder ->
                let stem = Path.Combine(folder, "paper", "tiny")

                for suffix in Files.suffixes do
                    Files.write (stem + suffix) "old"

                let svg = Files.figure folder "paper" "a test" tiny
                Assert.StartsWith("# a test: ", File.ReadAllText(stem + ".csv"))
                Assert.Equal(svg, File.ReadAllText(stem + ".svg"))
                Assert.Contains("<desc>a test</desc>", svg)
                Assert.Equal<byte[]>([| 0x89uy; 0x50uy; 0x4Euy; 0x47uy |], File.ReadAllBytes(stem + ".png")[..3])
                Assert.Equal(3, Directory.GetFiles(Path.Combine(folder, "paper")).Length))

        testCase "what the command line does not know ends with 2 and one line that names it" <| fun () ->
            for arguments, named in
                [ [ "nonsense" ], "nonsense"
                  [ "--nonsense" ], "--nonsense"
                  [ "nice"; "spam" ], "spam"
                  [ "nice"; "--quick"; "--full" ], "--full"
                  [ "nice"; "--data"; "/no/such/folder" ], "/no/such/folder"
                  [ "benchmarks"; "--lammps"; "/no/such/lmp" ], "/no/such/lmp" ] do
                let code, output, error = run arguments
                Assert.Equal(2, code)
                Assert.Equal("", output)
                Assert.Contains(named, error)
                Assert.Equal(1, error.TrimEnd().Split('\n').Length)
    ]
