namespace Toolkit.Symbolic.AngularMomentum

open Toolkit.Symbolic.Algebra

/// Clebsch–Gordan coefficients ⟨j1 m1 j2 m2|J M⟩, exactly, phases of Condon and Shortley.
[<AbstractClass; Sealed>]
type ClebschGordan =

    /// The coefficient for valid doubled quantum numbers:
    /// ⟨j1 m1 j2 m2|J M⟩ = (−1)^{j1−j2+M} √(2J+1) ( j1 j2 J ; m1 m2 −M ) (DLMF 34.1.1).
    static member internal ofTwice (j1: int) (m1: int) (j2: int) (m2: int) (J: int) (M: int) : Surd =
        // 2J ≤ j1 + j2 + J by the triangle rule.
        let c = Wigner3j.timesRoot (J + 1) j1 j2 J m1 m2 -M
        if Arguments.parity ((j1 - j2 + M) / 2) > 0 then c else -c

    /// ⟨j1 m1 j2 m2|J M⟩: zero where a selection rule says so (triangle rule, M = m1 + m2), an error with the facts
    /// where a j or m is no quantum number.
    [<CompiledName("TryExact")>]
    static member tryExact
        (
            j1: HalfInteger,
            m1: HalfInteger,
            j2: HalfInteger,
            m2: HalfInteger,
            J: HalfInteger,
            M: HalfInteger
        ) : Result<Surd, string> =
        Arguments.firstError
            [ Arguments.checkJ "j1" j1
              Arguments.checkJ "j2" j2
              Arguments.checkJ "J" J
              Arguments.checkM "j1" j1 "m1" m1
              Arguments.checkM "j2" j2 "m2" m2
              Arguments.checkM "J" J "M" M ]
        |> Result.map (fun () -> ClebschGordan.ofTwice j1.Twice m1.Twice j2.Twice m2.Twice J.Twice M.Twice)

    /// As `tryExact`; throws ArgumentException where a j or m is no quantum number.
    [<CompiledName("Exact")>]
    static member exact(j1: HalfInteger, m1: HalfInteger, j2: HalfInteger, m2: HalfInteger, J: HalfInteger, M: HalfInteger) : Surd =
        ClebschGordan.tryExact(j1, m1, j2, m2, J, M) |> Arguments.orThrow
