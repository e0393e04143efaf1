/// Trees that read potential fields beside the density: ρ⊗V, V⊗V and potentials alone, in every periodicity, with all derivatives.
module Toolkit.Tests.Numerics.Representations.PotentialFactorTests

open System
open Expecto
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Trees
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Interpreter
open Toolkit.Tests.Laws

let private species = [ 11; 17 ]

let private potential name p lmax =
    let settings = PotentialSettings(Exponent = p, Smearing = 1., Tolerance = 1e-10, ChargeKey = "q", Split = Nullable 1.7)
    NamedPotential(name, PotentialField(settings, GtoBasis(2, 2.2), lmax, ReadOnlySpan(Array.ofList species)))

let private expansion nmax lmax =
    let radial = SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(3.4, 0.8, CutoffKind.Polynomial), 1e-10), species)

let private tree root =
    CouplingTreeReader.Parse(
        "{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"},\"V\":{\"parity\":\"polar\",\"time\":\"even\"},\"W\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":" + root + "}",
        "tree.json")

let private leaf name l = $"{{\"leaf\":\"{name}\",\"l\":{l}}}"
let private couple a b l = $"{{\"couple\":[{a},{b}],\"L\":{l}}}"

let private v, w = potential "V" 1 2, potential "W" 4 2

let private invariants root = TreeInvariants(expansion 2 2, tree root, [| v; w |])

let private mixed = couple (leaf "rho" "\"l\"") (leaf "V" "\"l\"") "0"
let private both = couple (couple (leaf "V" "\"l1\"") (leaf "W" "\"l2\"") "\"l3\"") (leaf "rho" "\"l3\"") "0"

/// A random structure of two species with charges.
let private charged (random: Random) periodic atoms =
    let s =
        RandomStructure.build {
            Seed = random.Next()
            Atoms = atoms
            Species = species
            Periodic = periodic
            HasCell = periodic.Any
            Spacing = 1.2
        }

    let q = Array.init atoms (fun _ -> 2. * random.NextDouble() - 1.)
    s.WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q))

let private periodicities =
    [ for a in [ false; true ] do
          for b in [ false; true ] do
              for c in [ false; true ] -> Periodicity(a, b, c) ]

let private linear (weights: float[]) : IReadout =
    { new ILinearReadout with
        member _.Constant _ = 0.3
        member _.Weights _ = ReadOnlySpan weights }

let private moved (s: Structure) at h =
    let r = s.Positions.ToArray()
    r[at] <- r[at] + h
    s.WithPositions(ReadOnlySpan r)

let private recharged (s: Structure) at h =
    let q = s.AtomProperties["q"].Reals.ToArray()
    q[at] <- q[at] + h
    s.WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q))

let private difference h f = (4. * (f h - f -h) / (2. * h) - (f (2. * h) - f (-2. * h)) / (4. * h)) / 3.

[<Tests>]
let tests =
    testList "Numerics.Representations.PotentialFactorTests" [
        testCase "a leaf of a potential is the field's values"
        <| fun () ->
            let r = TreeEquivariants(expansion 1 2, tree (leaf "V" "\"l\""), [| v |])
            let s = charged (Random 3) Periodicity.All 6
            let values, found = v.Field.Compute s, r.Compute s

            for block in found.Blocks do
                let l = block.Key.Lambda

                for i in 0 .. s.Count - 1 do
                    let expected =
                        values[i * v.Field.ValuesPerCentre + l * l * v.Field.ChannelCount .. i * v.Field.ValuesPerCentre
                                                                                             + (l + 1) * (l + 1) * v.Field.ChannelCount
                                                                                             - 1]

                    Assert.Equal<float[]>(expected, block[i].ToArray())

        testCase "a centre's own charge in channels of its own is the part of l = 0 that it adds elsewhere"
        <| fun () ->
            let own =
                NamedPotential(
                    "V",
                    PotentialField(
                        PotentialSettings(Tolerance = 1e-10, ChargeKey = "q", Split = Nullable 1.7, OwnCharge = OwnCharge.Separate),
                        GtoBasis(2, 2.2),
                        2,
                        ReadOnlySpan(Array.ofList species)
                    )
                )

            let r = TreeEquivariants(expansion 1 2, tree (leaf "V" "\"l\""), [| own |])
            let s = charged (Random 3) Periodicity.All 6
            Assert.Equal<int list>([ 6; 4; 4 ], [ for b in r.Layout -> b.Channels ])
            let whole = TreeEquivariants(expansion 1 2, tree (leaf "V" "\"l\""), [| v |])
            let a, b = r.Compute s, whole.Compute s

            for i in 0 .. s.Count - 1 do
                let mine = List.findIndex ((=) s.Species[i]) species
                let first (blocks: EquivariantBlocks) = (let block = blocks.Blocks[0] in block[i].ToArray())
                let apart, together = first a, first b

                for q in 0..3 do
                    let added = if q / 2 = mine then apart[q % 2] else 0.
                    Assert.Equal(together[q], apart[2 + q] + added, 1e-9)

        testCase "products with potentials are those of coefficients and values"
        <| fun () ->
            let r = invariants mixed
            let s = charged (Random 5) (Periodicity(true, true, false)) 5
            let values, c, found = v.Field.Compute s, r.Expansion.Compute s, r.Compute s

            for i in 0 .. s.Count - 1 do
                for f in 0 .. r.FeatureCount - 1 do
                    // σ, l, species_1, n_1, species_2, n_2.
                    let label = r.Labels[f].ToArray()
                    let l = label[1]
                    let place k nmax = List.findIndex ((=) label[k]) species * nmax + label[k + 1]
                    let a, b = place 2 2, place 4 2

                    let dot =
                        Seq.sum (
                            seq {
                                for m in l * l .. l * l + 2 * l -> c[(i * 9 + m) * 4 + a] * values[i * v.Field.ValuesPerCentre + m * 4 + b]
                            }
                        )

                    let expected = (if l % 2 = 0 then 1. else -1.) / sqrt (float (2 * l + 1)) * dot
                    Assert.Equal(expected, found[i * r.FeatureCount + f], 1e-13 * (1. + abs expected))

        testCase "sets without repetition have the kernels of full sets"
        <| fun () ->
            let e, fields = expansion 2 2, [| v; w |]
            let s = charged (Random 9) Periodicity.None 5

            let kernel (r: InvariantRepresentation) =
                let x, n = r.Compute s, r.FeatureCount

                [|
                    for i in 0 .. s.Count - 1 do
                        for j in 0..i -> Seq.sum (seq { for f in 0 .. n - 1 -> x[i * n + f] * x[j * n + f] })
                |]

            let full root = TreeInvariants(e, tree root, fields) :> InvariantRepresentation
            let names (r: InvariantRepresentation) = List.ofSeq r.Labels.Names
            let pairs, triples = [ "species_1"; "n_1"; "species_2"; "n_2" ], [ "species_3"; "n_3"; "l_1"; "l_2"; "l_3" ]

            for a, b in [ "rho", "V"; "V", "V"; "W", "V" ] do
                let r = FactorProducts.PowerSpectrum(e, fields, [| a; b |])
                Representations.close $"{a} {b}" 1e-12 (kernel (full (couple (leaf a "\"l\"") (leaf b "\"l\"") "0"))) (kernel r)
                Assert.Equal<string list>(pairs @ [ "l" ], names r)

            let three a b c = couple (couple (leaf a "\"l1\"") (leaf b "\"l2\"") "\"l3\"") (leaf c "\"l3\"") "0"

            for factors, all in
                [
                    [| "V"; "V"; "V" |], three "V" "V" "V"
                    [| "rho"; "V"; "rho" |], three "rho" "rho" "V"
                    [| "V"; "rho"; "W" |], three "V" "rho" "W"
                ] do
                let r = FactorProducts.Bispectrum(e, fields, factors, Parities.Both)
                Representations.close (String.Join(' ', factors)) 1e-12 (kernel (full all)) (kernel r)
                Assert.Equal<string list>(pairs @ triples, names r)
                Assert.True(r.FeatureCount <= (full all).FeatureCount)

            // Of the density alone they are the classes that there are.
            Assert.IsType<PowerSpectrum>(FactorProducts.PowerSpectrum(e, fields, [| "rho"; "rho" |])) |> ignore
            Assert.IsType<Bispectrum>(FactorProducts.Bispectrum(e, fields, [| "rho"; "rho"; "rho" |])) |> ignore

        testCase "equivariants of a potential have the labels and kernels of λ-SOAP" <| fun () ->
            let e, fields = expansion 2 2, [| v; w |]
            let s = charged (Random 13) Periodicity.None 4
            let soap = LambdaSoap e
            let own = FactorProducts.Equivariants(e, fields, [| "V"; "V" |])
            Assert.Equal<string list>(List.ofSeq soap.Layout[0].Labels.Names, List.ofSeq own.Layout[0].Labels.Names)
            // The density has as many channels as the potential: the same set.
            Assert.Equal<int list>([ for b in soap.Layout -> b.Channels ], [ for b in own.Layout -> b.Channels ])
            let full = TreeEquivariants(e, tree (couple (leaf "V" "\"l1\"") (leaf "V" "\"l2\"") "\"lambda\""), fields)
            let a, b = full.Compute s, own.Compute s

            for block in b.Blocks do
                let kernel (x: EquivariantBlock) i = Seq.sum (seq { for k in 0 .. x.Components * x.Channels - 1 -> x[i][k] * x[0][k] })
                let all = a[block.Key]
                Representations.close $"{block.Key}" 1e-12 (Array.init s.Count (kernel all)) (Array.init s.Count (kernel block))

            let single = FactorProducts.Equivariants(e, fields, [| "V" |], Nullable 1)
            Assert.Equal<int list>([ 0; 1 ], [ for b in single.Layout -> b.Key.Lambda ])

        testCase "specifications with potentials, factors and trees are read, written and refused"
        <| fun () ->
            let spec fields representation =
                Spec.Parse(
                    $"{{\"cutoff\": {{\"radius\": 3}}, \"radial\": {{\"nmax\": 2}}, \"lmax\": 2, \"fields\": [{fields}], \"representation\": {{{representation}}}}}",
                    "spec.json"
                )

            let potential = "{\"name\": \"V\", \"kind\": \"potential\", \"charges\": {\"Na\": 1, \"Cl\": -1}}"
            let read = spec potential "\"kind\": \"power-spectrum\", \"factors\": [\"rho\", \"V\"]"
            Assert.Equal(read, Spec.Parse(read.ToJson(), "again"))
            Assert.Equal(1, (read.CreateRepresentation(species, "spec.json")).Order - 1)

            let tree =
                "{\"format\": \"coupling-tree/1\", \"fields\": {\"V\": {\"parity\": \"polar\", \"time\": \"even\"}}, \"tree\": {\"couple\": [{\"leaf\": \"V\", \"l\": \"l\"}, {\"leaf\": \"V\", \"l\": \"l\"}], \"L\": 0}}"

            let read = spec potential $"\"kind\": \"tree\", \"tree\": {tree}"
            Assert.Equal(read, Spec.Parse(read.ToJson(), "again"))
            Assert.Equal((2 * 2) * (2 * 2) * 3, (read.CreateRepresentation(species, "spec.json")).FeatureCount)

            for fields, representation, parts in
                [
                    potential, "\"kind\": \"power-spectrum\"", [ "$.fields"; "V"; "factors" ]
                    potential, "\"kind\": \"power-spectrum\", \"factors\": [\"V\"]", [ "$.representation.factors"; "1 names"; "2" ]
                    potential, "\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"U\"]", [ "'U'"; "rho, V" ]
                    potential, "\"kind\": \"tree\"", [ "no key 'file'" ]
                    potential, "\"kind\": \"tree\", \"file\": \"nowhere.json\"", [ "nowhere.json"; "no such file" ]
                    "{\"name\": \"V\", \"kind\": \"potential\", \"axial\": true}",
                    "\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]",
                    [ "$.fields[0].axial"; "vector" ]
                    "{\"name\": \"V\", \"kind\": \"potential\", \"exponent\": 7}",
                    "\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]",
                    [ "exponent"; "1…6" ]
                    "{\"name\": \"V\", \"kind\": \"potential\", \"charges\": {\"Xx\": 1}}",
                    "\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]",
                    [ "charges"; "'Xx'" ]
                ] do
                let e = Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () -> spec fields representation |> ignore)

                for part in parts do
                    Assert.Contains(part, e.Message)

            let unknown =
                spec
                    "{\"name\": \"V\", \"kind\": \"potential\", \"charges\": {\"Na\": 1}}"
                    "\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]"

            let e =
                Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () -> unknown.CreateRepresentation(species, "spec.json") |> ignore)

            Assert.Contains("no charge of Cl", e.Message)

        testCase "every way to sum that a specification has gives the features of its definition, by plain loops"
        <| fun () ->
            let s = charged (Random 21) Periodicity.All 6

            let spec keys =
                Spec.Parse(
                    "{\"cutoff\": {\"radius\": 2.2}, \"radial\": {\"kind\": \"laplacian\", \"nmax\": 2}, \"lmax\": 2, \"representation\": {\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]}, "
                    + "\"fields\": [{\"name\": \"V\", \"kind\": \"potential\", \"charges\": \"q\", \"smearing\": 0.8, \"tolerance\": 1e-7"
                    + keys
                    + "}]}",
                    "spec.json"
                )

            let made (spec: Spec) = spec.CreateRepresentation(species, "spec.json") :?> InvariantRepresentation

            // Coefficients by the potential at points of a spherical grid, products by the slow interpreter.
            let expected autocorrelation (labels: int[] list) =
                let settings = PotentialSettings(Smearing = 0.8, Autocorrelation = autocorrelation)
                let q = s.AtomProperties["q"].ToReals()

                [|
                    for i in 0 .. s.Count - 1 do
                        let v =
                            PotentialReference.Compute(
                                settings,
                                LaplacianBasis(2, 2, 2.2),
                                2,
                                ReadOnlySpan(Array.ofList species),
                                s,
                                ReadOnlySpan q,
                                i,
                                1.9,
                                14,
                                12
                            )

                        for label in labels do
                            let l = label[4]
                            let channel k = 2 * List.findIndex ((=) label[k]) species + label[k + 1]
                            let c k = [| for m in l * l .. l * l + 2 * l -> v[4 * m + channel k] |]
                            let twice = if channel 0 = channel 2 then 1. else sqrt 2.
                            twice * (if l % 2 = 0 then 1. else -1.) * (SlowInterpreter.couple (c 0) (c 2) 0)[0]
                |]

            let known = System.Collections.Generic.Dictionary<bool, float[]>()

            for keys, isAutocorrelation in
                [
                    "", false
                    ", \"autocorrelation\": true", true
                    ", \"split\": 1.7, \"evaluator\": \"kspace\"", false
                    ", \"split\": 0.8", false
                    ", \"split\": 1.7, \"evaluator\": \"mesh\", \"splineOrder\": 10", false
                    ", \"meshSize\": [36, 40, 42], \"splineOrder\": 12, \"split\": 1.6", false
                    ", \"meshSize\": [36, 40, 42], \"autocorrelation\": true", true
                ] do
                let read = spec keys
                Assert.Equal(read, Spec.Parse(read.ToJson(), "again"))
                let r = made read
                Assert.Equal<string list>([ "species_1"; "n_1"; "species_2"; "n_2"; "l" ], List.ofSeq r.Labels.Names)
                let labels = [ for k in 0 .. r.FeatureCount - 1 -> r.Labels[k].ToArray() ]

                if not (known.ContainsKey isAutocorrelation) then
                    known[isAutocorrelation] <- expected isAutocorrelation labels

                Representations.close keys 2e-6 known[isAutocorrelation] (r.Compute s)

            let field = spec ", \"meshSize\": [36, 40, 42], \"splineOrder\": 12, \"split\": 1.6"
            let plan = (RepresentationSet [ made field ]).Potentials[0].Field.Plan s
            Assert.Equal<int list>([ 36; 40; 42 ], List.ofSeq plan.MeshSize)
            Assert.Equal((12, 1.6), (plan.SplineOrder, plan.SplitWidth))

            for keys, parts in
                [
                    ", \"split\": 0.7", [ "$.fields[0].split"; "0.7"; "a width from that of the charges, 0.8 Å, to 20 times that" ]
                    ", \"split\": 1.1, \"autocorrelation\": true", [ "$.fields[0].split"; "1.1"; "1.131" ]
                    ", \"split\": 1.7, \"evaluator\": \"direct\"", [ "$.fields[0].split"; "evaluator direct" ]
                    ", \"meshSize\": [32, 32, 22]", [ "$.fields[0].meshSize"; "22"; "products of 2, 3, 5 and 7" ]
                    ", \"meshSize\": [32, 32]", [ "$.fields[0].meshSize"; "three" ]
                    ", \"meshSize\": 32", [ "$.fields[0].meshSize"; "three" ]
                    ", \"meshSize\": [32, 32, 8192]", [ "$.fields[0].meshSize"; "4096" ]
                    ", \"meshSize\": [32, 32, 32], \"evaluator\": \"kspace\"", [ "$.fields[0].meshSize"; "evaluator kspace" ]
                    ", \"splineOrder\": 5", [ "$.fields[0].splineOrder"; "even" ]
                    ", \"splineOrder\": 18", [ "$.fields[0].splineOrder"; "4…16" ]
                    ", \"splineOrder\": 6, \"evaluator\": \"direct\"", [ "$.fields[0].splineOrder"; "evaluator direct" ]
                    ", \"autocorrelation\": 1", [ "$.fields[0].autocorrelation"; "true or false" ]
                ] do
                let e = Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () -> spec keys |> ignore)

                for part in parts do
                    Assert.Contains(part, e.Message)

        testCase "they turn, move and are permuted with the structure in every periodicity" <| fun () ->
            let withCharge z = if z = 11 then 0.7 else -0.4
            let charge (s: Structure) =
                s.WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan(s.Species.ToArray() |> Array.map withCharge)))
            let three = invariants both
            let pair = TreeEquivariants(expansion 1 2, tree (couple (leaf "V" "\"l1\"") (leaf "rho" "\"l2\"") "\"lambda\""), [| v; w |])

            for subject in
                [ Representations.invariant "ρVW" (fun k -> three.Labels[k][0] = -1) three
                  Representations.equivariant "Vρ" pair ] do
                let tested =
                    Subject.PerAtom(subject.Name, charge >> subject.Compute).WithSpecies(11, 17).WithCases(6).WithTolerance(1e-7, 1e-3)
                Laws.AssertEquivariant(tested, fun m row -> subject.Turn m row)
                Laws.AssertPermutation tested
                Laws.AssertTranslationInvariant tested
                Laws.AssertRepeatedCell(tested, false)

        testCase "energies, forces, virials, cell gradients and −∂E/∂q follow from one backward pass in every periodicity"
        <| fun () ->
            let random = Random 11

            for periodic in periodicities do
                for root in [ mixed; both ] do
                    let r = invariants root
                    let set = RepresentationSet [ r ]
                    let s = charged random periodic 5
                    let weights = Array.init r.FeatureCount (fun _ -> Rotations.normal random)
                    let found = set.Evaluate(s, linear weights)
                    let energy s = Array.sum (set.Energies(s, linear weights))

                    let close what (expected: float) (value: float) scale =
                        if not (abs (expected - value) <= 2e-6 * (1e-3 + scale)) then
                            Assert.Fail $"{what}, {periodic}: expected {expected:R}, found {value:R}, scale {scale:R}"

                    close "energy" (energy s) found.Energy (abs found.Energy)
                    let largest = Array.fold (fun m x -> max m (abs x)) 0.

                    for _ in 1..3 do
                        let at = random.Next(3 * s.Count)
                        close $"force {at}" -(difference 1e-4 (fun h -> energy (moved s at h))) found.Forces[at] (largest found.Forces)

                    let atom = random.Next s.Count
                    let charges = Seq.reduce (Array.map2 (+)) found.ChargeForces
                    close $"charge {atom}" -(difference 1e-4 (fun h -> energy (recharged s atom h))) charges[atom] (largest charges)
                    let k = random.Next 9

                    let strained h =
                        let strain = Array.copy Rotations.identity
                        strain[k] <- strain[k] + h
                        s.Transform(ReadOnlySpan strain)

                    close $"virial {k}" -(difference 1e-4 (fun h -> energy (strained h))) found.Virial[k] (largest found.Virial)

                    if periodic[k / 3] then
                        let stretched h =
                            let lattice = (nonNull s.Cell).Vectors.ToArray()
                            lattice[k] <- lattice[k] + h
                            s.WithCell(Cell(ReadOnlySpan lattice), s.Periodic)

                        close
                            $"cell {k}"
                            (difference 1e-4 (fun h -> energy (stretched h)))
                            found.CellGradient[k]
                            (largest found.CellGradient)

        testCase "the result does not depend on threads, and a set shares a field between representations"
        <| fun () ->
            let s = charged (Random 7) Periodicity.All 40
            let one, two = invariants mixed, invariants both
            let set = RepresentationSet [ one :> InvariantRepresentation; two ]
            Assert.Equal(2, set.Potentials.Count)
            let weights = Array.init set.FeatureCount (fun k -> cos (float k))
            let a, b = set.Evaluate(s, linear weights), set.Evaluate(s, linear weights, 2)
            Assert.Equal<float[]>(a.Forces, b.Forces)
            Assert.Equal<float[]>(a.ChargeForces[0], b.ChargeForces[0])
            Assert.Equal<float[]>(set.Compute s, set.Compute(s, 2))
            let values = set.Compute s
            let alone = one.Compute s

            for i in 0 .. s.Count - 1 do
                Assert.Equal<float[]>(
                    alone[i * one.FeatureCount .. (i + 1) * one.FeatureCount - 1],
                    values[i * set.FeatureCount .. i * set.FeatureCount + one.FeatureCount - 1]
                )

        testCase "explicit gradients of features that see every atom are refused with the reason"
        <| fun () ->
            let e =
                Assert.Throws<NotSupportedException>(fun () ->
                    (invariants mixed).ComputeWithGradients(charged (Random 1) Periodicity.None 3) |> ignore)

            Assert.Contains("every atom", e.Message)
    ]
