namespace Toolkit.Symbolic.Tables

open System
open System.Numerics
open Toolkit.Symbolic.Algebra

/// A number as an unevaluated sum hi + lo of two float64: about 106 bits. The functions below give |lo| ≤ u|hi|,
/// u = 2^−53, unless they say otherwise.
[<Struct; NoEquality; NoComparison>]
type internal DoubleDouble =
    { Hi: float
      Lo: float }

    /// √(p/q) with a relative error below 2^−104, its number's hi between 1/4 and 16.
    static member OfScaledRoot(p: BigInteger, q: BigInteger) : ScaledDoubleDouble =
        // s = ⌊√(p·2^k/q)⌋ has 120 or 121 bits, so s·2^{−k/2} is good to 2^−118. The two parts are roundings of s and of
        // what is left of it.
        let size = int (p.GetBitLength()) - int (q.GetBitLength())
        let k = (240 - size) &&& ~~~1
        let top, bottom = if k >= 0 then p <<< k, q else p, q <<< -k
        let s = Rounding.isqrt (top / bottom)
        let hi = float s
        let lo = float (s - BigInteger hi)
        let sum = hi + lo
        { Number = { Hi = Math.ScaleB(sum, -120); Lo = Math.ScaleB(lo - (sum - hi), -120) }
          Exponent = 120 - k / 2 }

    /// √(p/q) with a relative error below 2^−104.
    static member OfRoot(p: BigInteger, q: BigInteger) : DoubleDouble =
        let root = DoubleDouble.OfScaledRoot(p, q)
        root.Number.Scaled root.Exponent

    /// The number times 2^x, exactly.
    member this.Scaled(x: int) : DoubleDouble = { Hi = Math.ScaleB(this.Hi, x); Lo = Math.ScaleB(this.Lo, x) }

    /// x·y, brought back to |lo| ≤ u|hi|; loses less than 6u² (Generator says why).
    member x.Times(y: DoubleDouble) : DoubleDouble =
        let p = x.Hi * y.Hi
        let e = Math.FusedMultiplyAdd(x.Hi, y.Hi, -p)
        let q = Math.FusedMultiplyAdd(x.Hi, y.Lo, Math.FusedMultiplyAdd(x.Lo, y.Hi, e))
        let hi = p + q
        { Hi = hi; Lo = q - (hi - p) }

/// Number·2^Exponent: roots of factorials leave the range of float64 long before the coefficients do.
and [<Struct; NoEquality; NoComparison>] internal ScaledDoubleDouble =
    { Number: DoubleDouble
      Exponent: int }

    /// The product of the numbers, brought into range at the end.
    static member Product(factors: ScaledDoubleDouble[]) : DoubleDouble =
        let mutable p = factors[0].Number
        let mutable exponent = factors[0].Exponent

        for i in 1 .. factors.Length - 1 do
            p <- p.Times factors[i].Number
            exponent <- exponent + factors[i].Exponent

        p.Scaled exponent
