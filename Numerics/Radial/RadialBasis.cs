using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Radial functions R_nl(r) on which a density is projected: ∫ r² R_nl(r) … dr, times real harmonics Y_lm.
/// </summary>
public abstract class RadialBasis
{
    private protected RadialBasis(int nmax, int lmax, double extent)
    {
        if (nmax < 1) throw new ArgumentOutOfRangeException(nameof(nmax), nmax, "expected at least one radial function");
        if (lmax < 0) throw new ArgumentOutOfRangeException(nameof(lmax), lmax, "expected lmax ≥ 0");
        NMax = nmax;
        LMax = lmax;
        Extent = extent;
    }

    /// <summary>The number of radial functions for each l.</summary>
    public int NMax { get; }

    /// <summary>The largest l; <see cref="int.MaxValue"/> where the functions are there for every l.</summary>
    public int LMax { get; }

    /// <summary>The radius beyond which no function is, Å: they are zero there, or less than 1e-20 of their largest value.</summary>
    public double Extent { get; }

    /// <summary>Radii at which the functions are not smooth, Å, increasing, all within (0, Extent).</summary>
    internal virtual ReadOnlySpan<double> Knots => [];

    /// <summary>R_nl, dR_nl/dr and d²R_nl/dr² at one distance.</summary>
    /// <param name="r">Distance, Å, 0 ≤ r ≤ <see cref="Extent"/>.</param>
    /// <param name="lmax">The largest l wanted, at most <see cref="LMax"/>.</param>
    /// <param name="values">Receives <c>[l, n]</c>, Å^(−3/2).</param>
    /// <param name="first">Receives <c>[l, n]</c>, Å^(−5/2).</param>
    /// <param name="second">Receives <c>[l, n]</c>, Å^(−7/2).</param>
    public abstract void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second);

    private protected static double RequireCutoff(double cutoff) => cutoff > 0 && double.IsFinite(cutoff)
        ? cutoff
        : throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "expected a positive cutoff in Å");

    /// <summary>For functions that are the same for every l: copies those of l = 0.</summary>
    private protected void Repeat(int lmax, Span<double> values)
    {
        for (int l = 1; l <= lmax; l++)
            values[..NMax].CopyTo(values[(l * NMax)..]);
    }
}
