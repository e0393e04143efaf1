/// Errors against training-set size: what the learning curves of energies and of forces have in common.
module Toolkit.Reproductions.Nice2020.CurvePlot

open System
open System.Globalization
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let model order = if order = 1 then "ν = 1" else $"ν ≤ {order}"

let colour order =
    match order with
    | 1 -> Vermilion
    | 2 -> Blue
    | 3 -> Green
    | 4 -> Purple
    | _ -> Sky

let private trained training =
    match training with
    | Energies -> "energies"
    | EnergiesAndForces -> "energies and forces"

/// The mean of some values, the least and the most.
type Spread =
    { Mean: float
      Least: float
      Most: float }

let private spread (values: float list) =
    { Mean = List.average values
      Least = List.min values
      Most = List.max values }

/// The errors of one kind of model at one size over the random divisions.
type Point =
    { Order: int
      Training: Training
      Size: int
      /// Root mean square error in % of the standard deviation.
      Percent: Spread
      /// Mean of the sizes of the errors, in the quantity's unit.
      MeanError: Spread
      Regulariser: float
      Splits: int }

/// One point for each model, kind of training and size, in that order.
let points (percent: Outcome -> float) (meanError: Outcome -> float) (outcomes: Outcome list) : Point list =
    [ for (order, training, size), group in outcomes |> List.groupBy (fun o -> o.Order, o.Training, o.Size) do
          { Order = order
            Training = training
            Size = size
            Percent = spread (List.map percent group)
            MeanError = spread (List.map meanError group)
            // The median of the choices made on the divisions.
            Regulariser = group |> List.map _.Regulariser |> List.sort |> List.item (group.Length / 2)
            Splits = group.Length } ]

/// `unit` is that of the mean errors as a name of columns has it.
let table (unit: string) (points: Point list) : Table =
    Table.Create(
        [ "model"; "trained_on"; "training_configurations"; "rmse_percent_mean"; "rmse_percent_min"; "rmse_percent_max"
          $"mae_{unit}_mean"; $"mae_{unit}_min"; $"mae_{unit}_max"; "splits"; "regulariser_median" ],
        [ for p in points ->
              [ Text(model p.Order)
                Text(trained p.Training)
                Whole p.Size
                for s in [ p.Percent; p.MeanError ] do
                    Number s.Mean
                    Number s.Least
                    Number s.Most
                Whole p.Splits
                Number p.Regulariser ] ]
    )

/// The points of a table's rows, as its CSV file has them.
let parse (rows: string[] seq) : Point list =
    [ for row in rows do
          let number k = Double.Parse(row[k], CultureInfo.InvariantCulture)
          let spread k = { Mean = number k; Least = number (k + 1); Most = number (k + 2) }

          { Order = List.find (fun order -> model order = row[0]) [ 1..9 ]
            Training = List.find (fun training -> trained training = row[1]) [ Energies; EnergiesAndForces ]
            Size = int (number 2)
            Percent = spread 3
            MeanError = spread 6
            Splits = int (number 9)
            Regulariser = number 10 } ]

/// Curves of others: (training configurations, root mean square error in %).
type Published = Series * (int * float) list

/// The NICE authors' code on up to 100 000 configurations of DFT: lab-cosmo/nice, commit 1da8c3f, examples; invariants to ν = 4, PCA to
/// 200, 2000 and 5000 of each order.
let published: Published list =
    [ Series.joined "home_pc" Ink Triangle Dashed, [ 1000, 16.26; 10_000, 7.01 ]
      Series.joined "small" Ink Square Dashed, [ 1000, 14.90; 10_000, 5.54; 30_000, 3.52; 100_000, 2.60 ]
      Series.joined "medium" Ink Diamond Dashed, [ 1000, 15.85; 10_000, 4.99; 30_000, 2.72; 100_000, 1.75 ] ]

/// Two panels: root mean square errors in %, with those of others, and mean errors in `unit`.
let picture (quantity: string) (unit: string) (points: Point list) (published: Published list) : Picture =
    let trainings = points |> List.map _.Training |> List.distinct

    let looks training =
        match training with
        | Energies when trainings.Length > 1 -> Square, Dashed
        | _ -> Circle, Solid

    let groups = [
        for (order, training), curve in points |> List.groupBy (fun p -> p.Order, p.Training) do
            let symbol, stroke = looks training
            Series.joined (model order) (colour order) symbol stroke, curve
    ]

    let sizes = points |> List.map (fun p -> float p.Size) |> List.distinct
    let others = [ for series, curve in published -> series, [ for size, percent in curve -> float size, percent ] ]

    let panel title (others: (Series * (float * float) list) list) (pick: Point -> Spread) =
        let far = others |> List.collect (snd >> List.map fst)
        let most = List.max (sizes @ far)

        // Where others go much further every size has no room for a label.
        let ticks =
            if far.IsEmpty then
                sizes
            else
                List.min sizes :: [ for power in 2 .. int (log10 most) -> 10. ** float power ] |> List.distinct

        let x = Axis.logarithmicAt "training configurations" (List.min sizes * 0.9, most * 1.1) ticks

        let y =
            Axis.logarithmicOver title [
                for p in points do
                    (pick p).Least
                    (pick p).Most
                for _, curve in others do
                    yield! List.map snd curve
            ]

        Panel.of' "" x y [
            for series, curve in groups -> Band(series, [ for p in curve -> float p.Size, (pick p).Least, (pick p).Most ])
            for series, curve in groups -> Curve(series, [ for p in curve -> float p.Size, (pick p).Mean ])
            for series, curve in others -> Curve(series, curve)
        ]

    let orders = points |> List.map _.Order |> List.distinct

    {
        Key = [
            "features", [ for order in orders -> Series.line (model order) (colour order) Solid ]
            if trainings.Length > 1 then
                "trained on",
                [
                    for training in trainings -> (let symbol, stroke = looks training in Series.joined (trained training) Ink symbol stroke)
                ]
            if not published.IsEmpty then
                "public code", List.map fst published
        ]
        Width = 320.
        Rows = [
            320., [ panel $"{quantity} RMSE / %% of std. deviation" others _.Percent; panel $"{quantity} MAE / {unit}" [] _.MeanError ]
        ]
    }
