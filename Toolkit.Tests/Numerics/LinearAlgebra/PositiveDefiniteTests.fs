module Toolkit.Tests.Numerics.LinearAlgebra.PositiveDefiniteTests

#nowarn "9" // the kernels take pointers

open System
open Xunit
open FsCheck.FSharp
open MathNet.Numerics.LinearAlgebra
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Tests.Laws

let private random rows columns seed =
    let r = Random(seed: int)
    Array.init (rows * columns) (fun _ -> Rotations.normal r)

let private gram rows columns threads (x: float[]) =
    let g = Array.zeroCreate (columns * columns)
    use gp = fixed g
    use xp = fixed x
    RankUpdate.Add(gp, columns, columns, xp, rows, columns, 1, 0.5, threads)
    g

[<Fact>]
let ``a rank update adds s XᵀX below the diagonal, whatever the shape and the number of threads`` () =
    let shapes = Gen.zip3 (Gen.choose (1, 420)) (Gen.choose (1, 90)) (Gen.choose (0, 1 <<< 30))

    Law.holds (Law.from shapes) (fun (rows, columns, seed) ->
        let x = random rows columns seed
        let expected = let m = Matrix<float>.Build.DenseOfRowMajor(rows, columns, x) in 0.5 * m.TransposeThisAndMultiply m
        let found = gram rows columns 1 x

        for i in 0 .. columns - 1 do
            for j in 0..i do
                Assert.InRange(abs (found[i * columns + j] - expected[i, j]), 0., 1e-12 * float rows)

        Assert.Equal<float[]>(found, gram rows columns 3 x))

[<Fact>]
let ``the factor of a positive definite matrix solves its equations`` () =
    Law.holds (Law.from (Gen.zip (Gen.choose (1, 260)) (Gen.choose (0, 1 <<< 30)))) (fun (n, seed) ->
        let b = Matrix<float>.Build.DenseOfRowMajor(n, n, random n n seed)
        let a = b.TransposeThisAndMultiply b + Matrix<float>.Build.DenseIdentity n
        let x = random n 1 (seed + 1)
        let work = a.ToRowMajorArray()
        let solution = (a * Vector<float>.Build.DenseOfArray x).ToArray()
        Assert.True(PositiveDefinite.TryFactorise(Span work, n, 2))
        PositiveDefinite.Solve(ReadOnlySpan work, n, Span solution)
        Array.iteri2 (fun _ x y -> Assert.InRange(abs (x - y), 0., 1e-7)) x solution)

[<Fact>]
let ``a matrix that is not positive definite is recognised`` () =
    for n in [ 1; 5; 150 ] do
        let a = Array.init (n * n) (fun k -> if k / n = k % n then 1. else 0.)
        a[n * n - 1] <- -1e-3
        Assert.False(PositiveDefinite.TryFactorise(Span a, n))
