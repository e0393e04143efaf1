/// Ridge fits on growing training sets, for several random divisions of the data into training and test sets.
module Toolkit.Reproductions.Nice2020.Fits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Nice2020.RandomMethane

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

let private product (row: float[]) (coefficients: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. row coefficients

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

/// Normal equations in folds that grow, and those of their energies alone, by which a fit is judged.
type private Equations(plan: Plan, data: Data, model: Columns, training: Training, train: int[]) =
    let empty () = Array.init plan.Folds (fun _ -> NormalEquations model.Count)
    let folds, energies = empty (), empty ()
    let energyWeight = 1. / deviation (train |> Array.map (fun i -> data.Energies[i]))
    let forceWeight = plan.ForceWeight / deviation (train |> Array.collect (fun i -> data.Forces[i]))

    /// Adds the training configurations from one place until another.
    member _.Add(from: int, until: int) =
        for k in 0 .. plan.Folds - 1 do
            let chosen = [| for p in from .. until - 1 do if p % plan.Folds = k then train[p] |]
            let rows = chosen |> Array.collect (fun i -> model.Row(model.Rows.Energy[i], 0))
            let targets = chosen |> Array.map (fun i -> data.Energies[i])
            folds[k].Add(ReadOnlySpan rows, ReadOnlySpan targets, energyWeight)

            if training = EnergiesAndForces then
                energies[k].Add(ReadOnlySpan rows, ReadOnlySpan targets, energyWeight)

                for i in chosen do
                    folds[k].Add(ReadOnlySpan(Array.concat (model.ForceRows i)), ReadOnlySpan data.Forces[i], forceWeight)

    /// The fit with the regulariser that is best for energies, whatever else is fitted, and its error in cross-validation over
    /// the energies' deviation.
    member _.Fit() =
        let fit =
            RidgeRegression.CrossValidate(
                folds,
                model.Rows.Design.UnpenalisedColumns,
                Array.ofList plan.Grid,
                (if training = Energies then folds else energies),
                penalty = RidgePenalty.Plain
            )

        fit, Seq.min (seq { for struct (_, error) in fit.Trials -> error })

/// Each scaling and its error in cross-validation on the sample alone, of the columns of all orders: % of the deviation.
let judge (threads: int) (plan: Plan) (data: Data) (rows: Rows) : (Scaling * float) list =
    let sample, _ = sample plan data.Structures.Length
    let scalings = Array.ofList plan.Scalings
    let results = Array.zeroCreate scalings.Length

    Parallel.For(0, scalings.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun t ->
        let equations = Equations(plan, data, columns scalings[t] rows.Orders Int32.MaxValue rows, EnergiesAndForces, sample)
        equations.Add(0, sample.Length)
        results[t] <- scalings[t], 100. * snd (equations.Fit()))
    |> ignore

    List.ofArray results

/// The curve of one model on one division: a fit for each of some sizes.
let curve (plan: Plan) (data: Data) (order: int) (model: Columns) (training: Training) (sizes: int list) (seed: int) : Outcome list =
    let test, train = divide plan data.Structures.Length seed
    let equations = Equations(plan, data, model, training, Array.truncate (List.last sizes) train)

    let outcome (size: int) =
        let fit, _ = equations.Fit()
        let coefficients = Array.ofSeq fit.Coefficients
        let predicted = test |> Array.map (fun i -> data.Energies[i], product (model.Row(model.Rows.Energy[i], 0)) coefficients)

        let forces =
            [| for i in test do
                   for force, row in Array.zip data.Forces[i] (model.ForceRows i) do
                       force, product row coefficients |]

        { Order = order
          Training = training
          Seed = seed
          Size = size
          Columns = model.Count
          Regulariser = fit.Regulariser
          EnergyError = rmse predicted
          EnergyDeviation = deviation (Array.map fst predicted)
          EnergyMeanError = meanError predicted
          ForceError = rmse forces
          ForceMeanError = meanError forces
          ForceDeviation = deviation (Array.map fst forces)
          Predicted = predicted }

    [ for from, until in List.pairwise (0 :: sizes) do
          equations.Add(from, until)
          outcome until ]

/// All curves. The numbers do not depend on the number of threads: each curve is the work of one.
let run (threads: int) (plan: Plan) (data: Data) (models: (int * Columns) list) (tick: unit -> unit) : Outcome list =
    // Long work first, so that no thread is left with it at the end.
    let tasks =
        [| for order, model in List.rev models do
               for training in [ EnergiesAndForces; Energies ] do
                   for seed in plan.Seeds do
                       order, model, training, seed |]

    let results = Array.zeroCreate tasks.Length

    Parallel.For(0, tasks.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun t ->
        let order, model, training, seed = tasks[t]
        results[t] <- curve plan data order model training plan.Sizes seed
        tick ())
    |> ignore

    results
    |> List.concat
    |> List.sortBy (fun o -> o.Order, o.Training, o.Size, o.Seed)
