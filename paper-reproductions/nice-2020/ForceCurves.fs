/// Figure: error of the forces against the number of training configurations.
module Toolkit.Reproductions.Nice2020.ForceCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.ForceError / o.ForceDeviation) outcomes
    let most = points |> List.map _.Size |> List.max
    let at order training = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, most))

    { Id = "force-curves"
      Title = "Learning curves of the forces"
      Caption =
        "Root mean square error of the force components on the same test configurations and by the same fits as in the "
        + "figure before, as % of their standard deviation. Forces are exact derivatives of the fitted energies."
      Conclusion =
        $"At {most} configurations ν ≤ 2 reaches {(at 2 EnergiesAndForces).Mean:F0} %% when it was trained on forces and "
        + $"{(at 2 Energies).Mean:F0} %% when it was not; ν = 1 stays at {(at 1 EnergiesAndForces).Mean:F0} %% and "
        + $"{(at 1 Energies).Mean:F0} %%: more of these data does not make up for the angles that it cannot see."
      Table = table points
      Plot = plot "force RMSE / % of std. deviation" points }
