using System;
using System.Numerics;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>The largest eigenvalues and their vectors of a positive semidefinite matrix, by randomised subspace iteration.</summary>
/// <remarks>
/// Random rows, a few more than wanted, are multiplied by A and orthonormalised in turn, and A is diagonalised in the space
/// that they span (N. Halko, P. G. Martinsson and J. A. Tropp, SIAM Rev. 53, 217, 2011). The error of a vector shrinks per
/// turn by the ratio of the first eigenvalue outside that space to its own. The start is seeded: the same call gives the
/// same bits, with any number of threads.
/// </remarks>
public static unsafe class RandomisedEigen
{
    /// <summary>result [count, n] = rows [count, n] · A.</summary>
    internal delegate void Multiplication<T>(int count, ReadOnlySpan<T> rows, Span<T> result);

    /// <summary>Finds the <paramref name="count"/> largest eigenvalues.</summary>
    /// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
    /// <param name="n">Rows and columns.</param>
    /// <param name="a">A [n, n], symmetric, both triangles given.</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="count">How many, 0…n.</param>
    /// <param name="values">Receives the eigenvalues [count], falling.</param>
    /// <param name="vectors">Receives the eigenvectors [k, n], orthonormal; beyond the rank of A they are zero.</param>
    /// <param name="iterations">At most so many multiplications by A.</param>
    /// <param name="tolerance">The iteration ends when no value changes by more than this times the largest.</param>
    /// <param name="seed">Of the random start.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <returns>The number of multiplications that were done.</returns>
    /// <exception cref="ArgumentException">A span is too short or the count is not in 0…n.</exception>
    public static int Decompose<T>(
        int n, ReadOnlySpan<T> a, int lda, int count, Span<T> values, Span<T> vectors,
        int iterations = 8, double tolerance = 1e-10, int seed = 1, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dense.Require(a.Length, n, n, lda, nameof(a));
        if (count < 0 || count > n)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Expected 0…{n} eigenvalues.");

        Dense.Require(values.Length, 1, count, count, nameof(values));
        Dense.Require(vectors.Length, count, n, n, nameof(vectors));
        fixed (T* pa = a)
        {
            T* matrix = pa;
            return Decompose<T>(
                n, count, (rows, from, to) =>
                {
                    fixed (T* f = from, t = to)
                    {
                        MatrixProduct<T>.Run(
                            rows, n, n, T.One, Dense.View(f, n, false), Dense.View(matrix, lda, false), T.Zero, t, n,
                            Part.All, threads);
                    }
                },
                values, vectors, iterations, tolerance, seed);
        }
    }

    internal static int Decompose<T>(
        int n, int count, Multiplication<T> multiply, Span<T> values, Span<T> vectors,
        int iterations, double tolerance, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count == 0)
            return 0;

        int size = Math.Min(n, count + 10), turn = 0;
        T[] rows = new T[size * n], image = new T[size * n], small = new T[size * size];
        T[] found = new T[size], mixing = new T[size * size], before = new T[count];
        var random = new Random(seed);
        // Of them no direction is preferred.
        for (int i = 0; i < rows.Length; i++)
            rows[i] = T.CreateChecked(NormalNumbers.Next(random));

        bool settled;
        do
        {
            fixed (T* p = rows)
            {
                Rows<T>.Orthonormalise(size, n, p);
            }

            multiply(size, rows, image);
            Dense.Multiply<T>(size, size, n, T.One, image, n, false, rows, n, true, T.Zero, small, size);
            SymmetricEigen.Decompose<T>(size, small, size, found, mixing);
            settled = ++turn >= iterations;
            if (!settled)
            {
                settled = true;
                T bound = T.CreateChecked(tolerance) * T.Abs(found[size - 1]);
                for (int k = 0; k < count; k++)
                {
                    settled &= turn > 1 && T.Abs(found[size - 1 - k] - before[k]) <= bound;
                    before[k] = found[size - 1 - k];
                }
            }

            if (!settled)
                (rows, image) = (image, rows);
        }
        while (!settled);

        // The last rows of the mixing matrix belong to the largest values.
        Dense.Multiply<T>(count, n, size, mixing.AsSpan((size - count) * size), rows, image);
        for (int k = 0; k < count; k++)
        {
            values[k] = found[size - 1 - k];
            image.AsSpan((count - 1 - k) * n, n).CopyTo(vectors.Slice(k * n, n));
        }

        return turn;
    }
}
