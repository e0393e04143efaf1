using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A least-squares problem kept as plain sums of products: fast, and the sums of fewer columns are among those of more, so that models of
/// growing size come from one pass over the data.
/// </summary>
/// <remarks>
/// Kept are G = Σ w² x xᵀ, b = Σ w² x y and Σ w² y². A penalty below about 1e-14 of the columns' mean squares drowns in their rounding, and
/// so does a residual below about 1e-8 of the targets; <see cref="NormalEquations"/> has neither limit.
/// </remarks>
public sealed class ProductSums : LeastSquares
{
    private const int Block = 256;

    private readonly int _width;

    // The lower triangle with b as its last row and Σ w² y² at the end.
    private readonly double[] _sums;
    private double[] _block = [];
    private int _blocked;

    /// <summary>An empty problem.</summary>
    /// <param name="columns">Unknowns.</param>
    public ProductSums(int columns) : base(columns)
    {
        _width = columns + 1;
        _sums = new double[_width * _width];
    }

    /// <inheritdoc/>
    internal override bool CanCorrect => false;

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight = 1, int threads = 1)
    {
        Require(rows, targets, weight);
        if (_block.Length == 0) _block = new double[Block * _width];
        for (int k = 0; k < targets.Length; k++)
        {
            if (_blocked == Block) Settle(threads);
            Span<double> row = _block.AsSpan(_blocked * _width, _width);
            rows.Slice(k * Columns, Columns).CopyTo(row);
            row[Columns] = targets[k];
            for (int i = 0; i < row.Length; i++)
                row[i] *= weight;
            if (!double.IsFinite(Vectors.Square(row)))
                throw new ArgumentException($"row {k} has a number that is not finite, or too large to be squared");
            _blocked++;
            Rows++;
        }
    }

    /// <summary>Adds another problem of the same columns.</summary>
    /// <param name="other">The problem.</param>
    /// <exception cref="ArgumentException">Other columns.</exception>
    public void Add(ProductSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Columns != Columns)
            throw new ArgumentException($"expected {Columns} columns; got {other.Columns}", nameof(other));
        other.Settle(1);
        Settle(1);
        Vectors.AddScaled(1, other._sums, _sums);
        Rows += other.Rows;
    }

    /// <summary>The same rows with some of their columns, each times a factor.</summary>
    /// <param name="columns">Which, in any order.</param>
    /// <param name="scales">A factor for each of them; null: 1.</param>
    /// <exception cref="ArgumentException">A column that is not there; another number of factors.</exception>
    public ProductSums Select(IReadOnlyList<int> columns, IReadOnlyList<double>? scales = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Any(c => c < 0 || c >= Columns))
            throw new ArgumentException($"expected columns 0 … {Columns - 1}", nameof(columns));
        if (scales is not null && scales.Count != columns.Count)
            throw new ArgumentException($"expected {columns.Count} factors; got {scales.Count}", nameof(scales));
        Settle(1);
        int[] chosen = [.. columns, Columns];
        double[] factors = [.. scales ?? Enumerable.Repeat(1.0, columns.Count), 1];
        ProductSums part = new(columns.Count) { Rows = Rows };
        for (int i = 0; i < chosen.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = _sums[Math.Max(chosen[i], chosen[j]) * _width + Math.Min(chosen[i], chosen[j])];
                part._sums[i * part._width + j] = factors[i] * factors[j] * sum;
            }
        }
        return part;
    }

    /// <inheritdoc/>
    public override double Residual(ReadOnlySpan<double> coefficients)
    {
        // (y − x·c)² = y (y − x·c) − c·x (y − x·c).
        double[] slope = new double[Columns];
        AddSlope(coefficients, slope);
        ReadOnlySpan<double> b = _sums.AsSpan(Columns * _width, Columns);
        return Math.Max(0, _sums[^1] - Vectors.Dot(b, coefficients) - Vectors.Dot(coefficients, slope));
    }

    /// <inheritdoc/>
    internal override void AddSlope(ReadOnlySpan<double> coefficients, Span<double> slope)
    {
        Settle(1);
        Vectors.AddScaled(1, _sums.AsSpan(Columns * _width, Columns), slope);
        for (int i = 0; i < Columns; i++)
        {
            ReadOnlySpan<double> row = _sums.AsSpan(i * _width, i);
            slope[i] -= Vectors.Dot(row, coefficients[..i]) + _sums[i * _width + i] * coefficients[i];
            Vectors.AddScaled(-coefficients[i], row, slope[..i]);
        }
    }

    /// <inheritdoc/>
    internal override void AddSums(Span<double> sums, int threads)
    {
        Settle(threads);
        Vectors.AddScaled(1, _sums, sums);
    }

    /// <inheritdoc/>
    internal override double[] Sums(int threads)
    {
        Settle(threads);
        return _sums;
    }

    /// <inheritdoc/>
    public override void Settle(int threads = 1)
    {
        int count = _blocked;
        _blocked = 0;
        if (count > 0) Dense.AddGram(count, _width, 1.0, _block.AsSpan(0, count * _width), _width, 1.0, _sums, _width, threads);
    }
}
