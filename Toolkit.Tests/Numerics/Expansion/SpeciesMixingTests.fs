module Toolkit.Tests.Numerics.Expansion.SpeciesMixingTests

open System
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]
let private nmax, lmax = 3, 2

let private table =
    RadialTable.Build(SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4), CutoffFunction(3.4, 0.8, CutoffKind.Polynomial), 1e-10)

let private expansion policy (mixing: SpeciesMixing | null) = DensityExpansion(table, species, policy, mixing = mixing)

let private identity = SpeciesMixing(species, 5, ReadOnlySpan(Array.init 25 (fun k -> if k % 6 = 0 then 1. else 0.)))

let private random seed count =
    let random = Random(seed: int)
    SpeciesMixing(species, count, ReadOnlySpan(Array.init (5 * count) (fun _ -> Rotations.normal random)))

let private policies = [ CentrePolicy.Include; CentrePolicy.Exclude; CentrePolicy.Separate ]

let private structures (law: Structure -> unit) =
    Law.holdsFor 15 (RandomStructure.recipes (1, 7)) (fun recipe -> law (RandomStructure.build recipe))

[<Tests>]
let tests =
    testList "Numerics.Expansion.SpeciesMixingTests" [
        testCase "mixing by the identity is no mixing" <| fun () ->
            for policy in policies do
                structures (fun s ->
                    Assert.Equal<float[]>((expansion policy null).Compute s, (expansion policy identity).Compute s)
                    let plain, mixed = PowerSpectrum(expansion policy null), PowerSpectrum(expansion policy identity)
                    Assert.Equal<float[]>(plain.Compute s, mixed.Compute s))

        testCase "mixed coefficients are the sums of the species' coefficients times their weights" <| fun () ->
            for policy in policies do
                let mixing = random 3 2
                let plain, mixed = expansion policy null, expansion policy mixing
                // The centre's own channels, where it has some, come first and are not mixed.
                let own = if policy = CentrePolicy.Separate then 1 else 0
                Assert.Equal<int>([ for _ in 1..own -> -1 ] @ [ 0; 1 ], mixed.Groups.ToArray())

                structures (fun s ->
                    let c, found = plain.Compute s, mixed.Compute s
                    let from, into = plain.ChannelCount, mixed.ChannelCount

                    for row in 0 .. s.Count * (lmax + 1) * (lmax + 1) - 1 do
                        for n in 0 .. nmax - 1 do
                            for g in 0 .. own - 1 do
                                Assert.Equal(c[row * from + g * nmax + n], found[row * into + g * nmax + n])

                            for alpha in 0..1 do
                                let expected =
                                    Seq.sum (seq { for a in 0..4 -> mixing.Weights(a)[alpha] * c[row * from + (own + a) * nmax + n] })
                                Assert.Equal(expected, found[row * into + (own + alpha) * nmax + n], 1e-12))

        testCase "permuting the pseudo-species permutes the channels" <| fun () ->
            let mixing = random 4 3
            let order = [| 2; 0; 1 |]
            let permuted = SpeciesMixing(species, 3, ReadOnlySpan [| for a in 0..4 do for alpha in order -> mixing.Weights(a)[alpha] |])
            let one, other = expansion CentrePolicy.Include mixing, expansion CentrePolicy.Include permuted

            structures (fun s ->
                let c, found = one.Compute s |> Array.chunkBySize nmax, other.Compute s |> Array.chunkBySize nmax
                found |> Array.iteri (fun k part -> Assert.Equal<float[]>(c[k / 3 * 3 + order[k % 3]], part)))

        testCase "relabelling species and weights together changes nothing" <| fun () ->
            let mixing = random 5 2
            let renamed = [ 26; 14; 8; 6; 1 ]
            let map = dict (List.zip species renamed)
            let other = SpeciesMixing(renamed, 2, ReadOnlySpan [| for a in 0..4 do for alpha in 0..1 -> mixing.Weights(a)[alpha] |])
            let one, two = PowerSpectrum(expansion CentrePolicy.Include mixing), PowerSpectrum(expansion CentrePolicy.Include other)

            structures (fun s ->
                let relabelled = s.WithSpecies(ReadOnlySpan(s.Species.ToArray() |> Array.map (fun z -> map[z])))
                Representations.close "relabelled" 1e-12 (one.Compute s) (two.Compute relabelled))

        testCase "gradients and the backward pass through a mixing agree with differences" <| fun () ->
            let subjects =
                [ Representations.invariant "power spectrum" (fun _ -> false) (PowerSpectrum(expansion CentrePolicy.Include (random 6 2)))
                  Representations.invariant "separate" (fun _ -> false) (PowerSpectrum(expansion CentrePolicy.Separate (random 7 1)))
                  Representations.invariant "radial spectrum" (fun _ -> false) (RadialSpectrum(expansion CentrePolicy.Exclude (random 8 3)))
                  Representations.invariant "bispectrum" (fun _ -> false) (Bispectrum(expansion CentrePolicy.Include (random 9 1)))
                  Representations.equivariant "λ-SOAP" (LambdaSoap(expansion CentrePolicy.Include (random 10 2))) ]

            Representations.haveSymmetries 15 subjects
            Representations.haveGradients 30 subjects

            for r in subjects do
                Representations.gradientsOnHardStructures r

        testCase "weights from the periodic table reproduce the similarity of the elements" <| fun () ->
            let elements = [ 1; 6; 7; 8; 14; 16; 26; 79 ]
            let all = SpeciesMixing.FromPeriodicTable(elements, 1.5, 2., 8)

            for a in 0..7 do
                for b in 0..7 do
                    let row = float (PeriodicTable.Row elements[a] - PeriodicTable.Row elements[b]) / 1.5
                    let column = float (PeriodicTable.Column elements[a] - PeriodicTable.Column elements[b]) / 2.
                    let product = Seq.sum (seq { for k in 0..7 -> all.Weights(a)[k] * all.Weights(b)[k] })
                    Assert.Equal(exp (-0.5 * (row * row + column * column)), product, 1e-12)

            // Fewer are the leading ones: the columns are orthogonal, of falling length.
            let few = SpeciesMixing.FromPeriodicTable(elements, 1.5, 2., 3)

            for k in 0..2 do
                for a in 0..7 do
                    Assert.Equal(all.Weights(a)[k], few.Weights(a)[k], 1e-12)

                for q in 0 .. k - 1 do
                    Assert.Equal(0., Seq.sum (seq { for a in 0..7 -> few.Weights(a)[k] * few.Weights(a)[q] }), 1e-12)

            // Very narrow: every element is like itself only.
            let apart = SpeciesMixing.FromPeriodicTable([ 1; 8 ], 0.1, 0.1, 2)
            Assert.Equal(1., Seq.sum (seq { for k in 0..1 -> pown (apart.Weights(0)[k]) 2 }), 1e-12)
            Assert.Equal(0., Seq.sum (seq { for k in 0..1 -> apart.Weights(0)[k] * apart.Weights(1)[k] }), 1e-12)

        testCase "weights from the periodic table are the eigenvectors that another solver finds" <| fun () ->
            let elements = [ 1; 6; 7; 8; 14; 16; 26; 79 ]
            let found = SpeciesMixing.FromPeriodicTable(elements, 1.5, 2., 8)

            let similarity =
                MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(8, 8, (fun a b ->
                    let row = float (PeriodicTable.Row elements[a] - PeriodicTable.Row elements[b]) / 1.5
                    let column = float (PeriodicTable.Column elements[a] - PeriodicTable.Column elements[b]) / 2.
                    exp (-0.5 * (row * row + column * column))))

            let eigen = similarity.Evd MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric

            for k in 0..7 do
                let vector = eigen.EigenVectors.Column(7 - k)
                let scale = sqrt eigen.EigenValues[7 - k].Real * float (sign vector[vector.AbsoluteMaximumIndex()])

                for a in 0..7 do
                    Assert.Equal(scale * vector[a], found.Weights(a)[k], 1e-12)

        testCase "elements stand where the periodic table has them" <| fun () ->
            for symbol, row, column in
                [ "H", 1, 1; "He", 1, 18; "Li", 2, 1; "B", 2, 13; "O", 2, 16; "Ne", 2, 18; "Si", 3, 14; "K", 4, 1; "Fe", 4, 8
                  "Zn", 4, 12; "Kr", 4, 18; "Ag", 5, 11; "Ba", 6, 2; "La", 6, 3; "Gd", 6, 3; "Lu", 6, 3; "Hf", 6, 4; "Au", 6, 11
                  "Rn", 6, 18; "Ra", 7, 2; "U", 7, 3; "Lr", 7, 3; "Rf", 7, 4; "Og", 7, 18 ] do
                let mutable z = 0
                Assert.True(Elements.TryParse(symbol.AsSpan(), &z))
                Assert.Equal((symbol, row, column), (symbol, PeriodicTable.Row z, PeriodicTable.Column z))

            Assert.Throws<ArgumentOutOfRangeException>(fun () -> PeriodicTable.Row 0 |> ignore) |> ignore
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> PeriodicTable.Column 119 |> ignore) |> ignore

        testCase "a mixing that does not fit is refused" <| fun () ->
            let refused (make: unit -> obj) = Assert.ThrowsAny<ArgumentException>(fun () -> make () |> ignore) |> ignore
            refused (fun () -> SpeciesMixing([ 1; 1 ], 1, ReadOnlySpan [| 1.; 2. |]))
            refused (fun () -> SpeciesMixing([ 1; 8 ], 2, ReadOnlySpan [| 1.; 2. |]))
            refused (fun () -> SpeciesMixing([ 1; 8 ], 0, ReadOnlySpan(Array.empty<float>)))
            refused (fun () -> SpeciesMixing([ 1 ], 1, ReadOnlySpan [| nan |]))
            refused (fun () -> SpeciesMixing.FromPeriodicTable([ 1; 8 ], 0., 1., 1))
            refused (fun () -> SpeciesMixing.FromPeriodicTable([ 1; 8 ], 1., 1., 3))
            refused (fun () -> DensityExpansion(table, [ 1; 6 ], mixing = SpeciesMixing([ 1; 8 ], 1, ReadOnlySpan [| 1.; 2. |])))
    ]
