module Toolkit.Tests.PaperReproductions.PictureTests

open System
open System.Globalization
open System.Xml.Linq
open SkiaSharp
open Toolkit.Reproductions.Report
open Expecto
open Toolkit.Tests.Laws

let private labels (axis: Axis) = axis.Ticks |> List.map snd

let private points = Series.points "points, <λ>" Vermilion Circle
let private at = [ 1., 0.25; 10., 0.5; 100., 0.75 ]

let private picture: Picture =
    let line = Series.line "line" Ink Dashed
    let x = Axis.logarithmic "distance / Å" (0.1, 1000.)
    let y = Axis.linear "|error| / (meV/μB)" (0., 1.)
    let small = Panel.of' "" { x with Title = "" } { y with Title = "" } [ Curve(line, at) ]

    { Key = [ "key", [ points; line ] ]
      Width = 300.
      Rows = [ 200., [ { Panel.of' "ν ≤ 2, |v|⁴" x y [ Curve(points, at) ] with Inset = Some(UpperLeft, 0.4, small) } ] ] }

let private svg = XDocument.Parse(Draw.svg "id" "made by <a> test" picture)
let private named name = svg.Descendants() |> Seq.filter (fun e -> e.Name.LocalName = name) |> List.ofSeq
let private attribute (name: string) (e: XElement) = match e.Attribute(XName.Get name) with null -> "" | a -> a.Value
let private number name e = Double.Parse(attribute name e, CultureInfo.InvariantCulture)

[<Tests>]
let tests =
    testList "PaperReproductions.PictureTests" [
        testCase "labels of a linear axis have as many decimals each, and minus signs are minus signs" <| fun () ->
            Assert.Equal<string list>([ "−0.4"; "−0.2"; "0.0"; "0.2"; "0.4" ], labels (Axis.linear "" (-0.45, 0.45)))
            Assert.Equal<string list>([ "0"; "50"; "100"; "150"; "200" ], labels (Axis.linear "" (0., 240.)))
            Assert.Equal<string list>([ "0.96"; "0.98"; "1.00"; "1.02"; "1.04" ], labels (Axis.linear "" (0.96, 1.04)))

        testCase "labels of a logarithmic axis are all decimal numbers or all powers of ten" <| fun () ->
            Assert.Equal<string list>([ "1"; "2"; "5"; "10"; "20"; "50"; "100" ], labels (Axis.logarithmic "" (1., 100.)))
            Assert.Equal<string list>([ "0.01"; "0.1"; "1"; "10"; "100" ], labels (Axis.logarithmic "" (0.01, 100.)))
            Assert.Equal<string list>([ "10⁻⁶"; "10⁻⁵"; "10⁻⁴"; "10⁻³"; "10⁻²" ], labels (Axis.logarithmic "" (1e-6, 1e-2)))
            // Seven decades: every other one has a label, all have a tick.
            let wide = Axis.logarithmic "" (1e-11, 1e-4)
            Assert.Equal<string list>([ "10⁻¹⁰"; "10⁻⁸"; "10⁻⁶"; "10⁻⁴" ], labels wide)
            Assert.Equal(8, wide.Ticks.Length + wide.MinorTicks.Length)

        testCase "ticks lie within their axis" <| fun () ->
            let random = Random 5

            for _ in 1..500 do
                let lo = 10. ** (12. * random.NextDouble() - 6.)
                let hi = lo * 10. ** (0.5 + 8. * random.NextDouble())

                for axis in [ Axis.linear "" (-lo, hi); Axis.logarithmic "" (lo, hi) ] do
                    let lo, hi = axis.Range
                    let slack = 1e-6 * (hi - lo)
                    Assert.InRange(axis.Ticks.Length, 1, 12)
                    Assert.All(List.map fst axis.Ticks @ axis.MinorTicks, (fun t -> Assert.InRange(t, lo - slack, hi + slack)))
                    Assert.Equal(axis.Ticks.Length, (labels axis |> List.distinct).Length)

        testCase "no label of an axis touches another: the later one is left out and keeps its tick"
        <| fun () ->
            let sizes = [ 5.; 10.; 20.; 50.; 100.; 200.; 500.; 1000.; 1500. ]
            let axis = Axis.logarithmicAt "frames" (4.5, 1650.) sizes
            let width = Typeface.width false 12.

            let drawn (svg: string) =
                XDocument.Parse(svg).Descendants() |> Seq.filter (fun e -> e.Name.LocalName = "text") |> Seq.map _.Value |> List.ofSeq

            let of' width =
                drawn (
                    Draw.svg "id" "test" {
                        Key = []
                        Width = width
                        Rows = [ 150., [ Panel.of' "" axis (Axis.linear "" (0., 1.)) [ Curve(points, at) ] ] ]
                    }
                )

            for label in [ "1000"; "1500" ] do
                Assert.Contains(label, of' 900.)

            Assert.Contains("1000", of' 380.)
            Assert.DoesNotContain("1500", of' 380.)
            let random = Random 9

            for _ in 1..300 do
                let lo = 10. ** (6. * random.NextDouble() - 3.)

                let given =
                    if random.Next 2 = 0 then
                        Axis.linear "" (-lo, 3. * lo)
                    else
                        Axis.logarithmic "" (lo, lo * 10. ** (0.3 + 4. * random.NextDouble()))

                let length = 40. + 300. * random.NextDouble()
                let found = Axis.uncrowded length 4. width given
                Assert.Equal<float list>(given.Ticks |> List.map fst |> List.sort, found.Ticks |> List.map fst)
                Assert.Equal(snd given.Ticks.Head, snd found.Ticks.Head)

                let ends = [
                    for v, label in found.Ticks do
                        if label <> "" then
                            let x = length * Axis.place found v in x - 0.5 * width label, x + 0.5 * width label
                ]

                for (_, right), (left, _) in List.pairwise ends do
                    Assert.True(left >= right + 4.)

        testCase "an SVG holds every text of its picture once, as text" <| fun () ->
            let texts = named "text" |> List.map _.Value

            for expected in [ "distance / Å"; "|error| / (meV/μB)"; "ν ≤ 2, |v|⁴"; "points, <λ>"; "line"; "key" ] do
                Assert.Equal(1, texts |> List.filter ((=) expected) |> List.length)

            Assert.Equal("made by <a> test", (named "desc").Head.Value)

        testCase "points are drawn once, where their numbers are, a logarithmic axis being even in the logarithm" <| fun () ->
            let drawn =
                named "ellipse"
                |> List.filter (fun e -> attribute "fill" e = "#D55E00" && number "rx" e < 3.9)
                |> List.map (fun e -> number "cx" e, number "cy" e)
                |> List.sort

            Assert.Equal(3, drawn.Length)

            for (x, y), (x', y') in List.pairwise drawn do
                // A decade of four on 300 pixels, a quarter of 200.
                Assert.Equal(75., x' - x, tolerance = 0.01)
                Assert.Equal(50., y - y', tolerance = 0.01)

        testCase "lines and letters of an SVG have the colour of the text around it" <| fun () ->
            for e in svg.Descendants() do
                for name in [ "fill"; "stroke" ] do
                    Assert.DoesNotContain(attribute name e, [ "black"; "#000000"; "#010101" ])

            Assert.Equal("currentColor", attribute "fill" (nonNull svg.Root))
            Assert.Equal(2, named "path" |> List.filter (fun e -> attribute "stroke-dasharray" e <> "") |> List.length)

        testCase "pictures have internal names of their own, so that many stand on one page" <| fun () ->
            let names = named "clipPath" |> List.map (attribute "id")
            Assert.NotEmpty names
            Assert.Equal(names.Length, (List.distinct names).Length)
            Assert.All(names, (fun n -> Assert.StartsWith("id-", n)))

        testCase "the letters that figures use are in the program, fonts or none on the machine" <| fun () ->
            for bold in [ false; true ] do
                for letter in "ÅνλσχμΓ∂πΣθφΔ|·±×√≤≥−–⁰¹²³⁴⁵⁶⁷⁸⁹⁻′°%→" do
                    Assert.True(Typeface.get(bold).ContainsGlyph(int letter), string letter)

        testCase "a PNG has ink where the SVG has letters, points and lines" <| fun () ->
            use bitmap = SKBitmap.Decode(Draw.png picture) |> nonNull
            let scale = 2.5
            let width = float (attribute "width" (nonNull svg.Root))
            Assert.Equal(int (scale * width), bitmap.Width)
            let paper = bitmap.GetPixel(bitmap.Width - 2, bitmap.Height - 2)
            Assert.Equal(SKColors.White, paper)

            let inked (x0: float) (y0: float) (w: float) (h: float) =
                seq {
                    for x in int (scale * x0) .. int (scale * (x0 + w)) do
                        for y in int (scale * y0) .. int (scale * (y0 + h)) do
                            bitmap.GetPixel(x, y)
                }
                |> Seq.filter (fun c -> c <> SKColors.White)
                |> Seq.length

            // Texts that stand where their x and y say.
            let plain = named "text" |> List.filter (fun e -> attribute "transform" e = "")
            Assert.True(plain.Length >= 4)

            for e in plain do
                Assert.True(inked (number "x" e) (number "y" e - 8.) (number "textLength" e) 8. > 10, e.Value)

            for e in named "ellipse" do
                Assert.NotEqual(SKColors.White, bitmap.GetPixel(int (scale * number "cx" e), int (scale * number "cy" e)))
    ]
