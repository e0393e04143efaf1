/// The slow interpreter of coupling trees obeys the laws that trees promise, and the coupling kernels agree with it.
module Toolkit.Tests.Numerics.Coupling.SlowInterpreterTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Representations
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Interpreter
open Toolkit.Tests.Interpreter.TreeModel

let private fields =
    Map.ofList
        [ "rho", { Rank = 0; Axial = false; TimeOdd = false }
          "spins", { Rank = 1; Axial = true; TimeOdd = true }
          "mu", { Rank = 1; Axial = false; TimeOdd = false } ]

let private range: RandomTrees.Range =
    { Fields = fields
      LMax = 3
      Largest = 4
      Factors = 1, 4
      HasMaps = true }

/// Of four to six factors, where coefficients are products of many.
let private deep = { range with Factors = 4, 6; LMax = 2; Largest = 3 }

/// Rows of a map with as many outputs as stay small, from its number.
let private map (number: int) (channels: int) =
    let random = Random(1000 * number + channels)
    Array.init (min 3 channels) (fun _ -> Array.init channels (fun _ -> random.NextDouble() - 0.5))

let private spec =
    Spec.Parse(
        """{"cutoff": {"radius": 3.4, "smoothing": 1}, "radial": {"nmax": 1}, "lmax": 3, "density": {"center": "separate"},
            "fields": [{"name": "spins", "axial": true, "timeOdd": true}, {"name": "mu"}],
            "representation": {"kind": "spin-bispectrum"}}""",
        "spec.json"
    )

let private expand = NaiveExpansion.coefficients spec "spec.json" [ 1; 8 ] None

let private channels = [ -1, 0; 1, 0; 8, 0 ]

/// The leaves' coefficients around the first atom of a structure, of `count` channels.
let private leavesOf (count: int) (s: Toolkit.Numerics.Structures.Structure) : SlowInterpreter.Leaves =
    let c = expand s 0
    let chosen = List.truncate count channels

    { Scalar = fun _ l -> [| for q in chosen -> c.Density[q][l] |]
      Vector = fun name l -> [| for q in chosen -> (let field = c.Vectors[if name = "spins" then 0 else 1] in field[q])[l] |]
      Map = map }

let private structure (seed: int) =
    RandomStructure.build
        { Seed = seed
          Atoms = 4
          Species = [ 1; 8 ]
          Periodic = Toolkit.Numerics.Structures.Periodicity.None
          HasCell = false
          Spacing = 0.9 }
    |> RandomStructure.withVectors "spins" seed
    |> RandomStructure.withVectors "mu" (seed ^^^ 0x5555)

let private close (what: string) (expected: float[][]) (found: float[][]) =
    Representations.close what 1e-10 (Array.concat expected) (Array.concat found)

/// A block of one node as the kernels hold it: order, channels, [m, channel].
type private Block = { L: int; Channels: int; Values: float[] }

/// The tree executed by coupling kernels, one product at a time.
let private execute (table: CouplingTable) (leaves: SlowInterpreter.Leaves) (root: Node) : float[][] =
    let known order =
        match order with
        | Known n -> n
        | Name _ -> failwith "no number"

    let block l (channels: float[][]) = {
        L = l
        Channels = channels.Length
        Values = [|
            for m in 0 .. 2 * l do
                for c in channels -> c[m]
        |]
    }

    let outer l (a: Block) (b: Block) =
        let product = CouplingProduct<float>(table, a.L, b.L, l)
        let values = Array.zeroCreate ((2 * l + 1) * a.Channels * b.Channels)
        product.ForwardOuter(1, a.Channels, b.Channels, ReadOnlySpan a.Values, ReadOnlySpan b.Values, Span values)
        { L = l; Channels = a.Channels * b.Channels; Values = values }

    let add a b = { a with Values = Array.map2 (+) a.Values b.Values }
    let component' q (c: float[][][]) = c |> Array.map (fun x -> x[q])
    let mutable maps = 0

    let rec go (node: Node) : Block =
        match node with
        | Leaf(f, l, None) -> block (known l) (leaves.Scalar f (known l))
        | Leaf(f, l, Some j) ->
            // ⟨l m 1 q|J M⟩ c^q_m: c^q times the unit vector q, added over q.
            let c = leaves.Vector f (known l)

            Seq.init 3 (fun q ->
                outer (known j) (block (known l) (component' q c)) (block 1 [| Array.init 3 (fun k -> if k = q then 1. else 0.) |]))
            |> Seq.reduce add
        | Couple(a, b, l) ->
            let a = go a
            outer (known l) a (go b)
        | SumJ((a, la), (b, lb), l) ->
            let x, y = leaves.Vector a (known la), leaves.Vector b (known lb)

            Seq.init 3 (fun q -> outer (known l) (block (known la) (component' q x)) (block (known lb) (component' q y)))
            |> Seq.reduce add
        | Map inner ->
            let number = maps
            maps <- maps + 1
            let inside = go inner
            let rows = leaves.Map number inside.Channels

            {
                L = inside.L
                Channels = rows.Length
                Values = [|
                    for m in 0 .. 2 * inside.L do
                        for row in rows ->
                            Seq.sum (seq { for k in 0 .. inside.Channels - 1 -> row[k] * inside.Values[m * inside.Channels + k] })
                |]
            }
        | Sum nodes -> nodes |> List.map go |> List.reduce add

    let found = go root
    Array.init found.Channels (fun k -> Array.init (2 * found.L + 1) (fun m -> found.Values[m * found.Channels + k]))

/// Random numbers in place of coefficients, several channels in every leaf.
let private random (seed: int) : SlowInterpreter.Leaves =
    let values (name: string) l q count =
        let random = Random(seed + 31 * l + 7 * q + int name[0])
        Array.init count (fun _ -> Array.init (2 * l + 1) (fun _ -> Rotations.normal random))

    {
        Scalar = fun name l -> values name l 0 2
        Vector =
            fun name l -> [|
                for channel in 0 .. (if name = "mu" then 0 else 1) -> Array.init 3 (fun q -> (values name l (q + 3 * channel) 1)[0])
            |]
        Map = map
    }

/// The library's coefficients of a structure, fed to the coupling kernels.
let private kernels: TreeComparison.Engine =
    let species = [ 1; 8 ]
    let expansion = (spec.CreateRepresentation(species, "spec.json")).Expansion
    let lmax, nmax = expansion.LMax, expansion.NMax

    fun tree s ->
        let density, vectors = expansion.Compute s, [| for f in 0 .. expansion.Fields.Count - 1 -> expansion.ComputeField(s, f) |]
        let groups = expansion.Groups.ToArray()
        let fieldOf name = if name = "spins" then 0 else 1
        // The first species alone where there are many factors: every leaf multiplies the number of channels.
        let few (groups: int[]) = if order tree.Root > 3 then Array.truncate 2 groups else groups

        let channelsOf name =
            if name = "rho" then
                few groups |> Array.map (fun g -> 0, (g, 0))
            else
                few (expansion.FieldGroups(fieldOf name).ToArray()) |> Array.map (fun g -> 1 + fieldOf name, (g, 0))

        let rows = (lmax + 1) * (lmax + 1)

        Array.init s.Count (fun i ->
            let coefficients: SlowInterpreter.Leaves = {
                Scalar =
                    fun _ l ->
                        few groups
                        |> Array.mapi (fun g _ ->
                            Array.init (2 * l + 1) (fun m -> density[(i * rows + l * l + m) * expansion.ChannelCount + g * nmax]))
                Vector =
                    fun name l ->
                        let all = expansion.FieldGroups(fieldOf name).ToArray()
                        let values = vectors[fieldOf name]

                        few all
                        |> Array.mapi (fun g _ ->
                            Array.init 3 (fun q ->
                                Array.init (2 * l + 1) (fun m -> values[((i * rows + l * l + m) * 3 + q) * all.Length * nmax + g * nmax])))
                Map = map
            }

            let tuples =
                (leaves tree.Root |> List.map (fun (name, _, _) -> name), [ [] ])
                ||> List.foldBack (fun name rest -> [
                    for q in channelsOf name do
                        for others in rest -> q :: others
                ])

            List.zip tuples (List.ofArray (execute CouplingTable.Default coefficients tree.Root)))

[<Tests>]
let tests =
    testList "Numerics.Coupling.SlowInterpreterTests" [
        testCase "the harmonics of the slow interpreter are those of the library" <| fun () ->
            let harmonics = SphericalHarmonics<float>(8)
            let y = Array.zeroCreate harmonics.Count

            Law.holdsFor 50 (Law.seeded (0, 0)) (fun (seed, _) ->
                let random = Random seed
                let r = Array.init 3 (fun _ -> Rotations.normal random)
                let d = sqrt (Array.sumBy (fun x -> x * x) r)
                harmonics.Compute(ReadOnlySpan [| r[0] / d |], ReadOnlySpan [| r[1] / d |], ReadOnlySpan [| r[2] / d |], Span y)

                for l in 0..8 do
                    Representations.close $"l = {l}" 1e-12 (NaiveHarmonics.ofDirection l (r[0], r[1], r[2])) y[l * l .. l * l + 2 * l])

        testCase "random trees turn as their order and signs say" <| fun () ->
            let cases = Gen.zip (RandomTrees.trees range).Generator (Gen.choose (0, 1 <<< 30))
            let shrink (tree, seed) = (RandomTrees.trees range).Shrinker tree |> Seq.map (fun t -> t, seed)

            Law.holdsFor 200 (Arb.fromGenShrink (cases, shrink)) (fun (tree, seed) ->
                let s, random = structure seed, Random seed
                let signature = signature tree.Fields tree.Root
                let value s = SlowInterpreter.evaluate (leavesOf 2 s) tree.Root
                let before = value s
                let turn = Rotations.randomRotation random
                let vectors = [ "spins", Rotations.Axial; "mu", Rotations.Polar ]
                let d = Harmonics.wignerD signature.Lambda turn
                let turned =
                    before |> Array.map (fun x -> Array.init x.Length (fun m -> Array.fold2 (fun sum a b -> sum + a * b) 0. d[m] x))
                close "turned" turned (value (Rotations.apply vectors turn s))
                let times (k: int) = Array.map (Array.map (fun x -> float k * x))
                close "inverted" (times signature.Inversion before) (value (Rotations.apply vectors Rotations.inversion s))
                close "time reversed" (times signature.Time before) (value (VectorFeatures.change "spins" (Array.map (~-)) s)))

        testCase "trees written as coupling-tree/1 read back as the same" <| fun () ->
            Law.holdsFor 200 (RandomTrees.trees deep) (fun tree ->
                let again = parse (write tree)
                Assert.Equal(tree.Root, again.Root)
                Assert.True(stands tree again))

        testCase "coupling kernels execute random trees as the slow interpreter does" <| fun () ->
            let mutable deepest, high, both = 0, 0, Set.empty

            for range, count in [ range, 200; deep, 120 ] do
                Law.holdsFor count (RandomTrees.trees range) (fun tree ->
                    // (String.GetHashCode differs from run to run.)
                    let leaves = random (write tree |> Seq.fold (fun h c -> 31 * h + int c) 7)
                    let expected = SlowInterpreter.evaluate leaves tree.Root
                    let signature = signature tree.Fields tree.Root

                    if order tree.Root >= 4 && expected.Length > 1 then
                        deepest <- deepest + 1
                        both <- both.Add signature.Sigma
                        if signature.Lambda >= 2 then high <- high + 1

                    let found = execute CouplingTable.Default leaves tree.Root
                    Assert.Equal(expected.Length, found.Length)
                    close "executed" expected found)

            // The hard ones are among them.
            Assert.True(deepest >= 50 && high >= 20 && both.Count = 2, $"{deepest} deep trees, {high} of order 2 or more, σ {both}")

        testCase "coefficients and coupling kernels give random trees on structures as the slow interpreter does"
        <| fun () ->
            let products = { range with HasMaps = false; Factors = 1, 6 }
            let trees = RandomTrees.trees products
            let cases = Gen.zip trees.Generator (Gen.choose (0, 1 <<< 30))

            Law.holdsFor
                60
                (Arb.fromGenShrink (cases, (fun (tree, seed) -> trees.Shrinker tree |> Seq.map (fun t -> t, seed))))
                (fun (tree, seed) ->
                    Assert.Equal<string list>([], List.truncate 3 (TreeComparison.differences spec [ 1; 8 ] kernels tree (structure seed))))
    ]
