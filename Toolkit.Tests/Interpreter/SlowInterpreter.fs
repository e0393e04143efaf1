/// Runs any coupling tree with plain loops: exact real coupling coefficients of Symbolic, rounded once, and the
/// definitions of CONVENTIONS.md. What the library's engine computes is compared with it; it shares no code with that engine.
module Toolkit.Tests.Interpreter.SlowInterpreter

open System.Collections.Concurrent
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Tests.Interpreter.TreeModel

let private blocks = ConcurrentDictionary<struct (int * int * int), struct (int * int * int * float)[]>()

/// The entries (m1 + l1, m2 + l2, M + L, C) of one coupling array that are not zero.
let block (l1: int) (l2: int) (l: int) : struct (int * int * int * float)[] =
    let make _ =
        let half (n: int) = HalfInteger.op_Implicit n

        [| for m1 in -l1 .. l1 do
               for m2 in -l2 .. l2 do
                   for m in -l .. l do
                       let c = RealCoupling.exact(half l1, half m1, half l2, half m2, half l, half m).ToDouble()
                       if c <> 0. then struct (m1 + l1, m2 + l2, m + l, c) |]

    blocks.GetOrAdd(struct (l1, l2, l), make)

/// couple(A, B, L)_M = Σ C A_m1 B_m2.
let couple (a: float[]) (b: float[]) (l: int) : float[] =
    let sum = Array.zeroCreate (2 * l + 1)

    for struct (m1, m2, m, c) in block ((a.Length - 1) / 2) ((b.Length - 1) / 2) l do
        sum[m] <- sum[m] + c * a[m1] * b[m2]

    sum

/// u_JM = Σ_{m q} ⟨l m 1 q|J M⟩ c^q_m of [q][m].
let join (c: float[][]) (j: int) : float[] =
    let l = (c[0].Length - 1) / 2
    let sum = Array.zeroCreate (2 * j + 1)

    for struct (m, q, at, value) in block l 1 j do
        sum[at] <- sum[at] + value * c[q][m]

    sum

/// What a leaf takes: the coefficients of its channels.
type Leaves =
    { /// Of a scalar field and l: [channel][m].
      Scalar: string -> int -> float[][]
      /// Of a vector field and l: [channel][q][m].
      Vector: string -> int -> float[][][]
      /// The rows [out][in] of the map with a number (in the order in which a reader meets them) on so many channels.
      Map: int -> int -> float[][] }

/// The values [channel][M] of a tree whose orders are numbers. The channels of a product are all pairs of those of its
/// factors, the left one's slower.
let evaluate (leaves: Leaves) (root: Node) : float[][] =
    let mutable maps = 0

    let known order =
        match order with
        | Known n -> n
        | Name name -> failwith $"the order {name} has no number"

    let rec go (node: Node) : float[][] =
        match node with
        | Leaf(field, l, None) -> leaves.Scalar field (known l)
        | Leaf(field, l, Some j) -> leaves.Vector field (known l) |> Array.map (fun c -> join c (known j))
        | Couple(a, b, l) ->
            let a = go a
            let b = go b
            [| for x in a do for y in b -> couple x y (known l) |]
        | SumJ((a, la), (b, lb), l) ->
            [| for x in leaves.Vector a (known la) do
                   for y in leaves.Vector b (known lb) ->
                       Seq.init 3 (fun q -> couple x[q] y[q] (known l)) |> Seq.reduce (Array.map2 (+)) |]
        | Map inner ->
            let number = maps
            maps <- maps + 1
            let inside = go inner

            [| for row in leaves.Map number inside.Length ->
                   Array.init inside[0].Length (fun m -> Seq.sum (Seq.map2 (fun w (x: float[]) -> w * x[m]) row inside)) |]
        | Sum nodes -> nodes |> List.map go |> List.reduce (Array.map2 (Array.map2 (+)))

    go root
