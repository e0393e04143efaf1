namespace Toolkit.Symbolic.Tables

open System
open System.Numerics
open Toolkit.Symbolic.Algebra

/// A number as an unevaluated sum hi + lo of two float64: about 106 bits.
[<Struct>]
type internal DoubleDouble =
    { Hi: float
      Lo: float }

    /// √(p/q) with a relative error below 2^−104.
    static member OfRoot(p: BigInteger, q: BigInteger) : DoubleDouble =
        // s = ⌊√(p·2^k/q)⌋ has at least 119 bits, so s·2^{−k/2} is good to 2^−118. The two parts are roundings of s and
        // of what is left of it.
        let size = int (p.GetBitLength()) - int (q.GetBitLength())
        let k = (240 - size) &&& ~~~1
        let top, bottom = if k >= 0 then p <<< k, q else p, q <<< -k
        let s = Rounding.isqrt (top / bottom)
        let hi = float s
        let lo = float (s - BigInteger hi)
        { Hi = Math.ScaleB(hi, -k / 2)
          Lo = Math.ScaleB(lo, -k / 2) }

    /// The integer n with a relative error below 2^−104.
    static member OfInteger(n: BigInteger) : DoubleDouble =
        let hi = float n
        { Hi = hi; Lo = float (n - BigInteger hi) }

    /// x·y; see RoundingTest for its error.
    static member inline Multiply(x: DoubleDouble, y: DoubleDouble) : DoubleDouble =
        let p = x.Hi * y.Hi
        let e = Math.FusedMultiplyAdd(x.Hi, y.Hi, -p)
        { Hi = p
          Lo = Math.FusedMultiplyAdd(x.Hi, y.Lo, Math.FusedMultiplyAdd(x.Lo, y.Hi, e)) }

    /// x·y with |Lo| brought back below half a unit of Hi.
    static member Normalised(x: DoubleDouble, y: DoubleDouble) : DoubleDouble =
        let z = DoubleDouble.Multiply(x, y)
        let hi = z.Hi + z.Lo
        { Hi = hi; Lo = z.Lo - (hi - z.Hi) }
