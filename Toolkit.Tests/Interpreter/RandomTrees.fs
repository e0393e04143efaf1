/// Random coupling trees whose orders are numbers, of one to six factors, that shrink to simpler ones.
module Toolkit.Tests.Interpreter.RandomTrees

open FsCheck
open FsCheck.FSharp
open Toolkit.Tests.Interpreter.TreeModel

/// What trees are drawn from.
type Range =
    { Fields: Map<string, Field>
      /// The largest l of a leaf.
      LMax: int
      /// The largest order of a coupling.
      Largest: int
      /// Numbers of factors, least and most.
      Factors: int * int
      /// Whether there are nodes map and sum.
      HasMaps: bool }

let private orderOf fields node = (signature fields node).Lambda

let private leaf (range: Range) : Gen<Node> =
    gen {
        let! name, field = Gen.elements (Map.toList range.Fields)
        let! l = Gen.choose (0, range.LMax)

        if field.Rank = 0 then
            return Leaf(name, Known l, None)
        else
            let! j = Gen.choose (abs (l - 1), l + 1)
            return Leaf(name, Known l, Some(Known j))
    }

let private coupled (range: Range) a b : Gen<Node> =
    gen {
        let la, lb = orderOf range.Fields a, orderOf range.Fields b
        let! l = Gen.choose (abs (la - lb), min (la + lb) range.Largest)
        return Couple(a, b, Known l)
    }

/// Two vectors as v·v′.
let private dotted (range: Range) : Gen<Node> =
    gen {
        let vectors = range.Fields |> Map.toList |> List.filter (fun (_, f) -> f.Rank = 1) |> List.map fst
        let! a = Gen.elements vectors
        let! b = Gen.elements vectors
        let! la = Gen.choose (0, range.LMax)
        let! lb = Gen.choose (0, range.LMax)
        let! l = Gen.choose (abs (la - lb), min (la + lb) range.Largest)
        return SumJ((a, Known la), (b, Known lb), Known l)
    }

/// The same leaves and the same order with other orders in between, where there are any: it can be added to the first.
let rec private recoupled (range: Range) (node: Node) : Gen<Node> =
    match node with
    | Couple(a, b, l) ->
        gen {
            let! a' = free range a
            let! b' = free range b
            let la, lb = orderOf range.Fields a', orderOf range.Fields b'

            let fits =
                match l with
                | Known l -> l >= abs (la - lb) && l <= la + lb
                | Name _ -> false

            return if fits then Couple(a', b', l) else node
        }
    | _ -> Gen.constant node

/// The same leaves with any orders in between.
and private free (range: Range) (node: Node) : Gen<Node> =
    match node with
    | Couple(a, b, _) ->
        gen {
            let! a = free range a
            let! b = free range b
            return! coupled range a b
        }
    | _ -> Gen.constant node

let rec private product (range: Range) (factors: int) : Gen<Node> =
    gen {
        let! node =
            match factors with
            | 1 -> leaf range
            | 2 when range.Fields |> Map.exists (fun _ f -> f.Rank = 1) ->
                Gen.oneof [ product' range factors; dotted range ]
            | _ -> product' range factors

        if not range.HasMaps then
            return node
        else
            match! Gen.choose (0, 5) with
            | 0 -> return Map node
            | 1 ->
                let! other = recoupled range node
                return Sum [ node; other ]
            | _ -> return node
    }

and private product' range factors =
    gen {
        let! left = Gen.choose (1, factors - 1)
        let! a = product range left
        let! b = product range (factors - left)
        return! coupled range a b
    }

/// Simpler trees: parts of the tree, smaller l, without maps and sums.
let rec private simpler (fields: Map<string, Field>) (node: Node) : Node seq =
    let couple a b (l: Order) =
        let la, lb = orderOf fields a, orderOf fields b

        match l with
        | Known l -> Couple(a, b, Known(min (la + lb) (max (abs (la - lb)) l)))
        | Name _ -> Couple(a, b, l)

    seq {
        match node with
        | Leaf(f, Known l, None) when l > 0 -> Leaf(f, Known(l - 1), None)
        | Leaf(f, Known l, Some(Known j)) when l > 0 -> Leaf(f, Known(l - 1), Some(Known(min l (max (abs (l - 2)) j))))
        | Leaf _ -> ()
        | SumJ((a, la), (b, lb), l) -> if (la, lb, l) <> (Known 0, Known 0, Known 0) then SumJ((a, Known 0), (b, Known 0), Known 0)
        | Map inner -> inner
        | Sum nodes -> yield! nodes
        | Couple(a, b, l) ->
            a
            b
            for a' in simpler fields a do couple a' b l
            for b' in simpler fields b do couple a b' l
    }

/// Random trees with what shrinks them.
let trees (range: Range) : Arbitrary<Tree> =
    let tree root = { Fields = range.Fields; Root = root }
    let lo, hi = range.Factors

    let gen =
        gen {
            let! factors = Gen.choose (lo, hi)
            let! root = product range factors
            return tree root
        }

    Arb.fromGenShrink (gen, (fun t -> simpler t.Fields t.Root |> Seq.map tree))
