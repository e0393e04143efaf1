/// Figure, with public data only: acetylacetone trained at 300 K, energies and forces at 300 K and 600 K and along two scans (BOTNet's data
/// set).
module Toolkit.Reproductions.Nice2020.Acetylacetone

open System
open System.IO
open Toolkit.Numerics.Models
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

/// Reference and prediction: eV of the whole molecule, eV/Å.
type private Judged =
    { Energies: (float * float)[]
      Forces: (float * float)[] }

let private orders = [ 2; 3; 4 ]

let private cutoff, smoothing, sigma, nmax, lmax = 4.5, 1., 0.3, 6, 4

let private species = [ 1; 6; 8 ]

let private settings: NiceSettings =
    NiceSettings(
        Order = List.last orders,
        Covariants = NiceBranch(Expand = Nullable 200, Components = Nullable 50, Purify = 10),
        Invariants = NiceBranch(Expand = Nullable 500, Components = Nullable 250, Purify = 50)
    )

let private plan: Plan =
    { Sizes = []
      SampleSize = 0
      TestSize = 0
      Seeds = []
      Folds = 4
      Grid = [ for power in -13 .. -3 -> 10. ** float power ]
      Scalings = [ for power in [ 0.5; 1. ] do for ratio in [ 0.3; 0.1 ] -> { Power = power; Ratio = ratio } ]
      Trainings = [ EnergiesAndForces ]
      ForceWeight = 1. }

let private load (path: string) (hasForces: bool) : Data =
    let frames = ExtendedXyzReader.Read path |> Array.ofSeq

    { Structures = frames
      Energies = Labels.Energies(frames, path)
      Forces = if hasForces then Labels.Forces(frames, path) else [||] }

let private judge (threads: int) (model: LinearPotential) (data: Data) : Judged =
    let found = data.Structures |> Array.map (fun s -> model.Predict(s, threads))

    {
        Energies = Array.map2 (fun e (p: Evaluation) -> e, p.Energy) data.Energies found
        Forces =
            if data.Forces.Length = 0 then
                [||]
            else
                Array.map2 (fun f (p: Evaluation) -> Array.zip f p.Forces) data.Forces found |> Array.concat
    }

/// The model of each order.
let private fits (threads: int) (training: Data) : (int * int * LinearPotential) list * Scaling =
    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, sigma)
    let expansion = DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, smoothing)), species, CentrePolicy.Exclude)
    let all = Array.init training.Structures.Length id
    let features = NiceFeatures(expansion, fit threads expansion settings training all)
    let rows = rows threads features all training
    let sums = Sums(plan, training, rows, all)
    sums.Add(0, all.Length)
    let error scaling = snd (sums.Fit(columns scaling (List.last orders) rows, EnergiesAndForces))
    let scaling = plan.Scalings |> List.minBy error

    [ for order in orders do
          let columns = columns scaling order rows
          let fit, _ = sums.Fit(columns, EnergiesAndForces)
          order, columns.Count - rows.Design.UnpenalisedColumns, LinearPotential(rows.Design, coefficients rows columns fit) ],
    scaling

/// Nothing where the data is not there.
let figure (threads: int) (data: string option) : Figure option =
    match data |> Option.map (fun folder -> Path.Combine(folder, "acac")) with
    | Some folder when Directory.Exists folder ->
        let file name = Path.Combine(folder, name + ".xyz")
        let training = load (file "train_300K") true
        let models, scaling = fits threads training

        let tests =
            [ "test_MD_300K", true; "test_MD_600K", true; "test_dihedral", false; "test_H_transfer", false ]
            |> List.map (fun (name, hasForces) -> load (file name) hasForces)

        let results = [ for order, count, model in models -> order, count, tests |> List.map (judge threads model) ]
        let milli (pairs: (float * float)[]) = 1000. * rmse pairs
        let means (pairs: (float * float)[]) = 1000. * meanError pairs
        let _, _, first = results.Head
        let dihedral, transfer = first[2], first[3]
        let angle (s: Structure) = s.Properties["dihedral_angle"].Reals[0]

        // How far the training set turns.
        let farthest = training.Structures |> Seq.map (fun s -> (let a = angle s in min a (360. - a))) |> Seq.max

        let known =
            Array.zip (tests[2].Structures |> Array.map angle) dihedral.Energies
            |> Array.filter (fun (a, _) -> a <= farthest)
            |> Array.length

        // Energies of a scan from its lowest reference energy.
        let curve (xs: float[]) (pairs: (float * float)[]) pick =
            let zero = pairs |> Array.map fst |> Array.min
            Array.map2 (fun x pair -> x, 1000. * (pick pair - zero)) xs pairs |> List.ofArray |> List.sortBy fst

        let angles = tests[2].Structures |> Array.map angle
        let steps (pairs: 'a[]) = Array.init pairs.Length float
        let series order = Series.line (CurvePlot.model order) (CurvePlot.colour order) Solid
        let reference = Series.points "density-functional theory" Ink Circle

        let panel title axis xs (first: (float * float)[]) (each: (int * (float * float)[]) list) =
            let curves = [ for order, pairs in each -> series order, curve xs pairs snd ]
            let points = curve xs first fst
            let heights = List.map snd points
            let margin part (lo, hi) = lo - part * (hi - lo), hi + part * (hi - lo)

            // What goes far beyond the reference is in the numbers.
            Panel.of'
                title
                (Axis.linearOf 5 axis (margin 0.05 (Array.min xs, Array.max xs)))
                (Axis.linear "energy / meV" (margin 0.3 (List.min heights, List.max heights)))
                [
                    for s, c in curves do
                        Curve(s, c)
                    Curve(reference, points)
                ]

        let kinds = [ "300 K"; "600 K"; "dihedral scan"; "H transfer" ]
        let test kind (_, _, found: Judged list) : Judged = found[List.findIndex ((=) kind) kinds]
        let orderOf (order: int, _, _) = order
        let featuresOf (_, count: int, _) = count

        let says result =
            let cold, hot, scan, jump = test "300 K" result, test "600 K" result, test "dihedral scan" result, test "H transfer" result

            $"{CurvePlot.model (orderOf result)}: 300 K {milli cold.Energies:F1} meV and {milli cold.Forces:F0} meV/Å, 600 K {milli hot.Energies:F1} meV and {milli hot.Forces:F0} meV/Å, "
            + $"dihedral scan {milli (Array.truncate known scan.Energies):F0} meV to {farthest:F0}° and {0.001 * milli scan.Energies:F0} eV over all of it, H transfer {milli jump.Energies:F1} meV"

        let all = results |> List.map says |> String.concat "; "

        Some {
            Id = "acetylacetone"
            Title = "Acetylacetone, trained at 300 K: two temperatures and two scans"
            Caption =
                $"The public set of acetylacetone (BOTNet-datasets, {tests[0].Structures.Length} test configurations at each temperature): linear models of NICE invariants fitted to the energies and forces of the 500 configurations of the "
                + $"training set at 300 K. σ = {sigma} Å, cutoff {cutoff} Å, {nmax} radial functions, l ≤ {lmax}, up to 250 invariants of each order, one linear model for each species; settings not tuned on this set, but the weights of columns (p = {scaling.Power}, q = {scaling.Ratio}) and the regulariser by cross-validation of the training set. Left: energy along the dihedral angle "
                + "of the scan; right: along the transfer of a hydrogen atom; from the lowest reference energy of each scan; what goes far beyond the reference energies is not drawn. Not in the paper."
            Conclusion =
                $"Root mean square errors, energies of the whole molecule: {all}. The training set turns to {farthest:F0}° at most: beyond, a polynomial in the density says nothing."
            Table =
                Table.Create(
                    [ "model"; "columns"; "test"; "energy_rmse_meV"; "energy_mae_meV"; "force_rmse_meV_per_A"; "force_mae_meV_per_A" ],
                    [
                        for result in results do
                            for kind in kinds do
                                let found = test kind result

                                let force (of': (float * float)[] -> float) =
                                    if found.Forces.Length = 0 then Text "" else Number(of' found.Forces)

                                [
                                    Text(CurvePlot.model (orderOf result))
                                    Whole(featuresOf result)
                                    Text kind
                                    Number(milli found.Energies)
                                    Number(means found.Energies)
                                    force milli
                                    force means
                                ]
                    ]
                )
            Picture = {
                Key = [ "", reference :: [ for result in results -> series (orderOf result) ] ]
                Width = 320.
                Rows = [
                    280.,
                    [
                        panel "dihedral scan" "dihedral angle / °" angles dihedral.Energies [
                            for r in results -> orderOf r, (test "dihedral scan" r).Energies
                        ]
                        panel "H transfer" "step" (steps transfer.Energies) transfer.Energies [
                            for r in results -> orderOf r, (test "H transfer" r).Energies
                        ]
                    ]
                ]
            }
        }
    | _ -> None
