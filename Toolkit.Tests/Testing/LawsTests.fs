/// The laws as a library: they hold for what obeys them, ours or not, and every one of them catches what breaks it.
module Toolkit.Tests.Testing.LawsTests

open System
open System.Collections.Generic
open Expecto
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Σ_j z_j exp(−r_ij²) of every atom, from plain arrays: a program that is not ours.
let private sums (species: int[]) (r: float[]) =
    let n = species.Length

    Array.init n (fun i ->
        Seq.sum (
            seq {
                for j in 0 .. n - 1 do
                    if j <> i then
                        let d2 = Seq.sum (seq { for k in 0..2 -> (r[3 * j + k] - r[3 * i + k]) ** 2. })
                        float species[j] * exp -d2
            }
        ))

/// The gradient of the sums, [atom i, atom, xyz].
let private slopes (species: int[]) (r: float[]) =
    let n = species.Length
    let result = Array.zeroCreate (n * 3 * n)

    for i in 0 .. n - 1 do
        for j in 0 .. n - 1 do
            if j <> i then
                let d = Array.init 3 (fun k -> r[3 * j + k] - r[3 * i + k])
                let f = -2. * float species[j] * exp -(Array.sumBy (fun x -> x * x) d)

                for k in 0..2 do
                    result[i * 3 * n + 3 * j + k] <- result[i * 3 * n + 3 * j + k] + f * d[k]
                    result[i * 3 * n + 3 * i + k] <- result[i * 3 * n + 3 * i + k] - f * d[k]

    result

let private cluster (f: int[] -> float[] -> float[]) =
    Subject.OfArrays("sums", true, fun species r _ -> f species r).WithPeriodicity Periodicity.None

let private arrays (f: int[] -> float[] -> float[]) (s: Structure) = f (s.Species.ToArray()) (s.Positions.ToArray())

let private expansion =
    let radial = SmearedGto(GtoBasis(2, 3.2), 2, 3.2, 0.4)

    DensityExpansion(
        RadialTable.Build(radial, CutoffFunction(3.2, 1.5, CutoffKind.Polynomial), 1e-10),
        [ 1; 6; 8 ],
        fields = [ VectorField.Spin "spins" ]
    )

let private plain =
    DensityExpansion(
        RadialTable.Build(SmearedGto(GtoBasis(2, 3.2), 2, 3.2, 0.4), CutoffFunction(3.2, 1.5, CutoffKind.Polynomial), 1e-10),
        [ 1; 6; 8 ]
    )

let private caught (law: unit -> unit) = Assert.Throws<LawBrokenException>(law).Message

/// What a broken law says holds its name and what is needed to see it again.
let private isTold (what: string) (message: string) =
    Assert.Contains(what, message)
    Assert.Contains("TOOLKIT_SEED=\"", message)
    Assert.Contains("Properties=species:S:1:pos:R:3", message)

[<Tests>]
let tests =
    testList "Testing.LawsTests" [
        testCase "a program that is not ours passes what it obeys" <| fun () ->
            let subject = cluster sums
            Laws.AssertInvariant subject
            Laws.AssertTranslationInvariant subject
            Laws.AssertPermutation subject
            Laws.AssertGradient(subject, fun s -> arrays slopes s)
            let energy = Subject.PerStructure("energy", fun s -> [| Array.sum (arrays sums s) |]).WithPeriodicity Periodicity.None
            let gradient s = arrays slopes s |> Array.chunkBySize (3 * s.Count) |> Array.reduce (Array.map2 (+))
            Laws.AssertForces(energy, fun s -> Array.map (~-) (gradient s))

            Laws.AssertVirial(
                energy,
                fun s ->
                    let g = gradient s
                    Array.init 9 (fun k -> -Seq.sum (seq { for i in 0 .. s.Count - 1 -> g[3 * i + k / 3] * s.Positions[3 * i + k % 3] }))
            )

            Laws.AssertVectors(Subject.PerStructure("forces", fun s -> gradient s).WithPeriodicity Periodicity.None, false)

        testCase "our features pass them, with vectors and in every periodicity"
        <| fun () ->
            let spectrum = PowerSpectrum plain
            let invariants = Subject.PerAtom("power spectrum", fun s -> spectrum.Compute s).WithCases 20
            Laws.AssertInvariant invariants
            Laws.AssertTranslationInvariant invariants
            Laws.AssertPermutation invariants
            Laws.AssertRepeatedCell(invariants.WithSizes(1, 3), false)

            Laws.AssertSpeciesRelabelling(
                invariants,
                fun map ->
                    let labels = [| for k in 0 .. spectrum.FeatureCount - 1 -> spectrum.Labels[k].ToArray() |]

                    let key rename (l: int[]) = List.sort [ rename l[0], l[1]; rename l[2], l[3] ], l[4]

                    let place = dict (labels |> Array.mapi (fun k l -> key id l, k))
                    labels |> Array.map (fun l -> place[key (fun z -> map[z]) l])
            )

            let soap = LambdaSoap plain
            let row = soap.FeatureCount

            let equivariants =
                Subject.PerAtom(
                    "λ-SOAP",
                    fun s ->
                        let values = Array.zeroCreate (s.Count * row)
                        soap.Compute(s, Span values)
                        values
                )

            Laws.AssertEquivariant(
                equivariants.WithCases 15,
                [ for b in soap.Layout -> Harmonics.Block(b.Key.Lambda, b.Key.Sigma, b.First, b.Channels) ]
            )

            let spins = SpinPowerSpectrum expansion
            let magnetic = Subject.PerAtom("spin power spectrum", fun s -> spins.Compute s).WithVector("spins", true, true).WithCases 15
            Laws.AssertInvariant magnetic
            Laws.AssertTimeReversal magnetic
            let set = RepresentationSet [ spins ]
            let weights = Array.init spins.FeatureCount (fun k -> cos (float k))

            let evaluate (s: Structure) =
                set.Evaluate(s, ReadOnlyMemory(Array.init (s.Count * weights.Length) (fun k -> weights[k % weights.Length])))

            let energy =
                Subject
                    .PerStructure("energy of spins", fun s -> [| (evaluate s).Energy |])
                    .WithVector("spins", true, true)
                    .WithCases(15)
                    .WithDifferences(1e-4, 1e-5)

            Laws.AssertForces(energy, fun s -> (evaluate s).Forces)
            Laws.AssertVirial(energy, fun s -> (evaluate s).Virial)
            Laws.AssertEffectiveField(energy, "spins", fun s -> (evaluate s).EffectiveFields[0])
            Laws.AssertRepeatedCell(energy.WithSizes(1, 3), true)
            // Torques v × (−∂E/∂v) turn as spins do.
            let torques (s: Structure) =
                let v, b = s.AtomProperties["spins"].Reals.ToArray(), (evaluate s).EffectiveFields[0]

                Array.init v.Length (fun k ->
                    let at, d = k - k % 3, k % 3
                    let x, y = (d + 1) % 3, (d + 2) % 3
                    v[at + x] * b[at + y] - v[at + y] * b[at + x])

            Laws.AssertVectors(Subject.PerAtom("torques", torques).WithVector("spins", true, true).WithCases 15, true)

        testCase "every law catches what breaks it, and shows the smallest structure and the seed"
        <| fun () ->
            let per f = cluster f
            let places f = per (fun species r -> Array.init species.Length (fun i -> f (r[3 * i .. 3 * i + 2])))
            caught (fun () -> Laws.AssertInvariant(places (fun r -> r[0] * r[0]))) |> isTold "numbers are invariant"
            // The smallest structure that shows it has one atom.
            Assert.Contains(":\n1\n", caught (fun () -> Laws.AssertInvariant(places (fun r -> r[0]))))

            caught (fun () -> Laws.AssertTranslationInvariant(places (fun r -> r[0] * r[0] + r[1] * r[1] + r[2] * r[2])))
            |> isTold "do not change with a translation"

            caught (fun () ->
                Laws.AssertPermutation(per (fun species r -> sums species r |> Array.mapi (fun i x -> if i = 0 then 2. * x + 1. else x))))
            |> isTold "permuted with the atoms"

            // The handedness of four atoms: invariant under rotations, not in mirrors.
            let determinants (species: int[]) (r: float[]) =
                let at j k = r[3 * j + k] - r[k]
                let n = species.Length

                let det =
                    if n < 4 then
                        0.
                    else
                        Rotations.determinant [|
                            for j in 1..3 do
                                for k in 0..2 -> at j k
                        |]

                Array.replicate n det

            let handedness = (per determinants).WithSizes(4, 6)

            Laws.AssertInvariant(handedness, false)
            caught (fun () -> Laws.AssertInvariant handedness) |> isTold "after a reflection"
            // As a block λ = 0, σ = −1 it is what it says.
            Laws.AssertEquivariant(handedness, [ Harmonics.Block(0, -1, 0, 1) ])
            caught (fun () -> Laws.AssertEquivariant(handedness, [ Harmonics.Block(0, 1, 0, 1) ])) |> isTold "blocks turn"
            // Wrong order of the components of a vector: y, z, x as one block is right, x, y, z is not.
            let centre (order: int list) =
                per (fun species r -> [|
                    for i in 0 .. species.Length - 1 do
                        for k in order -> r[3 * i + k]
                |])

            Laws.AssertEquivariant(centre [ 1; 2; 0 ], [ Harmonics.Block(1, 1, 0, 1) ])
            caught (fun () -> Laws.AssertEquivariant(centre [ 0; 1; 2 ], [ Harmonics.Block(1, 1, 0, 1) ])) |> isTold "blocks turn"
            caught (fun () -> Laws.AssertVectors(centre [ 0; 1; 2 ], true)) |> isTold "vectors turn"
            // A wrong factor in a hundred thousand, and the sign.
            caught (fun () -> Laws.AssertGradient(per sums, fun s -> arrays slopes s |> Array.map (fun x -> 1.00001 * x)))
            |> isTold "gradient is that of differences"

            caught (fun () -> Laws.AssertGradient(per sums, fun s -> Array.zeroCreate (3 * s.Count))) |> isTold "a gradient of"
            let energy = Subject.PerStructure("energy", fun s -> [| Array.sum (arrays sums s) |]).WithPeriodicity Periodicity.None

            caught (fun () ->
                Laws.AssertForces(energy, fun s -> arrays slopes s |> Array.chunkBySize (3 * s.Count) |> Array.reduce (Array.map2 (+))))
            |> isTold "gradient"

            caught (fun () -> Laws.AssertVirial(energy, fun _ -> Array.zeroCreate 9)) |> isTold "virial"
            let spin f = Subject.PerStructure("spin", f).WithVector("spins", true, true).WithPeriodicity Periodicity.None
            let z (s: Structure) = [| Seq.sum (seq { for i in 0 .. s.Count - 1 -> s.AtomProperties["spins"].Reals[3 * i + 2] }) |]
            Laws.AssertTimeReversal(spin z, [ -1 ])
            caught (fun () -> Laws.AssertTimeReversal(spin z)) |> isTold "time is reversed"
            Laws.AssertEffectiveField(spin z, "spins", fun s -> Array.init (3 * s.Count) (fun k -> if k % 3 = 2 then -1. else 0.))

            caught (fun () -> Laws.AssertEffectiveField(spin z, "spins", fun s -> Array.zeroCreate (3 * s.Count)))
            |> isTold "the gradient by spins"

            let crystal = Subject.PerStructure("mean", fun s -> [| float s.Count |])
            Laws.AssertRepeatedCell(crystal, true)
            caught (fun () -> Laws.AssertRepeatedCell(crystal, false)) |> isTold "repeated cell"
            let charges = per (fun species _ -> Array.map float species)
            caught (fun () -> Laws.AssertSpeciesRelabelling(charges, fun _ -> [| 0 |])) |> isTold "names of species"
            // Numbers that are no numbers are no equality.
            caught (fun () -> Laws.AssertPermutation(per (fun species _ -> Array.create species.Length nan))) |> isTold "permuted"

        testCase "laws that cannot be tried are refused"
        <| fun () ->
            let refused (law: unit -> unit) = Assert.ThrowsAny<ArgumentException>(law) |> ignore
            let subject = cluster sums
            refused (fun () -> Laws.AssertTimeReversal subject)
            refused (fun () -> Laws.AssertRepeatedCell(subject, true))
            refused (fun () -> Laws.AssertGradient(subject, "spins", fun _ -> [||]))
            refused (fun () -> subject.WithSizes(3, 2) |> ignore)
            refused (fun () -> subject.WithCases 0 |> ignore)
            refused (fun () -> subject.WithSpecies [||] |> ignore)
            refused (fun () -> Harmonics.Block(1, 0, 0, 1) |> ignore)

            Assert.Contains(
                "5 numbers for",
                caught (fun () -> Laws.AssertPermutation((cluster (fun _ _ -> Array.zeroCreate 5)).WithSizes(2, 3)))
            )

        testCase "a seed runs the same cases again, and the failing case shrinks"
        <| fun () ->
            let run replay =
                let seen = List<int>()

                let message =
                    caught (fun () ->
                        Law.checkFrom replay "small numbers" 100 string (Arb.fromGen (Gen.choose (0, 1000))) (fun n ->
                            seen.Add n

                            if n > 900 then
                                failwith $"{n} is large"))

                message, List.ofSeq seen

            let first, seen = run None
            let seed = Text.RegularExpressions.Regex.Match(first, "TOOLKIT_SEED=\"([0-9]+),([0-9]+)\"").Groups
            let again, seenAgain = run (Some { Rnd = Rnd(UInt64.Parse seed[1].Value, UInt64.Parse seed[2].Value); Size = None })
            Assert.Equal<int list>(seen, seenAgain)
            Assert.Equal(first.Split('\n')[0], again.Split('\n')[0])
            Assert.StartsWith("small numbers: ", first)

            let shrunk =
                caught (fun () ->
                    Law.checkFrom
                        None
                        "small numbers"
                        100
                        string
                        (Arb.fromGenShrink (
                            Gen.choose (0, 1000),
                            (fun n ->
                                seq {
                                    if n > 0 then
                                        n - 1
                                })
                        ))
                        (fun n ->
                            if n > 300 then
                                failwith $"{n} is large"))

            Assert.Contains("301 is large", shrunk)
    ]
