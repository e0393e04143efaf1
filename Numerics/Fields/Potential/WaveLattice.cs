using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>The wave vectors of <see cref="WaveWeights"/> up to its cutoff, one of k and −k, in runs that sums walk along.</summary>
internal sealed class WaveLattice
{
    /// <summary>Lists the vectors and weights.</summary>
    internal WaveLattice(WaveWeights source)
    {
        Source = source;
        double[] b = source.Reciprocal;
        for (int k = 0; k < 3; k++)
        {
            ReadOnlySpan<double> a = source.Box.Slice(3 * k, 3);
            // |h| = |k·a|/2π.
            Extent[k] = (int)(source.Cutoff * Math.Sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) / (2 * Math.PI));
        }
        List<int> rows = [];
        List<double> xs = [], ys = [], zs = [], weights = [], slopes = [];
        double zero = source.At(0, 0, 0).Weight, square = source.Cutoff * source.Cutoff;
        if (zero != 0)
        {
            rows.AddRange([0, 0, 0, 1]);
            Add(0, 0, 0, zero, 0);
        }
        for (int h0 = 0; h0 <= Extent[0]; h0++)
        {
            for (int h1 = h0 == 0 ? 0 : -Extent[1]; h1 <= Extent[1]; h1++)
            {
                int begin = h0 == 0 && h1 == 0 ? 1 : -Extent[2], start = 0, run = 0;
                for (int h2 = begin; h2 <= Extent[2]; h2++)
                {
                    double x = h0 * b[0] + h1 * b[3] + h2 * b[6], y = h0 * b[1] + h1 * b[4] + h2 * b[7],
                        z = h0 * b[2] + h1 * b[5] + h2 * b[8];
                    if (x * x + y * y + z * z > square) continue;
                    if (run == 0) start = h2;
                    run++;
                    (double weight, double slope) = source.At(h0, h1, h2);
                    Add(x, y, z, 2 * weight, 2 * slope);
                }
                if (run > 0) rows.AddRange([h0, h1, start, run]);
            }
        }

        Rows = rows.ToArray();
        Waves = [.. xs, .. ys, .. zs];
        Weights = weights.ToArray();
        Slopes = slopes.ToArray();

        void Add(double x, double y, double z, double weight, double slope)
        {
            xs.Add(x);
            ys.Add(y);
            zs.Add(z);
            weights.Add(weight);
            slopes.Add(slope);
        }
    }

    /// <summary>Where the vectors and weights come from.</summary>
    internal WaveWeights Source { get; }

    /// <summary>The largest multiple of each vector.</summary>
    internal int[] Extent { get; } = new int[3];

    /// <summary>Runs of neighbouring wave vectors: <c>[row, (h0, h1, first h2, count)]</c>.</summary>
    internal int[] Rows { get; }

    /// <summary>The wave vectors of one half of k-space: <c>[xyz, wave]</c>, 1/Å; k = 0, where it counts, is the first.</summary>
    internal double[] Waves { get; }

    /// <summary>The number of wave vectors.</summary>
    internal int Count => Weights.Length;

    /// <summary>c(k), twice where the other half has one, too: <c>[wave]</c>, Å^(−p).</summary>
    internal double[] Weights { get; }

    /// <summary>∂c/∂|q|, q the part of k along the periodic directions, at constant volume: <c>[wave]</c>.</summary>
    internal double[] Slopes { get; }
}
