module Toolkit.Tests.Numerics.Stages.GramTests

open System
open System.Runtime.Intrinsics
open Expecto
open Microsoft.FSharp.NativeInterop
open Toolkit.Numerics.Simd
open Toolkit.Numerics.Stages
open Toolkit.Tests.Laws

#nowarn "9"

/// Any shape that a program asks for, and how many channels its factors have.
let private shape (random: Random) size =
    let n, m, isOdd = 1 + random.Next size, 1 + random.Next size, random.Next 2 = 0
    let few = 1 + random.Next(1 + size / 4)

    match random.Next 5 with
    | 0 -> GramShape.Pairs(n, m, false), n, m
    | 1 -> GramShape.Pairs(n, n, true, isOdd), n, n
    | 2 -> GramShape.Plain(n, n, true, isOdd), n, n
    | 3 -> GramShape.Thirds(few, random.Next 2 = 0, random.Next 2 = 0, isOdd), few, few * few
    | _ ->
        let isFirst = random.Next 2 = 0
        GramShape.Middle(few, few, few, isFirst, isFirst && random.Next 2 = 0, isOdd), few, few * few

/// Products of one A with some B in all widths, beside sums that are written out; what stands around them stays as it is.
let private products contract (number: float -> 'T) (value: 'T -> float) tolerance (seed: int, size) =
    let random = Random seed
    let shape, left, right = shape random size
    let struct (lefts, rights, weights) = shape.Lists()
    let components, count, scale, guard = 1 + random.Next 9, 1 + random.Next 3, random.NextDouble(), 32
    let adds, isFollowed = random.Next 4 = 0, random.Next 2 = 0
    let padded n = (n + 7) / 8 * 8
    let random n = Array.init n (fun _ -> number (2. * random.NextDouble() - 1.))
    let leftStep, rightStep, next = padded left, padded right, shape.Count + Random(seed).Next 20
    let a, b = random (components * leftStep + 16), random (count * components * rightStep)
    // Nothing that stands behind B counts.
    let b = Array.append b (Array.create 16 (number nan))
    let before = random (2 * guard + count * next)

    for width in [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ] do
        let after = Array.copy before
        use a' = fixed a
        use b' = fixed b
        use c' = fixed after

        contract width shape components (number scale) a' leftStep b' rightStep count (components * rightStep) (NativePtr.add c' guard)
            next adds isFollowed

        let expected = before |> Array.map value

        for q in 0 .. count - 1 do
            for k in 0 .. shape.Count - 1 do
                let terms =
                    [ for m in 0 .. components - 1 ->
                          value a[m * leftStep + lefts[k]] * value b[(q * components + m) * rightStep + rights[k]] ]

                let weight = match weights with null -> 1. | w -> w[k]
                let at = guard + q * next + k
                expected[at] <- (if adds then expected[at] else 0.) + value (number scale) * weight * List.sum terms

        for k in 0 .. after.Length - 1 do
            if abs (value after[k] - expected[k]) <= tolerance then () else
                failtest $"%A{width}, {components} rows, place {k - guard} of {count} × {shape.Count}: {after[k]}, expected {expected[k]}"

let private double width shape components scale a aStep b bStep count next c cNext adds isFollowed =
    let (a: nativeptr<float>), b, c = a, b, c

    match width with
    | VectorWidth.Scalar ->
        GramTile<Lanes1<float>, float, float>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)
    | VectorWidth.Bits128 ->
        GramTile<Lanes128<float>, Vector128<float>, float>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)
    | VectorWidth.Bits256 ->
        GramTile<Lanes256<float>, Vector256<float>, float>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)
    | _ ->
        GramTile<Lanes512<float>, Vector512<float>, float>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)

/// Registers of eight numbers at most; where there are any of sixteen they are taken for two of eight.
let private single width shape components scale a aStep b bStep count next c cNext adds isFollowed =
    let (a: nativeptr<float32>), b, c = a, b, c

    match width with
    | VectorWidth.Scalar ->
        GramTile<Lanes1<float32>, float32, float32>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)
    | VectorWidth.Bits128 ->
        GramTile<Lanes128<float32>, Vector128<float32>, float32>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)
    | _ ->
        GramTile<Lanes256<float32>, Vector256<float32>, float32>.Contract(
            shape, components, scale, a, nativeint aStep, b, nativeint bStep, count, nativeint next, c, nativeint cNext, adds, isFollowed)

[<Tests>]
let tests =
    testList "Numerics.Stages.GramTests" [
        Law.test
            "products of any shape are the sums that define them in every width, and nothing beside them is touched"
            150
            (Law.seeded (1, 40))
            (products double id id 1e-13)

        Law.test "so are those of single precision" 150 (Law.seeded (1, 40)) (products single float32 float 2e-5)
    ]
