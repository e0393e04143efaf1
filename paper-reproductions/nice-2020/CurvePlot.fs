/// Errors against training-set size: what the learning curves of energies and of forces have in common.
module Toolkit.Reproductions.Nice2020.CurvePlot

open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let private model order = if order = 1 then "ν = 1" else "ν ≤ 2"

let private trained training =
    match training with
    | Energies -> "energies"
    | EnergiesAndForces -> "energies and forces"

/// The error of one kind of model at one size over the random divisions, in % of the standard deviation.
type Point =
    { Order: int
      Training: Training
      Size: int
      Mean: float
      Least: float
      Most: float
      Regulariser: float
      Splits: int }

/// One point for each model, kind of training and size, in that order.
let points (percent: Outcome -> float) (outcomes: Outcome list) : Point list =
    [ for (order, training, size), group in outcomes |> List.groupBy (fun o -> o.Order, o.Training, o.Size) do
          let errors = List.map percent group

          { Order = order
            Training = training
            Size = size
            Mean = List.average errors
            Least = List.min errors
            Most = List.max errors
            // The median of the choices made on the divisions.
            Regulariser = group |> List.map _.Regulariser |> List.sort |> List.item (group.Length / 2)
            Splits = group.Length } ]

let table (points: Point list) : Table =
    Table.Create(
        [ "model"; "trained_on"; "training_configurations"; "rmse_percent_mean"; "rmse_percent_min"; "rmse_percent_max"
          "splits"; "regulariser_median" ],
        [ for p in points ->
              [ Text(model p.Order); Text(trained p.Training); Whole p.Size; Number p.Mean; Number p.Least; Number p.Most
                Whole p.Splits; Number p.Regulariser ] ]
    )

/// The next round number below or above x, so that an axis needs no whole decades.
let private round (up: bool) (x: float) =
    let power = 10. ** floor (log10 x)
    let steps = [ 1.; 2.; 3.; 5.; 7.; 10. ] |> List.map ((*) power)
    if up then List.find (fun s -> s >= x) steps else List.findBack (fun s -> s <= x) steps

let plot (errorTitle: string) (points: Point list) : (string * Json) list =
    let sizes = points |> List.map (fun p -> float p.Size)

    let x =
        VegaLite.channel
            "training_configurations"
            "quantitative"
            (VegaLite.logarithmicAt
                "training configurations"
                (List.min sizes * 0.9, List.max sizes * 1.1)
                (List.distinct sizes))

    let errors =
        VegaLite.logarithmic
            errorTitle
            (round false (points |> List.map _.Least |> List.min), round true (points |> List.map _.Most |> List.max))

    let legend title = [ "title", JString title ]

    let colour =
        VegaLite.channel "model" "nominal"
            (VegaLite.mapped [ model 1, JString VegaLite.Palette.vermilion; model 2, JString VegaLite.Palette.blue ]
            
             // The legend is drawn from the bands, which are pale.
             :: ("legend", JObject [ "symbolOpacity", JNumber 1. ])
             :: legend "features")

    let dash =
        VegaLite.channel "trained_on" "nominal"
            (VegaLite.mapped
                [ trained Energies, Json.numbers [ 5.; 4. ]
                  trained EnergiesAndForces, Json.numbers [ 1.; 0. ] ]
             :: legend "trained on")

    let shape =
        VegaLite.channel "trained_on" "nominal"
            (VegaLite.mapped [ trained Energies, JString "square"; trained EnergiesAndForces, JString "circle" ]
             :: legend "trained on")

    let layer mark encoding = JObject [ "mark", JObject mark; "encoding", JObject encoding ]
    let mean = VegaLite.channel "rmse_percent_mean" "quantitative" errors

    let band =
        layer
            [ "type", JString "area"; "opacity", JNumber 0.16 ]
            [ "x", x
              "y", VegaLite.channel "rmse_percent_min" "quantitative" errors
              "y2", JObject [ "field", JString "rmse_percent_max" ]
              "color", colour
              "detail", VegaLite.channel "trained_on" "nominal" [] ]

    let line =
        layer
            [ "type", JString "line"; "strokeWidth", JNumber 2. ]
            [ "x", x; "y", mean; "color", colour; "strokeDash", dash ]

    let marks =
        layer
            [ "type", JString "point"; "filled", JBool true; "size", JNumber 48.; "opacity", JNumber 1. ]
            [ "x", x; "y", mean; "color", colour; "shape", shape ]

    VegaLite.plot (400., 310.) (table points) [ "layer", JArray [ band; line; marks ] ]
