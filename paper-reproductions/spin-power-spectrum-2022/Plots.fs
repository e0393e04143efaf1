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

/// What captions say of the lower panels of parityAndErrors.
let beneath = "Beneath: the sizes of the errors; what is smaller than the axis stands at its end."

/// The same with the sizes of the errors beneath, on a logarithmic axis: what lies on the diagonal is told apart there. The
/// pairs are the reference and predicted values of the rows, in their unit.
let parityAndErrors size column title suffix unit range (colour: Json, shape: Json) (pairs: (float * float) list) : Json =
    let errors = pairs |> List.map (fun (a, b) -> abs (a - b)) |> List.sort
    let most = 10. ** ceil (log10 (List.last errors))
    // What is smaller than almost all others stands on the axis.
    let least = 10. ** floor (log10 (max (1e-9 * most) errors[errors.Length / 50]))
    let x = VegaLite.linear $"reference / {unit}" range
    let y = VegaLite.decades $"error / {unit}" (least, most)
    let error = $"max(abs(datum.predicted{suffix} - datum.reference{suffix}), {least})"

    let points =
        JObject
            [ "transform", JArray [ JObject [ "calculate", JString error; "as", JString "error" ] ]
              "mark", JObject [ "type", JString "point"; "filled", JBool true; "size", JNumber 18.; "opacity", JNumber 0.6 ]
              "encoding",
              JObject
                  [ "x", VegaLite.channel ("reference" + suffix) "quantitative" x
                    "y", VegaLite.channel "error" "quantitative" y
                    "color", colour
                    "shape", shape ] ]

    VegaLite.above
        (parity size column title suffix unit range (colour, shape))
        (VegaLite.panel (size, 0.45 * size) "" (column, title) [ points ])

/// Marks of the rows for which a Vega expression is true.
let where (filter: string) (mark: (string * Json) list) (encoding: (string * Json) list) : Json =
    JObject
        [ "transform", JArray [ JObject [ "filter", JString filter ] ]
          "mark", JObject mark
          "encoding", JObject encoding ]
