using System;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// Squeezes the rows of a tall matrix, block after block, into one upper triangle R with RᵀR = the sum of xᵀx over all rows x:
/// by reflections, so that no digit is lost to squares (Golub, Van Loan, Matrix Computations, 5.2; block reflectors: Schreiber,
/// Van Loan, SIAM J. Sci. Stat. Comput. 10, 53, 1989).
/// </summary>
internal static class Triangle
{
    // Columns that are reflected one by one before the others follow in one product.
    private const int Panel = 32;

    /// <summary>Takes rows into the triangle.</summary>
    /// <param name="n">Columns.</param>
    /// <param name="r">R: <c>[row, column]</c>; below the diagonal it is neither read nor written.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="rows"><c>[row, column]</c>; void afterwards.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public static void Absorb(int n, Span<double> r, int count, Span<double> rows, int threads)
    {
        if (count == 0) return;
        double[] v = new double[Math.Min(Panel, n) * count], t = new double[Panel * Panel];
        double[] w = new double[Panel * n], turned = new double[Panel * n];
        for (int first = 0; first < n; first += Panel)
        {
            int width = Math.Min(Panel, n - first), rest = n - first - width;
            // Columns of the panel, each in one piece.
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < width; k++)
                    v[k * count + i] = rows[i * n + first + k];
            }

            Reflect(n, r, first, width, count, v, t);
            if (rest == 0) continue;

            Span<double> below = rows[(first + width)..];
            int work = Threads.For((long)width * rest * count, threads);
            Dense.Multiply<double>(width, rest, count, 1.0, v, count, false, below, n, false, 0.0, w, rest, work);
            for (int k = 0; k < width; k++)
                Vectors.AddScaled(1, Right(r, n, first, width, k), w.AsSpan(k * rest, rest));
            // Tᵀ W.
            for (int k = 0; k < width; k++)
            {
                Span<double> row = turned.AsSpan(k * rest, rest);
                row.Clear();
                for (int j = 0; j <= k; j++)
                    Vectors.AddScaled(t[j * Panel + k], w.AsSpan(j * rest, rest), row);
                Vectors.AddScaled(-1, row, Right(r, n, first, width, k));
            }
            Dense.Multiply<double>(count, rest, width, -1.0, v, count, true, turned, rest, false, 1.0, below, n, work);
        }
    }

    private static Span<double> Right(Span<double> r, int n, int first, int width, int row) =>
        r.Slice((first + row) * n + first + width, n - first - width);

    /// <summary>Reflects a panel: v becomes the reflectors below their ones on the triangle's rows, t the factor of I − V T Vᵀ.</summary>
    private static void Reflect(int n, Span<double> r, int first, int width, int count, double[] v, double[] t)
    {
        Span<double> along = stackalloc double[Panel];
        for (int k = 0; k < width; k++)
        {
            Span<double> own = v.AsSpan(k * count, count);
            int at = (first + k) * n + first;
            double square = Vectors.Square(own), diagonal = r[at + k], tau = 0;
            if (square > 0)
            {
                double length = Math.Sqrt(diagonal * diagonal + square);
                double target = diagonal > 0 ? -length : length, scale = 1 / (diagonal - target);
                tau = (target - diagonal) / target;
                for (int i = 0; i < own.Length; i++)
                    own[i] *= scale;
                r[at + k] = target;
                for (int j = k + 1; j < width; j++)
                {
                    Span<double> other = v.AsSpan(j * count, count);
                    double share = tau * (r[at + j] + Vectors.Dot(own, other));
                    r[at + j] -= share;
                    Vectors.AddScaled(-share, own, other);
                }
            }
            for (int j = 0; j < k; j++)
                along[j] = Vectors.Dot(v.AsSpan(j * count, count), own);
            for (int i = 0; i < k; i++)
            {
                double sum = 0;
                for (int j = i; j < k; j++)
                    sum += t[i * Panel + j] * along[j];
                t[i * Panel + k] = -tau * sum;
            }
            t[k * Panel + k] = tau;
        }
    }
}
