namespace Toolkit.Symbolic.Tables

open System.Numerics
open Toolkit.Symbolic.AngularMomentum

/// What all Gaunt coefficients of one (l1, l2, l3) have in common, l ≤ twiceLMax/2. With g = J/2 and
///     3j(l1 l2 l3; 0 0 0) = (−1)^g g! / ((a/2)! (B/2)! (C/2)!) · √(a! B! C! / (J+1)!)    (Dixon's sum; DLMF 34.3.5)
/// the roots of a!, B! and C! cancel in ∫YYY = √((2l1+1)(2l2+1)(2l3+1)/4π) · 3j(0 0 0) · 3j(m1 m2 m3). `root` are the √(n!) of
/// `FactorialRoots`, to (2l+1)!.
[<Sealed>]
type internal GauntFactor(twiceLMax: int, root: ScaledDoubleDouble[]) =
    // n! and 1/n!, to (J+1)!.
    let factorial = Array.zeroCreate<ScaledDoubleDouble> (3 * twiceLMax / 2 + 2)
    let inverse = Array.zeroCreate<ScaledDoubleDouble> factorial.Length

    do
        let mutable n = BigInteger.One

        for k in 0 .. factorial.Length - 1 do
            if k > 1 then n <- n * BigInteger k
            factorial[k] <- DoubleDouble.OfScaledRoot(n * n, BigInteger.One)
            inverse[k] <- DoubleDouble.OfScaledRoot(BigInteger.One, n * n)

    // ⌊π·2^256⌋ or one more: its root's error, 2^−258, is far below the 2^−104 that follow.
    let inverseRoot4Pi = DoubleDouble.OfScaledRoot(BigInteger.One <<< 256, BigInteger 4 * SurdOverRootPi.PiTimesPower 256)

    /// |∫YYY| / (|U| ρ_{l1} ρ_{l2} ρ_{l3}) (Generator) for 2·l1, 2·l2, 2·l3 with even J, by nine factors.
    member _.At(l1: int, l2: int, l3: int) : DoubleDouble =
        let a, B, C, J = (l1 + l2 - l3) / 2, (l1 - l2 + l3) / 2, (-l1 + l2 + l3) / 2, (l1 + l2 + l3) / 2

        ScaledDoubleDouble.Product
            [| root[l1 + 1]
               root[l2 + 1]
               root[l3 + 1]
               inverseRoot4Pi
               factorial[J / 2]
               inverse[a / 2]
               inverse[B / 2]
               inverse[C / 2]
               inverse[J + 1] |]
