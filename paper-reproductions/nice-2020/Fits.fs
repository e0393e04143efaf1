/// Ridge fits on growing training sets, for several random divisions of the data into training and test sets.
module Toolkit.Reproductions.Nice2020.Fits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Nice2020.RandomMethane

/// What a model is trained on.
type Training =
    | Energies
    | EnergiesAndForces

type Plan =
    { /// Numbers of training configurations, increasing.
      Sizes: int list
      /// Configurations that the contraction is fitted on and settings are chosen with: never tested on.
      SampleSize: int
      /// Configurations that are tested on and never trained on.
      TestSize: int
      /// One random division for each.
      Seeds: int list
      /// Parts that cross-validation cuts the training set into.
      Folds: int
      /// Regularisers to choose from.
      Grid: float list
      /// Scalings of columns to choose from.
      Scalings: Scaling list
      Trainings: Training list
      /// What a force is weighed by against an energy, each in units of its standard deviation over the training set.
      ForceWeight: float }

/// A linear model: the columns of orders up to one.
type Model = { Order: int; Columns: Columns }

/// One model for each order of the rows.
let models (scaling: Scaling) (rows: Rows) : Model list =
    [ for order in 1 .. rows.Orders -> { Order = order; Columns = columns scaling order rows } ]

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
      /// Root of the mean square error of a force component, eV/Å; NaN where there are no forces.
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

let private shuffled (seed: int) (items: int[]) =
    let items = Array.copy items
    Random(seed).Shuffle items
    items

/// The configurations that are never tested on, and the others.
let sample (plan: Plan) (count: int) : int[] * int[] = Array.init count id |> shuffled 1 |> Array.splitAt plan.SampleSize

/// Test and training configurations of a seed; smaller training sets are parts of larger.
let divide (plan: Plan) (count: int) (seed: int) : int[] * int[] =
    let sample, others = sample plan count
    let test, rest = others |> shuffled seed |> Array.splitAt plan.TestSize
    test, Array.append sample rest |> shuffled seed

/// Sums over the training configurations of all columns, in folds that grow: those of every model with fewer columns are among them.
type Sums(plan: Plan, data: Data, rows: Rows, train: int[]) =
    let empty () = Array.init plan.Folds (fun _ -> ProductSums rows.Order.Length)
    let hasForces = List.contains EnergiesAndForces plan.Trainings
    let energies, forces = empty (), (if hasForces then empty () else [||])
    let energyWeight = 1. / deviation (train |> Array.map (fun i -> data.Energies[i]))

    let forceWeight =
        if hasForces then
            plan.ForceWeight / deviation (train |> Array.collect (fun i -> data.Forces[i]))
        else
            0.

    /// Adds the training configurations from one place until another.
    member _.Add(from: int, until: int) =
        for p in from .. until - 1 do
            let i, k = train[p], p % plan.Folds
            energies[k].Add(ReadOnlySpan rows.Energy[i], ReadOnlySpan [| data.Energies[i] |], energyWeight)

            if hasForces then
                forces[k].Add(ReadOnlySpan rows.Force[i], ReadOnlySpan data.Forces[i], forceWeight)

        for sums in Array.append energies forces do
            sums.Settle()

    /// The fit with the regulariser that is best for energies, whatever else is fitted, and its error in cross-validation over
    /// the energies' deviation.
    member _.Fit(columns: Columns, training: Training) =
        let part (sums: ProductSums) = sums.Select(columns.Index, columns.Scale)
        let scored = energies |> Array.map part

        let folds =
            match training with
            | Energies -> scored
            | EnergiesAndForces ->
                Array.map2
                    (fun energy force ->
                        let both = part energy
                        both.Add(part force)
                        both)
                    energies
                    forces

        let fit =
            RidgeRegression.CrossValidate(
                folds,
                rows.Design.UnpenalisedColumns,
                Array.ofList plan.Grid,
                scored,
                penalty = RidgePenalty.Plain
            )

        fit, Seq.min (seq { for struct (_, error) in fit.Trials -> error })

/// Each scaling and its error in cross-validation on the sample alone, of the columns of all orders: % of the deviation.
let judge (threads: int) (plan: Plan) (data: Data) (rows: Rows) : (Scaling * float) list =
    let sample, _ = sample plan data.Structures.Length
    let scalings = Array.ofList plan.Scalings
    let results = Array.zeroCreate scalings.Length
    let sums = Sums(plan, data, rows, sample)
    sums.Add(0, sample.Length)

    Parallel.For(0, scalings.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun t ->
        results[t] <- scalings[t], 100. * snd (sums.Fit(columns scalings[t] rows.Orders rows, List.last plan.Trainings)))
    |> ignore

    List.ofArray results

/// A fit's coefficients of all columns of the rows, zero for those that the model has not.
let coefficients (rows: Rows) (columns: Columns) (fit: RidgeFit) : float[] =
    let all = Array.zeroCreate rows.Order.Length
    Seq.iteri (fun k c -> all[columns.Index[k]] <- columns.Scale[k] * c) fit.Coefficients
    all

/// A fit and its errors, by reference and prediction of energies and of components of forces.
let outcomeOf
    (model: Model)
    (training: Training)
    (seed: int)
    (size: int)
    (fit: RidgeFit)
    (predicted: (float * float)[])
    (forces: (float * float)[])
    : Outcome = {
    Order = model.Order
    Training = training
    Seed = seed
    Size = size
    Columns = model.Columns.Count
    Regulariser = fit.Regulariser
    EnergyError = rmse predicted
    EnergyDeviation = deviation (Array.map fst predicted)
    EnergyMeanError = meanError predicted
    ForceError = rmse forces
    ForceMeanError = meanError forces
    ForceDeviation = deviation (Array.map fst forces)
    Predicted = predicted
}

/// What a fit predicts for the test configurations.
let private outcome
    (data: Data)
    (rows: Rows)
    (test: int[])
    (seed: int)
    (size: int)
    (model: Model)
    (training: Training)
    (fit: RidgeFit)
    : Outcome =
    let width = rows.Order.Length
    let coefficients = coefficients rows model.Columns fit

    let product (rows: float[]) (row: int) =
        let mutable sum = 0.

        for c in 0 .. width - 1 do
            sum <- sum + rows[row * width + c] * coefficients[c]

        sum

    let predicted = test |> Array.map (fun i -> data.Energies[i], product rows.Energy[i] 0)

    let forces =
        if data.Forces.Length = 0 then
            [| nan, nan |]
        else
            test |> Array.collect (fun i -> data.Forces[i] |> Array.mapi (fun k force -> force, product rows.Force[i] k))

    outcomeOf model training seed size fit predicted forces

/// All curves of some models. The numbers do not depend on the number of threads: each fit is the work of one.
let run (threads: int) (plan: Plan) (data: Data) (rows: Rows) (models: Model list) (tick: unit -> unit) : Outcome list =
    let options = ParallelOptions(MaxDegreeOfParallelism = threads)

    let divisions =
        [| for seed in plan.Seeds do
               let test, train = divide plan data.Structures.Length seed
               seed, test, Sums(plan, data, rows, Array.truncate (List.last plan.Sizes) train) |]

    [ for from, until in List.pairwise (0 :: plan.Sizes) do
          Parallel.For(0, divisions.Length, options, fun d -> (let _, _, sums = divisions[d] in sums.Add(from, until))) |> ignore

          // Long work first, so that no thread is left with it at the end.
          let tasks =
              [| for model in models |> List.sortByDescending (fun m -> m.Columns.Count) do
                     for training in plan.Trainings do
                         for division in divisions -> model, training, division |]

          let results = Array.zeroCreate tasks.Length

          Parallel.For(0, tasks.Length, options, fun t ->
              let model, training, (seed, test, sums) = tasks[t]
              results[t] <- outcome data rows test seed until model training (fst (sums.Fit(model.Columns, training)))
              tick ())
          |> ignore

          yield! results ]
    |> List.sortBy (fun o -> o.Order, o.Training, o.Size, o.Seed)
