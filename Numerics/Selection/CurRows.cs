using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Selection;

/// <summary>
/// Rows that span the others, one step at a time: the one with the largest component in the leading left singular vector, then, what it
/// explains having been projected out of all, the one with the largest in the leading vector of what is left, and so on (CUR decomposition:
/// Mahoney, Drineas, PNAS 106, 697, 2009; in steps: Imbalzano et al., J. Chem. Phys. 148, 241730, 2018).
/// </summary>
public static class CurRows
{
    // What is left of the sum of all squares when everything is spanned is rounding.
    private const double Rank = 1e-13;

    /// <summary>Chooses rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="count">How many are wanted.</param>
    /// <returns>Indices in the order of choice: fewer are the first of more. When the chosen rows span all others, choice goes on among the
    /// others as at the start; rows of zeros are never chosen. Of rows that are equal the first is taken.</returns>
    /// <exception cref="ArgumentException">Rows that are not whole, or a number that is not finite.</exception>
    public static int[] Select(ReadOnlySpan<double> rows, int columns, int count)
    {
        int n = SelectionInput.RowCount(rows, columns, count), chosen = 0;
        int[] result = new int[Math.Min(count, n)];
        bool[] isChosen = new bool[n];
        double[] left = new double[rows.Length], gram = new double[columns * columns], scores = new double[n];
        double[] direction = new double[columns], along = new double[columns];
        while (chosen < result.Length)
        {
            int before = chosen;
            for (int i = 0; i < n; i++)
            {
                if (!isChosen[i]) rows.Slice(i * columns, columns).CopyTo(left.AsSpan(i * columns));
                else left.AsSpan(i * columns, columns).Clear();
            }

            Array.Clear(gram);
            Dense.AddGram<double>(n, columns, 1, left, columns, 0, gram, columns);
            Dense.Symmetrise(columns, gram.AsSpan(), columns);
            double all = Trace(gram, columns);
            while (chosen < result.Length && Trace(gram, columns) > Rank * all)
            {
                Leading(gram, columns, direction);
                for (int i = 0; i < n; i++)
                {
                    double u = isChosen[i] ? -1 : Vectors.Dot(left.AsSpan(i * columns, columns), direction);
                    scores[i] = isChosen[i] ? -1 : u * u;
                }
                int best = SelectionInput.Largest(scores);
                ReadOnlySpan<double> row = left.AsSpan(best * columns, columns);
                double square = Vectors.Square(row);
                if (!(scores[best] > 0) || !(square > Rank * all)) break;
                result[chosen++] = best;
                isChosen[best] = true;
                double scale = 1 / Math.Sqrt(square);
                for (int k = 0; k < columns; k++)
                    direction[k] = scale * row[k];
                for (int i = 0; i < n; i++)
                {
                    Span<double> other = left.AsSpan(i * columns, columns);
                    Vectors.AddScaled(-Vectors.Dot(other, direction), direction, other);
                }
                Project(gram, columns, direction, along);
            }
            if (chosen == before) break;
        }
        return result[..chosen];
    }

    private static double Trace(double[] gram, int columns)
    {
        double sum = 0;
        for (int k = 0; k < columns; k++)
            sum += gram[k * (columns + 1)];
        return sum;
    }

    /// <summary>The eigenvector of the largest eigenvalue.</summary>
    private static void Leading(double[] gram, int columns, double[] vector)
    {
        double[] value = new double[1];
        RandomisedEigen.Decompose<double>(columns, gram, columns, 1, value, vector, iterations: 20, tolerance: 1e-9);
    }

    /// <summary>(1 − d dᵀ) G (1 − d dᵀ).</summary>
    private static void Project(double[] gram, int columns, double[] direction, double[] along)
    {
        for (int k = 0; k < columns; k++)
            along[k] = Vectors.Dot(gram.AsSpan(k * columns, columns), direction);
        double twice = Vectors.Dot(along, direction);
        for (int k = 0; k < columns; k++)
        {
            Span<double> row = gram.AsSpan(k * columns, columns);
            Vectors.AddScaled(-along[k] + twice * direction[k], direction, row);
            Vectors.AddScaled(-direction[k], along, row);
        }
    }
}
