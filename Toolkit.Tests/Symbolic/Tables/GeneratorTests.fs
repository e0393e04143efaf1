module Toolkit.Tests.Symbolic.Tables.GeneratorTests

open System
open System.Collections.Generic
open System.IO
open System.Threading.Tasks
open Xunit
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Laws

let private spec kind twiceLMax half = Specs.ofKind kind twiceLMax half Precision.Double

let private index l1 l2 l3 m1 m2 m3 =
    { TwiceL1 = l1
      TwiceL2 = l2
      TwiceL3 = l3
      TwiceM1 = m1
      TwiceM2 = m2
      TwiceM3 = m3 }

/// The entries of a block with doubled m's.
let private entries (l1: int) (l2: int) (l3: int) (block: CoefficientBlock) =
    [| for i in 0 .. block.Count - 1 ->
           struct (2 * int block.M1[i] - l1, 2 * int block.M2[i] - l2, 2 * int block.M3[i] - l3, block.Values[i]) |]

let private completeAndExactSpec (spec: TableSpec) =
    let seen = HashSet<struct (int * int * int)>()

    Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
        Assert.True(seen.Add(struct (l1, l2, l3)))

        let expected =
            Coefficients.exactBlock spec l1 l2 l3
            |> Array.map (fun (struct (i, v)) -> struct (i.TwiceM1, i.TwiceM2, i.TwiceM3, spec.Round v))

        Assert.Equal<struct (int * int * int * float)[]>(expected, entries l1 l2 l3 block))

    for (struct (l1, l2, l3)) in spec.Blocks do
        if (Coefficients.exactBlock spec l1 l2 l3).Length > 0 then
            Assert.True(seen.Contains(struct (l1, l2, l3)))

let private completeAndExact kind twiceLMax half =
    completeAndExactSpec (Specs.ofKind kind twiceLMax half Precision.Double)
    completeAndExactSpec (Specs.ofKind kind (twiceLMax / 2) half Precision.Single)

[<Fact>]
let ``every convention's table is correctly rounded, too`` () =
    for convention in Conventions.all do
        let kind = if convention.Basis = Basis.Real then RealCg else Cg

        match TableSpec.TryCreate(kind, HalfInteger.FromTwice 8, false, convention, Precision.Double) with
        | Ok spec -> completeAndExactSpec spec
        | Error e -> failwith e

[<Fact>]
let ``the recurrence gives every 3j symbol correctly rounded and none besides, half-integers included`` () =
    completeAndExact ThreeJ 13 true

[<Fact>]
let ``the recurrence gives every Clebsch–Gordan coefficient correctly rounded and none besides`` () =
    completeAndExact Cg 13 true
    completeAndExact Cg 20 false

[<Fact>]
let ``the recurrence gives every real-basis coefficient correctly rounded and none besides`` () =
    completeAndExact RealCg 20 false

[<Fact>]
let ``the recurrence gives every Gaunt coefficient correctly rounded and none besides`` () =
    completeAndExact Gaunt 20 false

/// The six orders of three columns, and whether they are odd.
let private orders = [ [| 0; 1; 2 |], false; [| 1; 2; 0 |], false; [| 2; 0; 1 |], false; [| 1; 0; 2 |], true; [| 0; 2; 1 |], true; [| 2; 1; 0 |], true ]

[<Theory>]
[<InlineData("3j", 15, true)>]
[<InlineData("3j", 24, false)>]
[<InlineData("gaunt", 24, false)>]
let ``the twelve images of an entry are the same float64 but for the sign (−1)^J of odd permutations and of reversal`` (kind: string) (twiceLMax: int) (half: bool) =
    let all = Dictionary<struct (int * int * int * int * int), float>()

    Generator(spec (TableKind.TryParse kind).Value twiceLMax half).ForEachBlock(fun l1 l2 l3 block ->
        for (struct (m1, m2, _, value)) in entries l1 l2 l3 block do
            all.Add(struct (l1, l2, l3, m1, m2), value))

    for KeyValue(struct (l1, l2, l3, m1, m2), value) in all do
        let l, m = [| l1; l2; l3 |], [| m1; m2; -m1 - m2 |]

        for order, odd in orders do
            for turn in [ 1; -1 ] do
                let image = all[struct (l[order[0]], l[order[1]], l[order[2]], turn * m[order[0]], turn * m[order[1]])]
                let negated = odd <> (turn < 0) && (l1 + l2 + l3) / 2 % 2 = 1
                if image <> (if negated then -value else value) then failwith $"{l} {m} {order} {turn}: {image}, {value}"

[<Fact>]
let ``the blocks of a class come together and none twice, so that nothing is kept or made again`` () =
    for kind, twiceLMax, half in [ ThreeJ, 15, true; Cg, 15, true; Cg, 20, false; RealCg, 20, false; Gaunt, 20, false ] do
        let blocks = ResizeArray<struct (int * int * int)>()
        Generator(spec kind twiceLMax half).ForEachBlock(fun l1 l2 l3 _ -> blocks.Add(struct (l1, l2, l3)))
        let ofClass (struct (l1, l2, l3)) = List.sort [ l1; l2; l3 ]
        let runs = 1 + (blocks |> Seq.pairwise |> Seq.filter (fun (a, b) -> ofClass a <> ofClass b) |> Seq.length)
        Assert.Equal(blocks.Count, (Seq.distinct blocks |> Seq.length))
        Assert.Equal(blocks |> Seq.distinctBy ofClass |> Seq.length, runs)

[<Fact>]
let ``every 3j symbol with j up to 20 is correctly rounded, to float64 and to float32`` () =
    // Each symmetry class (12 column permutations and reversals of m) is compared with its exact value once, through the
    // member with j1 ≥ j2 ≥ j3 and m as given there; the other members must repeat its float64 bit for bit.
    let values = Dictionary<struct (int * int * int * int * int), struct (float * float)>()

    let canonical (a: struct (int * int)) (b: struct (int * int)) (c: struct (int * int)) =
        let swap (x: struct (int * int)) (y: struct (int * int)) odd = if x >= y then struct (x, y, odd) else struct (y, x, not odd)
        let struct (a, b, odd) = swap a b false
        let struct (b, c, odd) = swap b c odd
        let struct (a, b, odd) = swap a b odd
        struct (a, b, c, odd)

    let key l1 l2 l3 m1 m2 m3 =
        let struct (struct (j1, n1), struct (j2, n2), struct (j3, n3), odd) = canonical struct (l1, m1) struct (l2, m2) struct (l3, m3)
        // Two columns may have equal j, so that reversal needs a second sort.
        let struct (struct (_, r1), struct (_, r2), struct (_, _), oddR) = canonical struct (l1, -m1) struct (l2, -m2) struct (l3, -m3)
        ignore n3
        let reversed = struct (r1, r2) > struct (n1, n2)
        let flips = (if reversed then oddR else odd) <> reversed
        let sign = if flips && ((l1 + l2 + l3) / 2) &&& 1 = 1 then -1.0 else 1.0
        struct ((if reversed then struct (j1, j2, j3, r1, r2) else struct (j1, j2, j3, n1, n2)), sign)

    for precision in [ Precision.Double; Precision.Single ] do
        let mutable count = 0

        Generator(Specs.ofKind ThreeJ 40 false precision).ForEachBlock(fun l1 l2 l3 block ->
            for (struct (m1, m2, m3, value)) in entries l1 l2 l3 block do
                count <- count + 1
                let struct (key, sign) = key l1 l2 l3 m1 m2 m3

                let struct (double, single) =
                    match values.TryGetValue key with
                    | true, known -> known
                    | _ ->
                        let struct (j1, j2, j3, n1, n2) = key
                        let exact = ThreeJ.Exact(index j1 j2 j3 n1 n2 (-n1 - n2))
                        let rounded = struct (exact.ToDouble(), float (exact.ToSingle()))
                        values.Add(key, rounded)
                        rounded

                let expected = sign * (if precision = Precision.Double then double else single)
                if expected <> value then failwith $"{l1} {l2} {l3} {m1} {m2} {m3}: {value}, exactly {expected}")

        // All 1,840,167 allowed ones but for the accidental zeros.
        Assert.Equal(1_830_080, count)

[<Fact>]
let ``blocks with wide integers are correctly rounded, too`` () =
    // J up to 96, up to two limbs; a few random entries of some blocks are compared.
    let random = Random 20

    for kind in [ ThreeJ; Cg; RealCg; Gaunt ] do
        let spec = spec kind 64 false

        Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
            if (l1 * 7 + l2 * 3 + l3) % 211 = 0 then
                for _ in 1..3 do
                    let i = random.Next block.Count
                    let m1, m2, m3 = 2 * int block.M1[i] - l1, 2 * int block.M2[i] - l2, 2 * int block.M3[i] - l3
                    Assert.Equal(spec.Round(kind.Exact(index l1 l2 l3 m1 m2 m3)), block.Values[i]))

[<Theory>]
[<InlineData(20, 20, 20, 1)>]
[<InlineData(30, 34, 40, 2)>]
[<InlineData(40, 60, 40, 3)>]
[<InlineData(40, 57, 70, 3)>]
[<InlineData(64, 64, 30, 3)>]
[<InlineData(127, 127, 127, 7)>]
let ``a chain's integers agree with the sum, term by term, in single steps and in double ones`` (a: int) (B: int) (C: int) (limbs: int) =
    let chain = SumChain(B, C, a)
    Assert.Equal(limbs, chain.Limbs)
    let hi, lo = Array.zeroCreate 600, Array.zeroCreate 600
    if a % 2 = 1 then chain.Step 1
    let mutable single = true

    while chain.A < a do
        // Steps of both lengths.
        if single && a - chain.A >= 4 then
            chain.Step 1
            chain.Step 1
        else
            chain.Step 2

        single <- not single

    for k in -C .. 7 .. (B + C) / 2 - C do
        chain.Read(k, hi, lo, 0)

        for i in 0..5 .. chain.Length k - 1 do
            let c = chain.FirstC k + i
            // (−1)^{b+c} with b = k + c.
            let exact = (if k % 2 = 0 then 1I else -1I) * RacahSum.value a B C (k + c) c
            let got = bigint hi[i] + bigint lo[i]
            Assert.True(abs (got - exact) <= (abs exact >>> 102), $"k = {k}, c = {c}")
            Assert.True(abs lo[i] <= Math.ScaleB(abs hi[i], -52))

[<Fact>]
let ``several threads make the same tables at once`` () =
    let specs = [| spec RealCg 20 false; spec ThreeJ 13 true; spec Cg 13 true; spec Gaunt 24 false |]
    let expected = specs |> Array.map TableFile.toBytes

    Parallel.For(0, 16, fun i ->
        let which = i % specs.Length
        Assert.Equal<byte[]>(expected[which], TableFile.toBytes specs[which]))
    |> ignore

[<Fact>]
let ``a table is streamed: what is written to a file is what is made in memory, and little of it is ever held`` () =
    TemporaryFolder.using (fun folder ->
        let path = Path.Combine(folder, "t.table")

        for kind, twiceLMax, half in [ ThreeJ, 31, true; Cg, 44, false; RealCg, 36, false; Gaunt, 48, false ] do
            let spec = spec kind twiceLMax half
            let before = GC.GetAllocatedBytesForCurrentThread()
            TableFile.write spec path
            let allocated = GC.GetAllocatedBytesForCurrentThread() - before
            Assert.True(allocated < FileInfo(path).Length / 2L, $"{kind.Name}: {allocated} bytes for a file of {FileInfo(path).Length}")
            Assert.True((TableFile.toBytes spec).AsSpan().SequenceEqual(File.ReadAllBytes path)))
