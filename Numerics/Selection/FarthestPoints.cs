using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Selection;

/// <summary>
/// Rows far from one another: the first is the one farthest from the mean, each next one is farthest from all chosen
/// before (Gonzalez, Theor. Comput. Sci. 38, 293, 1985: no choice of as many covers the rows more than twice as well).
/// </summary>
public static class FarthestPoints
{
    /// <summary>Chooses rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="count">How many are wanted.</param>
    /// <returns>Indices in the order of choice; fewer than wanted where the rest only repeats rows that are chosen. Of rows
    /// equally far the first is taken.</returns>
    /// <exception cref="ArgumentException">Rows that are not whole, or a number that is not finite.</exception>
    public static int[] Select(ReadOnlySpan<double> rows, int columns, int count)
    {
        int n = SelectionInput.RowCount(rows, columns, count);
        if (n == 0 || count == 0) return [];
        double[] centre = new double[columns], distance = new double[n];
        for (int i = 0; i < n; i++)
            Vectors.AddScaled(1.0 / n, rows.Slice(i * columns, columns), centre);
        for (int i = 0; i < n; i++)
            distance[i] = Vectors.Distance(rows.Slice(i * columns, columns), centre);
        int[] chosen = new int[Math.Min(count, n)];
        chosen[0] = SelectionInput.Largest(distance);
        Array.Fill(distance, double.PositiveInfinity);
        for (int c = 1; c < chosen.Length; c++)
        {
            ReadOnlySpan<double> last = rows.Slice(chosen[c - 1] * columns, columns);
            for (int i = 0; i < n; i++)
                distance[i] = Math.Min(distance[i], Vectors.Distance(rows.Slice(i * columns, columns), last));
            chosen[c] = SelectionInput.Largest(distance);
            if (!(distance[chosen[c]] > 0)) return chosen[..c];
        }
        return chosen;
    }
}
