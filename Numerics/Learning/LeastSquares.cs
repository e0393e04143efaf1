using System;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A weighted least-squares problem as it accumulates: rows come in batches and are not kept, so memory does not grow with the data;
/// problems of the same columns are parts of one, which is how folds of a cross-validation share their work.
/// </summary>
/// <remarks>
/// Two ways to keep what the rows say: <see cref="NormalEquations"/> keeps all digits, <see cref="ProductSums"/> takes half of the
/// arithmetic and gives problems of fewer columns for nothing. Not for several threads at once.
/// </remarks>
public abstract class LeastSquares
{
    /// <summary>The most unknowns of a problem.</summary>
    public const int MostColumns = 46339;

    private protected LeastSquares(int columns)
    {
        if (columns is < 1 or > MostColumns)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"expected 1 … {MostColumns} columns");
        Columns = columns;
    }

    /// <summary>The number of unknowns.</summary>
    public int Columns { get; }

    /// <summary>The number of rows added so far.</summary>
    public long Rows { get; private protected set; }

    /// <summary>Adds rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="targets"><c>[row]</c>.</param>
    /// <param name="weight">w, the same for all of them: the inverse of the error one expects.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or a number is not finite.</exception>
    public abstract void Add(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight = 1, int threads = 1);

    /// <summary>Does with rows that wait for others what is done with them; until rows are added again several threads may read the
    /// problem.</summary>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public abstract void Settle(int threads = 1);

    /// <summary>Σ w² (y − x·c)² over the rows.</summary>
    /// <param name="coefficients">c: <c>[column]</c>.</param>
    public abstract double Residual(ReadOnlySpan<double> coefficients);

    /// <summary>Adds Σ w² x (y − x·c), half the slope of the residual downwards.</summary>
    internal abstract void AddSlope(ReadOnlySpan<double> coefficients, Span<double> slope);

    /// <summary>Adds the lower triangle of Σ w² x xᵀ, Σ w² x y as the last row, and Σ w² y² at its end: <c>[i, j]</c> of columns +
    /// 1.</summary>
    internal abstract void AddSums(Span<double> sums, int threads);

    /// <summary>The same sums from nothing, to be read alone; who has them gives his own, so that large problems are not held
    /// twice.</summary>
    internal virtual double[] Sums(int threads)
    {
        double[] sums = new double[checked((Columns + 1) * (Columns + 1))];
        AddSums(sums, threads);
        return sums;
    }

    /// <summary>Whether slopes have digits that sums lack, with which a solution can be corrected.</summary>
    internal abstract bool CanCorrect { get; }

    /// <summary>Refuses what <see cref="Add"/> must not be given.</summary>
    private protected void Require(ReadOnlySpan<double> rows, ReadOnlySpan<double> targets, double weight)
    {
        if (rows.Length != (long)targets.Length * Columns)
        {
            throw new ArgumentException(
                $"expected {targets.Length} rows of {Columns}: {(long)targets.Length * Columns} numbers; got {rows.Length}");
        }

        for (int k = 0; k < targets.Length; k++)
        {
            if (!double.IsFinite(weight * targets[k]))
                throw new ArgumentException($"target {k} is {targets[k]:R}; expected a finite number");
        }
    }
}
