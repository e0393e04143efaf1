module Toolkit.Tests.Numerics.Harmonics.WignerDTests

open System
open System.Numerics
open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Numerics.Harmonics
open Toolkit.Testing
open Toolkit.Tests.Laws

let private rotationOf (random: Random) =
    if random.Next 2 = 0 then Rotations.randomRotation random else Rotations.randomReflection random

/// A·B of square matrices.
let private multiply (a: float[]) (b: float[]) =
    let n = int (sqrt (float a.Length))
    let product = Array.zeroCreate (n * n)

    for i in 0 .. n - 1 do
        for j in 0 .. n - 1 do
            let x = a[i * n + j]

            for k in 0 .. n - 1 do
                product[i * n + k] <- product[i * n + k] + x * b[j * n + k]

    product

let private distance (a: float[]) (b: float[]) = Array.map2 (fun x y -> abs (x - y)) a b |> Array.max

[<Tests>]
let tests =
    testList "Numerics.Harmonics.WignerDTests" [
        Law.test "matrices of a product are products of matrices and each is orthogonal, to l = 100" 3 (Law.seeded (0, 1)) (fun (seed, _) ->
            let random = Random seed
            let r, s = rotationOf random, rotationOf random
            let ofR, ofS, ofBoth =
                WignerD(ReadOnlySpan r, 100), WignerD(ReadOnlySpan s, 100), WignerD(ReadOnlySpan(Rotations.multiply r s), 100)

            for l in [ 0; 1; 2; 5; 20; 50; 100 ] do
                let a, b, c = ofR.Real(l).ToArray(), ofS.Real(l).ToArray(), ofBoth.Real(l).ToArray()
                let n = 2 * l + 1
                Assert.InRange(distance (multiply a b) c, 0., 2e-12)
                let transposed = Array.init (n * n) (fun i -> a[(i % n) * n + i / n])
                let one = Array.init (n * n) (fun i -> if i / n = i % n then 1. else 0.)
                Assert.InRange(distance (multiply a transposed) one, 0., 2e-12))

        Law.test "complex matrices compose, are unitary and are the real ones in the other basis" 20 (Law.seeded (0, 6)) (fun (seed, l) ->
            let random = Random seed
            let r, s = rotationOf random, rotationOf random
            let complex (m: float[]) = (WignerD(ReadOnlySpan m, l)).Complex l
            let a, b, c = complex r, complex s, complex (Rotations.multiply r s)
            let n = 2 * l + 1
            let sum f = Seq.fold (fun (z: Complex) k -> z + f k) Complex.Zero [ 0 .. n - 1 ]

            // S = U Y, and S(R r) = U D*(R) U† S(r).
            let u =
                Array2D.init n n (fun i k ->
                    HarmonicBasis.realFromComplex (i - l) |> Seq.tryFind (fun (mu, _) -> mu = k - l)
                    |> Option.map (fun (_, z) -> z.ToComplex())
                    |> Option.defaultValue Complex.Zero)

            let real = (WignerD(ReadOnlySpan r, l)).Real(l).ToArray()

            for i in 0 .. n - 1 do
                for k in 0 .. n - 1 do
                    Assert.InRange((sum (fun j -> a[i * n + j] * b[j * n + k]) - c[i * n + k]).Magnitude, 0., 1e-13)
                    let unit = sum (fun j -> a[i * n + j] * Complex.Conjugate a[k * n + j])
                    Assert.InRange((unit - (if i = k then Complex.One else Complex.Zero)).Magnitude, 0., 1e-13)
                    let turned = sum (fun p -> sum (fun q -> u[i, p] * Complex.Conjugate a[p * n + q] * Complex.Conjugate u[k, q]))
                    Assert.InRange((turned - Complex(real[i * n + k], 0.)).Magnitude, 0., 1e-13))

        Law.test
            "harmonics of a rotated point are the matrix times the harmonics of the point, to l = 50"
            10
            (Law.seeded (0, 1))
            (fun (seed, _) ->
                let random = Random seed
                let r = rotationOf random
                let v = Array.init 3 (fun _ -> Rotations.normal random)
                let w = Rotations.applyToVectors r (ReadOnlySpan v)
                let h = SphericalHarmonics<float> 50

                let at (v: float[]) =
                    let values = Array.zeroCreate h.Count
                    h.Compute(ReadOnlySpan [| v[0] |], ReadOnlySpan [| v[1] |], ReadOnlySpan [| v[2] |], Span values)
                    values

                let before, after = at v, at w
                let d = WignerD(ReadOnlySpan r, 50)

                for l in [ 1; 2; 3; 10; 30; 50 ] do
                    let n = 2 * l + 1
                    let m = d.Real(l).ToArray()

                    for i in 0 .. n - 1 do
                        let turned = Seq.sum (seq { for k in 0 .. n - 1 -> m[i * n + k] * before[l * l + k] })
                        Assert.InRange(turned - after[l * l + i], -1e-11, 1e-11))

        testCase "the angle β of a rational half-angle gives the exact layer's numbers, to l = 100" <| fun () ->
            let h (n: int) = HalfInteger.FromInteger n
            let random = Random 7

            for p, q in [ 3, 4; 5, 12; 1, 0; 0, 1; 99, 20; 1, 1000 ] do
                let c, s = float p / sqrt (float (p * p + q * q)), float q / sqrt (float (p * p + q * q))
                let cosBeta, sinBeta = c * c - s * s, 2. * s * c
                let d = WignerD(ReadOnlySpan [| cosBeta; 0.; sinBeta; 0.; 1.; 0.; -sinBeta; 0.; cosBeta |], 100)
                let square = BigInteger(p * p + q * q)
                let root (n: int) = Surd.Create(1, BigInteger(n * n), square)

                for l in [ 0; 1; 3; 10; 40; 100 ] do
                    let numbers = d.Complex l

                    for _ in 1..25 do
                        let m', m = random.Next(2 * l + 1) - l, random.Next(2 * l + 1) - l
                        let exact = (WignerSmallD.exact (h l, h m', h m, root p, root q)).ToDouble()
                        Assert.InRange((numbers[(m' + l) * (2 * l + 1) + m + l] - Complex(exact, 0.)).Magnitude, 0., 2e-12)

        testCase "a rotation by almost nothing, or by almost half a turn about x, is as good as any" <| fun () ->
            for tiny in [ 0.; 1e-300; 1e-17; 1e-9; 1e-4 ] do
                for flip in [ 1.; -1. ] do
                    let c, s = cos tiny, sin tiny
                    let turn = [| c; -s; 0.; s; c; 0.; 0.; 0.; 1. |]
                    let tilt = [| 1.; 0.; 0.; 0.; flip * c; -flip * s; 0.; flip * s; flip * c |]
                    let d = WignerD(ReadOnlySpan(Rotations.multiply turn tilt), 30)
                    let product =
                        multiply ((WignerD(ReadOnlySpan turn, 30)).Real(30).ToArray()) ((WignerD(ReadOnlySpan tilt, 30)).Real(30).ToArray())
                    Assert.InRange(distance product (d.Real(30).ToArray()), 0., 1e-12)

        testCase "what is no rotation, or a degree outside, is refused with the facts" <| fun () ->
            let stretched = [| 1.; 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1.1 |]
            let e = Assert.Throws<ArgumentException>(fun () -> WignerD(ReadOnlySpan stretched, 2) |> ignore)
            Assert.Contains("rows 3 and 3", e.Message)
            let nan = [| nan; 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1. |]
            Assert.Throws<ArgumentException>(fun () -> WignerD(ReadOnlySpan nan, 2) |> ignore) |> ignore
            Assert.Throws<ArgumentException>(fun () -> WignerD(ReadOnlySpan [| 1. |], 2) |> ignore) |> ignore
            let d = WignerD(ReadOnlySpan Rotations.identity, 2)
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> d.Real(3).Length |> ignore) |> ignore
    ]
