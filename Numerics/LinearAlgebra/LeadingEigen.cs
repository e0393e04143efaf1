using System;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// The eigenvectors of a matrix that is positive semidefinite, the most important first, each with the sign that makes its
/// largest component positive: for weights that do not depend on how they were found.
/// </summary>
internal static class LeadingEigen
{
    /// <summary>Decomposes a small matrix.</summary>
    /// <param name="n">Rows and columns.</param>
    /// <param name="matrix">[n, n], symmetric.</param>
    /// <returns>Eigenvalues [k], falling, none negative; orthonormal eigenvectors [k, n].</returns>
    /// <exception cref="ArgumentException">A number that is not finite.</exception>
    public static (double[] Values, double[] Vectors) Decompose(int n, ReadOnlySpan<double> matrix)
    {
        double[] values = new double[n], rising = new double[n * n], vectors = new double[n * n];
        SymmetricEigen.Decompose(n, matrix, n, values, rising);
        for (int k = 0; k < n; k++)
        {
            ReadOnlySpan<double> vector = rising.AsSpan((n - 1 - k) * n, n);
            int largest = 0;
            for (int i = 1; i < n; i++)
                largest = Math.Abs(vector[i]) > Math.Abs(vector[largest]) ? i : largest;

            for (int i = 0; i < n; i++)
                vectors[k * n + i] = vector[largest] < 0 ? -vector[i] : vector[i];
        }

        // Rounding may make a zero negative.
        Array.Reverse(values);
        return (Array.ConvertAll(values, static x => Math.Max(0, x)), vectors);
    }
}
