module Toolkit.Tests.Numerics.LinearAlgebra.PrincipalComponentsTests

open System
open MathNet.Numerics.LinearAlgebra
open Expecto
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Testing
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Numerics.LinearAlgebra.PrincipalComponentsTests" [
        Law.test
            "components have the variances of the singular value decomposition and are uncorrelated"
            20
            (Law.seeded (3, 12))
            (fun (seed, columns) ->
                let random = Random seed
                let rows = 40
                // Falling spreads, so that directions are well separated.
                let data = Array.init (rows * columns) (fun i -> Rotations.normal random * 2. ** -(float (i % columns)) + 5.)
                let scores = PrincipalComponents.Project([ data[.. 10 * columns - 1]; data[10 * columns ..] ], columns, 3)
                let mean = Array.init columns (fun k -> Seq.average (seq { for i in 0 .. rows - 1 -> data[i * columns + k] }))
                let centred = Matrix<float>.Build.Dense(rows, columns, (fun i k -> data[i * columns + k] - mean[k]))
                let values = centred.Svd().S

                for a in 0..2 do
                    for b in 0..2 do
                        let product = Seq.sum (seq { for i in 0 .. rows - 1 -> scores[3 * i + a] * scores[3 * i + b] })
                        let expected = if a = b then values[a] ** 2. else 0.
                        Assert.InRange(product, expected - 1e-4 * values[0] ** 2., expected + 1e-4 * values[0] ** 2.))

        testCase "rows without variance are at the origin" <| fun () ->
            Assert.Equal<float>(Array.zeroCreate 6, PrincipalComponents.Project([ [| 1.; 2.; 1.; 2.; 1.; 2. |] ], 2, 2))
            Assert.Empty(PrincipalComponents.Project([], 4, 2))
    ]
