using System;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Selection;

/// <summary>Rows of which none is a combination of the others.</summary>
/// <param name="Rows">Their indices, in the order of choice.</param>
/// <param name="Last">What was left, of 1, of the last one that was chosen after those before it were taken out.</param>
/// <param name="Next">The most that is left of any other: where it is far below <paramref name="Last"/> their number is the rank.</param>
public sealed record IndependentChoice(int[] Rows, double Last, double Next);

/// <summary>
/// Rows that span all others without repetition: each next one is that of which most is left when those before it are taken out, all rows
/// being made to one size first (Gram–Schmidt with pivots; Businger, Golub, Numer. Math. 7, 269, 1965).
/// </summary>
public static class IndependentRows
{
    /// <summary>What is left of a row, of 1, below which it follows from others: far above rounding, far below what tells functions
    /// apart.</summary>
    public const double Tolerance = 1e-7;

    // A row that is so small beside the largest is what rounding left of zero.
    private const double Nothing = 1e-10;

    /// <summary>Chooses rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="count">The most that are wanted.</param>
    /// <param name="largest">The length beside which rows of a 1e-10th are zero; null: that of the longest.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Rows that are not whole, or a number that is not finite.</exception>
    public static IndependentChoice Select(ReadOnlySpan<double> rows, int columns, int count, double? largest = null, int threads = 1)
    {
        int n = SelectionInput.RowCount(rows, columns, count);
        double[] left = rows.ToArray(), lengths = new double[n];
        for (int i = 0; i < n; i++)
            lengths[i] = Math.Sqrt(Vectors.Square(Row(left, i, columns)));
        double least = Nothing * (largest ?? lengths.DefaultIfEmpty().Max());
        for (int i = 0; i < n; i++)
        {
            double size = lengths[i] > least ? 1 / lengths[i] : 0;
            foreach (ref double x in Row(left, i, columns)) x *= size;
            lengths[i] = size > 0 ? 1 : 0;
        }

        int[] chosen = new int[Math.Min(count, n)];
        int found = 0;
        double last = 1;
        double[] axis = new double[columns];
        for (; found < chosen.Length; found++)
        {
            int best = SelectionInput.Largest(lengths);
            if (!(lengths[best] >= Tolerance)) break;
            (chosen[found], last) = (best, lengths[best]);
            axis.AsSpan().Clear();
            Vectors.AddScaled(1 / lengths[best], Row(left, best, columns), axis);
            lengths[best] = 0;
            Threads.Share(n, threads, i =>
            {
                if (!(lengths[i] > 0)) return;
                Span<double> row = Row(left, i, columns);
                // Twice: rounding of the first pass is no direction.
                for (int pass = 0; pass < 2; pass++)
                    Vectors.AddScaled(-Vectors.Dot(axis, row), axis, row);
                lengths[i] = Math.Sqrt(Vectors.Square(row));
            });
        }

        return new IndependentChoice(chosen[..found], last, lengths.DefaultIfEmpty().Max());
    }

    private static Span<double> Row(double[] rows, int i, int columns) => rows.AsSpan(i * columns, columns);
}
