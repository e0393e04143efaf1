using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// The directions in which rows vary most, by <see cref="RandomisedEigen"/> on the covariance, which is never formed.
/// </summary>
public static class PrincipalComponents
{
    private const int MostIterations = 200;
    private const double Tolerance = 1e-10;
    private const int BlockRows = 256;

    /// <summary>Projects centred rows on their first principal directions.</summary>
    /// <param name="pieces">Rows of <paramref name="columns"/> numbers, in pieces of whole rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="count">How many components; at most <paramref name="columns"/>.</param>
    /// <returns>
    /// [row, component], variances falling. The sign is such that each direction's largest entry is positive. Directions
    /// without variance give zeros.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A count that is negative or above the number of columns.</exception>
    public static double[] Project(IReadOnlyList<double[]> pieces, int columns, int count)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (count < 0 || count > columns)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Expected 0…{columns} components.");

        long rows = 0;
        double[] mean = new double[columns];
        foreach (double[] piece in pieces)
        {
            for (int start = 0; start < piece.Length; start += columns, rows++)
            {
                for (int k = 0; k < columns; k++)
                    mean[k] += piece[start + k];
            }
        }

        double total = 0;
        for (int k = 0; k < columns; k++)
            mean[k] /= Math.Max(rows, 1);

        foreach (double[] piece in pieces)
        {
            for (int i = 0; i < piece.Length; i++)
            {
                double x = piece[i] - mean[i % columns];
                total += x * x;
            }
        }

        double[] variance = new double[count], directions = new double[count * columns];
        double[] block = new double[BlockRows * columns];
        RandomisedEigen.Decompose<double>(
            columns, count, (size, from, to) => Covariance(pieces, columns, mean, block, size, from, to),
            variance, directions, MostIterations, Tolerance, seed: 1);
        for (int c = 0; c < count; c++)
        {
            Span<double> d = directions.AsSpan(c * columns, columns);
            int largest = 0;
            for (int k = 1; k < columns; k++)
                largest = Math.Abs(d[k]) > Math.Abs(d[largest]) ? k : largest;

            double sign = variance[c] <= 1e-12 * total ? 0 : d[largest] < 0 ? -1 : 1;
            for (int k = 0; k < columns; k++)
                d[k] *= sign;
        }

        double[] result = new double[checked((int)(rows * count))];
        int at = 0;
        foreach (int size in Blocks(pieces, columns, mean, block))
        {
            Dense.Multiply<double>(
                size, count, columns, 1, block, columns, false, directions, columns, true, 0, result.AsSpan(at), count);
            at += size * count;
        }

        return result;
    }

    /// <summary>to [size, columns] = from [size, columns] · Σ (row − mean)(row − mean)ᵀ.</summary>
    private static void Covariance(
        IReadOnlyList<double[]> pieces, int columns, double[] mean, double[] block, int size, ReadOnlySpan<double> from,
        Span<double> to)
    {
        double[] overlaps = new double[BlockRows * size];
        to.Clear();
        foreach (int rows in Blocks(pieces, columns, mean, block))
        {
            Dense.Multiply(rows, size, columns, 1.0, block, columns, false, from, columns, true, 0.0, overlaps, size);
            Dense.Multiply(size, columns, rows, 1.0, overlaps, size, true, block, columns, false, 1.0, to, columns);
        }
    }

    /// <summary>Fills the block with centred rows, again and again; tells how many rows it holds.</summary>
    private static IEnumerable<int> Blocks(
        IReadOnlyList<double[]> pieces, int columns, double[] mean, double[] block)
    {
        foreach (double[] piece in pieces)
        {
            for (int first = 0; first < piece.Length / columns; first += BlockRows)
            {
                int rows = Math.Min(BlockRows, piece.Length / columns - first);
                for (int i = 0; i < rows * columns; i++)
                    block[i] = piece[first * columns + i] - mean[i % columns];

                yield return rows;
            }
        }
    }
}
