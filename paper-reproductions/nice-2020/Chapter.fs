/// What is reproduced of the NICE paper.
module Toolkit.Reproductions.Nice2020.Chapter

open System.Diagnostics
open System.IO
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

// What a short search over cutoff smoothing, σ, nmax, lmax and the force weight settled on. The cutoff is the paper's: it
// holds all of a random methane, whose atoms are up to 6 Å apart.
let private description =
    { Cutoff = 6.3
      Smoothing = 0.5
      Sigma = 0.4
      NMax = 6
      LMax = 4 }

let private plan (full: bool) =
    { Sizes = [ 25; 50; 100; 200; 400; 700 ]
      TestSize = 196
      Seeds = [ 1 .. (if full then 12 else 5) ]
      Folds = 5
      Grid = [ 1e-12; 1e-10; 1e-8; 1e-6; 1e-5; 1e-4; 1e-3; 1e-2; 1e-1; 1.; 10.; 100.; 1000. ]
      ForceWeight = 0.3 }

/// The least and the most chosen over the divisions for each kind of model at the least and the largest size.
let private chosen (outcomes: Outcome list) =
    let sizes = outcomes |> List.map _.Size
    let few, many = List.min sizes, List.max sizes

    [ for (order, training, size), group in outcomes |> List.groupBy (fun o -> o.Order, o.Training, o.Size) do
          if size = few || size = many then
              let values = group |> List.map _.Regulariser
              let trained = match training with Energies -> "energies" | EnergiesAndForces -> "energies and forces"
              $"{CurvePlot.model order}, {trained}, {size}: {List.min values:``0e-0``} to {List.max values:``0e-0``}" ]
    |> String.concat "; "

let private list (items: int list) = items |> List.map string |> String.concat ", "

/// Makes the figures.
let make (request: Request) : Chapter =
    let clock = Stopwatch.StartNew()
    let threads, progress = request.Threads, request.Progress
    let data = load (Path.Combine(request.Home, "nice-2020"))
    let plan = plan request.Full
    let curves = 4 * plan.Seeds.Length
    progress 0 curves
    let expansion = expansion description
    let models = [ for order in [ 1; 2 ] -> order, rows threads order expansion data ]
    let finished = ref 0

    let outcomes =
        run threads plan data models (fun () ->
            lock finished (fun () ->
                finished.Value <- finished.Value + 1
                progress finished.Value curves))

    let degenerate = Degenerate.distances ()
    let columns order = (snd models[order - 1]).Design.Columns
    let d = description

    let setting =
        $"{plan.TestSize} test configurations, random seeds {list plan.Seeds}. Invariants of order ν = 1, and of ν = 1 and "
        + $"ν = 2 side by side (ν ≤ 2), of a Gaussian density with σ = {d.Sigma} Å, cutoff {d.Cutoff} Å smoothed over "
        + $"{d.Smoothing} Å, {d.NMax} radial functions and l ≤ {d.LMax}; a linear model for each central species, "
        + $"{columns 1} and {columns 2} coefficients; ridge regression, regulariser by {plan.Folds}-fold cross-validation "
        + "of the energies."

    { Folder = "nice-2020"
      Title = "Recursive N-body equivariants: learning random methane"
      Source =
        "J. Nigam, S. Pozdnyakov, M. Ceriotti, Recursive evaluation and iterative contraction of N-body equivariant "
        + "features, J. Chem. Phys. 153, 121101 (2020)"
      Introduction =
        $"The paper's test is methane with its hydrogen atoms thrown at random into a sphere around the carbon atom, so that "
        + "a model is tried on every geometry and not only on those near equilibrium. Here it is in kind: the same "
        + $"distribution and the same level of theory, {data.Structures.Length} configurations of our own where the paper "
        + "has up to 100 000, and the first two orders of correlation. Configurations whose self-consistent field did not "
        + "converge, about two in five, are left out, so the set leans away from the most stretched geometries."
      Settings =
        [ "data", "nice-2020/data/methane.xyz: random CH₄, PBE/cc-pVDZ, made by generate.py beside it (seeds 303, 404)"
          "divisions", $"{plan.Seeds.Length} random ones, seeds {list plan.Seeds}: {plan.TestSize} test configurations, the rest for training"
          "density", $"Gaussian, σ = {d.Sigma} Å; the central atom counts with its species"
          "radial basis", $"orthonormalised Gaussian-type functions, nmax = {d.NMax}; cutoff {d.Cutoff} Å, falling over the last {d.Smoothing} Å; table error {expansion.Radial.Error:E1}"
          "angular basis", $"real spherical harmonics, lmax = {d.LMax}"
          "columns", $"ν = 1: {columns 1}; ν ≤ 2: {columns 2}; two of them the atoms' own energies, without penalty"
          "weights", $"energy 1, force component {plan.ForceWeight}, each over its standard deviation in the training set"
          "regulariser", sprintf "the best for energies in %d-fold cross-validation, out of %s" plan.Folds (plan.Grid |> List.map (sprintf "%g") |> String.concat ", ")
          "regularisers chosen", chosen outcomes
          "threads", $"{threads}; the numbers are the same for any" ]
      Figures =
        [ Degenerate.figure degenerate
          LearningCurves.figure setting outcomes
          ForceCurves.figure outcomes
          Parity.figure plan.Seeds.Head outcomes ]
      Checks = Degenerate.check degenerate :: FeatureChecks.all (snd models[1]) data
      Seconds = clock.Elapsed.TotalSeconds }
