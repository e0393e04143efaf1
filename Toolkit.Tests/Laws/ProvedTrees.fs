/// Coupling trees as representations write them and as Symbolic reads them, and what it proves of them.
module Toolkit.Tests.Laws.ProvedTrees

open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems

/// The tree that is written, read back.
let read (tree: Toolkit.Numerics.Coupling.CouplingTree) : CouplingTree =
    match CouplingTreeReader.read (tree.ToJson()) with
    | Ok read -> read
    | Error why -> failwith why

let private proved<'statement> (tree: Toolkit.Numerics.Coupling.CouplingTree) : CouplingTree =
    let tree = read tree

    match Trees.prove tree with
    | Ok theorem ->
        Assert.IsType<'statement> theorem.Statement |> ignore
        tree
    | Error why -> failwith why

/// The tree read back, after it was proved invariant.
let invariant tree = proved<FamilyFact> tree

/// The tree read back, after it was proved to turn as its order does.
let equivariant tree = proved<Equivariant> tree
