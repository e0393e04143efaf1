module Toolkit.Tests.Symbolic.Tables.GeneratorTests

open System
open System.Collections.Generic
open System.IO
open System.Threading.Tasks
open Expecto
open Toolkit.Symbolic.Algebra
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

/// The six orders of three columns, and whether they are odd.
let private orders =
    [ [| 0; 1; 2 |], false; [| 1; 2; 0 |], false; [| 2; 0; 1 |], false; [| 1; 0; 2 |], true; [| 0; 2; 1 |], true; [| 2; 1; 0 |], true ]

/// Exact 3j symbols, each class of twelve (six orders of the columns, and the reversal of all m) made once.
type private Exact3j() =
    let values = Dictionary<struct (int * int * int * int * int), Surd>()

    let canonical (a: struct (int * int)) (b: struct (int * int)) (c: struct (int * int)) =
        let swap (x: struct (int * int)) (y: struct (int * int)) odd = if x >= y then struct (x, y, odd) else struct (y, x, not odd)
        let struct (a, b, odd) = swap a b false
        let struct (b, c, odd) = swap b c odd
        let struct (a, b, odd) = swap a b odd
        struct (a, b, c, odd)

    /// The member with j1 ≥ j2 ≥ j3, and whether the symbol has the other sign.
    member _.Class(l1: int, l2: int, l3: int, m1: int, m2: int, m3: int) : struct (struct (int * int * int * int * int) * bool) =
        let struct (struct (j1, n1), struct (j2, n2), struct (j3, _), odd) = canonical struct (l1, m1) struct (l2, m2) struct (l3, m3)
        // Two columns may have equal j, so that reversal needs a second sort.
        let struct (struct (_, r1), struct (_, r2), struct (_, _), oddR) = canonical struct (l1, -m1) struct (l2, -m2) struct (l3, -m3)
        let reversed = struct (r1, r2) > struct (n1, n2)
        let flips = (if reversed then oddR else odd) <> reversed
        struct ((if reversed then struct (j1, j2, j3, r1, r2) else struct (j1, j2, j3, n1, n2)), flips && ((l1 + l2 + l3) / 2) &&& 1 = 1)

    member _.Value(key: struct (int * int * int * int * int)) : Surd =
        match values.TryGetValue key with
        | true, known -> known
        | _ ->
            let struct (j1, j2, j3, n1, n2) = key
            let exact = ThreeJ.Exact(index j1 j2 j3 n1 n2 (-n1 - n2))
            values.Add(key, exact)
            exact

[<Tests>]
let tests =
    testList "Symbolic.Tables.GeneratorTests" [
        testCase "every convention's table is correctly rounded, too" <| fun () ->
            for convention in Conventions.all do
                let kind = if convention.Basis = Basis.Real then RealCg else Cg

                match TableSpec.TryCreate(kind, HalfInteger.FromTwice 8, false, convention, Precision.Double) with
                | Ok spec -> completeAndExactSpec spec
                | Error e -> failwith e

        testCase "the recurrence gives every 3j symbol correctly rounded and none besides, half-integers included" <| fun () ->
            completeAndExact ThreeJ 13 true

        testCase "the recurrence gives every Clebsch–Gordan coefficient correctly rounded and none besides" <| fun () ->
            completeAndExact Cg 13 true
            completeAndExact Cg 20 false

        testCase "the recurrence gives every real-basis coefficient correctly rounded and none besides" <| fun () ->
            completeAndExact RealCg 20 false

        testCase "the recurrence gives every Gaunt coefficient correctly rounded and none besides" <| fun () ->
            completeAndExact Gaunt 20 false

        testCases
            "the twelve images of an entry are the same float64 but for the sign (−1)^J of odd permutations and of reversal"
            [ ("3j", 15, true)
              ("3j", 24, false)
              ("gaunt", 24, false) ]
        <| fun (kind: string, twiceLMax: int, half: bool) ->
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

        testCase "the blocks of a class come together and none twice, so that nothing is kept or made again" <| fun () ->
            for kind, twiceLMax, half in [ ThreeJ, 15, true; Cg, 15, true; Cg, 20, false; RealCg, 20, false; Gaunt, 20, false ] do
                let blocks = ResizeArray<struct (int * int * int)>()
                Generator(spec kind twiceLMax half).ForEachBlock(fun l1 l2 l3 _ -> blocks.Add(struct (l1, l2, l3)))
                let ofClass (struct (l1, l2, l3)) = List.sort [ l1; l2; l3 ]
                let runs = 1 + (blocks |> Seq.pairwise |> Seq.filter (fun (a, b) -> ofClass a <> ofClass b) |> Seq.length)
                Assert.Equal(blocks.Count, (Seq.distinct blocks |> Seq.length))
                Assert.Equal(blocks |> Seq.distinctBy ofClass |> Seq.length, runs)

        testCases "every coefficient with l up to 20 is correctly rounded, to float64 and to float32" [
            ("3j", 1_830_080)
            ("cg", 1_830_080)
            ("gaunt", 942_950)
            ("real-cg", 3_404_288)
        ]
        <| fun (name: string, all: int) ->
            // Of the 1,840,167 allowed 3j symbols, all but for the accidental zeros.
            let kind = (TableKind.TryParse name).Value
            let symbols = Exact3j()
            // What the exact value is of a class's symbol, up to sign: by the class and the square of the factor, which an integer names.
            let rounded = Dictionary<struct (struct (int * int * int * int * int) * int), struct (float * float)>()

            let size (key: struct (int * int * int * int * int)) (factor: int) : struct (float * float) =
                match rounded.TryGetValue(struct (key, factor)) with
                | true, known -> known
                | _ ->
                    let w = symbols.Value key
                    let w = if w.Sign < 0 then -w else w

                    let both =
                        if kind = Gaunt then
                            let struct (j1, j2, j3, _, _) = key
                            let zero = symbols.Value(struct (j1, j2, j3, 0, 0))

                            let x =
                                SurdOverRootPi.OfSurd(
                                    w
                                    * (if zero.Sign < 0 then -zero else zero)
                                    * Surd.Create(1, bigint (j1 + 1) * bigint (j2 + 1) * bigint (j3 + 1), 4I)
                                )

                            struct (x.ToDouble(), float (x.ToSingle()))
                        else
                            let x = w * Surd.Create(1, bigint factor, 2I)
                            struct (x.ToDouble(), float (x.ToSingle()))

                    rounded.Add(struct (key, factor), both)
                    both

            /// The class of an entry, twice the square of its factor, and whether it is negative.
            let expected l1 l2 l3 m1 m2 m3 : struct (struct (int * int * int * int * int) * int * bool) =
                /// ⟨l1 m1 l2 m2|l3 M⟩·√(half/2), all numbers doubled.
                let cg m1 m2 M half turned =
                    let struct (key, flips) = symbols.Class(l1, l2, l3, m1, m2, -M)
                    let negative = (flips <> ((symbols.Value key).Sign < 0)) <> (((l1 - l2 + M) / 2) &&& 1 <> 0)
                    struct (key, half * (l3 + 1), negative <> turned)

                match kind with
                | Cg -> cg m1 m2 m3 2 false
                | RealCg ->
                    let odd = ((l1 + l2 + l3) / 2) &&& 1 = 1

                    match RealCoupling.pattern odd (m1 / 2) (m2 / 2) (m3 / 2) with
                    | ValueNone -> failwith $"{l1} {l2} {l3} {m1} {m2} {m3} is zero"
                    | ValueSome(struct (mu1, mu2, k, _)) ->
                        // Two terms of 2^{−3/2} where no m is zero, of 2^{−1} where one is.
                        let half = if m1 <> 0 && m2 <> 0 && m3 <> 0 then 1 else 2
                        cg (2 * mu1) (2 * mu2) (2 * (mu1 + mu2)) half ((if odd then (k + 3) &&& 3 else k) = 2)
                | _ ->
                    let struct (key, flips) = symbols.Class(l1, l2, l3, m1, m2, m3)
                    let negative = flips <> ((symbols.Value key).Sign < 0)

                    if kind = Gaunt then
                        let struct (j1, j2, j3, _, _) = key
                        struct (key, 2, negative <> ((symbols.Value(struct (j1, j2, j3, 0, 0))).Sign < 0))
                    else
                        struct (key, 2, negative)

            for precision in [ Precision.Double; Precision.Single ] do
                let mutable count = 0

                Generator(Specs.ofKind kind 40 false precision)
                    .ForEachBlock(fun l1 l2 l3 block ->
                        for (struct (m1, m2, m3, value)) in entries l1 l2 l3 block do
                            count <- count + 1
                            let struct (key, factor, negative) = expected l1 l2 l3 m1 m2 m3
                            let struct (double, single) = size key factor
                            let exact = if precision = Precision.Double then double else single

                            if value <> (if negative then -exact else exact) then
                                failwith $"{l1} {l2} {l3} {m1} {m2} {m3}: {value}, exactly {exact}, negative: {negative}")

                Assert.Equal(all, count)

        testCase "blocks with wide integers are correctly rounded, too" <| fun () ->
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

        testCases
            "a chain's integers agree with the sum, term by term, in single steps and in double ones"
            [ (20, 20, 20, 1)
              (21, 21, 21, 2)
              (30, 34, 40, 2)
              (40, 40, 40, 2)
              (41, 41, 41, 3)
              (40, 60, 40, 3)
              (40, 57, 70, 3)
              (64, 64, 30, 3)
              (127, 127, 127, 7) ]
        <| fun (a: int, B: int, C: int, limbs: int) ->
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

        testCase "several threads make the same tables at once" <| fun () ->
            let specs = [| spec RealCg 20 false; spec ThreeJ 13 true; spec Cg 13 true; spec Gaunt 24 false |]
            let expected = specs |> Array.map TableFile.toBytes

            Parallel.For(0, 16, fun i ->
                let which = i % specs.Length
                Assert.Equal<byte[]>(expected[which], TableFile.toBytes specs[which]))
            |> ignore

        testCase "a table is streamed: what is written to a file is what is made in memory, and little of it is ever held" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "t.table")

                for kind, twiceLMax, half in [ ThreeJ, 31, true; Cg, 44, false; RealCg, 36, false; Gaunt, 48, false ] do
                    let spec = spec kind twiceLMax half
                    let before = GC.GetAllocatedBytesForCurrentThread()
                    TableFile.write spec path
                    let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                    Assert.True(allocated < FileInfo(path).Length / 2L, $"{kind.Name}: {allocated} bytes for a file of {FileInfo(path).Length}")
                    Assert.True((TableFile.toBytes spec).AsSpan().SequenceEqual(File.ReadAllBytes path)))
    ]
