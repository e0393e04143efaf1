/// Figure: error of the energy against the number of training configurations.
module Toolkit.Reproductions.Nice2020.LearningCurves

open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let private mev (eV: float) = $"{1000. * eV:F0} meV"

/// Whose configurations are learned from.
type Source =
    /// data/methane.xyz.
    | Own
    /// A part of the paper's set.
    | Public

let figure (source: Source) (setting: string) (outcomes: Outcome list) : Figure =
    let points = points (fun o -> 100. * o.EnergyError / o.EnergyDeviation) (fun o -> 1000. * o.EnergyMeanError) outcomes
    let sizes = points |> List.map _.Size |> List.distinct
    let orders = points |> List.map _.Order |> List.distinct
    let at order training size = points |> List.find (fun p -> (p.Order, p.Training, p.Size) = (order, training, size))
    let most, highest = List.last sizes, List.last orders
    let says (p: Point) = $"{p.Percent.Mean:F1} %% ({mev (p.MeanError.Mean / 1000.)})"
    let all training = orders |> List.map (fun order -> $"{model order} {says (at order training most)}") |> String.concat ", "

    // What the last order adds, judged by whether it is better on every division.
    let gain =
        let pairs =
            [ for o in outcomes do
                  if o.Order = highest && o.Size = most && o.Training = EnergiesAndForces then
                      let lower =
                          outcomes
                          |> List.find (fun p -> (p.Order, p.Size, p.Training, p.Seed) = (highest - 1, most, EnergiesAndForces, o.Seed))

                      o.EnergyError < lower.EnergyError ]

        let better = pairs |> List.filter id |> List.length
        $"With forces {model highest} has the smaller error than {model (highest - 1)} on {better} of {pairs.Length} divisions"

    { Id = (match source with Own -> "learning-curves" | Public -> "learning-curves-public")
      Title =
        match source with
        | Own -> "Learning curves of the energy of random CH₄, PBE/cc-pVDZ"
        | Public -> "The same on a thousand configurations of the paper's set"
      Caption =
        "Errors of the energy on test configurations against the number of training configurations. Left: root mean square, as % of "
        + "their standard deviation; right: mean of the sizes, in meV, which a few large errors do not lead. Lines: mean over "
        + $"{points.Head.Splits} random divisions of the data; bands: the smallest and the largest of them; where ν ≤ 3 is not seen it lies beneath ν ≤ 4. {setting} "
        + "Public code: lab-cosmo/nice, commit 1da8c3f, examples, ν ≤ 4, energies alone, Bayesian ridge, PCA to 200 or 5000 invariants of each order; its "
        + (match source with
           | Own -> "labels are those of the paper's set (Materials Cloud 2020.110), of the same distribution and level of theory, not ours, which lack what did not converge."
           | Public -> "labels are of the set that these configurations are from (Materials Cloud 2020.110).")
      Conclusion =
        $"At {most} configurations, trained on energies alone: {all Energies} of the deviation (mean absolute error); with the 15 force "
        + $"components that come with each energy: {all EnergiesAndForces}. {gain}. The public code has, with "
        + "the settings home_pc / medium, 16.3 / 15.9 % at 1000 energies and 7.0 / 5.0 % at 10 000, with the latter 1.75 % at 100 000."
      Table = table "meV" points
      Picture = picture "energy" "meV" points published }
