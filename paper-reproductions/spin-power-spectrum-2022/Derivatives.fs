/// Figure: forces and effective fields, trained on energies alone and with derivatives.
module Toolkit.Reproductions.Spin2022.Derivatives

open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private alone = "energies"
let private together = "energies, forces and fields"
let private forces, fields = "forces", "effective fields"

/// Components drawn and tabulated: every so many, so that the picture stays light; errors are of all.
let private every = 90

/// `few` is what ridge on the energies alone of the structures with derivatives gives; `energies` has more structures.
let figure (energies: Study) (derivatives: Study) (few: Outcome) : Figure =
    let sets = [ alone, few; together, derivatives.RidgeOutcome ]

    let quantities =
        [ forces, "(meV/Å)", (fun (o: Outcome) -> o.Forces)
          fields, "(meV/μB)", (fun (o: Outcome) -> o.Fields) ]

    let table =
        Table.Create(
            [ "quantity"; "trained_on"; "reference_meV_per_A_or_muB"; "predicted_meV_per_A_or_muB" ],
            [ for quantity, _, pick in quantities do
                  for trained, outcome in sets do
                      for k, (reference, predicted) in Array.indexed (pick outcome) do
                          if k % every = 0 then
                              [ Text quantity; Text trained; Number(1000. * reference); Number(1000. * predicted) ] ]
        )

    let looks = [ Series.points alone Sky Square; Series.points together Blue Circle ]

    let panel (quantity, unit, pick: Outcome -> (float * float)[]) =
        let pairs (o: Outcome) = [ for k, (a, b) in Array.indexed (pick o) do if k % every = 0 then 1000. * a, 1000. * b ]
        let curves = List.map2 (fun series (_, outcome) -> series, pairs outcome) looks sets
        Plots.parity quantity unit (Plots.around 0.08 (curves |> List.collect (snd >> List.map fst))) curves

    let errors name (outcome: Outcome) training =
        sprintf
            "%s, %d structures: forces %.3g meV/Å (%.2g %%), effective fields %.3g meV/μB (%.2g %%), energies %.2g meV per atom (%.2g %%)"
            name training (1000. * rmse outcome.Forces) (percent outcome.Forces) (1000. * rmse outcome.Fields) (percent outcome.Fields)
            (1000. * rmse outcome.Energies) (percent outcome.Energies)

    let found =
        [ errors "ridge on energies" few derivatives.Training.Length
          errors "ridge on energies" energies.RidgeOutcome energies.Training.Length
          errors "ridge with derivatives" derivatives.RidgeOutcome derivatives.Training.Length
          errors "Gaussian process on energies" energies.ProcessOutcome energies.Training.Length
          errors "Gaussian process with derivatives" derivatives.ProcessOutcome derivatives.ProcessTraining ]

    { Id = "spin-derivatives"
      Title = "Forces and effective fields of bcc iron with spins"
      Caption =
        "Components on the atoms of the test structures with displaced atoms, ridge regression; the effective field −∂E/∂v has the "
        + $"part along the spin, which changes its length, as well as the torque's. One in {every} components is drawn. Trained on the "
        + $"energies of {derivatives.Training.Length} structures, or on their energies, forces and fields. {Plots.beneath}"
      Conclusion =
        "Root mean square errors, and in % of the standard deviation: "
        + String.concat "; " found
        + ". One structure with derivatives teaches 325 numbers instead of one."
      Table = table
      Picture = Plots.stacked [ "ridge, trained on", looks ] 310. (List.map panel quantities) }
