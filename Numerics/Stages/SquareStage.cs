using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// The squares Σ_m c_{q l m} c_{q' l m} / √(2l + 1) of a scalar field, each unordered pair q ≤ q' of channels once, off-diagonal ones
/// times √2: a <see cref="GramStage{T}"/> for every l at once, with code for it where it can be made.
/// </summary>
/// <remarks>It is differentiated by a symmetric matrix of weights, which is arranged once for all environments that share it: the
/// adjoint of the features is what <see cref="Arrange"/> makes.</remarks>
internal sealed unsafe class SquareStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>1 on the diagonal, √2 to the right of it, 0 to the left: <c>[row, channel]</c> of a tile.</summary>
    private static readonly double[] TileScale = MakeTileScale();

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

    private readonly int _from, _to, _lmax, _width, _densityWidth, _groups, _nmax, _groupStride;

    /// <summary>The squares.</summary>
    /// <param name="from">The block of coefficients: <c>[lm, group, n padded]</c>, other columns behind them.</param>
    /// <param name="to">The block of features: l slowest, then q, then q'.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="nmax">Channels of a group.</param>
    /// <param name="groupStride">From group to group.</param>
    /// <param name="width">From row to row.</param>
    public SquareStage(int from, int to, int lmax, int groups, int nmax, int groupStride, int width)
    {
        (_from, _to, _lmax, _width, _densityWidth) = (from, to, lmax, width, groups * groupStride);
        (_groups, _nmax, _groupStride) = (groups, nmax, groupStride);
        int channels = groups * nmax;
        _pairs = channels * (channels + 1) / 2;
        _scale = Enumerable.Range(0, lmax + 1).Select(static l => 1 / Math.Sqrt(2 * l + 1)).ToArray();
        _lane = Enumerable.Range(0, channels).Select(q => q / nmax * groupStride + q % nmax).ToArray();
        var tiles = new List<Tile>();
        for (int g = 0; g < groups; g++)
        {
            for (int n = 0; n < nmax; n += ChannelTile.Side)
                tiles.Add(new Tile(g * groupStride + n, g * nmax + n, Math.Min(ChannelTile.Side, nmax - n)));
        }

        _tiles = tiles.ToArray();
        _squares = _tiles.Where(IsFull).Select(t => (t, SquareCode.Get(lmax, width, _pairs, channels - t.Channel - 1))).ToArray();
        _products = _tiles.SelectMany((t, a) => _tiles.Skip(IsFull(t) ? a + 1 : a).Select(other => (t, other))).ToArray();
        _weights = MakeWeights(_scale, out _firstWeight);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)(_lmax + 1) * (_lmax + 1) * _pairs;

    /// <summary>For each l the symmetric matrix of the quadratic form, tile by tile: <c>[l, tile, tile, i, j]</c>.</summary>
    public int ArrangedLength => (_lmax + 1) * _tiles.Length * _tiles.Length * TileSize;

    /// <summary>dE/dfeatures as <see cref="Backward"/> takes them: once for all environments that they are the same for.</summary>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="arranged">Receives <see cref="ArrangedLength"/> numbers.</param>
    public void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged)
    {
        arranged.Clear();
        for (int l = 0, at = 0; l <= _lmax; l++)
        {
            foreach (Tile rows in _tiles)
            {
                foreach (Tile columns in _tiles)
                {
                    for (int i = 0; i < rows.Count; i++)
                    {
                        for (int j = 0; j < columns.Count; j++)
                        {
                            int q = rows.Channel + i, k = columns.Channel + j;
                            double weight = _scale[l] * gradient[l * _pairs + Pair(Math.Min(q, k), Math.Max(q, k), _lane.Length)];
                            arranged[at + i * ChannelTile.Side + j] = (q == k ? 2 : Math.Sqrt(2)) * weight;
                        }
                    }

                    at += TileSize;
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        for (int i = 0; i < environments; i++)
            Forward(blocks.Values(_from)[i], blocks.Values(_to)[i]);
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        T* c = blocks.Values(_from)[0];
        for (int i = 0; i < count; i++)
        {
            T* change = changes.Values(_from)[i], to = changes.Values(_to)[i];
            for (int l = 0; l <= _lmax; l++)
            {
                T same = T.CreateChecked(_scale[l]), other = T.CreateChecked(Math.Sqrt(2) * _scale[l]);
                for (int q = 0; q < _lane.Length; q++)
                {
                    for (int k = q; k < _lane.Length; k++)
                    {
                        T sum = T.Zero;
                        for (int row = l * l * _width; row < (l + 1) * (l + 1) * _width; row += _width)
                            sum += c[row + _lane[q]] * change[row + _lane[k]] + change[row + _lane[q]] * c[row + _lane[k]];
                        *to++ = (q == k ? same : other) * sum;
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        for (int i = 0; i < environments; i++)
        {
            T* matrix = blocks.Adjoints(_to)[i];
            for (int l = 0; l <= _lmax; l++)
            {
                T* c = blocks.Values(_from)[i] + l * l * _width, target = blocks.Adjoints(_from)[i] + l * l * _width;
                foreach (Tile rows in _tiles)
                {
                    foreach (Tile columns in _tiles)
                    {
                        ChannelTile<T>.Multiply(
                            2 * l + 1, ChannelTile.Side, ChannelTile.Side, c + rows.Lane, _width, 1, matrix, ChannelTile.Side,
                                target + columns.Lane,
                            _width, true);
                        matrix += TileSize;
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) =>
        new SquareStage<TOther>(_from, _to, _lmax, _groups, _nmax, _groupStride, _width);

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        (int Q, int K)[] pairs =
            Enumerable.Range(0, _lane.Length).SelectMany(q => Enumerable.Range(q, _lane.Length - q).Select(k => (q, k))).ToArray();
        int[] first = Array.ConvertAll(pairs, p => _lane[p.Q]), second = Array.ConvertAll(pairs, p => _lane[p.K]);
        double[] weights = Array.ConvertAll(pairs, static p => p.Q == p.K ? 1 : Math.Sqrt(2));
        for (int l = 0; l <= _lmax; l++)
        {
            SlopeSource rows = new(_from, l * l * _width, 0, _width, _densityWidth);
            var terms = new List<SlopeTerm>();
            foreach (SlopeTerm x in plan.Terms(_from, l * l * _width))
            {
                terms.Add(new SlopeTerm(x.Leaf, x.Rows, rows, first, second, weights));
                terms.Add(new SlopeTerm(x.Leaf, x.Rows, rows, second, first, weights));
            }

            plan.Add(_to, l * _pairs, 1, 1, _pairs, terms, _scale[l]);
        }

        return true;
    }

    private static bool IsFull(Tile tile) => typeof(T) == typeof(double) && tile.Count == ChannelTile.Side;

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

    [SkipLocalsInit]
    private void Forward(T* coefficients, T* first)
    {
        int width = _width, channels = _lane.Length;
        // Squares first: what they write beside themselves belongs to products.
        if (typeof(T) == typeof(double)) Square((double*)coefficients, (double*)first);
        if (_products.Length == 0) return;
        T* memory = stackalloc T[TileSize + 64 / sizeof(T)];
        T* tile = (T*)(((nint)memory + 63) & ~(nint)63);
        for (int l = 0; l <= _lmax; l++)
        {
            T* c = coefficients + l * l * width, block = first + l * _pairs;
            T same = T.CreateChecked(_scale[l]), other = T.CreateChecked(Math.Sqrt(2) * _scale[l]);
            foreach ((Tile rows, Tile columns) in _products)
            {
                ChannelTile<T>.Multiply(
                    ChannelTile.Side, 2 * l + 1, ChannelTile.Side, c + rows.Lane, 1, width, c + columns.Lane, width, tile, ChannelTile.Side,
                        false);
                bool isDiagonal = rows.Channel == columns.Channel;
                for (int i = 0; i < rows.Count; i++)
                {
                    T* from = tile + i * ChannelTile.Side,
                        target = block + Pair(rows.Channel + i, isDiagonal ? rows.Channel + i : columns.Channel, channels);
                    if (isDiagonal)
                    {
                        *target = same * from[i];
                        for (int j = i + 1; j < rows.Count; j++)
                            target[j - i] = other * from[j];
                    }
                    else
                    {
                        ChannelTile<T>.Scale(other, from, target, columns.Count);
                    }
                }
            }
        }
    }

    private void Square(double* coefficients, double* first)
    {
        int width = _width, channels = _lane.Length;
        fixed (double* weights = &_weights[_firstWeight])
        {
            foreach ((Tile t, SquareCode? code) in _squares)
            {
                double* c = coefficients + t.Lane, target = first + Pair(t.Channel, t.Channel, channels);
                if (code is not null)
                {
                    code.Square(c, weights, target);
                    continue;
                }

                for (int l = 0; l <= _lmax; l++)
                {
                    ChannelTile.Square(c + l * l * width, width, 2 * l + 1, weights + l * TileSize, target + l * _pairs,
                        channels - t.Channel - 1);
                }
            }
        }
    }

    /// <summary>Place of (q, k), q ≤ k, among the pairs of one l.</summary>
    private static int Pair(int q, int k, int channels) => q * channels - q * (q - 1) / 2 + k - q;
}
