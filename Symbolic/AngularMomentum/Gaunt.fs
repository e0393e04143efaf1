namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// ±√(p/(q·π)), exactly: the form of an integral of three spherical harmonics.
[<Struct>]
type SurdOverRootPi =
    internal
        { surd: Surd }

    /// The number times √π.
    member this.TimesRootPi = this.surd

    /// True for the number 0.
    member this.IsZero = this.surd.IsZero

    /// ⌊π·2^bits⌋ ≤ P ≤ ⌊π·2^bits⌋ + 1 by Machin's π = 16 atan(1/5) − 4 atan(1/239).
    static member private Pi(bits: int) : BigInteger =
        let guard = 64
        let one = BigInteger.One <<< (bits + guard)

        let arctanOfInverse (n: int) =
            let square = BigInteger(n * n)
            let mutable power = one / BigInteger n
            let mutable sum = power
            let mutable k = 1

            while not power.IsZero do
                power <- power / square
                k <- k + 2
                sum <- if k &&& 3 = 3 then sum - power / BigInteger k else sum + power / BigInteger k

            sum

        // Each of the two series has fewer than (bits + guard) terms, each short by less than 2: far below 2^guard.
        (BigInteger 16 * arctanOfInverse 5 - BigInteger 4 * arctanOfInverse 239) >>> guard

    /// The root of (p/q)/π rounded by `round`, which rounds the root of a ratio to nearest and never decreases with it.
    member private this.Rounded(round: BigInteger -> BigInteger -> 'a when 'a: equality) : 'a =
        let p, q = this.surd.Numerator, this.surd.Denominator

        // π lies strictly between P − 1 and P + 2 over 2^bits. When both ends round alike, so does the number; it is
        // irrational, hence never a tie, and enough bits always decide.
        let rec decide bits =
            let pi = SurdOverRootPi.Pi bits
            let top = p <<< bits
            let high = round top (q * (pi - BigInteger.One))
            let low = round top (q * (pi + BigInteger 2))
            if high = low then high else decide (2 * bits)

        decide 160

    /// The number that is x/√π.
    static member internal OfSurd(x: Surd) : SurdOverRootPi = { surd = x }

    /// The float64 nearest to the number.
    member this.ToDouble() : float = float this.surd.Sign * this.Rounded Rounding.sqrtToDouble

    /// The float32 nearest to the number, rounded once.
    member this.ToSingle() : float32 = float32 this.surd.Sign * this.Rounded Rounding.sqrtToSingle

    /// ⌊π·2^bits⌋ or one more.
    static member internal PiTimesPower(bits: int) : BigInteger = SurdOverRootPi.Pi bits

    /// "0", "sqrt(1/(4*pi))" or "-sqrt(1/(4*pi))".
    override this.ToString() =
        if this.surd.IsZero then
            "0"
        else
            (if this.surd.Sign < 0 then "-" else "")
            + $"sqrt({this.surd.Numerator}/({this.surd.Denominator}*pi))"

/// Gaunt's coefficients ∫ Y_{l1 m1} Y_{l2 m2} Y_{l3 m3} dΩ of complex spherical harmonics, exactly.
[<AbstractClass; Sealed>]
type Gaunt =

    /// √((2l1+1)(2l2+1)(2l3+1)/4π) ( l1 l2 l3 ; 0 0 0 ) ( l1 l2 l3 ; m1 m2 m3 ) (DLMF 34.3.22).
    static member internal ofTwice (l1: int) (l2: int) (l3: int) (m1: int) (m2: int) (m3: int) : SurdOverRootPi =
        let w = Wigner3j.ofTwice l1 l2 l3 m1 m2 m3

        if w.IsZero then
            { surd = w }
        else
            let size = Surd.Create(1, BigInteger(l1 + 1) * BigInteger(l2 + 1) * BigInteger(l3 + 1), BigInteger 4)
            { surd = w * Wigner3j.ofTwice l1 l2 l3 0 0 0 * size }

    /// The integral: zero where a selection rule says so (triangle rule, l1 + l2 + l3 odd, m1 + m2 + m3 ≠ 0), an error
    /// with the facts where an l or m is no quantum number of a function on the sphere.
    [<CompiledName("TryExact")>]
    static member tryExact
        (l1: HalfInteger, l2: HalfInteger, l3: HalfInteger, m1: HalfInteger, m2: HalfInteger, m3: HalfInteger)
        : Result<SurdOverRootPi, string> =
        Arguments.firstError [
            Arguments.checkInteger "l1" l1
            Arguments.checkInteger "l2" l2
            Arguments.checkInteger "l3" l3
            Arguments.checkM "l1" l1 "m1" m1
            Arguments.checkM "l2" l2 "m2" m2
            Arguments.checkM "l3" l3 "m3" m3
        ]
        |> Result.map (fun () -> Gaunt.ofTwice l1.Twice l2.Twice l3.Twice m1.Twice m2.Twice m3.Twice)

    /// As `tryExact`; throws ArgumentException where an l or m is no quantum number of a function on the sphere.
    [<CompiledName("Exact")>]
    static member exact
        (l1: HalfInteger, l2: HalfInteger, l3: HalfInteger, m1: HalfInteger, m2: HalfInteger, m3: HalfInteger)
        : SurdOverRootPi =
        Gaunt.tryExact (l1, l2, l3, m1, m2, m3) |> Arguments.orThrow
