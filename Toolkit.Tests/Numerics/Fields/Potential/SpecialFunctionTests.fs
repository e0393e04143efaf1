module Toolkit.Tests.Numerics.Fields.Potential.SpecialFunctionTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Fields.Potential
open Toolkit.Testing
open Toolkit.Tests.Laws

let private near (relative: float) (expected: float) (actual: float) =
    Assert.True(abs (actual - expected) <= relative * abs expected, $"expected {expected:R}, got {actual:R}")

/// Γ(a, x) by its integral, in t = x + s: pieces that grow from x on.
let private upper (a: float) (x: float) =
    let f t = Math.Pow(t, a - 1.) * exp -t
    let ends = Array.init 60 (fun k -> x * Math.Pow(1.25, float k)) |> Array.filter (fun t -> t < x + 60.)
    let last = ends[ends.Length - 1]
    let growing = Array.pairwise ends |> Array.sumBy (fun (b, c) -> Quadrature.integrate 1 24 b c f)
    growing + Quadrature.integrate 60 24 last (last + 60.) f

let private powers = Gen.zip (Gen.choose (1, 6)) (Gen.choose (3, 30)) |> Gen.map (fun (p, s) -> SmearedPower(p, 0.1 * float s))

[<Tests>]
let tests =
    testList "Numerics.Fields.Potential.SpecialFunctionTests" [
        testCase "the incomplete gamma function is its integral, for positive, zero and negative orders" <| fun () ->
            let case = Gen.zip (Gen.choose (-8, 12)) (Gen.choose (-400, 400))

            Law.holds (Law.from case) (fun (twice, step) ->
                let a, x = 0.5 * float twice, Math.Pow(10., 0.01 * float step * 0.35)
                near 2e-14 (upper a x) (IncompleteGamma.Upper(a, x)))

        testCase "E1, erfc and gamma at half-integers are the tables' values" <| fun () ->
            // M. Abramowitz and I. A. Stegun, tables 5.1 and 7.1; the digits beyond theirs from a computation with 40.
            near 1e-14 0.21938393439552027368 (IncompleteGamma.ExponentialIntegral 1.)
            near 1e-14 4.0379295765381133e0 (IncompleteGamma.ExponentialIntegral 0.01)
            near 1e-14 4.1569689296853243e-6 (IncompleteGamma.ExponentialIntegral 10.)
            near 1e-14 0.15729920705028513066 (IncompleteGamma.Erfc 1.)
            near 1e-14 1.5374597944280348502e-12 (IncompleteGamma.Erfc 5.)
            near 1e-14 1.8427007929497148693 (IncompleteGamma.Erfc -1.)
            near 1e-15 (15. * sqrt Math.PI / 8.) (IncompleteGamma.Upper(3.5, 0.))
            Assert.Equal(infinity, IncompleteGamma.Upper(0., 0.))
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> IncompleteGamma.Upper(0.3, 1.) |> ignore) |> ignore
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> IncompleteGamma.Upper(1., -1.) |> ignore) |> ignore

        testCase "lower and upper function make up the whole one" <| fun () ->
            // Half of the cases near the order, where one formula takes over from another.
            let nearOrder =
                Gen.zip (Gen.choose (1, 40)) (Gen.choose (-200, 200)) |> Gen.map (fun (twice, step) -> twice, max 0 (50 * twice + step))
            let case = Gen.oneof [ Gen.zip (Gen.choose (1, 40)) (Gen.choose (0, 4000)); nearOrder ]

            for twice in 1 .. 40 do
                for offset in -3 .. 3 do
                    let a = 0.5 * float twice
                    let x = a + 0.5 * float offset
                    if x > 0. then near 2e-14 (upper a x) (IncompleteGamma.Upper(a, x))

            Law.holds (Law.from case) (fun (twice, step) ->
                let a, x = 0.5 * float twice, 0.01 * float step
                let whole = IncompleteGamma.Upper(a, 0.)
                let lower = if x = 0. then 0. else Math.Pow(x, a) * whole * IncompleteGamma.LowerStar(a, x)
                near 1e-14 whole (lower + IncompleteGamma.Upper(a, x)))

        Law.test
            "the smeared potential is the sum of Gaussians that are at least as wide as its charge, and its derivative is one"
            100
            (Law.from (Gen.zip powers (Gen.choose (0, 2000))))
            (fun (power, step) ->
                let r, p, t = 0.01 * float step, float power.Exponent, 1. / (2. * power.Smearing * power.Smearing)
                // t = T u²: 2 T^(p/2)/Γ(p/2) ∫₀¹ u^(p−1) exp(−T u² r²) du.
                let integral = Quadrature.integrate 24 16 0. 1. (fun u -> Math.Pow(u, p - 1.) * exp (-t * u * u * r * r))
                let struct (value, slope) = power.Evaluate r
                near 1e-12 (2. * Math.Pow(t, p / 2.) / IncompleteGamma.Upper(p / 2., 0.) * integral) value
                Assert.Equal(value, power.Value r)
                let h = 1e-4 * power.Smearing
                let numeric = (power.Value(r + h) - power.Value(abs (r - h))) / (2. * h)

                if r > h then
                    Assert.Equal(numeric, slope, 1e-6 * power.Value 0. / power.Smearing)

                if r > 0. then
                    let struct (rest, restSlope) = power.Remainder r
                    near 1e-11 (Math.Pow(r, -p)) (value + rest)
                    near 1e-10 (-p * Math.Pow(r, -p - 1.)) (slope + restSlope))

        Law.test
            "the transform of the smeared potential is that of its Gaussians"
            100
            (Law.from (Gen.zip powers (Gen.choose (1, 800))))
            (fun (power, step) ->
                let p, t = float power.Exponent, 1. / (2. * power.Smearing * power.Smearing)
                let k = 0.01 * float step / power.Smearing
                // ∫₀^T t^(p/2−1) (π/t)^(3/2) exp(−k²/4t) dt / Γ(p/2), with t = T e^(−s).
                let f s = let u = t * exp -s in Math.Pow(u, p / 2. - 1.5) * exp (-k * k / (4. * u))
                let last = log (4. * t * 800. / (k * k)) |> max 1.
                let integral = Quadrature.integrate 200 16 0. last f
                near 1e-11 (Math.Pow(Math.PI, 1.5) / IncompleteGamma.Upper(p / 2., 0.) * integral) (power.Transform k))
    ]
