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
      Outcomes: Outcome list }

type private Set =
    { Kind: Kind
      Name: string
      Parts: InvariantRepresentation list
      /// ν of each feature.
      Order: int -> int }

let private repeats, timed = 3, 400

let private expansionOf (nmax: int) (lmax: int) =
    expansion CentrePolicy.Exclude { TightBinding.description with NMax = nmax; LMax = lmax }

/// The invariants of one, two and three factors: each coupling of an unordered triple once, so that none follows from others for all densities.
let private whole (order: int) (nmax: int) (lmax: int) : Set =
    let expansion = expansionOf nmax lmax
    let parts: InvariantRepresentation list = [ RadialSpectrum expansion; PowerSpectrum expansion; if order = 3 then Bispectrum expansion ]
    let ends = parts |> List.scan (fun sum p -> sum + p.FeatureCount) 0

    { Kind = Complete order
      Name = $"nmax {nmax}, lmax {lmax}"
      Parts = parts
      Order = fun feature -> List.findIndexBack (fun first -> feature >= first) ends + 1 }

let private contracted (threads: int) (data: Data) (sample: int[]) (covariants: int * int) (invariants: int * int) : Set =
    let expansion = expansionOf TightBinding.description.NMax TightBinding.description.LMax
    let features = NiceFeatures(expansion, fit threads expansion (TightBinding.settings 4 covariants invariants) data sample)

    { Kind = Contracted 4
      Name = $"{fst covariants} products, {snd covariants} components; {fst invariants}, {snd invariants}"
      Parts = [ features ]
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

let points (threads: int) (labelled: TightBinding.Labelled) : Point list =
    let all = labelled.Data
    let data = { all with Structures = Array.truncate 6000 all.Structures; Energies = Array.truncate 6000 all.Energies }
    let sample, _ = sample plan data.Structures.Length

    let sets =
        [ fun () -> contracted threads data sample (30, 10) (60, 30)
          fun () -> contracted threads data sample (75, 25) (150, 75)
          fun () -> contracted threads data sample (150, 50) (300, 150)
          fun () -> contracted threads data sample (300, 100) (600, 400)
          for nmax, lmax in [ 3, 2; 4, 4; 6, 6; 10, 8 ] do
              fun () -> whole 2 nmax lmax
          for nmax, lmax in [ 2, 1; 2, 2; 3, 2; 3, 4 ] do
              fun () -> whole 3 nmax lmax ]

    [ for set in sets do
          let set = set ()
          let rows = energyRows threads set.Parts set.Order sample data
          let model = { Order = rows.Orders; Columns = columns plan.Scalings.Head rows.Orders rows }

          { Kind = set.Kind
            Name = set.Name
            Features = model.Columns.Count - rows.Design.UnpenalisedColumns
            Time = time set.Parts data
            Outcomes = run threads plan data rows [ model ] ignore } ]

let figure (points: Point list) : Figure =
    let looks kind =
        match kind with
        | Contracted order -> Series.joined $"NICE, ν ≤ {order}" Purple Circle Solid
        | Complete 2 -> Series.joined "all, ν ≤ 2" Blue Square Dashed
        | Complete order -> Series.joined $"all, ν ≤ {order}" Green Diamond Dashed

    let kinds = points |> List.map _.Kind |> List.distinct
    let percent (o: Outcome) = 100. * o.EnergyError / o.EnergyDeviation
    let mean (p: Point) = p.Outcomes |> List.averageBy percent
    let least (p: Point) = p.Outcomes |> List.map percent |> List.min
    let most (p: Point) = p.Outcomes |> List.map percent |> List.max
    let micro (p: Point) = 1e6 * p.Time
    let y = Axis.logarithmicOver "energy RMSE / % of std. deviation" [ for p in points do least p; most p ]

    let panel title (x: Point -> float) =
        Panel.of'
            ""
            (Axis.logarithmicOver title (points |> List.map x))
            y
            [ for kind in kinds do
                  let own = points |> List.filter (fun p -> p.Kind = kind) |> List.sortBy _.Features
                  yield Band(looks kind, [ for p in own -> x p, least p, most p ])
                  yield Curve(looks kind, [ for p in own -> x p, mean p ]) ]

    let best kind = points |> List.filter (fun p -> p.Kind = kind) |> List.minBy mean
    let says kind = let p = best kind in $"{(looks kind).Name}: {mean p:F1} %% with {p.Features} features"

    { Id = "costs"
      Title = "Accuracy against the number of features and against their time"
      Caption =
        $"Errors on {plan.TestSize} test configurations (GFN2-xTB) of linear models of {plan.Sizes.Head} training configurations, mean and range over "
        + $"{plan.Seeds.Length} divisions. NICE with growing numbers of products and components, {TightBinding.description.NMax} radial functions and "
        + $"l ≤ {TightBinding.description.LMax}; against it all invariants of up to two and three factors of densities with fewer or more radial and angular functions "
        + "(numbers in the CSV file): an unordered triple has one coupling for each l1, l2, l3, so that these are the linearly independent sets of an atomic cluster expansion of "
        + "that order. Left: columns of the model, those of both species at the centre; right: time of one CH₄ from positions to features on one thread, the fastest of "
        + $"{repeats} runs over {timed}, measured in this run, when the machine may have had other work. The paper has no figure with times."
      Conclusion = kinds |> List.map says |> String.concat "; " |> sprintf "The best of each: %s."
      Table =
        Table.Create(
            [ "set"; "settings"; "features"; "structure_us"; "rmse_percent_mean"; "rmse_percent_min"; "rmse_percent_max"; "splits" ],
            [ for p in points ->
                  [ Text (looks p.Kind).Name; Text p.Name; Whole p.Features; Number(micro p); Number(mean p); Number(least p); Number(most p)
                    Whole p.Outcomes.Length ] ]
        )
      Picture =
        { Key = [ "features", List.map looks kinds ]
          Width = 320.
          Rows = [ 290., [ panel "features" (fun p -> float p.Features); panel "time of one CH₄ / µs" micro ] ] } }
