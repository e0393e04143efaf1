/// Figure: error of the forces against the number of training configurations.
module Toolkit.Reproductions.Nice2020.ForceCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.ForceError / o.ForceDeviation) _.ForceMeanError outcomes
    let most = points |> List.map _.Size |> List.max
    let at order training = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, most))
    let says (p: Point) = $"{p.Percent.Mean:F0} %% ({p.MeanError.Mean:F2} eV/Å)"

    { Id = "force-curves"
      Title = "Learning curves of the forces"
      Caption =
        "Errors of the force components on the same test configurations and by the same fits as in the figure before. Left: root mean "
        + "square, as % of their standard deviation; right: mean of the sizes. Forces are exact derivatives of the fitted energies."
      Conclusion =
        $"At {most} configurations ν ≤ 2 has {says (at 2 EnergiesAndForces)} when it was trained on forces and {says (at 2 Energies)} "
        + $"when it was not; ν = 1, which sees no angles, {says (at 1 EnergiesAndForces)} and {says (at 1 Energies)}."
      Table = table "eV_per_A" points
      Picture = picture "force" "(eV/Å)" points }
