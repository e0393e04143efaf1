/// Ridge fits on growing training sets, for several random divisions of the data into training and test sets.
module Toolkit.Reproductions.Nice2020.Fits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Nice2020.RandomMethane

type Plan =
    { /// Numbers of training configurations, increasing.
      Sizes: int list
      /// Configurations that are tested on and never trained on.
      TestSize: int
      /// One random division for each.
      Seeds: int list
      /// Parts that cross-validation cuts the training set into.
      Folds: int
      /// Regularisers to choose from.
      Grid: float list
      /// What a force is weighed by against an energy, each in units of its standard deviation over the training set.
      ForceWeight: float }

/// What a model is trained on.
type Training =
    | Energies
    | EnergiesAndForces

/// One fit and its errors on the test set.
type Outcome =
    { Order: int
      Training: Training
      Seed: int
      Size: int
      Columns: int
      Regulariser: float
      /// Root of the mean square error of the energy, eV.
      EnergyError: float
      /// The test energies' standard deviation, eV.
      EnergyDeviation: float
      /// Mean of the sizes of the energy errors, eV: not led by the few largest.
      EnergyMeanError: float
      /// Root of the mean square error of a force component, eV/Å.
      ForceError: float
      ForceMeanError: float
      ForceDeviation: float
      /// Reference and prediction of each test configuration, eV.
      Predicted: (float * float)[] }

let deviation (values: float[]) =
    let mean = Array.average values
    sqrt (values |> Array.averageBy (fun x -> (x - mean) * (x - mean)))

let rmse (pairs: (float * float)[]) =
    sqrt (pairs |> Array.averageBy (fun (a, b) -> (a - b) * (a - b)))

/// Mean of the sizes of errors.
let meanError (pairs: (float * float)[]) = pairs |> Array.averageBy (fun (a, b) -> abs (a - b))

/// Row `k` of [row, column] times the coefficients.
let private product (rows: float[]) (k: int) (coefficients: float[]) =
    let mutable sum = 0.

    for i in 0 .. coefficients.Length - 1 do
        sum <- sum + rows[k * coefficients.Length + i] * coefficients[i]

    sum

/// Test and training configurations of a seed: the first are for testing, and smaller training sets are parts of larger.
let divide (plan: Plan) (count: int) (seed: int) : int[] * int[] =
    let order = Array.init count id
    Random(seed).Shuffle order
    Array.splitAt plan.TestSize order

/// The curve of one model on one division: a fit for each size.
let curve (plan: Plan) (data: Data) (order: int) (rows: Rows) (training: Training) (seed: int) : Outcome list =
    let test, train = divide plan data.Structures.Length seed
    let columns = rows.Design.Columns
    let empty () = Array.init plan.Folds (fun _ -> NormalEquations columns)
    let folds, energies = empty (), empty ()

    let most = train |> Array.truncate (List.last plan.Sizes)
    let energyWeight = 1. / deviation (most |> Array.map (fun i -> data.Energies[i]))
    let forceWeight = plan.ForceWeight / deviation (most |> Array.collect (fun i -> data.Forces[i]))

    let add (from: int) (until: int) =
        for k in 0 .. plan.Folds - 1 do
            let chosen = [| for p in from .. until - 1 do if p % plan.Folds = k then train[p] |]
            let energyRows = chosen |> Array.collect (fun i -> rows.Energy[i])
            let targets = chosen |> Array.map (fun i -> data.Energies[i])
            folds[k].Add(ReadOnlySpan energyRows, ReadOnlySpan targets, energyWeight)

            if training = EnergiesAndForces then
                energies[k].Add(ReadOnlySpan energyRows, ReadOnlySpan targets, energyWeight)
                let forceRows = chosen |> Array.collect (fun i -> rows.Force[i])
                let forces = chosen |> Array.collect (fun i -> data.Forces[i])
                folds[k].Add(ReadOnlySpan forceRows, ReadOnlySpan forces, forceWeight)

    let outcome (size: int) =
        // The regulariser is the best one for energies, whatever else is fitted.
        let fit =
            RidgeRegression.CrossValidate(
                folds,
                rows.Design.UnpenalisedColumns,
                Array.ofList plan.Grid,
                (if training = Energies then folds else energies)
            )

        let coefficients = Array.ofSeq fit.Coefficients
        let predicted = test |> Array.map (fun i -> data.Energies[i], product rows.Energy[i] 0 coefficients)

        let forces =
            [| for i in test do
                   for c in 0 .. data.Forces[i].Length - 1 do
                       data.Forces[i][c], product rows.Force[i] c coefficients |]

        { Order = order
          Training = training
          Seed = seed
          Size = size
          Columns = columns
          Regulariser = fit.Regulariser
          EnergyError = rmse predicted
          EnergyDeviation = deviation (Array.map fst predicted)
          EnergyMeanError = meanError predicted
          ForceError = rmse forces
          ForceMeanError = meanError forces
          ForceDeviation = deviation (Array.map fst forces)
          Predicted = predicted }

    [ for from, until in List.pairwise (0 :: plan.Sizes) do
          add from until
          outcome until ]

/// All curves. The numbers do not depend on the number of threads: each curve is the work of one.
let run (threads: int) (plan: Plan) (data: Data) (models: (int * Rows) list) (tick: unit -> unit) : Outcome list =
    // Long work first, so that no thread is left with it at the end.
    let tasks =
        [| for order, rows in List.rev models do
               for training in [ EnergiesAndForces; Energies ] do
                   for seed in plan.Seeds do
                       order, rows, training, seed |]

    let results = Array.zeroCreate tasks.Length

    Parallel.For(0, tasks.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun t ->
        let order, rows, training, seed = tasks[t]
        results[t] <- curve plan data order rows training seed
        tick ())
    |> ignore

    results
    |> List.concat
    |> List.sortBy (fun o -> o.Order, o.Training, o.Size, o.Seed)
