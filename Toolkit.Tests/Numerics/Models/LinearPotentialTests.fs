module Toolkit.Tests.Numerics.Models.LinearPotentialTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Models
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]

let private expansion nmax lmax =
    let cutoff = 3.6
    let radial = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, CentrePolicy.Include)

let private design = EnergyDesign([ RadialSpectrum(expansion 6 0); PowerSpectrum(expansion 3 3) ], species)

let private potential seed =
    let random = Random(seed: int)
    LinearPotential(design, Array.init design.Columns (fun _ -> Rotations.normal random))

let private cases =
    let recipes = RandomStructure.recipes (1, 7)

    Arb.fromGenShrink (
        Gen.zip recipes.Generator (Gen.choose (0, 1 <<< 30)),
        (fun (r, seed) -> recipes.Shrinker r |> Seq.map (fun r -> r, seed))
    )

[<Tests>]
let tests =
    testList "Numerics.Models.LinearPotentialTests" [
        Law.test "forces are minus the gradient of the energy, images and all" 40 cases (fun (recipe, seed) ->
            let s, model = RandomStructure.build recipe, potential seed
            let found = model.Predict s
            let atom, d, h = Random(seed).Next s.Count, Random(seed).Next 3, 1e-4

            let energy step =
                let r = s.Positions.ToArray()
                r[3 * atom + d] <- r[3 * atom + d] + step
                (model.Predict(s.WithPositions(ReadOnlySpan r))).Energy

            let expected = -(energy h - energy -h) / (2. * h)
            let scale = Array.fold (fun m f -> max m (abs f)) 1. found.Forces
            Assert.InRange(abs (found.Forces[3 * atom + d] - expected), 0., 2e-6 * scale))

        Law.test "the virial is minus the derivative of the energy by the strain of atoms and cell" 40 cases (fun (recipe, seed) ->
            let s, model = RandomStructure.build recipe, potential seed
            let found = model.Predict s
            let a, b, h = Random(seed).Next 3, Random(seed + 1).Next 3, 1e-5

            let energy step =
                let strain = Array.copy Rotations.identity
                strain[3 * a + b] <- strain[3 * a + b] + step
                (model.Predict(s.Transform strain)).Energy

            let expected = -(energy h - energy -h) / (2. * h)
            let scale = Array.fold (fun m f -> max m (abs f)) 1. found.Virial
            Assert.InRange(abs (found.Virial[3 * a + b] - expected), 0., 1e-5 * scale)
            Assert.InRange(abs (found.Virial[3 * a + b] - found.Virial[3 * b + a]), 0., 1e-9 * scale))

        Law.test "energy, forces and virial are the design's rows times the coefficients" 30 cases (fun (recipe, seed) ->
            let s = RandomStructure.build recipe
            let random = Random(seed: int)
            let coefficients = Array.init design.Columns (fun _ -> Rotations.normal random)
            let found = (LinearPotential(design, coefficients)).Predict s
            let rows = design.Rows(s, DesignParts.Forces ||| DesignParts.Virial)
            let energy, forces = rows.Energy, rows.Forces
            let dot (row: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. row coefficients
            Assert.Equal<float[]>((design.Rows s).Forces, forces)
            Assert.Empty((design.Rows(s, DesignParts.Energy)).Forces)
            let size = Array.fold (fun m f -> max m (abs f)) 1. found.Virial

            rows.Virial
            |> Array.chunkBySize design.Columns
            |> Array.iteri (fun k row -> Assert.InRange(abs (found.Virial[k] - dot row), 0., 1e-9 * size))

            Assert.Equal<float[]>(design.EnergyRow s, energy)
            let first = s.Select(ReadOnlySpan [| 0 |])
            Assert.Equal<float[]>(Array.concat [ energy; design.EnergyRow first; energy ], design.EnergyRows [| s; first; s |])
            Assert.InRange(abs (found.Energy - dot energy), 0., 1e-10 * (1. + abs found.Energy))
            let scale = Array.fold (fun m f -> max m (abs f)) 1. found.Forces

            forces
            |> Array.chunkBySize design.Columns
            |> Array.iteri (fun k row -> Assert.InRange(abs (found.Forces[k] - dot row), 0., 1e-9 * scale)))

        Law.test "a free cluster has no net force and no net torque" 30 (RandomStructure.clusters (2, 8)) (fun recipe ->
            let s = RandomStructure.build recipe
            let f = (potential recipe.Seed).Predict(s).Forces
            let scale = Array.fold (fun m x -> max m (abs x)) 1. f
            let r = s.Positions.ToArray()

            for d in 0..2 do
                let e, g = (d + 1) % 3, (d + 2) % 3
                let net = Seq.sum (seq { for i in 0 .. s.Count - 1 -> f[3 * i + d] })
                let torque = Seq.sum (seq { for i in 0 .. s.Count - 1 -> r[3 * i + e] * f[3 * i + g] - r[3 * i + g] * f[3 * i + e] })
                Assert.InRange(abs net, 0., 1e-10 * scale)
                Assert.InRange(abs torque, 0., 1e-9 * scale))

        Law.test "predictions are the same bit by bit for any number of threads" 5 (RandomStructure.recipes (20, 40)) (fun recipe ->
            let s, model = RandomStructure.build recipe, potential recipe.Seed
            let one = model.Predict(s, 1)

            for threads in [ 2; 3 ] do
                let many = model.Predict(s, threads)
                Assert.Equal(one.Energy, many.Energy)
                Assert.Equal<float[]>(one.Forces, many.Forces)
                Assert.Equal<float[]>(one.Virial, many.Virial))

        testCase "rows of one structure after the other allocate what they hold and little more, however many gradients there are"
        <| fun () ->
            let one = EnergyDesign([ PowerSpectrum(expansion 5 5) ], [ 14 ])

            let s =
                RandomStructure.build
                    { Seed = 3
                      Atoms = 40
                      Species = [ 14 ]
                      Periodic = Periodicity.All
                      HasCell = true
                      Spacing = 1.5 }

            let first = one.Rows s
            let before = GC.GetAllocatedBytesForCurrentThread()
            let rows = one.Rows s
            let allocated = GC.GetAllocatedBytesForCurrentThread() - before
            Assert.Equal<float[]>(first.Forces, rows.Forces)
            let gradients = int64 ((one.Features.ComputeWithGradients s).Gradients.Length)
            let held = int64 (rows.Energy.Length + rows.Forces.Length)
            Assert.True(gradients > 4L * held, $"{gradients} gradients for {held} numbers")
            Assert.True(allocated < 8L * (2L * held), $"{allocated} bytes for {held} numbers")

        testCase "a fit on energies and forces of a potential in its span recovers the potential"
        <| fun () ->
            let small =
                EnergyDesign(
                    [
                        PowerSpectrum(
                            DensityExpansion(
                                RadialTable.Build(SmearedGto(GtoBasis(3, 3.6), 2, 3.6, 0.4), CutoffFunction(3.6, 0.8)),
                                [ 1; 6 ]
                            )
                        )
                    ],
                    [ 1; 6 ]
                )

            let random = Random 7
            let truth = LinearPotential(small, Array.init small.Columns (fun _ -> Rotations.normal random))
            let folds = Array.init 3 (fun _ -> NormalEquations small.Columns)

            let structure k =
                RandomStructure.build {
                    Seed = k
                    Atoms = 6
                    Species = [ 1; 6 ]
                    Periodic = Periodicity.None
                    HasCell = false
                    Spacing = 0.9
                }

            for k in 0..59 do
                let s = structure k
                let label = truth.Predict s
                let rows = small.Rows s
                let energy, forces = rows.Energy, rows.Forces
                folds[k % 3].Add(ReadOnlySpan energy, ReadOnlySpan [| label.Energy |])
                folds[k % 3].Add(ReadOnlySpan forces, ReadOnlySpan label.Forces)

            let fit = RidgeRegression.CrossValidate(folds, small.UnpenalisedColumns)
            let model = LinearPotential(small, fit.Coefficients)

            for k in 100..109 do
                let expected, found = truth.Predict(structure k), model.Predict(structure k)
                Assert.InRange(abs (expected.Energy - found.Energy), 0., 1e-3 * (1. + abs expected.Energy))
                Array.iter2 (fun (x: float) y -> Assert.InRange(abs (x - y), 0., 1e-3 * (1. + abs x))) expected.Forces found.Forces
    ]
