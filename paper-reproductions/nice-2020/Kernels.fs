/// Figure: kernels of contracted features come closer to the whole one with every component.
module Toolkit.Reproductions.Nice2020.Kernels

open System
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

/// What is contracted, the number of components, and what is left of the kernel as a part of it: trace and Frobenius norm.
type Point =
    { What: string
      Components: int
      Trace: float
      Norm: float }

let private structures, order = 40, 3

let private numbers = [ 1; 2; 4; 8; 16; 32; 64 ]

let points (data: Data) : Point list =
    let some = Array.truncate structures data.Structures
    let expansion = expansion CentrePolicy.Exclude { TightBinding.description with NMax = 3; LMax = 2 }

    /// The kernel between all environments: [i, j] in one row.
    let kernel (covariants: NiceBranch) (invariants: NiceBranch) =
        let fit = NiceFit.Fit(expansion, NiceSettings(Order = order, Covariants = covariants, Invariants = invariants), some)
        let features = NiceFeatures(expansion, fit)
        let place = orderOf features
        let own = [| for f in 0 .. features.FeatureCount - 1 do if place f = order then f |]
        let rows =
            some
            |> Array.collect (fun s -> features.Compute s |> Array.chunkBySize features.FeatureCount)
            |> Array.map (fun row -> own |> Array.map (fun f -> row[f]))
        [| for a in rows -> [| for b in rows -> Array.fold2 (fun sum x y -> sum + x * y) 0. a b |] |]

    let trace (k: float[][]) = Seq.sum (seq { for i in 0 .. k.Length - 1 -> k[i][i] })
    let norm (k: float[][]) = sqrt (k |> Array.sumBy (Array.sumBy (fun x -> x * x)))
    let all = NiceBranch()
    let whole = kernel all all

    [ for what in [ "invariants"; "equivariants" ] do
          for components in numbers do
              let some = NiceBranch(Components = Nullable components)
              let left = Array.map2 (Array.map2 (-)) whole (if what = "invariants" then kernel all some else kernel some all)

              { What = what
                Components = components
                Trace = trace left / trace whole
                Norm = norm left / norm whole } ]

let private falls (points: Point list) =
    points
    |> List.groupBy _.What
    |> List.forall (fun (_, own) ->
        own |> List.pairwise |> List.forall (fun (a, b) -> b.Trace <= a.Trace + 1e-13 && b.Norm <= a.Norm + 1e-13))

let check (points: Point list) : Check =
    Check.run "With principal components alone, trace and Frobenius norm of what is left of a kernel fall with every component" (fun () ->
        let last =
            points
            |> List.groupBy _.What
            |> List.map (fun (what, own) -> (let p = List.last own in $"{what}: {p.Trace:E1} and {p.Norm:E1} are left with {p.Components}"))
        falls points, String.concat "; " last)

let figure (points: Point list) : Figure =
    let colour what = if what = "invariants" then Blue else Vermilion
    let trace, norm = Series.joined "trace" Ink Circle Solid, Series.joined "Frobenius norm" Ink Square Dashed
    let looks (what, isTrace) = { (if isTrace then trace else norm) with Colour = colour what }
    let whats = points |> List.map _.What |> List.distinct

    let kinds = [
        for what in whats do
            what, true
            what, false
    ]

    let lowest = 1e-5
    let value isTrace (p: Point) = max lowest (if isTrace then p.Trace else p.Norm)

    {
        Id = "kernels"
        Title = "What contraction leaves out of a kernel"
        Caption =
            $"The kernel K of all ν = {order} invariants (sums of products of features) between {5 * structures} environments of random methane, and K_r of contracted ones; 3 radial functions, l ≤ 2; nothing chosen, purified or "
            + "standardised. Blue: the invariants of each block contracted; red: the equivariants of ν = 2 that they are made from. What is left, K − K_r, as a part of K; what is below "
            + $"{lowest:``0e-0``} stands at the lower end."
        Conclusion =
            (if falls points then
                 "Each falls with every component"
             else
                 "Not every one falls with every component")
            + ", as it must: components are projections on spaces that hold one another."
        Table =
            Table.Create(
                [ "contracted"; "components"; "trace_left"; "norm_left" ],
                [ for p in points -> [ Text p.What; Whole p.Components; Number p.Trace; Number p.Norm ] ]
            )
        Picture = {
            Key = [ "contracted", [ for what in whats -> Series.line what (colour what) Solid ]; "left", [ trace; norm ] ]
            Width = 420.
            Rows = [
                280.,
                [
                    Panel.of'
                        ""
                        (Axis.logarithmicAt "components of each block" (0.9, 1.1 * float (List.last numbers)) (List.map float numbers))
                        (Axis.logarithmic "left of the kernel" (lowest, 1.))
                        [
                            for what, isTrace in kinds ->
                                Curve(
                                    looks (what, isTrace),
                                    [
                                        for p in points do
                                            if p.What = what then
                                                float p.Components, value isTrace p
                                    ]
                                )
                        ]
                ]
            ]
        }
    }
