module Toolkit.Tests.Numerics.LinearAlgebra.DenseTests

#nowarn "9"

open System
open System.Runtime.Intrinsics
open Expecto
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Numerics.Simd
open Toolkit.Testing
open Toolkit.Tests.Laws

let private matrix (random: Random) size = Array.init size (fun _ -> 2. * random.NextDouble() - 1.)

/// Shapes that meet full tiles, ragged edges, one row, one column and more than one slice of the inner dimension.
let private shape (random: Random) size =
    let pick () = match random.Next 4 with 0 -> 1 + random.Next 5 | 1 -> 24 | _ -> 1 + random.Next(size: int)
    pick (), pick (), (if random.Next 4 = 0 then 300 + random.Next 600 else pick ())

[<Tests>]
let tests =
    testList "Numerics.LinearAlgebra.DenseTests" [
        Law.test
            "α op(A) op(B) + β C equals the triple sum for every transposition and leading dimension"
            60
            (Law.seeded (1, 80))
            (fun (seed, size) ->
                let random = Random seed
                let m, n, k = shape random size
                let ta, tb = random.Next 2 = 1, random.Next 2 = 1
                let lda, ldb, ldc = (if ta then m else k) + random.Next 3, (if tb then k else n) + random.Next 3, n + random.Next 3
                let a, b, c = matrix random ((max m k) * lda), matrix random ((max n k) * ldb), matrix random (m * ldc)
                let alpha, beta = 1.5, (if random.Next 2 = 0 then 0. else -0.5)
                let before = Array.copy c

                if beta = 0. then
                    (for i in 0 .. m - 1 do
                        for j in 0 .. n - 1 do
                            c[i * ldc + j] <- nan)

                Dense.Multiply(m, n, k, alpha, ReadOnlySpan a, lda, ta, ReadOnlySpan b, ldb, tb, beta, Span c, ldc, 2)

                for i in 0 .. m - 1 do
                    for j in 0 .. n - 1 do
                        let mutable sum = 0.

                        for p in 0 .. k - 1 do
                            sum <- sum + (if ta then a[p * lda + i] else a[i * lda + p]) * (if tb then b[j * ldb + p] else b[p * ldb + j])

                        let expected = alpha * sum + (if beta = 0. then 0. else beta * before[i * ldc + j])
                        Assert.InRange(abs (c[i * ldc + j] - expected), 0., 1e-14 * float (k + 10))

                    for j in n .. ldc - 1 do
                        Assert.Equal(before[i * ldc + j], c[i * ldc + j]))

        Law.test
            "products are bitwise the same with every width of vector and any number of threads"
            12
            (Law.seeded (40, 200))
            (fun (seed, size) ->
                let random = Random seed
                let m, n, k = shape random size
                let a, b = matrix random (m * k), matrix random (k * n)
                let a32, b32 = Array.map float32 a, Array.map float32 b
                let one, one32 = Array.zeroCreate (m * n), Array.zeroCreate<float32>(m * n)
                Dense.Multiply(m, n, k, ReadOnlySpan a, ReadOnlySpan b, Span one)
                Dense.Multiply(m, n, k, ReadOnlySpan a32, ReadOnlySpan b32, Span one32)

                for width in [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ] do
                    let c, c32 = Array.zeroCreate (m * n), Array.zeroCreate<float32>(m * n)
                    Dense.Multiply(width, Part.All, m, n, k, ReadOnlySpan a, ReadOnlySpan b, Span c)
                    Dense.Multiply(width, Part.All, m, n, k, ReadOnlySpan a32, ReadOnlySpan b32, Span c32)
                    Assert.Equal<float>(one, c)
                    Assert.Equal<float32>(one32, c32)

                for threads in 2..3 do
                    let c = Array.zeroCreate (m * n)
                    Dense.Multiply(m, n, k, ReadOnlySpan a, ReadOnlySpan b, Span c, threads)
                    Assert.Equal<float>(one, c)

                for i in 0 .. m * n - 1 do
                    Assert.InRange(abs (float one32[i] - one[i]), 0., 1e-6 * float (k + 10)))

        // Rows and columns end inside a tile, the odd inner dimension has two slices.
        testCase "work for three threads gives the bits of one thread, in products, Gram matrices, factors and solves"
        <| fun () ->
            let random = Random 12
            let rows, columns, inner, n = 211, 155, 433, 403
            Assert.Equal(3, Threads.For(int64 rows * int64 columns * int64 inner, 3))
            Assert.Equal(3, Threads.For(int64 (n / 2) * 192L * 192L, 3))
            let a, b, start = matrix random (rows * inner), matrix random (inner * columns), matrix random (n * n)
            let square = Array.zeroCreate (n * n)
            Dense.AddGram(n, n, 1., ReadOnlySpan start, n, 0., Span square, n)

            for i in 0 .. n - 1 do
                square[i * n + i] <- square[i * n + i] + 1.

            let check convert (same: 'T[] -> 'T[] -> unit) one =
                let a, b, start, square = Array.map convert a, Array.map convert b, Array.map convert start, Array.map convert square

                let all (threads: int) : 'T[] list =
                    let product, gram, factor = Array.sub start 0 (rows * columns), Array.copy start, Array.copy square

                    Dense.Multiply(
                        rows,
                        columns,
                        inner,
                        convert 1.5,
                        ReadOnlySpan a,
                        inner,
                        false,
                        ReadOnlySpan b,
                        columns,
                        false,
                        convert -0.5,
                        Span product,
                        columns,
                        threads
                    )

                    Dense.AddGram(rows, n, one, ReadOnlySpan start, n, convert 0.5, Span gram, n, threads)
                    Assert.Equal(-1, Cholesky.Factor(n, Span factor, n, threads))
                    let solved = Array.sub start 0 (n * columns)
                    Cholesky.Solve(n, ReadOnlySpan factor, n, columns, Span solved, columns, threads)
                    [ product; gram; factor; solved ]

                let expected = all 1

                for threads in 2..3 do
                    List.iter2 same expected (all threads)

            check
                float
                (fun x y -> Assert.Equal<int64>(Array.map BitConverter.DoubleToInt64Bits x, Array.map BitConverter.DoubleToInt64Bits y))
                1.

            check
                float32
                (fun x y -> Assert.Equal<int>(Array.map BitConverter.SingleToInt32Bits x, Array.map BitConverter.SingleToInt32Bits y))
                1.f

        Law.test
            "the lower part of a wide product is that of the whole, bit by bit, and nothing above it is written"
            8
            (Law.seeded (100, 300))
            (fun (seed, n) ->
                let random = Random seed
                let k = 1 + random.Next 800
                let a, b = Array.map float32 (matrix random (n * k)), Array.map float32 (matrix random (k * n))

                for width in [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ] do
                    let whole, lower = Array.zeroCreate<float32>(n * n), Array.create (n * n) nanf
                    Dense.Multiply(width, Part.All, n, n, k, ReadOnlySpan a, ReadOnlySpan b, Span whole)
                    Dense.Multiply(width, Part.Lower, n, n, k, ReadOnlySpan a, ReadOnlySpan b, Span lower)

                    for i in 0 .. n - 1 do
                        for j in 0 .. n - 1 do
                            Assert.Equal((if j > i then nanf else whole[i * n + j]), lower[i * n + j]))

        testCase "results wider than a panel are sums as well, one column wider and more, and Gram matrices stay below the diagonal" <| fun () ->
            let random = Random 3

            // Panels have 1344 columns with the widest registers, 1365 in scalar code.
            for n in [ 1345; 1370 ] do
                let m, k = 5, 400
                let a, b, c = matrix random (m * k), matrix random (k * n), Array.zeroCreate (m * n)
                Dense.Multiply(m, n, k, ReadOnlySpan a, ReadOnlySpan b, Span c, 2)

                for i in 0 .. m - 1 do
                    for j in 0 .. n - 1 do
                        let mutable sum = 0.
                        for p in 0 .. k - 1 do sum <- sum + a[i * k + p] * b[p * n + j]
                        Assert.InRange(abs (c[i * n + j] - sum), 0., 1e-12)

                let samples, gram = 3, Array.create (n * n) nan
                Dense.AddGram(samples, n, 1., ReadOnlySpan b, n, 0., Span gram, n, 2)
                let mutable above, wrong = 0, 0

                for i in 0 .. n - 1 do
                    for j in 0 .. n - 1 do
                        if j > i then
                            if not (Double.IsNaN gram[i * n + j]) then above <- above + 1
                        else
                            let mutable sum = 0.
                            for s in 0 .. samples - 1 do sum <- sum + b[s * n + i] * b[s * n + j]
                            if not (abs (gram[i * n + j] - sum) <= 1e-14) then wrong <- wrong + 1

                Assert.Equal((0, 0), (above, wrong))

        testCase "shapes without elements are shapes too" <| fun () ->
            for m, n, k in [ 0, 3, 2; 3, 0, 2; 0, 0, 0; 3, 2, 0 ] do
                for beta, expected in [ 0., 0.; 1., 5.; -2., -10. ] do
                    for threads in 1..2 do
                        let c = Array.create (m * n) 5.
                        Dense.Multiply(
                            m, n, k, 1., ReadOnlySpan(Array.zeroCreate (m * k)), k, false, ReadOnlySpan(Array.zeroCreate (k * n)), n, false,
                            beta, Span c, n, threads)
                        for x in c do Assert.Equal(expected, x)

            let gram = Array.create 9 5.
            Dense.AddGram(0, 3, 1., ReadOnlySpan [||], 3, 0., Span gram, 3, 2)
            Assert.Equal<float>([| 0.; 5.; 5.; 0.; 0.; 5.; 0.; 0.; 0. |], gram)
            Assert.Equal(-1, Cholesky.Factor(0, Span Array.empty<float>, 0, 2))
            Cholesky.Solve(0, ReadOnlySpan [||], 0, 4, Span Array.empty<float>, 4, 2)
            Cholesky.Solve(2, ReadOnlySpan [| 1.; 0.; 0.; 1. |], 2, 0, Span Array.empty<float>, 0, 2)

        Law.test
            "the Gram matrix of a table is that of its blocks of rows added up, and stays below the diagonal"
            20
            (Law.seeded (1, 150))
            (fun (seed, features) ->
                let random = Random seed
                let samples = 1 + random.Next 300
                let a = matrix random (samples * features)

                let expected, whole, blocks =
                    Array.zeroCreate (features * features), Array.create (features * features) 7., Array.create (features * features) 7.

                for i in 0 .. features - 1 do
                    for j in 0..i do
                        blocks[i * features + j] <- 0.

                        for s in 0 .. samples - 1 do
                            expected[i * features + j] <- expected[i * features + j] + a[s * features + i] * a[s * features + j]

                Dense.AddGram(samples, features, 1., ReadOnlySpan a, features, 0., Span whole, features)
                let cut = random.Next samples
                Dense.AddGram(cut, features, 1., ReadOnlySpan(a, 0, cut * features), features, 1., Span blocks, features, 3)

                Dense.AddGram(
                    samples - cut,
                    features,
                    1.,
                    ReadOnlySpan(a, cut * features, (samples - cut) * features),
                    features,
                    1.,
                    Span blocks,
                    features,
                    2
                )

                for i in 0 .. features - 1 do
                    for j in 0 .. features - 1 do
                        let at = i * features + j

                        if j > i then
                            Assert.Equal(7., whole[at])
                            Assert.Equal(7., blocks[at])
                        else
                            Assert.InRange(abs (whole[at] - expected[at]), 0., 1e-12)
                            Assert.InRange(abs (blocks[at] - expected[at]), 0., 1e-12)

                let twice = Array.create (features * features) 7.
                Dense.AddGram(samples, features, 1., ReadOnlySpan a, features, 0., Span twice, features, 2)
                Assert.Equal<float>(whole, twice)
                Dense.Symmetrise(features, Span whole, features)

                for i in 0 .. features - 1 do
                    for j in 0 .. features - 1 do
                        Assert.Equal(whole[i * features + j], whole[j * features + i]))

        Law.test "L Lᵀ is the matrix that was factored, and solving undoes multiplying" 20 (Law.seeded (1, 170)) (fun (seed, n) ->
            let random = Random seed
            let g = matrix random (2 * n * n)
            let a = Array.zeroCreate (n * n)
            Dense.AddGram(2 * n, n, 1., ReadOnlySpan g, n, 0., Span a, n)
            Dense.Symmetrise(n, Span a, n)
            let l = Array.copy a
            Assert.Equal(-1, Cholesky.Factor(n, Span l, n))
            let l2 = Array.copy a
            Assert.Equal(-1, Cholesky.Factor(n, Span l2, n, 2))
            Assert.Equal<float>(l, l2)

            for i in 0 .. n - 1 do
                for j in 0 .. n - 1 do
                    let mutable sum = 0.
                    for k in 0 .. min i j do sum <- sum + l[i * n + k] * l[j * n + k]
                    Assert.InRange(abs (sum - a[i * n + j]), 0., 1e-12 * float n)
                    if j > i then Assert.Equal(a[i * n + j], l[i * n + j])

            let columns = 1 + random.Next 9
            let x = matrix random (n * columns)
            let b = Array.zeroCreate (n * columns)
            Dense.Multiply(n, columns, n, ReadOnlySpan a, ReadOnlySpan x, Span b)
            Cholesky.Solve(n, ReadOnlySpan l, n, columns, Span b, columns)
            let y = Array.zeroCreate (n * columns)
            Dense.Multiply(n, columns, n, ReadOnlySpan a, ReadOnlySpan b, Span y)
            let z = Array.zeroCreate (n * columns)
            Dense.Multiply(n, columns, n, ReadOnlySpan a, ReadOnlySpan x, Span z)
            Array.iter2 (fun p q -> Assert.InRange(abs (p - q), 0., 1e-10 * float n)) y z)

        testCase "products and Cholesky factors are those of an independent library" <| fun () ->
            let n = 211
            let random = Random 8
            let a, b = matrix random (n * n), matrix random (n * n)
            let oracle (x: float[]) = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(n, n, (fun i j -> x[i * n + j]))
            let c = Array.zeroCreate (n * n)
            Dense.Multiply(n, n, n, ReadOnlySpan a, ReadOnlySpan b, Span c, 2)
            let expected = oracle a * oracle b
            for k in 0 .. n * n - 1 do Assert.InRange(abs (c[k] - expected[k / n, k % n]), 0., 1e-12)
            Dense.AddGram(n, n, 1., ReadOnlySpan a, n, 0., Span c, n)
            Dense.Symmetrise(n, Span c, n)
            for i in 0 .. n - 1 do c[i * n + i] <- c[i * n + i] + 1.
            let factor = (oracle c).Cholesky().Factor
            Assert.Equal(-1, Cholesky.Factor(n, Span c, n, 2))
            for i in 0 .. n - 1 do
                for j in 0..i do Assert.InRange(abs (c[i * n + j] - factor[i, j]), 0., 1e-11)

        Law.test
            "triangular solves are bitwise the same for any number of threads and leave no residual, many columns or one"
            10
            (Law.seeded (1, 220))
            (fun (seed, n) ->
                let random = Random seed

                let l =
                    Array.init (n * n) (fun k -> if k / n = k % n then 2. + random.NextDouble() else (random.NextDouble() - 0.5) / float n)

                let columns = 1 + random.Next 150

                for transpose in [ false; true ] do
                    let b = matrix random (n * columns)
                    let x, y = Array.copy b, Array.copy b
                    Cholesky.SolveLower(n, ReadOnlySpan l, n, transpose, columns, Span x, columns)
                    Cholesky.SolveLower(n, ReadOnlySpan l, n, transpose, columns, Span y, columns, 3)
                    Assert.Equal<float>(x, y)

                    for q in [ 0; columns / 2; columns - 1 ] do
                        for i in 0 .. n - 1 do
                            let mutable sum = 0.

                            for k in 0 .. n - 1 do
                                let element =
                                    if transpose then (if k >= i then l[k * n + i] else 0.) else (if k <= i then l[i * n + k] else 0.)

                                sum <- sum + element * x[k * columns + q]

                            Assert.InRange(abs (sum - b[i * columns + q]), 0., 1e-12))

        testCase "a tile of right-hand sides is solved with the same bits by every width of vector" <| fun () ->
            let n, lanes = 48, TriangularTile<float>.Lanes
            let random = Random 6
            let l = Array.init (n * n) (fun k -> if k / n = k % n then 2. + random.NextDouble() else random.NextDouble() - 0.5)
            let b = matrix random (n * lanes)

            for transpose in [ false; true ] do
                let solve width =
                    let x = Array.copy b
                    use pl = fixed l
                    use px = fixed x
                    match width with
                    | 0 -> TriangularTile<float>.Solve<Lanes1<float>, float>(n, pl, nativeint n, transpose, px, nativeint lanes)
                    | 128 ->
                        TriangularTile<float>.Solve<Lanes128<float>, Vector128<float>>(n, pl, nativeint n, transpose, px, nativeint lanes)
                    | 256 ->
                        TriangularTile<float>.Solve<Lanes256<float>, Vector256<float>>(n, pl, nativeint n, transpose, px, nativeint lanes)
                    | _ ->
                        TriangularTile<float>.Solve<Lanes512<float>, Vector512<float>>(n, pl, nativeint n, transpose, px, nativeint lanes)
                    x

                for width in [ 128; 256; 512 ] do Assert.Equal<float>(solve 0, solve width)

        testCase "the first pivot that is not positive is named" <| fun () ->
            let n = 60
            let a = Array.init (n * n) (fun i -> if i / n = i % n then (if i / n = 41 then -1. else 2.) else 0.)
            Assert.Equal(41, Cholesky.Factor(n, Span a, n))

        testCase "a matrix that is too short is refused" <| fun () ->
            let short () =
                Dense.Multiply(2, 2, 2, ReadOnlySpan [| 1.; 2.; 3. |], ReadOnlySpan [| 1.; 2.; 3.; 4. |], Span [| 0.; 0.; 0.; 0. |])
            let error = Assert.Throws<ArgumentException> short
            Assert.Contains("[2, 2] with leading dimension 2 needs 4 numbers, got 3", error.Message)
    ]
