using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// The squares Σ_m c_{q l m} c_{q' l m} / √(2l + 1) of a scalar field, each unordered pair q ≤ q' of channels once, off-diagonal ones
/// times √2: a <see cref="GramStage{T}"/> for every l at once, with code for it where it can be made.
/// </summary>
/// <remarks>
/// <para>Channels stand at the end of rows of whole vectors of eight. A vector of products then ends where its row of features ends, and
/// what it writes to the left of its row belongs to rows of its tiles, or to those of the l before, that are still to come.</para>
/// <para>It is differentiated by a symmetric matrix of weights, which is arranged once for all environments that share it: the
/// adjoint of the features is what <see cref="Arrange"/> makes.</para>
/// </remarks>
internal sealed unsafe class SquareStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Side = ChannelTile.Side, TileSize = Side * Side;

    /// <summary>1/√(2l + 1).</summary>
    private readonly double[] _scale;

    /// <summary>What multiplies the products of a tile on the diagonal, and behind them of any other: <c>[2, l, i, j]</c>.</summary>
    private readonly T[] _weights;

    private readonly int _firstWeight;

    /// <summary>Code for whole tiles, and for those of the first rows, where channels begin in the middle of a vector.</summary>
    private readonly SquareCode? _whole, _part;

    // Of each pair of channels its two places in the matrix of one l, and its factor there.
    private readonly int[] _arrangedPlaces, _arrangedMirrors;
    private readonly double[] _arrangedWeights;

    private readonly int _from, _to, _lmax, _channels, _pairs, _width, _tiles, _lead;

    /// <summary>The squares.</summary>
    /// <param name="from">The block of coefficients: <c>[lm, channel]</c>, <see cref="Lead"/> numbers before the first channel.</param>
    /// <param name="to">The block of features: l slowest, then q, then q'.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="width">From row to row.</param>
    public SquareStage(int from, int to, int lmax, int channels, int width)
    {
        (_from, _to, _lmax, _channels, _width, _lead) = (from, to, lmax, channels, width, Lead(channels));
        (_pairs, _tiles) = (channels * (channels + 1) / 2, (channels + _lead) / Side);
        _scale = Enumerable.Range(0, lmax + 1).Select(static l => 1 / Math.Sqrt(2 * l + 1)).ToArray();
        _weights = CacheLine.Allocate<T>(2 * _scale.Length * TileSize, out _firstWeight);
        for (int k = 0; k < 2 * _scale.Length * TileSize; k++)
        {
            bool isOwn = k < _scale.Length * TileSize && k % TileSize % (Side + 1) == 0;
            _weights[_firstWeight + k] = T.CreateChecked((isOwn ? 1 : Math.Sqrt(2)) * _scale[k / TileSize % _scale.Length]);
        }

        (_arrangedPlaces, _arrangedMirrors, _arrangedWeights) = (new int[_pairs], new int[_pairs], new double[_pairs]);
        for (int q = 0, pair = 0; q < channels; q++)
        {
            for (int k = q; k < channels; k++, pair++)
            {
                (_arrangedPlaces[pair], _arrangedMirrors[pair]) = (Place(_lead + q, _lead + k), Place(_lead + k, _lead + q));
                _arrangedWeights[pair] = q == k ? 2 : Math.Sqrt(2);
            }
        }

        if (typeof(T) != typeof(double) || IsSmall) return;
        if (_lead == 0 || _tiles > 1) _whole = SquareCode.Get(lmax, 0);
        if (_lead > 0) _part = SquareCode.Get(lmax, _lead);
    }

    /// <summary>Where the product of two channels is among the tiles of one l.</summary>
    private int Place(int i, int j) => (i / Side * _tiles + j / Side) * TileSize + i % Side * Side + j % Side;

    /// <summary>How many numbers stand before the first channel in a row of coefficients: rows are whole vectors.</summary>
    public static int Lead(int channels) => -channels & (Side - 1);

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)(_lmax + 1) * (_lmax + 1) * _pairs;

    /// <summary>For each l the symmetric matrix of the quadratic form, tile by tile: <c>[l, tile, tile, i, j]</c>.</summary>
    public int ArrangedLength => (_lmax + 1) * _tiles * _tiles * TileSize;

    /// <summary>Whether vectors would reach before the features of l = 0, whatever their order.</summary>
    private bool IsSmall => _pairs < _lead;

    /// <summary>dE/dfeatures as <see cref="Backward"/> takes them: once for all environments that they are the same for.</summary>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="arranged">Receives <see cref="ArrangedLength"/> numbers.</param>
    public void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged)
    {
        arranged.Clear();
        ReadOnlySpan<double> weights = _arrangedWeights;
        ReadOnlySpan<int> places = _arrangedPlaces, mirrors = _arrangedMirrors;
        int size = _tiles * _tiles * TileSize;
        for (int l = 0; l <= _lmax; l++)
        {
            double scale = _scale[l];
            ReadOnlySpan<double> from = gradient.Slice(l * weights.Length, weights.Length);
            Span<double> to = arranged.Slice(l * size, size);
            for (int pair = 0; pair < from.Length; pair++)
                to[places[pair]] = to[mirrors[pair]] = weights[pair] * scale * from[pair];
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
        T* c = blocks.Values(_from)[0] + _lead;
        for (int i = 0; i < count; i++)
        {
            T* change = changes.Values(_from)[i] + _lead, to = changes.Values(_to)[i];
            for (int l = 0; l <= _lmax; l++)
            {
                T same = T.CreateChecked(_scale[l]), other = T.CreateChecked(Math.Sqrt(2) * _scale[l]);
                for (int q = 0; q < _channels; q++)
                {
                    for (int k = q; k < _channels; k++)
                    {
                        T sum = T.Zero;
                        for (int row = l * l * _width; row < (l + 1) * (l + 1) * _width; row += _width)
                            sum += c[row + q] * change[row + k] + change[row + q] * c[row + k];
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
                for (int tile = 0; tile < _tiles * _tiles; tile++, matrix += TileSize)
                {
                    ChannelTile<T>.Multiply(
                        2 * l + 1, Side, Side, c + tile / _tiles * Side, _width, 1, matrix, Side, target + tile % _tiles * Side, _width,
                            true);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) =>
        new SquareStage<TOther>(_from, _to, _lmax, _channels, _width);

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        int[] first = new int[_pairs], second = new int[_pairs];
        double[] weights = new double[_pairs];
        for (int q = 0, pair = 0; q < _channels; q++)
        {
            for (int k = q; k < _channels; k++, pair++)
                (first[pair], second[pair], weights[pair]) = (_lead + q, _lead + k, q == k ? 1 : Math.Sqrt(2));
        }

        for (int l = 0; l <= _lmax; l++)
        {
            SlopeSource rows = new(_from, l * l * _width, 0, _width, _tiles * Side);
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

    private void Forward(T* coefficients, T* first)
    {
        if (IsSmall)
        {
            for (int l = 0; l <= _lmax; l++)
                Plain(l, coefficients, first);
            return;
        }

        fixed (T* own = &_weights[_firstWeight])
        {
            // What the first rows write before an l belongs to the last rows of the one before.
            T* others = own + _scale.Length * TileSize;
            for (int i = 0; i < _tiles; i++)
            {
                int row = i * Side - _lead;
                for (int j = i; j < _tiles; j++)
                {
                    T* target = first + row * (_channels - 1) - row * (row - 1) / 2 + (j * Side - _lead);
                    Tile(i == 0 ? _lead : 0, coefficients + i * Side, coefficients + j * Side, i == j ? own : others, target,
                        _channels - 1 - row);
                }
            }
        }

        if (_lead > 0) Plain(0, coefficients, first);
    }

    /// <summary>A tile of all l; without l = 0 where it is not made from its first row on.</summary>
    private void Tile(int from, T* x, T* y, T* weights, T* target, int step)
    {
        if ((from == 0 ? _whole : _part) is { } code)
        {
            code.Tile((double*)x, (double*)y, (double*)weights, (double*)target, _width, _pairs, step);
            return;
        }

        int least = from == 0 ? 0 : 1;
        if (typeof(T) == typeof(double))
        {
            SquareTile<Lanes512<double>, Vector512<double>, double>.Make(least, _lmax, from, (double*)x, (double*)y, (double*)weights,
                (double*)target, _width, _pairs, step);
        }
        else
        {
            SquareTile<Lanes256<float>, Vector256<float>, float>.Make(least, _lmax, from, (float*)x, (float*)y, (float*)weights,
                (float*)target, _width, _pairs, step);
        }
    }

    /// <summary>The first rows of one l, as far as tiles have them, number by number.</summary>
    private void Plain(int l, T* coefficients, T* first)
    {
        T* c = coefficients + l * l * _width + _lead, target = first + l * _pairs;
        T same = T.CreateChecked(_scale[l]), other = T.CreateChecked(Math.Sqrt(2) * _scale[l]);
        for (int q = 0; q < Side - _lead; q++)
        {
            for (int k = q; k < _channels; k++)
            {
                T sum = T.Zero;
                for (int row = 2 * l * _width; row >= 0; row -= _width)
                    sum = T.MultiplyAddEstimate(c[row + q], c[row + k], sum);
                *target++ = (q == k ? same : other) * sum;
            }
        }
    }
}
