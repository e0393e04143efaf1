module Toolkit.Tests.Numerics.Radial.ModifiedBesselTests

open System
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Numerics.Radial

/// e^(−x) i_l(x), l = 0 … 4.
let private modified x =
    let v = Array.zeroCreate 5
    SphericalBessel.Modified(4, x, Span v)
    v

[<Tests>]
let tests =
    testList "Numerics.Radial.ModifiedBesselTests" [
        testCase "the scaled modified Bessel functions keep fifteen digits down to the origin" <| fun () ->
            Assert.Equal<float[]>([| 1.; 0.; 0.; 0.; 0. |], modified 0.)

            for x in [ 1e-300; 1e-17; 1e-10; 1e-8; 1e-5; 1e-4; 1e-3 ] do
                let v = modified x
                let i0 = 1. - x * (1. - x * (2. / 3. - x * (1. / 3. - x * (2. / 15. - x * 2. / 45.))))
                Assert.Equal(i0, v[0], 1e-15)
                // i_1/i_0 = coth x − 1/x.
                Assert.Equal(1., v[1] / (v[0] * (x / 3. - x * x * x / 45.)), 1e-14)

            for step in 1..200 do
                let x = 0.01 * float step
                Assert.Equal(1., (modified x)[0] / (exp -x * sinh x / x), 2e-15)

        testCase "the scaled modified Bessel functions satisfy their recurrence" <| fun () ->
            for x in [ 1e-3; 0.3; 0.499; 0.5; 0.501; 2.; 30.; 400. ] do
                let v = modified x

                for l in 1..3 do
                    Assert.Equal(v[l - 1], v[l + 1] + float (2 * l + 1) / x * v[l], 4e-15 * v[l - 1])
    ]
