namespace Toolkit.Symbolic.Algebra

open System
open System.Numerics

/// A real number of the form ±√(p/q), exactly: the form in which every coupling coefficient comes.
/// p/q is kept in lowest terms with q > 0, so that equal numbers have equal parts.
[<Struct; CustomEquality; NoComparison>]
type Surd =
    private
        { sign: int
          numerator: BigInteger
          denominator: BigInteger }

    /// −1, 0 or 1.
    member this.Sign = this.sign

    /// p in ±√(p/q); 0 for zero.
    member this.Numerator = this.numerator

    /// q in ±√(p/q); 1 for zero.
    member this.Denominator = if this.sign = 0 then BigInteger.One else this.denominator

    /// True for the number 0.
    member this.IsZero = this.sign = 0

    /// The number 0.
    static member Zero = { sign = 0; numerator = BigInteger.Zero; denominator = BigInteger.One }

    /// The number 1.
    static member One = { sign = 1; numerator = BigInteger.One; denominator = BigInteger.One }

    /// sign(s)·√(p/q) for p ≥ 0 and q > 0, reduced.
    static member Create(sign: int, p: BigInteger, q: BigInteger) =
        if q.Sign <= 0 || p.Sign < 0 then
            invalidArg "p, q" $"expected p ≥ 0 and q > 0 in ±√(p/q), got p = {p}, q = {q}"

        if sign = 0 || p.IsZero then
            Surd.Zero
        else
            let g = BigInteger.GreatestCommonDivisor(p, q)
            { sign = Math.Sign sign; numerator = p / g; denominator = q / g }

    /// sign(s)·√(p/q) for p, q > 0 that are already coprime.
    static member internal Reduced(sign: int, p: BigInteger, q: BigInteger) =
        if sign = 0 then Surd.Zero else { sign = sign; numerator = p; denominator = q }

    /// The rational number n/d, for d > 0.
    static member OfRational(n: BigInteger, d: BigInteger) = Surd.Create(n.Sign, n * n, d * d)

    /// The integer n.
    static member OfInteger(n: int) = Surd.OfRational(BigInteger n, BigInteger.One)

    /// The float64 nearest to the number (ties to even).
    member this.ToDouble() =
        float this.sign * Rounding.sqrtToDouble this.numerator this.Denominator

    /// The float32 nearest to the number (ties to even), rounded once.
    member this.ToSingle() =
        float32 this.sign * Rounding.sqrtToSingle this.numerator this.Denominator

    /// −x.
    static member (~-)(x: Surd) = { x with sign = -x.sign }

    /// x·y.
    static member (*)(x: Surd, y: Surd) =
        if x.sign * y.sign = 0 then
            Surd.Zero
        else
            // Cross-reducing keeps the products small, and leaves them coprime.
            let g = BigInteger.GreatestCommonDivisor(x.numerator, y.denominator)
            let h = BigInteger.GreatestCommonDivisor(y.numerator, x.denominator)

            { sign = x.sign * y.sign
              numerator = (x.numerator / g) * (y.numerator / h)
              denominator = (x.denominator / h) * (y.denominator / g) }

    /// x/y, for y ≠ 0.
    static member (/)(x: Surd, y: Surd) =
        if y.sign = 0 then
            raise (DivideByZeroException "a surd divided by 0")

        x * { sign = y.sign; numerator = y.denominator; denominator = y.numerator }

    /// The number as n/d in lowest terms, when it is rational.
    member this.TryRational() : struct (BigInteger * BigInteger) voption =
        let root (n: BigInteger) =
            let s = Rounding.isqrt n
            if s * s = n then ValueSome s else ValueNone

        match root this.numerator, root this.Denominator with
        | ValueSome n, ValueSome d -> ValueSome(struct (BigInteger this.sign * n, d))
        | _ -> ValueNone

    /// x + y when the sum is again of the form ±√(p/q), that is when x/y is rational; None otherwise.
    static member TryAdd(x: Surd, y: Surd) : Surd option =
        if x.sign = 0 then
            Some y
        elif y.sign = 0 then
            Some x
        else
            match (x / y).TryRational() with
            | ValueSome(struct (n, d)) -> Some(y * Surd.OfRational(n + d, d))
            | ValueNone -> None

    /// "0", "sqrt(1/30)" or "-sqrt(1/30)".
    override this.ToString() =
        if this.sign = 0 then
            "0"
        else
            (if this.sign < 0 then "-" else "") + $"sqrt({this.numerator}/{this.denominator})"

    override this.Equals other =
        match other with
        | :? Surd as o ->
            o.sign = this.sign
            && (o.sign = 0 || (o.numerator = this.numerator && o.denominator = this.denominator))
        | _ -> false

    override this.GetHashCode() =
        if this.sign = 0 then 0 else HashCode.Combine(this.sign, this.numerator, this.denominator)
