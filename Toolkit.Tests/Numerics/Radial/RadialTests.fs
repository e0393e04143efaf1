module Toolkit.Tests.Numerics.Radial.RadialTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Radial
open Toolkit.Testing
open Toolkit.Tests.Laws

let private evaluate (f: IRadialFunctions) r =
    let size = (f.LMax + 1) * f.NMax
    let v, d, s = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
    f.Evaluate(r, Span v, Span d, Span s)
    v, d, s

/// e^(−x) i_l(x), by upward recursion where it is stable and by the power series elsewhere.
let private scaledBessel l (x: float) =
    if x < 30. + float (l * l) then
        // Σ x^(l+2k) / (2^k k! (2l+2k+1)!!)
        let rec sum k term total =
            if k > 5 && term < 1e-18 * total then total
            else
                let next = term * x * x / (2. * float (k + 1) * float (2 * l + 2 * k + 3))
                sum (k + 1) next (total + next)

        let first = Seq.fold (fun t j -> t * x / float (2 * j + 1)) 1. [ 1..l ]
        if first = 0. then 0. else exp -x * sum 0 first first
    else
        let e = exp (-2. * x)
        let mutable a, b = (1. - e) / (2. * x), ((1. + e) - (1. - e) / x) / (2. * x)
        if l = 0 then a
        else
            for j in 1 .. l - 1 do
                let c = a - float (2 * j + 1) / x * b
                a <- b
                b <- c
            b

let private functions =
    Gen.elements [
        for nmax in [ 1; 5; 8; 9 ] do
            yield SmearedGto(GtoBasis(nmax, 5.), 4, 5., 0.3) :> IRadialFunctions
            yield PointDensity(GtoBasis(nmax, 5.), 4, 5.) :> IRadialFunctions
    ]

[<Tests>]
let tests =
    testList "Numerics.Radial.RadialTests" [
        testCase "GTO radial functions are orthonormal with the metric r² dr" <| fun () ->
            // Beyond nmax = 10 the overlaps are so ill-conditioned that float64 leaves a few 1e-9.
            for nmax in 1..10 do
                let cutoff = 5.
                let basis = GtoBasis(nmax, cutoff)

                let at r =
                    let v, first, second = Array.zeroCreate nmax, Array.zeroCreate nmax, Array.zeroCreate nmax
                    basis.Evaluate(r, 0, Span v, Span first, Span second)
                    v

                let rule = [ for p in 0..39 do yield! Quadrature.gaussLegendre 20 (float p) (float p + 1.) ]
                let values = rule |> List.map (fun (r, w) -> w * r * r, at r)

                for n in 0 .. nmax - 1 do
                    for k in 0..n do
                        let overlap = values |> List.sumBy (fun (w, v) -> w * v[n] * v[k])
                        Assert.InRange(abs (overlap - (if n = k then 1. else 0.)), 0., 1e-9)

        testCase "the smeared radial integral in closed form equals its numerical quadrature" <| fun () ->
            let cases =
                Gen.zip3 (Gen.choose (1, 8)) (Gen.elements [ 0.05; 0.2; 0.3; 0.5; 1. ]) (Gen.choose (0, 500))

            Law.holdsFor 60 (Law.from cases) (fun (nmax, sigma, step) ->
                let cutoff, lmax = 5., 6
                let r = cutoff * float step / 500.
                let basis = GtoBasis(nmax, cutoff)
                let v, _, _ = evaluate (SmearedGto(basis, lmax, cutoff, sigma)) r
                let radial, first, second = Array.zeroCreate nmax, Array.zeroCreate nmax, Array.zeroCreate nmax
                // The integrand lives within some widths of the Gaussian.
                let lo, hi = max 0. (r - 9. * sigma), r + 9. * sigma

                for l in 0..lmax do
                    for n in 0 .. nmax - 1 do
                        let integrand x =
                            basis.Evaluate(x, 0, Span radial, Span first, Span second)
                            // exp(−(x²+r²)/2σ²) i_l(xr/σ²) = exp(−(x−r)²/2σ²) · e^(−z) i_l(z)
                            x * x * radial[n] * exp (-(x - r) * (x - r) / (2. * sigma * sigma)) * scaledBessel l (x * r / (sigma * sigma))

                        let expected =
                            4. * Math.PI * Math.Pow(2. * Math.PI * sigma * sigma, -1.5) * Quadrature.integrate 12 24 lo hi integrand

                        Assert.InRange(abs (v[l * nmax + n] - expected), 0., 1e-8))

        Law.test
            "first and second derivatives agree with finite differences of the values"
            100
            (Law.from (Gen.zip functions (Gen.choose (1, 499))))
            (fun (f, step) ->
                let r, h = 0.01 * float step, 1e-4
                let _, d, s = evaluate f r
                let vp, dp, _ = evaluate f (r + h)
                let vm, dm, _ = evaluate f (r - h)

                for k in 0 .. d.Length - 1 do
                    Assert.InRange(abs (d[k] - (vp[k] - vm[k]) / (2. * h)), 0., 1e-5)
                    Assert.InRange(abs (s[k] - (dp[k] - dm[k]) / (2. * h)), 0., 1e-4))

        testCase "a table is as close to its functions everywhere as its stated error" <| fun () ->
            let table = Gen.zip functions (Gen.elements [ 1e-6; 1e-8; 1e-10 ])
            let point = Gen.choose (0, 100000)
            let cutoff = CutoffFunction(5., 0.5)

            for f, tolerance in Law.sample 8 table do
                let t = RadialTable.Build(f, cutoff, tolerance)
                Assert.InRange(t.Error, 0., tolerance)
                let size = (f.LMax + 1) * f.NMax
                let v, d = Array.zeroCreate size, Array.zeroCreate size
                let largest =
                    Seq.max (seq { for k in 0..100 -> evaluate f (0.05 * float k) |> fun (v, _, _) -> v |> Array.map abs |> Array.max })

                Law.holdsFor 300 (Law.from point) (fun k ->
                    let r = 5. * float k / 100000.
                    t.Evaluate(r, Span v, Span d)
                    let exact, first, _ = evaluate f r
                    let struct (fc, dfc) = cutoff.Evaluate r

                    for q in 0 .. size - 1 do
                        Assert.InRange(abs (v[q] - fc * exact[q]) / largest, 0., 1.1 * tolerance + 1e-14)
                        // The derivative is one order of the grid's spacing less exact.
                        let spacing = 5. / float t.Intervals
                        Assert.InRange(abs (d[q] - fc * first[q] - dfc * exact[q]) / largest, 0., 20. * tolerance / spacing + 1e-11))

        testCase "the cutoff function falls smoothly from 1 to 0, and its derivative is its slope" <| fun () ->
            let kinds = Gen.elements [ CutoffKind.ShiftedCosine; CutoffKind.Polynomial ]

            Law.holds (Law.from (Gen.zip kinds (Gen.choose (1, 5999)))) (fun (kind, step) ->
                let f, r, h = CutoffFunction(5., 1.5, kind), 0.001 * float step, 1e-6
                let struct (value, slope) = f.Evaluate r
                Assert.InRange(abs ((f.Value(r + h) - f.Value(r - h)) / (2. * h) - slope), 0., 1e-6)
                Assert.InRange(value, 0., 1.)
                Assert.True(f.Value r >= f.Value(r + h))
                if r <= 3.5 then Assert.Equal(1., value)
                if r >= 5. then Assert.Equal(0., value))

        testCase "bad radial parameters are refused with the value" <| fun () ->
            let refused (make: unit -> obj) = Assert.Throws<ArgumentOutOfRangeException>(fun () -> make () |> ignore) |> ignore
            refused (fun () -> CutoffFunction(-1., 0.5))
            refused (fun () -> CutoffFunction(5., 0.))
            refused (fun () -> CutoffFunction(5., 6.))
            refused (fun () -> GtoBasis(0, 5.))
            refused (fun () -> GtoBasis(60, 5.))
            refused (fun () -> SmearedGto(GtoBasis(3, 5.), 2, 5., 0.))

            let beyond () = RadialTable.Build(SmearedGto(GtoBasis(3, 4.), 2, 4., 0.3), CutoffFunction(5., 0.5)) |> ignore
            Assert.Contains("end at 4 Å, before the cutoff radius 5 Å", (Assert.Throws<ArgumentException> beyond).Message)
    ]
