module Toolkit.Tests.Numerics.LinearAlgebra.EigenTests

open System
open MathNet.Numerics.LinearAlgebra
open Expecto
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Testing
open Toolkit.Tests.Laws

let private symmetric (random: Random) n =
    let a = Array.zeroCreate (n * n)
    for i in 0 .. n - 1 do
        for j in 0..i do
            let x = Rotations.normal random
            a[i * n + j] <- x
            a[j * n + i] <- x
    a

let private decompose n (a: float[]) threads =
    let values, vectors = Array.zeroCreate n, Array.zeroCreate (n * n)
    SymmetricEigen.Decompose(n, ReadOnlySpan a, n, Span values, Span vectors, threads)
    values, vectors

/// Q diag(values) Qᵀ with a random orthogonal Q, symmetric to the bit.
let private withSpectrum (random: Random) (values: float[]) =
    let n = values.Length
    let q = (Matrix<float>.Build.Dense(n, n, (fun _ _ -> Rotations.normal random))).QR().Q
    let a = q * Matrix<float>.Build.DenseOfDiagonalArray values * q.Transpose()
    Array.init (n * n) (fun k -> 0.5 * (a[k / n, k % n] + a[k % n, k / n]))

/// A V = V Λ, Vᵀ V = 1 and rising values, all to a small multiple of the rounding unit.
let private assertDecomposed n (a: float[]) (values: float[], vectors: float[]) =
    let v = Matrix<float>.Build.Dense(n, n, (fun i k -> vectors[k * n + i]))
    let m = Matrix<float>.Build.Dense(n, n, (fun i j -> a[i * n + j]))
    let size = 1e-300 + Array.fold (fun s x -> max s (abs x)) 0. a
    let bound = 20. * float n * 2.2e-16
    let residual = (m * v - v * Matrix<float>.Build.DenseOfDiagonalArray values) / size
    Assert.InRange(residual.Enumerate() |> Seq.map abs |> Seq.max, 0., bound * float n)
    let gram = v.TransposeThisAndMultiply v - Matrix<float>.Build.DenseIdentity n
    Assert.InRange(gram.Enumerate() |> Seq.map abs |> Seq.max, 0., bound)
    for k in 1 .. n - 1 do Assert.True(values[k - 1] <= values[k])

[<Tests>]
let tests =
    testList "Numerics.LinearAlgebra.EigenTests" [
        Law.test
            "vectors are orthonormal, leave no residual, and values are those of an independent library"
            12
            (Law.seeded (1, 130))
            (fun (seed, n) ->
                let a = symmetric (Random seed) n
                let values, vectors = decompose n a 1
                assertDecomposed n a (values, vectors)
                let expected = Matrix<float>.Build.Dense(n, n, a).Evd(Symmetricity.Symmetric).EigenValues.Real().ToArray() |> Array.sort
                Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-13 * float n)) expected values
                // Any number of threads, and without vectors: the same bits.
                Assert.Equal<float[] * float[]>((values, vectors), decompose n a 2)
                let only = Array.zeroCreate n
                SymmetricEigen.Decompose(n, ReadOnlySpan a, n, Span only)
                Assert.Equal<float>(values, only))

        testCase "work for three threads gives the bits of one thread, in full decompositions and in randomised ones" <| fun () ->
            let n, count = 411, 20
            Assert.Equal(3, Threads.For(int64 (count + 10) * int64 n * int64 n, 3))
            let random = Random 21
            let a = withSpectrum random (Array.init n (fun k -> 0.9 ** float k))
            let bits = Array.map BitConverter.DoubleToInt64Bits

            let all threads =
                let values, vectors = decompose n a threads
                let leading, leadingVectors = Array.zeroCreate count, Array.zeroCreate (count * n)
                RandomisedEigen.Decompose(n, ReadOnlySpan a, n, count, Span leading, Span leadingVectors, 4, 1e-13, 3, threads) |> ignore
                List.map bits [ values; vectors; leading; leadingVectors ]

            let one = all 1
            for threads in 2..3 do Assert.Equal<int64[] list>(one, all threads)

        Law.test "clustered, repeated and zero eigenvalues are found with their multiplicity" 8 (Law.seeded (6, 90)) (fun (seed, n) ->
            let random = Random seed
            let spectra =
                [ Array.init n (fun k -> if k < n / 2 then 0. else 1.)
                  Array.init n (fun k -> 1. + 1e-13 * float k)
                  Array.init n (fun k -> if k = 0 then 1. else 0.)
                  Array.init n (fun k -> 2. ** -(float k))
                  Array.init n (fun k -> if k % 2 = 0 then -1. else 1.) ]

            for spectrum in spectra do
                let a = withSpectrum random spectrum
                let values, vectors = decompose n a 1
                assertDecomposed n a (values, vectors)
                Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-13)) (Array.sort spectrum) values)

        testCase "the second difference matrix has the eigenvalues 2 − 2 cos (k π / (n + 1))"
        <| fun () ->
            for n in [ 1; 2; 3; 31; 32; 33; 64; 200 ] do
                let a =
                    Array.init (n * n) (fun k ->
                        match k / n - k % n with
                        | 0 -> 2.
                        | 1
                        | -1 -> -1.
                        | _ -> 0.)

                let values, vectors = decompose n a 1
                assertDecomposed n a (values, vectors)

                values
                |> Array.iteri (fun k x ->
                    Assert.InRange(abs (x - (2. - 2. * cos (float (k + 1) * Math.PI / float (n + 1)))), 0., 1e-14 * float (n + 4)))

        testCase "zero, diagonal, huge and tiny matrices are decomposed" <| fun () ->
            let n = 40
            assertDecomposed n (Array.zeroCreate (n * n)) (decompose n (Array.zeroCreate (n * n)) 1)
            let diagonal = Array.init (n * n) (fun k -> if k / n = k % n then float ((k * 7) % 13) else 0.)
            let values, _ = decompose n diagonal 1
            Assert.Equal<float>(Array.init n (fun i -> diagonal[i * n + i]) |> Array.sort, values)
            let a = symmetric (Random 4) n
            let expected, _ = decompose n a 1
            for scale in [ 1e250; 1e-250 ] do
                let values, vectors = decompose n (Array.map ((*) scale) a) 1
                Array.iter2 (fun x y -> Assert.InRange(abs (x - y / scale), 0., 1e-12)) expected values
                let gram k l = Seq.sum (seq { for i in 0 .. n - 1 -> vectors[k * n + i] * vectors[l * n + i] })
                for k in 0 .. n - 1 do Assert.InRange(abs (gram k k - 1.), 0., 1e-13)

        testCase "float32 eigenvalues agree with float64 to their own precision" <| fun () ->
            let n = 70
            let a = symmetric (Random 9) n
            let expected, _ = decompose n a 1
            let values, vectors = Array.zeroCreate<float32> n, Array.zeroCreate<float32> (n * n)
            let single = Array.map float32 a
            SymmetricEigen.Decompose(n, ReadOnlySpan single, n, Span values, Span vectors)
            Array.iter2 (fun x y -> Assert.InRange(abs (x - float y), 0., 1e-4)) expected values
            for k in 0 .. n - 1 do
                let norm = Seq.sum (seq { for i in 0 .. n - 1 -> vectors[k * n + i] * vectors[k * n + i] })
                Assert.InRange(norm, 0.9999f, 1.0001f)

        testCase "a matrix with a number that is not finite is refused by place" <| fun () ->
            let a = [| 1.; 0.; nan; 1. |]
            let bad () = decompose 2 a 1 |> ignore
            Assert.Contains("element (1, 0) is NaN", (Assert.Throws<ArgumentException> bad).Message)

        Law.test "randomised leading eigenvalues and vectors are those of the full decomposition" 8 (Law.seeded (12, 120)) (fun (seed, n) ->
            let random = Random seed
            let count = 1 + random.Next 8
            let a = withSpectrum random (Array.init n (fun k -> 0.6 ** float k))
            let values, vectors = Array.zeroCreate count, Array.zeroCreate (count * n)
            let run threads =
                RandomisedEigen.Decompose(n, ReadOnlySpan a, n, count, Span values, Span vectors, 20, 1e-13, 3, threads) |> ignore
            run 1
            let full, exact = decompose n a 1

            for k in 0 .. count - 1 do
                Assert.InRange(abs (values[k] - full[n - 1 - k]), 0., 1e-12)
                let overlap = Seq.sum (seq { for i in 0 .. n - 1 -> vectors[k * n + i] * exact[(n - 1 - k) * n + i] })
                Assert.InRange(abs overlap, 1. - 1e-9, 1. + 1e-9)

            let before = Array.copy vectors
            run 2
            Assert.Equal<float>(before, vectors))

        testCase "beyond the rank of a matrix the randomised eigenvalues are zero" <| fun () ->
            let n, rank, count = 50, 3, 6
            let a = withSpectrum (Random 2) (Array.init n (fun k -> if k < rank then float (rank - k) else 0.))
            let values, vectors = Array.zeroCreate count, Array.zeroCreate (count * n)
            RandomisedEigen.Decompose(n, ReadOnlySpan a, n, count, Span values, Span vectors) |> ignore
            Array.iteri (fun k x -> Assert.InRange(abs (x - (if k < rank then float (rank - k) else 0.)), 0., 1e-12)) values
            let many () = RandomisedEigen.Decompose(n, ReadOnlySpan a, n, n + 1, Span values, Span vectors) |> ignore
            Assert.Contains("Expected 0…50 eigenvalues", (Assert.Throws<ArgumentOutOfRangeException> many).Message)
    ]
