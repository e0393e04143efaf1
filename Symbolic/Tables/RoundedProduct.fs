namespace Toolkit.Symbolic.Tables

open System
open System.Numerics

/// The four factors of a coefficient multiplied and rounded, by vectors. `Generator` says why the answers are right.
module internal RoundedProduct =

    /// ε = 512u² of the rounding test.
    let epsilon = Math.ScaleB(1.0, -97)

    /// x·y·f·n rounded to float64 for double-doubles x, y, f with |lo| ≤ u|hi| and an n with |lo| ≤ 2u|hi| (no lo at all if
    /// `exactly`), and where that is sure: where no number within 450u² of the product rounds to another one. `plus` and `minus`
    /// are ε and −ε.
    let inline round
        (plus: Vector<float>)
        (minus: Vector<float>)
        (xh: Vector<float>)
        (xl: Vector<float>)
        (yh: Vector<float>)
        (yl: Vector<float>)
        (fh: Vector<float>)
        (fl: Vector<float>)
        (exactly: bool)
        (nh: Vector<float>)
        (nl: Vector<float>)
        : struct (Vector<float> * Vector<int64>) =
        let p = xh * yh
        let q = Vector.FusedMultiplyAdd(xh, yl, Vector.FusedMultiplyAdd(xl, yh, Vector.FusedMultiplyAdd(xh, yh, -p)))
        let p2 = p * fh
        let q2 = Vector.FusedMultiplyAdd(p, fl, Vector.FusedMultiplyAdd(q, fh, Vector.FusedMultiplyAdd(p, fh, -p2)))
        let p3 = p2 * nh
        let e3 = Vector.FusedMultiplyAdd(q2, nh, Vector.FusedMultiplyAdd(p2, nh, -p3))
        let q3 = if exactly then e3 else Vector.FusedMultiplyAdd(p2, nl, e3)
        let value = p3 + Vector.FusedMultiplyAdd(plus, p3, q3)
        struct (value, Vector.Equals(value, p3 + Vector.FusedMultiplyAdd(minus, p3, q3)))

    /// One product: the rounded number, and whether it is sure.
    let roundOne (x: DoubleDouble) (y: DoubleDouble) (f: DoubleDouble) (exactly: bool) (n: DoubleDouble) : struct (float * bool) =
        let all (v: float) = Vector<float> v

        let struct (value, sure) =
            round
                (all epsilon)
                (all -epsilon)
                (all x.Hi)
                (all x.Lo)
                (all y.Hi)
                (all y.Lo)
                (all f.Hi)
                (all f.Lo)
                exactly
                (all n.Hi)
                (all n.Lo)

        struct (value[0], sure[0] <> 0L)

    // 2^−126, the least normal float32, and what is left of a float64 midway between two float32.
    let private smallest = Math.ScaleB(1.0, -126)
    let private belowSingle = (1L <<< 29) - 1L
    let private midway = 1L <<< 28

    /// Whether a number that rounds to this float64 rounds to the float32 that this float64 rounds to: not where that stands midway
    /// between two, nor below their normal range, where there are fewer of them.
    let decidesSingle (value: float) : bool = BitConverter.DoubleToInt64Bits value &&& belowSingle <> midway && not (abs value < smallest)
