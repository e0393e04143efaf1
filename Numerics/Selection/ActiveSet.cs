using System;
using MathNet.Numerics.LinearAlgebra;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Selection;

/// <summary>
/// As many rows of a set as there are columns, whose determinant is as large as exchanging single rows makes it (D-optimality; the
/// algorithm maxvol, S. Goreinov et al., in Matrix Methods, World Scientific 2010): every row x of the set is then Σ c_k (chosen row k)
/// with all |c_k| ≤ 1, and max |c_k| of another row says how far it lies outside (E. Podryabinkin, A. Shapeev, Comput. Mater. Sci. 140,
/// 171, 2017).
/// </summary>
/// <remarks>It begins with small multiples of the unit vectors, which stay where the set has no extent of that size.</remarks>
public sealed class ActiveSet
{
    /// <summary>The most columns.</summary>
    public const int MostColumns = 3000;

    // Rows are exchanged while that makes the determinant larger by this factor.
    private const double Gain = 1.02;

    private const int MostWalks = 100;

    private readonly double[] _inverse;

    private ActiveSet(int columns, double[] inverse) => (Columns, _inverse) = (columns, inverse);

    /// <summary>Numbers of a row.</summary>
    public int Columns { get; }

    /// <summary>The inverse of the chosen rows' matrix: <c>[column, chosen row]</c>.</summary>
    internal double[] Inverse => _inverse;

    /// <summary>A set as it was kept.</summary>
    internal static ActiveSet Of(int columns, double[] inverse) => inverse.Length == (long)columns * columns
        ? new(columns, inverse)
        : throw new ArgumentException($"expected {columns} × {columns} numbers; got {inverse.Length}", nameof(inverse));

    /// <summary>Chooses.</summary>
    /// <param name="rows"><c>[row, column]</c>, of the order of 1.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="extent">The extent that counts.</param>
    /// <exception cref="ArgumentException">Too many columns, or not whole rows.</exception>
    public static ActiveSet Select(ReadOnlySpan<double> rows, int columns, double extent)
    {
        if (columns is < 1 or > MostColumns)
            throw new ArgumentException($"expected 1 … {MostColumns} columns; got {columns}", nameof(columns));
        if (rows.Length % columns != 0) throw new ArgumentException($"{rows.Length} numbers are no rows of {columns}", nameof(rows));
        double[] inverse = new double[columns * columns], chosen = new double[columns * columns], c = new double[columns],
            column = new double[columns];
        for (int k = 0; k < columns; k++)
            (chosen[k * (columns + 1)], inverse[k * (columns + 1)]) = (extent, 1 / extent);
        int count = rows.Length / columns;
        for (int walk = 0, changes = 1; walk < MostWalks && changes > 0; walk++)
        {
            changes = 0;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<double> row = rows.Slice(i * columns, columns);
                int best = Coefficients(inverse, row, c);
                if (!(Math.Abs(c[best]) > Gain)) continue;
                changes++;
                row.CopyTo(chosen.AsSpan(best * columns));
                // (A + e_j (x − a_j)ᵀ)⁻¹ = A⁻¹ − A⁻¹ e_j (c − e_j)ᵀ/c_j.
                double divisor = c[best];
                c[best] -= 1;
                for (int k = 0; k < columns; k++)
                    column[k] = inverse[k * columns + best] / divisor;
                for (int k = 0; k < columns; k++)
                    if (column[k] != 0) Vectors.AddScaled(-column[k], c, inverse.AsSpan(k * columns, columns));
            }
            // What the exchanges have lost of digits comes back.
            if (changes > 0) Invert(chosen, columns, inverse);
        }
        return new ActiveSet(columns, inverse);
    }

    /// <summary>How far a row lies outside: 1 on the boundary of what the chosen rows span, below within.</summary>
    public double Grade(ReadOnlySpan<double> row)
    {
        double[] c = new double[Columns];
        return Math.Abs(c[Coefficients(_inverse, row, c)]);
    }

    /// <summary>The coefficients of a row, and the place of the largest.</summary>
    private static int Coefficients(double[] inverse, ReadOnlySpan<double> row, double[] c)
    {
        Array.Clear(c);
        for (int k = 0; k < c.Length; k++)
            if (row[k] != 0) Vectors.AddScaled(row[k], inverse.AsSpan(k * c.Length, c.Length), c);
        int best = 0;
        for (int k = 1; k < c.Length; k++)
            if (Math.Abs(c[k]) > Math.Abs(c[best])) best = k;
        return best;
    }

    private static void Invert(double[] chosen, int columns, double[] inverse)
    {
        double[] whole = Matrix<double>.Build.Dense(columns, columns, (i, j) => chosen[i * columns + j]).Inverse().ToRowMajorArray();
        whole.CopyTo(inverse, 0);
    }
}
