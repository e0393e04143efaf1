module Toolkit.Tests.Numerics.Selection.SelectionTests

open System
open Expecto
open Toolkit.Numerics.Selection
open Toolkit.Testing
open Toolkit.Tests.Laws

let private rowsOf (seed: int) (count: int) (columns: int) (rank: int) =
    let random = Random seed
    let basis = Array.init (rank * columns) (fun _ -> Rotations.normal random)

    Array.init count (fun _ ->
        let mix = Array.init rank (fun _ -> Rotations.normal random)
        Array.init columns (fun f -> Seq.sum (seq { for k in 0 .. rank - 1 -> mix[k] * basis[k * columns + f] })))

let private farthest (rows: float[][]) count = FarthestPoints.Select(ReadOnlySpan(Array.concat rows), rows[0].Length, count)
let private cur (rows: float[][]) count = CurRows.Select(ReadOnlySpan(Array.concat rows), rows[0].Length, count)

let private distance (a: float[]) (b: float[]) = sqrt (Array.fold2 (fun s x y -> s + (x - y) * (x - y)) 0. a b)

/// How far the row that is covered worst is from the nearest chosen one.
let private radius (rows: float[][]) (chosen: int[]) =
    rows |> Array.map (fun r -> chosen |> Array.map (fun c -> distance r rows[c]) |> Array.min) |> Array.max

/// The norm of what is left of a row when the chosen rows' span is projected out of it, by Gram–Schmidt done twice.
let private remainder (rows: float[][]) (chosen: int[]) =
    let project (basis: float[] list) (v: float[]) =
        (v, basis @ basis)
        ||> List.fold (fun v b -> let s = Array.fold2 (fun s x y -> s + x * y) 0. v b in Array.map2 (fun x y -> x - s * y) v b)

    let basis =
        ([], chosen)
        ||> Array.fold (fun basis c ->
            let left = project basis rows[c]
            let norm = sqrt (Array.sumBy (fun x -> x * x) left)
            if norm < 1e-9 then basis else (left |> Array.map (fun x -> x / norm)) :: basis)

    fun i -> sqrt (project basis rows[i] |> Array.sumBy (fun x -> x * x))

[<Tests>]
let tests =
    testList "Numerics.Selection.SelectionTests" [
        Law.test "every farthest point is the row that those before it cover worst" 40 (Law.seeded (2, 40)) (fun (seed, size) ->
            let rows = rowsOf seed size 5 5
            let chosen = farthest rows (min size 8)
            Assert.Equal(min size 8, (Array.distinct chosen).Length)

            for k in 1 .. chosen.Length - 1 do
                let before = chosen[.. k - 1]
                let nearest i = before |> Array.map (fun c -> distance rows[i] rows[c]) |> Array.min
                Assert.Equal(radius rows before, nearest chosen[k], 1e-12))

        testCase "what is chosen does not depend on the order of the rows" <| fun () ->
            // More rows than the rank: as many as the rank have all the same leverage.
            Law.holdsFor 40 (Law.seeded (10, 40)) (fun (seed, size) ->
                let rows = rowsOf seed size 6 6
                let order = Rotations.randomPermutation (Random seed) size
                let shuffled = order |> Array.map (fun i -> rows[i])

                for select in [ farthest; cur ] do
                    Assert.Equal<int[]>(select rows 4, select shuffled 4 |> Array.map (fun i -> order[i])))

        Law.test "smaller farthest-point sets are the beginnings of larger ones" 20 (Law.seeded (6, 40)) (fun (seed, size) ->
            let rows = rowsOf seed size 4 4
            Assert.Equal<int[]>(farthest rows 3, Array.truncate 3 (farthest rows 6)))

        Law.test
            "every CUR row is the one with the largest component in the leading singular vector of what those before it leave"
            20
            (Law.seeded (8, 30))
            (fun (seed, size) ->
                let rows = rowsOf seed size 6 6
                let chosen = cur rows 4

                for step in 0..3 do
                    let before = chosen[.. step - 1]

                    let basis =
                        (List.empty, before)
                        ||> Array.fold (fun basis c ->
                            let left =
                                (rows[c], basis)
                                ||> List.fold (fun v b ->
                                    let s = Array.fold2 (fun s x y -> s + x * y) 0. v b in Array.map2 (fun x y -> x - s * y) v b)

                            let norm = sqrt (Array.sumBy (fun x -> x * x) left)
                            (left |> Array.map (fun x -> x / norm)) :: basis)

                    let left =
                        rows
                        |> Array.map (fun r ->
                            (r, basis)
                            ||> List.fold (fun v b ->
                                let s = Array.fold2 (fun s x y -> s + x * y) 0. v b in Array.map2 (fun x y -> x - s * y) v b))

                    let u =
                        (MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfRowArrays left).Svd().U.Column(0).ToArray()
                        |> Array.map abs
                    // The best, but for ties within the accuracy of the vector.
                    Assert.True(u[chosen[step]] > (1. - 1e-4) * Array.max u, $"{u[chosen[step]]} of {Array.max u}"))

        Law.test "smaller CUR sets are the beginnings of larger ones" 20 (Law.seeded (6, 40)) (fun (seed, size) ->
            let rows = rowsOf seed size 4 4
            Assert.Equal<int[]>(cur rows 3, Array.truncate 3 (cur rows 6)))

        Law.test "as many CUR rows as the rank span all others" 40 (Law.seeded (8, 40)) (fun (seed, size) ->
            let rank = 1 + seed % 6
            let rows = rowsOf seed size 9 rank
            let chosen = cur rows rank
            Assert.Equal(rank, (Array.distinct chosen).Length)
            let left = remainder rows chosen

            for i in 0 .. size - 1 do
                Assert.InRange(left i, 0., 1e-8))

        testCase "CUR goes on when everything is spanned, and never takes a row twice or a row of zeros" <| fun () ->
            let rows = Array.append (rowsOf 5 20 6 3) [| Array.zeroCreate 6; Array.zeroCreate 6 |]
            let chosen = cur rows 22
            Assert.Equal(20, chosen.Length)
            Assert.Equal(20, (Array.distinct chosen).Length)
            Assert.DoesNotContain(20, chosen)

        testCase "farthest points end where only repeats are left" <| fun () ->
            let rows = Array.concat [ rowsOf 3 4 5 5; rowsOf 3 4 5 5 ]
            Assert.Equal<int[]>([| 0; 1; 2; 3 |], farthest rows 8 |> Array.sort)

        testCase "bad rows are refused" <| fun () ->
            let refused (f: unit -> int[]) (what: string) =
                Assert.Contains(what, Assert.Throws<ArgumentException>(fun () -> f () |> ignore).Message)
            refused (fun () -> FarthestPoints.Select(ReadOnlySpan [| 1.; 2.; 3. |], 2, 1)) "whole rows of 2"
            refused (fun () -> CurRows.Select(ReadOnlySpan [| 1.; nan; 3.; 4. |], 2, 1)) "row 0, column 1"

        testCase "every row of a set is a combination of the active rows with coefficients of at most one, those outside are not" <| fun () ->
            for seed, count, columns, rank in [ 1, 60, 5, 5; 2, 200, 12, 12; 3, 80, 10, 4 ] do
                let rows = rowsOf seed count columns rank
                let active = ActiveSet.Select(ReadOnlySpan(Array.concat rows), columns, 1e-4)
                for r in rows do Assert.True(active.Grade(ReadOnlySpan r) <= 1.021, $"{active.Grade(ReadOnlySpan r)}")
                // Homogeneous, and large across what the set spans.
                Assert.Equal(3. * active.Grade(ReadOnlySpan rows[0]), active.Grade(ReadOnlySpan(Array.map ((*) 3.) rows[0])), 1e-9)
                if rank < columns then
                    let random = Random 9
                    Assert.True(active.Grade(ReadOnlySpan(Array.init columns (fun _ -> Rotations.normal random))) > 100.)

        testCase "the active rows of small sets have the largest determinant of all choices, but for a few per cent" <| fun () ->
            for seed in 1..6 do
                let rows = rowsOf seed 9 3 3
                let det (c: int[]) = abs (Rotations.determinant (Array.concat [ for i in c -> rows[i] ]))
                let best = Seq.max (seq { for a in 0..8 do for b in a + 1 .. 8 do for c in b + 1 .. 8 -> det [| a; b; c |] })
                let active = ActiveSet.Select(ReadOnlySpan(Array.concat rows), 3, 1e-4)
                // Rows whose own grade is that of a unit vector are the active ones: c = e_k.
                let chosen = [| for i in 0..8 do if abs (active.Grade(ReadOnlySpan rows[i]) - 1.) < 1e-9 then i |]
                Assert.True(chosen.Length >= 3)
                let own = Seq.max (seq { for a in chosen do for b in chosen do for c in chosen -> det [| a; b; c |] })
                // Maxvol's optimum is local: for three columns within a factor of 3^(3/2), mostly the best.
                Assert.True(own > 0.5 * best, $"{own} of {best}")

        testCase "independent rows are as many as the rank, span all others, and are the same for any number of threads"
        <| fun () ->
            for seed, count, columns, rank in [ 1, 30, 12, 5; 2, 8, 20, 8; 3, 40, 6, 6 ] do
                // Sizes do not matter; zero and what is rounding beside the others are no rows.
                let rows =
                    rowsOf seed count columns rank
                    |> Array.mapi (fun i r ->
                        if i = 2 then Array.zeroCreate columns
                        elif i = 3 then Array.map ((*) 1e-13) r
                        else Array.map ((*) (10. ** float (i % 7 - 3))) r)

                let find threads = IndependentRows.Select(ReadOnlySpan(Array.concat rows), columns, count, threads = threads)
                let found = find 1
                let expected = min rank (count - 2)
                Assert.Equal(expected, found.Rows.Length)
                Assert.Equal<int[]>(found.Rows, (find 3).Rows)
                Assert.DoesNotContain(2, found.Rows)
                Assert.DoesNotContain(3, found.Rows)
                Assert.True(found.Last > 1e3 * found.Next, $"{found.Last} and {found.Next}")
                let left = remainder rows found.Rows

                for i in 4 .. count - 1 do
                    Assert.True(left i <= 1e-7 * sqrt (Array.sumBy (fun x -> x * x) rows[i]))

                Assert.Equal<int[]>(
                    found.Rows[.. expected - 2],
                    (IndependentRows.Select(ReadOnlySpan(Array.concat rows), columns, expected - 1)).Rows
                )

            Assert.Empty((IndependentRows.Select(ReadOnlySpan [||], 3, 2)).Rows)
            Assert.Throws<ArgumentException>(fun () -> IndependentRows.Select(ReadOnlySpan [| 1.; nan |], 2, 1) |> ignore) |> ignore
    ]
