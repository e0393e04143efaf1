/// Models of energies of spins and atoms, how they are fitted and how they are judged.
module Toolkit.Reproductions.Spin2022.Models

open System
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Models
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Spin2022.BccIron

/// What of an environment a model sees.
type Sight =
    /// The density alone: blind to spins.
    | Scalar
    /// Spins by their scalar products.
    | Summed
    /// Spins and directions together.
    | Resolved

let name (sight: Sight) =
    match sight with
    | Scalar -> "scalar"
    | Summed -> "J-summed"
    | Resolved -> "J-resolved"

/// How an environment is described.
type Description =
    { Sight: Sight
      /// Å.
      Cutoff: float
      /// The range in which the cutoff function falls, Å.
      Smoothing: float
      NMax: int
      LMax: int
      /// Up to which power 2k the lengths |v|^(2k) stand beside the power spectrum; 0 or 1: none beyond its own |v|².
      Powers: int
      /// The vector field.
      Field: VectorField
      Species: int list }

/// Spins of iron seen through 5 Å.
let iron (sight: Sight) (nmax: int) (lmax: int) : Description =
    { Sight = sight
      Cutoff = 5.
      Smoothing = 1.
      NMax = nmax
      LMax = lmax
      Powers = 3
      Field = VectorField.Spin()
      Species = [ 26 ] }

let private radial (d: Description) =
    RadialTable.Build(
        PointDensity(GtoBasis(d.NMax, d.Cutoff), d.LMax, d.Cutoff),
        CutoffFunction(d.Cutoff, d.Smoothing, CutoffKind.Polynomial)
    )

/// The density around atoms, and its vectors where they are seen.
let expansion (d: Description) : DensityExpansion =
    DensityExpansion(radial d, d.Species, CentrePolicy.Include, (if d.Sight = Scalar then [] else [ d.Field ]))

/// The features of a description: pairs of distances (ν = 1) and the power spectrum of the density, and, for those who see
/// spins, the power spectrum of the spins with powers of the centre's own.
let features (d: Description) : InvariantRepresentation list =
    let expansion = expansion d

    [ RadialSpectrum expansion
      match d.Sight with
      | Scalar -> PowerSpectrum expansion
      | Summed -> SpinPowerSpectrum(expansion, FieldCoupling.Summed)
      | Resolved -> SpinPowerSpectrum(expansion, FieldCoupling.Resolved)
      if d.Sight <> Scalar then
          for k in 2 .. d.Powers do
              VectorPower(expansion, 0, k) ]

/// What a feature is made of: 0 the density, 1 the centre's spin, 2 the centre's spin with others, 3 others among one another.
let kinds (parts: InvariantRepresentation list) : int list =
    [ for part in parts do
          match part with
          | :? SpinPowerSpectrum ->
              let column name = Seq.findIndex ((=) name) part.Labels.Names
              let fields = [ column "field_1"; column "field_2" ]
              let species = [ column "species_1"; column "species_2" ]

              for f in 0 .. part.FeatureCount - 1 do
                  let labels = part.Labels[f].ToArray()

                  if fields |> List.forall (fun c -> labels[c] = 0) then 0
                  else
                      match species |> List.filter (fun c -> labels[c] = DensityExpansion.CentreLabel) |> List.length with
                      | 2 -> 1
                      | 1 -> 2
                      | _ -> 3
          | :? VectorPower -> 1
          | _ ->
              for _ in 1 .. part.FeatureCount do
                  0 ]

/// What counts in a fit; each in units of its standard deviation over the training set. 0: not looked at.
type Weights =
    { Energy: float
      Force: float
      Field: float }

let energiesOnly = { Energy = 1.; Force = 0.; Field = 0. }
let withDerivatives = { energiesOnly with Force = 0.3; Field = 0.3 }

/// Takes what is along the vectors out of rows [atom · 3 + xyz, column], in place.
let removeAlong (vectors: float[]) (columns: int) (rows: float[]) : unit =
    for i in 0 .. vectors.Length / 3 - 1 do
        let v = vectors[3 * i .. 3 * i + 2]
        let square = Array.sumBy (fun x -> x * x) v

        if square > 0. then
            for c in 0 .. columns - 1 do
                let at q = (3 * i + q) * columns + c
                let along = (v[0] * rows[at 0] + v[1] * rows[at 1] + v[2] * rows[at 2]) / square

                for q in 0..2 do
                    rows[at q] <- rows[at q] - along * v[q]

let deviation (values: float[]) : float =
    let mean = Array.average values
    sqrt (values |> Array.averageBy (fun x -> (x - mean) * (x - mean)))

let rmse (pairs: (float * float)[]) : float =
    sqrt (pairs |> Array.averageBy (fun (a, b) -> (a - b) * (a - b)))

/// A fitted model.
type Fitted =
    { /// With so many threads.
      PredictWith: int -> Structure -> Evaluation
      Columns: int
      Regulariser: float
      /// What cross-validation expects of the weighted residual.
      Error: float }

    member model.Predict(s: Structure) : Evaluation = model.PredictWith 1 s

/// Regularisers to choose from.
let grid = [| for e in -14. .. 0. -> 10. ** e |]

/// Adds the rows of a training set to sums in parts, structure k to part k mod their number, each kind of label over its standard deviation
/// and by its weight. The parts are the work of one thread each, so that sums do not depend on the number of threads.
/// <param name="energyRow">The row of structure k's energy, for where nothing else is looked at.</param>
/// <param name="rows">All its rows.</param>
let gather
    (threads: int)
    (weights: Weights)
    (data: Labelled[])
    (energyRow: int -> float[])
    (rows: int -> DesignRows)
    (sums: 'Sums[] when 'Sums :> LeastSquares)
    : unit =
    // Values that are all the same have no scale and teach nothing.
    let scale weight (values: float[]) =
        let size = if weight > 0. then deviation values else 0.
        if size > 0. then weight / size else 0.

    let energy = scale weights.Energy (data |> Array.map (fun (s: Labelled) -> s.Energy / float s.Structure.Count))
    let force = scale weights.Force (data |> Array.collect _.Forces)
    let field = scale weights.Field (data |> Array.collect _.Fields)

    let add (sum: LeastSquares) (k: int) (s: Labelled) =
        let perAtom = energy / float s.Structure.Count

        if force = 0. && field = 0. then
            sum.Add(ReadOnlySpan(energyRow k), ReadOnlySpan [| s.Energy |], perAtom)
        else
            let rows = rows k
            sum.Add(ReadOnlySpan rows.Energy, ReadOnlySpan [| s.Energy |], perAtom)

            if force > 0. then
                sum.Add(ReadOnlySpan rows.Forces, ReadOnlySpan s.Forces, force)

            if field > 0. && rows.EffectiveFields.Count > 0 then
                sum.Add(ReadOnlySpan(rows.EffectiveFields[0]), ReadOnlySpan s.Fields, field)

    Parallel.For(
        0,
        sums.Length,
        ParallelOptions(MaxDegreeOfParallelism = threads),
        fun part ->
            data
            |> Array.iteri (fun k s ->
                if k % sums.Length = part then
                    add sums[part] k s)
    )
    |> ignore

/// The normal equations of a training set in `folds` parts.
let equations (threads: int) (folds: int) (weights: Weights) (design: PotentialDesign) (data: Labelled[]) : NormalEquations[] =
    let sums = Array.init folds (fun _ -> NormalEquations design.Columns)
    gather threads weights data (fun k -> design.EnergyRow data[k].Structure) (fun k -> design.Rows data[k].Structure) sums
    sums

let private folds = 4

/// The linear model of a fit.
let linear (design: EnergyDesign) (fit: RidgeFit) : Fitted =
    let potential = LinearPotential(design, fit.Coefficients)

    { PredictWith = fun threads s -> potential.Predict(s, threads)
      Columns = design.Columns
      Regulariser = fit.Regulariser
      Error = fit.Trials |> Seq.map (fun struct (_, e) -> e) |> Seq.min }

/// A linear model, the regulariser by cross-validation.
let ridge (threads: int) (parts: InvariantRepresentation list) (species: int list) (weights: Weights) (data: Labelled[]) : Fitted =
    let design = EnergyDesign(parts, species)
    let sums = equations threads folds weights design data
    linear design (RidgeRegression.CrossValidate(sums, design.UnpenalisedColumns, grid, null, threads))

/// What a Gaussian process is made of.
type Process =
    { Kernel: EnvironmentKernel
      /// The mean square length that each of the `kinds` of features is scaled to.
      Scales: float list
      /// Chosen environments per species.
      Points: int
      Selection: PointSelection }

/// Sparse Gaussian processes, one for each candidate, noise by cross-validation. Features are centred and scaled by their
/// kinds.
let gaussian
    (threads: int)
    (parts: InvariantRepresentation list)
    (species: int list)
    (candidates: Process list)
    (weights: Weights)
    (data: Labelled[])
    : Fitted list =
    let set = RepresentationSet parts
    let sample = EnvironmentSample(set, data |> Array.map _.Structure, threads)

    [ for p in candidates do
          let scaling = FeatureScaling.Centred(sample, kinds parts, p.Scales)
          let points = SparsePoints.Select(sample, scaling, p.Points, p.Selection)
          let design = KernelDesign(set, p.Kernel, points, species, threads)
          let sums = equations threads folds weights design data
          let fit = RidgeRegression.CrossValidate(sums, design.UnpenalisedColumns, grid, null, threads, RidgePenalty.Plain)
          let potential = KernelPotential(design, fit.Coefficients)

          { PredictWith = fun threads s -> potential.Predict(s, threads)
            Columns = design.Columns
            Regulariser = fit.Regulariser
            Error = fit.Trials |> Seq.map (fun struct (_, e) -> e) |> Seq.min } ]

/// Reference and prediction of a test set.
type Outcome =
    { /// eV per atom.
      Energies: (float * float)[]
      /// eV/Å, by component.
      Forces: (float * float)[]
      /// eV/μB, by component.
      Fields: (float * float)[] }

let judge (threads: int) (model: Fitted) (test: Labelled[]) : Outcome =
    let found = Array.zeroCreate test.Length

    Parallel.For(0, test.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
        found[k] <- model.Predict test[k].Structure)
    |> ignore

    let each (labels: Labelled -> float[]) (predicted: Evaluation -> float[]) =
        Array.map2 (fun (s: Labelled) f -> Array.zip (labels s) (predicted f)) test found |> Array.concat

    let fields (f: Evaluation) =
        if f.EffectiveFields.Count > 0 then f.EffectiveFields[0] else Array.zeroCreate f.Forces.Length

    { Energies =
        Array.map2 (fun (s: Labelled) (f: Evaluation) -> s.Energy / float s.Structure.Count, f.Energy / float s.Structure.Count) test found
      Forces = each _.Forces _.Forces
      Fields = each _.Fields fields }

/// Root mean square error in % of the standard deviation of the reference.
let percent (pairs: (float * float)[]) : float = 100. * rmse pairs / deviation (Array.map fst pairs)
