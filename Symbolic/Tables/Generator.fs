namespace Toolkit.Symbolic.Tables

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The non-zero coefficients of one (l1, l2, l3), in increasing order of (m3, m1, m2). The arrays belong to the
/// generator and are overwritten by the next block: Count entries from Start on count.
[<Sealed>]
type internal CoefficientBlock(capacity: int) =
    /// The position of the first entry.
    member val Start = 0 with get, set
    /// The number of entries.
    member val Count = 0 with get, set
    /// m1 + l1; for a 6j symbol twice the number in the lower row, and so below.
    member val M1 = Array.zeroCreate<byte> capacity
    /// m2 + l2.
    member val M2 = Array.zeroCreate<byte> capacity
    /// m3 + l3.
    member val M3 = Array.zeroCreate<byte> capacity
    /// The coefficients, each the float64 (or float32) nearest to the exact value.
    member val Values = Array.zeroCreate<float> capacity

/// What receives a block: 2·l1, 2·l2, 2·l3 and its entries.
type internal BlockReceiver = delegate of twiceL1: int * twiceL2: int * twiceL3: int * block: CoefficientBlock -> unit

/// Complete tables at memory speed. A coefficient is an integer T (SumChain) times roots of factorials: with
/// ρ_l(m) = √((l+m)!(l−m)!/(2l)!),
///     3j = (−1)^{B+C+k} · T · ρ_{l1}(m1) · ρ_{l2}(m2) · ρ_{l3}(m3) · √((2l1)!(2l2)!(2l3)! / (a! B! C! (J+1)!)),
///     CG = √(2·l3+1) · |same| with the sign of T,
/// and the roots, tabulated as double-doubles, are shared by many entries: three double-double products and a rounding
/// test per entry. The rare entry that the test cannot decide is rounded from its exact value. Of the symbols that reversing
/// all m and exchanging the first two columns relate, one is computed; blocks of the real basis come from the complex ones.
///
/// Further symmetries. Of the time of a complete 3j table (j ≤ 20 and j ≤ 40, measured by leaving parts out) filling takes 18%, the
/// integers 16% and 26%, and most of the rest goes into copies and indices, which run along rows. The permutations of the
/// third column relate columns of one block to rows of another: they would save two thirds of the filling for a gather per entry.
/// Regge's other symmetries scatter a class, entry by entry, over blocks of different (l1, l2, l3), made far apart: to find a
/// value again costs a read from memory, to make it 3.5 ns.
///
/// The rounding test. u = 2^−53. A product of double-doubles with |xl| ≤ λu|xh| and |yl| ≤ μu|yh| keeps xh·yh = p + e
/// exactly, drops xl·yl (λμu²) and rounds twice ((λ+1)u² and (λ+μ+1)u²): it loses (2λ + μ + 2 + λμ)u² and has
/// |lo| ≤ (λ+μ+1)u|hi|. Roots of factorials carry 4u² (DoubleDouble). A renormalised product (λ = μ = 1) loses 6u², so
///     ρ = three roots, two products:                                        24u²
///     the factor of a block, seven roots, six products:                     64u²
///     √(2l+1) of a convention, or Gaunt's factor of l1, l2, l3, per product: 10u², at most three of them
///     ρ_{l3} on it:                                                          30u²
///     1/√2 of the real basis:                                                10u²
/// that is, at most 134u² for all that is common to a row. Along the entry's own factors λ = 1, 3, 5: ρ_{l1}·ρ_{l2} loses
/// 6u² beside its 48u², the row's factor 12u², and T with μ = 2 loses 24u² beside its own 2(n−2)u² ≤ 10u² for n ≤ 7 limbs.
/// The total is below 240u². The test asks whether p + (q ± ε·p) round alike, with p + q the product, ε = 2^−97 = 512u² and
/// |q| ≤ 8u|p|, so that its sums err by less than 9u²|p|: if they do, no number within 500u² rounds elsewhere. A float32
/// follows from that float64 unless it stands midway between two of them or below their normal range; then the exact value
/// decides. Nothing underflows or overflows for l ≤ 127: ρ ≥ 2^−127, the factor of a block lies within 2^±400, T < 2^304.
[<Sealed>]
type internal Generator(spec: TableSpec) =
    let epsilon = Math.ScaleB(1.0, -97)
    let n = spec.TwiceLMax
    let chained = not spec.Kind.IsSixJ
    let single = spec.Precision.IsSingle

    // √(n!) and 1/√(n!).
    let root = Array.zeroCreate<ScaledDoubleDouble> (if chained then 3 * n / 2 + 2 else 0)
    let inverse = Array.zeroCreate<ScaledDoubleDouble> root.Length

    do
        let mutable factorial = BigInteger.One

        for k in 0 .. root.Length - 1 do
            if k > 1 then factorial <- factorial * BigInteger k
            root[k] <- DoubleDouble.OfScaledRoot(factorial, BigInteger.One)
            inverse[k] <- DoubleDouble.OfScaledRoot(BigInteger.One, factorial)

    let product (factors: ScaledDoubleDouble[]) : DoubleDouble =
        let mutable p = factors[0].Number
        let mutable exponent = factors[0].Exponent

        for i in 1 .. factors.Length - 1 do
            p <- p.Times factors[i].Number
            exponent <- exponent + factors[i].Exponent

        p.Scaled exponent

    // ρ_l, by 2l and b = l − m or l + m; padded with zeros by one vector, so that the last vector of a diagonal may reach past
    // its end.
    let rhoHi = Array.zeroCreate<float[]> (if chained then n + 1 else 0)
    let rhoLo = Array.zeroCreate<float[]> rhoHi.Length

    do
        for twice in 0 .. rhoHi.Length - 1 do
            rhoHi[twice] <- Array.zeroCreate<float> (twice + 1 + Vector<float>.Count)
            rhoLo[twice] <- Array.zeroCreate<float> (twice + 1 + Vector<float>.Count)

            for b in 0 .. twice / 2 do
                let r = product [| root[b]; root[twice - b]; inverse[twice] |]

                for at in [| b; twice - b |] do
                    rhoHi[twice][at] <- r.Hi
                    rhoLo[twice][at] <- r.Lo

    let invRoot2 = DoubleDouble.OfRoot(BigInteger.One, BigInteger 2)
    // √(2l+1) and 1/√(2l+1), by 2l.
    let rootOf = Array.zeroCreate<DoubleDouble> (n + 1)
    let inverseRootOf = Array.zeroCreate<DoubleDouble> (n + 1)

    do
        for k in 0..n do
            rootOf[k] <- DoubleDouble.OfRoot(BigInteger(k + 1), BigInteger.One)
            inverseRootOf[k] <- DoubleDouble.OfRoot(BigInteger.One, BigInteger(k + 1))

    let hi = Array.zeroCreate<float> (2 * n + 2 + Vector<float>.Count)
    let lo = Array.zeroCreate<float> (2 * n + 2 + Vector<float>.Count)

    // Both halves of a block, and room for whole vectors behind each.
    let half = (n + 1) * (n + 1) * (if spec.Kind.IsRealCg then 2 else 1) + 128
    let block = CoefficientBlock(if chained then 2 * half else 0)
    let exchanged = CoefficientBlock(if chained then 2 * half else 0)
    // The number of entries of each m3 in the present block.
    let rowCount = Array.zeroCreate<int> (n + 1)
    let counting = Array.zeroCreate<byte> 512
    let countingDown = Array.zeroCreate<byte> 512
    // The first `lanes` lanes of a vector that starts at Vector.Count − lanes are kept, the others cleared.
    let laneMask = Array.zeroCreate<int64> (2 * Vector<int64>.Count)

    do
        for i in 0..511 do
            counting[i] <- byte i
            countingDown[i] <- byte (255 - i)

        for i in 0 .. Vector<int64>.Count - 1 do
            laneMask[i] <- -1L
    let mutable fallbacks = 0

    let dimensions =
        match spec.Kind with
        | Cg
        | RealCg -> spec.Convention.Dimensions
        | ThreeJ
        | Gaunt
        | SixJ -> struct (0, 0, 0)

    // Whether the exchange of l1 and l2 leaves the entries what they are.
    let exchanges =
        let struct (d1, d2, _) = dimensions
        d1 = d2

    /// What the block's entries are of 3j symbols, exactly; Gaunt's over √π.
    let blockSurd (l1: int) (l2: int) (l3: int) : Surd =
        match spec.Kind with
        | Cg
        | RealCg -> spec.Convention.Scale(l1, l2, l3)
        | Gaunt ->
            let size = Surd.Create(1, BigInteger(l1 + 1) * BigInteger(l2 + 1) * BigInteger(l3 + 1), BigInteger 4)
            size * Wigner3j.ofTwice l1 l2 l3 0 0 0
        | ThreeJ
        | SixJ -> Surd.One

    // ⌊π·2^256⌋ or one more: its root's error, 2^−258, is far below the 2^−104 that follow.
    let pi = if spec.Kind.IsGaunt then SurdOverRootPi.PiTimesPower 256 else BigInteger.One

    /// √((2l1)!(2l2)!(2l3)! / (a! B! C! (J+1)!)) times the factor of `blockSurd`, without its sign; of Gaunt coefficients that
    /// is `size`.
    let blockFactor (l1: int) (l2: int) (l3: int) (size: Surd) : DoubleDouble =
        let a, B, C = (l1 + l2 - l3) / 2, (l1 - l2 + l3) / 2, (-l1 + l2 + l3) / 2

        let plain =
            product [| root[l1]; root[l2]; root[l3]; inverse[a]; inverse[B]; inverse[C]; inverse[a + B + C + 1] |]

        let times (x: DoubleDouble) l d =
            match d with
            | 0 -> x
            | 1 -> x.Times(rootOf[l])
            | -1 -> x.Times(inverseRootOf[l])
            | d -> invalidOp $"convention {spec.Convention.Name}: dimension {d}, expected -1, 0 or 1"

        match spec.Kind with
        | Gaunt ->
            plain.Times(DoubleDouble.OfRoot(size.Numerator <<< 256, size.Denominator * pi))
        | _ ->
            let struct (d1, d2, d3) = dimensions
            times (times (times plain l1 d1) l2 d2) l3 d3

    /// T at (k, c) times all roots, rounded from its exact value; over √2 if `scaled`.
    let exact (l1: int) (l2: int) (l3: int) (k: int) (c: int) (scaled: bool) : float =
        let B, C = (l1 - l2 + l3) / 2, (-l1 + l2 + l3) / 2
        let w = Wigner3j.ofTwice l1 l2 l3 (l1 - 2 * (k + c)) (2 * c - l2) (2 * k - (B - C))
        let s = blockSurd l1 l2 l3
        let w = w * (if s.Sign < 0 then -s else s)
        let w = if scaled then w * Surd.Create(1, BigInteger.One, BigInteger 2) else w
        fallbacks <- fallbacks + 1
        spec.Round(if (B + C + k) &&& 1 = 0 then w else -w)

    // 2^−126, the least normal float32, and what is left of a float64 midway between two float32.
    let smallest = Math.ScaleB(1.0, -126)
    let belowSingle = (1L <<< 29) - 1L
    let midway = 1L <<< 28

    /// Makes the diagonal's integers ready for `fill` and `isZero`.
    let load (chain: SumChain) (k: int) = if chain.Limbs > 1 then chain.Read(k, hi, lo)

    /// Whether the i-th integer of the loaded diagonal is 0.
    let isZero (chain: SumChain) (k: int) (i: int) : bool =
        let struct (t, from) = if chain.Limbs = 1 then chain.Exact k else struct (hi, 0)
        t[from + i] = 0.0

    /// T times ρ_{l1} ρ_{l2} and `front` for `count` numbers of the loaded diagonal k from the one at `start` on, rounded, into
    /// `target` from `at` on (and perhaps a few numbers more); says whether one of them is 0. `front` carries `sign` already.
    let fill (chain: SumChain) (k: int) (start: int) (count: int) (l1: int) (l2: int) (l3: int) (front: DoubleDouble) (sign: float) (scaled: bool) (target: float[]) (at: int) : bool =
        let first = chain.FirstC k + start
        let width = Vector<float>.Count
        let r1h, r1l, r2h, r2l = rhoHi[l1], rhoLo[l1], rhoHi[l2], rhoLo[l2]
        let fh, fl = Vector<float> front.Hi, Vector<float> front.Lo
        let plus, minus = Vector<float> epsilon, Vector<float> -epsilon
        let exactly = chain.Limbs = 1
        let struct (t, from) = if exactly then chain.Exact k else struct (hi, 0)
        let from = from + start
        let mutable zeros = Vector<int64>.Zero
        let mutable i = 0

        while i < count do
            let c = first + i
            let b = k + c
            let xh, xl = Vector<float>(r1h, b), Vector<float>(r1l, b)
            let yh, yl = Vector<float>(r2h, c), Vector<float>(r2l, c)
            let th = Vector<float>(t, from + i)
            let p = xh * yh
            let q = Vector.FusedMultiplyAdd(xh, yl, Vector.FusedMultiplyAdd(xl, yh, Vector.FusedMultiplyAdd(xh, yh, -p)))
            let p2 = p * fh
            let q2 = Vector.FusedMultiplyAdd(p, fl, Vector.FusedMultiplyAdd(q, fh, Vector.FusedMultiplyAdd(p, fh, -p2)))
            let p3 = p2 * th
            let e3 = Vector.FusedMultiplyAdd(q2, th, Vector.FusedMultiplyAdd(p2, th, -p3))
            let q3 = if exactly then e3 else Vector.FusedMultiplyAdd(p2, Vector<float>(lo, start + i), e3)
            let v = p3 + Vector.FusedMultiplyAdd(plus, p3, q3)
            let sure = Vector.Equals(v, p3 + Vector.FusedMultiplyAdd(minus, p3, q3))
            v.CopyTo(target, at + i)
            let lanes = count - i

            // The numbers past the end are zeros, and no entries.
            let isZero = Vector.Equals(v, Vector<float>.Zero)
            zeros <- zeros ||| (if lanes >= width then isZero else isZero &&& Vector<int64>(laneMask, width - lanes))

            if not (Vector.EqualsAll(sure, Vector<int64>.AllBitsSet)) then
                for lane in 0 .. min width lanes - 1 do
                    if sure[lane] = 0L then
                        target[at + i + lane] <- sign * exact l1 l2 l3 k (c + lane) scaled

            i <- i + width

        if single then
            for i in 0 .. count - 1 do
                let v = target[at + i]

                if v <> 0.0 then
                    target[at + i] <-
                        if BitConverter.DoubleToInt64Bits v &&& belowSingle = midway || abs v < smallest then
                            sign * exact l1 l2 l3 k (first + i) scaled
                        else
                            float (float32 v)

        not (Vector.EqualsAll(zeros, Vector<int64>.Zero))

    /// Takes the zeros of a row out: entries [at, at + count), first m's counting up from `up`, second ones down from `down`.
    /// The number of entries that are left.
    let compress (at: int) (count: int) (up: int) (down: int) (is0: int -> bool) : int =
        let mutable kept = at

        for i in 0 .. count - 1 do
            if not (is0 i) then
                block.Values[kept] <- block.Values[at + i]
                block.M1[kept] <- byte (up + i)
                block.M2[kept] <- byte (down - i)
                kept <- kept + 1

        kept - at

    let complexBlock (chain: SumChain) (l1: int) (l2: int) (l3: int) =
        let B, C = chain.B, chain.C
        let size = if spec.Kind.IsGaunt then blockSurd l1 l2 l3 else Surd.One
        let factor = blockFactor l1 l2 l3 size
        let isCg = spec.Kind.IsCg
        let values = block.Values
        // The diagonal k has m3 = k − (B−C)/2 ≤ 0, and its numbers are those of −m, too, up to a common sign:
        //     ⟨l1 −m1 l2 −m2|l3 −M⟩ = (−1)^a ⟨l1 m1 l2 m2|l3 M⟩,  3j(−m) = (−1)^J 3j(m).
        // −m1 = b − l1 grows along the diagonal. For a CG coefficient M = −m3, so rows in the order of k are the block's lower
        // half. For a 3j symbol the third number is −m3 itself: rows against the order of k are its upper half.
        let middle = (B + C) / 2
        let hasMiddle = (B + C) &&& 1 = 0
        let odd = (if isCg then chain.A else chain.A + B + C) &&& 1 <> 0
        let start = if isCg then 0 else half
        let mutable at = start
        // Entries of the row m3 = 0, which is its own mirror image.
        let mutable own = 0

        for step in 0..middle do
            let row = if isCg then step else middle - step
            let k = row - C
            let negative = if isCg then odd else (((B + C + k) &&& 1 <> 0) <> odd) <> (size.Sign < 0)
            let sign = if negative then -1.0 else 1.0
            let front = factor.Times { Hi = rhoHi[l3][row]; Lo = rhoLo[l3][row] }
            let front = if negative then { Hi = -front.Hi; Lo = -front.Lo } else front
            let first = chain.FirstC k
            let count = chain.Length k
            load chain k
            let zeros = fill chain k 0 count l1 l2 l3 front sign false values at

            let kept =
                if zeros then
                    // A value that rounds to 0 (a float32 may) is none of the zeros.
                    compress at count (k + first) (l2 - first) (fun i -> isZero chain k i)
                else
                    Span<byte>(counting, k + first, count).CopyTo(Span<byte>(block.M1, at, count))
                    Span<byte>(countingDown, 255 - (l2 - first), count).CopyTo(Span<byte>(block.M2, at, count))
                    count

            Span<byte>(block.M3, at, kept).Fill(byte (if isCg then row else l3 - row))
            rowCount[row] <- kept
            rowCount[l3 - row] <- kept
            at <- at + kept
            if hasMiddle && row = middle then own <- kept

        // Reversing all three m.
        let computed = at - start
        let mirrored = computed - own
        let from, target = if isCg then start, at else start + own, start - mirrored

        let reflect (m: byte[]) (l: int) =
            let image = Span<byte>(m, target, mirrored)
            Span<byte>(m, from, mirrored).CopyTo image
            image.Reverse()
            let ls = Vector<byte>(byte l)
            let mutable i = target

            while i <= target + mirrored - Vector<byte>.Count do
                (ls - Vector<byte>(m, i)).CopyTo(m, i)
                i <- i + Vector<byte>.Count

            while i < target + mirrored do
                m[i] <- byte l - m[i]
                i <- i + 1

        let image = Span<float>(values, target, mirrored)
        Span<float>(values, from, mirrored).CopyTo image
        image.Reverse()
        if odd then
            let mutable i = target

            while i <= target + mirrored - Vector<float>.Count do
                (-Vector<float>(values, i)).CopyTo(values, i)
                i <- i + Vector<float>.Count

            while i < target + mirrored do
                values[i] <- -values[i]
                i <- i + 1

        reflect block.M1 l1
        reflect block.M2 l2
        reflect block.M3 l3
        block.Start <- if isCg then start else target
        block.Count <- computed + mirrored

    /// The block (l2, l1, l3) from that of (l1, l2, l3). Exchanging the first two columns and reversing all m each multiply a
    /// 3j symbol by (−1)^J, a CG coefficient by (−1)^a; both together leave it alone. So the row m3 of the one is the row −m3 of
    /// the other, in its own order.
    let exchange (l1: int) (l2: int) (l3: int) =
        let mutable from = block.Start + block.Count
        let mutable at = 0
        let l1s, l2s = Vector<byte>(byte l1), Vector<byte>(byte l2)

        for row in 0..l3 do
            let count = rowCount[l3 - row]
            from <- from - count
            Span<float>(block.Values, from, count).CopyTo(Span<float>(exchanged.Values, at, count))
            Span<byte>(exchanged.M3, at, count).Fill(byte row)
            let mutable i = 0

            // Whole vectors: what they write past a row's end, the next row overwrites.
            while i < count do
                (l2s - Vector<byte>(block.M2, from + i)).CopyTo(exchanged.M1, at + i)
                (l1s - Vector<byte>(block.M1, from + i)).CopyTo(exchanged.M2, at + i)
                i <- i + Vector<byte>.Count

            at <- at + count

        exchanged.Start <- 0
        exchanged.Count <- at

    // The real coefficients with third index ±M come from the complex ones with M ≥ 0, each one from one of them. Those of M
    // stand in `rows` from M·rowStride on, against the order of μ1; the one with μ1 = 0 at rowZero[M].
    let rowStride = n + 1 + 2 * Vector<float>.Count
    let rows = Array.zeroCreate<float> (if spec.Kind.IsRealCg then (n / 2 + 1) * rowStride else 0)
    let rowZero = Array.zeroCreate<int> (n / 2 + 1)
    let patch = Array.zeroCreate<float> (2 * Vector<float>.Count)

    /// The complex coefficients ⟨l1 μ1 l2 M−μ1|l3 M⟩, M ≥ 0, for `realBlock`: times 1/√2 where no m is 0 (two terms of size
    /// 2^{−3/2}), times 1 elsewhere. Zeros become NaN, so that they differ from numbers that round to 0.
    let realRows (chain: SumChain) (l1: int) (l2: int) (l3: int) =
        let B, C = chain.B, chain.C
        let factor = blockFactor l1 l2 l3 Surd.One

        for M in 0 .. l3 / 2 do
            // m3 = −M, and μ1 = l1 − (k + first + i) for the i-th number of the diagonal.
            let k = (B - C) / 2 - M
            let front = factor.Times { Hi = rhoHi[l3][k + C]; Lo = rhoLo[l3][k + C] }
            let count = chain.Length k
            let at = M * rowStride
            let zero = l1 / 2 - k - chain.FirstC k
            rowZero[M] <- at + zero
            load chain k
            let mutable zeros = false

            if M = 0 then
                zeros <- fill chain k 0 count l1 l2 l3 front 1.0 false rows at
            else
                zeros <- fill chain k 0 count l1 l2 l3 (front.Times invRoot2) 1.0 true rows at

                // μ1 = 0 and μ2 = 0.
                for which in 0..1 do
                    let i = if which = 0 then zero else zero - M

                    if i >= 0 && i < count then
                        fill chain k i 1 l1 l2 l3 front 1.0 false patch 0 |> ignore
                        rows[at + i] <- patch[0]

            if zeros then
                for i in 0 .. count - 1 do
                    if isZero chain k i then rows[at + i] <- nan

    /// The real block (l1, l2, l3) from `realRows` of that block (`exchanged` false) or of (l2, l1, l3). Of |m2| = | |m1| ± |M| |, the coefficient with the difference follows
    /// from μ1 = |m1|, that with the sum from μ1 = −|m1|; `RealCoupling.pattern` says so, and its powers of i are written out
    /// here for rows.
    let realBlock (target: CoefficientBlock) (exchanged: bool) (l1: int) (l2: int) (l3: int) =
        let h1, h2, h3 = l1 / 2, l2 / 2, l3 / 2
        let odd = (h1 + h2 + h3) &&& 1
        let m1s, m2s, m3s, values = target.M1, target.M2, target.M3, target.Values
        let mutable at = 0

        for M in -h3 .. h3 do
            let c = abs M
            let s3 = if M < 0 then 1 else 0
            let m3 = byte (M + h3)
            // ⟨l2 μ2 l1 μ1|l3 M⟩ = (−1)^{l1+l2−l3} ⟨l1 μ1 l2 μ2|l3 M⟩, μ2 = M − μ1. The position is origin + step·μ1.
            let step = if exchanged then 1 else -1
            let origin = if exchanged then rowZero[c] - c else rowZero[c]
            let common = if exchanged && odd = 1 then 2 else 0

            for side in -1 .. 1 do
                let s1 = if side < 0 then 1 else 0
                // The number of negative m has the parity of l1+l2+l3.
                let s2 = (s1 + s3 + odd) &&& 1
                let sign2 = if s2 = 1 then -1 else 1
                let sign (power: int) = if (power + common - odd) &&& 2 = 0 then 1.0 else -1.0
                // i^k of the difference for |m1| ≤ |M| and, but for (−1)^m1, beyond, and of the sum.
                let below, above, sum = sign (s1 + s2 - s3), sign (s1 - s2 - s3 + 2 * c), sign (s2 - s1 - s3)
                let last = if side = 0 then 0 else min h1 (h2 + c)

                for j in abs side .. last do
                    // m1 grows from −last to −1, and from 1 to last.
                    let a = if side < 0 then last + 1 - j else j
                    let alternating = if a &&& 1 = 0 then 1.0 else -1.0
                    let near, far = abs (a - c), a + c

                    // No negative zero, and the same number once.
                    let nearValue =
                        if near <= h2 && (near <> 0 || s2 = 0) then
                            (if a <= c then below else above * alternating) * rows[origin + step * a]
                        else
                            nan

                    let farValue = if far <= h2 && far <> near then sum * alternating * rows[origin - step * a] else nan
                    let hasFar = not (Double.IsNaN farValue)
                    let m1 = byte (h1 + side * a)

                    // In increasing order of m2.
                    if s2 = 1 && hasFar then
                        values[at] <- farValue
                        m1s[at] <- m1
                        m2s[at] <- byte (h2 - far)
                        m3s[at] <- m3
                        at <- at + 1

                    if not (Double.IsNaN nearValue) then
                        values[at] <- nearValue
                        m1s[at] <- m1
                        m2s[at] <- byte (h2 + sign2 * near)
                        m3s[at] <- m3
                        at <- at + 1

                    if s2 = 0 && hasFar then
                        values[at] <- farValue
                        m1s[at] <- m1
                        m2s[at] <- byte (h2 + far)
                        m3s[at] <- m3
                        at <- at + 1

        target.Start <- 0
        target.Count <- at

    /// The signs by which a convention's functions differ from ours.
    let applySigns (block: CoefficientBlock) (l1: int) (l2: int) (l3: int) =
        let c = spec.Convention
        let turns = Coefficients.strippedTurns c.Basis l1 l2 l3 + c.DegreeTurns(l1, l2, l3)

        if c.IsPlain then
            if Coefficients.strip turns < 0 then
                for i in block.Start .. block.Start + block.Count - 1 do
                    block.Values[i] <- -block.Values[i]
        else
            let at l (m: byte) = if c.Descending then l - int m else int m

            for i in block.Start .. block.Start + block.Count - 1 do
                let turns =
                    turns
                    - c.TurnsAt(l1, at l1 block.M1[i])
                    - c.TurnsAt(l2, at l2 block.M2[i])
                    + c.TurnsAt(l3, at l3 block.M3[i])

                if Coefficients.strip turns < 0 then
                    block.Values[i] <- -block.Values[i]

    let eachSixJ (receive: BlockReceiver) =
        for struct (j1, j2, j3) in spec.Blocks do
            let entries = Coefficients.exactBlock spec j1 j2 j3

            if entries.Length > 0 then
                let block = CoefficientBlock entries.Length
                block.Count <- entries.Length

                entries
                |> Array.iteri (fun i (struct (index, value)) ->
                    block.M1[i] <- byte index.TwiceM1
                    block.M2[i] <- byte index.TwiceM2
                    block.M3[i] <- byte index.TwiceM3
                    block.Values[i] <- spec.Round value)

                receive.Invoke(j1, j2, j3, block)

    let emit (chain: SumChain) (l1: int) (l2: int) (l3: int) (receive: BlockReceiver) =
        // ∫ Y Y Y vanishes by parity.
        if not spec.Kind.IsGaunt || ((l1 + l2 + l3) / 2) &&& 1 = 0 then
            let both = chain.B > chain.C && exchanges

            if spec.Kind.IsRealCg then
                realRows chain l1 l2 l3
                realBlock block false l1 l2 l3
                if both then realBlock exchanged true l2 l1 l3
            else
                complexBlock chain l1 l2 l3
                // Before the convention's signs.
                if both then exchange l1 l2 l3

            if spec.Kind.IsCg || spec.Kind.IsRealCg then applySigns block l1 l2 l3
            if block.Count > 0 then receive.Invoke(l1, l2, l3, block)

            if both then
                if spec.Kind.IsCg || spec.Kind.IsRealCg then applySigns exchanged l2 l1 l3
                if exchanged.Count > 0 then receive.Invoke(l2, l1, l3, exchanged)

    /// How many entries so far were rounded from their exact value.
    member _.Fallbacks = fallbacks

    /// Calls `receive` with the one block of (2·l1, 2·l2, 2·l3), if it has a non-zero entry, and perhaps with that of
    /// (2·l2, 2·l1, 2·l3).
    member _.Block(l1: int, l2: int, l3: int, receive: BlockReceiver) : unit =
        let a, B, C = (l1 + l2 - l3) / 2, (l1 - l2 + l3) / 2, (-l1 + l2 + l3) / 2
        let chain = SumChain(B, C, a)

        for _ in 1..a do
            chain.Step 1

        emit chain l1 l2 l3 receive

    /// Calls `receive` with 2·l1, 2·l2, 2·l3 and the block, for every block of the table; but for 6j symbols in the order of
    /// the chains (B, C, a): a = l1+l2−l3, B = l1−l2+l3, C = −l1+l2+l3.
    member _.ForEachBlock(receive: BlockReceiver) : unit =
        if spec.Kind.IsSixJ then
            eachSixJ receive
        else
            for B in 0..n do
                for C in 0 .. (if exchanges then min B (n - B) else n - B) do
                    if spec.Half || (B + C) &&& 1 = 0 then
                        let aMax = n - max B C
                        let step = if spec.Half then 1 else 2
                        // Integer angular momenta: a ≡ B modulo 2.
                        let first = if spec.Half then 0 else B &&& 1

                        if first <= aMax then
                            let chain = SumChain(B, C, aMax)
                            if first = 1 then chain.Step 1
                            emit chain (first + B) (first + C) (B + C) receive

                            for a in first + step .. step .. aMax do
                                chain.Step step
                                emit chain (a + B) (a + C) (B + C) receive
