module Toolkit.Tests.Numerics.Representations.BispectrumTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion species nmax lmax policy =
    let cutoff = 3.4
    let radial = DensityProjection.Create(LaplacianBasis(nmax, lmax, cutoff), lmax, cutoff, Nullable 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, policy)

let private isPseudo (b: InvariantRepresentation) f =
    let label = b.Labels[f]
    (label[6] + label[7] + label[8]) % 2 = 1

let private subject name (b: Bispectrum) = Representations.invariant name (isPseudo b) b

let private all = [ 1; 6; 8; 14; 26 ]

let private subjects =
    [ subject "2, 3, included" (Bispectrum(expansion all 2 3 CentrePolicy.Include, Parities.Both))
      subject "1, 4, separate" (Bispectrum(expansion all 1 4 CentrePolicy.Separate, Parities.Proper))
      subject "3, 0, excluded" (Bispectrum(expansion all 3 0 CentrePolicy.Exclude)) ]

let private channel (b: Bispectrum) group n = Array.IndexOf(b.Expansion.Groups.ToArray(), group) * b.Expansion.NMax + n

/// The factors (l, channel) of a feature.
let private factors (b: Bispectrum) f =
    let label = b.Labels[f].ToArray()
    [ for k in 0..2 -> label[6 + k], channel b label[2 * k] label[2 * k + 1] ]

let private orders factors =
    float (
        List.length (
            List.distinct [
                for a in 0..2 do
                    for b in 0..2 do
                        for c in 0..2 do
                            if a <> b && b <> c && a <> c then
                                [ List.item a factors; List.item b factors; List.item c factors ]
            ]
        )
    )

/// How often (λ = 0, parity) is in the third symmetric power of nmax channels with l ≤ lmax: N(0) − N(1), N(m) the
/// coefficient of z³ q^m s^p in the product of 1/(1 − z q^m s^l).
let private multiplicity nmax lmax parity =
    // states[k][(m, p)] for k factors; each of the nmax (2l + 1) single states may be taken any number of times.
    let states = Array.init 4 (fun _ -> Collections.Generic.Dictionary<struct (int * int), int64>())
    states[0][struct (0, 0)] <- 1L

    for l in 0..lmax do
        for m in -l .. l do
            for _ in 1..nmax do
                for k in 1..3 do
                    for entry in Seq.toArray states[k - 1] do
                        let struct (sum, p) = entry.Key
                        let key = struct (sum + m, (p + l) % 2)
                        let before = match states[k].TryGetValue key with | true, n -> n | _ -> 0L
                        states[k][key] <- before + entry.Value

    let number m = match states[3].TryGetValue(struct (m, parity)) with | true, n -> n | _ -> 0L
    int (number 0 - number 1)

[<Tests>]
let tests =
    testList "Numerics.Representations.BispectrumTests" [
        testCase "the bispectrum is its coupling tree, which is proved invariant, times the root of the number of orders" <| fun () ->
            for nmax, lmax in [ 2, 4; 1, 8; 9, 2 ] do
                let b = Bispectrum(expansion [ 1; 8 ] nmax lmax CentrePolicy.Include, Parities.Both)
                let tree = ProvedTrees.invariant (Assert.Single b.CouplingTrees)
                Assert.Equal("couple(rho l1, couple(rho l2, rho l3, l1), 0)", tree.Tree.ToString())
                let c, features = Representations.execute (Random 1) b

                for f in 0 .. b.FeatureCount - 1 do
                    match factors b f with
                    | [ l1, q1; l2, q2; l3, q3 ] as factors ->
                        let part l q = c[q][l * l .. l * l + 2 * l]
                        let tree = Families.couple (part l1 q1) (Families.couple (part l2 q2) (part l3 q3) l1) 0
                        let expected = sqrt (orders factors) * tree[0]
                        Assert.Equal(expected, features[f], 1e-12 * (10. + abs expected))
                    | _ -> failwith "three factors"

        testCase "each unordered triple of factors stands once, sorted, and odd ones have no equal factors" <| fun () ->
            let b = Bispectrum(expansion [ 1; 8 ] 2 4 CentrePolicy.Include, Parities.Both)
            let all = [ for f in 0 .. b.FeatureCount - 1 -> factors b f ]
            Assert.Equal(all.Length, (List.distinct all).Length)

            for factors in all do
                Assert.Equal<(int * int) list>(List.sort factors, factors)
                let odd = List.sumBy fst factors % 2 = 1
                if odd then Assert.Equal(3, (List.distinct factors).Length)

            let count parities = Bispectrum(expansion [ 1; 8 ] 2 4 CentrePolicy.Include, parities).FeatureCount
            Assert.Equal(all.Length, count Parities.Proper + count Parities.Pseudo)

        testCase "there are as many features as the multiplicity of scalars and pseudoscalars" <| fun () ->
            for nmax, lmax, even, odd in [ 7, 4, 2702, 1148; 7, 1, 280, 35; 1, 8, 55, 14; 2, 5, -1, -1; 4, 3, -1, -1 ] do
                let count parities = Bispectrum(expansion [ 1 ] nmax lmax CentrePolicy.Include, parities).FeatureCount
                Assert.Equal(multiplicity nmax lmax 0, count Parities.Proper)
                Assert.Equal(multiplicity nmax lmax 1, count Parities.Pseudo)
                // Published numbers of independent features.
                if even > 0 then Assert.Equal((even, odd), (count Parities.Proper, count Parities.Pseudo))

        testCase "the published enumerations of independent features have as many of three factors" <| fun () ->
            SharedData.using "nice-enumeration" (fun folder ->
                for nmax, lmax in [ 7, 4; 7, 1; 1, 8 ] do
                    let lines = File.ReadAllLines(Path.Combine(folder, $"indep-{nmax}-{lmax}.dat"))

                    for parities, sigma in [ Parities.Proper, "1"; Parities.Pseudo, "-1" ] do
                        let listed = lines |> Array.filter (fun line -> line.StartsWith($"3 {sigma} 0 ", StringComparison.Ordinal))
                        Assert.Equal(listed.Length, Bispectrum(expansion [ 1 ] nmax lmax CentrePolicy.Include, parities).FeatureCount))

        testCase "the features are linearly independent" <| fun () ->
            let b = Bispectrum(expansion [ 1 ] 2 2 CentrePolicy.Include, Parities.Both)
            let n = b.FeatureCount
            let random = Random 3
            let rows = Array.init (3 * n) (fun _ -> let _, f = Representations.execute random b in f)
            let gram = Array.init (n * n) (fun k -> rows |> Array.sumBy (fun row -> row[k / n] * row[k % n] / float (3 * n)))
            // The Gram matrix of independent functions is positive definite: every pivot of its elimination stays positive.
            for p in 0 .. n - 1 do
                Assert.True(gram[p * n + p] > 1e-3, $"pivot {p} is {gram[p * n + p]}")

                for i in p + 1 .. n - 1 do
                    let factor = gram[i * n + p] / gram[p * n + p]

                    for j in p .. n - 1 do
                        gram[i * n + j] <- gram[i * n + j] - factor * gram[p * n + j]

        testCase "the dot product of two bispectra is that of the full set of triples" <| fun () ->
            let b = Bispectrum(expansion [ 1; 8 ] 2 3 CentrePolicy.Include, Parities.Both)

            let full (c: float[][]) =
                [| for l1 in 0..3 do
                       for l2 in 0..3 do
                           for l3 in abs (l1 - l2) .. min 3 (l1 + l2) do
                               for q1 in 0..3 do
                                   for q2 in 0..3 do
                                       let part l q = c[q][l * l .. l * l + 2 * l]
                                       let pair = Families.couple (part l1 q1) (part l2 q2) l3

                                       for q3 in 0..3 do
                                           yield (Families.couple pair (part l3 q3) 0)[0] |]

            let dot = Array.fold2 (fun sum x y -> sum + x * y) 0.

            Law.holdsFor 5 (Law.seeded (0, 0)) (fun (seed, _) ->
                let c, f = Representations.execute (Random seed) b
                let c', f' = Representations.execute (Random(seed + 1)) b
                let expected = dot (full c) (full c')
                Assert.Equal(expected, dot f f', 1e-11 * (1. + dot (full c) (full c))))

        testCase "bispectra turn, move and are permuted with the structure; pseudoscalars change sign in a mirror" <| fun () ->
            Representations.haveSymmetries 40 subjects

        testCase "pseudoscalars are there in a chiral environment and vanish in its plane of symmetry" <| fun () ->
            let b = Bispectrum(expansion [ 1; 8 ] 3 3 CentrePolicy.Exclude, Parities.Pseudo)
            let largest (positions: float[]) =
                let s = Structure.Create(ReadOnlySpan [| 8; 1; 1; 8; 8 |], ReadOnlySpan positions)
                b.Compute s |> Array.take b.FeatureCount |> Array.fold (fun m x -> max m (abs x)) 0.

            Assert.InRange(largest [| 0.; 0.; 0.; 1.; 0.3; 0.; -0.5; 1.1; 0.; 0.4; -1.4; 0.; -1.2; -0.8; 0. |], 0., 1e-15)
            Assert.True(largest [| 0.; 0.; 0.; 1.; 0.3; 0.2; -0.5; 1.1; 0.; 0.4; -1.4; 0.9; -1.2; -0.8; 0. |] > 1e-4)

        testCase "gradients and the backward pass of bispectra agree with differences in every periodicity" <| fun () ->
            Representations.haveGradients 25 subjects

        testCase "gradients of bispectra are right on the hard structures"
        <| fun () ->
            for nmax, lmax, policy, parities in
                [
                    3, 3, CentrePolicy.Include, Parities.Both
                    2, 2, CentrePolicy.Separate, Parities.Proper
                    4, 0, CentrePolicy.Exclude, Parities.Proper
                ] do
                Representations.gradientsOnHardStructures (
                    subject $"{nmax}, {lmax}" (Bispectrum(expansion [ 1; 8 ] nmax lmax policy, parities))
                )

        testCase "an lmax beyond the table of coefficients is refused with both numbers and where longer tables come from" <| fun () ->
            let e = Assert.Throws<ArgumentException>(fun () -> Bispectrum(expansion [ 1 ] 1 9 CentrePolicy.Include) |> ignore)
            Assert.Contains("ends at l = 8; lmax is 9 (CouplingTable.Load reads a longer one, which 'toolkit tables --kind real-cg --lmax 9", e.Message)
    ]
