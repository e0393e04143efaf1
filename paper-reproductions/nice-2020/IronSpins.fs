/// Figure: how many factors an energy of spins needs: iron from non-collinear density-functional theory, NICE over density and spins.
module Toolkit.Reproductions.Nice2020.IronSpins

open System
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

let private cutoff, smoothing, nmax = 5., 1., 4

/// The largest order.
let private highest = 6

let private folds = 10

let private grid = [| for power in -12 .. -1 -> 10. ** float power |]

/// Of a field against an energy, each over its standard deviation.
let private fieldWeight = 0.03

/// Neighbours count less than the moment at the centre, and the less the farther they are.
let private scaling = RadialScaling(1., 0.7, 2)

type Point =
    { Name: string
      Order: int
      Columns: int
      /// Predictions of frames left out, eV per atom and eV/μB.
      Outcome: Outcome }

/// Density and spins on radial functions alone (l = 0): without spin–orbit coupling an energy knows of spins by their scalar products, and
/// products of vectors of l = 0 have no other invariants.
let private expansion =
    let functions = ScaledFunctions(PointDensity(GtoBasis(nmax, cutoff), 0, cutoff), scaling)

    DensityExpansion(
        RadialTable.Build(functions, CutoffFunction(cutoff, smoothing, CutoffKind.Polynomial)),
        [ 26 ],
        CentrePolicy.Exclude,
        [ VectorField.Spin() ]
    )

let private settings: NiceSettings =
    NiceSettings(
        Order = highest,
        // λ = 3 and more of half of the factors has no partner to make an invariant with.
        Lambda = Nullable(highest / 2),
        Scaling = NiceScaling.Fields,
        Covariants = NiceBranch(Expand = Nullable 120, Components = Nullable 30),
        Invariants = NiceBranch(Expand = Nullable 200, Components = Nullable 60)
    )

/// Sums of each fold's frames over all columns, which are scaled.
type private Problem =
    { Design: EnergyDesign
      Order: int[]
      Scale: float[]
      Rows: DesignRows[]
      Folds: ProductSums[] }

let private problem (threads: int) (data: Labelled[]) : Problem =
    let structures = data |> Array.map _.Structure
    let fit = NiceFit.Fit(expansion, settings, structures, threads = threads, factors = [| "rho"; "spin" |])
    let features = NiceFeatures(expansion, fit)
    let design = EnergyDesign([ features ], [ 26 ])
    let columns, place = design.Columns, features.Labels.Names |> Seq.findIndex ((=) "nu")
    let order = Array.init columns (fun c -> if c < features.FeatureCount then features.Labels[c][place] else 0)
    let rows: DesignRows[] = Array.zeroCreate data.Length

    Parallel.For(0, data.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun i -> rows[i] <- design.Rows structures[i]) |> ignore

    let perAtom i c = rows[i].Energy[c] / float structures[i].Count
    let spread = Array.init columns (fun c -> deviation (Array.init data.Length (fun i -> perAtom i c)))
    // The columns of each order to one size, all by the same factor.
    let size = [| for nu in 0..highest -> sqrt (Seq.sum (seq { for c in 0 .. columns - 1 do if order[c] = nu then spread[c] ** 2. })) |]
    let scale c = if order[c] = 0 then 1. elif spread[c] > 0. then 1. / size[order[c]] else 0.

    let sums = Array.init folds (fun _ -> ProductSums columns)
    gather threads { energiesOnly with Field = fieldWeight } data (fun i -> rows[i].Energy) (fun i -> rows[i]) sums
    for sum in sums do sum.Settle()

    { Design = design
      Order = order
      Scale = Array.init columns scale
      Rows = rows
      Folds = sums }

/// Every frame predicted by a model of the other nine tenths, its regulariser by cross-validation among these.
let private crossValidated (threads: int) (data: Labelled[]) (problem: Problem) (order: int) : Point =
    let index = [| for c in 0 .. problem.Order.Length - 1 do if problem.Order[c] <= order && problem.Scale[c] > 0. then c |]
    let scale = index |> Array.map (fun c -> problem.Scale[c])
    let parts = problem.Folds |> Array.map (fun part -> part.Select(index, scale))
    let energies, fields = Array.zeroCreate data.Length, Array.zeroCreate data.Length

    Parallel.For(0, folds, ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
        let others = [| for j in 0 .. folds - 1 do if j <> k then parts[j] |]
        let fit = RidgeRegression.CrossValidate(others, problem.Design.UnpenalisedColumns, grid, penalty = RidgePenalty.Plain)
        let product (rows: float[]) (row: int) =
            let mutable sum = 0.
            for j in 0 .. index.Length - 1 do
                sum <- sum + rows[row * problem.Order.Length + index[j]] * scale[j] * fit.Coefficients[j]
            sum

        for i in k .. folds .. data.Length - 1 do
            let n = float data[i].Structure.Count
            energies[i] <- data[i].Energy / n, product problem.Rows[i].Energy 0 / n
            fields[i] <- data[i].Fields |> Array.mapi (fun row field -> field, product problem.Rows[i].EffectiveFields[0] row))
    |> ignore

    { Name = "NICE"
      Order = order
      Columns = index.Length - problem.Design.UnpenalisedColumns
      Outcome = { Energies = energies; Forces = [||]; Fields = Array.concat fields } }

/// The Gaussian process of the chapter on spins on features of two factors, in the same folds.
let private process' (threads: int) (data: Labelled[]) : Point =
    let results = Array.zeroCreate folds

    Parallel.For(0, folds, ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
        let part keep = data |> Array.indexed |> Array.filter (fst >> keep) |> Array.map snd
        let model = (NonCollinear.models 1 |> List.last |> snd) (part (fun i -> i % folds <> k))
        results[k] <- judge 1 model (part (fun i -> i % folds = k)))
    |> ignore

    { Name = "Gaussian process on ν ≤ 2"
      Order = 2
      Columns = 0
      Outcome =
        { Energies = results |> Array.collect _.Energies
          Forces = [||]
          Fields = results |> Array.collect _.Fields } }

let points (threads: int) (folder: string) : int * Point list =
    let data =
        NonCollinear.load folder |> Array.filter (fun f -> f.Kind <> "ref-nonmagnetic") |> Array.map _.Labelled

    Random(1).Shuffle data
    let problem = problem threads data
    data.Length, [ for order in 2..highest -> crossValidated threads data problem order ] @ [ process' threads data ]

/// What symmetry makes zero is no prediction.
let private fields (p: Point) = p.Outcome.Fields |> Array.filter (fun (a, b) -> abs a > 1e-9 || abs b > 1e-9)

let figure (frames: int, points: Point list) : Figure =
    let energy (p: Point) = percent p.Outcome.Energies
    let field (p: Point) = percent (fields p)
    let nice, others = points |> List.partition (fun p -> p.Name = "NICE")
    let energies, torques = Series.joined "energies" Blue Circle Solid, Series.joined "fields −∂E/∂m" Vermilion Square Solid
    let looks (series: Series) = { series with Symbol = Some Diamond; Stroke = None }
    let at (pick: Point -> float) (all: Point list) = [ for p in all -> float p.Order, pick p ]

    let x = {
        Axis.linear "largest number of factors ν" (1.7, float highest + 0.3) with
            Ticks = [ for nu in 2..highest -> float nu, string nu ]
    }

    let says (p: Point) = $"ν ≤ {p.Order}: {Plots.digits (energy p)} and {Plots.digits (field p)} %%"
    let gp = others.Head
    let milli (pairs: (float * float)[]) = Plots.digits (1000. * rmse pairs)
    let best = nice |> List.minBy (fun p -> energy p)

    {
        Id = "iron-spins"
        Title = "Spins need four factors: iron by density-functional theory"
        Caption =
            $"Errors, in %% of the standard deviation, of energies per atom and of the fields −∂E/∂m of {frames} frames of bcc iron with moments of any direction and length (Elk, LSDA, ours: "
            + "spin-power-spectrum-2022/data; without the near-copies of finite differences and the two frames without moments), each predicted by models of the other nine tenths, "
            + $"ten-fold. NICE over density and spins, {nmax} radial functions and l = 0 within {cutoff} Å, a neighbour at r weighted by 1/(1 + (r/{scaling.Scale} Å)²), intermediate λ up to {highest / 2}: everything that an energy without spin–orbit coupling knows "
            + $"of spins and of distances; one linear model for each ν, energies and, with the weight {fieldWeight}, fields in the training, regulariser by cross-validation within each nine tenths. The contraction sees all frames, without labels. Diamonds: "
            + "Gaussian process on features of two factors, of the chapter on spins, with its own settings and weights, in the same folds. Frames of one scan are close to each other, and settings were chosen over these frames: errors "
            + "are optimistic. Not in the paper."
        Conclusion =
            "Energies and fields: "
            + (nice |> List.map says |> String.concat "; ")
            + $"; Gaussian process {Plots.digits (energy gp)} and {Plots.digits (field gp)} %%. Two factors have no biquadratic term (m·m')² and no |m|⁴, which this energy has. With ν ≤ {best.Order} "
            + $"root mean square errors are {milli best.Outcome.Energies} meV per atom and {milli (fields best)} meV/μB."
        Table =
            Table.Create(
                [
                    "model"
                    "nu"
                    "columns"
                    "energy_rmse_percent"
                    "field_rmse_percent"
                    "energy_rmse_meV_per_atom"
                    "field_rmse_meV_per_muB"
                ],
                [
                    for p in points ->
                        [
                            Text p.Name
                            Whole p.Order
                            Whole p.Columns
                            Number(energy p)
                            Number(field p)
                            Number(1000. * rmse p.Outcome.Energies)
                            Number(1000. * rmse (fields p))
                        ]
                ]
            )
        Picture = {
            Key = [
                "NICE", [ energies; torques ]
                "Gaussian process", [ { looks energies with Name = "energies" }; { looks torques with Name = "fields −∂E/∂m" } ]
            ]
            Width = 400.
            Rows = [
                290.,
                [
                    Panel.of'
                        ""
                        x
                        (Axis.logarithmicOver "RMSE / % of std. deviation" [
                            for p in points do
                                energy p
                                field p
                        ])
                        [
                            Curve(energies, at energy nice)
                            Curve(torques, at field nice)
                            Curve(looks energies, at energy others)
                            Curve(looks torques, at field others)
                        ]
                ]
            ]
        }
    }
