using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// Second moments of the products of one block and of the lower orders' features that predict them, summed over a sample, and the
/// contraction that follows from them.
/// </summary>
internal sealed unsafe class NiceMoments
{
    /// <summary>Components below this part of the products' mean square are rounding: they are left out.</summary>
    private const double Rank = 1e-13;

    // Columns that are multiplied at once.
    private const int Columns = 768;

    private readonly NiceBranch _branch;
    private readonly IReadOnlyList<(int Order, NiceBlock Block)> _lower;
    private readonly LanePlace[] _places;
    private readonly bool _hasConstant;
    private readonly int _orders, _products, _used, _rows;
    private readonly double[] _sums, _buffer;
    private double[] _moments;
    private int _columns;

    /// <summary>Nothing summed yet.</summary>
    /// <param name="key">The block.</param>
    /// <param name="branch">How it is contracted.</param>
    /// <param name="orders">The number of lower orders.</param>
    /// <param name="products">The products.</param>
    /// <param name="lower">Features of lower orders that predict.</param>
    /// <param name="hasConstant">Whether means are predicted, too.</param>
    public NiceMoments(
        NiceKey key, NiceBranch branch, int orders, NiceBlock products, IReadOnlyList<(int Order, NiceBlock Block)> lower, bool hasConstant)
    {
        (Key, _branch, _orders, _lower, _hasConstant) = (key, branch, orders, lower, hasConstant);
        _places = [.. products.Places, .. lower.SelectMany(static l => l.Block.Places)];
        (_products, _used, _rows) = (products.Channels, _places.Length - products.Channels, 2 * key.Lambda + 1);
        _moments = new double[branch.IsContracted ? checked(_places.Length * _places.Length) : _products];
        _sums = new double[hasConstant ? _places.Length : 0];
        _buffer = new double[branch.IsContracted ? checked(_places.Length * Math.Max(Columns, _rows * Lanes)) : 0];
    }

    /// <summary>The block.</summary>
    public NiceKey Key { get; }

    private static int Lanes => CouplingBlocks<double>.Lanes;

    private int Width => Math.Max(Columns, _rows * Lanes);

    /// <summary>Adds a batch.</summary>
    public void Add(BlockMemory<double> blocks, int count)
    {
        if (!_branch.IsContracted)
        {
            for (int k = 0; k < _products; k++)
            {
                double* x = Values(blocks, k);
                for (int row = 0; row < _rows; row++)
                {
                    for (int i = 0; i < count; i++)
                        _moments[k] += x[row * Lanes + i] * x[row * Lanes + i];
                }
            }

            return;
        }

        if (_columns + _rows * count > Width) Flush();
        for (int k = 0; k < _places.Length; k++)
        {
            double* x = Values(blocks, k);
            Span<double> to = _buffer.AsSpan(k * Width + _columns);
            for (int row = 0; row < _rows; row++)
                new ReadOnlySpan<double>(x + row * Lanes, count).CopyTo(to[(row * count)..]);

            for (int i = 0; i < count && _hasConstant; i++)
                _sums[k] += x[i];
        }

        _columns += _rows * count;
    }

    /// <summary>The contraction.</summary>
    /// <param name="ridge">Regularisation of the prediction.</param>
    /// <param name="n">How many environments were summed.</param>
    public NiceContraction Contract(double ridge, int n)
    {
        int m = _products, all = _places.Length;
        if (!_branch.IsContracted)
        {
            double[] squares = Array.ConvertAll(_moments, s => s / n);
            return new NiceContraction(Key, m, m, [], [], [], squares, squares.Sum()) { Made = squares.Sum() };
        }

        Flush();
        Dense.Symmetrise(all, _moments, all);
        double made = 0;
        for (int k = 0; k < m; k++)
            made += _moments[k * all + k] / n;

        // Subtracts what the means make of second moments.
        for (int i = 0; i < all && _hasConstant; i++)
        {
            for (int j = 0; j < all; j++)
                _moments[i * all + j] -= _sums[i] * _sums[j] / n;
        }

        double[] xx = Part(0, m, 0, m), xy = Part(0, m, m, _used), yy = Part(m, _used, m, _used);
        _moments = [];
        double before = Trace(xx);
        double[] prediction = Predict(xy, yy, ridge);
        // What the prediction leaves: Σ (x − Rᵀy)(x − Rᵀy)ᵀ = xx − xy R − (xy R)ᵀ + Rᵀ yy R.
        if (_used > 0)
        {
            double[] known = new double[m * m], half = new double[_used * m];
            Dense.Multiply(m, m, _used, xy, prediction, known);
            Dense.Multiply(_used, m, _used, yy, prediction, half);
            Dense.Multiply(m, m, _used, 1.0, prediction, m, true, half, m, false, 1, xx, m);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < m; j++)
                    xx[i * m + j] -= known[i * m + j] + known[j * m + i];
            }
        }

        double total = Trace(xx);
        (double[] values, double[] vectors) = Leading(xx, total, before);
        int components = values.Length;
        double[] weights = new double[m * components];
        for (int k = 0; k < components; k++)
        {
            for (int i = 0; i < m; i++)
                weights[i * components + k] = vectors[k * m + i];
        }

        double[] constant = _hasConstant ? new double[components] : [];
        for (int i = 0; i < m && _hasConstant; i++)
        {
            double mean = _sums[i] / n;
            for (int j = 0; j < _used; j++)
                mean -= prediction[j * m + i] * (_sums[m + j] / n);

            for (int k = 0; k < constant.Length; k++)
                constant[k] -= mean * weights[i * components + k];
        }

        return new NiceContraction(
            Key, m, components, weights, LowerWeights(prediction, weights, components), constant, Array.ConvertAll(values, v => v / n),
                total / n)
        {
            Made = made,
        };
    }

    private double* Values(BlockMemory<double> blocks, int channel) =>
        blocks.Laned(_places[channel].Block) + (nint)_places[channel].Row * Lanes;

    private void Flush()
    {
        int all = _places.Length;
        fixed (double* x = _buffer, c = _moments)
        {
            MatrixProduct<double>.Run(
                all, all, _columns, 1, Dense.View(x, Width, false), Dense.View(x, Width, true), 1, c, all, LinearAlgebra.Part.Lower);
        }

        _columns = 0;
    }

    private double[] Part(int row, int rows, int column, int columns)
    {
        double[] part = new double[rows * columns];
        for (int i = 0; i < rows; i++)
            _moments.AsSpan((row + i) * _places.Length + column, columns).CopyTo(part.AsSpan(i * columns));

        return part;
    }

    private double[][] LowerWeights(double[] prediction, double[] weights, int components)
    {
        if (_lower.Count == 0) return [];
        double[][] lower = Enumerable.Range(0, _orders).Select(static _ => Array.Empty<double>()).ToArray();
        int m = _products, first = 0;
        foreach ((int order, NiceBlock block) in _lower)
        {
            int used = block.Channels;
            double[] part = new double[used * components];
            if (components > 0)
            {
                Dense.Multiply(used, components, m, -1.0, prediction.AsSpan(first * m), m, false, weights, components, false, 0, part,
                    components);
            }

            lower[order - 1] = part;
            first += used;
        }

        return lower;
    }

    /// <summary>R: <c>[lower feature, product]</c> of the ridge regression of products on lower orders' features.</summary>
    private double[] Predict(double[] xy, double[] yy, double ridge)
    {
        int m = _products;
        double[] prediction = new double[_used * m];
        if (_used == 0) return prediction;
        double scale = 0;
        for (int k = 0; k < _used; k++)
            scale += yy[k * _used + k] / _used;

        if (scale <= 0) return prediction;
        for (double factor = Math.Max(ridge, 1e-15); ; factor *= 10)
        {
            double[] matrix = (double[])yy.Clone();
            for (int k = 0; k < _used; k++)
                matrix[k * _used + k] += factor * scale;

            if (Cholesky.Factor(_used, matrix, _used) >= 0) continue;
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < _used; j++)
                    prediction[j * m + i] = xy[i * _used + j];
            }

            Cholesky.Solve(_used, matrix, _used, m, prediction, m);
            return prediction;
        }
    }

    private double Trace(double[] xx)
    {
        double sum = 0;
        for (int k = 0; k < _products; k++)
            sum += Math.Max(0, xx[k * _products + k]);

        return sum;
    }

    /// <summary>The components that are kept: as many as wanted, or as there are.</summary>
    /// <param name="xx">What is left of the moments.</param>
    /// <param name="total">The trace that is left.</param>
    /// <param name="before">That before the prediction was subtracted: its rounding is no component.</param>
    private (double[] Values, double[] Vectors) Leading(double[] xx, double total, double before)
    {
        int m = _products, most = Math.Min(m, _branch.Components ?? m);
        double[] values, vectors;
        if (m > 512 && 4 * most < m)
        {
            (values, vectors) = (new double[most], new double[most * m]);
            RandomisedEigen.Decompose<double>(m, xx, m, most, values, vectors, 100, 1e-12, 1, 1);
        }
        else
        {
            (values, vectors) = LeadingEigen.Decompose(m, xx);
        }

        int count = 0;
        double kept = 0;
        while (count < most && values[count] > Rank * before && !(_branch.Captured is double captured && kept >= captured * total))
            kept += values[count++];

        return (values[..count], vectors[..(count * m)]);
    }
}
