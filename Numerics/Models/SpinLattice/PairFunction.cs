using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Models.SpinLattice;

/// <summary>A function of the distance of two atoms that vanishes with its derivative at <see cref="Radius"/>.</summary>
public abstract record PairFunction
{
    /// <summary>Zero from here on, Å.</summary>
    public abstract double Radius { get; }

    /// <summary>The function and its derivative by r.</summary>
    /// <param name="r">Distance, Å; positive.</param>
    public abstract (double Value, double Derivative) Evaluate(double r);
}

/// <summary>
/// 4 a x (1 − b x) e^(−x), x = (r/d)², times a smooth cutoff: the Bethe–Slater curve of exchange, which changes sign at
/// r = d/√b (form: Tranchida, Plimpton, Thibaudeau, Thompson, J. Comput. Phys. 372, 406, 2018).
/// </summary>
/// <param name="Amplitude">a, the unit of the result.</param>
/// <param name="Shape">b, no unit.</param>
/// <param name="Range">d, Å.</param>
/// <param name="Cutoff">Multiplies the curve.</param>
public sealed record BetheSlater(double Amplitude, double Shape, double Range, CutoffFunction Cutoff) : PairFunction
{
    /// <inheritdoc/>
    public override double Radius => Cutoff.Radius;

    /// <inheritdoc/>
    public override (double Value, double Derivative) Evaluate(double r)
    {
        (double f, double df) = Cutoff.Evaluate(r);
        double x = r * r / (Range * Range), scale = 4 * Amplitude * Math.Exp(-x);
        double value = scale * x * (1 - Shape * x);
        double byX = scale * (1 - 2 * Shape * x - x * (1 - Shape * x));
        return (value * f, byX * (2 * r / (Range * Range)) * f + value * df);
    }
}

/// <summary>a exp(−(r − r₀)²/2w²) times a smooth cutoff.</summary>
/// <param name="Amplitude">a, the unit of the result.</param>
/// <param name="Centre">r₀, Å.</param>
/// <param name="Width">w, Å.</param>
/// <param name="Cutoff">Multiplies the curve.</param>
public sealed record GaussianPair(double Amplitude, double Centre, double Width, CutoffFunction Cutoff) : PairFunction
{
    /// <inheritdoc/>
    public override double Radius => Cutoff.Radius;

    /// <inheritdoc/>
    public override (double Value, double Derivative) Evaluate(double r)
    {
        (double f, double df) = Cutoff.Evaluate(r);
        double t = (r - Centre) / Width, value = Amplitude * Math.Exp(-0.5 * t * t);
        return (value * f, value * (df - t / Width * f));
    }
}

/// <summary>(r − c)² (p₀ + p₁ r + p₂ r² + …) below the radius c, zero beyond.</summary>
public sealed record TruncatedPolynomial : PairFunction
{
    private readonly double[] _coefficients;

    /// <summary>The function with the given radius and coefficients.</summary>
    /// <param name="radius">c, Å.</param>
    /// <param name="coefficients">p₀, p₁ … in the result's unit / Å², / Å³ …</param>
    public TruncatedPolynomial(double radius, IEnumerable<double> coefficients)
    {
        if (!(radius > 0) || !double.IsFinite(radius))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "expected a positive radius in Å");
        Radius = radius;
        _coefficients = coefficients.ToArray();
    }

    /// <inheritdoc/>
    public override double Radius { get; }

    /// <inheritdoc/>
    public override (double Value, double Derivative) Evaluate(double r)
    {
        if (r >= Radius) return (0, 0);
        double p = 0, slope = 0;
        for (int k = _coefficients.Length - 1; k >= 0; k--)
        {
            slope = slope * r + p;
            p = p * r + _coefficients[k];
        }
        double t = r - Radius;
        return (t * t * p, t * (2 * p + t * slope));
    }

    /// <summary>The same radius and coefficients.</summary>
    public bool Equals(TruncatedPolynomial? other) =>
        other is not null && Radius == other.Radius && _coefficients.AsSpan().SequenceEqual(other._coefficients);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Radius, _coefficients.Length);
}
