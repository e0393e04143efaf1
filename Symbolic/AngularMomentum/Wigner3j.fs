namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// The sum inside the 3j symbol, in the integers a = j1+j2−j3, b = j1−m1, c = j2+m2, B = j1−j2+j3, C = −j1+j2+j3:
///     T(a, B, C; b, c) = Σ_s (−1)^s C(a,s) C(B,b−s) C(C,c−s) = [x^b y^c] (1−xy)^a (1+x)^B (1+y)^C.
module internal RacahSum =

    /// C(n, k) for 0 ≤ k ≤ n.
    let binomial (n: int) (k: int) : BigInteger =
        let k = min k (n - k)
        let mutable r = BigInteger.One

        for i in 1..k do
            r <- r * BigInteger(n - k + i) / BigInteger i

        r

    /// T, exactly. Each term follows from the one before by an exact division.
    let value (a: int) (B: int) (C: int) (b: int) (c: int) : BigInteger =
        let first = max 0 (max (b - B) (c - C))
        let last = min a (min b c)

        if first > last then
            BigInteger.Zero
        else
            let mutable term = binomial a first * binomial B (b - first) * binomial C (c - first)
            let mutable sum = term

            for s in first .. last - 1 do
                // C(a,s+1)/C(a,s) = (a−s)/(s+1); C(B,b−s−1)/C(B,b−s) = (b−s)/(B−b+s+1), and likewise for C.
                let up = BigInteger(int64 (a - s) * int64 (b - s)) * BigInteger(c - s)
                let down = BigInteger(int64 (s + 1) * int64 (B - b + s + 1)) * BigInteger(C - c + s + 1)
                term <- term * up / down

                if (s - first) &&& 1 = 0 then sum <- sum - term else sum <- sum + term

            if first &&& 1 = 0 then sum else -sum

/// Wigner's 3j symbol, exactly: ( j1 j2 j3 ; m1 m2 m3 ) = ±√(p/q), phases of Condon and Shortley.
[<AbstractClass; Sealed>]
type Wigner3j =

    /// The symbol for valid doubled quantum numbers.
    static member internal ofTwice (j1: int) (j2: int) (j3: int) (m1: int) (m2: int) (m3: int) : Surd =
        if m1 + m2 + m3 <> 0 || not (Arguments.triangle j1 j2 j3) then
            Surd.Zero
        else
            let half n = n / 2
            let a, B, C = half (j1 + j2 - j3), half (j1 - j2 + j3), half (-j1 + j2 + j3)
            let t = RacahSum.value a B C (half (j1 - m1)) (half (j2 + m2))

            if t.IsZero then
                Surd.Zero
            else
                // 3j² = T² Π(j_i ± m_i)! / (a! B! C! (J+1)!), as Racah's formula reads with binomials in the sum.
                let J = a + B + C
                let square = FactorialProduct(J + 1)

                for n in [| j1 + m1; j1 - m1; j2 + m2; j2 - m2; j3 + m3; j3 - m3 |] do
                    square.MultiplyFactorial(half n, 1)

                for n in [| a; B; C; J + 1 |] do
                    square.MultiplyFactorial(n, -1)

                let rest = square.AbsorbSquare t
                // (−1)^{j1 − j2 − m3}
                let sign = t.Sign * Arguments.parity (half (j1 - j2 - m3))
                Surd.Reduced(sign, rest * rest * square.Numerator, square.Denominator)

    /// The symbol ( j1 j2 j3 ; m1 m2 m3 ): zero where a selection rule says so (triangle rule, m1 + m2 + m3 = 0), an
    /// error with the facts where a j or m is no quantum number.
    [<CompiledName("TryExact")>]
    static member tryExact
        (
            j1: HalfInteger,
            j2: HalfInteger,
            j3: HalfInteger,
            m1: HalfInteger,
            m2: HalfInteger,
            m3: HalfInteger
        ) : Result<Surd, string> =
        Arguments.firstError
            [ Arguments.checkJ "j1" j1
              Arguments.checkJ "j2" j2
              Arguments.checkJ "j3" j3
              Arguments.checkM "j1" j1 "m1" m1
              Arguments.checkM "j2" j2 "m2" m2
              Arguments.checkM "j3" j3 "m3" m3 ]
        |> Result.map (fun () -> Wigner3j.ofTwice j1.Twice j2.Twice j3.Twice m1.Twice m2.Twice m3.Twice)

    /// As `tryExact`; throws ArgumentException where a j or m is no quantum number.
    [<CompiledName("Exact")>]
    static member exact(j1: HalfInteger, j2: HalfInteger, j3: HalfInteger, m1: HalfInteger, m2: HalfInteger, m3: HalfInteger) : Surd =
        Wigner3j.tryExact(j1, j2, j3, m1, m2, m3) |> Arguments.orThrow
