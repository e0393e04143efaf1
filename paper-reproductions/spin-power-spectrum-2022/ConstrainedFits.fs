/// Moments whose directions were held in density-functional theory: their frames, and models of energies and of what turns moments.
module Toolkit.Reproductions.Spin2022.ConstrainedFits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

let iron = 26

/// One file, and how its environments are described.
type Set =
    { File: string
      Title: string
      Cutoff: float
      NMax: int
      LMax: int
      Species: int list }

let describe (sight: Sight) (set: Set) : Description =
    { Sight = sight
      Cutoff = set.Cutoff
      Smoothing = 0.2 * set.Cutoff
      NMax = set.NMax
      LMax = set.LMax
      Powers = 1
      Field = VectorField.Spin("spins", [ iron ])
      Species = set.Species }

/// Frames with directions of iron's moments in the place of spins, and −∂E/∂direction across them, eV; energies from the first.
let load (path: string) : Labelled[] =
    let structures = ExtendedXyzReader.Read path |> Array.ofSeq
    let energies = Labels.Energies(structures, path)
    let first = energies[0] / float structures[0].Count

    Array.map2
        (fun (s: Structure) energy ->
            let m = s.AtomProperties["REF_magmoms"].ToReals()
            let field = s.AtomProperties["REF_magfield"].ToReals()
            removeAlong m 1 field

            for i in 0 .. s.Count - 1 do
                let length = if s.Species[i] = iron then sqrt (m[3 * i] ** 2. + m[3 * i + 1] ** 2. + m[3 * i + 2] ** 2.) else 0.

                for k in 3 * i .. 3 * i + 2 do
                    m[k] <- if length > 0. then m[k] / length else 0.
                    field[k] <- length * field[k]

            { Structure = withSpins m s
              Energy = energy - first * float s.Count
              Forces = Array.zeroCreate (3 * s.Count)
              Fields = field })
        structures
        energies

/// A kind of model: what it sees, and with which regulariser.
type Kind =
    | Ridge of Sight
    /// A Gaussian kernel over J-summed features.
    | Process

/// The width of the Gaussian kernel, in units of the root mean square length of centred features, and chosen environments for each species.
let width, points = 8., 200

/// The frames of a set in random order, with the rows of one kind of model, which all its fits share.
type Problem =
    { Frames: Labelled[]
      Design: PotentialDesign
      Penalty: RidgePenalty
      Rows: DesignRows[] }

let problem (threads: int) (set: Set) (frames: Labelled[]) (kind: Kind) : Problem =
    let data = Array.copy frames
    Random(1).Shuffle data

    let design: PotentialDesign =
        match kind with
        | Ridge sight -> EnergyDesign(features (describe sight set), set.Species)
        | Process ->
            let parts = RepresentationSet(features (describe Summed set))
            let sample = EnvironmentSample(parts, data |> Array.map _.Structure, threads)
            let scaling = FeatureScaling.Centred(sample, List.replicate parts.FeatureCount 0, [ 1. ])
            let chosen = SparsePoints.Select(sample, scaling, points, PointSelection.FarthestPoints)
            KernelDesign(parts, GaussianKernel width, chosen, set.Species, threads)

    let rows = Array.zeroCreate data.Length

    Parallel.For(0, data.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun i ->
        rows[i] <- design.Rows data[i].Structure
        removeAlong (spinsOf data[i].Structure) design.Columns rows[i].EffectiveFields[0])
    |> ignore

    { Frames = data
      Design = design
      Penalty = (match kind with Ridge _ -> RidgePenalty.Standardised | Process -> RidgePenalty.Plain)
      Rows = rows }

/// How much one component of a field counts against an energy per atom, each over its standard deviation.
let weight = 0.3

let private folds = 5
let private inner = 4

/// The regularised model of some frames, by cross-validation in four parts; fields times `factor`, with the weight `field`.
let private fit (p: Problem) (field: float) (factor: float) (chosen: int[]) : RidgeFit =
    let sums = Array.init inner (fun _ -> NormalEquations p.Design.Columns)
    let data = [| for i in chosen -> { p.Frames[i] with Fields = p.Frames[i].Fields |> Array.map ((*) factor) } |]
    let rows k = p.Rows[chosen[k]]
    // The weight is that of the fields as they are, whatever they are multiplied by.
    gather 1 { energiesOnly with Field = field * abs factor } data (fun k -> (rows k).Energy) rows sums
    RidgeRegression.CrossValidate(sums, p.Design.UnpenalisedColumns, grid, null, 1, p.Penalty)

let private predict (p: Problem) (fit: RidgeFit) (rows: float[]) : float[] =
    let columns = p.Design.Columns
    Array.init (rows.Length / columns) (fun r -> Seq.sum (seq { for c in 0 .. columns - 1 -> rows[r * columns + c] * fit.Coefficients[c] }))

/// Energies per atom, reference and prediction.
let private energies (p: Problem) (fit: RidgeFit) (chosen: int[]) : (float * float)[] =
    [| for i in chosen ->
           let n = float p.Frames[i].Structure.Count
           p.Frames[i].Energy / n, (predict p fit p.Rows[i].Energy)[0] / n |]

/// The share of the references' squares, from their mean, that predictions explain.
let determination (pairs: (float * float)[]) : float = 1. - (percent pairs / 100.) ** 2.

/// The slope of the line through predictions against references.
let private slope (pairs: (float * float)[]) : float =
    let x, y = Array.averageBy fst pairs, Array.averageBy snd pairs
    Array.sumBy (fun (a, b) -> (a - x) * (b - y)) pairs / Array.sumBy (fun (a, _) -> (a - x) ** 2.) pairs

/// What fields are to be multiplied by to be derivatives of the energies: models that listen to fields ten times as much as others predict
/// energies of frames left out; where these come out too small by one factor, the fields are. 1 for models whose energies do not follow.
let private factor (p: Problem) (chosen: int[]) : float =
    let part keep = chosen |> Array.indexed |> Array.filter (fst >> keep) |> Array.map snd

    let led = [|
        for j in 0 .. inner - 1 do
            yield! energies p (fit p (10. * weight) 1. (part (fun k -> k % inner <> j))) (part (fun k -> k % inner = j))
    |]

    let slope, mean = slope led, Array.averageBy fst led
    let level = Array.averageBy snd led

    if determination (led |> Array.map (fun (a, b) -> a, mean + (b - level) / slope)) > 0.9 then
        1. / slope
    else
        1.

/// What models of the other frames say of each frame.
type HeldOut =
    { /// eV per atom, reference and prediction.
      Energies: (float * float)[]
      /// What turns iron's moments, eV, reference (times the factor) and prediction.
      Fields: (float * float)[]
      /// The factor of fields, averaged over the divisions; 1 where fields are not looked at.
      Factor: float }

/// Each frame predicted by a model of as many of the other folds as are asked for, four at most, with fields in the training or without.
let heldOut (threads: int) (p: Problem) (withFields: bool) (parts: int) : HeldOut =
    let found = Array.zeroCreate folds
    let all = [| 0 .. p.Frames.Length - 1 |]

    Parallel.For(0, folds, ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
        let training = all |> Array.filter (fun i -> let ahead = (i - k + folds) % folds in ahead >= 1 && ahead <= parts)
        let test = all |> Array.filter (fun i -> i % folds = k)
        let scale = if withFields then factor p training else 1.
        let model = fit p (if withFields then weight else 0.) scale training

        let fields =
            [| for i in test do
                   let predicted = predict p model p.Rows[i].EffectiveFields[0]
                   for c in 0 .. predicted.Length - 1 do
                       if p.Frames[i].Structure.Species[c / 3] = iron then scale * p.Frames[i].Fields[c], predicted[c] |]

        found[k] <- energies p model test, fields, scale)
    |> ignore

    { Energies = found |> Array.collect (fun (e, _, _) -> e)
      Fields = found |> Array.collect (fun (_, f, _) -> f)
      Factor = found |> Array.averageBy (fun (_, _, s) -> s) }

/// The linear model of all frames of a ridge problem, and the factor of the fields in its training.
let whole (set: Set) (sight: Sight) (p: Problem) : Fitted * float =
    let all = [| 0 .. p.Frames.Length - 1 |]
    let scale = factor p all
    linear (EnergyDesign(features (describe sight set), set.Species)) (fit p weight scale all), scale
