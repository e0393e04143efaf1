/// Neighbours that somebody else has found, as a simulation does, give what our own give.
module Toolkit.Tests.Numerics.Neighbors.GivenNeighborsTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Models
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]

let private expansion cutoff =
    DensityExpansion(
        RadialTable.Build(SmearedGto(GtoBasis(3, cutoff), 2, cutoff, 0.4), CutoffFunction(cutoff, 0.8), 1e-10),
        species,
        CentrePolicy.Include
    )

// Two cutoffs: the list reaches to the larger one.
let private design = EnergyDesign([ PowerSpectrum(expansion 3.6); RadialSpectrum(expansion 2.9) ], species)

let private skin = 0.7

let private handed (structure: Structure) (cutoff: float) (list: NeighborList) =
    NeighborList.Of(structure, cutoff, list.Offsets, list.Neighbors, list.Shifts)

/// The structure with every atom moved by less than half the skin.
let private moved (seed: int) (structure: Structure) =
    let random = Random seed

    structure.WithPositions(
        ReadOnlySpan(structure.Positions.ToArray() |> Array.map (fun x -> x + 0.35 * skin * (random.NextDouble() - 0.5)))
    )

let private close (tolerance: float) (expected: float[]) (found: float[]) =
    let scale = Array.fold (fun m x -> max m (abs x)) 1. expected
    Assert.Equal(expected.Length, found.Length)
    Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., tolerance * scale)) expected found

let private cases =
    let recipes = RandomStructure.recipes (1, 7)

    Arb.fromGenShrink (
        Gen.zip recipes.Generator (Gen.choose (0, 1 <<< 30)),
        (fun (r, seed) -> recipes.Shrinker r |> Seq.map (fun r -> r, seed))
    )

[<Tests>]
let tests =
    testList "Numerics.Neighbors.GivenNeighborsTests" [
        Law.test "a list with a skin has, after atoms moved, the pairs that are found anew" 60 cases (fun (recipe, seed) ->
            let before = RandomStructure.build recipe
            let after = moved seed before
            use old = NeighborList.Build(before, 3.6 + skin)
            use given = handed after 3.6 old
            use found = NeighborList.Build(after, 3.6)
            Assert.Equal<int[]>(found.Offsets.ToArray(), given.Offsets.ToArray())

            for i in 0 .. after.Count - 1 do
                let row (l: NeighborList) =
                    [|
                        for p in l.Offsets[i] .. l.Offsets[i + 1] - 1 ->
                            l.Neighbors[p], l.Shifts[p].A, l.Shifts[p].B, l.Shifts[p].C, l.Distances[p]
                    |]
                    |> Array.sortBy (fun (j, a, b, c, _) -> j, a, b, c)

                Array.iter2
                    (fun (j, a, b, c, r) (j', a', b', c', r') ->
                        Assert.Equal((j, a, b, c), (j', a', b', c'))
                        Assert.InRange(abs (r - r'), 0., 1e-12 * (1. + r)))
                    (row found)
                    (row given))

        Law.test "energies and forces are those of our own lists, and those of parts of the centres add up" 40 cases (fun (recipe, seed) ->
            let s = RandomStructure.build recipe
            let random = Random(seed: int)
            let potential = LinearPotential(design, Array.init design.Columns (fun _ -> Rotations.normal random))
            let whole = potential.Predict s
            use list = NeighborList.Build(s, design.Features.Cutoff + skin)
            let all = Array.init s.Count id
            let given = design.Features.Evaluate(s, list, ReadOnlySpan all, potential)
            close 1e-12 [| whole.Energy |] [| given.Energy |]
            close 1e-11 whole.AtomicEnergies given.AtomicEnergies
            close 1e-10 whole.Forces given.Forces
            close 1e-10 whole.Virial given.Virial
            close 1e-10 whole.CellGradient given.CellGradient

            // As two processes do: each has the neighbours of its own atoms alone.
            let part = all |> Array.map (fun _ -> random.Next 2)

            let halves =
                [| for k in 0..1 ->
                       let centres = all |> Array.filter (fun i -> part[i] = k)
                       let rows = [| for i in all -> if part[i] = k then [| list.Offsets[i] .. list.Offsets[i + 1] - 1 |] else [||] |]
                       let offsets = Array.scan (fun sum (row: int[]) -> sum + row.Length) 0 rows
                       let pairs = Array.concat rows
                       let neighbors, shifts = list.Neighbors.ToArray(), list.Shifts.ToArray()

                       use own =
                           NeighborList.Of(
                               s, design.Features.Cutoff, ReadOnlySpan offsets, ReadOnlySpan(pairs |> Array.map (fun p -> neighbors[p])),
                               ReadOnlySpan(pairs |> Array.map (fun p -> shifts[p])))

                       design.Features.Evaluate(s, own, ReadOnlySpan centres, potential, 2) |]

            close 1e-11 [| whole.Energy |] [| halves |> Array.sumBy _.Energy |]
            close 1e-10 whole.Forces (Array.map2 (+) halves[0].Forces halves[1].Forces)
            close 1e-10 whole.Virial (Array.map2 (+) halves[0].Virial halves[1].Virial)

            for i in all do
                Assert.Equal(0., halves[1 - part[i]].AtomicEnergies[i])

            // Neighbours of atoms whose energies do not count make no difference, and virials of atoms add up.
            for k in 0..1 do
                let centres = all |> Array.filter (fun i -> part[i] = k)
                let found = design.Features.Evaluate(s, list, ReadOnlySpan centres, potential, 2, true)
                close 1e-11 halves[k].Forces found.Forces
                close 1e-11 halves[k].Virial found.Virial
                let atoms = nonNull found.AtomicVirials
                close 1e-11 found.Virial (Array.init 9 (fun t -> Seq.sum (seq { for i in all -> atoms[9 * i + t] })))
                for i in all do
                    if part[i] <> k then Assert.Equal<float[]>(Array.zeroCreate 9, atoms[9 * i .. 9 * i + 8]))

        testCase "lists that do not fit are refused"
        <| fun () ->
            let s = Structure.Create(ReadOnlySpan [| 1; 6 |], ReadOnlySpan [| 0.; 0.; 0.; 1.; 0.; 0. |])

            let refused (part: string) (work: unit -> unit) =
                Assert.Contains(part, (Assert.Throws<ArgumentException>(fun () -> work ())).Message)

            let make (offsets: int list) (neighbors: int list) (shifts: CellShift list) () =
                NeighborList
                    .Of(s, 3., ReadOnlySpan(Array.ofList offsets), ReadOnlySpan(Array.ofList neighbors), ReadOnlySpan(Array.ofList shifts))
                    .Dispose()

            refused "expected 3 offsets from 0 to 1" (make [ 0; 1 ] [ 1 ] [])
            refused "expected 3 offsets from 0 to 1" (make [ 0; 1; 2 ] [ 1 ] [])
            refused "end before they begin" (make [ 0; 2; 1 ] [ 1 ] [])
            refused "neighbour 0 is atom 2 of 2" (make [ 0; 1; 1 ] [ 2 ] [])
            refused "atom 1 is its own neighbour" (make [ 0; 0; 1 ] [ 1 ] [])
            refused "expected 1 images; got 2" (make [ 0; 1; 1 ] [ 1 ] [ CellShift(0, 0, 0); CellShift(0, 0, 0) ])
            refused "no cell" (make [ 0; 1; 1 ] [ 1 ] [ CellShift(1, 0, 0) ])
            let potential = LinearPotential(design, Array.zeroCreate<float> design.Columns)
            use near = NeighborList.Build(s, 3.)
            refused "to 3.6 Å" (fun () -> design.Features.Evaluate(s, near, ReadOnlySpan [| 0 |], potential) |> ignore)
            use other = NeighborList.Build(Structure.Create(ReadOnlySpan [| 1 |], ReadOnlySpan [| 0.; 0.; 0. |]), 4.)
            refused "neighbours of 2 atoms" (fun () -> design.Features.Evaluate(s, other, ReadOnlySpan [| 0 |], potential) |> ignore)

        testCase "a list with a skin has the pairs of a new one along any walk of atoms and cell, and is seldom found anew"
        <| fun () ->
            for seed, (recipe: RandomStructure.Recipe) in
                Law.sample 25 (Gen.zip (Gen.choose (0, 1 <<< 30)) (RandomStructure.recipes (2, 7)).Generator) do
                let random = Random seed
                use list = new VerletList(3.2, 0.6)
                let mutable s = RandomStructure.build recipe

                for step in 1..40 do
                    let shaken = s.Positions.ToArray() |> Array.map (fun x -> x + 0.02 * (random.NextDouble() - 0.5))
                    // A simulation that wraps atoms, once in a while.
                    if step = 20 && s.Periodic.A then
                        for a in 0..2 do
                            shaken[a] <- shaken[a] + (nonNull s.Cell).Vectors[a]

                    let strain = Rotations.identity |> Array.map (fun x -> x + 0.002 * (random.NextDouble() - 0.5))
                    s <- s.WithPositions(ReadOnlySpan shaken).Transform(ReadOnlySpan strain)
                    use found = list.Of s
                    use expected = NeighborList.Build(s, 3.2)

                    let pairs (l: NeighborList) = [
                        for i in 0 .. s.Count - 1 do
                            yield!
                                [
                                    for p in l.Offsets[i] .. l.Offsets[i + 1] - 1 ->
                                        i, l.Neighbors[p], l.Shifts[p].A, l.Shifts[p].B, l.Shifts[p].C
                                ]
                                |> List.sort
                    ]

                    Assert.Equal<(int * int * int * int * int) list>(pairs expected, pairs found)

                Assert.True(list.Builds < 25, $"{list.Builds} lists for 40 steps, {recipe}")
    ]
