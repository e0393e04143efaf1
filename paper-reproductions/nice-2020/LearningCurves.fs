/// Figure: error of the energy against the number of training configurations.
module Toolkit.Reproductions.Nice2020.LearningCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (setting: string) (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.EnergyError / o.EnergyDeviation) _.EnergyMeanError outcomes
    let sizes = points |> List.map _.Size |> List.distinct
    let at order training size = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, size))
    let least, most = List.head sizes, List.last sizes
    let best order = [ at order Energies most; at order EnergiesAndForces most ] |> List.minBy _.Percent.Mean
    let says (p: Point) = $"{p.Percent.Mean:F0} %% of the deviation (mean absolute error {p.MeanError.Mean:F2} eV)"

    { Id = "learning-curves"
      Title = "Learning curves of the energy of random CH₄, PBE/cc-pVDZ"
      Caption =
        "Errors of the energy on test configurations against the number of training configurations. Left: root mean square, as % of "
        + "their standard deviation; right: mean of the sizes, in eV, which a few large errors do not lead. Lines: mean over "
        + $"{points.Head.Splits} random divisions of the data; bands: the smallest and the largest of them. {setting}"
      Conclusion =
        $"The models differ in the density correlations that they see. At {most} configurations ν = 1, which knows distances "
        + $"only, is left with {says (best 1)}; adding ν = 2, which knows angles, leaves {says (best 2)}. At {least} configurations "
        + $"ν ≤ 2 has {says (at 2 Energies least)} without and {says (at 2 EnergiesAndForces least)} with the 15 force components that "
        + "come with each energy."
      Table = table "eV" points
      Picture = picture "energy" "eV" points }
