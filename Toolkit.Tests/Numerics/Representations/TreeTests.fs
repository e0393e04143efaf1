/// What executes a user's own coupling tree: compared with the slow interpreter, with the kinds that have classes of their own,
/// and by the laws of every representation.
module Toolkit.Tests.Numerics.Representations.TreeTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Trees
open Toolkit.Numerics.Structures
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
      Factors = 1, 3
      HasMaps = false }

/// Of four to six factors, where coefficients are products of many.
let private deep = { range with Factors = 4, 6; LMax = 2; Largest = 3 }

let private specOf center =
    Spec.Parse(
        "{\"cutoff\": {\"radius\": 3.4, \"smoothing\": 1}, \"radial\": {\"nmax\": 1}, \"lmax\": 3, \"density\": {\"center\": \""
        + center
        + "\"},
            \"fields\": [{\"name\": \"spins\", \"axial\": true, \"timeOdd\": true}, {\"name\": \"mu\"}],
            \"representation\": {\"kind\": \"spin-bispectrum\"}}",
        "spec.json"
    )

let private structure species (seed: int) =
    RandomStructure.build
        { Seed = seed
          Atoms = 4
          Species = species
          Periodic = Periodicity.None
          HasCell = false
          Spacing = 0.9 }
    |> RandomStructure.withVectors "spins" seed
    |> RandomStructure.withVectors "mu" (seed ^^^ 0x5555)

let private read json = CouplingTreeReader.Parse(json, "tree.json")

/// What executes trees on the structures of a specification: for every atom the channels of the leaves and the values.
let private engine (expansion: DensityExpansion) : TreeComparison.Engine =
    fun tree s ->
        let features = TreeEquivariants(expansion, read (write tree), null, Nullable 8)
        let found = features.Compute s
        let fieldOf name = match name with "rho" -> 0 | "spins" -> 1 | _ -> 2
        let names = leaves tree.Root |> List.map (fun (name, _, _) -> fieldOf name)

        Array.init s.Count (fun i ->
            [ for block in found.Blocks do
                  for q in 0 .. block.Channels - 1 do
                      let label = block.Labels[q].ToArray()
                      let values = block[i].ToArray()
                      names |> List.mapi (fun k field -> field, (label[2 * k], label[2 * k + 1])),
                      Array.init block.Components (fun m -> values[m * block.Channels + q]) ])

let private expansion = (specOf "separate").CreateExpansion([ 1; 8 ], "spec.json")

let private differ = TreeComparison.differences (specOf "separate") [ 1; 8 ]

let private all = [ 1; 6; 8; 14; 26 ]

let private tree root = read ("{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"},\"spins\":{\"rank\":1,\"parity\":\"axial\",\"time\":\"odd\"},\"mu\":{\"rank\":1,\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":" + root + "}")

let private rho l = "{\"leaf\":\"rho\",\"l\":" + l + "}"
let private vector name l j = $"{{\"leaf\":\"{name}\",\"l\":{l},\"J\":{j}}}"
let private couple a b l = $"{{\"couple\":[{a},{b}],\"L\":{l}}}"

/// Four factors, two of them spins, with names.
let private magnetic =
    couple
        (couple (rho "\"l1\"") (vector "spins" "\"l2\"" "\"J2\"") "\"k2\"")
        (couple (vector "spins" "\"l2\"" "\"J2\"") (rho "\"l1\"") "\"k2\"")
        "0"

let private sums = "{\"sum\":[" + couple (rho "1") (rho "2") "1" + "," + couple (rho "2") (rho "3") "1" + "]}"

let private full species (policy: string) nmax lmax =
    let spec = specOf policy
    let smaller =
        Spec.Parse(spec.ToJson().Replace("\"nmax\": 1", $"\"nmax\": {nmax}").Replace("\"lmax\": 3", $"\"lmax\": {lmax}"), "spec.json")
    smaller.CreateExpansion(species, "spec.json")

let private refuses (parts: string list) (action: unit -> unit) =
    let e = try action (); None with e -> Some e

    match e with
    | None -> Assert.Fail "expected a refusal"
    | Some e ->
        for part in parts do
            Assert.Contains(part, e.Message)

[<Tests>]
let tests =
    testList "Numerics.Representations.TreeTests" [
        testCase "random trees are executed as the slow interpreter does"
        <| fun () ->
            let mutable deepest, high, both = 0, 0, Set.empty

            for range, species, count in [ range, [ 1; 8 ], 120; deep, [ 8 ], 60 ] do
                let trees = RandomTrees.trees range
                let cases = Gen.zip trees.Generator (Gen.choose (0, 1 <<< 30))

                Law.holdsFor
                    count
                    (Arb.fromGenShrink (cases, (fun (tree, seed) -> trees.Shrinker tree |> Seq.map (fun t -> t, seed))))
                    (fun (tree, seed) ->
                        let signature = signature tree.Fields tree.Root

                        if order tree.Root >= 4 then
                            deepest <- deepest + 1
                            both <- both.Add signature.Sigma

                            if signature.Lambda >= 2 then
                                high <- high + 1

                        Assert.Equal<string list>([], List.truncate 3 (differ (engine expansion) tree (structure species seed))))

            Assert.True(deepest >= 50 && high >= 15 && both.Count = 2, $"{deepest} deep trees, {high} of order 2 or more, σ {both}")

        testCase "a wrong sign in the engine's tree is seen by the comparison" <| fun () ->
            // couple(b, a, L) for couple(a, b, L) with l1 + l2 + L odd: the other sign.
            let right = parse (read (couple (rho "1") (rho "2") "2" |> fun root -> (tree root).ToJson()) |> _.ToJson())
            let wrong: TreeComparison.Engine =
                fun t s -> engine expansion { t with Root = (match t.Root with Couple(a, b, l) -> Couple(b, a, l) | other -> other) } s
                           |> Array.map (List.map (fun (channels, values) -> List.rev channels, values))

            Assert.Equal<string list>([], differ (engine expansion) right (structure [ 1; 8 ] 3))
            Assert.NotEmpty(differ wrong right (structure [ 1; 8 ] 3))

        testCase "a named tree has the kernels of the power spectrum and of λ-SOAP"
        <| fun () ->
            let e = full [ 1; 8 ] "include" 2 3
            let s = structure [ 1; 8 ] 5

            let dots (values: float[]) n =
                Array.init s.Count (fun i ->
                    Seq.sum (seq { for f in 0 .. n - 1 -> values[f] * values[(s.Count - 1) * n + f] + values[i * n + f] * values[f] }))

            let square = TreeInvariants(e, tree (couple (rho "\"l\"") (rho "\"l\"") "0"))
            let spectrum = PowerSpectrum e

            Representations.close
                "power spectrum"
                1e-12
                (dots (spectrum.Compute s) spectrum.FeatureCount)
                (dots (square.Compute s) square.FeatureCount)

            let pairs = TreeEquivariants(e, tree (couple (rho "\"l1\"") (rho "\"l2\"") "\"lambda\""))
            let soap = LambdaSoap e

            let kernel (blocks: EquivariantBlocks) (i: int) =
                Seq.sum (
                    seq {
                        for b in blocks.Blocks do
                            for k in 0 .. b.Components * b.Channels - 1 -> b[i][k] * b[0][k]
                    }
                )

            let a, b = soap.Compute s, pairs.Compute s
            Representations.close "λ-SOAP" 1e-12 (Array.init s.Count (kernel a)) (Array.init s.Count (kernel b))

        testCase "trees of density and vectors turn, mirror and permute as they say" <| fun () ->
            let e = full all "separate" 2 2
            let squares = TreeInvariants(e, tree magnetic)
            let axial = TreeEquivariants(e, tree (couple (vector "mu" "\"l1\"" "\"J\"") (rho "\"l2\"") "\"lambda\""))
            Representations.haveSymmetries 10 [
                Representations.invariant "four factors" (fun k -> squares.Labels[k][0] = -1) squares
                Representations.equivariant "dipoles and density" axial
                Representations.equivariant "a sum" (TreeEquivariants(full all "include" 1 3, tree sums))
                Representations.invariant "v·v′" (fun _ -> false) (TreeInvariants(e, tree "{\"couple\":[{\"leaf\":\"spins\",\"l\":\"l\"},{\"leaf\":\"spins\",\"l\":\"l\"}],\"L\":0,\"sumJ\":true}")) ]

        testCase "gradients and the backward pass of trees agree with differences in every periodicity" <| fun () ->
            let e = full all "separate" 2 2
            Representations.haveGradients 6 [
                Representations.invariant "four factors" (fun _ -> false) (TreeInvariants(full all "separate" 1 1, tree magnetic))
                Representations.equivariant "dipoles and density" (TreeEquivariants(e, tree (couple (vector "mu" "\"l1\"" "\"J\"") (rho "\"l2\"") "\"lambda\"")))
                Representations.equivariant "a sum" (TreeEquivariants(full all "include" 1 3, tree sums))
                Representations.invariant "v·v′" (fun _ -> false) (TreeInvariants(e, tree "{\"couple\":[{\"leaf\":\"spins\",\"l\":\"l\"},{\"leaf\":\"spins\",\"l\":\"l\"}],\"L\":0,\"sumJ\":true}")) ]

        testCase "a node that stands twice is made once" <| fun () ->
            let e = full [ 1; 8 ] "include" 2 2
            let half = couple (rho "\"l1\"") (rho "\"l2\"") "\"k\""
            let whole = TreeInvariants(e, tree (couple half half "0"))
            let s = structure [ 1; 8 ] 9
            let again = TreeInvariants(e, tree (couple half (couple (rho "\"m1\"") (rho "\"m2\"") "\"k\"") "0"))
            Assert.True(whole.Program.Shapes.Length < again.Program.Shapes.Length)
            Assert.True(again.FeatureCount > whole.FeatureCount)
            Assert.Equal(s.Count * whole.FeatureCount, (whole.Compute s).Length)

        testCase "trees that cannot be executed are refused with what is there" <| fun () ->
            let e = full [ 1; 8 ] "include" 1 2
            refuses [ "expected 0" ] (fun () -> TreeInvariants(e, tree (couple (rho "1") (rho "1") "2")) |> ignore)
            refuses [ "no orders fit" ] (fun () -> TreeEquivariants(e, tree (couple (rho "1") (rho "1") "3")) |> ignore)
            refuses [ "map" ] (fun () -> TreeEquivariants(e, tree ("{\"map\":" + rho "1" + "}")) |> ignore)
            refuses [ "'m'"; "rho, spins, mu" ] (fun () ->
                TreeEquivariants(e, read "{\"format\":\"coupling-tree/1\",\"fields\":{\"m\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":{\"leaf\":\"m\",\"l\":1}}") |> ignore)
            refuses [ "'spins'"; "polar"; "axial" ] (fun () ->
                TreeEquivariants(e, read "{\"format\":\"coupling-tree/1\",\"fields\":{\"spins\":{\"rank\":1,\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":{\"leaf\":\"spins\",\"l\":1,\"J\":1}}") |> ignore)

        testCase "files that are no coupling trees are refused with the place" <| fun () ->
            for json, parts in
                [ "{\"format\":\"coupling-tree/2\",\"fields\":{},\"tree\":{}}", [ "tree.json"; "$.format"; "coupling-tree/1" ]
                  "{\"format\":\"coupling-tree/1\",\"fields\":{},\"tree\":{\"leaf\":\"rho\",\"l\":1}}", [ "$.tree.leaf"; "'rho'" ]
                  "{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":{\"couple\":[{\"leaf\":\"rho\",\"l\":1}],\"L\":0}}", [ "$.tree.couple"; "two nodes" ]
                  "{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":{\"leaf\":\"rho\",\"l\":-1}}", [ "$.tree.l"; "≥ 0" ]
                  "{\"format\":\"coupling-tree/1\",\"fields\":{\"rho\":{\"parity\":\"polar\",\"time\":\"even\"}},\"tree\":{\"leaf\":\"rho\",\"l\":1,\"J\":1}}", [ "$.tree"; "'J'" ]
                  "{\"format\":\"coupling-tree/1\",\"format\":\"coupling-tree/1\"}", [ "'format' twice" ]
                  "not", [ "JSON" ] ] do
                refuses parts (fun () -> read json |> ignore)

        testCase "trees that are read are written as they were" <| fun () ->
            Law.holdsFor 100 (RandomTrees.trees { deep with HasMaps = true }) (fun t -> Assert.Equal(write t, (read (write t)).ToJson()))
    ]
