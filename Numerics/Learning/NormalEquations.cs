using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A weighted least-squares problem as it accumulates: G = Σ w² x xᵀ, b = Σ w² x y, Σ w² y² and the number of rows. Rows
/// come in batches and are not kept, so memory does not grow with the data; problems of the same columns can be added,
/// which is how folds of a cross-validation share their work.
/// </summary>
public sealed class NormalEquations
{
    private readonly double[] _gram;
    private readonly double[] _moment;

    /// <summary>An empty problem.</summary>
    /// <param name="columns">Unknowns.</param>
    public NormalEquations(int columns)
    {
        if (columns is < 1 or > 46340)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, "expected 1 … 46340 columns");
        Columns = columns;
        _gram = new double[columns * columns];
        _moment = new double[columns];
    }

    /// <summary>The number of unknowns.</summary>
    public int Columns { get; }

    /// <summary>The number of rows added so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Σ w² y².</summary>
    public double Square { get; private set; }

    /// <summary>G: <c>[i, j]</c>; only j ≤ i is meaningful.</summary>
    internal ReadOnlySpan<double> Gram => _gram;

    /// <summary>b: <c>[i]</c>.</summary>
    internal ReadOnlySpan<double> Moment => _moment;

    /// <summary>Adds rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="targets"><c>[row]</c>.</param>
    /// <param name="weight">w, the same for all of them: the inverse of the error one expects.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or a number is not finite.</exception>
    public void Add(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight = 1, int threads = 1)
    {
        if (rows.Length != (long)targets.Length * Columns)
            throw new ArgumentException(
                $"expected {targets.Length} rows of {Columns}: {(long)targets.Length * Columns} numbers; got {rows.Length}");
        double w2 = weight * weight;
        Dense.AddGram(targets.Length, Columns, w2, rows, Columns, 1.0, _gram.AsSpan(), Columns, threads);
        for (int k = 0; k < targets.Length; k++)
        {
            double y = w2 * targets[k];
            if (!double.IsFinite(y)) throw new ArgumentException($"target {k} is {targets[k]:R}; expected a finite number");
            ReadOnlySpan<double> row = rows.Slice(k * Columns, Columns);
            for (int i = 0; i < row.Length; i++)
                _moment[i] += y * row[i];
            Square += y * targets[k];
        }
        Rows += targets.Length;
    }

    /// <summary>Adds <paramref name="sign"/> times another problem of the same columns.</summary>
    internal void Add(NormalEquations other, int sign = 1)
    {
        if (other.Columns != Columns)
            throw new ArgumentException($"expected {Columns} columns; got {other.Columns}", nameof(other));
        for (int i = 0; i < _gram.Length; i++)
            _gram[i] += sign * other._gram[i];
        for (int i = 0; i < _moment.Length; i++)
            _moment[i] += sign * other._moment[i];
        Square += sign * other.Square;
        Rows += sign * other.Rows;
    }

    /// <summary>Σ w² (y − x·c)² over the rows, from the accumulated sums; exact to about 1e-16 Σ w² y².</summary>
    public double Residual(ReadOnlySpan<double> coefficients)
    {
        double sum = Square;
        for (int i = 0; i < Columns; i++)
        {
            double row = 0;
            for (int j = 0; j < i; j++)
                row += _gram[i * Columns + j] * coefficients[j];
            sum += coefficients[i] * (2 * row + _gram[i * Columns + i] * coefficients[i] - 2 * _moment[i]);
        }
        return Math.Max(sum, 0);
    }
}
