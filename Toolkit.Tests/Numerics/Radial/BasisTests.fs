module Toolkit.Tests.Numerics.Radial.BasisTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Files
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Radial
open Toolkit.Testing
open Toolkit.Tests.Laws

let private values lmax (basis: RadialBasis) r =
    let size = (lmax + 1) * basis.NMax
    let v, d, s = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
    basis.Evaluate(r, lmax, Span v, Span d, Span s)
    v, d, s

/// A basis that is tabulated from another, finely.
let private tabulated (basis: RadialBasis) lmax points =
    let radii = Array.init points (fun k -> 5. * float k / float (points - 1))
    let rows = radii |> Array.map (fun r -> let v, _, _ = values lmax basis r in v)
    let columns = Array.init ((lmax + 1) * basis.NMax) (fun k -> rows |> Array.map (fun row -> row[k])) |> Array.concat
    TabulatedBasis.Create(ReadOnlySpan radii, ReadOnlySpan columns, basis.NMax, Nullable lmax)

let private bases: (string * RadialBasis) list =
    [ "gto", GtoBasis(6, 5.)
      "laplacian", LaplacianBasis(7, 6, 5.)
      "monomial", MonomialBasis(6, 5.)
      "tabulated", tabulated (LaplacianBasis(3, 6, 5.)) 6 201 ]

[<Tests>]
let tests =
    testList "Numerics.Radial.BasisTests" [
        testCase "Laplacian eigenfunctions and monomials are orthonormal on the sphere with the metric r² dr" <| fun () ->
            let lmax = 12

            for basis in [ LaplacianBasis(20, lmax, 5.) :> RadialBasis; MonomialBasis(20, 5.) ] do
                let rule = [ for p in 0..9 do yield! Quadrature.gaussLegendre 24 (0.5 * float p) (0.5 * float (p + 1)) ]
                let at = rule |> List.map (fun (r, w) -> w * r * r, (let v, _, _ = values lmax basis r in v))

                for l in 0..lmax do
                    for n in 0..19 do
                        for k in 0..n do
                            let overlap = at |> List.sumBy (fun (w, v) -> w * v[l * 20 + n] * v[l * 20 + k])
                            Assert.Equal((if n = k then 1. else 0.), overlap, 1e-12)

        testCase "Laplacian eigenfunctions vanish at the cutoff and satisfy the Laplacian's radial equation" <| fun () ->
            let basis = LaplacianBasis(10, 8, 4.)
            let v, _, _ = values 8 basis 4.
            Assert.All(v, (fun x -> Assert.Equal(0., x, 1e-13)))

            Law.holds (Law.from (Gen.choose (1, 4000))) (fun step ->
                let r = 0.001 * float step
                let v, d, s = values 8 basis r

                for l in 0..8 do
                    for n in 0..9 do
                        let k = l * 10 + n
                        let left = s[k] + 2. / r * d[k] - float (l * (l + 1)) / (r * r) * v[k]
                        let scale = basis.Eigenvalue(n, l) + float (l * (l + 1)) / (r * r)
                        Assert.Equal(-basis.Eigenvalue(n, l) * v[k], left, 1e-12 * scale))

        testCase "zeros of the spherical Bessel functions are those of the literature, and increase with n and l" <| fun () ->
            let zero n l = sqrt (LaplacianBasis(30, 30, 1.).Eigenvalue(n, l))
            // tan x = x, and M. Abramowitz and I. A. Stegun, table 10.6.
            Assert.Equal(4.493409457909064, zero 0 1, 1e-14)
            Assert.Equal(7.725251836937707, zero 1 1, 1e-14)
            Assert.Equal(5.763459196894550, zero 0 2, 1e-14)
            Assert.Equal(9.095011330476355, zero 1 2, 1e-14)
            let all = Array2D.init 30 31 zero

            for n in 0..29 do
                Assert.Equal(Math.PI * float (n + 1), all[n, 0], 1e-13)

                for l in 1..30 do
                    Assert.True(all[n, l] > all[n, l - 1])
                    if n < 29 then Assert.True(all[n, l] < all[n + 1, l - 1])

        testCase "the monomial basis spans the monomials in order of n, and its first functions are the solid harmonics' r^l"
        <| fun () ->
            let basis = MonomialBasis(8, 3.)
            let rule = Quadrature.gaussLegendre 40 0. 3.

            for l in 0..5 do
                // Orthogonal to all lower monomials, not to its own.
                for n in 0..7 do
                    for k in 0..n do
                        let moment =
                            rule
                            |> Array.sumBy (fun (r, w) ->
                                let v, _, _ = values l basis r in w * r * r * v[l * 8 + n] * Math.Pow(r / 3., float (l + 2 * k)))

                        if k < n then Assert.Equal(0., moment, 1e-12) else Assert.True(abs moment > 1e-8)

                let v, _, _ = values l basis 1.2
                Assert.Equal(sqrt (float (2 * l + 3) / 27.) * Math.Pow(0.4, float l), v[l * 8], 1e-14)

        testCase "the derivatives of every basis are those of its values, down to the origin" <| fun () ->
            Law.holds (Law.from (Gen.zip (Gen.elements bases) (Gen.choose (0, 495)))) (fun ((name, basis), step) ->
                // Not across a knot, where the spline's third derivative jumps.
                let r = if name = "tabulated" then 0.025 * float (step / 3) + 0.0125 else 0.01 * float step
                let r = max r 1e-3
                let h = 1e-4
                let v, d, s = values 6 basis r
                let vp, dp, _ = values 6 basis (r + h)
                let vm, dm, _ = values 6 basis (r - h)

                for k in 0 .. v.Length - 1 do
                    Assert.Equal((vp[k] - vm[k]) / (2. * h), d[k], 2e-5 * (1. + abs d[k]))
                    Assert.Equal((dp[k] - dm[k]) / (2. * h), s[k], 2e-5 * (10. + abs s[k])))

            for _, basis in bases do
                let h = 1e-5
                let v, d, s = values 6 basis 0.
                let w, e, t = values 6 basis h

                for k in 0 .. v.Length - 1 do
                    Assert.Equal(v[k] + h * d[k] + h * h / 2. * s[k], w[k], 1e-12)
                    Assert.Equal(d[k] + h * s[k], e[k], 1e-7)
                    Assert.Equal(s[k], t[k], 1e-2)

        testCase "the smeared density by quadrature equals the closed form for Gaussian type orbitals" <| fun () ->
            for nmax, lmax, sigma in [ 1, 0, 0.4; 1, 0, 0.02; 8, 6, 0.3; 10, 9, 0.05; 6, 3, 1.2; 3, 12, 0.02 ] do
                let basis = GtoBasis(nmax, 5.)
                let size = (lmax + 1) * nmax
                let evaluate (f: IRadialFunctions) r =
                    let v, d, s = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
                    f.Evaluate(r, Span v, Span d, Span s)
                    v, d, s

                let quadrature, closed = SmearedDensity(basis, lmax, 5., sigma), SmearedGto(basis, lmax, 5., sigma)

                for step in 0..100 do
                    let r = 0.05 * float step
                    let v, d, s = evaluate quadrature r
                    let w, e, t = evaluate closed r
                    // In units of the Gaussian's own width. The closed form's derivatives are differences of terms that are r/σ² and
                    // its square times as large, good to eleven digits.
                    let scale, loss = 1. / sigma, 1e-11 * r / (sigma * sigma)

                    for k in 0 .. size - 1 do
                        Assert.Equal(w[k], v[k], 1e-10)
                        Assert.Equal(e[k], d[k], 1e-9 * scale + loss)
                        Assert.Equal(t[k], s[k], 1e-8 * scale * scale + loss * r / (sigma * sigma))

        testCase "the smeared density of every basis is its projection by quadrature in space"
        <| fun () ->
            // A neighbour on the z axis: only m = 0 is there, and the azimuth integrates to 2π.
            let sphere = Quadrature.gaussLegendre 64 -1. 1.
            let lmax = 4

            let legendre =
                sphere
                |> Array.map (fun (z, _) ->
                    let h = SphericalHarmonics<float> lmax
                    let y = Array.zeroCreate h.Count
                    h.Compute(ReadOnlySpan [| sqrt (1. - z * z) |], ReadOnlySpan [| 0. |], ReadOnlySpan [| z |], Span y)
                    y)

            for name, basis in bases do
                for sigma, distance in [ 0.5, 0.; 0.5, 1.3; 0.8, 4.9; 0.5, 3.01 ] do
                    let smeared = SmearedDensity(basis, lmax, 5., sigma)
                    let size = (lmax + 1) * basis.NMax
                    let v, first, second = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
                    smeared.Evaluate(distance, Span v, Span first, Span second)
                    let expected = Array.zeroCreate size
                    let extent = min basis.Extent (distance + 9. * sigma)
                    // The tabulated basis has knots every 0.025 Å.
                    let pieces = if name = "tabulated" then 200 else 30

                    for p in 0 .. pieces - 1 do
                        for x, w in
                            Quadrature.gaussLegendre
                                (if pieces = 200 then 4 else 12)
                                (extent * float p / float pieces)
                                (extent * float (p + 1) / float pieces) do
                            let radial, _, _ = values lmax basis x

                            sphere
                            |> Array.iteri (fun q (z, wz) ->
                                let square = x * x + distance * distance - 2. * x * distance * z
                                let density = Math.Pow(2. * Math.PI * sigma * sigma, -1.5) * exp (-square / (2. * sigma * sigma))

                                for l in 0..lmax do
                                    for n in 0 .. basis.NMax - 1 do
                                        let k = l * basis.NMax + n

                                        expected[k] <-
                                            expected[k] + w * wz * 2. * Math.PI * x * x * density * radial[k] * legendre[q][l * l + l])

                    for l in 0..lmax do
                        // c_nl0 = g_nl Y_l0(z).
                        let y = sqrt (float (2 * l + 1) / (4. * Math.PI))

                        for n in 0 .. basis.NMax - 1 do
                            let k = l * basis.NMax + n

                            if not (abs (expected[k] - y * v[k]) < 1e-9) then
                                Assert.Fail $"{name}, σ {sigma}, r {distance}, n {n}, l {l}: expected {expected[k]:R}, found {y * v[k]:R}"

        testCase "a narrow Gaussian is nearly a point" <| fun () ->
            for _, basis in bases do
                let r, sigma = 2.2, 0.02
                let size = 5 * basis.NMax
                let v, first, second = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
                SmearedDensity(basis, 4, 5., sigma).Evaluate(r, Span v, Span first, Span second)
                let point, _, _ = values 4 basis r
                // The difference is σ²/2 ∇² R.
                Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 0.05)) point v

        testCase "few functions take narrow and wide Gaussians, flat functions too" <| fun () ->
            let few: RadialBasis list = [ MonomialBasis(1, 5.); MonomialBasis(2, 12.); LaplacianBasis(1, 1, 5.); GtoBasis(1, 5.) ]

            for basis in few do
                for lmax in 0..1 do
                    for sigma in [ 0.01; 0.02; 0.05; 0.3; 2.; 10. ] do
                        let reach = min basis.Extent 12.
                        let table = RadialTable.Build(SmearedDensity(basis, lmax, reach, sigma), CutoffFunction(reach, 0.5))
                        Assert.InRange(table.Error, 0., 1e-9)

        testCase "tables of every basis, point or smeared, keep the requested error in values and derivatives" <| fun () ->
            let cutoff = CutoffFunction(5., 0.5)

            for name, basis in bases do
                for sigma in [ Nullable(); Nullable 0.3 ] do
                    let f = DensityProjection.Create(basis, 4, 5., sigma)
                    let tolerance = 1e-8
                    let table = RadialTable.Build(f, cutoff, tolerance)
                    let size = 5 * f.NMax
                    let v, d = Array.zeroCreate size, Array.zeroCreate size
                    let w, e, s = Array.zeroCreate size, Array.zeroCreate size, Array.zeroCreate size
                    let mutable value, slope, largest, steepest = 0., 0., 0., 0.

                    for step in 0..999 do
                        let r = 5. * (float step + 0.37) / 1000.
                        table.Evaluate(r, Span v, Span d)
                        f.Evaluate(r, Span w, Span e, Span s)
                        let struct (fc, dfc) = cutoff.Evaluate r

                        for k in 0 .. size - 1 do
                            value <- max value (abs (v[k] - fc * w[k]))
                            slope <- max slope (abs (d[k] - fc * e[k] - dfc * w[k]))
                            largest <- max largest (abs w[k])
                            steepest <- max steepest (abs e[k])

                    Assert.True(value <= 1.1 * tolerance * largest, $"{name}: value off by {value / largest}")
                    // The derivative is one order of the spacing less exact, and never worse than 1e-5 of the steepest slope.
                    let bound = min (1e-5 * steepest) (20. * tolerance * largest * float table.Intervals / 5. + 1e-11 * largest)
                    Assert.True(slope <= bound, $"{name}: derivative off by {slope / steepest}, {table.Intervals} intervals")

        testCase "radial scaling is what it says, with its derivatives, and multiplies every function" <| fun () ->
            let cases = Gen.zip3 (Gen.elements [ 0.5; 1.; 3. ]) (Gen.elements [ 1; 2; 3; 7; 12 ]) (Gen.choose (10, 4900))

            Law.holds (Law.from cases) (fun (rate, exponent, step) ->
                let scaling, r, h = RadialScaling(rate, 1.7, exponent), 0.001 * float step, 1e-5
                let struct (u, u1, u2) = scaling.Evaluate r
                let value r = let struct (u, _, _) = scaling.Evaluate r in u
                let slope r = let struct (_, u1, _) = scaling.Evaluate r in u1
                Assert.Equal(rate / (rate + Math.Pow(r / 1.7, float exponent)), u, 1e-15)
                Assert.Equal((value (r + h) - value (r - h)) / (2. * h), u1, 1e-7)
                Assert.Equal((slope (r + h) - slope (r - h)) / (2. * h), u2, 1e-6)
                let plain = SmearedGto(GtoBasis(3, 5.), 2, 5., 0.4)
                let scaled = ScaledFunctions(plain, scaling)
                let evaluate (f: IRadialFunctions) r =
                    let v, d, s = Array.zeroCreate 9, Array.zeroCreate 9, Array.zeroCreate 9
                    f.Evaluate(r, Span v, Span d, Span s)
                    v, d, s

                let v, _, _ = evaluate plain r
                let w, d, s = evaluate scaled r
                let wp, dp, _ = evaluate scaled (r + h)
                let wm, dm, _ = evaluate scaled (r - h)

                for k in 0..8 do
                    Assert.Equal(u * v[k], w[k], 1e-14)
                    Assert.Equal((wp[k] - wm[k]) / (2. * h), d[k], 1e-7)
                    Assert.Equal((dp[k] - dm[k]) / (2. * h), s[k], 1e-6))

            let struct (u, _, _) = RadialScaling(2., 1., 3).Evaluate 0.
            Assert.Equal(1., u)

        testCase "a table in a file is read as it was written, and its spline converges with the fourth power of the spacing" <| fun () ->
            let basis = LaplacianBasis(2, 1, 5.)

            let error points =
                let text = new StringWriter()
                text.WriteLine "# two functions each for l = 0, 1\n\nr R_0_0 R_1_0 R_0_1 R_1_1"

                for k in 0 .. points - 1 do
                    let r = 5. * float k / float (points - 1)
                    let v, _, _ = values 1 basis r
                    text.WriteLine(String.Join(" ", Array.append [| r.ToString "R" |] (v |> Array.map (fun x -> x.ToString "R"))))

                let read = TabulatedBasis.Read(new StringReader(text.ToString()), "text")
                Assert.Equal((2, 1, 5.), (read.NMax, read.LMax, read.Extent))

                Seq.max (seq {
                    for step in 0..1000 do
                        let v, _, _ = values 1 basis (0.005 * float step)
                        let w, _, _ = values 1 read (0.005 * float step)
                        yield! Array.map2 (fun x y -> abs (x - y)) v w })

            Assert.InRange(error 81 / error 41, 0., 1. / 13.)

        testCase "a cubic is its own spline" <| fun () ->
            let radii = [| 0.; 0.3; 1.1; 1.5; 2.9 |]
            let f x = 1. + x * (2. - x * (0.5 - 0.25 * x))
            let basis = TabulatedBasis.Create(ReadOnlySpan radii, ReadOnlySpan(Array.map f radii), 1)

            for step in 0..29 do
                let x = 0.1 * float step
                let v, d, s = values 3 basis x
                Assert.All(v, (fun v -> Assert.Equal(f x, v, 1e-13)))
                Assert.All(d, (fun d -> Assert.Equal(2. - x + 0.75 * x * x, d, 1e-12)))
                Assert.All(s, (fun s -> Assert.Equal(-1. + 1.5 * x, s, 1e-12)))

        testCase "every wrong table gets one line with its place" <| fun () ->
            let rows = "\n0 1\n1 1\n2 1\n3 1"

            for text, expected in
                [ "", "t: found 0 rows of numbers, expected at least 4"
                  "0 1\n", "t:1: found '0 1', expected the columns' names: r, then R_0"
                  "r g_0" + rows, "t:1: column 2: found 'g_0', expected R_0, R_1"
                  "r R_0 R_1_0" + rows, "t:1: column 3: found 'R_1_0', expected"
                  "r R_0 R_0" + rows, "t:1: column 3: found 'R_0', expected"
                  "r R_1" + rows, "t:1: found no column R_0, expected"
                  "r R_0_0 R_0_1 R_1_1" + rows, "t:1: found no column R_1_0, expected"
                  "# c\nr R_0\n0 1 2\n", "t:3: found 3 numbers, expected 2, one for each column"
                  "r R_0\n0 x\n", "t:2: R_0: found 'x', expected a finite number"
                  "r R_0\n0 NaN\n", "t:2: R_0: found 'NaN', expected a finite number"
                  "r R_0\n0.5 1\n", "t:2: r: found 0.5, expected 0, where the table starts"
                  "r R_0\n0 1\n1 1\n1 1\n", "t:4: r: found 1, expected more than 1, the radius before"
                  "r R_0\n0 1\n1 1\n2 1\n", "t: found 3 rows of numbers, expected at least 4" ] do
                let e = Assert.Throws<InputException>(fun () -> TabulatedBasis.Read(new StringReader(text), "t") |> ignore)
                Assert.StartsWith(expected, e.Message)
                Assert.DoesNotContain("\n", e.Message)

        testCase "bad parameters of a basis are refused with the value" <| fun () ->
            let refused (make: unit -> obj) = Assert.ThrowsAny<ArgumentException>(fun () -> make () |> ignore) |> ignore
            refused (fun () -> LaplacianBasis(0, 2, 5.))
            refused (fun () -> LaplacianBasis(3, -1, 5.))
            refused (fun () -> MonomialBasis(3, nan))
            refused (fun () -> PointDensity(LaplacianBasis(3, 2, 4.), 2, 5.))
            refused (fun () -> PointDensity(LaplacianBasis(3, 2, 4.), 3, 4.))
            refused (fun () -> SmearedDensity(MonomialBasis(3, 4.), 2, 4., 0.))
            refused (fun () -> RadialScaling(0., 1., 2))
            refused (fun () -> RadialScaling(1., -1., 2))
            refused (fun () -> RadialScaling(1., 1., 0))
            refused (fun () -> TabulatedBasis.Create(ReadOnlySpan [| 0.; 1.; 2. |], ReadOnlySpan [| 0.; 1.; 2. |], 1))
            refused (fun () -> TabulatedBasis.Create(ReadOnlySpan [| 0.; 1.; 1.; 2. |], ReadOnlySpan [| 0.; 1.; 2.; 3. |], 1))
            refused (fun () -> TabulatedBasis.Create(ReadOnlySpan [| 0.; 1.; 3.; 4. |], ReadOnlySpan [| 0.; 1.; 2. |], 1))
    ]
