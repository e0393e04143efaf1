/// Pairs at the cutoff itself: both directions are listed or neither, whatever rounding does.
module Toolkit.Tests.Numerics.Neighbors.CutoffPairTests

open System
open System.Collections.Generic
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Neighbors
open Toolkit.Testing
open Toolkit.Tests.Laws

type private Pair = (struct (int * int * int * int * int))

/// The listed pairs with their vectors and distances; each pair once.
let private listed (structure: Structure) cutoff =
    use list = NeighborList.Build(structure, cutoff)
    let pairs = Dictionary<Pair, float[]>()

    for i in 0 .. list.CentreCount - 1 do
        for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
            let s = list.Shifts[p]
            pairs.Add(struct (i, list.Neighbors[p], s.A, s.B, s.C), [| list.X[p]; list.Y[p]; list.Z[p]; list.Distances[p] |])

    pairs

/// The definition: (r_j − r_i) + (a A + b B + c C), rounded in this order, is shorter than the cutoff.
let private reference (structure: Structure) (cutoff: float) =
    let cell = Option.get (Option.ofObj structure.Cell)
    let h = cell.Vectors.ToArray()
    let reach k = if structure.Periodic[k] then int (ceil (cutoff / cell.Height k)) + 1 else 0
    let r = structure.Positions.ToArray()
    let pairs = Dictionary<Pair, float[]>()

    for i in 0 .. structure.Count - 1 do
        for j in 0 .. structure.Count - 1 do
            for a in -reach 0 .. reach 0 do
                for b in -reach 1 .. reach 1 do
                    for c in -reach 2 .. reach 2 do
                        let d k = r[3 * j + k] - r[3 * i + k] + (float a * h[k] + float b * h[3 + k] + float c * h[6 + k])
                        let x, y, z = d 0, d 1, d 2
                        let distance = sqrt (x * x + y * y + z * z)

                        if distance < cutoff && (i <> j || (a, b, c) <> (0, 0, 0)) then
                            pairs.Add(struct (i, j, a, b, c), [| x; y; z; distance |])

    pairs

let private symmetric cutoff (pairs: Dictionary<Pair, float[]>) =
    for KeyValue(struct (i, j, a, b, c), v) in pairs do
        Assert.True(v[3] < cutoff, $"{i} → {j} at {v[3]:R} is not closer than {cutoff:R}")

        match pairs.TryGetValue(struct (j, i, -a, -b, -c)) with
        | true, w -> Assert.Equal<float[]>([| -v[0]; -v[1]; -v[2]; v[3] |], w)
        | _ -> Assert.Fail $"{i} → {j}, shift {a} {b} {c}, at {v[3]:R} is listed, the way back is not"

let private same (expected: Dictionary<Pair, float[]>) (found: Dictionary<Pair, float[]>) =
    Assert.Equal<Pair list>(List.sort (List.ofSeq expected.Keys), List.sort (List.ofSeq found.Keys))

    for KeyValue(pair, v) in expected do
        Assert.Equal<float[]>(v, found[pair])

let private create (cell: Cell) periodic (positions: float[]) =
    Structure.Create(ReadOnlySpan(Array.create (positions.Length / 3) 14), ReadOnlySpan positions, cell, periodic)

/// A cell with round numbers, atoms at round fractions or round coordinates of it, and a cutoff that some of its distances are.
let private atTheEdge =
    gen {
        let! a = Gen.elements [ 2.46; 2.87; 3.; 3.52; 4.05; 5.43; 1. / 3. * 10. ]
        let! b = Gen.elements [ a; a; 1.5 * a; a * sqrt 2. ]
        let! c = Gen.elements [ a; a; 1.7 * a; a * sqrt (8. / 3.) ]
        let! skew = Gen.elements [ [| 0.; 0.; 0. |]; [| a / 2.; 0.; 0. |]; [| 0.; a / 2.; b / 2. |]; [| -a / 3.; a / 4.; b / 5. |] ]
        let cell = Cell(ReadOnlySpan [| a; 0.; 0.; skew[0]; b; 0.; skew[1]; skew[2]; c |])

        let! periodic =
            Gen.elements [
                Periodicity.All
                Periodicity.All
                Periodicity.All
                Periodicity(true, true, false)
                Periodicity(false, true, false)
            ]

        let! places = Gen.listOfLength 9 (Gen.zip (Gen.choose (0, 11)) (Gen.choose (0, 999)))
        let! count = Gen.choose (1, 3)
        let! byFraction = Gen.elements [ true; false ]
        let edges = [| a; b; c |]

        // Inside the cell, so that nothing is wrapped and the definition holds to the last bit.
        let positions =
            places
            |> List.take (3 * count)
            |> List.mapi (fun k (twelfth, thousandth) ->
                if byFraction then
                    float twelfth / 12. * edges[k % 3] / 2. + edges[k % 3] / 4.
                else
                    a / 3. + float thousandth * 0.001)
            |> Array.ofList

        let wrapped, fractions = Array.copy positions, Array.zeroCreate positions.Length
        cell.Wrap(ReadOnlySpan positions, periodic, Span wrapped)
        cell.ToFractional(ReadOnlySpan wrapped, Span fractions)
        let inside = Array.forall (fun f -> f >= 0. && f < 1.) fractions && wrapped = positions
        let! multiple = Gen.elements [ 1.; 1.; 2.; 0.5; sqrt 2.; sqrt 3.; sqrt 3. / 4.; sqrt 0.5 ]
        let! edge = Gen.elements edges
        return create cell periodic wrapped, inside, multiple * edge
    }

[<Tests>]
let tests =
    testList "Numerics.Neighbors.CutoffPairTests" [
        testCase "a pair that rounding puts on either side of the cutoff is listed from both ends or from none" <| fun () ->
            let across = create (Cell.Cubic 5.43) Periodicity.All [| 2.46; 2.; 2.; 0.03; 2.; 2. |]
            let found = listed across 3.
            symmetric 3. found
            same (reference across 3.) found
            Assert.Equal(found.ContainsKey(struct (0, 1, 1, 0, 0)), found.ContainsKey(struct (1, 0, -1, 0, 0)))

        testCase "an atom has its images on both sides or on none where the cutoff is the lattice constant" <| fun () ->
            let alone = create (Cell.Cubic 3.) Periodicity.All [| 1.001; 1.004; 1.017 |]
            Assert.Empty(listed alone 3.)
            Assert.Equal(6, (listed alone (Math.BitIncrement 3.)).Count)

        Law.test
            "both directions of a pair are listed, at one distance bit for bit, and the list is that of the definition"
            400
            (Law.from atTheEdge)
            (fun (structure, inside, cutoff) ->
                let found = listed structure cutoff
                symmetric cutoff found

                if inside then
                    same (reference structure cutoff) found)

        Law.test
            "a cutoff that is one of the distances keeps both directions, wherever the atoms lie"
            60
            (RandomStructure.recipes (2, 12))
            (fun recipe ->
                let structure = RandomStructure.build recipe
                let distances = (listed structure 5.).Values |> Seq.map (fun v -> v[3]) |> Seq.distinct |> Seq.truncate 25 |> Array.ofSeq

                for distance in distances do
                    for cutoff in [ distance; Math.BitIncrement distance ] do
                        let found = listed structure cutoff
                        symmetric cutoff found
                        let closer = (listed structure 5.).Values |> Seq.filter (fun v -> v[3] < cutoff) |> Seq.length
                        Assert.Equal(closer, found.Count))

        testCase "crystals keep both directions of every pair at cutoffs that are their own distances"
        <| fun () ->
            for a in [ 3.52; 4.05; 5.43 ] do
                let diamond = [|
                    0.
                    0.
                    0.
                    0.
                    0.5
                    0.5
                    0.5
                    0.
                    0.5
                    0.5
                    0.5
                    0.
                    0.25
                    0.25
                    0.25
                    0.25
                    0.75
                    0.75
                    0.75
                    0.25
                    0.75
                    0.75
                    0.75
                    0.25
                |]

                let crystal = (create (Cell.Cubic a) Periodicity.All (Array.map (fun f -> a * f) diamond)).Replicate(3, 3, 3)

                for multiple in [ sqrt 3. / 4.; sqrt 0.5; 1.; sqrt 2.; 1.5 ] do
                    let cutoff = multiple * a
                    symmetric cutoff (listed crystal cutoff)
    ]
