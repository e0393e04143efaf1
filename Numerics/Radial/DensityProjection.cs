using System;

namespace Toolkit.Numerics.Radial;

/// <summary>The density of one neighbour, projected on a radial basis.</summary>
public abstract class DensityProjection : IRadialFunctions
{
    private protected DensityProjection(RadialBasis basis, int lmax, double cutoff)
    {
        ArgumentNullException.ThrowIfNull(basis);
        if (lmax < 0 || lmax > basis.LMax)
            throw new ArgumentOutOfRangeException(nameof(lmax), lmax, $"expected 0 ≤ lmax ≤ {basis.LMax}, the basis's largest");
        if (!(cutoff > 0) || !double.IsFinite(cutoff))
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "expected a positive cutoff in Å");
        Basis = basis;
        LMax = lmax;
        Cutoff = cutoff;
    }

    /// <summary>The basis.</summary>
    public RadialBasis Basis { get; }

    /// <inheritdoc/>
    public int NMax => Basis.NMax;

    /// <inheritdoc/>
    public int LMax { get; }

    /// <inheritdoc/>
    public double Cutoff { get; }

    /// <inheritdoc/>
    public abstract void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second);

    /// <summary>A point density, or a Gaussian one by the best route there is for the basis.</summary>
    /// <param name="basis">The basis.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The cutoff radius, Å.</param>
    /// <param name="sigma">The width σ of the Gaussian, Å; null: a point.</param>
    public static DensityProjection Create(RadialBasis basis, int lmax, double cutoff, double? sigma) => (basis, sigma) switch
    {
        (_, null) => new PointDensity(basis, lmax, cutoff),
        (GtoBasis gto, double s) => new SmearedGto(gto, lmax, cutoff, s),
        (_, double s) => new SmearedDensity(basis, lmax, cutoff, s),
    };

    private protected static double RequireSigma(double sigma) => sigma > 0 && double.IsFinite(sigma)
        ? sigma
        : throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "expected a positive Gaussian width in Å");
}
