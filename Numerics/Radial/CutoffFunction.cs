using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Radial;

/// <summary>How a neighbour's contribution is switched off on its way to the cutoff.</summary>
public enum CutoffKind
{
    /// <summary>½ (1 + cos π t) over the smoothing range: continuous first derivative.</summary>
    ShiftedCosine,

    /// <summary>1 − 10 t³ + 15 t⁴ − 6 t⁵ over the smoothing range: continuous second derivative.</summary>
    Polynomial,
}

/// <summary>
/// The smooth cutoff f(r): 1 up to <c>Radius − Smoothing</c>, then falling to 0 at <c>Radius</c>, as a function of
/// t = (r − Radius + Smoothing) / Smoothing. It multiplies a neighbour's whole contribution.
/// </summary>
/// <param name="Radius">The distance beyond which nothing is seen, Å.</param>
/// <param name="Smoothing">The width of the range in which f falls, Å; 0 &lt; Smoothing ≤ Radius.</param>
/// <param name="Kind">The shape.</param>
public sealed record CutoffFunction(double Radius, double Smoothing, CutoffKind Kind = CutoffKind.ShiftedCosine)
{
    /// <summary>The distance beyond which nothing is seen, Å.</summary>
    public double Radius { get; } = Radius > 0 && double.IsFinite(Radius)
        ? Radius
        : throw new ArgumentOutOfRangeException(nameof(Radius), Radius, "expected a positive cutoff radius in Å");

    /// <summary>The width of the range in which f falls, Å.</summary>
    public double Smoothing { get; } = Smoothing > 0 && Smoothing <= Radius
        ? Smoothing
        : throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing,
            $"expected a smoothing width above 0 and at most the cutoff radius {Radius:R} Å");

    /// <summary>f(r).</summary>
    public double Value(double r) => Evaluate(r).Value;

    /// <summary>f(r) and df/dr (1/Å).</summary>
    public (double Value, double Derivative) Evaluate(double r)
    {
        if (r >= Radius) return (0, 0);
        double t = (r - (Radius - Smoothing)) / Smoothing;
        if (t <= 0) return (1, 0);
        if (Kind == CutoffKind.ShiftedCosine)
        {
            (double sin, double cos) = Math.SinCos(Math.PI * t);
            return (0.5 * (1 + cos), -0.5 * Math.PI / Smoothing * sin);
        }
        double u = 1 - t;
        return (u * u * u * (1 + t * (3 + 6 * t)), -30 * t * t * u * u / Smoothing);
    }

    /// <summary>f(r), one distance per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<double> Value(Vector512<double> r) =>
        Vector512.LessThanOrEqualAll(r, Vector512.Create(Radius - Smoothing)) ? Vector512<double>.One : SmoothValue(r);

    /// <summary>f(r) and df/dr (1/Å), one distance per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal (Vector512<double> Value, Vector512<double> Derivative) Evaluate(Vector512<double> r)
    {
        // Most blocks of neighbours lie inside the range where nothing is switched off.
        return Vector512.LessThanOrEqualAll(r, Vector512.Create(Radius - Smoothing))
            ? (Vector512<double>.One, default)
            : SmoothBoth(r);
    }

    private (Vector512<double> Value, Vector512<double> Derivative) SmoothBoth(Vector512<double> r) => Smooth(r);

    private Vector512<double> SmoothValue(Vector512<double> r) => Smooth(r).Value;

    /// <summary>Inlined, so that <see cref="SmoothValue"/> leaves out what it does not need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector512<double> Value, Vector512<double> Derivative) Smooth(Vector512<double> r)
    {
        Vector512<double> one = Vector512<double>.One, value, derivative;
        double perLength = 1 / Smoothing;
        Vector512<double> t = Vector512.MaxNative((r - Vector512.Create(Radius - Smoothing)) * perLength, default);
        if (Kind == CutoffKind.ShiftedCosine)
        {
            // cos πt = −sin πs and sin πt = cos πs with s = t − ½.
            (Vector512<double> sin, Vector512<double> cos) = SinCosPi(t - Vector512.Create(0.5));
            value = 0.5 * (one - sin);
            derivative = cos * (-0.5 * Math.PI * perLength);
        }
        else
        {
            Vector512<double> u = one - t;
            value = u * u * u * (one + t * (3 * one + 6 * t));
            derivative = t * t * u * u * (-30 * perLength);
        }
        Vector512<double> seen = Vector512.LessThan(r, Vector512.Create(Radius));
        return (value & seen, derivative & seen);
    }

    /// <summary>sin πs and cos πs for |s| ≤ ½, where their series are cut off below 3e-16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Sin, Vector512<double> Cos) SinCosPi(Vector512<double> s)
    {
        const double p = Math.PI * Math.PI;
        const double s1 = Math.PI, s3 = -s1 * p / 6, s5 = -s3 * p / 20, s7 = -s5 * p / 42, s9 = -s7 * p / 72;
        const double s11 = -s9 * p / 110, s13 = -s11 * p / 156, s15 = -s13 * p / 210, s17 = -s15 * p / 272;
        const double s19 = -s17 * p / 342, s21 = -s19 * p / 420;
        const double c2 = -p / 2, c4 = -c2 * p / 12, c6 = -c4 * p / 30, c8 = -c6 * p / 56, c10 = -c8 * p / 90;
        const double c12 = -c10 * p / 132, c14 = -c12 * p / 182, c16 = -c14 * p / 240, c18 = -c16 * p / 306;
        const double c20 = -c18 * p / 380, c22 = -c20 * p / 462;
        Vector512<double> x = s * s;
        return (s * Horner(x, [s1, s3, s5, s7, s9, s11, s13, s15, s17, s19, s21]),
            Horner(x, [1, c2, c4, c6, c8, c10, c12, c14, c16, c18, c20, c22]));

        static Vector512<double> Horner(Vector512<double> x, ReadOnlySpan<double> c)
        {
            Vector512<double> v = Vector512.Create(c[^1]);
            for (int k = c.Length - 2; k >= 0; k--)
                v = Vector512.MultiplyAddEstimate(v, x, Vector512.Create(c[k]));
            return v;
        }
    }
}
