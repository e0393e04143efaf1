using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// A number as the unevaluated sum of two float64, about 31 digits: for sums whose terms cancel more digits than float64 has.
/// </summary>
/// <remarks>
/// T. J. Dekker, Numer. Math. 18, 224 (1971), with fused multiply-adds; the exponential as in Y. Hida, X. S. Li and D. H. Bailey,
/// ARITH-15, 155 (2001).
/// </remarks>
/// <param name="High">The nearest float64.</param>
/// <param name="Low">The rest.</param>
internal readonly record struct DoubleDouble(double High, double Low)
{
    private const int Halvings = 9;

    private static readonly DoubleDouble Ln2 = new(0.6931471805599453, 2.3190468138462996e-17);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator DoubleDouble(double value) => new(value, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static explicit operator double(DoubleDouble value) => value.High + value.Low;

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble high = Sum(a.High, b.High), low = Sum(a.Low, b.Low);
        high = Ordered(high.High, high.Low + low.High);
        return Ordered(high.High, high.Low + low.Low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double product = a.High * b.High;
        double rest = Math.FusedMultiplyAdd(a.High, b.High, -product);
        return Ordered(product, rest + (a.High * b.Low + a.Low * b.High));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator /(DoubleDouble a, double b)
    {
        double first = a.High / b;
        double rest = Math.FusedMultiplyAdd(-first, b, a.High) + a.Low;
        return Ordered(first, rest / b);
    }

    /// <summary>value · 2^(−bits).</summary>
    public static DoubleDouble FromFixed(BigInteger value, int bits)
    {
        // The leading 53 bits exactly, then those that follow.
        int shift = (int)Math.Max(0, BigInteger.Abs(value).GetBitLength() - 53);
        BigInteger leading = value >> shift;
        return Ordered(Math.ScaleB((double)leading, shift - bits), Scaled(value - (leading << shift), bits));
    }

    /// <summary>e^value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static DoubleDouble Exp(DoubleDouble value)
    {
        if (value.High < -700) return 0;
        double whole = Math.Round(value.High / Ln2.High);
        // e^x − 1 for |x| < 2^(−10): nine terms, then (1 + s)² − 1 = 2s + s² nine times.
        DoubleDouble x = value - Ln2 * whole;
        x = new(x.High / (1 << Halvings), x.Low / (1 << Halvings));
        DoubleDouble sum = 0;
        for (int k = 9; k >= 1; k--)
            sum = x * (1 + sum) / k;
        for (int k = 0; k < Halvings; k++)
            sum = sum + sum + sum * sum;
        sum += 1;
        return new(Math.ScaleB(sum.High, (int)whole), Math.ScaleB(sum.Low, (int)whole));
    }

    private static double Scaled(BigInteger value, int bits)
    {
        int shift = (int)Math.Max(0, BigInteger.Abs(value).GetBitLength() - 64);
        return Math.ScaleB((double)(value >> shift), shift - bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleDouble Sum(double a, double b)
    {
        double sum = a + b, part = sum - a;
        return new(sum, a - (sum - part) + (b - part));
    }

    /// <summary>The same for |a| ≥ |b|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleDouble Ordered(double a, double b)
    {
        double sum = a + b;
        return new(sum, b - (sum - a));
    }
}
