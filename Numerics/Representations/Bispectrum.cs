using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 3: b = √k · couple(couple(c_{q1 l1}, c_{q2 l2}, l3), c_{q3 l3}, 0), q = (species, n).
/// </summary>
/// <remarks>
/// A 3j symbol is symmetric in its columns up to (−1)^(l1+l2+l3): any order of the three factors gives the same invariant up
/// to that sign. Each unordered triple of factors (l1 q1) ≤ (l2 q2) ≤ (l3 q3) stands once, times the root of the
/// number k of its orders, so that the dot product of two feature vectors is that of the full set. Where l1 + l2 + l3 is odd
/// (pseudoscalars, σ = −1) two equal factors give zero, and such triples are left out. What stands is linearly
/// independent: as many features as the multiplicity of (λ = 0, σ) in the third symmetric power of the channels.
/// Features: (l1, l2, l3) slowest, then q1, q2, q3.
/// <para>
/// For each (l1, l2, l3) one Clebsch–Gordan product over pairs of channels, D [m3, q1 q2], and one matrix product
/// D^T c_{l3}, (q1 q2) × q3, held in registers: 2 l3 + 1 multiply-adds per feature, of which the triangular rule
/// saves up to five sixths where factors share l.
/// </para>
/// </remarks>
public sealed unsafe class Bispectrum : InvariantRepresentation
{
    private const int Tile = 4;

    private static readonly double Root3 = Math.Sqrt(3), Root6 = Math.Sqrt(6);

    private readonly DensityChannels _channels;
    private readonly Triple[] _triples;
    private readonly int _largest;
    private readonly PairFactors _factors;

    /// <summary>The bispectrum of a density expansion.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="parities">Proper: true scalars; pseudo: pseudoscalars; or both.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">lmax is beyond the table's; or more than 2³¹ features.</exception>
    public Bispectrum(DensityExpansion expansion, Parities parities = Parities.Proper, CouplingTable? table = null)
        : this(expansion, new DensityChannels(expansion), Triples(expansion, parities, table ?? CouplingTable.Default)) { }

    private Bispectrum(DensityExpansion expansion, DensityChannels channels, Triple[] triples)
        : base(expansion, MakeLabels(channels, triples))
    {
        _channels = channels;
        _triples = triples;
        _largest = (2 * expansion.LMax + 1) * channels.Stride * channels.Stride;
        _factors = PairFactors.OfDensity(expansion);
    }

    /// <inheritdoc/>
    public override int Order => 3;

    /// <summary>What is computed, for every l1 ≤ l2 ≤ l3, times the root of the number of orders of the factors.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
    [
        new(new CouplingPair(
            new CouplingPair(new CouplingLeaf(CouplingField.Density, "l1"), new CouplingLeaf(CouplingField.Density, "l2"), "l3"),
            new CouplingLeaf(CouplingField.Density, "l3"), 0)),
    ];

    // Channels c, their adjoint, D, dE/dD, the adjoint of one factor, and two matrices of one q1's weights; then what pairs'
    // gradients are made in.
    internal override int WorkLength => FirstFactor + _factors.Length + TripleChange.WorkLength(2 * Expansion.LMax + 1, _channels.Stride);

    private int FirstFactor =>
        2 * _channels.Rows * _channels.Stride + 2 * _largest + (2 * Expansion.LMax + 1) * _channels.Stride
        + 2 * _channels.Stride * _channels.Stride;

    internal override void Prepare(double* coefficients, double* work) => _channels.Gather(coefficients, work);

    internal override void Forward(double* coefficients, double* work, Span<double> features)
    {
        int stride = _channels.Stride, count = _channels.Count;
        double* pairs = Pairs(work);
        foreach (Triple t in _triples)
        {
            Couple(t, work, stride, work, stride, pairs);
            Contract(t, pairs, stride, 0, count, 0, count, work + t.Row3 * stride, stride, 0, count, features, false);
        }
    }

    internal override void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int stride = _channels.Stride, count = _channels.Count, own = Expansion.GroupStride;
        int first = group * Expansion.NMax, end = first + Expansion.NMax;
        double* pairs = Pairs(work);
        foreach (Triple t in _triples)
        {
            double* third = work + t.Row3 * stride;
            Couple(t, tangent, own, work, stride, pairs);
            Contract(t, pairs, stride, first, end, 0, count, third, stride, 0, count, features, true);
            Couple(t, work, stride, tangent, own, pairs);
            Contract(t, pairs, own, 0, count, first, end, third, stride, 0, count, features, true);
            Couple(t, work, stride, work, stride, pairs);
            Contract(t, pairs, stride, 0, count, 0, count, tangent + t.Row3 * own, own, first, end, features, true);
        }
    }

    internal override void PrepareGradients(double* coefficients, double* work) => _factors.Begin(coefficients, null, work + FirstFactor);

    internal override void PrepareBlock(EnvironmentScratch scratch, double* work, int block) =>
        _factors.BeginBlock(scratch, block, work + FirstFactor);

    internal override void PairGradients(Surroundings around, EnvironmentScratch scratch, PartMemory part, int block, int lane,
        Span<double> places, Span<double> vectors, int stride, double* soon)
    {
        double* work = part.Work(0);
        double* memory = work + FirstFactor;
        PairFactor* factors = stackalloc PairFactor[_factors.Count];
        _factors.Select(scratch, block, lane, memory, factors);
        fixed (double* p = places, v = vectors)
        {
            PairRows rows = new PairRows(p, v, stride, FeatureCount, Expansion.Fields.Count, _factors.Direction(memory)).OfDensity();
            foreach (Triple t in _triples)
                PairGradient(t, t.Change.Begin(factors[t.L1], factors[t.L2], factors[t.L3], 2 * Expansion.LMax + 1, _channels.Stride,
                    memory + _factors.Length), rows);
        }
    }

    private void PairGradient(Triple t, in TripleSlopes slopes, in PairRows rows)
    {
        int at = t.First, channels = _channels.Count;
        for (int q1 = 0; q1 < channels; q1++)
            for (int q2 = t.Shape.Start2(q1); q2 < channels; q2++)
            {
                int start = t.Shape.Start3(q2), count = channels - start;
                if (count <= 0) continue;
                double weight = t.Scale * (t.Shape.IsEqual(q1, q2) ? Root3 : Root6);
                TripleChange.Write(slopes, rows, q1, q2, start, count, weight, at);
                // Counted with too many orders.
                if (t.Shape.MeetsLast(q2, start)) rows.Scale(at, t.Scale * (t.Shape.IsEqual(q1, q2) ? 1 : Root3) / weight);
                at += count;
            }
    }

    internal override void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int stride = _channels.Stride, count = _channels.Count;
        double* sum = work + _channels.Rows * stride;
        double* pairs = Pairs(work);
        double* slopes = pairs + _largest;
        double* second = slopes + _largest;
        double* rows = second + (2 * Expansion.LMax + 1) * stride;
        double* columns = rows + stride * stride;
        new Span<double>(sum, _channels.Rows * stride).Clear();
        foreach (Triple t in _triples)
        {
            int m = 2 * t.L3 + 1;
            Couple(t, work, stride, work, stride, pairs);
            double* third = work + t.Row3 * stride, thirdSum = sum + t.Row3 * stride;
            for (int q1 = 0; q1 < count; q1++)
            {
                Weights(t, q1, gradient, rows, columns);
                double* slope = slopes + q1 * stride, pair = pairs + q1 * stride;
                Multiply(m, count, third, stride, columns, slope, stride * stride, false);
                Multiply(m, count, pair, stride * stride, rows, thirdSum, stride, true);
            }
            // Channels that stand for nothing have no slope.
            for (int k = 0; k < m; k++)
                new Span<double>(slopes + k * stride * stride + count * stride, (stride - count) * stride).Clear();
            int a = (2 * t.L1 + 1) * stride, b = (2 * t.L2 + 1) * stride;
            new Span<double>(second, b).Clear();
            t.Product.BackwardOuter(1, stride, stride, new(work + t.Row1 * stride, a), new(work + t.Row2 * stride, b),
                new(slopes, m * stride * stride), new(sum + t.Row1 * stride, a), new(second, b));
            double* secondSum = sum + t.Row2 * stride;
            for (int k = 0; k < b; k += 8)
                Vector512.Store(Vector512.Load(secondSum + k) + Vector512.Load(second + k), secondSum + k);
        }
        _channels.AddTo(sum, adjoint);
    }

    private double* Pairs(double* work) => work + 2 * _channels.Rows * _channels.Stride;

    /// <summary>D: <c>[m3, q1 · stride2 + q2]</c>, from rows <c>[lm, channel padded]</c> of the two factors.</summary>
    private static void Couple(Triple t, double* first, int stride1, double* second, int stride2, double* pairs)
    {
        int size = (2 * t.L3 + 1) * stride1 * stride2;
        new Span<double>(pairs, size).Clear();
        t.Product.ForwardOuter(1, stride1, stride2,
            new(first + t.Row1 * stride1, (2 * t.L1 + 1) * stride1), new(second + t.Row2 * stride2, (2 * t.L2 + 1) * stride2),
            new(pairs, size));
    }

    /// <summary>
    /// Σ_m3 D[m3, q1 q2] x[m3, q3] times their weights for the features of channels within the given ranges, set or added to.
    /// </summary>
    private void Contract(Triple t, double* pairs, int stride2, int first1, int end1, int first2, int end2,
        double* x, int stride3, int first3, int end3, Span<double> features, bool adds)
    {
        int m = 2 * t.L3 + 1, pairRow = Padded(end1 - first1) * stride2;
        double* product = stackalloc double[Tile * stride3];
        for (int q1 = first1; q1 < end1; q1++)
        {
            double* d = pairs + (q1 - first1) * stride2;
            for (int q2 = Math.Max(first2, t.Shape.Start2(q1)); q2 < end2; q2 += Tile)
            {
                int lane = (Math.Max(first3, t.Shape.Start3(q2)) - first3) & ~7, width = end3 - first3;
                if (q2 + Tile <= end2)
                {
                    for (int k = lane; k < width; k += 8)
                        ChannelTile.Four(m, d + q2 - first2, pairRow, x + k, stride3, product + k, stride3);
                }
                else
                {
                    for (int q = q2; q < end2; q++)
                        for (int k = lane; k < width; k += 8)
                            ChannelTile.One(m, d + q - first2, pairRow, x + k, stride3, product + (q - q2) * stride3 + k);
                }
                for (int q = q2; q < Math.Min(q2 + Tile, end2); q++)
                {
                    int start = t.Shape.Start3(q), from = Math.Max(first3, start);
                    if (from >= end3) continue;
                    Span<double> row = features.Slice(t.First + t.Shape.Row(q1, q) + from - start, end3 - from);
                    double weight = t.Scale * (t.Shape.IsEqual(q1, q) ? Root3 : Root6);
                    double* values = product + (q - q2) * stride3 + from - first3;
                    PutRow(values, weight, row, adds);
                    // The row's first has q3 = q2: counted with too many orders.
                    if (t.Shape.MeetsLast(q, from))
                        row[0] -= (weight - t.Scale * (t.Shape.IsEqual(q1, q) ? 1 : Root3)) * values[0];
                }
            }
        }
    }

    /// <summary>dE/d(unweighted features) of one q1, as [q2, q3] and as [q3, q2].</summary>
    private void Weights(Triple t, int q1, ReadOnlySpan<double> gradient, double* rows, double* columns)
    {
        int stride = _channels.Stride, count = _channels.Count;
        new Span<double>(rows, stride * stride).Clear();
        new Span<double>(columns, stride * stride).Clear();
        for (int q2 = t.Shape.Start2(q1); q2 < count; q2++)
        {
            int start = t.Shape.Start3(q2);
            if (start >= count) continue;
            ReadOnlySpan<double> row = gradient.Slice(t.First + t.Shape.Row(q1, q2), count - start);
            double weight = t.Scale * (t.Shape.IsEqual(q1, q2) ? Root3 : Root6);
            for (int q3 = start; q3 < count; q3++)
            {
                double value = weight * row[q3 - start];
                rows[q2 * stride + q3] = value;
                columns[q3 * stride + q2] = value;
            }
            if (t.Shape.MeetsLast(q2, start))
                rows[q2 * stride + q2] = columns[q2 * stride + q2] = t.Scale * (t.Shape.IsEqual(q1, q2) ? 1 : Root3) * row[0];
        }
    }

    /// <summary>z[m, lane] = or += Σ_k x[m, k] y[k, lane], y with rows of one stride; four m at a time in registers.</summary>
    private void Multiply(int m, int inner, double* x, int xRow, double* y, double* z, int zRow, bool adds)
    {
        int stride = _channels.Stride;
        for (int lane = 0; lane < stride; lane += 8)
        {
            int row = 0;
            for (; row + Tile <= m; row += Tile)
            {
                Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
                double* a = x + row * xRow, b = y + lane, c = z + row * zRow + lane;
                for (int k = 0; k < inner; k++, b += stride)
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
                double* a = x + row * xRow, b = y + lane;
                for (int k = 0; k < inner; k++, b += stride)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(a[k]), Vector512.Load(b), sum);
                Put(sum, z + row * zRow + lane, adds);
            }
        }
    }

    private static void PutRow(double* values, double weight, Span<double> row, bool adds)
    {
        int k = 0;
        fixed (double* target = row)
        {
            for (; k + 8 <= row.Length; k += 8)
                Put(weight * Vector512.Load(values + k), target + k, adds);
            for (; k < row.Length; k++)
                target[k] = adds ? target[k] + weight * values[k] : weight * values[k];
        }
    }

    private static void Put(Vector512<double> value, double* target, bool adds) =>
        Vector512.Store(adds ? Vector512.Load(target) + value : value, target);

    private static int Padded(int channels) => (channels + 7) / 8 * 8;

    private static Triple[] Triples(DensityExpansion expansion, Parities parities, CouplingTable table)
    {
        int lmax = expansion.LMax, channels = expansion.ChannelCount;
        table.Require(lmax, $"lmax is {lmax}", nameof(table));
        var triples = new List<Triple>();
        var shapes = new Dictionary<(bool, bool, bool), Shape>();
        int first = 0;
        for (int l1 = 0; l1 <= lmax; l1++)
            for (int l2 = l1; l2 <= lmax; l2++)
                for (int l3 = l2; l3 <= Math.Min(l1 + l2, lmax); l3++)
                {
                    if (!parities.Include(l1 + l2 + l3)) continue;
                    (bool, bool, bool) key = (l1 == l2, l2 == l3, (l1 + l2 + l3) % 2 != 0);
                    if (!shapes.TryGetValue(key, out Shape? shape))
                        shapes.Add(key, shape = new Shape(channels, key.Item1, key.Item2, key.Item3));
                    if (shape.Count == 0) continue;
                    // ⟨l m l m'|00⟩ in the real basis is (−1)^l δ / √(2l + 1).
                    double scale = (l3 % 2 == 0 ? 1 : -1) / Math.Sqrt(2 * l3 + 1);
                    var change = new TripleChange(TripleProduct.Coupled(table, l1, l2, l3), l1 == l2, l1 == l3, l2 == l3, key.Item3);
                    triples.Add(new Triple(l1, l2, l3, scale, first, shape, new CouplingProduct<double>(table, l1, l2, l3), change));
                    first = checked(first + shape.Count);
                }
        return triples.ToArray();
    }

    private static FeatureLabels MakeLabels(DensityChannels channels, Triple[] triples)
    {
        const int Columns = 9;
        int features = triples.Length == 0 ? 0 : triples[^1].First + triples[^1].Shape.Count;
        int[] values = new int[checked(Columns * features)];
        int at = 0;
        foreach (Triple t in triples)
            for (int q1 = 0; q1 < channels.Count; q1++)
                for (int q2 = t.Shape.Start2(q1); q2 < channels.Count; q2++)
                    for (int q3 = t.Shape.Start3(q2); q3 < channels.Count; q3++)
                    {
                        foreach (int q in (ReadOnlySpan<int>)[q1, q2, q3])
                        {
                            values[at++] = channels.Species(q);
                            values[at++] = channels.N(q);
                        }
                        values[at++] = t.L1;
                        values[at++] = t.L2;
                        values[at++] = t.L3;
                    }
        return new FeatureLabels(["species_1", "n_1", "species_2", "n_2", "species_3", "n_3", "l_1", "l_2", "l_3"], values);
    }

    /// <summary>l1 ≤ l2 ≤ l3: the factor before the sums, and where the features start.</summary>
    private sealed record Triple(
        int L1, int L2, int L3, double Scale, int First, Shape Shape, CouplingProduct<double> Product, TripleChange Change)
    {
        public int Row1 => L1 * L1;

        public int Row2 => L2 * L2;

        public int Row3 => L3 * L3;
    }

    /// <summary>Which (q1, q2, q3) stand, by which of the l are equal, and where.</summary>
    private sealed class Shape
    {
        private readonly int _channels, _gap;
        private readonly bool _first, _last;
        private readonly int[] _rows;

        public Shape(int channels, bool first, bool last, bool isOdd)
        {
            // Equal factors cancel where the sum of the l is odd.
            (_channels, _first, _last, _gap) = (channels, first, last, isOdd ? 1 : 0);
            _rows = new int[channels * channels];
            for (int q1 = 0; q1 < channels; q1++)
                for (int q2 = Start2(q1); q2 < channels; q2++)
                {
                    _rows[q1 * channels + q2] = Count;
                    Count = checked(Count + Math.Max(0, channels - Start3(q2)));
                }
        }

        /// <summary>The number of triples.</summary>
        public int Count { get; }

        /// <summary>The first q2 beside q1.</summary>
        public int Start2(int q1) => _first ? q1 + _gap : 0;

        /// <summary>The first q3 beside q2.</summary>
        public int Start3(int q2) => _last ? q2 + _gap : 0;

        /// <summary>The place of the triple (q1, q2, Start3(q2)).</summary>
        public int Row(int q1, int q2) => _rows[q1 * _channels + q2];

        /// <summary>Whether the first two factors are equal.</summary>
        public bool IsEqual(int q1, int q2) => _first && q1 == q2;

        /// <summary>Whether the last two factors are equal.</summary>
        public bool MeetsLast(int q2, int q3) => _last && q2 == q3;
    }
}
