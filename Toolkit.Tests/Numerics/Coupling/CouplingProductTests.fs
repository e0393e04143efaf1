module Toolkit.Tests.Numerics.Coupling.CouplingProductTests

open System
open Expecto
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Simd
open Toolkit.Testing
open Toolkit.Tests.Laws

let private numbers (random: Random) n = Array.init n (fun _ -> 2. * random.NextDouble() - 1.)
let private dot (a: float[]) (b: float[]) = Array.fold2 (fun s x y -> s + x * y) 0. a b
let private widths = [ VectorWidth.Scalar; VectorWidth.Bits128; VectorWidth.Bits256; VectorWidth.Bits512 ]

/// A random allowed or forbidden path, numbers of environments and channels.
let private case (seed, size: int) =
    let random = Random(seed: int)
    random, random.Next 6, random.Next 6, random.Next 6, 1 + random.Next 4, 1 + random.Next size, 1 + random.Next 6

/// Σ C A_{m1} B_{m2} for channel q1 of A and q2 of B in environment e, by the table's entries.
let private slow l1 l2 l na nb (a: float[]) (b: float[]) e m q1 q2 =
    let block = CouplingTable.Default.Block(l1, l2, l)
    let mutable sum = 0.

    if not block.IsEmpty then
        for i in 0 .. block.Count - 1 do
            if int block.M3[i] = m then
                let x = a[(e * (2 * l1 + 1) + int block.M1[i]) * na + q1]
                let y = b[(e * (2 * l2 + 1) + int block.M2[i]) * nb + q2]
                sum <- sum + block.Value[i] * x * y

    sum

let private sameBits (number: float -> 'T) c =
    let random, l1, l2, l, envs, na, nb = case c
    let numbers n = numbers random n |> Array.map number
    let rows n = envs * (2 * n + 1)
    let a, b, dc = numbers (rows l1 * na), numbers (rows l2 * nb), numbers (rows l * na * nb)
    let b2, dc2 = numbers (rows l2 * na), numbers (rows l * na)

    let all width =
        let p = CouplingProduct<'T>(CouplingTable.Default, l1, l2, l, width)
        let c1, c2 = Array.zeroCreate dc.Length, Array.zeroCreate dc2.Length
        let da, db, da2, db2 = Array.zeroCreate a.Length, Array.zeroCreate b.Length, Array.zeroCreate a.Length, Array.zeroCreate b2.Length
        p.ForwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, Span c1)
        p.BackwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da, Span db)
        p.Forward(envs, na, ReadOnlySpan a, ReadOnlySpan b2, Span c2)
        p.Backward(envs, na, ReadOnlySpan a, ReadOnlySpan b2, ReadOnlySpan dc2, Span da2, Span db2)
        Array.concat [ c1; c2; da; db; da2; db2 ]

    let expected = all VectorWidth.Scalar
    for width in widths do Assert.Equal<'T[]>(expected, all width)

/// Forward, backward, and both for all pairs of channels, one after the other, of a sum of products.
let private everything (number: float -> 'T) (random: Random) envs na nb (sum: CouplingSum<'T>) =
    let numbers n = numbers random n |> Array.map number
    let a, b, dc = numbers (envs * sum.RowsA * na), numbers (envs * sum.RowsB * nb), numbers (envs * sum.RowsC * na * nb)
    let b2, dc2 = numbers (envs * sum.RowsB * na), numbers (envs * sum.RowsC * na)
    let c1, c2 = Array.create dc.Length (number 0.25), Array.create dc2.Length (number 0.5)
    let da, db, da2, db2 = Array.zeroCreate a.Length, Array.zeroCreate b.Length, Array.zeroCreate a.Length, Array.zeroCreate b2.Length
    sum.ForwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, Span c1)
    sum.BackwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da, Span db)
    sum.Forward(envs, na, ReadOnlySpan a, ReadOnlySpan b2, Span c2)
    sum.Backward(envs, na, ReadOnlySpan a, ReadOnlySpan b2, ReadOnlySpan dc2, Span da2, Span db2)
    [ c1; c2; da; db; da2; db2 ]

let private compiledIsInterpreted (number: float -> 'T) (seed, size: int) =
    let random = Random(seed: int)
    let la, lb, lc, envs, na, nb = random.Next 6, random.Next 6, random.Next 8, 1 + random.Next 4, 1 + random.Next size, 1 + random.Next 6
    let run width interpreted =
        let sum = CouplingSum<'T>.AllPaths(CouplingTable.Default, la, lb, lc, width, interpreted)
        everything number (Random seed) envs na nb sum

    Assert.Equal<'T[] list>(run VectorWidth.Scalar 0L, run VectorWidth.Bits512 0L)
    Assert.Equal<'T[] list>(run VectorWidth.Scalar 0L, run VectorWidth.Bits512 Int64.MaxValue)

[<Tests>]
let tests =
    testList "Numerics.Coupling.CouplingProductTests" [
        Law.test
            "the product over channels is the sum over the table's entries, element by element and for all pairs"
            60
            (Law.seeded (1, 24))
            (fun c ->
                let random, l1, l2, l, envs, na, nb = case c

                let a, b, b2 =
                    numbers random (envs * (2 * l1 + 1) * na),
                    numbers random (envs * (2 * l2 + 1) * nb),
                    numbers random (envs * (2 * l2 + 1) * na)

                let product = CouplingProduct<float>(CouplingTable.Default, l1, l2, l)
                let outer, single = Array.zeroCreate (envs * (2 * l + 1) * na * nb), Array.create (envs * (2 * l + 1) * na) 0.5
                product.ForwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, Span outer)
                product.Forward(envs, na, ReadOnlySpan a, ReadOnlySpan b2, Span single)

                for e in 0 .. envs - 1 do
                    for m in 0 .. 2 * l do
                        for q1 in 0 .. na - 1 do
                            let row = e * (2 * l + 1) + m
                            Assert.InRange(abs (single[row * na + q1] - 0.5 - slow l1 l2 l na na a b2 e m q1 q1), 0., 1e-14)

                            for q2 in 0 .. nb - 1 do
                                let found = outer[(row * na + q1) * nb + q2]
                                Assert.InRange(abs (found - slow l1 l2 l na nb a b e m q1 q2), 0., 1e-14))

        Law.test "the backward pass is the adjoint of the product in either factor" 60 (Law.seeded (1, 24)) (fun c ->
            let random, l1, l2, l, envs, na, nb = case c
            let product = CouplingProduct<float>(CouplingTable.Default, l1, l2, l)

            let check (sizes: int * int * int) forward backward =
                let sa, sb, sc = sizes
                let a, b, dc = numbers random sa, numbers random sb, numbers random sc
                let a2, b2 = numbers random sa, numbers random sb
                let da, db = Array.zeroCreate sa, Array.zeroCreate sb
                backward a b dc da db
                let forward x y = let z: float[] = Array.zeroCreate sc in forward x y z; z
                Assert.InRange(abs (dot da a2 - dot dc (forward a2 b)), 0., 1e-11)
                Assert.InRange(abs (dot db b2 - dot dc (forward a b2)), 0., 1e-11)

            let rows n = envs * (2 * n + 1)

            check
                (rows l1 * na, rows l2 * na, rows l * na)
                (fun (a: float[]) (b: float[]) (z: float[]) -> product.Forward(envs, na, ReadOnlySpan a, ReadOnlySpan b, Span z))
                (fun a b dc da db ->
                    product.Backward(envs, na, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da, Span db))

            check
                (rows l1 * na, rows l2 * nb, rows l * na * nb)
                (fun (a: float[]) (b: float[]) (z: float[]) ->
                    product.ForwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, Span z))
                (fun a b dc da db ->
                    product.BackwardOuter(envs, na, nb, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da, Span db)))

        Law.test
            "every width of vector gives the bits of the scalar product and of its backward pass, in float64 and float32"
            30
            (Law.seeded (1, 40))
            (fun c ->
                sameBits float c
                sameBits float32 c)

        testCase "the product of arrays of other lengths is refused" <| fun () ->
            let p = CouplingProduct<float>(CouplingTable.Default, 1, 1, 2)
            let one = [| 1.; 2.; 3. |]
            let wrong () = p.Forward(1, 1, ReadOnlySpan one, ReadOnlySpan one, Span [| 0. |])
            Assert.Contains("expected 3, 3 and 5 numbers; got 3, 3 and 1", (Assert.Throws<ArgumentException> wrong).Message)

        Law.test
            "code compiled at run time gives the bits of the table-driven scalar kernel, in float64 and float32"
            6
            (Law.seeded (1, 40))
            (fun c ->
                compiledIsInterpreted float c
                compiledIsInterpreted float32 c)

        Law.test "a sum of products is the sum of the products, whatever rows they use" 10 (Law.seeded (1, 20)) (fun (seed, channels) ->
            let random = Random seed
            let envs, rowsA, rowsB, rowsC = 1 + random.Next 3, 12, 11, 13
            let path _ =
                let l1, l2, l = random.Next 6, random.Next 6, random.Next 7
                CouplingPath(l1, l2, l, random.Next(rowsA - 2 * l1), random.Next(rowsB - 2 * l2), random.Next(rowsC - 2 * l))

            let paths = Array.init (random.Next 12) path
            let a, b = numbers random (envs * rowsA * channels), numbers random (envs * rowsB * channels)
            let c = Array.zeroCreate (envs * rowsC * channels)
            let expected: float[] = Array.zeroCreate c.Length
            CouplingSum<float>(CouplingTable.Default, rowsA, rowsB, rowsC, paths)
                .Forward(envs, channels, ReadOnlySpan a, ReadOnlySpan b, Span c)

            for p in paths do
                let block = CouplingTable.Default.Block(p.L1, p.L2, p.L)
                if not block.IsEmpty then
                    for i in 0 .. block.Count - 1 do
                        for e in 0 .. envs - 1 do
                            for q in 0 .. channels - 1 do
                                let at rows row m = (e * rows + row + int m) * channels + q
                                let k = at rowsC p.RowC block.M3[i]
                                let x, y = a[at rowsA p.RowA block.M1[i]], b[at rowsB p.RowB block.M2[i]]
                                expected[k] <- expected[k] + block.Value[i] * x * y

            Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-13)) expected c)

        testCase "float32 products agree with float64 to their own precision, compiled or not" <| fun () ->
            let random = Random 5
            let sum, envs, channels = CouplingSum<float>.AllPaths(CouplingTable.Default, 4, 4, 4), 3, 37
            let a, b, dc =
                numbers random (envs * 25 * channels), numbers random (envs * 25 * channels), numbers random (envs * 25 * channels)
            let c, da, db = Array.zeroCreate a.Length, Array.zeroCreate a.Length, Array.zeroCreate a.Length
            sum.Forward(envs, channels, ReadOnlySpan a, ReadOnlySpan b, Span c)
            sum.Backward(envs, channels, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da, Span db)
            let single = Array.map float32

            for interpreted in [ 0L; Int64.MaxValue ] do
                let sum = CouplingSum<float32>.AllPaths(CouplingTable.Default, 4, 4, 4, VectorWidths.Widest, interpreted)
                let a, b, dc = single a, single b, single dc
                let c2, da2, db2 = Array.zeroCreate a.Length, Array.zeroCreate a.Length, Array.zeroCreate a.Length
                sum.Forward(envs, channels, ReadOnlySpan a, ReadOnlySpan b, Span c2)
                sum.Backward(envs, channels, ReadOnlySpan a, ReadOnlySpan b, ReadOnlySpan dc, Span da2, Span db2)
                let near (x: float[]) (y: float32[]) = Array.iter2 (fun u v -> Assert.InRange(abs (u - float v), 0., 2e-5)) x y
                near c c2
                near da da2
                near db db2

        testCase "rows outside their array are refused" <| fun () ->
            let path = CouplingPath(2, 1, 1, 0, 1, 0)
            let make () = CouplingSum<float>(CouplingTable.Default, 5, 3, 3, [| path |]) |> ignore
            Assert.Contains("from row 1 do not lie inside B of 3 rows", (Assert.Throws<ArgumentOutOfRangeException> make).Message)
    ]
