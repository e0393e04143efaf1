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

    // C(n, ⌊n/2⌋), as far as 64 bits hold it.
    let private centres =
        let row = Array.create 62 1L
        for n in 1..61 do row[n] <- row[n - 1] * int64 n / int64 ((n + 1) / 2)
        row

    /// Whether no term, times a + B + C, passes 64 bits: no binomial is larger than the one in the middle of its row.
    let private isSmall (a: int) (B: int) (C: int) : bool =
        a < 62 && B < 62 && C < 62 && float centres[a] * float centres[B] * float centres[C] * float (a + B + C + 1) * float (a + 1) < 4e18

    let private smallBinomial (n: int) (k: int) : int64 =
        let k = min k (n - k)
        let mutable r = 1L

        for i in 1..k do
            r <- r * int64 (n - k + i) / int64 i

        r

    /// As `value` where 64 bits do. Each of the three quotients is exact: it is that of one binomial.
    let private smallValue (a: int) (B: int) (C: int) (b: int) (c: int) (first: int) (last: int) : int64 =
        let mutable x = smallBinomial a first
        let mutable y = smallBinomial B (b - first)
        let mutable z = smallBinomial C (c - first)
        let mutable sum = x * y * z

        for s in first .. last - 1 do
            x <- x * int64 (a - s) / int64 (s + 1)
            y <- y * int64 (b - s) / int64 (B - b + s + 1)
            z <- z * int64 (c - s) / int64 (C - c + s + 1)
            let term = x * y * z
            sum <- if (s - first) &&& 1 = 0 then sum - term else sum + term

        if first &&& 1 = 0 then sum else -sum

    /// T, exactly. Each term follows from the one before by an exact division.
    let value (a: int) (B: int) (C: int) (b: int) (c: int) : BigInteger =
        let first = max 0 (max (b - B) (c - C))
        let last = min a (min b c)

        if first > last then
            BigInteger.Zero
        elif isSmall a B C then
            BigInteger(smallValue a B C b c first last)
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
        Wigner3j.timesRoot 1 j1 j2 j3 m1 m2 m3

    /// √n times the symbol for valid doubled quantum numbers, for 1 ≤ n ≤ j1 + j2 + j3 + 1 (not doubled).
    static member internal timesRoot (n: int) (j1: int) (j2: int) (j3: int) (m1: int) (m2: int) (m3: int) : Surd =
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

                square.MultiplyInteger(n, 1)
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
