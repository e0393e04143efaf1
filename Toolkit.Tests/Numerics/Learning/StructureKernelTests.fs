module Toolkit.Tests.Numerics.Learning.StructureKernelTests

open System
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion nmax lmax =
    DensityExpansion(RadialTable.Build(SmearedGto(GtoBasis(nmax, 4.), lmax, 4., 0.4), CutoffFunction(4., 0.5)), [ 1; 8 ])

let private cluster (random: Random) (atoms: int) =
    let species = Array.init atoms (fun i -> if i % 3 = 0 then 8 else 1)
    // On a lattice, displaced: no two atoms at the same place.
    let r = [| for i in 0 .. atoms - 1 do for k in [ i % 3; i / 3 % 3; i / 9 ] -> 1.5 * float k + 0.3 * Rotations.normal random |]
    Structure.Create(ReadOnlySpan species, ReadOnlySpan r, null, Periodicity.None)

let private structures = let random = Random 5 in [| for k in 0..29 -> cluster random (3 + k % 7 * 2) |]

let private sample nmax lmax =
    EnvironmentSample(RepresentationSet [ PowerSpectrum(expansion nmax lmax) ], structures)

[<Tests>]
let tests =
    testList "Numerics.Learning.StructureKernelTests" [
        testCase "kernels of structures are sums over pairs of atoms of one species, of sums or products of the parts" <| fun () ->
            let a, b = sample 2 1, sample 1 2
            let first, second: EnvironmentKernel * EnvironmentKernel = NormalisedPolynomialKernel 2, PolynomialKernel(1, 0.5)
            let parts = [| KernelPart(a, first, 0.7); KernelPart(b, second) |]
            let n = structures.Length

            for combination in [ KernelCombination.Sum; KernelCombination.Product ] do
                let found = StructureKernel.Compute(parts, combination)
                let expected: float[] = Array.zeroCreate (n * n)

                for z in a.Species do
                    let rows (s: EnvironmentSample) = s.Rows(z).ToArray() |> Array.chunkBySize s.FeatureCount
                    let ra, rb, owner = rows a, rows b, a.Structures(z).ToArray()
                    let dot p q = Array.fold2 (fun sum x y -> sum + x * y) 0. p q
                    let k (kernel: EnvironmentKernel) (p: float[]) (q: float[]) = (kernel.Evaluate(dot p q, dot p p, dot q q)).Value

                    for i in 0 .. owner.Length - 1 do
                        for j in 0 .. owner.Length - 1 do
                            let x, y = 0.7 * k first ra[i] ra[j], k second rb[i] rb[j]
                            let at = owner[i] * n + owner[j]
                            expected[at] <- expected[at] + (if combination = KernelCombination.Sum then x + y else x * y)

                let scale = Array.max expected
                for i in 0 .. expected.Length - 1 do Assert.InRange(abs (found[i] - expected[i]), 0., 1e-12 * scale)

        testCase "kernels are the same for any number of threads"
        <| fun () ->
            let parts = [| KernelPart(sample 2 1, PolynomialKernel 2) |]

            Assert.Equal<float>(
                StructureKernel.Compute(parts, KernelCombination.Sum, 1),
                StructureKernel.Compute(parts, KernelCombination.Sum, 3)
            )

        testCase "kernels of one environment with many are those of each, of zero features, too"
        <| fun () ->
            let random = Random 2
            let rows = Array.init 37 (fun k -> Array.init 5 (fun _ -> if k % 9 = 4 then 0. else Rotations.normal random))
            let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
            let squares = rows |> Array.map (fun r -> dot r r)

            let kernels: EnvironmentKernel list = [
                PolynomialKernel(1, 0.)
                PolynomialKernel(3, 0.4)
                NormalisedPolynomialKernel 1
                NormalisedPolynomialKernel 4
                GaussianKernel 0.8
            ]

            for kernel in kernels do
                for k in [ 0; 4 ] do
                    let values = rows |> Array.map (dot rows[k])
                    let expected = Array.map2 (fun x s -> (kernel.Evaluate(x, squares[k], s)).Value) values squares
                    kernel.Values(Span values, squares[k], ReadOnlySpan squares)
                    Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, 1e-14 * (1. + abs a))) expected values

                Assert.Throws<ArgumentException>(fun () -> kernel.Values(Span(Array.zeroCreate 2), 1., ReadOnlySpan squares)) |> ignore

        testCase "samples of different structures are refused" <| fun () ->
            let other = EnvironmentSample(RepresentationSet [ PowerSpectrum(expansion 2 1) ], Array.truncate 7 structures)
            let parts = [| KernelPart(sample 2 1, PolynomialKernel 1); KernelPart(other, PolynomialKernel 1) |]
            Assert.Throws<ArgumentException>(fun () -> StructureKernel.Compute(parts, KernelCombination.Sum) |> ignore) |> ignore

        testCase "with a linear kernel, kernel ridge predicts what ridge regression does" <| fun () ->
            let random = Random 3
            let n, p, others = 25, 6, 8
            let rows = Array.init (n + others) (fun _ -> Array.init p (fun _ -> Rotations.normal random))
            let y = Array.init n (fun _ -> Rotations.normal random)
            let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
            let kernel rows' = [| for a in rows' do for b in Array.truncate n rows -> dot a b |]
            let own = kernel (Array.truncate n rows)
            let trace = Seq.sum (seq { for i in 0 .. n - 1 -> own[i * n + i] })
            let equations = NormalEquations p
            equations.Add(ReadOnlySpan(Array.concat (Array.truncate n rows)), ReadOnlySpan y)
            let lambda = 0.03
            // λ N of the one is λ t of the other.
            let primal = RidgeRegression.Fit(equations, lambda * trace / float n / float n, penalty = RidgePenalty.Plain)
            let dual = KernelRidge.Fit(ReadOnlySpan own, ReadOnlySpan y, lambda)
            let found = KernelRidge.Predict(ReadOnlySpan(kernel (Array.skip n rows)), dual)
            for i in 0 .. others - 1 do
                Assert.Equal(dot rows[n + i] (Array.ofSeq primal.Coefficients), found[i], 1e-10)

        testCase "the regulariser that is chosen is the one with the smallest error on folds left out" <| fun () ->
            let random = Random 4
            let n = 24
            let rows = Array.init n (fun _ -> Array.init 40 (fun _ -> Rotations.normal random))
            let y = rows |> Array.map (fun r -> r[0] + 0.5 * r[1] + 0.3 * Rotations.normal random)
            let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
            let kernel (a: int[]) (b: int[]) = [| for i in a do for j in b -> dot rows[i] rows[j] |]
            let all = Array.init n id
            let folds = all |> Array.map (fun i -> i % 3)
            let fit = KernelRidge.CrossValidate(ReadOnlySpan(kernel all all), ReadOnlySpan y, folds)

            for struct (lambda, error) in fit.Trials do
                let squares =
                    [ for fold in 0..2 do
                          let left, kept = all |> Array.partition (fun i -> folds[i] = fold)
                          let part =
                              KernelRidge.Fit(ReadOnlySpan(kernel kept kept), ReadOnlySpan(kept |> Array.map (fun i -> y[i])), lambda)
                          let found = KernelRidge.Predict(ReadOnlySpan(kernel left kept), part)
                          for k in 0 .. left.Length - 1 -> (found[k] - y[left[k]]) ** 2. ]

                Assert.Equal(sqrt (List.average squares), error, 1e-9)

            let struct (best, _) = fit.Trials |> Seq.minBy (fun struct (_, e) -> e)
            Assert.Equal(best, fit.Regulariser)
    ]
