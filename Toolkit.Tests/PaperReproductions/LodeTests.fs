module Toolkit.Tests.PaperReproductions.LodeTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Reproductions
open Toolkit.Reproductions.Lode2019
open Toolkit.Reproductions.Lode2019.ChargedDimers
open Toolkit.Testing
open Toolkit.Tests.Laws

let private dimers = lazy (load (Path.Combine(Application.home, "lode-2019")))

let private distance (s: Structure) i j =
    sqrt (Seq.sum (seq { for k in 0..2 -> (s.Positions[3 * i + k] - s.Positions[3 * j + k]) ** 2. }))

let private near (a: float[]) (b: float[]) = for k in 0 .. a.Length - 1 do Assert.InRange(abs (a[k] - b[k]), 0., 1e-5)

[<Tests>]
let tests =
    testList "PaperReproductions.LodeTests" [
        testCase "the dimers are at least 120 with charged, polar and neutral fragments, at 13 distances evenly spaced in 1/R from 3 to 8 Å" <| fun () ->
            Assert.True(dimers.Value.Length >= 120)
            let kinds = dimers.Value |> List.map (fun d -> let a, b = d.Charges in a * b, a + b) |> List.distinct |> List.sort
            Assert.Equal<(int * int) list>([ -1, 0; 0, -1; 0, 1; 1, -2; 1, 2 ], kinds)

            for d in dimers.Value do
                Assert.Equal(13, d.Points.Length)
                let inverse = [ for p in d.Points -> 1. / p.Distance ]
                Assert.Equal(1. / 3., inverse.Head, 1e-12)
                Assert.Equal(1. / 8., List.last inverse, 1e-12)
                for a, b in List.pairwise inverse do Assert.Equal((1. / 3. - 1. / 8.) / 12., a - b, 1e-12)

        testCase "fragments are rigid and do not touch, and their centres are as far apart as is said"
        <| fun () ->
            for d in dimers.Value do
                let n = d.First.Count

                for p in d.Points do
                    let both = p.Structure

                    for i in 0 .. n - 1 do
                        for j in 0 .. i - 1 do
                            Assert.Equal(distance d.First i j, distance both i j, 1e-9)

                        for j in n .. both.Count - 1 do
                            Assert.True(distance both i j > 1.6, d.Name)

                let mass z = Map [ 1, 1.008; 6, 12.011; 7, 14.007; 8, 15.999 ] |> Map.find z

                let centre atoms =
                    let m = Seq.sumBy (fun i -> mass d.Points.Head.Structure.Species[i]) atoms in

                    Array.init 3 (fun k ->
                        Seq.sumBy
                            (fun i -> mass d.Points.Head.Structure.Species[i] * d.Points.Head.Structure.Positions[3 * i + k] / m)
                            atoms)

                let a, b = centre [ 0 .. n - 1 ], centre [ n .. d.Points.Head.Structure.Count - 1 ]
                Assert.Equal(3., sqrt (Array.fold2 (fun sum x y -> sum + (x - y) ** 2.) 0. a b), 2e-3)

        testCase "the tail of each dimer is that of the charges of its fragments" <| fun () ->
            for d in dimers.Value do
                Assert.InRange(abs ((tail (d.Points @ d.Longer)).Head - d.Tail), 0., max 0.3 (0.05 * abs d.Tail) + 1e-9)

        testCase "a fit of the tail finds the coefficients that energies were made of"
        <| fun () ->
            let c = [ -14.; 3.; 20.; -50. ]
            let at = (List.head dimers.Value).At

            let points = [
                for r in Array.append distances longer ->
                    { Distance = r; Structure = at r; Energy = c |> List.mapi (fun k x -> x * r ** float (-1 - k)) |> List.sum }
            ]

            List.iter2 (fun x y -> Assert.Equal(x, y, 1e-6)) c (tail points)

        testCase "a cubic lattice of points has the dielectric constant of Clausius and Mossotti" <| fun () ->
            let points: InducedDipoles.Thole = { Polarisability = Map [ 8, 1.3 ]; Damping = infinity }
            let lattice = Structure.Create(ReadOnlySpan [| 8 |], ReadOnlySpan [| 0.1; 0.2; 0.3 |], Cell.Cubic 3., Periodicity.All)
            let e = InducedDipoles.dielectric points 0.6 lattice
            Assert.Equal(4. * Math.PI / 3. * 1.3 / 27., (e[0] - 1.) / (e[0] + 2.), 1e-6)
            for k in [ 1; 2; 3; 5; 6; 7 ] do Assert.Equal(0., e[k], 1e-9)

        testCase "dielectric tensors do not depend on the split or on the cell, and turn with it"
        <| fun () ->
            let frame = WaterBoxes.frame 3
            let atoms = [| 0..11 |]
            let small = frame.Select(ReadOnlySpan atoms).WithCell(Cell.Orthorhombic(10., 9., 11.), Periodicity.All)
            let tensor (split: float) s = InducedDipoles.dielectric InducedDipoles.thole split s
            let reference = tensor 0.6 small
            near reference (tensor 0.45 small)
            near reference (tensor 0.6 (small.Replicate(2, 1, 1)))
            let m = Rotations.randomRotation (Random 8)

            near
                (Rotations.multiply (Rotations.multiply m reference) (Rotations.transpose m))
                (tensor 0.6 (small.Transform(ReadOnlySpan m)))

        testCase "boxes of water are whole molecules that do not touch, and the same for the same seed"
        <| fun () ->
            let frame = WaterBoxes.frame 4
            Assert.Equal(frame, WaterBoxes.frame 4)
            Assert.NotEqual(frame, WaterBoxes.frame 5)
            let edge = (nonNull frame.Cell).Vectors[0]

            let apart i j =
                sqrt (
                    Seq.sum (
                        seq {
                            for k in 0..2 ->
                                let d = frame.Positions[3 * i + k] - frame.Positions[3 * j + k] in (d - edge * Math.Round(d / edge)) ** 2.
                        }
                    )
                )

            for i in 0 .. frame.Count - 1 do
                for j in 0 .. i - 1 do
                    if i / 3 = j / 3 then
                        Assert.InRange(apart i j, 0.8, 1.75)
                    else
                        Assert.True(apart i j >= 1.65, $"{i} {j}: {apart i j}")

        testCase "what a long run keeps of curves is the curves"
        <| fun () ->
            let gas: GasFits.Outcome list = [
                for size in [ 5; 10 ] ->
                    {
                        Features = GasFits.square
                        Seed = 3
                        Size = size
                        Columns = 4
                        Regulariser = 1e-7
                        Error = 0.1 / float size
                        Deviation = 2.5
                        Coefficients = [| 1.; -2.; 1. / 3.; 0. |]
                    }
            ]

            Assert.Equal<GasFits.Outcome list>(gas, GasFits.ofKept GasFits.square 3 (GasFits.kept gas))
            let model = List.last WaterFits.models

            let water: WaterFits.Outcome list = [
                for size in [ 50; 100 ] ->
                    {
                        Model = model
                        Seed = 2
                        Size = size
                        Percent = 12.5 / float size
                        Equal = 20.
                        Degree = 2
                        Weight = 1e4
                        Regulariser = 1e-9
                    }
            ]

            Assert.Equal<WaterFits.Outcome list>(water, WaterFits.ofKept model 2 (WaterFits.kept water))

            // Through a file, and not of other settings.
            TemporaryFolder.using (fun folder ->
                let counted = ref 0

                let find settings =
                    GasFits.ofKept
                        GasFits.square
                        3
                        (Toolkit.Reproductions.Report.Kept.inFolder folder "gas, 3 Å" settings (fun () ->
                            counted.Value <- counted.Value + 1
                            GasFits.kept gas))

                for settings in [ "a"; "a"; "b"; "b" ] do
                    Assert.Equal<GasFits.Outcome list>(gas, find settings)

                Assert.Equal(2, counted.Value))

        testCase "the exponent of a power law is found" <| fun () ->
            Assert.Equal(1.5, Scaling.exponent [ for n in [ 10.; 30.; 200. ] -> n, 7. * n ** 1.5 ], 1e-12)

        testCase "the harder gas has twice the charges at the same densities" <| fun () ->
            let few, many = ChargeGas.frame ChargeGas.pairs 5, ChargeGas.frame ChargeGas.manyPairs 5
            Assert.Equal(2 * few.Count, many.Count)
            Assert.Equal(2. * (nonNull few.Cell).Volume, (nonNull many.Cell).Volume, 1e-6)
    ]
