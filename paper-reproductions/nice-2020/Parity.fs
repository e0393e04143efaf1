/// Figure: predicted against reference energies of one test set.
module Toolkit.Reproductions.Nice2020.Parity

open System
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (seed: int) (outcomes: Outcome list) : Figure =
    let most = outcomes |> List.map _.Size |> List.max

    let pick order =
        outcomes
        |> List.find (fun o -> (o.Order, o.Training, o.Seed, o.Size) = (order, EnergiesAndForces, seed, most))

    let low, high = pick 2, pick (outcomes |> List.map _.Order |> List.max)
    // Energies from the lowest reference energy of the set.
    let zero = high.Predicted |> Array.map fst |> Array.min
    let pairs (o: Outcome) = [ for a, b in o.Predicted -> a - zero, b - zero ]

    let drawn =
        [ for o, symbol in [ low, Diamond; high, Circle ] ->
              Series.points (CurvePlot.model o.Order) (CurvePlot.colour o.Order) symbol, pairs o ]

    let table =
        Table.Create(
            [ "model"; "reference_eV"; "predicted_eV" ],
            [ for series, pairs in drawn do
                  for reference, predicted in pairs -> [ Text series.Name; Number reference; Number predicted ] ]
        )

    let references = high.Predicted |> Array.map (fun (a, _) -> a - zero) |> Array.sort
    // Where all but one in twenty are.
    let crowd = ceil references[references.Length - 1 - references.Length / 20]
    let values = [ for _, pairs in drawn do for a, b in pairs do a; b ]
    let range = floor (List.min values) - 1., ceil (List.max values) + 1.
    let axis title = Axis.linear title range
    let small = Axis.linearOf 4 "" (0., crowd)
    let curves = [ for series, pairs in drawn -> Curve(series, pairs) ]
    let inset = Panel.of' "" small small (Panel.diagonal small :: curves)

    let sizes = [ for series, pairs in drawn -> series, [ for a, b in pairs -> a, max 0.001 (abs (a - b)) ] ]

    let errors =
        Panel.of'
            ""
            (axis "reference energy / eV")
            (Axis.logarithmic "|error| / eV" (0.001, Axis.roundNumber true (sizes |> List.collect (snd >> List.map snd) |> List.max)))
            [ for series, pairs in sizes -> Curve(series, pairs) ]

    // The few that lie far from the others, and what the rest have without them.
    let limit = Array.average references + 4. * deviation references
    let far = references |> Array.filter (fun r -> r > limit)
    let rest (o: Outcome) = pairs o |> List.filter (fun (a, _) -> a <= limit) |> Array.ofList

    let share (o: Outcome) =
        let square = List.sumBy (fun (a, b) -> (a - b) * (a - b))
        square (pairs o |> List.filter (fun (a, _) -> a > limit)) / square (pairs o)

    let says (o: Outcome) =
        $"{CurvePlot.model o.Order}: root mean square error {o.EnergyError:F2} eV, mean absolute error {o.EnergyMeanError:F2} eV (force components "
        + $"{o.ForceError:F2} and {o.ForceMeanError:F2} eV/Å)"

    let outliers =
        if far.Length = 0 then
            ""
        else
            let names = far |> Array.map (fun r -> r.ToString("F1", Globalization.CultureInfo.InvariantCulture)) |> String.concat " and "

            let without (o: Outcome) =
                let kept = rest o
                $"{100. * rmse kept / deviation (Array.map fst kept):F0} %% of the deviation for {CurvePlot.model o.Order}"

            let subject = if far.Length = 1 then $"The configuration at {names} eV makes" else $"The configurations at {names} eV make"
            let widens = if far.Length = 1 then "widens" else "widen"
            let it = if far.Length = 1 then "it" else "them"

            $" {subject} {100. * share low:F0} %% ({CurvePlot.model low.Order}) and {100. * share high:F0} %% ({CurvePlot.model high.Order}) of the sum of "
            + $"squares and {widens} the deviation, so that percentages lean on {it}; without {it} the root mean square errors are {without low} and {without high}."

    { Id = "parity"
      Title = $"Predicted against reference energies of the {high.Predicted.Length} test configurations"
      Caption =
        $"The largest fits on energies and forces, {most} training configurations, random division {seed}; energies from the "
        + $"lowest one of the test set, whose standard deviation is {high.EnergyDeviation:F2} eV. Inset: the same up to {crowd} eV, 19 of 20 "
        + "configurations. Beneath: the sizes of the errors; what is smaller than the axis stands at its end."
      Conclusion = $"{says low}; {says high}.{outliers}"
      Table = table
      Picture =
        { Key = [ "features", List.map fst drawn ]
          Width = 440.
          Rows =
            [ 400.,
              [ { Panel.of' "" (axis "") (axis "predicted energy / eV") (Panel.diagonal (axis "") :: curves) with
                    Inset = Some(LowerRight, 0.4, inset) } ]
              120., [ errors ] ] } }
