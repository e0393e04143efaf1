/// What is proved is what is executed.
module Toolkit.Tests.Numerics.Coupling.CouplingTreeTests

open System
open Expecto
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion nmax lmax =
    let radial = SmearedGto(GtoBasis(nmax, 3.0), lmax, 3.0, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(3.0, 0.5), 1e-8), [ 1; 8 ], CentrePolicy.Include)

let rec private evaluate (l: int) (leaves: float[] list) (tree: Tree) : float[] * float[] list =
    let number order =
        match order with
        | Fixed n -> n
        | Named _ -> l

    match tree with
    | Scalar(_, order) ->
        let n = number order
        leaves.Head[n * n .. n * n + 2 * n], leaves.Tail
    | Couple(left, right, order) ->
        let a, rest = evaluate l leaves left
        let b, rest = evaluate l rest right
        Families.couple a b (number order), rest
    | Vector _
    | CoupleVectors _ -> failwith "there is no vector field"
    | Mapped _
    | Sum _ -> failwith "there is no map of channels"

[<Tests>]
let tests =
    testList "Numerics.Coupling.CouplingTreeTests" [
        testCase "the power spectrum is its coupling tree, which is proved invariant" <| fun () ->
            for nmax, lmax in [ 3, 5; 1, 2; 9, 3 ] do
                let representation = PowerSpectrum(expansion nmax lmax)
                let tree = ProvedTrees.invariant (Assert.Single representation.CouplingTrees)

                Law.holdsFor 20 (Law.seeded (0, 0)) (fun (seed, _) ->
                    let c, features = Representations.execute (Random seed) representation
                    let channel group n = Array.IndexOf(representation.Expansion.Groups.ToArray(), group) * nmax + n

                    for k in 0 .. representation.FeatureCount - 1 do
                        let label = representation.Labels[k].ToArray()
                        let q, q', l = channel label[0] label[1], channel label[2] label[3], label[4]
                        let value, _ = evaluate l [ c[q]; c[q'] ] tree.Tree
                        let expected = (if l % 2 = 0 then 1. else -1.) * (if q = q' then 1. else sqrt 2.) * value[0]
                        Assert.Equal(expected, features[k], 1e-12 * (1. + abs expected) * 10.))

        testCase "the radial spectrum is its coupling tree, which is proved invariant" <| fun () ->
            let representation = RadialSpectrum(expansion 4 0)
            let tree = ProvedTrees.invariant (Assert.Single representation.CouplingTrees)
            let c, features = Representations.execute (Random 3) representation
            Assert.Equal<float[]>(c |> Array.map (fun q -> (fst (evaluate 0 [ q ] tree.Tree))[0]), features)

        testCase "trees are written as the contract says, and read back"
        <| fun () ->
            let spin = CouplingField("spin", 1, true, true)
            let leaf (l: string) (j: string) = CouplingLeaf(spin, CouplingOrder.op_Implicit l, CouplingOrder.op_Implicit j)
            let tree = Toolkit.Numerics.Coupling.CouplingTree(CouplingPair(leaf "l1" "J", leaf "l2" "J", CouplingOrder.op_Implicit 0))

            Assert.Equal(
                """{"format":"coupling-tree/1","fields":{"spin":{"rank":1,"parity":"axial","time":"odd"}},"tree":{"couple":[{"leaf":"spin","l":"l1","J":"J"},{"leaf":"spin","l":"l2","J":"J"}],"L":0}}""",
                tree.ToJson()
            )

            Assert.Equal("couple(spin l1→J, spin l2→J, 0)", (ProvedTrees.read tree).Tree.ToString())

        testCase "a tree that contradicts itself is not written" <| fun () ->
            let l: CouplingOrder = CouplingOrder.op_Implicit "l"
            let pair (a: CouplingNode) b = Toolkit.Numerics.Coupling.CouplingTree(CouplingPair(a, b, CouplingOrder.op_Implicit 0))
            let scalar = CouplingLeaf(CouplingField "rho", l)
            let refused (tree: Toolkit.Numerics.Coupling.CouplingTree) =
                Assert.Throws<InvalidOperationException>(fun () -> tree.ToJson() |> ignore) |> ignore
            refused (pair scalar (CouplingLeaf(CouplingField("rho", 0, true), l)))
            refused (pair scalar (CouplingLeaf(CouplingField("rho"), l, Nullable l)))
            refused (pair scalar (CouplingLeaf(CouplingField("spin", 1), l)))
    ]
