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

/// Every second power of ten: the best of them is as good for what is drawn.
let private coarse = [| for k in 1..2 .. grid.Length - 1 -> grid[k] |]

/// Test errors (eV per atom) at growing sizes of the training set.
let private curve threads (unpenalised: int) (sizes: int list) (train: float[][], energies: float[]) (test: float[][], targets: float[]) atoms =
    let columns = train[0].Length
    let sums = Array.init folds (fun _ -> NormalEquations columns)
    let weight = 1. / deviation energies

    [ for from, until in List.pairwise (0 :: sizes) do
          for k in from .. until - 1 do
              sums[k % folds].Add(ReadOnlySpan train[k], ReadOnlySpan [| energies[k] |], weight)

          let fit = RidgeRegression.CrossValidate(sums, unpenalised, coarse, null, threads)
          let c = Array.ofSeq fit.Coefficients
          let found = Array.map2 (fun row e -> e / atoms, dot row c / atoms) test targets
          until, rmse found, deviation (Array.map fst found) ]

type private Point =
    { Data: string
      Model: string
      Basis: string
      Columns: int
      Size: int
      /// eV per atom.
      Error: float
      Deviation: float }

let private percentOf p = 100. * p.Error / p.Deviation

let private table (points: Point list) =
    Table.Create(
        [ "data"; "model"; "basis"; "coefficients"; "training_structures"; "rmse_meV_per_atom"; "rmse_percent" ],
        [ for p in points ->
              [ Text p.Data
                Text p.Model
                Text p.Basis
                Whole p.Columns
                Whole p.Size
                Number(1000. * p.Error)
                Number(percentOf p) ] ]
    )

let private decade up (x: float) =
    let power = 10. ** floor (log10 x)
    let steps = [ 1.; 2.; 5.; 10. ] |> List.map ((*) power)
    if up then List.find (fun s -> s >= x * 0.999) steps else List.findBack (fun s -> s <= x * 1.001) steps

/// A panel of curves, one for each value of a column.
let private panel points (title: string) (column: string) (legend: string) (values: (string * string * string) list) sizes =
    let errors = List.map percentOf points
    let y = VegaLite.logarithmic "RMSE / % of deviation" (decade false (List.min errors), decade true (List.max errors))
    let sizes = List.map float sizes

    let x = VegaLite.logarithmicAt "training structures" (List.min sizes * 0.9, List.max sizes * 1.1) sizes
    let colour, shape = Plots.legend column legend values

    let encoding =
        [ "x", VegaLite.channel "training_structures" "quantitative" x
          "y", VegaLite.channel "rmse_percent" "quantitative" y
          "color", colour ]

    VegaLite.panel
        (270., 280.)
        title
        ("data", title)
        [ VegaLite.layer [ "type", JString "line"; "strokeWidth", JNumber 1.8 ] encoding
          VegaLite.layer [ "type", JString "point"; "filled", JBool true; "size", JNumber 46. ] (encoding @ [ "shape", shape ]) ]

/// What the two figures are made of.
let private sizes (full: bool) = [ 25; 50; 100; 200; 400 ] @ (if full then [ 800; 1600 ] else [ 800 ])
let private testing = 150

/// Both figures.
let figures (threads: int) (full: bool) (tick: unit -> unit) : Figure list =
    let sizes = sizes full
    let train, test = data 5 (List.last sizes), data 6 testing
    let atoms = float train.Structures[0].Count

    let learn basis name description titles =
        let design = EnergyDesign(features description, description.Species)
        let trainRows, testRows = rows threads design train, rows threads design test

        let points =
            [ for title in titles do
                  let of' d = d.Energies |> List.find (fst >> (=) title) |> snd

                  for size, error, deviation in
                      curve threads design.UnpenalisedColumns sizes (trainRows, of' train) (testRows, of' test) atoms ->
                      { Data = title
                        Model = name
                        Basis = basis
                        Columns = design.Columns
                        Size = size
                        Error = error
                        Deviation = deviation } ]

        tick ()
        points

    let byName = [ for sight in [ Scalar; Summed; Resolved ] -> learn "nmax 8, lmax 4" (name sight) (iron sight 8 4) [ free; bound ] ] |> List.concat
    let most = List.last sizes
    let at data model = byName |> List.find (fun p -> p.Data = data && p.Model = model && p.Size = most)
    let words p = $"{Plots.digits (percentOf p)} %% ({Plots.digits (1000. * p.Error)} meV per atom)"
    let blue, vermilion, green, purple = VegaLite.Palette.blue, VegaLite.Palette.vermilion, VegaLite.Palette.green, VegaLite.Palette.purple

    let kinds = [ name Scalar, vermilion, "diamond"; name Summed, blue, "circle"; name Resolved, green, "triangle-up" ]

    let first =
        { Id = "spin-learning-curves"
          Title = "Learning curves of the energy of bcc iron with spins"
          Caption =
            $"Root mean square error of the energy of {testing} test structures, in %% of its standard deviation "
            + $"({1000. * (at free (name Summed)).Deviation:F0} meV per atom), against the number of training energies; ridge regression, atoms displaced "
            + "by 0.07 Å. Scalar: the power spectrum of the density alone. J-summed: products v·v' only. J-resolved: spins coupled to "
            + $"directions. nmax 8, lmax 4: {(at free (name Scalar)).Columns - 1}, {(at free (name Summed)).Columns - 1} and "
            + $"{(at free (name Resolved)).Columns - 1} coefficients. Right: an anisotropy along bonds of {1000. * anisotropy * moment * moment:F0} meV per pair added."
          Conclusion =
            $"At {most} structures without spin–orbit coupling: scalar features {words (at free (name Scalar))}, blind to spins; "
            + $"J-summed {words (at free (name Summed))}; J-resolved {words (at free (name Resolved))}, which have more to learn. "
            + $"With the anisotropy J-summed features stop at {words (at bound (name Summed))}, what they cannot see; J-resolved ones reach "
            + $"{words (at bound (name Resolved))}."
          Table = table byName
          Plot =
            VegaLite.panels
                (table byName)
                [ panel byName free "model" "features" kinds sizes
                  panel byName bound "model" "features" kinds sizes ] }

    let basis name title values =
        [ for label, nmax, lmax in values -> learn label name { iron Summed nmax lmax with Powers = 3 } [ free ] |> List.map (fun p -> { p with Data = title }) ]
        |> List.concat

    let radial, angular = "radial functions, lmax 4", "angular functions, nmax 8"
    let radials = [ for n in [ 3; 5; 8; 10 ] -> $"nmax {n}", n, 4 ]
    let angulars = [ for l in [ 0; 1; 2; 4 ] -> $"lmax {l}", 8, l ]
    let byBasis = basis (name Summed) radial radials @ basis (name Summed) angular angulars
    let colours = [ vermilion, "diamond"; green, "triangle-up"; blue, "circle"; purple, "square" ]
    let legend values = List.map2 (fun (label, _, _) (colour, shape) -> label, colour, shape) values colours
    let last title label = byBasis |> List.find (fun p -> p.Data = title && p.Basis = label && p.Size = most)
    let all title values = values |> List.map (fun (label, _, _) -> $"{label} {words (last title label)}") |> String.concat ", "

    [ first
      { Id = "spin-basis"
        Title = "How many radial and angular functions the energy of bcc iron needs"
        Caption =
          "As before, without spin–orbit coupling, J-summed features. Left: the number of radial functions at lmax 4; right: the largest l at nmax 8."
        Conclusion =
          $"At {most} structures: {all radial radials}; {all angular angulars}. Exchange and Landau terms need l = 0 alone; what larger l "
          + "improves is the lattice energy. Fewer columns learn faster and end higher."
        Table = table byBasis
        Plot =
          VegaLite.panels
              (table byBasis)
              [ panel byBasis radial "basis" "basis" (legend radials) sizes
                panel byBasis angular "basis" "basis" (legend angulars) sizes ]
          @ [ "resolve", JObject [ "scale", JObject [ "color", JString "independent"; "shape", JString "independent" ] ] ] } ]
