namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// Coupling coefficients of the real spherical harmonics
///     S_m = √2 (−1)^m Re Y^m,  S_{−m} = √2 (−1)^m Im Y^m (m > 0),  S_0 = Y^0,
/// obtained from the complex ones by the unitary S_m = Σ_μ U_{mμ} Y_μ. Exactly: no coefficient is a sum of more than
/// two Clebsch–Gordan coefficients, and those two are equal up to sign.
[<AbstractClass; Sealed>]
type RealCoupling =

    /// √2·U_{mμ}, or U_{00} = 1, as a power of i, for |μ| = |m|: the entry is i^k with the k returned.
    /// S_m = ((−1)^m Y_m + Y_{−m})/√2 and S_{−m} = −i((−1)^m Y_m − Y_{−m})/√2 for m > 0.
    static member internal phase (m: int) (mu: int) : int =
        if m = 0 then 0
        elif m > 0 then (if mu > 0 then 2 * (m &&& 1) else 0)
        elif mu > 0 then 3 + 2 * (m &&& 1)
        else 1

    /// How one real coefficient follows from a complex one: at most two assignments of signs to |m1|, |m2|, |M| make
    /// μ1 + μ2 = M, (μ1, μ2, M) and its negative, whose Clebsch–Gordan coefficients differ by the factor
    /// (−1)^{l1+l2+L}. Their phases conj(U_{m1 μ1}) conj(U_{m2 μ2}) U_{M μ} add to a power of i or cancel. The answer
    /// is (μ1, μ2, k, twoTerms): the real coefficient is i^k ⟨l1 μ1 l2 μ2|L μ1+μ2⟩·2^{−n/2}·(2 if twoTerms) with n the
    /// number of non-zero m; or nothing when it vanishes.
    static member internal pattern (odd: bool) (m1: int) (m2: int) (M: int) : struct (int * int * int * bool) voption =
        let a, b, c = abs m1, abs m2, abs M

        // The representative with M ≥ 0.
        if a + b <> c && abs (a - b) <> c then
            ValueNone
        else
            let mu1, mu2 =
                if a + b = c then a, b
                elif a - b = c then a, -b
                else -a, b

            let k = (8 - RealCoupling.phase m1 mu1 - RealCoupling.phase m2 mu2 + RealCoupling.phase M c) &&& 3

            if mu1 = 0 && mu2 = 0 then
                if odd then ValueNone else ValueSome(struct (0, 0, k, false))
            else
                let negated =
                    (8 - RealCoupling.phase m1 -mu1 - RealCoupling.phase m2 -mu2 + RealCoupling.phase M -c + (if odd then 2 else 0)) &&& 3
                if negated = k then ValueSome(struct (mu1, mu2, k, true)) else ValueNone

    /// The real-basis coefficient (real-cg) for valid integers.
    static member internal ofIntegers (l1: int) (m1: int) (l2: int) (m2: int) (L: int) (M: int) : Surd =
        let odd = (l1 + l2 + L) &&& 1 = 1

        match RealCoupling.pattern odd m1 m2 M with
        | ValueNone -> Surd.Zero
        | ValueSome(struct (mu1, mu2, k, twoTerms)) ->
            let c = ClebschGordan.ofTwice (2 * l1) (2 * mu1) (2 * l2) (2 * mu2) (2 * L) (2 * (mu1 + mu2))
            let nonZero = [| m1; m2; M |] |> Array.sumBy (fun m -> if m = 0 then 0 else 1)
            let square = if twoTerms then 4 else 1
            let size = c * Surd.Create(1, BigInteger square, BigInteger(1 <<< nonZero))

            // i^k is real for even l1 + l2 + L; for odd it is ±i, and the factor i is stripped.
            match (if odd then (k + 3) &&& 3 else k) with
            | 0 -> size
            | 2 -> -size
            | _ -> invalidOp $"real-cg({l1},{m1},{l2},{m2},{L},{M}): a phase is neither real nor imaginary as stated"

    /// The coefficient C with couple(A, B, L)_M = Σ_{m1 m2} C(l1 m1, l2 m2, L M) A_{m1} B_{m2} for real-basis blocks A
    /// and B: the Clebsch–Gordan array in the real basis, divided by i where l1 + l2 + L is odd (there it is purely
    /// imaginary). Zero by the triangle rule and unless one of |m1|, |m2|, |M| is the sum of the other two; an error
    /// with the facts where an l or m is no quantum number of a function on the sphere.
    [<CompiledName("TryExact")>]
    static member tryExact
        (
            l1: HalfInteger,
            m1: HalfInteger,
            l2: HalfInteger,
            m2: HalfInteger,
            L: HalfInteger,
            M: HalfInteger
        ) : Result<Surd, string> =
        Arguments.firstError
            [ Arguments.checkInteger "l1" l1
              Arguments.checkInteger "l2" l2
              Arguments.checkInteger "L" L
              Arguments.checkM "l1" l1 "m1" m1
              Arguments.checkM "l2" l2 "m2" m2
              Arguments.checkM "L" L "M" M ]
        |> Result.map (fun () ->
            RealCoupling.ofIntegers (l1.Twice / 2) (m1.Twice / 2) (l2.Twice / 2) (m2.Twice / 2) (L.Twice / 2) (M.Twice / 2))

    /// As `tryExact`; throws ArgumentException where an l or m is no quantum number of a function on the sphere.
    [<CompiledName("Exact")>]
    static member exact(l1: HalfInteger, m1: HalfInteger, l2: HalfInteger, m2: HalfInteger, L: HalfInteger, M: HalfInteger) : Surd =
        RealCoupling.tryExact(l1, m1, l2, m2, L, M) |> Arguments.orThrow
