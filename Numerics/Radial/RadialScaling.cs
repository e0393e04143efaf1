using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// The weight of a neighbour by its distance, u(r) = c / (c + (r/r₀)^m), that multiplies its whole contribution beside the
/// cutoff function (M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661, 2018). u(0) = 1.
/// </summary>
/// <param name="Rate">c, positive.</param>
/// <param name="Scale">r₀, Å, positive.</param>
/// <param name="Exponent">m, at least 1.</param>
public sealed record RadialScaling(double Rate, double Scale, int Exponent)
{
    /// <summary>c.</summary>
    public double Rate { get; } = Rate > 0 && double.IsFinite(Rate)
        ? Rate
        : throw new ArgumentOutOfRangeException(nameof(Rate), Rate, "expected a positive rate");

    /// <summary>r₀, Å.</summary>
    public double Scale { get; } = Scale > 0 && double.IsFinite(Scale)
        ? Scale
        : throw new ArgumentOutOfRangeException(nameof(Scale), Scale, "expected a positive length in Å");

    /// <summary>m.</summary>
    public int Exponent { get; } = Exponent >= 1
        ? Exponent
        : throw new ArgumentOutOfRangeException(nameof(Exponent), Exponent, "expected an exponent of at least 1");

    /// <summary>u(r) and its first two derivatives (1/Å, 1/Å²).</summary>
    public (double Value, double First, double Second) Evaluate(double r)
    {
        // u = 1/(1 + s), s = (r/r₀)^m / c.
        double x = r / Scale;
        double s2 = Exponent == 1 ? 0 : Exponent * (Exponent - 1) * Math.Pow(x, Exponent - 2) / (Rate * Scale * Scale);
        double s1 = Exponent * Math.Pow(x, Exponent - 1) / (Rate * Scale);
        double u = 1 / (1 + Math.Pow(x, Exponent) / Rate);
        return (u, -u * u * s1, u * u * (2 * u * s1 * s1 - s2));
    }
}

/// <summary>Radial functions times a <see cref="RadialScaling"/>.</summary>
/// <param name="functions">The functions.</param>
/// <param name="scaling">The weight.</param>
public sealed class ScaledFunctions(IRadialFunctions functions, RadialScaling scaling) : IRadialFunctions
{
    /// <inheritdoc/>
    public int NMax => functions.NMax;

    /// <inheritdoc/>
    public int LMax => functions.LMax;

    /// <inheritdoc/>
    public double Cutoff => functions.Cutoff;

    /// <inheritdoc/>
    public void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second)
    {
        functions.Evaluate(r, values, first, second);
        (double u, double u1, double u2) = scaling.Evaluate(r);
        for (int k = 0; k < (LMax + 1) * NMax; k++)
        {
            second[k] = u * second[k] + 2 * u1 * first[k] + u2 * values[k];
            first[k] = u * first[k] + u1 * values[k];
            values[k] *= u;
        }
    }
}
