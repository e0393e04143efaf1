module Toolkit.Tests.Numerics.Harmonics.HarmonicsKernelTests

open System
open System.Runtime.InteropServices
open Expecto
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Simd
open Toolkit.Testing
open Toolkit.Tests.Laws

let private widths = [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ]
let private kinds = [ HarmonicsKind.Normalised; HarmonicsKind.Solid ]

/// Random points [3, n], the first ones on the poles, on the axes and at the origin.
let private points seed n =
    let random = Random(seed: int)
    let p = Array.init (3 * n) (fun _ -> 4. * random.NextDouble() - 2.)
    let special = [ 0., 0., 1.3; 0., 0., -0.7; 0., 0., 0.; 2., 0., 0.; 0., -1., 0. ]
    special |> List.iteri (fun i (x, y, z) -> if i < n then p[i] <- x; p[n + i] <- y; p[2 * n + i] <- z)
    p

/// Points first … first + count − 1 of p [3, n]; empty gradients or second derivatives are not computed.
let private compute (h: SphericalHarmonics<'T>) (p: 'T[]) first count (v: 'T[]) (g: 'T[]) (s: 'T[]) =
    let n = p.Length / 3
    let x, y, z = first, n + first, 2 * n + first
    h.Compute(ReadOnlySpan(p, x, count), ReadOnlySpan(p, y, count), ReadOnlySpan(p, z, count), Span v, Span g, Span s)

let private all (h: SphericalHarmonics<'T>) (p: 'T[]) =
    let n = p.Length / 3
    let v, g, s = Array.zeroCreate (h.Count * n), Array.zeroCreate (3 * h.Count * n), Array.zeroCreate (6 * h.Count * n)
    compute h p 0 n v g s
    v, g, s

/// Zeros have signs, which comparison does not see.
let private bits (numbers: 'T[]) = MemoryMarshal.AsBytes(ReadOnlySpan numbers).ToArray()

let private sameBitsOfAll (p: 'T[]) (make: VectorWidth -> SphericalHarmonics<'T>) =
    let run width =
        let v, g, s = all (make width) p
        [ bits v; bits g; bits s ]

    for width in widths do Assert.Equal<byte[] list>(run VectorWidth.Scalar, run width)

let private sameBitsOfBlocks (p: 'T[]) (make: VectorWidth -> SphericalHarmonics<'T>) =
    let size = p.Length / 3

    let run gradients width =
        let h = make width
        let v = Array.zeroCreate (h.Count * size)
        let g = if gradients then Array.zeroCreate (3 * h.Count * size) else [||]
        h.Block(ReadOnlySpan(p, 0, size), ReadOnlySpan(p, size, size), ReadOnlySpan(p, 2 * size, size), Span v, Span g)
        Array.append (bits v) (bits g)

    for gradients in [ false; true ] do
        for width in widths do Assert.Equal<byte[]>(run gradients VectorWidth.Scalar, run gradients width)

let private manyAreAsFew (h: SphericalHarmonics<'T>) (p: 'T[]) =
    let n = p.Length / 3
    let v, g = Array.zeroCreate (h.Count * n), Array.zeroCreate (3 * h.Count * n)
    compute h p 0 n v g [||]
    let v1, g1 = Array.zeroCreate h.Count, Array.zeroCreate (3 * h.Count)

    for i in 0..n - 1 do
        compute h p i 1 v1 g1 [||]
        Assert.Equal<'T[]>(v1, Array.init h.Count (fun lm -> v[lm * n + i]))
        Assert.Equal<'T[]>(g1, Array.init (3 * h.Count) (fun lm -> g[lm * n + i]))

/// How far values and gradients at the point (0.3, −0.5, 0.4) times a length are from those at the point itself.
let private changeWithLength (h: SphericalHarmonics<'T>) (number: float -> 'T) (toFloat: 'T -> float) length =
    let at length =
        let v, g, _ = all h [| number (0.3 * length); number (-0.5 * length); number (0.4 * length) |]
        Array.append (Array.map toFloat v) (g |> Array.map (fun x -> length * toFloat x))

    Array.map2 (fun x y -> abs (x - y)) (at 1.) (at length) |> Array.max

[<Tests>]
let tests =
    testList "Numerics.Harmonics.HarmonicsKernelTests" [
        Law.test "every width of vector gives the bits of the scalar form, in float64 and float32" 20 (Law.seeded (1, 40)) (fun (seed, n) ->
            for kind in kinds do
                let p, lmax = points seed n, seed % 13
                sameBitsOfAll p (fun width -> SphericalHarmonics<float>(lmax, kind, width))
                sameBitsOfAll (Array.map float32 p) (fun width -> SphericalHarmonics<float32>(lmax, kind, width)))

        testCase "a block of points, compiled or not, has the bits of the scalar form, in float64 and float32"
        <| fun () ->
            for kind in kinds do
                for lmax in [ 0; 1; 2; 3; 6; 10; 11; 16; 17 ] do
                    sameBitsOfBlocks (points (lmax + 1) SphericalHarmonics<float>.BlockSize) (fun width ->
                        SphericalHarmonics<float>(lmax, kind, width))

                    sameBitsOfBlocks (points (lmax + 1) SphericalHarmonics<float32>.BlockSize |> Array.map float32) (fun width ->
                        SphericalHarmonics<float32>(lmax, kind, width))

        testCase "values and gradients do not depend on what else is asked for" <| fun () ->
            for kind in kinds do
                let n = 37
                let p = points 5 n
                let h = SphericalHarmonics<float>(9, kind)
                let v, g, _ = all h p
                let v1, v2, g2 = Array.zeroCreate v.Length, Array.zeroCreate v.Length, Array.zeroCreate g.Length
                compute h p 0 n v1 [||] [||]
                compute h p 0 n v2 g2 [||]
                Assert.Equal<float>(v, v1)
                Assert.Equal<float>(v, v2)
                Array.iter2 (fun a b -> Assert.InRange(abs (a - b), 0., 1e-11 * (1. + abs a))) g g2
                let interleaved = Array.init (3 * n) (fun i -> p[(i % 3) * n + i / 3])
                let v3 = Array.zeroCreate v.Length
                h.ComputeInterleaved(ReadOnlySpan interleaved, Span v3)
                Assert.Equal<float>(v, v3)

        testCase "outputs too large for the cache are those of few points" <| fun () ->
            // Rows of whole cache lines are written line by line, others are not.
            for n in [ 3001; 3008 ] do
                manyAreAsFew (SphericalHarmonics<float> 10) (points 7 n)
                manyAreAsFew (SphericalHarmonics<float32> 10) (points 7 n |> Array.map float32)

        testCase "outputs may begin at any byte, as in a file that lies in memory" <| fun () ->
            let h, n = SphericalHarmonics<float> 6, 8000
            let p = points 3 n
            let expected = Array.zeroCreate (h.Count * n)
            compute h p 0 n expected [||] [||]
            let memory = Array.zeroCreate<byte> (8 * expected.Length + 8)

            for first in [ 1; 4 ] do
                let values = MemoryMarshal.Cast<byte, float>(Span(memory, first, 8 * expected.Length))
                h.Compute(ReadOnlySpan(p, 0, n), ReadOnlySpan(p, n, n), ReadOnlySpan(p, 2 * n, n), values)
                Assert.Equal<byte[]>(bits expected, Array.sub memory first (8 * expected.Length))

        Law.test "solid harmonics equal the explicit sum" 20 (Law.seeded (6, 12)) (fun (seed, n) ->
            let p = points seed n
            let v, _, _ = all (SphericalHarmonics<float>(12, HarmonicsKind.Solid)) p

            for i in 0..n - 1 do
                let x, y, z = p[i], p[n + i], p[2 * n + i]
                let r = sqrt (x * x + y * y + z * z)

                for l in 0..12 do
                    for m in -l .. l do
                        let expected = HarmonicsReference.Solid(l, m, x, y, z)
                        Assert.InRange(abs (v[(l * l + l + m) * n + i] - expected), 0., 1e-11 * Math.Pow(r, float l) + 1e-300))

        testCase "gradients and Hessians agree with finite differences of values and gradients" <| fun () ->
            for kind in kinds do
                let n = 24
                // The origin is left out: functions of the direction have no derivative there.
                let p = points 11 n
                p[2] <- 0.4
                let h = SphericalHarmonics<float>(8, kind)
                let _, g, s = all h p
                let eps = 1e-5
                let planes = array2D [ [ 0; 1; 2 ]; [ 1; 3; 4 ]; [ 2; 4; 5 ] ]

                for d in 0..2 do
                    let shifted e = all h (Array.mapi (fun i x -> if i / n = d then x + e else x) p)
                    let vp, gp, _ = shifted eps
                    let vm, gm, _ = shifted -eps
                    let size = h.Count * n

                    for i in 0 .. size - 1 do
                        let slope = (vp[i] - vm[i]) / (2. * eps)
                        Assert.InRange(abs (g[d * size + i] - slope), 0., 1e-5 * (10. + abs slope))

                        for q in 0..2 do
                            let curve = (gp[q * size + i] - gm[q * size + i]) / (2. * eps)
                            Assert.InRange(abs (s[planes[q, d] * size + i] - curve), 0., 1e-5 * (100. + abs curve))

        testCase "solid harmonics are harmonic and functions of the direction obey r² ΔY = −l (l + 1) Y" <| fun () ->
            for kind in kinds do
                let n = 40
                let p = points 3 n
                let h = SphericalHarmonics<float>(50, kind)
                let v, _, s = all h p

                for lm in 0 .. h.Count - 1 do
                    let l = int (sqrt (float lm))

                    for i in 0..n - 1 do
                        let r2 = p[i] * p[i] + p[n + i] * p[n + i] + p[2 * n + i] * p[2 * n + i]
                        let at q = s[(q * h.Count + lm) * n + i]
                        let size = 1. + abs (at 0) + abs (at 3) + abs (at 5)
                        let expected = if kind = HarmonicsKind.Solid || r2 = 0. then 0. else -(float (l * (l + 1))) * v[lm * n + i] / r2
                        Assert.InRange(abs (at 0 + at 3 + at 5 - expected) / size, 0., 1e-11)

        testCase "at the origin only l = 0 is not zero for functions of the direction" <| fun () ->
            let v, g, s = all (SphericalHarmonics<float>(6)) (Array.zeroCreate 3)
            Assert.Equal(sqrt (0.25 / Math.PI), v[0])
            Assert.All(v[1..], fun x -> Assert.Equal(0., x))
            Assert.All(Array.append g s, fun x -> Assert.Equal(0., x))

        testCase "functions of the direction do not depend on the length, from the smallest number to the largest"
        <| fun () ->
            let double, single = SphericalHarmonics<float>(20), SphericalHarmonics<float32>(20)

            for length in [ 1e-300; 1e-160; 2e-150; 1e-75; 1e75; 1e154; 1e160; 1e300 ] do
                Assert.InRange(changeWithLength double float float length, 0., 1e-12)

            for length in [ 1e-36; 2e-18; 1e-9; 1e9; 1e19; 1e37 ] do
                Assert.InRange(changeWithLength single float32 float length, 0., 1e-3)

            // Values alone, to the ends of the numbers; beside points of usual length, which are not touched.
            let usual = [| 0.3; -0.5; 0.4 |]
            let expected = Array.zeroCreate double.Count
            double.ComputeInterleaved(ReadOnlySpan usual, Span expected)

            for length in [ 1e-307; 1e-160; 1.; 1e160; 1.7e308 ] do
                let points = Array.concat [ usual; usual |> Array.map (fun x -> length * x); [| 0.; 0.; 0. |] ]
                let values = Array.zeroCreate (3 * double.Count)
                double.ComputeInterleaved(ReadOnlySpan points, Span values)

                for lm in 0 .. double.Count - 1 do
                    Assert.Equal(expected[lm], values[3 * lm])
                    Assert.Equal(expected[lm], values[3 * lm + 1], 1e-13)
                    Assert.Equal((if lm = 0 then expected[0] else 0.), values[3 * lm + 2])

            // Hessians go with 1/r².
            let second length =
                let _, _, s = all double (usual |> Array.map (fun x -> length * x))
                s |> Array.map (fun x -> length * (length * x))

            for length in [ 1e-150; 1e140 ] do
                Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1e-10)) (second 1.) (second length)

        Law.test "inversion multiplies degree l by (−1)^l" 20 (Law.seeded (1, 20)) (fun (seed, n) ->
            let h = SphericalHarmonics<float>(15, HarmonicsKind.Solid)
            let p = points seed n
            let v, _, _ = all h p
            let w, _, _ = all h (Array.map (~-) p)

            for lm in 0 .. h.Count - 1 do
                let sign = if int (sqrt (float lm)) % 2 = 0 then 1. else -1.
                for i in 0..n - 1 do Assert.Equal(v[lm * n + i], sign * w[lm * n + i]))

        testCase "float32 agrees with float64 to its own precision, to l = 50"
        <| fun () ->
            for kind in kinds do
                for lmax in [ 10; 50 ] do
                    let n = 50
                    let p = points 2 n |> Array.map float32
                    let v, g, s = all (SphericalHarmonics<float32>(lmax, kind)) p
                    let v2, g2, s2 = all (SphericalHarmonics<float>(lmax, kind)) (Array.map float p)

                    for i in 0 .. n - 1 do
                        let near tolerance (found: float32[]) (expected: float[]) =
                            let at (a: 'T[]) = [| for k in i..n .. a.Length - 1 -> a[k] |]
                            let scale = at expected |> Array.fold (fun m x -> max m (abs x)) 1.

                            Array.iter2
                                (fun x y -> Assert.InRange(abs (float x - y), 0., tolerance * float lmax * scale))
                                (at found)
                                (at expected)

                        near 1e-6 v v2
                        near 4e-6 g g2
                        near 2e-5 s s2

        testCase "a span that is too short is refused" <| fun () ->
            let h = SphericalHarmonics<float>(3)
            let short () =
                h.Compute(ReadOnlySpan [| 1. |], ReadOnlySpan [| 1. |], ReadOnlySpan [| 1. |], Span(Array.zeroCreate<float> 15))

            let error = Assert.Throws<ArgumentException> short
            Assert.Contains("expected at least 16 numbers, got 15", error.Message)
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> SphericalHarmonics<float>(51) |> ignore) |> ignore
    ]
