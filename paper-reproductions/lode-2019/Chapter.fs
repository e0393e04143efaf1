/// What is reproduced of the LODE paper.
module Toolkit.Reproductions.Lode2019.Chapter

open System.Diagnostics
open Toolkit.Numerics.Representations
open Toolkit.Reproductions.Lode2019.ChargeGas
open Toolkit.Reproductions.Lode2019.GasFits
open Toolkit.Reproductions.Report

let private plan (full: bool) =
    { Sizes = [ 5; 10; 20; 50; 100; 200; 500; 1000; 1500 ]
      TestSize = 500
      Folds = 5
      Seeds = [ 1 .. (if full then 10 else 3) ] }

let private hardPlan (full: bool) =
    { Sizes = [ 5; 10; 20; 50; 100; 200 ] @ (if full then [ 500; 1000; 1500 ] else [ 300 ])
      TestSize = if full then 500 else 100
      Folds = 5
      Seeds = [ 1 .. (if full then 10 else 3) ] }

let private waterPlan (full: bool) : WaterFits.Plan =
    { Sizes = [ 50; 100; 200; 400; 800 ]
      TestSize = 200
      Seeds = [ 1 .. (if full then 10 else 1) ] }

let private folder = "lode-2019"

/// Frames whose forces are compared.
let private forceFrames = 10

let make (request: Request) : Chapter =
    let clock = Stopwatch.StartNew()
    let plan, threads = plan request.Full, request.Threads
    let hardPlan, waterPlan = hardPlan request.Full, waterPlan request.Full

    let steps =
        2
        + all.Length * (1 + plan.Seeds.Length)
        + GasCurves.hardFeatures.Length * (1 + hardPlan.Seeds.Length)
        + DimerFits.models.Length
        + 1
        + WaterCurves.ticks * (if request.Full then 2 else 1)
        + Scaling.ticks request.Full

    let step = ref 0

    let tick () =
        step.Value <- min steps (step.Value + 1)
        request.Progress step.Value steps

    let keep = Kept.ofChapter request folder
    let times = ResizeArray<string * float>()

    let timed (part: string) (work: unit -> 'a) : 'a =
        let before = clock.Elapsed.TotalSeconds
        let found = work ()
        times.Add(part, clock.Elapsed.TotalSeconds - before)
        found

    let curves name plan data all = [
        for features in all do
            let set = lazy (RepresentationSet [ representation features ])
            let rows = lazy (each threads data (row set.Value))
            tick ()

            for seed in plan.Seeds do
                let settings =
                    $"{data.Frames.Length} frames, first energy {data.Energies[0]:R}, {plan}, {features}, basis {basis features}, cutoffs {nearCutoff} and {wideCutoff}, σ {densityWidth}"

                yield!
                    ofKept
                        features
                        seed
                        (keep $"{name} {GasFits.name features} {seed}" settings (fun () ->
                            kept (curve plan threads data rows.Value features seed)))

                tick ()
    ]

    request.Progress 0 steps
    let data = timed "gas" (fun () -> ChargeGas.make threads pairs 1 (plan.TestSize + List.last plan.Sizes))
    tick ()
    let outcomes = timed "fits of the gas" (fun () -> curves "gas" plan data all)
    let hard = timed "harder gas" (fun () -> ChargeGas.make threads manyPairs 1 (hardPlan.TestSize + List.last hardPlan.Sizes))
    tick ()
    let hardOutcomes = timed "fits of the harder gas" (fun () -> curves "harder gas" hardPlan hard GasCurves.hardFeatures)

    let most = List.last plan.Sizes
    let trained features = outcomes |> List.find (fun o -> o.Features = features && o.Seed = plan.Seeds.Head && o.Size = most)

    // Frames that no fit of the first division has seen.
    let unseen =
        let order = Array.init data.Frames.Length id
        System.Random(plan.Seeds.Head).Shuffle order
        [ for i in Array.truncate forceFrames order -> data.Frames[i], data.Forces[i] ]

    let compared =
        timed "forces of the gas" (fun () -> [ for f in [ Soap 9.; wide; narrow ] -> trained f, GasForces.compare (trained f) unseen ])

    let bases = [
        for f in all ->
            let (nmax, lmax), fit = basis f, trained f
            $"{name f}: nmax {nmax}, lmax {lmax}, {fit.Columns} columns, regulariser {fit.Regulariser:``0e-0``}"
    ]

    // The public sets take as long again: in full runs alone.
    let publicData = if request.Full then request.Data else None
    let dimers = ChargedDimers.load (System.IO.Path.Combine(request.Home, "lode-2019"))

    let dimerStudy =
        timed "dimers" (fun () ->
            DimerCurves.study threads (if request.Full then 1 else 2) dimers (ChargedDimers.loadPublic request.Data) keep tick)

    let waterData = timed "water" (fun () -> WaterBoxes.make threads (waterPlan.TestSize + List.last waterPlan.Sizes))
    tick ()

    let waterStudies =
        timed "fits of water" (fun () -> [
            WaterCurves.study threads waterPlan "Thole's model" waterData keep tick
            match WaterBoxes.loadPublic publicData with
            | Some found -> WaterCurves.study threads waterPlan "public set" found keep tick
            | None -> ()
        ])

    let scaling = timed "scaling" (fun () -> Scaling.measureAll request.Full keep tick)

    let seeds = plan.Seeds |> List.map string |> String.concat ", "
    let checks = timed "checks" (fun () -> Checks.all data (trained wide) dimers waterData)

    {
        Folder = folder
        Title = "Long-distance equivariants: charges, dimers and water"
        Source =
            "A. Grisafi, M. Ceriotti, Incorporating long-range physics in atomic-scale machine learning, "
            + "J. Chem. Phys. 151, 204105 (2019), arXiv 1909.04512"
        Introduction =
            "The paper's three examples: point charges at random in periodic boxes in its own settings, whose energy is an Ewald sum; dimers of "
            + "molecules and ions; the dielectric tensor of water. Each is learned from local densities (SOAP) and from the potential that all atoms "
            + "make around each one (LODE). Charges are not given to the features: the two signs are two species, and ions are known by their shape. "
            + "Dimers and water are sets of this project; the paper's own, or a part of it, where --data has it (water under --full alone). And, beyond the "
            + "paper: forces, density times potential, anisotropic tensors, cost."
        Settings = [
            "frames",
            $"{data.Frames.Length}, seeds 1 to {data.Frames.Length}; {plan.TestSize} for testing, up to {most} for training; divisions: seeds {seeds}"
            "energies", "Ewald sums of point charges, relative tolerance 1e-9"
            "density", $"SOAP: Gaussian, σ = {densityWidth} Å; cutoff function falling over the last 0.5 Å"
            "potential",
            $"1/r of Gaussians with the autocorrelation's width √2 σ, tolerance 1e-6; cutoff of the radial basis {nearCutoff} Å for LODE(1), {wideCutoff} Å for LODE(2)"
            "bases", String.concat "; " bases
            "regulariser", $"{plan.Folds}-fold cross-validation"
            "threads", $"{threads}; the numbers are the same for any"
            "time of parts", times |> Seq.map (fun (part, seconds) -> $"{part} {seconds:F1} s") |> String.concat ", "
        ]
        Figures = [
            GasCurves.figure plan outcomes hardPlan hardOutcomes
            GasForces.figure compared forceFrames
            DimerCurves.figure dimerStudy
            WaterCurves.figure waterPlan waterStudies
            Scaling.figure scaling
        ]
        Checks = checks
        Seconds = clock.Elapsed.TotalSeconds
    }
