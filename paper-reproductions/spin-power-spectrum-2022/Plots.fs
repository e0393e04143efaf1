/// What the figures' plots have in common.
module Toolkit.Reproductions.Spin2022.Plots

open Toolkit.Reproductions.Report

/// Colour and shape by the values of a column, (value, colour, shape) each, in one legend.
let legend (column: string) (title: string) (values: (string * string * string) list) : Json * Json =
    let channel pick =
        VegaLite.channel column "nominal"
            [ VegaLite.mapped [ for name, colour, shape in values -> name, JString(pick (colour, shape)) ]
              "title", JString title ]

    channel fst, channel snd

/// A number in two digits, or whole.
let digits (x: float) : string = if abs x >= 9.5 then sprintf "%.0f" x else sprintf "%.2g" x

/// The range of some values with a margin on both sides.
let around (margin: float) (values: float seq) : float * float =
    let lo, hi = Seq.min values, Seq.max values
    lo - margin * (hi - lo), hi + margin * (hi - lo)

/// A panel of predicted against reference values, columns of these names with `suffix`, for the rows where `column` has the
/// value that is the panel's title.
let parity size (column: string) (title: string) (suffix: string) (unit: string) (lo: float, hi: float) (colour: Json, shape: Json) : Json =
    let axis name = VegaLite.linear $"{name} / {unit}" (lo, hi)
    let x, y = axis "reference", axis "predicted"

    VegaLite.panel
        (size, size)
        title
        (column, title)
        [ VegaLite.diagonal (lo, hi) x y
          VegaLite.layer
              [ "type", JString "point"; "filled", JBool true; "size", JNumber 26.; "opacity", JNumber 0.6 ]
              [ "x", VegaLite.channel ("reference" + suffix) "quantitative" x
                "y", VegaLite.channel ("predicted" + suffix) "quantitative" y
                "color", colour
                "shape", shape ] ]

/// Marks of the rows for which a Vega expression is true.
let where (filter: string) (mark: (string * Json) list) (encoding: (string * Json) list) : Json =
    JObject
        [ "transform", JArray [ JObject [ "filter", JString filter ] ]
          "mark", JObject mark
          "encoding", JObject encoding ]
