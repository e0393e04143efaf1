/// Learning curves over more configurations than there is memory for: rows are read from a store, sums of products grow with the training
/// set, and each size of a division is kept when it is known.
module Toolkit.Reproductions.Nice2020.StreamedFits

open System
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Nice2020.RowStore
open Toolkit.Reproductions.Report

/// Training sets up to this size are held as rows: where columns are more, problems have the size of the rows.
let private few = 3000

/// The regulariser that is best in cross-validation among its neighbours on the grid, looked for from one on.
let private search (grid: float[]) (from: int) (fit: float[] -> RidgeFit) : int * RidgeFit =
    let rec go (middle: int) =
        let around = [| max 0 (middle - 1) .. min (grid.Length - 1) (middle + 1) |]
        let found = fit (around |> Array.map (fun k -> grid[k]))
        let best = Array.IndexOf(grid, found.Regulariser)
        // The end of those tried, beyond which there are more that may be better still.
        let isOpen = (best = around[0] && best > 0) || (best = Array.last around && best < grid.Length - 1)
        if isOpen && best <> middle then go best else best, found

    go from

let private kept (o: Outcome) : float[] =
    [| float o.Order; float o.Size; float o.Columns; o.Regulariser; o.EnergyError; o.EnergyDeviation; o.EnergyMeanError |]

let private ofKept (seed: int) (row: float[]) : Outcome =
    match row with
    | [| order; size; columns; regulariser; error; deviation; mean |] ->
        { Order = int order
          Training = Energies
          Seed = seed
          Size = int size
          Columns = int columns
          Regulariser = regulariser
          EnergyError = error
          EnergyDeviation = deviation
          EnergyMeanError = mean
          ForceError = nan
          ForceMeanError = nan
          ForceDeviation = nan
          Predicted = [||] }
    | _ -> failwith "a kept outcome has other numbers"

/// The curves of one division. Work that is kept is not done again, nor is any that only it would need.
let private division
    (threads: int)
    (plan: Plan)
    (energies: float[])
    (rows: Rows)
    (store: Lazy<Store>)
    (models: Model list)
    (seed: int)
    (keep: int -> (unit -> float[] list) -> float[] list)
    : Outcome list =
    let test, train = divide plan energies.Length seed
    let train = Array.truncate (List.max plan.Sizes) train
    let width, unpenalised = rows.Order.Length, rows.Design.UnpenalisedColumns
    let weight = 1. / deviation (train |> Array.map (fun i -> energies[i]))
    let place = Array.create energies.Length Int32.MaxValue
    train |> Array.iteri (fun p i -> place[i] <- p)
    let grid = plan.Grid |> List.sort |> Array.ofList
    let tests = lazy (some store.Value test)
    let held = lazy (some store.Value (Array.truncate few train))
    let sums = lazy (Array.init plan.Folds (fun _ -> ProductSums width))
    let mutable summed = 0

    /// Adds the training configurations until one to the sums.
    let advance (until: int) =
        each store.Value (fun i from at ->
            let p = place[i]

            if p >= summed && p < until then
                sums.Value[p % plan.Folds].Add(ReadOnlySpan(from, at, width), ReadOnlySpan(energies, i, 1), weight, threads))

        for fold in sums.Value do
            fold.Settle threads

        summed <- until

    let rowsOf (size: int) (columns: Columns) : NormalEquations[] =
        let folds = Array.init plan.Folds (fun _ -> NormalEquations columns.Count)
        let own = Array.zeroCreate<float> columns.Count

        for p in 0 .. size - 1 do
            for k in 0 .. own.Length - 1 do
                own[k] <- columns.Scale[k] * held.Value[p][columns.Index[k]]

            folds[p % plan.Folds].Add(ReadOnlySpan own, ReadOnlySpan(energies, train[p], 1), weight, threads)

        folds

    let cross (folds: #LeastSquares[]) (from: int) =
        search grid from (fun some ->
            RidgeRegression.CrossValidate(folds, unpenalised, some, threads = threads, penalty = RidgePenalty.Plain))

    let predict (model: Model) (fit: RidgeFit) : (float * float)[] =
        let all = coefficients rows model.Columns fit

        test
        |> Array.mapi (fun k i ->
            let mutable sum = 0.
            for c in 0 .. width - 1 do sum <- sum + tests.Value[k][c] * all[c]
            energies[i], sum)

    let started = models |> List.map (fun m -> m.Order, ref (grid.Length / 2)) |> dict

    [ for size in plan.Sizes do
          let found =
              keep size (fun () ->
                  if size > few then advance size

                  [ for model in models do
                        let from = started[model.Order].Value

                        let _, fit =
                            if size <= few then cross (rowsOf size model.Columns) from
                            else cross (sums.Value |> Array.map (fun s -> s.Select(model.Columns.Index, model.Columns.Scale))) from

                        // Matrices of a gigabyte are garbage now; left to themselves they would stand beside those of the next fit.
                        if model.Columns.Count > few then GC.Collect()
                        let predicted = predict model fit

                        kept { outcomeOf model Energies seed size fit predicted [| nan, nan |] with Predicted = [||] } ])
              |> List.map (ofKept seed)

          for o in found do started[o.Order].Value <- Array.IndexOf(grid, o.Regulariser)
          yield! found ]

/// All curves of some models of energies, one division after the other; `tick` hears of each fit.
let run
    (threads: int)
    (plan: Plan)
    (energies: float[])
    (rows: Rows)
    (store: Lazy<Store>)
    (models: Model list)
    (settings: string)
    (keep: Kept.Keeper)
    (tick: unit -> unit)
    : Outcome list =
    [
        for seed in plan.Seeds do
            yield!
                division threads plan energies rows store models seed (fun size work ->
                    let found = keep $"gfn2 curve {seed} {size}" settings work

                    for _ in models do
                        tick ()

                    found)
    ]
    |> List.sortBy (fun o -> o.Order, o.Size, o.Seed)
