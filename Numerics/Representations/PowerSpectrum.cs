using System;
using System.Collections.Generic;
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
    /// <summary>1 on the diagonal, √2 beside it: <c>[row, channel]</c> of a tile.</summary>
    private static readonly double[] TileScale = MakeTileScale();

    private readonly int[] _lane;
    private readonly int _pairs;
    private readonly Tile[] _tiles;

    /// <summary>Up to eight channels side by side: their place among the coefficients, the first channel, how many.</summary>
    private readonly record struct Tile(int Lane, int Channel, int Count);

    /// <summary>The power spectrum of a density expansion.</summary>
    public PowerSpectrum(DensityExpansion expansion) : base(expansion, MakeLabels(expansion))
    {
        int channels = expansion.ChannelCount;
        _pairs = channels * (channels + 1) / 2;
        _lane = new int[channels];
        for (int q = 0; q < channels; q++)
            _lane[q] = q / expansion.NMax * expansion.GroupStride + q % expansion.NMax;
        var tiles = new List<Tile>();
        for (int g = 0; g < expansion.Groups.Length; g++)
            for (int n = 0; n < expansion.NMax; n += ChannelTile.Side)
                tiles.Add(new Tile(
                    g * expansion.GroupStride + n, g * expansion.NMax + n, Math.Min(ChannelTile.Side, expansion.NMax - n)));
        _tiles = tiles.ToArray();
    }

    private static double[] MakeTileScale()
    {
        double[] scale = new double[ChannelTile.Side * ChannelTile.Side];
        for (int k = 0; k < scale.Length; k++)
            scale[k] = k % (ChannelTile.Side + 1) == 0 ? 1 : Math.Sqrt(2);
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

    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features)
    {
        int width = Expansion.Width;
        double* memory = stackalloc double[ChannelTile.Side * ChannelTile.Side + 8];
        double* tile = memory + (-(nint)memory & 63) / sizeof(double);
        fixed (double* first = features, tileScale = TileScale)
        {
            for (int l = 0; l <= Expansion.LMax; l++)
            {
                double* c = coefficients + l * l * width, block = first + l * _pairs;
                double scale = 1 / Math.Sqrt(2 * l + 1);
                for (int a = 0; a < _tiles.Length; a++)
                    for (int b = a; b < _tiles.Length; b++)
                    {
                        ChannelTile.Product(c + _tiles[a].Lane, c + _tiles[b].Lane, width, 2 * l + 1, tile);
                        if (a == b) WriteDiagonal(tile, _tiles[a], scale, tileScale, block);
                        else Write(tile, _tiles[a], _tiles[b], Math.Sqrt(2) * scale, block);
                    }
            }
        }
    }

    /// <summary>The upper triangle of a tile to its places among the features of one l.</summary>
    private unsafe void WriteDiagonal(double* tile, Tile t, double scale, double* tileScale, double* block)
    {
        // From the last row to the first: what a whole vector writes before its row's beginning belongs to rows, or to
        // tiles further right, that are still to come.
        for (int i = t.Count - 1; i >= 0; i--)
        {
            double* row = tile + i * ChannelTile.Side, weights = tileScale + i * ChannelTile.Side;
            double* target = block + Pair(t.Channel + i, t.Channel + i, _lane.Length) - i;
            if (t.Count == ChannelTile.Side)
            {
                Vector512.Store(scale * (Vector512.Load(row) * Vector512.Load(weights)), target);
                continue;
            }
            for (int j = i; j < t.Count; j++)
                target[j] = scale * (row[j] * weights[j]);
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
            double scale = Math.Sqrt(2.0 / (2 * l + 1));
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

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int width = Expansion.Width;
        double* memory = stackalloc double[2 * ChannelTile.Side * ChannelTile.Side + 8];
        double* tile = memory + (-(nint)memory & 63) / sizeof(double), other = tile + ChannelTile.Side * ChannelTile.Side;
        fixed (double* first = gradient, tileScale = TileScale)
        {
            for (int l = 0; l <= Expansion.LMax; l++)
            {
                double* c = coefficients + l * l * width, target = adjoint + l * l * width, block = first + l * _pairs;
                double scale = 1 / Math.Sqrt(2 * l + 1);
                for (int a = 0; a < _tiles.Length; a++)
                    for (int b = a; b < _tiles.Length; b++)
                    {
                        Tile rows = _tiles[a], columns = _tiles[b];
                        if (a == b) ReadDiagonal(tile, rows, scale, tileScale, block);
                        else Read(tile, rows, columns, Math.Sqrt(2) * scale, block);
                        Transposed.Block(tile, ChannelTile.Side, other);
                        if (a == b)
                        {
                            // Both factors of a product are among these channels.
                            for (int k = 0; k < ChannelTile.Side * ChannelTile.Side; k += 8)
                                Vector512.Store(Vector512.Load(tile + k) + Vector512.Load(other + k), tile + k);
                        }
                        else
                        {
                            ChannelTile.AddProduct(c + columns.Lane, other, target + rows.Lane, width, 2 * l + 1);
                        }
                        ChannelTile.AddProduct(c + rows.Lane, tile, target + columns.Lane, width, 2 * l + 1);
                    }
            }
        }
    }

    /// <summary>The inverse of <see cref="WriteDiagonal"/>; zero below the diagonal and beyond the channels.</summary>
    private unsafe void ReadDiagonal(double* tile, Tile t, double scale, double* tileScale, double* block)
    {
        for (int i = 0; i < ChannelTile.Side; i++, tile += ChannelTile.Side, tileScale += ChannelTile.Side)
        {
            double* source = block + Pair(t.Channel + i, t.Channel + i, _lane.Length) - i;
            if (t.Count == ChannelTile.Side)
            {
                Vector512.Store(scale * (Vector512.Load(source) * Vector512.Load(tileScale)), tile);
                for (int j = 0; j < i; j++)
                    tile[j] = 0;
                continue;
            }
            for (int j = 0; j < ChannelTile.Side; j++)
                tile[j] = j >= i && j < t.Count ? scale * (source[j] * tileScale[j]) : 0;
        }
    }

    /// <summary>The inverse of <see cref="Write"/>; zero beyond the channels.</summary>
    private unsafe void Read(double* tile, Tile rows, Tile columns, double scale, double* block)
    {
        for (int i = 0; i < ChannelTile.Side; i++, tile += ChannelTile.Side)
        {
            double* source = block + Pair(rows.Channel + i, columns.Channel, _lane.Length);
            if (i < rows.Count && columns.Count == ChannelTile.Side)
            {
                Vector512.Store(scale * Vector512.Load(source), tile);
                continue;
            }
            for (int j = 0; j < ChannelTile.Side; j++)
                tile[j] = i < rows.Count && j < columns.Count ? scale * source[j] : 0;
        }
    }

    /// <summary>Place of (q, k), q ≤ k, among the pairs of one l.</summary>
    private static int Pair(int q, int k, int channels) => q * channels - q * (q - 1) / 2 + k - q;
}
