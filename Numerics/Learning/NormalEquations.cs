using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A least-squares problem kept as its rows while they are few, then as the triangle that they are reflected into: no digit is lost.
/// </summary>
/// <remarks>
/// Kept are not the sums G = Σ w² x xᵀ, b = Σ w² x y and Σ w² y² but rows whose sums these are: those w (x, y) themselves while they are
/// fewer than the columns, then the triangle R, z, ρ that they are reflected into (<see cref="Triangle"/>): G = RᵀR, b = Rᵀz and
/// Σ w² y² = |z|² + ρ². Sums lose in squares what rows keep: a residual far smaller than the targets is |R c − z|² + ρ², to rounding of
/// the targets themselves. Not for several threads at once.
/// </remarks>
public sealed class NormalEquations : LeastSquares
{
    // Rows that wait to be reflected, and numbers of rows that are kept as they are.
    private const int LeastBlock = 64, MostBlock = 512;
    private const long MostKept = 1 << 25;

    private readonly int _width;
    private double[]? _triangle;
    private double[] _block = [];
    private int _blocked;

    /// <summary>An empty problem.</summary>
    /// <param name="columns">Unknowns.</param>
    public NormalEquations(int columns) : base(columns)
    {
        _width = columns + 1;
    }

    /// <inheritdoc/>
    internal override bool CanCorrect => true;

    /// <summary>R with z and ρ as its last column: <c>[i, j]</c>, j ≥ i.</summary>
    public ReadOnlySpan<double> Factor(int threads = 1)
    {
        if (_triangle is not null)
        {
            Settle(threads);
            return _triangle;
        }
        _triangle = new double[_width * _width];
        Settle(threads);
        // What follows is the same as after FromFactor.
        _block = [];
        return _triangle;
    }

    /// <summary>Whether the rows are those that were added, and not a triangle.</summary>
    internal bool IsPlain => _triangle is null;

    /// <summary>How many rows have the sums of all: those added, or those of the triangle.</summary>
    internal int Depth => IsPlain ? _blocked : _width;

    /// <summary>One of them, from its first column that is not zero for certain on, and that column.</summary>
    internal ReadOnlySpan<double> Row(int i, out int first)
    {
        first = IsPlain ? 0 : i;
        return (_triangle ?? _block).AsSpan(i * _width + first, _width - first);
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight = 1, int threads = 1)
    {
        Require(rows, targets, weight);
        for (int k = 0; k < targets.Length; k++)
        {
            Span<double> row = Next(threads);
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
        if (other.IsPlain)
        {
            for (int i = 0; i < other._blocked; i++)
                other.Row(i, out _).CopyTo(Next(threads));
        }
        else
        {
            other.Settle(threads);
            Factor(threads);
            double[] rows = new double[_width * _width];
            for (int i = 0; i < _width; i++)
                other.Row(i, out int first).CopyTo(rows.AsSpan(i * _width + first));
            Triangle.Absorb(_width, _triangle, _width, rows, threads);
        }
        Rows += other.Rows;
    }

    /// <inheritdoc/>
    public override double Residual(ReadOnlySpan<double> coefficients)
    {
        Settle(1);
        double[] x = Left(coefficients);
        double sum = 0;
        for (int i = 0; i < Depth; i++)
        {
            ReadOnlySpan<double> row = Row(i, out int first);
            double left = Vectors.Dot(row, x.AsSpan(first));
            sum += left * left;
        }
        return sum;
    }

    /// <inheritdoc/>
    internal override void AddSlope(ReadOnlySpan<double> coefficients, Span<double> slope)
    {
        Settle(1);
        double[] x = Left(coefficients), all = new double[_width];
        for (int i = 0; i < Depth; i++)
        {
            ReadOnlySpan<double> row = Row(i, out int first);
            Vectors.AddScaled(Vectors.Dot(row, x.AsSpan(first)), row, all.AsSpan(first));
        }
        Vectors.AddScaled(1, all.AsSpan(0, Columns), slope);
    }

    /// <inheritdoc/>
    internal override void AddSums(Span<double> sums, int threads)
    {
        Settle(threads);
        if (IsPlain)
        {
            Dense.AddGram(_blocked, _width, 1.0, _block, _width, 1.0, sums, _width, threads);
            return;
        }
        double[] upper = new double[_width * _width];
        for (int i = 0; i < _width; i++)
            Row(i, out int first).CopyTo(upper.AsSpan(i * _width + first));
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
        if (factor.Length != result._width * result._width)
            throw new ArgumentException($"expected {result._width * result._width} numbers; got {factor.Length}", nameof(factor));
        result._triangle = factor.ToArray();
        return result;
    }

    /// <summary>All that there is after <see cref="Settle"/>: the rows that were added, or the triangle.</summary>
    internal ReadOnlySpan<double> Kept => IsPlain ? _block.AsSpan(0, _blocked * _width) : _triangle;

    /// <summary>A problem as it was kept.</summary>
    /// <param name="columns">Unknowns.</param>
    /// <param name="rows">The number of rows that went into it.</param>
    /// <param name="kept">As <see cref="Kept"/> gives it.</param>
    /// <param name="isPlain">Whether these are rows.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    internal static NormalEquations FromKept(int columns, long rows, ReadOnlySpan<double> kept, bool isPlain)
    {
        if (!isPlain) return FromFactor(columns, rows, kept);
        NormalEquations result = new(columns) { Rows = rows };
        if (kept.Length % result._width != 0 || kept.Length > (long)result._width * result._width)
            throw new ArgumentException($"expected rows of {result._width} numbers, at most as many; got {kept.Length}", nameof(kept));
        result._block = kept.ToArray();
        result._blocked = kept.Length / result._width;
        return result;
    }

    /// <summary>(−c, 1), whose product with a row is what the row leaves.</summary>
    private double[] Left(ReadOnlySpan<double> coefficients)
    {
        double[] x = new double[_width];
        for (int i = 0; i < Columns; i++)
            x[i] = -coefficients[i];
        x[Columns] = 1;
        return x;
    }

    /// <summary>Room for another row.</summary>
    private Span<double> Next(int threads)
    {
        if (_blocked * _width == _block.Length)
        {
            long kept = Math.Min(_width, Math.Max(LeastBlock, MostKept / _width));
            if (IsPlain && _blocked < kept)
            {
                Array.Resize(ref _block, (int)Math.Min(kept, Math.Max(8, 2L * _blocked)) * _width);
            }
            else
            {
                Factor(threads);
                if (_block.Length == 0) _block = new double[Math.Clamp(_width / 2, LeastBlock, MostBlock) * _width];
            }
        }
        return _block.AsSpan(_blocked++ * _width, _width);
    }

    /// <inheritdoc/>
    public override void Settle(int threads = 1)
    {
        if (IsPlain || _blocked == 0) return;
        int count = _blocked;
        _blocked = 0;
        Triangle.Absorb(_width, _triangle, count, _block.AsSpan(0, count * _width), threads);
    }
}
