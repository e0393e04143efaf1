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

/// −(E₊₊ − E₊₋ − E₋₊ + E₋₋) / (Δv_i·Δv_j) of two spins of this length, aligned along z with all others, turned by ±30° about x:
/// what is bilinear in them, and only that.
let exchange (length: float) (energy: Structure -> float) (s: Structure) (i: int, j: int) : float =
    let spins = spinsOf s

    let turned sign atom (spins: float[]) =
        spins[3 * atom + 1] <- sign * -length * sin angle
        spins[3 * atom + 2] <- length * cos angle

    let at a b =
        let spins = Array.copy spins
        turned a i spins
        turned b j spins
        energy (withSpins spins s)

    let step = 2. * length * sin angle
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
    let near, far' = (let r, _, _ = distances[0] in r), 5.2

    let chosen =
        [| for k in 0 .. pairs - 1 do
               let r = near + (far' - near) * float k / float (pairs - 1)
               distances |> Array.minBy (fun (d, _, _) -> abs (d - r)) |]
        |> Array.distinct

    let truth = nonNull study.Hamiltonian.Exchange
    let milli = 1000. * moment * moment
    let exact r = let struct (value, _) = truth.Evaluate r in milli * value
    let names = [ Plots.ridge.Name, study.Ridge; Plots.gauss.Name, study.Process ]

    let recovered =
        [ for name, model in names do
              let results = Array.zeroCreate chosen.Length

              Threading.Tasks.Parallel.For(0, chosen.Length, Threading.Tasks.ParallelOptions(MaxDegreeOfParallelism = threads), fun k ->
                  let _, i, j = chosen[k]
                  results[k] <- milli * exchange moment (fun s -> (model.Predict s).Energy) s (i, j))
              |> ignore

              name, Array.map2 (fun (r, _, _) j -> r, j) chosen results ]

    let table =
        Table.Create(
            [ "model"; "distance_A"; "exchange_meV" ],
            [ for r in [ near .. 0.02 .. far' ] do
                  [ Text "truth"; Number r; Number(exact r) ]
              for name, points in recovered do
                  for r, j in points do
                      [ Text name; Number r; Number j ] ]
        )

    let error points = rmse (points |> Array.map (fun (r, j) -> exact r, j))
    // The perfect crystal's third shell is at √2 a, the fourth at √11/2 a.
    let beyond = 0.5 * (sqrt 2. + sqrt 11. / 2.) * latticeConstant
    let far points = points |> Array.filter (fun (r, _) -> r > beyond)
    let largest points = far points |> Array.map (fun (r, _) -> abs (exact r)) |> Array.max

    let most = exact near
    let range = near - 0.1, far' + 0.05
    let x title = Axis.linearOf 16 title range
    let y = Axis.linear "J(r) · (2.2 μB)² / meV" (-0.1 * most, 1.1 * most)
    let drawn = List.zip [ Plots.ridge; Plots.gauss ] (recovered |> List.map (snd >> List.ofArray))

    let upper =
        Panel.of' "" (x "") y
            [ Curve(Plots.truth, [ for r in [ near .. 0.02 .. far' ] -> r, exact r ])
              for series, points in drawn do
                  Curve(series, points) ]

    let lower = Plots.errors (x "distance / Å") "meV" [ for series, points in drawn -> series, [ for r, j in points -> r, j - exact r ] ]

    { Id = "spin-exchange"
      Title = "Exchange constants recovered from the learned energies"
      Caption =
        $"J(r) of {chosen.Length} pairs in a crystal of 128 atoms displaced by 0.07 Å in each direction: two spins of an aligned crystal are "
        + "turned by ±30°, and of the four energies the part that is bilinear in both is kept. Line: the Hamiltonian's own J(r). "
        + $"{Plots.beneath} No exchange constant is in the training data."
      Conclusion =
        let says name points =
            $"{name} {Plots.digits (error points)} meV over all distances, {Plots.digits (error (far points))} meV beyond the third shell"

        // A claim on the smallest exchange is made where the errors allow it.
        let less =
            if recovered |> List.exists (fun (_, points) -> error (far points) > largest points) then
                ", less than the larger of these errors"
            else
                ""

        $"Root mean square error: {says Plots.ridge.Name (snd recovered[0])}; {says Plots.gauss.Name (snd recovered[1])}, where J of the nearest "
        + $"pair is {most:F0} meV and beyond the third shell ({beyond:F1} Å) at most {Plots.digits (largest (snd recovered[0]))} meV{less}. A linear model's exchange is a function "
        + "of the distance; a kernel's may depend on the surroundings, and its spread shows by how much."
      Table = table
      Picture =
        { Key = [ "exchange of", [ Plots.truth; Plots.ridge; Plots.gauss ] ]
          Width = 500.
          Rows = [ 290., [ upper ]; 130., [ lower ] ] } }
