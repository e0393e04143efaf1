using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A least-squares problem kept as the triangle that its rows are reflected into: no digit is lost.
/// </summary>
/// <remarks>
/// Kept are not the sums G = Σ w² x xᵀ, b = Σ w² x y and Σ w² y² but the triangle R, z, ρ that the rows w (x, y) are reflected
/// into (<see cref="Triangle"/>): G = RᵀR, b = Rᵀz and Σ w² y² = |z|² + ρ². Sums lose in squares what R keeps: a residual far
/// smaller than the targets is |R c − z|² + ρ², to rounding of the targets themselves.
/// </remarks>
public sealed class NormalEquations : LeastSquares
{
    private const int LeastBlock = 64, MostBlock = 512;

    private readonly double[] _triangle;
    private readonly int _width;
    private double[] _block = [];
    private int _blocked;

    /// <summary>An empty problem.</summary>
    /// <param name="columns">Unknowns.</param>
    public NormalEquations(int columns) : base(columns)
    {
        _width = columns + 1;
        _triangle = new double[_width * _width];
    }

    /// <inheritdoc/>
    internal override bool CanCorrect => true;

    /// <summary>R with z and ρ as its last column: <c>[i, j]</c>, j ≥ i.</summary>
    public ReadOnlySpan<double> Factor(int threads = 1)
    {
        Settle(threads);
        return _triangle;
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight = 1, int threads = 1)
    {
        Require(rows, targets, weight);
        if (_block.Length == 0) _block = new double[Math.Clamp(_width / 2, LeastBlock, MostBlock) * _width];
        for (int k = 0; k < targets.Length; k++)
        {
            if (_blocked * _width == _block.Length) Settle(threads);
            Span<double> row = _block.AsSpan(_blocked++ * _width, _width);
            rows.Slice(k * Columns, Columns).CopyTo(row);
            row[Columns] = targets[k];
            for (int i = 0; i < row.Length; i++)
                row[i] *= weight;
            if (!double.IsFinite(Vectors.Square(row)))
            {
                _blocked--;
                throw new ArgumentException($"row {k} has a number that is not finite, or too large to be squared");
            }
            Rows++;
        }
    }

    /// <summary>Adds another problem of the same columns.</summary>
    /// <param name="other">The problem.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Other columns.</exception>
    public void Add(NormalEquations other, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Columns != Columns)
            throw new ArgumentException($"expected {Columns} columns; got {other.Columns}", nameof(other));
        other.Settle(threads);
        Settle(threads);
        double[] rows = new double[other._triangle.Length];
        for (int i = 0; i < _width; i++)
            other._triangle.AsSpan(i * _width + i, _width - i).CopyTo(rows.AsSpan(i * _width + i));
        Triangle.Absorb(_width, _triangle, _width, rows, threads);
        Rows += other.Rows;
    }

    /// <inheritdoc/>
    public override double Residual(ReadOnlySpan<double> coefficients)
    {
        Settle(1);
        double[] left = new double[_width];
        Left(coefficients, left);
        return Vectors.Square(left);
    }

    /// <inheritdoc/>
    internal override void AddSlope(ReadOnlySpan<double> coefficients, Span<double> slope)
    {
        Settle(1);
        double[] left = new double[_width], all = new double[_width];
        Left(coefficients, left);
        Triangle.AddTransposed(_width, _triangle, left, all);
        Vectors.AddScaled(1, all.AsSpan(0, Columns), slope);
    }

    /// <inheritdoc/>
    internal override void AddSums(Span<double> sums, int threads)
    {
        Settle(threads);
        double[] upper = new double[_triangle.Length];
        for (int i = 0; i < _width; i++)
            _triangle.AsSpan(i * _width + i, _width - i).CopyTo(upper.AsSpan(i * _width + i));
        Dense.AddGram(_width, _width, 1.0, upper, _width, 1.0, sums, _width, threads);
    }

    /// <summary>A problem as it was kept.</summary>
    /// <param name="columns">Unknowns.</param>
    /// <param name="rows">The number of rows that went into it.</param>
    /// <param name="factor">As <see cref="Factor"/> gives it.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static NormalEquations FromFactor(int columns, long rows, ReadOnlySpan<double> factor)
    {
        NormalEquations result = new(columns) { Rows = rows };
        if (factor.Length != result._triangle.Length)
            throw new ArgumentException($"expected {result._triangle.Length} numbers; got {factor.Length}", nameof(factor));
        factor.CopyTo(result._triangle);
        return result;
    }

    /// <summary>(z − R c, ρ).</summary>
    private void Left(ReadOnlySpan<double> coefficients, Span<double> left)
    {
        double[] x = new double[_width];
        for (int i = 0; i < Columns; i++)
            x[i] = -coefficients[i];
        x[Columns] = 1;
        Triangle.Multiply(_width, _triangle, x, left);
    }

    private void Settle(int threads)
    {
        int count = _blocked;
        _blocked = 0;
        Triangle.Absorb(_width, _triangle, count, _block.AsSpan(0, count * _width), threads);
    }
}
