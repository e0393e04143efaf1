module Toolkit.Tests.Numerics.Fourier.RealTransformTests

open System
open System.Numerics
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Fourier
open Toolkit.Numerics.Simd
open Toolkit.Testing
open Toolkit.Tests.Laws

let private widths =
    [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ]
    |> List.filter (fun w -> w <= VectorWidths.Widest)

let private numbers (random: Random) n = Array.init n (fun _ -> 2. * random.NextDouble() - 1.)

let private forward (plan: RealTransform3) threads (x: float[]) =
    let re, im = Array.create plan.TransformLength nan, Array.create plan.TransformLength nan
    plan.Forward(ReadOnlySpan x, Span re, Span im, threads)
    re, im

let private inverse (plan: RealTransform3) threads (re: float[], im: float[]) =
    let x = Array.create plan.RealLength nan
    plan.Inverse(Span(Array.copy re), Span(Array.copy im), Span x, threads)
    x

/// The definition, one axis after the other, with roots of unity from reduced angles.
let private naive (n0, n1, n2) (x: float[]) =
    let root n a = Complex.Exp(Complex(0., -2. * Math.PI * float (a % n) / float n))

    let along n (roots: Complex[]) (f: int -> Complex) k =
        let mutable s = Complex.Zero
        for j in 0 .. n - 1 do s <- s + f j * roots[j * k % n]
        s

    let r0, r1, r2 = Array.init n0 (root n0), Array.init n1 (root n1), Array.init n2 (root n2)
    let h = n2 / 2 + 1
    let a = Array3D.init n0 n1 h (fun i j k -> along n2 r2 (fun q -> Complex(x[(i * n1 + j) * n2 + q], 0.)) k)
    let b = Array3D.init n0 n1 h (fun i j k -> along n1 r1 (fun q -> a[i, q, k]) j)
    Array3D.init n0 n1 h (fun i j k -> along n0 r0 (fun q -> b[q, j, k]) i)

let private good = [| for n in 1..36 do if FourierSize.IsGood n then n |]

[<Tests>]
let tests =
    testList "Numerics.Fourier.RealTransformTests" [
        testCase "the transform is its definition, for every width of registers, and what pads its rows is zero" <| fun () ->
            let case = Gen.zip (Gen.choose (0, 1 <<< 30)) (Gen.three (Gen.elements good))

            Law.holdsFor 40 (Law.from case) (fun (seed, (n0, n1, n2)) ->
                let x = numbers (Random seed) (n0 * n1 * n2)
                let expected = naive (n0, n1, n2) x
                let scale = 1e-15 * float (n0 * n1 * n2) + 1e-14 * sqrt (float (n0 * n1 * n2))

                for width in widths do
                    let plan = RealTransform3(n0, n1, n2, width)
                    let re, im = forward plan 1 x

                    for i in 0 .. n0 - 1 do
                        for j in 0 .. n1 - 1 do
                            for k in 0 .. plan.Columns - 1 do
                                let at = (i * n1 + j) * plan.Columns + k
                                let e = if k <= n2 / 2 then expected[i, j, k] else Complex.Zero
                                Assert.Equal(e.Real, re[at], scale)
                                Assert.Equal(e.Imaginary, im[at], scale))

        testCase "the inverse of the transform is the function times the number of points, whatever the number of threads" <| fun () ->
            let case = Gen.zip (Gen.choose (0, 1 <<< 30)) (Gen.three (Gen.elements good))

            Law.holdsFor 40 (Law.from case) (fun (seed, (n0, n1, n2)) ->
                let x = numbers (Random seed) (n0 * n1 * n2)

                for width in widths do
                    let plan = RealTransform3(n0, n1, n2, width)
                    let one = forward plan 1 x
                    let many = forward plan 3 x
                    Assert.Equal<float[] * float[]>(one, many)
                    let back = inverse plan 1 one
                    Assert.Equal<float[]>(back, inverse plan 3 one)
                    Array.iter2 (fun a b -> Assert.Equal(a, b / float x.Length, 1e-14)) x back)

        testCase "along each axis the transform is MathNet's, and so is a long one of every radix" <| fun () ->
            let random = Random 5

            for n in [ 2; 3; 4; 5; 7; 8; 49; 125; 243; 256; 420; 1024; 2100; 4096; 16807 ] do
                let x = numbers random n
                let expected = x |> Array.map (fun v -> Complex(v, 0.))
                MathNet.Numerics.IntegralTransforms.Fourier.Forward(
                    expected, MathNet.Numerics.IntegralTransforms.FourierOptions.Matlab)

                // At lengths that are no power of two MathNet goes by Bluestein's convolution, which loses digits as they grow.
                let near = if BitOperations.IsPow2 n then 1e-14 * sqrt (float n) else 1e-13 * float n

                for axis in 0..2 do
                    let plan = RealTransform3((if axis = 0 then n else 1), (if axis = 1 then n else 1), (if axis = 2 then n else 1))
                    let re, im = forward plan 1 x

                    for k in 0 .. (if axis = 2 then n / 2 else n - 1) do
                        let at = if axis = 2 then k else k * plan.Columns
                        Assert.Equal(expected[k].Real, re[at], near)
                        Assert.Equal(expected[k].Imaginary, im[at], near)

        testCase "a wave transforms into one number, to rounding, at a size of several passes on every axis" <| fun () ->
            let n0, n1, n2 = 48, 60, 98
            let plan = RealTransform3(n0, n1, n2)
            let w0, w1, w2 = 11, 43, 31

            let phase i j k =
                let turn a n = float (a % n) / float n
                2. * Math.PI * (turn (w0 * i) n0 + turn (w1 * j) n1 + turn (w2 * k) n2)

            let x = Array.init plan.RealLength (fun q -> cos (phase (q / (n1 * n2)) (q / n2 % n1) (q % n2)))
            let re, im = forward plan 2 x
            let peak = (w0 * n1 + w1) * plan.Columns + w2

            for at in 0 .. re.Length - 1 do
                Assert.Equal((if at = peak then 0.5 else 0.), re[at] / float x.Length, 1e-15)
                Assert.Equal(0., im[at] / float x.Length, 1e-15)

        Law.test "good lengths are products of 2, 3, 5 and 7, and the next one is found" 100 (Law.from (Gen.choose (1, 5000))) (fun n ->
            let rec strip n p = if n % p = 0 then strip (n / p) p else n
            let isGood = List.fold strip n [ 2; 3; 5; 7 ] = 1
            Assert.Equal(isGood, FourierSize.IsGood n)
            let next = FourierSize.AtLeast n
            Assert.True(FourierSize.IsGood next && next >= n)
            for m in n .. next - 1 do Assert.False(FourierSize.IsGood m)
            let even = FourierSize.AtLeast(n, 2)
            Assert.True(even >= n && even % 2 = 0 && FourierSize.IsGood even))

        testCase "a length with another prime factor, and arrays of another length, are refused with what was found"
        <| fun () ->
            let e = Assert.Throws<ArgumentOutOfRangeException>(fun () -> RealTransform3(4, 22, 4) |> ignore)
            Assert.Contains("22", e.Message)
            let plan = RealTransform3(4, 4, 4)

            let e =
                Assert.Throws<ArgumentException>(fun () ->
                    plan.Forward(
                        ReadOnlySpan(Array.zeroCreate 63),
                        Span(Array.zeroCreate plan.TransformLength),
                        Span(Array.zeroCreate plan.TransformLength)
                    ))

            Assert.Contains("63", e.Message)
    ]
