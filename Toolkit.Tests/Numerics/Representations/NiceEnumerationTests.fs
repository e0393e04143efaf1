/// How many features the recursion has, and which: published lists, the multiplicity formula, and every path by the slow interpreter.
module Toolkit.Tests.Numerics.Representations.NiceEnumerationTests

open System
open System.Collections.Generic
open System.IO
open Expecto
open MathNet.Numerics.LinearAlgebra
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Interpreter
open Toolkit.Tests.Interpreter.TreeModel
open Toolkit.Tests.Laws

/// The number of singular values above 1e-9 of the largest.
let private rank (rows: float[][]) =
    if rows.Length = 0 || rows[0].Length = 0 then 0
    else
        let scaled =
            // Columns of one size: a small product is no zero.
            Array.transpose rows
            |> Array.map (fun column ->
                let norm = sqrt (Array.sumBy (fun x -> x * x) column)
                if norm > 1e-12 then Array.map (fun x -> x / norm) column else Array.map (fun _ -> 0.) column)
        let values = (Matrix<float>.Build.DenseOfColumnArrays scaled).Svd(false).S
        values |> Seq.filter (fun s -> s > 1e-9 * values[0] && values[0] > 0.) |> Seq.length

/// The orders of all left-nested couplings of factors with these l to λ, every intermediate at most `most`.
let rec private couplings most (before: int) (rest: int list) lambda : int list list =
    match rest with
    | [] -> if before = lambda then [ [] ] else []
    | [ l ] -> if abs (before - l) <= lambda && lambda <= before + l then [ [ lambda ] ] else []
    | l :: others ->
        [ for k in abs (before - l) .. min most (before + l) do
              for tail in couplings most k others lambda -> k :: tail ]

/// Linearly independent trees with factors of these l in this order, where equal numbers in `channels` are equal channels.
let private independent most (ls: int list) (channels: int list) lambda =
    let trees = couplings most ls.Head ls.Tail lambda

    if (List.distinct channels).Length = channels.Length || trees.Length = 0 then
        // Trees of one coupling scheme on different factors are orthogonal.
        trees.Length
    else
        let random = Random 7
        let samples = trees.Length + 6

        [|
            for _ in 1..samples do
                let values = Dictionary<int, float[]>()

                let vector (l, c) =
                    if not (values.ContainsKey c) then
                        values[c] <- Array.init (2 * l + 1) (fun _ -> Rotations.normal random)

                    values[c]

                let factors = List.zip ls channels |> List.map vector

                let results =
                    trees
                    |> List.map (fun ks ->
                        (factors.Head, List.zip factors.Tail ks) ||> List.fold (fun (a: float[]) (b, k) -> Families.couple a b k))

                for m in 0 .. 2 * lambda -> [| for r in results -> r[m] |]
        |]
        |> rank

let private gto nmax lmax species policy =
    DensityExpansion(RadialTable.Build(SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4), CutoffFunction(3.4, 0.8), 1e-8), species, policy)

/// A product of the recursion: its tree, the field and channel of each leaf, its factor.
type private Path =
    { Node: Node
      Leaves: (int * NaiveExpansion.Channel) list
      Factor: float }

/// The paths of every block of an uncontracted iteration, in the order of its channels.
let private paths (fit: NiceFit) (given: (NiceKey * Path list) list) : ((int * NiceKey) * Path list) list =
    let covariants = Dictionary<int * NiceKey, Path list>()
    let invariants = Dictionary<int * NiceKey, Path list>()
    let first = Dictionary<NiceKey, Path list>()

    for key, own in given do
        first[key] <- own
        covariants[(1, key)] <- own

        if key.Lambda = 0 then
            invariants[(1, key)] <- own

    for step in fit.Steps do
        let made = Dictionary<NiceKey, ResizeArray<Path>>()
        let signs (p: NicePair) = -(p.Left.Inversion * p.Right.Inversion), -(p.Left.Tau * p.Right.Tau)

        for _, same in step.Pairs |> List.ofSeq |> List.groupBy signs |> List.sortBy fst do
            for (left, right), pairs in same |> List.groupBy (fun p -> p.Left, p.Right) do
                let last = if step.IsInvariant then 0 else min (left.Lambda + right.Lambda) fit.LambdaMax

                for lambda in abs (left.Lambda - right.Lambda) .. last do
                    let key = left.Times(right, lambda)

                    if not (made.ContainsKey key) then
                        made[key] <- ResizeArray()

                    for p in pairs do
                        let lefts: Path list = covariants[(step.Order - 1, left)]
                        let rights: Path list = first[right]
                        let a, b = lefts[p.LeftChannel], rights[p.RightChannel]

                        made[key].Add {
                            Node = Couple(a.Node, b.Node, Known lambda)
                            Leaves = a.Leaves @ b.Leaves
                            Factor = a.Factor * b.Factor * p.Weight
                        }

        for KeyValue(key, own) in made do
            (if step.IsInvariant then invariants else covariants)[(step.Order, key)] <- List.ofSeq own

    [ for KeyValue(key, own) in invariants -> key, own ]

[<Tests>]
let tests =
    testList "Numerics.Representations.NiceEnumerationTests" [
        testCase "trees with sorted factors and intermediates up to lmax are as many as the published lists have, for each choice of factors" <| fun () ->
            SharedData.using "nice-enumeration" (fun folder ->
                for nmax, lmax in [ 1, 1; 1, 8; 7, 1; 7, 4 ] do
                    let listed =
                        File.ReadLines(Path.Combine(folder, $"indep-{nmax}-{lmax}.dat"))
                        |> Seq.filter (fun line -> not (line.StartsWith "\"") && line.Trim() <> "")
                        |> Seq.map (fun line -> line.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> Array.map int)
                        |> Array.ofSeq

                    Assert.Equal(listed.Length, (Array.distinctBy List.ofArray listed).Length)

                    // ν, σ, λ and the sorted factors (l, n) of each line, whose intermediates it states.
                    let keyed =
                        listed
                        |> Array.map (fun row ->
                            let nu = row[0]
                            let factors = [ for k in 0 .. nu - 1 -> row[4 + 3 * k], row[3 + 3 * k] ]
                            let ls = List.map fst factors
                            Assert.True((List.sort ls = ls), "factors are sorted by l")
                            // k of a factor is the order of all before it.
                            let orders = [ for k in 2 .. nu - 1 -> row[5 + 3 * k] ] @ [ row[2] ]
                            if nu > 1 then Assert.Contains(orders, couplings lmax ls.Head ls.Tail row[2])
                            (nu, row[1], row[2]), List.sort factors)

                    let counts = Array.countBy id keyed |> dict
                    let known = Dictionary<int list * int list * int, int>()
                    let channels = [ for l in 0..lmax do for n in 1..nmax -> l, n ]

                    let rec choices count (from: (int * int) list) =
                        if count = 0 then [ [] ]
                        else
                            match from with
                            | [] -> []
                            | c :: rest -> [ for tail in choices (count - 1) from -> c :: tail ] @ choices count rest

                    for nu, sigma, lambda in keyed |> Array.map fst |> Array.distinct do
                        for factors in choices nu channels do
                            let ls = List.map fst factors
                            // σ = (−1)^(Σl + λ).
                            if ((List.sum ls + lambda) % 2 = 0) = (sigma = 1) then
                                // Only which channels are equal matters.
                                let pattern = factors |> List.map (fun f -> List.findIndex ((=) f) factors)
                                let key = ls, pattern, lambda
                                if not (known.ContainsKey key) then
                                    known[key] <- if nu = 1 then (if ls.Head = lambda then 1 else 0) else independent lmax ls pattern lambda
                                let found = match counts.TryGetValue(((nu, sigma, lambda), factors)) with | true, n -> n | _ -> 0
                                if known[key] <> found then
                                    Assert.Fail $"{nmax}-{lmax}, ν = {nu}, σ = {sigma}, λ = {lambda}, (l, n) {factors}: {known[key]} trees, {found} lines")

        testCase "the multiplicity formula has the published values"
        <| fun () ->
            for (nmax, lmax, order, lambda), plus, minus in
                [
                    (7, 4, 2, 0), 140, 0
                    (7, 4, 2, 1), 196, 84
                    (7, 4, 3, 0), 2702, 1148
                    (7, 4, 3, 1), 5880, 4410
                    (7, 1, 4, 0), 1400, 245
                    (7, 1, 5, 0), 5656, 1736
                    (7, 1, 3, 1), 392, 147
                    (1, 8, 4, 0), 567, 360
                    (3, 1, 4, 0), 72, 3
                    (4, 1, 4, 0), 190, 16
                ] do
                Assert.Equal(
                    (plus, minus),
                    (int (NiceCounts.Independent(nmax, lmax, order, lambda, 1)),
                     int (NiceCounts.Independent(nmax, lmax, order, lambda, -1)))
                )

        testCase "the rank of the full recursion on random fields is the multiplicity, and less where λ ends at lmax" <| fun () ->
            let random = Random 11
            let some = Structure.Create(ReadOnlySpan [| 1; 1; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1.2; 0. |])

            for nmax, lmax, orders in [ 1, 3, 4; 2, 2, 3; 3, 1, 4; 2, 1, 5 ] do
                let e = gto nmax lmax [ 1 ] CentrePolicy.Include
                let features lambda =
                    NiceFeatures(e, NiceFit.Fit(e, NiceSettings.Uncontracted(orders, Nullable lambda, Parities.Both), [ some ]))
                let full, cut = features (max lmax (orders / 2 * lmax)), features lmax
                let largest = int (max (NiceCounts.Independent(nmax, lmax, orders)) (NiceCounts.Independent(nmax, lmax, orders, 0, -1)))
                let values (f: NiceFeatures) = [| for _ in 1 .. largest + 20 -> snd (Representations.execute random f) |]
                let all, some = values full, values cut

                for order in 1..orders do
                    for sigma in [ 1; -1 ] do
                        let own (f: NiceFeatures) =
                            [| for k in 0 .. f.FeatureCount - 1 do if f.Labels[k][0] = order && f.Labels[k][1] = sigma then k |]
                        let rankOf f (rows: float[][]) =
                            (let columns = own f in rows |> Array.map (fun row -> columns |> Array.map (fun k -> row[k])) |> rank)
                        let expected = int (NiceCounts.Independent(nmax, lmax, order, 0, sigma))
                        Assert.Equal((nmax, lmax, order, sigma, expected), (nmax, lmax, order, sigma, rankOf full all))
                        Assert.True(rankOf cut some <= expected)
                        // Up to ν = 3 nothing beyond lmax can couple to an invariant.
                        if order <= 3 then Assert.Equal(expected, rankOf cut some)

        testCase "every uncontracted path to ν = 4 is what the slow interpreter makes of its tree"
        <| fun () ->
            let specification fields factors lmax =
                $"{{\"cutoff\": {{\"radius\": 3, \"smoothing\": 0.5}}, \"density\": {{\"sigma\": 0.4, \"center\": \"include\"}}, \"radial\": {{\"nmax\": 1}}, \"lmax\": {lmax}, \"fields\": [{fields}], "
                + $"\"representation\": {{\"kind\": \"nice\", \"factors\": [{factors}]}}}}"

            let spin = "{\"name\": \"spin\", \"key\": \"spins\", \"axial\": true, \"timeOdd\": true, \"center\": \"include\"}"
            let spins = "\"rho\", \"spin\""

            for text, species, lmax, factors in
                [ specification "" "\"rho\"" 2, [ 1; 8 ], 2, [ 0 ]; specification spin spins 1, [ 8 ], 1, [ 0; 1 ] ] do
                let spec = Spec.Parse(text, "spec.json")
                let e = spec.CreateExpansion(species, "spec.json")

                let s =
                    RandomStructure.build {
                        Seed = 4
                        Atoms = 5
                        Species = species
                        Periodic = Periodicity.None
                        HasCell = false
                        Spacing = 1.
                    }
                    |> RandomStructure.withVectors "spins" 9

                let settings =
                    NiceSettings(
                        Order = 4,
                        Parities = Parities.Both,
                        HasTimeOdd = true,
                        Covariants = NiceBranch(),
                        Invariants = NiceBranch()
                    )

                let f =
                    NiceFeatures(
                        e,
                        NiceFit.Fit(e, settings, [ s ], factors = (if factors.Length = 1 then [| "rho" |] else [| "rho"; "spin" |]))
                    )

                // Channels of the first order: by field, then l, then species; an axial vector's J of l is odd where l is.
                let first =
                    [
                        for field in factors do
                            for l in 0..lmax do
                                for j in (if field = 0 then [ l ] else [ abs (l - 1) .. l + 1 ]) do
                                    if field = 0 || l > 0 || j = 1 then
                                        let key = NiceKey(j, (if (j % 2 = 1) = (l % 2 = 1) then 1 else -1), (if field = 0 then 1 else -1))

                                        for z in species do
                                            let node =
                                                if field = 0 then Leaf("rho", Known l, None) else Leaf("spin", Known l, Some(Known j))

                                            key, { Node = node; Leaves = [ field, (z, 0) ]; Factor = 1. }
                    ]
                    |> List.groupBy fst
                    |> List.map (fun (key, own) -> key, List.map snd own)

                let fields =
                    Map.ofList [ "rho", { Rank = 0; Axial = false; TimeOdd = false }; "spin", { Rank = 1; Axial = true; TimeOdd = true } ]

                let values = f.Compute s
                let c = NaiveExpansion.coefficients spec "spec.json" species None s 2
                let mutable compared = 0
                let signs k = (let label = f.Labels[k].ToArray() in label[0], label[1], label[2])

                for (order, key), own in paths f.Fit first do
                    let columns = [
                        for k in 0 .. f.FeatureCount - 1 do
                            if signs k = (order, key.Sigma, key.Tau) then
                                k
                    ]

                    Assert.Equal(own.Length, columns.Length)

                    for k, path in List.zip columns own do
                        let tree: Tree = { Fields = fields; Root = path.Node }
                        let definition: Definitions.Definition = { Tree = tree; Channels = path.Leaves; Factor = path.Factor }
                        let expected, norms = Definitions.value c definition
                        let found = values[2 * f.FeatureCount + k]
                        let allowance = Definitions.allowance definition norms (TreeComparison.radialError * TreeComparison.largest c)

                        Assert.True(
                            abs (expected[0] - found) <= allowance,
                            $"ν = {order}, {path.Node}: expected {expected[0]:R}, found {found:R}, allowed {allowance:E1}"
                        )

                        compared <- compared + 1

                Assert.Equal(f.FeatureCount, compared)
                Assert.True(compared > 300, $"{compared} paths")
    ]
