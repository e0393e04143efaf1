/// Figure: error of the energy against the number of training configurations.
module Toolkit.Reproductions.Nice2020.LearningCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (setting: string) (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.EnergyError / o.EnergyDeviation) outcomes
    let sizes = points |> List.map _.Size |> List.distinct
    let at order training size = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, size))
    let least, most = List.head sizes, List.last sizes
    let low order = min (at order Energies most).Mean (at order EnergiesAndForces most).Mean
    let plainly = at 2 Energies least
    let helped = at 2 EnergiesAndForces least

    { Id = "learning-curves"
      Title = "Learning curves of the energy of random CH₄, PBE/cc-pVDZ"
      Caption =
        "Root mean square error of the energy on test configurations, as % of their standard deviation, against the number "
        + "of training configurations. Lines: mean over "
        + $"{points.Head.Splits} random divisions of the data; bands: the smallest and the largest of them. {setting}"
      Conclusion =
        $"The models differ in the density correlations that they see. At {most} configurations ν = 1, which knows distances "
        + $"only, is left with {low 1:F0} %%; adding ν = 2, which knows angles, leaves {low 2:F0} %%. At {least} configurations "
        + $"the 15 force components that come with each energy lower the error of ν ≤ 2 from {plainly.Mean:F0} %% to "
        + $"{helped.Mean:F0} %%."
      Table = table points
      Plot = plot "energy RMSE / % of std. deviation" points }
