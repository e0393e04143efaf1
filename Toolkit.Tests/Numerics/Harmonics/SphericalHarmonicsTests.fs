module Toolkit.Tests.Numerics.Harmonics.SphericalHarmonicsTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Harmonics
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Values [lm] and gradients [xyz, lm] at one point.
let private at lmax (v: float[]) =
    let h = SphericalHarmonics<float>(lmax)
    let values, gradients = Array.zeroCreate h.Count, Array.zeroCreate (3 * h.Count)
    h.Compute(ReadOnlySpan [| v[0] |], ReadOnlySpan [| v[1] |], ReadOnlySpan [| v[2] |], Span values, Span gradients)
    values, gradients

/// The textbook formula, slow: associated Legendre functions by their explicit sum, no Condon–Shortley phase.
let private slow l m (v: float[]) =
    let r = sqrt (v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    let cosTheta, phi, a = v[2] / r, atan2 v[1] v[0], abs m
    let factorial n = Seq.fold (fun p k -> p * float k) 1. [ 2..n ]
    let sinTheta = sqrt (v[0] * v[0] + v[1] * v[1]) / r

    // P_l^a(x) = (1 − x²)^(a/2) / 2^l Σ_k (−1)^k (2l − 2k)! / (k! (l − k)! (l − a − 2k)!) x^(l − a − 2k)
    let sum =
        Seq.sum (
            seq {
                for k in 0 .. (l - a) / 2 ->
                    (if k % 2 = 0 then 1. else -1.) * factorial (2 * l - 2 * k)
                    / (factorial k * factorial (l - k) * factorial (l - a - 2 * k))
                    * Math.Pow(cosTheta, float (l - a - 2 * k))
            }
        )

    let legendre = Math.Pow(sinTheta, float a) / Math.Pow(2., float l) * sum
    let norm = sqrt (float (2 * l + 1) / (4. * Math.PI) * factorial (l - a) / factorial (l + a))

    if m = 0 then norm * legendre
    elif m > 0 then sqrt 2. * norm * legendre * cos (float a * phi)
    else sqrt 2. * norm * legendre * sin (float a * phi)

let private vectors =
    let component' = Gen.choose (-3000, 3000) |> Gen.map (fun n -> 0.001 * float n)
    Gen.arrayOfLength 3 component' |> Gen.filter (fun v -> Array.exists (fun x -> abs x > 1e-2) v)

let private poles = [ [| 0.; 0.; 1.3 |]; [| 0.; 0.; -0.7 |]; [| 2.; 0.; 0. |]; [| 0.; -1.; 0. |]; [| 1e-9; 0.; 1. |] ]

[<Tests>]
let tests =
    testList "Numerics.Harmonics.SphericalHarmonicsTests" [
        testCase "harmonics equal the textbook formula" <| fun () ->
            let check v =
                let values, _ = at 10 v

                for l in 0..10 do
                    for m in -l .. l do
                        Assert.InRange(abs (values[l * l + l + m] - slow l m v), 0., 2e-12)

            Law.holds (Law.from vectors) check
            List.iter check poles

        testCase "harmonics are orthonormal on the sphere, to l = 20" <| fun () ->
            let lmax = 20
            let count = (lmax + 1) * (lmax + 1)
            let gram = Array2D.zeroCreate<float> count count
            let azimuths = 2 * lmax + 2

            for z, w in Quadrature.gaussLegendre (lmax + 1) -1. 1. do
                for k in 0 .. azimuths - 1 do
                    let phi = 2. * Math.PI * (float k + 0.3) / float azimuths
                    let s = sqrt (1. - z * z)
                    let values, _ = at lmax [| s * cos phi; s * sin phi; z |]

                    for a in 0 .. count - 1 do
                        for b in 0..a do
                            gram[a, b] <- gram[a, b] + w * 2. * Math.PI / float azimuths * values[a] * values[b]

            for a in 0 .. count - 1 do
                for b in 0..a do
                    Assert.InRange(abs (gram[a, b] - (if a = b then 1. else 0.)), 0., 1e-13)

        testCase "gradients agree with finite differences, on the poles and elsewhere" <| fun () ->
            let check (v: float[]) =
                let _, gradients = at 8 v
                let h = 1e-5 * sqrt (Array.sumBy (fun x -> x * x) v)

                for d in 0..2 do
                    let shifted s = fst (at 8 (Array.mapi (fun k x -> if k = d then x + s * h else x) v))
                    let plus, minus = shifted 1., shifted -1.

                    for lm in 0..80 do
                        let expected = (plus[lm] - minus[lm]) / (2. * h)
                        Assert.InRange(abs (gradients[d * 81 + lm] - expected), 0., 1e-6 * (1. + abs expected))

            Law.holds (Law.from vectors) check
            poles |> List.filter (fun v -> v[0] <> 1e-9) |> List.iter check

        Law.test "the sum of squares of one degree is (2l + 1) / 4π in every direction, to l = 50" 100 (Law.from vectors) (fun v ->
            let values, _ = at 50 v

            for l in 0..50 do
                let sum = Array.sumBy (fun x -> x * x) values[l * l .. l * l + 2 * l]
                Assert.InRange(abs (sum * 4. * Math.PI / float (2 * l + 1) - 1.), 0., 5e-12))

        testCase "the squared gradients of one degree sum to l (l + 1) (2l + 1) / 4π r² and are across r, to l = 50" <| fun () ->
            let check (v: float[]) =
                let _, gradients = at 50 v
                let component' d lm = gradients[d * 51 * 51 + lm]
                let square = Array.sumBy (fun x -> x * x) v

                for l in 0..50 do
                    let degree = [ l * l .. l * l + 2 * l ]
                    let sum = degree |> List.sumBy (fun lm -> List.sumBy (fun d -> pown (component' d lm) 2) [ 0..2 ])
                    let expected = float (l * (l + 1) * (2 * l + 1)) / (4. * Math.PI)
                    Assert.Equal(expected, square * sum, 1e-11 * (1. + expected))

                    for lm in degree do
                        Assert.Equal(0., List.sumBy (fun d -> v[d] * component' d lm) [ 0..2 ], 1e-13 * float (1 + l * l))

            Law.holds (Law.from vectors) check
            List.iter check poles

        Law.test "many points at once are each as one point alone" 30 (Law.from (Gen.resize 40 (Gen.nonEmptyListOf vectors))) (fun points ->
            let points = Array.ofList points
            let h = SphericalHarmonics<float>(6)
            let n = points.Length
            let pick k = points |> Array.map (fun v -> v[k])
            let values, gradients = Array.zeroCreate (49 * n), Array.zeroCreate (3 * 49 * n)
            h.Compute(ReadOnlySpan(pick 0), ReadOnlySpan(pick 1), ReadOnlySpan(pick 2), Span values, Span gradients)

            points
            |> Array.iteri (fun p v ->
                let one, slopes = at 6 v
                for lm in 0..48 do
                    Assert.Equal(one[lm], values[lm * n + p])
                for row in 0..146 do
                    Assert.Equal(slopes[row], gradients[row * n + p])))

        testCase "values and gradients are those that sphericart prints" <| fun () ->
            SharedData.using "reference/sphericart_l10_50pts.txt" (fun path ->
                let mutable current = [||], [||]

                for line in File.ReadLines path do
                    let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)

                    match words[0] with
                    | "P" -> current <- at 10 (words[2..] |> Array.map float)
                    | "Y" ->
                        let values, gradients = current
                        let l, m = int words[2], int words[3]
                        let lm = l * l + l + m
                        Assert.InRange(abs (values[lm] - float words[4]), 0., 1e-13)

                        for d in 0..2 do
                            let expected = float words[5 + d]
                            Assert.InRange(abs (gradients[d * 121 + lm] - expected), 0., 1e-11 * (1. + abs expected))
                    | _ -> ())

        testCase "arrays of the wrong length and a wrong lmax are refused"
        <| fun () ->
            let h = SphericalHarmonics<float>(2)

            Assert.Throws<ArgumentException>(fun () ->
                let one = [| 1. |] in h.Compute(ReadOnlySpan one, ReadOnlySpan one, ReadOnlySpan one, Span(Array.zeroCreate 8)))
            |> ignore

            Assert.Throws<ArgumentOutOfRangeException>(fun () -> SphericalHarmonics<float>(-1) |> ignore) |> ignore
    ]
