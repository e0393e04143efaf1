/// Figure: errors against the number of features, order by order.
module Toolkit.Reproductions.Nice2020.FeatureCounts

open System.Threading.Tasks
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

/// Components of each order that are kept.
let private kept = [ 5; 10; 20; 40; 80; 150 ]

/// The fits to the whole training sets with fewer components.
type Point =
    { Order: int
      Components: int
      /// Of one atom.
      Features: int
      Outcomes: Outcome list }

let points (threads: int) (plan: Plan) (data: Data) (scaling: Scaling) (rows: Rows) : Point list =
    let cases = [| for order in 2 .. rows.Orders do for components in kept -> order, components |]
    let results = Array.zeroCreate cases.Length
    let sizes = [ List.last plan.Sizes ]
    let species = rows.Design.UnpenalisedColumns

    Parallel.For(0, cases.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun t ->
        // The most work first.
        let order, components = cases[cases.Length - 1 - t]
        let model = columns scaling order components rows

        results[cases.Length - 1 - t] <-
            { Order = order
              Components = components
              Features = (model.Count - species) / species
              Outcomes = [ for seed in plan.Seeds do yield! curve plan data order model EnergiesAndForces sizes seed ] })
    |> ignore

    List.ofArray results

let figure (plan: Plan) (points: Point list) : Figure =
    let orders = points |> List.map _.Order |> List.distinct
    let looks order = Series.joined (CurvePlot.model order) (CurvePlot.colour order) Circle Solid
    let energy (o: Outcome) = 100. * o.EnergyError / o.EnergyDeviation
    let force (o: Outcome) = 100. * o.ForceError / o.ForceDeviation
    let mean (error: Outcome -> float) (p: Point) = p.Outcomes |> List.averageBy error
    let low (error: Outcome -> float) (p: Point) = p.Outcomes |> List.map error |> List.min
    let high (error: Outcome -> float) (p: Point) = p.Outcomes |> List.map error |> List.max
    let counts = points |> List.map (fun p -> float p.Features)

    let panel title error =
        Panel.of'
            ""
            (Axis.logarithmicOver "features of an atom" counts)
            (Axis.logarithmicOver $"{title} RMSE / %% of std. deviation" [ for p in points do low error p; high error p ])
            [ for order in orders do
                  let own = points |> List.filter (fun p -> p.Order = order)
                  yield Band(looks order, [ for p in own -> float p.Features, low error p, high error p ])
                  yield Curve(looks order, [ for p in own -> float p.Features, mean error p ]) ]

    let says order =
        let own = points |> List.filter (fun p -> p.Order = order)
        let few, many = List.head own, List.last own
        $"{CurvePlot.model order}: {mean energy few:F1} %% with {few.Features} features and {mean energy many:F1} %% with {many.Features}"

    let first = orders |> List.map says |> String.concat "; "

    // The best order for about as many features as the lowest order has in all.
    let budget = points |> List.filter (fun p -> p.Order = List.head orders) |> List.map _.Features |> List.max

    let within =
        [ for order in orders -> points |> List.filter (fun p -> p.Order = order && p.Features <= budget) |> List.maxBy _.Features ]

    let best = within |> List.minBy (mean energy)

    let numbers = kept |> List.map string |> String.concat ", "

    { Id = "feature-counts"
      Title = "Accuracy against the number of features"
      Caption =
        $"Errors on the test configurations of models of {List.last plan.Sizes} training configurations with their forces, when of each order from ν = 2 "
        + $"on only the first {numbers} principal components are columns; ν = 1 has all of its. Left: energies; right: "
        + $"force components. Lines: mean over {plan.Seeds.Length} divisions; bands: the smallest and the largest. The regulariser is chosen for each fit."
      Conclusion =
        $"{first}. With at most {budget} features the best of these for energies is {CurvePlot.model best.Order} with {best.Features}: {mean energy best:F1} %%."
      Table =
        Table.Create(
            [ "model"; "components"; "features"; "energy_rmse_percent_mean"; "energy_rmse_percent_min"; "energy_rmse_percent_max"
              "force_rmse_percent_mean"; "force_rmse_percent_min"; "force_rmse_percent_max"; "splits" ],
            [ for p in points ->
                  [ Text(CurvePlot.model p.Order)
                    Whole p.Components
                    Whole p.Features
                    for error in [ energy; force ] do
                        Number(mean error p)
                        Number(low error p)
                        Number(high error p)
                    Whole p.Outcomes.Length ] ]
        )
      Picture =
        { Key = [ "features", List.map looks orders ]
          Width = 320.
          Rows = [ 290., [ panel "energy" energy; panel "force" force ] ] } }
