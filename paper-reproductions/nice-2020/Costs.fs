/// Figure: accuracy against the number of features and against the time that they take, beside sets of all independent invariants.
module Toolkit.Reproductions.Nice2020.Costs

open System
open System.Diagnostics
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

type Kind =
    /// By recursion and contraction, of orders up to ν.
    | Contracted of int
    /// All of orders up to ν: nothing is chosen and nothing contracted.
    | Complete of int

type Point =
    { Kind: Kind
      Name: string
      /// Columns of the linear model, atoms' own energies left out.
      Features: int
      /// Of one CH4, seconds, on one thread.
      Time: float
      /// Root mean square errors of the divisions, % of the deviation.
      Percents: float list }

type private Set =
    { Parts: InvariantRepresentation list
      /// ν of each feature.
      Order: int -> int }

let private repeats, timed = 3, 400

let private expansionOf (nmax: int) (lmax: int) =
    expansion CentrePolicy.Exclude { TightBinding.description with NMax = nmax; LMax = lmax }

/// The invariants of one, two and three factors: each coupling of an unordered triple once, so that none follows from others for all
/// densities.
let private whole (order: int) (nmax: int) (lmax: int) : Set =
    let expansion = expansionOf nmax lmax
    let parts: InvariantRepresentation list = [ RadialSpectrum expansion; PowerSpectrum expansion; if order = 3 then Bispectrum expansion ]
    let ends = parts |> List.scan (fun sum p -> sum + p.FeatureCount) 0

    { Parts = parts
      Order = fun feature -> List.findIndexBack (fun first -> feature >= first) ends + 1 }

/// The invariants of up to four factors: the recursion with every product and every λ, of which those stay that are no combinations of the
/// others on the sample.
let private independent (threads: int) (data: Data) (sample: int[]) (nmax: int) (lmax: int) : Set =
    let expansion = expansionOf nmax lmax

    let settings =
        NiceSettings(
            Order = 4,
            Lambda = Nullable(2 * lmax),
            IsPerSpecies = true,
            Covariants = NiceBranch(),
            Invariants = NiceBranch(),
            Selection = NiceSelection(Int32.MaxValue, NiceChoice.Independent)
        )

    // As many environments as independent invariants are enough.
    let features = NiceFeatures(expansion, fit threads expansion settings data (Array.truncate 400 sample))

    { Parts = [ features ]
      Order = orderOf features }

let private contracted (threads: int) (data: Data) (sample: int[]) (covariants: int * int) (invariants: int * int) : Set =
    let expansion = expansionOf TightBinding.description.NMax TightBinding.description.LMax
    let features = NiceFeatures(expansion, fit threads expansion (TightBinding.settings 4 covariants invariants) data sample)

    { Parts = [ features ]
      Order = orderOf features }

let private time (parts: InvariantRepresentation list) (data: Data) : float =
    let set = RepresentationSet parts
    let some = Array.truncate timed data.Structures
    let values = Array.zeroCreate<float> (some.Length * some[0].Count * set.FeatureCount)
    let run () = set.Compute(some, Span values)
    run ()

    Seq.min (
        seq {
            for _ in 1..repeats do
                let clock = Stopwatch.StartNew()
                run ()
                clock.Elapsed.TotalSeconds / float timed
        }
    )

let plan: Plan =
    { TightBindingCurves.plan false 6000 with Sizes = [ 3000 ] }

/// `keep` has the points that are known. The largest complete sets take minutes to find: in full runs alone.
let points (threads: int) (full: bool) (labelled: TightBinding.Labelled) (keep: Kept.Keeper) : Point list =
    let all = labelled.Data
    let data = { all with Structures = Array.truncate 6000 all.Structures; Energies = Array.truncate 6000 all.Energies }
    let sample, _ = sample plan data.Structures.Length

    let sets = [
        for covariants, invariants in [ (30, 10), (60, 30); (75, 25), (150, 75); (150, 50), (300, 150); (300, 100), (600, 400) ] do
            Contracted 4,
            $"{fst covariants} products, {snd covariants} components; {fst invariants}, {snd invariants}",
            fun () -> contracted threads data sample covariants invariants
        for nmax, lmax in [ 3, 2; 4, 4; 6, 6; 10, 8 ] do
            Complete 2, $"nmax {nmax}, lmax {lmax}", fun () -> whole 2 nmax lmax
        for nmax, lmax in [ 2, 1; 2, 2; 3, 2; 3, 4 ] do
            Complete 3, $"nmax {nmax}, lmax {lmax}", fun () -> whole 3 nmax lmax
        for nmax, lmax in
            [
                1, 1
                2, 1
                1, 2
                if full then
                    yield! [ 3, 1; 2, 2 ]
            ] do
            Complete 4, $"nmax {nmax}, lmax {lmax}", fun () -> independent threads data sample nmax lmax
    ]

    let settings = $"{labelled.File}, {data.Structures.Length} configurations, plan {plan}, {TightBinding.description}"

    [
        for kind, name, set in sets do
            let found =
                keep $"costs {kind} {name}" settings (fun () ->
                    let set = set ()
                    let rows = energyRows threads set.Parts set.Order sample data
                    let model = { Order = rows.Orders; Columns = columns plan.Scalings.Head rows.Orders rows }
                    let outcomes = run threads plan data rows [ model ] ignore

                    [
                        [|
                            yield float (model.Columns.Count - rows.Design.UnpenalisedColumns)
                            yield time set.Parts data
                            yield! [ for o in outcomes -> 100. * o.EnergyError / o.EnergyDeviation ]
                        |]
                    ])
                |> List.exactlyOne

            { Kind = kind; Name = name; Features = int found[0]; Time = found[1]; Percents = List.ofArray found[2..] }
    ]

let figure (points: Point list) : Figure =
    let looks kind =
        match kind with
        | Contracted order -> Series.joined $"NICE, ν ≤ {order}" Purple Circle Solid
        | Complete 2 -> Series.joined "all, ν ≤ 2" Blue Square Dashed
        | Complete 3 -> Series.joined "all, ν ≤ 3" Green Diamond Dashed
        | Complete order -> Series.joined $"all, ν ≤ {order}" Vermilion Triangle Dashed

    let kinds = points |> List.map _.Kind |> List.distinct
    let mean (p: Point) = List.average p.Percents
    let least (p: Point) = List.min p.Percents
    let most (p: Point) = List.max p.Percents
    let micro (p: Point) = 1e6 * p.Time

    let y =
        Axis.logarithmicOver "energy RMSE / % of std. deviation" [
            for p in points do
                least p
                most p
        ]

    let panel title (x: Point -> float) =
        Panel.of' "" (Axis.logarithmicOver title (points |> List.map x)) y [
            for kind in kinds do
                let own = points |> List.filter (fun p -> p.Kind = kind) |> List.sortBy _.Features
                yield Band(looks kind, [ for p in own -> x p, least p, most p ])
                yield Curve(looks kind, [ for p in own -> x p, mean p ])
        ]

    let best kind = points |> List.filter (fun p -> p.Kind = kind) |> List.minBy mean
    let says kind = let p = best kind in $"{(looks kind).Name}: {mean p:F1} %% with {p.Features} features"

    {
        Id = "costs"
        Title = "Accuracy against the number of features and against their time"
        Caption =
            $"Errors on {plan.TestSize} test configurations (GFN2-xTB) of linear models of {plan.Sizes.Head} training configurations, mean and range over "
            + $"{plan.Seeds.Length} divisions. NICE with growing numbers of products and components, {TightBinding.description.NMax} radial functions and "
            + $"l ≤ {TightBinding.description.LMax}; against it all invariants of up to two, three and four factors of densities with fewer or more radial and angular functions "
            + "(numbers in the CSV file), the linearly independent sets of an atomic cluster expansion of that order: an unordered triple has one coupling for each l1, l2, l3, and of four "
            + "factors those couplings are kept, for each species at the centre, of which none is a combination of the others on 400 configurations that are never tested on (numerical rank, 1e-7 of a "
            + "feature's size). Their time is that of the recursion that makes them. Left: columns of the model, those of both species at the centre; right: time of one CH₄ from positions to features on one thread, the fastest of "
            + $"{repeats} runs over {timed}, measured in this run, when the machine may have had other work. The paper has no figure with times."
        Conclusion = kinds |> List.map says |> String.concat "; " |> sprintf "The best of each: %s."
        Table =
            Table.Create(
                [ "set"; "settings"; "features"; "structure_us"; "rmse_percent_mean"; "rmse_percent_min"; "rmse_percent_max"; "splits" ],
                [
                    for p in points ->
                        [
                            Text (looks p.Kind).Name
                            Text p.Name
                            Whole p.Features
                            Number(micro p)
                            Number(mean p)
                            Number(least p)
                            Number(most p)
                            Whole p.Percents.Length
                        ]
                ]
            )
        Picture = {
            Key = [ "features", List.map looks kinds ]
            Width = 320.
            Rows = [ 290., [ panel "features" (fun p -> float p.Features); panel "time of one CH₄ / µs" micro ] ]
        }
    }
