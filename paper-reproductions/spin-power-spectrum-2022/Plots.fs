/// What the figures' pictures have in common: each kind of model has one colour and one symbol in all of them.
module Toolkit.Reproductions.Spin2022.Plots

open Toolkit.Reproductions.Report

let truth = Series.line "truth" Ink Solid
let ridge = Series.points "ridge" Blue Circle
let gauss = Series.points "Gaussian process" Vermilion Diamond

/// A number in two digits, or whole.
let digits (x: float) : string = if abs x >= 9.5 then sprintf "%.0f" x else sprintf "%.2g" x

/// The range of some values with a margin on both sides.
let around (margin: float) (values: float seq) : float * float =
    let lo, hi = Seq.min values, Seq.max values
    lo - margin * (hi - lo), hi + margin * (hi - lo)

/// What captions say of panels of errors.
let beneath = "Beneath: the sizes of the errors; what is smaller than the axis stands at its end."

/// A panel of the sizes of errors on a logarithmic axis; what is smaller than almost all others stands at its end.
let errors (x: Axis) (unit: string) (curves: (Series * (float * float) list) list) : Panel =
    let sizes = curves |> List.collect (snd >> List.map (snd >> abs)) |> List.sort
    let most = Axis.roundNumber true (1.2 * max (List.last sizes) 1e-300)
    // At most twelve decades: what is beneath is zero as far as a picture tells.
    let least = Axis.roundNumber false (max (1e-12 * most) sizes[sizes.Length / 50])
    let least = if most / least < 10. then 0.1 * most else least
    let y = Axis.logarithmic $"|error| / {unit}" (least, most)
    Panel.of' "" x y [ for series, points in curves -> Curve(series, [ for at, e in points -> at, max least (abs e) ]) ]

/// Predicted against reference values, and beneath them the sizes of the errors: what lies on the diagonal is told apart there.
let parity (title: string) (unit: string) (range: float * float) (curves: (Series * (float * float) list) list) : Panel * Panel =
    let axis name = Axis.linear name range

    let upper =
        Panel.of'
            title
            (axis "")
            (axis $"predicted / {unit}")
            (Panel.diagonal (axis "") :: [ for series, pairs in curves -> Curve(series, pairs) ])

    upper, errors (axis $"reference / {unit}") unit [ for series, pairs in curves -> series, [ for a, b in pairs -> a, b - a ] ]

/// Panels of this width side by side, upper ones over lower ones.
let stacked (key: (string * Series list) list) (width: float) (panels: (Panel * Panel) list) : Picture =
    { Key = key
      Width = width
      Rows = [ 0.92 * width, List.map fst panels; max 110. (0.4 * width), List.map snd panels ] }
