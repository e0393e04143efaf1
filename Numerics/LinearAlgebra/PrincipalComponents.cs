using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// The directions in which rows vary most, by orthogonal iteration with the covariance, which is never formed:
/// G. H. Golub and C. F. Van Loan, Matrix Computations, §8.2. Good for drawing maps, where few digits suffice.
/// </summary>
public static class PrincipalComponents
{
    private const int MostIterations = 200;
    private const double Tolerance = 1e-10;

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
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Expected 0…{columns} components.");
        }

        long rows = 0;
        double[] mean = new double[columns];
        foreach (double[] piece in pieces)
        {
            for (int start = 0; start < piece.Length; start += columns, rows++)
            {
                for (int k = 0; k < columns; k++)
                {
                    mean[k] += piece[start + k];
                }
            }
        }

        double total = 0;
        for (int k = 0; k < columns; k++)
        {
            mean[k] /= Math.Max(rows, 1);
        }

        foreach (double[] piece in pieces)
        {
            for (int i = 0; i < piece.Length; i++)
            {
                double x = piece[i] - mean[i % columns];
                total += x * x;
            }
        }

        // A fixed start: the same rows always give the same map.
        Random random = new(1);
        double[][] directions = new double[count][];
        for (int c = 0; c < count; c++)
        {
            directions[c] = new double[columns];
            for (int k = 0; k < columns; k++)
            {
                directions[c][k] = random.NextDouble() - 0.5;
            }
        }

        double[] variance = Orthonormalise(directions, 0), before;
        double[] projection = new double[count];
        int iteration = 0;
        do
        {
            before = variance;
            double[][] next = new double[count][];
            for (int c = 0; c < count; c++)
            {
                next[c] = new double[columns];
            }

            foreach (double[] piece in pieces)
            {
                for (int start = 0; start < piece.Length; start += columns)
                {
                    ReadOnlySpan<double> row = piece.AsSpan(start, columns);
                    Dot(row, mean, directions, projection);
                    for (int c = 0; c < count; c++)
                    {
                        double w = projection[c];
                        double[] d = next[c];
                        for (int k = 0; k < columns; k++)
                        {
                            d[k] += w * (row[k] - mean[k]);
                        }
                    }
                }
            }

            directions = next;
            variance = Orthonormalise(directions, 1e-12 * total);
        }
        while (++iteration < MostIterations && !Settled(before, variance));

        foreach (double[] d in directions)
        {
            int largest = 0;
            for (int k = 1; k < columns; k++)
            {
                largest = Math.Abs(d[k]) > Math.Abs(d[largest]) ? k : largest;
            }

            if (d[largest] < 0)
            {
                for (int k = 0; k < columns; k++)
                {
                    d[k] = -d[k];
                }
            }
        }

        double[] result = new double[checked((int)(rows * count))];
        int at = 0;
        foreach (double[] piece in pieces)
        {
            for (int start = 0; start < piece.Length; start += columns, at += count)
            {
                Dot(piece.AsSpan(start, columns), mean, directions, result.AsSpan(at, count));
            }
        }

        return result;
    }

    private static void Dot(ReadOnlySpan<double> row, double[] mean, double[][] directions, Span<double> result)
    {
        for (int c = 0; c < directions.Length; c++)
        {
            double sum = 0;
            double[] d = directions[c];
            for (int k = 0; k < row.Length; k++)
            {
                sum += (row[k] - mean[k]) * d[k];
            }

            result[c] = sum;
        }
    }

    private static bool Settled(double[] before, double[] now)
    {
        for (int c = 0; c < now.Length; c++)
        {
            if (Math.Abs(now[c] - before[c]) > Tolerance * now[0])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gram–Schmidt, twice; lengths below <paramref name="least"/> become zero. Returns the lengths before.</summary>
    private static double[] Orthonormalise(double[][] directions, double least)
    {
        double[] length = new double[directions.Length];
        for (int c = 0; c < directions.Length; c++)
        {
            double[] d = directions[c];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int b = 0; b < c; b++)
                {
                    double overlap = 0;
                    for (int k = 0; k < d.Length; k++)
                    {
                        overlap += d[k] * directions[b][k];
                    }

                    for (int k = 0; k < d.Length; k++)
                    {
                        d[k] -= overlap * directions[b][k];
                    }
                }
            }

            double square = 0;
            foreach (double x in d)
            {
                square += x * x;
            }

            length[c] = Math.Sqrt(square);
            double scale = length[c] > least ? 1 / length[c] : 0;
            length[c] = scale > 0 ? length[c] : 0;
            for (int k = 0; k < d.Length; k++)
            {
                d[k] *= scale;
            }
        }

        return length;
    }
}
