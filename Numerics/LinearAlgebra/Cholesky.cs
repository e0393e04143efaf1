using System;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>A = L Lᵀ for symmetric positive definite A, and solves with the factor.</summary>
/// <remarks>
/// Recursive in halves (Toledo, SIAM J. Matrix Anal. Appl. 18, 1065, 1997): factor the leading half, solve for the block
/// below it, subtract that block's symmetric product from the trailing half, factor that. All but a band of width 48 along
/// the diagonal is done by matrix products, the band by substitution in registers. Row-major, lower triangle; results do
/// not depend on threads.
/// </remarks>
public static unsafe class Cholesky
{
    private const int Small = 48;

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
            T* factor = pl, right = pb;
            Split(columns, (long)n * n * columns, threads, (from, count) =>
            {
                if (transpose)
                    Backward(n, factor, ldl, count, right + from, ldb);
                else
                    Forward(n, factor, ldl, count, right + from, ldb);
            });
        }
    }

    private static int Factor<T>(int n, T* a, int lda, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
            return FactorSmall(n, a, lda);

        int half = Half(n), rest = n - half;
        int failed = Factor(half, a, lda, threads);
        if (failed >= 0)
            return failed;

        T* below = a + (nint)half * lda;
        Split(rest, (long)rest * half * half, threads, (from, rows) =>
            RightTransposed(half, a, lda, rows, below + (nint)from * lda, lda));
        MatrixProduct<T>.Run(
            rest, rest, half, -T.One, Dense.View(below, lda, false), Dense.View(below, lda, true), T.One,
            below + half, lda, Part.Lower, threads);
        failed = Factor(rest, below + half, lda, threads);
        return failed < 0 ? -1 : half + failed;
    }

    private static int Half(int n) => Math.Max(Small, n / 2 / Small * Small);

    /// <summary>
    /// Independent rows or columns are shared out in whole registers, one share per thread because each packs the factor anew;
    /// which thread has which changes nothing.
    /// </summary>
    private static void Split(int count, long work, int threads, Action<int, int> part)
    {
        threads = Threads.For(work, threads);
        int share = Math.Max(1, (count + 32 * threads - 1) / (32 * threads)) * 32;
        Threads.Share((count + share - 1) / share, threads, i => part(i * share, Math.Min(share, count - i * share)));
    }

    /// <summary>
    /// Column by column on a square copy, so that whole registers can be written: what is above the diagonal of the
    /// caller's matrix is not touched.
    /// </summary>
    private static int FactorSmall<T>(int n, T* a, int lda)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* square = stackalloc T[Small * Small], column = stackalloc T[Small];
        new Span<T>(square, Small * Small).Clear();
        for (int i = 0; i < n; i++)
            new ReadOnlySpan<T>(a + (nint)i * lda, i + 1).CopyTo(new Span<T>(square + i * Small, i + 1));

        int failed = -1;
        for (int k = 0; k < n && failed < 0; k++)
        {
            T pivot = square[k * Small + k];
            if (!(pivot > T.Zero && T.IsFinite(pivot)))
            {
                failed = k;
                break;
            }

            T root = T.Sqrt(pivot);
            column[k] = T.Zero;
            for (int i = k + 1; i < n; i++)
                column[i] = square[i * Small + k] / root;

            // Left of k + 1 the column is zero, so that starting at the beginning of a register changes nothing.
            int first = (k + 1) / Vector<T>.Count * Vector<T>.Count;
            for (int i = k + 1; i < n; i++)
            {
                T* row = square + i * Small;
                Vector<T> factor = new(column[i]);
                for (int j = first; j <= i; j += Vector<T>.Count)
                    Vector.Store(Vector.Load(row + j) - factor * Vector.Load(column + j), row + j);
            }

            square[k * Small + k] = root;
            for (int i = k + 1; i < n; i++)
                square[i * Small + k] = column[i];
        }

        for (int i = 0; i < n; i++)
            new ReadOnlySpan<T>(square + i * Small, i + 1).CopyTo(new Span<T>(a + (nint)i * lda, i + 1));

        return failed;
    }

    /// <summary>X Lᵀ = B for the rows of B.</summary>
    private static void RightTransposed<T>(int n, T* l, int ldl, int rows, T* b, int ldb)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            // Rows of B become lanes: L X' = B' on transposed copies.
            int lanes = TriangularTile<T>.Lanes;
            T* copy = stackalloc T[Small * lanes];
            for (int r = 0; r < rows; r += lanes)
            {
                int count = Math.Min(lanes, rows - r);
                if (count < lanes)
                    new Span<T>(copy, Small * lanes).Clear();

                T* from = b + (nint)r * ldb;
                Transpose.Copy(count, n, from, ldb, copy, lanes, T.One);
                TriangularTile<T>.Solve(n, l, ldl, false, copy, lanes);
                Transpose.Copy(n, count, copy, lanes, from, ldb, T.One);
            }

            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl;
        RightTransposed(half, l, ldl, rows, b, ldb);
        MatrixProduct<T>.Run(
            rows, n - half, half, -T.One, Dense.View(b, ldb, false), Dense.View(corner, ldl, true), T.One, b + half, ldb);
        RightTransposed(n - half, corner + half, ldl, rows, b + half, ldb);
    }

    private static void Forward<T>(int n, T* l, int ldl, int columns, T* b, int ldb)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            Columns(n, l, ldl, false, columns, b, ldb);
            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl, below = b + (nint)half * ldb;
        Forward(half, l, ldl, columns, b, ldb);
        MatrixProduct<T>.Run(
            n - half, columns, half, -T.One, Dense.View(corner, ldl, false), Dense.View(b, ldb, false), T.One, below, ldb);
        Forward(n - half, corner + half, ldl, columns, below, ldb);
    }

    private static void Backward<T>(int n, T* l, int ldl, int columns, T* b, int ldb)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (n <= Small)
        {
            Columns(n, l, ldl, true, columns, b, ldb);
            return;
        }

        int half = Half(n);
        T* corner = l + (nint)half * ldl, below = b + (nint)half * ldb;
        Backward(n - half, corner + half, ldl, columns, below, ldb);
        MatrixProduct<T>.Run(
            half, columns, n - half, -T.One, Dense.View(corner, ldl, true), Dense.View(below, ldb, false), T.One, b, ldb);
        Backward(half, l, ldl, columns, b, ldb);
    }

    /// <summary>Columns of B are lanes as they are; the last ones on a copy.</summary>
    private static void Columns<T>(int n, T* l, int ldl, bool transpose, int columns, T* b, int ldb)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = TriangularTile<T>.Lanes, j = 0;
        for (; j + lanes <= columns; j += lanes)
            TriangularTile<T>.Solve(n, l, ldl, transpose, b + j, ldb);

        if (j == columns)
            return;

        T* copy = stackalloc T[Small * lanes];
        new Span<T>(copy, Small * lanes).Clear();
        for (int i = 0; i < n; i++)
            new ReadOnlySpan<T>(b + (nint)i * ldb + j, columns - j).CopyTo(new Span<T>(copy + i * lanes, columns - j));

        TriangularTile<T>.Solve(n, l, ldl, transpose, copy, lanes);
        for (int i = 0; i < n; i++)
            new ReadOnlySpan<T>(copy + i * lanes, columns - j).CopyTo(new Span<T>(b + (nint)i * ldb + j, columns - j));
    }
}
