/// What is reproduced of the NICE paper.
module Toolkit.Reproductions.Nice2020.Chapter

open System
open System.Diagnostics
open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

// What cross-validation on the sample settled on, among σ = 0.3, 0.4 and 0.5 Å, nmax 6 and 8 with lmax 4, 5 with 5, cutoffs of 4.5
// and 6.3 Å. The paper's cutoff holds all of a random methane, whose atoms are up to 6 Å apart.
let private description =
    { Cutoff = 6.3
      Smoothing = 0.5
      Sigma = 0.4
      NMax = 6
      LMax = 4 }

let private plan (full: bool) =
    { Sizes = [ 25; 50; 100; 200; 400; 700 ]
      SampleSize = 300
      TestSize = 196
      Seeds = [ 1 .. (if full then 12 else 5) ]
      Folds = 5
      Grid = [ for power in -13 .. -2 -> 10. ** float power ]
      Scalings = [ for power in [ 0.5; 1. ] do for ratio in [ 0.3; 0.1 ] -> { Power = power; Ratio = ratio } ]
      Trainings = [ Energies; EnergiesAndForces ]
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

/// The models of all orders on one set of energies and forces, and what they give.
type private Learned =
    { Features: NiceFeatures
      Rows: Rows
      /// Each scaling with its error.
      Judged: (Scaling * float) list
      Models: Model list
      Outcomes: Outcome list }

let private learn (threads: int) (plan: Plan) (data: Data) (tick: unit -> unit) : Learned =
    let sample, _ = sample plan data.Structures.Length
    let expansion = expansion CentrePolicy.Include description
    let features = NiceFeatures(expansion, fit threads expansion settings data sample)
    let rows = rows threads features sample data
    let judged = judge threads plan data rows
    let models = models (judged |> List.minBy snd |> fst) rows

    { Features = features
      Rows = rows
      Judged = judged
      Models = models
      Outcomes = run threads plan data rows models tick }

/// Makes the figures.
let make (request: Request) : Chapter =
    let clock = Stopwatch.StartNew()
    let threads, progress = request.Threads, request.Progress
    let data = load (Path.Combine(request.Home, "nice-2020"))
    let plan = plan request.Full
    let sample, _ = sample plan data.Structures.Length
    let labelled = TightBinding.load (Path.Combine(request.Home, "nice-2020")) request.Data request.Full
    // The public sets take minutes more: in full runs alone.
    let publicData = if request.Full then request.Data else None
    let other = loadPublic publicData
    let each = plan.Seeds.Length * plan.Trainings.Length * settings.Order * plan.Sizes.Length
    let curves = (if other.IsSome then 2 else 1) * each + TightBindingCurves.ticks request.Full labelled
    progress 0 curves
    let degenerate = Degenerate.distances ()
    let finished = ref 0

    let tick () =
        lock finished (fun () ->
            finished.Value <- finished.Value + 1
            progress finished.Value curves)

    let learned = learn threads plan data tick
    let expansion = learned.Features.Expansion
    let models, judged, outcomes = learned.Models, learned.Judged, learned.Outcomes
    let scaling = judged |> List.minBy snd |> fst
    let keep, kept = Kept.ofChapter request "nice-2020", Path.Combine(request.Out, "nice-2020", "kept")
    let large = TightBindingCurves.study threads request.Full labelled kept keep tick
    let ranks = Ranks.counts threads request.Full keep
    let kernels = Kernels.points labelled.Data
    let costs = Costs.points threads request.Full labelled keep
    let iron = IronSpins.points threads (Path.Combine(request.Home, "spin-power-spectrum-2022"))
    let times = Timing.measure expansion data sample
    let counts = models |> List.map (fun m -> $"{CurvePlot.model m.Order}: {m.Columns.Count}") |> String.concat "; "
    let d = description
    let branch (b: NiceBranch) = $"{b.Expand} products, {b.Components} components, {b.Purify} features of each lower order subtracted"

    let scalings =
        let each = [ for s, error in judged -> $"p = {s.Power}, q = {s.Ratio}: {error:F1} %%" ] |> String.concat "; "

        "each column by its standard deviation to the power p − 1, each species and order to one size, times q from order to order; error of "
        + $"energies in {plan.Folds}-fold cross-validation on the {plan.SampleSize}: {each}; p = {scaling.Power}, q = {scaling.Ratio} taken"

    let setting =
        $"{plan.TestSize} test configurations, random seeds {list plan.Seeds}. NICE invariants of orders up to ν of a Gaussian density with "
        + $"σ = {d.Sigma} Å, cutoff {d.Cutoff} Å smoothed over {d.Smoothing} Å, {d.NMax} radial functions and l ≤ {d.LMax}; a linear model for each "
        + $"central species ({counts} coefficients); ridge regression, regulariser by {plan.Folds}-fold cross-validation of the energies."

    {
        Folder = "nice-2020"
        Title = "Recursive N-body equivariants: what each order sees, and random methane"
        Source =
            "J. Nigam, S. Pozdnyakov, M. Ceriotti, Recursive evaluation and iterative contraction of N-body equivariant "
            + "features, J. Chem. Phys. 153, 121101 (2020)"
        Introduction =
            $"The paper's test is methane with its hydrogen atoms thrown at random into a sphere around the carbon atom, so that "
            + "a model is tried on every geometry and not only on those near equilibrium. Here it is in kind: the same "
            + $"distribution and the same level of theory, {data.Structures.Length} configurations of our own where the paper "
            + "has up to 100 000, and correlations up to four neighbours. The recursion makes products of an order's equivariants with the "
            + "density, keeps the worthwhile ones, subtracts what lower orders know of them and contracts the rest to principal components. Configurations whose self-consistent field did not "
            + "converge, about two in five, are left out, so the set leans away from the most stretched geometries. Learning curves that go as far as the paper's are made with "
            + $"labels of a cheaper method, tight binding (GFN2-xTB), for {labelled.Data.Structures.Length} configurations."
        Settings = [
            "data", "nice-2020/data/methane.xyz: random CH₄, PBE/cc-pVDZ, made by generate.py beside it (seeds 303, 404)"
            "data with many labels",
            $"nice-2020/data/{labelled.File}: random CH₄, GFN2-xTB, made by generate-gfn2.fsx beside it; {labelled.Data.Structures.Length} of {labelled.Tried} converged"
            "divisions",
            $"{plan.Seeds.Length} random ones, seeds {list plan.Seeds}: {plan.TestSize} test configurations, training sets from the rest; {plan.SampleSize} configurations, the same for all divisions, are never tested on"
            "recursion",
            $"fitted on the environments of those {plan.SampleSize}, without labels; covariants: {branch settings.Covariants}; invariants: {branch settings.Invariants}"
            "choice of settings",
            $"density and numbers of components by the same cross-validation on those {plan.SampleSize}, before this run; the scaling of columns in this run"
            "density", $"Gaussian, σ = {d.Sigma} Å; the central atom counts with its species"
            "radial basis",
            $"orthonormalised Gaussian-type functions, nmax = {d.NMax}; cutoff {d.Cutoff} Å, falling over the last {d.Smoothing} Å; table error {expansion.Radial.Error:E1}"
            "angular basis", $"real spherical harmonics, lmax = {d.LMax}"
            "columns", $"{counts}; two of them the atoms' own energies, without penalty"
            "scaling of columns", scalings
            "weights", $"energy 1, force component {plan.ForceWeight}, each over its standard deviation in the training set"
            "regulariser",
            sprintf
                "the best for energies in %d-fold cross-validation of the training set, out of powers of ten from %g to %g"
                plan.Folds
                (List.min plan.Grid)
                (List.max plan.Grid)
            "regularisers chosen", chosen outcomes
            "threads", $"{threads}; the numbers are the same for any, but for times"
        ]
        Figures = [
            Degenerate.figure degenerate
            LearningCurves.figure LearningCurves.Own setting outcomes
            ForceCurves.figure outcomes
            match other with
            | Some data -> LearningCurves.figure LearningCurves.Public setting (learn threads plan data tick).Outcomes
            | None -> ()
            TightBindingCurves.figure large
            Parity.figure plan.Seeds.Head outcomes
            Spectra.figure learned.Features.Fit
            Costs.figure costs
            Kernels.figure kernels
            Ranks.figure ranks
            Timing.figure times
            IronSpins.figure iron
            match Acetylacetone.figure threads publicData with
            | Some figure -> figure
            | None -> ()
        ]
        Checks = Degenerate.check degenerate :: Ranks.check ranks :: Kernels.check kernels :: FeatureChecks.all learned.Rows data
        Seconds = clock.Elapsed.TotalSeconds
    }
