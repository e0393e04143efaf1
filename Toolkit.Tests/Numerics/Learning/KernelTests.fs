module Toolkit.Tests.Numerics.Learning.KernelTests

open System
open Expecto
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Testing
open Toolkit.Tests.Laws

let private kernels: EnvironmentKernel list =
    [ PolynomialKernel 1
      PolynomialKernel(3, 0.7)
      NormalisedPolynomialKernel 2
      NormalisedPolynomialKernel 4
      GaussianKernel 1.3 ]

let private dot (a: float[]) (b: float[]) = Array.fold2 (fun s x y -> s + x * y) 0. a b
let private evaluate (k: EnvironmentKernel) p q = k.Evaluate(dot p q, dot p p, dot q q)

let private vector (random: Random) = Array.init 5 (fun _ -> Rotations.normal random)

[<Tests>]
let tests =
    testList "Numerics.Learning.KernelTests" [
        Law.test "kernels are symmetric and say their own gradients" 50 (Law.seeded (1, 1)) (fun (seed, _) ->
            let random = Random seed
            let p, q, step = vector random, vector random, vector random

            for kernel in kernels do
                let value (t: float) = (evaluate kernel (Array.map2 (fun x d -> x + t * d) p step) q).Value
                let found = evaluate kernel p q
                Assert.Equal(found.Value, (evaluate kernel q p).Value, 1e-12 * (1. + abs found.Value))
                let slope = found.ByProduct * dot q step + 2. * found.BySquare * dot p step
                let h = 1e-3
                let expected = (8. * (value h - value -h) - value (2. * h) + value (-2. * h)) / (12. * h)
                Assert.InRange(abs (slope - expected), 0., 1e-7 * (1. + abs slope + abs found.Value)))

        Law.test "kernels are positive definite: sums of c c k are never negative" 50 (Law.seeded (2, 12)) (fun (seed, size) ->
            let random = Random seed
            let points = Array.init size (fun _ -> vector random)
            let c = Array.init size (fun _ -> Rotations.normal random)

            for kernel in kernels do
                let mutable sum, scale = 0., 0.

                for i in 0 .. size - 1 do
                    for j in 0 .. size - 1 do
                        let term = c[i] * c[j] * (evaluate kernel points[i] points[j]).Value
                        sum <- sum + term
                        scale <- scale + abs term

                Assert.True(sum >= -1e-13 * scale, $"{kernel}: {sum}"))

        testCase "a normalised kernel is one with itself, whatever the length, and zero with nothing" <| fun () ->
            let p = [| 0.3; -2.; 0.1 |]
            let kernel = NormalisedPolynomialKernel 3
            Assert.Equal(1., (evaluate kernel p (Array.map ((*) 7.) p)).Value, tolerance = 1e-14)
            Assert.Equal(KernelValue(), evaluate kernel p [| 0.; 0.; 0. |])
            Assert.Equal(4., (evaluate (PolynomialKernel 2) [| 1.; 1. |] [| 2.; 0. |]).Value, tolerance = 1e-14)

        testCase "parameters outside their range are refused" <| fun () ->
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> PolynomialKernel 0 |> ignore) |> ignore
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> PolynomialKernel(2, -1.) |> ignore) |> ignore
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> GaussianKernel 0. |> ignore) |> ignore
    ]
