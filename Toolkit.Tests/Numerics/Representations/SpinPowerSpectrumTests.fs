module Toolkit.Tests.Numerics.Representations.SpinPowerSpectrumTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Testing.Rotations
open Toolkit.Tests.Laws.VectorFeatures

let private species = [ 1; 6; 8; 14; 26 ]
let private cutoff = 3.4

let private table nmax lmax sigma =
    let basis = GtoBasis(nmax, cutoff)

    let functions: IRadialFunctions =
        match sigma with
        | Some s -> SmearedGto(basis, lmax, cutoff, s)
        | None -> PointDensity(basis, lmax, cutoff)

    // The shifted cosine's second derivative jumps, which differences see where a neighbour passes by.
    RadialTable.Build(functions, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10)

let private expansion nmax lmax fields = DensityExpansion(table nmax lmax (Some 0.4), species, CentrePolicy.Include, fields)

let private spin = VectorField.Spin "spins"
let private dipole = VectorField("dipole", "mu")
let private magneticDipole = VectorField("moment", "mu", true, true)

/// Labels of a feature: (field, species, n, l) twice, and J.
let private labels (f: InvariantRepresentation) =
    Array.init f.FeatureCount (fun k ->
        let x = f.Labels[k].ToArray()
        x[0..3], x[4..7], x[8])

[<Tests>]
let tests =
    testList "Numerics.Representations.SpinPowerSpectrumTests" [
        testCase "the sum over J is (2l + 1)/4π Σ (v_j·v_k) R R' P_l, atom by atom"
        <| fun () ->
            let nmax, lmax = 3, 4

            let legendre l x =
                let rec go n (p0: float) p1 =
                    if n > l then p1 else go (n + 1) p1 ((float (2 * n - 1) * x * p1 - float (n - 1) * p0) / float n)

                if l = 0 then 1. else go 2 1. x

            for sigma in [ Some 0.4; None ] do
                let radial = table nmax lmax sigma
                let e = DensityExpansion(radial, species, CentrePolicy.Include, [ spin ])
                let resolved = SpinPowerSpectrum(e, FieldCoupling.Resolved, false)
                let summed = SpinPowerSpectrum(e, FieldCoupling.Summed, false)

                Law.holdsFor 20 (RandomStructure.recipes (1, 6)) (fun recipe ->
                    let s = build recipe
                    let list = NeighborList.Build(s, cutoff)
                    let v = s.AtomProperties["spins"].Reals.ToArray()
                    let resolvedRows, summedRows = rows resolved s, rows summed s

                    let functions r =
                        let values, slopes = Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate ((lmax + 1) * nmax)
                        radial.Evaluate(r, Span values, Span slopes)
                        values

                    for i in 0 .. s.Count - 1 do
                        // Species, radial values, direction and vector of everything that the centre sees; itself with R = 1.
                        let seen = [
                            yield
                                DensityExpansion.CentreLabel, Array.create ((lmax + 1) * nmax) 1., [| 0.; 0.; 0. |], v[3 * i .. 3 * i + 2]
                            for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                                let r = list.Distances[p]
                                let j = list.Neighbors[p]
                                yield s.Species[j], functions r, [| list.X[p] / r; list.Y[p] / r; list.Z[p] / r |], v[3 * j .. 3 * j + 2]
                        ]

                        let dot (a: float[]) (b: float[]) = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

                        let direct (a: int[]) (b: int[]) =
                            let l = a[3]
                            let part (label: int[]) = seen |> List.filter (fun (z, _, _, _) -> z = label[1])

                            List.allPairs (part a) (part b)
                            |> List.sumBy (fun ((_, f, x, v), (_, g, y, w)) ->
                                dot v w * f[l * nmax + a[2]] * g[l * nmax + b[2]] * legendre l (dot x y))
                            |> (*) (float (2 * l + 1) / (4. * Math.PI))

                        let bySum = System.Collections.Generic.Dictionary()

                        Array.iteri
                            (fun k (a: int[], b: int[], _) ->
                                if a[3] = b[3] then
                                    let key = (List.ofArray a, List.ofArray b)
                                    bySum[key] <- resolvedRows[i][k] + (if bySum.ContainsKey key then bySum[key] else 0.))
                            (labels resolved)

                        Array.iteri
                            (fun k (a: int[], b: int[], j) ->
                                Assert.Equal(-1, j)
                                let expected = (if a = b then 1. else sqrt 2.) * direct a b
                                let scale = 1e-13 * (1. + sqrt (abs (direct a a * direct b b)))
                                Assert.InRange(abs (summedRows[i][k] - expected), 0., 30. * scale)
                                Assert.InRange(abs (bySum[(List.ofArray a, List.ofArray b)] - expected), 0., 30. * scale))
                            (labels summed))

        testCase "every J-resolved feature is invariant when atoms and spins turn together, and some are not when they turn apart"
        <| fun () ->
            let f = SpinPowerSpectrum(expansion 2 3 [ spin; magneticDipole ], FieldCoupling.Resolved, true, Parities.Both)
            let mutable apart = 0

            Law.holdsFor 40 (RandomStructure.recipes (2, 6)) (fun recipe ->
                let s, random = build recipe, Random recipe.Seed
                let turn = randomRotation random
                let before = rows f s
                equal 1e-11 before (rows f (apply [ "spins", Axial; "mu", Axial ] turn s))

                let alone =
                    rows
                        f
                        (change "spins" (fun v -> applyToVectors turn (ReadOnlySpan v)) s
                         |> change "mu" (fun v -> applyToVectors turn (ReadOnlySpan v)))

                let difference = Array.map2 (Array.map2 (-)) before alone

                if largest difference > 1e-3 * largest before then
                    apart <- apart + 1)

            Assert.True(apart >= 30, $"{apart} of 40 structures")

        testCase "the J-summed features are invariant when the atoms turn alone and when the spins turn alone" <| fun () ->
            let f = SpinPowerSpectrum(expansion 3 3 [ spin; magneticDipole ], FieldCoupling.Summed)

            Law.holdsFor 40 (RandomStructure.recipes (2, 6)) (fun recipe ->
                let s, random = build recipe, Random recipe.Seed
                let before = rows f s
                equal 1e-11 before (rows f (apply [] (randomReflection random) s))
                let turn = randomReflection random
                let turned v = applyToVectors turn (ReadOnlySpan(v: float[]))
                equal 1e-11 before (rows f (s |> change "spins" turned |> change "mu" turned)))

        testCase "under a reflection the even features stay and the pseudoscalars change their sign" <| fun () ->
            for fields, parities in [ [ spin; dipole ], (Axial, Polar); [ magneticDipole; VectorField("p", "spins") ], (Polar, Axial) ] do
                let f = SpinPowerSpectrum(expansion 2 3 fields, FieldCoupling.Both, true, Parities.Both)
                let even = SpinPowerSpectrum(expansion 2 3 fields, FieldCoupling.Both)
                let kept = Set.ofArray (labels even)

                let signs =
                    labels f
                    |> Array.map (fun (a, b, j) ->
                        let odd (x: int[]) = x[3] + (if x[0] > 0 && not fields[x[0] - 1].Axial then 1 else 0)
                        let sign = if (odd a + odd b) % 2 = 0 then 1. else -1.
                        Assert.Equal((sign > 0.), kept.Contains((a, b, j)))
                        sign)

                Assert.Contains(-1., signs)

                Law.holdsFor 20 (RandomStructure.recipes (2, 6)) (fun recipe ->
                    let s = build recipe
                    let vectors = [ "spins", fst parities; "mu", snd parities ]
                    let turned = rows f (apply vectors (randomReflection (Random recipe.Seed)) s)
                    equal 1e-11 (rows f s |> Array.map (Array.map2 (*) signs)) turned)

        testCase "features are even under time reversal, and a product of a density and a spin is none" <| fun () ->
            let f = SpinPowerSpectrum(expansion 2 2 [ spin; dipole; magneticDipole ], FieldCoupling.Both, true, Parities.Both)
            let odd (x: int[]) = x[0] = 1 || x[0] = 3
            Assert.All(labels f, (fun (a, b, _) -> Assert.Equal(odd a, odd b)))

            Law.holdsFor 20 (RandomStructure.recipes (1, 5)) (fun recipe ->
                let s = build recipe
                let g = SpinPowerSpectrum(expansion 2 2 [ spin; VectorField("p", "mu") ], FieldCoupling.Both, true, Parities.Both)
                equal 1e-14 (rows g s) (rows g (change "spins" (Array.map (~-)) s)))

        testCase "lengths of vectors are kept: features of two vectors grow with the product of their lengths" <| fun () ->
            let f = SpinPowerSpectrum(expansion 2 2 [ spin; magneticDipole ], FieldCoupling.Both)

            Law.holdsFor 20 (RandomStructure.recipes (1, 5)) (fun recipe ->
                let s = build recipe
                let a, b = 0.3 + Random(recipe.Seed).NextDouble(), 2.
                let scaled = s |> change "spins" (Array.map ((*) a)) |> change "mu" (Array.map ((*) b))
                let size (x: int[]) = [| 1.; a; b |][x[0]]
                let factors = labels f |> Array.map (fun (x, y, _) -> size x * size y)
                equal 1e-12 (rows f s |> Array.map (Array.map2 (*) factors)) (rows f scaled))

        testCase "vectors of length zero and species without a vector give no features of vectors, and finite gradients" <| fun () ->
            let carried = VectorField("spin", "spins", true, true, [ 26 ])
            let f = SpinPowerSpectrum(expansion 2 2 [ carried ], FieldCoupling.Both)

            let vanishes (s: Structure) =
                let found = f.ComputeWithGradients s

                labels f
                |> Array.iteri (fun k (a, _, _) ->
                    if a[0] > 0 then
                        for i in 0 .. s.Count - 1 do
                            Assert.Equal(0., found.Values[i * f.FeatureCount + k]))

                Assert.All(found.Gradients.ToArray(), (fun x -> Assert.True(Double.IsFinite x)))
                Assert.All(found.VectorGradients.ToArray(), (fun x -> Assert.Equal(0., x)))

            Law.holdsFor 20 (RandomStructure.recipes (1, 6)) (fun recipe ->
                let without = build { recipe with Species = [ 8; 14 ] }
                vanishes without
                vanishes (change "spins" (Array.map (fun _ -> nan)) without)
                vanishes (build { recipe with Species = [ 26 ] } |> change "spins" (Array.map (fun _ -> 0.))))

        testCase "what an atom without a vector has under the key changes nothing" <| fun () ->
            let f = SpinPowerSpectrum(expansion 2 2 [ VectorField("spin", "spins", true, true, [ 26 ]) ])

            Law.holdsFor 20 (RandomStructure.recipes (2, 6)) (fun recipe ->
                let s = build { recipe with Species = [ 8; 26 ] }
                let numbers = s.Species.ToArray()
                let other = change "spins" (Array.mapi (fun k x -> if numbers[k / 3] = 26 then x else x + 7.)) s
                equal 0. (rows f s) (rows f other))

        testCase "the features of the density are the power spectrum" <| fun () ->
            for policy in [ CentrePolicy.Include; CentrePolicy.Exclude; CentrePolicy.Separate ] do
                let e = DensityExpansion(table 3 2 (Some 0.4), species, policy, [ spin ])
                let f, scalar = SpinPowerSpectrum e, PowerSpectrum e

                Law.holdsFor 10 (RandomStructure.recipes (1, 5)) (fun recipe ->
                    let s = build recipe
                    let found, expected = rows f s, rows scalar s

                    let place =
                        labels f
                        |> Array.mapi (fun k (a, b, j) -> (a[0], b[0]), ([ a[1]; a[2]; b[1]; b[2]; j ], k))
                        |> Array.filter (fun (fields, _) -> fields = (0, 0))
                        |> Array.map snd
                        |> dict

                    for k in 0 .. scalar.FeatureCount - 1 do
                        let label = List.ofSeq (scalar.Labels[k].ToArray())

                        match place.TryGetValue label with
                        | true, at ->
                            for i in 0 .. s.Count - 1 do Assert.InRange(abs (found[i][at] - expected[i][k]), 0., 1e-13 * largest expected)
                        // The centre's own density has l = 0 only; other channels of it do not exist here.
                        | _ -> for i in 0 .. s.Count - 1 do Assert.Equal(0., expected[i][k]))

        testCase "the dot product of two sets of features is that of all ordered pairs of channels"
        <| fun () ->
            let lmax, nmax = 2, 2
            let e = expansion nmax lmax [ spin ]
            let f = SpinPowerSpectrum(e, FieldCoupling.Summed, false)

            Law.holdsFor 20 (RandomStructure.recipes (2, 5)) (fun recipe ->
                let s = build recipe
                let features = rows f s
                let c = e.ComputeField(s, 0)
                let channels = c.Length / (s.Count * 9 * 3)

                let full i = [|
                    for l in 0..lmax do
                        for a in 0 .. channels - 1 do
                            for b in 0 .. channels - 1 ->
                                Seq.sum (
                                    seq {
                                        for lm in l * l .. l * l + 2 * l do
                                            for q in 0..2 ->
                                                let row = ((i * 9 + lm) * 3 + q) * channels
                                                c[row + a] * c[row + b]
                                    }
                                )
                |]

                let dot = Array.fold2 (fun sum x y -> sum + x * y) 0.
                let expected = dot (full 0) (full 1)

                Assert.InRange(
                    abs (dot features[0] features[1] - expected),
                    0.,
                    1e-12 * (1. + dot (full 0) (full 0) + dot (full 1) (full 1))
                ))

        testCase "every feature is one of the stated coupling trees, and each tree is proved invariant" <| fun () ->
            let fields = [ spin; dipole ]
            let e = expansion 2 3 fields
            let f = SpinPowerSpectrum(e, FieldCoupling.Resolved, true, Parities.Both)
            let trees = f.CouplingTrees |> Seq.map ProvedTrees.invariant |> List.ofSeq

            let fieldOf name = if name = "rho" then 0 else 1 + List.findIndex (fun (v: VectorField) -> v.Name = name) fields

            Law.holdsFor 3 (RandomStructure.recipes (3, 5)) (fun recipe ->
                let s = build recipe
                let features = rows f s
                let density, vectors = e.Compute s, [ for k in 0 .. fields.Length - 1 -> e.ComputeField(s, k) ]

                let leaf i (label: int[]) j =
                    let l = label[3]

                    if label[0] = 0 then
                        let channel = e.Groups.IndexOf label[1] * 2 + label[2]
                        [| for lm in l * l .. l * l + 2 * l -> density[(i * 16 + lm) * e.ChannelCount + channel] |]
                    else
                        let groups = (e.FieldGroups(label[0] - 1)).ToArray()
                        let channel = Array.IndexOf(groups, label[1]) * 2 + label[2]
                        let block = Toolkit.Numerics.Coupling.CouplingTable.Default.Block(l, 1, j)
                        let sum = Array.zeroCreate (2 * j + 1)

                        for k in 0 .. block.Count - 1 do
                            let at = ((i * 16 + l * l + int block.M1[k]) * 3 + int block.M2[k]) * (2 * groups.Length) + channel
                            sum[int block.M3[k]] <- sum[int block.M3[k]] + block.Value[k] * vectors[label[0] - 1][at]

                        sum

                labels f
                |> Array.iteri (fun k (a, b, j) ->
                    let fits (tree: CouplingTree) = tree.Tree.Fields |> List.map fieldOf = [ a[0]; b[0] ]
                    Assert.Single(List.filter fits trees) |> ignore
                    let scale = if a[0] = 0 && b[0] = 0 then 1. else sqrt (float (2 * j + 1))
                    let sign = if j % 2 = 0 then 1. else -1.
                    let root = if a = b then 1. else sqrt 2.

                    for i in 0 .. s.Count - 1 do
                        let value = (Families.couple (leaf i a j) (leaf i b j) 0)[0]
                        Assert.InRange(abs (features[i][k] - sign * scale * root * value), 0., 1e-12 * largest features)))

        testCase "Moriya's scalar of two spins, seen from the third atom, is 2 p_0 + p_1 − p_2 at l = l' = 1"
        <| fun () ->
            let e = DensityExpansion(table 2 1 None, species, CentrePolicy.Include, [ spin ])
            let f = SpinPowerSpectrum(e, FieldCoupling.Resolved, false)

            Law.holdsFor 20 (RandomStructure.clusters (3, 6)) (fun recipe ->
                let s = build { recipe with Species = [ 26 ] }
                let list = NeighborList.Build(s, cutoff)
                let v = s.AtomProperties["spins"].Reals.ToArray()
                let found = rows f s
                let dot (a: float[]) (b: float[]) = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
                let radial = table 2 1 None

                for i in 0 .. s.Count - 1 do
                    let sum n = [
                        for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                            let values, slopes = Array.zeroCreate 4, Array.zeroCreate 4
                            radial.Evaluate(list.Distances[p], Span values, Span slopes)
                            let r = list.Distances[p]

                            values[2 + n],
                            [| list.X[p] / r; list.Y[p] / r; list.Z[p] / r |],
                            v[3 * list.Neighbors[p] .. 3 * list.Neighbors[p] + 2]
                    ]

                    // (r_j × r_k)·(v_j × v_k), summed over all pairs of neighbours.
                    let expected =
                        List.allPairs (sum 0) (sum 1)
                        |> List.sumBy (fun ((g, r, v), (h, s, w)) -> g * h * (dot r v * dot s w - dot r w * dot s v))
                        |> (*) (3. / (4. * Math.PI))

                    let weights = dict [ 0, 2.; 1, 1.; 2, -1. ]

                    let value =
                        labels f
                        |> Array.mapi (fun k (a, b, j) ->
                            if a[1] = 26 && b[1] = 26 && a[2] = 0 && b[2] = 1 && a[3] = 1 && b[3] = 1 then
                                weights[j] * found[i][k] / sqrt 2.
                            else
                                0.)
                        |> Array.sum

                    Assert.InRange(abs (value - expected), 0., 1e-12 * (1. + largest found)))

        testCase "it obeys the laws of all representations"
        <| fun () ->
            let partial = VectorField("dipole", "mu", false, false, [ 1; 8; 26 ], CentrePolicy.Include)
            let mixing = SpeciesMixing.FromPeriodicTable(species, 2., 2., 2)

            let subjects = [
                for coupling in [ FieldCoupling.Resolved; FieldCoupling.Summed; FieldCoupling.Both ] do
                    let e = expansion 3 2 [ spin; partial ]
                    Representations.invariant $"{coupling}" (fun _ -> false) (SpinPowerSpectrum(e, coupling))
                for policy in [ CentrePolicy.Exclude; CentrePolicy.Separate ] do
                    let e = DensityExpansion(table 2 1 (Some 0.4), species, policy, [ spin ], mixing)
                    Representations.invariant $"mixed, {policy}" (fun _ -> false) (SpinPowerSpectrum(e, FieldCoupling.Both))
                Representations.invariant
                    "nine functions"
                    (fun _ -> false)
                    (SpinPowerSpectrum(expansion 9 1 [ spin ], FieldCoupling.Resolved, false))
            ]

            Representations.haveSymmetries 20 subjects
            Representations.haveGradients 20 subjects

        testCase "no feature stands twice" <| fun () ->
            for coupling in [ FieldCoupling.Resolved; FieldCoupling.Summed; FieldCoupling.Both ] do
                let f = SpinPowerSpectrum(expansion 2 2 [ spin; dipole ], coupling, true, Parities.Both)
                let keys = labels f |> Array.map (fun (a, b, j) -> List.sort [ List.ofArray a; List.ofArray b ], j)
                Assert.Equal(keys.Length, (Array.distinct keys).Length)

        testCase "an expansion without vectors and a J that the table does not have are refused"
        <| fun () ->
            Assert.Contains(
                "vector field",
                Assert.Throws<ArgumentException>(fun () -> SpinPowerSpectrum(expansion 2 2 []) |> ignore).Message
            )

            let high = expansion 1 8 [ spin ]
            Assert.Contains("J goes to lmax + 1 = 9", Assert.Throws<ArgumentException>(fun () -> SpinPowerSpectrum high |> ignore).Message)
            Assert.True((SpinPowerSpectrum(high, FieldCoupling.Summed)).FeatureCount > 0)
    ]
