module Toolkit.Tests.Numerics.Radial.ContractionTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]
let private nmax, lmax, cutoff = 6, 3, 3.4
let private functions: IRadialFunctions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
let private table (f: IRadialFunctions) = RadialTable.Build(f, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-11)
let private full policy = DensityExpansion(table functions, species, policy)

let private covariance policy (structures: Structure list) =
    let c = RadialCovariance(full policy)
    structures |> List.iter c.Add
    c

/// A few structures of every kind.
let private data seed =
    let random = Random(seed: int)

    [ for k in 1..4 ->
          RandomStructure.build
              { Seed = random.Next()
                Atoms = 3 + k
                Species = List.take (1 + k % 3) [ 8; 1; 26 ]
                Periodic = (if k % 2 = 0 then Periodicity.All else Periodicity.None)
                HasCell = true
                Spacing = 0.9 } ]

let private contraction seed count = (covariance CentrePolicy.Include (data seed)).Contract(count: int)

/// The coefficients of the full basis, projected: c'_k = Σ_n w_lkn c_n, [row, group, k].
let private projected (w: RadialContraction) (coefficients: float[]) groups =
    [| for row, part in coefficients |> Array.chunkBySize (groups * nmax) |> Array.indexed do
           let l = int (sqrt (float (row % ((lmax + 1) * (lmax + 1)))))
           let weights = w.Weights(l).ToArray()

           for c in Array.chunkBySize nmax part do
               for k in 0 .. w.NMax - 1 -> Seq.sum (seq { for n in 0 .. nmax - 1 -> weights[k * nmax + n] * c[n] }) |]

[<Tests>]
let tests =
    testList "Numerics.Radial.ContractionTests" [
        testCase "the coefficients of contracted functions are the contracted coefficients" <| fun () ->
            for policy in [ CentrePolicy.Include; CentrePolicy.Exclude; CentrePolicy.Separate ] do
                let w = contraction 1 3
                let few, all = DensityExpansion(table (w.Apply functions), species, policy), full policy

                Law.holdsFor 10 (RandomStructure.recipes (1, 6)) (fun recipe ->
                    let s = RandomStructure.build recipe
                    Representations.close "coefficients" 1e-9 (projected w (all.Compute s) all.Groups.Length) (few.Compute s))

        Law.test "the covariance does not change when structures are rotated" 20 (RandomStructure.recipes (1, 6)) (fun recipe ->
            let s, random = RandomStructure.build recipe, Random recipe.Seed
            let before = covariance CentrePolicy.Include [ s ]
            let after = covariance CentrePolicy.Include [ Rotations.apply [] (Rotations.randomReflection random) s ]

            for l in 0..lmax do
                Representations.close $"l = {l}" 1e-11 (before.Of l) (after.Of l)

                for group in 0 .. species.Length - 1 do
                    Representations.close $"group {group}, l = {l}" 1e-11 (before.Of(group, l)) (after.Of(group, l)))

        testCase "what is captured is the sum of the eigenvalues that are kept, and the new coefficients do not vary together" <| fun () ->
            for seed in 1..3 do
                let structures = data seed
                let before = covariance CentrePolicy.Include structures

                for count in [ 1; 3; nmax ] do
                    let w = before.Contract(count: int)
                    let after = RadialCovariance(DensityExpansion(table (w.Apply functions), species))
                    structures |> List.iter after.Add

                    for l in 0..lmax do
                        let spectrum = before.Spectrum l
                        let expected = Array.init (count * count) (fun k -> if k % (count + 1) = 0 then spectrum[k / count] else 0.)
                        Representations.close $"l = {l}" 1e-8 expected (after.Of l)

        testCase "the spectrum is that of another eigensolver, and functions are orthonormal combinations"
        <| fun () ->
            let c = covariance CentrePolicy.Include (data 7)

            for l in 0..lmax do
                let matrix = Matrix<float>.Build.Dense(nmax, nmax, c.Of l)
                let expected = matrix.Evd(Symmetricity.Symmetric).EigenValues |> Seq.map _.Real |> Seq.rev |> Array.ofSeq
                Representations.close $"l = {l}" 1e-12 expected (c.Spectrum l)
                let w = Matrix<float>.Build.DenseOfRowMajor(nmax, nmax, (c.Contract nmax).Weights(l).ToArray())

                Representations.close
                    "orthonormal"
                    1e-12
                    (Matrix<float>.Build.DenseIdentity(nmax).ToRowMajorArray())
                    ((w * w.Transpose()).ToRowMajorArray())

        testCase "no other functions of the same number capture more" <| fun () ->
            let c = covariance CentrePolicy.Include (data 3)
            let random = Random 4

            for _ in 1..50 do
                let count = random.Next(1, nmax)
                // Orthonormal rows by a QR decomposition.
                let q = Matrix<float>.Build.Dense(nmax, count, (fun _ _ -> Rotations.normal random)).QR().Q

                for l in 0..lmax do
                    let captured =
                        (q.Transpose() * Matrix<float>.Build.Dense(nmax, nmax, c.Of l) * q).Diagonal() |> Seq.take count |> Seq.sum
                    let best = c.Spectrum l |> Array.take count |> Array.sum
                    Assert.InRange(captured, 0., best * (1. + 1e-12))

        testCase "the fewest functions that keep a part of every l's mean square are taken" <| fun () ->
            let c = covariance CentrePolicy.Include (data 5)

            let kept count l = Array.sum (Array.take count (c.Spectrum l)) / Array.sum (c.Spectrum l)

            for part in [ 0.3; 0.9; 0.99; 0.999999 ] do
                let found = (c.Contract(part: float)).NMax
                Assert.All([ 0..lmax ], (fun l -> Assert.True(kept found l >= part * (1. - 1e-12))))
                if found > 1 then Assert.Contains([ 0..lmax ], Predicate(fun l -> kept (found - 1) l < part))

        testCase "all functions, only turned, leave the dot products of power spectra as they are" <| fun () ->
            let turned = PowerSpectrum(DensityExpansion(table ((contraction 2 nmax).Apply functions), species))
            let plain = PowerSpectrum(full CentrePolicy.Include)

            Law.holdsFor 10 (RandomStructure.recipes (2, 5)) (fun recipe ->
                let s = RandomStructure.build recipe

                let kernel (f: InvariantRepresentation) =
                    let rows = f.Compute s |> Array.chunkBySize f.FeatureCount
                    Array.allPairs rows rows |> Array.map (fun (a, b) -> Array.fold2 (fun sum x y -> sum + x * y) 0. a b)

                Representations.close "kernel" 1e-8 (kernel plain) (kernel turned))

        testCase "gradients through contracted functions are right" <| fun () ->
            let expansion = DensityExpansion(table ((contraction 9 2).Apply functions), species)
            let subjects = [ Representations.invariant "power spectrum" (fun _ -> false) (PowerSpectrum expansion) ]
            Representations.haveSymmetries 10 subjects
            Representations.haveGradients 20 subjects

        testCase "the data settle what a specification leaves open, once: what it says afterwards gives the same features"
        <| fun () ->
            let text weights =
                $"""{{"cutoff": {{"radius": 3.4}}, "radial": {{"nmax": 6, "contraction": {{{weights}}}}}, "lmax": 2, "representation": {{"kind": "power-spectrum"}}}}"""

            let frames = ResizeArray(data 11)

            for wanted, count in [ "\"channels\": 2", Some 2; "\"captured\": 0.999", None ] do
                let spec = Spec.Parse(text wanted, "spec.json")
                let made = Features.WithContraction(spec, StructureSource.Of(frames, "data.xyz"), "spec.json")
                let weights = nonNull (nonNull made.Radial.Contraction).Weights
                count |> Option.iter (fun n -> Assert.Equal(n, weights.NMax))
                Assert.Equal(spec, Spec.Parse(spec.ToJson(), "again"))
                let again = Spec.Parse(made.ToJson(), "again")
                Assert.Equal(made, again)

                let features (s: Spec) = [|
                    for f in frames do
                        yield! s.CreateInvariants(species, "spec.json").Compute f
                |]

                Assert.Equal<float[]>(features made, features again)
                Assert.Equal(made, Features.WithContraction(made, StructureSource.Of(frames, "data.xyz"), "spec.json"))

        testCase "a contraction that does not fit is refused with the key"
        <| fun () ->
            let refused contraction (expected: string) =
                let text =
                    $"""{{"cutoff": {{"radius": 3.4}}, "radial": {{"nmax": 2, "contraction": {contraction}}}, "lmax": 1, "representation": {{"kind": "power-spectrum"}}}}"""

                let e =
                    Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () ->
                        (Spec.Parse(text, "spec.json")).CreateRepresentation([ 8 ], "spec.json") |> ignore)

                Assert.Contains(expected, e.Message)

            refused "{}" "one of channels, captured, weights"
            refused """{"channels": 1, "captured": 0.5}""" "channels and captured"
            refused """{"channels": 3}""" "at most nmax, 2"
            refused """{"channels": 1}""" "no weights"
            refused """{"captured": 0}""" "above 0"
            refused """{"weights": [[[1, 0]]]}""" "2, one for every l up to lmax"
            refused """{"weights": [[[1, 0]], [[1, 0, 0]]]}""" "$.radial.contraction.weights[1][0]"
            refused """{"weights": [[[1, 0]], [[1, 0], [0, 1]]]}""" "2 rows"
            refused """{"weights": [[[1]], [[1]]]}""" "at most 2 rows of 2 numbers"
            refused """{"weights": [[["a", 0]], [[1, 0]]]}""" "a finite number"
            Assert.ThrowsAny<ArgumentException>(fun () -> RadialContraction(0, 2, 1, ReadOnlySpan [| 1.; 2. |]) |> ignore) |> ignore

            Assert.ThrowsAny<ArgumentException>(fun () -> RadialContraction(0, 1, 2, ReadOnlySpan [| 1.; nan |]) |> ignore)
            |> ignore

            Assert.ThrowsAny<ArgumentException>(fun () -> (RadialContraction(0, 1, 2, ReadOnlySpan [| 1.; 2. |])).Apply functions |> ignore)
            |> ignore

            Assert.Throws<InvalidOperationException>(fun () -> (covariance CentrePolicy.Include []).Contract 1 |> ignore) |> ignore
    ]
