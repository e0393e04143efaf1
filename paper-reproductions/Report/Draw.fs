/// Draws pictures with ScottPlot: as SVG, which takes the colour of the text around it, and as PNG.
module Toolkit.Reproductions.Report.Draw

open System
open System.IO
open System.Net
open System.Text
open System.Text.RegularExpressions
open SkiaSharp
open ScottPlot

let private labelSize, titleSize = 12., 13.

let private hex (colour: Colour) =
    match colour with
    | Ink -> "#000000"
    | Blue -> "#0072B2"
    | Vermilion -> "#D55E00"
    | Green -> "#009E73"
    | Purple -> "#CC79A7"
    | Orange -> "#E69F00"
    | Sky -> "#56B4E9"

let private shade (colour: Colour) (opacity: float) = Color.FromHex(hex colour).WithAlpha opacity

// The ground of an inset: almost white, to be told from everything else in the SVG.
let private ground = Color.FromHex "#FEFEFE"

let private shape (symbol: Symbol) =
    match symbol with
    | Circle -> MarkerShape.FilledCircle
    | Diamond -> MarkerShape.FilledDiamond
    | Square -> MarkerShape.FilledSquare
    | Triangle -> MarkerShape.FilledTriangleUp

// A diamond of the same width looks smaller than a square.
let private sized (symbol: Symbol) (size: float) =
    float32 (size * (match symbol with Circle -> 1. | Square -> 0.9 | Diamond -> 1.2 | Triangle -> 1.1))

/// Where a picture goes. SkiaSharp knows no dashes in SVG files: there a dashed line is a solid one of a width that nothing
/// else has, and gets its dashes afterwards.
type private Medium =
    | Pixels
    | Vectors

let private dashes = [| 5f; 3.5f |]

let private look (medium: Medium) (width: float) (stroke: Stroke) : float32 * LinePattern =
    match stroke, medium with
    | Solid, _ -> float32 width, LinePattern.Solid
    | Dashed, Pixels -> float32 width, LinePattern(dashes, 0f, "dashed")
    | Dashed, Vectors -> float32 width + 0.0625f, LinePattern.Solid

/// What is around the axes of a panel.
type private Margins =
    { Left: float
      Right: float
      Top: float
      Bottom: float }

let private widest (axis: Axis) = axis.Ticks |> List.map (snd >> Typeface.width false labelSize) |> List.fold max 0.

/// The ScottPlot of one panel; logarithmic axes are linear ones of logarithms.
let private plotOf (medium: Medium) (panel: Panel) (margins: Margins) (small: bool) : Plot =
    let plot = new Plot()
    plot.RenderManager.ClearCanvasBeforeEachRender <- false
    plot.FigureBackground.Color <- Colors.Transparent
    plot.DataBackground.Color <- if small then ground else Colors.Transparent
    let x, y = Axis.at panel.X, Axis.at panel.Y
    let bounds (axis: Axis) = Axis.at axis (fst axis.Range), Axis.at axis (snd axis.Range)
    let left, right = bounds panel.X
    let bottom, top = bounds panel.Y

    for mark in panel.Marks do
        match mark with
        | Stripe(lo, hi) ->
            let span = plot.Add.HorizontalSpan(x lo, x hi)
            span.FillStyle.Color <- shade Ink 0.09
            span.LineStyle.Width <- 0f
        | Band(series, points) ->
            let area =
                plot.Add.FillY([| for px, lo, hi in points -> struct (x px, y lo, y hi) |])

            area.FillColor <- shade series.Colour 0.17
            area.LineWidth <- 0f
        | Bars(series, points) ->
            for px, lo, hi in points do
                let bar = plot.Add.Line(x px, y lo, x px, y hi)
                bar.Color <- shade series.Colour 1.
                bar.LineWidth <- 1.5f
                bar.MarkerSize <- 0f
        | Guide((x1, y1), (x2, y2)) ->
            let line = plot.Add.Line(x x1, y y1, x x2, y y2)
            line.Color <- shade Ink 0.5
            line.LineWidth <- 1f
            line.MarkerSize <- 0f
        | Curve(series, points) ->
            let xs = points |> List.map (fst >> x) |> Array.ofList
            let ys = points |> List.map (snd >> y) |> Array.ofList

            match series.Stroke with
            | Some stroke when xs.Length > 1 ->
                let line = plot.Add.ScatterLine(xs, ys)
                line.Color <- shade series.Colour 1.
                let width, pattern = look medium (if small then 1.5 else 2.) stroke
                line.LineWidth <- width
                line.LinePattern <- pattern
            | _ -> ()

            match series.Symbol with
            | Some symbol ->
                let crowded = series.Stroke.IsNone && xs.Length > 40
                let marks = plot.Add.Markers(xs, ys)
                marks.MarkerShape <- shape symbol
                marks.MarkerSize <- sized symbol (if small then 4. elif crowded then 5. else 7.)
                marks.Color <- shade series.Colour (if crowded then 0.6 elif series.Stroke.IsNone then 0.8 else 1.)
            | None -> ()

    plot.Axes.SetLimits(left, right, bottom, top)
    let size = float32 (if small then labelSize - 1.5 else labelSize)

    let axis (drawn: IAxis) (given: Axis) =
        let ticks = TickGenerators.NumericManual()

        for value, label in given.Ticks do
            ticks.AddMajor(Axis.at given value, label)

        for value in given.MinorTicks do
            ticks.AddMinor(Axis.at given value)

        drawn.TickGenerator <- ticks
        drawn.TickLabelStyle.FontName <- Typeface.name
        drawn.TickLabelStyle.FontSize <- size
        drawn.TickLabelStyle.ForeColor <- Colors.Black
        drawn.FrameLineStyle.Color <- Colors.Black
        drawn.FrameLineStyle.Width <- 1f
        drawn.MajorTickStyle.Length <- 5f
        drawn.MajorTickStyle.Width <- 1f
        drawn.MajorTickStyle.Color <- Colors.Black
        drawn.MinorTickStyle.Length <- 3f
        drawn.MinorTickStyle.Width <- 0.8f
        drawn.MinorTickStyle.Color <- Colors.Black

    axis plot.Axes.Bottom panel.X
    axis plot.Axes.Left panel.Y

    for frame in [ plot.Axes.Top :> IAxis; plot.Axes.Right ] do
        frame.FrameLineStyle.Color <- shade Ink 0.45
        frame.FrameLineStyle.Width <- 1f

    plot.Grid.MajorLineColor <- shade Ink 0.12
    plot.Grid.MinorLineColor <- shade Ink 0.05
    plot.Grid.MinorLineWidth <- 1f
    plot.Grid.IsBeneathPlottables <- true
    plot.Axes.Title.IsVisible <- false
    plot.Layout.Fixed(PixelPadding(float32 margins.Left, float32 margins.Right, float32 margins.Bottom, float32 margins.Top))
    plot

let private write (canvas: SKCanvas) (bold: bool) (size: float) (align: SKTextAlign) (x: float) (y: float) (text: string) =
    if text <> "" then
        use font = Typeface.font bold size
        use paint = new SKPaint(Color = SKColors.Black, IsAntialias = true)
        canvas.DrawText(text, float32 x, float32 y, align, font, paint)

/// Draws a panel whose axes begin at (x, y) and have this size, with the title of y so far to the left of them.
let rec private panel
    medium
    (canvas: SKCanvas)
    (x: float, y: float)
    (width: float, height: float)
    (left: float)
    (small: bool)
    (given: Panel)
    =
    let tick = if small then labelSize - 1.5 else labelSize

    let given = {
        given with
            X = Axis.uncrowded width 4. (Typeface.width false tick) given.X
            Y = Axis.uncrowded height 0. (fun _ -> tick) given.Y
    }

    let margins = { Left = widest given.Y + 14.; Right = 24.; Top = 12.; Bottom = 30. }

    use plot = plotOf medium given margins small

    let rect =
        PixelRect(
            float32 (x - margins.Left),
            float32 (x + width + margins.Right),
            float32 (y + height + margins.Bottom),
            float32 (y - margins.Top)
        )

    // A plot that is drawn for the first time may find out what it needs and draw itself again, over the first drawing.
    use recorder = new SKPictureRecorder()
    plot.Render(recorder.BeginRecording(SKRect(rect.Left, rect.Top, rect.Right, rect.Bottom)), rect)
    plot.Render(canvas, rect)

    match given.Inset with
    | None -> ()
    | Some(corner, fraction, inset) ->
        let w, h = fraction * width, fraction * height
        // Room for the labels beneath and beside the inset.
        let gap, left, beneath = 10., 12. + widest inset.Y, 14. + tick

        let origin =
            match corner with
            | UpperLeft -> x + left + gap, y + gap
            | LowerRight -> x + width - w - gap - 8., y + height - h - beneath - gap

        panel medium canvas origin (w, h) 0. true inset

    if given.Title <> "" then
        write canvas true titleSize SKTextAlign.Left x (y - 10.) given.Title

    write canvas false titleSize SKTextAlign.Center (x + 0.5 * width) (y + height + 24. + titleSize) given.X.Title

    if given.Y.Title <> "" then
        canvas.Save() |> ignore
        canvas.Translate(float32 (x - left), float32 (y + 0.5 * height))
        canvas.RotateDegrees -90f
        write canvas false titleSize SKTextAlign.Center 0. 0. given.Y.Title
        canvas.Restore()

/// The width of what stands before a name in the key.
let private sample (entry: Series) = if entry.Stroke.IsSome then 30. else 10.

/// The places of the key's groups: (row, x) each, and the number of rows.
let private flow (key: (string * Series list) list) (width: float) =
    let sizeOf (title: string, entries: Series list) =
        (if title = "" then 0. else Typeface.width true labelSize title + 14.)
        + (entries |> List.sumBy (fun e -> sample e + 6. + Typeface.width false labelSize e.Name + 18.))

    let folder (row, x, places) group =
        let w = sizeOf group
        let row, x = if x > 0. && x + w > width then row + 1, 0. else row, x
        row, x + w + 10., (row, x) :: places

    let last, _, places = List.fold folder (0, 0., []) key
    List.rev places, last + 1

let private keyRow = 22.

let private key medium (canvas: SKCanvas) (x0: float, y0: float) (width: float) (groups: (string * Series list) list) =
    let places, _ = flow groups width

    for (row, dx), (title, entries) in List.zip places groups do
        let y = y0 + keyRow * float row + 14.
        let mutable x = x0 + dx

        if title <> "" then
            write canvas true labelSize SKTextAlign.Left x y title
            x <- x + Typeface.width true labelSize title + 14.

        for entry in entries do
            use paint = Paint.NewDisposablePaint()
            let middle = float32 (y - 4.3)

            match entry.Stroke with
            | Some stroke ->
                let width, pattern = look medium 2. stroke

                LineStyle(width, shade entry.Colour 1., pattern)
                    .Render(canvas, PixelLine(Pixel(float32 x, middle), Pixel(float32 (x + 30.), middle)), paint)
            | None -> ()

            match entry.Symbol with
            | Some symbol ->
                MarkerStyle(shape symbol, sized symbol 8., shade entry.Colour 1.)
                    .Render(canvas, Pixel(float32 (x + 0.5 * sample entry), middle), paint)
            | None -> ()

            write canvas false labelSize SKTextAlign.Left (x + sample entry + 6.) y entry.Name
            x <- x + sample entry + 6. + Typeface.width false labelSize entry.Name + 18.

/// Where everything is: left margins of the columns, the size of the whole, and how to draw it.
let private layout medium (picture: Picture) : (float * float) * (SKCanvas -> unit) =
    Typeface.install.Force()
    let columns = picture.Rows |> List.map (snd >> List.length) |> List.max

    let lefts =
        [ for c in 0 .. columns - 1 ->
              42. + (picture.Rows |> List.map (fun (_, panels) -> widest panels[c].Y) |> List.max) ]

    let right = 22.
    let width = List.sum lefts + float columns * (picture.Width + right)
    let keyHeight = if picture.Key.IsEmpty then 6. else keyRow * float (snd (flow picture.Key (width - lefts[0]))) + 10.

    // The height of a row's axes with what is above and beneath them.
    let above (panels: Panel list) = if panels |> List.exists (fun p -> p.Title <> "") then 28. else 12.
    let beneath (panels: Panel list) = if panels |> List.exists (fun p -> p.X.Title <> "") then 46. else 26.
    let height = keyHeight + (picture.Rows |> List.sumBy (fun (h, panels) -> above panels + h + beneath panels))

    let draw (canvas: SKCanvas) =
        key medium canvas (lefts[0], 4.) (width - lefts[0]) picture.Key
        let mutable y = keyHeight

        for h, panels in picture.Rows do
            y <- y + above panels

            panels
            |> List.iteri (fun c p ->
                let x = List.sum (List.truncate (c + 1) lefts) + float c * (picture.Width + right)
                panel medium canvas (x, y) (picture.Width, h) (lefts[c] - 14.) false p)

            y <- y + h + beneath panels

    (ceil width, ceil height), draw

let private scale = 2.5f

/// The bytes of a PNG file on white, two and a half pixels to a unit.
let png (picture: Picture) : byte[] =
    let (width, height), draw = layout Pixels picture
    use surface = SKSurface.Create(SKImageInfo(int (float scale * width), int (float scale * height))) |> nonNull
    surface.Canvas.Clear SKColors.White
    surface.Canvas.Scale scale
    draw surface.Canvas
    use image = surface.Snapshot()
    use data = image.Encode(SKEncodedImageFormat.Png, 100) |> nonNull
    data.ToArray()

let private family = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"

let private attribute (name: string) (text: string) =
    let found = Regex.Match(text, $" {name}=\"([^\"]*)\"")
    if found.Success then found.Groups[1].Value else ""

// SkiaSharp places every letter by itself, for one font. Whole texts with their lengths look right in any font.
let private wholeTexts (svg: string) =
    Regex.Replace(
        svg,
        """<text([^>]*)>\s*([^<]*?)\s*</text>""",
        fun (m: Match) ->
            let given, text = m.Groups[1].Value, WebUtility.HtmlDecode m.Groups[2].Value |> nonNull
            let first name = (attribute name given).Split(',')[0]
            let bold = attribute "font-weight" given <> ""
            let size = float (attribute "font-size" given)
            let length = Typeface.width bold size text

            let kept =
                [ "transform"; "fill"; "fill-opacity" ]
                |> List.map (fun n -> match attribute n given with "" -> "" | v -> $" {n}=\"{v}\"")
                |> String.concat ""

            String.Format(
                Globalization.CultureInfo.InvariantCulture,
                "<text{0}{1} font-size=\"{2}\" x=\"{3}\" y=\"{4}\" textLength=\"{5:0.##}\" lengthAdjust=\"spacingAndGlyphs\">{6}</text>",
                kept, (if bold then " font-weight=\"600\"" else ""), size, first "x", first "y", length, WebUtility.HtmlEncode text
            )
    )

// SkiaSharp counts names of clips over the whole run: here they count from the first of the picture, so that it is always the same.
let private named (id: string) (svg: string) =
    let names =
        Regex.Matches(svg, "id=\"(cl_[0-9a-f]+)\"")
        |> Seq.map _.Groups[1].Value
        |> Seq.distinct
        |> Seq.indexed
        |> Seq.map (fun (k, n) -> n, k)
        |> Map
    Regex.Replace(svg, "(\"|#)(cl_[0-9a-f]+)", fun (m: Match) -> $"{m.Groups[1].Value}{id}-{names[m.Groups[2].Value]}")

/// The text of an SVG file; `id` sets its internal names apart from those of other pictures on a page, `origin` says what made
/// it.
let svg (id: string) (origin: string) (picture: Picture) : string =
    let (width, height), draw = layout Vectors picture
    use stream = new MemoryStream()

    do
        use canvas = SKSvgCanvas.Create(SKRect(0f, 0f, float32 width, float32 height), stream)
        draw canvas

    let raw = Encoding.UTF8.GetString(stream.ToArray())
    let body = raw.Substring(raw.IndexOf('>', raw.IndexOf("<svg", StringComparison.Ordinal)) + 1)

    let body =
        (wholeTexts body |> named id)
            .Replace("stroke=\"black\"", "stroke=\"currentColor\"")
            .Replace("\"#010101\"", "\"currentColor\"")
            .Replace("stroke-width=\"2.0625\"", "stroke-width=\"2\" stroke-dasharray=\"5 3.5\"")
            .Replace("stroke-width=\"1.5625\"", "stroke-width=\"1.5\" stroke-dasharray=\"5 3.5\"")
            .Replace("fill=\"black\"", "fill=\"currentColor\"")
            .Replace("fill=\"#FEFEFE\"", "class=\"ground\" fill=\"white\"")

    // On a narrow page a picture is scrolled before its type is too small to read.
    $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" style=\"min-width:{ceil (0.85 * width)}px\" "
    + $"font-family=\"{family}\" fill=\"currentColor\"><desc>{WebUtility.HtmlEncode origin}</desc>"
    + body

/// The same for a page that shows the picture as an image, whose colours know nothing of the page's: on white.
let onWhite (id: string) (origin: string) (picture: Picture) : string =
    let text = svg id origin picture
    let at = text.IndexOf("</desc>", StringComparison.Ordinal) + "</desc>".Length
    text.Insert(at, "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>")
