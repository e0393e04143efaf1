using System;
using System.Numerics;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>A = L Lᵀ of a symmetric positive definite matrix, in blocks: most of the work is <see cref="RankUpdate"/>.</summary>
internal static unsafe class PositiveDefinite
{
    private const int Block = 96;

    /// <summary>Overwrites the lower triangle with L; what stands above the diagonal is lost.</summary>
    /// <param name="a"><c>[i, j]</c>, row-major, n × n; only j ≤ i is read.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns>False where a pivot is not positive: the matrix is not positive definite in float64.</returns>
    public static bool TryFactorise(Span<double> a, int n, int threads = 1)
    {
        fixed (double* p = a)
        {
            for (int first = 0; first < n; first += Block)
            {
                int width = Math.Min(Block, n - first);
                // Columns first … first + width − 1: the diagonal block, then the rows below it.
                for (int i = first; i < n; i++)
                {
                    double* row = p + (long)i * n + first;
                    int columns = Math.Min(width, i - first + 1);
                    for (int j = 0; j < columns; j++)
                    {
                        double* other = p + (long)(first + j) * n + first;
                        double rest = row[j] - Dot(row, other, j);
                        if (first + j < i)
                        {
                            row[j] = rest / other[j];
                            continue;
                        }
                        if (!(rest > 0) || !double.IsFinite(rest)) return false;
                        row[j] = Math.Sqrt(rest);
                    }
                }
                int next = first + width;
                if (next < n)
                    RankUpdate.Add(p + (long)next * n + next, n - next, n, p + (long)next * n + first, width, 1, n, -1,
                        threads);
            }
        }
        return true;
    }

    /// <summary>Solves L Lᵀ x = b in place.</summary>
    /// <param name="factor">What <see cref="TryFactorise"/> left.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="b"><c>[i]</c>: the right-hand side, then the solution.</param>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        fixed (double* l = factor, x = b)
        {
            for (int i = 0; i < n; i++)
                x[i] = (x[i] - Dot(l + (long)i * n, x, i)) / l[(long)i * n + i];
            for (int i = n - 1; i >= 0; i--)
            {
                double* row = l + (long)i * n;
                x[i] /= row[i];
                for (int j = 0; j < i; j++)
                    x[j] -= row[j] * x[i];
            }
        }
    }

    private static double Dot(double* x, double* y, int count)
    {
        Vector<double> even = default, odd = default;
        int lanes = Vector<double>.Count, k = 0;
        for (; k + 2 * lanes <= count; k += 2 * lanes)
        {
            even += *(Vector<double>*)(x + k) * *(Vector<double>*)(y + k);
            odd += *(Vector<double>*)(x + k + lanes) * *(Vector<double>*)(y + k + lanes);
        }
        double sum = Vector.Sum(even + odd);
        for (; k < count; k++)
            sum += x[k] * y[k];
        return sum;
    }
}
