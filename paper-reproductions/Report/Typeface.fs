/// The type of all pictures, from inside this program: a machine may have no fonts at all, and SkiaSharp, which draws for
/// ScottPlot, would then leave out every letter, in SVG files too.
module Toolkit.Reproductions.Report.Typeface

open System
open System.IO
open System.Reflection
open SkiaSharp

/// Inter, R. Andersson and others, SIL Open Font License 1.1.
let name = "Inter"

// The package's assembly is a resource here; the fonts are in a resource of that one: length of the index, version, count,
// then name, offset and length of each file, and the files.
let private files =
    lazy
        (use whole = new MemoryStream()
         use packed = nonNull (Assembly.GetExecutingAssembly().GetManifestResourceStream "Inter")
         packed.CopyTo whole
         use inner = nonNull (Assembly.Load(whole.ToArray()).GetManifestResourceStream "!AvaloniaResources")
         use content = new MemoryStream()
         inner.CopyTo content
         let bytes = content.ToArray()
         use index = new BinaryReader(new MemoryStream(bytes))
         let start = 4 + index.ReadInt32()
         index.ReadInt32() |> ignore

         Map
             [ for _ in 1 .. index.ReadInt32() do
                   let path, offset, length = index.ReadString(), index.ReadInt32(), index.ReadInt32()
                   path, bytes[start + offset .. start + offset + length - 1] ])

let private face (file: string) =
    lazy (SKTypeface.FromData(SKData.CreateCopy(ReadOnlySpan files.Value[$"/Assets/{file}.ttf"])) |> nonNull)

let private plain, strong = face "Inter-Regular", face "Inter-SemiBold"

/// Regular, or semi-bold.
let get (bold: bool) : SKTypeface = (if bold then strong else plain).Value

/// Letters are where they belong, not at whole pixels.
let font (bold: bool) (size: float) : SKFont =
    new SKFont(get bold, float32 size, Subpixel = true, LinearMetrics = true, Hinting = SKFontHinting.None)

/// The width of a text in pixels.
let width (bold: bool) (size: float) (text: string) : float =
    use font = font bold size
    float (font.MeasureText text)

/// Makes ScottPlot use it. Once is enough.
let install: Lazy<unit> =
    lazy
        (ScottPlot.Fonts.FontResolvers.Insert(
            0,
            {
                new ScottPlot.IFontResolver with
                    member _.CreateTypeface(family: string, bold: bool, _: bool) : SKTypeface | null =
                        if family = name then get bold else null

                    member _.CreateTypeface
                        (family: string, weight: ScottPlot.FontWeight, _: ScottPlot.FontSlant, _: ScottPlot.FontSpacing)
                        : SKTypeface | null =
                        if family = name then get (int weight >= 600) else null
            }
         )

         ScottPlot.Fonts.Default <- name)
