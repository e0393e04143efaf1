/// Figure: measured time of an environment's features against the order.
module Toolkit.Reproductions.Nice2020.Timing

open System
open System.Diagnostics
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

type Point =
    { Order: int
      Features: int
      /// Of coupling and contraction of one environment.
      MultiplyAdds: int64
      /// Seconds for one environment, neighbours and expansion included.
      Forward: float
      /// The same with forces of a function of the features.
      Forces: float
      /// Of the multiply-adds alone, at the speed of a dense matrix product in this run.
      Limit: float }

let private structures, repeats = 100, 7

/// Seconds of the fastest of some runs.
let private fastest (work: unit -> unit) : float =
    work ()

    Seq.min (
        seq {
            for _ in 1..repeats do
                let clock = Stopwatch.StartNew()
                work ()
                clock.Elapsed.TotalSeconds
        }
    )

/// Multiply-adds in a second on one thread, in products of matrices that stay in the cache.
let private speed () : float =
    let n = 384
    let a, b, c = Array.create (n * n) 1., Array.create (n * n) 0.5, Array.zeroCreate<float> (n * n)
    float n ** 3. / fastest (fun () -> Dense.Multiply<float>(n, n, n, ReadOnlySpan a, ReadOnlySpan b, Span c))

/// The energy of an atom as a sum of its features by weights.
let private sumOf (weights: float[]) : IReadout =
    { new ILinearReadout with
        member _.Constant _ = 0.
        member _.Weights _ = ReadOnlySpan weights }

let measure (expansion: DensityExpansion) (data: Data) (sample: int[]) : Point list =
    let some = [| for i in Array.truncate structures sample -> data.Structures[i] |]
    let environments = some |> Array.sumBy _.Count |> float
    let speed = speed ()

    [ for order in 1 .. settings.Order + 1 do
          let own = NiceSettings(Order = order, Covariants = settings.Covariants, Invariants = settings.Invariants)
          let features = NiceFeatures(expansion, fit 1 expansion own data sample)
          let set = RepresentationSet [ features :> InvariantRepresentation ]
          // Any energy that is linear in the features takes the same time.
          let readout = sumOf (Array.create features.FeatureCount 1.)
          let values = Array.zeroCreate<float> (int environments * features.FeatureCount)
          let multiplyAdds = if order = 1 then 0L else features.MultiplyAdds

          { Order = order
            Features = features.FeatureCount
            MultiplyAdds = multiplyAdds
            Forward = fastest (fun () -> set.Compute(some, Span values)) / environments
            Forces = fastest (fun () -> set.Evaluate(some, readout) |> ignore) / environments
            Limit = float multiplyAdds / speed } ]

let figure (points: Point list) : Figure =
    let forward, forces = Series.joined "features" Blue Circle Solid, Series.joined "features and forces" Vermilion Square Solid
    let limit = Series.line "arithmetic alone" Ink Dashed
    let micro (s: float) = 1e6 * s

    let x = {
        Axis.linear "order ν" (0.8, float points.Length + 0.2) with
            Ticks = [ for p in points -> float p.Order, string p.Order ]
    }

    let times = [
        for p in points do
            micro p.Forward
            micro p.Forces

            if p.Limit > 0. then
                micro p.Limit
    ]

    let last = List.last points
    let first = points |> List.find (fun p -> p.Order = 2)

    {
        Id = "timing"
        Title = "Measured time of an environment against the order"
        Caption =
            "Time of one environment of random methane on one thread, from positions to the invariants of all orders up to ν, and with the forces of an "
            + $"energy by the backward pass: the fastest of {repeats} runs over {structures} configurations, neighbours and expansion included; all configurations together. Dashed: the multiply-adds of coupling and contraction alone, as fast as those of a dense matrix product in this run. Measured in this "
            + "run: another run has other times. The settings are those of the learning curves."
        Conclusion =
            $"Coupling and contraction take {float first.MultiplyAdds / 1e6:F2} million multiply-adds at ν = {first.Order} and {float last.MultiplyAdds / 1e6:F2} million at "
            + $"ν = {last.Order}, for {first.Features} and {last.Features} features: all products would multiply by the number of channels with each order. Measured times at "
            + $"those orders: {micro first.Forward:F0} and {micro last.Forward:F0} µs, with forces {micro first.Forces:F0} and {micro last.Forces:F0} µs; at the last the multiply-adds alone would take {micro last.Limit:F0} µs."
        Table =
            Table.Create(
                [ "nu"; "features"; "multiply_adds"; "features_us"; "features_and_forces_us"; "multiply_adds_us" ],
                [
                    for p in points ->
                        [
                            Whole p.Order
                            Whole p.Features
                            Whole(int p.MultiplyAdds)
                            Number(micro p.Forward)
                            Number(micro p.Forces)
                            Number(micro p.Limit)
                        ]
                ]
            )
        Picture = {
            Key = [ "", [ forward; forces; limit ] ]
            Width = 420.
            Rows = [
                260.,
                [
                    Panel.of' "" x (Axis.logarithmicOver "measured time of an environment / µs" times) [
                        Curve(forward, [ for p in points -> float p.Order, micro p.Forward ])
                        Curve(forces, [ for p in points -> float p.Order, micro p.Forces ])
                        Curve(
                            limit,
                            [
                                for p in points do
                                    if p.Limit > 0. then
                                        float p.Order, micro p.Limit
                            ]
                        )
                    ]
                ]
            ]
        }
    }
