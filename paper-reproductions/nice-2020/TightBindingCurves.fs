/// Figure: error of GFN2-xTB energies against the number of training configurations, up to where the paper's curves go.
module Toolkit.Reproductions.Nice2020.TightBindingCurves

open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Nice2020.CurvePlot
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

type Study =
    { Labelled: TightBinding.Labelled
      Plan: Plan
      Settings: NiceSettings
      Columns: (int * int) list
      Outcomes: Outcome list }

let plan (full: bool) (count: int) : Plan =
    let test = 2000
    let isLarge = count > 50_000

    { Sizes = [ 100; 300; 1000; 3000; 10_000; 30_000; 100_000 ] |> List.filter (fun n -> n <= count - test)
      SampleSize = if isLarge then 1500 else 1000
      TestSize = test
      // Training sets of nearly all that there is differ little from one another.
      Seeds = [ 1 .. (if full && not isLarge then 5 else 3) ]
      Folds = 3
      Grid = [ for power in -13 .. -4 -> 10. ** float power ]
      Scalings = [ { Power = 0.5; Ratio = 0.1 } ]
      Trainings = [ Energies ]
      ForceWeight = 0. }

let private highest (full: bool) = if full then 5 else 4

/// How often `study` calls.
let ticks (full: bool) (labelled: TightBinding.Labelled) : int =
    let count = labelled.Data.Structures.Length
    let plan = plan full count
    plan.Sizes.Length * plan.Seeds.Length * highest full + RowStore.ticks count

/// `keep` has the curves that are known; the rows of a long run lie in `folder` until all are.
let study (threads: int) (full: bool) (labelled: TightBinding.Labelled) (folder: string) (keep: Kept.Keeper) (tick: unit -> unit) : Study =
    let data = labelled.Data
    let plan = plan full data.Structures.Length
    let sample, _ = sample plan data.Structures.Length

    // Where there is ten times as much to learn from, twice as many features.
    let settings =
        if full then
            TightBinding.settings (highest full) (600, 200) (1200, 800)
        else
            TightBinding.settings (highest full) (300, 100) (600, 400)

    let expansion = expansion CentrePolicy.Exclude TightBinding.description
    let features = NiceFeatures(expansion, fit threads expansion settings data sample)
    let rows, make = describeEnergies threads [ features ] (orderOf features) sample data
    let width, count = rows.Order.Length, data.Structures.Length
    let models = models plan.Scalings.Head rows
    let said = $"{labelled.File}, {count} configurations, first {data.Energies[0]:R}, plan {plan}, {TightBinding.description}, recursion {settings}".ReplaceLineEndings " "
    let path = Path.Combine(folder, "gfn2-rows.bin")

    let store =
        lazy
            (if full then RowStore.inFile path $"{said}; build {Kept.build}" width count make tick
             else RowStore.inMemory width count make tick)

    let outcomes = StreamedFits.run threads plan data.Energies rows store models said keep tick
    // Where all was known no row was wanted.
    if not store.IsValueCreated then for _ in 1 .. RowStore.ticks count do tick ()
    if File.Exists path then File.Delete path

    { Labelled = labelled
      Plan = plan
      Settings = settings
      Columns = [ for m in models -> m.Order, m.Columns.Count - rows.Design.UnpenalisedColumns ]
      Outcomes = outcomes }

let figure (study: Study) : Figure =
    let points = points (fun o -> 100. * o.EnergyError / o.EnergyDeviation) (fun o -> 1000. * o.EnergyMeanError) study.Outcomes
    let most = points |> List.map _.Size |> List.max
    let best = points |> List.filter (fun p -> p.Size = most) |> List.maxBy _.Order
    let d, plan = TightBinding.description, study.Plan
    let data = study.Labelled.Data
    let says (p: Point) = $"{model p.Order} {p.Percent.Mean:F2} %% ({p.MeanError.Mean:F0} meV)"
    let columns = [ for order, count in study.Columns -> $"{model order}: {count}" ] |> String.concat ", "
    let branch (b: NiceBranch) = $"{b.Expand} products and {b.Components} components"

    { Id = "learning-curves-gfn2"
      Title = "Learning curves of the energy of random CH₄, GFN2-xTB"
      Caption =
        $"The paper's figure in kind, with labels of another method: random CH₄ of the paper's distribution, {data.Structures.Length} configurations of "
        + $"{study.Labelled.Tried} that were tried, the others did not converge; standard deviation {deviation data.Energies:F2} eV. Root mean square errors in %% of the "
        + "test set's standard deviation (left) and mean absolute ones (right) "
        + $"on {plan.TestSize} test configurations, mean and range over {plan.Seeds.Length} random divisions. NICE invariants around all five atoms, σ = {d.Sigma} Å, cutoff "
        + $"{d.Cutoff} Å, {d.NMax} radial functions, l ≤ {d.LMax}, for each species at the centre {branch study.Settings.Covariants} of covariants and "
        + $"{branch study.Settings.Invariants} of invariants per order, fitted on {plan.SampleSize} configurations that are never tested on; "
        + $"columns of the linear model: {columns}; ridge regression, regulariser by cross-validation in {plan.Folds} parts. Public code: lab-cosmo/nice, commit "
        + "1da8c3f, examples, ν ≤ 4: its labels are the paper's DFT ones (Materials Cloud 2020.110), not these, so that only the shape is comparable."
      Conclusion =
        $"At {most} training configurations: "
        + (points |> List.filter (fun p -> p.Size = most) |> List.map says |> String.concat ", ")
        + $", over the divisions {best.Percent.Least:F2} to {best.Percent.Most:F2} %%. The public code has on its labels 7.0, 5.5 and 5.0 %% at 10 000 and 1.75 %% at 100 000."
      Table = table "meV" points
      Picture = picture "energy" "meV" points published }
