module Toolkit.Tests.Symbolic.Tables.AccuracyTests

open System
open System.Numerics
open System.Text
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Laws

let private spec = Specs.ofKind

/// x + y + z of three surds that are rational multiples of one.
let private sum3 (x: Surd) (y: Surd) (z: Surd) =
    match Surd.TryAdd(x, y) |> Option.bind (fun xy -> Surd.TryAdd(xy, z)) with
    | Some s -> s
    | None -> failwith $"not commensurable"

/// A relation between three symbols that the sum behind them knows nothing of: DLMF 34.3.14, Schulten and Gordon's recursion
/// in m, as an exact identity of roots.
let private recursionInM (j1, j2, j3, m1, m2, m3) =
    let w m2 m3 = Wigner3j.ofTwice j1 j2 j3 m1 m2 m3
    let big (n: int) = BigInteger n
    // In doubled numbers: 4·(j(j+1)) = 2j(2j + 2).
    let casimir j = big j * big (j + 2)
    let middle = casimir j1 - casimir j2 - casimir j3 - big 2 * big m2 * big m3
    let root (a: int) b c d = Surd.Create(1, big a * big b * big c * big d, BigInteger.One)
    let up = if m2 + 2 > j2 || m3 - 2 < -j3 then Surd.Zero else root (j2 - m2) (j2 + m2 + 2) (j3 + m3) (j3 - m3 + 2) * w (m2 + 2) (m3 - 2)
    let down = if m2 - 2 < -j2 || m3 + 2 > j3 then Surd.Zero else root (j2 + m2) (j2 - m2 + 2) (j3 - m3) (j3 + m3 + 2) * w (m2 - 2) (m3 + 2)
    let left = w m2 m3 * Surd.OfRational(middle, BigInteger.One)
    Assert.Equal(Surd.Zero, sum3 (-left) up down)
    Assert.False(left.IsZero && up.IsZero && down.IsZero && not middle.IsZero)

[<Tests>]
let tests =
    testList "Symbolic.Tables.AccuracyTests" [
        testCases
            "generated entries at random l near 50 and near 100 are the exact values correctly rounded"
            [ 50
              100 ]
        <| fun (l: int) ->
            let random = Random l

            for kind in [ ThreeJ; Cg; RealCg; Gaunt ] do
                for precision in [ Precision.Double; Precision.Single ] do
                    // The largest l of a table is 127.
                    let generator = Generator(spec kind 254 false precision)
                    let l1, l2, l3, _, _, _ = QuantumNumbers.near random (2 * l) true
                    let mutable compared = 0

                    generator.Class(l1, l2, l3, fun a b c block ->
                        for _ in 1..60 do
                            let i = random.Next block.Count
                            let m1, m2, m3 = 2 * int block.M1[i] - a, 2 * int block.M2[i] - b, 2 * int block.M3[i] - c
                            let index = { TwiceL1 = a; TwiceL2 = b; TwiceL3 = c; TwiceM1 = m1; TwiceM2 = m2; TwiceM3 = m3 }
                            let exact = kind.Exact index

                            let nearest =
                                match kind, precision with
                                | Gaunt, Precision.Double -> (SurdOverRootPi.OfSurd exact).ToDouble()
                                | Gaunt, Precision.Single -> float ((SurdOverRootPi.OfSurd exact).ToSingle())
                                | _, Precision.Double -> exact.ToDouble()
                                | _, Precision.Single -> float (exact.ToSingle())

                            Assert.Equal(nearest, block.Values[i])
                            compared <- compared + 1)

                    Assert.True(compared >= 60 || kind = Gaunt && ((l1 + l2 + l3) / 2) % 2 = 1)

        testCase "the fast path decides almost every entry and its fallback is the exact value" <| fun () ->
            let generator = Generator(spec Cg 40 false Precision.Double)
            let mutable entries = 0
            generator.ForEachBlock(fun _ _ _ block -> entries <- entries + block.Count)
            Assert.InRange(generator.Fallbacks, 0, entries / 1000)

        testCases
            "single symbols at random j near 50, 100, 200 and 1000 obey the recursion in m exactly"
            [ (50, 30)
              (100, 20)
              (200, 10)
              (1000, 3) ]
        <| fun (j: int, count: int) ->
            let random = Random j

            for _ in 1..count do
                recursionInM (QuantumNumbers.near random (2 * j) false)

        testCase "single symbols at j = 10000 obey the recursion in m exactly" <| fun () ->
            recursionInM (20000, 20000, 19998, 2000, -4000, 2000)

        testCase "both columns of the CG matrix at j = 50 are orthonormal to the size of their roundings" <| fun () ->
            // Σ_{m1} ⟨50 m1 50 M−m1|L M⟩⟨50 m1 50 M−m1|L' M⟩ with correctly rounded numbers: each product errs by 2u of itself, so
            // the sum by less than 2u·Σ|…| ≤ 2u, beside the roundings of the sum, for which it is made in higher precision here.
            let generator = Generator(spec Cg 200 false Precision.Double)
            let rows = System.Collections.Generic.Dictionary<struct (int * int), float[]>()

            for L in [ 0; 1; 2; 37; 50; 99; 100 ] do
                generator.Class(100, 100, 2 * L, fun l1 l2 _ block ->
                    if l1 = 100 && l2 = 100 then
                        for i in 0 .. block.Count - 1 do
                            let m1, m2 = 2 * int block.M1[i] - 100, 2 * int block.M2[i] - 100
                            let key = struct (L, (m1 + m2) / 2)

                            if not (rows.ContainsKey key) then
                                rows.Add(key, Array.zeroCreate 101)

                            rows[key][int block.M1[i]] <- block.Values[i])

            let exact (x: float) =
                let bits = BitConverter.DoubleToInt64Bits x
                let e = int ((bits >>> 52) &&& 0x7FFL)
                let m = BigInteger((bits &&& ((1L <<< 52) - 1L)) + (1L <<< 52))
                if x = 0.0 then BigInteger.Zero else (if x < 0.0 then -m else m) <<< (e - 1075 + 1100)

            let mutable pairs = 0

            for KeyValue(struct (L, M), row) in rows do
                for KeyValue(struct (L', M'), other) in rows do
                    if M = M' && L <= L' then
                        let sum = Seq.sum (seq { for i in 0..100 -> exact row[i] * exact other[i] })
                        let unit = BigInteger.One <<< 2200
                        let error = BigInteger.Abs(sum - (if L = L' then unit else BigInteger.Zero))
                        // 2u = 2^−52, and a little for u².
                        Assert.True(error < (unit >>> 52) + (unit >>> 90), $"L = {L}, L' = {L'}, M = {M}")
                        pairs <- pairs + 1

            Assert.True(pairs > 500)

        testCase "SymPy agrees on random symbols" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                // Other symbols in every run; those of a failure are in its message. 2j, how many of them.
                let random = Random()
                let sizes = [ 4, 6; 8, 6; 12, 6; 20, 6; 30, 6; 60, 6; 100, 3; 200, 3; 400, 2; 2000, 1 ]
                let symbols = [ for size, count in sizes do for _ in 1..count -> QuantumNumbers.near random size false ]
                let text = StringBuilder()

                for j1, j2, j3, m1, m2, m3 in symbols do
                    text.Append($"{j1} {j2} {j3} {m1} {m2} {m3};") |> ignore

                let script =
                    "import sys\n"
                    + "from sympy import Rational, sign\n"
                    + "from sympy.physics.wigner import wigner_3j\n"
                    + "for row in sys.argv[1].split(';')[:-1]:\n"
                    + "    w = wigner_3j(*[Rational(int(n), 2) for n in row.split()])\n"
                    + "    q = Rational(w ** 2)\n"
                    + "    print(sign(w), q.p, q.q)\n"

                let lines = (python script [ text.ToString() ]).Trim().Split '\n'
                Assert.Equal(symbols.Length, lines.Length)

                for (j1, j2, j3, m1, m2, m3), line in Seq.zip symbols lines do
                    let c = line.Split ' '
                    let expected = Surd.Create(int c[0], BigInteger.Parse c[1], BigInteger.Parse c[2])
                    let found = Wigner3j.ofTwice j1 j2 j3 m1 m2 m3
                    if found <> expected then Assert.Fail $"{(j1, j2, j3, m1, m2, m3)}, doubled: SymPy has {expected}, we {found}")
    ]
