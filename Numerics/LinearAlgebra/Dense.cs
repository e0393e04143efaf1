using System;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// Dense matrix products, Cholesky factors and triangular solves on row-major spans, in float64 or float32.
/// </summary>
/// <remarks>
/// Element (i, j) of a matrix is at i·ld + j with a leading dimension ld ≥ number of columns. Every result is bitwise the
/// same for any number of threads. Matrices that are read and written must not overlap.
/// </remarks>
public static unsafe class Dense
{
    /// <summary>C ← α op(A) op(B) + β C.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">A [m, k], or [k, m] if transposed.</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="transposeA">op(A) = Aᵀ.</param>
    /// <param name="b">B [k, n], or [n, k] if transposed.</param>
    /// <param name="ldb">Leading dimension of B.</param>
    /// <param name="transposeB">op(B) = Bᵀ.</param>
    /// <param name="beta">β; with 0, C is not read.</param>
    /// <param name="c">C [m, n].</param>
    /// <param name="ldc">Leading dimension of C.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short for its shape.</exception>
    public static void Multiply<T>(
        int m, int n, int k, T alpha, ReadOnlySpan<T> a, int lda, bool transposeA,
        ReadOnlySpan<T> b, int ldb, bool transposeB, T beta, Span<T> c, int ldc, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(a.Length, transposeA ? k : m, transposeA ? m : k, lda, nameof(a));
        Require(b.Length, transposeB ? n : k, transposeB ? k : n, ldb, nameof(b));
        Require(c.Length, m, n, ldc, nameof(c));
        fixed (T* pa = a, pb = b, pc = c)
        {
            MatrixProduct<T>.Run(
                m, n, k, alpha, View(pa, lda, transposeA), View(pb, ldb, transposeB), beta, pc, ldc, Part.All, threads);
        }
    }

    /// <summary>C ← A B of contiguous matrices.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="n">Columns of B and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="a">A [m, k].</param>
    /// <param name="b">B [k, n].</param>
    /// <param name="c">C [m, n].</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short for its shape.</exception>
    public static void Multiply<T>(
        int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Multiply(m, n, k, T.One, a, k, false, b, n, false, T.Zero, c, n, threads);

    /// <summary>
    /// The lower triangle of C ← α AᵀA + β C: the normal equations of least squares, block of samples by block of samples
    /// with β = 1. What is above the diagonal is neither read nor written; <see cref="Symmetrise{T}"/> fills it.
    /// </summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="samples">Rows of A.</param>
    /// <param name="features">Columns of A, rows and columns of C.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">A [samples, features].</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="beta">β; with 0, C is not read.</param>
    /// <param name="c">C [features, features].</param>
    /// <param name="ldc">Leading dimension of C.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short for its shape.</exception>
    public static void AddGram<T>(
        int samples, int features, T alpha, ReadOnlySpan<T> a, int lda, T beta, Span<T> c, int ldc, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(a.Length, samples, features, lda, nameof(a));
        Require(c.Length, features, features, ldc, nameof(c));
        fixed (T* pa = a, pc = c)
        {
            MatrixProduct<T>.Run(
                features, features, samples, alpha, View(pa, lda, true), View(pa, lda, false), beta, pc, ldc,
                Part.Lower, threads);
        }
    }

    /// <summary>
    /// The lower triangle of C ← α A Aᵀ + β C: kernels of samples with each other. What is above the diagonal is neither read nor written;
    /// <see cref="Symmetrise{T}"/> fills it.
    /// </summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="samples">Rows of A, rows and columns of C.</param>
    /// <param name="features">Columns of A.</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">A [samples, features].</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="beta">β; with 0, C is not read.</param>
    /// <param name="c">C [samples, samples].</param>
    /// <param name="ldc">Leading dimension of C.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <exception cref="ArgumentException">A span is too short for its shape.</exception>
    public static void AddProducts<T>(
        int samples, int features, T alpha, ReadOnlySpan<T> a, int lda, T beta, Span<T> c, int ldc, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(a.Length, samples, features, lda, nameof(a));
        Require(c.Length, samples, samples, ldc, nameof(c));
        fixed (T* pa = a, pc = c)
        {
            MatrixProduct<T>.Run(
                samples, samples, features, alpha, View(pa, lda, false), View(pa, lda, true), beta, pc, ldc,
                Part.Lower, threads);
        }
    }

    /// <summary>Copies the lower triangle of a square matrix to the upper one.</summary>
    /// <typeparam name="T">Any number.</typeparam>
    /// <param name="n">Rows and columns.</param>
    /// <param name="c">The matrix [n, n].</param>
    /// <param name="ldc">Its leading dimension.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public static void Symmetrise<T>(int n, Span<T> c, int ldc)
    {
        Require(c.Length, n, n, ldc, nameof(c));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                c[j * ldc + i] = c[i * ldc + j];
        }
    }

    /// <summary>C ← A B of contiguous matrices with registers of one width; the part is counted as in a square C.</summary>
    internal static void Multiply<T>(
        VectorWidth width, Part part, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* pa = a, pb = b, pc = c)
        {
            MatrixProduct<T>.Run(
                m, n, k, T.One, View(pa, k, false), View(pb, n, false), T.Zero, pc, n, part, 1, width);
        }
    }

    internal static Strided<T> View<T>(T* p, int ld, bool transpose)
        where T : unmanaged => transpose ? new Strided<T>(p, 1, ld) : new Strided<T>(p, ld, 1);

    internal static void Require(int length, int rows, int columns, int ld, string name)
    {
        if (rows < 0 || columns < 0 || ld < columns)
            throw new ArgumentException($"shape [{rows}, {columns}] does not go with leading dimension {ld}", name);

        long needed = rows == 0 || columns == 0 ? 0 : (long)(rows - 1) * ld + columns;
        if (length < needed)
        {
            throw new ArgumentException(
                $"[{rows}, {columns}] with leading dimension {ld} needs {needed} numbers, got {length}", name);
        }
    }
}
