using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Stages;

/// <summary>One set of families of a <see cref="TripleStage"/>.</summary>
/// <param name="Components">2 l3 + 1.</param>
/// <param name="Pairs">Where the product of the first two factors begins in an environment of its block: <c>[m3, pair]</c>.</param>
/// <param name="PairStep">From m3 to m3 of it.</param>
/// <param name="IsTriangle">Whether its pairs are those with q1 ≤ q2 only.</param>
/// <param name="Third">Where the third factor begins in an environment of its block: <c>[m3, channel padded]</c>.</param>
/// <param name="Scale">What multiplies each feature beside the root of the number of its orders.</param>
/// <param name="First">The place of the first feature.</param>
/// <param name="Shape">Which triples stand.</param>
internal readonly record struct TripleTerm(
    int Components, int Pairs, int PairStep, bool IsTriangle, int Third, double Scale, int First, TripleShape Shape);

/// <summary>
/// Invariants of three factors from the product of the first two: Σ_m3 D[m3, q1 q2] c[m3, q3], times the root of the number of
/// orders of the factors; one small matrix product for each q1, held in registers.
/// </summary>
internal sealed unsafe class TripleStage : Stage<double>
{
    private const int Tile = 4;

    private static readonly double Root3 = Math.Sqrt(3), Root6 = Math.Sqrt(6);

    private readonly int _pairs, _third, _features, _count, _stride;
    private readonly TripleTerm[] _terms;

    /// <summary>The invariants.</summary>
    /// <param name="pairs">The block of products of the first two factors.</param>
    /// <param name="third">The block of the third factor.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="features">The block of features.</param>
    /// <param name="terms">What is made.</param>
    public TripleStage(int pairs, int third, int channels, int features, IReadOnlyList<TripleTerm> terms)
    {
        (_pairs, _third, _count, _features, _terms) = (pairs, third, channels, features, [.. terms]);
        _stride = (channels + 7) / 8 * 8;
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => _terms.Sum(static t => (long)t.Components * t.Shape.Count);

    /// <summary>The place of the pair (q1, q2) among the pairs of two factors.</summary>
    /// <param name="isTriangle">Whether only pairs with q1 ≤ q2 stand.</param>
    /// <param name="channels">Channels of each factor.</param>
    /// <param name="q1">First channel.</param>
    /// <param name="q2">Second channel.</param>
    public static int Pair(bool isTriangle, int channels, int q1, int q2) =>
        isTriangle ? q1 * channels - q1 * (q1 + 1) / 2 + q2 : q1 * channels + q2;

    /// <inheritdoc/>
    public override void Forward(BlockMemory<double> blocks, int environments)
    {
        for (int i = 0; i < environments; i++)
        {
            Contract(blocks.Values(_pairs)[i], blocks.Values(_third)[i], blocks.Values(_features)[i], false);
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<double> blocks, BlockMemory<double> changes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Contract(changes.Values(_pairs)[i], blocks.Values(_third)[0], changes.Values(_features)[i], false);
            Contract(blocks.Values(_pairs)[0], changes.Values(_third)[i], changes.Values(_features)[i], true);
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<double> blocks, int environments)
    {
        int most = _terms.Max(static t => t.Components);
        double* rows = stackalloc double[(2 * _stride + most) * _stride + 8];
        rows = (double*)(((nint)rows + 63) & ~(nint)63);
        double* columns = rows + _stride * _stride, slopes = columns + _stride * _stride;
        new Span<double>(rows, 2 * _stride * _stride).Clear();
        for (int i = 0; i < environments; i++)
        {
            double* gradient = blocks.Adjoints(_features)[i], third = blocks.Values(_third)[i], thirdSum = blocks.Adjoints(_third)[i];
            double* pairs = blocks.Values(_pairs)[i], pairSum = blocks.Adjoints(_pairs)[i];
            foreach (TripleTerm t in _terms)
            {
                int m = t.Components;
                for (int q1 = 0; q1 < _count; q1++)
                {
                    int start = t.Shape.Start2(q1), pair = t.Pairs + Pair(t.IsTriangle, _count, q1, start);
                    if (start >= _count) continue;
                    Weights(t, q1, gradient, rows, columns);
                    Multiply(m, _count, third + t.Third, _stride, columns, slopes, _stride, false);
                    for (int k = 0; k < m; k++)
                    {
                        double* from = slopes + k * _stride, to = pairSum + pair + (nint)k * t.PairStep - start;
                        for (int q2 = start; q2 < _count; q2++)
                            to[q2] += from[q2];
                    }
                    Multiply(m, _count - start, pairs + pair, t.PairStep, rows + start * _stride, thirdSum + t.Third, _stride, true);
                }
            }
        }
    }

    /// <summary>Sets the features of one environment, or adds to them.</summary>
    private void Contract(double* pairs, double* third, double* features, bool adds)
    {
        double* product = stackalloc double[Tile * _stride];
        foreach (TripleTerm t in _terms)
        {
            double* x = third + t.Third;
            for (int q1 = 0; q1 < _count; q1++)
            {
                double* d = pairs + t.Pairs + Pair(t.IsTriangle, _count, q1, 0);
                for (int q2 = t.Shape.Start2(q1); q2 < _count; q2 += Tile)
                {
                    int lane = t.Shape.Start3(q2) & ~7;
                    if (q2 + Tile <= _count)
                    {
                        for (int k = lane; k < _stride; k += 8)
                            ChannelTile.Four(t.Components, d + q2, t.PairStep, x + k, _stride, product + k, _stride);
                    }
                    else
                    {
                        for (int q = q2; q < _count; q++)
                            for (int k = lane; k < _stride; k += 8)
                                ChannelTile.One(t.Components, d + q, t.PairStep, x + k, _stride, product + (q - q2) * _stride + k);
                    }
                    for (int q = q2; q < Math.Min(q2 + Tile, _count); q++)
                    {
                        int start = t.Shape.Start3(q);
                        if (start >= _count) continue;
                        double* row = features + t.First + t.Shape.Row(q1, q), values = product + (q - q2) * _stride + start;
                        double weight = t.Scale * (t.Shape.IsEqual(q1, q) ? Root3 : Root6);
                        PutRow(values, weight, row, _count - start, adds);
                        // The row's first has q3 = q2: counted with too many orders.
                        if (t.Shape.MeetsLast(q, start))
                            row[0] -= (weight - t.Scale * (t.Shape.IsEqual(q1, q) ? 1 : Root3)) * values[0];
                    }
                }
            }
        }
    }

    /// <summary>dE/d(unweighted features) of one q1, as [q2, q3] and as [q3, q2]; q2 from the first one on.</summary>
    private void Weights(in TripleTerm t, int q1, double* gradient, double* rows, double* columns)
    {
        for (int q2 = t.Shape.Start2(q1); q2 < _count; q2++)
        {
            int start = t.Shape.Start3(q2), end = Math.Min(start, _count);
            for (int q3 = 0; q3 < end; q3++)
                rows[q2 * _stride + q3] = columns[q3 * _stride + q2] = 0;
            if (start >= _count) continue;
            double* row = gradient + t.First + t.Shape.Row(q1, q2);
            double weight = t.Scale * (t.Shape.IsEqual(q1, q2) ? Root3 : Root6);
            for (int q3 = start; q3 < _count; q3++)
                rows[q2 * _stride + q3] = columns[q3 * _stride + q2] = weight * row[q3 - start];
            if (t.Shape.MeetsLast(q2, start))
                rows[q2 * _stride + q2] = columns[q2 * _stride + q2] = t.Scale * (t.Shape.IsEqual(q1, q2) ? 1 : Root3) * row[0];
        }
    }

    /// <summary>z[m, lane] = or += Σ_k x[m, k] y[k, lane], y and z with rows of one stride; four m at a time in registers.</summary>
    private void Multiply(int m, int inner, double* x, int xRow, double* y, double* z, int zRow, bool adds)
    {
        for (int lane = 0; lane < _stride; lane += 8)
        {
            int row = 0;
            for (; row + Tile <= m; row += Tile)
            {
                Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
                double* a = x + (nint)row * xRow, b = y + lane, c = z + row * zRow + lane;
                for (int k = 0; k < inner; k++, b += _stride)
                {
                    Vector512<double> v = Vector512.Load(b);
                    s0 = Vector512.MultiplyAddEstimate(Vector512.Create(a[k]), v, s0);
                    s1 = Vector512.MultiplyAddEstimate(Vector512.Create(a[xRow + k]), v, s1);
                    s2 = Vector512.MultiplyAddEstimate(Vector512.Create(a[2 * xRow + k]), v, s2);
                    s3 = Vector512.MultiplyAddEstimate(Vector512.Create(a[3 * xRow + k]), v, s3);
                }
                Put(s0, c, adds);
                Put(s1, c + zRow, adds);
                Put(s2, c + 2 * zRow, adds);
                Put(s3, c + 3 * zRow, adds);
            }
            for (; row < m; row++)
            {
                Vector512<double> sum = default;
                double* a = x + (nint)row * xRow, b = y + lane;
                for (int k = 0; k < inner; k++, b += _stride)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(a[k]), Vector512.Load(b), sum);
                Put(sum, z + row * zRow + lane, adds);
            }
        }
    }

    private static void PutRow(double* values, double weight, double* row, int count, bool adds)
    {
        int k = 0;
        for (; k + 8 <= count; k += 8)
            Put(weight * Vector512.Load(values + k), row + k, adds);
        for (; k < count; k++)
            row[k] = adds ? row[k] + weight * values[k] : weight * values[k];
    }

    private static void Put(Vector512<double> value, double* target, bool adds) =>
        Vector512.Store(adds ? Vector512.Load(target) + value : value, target);
}
