module Toolkit.Tests.Numerics.Representations.RepresentationSetTests

open System
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 6; 8; 14; 26 ]

let private radial nmax lmax cutoff =
    RadialTable.Build(SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4), CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-11)

let private fields = [ VectorField.Spin "spins"; VectorField("dipole", "mu", false, false, [ 1; 8; 26 ], CentrePolicy.Include) ]

/// Two representations on one expansion, and a third with another cutoff and another choice of fields.
let private parts: InvariantRepresentation list =
    let near = DensityExpansion(radial 2 2 3.0, species, CentrePolicy.Include, fields)
    let far = DensityExpansion(radial 3 1 3.8, species, CentrePolicy.Exclude, [ fields[1] ])
    [ SpinPowerSpectrum(near, FieldCoupling.Both); RadialSpectrum near; SpinPowerSpectrum far ]

let private set = RepresentationSet parts

/// Σ w f, with weights of its own for each species.
type private Linear(seed: int, count: int) =
    let weights = dict [ for z in species -> z, (let random = Random(seed + z) in Array.init count (fun _ -> Rotations.normal random)) ]

    member _.Of(z: int) = weights[z]

    interface ILinearReadout with
        member _.Constant z = float z
        member _.Weights z = ReadOnlySpan weights[z]

/// A kernel-like function of the features: (w f)² / 2 + cos(w' f), worked out in the memory that it is given.
type private Curved(seed: int, count: int) =
    let random = Random seed
    let first, second = Array.init count (fun _ -> Rotations.normal random), Array.init count (fun _ -> Rotations.normal random)

    interface IReadout with
        member _.WorkLength = 2

        member _.Evaluate(z, features, gradient, work) =
            work[0] <- 0.
            work[1] <- 0.

            for k in 0 .. count - 1 do
                work[0] <- work[0] + first[k] * features[k]
                work[1] <- work[1] + second[k] * features[k]

            if not gradient.IsEmpty then
                for k in 0 .. count - 1 do
                    gradient[k] <- work[0] * first[k] - sin work[1] * second[k]

            float z + work[0] * work[0] / 2. + cos work[1]

let private readouts seed : IReadout list = [ Linear(seed, set.FeatureCount); Curved(seed, set.FeatureCount) ]

let private build = VectorFeatures.build

let private near (tolerance: float) (all: float[]) (found: float) (expected: float) =
    let scale = Array.fold (fun m x -> max m (abs x)) 1. all
    if not (abs (found - expected) <= tolerance * scale) then
        Assert.Fail $"found {found:R}, expected {expected:R}, scale {scale:R}"

/// (E(h) − E(−h))/2h refined once: the error is of order h⁴.
let private slope (h: float) (energy: float -> float) =
    let difference h = (energy h - energy -h) / (2. * h)
    (4. * difference (h / 2.) - difference h) / 3.

let private energy (readout: IReadout) s = set.Energies(s, readout) |> Array.sum

/// −Σ weights · ∂features/∂r from explicit gradients.
let private contract (weights: int -> float[]) (s: Structure) (gradients: FeatureGradients) =
    let count = gradients.FeatureCount
    let forces = Array.zeroCreate (3 * s.Count)
    let offsets, atoms, all = gradients.Offsets.ToArray(), gradients.Atoms.ToArray(), gradients.Gradients.ToArray()

    for i in 0 .. s.Count - 1 do
        let w = weights s.Species[i]

        for row in offsets[i] .. offsets[i + 1] - 1 do
            for d in 0..2 do
                let mutable sum = 0.

                for f in 0 .. count - 1 do
                    sum <- sum + w[f] * all[(row * 3 + d) * count + f]

                forces[3 * atoms[row] + d] <- forces[3 * atoms[row] + d] - sum

    forces

[<Tests>]
let tests =
    testList "Numerics.Representations.RepresentationSetTests" [
        Law.test
            "forces, virial and effective fields are minus the derivatives of the energy, images and all"
            40
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe
                let random = Random recipe.Seed
                let atom, d, e = random.Next s.Count, random.Next 3, random.Next 3

                for readout in readouts recipe.Seed do
                    let found = set.Evaluate(s, readout)
                    near 1e-11 [| found.Energy |] (energy readout s) found.Energy
                    near 1e-11 [| found.Energy |] (Array.sum found.AtomicEnergies) found.Energy

                    let moved h =
                        let r = s.Positions.ToArray()
                        r[3 * atom + d] <- r[3 * atom + d] + h
                        energy readout (s.WithPositions(ReadOnlySpan r))

                    near 1e-6 found.Forces found.Forces[3 * atom + d] -(slope 1e-3 moved)

                    let strained h =
                        let strain = Array.copy Rotations.identity
                        strain[3 * d + e] <- strain[3 * d + e] + h
                        energy readout (s.Transform strain)

                    near 1e-6 found.Virial found.Virial[3 * d + e] -(slope 1e-4 strained)

                    for f, key in List.indexed [ "spins"; "mu" ] do
                        let changed h =
                            let v = s.AtomProperties[key].Reals.ToArray()
                            v[3 * atom + d] <- v[3 * atom + d] + h
                            energy readout (s.WithAtomProperty(key, PropertyArray.Real(ReadOnlySpan v, 3)))

                        let field = found.EffectiveFields[f]
                        near 1e-7 field field[3 * atom + d] -(slope 1e-3 changed))

        Law.test
            "the cell gradient is the derivative by lattice vectors with the atoms at rest, and the virial holds both"
            40
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe

                match s.Cell with
                | null -> ()
                | cell ->
                    let random = Random recipe.Seed
                    let vector, d = random.Next 3, random.Next 3
                    let h = cell.Vectors.ToArray()

                    for readout in readouts recipe.Seed do
                        let found = set.Evaluate(s, readout)

                        if s.Periodic[vector] then
                            let stretched step =
                                let changed = Array.copy h
                                changed[3 * vector + d] <- changed[3 * vector + d] + step
                                energy readout (s.WithCell(Cell(ReadOnlySpan changed), s.Periodic))

                            near 1e-6 found.CellGradient found.CellGradient[3 * vector + d] (slope 1e-4 stretched)
                        else
                            Assert.Equal(0., found.CellGradient[3 * vector + d])

                        for e in 0..2 do
                            let atoms = Seq.sum (seq { for i in 0 .. s.Count - 1 -> -found.Forces[3 * i + d] * s.Positions[3 * i + e] })
                            let lattice = Seq.sum (seq { for a in 0..2 -> found.CellGradient[3 * a + d] * h[3 * a + e] })
                            let scale = Array.concat [ found.Virial; [| atoms; lattice |] ]
                            near 1e-10 scale (atoms + lattice) -found.Virial[3 * d + e])

        Law.test
            "the net torque on atoms and vectors of a free cluster is zero, and so is the net force"
            30
            (RandomStructure.clusters (2, 6))
            (fun recipe ->
                let s = build recipe

                for readout in readouts recipe.Seed do
                    let found = set.Evaluate(s, readout)
                    let r, f = s.Positions.ToArray(), found.Forces

                    let cross (a: float[]) (b: float[]) d =
                        let e, g = (d + 1) % 3, (d + 2) % 3
                        Seq.sum (seq { for i in 0 .. s.Count - 1 -> a[3 * i + e] * b[3 * i + g] - a[3 * i + g] * b[3 * i + e] })

                    for d in 0..2 do
                        near 1e-10 f (Seq.sum (seq { for i in 0 .. s.Count - 1 -> f[3 * i + d] })) 0.

                        let torque =
                            cross r f d
                            + cross (s.AtomProperties["spins"].Reals.ToArray()) found.EffectiveFields[0] d
                            + cross (s.AtomProperties["mu"].Reals.ToArray()) found.EffectiveFields[1] d

                        near 1e-9 f torque 0.)

        Law.test "atoms without a vector have no effective field" 10 (RandomStructure.recipes (2, 6)) (fun recipe ->
            let s = build { recipe with Species = [ 6; 8 ] }
            let field = (set.Evaluate(s, Linear(1, set.FeatureCount))).EffectiveFields[1]

            for i in 0 .. s.Count - 1 do
                if s.Species[i] = 6 then
                    Assert.Equal<float>([| 0.; 0.; 0. |], field[3 * i .. 3 * i + 2]))

        Law.test
            "representations side by side have the features and gradients that each has alone"
            15
            (RandomStructure.recipes (1, 5))
            (fun recipe ->
                let s = build recipe
                let together = set.ComputeWithGradients s
                let mutable first = 0
                Assert.Equal<float>(set.Compute s, together.Values.ToArray())

                for part in parts do
                    let alone = part.ComputeWithGradients s
                    let size = part.FeatureCount

                    for i in 0 .. s.Count - 1 do
                        Assert.Equal<float>(
                            alone.Values.Slice(i * size, size).ToArray(),
                            together.Values.Slice(i * set.FeatureCount + first, size).ToArray()
                        )

                        let rowOf (g: FeatureGradients) atom =
                            seq { g.Offsets[i] .. g.Offsets[i + 1] - 1 } |> Seq.tryFind (fun row -> g.Atoms[row] = atom)

                        for atom in 0 .. s.Count - 1 do
                            let compare (a: FeatureGradients -> float[]) perRow (of': int -> int) =
                                match rowOf together atom, rowOf alone atom with
                                | Some row, other ->
                                    for d in 0..2 do
                                        let found =
                                            (a together)[(row * perRow set.Fields.Count + of' d) * set.FeatureCount + first ..]
                                            |> Array.truncate size

                                        match other with
                                        | Some o ->
                                            Assert.Equal<float>(
                                                (a alone)[(o * perRow alone.Fields.Count + d) * size ..] |> Array.truncate size,
                                                found
                                            )
                                        | None -> Assert.All(found, (fun x -> Assert.Equal(0., x)))
                                | None, other -> Assert.True other.IsNone

                            compare (fun g -> g.Gradients.ToArray()) (fun _ -> 3) id

                            // The rows of the first field of the representation alone, wherever it stands in the set.
                            let place = Seq.findIndex (fun f -> f = alone.Fields[0]) set.Fields
                            compare (fun g -> g.VectorGradients.ToArray()) (fun fields -> 3 * fields) (fun d -> 3 * place + d)

                    first <- first + size)

        Law.test "an evaluation is the same bit by bit for any number of threads" 4 (RandomStructure.recipes (15, 25)) (fun recipe ->
            let s = build recipe

            for readout in readouts recipe.Seed do
                let one = set.Evaluate(s, readout, 1)

                for threads in [ 2; 3 ] do
                    let many = set.Evaluate(s, readout, threads)
                    Assert.Equal(one.Energy, many.Energy)
                    Assert.Equal<float>(one.AtomicEnergies, many.AtomicEnergies)
                    Assert.Equal<float>(one.Forces, many.Forces)
                    Assert.Equal<float>(one.Virial, many.Virial)
                    Assert.Equal<float>(Seq.concat one.EffectiveFields, Seq.concat many.EffectiveFields))

        testCase "what a readout throws is thrown, with any number of threads" <| fun () ->
            let choosy =
                { new IReadout with
                    member _.WorkLength = 0
                    member _.Evaluate(z, _, _, _) = if z = 8 then raise (NotSupportedException "no oxygen") else 1. }

            let s = build { Seed = 1; Atoms = 9; Species = [ 1; 8 ]; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 }

            for threads in 1..3 do
                Assert.Throws<NotSupportedException>(fun () -> set.Evaluate(s, choosy, threads) |> ignore) |> ignore
                Assert.Throws<NotSupportedException>(fun () -> set.Energies(s, choosy, threads) |> ignore) |> ignore

        Law.test
            "what a set did before changes nothing: its memory serves runs of all kinds in any order"
            6
            (RandomStructure.recipes (1, 9))
            (fun recipe ->
                let s = build recipe
                let random = Random recipe.Seed
                let kept = RepresentationSet(set.Parts)
                let weights = Linear(recipe.Seed, set.FeatureCount)

                for _ in 1..8 do
                    let run: RepresentationSet -> float[] =
                        match random.Next 5 with
                        | 0 -> fun x -> x.Compute s
                        | 1 -> fun x -> x.Evaluate(s, weights).Forces
                        | 2 -> fun x -> x.ComputeWithGradients(s).Gradients.ToArray()
                        | 3 -> fun x -> x.Energies(s, weights)
                        | _ ->
                            fun x ->
                                let single = Array.zeroCreate<float32>(s.Count * x.FeatureCount)
                                x.ComputeSingle(s, single.AsSpan())
                                Array.map float single

                    Assert.Equal<float>(run (RepresentationSet set.Parts), run kept))

        testCase "different vector fields of one name are refused" <| fun () ->
            let other = DensityExpansion(radial 2 1 3., species, CentrePolicy.Include, [ VectorField.Spin "moments" ])
            Assert.Throws<ArgumentException>(fun () -> RepresentationSet [ parts[0]; SpinPowerSpectrum other ] |> ignore) |> ignore
            Assert.Throws<ArgumentException>(fun () -> RepresentationSet [] |> ignore) |> ignore

        testCase "explicit gradients times weights are the forces of the backward pass, in fresh memory and in used" <| fun () ->
            let mutable reused: FeatureGradients option = None

            Law.holdsFor 40 (RandomStructure.recipes (1, 9)) (fun recipe ->
                let s = build recipe
                let weights = Linear(recipe.Seed, set.FeatureCount)
                let expected = set.Evaluate(s, weights).Forces
                let fresh = set.ComputeWithGradients s

                let again =
                    match reused with
                    | None -> set.ComputeWithGradients(s, 2)
                    | Some before ->
                        let result = set.ComputeWithGradients(s, 2, before)
                        Assert.Equal(0, before.Values.Length)
                        result

                Assert.Equal<float[]>(fresh.Values.ToArray(), again.Values.ToArray())
                Assert.Equal<float[]>(fresh.Gradients.ToArray(), again.Gradients.ToArray())
                Assert.Equal<float[]>(fresh.VectorGradients.ToArray(), again.VectorGradients.ToArray())
                reused <- Some again
                let found = contract weights.Of s fresh
                Array.iter2 (near 1e-10 expected) found expected)

        testCase "gradients too large for the caches are the same numbers" <| fun () ->
            // Above eight megabytes they are written past the caches: 64 atoms with 28 neighbours each and 252 features.
            let expansion = DensityExpansion(radial 8 6 5., [ 14 ])
            let large = RepresentationSet [ PowerSpectrum expansion ]
            let cell = Cell.Cubic 10.86
            let random = Random 5

            let positions =
                [| for corner in 0..7 do
                       for basis in 0..7 do
                           for k in 0..2 do
                               let cube = float ((corner >>> k) &&& 1)
                               let site = if basis &&& 3 = 0 || (basis &&& 3) = k + 1 then 0. else 0.5
                               let sublattice = if basis >= 4 then 0.25 else 0.
                               5.43 * (cube + site + sublattice) + 0.1 * Rotations.normal random |]

            let s = Structure.Create(ReadOnlySpan(Array.create 64 14), ReadOnlySpan positions, cell, Periodicity.All)
            let gradients = large.ComputeWithGradients(s, 2)
            Assert.True(8 * gradients.Gradients.Length > (8 <<< 20))
            let weights = Linear(1, large.FeatureCount)
            let expected = large.Evaluate(s, weights).Forces
            Array.iter2 (near 1e-10 expected) (contract weights.Of s gradients) expected
    ]
