/// NICE with factors of any field: density, spins and potentials, mixed, with parity and time reversal carried through.
module Toolkit.Tests.Numerics.Representations.NiceFieldTests

open System
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion species nmax lmax fields =
    let radial = SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4)

    DensityExpansion(
        RadialTable.Build(radial, CutoffFunction(3.4, 0.8, CutoffKind.Polynomial), 1e-10),
        species,
        CentrePolicy.Include,
        fields
    )

let private spin, dipole = VectorField.Spin "spins", VectorField("dipole", "mu")

let private potential name p lmax (species: int list) =
    let settings = PotentialSettings(Exponent = p, Smearing = 1., Tolerance = 1e-10, ChargeKey = "q", Split = Nullable 1.7)
    NamedPotential(name, PotentialField(settings, GtoBasis(2, 2.2), lmax, ReadOnlySpan(Array.ofList species)))

let private branches order =
    NiceSettings(
        Order = order,
        Parities = Parities.Both,
        Scaling = NiceScaling.Fields,
        Covariants = NiceBranch(Expand = Nullable 30, Components = Nullable 5, Purify = 3),
        Invariants = NiceBranch(Expand = Nullable 40, Components = Nullable 8, Purify = 5)
    )

let private random (generator: Random) periodic species atoms =
    let s =
        RandomStructure.build {
            Seed = generator.Next()
            Atoms = atoms
            Species = species
            Periodic = periodic
            HasCell = periodic.Any
            Spacing = 1.2
        }

    let q = Array.init atoms (fun _ -> 2. * generator.NextDouble() - 1.)
    let vectors key = RandomStructure.withVectors key (generator.Next())
    s.WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q)) |> vectors "spins" |> vectors "mu"

let private sample species = [ for seed in 1..10 -> random (Random seed) Periodicity.None species 5 ]

let private make (e: DensityExpansion) settings potentials (factors: string list) structures =
    let fit = NiceFit.Fit(e, settings, structures, potentials = potentials, factors = factors)
    NiceFeatures(e, fit, potentials = potentials)

/// Σ over the features that are wanted of products of the environments i and j.
let private kernel (f: InvariantRepresentation) (values: float[]) (wanted: int[] -> bool) i j =
    Seq.sum (seq {
        for k in 0 .. f.FeatureCount - 1 do
            if wanted (f.Labels[k].ToArray()) then values[i * f.FeatureCount + k] * values[j * f.FeatureCount + k] })

let private all (_: int[]) = true

let private difference h f = (4. * (f h - f -h) / (2. * h) - (f (2. * h) - f (-2. * h)) / (4. * h)) / 3.

let private linear (weights: float[]) : IReadout =
    { new ILinearReadout with
        member _.Constant _ = 0.3
        member _.Weights _ = ReadOnlySpan weights }

let private changed (key: string) components at h (s: Structure) =
    let v = s.AtomProperties[key].Reals.ToArray()
    v[at] <- v[at] + h
    s.WithAtomProperty(key, if components = 1 then PropertyArray.Real(ReadOnlySpan v) else PropertyArray.Real(ReadOnlySpan v, components))

let private reversed (s: Structure) =
    s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan(s.AtomProperties["spins"].Reals.ToArray() |> Array.map (~-)), 3))

/// Density and vector coefficients of an atom as one list each.
let private coefficients (e: DensityExpansion) (s: Structure) i : float[] list =
    let own (values: float[]) = (let n = values.Length / s.Count in values[i * n .. (i + 1) * n - 1])
    [ own (e.Compute s); yield! [ for f in 0 .. e.Fields.Count - 1 -> own (e.ComputeField(s, f)) ] ]

[<Tests>]
let tests =
    testList "Numerics.Representations.NiceFieldTests" [
        testCase "NICE over density, spins and dipoles turns with the structure as its labels say, and has the gradients of differences" <| fun () ->
            let species = [ 1; 6; 8; 14; 26 ]
            let e = expansion species 1 1 [ spin; dipole ]
            let subject factors =
                let f = make e (branches 3) [||] factors (sample species)
                Representations.invariant (String.Join(' ', List.toArray factors)) (fun k -> f.Labels[k][1] = -1) f

            let subjects = [ subject [ "rho"; "spin" ]; subject [ "dipole"; "spin" ]; subject [ "rho"; "dipole"; "spin" ] ]
            Representations.haveSymmetries 10 subjects
            Representations.haveGradients 9 subjects

        testCase "features are even under time reversal unless odd ones are asked for, which change their sign"
        <| fun () ->
            let e = expansion [ 26; 8 ] 2 1 [ spin ]
            let structures = sample [ 26; 8 ]

            for both in [ false; true ] do
                let f = make e (branches 4) [||] [ "rho"; "spin" ] structures

                let f =
                    if both then
                        make
                            e
                            (NiceSettings(
                                Order = 4,
                                Parities = Parities.Both,
                                HasTimeOdd = true,
                                Covariants = f.Fit.Settings.Covariants,
                                Invariants = f.Fit.Settings.Invariants
                            ))
                            [||]
                            [ "rho"; "spin" ]
                            structures
                    else
                        f

                Assert.Equal<string list>(
                    (if both then [ "nu"; "sigma"; "tau"; "component" ] else [ "nu"; "sigma"; "component" ]),
                    List.ofSeq f.Labels.Names
                )

                let s = structures[0]
                let before, after = f.Compute s, f.Compute(reversed s)
                let tau k = if both then float (let label = f.Labels[k % f.FeatureCount].ToArray() in label[2]) else 1.
                Representations.close "time reversed" 1e-12 (before |> Array.mapi (fun k x -> tau k * x)) after

                if both then
                    let odd = before |> Array.indexed |> Array.filter (fun (k, _) -> tau k < 0.) |> Array.map (snd >> abs)
                    Assert.True(odd.Length > 0 && Array.max odd > 1e-6)

        testCase "all products of two factors have the kernels of the spin power spectrum"
        <| fun () ->
            let e = expansion [ 26; 8 ] 2 2 [ spin ]
            let s = random (Random 3) Periodicity.None [ 26; 8 ] 6
            let f = make e (NiceSettings.Uncontracted(2, Nullable(), Parities.Both)) [||] [ "rho"; "spin" ] [ s ]
            let own = f.Compute s

            for parities, sigma in [ Parities.Proper, 1; Parities.Pseudo, -1 ] do
                let spectrum = SpinPowerSpectrum(e, FieldCoupling.Resolved, true, parities)
                let values = spectrum.Compute s
                let scale = kernel f own all 0 0

                for i in 0 .. s.Count - 1 do
                    // A spectrum's feature with vectors is the sum over M itself: √(2J + 1) times the product that is coupled to 0.
                    let isDensity (l: int[]) = l[0] = 0 && l[4] = 0

                    let vectors =
                        Seq.sum (
                            seq { for j in 0..3 -> kernel spectrum values (fun l -> l[8] = j && not (isDensity l)) 0 i / float (2 * j + 1) }
                        )

                    let expected = vectors + kernel spectrum values isDensity 0 i
                    Assert.Equal(expected, kernel f own (fun l -> l[0] = 2 && l[1] = sigma) 0 i, 1e-12 * scale)

        testCase "all products over ρ and V have the kernels of ρ⊗ρ, ρ⊗V and V⊗V, and of the products of three"
        <| fun () ->
            let species = [ 11; 17 ]
            let e, fields = expansion species 2 2 [], [| potential "V" 1 2 species |]
            let s = random (Random 9) (Periodicity(true, true, false)) species 4
            let f = make e (NiceSettings.Uncontracted(3, Nullable(), Parities.Both)) fields [ "rho"; "V" ] [ s ]
            let own = f.Compute s

            let sum order sigma (parts: (float * InvariantRepresentation) list) =
                for i in 0 .. s.Count - 1 do
                    let expected = parts |> List.sumBy (fun (weight, r) -> weight * kernel r (r.Compute s) all 0 i)

                    Assert.Equal(
                        expected,
                        kernel f own (fun l -> l[0] = order && l[1] = sigma) 0 i,
                        1e-11 * kernel f own (fun l -> l[0] = order) 0 0
                    )

            let two a b = FactorProducts.PowerSpectrum(e, fields, [| a; b |])
            let three parities a b c = FactorProducts.Bispectrum(e, fields, [| a; b; c |], parities)
            sum 2 1 [ 1., two "rho" "rho"; 2., two "rho" "V"; 1., two "V" "V" ]

            for parities, sigma in [ Parities.Proper, 1; Parities.Pseudo, -1 ] do
                sum 3 sigma [
                    1., three parities "rho" "rho" "rho"
                    3., three parities "rho" "rho" "V"
                    3., three parities "V" "V" "rho"
                    1., three parities "V" "V" "V"
                ]

        testCase "kernels of all products over density and spins are integrals over rotations, inversions and time reversal"
        <| fun () ->
            let e = expansion [ 8; 26 ] 1 1 [ spin ]
            let s = random (Random 5) Periodicity.None [ 26; 8 ] 4
            // J of the spins goes to lmax + 1, so intermediate λ to ν/2 times as much.
            let settings =
                NiceSettings(
                    Order = 4,
                    Lambda = Nullable 4,
                    Parities = Parities.Both,
                    HasTimeOdd = true,
                    Covariants = NiceBranch(),
                    Invariants = NiceBranch()
                )

            let f = make e settings [||] [ "rho"; "spin" ] [ s ]
            let own = f.Compute s
            let dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
            let here = coefficients e s 0
            let count = 4 * 2 + 2

            // Overlaps of density and spins with every rotated copy, and with its mirror image.
            let overlaps = [
                for z, w in Quadrature.gaussLegendre count -1. 1. do
                    for i in 0 .. 2 * count - 1 do
                        for j in 0 .. 2 * count - 1 do
                            let angle k = Math.PI * float k / float count

                            let about axis angle =
                                let a, b = (axis + 1) % 3, (axis + 2) % 3

                                Array.init 9 (fun k ->
                                    match k / 3, k % 3 with
                                    | x, y when x = y -> if x = axis then 1. else cos angle
                                    | x, y when x = a && y = b -> -(sin angle)
                                    | x, y when x = b && y = a -> sin angle
                                    | _ -> 0.)

                            let r = Rotations.multiply (Rotations.multiply (about 2 (angle i)) (about 1 (acos z))) (about 2 (angle j))
                            let copy m = coefficients e (Rotations.apply [ "spins", Rotations.Axial; "mu", Rotations.Polar ] m s) 1

                            let both m =
                                (match here, copy m with
                                 | [ a; b ], [ c; d ] -> dot a c, dot b d
                                 | _ -> failwith "two fields")

                            w / 2. / float (4 * count * count), both r, both (Array.map (~-) r)
            ]

            for order in 1..4 do
                for sigma in [ 1; -1 ] do
                    for tau in [ 1; -1 ] do
                        let expected =
                            overlaps
                            |> List.sumBy (fun (w, (a, b), (c, d)) ->
                                let signed x y = pown (x + y) order + float tau * pown (x - y) order
                                w / 4. * (signed a b + float sigma * signed c d))

                        let found = kernel f own (fun l -> l[0] = order && l[1] = sigma && l[2] = tau) 0 1
                        let scale = kernel f own (fun l -> l[0] = order) 0 0
                        Assert.Equal(expected, found, 1e-11 * scale)
                        // A sign that is always zero would prove nothing.
                        if order >= 2 then
                            Assert.True(
                                kernel f own (fun l -> l[0] = order && l[1] = sigma && l[2] = tau) 0 0 > 1e-6 * scale,
                                $"ν = {order}, σ = {sigma}, τ = {tau}"
                            )

        testCase "energies of NICE over ρ, V and spins have forces, virials, effective fields and −∂E/∂q by one backward pass"
        <| fun () ->
            let species = [ 11; 17 ]
            let e, fields = expansion species 1 1 [ spin ], [| potential "V" 1 1 species |]
            let f = make e (branches 4) fields [ "rho"; "V"; "spin" ] (sample species)
            let set = RepresentationSet [ f :> InvariantRepresentation ]
            let generator = Random 21

            for periodic in [ Periodicity.None; Periodicity(true, false, false); Periodicity(true, true, false); Periodicity.All ] do
                let s = random generator periodic species 5
                let weights = Array.init f.FeatureCount (fun _ -> Rotations.normal generator)
                let found = set.Evaluate(s, linear weights)
                let energy s = Array.sum (set.Energies(s, linear weights))
                Assert.Equal<float[]>(found.Forces, set.Evaluate(s, linear weights, 2).Forces)

                let close what (expected: float) (value: float) (values: float[]) =
                    let scale = Array.fold (fun m x -> max m (abs x)) 1e-3 values

                    if not (abs (expected - value) <= 3e-6 * scale) then
                        Assert.Fail $"{what}, {periodic}: expected {expected:R}, found {value:R}, scale {scale:R}"

                close "energy" (energy s) found.Energy [| found.Energy |]
                let at = generator.Next(3 * s.Count)

                let moved h =
                    (let r = s.Positions.ToArray() in
                     r[at] <- r[at] + h
                     s.WithPositions(ReadOnlySpan r))

                close $"force {at}" -(difference 1e-4 (moved >> energy)) found.Forces[at] found.Forces
                let atom = generator.Next s.Count

                close
                    $"charge {atom}"
                    -(difference 1e-4 (fun h -> energy (changed "q" 1 atom h s)))
                    (Seq.item atom found.ChargeForces[0])
                    found.ChargeForces[0]

                close
                    $"spin {at}"
                    -(difference 1e-4 (fun h -> energy (changed "spins" 3 at h s)))
                    (Seq.item at found.EffectiveFields[0])
                    found.EffectiveFields[0]

                let k = generator.Next 9

                let strained h =
                    (let strain = Array.copy Rotations.identity in
                     strain[k] <- strain[k] + h
                     s.Transform(ReadOnlySpan strain))

                close $"virial {k}" -(difference 1e-4 (strained >> energy)) found.Virial[k] found.Virial

        testCase
            "with fields scaled, the unit of a field does not change which products are made, nor the kernel of the features but by its powers"
        <| fun () ->
            let species = [ 26; 8 ]
            let e = expansion species 2 1 [ spin ]
            let structures = sample species

            let larger (s: Structure) =
                s.WithAtomProperty(
                    "spins",
                    PropertyArray.Real(ReadOnlySpan(s.AtomProperties["spins"].Reals.ToArray() |> Array.map ((*) 32.)), 3)
                )

            let a = make e (branches 3) [||] [ "rho"; "spin" ] structures
            let b = make e (branches 3) [||] [ "rho"; "spin" ] (List.map larger structures)

            for x, y in Seq.zip a.Fit.Steps b.Fit.Steps do
                Assert.Equal<(NiceKey * int * NiceKey * int) list>(
                    [ for p in x.Pairs -> struct (p.Left, p.LeftChannel, p.Right, p.RightChannel).ToTuple() ],
                    [ for p in y.Pairs -> struct (p.Left, p.LeftChannel, p.Right, p.RightChannel).ToTuple() ]
                )

            let s = structures[3]
            let two = fun (l: int[]) -> l[0] >= 2
            let x, y = a.Compute s, b.Compute(larger s)
            Representations.close "kernel" 1e-9 [| kernel a x two 0 1 |] [| kernel b y two 0 1 |]

        testCase "a fit of other fields, a factor that is no field, and one that is named twice are refused" <| fun () ->
            let e = expansion [ 26; 8 ] 1 1 [ spin ]
            let structures = sample [ 26; 8 ]
            let f = make e (branches 2) [||] [ "rho"; "spin" ] structures
            let refused (part: string) (run: unit -> obj) =
                Assert.Contains(part, (Assert.Throws<ArgumentException>(fun () -> run () |> ignore)).Message)
            refused "no field 'V'; there are rho, spin" (fun () -> make e (branches 2) [||] [ "rho"; "V" ] structures)
            refused "each once" (fun () -> make e (branches 2) [||] [ "rho"; "rho" ] structures)
            refused "each once" (fun () -> make e (branches 2) [||] [] structures)
            refused "no field 'spin'" (fun () -> NiceFeatures(expansion [ 26; 8 ] 1 1 [], f.Fit))
            let polar = expansion [ 26; 8 ] 1 1 [ VectorField("spin", "spins") ]
            refused "spin (rank 1, axial, time-odd" (fun () -> NiceFeatures(polar, f.Fit))
            Assert.Equal(2, f.Fit.Factors.Count)
            Assert.Equal<string list>([ "rho"; "spin" ], [ for x in f.Fit.Factors -> x.Field.Name ])

        testCase "the trees that are stated name every choice of fields that time reversal allows" <| fun () ->
            let e = expansion [ 26; 8 ] 1 1 [ spin ]
            let f = make e (branches 3) [||] [ "rho"; "spin" ] (sample [ 26; 8 ])
            // ρ; ρρ, ss; ρρρ, ρss, ssρ.
            Assert.Equal(6, f.CouplingTrees.Count)
            Assert.All(f.CouplingTrees, fun t -> Assert.Contains("coupling-tree/1", t.ToJson()))
    ]
