module Toolkit.Tests.Numerics.Representations.SpinBispectrumTests

open System
open Expecto
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Symbolic.Tables
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Testing.Rotations
open Toolkit.Tests.Laws.VectorFeatures
open Toolkit.Tests.Symbolic.Tables

let private species = [ 8; 26 ]
let private cutoff = 3.4

let private expansion nmax lmax fields =
    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, 0.8), 1e-10), species, CentrePolicy.Include, fields)

let private spin = VectorField.Spin "spins"
let private dipole = VectorField("dipole", "mu")

let private build (recipe: RandomStructure.Recipe) = VectorFeatures.build { recipe with Species = species }

/// The factors of a feature: (field, species, n, l, J) each.
let private factors (f: InvariantRepresentation) =
    Array.init f.FeatureCount (fun k -> f.Labels[k].ToArray() |> Array.chunkBySize 5)

[<Tests>]
let tests =
    testList "Numerics.Representations.SpinBispectrumTests" [
        testCase "every product of three is a scalar or a pseudoscalar as its labels say" <| fun () ->
            let fields = [ spin; dipole ]
            let f = SpinBispectrum(expansion 2 1 fields, FieldCoupling.Both, true, Parities.Both)
            let kept = SpinBispectrum(expansion 2 1 fields, FieldCoupling.Both)

            let sign (labels: int[][]) =
                let odd (x: int[]) = x[3] + (if x[0] > 0 && not fields[x[0] - 1].Axial then 1 else 0)
                if Array.sumBy odd labels % 2 = 0 then 1. else -1.

            let signs = factors f |> Array.map sign
            Assert.Contains(-1., signs)
            Assert.Equal<int[][]>(Array.filter (sign >> (<) 0.) (factors f), factors kept)

            Law.holdsFor 20 (RandomStructure.recipes (2, 5)) (fun recipe ->
                let s, random = build recipe, Random recipe.Seed
                let before = rows f s
                equal 1e-10 before (rows f (apply [ "spins", Axial; "mu", Polar ] (randomRotation random) s))
                let mirrored = rows f (apply [ "spins", Axial; "mu", Polar ] (randomReflection random) s)
                equal 1e-10 (before |> Array.map (Array.map2 (*) signs)) mirrored
                equal 1e-13 before (rows f (change "spins" (Array.map (~-)) s)))

        testCase "products with v·v' are invariant when the spins turn alone, the others are not" <| fun () ->
            let summed = SpinBispectrum(expansion 2 2 [ spin ], FieldCoupling.Summed)
            let resolved = SpinBispectrum(expansion 1 1 [ spin ])
            let mutable apart = 0

            Law.holdsFor 20 (RandomStructure.recipes (2, 5)) (fun recipe ->
                let s = build recipe
                let turned = change "spins" (fun v -> applyToVectors (randomReflection (Random recipe.Seed)) (ReadOnlySpan v)) s
                let before = rows summed s
                equal 1e-10 before (rows summed turned)
                equal 1e-10 before (rows summed (apply [] (randomReflection (Random(recipe.Seed + 1))) s))
                let together = rows resolved s
                if largest (Array.map2 (Array.map2 (-)) together (rows resolved turned)) > 1e-3 * largest together then apart <- apart + 1)

            Assert.True(apart >= 15, $"{apart} of 20 structures")

        testCase "each feature is its coupling tree, or its tree with v·v', and the trees are proved invariant"
        <| fun () ->
            let fields = [ spin; dipole ]
            let e = expansion 2 1 fields
            let f = SpinBispectrum(e, FieldCoupling.Both, true, Parities.Both)
            let name field = if field = 0 then "rho" else fields[field - 1].Name
            let trees = [ for t in f.CouplingTrees -> (t.ToJson()).Contains "sumJ", ProvedTrees.invariant t ]

            let table = CouplingTable.Default

            Law.holdsFor 2 (RandomStructure.recipes (3, 4)) (fun recipe ->
                let s = build recipe
                let features = rows f s
                let density, vectors = e.Compute s, [ for k in 0 .. fields.Length - 1 -> e.ComputeField(s, k) ]

                /// c_{lm} of the density, or c^q_{lm} of a vector field: [m][q].
                let site i (label: int[]) =
                    let l = label[3]

                    if label[0] = 0 then
                        let channel = e.Groups.IndexOf label[1] * 2 + label[2]
                        [| for lm in l * l .. l * l + 2 * l -> [| density[(i * 4 + lm) * e.ChannelCount + channel] |] |]
                    else
                        let groups = (e.FieldGroups(label[0] - 1)).ToArray()
                        let channel = Array.IndexOf(groups, label[1]) * 2 + label[2]

                        [|
                            for lm in l * l .. l * l + 2 * l ->
                                [| for q in 0..2 -> vectors[label[0] - 1][((i * 4 + lm) * 3 + q) * 2 * groups.Length + channel] |]
                        |]

                let leaf i (label: int[]) =
                    let c = site i label

                    if label[0] = 0 then
                        Array.concat c
                    else
                        let block = table.Block(label[3], 1, label[4])
                        let sum = Array.zeroCreate (2 * label[4] + 1)

                        for k in 0 .. block.Count - 1 do
                            sum[int block.M3[k]] <- sum[int block.M3[k]] + block.Value[k] * c[int block.M1[k]][int block.M2[k]]

                        sum

                factors f
                |> Array.iteri (fun k labels ->
                    let a, b, c = labels[0], labels[1], labels[2]

                    Assert.Single(
                        trees
                        |> List.filter (fun (isSummed, tree) ->
                            isSummed = (a[4] < 0) && tree.Tree.Fields = [ name a[0]; name b[0]; name c[0] ])
                    )
                    |> ignore

                    let orders =
                        match (Array.distinct labels).Length with
                        | 1 -> 1.
                        | 2 -> 3.
                        | _ -> 6.

                    for i in 0 .. s.Count - 1 do
                        let value =
                            if a[4] >= 0 then
                                (Families.couple (Families.couple (leaf i a) (leaf i b) c[4]) (leaf i c) 0)[0]
                            else
                                let x, y = site i a, site i b
                                let part q = Families.couple (x |> Array.map (Array.item q)) (y |> Array.map (Array.item q)) c[4]
                                (Families.couple (Array.reduce (Array.map2 (+)) [| part 0; part 1; part 2 |]) (leaf i c) 0)[0]

                        Assert.InRange(abs (features[i][k] - sqrt orders * value), 0., 1e-11 * largest features)))

        testCase "the density's own products are the bispectrum" <| fun () ->
            let e = expansion 2 2 [ spin ]
            let f = SpinBispectrum(e, FieldCoupling.Summed)
            let without = SpinBispectrum(e, FieldCoupling.Summed, false)
            let own = factors f |> Array.filter (Array.forall (fun x -> x[0] = 0))
            Assert.Equal(f.FeatureCount, without.FeatureCount + own.Length)
            // Symmetric triples of 4 channels for even l1 + l2 + l3: (000), (011), (022), (112), (222).
            Assert.Equal(20 + 40 + 40 + 40 + 20, own.Length)

        testCase "turning two spins about their bond is seen by products of three, through the third atom, and not by products of two"
        <| fun () ->
            let e = expansion 2 1 [ VectorField("spin", "spins", true, true, [ 26 ]) ]
            let two, three = SpinPowerSpectrum e, SpinBispectrum e
            let random = Random 3
            let u = [| 0.; 0.; 1. |]

            for _ in 1..10 do
                let x () = random.NextDouble() - 0.5
                let place = [| 0.; 0.; 0.; 0.; 0.; 1.9; 1. + x (); 0.3 * x (); x () |]
                let v = Array.append (Array.init 6 (fun _ -> x ())) [| 0.; 0.; 0. |]
                let angle = 0.4 + random.NextDouble()
                let about = [| cos angle; -sin angle; 0.; sin angle; cos angle; 0.; 0.; 0.; u[2] |]

                let structure (spins: float[]) =
                    (Structure.Create(ReadOnlySpan [| 26; 26; 8 |], ReadOnlySpan place))
                        .WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3))

                let before, after = structure v, structure (applyToVectors about (ReadOnlySpan v))
                let seen (f: InvariantRepresentation) = (rows f before)[0], (rows f after)[0]
                let a, b = seen two
                equal 1e-12 [| a |] [| b |]
                let a, b = seen three
                Assert.True(largest [| Array.map2 (-) a b |] > 1e-3 * largest [| a |])

        testCase "it obeys the laws of all representations"
        <| fun () ->
            let all = [ 1; 6; 8; 14; 26 ]
            let own = VectorField("spin", "spins", true, true, [ 8; 26 ])
            let others = VectorField("moment", "mu", true, true, [ 1; 26 ], CentrePolicy.Include)

            let radial =
                RadialTable.Build(
                    SmearedGto(GtoBasis(1, cutoff), 1, cutoff, 0.4),
                    CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial),
                    1e-10
                )

            let subjects = [
                for coupling in [ FieldCoupling.Resolved; FieldCoupling.Summed; FieldCoupling.Both ] do
                    let e =
                        DensityExpansion(
                            radial,
                            all,
                            CentrePolicy.Include,
                            [ own; others ],
                            SpeciesMixing.FromPeriodicTable(all, 2., 2., 1)
                        )

                    Representations.invariant $"{coupling}" (fun _ -> false) (SpinBispectrum(e, coupling))
            ]

            Representations.haveSymmetries 15 subjects
            Representations.haveGradients 15 subjects

        testCase "no product stands twice, and none is always zero" <| fun () ->
            for coupling in [ FieldCoupling.Resolved; FieldCoupling.Summed; FieldCoupling.Both ] do
                let f = SpinBispectrum(expansion 2 1 [ spin; dipole ], coupling, true, Parities.Both)
                let keys = factors f |> Array.map (fun x -> x |> Array.map List.ofArray |> List.ofArray |> List.sort, x[2][4])
                // With v·v' the same factors may stand with another J of the third; three factors are otherwise enough.
                Assert.Equal(keys.Length, (Array.distinct keys).Length)
                let s = build { Seed = 11; Atoms = 6; Species = species; Periodic = Periodicity.All; HasCell = true; Spacing = 0.9 }
                let values = rows f s
                for k in 0 .. f.FeatureCount - 1 do
                    Assert.True(Seq.exists (fun (row: float[]) -> abs row[k] > 1e-14) values, $"feature {k} of {coupling}")

        testCase "a table in float32 gives the features of the one in float64, to float32's precision" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = IO.Path.Combine(folder, "t")
                TableFile.write (Specs.ofKind RealCg 8 false Precision.Single) path
                use single = CouplingTable.Load path
                let e = expansion 2 2 [ spin ]

                let invariants (table: CouplingTable) : InvariantRepresentation list =
                    [ SpinPowerSpectrum(e, FieldCoupling.Both, true, Parities.Both, table)
                      SpinBispectrum(e, FieldCoupling.Both, true, Parities.Both, table)
                      Bispectrum(e, Parities.Both, table) ]

                Law.holdsFor 5 (RandomStructure.recipes (4, 6)) (fun recipe ->
                    let s = build recipe

                    for ours, theirs in List.zip (invariants CouplingTable.Default) (invariants single) do
                        equal 1e-6 (rows ours s) (rows theirs s)))
    ]
