module Toolkit.Tests.Numerics.Representations.VectorPowerTests

open System
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]
let private carriers = [ 1; 8; 26 ]

let private expansion centre =
    let radial = SmearedGto(GtoBasis(2, 3.), 1, 3., 0.4)
    let fields = [ VectorField("dipole", "mu", false, false, carriers, centre); VectorField.Spin("spins", carriers) ]

    DensityExpansion(
        RadialTable.Build(radial, CutoffFunction(3., 0.8, CutoffKind.Polynomial), 1e-10),
        species,
        CentrePolicy.Include,
        fields
    )

let private both = expansion CentrePolicy.Separate

let private build (recipe: RandomStructure.Recipe) =
    RandomStructure.build recipe
    |> RandomStructure.withVectors "mu" recipe.Seed
    |> RandomStructure.withVectors "spins" (recipe.Seed + 1)

let private vector (name: string) (s: Structure) i = s.AtomProperties[name].Reals.Slice(3 * i, 3).ToArray()
let private square (v: float[]) = Array.sumBy (fun x -> x * x) v

[<Tests>]
let tests =
    testList "Numerics.Representations.VectorPowerTests" [
        Law.test
            "the feature is the power of the length of the centre's own vector, zero where there is none"
            20
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe

                for field, name in [ 0, "mu"; 1, "spins" ] do
                    for k in 1..4 do
                        let found = VectorPower(both, field, k).Compute s

                        for i in 0 .. s.Count - 1 do
                            let expected = if List.contains s.Species[i] carriers then square (vector name s i) ** float k else 0.
                            Assert.InRange(abs (found[i] - expected), 0., 1e-13 * (1. + expected)))

        Law.test
            "its gradient is 2k v times the power below, by the centre's own vector and by nothing else"
            20
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe

                for k in 1..4 do
                    let found = VectorPower(both, 1, k).ComputeWithGradients s
                    Assert.All(found.Gradients.ToArray(), (fun x -> Assert.Equal(0., x)))

                    for i in 0 .. s.Count - 1 do
                        let v = vector "spins" s i

                        for row in found.Offsets[i] .. found.Offsets[i + 1] - 1 do
                            for field in 0..1 do
                                for d in 0..2 do
                                    let own = row = found.Offsets[i] && field = 1 && List.contains s.Species[i] carriers
                                    let expected = if own then 2. * float k * v[d] * square v ** float (k - 1) else 0.
                                    Assert.Equal(expected, found.VectorGradients[(row * 2 + field) * 3 + d], 1e-12 * (1. + abs expected)))

        testCase "it obeys the laws of all representations" <| fun () ->
            let subjects = [ for k in 1..3 -> Representations.invariant $"power {k}" (fun _ -> false) (VectorPower(both, k % 2, k)) ]
            Representations.haveSymmetries 20 subjects
            Representations.haveGradients 20 subjects

        testCase "one backward pass gives the same as the explicit gradient" <| fun () ->
            let readout =
                { new ILinearReadout with
                    member _.Constant _ = 0.5
                    member _.Weights _ = ReadOnlySpan [| -0.7 |] }

            Law.holdsFor 10 (RandomStructure.recipes (1, 5)) (fun recipe ->
                let s = build recipe
                let set = RepresentationSet [ VectorPower(both, 1, 3) ]
                let found = set.Evaluate(s, readout)
                let carried = [ for i in 0 .. s.Count - 1 do if List.contains s.Species[i] carriers then i ]
                let expected = 0.5 * float s.Count - 0.7 * Seq.sum (seq { for i in carried -> square (vector "spins" s i) ** 3. })
                Assert.Equal(expected, found.Energy, 1e-12 * (1. + abs expected))

                for i in carried do
                    for d in 0..2 do
                        let v = vector "spins" s i
                        let field = 0.7 * 6. * v[d] * square v ** 2.
                        Assert.Equal(field, found.EffectiveFields[1][3 * i + d], 1e-12 * (1. + abs field)))

        testCase "a field whose centre has no channel of its own is refused, and so is one that is not there" <| fun () ->
            let refused (f: unit -> VectorPower) (what: string) =
                Assert.Contains(what, Assert.Throws<ArgumentException>(fun () -> f () |> ignore).Message)
            refused (fun () -> VectorPower(expansion CentrePolicy.Include, 0, 2)) "no channel of its own"
            refused (fun () -> VectorPower(both, 2, 2)) "a field below 2"
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> VectorPower(both, 0, 0) |> ignore) |> ignore
    ]
