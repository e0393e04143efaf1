using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// The mean square that products of two factors could have, and the part of it that the chosen pairs have: what a selection drops is then
/// known without making it.
/// </summary>
/// <remarks>Σ_{λμ} |(a⊗b)_{λμ}|² = |a|² |b|² when all λ are kept (unitarity of the coupling coefficients).</remarks>
internal sealed unsafe class NiceNorms
{
    private readonly (NiceKey Key, LanePlace[] Places, double[] Scales)[] _left, _right;
    private readonly (int Left, int Right, double Weight)[] _pairs;
    private double _possible, _chosen;

    /// <summary>Nothing summed yet.</summary>
    /// <param name="left">The blocks of the order before, with what each channel is multiplied with.</param>
    /// <param name="right">The blocks of the first order, the same.</param>
    /// <param name="pairs">The pairs.</param>
    public NiceNorms(
        IEnumerable<(NiceKey Key, NiceBlock Block, double[] Scales)> left,
            IEnumerable<(NiceKey Key, NiceBlock Block, double[] Scales)> right,
        IReadOnlyList<NicePair> pairs)
    {
        _left = left.Select(static b => (b.Key, b.Block.Places.ToArray(), b.Scales)).ToArray();
        _right = right.Select(static b => (b.Key, b.Block.Places.ToArray(), b.Scales)).ToArray();
        Dictionary<NiceKey, int> firstLeft = First(_left), firstRight = First(_right);
        _pairs = pairs.Select(p => (firstLeft[p.Left] + p.LeftChannel, firstRight[p.Right] + p.RightChannel, p.Weight * p.Weight))
            .ToArray();
    }

    private static int Lanes => CouplingBlocks<double>.Lanes;

    /// <summary>Adds a batch.</summary>
    public void Add(BlockMemory<double> blocks, int count)
    {
        double[] left = Squares(blocks, _left, out double[] allLeft), right = Squares(blocks, _right, out double[] allRight);
        for (int i = 0; i < count; i++)
            _possible += allLeft[i] * allRight[i];

        foreach ((int a, int b, double weight) in _pairs)
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
                sum += left[a * Lanes + i] * right[b * Lanes + i];

            _chosen += weight * sum;
        }
    }

    /// <summary>The means over environments.</summary>
    public (double Possible, double Chosen) Means(int n) => (_possible / n, _chosen / n);

    /// <summary>|a|² of every channel, <c>[channel, lane]</c>, and of all channels as they are scaled, <c>[lane]</c>.</summary>
    private static double[] Squares(
        BlockMemory<double> blocks, (NiceKey Key, LanePlace[] Places, double[] Scales)[] parts, out double[] all)
    {
        double[] squares = new double[parts.Sum(static p => p.Places.Length) * Lanes];
        all = new double[Lanes];
        int at = 0;
        foreach ((NiceKey key, LanePlace[] places, double[] scales) in parts)
        {
            for (int q = 0; q < places.Length; q++, at += Lanes)
            {
                double* x = blocks.Laned(places[q].Block) + (nint)places[q].Row * Lanes;
                for (int row = 0; row < 2 * key.Lambda + 1; row++)
                {
                    for (int i = 0; i < Lanes; i++)
                        squares[at + i] += x[row * Lanes + i] * x[row * Lanes + i];
                }

                for (int i = 0; i < Lanes; i++)
                    all[i] += scales[q] * scales[q] * squares[at + i];
            }
        }

        return squares;
    }

    private static Dictionary<NiceKey, int> First((NiceKey Key, LanePlace[] Places, double[] Scales)[] parts)
    {
        var first = new Dictionary<NiceKey, int>();
        int next = 0;
        foreach ((NiceKey key, LanePlace[] places, _) in parts)
        {
            first.Add(key, next);
            next += places.Length;
        }

        return first;
    }
}
