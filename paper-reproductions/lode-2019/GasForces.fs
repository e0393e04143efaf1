/// Figure: forces that follow from models trained on energies alone, beside the exact ones (beyond the paper).
module Toolkit.Reproductions.Lode2019.GasForces

open System
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargeGas
open Toolkit.Reproductions.Lode2019.GasFits
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.Plots

/// The energy of an atom as a fit's coefficients give it.
let readout (features: int) (coefficients: float[]) : IReadout =
    let sign species = if species = positive then 0 else 1

    { new ILinearReadout with
        member _.Constant species = coefficients[2 * features + sign species]
        member _.Weights species = ReadOnlySpan(coefficients, features * sign species, features) }

/// Exact and predicted forces of frames, e²/Å².
let compare (fit: Outcome) (frames: (Structure * float[]) list) : (float * float) list =
    let set = RepresentationSet [ representation fit.Features ]
    let readout = readout set.FeatureCount fit.Coefficients
    [ for frame, exact in frames do yield! Array.zip exact (set.Evaluate(frame, readout)).Forces ]

let private root (values: float list) = sqrt (List.averageBy (fun x -> x * x) values)

let percent (pairs: (float * float) list) = 100. * root [ for a, b in pairs -> b - a ] / root (List.map fst pairs)

let figure (compared: (Outcome * (float * float) list) list) (frames: int) : Figure =
    let looks (o: Outcome) =
        match o.Features with
        | Soap cutoff -> Series.points $"SOAP, {cutoff:F0} Å" Purple Square
        | Lode1(sigma, _) when sigma > 0.75 -> Series.points $"LODE(1), σ = {sigma} Å" Vermilion Circle
        | Lode1(sigma, _) -> Series.points $"σ = {sigma} Å" Orange Circle
        | Lode2 sigma -> Series.points $"LODE(2), σ = {sigma} Å" Green Diamond

    let all = [ for o, pairs in compared -> looks o, pairs ]
    let range = around 0.04 [ for _, pairs in all do for a, b in pairs do a; b ]
    let says (o: Outcome, pairs) =
        let p: float = percent pairs in $"""{name o.Features}: {(if p >= 1. then p.ToString "F0" else p.ToString "F2")} %%"""

    { Id = "gas-forces"
      Title = "Forces in the gas of charges, learned from energies alone"
      Caption =
        $"Every component of the force on every charge of {frames} test frames, predicted by models that were trained on the energies of "
        + $"{(fst compared.Head).Size} frames and on nothing else, against the exact one. The forces are the gradient of the predicted energy through "
        + $"the long-ranged sums. {beneath} Not in the paper."
      Conclusion = "Root mean square errors, as % of the root mean square of the forces: " + (compared |> List.map says |> String.concat "; ") + "."
      Table =
        Table.Create(
            [ "features"; "exact_e2_per_square_angstrom"; "predicted_e2_per_square_angstrom" ],
            [ for o, pairs in compared do for a, b in pairs -> [ Text(name o.Features); Number a; Number b ] ]
        )
      Picture = stacked [ "", [ for series, _ in all -> series ] ] 380. [ parity "" "e² Å⁻²" range all ] }
