namespace Toolkit.Symbolic.Algebra

open System.Numerics

/// A complex number of the form i^k·(±√(p/q)), exactly: an entry of the unitary matrices between conventions.
[<Struct>]
type PhasedSurd =
    private
        { surd: Surd
          imaginary: bool }

    /// i^turns·x.
    static member Create(turns: int, x: Surd) =
        { surd = (if turns &&& 2 = 0 then x else -x)
          imaginary = turns &&& 1 = 1 && not x.IsZero }

    /// The number 0.
    static member Zero = PhasedSurd.Create(0, Surd.Zero)

    /// The number 1.
    static member One = PhasedSurd.Create(0, Surd.One)

    /// ±√(p/q): the number itself, or the number over i where it is imaginary.
    member this.Surd = this.surd

    /// Whether the number is a non-zero multiple of i.
    member this.IsImaginary = this.imaginary

    /// True for the number 0.
    member this.IsZero = this.surd.IsZero

    /// The complex conjugate.
    member this.Conjugate = { surd = (if this.imaginary then -this.surd else this.surd); imaginary = this.imaginary }

    /// x·y.
    static member (*)(x: PhasedSurd, y: PhasedSurd) =
        PhasedSurd.Create((if x.imaginary then 1 else 0) + (if y.imaginary then 1 else 0), x.surd * y.surd)

    /// x + y when the sum is again of this form; None otherwise.
    static member TryAdd(x: PhasedSurd, y: PhasedSurd) : PhasedSurd option =
        if x.IsZero then Some y
        elif y.IsZero then Some x
        elif x.imaginary <> y.imaginary then None
        else
            Surd.TryAdd(x.surd, y.surd)
            |> Option.map (fun s -> PhasedSurd.Create((if x.imaginary then 1 else 0), s))

    /// The nearest complex number.
    member this.ToComplex() =
        let value = this.surd.ToDouble()
        if this.imaginary then Complex(0.0, value) else Complex(value, 0.0)

    /// "sqrt(1/2)" or "i*sqrt(1/2)".
    override this.ToString() =
        if this.imaginary then (if this.surd.Sign < 0 then $"-i*{-this.surd}" else $"i*{this.surd}") else string this.surd
