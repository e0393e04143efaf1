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
                let p, count = (if seed % 2 = 0 then p, 40 else 3 * p + 20, 15)
                let rows, y = problem count p extra seed
                let lambda, weight = 0.01, 0.7
                let found = RidgeRegression.Fit(equations (p + extra) rows y weight, lambda, extra)
                let x = Matrix<float>.Build.DenseOfRowArrays rows
                // Mean squares of the columns, free of the unpenalised ones, by plain projection.
                let free =
                    if extra = 0 then x.SubMatrix(0, count, 0, p)
                    else
                        let c = x.SubMatrix(0, count, p, extra)
                        let own = x.SubMatrix(0, count, 0, p)
                        own - c * c.QR().Solve own

                let penalty = Matrix<float>.Build.Dense(p + extra, p + extra)
                for i in 0 .. p - 1 do
                    penalty[i, i] <- lambda * weight * weight * (free.Column i * free.Column i)

                let expected =
                    (weight * weight * x.TransposeThisAndMultiply x + penalty)
                        .Solve(weight * weight * x.TransposeThisAndMultiply(Vector<float>.Build.DenseOfArray y))

                let scale = Math.Max(1e-3, expected.AbsoluteMaximum())
                for i in 0 .. p + extra - 1 do
                    Assert.InRange(abs (found.Coefficients[i] - expected[i]), 0., 1e-7 * scale))

        Law.test
            "scaling a column changes its coefficient inversely and nothing else"
            100
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
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

        Law.test
            "cross-validation reports the errors on rows left out and takes the smallest"
            20
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
                // Fewer columns than rows, and more than a part of the folds has, and than all.
                let p = [| 6; 34; 60 |][(seed &&& 0xffff) % 3]
                let folds = [| for k in 0..2 -> problem 15 p 1 (seed + k) |]
                let grid = [| 1e-6; 1e-3; 1.; 10. |]
                let sums = folds |> Array.map (fun (rows, y) -> equations (p + 1) rows y 1.)
                let fit = RidgeRegression.CrossValidate(sums, 1, grid)
                Assert.Equal<float>(fit.Coefficients, (RidgeRegression.CrossValidate(sums, 1, grid, threads = 3)).Coefficients)

                for t in 0..3 do
                    let squares =
                        seq {
                            for k in 0..2 do
                                let training = folds |> Array.indexed |> Array.filter (fun (j, _) -> j <> k) |> Array.map snd
                                let rows, y = Array.collect fst training, Array.collect snd training
                                let c = RidgeRegression.Fit(equations (p + 1) rows y 1., grid[t], 1).Coefficients
                                let left, targets = folds[k]

                                yield!
                                    Array.map2
                                        (fun row target -> pown (target - Array.fold2 (fun s a b -> s + a * b) 0. row (Seq.toArray c)) 2)
                                        left
                                        targets
                        }

                    let struct (lambda, error) = fit.Trials[t]
                    Assert.Equal(grid[t], lambda)
                    Assert.Equal(sqrt (Seq.average squares), error, tolerance = 1e-8)

                Assert.Equal(fit.Trials |> Seq.minBy (fun struct (_, e) -> e) |> (fun struct (l, _) -> l), fit.Regulariser))

        Law.test
            "an offset that unpenalised columns carry changes neither the regulariser nor the error"
            20
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
                let random = Random(seed: int)
                let truth = Array.init 60 (fun _ -> Rotations.normal random)
                // Energies of 1e7 per atom; so many columns and so much noise that neither a small regulariser nor a large one does.
                let folds (offset: float) =
                    Array.init 4 (fun k ->
                        let rows, noise = problem 30 60 2 (seed + k)

                        let y =
                            Array.map2
                                (fun (row: float[]) e ->
                                    Array.sum (Array.map2 (*) row[..59] truth) + 100. * e + offset * (row[60] + 2. * row[61]))
                                rows
                                noise

                        equations 62 rows y 1.)

                let fit offset = (let parts = folds offset in parts, RidgeRegression.CrossValidate(parts, 2))
                let (_, plain), (parts, far) = fit 0., fit 1e7
                Seq.iter2 (fun struct (_, e) struct (_, f) -> Assert.Equal(e, f, tolerance = 1e-6 * e)) plain.Trials far.Trials
                let error lambda = (let struct (_, e) = plain.Trials |> Seq.find (fun struct (l, _) -> l = lambda) in e)
                // Two that are equally good but for rounding may change places; so the smallest ones do where none is needed.
                Assert.Equal(error plain.Regulariser, error far.Regulariser, tolerance = 1e-9 * error plain.Regulariser)

                let same =
                    if far.Regulariser = plain.Regulariser then far
                    else
                        let all = NormalEquations 62
                        for part in parts do all.Add part
                        RidgeRegression.Fit(all, plain.Regulariser, 2)

                for k in 0..59 do
                    Assert.Equal(plain.Coefficients[k], same.Coefficients[k], tolerance = 1e-5 * (1. + abs plain.Coefficients[k])))

        Law.test
            "the residual keeps the digits of errors far smaller than the targets"
            20
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
                let rows, noise = problem 200 6 0 seed
                let c = Array.init 6 (fun k -> 1e3 * float (k + 1))
                let y = Array.map2 (fun row e -> Array.fold2 (fun s a b -> s + a * b) 0. row c + 1e-7 * e) rows noise
                let left = Array.map2 (fun row t -> t - Array.fold2 (fun s a b -> s + a * b) 0. row c) rows y
                let expected = left |> Array.sumBy (fun x -> x * x)
                Assert.Equal(1., (equations 6 rows y 1.).Residual(ReadOnlySpan c) / expected, tolerance = 1e-2))

        Law.test "parts that are added are the whole" 30 (Law.from (Gen.choose (0, 1 <<< 30))) (fun seed ->
            let rows, y = problem 700 40 1 seed
            let whole = equations 41 rows y 0.3
            let parts = NormalEquations 41
            for rows, y in Array.zip (Array.chunkBySize 90 rows) (Array.chunkBySize 90 y) do
                parts.Add(equations 41 rows y 0.3)
            Assert.Equal(whole.Rows, parts.Rows)
            let c = Array.init 41 (fun k -> 0.01 * float k)
            Assert.Equal(1., parts.Residual(ReadOnlySpan c) / whole.Residual(ReadOnlySpan c), tolerance = 1e-12)
            let one, other = RidgeRegression.Fit(whole, 1e-6, 1), RidgeRegression.Fit(parts, 1e-6, 1)
            Seq.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-9 * (1. + abs a))) one.Coefficients other.Coefficients
            for threads in [ 2; 3 ] do
                let many = NormalEquations 41
                many.Add(ReadOnlySpan(Array.concat rows), ReadOnlySpan y, 0.3, threads)
                Assert.Equal<float[]>(whole.Factor().ToArray(), many.Factor(threads).ToArray()))

        Law.test
            "the fit to few rows is that to the triangle that they are reflected into"
            30
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
                let rows, y = problem 25 60 2 seed
                let few, same = equations 62 rows y 0.5, equations 62 rows y 0.5
                // Asking for the factor makes it.
                Assert.Equal(62 + 1, (same.Factor().Length) / 63)

                for penalty in [ RidgePenalty.Standardised; RidgePenalty.Plain ] do
                    for lambda in [ 1e-8; 1e-4; 1. ] do
                        let one, other =
                            RidgeRegression.Fit(few, lambda, 2, penalty = penalty), RidgeRegression.Fit(same, lambda, 2, penalty = penalty)

                        let predict (f: RidgeFit) = rows |> Array.map (fun row -> Seq.fold2 (fun s a b -> s + a * b) 0. row f.Coefficients)
                        let scale = predict other |> Array.map abs |> Array.max
                        Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-9 * scale)) (predict other) (predict one)

                Assert.Equal(
                    1.,
                    few.Residual(ReadOnlySpan(Array.init 62 (fun k -> 0.01 * float k)))
                    / same.Residual(ReadOnlySpan(Array.init 62 (fun k -> 0.01 * float k))),
                    tolerance = 1e-11
                ))

        Law.test
            "sums of products have the residual and the fit of the triangle, and those of some columns are among them"
            30
            (Law.from (Gen.choose (0, 1 <<< 30)))
            (fun seed ->
                let rows, y = problem 600 30 1 seed
                let parts = Array.init 3 (fun _ -> ProductSums 31)

                for k, (row, target) in Array.zip rows y |> Array.indexed do
                    parts[k % 3].Add(ReadOnlySpan row, ReadOnlySpan [| target |], 0.3)

                let whole = parts[0].Select [| 0..30 |]

                for part in parts[1..] do
                    whole.Add part

                let triangle = equations 31 rows y 0.3
                Assert.Equal(triangle.Rows, whole.Rows)
                let c = Array.init 31 (fun k -> 0.01 * float k)
                Assert.Equal(1., whole.Residual(ReadOnlySpan c) / triangle.Residual(ReadOnlySpan c), tolerance = 1e-10)

                let close (a: RidgeFit) (b: RidgeFit) =
                    Seq.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-8 * (1. + abs a))) a.Coefficients b.Coefficients

                close (RidgeRegression.Fit(triangle, 1e-4, 1)) (RidgeRegression.Fit(whole, 1e-4, 1))

                // Some columns in another order, scaled; the last carries no penalty.
                let columns, scales = [| 7; 2; 19; 30 |], [| 2.; 0.5; 1.; 1. |]
                let some = rows |> Array.map (fun row -> Array.map2 (fun column scale -> scale * row[column]) columns scales)
                let folds = parts |> Array.map (fun part -> part.Select(columns, scales))

                let fewer = [|
                    for k in 0..2 -> (let own all = [| for t in k..3..599 -> Array.item t all |] in equations 4 (own some) (own y) 0.3)
                |]

                let grid = [| 1e-6; 1e-2; 1. |]
                let found, expected = RidgeRegression.CrossValidate(folds, 1, grid), RidgeRegression.CrossValidate(fewer, 1, grid)
                close expected found
                Seq.iter2 (fun struct (_, a: float) struct (_, b) -> Assert.Equal(a, b, tolerance = 1e-8 * a)) expected.Trials found.Trials
                Assert.Contains("columns 0 … 30", Assert.Throws<ArgumentException>(fun () -> whole.Select [| 31 |] |> ignore).Message)

                Assert.Contains(
                    "1 factors; got 2",
                    Assert.Throws<ArgumentException>(fun () -> whole.Select([| 1 |], [| 1.; 1. |]) |> ignore).Message
                ))

        Law.test "the evidence is that of the targets' normal distribution" 20 (Law.from (Gen.choose (0, 1 <<< 30))) (fun seed ->
            let rows, y = problem 12 3 0 seed
            let grid = [| 1e-3; 1e-2; 0.1; 1. |]
            let fit = RidgeRegression.MaximiseEvidence(equations 3 rows y 1., 0, grid, penalty = RidgePenalty.Plain)
            let x, y = Matrix<float>.Build.DenseOfRowArrays rows, Vector<float>.Build.DenseOfArray y
            // −ln p(y)/N with covariance s (1 + x xᵀ/λN), its scale s the most probable one.
            let expected =
                grid |> Array.map (fun lambda ->
                    let covariance = Matrix<float>.Build.DenseIdentity 12 + x * x.Transpose() / (12. * lambda)
                    0.5 * (log (y * covariance.Inverse() * y / 12.) + log (covariance.Determinant()) / 12.))
            Seq.iter2 (fun struct (_, found) e -> Assert.Equal(e, found, tolerance = 1e-6)) fit.Trials expected
            Assert.Equal(grid[Array.IndexOf(expected, Array.min expected)], fit.Regulariser))

        testCase "a column that the unpenalised ones determine gets the coefficient zero" <| fun () ->
            let rows = Array.init 10 (fun k -> [| 3.; float k; 1. |])
            let fit = RidgeRegression.Fit(equations 3 rows (Array.init 10 float) 1., 1e-12, 1)
            Assert.Equal(0., fit.Coefficients[0])
            Assert.Equal(1., fit.Coefficients[1], tolerance = 1e-6)
    ]
