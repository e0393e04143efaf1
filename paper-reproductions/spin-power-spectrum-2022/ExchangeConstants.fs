/// Figure: exchange constants that a model has learned, by turning two spins through finite angles.
module Toolkit.Reproductions.Spin2022.ExchangeConstants

open System
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private angle = Math.PI / 6.

/// −(E₊₊ − E₊₋ − E₋₊ + E₋₋) / (Δv_i·Δv_j) of two aligned spins turned by ±30° about x: what is bilinear in them, and only that.
let private exchange (energy: Structure -> float) (s: Structure) (i: int, j: int) : float =
    let spins = spinsOf s

    let turned sign atom (spins: float[]) =
        spins[3 * atom + 1] <- sign * -moment * sin angle
        spins[3 * atom + 2] <- moment * cos angle

    let at a b =
        let spins = Array.copy spins
        turned a i spins
        turned b j spins
        energy (withSpins spins s)

    let step = 2. * moment * sin angle
    -(at 1. 1. - at 1. -1. - at -1. 1. + at -1. -1.) / (step * step)

let figure (threads: int) (pairs: int) (study: Study) : Figure =
    let random = Random 11
    // Large enough that no pair within the cutoff has a second image within it.
    let s = supercell latticeConstant (4, 4, 4) |> displaced random 0.07 0.

    let s = withSpins (Array.init (3 * s.Count) (fun k -> if k % 3 = 2 then moment else 0.)) s
    let list = NeighborList.Build(s, 5.2)

    let distances =
        [| for p in 0 .. list.PairCount - 1 do
               let i = Array.BinarySearch(list.Offsets.ToArray(), p)
               let centre = if i >= 0 then i else ~~~i - 1
               list.Distances[p], centre, list.Neighbors[p] |]
        |> Array.filter (fun (_, i, j) -> i < j)
        |> Array.sort

    // Evenly over the sorted pairs would take mostly far ones: evenly over distances instead.
    let near, far = (let r, _, _ = distances[0] in r), 5.2

    let chosen =
        [| for k in 0 .. pairs - 1 do
               let r = near + (far - near) * float k / float (pairs - 1)
               distances |> Array.minBy (fun (d, _, _) -> abs (d - r)) |]
        |> Array.distinct

    let truth = nonNull study.Hamiltonian.Exchange
    let milli = 1000. * moment * moment
    let exact r = let struct (value, _) = truth.Evaluate r in milli * value
    let names = [ "ridge", study.Ridge; "Gaussian process", study.Process ]

    let recovered =
        [ for name, model in names do
              let results = Array.zeroCreate chosen.Length

              Threading.Tasks.Parallel.For(0, chosen.Length, Threading.Tasks.ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
                  let _, i, j = chosen[k]
                  results[k] <- milli * exchange (fun s -> (model.Predict s).Energy) s (i, j))
              |> ignore

              name, Array.map2 (fun (r, _, _) j -> r, j) chosen results ]

    let table =
        Table.Create(
            [ "model"; "distance_A"; "exchange_meV" ],
            [ for r in [ near .. 0.02 .. far ] do
                  [ Text "truth"; Number r; Number(exact r) ]
              for name, points in recovered do
                  for r, j in points do
                      [ Text name; Number r; Number j ] ]
        )

    let error points = rmse (points |> Array.map (fun (r, j) -> exact r, j))

    let colour, shape =
        Plots.legend "model" "exchange of"
            [ "truth", "currentColor", "stroke"
              "ridge", VegaLite.Palette.blue, "circle"
              "Gaussian process", VegaLite.Palette.vermilion, "diamond" ]

    let most = exact near
    let x = VegaLite.linear "distance / Å" (near - 0.1, far + 0.05)
    let y = VegaLite.linear "J(r) · (2.2 μB)² / meV" (-0.1 * most, 1.1 * most)

    let encoding = [ "x", VegaLite.channel "distance_A" "quantitative" x; "y", VegaLite.channel "exchange_meV" "quantitative" y; "color", colour ]

    { Id = "spin-exchange"
      Title = "Exchange constants recovered from the learned energies"
      Caption =
        $"J(r) of {chosen.Length} pairs in a crystal of 128 atoms displaced by 0.07 Å in each direction: two spins of an aligned crystal are "
        + "turned by ±30°, and of the four energies the part that is bilinear in both is kept. Line: the Hamiltonian's own J(r). No "
        + "exchange constant is in the training data."
      Conclusion =
        sprintf
            "Root mean square error: ridge %.2g meV, Gaussian process %.2g meV, where J of the nearest pair is %.0f meV. A linear model's exchange is a function of the distance; a kernel's may depend on the surroundings, and its spread shows by how much."
            (error (snd recovered[0])) (error (snd recovered[1])) most
      Table = table
      Plot =
        VegaLite.plot
            (420., 290.)
            table
            [ "layer",
              JArray
                  [ Plots.where "datum.model == 'truth'" [ "type", JString "line"; "strokeWidth", JNumber 1.6 ] encoding
                    Plots.where
                        "datum.model != 'truth'"
                        [ "type", JString "point"; "filled", JBool true; "size", JNumber 34.; "opacity", JNumber 0.75 ]
                        (encoding @ [ "shape", shape ]) ] ] }
