namespace Toolkit.Symbolic.Tables

open System
open System.Numerics

/// The integers U(a, B, C; b, c) = [x^b y^c] (1−xy)^a (1−x)^B (1−y)^C of all 3j symbols with the same (B, C), for one
/// a after another. Multiplying the generating function by (1 − xy) gives
///     U(a+1; b, c) = U(a; b, c) − U(a; b−1, c−1),
/// one subtraction per entry, along each diagonal k = b − c by itself; integer angular momenta need every second a only
/// and take U(a+2) = U(a) − 2·U(a)' + U(a)'' in one pass.
///
/// Symmetries. (−1)^a·U is the coefficient of z1^b z2^{a+C−c} z3^{B−b+c} in (z1−z2)^a (z2−z3)^C (z3−z1)^B: put z1 = x, z2 = 1/y,
/// z3 = 1. So with i1, i2, i3 the three exponents, which add up to J = a+B+C, it is a function of three columns (i, l),
/// l1 = a+B, l2 = a+C, l3 = B+C, and 0 ≤ i ≤ l. Permuting the columns permutes the z and therefore multiplies it by 1 or, if
/// the permutation is odd, by (−1)^J; writing 1/z for each z turns i into l − i and multiplies by (−1)^J. These are the twelve
/// symmetries of the 3j symbol, whose sum it is (Generator): a chain to a = C ≤ B is all that the class of (a, B, C) needs.
///
/// A diagonal k ∈ [−C, B] is one i3 = B − k; along it c runs from max(0, −k) to a + min(C, B−k). Those with i3 < l3/2 are not
/// kept: reversal gives them.
///
/// Size. Orthogonality bounds every 3j symbol by 1, so
///     U² = 3j² · a! B! C! (J+1)! / Π(l_i±m_i)! ≤ a! B! C! (J+1)! / Π ⌊l_i⌋! ⌈l_i⌉!,
/// about 2^{0.8 J} instead of the 2^J that the generating function shows at once: for l ≤ 21 a float64 holds U exactly.
/// Larger ones are sums of limbs, limb j a multiple of 2^{48 j} held as a float64: every operation below is exact, and
/// one loop over vectors serves all sizes. Lower limbs are kept within half of the next one's unit, so that a step's
/// fourfold growth stays far below 2^53 units.
[<Sealed>]
type internal SumChain(B: int, C: int, aMax: int) =
    static let limbBits = 48

    // log2 n!, good to far less than the bit of reserve below; n ≤ 3·127 + 1.
    static let logFactorial =
        let sums = Array.zeroCreate<float> 383
        for n in 1..382 do
            sums[n] <- sums[n - 1] + Math.Log2 n
        sums

    let limbs =
        let log (n: int) = logFactorial[n]
        let middle (twice: int) = log (twice / 2) + log ((twice + 1) / 2)

        let bits a =
            (log a + log B + log C + log (a + B + C + 1) - middle (a + B) - middle (a + C) - middle (B + C)) / 2.0

        let mutable most = 0.0
        for a in 0..aMax do
            most <- max most (bits a)

        // A step passes through 4·|U|, and the top limb takes 2^52 units: three bits of reserve.
        1 + max 0 (int (ceil ((most - 49.0) / float limbBits)))

    // Rows are padded in front by zeros that the recurrence may read and rewrite as zeros, and behind by some for readers.
    let front = Vector<float>.Count + 2
    let stride = front + aMax + min B C + 1 + Vector<float>.Count
    let rows = (B + C) / 2 + 1
    let unit j = Math.ScaleB(1.0, limbBits * j)
    let t = Array.zeroCreate<float[]> limbs
    // Adding and subtracting it rounds to a multiple of the next limb's unit.
    let rounder = Array.zeroCreate<float> limbs

    do
        for j in 0 .. limbs - 1 do
            t[j] <- Array.zeroCreate<float> (rows * stride)
            rounder[j] <- 1.5 * Math.ScaleB(1.0, 52) * unit (j + 1)

    let mutable a = 0

    let firstC (k: int) = max 0 -k
    let length (k: int) = a + min C (B - k) - max 0 -k + 1

    // U(0; b, c) = (−1)^{b+c} C(B, b)·C(C, c), where binomial coefficients are float64: C(56, 28) < 2^53.
    let startSmall () =
        let row n =
            // Behind the last one zeros, which keep what is behind a diagonal's end zero.
            let r = Array.zeroCreate<float> (n + 1 + Vector<float>.Count)
            r[0] <- 1.0

            for i in 1..n do
                r[i] <- float (-(int64 r[i - 1]) * int64 (n - i + 1) / int64 i)

            r

        let rowB, rowC = row B, row C

        for k in -C .. (B + C) / 2 - C do
            let mutable i = 0

            while i < length k do
                let at = (k + C) * stride + front + i
                let x, y = Vector<float>(rowB, k + firstC k + i), Vector<float>(rowC, firstC k + i)
                let p = x * y

                if limbs = 1 then
                    p.CopyTo(t[0], at)
                else
                    let magic = Vector<float> rounder[0]
                    let high = (p + magic) - magic
                    high.CopyTo(t[1], at)
                    ((p - high) + Vector.FusedMultiplyAdd(x, y, -p)).CopyTo(t[0], at)

                i <- i + Vector<float>.Count

    // The same for any size.
    let startLarge () =
        let row n =
            let r = Array.create (n + 1) BigInteger.One
            for i in 1..n do
                r[i] <- -r[i - 1] * BigInteger(n - i + 1) / BigInteger i
            r

        let rowB, rowC = row B, row C
        let half, whole = 1L <<< (limbBits - 1), 1L <<< limbBits

        for k in -C .. (B + C) / 2 - C do
            for i in 0 .. length k - 1 do
                let at = (k + C) * stride + front + i
                let mutable rest = rowB[k + firstC k + i] * rowC[firstC k + i]

                for j in 0 .. limbs - 2 do
                    let low = int64 (rest &&& BigInteger(whole - 1L))
                    let low = if low > half then low - whole else low
                    t[j][at] <- float low * unit j
                    rest <- (rest - BigInteger low) >>> limbBits

                t[limbs - 1][at] <- float rest * unit (limbs - 1)

    do if limbs <= 2 && max B C <= 56 then startSmall () else startLarge ()

    /// B = l1 − l2 + l3.
    member _.B = B
    /// C = −l1 + l2 + l3.
    member _.C = C
    /// The present a = l1 + l2 − l3.
    member _.A = a
    /// How many float64 hold one integer.
    member _.Limbs = limbs

    /// The first c of a diagonal.
    member _.FirstC(k: int) = firstC k
    /// The number of entries of a diagonal at the present a.
    member _.Length(k: int) = length k

    /// a ← a + step, for step = 1 or 2, up to aMax.
    member _.Step(step: int) =
        a <- a + step
        let width = Vector<float>.Count

        for row in 0 .. rows - 1 do
            let start = row * stride + front
            // Downwards in place, so that what is read is still the old row.
            let mutable at = start + length (row - C) - width

            while at > start - width do
                let mutable carry = Vector<float>.Zero

                for j in 0 .. t.Length - 1 do
                    let x = t[j]
                    let x0, x1 = Vector<float>(x, at), Vector<float>(x, at - 1)

                    let next =
                        (if step = 1 then x0 - x1 else (x0 - x1) - (x1 - Vector<float>(x, at - 2))) + carry

                    if j = t.Length - 1 then
                        next.CopyTo(x, at)
                    else
                        let magic = Vector<float> rounder[j]
                        carry <- (next + magic) - magic
                        (next - carry).CopyTo(x, at)

                at <- at - width

    // hi + lo of the limbs. Going down from the highest one, hi is at least half of its first non-zero limb from there on, so
    // nothing cancels; each hi + limb is split without loss, and only the sum of the n−2 later splits is rounded.
    member private _.Combine(start: int, count: int, hi: float[], lo: float[], at: int) : unit =
        let mutable i = 0

        while i < count do
            let mutable h = Vector<float>(t[limbs - 1], start + i)
            let mutable l = Vector<float>.Zero

            for j in limbs - 2 .. -1 .. 0 do
                let x = Vector<float>(t[j], start + i)
                let sum = h + x
                l <- l + (x - (sum - h))
                h <- sum

            h.CopyTo(hi, at + i)
            l.CopyTo(lo, at + i)
            i <- i + Vector<float>.Count

    /// Writes the diagonal's integers from `at` on as hi + lo, |lo| ≤ 2u|hi|, and perhaps a few zeros more. With one limb `lo`
    /// is left alone; with two they are exact; with n there is a relative error below 2(n−2)u², u = 2^−53.
    member this.Read(k: int, hi: float[], lo: float[], at: int) : unit =
        let start = (k + C) * stride + front

        if limbs = 1 then
            Array.Copy(t[0], start, hi, at, length k)
        else
            this.Combine(start, length k, hi, lo, at)
