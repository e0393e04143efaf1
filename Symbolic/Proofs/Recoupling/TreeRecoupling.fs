/// From two coupling trees of the same leaves to the theorem that connects them.
[<RequireQualifiedAccess>]
module Toolkit.Symbolic.Proofs.TreeRecoupling

open System.Collections.Generic
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems

exception private Refused of string

/// A tree as a scheme. A number in it becomes a name of its own, for which the theorem holds in general: second, which
/// name stands for which number.
let private scheme (which: string) (tree: Tree) : Scheme * (string * int) list =
    let numbers = List<string * int>()

    let label (order: Order) =
        match order with
        | Named name -> name
        | Fixed n ->
            let name = $"n{numbers.Count + 1}"
            numbers.Add((name, n))
            name

    let rec visit (tree: Tree) : Scheme =
        match tree with
        | Tree.Scalar(_, Named l)
        | Tree.Vector(_, _, Named l) -> Scheme.Single l
        | Tree.Scalar(field, Fixed n)
        | Tree.Vector(field, _, Fixed n) ->
            raise (Refused $"{which}: found the order {n} at the leaf {field}, expected a name, by which the leaves of both trees are told apart")
        | Tree.Couple(l, r, order) ->
            let left, right = visit l, visit r
            Scheme.Couple(left, right, label order)
        | Tree.Mapped inner -> visit inner
        | Tree.CoupleVectors _ -> raise (Refused $"{which}: found a J-summed product, expected couplings of two")
        | Tree.Sum _ -> raise (Refused $"{which}: found a sum, expected couplings of two")

    visit tree, List.ofSeq numbers

/// The coefficient between the coupled states of two trees. Both roots are one angular momentum; orders 0 of the first tree are
/// put in.
[<CompiledName("Prove")>]
let prove (first: Tree) (second: Tree) : Result<Theorem, string> =
    try
        let start, numbers = scheme "the first tree" first
        let goal, _ = scheme "the second tree" second

        SchemePath.find start goal
        |> Result.bind (fun moves ->
            if moves.IsEmpty then
                Error "the trees are the same: found nothing to recouple"
            else
                let premise = SixJ.entries |> List.find (fun e -> e.Name = "6j.racah-formula")
                let general = premise.Proof.Value |> Result.bind (fun recoupling -> Recoupling.connect recoupling start moves)

                // Where an order is 0, symbols are evaluated; where they cannot be, the general theorem stands.
                (general, numbers)
                ||> List.fold (fun theorem (name, n) ->
                    match SixJ.withZero name theorem with
                    | Ok simpler when n = 0 -> Ok simpler
                    | _ -> theorem))
    with Refused why ->
        Error why
