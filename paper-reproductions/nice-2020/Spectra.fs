/// Figure: the variance that principal components leave out, order by order.
module Toolkit.Reproductions.Nice2020.Spectra

open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions.Report

/// What is left after each number of components, as a part of what was there.
let private rest (c: NiceContraction) : (int * float) list =
    let kept = c.Variances |> Array.scan (+) 0.
    [ for k in 0 .. c.Components -> k, max 0. (1. - kept[k] / c.Total) ]

let private lowest = 1e-6

let private sign sigma = if sigma = 1 then "+" else "−"

let figure (fit: NiceFit) : Figure =
    let steps = List.ofSeq fit.Steps

    let blocks = [
        for step in steps do
            for c in step.Contractions do
                if c.Components > 0 && c.Total > 0. then
                    step, c
    ]

    let covariants = [
        for step, c in blocks do
            if not step.IsInvariant then
                step.Order, c
    ]

    let invariants = [
        for step, c in blocks do
            if step.IsInvariant then
                step.Order, c
    ]

    let colours = [ Vermilion; Blue; Green; Purple; Orange; Sky ]
    let byLambda lambda sigma = Series.line $"λ = {lambda}" colours[lambda % colours.Length] (if sigma = 1 then Solid else Dashed)
    let byOrder order = Series.line $"ν = {order}" Ink Solid

    let invariant order = { byOrder order with Colour = colours[order % colours.Length] }

    let axis most = Axis.logarithmic "components" (1., most)
    let y = Axis.logarithmic "variance left out" (lowest, 1.)

    let curve c = [
        for k, left in rest c do
            if k > 0 then
                float k, max lowest left
    ]

    let panel title marks =
        let most =
            Seq.max (
                seq {
                    for mark in marks do
                        match mark with
                        | Curve(_, points) -> yield! Seq.map fst points
                        | _ -> ()
                }
            )

        Panel.of' title (axis (Axis.roundNumber true most)) y marks

    let orders = covariants |> List.map fst |> List.distinct
    let lambdas = covariants |> List.map (fun (_, c) -> c.Lambda) |> List.distinct |> List.sort

    // The block of an order that loses the largest part, and how many components hold all but a thousandth of the variance.
    let left (c: NiceContraction) = rest c |> List.last |> snd
    let enough (c: NiceContraction) = rest c |> List.tryFind (fun (_, left) -> left < 1e-3) |> Option.map fst
    let percent x = if x < 1e-6 then "less than 0.0001 %" else $"{100. * x:G2} %%"

    let needs c =
        match enough c with
        | Some k -> $"{k} of {c.Products} products"
        | None -> $"more than {c.Components} of {c.Products} products"

    let says = [ for order, c in invariants -> $"{needs c} at ν = {order}" ] |> String.concat ", "

    let drops =
        [
            for order in orders do
                let worst = covariants |> List.filter (fst >> (=) order) |> List.map snd |> List.maxBy left
                $"{percent (left worst)} at ν = {order} (λ = {worst.Lambda}, σ = {sign worst.Sigma})"
        ]
        |> String.concat " and "

    {
        Id = "retained-variance"
        Title = "The variance that principal components leave out"
        Caption =
            "What the contraction of each block (ν, λ, σ) leaves out with a number of components, as a part of the mean square of the products that were "
            + "made, after what lower orders know of them is subtracted; products that were not made are not counted. The recursion of the learning curves, "
            + $"{fit.Environments} environments. Left: equivariants that the next order is made of, σ = + solid, σ = − dashed; right: invariants. "
            + $"What is below {lowest:``0e-0``} stands at the lower end; curves end at the components that are kept."
        Conclusion =
            $"All but a thousandth of the variance of the invariants takes {says}. Of the equivariants the block that loses most loses {drops}."
        Table =
            Table.Create(
                [ "kind"; "nu"; "lambda"; "sigma"; "products"; "components"; "left_out" ],
                [
                    for step, c in blocks do
                        for k, left in rest c ->
                            [
                                Text(if step.IsInvariant then "invariant" else "covariant")
                                Whole step.Order
                                Whole c.Lambda
                                Whole c.Sigma
                                Whole c.Products
                                Whole k
                                Number left
                            ]
                ]
            )
        Picture = {
            Key = [
                "equivariants", [ for lambda in lambdas -> byLambda lambda 1 ]
                "", [ Series.line "σ = +1" Ink Solid; Series.line "σ = −1" Ink Dashed ]
                "invariants", [ for order, _ in invariants -> invariant order ]
            ]
            Width = 210.
            Rows = [
                280.,
                [
                    for order in orders do
                        yield
                            panel $"equivariants, ν = {order}" [
                                for o, c in covariants do
                                    if o = order then
                                        Curve(byLambda c.Lambda c.Sigma, curve c)
                            ]

                    yield panel "invariants" [ for order, c in invariants -> Curve(invariant order, curve c) ]
                ]
            ]
        }
    }
