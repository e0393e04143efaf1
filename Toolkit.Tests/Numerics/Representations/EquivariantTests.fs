module Toolkit.Tests.Numerics.Representations.EquivariantTests

open System
open System.Collections.Generic
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion species nmax lmax policy =
    let cutoff = 3.4
    let radial = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, policy)

let private all = [ 1; 6; 8; 14; 26 ]

let private soap species nmax lmax policy lambda parities product =
    LambdaSoap(expansion species nmax lmax policy, Nullable lambda, parities, product)

let private subjects =
    [ Representations.equivariant "density" (DensityEquivariants(expansion all 3 3 CentrePolicy.Separate))
      Representations.equivariant "outer" (soap all 2 2 CentrePolicy.Include 3 Parities.Both ChannelProduct.Outer)
      Representations.equivariant "outer, one function" (soap all 1 3 CentrePolicy.Separate 2 Parities.Pseudo ChannelProduct.Outer)
      Representations.equivariant "elementwise" (soap all 3 3 CentrePolicy.Exclude 3 Parities.Both ChannelProduct.Elementwise)
      Representations.equivariant "l = 0 only" (soap all 3 0 CentrePolicy.Include 0 Parities.Both ChannelProduct.Outer) ]

let private structure seed =
    RandomStructure.build {
        Seed = seed
        Atoms = 5
        Species = [ 1; 8 ]
        Periodic = Toolkit.Numerics.Structures.Periodicity.None
        HasCell = false
        Spacing = 0.9
    }

/// c[environment][q][lm].
let private coefficients (e: DensityExpansion) s =
    let lm, q = (e.LMax + 1) * (e.LMax + 1), e.ChannelCount
    let c = e.Compute s
    Array.init s.Count (fun i -> Array.init q (fun q' -> Array.init lm (fun k -> c[(i * lm + k) * q + q'])))

[<Tests>]
let tests =
    testList "Numerics.Representations.EquivariantTests" [
        testCase "blocks turn with the structure by Wigner's D, in a mirror by σ as well, and are permuted with its atoms" <| fun () ->
            Representations.haveSymmetries 30 subjects

        testCase "gradients and the backward pass of equivariants agree with differences in every periodicity" <| fun () ->
            Representations.haveGradients 30 subjects

        testCase "gradients of equivariants are right on the hard structures"
        <| fun () ->
            for product in [ ChannelProduct.Outer; ChannelProduct.Elementwise ] do
                Representations.gradientsOnHardStructures (
                    Representations.equivariant (string product) (soap [ 1; 8 ] 2 2 CentrePolicy.Include 4 Parities.Both product)
                )

            Representations.gradientsOnHardStructures (
                Representations.equivariant "density" (DensityEquivariants(expansion [ 1; 8 ] 3 4 CentrePolicy.Include))
            )

            Representations.gradientsOnHardStructures (
                Representations.equivariant "l = 0" (soap [ 1; 8 ] 3 0 CentrePolicy.Include 0 Parities.Both ChannelProduct.Outer)
            )

        testCase "every channel is the coupling tree of its labels, times the root of the number of orders" <| fun () ->
            let e = expansion [ 1; 8 ] 2 3 CentrePolicy.Include
            let s = structure 4
            let c = coefficients e s
            let channel (group, n) = Array.IndexOf(e.Groups.ToArray(), group) * e.NMax + n

            for product in [ ChannelProduct.Outer; ChannelProduct.Elementwise ] do
                let r = LambdaSoap(e, Nullable 5, Parities.Both, product)

                for block in (r.Compute s).Blocks do
                    let lambda = block.Key.Lambda
                    Assert.Equal(2, block.Key.Order)

                    for q in 0 .. block.Channels - 1 do
                        let label = block.Labels[q].ToArray()
                        let q1, q2, l1, l2 = channel (label[0], label[1]), channel (label[2], label[3]), label[4], label[5]
                        Assert.Equal(block.Key.Sigma, (if (l1 + l2 + block.Key.Lambda) % 2 = 0 then 1 else -1))
                        Assert.True((l1, q1) <= (l2, q2))
                        if product = ChannelProduct.Elementwise then Assert.Equal(q1, q2)
                        let root = if (l1, q1) = (l2, q2) then 1. else sqrt 2.

                        for i in 0 .. s.Count - 1 do
                            let own = c[i]
                            let part l q = own[q][l * l .. l * l + 2 * l]
                            let expected = Families.couple (part l1 q1) (part l2 q2) lambda
                            let found = block[i].ToArray()

                            for mu in 0 .. 2 * block.Key.Lambda do
                                Assert.Equal(root * expected[mu], found[mu * block.Channels + q], 1e-13 * (1. + abs expected[mu]))

        testCase "the coupling trees are proved covariant" <| fun () ->
            let e = expansion [ 1 ] 2 2 CentrePolicy.Include

            for r, text in [ (LambdaSoap(e) :> EquivariantRepresentation), "couple(rho l1, rho l2, lambda)"
                             (DensityEquivariants(e) :> EquivariantRepresentation), "rho lambda" ] do
                let tree = ProvedTrees.equivariant (Assert.Single r.CouplingTrees)
                Assert.Equal(text, tree.Tree.ToString())

        testCase "at order 0 the scalars are the power spectrum times (−1)^l, and there are no pseudoscalars" <| fun () ->
            let e = expansion [ 1; 8 ] 3 4 CentrePolicy.Include
            let s = structure 9
            let blocks = LambdaSoap(e).Compute s
            let block = blocks[EquivariantKey(0, 1, 2)]
            let power = PowerSpectrum e
            let expected = power.Compute s
            let place = dict [ for f in 0 .. power.FeatureCount - 1 -> List.ofSeq (power.Labels[f].ToArray()), f ]
            Assert.Equal(power.FeatureCount, block.Channels)
            Assert.Throws<KeyNotFoundException>(fun () -> blocks[EquivariantKey(0, -1, 2)] |> ignore) |> ignore

            for i in 0 .. s.Count - 1 do
                for q in 0 .. block.Channels - 1 do
                    let label = List.ofSeq (block.Labels[q].ToArray())
                    let sign = if label[4] % 2 = 0 then 1. else -1.
                    let p = expected[i * power.FeatureCount + place[List.truncate 5 label]]
                    Assert.Equal(p, sign * block[i][q], 1e-13 * (1. + abs p))

        testCase "blocks are as many as the multiplicities of λ and σ"
        <| fun () ->
            // Published numbers of independent equivariants for nmax 7, lmax 4: λ = 1 has 196 (+) and 84 (−); λ = 0 has 140.
            let r = LambdaSoap(expansion [ 1 ] 7 4 CentrePolicy.Include)
            let channels = dict [ for block in r.Layout -> (block.Key.Lambda, block.Key.Sigma), block.Channels ]
            Assert.Equal(140, channels[0, 1])
            Assert.Equal(196, channels[1, 1])
            Assert.Equal(84, channels[1, -1])

            // λ + 1 factors at once: the number N(m) of pairs with q^m in the second symmetric power, by parity.
            for nmax, lmax in [ 3, 2; 2, 4 ] do
                let r = LambdaSoap(expansion [ 1 ] nmax lmax CentrePolicy.Include, Nullable(2 * lmax))
                let channels = dict [ for block in r.Layout -> (block.Key.Lambda, block.Key.Sigma), block.Channels ]

                let states = [|
                    for _ in 1..nmax do
                        for l in 0..lmax do
                            for m in -l .. l -> l, m
                |]

                let number m parity =
                    Seq.length (
                        seq {
                            for i in 0 .. states.Length - 1 do
                                for j in i .. states.Length - 1 do
                                    if snd states[i] + snd states[j] = m && (fst states[i] + fst states[j]) % 2 = parity then
                                        i
                        }
                    )

                for lambda in 0 .. 2 * lmax do
                    for sigma in [ 1; -1 ] do
                        let parity = (lambda + (if sigma = 1 then 0 else 1)) % 2

                        let found =
                            match channels.TryGetValue((lambda, sigma)) with
                            | true, n -> n
                            | _ -> 0

                        Assert.Equal(number lambda parity - number (lambda + 1) parity, found)

        testCase "the squares of all blocks add up to the product of the squares" <| fun () ->
            // Unitarity of the coupling: Σ over λ of |couple(a, b, λ)|² = |a|² |b|², here for all pairs of factors.
            let e = expansion [ 1; 8 ] 2 3 CentrePolicy.Include
            let s = structure 2
            let c = coefficients e s
            let blocks = LambdaSoap(e, Nullable 6).Compute s

            for i in 0 .. s.Count - 1 do
                let total = blocks.Blocks |> Seq.sumBy (fun b -> b[i].ToArray() |> Array.sumBy (fun x -> x * x))
                let square = c[i] |> Array.sumBy (Array.sumBy (fun x -> x * x))
                Assert.Equal(square * square, total, 1e-11 * square * square)

        testCase "equivariants fit into the caller's memory, and the backward pass takes weights in blocks" <| fun () ->
            let r = LambdaSoap(expansion [ 1; 8 ] 2 2 CentrePolicy.Include)
            let s = structure 3
            let blocks = r.Compute s
            let memory = Array.create (s.Count * r.FeatureCount) nan
            r.Compute(s, Span memory)

            for place in r.Layout do
                for i in 0 .. s.Count - 1 do
                    let start = i * r.FeatureCount + place.First
                    let block = blocks[place.Key]
                    Assert.Equal<float[]>(block[i].ToArray(), memory[start .. start + place.Length - 1])

            // Half the sum of all squares has the values themselves as weights: E = Σ v²/2, dE/dv = v.
            let energy (s: Toolkit.Numerics.Structures.Structure) =
                (r.Compute s).Blocks |> Seq.sumBy (fun b -> b.Values.ToArray() |> Array.sumBy (fun x -> 0.5 * x * x))
            let found = r.Evaluate(s, blocks)
            Assert.Equal(2. * energy s, found.Energy, 1e-11 * energy s)

            for k in 0 .. 3 * s.Count - 1 do
                let moved h =
                    let p = s.Positions.ToArray()
                    p[k] <- p[k] + h
                    energy (s.WithPositions(ReadOnlySpan p))

                let scale = found.Forces |> Array.fold (fun m f -> max m (abs f)) 1.
                Assert.Equal(-(moved 1e-4 - moved -1e-4) / 2e-4, found.Forces[k], 1e-6 * scale)

            Assert.Throws<ArgumentException>(fun () -> r.Compute(s, Span(Array.zeroCreate 3))) |> ignore
            let others = LambdaSoap(expansion [ 1; 8 ] 3 2 CentrePolicy.Include).Compute s
            Assert.Throws<ArgumentException>(fun () -> r.Evaluate(s, others) |> ignore) |> ignore

        testCase "equivariants are the same bit by bit for any number of threads"
        <| fun () ->
            let r = soap all 2 3 CentrePolicy.Include 3 Parities.Both ChannelProduct.Outer

            let s =
                RandomStructure.build {
                    Seed = 12
                    Atoms = 30
                    Species = all
                    Periodic = Toolkit.Numerics.Structures.Periodicity.All
                    HasCell = true
                    Spacing = 0.9
                }

            let flat threads = (r.Compute(s, threads)).Blocks |> Seq.collect (fun b -> b.Values.ToArray()) |> Array.ofSeq

            for threads in [ 2; 3 ] do
                Assert.Equal<float[]>(flat 1, flat threads)

        testCase "a λ that cannot be is refused"
        <| fun () ->
            let e = expansion [ 1 ] 1 4 CentrePolicy.Include
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> LambdaSoap(e, Nullable -1) |> ignore) |> ignore
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> LambdaSoap(e, Nullable 9) |> ignore) |> ignore

            Assert.Contains(
                "ends at l = 8",
                Assert
                    .Throws<ArgumentException>(fun () -> LambdaSoap(expansion [ 1 ] 1 5 CentrePolicy.Include, Nullable 10) |> ignore)
                    .Message
            )
    ]
