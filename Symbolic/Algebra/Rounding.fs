namespace Toolkit.Symbolic.Algebra

open System
open System.Numerics

/// Correct rounding (to nearest, ties to even) of √(p/q), decided with integers only.
module Rounding =

    /// ⌊√n⌋ for n < 2^126: a floating-point guess, then a correction that ends on the exact value.
    let internal isqrt128 (n: UInt128) : uint64 =
        if n = UInt128.Zero then
            0UL
        else
            // One Newton step from a guess good to 52 bits leaves an error below 2.
            let guess = UInt128.op_Explicit (sqrt (UInt128.op_Explicit n: float)): UInt128
            let mutable s = (guess + n / guess) >>> 1

            while s * s > n do
                s <- s - UInt128.One

            while (s + UInt128.One) * (s + UInt128.One) <= n do
                s <- s + UInt128.One

            UInt128.op_Explicit s

    /// Rounds (s + θ)·2^e, with 0 ≤ θ < 1 and `exact` saying that θ = 0, to `precision` bits, or to fewer where the
    /// format's smallest step 2^`floor` is larger. The answer m·2^x is returned as (m, x).
    let private roundToNearest
        (precision: int)
        (floor: int)
        (s: uint64)
        (exact: bool)
        (e: int)
        : struct (uint64 * int) =
        let bits = 64 - BitOperations.LeadingZeroCount s
        let drop = max (bits - precision) (floor - e)

        if drop <= 0 then
            struct (s, e)
        elif drop > 63 then
            struct (0UL, e)
        else
            let kept = s >>> drop
            let rest = s &&& ((1UL <<< drop) - 1UL)
            let half = 1UL <<< (drop - 1)
            let up = rest > half || (rest = half && (not exact || kept &&& 1UL = 1UL))
            struct ((if up then kept + 1UL else kept), e + drop)

    let private sqrtRatio (precision: int) (floor: int) (p: BigInteger) (q: BigInteger) : struct (uint64 * int) =
        // n = ⌊p·2^k/q⌋ with k even has between 2·precision + 5 and 2·precision + 9 bits, so that s = ⌊√n⌋ carries at
        // least two bits beyond the precision: the rounding bit, and one more so that the sticky bit θ never decides
        // alone. ⌊√(p·2^k/q)⌋ = ⌊√n⌋ because s² is an integer.
        let size = int (p.GetBitLength()) - int (q.GetBitLength())
        let k = (2 * (precision + 3) - size + 1) &&& ~~~1
        let top, bottom = if k >= 0 then p <<< k, q else p, q <<< -k
        let mutable remainder = BigInteger.Zero
        let n = BigInteger.DivRem(top, bottom, &remainder)
        let n128 = BigInteger.op_Explicit n: UInt128
        let s = isqrt128 n128
        let exact = remainder.IsZero && UInt128.op_Implicit s * UInt128.op_Implicit s = n128
        roundToNearest precision floor s exact (-k / 2)

    /// The float64 nearest to √(p/q), for p ≥ 0 and q > 0; subnormal results are rounded once, too.
    let sqrtToDouble (p: BigInteger) (q: BigInteger) : float =
        if p.IsZero then
            0.0
        else
            let struct (m, e) = sqrtRatio 53 -1074 p q
            Math.ScaleB(float m, e)

    /// The float32 nearest to √(p/q), for p ≥ 0 and q > 0: rounded directly, never through a float64.
    let sqrtToSingle (p: BigInteger) (q: BigInteger) : float32 =
        if p.IsZero then
            0.0f
        else
            let struct (m, e) = sqrtRatio 24 -149 p q
            // m < 2^25 and the result are exact in float64 and in float32.
            float32 (Math.ScaleB(float m, e))

    /// ⌊√n⌋ for any n ≥ 0.
    let isqrt (n: BigInteger) : BigInteger =
        if n.Sign < 0 then
            invalidArg (nameof n) "expected n ≥ 0"
        elif n.GetBitLength() <= 126L then
            BigInteger.op_Implicit (isqrt128 (BigInteger.op_Explicit n))
        else
            // Newton from above decreases until it reaches the floor.
            let mutable s = BigInteger.One <<< (int (n.GetBitLength() + 1L) / 2)
            let mutable next = (s + n / s) >>> 1

            // (The operator < on big integers would box them.)
            while BigInteger.Compare(next, s) < 0 do
                s <- next
                next <- (s + n / s) >>> 1

            s
