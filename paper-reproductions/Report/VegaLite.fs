/// Vega-Lite plot descriptions (version 5) in one visual style, with their data inside.
module Toolkit.Reproductions.Report.VegaLite

/// Colours that people with any common colour vision tell apart (Okabe and Ito, 2008), readable on white and on black.
module Palette =
    let blue = "#0072B2"
    let vermilion = "#D55E00"
    let green = "#009E73"
    let purple = "#CC79A7"

// Text and axes take the colour of the text around the picture, so that a report can be light or dark; in a file of its
// own that is black.
let private ink = "currentColor"

let private theme =
    let axis =
        [ "labelFontSize", JNumber 11.
          "titleFontSize", JNumber 12.5
          "titleFontWeight", JString "normal"
          "titlePadding", JNumber 9.
          "labelColor", JString ink
          "titleColor", JString ink
          "domainColor", JString ink
          "tickColor", JString ink
          "gridColor", JString ink
          "gridOpacity", JNumber 0.12
          "tickSize", JNumber 5. ]

    let legend =
        [ "labelFontSize", JNumber 11.5
          "titleFontSize", JNumber 11.5
          "titleFontWeight", JString "bold"
          "labelColor", JString ink
          "titleColor", JString ink
          "symbolSize", JNumber 70.
          "symbolStrokeWidth", JNumber 2.
          "labelLimit", JNumber 400. ]

    JObject
        [ "font", JString "Helvetica, Arial, DejaVu Sans, sans-serif"
          "background", JNull
          "view", JObject [ "stroke", JString ink; "strokeOpacity", JNumber 0.45 ]
          "axis", JObject axis
          "legend", JObject legend
          "title", JObject [ "color", JString ink; "fontSize", JNumber 12.5; "anchor", JString "start" ]
          "text", JObject [ "color", JString ink; "fontSize", JNumber 11. ] ]

/// A channel of an encoding: a column of the table and what else is to be said of it.
let channel (column: string) (kind: string) (more: (string * Json) list) : Json =
    JObject([ "field", JString column; "type", JString kind ] @ more)

/// A logarithmic axis from lo to hi with ticks, all labelled, at the given values.
let logarithmicAt (title: string) (lo: float, hi: float) (ticks: float list) : (string * Json) list =
    [ "title", JString title
      "scale", JObject [ "type", JString "log"; "domain", Json.numbers [ lo; hi ]; "nice", JBool false ]
      "axis", JObject [ "values", Json.numbers ticks; "format", JString "~g" ] ]

/// A logarithmic axis from lo to hi: a tick at every digit, labels at 1, 2 and 5 times a power of ten.
let logarithmic (title: string) (lo: float, hi: float) : (string * Json) list =
    let ticks =
        [ for power in floor (log10 lo) .. ceil (log10 hi) do
              for digit in 1. .. 9. do
                  let tick = digit * 10. ** power
                  if tick >= lo * 0.999999 && tick <= hi * 1.000001 then tick ]

    let digit = "round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))"

    [ "title", JString title
      "scale", JObject [ "type", JString "log"; "domain", Json.numbers [ lo; hi ]; "nice", JBool false ]
      "axis",
      JObject
          [ "values", Json.numbers ticks
            "labelExpr", JString $"indexof([1, 2, 5], {digit}) >= 0 ? format(datum.value, '~g') : ''" ] ]

/// A logarithmic axis over powers of ten, each labelled.
let decades (title: string) (lo: float, hi: float) : (string * Json) list =
    [ "title", JString title
      "scale", JObject [ "type", JString "log"; "domain", Json.numbers [ lo; hi ]; "nice", JBool false ]
      "axis",
      JObject
          [ "values", Json.numbers [ for power in round (log10 lo) .. round (log10 hi) -> 10. ** power ]
            "labelExpr", JString "format(datum.value, datum.value < 0.0005 ? '~e' : '~g')" ] ]

/// A linear axis from lo to hi.
let linear (title: string) (lo: float, hi: float) : (string * Json) list =
    [ "title", JString title
      "scale", JObject [ "domain", Json.numbers [ lo; hi ]; "nice", JBool false; "zero", JBool false ] ]

/// Which value of a column gets which colour, dash or shape, in the order of the legend.
let mapped (values: (string * Json) list) : string * Json =
    "scale",
    JObject
        [ "domain", Json.strings (List.map fst values)
          "range", JArray(List.map snd values) ]

let private row (table: Table) (cells: Cell list) : Json =
    let value cell =
        match cell with
        | Text s -> JString s
        | Number x -> JNumber x
        | Whole n -> JNumber(float n)

    JObject(List.zip table.Columns (List.map value cells))

/// A plot that stands for itself: data, size in pixels, style, and `parts` (mark and encoding, or layers).
let plot (width: float, height: float) (table: Table) (parts: (string * Json) list) : (string * Json) list =
    [ "width", JNumber width
      "height", JNumber height
      "data", JObject [ "values", JArray(List.map (row table) table.Rows) ]
      "config", theme ]
    @ parts

/// Panels side by side on common data, each with its own size (see panel).
let panels (table: Table) (panels: Json list) : (string * Json) list =
    [ "data", JObject [ "values", JArray(List.map (row table) table.Rows) ]
      "config", theme
      "spacing", JNumber 28.
      "hconcat", JArray panels ]

/// One panel over another.
let above (upper: Json) (lower: Json) : Json =
    JObject [ "spacing", JNumber 12.; "vconcat", JArray [ upper; lower ] ]

/// One panel: rows of the table for which the column has the value, layers of marks over one another. The title may be empty.
let panel (width: float, height: float) (title: string) (column: string, value: string) (layers: Json list) : Json =
    JObject
        [ "width", JNumber width
          "height", JNumber height
          if title <> "" then
              "title", JString title
          "transform", JArray [ JObject [ "filter", JObject [ "field", JString column; "equal", JString value ] ] ]
          "layer", JArray layers ]

/// A mark and what its channels show.
let layer (mark: (string * Json) list) (encoding: (string * Json) list) : Json =
    JObject [ "mark", JObject mark; "encoding", JObject encoding ]

/// The line y = x from lo to hi, on axes of the given properties.
let diagonal (lo: float, hi: float) (x: (string * Json) list) (y: (string * Json) list) : Json =
    let ends = JArray [ JObject [ "at", JNumber lo ]; JObject [ "at", JNumber hi ] ]

    JObject
        [ "data", JObject [ "values", ends ]
          "mark",
          JObject
              [ "type", JString "line"; "color", JString "currentColor"; "opacity", JNumber 0.5; "strokeWidth", JNumber 1. ]
          "encoding", JObject [ "x", channel "at" "quantitative" x; "y", channel "at" "quantitative" y ] ]

/// The file's content; `generator` is the command that makes it.
let document (generator: string) (plot: (string * Json) list) : Json =
    JObject(
        [ "$schema", JString "https://vega.github.io/schema/vega-lite/v5.json"
          "usermeta", JObject [ "generator", JString generator ] ]
        @ plot
    )
