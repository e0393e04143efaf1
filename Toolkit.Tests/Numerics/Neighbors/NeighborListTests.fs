module Toolkit.Tests.Numerics.Neighbors.NeighborListTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Neighbors
open Toolkit.Testing
open Toolkit.Tests.Laws

/// A pair as a value: centre, neighbour, image.
type private Pair = int * int * int * int * int

let private listed (list: NeighborList) : (Pair * float[])[] =
    let offsets = list.Offsets.ToArray()
    let neighbors, shifts = list.Neighbors.ToArray(), list.Shifts.ToArray()
    let x, y, z, r = list.X.ToArray(), list.Y.ToArray(), list.Z.ToArray(), list.Distances.ToArray()

    [| for i in 0 .. list.CentreCount - 1 do
           for p in offsets[i] .. offsets[i + 1] - 1 ->
               let s = shifts[p]
               (i, neighbors[p], s.A, s.B, s.C), [| x[p]; y[p]; z[p]; r[p] |] |]

/// Every image that can matter, tried one by one.
let private bruteForce (structure: Structure) (cutoff: float) : Map<Pair, float> =
    let n = structure.Count
    let positions = structure.Positions.ToArray()

    let h, reach =
        match structure.Cell with
        | null -> Array.zeroCreate 9, [| 0; 0; 0 |]
        | cell ->
            let f = Array.zeroCreate (3 * n)
            // Heights of the cell completed perpendicular to the periodic vectors alone.
            let rows = cell.Vectors.ToArray()

            for k in 0..2 do
                if not structure.Periodic[k] then
                    Array.fill rows (3 * k) 3 0.

            if structure.Periodic.Any then
                let own = Cell(ReadOnlySpan rows)
                own.ToFractional(structure.Positions, Span f)

                let reach k =
                    if structure.Periodic[k] then
                        let column = [| for i in 0 .. n - 1 -> f[3 * i + k] |]
                        int (ceil (cutoff / own.Height k + Array.max column - Array.min column)) + 1
                    else
                        0

                rows, Array.init 3 reach
            else
                rows, [| 0; 0; 0 |]

    Map
        [ for i in 0 .. n - 1 do
              for j in 0 .. n - 1 do
                  for a in -reach[0] .. reach[0] do
                      for b in -reach[1] .. reach[1] do
                          for c in -reach[2] .. reach[2] do
                              let d k =
                                  positions[3 * j + k] - positions[3 * i + k]
                                  + float a * h[k]
                                  + float b * h[3 + k]
                                  + float c * h[6 + k]

                              let r = sqrt (d 0 * d 0 + d 1 * d 1 + d 2 * d 2)

                              if r < cutoff && (i, 0, 0, 0) <> (j, a, b, c) then
                                  (i, j, a, b, c), r ]

let private sameAsBruteForce (structure: Structure) (cutoff: float) =
    let expected = bruteForce structure cutoff
    let found = listed (NeighborList.Build(structure, cutoff))
    // A pair within rounding of the cutoff may be listed or not.
    let certain r = r < cutoff * (1. - 1e-12)

    for KeyValue(pair, r) in expected do
        if certain r then
            Assert.True(Array.exists (fun (p, _) -> p = pair) found, $"pair {pair} at {r} is not listed")

    for pair, v in found do
        match Map.tryFind pair expected with
        | Some r -> Assert.InRange(abs (v[3] - r), 0., 1e-12 * (1. + cutoff))
        | None -> Assert.False(certain v[3], $"pair {pair} at {v[3]} is listed and should not be")

    Assert.Equal(found.Length, found |> Array.distinctBy fst |> Array.length)

[<Tests>]
let tests =
    testList "Numerics.Neighbors.NeighborListTests" [
        testCase "the list is every pair closer than the cutoff, whatever the cell and its periodic directions" <| fun () ->
            let cutoffs = Gen.elements [ 1.5; 2.7; 4.; 5.5 ]
            let cases = Arb.fromGen (Gen.zip (RandomStructure.recipes (1, 12)).Generator cutoffs)
            Law.holdsFor 150 cases (fun (recipe, cutoff) -> sameAsBruteForce (RandomStructure.build recipe) cutoff)

        testCase "a cutoff of several cells lists every image" <| fun () ->
            let cell = Cell(ReadOnlySpan [| 2.1; 0.; 0.; 0.9; 1.8; 0.; -0.4; 0.7; 2.4 |])
            let structure = Structure.Create(ReadOnlySpan [| 14; 8 |], ReadOnlySpan [| 0.; 0.; 0.; 9.3; -7.1; 0.4 |], cell, Periodicity.All)
            sameAsBruteForce structure 6.3

        Law.test
            "larger structures have the neighbours of their unit cell, image by image"
            10
            (RandomStructure.crystals (2, 5))
            (fun recipe ->
                let unit = RandomStructure.build recipe

                let counts (s: Structure) =
                    (NeighborList.Build(s, 4.)).Offsets.ToArray() |> Array.pairwise |> Array.map (fun (a, b) -> b - a)

                let few = counts unit
                let many = counts (unit.Replicate(4, 3, 5))

                Assert.Equal<int list>(
                    List.sort [
                        for _ in 1..60 do
                            yield! few
                    ],
                    List.sort (List.ofArray many)
                ))

        Law.test
            "vectors point from the centre to the image of the neighbour, and distances are their lengths"
            100
            (RandomStructure.recipes (1, 20))
            (fun recipe ->
                let s = RandomStructure.build recipe

                let h =
                    match s.Cell with
                    | null -> Array.zeroCreate 9
                    | cell -> cell.Vectors.ToArray()

                for (i, j, a, b, c), v in listed (NeighborList.Build(s, 3.5)) do
                    for k in 0..2 do
                        let expected =
                            s.Positions[3 * j + k] - s.Positions[3 * i + k] + float a * h[k] + float b * h[3 + k] + float c * h[6 + k]

                        Assert.InRange(abs (v[k] - expected), 0., 1e-12 * (1. + abs s.Positions[3 * j + k]))

                    Assert.Equal(sqrt (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), v[3], 1e-14 * v[3]))

        Law.test "the list is the same bit by bit for any number of threads" 5 (RandomStructure.recipes (300, 400)) (fun recipe ->
            let s = RandomStructure.build { recipe with Spacing = 0. }
            let one = listed (NeighborList.Build(s, 4., 1))

            for threads in [ 2; 3 ] do
                Assert.Equal<(Pair * float[])[]>(one, listed (NeighborList.Build(s, 4., threads))))

        testCase "an atom whose image in the cell cannot be told is refused by number"
        <| fun () ->
            let build far =
                NeighborList.Build(
                    Structure.Create(ReadOnlySpan [| 1; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; far; 0. |], Cell.Cubic 2., Periodicity.All),
                    3.
                )

            Assert.Equal((build 1.).PairCount, (build 800000001.).PairCount)

            for far in [ 1.1e9; -1e30; 1e300 ] do
                Assert.Equal(1, Assert.Throws<DistantAtomException>(fun () -> build far |> ignore).Atom)

            // Without periodicity there is no image to be told.
            let free = Structure.Create(ReadOnlySpan [| 1; 1; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; 1e300; 0.; 0.; 1.; 0. |])
            sameAsBruteForce free 3.

        testCases
            "a cutoff that is no positive number is refused"
            [ 0.
              -1.
              Double.NaN
              Double.PositiveInfinity ]
        <| fun (cutoff: float) ->
            let s = Structure.Create(ReadOnlySpan [| 1 |], ReadOnlySpan [| 0.; 0.; 0. |])
            let error = Assert.Throws<ArgumentOutOfRangeException>(fun () -> NeighborList.Build(s, cutoff) |> ignore)
            Assert.Contains("expected a positive cutoff", error.Message)

        Law.test "a list whose memory is given back does not disturb the next ones" 30 (RandomStructure.recipes (1, 20)) (fun recipe ->
            let s = RandomStructure.build recipe
            let first = NeighborList.Build(s, 4.)
            let expected = listed first
            let second = NeighborList.Build(s, 3.)
            let other = listed second
            second.Dispose()
            Assert.Equal(0, second.PairCount)
            second.Dispose()
            use third = NeighborList.Build(s, 4.)
            Assert.Equal<(Pair * float[])[]>(expected, listed third)
            Assert.Equal<(Pair * float[])[]>(expected, listed first)
            Assert.Equal<(Pair * float[])[]>(other, listed (NeighborList.Build(s, 3.))))
    ]
