namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// Wigner's rotation matrices, exactly, where they are roots of rationals: d^j_{m'm}(β) for every β with a rational cosine,
/// hence for all with rational cos β/2 and sin β/2, and D^j_{m'm}(α, β, γ) = e^{−im'α} d^j_{m'm}(β) e^{−imγ} for quarter
/// turns α and γ. Phases of Condon and Shortley: a rotation R turns Y_lm into Σ_m' Y_lm' D_{m'm}(R).
[<AbstractClass; Sealed>]
type WignerSmallD =

    /// d^j_{m'm}(β) for valid doubled quantum numbers, cos²(β/2) = p/(p+q), and the signs of cos(β/2) and sin(β/2).
    ///     d = Σ_k (−1)^{m'−m+k} √((j+m)!(j−m)!(j+m')!(j−m')!) c^{2j+m−m'−2k} s^{m'−m+2k}
    ///             / ((j+m−k)! k! (m'−m+k)! (j−m'−k)!)          (Varshalovich 4.3.1 (2))
    ///       = √((j+m')!(j−m')!/((j+m)!(j−m)!)) Σ_k (−1)^{m'−m+k} C(j+m, k) C(j−m, j−m'−k) c^… s^…:
    /// with the smallest powers of c and s in front, an integer sum in p and q times one root.
    static member internal dOfTwice (j: int) (m': int) (m: int) (p: BigInteger) (q: BigInteger) (cosSign: int) (sinSign: int) : Surd =
        let half n = n / 2
        let power (sign: int) (n: int) = if n &&& 1 = 0 then 1 else sign

        if q.IsZero then
            if m' = m then Surd.OfInteger(power cosSign j) else Surd.Zero
        elif p.IsZero then
            // β = π: d_{m'm} = (−1)^{j−m} δ_{m', −m} for s = 1, and s^{2j} in general.
            if m' = -m then Surd.OfInteger(Arguments.parity (half (j - m)) * power sinSign j) else Surd.Zero
        else
            let first = max 0 (half (m - m'))
            let last = min (half (j + m)) (half (j - m'))
            // The smallest powers of c and s.
            let c0 = j + half (m - m') - 2 * last
            let s0 = half (m' - m) + 2 * first
            let mutable sum = BigInteger.Zero

            for k in first..last do
                let term =
                    RacahSum.binomial (half (j + m)) k
                    * RacahSum.binomial (half (j - m)) (half (j - m') - k)
                    * BigInteger.Pow(p, last - k)
                    * BigInteger.Pow(q, k - first)

                if (half (m' - m) + k) &&& 1 = 0 then sum <- sum + term else sum <- sum - term

            let square = FactorialProduct(max 1 j)
            square.MultiplyFactorial(half (j + m'), 1)
            square.MultiplyFactorial(half (j - m'), 1)
            square.MultiplyFactorial(half (j + m), -1)
            square.MultiplyFactorial(half (j - m), -1)
            let n = p + q
            // (p/n)^{c0} (q/n)^{s0} n^{−2(last−first)}: the exponents of c and s add to 2j in every term.
            let root =
                Surd.Create(1, square.Numerator, square.Denominator)
                * Surd.Create(1, BigInteger.Pow(p, c0) * BigInteger.Pow(q, s0), BigInteger.Pow(n, c0 + s0 + 2 * (last - first)))

            let sign = power cosSign c0 * power sinSign s0
            root * Surd.OfRational(BigInteger sign * sum, BigInteger.One)

    /// d^j_{m'm}(β) for cos(β/2) = `cosHalf` and sin(β/2) = `sinHalf`, roots of rationals with squares that add to 1: an
    /// error with the facts where they do not, or where an argument is no quantum number.
    [<CompiledName("TryExact")>]
    static member tryExact(j: HalfInteger, m': HalfInteger, m: HalfInteger, cosHalf: Surd, sinHalf: Surd) : Result<Surd, string> =
        let c, s = cosHalf, sinHalf
        let onCircle = Surd.TryAdd(c * c, s * s) = Some Surd.One

        match Arguments.firstError [ Arguments.checkJ "j" j; Arguments.checkM "j" j "m'" m'; Arguments.checkM "j" j "m" m ] with
        | Error e -> Error e
        | Ok() when not onCircle -> Error $"cos(β/2) = {c} and sin(β/2) = {s}: expected squares that add to 1"
        | Ok() ->
            // c² = p/n in lowest terms, so s² = (n−p)/n.
            let p, n = c.Numerator, c.Denominator
            let sign (x: Surd) = if x.Sign < 0 then -1 else 1
            Ok(WignerSmallD.dOfTwice j.Twice m'.Twice m.Twice p (n - p) (sign c) (sign s))

    /// As `tryExact`; throws ArgumentException instead of returning an error.
    [<CompiledName("Exact")>]
    static member exact(j: HalfInteger, m': HalfInteger, m: HalfInteger, cosHalf: Surd, sinHalf: Surd) : Surd =
        WignerSmallD.tryExact(j, m', m, cosHalf, sinHalf) |> Arguments.orThrow

    /// D^l_{m'm}(a·π/2, b·π/2, c·π/2) for integers l, m', m: the rotations that permute the axes.
    static member internal quarterTurns (l: int) (m': int) (m: int) (a: int) (b: int) (c: int) : PhasedSurd =
        // β = b·π/2 with b taken modulo 4 and cos β/2, sin β/2 of the angle in [0, 2π).
        let one, zero = BigInteger.One, BigInteger.Zero

        let d =
            match b &&& 3 with
            | 0 -> WignerSmallD.dOfTwice (2 * l) (2 * m') (2 * m) one zero 1 1
            | 1 -> WignerSmallD.dOfTwice (2 * l) (2 * m') (2 * m) one one 1 1
            | 2 -> WignerSmallD.dOfTwice (2 * l) (2 * m') (2 * m) zero one 1 1
            | _ -> WignerSmallD.dOfTwice (2 * l) (2 * m') (2 * m) one one -1 1

        PhasedSurd.Create(-(m' * a + m * c) &&& 3, d)
