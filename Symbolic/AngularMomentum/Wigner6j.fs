namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// Wigner's 6j symbol { j1 j2 j3 ; l1 l2 l3 }, exactly.
[<AbstractClass; Sealed>]
type Wigner6j =

    /// The symbol for valid doubled quantum numbers. Racah's sum
    ///     Σ_t (−1)^t (t+1)! / (Π_i (t−α_i)! Π_k (β_k−t)!)
    /// with the factorials gathered into binomials is (α1+1)!/(u! v! w!) times the integer
    ///     Σ_t (−1)^t C(t+1, α1+1) C(u, t−α2) C(v, t−α3) C(w, t−α4),
    /// u = j2+l1−l3, v = j3+l2−l1, w = j1+l3−l2.
    static member internal ofTwice (j1: int) (j2: int) (j3: int) (l1: int) (l2: int) (l3: int) : Surd =
        let triads = [| struct (j1, j2, j3); struct (j1, l2, l3); struct (l1, j2, l3); struct (l1, l2, j3) |]

        if triads |> Array.exists (fun (struct (a, b, c)) -> not (Arguments.triangle a b c)) then
            Surd.Zero
        else
            let half n = n / 2
            let alpha = triads |> Array.map (fun (struct (a, b, c)) -> half (a + b + c))
            let u, v, w = half (j2 + l1 - l3), half (j3 + l2 - l1), half (j1 + l3 - l2)
            let first = Array.max alpha
            let last = List.min [ alpha[1] + u; alpha[2] + v; alpha[3] + w ]
            let binomial = RacahSum.binomial

            let mutable term =
                binomial (first + 1) (alpha[0] + 1)
                * binomial u (first - alpha[1])
                * binomial v (first - alpha[2])
                * binomial w (first - alpha[3])

            let mutable sum = term

            for t in first .. last - 1 do
                // Each of the four binomials to its successor; the product divides exactly.
                let up =
                    BigInteger(int64 (t + 2) * int64 (u - t + alpha[1]))
                    * BigInteger(int64 (v - t + alpha[2]) * int64 (w - t + alpha[3]))

                let down =
                    BigInteger(int64 (t + 1 - alpha[0]) * int64 (t + 1 - alpha[1]))
                    * BigInteger(int64 (t + 1 - alpha[2]) * int64 (t + 1 - alpha[3]))

                term <- term * up / down
                if (t - first) &&& 1 = 0 then sum <- sum - term else sum <- sum + term

            if sum.IsZero then
                Surd.Zero
            else
                let square = FactorialProduct(first + 1)
                square.MultiplyFactorial(alpha[0] + 1, 2)

                for n in [| u; v; w |] do
                    square.MultiplyFactorial(n, -2)

                for (struct (a, b, c)) in triads do
                    square.MultiplyFactorial(half (a + b - c), 1)
                    square.MultiplyFactorial(half (a - b + c), 1)
                    square.MultiplyFactorial(half (-a + b + c), 1)
                    square.MultiplyFactorial(half (a + b + c) + 1, -1)

                let rest = square.AbsorbSquare sum
                Surd.Reduced(sum.Sign * Arguments.parity first, rest * rest * square.Numerator, square.Denominator)

    /// { j1 j2 j3 ; l1 l2 l3 }: zero where one of the four triads breaks the triangle rule, an error with the facts
    /// where an argument is no quantum number.
    [<CompiledName("TryExact")>]
    static member tryExact
        (
            j1: HalfInteger,
            j2: HalfInteger,
            j3: HalfInteger,
            l1: HalfInteger,
            l2: HalfInteger,
            l3: HalfInteger
        ) : Result<Surd, string> =
        [ "j1", j1; "j2", j2; "j3", j3; "l1", l1; "l2", l2; "l3", l3 ]
        |> List.map (fun (name, j) -> Arguments.checkJ name j)
        |> Arguments.firstError
        |> Result.map (fun () -> Wigner6j.ofTwice j1.Twice j2.Twice j3.Twice l1.Twice l2.Twice l3.Twice)

    /// As `tryExact`; throws ArgumentException where an argument is no quantum number.
    [<CompiledName("Exact")>]
    static member exact(j1: HalfInteger, j2: HalfInteger, j3: HalfInteger, l1: HalfInteger, l2: HalfInteger, l3: HalfInteger) : Surd =
        Wigner6j.tryExact(j1, j2, j3, l1, l2, l3) |> Arguments.orThrow
