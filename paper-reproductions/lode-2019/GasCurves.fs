/// Figure: error of the energy of the gas of charges against the number of training frames.
module Toolkit.Reproductions.Lode2019.GasCurves

open Toolkit.Reproductions.Lode2019.ChargeGas
open Toolkit.Reproductions.Lode2019.GasFits
open Toolkit.Reproductions.Report

let private looks (features: Features) : Series =
    match features with
    | Soap 3. -> Series.joined "3 Å" Sky Square Dashed
    | Soap 6. -> Series.joined "6 Å" Blue Square Dashed
    | Soap cutoff -> Series.joined $"{cutoff:F0} Å" Purple Square Dashed
    | Lode1(sigma, nmax) when nmax > 3 -> Series.joined $"σ = {sigma} Å, nmax {nmax}" Vermilion Triangle Dashed
    | Lode1(sigma, nmax) when sigma > 0.75 -> Series.joined $"σ = {sigma} Å, nmax {nmax}" Vermilion Circle Solid
    | Lode1(sigma, nmax) -> Series.joined $"σ = {sigma} Å, nmax {nmax}" Orange Circle Solid
    | Lode2 sigma -> Series.joined $"σ = {sigma} Å" Green Diamond Solid

/// Mean, least and most over the divisions.
let private points (outcomes: Outcome list) (features: Features) =
    [ for size, group in outcomes |> List.filter (fun o -> o.Features = features) |> List.groupBy _.Size do
          let percent = group |> List.map _.Percent
          size, List.average percent, List.min percent, List.max percent, group ]

let private percent (x: float) =
    if x >= 10. then $"{x:F0} %%" elif x >= 1. then $"{x:F1} %%" elif x >= 0.01 then $"{x:F2} %%" else $"{x:G1} %%"

/// What the paper's text says of its Fig. 1: about 20 % of the deviation for SOAP at 9 Å with all of 1500 frames, below 1 % for LODE(1).
let private published: (Series * (float * float) list) list =
    [ Series.points "SOAP, 9 Å" Ink Square, [ 1500., 20. ]
      Series.line "LODE(1) is below" Ink Dashed, [ 20., 1.; 1500., 1. ] ]

/// Features that the harder gas is learned from.
let hardFeatures = [ Soap 6.; wide; square ]

let figure (plan: Plan) (outcomes: Outcome list) (hardPlan: Plan) (hardOutcomes: Outcome list) : Figure =
    let curves = [ for f in all -> f, points outcomes f ]
    let hard = [ for f in hardFeatures -> f, points hardOutcomes f ]
    let hardLast f = let _, mean, _, _, _ = hard |> List.find (fst >> (=) f) |> snd |> List.last in mean
    let curve f = curves |> List.find (fst >> (=) f) |> snd
    let last f = let _, mean, _, _, _ = List.last (curve f) in mean
    let most = List.last plan.Sizes

    // The first size from which on an error stays below one per cent.
    let below f =
        let above = curve f |> List.filter (fun (_, mean, _, _, _) -> mean >= 1.) |> List.map (fun (size, _, _, _, _) -> size)
        let largest = if above.IsEmpty then 0 else List.max above
        curve f |> List.tryPick (fun (size, _, _, _, _) -> if size > largest then Some size else None)

    let overtakes =
        List.zip (curve square) (curve wide)
        |> List.tryPick (fun ((size, two, _, _, _), (_, one, _, _, _)) -> if two < one then Some size else None)

    let onePercent f =
        match below f with
        | Some size -> $"is below 1 %% from {size} frames on"
        | None -> "does not come below 1 %"

    let panel
        title
        (plan: Plan)
        (others: (Series * (float * float) list) list)
        (curves: (Features * (int * float * float * float * Outcome list) list) list)
        =
        let x =
            Axis.logarithmicAt
                "training frames"
                (float plan.Sizes.Head * 0.9, float (List.last plan.Sizes) * 1.1)
                (plan.Sizes |> List.map float)

        let values = [
            for _, points in curves do
                for _, _, lo, hi, _ in points do
                    lo
                    hi
        ]

        Panel.of' title x (Axis.logarithmicOver "energy RMSE / % of std. deviation" values) [
            for f, points in curves -> Band(looks f, [ for size, _, lo, hi, _ in points -> float size, lo, hi ])
            for f, points in curves -> Curve(looks f, [ for size, mean, _, _, _ in points -> float size, mean ])
            for series, points in others -> Curve(series, points)
        ]

    {
        Id = "gas-of-charges"
        Title = "Learning curves of the energy of a gas of charges"
        Caption =
            $"Root mean square error of the energy on {plan.TestSize} test frames, as %% of its standard deviation, against the number of "
            + $"training frames; {pairs} charges of each sign in periodic boxes of {shortest:F0} to {longest:F0} Å, none closer than {closest} Å; "
            + "linear models on the features summed for each sign, ridge regression."
            + (if plan.Seeds.Length > 1 then
                   $" Lines: mean over {plan.Seeds.Length} random divisions; bands: the smallest and the largest."
               else
                   "")
            + " Paper, Fig. 1 (black: what its text says in numbers): SOAP at 3 Å nearly blind, about 20 % at 9 Å, LODE(1) below 1 % from a handful of frames, less at half the "
            + "smearing, LODE(2) better than LODE(1) of the same smearing in the end. Other there: polynomial kernels; nmax and lmax are not given. "
            + $"Right, beyond the paper: {manyPairs} charges of each sign at the same densities, {hardPlan.TestSize} test frames."
        Conclusion =
            $"With {most} frames SOAP is left with {percent (last (Soap 3.))} of the deviation at 3 Å, {percent (last (Soap 6.))} at 6 Å and "
            + $"{percent (last (Soap 9.))} at 9 Å. LODE(1) with σ = 1 Å {onePercent wide} and ends at {percent (last wide)}; with σ = 0.5 Å it "
            + $"{onePercent narrow} and ends at {percent (last narrow)}. LODE(2) with σ = 1 Å ends at {percent (last square)}: "
            + (match overtakes with
               | Some size -> $"better than LODE(1) of that σ from {size} frames on, as in the paper. "
               | None -> "it does not overtake LODE(1) of that σ here, as it does in the paper. ")
            + $"The floor of LODE(1) is not the smearing's alone: with 6 radial functions in the place of 3 it ends at {percent (last rich)}, since "
            + "their combinations undo a part of the smearing; the paper does not say how many it has. "
            + $"With {manyPairs} charges of each sign and {List.last hardPlan.Sizes} frames SOAP at 6 Å is left with {percent (hardLast (Soap 6.))}, LODE(1) with {percent (hardLast wide)} and "
            + $"LODE(2) with {percent (hardLast square)}."
        Table =
            Table.Create(
                [
                    "charges"
                    "features"
                    "columns"
                    "training_frames"
                    "rmse_percent_mean"
                    "rmse_percent_min"
                    "rmse_percent_max"
                    "rmse_e2_per_angstrom_mean"
                    "divisions"
                    "regulariser_median"
                ],
                [
                    for charges, curves in [ 2 * pairs, curves; 2 * manyPairs, hard ] do
                        for f, points in curves do
                            for size, mean, lo, hi, group in points ->
                                [
                                    Whole charges
                                    Text(name f)
                                    Whole group.Head.Columns
                                    Whole size
                                    Number mean
                                    Number lo
                                    Number hi
                                    Number(group |> List.averageBy _.Error)
                                    Whole group.Length
                                    Number(group |> List.map _.Regulariser |> List.sort |> List.item (group.Length / 2))
                                ]
                ]
            )
        Picture = {
            Key = [
                "SOAP", List.map looks soap
                "LODE(1)", List.map looks [ wide; narrow; rich ]
                "LODE(2)", [ looks square ]
                "paper", List.map fst published
            ]
            Width = 380.
            Rows = [
                330.,
                [
                    panel $"{pairs} + {pairs} charges" plan published curves
                    panel $"{manyPairs} + {manyPairs} charges (extension)" hardPlan [] hard
                ]
            ]
        }
    }
