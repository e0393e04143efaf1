using System;
using MathNet.Numerics.LinearAlgebra;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Selection;

/// <summary>
/// Rows that span the others: the one with the largest statistical leverage in the leading singular vectors, then, what
/// it explains having been projected out, the next (CUR decomposition: Mahoney, Drineas, PNAS 106, 697, 2009; with
/// projection: Imbalzano et al., J. Chem. Phys. 148, 241730, 2018).
/// </summary>
public static class CurRows
{
    // Eigenvalues of the Gram matrix below this fraction of the largest are rounding.
    private const double Rank = 1e-13;

    /// <summary>Chooses rows.</summary>
    /// <param name="rows"><c>[row, column]</c>.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="count">How many are wanted.</param>
    /// <returns>Indices in the order of choice. When the chosen rows span all others, choice goes on among the others as at
    /// the start; rows of zeros are never chosen. Of rows with equal leverage the first is taken.</returns>
    /// <exception cref="ArgumentException">Rows that are not whole, or a number that is not finite.</exception>
    public static int[] Select(ReadOnlySpan<double> rows, int columns, int count)
    {
        int n = SelectionInput.RowCount(rows, columns, count), chosen = 0;
        int[] result = new int[Math.Min(count, n)];
        bool[] isChosen = new bool[n];
        while (chosen < result.Length)
        {
            int before = chosen;
            double[] vectors = SingularVectors(rows, columns, isChosen, result.Length - chosen, out int rank);
            double[] leverage = new double[n], direction = new double[rank];
            while (chosen < result.Length && chosen - before < rank)
            {
                for (int i = 0; i < n; i++)
                    leverage[i] = isChosen[i] ? -1 : Vectors.Square(vectors.AsSpan(i * rank, rank));
                int best = SelectionInput.Largest(leverage);
                // What is left when everything is spanned is rounding.
                if (!(leverage[best] > 1e-20)) break;
                result[chosen++] = best;
                isChosen[best] = true;
                double norm = Math.Sqrt(leverage[best]);
                for (int k = 0; k < rank; k++)
                    direction[k] = vectors[best * rank + k] / norm;
                for (int i = 0; i < n; i++)
                {
                    Span<double> row = vectors.AsSpan(i * rank, rank);
                    Vectors.AddScaled(-Vectors.Dot(row, direction), direction, row);
                }
            }
            if (chosen == before) break;
        }
        return result[..chosen];
    }

    /// <summary>Left singular vectors of the rows not chosen: <c>[row, vector]</c>, the leading ones.</summary>
    private static double[] SingularVectors(ReadOnlySpan<double> rows, int columns, bool[] isChosen, int most, out int rank)
    {
        int n = isChosen.Length;
        double[] left = rows.ToArray(), gram = new double[columns * columns];
        for (int i = 0; i < n; i++)
            if (isChosen[i]) left.AsSpan(i * columns, columns).Clear();
        Dense.AddGram<double>(n, columns, 1, left, columns, 0, gram, columns);
        Dense.Symmetrise(columns, gram.AsSpan(), columns);
        var eigen = Matrix<double>.Build.DenseOfRowMajor(columns, columns, gram).Evd(Symmetricity.Symmetric);
        Vector<double> values = eigen.EigenValues.Real();
        double least = Rank * Math.Max(0, values.Maximum());
        rank = 0;
        // Increasing order: the leading ones are the last.
        while (rank < Math.Min(columns, most) && values[columns - 1 - rank] > least)
            rank++;
        double[] directions = new double[columns * rank], vectors = new double[n * rank];
        for (int k = 0; k < rank; k++)
            for (int f = 0; f < columns; f++)
                directions[f * rank + k] = eigen.EigenVectors[f, columns - 1 - k] / Math.Sqrt(values[columns - 1 - k]);
        if (rank > 0) Dense.Multiply<double>(n, rank, columns, left, directions, vectors);
        return vectors;
    }
}
