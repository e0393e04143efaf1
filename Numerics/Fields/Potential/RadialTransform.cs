using System;
using System.Collections.Generic;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The spherical Bessel transforms of a radial basis, ∫ r² R_nl(r) j_l(kr) dr over the basis's own range, by quadrature: what a
/// plane wave is projected to.
/// </summary>
/// <remarks>
/// e^(ik·r) = 4π Σ i^l j_l(kr) Y_lm(k̂) Y_lm(r̂), so ∫ R_nl Y_lm e^(ik·r) d³r = 4π i^l Y_lm(k̂) R̃_nl(k). The integrands are smooth
/// between the knots of the basis; on pieces over which neither kr nor R turns by more than about one wave, a rule of
/// sixteen points is exact to rounding.
/// </remarks>
internal sealed class RadialTransform
{
    private const int Points = 16;

    private readonly double[] _radii;
    private readonly double[] _weighted;

    /// <summary>Prepares the quadrature.</summary>
    /// <param name="basis">R.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="largest">The largest k that will be asked for, 1/Å.</param>
    internal RadialTransform(RadialBasis basis, int lmax, double largest)
    {
        LMax = lmax;
        NMax = basis.NMax;
        Largest = largest;
        int channels = Channels;
        // Functions with nmax nodes in [0, extent], and waves of number k.
        double longest = Math.Min(6 / largest, 3 * basis.Extent / (basis.NMax + lmax + 2));
        List<double> ends = [0];
        foreach (double knot in basis.Knots)
            ends.AddRange(GaussLegendre.Split(ends[^1], knot, longest)[1..]);
        ends.AddRange(GaussLegendre.Split(ends[^1], basis.Extent, longest)[1..]);
        (_radii, double[] weights) = GaussLegendre.Chain(Points, ends);
        _weighted = new double[_radii.Length * channels];
        double[] first = new double[channels], second = new double[channels];
        double[] largestValue = new double[channels], reach = new double[channels];
        for (int q = 0; q < _radii.Length; q++)
        {
            Span<double> row = _weighted.AsSpan(q * channels, channels);
            basis.Evaluate(_radii[q], lmax, row, first, second);
            for (int c = 0; c < channels; c++)
            {
                row[c] *= weights[q] * _radii[q] * _radii[q];
                largestValue[c] = Math.Max(largestValue[c], Math.Abs(row[c]));
            }
        }
        for (int q = 0; q < _radii.Length; q++)
        {
            for (int c = 0; c < channels; c++)
                if (Math.Abs(_weighted[q * channels + c]) > 1e-13 * largestValue[c]) reach[c] = _radii[q];
        }

        foreach (double r in reach)
            Reach = Math.Max(Reach, r);
    }

    /// <summary>The largest l.</summary>
    internal int LMax { get; }

    /// <summary>Radial functions per l.</summary>
    internal int NMax { get; }

    /// <summary>The largest k.</summary>
    internal double Largest { get; }

    /// <summary>The number of pairs (l, n).</summary>
    internal int Channels => (LMax + 1) * NMax;

    /// <summary>The radius beyond which no function adds anything in float64, Å.</summary>
    internal double Reach { get; }

    /// <summary>R̃_nl(k).</summary>
    /// <param name="k">1/Å, at most <see cref="Largest"/>.</param>
    /// <param name="values">Receives <c>[l, n]</c>, Å^(3/2).</param>
    internal void Evaluate(double k, Span<double> values)
    {
        Span<double> j = stackalloc double[LMax + 2];
        values[..Channels].Clear();
        for (int q = 0; q < _radii.Length; q++)
        {
            SphericalBessel.Evaluate(LMax, k * _radii[q], j);
            ReadOnlySpan<double> row = _weighted.AsSpan(q * Channels, Channels);
            for (int l = 0, c = 0; l <= LMax; l++)
            {
                for (int n = 0; n < NMax; n++, c++)
                    values[c] += row[c] * j[l];
            }
        }
    }

    /// <summary>∫ r² R_nl(r) (r/unit)^power dr: <c>[l, n]</c>, Å^(3/2).</summary>
    internal void Moments(int power, double unit, Span<double> values)
    {
        values[..Channels].Clear();
        for (int q = 0; q < _radii.Length; q++)
        {
            double weight = Math.Pow(_radii[q] / unit, power);
            for (int c = 0; c < Channels; c++)
                values[c] += _weighted[q * Channels + c] * weight;
        }
    }

    /// <summary>
    /// How large Σ_i R(r_i) Y F is for a random set of sources: the root of (2/π) ∫ k² |F(k) R̃_nl(k)|² dk from
    /// <paramref name="from"/> on, <c>[l, n]</c>; by Parseval that is √∫ d² |U_nl(d)|² dd.
    /// </summary>
    internal double[] Sizes(Func<double, double> factor, double from)
    {
        (double[] ks, double[] ws) =
            GaussLegendre.Chain(Points, GaussLegendre.Split(from, Math.Max(Largest, from * 1.01), Math.Min(1, 6 / Reach)));
        double[] sums = new double[Channels], values = new double[Channels];
        for (int q = 0; q < ks.Length; q++)
        {
            Evaluate(ks[q], values);
            double f = factor(ks[q]) * ks[q];
            for (int c = 0; c < sums.Length; c++)
                sums[c] += 2 / Math.PI * ws[q] * f * f * values[c] * values[c];
        }
        for (int c = 0; c < sums.Length; c++)
            sums[c] = Math.Sqrt(sums[c]);
        return sums;
    }
}
