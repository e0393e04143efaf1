using System;
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

    /// <summary>f(r) and df/dr (1/Å), one distance per lane.</summary>
    internal (Vector512<double> Value, Vector512<double> Derivative) Evaluate(Vector512<double> r)
    {
        Vector512<double> one = Vector512<double>.One, inner = Vector512.Create(Radius - Smoothing);
        // Most blocks of neighbours lie inside the range where nothing is switched off.
        if (Vector512.LessThanOrEqualAll(r, inner)) return (one, default);
        Vector512<double> t = Vector512.Max((r - inner) / Vector512.Create(Smoothing), default);
        Vector512<double> value, derivative;
        if (Kind == CutoffKind.ShiftedCosine)
        {
            (Vector512<double> sin, Vector512<double> cos) = Vector512.SinCos(t * Math.PI);
            value = 0.5 * (one + cos);
            derivative = sin * (-0.5 * Math.PI / Smoothing);
        }
        else
        {
            Vector512<double> u = one - t;
            value = u * u * u * (one + t * (3 * one + 6 * t));
            derivative = t * t * u * u * (-30 / Smoothing);
        }
        Vector512<double> seen = Vector512.LessThan(r, Vector512.Create(Radius));
        return (value & seen, derivative & seen);
    }
}
