using System;

namespace Toolkit.Numerics.Radial;

/// <summary>A δ density on any basis: g_nl(r) = R_nl(r).</summary>
public sealed class PointDensity : DensityProjection
{
    /// <summary>Radial functions for a density of points.</summary>
    /// <param name="basis">The basis; it reaches as far as the cutoff.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The cutoff radius, Å.</param>
    public PointDensity(RadialBasis basis, int lmax, double cutoff) : base(basis, lmax, cutoff)
    {
        if (cutoff > basis.Extent)
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, $"the basis ends at {basis.Extent:R} Å; expected no more");
    }

    /// <inheritdoc/>
    public override void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second) =>
        Basis.Evaluate(r, LMax, values, first, second);
}
