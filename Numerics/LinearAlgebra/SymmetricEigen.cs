using System;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>All eigenvalues and eigenvectors of a real symmetric matrix, A = Σ_k λ_k v_k v_kᵀ.</summary>
/// <remarks>
/// Householder reduction to tridiagonal form in panels, then the implicit QL iteration, its rotations gathered and applied
/// to the vectors block by block (G. H. Golub and C. F. Van Loan, Matrix Computations, §§ 8.3 and 5.2; J. J. Dongarra,
/// D. C. Sorensen and S. J. Hammarling, J. Comput. Appl. Math. 27, 215, 1989). Backward stable: residuals and departures
/// from orthogonality are small multiples of the rounding unit times n and the norm of A, for clustered and zero eigenvalues
/// alike. Results are bitwise the same for any number of threads.
/// </remarks>
public static unsafe class SymmetricEigen
{
    /// <summary>Decomposes A.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="n">Rows and columns.</param>
    /// <param name="a">A [n, n]; its lower triangle is read, nothing is written.</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="values">Receives the eigenvalues [n], rising.</param>
    /// <param name="vectors">Receives orthonormal eigenvectors [k, n]: row k belongs to value k. Empty: only values.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short, or A holds a number that is not finite.</exception>
    public static void Decompose<T>(
        int n, ReadOnlySpan<T> a, int lda, Span<T> values, Span<T> vectors = default, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dense.Require(a.Length, n, n, lda, nameof(a));
        Dense.Require(values.Length, 1, n, n, nameof(values));
        bool wanted = !vectors.IsEmpty;
        if (wanted)
            Dense.Require(vectors.Length, n, n, n, nameof(vectors));

        if (n == 0)
            return;

        T largest = T.Zero;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                T x = a[i * lda + j];
                if (!T.IsFinite(x))
                    throw new ArgumentException($"element ({i}, {j}) is {x}, expected a finite number", nameof(a));

                largest = T.Max(largest, T.Abs(x));
            }
        }

        // A largest element near 1 keeps squares from overflow and underflow; a power of two changes no digit.
        int exponent = largest > T.Zero ? T.ILogB(largest) : 0;
        T scale = T.ScaleB(T.One, exponent), inverse = T.ScaleB(T.One, -exponent);
        if (!T.IsFinite(inverse))
            scale = inverse = T.One;

        var off = new T[n];
        using AlignedScratch<T> matrix = new((long)n * n), reflectors = new((long)n * n), factors = new(n);
        T* m = matrix.Start;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                m[(nint)i * n + j] = m[(nint)j * n + i] = a[i * lda + j] * inverse;
        }

        fixed (T* d = values, e = off, v = vectors)
        {
            Tridiagonal<T>.Reduce(n, m, reflectors.Start, factors.Start, d, e, threads);
            if (wanted)
                Tridiagonal<T>.Accumulate(n, reflectors.Start, factors.Start, v, threads);

            TridiagonalQl<T> ql = new(n, wanted ? v : null, threads);
            ql.Solve(d, e);
            Sort(n, d, wanted ? v : null, matrix.Start);
            for (int k = 0; k < n; k++)
                d[k] *= scale;
        }
    }

    private static void Sort<T>(int n, T* values, T* vectors, T* copy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var order = new int[n];
        for (int k = 0; k < n; k++)
            order[k] = k;

        T[] keys = new Span<T>(values, n).ToArray();
        Array.Sort(keys, order);
        keys.CopyTo(new Span<T>(values, n));
        if (vectors == null)
            return;

        for (int k = 0; k < n; k++)
            new ReadOnlySpan<T>(vectors + (nint)order[k] * n, n).CopyTo(new Span<T>(copy + (nint)k * n, n));

        for (int k = 0; k < n; k++)
            new ReadOnlySpan<T>(copy + (nint)k * n, n).CopyTo(new Span<T>(vectors + (nint)k * n, n));
    }
}
