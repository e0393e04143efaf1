namespace Toolkit.Symbolic.Tables

open System.Numerics

/// The roots that coefficients have in common, to 2^−104 each before they are multiplied.
module internal FactorialRoots =

    /// √(n!) and 1/√(n!) for 0 ≤ n < count.
    let make (count: int) : struct (ScaledDoubleDouble[] * ScaledDoubleDouble[]) =
        let root = Array.zeroCreate<ScaledDoubleDouble> count
        let inverse = Array.zeroCreate<ScaledDoubleDouble> count
        let mutable factorial = BigInteger.One

        for n in 0 .. count - 1 do
            if n > 1 then factorial <- factorial * BigInteger n
            root[n] <- DoubleDouble.OfScaledRoot(factorial, BigInteger.One)
            inverse[n] <- DoubleDouble.OfScaledRoot(BigInteger.One, factorial)

        struct (root, inverse)

    /// √(n+1) and 1/√(n+1) for 0 ≤ n < count.
    let ofIntegers (count: int) : struct (DoubleDouble[] * DoubleDouble[]) =
        let root = Array.zeroCreate<DoubleDouble> count
        let inverse = Array.zeroCreate<DoubleDouble> count

        for n in 0 .. count - 1 do
            root[n] <- DoubleDouble.OfRoot(BigInteger(n + 1), BigInteger.One)
            inverse[n] <- DoubleDouble.OfRoot(BigInteger.One, BigInteger(n + 1))

        struct (root, inverse)

    /// ρ_l(m) = √((l+m)!(l−m)!/(2l)!) as hi and lo, by 2l < count and l + m (or l − m, which is the same), from what `make`
    /// made; with zeros of one vector behind each.
    let makeRho (count: int) (root: ScaledDoubleDouble[]) (inverse: ScaledDoubleDouble[]) : struct (float[][] * float[][]) =
        let hi = Array.zeroCreate<float[]> count
        let lo = Array.zeroCreate<float[]> count

        for twice in 0 .. count - 1 do
            hi[twice] <- Array.zeroCreate<float> (twice + 1 + Vector<float>.Count)
            lo[twice] <- Array.zeroCreate<float> (twice + 1 + Vector<float>.Count)

            for b in 0 .. twice / 2 do
                let r = ScaledDoubleDouble.Product [| root[b]; root[twice - b]; inverse[twice] |]
                hi[twice][b] <- r.Hi
                lo[twice][b] <- r.Lo
                hi[twice][twice - b] <- r.Hi
                lo[twice][twice - b] <- r.Lo

        struct (hi, lo)
