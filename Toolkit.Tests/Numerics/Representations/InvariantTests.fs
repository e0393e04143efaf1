module Toolkit.Tests.Numerics.Representations.InvariantTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Every species that a random recipe draws from.
let private species = [ 1; 6; 8; 14; 26 ]

let private expansion nmax lmax policy =
    let cutoff = 3.4
    let radial = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, policy)

let private fields = [ VectorField.Spin "spins"; VectorField("dipole", "mu", false, false, null, CentrePolicy.Include) ]

let private vectorExpansion nmax lmax policy fields =
    let cutoff = 3.4
    let radial = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, policy, fields)

/// Some atoms only carry spins, and dipoles are left out at the centre.
let private partialFields =
    [ VectorField("spin", "spins", true, true, [ 8; 26 ], CentrePolicy.Include)
      VectorField("dipole", "mu", false, false, [ 1; 8; 14 ], CentrePolicy.Exclude) ]

let private representations: InvariantRepresentation list =
    [ RadialSpectrum(expansion 5 0 CentrePolicy.Include)
      PowerSpectrum(expansion 3 2 CentrePolicy.Include)
      PowerSpectrum(expansion 4 0 CentrePolicy.Exclude)
      PowerSpectrum(expansion 9 3 CentrePolicy.Separate)
      PowerSpectrum(expansion 8 4 CentrePolicy.Include)
      PowerSpectrum(vectorExpansion 3 2 CentrePolicy.Include fields)
      SpinPowerSpectrum(vectorExpansion 2 2 CentrePolicy.Include fields[..0])
      SpinPowerSpectrum(vectorExpansion 3 1 CentrePolicy.Separate fields, FieldCoupling.Both)
      SpinPowerSpectrum(vectorExpansion 9 1 CentrePolicy.Include fields[..0], FieldCoupling.Summed)
      SpinPowerSpectrum(vectorExpansion 2 2 CentrePolicy.Exclude fields[1..], FieldCoupling.Resolved, false)
      SpinBispectrum(vectorExpansion 2 1 CentrePolicy.Include fields[..0], FieldCoupling.Both)
      SpinBispectrum(vectorExpansion 2 1 CentrePolicy.Separate fields[1..])
      SpinPowerSpectrum(vectorExpansion 2 2 CentrePolicy.Include partialFields, FieldCoupling.Both, true) ]

let private build = VectorFeatures.build

/// A representation, a structure of any periodicity, and a seed for what is done to it.
let private cases (kinds: (int * int) -> Arbitrary<RandomStructure.Recipe>) =
    let recipes = kinds (1, 7)
    let gen = Gen.zip3 (Gen.choose (0, representations.Length - 1)) recipes.Generator (Gen.choose (0, 1 <<< 30))
    Arb.fromGenShrink (gen, (fun (k, recipe, seed) -> recipes.Shrinker recipe |> Seq.map (fun r -> k, r, seed)))

let private close = Representations.close "features"

/// A law of every representation, on so many structures of each.
let private ofAll (count: int) (law: Toolkit.Testing.Subject -> unit) =
    for f in representations do
        let vectors = f.Expansion.Fields |> Seq.map (fun v -> v.Key, v.Axial, v.TimeOdd)

        let subject =
            Subject
                .PerAtom($"{f.GetType().Name} of {f.FeatureCount} features", fun s -> f.Compute s)
                .WithSpecies(Array.ofList species)
                .WithSizes(1, 7)
                .WithCases
                count

        law ((subject, vectors) ||> Seq.fold (fun s (key, axial, odd) -> s.WithVector(key, axial, odd)))

[<Tests>]
let tests =
    testList "Numerics.Representations.InvariantTests" [
        testCase "features do not change when the structure is rotated or reflected with its vectors, polar ones as positions and axial ones as spins" <| fun () ->
            ofAll 10 Laws.AssertInvariant

        testCase "features do not change when the structure is moved" <| fun () -> ofAll 5 Laws.AssertTranslationInvariant

        testCase "features are permuted with the atoms" <| fun () -> ofAll 4 Laws.AssertPermutation

        testCase "every atom of a repeated cell has the features of its original" <| fun () ->
            ofAll 3 (fun subject -> Laws.AssertRepeatedCell(subject.WithSizes(1, 4), false))

        testCase "features do not change when time is reversed" <| fun () ->
            ofAll 4 (fun subject -> if subject.Vectors |> List.exists _.TimeOdd then Laws.AssertTimeReversal subject)

        Law.test
            "relabelling the species moves the features to the channels of the new labels"
            30
            (cases RandomStructure.recipes)
            (fun (k, recipe, seed) ->
                let s = build recipe
                // A species that carries a vector cannot become one that does not.
                let f = representations[min k (representations.Length - 2)]
                let target = Array.ofList species
                Random(seed).Shuffle target
                let map = dict ((-1, -1) :: List.zip species (List.ofArray target))
                let relabelled = s.WithSpecies(ReadOnlySpan(s.Species.ToArray() |> Array.map (fun z -> map[z])))
                let before, after = f.Compute s, f.Compute relabelled

                // A feature is known by its unordered labels.
                let key rename (labels: int[]) =
                    let channel (part: int[]) =
                        match part with
                        | [| species; n |] -> [ rename species; n ]
                        | [| field; species; n; l |] -> [ field; rename species; n; l ]
                        | [| field; species; n; l; j |] -> [ field; rename species; n; l; j ]
                        | _ -> failwith "unknown labels"

                    let size =
                        match labels.Length with
                        | 15 -> 5
                        | 9 -> 4
                        | _ -> 2

                    let parts = Array.chunkBySize size labels

                    List.sort [
                        for part in parts do
                            if part.Length = size then
                                channel part
                    ],
                    (if size = 5 then 0 else labels[labels.Length - 1])

                // Exchanging two factors may change the sign of a product of three.
                let size x = if f.Order = 3 then abs x else x

                let labels = [| for q in 0 .. f.FeatureCount - 1 -> f.Labels[q].ToArray() |]
                let place = dict (labels |> Array.mapi (fun q l -> key id l, q))
                let moved = labels |> Array.map (fun l -> place[key (fun z -> map[z]) l])

                for i in 0 .. s.Count - 1 do
                    let row (all: float[]) = all[i * f.FeatureCount .. (i + 1) * f.FeatureCount - 1]
                    close 1e-12 (Array.map size (row before)) (moved |> Array.map (Array.get (row after) >> size)))

        Law.test "the dot product of two power spectra is that of the full set of pairs" 30 (RandomStructure.recipes (2, 5)) (fun recipe ->
            let s = build recipe
            let expansion = expansion 4 3 CentrePolicy.Include
            let features = PowerSpectrum(expansion).Compute s
            let c = expansion.Compute s
            let q, lm, size = expansion.ChannelCount, 16, features.Length / s.Count

            let full i =
                [| for l in 0..3 do
                       for a in 0 .. q - 1 do
                           for b in 0 .. q - 1 ->
                               Seq.sum (seq { for m in l * l .. l * l + 2 * l -> c[(i * lm + m) * q + a] * c[(i * lm + m) * q + b] })
                               / sqrt (float (2 * l + 1)) |]

            let dot = Array.fold2 (fun sum x y -> sum + x * y) 0.
            let row i = features[i * size .. (i + 1) * size - 1]
            let expected = dot (full 0) (full (s.Count - 1))
            Assert.InRange(abs (dot (row 0) (row (s.Count - 1)) - expected), 0., 1e-12 * (1. + abs expected)))

        testCase "the power spectrum of large l is the sum over m of its coefficients, and has right gradients" <| fun () ->
            // Code that is made for a layout comes in parts where lmax is above 15.
            for nmax, lmax in [ 8, 17; 9, 16 ] do
                let radial = SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4)
                let e = DensityExpansion(RadialTable.Build(radial, CutoffFunction(3.4, 0.8, CutoffKind.Polynomial), 1e-10), [ 1; 8 ])
                let power, count = PowerSpectrum e, (lmax + 1) * (lmax + 1)
                let recipes = RandomStructure.recipes (1, 5)
                let cases = Arb.fromGen (recipes.Generator |> Gen.map (fun r -> { r with Species = [ 1; 8 ] }))

                Law.holdsFor 3 cases (fun recipe ->
                    let s = RandomStructure.build recipe
                    let c, features = e.Compute s, power.Compute s |> Array.chunkBySize power.FeatureCount

                    for i in 0 .. s.Count - 1 do
                        let expected =
                            Array.init power.FeatureCount (fun k ->
                                let label = power.Labels[k].ToArray()
                                let channel z n = (if z = 8 then nmax else 0) + n
                                let q, q', l = channel label[0] label[1], channel label[2] label[3], label[4]
                                let at lm q = c[(i * count + lm) * e.ChannelCount + q]
                                let sum = Seq.sum (seq { for lm in l * l .. l * l + 2 * l -> at lm q * at lm q' })
                                (if q = q' then 1. else sqrt 2.) * sum / sqrt (float (2 * l + 1)))

                        Representations.close "features" 1e-13 expected features[i]

                    let subject = Representations.invariant "power spectrum" (fun _ -> false) power
                    let random = Random recipe.Seed
                    Representations.gradientsAreDifferences 3e-6 1e-4 [ random.Next(3 * s.Count) ] subject s
                    Representations.backwardIsTransposed 2e-5 random subject s)

        testCase "gradients of the features by positions and vectors agree with finite differences, images and all"
        <| fun () ->
            Representations.haveGradients
                60
                (representations |> List.mapi (fun k f -> Representations.invariant $"{k}, {f.GetType().Name}" (fun _ -> false) f))

        Law.test
            "features and gradients are the same bit by bit for any number of threads"
            5
            (cases (fun _ -> RandomStructure.recipes (20, 40)))
            (fun (k, recipe, _) ->
                let s = build recipe
                let f = representations[k]
                let one = f.ComputeWithGradients(s, 1)

                for threads in [ 2; 3 ] do
                    let many = f.ComputeWithGradients(s, threads)
                    Assert.Equal<float[]>(one.Values.ToArray(), many.Values.ToArray())
                    Assert.Equal<float[]>(one.Gradients.ToArray(), many.Gradients.ToArray())
                    Assert.Equal<float[]>(one.VectorGradients.ToArray(), many.VectorGradients.ToArray()))

        testCase "a power spectrum of any number of channels is its plain sums, in both precisions, and touches no other memory" <| fun () ->
            let s =
                Structure.Create(
                    ReadOnlySpan [| 1; 8; 1; 8; 8 |],
                    ReadOnlySpan [| 0.; 0.; 0.; 1.1; 0.2; 0.1; -0.7; 1.3; 0.4; 0.3; -0.9; 1.6; 1.9; 1.2; -0.8 |]
                )

            for nmax in 1..12 do
                for species in [ [ 8 ]; [ 1; 8 ]; [ 1; 6; 8 ] ] do
                    for lmax in [ 0; 1; 3 ] do
                        let s = if species.Length > 1 then s else Structure.Create(ReadOnlySpan [| 8; 8 |], s.Positions.Slice(0, 6))
                        let radial = RadialTable.Build(SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4), CutoffFunction(3.4, 0.8), 1e-9)
                        let f = PowerSpectrum(DensityExpansion(radial, species))
                        let c, channels, rows = f.Expansion.Compute s, species.Length * nmax, (lmax + 1) * (lmax + 1)

                        let expected = [|
                            for atom in 0 .. s.Count - 1 do
                                for l in 0..lmax do
                                    for q in 0 .. channels - 1 do
                                        for k in q .. channels - 1 do
                                            let at lm q = c[(atom * rows + lm) * channels + q]
                                            let sum = Seq.sumBy (fun lm -> at lm q * at lm k) (seq { l * l .. (l + 1) * (l + 1) - 1 })
                                            (if q = k then 1. else sqrt 2.) * sum / sqrt (float (2 * l + 1))
                        |]

                        let guard, count, largest = 40, expected.Length, expected |> Array.map abs |> Array.max
                        let double, single = Array.create (count + 2 * guard) -7., Array.create (count + 2 * guard) -7.f
                        f.Compute(s, Span(double, guard, count))
                        f.ComputeSingle(s, Span(single, guard, count))

                        for k in 0 .. double.Length - 1 do
                            let isOutside = k < guard || k >= guard + count
                            let wanted = if isOutside then -7. else expected[k - guard]
                            let off name found tolerance =
                                if not (abs (found - wanted) <= (if isOutside then 0. else tolerance * largest)) then
                                    Assert.Fail $"{name}, nmax {nmax}, {species}, lmax {lmax}, number {k - guard}: {found}, not {wanted}"

                            off "float64" double[k] 1e-14
                            off "float32" (float single[k]) 2e-6

        testCase "an atom on its own has features and no gradients" <| fun () ->
            for f in representations do
                let s =
                    Structure.Create(ReadOnlySpan [| 8 |], ReadOnlySpan [| 1.; 2.; 3. |])
                    |> RandomStructure.withVectors "spins" 1
                    |> RandomStructure.withVectors "mu" 2

                let found = f.ComputeWithGradients s
                Assert.All(found.Values.ToArray(), (fun x -> Assert.True(Double.IsFinite x)))
                Assert.All(found.Gradients.ToArray(), (fun x -> Assert.Equal(0., x)))
    ]
