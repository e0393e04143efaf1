using System;
using System.Numerics;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>A = L Lᵀ for symmetric positive definite A, and solves with the factor.</summary>
/// <remarks>
/// Recursive in halves (Toledo, SIAM J. Matrix Anal. Appl. 18, 1065, 1997): factor the leading half, solve for the block
/// below it, subtract that block's symmetric product from the trailing half, factor that. All but a band of width
/// 2 × 24 along the diagonal is done by matrix products. Row-major, lower triangle; results do not depend on threads.
/// </remarks>
public static unsafe class Cholesky
{
    private const int Small = 24;

    /// <summary>
    /// Overwrites the lower triangle of A with L; the upper triangle is neither read nor written.
    /// </summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="n">Rows and columns.</param>
    /// <param name="a">A [n, n].</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <returns>−1 on success; else the index of the first pivot that is not positive: A is not positive definite.</returns>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public static int Factor<T>(int n, Span<T> a, int lda, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dense.Require(a.Length, n, n, lda, nameof(a));
        fixed (T* p = a)
        {
            return Factor(n, p, lda, threads);
        }
    }

    /// <summary>Overwrites B with the solution of L Lᵀ X = B.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="n">Rows and columns of L.</param>
    /// <param name="l">The factor [n, n], lower triangle.</param>
    /// <param name="ldl">Leading dimension of L.</param>
    /// <param name="columns">Right-hand sides.</param>
    /// <param name="b">B [n, columns].</param>
    /// <param name="ldb">Leading dimension of B.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static void Solve<T>(int n, ReadOnlySpan<T> l, int ldl, int columns, Span<T> b, int ldb, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SolveLower(n, l, ldl, false, columns, b, ldb, threads);
        SolveLower(n, l, ldl, true, columns, b, ldb, threads);
    }

    /// <summary>Overwrites B with the solution of L X = B, or Lᵀ X = B.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="n">Rows and columns of L.</param>
    /// <param name="l">L [n, n]; its lower triangle is read.</param>
    /// <param name="ldl">Leading dimension of L.</param>
    /// <param name="transpose">Solve with Lᵀ.</param>
    /// <param name="columns">Right-hand sides.</param>
    /// <param name="b">B [n, columns].</param>
    /// <param name="ldb">Leading dimension of B.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static void SolveLower<T>(
        int n, ReadOnlySpan<T> l, int ldl, bool transpose, int columns, Span<T> b, int ldb, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dense.Require(l.Length, n, n, ldl, nameof(l));
        Dense.Require(b.Length, n, columns, ldb, nameof(b));
        fixed (T* pl = l, pb = b)
        {
            if (transpose)
            {
                Backward(n, pl, ldl, columns, pb, ldb, threads);
            }
            else
            {
                Forward(n, pl, ldl, columns, pb, ldb, threads);
            }
        }
    }

    private static int Factor<T>(int n, T* a, int lda, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            for (int j = 0; j < n; j++)
            {
                for (int i = j; i < n; i++)
                {
                    T sum = a[(nint)i * lda + j];
                    for (int k = 0; k < j; k++)
                    {
                        sum -= a[(nint)i * lda + k] * a[(nint)j * lda + k];
                    }

                    if (i > j)
                    {
                        a[(nint)i * lda + j] = sum / a[(nint)j * lda + j];
                    }
                    else if (sum > T.Zero && T.IsFinite(sum))
                    {
                        a[(nint)j * lda + j] = T.Sqrt(sum);
                    }
                    else
                    {
                        return j;
                    }
                }
            }

            return -1;
        }

        int half = Half(n), rest = n - half;
        int failed = Factor(half, a, lda, threads);
        if (failed >= 0)
        {
            return failed;
        }

        T* below = a + (nint)half * lda;
        RightTransposed(half, a, lda, rest, below, lda, threads);
        MatrixProduct<T>.Run(
            rest, rest, half, -T.One, Dense.View(below, lda, false), Dense.View(below, lda, true), T.One,
            below + half, lda, Part.Lower, threads);
        failed = Factor(rest, below + half, lda, threads);
        return failed < 0 ? -1 : half + failed;
    }

    private static int Half(int n) => Math.Max(Small, n / 2 / Small * Small);

    /// <summary>X Lᵀ = B for the rows of B.</summary>
    private static void RightTransposed<T>(int n, T* l, int ldl, int rows, T* b, int ldb, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            for (int r = 0; r < rows; r++)
            {
                T* x = b + (nint)r * ldb;
                for (int j = 0; j < n; j++)
                {
                    T sum = x[j];
                    for (int k = 0; k < j; k++)
                    {
                        sum -= x[k] * l[(nint)j * ldl + k];
                    }

                    x[j] = sum / l[(nint)j * ldl + j];
                }
            }

            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl;
        RightTransposed(half, l, ldl, rows, b, ldb, threads);
        MatrixProduct<T>.Run(
            rows, n - half, half, -T.One, Dense.View(b, ldb, false), Dense.View(corner, ldl, true), T.One, b + half, ldb,
            Part.All, threads);
        RightTransposed(n - half, corner + half, ldl, rows, b + half, ldb, threads);
    }

    private static void Forward<T>(int n, T* l, int ldl, int columns, T* b, int ldb, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            for (int i = 0; i < n; i++)
            {
                for (int k = 0; k < i; k++)
                {
                    SubtractRow(columns, l[(nint)i * ldl + k], b + (nint)k * ldb, b + (nint)i * ldb);
                }

                DivideRow(columns, l[(nint)i * ldl + i], b + (nint)i * ldb);
            }

            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl, below = b + (nint)half * ldb;
        Forward(half, l, ldl, columns, b, ldb, threads);
        MatrixProduct<T>.Run(
            n - half, columns, half, -T.One, Dense.View(corner, ldl, false), Dense.View(b, ldb, false), T.One, below, ldb,
            Part.All, threads);
        Forward(n - half, corner + half, ldl, columns, below, ldb, threads);
    }

    private static void Backward<T>(int n, T* l, int ldl, int columns, T* b, int ldb, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            for (int i = n - 1; i >= 0; i--)
            {
                for (int k = i + 1; k < n; k++)
                {
                    SubtractRow(columns, l[(nint)k * ldl + i], b + (nint)k * ldb, b + (nint)i * ldb);
                }

                DivideRow(columns, l[(nint)i * ldl + i], b + (nint)i * ldb);
            }

            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl, below = b + (nint)half * ldb;
        Backward(n - half, corner + half, ldl, columns, below, ldb, threads);
        MatrixProduct<T>.Run(
            half, columns, n - half, -T.One, Dense.View(corner, ldl, true), Dense.View(below, ldb, false), T.One, b, ldb,
            Part.All, threads);
        Backward(half, l, ldl, columns, b, ldb, threads);
    }

    private static void SubtractRow<T>(int columns, T factor, T* source, T* target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < columns; j++)
        {
            target[j] -= factor * source[j];
        }
    }

    private static void DivideRow<T>(int columns, T divisor, T* target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < columns; j++)
        {
            target[j] /= divisor;
        }
    }
}
