/// Linear models of the energy of the gas of charges, on local and on long-distance features.
module Toolkit.Reproductions.Lode2019.GasFits

open System
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Trees
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargeGas

/// What a model sees.
type Features =
    /// Power spectrum of the density within a cutoff, Å.
    | Soap of cutoff: float
    /// The l = 0 coefficients of the potential of charges smeared by σ, Å, with so many radial functions.
    | Lode1 of sigma: float * nmax: int
    /// The power spectrum of that potential.
    | Lode2 of sigma: float

let name (features: Features) =
    match features with
    | Soap cutoff -> $"SOAP, {cutoff:F0} Å"
    | Lode1(sigma, nmax) -> $"LODE(1), σ = {sigma:F1} Å, nmax {nmax}"
    | Lode2 sigma -> $"LODE(2), σ = {sigma:F1} Å"

let soap = [ Soap 3.; Soap 6.; Soap 9. ]

/// LODE(1) of the paper's two widths with few radial functions, and with many.
let wide, narrow, rich = Lode1(1., 3), Lode1(0.5, 3), Lode1(1., 6)

let square = Lode2 1.

let all = soap @ [ wide; narrow; rich; square ]

/// Smearing of the density, Å: that of the paper.
let densityWidth = 1.

/// Cutoffs of LODE(1) and LODE(2), Å, and the radial functions and lmax of all.
let nearCutoff, wideCutoff = 2., 3.

let basis (features: Features) : int * int =
    match features with
    | Soap 3. -> 4, 3
    | Soap _ -> 6, 4
    | Lode1(_, nmax) -> nmax, 0
    | Lode2 _ -> 6, 3

let private species = [ positive; negative ]

let private density nmax lmax (cutoff: float) =
    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, densityWidth)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, 0.5)), species)

let private potential nmax lmax (cutoff: float) sigma =
    // The paper's symmetrised density has the autocorrelation of its Gaussian: √2 σ.
    let settings = PotentialSettings(Exponent = 1, Smearing = sigma, Autocorrelation = true, Tolerance = 1e-6)
    NamedPotential("V", PotentialField(settings, GtoBasis(nmax, cutoff), lmax, ReadOnlySpan(Array.ofList species)))

let representation (features: Features) : InvariantRepresentation =
    let nmax, lmax = basis features

    match features with
    | Soap cutoff -> PowerSpectrum(density nmax lmax cutoff)
    | Lode1(sigma, _) ->
        let v = potential nmax lmax nearCutoff sigma
        TreeInvariants(density 1 0 nearCutoff, CouplingTree(CouplingLeaf(v.CouplingField, CouplingOrder.op_Implicit 0)), [| v |])
    | Lode2 sigma ->
        let v = potential nmax lmax wideCutoff sigma
        FactorProducts.PowerSpectrum(density 1 lmax wideCutoff, [| v |], [| "V"; "V" |])

/// The columns of an energy that is linear in the features of its atoms: for each sign of the charge the features, then the counts
/// of atoms.
let row (set: RepresentationSet) (frame: Structure) : float[] =
    let n, values = set.FeatureCount, set.Compute frame
    let row = Array.zeroCreate (2 * n + 2)

    for i in 0 .. frame.Count - 1 do
        let sign = if frame.Species[i] = positive then 0 else 1
        row[2 * n + sign] <- row[2 * n + sign] + 1.

        for k in 0 .. n - 1 do
            row[sign * n + k] <- row[sign * n + k] + values[i * n + k]

    row

type Plan =
    { /// Numbers of training frames, increasing.
      Sizes: int list
      TestSize: int
      Folds: int
      /// One random division of the frames for each.
      Seeds: int list }

type Outcome =
    { Features: Features
      Seed: int
      Size: int
      Columns: int
      Regulariser: float
      /// Root mean square error of the energy and the standard deviation of the test energies, e²/Å.
      Error: float
      Deviation: float
      Coefficients: float[] }

    member o.Percent = 100. * o.Error / o.Deviation

let private rootMeanSquare (values: float[]) = sqrt (values |> Array.averageBy (fun x -> x * x))

let deviation (values: float[]) =
    let mean = Array.average values
    values |> Array.map (fun x -> x - mean) |> rootMeanSquare

/// The rows of numbers that a curve is kept as: size, columns, regulariser, error and deviation of each outcome, then its coefficients.
let kept (outcomes: Outcome list) : float[] list =
    [ for o in outcomes do
          [| float o.Size; float o.Columns; o.Regulariser; o.Error; o.Deviation |]
          o.Coefficients ]

let ofKept (features: Features) (seed: int) (rows: float[] list) : Outcome list =
    [ for pair in List.chunkBySize 2 rows ->
          match pair with
          | [ [| size; columns; regulariser; error; deviation |]; coefficients ] ->
              { Features = features
                Seed = seed
                Size = int size
                Columns = int columns
                Regulariser = regulariser
                Error = error
                Deviation = deviation
                Coefficients = coefficients }
          | _ -> failwith "a kept outcome has other rows" ]

/// The fits on growing parts of one division.
let curve (plan: Plan) (threads: int) (data: Data) (rows: float[][]) (features: Features) (seed: int) : Outcome list =
    let order = Array.init data.Frames.Length id
    Random(seed).Shuffle order
    let test, train = Array.splitAt plan.TestSize order
    let columns = rows[0].Length
    let folds = Array.init plan.Folds (fun _ -> NormalEquations columns)
    // Offsets are no part of what is learned.
    let mean = train |> Array.averageBy (fun i -> data.Energies[i])

    [ for from, until in List.pairwise (0 :: plan.Sizes) do
          for p in from .. until - 1 do
              folds[p % plan.Folds].Add(ReadOnlySpan rows[train[p]], ReadOnlySpan [| data.Energies[train[p]] - mean |])

          let fit = RidgeRegression.CrossValidate(folds, 2, threads = threads)
          let c = Array.ofSeq fit.Coefficients
          let error i = mean + Array.fold2 (fun sum x y -> sum + x * y) 0. rows[i] c - data.Energies[i]

          { Features = features
            Seed = seed
            Size = until
            Columns = columns
            Regulariser = fit.Regulariser
            Error = test |> Array.map error |> rootMeanSquare
            Deviation = deviation (test |> Array.map (fun i -> data.Energies[i]))
            Coefficients = c } ]
