/// Figure: predicted against reference energies, atoms on their sites and displaced.
module Toolkit.Reproductions.Spin2022.EnergyParity

open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private models = [ Plots.ridge.Name; Plots.gauss.Name ]

let private outcomes (study: Study) = List.zip models [ study.RidgeOutcome; study.ProcessOutcome ]

let figure (studies: Study list) : Figure =
    // meV per atom from the lowest reference energy of each test set.
    let zero (study: Study) = study.RidgeOutcome.Energies |> Array.map fst |> Array.min

    let table =
        Table.Create(
            [ "data"; "model"; "reference_meV_per_atom"; "predicted_meV_per_atom" ],
            [ for study in studies do
                  for model, outcome in outcomes study do
                      for reference, predicted in outcome.Energies ->
                          [ Text study.Title
                            Text model
                            Number(1000. * (reference - zero study))
                            Number(1000. * (predicted - zero study)) ] ]
        )

    let panel (study: Study) =
        let milli x = 1000. * (x - zero study)
        let pairs (o: Outcome) = [ for a, b in o.Energies -> milli a, milli b ]

        Plots.parity study.Title "meV per atom" (Plots.around 0.04 (pairs study.RidgeOutcome |> List.map fst))
            [ Plots.ridge, pairs study.RidgeOutcome; Plots.gauss, pairs study.ProcessOutcome ]

    let size (study: Study) = deviation (Array.map fst study.RidgeOutcome.Energies)
    let error outcome = rmse outcome.Energies

    let says (study: Study) =
        let ridge, gauss = error study.RidgeOutcome, error study.ProcessOutcome

        sprintf
            "%s (standard deviation %.0f meV per atom), ridge %.2g meV per atom, %.2g of the deviation, %d coefficients; Gaussian process %.2g meV, %.2g of the deviation, %d environments"
            study.Title (1000. * size study) (1000. * ridge) (ridge / size study) (study.Ridge.Columns - 1) (1000. * gauss)
            (gauss / size study) (study.Process.Columns - 1)

    { Id = "spin-energies"
      Title = "Predicted against reference energies of bcc iron with spins"
      Caption =
        $"Energies per atom of {testing} test structures of 54 atoms from the lowest of them; spins disordered, aligned with noise "
        + "and in spirals, lengths between 1.5 and 2.6 μB. Left: exchange and Landau energy, atoms on their sites, "
        + $"{studies.Head.Training.Length} training energies. Right: with the lattice energy, atoms displaced by 0.07 Å in each "
        + $"direction and cells strained by up to 1 %%, {(List.last studies).Training.Length} training energies. {Plots.beneath}"
      Conclusion =
        "Root mean square errors: "
        + (studies |> List.map says |> String.concat "; ")
        + ". On the sites the energy lies in the span of the J-summed features with |v|⁴ and |v|⁶, and ridge regression finds "
        + "it to rounding; with displaced atoms the exchange is a function of the distance that eight radial functions follow."
      Table = table
      Picture = Plots.stacked [ "", [ Plots.ridge; Plots.gauss ] ] 310. (List.map panel studies) }
