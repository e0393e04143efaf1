/// Figures: errors of the energy against the number of training structures, and against the size of the basis.
module Toolkit.Reproductions.Spin2022.LearningCurves

open System
open System.Threading.Tasks
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Radial
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// Of a pair at 2.5 Å, eV/μB²: some ten times what iron has, so that it can be seen beside the exchange.
let private anisotropy = 0.002

/// The iron model with an anisotropy along bonds.
let private coupled: SpinLatticeHamiltonian =
    let iron = SpinLatticeHamiltonian.BccIron

    SpinLatticeHamiltonian(
        Quadratic = iron.Quadratic,
        Quartic = iron.Quartic,
        Sextic = iron.Sextic,
        Exchange = iron.Exchange,
        Repulsion = iron.Repulsion,
        Density = iron.Density,
        Embedding = iron.Embedding,
        EmbeddingFloor = iron.EmbeddingFloor,
        PairAnisotropy = GaussianPair(anisotropy, 2.5, 0.5, CutoffFunction(4.5, 1., CutoffKind.Polynomial))
    )

let private free, bound = "no spin–orbit coupling", "with anisotropy along bonds"

/// Energies in both Hamiltonians of the same structures.
type private Data =
    { Structures: Toolkit.Numerics.Structures.Structure[]
      Energies: (string * float[]) list }

let private data (seed: int) (count: int) : Data =
    let labelled = draw SpinLatticeHamiltonian.BccIron warmLattice seed count
    let structures = labelled |> Array.map _.Structure

    { Structures = structures
      Energies =
        [ free, labelled |> Array.map _.Energy
          bound, structures |> Array.Parallel.map (fun s -> coupled.Evaluate(s).Energy) ] }

let private rows threads (design: EnergyDesign) (d: Data) =
    let result = Array.zeroCreate d.Structures.Length

    Parallel.For(0, result.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
        result[k] <- design.EnergyRow d.Structures[k])
    |> ignore

    result

let private dot (row: float[]) (c: float[]) =
    let mutable sum = 0.
    for k in 0 .. c.Length - 1 do
        sum <- sum + row[k] * c[k]
    sum

let private folds = 4

/// Powers of ten, up to where nothing but the mean is left of a fit: what features cannot explain is then not fitted.
let private regularisers = [| for e in -13..2..7 -> 10. ** e |]

/// Random divisions of the data that a curve is drawn for.
let private repeats = 5

/// One fit: test error (eV per atom) and regulariser.
type private Trial =
    { Size: int
      Error: float
      Regulariser: float }

/// Test errors at growing sizes of the training set, taken in this order.
let private curve
    (unpenalised: int)
    (sizes: int list)
    (order: int[])
    (train: float[][], energies: float[])
    (test: float[][], targets: float[])
    atoms
    =
    let columns = train[0].Length
    let sums = Array.init folds (fun _ -> NormalEquations columns)
    let weight = 1. / deviation energies

    [
        for from, until in List.pairwise (0 :: sizes) do
            for k in from .. until - 1 do
                sums[k % folds].Add(ReadOnlySpan train[order[k]], ReadOnlySpan [| energies[order[k]] |], weight)

            let fit = RidgeRegression.CrossValidate(sums, unpenalised, regularisers, null, 1)
            let c = Array.ofSeq fit.Coefficients
            let found = Array.map2 (fun row e -> e / atoms, dot row c / atoms) test targets

            { Size = until; Error = rmse found; Regulariser = fit.Regulariser }
    ]

type private Point =
    { Data: string
      Model: string
      Basis: string
      /// Without the constant.
      Coefficients: int
      Size: int
      /// Of the divisions, eV per atom.
      Errors: float list
      /// Of the test energies, eV per atom.
      Deviation: float
      /// The median, the least and the most of the divisions.
      Regulariser: float * float * float }

let private mean p = List.average p.Errors
let private percentOf p error = 100. * error / p.Deviation

let private table (points: Point list) =
    Table.Create(
        [ "data"; "model"; "basis"; "coefficients"; "training_structures"; "divisions"; "rmse_meV_per_atom_mean"; "rmse_percent_mean"
          "rmse_percent_min"; "rmse_percent_max"; "regulariser_median"; "regulariser_min"; "regulariser_max" ],
        [ for p in points ->
              let median, least, most = p.Regulariser

              [ Text p.Data
                Text p.Model
                Text p.Basis
                Whole p.Coefficients
                Whole p.Size
                Whole p.Errors.Length
                Number(1000. * mean p)
                Number(percentOf p (mean p))
                Number(percentOf p (List.min p.Errors))
                Number(percentOf p (List.max p.Errors))
                Number median
                Number least
                Number most ] ]
    )

/// A panel of curves with their bands, on the axis of errors of all `together`.
let private panel (together: Point list) (title: string) (curves: (Series * Point list) list) =
    let y = Axis.logarithmicOver "RMSE / % of deviation" [ for p in together do for e in p.Errors -> percentOf p e ]
    let sizes = together |> List.map (fun p -> float p.Size) |> List.distinct
    let x = Axis.logarithmicAt "training structures" (List.min sizes * 0.9, List.max sizes * 1.1) sizes

    Panel.of' title x y
        [ for series, points in curves do
              Band(series, [ for p in points -> float p.Size, percentOf p (List.min p.Errors), percentOf p (List.max p.Errors) ])
          for series, points in curves do
              Curve(series, [ for p in points -> float p.Size, percentOf p (mean p) ]) ]

let private sizes (full: bool) = [ 25; 50; 100; 200; 400; 800 ] @ (if full then [ 1600 ] else [])
let private testing = 150

/// The number of models that `figures` fits.
let models = 9

/// Both figures.
let figures (threads: int) (full: bool) (tick: unit -> unit) : Figure list =
    let sizes = sizes full
    let least, most = List.head sizes, List.last sizes
    // A quarter more than is trained on, so that the largest sets differ, too.
    let pool = most + most / 4
    let train, test = data 5 pool, data 6 testing
    let atoms = float train.Structures[0].Count

    let orders =
        Array.init repeats (fun r ->
            let order = Array.init pool id in
            Random(r + 1).Shuffle order
            order)

    let learn basis name description titles =
        let design = EnergyDesign(features description, description.Species)
        let trainRows, testRows = rows threads design train, rows threads design test

        let tasks = [|
            for title in titles do
                for order in orders -> title, order
        |]

        let trials = Array.zeroCreate tasks.Length
        let of' title d = d.Energies |> List.find (fst >> (=) title) |> snd

        // Each curve is the work of one thread, so that sums do not depend on their number.
        Parallel.For(
            0,
            tasks.Length,
            ParallelOptions(MaxDegreeOfParallelism = threads),
            fun t ->
                let title, order = tasks[t]
                trials[t] <- curve design.UnpenalisedColumns sizes order (trainRows, of' title train) (testRows, of' title test) atoms
        )
        |> ignore

        tick ()

        [
            for title in titles do
                let own = [
                    for (t, _), trial in Array.zip tasks trials do
                        if t = title then
                            trial
                ]

                for k, size in List.indexed sizes do
                    let at = own |> List.map (List.item k)
                    let chosen = at |> List.map _.Regulariser |> List.sort

                    {
                        Data = title
                        Model = name
                        Basis = basis
                        Coefficients = design.Columns - design.UnpenalisedColumns
                        Size = size
                        Errors = List.map _.Error at
                        Deviation = deviation (of' title test |> Array.map (fun e -> e / atoms))
                        Regulariser = chosen[repeats / 2], List.head chosen, List.last chosen
                    }
        ]

    let standard = "nmax 8, lmax 4"

    let byName =
        [ for sight in [ Scalar; Summed; Resolved ] -> learn standard (name sight) (iron sight 8 4) [ free; bound ] ]
        |> List.concat

    let words p = $"{Plots.digits (percentOf p (mean p))} %% ({Plots.digits (1000. * mean p)} meV per atom)"
    let at size data model = byName |> List.find (fun p -> p.Data = data && p.Model = model && p.Size = size)

    let kinds = [
        Scalar, Series.joined (name Scalar) Purple Diamond Solid
        Summed, Series.joined (name Summed) Orange Square Solid
        Resolved, Series.joined (name Resolved) Green Triangle Solid
    ]

    let regulariser p =
        let _, lo, hi = p.Regulariser
        if lo = hi then $"{lo:``0e-0``}" else $"{lo:``0e-0``} to {hi:``0e-0``}"

    let coefficients sight = (at most free (name sight)).Coefficients

    let first = {
        Id = "spin-learning-curves"
        Title = "Learning curves of the energy of bcc iron with spins"
        Caption =
            $"Root mean square error of the energy of {testing} test structures, in %% of its standard deviation "
            + $"({1000. * (at most free (name Summed)).Deviation:F0} meV per atom), against the number of training energies. Lines: mean over {repeats} random divisions of "
            + $"{pool} structures; bands: the smallest and the largest. Ridge regression, atoms displaced "
            + "by 0.07 Å. Scalar: the power spectrum of the density alone. J-summed: products v·v' only. J-resolved: spins coupled to "
            + $"directions. {standard}: {coefficients Scalar}, {coefficients Summed} and "
            + $"{coefficients Resolved} coefficients beside the constant. Regulariser by {folds}-fold cross-validation out of 1e-13, 1e-11 … 1e7; chosen at {least} structures: "
            + $"scalar {regulariser (at least free (name Scalar))}, J-summed {regulariser (at least free (name Summed))}, J-resolved {regulariser (at least free (name Resolved))}; at {most}: "
            + $"{regulariser (at most free (name Scalar))}, {regulariser (at most free (name Summed))}, {regulariser (at most free (name Resolved))}. "
            + $"Right: an anisotropy along bonds of {1000. * anisotropy * moment * moment:F0} meV per pair added."
        Conclusion =
            $"At {most} structures without spin–orbit coupling: scalar features, which are blind to spins, {words (at most free (name Scalar))} (at {least} structures "
            + $"{words (at least free (name Scalar))}); J-summed {words (at most free (name Summed))}; J-resolved {words (at most free (name Resolved))}. "
            + $"With the anisotropy, which J-summed features cannot see, they have {words (at most bound (name Summed))} and J-resolved ones "
            + $"{words (at most bound (name Resolved))}."
        Table = table byName
        Picture = {
            Key = [ "features", List.map snd kinds ]
            Width = 310.
            Rows = [
                290.,
                [
                    for title in [ free; bound ] ->
                        panel byName title [
                            for sight, series in kinds -> series, byName |> List.filter (fun p -> p.Data = title && p.Model = name sight)
                        ]
                ]
            ]
        }
    }

    let known = byName |> List.filter (fun p -> p.Data = free && p.Model = name Summed)

    let basis title (values: (Series * int * int) list) = [
        for series, nmax, lmax in values do
            let points =
                if (nmax, lmax) = (8, 4) then
                    known
                else
                    learn series.Name (name Summed) (iron Summed nmax lmax) [ free ]

            series, points |> List.map (fun p -> { p with Data = title; Basis = series.Name })
    ]

    let radial, angular = "radial functions, lmax 4", "angular functions, nmax 8"
    let joined label colour symbol = Series.joined label colour symbol Solid

    // The same model in both panels has the same looks, that of J-summed features in the figure before.
    let radials =
        basis radial [
            joined "nmax 3" Purple Diamond, 3, 4
            joined "nmax 5" Green Triangle, 5, 4
            joined "nmax 8" Orange Square, 8, 4
            joined "nmax 10" Blue Circle, 10, 4
        ]

    let angulars =
        basis angular [
            joined "lmax 0" Vermilion Diamond, 8, 0
            joined "lmax 1" Sky Triangle, 8, 1
            joined "lmax 2" Ink Circle, 8, 2
            joined "lmax 4" Orange Square, 8, 4
        ]

    let byBasis = radials @ angulars |> List.collect snd

    let sized size (curves: (Series * Point list) list) =
        curves |> List.map (fun (_, points) -> points |> List.find (fun p -> p.Size = size))

    let all curves = sized most curves |> List.map (fun p -> $"{p.Basis} {words p}") |> String.concat ", "

    let best size curves =
        let p = sized size curves |> List.minBy mean in
        $"{p.Basis} ({p.Coefficients} coefficients, {Plots.digits (percentOf p (mean p))} %%)"

    [
        first
        {
            Id = "spin-basis"
            Title = "How many radial and angular functions the energy of bcc iron needs"
            Caption =
                $"As before, without spin–orbit coupling, J-summed features; lines and bands over {repeats} divisions. Left: the number of radial functions at "
                + "lmax 4; right: the largest l at nmax 8. Squares are the same model in both, that of the figure before."
            Conclusion =
                $"At {most} structures: {all radials}; {all angulars}. The least mean error at {least} structures has {best least radials} and {best least angulars}, "
                + $"at {most} {best most radials} and {best most angulars}. Exchange and Landau terms need l = 0 alone; larger l serve the lattice energy."
            Table = table byBasis
            Picture = {
                Key = [ "radial", List.map fst radials; "angular", List.map fst angulars ]
                Width = 310.
                Rows = [ 290., [ panel byBasis radial radials; panel byBasis angular angulars ] ]
            }
        }
    ]
