module Toolkit.Tests.Numerics.Learning.TensorModelTests

open System
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 8 ]

let private representations () : EquivariantRepresentation list =
    let density = DensityExpansion(RadialTable.Build(SmearedGto(GtoBasis(2, 3.), 2, 3., 0.5), CutoffFunction(3., 0.5)), species)
    let v = NamedPotential("V", PotentialField(PotentialSettings(Tolerance = 1e-8), GtoBasis(2, 3.), 2, ReadOnlySpan [| 1; 8 |]))
    [ LambdaSoap(density, Nullable 2, Parities.Proper)
      FactorProducts.Equivariants(density, [| v |], [| "rho"; "V" |], Nullable 2, Parities.Proper) ]

let private box (random: Random) =
    let r = [| for i in 0..7 do for k in [ i % 2; i / 2 % 2; i / 4 ] -> 3. * float k + 0.4 * Rotations.normal random |]
    Structure.Create(ReadOnlySpan(Array.init 8 (fun i -> if i % 3 = 0 then 8 else 1)), ReadOnlySpan r, Cell.Cubic 6., Periodicity.All)

let private turned (m: float[]) (t: float[]) = Rotations.multiply (Rotations.multiply m t) (Rotations.transpose m)
let private symmetric (random: Random) = let a = Array.init 9 (fun _ -> Rotations.normal random) in Array.map2 (+) a (Rotations.transpose a)

let private spherical (t: float[]) =
    let s: float[] = Array.zeroCreate SymmetricTensor.Count
    SymmetricTensor.ToSpherical(ReadOnlySpan t, Span s)
    s

[<Tests>]
let tests =
    testList "Numerics.Learning.TensorModelTests" [
        Law.test
            "a symmetric tensor comes back from its parts, which have its length and turn like harmonics of order 0 and 2"
            100
            (Law.seeded (1, 1))
            (fun (seed, _) ->
                let random = Random seed
                let t, m = symmetric random, Rotations.randomRotation random
                let s, back = spherical t, Array.zeroCreate 9
                SymmetricTensor.ToCartesian(ReadOnlySpan s, Span back)

                for k in 0..8 do
                    Assert.Equal(t[k], back[k], 1e-14)

                Assert.Equal(Array.sumBy (fun x -> x * x) t, Array.sumBy (fun x -> x * x) s, 1e-12)
                let after, d = spherical (turned m t), Harmonics.wignerD 2 m
                Assert.Equal(s[0], after[0], 1e-13)

                for i in 0..4 do
                    Assert.Equal(Seq.sum (seq { for j in 0..4 -> d[i][j] * s[1 + j] }), after[1 + i], 1e-11))

        testCase "the predicted tensor turns with the structure, cell and all, by rotations and reflections"
        <| fun () ->
            let random = Random 2
            let design = TensorDesign(representations (), species)
            let structures = Array.init 12 (fun _ -> box random)

            let model =
                TensorModel.Fit(
                    design,
                    structures |> Array.map (fun s -> design.Rows s),
                    structures |> Array.map (fun _ -> symmetric random),
                    3
                )

            for m in [ Rotations.randomRotation random; Rotations.randomReflection random ] do
                let s = box random
                let expected, found = turned m (model.Predict s), model.Predict(s.Transform(ReadOnlySpan m))
                let size = expected |> Array.map abs |> Array.max
                Assert.True(size > 1e-3, $"{size}")

                for k in 0..8 do
                    Assert.InRange(abs (expected[k] - found[k]), 0., 1e-6 * size)

        testCase "tensors that are linear in the equivariants are learned"
        <| fun () ->
            let random = Random 3
            let design = TensorDesign(List.truncate 1 (representations ()), species)
            let structures = Array.init 130 (fun _ -> box random)
            let rows = structures |> Array.map (fun s -> design.Rows s)

            let c0, c2 =
                Array.init (design.Columns 0) (fun _ -> Rotations.normal random),
                Array.init (design.Columns 2) (fun _ -> Rotations.normal random)

            let tensor (struct (a: float[], b: float[])) =
                let dot (row: float[]) (c: float[]) first = Seq.sum (seq { for k in 0 .. c.Length - 1 -> c[k] * row[first + k] })
                let s, t = Array.append [| dot a c0 0 |] (Array.init 5 (fun mu -> dot b c2 (mu * c2.Length))), Array.zeroCreate 9
                SymmetricTensor.ToCartesian(ReadOnlySpan s, Span t)
                t

            let model = TensorModel.Fit(design, Array.skip 10 rows, rows |> Array.skip 10 |> Array.map tensor)
            let size = rows |> Array.map (tensor >> Array.map abs >> Array.max) |> Array.max

            for i in 0..9 do
                Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 0.02 * size)) (tensor rows[i]) (model.Predict rows[i])
    ]
