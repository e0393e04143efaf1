namespace Toolkit.Symbolic.Tables

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The non-zero coefficients of one (l1, l2, l3), in increasing order of (m3, m1, m2). The arrays belong to the
/// generator and are overwritten by the next block: the first Count entries count.
[<Sealed>]
type internal CoefficientBlock(capacity: int) =
    /// The number of entries.
    member val Count = 0 with get, set
    /// m1 + l1.
    member val M1 = Array.zeroCreate<byte> capacity
    /// m2 + l2.
    member val M2 = Array.zeroCreate<byte> capacity
    /// m3 + l3.
    member val M3 = Array.zeroCreate<byte> capacity
    /// The coefficients, each the float64 nearest to the exact value.
    member val Values = Array.zeroCreate<float> capacity

/// Complete tables at memory speed. A coefficient is an integer T (SumChain) times roots of factorials,
///     3j = (−1)^{B+C+k} · T · √((l1+m1)!(l1−m1)!) · √((l2+m2)!(l2−m2)!) · √((l3+m3)!(l3−m3)! / (a! B! C! (J+1)!)),
///     CG = √(2·l3+1) · |same| with the sign of T,
/// and the roots, tabulated as double-doubles, are shared by many entries: three double-double products and a rounding
/// test per entry. The rare entry that the test cannot decide is rounded from its exact value.
///
/// The rounding test. u = 2^−53. Every tabulated root carries a relative error below 2^−104 = 4u²; the factor of a block and
/// an m3, a renormalised product of at most seven of them (7u² per product), below 28u² + 42u² = 70u². A product x·y keeps xh·yh = p + e exactly, drops xl·yl and rounds
/// twice. With |xl| ≤ λu|xh| and |yl| ≤ u|yh| that loses at most λu² (dropped) + (λ+1)u² + (λ+2)u² (rounded), and the
/// result has |lo| ≤ (λ+2)u|hi|. Along the three factors λ = 1, 3: the products lose ≤ 6u² and ≤ 12u², and the last one,
/// by T, with λ = 5, ≤ 18u². With the factors' own errors (4u² twice, 70u² and 4u²) the total stays below 118u² < 2^−99. Ziv's test with ε = 2^−97 leaves a factor 4 for its own roundings:
/// v = fl(hi + lo) and r = hi + lo − v exactly; if v + (r ± ε·v) both round to v, no number within ε·|v|/4 of hi + lo
/// rounds elsewhere. Nothing underflows: for l ≤ 60 every factor and product lies between 2^−900 and 2^900.
[<Sealed>]
type internal Generator(spec: TableSpec) =
    // Beyond, factorials leave the range of float64: every entry is rounded from its exact value.
    let inRange = spec.TwiceLMax <= 120
    let epsilon = Math.ScaleB(1.0, -97)
    let n = spec.TwiceLMax
    let factorials = Array.scan (fun p (k: int) -> p * BigInteger k) BigInteger.One [| 1 .. 3 * n / 2 + 1 |]

    // √(b! (2l−b)!), by 2l and b.
    let roots =
        Array.init (n + 1) (fun twice ->
            let half = Array.init (twice / 2 + 1) (fun b ->
                DoubleDouble.OfRoot(factorials[b] * factorials[twice - b], BigInteger.One))
            Array.init (twice + 1) (fun b -> half[min b (twice - b)]))

    // Padded with zeros by one vector, so that the last vector of a diagonal may reach past its end.
    let width = Vector<float>.Count
    let padded part = roots |> Array.map (fun row -> Array.append (Array.map part row) (Array.zeroCreate width))
    let rootHi = padded (fun r -> r.Hi)
    let rootLo = padded (fun r -> r.Lo)
    let invRoot2 = DoubleDouble.OfRoot(BigInteger.One, BigInteger 2)
    // 1/√(n!)
    let inverse = factorials |> Array.map (fun f -> DoubleDouble.OfRoot(BigInteger.One, f))
    let rootOf = Array.init (n + 2) (fun k -> DoubleDouble.OfRoot(BigInteger(max k 1), BigInteger.One))
    let hi = Array.zeroCreate<float> (2 * n + 2 + width)
    let lo = Array.zeroCreate<float> (2 * n + 2 + width)
    let diagonal = Array.zeroCreate<float> (2 * n + 2 + width)
    let block = CoefficientBlock((n + 1) * (n + 1) * (if spec.Kind = RealCg then 4 else 1))
    let mutable fallbacks = 0
    // √(2·l3+1) belongs to Clebsch–Gordan coefficients whose blocks have that norm.
    let rooted = spec.Kind <> ThreeJ && not spec.Convention.UnitNorm

    /// |T|·… with T's sign, rounded, for the entries c = first, first+1, … of one diagonal, into `diagonal`; `exact` is
    /// asked where the rounding test fails.
    let fill (chain: SumChain) (k: int) (l1: int) (l2: int) (front: DoubleDouble) (exact: int -> float) =
        chain.Read(k, hi, lo)
        let first = chain.FirstC k
        let count = chain.Length k
        let r1h, r1l, r2h, r2l = rootHi[l1], rootLo[l1], rootHi[l2], rootLo[l2]
        let fh, fl = Vector<float> front.Hi, Vector<float> front.Lo
        let epsilons = Vector<float> epsilon
        let mutable i = 0

        while i < count do
            let c = first + i
            let b = k + c
            let xh, xl = Vector<float>(r1h, b), Vector<float>(r1l, b)
            let yh, yl = Vector<float>(r2h, c), Vector<float>(r2l, c)
            let th, tl = Vector<float>(hi, i), Vector<float>(lo, i)
            let p = xh * yh
            let q = Vector.FusedMultiplyAdd(xh, yl, Vector.FusedMultiplyAdd(xl, yh, Vector.FusedMultiplyAdd(xh, yh, -p)))
            let p2 = p * fh
            let q2 = Vector.FusedMultiplyAdd(p, fl, Vector.FusedMultiplyAdd(q, fh, Vector.FusedMultiplyAdd(p, fh, -p2)))
            let p3 = p2 * th
            let q3 = Vector.FusedMultiplyAdd(p2, tl, Vector.FusedMultiplyAdd(q2, th, Vector.FusedMultiplyAdd(p2, th, -p3)))
            let v = p3 + q3
            let r = q3 - (v - p3)
            let e = epsilons * v
            v.CopyTo(diagonal, i)
            let sure = Vector.BitwiseAnd(Vector.Equals(v + (r + e), v), Vector.Equals(v + (r - e), v))

            if not inRange || not (Vector.EqualsAll(sure, Vector<int64>.AllBitsSet)) then
                for lane in 0 .. min width (count - i) - 1 do
                    if not inRange || sure[lane] = 0L then
                        fallbacks <- fallbacks + 1
                        diagonal[i + lane] <- exact (i + lane)

            i <- i + width

    /// K = 1/√(a! B! C! (J+1)!), times √(2·l3+1) for Clebsch–Gordan coefficients.
    let blockFactor (a: int) (B: int) (C: int) (l3: int) =
        let k = DoubleDouble.Normalised(inverse[a], inverse[B])
        let k = DoubleDouble.Normalised(k, inverse[C])
        let k = DoubleDouble.Normalised(k, inverse[a + B + C + 1])
        if rooted then DoubleDouble.Normalised(k, rootOf[l3 + 1]) else k

    let complexBlock (chain: SumChain) (l1: int) (l2: int) (l3: int) =
        let B, C = chain.B, chain.C
        let factor = blockFactor chain.A B C l3
        let is3j = spec.Kind = ThreeJ
        let mutable at = 0
        let m1s, m2s, m3s, values = block.M1, block.M2, block.M3, block.Values

        let middle = (B + C) / 2
        // Entries in rows below this one are repeated, in reverse, above the middle.
        let unmirrored = B + C - middle
        let mutable mirrored = 0

        for row in 0..middle do
            if row = unmirrored then
                mirrored <- at

            let k = row - C
            let front = DoubleDouble.Normalised(factor, roots[l3][row])

            let exact i =
                let c = chain.FirstC k + i
                let m3 = 2 * k - (B - C)
                let w = Wigner3j.ofTwice l1 l2 l3 (l1 - 2 * (k + c)) (2 * c - l2) m3
                // Without its sign rule, so that what follows treats it like the others.
                let w = if (B + C + k) &&& 1 = 0 then w else -w
                (if rooted then w * Surd.Create(1, BigInteger(l3 + 1), BigInteger.One) else w).ToDouble()

            fill chain k l1 l2 front exact
            let first = chain.FirstC k
            let last = chain.Length k - 1

            if is3j then
                // m3 = k − (B−C)/2. b = l1 − m1 grows with c, so m1 increases from the diagonal's end to its start.
                let sign = if (B + C + k) &&& 1 <> 0 then -1.0 else 1.0

                for i in last .. -1 .. 0 do
                    let v = diagonal[i]

                    if v <> 0.0 then
                        values[at] <- sign * v
                        m1s[at] <- byte (l1 - (k + first + i))
                        m2s[at] <- byte (first + i)
                        m3s[at] <- byte row
                        at <- at + 1
            else
                // The diagonal is that of M = (B−C)/2 − k ≥ 0; ⟨l1 −m1 l2 −m2|l3 −M⟩ = (−1)^a ⟨l1 m1 l2 m2|l3 M⟩.
                let sign = if chain.A &&& 1 <> 0 then -1.0 else 1.0

                for i in 0..last do
                    let v = diagonal[i]

                    if v <> 0.0 then
                        values[at] <- sign * v
                        m1s[at] <- byte (k + first + i)
                        m2s[at] <- byte (l2 - (first + i))
                        m3s[at] <- byte row
                        at <- at + 1

        if unmirrored > middle then
            mirrored <- at

        // Reversing all three m multiplies a 3j symbol by (−1)^J and a CG coefficient by (−1)^a.
        let odd = (if is3j then chain.A + B + C else chain.A) &&& 1 <> 0

        for i in mirrored - 1 .. -1 .. 0 do
            values[at] <- (if odd then -values[i] else values[i])
            m1s[at] <- byte (l1 - int m1s[i])
            m2s[at] <- byte (l2 - int m2s[i])
            m3s[at] <- byte (l3 - int m3s[i])
            at <- at + 1

        block.Count <- at

    // The real coefficients with third index ±M come from the complex ones with M ≥ 0, each one from one of them.
    let byM = Array.init (n / 2 + 1) (fun _ -> Array.zeroCreate<float> (n + 1))

    let realBlock (chain: SumChain) (l1: int) (l2: int) (l3: int) =
        let B, C = chain.B, chain.C
        let factor = blockFactor chain.A B C l3
        let h1, h2, h3 = l1 / 2, l2 / 2, l3 / 2
        let odd = (h1 + h2 + h3) &&& 1 = 1

        for M in 0..h3 do
            // m3 = −M.
            let k = (B - C) / 2 - M
            let front = DoubleDouble.Normalised(factor, roots[l3][k + C])
            let first = chain.FirstC k
            let values = byM[M]

            let write (front: DoubleDouble) (scaled: bool) (wanted: int -> bool) =
                let exact i =
                    let c = first + i
                    let w = ClebschGordan.ofTwice l1 (l1 - 2 * (k + c)) l2 (2 * c - l2) l3 (2 * M)
                    let w = if rooted then w else w / Surd.Create(1, BigInteger(l3 + 1), BigInteger.One)
                    (if scaled then w * Surd.Create(1, BigInteger.One, BigInteger 2) else w).ToDouble()

                fill chain k l1 l2 front exact

                for i in 0 .. chain.Length k - 1 do
                    let mu1 = h1 - (k + first + i)
                    if wanted mu1 then values[mu1 + h1] <- diagonal[i]

            // Times 1/√2 where no m is 0 (two terms of size 2^{−3/2}), times 1 elsewhere.
            if M = 0 then
                write front false (fun _ -> true)
            else
                write (DoubleDouble.Normalised(front, invRoot2)) true (fun mu1 -> mu1 <> 0 && mu1 <> M)
                write front false (fun mu1 -> mu1 = 0 || mu1 = M)

        let mutable at = 0
        let inline emit m1 m2 M =
            match RealCoupling.pattern odd m1 m2 M with
            | ValueNone -> ()
            | ValueSome(struct (mu1, _, k, _)) ->
                let v = byM[abs M][mu1 + h1]

                if v <> 0.0 then
                    let quarter = if odd then (k + 3) &&& 3 else k
                    block.Values[at] <- (if quarter = 0 then v else -v)
                    block.M1[at] <- byte (m1 + h1)
                    block.M2[at] <- byte (m2 + h2)
                    block.M3[at] <- byte (M + h3)
                    at <- at + 1

        for M in -h3 .. h3 do
            for m1 in -h1 .. h1 do
                let far, near = abs m1 + abs M, abs (abs m1 - abs M)
                if far <= h2 && far <> near then emit m1 -far M
                if near <= h2 && near <> 0 then emit m1 -near M
                if near <= h2 then emit m1 near M
                if far <= h2 && far <> near then emit m1 far M

        block.Count <- at

    /// How many entries so far were rounded from their exact value.
    member _.Fallbacks = fallbacks

    /// Calls `receive` with 2·l1, 2·l2, 2·l3 and the block, for every block of the table, in the order of the chains
    /// (B, C, a): a = l1+l2−l3, B = l1−l2+l3, C = −l1+l2+l3.
    member _.ForEachBlock(receive: int -> int -> int -> CoefficientBlock -> unit) : unit =
        for B in 0..n do
            for C in 0 .. n - B do
                if spec.Half || (B + C) &&& 1 = 0 then
                    let aMax = n - max B C
                    let J = aMax + B + C

                    let chain: SumChain =
                        if J <= 62 then Int64Chain(B, C, aMax)
                        elif J <= 126 then Int128Chain(B, C, aMax)
                        else BigChain(B, C, aMax)

                    for a in 0..aMax do
                        if spec.Half || (a + B) &&& 1 = 0 then
                            let l1, l2, l3 = a + B, a + C, B + C
                            if spec.Kind = RealCg then realBlock chain l1 l2 l3 else complexBlock chain l1 l2 l3
                            if spec.Kind <> ThreeJ && spec.Convention.Factor(l1, l2, l3).Sign < 0 then
                                for i in 0 .. block.Count - 1 do
                                    block.Values[i] <- -block.Values[i]

                            if block.Count > 0 then receive l1 l2 l3 block

                        if a < aMax then chain.Step()
