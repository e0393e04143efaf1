/// Figure: error of the forces against the number of training configurations.
module Toolkit.Reproductions.Nice2020.ForceCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.ForceError / o.ForceDeviation) (fun o -> 1000. * o.ForceMeanError) outcomes
    let most = points |> List.map _.Size |> List.max
    let at order training = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, most))
    let says (p: Point) = $"{p.Percent.Mean:F1} %% ({p.MeanError.Mean:F0} meV/Å)"
    let orders = points |> List.map _.Order |> List.distinct
    let all training = orders |> List.map (fun order -> $"{model order} {says (at order training)}") |> String.concat ", "

    { Id = "force-curves"
      Title = "Learning curves of the forces"
      Caption =
        "Errors of the force components on the same test configurations and by the same fits as in the figure before. Left: root mean "
        + "square, as % of their standard deviation; right: mean of the sizes. Forces are exact derivatives of the fitted energies."
      Conclusion =
        $"At {most} configurations, trained on forces as well: {all EnergiesAndForces}; on energies alone: {all Energies}."
      Table = table "meV_per_A" points
      Picture = picture "force" "(meV/Å)" points [] }
