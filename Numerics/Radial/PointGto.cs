using System;

namespace Toolkit.Numerics.Radial;

/// <summary>A δ density on the orthonormal GTO basis: g_nl(r) = R_n(r) for every l.</summary>
public sealed class PointGto : IRadialFunctions
{
    private readonly GtoBasis _basis;

    /// <summary>Radial functions for a density of points.</summary>
    /// <param name="basis">The orthonormal basis.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The cutoff radius, Å.</param>
    public PointGto(GtoBasis basis, int lmax, double cutoff)
    {
        if (lmax < 0) throw new ArgumentOutOfRangeException(nameof(lmax), lmax, "expected lmax ≥ 0");
        _basis = basis;
        LMax = lmax;
        Cutoff = cutoff;
    }

    /// <inheritdoc/>
    public int NMax => _basis.NMax;

    /// <inheritdoc/>
    public int LMax { get; }

    /// <inheritdoc/>
    public double Cutoff { get; }

    /// <inheritdoc/>
    public void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second)
    {
        int nmax = NMax, size = (LMax + 1) * nmax;
        values[..size].Clear();
        first[..size].Clear();
        second[..size].Clear();
        for (int k = 0; k < nmax; k++)
        {
            double s2 = _basis.Widths[k] * _basis.Widths[k];
            double e = Math.Exp(-r * r / (2 * s2));
            double p0 = Math.Pow(r, k), p1 = k == 0 ? 0 : k * Math.Pow(r, k - 1);
            double p2 = k < 2 ? 0 : k * (k - 1) * Math.Pow(r, k - 2);
            double f0 = e * p0, f1 = e * (p1 - r / s2 * p0);
            double f2 = e * (p2 - 2 * r / s2 * p1 + (r * r / s2 - 1) / s2 * p0);
            for (int n = 0; n < nmax; n++)
            {
                double t = _basis.Transform[n * nmax + k];
                values[n] += t * f0;
                first[n] += t * f1;
                second[n] += t * f2;
            }
        }
        for (int l = 1; l <= LMax; l++)
        {
            values[..nmax].CopyTo(values[(l * nmax)..]);
            first[..nmax].CopyTo(first[(l * nmax)..]);
            second[..nmax].CopyTo(second[(l * nmax)..]);
        }
    }
}
