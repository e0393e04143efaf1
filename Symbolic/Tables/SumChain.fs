namespace Toolkit.Symbolic.Tables

open System
open System.Numerics

/// The integers T(a, B, C; b, c) = [x^b y^c] (1−xy)^a (1+x)^B (1+y)^C of all 3j symbols with the same (B, C), for one
/// a after another. Multiplying the generating function by (1 − xy) gives
///     T(a+1; b, c) = T(a; b, c) − T(a; b−1, c−1),
/// one subtraction per entry, along each diagonal k = b − c by itself. (Integer angular momenta need every second a
/// only and take both steps in one pass.) |T| ≤ 2^{a+B+C}, the sum of all coefficients' magnitudes.
///
/// A diagonal k ∈ [−C, B] is one m3 = k − (B−C)/2; along it c runs from max(0, −k) to a + min(C, B−k). Those with
/// m3 > 0 are not kept: reading the generating function's palindromic factors backwards gives
///     T(a; a+B−b, a+C−c) = (−1)^a T(a; b, c).
[<AbstractClass>]
type internal SumChain(B: int, C: int, aMax: int) =

    member val B = B
    member val C = C
    /// The present a.
    member val A = 0 with get, set
    /// The number of entries that a diagonal may come to have.
    member val Stride = aMax + min B C + 1

    /// The first c of a diagonal.
    member inline this.FirstC(k: int) = max 0 -k
    /// The number of entries of a diagonal at the present a.
    member this.Length(k: int) = this.A + min C (B - k) - max 0 -k + 1

    /// a ← a + 1.
    abstract Step: unit -> unit
    /// Writes the diagonal's integers as hi + lo.
    abstract Read: k: int * hi: float[] * lo: float[] -> unit

/// Machine integers: a + B + C ≤ 62.
[<Sealed>]
type internal Int64Chain(B: int, C: int, aMax: int) as this =
    inherit SumChain(B, C, aMax)
    let stride = aMax + min B C + 1
    let t = Array.zeroCreate<int64> (((B + C) / 2 + 1) * stride)

    do
        let row n =
            let r = Array.create (n + 1) 1L
            for i in 1..n do
                r[i] <- r[i - 1] * int64 (n - i + 1) / int64 i
            r

        let rowB, rowC = row B, row C

        for k in -C .. (B + C) / 2 - C do
            let first = max 0 -k
            for i in 0 .. this.Length k - 1 do
                t[(k + C) * stride + i] <- rowB[k + first + i] * rowC[first + i]

    override _.Step() =
        let width = Vector<int64>.Count

        for k in 0 .. (B + C) / 2 do
            let at = k * stride
            // Downwards in place, so that what is read is still the old row.
            let mutable i = this.Length(k - C)

            while i >= width do
                let low = at + i - width
                (Vector<int64>(t, low + 1) - Vector<int64>(t, low)).CopyTo(t, low + 1)
                i <- i - width

            while i >= 1 do
                t[at + i] <- t[at + i] - t[at + i - 1]
                i <- i - 1

        this.A <- this.A + 1

    override _.Read(k, hi, lo) =
        let n = this.Length k
        let d = ReadOnlySpan<int64>(t, (k + C) * stride, n)

        for i in 0 .. d.Length - 1 do
            // |T| ≤ 2^62, so the rounded hi fits an int64 and the rest, below 2^9, is exact.
            let h = float d[i]
            hi[i] <- h
            lo[i] <- float (d[i] - int64 h)

/// Wider machine integers: a + B + C ≤ 126.
[<Sealed>]
type internal Int128Chain(B: int, C: int, aMax: int) as this =
    inherit SumChain(B, C, aMax)
    let stride = aMax + min B C + 1
    let t = Array.zeroCreate<Int128> (((B + C) / 2 + 1) * stride)
    let int128 (n: int) : Int128 = Int128.op_Implicit n

    do
        let row n =
            let r = Array.create (n + 1) Int128.One
            for i in 1..n do
                r[i] <- r[i - 1] * int128 (n - i + 1) / int128 i
            r

        let rowB, rowC = row B, row C

        for k in -C .. (B + C) / 2 - C do
            let first = max 0 -k
            for i in 0 .. this.Length k - 1 do
                t[(k + C) * stride + i] <- rowB[k + first + i] * rowC[first + i]

    override _.Step() =
        for k in 0 .. (B + C) / 2 do
            let n = this.Length(k - C)
            let at = k * stride

            for i in n .. -1 .. 1 do
                t[at + i] <- t[at + i] - t[at + i - 1]

        this.A <- this.A + 1

    override _.Read(k, hi, lo) =
        let at = (k + C) * stride

        for i in 0 .. this.Length k - 1 do
            let h: float = Int128.op_Explicit t[at + i]
            let rest: Int128 = t[at + i] - (Int128.op_Explicit h: Int128)
            hi[i] <- h
            lo[i] <- Int128.op_Explicit rest

/// Integers of any size.
[<Sealed>]
type internal BigChain(B: int, C: int, aMax: int) as this =
    inherit SumChain(B, C, aMax)
    let stride = aMax + min B C + 1
    let t = Array.zeroCreate<BigInteger> (((B + C) / 2 + 1) * stride)

    do
        let row n =
            let r = Array.create (n + 1) BigInteger.One
            for i in 1..n do
                r[i] <- r[i - 1] * BigInteger(n - i + 1) / BigInteger i
            r

        let rowB, rowC = row B, row C

        for k in -C .. (B + C) / 2 - C do
            let first = max 0 -k
            for i in 0 .. this.Length k - 1 do
                t[(k + C) * stride + i] <- rowB[k + first + i] * rowC[first + i]

    override _.Step() =
        for k in 0 .. (B + C) / 2 do
            let n = this.Length(k - C)
            let at = k * stride

            for i in n .. -1 .. 1 do
                t[at + i] <- t[at + i] - t[at + i - 1]

        this.A <- this.A + 1

    override _.Read(k, hi, lo) =
        let at = (k + C) * stride

        for i in 0 .. this.Length k - 1 do
            let x = DoubleDouble.OfInteger t[at + i]
            hi[i] <- x.Hi
            lo[i] <- x.Lo
