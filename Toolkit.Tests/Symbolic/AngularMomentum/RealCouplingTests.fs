module Toolkit.Tests.Symbolic.AngularMomentum.RealCouplingTests

open System.Numerics
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Symbolic.AngularMomentum

let private h (n: int) = HalfInteger.FromInteger n

/// S_m = Σ_μ U[m,μ] Y_μ, written out from S_m = √2 (−1)^m Re Y^m, S_{−m} = √2 (−1)^m Im Y^m, Y^{−m} = (−1)^m conj Y^m.
let private unitary (l: int) =
    let u = Array2D.create (2 * l + 1) (2 * l + 1) Complex.Zero
    u[l, l] <- Complex.One

    for m in 1..l do
        let s = if m % 2 = 0 then 1.0 else -1.0
        u[l + m, l + m] <- Complex(s / sqrt 2.0, 0.0)
        u[l + m, l - m] <- Complex(1.0 / sqrt 2.0, 0.0)
        u[l - m, l + m] <- Complex(0.0, -s / sqrt 2.0)
        u[l - m, l - m] <- Complex(0.0, 1.0 / sqrt 2.0)

    u

[<Tests>]
let tests =
    testList "Symbolic.AngularMomentum.RealCouplingTests" [
        testCase "the real-basis coefficients are the Clebsch–Gordan array under the unitary change of basis" <| fun () ->
            let lmax = 4

            for l1 in 0..lmax do
                for l2 in 0..lmax do
                    for L in abs (l1 - l2) .. min lmax (l1 + l2) do
                        let u1, u2, u3 = unitary l1, unitary l2, unitary L

                        for m1 in -l1 .. l1 do
                            for m2 in -l2 .. l2 do
                                for M in -L .. L do
                                    let mutable sum = Complex.Zero

                                    for mu1 in List.distinct [ m1; -m1 ] do
                                        for mu2 in List.distinct [ m2; -m2 ] do
                                            for mu in List.distinct [ M; -M ] do
                                                let c = ClebschGordan.exact (h l1, h mu1, h l2, h mu2, h L, h mu)

                                                sum <-
                                                    sum
                                                    + Complex.Conjugate u1[l1 + m1, l1 + mu1]
                                                      * Complex.Conjugate u2[l2 + m2, l2 + mu2]
                                                      * u3[L + M, L + mu]
                                                      * Complex(c.ToDouble(), 0.0)

                                    let expected = if (l1 + l2 + L) % 2 = 0 then sum else sum / Complex.ImaginaryOne
                                    let value = (RealCoupling.exact (h l1, h m1, h l2, h m2, h L, h M)).ToDouble()
                                    Assert.InRange(Complex.Abs(expected - Complex(value, 0.0)), 0.0, 1e-14)

        testCase "two vectors couple to their cross product over the root of 2" <| fun () ->
            // The components m = −1, 0, 1 are y, z, x.
            let c m1 m2 M = RealCoupling.exact(h 1, h m1, h 1, h m2, h 1, h M).ToString()
            Assert.Equal("sqrt(1/2)", c -1 0 1)
            Assert.Equal("-sqrt(1/2)", c 0 -1 1)
            Assert.Equal("sqrt(1/2)", c 1 -1 0)
            Assert.Equal("sqrt(1/2)", c 0 1 -1)

        testCase "half-integers are refused by name" <| fun () ->
            match RealCoupling.tryExact (HalfInteger.FromTwice 1, HalfInteger.FromTwice 1, h 0, h 0, h 0, h 0) with
            | Ok value -> failwith $"got {value}"
            | Error message -> Assert.Contains("l1 = 1/2", message)
    ]
