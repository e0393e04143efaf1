module Toolkit.Tests.Numerics.Learning.RidgeTests

open System
open Expecto
open FsCheck.FSharp
open MathNet.Numerics.LinearAlgebra
open Toolkit.Numerics.Learning
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Rows of correlated columns of very different sizes, followed by `extra` columns of small counts.
let private problem rows penalised extra seed =
    let random = Random(seed: int)

    Array.init rows (fun _ ->
        let common = Rotations.normal random
        Array.init (penalised + extra) (fun k ->
            if k < penalised then Math.Pow(10., float (k % 5 - 2)) * (Rotations.normal random + common)
            else float (random.Next(1, 4)))),
    Array.init rows (fun _ -> Rotations.normal random)

let private equations columns (rows: float[][]) (y: float[]) weight =
    let e = NormalEquations columns
    e.Add(ReadOnlySpan(Array.concat rows), ReadOnlySpan y, weight)
    e

[<Tests>]
let tests =
    testList "Numerics.Learning.RidgeTests" [
        testCase "the solution is the minimum of the stated penalised sum of squares" <| fun () ->
            let cases = Gen.zip3 (Gen.choose (1, 12)) (Gen.choose (0, 2)) (Gen.choose (0, 1 <<< 30))

            Law.holds (Law.from cases) (fun (p, extra, seed) ->
                let rows, y = problem 40 p extra seed
                let lambda, weight = 0.01, 0.7
                let found = RidgeRegression.Fit(equations (p + extra) rows y weight, lambda, extra)
                let x = Matrix<float>.Build.DenseOfRowArrays rows
                // Mean squares of the columns, free of the unpenalised ones, by plain projection.
                let free =
                    if extra = 0 then x.SubMatrix(0, 40, 0, p)
                    else
                        let c = x.SubMatrix(0, 40, p, extra)
                        let own = x.SubMatrix(0, 40, 0, p)
                        own - c * c.QR().Solve own

                let penalty = Matrix<float>.Build.Dense(p + extra, p + extra)
                for i in 0 .. p - 1 do
                    penalty[i, i] <- lambda * 40. * (weight * weight * (free.Column i * free.Column i) / 40.)

                let expected =
                    (weight * weight * x.TransposeThisAndMultiply x + penalty)
                        .Solve(weight * weight * x.TransposeThisAndMultiply(Vector<float>.Build.DenseOfArray y))

                let scale = Math.Max(1e-3, expected.AbsoluteMaximum())
                for i in 0 .. p + extra - 1 do
                    Assert.InRange(abs (found.Coefficients[i] - expected[i]), 0., 1e-7 * scale))

        Law.test "scaling a column changes its coefficient inversely and nothing else" 100 (Law.from (Gen.choose (0, 1 <<< 30))) (fun seed ->
            let rows, y = problem 30 6 1 seed
            let scaled = rows |> Array.map (Array.mapi (fun k x -> if k = 2 then 1000. * x else x))
            let one = RidgeRegression.Fit(equations 7 rows y 1., 1e-3, 1)
            let other = RidgeRegression.Fit(equations 7 scaled y 1., 1e-3, 1)

            for k in 0..6 do
                let expected = if k = 2 then one.Coefficients[k] / 1000. else one.Coefficients[k]
                Assert.InRange(abs (other.Coefficients[k] - expected), 0., 1e-8 * (1. + abs expected)))

        Law.test "the residual of the sums is the residual of the rows" 100 (Law.from (Gen.choose (0, 1 <<< 30))) (fun seed ->
            let rows, y = problem 25 5 0 seed
            let c = Array.init 5 (fun k -> 0.1 * float k)
            let expected = Array.map2 (fun row t -> 4. * pown (t - Array.fold2 (fun s a b -> s + a * b) 0. row c) 2) rows y |> Array.sum
            Assert.InRange(abs ((equations 5 rows y 2.).Residual(ReadOnlySpan c) / expected - 1.), 0., 1e-10))

        Law.test "cross-validation reports the errors on rows left out and takes the smallest" 20 (Law.from (Gen.choose (0, 1 <<< 30))) (fun seed ->
            let folds = [| for k in 0..2 -> problem 15 6 1 (seed + k) |]
            let grid = [| 1e-6; 1e-3; 1.; 10. |]
            let sums = folds |> Array.map (fun (rows, y) -> equations 7 rows y 1.)
            let fit = RidgeRegression.CrossValidate(sums, 1, grid)

            for t in 0..3 do
                let squares =
                    seq {
                        for k in 0..2 do
                            let training = folds |> Array.indexed |> Array.filter (fun (j, _) -> j <> k) |> Array.map snd
                            let rows, y = Array.collect fst training, Array.collect snd training
                            let c = RidgeRegression.Fit(equations 7 rows y 1., grid[t], 1).Coefficients
                            let left, targets = folds[k]
                            yield! Array.map2 (fun row target -> pown (target - Array.fold2 (fun s a b -> s + a * b) 0. row (Seq.toArray c)) 2) left targets
                    }

                let struct (lambda, error) = fit.Trials[t]
                Assert.Equal(grid[t], lambda)
                Assert.Equal(sqrt (Seq.average squares), error, tolerance = 1e-8)

            Assert.Equal(fit.Trials |> Seq.minBy (fun struct (_, e) -> e) |> (fun struct (l, _) -> l), fit.Regulariser))

        testCase "a column that the unpenalised ones determine gets the coefficient zero" <| fun () ->
            let rows = Array.init 10 (fun k -> [| 3.; float k; 1. |])
            let fit = RidgeRegression.Fit(equations 3 rows (Array.init 10 float) 1., 1e-12, 1)
            Assert.Equal(0., fit.Coefficients[0])
            Assert.Equal(1., fit.Coefficients[1], tolerance = 1e-6)
    ]
