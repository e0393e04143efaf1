using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 2: p_{q q' l} = Σ_m c_{q l m} c_{q' l m} / √(2l + 1), q = (species, n), each unordered
/// pair q ≤ q' once and off-diagonal ones times √2, so that the dot product of two feature vectors is that of the full
/// set. Features: l slowest, then q, then q' (species_1, n_1, species_2, n_2).
/// </summary>
public sealed class PowerSpectrum : InvariantRepresentation
{
    /// <summary>1 on the diagonal, √2 to the right of it, 0 to the left: <c>[row, channel]</c> of a tile.</summary>
    private static readonly double[] TileScale = MakeTileScale();

    /// <summary>Y and its three derivatives.</summary>
    private const int Kinds = 4;

    private const int TileSize = ChannelTile.Side * ChannelTile.Side;

    /// <summary>1/√(2l + 1).</summary>
    private readonly double[] _scale;

    /// <summary>1/√(2l + 1) times <see cref="TileScale"/>, from <see cref="_firstWeight"/> on.</summary>
    private readonly double[] _weights;

    private readonly int _firstWeight;

    private readonly int[] _lane;
    private readonly int _pairs;
    private readonly Tile[] _tiles;

    /// <summary>Full tiles, whose squares are made at once for all l, with code for it where it can be made.</summary>
    private readonly (Tile Tile, SquareCode? Code)[] _squares;

    /// <summary>The products of tiles that are left.</summary>
    private readonly (Tile Rows, Tile Columns)[] _products;

    /// <summary>Up to eight channels side by side: their place among the coefficients, the first channel, how many.</summary>
    private readonly record struct Tile(int Lane, int Channel, int Count);

    /// <summary>The power spectrum of a density expansion.</summary>
    public PowerSpectrum(DensityExpansion expansion) : base(expansion, MakeLabels(expansion))
    {
        int channels = expansion.ChannelCount;
        _pairs = channels * (channels + 1) / 2;
        _scale = Enumerable.Range(0, expansion.LMax + 1).Select(l => 1 / Math.Sqrt(2 * l + 1)).ToArray();
        _lane = new int[channels];
        for (int q = 0; q < channels; q++)
            _lane[q] = q / expansion.NMax * expansion.GroupStride + q % expansion.NMax;
        var tiles = new List<Tile>();
        for (int g = 0; g < expansion.Groups.Length; g++)
            for (int n = 0; n < expansion.NMax; n += ChannelTile.Side)
                tiles.Add(new Tile(
                    g * expansion.GroupStride + n, g * expansion.NMax + n, Math.Min(ChannelTile.Side, expansion.NMax - n)));
        _tiles = tiles.ToArray();
        _squares = _tiles.Where(IsFull)
            .Select(t => (t, SquareCode.Get(expansion.LMax, expansion.Width, _pairs, channels - t.Channel - 1))).ToArray();
        _products = _tiles.SelectMany((t, a) => _tiles.Skip(IsFull(t) ? a + 1 : a).Select(other => (t, other))).ToArray();
        _weights = MakeWeights(_scale, out _firstWeight);
    }

    private static bool IsFull(Tile tile) => tile.Count == ChannelTile.Side;

    private static double[] MakeWeights(double[] scale, out int first)
    {
        double[] weights = CacheLine.Allocate(scale.Length * TileSize, out first);
        for (int k = 0; k < scale.Length * TileSize; k++)
            weights[first + k] = scale[k / TileSize] * TileScale[k % TileSize];
        return weights;
    }

    private static double[] MakeTileScale()
    {
        double[] scale = new double[TileSize];
        for (int k = 0; k < scale.Length; k++)
            scale[k] = (k % ChannelTile.Side).CompareTo(k / ChannelTile.Side) switch { 0 => 1, > 0 => Math.Sqrt(2), _ => 0 };
        return scale;
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every l: p = (−1)^l couple(c, c', 0), off-diagonal ones times √2.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
        [new(new CouplingPair(new CouplingLeaf(CouplingField.Density, "l"), new CouplingLeaf(CouplingField.Density, "l"), 0))];

    private static FeatureLabels MakeLabels(DensityExpansion expansion)
    {
        int channels = expansion.ChannelCount, nmax = expansion.NMax;
        int[] values = new int[5 * (expansion.LMax + 1) * (channels * (channels + 1) / 2)];
        int at = 0;
        for (int l = 0; l <= expansion.LMax; l++)
            for (int q = 0; q < channels; q++)
                for (int k = q; k < channels; k++)
                {
                    values[at++] = expansion.Groups[q / nmax];
                    values[at++] = q % nmax;
                    values[at++] = expansion.Groups[k / nmax];
                    values[at++] = k % nmax;
                    values[at++] = l;
                }
        return new FeatureLabels(["species_1", "n_1", "species_2", "n_2", "l"], values);
    }

    [SkipLocalsInit]
    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features)
    {
        int width = Expansion.Width, channels = _lane.Length;
        fixed (double* first = features, tileScale = TileScale, weights = &_weights[_firstWeight])
        {
            // Squares first: what they write beside themselves belongs to products.
            foreach ((Tile t, SquareCode? code) in _squares)
            {
                double* c = coefficients + t.Lane, target = first + Pair(t.Channel, t.Channel, channels);
                if (code is not null)
                {
                    code.Square(c, weights, target);
                    continue;
                }
                for (int l = 0; l <= Expansion.LMax; l++)
                    ChannelTile.Square(c + l * l * width, width, 2 * l + 1, weights + l * TileSize, target + l * _pairs,
                        channels - t.Channel - 1);
            }
            if (_products.Length == 0) return;
            double* memory = stackalloc double[TileSize + CacheLine.Doubles];
            double* tile = CacheLine.Next(memory);
            for (int l = 0; l <= Expansion.LMax; l++)
            {
                double* c = coefficients + l * l * width, block = first + l * _pairs;
                foreach ((Tile rows, Tile columns) in _products)
                {
                    ChannelTile.Eight(2 * l + 1, c + rows.Lane, width, c + columns.Lane, width, tile, ChannelTile.Side);
                    if (rows.Channel == columns.Channel) WriteDiagonal(tile, rows, _scale[l], tileScale, block);
                    else Write(tile, rows, columns, Math.Sqrt(2) * _scale[l], block);
                }
            }
        }
    }

    /// <summary>The upper triangle of a tile that is not full to its places among the features of one l.</summary>
    private unsafe void WriteDiagonal(double* tile, Tile t, double scale, double* tileScale, double* block)
    {
        for (int i = 0; i < t.Count; i++, tile += ChannelTile.Side, tileScale += ChannelTile.Side)
        {
            double* target = block + Pair(t.Channel + i, t.Channel + i, _lane.Length) - i;
            for (int j = i; j < t.Count; j++)
                target[j] = scale * (tile[j] * tileScale[j]);
        }
    }

    /// <summary>A tile to the right of the diagonal.</summary>
    private unsafe void Write(double* tile, Tile rows, Tile columns, double scale, double* block)
    {
        for (int i = 0; i < rows.Count; i++, tile += ChannelTile.Side)
        {
            double* target = block + Pair(rows.Channel + i, columns.Channel, _lane.Length);
            if (columns.Count == ChannelTile.Side)
            {
                Vector512.Store(scale * Vector512.Load(tile), target);
                continue;
            }
            for (int j = 0; j < columns.Count; j++)
                target[j] = scale * tile[j];
        }
    }

    internal override unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int width = Expansion.Width, stride = Expansion.GroupStride, nmax = Expansion.NMax, channels = _lane.Length;
        int first = group * nmax, end = first + nmax;
        double* product = stackalloc double[stride];
        for (int l = 0; l <= Expansion.LMax; l++)
        {
            double* c = coefficients + l * l * width;
            double* t = tangent + l * l * stride;
            double scale = Math.Sqrt(2) * _scale[l];
            Span<double> block = features.Slice(l * _pairs, _pairs);
            for (int q = 0; q < channels; q++)
            {
                for (int n = 0; n < stride; n += 8)
                {
                    Vector512<double> sum = default;
                    for (int m = 0; m <= 2 * l; m++)
                        sum = Vector512.MultiplyAddEstimate(
                            Vector512.Create(c[m * width + _lane[q]]), Vector512.Load(t + m * stride + n), sum);
                    Vector512.Store(sum * scale, product + n);
                }
                // c_q ∂c_k stands in feature (q, k) or (k, q); on the diagonal once for each factor.
                for (int k = first; k < end; k++)
                    block[k >= q ? Pair(q, k, channels) : Pair(k, q, channels)] +=
                        k == q ? Math.Sqrt(2) * product[k - first] : product[k - first];
            }
        }
    }

    /// <summary>Y and its three derivatives, summed with the coefficients: <c>[lane, l, (Y, ∂x, ∂y, ∂z), column, n padded]</c>.</summary>
    internal override int WorkLength =>
        EnvironmentScratch.Lanes * (Expansion.LMax + 1) * Kinds * Expansion.DensityWidth;

    /// <summary>Σ_m c_{q l m} Y_lm and Σ_m c_{q l m} ∂_d Y_lm of eight pairs.</summary>
    internal override unsafe void PrepareBlock(EnvironmentScratch scratch, double* work, int block)
    {
        if (Expansion.Mixing is not null) return;
        int width = Expansion.Width, density = Expansion.DensityWidth, lm = (Expansion.LMax + 1) * (Expansion.LMax + 1);
        int lane = (Expansion.LMax + 1) * Kinds * density;
        for (int l = 0; l <= Expansion.LMax; l++)
        {
            double* c = scratch.Coefficients + l * l * width;
            for (int kind = 0; kind < Kinds; kind++, work += density)
            {
                double* y = (kind == 0 ? scratch.Harmonics : scratch.HarmonicsGradients + (kind - 1) * lm * EnvironmentScratch.Lanes)
                    + l * l * EnvironmentScratch.Lanes;
                for (int q = 0; q < density; q += ChannelTile.Side)
                    ChannelTile.Eight(2 * l + 1, y, EnvironmentScratch.Lanes, c + q, width, work + q, lane);
            }
        }
    }

    /// <remarks>
    /// ∂c_{k l m} = u_d g'_k Y_lm + g_k ∂_d Y_lm is of rank two in (k, m), so that with a_q = Σ_m c_{q l m} Y_lm and
    /// b_q = Σ_m c_{q l m} ∂_d Y_lm the change Σ_m c_q ∂c_k + ∂c_q c_k is a_q u_d g'_k + b_q g_k + u_d g'_q a_k + g_q b_k:
    /// four multiply-adds for eight features, whatever l is.
    /// </remarks>
    [SkipLocalsInit]
    internal override unsafe void PairGradients(Surroundings around, EnvironmentScratch scratch, PartMemory part, int block, int lane,
        Span<double> places, Span<double> vectors, int stride, double* soon)
    {
        double* work = part.Work(0);
        if (Expansion.Mixing is not null)
        {
            // ∂c is of rank two in each of several columns.
            base.PairGradients(around, scratch, part, block, lane, places, vectors, stride, soon);
            return;
        }
        PairVectorGradient(scratch, part, block, lane, vectors, stride);
        int density = Expansion.DensityWidth, n = Expansion.GroupStride, lmax = Expansion.LMax;
        int k = block * EnvironmentScratch.Lanes + lane, own = scratch.Group[block] * n;
        double* u = stackalloc double[3] { scratch.X[k] / scratch.R[k], scratch.Y[k] / scratch.R[k], scratch.Z[k] / scratch.R[k] };
        double* a = work + lane * (lmax + 1) * Kinds * density;
        double* g = scratch.Radial + lane * (lmax + 1) * n, dg = scratch.RadialDerivatives + lane * (lmax + 1) * n;
        fixed (double* first = places, tileScale = TileScale, scales = _scale)
        {
            if (_lane.Length == PackedTriangle.Side && density == n && PackedTriangle.IsSupported)
            {
                PackedTriangle.Gradients(lmax + 1, a, g, dg, u, scales, first, stride, soon);
                return;
            }
            if (density > n)
                for (int d = 0; d < 3; d++)
                    new Span<double>(first + d * stride, FeatureCount).Clear();
            double* slopes = stackalloc double[3 * n];
            for (int l = 0; l <= lmax; l++, a += Kinds * density, g += n, dg += n)
            {
                for (int d = 0; d < 3; d++)
                    for (int j = 0; j < n; j += 8)
                        Vector512.Store(u[d] * Vector512.Load(dg + j), slopes + d * n + j);
                double scale = scales[l];
                for (int d = 0; d < 3; d++)
                {
                    double* b = a + (1 + d) * density, slope = slopes + d * n, target = first + d * stride + l * _pairs;
                    foreach (Tile rows in _tiles)
                        foreach (Tile columns in _tiles)
                        {
                            bool hasRows = (uint)(rows.Lane - own) < (uint)n, hasColumns = (uint)(columns.Lane - own) < (uint)n;
                            if (columns.Lane == rows.Lane && hasRows)
                                PairDiagonal(a + rows.Lane, b + rows.Lane, slope + (rows.Lane - own), g + (rows.Lane - own), rows, scale,
                                    tileScale, target);
                            if (columns.Lane <= rows.Lane) continue;
                            if (hasColumns)
                                AddPairTile(a + rows.Lane, b + rows.Lane, slope + (columns.Lane - own), g + (columns.Lane - own),
                                    rows, columns, Math.Sqrt(2) * scale, target, isFirst: true);
                            if (hasRows)
                                AddPairTile(slope + (rows.Lane - own), g + (rows.Lane - own), a + columns.Lane, b + columns.Lane,
                                    rows, columns, Math.Sqrt(2) * scale, target, isFirst: !hasColumns);
                        }
                }
            }
        }
    }

    /// <summary>scale (a_i s_j + b_i g_j + s_i a_j + g_i b_j) to the upper triangle of a tile.</summary>
    private unsafe void PairDiagonal(double* a, double* b, double* s, double* g, Tile t, double scale, double* tileScale, double* block)
    {
        int channels = _lane.Length;
        if (t.Count == ChannelTile.Side)
        {
            ChannelTile.SymmetricProduct(a, b, s, g, scale, tileScale, block + Pair(t.Channel, t.Channel, channels),
                channels - t.Channel - 1);
            return;
        }
        for (int i = 0; i < t.Count; i++, tileScale += ChannelTile.Side)
        {
            double* target = block + Pair(t.Channel + i, t.Channel + i, channels) - i;
            for (int j = i; j < t.Count; j++)
                target[j] = scale * tileScale[j] * (a[i] * s[j] + b[i] * g[j] + (s[i] * a[j] + g[i] * b[j]));
        }
    }

    /// <summary>scale (p_i x_j + q_i y_j) to, or onto, a tile to the right of the diagonal.</summary>
    private unsafe void AddPairTile(double* p, double* q, double* x, double* y, Tile rows, Tile columns, double scale, double* block,
        bool isFirst)
    {
        double* target = block + Pair(rows.Channel, columns.Channel, _lane.Length);
        int step = _lane.Length - rows.Channel - 1;
        if (columns.Count < ChannelTile.Side)
        {
            for (int i = 0; i < rows.Count; i++, target += step--)
                for (int j = 0; j < columns.Count; j++)
                    target[j] = scale * (p[i] * x[j] + q[i] * y[j]) + (isFirst ? 0 : target[j]);
            return;
        }
        Vector512<double> vx = scale * Vector512.Load(x), vy = scale * Vector512.Load(y);
        for (int i = 0; i < rows.Count; i++, target += step--)
        {
            Vector512<double> row = Vector512.MultiplyAddEstimate(vx, Vector512.Create(p[i]), Vector512.Create(q[i]) * vy);
            Vector512.Store(isFirst ? row : row + Vector512.Load(target), target);
        }
    }

    /// <summary>For each l the symmetric matrix of the quadratic form, tile by tile: <c>[l, tile, tile, i, j]</c>.</summary>
    internal override int ArrangedLength => (Expansion.LMax + 1) * _tiles.Length * _tiles.Length * TileSize;

    internal override void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged)
    {
        arranged.Clear();
        for (int l = 0, at = 0; l <= Expansion.LMax; l++)
            foreach (Tile rows in _tiles)
                foreach (Tile columns in _tiles)
                {
                    for (int i = 0; i < rows.Count; i++)
                        for (int j = 0; j < columns.Count; j++)
                        {
                            int q = rows.Channel + i, k = columns.Channel + j;
                            double weight = _scale[l] * gradient[l * _pairs + Pair(Math.Min(q, k), Math.Max(q, k), _lane.Length)];
                            arranged[at + i * ChannelTile.Side + j] = (q == k ? 2 : Math.Sqrt(2)) * weight;
                        }
                    at += TileSize;
                }
    }

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int width = Expansion.Width;
        fixed (double* first = gradient)
        {
            double* matrix = first;
            for (int l = 0; l <= Expansion.LMax; l++)
            {
                double* c = coefficients + l * l * width, target = adjoint + l * l * width;
                foreach (Tile rows in _tiles)
                    foreach (Tile columns in _tiles)
                    {
                        ChannelTile.AddProduct(c + rows.Lane, matrix, target + columns.Lane, width, 2 * l + 1);
                        matrix += TileSize;
                    }
            }
        }
    }

    /// <summary>Place of (q, k), q ≤ k, among the pairs of one l.</summary>
    private static int Pair(int q, int k, int channels) => q * channels - q * (q - 1) / 2 + k - q;
}
