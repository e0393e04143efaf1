/// The way from one coupling scheme to another of the same angular momenta, by as few recouplings as there can be.
[<RequireQualifiedAccess>]
module Toolkit.Symbolic.Proofs.SchemePath

open System.Collections.Generic
open Toolkit.Symbolic.Proofs.Kernel

/// More leaves than this have too many schemes to be searched: with n leaves there are 1·3·5·…·(2n − 3).
[<Literal>]
let MostLeaves = 8

let rec private leaves scheme =
    match scheme with
    | Single x -> [ x ]
    | Couple(l, r, _) -> leaves l @ leaves r

let rec private labels scheme =
    match scheme with
    | Single _ -> []
    | Couple(l, r, x) -> x :: labels l @ labels r

/// A scheme without order and labels: the sets of leaves below its inner nodes, as bits.
type private Shape = Set<int>

let private maskOf (place: Map<string, int>) scheme = leaves scheme |> List.sumBy (fun x -> 1 <<< place[x])

let rec private nodes place scheme =
    match scheme with
    | Single _ -> []
    | Couple(l, r, x) -> (maskOf place scheme, x) :: nodes place l @ nodes place r

/// The two sets into which a set of leaves is split in a shape.
let private children (shape: Shape) (mask: int) =
    let inside = shape |> Set.filter (fun m -> m <> mask && m &&& mask = m)
    let largest = inside |> Set.filter (fun m -> not (inside |> Set.exists (fun n -> n <> m && n &&& m = m))) |> List.ofSeq

    match largest with
    | [ a; b ] -> a, b
    | [ a ] -> a, mask ^^^ a
    | _ -> // Two single leaves.
        let low = mask &&& -mask
        low, mask ^^^ low

/// The shapes one recoupling away: of ((A B) C) the pair (A B) gives way to (A C) or (B C).
let private neighbours (all: int) (shape: Shape) : (int * int * Shape) list =
    [ for inner in shape do
          if inner <> all then
              let parent =
                  shape
                  |> Seq.filter (fun m -> m <> inner && m &&& inner = inner)
                  |> Seq.minBy (fun (m: int) -> System.Numerics.BitOperations.PopCount(uint32 m))

              let a, b = children shape inner
              let sibling = parent ^^^ inner

              for part in [ a; b ] do
                  inner, part ||| sibling, shape |> Set.remove inner |> Set.add (part ||| sibling) ]

/// The fewest recouplings from one shape to another: (pair that goes, pair that comes), in order.
let private shortest (all: int) (start: Shape) (goal: Shape) : (int * int) list =
    let cameFrom = Dictionary<Shape, (int * int * Shape) option>(HashIdentity.Structural)
    let queue = Queue<Shape>()
    cameFrom[start] <- None
    queue.Enqueue start

    while not (cameFrom.ContainsKey goal) do
        let shape = queue.Dequeue()

        for gone, come, next in neighbours all shape do
            if cameFrom.TryAdd(next, Some(gone, come, shape)) then
                queue.Enqueue next

    let rec back shape found =
        match cameFrom[shape] with
        | None -> found
        | Some(gone, come, before) -> back before ((gone, come) :: found)

    back goal []

/// A name that is not taken: with primes, or x1, x2, ….
let private fresh (taken: HashSet<string>) (wanted: string option) =
    let candidates =
        match wanted with
        | Some name -> Seq.initInfinite (fun n -> name + System.String('\'', n))
        | None -> Seq.initInfinite (fun n -> $"x{n + 1}")

    candidates |> Seq.find taken.Add

/// The part of a scheme with just these leaves.
let rec private part mask (place: Map<string, int>) scheme =
    match scheme with
    | _ when maskOf place scheme = mask -> Some scheme
    | Single _ -> None
    | Couple(l, r, _) -> part mask place l |> Option.orElseWith (fun () -> part mask place r)

/// The scheme with what is at one node changed.
let rec private change node (how: Scheme -> Scheme) scheme =
    match scheme with
    | Couple(_, _, x) when x = node -> how scheme
    | Couple(l, r, x) -> Couple(change node how l, change node how r, x)
    | single -> single

/// The moves from one scheme to another of the same leaves, whose labels may become others to keep names apart: a pair
/// that both schemes have keeps the first one's label, and a label of the second that the first uses elsewhere gets a
/// prime. Error: why the schemes cannot be connected.
let find (start: Scheme) (goal: Scheme) : Result<Move list, string> =
    let names = leaves start
    let repeated = names @ labels start |> List.countBy id |> List.tryFind (fun (_, n) -> n > 1)
    let repeatedIn = leaves goal @ labels goal |> List.countBy id |> List.tryFind (fun (_, n) -> n > 1)

    match repeated, repeatedIn with
    | Some(name, _), _ -> Error $"the first scheme: found '{name}' twice, expected a name of its own for every angular momentum"
    | None, Some(name, _) -> Error $"the second scheme: found '{name}' twice, expected a name of its own for every angular momentum"
    | _ when List.sort names <> List.sort (leaves goal) ->
        let list (xs: string list) = System.String.Join(", ", xs)
        Error $"the second scheme: found the leaves {list (leaves goal)}, expected those of the first, {list names}"
    | _ when names.Length > MostLeaves -> Error $"found {names.Length} leaves, expected at most {MostLeaves}"
    | _ when names.Length < 2 -> Error "found one leaf, expected at least two"
    | _ ->
        let place = names |> List.indexed |> List.map (fun (i, x) -> x, i) |> Map.ofList
        let all = (1 <<< names.Length) - 1
        let goalNodes = nodes place goal |> Map.ofList
        let shape scheme = nodes place scheme |> List.map fst |> Set.ofList
        let taken = HashSet<string>(names @ labels start)
        let moves = List<Move>()
        let current = ref start

        let exchange node =
            moves.Add(Exchange node)

            current.Value <-
                current.Value
                |> change node (function
                    | Couple(l, r, x) -> Couple(r, l, x)
                    | single -> single)

        for gone, come in shortest all (shape start) (shape goal) do
            let inner = (part gone place current.Value).Value
            let label = fresh taken (goalNodes.TryFind come)
            // The part of the pair that stays with the sibling.
            let kept = come &&& gone

            let parentMask, parent =
                nodes place current.Value
                |> List.filter (fun (m, _) -> m <> gone && m &&& gone = gone)
                |> List.minBy (fun (m, _) -> System.Numerics.BitOperations.PopCount(uint32 m))

            let keptIsLeft =
                match inner with
                | Couple(l, _, _) -> maskOf place l = kept
                | Single _ -> false

            match (part parentMask place current.Value).Value with
            | Couple(_, right, _) when maskOf place right = gone ->
                // (S (K O)) becomes ((S K) O): K stands first.
                if not keptIsLeft then exchange inner.Top
                moves.Add(Leftwards(parent, label))

                current.Value <-
                    current.Value
                    |> change parent (function
                        | Couple(a, Couple(b, c, _), e) -> Couple(Couple(a, b, label), c, e)
                        | other -> other)
            | _ ->
                // ((O K) S) becomes (O (K S)): K stands last.
                if keptIsLeft then exchange inner.Top
                moves.Add(Rightwards(parent, label))

                current.Value <-
                    current.Value
                    |> change parent (function
                        | Couple(Couple(a, b, _), c, e) -> Couple(a, Couple(b, c, label), e)
                        | other -> other)

        // Now the same pairs, in another order perhaps.
        let rec align (wanted: Scheme) =
            match wanted with
            | Single _ -> ()
            | Couple(l, r, _) ->
                match part (maskOf place wanted) place current.Value with
                | Some(Couple(left, _, x)) when maskOf place left <> maskOf place l -> exchange x
                | _ -> ()

                align l
                align r

        align goal
        Ok(List.ofSeq moves)
