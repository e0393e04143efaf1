/// Gaussian-type orbitals for every number of functions that a specification may ask for.
module Toolkit.Tests.Numerics.Radial.GtoTests

open System
open Expecto
open MathNet.Numerics
open MathNet.Numerics.LinearAlgebra
open Toolkit.Numerics.Radial
open Toolkit.Testing
open Toolkit.Tests.Laws

let private cutoff = 5.

let private at (basis: RadialBasis) r =
    let n = basis.NMax
    let v, d, s = Array.zeroCreate n, Array.zeroCreate n, Array.zeroCreate n
    basis.Evaluate(r, 0, Span v, Span d, Span s)
    v, d, s

let private evaluate (f: IRadialFunctions) r =
    let size = (f.LMax + 1) * f.NMax
    let v, d, s = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
    f.Evaluate(r, Span v, Span d, Span s)
    v, d, s

/// e^(−x) i_l(x) for l = 0, 1, 2 in closed form where that does not cancel, by series elsewhere.
let private scaledBessel l (x: float) =
    if x < 3. then
        let first = Seq.fold (fun t j -> t * x / float (2 * j + 1)) 1. [ 1..l ]
        let terms = Seq.unfold (fun (k, t) -> Some(t, (k + 1, t * x * x / (2. * float (k + 1) * float (2 * l + 2 * k + 3))))) (0, first)
        exp -x * Seq.sum (Seq.take 40 terms)
    else
        let e = exp (-2. * x)

        match l with
        | 0 -> (1. - e) / (2. * x)
        | 1 -> ((1. + e) - (1. - e) / x) / (2. * x)
        | _ -> ((1. - e) * (1. + 3. / (x * x)) - 3. / x * (1. + e)) / (2. * x)

[<Tests>]
let tests =
    testList "Numerics.Radial.GtoTests" [
        testCase "Gaussian type orbitals are orthonormal with the metric r² dr, for every number of them up to the most" <| fun () ->
            for nmax in 1 .. GtoBasis.Most do
                let basis = GtoBasis(nmax, cutoff)
                let pieces = 30
                let h = basis.Extent / float pieces
                let overlap = Array2D.zeroCreate nmax nmax

                for p in 0 .. pieces - 1 do
                    for r, w in Quadrature.gaussLegendre 32 (h * float p) (h * float (p + 1)) do
                        let v, _, _ = at basis r

                        for n in 0 .. nmax - 1 do
                            for k in 0..n do
                                overlap[n, k] <- overlap[n, k] + w * r * r * v[n] * v[k]

                for n in 0 .. nmax - 1 do
                    for k in 0..n do
                        Assert.InRange(abs (overlap[n, k] - (if n = k then 1. else 0.)), 0., 1e-13)

        testCase "the orbitals are the inverse root of the primitives' overlaps times the primitives" <| fun () ->
            // In float64, which is enough for a few functions.
            for nmax in 1..6 do
                let unit = cutoff / float nmax
                let sigma k = unit * max (sqrt (float k)) 1.
                let moment p c = SpecialFunctions.Gamma(0.5 * float (p + 3)) / (2. * Math.Pow(c, 0.5 * float (p + 3)))
                let exponent k q = 0.5 / (sigma k * sigma k) + 0.5 / (sigma q * sigma q)
                let norm k = 1. / sqrt (moment (2 * k) (exponent k k))
                let s = Matrix.Build.Dense(nmax, nmax, fun k q -> norm k * norm q * moment (k + q) (exponent k q))
                let eigen = s.Evd Symmetricity.Symmetric
                let roots = eigen.EigenValues.Map(fun v -> 1. / sqrt v.Real)
                let t = eigen.EigenVectors * Matrix.Build.DiagonalOfDiagonalVector roots * eigen.EigenVectors.Transpose()
                let basis = GtoBasis(nmax, cutoff)

                for step in 0..50 do
                    let r = 0.1 * float step
                    let primitives =
                        Vector.Build.Dense(nmax, fun k -> norm k * Math.Pow(r, float k) * exp (-r * r / (2. * sigma k * sigma k)))
                    let expected = t * primitives
                    let v, _, _ = at basis r
                    Array.iteri (fun n x -> Assert.Equal(expected[n], x, 1e-12)) v

        testCase "the transform in float64 is that of the functions, up to the cancellation that it states"
        <| fun () ->
            for nmax in [ 1; 4; 9; 17; 30 ] do
                let basis = GtoBasis(nmax, cutoff)
                let widths, transform = basis.Widths.ToArray(), basis.Transform.ToArray()

                for r in [ 0.; 0.3; 1.7; 4.9 ] do
                    let v, _, _ = at basis r

                    for n in 0 .. nmax - 1 do
                        let sum =
                            Seq.sum (
                                seq {
                                    for k in 0 .. nmax - 1 ->
                                        transform[n * nmax + k] * Math.Pow(r, float k) * exp (-r * r / (2. * widths[k] * widths[k]))
                                }
                            )

                        Assert.Equal(v[n], sum, 1e-13 * basis.Cancellation)

        testCase "derivatives of many orbitals are those of their values, and a table of them keeps its error" <| fun () ->
            for nmax in [ 12; 20; 30 ] do
                let basis = GtoBasis(nmax, cutoff)

                for step in 0..48 do
                    let r, h = 0.1 * float step + 0.1, 1e-3
                    let v, d, s = at basis r
                    let p1, _, _ = at basis (r + h)
                    let m1, _, _ = at basis (r - h)
                    let p2, _, _ = at basis (r + 2. * h)
                    let m2, _, _ = at basis (r - 2. * h)

                    for n in 0 .. nmax - 1 do
                        let slope = (8. * (p1[n] - m1[n]) - (p2[n] - m2[n])) / (12. * h)
                        let curvature = (16. * (p1[n] + m1[n]) - (p2[n] + m2[n]) - 30. * v[n]) / (12. * h * h)
                        Assert.Equal(slope, d[n], 1e-5)
                        Assert.Equal(curvature, s[n], 1e-3)

                let point = PointDensity(basis, 1, cutoff)
                let table = RadialTable.Build(point, CutoffFunction(cutoff, 0.5), 1e-9)
                let v, d = Array.zeroCreate (2 * nmax), Array.zeroCreate (2 * nmax)
                let w, _, _ = evaluate point 2.345
                table.Evaluate(2.345, Span v, Span d)
                let largest =
                    seq { for r in 0. .. 0.05 .. cutoff -> (let v, _, _ = at basis r in v |> Array.map abs |> Array.max) } |> Seq.max
                Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1.1e-9 * largest)) w v

        testCase "Gaussian densities on few and many orbitals are the integrals that they are said to be, up to wide ones"
        <| fun () ->
            for nmax, sigma in [ 5, 0.3; 7, 0.05; 8, 0.3; 14, 0.5; 22, 0.2; 30, 0.4; 30, 2.; 30, 10. ] do
                let basis = GtoBasis(nmax, cutoff)
                let smeared = SmearedGto(basis, 2, cutoff, sigma)

                for r in [ 0.; 0.4; 2.3; 4.8 ] do
                    let v, _, _ = evaluate smeared r
                    let expected = Array.zeroCreate (3 * nmax)
                    let lo, hi = max 0. (r - 9. * sigma), min (r + 9. * sigma) basis.Extent
                    let pieces = 40

                    for p in 0 .. pieces - 1 do
                        let h = (hi - lo) / float pieces

                        for x, w in Quadrature.gaussLegendre 24 (lo + h * float p) (lo + h * float (p + 1)) do
                            let radial, _, _ = at basis x

                            let kernel =
                                w
                                * x
                                * x
                                * 4.
                                * Math.PI
                                * Math.Pow(2. * Math.PI * sigma * sigma, -1.5)
                                * exp (-(x - r) * (x - r) / (2. * sigma * sigma))

                            for l in 0..2 do
                                let factor = kernel * scaledBessel l (x * r / (sigma * sigma))

                                for n in 0 .. nmax - 1 do
                                    expected[l * nmax + n] <- expected[l * nmax + n] + factor * radial[n]

                    let largest = expected |> Array.map abs |> Array.max
                    Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1e-11 * (largest + 0.01))) expected v

        testCase "what is beyond the extent is no more than 1e-20 of the largest value" <| fun () ->
            for nmax in [ 1; 8; 20; 30 ] do
                let basis = GtoBasis(nmax, cutoff)
                let most r = (let v, _, _ = at basis r in v |> Array.map abs |> Array.max)
                let largest = seq { for r in 0. .. 0.05 .. cutoff -> most r } |> Seq.max

                for k in 0..20 do
                    Assert.InRange(most (basis.Extent * (1. + 0.05 * float k)), 0., 1.1e-20 * largest)

        testCase "more orbitals than can be kept orthonormal are refused with both numbers" <| fun () ->
            let refused n = (Assert.Throws<ArgumentOutOfRangeException>(fun () -> GtoBasis(n, cutoff) |> ignore)).Message
            Assert.Contains("expected 1 … 30 radial functions", refused 31)
            Assert.Contains("31", refused 31)
            Assert.Contains("expected 1 … 30 radial functions", refused 0)
    ]
