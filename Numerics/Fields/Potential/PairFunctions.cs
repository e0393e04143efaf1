using System;
using System.Collections.Generic;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// What one source adds to the field at a centre: the projection of a radial function K(|r − d|) on R_nl(r) Y_lm(r̂) is
/// Y_lm(d̂) U_nl(d), U_nl(d) = (2/π) ∫ k² K̃(k) R̃_nl(k) j_l(kd) dk.
/// </summary>
internal sealed class PairFunctions
{
    private const int Points = 16;

    private readonly double[] _k;
    private readonly double[] _weighted;
    private readonly int _lmax, _nmax;

    /// <summary>Prepares the quadrature.</summary>
    /// <param name="basis">R̃, known up to the wave number beyond which K̃ R̃ is nothing in float64.</param>
    /// <param name="kernel">K̃(k), k &gt; 0; at k → 0 k² K̃ may have a root or a logarithm.</param>
    /// <param name="farthest">The largest distance that will be asked for, Å.</param>
    internal PairFunctions(RadialTransform basis, Func<double, double> kernel, double farthest)
    {
        _lmax = basis.LMax;
        _nmax = basis.NMax;
        Farthest = farthest;
        double longest = Math.Min(0.5, 6 / (farthest + basis.Reach));
        // Pieces that become shorter towards zero bring powers and logarithms of k to rounding.
        List<double> ends = [0];
        for (double end = longest * Math.Pow(0.25, 12); end < 0.9 * longest; end *= 4)
            ends.Add(end);
        ends.AddRange(GaussLegendre.Split(longest, Math.Max(2 * longest, basis.Largest), longest));
        (_k, double[] weights) = GaussLegendre.Chain(Points, ends);
        _weighted = new double[_k.Length * basis.Channels];
        for (int q = 0; q < _k.Length; q++)
        {
            Span<double> row = _weighted.AsSpan(q * basis.Channels, basis.Channels);
            double k = _k[q];
            // The last piece ends at the largest wave number or a little beyond.
            if (k > basis.Largest) continue;
            basis.Evaluate(k, row);
            double factor = 2 / Math.PI * weights[q] * k * k * kernel(k);
            foreach (ref double value in row)
                value *= factor;
        }
    }

    /// <summary>The largest distance, Å.</summary>
    internal double Farthest { get; }

    /// <summary>U_nl(d): <c>[l, n]</c>.</summary>
    internal void Evaluate(double distance, Span<double> values)
    {
        Span<double> j = stackalloc double[_lmax + 2];
        int channels = (_lmax + 1) * _nmax;
        values[..channels].Clear();
        for (int q = 0; q < _k.Length; q++)
        {
            SphericalBessel.Evaluate(_lmax, _k[q] * distance, j);
            ReadOnlySpan<double> row = _weighted.AsSpan(q * channels, channels);
            for (int l = 0, c = 0; l <= _lmax; l++)
            {
                for (int n = 0; n < _nmax; n++, c++)
                    values[c] += row[c] * j[l];
            }
        }
    }
}
