/// Figure: the torque on all moments together, which nothing but the lattice can give, and what of it features see.
module Toolkit.Reproductions.Spin2022.TotalTorques

open System
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Representations
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// A set of frames: directions in the place of spins, and the torques of density-functional theory on all moments, eV.
type Set =
    { Title: string
      /// How far environments are seen, and which species there are.
      Description: Description
      Frames: Labelled[]
      /// The torque on each moment, [atom, xyz] of each frame.
      Torques: float[][] }

let private folds = 5

/// a × b for vectors [atom, xyz].
let crosses (a: float[]) (b: float[]) : float[] =
    Array.init a.Length (fun k ->
        let i, q, r = k / 3 * 3, (k + 1) % 3, (k + 2) % 3
        a[i + q] * b[i + r] - a[i + r] * b[i + q])

let private square = Array.sumBy (fun (x: float) -> x * x)

let private total (torques: float[]) : float[] = [| for q in 0..2 -> Seq.sum (seq { for k in q..3 .. torques.Length - 1 -> torques[k] }) |]

/// What turns all directions together, [xyz, column], of the fields of columns, [atom · 3 + xyz, column].
let private turning (e: float[]) (columns: int) (fields: float[]) : float[] =
    let each = [| for c in 0 .. columns - 1 -> total (crosses e (Array.init e.Length (fun k -> fields[k * columns + c]))) |]
    [| for q in 0..2 do for c in 0 .. columns - 1 -> each[c][q] |]

/// Kinds of features that tie moments to directions in space.
let private kinds: (Series * (Description -> InvariantRepresentation)) list = [
    Series.points "ν = 2, scalars" Blue Circle, fun d -> SpinPowerSpectrum(expansion d, FieldCoupling.Resolved, density = false)
    Series.points "ν = 2, pseudoscalars as well" Sky Square,
    fun d -> SpinPowerSpectrum(expansion d, FieldCoupling.Resolved, density = false, parities = Parities.Both)
    Series.points "ρvv" Vermilion Diamond,
    fun d -> SpinBispectrum(expansion { d with NMax = 2; LMax = 1 }, FieldCoupling.Resolved, density = false)
]

/// Reference and prediction of the components of the total torque, each frame by a model of the total torques of the other folds alone.
let private heldOut (threads: int) (set: Set) (features: InvariantRepresentation) : (float * float)[] =
    let design = EnergyDesign([ features ], set.Description.Species)
    let order = Array.init set.Frames.Length id
    Random(1).Shuffle order

    let rows =
        order
        |> Array.Parallel.map (fun k ->
            let structure = set.Frames[k].Structure
            turning (spinsOf structure) design.Columns (design.Rows structure).EffectiveFields[0])

    // Features that all moments leave alone when they turn together have the torque of rounding.
    let sizes = [|
        for c in 0 .. design.Columns - 1 ->
            Seq.max (
                seq {
                    for r in rows do
                        for q in 0..2 -> abs r[q * design.Columns + c]
                }
            )
    |]

    let least = 1e-9 * Array.max sizes

    for r in rows do
        for k in 0 .. r.Length - 1 do
            if sizes[k % design.Columns] < least then
                r[k] <- 0.

    let targets = order |> Array.map (fun k -> total set.Torques[k])

    let sums = [|
        for f in 0 .. folds - 1 do
            let sum = NormalEquations design.Columns

            for k in f..folds .. order.Length - 1 do
                sum.Add(ReadOnlySpan rows[k], ReadOnlySpan targets[k])

            sum
    |]

    [|
        for f in 0 .. folds - 1 do
            let fit =
                RidgeRegression.CrossValidate(
                    [|
                        for g in 0 .. folds - 1 do
                            if g <> f then
                                sums[g]
                    |],
                    design.UnpenalisedColumns,
                    grid,
                    null,
                    threads
                )

            for k in f..folds .. order.Length - 1 do
                for q in 0..2 do
                    let row = rows[k].AsSpan(q * design.Columns, design.Columns).ToArray()
                    targets[k][q], Array.fold2 (fun sum x w -> sum + x * w) 0. row (Array.ofSeq fit.Coefficients)
    |]

/// 1 − Σ(a − b)²/Σa²: total torques have no mean of their own.
let private explained (pairs: (float * float)[]) : float =
    1. - (pairs |> Array.sumBy (fun (a, b) -> (a - b) * (a - b))) / (pairs |> Array.sumBy (fun (a, _) -> a * a))

/// D of E = −½ Σ D r̂·(e × e′) over nearest neighbours with moments that gives the total torques best, with its standard error, meV.
let alongBonds (set: Set) : float * float =
    let carries (e: float[]) i = square e[3 * i .. 3 * i + 2] > 0.

    let nearest =
        let s = set.Frames[0].Structure
        let e = spinsOf s
        use list = NeighborList.Build(s, set.Description.Cutoff)

        1.05
        * List.min
            [ for i in 0 .. s.Count - 1 do
                  for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                      if carries e i && carries e list.Neighbors[p] then list.Distances[p] ]

    let pairs =
        [| for frame, torques in Array.zip set.Frames set.Torques do
               let e = spinsOf frame.Structure
               use list = NeighborList.Build(frame.Structure, nearest)
               let field = Array.zeroCreate e.Length

               for i in 0 .. frame.Structure.Count - 1 do
                   for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                       let j = list.Neighbors[p]
                       let axis = [| list.X[p] / list.Distances[p]; list.Y[p] / list.Distances[p]; list.Z[p] / list.Distances[p] |]
                       let push = crosses e[3 * j .. 3 * j + 2] axis
                       for q in 0..2 do field[3 * i + q] <- field[3 * i + q] + push[q]

               yield! Array.zip (total (crosses e field)) (total torques) |]

    let norm = pairs |> Array.sumBy (fun (x, _) -> x * x)
    let d = (pairs |> Array.sumBy (fun (x, t) -> x * t)) / norm
    let left = pairs |> Array.sumBy (fun (x, t) -> (t - d * x) ** 2.)
    1000. * d, 1000. * sqrt (left / float (pairs.Length - 1) / norm)

/// The figure; D is looked for in the sets named `chiral`, whose crystals have no centre of inversion.
let figure (threads: int) (chiral: string list) (sets: Set list) : Figure =
    let found = [ for set in sets -> set, [ for series, make in kinds -> series, heldOut threads set (make set.Description) ] ]
    let milli pairs = [ for a, b in pairs -> 1000. * a, 1000. * b ]
    let size (set: Set) = 1000. * sqrt ((set.Torques |> Array.sumBy (total >> square)) / float set.Frames.Length)
    let share (set: Set) = (set.Torques |> Array.sumBy (total >> square)) / (set.Torques |> Array.sumBy square)
    let listed curves = curves |> List.map (fun (series: Series, pairs) -> $"{series.Name} {explained pairs:F3}") |> String.concat ", "

    let says (set: Set, curves) =
        $"{set.Title}: {size set:F1} meV ({Plots.digits (100. * share set)} %% of the sum of squares of single torques); R² {listed curves}"

    let bonds = [
        for set in sets do
            if List.contains set.Title chiral then
                let d, error = alongBonds set
                $"In {set.Title} an interaction D r̂·(e × e′) of nearest neighbours would be {d:F2} ± {error:F2} meV by these torques."
    ]

    {
        Id = "constrained-total-torques"
        Title = "The torque on all moments together: what ties them to the lattice"
        Caption =
            "Components of Σ m × B over all atoms, which would vanish if nothing but other moments turned a moment: what is left is anisotropy and Dzyaloshinskii–Moriya interaction (spin–orbit coupling), or noise "
            + "of the calculations. Linear models of the total torque alone, five-fold cross-validation. ν = 2: J-resolved products of two vectors, pseudoscalars among them where said (they see D along the bond, which a "
            + $"crystal of one handedness may have); ρvv: J-resolved products of two vectors and the density (they see Moriya's D from third atoms). {Plots.beneath}"
        Conclusion =
            String.concat " " [
                "Root mean square of the total torque:"
                (found |> List.map says |> String.concat ". ") + "."
                yield! bonds
            ]
            + " R² near 0 or below: these features tell nothing of what is left."
        Table =
            Table.Create(
                [ "set"; "features"; "columns"; "total_torque_meV"; "share_of_squares"; "R2" ],
                [
                    for set, curves in found do
                        for (series, pairs), (_, make) in List.zip curves kinds ->
                            [
                                Text set.Title
                                Text series.Name
                                Whole (make set.Description).FeatureCount
                                Number(size set)
                                Number(share set)
                                Number(explained pairs)
                            ]
                ]
            )
        Picture =
            Plots.stacked [ "features", List.map fst kinds ] 220. [
                for set, curves in found do
                    let points = [ for series, pairs in curves -> series, milli pairs ]

                    Plots.parity
                        set.Title
                        "meV"
                        (Plots.around 0.05 [
                            for _, pairs in points do
                                for a, b in pairs do
                                    a
                                    b
                        ])
                        points
            ]
    }
